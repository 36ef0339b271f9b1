/* The kind "listing" of Microsoft. */
#include "connectors/azure/listings.h"

#include "connectors/azure/probes.h"

/* No permission of the directory is involved: the application has a role in Partner Center, and
 * there is one that allows everything. */
static const struct permission permissions[AZURE_LISTING_PERMISSIONS] = {
    {.name = AZURE_ROLE_MANAGER},
};

/* Which finding a job's deepest code becomes. */
static const struct refusal refusals[AZURE_LISTING_REFUSALS] = {
    {AZURE_LISTING_DRAFT_DIFFERS, "LST-008"},
    {AZURE_LISTING_CERTIFICATION, "LST-009"},
    {AZURE_LISTING_HELD, "LST-010"},
    {AZURE_LISTING_NOT_EDITABLE, "LST-011"},
    {"notSupported", "LST-011"},
    {"invalidEntityStatus", "LST-011"},
    {"invalidState", "LST-011"},
    {"businessValidationError", "REF-009"},
    {"schemaValidationError", "REF-009"},
    {"invalidResource", "REF-009"},
    {"invalidRequest", "REF-009"},
    {"collectionLimitExceeded", "LST-004"},
};

/* A new product is made in the portal: it needs images, terms and a technical configuration. There
 * is no feed of changes: each read goes over all products, but only those whose submissions moved
 * are fetched. */
const struct connector_kind azure_listings = {
    .kind = KIND_LISTING,
    .capabilities = CAN_LIST | CAN_READ | CAN_UPDATE | CAN_LOCK,
    .fields = azure_listing_fields,
    .field_count = AZURE_LISTING_FIELDS,
    .rules = azure_listing_rules,
    .rule_count = AZURE_LISTING_RULES,
    .procedures = azure_listing_procedures,
    .procedure_count = AZURE_LISTING_PROCEDURES,
    .write_family = AZURE_GRAPH,
    .writes_per_action = {[ACTION_UPDATE] = 1, [ACTION_PUBLISH] = 3, [ACTION_CANCEL] = 1},
    .classify = azure_listing_classify,
    .refusals = refusals,
    .refusal_count = AZURE_LISTING_REFUSALS,
    .permissions = permissions,
    .permission_count = AZURE_LISTING_PERMISSIONS,
    .max_in_flight = 10, /* jobs that are looked at once a minute each */
    .portal = "Partner Center",
    .read = azure_listings_read,
};
