/* The change types and the shapes of their documents and terms. */
#include <string.h>

#include "tests/sandbox/changes.h"
#include "tests/sandbox/formats.h"
#include "tests/sandbox/market_formats.h"
#include "tests/sandbox/rows.h"
#include "tests/sandbox/words.h"

static const char *const words_models[] = {"Byol", "Free", "Usage", "Contract", NULL};
static const char *const words_resale_models[] = {"Free", "Usage", "Contract", NULL};
static const char *const words_acquisitions[] = {"AwsMarketplace", "External", NULL};
static const char *const words_money[] = {"USD", "EUR", "GBP", "AUD", "JPY", NULL};
static const char *const words_documents[] = {"CustomEula", "StandardEula", "CustomDsa",
                                              "StandardDsa", NULL};
static const char *const words_resale_documents[] = {
    "StandardEula", "CustomEula", "StandardResellerContract", "CustomResellerContract", NULL};
static const char *const words_versions[] = {"2019-04-24", "2022-07-14", "2019-12-12", NULL};
static const char *const words_constraints[] = {"Allowed", "Disallowed", NULL};
static const char *const words_selectors[] = {"Duration", NULL};
static const char *const words_monthly[] = {"Monthly", NULL};
static const char *const words_periods[] = {"P15D", "P30D", "P45D", "P60D", "P90D", "P120D", NULL};
static const char *const words_approvals[] = {"AutoApproveOnExpiration", "AutoRejectOnExpiration",
                                              "WaitForApproval", NULL};
static const char *const words_dimension_types[] = {"Entitled", "Metered", "ExternallyMetered",
                                                    NULL};
static const char *const words_targets[] = {"Public", "Restricted", "Limited", NULL};

#define NAMED(path, max, flags)                                                                    \
    {                                                                                              \
        path, FIELD_TEXT, 1, max, NULL, is_named, flags                                            \
    }
#define TEXTS(path, min, max) LIST(path, min, max, 0), TEXT(path "[]", 1, 0, 0)

/* clang-format off */
/* ---- Terms. */
#define TYPE  TEXT("Type", 1, 0, NEEDED)
#define MONEY WORD("CurrencyCode", words_money, NEEDED)
#define RATES(path)                                                                                \
    LIST(path ".RateCard", 1, 800, NEEDED), OBJECT(path ".RateCard[]", 0),                         \
    TEXT(path ".RateCard[].DimensionKey", 1, 100, NEEDED),                                         \
    FORM(path ".RateCard[].Price", is_rate, NEEDED)
#define GRANTS                                                                                     \
    LIST("Grants", 1, 800, NEEDED), OBJECT("Grants[]", 0),                                         \
    TEXT("Grants[].DimensionKey", 1, 100, NEEDED), NUMBER("Grants[].MaxQuantity", 1, 2147483646, 0)
#define SCHEDULE                                                                                   \
    LIST("Schedule", 1, 60, NEEDED), OBJECT("Schedule[]", 0),                                      \
    FORM("Schedule[].ChargeDate", is_day, NEEDED),                                                 \
    FORM("Schedule[].ChargeAmount", is_charge, NEEDED)
#define CARDS                                                                                      \
    LIST("RateCards", 1, 5, NEEDED), OBJECT("RateCards[]", 0),                                     \
    OBJECT("RateCards[].Selector", NEEDED),                                                        \
    WORD("RateCards[].Selector.Type", words_selectors, NEEDED),                                    \
    FORM("RateCards[].Selector.Value", is_contract_period, NEEDED),                                \
    OBJECT("RateCards[].Constraints", NEEDED),                                                     \
    WORD("RateCards[].Constraints.MultipleDimensionSelection", words_constraints, NEEDED),         \
    WORD("RateCards[].Constraints.QuantityConfiguration", words_constraints, NEEDED),              \
    RATES("RateCards[]")

