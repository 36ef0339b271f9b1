/* Temporary keys: who is given some, what is refused, and that they open the service until they
 * end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/sign.h"
#include "connectors/aws/xml.h"
#include "tests/support/drive.h"

#define FORM         "application/x-www-form-urlencoded; charset=utf-8"
#define ROLE         "RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2F"
#define ASSUME(role) "Action=AssumeRole&Version=2011-06-15&" ROLE role "&RoleSessionName=jo"
#define WEB(token)                                                                                 \
    "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&" ROLE                                    \
    "Web&RoleSessionName=jo&WebIdentityToken=" token
#define WHO "Action=GetCallerIdentity&Version=2011-06-15"

/* Posts a form, signed unless `keys` is NULL; returns the status. */
static int post(struct drive *drive, const char *form, const struct sandbox_signer *keys)
{
    struct http_request http = {.method = "POST",
                                .url = "http://127.0.0.1:8080/",
                                .body = form,
                                .body_length = strlen(form)};
    http_request_set(drive->arena, &http, "Content-Type", FORM);
    http_request_set(drive->arena, &http, "Host", "127.0.0.1:8080");
    if (keys) {
        CLEANUP_SECRET struct secret *secret = secret_new(keys->secret, strlen(keys->secret));
        CLEANUP_SECRET struct secret *token =
            keys->session_token ? secret_new(keys->session_token, strlen(keys->session_token))
                                : NULL;
        const struct aws_keys all = {keys->access_key, secret, token, 0, ""};
        const struct sigv4_scope scope = {keys->region ? keys->region : "eu-west-1",
                                          keys->service ? keys->service : "sts",
                                          drive->fake.now_ms};
        aws_sign(drive->arena, &http, &all, &scope);
    }
    const struct sandbox_request request = {.method = "POST",
                                            .path = "/",
                                            .headers = http.headers,
                                            .header_count = http.header_count,
                                            .body = form,
                                            .body_length = strlen(form)};
    sandbox_handle(drive->sandbox, &request, drive->arena, &drive->response);
    return drive->response.dropped ? 0 : drive->response.status;
}

static const char *value_at(struct drive *drive, const char *path)
{
    struct xml_value value = {.path = path};
    assert_int_equal(
        xml_read(drive->arena, drive->response.body, drive->response.body_length, &value, 1, NULL),
        0);
    return value.text ? value.text : "";
}

static int get(struct drive *drive, const char *method, const char *path, const char *name,
               const char *value)
{
    const struct http_header headers[] = {{"Accept", "application/json"}, {name, value}};
    const struct sandbox_request request = {
        .method = method, .path = path, .headers = headers, .header_count = name ? 2 : 1};
    sandbox_handle(drive->sandbox, &request, drive->arena, &drive->response);
    drive->answer = NULL;
    json_parse(drive->arena, drive->response.body, drive->response.body_length, &drive->answer,
               NULL);
    return drive->response.status;
}

static const struct sandbox_signer account = {.access_key = SANDBOX_ACCESS_KEY,
                                              .secret = SANDBOX_SECRET};

