/* Products of the commercial marketplace, as listings: what Product Ingestion keeps as a tree of
 * resources is one record each.
 *
 * The record is decoded from a document:
 *
 *   product      the product resource
 *   listing      texts in the main language: en-us, else the first
 *   property     categories and terms
 *   resources    all others of the tree, sorted by id, but submissions: they differ by target
 *   submissions  what was asked for beside the tree
 *   agent        what stands there in another form: id (the product's guid), sku (its external id),
 *                type (as the vendor spells it), target (of the tree: live, preview or draft),
 *                version, visibility, publication, support ("name | e-mail | phone | URL"),
 *                categories ("group/item"), dimensions ("plan id | name | description | billing |
 *                audience"), prices ("plan id | what for | price"), buyers, regions, pending
 *
 * Links to assets carry a signature that changes with each read, and lead destinations carry
 * secrets: neither gets into a record's document.
 *
 * Which values the record shows. People compare with what customers see: a product that was ever
 * live shows its live tree, one that never was its draft. The version is made of
 * the submissions, and where the draft is shown of its content, too, since edits of a draft leave
 * no other trace.
 *
 * What an edit does. Nobody sees an edit of a draft until it is published, so an edit of a listing
 * that is live is a publication: PUBLISH, with the draft written, sent to preview and from there to
 * live, under the gate of that action; it stays under way until customers see it, so that no plan
 * repeats it meanwhile. An edit of a product that was never live is an UPDATE of its draft, which
 * is what the record shows. There is no partial publication: where the draft differs from what is
 * live by more than the edit, it is refused (LST-008), for nothing that somebody has left in
 * the draft goes out unasked. `pending` tells of that ahead; it costs a tree per product and read.
 *
 * There is no place for the partner's reference: pairs are found by id, sku or title. Plans are
 * made and taken away in the portal; their names and descriptions can be edited. */
#ifndef CONNECTORS_AZURE_LISTINGS_H
#define CONNECTORS_AZURE_LISTINGS_H

#include "connectors/azure/jobs.h"
#include "connectors/document.h"

/* Sizes that the kind's constant struct needs. */
enum {
    AZURE_LISTING_FIELDS = 17,
    AZURE_LISTING_RULES = 15,
    AZURE_LISTING_PROCEDURES = 3,
    AZURE_LISTING_PERMISSIONS = 1,
    AZURE_LISTING_REFUSALS = 12
};

extern const struct connector_kind azure_listings;                                /* listings.c */
extern const struct remote_field azure_listing_fields[AZURE_LISTING_FIELDS];      /* …_fields.c */
extern const struct rule azure_listing_rules[AZURE_LISTING_RULES];                /* …_rules.c */
extern const struct procedure azure_listing_procedures[AZURE_LISTING_PROCEDURES]; /* …_change.c */

void azure_listings_read(struct cloud *cloud, const struct read_scope *scope,
                         const struct read_sink *sink); /* listings_read.c */
enum action azure_listing_classify(const struct change *change, const struct record *before,
                                   int64_t now_ms); /* listing_change.c */

