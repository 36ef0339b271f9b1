#include "connectors/drop/records.h"

#include <string.h>

#include "base/digest.h"

#define VERSION_CHAR 16 /* hex digits of a version that no file names */

const char *drop_word(struct arena *arena, const char *text)
{
    char *word = text ? text_trim(arena_copy(arena, text)) : NULL;
    for (char *at = word; at && *at; at++) {
        if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
        else if (*at == ' ' || *at == '-')
            *at = '_';
    }
    return word;
}

struct json *drop_list(struct arena *arena, const char *cell)
{
    const char *list = text_blank(cell) ? NULL : list_split(arena, NULL, cell);
    size_t count = 0;
    const char **items = list_items(arena, list, &count);
    struct json *array = json_array(arena);
    for (size_t i = 0; i < count; i++)
        json_append(arena, array, json_string(arena, items[i]));
    return count ? array : NULL;
}

struct json *drop_money(struct arena *arena, const struct json *row, const char *column)
{
    const char *amount = drop_row_text(row, column), *currency = drop_row_text(row, "currency");
    if (!amount || !currency)
        return NULL;
    struct json *money = json_object(arena);
    json_set_text(arena, money, "amount", amount);
    json_set_text(arena, money, "currency", currency);
    return money;
}

struct json *drop_document(struct arena *arena, const struct drop_records *records,
                           const struct json *row)
{
    struct json *document = json_clone(arena, row);
    json_set(arena, document, DROP_ASIDE, records->aside(arena, row));
    return document;
}

/* A row without a time is another version when it says something else. */
static const char *version_of(struct arena *arena, const struct json *row)
{
    const char *updated = drop_row_text(row, DROP_UPDATED);
    if (updated)
        return updated;
    char hex[SHA256_HEX];
    const char *text = json_print(arena, row);
    return arena_printf(arena, "row-%.*s", VERSION_CHAR, sha256_hex(text, strlen(text), hex));
}

struct record *drop_record(struct arena *arena, const struct drop_records *records,
                           const struct drop_entry *entry, document_report *report, void *context)
{
    return document_decode(arena, records->kind, entry->id, version_of(arena, entry->row),
                           drop_document(arena, records, entry->row), report, context);
}

static int give(const struct drop_records *records, const struct drop_state *state,
                const struct read_sink *sink)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    int r = 0;
    for (size_t i = 0; r >= 0 && i < drop_state_count(state); i++) {
        const struct drop_entry *entry = drop_state_at(state, i);
        arena_reset(arena);
        if (!entry->deleted && !entry->gone)
            r = sink->record(sink->context,
                             drop_record(arena, records, entry, sink->finding, sink->context));
    }
    return r;
}

/* Everything at once: no call is made, so there is nothing to wait for. */
void drop_records_read(struct cloud *cloud, const struct drop_records *records,
                       const struct read_scope *scope, const struct read_sink *sink)
{
    const struct drop_intake intake = {.cloud = cloud,
                                       .format = records->format,
                                       .takes = scope->takes,
                                       .report = sink->finding,
                                       .context = sink->context};
    struct drop_state *state = NULL;
    struct error trouble = {0}, error = {0};
    int r = drop_inbox_take(&intake, &state, &trouble, &error);
    if (r == 0) {
        cloud->told[records->format - drop_formats] = drop_state_told(state);
        if (give(records, state, sink) < 0)
            r = error_set(&error, ERROR_PERMANENT, SCOPE_COLLECTION, "a record cannot be kept");
    }
    drop_state_free(state);
    if (r < 0)
        sink->done(sink->context, READ_FAILED, NULL, &error);
    else if (trouble.class)
        sink->done(sink->context, READ_PARTIAL, NULL, &trouble);
    else
        sink->done(sink->context, READ_COMPLETE, NULL, NULL);
}
