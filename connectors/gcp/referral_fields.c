/* How the canonical fields stand in an opportunity. `vendor` is the member that an update mask
 * names (referral_document.c has those that depend on the document).
 *
 * Only in the raw document: partnerEntity, creatorEmail, referenceOpportunityId (of an older
 * portal), opportunityAmount and the lines it is the sum of, gcpWatermark, quantity, msspDeal,
 * prmSiteDetails, billing accounts and projects of the customer, the distributor, the contract's
 * expiry, rebate extensions, the customer's contacts that Google has, the winLossInfo beyond the
 * two reasons; of the older interface what its pages do not tell the values of. */
#include "base/memory.h"
#include "connectors/gcp/referral_words.h"
#include "connectors/gcp/referrals.h"

enum {
    SERVICE = REMOTE_READ,
    WRITTEN = REMOTE_READ | REMOTE_CREATE | REMOTE_UPDATE,
};

#define INFO     "opportunityInfo."
#define QUALIFY  "qualificationInfo."
#define CUSTOMER "customerInfo."
#define DETAILS  CUSTOMER "customerDetails."
#define ADDRESS  DETAILS "address."
#define CONTACT  CUSTOMER "contact."
#define ISV      "isvSolutionConnectInfo."
#define PARTNER  "partnerInfo."
#define CYCLE    "salesCycle."

#define ROW(name, at, flags_, vendor_)                                                             \
    {                                                                                              \
        .field = name, .path = at, .flags = flags_, .vendor = vendor_                              \
    }
#define TEXT(name, at) ROW(name, at, WRITTEN, at)
#define KEPT(name, at) ROW(name, at, SERVICE, at)
#define CHOICE(name, at, choices_)                                                                 \
    {                                                                                              \
        .field = name, .path = at, .flags = WRITTEN, .choices = choices_, .vendor = at             \
    }
/* Put together by referral_document.c. */
#define MADE(name, at, flags_, vendor_) ROW(name, "agent." at, flags_, vendor_)
#define WORD(name, at, flags_, words_, vendor_)                                                    \
    {                                                                                              \
        .field = name, .path = "agent." at, .flags = flags_, .words = words_, .vendor = vendor_    \
    }
#define SAME(word) word, word

/* Google has four stages of an open deal. It has no word for "committed", and a deal that it closed
 * for reasons of its own is neither won nor lost. */
static const char *const stages[] = {SAME("prospect"),
                                     SAME("qualified"),
                                     SAME("technical_validation"),
                                     SAME("business_validation"),
                                     SAME("won"),
                                     SAME("lost"),
                                     NULL};
static const char *const statuses[] = {SAME("draft"),    SAME("submitted"), SAME("approved"),
                                       SAME("rejected"), SAME("closed"),    NULL};
static const char *const ends[] = {"won", "MIGRATION_IMPL", "lost", "CLOSED_LOST", NULL};
static const char *const views[] = {"full", "FULL", "limited", "LIMITED", NULL};
static const char *const interfaces[] = {SAME("current"), SAME("older"), NULL};
static const char *const operations[] = {"new",       "NEW",    "renewal", "RENEWAL", "expansion",
                                         "EXPANSION", "add_on", "ADD_ON",  NULL};

