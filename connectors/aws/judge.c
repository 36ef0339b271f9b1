/* Reads an answer of a service that speaks JSON: is it an error, which one, and does trying again
 * help? */
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/client.h"
#include "connectors/aws/judge.h"
#include "connectors/aws/sts.h"

/* Codes that say more than their HTTP status. Names are compared whole, after normalising. */
static const struct code {
    const char *name;
    enum error_class class;
    enum error_scope scope;
    bool refresh; /* fresh credentials (or a corrected clock) may help */
    const char *remedy;
} codes[] = {
    {"ThrottlingException", ERROR_THROTTLED, SCOPE_CLOUD, false, NULL},
    {"Throttling", ERROR_THROTTLED, SCOPE_CLOUD, false, NULL},
    {"ThrottledException", ERROR_THROTTLED, SCOPE_CLOUD, false, NULL},
    {"RequestThrottled", ERROR_THROTTLED, SCOPE_CLOUD, false, NULL},
    {"RequestThrottledException", ERROR_THROTTLED, SCOPE_CLOUD, false, NULL},
    {"TooManyRequestsException", ERROR_THROTTLED, SCOPE_CLOUD, false, NULL},
    {"RequestLimitExceeded", ERROR_THROTTLED, SCOPE_CLOUD, false, NULL},
    {"LimitExceededException", ERROR_THROTTLED, SCOPE_CLOUD, false, NULL},
    {"BandwidthLimitExceeded", ERROR_THROTTLED, SCOPE_CLOUD, false, NULL},
    {"ProvisionedThroughputExceededException", ERROR_THROTTLED, SCOPE_CLOUD, false, NULL},
    {"SlowDown", ERROR_THROTTLED, SCOPE_CLOUD, false, NULL},
    {"RequestTimeout", ERROR_TEMPORARY, SCOPE_RECORD, false, NULL},
    {"RequestTimeoutException", ERROR_TEMPORARY, SCOPE_RECORD, false, NULL},
    {"PriorRequestNotComplete", ERROR_TEMPORARY, SCOPE_RECORD, false, NULL},
    {"TransactionInProgressException", ERROR_TEMPORARY, SCOPE_RECORD, false, NULL},
    {"InternalServerException", ERROR_TEMPORARY, SCOPE_RECORD, false, NULL},
    {"InternalServiceException", ERROR_TEMPORARY, SCOPE_RECORD, false, NULL},
    /* Its entity is being changed: that takes minutes, so no retry, and it is no verdict. */
    {"ResourceInUseException", ERROR_STALE, SCOPE_RECORD, false, NULL},
    {"ValidationException", ERROR_REFUSED, SCOPE_RECORD, false, NULL},
    {"ConflictException", ERROR_STALE, SCOPE_RECORD, false, NULL},
    {"ResourceNotFoundException", ERROR_REFUSED, SCOPE_RECORD, false, NULL},
    {"ServiceQuotaExceededException", ERROR_REFUSED, SCOPE_CLOUD, false,
     "the account has used up a quota; wait, or ask for more"},
    {"AccessDenied", ERROR_AUTH, SCOPE_CLOUD, false,
     "look at the role's trust policy and at the permission sts:AssumeRole"},
    {"InvalidIdentityToken", ERROR_AUTH, SCOPE_CLOUD, false, "renew the web identity's token"},
    {"IDPRejectedClaim", ERROR_AUTH, SCOPE_CLOUD, false,
     "the identity provider refuses the token; look at the role's trust policy"},
    {"IDPCommunicationError", ERROR_TEMPORARY, SCOPE_CLOUD, false, NULL},
    {"RegionDisabledException", ERROR_AUTH, SCOPE_CLOUD, false,
     "set AWS_REGION to a region that the account has enabled"},
    {"AccessDeniedException", ERROR_AUTH, SCOPE_CLOUD, false,
     "the credentials lack the permission; agent doctor tells which are needed"},
    {"ExpiredTokenException", ERROR_AUTH, SCOPE_CLOUD, true, "renew the credentials"},
    {"ExpiredToken", ERROR_AUTH, SCOPE_CLOUD, true, "renew the credentials"},
    {"UnrecognizedClientException", ERROR_AUTH, SCOPE_CLOUD, true,
     "the key is not known; check the profile or the environment"},
    {"InvalidClientTokenId", ERROR_AUTH, SCOPE_CLOUD, true,
     "the key is not known; check the profile or the environment"},
    {"MissingAuthenticationTokenException", ERROR_AUTH, SCOPE_CLOUD, false,
     "something between here and the cloud removes the signature"},
    {"MissingAuthenticationToken", ERROR_AUTH, SCOPE_CLOUD, false,
     "something between here and the cloud removes the signature"},
    {"IncompleteSignatureException", ERROR_AUTH, SCOPE_CLOUD, false,
     "something between here and the cloud changes the headers"},
    {"InvalidSignatureException", ERROR_AUTH, SCOPE_CLOUD, true,
     "check the secret key and this host's clock"},
    {"SignatureDoesNotMatch", ERROR_AUTH, SCOPE_CLOUD, true,
     "check the secret key and this host's clock"},
    {"RequestTimeTooSkewed", ERROR_AUTH, SCOPE_CLOUD, true, "set this host's clock"},
    {"RequestExpired", ERROR_AUTH, SCOPE_CLOUD, true, "set this host's clock"},
    {"RequestInTheFuture", ERROR_AUTH, SCOPE_CLOUD, true, "set this host's clock"},
    {"AuthFailure", ERROR_AUTH, SCOPE_CLOUD, true, "check the credentials and this host's clock"},
    {"UnknownOperationException", ERROR_BUG, SCOPE_CLOUD, false, NULL},
};

