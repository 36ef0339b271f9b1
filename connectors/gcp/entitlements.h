/* Entitlements of the Partner Procurement API v1, joined to the private offers that customers
 * bought under, and the seller's answers to those that wait for one.
 *
 * Their `offer` is projects/{project}/services/{service}/privateOffers/{id}, where the Producer API
 * has projects/{project}/locations/{location}/privateOffers/{id}: the last segment is what both
 * have in common, and a project goes by its id or by its number.
 *
 * An entitlement has no etag, no time filter and, once it was rejected, no existence: each read
 * lists all of them, and each answer is preceded and followed by a look at it. */
#ifndef CONNECTORS_GCP_ENTITLEMENTS_H
#define CONNECTORS_GCP_ENTITLEMENTS_H

#include "connectors/gcp/pages.h"

/* ---- the offers of an entitlement */

/* While the plan of an entitlement changes it is about two offers. */
enum gcp_entitlement_part {
    GCP_OFFER_NOW,  /* that it is under, or will be once it is active */
    GCP_OFFER_NEXT, /* that takes its place with the change of plan */
};
/* The id of the private offer; NULL: there is none, it is a standard one, or another project's. */
const char *gcp_entitlement_offer_id(const struct cloud *cloud, const struct json *entitlement,
                                     enum gcp_entitlement_part part);
/* Of two entitlements under one offer the one that speaks for it: one that is not cancelled, then
 * the one that was made later. `other` may be NULL. */
bool gcp_entitlement_better(const struct json *one, const struct json *other);

/* ---- the version of an offer's record */

/* "2026-02-14T19:00:00Z", and with an entitlement behind it its id and updateTime:
 * "2026-02-14T19:00:00Z 0f4c1d2e-…@2026-02-15T08:00:04.900Z". The answers below rest on it. */
const char *gcp_entitlement_version(struct arena *arena, const char *offer_time,
                                    const struct json *entitlement);
struct gcp_entitlement_version {
    const char *offer_time;
    const char *id, *time; /* of the entitlement; NULL: none */
};
void gcp_entitlement_split(struct arena *arena, const char *version,
                           struct gcp_entitlement_version *ret_version);

/* ---- what it says */

/* Puts what the entitlement says of the offer `offer` into the member "agent" of the offer's
 * document, made if it is not there: the members that the rows below read, and both resources whole
 * as Entitlement and Account. `account` NULL: not read. */
void gcp_entitlement_say(const struct cloud *cloud, struct arena *arena,
                         const struct json *entitlement, const struct json *account,
                         const char *offer, struct json *document);

/* The rows of an offer's field table. The fields are read by calls of their own. An offer that was
 * accepted, without an entitlement that says more, has the Stage ACCEPTED: its reader's to put. */
enum { GCP_ENTITLEMENT_FIELDS = 13 };
#define GCP_SAID(name, member, vendor_)                                                            \
    {                                                                                              \
        .field = name, .path = "agent." member, .flags = REMOTE_READ | REMOTE_ASIDE,               \
        .vendor = vendor_                                                                          \
    }
#define GCP_SAID_WORD(name, member, vendor_, ...)                                                  \
    {                                                                                              \
        .field = name, .path = "agent." member, .flags = REMOTE_READ | REMOTE_ASIDE,               \
        .words = WORDS(__VA_ARGS__), .vendor = vendor_                                             \
    }
