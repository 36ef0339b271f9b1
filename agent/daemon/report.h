/* What the log says of the daemon's runs: a line for each run that did or found something, and one
 * for each change of a job's state. A job that fails the same way at every poll says so once. */
#ifndef DAEMON_REPORT_H
#define DAEMON_REPORT_H

#include "reconcile/engine.h"

enum report_state {
    REPORT_GOOD,
    REPORT_PARTIAL, /* not everything could be read or written */
    REPORT_FAILED,
    REPORT_BUSY, /* another process has the job; no failure of ours */
};

struct report;
struct report *report_new(const struct world *world);
void report_free(struct report *report); /* NULL is fine */

/* Logs the run and remembers how it went. `next_ms` is how long it is until the job's next run. */
enum report_state report_run(struct report *report, const struct log *log,
                             const struct engine_result *result, int64_t next_ms);
/* A run that a stop cut short: nothing is concluded from it. */
void report_cut(const struct log *log, const struct engine_result *result);
/* How a result is to be taken, without logging. */
enum report_state report_judge(const struct engine_result *result);

#endif
