/* What an opportunity of Cloud Channel is made of, member by member, with the words that the
 * captured revision of v1alpha1 knows. */
#include "tests/sandbox/gcp/deals.h"

#define DESCRIPTION_MOST 1000 /* no limit is published; where vendors' forms stop */

static const char *const product_families[] = {"PRODUCT_FAMILY_UNSPECIFIED",
                                               "GOOGLE_CLOUD_PLATFORM",
                                               "GOOGLE_WORKSPACE",
                                               "MAPS",
                                               "CHROME",
                                               "PSO",
                                               NULL};
static const char *const product_categories[] = {"PRODUCT_CATEGORY_UNSPECIFIED",
                                                 "GOOGLE_GEMINI_AI",
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
static const struct gcp_member opportunity_info_members[] = {
    {"partnerEntity", GCP_TEXT, 0, NULL, NULL, 0},
    {"indirectPartnerEntity", GCP_TEXT, 0, NULL, NULL, 0},
    {"displayName", GCP_TEXT, 0, NULL, NULL, 120},
    {"description", GCP_TEXT, 0, NULL, NULL, DESCRIPTION_MOST},
    {"productFamily", GCP_WORD, GCP_REPEATED, NULL, product_families, 0},
    {"productCategory", GCP_WORD, GCP_REPEATED, NULL, product_categories, 0},
    {"confidential", GCP_BOOL, 0, NULL, NULL, 0},
    {"gcpWatermark", GCP_NUMBER, GCP_OUTPUT, NULL, NULL, 0},
    {"opportunityAmount", GCP_OBJECT, GCP_OUTPUT, &gcp_money_shape, NULL, 0},
};
static const struct gcp_shape opportunity_info_shape = GCP_SHAPE(opportunity_info_members);

static const char *const operation_types[] = {
    "OPERATION_TYPE_UNSPECIFIED", "NEW", "RENEWAL", "ADD_ON", "EXPANSION", NULL};
static const char *const budgets[] = {"BUDGET_UNSPECIFIED",  "BUDGET_EXISTS_NOT_SPECIFIED",
                                      "CONFIRMED_NO_BUDGET", "EXACT_BUDGET_GIVEN",
                                      "REFUSE_TO_DISCLOSE",  NULL};
static const char *const authorities[] = {"AUTHORITY_UNSPECIFIED",
                                          "CONFIRMED_NO_AUTHORITY_DECIDED",
                                          "DONT_KNOW",
                                          "CLEARLY_IDENTIFIED_PROCESS",
                                          "VAGUE_UNDERSTANDING",
                                          NULL};
static const char *const needs[] = {"NEED_UNSPECIFIED", "CLEAR_NEED", "COMPELLING_NEED", "NO_NEED",
                                    NULL};
static const char *const timelines[] = {
    "TIMELINE_UNSPECIFIED",          "CONFIRMED_NO_DECISION_DATE", "REFUSED_TO_GIVE_DATE",
    "SPECIFIC_DECISION_DATES_GIVEN", "VAGUE_DECISION_DATES_GIVEN", NULL};
static const char *const decision_phases[] = {"DECISION_PHASE_UNSPECIFIED", "INFORMATION_GATHERING",
                                              "TRIAL_OR_PILOT", "FINAL_DECISION", NULL};
static const struct gcp_member qualification_info_members[] = {
    {"dealNumber", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"operationType", GCP_WORD, 0, NULL, operation_types, 0},
    {"contractLengthMonths", GCP_INT, 0, NULL, NULL, 0},
    {"quantity", GCP_INT, 0, NULL, NULL, 0},
    {"dealSize", GCP_OBJECT, 0, &gcp_money_shape, NULL, 0},
    {"estimatedCloseDate", GCP_OBJECT, 0, &gcp_date_shape, NULL, 0},
    {"publicSector", GCP_BOOL, 0, NULL, NULL, 0},
    {"budget", GCP_WORD, 0, NULL, budgets, 0},
    {"authority", GCP_WORD, 0, NULL, authorities, 0},
    {"need", GCP_WORD, 0, NULL, needs, 0},
    {"timeline", GCP_WORD, 0, NULL, timelines, 0},
    {"campaignCode", GCP_TEXT, 0, NULL, NULL, 0},
    {"msspDeal", GCP_BOOL, 0, NULL, NULL, 0},
    {"legalLanguageAccepted", GCP_BOOL, 0, NULL, NULL, 0},
    {"decisionPhase", GCP_WORD, 0, NULL, decision_phases, 0},
    {"publicTenderAttestation", GCP_BOOL, 0, NULL, NULL, 0},
};
static const struct gcp_shape qualification_info_shape = GCP_SHAPE(qualification_info_members);

static const struct gcp_member postal_address_members[] = {
    {"revision", GCP_INT, 0, NULL, NULL, 0},
    {"regionCode", GCP_TEXT, 0, NULL, NULL, 0},
    {"languageCode", GCP_TEXT, 0, NULL, NULL, 0},
    {"postalCode", GCP_TEXT, 0, NULL, NULL, 0},
    {"sortingCode", GCP_TEXT, 0, NULL, NULL, 0},
    {"administrativeArea", GCP_TEXT, 0, NULL, NULL, 0},
    {"locality", GCP_TEXT, 0, NULL, NULL, 0},
    {"sublocality", GCP_TEXT, 0, NULL, NULL, 0},
    {"addressLines", GCP_TEXT, GCP_REPEATED, NULL, NULL, 0},
    {"recipients", GCP_TEXT, GCP_REPEATED, NULL, NULL, 0},
    {"organization", GCP_TEXT, 0, NULL, NULL, 0},
};
static const struct gcp_shape postal_address_shape = GCP_SHAPE(postal_address_members);

static const char *const industries[] = {"INDUSTRY_UNSPECIFIED",
                                         "ADVERTISING_MARKETING",
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
static const struct gcp_member customer_details_members[] = {
    {"organizationName", GCP_TEXT, 0, NULL, NULL, 0},
    {"domain", GCP_TEXT, 0, NULL, NULL, 0},
    {"address", GCP_OBJECT, 0, &postal_address_shape, NULL, 0},
    {"industry", GCP_WORD, 0, NULL, industries, 0},
    {"employeeCount", GCP_INT, 0, NULL, NULL, 0},
};
static const struct gcp_shape customer_details_shape = GCP_SHAPE(customer_details_members);

static const struct gcp_member short_code_members[] = {
    {"regionCode", GCP_TEXT, 0, NULL, NULL, 0},
    {"number", GCP_TEXT, 0, NULL, NULL, 0},
};
static const struct gcp_shape short_code_shape = GCP_SHAPE(short_code_members);

static const struct gcp_member phone_number_members[] = {
    {"e164Number", GCP_TEXT, 0, NULL, NULL, 0},
    {"shortCode", GCP_OBJECT, 0, &short_code_shape, NULL, 0},
    {"extension", GCP_TEXT, 0, NULL, NULL, 0},
};
static const struct gcp_shape phone_number_shape = GCP_SHAPE(phone_number_members);

static const struct gcp_member contact_members[] = {
    {"givenName", GCP_TEXT, 0, NULL, NULL, 0},
    {"familyName", GCP_TEXT, 0, NULL, NULL, 0},
    {"email", GCP_TEXT, 0, NULL, NULL, 0},
    {"phone", GCP_OBJECT, 0, &phone_number_shape, NULL, 0},
};
static const struct gcp_shape contact_shape = GCP_SHAPE(contact_members);

static const char *const regions[] = {"REGION_UNSPECIFIED",
                                      "ANZ",
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
static const struct gcp_member customer_info_members[] = {
    {"customerDetails", GCP_OBJECT, 0, &customer_details_shape, NULL, 0},
    {"contact", GCP_OBJECT, 0, &contact_shape, NULL, 0},
    {"region", GCP_WORD, 0, NULL, regions, 0},
};
static const struct gcp_shape customer_info_shape = GCP_SHAPE(customer_info_members);

static const char *const support_levels[] = {"SUPPORT_LEVEL_UNSPECIFIED",
                                             "OTHER_SUPPORT_LEVEL",
                                             "TECH",
                                             "TRANSACTION",
                                             "UPSELL_RENEW_CROSS_SELL",
                                             "ALIGN_SALES_ACCOUNT",
                                             "ALREADY_CONTACT",
                                             NULL};
static const char *const contract_vehicles[] = {"CONTRACT_VEHICLE_UNSPECIFIED", "CLOUD_MARKETPLACE",
                                                "PARTNER_CONTRACT", "UNKNOWN", NULL};
static const char *const delivery_models[] = {
    "DELIVERY_MODEL_UNSPECIFIED", "OTHER_DELIVERY_MODEL", "DATA_TO_CUSTOMER_BIGQUERY",
    "VM_ON_CUSTOMER_TENANCY",     "SAAS_ON_GOOGLE_CLOUD", NULL};
static const struct gcp_member isv_solution_connect_info_members[] = {
    {"isvSolutionConnectDeal", GCP_BOOL, 0, NULL, NULL, 0},
    {"customerContactRequested", GCP_BOOL, 0, NULL, NULL, 0},
    {"supportLevel", GCP_WORD, 0, NULL, support_levels, 0},
    {"contractVehicle", GCP_WORD, 0, NULL, contract_vehicles, 0},
    {"deliveryModel", GCP_WORD, 0, NULL, delivery_models, 0},
    {"notes", GCP_TEXT, 0, NULL, NULL, 5000},
    {"nextStep", GCP_TEXT, 0, NULL, NULL, 255},
};
static const struct gcp_shape isv_solution_connect_info_shape =
    GCP_SHAPE(isv_solution_connect_info_members);

static const char *const incentive_types[] = {"INCENTIVE_TYPE_UNSPECIFIED", "DEAL_REGISTRATION",
                                              "DEAL_REFERRAL", NULL};
static const char *const partner_view_types[] = {"PARTNER_VIEW_TYPE_UNSPECIFIED", "FULL", "LIMITED",
                                                 NULL};
static const struct gcp_member partner_info_members[] = {
    {"incentiveEligibility", GCP_BOOL, GCP_OUTPUT, NULL, NULL, 0},
    {"incentiveType", GCP_WORD, GCP_OUTPUT, NULL, incentive_types, 0},
    {"contractExpiryDate", GCP_OBJECT, 0, &gcp_date_shape, NULL, 0},
    {"rebateExpirationDate", GCP_OBJECT, GCP_OUTPUT, &gcp_date_shape, NULL, 0},
    {"distributor", GCP_TEXT, 0, NULL, NULL, 0},
    {"subBillingAccountId", GCP_TEXT, 0, NULL, NULL, 0},
    {"extensionsCount", GCP_INT, GCP_OUTPUT, NULL, NULL, 0},
    {"gcpProjectNumbers", GCP_TEXT, GCP_REPEATED, NULL, NULL, 0},
    {"submittedDate", GCP_OBJECT, GCP_OUTPUT, &gcp_date_shape, NULL, 0},
    {"approvedDate", GCP_OBJECT, GCP_OUTPUT, &gcp_date_shape, NULL, 0},
    {"submitTime", GCP_TIME, GCP_OUTPUT, NULL, NULL, 0},
    {"approveTime", GCP_TIME, GCP_OUTPUT, NULL, NULL, 0},
    {"partnerViewType", GCP_WORD, GCP_OUTPUT, NULL, partner_view_types, 0},
};
static const struct gcp_shape partner_info_shape = GCP_SHAPE(partner_info_members);

static const char *const partner_close_stages[] = {"PARTNER_CLOSE_STAGE_UNSPECIFIED",
                                                   "MIGRATION_IMPL", "CLOSED_LOST", NULL};
static const struct gcp_member sales_cycle_members[] = {
    {"closeDate", GCP_OBJECT, 0, &gcp_date_shape, NULL, 0},
    {"partnerReadyToClose", GCP_WORD, 0, NULL, partner_close_stages, 0},
    {"closeDatePushCount", GCP_INT, GCP_OUTPUT, NULL, NULL, 0},
    {"prmSiteDetails", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
};
static const struct gcp_shape sales_cycle_shape = GCP_SHAPE(sales_cycle_members);

static const struct gcp_member win_loss_info_members[] = {
    {"lostReason", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"lostMainReason", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"lostRejectedReasonDetails", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"winMainReason", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"wonReason", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"winLossAdditionalContext", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"winLossProducts", GCP_TEXT, GCP_OUTPUT | GCP_REPEATED, NULL, NULL, 0},
};
static const struct gcp_shape win_loss_info_shape = GCP_SHAPE(win_loss_info_members);

static const struct gcp_member opportunity_line_members[] = {
    {"displayName", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"quantity", GCP_INT, GCP_OUTPUT, NULL, NULL, 0},
    {"salesPrice", GCP_OBJECT, GCP_OUTPUT, &gcp_money_shape, NULL, 0},
    {"listPrice", GCP_OBJECT, GCP_OUTPUT, &gcp_money_shape, NULL, 0},
    {"totalPrice", GCP_OBJECT, GCP_OUTPUT, &gcp_money_shape, NULL, 0},
    {"metric", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"description", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
};
static const struct gcp_shape opportunity_line_shape = GCP_SHAPE(opportunity_line_members);

static const char *const access_levels[] = {"ACCESS_LEVEL_UNSPECIFIED", "VIEW_ONLY", "MODIFY",
                                            NULL};
static const struct gcp_member opportunity_team_member_members[] = {
    {"name", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"email", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"accessLevel", GCP_WORD, GCP_OUTPUT, NULL, access_levels, 0},
};
static const struct gcp_shape opportunity_team_member_shape =
    GCP_SHAPE(opportunity_team_member_members);

static const char *const roles[] = {"ROLE_UNSPECIFIED",
                                    "OTHER_ROLE",
                                    "ADMIN",
                                    "BILLING_CONTACT",
                                    "BUSINESS_DECISION_MAKER",
                                    "BUSINESS_USER",
                                    "CHANGE_CHAMPION",
                                    "CHRONICLE_SIEM_CONTACT",
                                    "CHRONICLE_SOAR_CONTACT",
                                    "ECONOMIC_BUYER",
                                    "EVALUATOR",
                                    "EXECUTIVE_SPONSOR",
                                    "INFLUENCER",
                                    "MAIN_DECISION_MAKER",
                                    "ORDERING_CONTACT",
                                    "PRODUCT_CONTACT",
                                    "TECH_CONTACT",
                                    "TECH_DECISION_MAKER",
                                    NULL};
static const struct gcp_member customer_contact_members[] = {
    {"givenName", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"familyName", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"title", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"role", GCP_WORD, GCP_OUTPUT, NULL, roles, 0},
    {"primary", GCP_BOOL, GCP_OUTPUT, NULL, NULL, 0},
};
static const struct gcp_shape customer_contact_shape = GCP_SHAPE(customer_contact_members);

static const char *const extension_reasons[] = {"EXTENSION_REASON_UNSPECIFIED",
                                                "OTHER_EXTENSION_REASON",
                                                "CUSTOMER_ENGAGEMENT_DELAYED",
                                                "PROOF_OF_CONCEPT_LONGER_THAN_EXPECTED",
                                                "COMPLEX_DEAL",
                                                NULL};
static const char *const extension_statuses[] = {"EXTENSION_STATUS_UNSPECIFIED", "SUBMITTED",
                                                 "APPROVED", "REJECTED", NULL};
static const char *const extension_rejection_reasons[] = {"EXTENSION_REJECTION_REASON_UNSPECIFIED",
                                                          "OTHER_EXTENSION_REJECTION_REASON",
                                                          "LACK_OF_PARTNER_ENGAGEMENT",
                                                          "NEGATIVE_CUSTOMER_FEEDBACK",
                                                          "PPS_REJECTION",
                                                          NULL};
static const struct gcp_member rebate_extension_members[] = {
    {"requestNumber", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"extensionReason", GCP_WORD, GCP_OUTPUT, NULL, extension_reasons, 0},
    {"extensionStatus", GCP_WORD, GCP_OUTPUT, NULL, extension_statuses, 0},
    {"extensionRejectionReason", GCP_WORD, GCP_OUTPUT, NULL, extension_rejection_reasons, 0},
    {"comments", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
};
static const struct gcp_shape rebate_extension_shape = GCP_SHAPE(rebate_extension_members);

static const char *const states[] = {"STATE_UNSPECIFIED", "DRAFT",        "SUBMITTED",
                                     "ACCEPTED",          "NOT_ACCEPTED", NULL};
static const char *const stages[] = {"STAGE_UNSPECIFIED",
                                     "QUALIFY",
                                     "REFINE",
                                     "TECH_EVAL_SOL_DEV",
                                     "PROPOSAL_NEGOTIATION",
                                     "MIGRATION_IMPL",
                                     "CLOSED_LOST",
                                     "CLOSED_ADMIN",
                                     NULL};
static const char *const sources[] = {"SOURCE_UNKNOWN",      "GOOGLE",  "GOOGLE_BDR",
                                      "GOOGLE_PROGRAMMATIC", "PARTNER", NULL};
static const char *const opportunity_types[] = {"OPPORTUNITY_TYPE_UNSPECIFIED", "REGULAR",
                                                "TWO_TIER", "ISV_SOLUTION_CONNECT", NULL};
static const struct gcp_member opportunity_members[] = {
    {"name", GCP_TEXT, 0, NULL, NULL, 0},
    {"customerDisplayName", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"state", GCP_WORD, 0, NULL, states, 0},
    {"stateDescription", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"stage", GCP_WORD, 0, NULL, stages, 0},
    {"owner", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"ownerEmail", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"creationDate", GCP_OBJECT, GCP_OUTPUT, &gcp_date_shape, NULL, 0},
    {"creatorEmail", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"source", GCP_WORD, GCP_OUTPUT, NULL, sources, 0},
    {"opportunityInfo", GCP_OBJECT, 0, &opportunity_info_shape, NULL, 0},
    {"qualificationInfo", GCP_OBJECT, 0, &qualification_info_shape, NULL, 0},
    {"customerInfo", GCP_OBJECT, 0, &customer_info_shape, NULL, 0},
    {"isvSolutionConnectInfo", GCP_OBJECT, 0, &isv_solution_connect_info_shape, NULL, 0},
    {"partnerInfo", GCP_OBJECT, 0, &partner_info_shape, NULL, 0},
    {"salesCycle", GCP_OBJECT, 0, &sales_cycle_shape, NULL, 0},
    {"winLossInfo", GCP_OBJECT, GCP_OUTPUT, &win_loss_info_shape, NULL, 0},
    {"opportunityLines", GCP_OBJECT, GCP_OUTPUT | GCP_REPEATED, &opportunity_line_shape, NULL, 0},
    {"opportunityTeamMembers", GCP_OBJECT, GCP_OUTPUT | GCP_REPEATED,
     &opportunity_team_member_shape, NULL, 0},
    {"customerContacts", GCP_OBJECT, GCP_OUTPUT | GCP_REPEATED, &customer_contact_shape, NULL, 0},
    {"rebateExtensions", GCP_OBJECT, GCP_OUTPUT | GCP_REPEATED, &rebate_extension_shape, NULL, 0},
    {"createTime", GCP_TIME, GCP_OUTPUT, NULL, NULL, 0},
    {"updateTime", GCP_TIME, GCP_OUTPUT, NULL, NULL, 0},
    {"referenceOpportunityId", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"opportunityType", GCP_WORD, 0, NULL, opportunity_types, 0},
    {"submitterEmail", GCP_TEXT, 0, NULL, NULL, 0},
};
const struct gcp_shape gcp_opportunity_shape = GCP_SHAPE(opportunity_members);