static void test_sts(void **state)
{
    (void)state;
    static const struct sandbox_signer stranger = {.access_key = "AKIDX", .secret = "x"};
    static const struct sandbox_signer wrong = {.access_key = SANDBOX_ACCESS_KEY, .secret = "x"};
    static const struct sandbox_signer selling = {
        .access_key = SANDBOX_ACCESS_KEY, .secret = SANDBOX_SECRET, .service = SANDBOX_SERVICE};
    static const struct sandbox_signer nowhere = {
        .access_key = SANDBOX_ACCESS_KEY, .secret = SANDBOX_SECRET, .region = "global"};
    static const struct {
        const char *form;
        const struct sandbox_signer *keys;
        int status;
        const char *code;
    } cases[] = {
        {ASSUME("Seller"), &account, 200, ""},
        {ASSUME("Seller"), NULL, 403, "MissingAuthenticationToken"},
        {ASSUME("Seller"), &stranger, 403, "InvalidClientTokenId"},
        {ASSUME("Seller"), &wrong, 403, "SignatureDoesNotMatch"},
        {ASSUME("Seller"), &selling, 403, "SignatureDoesNotMatch"},
        {ASSUME("Seller"), &nowhere, 403, "SignatureDoesNotMatch"},
        {ASSUME("Denied"), &account, 403, "AccessDenied"},
        {ASSUME("External"), &account, 403, "AccessDenied"},
        {ASSUME("External") "&ExternalId=" SANDBOX_EXTERNAL_ID, &account, 200, ""},
        {ASSUME("Seller") "&DurationSeconds=899", &account, 400, "ValidationError"},
        {ASSUME("Seller") "&DurationSeconds=43200", &account, 200, ""},
        {ASSUME("Seller") "&Mood=good", &account, 400, "ValidationError"},
        {ASSUME("Seller") "&Version=2011-06-15", &account, 400, "ValidationError"},
        {"Action=AssumeRole&Version=2011-06-15&" ROLE "Seller", &account, 400, "ValidationError"},
        {"Action=AssumeRole&Version=2011-06-15&RoleArn=x&RoleSessionName=jo", &account, 400,
         "ValidationError"},
        {"Action=AssumeRole&Version=2010-01-01&" ROLE "x&RoleSessionName=jo", &account, 400,
         "ValidationError"},
        {"Action=GetSessionToken&Version=2011-06-15", &account, 400, "InvalidAction"},
        {"Action", &account, 400, "ValidationError"},
        {WEB(SANDBOX_WEB_TOKEN), NULL, 200, ""},
        {WEB(SANDBOX_WEB_TOKEN), &account, 400, "ValidationError"},
        {WEB("expired.x"), NULL, 400, "ExpiredTokenException"},
        {WEB("other"), NULL, 400, "InvalidIdentityToken"},
        {WHO, &account, 200, ""},
        {WHO, NULL, 403, "MissingAuthenticationToken"},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        print_message("  %s\n", cases[i].form);
        assert_int_equal(post(&drive, cases[i].form, cases[i].keys), cases[i].status);
        assert_string_equal(value_at(&drive, "ErrorResponse/Error/Code"), cases[i].code);
    }
    drive_stop(&drive);
}

#define RESULT "AssumeRoleResponse/AssumeRoleResult/Credentials/"

/* Keys of a role sign calls of both services, until they end. */
static void test_role_keys(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    assert_int_equal(post(&drive, ASSUME("Seller") "&DurationSeconds=900", &account), 200);
    drive.signer.access_key = value_at(&drive, RESULT "AccessKeyId");
    drive.signer.secret = value_at(&drive, RESULT "SecretAccessKey");
    drive.signer.session_token = value_at(&drive, RESULT "SessionToken");
    struct sandbox_signer keys = drive.signer;
    assert_int_equal(drive_text(&drive, "ListOpportunities", "{'Catalog':'AWS'}"), 200);
    assert_int_equal(post(&drive, WHO, &keys), 200);
    assert_string_equal(value_at(&drive, "GetCallerIdentityResponse/GetCallerIdentityResult/Arn"),
                        "arn:aws:sts::111122223333:assumed-role/Seller/jo");
    assert_int_equal(post(&drive, ASSUME("Next") "&DurationSeconds=3601", &keys), 400);
    assert_int_equal(post(&drive, ASSUME("Next"), &keys), 200);

    drive.signer.session_token = NULL;
    assert_int_equal(drive_text(&drive, "ListOpportunities", "{'Catalog':'AWS'}"), 403);
    assert_string_equal(drive_error(&drive), "UnrecognizedClientException");
    drive.signer.session_token = keys.session_token;
    fake_advance(&drive.fake, 15 * 60 * 1000);
    assert_int_equal(drive_text(&drive, "ListOpportunities", "{'Catalog':'AWS'}"), 403);
    assert_string_equal(drive_error(&drive), "ExpiredTokenException");
    assert_int_equal(post(&drive, WHO, &keys), 403);
    assert_string_equal(value_at(&drive, "ErrorResponse/Error/Code"), "ExpiredTokenException");
    drive_stop(&drive);
}

