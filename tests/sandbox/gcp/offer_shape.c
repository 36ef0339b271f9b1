/* PrivateOffer and PrivateOfferDocument, with what a write may carry of them (private_offer.proto).
 */
#include "tests/sandbox/gcp/market.h"

static const char *const states[] = {"STATE_UNSPECIFIED", "DRAFT",    "PUBLISHING",
                                     "PUBLISHED",         "ACCEPTED", "CANCELLED",
                                     "EXPIRED",           "ENDED",    NULL};
static const char *const deal_types[] = {
    "OFFER_DEAL_TYPE_UNSPECIFIED", "CHANNEL_SHIFT", "MIGRATION", "NATIVE_RENEWAL", "NEW", NULL};
static const char *const start_policies[] = {"START_POLICY_UNSPECIFIED", "IMMEDIATE",
                                             "SCHEDULED_START_TIME", NULL};
static const char *const end_policies[] = {"END_POLICY_UNSPECIFIED", "AFTER_DURATION",
                                           "SCHEDULED_END_TIME", "MATCH_AMENDED_OFFER", NULL};
static const char *const intervals[] = {"STANDARD_INTERVAL_UNSPECIFIED",
                                        "MONTHLY_POSTPAY",
                                        "MONTHLY_PRORATED",
                                        "MONTHLY_NOT_PRORATED",
                                        "QUARTERLY_NOT_PRORATED",
                                        "YEARLY_NOT_PRORATED",
                                        NULL};
static const char *const document_types[] = {
    "DOCUMENT_TYPE_UNSPECIFIED",
    "CUSTOM_END_USER_LICENSE_AGREEMENT",
    "STATEMENT_OF_WORK",
    "STANDARD_END_USER_LICENSE_AGREEMENT_V1",
    "STANDARD_END_USER_LICENSE_AGREEMENT_V2",
    NULL,
};

/* ---- Prices. */
static const struct gcp_member discount_rows[] = {
    {"sku", GCP_TEXT, GCP_ONE, NULL, NULL, 0},
    {"cloudBillingSku", GCP_TEXT, GCP_ONE, NULL, NULL, 0},
    {"discountPercent", GCP_OBJECT, GCP_PRESENT, &gcp_decimal_shape, NULL, 0},
};
static const struct gcp_shape discount_shape = GCP_SHAPE(discount_rows);

static const struct gcp_member usage_rows[] = {
    {"defaultDiscountPercent", GCP_OBJECT, GCP_PRESENT, &gcp_decimal_shape, NULL, 0},
    {"skuDiscounts", GCP_OBJECT, GCP_REPEATED, &discount_shape, NULL, 0},
};
static const struct gcp_shape usage_shape = GCP_SHAPE(usage_rows);

static const struct gcp_member flat_fee_rows[] = {
    {"flatFeeOverride", GCP_OBJECT, GCP_PRESENT, &gcp_money_shape, NULL, 0},
};
static const struct gcp_shape flat_fee_shape = GCP_SHAPE(flat_fee_rows);

static const struct gcp_member commitment_rows[] = {
    {"commitmentAmount", GCP_OBJECT, GCP_PRESENT, &gcp_money_shape, NULL, 0},
    {"discountPercent", GCP_OBJECT, GCP_PRESENT, &gcp_decimal_shape, NULL, 0},
    {"additionalCredit", GCP_OBJECT, GCP_PRESENT, &gcp_money_shape, NULL, 0},
    {"discardPreviousCreditBalance", GCP_BOOL, 0, NULL, NULL, 0},
};
static const struct gcp_shape commitment_shape = GCP_SHAPE(commitment_rows);

static const struct gcp_member price_model_rows[] = {
    {"usage", GCP_OBJECT, GCP_PRESENT, &usage_shape, NULL, 0},
    {"flatFee", GCP_OBJECT, GCP_ONE, &flat_fee_shape, NULL, 0},
    {"commitment", GCP_OBJECT, GCP_ONE, &commitment_shape, NULL, 0},
};
static const struct gcp_shape price_model_shape = GCP_SHAPE(price_model_rows);

