#include "connectors/gcp/grant.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/times.h"
#include "connectors/gcp/subject.h"
#include "net/jwt.h"
#include "net/session_retry.h"

#define BEARER_GRANT   "urn:ietf:params:oauth:grant-type:jwt-bearer"
#define EXCHANGE_GRANT "urn:ietf:params:oauth:grant-type:token-exchange"
#define ACCESS_TOKEN   "urn:ietf:params:oauth:token-type:access_token"
#define METADATA_PATH  "/computeMetadata/v1/instance/service-accounts/default/token"
#define METADATA_HOST  "169.254.169.254" /* by name a resolver could send us elsewhere */
#define SKEW_S         30
#define LIFE_S         3600   /* the longest that Google takes of an assertion */
#define UNSAID_MS      300000 /* the life of a token whose end nobody told */
#define CONNECT_MS     2000   /* the metadata server is next door, or not there */
#define FORM_BYTES     (LIMIT_SECRET_BYTES * 4)

/* ------------------------------------------------------------------ assertions */

/* `issuer` for `subject`, both e-mails; `audience` NULL: for the scope alone, as a token itself. */
static struct json *claims_of(struct arena *arena, const struct gcp_step *step, const char *issuer,
                              const char *subject, const char *audience, int64_t now_ms)
{
    struct json *claims = json_object(arena);
    int64_t issued = now_ms / 1000 - SKEW_S;
    json_set_text(arena, claims, "iss", issuer);
    json_set_text(arena, claims, "scope", step->scope);
    if (subject)
        json_set_text(arena, claims, "sub", subject);
    if (audience)
        json_set_text(arena, claims, "aud", audience);
    json_set(arena, claims, "iat", json_int(arena, issued));
    json_set(arena, claims, "exp", json_int(arena, issued + LIFE_S));
    return claims;
}

static int sign(struct arena *arena, const struct gcp_step *step, const struct json *claims,
                const char **ret_token, struct error *error)
{
    struct json *header = json_object(arena);
    json_set_text(arena, header, "typ", "JWT");
    json_set_text(arena, header, "kid", step->by->key_id);
    int result =
        jwt_sign(arena, JWT_RS256, secret_reveal(step->by->key), header, claims, ret_token, error);
    return result < 0 ? error_context(error, "%s: private_key", step->by->place) : 0;
}

static void redeem(struct arena *arena, const struct gcp_step *step, const char *assertion,
                   struct http_request *ret_request)
{
    CLEANUP_TEXT struct text form;
    text_init_secret(&form, FORM_BYTES);
    oauth_field(&form, "grant_type", BEARER_GRANT);
    oauth_field(&form, "assertion", assertion);
    oauth_post(arena, step->by->token_url, &form, ret_request);
}

static int request_assert(struct arena *arena, const struct gcp_tokens_options *options,
                          const struct gcp_step *step, const struct gcp_moment *moment,
                          struct http_request *ret_request, struct error *error)
{
    (void)options;
    const char *assertion;
    const struct json *claims = claims_of(arena, step, step->by->account, step->subject,
                                          step->by->token_url, moment->now_ms);
    int result = sign(arena, step, claims, &assertion, error);
    if (result < 0)
        return result;
    redeem(arena, step, assertion, ret_request);
    secret_wipe((void *)(uintptr_t)assertion, strlen(assertion));
    return 0;
}

static int request_redeem(struct arena *arena, const struct gcp_tokens_options *options,
                          const struct gcp_step *step, const struct gcp_moment *moment,
                          struct http_request *ret_request, struct error *error)
{
    (void)options, (void)error;
    redeem(arena, step, moment->carry, ret_request);
    return 0;
}

/* google.aip.dev/auth/4111: the account is issuer and subject. */
static int make_self(struct arena *arena, const struct gcp_step *step,
                     const struct gcp_moment *moment, struct oauth_grant *ret_made,
                     struct error *error)
{
    const char *token;
    const char *account = step->by->account;
    int result = sign(arena, step, claims_of(arena, step, account, account, NULL, moment->now_ms),
                      &token, error);
    if (result < 0)
        return result;
    ret_made->access_token = secret_new(token, strlen(token));
    secret_wipe((void *)(uintptr_t)token, strlen(token));
    ret_made->life_ms = (int64_t)(LIFE_S - SKEW_S) * 1000;
    return 0;
}

/* ------------------------------------------------------------------ a person, a foreign token */

static int request_refresh(struct arena *arena, const struct gcp_tokens_options *options,
                           const struct gcp_step *step, const struct gcp_moment *moment,
                           struct http_request *ret_request, struct error *error)
{
    (void)options, (void)moment, (void)error;
    CLEANUP_TEXT struct text form;
    text_init_secret(&form, FORM_BYTES);
    oauth_field(&form, "grant_type", "refresh_token");
    oauth_field(&form, "client_id", step->by->client_id);
    oauth_field(&form, "client_secret", secret_reveal(step->by->client_secret));
    oauth_field(&form, "refresh_token", secret_reveal(step->by->refresh_token));
    oauth_post(arena, step->by->token_url, &form, ret_request);
    return 0;
}

