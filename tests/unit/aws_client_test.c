/* One AWS account: answers by class, where requests go, and that what is sent is what was signed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/aws.h"
#include "connectors/aws/client.h"
#include "connectors/aws/sigv4.h"
#include "tests/support/fake.h"

/* ------------------------------------------------------------------ judge */

static const struct answer {
    int status;
    const char *type; /* x-amzn-errortype, or NULL */
    const char *body;
    enum error_class class;
    enum error_scope scope;
    bool refresh;
    const char *code;
    const char *message; /* a part of it */
} answers[] = {
    {200, NULL, "{}", ERROR_NONE, 0, false, NULL, NULL},
    {200, NULL, " {\"A\":1}\n", ERROR_NONE, 0, false, NULL, NULL},
    {200, NULL, "", ERROR_NONE, 0, false, NULL, NULL},
    {200, NULL, "<html></html>", ERROR_TEMPORARY, SCOPE_RECORD, false, "", "not JSON"},
    {200, NULL, "{\"OpportunitySumm", ERROR_TEMPORARY, SCOPE_RECORD, false, "", "not JSON"},
    {200, NULL, "[]", ERROR_TEMPORARY, SCOPE_RECORD, false, "", "not JSON"},
    {200, NULL, "{", ERROR_TEMPORARY, SCOPE_RECORD, false, "", "not JSON"},
    {429, NULL, "{\"__type\":\"com.amazonaws.x#ThrottlingException\",\"Message\":\"Rate\"}",
     ERROR_THROTTLED, SCOPE_CLOUD, false, "ThrottlingException", "Rate"},
    {400, NULL, "{\"__type\":\"ThrottlingException:http://x/\"}", ERROR_THROTTLED, SCOPE_CLOUD,
     false, "ThrottlingException", "Throttling"},
    {400, NULL, "{\"__type\":\"RequestLimitExceeded\"}", ERROR_THROTTLED, SCOPE_CLOUD, false,
     "RequestLimitExceeded", NULL},
    {429, NULL, "", ERROR_THROTTLED, SCOPE_RECORD, false, "", "HTTP status 429"},
    {500, NULL, "{\"__type\":\"InternalServerException\",\"message\":\"oops\"}", ERROR_TEMPORARY,
     SCOPE_RECORD, false, "InternalServerException", "oops"},
    {503, NULL, "{\"__type\":\"SlowDown\"}", ERROR_THROTTLED, SCOPE_CLOUD, false, "SlowDown", ""},
    {503, NULL, "<html>down</html>", ERROR_TEMPORARY, SCOPE_RECORD, false, "", "503"},
    {502, NULL, "{\"__type\":\"ValidationException\"}", ERROR_TEMPORARY, SCOPE_RECORD, false,
     "ValidationException", NULL},
    {403, NULL, "{\"__type\":\"AccessDeniedException\",\"Message\":\"no\"}", ERROR_AUTH,
     SCOPE_CLOUD, false, "AccessDeniedException", "permission"},
    {403, NULL,
     "{\"__type\":\"AccessDeniedException\",\"Message\":\"no\","
     "\"Reason\":\"INCOMPATIBLE_BENEFIT_AWS_PARTNER_STATE\"}",
     ERROR_AUTH, SCOPE_CLOUD, false, "AccessDeniedException", "not set up as a partner"},
    {403, NULL, "{\"__type\":\"InvalidSignatureException\"}", ERROR_AUTH, SCOPE_CLOUD, true,
     "InvalidSignatureException", "clock"},
    {403, NULL, "{\"__type\":\"RequestTimeTooSkewed\"}", ERROR_AUTH, SCOPE_CLOUD, true,
     "RequestTimeTooSkewed", "clock"},
    {400, NULL, "{\"__type\":\"ExpiredTokenException\"}", ERROR_AUTH, SCOPE_CLOUD, true,
     "ExpiredTokenException", NULL},
    {403, NULL, "{\"__type\":\"UnrecognizedClientException\"}", ERROR_AUTH, SCOPE_CLOUD, true,
     "UnrecognizedClientException", NULL},
    {401, NULL, "", ERROR_AUTH, SCOPE_CLOUD, true, "", "401"},
    {409, NULL, "{\"__type\":\"ConflictException\",\"Message\":\"moved\"}", ERROR_STALE,
     SCOPE_RECORD, false, "ConflictException", "moved"},
    {409, NULL, "", ERROR_STALE, SCOPE_RECORD, false, "", NULL},
    {404, NULL, "{\"__type\":\"ResourceNotFoundException\"}", ERROR_REFUSED, SCOPE_RECORD, false,
     "ResourceNotFoundException", NULL},
    {402, NULL, "{\"__type\":\"ServiceQuotaExceededException\"}", ERROR_REFUSED, SCOPE_CLOUD, false,
     "ServiceQuotaExceededException", "quota"},
    {400, NULL, "{\"__type\":\"NeverHeardOfException\",\"message\":\"m\"}", ERROR_REFUSED,
     SCOPE_RECORD, false, "NeverHeardOfException", "m"},
    {400, "ValidationException:http://x", "", ERROR_REFUSED, SCOPE_RECORD, false,
     "ValidationException", NULL},
    {400, "Other", "{\"__type\":\"a#ConflictException\"}", ERROR_STALE, SCOPE_RECORD, false,
     "ConflictException", NULL},
    {302, NULL, "", ERROR_PERMANENT, SCOPE_CLOUD, false, "", "302"},
    {400, NULL,
     "{\"__type\":\"x#ValidationException\",\"Message\":\"bad\",\"Reason\":"
     "\"BUSINESS_VALIDATION_FAILED\",\"ErrorList\":[{\"FieldName\":\"lifeCycle.targetCloseDate\","
     "\"Message\":\"in the past\",\"Code\":\"INVALID_VALUE\"},{\"FieldName\":\"project.title\","
     "\"Message\":\"missing\",\"Code\":\"REQUIRED_FIELD_MISSING\"}]}",
     ERROR_REFUSED, SCOPE_RECORD, false, "ValidationException",
     "lifeCycle.targetCloseDate: in the past (INVALID_VALUE); project.title: missing "
     "(REQUIRED_FIELD_MISSING)"},
    {400, NULL, "{\"__type\":[7],\"ErrorList\":{\"a\":1},\"Message\":[]}", ERROR_REFUSED,
     SCOPE_RECORD, false, "", "400"},
};

