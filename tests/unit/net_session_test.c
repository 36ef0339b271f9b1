/* The session under a virtual clock: which failures are tried again, when, and how often. */
#include "tests/unit/net_session_bench.h"

/* ---- the retry matrix ---- */

static void test_matrix(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool repeatable;
        struct fake_answer answers[4];
        size_t sent;            /* attempts that are made */
        enum error_class class; /* how it ends */
        const char *code;
    } cases[] = {
        {"fine", false, {OK}, 1, ERROR_NONE, ""},
        {"503 then fine", true, {S(503), OK}, 2, ERROR_NONE, ""},
        {"503 thrice", true, {S(503), S(503), S(503), OK}, 3, ERROR_TEMPORARY, ""},
        {"503 may have acted", false, {S(503), OK}, 1, ERROR_TEMPORARY, ""},
        {"429 did not act", false, {S(429), OK}, 2, ERROR_NONE, ""},
        {"429 thrice", false, {S(429), S(429), S(429), OK}, 3, ERROR_THROTTLED, ""},
        {"lost then fine", true, {LOST, OK}, 2, ERROR_NONE, ""},
        {"lost write", false, {LOST, OK}, 1, ERROR_TEMPORARY, ""},
        {"unsent write", false, {UNSENT, OK}, 2, ERROR_NONE, ""},
        {"unsent to the end", false, {UNSENT, UNSENT, UNSENT, OK}, 3, ERROR_TEMPORARY, "not-sent"},
        {"unsent, then lost", false, {UNSENT, LOST, OK}, 2, ERROR_TEMPORARY, ""},
        {"lost, then unsent: uncertain", true, {LOST, UNSENT, UNSENT, OK}, 3, ERROR_TEMPORARY, ""},
        {"503, then unsent: uncertain", true, {S(503), UNSENT, UNSENT, OK}, 3, ERROR_TEMPORARY, ""},
        {"400 is final", true, {S(400), OK}, 1, ERROR_REFUSED, ""},
        {"404 is final", true, {S(404), OK}, 1, ERROR_REFUSED, ""},
        {"403 without refresh", true, {S(403), OK}, 1, ERROR_AUTH, ""},
        {"412 is final", true, {S(412), OK}, 1, ERROR_STALE, ""},
        {"302 is no success", true, {S(302), OK}, 1, ERROR_PERMANENT, ""},
        {"a server cannot claim not-sent",
         false,
         {{.status = 500, .body = "code=not-sent"}, OK},
         1,
         ERROR_TEMPORARY,
         ""},
        {"mixed", true, {S(429), LOST, OK}, 3, ERROR_NONE, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        struct fake_script script = {.answers = cases[i].answers, .count = 4};
        bench_open(&bench, NULL);
        bench.handler = fake_play;
        bench.context = &script;
        send_call(&bench, 0, "f", cases[i].repeatable);
        run(&bench);
        if (script.next != cases[i].sent || bench.errors[0].class != cases[i].class ||
            !text_equal(bench.errors[0].vendor_code, cases[i].code)) {
            fail_msg("%s: %zu sent, %s, code '%s'", cases[i].name, script.next,
                     error_class_name(bench.errors[0].class), bench.errors[0].vendor_code);
        }
        assert_int_equal(bench.done, 1);
        struct session_stats stats;
        session_stats(bench.session, &stats);
        assert_int_equal(stats.calls, cases[i].sent);
        assert_int_equal(stats.retries, cases[i].sent - 1);
        bench_close(&bench);
    }
}

static void test_attempts_option(void **state)
{
    (void)state;
    static const struct fake_answer answers[] = {S(500), S(500), S(500), S(500), S(500), OK};
    struct fake_script script = {.answers = answers, .count = COUNT(answers)};
    struct bench bench;
    bench_open(&bench, &(struct session_options){.attempts = 5});
    bench.handler = fake_play;
    bench.context = &script;
    send_call(&bench, 0, "f", true);
    run(&bench);
    assert_int_equal(script.next, 5);
    assert_int_equal(bench.errors[0].class, ERROR_TEMPORARY);
    assert_int_equal(bench.errors[0].http_status, 500);
    assert_non_null(strstr(bench.errors[0].message, "Op: "));
    bench_close(&bench);
}

/* ---- Retry-After ---- */

