/* Forms, grants and signed tokens, as every cloud's sign-in uses them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "net/jwt.h"
#include "net/oauth.h"

#define NOW_MS INT64_C(1772442604000)
#define DAY_MS INT64_C(86400000)

static void test_form(void **state)
{
    (void)state;
    CLEANUP_TEXT struct text form;
    CLEANUP_ARENA struct arena *arena = arena_new();
    text_init(&form, 200);
    oauth_field(&form, "scope", "https://a/.default b");
    oauth_field(&form, "absent", NULL);
    oauth_field(&form, "secret", "~ . _ - + / = & \xc3\xa9");
    assert_string_equal(form.data, "scope=https%3A%2F%2Fa%2F.default%20b&secret=~%20.%20_%20-%20%2B"
                                   "%20%2F%20%3D%20%26%20%C3%A9");
    struct http_request request;
    oauth_post(arena, "https://a/token", &form, &request);
    assert_string_equal(http_request_get(&request, "content-type"),
                        "application/x-www-form-urlencoded");
    assert_int_equal(request.body_length, form.length);
    oauth_wipe(&request);
    assert_int_equal(request.body[0], 0);
    assert_int_equal(request.body[request.body_length - 1], 0);
}

static void test_grants(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        int64_t life_ms;     /* negative: the error's class */
        const char *refresh; /* NULL: none */
    } cases[] = {
        {"{\"access_token\":\"a\",\"expires_in\":3599}", 3599000, NULL},
        {"{\"access_token\":\"a\",\"expires_in\":\"3599\",\"refresh_token\":\"r\"}", 3599000, "r"},
        {"{\"access_token\":\"a\",\"expires_on\":\"1772446204\"}", 3600000, NULL},
        {"{\"access_token\":\"a\",\"expires_in\":60,\"expires_on\":\"1772446204\"}", 60000, NULL},
        {"{\"access_token\":\"a\",\"expires_on\":\"1\"}", 0, NULL},
        {"{\"access_token\":\"a\",\"expires_in\":-5}", 0, NULL},
        {"{\"access_token\":\"a\",\"expires_in\":99999999999}", DAY_MS, NULL},
        {"{\"access_token\":\"a\",\"expires_in\":\"soon\"}", 0, NULL},
        {"{\"access_token\":\"a\",\"refresh_token\":\"\"}", 0, NULL},
        {"{\"access_token\":\"\"}", -ERROR_AUTH, NULL},
        {"{\"access_token\":7}", -ERROR_AUTH, NULL},
        {"{}", -ERROR_AUTH, NULL},
        {"[]", -ERROR_AUTH, NULL},
        {"", -ERROR_TEMPORARY, NULL},
        {"<html>", -ERROR_TEMPORARY, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct http_response response = {
            .status = 200, .body = cases[i].body, .body_length = strlen(cases[i].body)};
        struct oauth_grant grant = {0};
        struct error error = {0};
        int result = oauth_read(&response, NOW_MS, &grant, &error);
        print_message("  %s\n", cases[i].body);
        if (cases[i].life_ms < 0) {
            assert_int_equal(result, cases[i].life_ms);
            assert_null(grant.access_token);
            continue;
        }
        assert_int_equal(result, 0);
        assert_string_equal(secret_reveal(grant.access_token), "a");
        assert_true(grant.life_ms == cases[i].life_ms);
        assert_int_equal(grant.refresh_token != NULL, cases[i].refresh != NULL);
        if (cases[i].refresh)
            assert_string_equal(secret_reveal(grant.refresh_token), cases[i].refresh);
        oauth_grant_clear(&grant);
    }
}

/* RFC 4648, section 10, without padding; and the two signs that differ. */
static void test_base64url(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *text;
    } cases[] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "-__-"},
        {"\xff", "_w"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        assert_string_equal(jwt_base64url(arena, cases[i].bytes, strlen(cases[i].bytes)),
                            cases[i].text);
    }
}

/* What is no key signs nothing, and is not quoted. */
static void test_no_key(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "", "hush", "-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\n" /* an elliptic curve's */
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\n"
        "OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r\n"
        "1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G\n"
        "-----END PRIVATE KEY-----\n"};
    for (size_t i = 0; i < COUNT(keys); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        const char *token = NULL;
        struct error error = {0};
        assert_int_equal(jwt_sign(arena, JWT_PS256, keys[i], json_object(arena), json_object(arena),
                                  &token, &error),
                         -ERROR_INPUT);
        assert_null(token);
        assert_null(strstr(error.message, "hush"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_grants),
        cmocka_unit_test(test_base64url),
        cmocka_unit_test(test_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
