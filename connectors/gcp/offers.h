/* Private offers of Google Cloud Marketplace, with the entitlements that they became: one kind of
 * record, read from the Commerce Producer API and the Partner Procurement API.
 *
 * The document of a record is the offer as the service shows it (PRIVATE_OFFER_VIEW_FULL), and
 * beside it the member "agent", which is never sent:
 *
 *   Entitlement, Account  what was bought under the offer, and by whom (entitlements.h)
 *   Documents             the offer's documents without their content; absent if none were asked
 * for Id, Form, Reference, Prices, …  what both say, in canonical words and normal forms
 *
 * The version is that of entitlements.h: the offer's updateTime, and the id and updateTime of the
 * entitlement. There is no lock: what is planned on one updateTime is only written while a look
 * right before shows the same.
 *
 * internalNote, which no buyer sees, begins with a line of ours:
 *
 *   crm=<reference> rid=<token of the creation>
 *   note
 *
 * The reference ties the offer to the partner's own record; the token is what a creation whose
 * answer got lost is found by. */
#ifndef CONNECTORS_GCP_OFFERS_H
#define CONNECTORS_GCP_OFFERS_H

#include "connectors/gcp/client.h"
#include "connectors/gcp/entitlements.h"
#include "connectors/gcp/location.h"

extern const struct connector_kind gcp_offers; /* offers.c */

/* Sizes that the kind's constant struct needs; a row too many does not compile, one too few fails
 * the tests. */
enum { GCP_OFFER_FIELDS = 52 + GCP_ENTITLEMENT_FIELDS, GCP_OFFER_RULES = 74 };
enum { GCP_OFFER_PROCEDURES = 7 };

extern const struct remote_field gcp_offer_fields[GCP_OFFER_FIELDS];      /* offer_fields.c */
extern const struct rule gcp_offer_rules[GCP_OFFER_RULES];                /* offer_rules.c */
extern const struct procedure gcp_offer_procedures[GCP_OFFER_PROCEDURES]; /* offer_change.c */

void gcp_offers_read(struct cloud *cloud, const struct read_scope *scope,
                     const struct read_sink *sink); /* offers_read.c */
enum action gcp_offer_classify(const struct change *change, const struct record *before,
                               int64_t now_ms); /* offer_change.c */
void gcp_offer_doubts(const struct newcomer *newcomer,
                      void (*report)(void *context, const struct finding *finding),
                      void *context); /* offer_doubts.c */

/* ---- offer_document.c */

/* The document of an offer out of its parts. `entitlement`, `account` and `documents`, a list of
 * PrivateOfferDocument, may be NULL. */
struct json *gcp_offer_document(const struct cloud *cloud, struct arena *arena,
                                const struct json *offer, const struct json *entitlement,
                                const struct json *account, const struct json *documents);
struct record *gcp_offer_record(struct arena *arena, const struct json *document,
                                void (*report)(void *context, const struct finding *finding),
                                void *context);
/* Whether the local side's total can be the one that the service shows: nobody says whether that
 * has the additional value in it, which is billed elsewhere. */
bool gcp_offer_agrees(struct arena *arena, const struct record *remote, const char *field,
                      const char *local);
/* The service in "projects/…/services/<service>/standardOffers/…"; NULL: there is none. */
const char *gcp_offer_service(struct arena *arena, const char *name);
/* "1000.0" and "1000" are the same price. */
const char *gcp_offer_shortest(struct arena *arena, const char *number);

/* ---- offer_tag.c */

/* internalNote in its parts, each of which may be NULL. */
struct gcp_offer_tag {
    const char *reference, *token, *note;
};
struct gcp_offer_tag gcp_offer_tag_read(struct arena *arena, const char *text);
/* NULL if there is nothing to say. */
const char *gcp_offer_tag_write(struct arena *arena, const struct gcp_offer_tag *tag);

/* ---- offer_terms.c: what is sold at which price, in pairs that a spreadsheet can hold.
 *
 *   prices     "flat_fee=48000" or "commitment=100000", per interval
 *   schedule   "2027-01-01=6000", instalments of either instead; the one that begins with the
 *              contract, whose day nobody knows, is "start=6000"
 *   credits    the same keys, for commitments
 *   discounts  "all=12.5" on usage, "<SKU>=10" on one of the product's, "services/s/skus/k=10" on
 *              one of Google's, "commitment=10" on what is committed to; where instalments differ,
 *              "2027-01-01/all=12.5"
 */
#define GCP_OFFER_FLAT       "flat_fee"
#define GCP_OFFER_COMMITMENT "commitment"
#define GCP_OFFER_ALL        "all"
#define GCP_OFFER_START      "start"
#define GCP_OFFER_CURRENCY   "USD" /* private_offer.proto: "The currency must be USD" */

/* Adds Pricing, Prices, Schedule, … to `derived`. */
void gcp_offer_derive_terms(struct arena *arena, const struct json *offer, struct json *derived);
/* How a SKU is named in `discounts`: bare if it is of the offer's own service. */
const char *gcp_offer_sku_key(struct arena *arena, const char *sku, const char *service);

/* ---- offer_write.c, offer_price.c: canonical values into a document. */

struct gcp_offer_writing {
    struct arena *arena;
    const struct cloud *cloud;   /* its location is known */
    const struct record *record; /* the values that the offer shall have */
    const bool *wanted;          /* per field of the kind: whether it is written */
    const char *token;           /* of the change */
};
bool gcp_offer_wants(const struct gcp_offer_writing *writing, const char *field);
const char *gcp_offer_value(const struct gcp_offer_writing *writing, const char *field);

/* `fresh` with what is wanted; NULL: a new one. ERROR_REFUSED where the values do not fit each
 * other in a way that no rule tells. */
int gcp_offer_write(const struct gcp_offer_writing *writing, const struct json *fresh,
                    struct json **ret_offer, struct error *error);
/* The same for singleProductOffer's price, if anything of it is wanted. */
int gcp_offer_put_price(const struct gcp_offer_writing *writing, struct json *offer,
                        struct error *error);
/* The narrowest updateMask that makes `after` of `before`, "" if they are equal, and the body for
 * it. Amounts, days and lists are replaced as a whole; of a oneof only what is set is named. */
void gcp_offer_mask(struct arena *arena, const struct json *before, const struct json *after,
                    const char **ret_mask, struct json **ret_body);

#endif
