/* What answers mean: google.rpc.Status by HTTP status and ErrorInfo.reason (AIP-193, AIP-194). */
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "connectors/gcp/client.h"
#include "connectors/gcp/values.h"
#include "connectors/judge.h"

/* By status. */
static const struct meaning meanings[] = {
    {401, ERROR_AUTH, SCOPE_CLOUD, true, NULL},
    /* Also of one record alone, that the account may see no more, or never could (AIP-211). */
    {403, ERROR_AUTH, SCOPE_RECORD, false,
     "a role or an enrolment is missing, or the record is another's: see `agent doctor gcp`"},
    {407, ERROR_AUTH, SCOPE_CLOUD, false, "the proxy wants a sign-in"},
    {408, ERROR_TEMPORARY, SCOPE_RECORD, false, NULL},
    {429, ERROR_THROTTLED, SCOPE_CLOUD, false, NULL},
    {499, ERROR_TEMPORARY, SCOPE_RECORD, false, NULL},
    {501, ERROR_REFUSED, SCOPE_RECORD, false, "the service does not offer this to the account"},
};

#define QUOTA_USED_UP "RESOURCE_QUOTA_EXCEEDED"
/* What the reasons of the domain googleapis.com ask of a person (google/api/error_reason.proto):
 * all but one are about the whole account. */
static const struct {
    const char *reason, *remedy;
    enum error_class class; /* ERROR_NONE: the status tells */
} reasons[] = {
    {"SERVICE_DISABLED", "enable the API in the project, and wait some minutes", ERROR_NONE},
    {"BILLING_DISABLED", "the project has no billing account", ERROR_NONE},
    {"USER_PROJECT_DENIED",
     "the principal may not use the quota project: it wants serviceusage.services.use there, or "
     "leave quota_project out",
     ERROR_NONE},
    {"ACCESS_TOKEN_SCOPE_INSUFFICIENT",
     "the token lacks the API's scope: on Compute Engine scopes are fixed with the instance",
     ERROR_NONE},
    {"ACCESS_TOKEN_TYPE_UNSUPPORTED", "this kind of token is not taken here", ERROR_NONE},
    {"ACCOUNT_STATE_INVALID", "the principal is disabled or deleted", ERROR_NONE},
    {"CONSUMER_INVALID", "the project is not known", ERROR_NONE},
    {"CONSUMER_SUSPENDED", "the project is suspended", ERROR_NONE},
    {"GCP_SUSPENDED", "the project is suspended", ERROR_NONE},
    {"SECURITY_POLICY_VIOLATED", "a policy of the organisation forbids it", ERROR_NONE},
    {"IAM_PERMISSION_DENIED", "the principal lacks the permission", ERROR_NONE},
    {QUOTA_USED_UP,
     "a quota of the project is used up: it does not come back by "
     "waiting a minute",
     ERROR_AUTH}, /* it says nothing against the change, which stays open: no refusal */
};

/* ------------------------------------------------------------------ details */

static bool is_type(const struct json *detail, const char *name)
{
    const char *type = json_get_text(detail, "@type");
    return type && text_equal(gcp_bare_id(type), name);
}

/* BadRequest.fieldViolations and PreconditionFailure.violations, one after the other. */
static void add_violations(struct text *out, const struct json *list, const char *place)
{
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++) {
        const char *where = json_get_text(list->items[i], place);
        const char *what = json_get_text(list->items[i], "description");
        text_addf(out, "%s%s%s%s", out->length ? "; " : ": ", where ? where : "",
                  where && what ? ": " : "", what ? what : "");
    }
}

struct details {
    const char *reason, *request;
    const char *limit; /* whose calls are used up: "ReadsPerMinutePerProject" */
    int64_t wait_ms;
    struct text violations;
};

static void read_detail(const struct json *detail, struct details *details)
{
    const char *delay = json_get_text(detail, "retryDelay");
    if (is_type(detail, "google.rpc.ErrorInfo")) {
        details->reason = json_get_text(detail, "reason");
        details->limit = json_get_text(json_get(detail, "metadata"), "quota_limit");
    } else if (is_type(detail, "google.rpc.RequestInfo"))
        details->request = json_get_text(detail, "requestId");
    else if (is_type(detail, "google.rpc.RetryInfo") && delay)
        gcp_duration_read(delay, &details->wait_ms);
    else if (is_type(detail, "google.rpc.BadRequest"))
        add_violations(&details->violations, json_get(detail, "fieldViolations"), "field");
    else if (is_type(detail, "google.rpc.PreconditionFailure"))
        add_violations(&details->violations, json_get(detail, "violations"), "subject");
}

static void read_details(const struct json *status, struct details *details)
{
    const struct json *list = json_get(status, "details");
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++)
        read_detail(list->items[i], details);
}

/* ------------------------------------------------------------------ errors */

static int judge_error(struct arena *arena, const struct http_response *response,
                       bool *ret_auth_refresh, struct error *error)
{
    struct meaning meaning = meaning_of(meanings, COUNT(meanings), response->status);
    struct json *body = NULL;
    struct details details = {0};
    text_init(&details.violations, LIMIT_ERROR_BODY_BYTES);
    if (response->body_length <= LIMIT_ERROR_BODY_BYTES && !http_is_page(response))
        (void)json_parse(arena, response->body, response->body_length, &body, NULL);
    const struct json *status = json_get(body, "error");
    const char *code = json_get_text(status, "status"), *message = json_get_text(status, "message");
    read_details(status, &details);
    bool daily = details.limit && strstr(details.limit, "PerDay");
    const char *reason = response->status == 429 && daily ? QUOTA_USED_UP : details.reason;
    for (size_t i = 0; i < COUNT(reasons); i++) {
        if (!text_equal(reason, reasons[i].reason))
            continue;
        meaning.remedy = reasons[i].remedy;
        meaning.class = reasons[i].class ? reasons[i].class : meaning.class;
        if (strcmp(reasons[i].reason, "IAM_PERMISSION_DENIED") != 0)
            meaning.scope = SCOPE_CLOUD;
    }
    if (text_equal(code, "ABORTED"))
        meaning.class = ERROR_STALE;
    *ret_auth_refresh = meaning.refresh;
    int result = error_set(error, meaning.class, meaning.scope, "%s%s%s%s%s%s",
                           code ? code : arena_printf(arena, "HTTP status %d", response->status),
                           message ? ": " : "", message ? message : "", details.violations.data,
                           meaning.remedy ? "; " : "", meaning.remedy ? meaning.remedy : "");
    text_free(&details.violations);
    if (!error)
        return result;
    error_name(error->vendor_code, sizeof error->vendor_code,
               details.reason ? details.reason : code);
    error_name(error->request_id, sizeof error->request_id, details.request);
    if (meaning.class == ERROR_THROTTLED && details.wait_ms > 0)
        error->retry_after_ms =
            details.wait_ms < LIMIT_RETRY_AFTER_MS ? details.wait_ms : LIMIT_RETRY_AFTER_MS;
    return result;
}

int gcp_judge(void *cloud, const struct http_response *response, bool *ret_auth_refresh,
              struct error *error)
{
    (void)cloud;
    CLEANUP_ARENA struct arena *arena = arena_new();
    int result = 0;
    *ret_auth_refresh = false;
    if (response->status >= 300)
        result = judge_error(arena, response, ret_auth_refresh, error);
    else
        result = judge_success(response, error);
    if (result && error)
        error->http_status = response->status;
    return result;
}
