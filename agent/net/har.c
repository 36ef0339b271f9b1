#include "net/har.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "net/har_redact.h"

/* The end of the document; each entry overwrites it and brings it along, so that the file is whole
 * after every write. */
#define TAIL        "\n]}}\n"
#define TAIL_LENGTH (sizeof TAIL - 1)
/* A body of the largest size, of which every byte needs an escape; and its request. */
#define ENTRY_BYTES (16ull * LIMIT_RESPONSE_BYTES)

struct har {
    int fd;
    off_t end; /* where TAIL begins */
    bool empty;
    struct error failure; /* the first */
};

/* ---- entries ---- */

static struct json *base64(struct arena *arena, const char *bytes, size_t length)
{
    char *text = arena_alloc(arena, (length + 2) / 3 * 4 + 1);
    EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)bytes, (int)length);
    return json_string(arena, text);
}

/* Text from a header or URL: bytes that are not UTF-8 appear as escapes. */
static struct json *plain(struct arena *arena, const char *text)
{
    if (utf8_valid(text, strlen(text), NULL)) {
        return json_string(arena, text);
    }
    CLEANUP_TEXT struct text safe;
    text_init(&safe, LIMIT_JSON_BYTES);
    log_safe(&safe, text);
    return json_string(arena, safe.data);
}

static void add_pair(struct arena *arena, struct json *list, const char *name, struct json *value)
{
    struct json *pair = json_object(arena);
    json_set(arena, pair, "name", plain(arena, name));
    json_set(arena, pair, "value", value);
    json_append(arena, list, pair);
}

static struct json *headers_of(struct arena *arena, const struct http_header *headers, size_t count)
{
    struct json *list = json_array(arena);
    for (size_t i = 0; i < count; i++) {
        const char *value = redact_header(arena, headers[i].name, headers[i].value);
        add_pair(arena, list, headers[i].name, plain(arena, value));
    }
    return list;
}

/* The query, decoded; `url` is redacted already. */
static struct json *query_of(struct arena *arena, const char *url)
{
    struct json *list = json_array(arena);
    const char *at = strchr(url, '?');
    while (at != NULL && *at != '\0' && *at != '#') {
        at++; /* over the ? or & */
        size_t length = strcspn(at, "&#");
        if (length > 0) {
            char *pair = arena_copy_n(arena, at, length);
            char *value = strchr(pair, '=');
            if (value != NULL) {
                *value++ = '\0';
            }
            add_pair(arena, list, redact_decode(pair),
                     plain(arena, value == NULL ? "" : redact_decode(value)));
        }
        at += length;
    }
    return list;
}

/* Sets "text", and "encoding" if the bytes are none. A document with one damaged byte may still
 * hold a token: what names a secret in its bytes is not recorded in base64 either. */
static void add_body(struct arena *arena, struct json *object, const char *type, const char *body,
                     size_t length)
{
    if (utf8_valid(body, length, NULL)) {
        const char *text = redact_body(arena, type, arena_copy_n(arena, body, length));
        json_set_text(arena, object, "text", text);
        return;
    }
    char *bytes = arena_copy_n(arena, body, length);
    for (size_t i = 0; i < length; i++) {
        bytes[i] = bytes[i] == '\0' ? ' ' : bytes[i];
    }
    const char *safe = redact_unknown(bytes);
    if (safe != bytes) {
        json_set_text(arena, object, "text", safe);
        return;
    }
    json_set(arena, object, "text", base64(arena, body, length));
    json_set_text(arena, object, "encoding", "base64");
}

static struct json *request_of(struct arena *arena, const struct http_request *request)
{
    struct json *json = json_object(arena);
    const char *url = redact_url(arena, request->url);
    json_set_text(arena, json, "method", request->method);
    json_set(arena, json, "url", plain(arena, url));
    json_set_text(arena, json, "httpVersion", "HTTP/1.1");
    json_set(arena, json, "cookies", json_array(arena));
    json_set(arena, json, "headers", headers_of(arena, request->headers, request->header_count));
    json_set(arena, json, "queryString", query_of(arena, url));
    if (request->body != NULL) {
        struct json *data = json_object(arena);
        const char *type = http_request_get(request, "content-type");
        json_set(arena, data, "mimeType", plain(arena, type == NULL ? "" : type));
        add_body(arena, data, type, request->body, request->body_length);
        json_set(arena, json, "postData", data);
    }
    json_set(arena, json, "headersSize", json_int(arena, -1));
    json_set(arena, json, "bodySize", json_int(arena, (long long)request->body_length));
    return json;
}

static struct json *response_of(struct arena *arena, const struct http_response *response)
{
    static const struct http_response none = {.body = ""};
    bool answered = response != NULL;
    response = answered ? response : &none;
    struct json *json = json_object(arena);
    struct json *content = json_object(arena);
    const char *type = http_response_get(response, "content-type");
    const char *location = http_response_get(response, "location");
    json_set(arena, json, "status", json_int(arena, response->status));
    json_set_text(arena, json, "statusText", "");
    json_set_text(arena, json, "httpVersion", "HTTP/1.1");
    json_set(arena, json, "cookies", json_array(arena));
    json_set(arena, json, "headers", headers_of(arena, response->headers, response->header_count));
    json_set(arena, content, "size", json_int(arena, (long long)response->body_length));
    json_set(arena, content, "mimeType", plain(arena, type == NULL ? "" : type));
    add_body(arena, content, type, response->body, response->body_length);
    json_set(arena, json, "content", content);
    json_set(arena, json, "redirectURL",
             plain(arena, location == NULL ? "" : redact_url(arena, location)));
    json_set(arena, json, "headersSize", json_int(arena, -1));
    json_set(arena, json, "bodySize", json_int(arena, -1)); /* on the wire: may be compressed */
    if (!answered) {
        json_set_text(arena, json, "comment", "no answer came");
    }
    return json;
}

