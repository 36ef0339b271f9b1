#include "tests/sandbox/gcp/gcp.h"
#include "tests/sandbox/control.h"
const struct rest_surface gcp_channel_surface = {.base = "/v1alpha1/opportunities",
                                                 .audience = GCP_SCOPE_CHANNEL,
                                                 .identities = GCP_DELEGATED,
                                                 .answer_id = "",
                                                 .echo = "",
                                                 .link = "nextPageToken",
                                                 .token = "pageToken",
                                                 .report = gcp_report};
const struct rest_surface gcp_crm_surface = {.base = "/v1/partners",
                                             .audience = GCP_SCOPE_CRM,
                                             .identities = GCP_ALONE | GCP_DELEGATED,
                                             .answer_id = "",
                                             .echo = "",
                                             .link = "nextPageToken",
                                             .token = "pageToken",
                                             .report = gcp_report};
const struct rest_routes gcp_channel_routes = {&gcp_channel_surface, NULL, 0};
const struct rest_routes gcp_crm_routes = {&gcp_crm_surface, NULL, 0};
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
const struct rest_part gcp_deal_part = {"deals", nothing,  nothing,   nothing,
                                        nothing, describe, read_part, &no_controls};
