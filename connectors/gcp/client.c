#include "connectors/gcp/client.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/client.h"
#include "net/oauth.h"

#define IN_FLIGHT  8
#define NAME_BYTES 4096 /* of a resource's name, encoded */

/* Where a service lives, what its paths begin with, and whose token it wants. */
static const struct surface {
    const char *host, *version, *collection;
    const char *url_setting, *version_setting;
    const char *family;
    enum gcp_audience audience;
} surfaces[GCP_SURFACES] = {
    [GCP_PRODUCER] = {"https://commerceproducer.googleapis.com/", "v1beta", "projects",
                      "producer_url", "producer_version", GCP_PRODUCER_CALLS, GCP_FOR_CLOUD},
    [GCP_PROCUREMENT] = {"https://cloudcommerceprocurement.googleapis.com/", "v1", "providers",
                         "procurement_url", NULL, GCP_PROCUREMENT_CALLS, GCP_FOR_CLOUD},
    [GCP_CHANNEL] = {"https://cloudchannel.googleapis.com/", "v1alpha1", "opportunities",
                     "channel_url", "channel_version", GCP_CHANNEL_CALLS, GCP_FOR_CHANNEL},
    [GCP_CRM] = {"https://cloudcrmpartners.googleapis.com/", "v1", "partners", "crm_url", NULL,
                 GCP_CRM_CALLS, GCP_FOR_CRM},
};

/* The addresses that give tokens. */
static const struct {
    const char *setting, *url;
} token_addresses[] = {
    {"token_url", "https://oauth2.googleapis.com/token"},
    {"sts_url", "https://sts.googleapis.com/v1/token"},
    {"iam_url", "https://iamcredentials.googleapis.com/v1/"},
};

/* ------------------------------------------------------------------ tokens on requests */

/* By the address alone; GCP_SURFACES: none of ours. */
static enum gcp_surface surface_of(const struct cloud *cloud, const char *url)
{
    for (size_t i = 0; i < GCP_SURFACES; i++) {
        size_t length = strlen(cloud->bases[i]), name = strlen(surfaces[i].collection);
        if (!strncmp(url, cloud->bases[i], length) &&
            !strncmp(url + length, surfaces[i].collection, name) &&
            strchr("/:?", url[length + name])) /* or its end */
            return (enum gcp_surface)i;
    }
    return GCP_SURFACES;
}

static size_t credential(void *context, const struct http_request *request)
{
    enum gcp_surface surface = surface_of(context, request->url);
    return surface == GCP_SURFACES ? GCP_FOR_CLOUD : surfaces[surface].audience;
}

/* Never to an address that is none of ours, whoever built the request. */
static int sign(void *context, struct arena *arena, struct http_request *request, int64_t now_ms,
                struct error *error)
{
    (void)now_ms;
    const struct cloud *cloud = context;
    enum gcp_surface surface = surface_of(cloud, request->url);
    if (surface == GCP_SURFACES)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "no token is sent to this address");
    const struct secret *token = gcp_tokens_get(cloud->tokens, surfaces[surface].audience);
    int result = client_bear(arena, request, token, error);
    const char *project = gcp_tokens_quota_project(cloud->tokens);
    if (!result && project)
        http_request_set(arena, request, "x-goog-user-project", project);
    return result;
}

static bool credentials_due(void *context, size_t set, int64_t now_ms, bool force)
{
    const struct cloud *cloud = context;
    return gcp_tokens_due(cloud->tokens, (enum gcp_audience)set, now_ms, force);
}

static void refresh(void *context, size_t set, session_ready *ready, void *ready_context)
{
    const struct cloud *cloud = context;
    gcp_tokens_fetch(cloud->tokens, (enum gcp_audience)set, ready, ready_context);
}

static const struct session_ops session_ops = {
    .sign = sign,
    .judge = gcp_judge,
    .credential = credential,
    .credentials_due = credentials_due,
    .refresh = refresh,
};

/* ------------------------------------------------------------------ the account */

