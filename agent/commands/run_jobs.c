#include "commands/run_jobs.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "commands/output.h"
#include "commands/print_plan.h"
#include "commands/under_way.h"

struct runner {
    struct context *context;
    struct engine_control control;
    int signals; /* signalfd, or -1 */
    bool terminal;
    bool shown; /* a progress line stands on the terminal */
    int64_t last_shown;
};

#define PROGRESS_MS 200

static void clear_progress(struct runner *runner)
{
    if (runner->shown)
        fputs("\r\x1b[K", stderr);
    runner->shown = false;
}

static void show_progress(void *data, const char *job, const char *stage, size_t done, size_t total)
{
    struct runner *runner = data;
    int64_t now = world_ticks(runner->context->world);
    if (!runner->terminal || now - runner->last_shown < PROGRESS_MS)
        return;
    runner->last_shown = now;
    runner->shown = true;
    fprintf(stderr, "\r\x1b[K%s: %s", job, stage);
    if (total)
        fprintf(stderr, " %zu of %zu", done, total);
    fflush(stderr);
}

/* First ^C: finish what is on the wire. Second: end now; the journal makes that safe. */
static void interrupted(void *data)
{
    struct runner *runner = data;
    struct signalfd_siginfo info;
    while (read(runner->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        clear_progress(runner);
        if (runner->control.stopping)
            _exit(EXIT_PARTIAL);
        output_error("stopping when the calls under way have ended; once more stops now");
        engine_stop(&runner->control);
    }
}

static void watch_signals(struct runner *runner)
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGTERM);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    runner->signals = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
    if (runner->signals >= 0)
        loop_watch(runner->context->loop, runner->signals, interrupted, runner);
}

/* One line for each change that the cloud still works on. */
static void print_waiting(const struct engine_result *result)
{
    const struct work *work = result->work;
    CLEANUP_ARENA struct arena *arena = arena_new();
    CLEANUP_UNDER_WAY struct under_way list = {0};
    struct error error = {0};
    if (!result->counts.waiting)
        return;
    if (under_way_load(work->store, work->job->name, arena, &list, &error) < 0)
        output_failure(work->job->name, &error);
    for (size_t i = 0; i < list.count; i++) {
        const struct change *change = list.rows[i].change;
        if (under_way_waits(&list.rows[i]))
            printf("  under way: %s  %s  %s  %s\n", change->id, action_name(change->action),
                   output_safe(arena, change->title),
                   output_safe(arena, under_way_note(arena, &list.rows[i])));
    }
}

static struct json *waiting_json(struct arena *arena, const struct engine_result *result)
{
    const struct work *work = result->work;
    CLEANUP_UNDER_WAY struct under_way list = {0};
    struct json *array = json_array(arena);
    struct error error = {0};
    if (result->counts.waiting &&
        under_way_load(work->store, work->job->name, arena, &list, &error) < 0)
        output_failure(work->job->name, &error);
    for (size_t i = 0; i < list.count; i++)
        if (under_way_waits(&list.rows[i]))
            json_append(arena, array, under_way_json(arena, &list.rows[i]));
    return array;
}

static void print_result(const struct arguments *arguments, const struct engine_result *result,
                         bool apply)
{
    const char *job = result->work->job->name;
    if (result->plan && arguments->output == OUTPUT_TABLE) {
        print_plan(arguments, result);
        if (apply)
            print_outcome(arguments, result);
        print_waiting(result);
    }
    if (result->error.class != ERROR_NONE) {
        output_failure(job, &result->error);
    } else if (result->outcome == READ_FAILED && result->plan &&
               arguments->output != OUTPUT_TABLE) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        output_error("%s: the cloud could not be read: %s", job,
                     output_safe(arena, result->plan->read_message));
    }
}

static struct json *result_to_json(struct arena *arena, const struct engine_result *result,
                                   bool apply)
{
    struct json *object = result->plan ? plan_to_json(arena, result->plan) : json_object(arena);
    json_set_text(arena, object, "job", result->work->job->name);
    if (result->error.class != ERROR_NONE)
        json_set_text(arena, object, "error", result->error.message);
    if (!apply)
        return object;
    json_set_text(arena, object, "outcome", read_outcome_name(result->outcome));
    json_set(arena, object, "applied", json_int(arena, (long long)result->counts.applied));
    json_set(arena, object, "refused", json_int(arena, (long long)result->counts.failed));
    json_set(arena, object, "unfinished", json_int(arena, (long long)result->counts.open));
    json_set(arena, object, "waiting", json_int(arena, (long long)result->counts.waiting));
    json_set(arena, object, "under_way", waiting_json(arena, result));
    json_set(arena, object, "calls", json_int(arena, result->stats.calls));
    json_set(arena, object, "elapsed_ms", json_int(arena, result->elapsed_ms));
    return object;
}

