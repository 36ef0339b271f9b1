#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "net/http.h"

#define TIMEOUT_MS         60000
#define CONNECT_TIMEOUT_MS 10000
#define LOW_SPEED_BYTES    16 /* a second; below this for LOW_SPEED_S the peer is taken for dead */
#define LOW_SPEED_S        30
#define KEEPALIVE_S        30
#define LONGEST_WAIT_MS    60000
/* A gateway sends below 8 KiB in 40 headers. */
#define HEADER_BYTES (64u * 1024)
#define HEADER_COUNT 128

struct curl_http {
    struct http http; /* first, so that the ops can come back */
    CURLM *multi;
    const struct world *world;
    char *ca_file;
    char *user_agent;
    char *proxy;
    long connect_timeout_ms;
    struct transfer *transfers;
};

struct transfer {
    struct transfer *next;
    struct curl_http *http;
    CURL *easy;
    struct curl_slist *sent_headers;
    http_done *done;
    void *context;
    const char *body; /* what is left to send */
    size_t body_left;
    bool no_body; /* HEAD */
    int64_t started_ms;
    /* The answer. */
    struct arena *arena;
    struct http_header headers[HEADER_COUNT];
    size_t header_count;
    size_t header_bytes;
    bool headers_ended; /* what comes now are trailers, or the next status line */
    struct text received;
    const char *refusal; /* why we do not take the answer; NULL: we do, if curl does */
    enum error_class refusal_class;
    char detail[CURL_ERROR_SIZE];
};

/* ---- what comes in ---- */

static void add_header(struct transfer *transfer, const char *line, size_t length)
{
    const char *colon = memchr(line, ':', length);
    if (colon == NULL || colon == line || *line == ' ' || *line == '\t') {
        return; /* a folded or damaged line carries nothing that we read */
    }
    char *name = arena_copy_n(transfer->arena, line, (size_t)(colon - line));
    char *value = arena_copy_n(transfer->arena, colon + 1, length - (size_t)(colon + 1 - line));
    text_lower(name);
    transfer->headers[transfer->header_count++] = (struct http_header){
        .name = text_trim(name),
        .value = text_trim(value),
    };
}

/* For a write callback: ends the transfer. */
static size_t too_large(struct transfer *transfer, const char *what)
{
    transfer->refusal = what;
    transfer->refusal_class = ERROR_PERMANENT;
    return 0;
}

static size_t on_header(char *line, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t length = size * count;
    transfer->header_bytes += length;
    if (transfer->header_bytes > HEADER_BYTES || transfer->header_count == HEADER_COUNT) {
        return too_large(transfer, "the answer's headers exceed what is accepted");
    }
    if (length > 5 && memcmp(line, "HTTP/", 5) == 0) {
        transfer->headers_ended = false; /* the last status line counts: 100 Continue comes first */
        transfer->header_count = 0;
    } else if (line[0] == '\r' || line[0] == '\n') {
        transfer->headers_ended = true;
    } else if (!transfer->headers_ended) {
        add_header(transfer, line, length);
    }
    return length;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    text_add_n(&transfer->received, bytes, size * count);
    if (text_failed(&transfer->received)) {
        return too_large(transfer, "the answer's body exceeds what is accepted");
    }
    return size * count;
}

/* The body is read by callback, and none is given for rewinding, on purpose: when a kept-alive
 * connection dies before an answer came, curl sends the request again by itself; here that fails
 * instead, once any of the body has left, since the server may have carried it out. */
static size_t on_send(char *buffer, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t length = size * count;
    length = length < transfer->body_left ? length : transfer->body_left;
    if (length > 0) {
        memcpy(buffer, transfer->body, length);
        transfer->body += length;
        transfer->body_left -= length;
    }
    return length;
}

/* ---- starting ---- */

static int refuse(struct error *error, const char *why)
{
    int result = error_set(error, ERROR_INPUT, SCOPE_CLOUD, "%s", why);
    if (error != NULL) {
        snprintf(error->vendor_code, sizeof error->vendor_code, "not-sent");
    }
    return result;
}

/* False for anything that could end a line of the request early. */
static bool one_line(const char *text, unsigned char from)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        if (*at < from && *at != '\t') {
            return false;
        }
        if (*at == 0x7f) {
            return false;
        }
    }
    return true;
}

