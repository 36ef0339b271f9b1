/* The token endpoint of Entra ID, versions 1 and 2, and the page on which a person signs in. */
#include <openssl/evp.h>
#include <string.h>

#include "base/digest.h"
#include "tests/sandbox/azure/identities.h"
#include "tests/sandbox/identity.h"
#include "tests/sandbox/query.h"
#include "tests/sandbox/service.h"

#define FORM_TYPE      "application/x-www-form-urlencoded"
#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define LOGIN_HOST     "login.microsoftonline.com" /* its quota goes by this name */

struct token_call {
    struct sandbox *sandbox;
    struct azure_identities *identities;
    struct arena *arena;
    const struct sandbox_request *request;
    struct sandbox_response *response;
    const struct json *form; /* of a sign-in: its query */
    bool v1;
    struct json *answer;
};

/* ---- Refusals. */
enum refusal {
    BAD_FORM,
    MISSING,
    NO_TENANT,
    COMMON_TENANT,
    NO_APPLICATION,
    NO_PROOF,
    WRONG_SECRET,
    BAD_ASSERTION,
    BAD_GRANT,
    NO_RESOURCE,
    BAD_SCOPE,
    BAD_CODE,
    BAD_VERIFIER,
    BAD_REDIRECT,
    BAD_REFRESH,
    OLD_REFRESH,
    REVOKED,
    NEEDS_MFA,
    NO_CONSENT,
    THROTTLED,
    UNAVAILABLE,
    BROKEN,
    FORBIDDEN,
};

/* clang-format off */
static const struct {
    int status, code; /* code 0: without one */
    const char *error, *message, *suberror;
} refusals[] = {
    [BAD_FORM] = {400, 900432, "invalid_request", "The request's content type or form is malformed.", NULL},
    [MISSING] = {400, 900144, "invalid_request", "The request body must contain the following parameter:", NULL},
    [NO_TENANT] = {400, 90002, "invalid_request", "Tenant was not found.", NULL},
    [COMMON_TENANT] = {400, 50059, "invalid_request", "No tenant-identifying information found.", NULL},
    [NO_APPLICATION] = {400, 700016, "unauthorized_client", "Application was not found in the directory.", NULL},
    [NO_PROOF] = {401, 7000218, "invalid_client", "The request body must contain either client_assertion or client_secret.", NULL},
    [WRONG_SECRET] = {401, 7000215, "invalid_client", "Invalid client secret provided.", NULL},
    [BAD_ASSERTION] = {401, 700027, "invalid_client", "Client assertion failed signature validation.", NULL},
    [BAD_GRANT] = {400, 70003, "unsupported_grant_type", "The app requested an unsupported grant type.", NULL},
    [NO_RESOURCE] = {400, 500011, "invalid_resource", "The resource principal was not found in the tenant.", NULL},
    [BAD_SCOPE] = {400, 70011, "invalid_scope", "The provided value for the input parameter 'scope' is not valid.", NULL},
    [BAD_CODE] = {400, 70008, "invalid_grant", "The provided authorization code is unknown, used or expired.", NULL},
    [BAD_VERIFIER] = {400, 501481, "invalid_grant", "The Code_Verifier does not match the code_challenge supplied in the authorization request.", NULL},
    [BAD_REDIRECT] = {400, 50011, "invalid_request", "The redirect URI does not match the redirect URIs configured for the application.", NULL},
    [BAD_REFRESH] = {400, 9002313, "invalid_grant", "Invalid request. The refresh token is malformed.", NULL},
    [OLD_REFRESH] = {400, 700082, "invalid_grant", "The refresh token has expired due to inactivity.", NULL},
    [REVOKED] = {400, 50173, "invalid_grant", "The grant was issued before the last credential change.", NULL},
    [NEEDS_MFA] = {400, 50076, "interaction_required", "Multi-factor authentication is required.", "basic_action"},
    [NO_CONSENT] = {400, 65001, "invalid_grant", "The user or administrator has not consented.", "consent_required"},
    [THROTTLED] = {429, 0, "temporarily_unavailable", "Too many requests.", NULL},
    [UNAVAILABLE] = {503, 0, "temporarily_unavailable", "The service is temporarily unavailable.", NULL},
    [BROKEN] = {500, 0, "server_error", "The server could not process the request.", NULL},
    [FORBIDDEN] = {403, 53003, "access_denied", "Access has been blocked by Conditional Access policies.", NULL},
};
/* clang-format on */

