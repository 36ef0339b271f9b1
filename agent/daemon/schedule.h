/* When which job runs next. Knows neither jobs nor engine: names and intervals in, indices out.
 * Time is the caller's, in world ticks: they go on while the host sleeps, so a job that a sleep
 * made due runs once on waking, not once for each beat that was slept through. */
#ifndef DAEMON_SCHEDULE_H
#define DAEMON_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/world.h"

/* A job that keeps failing is tried less often: its interval doubles with each failure, up to eight
 * times, yet never beyond an hour unless the job's own interval is longer. */
#define SCHEDULE_BACKOFF_DOUBLINGS 3
#define SCHEDULE_BACKOFF_MAX_MS    INT64_C(3600000)
/* A job that another process has is looked at again this soon, or with its interval if shorter. */
#define SCHEDULE_BUSY_MS INT64_C(60000)
#define SCHEDULE_NEVER   INT64_MAX

enum schedule_outcome { SCHEDULE_DONE, SCHEDULE_FAILED, SCHEDULE_BUSY };

struct schedule_entry {
    const char *name;
    int64_t every_ms; /* > 0 */
};

struct schedule;

struct schedule *schedule_new(const struct world *world); /* borrowed, for its chance */
void schedule_free(struct schedule *schedule);            /* NULL is fine */

/* The jobs from now on; index i is entries[i] from here on. A job that is new, or whose last run
 * failed, is due at once; one known by name keeps its beat, counted anew from its last start if its
 * interval changed. Not while a job runs. `jitter_percent` is how far a run may be moved at random,
 * earlier or later, as share of the interval. */
void schedule_set(struct schedule *schedule, const struct schedule_entry *entries, size_t count,
                  unsigned jitter_percent, int64_t now);

/* The jobs that are due, in the order of their entries; room for all of them. Returns how many. */
size_t schedule_due(const struct schedule *schedule, int64_t now, size_t *ret_indices);
/* The job does not become due again before its end was told. */
void schedule_begin(struct schedule *schedule, size_t index, int64_t now);
void schedule_end(struct schedule *schedule, size_t index, int64_t now,
                  enum schedule_outcome outcome);

/* When the job is due; SCHEDULE_NEVER while it runs. */
int64_t schedule_at(const struct schedule *schedule, size_t index);
/* The earliest of all; `ret_index` (may be NULL) says whose. SCHEDULE_NEVER if there is none. */
int64_t schedule_next(const struct schedule *schedule, size_t *ret_index);
/* How many jobs failed when they last ran. */
size_t schedule_failing(const struct schedule *schedule);

#endif
