#include "connectors/aws/client.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/sign.h"
#include "connectors/aws/sts.h"
#include "connectors/client.h"

#define TARGET_JSON "application/x-amz-json-1.0"
#define PLAIN_JSON  "application/json"

/* Where a service lives and how it is spoken to. Catalog has no target: its operations are paths.
 */
static const struct service {
    const char *host, *signing, *content, *target, *variable;
} services[AWS_SERVICES] = {
    [AWS_SELLING] = {"https://partnercentral-selling.us-east-1.api.aws", "partnercentral-selling",
                     TARGET_JSON, "AWSPartnerCentralSelling.",
                     "AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING"},
    [AWS_CATALOG] = {"https://catalog.marketplace.us-east-1.amazonaws.com", "aws-marketplace",
                     PLAIN_JSON, NULL, "AWS_ENDPOINT_URL_MARKETPLACE_CATALOG"},
    [AWS_AGREEMENT] = {"https://agreement-marketplace.us-east-1.amazonaws.com", "aws-marketplace",
                       TARGET_JSON, "AWSMPCommerceService_v20200301.",
                       "AWS_ENDPOINT_URL_MARKETPLACE_AGREEMENT"},
};

static const char *env_get(const struct connector_env *env, const char *name)
{
    const char *value = env->env ? env->env(env->env_context, name) : NULL;
    return value && *value ? value : NULL;
}

int aws_endpoint(struct arena *arena, const struct connector_env *env,
                 const struct settings *settings, enum aws_service service, const char **ret_url,
                 struct error *error)
{
    const struct aws_endpoint endpoint = {
        .configured = settings_text(settings, "endpoint_url"),
        .by = "clouds.aws.endpoint_url",
        .variable = services[service].variable,
        .standard = services[service].host,
        .env = env->env,
        .env_context = env->env_context,
    };
    return aws_endpoint_url(arena, &endpoint, ret_url, error);
}

/* ------------------------------------------------------------------ signing */

/* The service by the request alone: one address may stand for all of them. */
static enum aws_service service_of(const struct http_request *request)
{
    const char *target = http_request_get(request, "X-Amz-Target");
    for (size_t i = 0; target && i < COUNT(services); i++) {
        if (services[i].target && text_starts(target, services[i].target))
            return (enum aws_service)i;
    }
    return AWS_CATALOG;
}

/* Two sets of credentials: what signs for Partner Central and STS, and for the seller account. */
enum { PARTNER, SELLER };

static bool is_sts(const struct http_request *request)
{
    return text_equal(http_request_get(request, "Content-Type"), STS_CONTENT);
}

static bool has_seller(const struct cloud *cloud)
{
    return cloud->seller != cloud->credentials;
}

static size_t credential(void *context, const struct http_request *request)
{
    bool partner = is_sts(request) || service_of(request) == AWS_SELLING;
    return partner || !has_seller(context) ? PARTNER : SELLER;
}

static struct aws_credentials *credentials_of(const struct cloud *cloud, size_t set)
{
    return set == SELLER ? cloud->seller : cloud->credentials;
}

static int sign(void *context, struct arena *arena, struct http_request *request, int64_t now_ms,
                struct error *error)
{
    const struct cloud *cloud = context;
    bool sts = is_sts(request);
    const struct aws_keys *keys =
        aws_credentials_keys(credentials_of(cloud, credential(context, request)));
    if (!keys)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "there are no credentials to sign with");
    const struct sigv4_scope scope = {sts ? cloud->sts_region : AWS_REGION,
                                      sts ? STS_SERVICE : services[service_of(request)].signing,
                                      now_ms};
    aws_sign(arena, request, keys, &scope);
    return 0;
}

static bool credentials_due(void *context, size_t set, int64_t now_ms, bool force)
{
    return force || aws_credentials_due(credentials_of(context, set), now_ms);
}

static void seller_ready(void *context, const struct error *failure)
{
    struct cloud *cloud = context;
    struct error error = {0};
    if (failure) {
        error = *failure;
        error_context(&error, "clouds.aws.marketplace_profile");
    }
    cloud->seller_ready(cloud->seller_context, failure ? &error : NULL);
}

static void refresh(void *context, size_t set, session_ready *ready, void *ready_context)
{
    struct cloud *cloud = context;
    if (set == PARTNER) {
        aws_credentials_refresh(cloud->credentials, ready, ready_context);
        return;
    }
    cloud->seller_ready = ready;
    cloud->seller_context = ready_context;
    aws_credentials_refresh(cloud->seller, seller_ready, cloud);
}

