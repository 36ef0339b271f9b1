/* One account at Microsoft before a scripted token endpoint, for the tests of tokens and of the
 * client. The endpoint gives "t1", "t2", …; every service answers {}. */
#ifndef TESTS_UNIT_AZURE_BENCH_H
#define TESTS_UNIT_AZURE_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/times.h"
#include "connectors/azure/azure.h"
#include "connectors/azure/client.h"
#include "connectors/azure/sign_in.h"
#include "connectors/azure/tokens.h"
#include "tests/support/fake.h"
#include "tests/support/folder.h"

#define TENANT "11111111-2222-4333-8444-555555555555"
#define CLIENT "aaaaaaaa-0000-4000-8000-000000000001"
#define BASE   "https://proxy.example"
#define DAY_MS INT64_C(86400000)

/* ------------------------------------------------------------------ the bench */

/* The token endpoint gives "t1", "t2", … for what it was asked; everything else answers {}. */
struct bench {
    struct fake fake;
    struct http *http;
    struct loop *loop;
    struct cloud *cloud;
    char folder[96];
    char sign_in[160], certificate[160], key[160], federated[160];
    struct setting items[16];
    size_t item_count;
    struct settings settings;
    struct secret_source secret;
    const char *env[2];
    size_t granted;
    int64_t person_ms; /* how long a person's token takes */
    bool v1_numbers, no_refresh, endless_401;
    struct fake_answer refusal; /* of the token endpoint; status 0: none */
    struct fake_answer answer;  /* of a service; status 0: 200 {} */
    struct error error;
    int status;
    bool done;
};

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    struct bench *bench = context;
    bool token = strstr(request->url, "/token") != NULL;
    if (!token) {
        *ret_answer = bench->answer;
        if (!bench->answer.status)
            ret_answer->body = "{}";
        if (bench->endless_401)
            ret_answer->status = 401;
        return;
    }
    if (bench->refusal.status) {
        *ret_answer = bench->refusal;
        return;
    }
    bench->granted++;
    bool person = request->body && strstr(request->body, "offline_access");
    ret_answer->latency_ms = person ? bench->person_ms : 0;
    ret_answer->body = arena_printf(
        arena, "{\"token_type\":\"Bearer\",\"expires_in\":%s,\"access_token\":\"t%zu\"%s}",
        bench->v1_numbers ? "\"3599\"" : "3599", bench->granted,
        person && !bench->no_refresh
            ? arena_printf(arena, ",\"refresh_token\":\"r%zu\"", bench->granted)
            : "");
}

static const char *env(void *context, const char *name)
{
    const struct bench *bench = context;
    return text_equal(bench->env[0], name) ? bench->env[1] : NULL;
}

static void set(struct bench *bench, const char *name, const char *text)
{
    bench->items[bench->item_count++] = (struct setting){.name = name, .text = text, .given = true};
}

static void set_secret(struct bench *bench, const char *name)
{
    bench->secret = (struct secret_source){SECRET_ENV, "AZURE_CLIENT_TEST_SECRET", NULL};
    bench->items[bench->item_count++] =
        (struct setting){.name = name, .secret = &bench->secret, .given = true};
}

/* Settings come between this and bench_open(). */
static void bench_begin(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    folder_make(bench->folder, sizeof bench->folder, "azure");
    setenv("AZURE_CLIENT_TEST_SECRET", "s~+/=&x", 1);
    snprintf(bench->sign_in, sizeof bench->sign_in, "%s/sign-in.json", bench->folder);
    snprintf(bench->certificate, sizeof bench->certificate, "%s/cert.pem", bench->folder);
    snprintf(bench->key, sizeof bench->key, "%s/key.pem", bench->folder);
    snprintf(bench->federated, sizeof bench->federated, "%s/token", bench->folder);
    fake_init(&bench->fake, 11);
    bench->http = fake_http_new(&bench->fake, handle, bench);
    bench->loop = loop_new(&bench->fake.world, bench->http);
    set(bench, "tenant", TENANT);
    set(bench, "endpoint_url", BASE);
}

static int bench_try_open(struct bench *bench)
{
    const struct connector_env around = {
        .loop = bench->loop, .log = &bench->fake.log, .env = env, .env_context = bench};
    bench->settings = (struct settings){bench->items, bench->item_count};
    return azure_open(&around, &bench->settings, &bench->cloud, &bench->error);
}

static void bench_open(struct bench *bench)
{
    int result = bench_try_open(bench);
    if (result < 0)
        fail_msg("%s", bench->error.message);
}

static void bench_close(struct bench *bench)
{
    azure_close(bench->cloud);
    loop_free(bench->loop);
    bench->http->ops->close(bench->http);
    fake_free(&bench->fake);
    folder_remove(bench->folder);
}

/* The ordinary account: a secret, and a person who signed in ten days ago. */
static void bench_ordinary(struct bench *bench)
{
    bench_begin(bench);
    set(bench, "client_id", CLIENT);
    set_secret(bench, "client_secret");
    set(bench, "sign_in", bench->sign_in);
    const struct sign_in sign_in = {.token = secret_new("r0", 2),
                                    .tenant = TENANT,
                                    .client = CLIENT,
                                    .signed_in_ms = FAKE_START_MS - 20 * DAY_MS,
                                    .issued_ms = FAKE_START_MS - 10 * DAY_MS};
    assert_int_equal(sign_in_write(bench->sign_in, &sign_in, NULL), 0);
    secret_free(sign_in.token);
    bench_open(bench);
}

static void take_answer(void *context, const struct http_response *response,
                        const struct error *error)
{
    struct bench *bench = context;
    bench->done = true;
    bench->status = response ? response->status : 0;
    bench->error = error ? *error : (struct error){0};
}

static const struct http_request *sent(const struct bench *bench, size_t index)
{
    assert_true(index < fake_http_count(bench->http));
    return &fake_http_at(bench->http, index)->request;
}

#endif
