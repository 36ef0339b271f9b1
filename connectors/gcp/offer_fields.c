/* How canonical offer fields stand in the document that offer_document.c puts together. What is
 * written goes into the offer by offer_write.c: `path` is for reading. */
#include "connectors/field_rows.h"
#include "connectors/gcp/offers.h"

/* Attached when the offer is made, and held against what is there when it is published. */
enum { SIGNED = REMOTE_CREATE | REMOTE_SIGNED };

#define OFFERED "singleProductOffer."

static const char *const states[] = {
    "draft",   "DRAFT",   "publishing", "PUBLISHING", "open",  "PUBLISHED", "accepted", "ACCEPTED",
    "expired", "EXPIRED", "cancelled",  "CANCELLED",  "ended", "ENDED",     NULL,
};

static const char *const forms[] = {
    "private", "private", "replacement", "replacement", "channel", "channel", NULL,
};

static const char *const deals[] = {
    "new",           "NEW",           "renewal", "NATIVE_RENEWAL", "migration", "MIGRATION",
    "channel_shift", "CHANNEL_SHIFT", NULL,
};

static const char *const pricings[] = {
    "usage",
    "usage",
    "fixed",
    "fixed",
    "fixed_usage",
    "fixed_usage",
    "commitment",
    "commitment",
    "commitment_usage",
    "commitment_usage",
    NULL,
};

static const char *const flags[] = {"yes", "yes", "no", "no", NULL};
static const char *const reviews[] = {"pending", "pending", "approved", "approved", NULL};

const struct remote_field gcp_offer_fields[] = {
    ROW("id", SERVICE, "agent.Id", "name"),
    /* With the note and the token of the creation: 1500 characters at most. */
    TEXT("partner_reference", DRAFTED, "agent.Reference", 200, "internalNote"),
    TEXT("title", DRAFTED, "title", 256, "title"),
    TEXT("note", DRAFTED, "agent.Note", 1200, "internalNote"),
    TEXT("buyer_note", DRAFTED, "customerNote", 120, "customerNote"),
    {FIELD("form", BORN, "agent.Form", OFFERED "amendedPrivateOffer"), .words = forms},
    {FIELD("deal_type", DRAFTED, "offerDealType", "offerDealType"), .words = deals},
    ROW("product", DRAFTED, "agent.Product", OFFERED "baseStandardOffer"),
    ROW("plan", DRAFTED, "agent.BasePlan", OFFERED "baseStandardOffer"),
    ROW("plan_name", SERVICE, OFFERED "serviceLevel", OFFERED "serviceLevel"),
    ROW("buyer_accounts", DRAFTED, "agent.BuyerAccounts", "customer.targetBillingAccount"),
    TEXT("company", DRAFTED, "customer.entityTitle", 256, "customer.entityTitle"),
    TEXT("buyer_contact", DRAFTED, "customer.contact", 256, "customer.contact"),
    ROW("buyer_email", DRAFTED, "customer.email", "customer.email"),
    ROW("replaces", BORN, "agent.Replaces", OFFERED "amendedPrivateOffer"),
    {FIELD("state", SERVICE, "state", "state"), .words = states},
    {FIELD("review", SERVICE, "agent.Review", "publishRequirementGoogleReview"), .words = reviews},
    {FIELD("pricing", DRAFTED, "agent.Pricing", OFFERED "priceModel"), .words = pricings},
    {FIELD("currency", SERVICE, "agent.Currency", "currencyCode"),
     .choices = WORDS(GCP_OFFER_CURRENCY)},
    {FIELD("value", SERVICE | REMOTE_TOLD, "agent.Value",
           OFFERED "contractValue.totalContractValue"),
     .amount = "Amount", .currency = "Currency"},
    ROW("prices", DRAFTED, "agent.Prices", OFFERED "standardIntervalPrice.priceModel"),
    ROW("schedule", DRAFTED, "agent.Schedule", OFFERED "customIntervalPrice.installments"),
    ROW("credits", DRAFTED, "agent.Credits", "commitment.additionalCredit"),
    ROW("lapses", DRAFTED, "agent.Lapses", "commitment.discardPreviousCreditBalance"),
    ROW("discounts", DRAFTED, "agent.Discounts", "discountPercent"),
    {FIELD("additional_value", DRAFTED, "agent.AdditionalValue",
           OFFERED "additionalContractValue.contractValue"),
     .amount = "Amount", .currency = "Currency"},
    ROW("additional_skus", DRAFTED, "agent.AdditionalSkus",
        OFFERED "additionalContractValue.eligibleSkus"),
    ROW("features", DRAFTED, "agent.Features", OFFERED "features"),
    ROW("duration", DRAFTED, "agent.Duration", "term.durationMonths"),
    ROW("payment_period", DRAFTED, "agent.PaymentPeriod", OFFERED "standardInterval"),
    {FIELD("proration", DRAFTED, "agent.Proration", OFFERED "standardInterval"), .words = flags},
    ROW("start_date", DRAFTED, "agent.Start", "term.scheduledStartTime"),
    ROW("end_date", DRAFTED, "agent.End", "term.scheduledEndTime"),
    ROW("renewals", DRAFTED, "term.maxRenewalCount", "term.maxRenewalCount"),
    ROW("expires", DRAFTED, "agent.Expires", "acceptDeadlineTime"),
    ROW("prepared_by", DRAFTED, "partnerContact.email", "partnerContact.email"),
    TEXT("prepared_by_name", DRAFTED, "partnerContact.contact", 256, "partnerContact.contact"),
    /* Never read: the service does not say which file a document came from. */
    ROW("eula", SIGNED, NULL, "END_USER_LICENSE_AGREEMENT"),
    ROW("documents", SIGNED, NULL, "STATEMENT_OF_WORK"),
    ROW("attached", ASIDE, "agent.Attached", "documents.documentType"),
    ROW("accepted", SERVICE, "agent.Accepted", "acceptTime"),
    ROW("agreement_schedule", SERVICE, "agent.Timeline", OFFERED "effectiveInstallmentTimeline"),
    ROW("revenue_share", SERVICE, "agent.RevenueShare", OFFERED "revenueShare"),
    ROW("renewal_revenue_share", SERVICE, "agent.RenewalRevenueShare", OFFERED "revenueShare"),
    ROW("resale_authorization", SERVICE, OFFERED "resellerPrivateOfferPlanId",
        OFFERED "resellerPrivateOfferPlanId"),
    ROW("reseller_contact", SERVICE, "resellerContact.contact", "resellerContact.contact"),
    ROW("reseller_email", SERVICE, "resellerContact.email", "resellerContact.email"),
    ROW("released", SERVICE, "publishTime", "publishTime"),
    ROW("cancelled", SERVICE, "cancelTime", "cancelTime"),
    /* Goes along when the offer is taken back. */
    ROW("cancel_reason", SERVICE, "cancellationNote", "cancellationNote"),
    ROW("modified", SERVICE, "updateTime", "updateTime"),
    GCP_ENTITLEMENT_ROWS,
    GCP_REJECT_REASON_ROW,
};
