#include "connectors/client.h"

#include <string.h>

int client_address(struct arena *arena, const struct settings *settings, const char *cloud,
                   const char *name, const char *standard, const char **ret_url,
                   struct error *error)
{
    const char *url = settings_text(settings, name);
    const char *by = url ? name : "endpoint_url";
    url = url ? url : settings_text(settings, "endpoint_url");
    return http_base(arena, arena_printf(arena, "clouds.%s.%s", cloud, by), url ? url : standard,
                     ret_url, error);
}

int client_check_share(const struct connector_env *env, const char *url, struct error *error)
{
    if (env->quota_share <= 100 || http_is_loopback(url))
        return 0;
    return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                     "net.quota_share above 100%% is for a sandbox on this host: %s is not", url);
}

void client_request(struct arena *arena, const char *method, const char *url,
                    const struct json *body, struct http_request *ret_request)
{
    struct http_request request = {.method = method, .url = url};
    http_request_set(arena, &request, "Accept", "application/json");
    if (body) {
        request.body = json_print(arena, body);
        request.body_length = strlen(request.body);
        http_request_set(arena, &request, "Content-Type", "application/json");
    }
    *ret_request = request;
}

int client_bear(struct arena *arena, struct http_request *request, const struct secret *token,
                struct error *error)
{
    if (!token)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD, "there is no token to send");
    http_request_set(arena, request, "Authorization",
                     arena_printf(arena, "Bearer %s", secret_reveal(token)));
    return 0;
}
