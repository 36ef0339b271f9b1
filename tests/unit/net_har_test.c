/* Recordings: always whole, and never with a secret in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "net/har.h"
#include "net/har_redact.h"
#include "tests/support/fake.h"

#define SECRET "hunter2"

static char folder[] = "/tmp/net-har-test-XXXXXX";
static char path[sizeof folder + 16];

static int open_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    snprintf(path, sizeof path, "%s/a.har", folder);
    return 0;
}

static int close_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

/* Reads the file as it is now; it must be whole, and free of the secret. */
static struct json *entries(struct arena *arena)
{
    CLEANUP_TEXT struct text text;
    struct error error = {0};
    struct json *root;
    text_init(&text, 64u << 20);
    assert_int_equal(file_read(path, &text, NULL, &error), 0);
    assert_null(memmem(text.data, text.length, SECRET, strlen(SECRET)));
    if (json_parse(arena, text.data, text.length, &root, &error) < 0) {
        fail_msg("%s in %s", error.message, text.data);
    }
    assert_string_equal(json_text(json_find(root, "log.version")), "1.2");
    assert_string_equal(json_text(json_find(root, "log.creator.name")), "agent");
    return json_find(root, "log.entries");
}

static const struct http_header answer_headers[] = {
    {"content-type", "application/json"},
    {"set-cookie", "id=" SECRET},
    {"location", "https://b.test/?a=1&sig=" SECRET},
};
static const struct http_response answer = {
    .status = 200,
    .headers = answer_headers,
    .header_count = COUNT(answer_headers),
    .body = "{\"n\":1.50}",
    .body_length = 10,
    .elapsed_ms = 123,
};

static void test_whole_after_each_entry(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct error error = {0};
    struct har *har;
    FILE *old = fopen(path, "w"); /* what an earlier run left, open to all */
    fputs("{\"log\":{}} and a long rest that must go " SECRET, old);
    fclose(old);
    chmod(path, 0666);
    assert_int_equal(har_open(path, "0.\"1", &har, &error), 0);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(entries(arena)->count, 0);
    struct http_request request = {
        .method = "POST",
        .url = "https://a.test/p?x=%41+b&flag&access_token=" SECRET,
        .headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer " SECRET}},
        .header_count = 2,
        .body = "{\"id\":\"O1\"}",
        .body_length = 11,
    };
    for (size_t i = 1; i <= 3; i++) {
        har_add(har, FAKE_START_MS, &request, i == 2 ? NULL : &answer);
        assert_int_equal(entries(arena)->count, i);
    }
    assert_int_equal(har_close(har, &error), 0);
    struct json *list = entries(arena);
    static const struct {
        const char *path;
        const char *text;
    } wants[] = {
        {"startedDateTime", "2026-01-01T00:00:00.000Z"},
        {"time", "123"},
        {"timings.wait", "123"},
        {"request.method", "POST"},
        {"request.url", "https://a.test/p?x=%41+b&flag&access_token=REDACTED"},
        {"request.httpVersion", "HTTP/1.1"},
        {"request.headers[1].value", "Bearer REDACTED"},
        {"request.queryString[0].name", "x"},
        {"request.queryString[0].value", "A b"},
        {"request.queryString[1].name", "flag"},
        {"request.queryString[1].value", ""},
        {"request.queryString[2].value", "REDACTED"},
        {"request.postData.mimeType", "application/json"},
        {"request.postData.text", "{\"id\":\"O1\"}"},
        {"request.headersSize", "-1"},
        {"request.bodySize", "11"},
        {"response.status", "200"},
        {"response.headers[1].value", "REDACTED"},
        {"response.redirectURL", "https://b.test/?a=1&sig=REDACTED"},
        {"response.content.mimeType", "application/json"},
        {"response.content.text", "{\"n\":1.50}"},
        {"response.content.size", "10"},
    };
    for (size_t i = 0; i < COUNT(wants); i++) {
        const char *text = json_text(json_find(json_at(list, 0), wants[i].path));
        if (!text_equal(text, wants[i].text)) {
            fail_msg("%s: %s", wants[i].path, text);
        }
    }
    assert_string_equal(json_text(json_find(json_at(list, 1), "response.status")), "0");
    assert_string_equal(json_text(json_find(json_at(list, 1), "response.comment")),
                        "no answer came");
}

