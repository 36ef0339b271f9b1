#include "daemon/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"

/* What is known of a job from its last run. */
struct memory {
    enum report_state state;
    enum error_class class;
    int64_t since_ms; /* when this state began */
    size_t planned, held, conflicts;
};

struct report {
    const struct world *world;
    struct map *jobs; /* name → struct memory */
};

struct report *report_new(const struct world *world)
{
    struct report *report = memory_alloc(sizeof *report);
    report->world = world;
    report->jobs = map_new();
    return report;
}

void report_free(struct report *report)
{
    if (!report)
        return;
    for (size_t i = 0; i < map_count(report->jobs); i++)
        free(map_value_at(report->jobs, i));
    map_free(report->jobs);
    free(report);
}

static struct memory *recall(struct report *report, const char *job)
{
    struct memory *memory = map_get(report->jobs, job);
    if (!memory) {
        memory = memory_alloc(sizeof *memory);
        map_put(report->jobs, job, memory);
    }
    return memory;
}

enum report_state report_judge(const struct engine_result *result)
{
    if (result->outcome == READ_COMPLETE)
        return REPORT_GOOD;
    if (result->outcome == READ_PARTIAL)
        return REPORT_PARTIAL;
    /* The lease is asked for before the run is entered in the store. */
    return !result->run && result->error.class == ERROR_TEMPORARY ? REPORT_BUSY : REPORT_FAILED;
}

struct number {
    char text[24];
};

static struct number number(long long value)
{
    struct number number;
    snprintf(number.text, sizeof number.text, "%lld", value);
    return number;
}

/* The plan as it stands at the end of the run. */
static const struct plan *last_plan(const struct engine_result *result)
{
    return result->left ? result->left : result->plan;
}

static void log_run(const struct log *log, enum log_level level, const struct engine_result *result,
                    const struct memory *now, int64_t next_ms)
{
    log_event(log, level, "run ended", "job", result->work->job->name, "outcome",
              read_outcome_name(result->outcome), "read",
              number(result->local.changed + result->remote.changed).text, "planned",
              number((long long)now->planned).text, "applied",
              number((long long)result->counts.applied).text, "held",
              number((long long)now->held).text, "failed",
              number((long long)result->counts.failed).text, "conflicts",
              number((long long)now->conflicts).text, "ms", number(result->elapsed_ms).text,
              "next_ms", number(next_ms).text, NULL);
}

/* Why the job is not well: the failure, or what a side said when it was read. */
static const char *reason(const struct engine_result *result)
{
    if (result->error.class != ERROR_NONE)
        return result->error.message;
    if (result->remote.outcome != READ_COMPLETE)
        return result->remote.message ? result->remote.message : "not everything could be read";
    if (result->local.outcome != READ_COMPLETE)
        return result->local.message;
    return result->counts.open ? "some changes are not finished; the next run goes on with them"
                               : "some changes were not accepted; see agent findings";
}

/* One line for each turn of a job's fortune. */
static void log_turn(const struct report *report, const struct log *log,
                     const struct engine_result *result, const struct memory *before,
                     enum report_state state, int64_t next_ms)
{
    const char *job = result->work->job->name;
    const struct error *error = &result->error;
    bool same = state == before->state && error->class == before->class;
    if (same)
        return;
    switch (state) {
    case REPORT_FAILED:
        log_event(log, LOG_LEVEL_ERROR, "job fails", "job", job, "error", reason(result), "class",
                  error->class ? error_class_name(error->class) : NULL, "request_id",
                  error->request_id[0] ? error->request_id : NULL, "next_ms", number(next_ms).text,
                  NULL);
        break;
    case REPORT_PARTIAL:
        log_event(log, LOG_LEVEL_WARNING, "job is done in part", "job", job, "reason",
                  reason(result), NULL);
        break;
    case REPORT_BUSY:
        log_event(log, LOG_LEVEL_INFO, "job waits", "job", job, "reason", error->message, NULL);
        break;
    case REPORT_GOOD:
        if (before->state == REPORT_BUSY)
            break;
        log_event(log, LOG_LEVEL_INFO, "job works again", "job", job, "after_ms",
                  number(world_now(report->world) - before->since_ms).text, NULL);
        break;
    }
}

enum report_state report_run(struct report *report, const struct log *log,
                             const struct engine_result *result, int64_t next_ms)
{
    struct memory *memory = recall(report, result->work->job->name);
    const struct plan *plan = last_plan(result);
    enum report_state state = report_judge(result);
    struct memory now = *memory; /* without a plan, what is known of the last one stands */
    now.state = state;
    now.class = result->error.class;
    if (plan) {
        now.planned = plan->change_count;
        now.held = plan->change_count - plan_open_count(plan);
        now.conflicts = plan->conflict_count;
    }
    bool active = result->local.changed || result->remote.changed || result->counts.applied ||
                  result->counts.failed || now.planned != memory->planned ||
                  now.held != memory->held || now.conflicts != memory->conflicts;
    if (state != memory->state)
        now.since_ms = world_now(report->world);
    log_turn(report, log, result, memory, state, next_ms);
    log_run(log, active ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG, result, &now, next_ms);
    *memory = now;
    return state;
}

void report_cut(const struct log *log, const struct engine_result *result)
{
    log_event(log, LOG_LEVEL_INFO, "run cut short", "job", result->work->job->name, "applied",
              number((long long)result->counts.applied).text, "open",
              number((long long)result->counts.open).text, "ms", number(result->elapsed_ms).text,
              NULL);
}
