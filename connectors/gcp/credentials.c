#include "connectors/gcp/credentials.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"

#define WELL_KNOWN "application_default_credentials.json"

static const char *const names[GCP_CREDENTIAL_TYPES] = {
    [GCP_SERVICE_ACCOUNT] = "service account",   [GCP_AUTHORIZED_USER] = "authorized user",
    [GCP_EXTERNAL_ACCOUNT] = "external account", [GCP_IMPERSONATED] = "impersonated account",
    [GCP_METADATA] = "metadata server",
};

const char *gcp_credentials_name(enum gcp_credential_type type)
{
    return names[type];
}

void gcp_credentials_wipe(struct gcp_credentials *credentials)
{
    if (!credentials)
        return;
    secret_free(credentials->key);
    secret_free(credentials->client_secret);
    secret_free(credentials->refresh_token);
    credentials->key = credentials->client_secret = credentials->refresh_token = NULL;
    gcp_credentials_wipe(credentials->base);
}

/* ------------------------------------------------------------------ hosts */

static bool same_host(struct arena *arena, const char *a, const char *b)
{
    return a && b && text_equal(http_host(arena, a), http_host(arena, b));
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && !strcmp(text + length - tail, end);
}

int gcp_credentials_pin(const struct gcp_tokens_options *options, const char *place,
                        const char *member, const char *url, struct error *error)
{
    static const char *const hosts[] = {"oauth2.googleapis.com", "sts.googleapis.com",
                                        "iamcredentials.googleapis.com"};
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *universe = settings_text(options->settings, "universe_domain");
    const char *host = http_host(arena, url);
    bool known = host && (same_host(arena, url, options->token_url) ||
                          same_host(arena, url, options->sts_url) ||
                          same_host(arena, url, options->iam_url));
    for (size_t i = 0; i < COUNT(hosts) && host; i++)
        known = known || text_equal(host, hosts[i]);
    if (host && universe)
        known = known || ends_with(host, arena_printf(arena, ".%s", universe));
    if (!known)
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "%s: %s names %s, which is none of Google's token services: if it is "
                         "meant, give its address in clouds.gcp.token_url, sts_url or iam_url",
                         place, member, host ? host : "no host");
    if (!text_starts(url, "https://") && !http_is_loopback(url))
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD, "%s: %s wants https", place, member);
    return 0;
}

/* ------------------------------------------------------------------ members */

/* What is being read. */
struct reading {
    struct arena *arena;
    const struct gcp_tokens_options *options;
    const char *origin, *place;
    struct error *error;
};

static const char *read_member(const struct reading *in, const struct json *file, const char *name,
                               int *result)
{
    const struct json *node = json_get(file, name);
    if (node && node->type == JSON_STRING && !text_blank(node->text))
        return node->text;
    if (!*result)
        *result =
            error_set(in->error, ERROR_INPUT, SCOPE_CLOUD,
                      "%s: the member %s is missing: download the file again", in->place, name);
    return "";
}

/* The parsed file is no place for it. */
static struct secret *read_secret(const struct reading *in, const struct json *file,
                                  const char *name, int *result)
{
    const char *text = read_member(in, file, name, result);
    size_t length = strlen(text);
    struct secret *secret = secret_new(text, length);
    if (length)
        secret_wipe((void *)(uintptr_t)text, length);
    return secret;
}

/* Where the settings moved Google's services to a sandbox, nothing may reach the real ones. */
static const char *read_address(const struct reading *in, const struct json *file, const char *name,
                                const char *standard, int *result)
{
    const char *url = json_get_text(file, name);
    if (!*result && url)
        *result = gcp_credentials_pin(in->options, in->place, name, url, in->error);
    return url && !http_is_loopback(standard) ? url : standard;
}

/* ------------------------------------------------------------------ types */

static int read_service_account(const struct reading *in, const struct json *file,
                                struct gcp_credentials *credentials)
{
    int result = 0;
    credentials->account = read_member(in, file, "client_email", &result);
    credentials->key_id = read_member(in, file, "private_key_id", &result);
    credentials->key = read_secret(in, file, "private_key", &result);
    credentials->token_url = read_address(in, file, "token_uri", in->options->token_url, &result);
    return result;
}

static const struct {
    const char *name;
    enum gcp_credential_type type;
    int (*read)(const struct reading *in, const struct json *file,
                struct gcp_credentials *credentials);
} types[] = {
    {"service_account", GCP_SERVICE_ACCOUNT, read_service_account},
};

