/* One request of a browser to this host, for a sign-in that comes back by redirect. */
#ifndef DAEMON_LISTENER_H
#define DAEMON_LISTENER_H

#include <stdint.h>

#include "base/error.h"
#include "net/loop.h"

struct listener;

/* The query's parameters, decoded; NULL where one is missing. Returns what the person reads in the
 * browser, plain text. Called on the loop, for each request of the root. */
typedef const char *listener_heard(void *context, const char *code, const char *state,
                                   const char *failure);

/* Listens on 127.0.0.1 only; port 0: on any that is free. */
int listener_open(struct loop *loop, uint16_t port, listener_heard *heard, void *context,
                  struct listener **ret_listener, struct error *error);
uint16_t listener_port(const struct listener *listener);
/* The browser's answer may still be on its way: waits a moment for it. NULL is fine. */
void listener_close(struct listener *listener);

#endif
