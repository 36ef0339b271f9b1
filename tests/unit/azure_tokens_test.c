/* Microsoft's tokens: which goes where, how each way gets one, and the person's sign-in. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "tests/unit/azure_bench.h"

static const char *field(struct arena *arena, const char *form, const char *name)
{
    const char *in = strstr(form, arena_printf(arena, "%s=", name));
    return in ? arena_copy_n(arena, in + strlen(name) + 1, strcspn(in + strlen(name) + 1, "&"))
              : NULL;
}

static void bench_call(struct bench *bench, enum azure_surface surface)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct http_request request;
    azure_request(bench->cloud, arena, surface, "GET", "/x?y=1", NULL, &request);
    const struct call call = {.family = azure_family(surface),
                              .operation = "Test",
                              .repeatable = true,
                              .request = &request,
                              .done = take_answer,
                              .context = bench};
    bench->done = false;
    session_send(bench->cloud->session, &call);
    assert_int_equal(loop_run(bench->loop, &bench->done, NULL), 0);
}

static const char *stored_token(struct arena *arena, const struct bench *bench)
{
    struct sign_in sign_in;
    assert_int_equal(sign_in_read(arena, bench->sign_in, TENANT, CLIENT, &sign_in, NULL), 0);
    const char *text = arena_copy(arena, secret_reveal(sign_in.token));
    secret_free(sign_in.token);
    return text;
}

/* ------------------------------------------------------------------ tokens */

