#include "daemon/daemon.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/memory.h"
#include "daemon/report.h"
#include "daemon/schedule.h"

/* The loop sleeps on a clock that stands still while the host sleeps: it looks up at least so
 * often, so that what a sleep made due is not late by more. */
#define LONGEST_SLEEP_MS (60 * 1000)

struct daemon {
    const struct daemon_options *options;
    struct daemon_setup setup;
    struct schedule *schedule;
    struct report *report;
    struct engine_control control; /* of the run under way */
    int signals;                   /* signalfd */
    bool running, stopping, reload;
    const char *why;                /* the signal that stops us */
    bool wake;                      /* the idle loop shall look around */
    uint64_t ping, sleep, deadline; /* timers; 0: none */
};

static void fill_mask(sigset_t *mask)
{
    sigemptyset(mask);
    sigaddset(mask, SIGTERM);
    sigaddset(mask, SIGINT);
    sigaddset(mask, SIGHUP);
}

void daemon_block_signals(void)
{
    sigset_t mask;
    fill_mask(&mask);
    sigprocmask(SIG_BLOCK, &mask, NULL);
}

/* ---- stopping ---- */

static void leave(struct daemon *daemon, const char *why)
{
    char code[16];
    snprintf(code, sizeof code, "%d", daemon->options->cut_code);
    log_event(daemon->setup.log, LOG_LEVEL_WARNING, "ended with changes under way", "why", why,
              "then", "the next start finds out what became of them", "exit", code, NULL);
    daemon->options->leave(daemon->options->cut_code);
}

static void too_late(void *context)
{
    struct daemon *daemon = context;
    daemon->deadline = 0;
    leave(daemon, "the stop timeout has passed");
}

static void stop(struct daemon *daemon, const char *name)
{
    if (daemon->stopping) {
        leave(daemon, "a second signal to stop");
        return;
    }
    daemon->stopping = daemon->wake = true;
    daemon->why = name;
    notify_stopping(daemon->options->notify, daemon->setup.stop_timeout_ms);
    if (!daemon->running)
        return;
    log_event(daemon->setup.log, LOG_LEVEL_INFO, "stopping when what is under way has ended", "why",
              name, NULL);
    notify_status(daemon->options->notify, "Stopping: waiting for what is under way");
    daemon->deadline =
        loop_after(daemon->setup.loop, daemon->setup.stop_timeout_ms, too_late, daemon);
    engine_stop(&daemon->control);
}

static void take_signals(void *context)
{
    struct daemon *daemon = context;
    struct signalfd_siginfo info;
    while (read(daemon->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP)
            daemon->reload = daemon->wake = true;
        else
            stop(daemon, info.ssi_signo == SIGTERM ? "SIGTERM" : "SIGINT");
    }
}

/* ---- what stands on the loop ---- */

static void ping(void *context)
{
    struct daemon *daemon = context;
    notify_watchdog(daemon->options->notify);
    daemon->ping =
        loop_after(daemon->setup.loop, daemon->options->notify->watchdog_ms, ping, daemon);
}

static void attach(struct daemon *daemon)
{
    loop_watch(daemon->setup.loop, daemon->signals, take_signals, daemon);
    if (daemon->options->notify->watchdog_ms)
        ping(daemon);
}

static void detach(struct daemon *daemon)
{
    loop_unwatch(daemon->setup.loop, daemon->signals);
    loop_cancel(daemon->setup.loop, daemon->ping);
    loop_cancel(daemon->setup.loop, daemon->deadline);
    daemon->ping = daemon->deadline = 0;
}

static void wake_up(void *context)
{
    struct daemon *daemon = context;
    daemon->wake = true;
}

/* ---- runs ---- */

static void set_jobs(struct daemon *daemon)
{
    const struct daemon_setup *setup = &daemon->setup;
    CLEANUP_FREE struct schedule_entry *entries =
        memory_alloc((setup->count + 1) * sizeof *entries);
    for (size_t i = 0; i < setup->count; i++)
        entries[i] =
            (struct schedule_entry){setup->works[i].job->name, setup->works[i].job->every_ms};
    schedule_set(daemon->schedule, entries, setup->count, setup->jitter_percent,
                 world_ticks(daemon->options->world));
}

static void finish_job(struct daemon *daemon, size_t index, const struct engine_result *result)
{
    static const enum schedule_outcome outcomes[] = {
        [REPORT_GOOD] = SCHEDULE_DONE,
        [REPORT_PARTIAL] = SCHEDULE_DONE,
        [REPORT_FAILED] = SCHEDULE_FAILED,
        [REPORT_BUSY] = SCHEDULE_BUSY,
    };
    int64_t now = world_ticks(daemon->options->world);
    enum report_state state = report_judge(result);
    if (daemon->stopping && state != REPORT_GOOD) {
        report_cut(daemon->setup.log, result);
        return;
    }
    schedule_end(daemon->schedule, index, now, outcomes[state]);
    report_run(daemon->report, daemon->setup.log, result,
               schedule_at(daemon->schedule, index) - now);
}

static void say_running(const struct daemon *daemon, const char *first, size_t count)
{
    if (count == 1)
        notify_status(daemon->options->notify, "Running %s", first);
    else
        notify_status(daemon->options->notify, "Running %s and %zu more", first, count - 1);
}