static void test_retry_after(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        const char *date;
        int64_t ms;
    } cases[] = {
        {"0", NULL, 0},
        {"7", NULL, 7000},
        {"-5", NULL, 0},
        {"1.5", NULL, 0},
        {"soon", NULL, 0},
        {"", NULL, 0},
        {"900", NULL, LIMIT_RETRY_AFTER_MS},
        {"901", NULL, LIMIT_RETRY_AFTER_MS},
        {"9223372036854775807", NULL, LIMIT_RETRY_AFTER_MS},
        {"-9223372036854775808", NULL, 0},
        {"99999999999999999999999", NULL, 0},
        {"Thu, 01 Jan 2026 00:01:00 GMT", NULL, 60000},
        {"Thu, 01 Jan 2099 00:01:00 GMT", NULL, LIMIT_RETRY_AFTER_MS},
        {"Thu, 01 Jan 1970 00:00:00 GMT", NULL, 0},
        /* Read by the server's own clock, an hour ahead of ours. */
        {"Thu, 01 Jan 2026 01:00:30 GMT", "Thu, 01 Jan 2026 01:00:00 GMT", 30000},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct http_header headers[] = {{"retry-after", cases[i].value}, {"date", cases[i].date}};
        struct http_response response = {
            .status = 503, .headers = headers, .header_count = cases[i].date == NULL ? 1 : 2};
        int64_t ms = retry_after(&response, FAKE_START_MS);
        if (ms != cases[i].ms) {
            fail_msg("Retry-After '%s': %lld ms", cases[i].value, (long long)ms);
        }
    }
    assert_int_equal(retry_after(&(struct http_response){.status = 503}, FAKE_START_MS), 0);
}

static void test_waits_as_told(void **state)
{
    (void)state;
    static const struct fake_answer answers[] = {
        {.status = 503, .headers = {{"retry-after", "60"}}},
        {.status = 429, .headers = {{"retry-after", "999999999"}}},
        OK,
    };
    struct fake_script script = {.answers = answers, .count = COUNT(answers)};
    struct bench bench;
    bench_open(&bench, NULL);
    bench.handler = fake_play;
    bench.context = &script;
    send_call(&bench, 0, "f", true);
    run(&bench);
    assert_int_equal(bench.errors[0].class, ERROR_NONE);
    assert_in_range(bench.done_ms[0], 60000 + LIMIT_RETRY_AFTER_MS,
                    60000 + LIMIT_RETRY_AFTER_MS + 10);
    bench_close(&bench);
}

/* The jitter fills its range and never leaves it. */
static void test_backoff(void **state)
{
    (void)state;
    static const int64_t longest[] = {1000, 2000, 4000, 8000, 16000, 20000, 20000};
    struct fake fake;
    fake_init(&fake, 11);
    for (unsigned made = 1; made <= COUNT(longest); made++) {
        int64_t least = INT64_MAX;
        int64_t most = 0;
        for (int i = 0; i < 2000; i++) {
            int64_t delay = retry_delay(&fake.world, made, 0);
            least = delay < least ? delay : least;
            most = delay > most ? delay : most;
        }
        assert_in_range(least, 0, longest[made - 1] / 50);
        assert_in_range(most, longest[made - 1] * 49 / 50, longest[made - 1]);
    }
    assert_in_range(retry_delay(&fake.world, 1000000, 0), 0, 20000);
    assert_in_range(retry_delay(&fake.world, 1, 5000), 5000, 5000);
    fake_free(&fake);
}

/* ---- the retry budget ---- */

static void always_500(void *context, struct arena *arena, const struct http_request *request,
                       struct fake_answer *ret_answer)
{
    (void)context;
    (void)arena;
    (void)request;
    ret_answer->status = 500;
    ret_answer->latency_ms = 10;
}

static void always_lost(void *context, struct arena *arena, const struct http_request *request,
                        struct fake_answer *ret_answer)
{
    (void)context;
    (void)arena;
    (void)request;
    ret_answer->fate = FAKE_LOST;
    ret_answer->latency_ms = 10;
}

