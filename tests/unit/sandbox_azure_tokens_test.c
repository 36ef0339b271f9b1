/* Microsoft's tokens: who is given some, what is refused, and what they open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/azure_drive.h"
#include "tests/support/folder.h"

#define APP     "grant_type=client_credentials&"
#define GRAPH   "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
#define PARTNER "&scope=https%3A%2F%2Fapi.partner.microsoft.com%2F.default"
#define REFRESH "grant_type=refresh_token&refresh_token=" AZURE_REFRESH_TOKEN "&"
#define FEDERATE                                                                                   \
    "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"      \
    "&client_assertion="
#define REFERRALS "/v1.0/engagements/referrals"
#define DAY_MS    INT64_C(86400000)

static void test_forms(void **state)
{
    (void)state;
    static const struct {
        const char *path, *form;
        int status;
        long long code;
    } cases[] = {
        {AZURE_DRIVE_V2, APP AZURE_DRIVE_CLIENT GRAPH, 200, 0},
        {AZURE_DRIVE_V1, APP AZURE_DRIVE_CLIENT "&resource=https%3A%2F%2Fgraph.microsoft.com%2F",
         200, 0},
        {AZURE_DRIVE_V1, APP AZURE_DRIVE_CLIENT GRAPH, 400, 900144},
        {AZURE_DRIVE_V2, APP AZURE_DRIVE_CLIENT, 400, 900144},
        {AZURE_DRIVE_V2,
         APP AZURE_DRIVE_CLIENT "&scope=20e940b3-4c77-4b0b-9a53-9e16a1b010a7%2F.default", 200, 0},
        {AZURE_DRIVE_V2, APP AZURE_DRIVE_CLIENT "&scope=https%3A%2F%2Fgraph.windows.net%2F.default",
         400, 500011},
        {AZURE_DRIVE_V2, APP AZURE_DRIVE_CLIENT "&scope=https%3A%2F%2Fgraph.microsoft.com", 400,
         70011},
        {AZURE_DRIVE_V2, APP AZURE_DRIVE_CLIENT GRAPH "+offline_access", 400, 70011},
        {AZURE_DRIVE_V2,
         APP AZURE_DRIVE_CLIENT GRAPH "+https%3A%2F%2Fapi.partner.microsoft.com%2F.default", 400,
         70011},
        /* A plus sign that is not encoded is a blank. */
        {AZURE_DRIVE_V2, APP "client_id=" AZURE_CLIENT "&client_secret=" AZURE_SECRET GRAPH, 401,
         7000215},
        {AZURE_DRIVE_V2,
         APP "client_id=" AZURE_CLIENT "&client_secret=s4n~d.b_o-x+se%2Fcr%3Det" GRAPH, 401,
         7000215},
        {AZURE_DRIVE_V2, APP "client_id=" AZURE_CLIENT GRAPH, 401, 7000218},
        {AZURE_DRIVE_V2, APP "client_secret=x" GRAPH, 400, 900144},
        {AZURE_DRIVE_V2, APP "client_id=other&client_secret=x" GRAPH, 400, 700016},
        {AZURE_DRIVE_V2, AZURE_DRIVE_CLIENT GRAPH, 400, 900144},
        {AZURE_DRIVE_V2, "grant_type=device_code&" AZURE_DRIVE_CLIENT GRAPH, 400, 70003},
        {AZURE_DRIVE_V2, "grant_type=password&username=a&password=b&" AZURE_DRIVE_CLIENT PARTNER,
         400, 50076},
        {AZURE_DRIVE_V2, APP AZURE_DRIVE_CLIENT GRAPH GRAPH, 400, 900432},
        {"/common/oauth2/v2.0/token", APP AZURE_DRIVE_CLIENT GRAPH, 400, 50059},
        {"/other/oauth2/v2.0/token", APP AZURE_DRIVE_CLIENT GRAPH, 400, 90002},
        {AZURE_DRIVE_V2, APP "client_id=" AZURE_CLIENT GRAPH FEDERATE AZURE_FEDERATED_TOKEN, 200,
         0},
        {AZURE_DRIVE_V2, APP "client_id=" AZURE_CLIENT GRAPH FEDERATE "another.federated.assertion",
         401, 700027},
        {AZURE_DRIVE_V2,
         APP "client_id=" AZURE_CLIENT GRAPH "&client_assertion=" AZURE_FEDERATED_TOKEN, 400,
         900144},
        {AZURE_DRIVE_V2, APP AZURE_DRIVE_CLIENT GRAPH FEDERATE AZURE_FEDERATED_TOKEN, 401, 7000218},
        {AZURE_DRIVE_V2, REFRESH AZURE_DRIVE_CLIENT PARTNER, 200, 0},
        {AZURE_DRIVE_V2, REFRESH AZURE_DRIVE_CLIENT GRAPH, 400, 65001},
        {AZURE_DRIVE_V2, REFRESH "client_id=" AZURE_CLIENT PARTNER, 401, 7000218},
        {AZURE_DRIVE_V2, "grant_type=refresh_token&refresh_token=x&" AZURE_DRIVE_CLIENT PARTNER,
         400, 9002313},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        int status = azure_drive_form(&drive, cases[i].path, cases[i].form);
        if (status != cases[i].status || azure_drive_code(&drive) != cases[i].code)
            fail_msg("case %zu: wanted %d %lld, got %d %s", i, cases[i].status, cases[i].code,
                     status, drive.response.body);
        assert_true(status == 200 || drive_answer(&drive, "error")[0]);
    }
    drive_stop(&drive);
}