static const struct code *find_code(const char *name)
{
    for (size_t i = 0; i < COUNT(codes); i++) {
        if (!strcmp(codes[i].name, name))
            return &codes[i];
    }
    return NULL;
}

/* An answer without a known code: the status alone decides. */
static struct code code_of_status(int status)
{
    struct code code = {.class = ERROR_REFUSED, .scope = SCOPE_RECORD};
    if (status == 429) {
        code.class = ERROR_THROTTLED;
    } else if (status >= 500 || status == 408) {
        code.class = ERROR_TEMPORARY;
    } else if (status == 401 || status == 403 || status == 407) {
        code.class = ERROR_AUTH;
        code.scope = SCOPE_CLOUD;
        code.refresh = status == 401;
    } else if (status == 402) {
        code.scope = SCOPE_CLOUD;
    } else if (status == 409 || status == 423) {
        code.class = ERROR_STALE;
    } else if (status < 400) { /* a redirect: nobody of ours sends one */
        code.class = ERROR_PERMANENT;
        code.scope = SCOPE_CLOUD;
    }
    return code;
}

/* "com.amazonaws.x#ValidationException:http://…" is ValidationException. */
static const char *normal_code(struct arena *arena, const char *raw)
{
    char *code = arena_copy_n(arena, raw, strcspn(raw, ":"));
    char *hash = strrchr(code, '#');
    return text_trim(hash ? hash + 1 : code);
}

static int64_t retry_after(const struct http_response *response)
{
    long long ms = 0;
    const char *text = http_response_get(response, "x-amz-retry-after");
    if (text_to_int64(text ? text : "", &ms)) {
        /* milliseconds already */
    } else if ((text = http_response_get(response, "retry-after")) && text_to_int64(text, &ms)) {
        ms = ms > LIMIT_RETRY_AFTER_MS ? LIMIT_RETRY_AFTER_MS : ms * 1000;
    }
    if (ms < 0)
        return 0;
    return ms > LIMIT_RETRY_AFTER_MS ? LIMIT_RETRY_AFTER_MS : ms;
}

/* Several fields fail at once, and a person wants to see them all. */
static void add_error_list(struct text *out, const struct json *list, const char *const names[3])
{
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++) {
        const struct json *item = list->items[i];
        const char *field = json_get_text(item, names[0]);
        const char *message = json_get_text(item, names[1]);
        const char *code = json_get_text(item, names[2]);
        text_add(out, i ? "; " : out->length ? " — " : "");
        text_add(out, field ? field : "");
        text_add(out, field ? ": " : "");
        text_add(out, message ? message : "");
        if (code)
            text_addf(out, message ? " (%s)" : "%s", code);
    }
}