const struct remote_field gcp_referral_fields[] = {
    KEPT("id", "name"),
    /* 71 characters of the text that carries the tag are kept free for it. */
    {.field = "partner_reference",
     .path = "agent.reference",
     .flags = WRITTEN,
     .max = 64,
     .vendor = "the tag in " ISV "notes or " INFO "description"},
    {.field = "title",
     .path = INFO "displayName",
     .flags = WRITTEN,
     .max = 120,
     .vendor = INFO "displayName"},
    TEXT("company", DETAILS "organizationName"),
    TEXT("website", DETAILS "domain"),
    CHOICE("industry", DETAILS "industry", gcp_industries),
    TEXT("employees", DETAILS "employeeCount"),
    TEXT("country", ADDRESS "regionCode"),
    TEXT("state", ADDRESS "administrativeArea"),
    TEXT("city", ADDRESS "locality"),
    MADE("street", "street", WRITTEN, ADDRESS "addressLines"),
    TEXT("postal_code", ADDRESS "postalCode"),
    CHOICE("sales_region", CUSTOMER "region", gcp_regions),
    TEXT("public_sector", QUALIFY "publicSector"),
    TEXT("public_tender", QUALIFY "publicTenderAttestation"),
    TEXT("contact_first_name", CONTACT "givenName"),
    TEXT("contact_last_name", CONTACT "familyName"),
    TEXT("contact_email", CONTACT "email"),
    TEXT("contact_phone", CONTACT "phone.e164Number"),
    TEXT("contact_wanted", ISV "customerContactRequested"),
    {.field = "problem",
     .path = "agent.problem",
     .flags = WRITTEN,
     .max = GCP_DESCRIPTION - 71,
     .vendor = INFO "description"},
    {.field = "delivery_models",
     .path = "agent.delivery_models",
     .flags = WRITTEN,
     .choices = gcp_delivery_models,
     .vendor = ISV "deliveryModel"},
    {.field = "needs",
     .path = "agent.needs",
     .flags = WRITTEN,
     .choices = gcp_support_levels,
     .vendor = ISV "supportLevel"},
    {.field = "contract_value",
     .path = "agent.value",
     .flags = WRITTEN,
     .amount = "amount",
     .currency = "currency",
     .vendor = QUALIFY "dealSize"},
    TEXT("contract_months", QUALIFY "contractLengthMonths"),
    {.field = "comments",
     .path = "agent.comments",
     .flags = WRITTEN,
     .max = GCP_NOTES - 71,
     .vendor = ISV "notes"},
    CHOICE("cloud_products", INFO "productFamily", gcp_product_families),
    TEXT("services", INFO "productCategory"), /* the list grows with Google's products */
    MADE("partners", "partners", WRITTEN, INFO "indirectPartnerEntity"),
    {.field = "opportunity_type",
     .path = QUALIFY "operationType",
     .flags = WRITTEN,
     .words = operations,
     .vendor = QUALIFY "operationType"},
    CHOICE("deal_type", "opportunityType", gcp_deal_types),
    CHOICE("contract_vehicle", ISV "contractVehicle", gcp_contract_vehicles),
    CHOICE("budget", QUALIFY "budget", gcp_budgets),
    CHOICE("authority", QUALIFY "authority", gcp_authorities),
    CHOICE("customer_need", QUALIFY "need", gcp_needs),
    CHOICE("timeline", QUALIFY "timeline", gcp_timelines),
    CHOICE("decision_phase", QUALIFY "decisionPhase", gcp_decision_phases),
    TEXT("confidential", INFO "confidential"),
    TEXT("legal_accepted", QUALIFY "legalLanguageAccepted"),
    /* Set once Google has accepted the deal; what is over is not created. */
    WORD("stage", "stage", WRITTEN | REMOTE_STEP, stages, "stage"),
    MADE("close_date", "close_date", WRITTEN, QUALIFY "estimatedCloseDate"),
    {.field = "next_steps",
     .path = ISV "nextStep",
     .flags = WRITTEN,
     .max = 255,
     .vendor = ISV "nextStep"},
    WORD("status", "status", SERVICE, statuses, "state"),
    KEPT("status_comments", "stateDescription"),
    TEXT("marketing_campaign", QUALIFY "campaignCode"),
    /* Said once, where a service account speaks for a person. */
    ROW("owner_email", "submitterEmail", REMOTE_CREATE, "submitterEmail"),
    MADE("accepted", "accepted", SERVICE, PARTNER "approveTime"),
    MADE("submitted", "submitted", SERVICE, PARTNER "submitTime"),
    {.field = "close_requested",
     .path = "agent.close_requested",
     .flags = SERVICE,
     .words = ends,
     .vendor = CYCLE "partnerReadyToClose"},
    KEPT("origin", "source"),
    {.field = "access",
     .path = PARTNER "partnerViewType",
     .flags = SERVICE,
     .words = views,
     .vendor = PARTNER "partnerViewType"},
    WORD("interface", "interface", SERVICE, interfaces, "the interface"),
    KEPT("incentive", PARTNER "incentiveType"),
    MADE("incentive_ends", "incentive_ends", SERVICE, PARTNER "rebateExpirationDate"),
    KEPT("cloud_company", "customerDisplayName"),
    KEPT("cloud_reference", QUALIFY "dealNumber"),
    MADE("cloud_stage", "cloud_stage", SERVICE, "stage"),
    MADE("cloud_lost_reason", "lost_reason", SERVICE, "winLossInfo.lostMainReason"),
    MADE("cloud_won_reason", "won_reason", SERVICE, "winLossInfo.winMainReason"),
    KEPT("cloud_postponed", CYCLE "closeDatePushCount"),
    MADE("cloud_team", "team", SERVICE, "ownerEmail, opportunityTeamMembers"),
    MADE("created", "created", SERVICE, "createTime"),
    KEPT("modified", "updateTime"),
};