static void test_metadata(void **state)
{
    (void)state;
    static const char roles[] = "/latest/meta-data/iam/security-credentials/";
    static const char keys[] = "/latest/meta-data/iam/security-credentials/SandboxInstanceRole";
    static const char token[] = "x-aws-ec2-metadata-token";
    static const char ttl[] = "x-aws-ec2-metadata-token-ttl-seconds";
    struct drive drive;
    drive_start(&drive, NULL);
    assert_int_equal(get(&drive, "PUT", "/latest/api/token", NULL, NULL), 400);
    assert_int_equal(get(&drive, "PUT", "/latest/api/token", ttl, "21601"), 400);
    assert_int_equal(get(&drive, "PUT", "/latest/api/token", ttl, "21600"), 200);
    const char *given = arena_copy(drive.arena, drive.response.body);
    assert_int_equal(get(&drive, "GET", roles, NULL, NULL), 401);
    assert_int_equal(get(&drive, "GET", roles, token, "x"), 401);
    assert_int_equal(get(&drive, "GET", roles, token, given), 200);
    assert_string_equal(drive.response.body, "SandboxInstanceRole");
    assert_int_equal(get(&drive, "GET", keys, NULL, NULL), 401);
    assert_int_equal(get(&drive, "GET", keys, token, given), 200);
    assert_string_equal(drive_answer(&drive, "Code"), "Success");

    assert_int_equal(get(&drive, "GET", "/v1/credentials", NULL, NULL), 401);
    assert_int_equal(get(&drive, "GET", "/v1/credentials", "authorization", "x"), 401);
    assert_int_equal(
        get(&drive, "GET", "/v1/credentials", "authorization", SANDBOX_CONTAINER_TOKEN), 200);
    assert_int_equal(get(&drive, "GET", "/v2/credentials/other", NULL, NULL), 403);
    assert_int_equal(get(&drive, "GET", "/v2/credentials/" SANDBOX_CONTAINER_ID, NULL, NULL), 200);
    drive.signer.access_key = arena_copy(drive.arena, drive_answer(&drive, "AccessKeyId"));
    drive.signer.secret = arena_copy(drive.arena, drive_answer(&drive, "SecretAccessKey"));
    drive.signer.session_token = arena_copy(drive.arena, drive_answer(&drive, "Token"));
    assert_int_equal(drive_text(&drive, "ListOpportunities", "{'Catalog':'AWS'}"), 200);
    drive_stop(&drive);

    const struct sandbox_options old = {.metadata_v1 = true, .session_ms = 60000};
    drive_start(&drive, &old);
    assert_int_equal(get(&drive, "PUT", "/latest/api/token", ttl, "21600"), 405);
    assert_int_equal(get(&drive, "GET", roles, NULL, NULL), 200);
    assert_int_equal(get(&drive, "GET", keys, NULL, NULL), 200);
    assert_string_equal(drive_answer(&drive, "Expiration"), "2026-01-01T00:01:00Z");
    drive_stop(&drive);
}

static void test_faults(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    assert_int_equal(sandbox_fault_add(drive.sandbox, "503:AssumeRole:1", NULL), 0);
    assert_int_equal(sandbox_fault_add(drive.sandbox, "reset:InstanceToken:1", NULL), 0);
    assert_true(sandbox_fault_add(drive.sandbox, "503:AssumeNothing", NULL) < 0);
    assert_int_equal(post(&drive, ASSUME("Seller"), &account), 503);
    assert_int_equal(post(&drive, ASSUME("Seller"), &account), 200);
    get(&drive, "PUT", "/latest/api/token", NULL, NULL);
    assert_true(drive.response.dropped);
    drive_stop(&drive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sts),
        cmocka_unit_test(test_role_keys),
        cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
