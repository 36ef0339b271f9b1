#include "reconcile/engine.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "reconcile/guard.h"

#define LEASE_MS (10 * 60 * 1000) /* for stores shared by hosts; on one host the process tells */
#define PASSES                                                                                     \
    6 /* read, plan, apply again: creates are submitted, stale records planned afresh              \
       */

enum stage { STAGE_OPEN, STAGE_RESUME, STAGE_READ, STAGE_APPLY, STAGE_OVER };

/* The jobs of one cloud. They go from stage to stage together, since records of one may name those
 * of another; the jobs of other clouds do not wait for them. */
struct group {
    struct lane *first;
    enum stage stage;
    size_t pass;
    size_t waiting;   /* lanes that the present stage waits for */
    bool *some_ended; /* a group's stage has ended: the loop's stop */
};

struct lane {
    struct group *group;
    struct lane *next; /* of the group, in the order of the works */
    const struct work *work;
    struct engine_result *result;
    const struct engine_options *options;
    struct intake *intake;
    struct applier *applier;
    struct plan *plan; /* of the present pass */
    struct plan_trust trust;
    struct intake_result local; /* what the present plan rests on */
    bool leased, active, again;
    bool looked; /* at the source, in this run */
    int64_t started_ms, started_ticks;
    struct session_stats stats_before;
};

static void fail(struct lane *lane, const struct error *error)
{
    lane->result->outcome = READ_FAILED;
    lane->result->error = *error;
    lane->active = lane->again = false;
}

static bool stopping(const struct lane *lane)
{
    return lane->options->control && lane->options->control->stopping;
}

void engine_stop(struct engine_control *control)
{
    control->stopping = true;
    for (size_t i = 0; i < control->count; i++) {
        const struct work *work = control->lanes[i].work;
        if (control->lanes[i].applier)
            applier_stop(control->lanes[i].applier);
        session_stop(work->connector->session(work->cloud));
    }
}

static void say(const struct lane *lane, const char *stage, size_t done, size_t total)
{
    if (lane->options->progress)
        lane->options->progress(lane->options->progress_context, lane->work->job->name, stage, done,
                                total);
}

static struct session *session_of(const struct lane *lane)
{
    return lane->work->connector->session(lane->work->cloud);
}

/* A stage that waits for the network ends when every lane of the group has called lane_ended(). */
static void lane_ended(void *context)
{
    struct lane *lane = context;
    if (--lane->group->waiting == 0)
        *lane->group->some_ended = true;
}

/* ---- opening and closing ---- */

/* Links made with one catalog or account mean nothing in another. */
static int check_realm(struct lane *lane, struct error *error)
{
    const struct work *work = lane->work;
    struct cloud_status status;
    const char *known = NULL;
    work->connector->status(work->cloud, &status);
    int r = work->store->ops->cursor_get(work->store, work->job->name, "realm", lane->result->arena,
                                         &known, error);
    if (r < 0 || text_equal(known, status.realm))
        return r;
    if (known)
        return error_set(error, ERROR_INPUT, SCOPE_COLLECTION,
                         "the store knows this job's records from %s, the configuration now names "
                         "%s: give the job another name, or the store another path",
                         known, status.realm);
    return work->store->ops->cursor_put(work->store, work->job->name, "realm", status.realm, error);
}

static void lane_open(struct lane *lane)
{
    const struct work *work = lane->work;
    struct error error = {0};
    lane->started_ms = world_now(work->world);
    lane->started_ticks = world_ticks(work->world);
    session_stats(session_of(lane), &lane->stats_before);
    lane->result->arena = arena_new();
    int r = work->store->ops->lease_take(work->store, work->job->name, LEASE_MS, &error);
    lane->leased = r == 0;
    if (r == 0)
        r = check_realm(lane, &error);
    if (r == 0)
        r = work->store->ops->run_start(work->store, work->job->name, &lane->result->run, &error);
    lane->active = r == 0;
    if (r < 0)
        fail(lane, &error);
}

static void subtract_stats(struct lane *lane)
{
    struct session_stats now;
    session_stats(session_of(lane), &now);
    now.calls -= lane->stats_before.calls;
    now.retries -= lane->stats_before.retries;
    now.throttled -= lane->stats_before.throttled;
    now.waited_ms -= lane->stats_before.waited_ms;
    lane->result->stats = now;
}

