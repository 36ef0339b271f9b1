/* As the published schemas have it. They know Microsoft's newest kinds of listing only in part, so
 * rows for those allow the members that the older kinds have. */
#include "tests/sandbox/azure/schemas.h"

/* clang-format off */
#define COMMON                                                                                     \
    {.name = "$schema", .kind = SHAPE_TEXT, .needed = true},                                       \
    {.name = "id", .kind = SHAPE_TEXT, .fits = shape_is_durable},                                  \
    {.name = "resourceName", .kind = SHAPE_TEXT, .fits = shape_is_name}
#define WHOLE_COMMON COMMON, {.name = "validations", .kind = SHAPE_ANY}
#define OF_PRODUCT {.name = "product", .kind = SHAPE_REFERENCE, .needed = true}
#define OF_PLAN    {.name = "plan", .kind = SHAPE_REFERENCE, .needed = true}
#define ONE_OF(name_, words_, needed_)\
    {.name = (name_), .kind = SHAPE_TEXT, .words = (words_), .needed = (needed_)}
#define TEXT(name_)         {.name = (name_), .kind = SHAPE_TEXT}
#define NEEDED_TEXT(name_)  {.name = (name_), .kind = SHAPE_TEXT, .needed = true}
#define DAY(name_)          {.name = (name_), .kind = SHAPE_TEXT, .fits = shape_is_day}
#define BOOLEAN(name_)      {.name = (name_), .kind = SHAPE_BOOL}
#define INNER(name_, inner_) {.name = (name_), .kind = SHAPE_OBJECT, .inner = &(inner_)}
#define LIST(name_, limit_, inner_)                                                                \
    {.name = (name_), .kind = SHAPE_LIST, .limit = (limit_), .inner = &(inner_)}
/* clang-format on */

static const char *const leaf_states[] = {"generallyAvailable", "deleted", NULL};
static const char *const states[] = {"generallyAvailable", "deprecated", "deleted", NULL};
static const char *const product_types[] = {"azureApplication",
                                            "azureContainer",
                                            "azureVirtualMachine",
                                            "consultingService",
                                            "containerApp",
                                            "coreVirtualMachine",
                                            "cosellOnly",
                                            "dynamics365BusinessCentral",
                                            "dynamics365ForCustomerEngagement",
                                            "dynamics365ForOperations",
                                            "iotEdgeModule",
                                            "managedService",
                                            "powerBiApp",
                                            "powerBiVisual",
                                            "softwareAsAService",
                                            "xbox360NonBackcompat",
                                            NULL};

/* ---- Products and plans. */
static const struct shape_member product_identity_rows[] = {
    {.name = "externalId", .kind = SHAPE_TEXT, .fits = shape_is_product, .needed = true}};
static const struct shape product_identity = SHAPE(product_identity_rows);
static const struct shape_member product_rows[] = {
    WHOLE_COMMON,
    {.name = "identity", .kind = SHAPE_OBJECT, .inner = &product_identity, .needed = true},
    ONE_OF("type", product_types, true),
    {.name = "alias", .kind = SHAPE_TEXT, .limit = 120, .needed = true},
    {.name = "deprecationSchedule", .kind = SHAPE_OBJECT},
    {.name = "productGroup", .kind = SHAPE_REFERENCE},
    ONE_OF("lifecycleState", states, false)};
const struct shape schema_product = SHAPE(product_rows);

static const char *const regions[] = {"azureGlobal", "azureGovernment", "azureGermany",
                                      "azureChina", NULL};
static const char *const subtypes[] = {"managedApplication", "solutionTemplate", NULL};
static const struct shape_member plan_identity_rows[] = {
    {.name = "externalId", .kind = SHAPE_TEXT, .fits = shape_is_plan, .needed = true}};
static const struct shape plan_identity = SHAPE(plan_identity_rows);
static const struct shape_member certification_rows[] = {
    {.name = "name", .kind = SHAPE_TEXT, .limit = 255, .needed = true},
    {.name = "link", .kind = SHAPE_TEXT, .limit = 1000, .fits = shape_is_web, .needed = true}};
