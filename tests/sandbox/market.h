/* The marketplace: products, offers, offer sets, resale authorizations, the change sets that make
 * and change them, and the agreements that offers become. All of it moves by the business clock.
 *
 * Ownership: the market owns its entities, sets and agreements; each has an arena of its own, which
 * is made anew when its document is written. */
#ifndef SANDBOX_MARKET_H
#define SANDBOX_MARKET_H

#include "tests/sandbox/internal.h"

#define MARKET_CATALOG "AWSMarketplace"
#define MARKET_OTHER   "777788889999" /* a manufacturer that shares with the account */

/* ---- Entities (entities.c). */
enum entity_kind {
    ENTITY_SAAS = 1 << 0,
    ENTITY_AMI = 1 << 1,
    ENTITY_CONTAINER = 1 << 2,
    ENTITY_MODEL = 1 << 3,
    ENTITY_DATA = 1 << 4,
    ENTITY_OFFER = 1 << 5,
    ENTITY_OFFER_SET = 1 << 6,
    ENTITY_RESALE = 1 << 7,
    ENTITY_OTHER = 1 << 8, /* may be listed; this account has none */
    ENTITY_PRODUCT = ENTITY_SAAS | ENTITY_AMI | ENTITY_CONTAINER | ENTITY_MODEL | ENTITY_DATA,
};

struct entity_type {
    enum entity_kind kind;
    const char *name;   /* "Offer": as listings have it; change sets add "@1.0" */
    const char *prefix; /* of identifiers */
};
extern const struct entity_type entity_types[];
extern const size_t entity_type_count;
/* By "Offer", or with `versioned` by "Offer@1.0"; NULL: none. */
const struct entity_type *entity_type_find(const char *name, bool versioned);

struct entity {
    const struct entity_type *type;
    struct arena *arena;
    struct json *document; /* what DescribeEntity shows */
    char *id;
    char *owner;     /* account; not ours: shared with us */
    char *agreement; /* that a replacement offer replaces, "" else */
    char *source;    /* CreatedBySource */
    long long revision;
    int64_t created_ms, modified_ms;
    int64_t released_ms; /* 0: not released */
};

struct entity *entity_find(const struct sandbox *sandbox, const char *id); /* NULL: none */
/* Takes copies. Revision 1, dated now. */
struct entity *entity_add(struct sandbox *sandbox, const struct entity_type *type, const char *id,
                          const struct json *document);
/* Replaces the document (copied), counts the revision and dates it. */
void entity_write(struct sandbox *sandbox, struct entity *entity, const struct json *document,
                  int64_t when_ms);
void entity_replace(struct entity *entity, const struct json *document); /* without dating it */
const char *entity_text(const struct entity *entity, const char *path);  /* "" if absent */
bool entity_own(const struct entity *entity);
/* An identifier that nothing has. */
const char *entity_new_id(struct sandbox *sandbox, struct arena *arena, const char *prefix,
                          size_t length);
const char *entity_arn(struct arena *arena, const struct entity *entity);
const char *entity_time(struct arena *arena, int64_t ms); /* whole seconds; NULL for 0 */
/* The released offer to everybody of a product; NULL: none. */
struct entity *entity_public_offer(const struct sandbox *sandbox, const char *product);
bool offer_is_private(const struct json *document); /* names buyers */
/* End of the offer's availability; INT64_MAX if it has none. */
int64_t offer_end_ms(const struct json *document);
/* A row of ListEntities. */
struct json *entity_summary(struct arena *arena, const struct entity *entity);

/* ---- Change sets. */
#define CHANGES_MAX 20

struct change_type;
struct change {
    const struct change_type *type;
    struct json *request; /* as it was asked */
    struct json *details; /* references resolved */
    const char *target;   /* the entity's id; reserved if the change makes it */
    struct json *errors;  /* ErrorDetailList */
};

enum set_fate { FATE_NONE, FATE_DATA, FATE_SERVICE, FATE_HALF, FATE_UNRELEASED, FATE_STUCK };

struct change_set {
    struct arena *arena;
    char *id, *name, *intent;
    const char *status; /* one of words_set_states */
    const char *failure_code, *failure_text;
    struct change changes[CHANGES_MAX];
    size_t count;
    int64_t start_ms, end_ms; /* 0: still open */
    enum set_fate fate;
};

extern const char *const words_set_states[];
bool set_open(const struct change_set *set);
/* The open set that works on an entity; NULL: none. */
const struct change_set *set_locking(const struct sandbox *sandbox, const char *entity);
struct change_set *set_new(void);
void set_free(struct change_set *set);
void sets_run(struct sandbox *sandbox); /* the clock's work */
/* Does the set's changes, or says in the changes why not; all or nothing. */
void set_apply(struct sandbox *sandbox, struct change_set *set);

/* ---- Agreements (agreements.c). */
struct agreement {
    struct arena *arena;
    struct json *terms; /* acceptedTerms */
    char *id, *offer, *offer_set, *product, *product_type, *acceptor, *status;
    char *currency, *value;
    int64_t accepted_ms, start_ms, end_ms; /* end 0: none */
};

struct agreement *agreement_find(const struct sandbox *sandbox, const char *id);
/* A buyer accepts a released offer; `account` NULL: the first one that it names. Dated `now_ms`. */
int agreement_accept(struct sandbox *sandbox, struct failure *failure, const char *offer,
                     const char *account, int64_t now_ms, struct agreement **ret_agreement);
/* The instant that lies an ISO 8601 period after another. */
int64_t period_after(int64_t start_ms, const char *period);
struct json *agreement_summary(struct arena *arena, const struct agreement *agreement);
extern const char *const words_agreement_states[];
void agreements_run(struct sandbox *sandbox); /* the clock's work: ends, buyers */

/* ---- The market. */
struct market {
    struct entity **entities;
    size_t entity_count, entity_capacity;
    struct map *by_id;
    struct change_set **sets;
    size_t set_count, set_capacity;
    struct agreement **agreements;
    size_t agreement_count, agreement_capacity;
    long long made;    /* identifiers made so far */
    int64_t opened_ms; /* when it was seeded */
};

struct market *market_new(void);
void market_free(struct market *market);
void market_run(struct sandbox *sandbox); /* the clock's work */
void market_seed(struct sandbox *sandbox);
/* The snapshot's part. A snapshot without one gets what the market begins with. */
void market_describe(const struct sandbox *sandbox, struct arena *arena, struct json *root);
int market_read(struct sandbox *sandbox, const struct json *root, struct error *error);
void market_keep_set(struct market *market, struct change_set *set);
struct agreement *market_add_agreement(struct market *market);
const struct operation *catalog_operation_find(const char *name);
const struct operation *agreement_operation_find(const char *name);
/* The partner's reference: what stands in brackets at a description's end. NULL if there is none,
 * or if it is marked as that of an offer that was taken back. */
const char *market_reference(struct arena *arena, const char *description);

int handle_list_entities(struct call_context *call, struct json **ret_answer);
int handle_describe_entity(struct call_context *call, struct json **ret_answer);
int handle_batch_describe(struct call_context *call, struct json **ret_answer);
int handle_start_set(struct call_context *call, struct json **ret_answer);
int handle_describe_set(struct call_context *call, struct json **ret_answer);
int handle_list_sets(struct call_context *call, struct json **ret_answer);
int handle_cancel_set(struct call_context *call, struct json **ret_answer);
int handle_search_agreements(struct call_context *call, struct json **ret_answer);
int handle_describe_agreement(struct call_context *call, struct json **ret_answer);
int handle_agreement_terms(struct call_context *call, struct json **ret_answer);

#endif