static void test_odd_bytes(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct error error = {0};
    struct har *har;
    assert_int_equal(har_open(path, "1", &har, &error), 0);
    static const struct http_header headers[] = {{"x-odd", "\xff\x1b[31m"}};
    struct http_response response = {
        .status = 200, .headers = headers, .header_count = 1, .body = "a\0\xff", .body_length = 3};
    struct http_request request = {
        .method = "PUT", .url = "https://a.test/", .body = "\xfe", .body_length = 1};
    har_add(har, 0, &request, &response);
    static const char token[] = "\xff\0{\"access_token\": \"T0PSECRET\"}";
    response.body = token;
    response.body_length = sizeof token - 1;
    har_add(har, 0, &request, &response);
    assert_int_equal(har_close(har, &error), 0);
    struct json *entry = json_at(entries(arena), 1);
    assert_null(json_find(entry, "response.content.encoding"));
    assert_true(text_starts(json_text(json_find(entry, "response.content.text")), "REDACTED"));
    entry = json_at(entries(arena), 0);
    assert_string_equal(json_text(json_find(entry, "response.content.text")), "YQD/");
    assert_string_equal(json_text(json_find(entry, "response.content.encoding")), "base64");
    assert_string_equal(json_text(json_find(entry, "request.postData.text")), "/g==");
}

static void test_cannot_open(void **state)
{
    (void)state;
    static const char *const paths[] = {"/nowhere/at/all.har", "/dev/null", "/tmp"};
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct error error = {0};
        struct har *har = NULL;
        assert_true(har_open(paths[i], "1", &har, &error) < 0);
        assert_null(har);
        assert_true(error.message[0] != '\0');
    }
    assert_int_equal(har_close(NULL, NULL), 0);
}

/* Two at once: the second one leaves alone what the first one records. */
static void test_taken(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    static const struct http_request request = {.method = "GET", .url = "https://a.test/"};
    struct error error = {0};
    struct har *first, *second = NULL;
    assert_int_equal(har_open(path, "1", &first, &error), 0);
    har_add(first, FAKE_START_MS, &request, &answer);
    assert_int_equal(har_open(path, "1", &second, &error), -ERROR_INPUT);
    assert_non_null(strstr(error.message, path));
    har_add(first, FAKE_START_MS, &request, &answer);
    assert_int_equal(entries(arena)->count, 2);
    assert_int_equal(har_close(first, &error), 0);
    assert_int_equal(har_open(path, "1", &second, &error), 0);
    assert_int_equal(har_close(second, &error), 0);
}

static void test_headers(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *value;
        const char *want;
    } cases[] = {
        {"Authorization",
         "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/partnercentral-selling/"
         "aws4_request, SignedHeaders=host;x-amz-date, Signature=" SECRET,
         "AWS4-HMAC-SHA256 Credential=AKIDREDACTED/20260101/us-east-1/partnercentral-selling/"
         "aws4_request, SignedHeaders=host;x-amz-date, Signature=REDACTED"},
        {"authorization", "AWS4-HMAC-SHA256 Signature=" SECRET ",Credential=AK",
         "AWS4-HMAC-SHA256 Signature=REDACTED,Credential=AKREDACTED"},
        {"authorization", "AWS4-HMAC-SHA256 " SECRET, "AWS4-HMAC-SHA256 REDACTED"},
        {"AUTHORIZATION", "Basic " SECRET, "Basic REDACTED"},
        {"Authorization", "Digest a=b, c=" SECRET, "Digest REDACTED"},
        {"Authorization", SECRET, "REDACTED"},
        {"Proxy-Authorization", "Basic " SECRET, "Basic REDACTED"},
        {"X-Amz-Security-Token", SECRET, "REDACTED"},
        {"x-aws-ec2-metadata-token", SECRET, "REDACTED"},
        {"Cookie", SECRET, "REDACTED"},
        {"x-goog-api-key", SECRET, "REDACTED"},
        {"My-Client-Secret", SECRET, "REDACTED"},
        {"x-amz-target", "AWSPartnerCentralSelling.GetOpportunity",
         "AWSPartnerCentralSelling.GetOpportunity"},
        {"x-amz-date", "20260101T000000Z", "20260101T000000Z"},
        {"host", "a.test", "a.test"},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(redact_header(arena, cases[i].name, cases[i].value), cases[i].want);
    }
}