static int read_document(const struct reading *in, const struct json *file,
                         struct gcp_credentials *credentials)
{
    const char *type = json_get_text(file, "type");
    credentials->origin = in->origin;
    credentials->place = in->place;
    for (size_t i = 0; i < COUNT(types); i++) {
        if (!text_equal(types[i].name, type))
            continue;
        credentials->type = types[i].type;
        return types[i].read(in, file, credentials);
    }
    CLEANUP_TEXT struct text known;
    text_init(&known, LIMIT_ERROR_BODY_BYTES);
    for (size_t i = 0; i < COUNT(types); i++)
        text_addf(&known, "%s%s", i ? ", " : "", types[i].name);
    return error_set(in->error, ERROR_INPUT, SCOPE_CLOUD,
                     "%s: type \"%.40s\" is not usable here: known are %s", in->place,
                     type ? type : "", known.data);
}

static int read_text(const struct reading *in, const char *bytes, size_t length,
                     struct gcp_credentials **ret_credentials)
{
    struct gcp_credentials *credentials = arena_alloc(in->arena, sizeof *credentials);
    struct json *file = NULL;
    int result = json_parse(in->arena, bytes, length, &file, in->error);
    if (result < 0) {
        error_context(in->error, "%s is no credential file", in->place);
        return result;
    }
    result = read_document(in, file, credentials);
    if (result < 0)
        gcp_credentials_wipe(credentials);
    else
        *ret_credentials = credentials;
    return result;
}

/* ------------------------------------------------------------------ finding */

static const char *env_get(const struct gcp_tokens_options *options, const char *name)
{
    const char *value = options->env ? options->env(options->env_context, name) : NULL;
    return value && *value ? value : NULL;
}

static int read_file(const struct reading *in, const char *path,
                     struct gcp_credentials **ret_credentials)
{
    CLEANUP_TEXT struct text bytes;
    text_init_secret(&bytes, LIMIT_SECRET_BYTES);
    if (file_read(path, &bytes, NULL, in->error) < 0) {
        if (in->error)
            in->error->class = ERROR_AUTH;
        error_context(in->error, "%s", in->origin);
        return -ERROR_AUTH;
    }
    return read_text(in, bytes.data, bytes.length, ret_credentials);
}

static int read_setting(const struct reading *in, const struct secret_source *source,
                        struct gcp_credentials **ret_credentials)
{
    CLEANUP_SECRET struct secret *bytes = NULL;
    int result = secret_fetch(source, &bytes, in->error);
    if (result < 0)
        return error_context(in->error, "%s", in->origin);
    const char *text = secret_reveal(bytes);
    return read_text(in, text, strlen(text), ret_credentials);
}

static const char *well_known(struct arena *arena, const struct gcp_tokens_options *options)
{
    const char *folder = env_get(options, "CLOUDSDK_CONFIG"), *home = env_get(options, "HOME");
    struct file_state state = {0};
    const char *path = folder ? arena_printf(arena, "%s/" WELL_KNOWN, folder)
                       : home ? arena_printf(arena, "%s/.config/gcloud/" WELL_KNOWN, home)
                              : NULL;
    return path && !file_stat(path, &state, NULL) && state.exists ? path : NULL;
}

int gcp_credentials_read(struct arena *arena, const struct gcp_tokens_options *options,
                         struct gcp_credentials **ret_credentials, struct error *error)
{
    const struct setting *setting = settings_find(options->settings, "credentials");
    const char *path = arena_copy(arena, env_get(options, "GOOGLE_APPLICATION_CREDENTIALS"));
    struct reading in = {.arena = arena, .options = options, .error = error};
    if (setting) {
        in.origin = in.place = "clouds.gcp.credentials";
        return read_setting(&in, setting->secret, ret_credentials);
    }
    in.origin = "GOOGLE_APPLICATION_CREDENTIALS";
    if (!path) {
        path = well_known(arena, options);
        in.origin = "gcloud's sign-in";
    }
    if (path) {
        in.place = path;
        return read_file(&in, path, ret_credentials);
    }
    struct gcp_credentials *machine = arena_alloc(arena, sizeof *machine);
    machine->type = GCP_METADATA;
    machine->origin = machine->place = names[GCP_METADATA];
    *ret_credentials = machine;
    return 0;
}