static const struct field usage_rows[] = {
    TYPE, MONEY, LIST("RateCards", 1, 1, NEEDED), OBJECT("RateCards[]", 0), RATES("RateCards[]"),
};
static const struct field configurable_rows[] = {TYPE, MONEY, CARDS};
static const struct field fixed_rows[] = {
    TYPE, MONEY, FORM("Price", is_price, NEEDED), FORM("Duration", is_contract_period, 0), GRANTS,
};
static const struct field recurring_rows[] = {
    TYPE, MONEY, WORD("BillingPeriod", words_monthly, NEEDED), FORM("Price", is_price, NEEDED),
};
static const struct field trial_rows[] = {
    TYPE, FORM("Duration", is_contract_period, NEEDED), GRANTS,
};
static const struct field byol_rows[] = {TYPE};
static const struct field schedule_rows[] = {TYPE, MONEY, SCHEDULE};
static const struct field legal_rows[] = {
    TYPE, LIST("Documents", 1, 1, NEEDED), OBJECT("Documents[]", 0),
    WORD("Documents[].Type", words_documents, NEEDED),
    {"Documents[].Url", FIELD_TEXT, 1, 32000, NULL, is_link, 0},
    WORD("Documents[].Version", words_versions, 0),
};
static const struct field validity_rows[] = {
    TYPE, FORM("AgreementDuration", is_contract_period, 0), FORM("AgreementStartDate", is_day, 0),
    FORM("AgreementEndDate", is_day, 0),
};
static const struct field support_rows[] = {TYPE, FORM("RefundPolicy", is_refund_policy, NEEDED)};
static const struct field renewal_rows[] = {
    TYPE, FORM("LockoutPeriod", is_contract_period, 0),
    FORM("AdjustmentDeadline", is_contract_period, 0), ANY("MaxRenewals", 0),
    OBJECT("PriceIncrease", 0), ANY("PriceIncrease.Type", 0), ANY("PriceIncrease.Value", 0),
    ANY("PriceIncrease.Range", 0), ANY("PriceIncrease.FixedPercentage", 0),
    ANY("PriceIncrease.PercentageRange", 0), LIST("TermTemplates", 0, 0, 0),
};
static const struct field net_payment_rows[] = {
    TYPE, WORD("PaymentDuePeriod", words_periods, NEEDED),
};
static const struct field verification_rows[] = {
    TYPE, WORD("ApprovalStrategy", words_approvals, NEEDED),
    FORM("ExpirationDuration", is_contract_period, 0),
};
static const struct field resale_legal_rows[] = {
    TYPE, LIST("Documents", 1, 0, NEEDED), OBJECT("Documents[]", 0),
    WORD("Documents[].Type", words_resale_documents, NEEDED),
    FORM("Documents[].Url", is_link, 0),
};
static const struct field buyer_targeting_rows[] = {
    TYPE, OBJECT("PositiveTargeting", NEEDED), LIST("PositiveTargeting.BuyerAccounts", 1, 0, 0),
    TEXT("PositiveTargeting.BuyerAccounts[]", 1, 0, 0),
};
static const struct field buyer_validity_rows[] = {
    TYPE, FORM("MaximumAgreementStartDate", is_day, NEEDED),
};

#define ROWS(table) table, COUNT(table)
static const struct term_type term_types[] = {
    {"UsageBasedPricingTerm", ROWS(usage_rows)},
    {"ConfigurableUpfrontPricingTerm", ROWS(configurable_rows)},
    {"FixedUpfrontPricingTerm", ROWS(fixed_rows)},
    {"RecurringPaymentTerm", ROWS(recurring_rows)},
    {"FreeTrialPricingTerm", ROWS(trial_rows)},
    {"ByolPricingTerm", ROWS(byol_rows)},
    {"PaymentScheduleTerm", ROWS(schedule_rows)},
    {"LegalTerm", ROWS(legal_rows)},
    {"ValidityTerm", ROWS(validity_rows)},
    {"SupportTerm", ROWS(support_rows)},
    {"RenewalTerm", ROWS(renewal_rows)},
    {"NetPaymentTerm", ROWS(net_payment_rows)},
    {"CustomerVerificationTerm", ROWS(verification_rows)},
    {"ResaleUsageBasedPricingTerm", ROWS(usage_rows)},
    {"ResaleConfigurableUpfrontPricingTerm", ROWS(configurable_rows)},
    {"ResaleFixedUpfrontPricingTerm", ROWS(fixed_rows)},
    {"ResalePaymentScheduleTerm", ROWS(schedule_rows)},
    {"BuyerLegalTerm", ROWS(resale_legal_rows)},
    {"ResaleLegalTerm", ROWS(resale_legal_rows)},
    {"BuyerTargetingTerm", ROWS(buyer_targeting_rows)},
    {"BuyerValidityTerm", ROWS(buyer_validity_rows)},
};

