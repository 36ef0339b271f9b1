#include "connectors/azure/client.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/azure/tokens.h"
#include "connectors/client.h"
#include "net/oauth.h"

#define POLL_MS      INT64_C(60000) /* documented for configure jobs: at most once a minute */
#define PATIENCE_MS  INT64_C(240000)
#define IN_FLIGHT    8 /* two for each of the four hosts; nothing is published */
#define AGE_DAYS(ms) ((ms) / INT64_C(86400000))

/* Where a service lives, by which header it knows a call again, and whose token it wants. */
static const struct surface {
    const char *host, *path, *setting, *family;
    enum azure_audience audience;
    const char *call_header, *run_header; /* a guid each: per call, per run; NULL: none */
    bool http_links;                      /* its documented links are http */
} surfaces[AZURE_SURFACES] = {
    [AZURE_INGESTION] = {"https://graph.microsoft.com/", "rp/product-ingestion", "graph_url",
                         AZURE_GRAPH, AZURE_FOR_GRAPH, "client-request-id", NULL, false},
    [AZURE_REFERRALS] = {"https://api.partner.microsoft.com/", "v1.0/engagements/referrals",
                         "partner_url", AZURE_PARTNER, AZURE_FOR_PARTNER, "client-request-id",
                         "MS-CorrelationId", true},
    [AZURE_WEBHOOKS] = {"https://api.partnercenter.microsoft.com/", "webhooks/v1",
                        "partner_center_url", AZURE_CENTER, AZURE_FOR_CENTER, "MS-RequestId",
                        "MS-CorrelationId", false},
    [AZURE_INSIGHTS] = {"https://api.partnercenter.microsoft.com/", "insights/v1/cmp",
                        "partner_center_url", AZURE_CENTER, AZURE_FOR_CENTER, "MS-RequestId",
                        "MS-CorrelationId", false},
    [AZURE_SAAS] = {"https://marketplaceapi.microsoft.com/", "api/saas", "marketplace_url",
                    AZURE_MARKETPLACE, AZURE_FOR_MARKETPLACE, "x-ms-requestid",
                    "x-ms-correlationid", false},
};

/* Sovereign clouds have authorities of their own; where the marketplace's APIs are there, if
 * anywhere, is not published: then the settings have to say it. */
static const struct environment {
    const char *name, *authority;
    bool has_hosts;
} environments[] = {
    {"public", "https://login.microsoftonline.com/", true},
    {"us_government", "https://login.microsoftonline.us/", false},
    {"china", "https://login.partner.microsoftonline.cn/", false},
};

/* ------------------------------------------------------------------ tokens on requests */

static bool starts_at(const char *url, const char *base)
{
    size_t length = strlen(base);
    return !strncmp(url, base, length) && (!url[length] || strchr("/?", url[length]));
}

/* By the address alone. */
static size_t credential(void *context, const struct http_request *request)
{
    const struct cloud *cloud = context;
    for (size_t i = 0; i < AZURE_SURFACES; i++) {
        if (starts_at(request->url, cloud->bases[i]))
            return surfaces[i].audience;
    }
    return AZURE_FOR_GRAPH;
}

/* Never to an address that is none of ours, whoever built the request. */
static int sign(void *context, struct arena *arena, struct http_request *request, int64_t now_ms,
                struct error *error)
{
    (void)now_ms;
    const struct cloud *cloud = context;
    bool ours = false;
    for (size_t i = 0; i < AZURE_SURFACES; i++)
        ours = ours || starts_at(request->url, cloud->bases[i]);
    if (!ours)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "no token is sent to this address");
    const struct secret *token =
        azure_tokens_get(cloud->tokens, (enum azure_audience)credential(context, request));
    return client_bear(arena, request, token, error);
}

static bool credentials_due(void *context, size_t set, int64_t now_ms, bool force)
{
    (void)now_ms; /* tokens are timed by the monotonic clock */
    const struct cloud *cloud = context;
    return azure_tokens_due(cloud->tokens, (enum azure_audience)set, force);
}

static void refresh(void *context, size_t set, session_ready *ready, void *ready_context)
{
    const struct cloud *cloud = context;
    azure_tokens_fetch(cloud->tokens, (enum azure_audience)set, ready, ready_context);
}

