/* What a change of an offer or a resale authorization says to the Catalog: one row per type of
 * change, with the fields that make it necessary and the function that writes its document. The
 * documents replace lists of terms as a whole: what is not ours in them travels back as it came. */
#ifndef CONNECTORS_AWS_OFFER_CHANGES_H
#define CONNECTORS_AWS_OFFER_CHANGES_H

#include "connectors/aws/client.h"
#include "connectors/steps.h"
#include "model/record.h"

#define OFFER_TYPE  "Offer@1.0"
#define RESALE_TYPE "ResaleAuthorization@1.0"
#define OFFER_NAME  "CreateOffer" /* ChangeName of what is made */

struct offer_writing {
    struct arena *arena;
    const struct record *record; /* as it is to be: what the cloud has under what is wanted */
    bool *wanted;                /* per field of the kind: it is to be written */
    const struct json *details;  /* the entity's document as freshly read; NULL: it is to be made */
    bool resale;                 /* a resale authorization */
    bool data;                   /* of a data product: its agreements have names of their own */
    bool cancelled;              /* the description's mark */
};

struct offer_change {
    const char *type;          /* of the change */
    const char *const *fields; /* that make it necessary, NULL-ended */
    bool released;             /* taken after the release, too */
    /* The change's document; leaves it NULL if there is nothing to say. ERROR_REFUSED tells what
     * the record lacks. */
    int (*build)(const struct offer_writing *writing, struct json **ret_details,
                 struct error *error);
};

extern const struct offer_change offer_changes[]; /* offer_changes.c */
extern const size_t offer_change_count;
extern const struct offer_change resale_changes[]; /* resale_changes.c */
extern const size_t resale_change_count;

/* The whole list for a change set: makes the entity if `identifier` is NULL, then everything that
 * is wanted of it, then its release if asked for. An identifier may carry a revision, which locks
 * the entity as it was read. */
int offer_changes_make(const struct offer_writing *writing, const char *identifier, bool release,
                       struct json **ret_changes, struct error *error);

/* For the rows. */
const char *writing_value(const struct offer_writing *writing, const char *field);
bool writing_wants(const struct offer_writing *writing, const char *field);
bool writing_wants_any(const struct offer_writing *writing, const char *const *fields);
/* Copies of the entity's terms of these types (NULL-ended), and the one of a type among them, made
 * if it is missing. */
struct json *writing_terms(const struct offer_writing *writing, const char *const *types);
struct json *writing_term(const struct offer_writing *writing, struct json *terms,
                          const char *type);
void writing_drop(struct json *terms, const char *type);
/* {"Terms": terms}, or nothing if the entity has exactly these. */
void writing_finish(const struct offer_writing *writing, const char *const *types,
                    struct json *terms, struct json **ret_details);
struct json *writing_list(struct arena *arena, const char *list); /* an array of texts */
/* Name, description and the earlier agreement, which has another name in each of the two. */
int writing_information(const struct offer_writing *writing, struct json **ret_details,
                        struct error *error);
/* {"Type": …, "Url" or "Version": …} of the field eula. */
struct json *writing_eula(const struct offer_writing *writing);
/* The rows' functions that both tables share (offer_terms.c). */
int writing_pricing(const struct offer_writing *writing, struct json **ret_details,
                    struct error *error);
int writing_schedule(const struct offer_writing *writing, struct json **ret_details,
                     struct error *error);
/* True if the price itself says how long the contract lasts. */
bool writing_priced_by_duration(const struct offer_writing *writing);

extern const char *const offer_pricing_fields[];

/* "seats=12.50" in its parts; "P12M/seats" in its. The first fails if there is no sign or a side is
 * empty; without a duration the second gives NULL for it. */
bool offer_split_item(struct arena *arena, const char *item, const char **ret_key,
                      const char **ret_value);
void offer_split_duration(struct arena *arena, const char *key, const char **ret_duration,
                          const char **ret_dimension);

#endif
