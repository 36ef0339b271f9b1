/* The daemon: runs jobs when they are due, until it is told to stop. One thread, one loop; signals
 * arrive on the loop, also while a run is under way:
 *
 *   SIGTERM, SIGINT  no new steps; what is on the wire is waited for; then the end. A second one,
 * or the stop timeout, ends at once: the journal makes that safe. SIGHUP           the
 * configuration is loaded again once the present run has ended.
 *
 * The caller blocks these signals before any library can start a thread: daemon_block_signals(). */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include "daemon/notify.h"
#include "reconcile/engine.h"

/* One opened configuration. All borrowed from the caller. */
struct daemon_setup {
    struct loop *loop;
    const struct work *works;
    size_t count;
    const struct log *log;
    unsigned jitter_percent;
    int64_t stop_timeout_ms;
};

/* As engine_run(). */
typedef int daemon_engine(struct loop *loop, const struct work *works, size_t count,
                          const struct engine_options *options, struct engine_result *results,
                          struct error *error);

struct daemon_options {
    const struct world *world;
    struct daemon_setup setup;
    const struct notify *notify;
    /* Loads the configuration again. On success `*setup` is the new one and the old one is gone; on
     * failure it has logged what is wrong, and nothing has changed. Never during a run. */
    int (*reload)(void *context, struct daemon_setup *setup);
    void *context;
    daemon_engine *engine;   /* NULL: engine_run() */
    void (*leave)(int code); /* ends the process at once: _exit() */
    int cut_code;            /* what an end at once is called with */
};

/* Blocks the daemon's signals for this thread and those it will start. */
void daemon_block_signals(void);

/* Runs until stopped. 0: everything under way came to its end. -class: it cannot go on. */
int daemon_run(const struct daemon_options *options, struct error *error);

#endif
