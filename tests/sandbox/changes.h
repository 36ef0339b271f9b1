/* Change types: what they take, on what, and what they do. */
#ifndef SANDBOX_CHANGES_H
#define SANDBOX_CHANGES_H

#include "tests/sandbox/fields.h"
#include "tests/sandbox/market.h"

/* An entity while a set works on it: nothing is stored before all changes passed. */
struct draft {
    struct entity *entity; /* NULL: made by the set */
    const struct entity_type *type;
    const char *id;
    struct json *document;
    const char *agreement; /* that the offer replaces, "" else */
    bool released;         /* before the set began */
    bool releases;         /* the set releases it */
};

struct change_run {
    struct sandbox *sandbox;
    struct change_set *set;
    struct arena *arena; /* until the set ends */
    struct draft drafts[2 * CHANGES_MAX];
    size_t count;
    bool failed;
};

typedef void change_apply(struct change_run *run, struct change *change, struct draft *draft);

struct change_type {
    unsigned kinds; /* of entities: enum entity_kind */
    const char *name;
    const struct field *rows;
    size_t row_count;
    const char *const *terms; /* types that may stand in Terms; NULL: the rows say all */
    change_apply *apply;
    enum {
        CHANGE_CREATES = 1 << 0,
        CHANGE_RELEASES = 1 << 1,
        CHANGE_LATER = 1 << 2, /* also of a private offer that is released */
        CHANGE_LIST = 1 << 3,  /* the document is a list */
        CHANGE_PUBLIC = 1 << 4 /* also of a public offer that is released */
    } flags;
};

struct term_type {
    const char *name;
    const struct field *rows;
    size_t row_count;
};

const struct change_type *change_type_find(const struct entity_type *entity, const char *name);
/* Adds an entry per fault of the document's shape; references must be resolved. */
void change_check(const struct change_type *type, const struct json *details, const char *shown,
                  struct failure *failure);

/* ---- For the functions that apply and check. */
/* An entry in the change's ErrorDetailList; the set fails. */
void change_error(struct change_run *run, struct change *change, const char *code,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The change of the set that is to blame for what is wrong with a draft: of that type, else the
 * release, else its last one. */
struct change *change_blamed(struct change_run *run, const struct draft *draft, const char *type);
/* The draft of an entity: begins one if the entity is there. NULL: there is none. */
struct draft *draft_of(struct change_run *run, const char *id);
/* The document of an entity as the set leaves it; NULL: there is none. */
const struct json *draft_document(struct change_run *run, const char *id);
struct draft *draft_new(struct change_run *run, const struct change *change, struct json *document);
/* "2026-12-31" and a time of day to what is read back. */
const char *day_at(struct arena *arena, const char *day, const char *time);
/* Puts a rule into Rules in place of the one of its type; NULL removes that. */
void rule_put(struct arena *arena, struct json *document, const char *type, struct json *rule);

change_apply apply_create_offer, apply_create_replacement, apply_create_reseller,
    apply_create_reseller_replacement, apply_information, apply_targeting, apply_terms,
    apply_pricing, apply_markup, apply_availability, apply_release, apply_create_set,
    apply_associate, apply_disassociate, apply_release_set, apply_create_resale,
    apply_resale_availability, apply_buyer_targeting, apply_release_resale, apply_restrict_resale;
change_apply apply_create_product, apply_product_information, apply_add_dimensions,
    apply_update_dimensions, apply_restrict_dimensions, apply_visibility, apply_product_targeting,
    apply_release_product, apply_add_regions, apply_restrict_regions;

/* What must hold of an offer, a set or an authorization once all changes are done. */
void offer_check(struct change_run *run, const struct draft *draft);
void resale_check(struct change_run *run, const struct draft *draft);
void offer_set_check(struct change_run *run, const struct draft *draft);

#endif
