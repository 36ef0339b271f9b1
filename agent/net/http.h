/* HTTP as an injectable transport: start a request, be called back when it ended. http_curl_new()
 * is the real one (libcurl multi); tests bring scripted ones under a virtual clock.
 *
 * Ownership: a request must live until its callback ran. A response lives for the callback. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/world.h"

struct http_header {
    const char *name;
    const char *value;
};

struct http_request {
    const char *method;
    const char *url; /* https; http only where http_is_local() */
    struct http_header headers[24];
    size_t header_count;
    const char *body; /* may be NULL */
    size_t body_length;
    int64_t timeout_ms;         /* 0: 60 s */
    int64_t connect_timeout_ms; /* 0: the transport's */
    bool direct;                /* never through a proxy: where credentials are served */
};

struct http_response {
    int status;
    const struct http_header *headers; /* names in lower case */
    size_t header_count;
    const char *body; /* NUL-terminated; may hold NULs of its own */
    size_t body_length;
    int64_t elapsed_ms;
};

/* Replaces a header of that name (without case) or adds it. Texts are copied into the arena. */
void http_request_set(struct arena *arena, struct http_request *request, const char *name,
                      const char *value);
const char *http_request_get(const struct http_request *request, const char *name);
const char *http_response_get(const struct http_response *response,
                              const char *name); /* lower case */

/* True of a web page: a proxy or a gateway answered for the service. */
bool http_is_page(const struct http_response *response);

/* Exactly one of `response` and `error` is NULL. An error here means that no whole answer came:
 * error->vendor_code is "not-sent" when the request surely did not reach the server (refused
 * connection, name not found, TLS failure), else "" (it may have been carried out). */
typedef void http_done(void *context, const struct http_response *response,
                       const struct error *error);

struct http;
struct http_ops {
    /* Never calls `done` before it returns. */
    int (*start)(struct http *http, const struct http_request *request, http_done *done,
                 void *context, struct error *error);
    /* Waits at most timeout_ms (0: does not wait; negative: no limit) for any transfer or any of
     * `fds` (revents are filled), then calls the `done` of what ended. */
    int (*wait)(struct http *http, int64_t timeout_ms, struct pollfd *fds, size_t count,
                struct error *error);
    void (*close)(struct http *http); /* drops what is under way without calling back */
};
struct http {
    const struct http_ops *ops;
};

struct http_options {
    const char *ca_file;        /* NULL: the system's */
    const char *user_agent;     /* "agent/0.1.0" */
    const char *proxy;          /* NULL: none, whatever the environment says; "" the same */
    int64_t connect_timeout_ms; /* 0: 10 s */
};

/* libcurl: HTTP/1.1, TLS ≥ 1.2 verified, no redirects, no cookies, no netrc, bodies bounded by
 * LIMIT_RESPONSE_BYTES in the write callback. An answer that does not say where it ends (neither
 * Content-Length nor chunked) is an error, since it could not be told from a cut one; a request
 * with a body is never sent again by curl itself. The
 * program must ignore SIGPIPE: OpenSSL writes to peers that hung up. SSLKEYLOGFILE is taken out of
 * the environment. Copies the options. */
int http_curl_new(const struct http_options *options, const struct world *world,
                  struct http **ret_http, struct error *error);

/* True if the host of the URL is 127.0.0.0/8, ::1 or localhost. */
bool http_is_loopback(const char *url);
/* Where a URL points, by its host. Besides loopback there are the few link-local addresses at which
 * a cloud serves credentials to its own machines: what is sent there does not leave the host's own
 * link. */
enum http_place {
    HTTP_FAR,
    HTTP_LOOPBACK,
    HTTP_CONTAINER, /* AWS: credentials of containers, ECS and EKS */
    HTTP_INSTANCE,  /* AWS: metadata of the instance */
};
enum http_place http_place(const char *url);
/* Host and port as the URL has them, in lower case; NULL where two parsers could read two of them.
 */
const char *http_host(struct arena *arena, const char *url);
/* An address that a person gave (by the setting or variable `by`) for a service: https, or http on
 * this host; without query, user or blanks. `ret_url` ends in a slash. */
int http_base(struct arena *arena, const char *by, const char *url, const char **ret_url,
              struct error *error);
/* Not HTTP_FAR. Only there http without TLS is taken, and never is a proxy asked to reach it. */
bool http_is_local(const char *url);

#endif
