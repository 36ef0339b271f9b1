/* Page tokens and client tokens. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "tests/sandbox/service.h"

/* ---- Pages. A token is a random name for a place in one listing with its parameters; it says
 * nothing by itself, stays good for repeated use, and ends after an hour or with the process. */
static void digest_parameters(struct call_context *call, char hex[SHA256_HEX])
{
    struct json *copy = json_clone(call->arena, call->request);
    json_remove(copy, call->failure->service->token);
    const char *text = json_print(call->arena, copy);
    sha256_hex(text, strlen(text), hex);
}

static int refuse_token(struct call_context *call, const char *why)
{
    fail_field(call->failure, "INVALID_VALUE", "nextToken", "%s", why);
    return fail_validation(call->failure, REASON_REQUEST);
}

int page_open(struct call_context *call, struct page_cursor *ret_cursor)
{
    const char *text = json_get_text(call->request, call->failure->service->token);
    *ret_cursor = (struct page_cursor){0};
    if (!text)
        return 0;
    const struct page_token *token = NULL;
    for (size_t i = 0; i < PAGE_TOKENS && text[0] && !token; i++) {
        if (!strcmp(call->sandbox->pages[i].text, text))
            token = &call->sandbox->pages[i];
    }
    if (!token || strcmp(token->operation, call->operation->name) != 0)
        return refuse_token(call, "the token is not known");
    if (sandbox_now(call->sandbox) - token->made_ms >= PAGE_TOKEN_MS)
        return refuse_token(call, "the token has expired");
    char hex[SHA256_HEX];
    digest_parameters(call, hex);
    if (strcmp(hex, token->parameters) != 0)
        return refuse_token(call, "the other parameters must be those of the first page");
    ret_cursor->after_key = token->after_key;
    ret_cursor->after_id = token->after_id;
    return 0;
}

const char *page_issue(struct call_context *call, const char *key, const char *id)
{
    struct sandbox *sandbox = call->sandbox;
    struct page_token *token = &sandbox->pages[sandbox->page_next++ % PAGE_TOKENS];
    uint8_t bytes[24];
    char hex[2 * sizeof bytes + 1];
    sandbox->world->random(sandbox->world->context, bytes, sizeof bytes);
    snprintf(token->text, sizeof token->text, "AAMA%s", hex_encode(bytes, sizeof bytes, hex));
    snprintf(token->operation, sizeof token->operation, "%s", call->operation->name);
    digest_parameters(call, token->parameters);
    text_replace(&token->after_key, key);
    text_replace(&token->after_id, id);
    token->made_ms = sandbox_now(sandbox);
    return arena_copy(call->arena, token->text);
}

/* ---- Client tokens. */
static struct client_token *find_token(struct sandbox *sandbox, const char *key)
{
    for (size_t i = 0; i < sandbox->token_count; i++) {
        if (!strcmp(sandbox->tokens[i].key, key))
            return &sandbox->tokens[i];
    }
    return NULL;
}

static void forget_old(struct sandbox *sandbox)
{
    size_t kept = 0;
    for (size_t i = 0; i < sandbox->token_count; i++) {
        struct client_token *token = &sandbox->tokens[i];
        if (sandbox_now(sandbox) - token->made_ms >= CLIENT_TOKEN_MS) {
            free(token->key);
            free(token->body);
            free(token->answer);
        } else {
            sandbox->tokens[kept++] = *token;
        }
    }
    sandbox->token_count = kept;
}

static const char *token_key(struct call_context *call, const char *token)
{
    return arena_printf(call->arena, "%s/%s/%s", call->operation->name, call->catalog, token);
}

int token_check(struct call_context *call, const char *token, struct json **ret_answer)
{
    struct sandbox *sandbox = call->sandbox;
    forget_old(sandbox);
    const char *key = token_key(call, token);
    const struct client_token *known = find_token(sandbox, key);
    if (!known) {
        ARRAY_GROW(sandbox->tokens, &sandbox->token_capacity, sandbox->token_count + 1);
        sandbox->tokens[sandbox->token_count++] = (struct client_token){
            .key = memory_copy(key),
            .body = memory_copy(json_print(call->arena, call->request)),
            .answer = memory_copy(""),
            .made_ms = sandbox_now(sandbox),
        };
        sandbox->dirty = true;
        return 0;
    }
    struct json *body = NULL;
    json_parse(call->arena, known->body, strlen(known->body), &body, NULL);
    if (!json_equal(body, call->request)) {
        const struct service *service = call->failure->service;
        return fail(call->failure, service->conflict_status, service->conflict, "%s",
                    service->conflict_text);
    }
    if (!known->answer[0])
        return 0;
    return json_parse(call->arena, known->answer, strlen(known->answer), ret_answer, NULL) ? 0 : 1;
}

void token_keep(struct call_context *call, const char *token, const struct json *answer)
{
    struct client_token *known = find_token(call->sandbox, token_key(call, token));
    if (known)
        text_replace(&known->answer, json_print(call->arena, answer));
}