/* `detail` may be NULL. */
static int refuse(struct token_call *call, enum refusal what, const char *detail)
{
    struct arena *arena = call->arena;
    struct json *body = json_object(arena);
    const char *trace = azure_new_guid(call->sandbox, arena);
    const char *sent = request_header(call->request, "client-request-id");
    const char *correlation = sent ? sent : answer_guid(call->sandbox, arena);
    const char *message = arena_printf(arena, "%s%s%s", refusals[what].message, detail ? " " : "",
                                       detail ? detail : "");
    char now[INSTANT_TEXT];
    instant_print(identity_now(call->sandbox), now);
    const char *time = arena_printf(arena, "%.10s %.8sZ", now, now + 11);
    json_set_text(arena, body, "error", refusals[what].error);
    if (refusals[what].code) {
        struct json *codes = json_array(arena);
        json_append(arena, codes, json_int(arena, refusals[what].code));
        message = arena_printf(arena, "AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s",
                               refusals[what].code, message, trace, correlation, time);
        json_set_text(arena, body, "error_description", message);
        json_set(arena, body, "error_codes", codes);
        json_set_text(arena, body, "timestamp", time);
        json_set_text(arena, body, "trace_id", trace);
        json_set_text(arena, body, "correlation_id", correlation);
    } else {
        json_set_text(arena, body, "error_description", message);
    }
    if (refusals[what].suberror)
        json_set_text(arena, body, "suberror", refusals[what].suberror);
    answer_body(call->response, refusals[what].status, json_print(arena, body));
    return -ERROR_REFUSED;
}

static void ask_to_wait(struct token_call *call, int64_t wait_s)
{
    response_header(call->response, "retry-after",
                    arena_printf(call->arena, "%lld", (long long)wait_s));
}

static const char *field(const struct token_call *call, const char *name)
{
    const char *text = json_get_text(call->form, name);
    return text && text[0] ? text : NULL;
}

static int missing(struct token_call *call, const char *name)
{
    return refuse(call, MISSING, arena_printf(call->arena, "'%s'.", name));
}

/* ---- What a token is asked for. */
static const struct {
    const char *audience;
    bool to_persons; /* the delegated permission has been consented to */
} audiences[] = {
    {"https://graph.microsoft.com", false},
    {"https://api.partner.microsoft.com", true},
    {"https://api.partnercenter.microsoft.com", true},
    {"20e940b3-4c77-4b0b-9a53-9e16a1b010a7", false},
};

static const char *find_audience(const char *text, size_t length, bool *ret_to_persons)
{
    for (size_t i = 0; i < COUNT(audiences); i++) {
        const char *audience = audiences[i].audience;
        if (strlen(audience) != length || strncmp(audience, text, length) != 0)
            continue;
        *ret_to_persons = audiences[i].to_persons;
        return audience;
    }
    return NULL;
}

const char *azure_known_audience(const char *resource)
{
    bool to_persons;
    size_t length = strlen(resource);
    if (text_starts(resource, "https://") && resource[length - 1] == '/')
        length--;
    return find_audience(resource, length, &to_persons);
}

/* One word of a scope: 1 and the audience, 0 if it names none by its nature, negative if it is
 * refused. */
static int read_scope_word(struct token_call *call, const char *word, bool person,
                           const char **ret_audience)
{
    static const char *const plain[] = {"offline_access", "openid", "profile"};
    for (size_t i = 0; i < COUNT(plain); i++) {
        if (!strcmp(word, plain[i]))
            return person ? 0 : refuse(call, BAD_SCOPE, word);
    }
    const char *slash = strrchr(word, '/');
    bool fits =
        slash && (!strcmp(slash, "/.default") || (person && !strcmp(slash, "/user_impersonation")));
    if (!fits)
        return refuse(call, BAD_SCOPE, word);
    bool to_persons = false;
    const char *audience = find_audience(word, (size_t)(slash - word), &to_persons);
    if (!audience)
        return refuse(call, NO_RESOURCE, word);
    if (person && !to_persons)
        return refuse(call, NO_CONSENT, word);
    if (*ret_audience)
        return refuse(call, BAD_SCOPE, "A token is for one resource.");
    *ret_audience = audience;
    return 1;
}

