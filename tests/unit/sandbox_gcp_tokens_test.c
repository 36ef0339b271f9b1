/* Google's identities: who is given tokens, what is refused, and what they open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "net/jwt.h"
#include "net/oauth.h"
#include "tests/support/folder.h"
#include "tests/support/gcp_drive.h"

#define GENERATE         "/v1/projects/-/serviceAccounts/" GCP_ACCOUNT ":generateAccessToken"
#define SIGN_OF(account) "/v1/projects/-/serviceAccounts/" account ":signJwt"
#define SIGN             SIGN_OF(GCP_ACCOUNT)
#define CLOUD            GCP_DRIVE_SCOPE "cloud-platform"
#define REFRESH                                                                                    \
    "grant_type=refresh_token&client_id=" GCP_CLIENT                                               \
    "&client_secret=d-sandbox%2B%2F%3D%26secret&refresh_token="
#define METADATA "/computeMetadata/v1/instance/service-accounts/default/"

static void wants(struct drive *drive, int status, const char *error)
{
    const char *got = drive_answer(drive, "error");
    if (drive->response.status != status || (error && !text_equal(got, error)))
        fail_msg("wanted %d %s, got %d %s", status, error ? error : "", drive->response.status,
                 drive->response.body);
}

/* Nothing here has a quota: the clock may stand still. */
static void begin(struct drive *drive)
{
    drive_start(drive, NULL);
    drive->pace_ms = 0;
}

/* ---- Assertions. */
static void test_what_a_token_opens(void **state)
{
    (void)state;
    static const char *const channel =
        "/v1alpha1/opportunities:query?partner=partners%2FC0sandbox1";
    struct drive drive;
    begin(&drive);
    const char *own = gcp_drive_token(&drive, "cloud-platform", NULL);
    assert_string_equal(drive_answer(&drive, "token_type"), "Bearer");
    assert_string_equal(drive_answer(&drive, "expires_in"), "3599");
    const char *admin = gcp_drive_token(&drive, "apps.order", GCP_ADMIN);
    assert_int_equal(gcp_drive_call(&drive, NULL, "GET", channel, NULL), 401);
    assert_int_equal(gcp_drive_call(&drive, own, "GET", channel, NULL), 403);
    assert_string_equal(drive_answer(&drive, "error.details[0].reason"),
                        "ACCESS_TOKEN_SCOPE_INSUFFICIENT");
    assert_int_not_equal(gcp_drive_call(&drive, admin, "GET", channel, NULL), 403);
    assert_int_not_equal(drive.response.status, 401);
    drive_stop(&drive);
}

static void test_a_person_names_a_project(void **state)
{
    (void)state;
    static const char *const projects[][2] = {
        {GCP_PROJECT, "200"}, {"other", "403"}, {NULL, "403"}};
    struct drive drive;
    begin(&drive);
    gcp_drive_form(&drive, "/token", REFRESH "1%2F%2F0sandbox-refresh");
    const char *bearer =
        arena_printf(drive.arena, "Bearer %s", drive_answer(&drive, "access_token"));
    for (size_t i = 0; i < COUNT(projects); i++) {
        const struct http_header headers[] = {
            {"Host", GCP_DRIVE_HOST},
            {"Authorization", bearer},
            {projects[i][0] ? "x-goog-user-project" : NULL, projects[i][0]},
            {NULL, NULL},
        };
        drive_send(&drive, "GET", "/v1beta/projects/" GCP_PROJECT "/locations", headers, NULL);
        bool refused = drive.response.status == 403;
        assert_int_equal(refused, text_equal(projects[i][1], "403"));
    }
    drive_stop(&drive);
}

