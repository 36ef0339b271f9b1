#include "connectors/aws/sts.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/chain.h"
#include "connectors/aws/judge.h"
#include "connectors/aws/sign.h"
#include "connectors/aws/xml.h"
#include "net/oauth.h"
#include "net/session_retry.h"

#define ATTEMPTS   3
#define PAUSE_MS   1000
#define TIMEOUT_MS 10000

/* ------------------------------------------------------------------ requests */

static const char *env_get(const char *(*env)(void *context, const char *name), void *context,
                           const char *name)
{
    const char *value = env ? env(context, name) : NULL;
    return value && *value ? value : NULL;
}

int sts_region(const char *(*env)(void *context, const char *name), void *env_context,
               const char *other, const char **ret_region, struct error *error)
{
    const char *region = env_get(env, env_context, "AWS_REGION");
    if (!region)
        region = env_get(env, env_context, "AWS_DEFAULT_REGION");
    if (!region)
        region = other ? other : STS_REGION;
    /* It becomes a part of a host's name. */
    if (strlen(region) > 32 ||
        strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(region))
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD, "\"%s\" is not the name of a region",
                         region);
    *ret_region = region;
    return 0;
}

int sts_url(struct arena *arena, const char *configured,
            const char *(*env)(void *context, const char *name), void *env_context,
            const char *region, const char **ret_url, struct error *error)
{
    const struct aws_endpoint endpoint = {
        .configured = configured,
        .by = "clouds.aws.endpoint_url",
        .variable = "AWS_ENDPOINT_URL_STS",
        .standard = arena_printf(arena, "https://sts.%s.amazonaws.com", region),
        .env = env,
        .env_context = env_context,
    };
    return aws_endpoint_url(arena, &endpoint, ret_url, error);
}

static void post(struct arena *arena, const char *url, const struct text *form,
                 struct http_request *ret_request)
{
    struct http_request request = {.method = "POST", .url = url, .timeout_ms = TIMEOUT_MS};
    request.body = arena_copy(arena, form->data);
    request.body_length = form->length;
    http_request_set(arena, &request, "Content-Type", STS_CONTENT);
    *ret_request = request;
}

static void form_init(struct text *form, const char *action)
{
    text_init_secret(form, LIMIT_SECRET_BYTES * 4);
    oauth_field(form, "Action", action);
    oauth_field(form, "Version", STS_VERSION);
}

void sts_identity_request(struct arena *arena, const char *url, struct http_request *ret_request)
{
    CLEANUP_TEXT struct text form;
    form_init(&form, "GetCallerIdentity");
    post(arena, url, &form, ret_request);
}

/* ------------------------------------------------------------------ answers */

bool sts_speaks(const struct http_response *response)
{
    const char *type = http_response_get(response, "content-type");
    return type && (text_starts(type, "text/xml") || text_starts(type, "application/xml"));
}

int sts_judge(const struct http_response *response, bool *ret_auth_refresh, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct xml_value values[] = {{.path = "ErrorResponse/Error/Code"},
                                 {.path = "ErrorResponse/Error/Message"},
                                 {.path = "ErrorResponse/RequestId"}};
    *ret_auth_refresh = false;
    if (response->status < 300)
        return 0;
    if (response->body_length <= LIMIT_ERROR_BODY_BYTES)
        xml_read(arena, response->body, response->body_length, values, COUNT(values), NULL);
    const struct aws_failure failure = {
        .status = response->status,
        .code = values[0].text,
        .message = values[1].text,
        .request_id = values[2].text,
    };
    return aws_judge_failure(&failure, ret_auth_refresh, error);
}

int sts_identity(struct arena *arena, const struct http_response *response, const char **ret_arn,
                 struct error *error)
{
    struct xml_value arn = {.path = "GetCallerIdentityResponse/GetCallerIdentityResult/Arn"};
    int result = xml_read(arena, response->body, response->body_length, &arn, 1, error);
    if (result < 0)
        return result;
    if (text_blank(arn.text))
        return error_set(error, ERROR_TEMPORARY, SCOPE_CLOUD, "the answer names no identity");
    *ret_arn = arn.text;
    return 0;
}

/* ------------------------------------------------------------------ keys */

enum { ID, SECRET, TOKEN, EXPIRATION, KEY_VALUES };

static const char *source_of(const struct chain *chain, const struct chain_role *role)
{
    const char *slash = strrchr(role->arn, '/');
    const char *name = slash ? slash + 1 : role->arn;
    if (!*role->profile)
        return arena_printf(chain->arena, "web identity (role %s)", name);
    return arena_printf(chain->arena, "profile %s (role %s)", role->profile, name);
}