static long long count_held(const struct plan *plan)
{
    return plan ? (long long)(plan->change_count - plan_open_count(plan)) : 0;
}

static bool is_wished(const struct lane *lane)
{
    return lane->work->wish_count > 0;
}

/* What there is to tell of the run: why it is not complete, or what it left with the cloud. NULL:
 * nothing. */
static const char *tell_trouble(const struct engine_result *result)
{
    const struct apply_counts *counts = &result->counts;
    if (result->error.class != ERROR_NONE)
        return result->error.message;
    if (result->remote.outcome != READ_COMPLETE)
        return result->remote.message;
    if (result->local.outcome != READ_COMPLETE)
        return result->local.message;
    const char *waiting =
        counts->waiting ? arena_printf(result->arena, "%zu change%s under way at the cloud",
                                       counts->waiting, counts->waiting == 1 ? " is" : "s are")
                        : NULL;
    if (result->outcome == READ_COMPLETE)
        return waiting;
    return arena_printf(result->arena, "%zu changes refused, %zu not finished%s%s", counts->failed,
                        counts->open, waiting ? "; " : "", waiting ? waiting : "");
}

static int put_run(struct lane *lane, struct error *error)
{
    const struct work *work = lane->work;
    const struct engine_result *result = lane->result;
    const struct plan *plan = result->left ? result->left : result->plan;
    struct run_row row = {.id = result->run,
                          .job = work->job->name,
                          .started_ms = lane->started_ms,
                          .ended_ms = world_now(work->world),
                          .outcome = read_outcome_name(result->outcome),
                          .message = tell_trouble(result)};
    row.counts[RUN_READ] = result->local.records + result->remote.records;
    row.counts[RUN_CALLS] = result->stats.calls;
    row.counts[RUN_PLANNED] = result->plan ? (long long)result->plan->change_count : 0;
    row.counts[RUN_APPLIED] = (long long)result->counts.applied;
    row.counts[RUN_HELD] = count_held(plan);
    row.counts[RUN_FAILED] = (long long)result->counts.failed;
    row.counts[RUN_CONFLICTS] = plan ? (long long)plan->conflict_count : 0;
    row.counts[RUN_FINDINGS] = (long long)result->findings;
    return work->store->ops->run_end(work->store, &row, error);
}

/* What the pacer has used of the day's budget outlives the process. */
static void save_budget(struct lane *lane)
{
    const struct work *work = lane->work;
    struct error error;
    const char *saved = pacer_save(session_pacer(session_of(lane)), lane->result->arena,
                                   world_ticks(work->world), world_now(work->world));
    if (work->store->ops->cursor_put(work->store, work->job->cloud, "budget", saved, &error) < 0)
        log_event(work->log, LOG_LEVEL_WARNING, "cannot save the day's call budget", "error",
                  error.message, NULL);
}

static void lane_close(struct lane *lane)
{
    const struct work *work = lane->work;
    struct error error = {0};
    lane->result->elapsed_ms = world_ticks(work->world) - lane->started_ticks;
    subtract_stats(lane);
    if (lane->result->run && put_run(lane, &error) < 0)
        log_event(work->log, LOG_LEVEL_ERROR, "cannot record the run", "job", work->job->name,
                  "error", error.message, NULL);
    if (lane->leased) {
        save_budget(lane);
        work->store->ops->lease_drop(work->store, work->job->name);
    }
    intake_free(lane->intake);
    applier_free(lane->applier);
    lane->intake = NULL;
    lane->applier = NULL; /* engine_stop() may come later */
}

/* ---- stages ---- */

/* People look at findings, not only at the last run's message. */
static void report_unreadable(const struct lane *lane, const struct error *failure)
{
    struct error error;
    if (work_put_finding(lane->work, "RUN-001", failure->message, &error) < 0)
        log_event(lane->work->log, LOG_LEVEL_ERROR, "cannot store a finding", "error",
                  error.message, "finding", failure->message, NULL);
}

