#include "connectors/aws/credentials.h"

#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/chain.h"

#define MINUTE_MS    INT64_C(60000)
#define ADVISORY_MS  (15 * MINUTE_MS) /* from here on a refresh is tried */
#define MANDATORY_MS (10 * MINUTE_MS) /* from here on it must succeed */
#define RETRY_MS     MINUTE_MS        /* between tries while the old keys still serve */
#define JITTER_MS    MINUTE_MS        /* so that hosts with one helper do not ask it together */

struct aws_credentials {
    struct aws_credentials_options options;
    struct key_set set;
    struct aws_keys keys; /* view of `set` */
    bool have;
    int64_t refresh_at_ms; /* 0: never */
    struct chain *chain;   /* the refresh under way */
    void (*ready)(void *context, const struct error *error);
    void *ready_context;
};

void key_set_clear(struct key_set *set)
{
    free(set->access_key_id);
    secret_free(set->secret);
    secret_free(set->token);
    free(set->source);
    *set = (struct key_set){0};
}

void key_set_fill(struct key_set *set, const char *id, const char *secret, const char *token,
                  int64_t expires_ms, const char *source)
{
    const struct key_set filled = {
        .access_key_id = memory_copy(id),
        .secret = secret_new(secret, strlen(secret)),
        .token = token && *token ? secret_new(token, strlen(token)) : NULL,
        .expires_ms = expires_ms,
        .source = memory_copy(source),
    };
    key_set_clear(set);
    *set = filled;
}

const char *chain_env(const struct chain *chain, const char *name)
{
    const struct aws_credentials_options *options = chain->options;
    const char *value = options->env ? options->env(options->env_context, name) : NULL;
    return value && *value ? value : NULL;
}

const char *chain_option(const struct chain *chain, const char *name)
{
    const struct aws_credentials_options *options = chain->options;
    return options->settings ? settings_text(options->settings, name) : NULL;
}

/* ------------------------------------------------------------------ keys that are simply there */

/* Secrets of our own configuration. */
static int fetch_option(const struct chain *chain, const char *name, struct secret **ret_secret,
                        struct error *error)
{
    const struct settings *settings = chain->options->settings;
    const struct setting *setting = settings ? settings_find(settings, name) : NULL;
    if (!setting || !setting->secret)
        return CHAIN_NOTHING;
    int result = secret_fetch(setting->secret, ret_secret, error);
    if (result < 0)
        return error_context(error, "clouds.aws.%s", name);
    return CHAIN_FOUND;
}

static int from_options(struct chain *chain, struct error *error)
{
    if (chain->options->profile_only)
        return CHAIN_NOTHING;
    CLEANUP_SECRET struct secret *id = NULL;
    CLEANUP_SECRET struct secret *secret = NULL;
    CLEANUP_SECRET struct secret *token = NULL;
    int got_id = fetch_option(chain, "access_key_id", &id, error);
    if (got_id < 0)
        return got_id;
    int got_secret = fetch_option(chain, "secret_access_key", &secret, error);
    if (got_secret < 0)
        return got_secret;
    if (got_id && got_secret)
        return CHAIN_NOTHING;
    if (got_id || got_secret)
        return error_set(
            error, ERROR_INPUT, SCOPE_CLOUD,
            "clouds.aws: access_key_id and secret_access_key go together; %s is missing",
            got_id ? "access_key_id" : "secret_access_key");
    int got_token = fetch_option(chain, "session_token", &token, error);
    if (got_token < 0)
        return got_token;
    key_set_fill(&chain->set, secret_reveal(id), secret_reveal(secret),
                 token ? secret_reveal(token) : NULL, 0, "configuration");
    return CHAIN_FOUND;
}

int chain_from_environment(struct chain *chain, struct error *error)
{
    if (chain->options->profile && !chain->sourced)
        return CHAIN_NOTHING; /* a profile that our own configuration names goes before */
    const char *id = chain_env(chain, "AWS_ACCESS_KEY_ID");
    const char *secret = chain_env(chain, "AWS_SECRET_ACCESS_KEY");
    if (!id && !secret)
        return CHAIN_NOTHING;
    if (!id || !secret)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "the environment has %s without %s: set both or neither",
                         id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
                         id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
    key_set_fill(&chain->set, id, secret, chain_env(chain, "AWS_SESSION_TOKEN"), 0, "environment");
    return CHAIN_FOUND;
}

/* In the order of the vendor's tools. */
static const struct chain_provider providers[] = {
    {"configuration", from_options},
    {"environment", chain_from_environment},
    {"role of the profile", chain_from_role},
    {"web identity", chain_from_web_identity},
    {"shared credentials file", chain_from_shared_file},
    {"credential_process", chain_from_process},
    {"config file", chain_from_config_file},
    {"container endpoint", chain_from_container},
    {"instance metadata", chain_from_instance},
};

/* ------------------------------------------------------------------ the chain */

