#include "connectors/azure/tokens.h"

#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/times.h"
#include "connectors/azure/grant.h"
#include "connectors/azure/sign_in.h"
#include "net/jwt.h"
#include "net/oauth.h"
#include "net/session_retry.h"

#define EARLY_MS   INT64_C(300000) /* before its end a token is fetched anew */
#define LOCK_MS    200             /* between two tries for the sign-in's lock */
#define LOCK_TRIES 150             /* 30 s: an exchange takes one */
#define DAY_MS     INT64_C(86400000)

/* One audience. */
struct token {
    struct secret *access;
    int64_t ends_ticks;
    struct fetch *fetch; /* under way */
};

struct azure_tokens {
    struct azure_tokens_options options;
    struct arena *arena;
    const struct world *world;
    struct grant_setup setup;
    const char *sign_in_path; /* NULL: none is configured */
    struct token tokens[AZURE_AUDIENCES];
    /* A sign-in under way. */
    const char *verifier, *redirect;
    struct fetch *login;
};

/* A token on its way. */
struct fetch {
    struct azure_tokens *tokens;
    struct fetch **slot;
    struct grant_wish wish;
    struct arena *arena;
    struct sign_in sign_in; /* with a person's token */
    bool by_person, vouch, on_wire;
    int lock; /* of the sign-in; -1: none */
    unsigned lock_tries;
    uint64_t timer;
    struct http_request request;
    int64_t sent_ms, sent_ticks;
    session_ready *ready;
    void *ready_context;
};

/* ------------------------------------------------------------------ the end of a fetch */

static void fetch_free(void *context)
{
    struct fetch *fetch = context;
    oauth_wipe(&fetch->request);
    secret_free(fetch->sign_in.token);
    if (fetch->lock >= 0)
        close(fetch->lock); /* which unlocks */
    arena_free(fetch->arena);
    free(fetch);
}

static void end(struct fetch *fetch, const struct error *failure)
{
    session_ready *ready = fetch->ready;
    void *context = fetch->ready_context;
    *fetch->slot = NULL;
    fetch_free(fetch);
    ready(context, failure);
}

static void keep_access(struct fetch *fetch, struct oauth_grant *grant)
{
    struct token *token = &fetch->tokens->tokens[fetch->wish.audience];
    secret_free(token->access);
    token->access = take_ptr(&grant->access_token);
    token->ends_ticks = fetch->sent_ticks + grant->life_ms;
}

/* The next refresh token first: what only memory knows a crash takes away. A service that gives
 * none lets the old one go on. */
static int keep_sign_in(struct fetch *fetch, struct oauth_grant *grant, struct error *error)
{
    struct sign_in *sign_in = &fetch->sign_in;
    if (!grant->refresh_token)
        return fetch->wish.code
                   ? error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                               "the sign-in gave no refresh token: is offline_access consented?")
                   : 0;
    secret_free(sign_in->token);
    sign_in->token = take_ptr(&grant->refresh_token);
    sign_in->issued_ms = fetch->sent_ms;
    world_point(fetch->tokens->world, "sign-in-before");
    int result = sign_in_write(fetch->tokens->sign_in_path, sign_in, error);
    world_point(fetch->tokens->world, "sign-in-after");
    return result;
}

static void take_grant(struct fetch *fetch, struct oauth_grant *grant)
{
    struct error error = {0};
    int result = fetch->by_person ? keep_sign_in(fetch, grant, &error) : 0;
    if (!result)
        keep_access(fetch, grant);
    oauth_grant_clear(grant);
    end(fetch, result < 0 ? &error : NULL);
}

/* ------------------------------------------------------------------ the exchange */

static void send(struct fetch *fetch);

static void answered(void *context, const struct http_response *response,
                     const struct error *failure)
{
    struct fetch *fetch = context;
    struct oauth_grant grant = {0};
    struct error error = {0};
    fetch->on_wire = false;
    if (fetch->tokens->options.har && !fetch->request.direct)
        har_add(fetch->tokens->options.har, fetch->sent_ms, &fetch->request, response);
    int result = 0;
    if (failure) {
        error = *failure;
        result = -(int)failure->class;
    } else if (response->status != 200) {
        result = grant_refused(response, fetch->by_person, &error);
        error.retry_after_ms =
            error.retry_after_ms ? error.retry_after_ms : retry_after(response, fetch->sent_ms);
    } else {
        result = oauth_read(response, fetch->sent_ms, &grant, &error);
    }
    if (result < 0) {
        end(fetch, &error);
    } else if (fetch->vouch) {
        fetch->wish.assertion = arena_copy(fetch->arena, secret_reveal(grant.access_token));
        oauth_grant_clear(&grant);
        send(fetch);
    } else {
        take_grant(fetch, &grant);
    }
}

