/* Signature Version 4: every published case, each intermediate text compared, and what a verifier
 * relies on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/times.h"
#include "connectors/aws/sigv4.h"
#include "tests/unit/sigv4_vectors.h"

#define KEY_ID "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

struct prepared {
    struct http_header headers[10];
    struct sigv4_request request;
};

static void add(struct prepared *prepared, const char *name, const char *value)
{
    prepared->headers[prepared->request.header_count++] = (struct http_header){name, value};
}

static void prepare(const struct sigv4_vector *vector, char *hash, struct prepared *prepared)
{
    *prepared = (struct prepared){0};
    for (size_t i = 0; i < COUNT(vector->headers) && vector->headers[i].name; i++)
        add(prepared, vector->headers[i].name, vector->headers[i].value);
    add(prepared, "X-Amz-Date", "20150830T123600Z");
    size_t length = vector->body ? strlen(vector->body) : 0;
    if (vector->sign_body)
        add(prepared, "x-amz-content-sha256", sha256_hex(vector->body, length, hash));
    if (vector->token && !vector->omit_token)
        add(prepared, "X-Amz-Security-Token", vector->token);
    prepared->request.method = vector->method;
    prepared->request.path = vector->path;
    prepared->request.query = vector->query;
    prepared->request.headers = prepared->headers;
    prepared->request.body = vector->body;
    prepared->request.body_length = length;
    prepared->request.keep_path = vector->keep_path;
}

static struct sigv4_scope scope_of_2015(void)
{
    struct sigv4_scope scope = {.region = "us-east-1", .service = "service"};
    assert_true(instant_parse("2015-08-30T12:36:00Z", &scope.time_ms));
    return scope;
}

static void test_vectors(void **state)
{
    (void)state;
    assert_int_equal(COUNT(sigv4_vectors), 38);
    struct sigv4_scope scope = scope_of_2015();
    CLEANUP_SECRET struct secret *secret = secret_new(SECRET, strlen(SECRET));
    for (size_t i = 0; i < COUNT(sigv4_vectors); i++) {
        const struct sigv4_vector *vector = &sigv4_vectors[i];
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct prepared prepared;
        char hash[SHA256_HEX];
        prepare(vector, hash, &prepared);
        struct sigv4 got;
        sigv4_sign(arena, &prepared.request, &scope, KEY_ID, secret, &got);
        print_message("  %s\n", vector->name);
        assert_string_equal(got.canonical, vector->canonical);
        assert_string_equal(got.string_to_sign, vector->string_to_sign);
        assert_string_equal(got.signature, vector->signature);
        const char *expected = arena_printf(
            arena, "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s", KEY_ID,
            "20150830/us-east-1/service/aws4_request", got.signed_headers, vector->signature);
        assert_string_equal(got.authorization, expected);
    }
}

/* A proxy adds headers on the way; a verifier that goes by the signed names sees the same text. */
static void test_verifier(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct http_header sent[] = {{"Host", "a.example"}, {"X-Amz-Date", "20150830T123600Z"}};
    struct http_header got[] = {{"via", "1.1 proxy"},
                                {"x-amz-date", "20150830T123600Z"},
                                {"host", "a.example"},
                                {"x-forwarded-for", "192.0.2.1"}};
    struct sigv4_request request = {
        .method = "POST", .path = "/", .headers = sent, .header_count = COUNT(sent)};
    const char *names = NULL;
    const char *ours = sigv4_canonical(arena, &request, NULL, &names);
    assert_string_equal(names, "host;x-amz-date");
    request.headers = got;
    request.header_count = COUNT(got);
    assert_string_equal(sigv4_canonical(arena, &request, names, NULL), ours);
    assert_string_not_equal(sigv4_canonical(arena, &request, NULL, NULL), ours);
}

static void test_unsigned_headers(void **state)
{
    (void)state;
    static const char *const names[] = {
        "Authorization", "Connection",        "Expect",  "Keep-Alive", "Proxy-Authorization", "TE",
        "Trailer",       "Transfer-Encoding", "Upgrade", "User-Agent", "X-Amzn-Trace-Id"};
    for (size_t i = 0; i < COUNT(names); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct http_header headers[] = {{"host", "a.example"}, {names[i], "x"}};
        struct sigv4_request request = {
            .method = "GET", .path = "/", .headers = headers, .header_count = COUNT(headers)};
        const char *list = NULL;
        sigv4_canonical(arena, &request, NULL, &list);
        assert_string_equal(list, "host");
    }
}

/* One changed byte anywhere gives another signature. */
static void test_everything_counts(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    CLEANUP_SECRET struct secret *secret = secret_new(SECRET, strlen(SECRET));
    CLEANUP_SECRET struct secret *other = secret_new("x", 1);
    struct http_header headers[] = {{"host", "a.example"}};
    const struct sigv4_request base = {.method = "POST",
                                       .path = "/",
                                       .query = "a=1",
                                       .headers = headers,
                                       .header_count = 1,
                                       .body = "{}",
                                       .body_length = 2};
    const struct sigv4_scope scope = scope_of_2015();
    struct sigv4 first, again;
    sigv4_sign(arena, &base, &scope, KEY_ID, secret, &first);
    for (int i = 0; i < 9; i++) {
        struct sigv4_request request = base;
        struct sigv4_scope at = scope;
        struct http_header host = {"host", "b.example"};
        const struct secret *key = i == 0 ? other : secret;
        request.method = i == 1 ? "PUT" : "POST";
        request.path = i == 2 ? "/x" : "/";
        request.query = i == 3 ? "a=2" : "a=1";
        request.body = i == 4 ? "{ }" : "{}";
        request.body_length = strlen(request.body);
        request.headers = i == 5 ? &host : headers;
        at.time_ms += i == 6 ? 1000 : 0;
        at.region = i == 7 ? "eu-west-1" : "us-east-1";
        at.service = i == 8 ? "sts" : "service";
        sigv4_sign(arena, &request, &at, KEY_ID, key, &again);
        assert_string_not_equal(first.signature, again.signature);
    }
}

static void test_query(void **state)
{
    (void)state;
    static const struct {
        const char *query, *canonical;
    } cases[] = {
        {"", ""},
        {"a", "a="},
        {"b=2&a=1", "a=1&b=2"},
        {"a=2&a=1", "a=1&a=2"},
        {"id=x/y@1.0", "id=x%2Fy%401.0"},
        {"id=x%2fy%40", "id=x%2Fy%40"},
        {"a=%zz", "a=%25zz"},
        {"a=b=c", "a=b%3Dc"},
        {"&&a=1&", "a=1"},
        {"a=+", "a=%2B"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct sigv4_request request = {.method = "GET", .path = "/", .query = cases[i].query};
        const char *canonical = sigv4_canonical(arena, &request, NULL, NULL);
        const char *want = arena_printf(arena, "GET\n/\n%s\n", cases[i].canonical);
        assert_memory_equal(canonical, want, strlen(want));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_verifier),
        cmocka_unit_test(test_unsigned_headers),
        cmocka_unit_test(test_everything_counts),
        cmocka_unit_test(test_query),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
