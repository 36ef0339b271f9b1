/* The address that Partner Center calls: whose it is, and what registering sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/azure/probes.h"
#include "connectors/azure/webhooks.h"
#include "tests/support/account.h"

#define OURS "https://hooks.contoso.example/azure?key=k"
#define EVENTS                                                                                     \
    "'referral-created','referral-updated','related-referral-created','related-referral-updated'"
#define REGISTERED(url, events)                                                                    \
    "{'SubscriberId':'s','WebhookUrl':'" url "','WebhookEvents':[" events "]}"

struct bench {
    struct account account;
    struct fake_answer answer; /* its body with ' for " */
    struct webhook now;
    struct error error;
    bool done;
    int result;
};

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    const struct bench *bench = context;
    (void)request;
    *ret_answer = bench->answer;
    if (bench->answer.body)
        ret_answer->body = account_text(arena, bench->answer.body);
}

static void answered(void *context, const struct http_response *response,
                     const struct error *failure)
{
    struct bench *bench = context;
    bench->done = true;
    bench->result =
        azure_webhook.read(bench->account.arena, response, failure, &bench->now, &bench->error);
}

static int send(struct bench *bench, struct http_request *request)
{
    const struct call call = {.family = azure_webhook.family,
                              .operation = "registration",
                              .repeatable = true,
                              .request = request,
                              .done = answered,
                              .context = bench};
    bench->done = false;
    session_send(bench->account.cloud->session, &call);
    assert_int_equal(loop_run(bench->account.loop, &bench->done, NULL), 0);
    assert_true(bench->done);
    return bench->result;
}

static int check(struct bench *bench)
{
    struct http_request request = {0};
    assert_int_equal(
        azure_webhook.check(bench->account.cloud, bench->account.arena, &request, NULL), 0);
    return send(bench, &request);
}

static void bench_open(struct bench *bench, int status, const char *body)
{
    memset(bench, 0, sizeof *bench);
    account_open(&bench->account, handle, bench, OURS);
    bench->answer = (struct fake_answer){.status = status, .body = body};
}

static void test_check(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *body;
        int result;
        enum webhook_state state;
        const char *words;
    } cases[] = {
        {200, REGISTERED(OURS, EVENTS), 0, WEBHOOK_OURS, "/azure?… is registered, for"},
        {200, REGISTERED(OURS, "'test-created'," EVENTS), 0, WEBHOOK_OURS, "test-created"},
        {200, REGISTERED(OURS, "'Referral-Created'"), 0, WEBHOOK_PARTLY, "only for"},
        {200, REGISTERED("https://crm.example/x?sig=s", EVENTS), 0, WEBHOOK_OTHERS,
         "another address is registered: https://crm.example/x?…, for"},
        {200, REGISTERED("https://u:p@crm.example/x", ""), 0, WEBHOOK_OTHERS, "@crm.example/x"},
        {200, "{'WebhookUrl':'" OURS "'}", 0, WEBHOOK_PARTLY, "no event"},
        {200, "{'WebhookUrl':'','WebhookEvents':null}", 0, WEBHOOK_NONE, "polling"},
        {200, "{}", 0, WEBHOOK_NONE, "polling"},
        {404, "{'code':900100}", 0, WEBHOOK_NONE, "polling"},
        {200, "{'somethingElse':1}", -ERROR_TEMPORARY, WEBHOOK_NONE, NULL},
        {200, "[]", -ERROR_TEMPORARY, WEBHOOK_NONE, NULL},
        {200, "<p>", -ERROR_TEMPORARY, WEBHOOK_NONE, NULL},
        {403, "{'code':900150}", -ERROR_AUTH, WEBHOOK_NONE, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_open(&bench, cases[i].status, cases[i].body);
        assert_int_equal(check(&bench), cases[i].result);
        assert_string_equal(account_line(&bench.account, 0), "GET /registration");
        if (!cases[i].result) {
            const char *words =
                webhook_words(bench.account.arena, &azure_webhook, OURS, &bench.now);
            assert_int_equal(webhook_state(&azure_webhook, OURS, &bench.now), cases[i].state);
            assert_non_null(strstr(words, cases[i].words));
            assert_null(strstr(words, "sig=")); /* an address may hold a key */
            assert_null(strstr(words, "key="));
            assert_null(strstr(words, "u:p"));
        }
        account_close(&bench.account);
    }
}