static const struct shape certification = SHAPE(certification_rows);
static const struct shape_member plan_rows[] = {
    WHOLE_COMMON,
    OF_PRODUCT,
    {.name = "identity", .kind = SHAPE_OBJECT, .inner = &plan_identity, .needed = true},
    {.name = "alias", .kind = SHAPE_TEXT, .limit = 125, .needed = true},
    {.name = "azureRegions", .kind = SHAPE_TEXTS, .words = regions},
    LIST("azureGovernmentCertifications", 100, certification),
    {.name = "deprecationSchedule", .kind = SHAPE_OBJECT},
    {.name = "displayRank", .kind = SHAPE_NUMBER},
    ONE_OF("subtype", subtypes, false),
    ONE_OF("lifecycleState", states, false)};
const struct shape schema_plan = SHAPE(plan_rows);

static const struct shape_member setup_rows[] = {
    WHOLE_COMMON,
    OF_PRODUCT,
    {.name = "sellThroughMicrosoft", .kind = SHAPE_BOOL, .needed = true},
    BOOLEAN("useMicrosoftLicenseManagementService"),
    TEXT("callToAction")};
const struct shape schema_setup = SHAPE(setup_rows);

/* ---- Listings. */
static const char *const product_kinds[] = {"azureVM", "azureSaaS", "azureContainer",
                                            "azureApplication", NULL};
static const char *const terms_kinds[] = {"custom", "standardMicrosoft", NULL};
static const struct shape_member property_rows[] = {
    COMMON,
    OF_PRODUCT,
    ONE_OF("kind", product_kinds, true),
    {.name = "categories", .kind = SHAPE_OBJECT, .needed = true},
    {.name = "customAmendments", .kind = SHAPE_LIST},
    {.name = "industries", .kind = SHAPE_OBJECT},
    {.name = "additionalCategories", .kind = SHAPE_TEXTS},
    TEXT("appVersion"),
    TEXT("standardContractAmendment"),
    ONE_OF("termsConditions", terms_kinds, false),
    TEXT("termsOfUse"),
    TEXT("termsOfUseUrl"),
    ONE_OF("lifecycleState", leaf_states, false)};
const struct shape schema_property = SHAPE(property_rows);

static const struct shape_member contact_rows[] = {
    NEEDED_TEXT("name"),
    {.name = "email", .kind = SHAPE_TEXT, .fits = shape_is_mail},
    TEXT("phone"),
    {.name = "url", .kind = SHAPE_TEXT, .fits = shape_is_web}};
static const struct shape contact = SHAPE(contact_rows);
static const struct shape_member link_rows[] = {
    NEEDED_TEXT("displayText"),
    {.name = "link", .kind = SHAPE_TEXT, .fits = shape_is_web, .needed = true}};
static const struct shape link_shape = SHAPE(link_rows);
static const struct shape_member listing_rows[] = {
    COMMON,
    OF_PRODUCT,
    ONE_OF("kind", product_kinds, true),
    NEEDED_TEXT("languageId"),
    {.name = "title", .kind = SHAPE_TEXT, .limit = 200},
    {.name = "searchResultSummary", .kind = SHAPE_TEXT, .limit = 100},
    {.name = "shortDescription", .kind = SHAPE_TEXT, .limit = 256},
    {.name = "description", .kind = SHAPE_TEXT, .limit = 5000},
    TEXT("gettingStartedInstructions"),
    {.name = "searchKeywords", .kind = SHAPE_TEXTS, .limit = 3},
    INNER("cloudSolutionProviderContact", contact),
    INNER("engineeringContact", contact),
    INNER("supportContact", contact),
    TEXT("cloudSolutionProviderMarketingMaterials"),
    LIST("generalLinks", 0, link_shape),
    TEXT("globalSupportWebsite"),
    TEXT("governmentSupportWebsite"),
    TEXT("privacyPolicyLink"),
    ONE_OF("lifecycleState", leaf_states, false)};
const struct shape schema_listing = SHAPE(listing_rows);

static const char *const asset_kinds[] = {"azure", NULL};
static const char *const asset_types[] = {
    "azureLogoSmall",      "azureLogoMedium", "azureLogoLarge", "azureLogoWide",
    "azureLogoScreenshot", "azureLogoHero",   "pdfDocument",    NULL};
static const struct shape_member asset_rows[] = {
    COMMON,
    OF_PRODUCT,
    ONE_OF("kind", asset_kinds, true),
    ONE_OF("type", asset_types, true),
    NEEDED_TEXT("languageId"),
    {.name = "listing", .kind = SHAPE_REFERENCE, .needed = true},
    TEXT("description"),
    TEXT("fileName"),
    TEXT("friendlyName"),
    {.name = "displayOrder", .kind = SHAPE_WHOLE, .low = "0"},
    {.name = "url", .kind = SHAPE_TEXT, .fits = shape_is_web},
    ONE_OF("lifecycleState", leaf_states, false)};
