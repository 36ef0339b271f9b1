/* The daemon under a virtual clock: real signals on a real signalfd, an engine of the test's own,
 * hours in microseconds. What it tells the service manager and the log is read back. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/memory.h"
#include "daemon/daemon.h"
#include "net/loop.h"
#include "tests/support/fake.h"

#define SECOND   INT64_C(1000)
#define MINUTE   (60 * SECOND)
#define CUT_CODE 3

/* What one run of the engine does. */
struct act {
    int64_t takes_ms;
    enum read_outcome outcome;
    enum error_class class; /* of a failure */
    bool busy;              /* the lease is another's */
    long long changed;
    size_t conflicts;
    size_t waiting; /* changes that the cloud still works on */
    int send;       /* signals to ourselves, in the midst of the run */
    int send_again;
};

struct bench {
    struct fake fake;
    struct http *http;
    struct loop *loop;
    struct job jobs[4];
    struct work works[4];
    struct notify notify;
    int manager;
    char heard[512][80]; /* what the manager was told, but for the status */
    size_t heard_count;
    struct log log;
    char *text; /* of the log */
    size_t text_length;
    const struct act *acts;
    size_t act_count, runs;
    size_t stop_after; /* SIGTERM comes in the last run, or once idle after it */
    int64_t at[64];    /* when each run began, since the start */
    char names[64][64];
    bool stopping[64]; /* whether the run was asked to stop */
    size_t reloads, good_reloads;
    size_t left; /* calls of leave() */
    int left_code;
    int64_t left_at;
};

static struct bench *bench; /* engines and leave() get no context of ours */

static void open_manager(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char name[64];
    snprintf(name, sizeof name, "@daemon-test-%d", (int)getpid());
    memcpy(address.sun_path + 1, name + 1, strlen(name) - 1);
    bench->manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(bench->manager, (const struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
                     0);
    notify_open(name, "20000000", NULL, &bench->notify);
}

/* A socket takes no more than a few datagrams that nobody reads. */
static void hear(void *context)
{
    struct bench *self = context;
    char message[4096];
    ssize_t got;
    while ((got = recv(self->manager, message, sizeof message - 1, 0)) >= 0) {
        message[got] = '\0';
        if (strncmp(message, "STATUS=", 7) == 0)
            continue;
        assert_true(self->heard_count < COUNT(self->heard));
        assert_true(strlen(message) < sizeof self->heard[0]);
        memcpy(self->heard[self->heard_count++], message, (size_t)got + 1);
    }
}

static void open_bench(struct bench *self)
{
    static const struct {
        const char *name;
        int64_t every_ms;
    } jobs[] = {{"fast", 10 * SECOND}, {"slow", MINUTE}, {"later", 10 * SECOND}};
    *self = (struct bench){0};
    bench = self;
    fake_init(&self->fake, 1);
    self->http = fake_http_new(&self->fake, NULL, NULL);
    self->loop = loop_new(&self->fake.world, self->http);
    self->log = (struct log){.world = &self->fake.world, .level = LOG_LEVEL_INFO};
    self->log.out = open_memstream(&self->text, &self->text_length);
    for (size_t i = 0; i < COUNT(jobs); i++) {
        self->jobs[i] = (struct job){.name = jobs[i].name, .every_ms = jobs[i].every_ms};
        self->works[i] = (struct work){.job = &self->jobs[i]};
    }
    open_manager();
    loop_watch(self->loop, self->manager, hear, self);
    daemon_block_signals();
}

static void close_bench(void)
{
    sigset_t mask;
    const struct timespec none = {0};
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGHUP);
    while (sigtimedwait(&mask, NULL, &none) > 0)
        continue;
    notify_close(&bench->notify);
    close(bench->manager);
    fclose(bench->log.out);
    free(bench->text);
    loop_free(bench->loop);
    bench->http->ops->close(bench->http);
    fake_free(&bench->fake);
}

static void set_flag(void *flag)
{
    *(bool *)flag = true;
}

static void send_signal(int number)
{
    if (number)
        kill(getpid(), number);
}

static void fill_result(const struct act *act, struct engine_result *result)
{
    result->run = act->busy ? 0 : 1;
    result->outcome = act->outcome;
    result->remote.outcome = act->outcome;
    result->local.changed = act->changed;
    result->counts.waiting = act->waiting;
    result->elapsed_ms = act->takes_ms;
    if (act->class) {
        error_set(&result->error, act->class, SCOPE_RUN, "the cloud is out");
        return;
    }
    struct arena *arena = arena_new();
    result->plan = arena_alloc(arena, sizeof *result->plan);
    result->plan->arena = arena;
    result->plan->conflict_count = act->conflicts;
}

