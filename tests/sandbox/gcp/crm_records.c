/* Leads and opportunities of the CRM Partners API, and what Google does to them. */
#include <string.h>

#include "tests/sandbox/gcp/deals.h"

/* ---- From a lead to an opportunity. */
static void put_owner(struct arena *arena, struct json *document)
{
    gcp_deal_put(arena, document, "owner.givenName", "Field");
    gcp_deal_put(arena, document, "owner.familyName", "Seller");
    gcp_deal_put(arena, document, "owner.email", "field.seller@google.example");
}

static void take_over(struct arena *arena, const struct json *lead, struct json *document)
{
    static const char *const taken[][2] = {
        {"partnerAnnualContractValue", "dealSize"}, {"leadCurrencyCode", "dealCurrencyCode"},
        {"estimatedCloseDate", "closeDate"},        {"customer", "customer"},
        {"externalSystemId", "externalSystemId"},   {"opportunitySummary", "notes"},
        {"isConfidential", "isConfidential"},
    };
    for (size_t i = 0; i < COUNT(taken); i++) {
        const struct json *value = json_get(lead, taken[i][0]);
        if (value)
            json_set(arena, document, taken[i][1], json_clone(arena, value));
    }
    json_set_text(arena, document, "productFamily",
                  json_text(json_at(json_get(lead, "productInterests"), 0)));
}

static void add_opportunity(struct sandbox *sandbox, const struct rest_record *lead)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *document = json_object(arena);
    int64_t now = sandbox_now(sandbox);
    json_set_text(arena, document, "name",
                  arena_printf(arena, GCP_PARTNER "/opportunities/%s", lead->id));
    json_set_text(arena, document, "lead", gcp_deal_text(lead->document, "name"));
    put_owner(arena, document);
    take_over(arena, lead->document, document);
    json_set_text(arena, document, "sourceSystem", "PARTNER_CRM");
    json_set_text(arena, document, "salesStage", "QUALIFY");
    json_set_text(arena, document, "winProbability", "10");
    json_set_text(arena, document, "termMonths", "12");
    json_set_text(arena, document, "qualificationState", "QUALIFIED");
    json_set(arena, document, "createDate", gcp_deal_date(arena, day_of(now)));
    json_set(arena, document, "submitDate", gcp_deal_date(arena, day_of(lead->made_ms)));
    rest_add(&gcp_deals_of(sandbox)->crm, lead->id,
             gcp_shape_tidy(arena, &gcp_crm_opportunity_shape, document), now);
}

void gcp_crm_decide(struct sandbox *sandbox, struct rest_record *lead, bool approves,
                    const char *why)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *document = json_clone(arena, lead->document);
    json_set_text(arena, document, "leadStatus", approves ? "CONVERTED" : "CLOSED");
    json_set_text(arena, document, "leadApprovalStatus", approves ? "APPROVED" : "REJECTED");
    if (!approves) {
        json_set_text(arena, document, "rejectionReason", "DUPLICATE");
        json_set_text(arena, document, "rejectionComments",
                      why ? why : "Another partner has registered the customer.");
    } else if (why) {
        json_set_text(arena, document, "approvalNotes", why);
    }
    rest_write(lead, document, sandbox_now(sandbox));
    if (approves)
        add_opportunity(sandbox, lead);
    sandbox->dirty = true;
}

/* ---- The clock. */
void gcp_crm_run(struct sandbox *sandbox)
{
    const struct rest_table *leads = &gcp_deals_of(sandbox)->leads;
    int64_t since = sandbox_now(sandbox) - sandbox->options.review_ms;
    for (size_t i = 0; i < leads->count; i++) {
        struct rest_record *lead = leads->records[i];
        if (gcp_deal_is(lead->document, "leadApprovalStatus", "PENDING") && lead->made_ms <= since)
            gcp_crm_decide(sandbox, lead, true, NULL);
    }
}

/* ---- What the sandbox begins with: one that was approved long ago. */
void gcp_crm_seed(struct sandbox *sandbox)
{
    static const char text[] =
        "{\"name\":\"" GCP_PARTNER "/leads/" GCP_CRM_KNOWN "\",\"engagementModel\":\"CO_SELL\","
        "\"dealTransactionType\":\"NEW\",\"customer\":{},"
        "\"title\":\"Northgate Freight\",\"partnerAnnualContractValue\":48000.50,"
        "\"leadCurrencyCode\":\"USD\",\"estimatedCloseDate\":{\"year\":2026,\"month\":9,"
        "\"day\":30},\"dealTerm\":\"TWELVE_MONTHS\",\"opportunitySummary\":"
        "\"Two data stores become one.\",\"supportLevel\":\"TECH\",\"productInterests\":"
        "[\"GOOGLE_CLOUD_PLATFORM\"],\"leadStatus\":\"SUBMITTED\",\"leadApprovalStatus\":"
        "\"PENDING\",\"submitterEmail\":\"" GCP_ADMIN "\",\"externalSystemId\":"
        "\"0061000000Example\",\"submittedTime\":\"2026-01-12T09:30:00.250Z\"}";
    struct gcp_deals *deals = gcp_deals_of(sandbox);
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *lead = NULL;
    json_parse(arena, text, sizeof text - 1, &lead, NULL);
    gcp_crm_decide(sandbox, rest_add(&deals->leads, GCP_CRM_KNOWN, lead, sandbox_now(sandbox)),
                   true, NULL);
    sandbox->dirty = false; /* there is nothing yet that a snapshot must keep */
}