static void test_claims(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value; /* JSON with ' for "; NULL: left out */
        int status;
        const char *error;
    } cases[] = {
        {"scope", "'" CLOUD "'", 200, NULL},
        {"scope", "'" CLOUD " " GCP_DRIVE_SCOPE "apps.order'", 200, NULL},
        {"scope", "'" GCP_DRIVE_SCOPE "drive'", 400, "invalid_scope"},
        {"scope", "''", 400, "invalid_scope"},
        {"scope", NULL, 400, "invalid_scope"},
        {"iss", "'other@sandbox-partner.iam.gserviceaccount.com'", 400, "invalid_grant"},
        {"aud", "'https://oauth2.googleapis.com/token'", 400, "invalid_grant"},
        {"aud", "'" GCP_DRIVE_TOKEN "/'", 400, "invalid_grant"},
        {"aud", NULL, 400, "invalid_grant"},
        {"sub", "'" GCP_ACCOUNT "'", 200, NULL},
        {"sub", "'somebody@sandbox.example'", 400, "invalid_grant"},
        /* Only what is delegated, one by one. */
        {"sub", "'" GCP_ADMIN "'", 401, "unauthorized_client"},
        {"iat", NULL, 400, "invalid_grant"},
        {"iat", "'1767225600'", 400, "invalid_grant"},
        {"exp", NULL, 400, "invalid_grant"},
        {"exp", "1767225600.5", 400, "invalid_grant"},
        {"exp", "1767225600", 400, "invalid_grant"}, /* now */
        {"exp", "1767229171", 400, "invalid_grant"}, /* more than an hour after iat */
        {"iat", "1767225631", 400, "invalid_grant"}, /* ahead */
        {"iat", "1767225630", 200, NULL},
    };
    struct drive drive;
    begin(&drive);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json *claims = gcp_drive_claims(&drive, "cloud-platform", NULL);
        struct json *value = cases[i].value ? drive_json(&drive, cases[i].value) : NULL;
        json_set(drive.arena, claims, cases[i].name, value);
        gcp_drive_redeem(&drive, gcp_drive_sign(&drive, claims));
        wants(&drive, cases[i].status, cases[i].error);
    }
    drive_stop(&drive);
}

static const char *make_key(struct arena *arena)
{
    EVP_PKEY *key = EVP_RSA_gen(2048);
    BIO *bio = BIO_new(BIO_s_mem());
    char *bytes = NULL;
    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
    long length = BIO_get_mem_data(bio, &bytes);
    const char *pem = arena_copy_n(arena, bytes, (size_t)length);
    BIO_free(bio);
    EVP_PKEY_free(key);
    return pem;
}

static void test_signatures(void **state)
{
    (void)state;
    struct drive drive;
    begin(&drive);
    const char *other = make_key(drive.arena);
    const struct {
        const char *kid, *typ, *key;
        enum jwt_algorithm algorithm;
        int status;
    } cases[] = {
        {GCP_KEY_ID, "JWT", gcp_sandbox_key, JWT_RS256, 200},
        {GCP_KEY_ID, "JWT", other, JWT_RS256, 400},
        {GCP_KEY_ID, "JWT", gcp_sandbox_key, JWT_PS256, 400},
        {"another", "JWT", gcp_sandbox_key, JWT_RS256, 400},
        {NULL, "JWT", gcp_sandbox_key, JWT_RS256, 400},
        {GCP_KEY_ID, NULL, gcp_sandbox_key, JWT_RS256, 400},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json *header = json_object(drive.arena);
        const char *token = NULL;
        if (cases[i].kid)
            json_set_text(drive.arena, header, "kid", cases[i].kid);
        if (cases[i].typ)
            json_set_text(drive.arena, header, "typ", cases[i].typ);
        jwt_sign(drive.arena, cases[i].algorithm, cases[i].key, header,
                 gcp_drive_claims(&drive, "cloud-platform", NULL), &token, NULL);
        gcp_drive_redeem(&drive, token);
        wants(&drive, cases[i].status, cases[i].status == 200 ? NULL : "invalid_grant");
    }
    static const char *const rubbish[] = {
        "", "a", "a.b", "a.b.c", "....", "e30.e30.", "e30.e30.e30.e30"};
    for (size_t i = 0; i < COUNT(rubbish); i++) {
        gcp_drive_redeem(&drive, rubbish[i]);
        wants(&drive, 400, "invalid_grant");
    }
    drive_stop(&drive);
}

