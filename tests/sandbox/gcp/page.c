/* Pages as AIP-158 has them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "tests/sandbox/gcp/gcp.h"

#define DIGEST_TEXT 16 /* characters of it that tell one listing from another */

/* Path and all parameters but those of the page. */
static const char *listing_digest(struct rest_call *call)
{
    CLEANUP_TEXT struct text out;
    char hex[SHA256_HEX];
    text_init(&out, 8192);
    text_add(&out, call->request->path);
    for (size_t i = 0; call->query && i < call->query->count; i++) {
        const char *name = call->query->names[i];
        if (strcmp(name, "pageToken") != 0 && strcmp(name, "pageSize") != 0)
            text_addf(&out, "\n%s=%s", name, json_text(call->query->items[i]));
    }
    return arena_copy_n(call->arena, sha256_hex(out.data, out.length, hex), DIGEST_TEXT);
}

static int read_size(struct rest_call *call, size_t usual, size_t most, size_t *ret_size)
{
    const char *text = json_get_text(call->query, "pageSize");
    long long size = 0;
    if (text && (!text_to_int64(text, &size) || size < 0))
        return gcp_fail(call, "INVALID_ARGUMENT", "page_size must not be negative: %s", text);
    *ret_size = !size ? usual : (size_t)size > most ? most : (size_t)size;
    return 0;
}

static int read_token(struct rest_call *call, size_t count, size_t *ret_from)
{
    const char *text = json_get_text(call->query, "pageToken");
    char *end;
    *ret_from = 0;
    if (text_blank(text))
        return 0;
    unsigned long from = strtoul(text, &end, 16);
    if (*end != '-' || strcmp(end + 1, listing_digest(call)) != 0 || from > count)
        return gcp_fail(call, "INVALID_ARGUMENT",
                        "The page token is invalid or is of another listing.");
    *ret_from = from;
    return 0;
}

int gcp_page(struct rest_call *call, size_t count, size_t usual, size_t most, size_t *ret_from,
             size_t *ret_to)
{
    size_t size = 0, from = 0;
    int result = read_size(call, usual, most, &size);
    if (!result)
        result = read_token(call, count, &from);
    if (result < 0)
        return result;
    /* A page may be empty and yet not the last. */
    if (fault_is(call->fate, "thin-page"))
        size = 0;
    size_t to = count - from < size ? count : from + size;
    if (to < count) {
        call->answer = call->answer ? call->answer : json_object(call->arena);
        json_set_text(call->arena, call->answer, "nextPageToken",
                      arena_printf(call->arena, "%zx-%s", to, listing_digest(call)));
    }
    *ret_from = from;
    *ret_to = to;
    return 0;
}
