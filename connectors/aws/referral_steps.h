/* The procedures that carry out changes of opportunities, step by step. What a later step needs
 * stands in `progress`, which the engine keeps in its journal:
 *
 *   id, version   the opportunity and its LastModifiedDate, as the very text
 *   since         when the creation was first tried, for the lookup
 *   page, pages   where the lookup is
 *   add, remove   solutions still to associate and to take off; added, removed: how many are done
 *   document      the opportunity as freshly read, until the update is built from it
 *   task, polls   the submission's task */
#ifndef CONNECTORS_AWS_REFERRAL_STEPS_H
#define CONNECTORS_AWS_REFERRAL_STEPS_H

#include "connectors/aws/referrals.h"
#include "connectors/aws/steps.h"

enum { AWS_CREATE_STEPS = 4, AWS_UPDATE_STEPS = 6, AWS_SUBMIT_STEPS = 6 };
extern const struct step aws_create_steps[AWS_CREATE_STEPS]; /* referral_create.c */
extern const struct step aws_update_steps[AWS_UPDATE_STEPS]; /* referral_update.c */
extern const struct step aws_submit_steps[AWS_SUBMIT_STEPS]; /* referral_submit.c */

/* Rows of the tables. A read may always be repeated, and so may a write that carries a token or is
 * idempotent in effect. */
#define READ_STEP(name_, operation_, build_, answer_)                                              \
    {                                                                                              \
        .name = name_, .operation = operation_, .family = AWS_READ, .repeatable = true,            \
        .resume = name_, .build = build_, .answer = answer_                                        \
    }
#define WRITE_STEP(name_, operation_, resume_, build_, answer_)                                    \
    {                                                                                              \
        .name = name_, .operation = operation_, .family = AWS_WRITE, .writes = true,               \
        .repeatable = true, .resume = resume_, .build = build_, .answer = answer_                  \
    }
#define GET_STEP(answer_) READ_STEP("get", "GetOpportunity", step_build_get, answer_)
#define READ_BACK_STEP    READ_STEP("read", "GetOpportunity", step_build_get, step_answer_read)
#define ASSOCIATE_STEP                                                                             \
    WRITE_STEP("associate", "AssociateOpportunity", "associate", step_build_associate,             \
               step_answer_associate)

/* The opportunity's id: the change's, or the one that its first step made. */
const char *step_opportunity(const struct step_context *context);
/* Puts what the list `list` has and `other` has not under `name`. */
void step_keep_missing(struct step_context *context, const char *name, const char *list,
                       const char *other);

void step_send(struct step_context *context, const char *operation, struct json *body,
               struct http_request *request);

/* GetOpportunity: its request, its answer, the record in it, and the step that ends a procedure. */
int step_build_get(struct step_context *context, struct http_request *request, struct error *error);
int step_take_record(struct step_context *context, const struct http_response *response,
                     const struct error *failure, struct json **ret_document,
                     struct record **ret_record, struct error *error);
enum step_result step_answer_read(struct step_context *context,
                                  const struct http_response *response, const struct error *failure,
                                  struct error *error);

/* The steps "associate" and "disassociate", over `add` and `remove`. */
int step_build_associate(struct step_context *context, struct http_request *request,
                         struct error *error);
enum step_result step_answer_associate(struct step_context *context,
                                       const struct http_response *response,
                                       const struct error *failure, struct error *error);
int step_build_disassociate(struct step_context *context, struct http_request *request,
                            struct error *error);
enum step_result step_answer_disassociate(struct step_context *context,
                                          const struct http_response *response,
                                          const struct error *failure, struct error *error);

#endif
