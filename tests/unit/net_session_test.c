/* The session under a virtual clock: which failures are tried again, when, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "net/session.h"
#include "net/session_retry.h"
#include "tests/support/fake.h"

enum { MOST = 256 };

/* A cloud whose credentials are numbered; the server takes `valid` and up. */
struct bench {
    struct fake fake;
    struct http *http;
    struct loop *loop;
    struct session *session;
    struct http_request request;
    fake_handler *handler;
    void *context;
    /* Credentials. */
    int have;
    int valid;
    bool renewable;
    unsigned refreshes;
    unsigned refreshing;
    int64_t refresh_ms;
    unsigned refresh_failures; /* how many of the next refreshes fail */
    enum error_class refresh_class;
    void (*ready)(void *context, const struct error *error);
    void *ready_context;
    int64_t signed_now[MOST]; /* the time each attempt was signed with */
    size_t signatures;
    bool sign_fails;
    /* Server clock minus ours; answers carry it if `dated`. */
    int64_t skew_ms;
    bool dated;
    /* Calls. */
    size_t done;
    size_t order[MOST];
    struct error errors[MOST];
    int statuses[MOST];
    int64_t done_ms[MOST]; /* ticks since the start */
    int64_t start_ms;
    void (*on_done)(struct bench *bench, size_t index);
};

struct ticket {
    struct bench *bench;
    size_t index;
};
static struct ticket tickets[MOST];

static int sign(void *cloud, struct arena *arena, struct http_request *request, int64_t now_ms,
                struct error *error)
{
    struct bench *bench = cloud;
    if (bench->sign_fails) {
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "no key");
    }
    assert_null(http_request_get(request, "Authorization")); /* a fresh copy each time */
    bench->signed_now[bench->signatures++ % MOST] = now_ms;
    char *key = arena_printf(arena, "key %d", bench->have);
    http_request_set(arena, request, "Authorization", key);
    return 0;
}

static int judge(void *cloud, const struct http_response *response, bool *ret_auth_refresh,
                 struct error *error)
{
    (void)cloud;
    int result = retry_judge_status(response, error);
    if (response->status == 401) {
        *ret_auth_refresh = true;
    }
    if (strncmp(response->body, "code=", 5) == 0) {
        snprintf(error->vendor_code, sizeof error->vendor_code, "%s", response->body + 5);
    }
    return result;
}

static bool credentials_due(void *cloud, int64_t now_ms, bool force)
{
    const struct bench *bench = cloud;
    (void)now_ms;
    return bench->have == 0 || (force && bench->renewable);
}

static void refreshed(void *context)
{
    struct bench *bench = context;
    struct error error = {0};
    bench->refreshing--;
    if (bench->refresh_failures > 0) {
        bench->refresh_failures--;
        error_set(&error, bench->refresh_class, SCOPE_CLOUD, "token endpoint says no");
        bench->ready(bench->ready_context, &error);
        return;
    }
    bench->have++;
    bench->ready(bench->ready_context, NULL);
}

static void refresh(void *cloud, void (*ready)(void *context, const struct error *error),
                    void *context)
{
    struct bench *bench = cloud;
    assert_int_equal(bench->refreshing, 0);
    bench->refreshing++;
    bench->refreshes++;
    bench->ready = ready;
    bench->ready_context = context;
    if (bench->refresh_ms == 0) {
        refreshed(bench);
    } else {
        loop_after(bench->loop, bench->refresh_ms, refreshed, bench);
    }
}

static const struct session_ops ops = {
    .sign = sign,
    .judge = judge,
    .credentials_due = credentials_due,
    .refresh = refresh,
};

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    struct bench *bench = context;
    int key = 0;
    sscanf(http_request_get(request, "Authorization"), "key %d", &key);
    if (key < bench->valid) {
        ret_answer->status = 401;
        ret_answer->latency_ms = 20;
    } else if (bench->handler != NULL) {
        bench->handler(bench->context, arena, request, ret_answer);
    }
    for (size_t i = 0; bench->dated && i < COUNT(ret_answer->headers); i++) {
        if (ret_answer->headers[i].name == NULL) {
            ret_answer->headers[i].name = "date";
            ret_answer->headers[i].value =
                fake_http_date(arena, bench->fake.now_ms + bench->skew_ms);
            break;
        }
    }
}

