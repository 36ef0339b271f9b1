/* The event loop, the pacer and the URL helpers, all under a virtual clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "net/loop.h"
#include "net/pacer.h"
#include "tests/support/fake.h"

/* ---- the loop ---- */

struct journal {
    struct fake *fake;
    struct loop *loop;
    char letters[512];
    size_t count;
    int64_t at[512];
    int left;
    int fd;
    bool stop;
};

struct mark {
    struct journal *journal;
    char letter;
};

static void note(void *context)
{
    struct mark *mark = context;
    struct journal *journal = mark->journal;
    journal->at[journal->count] = journal->fake->ticks_ms;
    journal->letters[journal->count++] = mark->letter;
}

struct world_of_loop {
    struct fake fake;
    struct http *http;
    struct journal journal;
};

static void open_world(struct world_of_loop *world, fake_handler *handler)
{
    memset(world, 0, sizeof *world);
    fake_init(&world->fake, 3);
    world->http = fake_http_new(&world->fake, handler, NULL);
    world->journal.fake = &world->fake;
    world->journal.loop = loop_new(&world->fake.world, world->http);
}

static void close_world(struct world_of_loop *world)
{
    loop_free(world->journal.loop);
    world->http->ops->close(world->http);
    fake_free(&world->fake);
}

static void run(struct world_of_loop *world)
{
    struct error error = {0};
    assert_int_equal(loop_run(world->journal.loop, &world->journal.stop, &error), 0);
}

static void test_timers_in_order(void **state)
{
    (void)state;
    struct world_of_loop world;
    open_world(&world, NULL);
    struct mark marks[] = {{&world.journal, 'a'},
                           {&world.journal, 'b'},
                           {&world.journal, 'c'},
                           {&world.journal, 'd'},
                           {&world.journal, 'e'}};
    static const int64_t delays[] = {500, 10, 500, 0, -7};
    uint64_t ids[COUNT(marks)];
    for (size_t i = 0; i < COUNT(marks); i++) {
        ids[i] = loop_after(world.journal.loop, delays[i], note, &marks[i]);
        assert_true(ids[i] != 0);
    }
    assert_false(loop_idle(world.journal.loop));
    int64_t start = world.fake.ticks_ms;
    run(&world);
    assert_string_equal(world.journal.letters, "debac");
    assert_int_equal(world.journal.at[2] - start, 10);
    assert_int_equal(world.journal.at[4] - start, 500);
    assert_true(loop_idle(world.journal.loop));
    loop_cancel(world.journal.loop, ids[0]);
    loop_cancel(world.journal.loop, 0);
    loop_cancel(world.journal.loop, 12345);
    close_world(&world);
}

/* The heap against a plain list: random timers, a third of them cancelled. */
static void test_many_timers(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        enum { TIMERS = 300 };
        struct world_of_loop world;
        open_world(&world, NULL);
        world.fake.chance = seed;
        struct mark marks[TIMERS];
        uint64_t ids[TIMERS];
        int64_t due[TIMERS];
        size_t left = TIMERS;
        for (size_t i = 0; i < TIMERS; i++) {
            marks[i] = (struct mark){&world.journal, 'x'};
            due[i] = (int64_t)world_random(&world.fake.world, 100);
            ids[i] = loop_after(world.journal.loop, due[i], note, &marks[i]);
        }
        for (size_t i = 0; i < TIMERS; i++) {
            if (world_random(&world.fake.world, 3) == 0) {
                loop_cancel(world.journal.loop, ids[i]);
                marks[i].journal = NULL; /* would crash */
                left--;
            }
        }
        run(&world);
        if (world.journal.count != left) {
            fail_msg("seed %llu: %zu of %zu ran", (unsigned long long)seed, world.journal.count,
                     left);
        }
        for (size_t i = 1; i < left; i++) {
            assert_true(world.journal.at[i - 1] <= world.journal.at[i]);
        }
        close_world(&world);
    }
}

static void again(void *context)
{
    struct mark *mark = context;
    note(mark);
    if (--mark->journal->left > 0) {
        loop_after(mark->journal->loop, 0, again, mark);
    }
}

static void answered(void *context, const struct http_response *response, const struct error *error)
{
    assert_true((response == NULL) != (error == NULL));
    note(context);
}

static void at_once(void *context, struct arena *arena, const struct http_request *request,
                    struct fake_answer *ret_answer)
{
    (void)context;
    (void)arena;
    (void)request;
    ret_answer->latency_ms = 0;
}

