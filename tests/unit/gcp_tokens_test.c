/* Google's tokens: which goes where, how each kind of credential gets one, and when the next. */
#include "tests/unit/gcp_bench.h"

static const char *bearer(const struct bench *bench)
{
    return http_request_get(sent(bench, fake_http_count(bench->http) - 1), "authorization");
}

/* The call's own error is in the message if it was not ERROR_NONE. */
static void passes(struct bench *bench, enum gcp_surface surface)
{
    bench_call(bench, surface);
    if (bench->error.class)
        fail_msg("%s", bench->error.message);
}

static void begin_with(struct bench *bench, const char *file)
{
    bench_begin(bench);
    write_credentials(bench, file);
}

static void open_with(struct bench *bench, const char *file)
{
    begin_with(bench, file);
    bench_open(bench);
}

/* The account has its first token, t1. */
static void open_and_pass(struct bench *bench)
{
    open_with(bench, KEY_FILE);
    passes(bench, GCP_PRODUCER);
}

/* ------------------------------------------------------------------ a key */

/* RS256 signs alike each time: what the same key makes of the same claims is the same. */
static const struct json *check_assertion(struct arena *arena, const char *jwt)
{
    const char *again = NULL;
    struct json *header = json_object(arena), *claims = jwt_claims(arena, jwt);
    assert_non_null(claims);
    json_set_text(arena, header, "typ", "JWT");
    json_set_text(arena, header, "kid", "k1");
    assert_int_equal(jwt_sign(arena, JWT_RS256, gcp_sandbox_key, header, claims, &again, NULL), 0);
    assert_string_equal(jwt, again);
    return claims;
}