/* All jobs that are due, in one run of the engine. Their failures are theirs: the daemon goes on.
 */
static void run_due(struct daemon *daemon, const size_t *due, size_t count)
{
    const struct daemon_setup *setup = &daemon->setup;
    CLEANUP_FREE struct work *works = memory_alloc((count + 1) * sizeof *works);
    CLEANUP_FREE struct engine_result *results = memory_alloc((count + 1) * sizeof *results);
    int64_t now = world_ticks(daemon->options->world);
    for (size_t i = 0; i < count; i++) {
        works[i] = setup->works[due[i]];
        schedule_begin(daemon->schedule, due[i], now);
    }
    say_running(daemon, works[0].job->name, count);
    daemon->control = (struct engine_control){0};
    const struct engine_options options = {.apply = true, .control = &daemon->control};
    struct error error = {0};
    daemon->running = true;
    (daemon->options->engine ? daemon->options->engine : engine_run)(
        setup->loop, works, count, &options, results, &error); /* every result has its own error */
    daemon->running = false;
    for (size_t i = 0; i < count; i++) {
        finish_job(daemon, due[i], &results[i]);
        engine_result_free(&results[i]);
    }
}

static void say_idle(const struct daemon *daemon, size_t index, int64_t wait)
{
    size_t failing = schedule_failing(daemon->schedule);
    char trouble[48] = "";
    if (failing)
        snprintf(trouble, sizeof trouble, ", %zu failing", failing);
    notify_status(daemon->options->notify, "%zu job%s%s; next: %s in %" PRId64 " s",
                  daemon->setup.count, daemon->setup.count == 1 ? "" : "s", trouble,
                  daemon->setup.works[index].job->name, wait > 0 ? (wait + 999) / 1000 : 0);
}

static int idle(struct daemon *daemon, struct error *error)
{
    size_t index = 0;
    int64_t next = schedule_next(daemon->schedule, &index);
    int64_t wait = LONGEST_SLEEP_MS;
    if (next != SCHEDULE_NEVER) {
        wait = next - world_ticks(daemon->options->world);
        say_idle(daemon, index, wait);
    }
    daemon->wake = false;
    daemon->sleep = loop_after(daemon->setup.loop,
                               wait < LONGEST_SLEEP_MS ? wait : LONGEST_SLEEP_MS, wake_up, daemon);
    int r = loop_run(daemon->setup.loop, &daemon->wake, error);
    loop_cancel(daemon->setup.loop, daemon->sleep);
    return r;
}

static void reload(struct daemon *daemon)
{
    const struct notify *notify = daemon->options->notify;
    daemon->reload = false;
    notify_reloading(notify);
    detach(daemon);
    int r = daemon->options->reload(daemon->options->context, &daemon->setup);
    attach(daemon);
    if (r == 0) {
        char jobs[24];
        snprintf(jobs, sizeof jobs, "%zu", daemon->setup.count);
        set_jobs(daemon);
        log_event(daemon->setup.log, LOG_LEVEL_INFO, "configuration reloaded", "jobs", jobs, NULL);
    } else {
        log_event(daemon->setup.log, LOG_LEVEL_ERROR,
                  "the new configuration is refused; the old one runs on", NULL);
    }
    notify_ready(notify);
}

static int work_on(struct daemon *daemon, struct error *error)
{
    CLEANUP_FREE size_t *due = NULL;
    size_t capacity = 0;
    int r = 0;
    while (r == 0) {
        take_signals(daemon); /* also if a run ended without a look at the loop */
        if (daemon->stopping)
            break;
        ARRAY_GROW(due, &capacity, daemon->setup.count + 1);
        size_t count = schedule_due(daemon->schedule, world_ticks(daemon->options->world), due);
        if (daemon->reload)
            reload(daemon);
        else if (count)
            run_due(daemon, due, count);
        else
            r = idle(daemon, error);
    }
    return r;
}

static void say_start(const struct daemon *daemon)
{
    char jobs[24];
    snprintf(jobs, sizeof jobs, "%zu", daemon->setup.count);
    log_event(daemon->setup.log, LOG_LEVEL_INFO, "started", "version", AGENT_VERSION, "jobs", jobs,
              NULL);
}

int daemon_run(const struct daemon_options *options, struct error *error)
{
    struct daemon daemon = {.options = options, .setup = options->setup};
    sigset_t mask;
    fill_mask(&mask);
    daemon.signals = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
    if (daemon.signals < 0)
        return error_errno(error, SCOPE_RUN, errno, "cannot wait for signals");
    daemon.schedule = schedule_new(options->world);
    daemon.report = report_new(options->world);
    attach(&daemon);
    set_jobs(&daemon);
    say_start(&daemon);
    notify_ready(options->notify);
    int r = work_on(&daemon, error);
    detach(&daemon);
    if (r == 0)
        log_event(daemon.setup.log, LOG_LEVEL_INFO, "stopped; nothing is under way", "why",
                  daemon.why, "exit", "0", NULL);
    report_free(daemon.report);
    schedule_free(daemon.schedule);
    close(daemon.signals);
    return r;
}