static void close_cloud(struct cloud **cloud)
{
    gcp_close(*cloud);
}

/* The vendor's path stays as it is; only a setting of the service's own has it already. */
static int find_address(struct cloud *cloud, const char *name, const char *standard,
                        const char **ret_url, struct error *error)
{
    struct arena *arena = cloud->arena;
    const char *universe = settings_text(cloud->settings, "universe_domain");
    const char *host = standard + strlen("https://"), *path = strchr(host, '/') + 1, *base;
    const char *vendor =
        universe ? arena_printf(arena, "https://%.*s.%s/", (int)strcspn(host, "."), host, universe)
                 : arena_copy_n(arena, standard, (size_t)(path - standard));
    int result = client_address(arena, cloud->settings, "gcp", name, vendor, &base, error);
    if (result < 0)
        return result;
    *ret_url =
        settings_text(cloud->settings, name) ? base : arena_printf(arena, "%s%s", base, path);
    return 0;
}

static int find_surface(struct cloud *cloud, const struct connector_env *env, size_t index,
                        struct error *error)
{
    const struct surface *surface = &surfaces[index];
    const char *version =
        surface->version_setting ? settings_text(cloud->settings, surface->version_setting) : NULL;
    const char *url;
    int result = find_address(cloud, surface->url_setting, surface->host, &url, error);
    if (!result)
        result = client_check_share(env, url, error);
    if (result < 0)
        return result;
    cloud->bases[index] =
        arena_printf(cloud->arena, "%s%s/", url, version ? version : surface->version);
    return 0;
}

/* A token endpoint is no base: the slash that http_base() puts at its end is taken off again. */
static int open_tokens(struct cloud *cloud, const struct connector_env *env, struct error *error)
{
    const char *urls[COUNT(token_addresses)] = {0};
    int result = 0;
    for (size_t i = 0; i < COUNT(urls) && !result; i++) {
        result = find_address(cloud, token_addresses[i].setting, token_addresses[i].url, &urls[i],
                              error);
        bool moved = settings_text(cloud->settings, token_addresses[i].setting) != NULL;
        if (!result && moved && strcmp(token_addresses[i].setting, "iam_url") != 0)
            urls[i] = arena_copy_n(cloud->arena, urls[i], strlen(urls[i]) - 1);
    }
    if (result < 0)
        return result;
    const struct gcp_tokens_options options = {
        .settings = cloud->settings,
        .token_url = urls[0],
        .sts_url = urls[1],
        .iam_url = urls[2],
        .env = env->env,
        .env_context = env->env_context,
        .loop = env->loop,
        .log = env->log,
        .har = env->har,
    };
    return gcp_tokens_new(&options, &cloud->tokens, error);
}

bool gcp_is_id(const char *text)
{
    static const char signs[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:";
    return text && text[strspn(text, ".")] && !text[strspn(text, signs)];
}

static int take_name(struct cloud *cloud, const char *setting, const char *prefix,
                     const char **ret_name, struct error *error)
{
    const char *text = settings_text(cloud->settings, setting);
    if (text && text_starts(text, prefix))
        text += strlen(prefix);
    if (text && !gcp_is_id(text))
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "clouds.gcp.%s: an id is expected, letters, digits, - _ . and : only",
                         setting);
    *ret_name = text;
    return 0;
}

static int take_names(struct cloud *cloud, struct error *error)
{
    const char *partner = NULL;
    int result = take_name(cloud, "project", "projects/", &cloud->project, error);
    if (!result)
        result = take_name(cloud, "provider", "providers/", &cloud->provider, error);
    if (!result)
        result = take_name(cloud, "location", "locations/", &cloud->location, error);
    if (!result)
        result = take_name(cloud, "partner", "partners/", &partner, error);
    if (!result && partner)
        cloud->partner = arena_printf(cloud->arena, "partners/%s", partner);
    return result;
}