static int request_subject(struct arena *arena, const struct gcp_tokens_options *options,
                           const struct gcp_step *step, const struct gcp_moment *moment,
                           struct http_request *ret_request, struct error *error)
{
    (void)options, (void)moment;
    return gcp_subject_request(arena, step->by, ret_request, error);
}

static int request_exchange(struct arena *arena, const struct gcp_tokens_options *options,
                            const struct gcp_step *step, const struct gcp_moment *moment,
                            struct http_request *ret_request, struct error *error)
{
    (void)options, (void)error;
    CLEANUP_TEXT struct text form;
    text_init_secret(&form, FORM_BYTES);
    oauth_field(&form, "grant_type", EXCHANGE_GRANT);
    oauth_field(&form, "audience", step->by->audience);
    oauth_field(&form, "scope", step->scope);
    oauth_field(&form, "requested_token_type", ACCESS_TOKEN);
    oauth_field(&form, "subject_token", moment->carry);
    oauth_field(&form, "subject_token_type", step->by->subject_type);
    if (step->by->user_project) {
        struct json *extra = json_object(arena);
        json_set_text(arena, extra, "userProject", step->by->user_project);
        oauth_field(&form, "options", json_print(arena, extra));
    }
    oauth_post(arena, step->by->sts_url, &form, ret_request);
    return 0;
}

/* ------------------------------------------------------------------ the machine's own */

/* Off this machine's own link nobody has tokens to give away. */
static int request_metadata(struct arena *arena, const struct gcp_tokens_options *options,
                            const struct gcp_step *step, const struct gcp_moment *moment,
                            struct http_request *ret_request, struct error *error)
{
    (void)moment;
    const char *host = gcp_credentials_env(options, "GCE_METADATA_HOST");
    if (!host || text_equal(host, "metadata.google.internal"))
        host = METADATA_HOST;
    struct http_request request = {
        .method = "GET",
        .url = arena_printf(arena, "http://%s" METADATA_PATH "?scopes=%s", host,
                            oauth_encode(arena, step->scope)),
        .timeout_ms = 30000,
        .connect_timeout_ms = CONNECT_MS,
        .direct = true,
    };
    if (strpbrk(host, "/?#@ ") || !http_is_local(request.url))
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "GCE_METADATA_HOST may name this host or its own link only: \"%s\" is "
                         "elsewhere",
                         host);
    http_request_set(arena, &request, "Metadata-Flavor", "Google");
    *ret_request = request;
    return 0;
}

/* On some networks somebody else answers at every address. */
static int check_flavor(const struct http_response *response, struct error *error)
{
    const char *flavor = http_response_get(response, "metadata-flavor");
    return text_equal(flavor, "Google")
               ? 0
               : error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                           "what answers at the metadata server's address is not Google's");
}

/* ------------------------------------------------------------------ IAM */

static void ask_iam(struct arena *arena, const struct gcp_tokens_options *options,
                    const struct gcp_step *step, const struct gcp_moment *moment, const char *verb,
                    struct json *body, struct http_request *ret_request)
{
    struct http_request request = {.method = "POST", .timeout_ms = 30000};
    request.url = arena_printf(arena, "%sprojects/-/serviceAccounts/%s:%s", options->iam_url,
                               step->account, verb);
    if (step->delegates)
        json_set(arena, body, "delegates", json_clone(arena, step->delegates));
    request.body = json_print(arena, body);
    request.body_length = strlen(request.body);
    http_request_set(arena, &request, "Content-Type", "application/json");
    http_request_set(arena, &request, "Accept", "application/json");
    http_request_set(arena, &request, "Authorization",
                     arena_printf(arena, "Bearer %s", moment->carry));
    const char *project = settings_text(options->settings, "quota_project");
    project = project ? project : step->by->quota_project;
    if (project)
        http_request_set(arena, &request, "x-goog-user-project", project);
    *ret_request = request;
}

static int request_impersonate(struct arena *arena, const struct gcp_tokens_options *options,
                               const struct gcp_step *step, const struct gcp_moment *moment,
                               struct http_request *ret_request, struct error *error)
{
    (void)error;
    struct json *body = json_object(arena), *list = json_array(arena);
    json_append(arena, list, json_string(arena, step->scope));
    json_set(arena, body, "scope", list);
    json_set_text(arena, body, "lifetime",
                  arena_printf(arena, "%llds", (long long)step->by->life_s));
    ask_iam(arena, options, step, moment, "generateAccessToken", body, ret_request);
    return 0;
}

