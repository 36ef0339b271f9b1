/* The plan: what a run would change, what it holds back and why, what a person must decide.
 *
 * plan_make() is a pure function of the store's content, the job's rules and the time: the same
 * inputs give the same plan, byte for byte. Everything in it lives in the plan's arena. */
#ifndef RECONCILE_PLAN_H
#define RECONCILE_PLAN_H

#include "base/map.h"
#include "reconcile/merge.h"
#include "reconcile/work.h"

/* How a pair was found whose remote record we made: see struct store_link. */
#define LINK_CREATED "created from the local record"

struct conflict {
    char id[24]; /* "x-" and 12 hex digits: over job, pair, field and both values */
    const char *remote_id, *local_key, *title;
    size_t field;
    const char *base, *local, *cloud;
    const char *rule;
};

/* What a reconcile run writes down for a pair beside its changes. */
struct plan_pair {
    const char *remote_id, *local_key;
    const char **base; /* the base as it is to be: values on which both sides agree now */
    bool base_changed;
    const struct change *adopt; /* the change that makes the pair, NULL if it is linked already */
    /* With `adopt`, by side: the remote id or local key that the link has until now, which became
     * this one; NULL: none. The link moves: it is not a second one. */
    const char *replaces[2];
    bool settled; /* nothing left to say */
};

struct plan {
    struct arena *arena;
    const struct job *job;
    int64_t at_ms;
    enum read_outcome read;   /* of the remote read that the plan rests on */
    const char *read_message; /* NULL or why it was not complete */
    struct change **changes;  /* in order: adopt, create, update…, pull; then by id */
    size_t change_count, change_capacity;
    struct conflict *conflicts; /* in order of remote id, field */
    size_t conflict_count, conflict_capacity;
    struct finding *findings; /* in order of subject, code, field */
    size_t finding_count, finding_capacity;
    struct plan_pair *pairs;
    size_t pair_count, pair_capacity;
    /* Unlinked records with nothing left to say. */
    const char **settled_remote, **settled_local;
    size_t settled_remote_count, settled_remote_capacity;
    size_t settled_local_count, settled_local_capacity;
    struct store_counts counts;
    size_t drift;   /* fields whose two sides differ and are not to stay so */
    size_t orphans; /* local records that name a record which the cloud does not list */
};

/* What the reads of this run say about how far they can be trusted. */
struct plan_trust {
    enum read_outcome remote;
    const char *remote_message;
    bool ever_complete; /* there was a complete full read before, or in this run */
};

int plan_make(const struct work *work, const struct plan_trust *trust, struct plan **ret_plan,
              struct error *error);
void plan_free(struct plan *plan);
/* The plan as JSON; the documented, versioned interface of `agent plan --output json`. */
struct json *plan_to_json(struct arena *arena, const struct plan *plan);
/* How many changes are not held. */
size_t plan_open_count(const struct plan *plan);
/* A lower bound of the time that the open changes need, from quotas; 0 if none writes to the cloud.
 */
int64_t plan_estimate_ms(const struct plan *plan, const struct work *work);

/* For the stages: add to the plan; texts are copied. */
struct change *plan_add_change(struct plan *plan, enum action action, const char *remote_id,
                               const char *local_key);
void plan_add_field(struct plan *plan, struct change *change, size_t field, const char *old_value,
                    const char *new_value, const char *base, const char *rule);
void plan_add_finding(struct plan *plan, const char *code, const char *remote_id,
                      const char *local_key, const char *field, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

#endif
