/* The CRM Partners API: leads and opportunities by known ids; nothing lists them. The tables of its
 * words are published nowhere, so whatever looks like one is taken. */
#include <ctype.h>
#include <string.h>

#include "tests/sandbox/gcp/deals.h"
#include "tests/sandbox/words.h"

/* ---- Shapes. */
static const struct gcp_member contact_members[] = {
    {"givenName", GCP_TEXT, 0, NULL, NULL, 0},
    {"familyName", GCP_TEXT, 0, NULL, NULL, 0},
    {"email", GCP_TEXT, 0, NULL, NULL, 0},
    {"phone", GCP_TEXT, 0, NULL, NULL, 0},
};
static const struct gcp_shape contact_shape = GCP_SHAPE(contact_members);

static const struct gcp_member lead_members[] = {
    {"name", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"engagementModel", GCP_TEXT, 0, NULL, NULL, 0},
    {"dealTransactionType", GCP_TEXT, 0, NULL, NULL, 0},
    {"customer", GCP_OBJECT, 0, NULL, NULL, 0},
    {"partnerAnnualContractValue", GCP_NUMBER, 0, NULL, NULL, 0},
    {"leadCurrencyCode", GCP_TEXT, 0, NULL, NULL, 0},
    {"estimatedCloseDate", GCP_OBJECT, 0, &gcp_date_shape, NULL, 0},
    {"dealTerm", GCP_TEXT, 0, NULL, NULL, 0},
    {"opportunitySummary", GCP_TEXT, 0, NULL, NULL, 0},
    {"supportLevel", GCP_TEXT, 0, NULL, NULL, 0},
    {"productInterests", GCP_TEXT, GCP_REPEATED, NULL, NULL, 0},
    {"leadStatus", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"leadApprovalStatus", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"submitterEmail", GCP_TEXT, 0, NULL, NULL, 0},
    {"submittedTime", GCP_TIME, GCP_OUTPUT, NULL, NULL, 0},
    {"rejectionComments", GCP_TEXT, 0, NULL, NULL, 0},
    {"approvalNotes", GCP_TEXT, 0, NULL, NULL, 0},
    {"externalSystemId", GCP_TEXT, 0, NULL, NULL, 0},
    {"description", GCP_TEXT, 0, NULL, NULL, 0},
    {"title", GCP_TEXT, 0, NULL, NULL, 0},
    {"customerContactRequested", GCP_BOOL, 0, NULL, NULL, 0},
    {"deliveryModel", GCP_TEXT, 0, NULL, NULL, 0},
    {"contractVehicle", GCP_TEXT, 0, NULL, NULL, 0},
    {"isvSolutionConnectDeal", GCP_BOOL, 0, NULL, NULL, 0},
    {"rejectionReason", GCP_TEXT, 0, NULL, NULL, 0},
    {"leadSource", GCP_TEXT, 0, NULL, NULL, 0},
    {"createDate", GCP_OBJECT, 0, &gcp_date_shape, NULL, 0},
    {"budget", GCP_TEXT, 0, NULL, NULL, 0},
    {"timeline", GCP_TEXT, 0, NULL, NULL, 0},
    {"authority", GCP_TEXT, 0, NULL, NULL, 0},
    {"need", GCP_TEXT, 0, NULL, NULL, 0},
    {"isPublicTender", GCP_BOOL, 0, NULL, NULL, 0},
    {"isConfidential", GCP_BOOL, 0, NULL, NULL, 0},
};
const struct gcp_shape gcp_crm_lead_shape = GCP_SHAPE(lead_members);

static const struct gcp_member opportunity_members[] = {
    {"name", GCP_TEXT, 0, NULL, NULL, 0},
    {"lead", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"owner", GCP_OBJECT, GCP_OUTPUT, &contact_shape, NULL, 0},
    {"notes", GCP_TEXT, 0, NULL, NULL, 0},
    {"nextSteps", GCP_TEXT, 0, NULL, NULL, 0},
    {"dealSize", GCP_NUMBER, 0, NULL, NULL, 0},
    {"dealCurrencyCode", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"closeDate", GCP_OBJECT, 0, &gcp_date_shape, NULL, 0},
    {"sourceSystem", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"salesStage", GCP_TEXT, 0, NULL, NULL, 0},
    {"winProbability", GCP_LONG, GCP_OUTPUT, NULL, NULL, 0},
    {"productFamily", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"termMonths", GCP_LONG, 0, NULL, NULL, 0},
    {"customer", GCP_OBJECT, GCP_OUTPUT, NULL, NULL, 0},
    {"qualificationState", GCP_TEXT, 0, NULL, NULL, 0},
    {"externalSystemId", GCP_TEXT, 0, NULL, NULL, 0},
    {"createDate", GCP_OBJECT, GCP_OUTPUT, &gcp_date_shape, NULL, 0},
    {"submitDate", GCP_OBJECT, GCP_OUTPUT, &gcp_date_shape, NULL, 0},
    {"isConfidential", GCP_BOOL, 0, NULL, NULL, 0},
    {"decisionPhase", GCP_TEXT, 0, NULL, NULL, 0},
};
const struct gcp_shape gcp_crm_opportunity_shape = GCP_SHAPE(opportunity_members);