static const struct session_ops session_ops = {
    .sign = sign,
    .judge = aws_judge,
    .credential = credential,
    .credentials_due = credentials_due,
    .refresh = refresh,
};

/* ------------------------------------------------------------------ the account */

#define POLL_MS     INT64_C(30000) /* Catalog asks not to look at a set more often */
#define PATIENCE_MS INT64_C(120000)

static void close_cloud(struct cloud **cloud)
{
    aws_close(*cloud);
}

static unsigned attempts(const struct connector_env *env, const struct settings *settings)
{
    long long number = settings_number(settings, "max_attempts");
    const char *text = env_get(env, "AWS_MAX_ATTEMPTS");
    if (!number && text && (!text_to_int64(text, &number) || number < 1 || number > 10))
        number = 0;
    return (unsigned)number;
}

static int find_addresses(struct cloud *cloud, const struct connector_env *env,
                          const struct settings *settings, struct error *error)
{
    const char *region = NULL;
    int result = 0;
    for (size_t i = 0; i < AWS_SERVICES && !result; i++)
        result =
            aws_endpoint(cloud->arena, env, settings, (enum aws_service)i, &cloud->urls[i], error);
    if (!result)
        result = sts_region(env->env, env->env_context, NULL, &region, error);
    if (!result)
        result = sts_url(cloud->arena, settings_text(settings, "endpoint_url"), env->env,
                         env->env_context, region, &cloud->sts_url, error);
    cloud->sts_region = arena_copy(cloud->arena, region);
    for (size_t i = 0; i < AWS_SERVICES && !result; i++)
        result = client_check_share(env, cloud->urls[i], error);
    return result;
}

static struct aws_credentials *open_credentials(const struct connector_env *env,
                                                const struct settings *settings,
                                                const char *profile, bool profile_only)
{
    const struct aws_credentials_options options = {
        .settings = settings,
        .profile = profile,
        .profile_only = profile_only,
        .env = env->env,
        .env_context = env->env_context,
        .loop = env->loop,
        .log = env->log,
        .har = env->har,
    };
    return aws_credentials_new(&options);
}

static int64_t duration(const struct settings *settings, const char *name, int64_t otherwise)
{
    int64_t ms = settings_number(settings, name);
    return ms > 0 ? ms : otherwise;
}

int aws_open(const struct connector_env *env, const struct settings *settings,
             struct cloud **ret_cloud, struct error *error)
{
    CLEANUP(close_cloud) struct cloud *cloud = memory_alloc(sizeof *cloud);
    cloud->arena = arena_new();
    int result = find_addresses(cloud, env, settings, error);
    if (result < 0)
        return result;
    cloud->catalog = arena_copy(cloud->arena, settings_text(settings, "catalog"));
    if (!cloud->catalog)
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "clouds.aws: catalog is missing: AWS or Sandbox");
    cloud->change_set_poll_ms = duration(settings, "change_set_poll", POLL_MS);
    cloud->patience_ms = duration(settings, "patience", PATIENCE_MS);
    cloud->loop = env->loop;
    cloud->log = env->log;
    const char *seller = settings_text(settings, "marketplace_profile");
    cloud->credentials = open_credentials(env, settings, settings_text(settings, "profile"), false);
    cloud->seller = seller ? open_credentials(env, settings, seller, true) : cloud->credentials;
    const struct session_options session = {
        .ops = &session_ops,
        .cloud = cloud,
        .credentials = SELLER + 1,
        .quotas = aws_quotas,
        .quota_count = aws_quota_count,
        .share_percent = env->quota_share,
        .attempts = attempts(env, settings),
        .har = env->har,
        .log = env->log,
    };
    cloud->session = session_new(env->loop, &session);
    *ret_cloud = take_ptr(&cloud);
    return 0;
}

void aws_close(struct cloud *cloud)
{
    if (!cloud)
        return;
    session_free(cloud->session);
    if (has_seller(cloud))
        aws_credentials_free(cloud->seller);
    aws_credentials_free(cloud->credentials);
    arena_free(cloud->arena);
    free(cloud);
}

/* Who owns a key only a call could tell; its id is no secret, but say little. */
static void add_key(struct text *out, const char *what, const struct aws_keys *keys)
{
    if (keys)
        text_addf(out, ", %s %.4s…", what, keys->access_key_id);
}

