#include "connectors/aws/credentials.h"

#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/ini.h"

#define MINUTE_MS        INT64_C(60000)
#define ADVISORY_MS      (15 * MINUTE_MS) /* from here on a refresh is tried */
#define MANDATORY_MS     (10 * MINUTE_MS) /* from here on it must succeed */
#define RETRY_MS         MINUTE_MS        /* between tries while the old keys still serve */
#define JITTER_MS        MINUTE_MS        /* so that hosts with one helper do not ask it together */
#define SHARED_FILE_SIZE (1024u * 1024)   /* a shared file of that size is something else */

/* One set of keys, owned. */
struct key_set {
    char *access_key_id;
    struct secret *secret;
    struct secret *token;
    int64_t expires_ms;
    char *source;
};

struct aws_credentials {
    struct aws_credentials_options options;
    struct key_set set;
    struct aws_keys keys; /* view of `set` */
    bool have;
    int64_t refresh_at_ms; /* 0: never */
};

/* What one round of asking shares: the files are read once, and only when it gets to them. */
struct round {
    const struct aws_credentials *credentials;
    struct arena *arena;
    int64_t now_ms;
    bool loaded;
    struct ini *shared, *config;
    const char *profile;         /* "default" unless named */
    bool named;                  /* by our own configuration or the environment */
    const char *profile_section; /* in the config file: "profile x", or "default" */
};

static void set_clear(struct key_set *set)
{
    free(set->access_key_id);
    secret_free(set->secret);
    secret_free(set->token);
    free(set->source);
    *set = (struct key_set){0};
}

static const char *env(const struct aws_credentials *credentials, const char *name)
{
    const struct aws_credentials_options *options = &credentials->options;
    const char *value = options->env ? options->env(options->env_context, name) : NULL;
    return value && *value ? value : NULL;
}

static const char *option(const struct aws_credentials *credentials, const char *name)
{
    const struct aws_credentials_options *options = &credentials->options;
    return options->settings ? settings_text(options->settings, name) : NULL;
}

static void set_fill(struct key_set *set, const char *id, const char *secret, const char *token,
                     const char *source)
{
    set->access_key_id = memory_copy(id);
    set->secret = secret_new(secret, strlen(secret));
    set->token = token && *token ? secret_new(token, strlen(token)) : NULL;
    set->source = memory_copy(source);
}

/* Secrets of our own configuration. */
static int fetch_option(const struct aws_credentials *credentials, const char *name,
                        struct secret **ret_secret, struct error *error)
{
    const struct settings *settings = credentials->options.settings;
    const struct setting *setting = settings ? settings_find(settings, name) : NULL;
    if (!setting || !setting->secret)
        return 1;
    int result = secret_fetch(setting->secret, ret_secret, error);
    if (result < 0)
        return error_context(error, "clouds.aws.%s", name);
    return 0;
}

static int from_options(struct round *round, struct key_set *set, struct error *error)
{
    CLEANUP_SECRET struct secret *id = NULL;
    CLEANUP_SECRET struct secret *secret = NULL;
    CLEANUP_SECRET struct secret *token = NULL;
    int got_id = fetch_option(round->credentials, "access_key_id", &id, error);
    if (got_id < 0)
        return got_id;
    int got_secret = fetch_option(round->credentials, "secret_access_key", &secret, error);
    if (got_secret < 0)
        return got_secret;
    if (got_id && got_secret)
        return 1;
    if (got_id || got_secret)
        return error_set(
            error, ERROR_INPUT, SCOPE_CLOUD,
            "clouds.aws: access_key_id and secret_access_key go together; %s is missing",
            got_id ? "access_key_id" : "secret_access_key");
    int got_token = fetch_option(round->credentials, "session_token", &token, error);
    if (got_token < 0)
        return got_token;
    set->access_key_id = memory_copy(secret_reveal(id));
    set->secret = take_ptr(&secret);
    set->token = take_ptr(&token);
    set->source = memory_copy("configuration");
    return 0;
}

static int from_environment(struct round *round, struct key_set *set, struct error *error)
{
    if (option(round->credentials, "profile"))
        return 1; /* a profile that our own configuration names goes before the environment */
    const char *id = env(round->credentials, "AWS_ACCESS_KEY_ID");
    const char *secret = env(round->credentials, "AWS_SECRET_ACCESS_KEY");
    if (!id && !secret)
        return 1;
    if (!id || !secret)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "the environment has %s without %s: set both or neither",
                         id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
                         id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
    set_fill(set, id, secret, env(round->credentials, "AWS_SESSION_TOKEN"), "environment");
    return 0;
}