static void test_judge(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        const struct answer *answer = &answers[i];
        print_message("  %d %s %s\n", answer->status, answer->type ? answer->type : "",
                      answer->body);
        const struct http_header headers[] = {{"x-amzn-requestid", "r-1"},
                                              {"x-amzn-errortype", answer->type}};
        const struct http_response response = {.status = answer->status,
                                               .headers = headers,
                                               .header_count = answer->type ? 2 : 1,
                                               .body = answer->body,
                                               .body_length = strlen(answer->body)};
        struct error error = {0};
        bool refresh = true;
        assert_int_equal(aws_judge(NULL, &response, &refresh, &error), -(int)answer->class);
        assert_int_equal(refresh, answer->refresh);
        if (answer->class == ERROR_NONE)
            continue;
        assert_int_equal(error.class, answer->class);
        assert_int_equal(error.scope, answer->scope);
        assert_int_equal(error.http_status, answer->status);
        assert_string_equal(error.vendor_code, answer->code);
        assert_string_equal(error.request_id, "r-1");
        if (answer->message && !strstr(error.message, answer->message))
            fail_msg("\"%s\" lacks \"%s\"", error.message, answer->message);
    }
}

static void test_retry_after(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
        int64_t ms;
    } cases[] = {
        {"retry-after", "3", 3000},
        {"x-amz-retry-after", "250", 250},
        {"retry-after", "99999999999", LIMIT_RETRY_AFTER_MS},
        {"x-amz-retry-after", "99999999999", LIMIT_RETRY_AFTER_MS},
        {"retry-after", "-5", 0},
        {"retry-after", "soon", 0},
        {"retry-after", "9223372036854775807", LIMIT_RETRY_AFTER_MS},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct http_header header = {cases[i].name, cases[i].value};
        const struct http_response response = {
            .status = 429, .headers = &header, .header_count = 1, .body = ""};
        struct error error = {0};
        bool refresh;
        aws_judge(NULL, &response, &refresh, &error);
        assert_int_equal(error.retry_after_ms, cases[i].ms);
    }
}

/* ------------------------------------------------------------------ endpoint */

struct pair {
    const char *name, *value;
};

struct surroundings {
    struct pair env[6];
};

static const char *get_env(void *context, const char *name)
{
    const struct surroundings *surroundings = context;
    for (size_t i = 0; i < COUNT(surroundings->env) && surroundings->env[i].name; i++) {
        if (!strcmp(surroundings->env[i].name, name))
            return surroundings->env[i].value;
    }
    return NULL;
}

#define SELLING "AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING"
#define DEFAULT "https://partnercentral-selling.us-east-1.api.aws/"

