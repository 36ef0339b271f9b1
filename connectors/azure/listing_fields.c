/* How canonical listing fields stand in the document of a product (see listings.h). The schemas
 * that are published set no lengths for texts: the cloud's own check tells of them. */
#include "base/memory.h"
#include "connectors/azure/listings.h"

#define DERIVED(name) "agent." name

enum { WRITTEN = REMOTE_READ | REMOTE_UPDATE };

#define KEPT(name, path_, vendor_)                                                                 \
    {                                                                                              \
        .field = name, .path = path_, .flags = REMOTE_READ, .vendor = vendor_                      \
    }
#define EDITED(name, path_, vendor_)                                                               \
    {                                                                                              \
        .field = name, .path = path_, .flags = WRITTEN, .vendor = vendor_                          \
    }

const struct remote_field azure_listing_fields[] = {
    KEPT("id", DERIVED("id"), "product"),
    EDITED("title", "listing.title", "listing.title"),
    EDITED("short_description", "listing.shortDescription", "listing.shortDescription"),
    EDITED("long_description", "listing.description", "listing.description"),
    EDITED("search_summary", "listing.searchResultSummary", "listing.searchResultSummary"),
    {.field = "visibility",
     .path = DERIVED("visibility"),
     .flags = WRITTEN,
     .words = WORDS("public", "public", "limited", "limited", "restricted", "restricted", "draft",
                    "draft"),
     .vendor = "lifecycleState and audience"},
    KEPT("sku", DERIVED("sku"), "externalId"),
    EDITED("support", DERIVED("support"), "listing.supportContact"),
    EDITED("categories", DERIVED("categories"), "property.categories"),
    EDITED("dimensions", DERIVED("dimensions"), "plan-listing"),
    KEPT("keywords", "listing.searchKeywords", "listing.searchKeywords"),
    KEPT("buyer_accounts", DERIVED("buyers"), "privateAudiences"),
    {.field = "product_type",
     .path = DERIVED("type"),
     .flags = REMOTE_READ,
     .words = WORDS("saas", "softwareAsAService", "virtual_machine", "azureVirtualMachine",
                    "virtual_machine", "coreVirtualMachine", "container", "azureContainer",
                    "container", "containerApp", "application", "azureApplication",
                    "managed_service", "managedService", "consulting", "consultingService",
                    "co_sell_only", "cosellOnly", "business_app", "dynamics365BusinessCentral",
                    "business_app", "dynamics365ForCustomerEngagement", "business_app",
                    "dynamics365ForOperations", "iot_module", "iotEdgeModule", "report",
                    "powerBiApp", "report", "powerBiVisual", "game", "xbox360NonBackcompat"),
     .vendor = "product.type"},
    KEPT("regions", DERIVED("regions"), "markets"),
    KEPT("prices", DERIVED("prices"), "price-and-availability-plan.pricing"),
    {.field = "publication",
     .path = DERIVED("publication"),
     .flags = REMOTE_READ,
     .words = WORDS("draft", "draft", "in_progress", "in_progress", "preview", "preview", "live",
                    "live", "failed", "failed"),
     .vendor = "submission"},
    {.field = "pending",
     .path = DERIVED("pending"),
     .flags = REMOTE_READ | REMOTE_ASIDE,
     .vendor = "draft"},
};