static void test_numbers_are_texts_in_version_1(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    azure_drive_form(&drive, AZURE_DRIVE_V1,
                     APP AZURE_DRIVE_CLIENT "&resource=https%3A%2F%2Fgraph.microsoft.com%2F");
    assert_int_equal(json_get(drive.answer, "expires_in")->type, JSON_STRING);
    assert_string_equal(drive_answer(&drive, "expires_in"), "3599");
    assert_true(json_get(drive.answer, "expires_on") != NULL);
    azure_drive_form(&drive, AZURE_DRIVE_V2, APP AZURE_DRIVE_CLIENT GRAPH);
    assert_int_equal(json_get(drive.answer, "expires_in")->type, JSON_NUMBER);
    assert_null(json_get(drive.answer, "refresh_token"));
    drive_stop(&drive);
}

static void test_content_type_is_a_form(void **state)
{
    (void)state;
    static const struct http_header json[] = {{"Content-Type", "application/json"}, {NULL, NULL}};
    static const struct http_header none[] = {{NULL, NULL}};
    struct drive drive;
    drive_start(&drive, NULL);
    assert_int_equal(drive_send(&drive, "POST", AZURE_DRIVE_V2, json, "{}"), 400);
    assert_int_equal(drive_send(&drive, "POST", AZURE_DRIVE_V2, none, APP AZURE_DRIVE_CLIENT GRAPH),
                     400);
    drive_stop(&drive);
}

/* ---- Refresh tokens. */
static int refresh(struct drive *drive, const char *token)
{
    return azure_drive_form(drive, AZURE_DRIVE_V2,
                            arena_printf(drive->arena,
                                         "grant_type=refresh_token&refresh_token=%s&%s", token,
                                         AZURE_DRIVE_CLIENT PARTNER));
}

static void test_each_use_rotates_and_the_old_one_lives_on(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    assert_int_equal(refresh(&drive, AZURE_REFRESH_TOKEN), 200);
    const char *first = drive_answer(&drive, "refresh_token");
    assert_string_not_equal(first, AZURE_REFRESH_TOKEN);
    assert_string_equal(drive_answer(&drive, "scope"),
                        "https://api.partner.microsoft.com/user_impersonation");
    assert_int_equal(refresh(&drive, AZURE_REFRESH_TOKEN), 200);
    assert_string_not_equal(drive_answer(&drive, "refresh_token"), first);
    /* Only the newer one extends the window. */
    fake_advance(&drive.fake, 60 * DAY_MS);
    assert_int_equal(refresh(&drive, first), 200);
    const char *second = drive_answer(&drive, "refresh_token");
    fake_advance(&drive.fake, 31 * DAY_MS);
    assert_int_equal(refresh(&drive, AZURE_REFRESH_TOKEN), 400);
    assert_int_equal(azure_drive_code(&drive), 700082);
    assert_int_equal(refresh(&drive, second), 200);
    drive_stop(&drive);
}