static void test_endpoint(void **state)
{
    (void)state;
    static const struct {
        const char *option;
        struct pair env[3];
        const char *url; /* NULL: refused */
    } cases[] = {
        {NULL, {{0}}, DEFAULT},
        {NULL, {{"AWS_ENDPOINT_URL", "https://a.example"}}, "https://a.example/"},
        {NULL,
         {{"AWS_ENDPOINT_URL", "https://a.example"}, {SELLING, "http://127.0.0.1:9/x"}},
         "http://127.0.0.1:9/x/"},
        {NULL, {{SELLING, ""}}, DEFAULT},
        {"http://localhost:8080/", {{SELLING, "https://a.example"}}, "http://localhost:8080/"},
        {NULL,
         {{SELLING, "https://a.example"}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True"}},
         DEFAULT},
        {NULL,
         {{SELLING, "https://a.example"}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false"}},
         "https://a.example/"},
        {"http://a.example", {{0}}, NULL},
        {"http://127.0.0.1.evil.example", {{0}}, NULL},
        {"ftp://a.example", {{0}}, NULL},
        {"a.example", {{0}}, NULL},
        {"https://", {{0}}, NULL},
        {"https:///x", {{0}}, NULL},
        {"https://u@a.example", {{0}}, NULL},
        {"https://a.example/?x", {{0}}, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct surroundings around = {{cases[i].env[0], cases[i].env[1], cases[i].env[2]}};
        const struct connector_env env = {.env = get_env, .env_context = &around};
        const struct setting item = {
            .name = "endpoint_url", .text = cases[i].option, .given = true};
        const struct settings settings = {&item, cases[i].option ? 1 : 0};
        const char *url = NULL;
        struct error error = {0};
        print_message("  %s\n", cases[i].option ? cases[i].option : "-");
        int result = aws_endpoint(arena, &env, &settings, AWS_SELLING, &url, &error);
        assert_int_equal(result, cases[i].url ? 0 : -ERROR_INPUT);
        if (cases[i].url)
            assert_string_equal(url, cases[i].url);
        else
            assert_null(url);
    }
}

/* ------------------------------------------------------------------ calls */

struct bench {
    struct fake fake;
    struct surroundings around;
    struct http *http;
    struct loop *loop;
    struct setting items[4];
    struct settings settings;
    struct cloud *cloud;
    size_t done;
    struct error error;
};

static void bench_open(struct bench *bench, fake_handler *handler, void *context, const char *url)
{
    *bench = (struct bench){.around = {{{"AWS_ACCESS_KEY_ID", "ASIAEXAMPLE"},
                                        {"AWS_SECRET_ACCESS_KEY", "secret"},
                                        {"AWS_SESSION_TOKEN", "token/+="},
                                        {"HOME", "/nonexistent"}}}};
    fake_init(&bench->fake, 3);
    bench->http = fake_http_new(&bench->fake, handler, context);
    bench->loop = loop_new(&bench->fake.world, bench->http);
    bench->items[0] = (struct setting){.name = "catalog", .text = "Sandbox", .given = true};
    bench->items[1] = (struct setting){.name = "endpoint_url", .text = url, .given = true};
    bench->settings = (struct settings){bench->items, 2};
    const struct connector_env env = {.loop = bench->loop,
                                      .log = &bench->fake.log,
                                      .env = get_env,
                                      .env_context = &bench->around};
    assert_int_equal(connector_aws.open(&env, &bench->settings, &bench->cloud, &bench->error), 0);
}

static void bench_close(struct bench *bench)
{
    connector_aws.close(bench->cloud);
    loop_free(bench->loop);
    bench->http->ops->close(bench->http);
    fake_free(&bench->fake);
}

static void bench_done(void *context, const struct http_response *response,
                       const struct error *error)
{
    struct bench *bench = context;
    (void)response;
    bench->done++;
    bench->error = error ? *error : (struct error){0};
}

static void bench_call(struct bench *bench, struct arena *arena)
{
    struct http_request request;
    aws_request(bench->cloud, arena, "ListOpportunities", aws_body(bench->cloud, arena), &request);
    const struct call call = {.family = AWS_READ,
                              .operation = "ListOpportunities",
                              .repeatable = true,
                              .request = &request,
                              .done = bench_done,
                              .context = bench};
    session_send(connector_aws.session(bench->cloud), &call);
    bool stop = false;
    assert_int_equal(loop_run(bench->loop, &stop, &bench->error), 0);
}

/* A verifier that knows the secret comes to the same signature from what was sent. */
static void verify(const struct http_request *request, const char *host, const char *path,
                   int64_t now_ms)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *authorization = http_request_get(request, "authorization");
    assert_non_null(authorization);
    assert_string_equal(http_request_get(request, "host"), host);
    const char *names = strstr(authorization, "SignedHeaders=");
    assert_non_null(names);
    names += strlen("SignedHeaders=");
    names = arena_copy_n(arena, names, strcspn(names, ","));
    assert_string_equal(names, "content-type;host;x-amz-date;x-amz-security-token;x-amz-target");
    const struct sigv4_request sent = {.method = request->method,
                                       .path = path,
                                       .headers = request->headers,
                                       .header_count = request->header_count,
                                       .body = request->body,
                                       .body_length = request->body_length};
    const struct sigv4_scope scope = {"us-east-1", "partnercentral-selling", now_ms};
    CLEANUP_SECRET struct secret *secret = secret_new("secret", 6);
    const char *canonical = sigv4_canonical(arena, &sent, names, NULL);
    char hex[SHA256_HEX];
    sigv4_signature(secret, sigv4_string_to_sign(arena, canonical, &scope), &scope, hex);
    assert_non_null(strstr(authorization, hex));
    assert_non_null(strstr(authorization, "Credential=ASIAEXAMPLE/"));
}

static void test_signed_at_each_attempt(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {.status = 503, .body = "<html>"},
        {.status = 200, .body = "{\"OpportunitySummaries\":[]}"},
    };
    struct fake_script play = {script, COUNT(script), 0, 0};
    struct bench bench;
    CLEANUP_ARENA struct arena *arena = arena_new();
    bench_open(&bench, fake_play, &play, "http://127.0.0.1:8080/base");
    bench_call(&bench, arena);
    assert_int_equal(bench.done, 1);
    assert_int_equal(bench.error.class, ERROR_NONE);
    assert_int_equal(fake_http_count(bench.http), 2);
    const struct http_request *first = &fake_http_at(bench.http, 0)->request;
    assert_string_equal(first->url, "http://127.0.0.1:8080/base/");
    assert_string_equal(first->method, "POST");
    assert_string_equal(first->body, "{\"Catalog\":\"Sandbox\"}");
    assert_string_equal(http_request_get(first, "content-type"), "application/x-amz-json-1.0");
    assert_string_equal(http_request_get(first, "x-amz-target"),
                        "AWSPartnerCentralSelling.ListOpportunities");
    assert_string_equal(http_request_get(first, "x-amz-security-token"), "token/+=");
    for (size_t i = 0; i < 2; i++) {
        const struct fake_request *sent = fake_http_at(bench.http, i);
        verify(&sent->request, "127.0.0.1:8080", "/base/",
               FAKE_START_MS + sent->ticks_ms - fake_http_at(bench.http, 0)->ticks_ms);
    }
    struct cloud_status status;
    connector_aws.status(bench.cloud, &status);
    assert_string_equal(status.credential_source, "environment");
    assert_non_null(strstr(status.identity, "Sandbox"));
    assert_null(strstr(status.identity, "ASIAEXAMPLE"));
    bench_close(&bench);
}

/* The default port is not part of what is signed. */
static void test_default_port(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {{.status = 200, .body = "{}"}};
    struct fake_script play = {script, COUNT(script), 0, 0};
    struct bench bench;
    CLEANUP_ARENA struct arena *arena = arena_new();
    bench_open(&bench, fake_play, &play, "https://proxy.example:443");
    bench_call(&bench, arena);
    verify(&fake_http_at(bench.http, 0)->request, "proxy.example", "/", FAKE_START_MS);
    bench_close(&bench);
}

static void test_no_credentials(void **state)
{
    (void)state;
    struct bench bench;
    CLEANUP_ARENA struct arena *arena = arena_new();
    bench_open(&bench, NULL, NULL, "https://a.example");
    memset(&bench.around, 0, sizeof bench.around);
    bench.around.env[0] = (struct pair){"AWS_EC2_METADATA_DISABLED", "true"};
    bench_call(&bench, arena);
    assert_int_equal(bench.done, 1);
    assert_int_equal(bench.error.class, ERROR_AUTH);
    assert_int_equal(fake_http_count(bench.http), 0); /* nothing was sent unsigned */
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judge),        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_endpoint),     cmocka_unit_test(test_signed_at_each_attempt),
        cmocka_unit_test(test_default_port), cmocka_unit_test(test_no_credentials),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
