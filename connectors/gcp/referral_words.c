#include "connectors/gcp/referral_words.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

const char *const gcp_industries[] = {"ADVERTISING_MARKETING",
                                      "AGRICULTURE",
                                      "AUTOMOTIVE",
                                      "BUSINESS_SERVICES",
                                      "CONSUMER_GOODS",
                                      "EDUCATION",
                                      "ELECTRICAL_ELECTRONICS",
                                      "ENERGY",
                                      "FINANCIAL_SERVICES",
                                      "FOOD",
                                      "GAMING",
                                      "HEALTHCARE",
                                      "INDUSTRIAL_GOODS",
                                      "GOVERNMENT",
                                      "LOGISTICS",
                                      "MANUFACTURING",
                                      "MEDIA",
                                      "NON_PROFIT",
                                      "PUBLIC_SECTOR",
                                      "RETAIL_CONSUMER",
                                      "RETAIL_WHOLESALE",
                                      "SOFTWARE",
                                      "TELECOMMUNICATIONS",
                                      "TELECOMMUNICATIONS_MEDIA",
                                      "TOURISM",
                                      "OTHER",
                                      NULL};
const char *const gcp_regions[] = {"ANZ",
                                   "CEE",
                                   "DACH",
                                   "FRANCE",
                                   "INDIA",
                                   "JAPAN",
                                   "LATAM_BRAZIL",
                                   "LATAM_SPANISH_SPEAKING",
                                   "NE",
                                   "NORTH_AMERICA",
                                   "SEEMEA",
                                   "UK_AND_I",
                                   "OTHER_ASIA_PACIFIC",
                                   NULL};
const char *const gcp_support_levels[] = {
    "OTHER_SUPPORT_LEVEL", "TECH", "TRANSACTION", "UPSELL_RENEW_CROSS_SELL", "ALIGN_SALES_ACCOUNT",
    "ALREADY_CONTACT",     NULL};
const char *const gcp_contract_vehicles[] = {"CLOUD_MARKETPLACE", "PARTNER_CONTRACT", "UNKNOWN",
                                             NULL};
const char *const gcp_delivery_models[] = {"OTHER_DELIVERY_MODEL", "DATA_TO_CUSTOMER_BIGQUERY",
                                           "VM_ON_CUSTOMER_TENANCY", "SAAS_ON_GOOGLE_CLOUD", NULL};
const char *const gcp_deal_types[] = {"REGULAR", "TWO_TIER", "ISV_SOLUTION_CONNECT", NULL};
const char *const gcp_product_families[] = {
    "GOOGLE_CLOUD_PLATFORM", "GOOGLE_WORKSPACE", "MAPS", "CHROME", "PSO", NULL};
const char *const gcp_budgets[] = {"BUDGET_EXISTS_NOT_SPECIFIED", "CONFIRMED_NO_BUDGET",
                                   "EXACT_BUDGET_GIVEN", "REFUSE_TO_DISCLOSE", NULL};
const char *const gcp_authorities[] = {"CONFIRMED_NO_AUTHORITY_DECIDED", "DONT_KNOW",
                                       "CLEARLY_IDENTIFIED_PROCESS", "VAGUE_UNDERSTANDING", NULL};
const char *const gcp_needs[] = {"CLEAR_NEED", "COMPELLING_NEED", "NO_NEED", NULL};
const char *const gcp_timelines[] = {"CONFIRMED_NO_DECISION_DATE", "REFUSED_TO_GIVE_DATE",
                                     "SPECIFIC_DECISION_DATES_GIVEN", "VAGUE_DECISION_DATES_GIVEN",
                                     NULL};
const char *const gcp_decision_phases[] = {"INFORMATION_GATHERING", "TRIAL_OR_PILOT",
                                           "FINAL_DECISION", NULL};
static const char *const categories[] = {"GOOGLE_GEMINI_AI",
                                         "GCP_AI",
                                         "GCP_ANALYTICS",
                                         "GCP_ANTHOS",
                                         "GCP_APIGEE",
                                         "GCP_APPSHEET",
                                         "GCP_COMPUTE",
                                         "GCP_DATABASES",
                                         "GCP_DISTRIBUTED_CLOUD",
                                         "GCP_DUET_AI",
                                         "GCP_GPU",
                                         "GCP_LOOKER",
                                         "GCP_NETWORK",
                                         "GCP_OTHER",
                                         "GCP_OTHER_SECURITY",
                                         "GCP_PLATFORM",
                                         "GCP_SCCE",
                                         "GCP_SERVERLESS",
                                         "GCP_STORAGE",
                                         "GCP_SUPPORT",
                                         "GOOGLE_CLOUD_IDENTITY",
                                         "GOOGLE_MAPS",
                                         "GOOGLE_VAULT",
                                         "GOOGLE_VOICE",
                                         "GOOGLE_WORKSPACE_CORE",
                                         "GOOGLE_WORKSPACE_EDU",
                                         "GCP_AGENTSPACE",
                                         "CHROME_OS_ENTERPRISE",
                                         "CHROME_OS_EDUCATION",
                                         "PSO_TRAINING",
                                         "PSO_CONSULTING",
                                         "GCP_GOOGLE_SECOPS",
                                         "GCP_GOOGLE_THREAT_INTELLIGENCE",
                                         "GCP_CHROME_ENTERPRISE_PREMIUM",
                                         "GCP_RECAPTCHA",
                                         "GCP_MANAGED_HUNT",
                                         "GCP_MANAGED_DEFENSE",
                                         "GCP_WEBRISK",
                                         "GCP_MANDIANT_CONSULTING_SERVICES",
                                         "GCP_SCC",
                                         "GCP_GEMINI_ENTERPRISE",
                                         NULL};