/* A chain of immediate timers lets the transport have its turn. */
static void test_no_starving(void **state)
{
    (void)state;
    struct world_of_loop world;
    open_world(&world, at_once);
    struct mark timer = {&world.journal, 't'};
    struct mark http = {&world.journal, 'h'};
    struct http_request request = {.method = "GET", .url = "https://a.test/"};
    world.journal.left = 100;
    loop_after(world.journal.loop, 0, again, &timer);
    assert_int_equal(loop_http_start(world.journal.loop, &request, answered, &http, NULL), 0);
    run(&world);
    assert_int_equal(world.journal.count, 101);
    assert_int_equal(world.journal.letters[1], 'h');
    close_world(&world);
}

static void stop_it(void *context)
{
    struct mark *mark = context;
    note(mark);
    mark->journal->stop = true;
}

static void test_stop(void **state)
{
    (void)state;
    struct world_of_loop world;
    open_world(&world, NULL);
    struct mark marks[] = {{&world.journal, 's'}, {&world.journal, 'n'}};
    loop_after(world.journal.loop, 5, stop_it, &marks[0]);
    loop_after(world.journal.loop, 5, note, &marks[1]);
    run(&world);
    assert_string_equal(world.journal.letters, "s");
    close_world(&world);
}

static void read_it(void *context)
{
    struct mark *mark = context;
    char byte;
    assert_int_equal(read(mark->journal->fd, &byte, 1), 1);
    note(mark);
    loop_unwatch(mark->journal->loop, mark->journal->fd);
}

static void test_watch(void **state)
{
    (void)state;
    for (int with_http = 0; with_http < 2; with_http++) {
        struct world_of_loop world;
        open_world(&world, NULL);
        if (!with_http) {
            loop_free(world.journal.loop);
            world.journal.loop = loop_new(&world.fake.world, NULL);
        }
        int fds[2];
        assert_int_equal(pipe(fds), 0);
        world.journal.fd = fds[0];
        struct mark mark = {&world.journal, 'r'};
        loop_watch(world.journal.loop, fds[0], read_it, &mark);
        assert_true(loop_idle(world.journal.loop));
        assert_int_equal(write(fds[1], "x", 1), 1);
        run(&world);
        assert_string_equal(world.journal.letters, "r");
        loop_unwatch(world.journal.loop, fds[0]);
        close(fds[0]);
        close(fds[1]);
        close_world(&world);
    }
}

static void released(void *context)
{
    struct mark *mark = context;
    mark->letter = 'd';
    note(mark);
}

static void test_drop(void **state)
{
    (void)state;
    for (int wait = 0; wait < 2; wait++) {
        struct world_of_loop world;
        open_world(&world, at_once);
        struct mark marks[] = {{&world.journal, 'a'}, {&world.journal, 'b'}};
        struct http_request request = {.method = "GET", .url = "https://a.test/"};
        for (size_t i = 0; i < 2; i++) {
            assert_int_equal(
                loop_http_start(world.journal.loop, &request, answered, &marks[i], NULL), 0);
        }
        loop_http_drop(world.journal.loop, &marks[0], released);
        if (wait == 1) {
            run(&world);
            assert_string_equal(world.journal.letters, "db");
        }
        loop_free(world.journal.loop);
        world.journal.loop = NULL;
        assert_int_equal(world.journal.letters[0], 'd');
        assert_int_equal(world.journal.count, wait == 1 ? 2 : 1);
        close_world(&world);
    }
}

/* ---- the pacer ---- */

#define HOUR INT64_C(3600000)

static const struct quota quotas[] = {
    {.family = "read", .per_minute = 600, .burst = 10},
    {.family = "write", .per_minute = 60, .burst = 1},
    {.family = "odd", .per_minute = 7, .burst = 3},
    {.family = "day", .per_minute = 60000, .burst = 1000, .daily = 100},
};

/* How many calls start between two moments if one takes whatever is offered. */
static unsigned greedy(struct pacer *pacer, const char *family, int64_t from, int64_t until)
{
    unsigned calls = 0;
    for (int64_t ticks = from; ticks < until;) {
        int64_t wait = pacer_take(pacer, family, ticks, NULL);
        if (wait < 0) {
            return calls;
        }
        calls += wait == 0 ? 1 : 0;
        ticks += wait;
    }
    return calls;
}

static void test_rates(void **state)
{
    (void)state;
    static const struct {
        const char *family;
        unsigned share;
        int64_t minutes;
        unsigned calls;
    } cases[] = {
        {"read", 100, 1, 10 + 600},    {"read", 50, 1, 5 + 300}, {"read", 0, 1, 8 + 480},
        {"read", 1000, 1, 100 + 6000}, {"write", 100, 60, 3600}, {"write", 80, 60, 2880},
        {"odd", 100, 6000, 42002},     {"odd", 33, 6000, 13861}, /* no drift in 100 hours */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pacer *pacer = pacer_new(quotas, COUNT(quotas), cases[i].share);
        unsigned calls = greedy(pacer, cases[i].family, 5, 5 + cases[i].minutes * 60000);
        if (calls + 1 < cases[i].calls || calls > cases[i].calls + 1) {
            fail_msg("%s at %u %%: %u calls", cases[i].family, cases[i].share, calls);
        }
        pacer_free(pacer);
    }
}