static void test_one_token_per_audience(void **state)
{
    (void)state;
    static const struct {
        enum azure_surface surface;
        const char *url, *scope, *grant, *token, *id_header;
    } cases[] = {
        {AZURE_INGESTION, BASE "/rp/product-ingestion/x?y=1",
         "https%3A%2F%2Fgraph.microsoft.com%2F.default", "client_credentials", "Bearer t1",
         "client-request-id"},
        {AZURE_REFERRALS, BASE "/v1.0/engagements/referrals/x?y=1",
         "https%3A%2F%2Fapi.partner.microsoft.com%2F.default%20offline_access", "refresh_token",
         "Bearer t2", "client-request-id"},
        {AZURE_WEBHOOKS, BASE "/webhooks/v1/x?y=1",
         "https%3A%2F%2Fapi.partnercenter.microsoft.com%2F.default", "client_credentials",
         "Bearer t3", "MS-RequestId"},
        {AZURE_SAAS, BASE "/api/saas/x?y=1", "20e940b3-4c77-4b0b-9a53-9e16a1b010a7%2F.default",
         "client_credentials", "Bearer t4", "x-ms-requestid"},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct bench bench;
    bench_ordinary(&bench);
    for (size_t i = 0; i < COUNT(cases); i++) {
        bench_call(&bench, cases[i].surface);
        assert_int_equal(bench.error.class, ERROR_NONE);
        const struct http_request *token = sent(&bench, 2 * i), *call = sent(&bench, 2 * i + 1);
        assert_string_equal(token->url, BASE "/" TENANT "/oauth2/v2.0/token");
        assert_string_equal(field(arena, token->body, "scope"), cases[i].scope);
        assert_string_equal(field(arena, token->body, "grant_type"), cases[i].grant);
        assert_string_equal(field(arena, token->body, "client_secret"), "s~%2B%2F%3D%26x");
        assert_string_equal(call->url, cases[i].url);
        assert_string_equal(http_request_get(call, "authorization"), cases[i].token);
        assert_int_equal(strlen(http_request_get(call, cases[i].id_header)), GUID_TEXT - 1);
    }
    /* Insights and webhooks share one; nothing is fetched twice. */
    bench_call(&bench, AZURE_INSIGHTS);
    bench_call(&bench, AZURE_INGESTION);
    assert_int_equal(bench.granted, COUNT(cases));
    bench_close(&bench);
}

static void test_tokens_end_by_the_monotonic_clock(void **state)
{
    (void)state;
    struct bench bench;
    bench_ordinary(&bench);
    bench.v1_numbers = true;
    bench_call(&bench, AZURE_INGESTION);
    bench.fake.now_ms += 30 * DAY_MS; /* somebody set the clock: no reason to fetch */
    bench_call(&bench, AZURE_INGESTION);
    assert_int_equal(bench.granted, 1);
    fake_advance(&bench.fake, (3599 - 300) * 1000 + 1); /* five minutes before the end */
    bench_call(&bench, AZURE_INGESTION);
    assert_int_equal(bench.granted, 2);
    bench_close(&bench);
}

static void test_one_fresh_token_after_a_401(void **state)
{
    (void)state;
    struct bench bench;
    bench_ordinary(&bench);
    bench.endless_401 = true;
    bench_call(&bench, AZURE_INGESTION);
    assert_int_equal(bench.error.class, ERROR_AUTH);
    assert_int_equal(bench.granted, 2);
    assert_int_equal(fake_http_count(bench.http), 4);
    bench_close(&bench);
}

/* ------------------------------------------------------------------ ways to prove it */

static void write_file(const char *path, const char *text)
{
    assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
}

static EVP_PKEY *make_certificate(const struct bench *bench)
{
    EVP_PKEY *key = EVP_RSA_gen(2048);
    X509 *certificate = X509_new();
    assert_non_null(key);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    ASN1_TIME_set_string(X509_getm_notAfter(certificate), "20310131000000Z");
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    FILE *file = fopen(bench->certificate, "w");
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    fclose(file);
    file = fopen(bench->key, "w");
    assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    fclose(file);
    X509_free(certificate);
    return key;
}

static size_t decode_part(struct arena *arena, const char *part, unsigned char **ret_bytes)
{
    size_t length = strcspn(part, ".");
    char *text = arena_copy_n(arena, part, length);
    for (char *c = text; *c; c++)
        *c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
    size_t padding = (4 - length % 4) % 4;
    text = arena_printf(arena, "%s%s", text, padding == 2 ? "==" : padding == 1 ? "=" : "");
    *ret_bytes = arena_alloc(arena, length + 4);
    return (size_t)EVP_DecodeBlock(*ret_bytes, (const unsigned char *)text, (int)strlen(text)) -
           padding;
}

static void verify(struct arena *arena, EVP_PKEY *key, const char *token, bool pss)
{
    const char *claims = strchr(token, '.') + 1, *signature = strchr(claims, '.') + 1;
    unsigned char *bytes;
    size_t length = decode_part(arena, signature, &bytes);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *options;
    assert_int_equal(EVP_DigestVerifyInit(context, &options, EVP_sha256(), NULL, key), 1);
    if (pss) {
        EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(options, 32);
    }
    assert_int_equal(EVP_DigestVerify(context, bytes, length, (const unsigned char *)token,
                                      (size_t)(signature - token) - 1),
                     1);
    EVP_MD_CTX_free(context);
    length = decode_part(arena, claims, &bytes);
    struct json *json;
    assert_int_equal(json_parse(arena, (const char *)bytes, length, &json, NULL), 0);
    assert_string_equal(json_get_text(json, "aud"), BASE "/" TENANT "/oauth2/v2.0/token");
    assert_string_equal(json_get_text(json, "iss"), CLIENT);
    assert_string_equal(json_get_text(json, "sub"), CLIENT);
    assert_int_equal(strlen(json_get_text(json, "jti")), GUID_TEXT - 1);
    assert_int_equal(json_get_int(json, "nbf", 0), FAKE_START_MS / 1000 - 60);
    assert_int_equal(json_get_int(json, "exp", 0), FAKE_START_MS / 1000 + 300);
    length = decode_part(arena, token, &bytes);
    assert_int_equal(json_parse(arena, (const char *)bytes, length, &json, NULL), 0);
    assert_string_equal(json_get_text(json, "alg"), pss ? "PS256" : "RS256");
    assert_int_equal(strlen(json_get_text(json, "x5t#S256")), 43);
}

static void test_certificate(void **state)
{
    (void)state;
    for (int pss = 0; pss < 2; pss++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct bench bench;
        struct cloud_status status;
        bench_begin(&bench);
        EVP_PKEY *key = make_certificate(&bench);
        set(&bench, "client_id", CLIENT);
        set(&bench, "certificate", bench.certificate);
        set(&bench, "certificate_key", bench.key);
        set(&bench, "certificate_algorithm", pss ? "PS256" : "RS256");
        bench_open(&bench);
        bench_call(&bench, AZURE_INGESTION);
        const char *form = sent(&bench, 0)->body;
        verify(arena, key, field(arena, form, "client_assertion"), pss);
        assert_string_equal(field(arena, form, "client_assertion_type"),
                            "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer");
        assert_null(field(arena, form, "client_secret"));
        azure_status(bench.cloud, &status);
        assert_non_null(strstr(status.credential_source, "certificate until 2031-01-31"));
        EVP_PKEY_free(key);
        bench_close(&bench);
    }
}

static void test_certificate_that_is_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "hello"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct bench bench;
        bench_begin(&bench);
        write_file(bench.certificate, texts[i]);
        set(&bench, "client_id", CLIENT);
        set(&bench, "certificate", bench.certificate);
        bench_open(&bench);
        bench_call(&bench, AZURE_INGESTION);
        assert_int_equal(bench.error.class, ERROR_INPUT);
        assert_non_null(strstr(bench.error.message, "clouds.azure.certificate"));
        assert_int_equal(fake_http_count(bench.http), 0);
        bench_close(&bench);
    }
}

