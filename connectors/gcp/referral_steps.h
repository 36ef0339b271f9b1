/* The procedures that carry out changes of referrals, step by step. What a later step needs stands
 * in `progress`, which the engine keeps in its journal:
 *
 *   id          the opportunity that a creation made or found
 *   page, pages where the lookup is; restarts: 1 if it has begun anew
 *   document    the record as freshly read, until something is built from it
 *   written     how often this change has written, or may have
 *   with_partner, without_partner   1: gone to again for a revision's parameter
 *
 * There is neither a version to rest a write on nor a token that makes a creation happen once. A
 * write follows a look at updateTime and names the members that it means; before a second POST its
 * twin is looked for by the tag.
 *
 * Two parameters depend on the revision that answers: whether opportunities:patch knows `partner`,
 * and whether :get wants it. The first refusal that names it settles that for the open account. */
#ifndef CONNECTORS_GCP_REFERRAL_STEPS_H
#define CONNECTORS_GCP_REFERRAL_STEPS_H

#include "connectors/gcp/client.h"
#include "connectors/gcp/referrals.h"
#include "connectors/steps.h"

enum { GCP_CREATE_STEPS = 3, GCP_UPDATE_STEPS = 6, GCP_SUBMIT_STEPS = 3 };
extern const struct step gcp_create_steps[GCP_CREATE_STEPS]; /* referral_create.c */
extern const struct step gcp_update_steps[GCP_UPDATE_STEPS]; /* referral_update.c */
extern const struct step gcp_submit_steps[GCP_SUBMIT_STEPS]; /* referral_submit.c */

typedef int gcp_step_build(struct step_context *context, struct http_request *request,
                           struct error *error);
typedef enum step_result gcp_step_answer(struct step_context *context,
                                         const struct http_response *response,
                                         const struct error *failure, struct error *error);

/* Rows of the tables. `resume_`: where to go on after a lost answer, or from a wait. */
#define READ_STEP(name_, operation_, family_, resume_, build_, answer_)                            \
    {                                                                                              \
        .name = name_, .operation = operation_, .family = family_, .repeatable = true,             \
        .resume = resume_, .build = build_, .answer = answer_                                      \
    }
#define WRITE_STEP(name_, operation_, family_, resume_, build_, answer_)                           \
    {                                                                                              \
        .name = name_, .operation = operation_, .family = family_, .writes = true,                 \
        .repeatable = false, .resume = resume_, .build = build_, .answer = answer_                 \
    }
#define GET_STEP(answer_)                                                                          \
    READ_STEP("get", "opportunities.get", GCP_CHANNEL_CALLS, "get", gcp_step_build_get, answer_)
#define READ_BACK_STEP                                                                             \
    READ_STEP("read", "opportunities.get", GCP_CHANNEL_CALLS, "read", gcp_step_build_get,          \
              gcp_step_answer_read)

/* ---- Requests, also of reads. */
void gcp_referral_query(const struct cloud *cloud, struct arena *arena, const char *token,
                        struct http_request *ret_request);
/* Of either interface. */
void gcp_referral_get(const struct cloud *cloud, struct arena *arena, const char *id,
                      struct http_request *ret_request);
/* True if the refusal asks for the `partner` that this opportunities:get had not, and others have
 * from now on. */
bool gcp_referral_flip_get(struct cloud *cloud, const struct http_request *request,
                           const struct error *failure);

/* ---- Steps. */
gcp_step_build gcp_step_build_get; /* skipped for a record of the older interface */
/* The record of an answer. */
int gcp_step_take(struct step_context *context, const struct http_response *response,
                  const struct error *failure, struct json **ret_document,
                  struct record **ret_record, struct error *error);
gcp_step_answer gcp_step_answer_read; /* ends a procedure */
/* The same after a failure of which a revision's parameter is the cause: `step` is gone to, true,
 * with `ret_result` for the engine. */
bool gcp_step_flips(struct step_context *context, const struct error *failure, bool patches,
                    const char *step, enum step_result *ret_result);

/* A patch: the members that are to differ, and what they are to be. */
struct gcp_patch {
    struct json *wanted; /* the document as it is to be; changed by whoever makes the patch */
    struct json *body;
    const char *mask; /* NULL: none yet */
};
void gcp_patch_begin(struct step_context *context, struct gcp_patch *ret_patch);
/* Takes the member as `wanted` has it; one that it has not is cleared. Each once. */
void gcp_patch_add(struct step_context *context, struct gcp_patch *patch, const char *member);
/* Puts the field into the patch. */
int gcp_patch_put(struct step_context *context, struct gcp_patch *patch, const char *field,
                  const char *value, struct error *error);
/* The request; 1 where there is nothing to write. Counts `written`. */
int gcp_patch_send(struct step_context *context, const struct gcp_patch *patch,
                   struct http_request *request);
/* Of a patch: what it shows becomes `after`; the last step where it shows the whole record. */
gcp_step_answer gcp_step_answer_patch;

#endif