/* Finds and parses one shared file. A file that nobody asked for by name may be missing. */
static int load_file(struct round *round, const char *setting, const char *variable,
                     const char *standard, struct ini **ret_ini, struct error *error)
{
    const char *path = option(round->credentials, setting);
    if (!path)
        path = env(round->credentials, variable);
    bool asked = path != NULL;
    const char *home = env(round->credentials, "HOME");
    if (!asked)
        path = home ? arena_printf(round->arena, "%s/.aws/%s", home, standard) : NULL;
    else if (text_starts(path, "~/") && home)
        path = arena_printf(round->arena, "%s%s", home, path + 1);
    if (!path)
        return 0;
    struct file_state state = {0};
    if (!asked && (file_stat(path, &state, NULL) < 0 || !state.exists))
        return 0;
    CLEANUP_TEXT struct text text;
    text_init_secret(&text, SHARED_FILE_SIZE);
    int result = file_read(path, &text, NULL, error);
    if (!result)
        result = ini_parse(round->arena, path, text.data, ret_ini, error);
    if (result < 0 && error)
        error->scope = SCOPE_CLOUD;
    return result;
}

static int choose_profile(struct round *round, struct error *error)
{
    const struct aws_credentials *credentials = round->credentials;
    const char *named = option(credentials, "profile");
    const char *by = "clouds.aws.profile";
    if (!named && (named = env(credentials, "AWS_PROFILE")))
        by = "AWS_PROFILE";
    if (!named && (named = env(credentials, "AWS_DEFAULT_PROFILE")))
        by = "AWS_DEFAULT_PROFILE";
    round->named = named != NULL;
    round->profile = named ? named : "default";
    round->profile_section = arena_printf(round->arena, "profile %s", round->profile);
    /* "[profile default]" goes before "[default]" where both stand. */
    if (!strcmp(round->profile, "default") && !ini_has(round->config, round->profile_section))
        round->profile_section = "default";
    if (named && !ini_has(round->shared, named) && !ini_has(round->config, round->profile_section))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "%s names the profile \"%s\", which stands in neither shared file: add "
                         "[%s] to the credentials file or [profile %s] to the config file",
                         by, named, named, named);
    return 0;
}

static int load(struct round *round, struct error *error)
{
    if (round->loaded)
        return 0;
    int result = load_file(round, "shared_credentials_file", "AWS_SHARED_CREDENTIALS_FILE",
                           "credentials", &round->shared, error);
    if (!result)
        result =
            load_file(round, "config_file", "AWS_CONFIG_FILE", "config", &round->config, error);
    if (!result)
        result = choose_profile(round, error);
    if (result)
        return result;
    const char *role = ini_get(round->config, round->profile_section, "role_arn");
    if (!role)
        role = ini_get(round->shared, round->profile, "role_arn");
    if (role)
        return error_set(
            error, ERROR_AUTH, SCOPE_CLOUD,
            "the profile \"%s\" assumes a role (role_arn), which is not supported yet: "
            "use a profile with keys or a credential_process that assumes the role",
            round->profile);
    round->loaded = true;
    return 0;
}

static const char *origin(struct round *round, const char *what)
{
    return arena_printf(round->arena, "profile %s (%s)", round->profile, what);
}

static int from_section(struct round *round, const struct ini *ini, const char *section,
                        const char *what, struct key_set *set, struct error *error)
{
    const char *id = ini_get(ini, section, "aws_access_key_id");
    const char *secret = ini_get(ini, section, "aws_secret_access_key");
    if (!id && !secret)
        return 1;
    if (!id || !secret)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "the %s has no %s for the profile \"%s\"",
                         what, id ? "aws_secret_access_key" : "aws_access_key_id", round->profile);
    set_fill(set, id, secret, ini_get(ini, section, "aws_session_token"), origin(round, what));
    return 0;
}

static int from_shared_file(struct round *round, struct key_set *set, struct error *error)
{
    int result = load(round, error);
    return result
               ? result
               : from_section(round, round->shared, round->profile, "credentials file", set, error);
}

static int from_config_file(struct round *round, struct key_set *set, struct error *error)
{
    int result = load(round, error);
    return result ? result
                  : from_section(round, round->config, round->profile_section, "config file", set,
                                 error);
}

