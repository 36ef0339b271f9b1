/* The procedures that carry out changes of referrals, step by step. What a later step needs stands
 * in `progress`, which the engine keeps in its journal:
 *
 *   id, version   the opportunity and its LastModifiedDate, as the very text
 *   since         when the creation was first tried, for the lookup
 *   page, pages   where the lookup is; restarts: 1 if it has begun anew
 *   add           ties still to be made, {type, identifier} each; beside it, until Catalog has told
 *                 the address of an offer, `entity`, and `draft` if it is not released
 *   detach        ties to be taken off before, because only one is allowed; remove: afterwards
 *   added, detached, removed   how many of each are done
 *   assignee      the owner still to be assigned; assigned: 1 if that is done
 *   missing       a solution that is not among the active ones
 *   document      the opportunity as freshly read, until the update is built from it
 *   engagement    of an invitation that was accepted before
 *   task, polls   the task of a submission or an acceptance
 *   rejected      1 if a rejection was sent */
#ifndef CONNECTORS_AWS_REFERRAL_STEPS_H
#define CONNECTORS_AWS_REFERRAL_STEPS_H

#include "connectors/aws/referrals.h"
#include "connectors/aws/client.h"
#include "connectors/steps.h"

enum {
    AWS_CREATE_STEPS = 7,
    AWS_UPDATE_STEPS = 9,
    AWS_SUBMIT_STEPS = 9,
    AWS_ACCEPT_STEPS = 6,
    AWS_REJECT_STEPS = 3,
};
extern const struct step aws_create_steps[AWS_CREATE_STEPS]; /* referral_create.c */
extern const struct step aws_update_steps[AWS_UPDATE_STEPS]; /* referral_update.c */
extern const struct step aws_submit_steps[AWS_SUBMIT_STEPS]; /* referral_submit.c */
extern const struct step aws_accept_steps[AWS_ACCEPT_STEPS]; /* referral_answer.c */
extern const struct step aws_reject_steps[AWS_REJECT_STEPS]; /* referral_answer.c */

typedef int step_build(struct step_context *context, struct http_request *request,
                       struct error *error);
typedef enum step_result step_answer(struct step_context *context,
                                     const struct http_response *response,
                                     const struct error *failure, struct error *error);

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

void step_send(struct step_context *context, const char *operation, struct json *body,
               struct http_request *request);

/* A write whose answer tells nothing more. */
step_answer step_answer_written;

/* GetOpportunity: its request, its answer, the record in it, and the step that ends a procedure. */
step_build step_build_get;
int step_take_record(struct step_context *context, const struct http_response *response,
                     const struct error *failure, struct json **ret_document,
                     struct record **ret_record, struct error *error);
step_answer step_answer_read;

/* ---- Ties (referral_ties.c): what an opportunity is associated with. */
/* Plans `add` of all that is wanted and not in the document (NULL: a new opportunity). An offer
 * that stands there already stays. */
void step_keep_new_ties(struct step_context *context, const struct json *document);
/* Plans `add`, `detach` and `remove` for the ties that the change names. */
void step_keep_changed_ties(struct step_context *context, const struct json *document);
/* True if ties, or the owner, were written: LastModifiedDate is another one now. */
bool step_has_written(const struct step_context *context);
/* True if the change writes something in the document itself. */
bool step_writes_document(const struct change *change); /* referral_update.c */

step_build step_build_describe, step_build_detach, step_build_associate, step_build_disassociate;
step_answer step_answer_describe, step_answer_detach, step_answer_associate,
    step_answer_disassociate;

/* An offer is known by its identifier, and associated by its address. A draft may be waited for
 * over many runs: `resume_` is where they come back. */
#define DESCRIBE_STEP(resume_)                                                                     \
    {                                                                                              \
        .name = "describe", .operation = "DescribeEntity", .family = AWS_DESCRIBE_ENTITY,          \
        .repeatable = true, .resume = resume_, .build = step_build_describe,                       \
        .answer = step_answer_describe                                                             \
    }
#define ASSOCIATE_STEP                                                                             \
    WRITE_STEP("associate", "AssociateOpportunity", "associate", step_build_associate,             \
               step_answer_associate)
#define DETACH_STEP                                                                                \
    WRITE_STEP("detach", "DisassociateOpportunity", "detach", step_build_detach, step_answer_detach)
#define DISASSOCIATE_STEP                                                                          \
    WRITE_STEP("disassociate", "DisassociateOpportunity", "disassociate", step_build_disassociate, \
               step_answer_disassociate)

/* ---- Solutions (referral_solutions.c): refused before anything is written if they are not to be
 * had. "active" only tells which ones are, and is only ever gone to. */
step_build step_build_check, step_build_active;
step_answer step_answer_check, step_answer_active;
#define CHECK_STEP  READ_STEP("check", "ListSolutions", step_build_check, step_answer_check)
#define ACTIVE_STEP READ_STEP("active", "ListSolutions", step_build_active, step_answer_active)

/* ---- The owner (referral_owner.c). */
/* The team of a new opportunity; NULL if nobody is named. */
struct json *step_team(const struct step_context *context);
/* Plans the assignment if the change names another owner; `now` is the record as it stands. */
int step_keep_assignee(struct step_context *context, const struct record *now, struct error *error);
step_build step_build_assign;
step_answer step_answer_assign;
/* A lost answer is looked for first: somebody may have assigned another one meanwhile. */
#define ASSIGN_STEP                                                                                \
    WRITE_STEP("assign", "AssignOpportunity", "get", step_build_assign, step_answer_assign)

/* ---- Tasks that the cloud runs for a submission or an acceptance (referral_task.c). A task that
 * is complete goes to step "read", one that failed ends the attempt. */
step_build task_build_list; /* the tasks of the record, or the one that was started */
/* Of the step that starts it. A conflict looks for the task that is there; see task_answer_find. */
step_answer task_answer_start;
/* Goes to "poll" if there is a task; else to "start", or to "trace" if an engagement is known. */
step_answer task_answer_find;
/* Waits within the account's patience; a later run goes on. */
step_answer task_answer_poll;

#endif