static void test_forms(void **state)
{
    (void)state;
    static const struct {
        const char *path, *form;
        int status;
        const char *error;
    } cases[] = {
        {"/token", "grant_type=client_credentials", 400, "unsupported_grant_type"},
        {"/token", "", 400, NULL},
        {"/token", "grant_type", 400, "invalid_request"},
        {"/token", REFRESH "1%2F%2F0sandbox-refresh", 200, NULL},
        {"/token", REFRESH "other", 400, "invalid_grant"},
        {"/token", "grant_type=refresh_token&client_id=x&client_secret=y&refresh_token=z", 401,
         "invalid_client"},
        /* A plus sign that is not encoded is a blank. */
        {"/token",
         "grant_type=refresh_token&client_id=" GCP_CLIENT
         "&client_secret=d-sandbox+%2F%3D%26secret&refresh_token=1%2F%2F0sandbox-refresh",
         401, "invalid_client"},
    };
    struct drive drive;
    begin(&drive);
    for (size_t i = 0; i < COUNT(cases); i++) {
        gcp_drive_form(&drive, cases[i].path, cases[i].form);
        wants(&drive, cases[i].status, cases[i].error);
    }
    gcp_drive_call(&drive, NULL, "POST", "/token", "{}");
    wants(&drive, 400, "invalid_request");
    drive_stop(&drive);
}

/* ---- Somebody else's token. */
static int exchange(struct drive *drive, const char *name, const char *value)
{
    static const char *const members[][2] = {
        {"grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"},
        {"audience", GCP_POOL_AUDIENCE},
        {"scope", CLOUD},
        {"requested_token_type", "urn:ietf:params:oauth:token-type:access_token"},
        {"subject_token", GCP_FOREIGN_TOKEN},
        {"subject_token_type", GCP_FOREIGN_TYPE},
    };
    CLEANUP_TEXT struct text form;
    text_init(&form, 4096);
    for (size_t i = 0; i < COUNT(members); i++)
        oauth_field(&form, members[i][0], text_equal(members[i][0], name) ? value : members[i][1]);
    if (text_equal(name, "options"))
        oauth_field(&form, name, value);
    return gcp_drive_form(drive, "/v1/token", arena_copy(drive->arena, form.data));
}

static void test_exchange(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
        int status;
        const char *error;
    } cases[] = {
        {NULL, NULL, 200, NULL},
        {"grant_type", "refresh_token", 400, "invalid_request"},
        {"requested_token_type", NULL, 400, "invalid_request"},
        {"audience", "//iam.googleapis.com/other", 400, "invalid_target"},
        {"scope", NULL, 400, "invalid_scope"},
        {"subject_token", "another", 400, "invalid_grant"},
        {"subject_token_type", "urn:ietf:params:oauth:token-type:saml2", 400, "invalid_grant"},
        {"options", "{\"userProject\":\"1\"}", 400, "invalid_request"},
    };
    struct drive drive;
    begin(&drive);
    for (size_t i = 0; i < COUNT(cases); i++) {
        exchange(&drive, cases[i].name, cases[i].value);
        wants(&drive, cases[i].status, cases[i].error);
    }
    exchange(&drive, NULL, NULL);
    assert_true(strlen(drive_answer(&drive, "access_token")) > 2048);
    assert_string_equal(drive_answer(&drive, "expires_in"), "3599");
    drive_control(&drive, "gcp/identities", "{\"ends\":\"unsaid\"}");
    exchange(&drive, NULL, NULL);
    assert_string_equal(drive_answer(&drive, "expires_in"), "");
    drive_stop(&drive);
}

