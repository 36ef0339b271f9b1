/* The page on which a person signs in, and the code that proves it. */
#include <openssl/evp.h>
#include <string.h>

#include "base/digest.h"
#include "tests/sandbox/azure/tokens.h"
#include "tests/sandbox/identity.h"
#include "tests/sandbox/query.h"
#include "tests/sandbox/service.h"

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
    const char *verifier = token_field(call, "code_verifier");
    if (!text_equal(token_field(call, "redirect_uri"), code->redirect))
        return token_refuse(call, TOKEN_BAD_REDIRECT, NULL);
    if (!verifier || !verifier_fits(call->arena, verifier, code->challenge))
        return token_refuse(call, TOKEN_BAD_VERIFIER, NULL);
    return 0;
}

int token_by_code(struct token_call *call)
{
    static const char *const needed[] = {"code", "redirect_uri", "code_verifier"};
    struct azure_code code;
    const char *audience = NULL;
    for (size_t i = 0; i < COUNT(needed); i++) {
        if (!token_field(call, needed[i]))
            return token_missing(call, needed[i]);
    }
    if (!azure_code_take(call->sandbox, token_field(call, "code"), &code))
        return token_refuse(call, TOKEN_BAD_CODE, NULL);
    int result = check_code(call, &code);
    bool stays = strstr(code.scope, "offline_access");
    if (result == 0 && (call->v1 || token_field(call, "scope")))
        result = token_resource(call, true, &audience);
    else if (result == 0)
        result = token_scope(call, code.scope, true, &audience);
    azure_code_free(&code);
    if (result < 0)
        return result;
    token_give(call, audience, AZURE_USER);
    if (stays)
        json_set_text(call->arena, call->answer, "refresh_token",
                      azure_refresh_make(call->sandbox)->text);
    return 0;
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
    const char *audience = NULL, *mode = token_field(call, "response_mode");
    for (size_t i = 0; i < COUNT(needed); i++) {
        if (!token_field(call, needed[i]))
            return token_missing(call, needed[i]);
    }
    if (strcmp(call->request->method, "GET") != 0)
        return token_refuse(call, TOKEN_BAD_FORM, NULL);
    if (strcmp(token_field(call, "client_id"), AZURE_CLIENT) != 0)
        return token_refuse(call, TOKEN_NO_APPLICATION, NULL);
    if (!is_loopback(token_field(call, "redirect_uri")))
        return token_refuse(call, TOKEN_BAD_REDIRECT, NULL);
    if (!text_equal(token_field(call, "response_type"), "code") ||
        (mode && strcmp(mode, "query") != 0))
        return token_refuse(call, TOKEN_BAD_FORM, "response_type is code, response_mode is query.");
    if (!text_equal(token_field(call, "code_challenge_method"), "S256") ||
        strlen(token_field(call, "code_challenge")) != 43)
        return token_refuse(call, TOKEN_BAD_FORM, "code_challenge_method is S256.");
    return token_scope(call, token_field(call, "scope"), true, &audience);
}

int token_sign_in(struct token_call *call)
{
    call->form = query_parse(call->arena, call->request->query);
    int result = check_sign_in(call);
    if (result < 0)
        return result;
    CLEANUP_TEXT struct text target;
    text_init(&target, 8192);
    text_addf(&target, "%s?", token_field(call, "redirect_uri"));
    if (call->identities->denies) {
        text_add(&target, "error=access_denied&error_description=the%20person%20said%20no");
    } else {
        call->identities->needs_mfa = false;
        call->identities->lacks_consent = false;
        text_addf(&target, "code=%s",
                  azure_code_make(call->sandbox, token_field(call, "redirect_uri"),
                                  token_field(call, "code_challenge"), token_field(call, "scope")));
    }
    call->identities->denies = false;
    text_add(&target, "&state=");
    query_encode(&target, token_field(call, "state"));
    response_header(call->response, "location", arena_copy(call->arena, target.data));
    answer_body(call->response, 302, "");
    return 0;
}
