/* The sandbox behind HTTP on loopback. */
#ifndef SANDBOX_SERVER_H
#define SANDBOX_SERVER_H

#include "tests/sandbox/sandbox.h"

struct server;

/* Listens on 127.0.0.1; port 0 takes a free one. Calls are answered one at a time, while delays
 * that faults ask for are waited side by side. */
int server_start(struct sandbox *sandbox, uint16_t port, struct server **ret_server,
                 struct error *error);
uint16_t server_port(const struct server *server);
void server_stop(struct server *server); /* waits for calls under way; NULL is fine */

/* `sandbox ctl URL COMMAND …`: returns the exit code. */
int ctl_main(int argc, char **argv);

#endif
