/* The session's credentials and clock: fetched once for all who wait, learned from the server, and
 * tried again once, not for ever. */
#include "base/file.h"
#include "tests/support/folder.h"
#include "tests/unit/net_session_bench.h"

/* ---- credentials ---- */

static void test_single_flight_refresh(void **state)
{
    (void)state;
    static const struct {
        int have;
        int valid;
        int64_t refresh_ms;
    } cases[] = {
        {0, 1, 500},            /* none yet */
        {0, 1, 0},              /* ready at once */
        {1, 2, 500},            /* refused in the middle: 16 in flight hear of it together */
        {1, 2, 0},   {1, 2, 5}, /* the new ones are there before the last refusal of the old ones */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_open(&bench, NULL);
        bench.handler = slow_ok;
        bench.have = cases[i].have;
        bench.valid = cases[i].valid;
        bench.refresh_ms = cases[i].refresh_ms;
        for (size_t j = 0; j < 50; j++) {
            send_call(&bench, j, "f", false);
        }
        run(&bench);
        assert_int_equal(bench.done, 50);
        assert_int_equal(bench.refreshes, 1);
        for (size_t j = 0; j < 50; j++) {
            assert_int_equal(bench.errors[j].class, ERROR_NONE);
        }
        assert_true(fake_http_peak(bench.http) <= LIMIT_IN_FLIGHT);
        bench_close(&bench);
    }
}

static void test_refresh_that_does_not_help(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NULL);
    bench.valid = 1000;
    send_call(&bench, 0, "f", true);
    run(&bench);
    assert_int_equal(bench.errors[0].class, ERROR_AUTH);
    assert_int_equal(bench.refreshes, 1);
    assert_int_equal(fake_http_count(bench.http), 2);
    bench_close(&bench);

    bench_open(&bench, NULL); /* static keys: nothing to fetch, so not sent again */
    bench.valid = 1000;
    bench.renewable = false;
    send_call(&bench, 0, "f", true);
    run(&bench);
    assert_int_equal(bench.errors[0].class, ERROR_AUTH);
    assert_int_equal(bench.refreshes, 0);
    assert_int_equal(fake_http_count(bench.http), 1);
    bench_close(&bench);
}

static void test_failing_refresh(void **state)
{
    (void)state;
    static const struct {
        enum error_class class;
        unsigned failures;
        unsigned refreshes;
        enum error_class end;
    } cases[] = {
        {ERROR_TEMPORARY, 2, 3, ERROR_NONE},
        {ERROR_TEMPORARY, 3, 3, ERROR_TEMPORARY},
        {ERROR_AUTH, 1, 1, ERROR_AUTH},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_open(&bench, NULL);
        bench.have = 0;
        bench.refresh_ms = i == 0 ? 0 : 50;
        bench.refresh_failures = cases[i].failures;
        bench.refresh_class = cases[i].class;
        for (size_t j = 0; j < 5; j++) {
            send_call(&bench, j, "f", false);
        }
        run(&bench);
        assert_int_equal(bench.done, 5);
        assert_int_equal(bench.refreshes, cases[i].refreshes);
        for (size_t j = 0; j < 5; j++) {
            assert_int_equal(bench.errors[j].class, cases[i].end);
            assert_string_equal(bench.errors[j].vendor_code,
                                cases[i].end == ERROR_NONE ? "" : "not-sent");
        }
        assert_int_equal(fake_http_count(bench.http), cases[i].end == ERROR_NONE ? 5 : 0);
        bench_close(&bench);
    }
}

static void test_signing_fails(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NULL);
    bench.sign_fails = true;
    send_call(&bench, 0, "f", true);
    run(&bench);
    assert_int_equal(bench.errors[0].class, ERROR_AUTH);
    assert_string_equal(bench.errors[0].vendor_code, "not-sent");
    assert_int_equal(fake_http_count(bench.http), 0);
    bench_close(&bench);
}

/* ---- the clock ---- */

/* Takes a signature made within 5 minutes of the server's clock. */
static void strict_clock(void *context, struct arena *arena, const struct http_request *request,
                         struct fake_answer *ret_answer)
{
    (void)arena;
    (void)request;
    const struct bench *bench = context;
    int64_t off = bench->signed_now[bench->signatures - 1] - (bench->fake.now_ms + bench->skew_ms);
    ret_answer->status = llabs(off) > 5 * 60000 ? 403 : 200;
    ret_answer->latency_ms = 10;
}

static void test_clock_offset(void **state)
{
    (void)state;
    static const struct {
        int64_t skew_ms;
        bool dated;
        enum error_class class;
        size_t sent;
        int64_t offset_ms;
    } cases[] = {
        {0, true, ERROR_NONE, 1, 0},
        {200000, true, ERROR_NONE, 1, 0}, /* within 4 minutes: left alone */
        {3600000, true, ERROR_NONE, 2, 3600000},
        {-86400000, true, ERROR_NONE, 2, -86400000},
        {3600000, false, ERROR_AUTH, 1, 0}, /* nothing shows it */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_open(&bench, NULL);
        bench.handler = strict_clock;
        bench.context = &bench;
        bench.skew_ms = cases[i].skew_ms;
        bench.dated = cases[i].dated;
        send_call(&bench, 0, "f", false);
        run(&bench);
        struct session_stats stats;
        session_stats(bench.session, &stats);
        assert_int_equal(bench.errors[0].class, cases[i].class);
        assert_int_equal(fake_http_count(bench.http), cases[i].sent);
        assert_in_range(stats.offset_ms - cases[i].offset_ms + 1000, 0, 1010);
        if (cases[i].dated) {
            assert_in_range(stats.seen_offset_ms - cases[i].skew_ms + 1000, 0, 1010);
        }
        /* What was learned serves the next call at once. */
        send_call(&bench, 1, "f", false);
        run(&bench);
        assert_int_equal(fake_http_count(bench.http), cases[i].sent + 1);
        bench_close(&bench);
    }
}

