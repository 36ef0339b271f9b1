/* Google's marketplace within the sandbox: listings, private offers with their documents, accounts
 * and entitlements. Whatever is kept is {"shown": what the API shows, "hold": what it does not}. */
#ifndef SANDBOX_GCP_MARKET_H
#define SANDBOX_GCP_MARKET_H

#include "tests/sandbox/gcp/gcp.h"
#include "tests/sandbox/gcp/goods.h"
#include "tests/sandbox/gcp/shape.h"

struct gcp_market {
    struct rest_table goods;        /* by "services/S/skus/K", "skuGroups/G", … */
    struct rest_table offers;       /* by id */
    struct rest_table documents;    /* by "OFFER/ID" */
    struct rest_table accounts;     /* by id */
    struct rest_table entitlements; /* by id */
    long long made;                 /* ids given out */
    int review;                     /* >0: Google reviews every offer, <0: none, 0: by value */
};

struct control;

static inline struct gcp_market *market_of(const struct sandbox *sandbox)
{
    return sandbox->gcp->market;
}

/* ---- Records (market.c). */
const struct json *market_shown(const struct rest_record *record); /* NULL stays NULL */
const struct json *market_hold(const struct rest_record *record);
long long market_held(const struct rest_record *record, const char *name, long long otherwise);
/* Copies of both parts, to be changed and stored. */
struct json *market_copy(struct arena *arena, const struct rest_record *record);
void market_store(struct sandbox *sandbox, struct rest_record *record, const struct json *document);
const char *market_new_id(struct sandbox *sandbox, struct arena *arena);
struct json *market_pair(struct arena *arena, struct json *shown, struct json *hold);

/* ---- Names. Ids and numbers of the project alternate: which one stands in a name depends on what
 * is named. `id`: "privateOffers/X". */
const char *market_name(struct arena *arena, const char *id);
/* What follows "projects/P/locations/L/" if that is our project, by id or by number, and our
 * location; NULL: it is not. */
const char *market_below(const char *name);
/* Refuses the call unless its path is below our project and location. */
int market_check_parent(struct rest_call *call);
/* "2026-05-01T…Z", of whatever fraction: which of two is later (<0, 0, >0). Both must be instants.
 */
int market_compare_instants(const char *a, const char *b);
/* Whether the instant fits a filter of comparisons on one of `fields` (NULL-ended) that was checked
 * by market_check_filter(). */
struct market_filter {
    const char *field, *operator, * value;
};
#define MARKET_FILTERS 8
int market_read_filter(struct rest_call *call, const char *const *fields,
                       struct market_filter filters[MARKET_FILTERS], size_t *ret_count);
bool market_fits(const struct market_filter *filter, const char *instant);
/* orderBy: the field of `fields`, NULL: none was asked for. */
int market_read_order(struct rest_call *call, const char *const *fields, const char **ret_field,
                      bool *ret_descending);
/* The parameter `view` of words that begin with `prefix`: whether it is FULL. */
int market_read_view(struct rest_call *call, const char *prefix, bool *ret_full);

/* ---- Listings (listings.c). `name` of a resource with its project; NULL: it is not there. */
const struct rest_record *listing_find(const struct sandbox *sandbox, const char *name);
/* The service of a standard offer or a SKU, its id; NULL: the name is of another form. */
const char *listing_service(struct arena *arena, const char *name);
bool listing_flag(const struct sandbox *sandbox, const char *service, const char *flag);
/* Whether a standard offer's price model has the SKU, by itself or in a group. */
bool listing_sells(const struct sandbox *sandbox, const struct json *standard, const char *sku);
void listings_seed(struct sandbox *sandbox);

/* ---- Private offers. */
extern const struct gcp_shape gcp_offer_shape, gcp_document_shape; /* offer_shape.c */

struct rest_record *offer_find(const struct sandbox *sandbox, const char *name);
const char *gcp_offer_state(const struct rest_record *offer);
bool offer_in(const struct rest_record *offer, const char *state);
/* Money in cents and percent in hundredths. False: another currency, more than cents, negative;
 * not the documented pattern. NULL as money is false. */
bool offer_cents(const struct json *money, int64_t *ret_cents);
struct json *offer_money(struct arena *arena, int64_t cents);
bool offer_percent(const struct json *decimal, int *ret_hundredths);

