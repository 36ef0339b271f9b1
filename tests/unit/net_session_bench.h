/* What the tests of the session share: a cloud whose credentials are numbered, and calls whose ends
 * are written down. */
#ifndef TESTS_UNIT_NET_SESSION_BENCH_H
#define TESTS_UNIT_NET_SESSION_BENCH_H

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

static bool credentials_due(void *cloud, size_t set, int64_t now_ms, bool force)
{
    const struct bench *bench = cloud;
    (void)set, (void)now_ms;
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

static void refresh(void *cloud, size_t set, session_ready *ready, void *context)
{
    struct bench *bench = cloud;
    assert_int_equal(set, 0);
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
    const char *proof = http_request_get(request, "Authorization");
    if (proof != NULL) { /* a bare call has none */
        sscanf(proof, "key %d", &key);
    }
    if (key < bench->valid) {
        ret_answer->status = 401;
        ret_answer->latency_ms = 20 + 10 * (int64_t)(bench->signatures % 4);
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

static void slow_ok(void *context, struct arena *arena, const struct http_request *request,
                    struct fake_answer *ret_answer)
{
    (void)context;
    (void)arena;
    (void)request;
    ret_answer->latency_ms = 100;
}

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

#endif
