/* One account at Google's before scripted token services, for the tests of tokens and of
 * credential files. They give "t1", "t2", …; every API answers {}. */
#ifndef TESTS_UNIT_GCP_BENCH_H
#define TESTS_UNIT_GCP_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/times.h"
#include "connectors/gcp/client.h"
#include "net/har_redact.h"
#include "net/jwt.h"
#include "tests/sandbox/gcp/account.h"
#include "tests/support/fake.h"
#include "tests/support/folder.h"

#define ACCOUNT   "reader@acme.iam.gserviceaccount.com"
#define TARGET    "target@acme.iam.gserviceaccount.com"
#define ADMIN     "admin@acme.example"
#define TOKEN_URL "https://oauth2.googleapis.com/token"
#define STS_URL   "https://sts.googleapis.com/v1/token"
#define IAM_URL   "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
#define SCOPE     "https://www.googleapis.com/auth/"
#define AUDIENCE                                                                                   \
    "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q"
#define JWT_TYPE "urn:ietf:params:oauth:token-type:jwt"

struct bench {
    struct fake fake;
    struct http *http;
    struct loop *loop;
    struct cloud *cloud;
    char folder[96];
    char file[160], foreign[160], program[160];
    struct setting items[16];
    struct settings settings;
    const char *env[4][2];
    size_t granted;
    const char *life;       /* of "expires_in"; NULL: 3599; "": unsaid */
    const char *flavor;     /* of the metadata server; NULL: "Google" */
    int64_t ahead_ms;       /* Google's clock minus ours; then answers carry a date */
    bool no_times;          /* assertions' times are always refused */
    int64_t latency_ms;     /* of the token services */
    struct fake_answer fix; /* of the token service whose address holds `fixed`; NULL: none */
    const char *fixed;
    bool endless_401;
    struct error error;
    bool done;
};

#define SHORT_LIVED                                                                                \
    "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT: Token must be a "           \
    "short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values " \
    "in the JWT claim.\"}"

static const char *bench_field(struct arena *arena, const char *form, const char *name)
{
    const char *in = strstr(form, arena_printf(arena, "%s=", name));
    if (!in)
        return NULL;
    in += strlen(name) + 1;
    return redact_decode(arena_copy_n(arena, in, strcspn(in, "&")));
}

/* True if a JWT's times are not those of Google's clock. */
static bool is_off(struct bench *bench, struct arena *arena, const char *jwt)
{
    const struct json *claims = jwt ? jwt_claims(arena, jwt) : NULL;
    int64_t now_s = (bench->fake.now_ms + bench->ahead_ms) / 1000;
    return claims && (bench->no_times || json_get_int(claims, "iat", 0) > now_s ||
                      json_get_int(claims, "exp", 0) <= now_s);
}

/* The same of a token that is a JWT itself. */
static bool is_late(struct bench *bench, struct arena *arena, const struct http_request *request)
{
    const char *header = http_request_get(request, "authorization");
    return header && is_off(bench, arena, header + strlen("Bearer "));
}

static void grant(struct bench *bench, struct arena *arena, const char *url,
                  struct fake_answer *ret_answer)
{
    char ends[INSTANT_TEXT];
    size_t number = ++bench->granted;
    instant_print(bench->fake.now_ms + bench->ahead_ms + 3600000, ends);
    const char *life = bench->life ? bench->life : "3599";
    if (strstr(url, ":generateAccessToken"))
        ret_answer->body = arena_printf(
            arena, "{\"accessToken\":\"t%zu\",\"expireTime\":\"%.19sZ\"}", number, ends);
    else if (strstr(url, ":signJwt"))
        ret_answer->body =
            arena_printf(arena, "{\"keyId\":\"k\",\"signedJwt\":\"a.b%zu.c\"}", number);
    else if (strstr(url, "/runner"))
        ret_answer->body = "{\"value\": \"foreign-by-url\"}";
    else
        ret_answer->body =
            arena_printf(arena, "{\"token_type\":\"Bearer\",\"access_token\":\"t%zu\"%s%s}", number,
                         *life ? ",\"expires_in\":" : "", life);
}

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    struct bench *bench = context;
    const char *url = request->url;
    bool service =
        strstr(url, "/token") || strstr(url, "serviceAccounts") || strstr(url, "/runner");
    if (!service) {
        bool refused = bench->endless_401 || is_late(bench, arena, request);
        ret_answer->status = refused ? 401 : 200;
        ret_answer->body = "{}";
        if (bench->ahead_ms)
            ret_answer->headers[0] = (struct http_header){
                "date", fake_http_date(arena, bench->fake.now_ms + bench->ahead_ms)};
        return;
    }
    if (bench->fixed && strstr(url, bench->fixed)) {
        *ret_answer = bench->fix;
        return;
    }
    ret_answer->latency_ms = bench->latency_ms;
    size_t count = 0;
    if (bench->ahead_ms)
        ret_answer->headers[count++] = (struct http_header){
            "date", fake_http_date(arena, bench->fake.now_ms + bench->ahead_ms)};
    ret_answer->headers[count] =
        (struct http_header){"metadata-flavor", bench->flavor ? bench->flavor : "Google"};
    if (request->body && is_off(bench, arena, bench_field(arena, request->body, "assertion"))) {
        ret_answer->status = 400;
        ret_answer->body = SHORT_LIVED;
    } else {
        grant(bench, arena, url, ret_answer);
    }
}

