/* The shared halves of every connector: documents to records and back by the field table, and the
 * check of a write against the rule table. */
#ifndef CONNECTORS_DOCUMENT_H
#define CONNECTORS_DOCUMENT_H

#include "connectors/connector.h"

typedef void document_report(void *context, const struct finding *finding);

/* Decodes a document by the kind's rows. A native word that the table does not know is kept out of
 * the record and reported (CLD-001): it is never written back either, since only owned fields are
 * overlaid. raw is the document. Members of another type than expected are reported and absent.
 * Never fails: an odd document gives a poor record, not an error. */
struct record *document_decode(struct arena *arena, const struct connector_kind *kind,
                               const char *id, const char *version, const struct json *document,
                               document_report *report, void *context);

/* The cloud's word for a canonical one; NULL if it has none. */
const char *document_word(const struct remote_field *remote, const char *value);

/* Sets one field in the document as the cloud writes it. NULL removes it. */
int document_put(struct arena *arena, const struct connector_kind *kind, struct json *document,
                 const char *field, const char *value, struct error *error);

/* The full-replace helper: fresh document + the change's fields, minus `drop` (paths that the
 * operation must not carry, NULL-ended), nulls dropped. The input document is unchanged. */
int document_overlay(struct arena *arena, const struct connector_kind *kind,
                     const struct json *fresh, const struct change *change, const char *const *drop,
                     struct json **ret_document, struct error *error);

/* Holds the record `after` the write against field limits, choices and rules for `at`; `before` is
 * the record as the cloud has it, NULL when creating. Calls `report` per fault, with field, code,
 * detail. Returns how many faults there were. */
size_t document_check(const struct connector_kind *kind, unsigned at, const struct record *before,
                      const struct record *after, int64_t now_ms, document_report *report,
                      void *context);

/* Whether the action is due for the record: by the kind's cases, else `otherwise`. `wanted` has
 * what would go along with it; NULL: nothing. */
bool document_due(const struct connector_kind *kind, enum action action,
                  const struct record *remote, const struct record *wanted, bool otherwise);

/* What an edit amounts to where the stage tells it: LAUNCH if it becomes won, CLOSE if it becomes
 * lost, else UPDATE. For the kind's `classify`. */
enum action document_classify_by_stage(const struct change *change, const struct record *before,
                                       int64_t now_ms);

/* The answer's body as an object. ERROR_TEMPORARY if it is none: something on the way spoke. */
int document_parse(struct arena *arena, const struct http_response *response,
                   struct json **ret_json, struct error *error);

#endif
