/* Co-sell at Google: opportunities of Cloud Channel (v1alpha1), and what the older Cloud CRM
 * Partners API has, whose records no listing shows. The parts of the kind's struct, each from its
 * own file.
 *
 * An id is the resource's whole name: "opportunities/O", or of the older interface
 * "partners/P/opportunities/O" and "partners/P/leads/L". No member of an opportunity holds the
 * partner's own key: the link is the store's, and a tag in a text (connectors/remark.h) is what a
 * creation whose answer was lost is found by. */
#ifndef CONNECTORS_GCP_REFERRALS_H
#define CONNECTORS_GCP_REFERRALS_H

#include "connectors/connector.h"
#include "connectors/document.h"

/* Sizes that the kind's constant struct needs; a row too many does not compile, one too few fails
 * the tests. */
enum {
    GCP_REFERRAL_FIELDS = 63,
    GCP_REFERRAL_RULES = 74,
    GCP_REFERRAL_PROCEDURES = 5,
};

extern const struct remote_field gcp_referral_fields[GCP_REFERRAL_FIELDS];
extern const struct rule gcp_referral_rules[GCP_REFERRAL_RULES];
extern const struct procedure gcp_referral_procedures[GCP_REFERRAL_PROCEDURES]; /* …_steps.c */
void gcp_referral_doubts(const struct newcomer *newcomer,
                         void (*report)(void *context, const struct finding *finding),
                         void *context);

extern const struct connector_kind gcp_referrals; /* referrals.c */

#define GCP_OLDER "partners/" /* what ids of the older interface begin with */
/* What goes into opportunityInfo.description and isvSolutionConnectInfo.notes, tag included. */
#define GCP_DESCRIPTION 1000
#define GCP_NOTES       5000

/* ---- The document (referral_document.c). What is read in a form that the field table cannot
 * decode stands beside the opportunity's members under "agent", which no answer has and no request
 * carries:
 *
 *   reference, problem, comments   the texts, and the tag that stood in one of them
 *   status, stage, close_requested, access, interface   canonical words; an unknown one as it came
 *   close_date, incentive_ends     days
 *   value                          {"amount": …, "currency": …}
 *   street                         the address lines as one
 *   needs, delivery_models, partners, team    lists of texts
 *   submitted, accepted            instants, also of documents that have only days
 *   cloud_stage, lost_reason, won_reason
 *
 * The record's raw text is the document as it came, with "agent". */
struct record *gcp_referral_record(struct arena *arena, const struct json *document,
                                   document_report *report, void *context);
/* For struct connector_kind. */
int gcp_referral_put(struct arena *arena, struct json *document, const char *field,
                     const char *value, struct error *error);
/* The member that holds the field, as an update mask names it: it depends on the document where
 * the tag and the close date stand, and on the value where the stage does. NULL: no update writes
 * the field. */
const char *gcp_referral_mask(const struct json *document, const char *field, const char *value);
/* True if the row of a listing is the whole opportunity. */
bool gcp_referral_is_whole(const struct json *row);
/* True of an id of the older interface. */
bool gcp_referral_is_older(const char *id);
/* What moves with the record: updateTime without trailing zeros, since the same instant may come
 * with any number of digits; of a document that has none a digest of all of it. */
const char *gcp_referral_version(struct arena *arena, const struct json *document);
/* The partner's key in one of the texts; NULL: none. */
const char *gcp_referral_reference(struct arena *arena, const struct json *document);
/* What every opportunity of ours has from the beginning: the partner, and of a deal with the
 * partner's own product that it is one. Adds what is absent. */
void gcp_referral_complete(struct arena *arena, struct json *document, const char *partner);

#endif
