/* One AWS account: answers by class, where requests go, and that what is sent is what was signed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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
#include "connectors/aws/sts.h"
#include "tests/support/fake.h"
#include "tests/support/folder.h"

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
    /* Catalog: the code is in a header. */
    {422, "ValidationException", "{\"Message\":\"one error\"}", ERROR_REFUSED, SCOPE_RECORD, false,
     "ValidationException", "one error"},
    {422, NULL, "{\"Message\":\"one error\"}", ERROR_REFUSED, SCOPE_RECORD, false, "", "one error"},
    {423, "ResourceInUseException", "{\"Message\":\"offer-1 is locked\"}", ERROR_STALE,
     SCOPE_RECORD, false, "ResourceInUseException", "offer-1 is locked"},
    {423, NULL, "", ERROR_STALE, SCOPE_RECORD, false, "", "423"},
    {402, "ServiceQuotaExceededException", "{\"Message\":\"250\"}", ERROR_REFUSED, SCOPE_CLOUD,
     false, "ServiceQuotaExceededException", "250"},
    {415, "ResourceNotSupportedException", "{}", ERROR_REFUSED, SCOPE_RECORD, false,
     "ResourceNotSupportedException", NULL},
    {404, "ResourceNotFoundException:http://x/", "{\"Message\":null}", ERROR_REFUSED, SCOPE_RECORD,
     false, "ResourceNotFoundException", NULL},
    {500, "InternalServiceException", "{}", ERROR_TEMPORARY, SCOPE_RECORD, false,
     "InternalServiceException", NULL},
    {429, "ThrottlingException", "{\"Message\":\"Rate\"}", ERROR_THROTTLED, SCOPE_CLOUD, false,
     "ThrottlingException", "Rate"},
    {403, "AccessDeniedException", "{}", ERROR_AUTH, SCOPE_CLOUD, false, "AccessDeniedException",
     "permission"},
    /* Agreement: lower-case members, a reason and fields. */
    {400, NULL,
     "{\"__type\":\"a.b#ValidationException\",\"requestId\":\"q\",\"message\":\"no search\","
     "\"reason\":\"UNSUPPORTED_FILTERS\",\"fields\":[{\"name\":\"filters\",\"message\":\"odd\"},"
     "{\"name\":\"sort\",\"message\":\"odder\"}]}",
     ERROR_REFUSED, SCOPE_RECORD, false, "ValidationException",
     "no search (UNSUPPORTED_FILTERS) — filters: odd; sort: odder"},
    {400, NULL,
     "{\"__type\":\"ValidationException\",\"message\":null,\"reason\":\"OTHER\",\"fields\":null}",
     ERROR_REFUSED, SCOPE_RECORD, false, "ValidationException", "ValidationException: OTHER"},
    {409, NULL, "{\"__type\":\"ConflictException\",\"message\":\"again\",\"resourceId\":\"x\"}",
     ERROR_STALE, SCOPE_RECORD, false, "ConflictException", "again"},
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
    struct pair env[8];
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

#define CATALOG   "AWS_ENDPOINT_URL_MARKETPLACE_CATALOG"
#define AGREEMENT "AWS_ENDPOINT_URL_MARKETPLACE_AGREEMENT"