/* The file rotates: it is read again for every exchange. */
static void test_federated_file(void **state)
{
    (void)state;
    for (int by_env = 0; by_env < 2; by_env++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct bench bench;
        bench_begin(&bench);
        set(&bench, "client_id", CLIENT);
        if (by_env) {
            bench.env[0] = "AZURE_FEDERATED_TOKEN_FILE";
            bench.env[1] = bench.federated;
        } else {
            set(&bench, "federated_token_file", bench.federated);
        }
        bench_open(&bench);
        write_file(bench.federated, "one.two.three\n");
        bench_call(&bench, AZURE_INGESTION);
        write_file(bench.federated, "four.five.six");
        bench_call(&bench, AZURE_SAAS);
        assert_string_equal(field(arena, sent(&bench, 0)->body, "client_assertion"),
                            "one.two.three");
        assert_string_equal(field(arena, sent(&bench, 2)->body, "client_assertion"),
                            "four.five.six");
        bench_close(&bench);
    }
}

static void test_managed_identity(void **state)
{
    (void)state;
    static const struct {
        const char *managed, *client, *url, *second;
    } cases[] = {
        {"system", NULL,
         "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
         "https%3A%2F%2Fgraph.microsoft.com%2F",
         BASE "/rp/product-ingestion/x?y=1"},
        {"bbbb", NULL,
         "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
         "https%3A%2F%2Fgraph.microsoft.com%2F&client_id=bbbb",
         BASE "/rp/product-ingestion/x?y=1"},
        {"system", CLIENT,
         "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
         "api%3A%2F%2FAzureADTokenExchange",
         BASE "/" TENANT "/oauth2/v2.0/token"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct bench bench;
        bench_begin(&bench);
        set(&bench, "managed_identity", cases[i].managed);
        if (cases[i].client)
            set(&bench, "client_id", cases[i].client);
        bench_open(&bench);
        bench_call(&bench, AZURE_INGESTION);
        assert_int_equal(bench.error.class, ERROR_NONE);
        assert_string_equal(sent(&bench, 0)->url, cases[i].url);
        assert_string_equal(http_request_get(sent(&bench, 0), "metadata"), "true");
        assert_true(sent(&bench, 0)->direct);
        assert_string_equal(sent(&bench, 1)->url, cases[i].second);
        if (cases[i].client)
            assert_string_equal(field(arena, sent(&bench, 1)->body, "client_assertion"), "t1");
        bench_close(&bench);
    }
}

static void test_settings_that_are_no_way(void **state)
{
    (void)state;
    static const struct {
        const char *items[3][2];
        bool secret;
        const char *message;
    } cases[] = {
        {{{"client_id", CLIENT}}, false, "nothing proves"},
        {{{"client_id", CLIENT}, {"certificate", "/x"}}, true, "keep one"},
        {{{"certificate", "/x"}}, false, "client_id is missing"},
        {{{"client_id", "a b"}}, true, "client_id: a guid"},
        {{{"managed_identity", "system"}, {"sign_in", "/x"}}, false, "cannot hold"},
        {{{"client_id", CLIENT}, {"environment", "china"}, {"endpoint_url", ""}},
         true,
         "not an address"},
        {{{"client_id", CLIENT}, {"graph_url", "http://far.example"}}, true, "needs https"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_begin(&bench);
        for (size_t k = 0; k < COUNT(cases[i].items) && cases[i].items[k][0]; k++) {
            const char *const *item = cases[i].items[k];
            if (text_equal(item[0], "endpoint_url"))
                bench.items[1].text = item[1];
            else
                set(&bench, item[0], item[1]);
        }
        if (cases[i].secret)
            set_secret(&bench, "client_secret");
        assert_int_equal(bench_try_open(&bench), -ERROR_INPUT);
        if (!strstr(bench.error.message, cases[i].message))
            fail_msg("%zu: %s", i, bench.error.message);
        bench_close(&bench);
    }
}

/* ------------------------------------------------------------------ the person's sign-in */

static void test_rotation(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct bench bench;
    struct cloud_status status;
    bench_ordinary(&bench);
    azure_status(bench.cloud, &status);
    assert_non_null(strstr(status.credential_source, "sign-in of 2025-12-12, token 10 days old"));
    assert_true(status.credential_expires_ms == FAKE_START_MS + 80 * DAY_MS);
    bench_call(&bench, AZURE_REFERRALS);
    assert_string_equal(field(arena, sent(&bench, 0)->body, "refresh_token"), "r0");
    assert_string_equal(stored_token(arena, &bench), "r1");
    fake_advance(&bench.fake, DAY_MS);
    bench_call(&bench, AZURE_REFERRALS);
    assert_string_equal(field(arena, sent(&bench, 2)->body, "refresh_token"), "r1");
    assert_string_equal(stored_token(arena, &bench), "r2");
    azure_status(bench.cloud, &status);
    assert_true(status.credential_expires_ms == FAKE_START_MS + 91 * DAY_MS);
    bench_close(&bench);
}

struct death {
    struct bench *bench;
    const char *point;
    const char *stored; /* what was on the disk at that moment */
    struct arena *arena;
    size_t calls;
};

static void on_point(void *context, const char *name)
{
    struct death *death = context;
    if (!text_equal(name, death->point))
        return;
    death->stored = stored_token(death->arena, death->bench);
    death->calls = fake_http_count(death->bench->http);
}

/* Whatever the moment of death, a token that works is on the disk: the old one is not revoked by
 * the exchange. And no call was made with the access token before the new one is there. */
static void test_death_around_the_rotation(void **state)
{
    (void)state;
    static const char *const points[][2] = {{"sign-in-before", "r0"}, {"sign-in-after", "r1"}};
    for (size_t i = 0; i < COUNT(points); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct bench bench;
        bench_ordinary(&bench);
        struct death death = {&bench, points[i][0], NULL, arena, 0};
        bench.fake.on_point = on_point;
        bench.fake.point_context = &death;
        bench_call(&bench, AZURE_REFERRALS);
        assert_string_equal(death.stored, points[i][1]);
        assert_int_equal(death.calls, 1); /* the exchange alone */
        bench_close(&bench);
    }
}

/* What could not be kept is not used. */
static void test_disk_that_takes_nothing(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct bench bench;
    bench_ordinary(&bench);
    char moved[200];
    snprintf(moved, sizeof moved, "%s.moved", bench.folder);
    bench_call(&bench, AZURE_INGESTION);
    size_t before = fake_http_count(bench.http);
    assert_int_equal(rename(bench.folder, moved), 0);
    bench_call(&bench, AZURE_REFERRALS);
    assert_int_equal(rename(moved, bench.folder), 0);
    assert_int_not_equal(bench.error.class, ERROR_NONE);
    assert_int_equal(fake_http_count(bench.http),
                     before); /* not even asked: no lock was to be had */
    assert_string_equal(stored_token(arena, &bench), "r0");
    bench_close(&bench);
}

static void test_two_processes(void **state)
{
    (void)state;
    struct bench bench;
    char lock[200];
    bench_ordinary(&bench);
    int fd;
    assert_int_equal(sign_in_lock(bench.sign_in, &fd, NULL), 0);
    snprintf(lock, sizeof lock, "%s.lock", bench.sign_in);
    bench_call(&bench, AZURE_REFERRALS); /* waits, then gives up: nothing was exchanged */
    assert_int_equal(bench.error.class, ERROR_TEMPORARY);
    assert_int_equal(bench.granted, 0);
    close(fd);
    bench_call(&bench, AZURE_REFERRALS);
    assert_int_equal(bench.error.class, ERROR_NONE);
    assert_int_equal(bench.granted, 1);
    bench_close(&bench);
}

/* Listings and offers go on; referrals say what is missing without a call. */
static void test_app_only(void **state)
{
    (void)state;
    struct bench bench;
    bench_begin(&bench);
    set(&bench, "client_id", CLIENT);
    set_secret(&bench, "client_secret");
    bench_open(&bench);
    bench_call(&bench, AZURE_REFERRALS);
    assert_int_equal(bench.error.class, ERROR_AUTH);
    assert_non_null(strstr(bench.error.message, "agent login azure"));
    assert_int_equal(fake_http_count(bench.http), 0);
    bench_call(&bench, AZURE_INGESTION);
    assert_int_equal(bench.error.class, ERROR_NONE);
    CLEANUP_ARENA struct arena *arena = arena_new();
    assert_non_null(connector_azure.remark(arena, &bench.settings));
    bench_close(&bench);
}

static void test_sign_in_that_is_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "{}", "[1]", "{\"version\":1,\"tenant\":\"" TENANT "\"}",
        "{\"version\":1,\"tenant\":\"other\",\"client_id\":\"" CLIENT
        "\",\"signed_in\":\"2026-01-01T00:00:00Z\",\"issued\":\"2026-01-01T00:00:00Z\","
        "\"refresh_token\":\"r\"}"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct bench bench;
        bench_ordinary(&bench);
        write_file(bench.sign_in, texts[i]);
        bench_call(&bench, AZURE_REFERRALS);
        assert_int_equal(bench.error.class, ERROR_INPUT);
        assert_non_null(strstr(bench.error.message, "agent login azure"));
        assert_int_equal(fake_http_count(bench.http), 0);
        bench_close(&bench);
    }
}