static const struct session_ops session_ops = {
    .sign = sign,
    .judge = azure_judge,
    .credential = credential,
    .credentials_due = credentials_due,
    .refresh = refresh,
};

/* ------------------------------------------------------------------ the account */

static void close_cloud(struct cloud **cloud)
{
    azure_close(*cloud);
}

static const struct environment *environment_of(const struct settings *settings)
{
    const char *name = settings_text(settings, "environment");
    for (size_t i = 0; i < COUNT(environments); i++) {
        if (text_equal(name, environments[i].name))
            return &environments[i];
    }
    return &environments[0];
}

static int find_surface(struct cloud *cloud, const struct connector_env *env, size_t index,
                        struct error *error)
{
    const struct surface *surface = &surfaces[index];
    const struct environment *environment = environment_of(cloud->settings);
    const char *url;
    bool moved = settings_text(cloud->settings, surface->setting) ||
                 settings_text(cloud->settings, "endpoint_url");
    if (!environment->has_hosts && !moved)
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "clouds.azure: where the services of %s are is not published: set %s",
                         environment->name, surface->setting);
    int result = client_address(cloud->arena, cloud->settings, "azure", surface->setting,
                                surface->host, &url, error);
    if (!result)
        result = client_check_share(env, url, error);
    if (result < 0)
        return result;
    cloud->bases[index] = arena_printf(cloud->arena, "%s%s", url, surface->path);
    cloud->hosts[index] = http_host(cloud->arena, surface->host);
    return 0;
}

static int open_tokens(struct cloud *cloud, const struct connector_env *env, struct error *error)
{
    const char *host = env->env ? env->env(env->env_context, "AZURE_AUTHORITY_HOST") : NULL;
    const char *standard = host && *host ? host : environment_of(cloud->settings)->authority;
    const char *authority;
    int result = client_address(cloud->arena, cloud->settings, "azure", "authority_url", standard,
                                &authority, error);
    const struct azure_tokens_options options = {
        .settings = cloud->settings,
        .authority = authority,
        .env = env->env,
        .env_context = env->env_context,
        .loop = env->loop,
        .log = env->log,
        .har = env->har,
    };
    return result < 0 ? result : azure_tokens_new(&options, &cloud->tokens, error);
}

/* The vendor bounds how often a job is looked at; on this host nobody does. */
static int64_t poll_ms(const struct cloud *cloud)
{
    int64_t ms = settings_number(cloud->settings, "job_poll");
    bool sandbox = http_is_loopback(cloud->bases[AZURE_INGESTION]);
    return ms <= 0 || (ms < POLL_MS && !sandbox) ? POLL_MS : ms;
}

int azure_open(const struct connector_env *env, const struct settings *settings,
               struct cloud **ret_cloud, struct error *error)
{
    CLEANUP(close_cloud) struct cloud *cloud = memory_alloc(sizeof *cloud);
    cloud->arena = arena_new();
    cloud->settings = settings;
    cloud->loop = env->loop;
    cloud->log = env->log;
    int result = 0;
    for (size_t i = 0; i < AZURE_SURFACES && !result; i++)
        result = find_surface(cloud, env, i, error);
    if (!result)
        result = open_tokens(cloud, env, error);
    if (result < 0)
        return result;
    int64_t patience = settings_number(settings, "patience");
    cloud->patience_ms = patience > 0 ? patience : PATIENCE_MS;
    cloud->job_poll_ms = poll_ms(cloud);
    cloud->correlation = azure_guid(cloud, cloud->arena);
    const struct session_options session = {
        .ops = &session_ops,
        .cloud = cloud,
        .credentials = AZURE_AUDIENCES,
        .quotas = azure_quotas,
        .quota_count = azure_quota_count,
        .share_percent = env->quota_share,
        .max_in_flight = IN_FLIGHT,
        .attempts = (unsigned)settings_number(settings, "max_attempts"),
        .har = env->har,
        .log = env->log,
    };
    cloud->session = session_new(env->loop, &session);
    *ret_cloud = take_ptr(&cloud);
    return 0;
}

void azure_close(struct cloud *cloud)
{
    if (!cloud)
        return;
    session_free(cloud->session);
    azure_tokens_free(cloud->tokens);
    arena_free(cloud->arena);
    free(cloud);
}

