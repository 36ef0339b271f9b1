/* What the tests of planning and guarding share: a real store in a folder that is removed, a job, a
 * source that can be written and a connector of tables only. Nothing is ever sent. */
#ifndef TESTS_SUPPORT_PLANNING_H
#define TESTS_SUPPORT_PLANNING_H

#include "reconcile/apply.h"
#include "reconcile/guard.h"
#include "reconcile/plan.h"
#include "tests/support/store_fixture.h"

struct planning {
    struct fixture *store; /* of the store fixture */
    struct arena *arena;
    struct job job;
    struct field_map fields[16];
    struct match_rule rules[2];
    struct condition shared; /* Share = yes */
    struct setting write;
    struct settings settings;
    struct source source;
    struct connector_kind tables; /* of the cloud; a test may change its own */
    struct work work;
    struct plan_trust trust; /* a complete read, unless a test says otherwise */
    struct plan *plans[64];  /* freed at the end */
    size_t plan_count;
    struct error error;
};

struct planning *planning_new(void);        /* referrals; create and submit are open where shared */
struct planning *planning_offers_new(void); /* offers; no gate is open */
void planning_free(struct planning *planning);

/* Names and values, ended by NULL: {"title", "Deal", "next_steps", "Call", NULL}. */
#define PAIRS(...) ((const char *const[]){__VA_ARGS__, NULL})
void planning_remote(struct planning *planning, const char *id, const char *version,
                     const char *const *pairs);
/* The row's column "Share" says `share`; NULL: it is empty. */
void planning_local(struct planning *planning, const char *key, const char *share,
                    const char *const *pairs);
void planning_link(struct planning *planning, const char *id, const char *key,
                   const char *const *base);
void planning_gone(struct planning *planning, enum side side, const char *id);
/* A pair on which both sides agree in all that is given. */
void planning_pair(struct planning *planning, const char *id, const char *key,
                   const char *const *pairs);
/* Opens a gate; `when` NULL: always. */
void planning_open(struct planning *planning, enum gate gate, const struct condition *when);
/* How one of the job's fields is treated. */
struct field_map *planning_map(struct planning *planning, const char *field);
void planning_verdict(struct planning *planning, const char *subject, const char *verdict);

struct plan *planning_make(struct planning *planning);    /* unguarded */
struct plan *planning_guarded(struct planning *planning); /* guarded */
const char *planning_json(struct planning *planning, const struct plan *plan);
/* The change of that action for the remote id or local key; NULL if there is none. */
struct change *planning_change(const struct plan *plan, enum action action, const char *subject);
/* What the change writes into the field; NULL: nothing. */
const char *planning_value(const struct change *change, const char *field);
/* What apply writes down beside the changes. */
void planning_keep_books(struct planning *planning, const struct plan *plan);
/* A finding about a row: its present content cannot be used. */
void planning_spoil(struct planning *planning, const char *key);
size_t planning_findings(const struct plan *plan, const char *code);

#endif