static void test_one_token_for_each_scope_and_subject(void **state)
{
    (void)state;
    static const struct {
        enum gcp_surface surface;
        const char *scope, *subject, *token;
    } cases[] = {
        {GCP_PRODUCER, SCOPE "cloud-platform", NULL, "Bearer t1"},
        {GCP_CHANNEL, SCOPE "apps.order", ADMIN, "Bearer t2"},
        {GCP_CRM, SCOPE "cloudcrmpartners", ADMIN, "Bearer t3"},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct bench bench;
    begin_with(&bench, KEY_FILE);
    set(&bench, "subject", ADMIN);
    bench_open(&bench);
    for (size_t i = 0; i < COUNT(cases); i++) {
        passes(&bench, cases[i].surface);
        const struct http_request *token = sent(&bench, 2 * i);
        assert_string_equal(token->url, TOKEN_URL);
        assert_string_equal(bench_field(arena, token->body, "grant_type"),
                            "urn:ietf:params:oauth:grant-type:jwt-bearer");
        const struct json *claims =
            check_assertion(arena, bench_field(arena, token->body, "assertion"));
        assert_string_equal(json_get_text(claims, "iss"), ACCOUNT);
        assert_string_equal(json_get_text(claims, "aud"), TOKEN_URL);
        assert_string_equal(json_get_text(claims, "scope"), cases[i].scope);
        assert_true(text_equal(json_get_text(claims, "sub"), cases[i].subject));
        assert_int_equal(json_get_int(claims, "iat", 0), FAKE_START_MS / 1000 - 30);
        assert_int_equal(json_get_int(claims, "exp", 0), FAKE_START_MS / 1000 - 30 + 3600);
        assert_string_equal(bearer(&bench), cases[i].token);
        assert_null(http_request_get(sent(&bench, 2 * i + 1), "x-goog-user-project"));
    }
    passes(&bench, GCP_PROCUREMENT); /* the producer's */
    assert_string_equal(bearer(&bench), "Bearer t1");
    assert_int_equal(bench.granted, COUNT(cases));
    bench_close(&bench);
}

static void test_no_subject(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct bench bench;
    open_with(&bench, KEY_FILE);
    passes(&bench, GCP_CRM);
    assert_null(
        json_get(jwt_claims(arena, bench_field(arena, sent(&bench, 0)->body, "assertion")), "sub"));
    bench_call(&bench, GCP_CHANNEL);
    assert_int_equal(bench.error.class, ERROR_INPUT);
    assert_non_null(strstr(bench.error.message, "clouds.gcp.subject"));
    bench_close(&bench);
}

/* Only for the scope that needs no person: the account is issuer and subject. */
static void test_self_signed(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct bench bench;
    begin_with(&bench, KEY_FILE);
    set(&bench, "self_signed", "yes");
    set(&bench, "subject", ADMIN);
    bench_open(&bench);
    passes(&bench, GCP_PRODUCER);
    assert_int_equal(fake_http_count(bench.http), 1);
    const struct json *claims = check_assertion(arena, bearer(&bench) + strlen("Bearer "));
    assert_string_equal(json_get_text(claims, "iss"), ACCOUNT);
    assert_string_equal(json_get_text(claims, "sub"), ACCOUNT);
    assert_string_equal(json_get_text(claims, "scope"), SCOPE "cloud-platform");
    assert_null(json_get(claims, "aud"));
    passes(&bench, GCP_CHANNEL);
    assert_string_equal(bearer(&bench), "Bearer t1");
    fake_advance(&bench.fake, (3570 - 300) * 1000 - 1);
    passes(&bench, GCP_PRODUCER);
    assert_string_equal(json_get_text(jwt_claims(arena, bearer(&bench)), "iss"), ACCOUNT);
    assert_int_equal(bench.granted, 1);
    bench_close(&bench);
}

/* ------------------------------------------------------------------ when the next */

static void test_five_minutes_early_by_the_monotonic_clock(void **state)
{
    (void)state;
    struct bench bench;
    open_and_pass(&bench);
    bench.fake.now_ms += INT64_C(86400000); /* somebody set the clock: no reason to fetch */
    passes(&bench, GCP_PRODUCER);
    assert_int_equal(bench.granted, 1);
    fake_advance(&bench.fake, (3599 - 300) * 1000);
    passes(&bench, GCP_PRODUCER);
    assert_int_equal(bench.granted, 2);
    bench_close(&bench);
}

/* While the new one is on its way the old one serves; and only one is on its way. */
static void test_the_old_token_serves_while_the_next_comes(void **state)
{
    (void)state;
    struct bench bench;
    open_and_pass(&bench);
    fake_advance(&bench.fake, 3400 * 1000);
    bench.latency_ms = 20000;
    passes(&bench, GCP_PRODUCER);
    assert_string_equal(bearer(&bench), "Bearer t1");
    passes(&bench, GCP_PRODUCER);
    assert_string_equal(bearer(&bench), "Bearer t1");
    assert_int_equal(bench.granted, 2);
    fake_advance(&bench.fake, 20000);
    loop_run(bench.loop, NULL, NULL);
    passes(&bench, GCP_PRODUCER);
    assert_string_equal(bearer(&bench), "Bearer t2");
    assert_int_equal(bench.granted, 2);
    bench_close(&bench);
}

/* The token ends while its successor is on its way: the call waits for that one. */
static void test_a_call_joins_the_fetch_under_way(void **state)
{
    (void)state;
    struct bench bench;
    open_and_pass(&bench);
    fake_advance(&bench.fake, 3590 * 1000);
    bench.latency_ms = 25000;
    passes(&bench, GCP_PRODUCER);
    assert_string_equal(bearer(&bench), "Bearer t1");
    fake_advance(&bench.fake, 10000);
    passes(&bench, GCP_PRODUCER);
    assert_string_equal(bearer(&bench), "Bearer t2");
    assert_int_equal(bench.granted, 2);
    bench_close(&bench);
}

static void test_a_failure_counts_only_at_the_end(void **state)
{
    (void)state;
    struct bench bench;
    open_and_pass(&bench);
    fake_advance(&bench.fake, 3400 * 1000);
    bench.fixed = "/token";
    bench.fix = (struct fake_answer){.status = 401, .body = "{\"error\":\"unauthorized_client\"}"};
    passes(&bench, GCP_PRODUCER);
    loop_run(bench.loop, NULL, NULL);
    size_t before = fake_http_count(bench.http);
    passes(&bench, GCP_PRODUCER); /* not asked again at once */
    assert_int_equal(fake_http_count(bench.http), before + 1);
    assert_string_equal(bearer(&bench), "Bearer t1");
    fake_advance(&bench.fake, 200 * 1000);
    bench_call(&bench, GCP_PRODUCER);
    assert_int_equal(bench.error.class, ERROR_AUTH);
    assert_non_null(strstr(bench.error.message, "unauthorized_client"));
    bench_close(&bench);
}

static void test_one_fresh_token_after_a_401(void **state)
{
    (void)state;
    struct bench bench;
    begin_with(&bench, KEY_FILE);
    bench.endless_401 = true;
    bench_open(&bench);
    bench_call(&bench, GCP_PRODUCER);
    assert_int_equal(bench.error.class, ERROR_AUTH);
    assert_int_equal(bench.granted, 2);
    assert_int_equal(fake_http_count(bench.http), 4);
    bench_close(&bench);
}

/* ------------------------------------------------------------------ clocks */

static void test_a_wrong_clock_is_found_out_once(void **state)
{
    (void)state;
    static const int64_t offs[] = {-7200000, 7200000, INT64_C(90000000)};
    for (size_t i = 0; i < COUNT(offs); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct bench bench;
        begin_with(&bench, KEY_FILE);
        bench.ahead_ms = offs[i];
        bench_open(&bench);
        passes(&bench, GCP_PRODUCER);
        const char *second = bench_field(arena, sent(&bench, 1)->body, "assertion");
        assert_int_equal(json_get_int(jwt_claims(arena, second), "iat", 0),
                         (FAKE_START_MS + offs[i]) / 1000 - 30);
        passes(&bench, GCP_CRM); /* which knows of it */
        assert_int_equal(fake_http_count(bench.http), 5);
        bench_close(&bench);
    }
}

/* No token endpoint says so: the service refuses what was signed. */
static void test_a_wrong_clock_and_a_token_signed_here(void **state)
{
    (void)state;
    for (int ahead = 0; ahead < 2; ahead++) {
        struct bench bench;
        begin_with(&bench, KEY_FILE);
        set(&bench, "self_signed", "yes");
        bench.ahead_ms = ahead ? 7200000 : -7200000;
        bench_open(&bench);
        passes(&bench, GCP_PRODUCER);
        size_t calls = fake_http_count(bench.http);
        assert_true(calls <= 3);
        passes(&bench, GCP_PRODUCER);
        assert_int_equal(fake_http_count(bench.http), calls + 1);
        assert_int_equal(bench.granted, 0);
        bench_close(&bench);
    }
}

static void test_a_clock_that_stays_wrong_is_reported(void **state)
{
    (void)state;
    struct bench bench;
    begin_with(&bench, KEY_FILE);
    bench.ahead_ms = 7200000;
    bench.no_times = true;
    bench_open(&bench);
    bench_call(&bench, GCP_PRODUCER);
    assert_int_equal(bench.error.class, ERROR_AUTH);
    assert_non_null(strstr(bench.error.message, "set this host's clock"));
    assert_non_null(strstr(bench.error.message, "7200 s"));
    assert_int_equal(fake_http_count(bench.http), 2);
    bench_close(&bench);
}

/* `expireTime` is Google's clock. */
static void test_absolute_ends_are_by_googles_clock(void **state)
{
    (void)state;
    struct bench bench;
    begin_with(&bench, "{'type':'impersonated_service_account','source_credentials':" USER_FILE
                       "," IMPERSONATION "}");
    bench.ahead_ms = -INT64_C(1800000); /* ours is half an hour ahead */
    bench_open(&bench);
    passes(&bench, GCP_PRODUCER);
    assert_int_equal(bench.granted, 2);
    fake_advance(&bench.fake, 3200 * 1000);
    passes(&bench, GCP_PRODUCER);
    assert_int_equal(bench.granted, 2);
    fake_advance(&bench.fake, 110 * 1000);
    passes(&bench, GCP_PRODUCER);
    loop_run(bench.loop, NULL, NULL);
    assert_int_equal(bench.granted, 4);
    bench_close(&bench);
}

/* ------------------------------------------------------------------ a machine */

static void machine(struct bench *bench)
{
    bench_begin(bench);
    set_env(bench, 0, NULL, NULL);
}

static void test_metadata_server(void **state)
{
    (void)state;
    static const struct {
        const char *host, *start;
    } cases[] = {
        {NULL, "http://169.254.169.254/"},
        {"metadata.google.internal", "http://169.254.169.254/"},
        {"127.0.0.1:8080", "http://127.0.0.1:8080/"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct bench bench;
        machine(&bench);
        set_env(&bench, 1, "GCE_METADATA_HOST", cases[i].host);
        bench_open(&bench);
        passes(&bench, GCP_PRODUCER);
        const struct http_request *request = sent(&bench, 0);
        assert_string_equal(
            request->url,
            arena_printf(arena,
                         "%scomputeMetadata/v1/instance/service-accounts/default/token?scopes="
                         "https%%3A%%2F%%2Fwww.googleapis.com%%2Fauth%%2Fcloud-platform",
                         cases[i].start));
        assert_string_equal(http_request_get(request, "metadata-flavor"), "Google");
        assert_true(request->direct);
        assert_true(request->connect_timeout_ms > 0 && request->connect_timeout_ms <= 3000);
        bench_close(&bench);
    }
}

static void test_a_metadata_server_elsewhere(void **state)
{
    (void)state;
    static const char *const hosts[] = {"10.0.0.1", "evil.example", "127.0.0.1@evil.example",
                                        "127.0.0.1/x?"};
    for (size_t i = 0; i < COUNT(hosts); i++) {
        struct bench bench;
        machine(&bench);
        set_env(&bench, 1, "GCE_METADATA_HOST", hosts[i]);
        bench_open(&bench);
        bench_call(&bench, GCP_PRODUCER);
        assert_int_equal(bench.error.class, ERROR_INPUT);
        assert_int_equal(fake_http_count(bench.http), 0);
        bench_close(&bench);
    }
}

static void test_somebody_else_answers_as_metadata_server(void **state)
{
    (void)state;
    struct bench bench;
    machine(&bench);
    bench.flavor = "Cafe";
    bench_open(&bench);
    bench_call(&bench, GCP_PRODUCER);
    assert_int_equal(bench.error.class, ERROR_AUTH);
    assert_non_null(strstr(bench.error.message, "not Google's"));
    bench_close(&bench);
}

static void test_no_credentials_at_all(void **state)
{
    (void)state;
    struct bench bench;
    machine(&bench);
    bench.fixed = "computeMetadata";
    bench.fix = (struct fake_answer){.fate = FAKE_NOT_SENT};
    bench_open(&bench);
    bench_call(&bench, GCP_PRODUCER);
    assert_int_equal(bench.error.class, ERROR_AUTH);
    assert_non_null(strstr(bench.error.message, "GOOGLE_APPLICATION_CREDENTIALS"));
    assert_non_null(strstr(bench.error.message, "gcloud auth application-default login"));
    bench_close(&bench);
}

/* What is left of a cached token's life may be less than any margin. */
static void test_half_of_a_short_life(void **state)
{
    (void)state;
    struct bench bench;
    machine(&bench);
    bench.life = "120";
    bench_open(&bench);
    passes(&bench, GCP_PRODUCER);
    fake_advance(&bench.fake, 59 * 1000);
    passes(&bench, GCP_PRODUCER);
    assert_int_equal(bench.granted, 1);
    fake_advance(&bench.fake, 2 * 1000);
    passes(&bench, GCP_PRODUCER);
    loop_run(bench.loop, NULL, NULL);
    assert_int_equal(bench.granted, 2);
    bench.life = "4";
    fake_advance(&bench.fake, 3600 * 1000);
    passes(&bench, GCP_PRODUCER);
    fake_advance(&bench.fake, 3 * 1000);
    passes(&bench, GCP_PRODUCER); /* not before ten seconds, unless it is over */
    assert_int_equal(bench.granted, 3);
    bench_close(&bench);
}

/* ------------------------------------------------------------------ a person */

static void test_authorized_user(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct bench bench;
    open_with(&bench, USER_FILE);
    passes(&bench, GCP_PRODUCER);
    const char *form = sent(&bench, 0)->body;
    assert_string_equal(sent(&bench, 0)->url, TOKEN_URL);
    assert_string_equal(bench_field(arena, form, "grant_type"), "refresh_token");
    assert_string_equal(bench_field(arena, form, "client_id"), "c");
    assert_string_equal(bench_field(arena, form, "client_secret"), "s+/");
    assert_string_equal(bench_field(arena, form, "refresh_token"), "r=");
    assert_string_equal(http_request_get(sent(&bench, 1), "x-goog-user-project"), "billed");
    bench_close(&bench);
    begin_with(&bench, USER_FILE);
    set(&bench, "quota_project", "ours");
    bench_open(&bench);
    passes(&bench, GCP_PRODUCER);
    assert_string_equal(http_request_get(sent(&bench, 1), "x-goog-user-project"), "ours");
    bench_close(&bench);
}

/* ------------------------------------------------------------------ somebody else's token */

static void check_exchange(struct arena *arena, const struct http_request *request,
                           const char *token)
{
    assert_string_equal(request->url, STS_URL);
    assert_string_equal(bench_field(arena, request->body, "grant_type"),
                        "urn:ietf:params:oauth:grant-type:token-exchange");
    assert_string_equal(bench_field(arena, request->body, "audience"), AUDIENCE);
    assert_string_equal(bench_field(arena, request->body, "requested_token_type"),
                        "urn:ietf:params:oauth:token-type:access_token");
    assert_string_equal(bench_field(arena, request->body, "subject_token"), token);
    assert_string_equal(bench_field(arena, request->body, "subject_token_type"), JWT_TYPE);
    assert_string_equal(bench_field(arena, request->body, "scope"), SCOPE "cloud-platform");
    assert_null(bench_field(arena, request->body, "options"));
    assert_null(http_request_get(request, "authorization"));
}

/* The file rotates: it is read anew for each exchange. */
static void test_external_account_by_file(void **state)
{
    (void)state;
    static const struct {
        const char *format, *before, *after;
    } cases[] = {
        {"", "one.two.three\n", "four.five.six"},
        {",'format':{'type':'json','subject_token_field_name':'tok'}",
         "{\"tok\": \"one.two.three\"}", "{\"a\":1,\"tok\":\"four.five.six\"}"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct bench bench;
        bench_begin(&bench);
        write_credentials(&bench, arena_printf(arena, EXTERNAL_START "{'file':'%s'%s}}",
                                               bench.foreign, cases[i].format));
        write_file(bench.foreign, cases[i].before);
        bench_open(&bench);
        passes(&bench, GCP_PRODUCER);
        check_exchange(arena, sent(&bench, 0), "one.two.three");
        write_file(bench.foreign, cases[i].after);
        fake_advance(&bench.fake, 3600 * 1000);
        passes(&bench, GCP_PRODUCER);
        check_exchange(arena, sent(&bench, 2), "four.five.six");
        assert_string_equal(bearer(&bench), "Bearer t2");
        bench_close(&bench);
    }
}

static void test_external_account_by_url_impersonates(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct bench bench;
    open_with(&bench, EXTERNAL_START
              "{'url':'https://ci.example/runner?a=b','headers':{'X-Run':'7'},'format':{'type':"
              "'json','subject_token_field_name':'value'}}," IMPERSONATION
              ",'service_account_impersonation':{'token_lifetime_seconds':1800}}");
    passes(&bench, GCP_CRM);
    assert_string_equal(sent(&bench, 0)->url, "https://ci.example/runner?a=b");
    assert_string_equal(http_request_get(sent(&bench, 0), "X-Run"), "7");
    check_exchange(arena, sent(&bench, 1), "foreign-by-url");
    const struct http_request *third = sent(&bench, 2);
    assert_string_equal(third->url, IAM_URL TARGET ":generateAccessToken");
    assert_string_equal(http_request_get(third, "authorization"), "Bearer t2");
    assert_string_equal(third->body,
                        "{\"scope\":[\"" SCOPE "cloudcrmpartners\"],\"lifetime\":\"1800s\"}");
    assert_string_equal(bearer(&bench), "Bearer t3");
    bench_close(&bench);
}

static const char *make_jwt(struct arena *arena, int64_t exp_s)
{
    const char *claims = arena_printf(arena, "{\"exp\":%lld}", (long long)exp_s);
    return arena_printf(arena, "e30.%s.x", jwt_base64url(arena, claims, strlen(claims)));
}

/* No expires_in: as long as what it was exchanged for, and five minutes if that says nothing. */
static void test_an_end_that_is_not_said(void **state)
{
    (void)state;
    static const int64_t lives_s[] = {0, 1200};
    for (size_t i = 0; i < COUNT(lives_s); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct bench bench;
        int64_t serves_s = lives_s[i] ? lives_s[i] - 300 : 150;
        bench_begin(&bench);
        write_credentials(&bench,
                          arena_printf(arena, EXTERNAL_START "{'file':'%s'}}", bench.foreign));
        write_file(bench.foreign,
                   lives_s[i] ? make_jwt(arena, FAKE_START_MS / 1000 + lives_s[i]) : "opaque");
        bench.life = "";
        bench_open(&bench);
        passes(&bench, GCP_PRODUCER);
        fake_advance(&bench.fake, (serves_s - 1) * 1000);
        passes(&bench, GCP_PRODUCER);
        assert_int_equal(bench.granted, 1);
        fake_advance(&bench.fake, 2000);
        passes(&bench, GCP_PRODUCER);
        loop_run(bench.loop, NULL, NULL);
        assert_int_equal(bench.granted, 2);
        bench_close(&bench);
    }
}

/* An end beyond all clocks, as an outsider may write it, is no life without end. */
static void test_an_end_beyond_all_clocks(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct bench bench;
    bench_begin(&bench);
    write_credentials(&bench, arena_printf(arena, EXTERNAL_START "{'file':'%s'}}", bench.foreign));
    write_file(bench.foreign, make_jwt(arena, INT64_MAX));
    bench.life = "";
    bench_open(&bench);
    passes(&bench, GCP_PRODUCER);
    fake_advance(&bench.fake, (12 * 3600 - 301) * 1000);
    passes(&bench, GCP_PRODUCER);
    assert_int_equal(bench.granted, 1);
    fake_advance(&bench.fake, 2000);
    passes(&bench, GCP_PRODUCER);
    loop_run(bench.loop, NULL, NULL);
    assert_int_equal(bench.granted, 2);
    bench_close(&bench);
}

static void test_workforce_pool(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct bench bench;
    bench_begin(&bench);
    write_file(bench.foreign, "a");
    write_credentials(
        &bench,
        arena_printf(arena,
                     "{'type':'external_account','audience':'//iam.googleapis.com/locations/global/"
                     "workforcePools/p/providers/q','subject_token_type':'" JWT_TYPE "',"
                     "'workforce_pool_user_project':'99','credential_source':{'file':'%s'}}",
                     bench.foreign));
    bench_open(&bench);
    passes(&bench, GCP_PRODUCER);
    assert_string_equal(bench_field(arena, sent(&bench, 0)->body, "options"),
                        "{\"userProject\":\"99\"}");
    bench_close(&bench);
}

/* ------------------------------------------------------------------ acting for others */

#define DELEGATE "one@acme.iam.gserviceaccount.com"

static void test_impersonated_by_a_chain(void **state)
{
    (void)state;
    struct bench bench;
    begin_with(&bench,
               "{'type':'impersonated_service_account','source_credentials':" KEY_FILE
               ",'delegates':['one@acme.iam.gserviceaccount.com',"
               "'projects/-/serviceAccounts/two@acme.iam.gserviceaccount.com']," IMPERSONATION "}");
    bench_open(&bench);
    passes(&bench, GCP_PRODUCER);
    assert_string_equal(sent(&bench, 0)->url, TOKEN_URL);
    assert_string_equal(sent(&bench, 1)->url, IAM_URL TARGET ":generateAccessToken");
    assert_string_equal(sent(&bench, 1)->body,
                        "{\"scope\":[\"" SCOPE
                        "cloud-platform\"],\"lifetime\":\"3600s\",\"delegates\":"
                        "[\"projects/-/serviceAccounts/one@acme.iam.gserviceaccount.com\","
                        "\"projects/-/serviceAccounts/two@acme.iam.gserviceaccount.com\"]}");
    assert_string_equal(bearer(&bench), "Bearer t2");
    bench_close(&bench);
}

/* Whoever has no key lets IAM sign: for the account of the setting, or the one impersonated. */
static void test_delegation_without_a_key(void **state)
{
    (void)state;
    static const struct {
        const char *file, *account; /* file NULL: the metadata server */
        const char *urls[6];
        const char *signer;
    } cases[] = {
        {NULL, TARGET, {"computeMetadata", ":signJwt", "/token"}, TARGET},
        {USER_FILE, TARGET, {TOKEN_URL, ":signJwt", "/token"}, TARGET},
        {"{'type':'impersonated_service_account','source_credentials':" USER_FILE
         ",'delegates':['" DELEGATE "']," IMPERSONATION "}",
         NULL,
         {TOKEN_URL, ":signJwt", "/token"},
         TARGET},
        {"{'type':'impersonated_service_account','source_credentials':" USER_FILE "," IMPERSONATION
         "}",
         ACCOUNT,
         {TOKEN_URL, ":generateAccessToken", ":signJwt", "/token"},
         ACCOUNT},
        {EXTERNAL_START "{'url':'https://ci.example/runner'}," IMPERSONATION "}",
         NULL,
         {"/runner", STS_URL, ":signJwt", "/token"},
         TARGET},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct bench bench;
        size_t steps = 0;
        bench_begin(&bench);
        if (cases[i].file)
            write_credentials(&bench, cases[i].file);
        else
            set_env(&bench, 0, NULL, NULL);
        set(&bench, "subject", ADMIN);
        if (cases[i].account)
            set(&bench, "service_account", cases[i].account);
        bench_open(&bench);
        passes(&bench, GCP_CHANNEL);
        for (; cases[i].urls[steps]; steps++)
            assert_non_null(strstr(sent(&bench, steps)->url, cases[i].urls[steps]));
        const struct http_request *sign = sent(&bench, steps - 2);
        assert_non_null(strstr(sign->url, cases[i].signer));
        struct json *body = NULL, *claims = NULL;
        assert_int_equal(json_parse(arena, sign->body, sign->body_length, &body, NULL), 0);
        const char *payload = json_get_text(body, "payload");
        assert_int_equal(json_parse(arena, payload, strlen(payload), &claims, NULL), 0);
        assert_string_equal(json_get_text(claims, "iss"), cases[i].signer);
        bool chained = cases[i].file && strstr(cases[i].file, "delegates");
        assert_true(text_equal(json_text(json_find(body, "delegates[0]")),
                               chained ? "projects/-/serviceAccounts/" DELEGATE : NULL));
        assert_string_equal(json_get_text(claims, "sub"), ADMIN);
        assert_string_equal(json_get_text(claims, "scope"), SCOPE "apps.order");
        assert_string_equal(json_get_text(claims, "aud"), TOKEN_URL);
        assert_int_equal(json_get_int(claims, "exp", 0) - json_get_int(claims, "iat", 0), 3600);
        assert_string_equal(bench_field(arena, sent(&bench, steps - 1)->body, "assertion"),
                            arena_printf(arena, "a.b%zu.c", steps - 1));
        bench_close(&bench);
    }
}

static void test_delegation_needs_an_account(void **state)
{
    (void)state;
    static const char *const accounts[] = {NULL, "a b", "x/../y"};
    for (size_t i = 0; i < COUNT(accounts); i++) {
        struct bench bench;
        begin_with(&bench, USER_FILE);
        set(&bench, "subject", ADMIN);
        if (accounts[i])
            set(&bench, "service_account", accounts[i]);
        bench_open(&bench);
        bench_call(&bench, GCP_CHANNEL);
        assert_int_equal(bench.error.class, ERROR_INPUT);
        assert_non_null(strstr(bench.error.message, "clouds.gcp.service_account"));
        assert_int_equal(fake_http_count(bench.http), 0);
        bench_close(&bench);
    }
}

/* ------------------------------------------------------------------ refusals */

static void test_refusals_and_remedies(void **state)
{
    (void)state;
    static const struct {
        const char *file, *at;
        int status;
        const char *body;
        enum error_class class;
        const char *says;
    } cases[] = {
        {KEY_FILE, "/token", 400, "{\"error\":\"invalid_grant\",\"error_description\":\"x\"}",
         ERROR_AUTH, "the key was deleted"},
        {KEY_FILE, "/token", 401, "{\"error\":\"unauthorized_client\"}", ERROR_AUTH,
         "the delegation of that scope is missing"},
        {KEY_FILE, "/token", 400, "{\"error\":\"invalid_scope\"}", ERROR_AUTH, "the scope"},
        {KEY_FILE, "/token", 503, "<html>", ERROR_TEMPORARY, "HTTP status 503"},
        {KEY_FILE, "/token", 429, "", ERROR_THROTTLED, "HTTP status 429"},
        {KEY_FILE, "/token", 200, "<html>", ERROR_TEMPORARY, "not JSON"},
        {KEY_FILE, "/token", 200, "{}", ERROR_AUTH, "without access_token"},
        {USER_FILE, "/token", 400, "{\"error\":\"invalid_grant\"}", ERROR_AUTH,
         "gcloud auth application-default login"},
        {EXTERNAL_START "{'url':'https://ci.example/runner'}}", "sts", 400,
         "{\"error\":\"invalid_target\"}", ERROR_AUTH, "workload identity provider"},
        {EXTERNAL_START "{'url':'https://ci.example/runner'}}", "sts", 400,
         "{\"error\":\"invalid_grant\"}", ERROR_AUTH, "did not accept the foreign token"},
        {EXTERNAL_START "{'url':'https://ci.example/runner'}," IMPERSONATION "}", "generate", 403,
         "{\"error\":{\"code\":403,\"status\":\"PERMISSION_DENIED\",\"message\":\"m\"}}",
         ERROR_AUTH, "Service Account Token Creator"},
        {EXTERNAL_START "{'url':'https://ci.example/runner'}," IMPERSONATION "}", "generate", 404,
         "{\"error\":{\"code\":404,\"status\":\"NOT_FOUND\",\"message\":\"m\"}}", ERROR_AUTH,
         TARGET},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        begin_with(&bench, cases[i].file);
        bench.fixed = cases[i].at;
        bench.fix = (struct fake_answer){.status = cases[i].status, .body = cases[i].body};
        bench_open(&bench);
        bench_call(&bench, GCP_PRODUCER);
        if (bench.error.class != cases[i].class || !strstr(bench.error.message, cases[i].says))
            fail_msg("case %zu: %d %s", i, bench.error.class, bench.error.message);
        bench_close(&bench);
    }
}

/* Nothing is called back once the account is closed. */
static void test_closed_while_a_token_is_on_its_way(void **state)
{
    (void)state;
    struct bench bench;
    open_and_pass(&bench);
    fake_advance(&bench.fake, 3400 * 1000);
    bench.latency_ms = 20000;
    passes(&bench, GCP_PRODUCER);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_token_for_each_scope_and_subject),
        cmocka_unit_test(test_no_subject),
        cmocka_unit_test(test_self_signed),
        cmocka_unit_test(test_five_minutes_early_by_the_monotonic_clock),
        cmocka_unit_test(test_the_old_token_serves_while_the_next_comes),
        cmocka_unit_test(test_a_call_joins_the_fetch_under_way),
        cmocka_unit_test(test_a_failure_counts_only_at_the_end),
        cmocka_unit_test(test_one_fresh_token_after_a_401),
        cmocka_unit_test(test_a_wrong_clock_is_found_out_once),
        cmocka_unit_test(test_a_wrong_clock_and_a_token_signed_here),
        cmocka_unit_test(test_a_clock_that_stays_wrong_is_reported),
        cmocka_unit_test(test_absolute_ends_are_by_googles_clock),
        cmocka_unit_test(test_metadata_server),
        cmocka_unit_test(test_a_metadata_server_elsewhere),
        cmocka_unit_test(test_somebody_else_answers_as_metadata_server),
        cmocka_unit_test(test_no_credentials_at_all),
        cmocka_unit_test(test_half_of_a_short_life),
        cmocka_unit_test(test_authorized_user),
        cmocka_unit_test(test_external_account_by_file),
        cmocka_unit_test(test_external_account_by_url_impersonates),
        cmocka_unit_test(test_an_end_that_is_not_said),
        cmocka_unit_test(test_an_end_beyond_all_clocks),
        cmocka_unit_test(test_workforce_pool),
        cmocka_unit_test(test_impersonated_by_a_chain),
        cmocka_unit_test(test_delegation_without_a_key),
        cmocka_unit_test(test_delegation_needs_an_account),
        cmocka_unit_test(test_refusals_and_remedies),
        cmocka_unit_test(test_closed_while_a_token_is_on_its_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
