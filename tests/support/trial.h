/* A run that comes to grief: what a test has prepared in a folder (file, store, the sandbox's
 * state) is copied for each trial, a child runs there and is killed, and what the next run makes of
 * it can be held against what an undisturbed one leads to. */
#ifndef TESTS_SUPPORT_TRIAL_H
#define TESTS_SUPPORT_TRIAL_H

#include "tests/support/rig.h"

struct trial {
    char folder[64]; /* as prepared */
    char copy[96];   /* where the runs of a trial happen */
};

void trial_make(struct trial *trial, const char *name);
void trial_remove(const struct trial *trial);
/* Everything in the copy is as prepared, journal files of the database included. */
void trial_restore(const struct trial *trial);
/* Opens a rig in a child, lets `meddle` (may be NULL) do things to it, and runs it once. True if it
 * was killed on the way, by `die_at` of the options. */
bool trial_run(const struct rig_options *options, void (*meddle)(struct rig *rig));

#endif
