/* Credential files of Google's: where they are found, what is wrong with them, which hosts they may
 * name, and programs that they name. */
#include <sys/stat.h>

#include "connectors/gcp/credentials.h"
#include "tests/unit/gcp_bench.h"

/* Asks for a token, which is how a file is read. */
static void try_file(struct bench *bench)
{
    bench_open(bench);
    bench_call(bench, GCP_PRODUCER);
}

static void check_refused(struct bench *bench, const char *says)
{
    if (bench->error.class != ERROR_INPUT || !strstr(bench->error.message, says))
        fail_msg("wanted \"%s\", got %d %s", says, bench->error.class, bench->error.message);
    assert_int_equal(fake_http_count(bench->http), 0);
}

/* ------------------------------------------------------------------ where */

static void test_the_order(void **state)
{
    (void)state;
    /* Each row leaves out what came first in the one before. */
    static const struct {
        const char *setting, *variable, *config, *home;
        const char *method;
    } cases[] = {
        {"setting", "variable", "config", "home",
         "service account setting@acme.iam.gserviceaccount.com (clouds.gcp.credentials)"},
        {NULL, "variable", "config", "home",
         "service account variable@acme.iam.gserviceaccount.com (GOOGLE_APPLICATION_CREDENTIALS)"},
        {NULL, NULL, "config", "home",
         "service account config@acme.iam.gserviceaccount.com (gcloud's sign-in)"},
        {NULL, NULL, NULL, "home",
         "service account home@acme.iam.gserviceaccount.com (gcloud's sign-in)"},
        {NULL, NULL, NULL, NULL, "metadata server"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct bench bench;
        struct secret_source source = {.from = SECRET_FILE};
        bench_begin(&bench);
        set_env(&bench, 0, NULL, NULL);
        const char *const names[] = {cases[i].setting, cases[i].variable, cases[i].config,
                                     cases[i].home};
        for (size_t k = 0; k < COUNT(names); k++) {
            if (!names[k])
                continue;
            const char *folder = arena_printf(arena, "%s/%zu/.config/gcloud", bench.folder, k);
            const char *path = k == 2 ? arena_printf(arena, "%s/2", bench.folder) : folder;
            file_make_folder(folder, 0700, NULL);
            path = arena_printf(arena, "%s/application_default_credentials.json", path);
            snprintf(bench.file, sizeof bench.file, "%s", path);
            write_credentials(&bench, arena_printf(arena,
                                                   "{'type':'service_account','private_key_id':'k',"
                                                   "'private_key':'KEY','client_email':"
                                                   "'%s@acme.iam.gserviceaccount.com'}",
                                                   names[k]));
            if (k == 0) {
                source.text = path;
                set(&bench, "credentials", NULL);
                bench.items[bench.settings.count - 1].secret = &source;
            } else {
                static const char *const variables[] = {"", "GOOGLE_APPLICATION_CREDENTIALS",
                                                        "CLOUDSDK_CONFIG", "HOME"};
                set_env(&bench, k, variables[k],
                        k == 1 ? path : arena_printf(arena, "%s/%zu", bench.folder, k));
            }
        }
        bench_open(&bench);
        assert_string_equal(gcp_tokens_method(bench.cloud->tokens), cases[i].method);
        bench_close(&bench);
    }
}

/* A file that a person named must be there; gcloud's need not. */
static void test_files_that_are_not_there(void **state)
{
    (void)state;
    struct bench bench;
    bench_begin(&bench);
    try_file(&bench);
    assert_int_equal(bench.error.class, ERROR_AUTH);
    assert_non_null(strstr(bench.error.message, "GOOGLE_APPLICATION_CREDENTIALS"));
    assert_non_null(strstr(bench.error.message, bench.file));
    assert_int_equal(fake_http_count(bench.http), 0);
    bench_close(&bench);
    bench_begin(&bench);
    set_env(&bench, 0, "HOME", bench.folder);
    try_file(&bench);
    assert_int_equal(bench.error.class, ERROR_NONE);
    assert_non_null(strstr(sent(&bench, 0)->url, "computeMetadata"));
    bench_close(&bench);
}

/* ------------------------------------------------------------------ what is wrong */

static void test_files_that_are_not_right(void **state)
{
    (void)state;
    static const struct {
        const char *file, *says;
    } cases[] = {
        {"", "is no credential file"},
        {"hello", "is no credential file"},
        {"[]", "type \"\" is not usable here"},
        {"{'type':'gdch_service_account'}",
         "known are service_account, authorized_user, external_account, "
         "impersonated_service_account"},
        {"{'type':'external_account_authorized_user'}", "not usable here"},
        {"{'type':'service_account','private_key_id':'k','private_key':'KEY'}",
         "client_email is missing"},
        {"{'type':'service_account','client_email':'a@b','private_key':'KEY'}",
         "private_key_id is missing"},
        {"{'type':'service_account','client_email':'a@b','private_key_id':'k'}",
         "private_key is missing"},
        {"{'type':'service_account','client_email':'a@b','private_key_id':'k','private_key':7}",
         "private_key is missing"},
        {"{'type':'service_account','client_email':'a@b','private_key_id':'k','private_key':"
         "'-----BEGIN PRIVATE KEY-----\\nMIIsecret\\n-----END PRIVATE KEY-----'}",
         "private_key: there is no unencrypted private key"},
        {"{'type':'service_account','universe_domain':'apis.example'}", "universe"},
        {"{'type':'authorized_user','client_id':'c','client_secret':'s'}",
         "refresh_token is missing"},
        {"{'type':'external_account'}", "audience is missing"},
        {EXTERNAL_START "{}}", "one of file, url and executable"},
        {EXTERNAL_START "{'file':'a','url':'https://b.example'}}", "one of file"},
        {EXTERNAL_START "{'environment_id':'aws1','region_url':'x'}}", "AWS"},
        {EXTERNAL_START "{'certificate':{}}}", "certificate is not taken"},
        {EXTERNAL_START "{'file':'a','format':{'type':'xml'}}}", "format.type"},
        {EXTERNAL_START "{'file':'a','format':{'type':'json'}}}", "subject_token_field_name"},
        {EXTERNAL_START "{'url':'http://ci.example/'}}", "url wants https"},
        {EXTERNAL_START "{'url':'ftp://ci.example/'}}", "url is no address"},
        {EXTERNAL_START "{'url':'https://u@ci.example/'}}", "url is no address"},
        {EXTERNAL_START "{'url':'https://ci.example/','headers':{'a':'b\\r\\nc'}}}", "headers"},
        {EXTERNAL_START "{'executable':{'command':'/bin/true'}}}", "executable_source is yes"},
        {EXTERNAL_START "{'file':'a'},'workforce_pool_user_project':'1'}", "workforce pools only"},
        {EXTERNAL_START "{'file':'a'}," IMPERSONATION
                        ",'service_account_impersonation':{'token_lifetime_seconds':60}}",
         "token_lifetime_seconds"},
        {"{'type':'impersonated_service_account'," IMPERSONATION "}",
         "source_credentials is missing"},
        {"{'type':'impersonated_service_account','source_credentials':{'type':"
         "'impersonated_service_account'}," IMPERSONATION "}",
         "itself impersonated"},
        {"{'type':'impersonated_service_account','source_credentials':" USER_FILE
         ",'delegates':['a b']," IMPERSONATION "}",
         "delegates[0]"},
        {"{'type':'impersonated_service_account','source_credentials':" USER_FILE
         ",'service_account_impersonation_url':'" IAM_URL "x:signBlob'}",
         "does not end in"},
        {"{'type':'impersonated_service_account','source_credentials':" USER_FILE
         ",'service_account_impersonation_url':'" IAM_URL "a/../b:generateAccessToken'}",
         "does not end in"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_begin(&bench);
        write_credentials(&bench, cases[i].file);
        try_file(&bench);
        check_refused(&bench, cases[i].says);
        assert_non_null(strstr(bench.error.message, bench.file));
        assert_null(strstr(bench.error.message, "MIIsecret"));
        bench_close(&bench);
    }
}

/* ------------------------------------------------------------------ hosts */

static void test_pinned_hosts(void **state)
{
    (void)state;
    static const struct {
        const char *setting, *value; /* beside the file */
        const char *url;
        bool right;
    } cases[] = {
        {NULL, NULL, "https://oauth2.googleapis.com/token", true},
        {NULL, NULL, "https://sts.googleapis.com/v1/token", true},
        {NULL, NULL, "http://oauth2.googleapis.com/token", false},
        {NULL, NULL, "https://oauth2.googleapis.com.evil.example/token", false},
        {NULL, NULL, "https://oauth2.googleapis.com@evil.example/token", false},
        {NULL, NULL, "https://evil.example/oauth2.googleapis.com", false},
        {NULL, NULL, "https://storage.googleapis.com/token", false},
        {NULL, NULL, "https://oauth2.googleapis.com:444/token", false},
        {NULL, NULL, "https://oauth2.googleapis.com/token?x=y", false},
        {NULL, NULL, "http://127.0.0.1:8080/token", false},
        {NULL, NULL, "token", false},
        {"universe_domain", "apis.example", "https://oauth2.apis.example/token", true},
        {"universe_domain", "apis.example", "https://apis.example/token", false},
        {"universe_domain", "apis.example", "https://evilapis.example/token", false},
        {"token_url", "https://login.example/token", "https://login.example/other", true},
        {"token_url", "http://127.0.0.1:8080/token", "http://127.0.0.1:8080/token", true},
        {"token_url", "http://127.0.0.1:8080/token", "http://127.0.0.1:8081/token", false},
        {"iam_url", "https://login.example/v1", "https://login.example/token", true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct bench bench;
        bench_begin(&bench);
        if (cases[i].setting)
            set(&bench, cases[i].setting, cases[i].value);
        write_credentials(&bench,
                          arena_printf(arena,
                                       "{'type':'authorized_user','client_id':'c','client_secret':"
                                       "'s','refresh_token':'r','token_uri':'%s'}",
                                       cases[i].url));
        try_file(&bench);
        if (cases[i].right != (fake_http_count(bench.http) > 0))
            fail_msg("case %zu: %s", i, bench.error.message);
        if (!cases[i].right)
            assert_int_equal(bench.error.class, ERROR_INPUT);
        bench_close(&bench);
    }
}

/* Where the settings moved Google's services, nothing goes to the real ones. */
static void test_moved_services(void **state)
{
    (void)state;
    struct bench bench;
    bench_begin(&bench);
    set(&bench, "endpoint_url", "http://127.0.0.1:8080");
    set(&bench, "subject", ADMIN);
    write_credentials(&bench,
                      EXTERNAL_START "{'url':'http://127.0.0.1:8080/runner'}," IMPERSONATION "}");
    bench_open(&bench);
    bench_call(&bench, GCP_PRODUCER);
    bench_call(&bench, GCP_CHANNEL);
    assert_true(fake_http_count(bench.http) > 6);
    for (size_t i = 0; i < fake_http_count(bench.http); i++)
        assert_true(text_starts(sent(&bench, i)->url, "http://127.0.0.1:8080/"));
    bench_close(&bench);
}

/* ------------------------------------------------------------------ programs */

static void write_program(struct bench *bench, const char *command, const char *more,
                          const char *script)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    write_file(bench->program, script);
    assert_int_equal(chmod(bench->program, 0700), 0);
    write_credentials(bench, arena_printf(arena,
                                          EXTERNAL_START "{'executable':{'command':'%s %s'%s}},"
                                                         "%s}",
                                          bench->program, command, more, IMPERSONATION));
    set(bench, "executable_source", "yes");
}

static const char *exchanged(struct arena *arena, const struct bench *bench)
{
    return bench_field(arena, sent(bench, 0)->body, "subject_token");
}

static void test_a_program_is_told_what_for(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct bench bench;
    bench_begin(&bench);
    setenv("GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE", "/stale", 1);
    write_program(&bench, "one \\\"two  three\\\" ", "",
                  "#!/bin/sh\n"
                  "printf '{\"version\":1,\"success\":true,\"token_type\":\"%s\",\"id_token\":"
                  "\"%s\"}' \"$GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE\" "
                  "\"$#|$1|$2|$GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE|"
                  "$GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE|"
                  "$GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL|"
                  "$GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE|$HOME\"\n");
    try_file(&bench);
    unsetenv("GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE");
    assert_int_equal(bench.error.class, ERROR_NONE);
    const char *home = getenv("HOME");
    assert_string_equal(
        exchanged(arena, &bench),
        arena_printf(arena, "2|one|two  three|" AUDIENCE "|0|" TARGET "||%s", home ? home : ""));
    bench_close(&bench);
}

static void test_programs_that_give_none(void **state)
{
    (void)state;
#define GOOD "\"version\":1,\"success\":true,\"token_type\":\"" JWT_TYPE "\""
    static const struct {
        const char *script;
        enum error_class class;
        const char *says;
    } cases[] = {
        {"echo nothing", ERROR_AUTH, "no JSON"},
        {"echo '{\"version\":2,\"success\":true}'", ERROR_AUTH, "version is not 1"},
        {"echo '{\"version\":1,\"success\":false,\"code\":\"E7\",\"message\":\"no badge\"}'",
         ERROR_AUTH, "E7: no badge"},
        {"echo '{\"version\":1,\"success\":true,\"token_type\":\"x\",\"id_token\":\"t\"}'",
         ERROR_AUTH, "token_type"},
        {"echo '{" GOOD "}'", ERROR_AUTH, "printed none"},
        {"echo '{" GOOD ",\"id_token\":\"t\",\"expiration_time\":1767225599}'", ERROR_AUTH,
         "has expired"},
        {"echo '{" GOOD ",\"id_token\":\"t\",\"expiration_time\":-9223372036854775807}'",
         ERROR_AUTH, "has expired"},
        {"exit 3", ERROR_AUTH, "exit status 3"},
        {"exit 127", ERROR_INPUT, "no such program"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct bench bench;
        bench_begin(&bench);
        write_program(&bench, "", "", arena_printf(arena, "#!/bin/sh\n%s\n", cases[i].script));
        try_file(&bench);
        if (bench.error.class != cases[i].class || !strstr(bench.error.message, cases[i].says))
            fail_msg("case %zu: %d %s", i, bench.error.class, bench.error.message);
        assert_int_equal(fake_http_count(bench.http), 0);
        bench_close(&bench);
    }
}

/* What a program left in its file is good until it ends; then the program is run. */
static void test_an_output_file(void **state)
{
    (void)state;
    static const struct {
        const char *left, *token;
    } cases[] = {
        {"{" GOOD ",\"id_token\":\"kept\",\"expiration_time\":1767226000}", "kept"},
        {"{" GOOD ",\"id_token\":\"kept\",\"expiration_time\":9223372036854775807}", "kept"},
        {"{" GOOD ",\"id_token\":\"kept\",\"expiration_time\":1767225600}", "new"},
        {"{" GOOD ",\"id_token\":\"kept\"}", "new"},
        {"{\"version\":1,\"success\":false}", "new"},
        {"rubbish", "new"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct bench bench;
        bench_begin(&bench);
        write_file(bench.foreign, cases[i].left);
        write_program(&bench, "", arena_printf(arena, ",'output_file':'%s'", bench.foreign),
                      "#!/bin/sh\necho '{" GOOD
                      ",\"id_token\":\"new\",\"expiration_time\":1767226000}'\n");
        try_file(&bench);
        assert_int_equal(bench.error.class, ERROR_NONE);
        assert_string_equal(exchanged(arena, &bench), cases[i].token);
        bench_close(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_order),
        cmocka_unit_test(test_files_that_are_not_there),
        cmocka_unit_test(test_files_that_are_not_right),
        cmocka_unit_test(test_pinned_hosts),
        cmocka_unit_test(test_moved_services),
        cmocka_unit_test(test_a_program_is_told_what_for),
        cmocka_unit_test(test_programs_that_give_none),
        cmocka_unit_test(test_an_output_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