static void test_bodies(void **state)
{
    (void)state;
    static const char form[] = "application/x-www-form-urlencoded";
    static const struct {
        const char *type;
        const char *text;
        const char *want; /* NULL: as it is */
    } cases[] = {
        {form, "grant_type=x&client_secret=" SECRET "&scope=a%20b&refresh_token=" SECRET,
         "grant_type=x&client_secret=REDACTED&scope=a%20b&refresh_token=REDACTED"},
        {form, "client%5Fsecret=" SECRET "&PASSWORD=" SECRET "&code=" SECRET,
         "client%5Fsecret=REDACTED&PASSWORD=REDACTED&code=REDACTED"},
        {form, "assertion=" SECRET "&client_assertion=" SECRET "&a",
         "assertion=REDACTED&client_assertion=REDACTED&a"},
        {form, "a=b&c", NULL},
        {form, "grant_type=x&subject_token=" SECRET "&subject_token_type=y",
         "grant_type=x&subject_token=REDACTED&subject_token_type=y"},
        {NULL, "{\"accessToken\":\"" SECRET "\",\"expireTime\":\"z\"}",
         "{\"accessToken\":\"REDACTED\",\"expireTime\":\"z\"}"},
        {NULL,
         "{\"keyId\":\"k\",\"signedJwt\":\"" SECRET "\",\"private_key\":\"" SECRET
         "\",\"saml_response\":\"" SECRET "\"}",
         "{\"keyId\":\"k\",\"signedJwt\":\"REDACTED\",\"private_key\":\"REDACTED\","
         "\"saml_response\":\"REDACTED\"}"},
        {NULL,
         "{\"documentType\":\"CUSTOM_END_USER_LICENSE_AGREEMENT\",\"mimeType\":"
         "\"application/pdf\",\"inlineContent\":\"" SECRET "\"}",
         "{\"documentType\":\"CUSTOM_END_USER_LICENSE_AGREEMENT\",\"mimeType\":"
         "\"application/pdf\",\"inlineContent\":\"REDACTED\"}"},
        {NULL, "{\"access_token\": \"" SECRET "\", \"expires_in\": 1.0}",
         "{\"access_token\":\"REDACTED\",\"expires_in\":1.0}"},
        {NULL, "{\"\\u0061ccess_token\":\"" SECRET "\"}", "{\"access_token\":\"REDACTED\"}"},
        {NULL,
         "{\"a\":[{\"Credentials\":{\"SecretAccessKey\":\"" SECRET "\",\"AccessKeyId\":"
         "\"AKIDEXAMPLE\",\"Token\":{\"deep\":\"" SECRET "\"}}}]}",
         "{\"a\":[{\"Credentials\":{\"SecretAccessKey\":\"REDACTED\",\"AccessKeyId\":"
         "\"AKIDREDACTED\",\"Token\":\"REDACTED\"}}]}"},
        {NULL, "{\"NextToken\":\"abc\",\"ClientToken\":\"t\",\"Code\":\"X\",\"code\":5}", NULL},
        {NULL, " {\"a\" : [ 1.50 ] }", NULL},
        {"text/xml",
         "<R><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>" SECRET
         "</SecretAccessKey><SessionToken x='1'>" SECRET "</SessionToken><E/></R>",
         "<R><AccessKeyId>ASIAREDACTED</AccessKeyId><SecretAccessKey>REDACTED</SecretAccessKey>"
         "<SessionToken x='1'>REDACTED</SessionToken><E/></R>"},
        {"text/html", "<html><body>no > gain <", NULL},
        {NULL, "{\"access_token\":\"" SECRET "\", cut off",
         "REDACTED (a secret's name stands in it)"},
        {NULL, "the password of mine; password=" SECRET, "REDACTED (a secret's name stands in it)"},
        {NULL, "", NULL},
        {NULL, "plain token text", NULL},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *want = cases[i].want == NULL ? cases[i].text : cases[i].want;
        assert_string_equal(redact_body(arena, cases[i].type, cases[i].text), want);
    }
    assert_string_equal(
        redact_url(arena,
                   "https://a.test/x?X-Amz-Credential=AKIDEXAMPLE%2F2026&X-Amz-Signature=" SECRET
                   "&b=1#f?code=1"),
        "https://a.test/x?X-Amz-Credential=AKIDREDACTED%2F2026&X-Amz-Signature=REDACTED&b=1"
        "#f?code=1");
    assert_string_equal(redact_url(arena, "https://a.test/code"), "https://a.test/code");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_after_each_entry),
        cmocka_unit_test(test_odd_bytes),
        cmocka_unit_test(test_cannot_open),
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_bodies),
    };
    return cmocka_run_group_tests(tests, open_folder, close_folder) ? 1 : 0;
}