static int request_sign(struct arena *arena, const struct gcp_tokens_options *options,
                        const struct gcp_step *step, const struct gcp_moment *moment,
                        struct http_request *ret_request, struct error *error)
{
    (void)error;
    struct json *body = json_object(arena);
    const struct json *claims =
        claims_of(arena, step, step->account, step->subject, step->by->token_url, moment->now_ms);
    json_set_text(arena, body, "payload", json_print(arena, claims));
    ask_iam(arena, options, step, moment, "signJwt", body, ret_request);
    return 0;
}

/* The member that holds what was asked for. `expireTime` is absolute, by Google's clock: so the
 * answer's own date tells how long that is. */
static int read_iam(const struct http_response *response, const struct gcp_moment *moment,
                    const char *member, struct oauth_grant *ret_grant, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *answer = NULL;
    if (json_parse(arena, response->body, response->body_length, &answer, NULL) < 0)
        return error_set(error, ERROR_TEMPORARY, SCOPE_CLOUD, "IAM's answer is not JSON");
    const struct json *node = json_get(answer, member);
    const char *text = node && node->type == JSON_STRING ? node->text : "";
    const char *ends = json_get_text(answer, "expireTime");
    int64_t ends_ms = 0, off_ms = 0, life_ms = 0;
    if (!*text)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "IAM answered without %s", member);
    retry_clock_difference(response, moment->now_ms, &off_ms);
    if (ends && instant_parse(ends, &ends_ms))
        life_ms = ends_ms - (moment->now_ms + off_ms);
    size_t length = strlen(text);
    *ret_grant = (struct oauth_grant){.access_token = secret_new(text, length),
                                      .life_ms = life_ms > 0 ? life_ms : UNSAID_MS};
    secret_wipe((void *)(uintptr_t)text, length);
    return 0;
}

/* ------------------------------------------------------------------ steps */

static const struct way {
    int (*request)(struct arena *arena, const struct gcp_tokens_options *options,
                   const struct gcp_step *step, const struct gcp_moment *moment,
                   struct http_request *ret_request, struct error *error);
    const char *member; /* of IAM's answer; NULL: another's */
    bool recorded;      /* what no API of the cloud answers stays out of the recording */
} ways[] = {
    [GCP_STEP_SELF] = {NULL, NULL, false},
    [GCP_STEP_ASSERT] = {request_assert, NULL, true},
    [GCP_STEP_REFRESH] = {request_refresh, NULL, false},
    [GCP_STEP_METADATA] = {request_metadata, NULL, false},
    [GCP_STEP_SUBJECT] = {request_subject, NULL, false},
    [GCP_STEP_EXCHANGE] = {request_exchange, NULL, true},
    [GCP_STEP_IMPERSONATE] = {request_impersonate, "accessToken", true},
    [GCP_STEP_SIGN] = {request_sign, "signedJwt", true},
    [GCP_STEP_REDEEM] = {request_redeem, NULL, true},
};

int gcp_grant_make(struct arena *arena, const struct gcp_tokens_options *options,
                   const struct gcp_step *step, const struct gcp_moment *moment,
                   struct oauth_grant *ret_made, struct error *error)
{
    if (step->kind == GCP_STEP_SELF)
        return make_self(arena, step, moment, ret_made, error);
    if (step->kind == GCP_STEP_SUBJECT)
        return gcp_subject_make(arena, options, step->by, moment->now_ms, ret_made, error);
    return 0;
}

int gcp_grant_request(struct arena *arena, const struct gcp_tokens_options *options,
                      const struct gcp_step *step, const struct gcp_moment *moment,
                      struct http_request *ret_request, struct error *error)
{
    return ways[step->kind].request(arena, options, step, moment, ret_request, error);
}

bool gcp_grant_recorded(const struct gcp_step *step)
{
    return ways[step->kind].recorded;
}

/* A token that says nothing of its end lives as long as what it was exchanged for. */
static int64_t life_of_subject(const struct gcp_moment *moment)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    if (moment->carry_ms > 0)
        return moment->carry_ms;
    const struct json *claims = jwt_claims(arena, moment->carry);
    return gcp_subject_life_ms(json_get_int(claims, "exp", 0), moment->now_ms);
}

int gcp_grant_read(const struct gcp_step *step, const struct http_response *response,
                   const struct gcp_moment *moment, struct oauth_grant *ret_grant,
                   struct error *error)
{
    const char *member = ways[step->kind].member;
    struct oauth_grant grant = {0};
    int result = 0;
    if (step->kind == GCP_STEP_METADATA)
        result = check_flavor(response, error);
    if (step->kind == GCP_STEP_SUBJECT)
        return gcp_subject_read(step->by, response->body, response->body_length, ret_grant, error);
    if (!result && member)
        return read_iam(response, moment, member, ret_grant, error);
    if (!result)
        result = oauth_read(response, moment->now_ms, &grant, error);
    if (result < 0)
        return result;
    if (!grant.life_ms && step->kind == GCP_STEP_EXCHANGE)
        grant.life_ms = life_of_subject(moment);
    if (!grant.life_ms)
        grant.life_ms = UNSAID_MS;
    *ret_grant = grant;
    return 0;
}