static int check(const struct http_request *request, struct error *error)
{
    const char *url = request->url;
    if (!one_line(url, '!') || strchr(url, '\t') != NULL) {
        return refuse(error, "a URL with white space or control characters is not called");
    }
    bool https = strncasecmp(url, "https://", 8) == 0;
    if (!https && strncasecmp(url, "http://", 7) != 0) {
        return refuse(error, "only https URLs are called");
    }
    if (!https && !http_is_local(url)) {
        return refuse(error, "http without TLS is for this host only: use https");
    }
    const char *authority = strstr(url, "//") + 2;
    if (memchr(authority, '@', strcspn(authority, "/?#")) != NULL) {
        return refuse(error, "a URL with a user name in it is not called");
    }
    for (size_t i = 0; i < request->header_count; i++) {
        if (!one_line(request->headers[i].name, '!') || !one_line(request->headers[i].value, ' ')) {
            return refuse(error, "a header with control characters is not sent");
        }
    }
    return 0;
}

static void send_header(struct transfer *transfer, const char *line)
{
    struct curl_slist *grown = curl_slist_append(transfer->sent_headers, line);
    if (grown == NULL) {
        memory_failed();
    }
    transfer->sent_headers = grown;
}

static void set_headers(struct transfer *transfer, const struct http_request *request)
{
    /* Headers of curl's own that a signature or a strict gateway might trip over. */
    static const char *const unwanted[] = {"Expect", "Accept", "Content-Type"};
    for (size_t i = 0; i < request->header_count; i++) {
        const struct http_header *header = &request->headers[i];
        bool empty = header->value[0] == '\0'; /* curl's way to say so is "Name;" */
        send_header(transfer, arena_printf(transfer->arena, "%s%s%s", header->name,
                                           empty ? ";" : ": ", header->value));
    }
    for (size_t i = 0; i < COUNT(unwanted); i++) {
        if (http_request_get(request, unwanted[i]) == NULL) {
            send_header(transfer, arena_printf(transfer->arena, "%s:", unwanted[i]));
        }
    }
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->sent_headers);
}

static void set_method(struct transfer *transfer, const struct http_request *request)
{
    CURL *easy = transfer->easy;
    bool get = text_equal(request->method, "GET");
    if (request->body_length > 0) {
        transfer->body = request->body;
        transfer->body_left = request->body_length;
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_send);
        curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
    } else if (text_equal(request->method, "HEAD")) {
        transfer->no_body = true;
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return;
    } else if (!get) {
        /* No body that could not be rewound: so no connection that might be dead (see on_send). */
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
        if (!text_equal(request->method, "DELETE")) {
            curl_easy_setopt(easy, CURLOPT_POST, 1L);
            curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "");
            curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)0);
        }
    }
    if (!get || request->body_length > 0) {
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    }
}

/* What every transfer has, whatever it is. */
static bool set_safety(CURL *easy)
{
    static const struct {
        CURLoption option;
        long value;
    } options[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_FOLLOWLOCATION, 0}, /* a redirect would carry security tokens to another host */
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        /* 7.88 can take an aborted HTTP/2 body for a whole one. */
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
        {CURLOPT_NETRC, CURL_NETRC_IGNORED},
        {CURLOPT_PATH_AS_IS, 1}, /* an id with dots leads nowhere that was not meant, or signed */
        {CURLOPT_LOW_SPEED_LIMIT, LOW_SPEED_BYTES},
        {CURLOPT_LOW_SPEED_TIME, LOW_SPEED_S},
        {CURLOPT_TCP_KEEPALIVE, 1},
        {CURLOPT_TCP_KEEPIDLE, KEEPALIVE_S},
        {CURLOPT_TCP_KEEPINTVL, KEEPALIVE_S},
        {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
    };
    for (size_t i = 0; i < COUNT(options); i++) {
        if (curl_easy_setopt(easy, options[i].option, options[i].value) != CURLE_OK) {
            return false;
        }
    }
    return curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "") == CURLE_OK;
}

static bool set_target(struct transfer *transfer, const struct http_request *request)
{
    const struct curl_http *self = transfer->http;
    CURL *easy = transfer->easy;
    bool direct = request->direct || http_is_local(request->url);
    bool plain = strncasecmp(request->url, "http://", 7) == 0;
    int64_t timeout = request->timeout_ms > 0 ? request->timeout_ms : TIMEOUT_MS;
    timeout = timeout < INT_MAX ? timeout : INT_MAX;
    long connect = request->connect_timeout_ms > 0 ? (long)request->connect_timeout_ms
                                                   : (long)self->connect_timeout_ms;
    return curl_easy_setopt(easy, CURLOPT_URL, request->url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, plain ? "http" : "https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, direct ? "" : self->proxy) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOPROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT, self->user_agent) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect) == CURLE_OK &&
           (self->ca_file == NULL ||
            curl_easy_setopt(easy, CURLOPT_CAINFO, self->ca_file) == CURLE_OK);
}

static void set_callbacks(struct transfer *transfer)
{
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->detail);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
}

