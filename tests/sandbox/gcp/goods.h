/* Names that tests need, too: what Google's marketplace begins with, and who may buy there. */
#ifndef SANDBOX_GCP_GOODS_H
#define SANDBOX_GCP_GOODS_H

#include "tests/sandbox/gcp/account.h"

#define GCP_PRODUCER    "/v1beta/projects/" GCP_PROJECT "/locations/" GCP_LOCATION
#define GCP_PROCUREMENT "/v1/providers/" GCP_PROVIDER

/* Resource names begin with this, or with the project's number in place of its id. */
#define GCP_PARENT "projects/" GCP_PROJECT "/locations/" GCP_LOCATION

/* Services, in whatever seed: of a product that wants orders to be approved, of one that does not
 * and of which a buyer may have several orders, of one sold by usage only, and of services that
 * people render (a statement of work goes with each offer). */
#define GCP_SERVICE_DB     "sandbox-db.endpoints.sandbox-partner.cloud.goog"
#define GCP_SERVICE_API    "sandbox-api.endpoints.sandbox-partner.cloud.goog"
#define GCP_SERVICE_METER  "sandbox-meter.endpoints.sandbox-partner.cloud.goog"
#define GCP_SERVICE_ADVICE "sandbox-advice.endpoints.sandbox-partner.cloud.goog"

/* Standard offers of these: subscriptions for a year with usage beside it, one of them of another
 * level, one for a month; one that is expired, one that is not effective yet; usage only. */
#define GCP_STANDARD_DB      "so-db-enterprise-1y"
#define GCP_STANDARD_DB_TEAM "so-db-team-1m"
#define GCP_STANDARD_OLD     "so-db-enterprise-old"
#define GCP_STANDARD_COMING  "so-db-enterprise-2y"
#define GCP_STANDARD_API     "so-api-standard-1y"
#define GCP_STANDARD_METER   "so-meter-payg"
#define GCP_STANDARD_ADVICE  "so-advice-project"

#define GCP_SKU_DB_FEE   "A1B2-C3D4-0001"
#define GCP_SKU_DB_USAGE "A1B2-C3D4-0002"
#define GCP_SKU_CALLS    "A1B2-C3D4-0012"
#define GCP_SKU_ROWS     "A1B2-C3D4-0021" /* these two by way of a group */
#define GCP_SKU_BYTES    "A1B2-C3D4-0022"
#define GCP_SKU_GROUP    "sg-meter"

/* Billing accounts: two that nothing speaks against; one in a free trial; a reseller's own, and one
 * of a reseller's customer. Others that begin with GCP_BUYERS are there, too. */
#define GCP_BUYER         "billingAccounts/012345-567890-ABCDEF"
#define GCP_BUYER_OTHER   "billingAccounts/0A1B2C-3D4E5F-678901"
#define GCP_BUYER_TRIAL   "billingAccounts/0FEE00-000000-00000F"
#define GCP_BUYER_PARENT  "billingAccounts/0DEA1E-000000-000001"
#define GCP_BUYER_BELOW   "billingAccounts/0DEA1E-000000-000002"
#define GCP_BUYERS        "billingAccounts/00A000-000000-"
#define GCP_BUYER_UNKNOWN "billingAccounts/FFFFFF-FFFFFF-FFFFFF" /* there is none */

/* From this contract value on, in dollars, Google reviews what is published. */
#define GCP_REVIEW_FROM 1000000

#endif
