/* Calls of Google's services: addresses and names, the location, and what answers mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/limits.h"
#include "base/memory.h"
#include "connectors/gcp/client.h"
#include "connectors/gcp/location.h"
#include "tests/support/fake.h"
#include "tests/support/judging.h"

struct bench {
    struct fake fake;
    struct http *http;
    struct loop *loop;
    struct cloud *cloud;
    struct setting items[8];
    struct settings settings;
    struct error error;
};

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    (void)context;
    (void)arena;
    (void)request;
    ret_answer->body = "{}";
}

static void set(struct bench *bench, const char *name, const char *text)
{
    bench->items[bench->settings.count++] =
        (struct setting){.name = name, .text = text, .given = true};
    bench->settings.items = bench->items;
}

static void bench_begin(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    fake_init(&bench->fake, 11);
    bench->http = fake_http_new(&bench->fake, handle, bench);
    bench->loop = loop_new(&bench->fake.world, bench->http);
    set(bench, "project", "acme-public");
}

static int bench_open(struct bench *bench, unsigned quota_share)
{
    const struct connector_env around = {
        .loop = bench->loop, .log = &bench->fake.log, .quota_share = quota_share};
    return gcp_open(&around, &bench->settings, &bench->cloud, &bench->error);
}

static void bench_close(struct bench *bench)
{
    gcp_close(bench->cloud);
    loop_free(bench->loop);
    bench->http->ops->close(bench->http);
    fake_free(&bench->fake);
}

/* ------------------------------------------------------------------ addresses */

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *settings[2][2];
        enum gcp_surface surface;
        const char *name, *query, *url;
    } cases[] = {
        {{{0}},
         GCP_PRODUCER,
         "projects/p/locations/l/privateOffers/1:publish",
         NULL,
         "https://commerceproducer.googleapis.com/v1beta/projects/p/locations/l/privateOffers/"
         "1:publish"},
        {{{0}},
         GCP_PROCUREMENT,
         "providers/P/entitlements",
         "pageSize=200",
         "https://cloudcommerceprocurement.googleapis.com/v1/providers/P/entitlements?"
         "pageSize=200"},
        {{{0}},
         GCP_CHANNEL,
         "opportunities:query",
         "partner=partners%2FC0",
         "https://cloudchannel.googleapis.com/v1alpha1/opportunities:query?partner=partners%2FC0"},
        {{{0}},
         GCP_CRM,
         "partners/1/leads/a b?c#d%",
         "",
         "https://cloudcrmpartners.googleapis.com/v1/partners/1/leads/a%20b%3Fc%23d%25"},
        {{{"producer_version", "v1"}, {"universe_domain", "apis.example"}},
         GCP_PRODUCER,
         "projects/p",
         NULL,
         "https://commerceproducer.apis.example/v1/projects/p"},
        {{{"endpoint_url", "http://127.0.0.1:8080"}},
         GCP_CHANNEL,
         "opportunities",
         NULL,
         "http://127.0.0.1:8080/v1alpha1/opportunities"},
        {{{"endpoint_url", "http://127.0.0.1:8080/"}, {"channel_url", "https://other.example/a"}},
         GCP_CHANNEL,
         "opportunities",
         NULL,
         "https://other.example/a/v1alpha1/opportunities"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct bench bench;
        struct http_request request = {0};
        bench_begin(&bench);
        for (size_t k = 0; k < 2 && cases[i].settings[k][0]; k++)
            set(&bench, cases[i].settings[k][0], cases[i].settings[k][1]);
        if (bench_open(&bench, 0) < 0)
            fail_msg("%s", bench.error.message);
        gcp_request(bench.cloud, arena, cases[i].surface, "GET", cases[i].name, cases[i].query,
                    NULL, &request);
        assert_string_equal(request.url, cases[i].url);
        bench_close(&bench);
    }
}

static void test_addresses_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        unsigned quota_share;
        const char *message;
    } cases[] = {
        {"endpoint_url", "http://proxy.example", 0, "clouds.gcp.endpoint_url"},
        {"sts_url", "http://proxy.example/token", 0, "clouds.gcp.sts_url"},
        {"producer_url", "https://proxy.example", 200, "net.quota_share"},
        {"provider", "a/b", 0, "clouds.gcp.provider"},
        {"partner", "partners/", 0, "clouds.gcp.partner"},
        {"location", "us?x", 0, "clouds.gcp.location"},
        {"provider", "..", 0, "clouds.gcp.provider"},
        {"partner", "partners/.", 0, "clouds.gcp.partner"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_begin(&bench);
        set(&bench, cases[i].name, cases[i].text);
        assert_int_equal(bench_open(&bench, cases[i].quota_share), -ERROR_INPUT);
        print_message("  %s\n", bench.error.message);
        assert_non_null(strstr(bench.error.message, cases[i].message));
        bench_close(&bench);
    }
}