/* No window of a minute holds more than rate and burst, however the calls come. */
static void test_never_above_the_quota(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake, 99);
    struct pacer *pacer = pacer_new(quotas, COUNT(quotas), 100);
    enum { CALLS = 3000 };
    static int64_t taken[CALLS];
    size_t count = 0;
    int64_t ticks = 0;
    while (count < CALLS) {
        ticks += (int64_t)world_random(&fake.world, 300);
        if (world_random(&fake.world, 200) == 0) {
            ticks += 30000;
        }
        while (count < CALLS && pacer_take(pacer, "read", ticks, NULL) == 0) {
            taken[count++] = ticks;
        }
    }
    size_t first = 0;
    for (size_t i = 0; i < CALLS; i++) {
        while (taken[i] - taken[first] >= 60000) {
            first++;
        }
        assert_true(i - first + 1 <= 610);
    }
    pacer_free(pacer);
    fake_free(&fake);
}

static void test_unknown_family(void **state)
{
    (void)state;
    struct pacer *pacer = pacer_new(NULL, 0, 80);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(pacer_take(pacer, "what", 0, NULL), 0);
    }
    pacer_throttle(pacer, "what", 0, 5);
    assert_int_equal(pacer_used(pacer, "what", 0), 0);
    pacer_free(pacer);
}

static void test_throttle(void **state)
{
    (void)state;
    struct pacer *pacer = pacer_new(quotas, COUNT(quotas), 100);
    assert_int_equal(pacer_take(pacer, "read", 1000, NULL), 0);
    for (int i = 0; i < 16; i++) { /* all in flight hear of it: halved once, not 16 times */
        pacer_throttle(pacer, "read", 1000, 5000);
    }
    assert_int_equal(pacer_take(pacer, "read", 1000, NULL), 5000);
    assert_int_equal(pacer_take(pacer, "read", 5999, NULL), 1);
    assert_int_equal(pacer_take(pacer, "read", 6000, NULL), 200); /* 5 a second, nothing saved */
    unsigned calls = greedy(pacer, "read", 6000, 66000);
    assert_in_range(calls, 300, 330); /* half, recovering by a twentieth in the first minute */
    greedy(pacer, "read", 66000, 606000);
    calls = greedy(pacer, "read", 606000, 666000);
    assert_in_range(calls, 599, 601);
    /* Again and again: slower, but never a standstill. */
    int64_t ticks = 1000000;
    for (int i = 0; i < 100; i++) {
        pacer_throttle(pacer, "read", ticks, 0);
        ticks += 2000;
    }
    assert_in_range(pacer_take(pacer, "read", ticks, NULL), 0, 2000);
    assert_int_equal(pacer_take(pacer, "write", ticks, NULL), 0); /* families do not share */
    pacer_free(pacer);
}

static void test_day(void **state)
{
    (void)state;
    struct pacer *pacer = pacer_new(quotas, COUNT(quotas), 10);
    int64_t start = 7 * HOUR + 1234;
    assert_int_equal(greedy(pacer, "day", start, start + HOUR / 2), 90);
    assert_int_equal(pacer_used(pacer, "day", start + HOUR / 2), 90);
    int64_t free_ms = 0;
    assert_int_equal(pacer_take(pacer, "day", start + HOUR, &free_ms), -1);
    assert_in_range(free_ms, 23 * HOUR, 24 * HOUR);
    int64_t free_at = start + HOUR + free_ms;
    assert_int_equal(pacer_take(pacer, "day", free_at - 1, &free_ms), -1);
    assert_int_equal(free_ms, 1);
    assert_int_equal(pacer_take(pacer, "day", free_at, NULL), 0);
    assert_true(free_at - start >= 24 * HOUR);
    pacer_free(pacer);

    /* Spread over the day: no 24 hours ever hold more than the budget. */
    struct fake fake;
    fake_init(&fake, 5);
    pacer = pacer_new(quotas, COUNT(quotas), 100);
    enum { CALLS = 1000 };
    static int64_t taken[CALLS];
    size_t count = 0;
    for (int64_t ticks = 0; count < CALLS;) {
        ticks += (int64_t)world_random(&fake.world, HOUR / 2);
        if (pacer_take(pacer, "day", ticks, NULL) == 0) {
            taken[count++] = ticks;
        }
    }
    size_t first = 0;
    for (size_t i = 0; i < CALLS; i++) {
        while (taken[i] - taken[first] >= 24 * HOUR) {
            first++;
        }
        assert_true(i - first + 1 <= 90);
    }
    pacer_free(pacer);
    fake_free(&fake);
}