static int play(struct loop *loop, const struct work *works, size_t count,
                const struct engine_options *options, struct engine_result *results,
                struct error *error)
{
    static const struct act nothing = {0};
    size_t run = bench->runs++;
    const struct act *act = run < bench->act_count ? &bench->acts[run] : &nothing;
    bool half = false, over = false;
    assert_true(run < COUNT(bench->at));
    assert_true(options->apply);
    bench->at[run] = world_ticks(&bench->fake.world);
    for (size_t i = 0; i < count; i++) {
        snprintf(bench->names[run] + strlen(bench->names[run]),
                 sizeof bench->names[run] - strlen(bench->names[run]), "%s%s", i ? "," : "",
                 works[i].job->name);
        results[i] = (struct engine_result){.work = &works[i]};
        fill_result(act, &results[i]);
    }
    if (act->takes_ms) {
        loop_after(loop, act->takes_ms / 2, set_flag, &half);
        loop_after(loop, act->takes_ms, set_flag, &over);
        assert_int_equal(loop_run(loop, &half, error), 0);
        send_signal(act->send);
        send_signal(act->send_again);
        assert_int_equal(loop_run(loop, &over, error), 0);
    } else {
        send_signal(act->send);
    }
    bench->stopping[run] = options->control->stopping;
    if (bench->runs == bench->stop_after)
        send_signal(SIGTERM);
    return act->class ? error_set(error, act->class, SCOPE_RUN, "the run failed") : 0;
}

static void note_leave(int code)
{
    bench->left++;
    bench->left_code = code;
    bench->left_at = world_ticks(&bench->fake.world);
}

/* The first `good_reloads` reloads bring job "later" instead of the others. */
static int reload(void *context, struct daemon_setup *setup)
{
    assert_ptr_equal(context, bench);
    if (bench->reloads++ >= bench->good_reloads)
        return -ERROR_INPUT;
    setup->works = &bench->works[2];
    setup->count = 1;
    return 0;
}

static int run_daemon(const struct act *acts, size_t act_count, size_t stop_after)
{
    struct error error = {0};
    bench->acts = acts;
    bench->act_count = act_count;
    bench->stop_after = stop_after;
    const struct daemon_options options = {
        .world = &bench->fake.world,
        .setup = {.loop = bench->loop,
                  .works = bench->works,
                  .count = 2,
                  .log = &bench->log,
                  .stop_timeout_ms = 30 * SECOND},
        .notify = &bench->notify,
        .reload = reload,
        .context = bench,
        .engine = play,
        .leave = note_leave,
        .cut_code = CUT_CODE,
    };
    int64_t start = world_ticks(&bench->fake.world);
    int r = daemon_run(&options, &error);
    for (size_t i = 0; i < bench->runs; i++)
        bench->at[i] -= start;
    fflush(bench->log.out);
    return r;
}

static size_t count_lines(const char *words)
{
    size_t count = 0;
    for (const char *at = bench->text; (at = strstr(at, words)); at++)
        count++;
    return count;
}

static size_t count_messages(const char *message)
{
    size_t count = 0;
    hear(bench);
    for (size_t i = 0; i < bench->heard_count; i++)
        count += strcmp(bench->heard[i], message) == 0;
    return count;
}

static void due_jobs_run_together(void **state)
{
    (void)state;
    struct bench self;
    open_bench(&self);
    assert_int_equal(run_daemon(NULL, 0, 8), 0);
    assert_int_equal(self.runs, 8);
    for (size_t i = 0; i < self.runs; i++) {
        assert_int_equal(self.at[i], (int64_t)i * 10 * SECOND);
        assert_string_equal(self.names[i], i % 6 == 0 ? "fast,slow" : "fast");
    }
    assert_int_equal(count_lines("run ended"), 0); /* nothing happened, so nothing is said */
    assert_int_equal(count_lines("info started"), 1);
    assert_int_equal(count_lines("stopped; nothing is under way why=SIGTERM exit=0"), 1);
    assert_int_equal(self.left, 0);
    close_bench();
}

static void a_long_run_is_not_made_up_for(void **state)
{
    (void)state;
    static const struct act acts[] = {{.takes_ms = 35 * SECOND}};
    struct bench self;
    open_bench(&self);
    assert_int_equal(run_daemon(acts, COUNT(acts), 3), 0);
    assert_int_equal(self.at[1], 40 * SECOND);
    assert_int_equal(self.at[2], 50 * SECOND);
    close_bench();
}

static void runs_that_did_something_are_logged(void **state)
{
    (void)state;
    static const struct act acts[] = {{.changed = 3}, {0}, {.conflicts = 2}, {.conflicts = 2}, {0}};
    struct bench self;
    open_bench(&self);
    self.works[1] = self.works[0]; /* the same work twice, so each line comes twice or once */
    assert_int_equal(run_daemon(acts, COUNT(acts), COUNT(acts)), 0);
    assert_int_equal(count_lines("info run ended job=fast outcome=complete read=3 planned=0"), 2);
    assert_int_equal(count_lines("conflicts=2"), 1); /* that they stand is no news */
    assert_int_equal(count_lines("run ended"), 4);
    assert_int_equal(count_lines("next_ms=10000"), 4);
    close_bench();
}

