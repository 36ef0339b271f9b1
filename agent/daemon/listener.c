#include "daemon/listener.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define CLOSING_ROUNDS 20 /* of 10 ms: for the browser to take its answer */

struct listener {
    struct loop *loop;
    struct MHD_Daemon *daemon;
    int fd;
    listener_heard *heard;
    void *context;
};

static const char *argument(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *data_size, void **request_context)
{
    (void)version, (void)data, (void)data_size, (void)request_context;
    struct listener *listener = context;
    bool root = !strcmp(url, "/") && !strcmp(method, "GET");
    const char *text = "There is nothing here.\n"; /* browsers ask for icons, too */
    if (root)
        text = listener->heard(listener->context, argument(connection, "code"),
                               argument(connection, "state"), argument(connection, "error"));
    char *copy = memory_copy(text);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(copy), copy, MHD_RESPMEM_MUST_FREE);
    MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
    MHD_add_response_header(response, "Connection", "close");
    enum MHD_Result result = MHD_queue_response(connection, root ? 200 : 404, response);
    MHD_destroy_response(response);
    return result;
}

static void ready(void *context)
{
    struct listener *listener = context;
    MHD_run(listener->daemon);
}

int listener_open(struct loop *loop, uint16_t port, listener_heard *heard, void *context,
                  struct listener **ret_listener, struct error *error)
{
    struct listener *listener = memory_alloc(sizeof *listener);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    *listener = (struct listener){.loop = loop, .heard = heard, .context = context};
    listener->daemon = MHD_start_daemon(MHD_USE_EPOLL, port, NULL, NULL, answer, listener,
                                        MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_END);
    const union MHD_DaemonInfo *info =
        listener->daemon ? MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
    if (!info) {
        if (listener->daemon)
            MHD_stop_daemon(listener->daemon);
        free(listener);
        return error_set(error, ERROR_PERMANENT, SCOPE_RUN,
                         "cannot listen on 127.0.0.1 port %u: choose another one by --port", port);
    }
    listener->fd = info->epoll_fd;
    loop_watch(loop, listener->fd, ready, listener);
    *ret_listener = listener;
    return 0;
}

uint16_t listener_port(const struct listener *listener)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

void listener_close(struct listener *listener)
{
    if (!listener)
        return;
    loop_unwatch(listener->loop, listener->fd);
    for (int i = 0; i < CLOSING_ROUNDS; i++)
        MHD_run_wait(listener->daemon, 10);
    MHD_stop_daemon(listener->daemon);
    free(listener);
}