static void test_budget_stops_storms(void **state)
{
    (void)state;
    static const struct {
        fake_handler *handler;
        long long retries;
    } cases[] = {{always_500, 100}, {always_lost, 50}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_open(&bench, NULL);
        bench.handler = cases[i].handler;
        for (size_t j = 0; j < 200; j++) {
            send_call(&bench, j, "f", true);
        }
        run(&bench);
        struct session_stats stats;
        session_stats(bench.session, &stats);
        assert_int_equal(bench.done, 200);
        assert_int_equal(stats.retries, cases[i].retries);
        bench_close(&bench);
    }
    /* Successes pay back, never beyond full. */
    struct retry_budget budget = {.tokens = 3};
    int price = 0;
    assert_false(retry_budget_take(&budget, true, &price));
    retry_budget_refund(&budget, 0);
    retry_budget_refund(&budget, 0);
    assert_true(retry_budget_take(&budget, true, &price));
    assert_int_equal(budget.tokens, 0);
    retry_budget_refund(&budget, price);
    assert_int_equal(budget.tokens, 5);
    budget.tokens = RETRY_BUDGET_FULL;
    retry_budget_refund(&budget, 0);
    assert_int_equal(budget.tokens, RETRY_BUDGET_FULL);
}

/* ---- order, pace, limits ---- */

static void test_order_and_in_flight(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, &(struct session_options){.max_in_flight = 3});
    bench.handler = slow_ok;
    for (size_t i = 0; i < 100; i++) {
        send_call(&bench, i, i % 2 == 0 ? "a" : "b", true);
    }
    assert_int_equal(fake_http_count(bench.http), 0);
    run(&bench);
    assert_int_equal(fake_http_peak(bench.http), 3);
    size_t last[2] = {0};
    for (size_t i = 0; i < 100; i++) { /* in order within a family */
        size_t call = bench.order[i];
        assert_true(call >= last[call % 2]);
        last[call % 2] = call;
    }
    bench_close(&bench);
}

static const struct quota quotas[] = {
    {.family = "slow", .per_minute = 60, .burst = 2},
    {.family = "daily", .per_minute = 6000, .burst = 100, .daily = 10},
};
static const struct session_options paced = {
    .quotas = quotas, .quota_count = COUNT(quotas), .share_percent = 100};

static void test_pace(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, &paced);
    for (size_t i = 0; i < 12; i++) {
        send_call(&bench, i, "slow", true);
    }
    send_call(&bench, 12, "other", true); /* not held by the slow family */
    run(&bench);
    assert_in_range(bench.done_ms[11], 10000, 10050); /* two at once, then one a second */
    assert_in_range(bench.done_ms[12], 0, 10);
    struct session_stats stats;
    session_stats(bench.session, &stats);
    assert_in_range(stats.waited_ms, 9990, 10050);
    bench_close(&bench);
}

static void test_daily_budget(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, &paced);
    for (size_t i = 0; i < 12; i++) {
        send_call(&bench, i, "daily", true);
    }
    run(&bench);
    assert_int_equal(fake_http_count(bench.http), 9); /* nine tenths */
    for (size_t i = 0; i < 12; i++) {
        assert_int_equal(bench.errors[i].class, i < 9 ? ERROR_NONE : ERROR_THROTTLED);
        assert_string_equal(bench.errors[i].vendor_code, i < 9 ? "" : "not-sent");
    }
    fake_advance(&bench.fake, INT64_C(25) * 3600000);
    send_call(&bench, 12, "daily", true);
    run(&bench);
    assert_int_equal(bench.errors[12].class, ERROR_NONE);
    bench_close(&bench);
}

static void test_throttle_slows_the_family(void **state)
{
    (void)state;
    static const struct fake_answer answers[] = {
        {.status = 429, .headers = {{"retry-after", "30"}}}, OK, OK, OK};
    struct fake_script script = {.answers = answers, .count = COUNT(answers)};
    struct bench bench;
    bench_open(&bench, &paced);
    bench.handler = fake_play;
    bench.context = &script;
    send_call(&bench, 0, "slow", true);
    run(&bench);
    assert_in_range(bench.done_ms[0], 30000, 32100);
    send_call(&bench, 1, "slow", true);
    send_call(&bench, 2, "slow", true);
    run(&bench);
    assert_in_range(bench.done_ms[2] - bench.done_ms[0], 3000, 4100); /* at half speed */
    struct session_stats stats;
    session_stats(bench.session, &stats);
    assert_int_equal(stats.throttled, 1);
    bench_close(&bench);
}

/* ---- stopping and freeing ---- */

