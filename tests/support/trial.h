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
    const void *stage;    /* the test's own */
    const char *discards; /* key of the row whose draft offer a person asks to have deleted before
                             the disturbed run; who did not see it done asks again. NULL: none */
    void (*meddle)(struct rig *rig); /* with the run that is to be killed; may be NULL */
    /* What runs have led to: the same text whenever it is as good. */
    const char *(*tell)(const struct trial *trial, struct rig *rig);
    /* What is wrong though the text be right: "6 deals, 1 twice"; NULL: nothing. */
    const char *(*complain)(const struct trial *trial, struct rig *rig);
    char *expected;  /* what an undisturbed run leads to */
    char folder[64]; /* as prepared */
    char copy[96];   /* where the runs of a trial happen */
};

/* A copy of `trial` with folders of its own; the test prepares what is in trial->folder. */
struct trial *trial_new(const struct trial *trial, const char *name);
void trial_free(struct trial *trial); /* NULL is fine */
int trial_teardown(void **state);     /* for a group of tests: *state is the trial */
/* Runs a copy of what was prepared undisturbed, and expects from now on what that leads to; all
 * texts of `shows` (NULL at the end) stand in it. */
void trial_expect(struct trial *trial, const char *const *shows);

/* Everything in the copy is as prepared, journal files of the database included. */
void trial_restore(const struct trial *trial);
/* A rig in the copy, so much later than the preparation began. */
struct rig *trial_open(const struct trial *trial, int64_t later_ms);
/* Runs until those who are to answer have, and nothing is left. */
void trial_finish(struct rig *rig);
/* Runs on until nothing is left, and fails the test unless that is as expected. `what` and `number`
 * name the disturbance. */
void trial_check(const struct trial *trial, struct rig *rig, const char *what, size_t number);

/* A child runs once in the copy, as that is. True if it was killed on the way, at the die_at'th
 * pass of the point (NULL: of any), false if it got through. */
bool trial_doomed(const struct trial *trial, int64_t later_ms, size_t die_at,
                  const char *die_point);
/* Kills a run at each `stride`th pass of the point in turn, beginning with the first, until one
 * gets through; ten minutes after each another run ends as expected. Returns how many were killed.
 */
size_t trial_kill_at_each(const struct trial *trial, const char *point, size_t stride);
/* The same at any point, and the runs that clean up are killed, too: at their first points. */
void trial_kill_again(const struct trial *trial, size_t stride);

/* Each call that a run sends of the operations (NULL at the end) in turn meets the fault
 * ("lost-after", "500"); the program runs on and ends as expected. `sent` counts the calls that a
 * run sent: one at least. */
void trial_fault_at_each(const struct trial *trial, const char *fault,
                         const char *const *operations,
                         size_t (*sent)(const struct rig *rig, const char *operation));
/* All writes of the operations happen in a run and no answer comes; when the line is back, all is
 * looked up. */
void trial_lose_all(const struct trial *trial, const char *const *operations);

/* For `tell`. What stands at each of the paths (NULL at the end), "-" for nothing: " a - c". */
const char *trial_tell_parts(struct rig *rig, const struct json *record, const char *const *paths);
/* `text`, and below it the lines in order. */
const char *trial_tell_sorted(struct rig *rig, const char *text, const char **lines, size_t count);
/* `text` with `name` for each place where an id stands; NULL and "" stand nowhere. */
const char *trial_tell_id(struct rig *rig, const char *text, const char *id, const char *name);

#endif