static void test_what_only_a_person_can_mend(void **state)
{
    (void)state;
    static const struct {
        const char *endpoint, *body;
        long long code;
        const char *error;
    } cases[] = {
        {"azure/need", "{\"need\":\"mfa\"}", 50076, "interaction_required"},
        {"azure/need", "{\"need\":\"consent\"}", 65001, "invalid_grant"},
        {"azure/expire", "{}", 700082, "invalid_grant"},
        {"azure/revoke", "{}", 50173, "invalid_grant"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct drive drive;
        drive_start(&drive, NULL);
        assert_int_equal(drive_control(&drive, cases[i].endpoint, cases[i].body), 200);
        assert_int_equal(refresh(&drive, AZURE_REFRESH_TOKEN), 400);
        assert_int_equal(azure_drive_code(&drive), cases[i].code);
        assert_string_equal(drive_answer(&drive, "error"), cases[i].error);
        drive_stop(&drive);
    }
}

static void test_refresh_tokens_survive_a_restart(void **state)
{
    (void)state;
    char folder[64];
    folder_make(folder, sizeof folder, "azure-tokens");
    char path[96];
    snprintf(path, sizeof path, "%s/state.json", folder);
    const struct sandbox_options options = {.state_path = path};
    struct drive drive;
    drive_start(&drive, &options);
    assert_int_equal(refresh(&drive, AZURE_REFRESH_TOKEN), 200);
    const char *rotated = drive_answer(&drive, "refresh_token");
    drive_restart(&drive, &options);
    assert_int_equal(refresh(&drive, rotated), 200);
    assert_int_equal(drive_control(&drive, "azure/sign-in", NULL), 200);
    assert_string_equal(drive_answer(&drive, "refresh_tokens"), "3");
    drive_stop(&drive);
    folder_remove(folder);
}

/* ---- Signing in. */
#define VERIFIER  "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" /* RFC 7636, appendix B */
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define SIGN_IN   "/" AZURE_TENANT "/oauth2/v2.0/authorize"
#define ASK(redirect, scope, challenge)                                                            \
    SIGN_IN "?client_id=" AZURE_CLIENT "&response_type=code&redirect_uri=" redirect                \
            "&scope=" scope "&state=a%20b&code_challenge=" challenge "&code_challenge_method=S256"
#define HOME  "http%3A%2F%2Flocalhost%3A8400"
#define SCOPE "https%3A%2F%2Fapi.partner.microsoft.com%2F.default%20offline_access"

static int sign_in(struct drive *drive, const char *target)
{
    static const struct http_header none[] = {{NULL, NULL}};
    return drive_send(drive, "GET", target, none, NULL);
}

/* The code that the redirect carries. */
static const char *code_of(struct drive *drive)
{
    const char *location = azure_drive_header(drive, "location");
    const char *code = strstr(location, "?code=");
    assert_non_null(code);
    return arena_copy_n(drive->arena, code + 6, strcspn(code + 6, "&"));
}

static int exchange(struct drive *drive, const char *code, const char *redirect,
                    const char *verifier)
{
    return azure_drive_form(drive, AZURE_DRIVE_V2,
                            arena_printf(drive->arena,
                                         "grant_type=authorization_code&code=%s&redirect_uri=%s"
                                         "&code_verifier=%s&%s",
                                         code, redirect, verifier, AZURE_DRIVE_CLIENT));
}

static void test_a_code_serves_once(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    drive_control(&drive, "azure/need", "{\"need\":\"mfa\"}");
    assert_int_equal(sign_in(&drive, ASK(HOME, SCOPE, CHALLENGE)), 302);
    assert_non_null(strstr(azure_drive_header(&drive, "location"), "&state=a%20b"));
    const char *code = code_of(&drive);
    assert_int_equal(exchange(&drive, code, HOME, VERIFIER), 200);
    assert_true(drive_answer(&drive, "refresh_token")[0]);
    assert_int_equal(exchange(&drive, code, HOME, VERIFIER), 400);
    assert_int_equal(azure_drive_code(&drive), 70008);
    /* The person has shown the second factor. */
    assert_int_equal(refresh(&drive, AZURE_REFRESH_TOKEN), 200);
    drive_stop(&drive);
}

static void test_codes_refused(void **state)
{
    (void)state;
    static const struct {
        const char *redirect, *verifier;
        int64_t wait_ms;
        long long code;
    } cases[] = {
        {"http%3A%2F%2Flocalhost%3A8401", VERIFIER, 0, 50011},
        {HOME, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXX", 0, 501481},
        {HOME, "short", 0, 501481},
        {HOME, "", 0, 900144},
        {HOME, VERIFIER, 11 * 60 * 1000, 70008},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(sign_in(&drive, ASK(HOME, SCOPE, CHALLENGE)), 302);
        const char *code = code_of(&drive);
        fake_advance(&drive.fake, cases[i].wait_ms);
        assert_int_equal(exchange(&drive, code, cases[i].redirect, cases[i].verifier), 400);
        assert_int_equal(azure_drive_code(&drive), cases[i].code);
    }
    drive_stop(&drive);
}

static void test_sign_ins_refused(void **state)
{
    (void)state;
    static const char *const targets[] = {
        ASK("https%3A%2F%2Fevil.example", SCOPE, CHALLENGE),
        ASK("http%3A%2F%2Flocalhost.evil.example%3A80", SCOPE, CHALLENGE),
        ASK("http%3A%2F%2Flocalhost%3A80%40evil.example", SCOPE, CHALLENGE),
        ASK(HOME, "https%3A%2F%2Fgraph.microsoft.com%2F.default", CHALLENGE),
        ASK(HOME, SCOPE, "short"),
        ASK(HOME, SCOPE, CHALLENGE) "&response_mode=fragment",
        SIGN_IN "?client_id=" AZURE_CLIENT,
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(targets); i++)
        assert_int_equal(sign_in(&drive, targets[i]), 400);
    drive_control(&drive, "azure/deny", "{}");
    assert_int_equal(sign_in(&drive, ASK(HOME, SCOPE, CHALLENGE)), 302);
    assert_non_null(strstr(azure_drive_header(&drive, "location"), "error=access_denied"));
    assert_int_equal(sign_in(&drive, ASK(HOME, SCOPE, CHALLENGE)), 302);
    code_of(&drive);
    drive_stop(&drive);
}

/* ---- Machines. */
static void test_machines(void **state)
{
    (void)state;
#define IMDS "/metadata/identity/oauth2/token"
#define WHAT "resource=https%3A%2F%2Fgraph.microsoft.com%2F"
    static const struct {
        const char *target, *name, *value, *other;
        int status;
    } cases[] = {
        {IMDS "?api-version=2018-02-01&" WHAT, "Metadata", "true", NULL, 200},
        {IMDS "?api-version=2018-02-01&" WHAT, "Metadata", "true", "X-Forwarded-For", 400},
        {IMDS "?api-version=2018-02-01&" WHAT, "Metadata", "no", NULL, 400},
        {IMDS "?api-version=2017-01-01&" WHAT, "Metadata", "true", NULL, 400},
        {IMDS "?api-version=2018-02-01", "Metadata", "true", NULL, 400},
        {IMDS "?api-version=2018-02-01&resource=x", "Metadata", "true", NULL, 400},
        {IMDS "?api-version=2018-02-01&client_id=x&" WHAT, "Metadata", "true", NULL, 400},
        {"/msi/token?api-version=2019-08-01&" WHAT, "X-IDENTITY-HEADER", AZURE_IDENTITY_HEADER,
         NULL, 200},
        {"/msi/token?api-version=2019-08-01&" WHAT, "X-IDENTITY-HEADER", "x", NULL, 401},
        {"/msi/token?api-version=2018-02-01&" WHAT, "X-IDENTITY-HEADER", AZURE_IDENTITY_HEADER,
         NULL, 400},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct http_header headers[] = {
            {cases[i].name, cases[i].value}, {cases[i].other, "10.0.0.1"}, {NULL, NULL}};
        assert_int_equal(drive_send(&drive, "GET", cases[i].target, headers, NULL),
                         cases[i].status);
        if (cases[i].status == 200)
            assert_int_equal(json_get(drive.answer, "expires_on")->type, JSON_STRING);
    }
    drive_stop(&drive);
}

/* ---- What tokens open. */
static int list(struct drive *drive, const char *token)
{
    return azure_drive_call(drive, token, "GET", REFERRALS, NULL, NULL, NULL);
}

static void test_tokens_are_for_one_audience_and_one_hour(void **state)
{
    (void)state;
    static const struct http_header none[] = {{NULL, NULL}};
    struct drive drive;
    drive_start(&drive, NULL);
    const char *person = azure_drive_person(&drive, AZURE_DRIVE_PARTNER);
    assert_int_equal(list(&drive, person), 200);
    assert_int_equal(list(&drive, "unknown"), 401);
    assert_string_equal(drive_answer(&drive, "error.code"), "unauthenticated");
    assert_int_equal(drive_send(&drive, "GET", REFERRALS, none, NULL), 401);
    assert_int_equal(list(&drive, azure_drive_person(&drive, AZURE_DRIVE_CENTER)), 401);
    assert_int_equal(list(&drive, azure_drive_application(&drive, AZURE_DRIVE_PARTNER)), 403);
    assert_string_equal(drive_answer(&drive, "error.innerError.code"), "900329");
    fake_advance(&drive.fake, 3595 * 1000);
    assert_int_equal(list(&drive, person), 401);
    drive_stop(&drive);
}

/* The wire's clock judges tokens, the business clock does not. */
static void test_moving_the_business_clock_leaves_tokens_alone(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *person = azure_drive_person(&drive, AZURE_DRIVE_PARTNER);
    drive_control(&drive, "clock", "{\"advance_ms\":86400000}");
    assert_int_equal(list(&drive, person), 200);
    drive_control(&drive, "azure/end-sessions", "{}");
    assert_int_equal(list(&drive, person), 401);
    drive_stop(&drive);
}

static void test_each_refused_call_counts(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *person = azure_drive_person(&drive, AZURE_DRIVE_PARTNER);
    drive.pace_ms = 0;
    for (size_t i = 0; i < 20; i++)
        assert_int_equal(list(&drive, person), 200);
    for (size_t i = 0; i < 30; i++)
        assert_int_equal(list(&drive, person), 429);
    long long wait_s = 0;
    assert_true(text_to_int64(azure_drive_header(&drive, "retry-after"), &wait_s));
    assert_in_range(wait_s, 2, 4);
    assert_string_equal(drive_answer(&drive, "statusCode"), "429");
    fake_advance(&drive.fake, 1000);
    assert_int_equal(list(&drive, person), 429);
    fake_advance(&drive.fake, 3000);
    assert_int_equal(list(&drive, person), 200);
    drive_stop(&drive);
}

static void test_faults(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        int status;
        const char *type, *wait;
    } cases[] = {
        {"429:ListReferrals", 429, "application/json; charset=utf-8", "57"},
        {"429:ListReferrals::7", 429, "application/json; charset=utf-8", "7"},
        {"503:ListReferrals", 503, "application/json; charset=utf-8", "30"},
        {"500:ListReferrals", 500, "application/json; charset=utf-8", ""},
        {"401:ListReferrals", 401, "application/json; charset=utf-8", ""},
        {"html500:ListReferrals", 500, "text/html; charset=utf-8", ""},
        {"html:ListReferrals", 200, "text/html; charset=utf-8", ""},
        {"reset:ListReferrals", 0, "application/json; charset=utf-8", ""},
        {"lost-after:ListReferrals", 0, "application/json; charset=utf-8", ""},
    };
    struct drive drive;
    struct error error;
    drive_start(&drive, NULL);
    const char *person = azure_drive_person(&drive, AZURE_DRIVE_PARTNER);
    for (size_t i = 0; i < COUNT(cases); i++) {
        sandbox_fault_clear(drive.sandbox);
        assert_int_equal(sandbox_fault_add(drive.sandbox, cases[i].spec, &error), 0);
        assert_int_equal(list(&drive, person), cases[i].status);
        assert_string_equal(azure_drive_header(&drive, "content-type"), cases[i].type);
        assert_string_equal(azure_drive_header(&drive, "retry-after"), cases[i].wait);
    }
    sandbox_fault_clear(drive.sandbox);
    assert_int_equal(sandbox_fault_add(drive.sandbox, "429:Token", &error), 0);
    assert_int_equal(refresh(&drive, AZURE_REFRESH_TOKEN), 429);
    assert_string_equal(drive_answer(&drive, "error"), "temporarily_unavailable");
    assert_string_equal(azure_drive_header(&drive, "retry-after"), "12");
    drive_stop(&drive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_numbers_are_texts_in_version_1),
        cmocka_unit_test(test_content_type_is_a_form),
        cmocka_unit_test(test_each_use_rotates_and_the_old_one_lives_on),
        cmocka_unit_test(test_what_only_a_person_can_mend),
        cmocka_unit_test(test_refresh_tokens_survive_a_restart),
        cmocka_unit_test(test_a_code_serves_once),
        cmocka_unit_test(test_codes_refused),
        cmocka_unit_test(test_sign_ins_refused),
        cmocka_unit_test(test_machines),
        cmocka_unit_test(test_tokens_are_for_one_audience_and_one_hour),
        cmocka_unit_test(test_moving_the_business_clock_leaves_tokens_alone),
        cmocka_unit_test(test_each_refused_call_counts),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
