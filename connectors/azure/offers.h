/* Private offers of Microsoft's marketplace, with the subscriptions that they became: one kind of
 * record, read from two services.
 *
 * The document of a record is the private offer as the service shows it, without the signatures of
 * its links to documents, and beside it the member "agent":
 *
 *   Subscription  the SaaS subscription that was bought under the offer, the latest if there are
 *                 several; absent if nobody bought, or none was asked for
 *   Order         instead: the order under the offer that analytics reports (orders.h)
 *   Prices        {"<durable id>": the resource} of its absolute prices; absent if not asked for
 *   State, Form, Reference, …  what both say, in canonical words and normal forms
 *
 * The version is "<eTag> <state> <subscription or -> <key or -> <mark or ->": acceptance by the
 * clock, the end, and all that becomes of a subscription do not touch the offer. The key,
 * "<plan>@<first day of the term>", is what a subscription's offer is asked for once, and the mark
 * changes with anything else of the subscription. An order stands there whole.
 *
 * The states Expired and Ended never arrive: they are told from the days, of which the zone is not
 * documented, so a day of grace is given. An offer that was taken back reads as a draft; the mark
 * in its notes (remark.h) tells it from one that was never released. */
#ifndef CONNECTORS_AZURE_OFFERS_H
#define CONNECTORS_AZURE_OFFERS_H

#include "connectors/azure/jobs.h"

extern const struct connector_kind azure_offers; /* offers.c */

/* Sizes that the kind's constant struct needs; a row too many does not compile, one too few fails
 * the tests. */
enum { AZURE_OFFER_FIELDS = 38, AZURE_OFFER_RULES = 71, AZURE_OFFER_PROCEDURES = 5 };
enum { AZURE_OFFER_NOTES = 60 }; /* characters of the sales note */

extern const struct remote_field azure_offer_fields[AZURE_OFFER_FIELDS];      /* offer_fields.c */
extern const struct rule azure_offer_rules[AZURE_OFFER_RULES];                /* offer_rules.c */
extern const struct procedure azure_offer_procedures[AZURE_OFFER_PROCEDURES]; /* offer_change.c */

void azure_offers_read(struct cloud *cloud, const struct read_scope *scope,
                       const struct read_sink *sink); /* offers_read.c */
enum action azure_offer_classify(const struct change *change, const struct record *before,
                                 int64_t now_ms); /* offer_change.c */
void azure_offer_doubts(const struct newcomer *newcomer,
                        void (*report)(void *context, const struct finding *finding),
                        void *context); /* offer_doubts.c */

/* offer_papers.c: the files with links that a creation, an edit and a release read, see struct
 * connector_kind. */
const char *azure_offer_beside(const struct cloud *cloud, struct arena *arena,
                               const struct change *change, const struct record *local);

/* ---- offer_document.c */

/* The document of an offer out of its parts; purchase, a subscription or an order, and prices may
 * be NULL. */
struct json *azure_offer_document(struct arena *arena, const struct json *offer,
                                  const struct json *purchase, const struct json *prices,
                                  int64_t now_ms);
struct record *azure_offer_record(struct arena *arena, const struct json *document,
                                  void (*report)(void *context, const struct finding *finding),
                                  void *context);
/* "draft", "with_partner", …; a word of the service that is not known is returned as it is. */
const char *azure_offer_state(const struct json *offer, const struct json *purchase,
                              int64_t now_ms);
/* The eTag, whichever member has it; "" if none does. */
const char *azure_offer_etag(const struct json *offer);
const char *azure_offer_version(struct arena *arena, const char *etag, const char *state,
                                const struct json *purchase);
/* A version in its parts; false if it is none. "-" reads as NULL. */
struct azure_offer_version {
    const char *etag, *state, *subscription, *key, *mark;
};
bool azure_offer_split_version(struct arena *arena, const char *version,
                               struct azure_offer_version *ret_version);
/* "<plan>@<first day of the term>" of a subscription. */
const char *azure_subscription_key(struct arena *arena, const struct json *subscription);
/* True of an offer to a partner, which nobody accepts. */
bool azure_offer_is_margin(const struct json *offer);
/* The list that says what is sold, under either name; NULL: none. */
struct json *azure_offer_pricing(const struct json *offer);
/* True if the words are the same but for case. Absent is no word. */
bool azure_offer_says(const struct json *object, const char *name, const char *word);

/* ---- offer_terms.c: what is sold at which price, between the resources and pairs.
 *
 * The key of a pair names what it is for: "all" (the whole product), "<plan>", or, of another
 * product than the offer's first, "<product>/all", "<product>/<plan>"; all by their bare guids. A
 * price says after it how long it is for and, if paid otherwise, how often: "<plan>/P1Y",
 * "<plan>/P1Y/P1M"; a meter its dimension, "<plan>/events"; a reservation its cores,
 * "<plan>/8Core". */
struct azure_sold {
    const char *product; /* bare guid */
    const char *plan;    /* bare guid; NULL: all of the product */
    const char *rest;    /* what follows; NULL: nothing */
};
/* False if it is none. `product` is the offer's first. */
bool azure_sold_parse(struct arena *arena, const char *key, const char *product,
                      struct azure_sold *ret_sold);
const char *azure_sold_print(struct arena *arena, const struct azure_sold *sold,
                             const char *product);
/* What an item of the pricing is for. */
struct azure_sold azure_sold_of(struct arena *arena, const struct json *item);
/* Adds Product, Pricing, Discounts, Prices, … to `derived`. */
void azure_offer_derive_terms(struct arena *arena, const struct json *offer,
                              const struct json *prices, struct json *derived);
/* Both ways of a term: {"type":"year","value":1} and "P1Y". NULL if it is none. */
const char *azure_term_print(struct arena *arena, const struct json *term);
struct json *azure_term_parse(struct arena *arena, const char *text);
/* "P1Y/P1M" of an entry of a recurrent price; NULL if it names no term. */
const char *azure_price_term(struct arena *arena, const struct json *entry);

#endif