/* ---- In the name of a service account. */
static void test_impersonation(void **state)
{
    (void)state;
    static const struct {
        const char *target, *body;
        int status;
    } cases[] = {
        {GENERATE, "{'scope':['" CLOUD "'],'lifetime':'3600s','delegates':[]}", 200},
        {GENERATE, "{'scope':['" CLOUD "']}", 200},
        {GENERATE,
         "{'scope':['" CLOUD "'],'delegates':['projects/-/serviceAccounts/" GCP_BROKER "']}", 200},
        {GENERATE, "{'scope':['" CLOUD "'],'delegates':['" GCP_BROKER "']}", 403},
        {GENERATE, "{'scope':['" CLOUD "'],'lifetime':'3601s'}", 400},
        {GENERATE, "{'scope':['" CLOUD "'],'lifetime':'3600'}", 400},
        {GENERATE, "{'scope':[]}", 400},
        {GENERATE, "{'scope':'" CLOUD "'}", 400},
        {GENERATE, "{'scopes':['" CLOUD "']}", 400},
        {GENERATE, "[]", 400},
        {GENERATE, NULL, 400},
        {"/v1/projects/-/serviceAccounts/nobody@x:generateAccessToken", "{'scope':['" CLOUD "']}",
         404},
        {SIGN, "{'payload':'no claims'}", 400},
        {SIGN, "{'claims':{}}", 400},
    };
    struct drive drive;
    begin(&drive);
    exchange(&drive, NULL, NULL);
    const char *token = drive_answer(&drive, "access_token");
    for (size_t i = 0; i < COUNT(cases); i++) {
        gcp_drive_call(&drive, token, "POST", cases[i].target, cases[i].body);
        wants(&drive, cases[i].status, NULL);
        assert_true(cases[i].status == 200 || drive_answer(&drive, "error.status")[0]);
    }
    gcp_drive_call(&drive, token, "POST", GENERATE, "{'scope':['" CLOUD "']}");
    assert_string_equal(drive_answer(&drive, "expireTime"), "2026-01-01T01:00:00Z");
    /* Not the project's own name; nobody without a token, nor with one for another scope. */
    gcp_drive_call(&drive, token, "POST",
                   "/v1/projects/" GCP_PROJECT "/serviceAccounts/" GCP_ACCOUNT
                   ":generateAccessToken",
                   "{'scope':['" CLOUD "']}");
    assert_int_not_equal(drive.response.status, 200);
    gcp_drive_call(&drive, NULL, "POST", GENERATE, "{'scope':['" CLOUD "']}");
    wants(&drive, 401, NULL);
    const char *narrow = gcp_drive_token(&drive, "cloudcrmpartners", NULL);
    gcp_drive_call(&drive, narrow, "POST", GENERATE, "{'scope':['" CLOUD "']}");
    wants(&drive, 403, NULL);
    drive_control(&drive, "gcp/identities", "{\"roles\":\"missing\"}");
    gcp_drive_call(&drive, token, "POST", GENERATE, "{'scope':['" CLOUD "']}");
    wants(&drive, 403, NULL);
    drive_stop(&drive);
}

static void test_iam_signs_what_the_token_endpoint_takes(void **state)
{
    (void)state;
    struct drive drive;
    begin(&drive);
    exchange(&drive, NULL, NULL);
    const char *token = drive_answer(&drive, "access_token");
    struct json *body = json_object(drive.arena);
    json_set_text(drive.arena, body, "payload",
                  json_print(drive.arena, gcp_drive_claims(&drive, "apps.order", GCP_ADMIN)));
    gcp_drive_call(&drive, token, "POST", SIGN, json_print(drive.arena, body));
    wants(&drive, 200, NULL);
    gcp_drive_redeem(&drive, drive_answer(&drive, "signedJwt"));
    wants(&drive, 200, NULL);
    /* By another one's key, in the account's name. */
    gcp_drive_call(&drive, token, "POST", SIGN_OF(GCP_BROKER), json_print(drive.arena, body));
    wants(&drive, 200, NULL);
    gcp_drive_redeem(&drive, drive_answer(&drive, "signedJwt"));
    wants(&drive, 400, "invalid_grant");
    drive_stop(&drive);
}

/* ---- A machine. */
static int ask_machine(struct drive *drive, const char *target, const char *second)
{
    const struct http_header headers[] = {
        {"Host", "169.254.169.254"},
        {text_equal(second, "bare") ? "Accept" : "Metadata-Flavor", "Google"},
        {text_equal(second, "proxied") ? "X-Forwarded-For" : "Accept", "1.2.3.4"},
        {NULL, NULL},
    };
    return drive_send(drive, "GET", target, headers, NULL);
}