/* ---- Documents. */
static const struct field create_offer_rows[] = {
    FORM("ProductId", is_product_id, NEEDED), NAMED("Name", 150, 0),
    FORM("OfferSetId", is_offer_set_id, 0),
};
static const struct field create_replacement_rows[] = {
    FORM("AgreementId", is_agreement_id, NEEDED), NAMED("Name", 150, 0),
};
static const struct field create_reseller_rows[] = {
    NAMED("ResaleAuthorizationId", 50, NEEDED), NAMED("Name", 150, 0), NAMED("Description", 255, 0),
    FORM("OfferSetId", is_offer_set_id, 0),
};
static const struct field create_reseller_replacement_rows[] = {
    NAMED("ResaleAuthorizationId", 50, NEEDED), FORM("AgreementId", is_agreement_id, NEEDED),
    NAMED("Name", 150, 0),
};
static const struct field offer_information_rows[] = {
    NAMED("Name", 150, 0), NAMED("Description", 255, 0), OBJECT("PreExistingAgreement", FIELD_NULL),
    WORD("PreExistingAgreement.AcquisitionChannel", words_acquisitions, NEEDED),
    WORD("PreExistingAgreement.PricingModel", words_models, NEEDED),
};
static const struct field targeting_rows[] = {
    OBJECT("PositiveTargeting", 0), TEXTS("PositiveTargeting.BuyerAccounts", 1, 0),
    TEXTS("PositiveTargeting.CountryCodes", 1, 244), OBJECT("NegativeTargeting", 0),
    LIST("NegativeTargeting.CountryCodes", 1, 244, NEEDED),
    TEXT("NegativeTargeting.CountryCodes[]", 1, 0, 0),
};
#define TERMS(min, max) LIST("Terms", min, max, NEEDED), ANY("Terms[]", 0)
static const struct field one_term_rows[] = {TERMS(1, 1)};
static const struct field optional_term_rows[] = {TERMS(0, 1)};
static const struct field some_terms_rows[] = {TERMS(1, 0)};
static const struct field pricing_rows[] = {
    WORD("PricingModel", words_models, NEEDED), TERMS(1, 0),
};
static const struct field resale_pricing_rows[] = {
    WORD("PricingModel", words_resale_models, NEEDED), TERMS(0, 0),
};
static const struct field markup_rows[] = {FORM("Percentage", is_percentage, NEEDED)};
static const struct field availability_rows[] = {FORM("AvailabilityEndDate", is_day, NEEDED)};
static const struct field create_set_rows[] = {NAMED("Name", 150, 0)};
static const struct field set_information_rows[] = {
    NAMED("Name", 150, 0), TEXT("BuyerNotes", 1, 1000, 0),
};
static const struct field set_offers_rows[] = {
    LIST("Offers", 1, 7, NEEDED), OBJECT("Offers[]", 0),
    FORM("Offers[].OfferId", is_resource_id, NEEDED),
};
static const struct field create_resale_rows[] = {
    NAMED("Name", 100, NEEDED), TEXT("Description", 1, 255, 0),
    FORM("ProductId", is_product_id, NEEDED), FORM("ResellerAccountId", is_account, NEEDED),
};
static const struct field resale_information_rows[] = {
    NAMED("Name", 100, 0), TEXT("Description", 1, 255, 0), OBJECT("PreExistingBuyerAgreement", 0),
    WORD("PreExistingBuyerAgreement.AcquisitionChannel", words_acquisitions, NEEDED),
    WORD("PreExistingBuyerAgreement.PricingModel", words_models, NEEDED),
};
static const struct field resale_availability_rows[] = {
    FORM("AvailabilityEndDate", is_day, 0), NUMBER("OffersMaxQuantity", 1, 1, 0),
};
static const struct field create_product_rows[] = {NAMED("ProductTitle", 72, 0)};
static const struct field product_information_rows[] = {
    NAMED("ProductTitle", 72, 0), NAMED("ShortDescription", 1000, 0),
    NAMED("LongDescription", 5000, 0), NAMED("Sku", 5000, 0), FORM("LogoUrl", is_secure_link, 0),
    TEXTS("VideoUrls", 0, 1), TEXTS("Highlights", 0, 500), LIST("AdditionalResources", 0, 3, 0),
    OBJECT("AdditionalResources[]", 0), NAMED("AdditionalResources[].Text", 500, NEEDED),
    FORM("AdditionalResources[].Url", is_link, NEEDED), NAMED("SupportDescription", 2000, 0),
    TEXTS("Categories", 1, 3), TEXTS("AssociatedProducts", 1, 10), TEXTS("SearchKeywords", 1, 50),
};
#define DIMENSION_TYPES                                                                            \
    FORM("Key", is_dimension_key, NEEDED), LIST("Types", 1, 3, NEEDED),                            \
    WORD("Types[]", words_dimension_types, 0)