static int read_scope(struct token_call *call, const char *scope, bool person,
                      const char **ret_audience)
{
    const char *audience = NULL;
    char *rest = arena_copy(call->arena, scope);
    for (char *word; (word = strsep(&rest, " "));) {
        if (word[0] && read_scope_word(call, word, person, &audience) < 0)
            return -ERROR_REFUSED;
    }
    if (!audience)
        return refuse(call, BAD_SCOPE, "It names no resource.");
    *ret_audience = audience;
    return 0;
}

static int read_audience(struct token_call *call, bool person, const char **ret_audience)
{
    const char *name = call->v1 ? "resource" : "scope", *text = field(call, name);
    if (!text)
        return missing(call, name);
    if (!call->v1)
        return read_scope(call, text, person, ret_audience);
    bool to_persons = false;
    const char *audience = azure_known_audience(text);
    if (!audience)
        return refuse(call, NO_RESOURCE, text);
    find_audience(audience, strlen(audience), &to_persons);
    if (person && !to_persons)
        return refuse(call, NO_CONSENT, text);
    *ret_audience = audience;
    return 0;
}

/* ---- Who asks. */
static int check_assertion(struct token_call *call, const char *assertion)
{
    const char *why = NULL;
    if (!text_equal(field(call, "client_assertion_type"), ASSERTION_TYPE))
        return missing(call, "client_assertion_type");
    if (!strcmp(assertion, AZURE_FEDERATED_TOKEN) ||
        azure_assertion_holds(call->sandbox, call->request, assertion, &why))
        return 0;
    return refuse(call, BAD_ASSERTION, why);
}

static int check_client(struct token_call *call)
{
    const char *client = field(call, "client_id"), *secret = field(call, "client_secret");
    const char *assertion = field(call, "client_assertion");
    if (!client)
        return missing(call, "client_id");
    if (strcmp(client, AZURE_CLIENT) != 0)
        return refuse(call, NO_APPLICATION, NULL);
    if (!secret == !assertion)
        return refuse(call, NO_PROOF, NULL);
    if (assertion)
        return check_assertion(call, assertion);
    return strcmp(secret, AZURE_SECRET) ? refuse(call, WRONG_SECRET, NULL) : 0;
}

/* ---- Grants. */
static void put_number(struct token_call *call, const char *name, int64_t number)
{
    json_set(call->arena, call->answer, name,
             call->v1
                 ? json_string(call->arena, arena_printf(call->arena, "%lld", (long long)number))
                 : json_int(call->arena, number));
}

static void give_access(struct token_call *call, const char *audience, enum azure_identity identity)
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
        json_set_text(arena, call->answer, "resource", field(call, "resource"));
    }
    json_set_text(arena, call->answer, "access_token", access->text);
}

static int give_by_client(struct token_call *call)
{
    const char *audience = NULL;
    int result = read_audience(call, false, &audience);
    if (result == 0)
        give_access(call, audience, AZURE_APP);
    return result;
}

static int give_by_refresh(struct token_call *call)
{
    const char *text = field(call, "refresh_token"), *audience = NULL;
    if (!text)
        return missing(call, "refresh_token");
    const struct azure_refresh *refresh = azure_refresh_find(call->sandbox, text);
    if (!refresh)
        return refuse(call, BAD_REFRESH, NULL);
    if (refresh->revoked)
        return refuse(call, REVOKED, NULL);
    if (sandbox_now(call->sandbox) - refresh->issued_ms >= AZURE_REFRESH_MS)
        return refuse(call, OLD_REFRESH, NULL);
    if (call->identities->needs_mfa)
        return refuse(call, NEEDS_MFA, NULL);
    if (call->identities->lacks_consent)
        return refuse(call, NO_CONSENT, NULL);
    int result = read_audience(call, true, &audience);
    if (result < 0)
        return result;
    give_access(call, audience, AZURE_USER);
    json_set_text(call->arena, call->answer, "refresh_token",
                  azure_refresh_make(call->sandbox)->text);
    return 0;
}

