/* What may be in a resource of each kind. */
#ifndef SANDBOX_AZURE_SCHEMAS_H
#define SANDBOX_AZURE_SCHEMAS_H

#include "tests/sandbox/azure/shape.h"

extern const struct shape schema_product, schema_plan, schema_setup, schema_property,
    schema_listing, schema_asset, schema_plan_listing, schema_offer_price, schema_plan_price,
    schema_reseller, schema_leads, schema_submission, schema_price, schema_offer;

#endif