/* ------------------------------------------------------------------ location */

static void test_location(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *parent, *message;
    } cases[] = {
        {"{\"locations\":[{\"name\":\"projects/acme-public/locations/global\",\"locationId\":"
         "\"global\"}]}",
         "projects/acme-public/locations/global", NULL},
        {"{\"locations\":[{\"name\":\"projects/9/locations/us\"}]}",
         "projects/acme-public/locations/us", NULL},
        {"{\"locations\":[{\"locationId\":\"us\"},{\"locationId\":\"eu\"}]}", NULL,
         "several: us, eu"},
        {"{}", NULL, "none"},
        {"{\"locations\":[{}]}", NULL, "clouds.gcp.location"},
        {"{\"locations\":[{\"locationId\":\"us\"}],\"nextPageToken\":\"t\"}", NULL, "several: us"},
        {"{\"locations\":[{\"locationId\":\"..\"}]}", NULL, "no id: .."},
        {"{\"locations\":[{\"locationId\":\"us/privateOffers\"}]}", NULL, "clouds.gcp.location"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct bench bench;
        struct json *answer = NULL;
        bench_begin(&bench);
        assert_int_equal(bench_open(&bench, 0), 0);
        assert_null(gcp_parent(bench.cloud, arena));
        assert_int_equal(json_parse(arena, cases[i].answer, strlen(cases[i].answer), &answer, NULL),
                         0);
        int result = gcp_location_read(bench.cloud, answer, &bench.error);
        assert_int_equal(result, cases[i].parent ? 0 : -ERROR_INPUT);
        if (cases[i].parent)
            assert_string_equal(gcp_parent(bench.cloud, arena), cases[i].parent);
        else
            assert_non_null(strstr(bench.error.message, cases[i].message));
        bench_close(&bench);
    }
}

/* ------------------------------------------------------------------ judge */

#define STATUS(code, word, details)                                                                \
    "{\"error\":{\"code\":" code ",\"message\":\"m\",\"status\":\"" word                           \
    "\",\"details\":[" details "]}}"
#define INFO(reason)                                                                               \
    "{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"" reason                 \
    "\",\"domain\":\"googleapis.com\"}"
#define LIMITED(limit)                                                                             \
    "{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"RATE_LIMIT_EXCEEDED\","  \
    "\"domain\":\"googleapis.com\",\"metadata\":{\"quota_limit\":\"" limit "\"}}"
#define RETRY(delay)                                                                               \
    "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"" delay "\"}"