static void put_cut(struct cloud *cloud, char *buffer, size_t size, const char *text)
{
    char *cut = arena_copy(cloud->arena, text);
    utf8_truncate(cut, size / 4 * 3);
    if (strlen(cut) < size)
        memcpy(buffer, cut, strlen(cut) + 1);
}

void aws_status(struct cloud *cloud, struct cloud_status *ret_status)
{
    struct cloud_status status = {0};
    const struct aws_keys *keys = aws_credentials_keys(cloud->credentials);
    const struct aws_keys *seller = has_seller(cloud) ? aws_credentials_keys(cloud->seller) : NULL;
    CLEANUP_TEXT struct text identity;
    snprintf(status.realm, sizeof status.realm, "catalog %s%s", cloud->catalog,
             http_is_loopback(cloud->urls[AWS_SELLING]) ? " of a sandbox on this host" : "");
    text_init(&identity, sizeof status.identity - 1);
    text_addf(&identity, "catalog %s", cloud->catalog);
    add_key(&identity, "key", keys);
    add_key(&identity, "marketplace key", seller);
    memcpy(status.identity, identity.data, identity.length + 1);
    if (keys) {
        const char *source =
            seller ? arena_printf(cloud->arena, "%s; marketplace: %s", keys->source, seller->source)
                   : keys->source;
        put_cut(cloud, status.credential_source, sizeof status.credential_source, source);
        status.credential_expires_ms = keys->expires_ms;
    }
    if (seller && seller->expires_ms &&
        (!status.credential_expires_ms || seller->expires_ms < status.credential_expires_ms))
        status.credential_expires_ms = seller->expires_ms;
    *ret_status = status;
}

/* ------------------------------------------------------------------ requests */

struct json *aws_body(const struct cloud *cloud, struct arena *arena)
{
    struct json *body = json_object(arena);
    json_set_text(arena, body, "Catalog", cloud->catalog);
    return body;
}

static void post(const struct cloud *cloud, struct arena *arena, enum aws_service service,
                 const char *operation, const struct json *body, struct http_request *ret_request)
{
    const struct service *row = &services[service];
    struct http_request request = {.method = "POST", .url = cloud->urls[service]};
    request.body = json_print(arena, body);
    request.body_length = strlen(request.body);
    http_request_set(arena, &request, "Content-Type", row->content);
    if (row->target)
        http_request_set(arena, &request, "X-Amz-Target",
                         arena_printf(arena, "%s%s", row->target, operation));
    else
        request.url = arena_printf(arena, "%s%s", cloud->urls[service], operation);
    *ret_request = request;
}

void aws_request(const struct cloud *cloud, struct arena *arena, const char *operation,
                 const struct json *body, struct http_request *ret_request)
{
    post(cloud, arena, AWS_SELLING, operation, body, ret_request);
}

void aws_agreement_request(const struct cloud *cloud, struct arena *arena, const char *operation,
                           const struct json *body, struct http_request *ret_request)
{
    post(cloud, arena, AWS_AGREEMENT, operation, body, ret_request);
}

struct json *aws_agreement_search(struct arena *arena, const char *name, const char *value)
{
    const char *const wanted[][2] = {
        {"PartyType", "Proposer"}, {"AgreementType", "PurchaseAgreement"}, {name, value}};
    struct json *body = json_object(arena), *filters = json_array(arena);
    for (size_t i = 0; i < COUNT(wanted) && wanted[i][0]; i++) {
        struct json *filter = json_object(arena), *values = json_array(arena);
        json_append(arena, values, json_string(arena, wanted[i][1]));
        json_set_text(arena, filter, "name", wanted[i][0]);
        json_set(arena, filter, "values", values);
        json_append(arena, filters, filter);
    }
    json_set_text(arena, body, "catalog", AWS_MARKETPLACE);
    json_set(arena, body, "filters", filters);
    return body;
}

void aws_catalog_request(const struct cloud *cloud, struct arena *arena, const char *operation,
                         const struct json *body, struct http_request *ret_request)
{
    post(cloud, arena, AWS_CATALOG, operation, body, ret_request);
}

void aws_catalog_query(const struct cloud *cloud, struct arena *arena, const char *method,
                       const char *operation, const char *name, const char *value,
                       struct http_request *ret_request)
{
    *ret_request = (struct http_request){
        .method = method,
        .url = arena_printf(arena, "%s%s?catalog=" AWS_MARKETPLACE "&%s=%s",
                            cloud->urls[AWS_CATALOG], operation, name, sigv4_encode(arena, value)),
    };
}