/* ------------------------------------------------------------------ requests */

const char *azure_family(enum azure_surface surface)
{
    return surfaces[surface].family;
}

const char *azure_encode(struct arena *arena, const char *text)
{
    return oauth_encode(arena, text);
}

const char *azure_guid(const struct cloud *cloud, struct arena *arena)
{
    char guid[GUID_TEXT];
    return arena_copy(arena, world_guid(loop_world(cloud->loop), guid));
}

void azure_request(const struct cloud *cloud, struct arena *arena, enum azure_surface surface,
                   const char *method, const char *path, const struct json *body,
                   struct http_request *ret_request)
{
    const struct surface *row = &surfaces[surface];
    client_request(arena, method, arena_printf(arena, "%s%s", cloud->bases[surface], path), body,
                   ret_request);
    if (row->call_header)
        http_request_set(arena, ret_request, row->call_header, azure_guid(cloud, arena));
    if (row->run_header)
        http_request_set(arena, ret_request, row->run_header, cloud->correlation);
}

static bool is_query(const char *text)
{
    for (; *text; text++) {
        if (*text <= ' ' || *text >= 0x7f || strchr("\"<>\\^`{|}#", *text))
            return false;
    }
    return true;
}

int azure_request_next(const struct cloud *cloud, struct arena *arena, enum azure_surface surface,
                       const char *path, const char *link, struct http_request *ret_request,
                       struct error *error)
{
    const char *host = http_host(arena, link);
    const char *query = strchr(link, '?');
    bool known = host && (text_equal(host, cloud->hosts[surface]) ||
                          text_equal(host, http_host(arena, cloud->bases[surface])));
    bool safe = text_starts(link, "https://") || surfaces[surface].http_links ||
                (text_starts(link, "http://") && http_is_loopback(link));
    if (!known || !safe || !query || !query[1] || !is_query(query))
        return error_set(error, ERROR_PERMANENT, SCOPE_COLLECTION,
                         "the link to the next page is not followed: it leads to %s%s",
                         !host   ? "no host"
                         : known ? ""
                                 : host,
                         known && !safe  ? "http instead of https"
                         : known && safe ? "no page"
                                         : "");
    azure_request(cloud, arena, surface, "GET", arena_printf(arena, "%s%s", path, query), NULL,
                  ret_request);
    return 0;
}

/* ------------------------------------------------------------------ for people */

static void put(char *buffer, size_t size, const char *text)
{
    size_t length = strlen(text);
    if (length >= size)
        length = size - 1;
    memcpy(buffer, text, length);
    buffer[length] = '\0';
}

/* What ends first is the person's sign-in; the application's tokens come and go by the hour. */
static const char *describe_sign_in(struct cloud *cloud, int64_t *ret_ends_ms)
{
    int64_t signed_in_ms, issued_ms;
    char day[DAY_TEXT];
    if (!azure_tokens_has_sign_in(cloud->tokens))
        return "no sign-in";
    if (azure_tokens_sign_in(cloud->tokens, &signed_in_ms, &issued_ms, ret_ends_ms, NULL) < 0)
        return "nobody is signed in";
    int64_t age_ms = world_now(loop_world(cloud->loop)) - issued_ms;
    return arena_printf(cloud->arena, "sign-in of %s, token %lld days old",
                        day_print(day_of(signed_in_ms), day), (long long)AGE_DAYS(age_ms));
}

void azure_status(struct cloud *cloud, struct cloud_status *ret_status)
{
    struct cloud_status status = {0};
    const char *tenant = settings_text(cloud->settings, "tenant");
    const char *client = settings_text(cloud->settings, "client_id");
    bool sandbox = http_is_loopback(cloud->bases[AZURE_INGESTION]);
    snprintf(status.realm, sizeof status.realm, "tenant %.36s%s", tenant ? tenant : "of the host",
             sandbox ? " of a sandbox" : "");
    snprintf(status.identity, sizeof status.identity, "application %.8s… of tenant %.36s",
             client ? client : "managed", tenant ? tenant : "?");
    put(status.credential_source, sizeof status.credential_source,
        arena_printf(cloud->arena, "%s; %s", azure_tokens_method(cloud->tokens),
                     describe_sign_in(cloud, &status.credential_expires_ms)));
    *ret_status = status;
}
