#include "net/http.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"

void http_request_set(struct arena *arena, struct http_request *request, const char *name,
                      const char *value)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (text_equal_nocase(request->headers[i].name, name)) {
            request->headers[i].value = arena_copy(arena, value);
            return;
        }
    }
    /* Which headers a call carries is written in the program, never taken from outside. */
    assert(request->header_count < COUNT(request->headers));
    request->headers[request->header_count++] = (struct http_header){
        .name = arena_copy(arena, name),
        .value = arena_copy(arena, value),
    };
}

const char *http_request_get(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (text_equal_nocase(request->headers[i].name, name)) {
            return request->headers[i].value;
        }
    }
    return NULL;
}

const char *http_response_get(const struct http_response *response, const char *name)
{
    for (size_t i = 0; i < response->header_count; i++) {
        if (text_equal(response->headers[i].name, name)) {
            return response->headers[i].value;
        }
    }
    return NULL;
}

bool http_is_page(const struct http_response *response)
{
    const char *type = http_response_get(response, "content-type");
    const char *body = response->body + strspn(response->body, " \t\r\n");
    return (type && strstr(type, "html")) || text_starts(body, "<!") || text_starts(body, "<h");
}

/* Copies the host of an http or https URL. Anything that two parsers could read in two ways (user
 * names, backslashes, half brackets) has no host here, so it is never taken for loopback. */
static bool url_host(const char *url, char *host, size_t size)
{
    const char *start = strncasecmp(url, "http://", 7) == 0    ? url + 7
                        : strncasecmp(url, "https://", 8) == 0 ? url + 8
                                                               : NULL;
    if (start == NULL) {
        return false;
    }
    size_t length = strcspn(start, "/?#");
    if (memchr(start, '@', length) != NULL || memchr(start, '\\', length) != NULL) {
        return false;
    }
    size_t host_length = strcspn(start, ":/?#");
    if (*start == '[') {
        const char *end = memchr(start, ']', length);
        if (end == NULL) {
            return false;
        }
        start++;
        host_length = (size_t)(end - start);
    }
    if (host_length == 0 || host_length >= size) {
        return false;
    }
    memcpy(host, start, host_length);
    host[host_length] = '\0';
    return true;
}

static bool is_loopback(const char *host)
{
    struct in_addr four;
    struct in6_addr six;
    if (inet_pton(AF_INET, host, &four) == 1) {
        return ntohl(four.s_addr) >> 24 == 127;
    }
    if (inet_pton(AF_INET6, host, &six) == 1) {
        return IN6_IS_ADDR_LOOPBACK(&six);
    }
    return text_equal_nocase(host, "localhost");
}

static bool same_address(const char *a, const char *b)
{
    struct in6_addr six_a;
    struct in6_addr six_b;
    return text_equal(a, b) ||
           (inet_pton(AF_INET6, a, &six_a) == 1 && inet_pton(AF_INET6, b, &six_b) == 1 &&
            memcmp(&six_a, &six_b, sizeof six_a) == 0);
}

enum http_place http_place(const char *url)
{
    static const struct {
        const char *address;
        enum http_place place;
    } link_local[] = {
        {"169.254.170.2", HTTP_CONTAINER}, {"169.254.170.23", HTTP_CONTAINER},
        {"fd00:ec2::23", HTTP_CONTAINER},  {"169.254.169.254", HTTP_INSTANCE},
        {"fd00:ec2::254", HTTP_INSTANCE},
    };
    char host[64];
    if (url == NULL || !url_host(url, host, sizeof host)) {
        return HTTP_FAR;
    }
    for (size_t i = 0; i < COUNT(link_local); i++) {
        if (same_address(host, link_local[i].address)) {
            return link_local[i].place;
        }
    }
    return is_loopback(host) ? HTTP_LOOPBACK : HTTP_FAR;
}

bool http_is_loopback(const char *url)
{
    return http_place(url) == HTTP_LOOPBACK;
}

bool http_is_local(const char *url)
{
    return http_place(url) != HTTP_FAR;
}

const char *http_host(struct arena *arena, const char *url)
{
    char name[256];
    if (!url_host(url, name, sizeof name)) {
        return NULL;
    }
    const char *start = strstr(url, "://") + 3;
    char *host = arena_copy_n(arena, start, strcspn(start, "/?#"));
    text_lower(host);
    return host;
}

int http_base(struct arena *arena, const char *by, const char *url, const char **ret_url,
              struct error *error)
{
    bool plain = text_starts(url, "http://");
    const char *host = strstr(url, "://");
    if ((!plain && !text_starts(url, "https://")) || !host[3] || host[3] == '/') {
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "%s: \"%s\" is not an address: expected https://host", by, url);
    }
    if (strpbrk(url, "?#@ \t\r\n") != NULL) {
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "%s: an address with a query, a user or blanks is not usable", by);
    }
    if (plain && !http_is_loopback(url)) {
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "%s: http is taken for this host only, \"%s\" needs https", by, url);
    }
    size_t length = strlen(url);
    *ret_url = arena_printf(arena, "%s%s", url, url[length - 1] == '/' ? "" : "/");
    return 0;
}
