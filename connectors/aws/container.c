/* Keys of a container: an address that the platform put into the environment (ECS, EKS). */
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "connectors/aws/chain.h"

#define HOST       "http://169.254.170.2"
#define ATTEMPTS   3
#define PAUSE_MS   1000
#define TIMEOUT_MS 2000

/* Without TLS only where the platform serves keys; anywhere else somebody else would see them. */
static bool may_ask(const char *url)
{
    if (text_starts(url, "https://"))
        return true;
    enum http_place place = http_place(url);
    return text_starts(url, "http://") && (place == HTTP_LOOPBACK || place == HTTP_CONTAINER);
}

static int find_url(const struct chain *chain, const char **ret_url, struct error *error)
{
    const char *relative = chain_env(chain, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = chain_env(chain, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (!relative && !full)
        return CHAIN_NOTHING;
    if (relative && *relative != '/') /* ".evil.example" would make another host of it */
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not start with \"/\"");
    if (!relative && !may_ask(full))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "AWS_CONTAINER_CREDENTIALS_FULL_URI may name https, this host, or the "
                         "addresses of ECS and EKS; it names another host");
    *ret_url = relative ? arena_printf(chain->arena, HOST "%s", relative) : full;
    return 0;
}

/* The file's word goes first, and it is read anew each time: the platform replaces it. */
static int find_token(struct chain *chain, const char **ret_token, struct error *error)
{
    const char *path = chain_env(chain, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *token = chain_env(chain, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if (path) {
        CLEANUP_TEXT struct text text;
        text_init_secret(&text, LIMIT_SECRET_BYTES);
        if (file_read(path, &text, NULL, error) < 0) {
            if (error) {
                error->class = ERROR_AUTH;
                error->scope = SCOPE_CLOUD;
            }
            return error_context(error, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
        }
        token = arena_copy(chain->arena, text.data);
    }
    if (token && strpbrk(token, "\r\n"))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "the container's authorization token holds a line break");
    *ret_token = token;
    return 0;
}

static int read_keys(struct chain *chain, const struct http_response *response, struct error *error)
{
    struct json *json = NULL;
    if (response->status != 200)
        return error_set(error, response->status >= 500 ? ERROR_TEMPORARY : ERROR_AUTH, SCOPE_CLOUD,
                         "HTTP status %d", response->status);
    int result = json_parse(chain->arena, response->body, response->body_length, &json, error);
    if (!result)
        result = chain_take_keys(chain, json, "Token", true, "container endpoint", error);
    if (result < 0)
        return result;
    if (chain->set.expires_ms > world_now(chain->world))
        return CHAIN_FOUND;
    return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "the keys it gave have expired");
}

static int answer(struct chain *chain, const struct http_response *response,
                  const struct error *failure, bool late, struct error *error)
{
    (void)late;
    int result = -(int)ERROR_TEMPORARY;
    if (failure)
        *error = *failure;
    else
        result = read_keys(chain, response, error);
    if (result == CHAIN_FOUND)
        return CHAIN_FOUND;
    error->scope = SCOPE_CLOUD;
    if (error->class == ERROR_INPUT) /* what cannot be parsed is not this side's fault */
        error->class = ERROR_TEMPORARY;
    error_context(error, "the container's credential endpoint");
    return CHAIN_AGAIN;
}

int chain_from_container(struct chain *chain, struct error *error)
{
    struct chain_request request = {
        .attempts = ATTEMPTS,
        .pause_ms = PAUSE_MS,
        .answer = answer,
        .http = {.method = "GET", .timeout_ms = TIMEOUT_MS, .direct = true},
    };
    const char *token = NULL;
    int result = find_url(chain, &request.http.url, error);
    if (!result)
        result = find_token(chain, &token, error);
    if (result)
        return result;
    http_request_set(chain->arena, &request.http, "Accept", "application/json");
    if (token)
        http_request_set(chain->arena, &request.http, "Authorization", token);
    return chain_ask(chain, &request);
}
