/* The types of credential files, and what each must have. */
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "connectors/gcp/credentials.h"
#include "connectors/gcp/subject.h"

#define LIFE_S     3600
#define LIFE_MIN_S 600
#define LIFE_MAX_S 43200 /* beyond an hour only by a policy of the organisation */
#define ACCOUNTS   "/serviceAccounts/"
#define GENERATE   ":generateAccessToken"

/* ------------------------------------------------------------------ members */

static int missing(const struct gcp_reading *in, const char *name)
{
    return error_set(in->error, ERROR_INPUT, SCOPE_CLOUD,
                     "%s: the member %s is missing or is no text: make the file anew", in->place,
                     name);
}

static const char *read_member(const struct gcp_reading *in, const struct json *file,
                               const char *name, int *result)
{
    const struct json *node = json_get(file, name);
    if (node && node->type == JSON_STRING && !text_blank(node->text))
        return node->text;
    if (!*result)
        *result = missing(in, name);
    return "";
}

/* The parsed file is no place for it. */
static struct secret *read_secret(const struct gcp_reading *in, const struct json *file,
                                  const char *name, int *result)
{
    const char *text = read_member(in, file, name, result);
    size_t length = strlen(text);
    struct secret *secret = secret_new(text, length);
    if (length)
        secret_wipe((void *)(uintptr_t)text, length);
    return secret;
}

/* Where the settings moved Google's services, nothing goes to the real ones. */
static const char *read_address(const struct gcp_reading *in, const struct json *file,
                                const char *name, const char *standard, int *result)
{
    const char *url = json_get_text(file, name);
    if (!*result && url)
        *result = gcp_credentials_pin(in, name, url);
    bool moved = !gcp_credentials_is_google(in->arena, in->options, standard);
    return url && !moved ? url : standard;
}

/* The account in …/projects/-/serviceAccounts/E-MAIL:generateAccessToken; where the service is, the
 * settings say. */
static const char *read_impersonation(const struct gcp_reading *in, const struct json *file,
                                      int *result)
{
    static const char name[] = "service_account_impersonation_url";
    const char *url = read_member(in, file, name, result);
    const char *start = strstr(url, ACCOUNTS), *end = start ? strstr(start, GENERATE) : NULL;
    if (!*result)
        *result = gcp_credentials_pin(in, name, url);
    const char *account = NULL;
    if (end && !end[strlen(GENERATE)]) {
        start += strlen(ACCOUNTS);
        account = arena_copy_n(in->arena, start, (size_t)(end - start));
    }
    if (!*result && !gcp_credentials_is_account(account))
        *result = error_set(in->error, ERROR_INPUT, SCOPE_CLOUD,
                            "%s: %s does not end in " ACCOUNTS "E-MAIL" GENERATE, in->place, name);
    return account;
}

static int64_t read_life(const struct gcp_reading *in, const struct json *file, int *result)
{
    const struct json *options = json_get(file, "service_account_impersonation");
    long long life = json_get_int(options, "token_lifetime_seconds", LIFE_S);
    if (!*result && (life < LIFE_MIN_S || life > LIFE_MAX_S))
        *result = error_set(in->error, ERROR_INPUT, SCOPE_CLOUD,
                            "%s: token_lifetime_seconds is not from %d to %d", in->place,
                            LIFE_MIN_S, LIFE_MAX_S);
    return life;
}

/* As resource names, which IAM wants; files have e-mails too. */
static const struct json *read_delegates(const struct gcp_reading *in, const struct json *file,
                                         int *result)
{
    const struct json *list = json_get(file, "delegates");
    struct json *names = json_array(in->arena);
    for (size_t i = 0; list && i < list->count; i++) {
        const char *text = json_text(list->items[i]);
        const char *slash = text ? strrchr(text, '/') : NULL;
        const char *account = slash ? slash + 1 : text;
        if (!*result && !gcp_credentials_is_account(account))
            *result = error_set(in->error, ERROR_INPUT, SCOPE_CLOUD,
                                "%s: delegates[%zu] is no service account", in->place, i);
        json_append(in->arena, names,
                    json_string(in->arena, arena_printf(in->arena, "projects/-/serviceAccounts/%s",
                                                        account ? account : "")));
    }
    return names->count ? names : NULL;
}

/* ------------------------------------------------------------------ types */

static int read_service_account(const struct gcp_reading *in, const struct json *file,
                                struct gcp_credentials *credentials)
{
    int result = 0;
    credentials->account = read_member(in, file, "client_email", &result);
    credentials->key_id = read_member(in, file, "private_key_id", &result);
    credentials->key = read_secret(in, file, "private_key", &result);
    credentials->token_url = read_address(in, file, "token_uri", in->options->token_url, &result);
    return result;
}

