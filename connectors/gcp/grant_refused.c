/* What a refusal means, and what a person can do about it. */
#include <string.h>

#include "base/memory.h"
#include "connectors/gcp/client.h"
#include "connectors/gcp/grant.h"
#include "net/session_retry.h"

/* By the step and OAuth's word (developers.google.com/identity/protocols/oauth2/service-account,
 * RFC 6749, RFC 8693). */
static const struct {
    enum gcp_step_kind kind;
    const char *code, *remedy;
} refusals[] = {
    {GCP_STEP_ASSERT, "invalid_grant",
     "the key was deleted, the account or the person is not there or disabled, or the clock is "
     "wrong"},
    {GCP_STEP_ASSERT, "unauthorized_client",
     "the delegation of that scope is missing: a super admin grants the service account's client "
     "id the scope in the admin console, under domain-wide delegation"},
    {GCP_STEP_ASSERT, "invalid_scope", "Google does not know the scope"},
    {GCP_STEP_REFRESH, "invalid_grant",
     "the sign-in has ended: run `gcloud auth application-default login` again"},
    {GCP_STEP_REFRESH, "invalid_client", "the client of the sign-in is not known any more"},
    {GCP_STEP_EXCHANGE, "invalid_grant",
     "the provider of the pool did not accept the foreign token: its issuer, audience, life or "
     "attribute condition"},
    {GCP_STEP_EXCHANGE, "invalid_target",
     "there is no such workload identity provider: is the file's audience right?"},
    {GCP_STEP_EXCHANGE, "unauthorized_client", "the pool or its provider is disabled"},
};

static const char *find_remedy(const struct gcp_step *step, const char *code)
{
    enum gcp_step_kind kind = step->kind == GCP_STEP_REDEEM ? GCP_STEP_ASSERT : step->kind;
    for (size_t i = 0; i < COUNT(refusals) && code; i++) {
        if (refusals[i].kind == kind && text_equal(refusals[i].code, code))
            return refusals[i].remedy;
    }
    return NULL;
}

static bool is_clock(const struct gcp_step *step, const char *code, const char *said)
{
    bool signs = step->kind == GCP_STEP_ASSERT || step->kind == GCP_STEP_REDEEM;
    return signs && text_equal(code, "invalid_grant") && said &&
           (strstr(said, "iat") || strstr(said, "short-lived"));
}

/* {"error": word, "error_description": sentence}; some answers have neither. */
static int refused_oauth(const struct gcp_step *step, const struct http_response *response,
                         struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *body = NULL;
    int status = response->status;
    if (json_parse(arena, response->body, response->body_length, &body, NULL) < 0)
        body = NULL;
    const char *code = json_get_text(body, "error");
    const char *said = json_get_text(body, "error_description");
    const char *remedy = find_remedy(step, code);
    bool busy = status == 429 || text_equal(code, "temporarily_unavailable");
    bool passing = status == 408 || status >= 500;
    enum error_class class = busy ? ERROR_THROTTLED : passing ? ERROR_TEMPORARY : ERROR_AUTH;
    int result =
        error_set(error, class, SCOPE_CLOUD, "%s: %s%s%s%s%s", gcp_credentials_name(step->by->type),
                  code ? code : arena_printf(arena, "HTTP status %d", status), said ? ": " : "",
                  said ? said : "", remedy ? "; " : "", remedy ? remedy : "");
    if (!error)
        return result;
    error->http_status = status;
    error_name(error->vendor_code, sizeof error->vendor_code,
               is_clock(step, code, said) ? GCP_CLOCK : code);
    return result;
}

/* google.rpc.Status. */
static int refused_iam(const struct gcp_step *step, const struct http_response *response,
                       struct error *error)
{
    bool refresh;
    struct error said = {0};
    int result = gcp_judge(NULL, response, &refresh, &said);
    if (!result)
        result = error_set(&said, ERROR_TEMPORARY, SCOPE_CLOUD, "HTTP status %d", response->status);
    error_context(&said, "IAM for %s%s", step->account,
                  response->status == 403
                      ? ", on which the principal may lack the role Service Account Token Creator "
                        "(a federated one: Workload Identity User)"
                  : response->status == 404 ? ", which may not be its e-mail"
                                            : "");
    said.scope = SCOPE_CLOUD;
    if (result != -ERROR_TEMPORARY && result != -ERROR_THROTTLED)
        said.class = ERROR_AUTH; /* no record's data mends it */
    if (error)
        *error = said;
    return -(int)said.class;
}

static int refused_metadata(const struct http_response *response, struct error *error)
{
    int status = response->status;
    enum error_class class = status == 429                    ? ERROR_THROTTLED
                             : status >= 500 || status == 408 ? ERROR_TEMPORARY
                                                              : ERROR_AUTH;
    int result = error_set(error, class, SCOPE_CLOUD, "metadata server: HTTP status %d%s", status,
                           status == 404 ? "; this machine has no service account" : "");
    if (error)
        error->http_status = status;
    return result;
}

int gcp_grant_refused(const struct gcp_step *step, const struct http_response *response,
                      struct error *error)
{
    switch (step->kind) {
    case GCP_STEP_IMPERSONATE:
    case GCP_STEP_SIGN:
        return refused_iam(step, response, error);
    case GCP_STEP_METADATA:
        return refused_metadata(response, error);
    default:
        return refused_oauth(step, response, error);
    }
}

/* Where nobody said that there is a metadata server, none is a matter for a person. */
void gcp_grant_unanswered(const struct gcp_tokens_options *options, const struct gcp_step *step,
                          struct error *error)
{
    bool told = gcp_credentials_env(options, "GCE_METADATA_HOST") != NULL;
    if (step->kind != GCP_STEP_METADATA || told) {
        error_context(error, "%s", gcp_credentials_name(step->by->type));
        return;
    }
    error_context(error, "there is no credential file (clouds.gcp.credentials, "
                         "GOOGLE_APPLICATION_CREDENTIALS, `gcloud auth application-default "
                         "login`), and no metadata server answers");
    if (text_equal(error->vendor_code, RETRY_NOT_SENT))
        error->class = ERROR_AUTH;
}
