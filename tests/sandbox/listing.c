#include "tests/sandbox/listing.h"

#include <stdlib.h>
#include <string.h>

static int order_entries(const void *a, const void *b)
{
    const struct entry *left = a;
    const struct entry *right = b;
    int order = strcmp(left->key, right->key);
    return order ? order : strcmp(left->id, right->id);
}

int listing_cut(struct call_context *call, struct listing *listing, bool descending, size_t size,
                const char **ret_token)
{
    struct page_cursor cursor;
    int result = page_open(call, &cursor);
    if (result < 0)
        return result;
    qsort(listing->entries, listing->count, sizeof *listing->entries, order_entries);
    for (size_t i = 0; descending && i < listing->count / 2; i++) {
        struct entry swap = listing->entries[i];
        listing->entries[i] = listing->entries[listing->count - 1 - i];
        listing->entries[listing->count - 1 - i] = swap;
    }
    size_t first = 0;
    struct entry after = {cursor.after_key, cursor.after_id, NULL};
    while (cursor.after_id && first < listing->count) {
        int order = order_entries(&listing->entries[first], &after);
        if (descending ? order < 0 : order > 0)
            break;
        first++;
    }
    size_t left = listing->count - first;
    *ret_token = NULL;
    if (left > size) {
        const struct entry *last = &listing->entries[first + size - 1];
        *ret_token = page_issue(call, last->key, last->id);
        left = size;
    }
    listing->entries += first;
    listing->count = left;
    return 0;
}
