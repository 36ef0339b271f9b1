/* Google's side as the sandbox sees it: its parts, its tables, whose token it takes. */
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/gcp/gcp.h"
#include "tests/sandbox/gcp/identities.h"
#include "tests/sandbox/identity.h"

#define MINUTE_MS   INT64_C(60000)
#define PER_MINUTE  60  /* where nothing is published */
#define FOR_CHANNEL 120 /* cloud.google.com/channel/docs/quotas */

/* ---- Who calls. */
static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = words; (at = strstr(at, word)); at += length) {
        if ((at == words || at[-1] == ' ') && (!at[length] || at[length] == ' '))
            return true;
    }
    return false;
}

/* The services, with the address that a token which an account signed for itself names. */
static const struct service {
    const struct rest_surface *surface;
    const char *host;
} services[] = {
    {&gcp_producer_surface, "https://commerceproducer.googleapis.com/"},
    {&gcp_procurement_surface, "https://cloudcommerceprocurement.googleapis.com/"},
    {&gcp_channel_surface, "https://cloudchannel.googleapis.com/"},
    {&gcp_crm_surface, "https://cloudcrmpartners.googleapis.com/"},
};

static size_t service_of(const struct rest_call *call)
{
    size_t index = 0;
    while (services[index].surface != call->surface)
        index++;
    return index;
}

static int check_token(struct rest_call *call)
{
    const char *header = request_header(call->request, "authorization");
    if (!header || !text_starts(header, "Bearer "))
        return gcp_fail_reason(call, "UNAUTHENTICATED", "CREDENTIALS_MISSING",
                               "Request is missing required authentication credential.");
    const struct gcp_access *access =
        gcp_access_find(call->sandbox, header + 7, services[service_of(call)].host);
    if (!access || access->expires_ms <= identity_now(call->sandbox))
        return gcp_fail_reason(call, "UNAUTHENTICATED",
                               access ? "ACCESS_TOKEN_EXPIRED" : "CREDENTIALS_MISSING",
                               "Request had invalid authentication credentials.");
    call->identity = access->subject ? GCP_DELEGATED : GCP_ALONE;
    if (!has_word(access->scopes, call->surface->audience))
        return gcp_fail_reason(call, "PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                               "Request had insufficient authentication scopes.");
    if (!(call->surface->identities & call->identity))
        return gcp_fail(call, "PERMISSION_DENIED", "The caller does not have permission");
    return 0;
}

/* A person has no project of his own to charge. */
static bool wants_project(const struct rest_call *call)
{
    const char *header = request_header(call->request, "authorization");
    const struct gcp_access *access = gcp_access_find(call->sandbox, header + 7, NULL);
    return access && text_equal(access->principal, GCP_PERSON);
}

static int check_project(struct rest_call *call)
{
    const char *project = request_header(call->request, "x-goog-user-project");
    if (!project && wants_project(call))
        return gcp_fail_reason(call, "PERMISSION_DENIED", "SERVICE_DISABLED",
                               "Your application is authenticating by using local Application "
                               "Default Credentials. This API requires a quota project, which is "
                               "not set by default.");
    if (!project || text_equal(project, GCP_PROJECT) || text_equal(project, GCP_PROJECT_NUMBER))
        return 0;
    return gcp_fail_reason(call, "PERMISSION_DENIED", "USER_PROJECT_DENIED",
                           "Caller does not have required permission to use project %s.", project);
}

/* ESF takes no parameter that the method does not have, but for what all of them have. */
static int check_query(struct rest_call *call)
{
    const char *known = call->route && call->route->query ? call->route->query : "";
    for (size_t i = 0; call->route && call->query && i < call->query->count; i++) {
        const char *name = call->query->names[i];
        if (!has_word(known, name) && strcmp(name, "fields") != 0)
            gcp_violation(call, "",
                          "Invalid JSON payload received. Unknown name \"%s\": Cannot bind query "
                          "parameter. Field '%s' could not be found in request message.",
                          name, name);
    }
    return gcp_fail_fields(call);
}

static int check(struct rest_call *call)
{
    int result = check_token(call);
    if (!result)
        result = check_project(call);
    if (!result)
        result = check_query(call);
    return result ? result : gcp_fields_check(call);
}

/* Windows of a minute; also calls that are refused count. */
static int64_t take_quota(struct rest_call *call)
{
    struct gcp_quota *quota = &call->sandbox->gcp->quotas[service_of(call)];
    int64_t now = sandbox_now(call->sandbox);
    long long limit = call->surface == &gcp_channel_surface ? FOR_CHANNEL : PER_MINUTE;
    if (quota->minute != now / MINUTE_MS) {
        quota->minute = now / MINUTE_MS;
        quota->calls = 0;
    }
    if (++quota->calls <= limit * call->sandbox->options.rate)
        return 0;
    return (MINUTE_MS - now % MINUTE_MS + 999) / 1000;
}

/* ---- Life. */
static void open_side(struct sandbox *sandbox)
{
    sandbox->gcp = memory_alloc(sizeof *sandbox->gcp);
}

static void close_side(struct sandbox *sandbox)
{
    free(sandbox->gcp);
    sandbox->gcp = NULL;
}

static const struct rest_routes *const tables[] = {&gcp_listing_routes, &gcp_offer_routes,
                                                   &gcp_procurement_routes, &gcp_channel_routes,
                                                   &gcp_crm_routes};
static const struct rest_part *const parts[] = {&gcp_identity_part, &gcp_market_part,
                                                &gcp_deal_part};

const struct rest_side gcp_side = {
    .name = "gcp",
    .tables = tables,
    .table_count = COUNT(tables),
    .parts = parts,
    .part_count = COUNT(parts),
    .open = open_side,
    .close = close_side,
    .bare = gcp_identity_handle,
    .bare_operation = gcp_identity_operation,
    .check = check,
    .finish = gcp_fields_apply,
    .quota = take_quota,
};

/* ---- Texts. */
const char *gcp_instant(struct arena *arena, int64_t ms)
{
    char text[INSTANT_TEXT];
    instant_print(ms, text);
    if (ms % 1000 == 0)
        return arena_printf(arena, "%.19sZ", text);
    /* What is finer than our clock: the same for the same millisecond. */
    unsigned finer = (unsigned)((uint64_t)ms * 2654435761u % 1000000u);
    if (ms % 3 == 0)
        return arena_printf(arena, "%.23sZ", text);
    return ms % 3 == 1 ? arena_printf(arena, "%.23s%03uZ", text, finer % 1000)
                       : arena_printf(arena, "%.23s%06uZ", text, finer);
}
