/* How canonical offer fields stand in the document that offer_document.c puts together. What is
 * written goes into a resource by offer_item.c: `path` is for reading. */
#include "connectors/azure/offers.h"
#include "connectors/field_rows.h"

/* Asked for by a call of its own, of each plan. */
enum { PRICED = DRAFTED | REMOTE_ASIDE };

static const char *const states[] = {
    "draft",    "draft",    "with_partner", "with_partner", "open",      "open",
    "accepted", "accepted", "expired",      "expired",      "cancelled", "cancelled",
    "ended",    "ended",    "deleted",      "deleted",      NULL,
};

static const char *const forms[] = {
    "private", "private", "replacement",          "replacement",          "margin", "margin",
    "channel", "channel", "resale_authorization", "resale_authorization", NULL,
};

static const char *const pricings[] = {
    "discount",    "discount",    "plan_price",  "plan_price", "custom_plan",
    "custom_plan", "reservation", "reservation", NULL,
};

static const char *const stages[] = {
    "accepted",  "accepted", "subscribed", "subscribed", "activated",
    "activated", "ended",    "ended",      NULL,
};

static const char *const flags[] = {"yes", "yes", "no", "no", NULL};

const struct remote_field azure_offer_fields[] = {
    ROW("id", SERVICE, "agent.Id", "id"),
    /* With the note and the mark of an offer that was taken back: 60 characters at most. */
    TEXT("partner_reference", DRAFTED, "agent.Reference", 46, "notes"),
    TEXT("title", DRAFTED, "name", 200, "name"),
    TEXT("note", DRAFTED, "agent.Note", 57, "notes"),
    {FIELD("form", BORN, "agent.Form", "privateOfferType"), .words = forms},
    ROW("product", DRAFTED, "agent.Product", "pricing.product"),
    ROW("buyer_accounts", DRAFTED, "agent.BuyerAccounts", "beneficiaries.id"),
    TEXT("company", DRAFTED, "beneficiaries[0].description", 200, "beneficiaries.description"),
    ROW("reseller", DRAFTED, "partners[0].id", "partners.id"),
    ROW("markup", DRAFTED, "agent.Markup", "markupPercentage"),
    ROW("replaces", BORN, "agent.Replaces", "upgradedFrom.id"),
    {FIELD("state", SERVICE, "agent.State", "state"), .words = states},
    {FIELD("pricing", DRAFTED, "agent.Pricing", "offerPricingType"), .words = pricings},
    ROW("discounts", DRAFTED, "agent.Discounts", "pricing.discountPercentage"),
    TEXT("plan_name", DRAFTED, "agent.PlanName", 200, "newPlanDetails.name"),
    TEXT("plan_description", DRAFTED, "agent.PlanDescription", 3000, "newPlanDetails.description"),
    ROW("user_limits", PRICED, "agent.UserLimits", "userLimits"),
    ROW("prices", PRICED, "agent.Prices", "pricePerPaymentInUsd"),
    ROW("usage_prices", PRICED, "agent.UsagePrices", "customMeters.meters"),
    ROW("grants", PRICED, "agent.Grants", "vmPrices.quantity"),
    ROW("duration", PRICED, "agent.Duration", "reservationDuration"),
    ROW("payment_period", PRICED, "agent.PaymentPeriod", "paymentSchedule"),
    ROW("start_date", DRAFTED, "agent.Start", "start"),
    ROW("end_date", DRAFTED, "agent.End", "end"),
    ROW("expires", DRAFTED, "agent.Expires", "acceptBy"),
    ROW("prepared_by", DRAFTED, "preparedBy", "preparedBy"),
    ROW("notify", DRAFTED, "notificationContacts", "notificationContacts"),
    /* The links are signed, so only names of files that hold them go through plans and journals.
     * Never read: whether and as what the service shows them is not documented. */
    ROW("documents", REMOTE_CREATE, NULL, "termsAndConditionsDocSasUrl"),
    ROW("acceptance_link", SERVICE, "acceptanceLinks[0].link", "acceptanceLinks.link"),
    ROW("agreement", ASIDE, "agent.Agreement", "subscription.id"),
    ROW("agreement_status", ASIDE, "agent.AgreementStatus", "saasSubscriptionStatus"),
    {FIELD("agreement_stage", ASIDE, "agent.Stage", "saasSubscriptionStatus"), .words = stages},
    ROW("agreement_quantity", ASIDE, "agent.Quantity", "quantity"),
    ROW("buyer", ASIDE, "agent.Buyer", "beneficiary.tenantId"),
    ROW("agreement_start", ASIDE, "agent.AgreementStart", "term.startDate"),
    ROW("agreement_end", ASIDE, "agent.AgreementEnd", "term.endDate"),
    {FIELD("auto_renew", ASIDE, "agent.AutoRenew", "autoRenew"), .words = flags},
    ROW("modified", SERVICE, "agent.Modified", "lastModified"),
};