#define ADDED(name)                                                                                \
    NAMED("Name", name, NEEDED), NAMED("Description", 1000, NEEDED), NAMED("Unit", 20, NEEDED),    \
    DIMENSION_TYPES
#define UPDATED(name) NAMED("Name", name, 0), NAMED("Description", 1000, 0), DIMENSION_TYPES
static const struct field add_dimension_rows[] = {ADDED(80)};
static const struct field update_dimension_rows[] = {UPDATED(80)};
static const struct field add_long_dimension_rows[] = {ADDED(500)};
static const struct field update_long_dimension_rows[] = {UPDATED(500)};
static const struct field restrict_dimension_rows[] = {DIMENSION_TYPES};
static const struct field visibility_rows[] = {
    WORD("TargetVisibility", words_targets, NEEDED), FORM("ReplacementProductId", is_product_id, 0),
};
static const struct field product_targeting_rows[] = {
    OBJECT("PositiveTargeting", NEEDED), LIST("PositiveTargeting.BuyerAccounts", 0, 100, NEEDED),
    FORM("PositiveTargeting.BuyerAccounts[]", is_account, 0),
};
static const struct field region_rows[] = {
    LIST("Regions", 1, 100, NEEDED), TEXT("Regions[]", 1, 32, 0),
};

/* ---- Types. */
static const char *const pricing_terms[] = {
    "UsageBasedPricingTerm", "ConfigurableUpfrontPricingTerm", "FixedUpfrontPricingTerm",
    "RecurringPaymentTerm", "FreeTrialPricingTerm", "ByolPricingTerm", NULL};
static const char *const schedule_terms[] = {"PaymentScheduleTerm", NULL};
static const char *const legal_terms[] = {"LegalTerm", NULL};
static const char *const validity_terms[] = {"ValidityTerm", NULL};
static const char *const support_terms[] = {"SupportTerm", NULL};
static const char *const renewal_terms[] = {"RenewalTerm", NULL};
static const char *const net_payment_terms[] = {"NetPaymentTerm", NULL};
static const char *const verification_terms[] = {"CustomerVerificationTerm", NULL};
static const char *const resale_pricing_terms[] = {
    "ResaleUsageBasedPricingTerm", "ResaleConfigurableUpfrontPricingTerm",
    "ResaleFixedUpfrontPricingTerm", NULL};
static const char *const resale_schedule_terms[] = {"ResalePaymentScheduleTerm", NULL};
static const char *const resale_legal_terms[] = {"BuyerLegalTerm", "ResaleLegalTerm", NULL};
static const char *const buyer_targeting_terms[] = {"BuyerTargetingTerm", NULL};
static const char *const buyer_validity_terms[] = {"BuyerValidityTerm", NULL};

