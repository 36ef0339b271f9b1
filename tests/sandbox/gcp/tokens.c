/* What gives tokens at Google's: the token endpoint, the Security Token Service, the metadata
 * server; and somebody else's endpoint for foreign ones. */
#include <string.h>

#include "tests/sandbox/gcp/identities.h"
#include "tests/sandbox/identity.h"
#include "tests/sandbox/query.h"
#include "tests/sandbox/service.h"

#define FORM_TYPE      "application/x-www-form-urlencoded"
#define BEARER_GRANT   "urn:ietf:params:oauth:grant-type:jwt-bearer"
#define EXCHANGE_GRANT "urn:ietf:params:oauth:grant-type:token-exchange"
#define ACCESS_TOKEN   "urn:ietf:params:oauth:token-type:access_token"
#define METADATA       "/computeMetadata/v1/"
#define DEFAULT        METADATA "instance/service-accounts/default/"
#define ACCOUNTS       "/v1/projects/-/serviceAccounts/"
#define TOKEN_S        3599

/* ---- Answers. */
static void refuse(struct gcp_token_call *call, int status, const char *error,
                   const char *description)
{
    struct json *body = json_object(call->arena);
    json_set_text(call->arena, body, "error", error);
    if (description)
        json_set_text(call->arena, body, "error_description", description);
    answer_body(call->response, status, json_print(call->arena, body));
}

static void give(struct gcp_token_call *call, const struct gcp_access *access, bool exchanged,
                 bool unsaid)
{
    struct arena *arena = call->arena;
    struct json *body = json_object(arena);
    int64_t left_ms = access->expires_ms - identity_now(call->sandbox);
    json_set_text(arena, body, "access_token", access->text);
    if (exchanged)
        json_set_text(arena, body, "issued_token_type", ACCESS_TOKEN);
    json_set_text(arena, body, "token_type", "Bearer");
    if (!unsaid)
        json_set(arena, body, "expires_in", json_int(arena, left_ms / 1000));
    answer_body(call->response, 200, json_print(arena, body));
}

static const char *field(const struct gcp_token_call *call, const char *name)
{
    const char *text = json_get_text(call->form, name);
    return text && *text ? text : NULL;
}

/* A POST of a form, and nothing in it that is not asked for. */
static bool read_form(struct gcp_token_call *call)
{
    const struct sandbox_request *request = call->request;
    const char *type = request_header(request, "content-type");
    size_t length = strlen(FORM_TYPE);
    bool typed = type && text_starts(type, FORM_TYPE) && (!type[length] || type[length] == ';');
    call->form = typed ? query_parse_form(call->arena, request->body, request->body_length) : NULL;
    if (call->form && !strcmp(request->method, "POST"))
        return true;
    refuse(call, 400, "invalid_request", "Bad Request");
    return false;
}

/* ---- The token endpoint. */
static void by_assertion(struct gcp_token_call *call)
{
    static const struct {
        int status;
        const char *error;
    } objections[] = {
        [GCP_NO_JWT] = {400, "invalid_grant"},
        [GCP_BAD_KEY] = {400, "invalid_grant"},
        [GCP_BAD_TIMES] = {400, "invalid_grant"},
        [GCP_BAD_CLAIMS] = {400, "invalid_grant"},
        [GCP_BAD_SCOPE] = {400, "invalid_scope"},
        [GCP_NO_PERSON] = {400, "invalid_grant"},
        [GCP_NOT_GRANTED] = {401, "unauthorized_client"},
    };
    struct gcp_assertion assertion;
    const char *why = "", *text = field(call, "assertion");
    const char *host = request_header(call->request, "host");
    const char *audience = arena_printf(call->arena, "http://%s/token", host ? host : "");
    enum gcp_objection objection = gcp_assertion_check(call->sandbox, call->arena, text ? text : "",
                                                       audience, &assertion, &why);
    if (objection != GCP_HOLDS) {
        refuse(call, objections[objection].status, objections[objection].error, why);
        return;
    }
    give(call,
         gcp_access_make(call->sandbox, assertion.principal, assertion.subject, assertion.scopes,
                         TOKEN_S),
         false, false);
}