static int nothing_found(struct chain *chain, struct error *error)
{
    const struct error *note = &chain->note;
    enum error_class class = note->class == ERROR_TEMPORARY ? ERROR_TEMPORARY : ERROR_AUTH;
    const char *why = note->message[0] ? note->message : NULL;
    if (chain->roles)
        return error_set(error, class, SCOPE_CLOUD,
                         "the profile \"%s\" assumes a role, but its source (%s) has no keys%s%s",
                         chain->roles->profile,
                         chain->count == 1
                             ? chain->providers[0].name
                             : arena_printf(chain->arena, "profile \"%s\"", chain->profile),
                         why ? ": " : "", why ? why : "");
    if (chain->named)
        return error_set(error, class, SCOPE_CLOUD,
                         "the profile \"%s\" has neither keys nor a credential_process nor a role, "
                         "and this host has none to give%s%s%s",
                         chain->chosen, why ? " (" : "", why ? why : "", why ? ")" : "");
    return error_set(
        error, class, SCOPE_CLOUD,
        "no AWS credentials found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
        "name a profile under clouds.aws%s%s%s",
        why ? " (" : "", why ? why : "", why ? ")" : "");
}

void chain_go_on(struct chain *chain, int result, struct error *error)
{
    while (result == CHAIN_NOTHING || (result == CHAIN_FOUND && chain->roles)) {
        if (result == CHAIN_FOUND)
            result = role_assume(chain, error);
        else if (chain->next < chain->count)
            result = chain->providers[chain->next++].get(chain, error);
        else
            result = nothing_found(chain, error);
    }
    if (result != CHAIN_WAITING)
        chain->end(chain, result, error);
}

static void chain_free(void *context)
{
    struct chain *chain = context;
    ini_wipe(chain->shared);
    ini_wipe(chain->config);
    key_set_clear(&chain->set);
    arena_free(chain->wire);
    arena_free(chain->arena);
    free(chain);
}

/* ------------------------------------------------------------------ the credentials */

struct aws_credentials *aws_credentials_new(const struct aws_credentials_options *options)
{
    struct aws_credentials *credentials = memory_alloc(sizeof *credentials);
    credentials->options = *options;
    return credentials;
}

void aws_credentials_free(struct aws_credentials *credentials)
{
    if (!credentials)
        return;
    struct chain *chain = credentials->chain;
    if (chain) {
        loop_cancel(credentials->options.loop, chain->timer);
        if (chain->on_wire) /* the request lives on until the transport is through */
            loop_http_drop(credentials->options.loop, chain, chain_free);
        else
            chain_free(chain);
    }
    key_set_clear(&credentials->set);
    free(credentials);
}

const struct aws_keys *aws_credentials_keys(const struct aws_credentials *credentials)
{
    return credentials->have ? &credentials->keys : NULL;
}

bool aws_credentials_due(const struct aws_credentials *credentials, int64_t now_ms)
{
    if (!credentials->have)
        return true;
    return credentials->refresh_at_ms && now_ms >= credentials->refresh_at_ms;
}

/* Keys that live for less than the advisory time are used for half of what they have left. */
static int64_t refresh_time(const struct world *world, int64_t expires_ms)
{
    if (!expires_ms)
        return 0;
    int64_t now_ms = world_now(world);
    int64_t early = ADVISORY_MS + (int64_t)world_random(world, (uint64_t)JITTER_MS);
    int64_t left = expires_ms - now_ms;
    return left > early ? expires_ms - early : now_ms + left / 2;
}

static void install(struct aws_credentials *credentials, struct key_set *set,
                    const struct world *world)
{
    key_set_clear(&credentials->set);
    credentials->set = *set;
    *set = (struct key_set){0};
    credentials->have = true;
    set = &credentials->set;
    credentials->keys = (struct aws_keys){set->access_key_id, set->secret, set->token,
                                          set->expires_ms, set->source};
    credentials->refresh_at_ms = refresh_time(world, set->expires_ms);
}

/* True if the old keys serve on although there are no new ones. */
static bool keep_old(struct aws_credentials *credentials, const struct world *world,
                     const struct error *error)
{
    int64_t now_ms = world_now(world);
    char until[INSTANT_TEXT];
    bool good = credentials->have && credentials->set.expires_ms - MANDATORY_MS > now_ms;
    if (!good)
        return false;
    credentials->refresh_at_ms = now_ms + RETRY_MS;
    if (credentials->options.log)
        log_event(credentials->options.log, LOG_LEVEL_WARNING,
                  "credentials cannot be renewed yet; the old ones serve on", "expires",
                  instant_print(credentials->set.expires_ms, until), "reason", error->message,
                  NULL);
    return true;
}

static void end(struct chain *chain, int result, struct error *error)
{
    struct aws_credentials *credentials = chain->credentials;
    bool failed = result < 0;
    if (!failed)
        install(credentials, &chain->set, chain->world);
    else if (keep_old(credentials, chain->world, error))
        failed = false;
    credentials->chain = NULL;
    chain_free(chain);
    credentials->ready(credentials->ready_context, failed ? error : NULL);
}

void aws_credentials_refresh(struct aws_credentials *credentials,
                             void (*ready)(void *context, const struct error *error), void *context)
{
    struct chain *chain = memory_alloc(sizeof *chain);
    struct error error = {0};
    chain->credentials = credentials;
    chain->options = &credentials->options;
    chain->world = loop_world(credentials->options.loop);
    chain->arena = arena_new();
    chain->wire = arena_new();
    chain->end = end;
    chain->providers = providers;
    chain->count = COUNT(providers);
    credentials->chain = chain;
    credentials->ready = ready;
    credentials->ready_context = context;
    chain_go_on(chain, CHAIN_NOTHING, &error);
}
