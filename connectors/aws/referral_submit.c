/* Submitting an opportunity to AWS: a task that the cloud runs, started and followed. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/referral_steps.h"
#include "connectors/document.h"

#define POLL_MS    2000 /* a task takes some seconds */
#define POLL_MAX   5000
#define POLL_LIMIT 150 /* about ten minutes; the next run goes on polling */

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
    step_keep_missing(context, "add", step_wanted(context, "solutions"),
                      record_get(now, "solutions"));
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
    json_set_text(arena, body, "Identifier", step_opportunity(context));
    struct json *submission = json_object(arena);
    json_set_text(arena, submission, "InvolvementType", said(context, "involvement", "Co-Sell"));
    json_set_text(arena, submission, "Visibility", said(context, "visibility", "Full"));
    json_set(arena, body, "AwsSubmission", submission);
    step_send(context, "StartEngagementFromOpportunityTask", body, request);
    return 0;
}

/* Why a task may fail today and pass tomorrow; all other reasons lie in the record. */
static const struct passing {
    const char *ending; /* of the reason */
    enum error_class class;
    enum error_scope scope;
} passing[] = {
    {"AccessDenied", ERROR_AUTH, SCOPE_CLOUD},
    {"ServiceQuotaExceeded", ERROR_THROTTLED, SCOPE_CLOUD},
    {"RequestThrottled", ERROR_THROTTLED, SCOPE_RECORD},
    {"InternalError", ERROR_TEMPORARY, SCOPE_RECORD},
};

static const struct passing *find_passing(const char *reason)
{
    size_t length = reason ? strlen(reason) : 0;
    for (size_t i = 0; i < COUNT(passing); i++) {
        size_t size = strlen(passing[i].ending);
        if (length >= size && !strcmp(reason + length - size, passing[i].ending))
            return &passing[i];
    }
    return NULL;
}

/* The task is over, and its token is used up: only another attempt can pass. */
static enum step_result task_failed(const struct json *task, struct error *error)
{
    const char *reason = json_get_text(task, "ReasonCode");
    const char *message = json_get_text(task, "Message");
    const struct passing *found = find_passing(reason);
    error_set(error, found ? found->class : ERROR_REFUSED, found ? found->scope : SCOPE_RECORD,
              "the submission failed: %s%s%s", reason ? reason : "no reason given",
              message ? ": " : "", message ? message : "");
    if (reason)
        snprintf(error->vendor_code, sizeof error->vendor_code, "%s", reason);
    return found ? STEP_OVER : STEP_FAIL;
}

/* What a task's state means; `waiting` is for a task that still runs. */
static enum step_result follow(struct step_context *context, const struct json *task,
                               enum step_result waiting, struct error *error)
{
    const char *id = json_get_text(task, "TaskId");
    const char *status = json_get_text(task, "TaskStatus");
    if (!text_blank(id))
        step_keep(context, "task", id);
    if (text_equal(status, "COMPLETE"))
        return step_go_to(context, "read");
    if (text_equal(status, "FAILED"))
        return task_failed(task, error);
    return waiting;
}

static enum step_result answer_start(struct step_context *context,
                                     const struct http_response *response,
                                     const struct error *failure, struct error *error)
{
    /* The token was used, or a submission is under way: its task is looked for, once. */
    if (failure && failure->class == ERROR_STALE && !step_count_of(context, "conflicts")) {
        step_keep_count(context, "conflicts", 1);
        return step_go_to(context, "find_task");
    }
    struct json *task = NULL;
    if (step_parse(context, response, failure, &task, error) < 0)
        return step_failed(error);
    return follow(context, task, STEP_NEXT, error);
}

static int build_tasks(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    (void)error;
    struct arena *arena = context->arena;
    const char *task = json_get_text(context->progress, "task");
    struct json *body = aws_body(context->cloud, arena);
    struct json *ids = json_array(arena);
    json_append(arena, ids, json_string(arena, task ? task : step_opportunity(context)));
    json_set(arena, body, task ? "TaskIdentifier" : "OpportunityIdentifier", ids);
    step_send(context, "ListEngagementFromOpportunityTasks", body, request);
    return 0;
}

/* The opportunity's newest task that was started on the version that this change rests on or a
 * later one: an earlier submission may have left tasks behind. */
static const struct json *newest_task(const struct step_context *context, const struct json *answer)
{
    const struct json *tasks = json_get(answer, "TaskSummaries"), *newest = NULL;
    const char *id = json_get_text(context->progress, "task");
    int64_t start = 0, latest = INT64_MIN, since = INT64_MIN;
    const char *version = json_get_text(context->progress, "version");
    if (!version || !instant_parse(version, &since))
        since = INT64_MIN;
    for (size_t i = 0; tasks && tasks->type == JSON_ARRAY && i < tasks->count; i++) {
        const struct json *task = tasks->items[i];
        if (id && text_equal(json_get_text(task, "TaskId"), id))
            return task;
        const char *text = json_get_text(task, "StartTime");
        bool timed = text && instant_parse(text, &start);
        if (!id && timed && start >= since && start > latest) {
            newest = task;
            latest = start;
        }
    }
    return newest;
}

static enum step_result answer_find(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    const struct json *task = newest_task(context, answer);
    /* One that failed may be an earlier attempt's. If it was this one's, the token says so. */
    if (!task || text_equal(json_get_text(task, "TaskStatus"), "FAILED"))
        return step_go_to(context, "start");
    return follow(context, task, step_go_to(context, "poll"), error);
}

static enum step_result answer_poll(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    long long polls = step_count_of(context, "polls") + 1;
    step_keep_count(context, "polls", polls);
    const struct json *task = newest_task(context, answer);
    enum step_result result = task ? follow(context, task, STEP_WAIT, error) : STEP_WAIT;
    if (result != STEP_WAIT)
        return result;
    if (polls % POLL_LIMIT == 0) {
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD, "the submission is still in progress");
        return STEP_FAIL;
    }
    int64_t wait_ms = POLL_MS + 250 * (polls - 1);
    context->wait_ms = wait_ms < POLL_MAX ? wait_ms : POLL_MAX;
    return STEP_WAIT;
}

const struct step aws_submit_steps[] = {
    GET_STEP(answer_submit_get),
    ASSOCIATE_STEP,
    WRITE_STEP("start", "StartEngagementFromOpportunityTask", "find_task", build_start,
               answer_start),
    READ_STEP("poll", "ListEngagementFromOpportunityTasks", build_tasks, answer_poll),
    READ_BACK_STEP,
    /* Only ever gone to. */
    READ_STEP("find_task", "ListEngagementFromOpportunityTasks", build_tasks, answer_find),
};
