/* The engine: runs jobs through read, match, merge, plan, guard, apply. The jobs of a call run at
 * the same time; one that fails leaves the others complete, and a cloud that is slow, or asks to
 * wait, keeps no other cloud's jobs waiting. */
#ifndef RECONCILE_ENGINE_H
#define RECONCILE_ENGINE_H

#include "reconcile/apply.h"
#include "reconcile/intake.h"
#include "reconcile/plan.h"

struct lane; /* one job of a run */

/* For asking a run to end early, from a loop callback: engine_stop(). Zeroed to begin with. */
struct engine_control {
    bool stopping;
    struct lane *lanes; /* while a run is under way */
    size_t count;
};
/* What is on the wire is waited for, nothing new is begun. */
void engine_stop(struct engine_control *control);

struct engine_options {
    bool apply; /* false: plan only; nothing outside the store is written */
    bool full;  /* force a full read */
    /* For people: stage is "reading", "planning" or "applying"; total 0: unknown. May be NULL. */
    void (*progress)(void *context, const char *job, const char *stage, size_t done, size_t total);
    void *progress_context;
    struct engine_control *control; /* may be NULL */
};

struct engine_result {
    const struct work *work;
    struct arena *arena;       /* owns what follows */
    enum read_outcome outcome; /* of the job: complete, partial (not everything could be read or
                                  written), failed (see error) */
    struct error error;        /* class NONE unless failed */
    struct plan *plan;         /* what the run found to do; NULL if it never got there */
    struct plan *left;         /* apply: what is left after it, else NULL */
    struct intake_result local, remote; /* of the first pass */
    struct apply_counts counts;
    size_t findings;            /* open ones of the job after the run */
    struct session_stats stats; /* of this run … */
    bool shared;                /* … and of other jobs of the same cloud beside it */
    int64_t run;
    int64_t elapsed_ms; /* until the jobs of its cloud had ended */
};

/* A job whose work has wishes carries out these alone: it finishes what is open in the journal,
 * reads both sides, and writes at the cloud. Its plan is for the caller only: it is not what people
 * see between runs, and its findings are not stored. What is to be written at the local side is the
 * next ordinary run's.
 *
 * Runs the jobs; results[i] belongs to works[i], to be freed by the caller also after an error.
 * Returns 0 also if jobs failed, see each result. */
int engine_run(struct loop *loop, const struct work *works, size_t count,
               const struct engine_options *options, struct engine_result *results,
               struct error *error);
void engine_result_free(struct engine_result *result);

#endif
