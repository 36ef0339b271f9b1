/* Tasks that the cloud runs on the caller's behalf: started, then followed until they end. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/referral_steps.h"

#define POLL_MS    2000 /* a task takes some seconds */
#define POLL_MAX   5000
#define POLL_LIMIT 150 /* about ten minutes; the next run goes on polling */

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
static enum step_result task_failed(const char *what, const struct json *task, struct error *error)
{
    const char *reason = json_get_text(task, "ReasonCode");
    const char *message = json_get_text(task, "Message");
    const struct passing *found = find_passing(reason);
    error_set(error, found ? found->class : ERROR_REFUSED, found ? found->scope : SCOPE_RECORD,
              "%s failed: %s%s%s", what, reason ? reason : "no reason given", message ? ": " : "",
              message ? message : "");
    if (reason)
        snprintf(error->vendor_code, sizeof error->vendor_code, "%s", reason);
    return found ? STEP_OVER : STEP_FAIL;
}

enum step_result task_follow(struct step_context *context, const char *what,
                             const struct json *task, enum step_result waiting, struct error *error)
{
    const char *id = json_get_text(task, "TaskId");
    const char *status = json_get_text(task, "TaskStatus");
    const char *opportunity = json_get_text(task, "OpportunityId");
    if (!text_blank(id))
        step_keep(context, "task", id);
    if (text_equal(status, "FAILED"))
        return task_failed(what, task, error);
    if (!text_equal(status, "COMPLETE"))
        return waiting;
    if (!text_blank(opportunity))
        step_keep(context, "id", opportunity);
    return step_go_to(context, "read");
}

/* One that was started on the version that this change rests on or a later one: an earlier attempt
 * may have left tasks behind. */
const struct json *task_newest(const struct step_context *context, const struct json *answer)
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

enum step_result task_poll(struct step_context *context, const char *what,
                           const struct http_response *response, const struct error *failure,
                           struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    long long polls = step_count_of(context, "polls") + 1;
    step_keep_count(context, "polls", polls);
    const struct json *task = task_newest(context, answer);
    enum step_result result = task ? task_follow(context, what, task, STEP_WAIT, error) : STEP_WAIT;
    if (result != STEP_WAIT)
        return result;
    if (polls % POLL_LIMIT == 0) {
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD, "%s is still in progress", what);
        return STEP_FAIL;
    }
    int64_t wait_ms = POLL_MS + 250 * (polls - 1);
    context->wait_ms = wait_ms < POLL_MAX ? wait_ms : POLL_MAX;
    return STEP_WAIT;
}
