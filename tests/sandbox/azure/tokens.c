/* The token endpoint of Entra ID, versions 1 and 2. */
#include <string.h>

#include "tests/sandbox/azure/tokens.h"
#include "tests/sandbox/identity.h"
#include "tests/sandbox/query.h"
#include "tests/sandbox/service.h"

#define FORM_TYPE      "application/x-www-form-urlencoded"
#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define LOGIN_HOST     "login.microsoftonline.com" /* its quota goes by this name */

/* ---- Who asks. */
static int check_assertion(struct token_call *call, const char *assertion)
{
    const char *why = NULL;
    if (!text_equal(token_field(call, "client_assertion_type"), ASSERTION_TYPE))
        return token_missing(call, "client_assertion_type");
    if (!strcmp(assertion, AZURE_FEDERATED_TOKEN) ||
        azure_assertion_holds(call->sandbox, call->request, assertion, &why))
        return 0;
    return token_refuse(call, TOKEN_BAD_ASSERTION, why);
}

static int check_client(struct token_call *call)
{
    const char *client = token_field(call, "client_id"),
               *secret = token_field(call, "client_secret");
    const char *assertion = token_field(call, "client_assertion");
    if (!client)
        return token_missing(call, "client_id");
    if (strcmp(client, AZURE_CLIENT) != 0)
        return token_refuse(call, TOKEN_NO_APPLICATION, NULL);
    if (!secret == !assertion)
        return token_refuse(call, TOKEN_NO_PROOF, NULL);
    if (assertion)
        return check_assertion(call, assertion);
    return strcmp(secret, AZURE_SECRET) ? token_refuse(call, TOKEN_WRONG_SECRET, NULL) : 0;
}

/* ---- Grants. */
static void put_number(struct token_call *call, const char *name, int64_t number)
{
    json_set(call->arena, call->answer, name,
             call->v1
                 ? json_string(call->arena, arena_printf(call->arena, "%lld", (long long)number))
                 : json_int(call->arena, number));
}

void token_give(struct token_call *call, const char *audience, enum azure_identity identity)
{
    const struct azure_access *access =
        azure_access_make(call->sandbox, audience, identity, AZURE_TOKEN_S);
    int64_t now_s = identity_now(call->sandbox) / 1000, end_s = access->expires_ms / 1000;
    struct arena *arena = call->arena;
    call->answer = json_object(arena);
    json_set_text(arena, call->answer, "token_type", "Bearer");
    if (identity == AZURE_USER)
        json_set_text(arena, call->answer, "scope",
                      call->v1 ? "user_impersonation"
                               : arena_printf(arena, "%s/user_impersonation", audience));
    put_number(call, "expires_in", end_s - now_s);
    put_number(call, "ext_expires_in", end_s - now_s);
    if (call->v1) {
        put_number(call, "expires_on", end_s);
        put_number(call, "not_before", now_s - 300);
        json_set_text(arena, call->answer, "resource", token_field(call, "resource"));
    }
    json_set_text(arena, call->answer, "access_token", access->text);
}

static int give_by_client(struct token_call *call)
{
    const char *audience = NULL;
    int result = token_resource(call, false, &audience);
    if (result == 0)
        token_give(call, audience, AZURE_APP);
    return result;
}

static int give_by_refresh(struct token_call *call)
{
    const char *text = token_field(call, "refresh_token"), *audience = NULL;
    if (!text)
        return token_missing(call, "refresh_token");
    const struct azure_refresh *refresh = azure_refresh_find(call->sandbox, text);
    if (!refresh)
        return token_refuse(call, TOKEN_BAD_REFRESH, NULL);
    if (refresh->revoked)
        return token_refuse(call, TOKEN_REVOKED, NULL);
    if (sandbox_now(call->sandbox) - refresh->issued_ms >= AZURE_REFRESH_MS)
        return token_refuse(call, TOKEN_OLD_REFRESH, NULL);
    if (call->identities->needs_mfa)
        return token_refuse(call, TOKEN_NEEDS_MFA, NULL);
    if (call->identities->lacks_consent)
        return token_refuse(call, TOKEN_NO_CONSENT, NULL);
    int result = token_resource(call, true, &audience);
    if (result < 0)
        return result;
    token_give(call, audience, AZURE_USER);
    json_set_text(call->arena, call->answer, "refresh_token",
                  azure_refresh_make(call->sandbox)->text);
    return 0;
}

/* A name and a password carry no second factor, which Partner Center demands on each call. */
static int refuse_password(struct token_call *call)
{
    return token_refuse(call, TOKEN_NEEDS_MFA, NULL);
}

static const struct {
    const char *type;
    int (*give)(struct token_call *call);
} grants[] = {
    {"client_credentials", give_by_client},
    {"refresh_token", give_by_refresh},
    {"authorization_code", token_by_code},
    {"password", refuse_password},
};

