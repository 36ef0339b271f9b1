#include "connectors/aws/client.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/sign.h"
#include "connectors/aws/sts.h"

#define HOST "https://partnercentral-selling.us-east-1.api.aws"

static const char *const catalogs[] = {"AWS", "Sandbox", NULL};

const struct option_row aws_options[AWS_OPTIONS] = {
    {.name = "catalog",
     .type = OPTION_WORD,
     .required = true,
     .words = catalogs,
     .help = "AWS, or Sandbox for rehearsals that reach no seller"},
    {.name = "profile",
     .type = OPTION_TEXT,
     .help = "profile of the shared files; goes before keys in the environment"},
    {.name = "access_key_id",
     .type = OPTION_SECRET,
     .help = "access key, with secret_access_key; goes before everything else"},
    {.name = "secret_access_key", .type = OPTION_SECRET, .help = "secret of the access key"},
    {.name = "session_token", .type = OPTION_SECRET, .help = "token of temporary keys"},
    {.name = "shared_credentials_file",
     .type = OPTION_PATH,
     .help = "instead of AWS_SHARED_CREDENTIALS_FILE and ~/.aws/credentials"},
    {.name = "config_file",
     .type = OPTION_PATH,
     .help = "instead of AWS_CONFIG_FILE and ~/.aws/config"},
    {.name = "endpoint_url",
     .type = OPTION_TEXT,
     .help = "another address for Partner Central; http only on this host"},
    {.name = "max_attempts",
     .type = OPTION_NUMBER,
     .min = 1,
     .max = 10,
     .help = "tries of one call in all; 3 unless AWS_MAX_ATTEMPTS says otherwise"},
};

const struct quota aws_quotas[AWS_QUOTAS] = {
    {.family = AWS_READ, .per_minute = 600, .burst = 10, .daily = 100000},
    {.family = AWS_WRITE, .per_minute = 60, .burst = 1, .daily = 10000},
};

static const char *env_get(const struct connector_env *env, const char *name)
{
    const char *value = env->env ? env->env(env->env_context, name) : NULL;
    return value && *value ? value : NULL;
}

int aws_endpoint(struct arena *arena, const struct connector_env *env,
                 const struct settings *settings, const char **ret_url, struct error *error)
{
    const struct aws_endpoint endpoint = {
        .configured = settings_text(settings, "endpoint_url"),
        .by = "clouds.aws.endpoint_url",
        .variable = "AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING",
        .standard = HOST,
        .env = env->env,
        .env_context = env->env_context,
    };
    return aws_endpoint_url(arena, &endpoint, ret_url, error);
}

/* The one call that is not Partner Central's is that of AWS STS, in a form. */
static int sign(void *context, struct arena *arena, struct http_request *request, int64_t now_ms,
                struct error *error)
{
    const struct cloud *cloud = context;
    const struct aws_keys *keys = aws_credentials_keys(cloud->credentials);
    if (!keys)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "there are no credentials to sign with");
    bool sts = text_equal(http_request_get(request, "Content-Type"), STS_CONTENT);
    const struct sigv4_scope scope = {sts ? cloud->sts_region : AWS_REGION,
                                      sts ? STS_SERVICE : AWS_SELLING_SERVICE, now_ms};
    aws_sign(arena, request, keys, &scope);
    return 0;
}

static bool credentials_due(void *context, int64_t now_ms, bool force)
{
    const struct cloud *cloud = context;
    return force || aws_credentials_due(cloud->credentials, now_ms);
}

static void refresh(void *context, void (*ready)(void *context, const struct error *error),
                    void *ready_context)
{
    struct cloud *cloud = context;
    aws_credentials_refresh(cloud->credentials, ready, ready_context);
}

static const struct session_ops session_ops = {
    .sign = sign,
    .judge = aws_judge,
    .credentials_due = credentials_due,
    .refresh = refresh,
};

static unsigned attempts(const struct connector_env *env, const struct settings *settings)
{
    long long number = settings_number(settings, "max_attempts");
    const char *text = env_get(env, "AWS_MAX_ATTEMPTS");
    if (!number && text && (!text_to_int64(text, &number) || number < 1 || number > 10))
        number = 0;
    return (unsigned)number;
}

