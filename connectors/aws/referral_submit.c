/* Submitting an opportunity to AWS: a task that the cloud runs, started and followed. */
#include <string.h>

#include "base/text.h"
#include "connectors/aws/referral_steps.h"
#include "connectors/document.h"

static const struct connector_kind *const kind = &aws_referrals;

static bool can_be_submitted(const char *status)
{
    return !status || !strcmp(status, "draft") || !strcmp(status, "action_required");
}

static enum step_result answer_submit_get(struct step_context *context,
                                          const struct http_response *response,
                                          const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    struct record *now = NULL;
    if (step_take_record(context, response, failure, &document, &now, error) < 0)
        return step_failed(error);
    if (!can_be_submitted(record_get(now, "status"))) {
        context->after = now; /* it is with the reviewers already */
        return STEP_DONE;
    }
    if (!text_equal(now->version, context->change->version))
        return STEP_STALE;
    step_keep(context, "version", now->version);
    step_keep_new_ties(context, document);
    return STEP_NEXT;
}

static const char *said(const struct step_context *context, const char *field,
                        const char *otherwise)
{
    const char *word = document_word(connector_field(kind, field), step_wanted(context, field));
    return word ? word : otherwise;
}

/* Also submits: runs the engagement, the snapshot and SubmitOpportunity on the caller's behalf. */
static int build_start(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    (void)error;
    struct arena *arena = context->arena;
    struct json *body = aws_body(context->cloud, arena);
    json_set_text(arena, body, "ClientToken", context->token);
    json_set_text(arena, body, "Identifier", step_id(context));
    struct json *submission = json_object(arena);
    json_set_text(arena, submission, "InvolvementType", said(context, "involvement", "Co-Sell"));
    json_set_text(arena, submission, "Visibility", said(context, "visibility", "Full"));
    json_set(arena, body, "AwsSubmission", submission);
    step_send(context, "StartEngagementFromOpportunityTask", body, request);
    return 0;
}

const struct step aws_submit_steps[] = {
    GET_STEP(answer_submit_get),
    CHECK_STEP,
    DESCRIBE_STEP("get"),
    ASSOCIATE_STEP,
    WRITE_STEP("start", "StartEngagementFromOpportunityTask", "find_task", build_start,
               task_answer_start),
    READ_STEP("poll", "ListEngagementFromOpportunityTasks", task_build_list, task_answer_poll),
    READ_BACK_STEP,
    /* Only ever gone to. */
    READ_STEP("find_task", "ListEngagementFromOpportunityTasks", task_build_list, task_answer_find),
    ACTIVE_STEP,
};