static void add_csv(struct arena *arena, struct listing *listing, const struct plan *plan)
{
    for (size_t i = 0; i < plan->change_count; i++) {
        const struct change *change = plan->changes[i];
        for (size_t j = 0; j == 0 || j < change->field_count; j++) {
            const struct change_field *field = j < change->field_count ? &change->fields[j] : NULL;
            const struct field *named = field ? &change->kind->fields[field->field] : NULL;
            const char *const cells[] = {
                change->job,
                change->id,
                action_name(change->action),
                change->remote_id,
                change->local_key,
                change->title,
                named ? named->name : NULL,
                field && field->old_value ? value_show(arena, named, field->old_value) : NULL,
                field && field->new_value ? value_show(arena, named, field->new_value) : NULL,
                field ? field->rule : change->note,
                change->hold ? hold_name(change->hold) : NULL,
                change->hold_reason};
            listing_add(listing, cells);
        }
    }
}

static void print_all(const struct arguments *arguments, const struct engine_result *results,
                      size_t count, bool apply)
{
    static const char *const columns[] = {
        "job", "change", "action", "remote_id", "local_key",   "title", "field",
        "old", "new",    "rule",   "held",      "held_reason", NULL};
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct listing *listing = listing_new(columns);
    struct json *array = json_array(arena);
    for (size_t i = 0; i < count; i++) {
        print_result(arguments, &results[i], apply);
        if (arguments->output == OUTPUT_JSON)
            json_append(arena, array, result_to_json(arena, &results[i], apply));
        else if (arguments->output == OUTPUT_CSV && results[i].plan)
            add_csv(arena, listing, results[i].plan);
    }
    if (arguments->output == OUTPUT_JSON)
        output_json(array);
    else if (arguments->output == OUTPUT_CSV)
        listing_print(listing, arguments, "");
    listing_free(listing);
}

/* What a person has rejected, or what is handed out already, is nothing more to do. */
static bool waits(const struct change *change)
{
    return change->hold != HOLD_REJECTED && change->hold != HOLD_DELIVERED;
}

static int exit_code(const struct engine_result *results, size_t count, bool apply)
{
    size_t failed = 0, partial = 0, changes = 0;
    for (size_t i = 0; i < count; i++) {
        const struct plan *plan = results[i].plan;
        failed += results[i].outcome == READ_FAILED;
        partial += results[i].outcome == READ_PARTIAL || results[i].counts.waiting;
        changes += plan ? plan->conflict_count : 0;
        for (size_t j = 0; plan && j < plan->change_count; j++)
            changes += waits(plan->changes[j]);
    }
    if (failed)
        return failed == count ? EXIT_FAILED : EXIT_PARTIAL;
    if (partial)
        return EXIT_PARTIAL;
    return !apply && changes ? EXIT_CHANGES : EXIT_OK;
}

/* What somebody asked for and did not get, and why. Returns how much that is. */
static size_t tell_refused(const struct engine_result *results, size_t count)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    size_t refused = 0;
    for (size_t i = 0; i < count; i++) {
        const struct plan *plan = results[i].plan;
        for (size_t j = 0; plan && j < plan->change_count; j++) {
            const struct change *change = plan->changes[j];
            if (!change->asked_by || change->hold == HOLD_NONE)
                continue;
            output_error("%s %s: not done: %s", action_name(change->action),
                         output_safe(arena, change->title),
                         output_safe(arena, change->hold_reason));
            refused++;
        }
        for (size_t j = 0; plan && j < plan->finding_count; j++) {
            if (!text_equal(plan->findings[j].type->code, "RUN-010"))
                continue;
            output_error("%s: %s", output_safe(arena, plan->findings[j].subject),
                         output_safe(arena, plan->findings[j].detail));
            refused++;
        }
    }
    return refused;
}

int run_opened_jobs(struct context *context, bool apply)
{
    const struct arguments *arguments = context->arguments;
    struct runner runner = {
        .context = context, .signals = -1, .terminal = isatty(STDERR_FILENO) && !arguments->quiet};
    const struct engine_options options = {.apply = apply,
                                           .full = arguments->full,
                                           .progress = show_progress,
                                           .progress_context = &runner,
                                           .control = &runner.control};
    struct engine_result *results = memory_alloc((context->work_count + 1) * sizeof *results);
    struct error error = {0};
    watch_signals(&runner);
    int r =
        engine_run(context->loop, context->works, context->work_count, &options, results, &error);
    clear_progress(&runner);
    print_all(arguments, results, context->work_count, apply);
    int code = r < 0 ? EXIT_FAILED : exit_code(results, context->work_count, apply);
    if (tell_refused(results, context->work_count))
        code = EXIT_FAILED;
    for (size_t i = 0; i < context->work_count; i++)
        engine_result_free(&results[i]);
    free(results);
    if (runner.signals >= 0) {
        loop_unwatch(context->loop, runner.signals);
        close(runner.signals);
    }
    return code;
}

int run_jobs(const struct world *world, const struct arguments *arguments, bool apply)
{
    CLEANUP_CONTEXT struct context context = {0};
    int code = context_load(world, arguments, &context);
    if (!code)
        code = context_open_jobs(&context, arguments->words, arguments->word_count);
    return code ? code : run_opened_jobs(&context, apply);
}
