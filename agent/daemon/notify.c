#include "daemon/notify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

enum { LONGEST_STATUS = 1024 };

/* An abstract name starts with a NUL byte and ends with the length, not with one. */
static int make_address(const char *path, struct sockaddr_un *ret_address, socklen_t *ret_length)
{
    size_t length = strlen(path);
    if ((path[0] != '/' && path[0] != '@') || length < 2 || length >= sizeof ret_address->sun_path)
        return -1;
    *ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(ret_address->sun_path, path, length);
    if (path[0] == '@')
        ret_address->sun_path[0] = '\0';
    else
        length++;
    *ret_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    return 0;
}

static int64_t ping_ms(const char *usec, const char *pid)
{
    long long wait = 0, id = 0;
    if (!usec || !text_to_int64(usec, &wait) || wait <= 0)
        return 0;
    if (pid && (!text_to_int64(pid, &id) || id != getpid()))
        return 0;
    return wait >= 2000 ? wait / 2000 : 1;
}

void notify_open(const char *socket_path, const char *watchdog_usec, const char *watchdog_pid,
                 struct notify *ret_notify)
{
    struct notify notify = {.fd = -1};
    if (socket_path && make_address(socket_path, &notify.address, &notify.address_length) == 0)
        notify.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (notify.fd >= 0) {
        const struct timeval patience = {.tv_sec = 1};
        setsockopt(notify.fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        notify.watchdog_ms = ping_ms(watchdog_usec, watchdog_pid);
    }
    *ret_notify = notify;
}

void notify_open_env(struct notify *ret_notify)
{
    notify_open(getenv("NOTIFY_SOCKET"), getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"),
                ret_notify);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

void notify_close(struct notify *notify)
{
    if (notify->fd >= 0)
        close(notify->fd);
    *notify = (struct notify){.fd = -1};
}

/* By address each time: a manager that was started anew has a new socket under the old name. One
 * that is too busy to listen is no reason to stop working. */
static void tell(const struct notify *notify, const char *message)
{
    if (notify->fd >= 0)
        (void)!sendto(notify->fd, message, strlen(message), MSG_NOSIGNAL,
                      (const struct sockaddr *)&notify->address, notify->address_length);
}

void notify_ready(const struct notify *notify)
{
    tell(notify, "READY=1");
}

void notify_reloading(const struct notify *notify)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now); /* the protocol's own clock, which no job runs by */
    char message[64];
    snprintf(message, sizeof message, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
             (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    tell(notify, message);
}

void notify_stopping(const struct notify *notify, int64_t timeout_ms)
{
    char message[64];
    snprintf(message, sizeof message, "STOPPING=1\nEXTEND_TIMEOUT_USEC=%" PRId64,
             timeout_ms * 1000);
    tell(notify, message);
}

void notify_watchdog(const struct notify *notify)
{
    tell(notify, "WATCHDOG=1");
}

void notify_status(const struct notify *notify, const char *format, ...)
{
    char status[LONGEST_STATUS];
    va_list arguments;
    if (notify->fd < 0)
        return;
    va_start(arguments, format);
    vsnprintf(status, sizeof status, format, arguments);
    va_end(arguments);
    CLEANUP_TEXT struct text message;
    text_init(&message, 8 * LONGEST_STATUS);
    text_add(&message, "STATUS=");
    log_safe(&message, status);
    tell(notify, message.data);
}