/* The parsed answer holds the secrets as plain text. */
static void wipe_json(struct json *json)
{
    for (size_t i = 0; json && i < json->count; i++) {
        struct json *item = json->items[i];
        if (item->text)
            secret_wipe((void *)(uintptr_t)item->text, strlen(item->text));
    }
}

static int read_process(struct round *round, const struct json *json, struct key_set *set,
                        struct error *error)
{
    const char *id = json_get_text(json, "AccessKeyId");
    const char *secret = json_get_text(json, "SecretAccessKey");
    const char *expiration = json_get_text(json, "Expiration");
    int64_t expires_ms = 0;
    if (json_get_int(json, "Version", 0) != 1)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "the answer is not of Version 1");
    if (text_blank(id) || text_blank(secret))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "the answer lacks AccessKeyId or SecretAccessKey");
    if (expiration && !instant_parse(expiration, &expires_ms))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "its Expiration is not a time");
    if (expiration && expires_ms <= round->now_ms)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "the keys it gave have expired; renew the login that it rests on");
    set_fill(set, id, secret, json_get_text(json, "SessionToken"),
             origin(round, "credential_process"));
    set->expires_ms = expires_ms;
    return 0;
}

static int from_process(struct round *round, struct key_set *set, struct error *error)
{
    int result = load(round, error);
    if (result)
        return result;
    const char *command = ini_get(round->config, round->profile_section, "credential_process");
    if (!command)
        command = ini_get(round->shared, round->profile, "credential_process");
    if (!command)
        return 1;
    char **argv = NULL;
    struct json *json = NULL;
    CLEANUP_TEXT struct text out;
    text_init_secret(&out, LIMIT_SECRET_BYTES);
    result = aws_split_words(round->arena, command, &argv, error);
    if (!result)
        result = file_run(argv, LIMIT_COMMAND_MS, &out, error);
    if (!result)
        result = json_parse(round->arena, out.data, out.length, &json, error);
    if (!result)
        result = read_process(round, json, set, error);
    wipe_json(json);
    if (result < 0) {
        if (error) {
            error->class = ERROR_AUTH;
            error->scope = SCOPE_CLOUD;
        }
        return error_context(error, "credential_process of the profile \"%s\"", round->profile);
    }
    return 0;
}

/* In the order of the vendor's tools. Each returns 0 with keys, 1 if it has nothing to say, or a
 * negative error that ends the search. */
static const struct provider {
    const char *name;
    int (*get)(struct round *round, struct key_set *set, struct error *error);
} providers[] = {
    {"configuration", from_options},
    {"environment", from_environment},
    {"shared credentials file", from_shared_file},
    {"credential_process", from_process},
    {"config file", from_config_file},
};

static int ask_providers(struct round *round, struct key_set *set, struct error *error)
{
    for (size_t i = 0; i < COUNT(providers); i++) {
        int result = providers[i].get(round, set, error);
        if (result <= 0)
            return result;
    }
    if (round->named)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "the profile \"%s\" has neither keys nor a credential_process",
                         round->profile);
    return error_set(
        error, ERROR_AUTH, SCOPE_CLOUD,
        "no AWS credentials found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
        "name a profile under clouds.aws");
}

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
    set_clear(&credentials->set);
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
static int64_t refresh_time(const struct aws_credentials *credentials, int64_t now_ms)
{
    int64_t expires_ms = credentials->set.expires_ms;
    if (!expires_ms)
        return 0;
    const struct world *world = credentials->options.world;
    int64_t early = ADVISORY_MS + (int64_t)world_random(world, (uint64_t)JITTER_MS);
    int64_t left = expires_ms - now_ms;
    return left > early ? expires_ms - early : now_ms + left / 2;
}

int aws_credentials_refresh(struct aws_credentials *credentials, int64_t now_ms,
                            struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct round round = {.credentials = credentials, .arena = arena, .now_ms = now_ms};
    struct key_set set = {0};
    int result = ask_providers(&round, &set, error);
    ini_wipe(round.shared);
    ini_wipe(round.config);
    if (result < 0) {
        bool good = credentials->have && credentials->set.expires_ms - MANDATORY_MS > now_ms;
        if (!good)
            return result;
        credentials->refresh_at_ms = now_ms + RETRY_MS;
        return 0;
    }
    set_clear(&credentials->set);
    credentials->set = set;
    credentials->have = true;
    credentials->keys =
        (struct aws_keys){set.access_key_id, set.secret, set.token, set.expires_ms, set.source};
    credentials->refresh_at_ms = refresh_time(credentials, now_ms);
    return 0;
}