/* ---- Values. */
struct named {
    const char *member, *field;
};
static const struct named lead_words[] = {
    {"engagementModel", "engagement_model"},
    {"dealTransactionType", "deal_transaction_type"},
    {"supportLevel", "support_level"},
    {"deliveryModel", "delivery_model"},
    {"contractVehicle", "contract_vehicle"},
    {"rejectionReason", "rejection_reason"},
    {"leadSource", "lead_source"},
    {"budget", "budget"},
    {"timeline", "timeline"},
    {"authority", "authority"},
    {"need", "need"},
};
static const struct named opportunity_words[] = {
    {"salesStage", "sales_stage"},
    {"qualificationState", "qualification_state"},
    {"decisionPhase", "decision_phase"},
};
static const struct named lead_needs[] = {
    {"engagementModel", "engagement_model"},
    {"dealTransactionType", "deal_transaction_type"},
    {"customer", "customer"},
    {"partnerAnnualContractValue", "partner_annual_contract_value"},
    {"leadCurrencyCode", "lead_currency_code"},
    {"estimatedCloseDate", "estimated_close_date"},
    {"dealTerm", "deal_term"},
    {"opportunitySummary", "opportunity_summary"},
    {"supportLevel", "support_level"},
    {"productInterests", "product_interests"},
    {"submitterEmail", "submitter_email"},
};

static bool is_word(const char *text)
{
    return isupper((unsigned char)*text) &&
           !text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")];
}

static void check_words(struct rest_call *call, const struct named *rows, size_t count,
                        const struct json *document)
{
    for (size_t i = 0; i < count; i++) {
        const char *text = json_get_text(document, rows[i].member);
        if (text && !is_word(text))
            gcp_violation(call, rows[i].field, "Invalid value at '%s'", rows[i].field);
    }
}

static void check_day(struct rest_call *call, const struct json *document, const char *member,
                      const char *field)
{
    int64_t day;
    const struct json *date = json_get(document, member);
    if (date && !gcp_deal_day(date, &day))
        gcp_violation(call, field, "%s must be a whole date of the calendar", field);
}

static void check_amount(struct rest_call *call, const struct json *document, const char *member,
                         const char *field)
{
    if (text_starts(gcp_deal_text(document, member), "-"))
        gcp_violation(call, field, "%s must not be negative", field);
}

/* What a customer is made of was not captured: that it is there is all that can be asked. */
static int check_lead(struct rest_call *call, const struct json *lead)
{
    for (size_t i = 0; i < COUNT(lead_needs); i++) {
        if (!json_get(lead, lead_needs[i].member))
            gcp_violation(call, lead_needs[i].field, "%s is required.", lead_needs[i].field);
    }
    const struct json *products = json_get(lead, "productInterests");
    if (products && products->count != 1)
        gcp_violation(call, "product_interests", "product_interests must have exactly one entry");
    else if (products && !is_word(products->items[0]->text))
        gcp_violation(call, "product_interests", "Invalid value at 'product_interests[0]'");
    const char *currency = json_get_text(lead, "leadCurrencyCode");
    if (currency && !words_have(words_currencies, currency))
        gcp_violation(call, "lead_currency_code", "lead_currency_code must be one of ISO 4217");
    const char *email = json_get_text(lead, "submitterEmail");
    if (email && !strchr(email, '@'))
        gcp_violation(call, "submitter_email", "submitter_email must be an e-mail address");
    check_words(call, lead_words, COUNT(lead_words), lead);
    check_day(call, lead, "estimatedCloseDate", "estimated_close_date");
    check_amount(call, lead, "partnerAnnualContractValue", "partner_annual_contract_value");
    return gcp_fail_fields(call);
}

/* ---- Calls. */
static int begin(struct rest_call *call)
{
    const char *partner = arena_printf(call->arena, "partners/%s", call->segments[0]);
    if (!strcmp(partner, GCP_PARTNER))
        return 0;
    return gcp_fail(call, "PERMISSION_DENIED", "The caller does not act for %.80s.", partner);
}