static void send(struct fetch *fetch)
{
    struct azure_tokens *tokens = fetch->tokens;
    struct error error = {0};
    fetch->sent_ms = world_now(tokens->world);
    fetch->sent_ticks = world_ticks(tokens->world);
    fetch->wish.now_ms = fetch->sent_ms;
    oauth_wipe(&fetch->request);
    fetch->request = (struct http_request){0};
    int result = grant_request(fetch->arena, &tokens->setup, &fetch->wish, &fetch->request,
                               &fetch->vouch, &error);
    if (!result)
        result = loop_http_start(tokens->options.loop, &fetch->request, answered, fetch, &error);
    if (result < 0)
        end(fetch, &error);
    else
        fetch->on_wire = true;
}

/* ------------------------------------------------------------------ the person's token */

static void lock(void *context)
{
    struct fetch *fetch = context;
    struct azure_tokens *tokens = fetch->tokens;
    struct error error = {0};
    fetch->timer = 0;
    int result = sign_in_lock(tokens->sign_in_path, &fetch->lock, &error);
    if (result == -ERROR_TEMPORARY && ++fetch->lock_tries < LOCK_TRIES) {
        fetch->timer = loop_after(tokens->options.loop, LOCK_MS, lock, fetch);
        return;
    }
    if (!result && !fetch->wish.code)
        result = sign_in_read(fetch->arena, tokens->sign_in_path, tokens->setup.tenant,
                              tokens->setup.client, &fetch->sign_in, &error);
    if (result < 0) {
        end(fetch, &error);
        return;
    }
    if (!fetch->wish.code)
        fetch->wish.refresh_token = secret_reveal(fetch->sign_in.token);
    send(fetch);
}

static struct fetch *fetch_new(struct azure_tokens *tokens, struct fetch **slot,
                               enum azure_audience audience, session_ready *ready, void *context)
{
    struct fetch *fetch = memory_alloc(sizeof *fetch);
    char guid[GUID_TEXT];
    *slot = fetch;
    fetch->slot = slot;
    fetch->tokens = tokens;
    fetch->arena = arena_new();
    fetch->lock = -1;
    fetch->ready = ready;
    fetch->ready_context = context;
    fetch->by_person = audience == AZURE_FOR_PARTNER;
    fetch->wish.audience = audience;
    fetch->wish.jti = arena_copy(fetch->arena, world_guid(tokens->world, guid));
    return fetch;
}

void azure_tokens_fetch(struct azure_tokens *tokens, enum azure_audience audience,
                        session_ready *ready, void *context)
{
    struct fetch *fetch =
        fetch_new(tokens, &tokens->tokens[audience].fetch, audience, ready, context);
    struct error error = {0};
    if (!fetch->by_person) {
        send(fetch);
    } else if (tokens->sign_in_path) {
        lock(fetch);
    } else {
        error_set(&error, ERROR_AUTH, SCOPE_CLOUD,
                  "referrals need a person's sign-in: set clouds.azure.sign_in and run "
                  "`agent login azure`");
        end(fetch, &error);
    }
}

/* ------------------------------------------------------------------ life */

int azure_tokens_new(const struct azure_tokens_options *options, struct azure_tokens **ret_tokens,
                     struct error *error)
{
    struct azure_tokens *tokens = memory_alloc(sizeof *tokens);
    tokens->options = *options;
    tokens->arena = arena_new();
    tokens->world = loop_world(options->loop);
    tokens->sign_in_path = settings_text(options->settings, "sign_in");
    int result = grant_setup(tokens->arena, &tokens->options, &tokens->setup, error);
    if (!result && tokens->sign_in_path && tokens->setup.proof == PROOF_MANAGED)
        result = error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                           "clouds.azure: a managed identity cannot hold a person's sign-in: give "
                           "client_id too, with the identity as its federated credential");
    if (result < 0) {
        azure_tokens_free(tokens);
        return result;
    }
    *ret_tokens = tokens;
    return 0;
}

/* A request that is on its way lives on until the transport is through with it. */
static void fetch_drop(struct azure_tokens *tokens, struct fetch *fetch)
{
    if (!fetch)
        return;
    if (fetch->timer)
        loop_cancel(tokens->options.loop, fetch->timer);
    if (fetch->on_wire)
        loop_http_drop(tokens->options.loop, fetch, fetch_free);
    else
        fetch_free(fetch);
}

