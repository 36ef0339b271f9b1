/* Private offers, replacement and reseller offers, and resale authorizations, with the agreements
 * that they became: one kind of record.
 *
 * The record is decoded from a document that the connector puts together from several answers:
 *
 *   Entity      what (Batch)DescribeEntity shows: EntityType, EntityIdentifier, EntityArn,
 *               LastModifiedDate, DetailsDocument; and as "Summary" what ListEntities shows in
 *               OfferSummary: when the offer was released and which agreement it replaces are
 *               documented there only. Whoever has no summary may leave it out, or put in
 *               what he knows: {"TargetAgreementId": …}
 *   Agreement   what SearchAgreements and DescribeAgreement show of the offer's agreement, the
 *               latest if it has several; absent if nobody accepted
 *   Terms       acceptedTerms of GetAgreementTerms; absent if not asked for
 *   Derived     what neither says directly, in canonical words and normal forms: State, Form,
 *               Reference, Note, Value, Pricing, Schedule, …; see offer_document.c
 *
 * The version is "<LastModifiedDate> <state> <agreement id or -> <agreement status or ->": an
 * acceptance, the end of an agreement and the expiry of an offer do not touch the entity. The part
 * before the first blank is the entity's.
 *
 * The partner's reference stands in the offer's Description, which only the seller sees, together
 * with the mark of an offer that was taken back (remark.h): the cloud knows no difference between
 * that and one whose last day has passed, since both are ended by their date. The mark counts only
 * once the offer's last day has passed: an offer that is extended later is open again, whoever
 * extends it. */
#ifndef CONNECTORS_AWS_OFFERS_H
#define CONNECTORS_AWS_OFFERS_H

#include "connectors/aws/client.h"
#include "connectors/steps.h"

extern const struct connector_kind aws_offers; /* offers.c */

/* Sizes that the kind's constant struct needs; a row too many does not compile, one too few fails
 * the tests. Procedures: CREATE, PUBLISH, UPDATE, EXTEND, CANCEL. */
enum { AWS_OFFER_DESCRIPTION = 255 }; /* characters that UpdateInformation takes */
enum { AWS_OFFER_FIELDS = 46, AWS_OFFER_RULES = 87, AWS_OFFER_PROCEDURES = 5 };

extern const struct remote_field aws_offer_fields[AWS_OFFER_FIELDS];      /* offer_fields.c */
extern const struct rule aws_offer_rules[AWS_OFFER_RULES];                /* offer_rules.c */
extern const struct procedure aws_offer_procedures[AWS_OFFER_PROCEDURES]; /* offer_steps.c */

void aws_offers_read(struct cloud *cloud, const struct read_scope *scope,
                     const struct read_sink *sink); /* offers_read.c */
enum action aws_offer_classify(const struct change *change, const struct record *before,
                               int64_t now_ms); /* offer_steps.c */
void aws_offer_doubts(const struct newcomer *newcomer,
                      void (*report)(void *context, const struct finding *finding),
                      void *context); /* offer_doubts.c */

/* offer_document.c: the document of an offer out of its parts (agreement and terms may be NULL),
 * and the record in it. `now_ms` decides whether it has expired. */
struct json *offer_document(struct arena *arena, const struct json *entity,
                            const struct json *agreement, const struct json *terms, int64_t now_ms);
struct record *offer_record(struct arena *arena, const struct json *document,
                            void (*report)(void *context, const struct finding *finding),
                            void *context);
/* The state of an offer (or resale authorization) of which the cloud says `status` (State, Status)
 * and `end` (AvailabilityEndDate; NULL: none), and the record's version. `agreement` may be NULL.
 */
const char *offer_state(const char *status, const char *end, const struct json *agreement,
                        bool cancelled, int64_t now_ms);
const char *offer_version(struct arena *arena, const char *modified, const char *state,
                          const struct json *agreement);
/* A time of the Agreement service; false if there is none, or "never" (the year 9999). */
bool offer_time(const struct json *node, int64_t *ret_ms);
/* "offer-abc" of an ARN, of an id with a revision, or of itself. */
const char *offer_id(struct arena *arena, const char *identifier);

#endif