const struct shape schema_asset = SHAPE(asset_rows);

static const char *const plan_kinds[] = {"azureVM-plan", "azureSaaS-plan", "azureContainer-plan",
                                         "azureApplication-plan", NULL};
static const struct shape_member plan_listing_rows[] = {
    COMMON,
    OF_PRODUCT,
    OF_PLAN,
    ONE_OF("kind", plan_kinds, true),
    NEEDED_TEXT("languageId"),
    {.name = "name", .kind = SHAPE_TEXT, .limit = 200},
    {.name = "summary", .kind = SHAPE_TEXT, .limit = 100},
    {.name = "description", .kind = SHAPE_TEXT, .limit = 3000},
    ONE_OF("lifecycleState", leaf_states, false)};
const struct shape schema_plan_listing = SHAPE(plan_listing_rows);

/* ---- Prices and who may buy. */
static const char *const audience_types[] = {"none", "subscription", "ea", "msdn", "tenant", NULL};
static const struct shape_member audience_rows[] = {ONE_OF("type", audience_types, true),
                                                    NEEDED_TEXT("id"), TEXT("label")};
static const struct shape audience = SHAPE(audience_rows);
static const struct shape_member offer_price_rows[] = {
    WHOLE_COMMON,
    OF_PRODUCT,
    {.name = "previewAudiences", .kind = SHAPE_LIST, .inner = &audience, .needed = true}};
const struct shape schema_offer_price = SHAPE(offer_price_rows);

static const char *const term_types[] = {"month", "year", NULL};
static const struct shape_member term_rows[] = {
    ONE_OF("type", term_types, true),
    {.name = "value", .kind = SHAPE_WHOLE, .low = "1", .needed = true}};
static const struct shape term = SHAPE(term_rows);
static const struct shape_member market_price_rows[] = {
    {.name = "markets", .kind = SHAPE_TEXTS, .needed = true},
    NEEDED_TEXT("currency"),
    {.name = "price", .kind = SHAPE_NUMBER, .low = "0", .needed = true}};
static const struct shape market_price = SHAPE(market_price_rows);
static const struct shape_member entry_rows[] = {
    {.name = "billingTerm", .kind = SHAPE_OBJECT, .inner = &term, .needed = true},
    INNER("paymentOption", term),
    {.name = "pricePerPaymentInUsd", .kind = SHAPE_NUMBER, .low = "0"},
    LIST("prices", 0, market_price)};
static const struct shape entry = SHAPE(entry_rows);
static const struct shape_member limit_rows[] = {{.name = "min", .kind = SHAPE_WHOLE, .low = "1"},
                                                 {.name = "max", .kind = SHAPE_WHOLE, .low = "1"}};
static const struct shape user_limits = SHAPE(limit_rows);
static const char *const modes[] = {"flatRate", "perUser", NULL};
static const char *const inputs[] = {"usd", "perMarket", NULL};
static const struct shape_member recurrent_rows[] = {
    ONE_OF("recurrentPriceMode", modes, false),
    ONE_OF("priceInputOption", inputs, false),
    INNER("userLimits", user_limits),
    {.name = "prices", .kind = SHAPE_LIST, .inner = &entry, .needed = true}};
static const struct shape recurrent = SHAPE(recurrent_rows);
static const struct shape_member included_rows[] = {
    {.name = "billingTerm", .kind = SHAPE_OBJECT, .inner = &term, .needed = true},
    {.name = "quantity", .kind = SHAPE_NUMBER, .low = "0"},
    {.name = "isInfinite", .kind = SHAPE_BOOL, .needed = true}};
static const struct shape included = SHAPE(included_rows);
static const struct shape_member meter_rows[] = {
    {.name = "pricePerPaymentInUsd", .kind = SHAPE_NUMBER, .low = "0"},
    LIST("includedQuantities", 0, included)};
static const struct shape meter = SHAPE(meter_rows);
static const struct shape_member meters_rows[] = {
    ONE_OF("priceInputOption", inputs, false),
    {.name = "meters", .kind = SHAPE_MAP, .inner = &meter}};