static void test_metadata_server(void **state)
{
    (void)state;
    struct drive drive;
    begin(&drive);
    assert_int_equal(ask_machine(&drive, METADATA "token?scopes=" CLOUD, NULL), 200);
    assert_string_equal(drive_answer(&drive, "expires_in"), "3599");
    bool flavored = false;
    for (size_t i = 0; i < drive.response.header_count; i++)
        flavored |= text_equal(drive.response.headers[i].name, "metadata-flavor");
    assert_true(flavored);
    assert_int_equal(ask_machine(&drive, METADATA "token?scopes=x", NULL), 400);
    assert_int_equal(ask_machine(&drive, METADATA "token", "bare"), 403);
    assert_int_equal(ask_machine(&drive, METADATA "token", "proxied"), 403);
    assert_int_equal(ask_machine(&drive, METADATA "email", NULL), 200);
    assert_string_equal(drive.response.body, GCP_MACHINE);
    drive_control(&drive, "gcp/identities", "{\"metadata_life\":\"90\"}");
    assert_int_equal(ask_machine(&drive, METADATA "token", NULL), 200);
    assert_string_equal(drive_answer(&drive, "expires_in"), "90");
    drive_stop(&drive);
}

/* ---- A token that the account signs itself. */
static void test_self_signed(void **state)
{
    (void)state;
    static const struct {
        const char *sub, *aud;
        bool scope;
        int status;
    } cases[] = {
        {GCP_ACCOUNT, NULL, true, 200},
        {GCP_ACCOUNT, "https://iamcredentials.googleapis.com/", false, 200},
        {GCP_ACCOUNT, "https://iamcredentials.googleapis.com", false, 401},
        {GCP_ACCOUNT, "https://commerceproducer.googleapis.com/", false, 401},
        {GCP_ACCOUNT, "https://iamcredentials.googleapis.com/", true, 401},
        {GCP_ACCOUNT, NULL, false, 401},
        {GCP_ADMIN, NULL, true, 401},
        {NULL, NULL, true, 401},
    };
    struct drive drive;
    begin(&drive);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json *claims = gcp_drive_claims(&drive, "cloud-platform", cases[i].sub);
        json_set(drive.arena, claims, "aud",
                 cases[i].aud ? json_string(drive.arena, cases[i].aud) : NULL);
        if (!cases[i].scope)
            json_remove(claims, "scope");
        const char *token = gcp_drive_sign(&drive, claims);
        for (int twice = 0; twice < 2; twice++) {
            gcp_drive_call(&drive, token, "POST", GENERATE, "{'scope':['" CLOUD "']}");
            wants(&drive, cases[i].status, NULL);
        }
    }
    drive_stop(&drive);
}

/* ---- What a person changes. */
static void test_a_restart_knows_of_changes(void **state)
{
    (void)state;
    char folder[96], path[128];
    struct drive drive;
    folder_make(folder, sizeof folder, "gcp-tokens");
    snprintf(path, sizeof path, "%s/state.json", folder);
    const struct sandbox_options options = {.state_path = path};
    drive_start(&drive, &options);
    const char *token = gcp_drive_token(&drive, "cloud-platform", NULL);
    drive_control(&drive, "gcp/identities",
                  "{\"key\":\"revoked\",\"crm\":\"missing\",\"metadata_life\":\"77\"}");
    drive_restart(&drive, &options);
    drive_control(&drive, "gcp/identities", NULL);
    assert_true(json_get_bool(drive.answer, "key_revoked", false));
    assert_false(json_get_bool(drive.answer, "crm_granted", true));
    assert_true(json_get_bool(drive.answer, "channel_granted", false));
    assert_int_equal(json_get_int(drive.answer, "metadata_life", 0), 77);
    gcp_drive_call(&drive, token, "POST", GENERATE, "{'scope':['" CLOUD "']}");
    wants(&drive, 401, NULL); /* tokens do not outlive it */
    drive_stop(&drive);
    folder_remove(folder);
}

