/* Where machines at Microsoft's get tokens of their own: the instance metadata, and the endpoint of
 * App Service. */
#include <string.h>

#include "tests/sandbox/azure/identities.h"
#include "tests/sandbox/identity.h"
#include "tests/sandbox/query.h"
#include "tests/sandbox/service.h"

struct managed_call {
    struct sandbox *sandbox;
    struct arena *arena;
    const struct sandbox_request *request;
    struct sandbox_response *response;
    const struct json *query;
};

static void refuse(struct managed_call *call, int status, const char *error, const char *message)
{
    struct json *body = json_object(call->arena);
    json_set_text(call->arena, body, "error", error);
    json_set_text(call->arena, body, "error_description", message);
    answer_body(call->response, status, json_print(call->arena, body));
}

static void put_number(struct managed_call *call, struct json *body, const char *name,
                       int64_t number)
{
    json_set_text(call->arena, body, name, arena_printf(call->arena, "%lld", (long long)number));
}

/* Version, resource and identity, which both ask for alike. */
static void give_token(struct managed_call *call, const char *version, bool instance)
{
    const char *resource = json_get_text(call->query, "resource");
    const char *client = json_get_text(call->query, "client_id");
    const char *audience = resource ? azure_known_audience(resource) : NULL;
    if (!text_equal(json_get_text(call->query, "api-version"), version)) {
        refuse(call, 400, "bad_request_102", "The api-version is missing or not supported.");
        return;
    }
    if (strcmp(call->request->method, "GET") != 0) {
        refuse(call, 405, "method_not_allowed", "The method is not allowed.");
        return;
    }
    if (!audience) {
        refuse(call, 400, "invalid_resource",
               "AADSTS500011: The resource principal was not found.");
        return;
    }
    if (client && strcmp(client, AZURE_MANAGED_CLIENT) != 0) {
        refuse(call, 400, "invalid_request", "Identity not found");
        return;
    }
    const struct azure_access *access =
        azure_access_make(call->sandbox, audience, AZURE_APP, AZURE_MANAGED_S);
    int64_t now_s = identity_now(call->sandbox) / 1000, end_s = access->expires_ms / 1000;
    struct json *body = json_object(call->arena);
    json_set_text(call->arena, body, "access_token", access->text);
    json_set_text(call->arena, body, "client_id", AZURE_MANAGED_CLIENT);
    if (instance) {
        put_number(call, body, "expires_in", end_s - now_s);
        put_number(call, body, "ext_expires_in", end_s - now_s);
        put_number(call, body, "not_before", now_s - 300);
    }
    put_number(call, body, "expires_on", end_s);
    json_set_text(call->arena, body, "resource", resource);
    json_set_text(call->arena, body, "token_type", "Bearer");
    answer_body(call->response, 200, json_print(call->arena, body));
}

/* Whoever reaches the address through a proxy is not the machine. */
static void instance(struct managed_call *call)
{
    if (!text_equal_nocase(request_header(call->request, "metadata"), "true") ||
        request_header(call->request, "x-forwarded-for"))
        refuse(call, 400, "invalid_request", "Required metadata header not specified");
    else
        give_token(call, "2018-02-01", true);
}

static void app_service(struct managed_call *call)
{
    if (!text_equal(request_header(call->request, "x-identity-header"), AZURE_IDENTITY_HEADER))
        refuse(call, 401, "unauthorized", "X-IDENTITY-HEADER is missing or wrong.");
    else
        give_token(call, "2019-08-01", false);
}

bool azure_managed_handle(struct sandbox *sandbox, const struct sandbox_request *request,
                          struct arena *arena, struct sandbox_response *response)
{
    static const struct {
        const char *path, *operation;
        void (*handle)(struct managed_call *call);
    } rows[] = {
        {"/metadata/identity/oauth2/token", "ManagedIdentity", instance},
        {"/msi/token", "AppServiceIdentity", app_service},
    };
    struct managed_call call = {sandbox, arena, request, response,
                                query_parse(arena, request->query)};
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (strcmp(rows[i].path, request->path) != 0)
            continue;
        const struct fault *fault = fault_due(sandbox, rows[i].operation);
        long long status = 0;
        response_header(response, "content-type", "application/json; charset=utf-8");
        response_header(response, "date", answer_date(sandbox, arena));
        fault_delay(fault, response);
        response->dropped = fault_is(fault, "reset");
        if (fault && text_to_int64(fault->kind, &status))
            refuse(&call, (int)status, "server_error", "A fault.");
        else if (!response->dropped)
            rows[i].handle(&call);
        fault_spoil(fault, arena, response);
        answer_count(sandbox, rows[i].operation, response->dropped ? 0 : response->status);
        return true;
    }
    return false;
}