#define REFUSAL(status_, error_, number)                                                           \
    {                                                                                              \
        .status = status_, .body =                                                                 \
                               "{\"error\":\"" error_ "\",\"error_description\":\"AADSTS" number   \
                               ": Said so. Trace ID: 1\",\"error_codes\":[" number "]}"            \
    }

static void test_refusals_of_the_token_endpoint(void **state)
{
    (void)state;
    static const struct {
        enum azure_surface surface;
        struct fake_answer answer;
        enum error_class class;
        const char *code, *message;
    } cases[] = {
        {AZURE_INGESTION, REFUSAL(401, "invalid_client", "7000215"), ERROR_AUTH, "AADSTS7000215",
         "secret is wrong"},
        {AZURE_INGESTION, REFUSAL(401, "invalid_client", "7000222"), ERROR_AUTH, "AADSTS7000222",
         "has expired"},
        {AZURE_INGESTION, REFUSAL(400, "invalid_request", "90002"), ERROR_AUTH, "AADSTS90002",
         "no such tenant"},
        {AZURE_INGESTION, REFUSAL(400, "invalid_grant", "4242"), ERROR_AUTH, "AADSTS4242",
         "Said so."},
        {AZURE_REFERRALS, REFUSAL(400, "invalid_grant", "700082"), ERROR_AUTH, "sign-in-lost",
         "agent login azure"},
        {AZURE_REFERRALS, REFUSAL(400, "invalid_grant", "50173"), ERROR_AUTH, "sign-in-lost",
         "agent login azure"},
        {AZURE_REFERRALS, REFUSAL(400, "interaction_required", "50076"), ERROR_AUTH, "sign-in-lost",
         "multi-factor"},
        {AZURE_REFERRALS, REFUSAL(400, "invalid_grant", "65001"), ERROR_AUTH, "sign-in-lost",
         "consent"},
        {AZURE_REFERRALS, REFUSAL(400, "invalid_grant", "999999"), ERROR_AUTH, "sign-in-lost",
         "agent login azure"},
        {AZURE_INGESTION,
         {.status = 200, .body = "<html>"},
         ERROR_TEMPORARY,
         "not-sent",
         "not JSON"},
        {AZURE_INGESTION, {.status = 200, .body = "{}"}, ERROR_AUTH, "not-sent", "access_token"},
        {AZURE_INGESTION, {.status = 503, .body = ""}, ERROR_TEMPORARY, "not-sent", "503"},
        {AZURE_INGESTION,
         {.status = 429,
          .headers = {{"retry-after", "12"}},
          .body = "{\"error\":\"temporarily_unavailable\"}"},
         ERROR_THROTTLED,
         "not-sent",
         "temporarily_unavailable"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct bench bench;
        bench_ordinary(&bench);
        bench.refusal = cases[i].answer;
        bench_call(&bench, cases[i].surface);
        print_message("  %s\n", bench.error.message);
        assert_int_equal(bench.error.class, cases[i].class);
        assert_string_equal(bench.error.vendor_code, cases[i].code);
        assert_non_null(strstr(bench.error.message, cases[i].message));
        assert_null(strstr(bench.error.message, "Trace ID"));
        assert_string_equal(stored_token(arena, &bench), "r0");
        bench_close(&bench);
    }
}

/* One audience's trouble is not the others'. */
static void test_lost_sign_in_leaves_the_rest(void **state)
{
    (void)state;
    static const struct fake_answer lost = REFUSAL(400, "invalid_grant", "700082");
    struct bench bench;
    bench_ordinary(&bench);
    bench.refusal = lost;
    bench_call(&bench, AZURE_REFERRALS);
    assert_int_equal(bench.error.class, ERROR_AUTH);
    bench.refusal = (struct fake_answer){0};
    bench_call(&bench, AZURE_INGESTION);
    assert_int_equal(bench.error.class, ERROR_NONE);
    bench_close(&bench);
}

/* A token that is long in coming holds the calls that need it, and no others. */
static void test_slow_token_holds_its_own_calls(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct bench bench;
    struct http_request slow;
    bench_ordinary(&bench);
    bench.person_ms = 20000;
    azure_request(bench.cloud, arena, AZURE_REFERRALS, "GET", "/x", NULL, &slow);
    struct bench later = {0};
    const struct call call = {.family = azure_family(AZURE_REFERRALS),
                              .operation = "Slow",
                              .repeatable = true,
                              .request = &slow,
                              .done = take_answer,
                              .context = &later};
    session_send(bench.cloud->session, &call);
    for (int i = 0; i < 3; i++) {
        bench_call(&bench, AZURE_INGESTION);
        assert_int_equal(bench.error.class, ERROR_NONE);
        assert_false(later.done);
    }
    assert_true(bench.fake.ticks_ms < 20000);
    assert_int_equal(loop_run(bench.loop, &later.done, NULL), 0);
    assert_int_equal(later.error.class, ERROR_NONE);
    assert_int_equal(bench.granted, 2);
    bench_close(&bench);
}

/* ------------------------------------------------------------------ signing in */

static void signed_in(void *context, const struct error *failure)
{
    struct bench *bench = context;
    bench->done = true;
    bench->error = failure ? *failure : (struct error){0};
}

static void test_login(void **state)
{
    (void)state;
    for (int complete = 0; complete < 2; complete++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct bench bench;
        const char *url, *nonce;
        bench_begin(&bench);
        set(&bench, "client_id", CLIENT);
        set_secret(&bench, "client_secret");
        set(&bench, "sign_in", bench.sign_in);
        bench_open(&bench);
        bench.no_refresh = !complete;
        assert_int_equal(connector_azure.login->url(bench.cloud, arena, "http://localhost:8400",
                                                    &url, &nonce, NULL),
                         0);
        assert_true(text_starts(url, BASE "/" TENANT "/oauth2/v2.0/authorize?client_id=" CLIENT));
        assert_string_equal(field(arena, url, "state"), nonce);
        assert_string_equal(field(arena, url, "code_challenge_method"), "S256");
        const char *challenge = field(arena, url, "code_challenge");
        connector_azure.login->finish(bench.cloud, "the code", signed_in, &bench);
        assert_int_equal(loop_run(bench.loop, &bench.done, NULL), 0);
        const char *form = sent(&bench, 0)->body;
        assert_string_equal(field(arena, form, "grant_type"), "authorization_code");
        assert_string_equal(field(arena, form, "code"), "the%20code");
        assert_string_equal(field(arena, form, "redirect_uri"), "http%3A%2F%2Flocalhost%3A8400");
        assert_int_equal(strlen(challenge), 43);
        assert_string_not_equal(field(arena, form, "code_verifier"), challenge);
        if (complete)
            assert_string_equal(stored_token(arena, &bench), "r1");
        else
            assert_non_null(strstr(bench.error.message, "offline_access"));
        assert_int_equal(access(bench.sign_in, F_OK), complete ? 0 : -1);
        bench_close(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_token_per_audience),
        cmocka_unit_test(test_tokens_end_by_the_monotonic_clock),
        cmocka_unit_test(test_one_fresh_token_after_a_401),
        cmocka_unit_test(test_certificate),
        cmocka_unit_test(test_certificate_that_is_none),
        cmocka_unit_test(test_federated_file),
        cmocka_unit_test(test_managed_identity),
        cmocka_unit_test(test_settings_that_are_no_way),
        cmocka_unit_test(test_rotation),
        cmocka_unit_test(test_death_around_the_rotation),
        cmocka_unit_test(test_disk_that_takes_nothing),
        cmocka_unit_test(test_two_processes),
        cmocka_unit_test(test_app_only),
        cmocka_unit_test(test_sign_in_that_is_none),
        cmocka_unit_test(test_refusals_of_the_token_endpoint),
        cmocka_unit_test(test_lost_sign_in_leaves_the_rest),
        cmocka_unit_test(test_slow_token_holds_its_own_calls),
        cmocka_unit_test(test_login),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
