/* What the service manager gets to read: on a socket of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/memory.h"
#include "daemon/notify.h"

struct manager {
    int fd;
    char folder[64];
    char name[108]; /* as $NOTIFY_SOCKET has it */
    char got[16 * 1024];
};

static void bind_to(struct manager *manager, size_t length)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, manager->name, length);
    if (manager->name[0] == '@')
        address.sun_path[0] = '\0';
    else
        length++;
    manager->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_true(manager->fd >= 0);
    assert_int_equal(bind(manager->fd, (const struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)),
                     0);
}

static void manager_open(struct manager *manager, bool abstract)
{
    *manager = (struct manager){.folder = "/tmp/notify-test-XXXXXX"};
    assert_non_null(mkdtemp(manager->folder));
    snprintf(manager->name, sizeof manager->name, "%s%s/socket", abstract ? "@" : "",
             manager->folder);
    bind_to(manager, strlen(manager->name));
}

static void manager_close(struct manager *manager)
{
    close(manager->fd);
    unlink(manager->name);
    rmdir(manager->folder);
}

/* The next datagram, or "" if there is none. */
static const char *take(struct manager *manager)
{
    ssize_t got = recv(manager->fd, manager->got, sizeof manager->got - 1, 0);
    manager->got[got < 0 ? 0 : got] = '\0';
    return manager->got;
}

static void every_message_is_one_datagram(void **state)
{
    (void)state;
    for (int abstract = 0; abstract < 2; abstract++) {
        struct manager manager;
        struct notify notify;
        manager_open(&manager, abstract);
        notify_open(manager.name, NULL, NULL, &notify);
        notify_ready(&notify);
        assert_string_equal(take(&manager), "READY=1");
        notify_status(&notify, "%d jobs; next %s", 2, "aws");
        assert_string_equal(take(&manager), "STATUS=2 jobs; next aws");
        notify_watchdog(&notify);
        assert_string_equal(take(&manager), "WATCHDOG=1");
        notify_stopping(&notify, 30000);
        assert_string_equal(take(&manager), "STOPPING=1\nEXTEND_TIMEOUT_USEC=30000000");
        notify_reloading(&notify);
        unsigned long long usec = 0;
        char end = 0;
        assert_int_equal(sscanf(take(&manager), "RELOADING=1\nMONOTONIC_USEC=%llu%c", &usec, &end),
                         1);
        assert_true(usec > 0);
        assert_string_equal(take(&manager), "");
        notify_close(&notify);
        manager_close(&manager);
    }
}

/* A name from outside must not become a second field of the message. */
static void a_status_is_one_line(void **state)
{
    (void)state;
    struct manager manager;
    struct notify notify;
    char big[4000];
    manager_open(&manager, true);
    notify_open(manager.name, NULL, NULL, &notify);
    notify_status(&notify, "job %s", "x\nREADY=1");
    assert_string_equal(take(&manager), "STATUS=job x\\nREADY=1");
    memset(big, 1, sizeof big - 1);
    big[sizeof big - 1] = '\0';
    notify_status(&notify, "%s", big);
    assert_int_equal(strncmp(take(&manager), "STATUS=\\x01\\x01", 15), 0);
    assert_null(strchr(manager.got, 1));
    notify_close(&notify);
    manager_close(&manager);
}

static void nobody_listening_is_fine(void **state)
{
    (void)state;
    char long_name[200];
    memset(long_name, 'n', sizeof long_name - 1);
    long_name[0] = '/';
    long_name[sizeof long_name - 1] = '\0';
    const char *const names[] = {
        NULL,     "", "/", "@", "relative", "vsock:2:1", "/no/such/socket", "@nobody-listens-here",
        long_name};
    for (size_t i = 0; i < COUNT(names); i++) {
        struct notify notify;
        notify_open(names[i], "20000000", NULL, &notify);
        notify_ready(&notify);
        notify_reloading(&notify);
        notify_stopping(&notify, 1);
        notify_watchdog(&notify);
        notify_status(&notify, "%s", "x");
        notify_close(&notify);
        assert_int_equal(notify.fd, -1);
        assert_int_equal(notify.watchdog_ms, 0);
    }
}

/* The manager may be started anew, with a new socket under the old name. */
static void a_new_socket_is_found(void **state)
{
    (void)state;
    struct manager manager;
    struct notify notify;
    manager_open(&manager, false);
    notify_open(manager.name, NULL, NULL, &notify);
    notify_ready(&notify);
    close(manager.fd);
    unlink(manager.name);
    notify_watchdog(&notify); /* lost, and no SIGPIPE */
    bind_to(&manager, strlen(manager.name));
    notify_watchdog(&notify);
    assert_string_equal(take(&manager), "WATCHDOG=1");
    notify_close(&notify);
    manager_close(&manager);
}

static void pings_come_twice_as_often_as_asked(void **state)
{
    (void)state;
    char self[24], other[24];
    snprintf(self, sizeof self, "%d", (int)getpid());
    snprintf(other, sizeof other, "%d", (int)getpid() + 1);
    const struct {
        const char *usec, *pid;
        int64_t ping_ms;
    } rows[] = {
        {"30000000", NULL, 15000}, {"30000000", self, 15000}, {"30000000", other, 0},
        {"30000000", "x", 0},      {NULL, NULL, 0},           {"0", NULL, 0},
        {"-5", NULL, 0},           {"soon", NULL, 0},         {"1", NULL, 1},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct notify notify;
        notify_open("@nobody", rows[i].usec, rows[i].pid, &notify);
        assert_int_equal(notify.watchdog_ms, rows[i].ping_ms);
        notify_close(&notify);
    }
}

/* What we start must not speak for us. */
static void the_environment_is_cleared(void **state)
{
    (void)state;
    struct manager manager;
    struct notify notify;
    manager_open(&manager, true);
    setenv("NOTIFY_SOCKET", manager.name, 1);
    setenv("WATCHDOG_USEC", "4000000", 1);
    unsetenv("WATCHDOG_PID");
    notify_open_env(&notify);
    assert_int_equal(notify.watchdog_ms, 2000);
    notify_ready(&notify);
    assert_string_equal(take(&manager), "READY=1");
    assert_null(getenv("NOTIFY_SOCKET"));
    assert_null(getenv("WATCHDOG_USEC"));
    notify_close(&notify);
    manager_close(&manager);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_is_one_datagram),
        cmocka_unit_test(a_status_is_one_line),
        cmocka_unit_test(nobody_listening_is_fine),
        cmocka_unit_test(a_new_socket_is_found),
        cmocka_unit_test(pings_come_twice_as_often_as_asked),
        cmocka_unit_test(the_environment_is_cleared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
