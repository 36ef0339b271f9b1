/* IAM Service Account Credentials: tokens and signatures in the name of a service account. */
#include <string.h>

#include "tests/sandbox/gcp/identities.h"
#include "tests/sandbox/identity.h"

#define DELEGATE   "projects/-/serviceAccounts/" GCP_BROKER
#define LIFE_MAX_S 3600 /* more only by a policy of the organisation */
#define SCOPES_MAX 4096

static const struct code {
    int status;
    const char *name, *reason;
} codes[] = {
    {400, "INVALID_ARGUMENT", NULL},
    {401, "UNAUTHENTICATED", "CREDENTIALS_MISSING"},
    {403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED"},
    {404, "NOT_FOUND", NULL},
    {429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED"},
    {500, "INTERNAL", NULL},
    {503, "UNAVAILABLE", NULL},
};

void gcp_iam_refuse(struct gcp_token_call *call, int status, const char *reason,
                    const char *message)
{
    struct arena *arena = call->arena;
    const struct code *code = &codes[0];
    for (size_t i = 0; i < COUNT(codes); i++)
        code = codes[i].status == status ? &codes[i] : code;
    struct json *error = json_object(arena), *body = json_object(arena);
    json_set(arena, error, "code", json_int(arena, status));
    json_set_text(arena, error, "message", message);
    json_set_text(arena, error, "status", code->name);
    reason = reason ? reason : code->reason;
    if (reason) {
        struct json *detail = json_object(arena), *details = json_array(arena);
        json_set_text(arena, detail, "@type", "type.googleapis.com/google.rpc.ErrorInfo");
        json_set_text(arena, detail, "reason", reason);
        json_set_text(arena, detail, "domain", "iam.googleapis.com");
        json_append(arena, details, detail);
        json_set(arena, error, "details", details);
    }
    json_set(arena, body, "error", error);
    answer_body(call->response, status, json_print(arena, body));
}

/* ---- Who may. */
static bool may(struct gcp_token_call *call)
{
    const char *header = request_header(call->request, "authorization");
    const struct gcp_access *access =
        header && text_starts(header, "Bearer ")
            ? gcp_access_find(call->sandbox, header + 7, "https://iamcredentials.googleapis.com/")
            : NULL;
    bool known = text_equal(call->account, GCP_ACCOUNT) || text_equal(call->account, GCP_BROKER);
    if (!access || access->expires_ms <= identity_now(call->sandbox))
        gcp_iam_refuse(call, 401, access ? "ACCESS_TOKEN_EXPIRED" : NULL,
                       "Request had invalid authentication credentials.");
    else if (!strstr(access->scopes, GCP_SCOPE_CLOUD))
        gcp_iam_refuse(call, 403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                       "Request had insufficient authentication scopes.");
    else if (!known)
        gcp_iam_refuse(call, 404, NULL, "Not found; Gaia id not found for email.");
    else if (!call->identities->roles_granted)
        gcp_iam_refuse(call, 403, NULL,
                       "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it "
                       "may not exist).");
    else
        return true;
    return false;
}

/* ---- Bodies: members that are known, of the right type. NULL: refused. */
static const struct json *read_body(struct gcp_token_call *call, const char *const *known)
{
    const struct sandbox_request *request = call->request;
    const char *type = request_header(request, "content-type");
    struct json *body = NULL;
    bool typed = type && text_starts(type, "application/json") && request->body_length;
    if (strcmp(request->method, "POST") != 0 || !typed ||
        json_parse(call->arena, request->body, request->body_length, &body, NULL) < 0 ||
        body->type != JSON_OBJECT) {
        gcp_iam_refuse(call, 400, NULL, "Invalid JSON payload received.");
        return NULL;
    }
    for (size_t i = 0; i < body->count; i++) {
        const char *const *name = known;
        while (*name && strcmp(*name, body->names[i]) != 0)
            name++;
        if (*name)
            continue;
        gcp_iam_refuse(call, 400, NULL,
                       arena_printf(call->arena,
                                    "Invalid JSON payload received. Unknown name \"%s\": Cannot "
                                    "find field.",
                                    body->names[i]));
        return NULL;
    }
    return body;
}

static bool check_delegates(struct gcp_token_call *call, const struct json *body)
{
    const struct json *list = json_get(body, "delegates");
    bool right = !list || list->type == JSON_ARRAY;
    for (size_t i = 0; right && list && i < list->count; i++)
        right = text_equal(json_text(list->items[i]), DELEGATE);
    if (!right)
        gcp_iam_refuse(call, 403, NULL, "A delegate may not act for the next one in the chain.");
    return right;
}

/* "3600s"; an hour if it is not said. 0: refused. */
static long long read_lifetime(struct gcp_token_call *call, const struct json *body)
{
    const char *text = json_get_text(body, "lifetime");
    long long seconds = LIFE_MAX_S;
    size_t length = text ? strlen(text) : 0;
    bool right = !text || (length > 1 && text[length - 1] == 's' &&
                           text_to_int64(arena_copy_n(call->arena, text, length - 1), &seconds) &&
                           seconds > 0 && seconds <= LIFE_MAX_S);
    if (right)
        return seconds;
    gcp_iam_refuse(call, 400, NULL, "The lifetime is not from 1s to 3600s.");
    return 0;
}

/* ---- The two methods. */
static void generate(struct gcp_token_call *call)
{
    const struct json *body = read_body(call, WORDS("scope", "lifetime", "delegates"));
    if (!body || !check_delegates(call, body))
        return;
    const struct json *list = json_get(body, "scope");
    CLEANUP_TEXT struct text scopes;
    text_init(&scopes, SCOPES_MAX);
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++)
        text_addf(&scopes, "%s%s", i ? " " : "", json_text(list->items[i]));
    if (!gcp_scopes_known(scopes.data)) {
        gcp_iam_refuse(call, 400, NULL, "Scope required.");
        return;
    }
    long long seconds = read_lifetime(call, body);
    if (!seconds)
        return;
    const struct gcp_access *access =
        gcp_access_make(call->sandbox, call->account, NULL, scopes.data, seconds);
    struct json *answer = json_object(call->arena);
    char ends[INSTANT_TEXT];
    instant_print(access->expires_ms, ends);
    json_set_text(call->arena, answer, "accessToken", access->text);
    json_set_text(call->arena, answer, "expireTime", arena_printf(call->arena, "%.19sZ", ends));
    answer_body(call->response, 200, json_print(call->arena, answer));
}

static void sign(struct gcp_token_call *call)
{
    const struct json *body = read_body(call, WORDS("payload", "delegates"));
    struct json *claims = NULL, *answer = json_object(call->arena);
    if (!body || !check_delegates(call, body))
        return;
    const char *payload = json_get_text(body, "payload");
    if (!payload || json_parse(call->arena, payload, strlen(payload), &claims, NULL) < 0 ||
        claims->type != JSON_OBJECT) {
        gcp_iam_refuse(call, 400, NULL, "The payload is no JSON object of claims.");
        return;
    }
    json_set_text(call->arena, answer, "keyId", GCP_KEY_ID);
    json_set_text(call->arena, answer, "signedJwt",
                  gcp_assertion_sign(call->arena, call->account, claims));
    answer_body(call->response, 200, json_print(call->arena, answer));
}

void gcp_iam_handle(struct gcp_token_call *call)
{
    if (!may(call))
        return;
    if (!strcmp(call->verb, "signJwt"))
        sign(call);
    else
        generate(call);
}
