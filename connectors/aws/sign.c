#include "connectors/aws/sign.h"

#include <string.h>

#include "base/text.h"
#include "base/times.h"

/* Splits the URL as the signature needs it. The default port is not part of the host. */
static void split_url(struct arena *arena, const char *url, const char **ret_host,
                      const char **ret_path, const char **ret_query)
{
    bool plain = text_starts(url, "http://");
    const char *host = strstr(url, "://") + 3;
    size_t host_length = strcspn(host, "/?");
    const char *path = host + host_length;
    size_t path_length = strcspn(path, "?");
    const char *port = plain ? ":80" : ":443";
    size_t port_length = strlen(port);
    *ret_path = path_length ? arena_copy_n(arena, path, path_length) : "/";
    *ret_query = path[path_length] ? path + path_length + 1 : "";
    if (host_length > port_length && !strncmp(host + host_length - port_length, port, port_length))
        host_length -= port_length;
    *ret_host = arena_copy_n(arena, host, host_length);
}

void aws_sign(struct arena *arena, struct http_request *request, const struct aws_keys *keys,
              const struct sigv4_scope *scope)
{
    const char *host, *path, *query;
    char time[INSTANT_TEXT];
    split_url(arena, request->url, &host, &path, &query);
    http_request_set(arena, request, "Host", host);
    http_request_set(arena, request, "X-Amz-Date", instant_print_basic(scope->time_ms, time));
    if (keys->session_token)
        http_request_set(arena, request, "X-Amz-Security-Token",
                         secret_reveal(keys->session_token));
    const struct sigv4_request to_sign = {
        .method = request->method,
        .path = path,
        .query = query,
        .headers = request->headers,
        .header_count = request->header_count,
        .body = request->body,
        .body_length = request->body_length,
    };
    struct sigv4 signature;
    sigv4_sign(arena, &to_sign, scope, keys->access_key_id, keys->secret_access_key, &signature);
    http_request_set(arena, request, "Authorization", signature.authorization);
}

static const char *env_get(const struct aws_endpoint *endpoint, const char *name)
{
    const char *value = endpoint->env ? endpoint->env(endpoint->env_context, name) : NULL;
    return value && *value ? value : NULL;
}

int aws_endpoint_url(struct arena *arena, const struct aws_endpoint *endpoint, const char **ret_url,
                     struct error *error)
{
    const char *by = endpoint->by;
    const char *url = endpoint->configured;
    const char *ignore = env_get(endpoint, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    bool environment = !ignore || !text_equal_nocase(ignore, "true");
    if (!url && environment && (url = env_get(endpoint, endpoint->variable)))
        by = endpoint->variable;
    if (!url && environment && (url = env_get(endpoint, "AWS_ENDPOINT_URL")))
        by = "AWS_ENDPOINT_URL";
    if (!url)
        url = endpoint->standard;
    return http_base(arena, by, url, ret_url, error);
}