/* Codes beside the vendor's, for refusals that come from here. */
#define AZURE_LISTING_DRAFT_DIFFERS "draftDiffers"
#define AZURE_LISTING_CERTIFICATION "certification"
#define AZURE_LISTING_HELD          "held"
#define AZURE_LISTING_NOT_EDITABLE  "notEditable"
/* Fills the error with such a code; returns its negative class. */
int azure_listing_refuse(struct error *error, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- listing_paths.c: reads under the ingestion base, and what names things there */

void azure_listing_ask_products(const struct cloud *cloud, struct arena *arena,
                                struct http_request *ret_request);
void azure_listing_ask_plans(const struct cloud *cloud, struct arena *arena, const char *guid,
                             struct http_request *ret_request);
void azure_listing_ask_submissions(const struct cloud *cloud, struct arena *arena, const char *guid,
                                   struct http_request *ret_request);
void azure_listing_ask_tree(const struct cloud *cloud, struct arena *arena, const char *guid,
                            const char *target, struct http_request *ret_request);
/* Enums and ids are compared without case and white space at their ends; NULL is like nothing. */
bool azure_listing_word(const char *a, const char *b);
/* The guid of "product/<guid>", lower case; NULL if it is no durable id of a product. */
const char *azure_listing_guid(struct arena *arena, const char *durable_id);
/* "listing" of ".../schema/listing/2022-03-01-preview5": the only part of a `$schema` that can be
 * relied on; "" if there is none. */
const char *azure_listing_schema(struct arena *arena, const struct json *resource);
/* externalId, or externalID as the vendor's pages write it; NULL: none. */
const char *azure_listing_external_id(const struct json *resource);

/* ---- listing_submissions.c */

/* What the submissions of a product say. Texts point into them. */
struct listing_submissions {
    const struct json *live;    /* completed and succeeded under the target live; NULL: never was */
    const struct json *preview; /* the latest under preview; NULL: none */
    const struct json *running; /* one that is not completed: the product is locked; or NULL */
    bool deprecated;            /* the live one is */
};
void azure_listing_submissions(const struct json *submissions,
                               struct listing_submissions *ret_submissions);
/* "live:1152921515689847470:completed:succeeded …", sorted; "draft" if nothing was ever sent. */
const char *azure_listing_signature(struct arena *arena, const struct json *submissions);
/* In words of the field `publication`. */
const char *azure_listing_publication(const struct json *submissions);

/* ---- listing_document.c */

struct listing_parts {
    const struct json *product;     /* as listed; may be NULL if the tree has it */
    const struct json *tree;        /* NULL: none was to be had */
    const struct json *plans;       /* list of plans, where the tree has none; or NULL */
    const struct json *submissions; /* list */
    const char *guid;
    const char *target; /* of the tree */
    bool whole;         /* keep links and secrets: only for what is sent back at once */
};
/* Of a record that shows what is live: the signature, and the product's state if it is off sale. */
const char *azure_listing_live_version(struct arena *arena, const struct json *submissions,
                                       const struct json *product);
struct json *azure_listing_document(struct arena *arena, const struct listing_parts *parts);
struct record *azure_listing_record(struct arena *arena, const struct json *document,
                                    document_report *report, void *context);
/* True if two documents have the same resources, whatever their target, links, order and schema
 * versions; else `ret_id` is the id of one that differs (may be NULL). */
bool azure_listing_same(struct arena *arena, const struct json *a, const struct json *b,
                        const char **ret_id);

/* ---- listing_plans.c */

/* Lists of texts over all plans of a document. */
struct json *azure_listing_dimensions(struct arena *arena, const struct json *document);
struct json *azure_listing_prices(struct arena *arena, const struct json *document);
struct json *azure_listing_buyers(struct arena *arena, const struct json *document);
struct json *azure_listing_regions(struct arena *arena, const struct json *document);
/* True if any plan, and every plan, is for a private audience. */
bool azure_listing_private(struct arena *arena, const struct json *document);
/* Writes names and descriptions of wanted dimensions (list of texts) into the plan-listings of the
 * document. Refuses what is no text of a plan: plans more or less, billing, audience. */
int azure_listing_put_dimensions(struct arena *arena, struct json *document,
                                 const struct json *wanted, struct error *error);

/* ---- listing_overlay.c */

/* The document with the change's fields: what stands in `agent` is put where the vendor has it. The
 * input is unchanged. */
int azure_listing_overlay(struct arena *arena, const struct json *document,
                          const struct change *change, struct json **ret_document,
                          struct error *error);
/* The resources that differ between both, ready to be sent: whole, with a resourceName that errors
 * are told by, without what is only read. */
struct json *azure_listing_resources(struct arena *arena, const struct json *before,
                                     const struct json *after);

#endif
