/* The kind "listing" of Google. */
#include "connectors/gcp/listings.h"

#include "base/memory.h"

#define KEPT(name, path_, vendor_)                                                                 \
    {                                                                                              \
        .field = name, .path = path_, .flags = REMOTE_READ, .vendor = vendor_                      \
    }

/* The types are an open set, and may change for an existing service. */
static const struct remote_field fields[] = {
    KEPT("id", "agent.Id", "service.name"),
    KEPT("title", "service.title", "service.title"),
    {.field = "product_type",
     .path = "agent.Type",
     .flags = REMOTE_READ,
     .words = WORDS("saas", "SOFTWARE_AS_A_SERVICE", "data", "ANALYTICS_HUB_LISTING", "consulting",
                    "PROFESSIONAL_SERVICES"),
     .vendor = "service.productType"},
    KEPT("dimensions", "agent.Dimensions", "sku"),
    KEPT("regions", "agent.Regions", "sku.skuPriceTimeline.location"),
    KEPT("plans", "agent.Plans", "standardOffer"),
    KEPT("prices", "agent.Prices", "sku.skuPriceTimeline"),
};

static const struct permission permissions[] = {
    {.name = "commerceproducer.locations.list"},
    {.name = "commerceproducer.services.list"},
    {.name = "commerceproducer.services.get"},
    {.name = "commerceproducer.standardOffers.list"},
    {.name = "commerceproducer.standardOffers.get", .field = "plans"},
    {.name = "commerceproducer.skus.list"},
    {.name = "commerceproducer.skuGroups.list"},
};

const struct connector_kind gcp_listings = {
    .kind = KIND_LISTING,
    .capabilities = CAN_LIST | CAN_READ,
    .fields = fields,
    .field_count = COUNT(fields),
    .permissions = permissions,
    .permission_count = COUNT(permissions),
    .portal = "the Producer Portal",
    .read = gcp_listings_read,
};
