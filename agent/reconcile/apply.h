/* Apply: carries out what the guard let through. One change at a time per record, many records in
 * flight. Each step of a procedure that writes is journalled before it is sent and after its
 * answer; the end of a change puts base, record, journal and audit line down in one transaction. */
#ifndef RECONCILE_APPLY_H
#define RECONCILE_APPLY_H

#include "reconcile/plan.h"

struct apply_counts {
    size_t applied, failed, stale, open; /* open: outcome unknown or to be resumed */
    size_t unseen;  /* applied, but what the record is like since then nobody has read */
    size_t waiting; /* the cloud works on them, or something there blocks them; no failure */
    size_t created;
    enum error_class worst; /* of the failures; ERROR_NONE if none */
};

typedef void apply_progress(void *context, size_t done, size_t total);

struct applier;
struct applier *applier_new(const struct work *work, struct plan *plan, int64_t run);
void applier_free(struct applier *applier);
void applier_progress(struct applier *applier, apply_progress *progress, void *context);
/* Takes up what an earlier run left open at the cloud. Files are simply read again. */
int applier_resume(struct applier *applier, struct error *error);
/* Takes the plan's changes that write at the cloud. Those for which it has no room, because it
 * still works on others, are passed over and stay planned. */
int applier_take(struct applier *applier, struct error *error);
/* Starts; `ended` is called once, possibly before this returns, when everything came to an end. */
void applier_start(struct applier *applier, void (*ended)(void *context), void *context);
/* No new steps are begun; what is on the wire is waited for. */
void applier_stop(struct applier *applier);
void applier_counts(const struct applier *applier, struct apply_counts *ret_counts);

/* The parts of the plan that need no call: adopted pairs, bases, settled marks. One transaction. Of
 * a plan of wishes only the pairs that its changes need. */
int apply_bookkeeping(const struct work *work, const struct plan *plan, int64_t run,
                      struct apply_counts *counts, struct error *error);
/* What goes to the source: one write with the pulls, one with the rows that are added, so that
 * neither keeps the other from passing. `state` is the content that the plan rests on. */
int apply_local(const struct work *work, struct plan *plan, int64_t run,
                const struct file_state *state, struct apply_counts *counts, struct error *error);

#endif