static void test_clock_set_right_again(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NULL);
    bench.handler = strict_clock;
    bench.context = &bench;
    bench.dated = true;
    bench.skew_ms = 3600000;
    send_call(&bench, 0, "f", false);
    run(&bench);
    bench.fake.now_ms += 3600000; /* somebody corrects our clock */
    bench.skew_ms = 0;
    send_call(&bench, 1, "f", false);
    run(&bench);
    struct session_stats stats;
    session_stats(bench.session, &stats);
    assert_int_equal(bench.errors[1].class, ERROR_NONE);
    assert_int_equal(stats.offset_ms, 0);
    bench_close(&bench);
}

/* A true refusal with an absurd Date is tried again once, not for ever. */
static void always_403(void *context, struct arena *arena, const struct http_request *request,
                       struct fake_answer *ret_answer)
{
    (void)request;
    int *hours = context;
    ret_answer->status = 403;
    ret_answer->headers[0].name = "date";
    ret_answer->headers[0].value =
        fake_http_date(arena, FAKE_START_MS + INT64_C(3600000) * ++*hours);
}

static void test_clock_that_runs_wild(void **state)
{
    (void)state;
    struct bench bench;
    int hours = 0;
    bench_open(&bench, NULL);
    bench.handler = always_403;
    bench.context = &hours;
    send_call(&bench, 0, "f", true);
    run(&bench);
    assert_int_equal(bench.errors[0].class, ERROR_AUTH);
    assert_int_equal(fake_http_count(bench.http), 2);
    bench_close(&bench);

    static const struct fake_answer refused[] = {S(403), OK}; /* by a clock that agrees */
    struct fake_script script = {.answers = refused, .count = COUNT(refused)};
    bench_open(&bench, NULL);
    bench.handler = fake_play;
    bench.context = &script;
    bench.dated = true;
    send_call(&bench, 0, "f", true);
    run(&bench);
    assert_int_equal(bench.errors[0].class, ERROR_AUTH);
    assert_int_equal(script.next, 1);
    bench_close(&bench);
}

/* ---- calls whose address is their own proof ---- */

static void stranger(void *context, struct arena *arena, const struct http_request *request,
                     struct fake_answer *ret_answer)
{
    (void)arena;
    assert_null(http_request_get(request, "Authorization"));
    ret_answer->status = *(const int *)context;
}

/* Nothing of the account goes there, nothing is fetched for it, and it is not recorded.
 */
static void test_bare(void **state)
{
    (void)state;
    static int statuses[] = {200, 401, 403};
    for (size_t i = 0; i < COUNT(statuses); i++) {
        struct bench bench;
        struct har *har = NULL;
        struct error error = {0};
        char folder[96], path[128];
        CLEANUP_TEXT struct text content;
        text_init(&content, 1 << 16);
        folder_make(folder, sizeof folder, "bare");
        snprintf(path, sizeof path, "%s/calls.har", folder);
        assert_int_equal(har_open(path, "1", &har, &error), 0);
        bench_open(&bench, &(struct session_options){.har = har});
        bench.handler = stranger;
        bench.context = &statuses[i];
        bench.have = 0; /* there are no credentials at all */
        bench.sign_fails = true;
        bench.request = (struct http_request){
            .method = "GET", .url = "https://storage.test/r.csv?sv=1&odd=very-secret#x"};
        tickets[0] = (struct ticket){&bench, 0};
        session_send(bench.session, &(struct call){.family = "f",
                                                   .operation = "Download",
                                                   .repeatable = true,
                                                   .bare = true,
                                                   .request = &bench.request,
                                                   .done = call_done,
                                                   .context = &tickets[0]});
        run(&bench);
        assert_int_equal(bench.done, 1);
        assert_int_equal(bench.statuses[0], statuses[i]);
        assert_int_equal(bench.refreshes, 0);
        assert_int_equal(fake_http_count(bench.http), 1);
        bench_close(&bench);
        assert_int_equal(har_close(har, &error), 0);
        assert_int_equal(file_read(path, &content, NULL, &error), 0);
        assert_null(strstr(content.data, "storage.test"));
        folder_remove(folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bare),
        cmocka_unit_test(test_single_flight_refresh),
        cmocka_unit_test(test_refresh_that_does_not_help),
        cmocka_unit_test(test_failing_refresh),
        cmocka_unit_test(test_signing_fails),
        cmocka_unit_test(test_clock_offset),
        cmocka_unit_test(test_clock_set_right_again),
        cmocka_unit_test(test_clock_that_runs_wild),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