/* Each service has a variable of its own; what is for all, and our own option, moves all. */
static void test_endpoint_of_each_service(void **state)
{
    (void)state;
    static const struct {
        const char *option;
        struct pair env[3];
        const char *urls[AWS_SERVICES];
    } cases[] = {
        {NULL,
         {{0}},
         {DEFAULT, "https://catalog.marketplace.us-east-1.amazonaws.com/",
          "https://agreement-marketplace.us-east-1.amazonaws.com/"}},
        {NULL,
         {{SELLING, "https://s.example"},
          {CATALOG, "https://c.example"},
          {AGREEMENT, "https://a.example"}},
         {"https://s.example/", "https://c.example/", "https://a.example/"}},
        {NULL,
         {{"AWS_ENDPOINT_URL", "https://all.example"}, {CATALOG, "https://c.example"}},
         {"https://all.example/", "https://c.example/", "https://all.example/"}},
        {"https://own.example",
         {{"AWS_ENDPOINT_URL", "https://all.example"}, {CATALOG, "https://c.example"}},
         {"https://own.example/", "https://own.example/", "https://own.example/"}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct surroundings around = {{cases[i].env[0], cases[i].env[1], cases[i].env[2]}};
        const struct connector_env env = {.env = get_env, .env_context = &around};
        const struct setting item = {
            .name = "endpoint_url", .text = cases[i].option, .given = true};
        const struct settings settings = {&item, cases[i].option ? 1 : 0};
        for (size_t k = 0; k < AWS_SERVICES; k++) {
            const char *url = NULL;
            struct error error = {0};
            assert_int_equal(
                aws_endpoint(arena, &env, &settings, (enum aws_service)k, &url, &error), 0);
            assert_string_equal(url, cases[i].urls[k]);
        }
    }
}

/* ------------------------------------------------------------------ calls */

struct bench {
    struct fake fake;
    struct surroundings around;
    struct http *http;
    struct loop *loop;
    struct setting items[8];
    struct settings settings;
    struct cloud *cloud;
    size_t done;
    struct error error;
};

static void bench_set(struct bench *bench, const char *name, const char *text)
{
    bench->items[bench->settings.count++] =
        (struct setting){.name = name, .text = text, .given = true};
}

/* `seller`: a profile of the file `shared`; NULL: one set of keys for all. */
static void bench_open_with(struct bench *bench, fake_handler *handler, void *context,
                            const char *url, const char *seller, const char *shared)
{
    *bench = (struct bench){.around = {{{"AWS_ACCESS_KEY_ID", "ASIAEXAMPLE"},
                                        {"AWS_SECRET_ACCESS_KEY", "secret"},
                                        {"AWS_SESSION_TOKEN", "token/+="},
                                        {"HOME", "/nonexistent"}}}};
    fake_init(&bench->fake, 3);
    bench->http = fake_http_new(&bench->fake, handler, context);
    bench->loop = loop_new(&bench->fake.world, bench->http);
    bench->settings.items = bench->items;
    bench_set(bench, "catalog", "Sandbox");
    if (url)
        bench_set(bench, "endpoint_url", url);
    if (seller)
        bench_set(bench, "marketplace_profile", seller);
    if (shared)
        bench_set(bench, "shared_credentials_file", shared);
    const struct connector_env env = {.loop = bench->loop,
                                      .log = &bench->fake.log,
                                      .env = get_env,
                                      .env_context = &bench->around};
    assert_int_equal(connector_aws.open(&env, &bench->settings, &bench->cloud, &bench->error), 0);
}

static void bench_open(struct bench *bench, fake_handler *handler, void *context, const char *url)
{
    bench_open_with(bench, handler, context, url, NULL, NULL);
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

static void bench_send(struct bench *bench, struct http_request *request)
{
    const struct call call = {.family = AWS_READ,
                              .operation = "ListOpportunities",
                              .repeatable = true,
                              .request = request,
                              .done = bench_done,
                              .context = bench};
    session_send(connector_aws.session(bench->cloud), &call);
    bool stop = false;
    assert_int_equal(loop_run(bench->loop, &stop, &bench->error), 0);
}

static void bench_call(struct bench *bench, struct arena *arena)
{
    struct http_request request;
    aws_request(bench->cloud, arena, "ListOpportunities", aws_body(bench->cloud, arena), &request);
    bench_send(bench, &request);
}

/* Who signs what, for which service. */
struct signer {
    const char *key, *secret, *region, *service, *headers;
};

#define TARGET_HEADERS "content-type;host;x-amz-date;x-amz-security-token;x-amz-target"
static const struct signer partner = {"ASIAEXAMPLE", "secret", "us-east-1",
                                      "partnercentral-selling", TARGET_HEADERS};

/* A verifier that knows the secret comes to the same signature from what was sent. */
static void verify_signer(const struct http_request *request, const struct signer *signer,
                          const char *host, const char *path, const char *query, int64_t now_ms)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *authorization = http_request_get(request, "authorization");
    assert_non_null(authorization);
    assert_string_equal(http_request_get(request, "host"), host);
    const char *names = strstr(authorization, "SignedHeaders=");
    assert_non_null(names);
    names += strlen("SignedHeaders=");
    names = arena_copy_n(arena, names, strcspn(names, ","));
    assert_string_equal(names, signer->headers);
    const struct sigv4_request sent = {.method = request->method,
                                       .path = path,
                                       .query = query,
                                       .headers = request->headers,
                                       .header_count = request->header_count,
                                       .body = request->body,
                                       .body_length = request->body_length};
    const struct sigv4_scope scope = {signer->region, signer->service, now_ms};
    CLEANUP_SECRET struct secret *secret = secret_new(signer->secret, strlen(signer->secret));
    const char *canonical = sigv4_canonical(arena, &sent, names, NULL);
    char hex[SHA256_HEX];
    sigv4_signature(secret, sigv4_string_to_sign(arena, canonical, &scope), &scope, hex);
    assert_non_null(strstr(authorization, hex));
    assert_non_null(strstr(authorization, arena_printf(arena, "Credential=%s/", signer->key)));
    assert_non_null(
        strstr(authorization, arena_printf(arena, "/%s/aws4_request,", signer->service)));
}

static void verify(const struct http_request *request, const char *host, const char *path,
                   int64_t now_ms)
{
    verify_signer(request, &partner, host, path, NULL, now_ms);
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

/* ------------------------------------------------------------------ several services */

#define SELLER_KEYS                                                                                \
    "[seller]\naws_access_key_id = AKIASELLER\naws_secret_access_key = other\n"                    \
    "[half]\naws_access_key_id = AKIAHALF\n"

struct file {
    char folder[64], path[96];
};

static void file_open(struct file *file)
{
    folder_make(file->folder, sizeof file->folder, "aws_client");
    snprintf(file->path, sizeof file->path, "%s/shared", file->folder);
    FILE *out = fopen(file->path, "w");
    assert_non_null(out);
    fputs(SELLER_KEYS, out);
    assert_int_equal(fclose(out), 0);
}

static void file_close(const struct file *file)
{
    folder_remove(file->folder);
}

enum request_type { TO_SELLING, TO_CATALOG, TO_QUERY, TO_PATCH, TO_AGREEMENT, TO_STS };

static void make_request(const struct cloud *cloud, struct arena *arena, enum request_type type,
                         struct http_request *ret_request)
{
    const struct json *body = json_object(arena);
    switch (type) {
    case TO_SELLING:
        aws_request(cloud, arena, "GetOpportunity", body, ret_request);
        break;
    case TO_CATALOG:
        aws_catalog_request(cloud, arena, "ListEntities", body, ret_request);
        break;
    case TO_QUERY:
        aws_catalog_query(cloud, arena, "GET", "DescribeEntity", "entityId", "offer-a/b@2 ä",
                          ret_request);
        break;
    case TO_PATCH:
        aws_catalog_query(cloud, arena, "PATCH", "CancelChangeSet", "changeSetId", "cs-1",
                          ret_request);
        break;
    case TO_AGREEMENT:
        aws_agreement_request(cloud, arena, "SearchAgreements", body, ret_request);
        break;
    case TO_STS:
        sts_identity_request(arena, cloud->sts_url, ret_request);
        break;
    }
}

/* One address for all, as an emulator has it: the request alone tells whose keys sign it and for
 * which service. */
static void test_services(void **state)
{
    (void)state;
    static const struct {
        enum request_type type;
        const char *method, *content, *target;
        const char *path, *query;
        const char *service;
        bool by_seller;
    } cases[] = {
        {TO_SELLING, "POST", "application/x-amz-json-1.0",
         "AWSPartnerCentralSelling.GetOpportunity", "/x/", NULL, "partnercentral-selling", false},
        {TO_CATALOG, "POST", "application/json", NULL, "/x/ListEntities", NULL, "aws-marketplace",
         true},
        {TO_QUERY, "GET", NULL, NULL, "/x/DescribeEntity",
         "catalog=AWSMarketplace&entityId=offer-a%2Fb%402%20%C3%A4", "aws-marketplace", true},
        {TO_PATCH, "PATCH", NULL, NULL, "/x/CancelChangeSet",
         "catalog=AWSMarketplace&changeSetId=cs-1", "aws-marketplace", true},
        {TO_AGREEMENT, "POST", "application/x-amz-json-1.0",
         "AWSMPCommerceService_v20200301.SearchAgreements", "/x/", NULL, "aws-marketplace", true},
        {TO_STS, "POST", "application/x-www-form-urlencoded; charset=utf-8", NULL, "/x/", NULL,
         "sts", false},
    };
    static const struct fake_answer script[] = {{.status = 200, .body = "{}"}};
    struct file file;
    file_open(&file);
    for (size_t i = 0; i < COUNT(cases) * 2; i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct fake_script play = {script, COUNT(script), 0, 0};
        struct bench bench;
        struct http_request request = {0};
        bool two = i >= COUNT(cases);
        size_t k = i % COUNT(cases);
        bool seller = two && cases[k].by_seller;
        bench_open_with(&bench, fake_play, &play, "http://127.0.0.1:8080/x", two ? "seller" : NULL,
                        file.path);
        make_request(bench.cloud, arena, cases[k].type, &request);
        bench_send(&bench, &request);
        assert_int_equal(bench.error.class, ERROR_NONE);
        const struct http_request *sent = &fake_http_at(bench.http, 0)->request;
        const char *url =
            arena_printf(arena, "http://127.0.0.1:8080%s%s%s", cases[k].path,
                         cases[k].query ? "?" : "", cases[k].query ? cases[k].query : "");
        const struct signer signer = {
            .key = seller ? "AKIASELLER" : "ASIAEXAMPLE",
            .secret = seller ? "other" : "secret",
            .region = "us-east-1",
            .service = cases[k].service,
            .headers = arena_printf(
                arena, "%shost;x-amz-date%s%s", cases[k].content ? "content-type;" : "",
                seller ? "" : ";x-amz-security-token", cases[k].target ? ";x-amz-target" : ""),
        };
        print_message("  %s for %s by %s\n", sent->method, signer.service, signer.key);
        assert_string_equal(sent->method, cases[k].method);
        assert_string_equal(sent->url, url);
        assert_true(text_equal(http_request_get(sent, "content-type"), cases[k].content));
        assert_true(text_equal(http_request_get(sent, "x-amz-target"), cases[k].target));
        verify_signer(sent, &signer, "127.0.0.1:8080", cases[k].path, cases[k].query,
                      FAKE_START_MS);
        bench_close(&bench);
    }
    file_close(&file);
}

static void bench_call_marketplace(struct bench *bench, struct arena *arena)
{
    struct http_request request = {0};
    aws_catalog_query(bench->cloud, arena, "GET", "DescribeEntity", "entityId", "prod-x", &request);
    bench_send(bench, &request);
}

static void test_both_identities(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {{.status = 200, .body = "{}"},
                                                {.status = 200, .body = "{}"}};
    struct file file;
    file_open(&file);
    for (int two = 0; two < 2; two++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct fake_script play = {script, COUNT(script), 0, 0};
        struct bench bench;
        struct cloud_status status;
        bench_open_with(&bench, fake_play, &play, "https://a.example", two ? "seller" : NULL,
                        file.path);
        connector_aws.status(bench.cloud, &status);
        assert_string_equal(status.identity, "catalog Sandbox");
        assert_string_equal(status.credential_source, "");
        bench_call(&bench, arena);
        connector_aws.status(bench.cloud, &status);
        assert_string_equal(status.identity, "catalog Sandbox, key ASIA…");
        bench_call_marketplace(&bench, arena);
        connector_aws.status(bench.cloud, &status);
        assert_string_equal(status.realm, "catalog Sandbox");
        assert_string_equal(status.identity,
                            two ? "catalog Sandbox, key ASIA…, marketplace key AKIA…"
                                : "catalog Sandbox, key ASIA…");
        assert_true(text_starts(status.credential_source,
                                two ? "environment; marketplace: profile seller" : "environment"));
        bench_close(&bench);
    }
    file_close(&file);
}

/* The seller's keys come from that profile and from nowhere else; without them Partner Central goes
 * on. */
static void test_no_seller(void **state)
{
    (void)state;
    static const char *const profiles[] = {"half", "nobody"};
    struct file file;
    file_open(&file);
    for (size_t i = 0; i < COUNT(profiles); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct bench bench;
        bench_open_with(&bench, NULL, NULL, "https://a.example", profiles[i], file.path);
        bench_call_marketplace(&bench, arena);
        assert_int_equal(bench.error.class, ERROR_AUTH);
        assert_non_null(strstr(bench.error.message, "marketplace_profile"));
        assert_non_null(strstr(bench.error.message, profiles[i]));
        assert_int_equal(fake_http_count(bench.http), 0);
        bench_close(&bench);
    }
    file_close(&file);
}

/* Keys of our own configuration are Partner Central's. */
static void test_own_keys_are_not_the_sellers(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {{.status = 200, .body = "{}"},
                                                {.status = 200, .body = "{}"}};
    static struct secret_source id = {SECRET_ENV, "AWS_CLIENT_TEST_ID", NULL};
    static struct secret_source secret = {SECRET_ENV, "AWS_CLIENT_TEST_SECRET", NULL};
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct fake_script play = {script, COUNT(script), 0, 0};
    struct bench bench;
    struct file file;
    file_open(&file);
    setenv(id.text, "AKIAOWN", 1);
    setenv(secret.text, "own", 1);
    bench_open_with(&bench, fake_play, &play, "https://a.example", "seller", file.path);
    bench.items[bench.settings.count++] =
        (struct setting){.name = "access_key_id", .secret = &id, .given = true};
    bench.items[bench.settings.count++] =
        (struct setting){.name = "secret_access_key", .secret = &secret, .given = true};
    struct http_request request;
    bench_call(&bench, arena);
    make_request(bench.cloud, arena, TO_CATALOG, &request);
    bench_send(&bench, &request);
    const char *sent[2];
    for (size_t i = 0; i < 2; i++)
        sent[i] = http_request_get(&fake_http_at(bench.http, i)->request, "authorization");
    assert_non_null(strstr(sent[0], "Credential=AKIAOWN/"));
    assert_non_null(strstr(sent[1], "Credential=AKIASELLER/"));
    bench_close(&bench);
    file_close(&file);
    unsetenv(id.text);
    unsetenv(secret.text);
}

/* What holds the entity takes minutes: no sense in trying again within seconds. */
static void test_in_use_is_not_retried(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {.status = 423,
         .headers = {{"x-amzn-errortype", "ResourceInUseException"}},
         .body = "{\"Message\":\"locked\"}"},
        {.status = 200, .body = "{}"}};
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct fake_script play = {script, COUNT(script), 0, 0};
    struct bench bench;
    struct http_request request;
    bench_open(&bench, fake_play, &play, "https://a.example");
    make_request(bench.cloud, arena, TO_CATALOG, &request);
    bench_send(&bench, &request);
    assert_int_equal(fake_http_count(bench.http), 1);
    assert_string_equal(bench.error.vendor_code, "ResourceInUseException");
    bench_close(&bench);
}

/* What a configuration says, and what holds where it says nothing. */
static void test_patience(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NULL, NULL, "https://a.example");
    assert_int_equal(bench.cloud->change_set_poll_ms, 30000);
    assert_int_equal(bench.cloud->patience_ms, 120000);
    bench_close(&bench);
    for (size_t i = 0; i < connector_aws.option_count; i++) {
        const struct option_row *row = &connector_aws.options[i];
        int64_t ms = 0;
        if (row->type == OPTION_DURATION) {
            assert_true(duration_parse(row->fallback, &ms) && ms >= row->min && ms <= row->max);
            assert_int_equal(ms, strcmp(row->name, "patience") ? 30000 : 120000);
        }
    }
}

