/* Roles: which ones a profile takes on and with whose keys, and tokens of a foreign identity. */
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/chain.h"

#define TOKEN_MIN 4u
#define TOKEN_MAX 20000u

/* A profile with a token file is one of a web identity, whoever names it. */
static bool wants_role(const struct chain *chain, const char *profile)
{
    return profile_get(chain, profile, "role_arn") &&
           !profile_get(chain, profile, "web_identity_token_file");
}

static int refuse(struct error *error, const char *profile, const char *what)
{
    return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "the profile \"%s\": %s", profile, what);
}

/* ------------------------------------------------------------------ what a role says */

static bool fits(const char *text, size_t min, size_t max, const char *others)
{
    size_t length = strlen(text);
    for (const char *c = text; *c; c++) {
        bool plain =
            (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        if (!plain && !strchr(others, *c))
            return false;
    }
    return length >= min && length <= max;
}

static const char *session_name(const struct chain *chain, const char *given)
{
    return given ? given
                 : arena_printf(chain->arena, "agent-%lld",
                                (long long)(world_now(chain->world) / 1000));
}

static int check_role(const struct chain_role *role, const char *who, struct error *error)
{
    long long seconds = 0;
    if (strlen(role->arn) < 20 || strlen(role->arn) > 2048 || !text_starts(role->arn, "arn:"))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "%s: the role's ARN is not one (arn:aws:iam::account:role/name)", who);
    if (!fits(role->session_name, 2, 64, "_+=,.@-"))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "%s: role_session_name takes 2 to 64 letters, digits and _+=,.@-", who);
    if (role->external_id && !fits(role->external_id, 2, 1224, "_+=,.@:/-"))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "%s: external_id takes 2 to 1224 letters, digits and _+=,.@:/-", who);
    if (role->duration &&
        (!text_to_int64(role->duration, &seconds) || seconds < 900 || seconds > 43200))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "%s: duration_seconds is a number from 900 to 43200", who);
    return 0;
}

static int add_role(struct chain *chain, const char *profile, struct error *error)
{
    struct chain_role *role = arena_alloc(chain->arena, sizeof *role);
    *role = (struct chain_role){
        .profile = profile,
        .arn = profile_get(chain, profile, "role_arn"),
        .session_name = session_name(chain, profile_get(chain, profile, "role_session_name")),
        .external_id = profile_get(chain, profile, "external_id"),
        .duration = profile_get(chain, profile, "duration_seconds"),
        .next = chain->roles,
    };
    if (profile_get(chain, profile, "mfa_serial"))
        return refuse(error, profile,
                      "its role wants the code of a device (mfa_serial), and nobody can type one "
                      "here: use a role without it, or a credential_process that has a session");
    int result = check_role(role, arena_printf(chain->arena, "the profile \"%s\"", profile), error);
    if (!result)
        chain->roles = role;
    return result;
}

/* ------------------------------------------------------------------ whose keys take it on */

static const struct chain_provider named_sources[] = {
    {"Environment", chain_from_environment},
    {"EcsContainer", chain_from_container},
    {"Ec2InstanceMetadata", chain_from_instance},
};

static const struct chain_provider profile_sources[] = {
    {"web identity", chain_from_web_identity},
    {"shared credentials file", chain_from_shared_file},
    {"credential_process", chain_from_process},
    {"config file", chain_from_config_file},
};

static void use(struct chain *chain, const struct chain_provider *providers, size_t count)
{
    chain->providers = providers;
    chain->count = count;
    chain->next = 0;
    chain->sourced = true;
}

static int use_named(struct chain *chain, const char *profile, const char *name,
                     struct error *error)
{
    for (size_t i = 0; i < COUNT(named_sources); i++) {
        if (strcmp(named_sources[i].name, name) != 0)
            continue;
        use(chain, &named_sources[i], 1);
        return 0;
    }
    return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                     "the profile \"%s\": credential_source is Environment, EcsContainer or "
                     "Ec2InstanceMetadata, not \"%s\"",
                     profile, name);
}

static bool visited(const struct chain *chain, const char *profile)
{
    for (const struct chain_role *role = chain->roles; role; role = role->next) {
        if (!strcmp(role->profile, profile))
            return true;
    }
    return false;
}