/* What the cloud takes long for is neither a failure nor done in part: the beat goes on. */
static void waiting_for_the_cloud_is_no_trouble(void **state)
{
    (void)state;
    static const struct act acts[] = {{.waiting = 1}, {.waiting = 1}, {0}};
    struct bench self;
    open_bench(&self);
    assert_int_equal(run_daemon(acts, COUNT(acts), COUNT(acts)), 0);
    assert_int_equal(count_lines("job is done in part"), 0);
    assert_int_equal(count_lines("job fails"), 0);
    assert_int_equal(count_lines("job works again"), 0);
    assert_int_equal(self.at[1], 10 * SECOND);
    assert_int_equal(self.at[2], 20 * SECOND);
    close_bench();
}

static void a_failure_is_said_once_and_so_is_its_end(void **state)
{
    (void)state;
    static const struct act down = {.outcome = READ_FAILED, .class = ERROR_TEMPORARY};
    static const struct act denied = {.outcome = READ_FAILED, .class = ERROR_AUTH};
    static const struct act unread = {.outcome = READ_FAILED};
    const struct act acts[] = {{0}, down, down, down, denied, unread, {0}, {0}};
    struct bench self;
    open_bench(&self);
    self.works[1] = self.works[0]; /* one job is enough */
    self.jobs[1] = self.jobs[0];
    assert_int_equal(run_daemon(acts, COUNT(acts), 8), 0);
    assert_true(count_lines("error job fails job=fast") >= 2);
    assert_int_equal(count_lines("class=temporary"), 1);
    assert_int_equal(count_lines("class=auth"), 1);
    assert_int_equal(count_lines("info job works again job=fast"), 1);
    assert_int_equal(count_lines("error=\"not everything could be read\""), 1);
    assert_int_equal(count_lines("error="), 3);
    assert_int_equal(self.at[2] - self.at[1], 20 * SECOND);
    assert_int_equal(self.at[3] - self.at[2], 40 * SECOND);
    assert_int_equal(self.at[4] - self.at[3], 80 * SECOND);
    assert_int_equal(self.at[5] - self.at[4], 80 * SECOND);
    assert_int_equal(self.at[6] - self.at[5], 80 * SECOND);
    assert_int_equal(self.at[7] - self.at[6], 10 * SECOND);
    close_bench();
}

static void a_job_that_another_has_is_no_failure(void **state)
{
    (void)state;
    static const struct act busy = {.outcome = READ_FAILED, .class = ERROR_TEMPORARY, .busy = true};
    const struct act acts[] = {busy, busy, {0}};
    struct bench self;
    open_bench(&self);
    assert_int_equal(run_daemon(acts, COUNT(acts), 3), 0);
    assert_int_equal(count_lines(" error "), 0);
    assert_int_equal(count_lines("job waits job=fast"), 1);
    assert_int_equal(count_lines("works again"), 0);
    assert_int_equal(self.at[1], 10 * SECOND);
    assert_int_equal(self.at[2], 20 * SECOND);
    close_bench();
}

static void a_stop_waits_for_the_run(void **state)
{
    (void)state;
    static const int signals[] = {SIGTERM, SIGINT};
    for (size_t i = 0; i < COUNT(signals); i++) {
        const struct act acts[] = {{.takes_ms = 8 * SECOND,
                                    .send = signals[i],
                                    .outcome = READ_FAILED,
                                    .class = ERROR_TEMPORARY}};
        struct bench self;
        open_bench(&self);
        assert_int_equal(run_daemon(acts, COUNT(acts), 0), 0);
        assert_int_equal(self.runs, 1);
        assert_true(self.stopping[0]);
        assert_int_equal(self.left, 0);
        assert_int_equal(count_lines("job fails"), 0); /* it is the stop that cut it short */
        assert_int_equal(count_lines("run cut short"), 2);
        assert_int_equal(count_lines("stopped; nothing is under way"), 1);
        assert_int_equal(count_messages("STOPPING=1\nEXTEND_TIMEOUT_USEC=30000000"), 1);
        close_bench();
    }
}

static void a_second_signal_ends_at_once(void **state)
{
    (void)state;
    /* Two of one kind may arrive as one: what is pending is not counted. */
    static const struct act acts[] = {
        {.takes_ms = 20 * SECOND, .send = SIGTERM, .send_again = SIGINT}};
    struct bench self;
    open_bench(&self);
    run_daemon(acts, COUNT(acts), 0);
    assert_int_equal(self.left, 1);
    assert_int_equal(self.left_code, CUT_CODE);
    assert_int_equal(count_lines("ended with changes under way"), 1);
    assert_int_equal(count_lines("exit=3"), 1);
    close_bench();
}