static void by_refresh(struct gcp_token_call *call)
{
    const char *client = field(call, "client_id"), *secret = field(call, "client_secret");
    if (!text_equal(client, GCP_CLIENT) || !text_equal(secret, GCP_CLIENT_SECRET))
        refuse(call, 401, "invalid_client", "The OAuth client was not found.");
    else if (!text_equal(field(call, "refresh_token"), GCP_REFRESH_TOKEN))
        refuse(call, 400, "invalid_grant", "Bad Request");
    else if (call->identities->sign_in_ended)
        refuse(call, 400, "invalid_grant", "Token has been expired or revoked.");
    else
        give(call, gcp_access_make(call->sandbox, GCP_PERSON, NULL, GCP_SCOPE_CLOUD, TOKEN_S),
             false, false);
}

static void give_token(struct gcp_token_call *call)
{
    if (!read_form(call))
        return;
    const char *grant = field(call, "grant_type");
    if (text_equal(grant, BEARER_GRANT))
        by_assertion(call);
    else if (text_equal(grant, "refresh_token"))
        by_refresh(call);
    else
        refuse(call, 400, "unsupported_grant_type", grant ? grant : "grant_type is missing");
}

/* ---- The Security Token Service. */
static void exchange(struct gcp_token_call *call)
{
    const struct gcp_identities *identities = call->identities;
    if (!read_form(call))
        return;
    const char *scope = field(call, "scope");
    if (!text_equal(field(call, "grant_type"), EXCHANGE_GRANT) ||
        !text_equal(field(call, "requested_token_type"), ACCESS_TOKEN))
        refuse(call, 400, "invalid_request", "Invalid value for \"grant_type\".");
    else if (!text_equal(field(call, "audience"), GCP_POOL_AUDIENCE))
        refuse(call, 400, "invalid_target",
               "The target service indicated by the \"audience\" parameters is invalid.");
    else if (field(call, "options"))
        refuse(call, 400, "invalid_request", "userProject is for workforce pools.");
    else if (identities->pool_disabled)
        refuse(call, 400, "unauthorized_client", "The workload identity pool is disabled.");
    else if (!text_equal(field(call, "subject_token_type"), GCP_FOREIGN_TYPE) ||
             !text_equal(field(call, "subject_token"), GCP_FOREIGN_TOKEN))
        refuse(call, 400, "invalid_grant", "The given credential is rejected.");
    else if (!scope || !gcp_scopes_known(scope))
        refuse(call, 400, "invalid_scope", "The scope is missing or not known.");
    else
        give(call, gcp_access_make(call->sandbox, GCP_FOREIGN, NULL, scope, TOKEN_S), true,
             identities->ends_unsaid);
}

/* ---- The metadata server. */
static void metadata_refuse(struct gcp_token_call *call, int status, const char *text)
{
    call->response->headers[0].value = "text/html; charset=UTF-8";
    answer_body(call->response, status, arena_printf(call->arena, "<html>%s</html>", text));
}

/* Whoever comes through a proxy is not the machine. */
static bool is_machine(struct gcp_token_call *call)
{
    response_header(call->response, "metadata-flavor", "Google");
    response_header(call->response, "server", "Metadata Server for VM");
    bool right = text_equal(request_header(call->request, "metadata-flavor"), "Google") &&
                 !request_header(call->request, "x-forwarded-for") &&
                 !strcmp(call->request->method, "GET");
    if (!right)
        metadata_refuse(call, 403, "Missing required header: Metadata-Flavor");
    return right;
}

static void metadata_token(struct gcp_token_call *call)
{
    const char *wanted = json_get_text(query_parse(call->arena, call->request->query), "scopes");
    char *scopes = arena_copy(call->arena, wanted ? wanted : GCP_SCOPE_CLOUD);
    long long life = call->identities->metadata_life;
    if (!is_machine(call))
        return;
    for (char *comma = scopes; (comma = strchr(comma, ','));)
        *comma = ' ';
    if (!gcp_scopes_known(scopes))
        metadata_refuse(call, 400, "Invalid scopes");
    else
        give(call, gcp_access_make(call->sandbox, GCP_MACHINE, NULL, scopes, life ? life : TOKEN_S),
             false, false);
}

