/* Between the files of the planner: plan_make.c walks over the records, plan_pair.c merges pairs,
 * plan_named.c knows the records of other jobs that values name, plan_gate.c opens the job's gates,
 * plan_beside.c those of other clouds, plan_create.c makes new records, plan_wish.c does what a
 * person asks for, plan_check.c holds all of it against the cloud's rules. */
#ifndef RECONCILE_PLAN_PRIVATE_H
#define RECONCILE_PLAN_PRIVATE_H

#include "model/gate.h"
#include "model/mapping.h"
#include "reconcile/plan.h"

struct planner {
    const struct work *work;
    struct plan *plan;
    struct map *blocked; /* local keys whose present row could not be used */
    struct map *done;    /* remote ids that have been planned, or are spoken for */
    struct map *paired;  /* local keys without link that have found their partner */
    /* Remote id → the unlinked local record that names it, or one of several: see plan_heir(). Made
     * when a linked local record is gone. */
    struct map *heirs;
    /* Ids that take part in an open question of matching; NULL before it was looked at. */
    struct map *unsure_remote, *unsure_local;
    struct map *references; /* reference → remote id, over all; made when first asked for */
    struct planner_peers {  /* the records present at the cloud; loaded when first asked for */
        const struct record **records;
        size_t count, capacity;
        bool loaded;
    } peers;
};

struct pair {
    struct store_record *remote, *local;
    const char **base; /* never NULL; entries may be */
    bool linked;
    const char *how;         /* of a new pair */
    const char *replaces[2]; /* see struct plan_pair */
    bool waits;              /* a deadline lies ahead, or it is unfinished: it stays unsettled */
};

/* A record at the cloud with what is known of its local side. */
struct gate_view {
    const struct record *remote;
    const struct record *local;  /* NULL: it has no partner */
    const struct json *row;      /* of `local` */
    const struct change *update; /* what is written before the gate's action, or NULL */
};

int plan_get(struct planner *planner, enum side side, const char *id,
             struct store_record **ret_record, struct error *error);
int plan_link(struct planner *planner, enum side side, const char *id, struct store_link **ret_link,
              struct error *error);
/* The raw row of a local record. */
int plan_row(struct planner *planner, const struct record *local, struct json **ret_row,
             struct error *error);
void plan_settle(struct plan *plan, enum side side, const char *id);
const char *plan_title(const struct record *record); /* what people call it */

/* Plans one pair: adopt if it is new, update, what the gates open, pull; conflicts and findings. */
int plan_pair(struct planner *planner, struct pair *pair, struct error *error);
/* Tells which of the records that the value names cannot be named yet, in words; NULL: none. */
int plan_unready(struct planner *planner, size_t field, const char *value, const char **ret_unready,
                 struct error *error);
/* Tells of the local records that a job of another cloud has linked, too. */
int plan_beside(struct planner *planner, struct error *error);
/* What an edit amounts to, by the connector's word. */
enum action plan_classify(const struct planner *planner, const struct change *change,
                          const struct record *before);

/* The gates (1u << GATE_…) whose action is due for the record. Says what cannot be decided. */
unsigned plan_gates_due(struct planner *planner, const struct gate_view *view);
void plan_gates(struct planner *planner, const struct gate_view *view, unsigned gates);
/* Adds the gate's action, whether it is open or not. */
void plan_gate(struct planner *planner, const struct gate_view *view, const struct gate_type *type);
/* True if the action is due for the record at the cloud, with what is `wanted` of it (the local
 * record, or the record as it would be); NULL: nothing. */
bool plan_due(const struct planner *planner, const struct gate_type *type,
              const struct record *remote, const struct record *wanted);
/* Adds the fields that go along with the gate's action and that the cloud has not got so: the local
 * ones, or the job's constants. */
void plan_gate_fields(struct planner *planner, struct change *change, const struct gate_type *type,
                      const struct record *remote, const struct record *local);
/* True of a field that goes with a submission and not with an edit. */
bool plan_shows(const struct planner *planner, size_t field);
/* "value 40000.00 USD, product prod-1": what a person wants to know before the gate's action; NULL
 * if there is nothing to tell. `type` may be NULL. */
const char *plan_tell(struct arena *arena, const struct gate_type *type,
                      const struct record *record);
/* A present record of the cloud without a partner: what its gates open, or its import. */
int plan_remote(struct planner *planner, const struct record *remote, struct error *error);
/* Reports the deadlines that are near; true if any lies ahead. */
bool plan_deadlines(struct planner *planner, const struct record *remote);
/* The record that this one turned into; NULL if it did not. */
const char *plan_became(const struct record *remote);

/* Plans a local record that nothing at the cloud fits. With a wish it is created whatever the gate
 * says. `ret_said` tells whether there was a change or a finding. */
int plan_create(struct planner *planner, const struct store_record *local, const struct wish *wish,
                bool *ret_said, struct error *error);

/* Replaces the plan's changes by those that the wishes ask for. */
int plan_wishes(struct planner *planner, struct error *error);

/* The rules' moment of an action at the cloud; 0: only the values are looked at. */
unsigned plan_moment(enum action action);
/* The record as the change leaves it. `before` NULL: as it is created. */
struct record *plan_after(struct arena *arena, const struct record *before,
                          const struct change *change);
/* Holds the change (HOLD_RULE) if the cloud would refuse it, and says why; true if it does. */
bool plan_check(struct planner *planner, struct change *change, unsigned moments,
                const struct record *before, const struct record *after);
/* The same for an update: fields that would be refused leave it, so that the others can go. */
void plan_check_update(struct planner *planner, struct change *change, const struct record *before);

#endif
