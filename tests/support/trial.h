/* A run that comes to grief: what a test has prepared in a folder (file, store, the sandbox's
 * state) is copied for each trial, a child runs there and is killed, and what the next run makes of
 * it can be held against what an undisturbed one leads to. */
#ifndef TESTS_SUPPORT_TRIAL_H
#define TESTS_SUPPORT_TRIAL_H

#include "tests/support/rig.h"

#define TRIAL_MINUTE_MS INT64_C(60000)
#define TRIAL_HOUR_MS   INT64_C(3600000) /* when disturbed runs are: what was prepared is over */

struct trial {
    const char *yaml;
    const void *stage;               /* the test's own */
    void (*meddle)(struct rig *rig); /* with the run that is to be killed; may be NULL */
    /* Runs on until nothing is left, and fails the test unless that is as expected. `what` and
     * `number` name the disturbance. */
    void (*check)(const struct trial *trial, struct rig *rig, const char *what, size_t number);
    char *expected;  /* what an undisturbed run leads to */
    char folder[64]; /* as prepared */
    char copy[96];   /* where the runs of a trial happen */
};

void trial_make(struct trial *trial, const char *name); /* the folders; the rest is the caller's */
void trial_remove(const struct trial *trial);           /* frees `expected`, too */
/* Everything in the copy is as prepared, journal files of the database included. */
void trial_restore(const struct trial *trial);
/* A rig in the copy, so much later than the preparation began. */
struct rig *trial_open(const struct trial *trial, int64_t later_ms);
/* Runs until those who are to answer have, and nothing is left. */
void trial_finish(struct rig *rig);

/* A child runs once in the copy, as that is. True if it was killed on the way, at the die_at'th
 * pass of the point (NULL: of any), false if it got through. */
bool trial_doomed(const struct trial *trial, int64_t later_ms, size_t die_at,
                  const char *die_point);
/* Ten minutes after the disturbed run another one ends as expected. */
void trial_end(const struct trial *trial, const char *what, size_t number);
/* Kills a run at each `stride`th pass of the point in turn, beginning with the first, until one
 * gets through; each ends as expected. Returns how many were killed. */
size_t trial_kill_at_each(const struct trial *trial, const char *point, size_t stride);

/* Each call that a run sends of the operation in turn meets the fault ("lost-after", "500"); the
 * program runs on and ends as expected. `run` is the disturbed run; NULL: one. `sent` counts the
 * calls that it sent: one at least. */
void trial_fault_at_each(const struct trial *trial, const char *fault, const char *operation,
                         void (*run)(const struct trial *trial, struct rig *rig),
                         size_t (*sent)(const struct rig *rig, const char *operation));

#endif