static void transfer_free(struct transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->sent_headers);
    text_free(&transfer->received);
    arena_free(transfer->arena);
    free(transfer);
}

static int curl_start(struct http *http, const struct http_request *request, http_done *done,
                      void *context, struct error *error)
{
    struct curl_http *self = (struct curl_http *)http;
    int result = check(request, error);
    if (result < 0) {
        return result;
    }
    struct transfer *transfer = memory_alloc(sizeof *transfer);
    transfer->http = self;
    transfer->done = done;
    transfer->context = context;
    transfer->started_ms = world_ticks(self->world);
    transfer->arena = arena_new();
    text_init(&transfer->received, LIMIT_RESPONSE_BYTES);
    transfer->easy = curl_easy_init();
    if (transfer->easy == NULL) {
        memory_failed();
    }
    set_callbacks(transfer);
    set_headers(transfer, request);
    set_method(transfer, request);
    if (!set_safety(transfer->easy) || !set_target(transfer, request) ||
        curl_multi_add_handle(self->multi, transfer->easy) != CURLM_OK) {
        transfer_free(transfer);
        return refuse(error, "the HTTP library lacks something that this program relies on");
    }
    transfer->next = self->transfers;
    self->transfers = transfer;
    return 0;
}

/* ---- ending ---- */

/* Failures that trying again mends only if somebody does something first; all others are
 * TEMPORARY. */
static const struct failure {
    CURLcode code;
    enum error_class class;
} failures[] = {
    {CURLE_URL_MALFORMAT, ERROR_INPUT},          {CURLE_PEER_FAILED_VERIFICATION, ERROR_PERMANENT},
    {CURLE_SSL_CACERT_BADFILE, ERROR_PERMANENT}, {CURLE_SSL_ISSUER_ERROR, ERROR_PERMANENT},
    {CURLE_SSL_CIPHER, ERROR_PERMANENT},
};

static void describe(const struct transfer *transfer, CURLcode code, struct error *error)
{
    if (transfer->refusal != NULL) {
        error_set(error, transfer->refusal_class, SCOPE_COLLECTION, "%s", transfer->refusal);
        return;
    }
    enum error_class class = ERROR_TEMPORARY;
    for (size_t i = 0; i < COUNT(failures); i++) {
        class = failures[i].code == code ? failures[i].class : class;
    }
    /* The code alone does not tell: a reply of garbage is an "unsupported protocol" too. A CONNECT
     * to a proxy counts as sent, which errs on the side of care. */
    long sent = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent);
    error_set(error, class, sent == 0 ? SCOPE_CLOUD : SCOPE_COLLECTION, "%s",
              transfer->detail[0] != '\0' ? transfer->detail : curl_easy_strerror(code));
    if (sent == 0) {
        snprintf(error->vendor_code, sizeof error->vendor_code, "not-sent");
    }
}

static const char *answer_header(const struct transfer *transfer, const char *name)
{
    const struct http_response response = {.headers = transfer->headers,
                                           .header_count = transfer->header_count};
    return http_response_get(&response, name);
}

/* curl takes for whole what ends in the middle of the headers, and a body of no stated length that
 * ends with the connection, TLS connections without their closing message included. Neither can be
 * told from an answer that was cut off. */
static bool may_be_cut(const struct transfer *transfer, long status)
{
    if (!transfer->headers_ended) {
        return true;
    }
    if (transfer->no_body || status == 204 || status == 304) {
        return false;
    }
    const char *encoding = answer_header(transfer, "transfer-encoding");
    return answer_header(transfer, "content-length") == NULL &&
           (encoding == NULL || strcasestr(encoding, "chunked") == NULL);
}

static void deliver(struct transfer *transfer, CURLcode code)
{
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK && may_be_cut(transfer, status)) {
        transfer->refusal = "the answer may have been cut off";
        transfer->refusal_class = ERROR_TEMPORARY;
        code = CURLE_PARTIAL_FILE;
    }
    if (code != CURLE_OK) {
        struct error error = {0};
        describe(transfer, code, &error);
        transfer->done(transfer->context, NULL, &error);
        return;
    }
    struct http_response response = {
        .status = (int)status,
        .headers = transfer->headers,
        .header_count = transfer->header_count,
        .body = transfer->received.data,
        .body_length = transfer->received.length,
        .elapsed_ms = world_ticks(transfer->http->world) - transfer->started_ms,
    };
    transfer->done(transfer->context, &response, NULL);
}