#define EMPTY     NULL, 0
#define SOFTWARE  (ENTITY_SAAS | ENTITY_AMI | ENTITY_CONTAINER)
#define DESCRIBED (SOFTWARE | ENTITY_MODEL) /* data products have no published change shapes */
static const struct change_type change_types[] = {
    {ENTITY_OFFER, "CreateOffer", ROWS(create_offer_rows), NULL, apply_create_offer, CHANGE_CREATES},
    {ENTITY_OFFER, "CreateReplacementOffer", ROWS(create_replacement_rows), NULL,
     apply_create_replacement, CHANGE_CREATES},
    {ENTITY_OFFER, "CreateOfferUsingResaleAuthorization", ROWS(create_reseller_rows), NULL,
     apply_create_reseller, CHANGE_CREATES},
    {ENTITY_OFFER, "CreateReplacementOfferUsingResaleAuthorization",
     ROWS(create_reseller_replacement_rows), NULL, apply_create_reseller_replacement,
     CHANGE_CREATES},
    {ENTITY_OFFER, "UpdateInformation", ROWS(offer_information_rows), NULL, apply_information,
     CHANGE_LATER},
    {ENTITY_OFFER, "UpdateTargeting", ROWS(targeting_rows), NULL, apply_targeting, 0},
    {ENTITY_OFFER, "UpdateLegalTerms", ROWS(one_term_rows), legal_terms, apply_terms, 0},
    {ENTITY_OFFER, "UpdatePricingTerms", ROWS(pricing_rows), pricing_terms, apply_pricing,
     CHANGE_PUBLIC},
    {ENTITY_OFFER, "UpdatePaymentScheduleTerms", ROWS(optional_term_rows), schedule_terms,
     apply_terms, 0},
    {ENTITY_OFFER, "UpdateValidityTerms", ROWS(optional_term_rows), validity_terms, apply_terms, 0},
    {ENTITY_OFFER, "UpdateSupportTerms", ROWS(optional_term_rows), support_terms, apply_terms,
     CHANGE_PUBLIC},
    {ENTITY_OFFER, "UpdateRenewalTerms", ROWS(optional_term_rows), renewal_terms, apply_terms, 0},
    {ENTITY_OFFER, "UpdateNetPaymentTerms", ROWS(optional_term_rows), net_payment_terms, apply_terms,
     0},
    {ENTITY_OFFER, "UpdateCustomerVerificationTerms", ROWS(optional_term_rows), verification_terms,
     apply_terms, 0},
    {ENTITY_OFFER, "UpdateMarkup", ROWS(markup_rows), NULL, apply_markup, 0},
    {ENTITY_OFFER, "UpdateAvailability", ROWS(availability_rows), NULL, apply_availability,
     CHANGE_LATER},
    {ENTITY_OFFER, "ReleaseOffer", EMPTY, NULL, apply_release, CHANGE_RELEASES},

    {ENTITY_OFFER_SET, "CreateOfferSet", ROWS(create_set_rows), NULL, apply_create_set,
     CHANGE_CREATES},
    {ENTITY_OFFER_SET, "UpdateInformation", ROWS(set_information_rows), NULL, apply_information,
     CHANGE_LATER},
    {ENTITY_OFFER_SET, "AssociateOffers", ROWS(set_offers_rows), NULL, apply_associate, 0},
    {ENTITY_OFFER_SET, "DisassociateOffers", ROWS(set_offers_rows), NULL, apply_disassociate, 0},
    {ENTITY_OFFER_SET, "ReleaseOfferSet", EMPTY, NULL, apply_release_set, CHANGE_RELEASES},

    {ENTITY_RESALE, "CreateResaleAuthorization", ROWS(create_resale_rows), NULL, apply_create_resale,
     CHANGE_CREATES},
    {ENTITY_RESALE, "UpdateInformation", ROWS(resale_information_rows), NULL, apply_information,
     CHANGE_LATER},
    {ENTITY_RESALE, "UpdatePricingTerms", ROWS(resale_pricing_rows), resale_pricing_terms,
     apply_pricing, 0},
    {ENTITY_RESALE, "UpdatePaymentScheduleTerms", ROWS(optional_term_rows), resale_schedule_terms,
     apply_terms, 0},
    {ENTITY_RESALE, "UpdateLegalTerms", ROWS(some_terms_rows), resale_legal_terms, apply_terms, 0},
    {ENTITY_RESALE, "UpdateBuyerTargetingTerms", ROWS(one_term_rows), buyer_targeting_terms,
     apply_buyer_targeting, 0},
    {ENTITY_RESALE, "UpdateBuyerValidityTerms", ROWS(one_term_rows), buyer_validity_terms,
     apply_terms, 0},
    {ENTITY_RESALE, "UpdateAvailability", ROWS(resale_availability_rows), NULL,
     apply_resale_availability, CHANGE_LATER},
    {ENTITY_RESALE, "ReleaseResaleAuthorization", EMPTY, NULL, apply_release_resale,
     CHANGE_RELEASES},
    {ENTITY_RESALE, "RestrictResaleAuthorization", EMPTY, NULL, apply_restrict_resale, CHANGE_LATER},

    {SOFTWARE, "CreateProduct", ROWS(create_product_rows), NULL, apply_create_product,
     CHANGE_CREATES},
    {DESCRIBED, "UpdateInformation", ROWS(product_information_rows), NULL,
     apply_product_information, CHANGE_LATER},
    {ENTITY_SAAS, "AddDimensions", ROWS(add_dimension_rows), NULL, apply_add_dimensions,
     CHANGE_LATER | CHANGE_LIST},
    {ENTITY_SAAS, "UpdateDimensions", ROWS(update_dimension_rows), NULL, apply_update_dimensions,
     CHANGE_LATER | CHANGE_LIST},
    {ENTITY_AMI | ENTITY_CONTAINER, "AddDimensions", ROWS(add_long_dimension_rows), NULL,
     apply_add_dimensions, CHANGE_LATER | CHANGE_LIST},
    {ENTITY_CONTAINER, "UpdateDimensions", ROWS(update_long_dimension_rows), NULL,
     apply_update_dimensions, CHANGE_LATER | CHANGE_LIST},
    {ENTITY_SAAS | ENTITY_AMI, "RestrictDimensions", ROWS(restrict_dimension_rows), NULL,
     apply_restrict_dimensions, CHANGE_LATER | CHANGE_LIST},
    {DESCRIBED, "UpdateVisibility", ROWS(visibility_rows), NULL, apply_visibility, CHANGE_LATER},
    {DESCRIBED, "UpdateTargeting", ROWS(product_targeting_rows), NULL, apply_product_targeting,
     CHANGE_LATER},
    {SOFTWARE, "ReleaseProduct", EMPTY, NULL, apply_release_product, CHANGE_RELEASES},
    {ENTITY_AMI, "AddRegions", ROWS(region_rows), NULL, apply_add_regions, CHANGE_LATER},
    {ENTITY_AMI, "RestrictRegions", ROWS(region_rows), NULL, apply_restrict_regions, CHANGE_LATER},
};
/* clang-format on */