static int read_authorized_user(const struct gcp_reading *in, const struct json *file,
                                struct gcp_credentials *credentials)
{
    int result = 0;
    credentials->client_id = read_member(in, file, "client_id", &result);
    credentials->client_secret = read_secret(in, file, "client_secret", &result);
    credentials->refresh_token = read_secret(in, file, "refresh_token", &result);
    credentials->token_url = read_address(in, file, "token_uri", in->options->token_url, &result);
    return result;
}

static int read_external_account(const struct gcp_reading *in, const struct json *file,
                                 struct gcp_credentials *credentials)
{
    int result = 0;
    credentials->audience = read_member(in, file, "audience", &result);
    credentials->subject_type = read_member(in, file, "subject_token_type", &result);
    credentials->sts_url = read_address(in, file, "token_url", in->options->sts_url, &result);
    credentials->source = json_get(file, "credential_source");
    credentials->user_project = json_get_text(file, "workforce_pool_user_project");
    if (json_get(file, "service_account_impersonation_url"))
        credentials->account = read_impersonation(in, file, &result);
    credentials->life_s = read_life(in, file, &result);
    if (!result && credentials->user_project && !strstr(credentials->audience, "/workforcePools/"))
        result =
            error_set(in->error, ERROR_INPUT, SCOPE_CLOUD,
                      "%s: workforce_pool_user_project is for workforce pools only", in->place);
    return result < 0 ? result : gcp_subject_check(in, credentials->source);
}

static int read_impersonated(const struct gcp_reading *in, const struct json *file,
                             struct gcp_credentials *credentials)
{
    int result = 0;
    const struct json *source = json_get(file, "source_credentials");
    credentials->account = read_impersonation(in, file, &result);
    credentials->delegates = read_delegates(in, file, &result);
    credentials->life_s = read_life(in, file, &result);
    if (result < 0)
        return result;
    if (!source || source->type != JSON_OBJECT)
        return missing(in, "source_credentials");
    if (text_equal(json_get_text(source, "type"), "impersonated_service_account"))
        return error_set(in->error, ERROR_INPUT, SCOPE_CLOUD,
                         "%s: source_credentials is itself impersonated: give the chain in "
                         "delegates",
                         in->place);
    struct gcp_reading inner = *in;
    inner.place = arena_printf(in->arena, "%s: source_credentials", in->place);
    credentials->base = arena_alloc(in->arena, sizeof *credentials->base);
    return gcp_credentials_parse(&inner, source, credentials->base);
}

static const struct {
    const char *name;
    enum gcp_credential_type type;
    int (*read)(const struct gcp_reading *in, const struct json *file,
                struct gcp_credentials *credentials);
} types[] = {
    {"service_account", GCP_SERVICE_ACCOUNT, read_service_account},
    {"authorized_user", GCP_AUTHORIZED_USER, read_authorized_user},
    {"external_account", GCP_EXTERNAL_ACCOUNT, read_external_account},
    {"impersonated_service_account", GCP_IMPERSONATED, read_impersonated},
};

static int refuse_type(const struct gcp_reading *in, const char *type)
{
    CLEANUP_TEXT struct text known;
    text_init(&known, LIMIT_ERROR_BODY_BYTES);
    for (size_t i = 0; i < COUNT(types); i++)
        text_addf(&known, "%s%s", i ? ", " : "", types[i].name);
    return error_set(in->error, ERROR_INPUT, SCOPE_CLOUD,
                     "%s: type \"%.40s\" is not usable here: known are %s", in->place,
                     type ? type : "", known.data);
}

/* A key of one universe is worth nothing in another. */
static int check_universe(const struct gcp_reading *in, const struct json *file)
{
    const char *ours = settings_text(in->options->settings, "universe_domain");
    const char *theirs = json_get_text(file, "universe_domain");
    if (!theirs || text_equal(theirs, ours ? ours : "googleapis.com"))
        return 0;
    return error_set(in->error, ERROR_INPUT, SCOPE_CLOUD,
                     "%s: the file is of the universe %.80s: is clouds.gcp.universe_domain right?",
                     in->place, theirs);
}

int gcp_credentials_parse(const struct gcp_reading *in, const struct json *file,
                          struct gcp_credentials *credentials)
{
    const char *type = json_get_text(file, "type");
    credentials->origin = in->origin;
    credentials->place = in->place;
    credentials->token_url = in->options->token_url;
    credentials->sts_url = in->options->sts_url;
    credentials->quota_project = json_get_text(file, "quota_project_id");
    int result = check_universe(in, file);
    for (size_t i = 0; i < COUNT(types) && !result; i++) {
        if (!text_equal(types[i].name, type))
            continue;
        credentials->type = types[i].type;
        return types[i].read(in, file, credentials);
    }
    return result < 0 ? result : refuse_type(in, type);
}