static const struct gcp_member installment_rows[] = {
    {"startTime", GCP_OBJECT, 0, &gcp_datetime_shape, NULL, 0},
    {"priceModel", GCP_OBJECT, 0, &price_model_shape, NULL, 0},
};
static const struct gcp_shape installment_shape = GCP_SHAPE(installment_rows);

static const struct gcp_member custom_rows[] = {
    {"installments", GCP_OBJECT, GCP_REPEATED, &installment_shape, NULL, 0},
};
static const struct gcp_shape custom_shape = GCP_SHAPE(custom_rows);

static const struct gcp_member standard_rows[] = {
    {"standardInterval", GCP_WORD, 0, NULL, intervals, 0},
    {"priceModel", GCP_OBJECT, 0, &price_model_shape, NULL, 0},
};
static const struct gcp_shape standard_shape = GCP_SHAPE(standard_rows);

/* ---- What is offered. */
static const struct gcp_member feature_rows[] = {
    {"displayName", GCP_TEXT, 0, NULL, NULL, 128},
    {"value", GCP_TEXT, 0, NULL, NULL, 3000},
};
static const struct gcp_shape feature_shape = GCP_SHAPE(feature_rows);

static const struct gcp_member additional_rows[] = {
    {"contractValue", GCP_OBJECT, GCP_PRESENT, &gcp_money_shape, NULL, 0},
    {"eligibleSkus", GCP_TEXT, GCP_REPEATED, NULL, NULL, 0},
};
static const struct gcp_shape additional_shape = GCP_SHAPE(additional_rows);

static const struct gcp_member value_rows[] = {
    {"totalContractValue", GCP_OBJECT, GCP_OUTPUT | GCP_PRESENT, &gcp_money_shape, NULL, 0},
};
static const struct gcp_shape value_shape = GCP_SHAPE(value_rows);

static const struct gcp_member share_rows[] = {
    {"currentTermVendorNetRevenuePercent", GCP_OBJECT, GCP_OUTPUT, &gcp_decimal_shape, NULL, 0},
    {"renewalTermVendorNetRevenuePercent", GCP_OBJECT, GCP_OUTPUT, &gcp_decimal_shape, NULL, 0},
};
static const struct gcp_shape share_shape = GCP_SHAPE(share_rows);

static const struct gcp_member single_rows[] = {
    {"baseStandardOffer", GCP_TEXT, 0, NULL, NULL, 0},
    {"serviceLevel", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"amendedPrivateOffer", GCP_TEXT, GCP_OTHER, NULL, NULL, 0},
    {"amendedStandardOffer", GCP_TEXT, GCP_OTHER, NULL, NULL, 0},
    {"standardIntervalPrice", GCP_OBJECT, GCP_ONE, &standard_shape, NULL, 0},
    {"customIntervalPrice", GCP_OBJECT, GCP_ONE, &custom_shape, NULL, 0},
    {"effectiveInstallmentTimeline", GCP_OBJECT, GCP_OUTPUT | GCP_REPEATED, &installment_shape,
     NULL, 0},
    {"features", GCP_OBJECT, GCP_REPEATED, &feature_shape, NULL, 0},
    {"resellerPrivateOfferPlanId", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"contractValue", GCP_OBJECT, GCP_OUTPUT, &value_shape, NULL, 0},
    {"revenueShare", GCP_OBJECT, GCP_OUTPUT, &share_shape, NULL, 0},
    {"additionalContractValue", GCP_OBJECT, 0, &additional_shape, NULL, 0},
};
static const struct gcp_shape single_shape = GCP_SHAPE(single_rows);

static const struct gcp_member customer_rows[] = {
    {"entityTitle", GCP_TEXT, 0, NULL, NULL, 256},
    {"contact", GCP_TEXT, 0, NULL, NULL, 256},
    {"email", GCP_TEXT, 0, NULL, NULL, 0},
    {"address", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"targetBillingAccount", GCP_TEXT, 0, NULL, NULL, 0},
};
static const struct gcp_shape customer_shape = GCP_SHAPE(customer_rows);