/* What an earlier look of this run has seen stands unless the source has changed since. */
static void read_local(struct lane *lane)
{
    struct intake_result local;
    struct error error = {0};
    say(lane, "reading", 0, 0);
    if (intake_local(lane->work, lane->result->arena, &local, &error) < 0) {
        error_context(&error, "source %s", lane->work->job->source);
        report_unreadable(lane, &error);
        fail(lane, &error);
        return;
    }
    if (lane->looked && local.skipped)
        return;
    lane->looked = true;
    lane->local = local;
    if (local.outcome > lane->result->outcome)
        lane->result->outcome = local.outcome;
    if (lane->group->pass == 0)
        lane->result->local = local;
}

static bool read_remote_due(const struct lane *lane)
{
    struct apply_counts counts = {0};
    if (lane->applier)
        applier_counts(lane->applier, &counts);
    return lane->group->pass == 0 || counts.stale || counts.unseen;
}

static void start_read(struct lane *lane)
{
    struct error error = {0};
    bool due = false, ever = false;
    if (intake_full_due(lane->work, &due, &ever, &error) < 0) {
        fail(lane, &error);
        lane_ended(lane);
        return;
    }
    lane->trust.ever_complete = ever;
    intake_free(lane->intake);
    lane->intake = intake_new(lane->work, lane->result->arena);
    intake_start(lane->intake, lane->group->pass == 0 && (due || lane->options->full),
                 lane->options->apply, lane_ended, lane);
}

/* While the cloud was read, another cloud's job may have written to the source, or somebody else:
 * nothing is planned on what it was before. */
static void finish_read(struct lane *lane)
{
    struct intake_result remote = {0};
    struct error error = {0};
    if (!lane->intake)
        return;
    int r = intake_finish(lane->intake, &remote, &error);
    intake_free(lane->intake);
    lane->intake = NULL;
    if (r < 0) {
        fail(lane, &error);
        return;
    }
    lane->trust.remote = remote.outcome;
    lane->trust.remote_message = remote.message;
    lane->trust.ever_complete |= remote.outcome == READ_COMPLETE;
    if (remote.outcome > lane->result->outcome)
        lane->result->outcome = remote.outcome;
    if (lane->group->pass == 0)
        lane->result->remote = remote;
    read_local(lane);
}

static void keep_plan(struct lane *lane, struct plan *plan)
{
    struct engine_result *result = lane->result;
    lane->plan = plan;
    if (!result->plan) {
        result->plan = plan;
        return;
    }
    plan_free(result->left);
    result->left = plan;
}

static void make_plan(struct lane *lane)
{
    struct plan *plan = NULL;
    struct error error = {0};
    say(lane, "planning", 0, 0);
    int r = plan_make(lane->work, &lane->trust, &plan, &error);
    if (r == 0)
        r = guard_apply(lane->work, &lane->trust, plan, &error);
    if (plan)
        keep_plan(lane, plan);
    if (r < 0)
        fail(lane, &error);
}

static int count_finding(void *context, const struct finding *finding)
{
    (void)finding;
    (*(size_t *)context)++;
    return 0;
}

/* Findings of these areas are the reads' and the run's own; all others are the plan's. */
static bool is_of_plan(const char *code)
{
    static const char *const others[] = {"CFG-", "SRC-", "CLD-", "RUN-"};
    for (size_t i = 0; i < COUNT(others); i++)
        if (text_starts(code, others[i]))
            return false;
    return true;
}

/* What an earlier pass of this run said of the plan is settled; what befell the run is not. */
static int sweep_findings(const struct lane *lane, struct arena *arena, int64_t now,
                          struct error *error)
{
    struct store *store = lane->work->store;
    const char *job = lane->work->job->name, *last = "";
    int r = store->ops->finding_sweep(store, job, "RUN-", lane->started_ms, error);
    for (size_t i = 0; r == 0 && i < finding_type_count; i++) {
        const char *code = finding_types[i].code;
        const char *area = arena_copy_n(arena, code, strcspn(code, "-") + 1);
        if (!is_of_plan(code) || text_equal(area, last))
            continue;
        last = area;
        r = store->ops->finding_sweep(store, job, area, now, error);
    }
    return r;
}