/* Every family that a call may name has a quota, or is known to have none. */
static void test_quotas(void **state)
{
    (void)state;
    static const char *const families[] = {AWS_READ,
                                           AWS_WRITE,
                                           AWS_LIST_ENTITIES,
                                           AWS_DESCRIBE_ENTITY,
                                           AWS_START_CHANGE_SET,
                                           AWS_LIST_CHANGE_SETS,
                                           AWS_DESCRIBE_SET,
                                           AWS_CANCEL_CHANGE_SET,
                                           AWS_SEARCH_AGREEMENTS,
                                           AWS_DESCRIBE_AGREEMENT,
                                           AWS_AGREEMENT_TERMS};
    assert_int_equal(connector_aws.quota_count, COUNT(families));
    for (size_t i = 0; i < COUNT(families); i++) {
        bool found = false;
        for (size_t k = 0; k < connector_aws.quota_count; k++)
            found |= !strcmp(connector_aws.quotas[k].family, families[i]);
        assert_true(found);
    }
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
        cmocka_unit_test(test_judge),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_endpoint),
        cmocka_unit_test(test_signed_at_each_attempt),
        cmocka_unit_test(test_default_port),
        cmocka_unit_test(test_no_credentials),
        cmocka_unit_test(test_endpoint_of_each_service),
        cmocka_unit_test(test_services),
        cmocka_unit_test(test_both_identities),
        cmocka_unit_test(test_no_seller),
        cmocka_unit_test(test_own_keys_are_not_the_sellers),
        cmocka_unit_test(test_in_use_is_not_retried),
        cmocka_unit_test(test_patience),
        cmocka_unit_test(test_quotas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