/* The roles stand with the last one first. */
static int refuse_loop(const struct chain *chain, const char *source, struct error *error)
{
    CLEANUP_TEXT struct text path;
    text_init(&path, sizeof error->message / 2);
    text_add(&path, source);
    for (const struct chain_role *role = chain->roles; role; role = role->next) {
        const char *rest = arena_copy(chain->arena, path.data);
        text_clear(&path);
        text_addf(&path, "%s → %s", role->profile, rest);
    }
    return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                     "the profiles go in a circle by source_profile: %s", path.data);
}

/* One profile further down; `ret_next` NULL when the keys' source is known. */
static int follow(struct chain *chain, const char *profile, const char **ret_next,
                  struct error *error)
{
    int result = add_role(chain, profile, error);
    if (result < 0)
        return result;
    const char *source = profile_get(chain, profile, "source_profile");
    const char *named = profile_get(chain, profile, "credential_source");
    if (!source == !named)
        return refuse(error, profile,
                      source ? "it has both source_profile and credential_source; keep one"
                             : "role_arn needs source_profile or credential_source, which says "
                               "whose keys take on the role");
    *ret_next = NULL;
    if (named)
        return use_named(chain, profile, named, error);
    if (!profile_has(chain, source))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "the profile \"%s\" names \"%s\" as its source_profile, which stands in "
                         "neither shared file",
                         profile, source);
    bool keys = profile_has_keys(chain, source);
    if (visited(chain, source) && !(keys && !strcmp(source, profile)))
        return refuse_loop(chain, source, error);
    if (keys || !wants_role(chain, source)) {
        chain->profile = source;
        use(chain, profile_sources, COUNT(profile_sources));
    } else {
        *ret_next = source;
    }
    return 0;
}

int chain_from_role(struct chain *chain, struct error *error)
{
    int result = profile_load(chain, error);
    if (result < 0 || !wants_role(chain, chain->chosen))
        return result < 0 ? result : CHAIN_NOTHING;
    for (const char *profile = chain->chosen; profile;) {
        result = follow(chain, profile, &profile, error);
        if (result < 0)
            return result;
    }
    return CHAIN_NOTHING; /* the chain goes on with the source's providers */
}

int role_assume(struct chain *chain, struct error *error)
{
    const struct chain_role *role = chain->roles;
    chain->roles = role->next;
    return sts_assume_role(chain, role, error);
}

/* ------------------------------------------------------------------ web identity */

/* The environment's word goes first, but only where it was not passed by for a profile. */
static const char *web_option(const struct chain *chain, const char *variable, const char *key)
{
    bool environment = !chain->options->profile && !chain->sourced;
    const char *value = environment ? chain_env(chain, variable) : NULL;
    return value ? value : profile_get(chain, chain->profile, key);
}

/* Read anew at each refresh: it is replaced long before it expires. */
static int read_token(struct chain *chain, const char *path, const char **ret_token,
                      struct error *error)
{
    CLEANUP_TEXT struct text text;
    text_init_secret(&text, TOKEN_MAX + 2);
    int result = file_read(path, &text, NULL, error);
    if (result < 0) {
        if (error) {
            error->class = ERROR_AUTH;
            error->scope = SCOPE_CLOUD;
        }
        return error_context(error, "the web identity's token");
    }
    char *token = text_trim(arena_copy(chain->arena, text.data));
    size_t length = strlen(token);
    if (length < TOKEN_MIN || length > TOKEN_MAX || strpbrk(token, " \t\r\n"))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "%s does not hold one token", path);
    *ret_token = token;
    return 0;
}

int chain_from_web_identity(struct chain *chain, struct error *error)
{
    int result = profile_load(chain, error);
    if (result)
        return result;
    const char *path = web_option(chain, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
    const char *arn = web_option(chain, "AWS_ROLE_ARN", "role_arn");
    const char *name = web_option(chain, "AWS_ROLE_SESSION_NAME", "role_session_name");
    const char *token = NULL;
    if (!path)
        return CHAIN_NOTHING;
    if (!arn)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "there is a web identity's token but no role for it: set AWS_ROLE_ARN, or "
                         "role_arn in the profile");
    struct chain_role *role = arena_alloc(chain->arena, sizeof *role);
    *role =
        (struct chain_role){.profile = "", .arn = arn, .session_name = session_name(chain, name)};
    result = check_role(role, "web identity", error);
    if (!result)
        result = read_token(chain, path, &token, error);
    return result ? result : sts_web_identity(chain, role, token, error);
}
