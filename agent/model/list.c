/* Lists: texts joined by LIST_SEPARATOR, and how they are written in one cell. An item that holds
 * the separator of its source is written in double quotes, inner ones doubled, as CSV does. */
#include "model/value.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

size_t list_count(const char *list)
{
    size_t count = list != NULL;
    for (; list && *list; list++)
        count += *list == LIST_SEPARATOR;
    return count;
}

const char *list_item(struct arena *arena, const char *list, size_t index)
{
    while (list && index--) {
        list = strchr(list, LIST_SEPARATOR);
        list += list != NULL;
    }
    return list ? arena_copy_n(arena, list, strcspn(list, "\x1f")) : NULL;
}

const char **list_items(struct arena *arena, const char *list, size_t *ret_count)
{
    size_t count = list_count(list);
    const char **items = arena_array(arena, count, sizeof *items);
    for (size_t i = 0; i < count; i++) {
        size_t length = strcspn(list, "\x1f");
        items[i] = arena_copy_n(arena, list, length);
        list += length + 1;
    }
    *ret_count = count;
    return items;
}

const char *list_join(struct arena *arena, const char *const *items, size_t count)
{
    size_t size = 1;
    for (size_t i = 0; i < count; i++)
        size += items[i] ? strlen(items[i]) + 1 : 0;
    char *list = arena_alloc(arena, size);
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        if (text_blank(items[i]))
            continue;
        if (length)
            list[length++] = LIST_SEPARATOR;
        size_t bytes = strlen(items[i]);
        memcpy(list + length, items[i], bytes);
        length += bytes;
    }
    return length ? list : NULL;
}

static int compare_items(const void *left, const void *right)
{
    const char *a = *(const char *const *)left, *b = *(const char *const *)right;
    return strcmp(a ? a : "", b ? b : "");
}

const char *list_make(struct arena *arena, const struct field *field, const char **items,
                      size_t count)
{
    size_t kept = 0;
    if (field->type == TYPE_LIST || !count)
        return list_join(arena, items, count);
    qsort(items, count, sizeof *items, compare_items);
    for (size_t i = 0; i < count; i++) {
        if (!kept || compare_items(&items[kept - 1], &items[i]))
            items[kept++] = items[i];
    }
    return list_join(arena, items, kept);
}

/* What the source's separator is when blanks around it do not count: ", " also splits at ",". */
static const char *bare_separator(struct arena *arena, const char *separator)
{
    char *bare = arena_copy(arena, separator && *separator ? separator : ";");
    return text_blank(bare) ? bare : text_trim(bare);
}

/* The length of a quoted item at the start of `text`, or 0 if it is not one: the closing quote must
 * stand before a separator or the end. */
static size_t quoted_length(const char *text, const char *separator)
{
    if (*text != '"')
        return 0;
    const char *end = text + 1;
    while ((end = strchr(end, '"')) && end[1] == '"')
        end += 2;
    if (!end)
        return 0;
    const char *after = ++end;
    after += strspn(after, " ");
    return !*after || text_starts(after, separator) ? (size_t)(end - text) : 0;
}

static char *unquote(struct arena *arena, const char *text, size_t length)
{
    char *item = arena_alloc(arena, length);
    size_t used = 0;
    for (size_t i = 1; i + 1 < length; i++) {
        item[used++] = text[i];
        i += text[i] == '"';
    }
    return item;
}

const char *list_split(struct arena *arena, const char *separator, const char *text)
{
    bool normal = strchr(text, LIST_SEPARATOR) != NULL; /* and so nothing is quoted */
    const char *bare = normal ? "\x1f" : bare_separator(arena, separator);
    const char **items = NULL;
    size_t count = 0, capacity = 0;
    for (const char *at = text; at;) {
        at += strspn(at, " ");
        size_t quoted = normal ? 0 : quoted_length(at, bare);
        const char *end = strstr(at + quoted, bare);
        size_t length = end ? (size_t)(end - at) : strlen(at);
        ARRAY_GROW(items, &capacity, count + 1);
        char *item = quoted ? unquote(arena, at, quoted) : arena_copy_n(arena, at, length);
        items[count++] = text_trim(item);
        at = end ? end + strlen(bare) : NULL;
    }
    const char *list = list_join(arena, items, count);
    free(items);
    return list;
}

static void add_item(struct text *out, const char *item, const char *separator)
{
    if (!strchr(item, *separator) && *item != '"') { /* one byte is enough: "a|" before "||" */
        text_add(out, item);
        return;
    }
    text_add_char(out, '"');
    for (; *item; item++) {
        text_add_char(out, *item);
        if (*item == '"')
            text_add_char(out, '"');
    }
    text_add_char(out, '"');
}

const char *list_print(struct arena *arena, const char *separator, const char *list)
{
    const char *between = separator && *separator ? separator : ";";
    const char *bare = bare_separator(arena, separator);
    size_t count;
    const char **items = list_items(arena, list, &count);
    CLEANUP_TEXT struct text out;
    text_init(&out, 2 * (list ? strlen(list) : 0) + count * (strlen(between) + 2));
    for (size_t i = 0; i < count; i++) {
        if (i)
            text_add(&out, between);
        add_item(&out, items[i], bare);
    }
    return arena_copy(arena, out.data);
}
