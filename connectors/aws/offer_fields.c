/* How canonical offer fields stand in the document that offer_document.c puts together. What is
 * written goes by change types of its own, not through this document: `path` is for reading. */
#include "connectors/aws/offers.h"
#include "connectors/field_rows.h"

#define DETAILS "Entity.DetailsDocument."

static const char *const states[] = {
    "draft",   "draft",    "open",     "open",     "cancelled", "cancelled", "expired",
    "expired", "accepted", "accepted", "replaced", "replaced",  NULL,
};

static const char *const forms[] = {
    "private", "private", "replacement",          "replacement",
    "channel", "channel", "resale_authorization", "resale_authorization",
    NULL,
};

static const char *const pricings[] = {
    "fixed", "fixed", "configurable", "configurable", "usage", "usage",
    "free",  "free",  "byol",         "byol",         NULL,
};

static const char *const currencies[] = {"USD", "EUR", "GBP", "AUD", "JPY", "CAD", NULL};

const struct remote_field aws_offer_fields[] = {
    ROW("id", SERVICE, "Derived.Id", "EntityId"),
    /* With the note and the mark of an offer that was taken back: 255 characters at most. */
    TEXT("partner_reference", DRAFTED, "Derived.Reference", 60, "Description"),
    TEXT("title", DRAFTED, DETAILS "Name", 150, "Name"),
    TEXT("note", DRAFTED, "Derived.Note", 180, "Description"),
    {FIELD("form", BORN, "Derived.Form", "CreateOffer"), .words = forms},
    TEXT("product", BORN, DETAILS "ProductId", 50, "ProductId"),
    ROW("buyer_accounts", DRAFTED, "Derived.BuyerAccounts", "PositiveTargeting.BuyerAccounts"),
    ROW("countries", DRAFTED, DETAILS "Rules[Type=TargetingRule].PositiveTargeting.CountryCodes",
        "PositiveTargeting.CountryCodes"),
    ROW("reseller", BORN, DETAILS "Rules[Type=PartnerTargetingRule].ResellerAccountId",
        "ResellerAccountId"),
    TEXT("resale_authorization", BORN, DETAILS "ResaleAuthorizationId", 50,
         "ResaleAuthorizationId"),
    ROW("markup", DRAFTED, "Derived.Markup", "MarkupPercentage"),
    TEXT("replaces", BORN, "Derived.Replaces", 64, "AgreementId"),
    ROW("offer_set", BORN, DETAILS "OfferSetId", "OfferSetId"),
    {FIELD("state", SERVICE, "Derived.State", "State"), .words = states},
    {FIELD("pricing", DRAFTED, "Derived.Pricing", "PricingModel"), .words = pricings},
    {FIELD("currency", DRAFTED, "Derived.Currency", "CurrencyCode"), .choices = currencies},
    {FIELD("value", DRAFTED, "Derived.Value", "Price"), .amount = "Amount", .currency = "Currency"},
    ROW("prices", DRAFTED, "Derived.Prices", "ConfigurableUpfrontPricingTerm"),
    ROW("usage_prices", DRAFTED, "Derived.UsagePrices", "UsageBasedPricingTerm"),
    ROW("grants", DRAFTED, "Derived.Grants", "FixedUpfrontPricingTerm.Grants"),
    ROW("schedule", DRAFTED, "Derived.Schedule", "PaymentScheduleTerm.Schedule"),
    ROW("duration", DRAFTED, "Derived.Duration", "AgreementDuration"),
    ROW("start_date", DRAFTED, "Derived.StartDate", "AgreementStartDate"),
    ROW("end_date", DRAFTED, DETAILS "Terms[Type=ValidityTerm].AgreementEndDate",
        "AgreementEndDate"),
    ROW("expires", DRAFTED, DETAILS "Rules[Type=AvailabilityRule].AvailabilityEndDate",
        "AvailabilityEndDate"),
    /* Never read: a custom one shows as the address of the marketplace's own copy, and the
     * standard one with the version of the day, which would differ from what was given for ever. */
    TEXT("eula", REMOTE_CREATE, NULL, 32000, "LegalTerm"),
    TEXT("refund_policy", DRAFTED, DETAILS "Terms[Type=SupportTerm].RefundPolicy", 500,
         "RefundPolicy"),
    ROW("payment_due", DRAFTED, DETAILS "Terms[Type=NetPaymentTerm].PaymentDuePeriod",
        "PaymentDuePeriod"),
    ROW("renewals", DRAFTED, DETAILS "Terms[Type=RenewalTerm].MaxRenewals", "MaxRenewals"),
    ROW("renewal_increase", DRAFTED, "Derived.RenewalIncrease", "PriceIncrease"),
    ROW("renewal_lockout", DRAFTED, DETAILS "Terms[Type=RenewalTerm].LockoutPeriod",
        "LockoutPeriod"),
    ROW("renewal_adjustment", DRAFTED, DETAILS "Terms[Type=RenewalTerm].AdjustmentDeadline",
        "AdjustmentDeadline"),
    {FIELD("prior_channel", DRAFTED, "Derived.PriorChannel", "PreExistingAgreement"),
     .choices = WORDS("External", "AwsMarketplace")},
    {FIELD("prior_pricing", DRAFTED, "Derived.PriorPricing", "PreExistingAgreement"),
     .choices = WORDS("Contract", "Usage", "Byol", "Free")},
    ROW("agreement", SERVICE, "Agreement.agreementId", "agreementId"),
    ROW("agreement_status", SERVICE, "Agreement.status", "agreement.status"),
    ROW("accepted", SERVICE, "Derived.Accepted", "acceptanceTime"),
    ROW("buyer", SERVICE, "Agreement.acceptor.accountId", "acceptor.accountId"),
    {FIELD("agreement_value", SERVICE, "Agreement.estimatedCharges", "estimatedCharges"),
     .amount = "agreementValue", .currency = "currencyCode"},
    ROW("agreement_start", SERVICE, "Derived.AgreementStart", "startTime"),
    ROW("agreement_end", SERVICE, "Derived.AgreementEnd", "endTime"),
    ROW("agreement_schedule", SERVICE, "Derived.AgreementSchedule", "paymentScheduleTerm"),
    ROW("agreement_chosen", SERVICE, "Derived.AgreementChosen",
        "configurableUpfrontPricingTerm.configuration"),
    ROW("auto_renew", SERVICE, "Derived.AutoRenew", "renewalTerm.configuration"),
    ROW("released", SERVICE, "Entity.Summary.ReleaseDate", "ReleaseDate"),
    ROW("modified", SERVICE, "Entity.LastModifiedDate", "LastModifiedDate"),
};
