/* Tells the service manager how the daemon is: systemd's notify protocol, one datagram a message to
 * the socket that $NOTIFY_SOCKET names; see sd_notify(3) for the fields. Nobody listening is fine:
 * then every call does nothing. */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct notify {
    int fd; /* -1: nobody listens */
    struct sockaddr_un address;
    socklen_t address_length;
    int64_t watchdog_ms; /* how often to ping: half of what the manager waits for; 0: never */
};

/* `socket_path` is $NOTIFY_SOCKET: "/path", or "@name" for an abstract one. `watchdog_usec` and
 * `watchdog_pid` are $WATCHDOG_USEC and $WATCHDOG_PID; a watchdog that is meant for another process
 * is none. Any may be NULL. What cannot be a socket's name leaves a notify that does nothing. */
void notify_open(const char *socket_path, const char *watchdog_usec, const char *watchdog_pid,
                 struct notify *ret_notify);
/* From the environment, which is cleared of the three, so that programs we start do not answer for
 * us. */
void notify_open_env(struct notify *ret_notify);
void notify_close(struct notify *notify);

void notify_ready(const struct notify *notify);
/* Before a reload; ends with notify_ready(). Tells the monotonic time, which the manager compares
 * with that of its request. */
void notify_reloading(const struct notify *notify);
/* `timeout_ms` is how long the end may still take; the manager waits at least as long. */
void notify_stopping(const struct notify *notify, int64_t timeout_ms);
void notify_watchdog(const struct notify *notify);
/* One line for `systemctl status`. Control characters are replaced: a line is one field. */
void notify_status(const struct notify *notify, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
