/* The schedule under a virtual clock: no wall clock, chance from printed seeds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/memory.h"
#include "daemon/schedule.h"
#include "tests/support/fake.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define START  INT64_C(5000000)

struct bench {
    struct fake fake;
    struct schedule *schedule;
};

static void bench_open(struct bench *bench, uint64_t seed)
{
    fake_init(&bench->fake, seed);
    bench->schedule = schedule_new(&bench->fake.world);
}

static void bench_close(struct bench *bench)
{
    schedule_free(bench->schedule);
    fake_free(&bench->fake);
}

static void set_one(struct bench *bench, int64_t every, unsigned jitter, int64_t now)
{
    const struct schedule_entry entry = {"a", every};
    schedule_set(bench->schedule, &entry, 1, jitter, now);
}

static void run_at(struct bench *bench, int64_t start, int64_t end, enum schedule_outcome outcome)
{
    schedule_begin(bench->schedule, 0, start);
    schedule_end(bench->schedule, 0, end, outcome);
}

static void new_jobs_are_due_at_once_and_in_order(void **state)
{
    (void)state;
    static const struct schedule_entry entries[] = {{"b", HOUR}, {"a", MINUTE}, {"c", SECOND}};
    struct bench bench;
    size_t due[3] = {9, 9, 9};
    bench_open(&bench, 1);
    assert_int_equal(schedule_next(bench.schedule, NULL), SCHEDULE_NEVER);
    schedule_set(bench.schedule, entries, COUNT(entries), 10, START);
    assert_int_equal(schedule_due(bench.schedule, START - 1, due), 0);
    assert_int_equal(schedule_due(bench.schedule, START, due), 3);
    for (size_t i = 0; i < COUNT(due); i++)
        assert_int_equal(due[i], i);
    bench_close(&bench);
}

/* The next run counts from the last start; what a long run or a sleep went past is skipped. */
static void skipped_beats_are_not_caught_up(void **state)
{
    (void)state;
    static const struct {
        int64_t took, next; /* from the start */
    } rows[] = {
        {0, 5 * MINUTE},           {MINUTE, 5 * MINUTE},      {5 * MINUTE - 1, 5 * MINUTE},
        {5 * MINUTE, 10 * MINUTE}, {7 * MINUTE, 10 * MINUTE}, {9 * HOUR + 1, 9 * HOUR + 5 * MINUTE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bench bench;
        bench_open(&bench, 1);
        set_one(&bench, 5 * MINUTE, 0, START);
        run_at(&bench, START, START + rows[i].took, SCHEDULE_DONE);
        assert_int_equal(schedule_at(bench.schedule, 0), START + rows[i].next);
        bench_close(&bench);
    }
}

static void a_sleep_makes_one_run_not_many(void **state)
{
    (void)state;
    struct bench bench;
    size_t due;
    bench_open(&bench, 1);
    set_one(&bench, MINUTE, 0, START);
    run_at(&bench, START, START + 1, SCHEDULE_DONE);
    int64_t woken = START + 8 * HOUR + 17;
    assert_int_equal(schedule_due(bench.schedule, woken, &due), 1);
    run_at(&bench, woken, woken + 5, SCHEDULE_DONE);
    assert_int_equal(schedule_due(bench.schedule, woken + 6, &due), 0);
    assert_int_equal(schedule_at(bench.schedule, 0), woken + MINUTE);
    bench_close(&bench);
}

static void failures_double_the_interval_within_bounds(void **state)
{
    (void)state;
    static const struct {
        int64_t every;
        int64_t waits[5]; /* after the first, second, … failure */
    } rows[] = {
        {5 * SECOND, {10 * SECOND, 20 * SECOND, 40 * SECOND, 40 * SECOND, 40 * SECOND}},
        {5 * MINUTE, {10 * MINUTE, 20 * MINUTE, 40 * MINUTE, 40 * MINUTE, 40 * MINUTE}},
        {20 * MINUTE, {40 * MINUTE, HOUR, HOUR, HOUR, HOUR}},
        {HOUR, {HOUR, HOUR, HOUR, HOUR, HOUR}},
        {24 * HOUR, {24 * HOUR, 24 * HOUR, 24 * HOUR, 24 * HOUR, 24 * HOUR}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bench bench;
        int64_t now = START;
        bench_open(&bench, 1);
        set_one(&bench, rows[i].every, 0, now);
        for (size_t j = 0; j < COUNT(rows[i].waits); j++) {
            run_at(&bench, now, now, SCHEDULE_FAILED);
            assert_int_equal(schedule_at(bench.schedule, 0) - now, rows[i].waits[j]);
            assert_int_equal(schedule_failing(bench.schedule), 1);
            now = schedule_at(bench.schedule, 0);
        }
        run_at(&bench, now, now, SCHEDULE_DONE);
        assert_int_equal(schedule_at(bench.schedule, 0) - now, rows[i].every);
        assert_int_equal(schedule_failing(bench.schedule), 0);
        bench_close(&bench);
    }
}

static void a_busy_job_is_looked_at_again_soon(void **state)
{
    (void)state;
    static const int64_t rows[][2] = {{10 * SECOND, 10 * SECOND}, {24 * HOUR, MINUTE}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bench bench;
        bench_open(&bench, 1);
        set_one(&bench, rows[i][0], 50, START);
        run_at(&bench, START, START + 3, SCHEDULE_BUSY);
        assert_int_equal(schedule_at(bench.schedule, 0), START + 3 + rows[i][1]);
        assert_int_equal(schedule_failing(bench.schedule), 0);
        bench_close(&bench);
    }
}

static void a_running_job_is_never_due(void **state)
{
    (void)state;
    struct bench bench;
    size_t due, whose = 7;
    bench_open(&bench, 1);
    set_one(&bench, SECOND, 0, START);
    schedule_begin(bench.schedule, 0, START);
    assert_int_equal(schedule_due(bench.schedule, START + HOUR, &due), 0);
    assert_int_equal(schedule_next(bench.schedule, &whose), SCHEDULE_NEVER);
    assert_int_equal(whose, 7);
    schedule_end(bench.schedule, 0, START + HOUR, SCHEDULE_DONE);
    assert_int_equal(schedule_next(bench.schedule, &whose), START + HOUR + SECOND);
    assert_int_equal(whose, 0);
    bench_close(&bench);
}

static void a_reload_keeps_the_beat(void **state)
{
    (void)state;
    static const struct schedule_entry before[] = {
        {"kept", 10 * MINUTE}, {"faster", HOUR}, {"failing", MINUTE}, {"gone", MINUTE}};
    static const struct schedule_entry after[] = {
        {"new", MINUTE}, {"failing", MINUTE}, {"faster", 20 * MINUTE}, {"kept", 10 * MINUTE}};
    struct bench bench;
    bench_open(&bench, 1);
    schedule_set(bench.schedule, before, COUNT(before), 0, START);
    for (size_t i = 0; i < COUNT(before); i++) {
        schedule_begin(bench.schedule, i, START);
        schedule_end(bench.schedule, i, START + 1, i == 2 ? SCHEDULE_FAILED : SCHEDULE_DONE);
    }
    int64_t now = START + 15 * SECOND;
    schedule_set(bench.schedule, after, COUNT(after), 0, now);
    assert_int_equal(schedule_at(bench.schedule, 0), now);
    assert_int_equal(schedule_at(bench.schedule, 1), now); /* perhaps the reload mends it */
    assert_int_equal(schedule_at(bench.schedule, 2), START + 20 * MINUTE);
    assert_int_equal(schedule_at(bench.schedule, 3), START + 10 * MINUTE);
    assert_int_equal(schedule_failing(bench.schedule), 0);
    bench_close(&bench);
}

/* A job that never ran, or was due, does not lose its turn to a reload. */
static void reloads_do_not_starve_a_job(void **state)
{
    (void)state;
    struct bench bench;
    size_t due;
    bench_open(&bench, 1);
    set_one(&bench, HOUR, 0, START);
    for (int64_t now = START; now < START + 10 * SECOND; now += SECOND)
        set_one(&bench, HOUR, 0, now);
    assert_int_equal(schedule_due(bench.schedule, START + 10 * SECOND, &due), 1);
    run_at(&bench, START, START, SCHEDULE_DONE);
    set_one(&bench, HOUR, 0, START + 2 * HOUR);
    assert_int_equal(schedule_due(bench.schedule, START + 2 * HOUR, &due), 1);
    bench_close(&bench);
}

/* Many seeds: within the bounds, both halves of them used, the same for the same seed. */
static void jitter_stays_within_its_share(void **state)
{
    (void)state;
    static const unsigned shares[] = {0, 1, 10, 50};
    for (size_t s = 0; s < COUNT(shares); s++) {
        int64_t most = 5 * MINUTE / 100 * shares[s], low = INT64_MAX, high = INT64_MIN;
        for (uint64_t seed = 1; seed <= 300; seed++) {
            int64_t at[2];
            for (size_t again = 0; again < 2; again++) {
                struct bench bench;
                bench_open(&bench, seed);
                set_one(&bench, 5 * MINUTE, shares[s], START);
                run_at(&bench, START, START + 1, SCHEDULE_DONE);
                at[again] = schedule_at(bench.schedule, 0);
                bench_close(&bench);
            }
            assert_int_equal(at[0], at[1]);
            int64_t off = at[0] - START - 5 * MINUTE;
            assert_in_range(off + most, 0, 2 * most);
            low = off < low ? off : low;
            high = off > high ? off : high;
        }
        if (most) {
            assert_true(low < -most / 2);
            assert_true(high > most / 2);
        }
    }
}

/* A day of random runs: against the promises, not against the formula. */
static void a_day_of_random_runs(void **state)
{
    (void)state;
    static const struct schedule_entry entries[] = {
        {"a", 5 * SECOND}, {"b", 5 * MINUTE}, {"c", 3 * HOUR}};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct bench bench;
        size_t due[COUNT(entries)], runs = 0;
        int64_t now = START, last[COUNT(entries)] = {0};
        bench_open(&bench, seed);
        schedule_set(bench.schedule, entries, COUNT(entries), 10, now);
        while (now < START + 24 * HOUR) {
            int64_t next = schedule_next(bench.schedule, NULL);
            now = next > now ? next : now;
            size_t count = schedule_due(bench.schedule, now, due);
            if (!count)
                fail_msg("seed %llu: nothing is due when it should", (unsigned long long)seed);
            for (size_t i = 0; i < count; i++) {
                int64_t every = entries[due[i]].every_ms;
                if (last[due[i]] && now - last[due[i]] < every - every / 10 - 1)
                    fail_msg("seed %llu: %s runs again after %lld ms", (unsigned long long)seed,
                             entries[due[i]].name, (long long)(now - last[due[i]]));
                schedule_begin(bench.schedule, due[i], now);
                last[due[i]] = now;
                runs++;
            }
            now += (int64_t)world_random(&bench.fake.world, 4) * SECOND;
            for (size_t i = 0; i < count; i++)
                schedule_end(bench.schedule, due[i], now,
                             world_random(&bench.fake.world, 10) ? SCHEDULE_DONE : SCHEDULE_FAILED);
        }
        assert_true(runs > 24 * 3600 / 10);
        bench_close(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_jobs_are_due_at_once_and_in_order),
        cmocka_unit_test(skipped_beats_are_not_caught_up),
        cmocka_unit_test(a_sleep_makes_one_run_not_many),
        cmocka_unit_test(failures_double_the_interval_within_bounds),
        cmocka_unit_test(a_busy_job_is_looked_at_again_soon),
        cmocka_unit_test(a_running_job_is_never_due),
        cmocka_unit_test(a_reload_keeps_the_beat),
        cmocka_unit_test(reloads_do_not_starve_a_job),
        cmocka_unit_test(jitter_stays_within_its_share),
        cmocka_unit_test(a_day_of_random_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
