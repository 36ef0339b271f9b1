/* Change sets of the Marketplace Catalog API: everything that a seller changes there is one. A set
 * is started with a token, works for minutes (with a review for days) and ends SUCCEEDED, FAILED or
 * CANCELLED; only SUCCEEDED proves anything. What later steps need stands in `progress`:
 *
 *   set_name      name of the set: the deal's key or the entity's id, and an end that only this
 *                 attempt's token gives; found again by it
 *   since         when it was first tried, for the lookup
 *   change_set    its id
 *   entities      after success: {"<ChangeName>": "<entity id>"}, revision cut off
 *   note          what is waited for, in words for people: `agent status` prints it
 *
 * A lost answer to StartChangeSet: the same token again answers the same set, but for how long is
 * not said; so the set is looked for by its name and time first ("find"). */
#ifndef CONNECTORS_AWS_CHANGE_SET_H
#define CONNECTORS_AWS_CHANGE_SET_H

#include "connectors/aws/client.h"
#include "connectors/steps.h"

/* An empty list, and one more change in it. `identifier` is an id, "$<name>.Entity.Identifier", or
 * NULL for a new entity; `details` is an object or list; `name` is the ChangeName, may be NULL.
 * Entity types are written with their version: "Offer@1.0". */
struct json *change_set_new(struct arena *arena);
void change_set_add(struct arena *arena, struct json *changes, const char *type,
                    const char *entity_type, const char *identifier, const char *name,
                    struct json *details);

/* The request of a step "start". Sets set_name and since on its first call. `set_name` is brought
 * to what the API takes (100 letters, digits and some signs), the attempt's mark included. */
int change_set_start(struct step_context *context, const char *set_name, struct json *changes,
                     struct http_request *request, struct error *error);
/* Its answer. ResourceInUse and a quota that is used up wait in this run for patience_ms and then
 * are STEP_LATER; a token that was used with another body sends to "find"; an identifier with an
 * old revision is STEP_STALE. */
enum step_result change_set_answer_start(struct step_context *context,
                                         const struct http_response *response,
                                         const struct error *failure, struct error *error);
/* Steps "poll" and "find"; after success of "poll" comes the step after it. FAILED by the data is
 * STEP_FAIL with every code and message in the error and the first code as its vendor_code; by the
 * service STEP_OVER. "find" goes to "poll" or, if there is no such set, to "start". What the
 * service may have forgotten by now is STEP_STALE. */
int change_set_build_poll(struct step_context *context, struct http_request *request,
                          struct error *error);
enum step_result change_set_answer_poll(struct step_context *context,
                                        const struct http_response *response,
                                        const struct error *failure, struct error *error);
int change_set_build_find(struct step_context *context, struct http_request *request,
                          struct error *error);
enum step_result change_set_answer_find(struct step_context *context,
                                        const struct http_response *response,
                                        const struct error *failure, struct error *error);

#define CATALOG_READ_STEP(name_, operation_, family_, build_, answer_)                             \
    {                                                                                              \
        .name = name_, .operation = operation_, .family = family_, .repeatable = true,             \
        .resume = name_, .build = build_, .answer = answer_                                        \
    }
/* The three rows of a procedure: start and poll one after the other, find at the end, only ever
 * gone to. */
#define CHANGE_SET_START(build_)                                                                   \
    {                                                                                              \
        .name = "start", .operation = "StartChangeSet", .family = AWS_START_CHANGE_SET,            \
        .writes = true, .repeatable = true, .resume = "find", .build = build_,                     \
        .answer = change_set_answer_start                                                          \
    }
#define CHANGE_SET_POLL                                                                            \
    CATALOG_READ_STEP("poll", "DescribeChangeSet", AWS_DESCRIBE_SET, change_set_build_poll,        \
                      change_set_answer_poll)
#define CHANGE_SET_FIND                                                                            \
    CATALOG_READ_STEP("find", "ListChangeSets", AWS_LIST_CHANGE_SETS, change_set_build_find,       \
                      change_set_answer_find)

/* Which finding a failed set's first code becomes; shared by all kinds that are changed by sets. */
enum { CHANGE_SET_REFUSALS = 23 }; /* size that the kinds' constant structs need */
extern const struct refusal change_set_refusals[CHANGE_SET_REFUSALS];

#endif
