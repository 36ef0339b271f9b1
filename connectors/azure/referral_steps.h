/* The procedures that carry out changes of referrals, step by step. What a later step needs stands
 * in `progress`, which the engine keeps in its journal:
 *
 *   id          the referral that a creation made or found
 *   since       when the creation was first tried, for the lookup
 *   page, pages where the lookup is; restarts: 1 if it has begun anew
 *   absent      how often what was just made was not to be seen yet
 *   document    the referral as freshly read, until something is built from it
 *   rested      the writing that time was left after
 *   written     how often this change has written, or may have
 *   whole       1 if the edit needs a full replace
 *   asks        whether Microsoft is to be asked in: "yes", "no", or "if alone", without partners
 *   engagement  that Microsoft and other partners are asked into
 *   sides       array: its referrals, as far as they are known, ours among them
 *   target      who is asked next
 *
 * There is no idempotency token here. A PATCH or PUT carries the eTag it rests on, so that a second
 * one after a lost answer is refused and never doubles anything; before a second POST its twin is
 * looked for. */
#ifndef CONNECTORS_AZURE_REFERRAL_STEPS_H
#define CONNECTORS_AZURE_REFERRAL_STEPS_H

#include "connectors/azure/client.h"
#include "connectors/azure/referrals.h"
#include "connectors/steps.h"

enum {
    AZURE_CREATE_STEPS = 3,
    AZURE_UPDATE_STEPS = 6,
    AZURE_SHARE_STEPS = 6,
    AZURE_ACCEPT_STEPS = 3,
    AZURE_DECLINE_STEPS = 3,
    AZURE_REGISTER_STEPS = 3,
};
extern const struct step azure_create_steps[AZURE_CREATE_STEPS];     /* referral_create.c */
extern const struct step azure_update_steps[AZURE_UPDATE_STEPS];     /* referral_update.c */
extern const struct step azure_share_steps[AZURE_SHARE_STEPS];       /* referral_share.c */
extern const struct step azure_accept_steps[AZURE_ACCEPT_STEPS];     /* referral_answer.c */
extern const struct step azure_decline_steps[AZURE_DECLINE_STEPS];   /* referral_answer.c */
extern const struct step azure_register_steps[AZURE_REGISTER_STEPS]; /* referral_register.c */

typedef int azure_step_build(struct step_context *context, struct http_request *request,
                             struct error *error);
typedef enum step_result azure_step_answer(struct step_context *context,
                                           const struct http_response *response,
                                           const struct error *failure, struct error *error);

/* Rows of the tables. `resume_`: where to go on after a lost answer, or from a wait. */
#define READ_STEP(name_, operation_, resume_, build_, answer_)                                     \
    {                                                                                              \
        .name = name_, .operation = operation_, .family = AZURE_PARTNER, .repeatable = true,       \
        .resume = resume_, .build = build_, .answer = answer_                                      \
    }
#define WRITE_STEP(name_, operation_, resume_, build_, answer_)                                    \
    {                                                                                              \
        .name = name_, .operation = operation_, .family = AZURE_PARTNER, .writes = true,           \
        .repeatable = false, .resume = resume_, .build = build_, .answer = answer_                 \
    }
#define GET_STEP(answer_) READ_STEP("get", "GetReferral", "get", azure_step_build_get, answer_)
#define READ_BACK_STEP                                                                             \
    READ_STEP("read", "GetReferral", "read", azure_step_build_get, azure_step_answer_read)

/* The referral: its request, its answer, the record in it, and the step that ends a procedure. */
azure_step_build azure_step_build_get;
int azure_step_take(struct step_context *context, const struct http_response *response,
                    const struct error *failure, struct json **ret_document,
                    struct record **ret_record, struct error *error);
azure_step_answer azure_step_answer_read;

/* Leaves time between two writes to one deal: STEP_NEXT, or the wait that is due since it was last
 * written, by whomever. */
enum step_result azure_step_rest(struct step_context *context, const struct json *document);

/* Writes under the document's eTag: `body` is a patch for PATCH. Counts `written`. */
int azure_step_write(struct step_context *context, const char *method, const struct json *body,
                     struct http_request *request, struct error *error);
/* Of such a write: what it shows of the referral becomes `after`. */
azure_step_answer azure_step_answer_written;
azure_step_answer azure_step_answer_last; /* DONE where it shows anything: nothing comes after it */
/* Adds `replace`, or `add` if the document has no such member. The member stands at the top. */
void azure_step_replace(struct step_context *context, struct json *operations, const char *member,
                        struct json *value);
/* Both, since one without the other is a state that does not exist. */
struct json *azure_step_states(struct step_context *context, const char *status,
                               const char *substatus);

#endif
