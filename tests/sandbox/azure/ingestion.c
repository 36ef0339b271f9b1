/* Product Ingestion, SaaS subscriptions and analytics: their tables, empty until each gets its
 * calls. */
#include "tests/sandbox/azure/azure.h"
#include "tests/sandbox/control.h"
#include "tests/sandbox/identity.h"

static void report(struct azure_call *call, struct sandbox_response *response)
{
    answer_body(response, call->failure->status, "");
}

const struct azure_surface azure_ingestion = {
    .base = "/rp/product-ingestion",
    .audience = "https://graph.microsoft.com",
    .identities = AZURE_APP,
    .report = report,
};
const struct azure_surface azure_saas = {
    .base = "/api/saas/subscriptions",
    .audience = "20e940b3-4c77-4b0b-9a53-9e16a1b010a7",
    .identities = AZURE_APP,
    .report = report,
};
const struct azure_surface azure_insights = {
    .base = "/insights/v1/cmp",
    .audience = "https://api.partnercenter.microsoft.com",
    .identities = AZURE_APP,
    .report = report,
};
const struct azure_routes azure_ingestion_routes = {&azure_ingestion, NULL, 0};
const struct azure_routes azure_saas_routes = {&azure_saas, NULL, 0};
const struct azure_routes azure_insight_routes = {&azure_insights, NULL, 0};
const struct control_rows azure_market_controls = {NULL, 0};

static void nothing(struct azure *azure)
{
    (void)azure;
}

static void nothing_yet(struct sandbox *sandbox)
{
    (void)sandbox;
}

static struct json *describe(const struct azure *azure, struct arena *arena)
{
    (void)azure;
    return json_object(arena);
}

static int read_part(struct azure *azure, const struct json *row, struct error *error)
{
    (void)azure;
    (void)row;
    (void)error;
    return 0;
}

const struct azure_part azure_market_part = {
    "market", nothing, nothing, nothing_yet, nothing_yet, describe, read_part,
};