/* POST makes, PUT replaces; events of others are not lost. */
static void test_enlist(void **state)
{
    (void)state;
    static const char *const other_events[] = {"usage-created", "referral-created", NULL};
    static const struct {
        const char *url;
        struct webhook now;
        const char *line;
        size_t events;
    } cases[] = {
        {OURS, {NULL, NULL}, "POST /registration", 4},
        {OURS, {"https://crm.example", other_events}, "PUT /registration", 5},
        {OURS, {OURS, NULL}, "PUT /registration", 4},
        {"http://hooks.contoso.example", {NULL, NULL}, NULL, 0},
        {"file:///etc", {NULL, NULL}, NULL, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        struct http_request request = {0};
        struct json *body = NULL;
        bench_open(&bench, 200, REGISTERED(OURS, EVENTS));
        int result = azure_webhook.enlist(bench.account.cloud, bench.account.arena, &cases[i].now,
                                          cases[i].url, &request, &bench.error);
        if (!cases[i].line) {
            assert_int_equal(result, -ERROR_INPUT);
            account_close(&bench.account);
            continue;
        }
        assert_int_equal(result, 0);
        assert_int_equal(send(&bench, &request), 0);
        assert_int_equal(webhook_state(&azure_webhook, OURS, &bench.now), WEBHOOK_OURS);
        assert_string_equal(account_line(&bench.account, 0), cases[i].line);
        const struct http_request *sent = account_request(&bench.account, 0);
        assert_int_equal(
            json_parse(bench.account.arena, sent->body, sent->body_length, &body, NULL), 0);
        assert_string_equal(json_get_text(body, "WebhookUrl"), OURS);
        assert_int_equal(json_get(body, "WebhookEvents")->count, cases[i].events);
        assert_true(json_get_bool(body, "SignatureTokenToMsSignatureHeader", false));
        account_close(&bench.account);
    }
}

static int probe(struct account *account, const struct probe *probe, const char *body,
                 const char **ret_detail)
{
    struct probe_context context = {
        .cloud = account->cloud, .arena = account->arena, .progress = json_object(account->arena)};
    struct http_request request = {0};
    struct error error = {0};
    int result = probe->build(&context, &request, &error);
    if (!result) {
        const char *text = account_text(account->arena, body);
        const struct http_response response = {
            .status = 200, .body = text, .body_length = strlen(text)};
        assert_string_equal(request.method, "GET"); /* doctor writes nothing */
        result = probe->answer(&context, &response, &error);
    }
    *ret_detail = result < 0 ? arena_copy(account->arena, error.message) : context.detail;
    return result;
}

static void test_probes(void **state)
{
    (void)state;
    static const struct {
        size_t probe;
        const char *body;
        int result;
        const char *detail;
    } cases[] = {
        {0, "['test-created'," EVENTS "]", 0, "offered"},
        {0, "['test-created']", -ERROR_REFUSED, "referral-created is not offered"},
        {0, "{}", -ERROR_TEMPORARY, "no list"},
        {1, REGISTERED(OURS, EVENTS), 0, "is registered"},
        {1, REGISTERED("https://crm.example/x", EVENTS), -ERROR_REFUSED, "another address"},
        {1, "{}", -ERROR_REFUSED, "no address is registered"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        const char *detail = NULL;
        bench_open(&bench, 200, NULL);
        assert_int_equal(probe(&bench.account, &azure_probes[AZURE_PROBE_WEBHOOKS + cases[i].probe],
                               cases[i].body, &detail),
                         cases[i].result);
        assert_non_null(strstr(detail, cases[i].detail));
        account_close(&bench.account);
    }
    for (size_t i = 0; i < 2; i++) {
        struct bench bench;
        const char *detail = NULL;
        memset(&bench, 0, sizeof bench);
        account_open(&bench.account, handle, &bench, NULL); /* nobody wants to be called */
        assert_int_equal(
            probe(&bench.account, &azure_probes[AZURE_PROBE_WEBHOOKS + i], "{}", &detail), 1);
        assert_non_null(strstr(detail, "polling"));
        account_close(&bench.account);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_enlist),
        cmocka_unit_test(test_probes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
