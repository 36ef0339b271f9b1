/* What the account has in Microsoft's marketplace: products with their drafts and what of them is
 * published, private offers, jobs that change both, subscriptions that customers buy, reports.
 *
 * Everything is rows of rest_table, whose documents hold more than what is shown: a row's shown
 * part is the member "shown" where it differs. All of it moves by the business clock. */
#ifndef SANDBOX_AZURE_INGESTION_H
#define SANDBOX_AZURE_INGESTION_H

#include "tests/sandbox/azure/azure.h"
#include "tests/sandbox/azure/goods.h"

#define INGESTION_HOST "https://graph.microsoft.com"
#define INGESTION_NEW  "https://schema.mp.microsoft.com/schema/"
#define INGESTION_OLD  "https://product-ingestion.azureedge.net/schema/"

struct azure_market {
    struct rest_table resources;     /* drafts, by durable id */
    struct rest_table trees;         /* "live/<guid>", "preview/<guid>": resources as published */
    struct rest_table submissions;   /* by durable id */
    struct rest_table offers;        /* by guid: {shown, order, …} */
    struct rest_table jobs;          /* by guid */
    struct rest_table subscriptions; /* by guid: {shown, offer} */
    struct rest_table queries, reports;
};
static inline struct azure_market *ingestion_market(const struct sandbox *sandbox)
{
    return sandbox->azure->parts.market;
}

/* ---- JSON. */
bool ingestion_is(const struct json *object, const char *name, const char *word); /* any case */
int64_t ingestion_today(const struct sandbox *sandbox);
const char *ingestion_day(struct arena *arena, int64_t day);
/* What follows the first slash; and the n-th part, from 0 for the type. */
const char *ingestion_bare(const char *durable);
const char *ingestion_part(struct arena *arena, const char *durable, size_t part);

/* ---- Kinds of resource (resources.c). */
struct shape;
struct ingestion_step;
struct ingestion_type {
    const char *name;    /* "plan-listing" */
    const char *version; /* the newest */
    const struct shape *shape;
    const char *id; /* "plan-listing/%p/public/main/%k/%l"; NULL: made anew */
    bool of_tree;   /* part of the product's resource tree */
    int (*apply)(struct ingestion_step *step); /* NULL: written as it is */
};
extern const struct ingestion_type ingestion_types[];
extern const size_t ingestion_type_count;
/* By the name segment of a $schema, or by the first part of a durable id; NULL: none. */
const struct ingestion_type *ingestion_type_of(struct arena *arena, const char *schema);
const struct ingestion_type *ingestion_type_find(const char *name);
bool ingestion_version_known(const char *version);
/* The resource as a call of that $version sees it (a copy). */
struct json *ingestion_view(struct arena *arena, const struct sandbox *sandbox,
                            const struct json *resource, const char *version);
/* The tree of "draft", "preview" or "live"; NULL: there is none. */
struct json *ingestion_tree(struct arena *arena, const struct sandbox *sandbox, const char *product,
                            const char *target);
/* A resource of the live tree; NULL: not there. */
const struct json *ingestion_live(const struct azure_market *market, const char *product,
                                  const char *durable);
struct json *ingestion_current(struct arena *arena, const struct sandbox *sandbox,
                               const char *durable); /* as a read shows it; NULL: none */
/* The list price of a plan as a private offer's price resource, without id; NULL: no such plan. */
struct json *ingestion_list_price(struct arena *arena, const struct azure_market *market,
                                  const char *product, const char *plan);

/* ---- Submissions (submissions.c). */
/* The one that is under way for a product; NULL: the product is free. */
struct rest_record *submission_running(const struct azure_market *market, const char *product);
/* The newest finished one of a target; NULL: none. */
struct rest_record *submission_done(const struct azure_market *market, const char *product,
                                    const char *target);
void submission_lock(struct sandbox *sandbox, const char *product, int64_t hold_ms);
/* As published long ago, for the seed. */
void submission_seed(struct sandbox *sandbox, const char *product, int64_t when_ms);
void submissions_run(struct sandbox *sandbox);
struct json *submission_list(struct arena *arena, const struct sandbox *sandbox,
                             const char *product, const char *target);
int submission_apply(struct ingestion_step *step);

/* ---- Jobs (jobs.c). */
struct ingestion_step {
    struct sandbox *sandbox;
    struct azure_market *market;
    struct arena *arena;
    const struct ingestion_type *type;
    const struct json *item;  /* as it was sent */
    const struct json *names; /* resourceName to durable id, of those before */
    const char *label;        /* resourceName or id, for errors */
    int64_t now_ms;
    bool half;           /* a fault: offers stay drafts */
    bool certified;      /* a submission ends well */
    struct json *errors; /* list */
    const char *made;    /* out: durable id */
    const char *waits;   /* out: submission that must end first; NULL: none */
};
/* Adds an error of this item and returns negative. */
int step_fail(struct ingestion_step *step, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* With the problems that a shape found. */
int step_fail_shape(struct ingestion_step *step, struct json *problems);
/* The durable id of a reference to a product, or to a plan of `product`; NULL: there is none. */
const char *step_resolve(const struct ingestion_step *step, const struct json *reference,
                         const char *type, const char *product);
/* A product that is locked fails the step. */
int step_check_lock(struct ingestion_step *step, const char *product);
int resource_apply(struct ingestion_step *step); /* listings and what belongs to them */
int price_apply(struct ingestion_step *step);
int offer_apply(struct ingestion_step *step);
void jobs_run(struct sandbox *sandbox);
int job_post(struct rest_call *call);
int job_status(struct rest_call *call);
int job_detail(struct rest_call *call);
int job_cancel(struct rest_call *call);

/* ---- Private offers (offer_rules.c, offer_jobs.c). */
/* Holds a whole offer (state draft or live) against the rules; `current` NULL: a new one. */
int offer_judge(struct ingestion_step *step, const struct json *current);
const struct json *offer_shown(const struct rest_record *record);
bool offer_accepted(const struct json *shown);
/* First and last day that an offer covers; a variable start counts from `today`. */
void offer_period(const struct json *shown, int64_t today, int64_t *ret_start, int64_t *ret_end);
/* Writes the shown part: eTag and lastModified are renewed. */
void offer_store(struct sandbox *sandbox, struct rest_record *record, const struct json *shown);
struct rest_record *offer_add(struct sandbox *sandbox, const char *guid, const struct json *shown);
void offer_link(struct arena *arena, struct json *shown); /* adds acceptanceLinks */
struct json *offer_summary(struct arena *arena, const struct json *shown);

/* ---- Subscriptions (saas.c). */
/* A customer buys; `offer` NULL: at list price. */
struct rest_record *saas_subscribe(struct sandbox *sandbox, const char *product, const char *plan,
                                   const char *offer, long long quantity);

void marketplace_seed(struct sandbox *sandbox);

#endif