static struct json *entry_of(struct arena *arena, int64_t started_ms,
                             const struct http_request *request,
                             const struct http_response *response)
{
    char started[INSTANT_TEXT];
    int64_t elapsed = response == NULL ? 0 : response->elapsed_ms;
    struct json *entry = json_object(arena);
    struct json *timings = json_object(arena);
    json_set_text(arena, entry, "startedDateTime", instant_print(started_ms, started));
    json_set(arena, entry, "time", json_int(arena, elapsed));
    json_set(arena, entry, "request", request_of(arena, request));
    json_set(arena, entry, "response", response_of(arena, response));
    json_set(arena, entry, "cache", json_object(arena));
    json_set(arena, timings, "send", json_int(arena, 0));
    json_set(arena, timings, "wait", json_int(arena, elapsed));
    json_set(arena, timings, "receive", json_int(arena, 0));
    json_set(arena, entry, "timings", timings);
    return entry;
}

/* ---- the file ---- */

static int write_at(int fd, const char *bytes, size_t length, off_t at)
{
    while (length > 0) {
        ssize_t wrote = pwrite(fd, bytes, length, at);
        if (wrote < 0 && errno != EINTR) {
            return -errno;
        }
        if (wrote > 0) {
            bytes += wrote;
            length -= (size_t)wrote;
            at += wrote;
        }
    }
    return 0;
}

/* Puts `text` where the tail was. On failure the file is brought back to what it was. */
static void extend(struct har *har, struct text *text)
{
    size_t length = text->length;
    text_add(text, TAIL);
    if (text_failed(text)) {
        error_set(&har->failure, ERROR_PERMANENT, SCOPE_RUN, "an exchange is too large to record");
        return;
    }
    int result = write_at(har->fd, text->data, text->length, har->end);
    if (result < 0) {
        error_errno(&har->failure, SCOPE_RUN, -result, "cannot write the HAR file");
        if (har->end > 0 && (write_at(har->fd, TAIL, TAIL_LENGTH, har->end) < 0 ||
                             ftruncate(har->fd, har->end + (off_t)TAIL_LENGTH) < 0)) {
            error_context(&har->failure, "the file may be cut off");
        }
        return;
    }
    har->end += (off_t)length;
}

static void write_head(struct har *har, const char *creator_version)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    CLEANUP_TEXT struct text text;
    text_init(&text, 4096);
    struct json *creator = json_object(arena);
    json_set_text(arena, creator, "name", "agent");
    json_set_text(arena, creator, "version", creator_version);
    text_add(&text, "{\"log\":{\"version\":\"1.2\",\"creator\":");
    json_write(creator, JSON_COMPACT, &text);
    text_add(&text, ",\"entries\":[");
    extend(har, &text);
}

static int open_file(const char *path, struct error *error)
{
    struct stat state;
    /* Emptied only once it is known to be a file of ours; a pipe nobody reads must not hold us up.
     */
    int fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0) {
        return error_errno(error, SCOPE_RUN, errno, "cannot write %s", path);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
        close(fd);
        return error_set(error, ERROR_INPUT, SCOPE_RUN,
                         "another process records in %s: each needs a file of its own, --har "
                         "names one",
                         path);
    }
    if (fstat(fd, &state) < 0 || !S_ISREG(state.st_mode) || fchmod(fd, 0600) < 0 ||
        ftruncate(fd, 0) < 0) {
        close(fd);
        return error_set(error, ERROR_INPUT, SCOPE_RUN,
                         "%s cannot hold a HAR file: it must be a regular file of ours", path);
    }
    return fd;
}

int har_open(const char *path, const char *creator_version, struct har **ret_har,
             struct error *error)
{
    int fd = open_file(path, error);
    if (fd < 0) {
        return fd;
    }
    struct har *har = memory_alloc(sizeof *har);
    har->fd = fd;
    har->empty = true;
    write_head(har, creator_version);
    if (har->failure.class != ERROR_NONE) {
        return har_close(har, error);
    }
    *ret_har = har;
    return 0;
}

void har_add(struct har *har, int64_t started_ms, const struct http_request *request,
             const struct http_response *response)
{
    if (har->failure.class != ERROR_NONE) {
        return;
    }
    CLEANUP_ARENA struct arena *arena = arena_new();
    CLEANUP_TEXT struct text text;
    text_init(&text, ENTRY_BYTES);
    text_add(&text, har->empty ? "\n" : ",\n");
    json_write(entry_of(arena, started_ms, request, response), JSON_COMPACT, &text);
    extend(har, &text);
    har->empty = false;
}

int har_close(struct har *har, struct error *error)
{
    if (har == NULL) {
        return 0;
    }
    if (close(har->fd) < 0 && har->failure.class == ERROR_NONE) {
        error_errno(&har->failure, SCOPE_RUN, errno, "cannot write the HAR file");
    }
    struct error failure = har->failure;
    free(har);
    if (failure.class == ERROR_NONE) {
        return 0;
    }
    if (error != NULL) {
        *error = failure;
    }
    return -(int)failure.class;
}
