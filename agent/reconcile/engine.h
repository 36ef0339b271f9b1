/* The engine: runs jobs through read, match, merge, plan, guard, apply. All jobs of a call read and
 * write at the same time; one that fails leaves the others complete. */
#ifndef RECONCILE_ENGINE_H
#define RECONCILE_ENGINE_H

#include "reconcile/apply.h"
#include "reconcile/intake.h"
#include "reconcile/plan.h"

struct engine_options {
    bool apply;      /* false: plan only; nothing is written but what was read */
    bool full;       /* force a full read */
    int64_t lease_ms;
    /* For people: stage is "reading", "planning", "applying"; total 0: unknown. May be NULL. */
    void (*progress)(void *context, const char *job, const char *stage, size_t done, size_t total);
    void *progress_context;
    const bool *stop; /* set to true: end early, cleanly; may be NULL */
};

struct engine_result {
    const struct work *work;
    struct arena *arena;      /* owns what follows */
    enum read_outcome outcome; /* of the job as a whole */
    struct error error;       /* class NONE if it ran to its end */
    struct plan *plan;        /* what the run found to do at first; NULL if it never got there */
    struct plan *left;        /* reconcile: what is left after it; NULL for plan only */
    struct intake_result local, remote;
    struct apply_counts counts;
    struct session_stats stats; /* calls of this run */
    int64_t run;
    int64_t elapsed_ms;
};

/* Runs the jobs; results[i] belongs to works[i]. Returns 0 also if jobs failed (see each result),
 * negative only if nothing could be run at all. */
int engine_run(struct loop *loop, const struct work *works, size_t count,
               const struct engine_options *options, struct engine_result *results,
               struct error *error);
void engine_result_free(struct engine_result *result);

#endif