void azure_tokens_free(struct azure_tokens *tokens)
{
    if (!tokens)
        return;
    fetch_drop(tokens, tokens->login);
    for (size_t i = 0; i < AZURE_AUDIENCES; i++) {
        fetch_drop(tokens, tokens->tokens[i].fetch);
        secret_free(tokens->tokens[i].access);
    }
    arena_free(tokens->arena);
    free(tokens);
}

const struct secret *azure_tokens_get(const struct azure_tokens *tokens,
                                      enum azure_audience audience)
{
    return tokens->tokens[audience].access;
}

bool azure_tokens_due(const struct azure_tokens *tokens, enum azure_audience audience, bool force)
{
    const struct token *token = &tokens->tokens[audience];
    return force || !token->access || world_ticks(tokens->world) > token->ends_ticks - EARLY_MS;
}

/* ------------------------------------------------------------------ for people */

const char *azure_tokens_method(struct azure_tokens *tokens)
{
    int64_t ends_ms;
    char day[DAY_TEXT];
    const char *name = grant_describe(tokens->arena, &tokens->setup, &ends_ms);
    return ends_ms
               ? arena_printf(tokens->arena, "%s until %s", name, day_print(day_of(ends_ms), day))
               : name;
}

bool azure_tokens_has_sign_in(const struct azure_tokens *tokens)
{
    return tokens->sign_in_path != NULL;
}

int azure_tokens_sign_in(struct azure_tokens *tokens, int64_t *ret_signed_in_ms,
                         int64_t *ret_issued_ms, int64_t *ret_ends_ms, struct error *error)
{
    struct sign_in sign_in;
    if (!tokens->sign_in_path)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "no sign-in is configured");
    int result = sign_in_read(tokens->arena, tokens->sign_in_path, tokens->setup.tenant,
                              tokens->setup.client, &sign_in, error);
    if (result < 0)
        return result;
    secret_free(sign_in.token);
    *ret_signed_in_ms = sign_in.signed_in_ms;
    *ret_issued_ms = sign_in.issued_ms;
    *ret_ends_ms = sign_in.issued_ms + SIGN_IN_DAYS * DAY_MS;
    return 0;
}

/* ------------------------------------------------------------------ signing in */

static const char *chance(struct azure_tokens *tokens)
{
    uint8_t bytes[32];
    tokens->world->random(tokens->world->context, bytes, sizeof bytes);
    return jwt_base64url(tokens->arena, bytes, sizeof bytes);
}

int azure_tokens_login_url(struct azure_tokens *tokens, struct arena *arena, const char *redirect,
                           const char **ret_url, const char **ret_state, struct error *error)
{
    CLEANUP_TEXT struct text query;
    uint8_t digest[SHA256_BYTES];
    text_init(&query, 4096);
    if (!tokens->sign_in_path)
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "clouds.azure.sign_in has to name the file that keeps the sign-in");
    tokens->verifier = chance(tokens);
    tokens->redirect = arena_copy(tokens->arena, redirect);
    const char *state = chance(tokens);
    sha256(tokens->verifier, strlen(tokens->verifier), digest);
    oauth_field(&query, "client_id", tokens->setup.client);
    oauth_field(&query, "response_type", "code");
    oauth_field(&query, "redirect_uri", redirect);
    oauth_field(&query, "response_mode", "query");
    oauth_field(&query, "scope", "https://api.partner.microsoft.com/.default offline_access");
    oauth_field(&query, "state", state);
    oauth_field(&query, "code_challenge", jwt_base64url(arena, digest, sizeof digest));
    oauth_field(&query, "code_challenge_method", "S256");
    *ret_url = arena_printf(arena, "%s%s/oauth2/v2.0/authorize?%s", tokens->setup.authority,
                            tokens->setup.tenant, query.data);
    *ret_state = arena_copy(arena, state);
    return 0;
}

void azure_tokens_login(struct azure_tokens *tokens, const char *code, session_ready *ready,
                        void *context)
{
    struct fetch *fetch = fetch_new(tokens, &tokens->login, AZURE_FOR_PARTNER, ready, context);
    fetch->wish.code = arena_copy(fetch->arena, code);
    fetch->wish.verifier = tokens->verifier;
    fetch->wish.redirect = tokens->redirect;
    fetch->sign_in = (struct sign_in){.tenant = tokens->setup.tenant,
                                      .client = tokens->setup.client,
                                      .signed_in_ms = world_now(tokens->world)};
    lock(fetch);
}
