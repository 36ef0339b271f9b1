/* Products of the seller account, as listings: SaaS, AMI, container, machine learning and data
 * products are one kind of record.
 *
 * The record is decoded from a document of two parts:
 *
 *   Entity    what (Batch)DescribeEntity shows: EntityType, EntityIdentifier, EntityArn,
 *             LastModifiedDate, DetailsDocument
 *   Derived   what stands there in another form: Id (without the revision), ProductType, Dimensions
 *             ("key | name | description | unit | types"), Fulfilment ("type address"), Regions
 *
 * The version is the entity's LastModifiedDate. There is no place for the partner's reference:
 * pairs are found by id, SKU or title. */
#ifndef CONNECTORS_AWS_LISTINGS_H
#define CONNECTORS_AWS_LISTINGS_H

#include "connectors/aws/client.h"
#include "connectors/steps.h"

/* Sizes that the kind's constant struct needs. */
enum { AWS_LISTING_FIELDS = 18, AWS_LISTING_RULES = 22, AWS_LISTING_PROCEDURES = 3 };

extern const struct connector_kind aws_listings;                              /* listings.c */
extern const struct remote_field aws_listing_fields[AWS_LISTING_FIELDS];      /* listing_fields.c */
extern const struct rule aws_listing_rules[AWS_LISTING_RULES];                /* listing_rules.c */
extern const struct procedure aws_listing_procedures[AWS_LISTING_PROCEDURES]; /* …_update.c */

void aws_listings_read(struct cloud *cloud, const struct read_scope *scope,
                       const struct read_sink *sink); /* listings_read.c */
enum action aws_listing_classify(const struct change *change, const struct record *before,
                                 int64_t now_ms); /* listing_update.c */

/* ---- listing_document.c */

/* What the vendor's tables say of a product type. For some types no change is described at all, and
 * none is sent. */
enum listing_edits {
    EDIT_ADD_DIMENSIONS = 1 << 0,
    EDIT_UPDATE_DIMENSIONS = 1 << 1,
    EDIT_RESTRICT_DIMENSIONS = 1 << 2,
};
struct listing_type {
    const char *name; /* "SaaSProduct", as ListEntities has it */
    unsigned edits;   /* enum listing_edits */
};
enum { LISTING_TYPES = 5 };
extern const struct listing_type listing_types[LISTING_TYPES];
const struct listing_type *listing_type(const char *entity_type); /* "SaaSProduct@1.0"; or NULL */

/* The document of a listing out of what (Batch)DescribeEntity answered for `id`. */
int listing_document(struct arena *arena, const char *id, const struct json *entity,
                     struct json **ret_document, struct error *error);
struct record *listing_record(struct arena *arena, const struct json *document,
                              void (*report)(void *context, const struct finding *finding),
                              void *context);

/* ---- listing_dimensions.c */

/* True if something that can be bought by the list `before` cannot by `after`. */
bool listing_dimensions_lost(const char *before, const char *after);
/* A list of texts; dimensions that nothing can be bought by any more are left out. */
struct json *listing_dimension_texts(struct arena *arena, const struct json *dimensions);
/* What leads from the dimensions as they are to the list of texts that is wanted (NULL: none): for
 * each of the three change types its document, NULL if it has nothing to do. Refuses what AWS has
 * no change for. */
struct dimension_edits {
    struct json *add, *update, *restricted;
};
int listing_dimension_edits(struct arena *arena, const struct listing_type *type,
                            const struct json *dimensions, const char *wanted,
                            struct dimension_edits *ret_edits, struct error *error);

/* ---- listing_changes.c */

/* The change set's list for a change of a listing, out of its document as it is at the moment;
 * empty if there is nothing to change. */
int listing_changes(struct arena *arena, const struct json *document, const struct change *change,
                    struct json **ret_changes, struct error *error);

#endif
