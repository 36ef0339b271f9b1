/* Lists that are shown in pages. */
#ifndef SANDBOX_LISTING_H
#define SANDBOX_LISTING_H

#include "tests/sandbox/internal.h"

/* One thing that may be listed, with its place in the order. */
struct entry {
    const char *key, *id;
    const void *thing;
};

struct listing {
    struct entry *entries;
    size_t count;
};

/* Orders the entries by key and id, and cuts them to the page that the request asks for: `size`
 * entries. `ret_token` is for the next page, NULL on the last. */
int listing_cut(struct call_context *call, struct listing *listing, bool descending, size_t size,
                const char **ret_token);

#endif