/* Many restarts, with the clocks drifting apart and the machine rebooting, keep the count; and it
 * still leaves in the end. */
static void test_day_over_restarts(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct pacer *pacer = pacer_new(quotas, COUNT(quotas), 100);
    int64_t ticks = 2 * HOUR;
    int64_t now = FAKE_START_MS;
    assert_int_equal(greedy(pacer, "day", ticks, ticks + 1000), 90);
    for (int i = 0; i < 12 * 26; i++) { /* every five minutes */
        const char *saved = pacer_save(pacer, arena, ticks, now);
        pacer_free(pacer);
        pacer = pacer_new(quotas, COUNT(quotas), 100);
        pacer_restore(pacer, saved, ticks, now);
        if (i < 12 * 23) {
            assert_int_equal(pacer_used(pacer, "day", ticks), 90);
        }
        ticks += 5 * 60000;
        now += 5 * 60000 + 3;
    }
    assert_int_equal(pacer_used(pacer, "day", ticks), 0);

    assert_int_equal(pacer_take(pacer, "day", ticks, NULL), 0);
    const char *saved = pacer_save(pacer, arena, ticks, now);
    pacer_free(pacer);
    pacer = pacer_new(quotas, COUNT(quotas), 100);
    pacer_restore(pacer, saved, 10, now + 60000); /* the machine started again */
    assert_int_equal(pacer_used(pacer, "day", 10), 1);
    pacer_free(pacer);
    arena_free(arena);
}

static void test_damaged_save(void **state)
{
    (void)state;
    static const char *const texts[] = {
        NULL,
        "",
        "\n\n\t\t\n",
        "day",
        "day\t1\n",
        "day\tx\t5\n",
        "day\t1767225600000\t-5\n",
        "day\t1767225600000\t99999999999\n",
        "day\t-9223372036854775808\t5\n",
        "day\t1767225600000\t5", /* cut off */
        "nobody\t1767225600000\t5\n",
        "day\t1000\t5\n", /* long ago */
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct pacer *pacer = pacer_new(quotas, COUNT(quotas), 100);
        pacer_restore(pacer, texts[i], 5 * HOUR, FAKE_START_MS);
        assert_int_equal(pacer_used(pacer, "day", 5 * HOUR), 0);
        pacer_restore(pacer, "day\t9223372036854775807\t5\n", 5 * HOUR, FAKE_START_MS);
        assert_int_equal(pacer_used(pacer, "day", 5 * HOUR), 5); /* of the future: counts now */
        pacer_free(pacer);
    }
}

/* ---- requests ---- */

static void test_loopback(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool loopback;
    } cases[] = {
        {"http://127.0.0.1/", true},
        {"http://127.0.0.1:8080", true},
        {"https://127.255.3.4/x", true},
        {"http://[::1]:99/", true},
        {"HTTP://LOCALHOST/x?y#z", true},
        {"http://localhost", true},
        {"http://127.0.0.1@evil.test/", false},
        {"http://127.0.0.1:80@evil.test/", false},
        {"http://evil.test/@127.0.0.1", false},
        {"http://evil.test#127.0.0.1", false},
        {"http://evil.test\\@127.0.0.1/", false},
        {"http://127.0.0.1.evil.test/", false},
        {"http://localhost.evil.test/", false},
        {"http://127.1/", false},
        {"http://0177.0.0.1/", false},
        {"http://128.0.0.1/", false},
        {"http://[::2]/", false},
        {"http://[::1/", false},
        {"http://[::ffff:127.0.0.1]/", false},
        {"http:///", false},
        {"ftp://127.0.0.1/", false},
        {"127.0.0.1", false},
        {"", false},
        {NULL, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (http_is_loopback(cases[i].url) != cases[i].loopback) {
            fail_msg("%s", cases[i].url);
        }
    }
}

static void test_headers(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct http_request request = {0};
    char value[] = "one";
    http_request_set(arena, &request, "X-A", value);
    value[0] = 'X'; /* it was copied */
    assert_string_equal(http_request_get(&request, "x-a"), "one");
    http_request_set(arena, &request, "x-a", "two");
    assert_int_equal(request.header_count, 1);
    assert_string_equal(http_request_get(&request, "X-a"), "two");
    assert_null(http_request_get(&request, "X"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timers_in_order),
        cmocka_unit_test(test_many_timers),
        cmocka_unit_test(test_no_starving),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_watch),
        cmocka_unit_test(test_drop),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_never_above_the_quota),
        cmocka_unit_test(test_unknown_family),
        cmocka_unit_test(test_throttle),
        cmocka_unit_test(test_day),
        cmocka_unit_test(test_day_over_restarts),
        cmocka_unit_test(test_damaged_save),
        cmocka_unit_test(test_loopback),
        cmocka_unit_test(test_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