static void stop_now(struct bench *bench, size_t index)
{
    if (index == 0) {
        session_stop(bench->session);
        send_call(bench, 200, "f", true); /* too late */
    }
}

static void test_stop(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, &(struct session_options){.max_in_flight = 4});
    bench.handler = slow_ok;
    bench.on_done = stop_now;
    for (size_t i = 0; i < 20; i++) {
        send_call(&bench, i, "f", true);
    }
    run(&bench);
    assert_int_equal(bench.done, 21);
    assert_int_equal(fake_http_count(bench.http), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(bench.errors[i].class, ERROR_NONE);
    }
    for (size_t i = 4; i < 20; i++) {
        assert_int_equal(bench.errors[i].class, ERROR_TEMPORARY);
        assert_string_equal(bench.errors[i].vendor_code, "not-sent");
        assert_non_null(strstr(bench.errors[i].message, "stopping"));
    }
    assert_int_equal(bench.errors[200].class, ERROR_TEMPORARY);
    bench_close(&bench);
}

static void stop_and_sign(struct bench *bench, size_t index)
{
    stop_now(bench, index);
    bench->sign_fails = false;
}

/* The first call ends while the pump is at work: what stands behind it must not go out any more. */
static void test_stop_while_starting(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NULL);
    bench.sign_fails = true;
    bench.on_done = stop_and_sign;
    for (size_t i = 0; i < 6; i++) {
        send_call(&bench, i, i % 2 == 0 ? "f" : "g", true);
    }
    run(&bench);
    assert_int_equal(bench.done, 7);
    assert_int_equal(fake_http_count(bench.http), 0);
    for (size_t i = 1; i < 6; i++) {
        assert_string_equal(bench.errors[i].vendor_code, "not-sent");
    }
    bench_close(&bench);
}

static void stop_timer(void *context)
{
    struct bench *bench = context;
    session_stop(bench->session);
}

static void test_stop_ends_retries(void **state)
{
    (void)state;
    static const struct fake_answer answers[] = {
        {.status = 503, .headers = {{"retry-after", "600"}}}, OK};
    struct fake_script script = {.answers = answers, .count = COUNT(answers)};
    struct bench bench;
    bench_open(&bench, NULL);
    bench.handler = fake_play;
    bench.context = &script;
    send_call(&bench, 0, "f", true);
    loop_after(bench.loop, 1000, stop_timer, &bench);
    run(&bench);
    assert_int_equal(script.next, 1);
    assert_int_equal(bench.errors[0].class, ERROR_TEMPORARY);
    assert_string_equal(bench.errors[0].vendor_code, ""); /* the 503 may have acted */
    assert_in_range(bench.done_ms[0], 1000, 1010);
    bench_close(&bench);
}

static void resend(struct bench *bench, size_t index)
{
    if (index + 1 < 100) {
        send_call(bench, index + 1, "f", false);
    }
}

/* Callbacks that send again, on success and on each way to fail. */
static void test_send_from_callback(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct bench bench;
        bench_open(&bench, NULL);
        bench.on_done = resend;
        bench.handler = i == 1 ? always_500 : NULL;
        bench.sign_fails = i == 2;
        bench.have = i == 3 ? 0 : 1;
        bench.refresh_failures = i == 3 ? 1000 : 0;
        bench.refresh_class = ERROR_AUTH;
        send_call(&bench, 0, "f", false);
        run(&bench);
        assert_int_equal(bench.done, 100);
        bench_close(&bench);
    }
}

/* Freed in any state without a callback, a leak or a use after free (the sanitizer watches). */
static void test_free_with_calls_queued(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NULL);
    for (size_t i = 0; i < 5; i++) {
        send_call(&bench, i, "f", false);
    }
    session_free(bench.session); /* the loop goes on without it */
    bench.session = NULL;
    run(&bench);
    assert_int_equal(bench.done, 0);
    assert_int_equal(fake_http_count(bench.http), 0);
    bench_close(&bench);
}

static void free_timer(void *context)
{
    struct bench *bench = context;
    session_free(bench->session);
    bench->session = NULL;
}

static void set_stop(void *context)
{
    bool *stop = context;
    *stop = true;
}