static void a_stop_has_a_time_limit(void **state)
{
    (void)state;
    static const struct act acts[] = {{.takes_ms = 4 * MINUTE, .send = SIGTERM}};
    struct bench self;
    open_bench(&self);
    int64_t start = world_ticks(&self.fake.world);
    run_daemon(acts, COUNT(acts), 0);
    assert_int_equal(self.left, 1);
    assert_int_equal(self.left_code, CUT_CODE);
    assert_int_equal(self.left_at - start, 2 * MINUTE + 30 * SECOND);
    close_bench();
}

static void a_bad_configuration_is_refused(void **state)
{
    (void)state;
    static const struct act acts[] = {{0}, {.takes_ms = 4 * SECOND, .send = SIGHUP}, {0}, {0}};
    struct bench self;
    open_bench(&self);
    assert_int_equal(run_daemon(acts, COUNT(acts), 4), 0);
    assert_int_equal(self.reloads, 1);
    assert_false(self.stopping[1]); /* a reload does not cut a run short */
    assert_string_equal(self.names[2], "fast");
    assert_int_equal(self.at[2], 20 * SECOND);
    assert_int_equal(count_lines("is refused; the old one runs on"), 1);
    assert_int_equal(count_lines("reloaded"), 0);
    close_bench();
}

static void a_good_configuration_takes_over(void **state)
{
    (void)state;
    static const struct act acts[] = {{.takes_ms = 4 * SECOND, .send = SIGHUP}};
    struct bench self;
    open_bench(&self);
    self.good_reloads = 1;
    assert_int_equal(run_daemon(acts, COUNT(acts), 3), 0);
    assert_int_equal(self.reloads, 1);
    assert_string_equal(self.names[0], "fast,slow");
    assert_string_equal(self.names[1], "later");
    assert_int_equal(self.at[1], 4 * SECOND); /* after the run, and at once */
    assert_string_equal(self.names[2], "later");
    assert_int_equal(self.at[2], 14 * SECOND);
    assert_int_equal(count_lines("configuration reloaded jobs=1"), 1);
    close_bench();
}

static void the_manager_is_told(void **state)
{
    (void)state;
    static const struct act acts[] = {{0}, {.send = SIGHUP}};
    struct bench self;
    open_bench(&self);
    assert_int_equal(run_daemon(acts, COUNT(acts), 3), 0);
    char order[16] = "";
    size_t length = 0;
    hear(&self);
    assert_true(self.heard_count < sizeof order);
    for (size_t i = 0; i < self.heard_count; i++) {
        static const char *const starts[] = {"READY=1",
                                             "RELOADING=1\nMONOTONIC_USEC=", "STOPPING=1"};
        for (size_t k = 0; k < COUNT(starts); k++)
            if (strncmp(self.heard[i], starts[k], strlen(starts[k])) == 0)
                order[length++] = "RLS"[k];
    }
    assert_string_equal(order, "RLRS");
    close_bench();
}

/* Pings go on while a run takes long and while nothing is to be done. */
static void the_watchdog_is_fed(void **state)
{
    (void)state;
    static const struct act acts[] = {{.takes_ms = 95 * SECOND}};
    struct bench self;
    open_bench(&self);
    assert_int_equal(run_daemon(acts, COUNT(acts), 1), 0);
    assert_int_equal(count_messages("WATCHDOG=1"), 1 + 9); /* every 10 s */
    close_bench();

    open_bench(&self);
    self.jobs[0].every_ms = self.jobs[1].every_ms = 100 * SECOND;
    assert_int_equal(run_daemon(NULL, 0, 2), 0);
    assert_int_equal(self.at[1], 100 * SECOND);
    assert_in_range(count_messages("WATCHDOG=1"), 10, 11);
    close_bench();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(due_jobs_run_together),
        cmocka_unit_test(a_long_run_is_not_made_up_for),
        cmocka_unit_test(runs_that_did_something_are_logged),
        cmocka_unit_test(waiting_for_the_cloud_is_no_trouble),
        cmocka_unit_test(a_failure_is_said_once_and_so_is_its_end),
        cmocka_unit_test(a_job_that_another_has_is_no_failure),
        cmocka_unit_test(a_stop_waits_for_the_run),
        cmocka_unit_test(a_second_signal_ends_at_once),
        cmocka_unit_test(a_stop_has_a_time_limit),
        cmocka_unit_test(a_bad_configuration_is_refused),
        cmocka_unit_test(a_good_configuration_takes_over),
        cmocka_unit_test(the_manager_is_told),
        cmocka_unit_test(the_watchdog_is_fed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