static const char *env(void *context, const char *name)
{
    const struct bench *bench = context;
    for (size_t i = 0; i < COUNT(bench->env); i++) {
        if (text_equal(bench->env[i][0], name))
            return bench->env[i][1];
    }
    return NULL;
}

static void set_env(struct bench *bench, size_t index, const char *name, const char *value)
{
    bench->env[index][0] = name;
    bench->env[index][1] = value;
}

static void set(struct bench *bench, const char *name, const char *text)
{
    bench->items[bench->settings.count++] = (struct setting){
        .name = name, .text = text, .number = text_equal(text, "yes"), .given = true};
    bench->settings.items = bench->items;
}

/* Settings and files come between this and bench_open(); the credential file is the environment's.
 */
static void bench_begin(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    folder_make(bench->folder, sizeof bench->folder, "gcp");
    snprintf(bench->file, sizeof bench->file, "%s/credentials.json", bench->folder);
    snprintf(bench->foreign, sizeof bench->foreign, "%s/foreign", bench->folder);
    snprintf(bench->program, sizeof bench->program, "%s/program", bench->folder);
    fake_init(&bench->fake, 11);
    bench->http = fake_http_new(&bench->fake, handle, bench);
    bench->loop = loop_new(&bench->fake.world, bench->http);
    set(bench, "project", "acme-public");
    set_env(bench, 0, "GOOGLE_APPLICATION_CREDENTIALS", bench->file);
}

static void bench_open(struct bench *bench)
{
    const struct connector_env around = {
        .loop = bench->loop, .log = &bench->fake.log, .env = env, .env_context = bench};
    if (gcp_open(&around, &bench->settings, &bench->cloud, &bench->error) < 0)
        fail_msg("%s", bench->error.message);
}

static void bench_close(struct bench *bench)
{
    gcp_close(bench->cloud);
    loop_free(bench->loop);
    bench->http->ops->close(bench->http);
    fake_free(&bench->fake);
    folder_remove(bench->folder);
}

static void write_file(const char *path, const char *text)
{
    assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
}

/* A file with ' for ", and the key for KEY. */
static void write_credentials(struct bench *bench, const char *text)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, 65536);
    for (; *text; text++) {
        if (text_starts(text, "KEY")) {
            for (const char *c = gcp_sandbox_key; *c; c++)
                text_add_n(&out, *c == '\n' ? "\\n" : c, *c == '\n' ? 2 : 1);
            text += 2;
        } else {
            text_add_char(&out, *text == '\'' ? '"' : *text);
        }
    }
    write_file(bench->file, out.data);
}

#define KEY_FILE                                                                                   \
    "{'type':'service_account','project_id':'acme','private_key_id':'k1','private_key':'KEY',"     \
    "'client_email':'" ACCOUNT "','client_id':'1','token_uri':'" TOKEN_URL "',"                    \
    "'universe_domain':'googleapis.com'}"
#define USER_FILE                                                                                  \
    "{'type':'authorized_user','client_id':'c','client_secret':'s+/','refresh_token':'r=',"        \
    "'quota_project_id':'billed'}"
#define EXTERNAL_START                                                                             \
    "{'type':'external_account','audience':'" AUDIENCE "','subject_token_type':'" JWT_TYPE "',"    \
    "'token_url':'" STS_URL "','credential_source':"
#define IMPERSONATION "'service_account_impersonation_url':'" IAM_URL TARGET ":generateAccessToken'"

static const struct http_request *sent(const struct bench *bench, size_t index)
{
    assert_true(index < fake_http_count(bench->http));
    return &fake_http_at(bench->http, index)->request;
}

static void take_answer(void *context, const struct http_response *response,
                        const struct error *error)
{
    (void)response;
    struct bench *bench = context;
    bench->error = error ? *error : (struct error){0};
    bench->done = true;
}

/* A call of the API that the surface is; what came of it is in bench->error. */
static void bench_call(struct bench *bench, enum gcp_surface surface)
{
    static const char *const names[GCP_SURFACES] = {"projects/p", "providers/p",
                                                    "opportunities:query", "partners/p"};
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct http_request request;
    gcp_request(bench->cloud, arena, surface, "GET", names[surface], NULL, NULL, &request);
    const struct call call = {.family = gcp_family(surface),
                              .operation = "Test",
                              .repeatable = true,
                              .request = &request,
                              .done = take_answer,
                              .context = bench};
    bench->done = false;
    session_send(bench->cloud->session, &call);
    assert_int_equal(loop_run(bench->loop, &bench->done, NULL), 0);
}

#endif
