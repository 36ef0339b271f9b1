#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "tests/sandbox/query.h"
#include "tests/sandbox/server.h"

/* The largest request is a full opportunity: below 64 KiB. */
#define REQUEST_MAX (8u * 1024 * 1024) /* a PDF of 4 MB is 5.6 MB in a body of JSON */

struct server {
    struct sandbox *sandbox;
    struct MHD_Daemon *daemon;
    pthread_mutex_t lock; /* one call at a time in the core */
    uint16_t port;
};

/* One request while its body comes in. */
struct exchange {
    struct arena *arena;
    struct text body;
    struct http_header *headers;
    size_t header_count, header_capacity;
    struct text query;
};

static enum MHD_Result collect_header(void *context, enum MHD_ValueKind kind, const char *name,
                                      const char *value)
{
    (void)kind;
    struct exchange *exchange = context;
    ARRAY_GROW(exchange->headers, &exchange->header_capacity, exchange->header_count + 1);
    exchange->headers[exchange->header_count++] = (struct http_header){name, value ? value : ""};
    return MHD_YES;
}

static enum MHD_Result collect_argument(void *context, enum MHD_ValueKind kind, const char *name,
                                        const char *value)
{
    (void)kind;
    struct exchange *exchange = context;
    if (exchange->query.length)
        text_add_char(&exchange->query, '&');
    query_encode(&exchange->query, name);
    text_add_char(&exchange->query, '=');
    query_encode(&exchange->query, value ? value : "");
    return MHD_YES;
}

static void wait_ms(int64_t delay_ms)
{
    struct timespec left = {delay_ms / 1000, delay_ms % 1000 * 1000000};
    while (nanosleep(&left, &left) < 0)
        ;
}

/* A body that ends early although its length was promised. */
struct cut_body {
    size_t length;
    char bytes[];
};

static ssize_t read_cut(void *context, uint64_t position, char *buffer, size_t max)
{
    const struct cut_body *cut = context;
    if (position >= cut->length)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t left = cut->length - (size_t)position;
    size_t count = left < max ? left : max;
    memcpy(buffer, cut->bytes + position, count);
    return (ssize_t)count;
}

static struct MHD_Response *make_response(const struct sandbox_response *response)
{
    if (response->sent_length < response->body_length) {
        struct cut_body *cut = memory_alloc(sizeof *cut + response->sent_length);
        cut->length = response->sent_length;
        memcpy(cut->bytes, response->body, cut->length);
        return MHD_create_response_from_callback(response->body_length, 4096, read_cut, cut, free);
    }
    CLEANUP_FREE char *copy = memory_alloc(response->body_length + 1);
    memcpy(copy, response->body, response->body_length);
    return MHD_create_response_from_buffer(response->body_length, copy, MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result answer(struct server *server, struct MHD_Connection *connection,
                              const char *url, const char *method, struct exchange *exchange)
{
    struct sandbox_response response;
    MHD_get_connection_values(connection, MHD_HEADER_KIND, collect_header, exchange);
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, collect_argument, exchange);
    const struct sandbox_request request = {
        .method = method,
        .path = url,
        .query = exchange->query.data,
        .headers = exchange->headers,
        .header_count = exchange->header_count,
        .body = exchange->body.data,
        .body_length = exchange->body.length,
    };
    pthread_mutex_lock(&server->lock);
    sandbox_handle(server->sandbox, &request, exchange->arena, &response);
    pthread_mutex_unlock(&server->lock);
    if (response.delay_ms > 0)
        wait_ms(response.delay_ms);
    if (response.dropped)
        return MHD_NO; /* the library closes the connection without a word */
    struct MHD_Response *message = make_response(&response);
    if (!message)
        return MHD_NO;
    for (size_t i = 0; i < response.header_count; i++)
        MHD_add_response_header(message, response.headers[i].name, response.headers[i].value);
    enum MHD_Result result = MHD_queue_response(connection, (unsigned)response.status, message);
    MHD_destroy_response(message);
    return result;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_size, void **request_context)
{
    (void)version;
    struct exchange *exchange = *request_context;
    if (!exchange) {
        exchange = memory_alloc(sizeof *exchange);
        exchange->arena = arena_new();
        text_init(&exchange->body, REQUEST_MAX);
        text_init(&exchange->query, REQUEST_MAX);
        *request_context = exchange;
        return MHD_YES;
    }
    if (*data_size) {
        text_add_n(&exchange->body, data, *data_size);
        *data_size = 0;
        return text_failed(&exchange->body) ? MHD_NO : MHD_YES;
    }
    return answer(context, connection, url, method, exchange);
}

static void on_end(void *context, struct MHD_Connection *connection, void **request_context,
                   enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    struct exchange *exchange = *request_context;
    if (!exchange)
        return;
    arena_free(exchange->arena);
    text_free(&exchange->body);
    text_free(&exchange->query);
    free(exchange->headers);
    free(exchange);
    *request_context = NULL;
}

int server_start(struct sandbox *sandbox, uint16_t port, struct server **ret_server,
                 struct error *error)
{
    struct server *server = memory_alloc(sizeof *server);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr = {htonl(INADDR_LOOPBACK)},
    };
    server->sandbox = sandbox;
    pthread_mutex_init(&server->lock, NULL);
    server->daemon =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
                             MHD_USE_POLL | MHD_USE_SUPPRESS_DATE_NO_CLOCK,
                         port, NULL, NULL, on_request, server, MHD_OPTION_SOCK_ADDR, &address,
                         MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL,
                         MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_END);
    const union MHD_DaemonInfo *info =
        server->daemon ? MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
    if (!info) {
        server_stop(server);
        return error_set(error, ERROR_PERMANENT, SCOPE_RUN, "cannot listen on 127.0.0.1 port %u",
                         port);
    }
    server->port = info->port;
    *ret_server = server;
    return 0;
}

uint16_t server_port(const struct server *server)
{
    return server->port;
}

void server_stop(struct server *server)
{
    if (!server)
        return;
    if (server->daemon)
        MHD_stop_daemon(server->daemon);
    pthread_mutex_destroy(&server->lock);
    free(server);
}