static void metadata_text(struct gcp_token_call *call, const char *text)
{
    if (!is_machine(call))
        return;
    call->response->headers[0].value = "application/text";
    answer_body(call->response, 200, text);
}

static void metadata_email(struct gcp_token_call *call)
{
    metadata_text(call, GCP_MACHINE);
}

static void metadata_project(struct gcp_token_call *call)
{
    metadata_text(call, GCP_PROJECT);
}

/* ---- Not Google's: where a runner of somebody else's gets his own token. */
static void give_foreign(struct gcp_token_call *call)
{
    struct json *body = json_object(call->arena);
    if (!request_header(call->request, GCP_FOREIGN_HEADER)) {
        refuse(call, 403, "no_runner", NULL);
        return;
    }
    json_set_text(call->arena, body, "value", GCP_FOREIGN_TOKEN);
    answer_body(call->response, 200, json_print(call->arena, body));
}

/* ---- Paths. */
static const struct row {
    const char *path, *operation;
    void (*handle)(struct gcp_token_call *call);
} rows[] = {
    {"/token", "OAuthToken", give_token},
    {"/v1/token", "ExchangeToken", exchange},
    {DEFAULT "token", "MetadataToken", metadata_token},
    {DEFAULT "email", "MetadataEmail", metadata_email},
    {METADATA "project/project-id", "MetadataProject", metadata_project},
    {GCP_FOREIGN_PATH, "ForeignToken", give_foreign},
    {ACCOUNTS ":generateAccessToken", "GenerateAccessToken", gcp_iam_handle},
    {ACCOUNTS ":signJwt", "SignJwt", gcp_iam_handle},
};

bool gcp_identity_operation(const char *name)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!strcmp(rows[i].operation, name))
            return true;
    }
    return false;
}

/* IAM's paths have the account between. */
static const struct row *find_row(struct gcp_token_call *call)
{
    char *path = arena_copy(call->arena, call->request->path);
    const char *verb = strrchr(path, ':');
    if (text_starts(path, ACCOUNTS) && verb) {
        const char *start = path + strlen(ACCOUNTS);
        call->account = arena_copy_n(call->arena, start, (size_t)(verb - start));
        call->verb = verb + 1;
        path = arena_printf(call->arena, ACCOUNTS "%s", verb);
    }
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!strcmp(rows[i].path, path))
            return &rows[i];
    }
    return NULL;
}

static bool fault_before(struct gcp_token_call *call, const struct fault *fault)
{
    long long status = 0;
    call->response->dropped = fault_is(fault, "reset");
    if (fault_is(fault, "expired")) {
        refuse(call, 400, "invalid_grant", "Bad Request");
        return true;
    }
    if (!fault || !text_to_int64(fault->kind, &status))
        return call->response->dropped;
    if (call->verb)
        gcp_iam_refuse(call, (int)status, NULL, "A fault.");
    else
        refuse(call, (int)status, status >= 500 ? "internal_failure" : "access_denied", "A fault.");
    return true;
}

bool gcp_identity_handle(struct sandbox *sandbox, const struct sandbox_request *request,
                         struct arena *arena, struct sandbox_response *response)
{
    struct gcp_token_call call = {
        .sandbox = sandbox,
        .identities = sandbox->gcp->identities,
        .arena = arena,
        .request = request,
        .response = response,
    };
    const struct row *row = find_row(&call);
    if (!row)
        return false;
    const struct fault *fault = fault_due(sandbox, row->operation);
    response_header(response, "content-type", "application/json; charset=utf-8");
    response_header(response, "date", answer_date(sandbox, arena));
    response_header(response, "cache-control", "no-store");
    fault_delay(fault, response);
    if (!fault_before(&call, fault)) {
        row->handle(&call);
        fault_spoil(fault, arena, response);
    }
    answer_count(sandbox, row->operation, response->dropped ? 0 : response->status);
    return true;
}