/* What follows from the terms (offer_terms.c). */
struct offer_terms {
    int64_t start_day;               /* -1: unknown before acceptance */
    int64_t end_ms;                  /* of the first term; -1: unknown */
    int step_months;                 /* between installments; 0: no standard interval */
    long long months;                /* 0: no duration */
    const struct json *price_model;  /* of the standard interval, or the first installment's */
    const struct json *installments; /* custom ones; NULL: none */
};
void offer_read_terms(const struct json *shown, const struct json *hold, struct offer_terms *ret);
int64_t offer_total_cents(struct arena *arena, const struct json *shown, const struct json *hold);
/* A term's end, so many terms after the first; -1: unknown. */
int64_t offer_term_end(const struct json *shown, const struct json *hold, long long renewals);
struct json *offer_full(struct arena *arena, const struct rest_record *offer);
struct json *offer_basic(struct arena *arena, const struct rest_record *offer);
/* The day on which a custom offer's next installment begins after `now_ms`; -1: none. */
int64_t offer_next_installment(const struct rest_record *offer, int64_t now_ms);

/* Checks (offer_values.c, offer_rules.c, offer_prices.c, offer_amendments.c); each adds violations
 * below "private_offer". What was written is held against its own rules; what is published against
 * all of them. */
void offer_check_values(struct rest_call *call, const struct json *body);
int offer_check_publish(struct rest_call *call, const struct rest_record *offer);
/* A deadline or another time at a day boundary; false and a violation if it is none. */
bool offer_boundary(struct rest_call *call, const char *path, const struct json *datetime,
                    int64_t *ret_ms);
int64_t offer_three_months(int64_t instant_ms); /* the last deadline for what is published then */

struct offer_check {
    struct rest_call *call;
    const struct rest_record *offer;
    const struct json *shown;
    const struct json *single;          /* singleProductOffer */
    const struct rest_record *standard; /* the base; NULL: none that may be used */
    const char *service;                /* its id; NULL as above */
    int64_t now_ms, deadline_ms;        /* -1: none */
    int64_t start_ms;                   /* scheduled; -1: none */
    struct offer_terms terms;
};
void offer_check_prices(const struct offer_check *check);
void offer_check_amendment(const struct offer_check *check);

/* The clock's work (offer_run.c). */
void offers_run(struct sandbox *sandbox);
/* Publishing begins, or is approved. */
void offer_begin_publishing(struct sandbox *sandbox, struct rest_record *offer);
void offer_approve_review(struct sandbox *sandbox, struct rest_record *offer, int64_t when_ms);
/* Puts it into a state; the time member that belongs to it is set to `when_ms`. */
void offer_move(struct sandbox *sandbox, struct rest_record *offer, const char *state,
                int64_t when_ms);

/* Documents (documents.c). */
int gcp_documents_list(struct rest_call *call);
int gcp_documents_get(struct rest_call *call);
int gcp_documents_create(struct rest_call *call);
int gcp_documents_patch(struct rest_call *call);
int gcp_documents_delete(struct rest_call *call);
bool gcp_documents_have(const struct sandbox *sandbox, const char *offer, const char *type);
void gcp_documents_add(struct sandbox *sandbox, const char *offer, const char *type);

/* ---- Orders (orders.c): what buyers do. */
/* The active order of a billing account for a service; NULL: none. `from` is where to look on. */
const struct rest_record *order_active(const struct sandbox *sandbox, const char *billing_account,
                                       const char *service, size_t *from);
/* The buyer accepts: the entitlement, new or changed. NULL: it cannot be. */
struct rest_record *order_accept(struct sandbox *sandbox, struct rest_record *offer,
                                 bool approved_account);
/* Somebody buys at list price. */
struct rest_record *order_buy(struct sandbox *sandbox, const char *billing_account,
                              const struct rest_record *standard);
struct rest_record *order_account(struct sandbox *sandbox, const char *billing_account,
                                  bool approved);
void orders_run(struct sandbox *sandbox);
struct rest_record *order_of_offer(const struct sandbox *sandbox, const char *offer);
void order_change_state(struct sandbox *sandbox, struct rest_record *order, const char *state);
void order_cancel(struct sandbox *sandbox, struct rest_record *order, const char *reason);
bool order_request_change(struct sandbox *sandbox, struct rest_record *order,
                          const struct rest_record *standard);
void order_approve(struct sandbox *sandbox, struct rest_record *order);
void order_approve_change(struct sandbox *sandbox, struct rest_record *order);
void order_reject_change(struct sandbox *sandbox, struct rest_record *order);
bool order_account_approved(const struct sandbox *sandbox, const struct rest_record *order);

/* ---- Procurement (procurement.c, entitlement_filter.c). */
struct json *entitlement_show(struct arena *arena, const struct sandbox *sandbox,
                              const struct rest_record *order);
/* NULL: the text is no filter (the call is refused). */
struct entitlement_filter;
int entitlement_filter_read(struct rest_call *call, const char *text,
                            const struct entitlement_filter **ret_filter);
bool entitlement_filter_fits(const struct entitlement_filter *filter, const struct sandbox *sandbox,
                             struct arena *arena, const struct rest_record *order);

void gcp_market_seed(struct sandbox *sandbox);
extern const struct control_rows gcp_market_controls;

#endif