int aws_open(const struct connector_env *env, const struct settings *settings,
             struct cloud **ret_cloud, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *url = NULL, *sts_region_name = NULL, *sts = NULL;
    int result = aws_endpoint(arena, env, settings, &url, error);
    if (!result)
        result = sts_region(env->env, env->env_context, NULL, &sts_region_name, error);
    if (!result)
        result = sts_url(arena, env->env, env->env_context, sts_region_name, &sts, error);
    if (result < 0)
        return result;
    const char *catalog = settings_text(settings, "catalog");
    if (!catalog)
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "clouds.aws: catalog is missing: AWS or Sandbox");
    if (env->quota_share > 100 && !http_is_loopback(url))
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "net.quota_share above 100%% is for a sandbox on this host: %s is not",
                         url);
    struct cloud *cloud = memory_alloc(sizeof *cloud);
    cloud->catalog = arena_copy(arena, catalog);
    cloud->url = url;
    cloud->sts_url = sts;
    cloud->sts_region = arena_copy(arena, sts_region_name);
    cloud->loop = env->loop;
    cloud->log = env->log;
    const struct aws_credentials_options credentials = {
        .settings = settings,
        .profile = settings_text(settings, "profile"),
        .env = env->env,
        .env_context = env->env_context,
        .loop = env->loop,
        .log = env->log,
        .har = env->har,
    };
    cloud->credentials = aws_credentials_new(&credentials);
    const struct session_options session = {
        .ops = &session_ops,
        .cloud = cloud,
        .quotas = aws_quotas,
        .quota_count = AWS_QUOTAS,
        .share_percent = env->quota_share,
        .attempts = attempts(env, settings),
        .har = env->har,
        .log = env->log,
    };
    cloud->session = session_new(env->loop, &session);
    cloud->arena = take_ptr(&arena);
    *ret_cloud = cloud;
    return 0;
}

void aws_close(struct cloud *cloud)
{
    if (!cloud)
        return;
    session_free(cloud->session);
    aws_credentials_free(cloud->credentials);
    arena_free(cloud->arena);
    free(cloud);
}

void aws_status(struct cloud *cloud, struct cloud_status *ret_status)
{
    struct cloud_status status = {0};
    const struct aws_keys *keys = aws_credentials_keys(cloud->credentials);
    CLEANUP_TEXT struct text identity;
    snprintf(status.realm, sizeof status.realm, "catalog %s%s", cloud->catalog,
             http_is_loopback(cloud->url) ? " of a sandbox on this host" : "");
    text_init(&identity, sizeof status.identity - 1);
    if (keys) { /* who owns the key only a call could tell; its id is no secret, but say little */
        text_addf(&identity, "catalog %s, key %.4s…", cloud->catalog, keys->access_key_id);
        char *source = arena_copy(cloud->arena, keys->source);
        utf8_truncate(source, sizeof status.credential_source / 4 * 3);
        if (strlen(source) < sizeof status.credential_source)
            memcpy(status.credential_source, source, strlen(source) + 1);
        status.credential_expires_ms = keys->expires_ms;
    } else {
        text_addf(&identity, "catalog %s", cloud->catalog);
    }
    memcpy(status.identity, identity.data, identity.length + 1);
    *ret_status = status;
}

struct json *aws_body(const struct cloud *cloud, struct arena *arena)
{
    struct json *body = json_object(arena);
    json_set_text(arena, body, "Catalog", cloud->catalog);
    return body;
}

void aws_request(const struct cloud *cloud, struct arena *arena, const char *operation,
                 const struct json *body, struct http_request *ret_request)
{
    struct http_request request = {.method = "POST", .url = cloud->url};
    request.body = json_print(arena, body);
    request.body_length = strlen(request.body);
    http_request_set(arena, &request, "Content-Type", "application/x-amz-json-1.0");
    http_request_set(arena, &request, "X-Amz-Target",
                     arena_printf(arena, AWS_SELLING_TARGET ".%s", operation));
    *ret_request = request;
}

int aws_parse(struct arena *arena, const struct http_response *response, struct json **ret_json,
              struct error *error)
{
    struct json *json = NULL;
    int result = json_parse(arena, response->body, response->body_length, &json, error);
    if (result < 0 || json->type != JSON_OBJECT) {
        const char *why = result < 0 && error ? arena_copy(arena, error->message) : "no object";
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD, "the answer cannot be read: %s",
                         why);
    }
    *ret_json = json;
    return 0;
}