/* What people look at between runs: the plan as it stands, and its findings. */
static void publish(struct lane *lane)
{
    const struct work *work = lane->work;
    const struct plan *plan = lane->plan;
    struct store *store = work->store;
    struct error error = {0};
    int64_t now = world_now(work->world);
    if (is_wished(lane)) /* it is not the job's plan */
        return;
    int r = store->ops->begin(store, &error);
    if (r < 0) {
        fail(lane, &error);
        return;
    }
    for (size_t i = 0; r == 0 && i < plan->finding_count; i++)
        r = store->ops->finding_put(store, &plan->findings[i], NULL, &error);
    if (r == 0)
        r = sweep_findings(lane, plan->arena, now, &error);
    if (r == 0)
        r = store->ops->plan_put(store, work->job->name, lane->result->run,
                                 plan_to_json(plan->arena, plan), &error);
    lane->result->findings = 0;
    if (r == 0)
        r = store->ops->finding_each(store, work->job->name, plan->arena, count_finding,
                                     &lane->result->findings, &error);
    if (r == 0)
        r = store->ops->commit(store, &error);
    if (r < 0) {
        store->ops->rollback(store);
        fail(lane, &error);
    }
}

static void applier_says(void *context, size_t done, size_t total)
{
    say(context, "applying", done, total);
}

static void start_apply(struct lane *lane)
{
    struct error error = {0};
    applier_free(lane->applier);
    lane->applier = applier_new(lane->work, lane->plan, lane->result->run);
    applier_progress(lane->applier, applier_says, lane);
    int r = 0;
    if (lane->plan)
        r = apply_bookkeeping(lane->work, lane->plan, lane->result->run, &lane->result->counts,
                              &error);
    else
        r = applier_resume(lane->applier, &error);
    if (r == 0 && lane->plan)
        r = applier_take(lane->applier, &error);
    if (r < 0) {
        fail(lane, &error);
        lane_ended(lane);
        return;
    }
    if (stopping(lane))
        applier_stop(lane->applier);
    applier_start(lane->applier, lane_ended, lane);
}

static void add_counts(struct apply_counts *sum, const struct apply_counts *more)
{
    sum->applied += more->applied;
    sum->failed += more->failed;
    sum->stale += more->stale;
    sum->unseen += more->unseen;
    sum->open += more->open;
    sum->waiting += more->waiting;
    sum->created += more->created;
    if (more->worst > sum->worst)
        sum->worst = more->worst;
}

static void finish_apply(struct lane *lane)
{
    struct apply_counts counts = {0}, local = {0};
    struct error error = {0};
    applier_counts(lane->applier, &counts);
    if (lane->plan && !stopping(lane) && !is_wished(lane) &&
        apply_local(lane->work, lane->plan, lane->result->run, &lane->local.state, &local, &error) <
            0)
        fail(lane, &error);
    add_counts(&counts, &local);
    add_counts(&lane->result->counts, &counts);
    if ((counts.open || counts.failed) && lane->result->outcome == READ_COMPLETE)
        lane->result->outcome = READ_PARTIAL;
    lane->again = lane->active && !stopping(lane) && (counts.applied || counts.stale);
}

static void drop_if_done(struct lane *lane)
{
    lane->active = lane->again;
}

/* ---- the jobs of one cloud ---- */

typedef void lane_step(struct lane *lane);

static void each(const struct group *group, lane_step *step)
{
    for (struct lane *lane = group->first; lane; lane = lane->next)
        if (lane->active)
            step(lane);
}

static bool is_active(const struct group *group)
{
    bool active = false;
    for (const struct lane *lane = group->first; lane; lane = lane->next)
        active |= lane->active;
    return active;
}

/* Starts something on every active lane. */
static void begin(struct group *group, enum stage stage, lane_step *start,
                  bool (*due)(const struct lane *lane))
{
    group->stage = stage;
    group->waiting = 1; /* for this function, so that a lane that ends at once does not end all */
    for (struct lane *lane = group->first; lane; lane = lane->next) {
        if (!lane->active || (due && !due(lane)))
            continue;
        group->waiting++;
        start(lane);
    }
    group->waiting--;
}

static void begin_pass(struct group *group)
{
    each(group, read_local);
    begin(group, STAGE_READ, start_read, read_remote_due);
}

static void end_group(struct group *group)
{
    for (struct lane *lane = group->first; lane; lane = lane->next)
        lane_close(lane);
    group->stage = STAGE_OVER;
}