static int take_keys(struct chain *chain, const struct xml_value *values, const char *source,
                     struct error *error)
{
    int64_t expires_ms;
    for (size_t i = 0; i < KEY_VALUES; i++) {
        if (text_blank(values[i].text))
            return error_set(error, ERROR_TEMPORARY, SCOPE_CLOUD, "the answer lacks %s",
                             strrchr(values[i].path, '/') + 1);
    }
    if (!instant_parse(values[EXPIRATION].text, &expires_ms))
        return error_set(error, ERROR_TEMPORARY, SCOPE_CLOUD, "its Expiration is not a time");
    expires_ms -= chain->offset_ms; /* by our own clock from here on */
    if (expires_ms <= world_now(chain->world))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "the keys it gave have expired already; set this host's clock");
    key_set_fill(&chain->set, values[ID].text, values[SECRET].text, values[TOKEN].text, expires_ms,
                 source);
    return CHAIN_FOUND;
}

static int read_keys(struct chain *chain, const struct http_response *response, struct error *error)
{
    const char *operation = chain->request.operation;
    static const char *const names[KEY_VALUES] = {"AccessKeyId", "SecretAccessKey", "SessionToken",
                                                  "Expiration"};
    struct xml_value values[KEY_VALUES] = {{0}};
    for (size_t i = 0; i < KEY_VALUES; i++)
        values[i].path = arena_printf(chain->arena, "%sResponse/%sResult/Credentials/%s", operation,
                                      operation, names[i]);
    int result =
        xml_read(chain->arena, response->body, response->body_length, values, KEY_VALUES, error);
    if (!result)
        result = take_keys(chain, values, source_of(chain, chain->request.role), error);
    for (size_t i = 0; i < KEY_VALUES; i++) {
        if (values[i].text)
            secret_wipe(values[i].text, strlen(values[i].text));
    }
    return result;
}

/* A signature may be refused because this host's clock is off; the answer shows by how much. */
static bool clock_corrected(struct chain *chain, const struct http_response *response)
{
    int64_t offset_ms;
    if (!chain->request.sign ||
        !retry_clock_difference(response, world_now(chain->world), &offset_ms) ||
        llabs(offset_ms - chain->offset_ms) <= RETRY_CLOCK_MS)
        return false;
    chain->offset_ms = offset_ms;
    return true;
}

static int answer(struct chain *chain, const struct http_response *response,
                  const struct error *failure, bool late, struct error *error)
{
    (void)late;
    bool refresh = false;
    int result;
    if (failure) {
        *error = *failure;
        result = -(int)failure->class;
    } else if (!(result = sts_judge(response, &refresh, error))) {
        result = read_keys(chain, response, error);
    }
    if (result == CHAIN_FOUND)
        return CHAIN_FOUND;
    bool again = error->class == ERROR_TEMPORARY || error->class == ERROR_THROTTLED ||
                 (refresh && response && clock_corrected(chain, response));
    error->scope = SCOPE_CLOUD;
    error_context(error, "AWS STS, %s of %s", chain->request.operation, chain->request.role->arn);
    return again ? CHAIN_AGAIN : -(int)error->class;
}

static int ask(struct chain *chain, const char *operation, const struct chain_role *role,
               const struct text *form, struct error *error)
{
    struct chain_request request = {
        .attempts = ATTEMPTS,
        .pause_ms = PAUSE_MS,
        .record = true,
        .answer = answer,
        .operation = operation,
        .role = role,
        .sign = chain->set.access_key_id != NULL,
    };
    const char *url = NULL;
    int result = profile_load(chain, error);
    if (!result)
        result = sts_region(chain->options->env, chain->options->env_context,
                            profile_get(chain, chain->chosen, "region"), &request.region, error);
    if (!result)
        result = sts_url(chain->arena, chain_option(chain, "endpoint_url"), chain->options->env,
                         chain->options->env_context, request.region, &url, error);
    if (result)
        return result;
    post(chain->arena, url, form, &request.http);
    return chain_ask(chain, &request);
}

int sts_assume_role(struct chain *chain, const struct chain_role *role, struct error *error)
{
    CLEANUP_TEXT struct text form;
    form_init(&form, "AssumeRole");
    oauth_field(&form, "RoleArn", role->arn);
    oauth_field(&form, "RoleSessionName", role->session_name);
    oauth_field(&form, "DurationSeconds", role->duration);
    oauth_field(&form, "ExternalId", role->external_id);
    return ask(chain, "AssumeRole", role, &form, error);
}

int sts_web_identity(struct chain *chain, const struct chain_role *role, const char *token,
                     struct error *error)
{
    CLEANUP_TEXT struct text form;
    form_init(&form, "AssumeRoleWithWebIdentity");
    oauth_field(&form, "RoleArn", role->arn);
    oauth_field(&form, "RoleSessionName", role->session_name);
    oauth_field(&form, "WebIdentityToken", token);
    return ask(chain, "AssumeRoleWithWebIdentity", role, &form, error);
}
