/* The one event loop: timers, the HTTP transport, and foreign descriptors (signalfd). Callbacks run
 * one after the other on the one thread; none may block. Under a virtual clock the transport's
 * wait() moves the time. */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "net/http.h"

struct loop;
typedef void loop_callback(void *context);

struct loop *loop_new(const struct world *world,
                      struct http *http); /* http may be NULL; borrowed */
void loop_free(struct loop *loop);
const struct world *loop_world(const struct loop *loop);

/* Runs `callback` once, not before `delay_ms` from now. The id is for loop_cancel(); never 0. */
uint64_t loop_after(struct loop *loop, int64_t delay_ms, loop_callback *callback, void *context);
void loop_cancel(struct loop *loop, uint64_t id); /* ended or unknown ids are fine */
/* Calls back whenever the descriptor is readable. */
void loop_watch(struct loop *loop, int fd, loop_callback *callback, void *context);
void loop_unwatch(struct loop *loop, int fd);
/* Runs until `*stop` (may be NULL) is true, or nothing is left that could call back. */
int loop_run(struct loop *loop, const bool *stop, struct error *error);
/* True if neither transfers nor timers are under way (watched descriptors do not count). */
bool loop_idle(const struct loop *loop);
/* For the session: starts a request on the transport and counts it. */
int loop_http_start(struct loop *loop, const struct http_request *request, http_done *done,
                    void *context, struct error *error);
/* For who goes away while a request of his (known by its context) is under way: `done` is no longer
 * called; `release` is, with the same context, when the transport is through with the request or
 * the loop is freed, whatever comes first. */
void loop_http_drop(struct loop *loop, void *context, loop_callback *release);

#endif
