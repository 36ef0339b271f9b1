#include "connectors/gcp/grant.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "net/jwt.h"

#define BEARER_GRANT "urn:ietf:params:oauth:grant-type:jwt-bearer"
#define AUTH         "https://www.googleapis.com/auth/"
#define SKEW_S       30
#define LIFE_S       3600 /* the longest that Google takes */

static const char *const scopes[GCP_AUDIENCES] = {
    [GCP_FOR_CLOUD] = AUTH "cloud-platform",
    [GCP_FOR_CHANNEL] = AUTH "apps.order",
    [GCP_FOR_CRM] = AUTH "cloudcrmpartners",
};

/* ------------------------------------------------------------------ the way */

static void plan_add(struct gcp_plan *plan, enum gcp_step_kind kind,
                     const struct gcp_credentials *by, const char *scope)
{
    plan->steps[plan->count++] = (struct gcp_step){.kind = kind, .by = by, .scope = scope};
}

int gcp_grant_plan(const struct gcp_tokens_options *options,
                   const struct gcp_credentials *credentials, enum gcp_audience audience,
                   struct gcp_plan *ret_plan, struct error *error)
{
    struct gcp_plan plan = {0};
    const char *subject = settings_text(options->settings, "subject");
    if (audience == GCP_FOR_CHANNEL && !subject)
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "co-sell calls act for a super admin: set clouds.gcp.subject");
    if (credentials->type != GCP_SERVICE_ACCOUNT)
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD, "%s: a service account is needed",
                         credentials->place);
    bool self = audience == GCP_FOR_CLOUD && settings_flag(options->settings, "self_signed");
    plan_add(&plan, self ? GCP_STEP_SELF : GCP_STEP_ASSERT, credentials, scopes[audience]);
    if (audience != GCP_FOR_CLOUD)
        plan.steps[0].subject = subject;
    *ret_plan = plan;
    return 0;
}

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
    text_init_secret(&form, LIMIT_SECRET_BYTES * 4);
    oauth_field(&form, "grant_type", BEARER_GRANT);
    oauth_field(&form, "assertion", assertion);
    oauth_post(arena, step->by->token_url, &form, ret_request);
}

static int request_assert(struct arena *arena, const struct gcp_step *step,
                          const struct gcp_moment *moment, struct http_request *ret_request,
                          struct error *error)
{
    const char *assertion;
    const struct json *claims = claims_of(arena, step, step->by->account, step->subject,
                                          step->by->token_url, moment->now_ms);
    int result = sign(arena, step, claims, &assertion, error);
    if (!result)
        redeem(arena, step, assertion, ret_request);
    return result;
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
    ret_made->life_ms = (int64_t)(LIFE_S - SKEW_S) * 1000;
    return 0;
}

/* ------------------------------------------------------------------ steps */

int gcp_grant_make(struct arena *arena, const struct gcp_tokens_options *options,
                   const struct gcp_step *step, const struct gcp_moment *moment,
                   struct oauth_grant *ret_made, struct error *error)
{
    (void)options;
    return step->kind == GCP_STEP_SELF ? make_self(arena, step, moment, ret_made, error) : 0;
}

int gcp_grant_request(struct arena *arena, const struct gcp_tokens_options *options,
                      const struct gcp_step *step, const struct gcp_moment *moment,
                      struct http_request *ret_request, struct error *error)
{
    (void)options;
    return request_assert(arena, step, moment, ret_request, error);
}

bool gcp_grant_recorded(const struct gcp_step *step)
{
    return step->kind == GCP_STEP_ASSERT || step->kind == GCP_STEP_REDEEM;
}

int gcp_grant_read(const struct gcp_step *step, const struct http_response *response,
                   const struct gcp_moment *moment, struct oauth_grant *ret_grant,
                   struct error *error)
{
    (void)step;
    return oauth_read(response, moment->now_ms, ret_grant, error);
}

/* ------------------------------------------------------------------ refusals */

void gcp_grant_unanswered(const struct gcp_step *step, struct error *error)
{
    (void)step;
    error_context(error, "no token from Google");
}

/* developers.google.com/identity/protocols/oauth2/service-account#error-codes */
static const struct {
    const char *code, *remedy;
} refusals[] = {
    {"invalid_grant", "the key was deleted, the account disabled, or the clock is wrong"},
    {"unauthorized_client",
     "the delegation of that scope is missing: a super admin grants the service account's client "
     "id the scope in the admin console, under domain-wide delegation"},
    {"invalid_scope", "Google does not know the scope"},
};

int gcp_grant_refused(const struct gcp_step *step, const struct http_response *response,
                      struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *body = NULL;
    int status = response->status;
    if (json_parse(arena, response->body, response->body_length, &body, NULL) < 0)
        body = NULL;
    const char *code = json_get_text(body, "error");
    const char *said = json_get_text(body, "error_description");
    const char *remedy = NULL;
    for (size_t i = 0; i < COUNT(refusals) && code; i++)
        remedy = text_equal(refusals[i].code, code) ? refusals[i].remedy : remedy;
    enum error_class class = status == 429                    ? ERROR_THROTTLED
                             : status >= 500 || status == 408 ? ERROR_TEMPORARY
                                                              : ERROR_AUTH;
    int result =
        error_set(error, class, SCOPE_CLOUD, "%s: %s%s%s%s%s", gcp_credentials_name(step->by->type),
                  code ? code : arena_printf(arena, "HTTP status %d", status), said ? ": " : "",
                  said ? said : "", remedy ? "; " : "", remedy ? remedy : "");
    if (!error)
        return result;
    error->http_status = status;
    bool clock = text_equal(code, "invalid_grant") && said && strstr(said, "iat");
    error_name(error->vendor_code, sizeof error->vendor_code, clock ? GCP_CLOCK : code);
    return result;
}
