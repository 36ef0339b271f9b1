/* The kind "listing" of AWS. */
#include "connectors/aws/listings.h"

#include "connectors/aws/access.h"
#include "connectors/aws/change_set.h"

/* A new product is made in the portal: it needs images, templates and a review. */
const struct connector_kind aws_listings = {
    .kind = KIND_LISTING,
    .capabilities = CAN_LIST | CAN_READ | CAN_UPDATE | CAN_INCREMENTAL | CAN_LOCK | CAN_TOKEN,
    .fields = aws_listing_fields,
    .field_count = AWS_LISTING_FIELDS,
    .rules = aws_listing_rules,
    .rule_count = AWS_LISTING_RULES,
    .procedures = aws_listing_procedures,
    .procedure_count = AWS_LISTING_PROCEDURES,
    .write_family = AWS_START_CHANGE_SET,
    .writes_per_action = {[ACTION_UPDATE] = 1, [ACTION_PUBLISH] = 1, [ACTION_CANCEL] = 1},
    .classify = aws_listing_classify,
    .refusals = change_set_refusals,
    .refusal_count = CHANGE_SET_REFUSALS,
    .permissions = aws_listing_permissions,
    .permission_count = AWS_LISTING_PERMISSIONS,
    .max_in_flight = 20, /* as for offers; a product takes one at a time */
    .portal = "the AWS Marketplace Management Portal",
    .read = aws_listings_read,
};