static const struct shape meters = SHAPE(meters_rows);
static const struct shape_member pricing_rows[] = {INNER("recurrentPrice", recurrent),
                                                   INNER("customMeters", meters)};
static const struct shape pricing = SHAPE(pricing_rows);

static const char *const audiences[] = {"public", "private", NULL};
static const char *const visibilities[] = {"visible", "hidden", NULL};
static const char *const market_kinds[] = {"customMarkets", "allMarkets", "allTaxRemittedMarkets",
                                           NULL};
static const struct shape_member plan_price_rows[] = {
    WHOLE_COMMON,
    OF_PRODUCT,
    OF_PLAN,
    ONE_OF("visibility", visibilities, true),
    ONE_OF("audience", audiences, true),
    TEXT("billingTag"),
    ONE_OF("customerMarkets", market_kinds, false),
    {.name = "markets", .kind = SHAPE_TEXTS},
    LIST("privateAudiences", 0, audience),
    {.name = "pricing", .kind = SHAPE_OBJECT},
    {.name = "softwareReservation", .kind = SHAPE_ANY},
    {.name = "trial", .kind = SHAPE_ANY}};
const struct shape schema_plan_price = SHAPE(plan_price_rows);

static const struct shape_member vm_rows[] = {
    {.name = "quantity", .kind = SHAPE_NUMBER, .low = "0.01", .needed = true},
    {.name = "unitPricePerPaymentPeriodInUsd", .kind = SHAPE_NUMBER, .low = "0", .needed = true}};
static const struct shape vm_price = SHAPE(vm_rows);
static const struct shape_member reservation_rows[] = {
    {.name = "reservationDuration", .kind = SHAPE_OBJECT, .inner = &term, .needed = true},
    {.name = "paymentSchedule", .kind = SHAPE_OBJECT, .inner = &term, .needed = true},
    {.name = "vmPrices",
     .kind = SHAPE_MAP,
     .fits = shape_is_core,
     .inner = &vm_price,
     .needed = true}};
static const struct shape reservation = SHAPE(reservation_rows);
static const char *const pricing_types[] = {
    "editExistingOfferPricingOnly", "saasNewCustomizedPlans", "vmSoftwareReservations", NULL};
static const struct shape_member price_rows[] = {WHOLE_COMMON,
                                                 OF_PRODUCT,
                                                 OF_PLAN,
                                                 ONE_OF("offerPricingType", pricing_types, false),
                                                 TEXT("visibility"),
                                                 TEXT("lifecycleState"),
                                                 INNER("pricing", pricing),
                                                 INNER("softwareReservation", reservation)};
const struct shape schema_price = SHAPE(price_rows);

/* ---- Resellers, leads, submissions. */
static const char *const channel_states[] = {"notSet", "none", "some", "all", "terminated", NULL};
static const struct shape_member reseller_rows[] = {
    WHOLE_COMMON,
    OF_PRODUCT,
    ONE_OF("resellerChannelState", channel_states, true),
    {.name = "audiences", .kind = SHAPE_LIST, .inner = &audience, .needed = true}};
const struct shape schema_reseller = SHAPE(reseller_rows);

static const char *const destinations[] = {
    "none", "blob", "dynamics", "email", "httpsEndpoint", "marketo", "salesforce", "table", NULL};
#define DESTINATION(name_)                                                                         \
    {                                                                                              \
        .name = (name_), .kind = SHAPE_OBJECT                                                      \
    }
static const struct shape_member leads_rows[] = {WHOLE_COMMON,
                                                 OF_PRODUCT,
                                                 ONE_OF("leadDestination", destinations, true),
                                                 DESTINATION("blobLeadConfiguration"),
                                                 DESTINATION("dynamicsLeadConfiguration"),
                                                 DESTINATION("emailLeadConfiguration"),
                                                 DESTINATION("httpsEndpointLeadConfiguration"),
                                                 DESTINATION("marketoLeadConfiguration"),
                                                 DESTINATION("salesforceLeadConfiguration"),
                                                 DESTINATION("tableLeadConfiguration")};
const struct shape schema_leads = SHAPE(leads_rows);

