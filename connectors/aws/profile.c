/* The shared files of the AWS tools: which profile, and what it holds. */
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "connectors/aws/chain.h"

#define SHARED_FILE_SIZE (1024u * 1024) /* a shared file of that size is something else */

/* Finds and parses one shared file. A file that nobody asked for by name may be missing. */
static int load_file(struct chain *chain, const char *setting, const char *variable,
                     const char *standard, struct ini **ret_ini, struct error *error)
{
    const char *path = chain_option(chain, setting);
    if (!path)
        path = chain_env(chain, variable);
    bool asked = path != NULL;
    const char *home = chain_env(chain, "HOME");
    if (!asked)
        path = home ? arena_printf(chain->arena, "%s/.aws/%s", home, standard) : NULL;
    else if (text_starts(path, "~/") && home)
        path = arena_printf(chain->arena, "%s%s", home, path + 1);
    if (!path)
        return 0;
    struct file_state state = {0};
    if (!asked && (file_stat(path, &state, NULL) < 0 || !state.exists))
        return 0;
    CLEANUP_TEXT struct text text;
    text_init_secret(&text, SHARED_FILE_SIZE);
    int result = file_read(path, &text, NULL, error);
    if (!result)
        result = ini_parse(chain->arena, path, text.data, ret_ini, error);
    if (result < 0 && error)
        error->scope = SCOPE_CLOUD;
    return result;
}

/* "[profile default]" goes before "[default]" where both stand. */
static const char *section_of(const struct chain *chain, const char *profile)
{
    const char *section = arena_printf(chain->arena, "profile %s", profile);
    return !strcmp(profile, "default") && !ini_has(chain->config, section) ? "default" : section;
}

bool profile_has(const struct chain *chain, const char *profile)
{
    return ini_has(chain->shared, profile) || ini_has(chain->config, section_of(chain, profile));
}

const char *profile_get(const struct chain *chain, const char *profile, const char *key)
{
    const char *value = ini_get(chain->shared, profile, key);
    return value ? value : ini_get(chain->config, section_of(chain, profile), key);
}

bool profile_has_keys(const struct chain *chain, const char *profile)
{
    return profile_get(chain, profile, "aws_access_key_id") ||
           profile_get(chain, profile, "aws_secret_access_key");
}

static int choose_profile(struct chain *chain, struct error *error)
{
    const char *named = chain->options->profile;
    const char *by = "clouds.aws.profile";
    if (!named && (named = chain_env(chain, "AWS_PROFILE")))
        by = "AWS_PROFILE";
    if (!named && (named = chain_env(chain, "AWS_DEFAULT_PROFILE")))
        by = "AWS_DEFAULT_PROFILE";
    chain->named = named != NULL;
    chain->chosen = chain->profile = named ? named : "default";
    if (named && !profile_has(chain, named))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "%s names the profile \"%s\", which stands in neither shared file: add "
                         "[%s] to the credentials file or [profile %s] to the config file",
                         by, named, named, named);
    return 0;
}

int profile_load(struct chain *chain, struct error *error)
{
    if (chain->loaded)
        return 0;
    int result = load_file(chain, "shared_credentials_file", "AWS_SHARED_CREDENTIALS_FILE",
                           "credentials", &chain->shared, error);
    if (!result)
        result =
            load_file(chain, "config_file", "AWS_CONFIG_FILE", "config", &chain->config, error);
    if (!result)
        result = choose_profile(chain, error);
    chain->loaded = !result;
    return result;
}

const char *profile_origin(const struct chain *chain, const char *what)
{
    return arena_printf(chain->arena, "profile %s (%s)", chain->profile, what);
}

static int from_section(struct chain *chain, const struct ini *ini, const char *section,
                        const char *what, struct error *error)
{
    const char *id = ini_get(ini, section, "aws_access_key_id");
    const char *secret = ini_get(ini, section, "aws_secret_access_key");
    if (!id && !secret)
        return CHAIN_NOTHING;
    if (!id || !secret)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "the %s has no %s for the profile \"%s\"",
                         what, id ? "aws_secret_access_key" : "aws_access_key_id", chain->profile);
    key_set_fill(&chain->set, id, secret, ini_get(ini, section, "aws_session_token"), 0,
                 profile_origin(chain, what));
    return CHAIN_FOUND;
}

int chain_from_shared_file(struct chain *chain, struct error *error)
{
    int result = profile_load(chain, error);
    return result ? result
                  : from_section(chain, chain->shared, chain->profile, "credentials file", error);
}

int chain_from_config_file(struct chain *chain, struct error *error)
{
    int result = profile_load(chain, error);
    return result ? result
                  : from_section(chain, chain->config, section_of(chain, chain->profile),
                                 "config file", error);
}

/* ------------------------------------------------------------------ a process */

static int read_process(struct chain *chain, struct json *json, struct error *error)
{
    if (json_get_int(json, "Version", 0) != 1)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "the answer is not of Version 1");
    int result = chain_take_keys(chain, json, "SessionToken", false,
                                 profile_origin(chain, "credential_process"), error);
    int64_t expires_ms = chain->set.expires_ms;
    if (!result && expires_ms && expires_ms <= world_now(chain->world))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "the keys it gave have expired; renew the login that it rests on");
    return result;
}

int chain_from_process(struct chain *chain, struct error *error)
{
    int result = profile_load(chain, error);
    if (result)
        return result;
    const char *command = profile_get(chain, chain->profile, "credential_process");
    if (!command)
        return CHAIN_NOTHING;
    char **argv = NULL;
    struct json *json = NULL;
    CLEANUP_TEXT struct text out;
    text_init_secret(&out, LIMIT_SECRET_BYTES);
    result = aws_split_words(chain->arena, command, &argv, error);
    if (!result)
        result = file_run(argv, LIMIT_COMMAND_MS, &out, error);
    if (!result)
        result = json_parse(chain->arena, out.data, out.length, &json, error);
    if (!result)
        result = read_process(chain, json, error);
    if (result < 0) {
        if (error) {
            error->class = ERROR_AUTH;
            error->scope = SCOPE_CLOUD;
        }
        return error_context(error, "credential_process of the profile \"%s\"", chain->profile);
    }
    return CHAIN_FOUND;
}