static void test_changes(void **state)
{
    (void)state;
    struct drive drive;
    begin(&drive);
    const char *token = gcp_drive_token(&drive, "cloud-platform", NULL);
    drive_control(&drive, "gcp/end-sessions", "{}");
    gcp_drive_call(&drive, token, "POST", GENERATE, "{'scope':['" CLOUD "']}");
    wants(&drive, 401, NULL);
    drive_control(&drive, "gcp/identities", "{\"channel\":\"missing\"}");
    gcp_drive_redeem(&drive,
                     gcp_drive_sign(&drive, gcp_drive_claims(&drive, "apps.order", GCP_ADMIN)));
    wants(&drive, 401, "unauthorized_client");
    gcp_drive_token(&drive, "cloudcrmpartners", GCP_ADMIN);
    drive_control(&drive, "gcp/identities",
                  "{\"channel\":\"granted\",\"key\":\"revoked\",\"sign_in\":\"ended\","
                  "\"pool\":\"disabled\"}");
    gcp_drive_redeem(&drive,
                     gcp_drive_sign(&drive, gcp_drive_claims(&drive, "apps.order", GCP_ADMIN)));
    wants(&drive, 400, "invalid_grant");
    gcp_drive_form(&drive, "/token", REFRESH "1%2F%2F0sandbox-refresh");
    wants(&drive, 400, "invalid_grant");
    exchange(&drive, NULL, NULL);
    wants(&drive, 400, "unauthorized_client");
    assert_int_equal(drive_control(&drive, "gcp/identities", "{\"key\":\"lost\"}"), 400);
    assert_int_equal(drive_control(&drive, "gcp/identities", "{\"dog\":\"good\"}"), 400);
    drive_stop(&drive);
}

static void test_faults(void **state)
{
    (void)state;
    struct drive drive;
    begin(&drive);
    assert_int_equal(sandbox_fault_add(drive.sandbox, "503:OAuthToken:1", NULL), 0);
    assert_int_equal(sandbox_fault_add(drive.sandbox, "expired:OAuthToken:1", NULL), 0);
    assert_int_equal(sandbox_fault_add(drive.sandbox, "403:SignJwt", NULL), 0);
    gcp_drive_form(&drive, "/token", REFRESH "1%2F%2F0sandbox-refresh");
    wants(&drive, 503, NULL);
    gcp_drive_form(&drive, "/token", REFRESH "1%2F%2F0sandbox-refresh");
    wants(&drive, 200, NULL);
    gcp_drive_call(&drive, "x", "POST", SIGN, "{}");
    wants(&drive, 403, NULL);
    assert_string_equal(drive_answer(&drive, "error.status"), "PERMISSION_DENIED");
    drive_stop(&drive);
}

/* ---- Files that lead here. */
static void test_credential_files(void **state)
{
    (void)state;
    static const struct {
        const char *query, *path, *value;
    } cases[] = {
        {"service_account", "client_email", GCP_ACCOUNT},
        {"authorized_user", "client_secret", GCP_CLIENT_SECRET},
        {"external_account", "audience", GCP_POOL_AUDIENCE},
        {"external_account&source=file&path=%2Ftmp%2Fx", "credential_source.file", "/tmp/x"},
        {"external_account&source=executable&path=p", "credential_source.executable.command", "p"},
        {"external_account&impersonate=no", "service_account_impersonation_url", ""},
        {"impersonated_service_account&delegate=yes", "delegates[0]",
         "projects/-/serviceAccounts/" GCP_BROKER},
        {"impersonated_service_account", "source_credentials.refresh_token", GCP_REFRESH_TOKEN},
    };
    struct drive drive;
    begin(&drive);
    for (size_t i = 0; i < COUNT(cases); i++) {
        drive_control(&drive, arena_printf(drive.arena, "gcp/credentials?type=%s", cases[i].query),
                      NULL);
        assert_string_equal(drive_answer(&drive, cases[i].path), cases[i].value);
    }
    assert_int_equal(drive_control(&drive, "gcp/credentials?type=aws", NULL), 400);
    drive_stop(&drive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_token_opens),
        cmocka_unit_test(test_a_person_names_a_project),
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_exchange),
        cmocka_unit_test(test_impersonation),
        cmocka_unit_test(test_iam_signs_what_the_token_endpoint_takes),
        cmocka_unit_test(test_metadata_server),
        cmocka_unit_test(test_self_signed),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_a_restart_knows_of_changes),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_credential_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
