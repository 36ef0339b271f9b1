/* Microsoft's side as the sandbox sees it: its parts, its tables, whose token it takes. */
#include "tests/sandbox/azure/azure.h"

#include <string.h>

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
static const struct rest_part *const parts[] = {&azure_identity_part, &azure_deal_part,
                                                &azure_market_part};

/* ---- Life. */
static int check_options(const struct sandbox_options *options, struct error *error)
{
    if (options->user_role && strcmp(options->user_role, "admin") != 0 &&
        strcmp(options->user_role, "user") != 0)
        return error_set(error, ERROR_INPUT, SCOPE_RUN, "\"%s\" is no role: admin or user",
                         options->user_role);
    return options->azure_certificate ? azure_certificate_check(options->azure_certificate, error)
                                      : 0;
}

static void open_side(struct sandbox *sandbox)
{
    sandbox->azure = memory_alloc(sizeof *sandbox->azure);
}

static void close_side(struct sandbox *sandbox)
{
    free(sandbox->azure);
    sandbox->azure = NULL;
}

/* What is answered without a token. */
static bool handle_bare(struct sandbox *sandbox, const struct sandbox_request *request,
                        struct arena *arena, struct sandbox_response *response)
{
    return azure_tokens_handle(sandbox, request, arena, response) ||
           insights_download(sandbox, request, arena, response);
}

const struct rest_side azure_side = {
    .name = "azure",
    .tables = tables,
    .table_count = COUNT(tables),
    .parts = parts,
    .part_count = COUNT(parts),
    .options = check_options,
    .open = open_side,
    .close = close_side,
    .bare = handle_bare,
    .bare_operation = azure_identity_operation,
    .check = check_caller,
    .quota = take_quota,
};