#define GCP_ENTITLEMENT_ROWS                                                                       \
    GCP_SAID("agreement", "Agreement", "entitlement.name"),                                        \
        GCP_SAID("agreement_status", "AgreementStatus", "entitlement.state"),                      \
        GCP_SAID_WORD("agreement_stage", "Stage", "entitlement.state", "accepted", "ACCEPTED",     \
                      "subscribed", "ACTIVATION_REQUESTED", "subscribed", "NEXT", "activated",     \
                      "ACTIVE", "activated", "PENDING_CANCELLATION", "activated",                  \
                      "PENDING_PLAN_CHANGE", "activated", "PENDING_PLAN_CHANGE_APPROVAL",          \
                      "activated", "SUSPENDED", "ended", "CANCELLED"),                             \
        GCP_SAID_WORD("agreement_approval", "Approval", "entitlement.state", "due", "due",         \
                      "given", "given"),                                                           \
        GCP_SAID("agreement_start", "AgreementStart", "entitlement.newOfferStartTime"),            \
        GCP_SAID("agreement_end", "AgreementEnd", "entitlement.offerEndTime"),                     \
        GCP_SAID("agreement_plan", "Plan", "entitlement.plan"),                                    \
        GCP_SAID("agreement_order", "Order", "entitlement.orderId"),                               \
        GCP_SAID("agreement_end_reason", "EndReason", "entitlement.cancellationReason"),           \
        GCP_SAID("auto_renew", "AutoRenew", "entitlement.state"),                                  \
        GCP_SAID("metering_id", "Metering", "entitlement.usageReportingId"),                       \
        GCP_SAID("buyer", "Buyer", "entitlement.account"),                                         \
        GCP_SAID_WORD("buyer_approval", "BuyerApproval", "account.approvals", "pending",           \
                      "PENDING", "approved", "APPROVED", "rejected", "REJECTED")
/* Fields, NULL-ended: read_wants() of these asks for the listing of entitlements, and of the latter
 * for that of accounts, too. Beside them the agreement's purchase, entitlement.createTime, is there
 * as agent.Purchased. */
extern const char *const gcp_entitlement_fields[];
extern const char *const gcp_account_fields[];

/* ---- listing them */

/* Both are lists of a whole provider: cloud->provider must not be NULL. `detail` of the sweep's
 * listings:
 *     {GCP_LISTED("entitlements.list", GCP_PROCUREMENT_CALLS, "entitlements"),
 *      .version = "updateTime", .detail = gcp_entitlements_of(cloud, arena), .item = …}
 * and the same with "accounts" and gcp_accounts_of(). */
const struct gcp_collection *gcp_entitlements_of(const struct cloud *cloud, struct arena *arena);
const struct gcp_collection *gcp_accounts_of(const struct cloud *cloud, struct arena *arena);

/* True if the entitlement waits for the seller's answer about that offer. */
bool gcp_entitlement_waits(const struct json *entitlement, enum gcp_entitlement_part part);
/* The state of the account's signup, Google's word: "PENDING", "APPROVED", "REJECTED"; NULL: it has
 * no such approval. */
const char *gcp_account_approval(const struct json *account);

/* ---- answering: procedures of ACCEPT and REJECT of the kind "offer" */

/* The buyer's account is never approved from here: that is a side effect of the customer's signing
 * up. Until it is, the acceptance waits, and says for what. Rejecting takes the field
 * reject_reason, of which 256 bytes count. What may be answered is in the version of the change: if
 * the entitlement moved since, the change is stale. Both end without a record: the next read has
 * it. */
enum { GCP_ACCEPT_STEPS = 4, GCP_REJECT_STEPS = 3 };
extern const struct step gcp_accept_steps[GCP_ACCEPT_STEPS];
extern const struct step gcp_reject_steps[GCP_REJECT_STEPS];
/* vendor_code of an acceptance whose buyer's account was rejected: a row of the kind's refusals. */
#define GCP_BUYER_REJECTED "BUYER_REJECTED"
/* The row of reject_reason in an offer's field table. */
#define GCP_REJECT_REASON_ROW                                                                      \
    {                                                                                              \
        .field = "reject_reason", .flags = REMOTE_CREATE | REMOTE_STEP, .vendor = "reason"         \
    }
#define GCP_ANSWER_PROCEDURES                                                                      \
    {ACTION_ACCEPT, gcp_accept_steps, GCP_ACCEPT_STEPS, "entitlement"},                            \
    {                                                                                              \
        ACTION_REJECT, gcp_reject_steps, GCP_REJECT_STEPS, "entitlement"                           \
    }

#endif