/* Ends the present stage, which nothing is waited for in any more, and begins the next. What an
 * earlier run left open is brought to its end before anything is read. */
static void go_on(struct group *group)
{
    bool apply = group->first->options->apply;
    switch (group->stage) {
    case STAGE_OPEN:
        if (apply)
            begin(group, STAGE_RESUME, start_apply, NULL);
        else
            begin_pass(group);
        break;
    case STAGE_RESUME:
        each(group, finish_apply);
        begin_pass(group);
        break;
    case STAGE_READ:
        each(group, finish_read);
        each(group, make_plan);
        each(group, publish);
        if (apply)
            begin(group, STAGE_APPLY, start_apply, NULL);
        else
            end_group(group);
        break;
    case STAGE_APPLY:
        each(group, finish_apply);
        each(group, drop_if_done);
        if (++group->pass < PASSES && is_active(group))
            begin_pass(group);
        else
            end_group(group);
        break;
    case STAGE_OVER:
        break;
    }
}

/* ---- the run ---- */

struct run {
    struct lane *lanes;
    struct group *groups;
    size_t lane_count, group_count;
    bool some_ended;
};

static void join_group(struct run *run, struct lane *lane)
{
    size_t i = 0;
    while (i < run->group_count && run->groups[i].first->work->cloud != lane->work->cloud)
        i++;
    struct group *group = lane->group = &run->groups[i];
    struct lane **end = &group->first;
    while (*end)
        end = &(*end)->next;
    *end = lane;
    group->some_ended = &run->some_ended;
    run->group_count += i == run->group_count;
}

static void open_run(struct run *run, const struct work *works,
                     const struct engine_options *options, struct engine_result *results)
{
    for (size_t i = 0; i < run->lane_count; i++) {
        struct lane *lane = &run->lanes[i];
        results[i] = (struct engine_result){.work = &works[i]};
        *lane = (struct lane){.work = &works[i], .result = &results[i], .options = options};
        for (size_t k = 0; k < run->lane_count; k++)
            results[i].shared |= k != i && works[k].cloud == works[i].cloud;
        join_group(run, lane);
        lane_open(lane);
    }
}

/* Until all groups are over. */
static int go(struct run *run, struct loop *loop, struct error *error)
{
    for (;;) {
        size_t open = 0;
        run->some_ended = false;
        for (size_t i = 0; i < run->group_count; i++) {
            struct group *group = &run->groups[i];
            while (group->stage != STAGE_OVER && !group->waiting)
                go_on(group);
            open += group->stage != STAGE_OVER;
        }
        if (!open)
            return 0;
        int r = loop_run(loop, &run->some_ended, error);
        if (r < 0)
            return r;
        if (!run->some_ended)
            return error_set(error, ERROR_BUG, SCOPE_RUN, "the jobs of %zu clouds wait for nothing",
                             open);
    }
}

static void fail_group(struct group *group, const struct error *error)
{
    for (struct lane *lane = group->first; lane; lane = lane->next)
        if (lane->result->error.class == ERROR_NONE)
            fail(lane, error);
    end_group(group);
}

int engine_run(struct loop *loop, const struct work *works, size_t count,
               const struct engine_options *options, struct engine_result *results,
               struct error *error)
{
    CLEANUP_FREE struct lane *lanes = memory_alloc((count + 1) * sizeof *lanes);
    CLEANUP_FREE struct group *groups = memory_alloc((count + 1) * sizeof *groups);
    struct run run = {.lanes = lanes, .groups = groups, .lane_count = count};
    open_run(&run, works, options, results);
    if (options->control) {
        options->control->lanes = lanes;
        options->control->count = count;
    }
    int r = go(&run, loop, error);
    for (size_t i = 0; r < 0 && i < run.group_count; i++)
        if (groups[i].stage != STAGE_OVER)
            fail_group(&groups[i], error);
    if (options->control) {
        options->control->lanes = NULL;
        options->control->count = 0;
    }
    return r;
}

void engine_result_free(struct engine_result *result)
{
    plan_free(result->plan);
    plan_free(result->left);
    arena_free(result->arena);
    *result = (struct engine_result){0};
}