/* True if nothing needs to be added. */
static bool describe(struct text *out, const struct json *body)
{
    static const char *const selling[] = {"FieldName", "Message", "Code"};
    static const char *const agreement[] = {"name", "message", "code"};
    const char *message = json_get_text(body, "message");
    if (!message)
        message = json_get_text(body, "Message");
    text_add(out, message ? message : "");
    const char *reason = json_get_text(body, "reason"); /* of the Agreement API, ever another */
    if (reason)
        text_addf(out, out->length ? " (%s)" : "%s", reason);
    add_error_list(out, json_get(body, "ErrorList"), selling);
    add_error_list(out, json_get(body, "fields"), agreement);
    reason = json_get_text(body, "Reason");
    if (!reason || strcmp(reason, "INCOMPATIBLE_BENEFIT_AWS_PARTNER_STATE") != 0)
        return false;
    text_addf(out,
              "%sthe account is not set up as a partner in this catalog; this is registration, not "
              "a permission",
              out->length ? "; " : "");
    return true;
}

static struct json *error_body(struct arena *arena, const struct http_response *response)
{
    struct json *body = NULL;
    if (response->body_length > LIMIT_ERROR_BODY_BYTES || !response->body_length ||
        json_parse(arena, response->body, response->body_length, &body, NULL) < 0 ||
        body->type != JSON_OBJECT)
        return NULL;
    return body;
}

/* A cheap look: an awsJson answer is one object. Cut or foreign bodies are caught before anyone
 * takes them for a short list. */
static bool looks_like_object(const struct http_response *response)
{
    const char *body = response->body;
    size_t first = 0, last = response->body_length;
    while (first < last && strchr(" \t\r\n", body[first]))
        first++;
    while (last > first && strchr(" \t\r\n", body[last - 1]))
        last--;
    return first == last || (last - first >= 2 && body[first] == '{' && body[last - 1] == '}');
}

int aws_judge_failure(const struct aws_failure *failure, bool *ret_auth_refresh,
                      struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *name = failure->code ? normal_code(arena, failure->code) : "";
    const struct code *known = find_code(name);
    struct code code = known ? *known : code_of_status(failure->status);
    /* A gateway that is down may still send a body of its own. */
    if (failure->status >= 500 && code.class != ERROR_THROTTLED)
        code.class = ERROR_TEMPORARY;
    *ret_auth_refresh = code.class == ERROR_AUTH && code.refresh;

    bool said = !text_blank(failure->message);
    const char *remedy = failure->explained ? NULL : code.remedy;
    int result = error_set(error, code.class, code.scope, "%s%s%s%s%s",
                           *name ? name : arena_printf(arena, "HTTP status %d", failure->status),
                           said || remedy ? ": " : "", said ? failure->message : "",
                           said && remedy ? "; " : "", remedy ? remedy : "");
    if (error) {
        error->http_status = failure->status;
        error_name(error->vendor_code, sizeof error->vendor_code, name);
        error_name(error->request_id, sizeof error->request_id, failure->request_id);
    }
    return result;
}

static int judge_error(struct arena *arena, const struct http_response *response,
                       bool *ret_auth_refresh, struct error *error)
{
    const struct json *body = error_body(arena, response);
    CLEANUP_TEXT struct text message;
    text_init(&message, LIMIT_ERROR_BODY_BYTES + 1024);
    struct aws_failure failure = {
        .status = response->status,
        .code = json_get_text(body, "__type"),
        .request_id = http_response_get(response, "x-amzn-requestid"),
        .explained = describe(&message, body),
    };
    failure.message = message.data;
    if (!failure.code)
        failure.code = http_response_get(response, "x-amzn-errortype");
    return aws_judge_failure(&failure, ret_auth_refresh, error);
}

static int judge_foreign(const struct http_response *response, struct error *error)
{
    int result = error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                           "the answer is not JSON: something on the way answered for the cloud");
    if (error) {
        error->http_status = response->status;
        error_name(error->request_id, sizeof error->request_id,
                   http_response_get(response, "x-amzn-requestid"));
    }
    return result;
}

int aws_judge(void *cloud, const struct http_response *response, bool *ret_auth_refresh,
              struct error *error)
{
    (void)cloud;
    CLEANUP_ARENA struct arena *arena = arena_new();
    int result = 0;
    *ret_auth_refresh = false;
    if (sts_speaks(response))
        return sts_judge(response, ret_auth_refresh, error);
    if (response->status >= 300)
        result = judge_error(arena, response, ret_auth_refresh, error);
    else if (!looks_like_object(response))
        result = judge_foreign(response, error);
    if (!result || !error)
        return result;
    error->retry_after_ms = retry_after(response);
    return result;
}
