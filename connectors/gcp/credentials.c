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
    const char *host = http_host(arena, b);
    return host && text_equal(http_host(arena, a), host);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && !strcmp(text + length - tail, end);
}

bool gcp_credentials_is_google(struct arena *arena, const struct gcp_tokens_options *options,
                               const char *url)
{
    static const char *const hosts[] = {"oauth2.googleapis.com", "sts.googleapis.com",
                                        "iamcredentials.googleapis.com"};
    const char *universe = settings_text(options->settings, "universe_domain");
    const char *host = http_host(arena, url);
    for (size_t i = 0; i < COUNT(hosts) && host; i++) {
        if (text_equal(host, hosts[i]))
            return true;
    }
    return host && universe && ends_with(host, arena_printf(arena, ".%s", universe));
}

int gcp_credentials_pin(const struct gcp_reading *in, const char *member, const char *url)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct gcp_tokens_options *options = in->options;
    const char *host = http_host(arena, url);
    bool given = same_host(arena, url, options->token_url) ||
                 same_host(arena, url, options->sts_url) || same_host(arena, url, options->iam_url);
    if (!given && !gcp_credentials_is_google(arena, options, url))
        return error_set(in->error, ERROR_INPUT, SCOPE_CLOUD,
                         "%s: %s names %s, which is none of Google's token services: if it is "
                         "meant, give its address in clouds.gcp.token_url, sts_url or iam_url",
                         in->place, member, host ? host : "no host");
    if (!text_starts(url, "https://") && !(given && http_is_loopback(url)))
        return error_set(in->error, ERROR_INPUT, SCOPE_CLOUD, "%s: %s wants https", in->place,
                         member);
    if (strpbrk(url, "?# \t\r\n"))
        return error_set(in->error, ERROR_INPUT, SCOPE_CLOUD,
                         "%s: %s: an address with a query or blanks is not usable", in->place,
                         member);
    return 0;
}

bool gcp_credentials_is_account(const char *text)
{
    static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "@.-_";
    return text && *text && strspn(text, signs) == strlen(text);
}

/* ------------------------------------------------------------------ finding */

static int read_text(const struct gcp_reading *in, const char *bytes, size_t length,
                     struct gcp_credentials **ret_credentials)
{
    struct gcp_credentials *credentials = arena_alloc(in->arena, sizeof *credentials);
    struct json *file = NULL;
    int result = json_parse(in->arena, bytes, length, &file, in->error);
    if (result < 0) {
        error_context(in->error, "%s is no credential file", in->place);
        return result;
    }
    result = gcp_credentials_parse(in, file, credentials);
    if (result < 0)
        gcp_credentials_wipe(credentials);
    else
        *ret_credentials = credentials;
    return result;
}

const char *gcp_credentials_env(const struct gcp_tokens_options *options, const char *name)
{
    const char *value = options->env ? options->env(options->env_context, name) : NULL;
    return value && *value ? value : NULL;
}

static int read_file(const struct gcp_reading *in, const char *path,
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

static int read_setting(const struct gcp_reading *in, const struct secret_source *source,
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
    const char *folder = gcp_credentials_env(options, "CLOUDSDK_CONFIG"),
               *home = gcp_credentials_env(options, "HOME");
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
    const char *path =
        arena_copy(arena, gcp_credentials_env(options, "GOOGLE_APPLICATION_CREDENTIALS"));
    struct gcp_reading in = {.arena = arena, .options = options, .error = error};
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
    machine->token_url = options->token_url;
    *ret_credentials = machine;
    return 0;
}
