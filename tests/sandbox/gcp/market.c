#include "tests/sandbox/gcp/gcp.h"
#include "tests/sandbox/control.h"
const struct rest_surface gcp_producer_surface = {.base = "/v1beta/projects",
                                                  .audience = GCP_SCOPE_CLOUD,
                                                  .identities = GCP_ALONE | GCP_DELEGATED,
                                                  .answer_id = "",
                                                  .echo = "",
                                                  .link = "nextPageToken",
                                                  .token = "pageToken",
                                                  .report = gcp_report};
const struct rest_surface gcp_procurement_surface = {.base = "/v1/providers",
                                                     .audience = GCP_SCOPE_CLOUD,
                                                     .identities = GCP_ALONE | GCP_DELEGATED,
                                                     .answer_id = "",
                                                     .echo = "",
                                                     .link = "nextPageToken",
                                                     .token = "pageToken",
                                                     .report = gcp_report};
const struct rest_routes gcp_listing_routes = {&gcp_producer_surface, NULL, 0};
const struct rest_routes gcp_offer_routes = {&gcp_producer_surface, NULL, 0};
const struct rest_routes gcp_procurement_routes = {&gcp_procurement_surface, NULL, 0};
static void nothing(struct sandbox *sandbox)
{
    (void)sandbox;
}
static struct json *describe(const struct sandbox *sandbox, struct arena *arena)
{
    (void)sandbox;
    return json_object(arena);
}
static int read_part(struct sandbox *sandbox, const struct json *row, struct error *error)
{
    (void)sandbox;
    (void)row;
    (void)error;
    return 0;
}
static const struct control_rows no_controls = {NULL, 0};
const struct rest_part gcp_market_part = {"market", nothing,  nothing,   nothing,
                                          nothing,  describe, read_part, &no_controls};
