/* Microsoft's calls: whose token it takes, and which table knows them. */
#include "tests/sandbox/azure/azure.h"
#include "tests/sandbox/azure/identities.h"
#include "tests/sandbox/azure/insights.h"
#include "tests/sandbox/identity.h"

static int check_caller(struct rest_call *call)
{
    const char *header = request_header(call->request, "authorization");
    if (!header || !text_starts(header, "Bearer "))
        return rest_refuse_caller(call,
                                  "The caller is not authenticated: there is no bearer token.");
    const struct azure_access *access = azure_access_find(call->sandbox, header + 7);
    if (!access)
        return rest_refuse_caller(call, "The caller is not authenticated: the token is unknown.");
    if (access->expires_ms <= identity_now(call->sandbox))
        return rest_refuse_caller(call, "The caller is not authenticated: the token is expired.");
    if (!text_equal(access->audience, call->surface->audience))
        return rest_refuse_caller(call,
                                  "The caller is not authenticated: another audience's token.");
    call->identity = access->identity;
    call->admin =
        access->identity == AZURE_USER && call->sandbox->azure->parts.identities->is_admin;
    if (call->surface->identities & call->identity)
        return 0;
    bool app = call->identity == AZURE_APP;
    call->failure->reason = app ? "900329" : "900421";
    return fail(call->failure, 403, "accessDenied",
                "This resource does not support application-%s authentication.",
                app ? "only" : "and-user");
}

static int64_t take_quota(struct rest_call *call)
{
    return azure_quota_take(call->sandbox, call->surface->audience);
}

static const struct rest_routes *const tables[] = {
    &azure_ingestion_routes, &azure_referral_routes, &azure_webhook_routes,
    &azure_saas_routes,      &azure_insight_routes,
};
static const struct rest_side side = {
    .tables = tables,
    .count = COUNT(tables),
    .run = azure_run,
    .check = check_caller,
    .quota = take_quota,
};

bool azure_operation(const char *name)
{
    return rest_operation(&side, name) || azure_identity_operation(name);
}

bool azure_handle(struct sandbox *sandbox, const struct sandbox_request *request,
                  struct arena *arena, struct sandbox_response *response)
{
    return azure_tokens_handle(sandbox, request, arena, response) ||
           insights_download(sandbox, request, arena, response) ||
           rest_handle(&side, sandbox, request, arena, response);
}