static void bench_open(struct bench *bench, const struct session_options *base)
{
    memset(bench, 0, sizeof *bench);
    fake_init(&bench->fake, 7);
    bench->have = 1;
    bench->renewable = true;
    bench->http = fake_http_new(&bench->fake, handle, bench);
    bench->loop = loop_new(&bench->fake.world, bench->http);
    bench->request = (struct http_request){.method = "POST", .url = "https://cloud.test/"};
    bench->start_ms = bench->fake.ticks_ms;
    struct session_options options = base == NULL ? (struct session_options){0} : *base;
    options.ops = &ops;
    options.cloud = bench;
    options.log = &bench->fake.log;
    bench->session = session_new(bench->loop, &options);
}

static void bench_close(struct bench *bench)
{
    session_free(bench->session);
    loop_free(bench->loop);
    bench->http->ops->close(bench->http);
    fake_free(&bench->fake);
}

static bool in_send;

static void call_done(void *context, const struct http_response *response,
                      const struct error *error)
{
    const struct ticket *ticket = context;
    struct bench *bench = ticket->bench;
    assert_false(in_send);
    assert_true(response != NULL || error != NULL);
    size_t i = ticket->index;
    assert_int_equal(bench->done_ms[i], 0); /* exactly once */
    bench->order[bench->done++] = i;
    bench->statuses[i] = response == NULL ? 0 : response->status;
    bench->done_ms[i] = bench->fake.ticks_ms - bench->start_ms + 1;
    if (error != NULL) {
        bench->errors[i] = *error;
    }
    if (bench->on_done != NULL) {
        bench->on_done(bench, i);
    }
}

static void send_call(struct bench *bench, size_t index, const char *family, bool repeatable)
{
    assert_true(index < MOST);
    tickets[index] = (struct ticket){bench, index};
    struct call call = {.family = family,
                        .operation = "Op",
                        .repeatable = repeatable,
                        .request = &bench->request,
                        .done = call_done,
                        .context = &tickets[index]};
    in_send = true;
    session_send(bench->session, &call);
    in_send = false;
}

static void run(struct bench *bench)
{
    struct error error = {0};
    assert_int_equal(loop_run(bench->loop, NULL, &error), 0);
}

/* ---- the retry matrix ---- */

#define OK                                                                                         \
    {                                                                                              \
        .status = 200                                                                              \
    }
#define S(n)                                                                                       \
    {                                                                                              \
        .status = (n)                                                                              \
    }
#define LOST                                                                                       \
    {                                                                                              \
        .fate = FAKE_LOST                                                                          \
    }
#define UNSENT                                                                                     \
    {                                                                                              \
        .fate = FAKE_NOT_SENT                                                                      \
    }

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

/* ---- credentials ---- */

static void slow_ok(void *context, struct arena *arena, const struct http_request *request,
                    struct fake_answer *ret_answer)
{
    (void)context;
    (void)arena;
    (void)request;
    ret_answer->latency_ms = 100;
}

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
        cmocka_unit_test(test_single_flight_refresh),
        cmocka_unit_test(test_refresh_that_does_not_help),
        cmocka_unit_test(test_failing_refresh),
        cmocka_unit_test(test_signing_fails),
        cmocka_unit_test(test_clock_offset),
        cmocka_unit_test(test_clock_set_right_again),
        cmocka_unit_test(test_clock_that_runs_wild),
        cmocka_unit_test(test_order_and_in_flight),
        cmocka_unit_test(test_pace),
        cmocka_unit_test(test_daily_budget),
        cmocka_unit_test(test_throttle_slows_the_family),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_stop_ends_retries),
        cmocka_unit_test(test_send_from_callback),
        cmocka_unit_test(test_free_with_calls_queued),
        cmocka_unit_test(test_free_with_attempts_on_the_wire),
        cmocka_unit_test(test_storm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