static void test_judge(void **state)
{
    (void)state;
    static const struct judging_case cases[] = {
        {200, "application/json", "{}", ERROR_NONE, false, "", "", 0},
        {204, NULL, "", ERROR_NONE, false, "", "", 0},
        {200, "text/html", "<p>", ERROR_TEMPORARY, false, "", "web page", 0},
        {302, NULL, "", ERROR_PERMANENT, false, "", "302", 0},
        {400, NULL,
         STATUS("400", "INVALID_ARGUMENT",
                "{\"@type\":\"type.googleapis.com/google.rpc.BadRequest\",\"fieldViolations\":[{"
                "\"field\":\"private_offer.title\",\"description\":\"is too long\"},{\"field\":"
                "\"private_offer.term\",\"description\":\"is missing\"}]}"),
         ERROR_REFUSED, false, "INVALID_ARGUMENT",
         "private_offer.title: is too long; private_offer.term: is missing", 0},
        {400, NULL,
         STATUS("400", "FAILED_PRECONDITION",
                "{\"@type\":\"type.googleapis.com/google.rpc.PreconditionFailure\",\"violations\":"
                "[{\"type\":\"STATE\",\"subject\":\"offer\",\"description\":\"is no draft\"}]}"),
         ERROR_REFUSED, false, "FAILED_PRECONDITION", "offer: is no draft", 0},
        {401, NULL, STATUS("401", "UNAUTHENTICATED", INFO("ACCESS_TOKEN_EXPIRED")), ERROR_AUTH,
         true, "ACCESS_TOKEN_EXPIRED", "UNAUTHENTICATED", 0},
        {403, NULL, STATUS("403", "PERMISSION_DENIED", INFO("SERVICE_DISABLED")), ERROR_AUTH, false,
         "SERVICE_DISABLED", "enable the API", 0},
        {403, NULL, STATUS("403", "PERMISSION_DENIED", INFO("USER_PROJECT_DENIED")), ERROR_AUTH,
         false, "USER_PROJECT_DENIED", "quota_project", 0},
        {403, NULL, STATUS("403", "PERMISSION_DENIED", INFO("ACCESS_TOKEN_SCOPE_INSUFFICIENT")),
         ERROR_AUTH, false, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "scope", 0},
        {403, NULL, STATUS("403", "PERMISSION_DENIED", ""), ERROR_AUTH, false, "PERMISSION_DENIED",
         "doctor", 0},
        {404, NULL, STATUS("404", "NOT_FOUND", ""), ERROR_REFUSED, false, "NOT_FOUND", "m", 0},
        {404, "text/html", "<html>404</html>", ERROR_REFUSED, false, "", "404", 0},
        {409, NULL, STATUS("409", "ABORTED", ""), ERROR_STALE, false, "ABORTED", "", 0},
        {409, NULL, STATUS("409", "ALREADY_EXISTS", ""), ERROR_REFUSED, false, "ALREADY_EXISTS", "",
         0},
        {429, NULL,
         STATUS("429", "RESOURCE_EXHAUSTED", INFO("RATE_LIMIT_EXCEEDED") "," RETRY("17.250s")),
         ERROR_THROTTLED, false, "RATE_LIMIT_EXCEEDED", "m", 17250},
        {429, NULL, STATUS("429", "RESOURCE_EXHAUSTED", RETRY("9999999s")), ERROR_THROTTLED, false,
         "RESOURCE_EXHAUSTED", "", LIMIT_RETRY_AFTER_MS},
        {429, NULL, STATUS("429", "RESOURCE_EXHAUSTED", INFO("RESOURCE_QUOTA_EXCEEDED")),
         ERROR_AUTH, false, "RESOURCE_QUOTA_EXCEEDED", "used up", 0},
        {429, NULL,
         STATUS("429", "RESOURCE_EXHAUSTED", LIMITED("DefaultRequestsPerMinutePerProject")),
         ERROR_THROTTLED, false, "RATE_LIMIT_EXCEEDED", "m", 0},
        {429, NULL, STATUS("429", "RESOURCE_EXHAUSTED", LIMITED("ReadsPerDayPerProject")),
         ERROR_AUTH, false, "RATE_LIMIT_EXCEEDED", "used up", 0},
        {429, NULL, "", ERROR_THROTTLED, false, "", "429", 0},
        {499, NULL, STATUS("499", "CANCELLED", ""), ERROR_TEMPORARY, false, "CANCELLED", "", 0},
        {500, NULL, STATUS("500", "INTERNAL", ""), ERROR_TEMPORARY, false, "INTERNAL", "", 0},
        {501, NULL, STATUS("501", "UNIMPLEMENTED", ""), ERROR_REFUSED, false, "UNIMPLEMENTED", "",
         0},
        {502, "text/html", "<html>", ERROR_TEMPORARY, false, "", "502", 0},
        {503, NULL, STATUS("503", "UNAVAILABLE", ""), ERROR_TEMPORARY, false, "UNAVAILABLE", "", 0},
        /* Bodies that are none, or not as they should be. */
        {400, NULL, "{\"error\":\"invalid_grant\"}", ERROR_REFUSED, false, "", "400", 0},
        {400, NULL, "[]", ERROR_REFUSED, false, "", "400", 0},
        {400, NULL, "{\"error\":{\"details\":[1,{\"@type\":7},{}]}}", ERROR_REFUSED, false, "",
         "400", 0},
        {400, NULL, "{\"error\":{", ERROR_REFUSED, false, "", "400", 0},
    };
    judging_play(gcp_judge, "", cases, COUNT(cases));
}

/* One record that is denied says nothing about the others. */
static void test_scope(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum error_scope scope;
    } cases[] = {
        {STATUS("403", "PERMISSION_DENIED", ""), SCOPE_RECORD},
        {STATUS("403", "PERMISSION_DENIED", INFO("IAM_PERMISSION_DENIED")), SCOPE_RECORD},
        {STATUS("403", "PERMISSION_DENIED", INFO("SOMETHING_NEW")), SCOPE_RECORD},
        {STATUS("403", "PERMISSION_DENIED", INFO("SERVICE_DISABLED")), SCOPE_CLOUD},
        {STATUS("403", "PERMISSION_DENIED", INFO("ACCOUNT_STATE_INVALID")), SCOPE_CLOUD},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct http_response response = {
            .status = 403, .body = cases[i].body, .body_length = strlen(cases[i].body)};
        struct error error = {0};
        bool refresh;
        assert_int_equal(gcp_judge(NULL, &response, &refresh, &error), -ERROR_AUTH);
        assert_int_equal(error.scope, cases[i].scope);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scope),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_addresses_refused),
        cmocka_unit_test(test_location),
        cmocka_unit_test(test_judge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