static void forget(struct curl_http *self, const struct transfer *transfer)
{
    struct transfer **at = &self->transfers;
    while (*at != transfer) {
        at = &(*at)->next;
    }
    *at = transfer->next;
}

/* The next transfer that ended, out of curl's hands; NULL if there is none. */
static struct transfer *next_ended(struct curl_http *self, CURLcode *ret_code)
{
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(self->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        CURL *easy = message->easy_handle;
        *ret_code = message->data.result; /* gone once the handle is removed */
        struct transfer *transfer = NULL;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
        curl_multi_remove_handle(self->multi, easy);
        forget(self, transfer);
        return transfer;
    }
    return NULL;
}

/* ---- waiting ---- */

static CURLMcode perform_and_poll(struct curl_http *self, int64_t timeout_ms, struct pollfd *fds,
                                  size_t count)
{
    int running = 0;
    CURLMcode code = curl_multi_perform(self->multi, &running);
    size_t handed = 0;
    for (const struct transfer *at = self->transfers; at != NULL; at = at->next) {
        handed++;
    }
    bool ended = (size_t)running < handed;
    struct curl_waitfd *extra = memory_alloc((count + 1) * sizeof *extra);
    for (size_t i = 0; i < count; i++) {
        extra[i] = (struct curl_waitfd){.fd = fds[i].fd, .events = CURL_WAIT_POLLIN};
    }
    if (code == CURLM_OK) {
        int64_t longest =
            timeout_ms < 0 || timeout_ms > LONGEST_WAIT_MS ? LONGEST_WAIT_MS : timeout_ms;
        code = curl_multi_poll(self->multi, extra, (unsigned)count, ended ? 0 : (int)longest, NULL);
    }
    if (code == CURLM_OK && !ended) {
        code = curl_multi_perform(self->multi, &running);
    }
    free(extra);
    return code;
}

static int curl_wait(struct http *http, int64_t timeout_ms, struct pollfd *fds, size_t count,
                     struct error *error)
{
    struct curl_http *self = (struct curl_http *)http;
    CURLMcode code = perform_and_poll(self, timeout_ms, fds, count);
    if (code != CURLM_OK) {
        return error_set(error, ERROR_BUG, SCOPE_RUN, "cannot wait for the network: %s",
                         curl_multi_strerror(code));
    }
    /* curl does not hand on POLLHUP and POLLERR. */
    if (count > 0 && poll(fds, (nfds_t)count, 0) < 0 && errno != EINTR) {
        return error_errno(error, SCOPE_RUN, errno, "cannot wait for events");
    }
    for (;;) {
        CURLcode result = CURLE_OK;
        struct transfer *transfer = next_ended(self, &result);
        if (transfer == NULL) {
            return 0;
        }
        deliver(transfer, result);
        transfer_free(transfer);
    }
}

/* ---- the transport ---- */

static void curl_close(struct http *http)
{
    struct curl_http *self = (struct curl_http *)http;
    while (self->transfers != NULL) {
        struct transfer *transfer = self->transfers;
        self->transfers = transfer->next;
        curl_multi_remove_handle(self->multi, transfer->easy);
        transfer_free(transfer);
    }
    curl_multi_cleanup(self->multi);
    curl_global_cleanup();
    free(self->ca_file);
    free(self->user_agent);
    free(self->proxy);
    free(self);
}

static const struct http_ops curl_ops = {
    .start = curl_start,
    .wait = curl_wait,
    .close = curl_close,
};

int http_curl_new(const struct http_options *options, const struct world *world,
                  struct http **ret_http, struct error *error)
{
    /* Would make curl write the keys of every connection into that file, without a word. */
    unsetenv("SSLKEYLOGFILE");
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return error_set(error, ERROR_PERMANENT, SCOPE_RUN, "cannot start the HTTP library");
    }
    struct curl_http *self = memory_alloc(sizeof *self);
    self->http.ops = &curl_ops;
    self->world = world;
    self->ca_file = memory_copy(options->ca_file);
    self->user_agent = memory_copy(options->user_agent);
    self->proxy = memory_copy(options->proxy != NULL ? options->proxy : "");
    int64_t connect = options->connect_timeout_ms;
    self->connect_timeout_ms =
        connect > 0 && connect < INT_MAX ? (long)connect : CONNECT_TIMEOUT_MS;
    self->multi = curl_multi_init();
    if (self->multi == NULL) {
        memory_failed();
    }
    *ret_http = &self->http;
    return 0;
}
