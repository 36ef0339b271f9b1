/* How canonical listing fields stand in the document of a product (see listings.h). */
#include "base/memory.h"
#include "connectors/aws/listings.h"

#define DETAILS       "Entity.DetailsDocument."
#define DESCRIPTION   DETAILS "Description."
#define DERIVED(name) "Derived." name

enum { WRITTEN = REMOTE_READ | REMOTE_UPDATE };

#define KEPT(name, path_, vendor_)                                                                 \
    {                                                                                              \
        .field = name, .path = path_, .flags = REMOTE_READ, .vendor = vendor_                      \
    }
#define EDITED(name, path_, max_, vendor_)                                                         \
    {                                                                                              \
        .field = name, .path = path_, .flags = WRITTEN, .max = max_, .vendor = vendor_             \
    }

const struct remote_field aws_listing_fields[] = {
    KEPT("id", DERIVED("Id"), "EntityIdentifier"),
    EDITED("title", DESCRIPTION "ProductTitle", 72, "ProductTitle"),
    EDITED("short_description", DESCRIPTION "ShortDescription", 1000, "ShortDescription"),
    EDITED("long_description", DESCRIPTION "LongDescription", 5000, "LongDescription"),
    EDITED("highlights", DESCRIPTION "Highlights", 500, "Highlights"),
    {.field = "visibility",
     .path = DESCRIPTION "Visibility",
     .flags = WRITTEN,
     .words = WORDS("public", "Public", "limited", "Limited", "restricted", "Restricted",
                    "restricted", "Unavailable", /* a data product's */
                    "draft", "Draft"),
     .vendor = "Visibility"},
    EDITED("sku", DESCRIPTION "Sku", 5000, "Sku"),
    EDITED("support", DETAILS "SupportInformation.Description", 2000, "SupportDescription"),
    EDITED("categories", DESCRIPTION "Categories", 0, "Categories"),
    EDITED("keywords", DESCRIPTION "SearchKeywords", 0, "SearchKeywords"),
    EDITED("dimensions", DERIVED("Dimensions"), 0, "Dimensions"),
    EDITED("buyer_accounts", DETAILS "Targeting.PositiveTargeting.BuyerAccounts", 0,
           "Targeting.PositiveTargeting.BuyerAccounts"),
    {.field = "product_type",
     .path = DERIVED("ProductType"),
     .flags = REMOTE_READ,
     .words = WORDS("saas", "SaaSProduct", "ami", "AmiProduct", "container", "ContainerProduct",
                    "machine_learning", "MachineLearningProduct", "data", "DataProduct"),
     .vendor = "EntityType"},
    KEPT("product_code", DESCRIPTION "ProductCode", "ProductCode"),
    KEPT("manufacturer", DESCRIPTION "Manufacturer", "Manufacturer"),
    KEPT("fulfilment", DERIVED("Fulfilment"), "Versions.DeliveryOptions"),
    KEPT("regions", DERIVED("Regions"), "RegionAvailability.Regions"),
    KEPT("modified", "Entity.LastModifiedDate", "LastModifiedDate"),
};
