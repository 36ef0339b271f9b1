/* How the token endpoint says no, and what may be asked of it. */
#include <string.h>

#include "tests/sandbox/azure/tokens.h"
#include "tests/sandbox/identity.h"

/* clang-format off */
static const struct {
    int status, code; /* code 0: without one */
    const char *error, *message, *suberror;
} refusals[] = {
    [TOKEN_BAD_FORM] = {400, 900432, "invalid_request", "The request's content type or form is malformed.", NULL},
    [TOKEN_MISSING] = {400, 900144, "invalid_request", "The request body must contain the following parameter:", NULL},
    [TOKEN_NO_TENANT] = {400, 90002, "invalid_request", "Tenant was not found.", NULL},
    [TOKEN_COMMON_TENANT] = {400, 50059, "invalid_request", "No tenant-identifying information found.", NULL},
    [TOKEN_NO_APPLICATION] = {400, 700016, "unauthorized_client", "Application was not found in the directory.", NULL},
    [TOKEN_NO_PROOF] = {401, 7000218, "invalid_client", "The request body must contain either client_assertion or client_secret.", NULL},
    [TOKEN_WRONG_SECRET] = {401, 7000215, "invalid_client", "Invalid client secret provided.", NULL},
    [TOKEN_BAD_ASSERTION] = {401, 700027, "invalid_client", "Client assertion failed signature validation.", NULL},
    [TOKEN_BAD_GRANT] = {400, 70003, "unsupported_grant_type", "The app requested an unsupported grant type.", NULL},
    [TOKEN_NO_RESOURCE] = {400, 500011, "invalid_resource", "The resource principal was not found in the tenant.", NULL},
    [TOKEN_BAD_SCOPE] = {400, 70011, "invalid_scope", "The provided value for the input parameter 'scope' is not valid.", NULL},
    [TOKEN_BAD_CODE] = {400, 70008, "invalid_grant", "The provided authorization code is unknown, used or expired.", NULL},
    [TOKEN_BAD_VERIFIER] = {400, 501481, "invalid_grant", "The Code_Verifier does not match the code_challenge supplied in the authorization request.", NULL},
    [TOKEN_BAD_REDIRECT] = {400, 50011, "invalid_request", "The redirect URI does not match the redirect URIs configured for the application.", NULL},
    [TOKEN_BAD_REFRESH] = {400, 9002313, "invalid_grant", "Invalid request. The refresh token is malformed.", NULL},
    [TOKEN_OLD_REFRESH] = {400, 700082, "invalid_grant", "The refresh token has expired due to inactivity.", NULL},
    [TOKEN_REVOKED] = {400, 50173, "invalid_grant", "The grant was issued before the last credential change.", NULL},
    [TOKEN_NEEDS_MFA] = {400, 50076, "interaction_required", "Multi-factor authentication is required.", "basic_action"},
    [TOKEN_NO_CONSENT] = {400, 65001, "invalid_grant", "The user or administrator has not consented.", "consent_required"},
    [TOKEN_THROTTLED] = {429, 0, "temporarily_unavailable", "Too many requests.", NULL},
    [TOKEN_UNAVAILABLE] = {503, 0, "temporarily_unavailable", "The service is temporarily unavailable.", NULL},
    [TOKEN_BROKEN] = {500, 0, "server_error", "The server could not process the request.", NULL},
    [TOKEN_FORBIDDEN] = {403, 53003, "access_denied", "Access has been blocked by Conditional Access policies.", NULL},
};
/* clang-format on */

int token_refuse(struct token_call *call, enum token_refusal what, const char *detail)
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

const char *token_field(const struct token_call *call, const char *name)
{
    const char *text = json_get_text(call->form, name);
    return text && text[0] ? text : NULL;
}

int token_missing(struct token_call *call, const char *name)
{
    return token_refuse(call, TOKEN_MISSING, arena_printf(call->arena, "'%s'.", name));
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
            return person ? 0 : token_refuse(call, TOKEN_BAD_SCOPE, word);
    }
    const char *slash = strrchr(word, '/');
    bool fits =
        slash && (!strcmp(slash, "/.default") || (person && !strcmp(slash, "/user_impersonation")));
    if (!fits)
        return token_refuse(call, TOKEN_BAD_SCOPE, word);
    bool to_persons = false;
    const char *audience = find_audience(word, (size_t)(slash - word), &to_persons);
    if (!audience)
        return token_refuse(call, TOKEN_NO_RESOURCE, word);
    if (person && !to_persons)
        return token_refuse(call, TOKEN_NO_CONSENT, word);
    if (*ret_audience)
        return token_refuse(call, TOKEN_BAD_SCOPE, "A token is for one resource.");
    *ret_audience = audience;
    return 1;
}

int token_scope(struct token_call *call, const char *scope, bool person, const char **ret_audience)
{
    const char *audience = NULL;
    char *rest = arena_copy(call->arena, scope);
    for (char *word; (word = strsep(&rest, " "));) {
        if (word[0] && read_scope_word(call, word, person, &audience) < 0)
            return -ERROR_REFUSED;
    }
    if (!audience)
        return token_refuse(call, TOKEN_BAD_SCOPE, "It names no resource.");
    *ret_audience = audience;
    return 0;
}

int token_resource(struct token_call *call, bool person, const char **ret_audience)
{
    const char *name = call->v1 ? "resource" : "scope", *text = token_field(call, name);
    if (!text)
        return token_missing(call, name);
    if (!call->v1)
        return token_scope(call, text, person, ret_audience);
    bool to_persons = false;
    const char *audience = azure_known_audience(text);
    if (!audience)
        return token_refuse(call, TOKEN_NO_RESOURCE, text);
    find_audience(audience, strlen(audience), &to_persons);
    if (person && !to_persons)
        return token_refuse(call, TOKEN_NO_CONSENT, text);
    *ret_audience = audience;
    return 0;
}
