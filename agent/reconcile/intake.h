/* Intake: what both sides say now, normalised, into the store. */
#ifndef RECONCILE_INTAKE_H
#define RECONCILE_INTAKE_H

#include "reconcile/work.h"

struct intake_result {
    enum read_outcome outcome;
    const char *message; /* NULL, or why it is not complete; lives as long as the intake */
    long long records;   /* read or seen */
    long long changed;
    long long rejected;      /* rows that went to the review file */
    const char *review_path; /* NULL: none */
    struct file_state state; /* local: the content that was read */
    bool skipped;            /* the source has not changed since it was last read */
};

/* Reads the source if it changed (or the job's rules did). Bad rows become findings and go to the
 * review file; records whose row is bad keep what the store has of them and are left alone. A
 * source that is suddenly empty, or lost more than half of its rows, takes nothing away (RUN-003).
 */
int intake_local(const struct work *work, struct arena *arena, struct intake_result *ret_result,
                 struct error *error);

/* The remote read: give intake_sink() to the connector, run the loop until `ended`, then finish. */
struct intake;
struct intake *intake_new(const struct work *work, struct arena *arena);
void intake_free(struct intake *intake);
/* Starts the read; `ended` is called once. `takes`: see struct read_scope. */
void intake_start(struct intake *intake, bool full, bool takes, void (*ended)(void *context),
                  void *context);
/* Ends the sweep, keeps the watermark. Writes findings. */
int intake_finish(struct intake *intake, struct intake_result *ret_result, struct error *error);
/* True if a full read is due: never done, or longer ago than full_every. */
int intake_full_due(const struct work *work, bool *ret_due, bool *ret_ever, struct error *error);

#endif
