#include "connectors/gcp/probes.h"

#include "base/text.h"
#include "connectors/document.h"
#include "connectors/gcp/client.h"
#include "connectors/gcp/location.h"

static int answer_any(struct probe_context *context, const struct http_response *response,
                      struct error *error)
{
    struct json *answer = NULL;
    return document_parse(context->arena, response, &answer, error);
}

static void ask(struct probe_context *context, enum gcp_surface surface, const char *name,
                const char *query, struct http_request *request)
{
    gcp_request(context->cloud, context->arena, surface, "GET", name, query, NULL, request);
}

/* ------------------------------------------------------------------ listings, offers */

static int build_locations(struct probe_context *context, struct http_request *request,
                           struct error *error)
{
    (void)error;
    gcp_location_request(context->cloud, context->arena, request);
    return 0;
}

/* A location that the setting names must be one of them. */
static int answer_locations(struct probe_context *context, const struct http_response *response,
                            struct error *error)
{
    struct json *answer = NULL;
    const char *set = settings_text(context->cloud->settings, "location");
    int result = document_parse(context->arena, response, &answer, error);
    if (result < 0)
        return result;
    if (!set) {
        result = gcp_location_read(context->cloud, answer, error);
        context->detail = context->cloud->location;
        return result;
    }
    const struct json *list = json_get(answer, "locations");
    for (size_t i = 0; list && i < list->count; i++) {
        if (text_equal(json_get_text(list->items[i], "locationId"), context->cloud->location) ||
            text_equal(gcp_bare_id(json_get_text(list->items[i], "name")),
                       context->cloud->location))
            return 0;
    }
    return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                     "clouds.gcp.location: the service does not name \"%s\" among its locations",
                     set);
}

static int build_below(struct probe_context *context, const char *collection,
                       struct http_request *request)
{
    const char *parent = gcp_parent(context->cloud, context->arena);
    if (!parent) {
        context->detail = "the location is not known";
        return 1;
    }
    ask(context, GCP_PRODUCER, arena_printf(context->arena, "%s/%s", parent, collection),
        "pageSize=1", request);
    return 0;
}

static int build_services(struct probe_context *context, struct http_request *request,
                          struct error *error)
{
    (void)error;
    return build_below(context, "services", request);
}

static int build_offers(struct probe_context *context, struct http_request *request,
                        struct error *error)
{
    (void)error;
    return build_below(context, "privateOffers", request);
}

/* ------------------------------------------------------------------ procurement */

static int build_provider(struct probe_context *context, const char *collection,
                          struct http_request *request)
{
    const char *provider = context->cloud->provider;
    if (!provider) {
        context->detail = "no provider is configured: nothing is read of what offers became";
        return 1;
    }
    ask(context, GCP_PROCUREMENT,
        arena_printf(context->arena, "providers/%s/%s", provider, collection), "pageSize=1",
        request);
    return 0;
}

static int build_accounts(struct probe_context *context, struct http_request *request,
                          struct error *error)
{
    (void)error;
    return build_provider(context, "accounts", request);
}

static int build_entitlements(struct probe_context *context, struct http_request *request,
                              struct error *error)
{
    (void)error;
    return build_provider(context, "entitlements", request);
}

/* ------------------------------------------------------------------ co-sell */

static int build_opportunities(struct probe_context *context, struct http_request *request,
                               struct error *error)
{
    (void)error;
    const char *partner = context->cloud->partner;
    if (!partner || !settings_text(context->cloud->settings, "subject")) {
        context->detail = "no partner and subject are configured: there is no co-sell";
        return 1;
    }
    ask(context, GCP_CHANNEL, "opportunities:query",
        arena_printf(context->arena, "partner=%s&pageSize=1", gcp_encode(context->arena, partner)),
        request);
    return 0;
}

/* The delegated one last: what is missing for it is no reason not to try the others. */
const struct probe gcp_probes[GCP_PROBES] = {
    {"locations.list", "commerceproducer.locations.list", "where listings and offers are kept",
     GCP_PRODUCER_CALLS, build_locations, answer_locations},
    {"services.list", "commerceproducer.services.list", "listings", GCP_PRODUCER_CALLS,
     build_services, answer_any},
    {"privateOffers.list", "commerceproducer.privateOffers.list", "private offers",
     GCP_PRODUCER_CALLS, build_offers, answer_any},
    {"accounts.list", "commerceprocurement.providerAccounts.list", "who bought",
     GCP_PROCUREMENT_CALLS, build_accounts, answer_any},
    {"entitlements.list", "commerceprocurement.providerEntitlements.list",
     "what accepted offers became", GCP_PROCUREMENT_CALLS, build_entitlements, answer_any},
    {"opportunities.query", GCP_DELEGATION, "co-sell: the delegation of the scope to the client id",
     GCP_CHANNEL_CALLS, build_opportunities, answer_any},
};