/* RFC 7636, 4.6. */
static bool verifier_fits(struct arena *arena, const char *verifier, const char *challenge)
{
    uint8_t digest[SHA256_BYTES];
    unsigned char *coded = arena_alloc(arena, 2 * sizeof digest);
    size_t length = strlen(verifier);
    if (length < 43 || length > 128)
        return false;
    sha256(verifier, length, digest);
    EVP_EncodeBlock(coded, digest, sizeof digest);
    char *text = arena_copy(arena, (const char *)coded);
    for (char *c = text; *c; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c == '=' ? '\0' : *c;
    return !strcmp(text, challenge);
}

static int check_code(struct token_call *call, const struct azure_code *code)
{
    const char *verifier = field(call, "code_verifier");
    if (!text_equal(field(call, "redirect_uri"), code->redirect))
        return refuse(call, BAD_REDIRECT, NULL);
    if (!verifier || !verifier_fits(call->arena, verifier, code->challenge))
        return refuse(call, BAD_VERIFIER, NULL);
    return 0;
}

static int give_by_code(struct token_call *call)
{
    static const char *const needed[] = {"code", "redirect_uri", "code_verifier"};
    struct azure_code code;
    const char *audience = NULL;
    for (size_t i = 0; i < COUNT(needed); i++) {
        if (!field(call, needed[i]))
            return missing(call, needed[i]);
    }
    if (!azure_code_take(call->sandbox, field(call, "code"), &code))
        return refuse(call, BAD_CODE, NULL);
    int result = check_code(call, &code);
    bool stays = strstr(code.scope, "offline_access");
    if (result == 0 && (call->v1 || field(call, "scope")))
        result = read_audience(call, true, &audience);
    else if (result == 0)
        result = read_scope(call, code.scope, true, &audience);
    azure_code_free(&code);
    if (result < 0)
        return result;
    give_access(call, audience, AZURE_USER);
    if (stays)
        json_set_text(call->arena, call->answer, "refresh_token",
                      azure_refresh_make(call->sandbox)->text);
    return 0;
}

/* A name and a password carry no second factor, which Partner Center demands on each call. */
static int refuse_password(struct token_call *call)
{
    return refuse(call, NEEDS_MFA, NULL);
}

static const struct {
    const char *type;
    int (*give)(struct token_call *call);
} grants[] = {
    {"client_credentials", give_by_client},
    {"refresh_token", give_by_refresh},
    {"authorization_code", give_by_code},
    {"password", refuse_password},
};

static int check_tenant(struct token_call *call)
{
    static const char *const common[] = {"common", "organizations", "consumers"};
    const char *path = call->request->path + 1;
    const char *tenant = arena_copy_n(call->arena, path, strcspn(path, "/"));
    for (size_t i = 0; i < COUNT(common); i++) {
        if (!strcmp(common[i], tenant))
            return refuse(call, COMMON_TENANT, NULL);
    }
    return text_equal_nocase(tenant, AZURE_TENANT) ? 0 : refuse(call, NO_TENANT, NULL);
}

static int give_token(struct token_call *call)
{
    const struct sandbox_request *request = call->request;
    const char *type = request_header(request, "content-type");
    size_t length = strlen(FORM_TYPE);
    bool typed = type && text_starts(type, FORM_TYPE) && (!type[length] || type[length] == ';');
    call->form = typed ? query_parse_form(call->arena, request->body, request->body_length) : NULL;
    if (!call->form || strcmp(request->method, "POST") != 0)
        return refuse(call, BAD_FORM, NULL);
    const char *grant = field(call, "grant_type");
    if (!grant)
        return missing(call, "grant_type");
    int result = check_client(call);
    for (size_t i = 0; result == 0 && i < COUNT(grants); i++) {
        if (!strcmp(grants[i].type, grant))
            return grants[i].give(call);
    }
    return result < 0 ? result : refuse(call, BAD_GRANT, grant);
}

/* ---- The sign-in page, and a person who is quick. */
static bool is_loopback(const char *uri)
{
    static const char *const starts[] = {"http://localhost:", "http://127.0.0.1:"};
    for (size_t i = 0; uri && i < COUNT(starts); i++) {
        if (!text_starts(uri, starts[i]))
            continue;
        const char *port = uri + strlen(starts[i]);
        size_t digits = strspn(port, "0123456789");
        return digits > 0 && digits < 6 && (!port[digits] || port[digits] == '/') &&
               !strpbrk(port, "?#");
    }
    return false;
}

static int check_sign_in(struct token_call *call)
{
    static const char *const needed[] = {"client_id", "redirect_uri", "scope", "state",
                                         "code_challenge"};
    const char *audience = NULL, *mode = field(call, "response_mode");
    for (size_t i = 0; i < COUNT(needed); i++) {
        if (!field(call, needed[i]))
            return missing(call, needed[i]);
    }
    if (strcmp(call->request->method, "GET") != 0)
        return refuse(call, BAD_FORM, NULL);
    if (strcmp(field(call, "client_id"), AZURE_CLIENT) != 0)
        return refuse(call, NO_APPLICATION, NULL);
    if (!is_loopback(field(call, "redirect_uri")))
        return refuse(call, BAD_REDIRECT, NULL);
    if (!text_equal(field(call, "response_type"), "code") || (mode && strcmp(mode, "query") != 0))
        return refuse(call, BAD_FORM, "response_type is code, response_mode is query.");
    if (!text_equal(field(call, "code_challenge_method"), "S256") ||
        strlen(field(call, "code_challenge")) != 43)
        return refuse(call, BAD_FORM, "code_challenge_method is S256.");
    return read_scope(call, field(call, "scope"), true, &audience);
}

static int sign_in(struct token_call *call)
{
    call->form = query_parse(call->arena, call->request->query);
    int result = check_sign_in(call);
    if (result < 0)
        return result;
    CLEANUP_TEXT struct text target;
    text_init(&target, 8192);
    text_addf(&target, "%s?", field(call, "redirect_uri"));
    if (call->identities->denies) {
        text_add(&target, "error=access_denied&error_description=the%20person%20said%20no");
    } else {
        call->identities->needs_mfa = false;
        call->identities->lacks_consent = false;
        text_addf(&target, "code=%s",
                  azure_code_make(call->sandbox, field(call, "redirect_uri"),
                                  field(call, "code_challenge"), field(call, "scope")));
    }
    call->identities->denies = false;
    text_add(&target, "&state=");
    query_encode(&target, field(call, "state"));
    response_header(call->response, "location", arena_copy(call->arena, target.data));
    answer_body(call->response, 302, "");
    return 0;
}

/* ---- Paths. */
static const struct token_row {
    const char *end, *operation;
    bool v1;
    int (*handle)(struct token_call *call);
} rows[] = {
    {"/oauth2/v2.0/token", "Token", false, give_token},
    {"/oauth2/token", "Token", true, give_token},
    {"/oauth2/v2.0/authorize", "Authorize", false, sign_in},
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

static bool fault_before(struct token_call *call, const struct fault *fault)
{
    static const struct {
        const char *kind;
        enum refusal what;
        int64_t wait_s;
    } instead[] = {
        {"429", THROTTLED, 12},   {"503", UNAVAILABLE, 5}, {"500", BROKEN, 0},
        {"401", WRONG_SECRET, 0}, {"403", FORBIDDEN, 0},   {"expired", OLD_REFRESH, 0},
    };
    call->response->dropped = fault_is(fault, "reset");
    for (size_t i = 0; i < COUNT(instead); i++) {
        if (!fault_is(fault, instead[i].kind))
            continue;
        refuse(call, instead[i].what, NULL);
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
        refuse(call, THROTTLED, NULL);
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