static int check_tenant(struct token_call *call)
{
    static const char *const common[] = {"common", "organizations", "consumers"};
    const char *path = call->request->path + 1;
    const char *tenant = arena_copy_n(call->arena, path, strcspn(path, "/"));
    for (size_t i = 0; i < COUNT(common); i++) {
        if (!strcmp(common[i], tenant))
            return token_refuse(call, TOKEN_COMMON_TENANT, NULL);
    }
    return text_equal_nocase(tenant, AZURE_TENANT) ? 0 : token_refuse(call, TOKEN_NO_TENANT, NULL);
}

static int give_token(struct token_call *call)
{
    const struct sandbox_request *request = call->request;
    const char *type = request_header(request, "content-type");
    size_t length = strlen(FORM_TYPE);
    bool typed = type && text_starts(type, FORM_TYPE) && (!type[length] || type[length] == ';');
    call->form = typed ? query_parse_form(call->arena, request->body, request->body_length) : NULL;
    if (!call->form || strcmp(request->method, "POST") != 0)
        return token_refuse(call, TOKEN_BAD_FORM, NULL);
    const char *grant = token_field(call, "grant_type");
    if (!grant)
        return token_missing(call, "grant_type");
    int result = check_client(call);
    for (size_t i = 0; result == 0 && i < COUNT(grants); i++) {
        if (!strcmp(grants[i].type, grant))
            return grants[i].give(call);
    }
    return result < 0 ? result : token_refuse(call, TOKEN_BAD_GRANT, grant);
}

/* ---- Paths. */
static const struct token_row {
    const char *end, *operation;
    bool v1;
    int (*handle)(struct token_call *call);
} rows[] = {
    {"/oauth2/v2.0/token", "Token", false, give_token},
    {"/oauth2/token", "Token", true, give_token},
    {"/oauth2/v2.0/authorize", "Authorize", false, token_sign_in},
};

static const struct token_row *find_row(const char *path)
{
    const char *rest = path + 1 + strcspn(path + 1, "/");
    for (size_t i = 0; rest != path + 1 && i < COUNT(rows); i++) {
        if (!strcmp(rows[i].end, rest))
            return &rows[i];
    }
    return NULL;
}

bool azure_identity_operation(const char *name)
{
    static const char *const names[] = {"Token", "Authorize", "ManagedIdentity",
                                        "AppServiceIdentity"};
    for (size_t i = 0; i < COUNT(names); i++) {
        if (!strcmp(names[i], name))
            return true;
    }
    return false;
}

static void ask_to_wait(struct token_call *call, int64_t wait_s)
{
    response_header(call->response, "retry-after",
                    arena_printf(call->arena, "%lld", (long long)wait_s));
}

static bool fault_before(struct token_call *call, const struct fault *fault)
{
    static const struct {
        const char *kind;
        enum token_refusal what;
        int64_t wait_s;
    } instead[] = {
        {"429", TOKEN_THROTTLED, 12}, {"503", TOKEN_UNAVAILABLE, 5},
        {"500", TOKEN_BROKEN, 0},     {"401", TOKEN_WRONG_SECRET, 0},
        {"403", TOKEN_FORBIDDEN, 0},  {"expired", TOKEN_OLD_REFRESH, 0},
    };
    call->response->dropped = fault_is(fault, "reset");
    for (size_t i = 0; i < COUNT(instead); i++) {
        if (!fault_is(fault, instead[i].kind))
            continue;
        token_refuse(call, instead[i].what, NULL);
        if (instead[i].wait_s)
            ask_to_wait(call, fault->parameter > 0 ? fault->parameter : instead[i].wait_s);
        return true;
    }
    return call->response->dropped;
}

static void run(struct token_call *call, const struct token_row *row)
{
    int64_t wait_s = azure_quota_take(call->sandbox, LOGIN_HOST);
    if (wait_s) {
        token_refuse(call, TOKEN_THROTTLED, NULL);
        ask_to_wait(call, wait_s);
        return;
    }
    if (check_tenant(call) == 0 && row->handle(call) == 0 && call->answer)
        answer_body(call->response, 200, json_print(call->arena, call->answer));
}

bool azure_tokens_handle(struct sandbox *sandbox, const struct sandbox_request *request,
                         struct arena *arena, struct sandbox_response *response)
{
    const struct token_row *row = find_row(request->path);
    if (!row)
        return azure_managed_handle(sandbox, request, arena, response);
    struct token_call call = {
        .sandbox = sandbox,
        .identities = sandbox->azure->parts.identities,
        .arena = arena,
        .request = request,
        .response = response,
        .v1 = row->v1,
    };
    const struct fault *fault = fault_due(sandbox, row->operation);
    response_header(response, "content-type", "application/json; charset=utf-8");
    response_header(response, "date", answer_date(sandbox, arena));
    response_header(response, "x-ms-request-id", answer_guid(sandbox, arena));
    response_header(response, "cache-control", "no-store, no-cache");
    fault_delay(fault, response);
    if (!fault_before(&call, fault)) {
        run(&call, row);
        fault_spoil(fault, arena, response);
    }
    answer_count(sandbox, row->operation, response->dropped ? 0 : response->status);
    return true;
}