static const char *const targets[] = {"preview", "live", NULL};
static const char *const live_states[] = {"generallyAvailable", "deprecated", NULL};
static const struct shape_member target_rows[] = {ONE_OF("targetType", targets, true)};
static const struct shape target = SHAPE(target_rows);
static const struct shape_member submission_rows[] = {
    WHOLE_COMMON,
    OF_PRODUCT,
    {.name = "target", .kind = SHAPE_OBJECT, .inner = &target, .needed = true},
    ONE_OF("lifecycleState", live_states, false),
    {.name = "deprecationSchedule", .kind = SHAPE_OBJECT},
    TEXT("status"),
    TEXT("result"),
    TEXT("created")};
const struct shape schema_submission = SHAPE(submission_rows);

/* ---- Private offers. */
static const char *const offer_kinds[] = {"customerPromotion", "cspPromotion",
                                          "multipartyPromotionOriginator",
                                          "multipartyPromotionChannelPartner", NULL};
static const char *const wishes[] = {"draft", "live", "withdrawn", "deleted", NULL};
static const char *const discounts[] = {"percentage", "absolute", NULL};
static const char *const recipient_types[] = {"cspCustomer", NULL};
static const struct shape_member recipient_rows[] = {
    {.name = "id", .kind = SHAPE_TEXT, .fits = shape_is_guid, .needed = true},
    ONE_OF("recipientType", recipient_types, true)};
static const struct shape recipient = SHAPE(recipient_rows);
static const struct shape_member beneficiary_rows[] = {
    NEEDED_TEXT("id"), TEXT("description"), LIST("beneficiaryRecipients", 25, recipient)};
static const struct shape beneficiary = SHAPE(beneficiary_rows);
static const struct shape_member partner_rows[] = {
    {.name = "id", .kind = SHAPE_TEXT, .fits = shape_is_digits, .needed = true},
    TEXT("partnerName"),
    TEXT("location")};
static const struct shape partner = SHAPE(partner_rows);
static const struct shape_member document_rows[] = {
    {.name = "sasUrl", .kind = SHAPE_TEXT, .fits = shape_is_web, .needed = true},
    TEXT("fileName"),
    TEXT("customerFacingDocumentName")};
static const struct shape terms_document = SHAPE(document_rows);
static const struct shape_member details_rows[] = {TEXT("id"), TEXT("name"), TEXT("description")};
static const struct shape plan_details = SHAPE(details_rows);
static const struct shape_member item_rows[] = {
    OF_PRODUCT,
    {.name = "plan", .kind = SHAPE_REFERENCE},
    {.name = "basePlan", .kind = SHAPE_REFERENCE},
    INNER("newPlanDetails", plan_details),
    ONE_OF("discountType", discounts, true),
    {.name = "discountPercentage", .kind = SHAPE_NUMBER, .low = "0.01", .high = "100"},
    {.name = "markupPercentage", .kind = SHAPE_NUMBER, .low = "0.00000001", .high = "100"},
    {.name = "priceDetails", .kind = SHAPE_REFERENCE},
    TEXT("productName"),
    TEXT("planName"),
    TEXT("featureAvailabilityId"),
    TEXT("availabilityInstanceId")};
static const struct shape item = SHAPE(item_rows);
static const struct shape_member upgrade_rows[] = {
    {.name = "id", .kind = SHAPE_TEXT, .fits = shape_is_durable, .needed = true}, TEXT("name")};
static const struct shape upgrade = SHAPE(upgrade_rows);
static const struct shape_member offer_rows[] = {
    COMMON,
    NEEDED_TEXT("name"),
    ONE_OF("privateOfferType", offer_kinds, true),
    ONE_OF("state", wishes, true),
    ONE_OF("offerPricingType", pricing_types, false),
    BOOLEAN("variableStartDate"),
    DAY("start"),
    DAY("end"),
    DAY("acceptBy"),
    {.name = "preparedBy", .kind = SHAPE_TEXT, .fits = shape_is_mail},
    {.name = "notificationContacts", .kind = SHAPE_TEXTS, .limit = 5, .fits = shape_is_mail},
    LIST("beneficiaries", 400, beneficiary),
    LIST("partners", 1, partner),
    LIST("pricing", 10, item),
    LIST("originatorPricing", 10, item),
    TEXT("termsAndConditionsDocSasUrl"),
    LIST("termsAndConditionsDocs", 5, terms_document),
    LIST("originatorTermsAndConditionsDocs", 0, terms_document),
    INNER("upgradedFrom", upgrade),
    {.name = "notes", .kind = SHAPE_TEXT, .limit = 60},
    TEXT("lastModified"),
    TEXT("eTag")};
const struct shape schema_offer = SHAPE(offer_rows);
