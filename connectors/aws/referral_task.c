/* Tasks that the cloud runs on the caller's behalf, one for a submission and one for an acceptance:
 * started, then followed until they end. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/referral_steps.h"

#define POLL_MS   2000 /* a task takes some seconds */
#define POLL_MAX  5000
#define POLL_STEP 250 /* longer each time */

static const struct task_type {
    const char *what;    /* for messages */
    const char *list;    /* operation */
    const char *subject; /* its filter for what the task is about */
    const char *find;    /* step that looks for a task */
} types[ACTION_COUNT] = {
    [ACTION_SUBMIT] = {"the submission", "ListEngagementFromOpportunityTasks",
                       "OpportunityIdentifier", "find_task"},
    [ACTION_ACCEPT] = {"the acceptance", "ListEngagementByAcceptingInvitationTasks",
                       "EngagementInvitationIdentifier", "find"},
};

static const struct task_type *type_of(const struct step_context *context)
{
    return &types[context->change->action];
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
static enum step_result task_failed(const struct step_context *context, const struct json *task,
                                    struct error *error)
{
    const char *reason = json_get_text(task, "ReasonCode");
    const char *message = json_get_text(task, "Message");
    const struct passing *found = find_passing(reason);
    error_set(error, found ? found->class : ERROR_REFUSED, found ? found->scope : SCOPE_RECORD,
              "%s failed: %s%s%s", type_of(context)->what, reason ? reason : "no reason given",
              message ? ": " : "", message ? message : "");
    if (reason)
        snprintf(error->vendor_code, sizeof error->vendor_code, "%s", reason);
    return found ? STEP_OVER : STEP_FAIL;
}

/* What a task's state means; `waiting` is for one that still runs. */
static enum step_result follow(struct step_context *context, const struct json *task,
                               enum step_result waiting, struct error *error)
{
    const char *id = json_get_text(task, "TaskId");
    const char *status = json_get_text(task, "TaskStatus");
    const char *opportunity = json_get_text(task, "OpportunityId");
    if (!text_blank(id))
        step_keep(context, "task", id);
    if (text_equal(status, "FAILED"))
        return task_failed(context, task, error);
    if (!text_equal(status, "COMPLETE"))
        return waiting;
    if (!text_blank(opportunity))
        step_keep(context, "id", opportunity);
    return step_go_to(context, "read");
}

/* The task that progress names, else the newest one that was started on the version that this
 * change rests on or a later one: an earlier attempt may have left tasks behind. */
static const struct json *newest(const struct step_context *context, const struct json *answer)
{
    const struct json *tasks = json_get(answer, "TaskSummaries"), *found = NULL;
    const char *id = step_text(context, "task"), *version = step_text(context, "version");
    int64_t start = 0, latest = INT64_MIN, since = INT64_MIN;
    if (!version || !instant_parse(version, &since))
        since = INT64_MIN;
    for (size_t i = 0; tasks && tasks->type == JSON_ARRAY && i < tasks->count; i++) {
        const struct json *task = tasks->items[i];
        if (id && text_equal(json_get_text(task, "TaskId"), id))
            return task;
        const char *text = json_get_text(task, "StartTime");
        bool timed = text && instant_parse(text, &start);
        if (!id && timed && start >= since && start > latest) {
            found = task;
            latest = start;
        }
    }
    return found;
}

enum step_result task_answer_start(struct step_context *context,
                                   const struct http_response *response,
                                   const struct error *failure, struct error *error)
{
    /* The token was used, or such a task is under way: it is looked for, once. */
    if (failure && failure->class == ERROR_STALE && !step_count_of(context, "conflicts")) {
        step_keep_count(context, "conflicts", 1);
        return step_go_to(context, type_of(context)->find);
    }
    struct json *task = NULL;
    if (step_parse(context, response, failure, &task, error) < 0)
        return step_failed(error);
    return follow(context, task, STEP_NEXT, error);
}

int task_build_list(struct step_context *context, struct http_request *request, struct error *error)
{
    (void)error;
    struct arena *arena = context->arena;
    const char *task = step_text(context, "task");
    struct json *body = aws_body(context->cloud, arena), *ids = json_array(arena);
    json_append(arena, ids, json_string(arena, task ? task : context->change->remote_id));
    json_set(arena, body, task ? "TaskIdentifier" : type_of(context)->subject, ids);
    step_send(context, type_of(context)->list, body, request);
    return 0;
}

enum step_result task_answer_find(struct step_context *context,
                                  const struct http_response *response, const struct error *failure,
                                  struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    const struct json *task = newest(context, answer);
    /* One that failed may be an earlier attempt's. If it was this one's, the token says so. */
    if (task && !text_equal(json_get_text(task, "TaskStatus"), "FAILED"))
        return follow(context, task, step_go_to(context, "poll"), error);
    return step_go_to(context, step_text(context, "engagement") ? "trace" : "start");
}

enum step_result task_answer_poll(struct step_context *context,
                                  const struct http_response *response, const struct error *failure,
                                  struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    const struct json *task = newest(context, answer);
    enum step_result result = task ? follow(context, task, STEP_WAIT, error) : STEP_WAIT;
    if (result != STEP_WAIT)
        return result;
    long long polls = step_count_of(context, "polls");
    step_keep_count(context, "polls", polls + 1);
    int64_t wait_ms =
        polls < (POLL_MAX - POLL_MS) / POLL_STEP ? POLL_MS + POLL_STEP * polls : POLL_MAX;
    return step_wait(
        context, context->cloud->patience_ms, wait_ms,
        arena_printf(context->arena, "AWS has not finished %s", type_of(context)->what));
}