static const char *const states[] = {"DRAFT", "SUBMITTED", "ACCEPTED", "NOT_ACCEPTED", NULL};
static const char *const stages[] = {
    "QUALIFY",        "REFINE",      "TECH_EVAL_SOL_DEV", "PROPOSAL_NEGOTIATION",
    "MIGRATION_IMPL", "CLOSED_LOST", "CLOSED_ADMIN",      NULL};
static const char *const sources[] = {"GOOGLE", "GOOGLE_BDR", "GOOGLE_PROGRAMMATIC", "PARTNER",
                                      NULL};
static const char *const operations[] = {"NEW", "RENEWAL", "ADD_ON", "EXPANSION", NULL};
static const char *const incentives[] = {"DEAL_REGISTRATION", "DEAL_REFERRAL", NULL};
static const char *const views[] = {"FULL", "LIMITED", NULL};
static const char *const closings[] = {"MIGRATION_IMPL", "CLOSED_LOST", NULL};
static const char *const access_levels[] = {"VIEW_ONLY", "MODIFY", NULL};

const struct gcp_enum gcp_referral_enums[] = {
    {"customerInfo.customerDetails.industry", gcp_industries},
    {"customerInfo.region", gcp_regions},
    {"isvSolutionConnectInfo.supportLevel", gcp_support_levels},
    {"isvSolutionConnectInfo.contractVehicle", gcp_contract_vehicles},
    {"isvSolutionConnectInfo.deliveryModel", gcp_delivery_models},
    {"opportunityType", gcp_deal_types},
    {"opportunityInfo.productFamily", gcp_product_families},
    {"qualificationInfo.budget", gcp_budgets},
    {"qualificationInfo.authority", gcp_authorities},
    {"qualificationInfo.need", gcp_needs},
    {"qualificationInfo.timeline", gcp_timelines},
    {"qualificationInfo.decisionPhase", gcp_decision_phases},
    {"opportunityInfo.productCategory", categories},
    {"state", states},
    {"stage", stages},
    {"source", sources},
    {"qualificationInfo.operationType", operations},
    {"partnerInfo.incentiveType", incentives},
    {"partnerInfo.partnerViewType", views},
    {"salesCycle.partnerReadyToClose", closings},
};
const size_t gcp_referral_enum_count = COUNT(gcp_referral_enums);

static bool says_nothing(const char *word)
{
    static const char *const ends[] = {"_UNSPECIFIED", "SOURCE_UNKNOWN"};
    size_t length = strlen(word);
    for (size_t i = 0; i < COUNT(ends); i++) {
        size_t end = strlen(ends[i]);
        if (length >= end && !strcmp(word + length - end, ends[i]))
            return true;
    }
    return !length;
}

const char *gcp_enum_word(const char *const *words, const struct json *value)
{
    const char *text = json_text(value);
    long long number;
    if (!text || says_nothing(text))
        return NULL;
    if (!text_to_int64(text, &number))
        return text;
    long long count = 0;
    while (words[count])
        count++;
    return !number ? NULL : number > 0 && number <= count ? words[number - 1] : text;
}

static void name_members(struct arena *arena, struct json *list, const char *const *words)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *word = gcp_enum_word(words, list->items[i]);
        list->items[i] = json_string(arena, word ? word : "");
    }
}

void gcp_enum_regular(struct arena *arena, struct json *opportunity)
{
    for (size_t i = 0; i < gcp_referral_enum_count; i++) {
        const struct gcp_enum *row = &gcp_referral_enums[i];
        struct json *node = json_find(opportunity, row->path);
        if (!node)
            continue;
        if (node->type == JSON_ARRAY) {
            name_members(arena, node, row->words);
            continue;
        }
        const char *word = gcp_enum_word(row->words, node);
        /* Nothing stands in the way of what is there. */
        (void)json_put(arena, opportunity, row->path, word ? json_string(arena, word) : NULL, NULL);
    }
    struct json *team = json_get(opportunity, "opportunityTeamMembers");
    for (size_t i = 0; team && team->type == JSON_ARRAY && i < team->count; i++) {
        struct json *member = team->items[i];
        const char *word = gcp_enum_word(access_levels, json_get(member, "accessLevel"));
        if (member->type == JSON_OBJECT)
            json_set_text(arena, member, "accessLevel", word);
    }
}