const struct change_type *change_type_find(const struct entity_type *entity, const char *name)
{
    for (size_t i = 0; i < COUNT(change_types); i++) {
        if (change_types[i].kinds & entity->kind && text_equal(change_types[i].name, name))
            return &change_types[i];
    }
    return NULL;
}

static const struct term_type *find_term(const char *name)
{
    for (size_t i = 0; i < COUNT(term_types); i++) {
        if (!strcmp(term_types[i].name, name))
            return &term_types[i];
    }
    return NULL;
}

static void check_terms(const struct change_type *type, const struct json *terms, const char *shown,
                        struct failure *failure)
{
    for (size_t i = 0; terms && i < terms->count; i++) {
        const char *place = arena_printf(failure->arena, "%s.terms[%zu]", shown, i);
        const char *name = json_get_text(terms->items[i], "Type");
        bool fits = name && words_have(type->terms, name);
        const struct term_type *term = fits ? find_term(name) : NULL;
        if (term)
            fields_check_rows(term->rows, term->row_count, place, terms->items[i], failure);
        else
            fail_field(failure, "INVALID_VALUE", place, "'%.80s' is no type of term of a %s",
                       name ? name : "", type->name);
    }
}

void change_check(const struct change_type *type, const struct json *details, const char *shown,
                  struct failure *failure)
{
    if (!(type->flags & CHANGE_LIST)) {
        fields_check_rows(type->rows, type->row_count, shown, details, failure);
        if (type->terms && !fail_pending(failure))
            check_terms(type, json_get(details, "Terms"), shown, failure);
        return;
    }
    if (details->type != JSON_ARRAY || !details->count) {
        fail_field(failure, "INVALID_VALUE", shown, "is no list");
        return;
    }
    for (size_t i = 0; i < details->count; i++)
        fields_check_rows(type->rows, type->row_count,
                          arena_printf(failure->arena, "%s[%zu]", shown, i), details->items[i],
                          failure);
}
