/* What the steps of all procedures share: texts and counts in `progress`, answers. */
#ifndef CONNECTORS_STEPS_H
#define CONNECTORS_STEPS_H

#include "connectors/connector.h"

/* Progress: texts and counts under a name; an absent count is 0. Texts are copied. */
void step_keep(struct step_context *context, const char *name, const char *text);
const char *step_text(const struct step_context *context, const char *name); /* NULL if absent */
long long step_count_of(const struct step_context *context, const char *name);
void step_keep_count(struct step_context *context, const char *name, long long count);
/* A copy of JSON under a name, in place of what stood there. */
void step_keep_json(struct step_context *context, const char *name, const struct json *json);
/* The document that a write is made from: the JSON "document"; NULL: it was not read yet. */
const struct json *step_document(const struct step_context *context);
/* The cloud's id of the record: what a step kept as "id", else the change's; NULL: there is none.
 */
const char *step_id(const struct step_context *context);

/* What the record is to have: the change's new value, else what the local side says of the field.
 */
const char *step_wanted(const struct step_context *context, const char *field);
/* True if every field of the change that an update of the kind can set has its new value in the
 * record, and if there is such a field: an answer that got lost was one of success. */
bool step_has_values(const struct step_context *context, const struct connector_kind *kind,
                     const struct record *now);
/* The record to write, and which of its fields (`ret_wanted`, per field of the kind): of everything
 * that the local side says for a creation, else of the fields of the change. `fresh` is the record
 * as it stands, and is changed; NULL: a new one. */
struct record *step_writing(struct step_context *context, const struct connector_kind *kind,
                            struct record *fresh, const bool **ret_wanted);
/* The key that the cloud's record carries for the partner's own: the change's partner_reference,
 * else the local record's, else its key. */
const char *step_reference(const struct step_context *context);

/* The answer's object. What the session ended with is an error like an answer that cannot be read.
 */
int step_parse(struct step_context *context, const struct http_response *response,
               const struct error *failure, struct json **ret_answer, struct error *error);
enum step_result step_failed(const struct error *error); /* STALE or FAIL */
enum step_result step_go_to(struct step_context *context, const char *step);
/* Waits `wait_ms` and does the step again while this run's patience lasts; then STEP_LATER. Keeps
 * `note` for people. */
enum step_result step_wait(struct step_context *context, int64_t patience_ms, int64_t wait_ms,
                           const char *note);

/* Looking, page by page, for what a lost answer may have made. `page`, `pages`, `restarts` and `id`
 * stand in progress. The step that asks is "lookup"; where nothing is found "create" follows. */
struct step_search {
    const char *items; /* member of the answer: "value" */
    const char *next;  /* member that leads to the next page: "NextToken" */
    const char *what;  /* "opportunity" */
    const char *found; /* the step that goes on with `id` */
    const char *(*match)(const struct step_context *context,
                         const struct json *items); /* or NULL */
    bool omits_empty; /* an answer leaves an empty list out, as proto3 JSON does */
};
enum step_result step_search(struct step_context *context, const struct step_search *search,
                             const struct http_response *response, const struct error *failure,
                             struct error *error);

#endif