static int create_lead(struct rest_call *call)
{
    struct arena *arena = call->arena;
    struct gcp_deals *deals = gcp_deals_of(call->sandbox);
    struct json *lead = json_object(arena);
    int64_t now = sandbox_now(call->sandbox);
    int result = begin(call);
    if (result == 0)
        result = gcp_shape_check(call, &gcp_crm_lead_shape, call->body);
    if (result == 0 && call->body)
        lead = gcp_shape_tidy(arena, &gcp_crm_lead_shape, call->body);
    if (result == 0)
        result = check_lead(call, lead);
    if (result < 0)
        return result;
    const char *id = arena_printf(arena, "Cx%s", gcp_deal_id(call->sandbox, arena));
    json_set_text(arena, lead, "name", arena_printf(arena, GCP_PARTNER "/leads/%s", id));
    json_set_text(arena, lead, "leadStatus", "SUBMITTED");
    json_set_text(arena, lead, "leadApprovalStatus", "PENDING");
    json_set_text(arena, lead, "submittedTime", gcp_instant(arena, now));
    call->answer = rest_add(&deals->leads, id, lead, now)->document;
    return 0;
}

static int find(struct rest_call *call, const struct rest_table *table, const char *collection,
                struct rest_record **ret_record)
{
    int result = begin(call);
    struct rest_record *record = rest_find(table, call->segments[1]);
    if (result == 0 && !record)
        result = gcp_fail(call, "NOT_FOUND", GCP_PARTNER "/%s/%.60s was not found.", collection,
                          call->segments[1]);
    if (result == 0)
        *ret_record = record;
    return result;
}

static int get_lead(struct rest_call *call)
{
    struct rest_record *record = NULL;
    int result = find(call, &gcp_deals_of(call->sandbox)->leads, "leads", &record);
    if (result == 0)
        call->answer = record->document;
    return result;
}

static int find_opportunity(struct rest_call *call, struct rest_record **ret_record)
{
    return find(call, &gcp_deals_of(call->sandbox)->crm, "opportunities", ret_record);
}

static int get_opportunity(struct rest_call *call)
{
    struct rest_record *record = NULL;
    int result = find_opportunity(call, &record);
    if (result == 0)
        call->answer = record->document;
    return result;
}

static int check_opportunity(struct rest_call *call, const struct rest_record *record,
                             const struct json *after)
{
    if (!gcp_deal_is(after, "name", gcp_deal_text(record->document, "name")))
        gcp_violation(call, "name", "name cannot be changed.");
    check_words(call, opportunity_words, COUNT(opportunity_words), after);
    check_day(call, after, "closeDate", "close_date");
    check_amount(call, after, "dealSize", "deal_size");
    check_amount(call, after, "termMonths", "term_months");
    return gcp_fail_fields(call);
}

static int patch_opportunity(struct rest_call *call)
{
    struct rest_record *record = NULL;
    int result = find_opportunity(call, &record);
    if (result == 0)
        result = gcp_shape_check(call, &gcp_crm_opportunity_shape, call->body);
    if (result < 0)
        return result;
    struct json *after = json_clone(call->arena, record->document);
    result = gcp_mask_apply(call, &gcp_crm_opportunity_shape,
                            json_get_text(call->query, "updateMask"), call->body, after);
    if (result < 0)
        return result;
    after = gcp_shape_tidy(call->arena, &gcp_crm_opportunity_shape, after);
    result = check_opportunity(call, record, after);
    if (result < 0)
        return result;
    rest_write(record, after, sandbox_now(call->sandbox));
    call->answer = record->document;
    return 0;
}

/* ---- The surface. */
const struct rest_surface gcp_crm_surface = {
    .base = "/v1/partners",
    .audience = GCP_SCOPE_CRM,
    .identities = GCP_ALONE | GCP_DELEGATED,
    GCP_SURFACE,
};

static const struct rest_route routes[] = {
    {"POST", "/{}/leads", "CreateLead", create_lead, NULL},
    {"GET", "/{}/leads/{}", "GetLead", get_lead, NULL},
    {"GET", "/{}/opportunities/{}", "GetCrmOpportunity", get_opportunity, NULL},
    {"PATCH", "/{}/opportunities/{}", "PatchCrmOpportunity", patch_opportunity, "updateMask"},
};
const struct rest_routes gcp_crm_routes = {&gcp_crm_surface, routes, COUNT(routes)};