static void test_free_with_attempts_on_the_wire(void **state)
{
    (void)state;
    static const struct fake_answer answers[] = {
        {.latency_ms = 100}, {.latency_ms = 30000}, {.status = 503}};
    for (int i = 0; i < 2; i++) {
        struct fake_script script = {.answers = answers, .count = COUNT(answers)};
        struct bench bench;
        bench_open(&bench, &(struct session_options){.max_in_flight = 3});
        bench.handler = fake_play;
        bench.context = &script;
        for (size_t j = 0; j < 5; j++) {
            send_call(&bench, j, "f", true);
        }
        bool stop = false;
        loop_after(bench.loop, 0, free_timer, &bench);
        while (bench.session != NULL) {
            loop_after(bench.loop, 0, set_stop, &stop);
            struct error error = {0};
            assert_int_equal(loop_run(bench.loop, &stop, &error), 0);
        }
        if (i == 1) {
            run(&bench); /* the answers come to nobody */
        }
        assert_int_equal(fake_http_count(bench.http), 3);
        assert_int_equal(bench.done, 0);
        bench_close(&bench);
    }
}

/* Random troubles from printed seeds: every call ends once, and no write is carried out twice. */
struct storm {
    uint64_t chance;
    unsigned acted[MOST];
};

static void storm(void *context, struct arena *arena, const struct http_request *request,
                  struct fake_answer *ret_answer)
{
    (void)arena;
    struct storm *weather = context;
    static const int statuses[] = {200, 200, 200, 429, 500, 503, 400, 401, 302};
    weather->chance = weather->chance * UINT64_C(6364136223846793005) + 1442695040888963407;
    uint64_t chance = weather->chance >> 33;
    unsigned call = 0;
    sscanf(request->url, "https://cloud.test/%u", &call);
    ret_answer->latency_ms = (int64_t)(chance % 3000);
    ret_answer->fate = chance % 7 == 0    ? FAKE_LOST
                       : chance % 11 == 0 ? FAKE_NOT_SENT
                                          : FAKE_ANSWERED;
    ret_answer->status = statuses[chance % COUNT(statuses)];
    bool acted =
        ret_answer->fate == FAKE_LOST || (ret_answer->fate == FAKE_ANSWERED &&
                                          (ret_answer->status == 200 || ret_answer->status >= 500));
    weather->acted[call] += acted ? 1 : 0;
}

static void test_storm(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct bench bench;
        struct storm weather = {.chance = seed};
        static struct http_request requests[MOST];
        static char urls[MOST][40];
        bench_open(&bench, &paced);
        bench.handler = storm;
        bench.context = &weather;
        bench.refresh_ms = 30;
        for (size_t i = 0; i < 150; i++) {
            snprintf(urls[i], sizeof urls[i], "https://cloud.test/%zu", i);
            requests[i] = (struct http_request){.method = "POST", .url = urls[i]};
            tickets[i] = (struct ticket){&bench, i};
            struct call call = {.family = i % 3 == 0 ? "slow" : "x",
                                .operation = "Op",
                                .request = &requests[i],
                                .done = call_done,
                                .context = &tickets[i]};
            session_send(bench.session, &call);
        }
        run(&bench);
        if (bench.done != 150) {
            fail_msg("seed %llu: %zu calls ended", (unsigned long long)seed, bench.done);
        }
        for (size_t i = 0; i < 150; i++) {
            bool unsent = text_equal(bench.errors[i].vendor_code, "not-sent");
            if (weather.acted[i] > 1 || (unsent && weather.acted[i] > 0)) {
                fail_msg("seed %llu: call %zu acted %u times", (unsigned long long)seed, i,
                         weather.acted[i]);
            }
        }
        bench_close(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matrix),
        cmocka_unit_test(test_attempts_option),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_waits_as_told),
        cmocka_unit_test(test_backoff),
        cmocka_unit_test(test_budget_stops_storms),
        cmocka_unit_test(test_order_and_in_flight),
        cmocka_unit_test(test_pace),
        cmocka_unit_test(test_daily_budget),
        cmocka_unit_test(test_throttle_slows_the_family),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_stop_while_starting),
        cmocka_unit_test(test_stop_ends_retries),
        cmocka_unit_test(test_send_from_callback),
        cmocka_unit_test(test_free_with_calls_queued),
        cmocka_unit_test(test_free_with_attempts_on_the_wire),
        cmocka_unit_test(test_storm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