/* Only Cloud Channel's limit is published; what a project's others are its console tells. */
static struct session *open_session(struct cloud *cloud, const struct connector_env *env)
{
    unsigned calls = (unsigned)settings_number(cloud->settings, "calls_per_minute");
    struct quota quotas[GCP_SURFACES];
    for (size_t i = 0; i < gcp_quota_count; i++) {
        quotas[i] = gcp_quotas[i];
        if (calls && strcmp(quotas[i].family, GCP_CHANNEL_CALLS) != 0)
            quotas[i].per_minute = calls;
    }
    const struct session_options session = {
        .ops = &session_ops,
        .cloud = cloud,
        .credentials = GCP_AUDIENCES,
        .quotas = quotas,
        .quota_count = gcp_quota_count,
        .share_percent = env->quota_share,
        .max_in_flight = IN_FLIGHT,
        .attempts = (unsigned)settings_number(cloud->settings, "max_attempts"),
        .har = env->har,
        .log = env->log,
    };
    return session_new(env->loop, &session);
}

int gcp_open(const struct connector_env *env, const struct settings *settings,
             struct cloud **ret_cloud, struct error *error)
{
    CLEANUP(close_cloud) struct cloud *cloud = memory_alloc(sizeof *cloud);
    cloud->arena = arena_new();
    cloud->settings = settings;
    cloud->loop = env->loop;
    cloud->log = env->log;
    int result = take_names(cloud, error);
    for (size_t i = 0; i < GCP_SURFACES && !result; i++)
        result = find_surface(cloud, env, i, error);
    if (!result)
        result = open_tokens(cloud, env, error);
    if (result < 0)
        return result;
    cloud->poll_ms = settings_number(settings, "publish_poll");
    cloud->patience_ms = settings_number(settings, "patience");
    cloud->session = open_session(cloud, env);
    *ret_cloud = take_ptr(&cloud);
    return 0;
}

void gcp_close(struct cloud *cloud)
{
    if (!cloud)
        return;
    session_free(cloud->session);
    gcp_tokens_free(cloud->tokens);
    arena_free(cloud->arena);
    free(cloud);
}

/* ------------------------------------------------------------------ requests */

const char *gcp_family(enum gcp_surface surface)
{
    return surfaces[surface].family;
}

const char *gcp_encode(struct arena *arena, const char *text)
{
    return oauth_encode(arena, text);
}

const char *gcp_bare_id(const char *name)
{
    const char *slash = name ? strrchr(name, '/') : NULL;
    return slash ? slash + 1 : name;
}

/* {+name}: slashes and colons stay. */
static const char *encode_name(struct arena *arena, const char *name)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, NAME_BYTES);
    while (*name) {
        size_t plain = strcspn(name, "/:");
        text_add(&out, oauth_encode(arena, arena_copy_n(arena, name, plain)));
        name += plain;
        if (*name)
            text_addf(&out, "%c", *name++);
    }
    return arena_copy(arena, out.data);
}

void gcp_request(const struct cloud *cloud, struct arena *arena, enum gcp_surface surface,
                 const char *method, const char *name, const char *query, const struct json *body,
                 struct http_request *ret_request)
{
    const char *url =
        arena_printf(arena, "%s%s%s%s", cloud->bases[surface], encode_name(arena, name),
                     query && *query ? "?" : "", query ? query : "");
    client_request(arena, method, url, body, ret_request);
}

/* ------------------------------------------------------------------ for people */

void gcp_status(struct cloud *cloud, struct cloud_status *ret_status)
{
    struct cloud_status status = {0};
    bool sandbox = http_is_loopback(cloud->bases[GCP_PRODUCER]);
    const char *method = gcp_tokens_method(cloud->tokens);
    snprintf(status.realm, sizeof status.realm, "project %.36s%s", cloud->project,
             sandbox ? " of a sandbox" : "");
    snprintf(status.identity, sizeof status.identity, "project %.36s%s%.60s", cloud->project,
             cloud->partner ? ", " : "", cloud->partner ? cloud->partner : "");
    snprintf(status.credential_source, sizeof status.credential_source, "%.159s",
             method ? method : "");
    *ret_status = status;
}