static const struct gcp_member contact_rows[] = {
    {"contact", GCP_TEXT, 0, NULL, NULL, 256},
    {"email", GCP_TEXT, 0, NULL, NULL, 0},
};
static const struct gcp_shape contact_shape = GCP_SHAPE(contact_rows);

static const struct gcp_member term_rows[] = {
    {"startPolicy", GCP_WORD, 0, NULL, start_policies, 0},
    {"scheduledStartTime", GCP_OBJECT, 0, &gcp_datetime_shape, NULL, 0},
    {"endPolicy", GCP_WORD, 0, NULL, end_policies, 0},
    {"durationMonths", GCP_INT, GCP_ONE, NULL, NULL, 0},
    {"scheduledEndTime", GCP_OBJECT, GCP_ONE, &gcp_datetime_shape, NULL, 0},
    {"maxRenewalCount", GCP_INT, GCP_OTHER, NULL, NULL, 0},
    {"unlimitedRenewal", GCP_BOOL, GCP_OUTPUT, NULL, NULL, 0},
    {"effectiveTermEndTime", GCP_OBJECT, GCP_OUTPUT, &gcp_datetime_shape, NULL, 0},
};
static const struct gcp_shape term_shape = GCP_SHAPE(term_rows);

static const struct gcp_member offer_rows[] = {
    {"name", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0}, /* an identifier: taken from writes before */
    {"title", GCP_TEXT, 0, NULL, NULL, 256},
    {"state", GCP_WORD, GCP_OUTPUT, NULL, states, 0},
    /* Whatever members: empty while the review goes on, and shown. */
    {"publishRequirementGoogleReview", GCP_OBJECT, GCP_OUTPUT | GCP_PRESENT, NULL, NULL, 0},
    {"acceptDeadlineTime", GCP_OBJECT, 0, &gcp_datetime_shape, NULL, 0},
    {"createTime", GCP_TIME, GCP_OUTPUT, NULL, NULL, 0},
    {"updateTime", GCP_TIME, GCP_OUTPUT, NULL, NULL, 0},
    {"publishTime", GCP_TIME, GCP_OUTPUT, NULL, NULL, 0},
    {"acceptTime", GCP_TIME, GCP_OUTPUT, NULL, NULL, 0},
    {"cancelTime", GCP_TIME, GCP_OUTPUT, NULL, NULL, 0},
    {"cancellationNote", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"singleProductOffer", GCP_OBJECT, 0, &single_shape, NULL, 0},
    {"customer", GCP_OBJECT, 0, &customer_shape, NULL, 0},
    {"partnerContact", GCP_OBJECT, 0, &contact_shape, NULL, 0},
    {"term", GCP_OBJECT, 0, &term_shape, NULL, 0},
    {"internalNote", GCP_TEXT, 0, NULL, NULL, 1500},
    {"customerNote", GCP_TEXT, 0, NULL, NULL, 120},
    {"resellerContact", GCP_OBJECT, GCP_OUTPUT, &contact_shape, NULL, 0},
    {"offerDealType", GCP_WORD, 0, NULL, deal_types, 0},
    {"endTime", GCP_TIME, GCP_OUTPUT, NULL, NULL, 0},
};
const struct gcp_shape gcp_offer_shape = GCP_SHAPE(offer_rows);

/* ---- Documents. */
#define DOCUMENT_BYTES (4u * 1024 * 1024) /* "Max size: 4MB" */

static const struct gcp_member document_rows[] = {
    {"name", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"createTime", GCP_TIME, GCP_OUTPUT, NULL, NULL, 0},
    {"updateTime", GCP_TIME, GCP_OUTPUT, NULL, NULL, 0},
    {"documentType", GCP_WORD, 0, NULL, document_types, 0},
    {"mimeType", GCP_TEXT, 0, NULL, NULL, 0},
    {"inlineContent", GCP_BYTES, GCP_ONE, NULL, NULL, DOCUMENT_BYTES},
};
const struct gcp_shape gcp_document_shape = GCP_SHAPE(document_rows);
