#include <string.h>

#include "tests/sandbox/rest.h"

struct json *rest_make(struct arena *arena, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    char *text = arena_vprintf(arena, format, list);
    va_end(list);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    struct json *json = NULL;
    json_parse(arena, text, strlen(text), &json, NULL);
    return json;
}

struct rest_record *rest_find(const struct rest_table *table, const char *id)
{
    return id && table->by_id ? map_get(table->by_id, id) : NULL;
}

static void replace_document(struct rest_record *record, const struct json *document)
{
    struct arena *arena = arena_new();
    struct json *copy = json_clone(arena, document);
    arena_free(record->arena); /* what is written may have been a part of it */
    record->arena = arena;
    record->document = copy;
}

struct rest_record *rest_add(struct rest_table *table, const char *id, const struct json *document,
                             int64_t now_ms)
{
    struct rest_record *record = memory_alloc(sizeof *record);
    record->id = memory_copy(id);
    record->made_ms = now_ms;
    record->moved_ms = now_ms;
    record->revision = 1;
    replace_document(record, document);
    if (!table->by_id)
        table->by_id = map_new();
    map_put(table->by_id, id, record);
    ARRAY_GROW(table->records, &table->capacity, table->count + 1);
    table->records[table->count++] = record;
    return record;
}

void rest_write(struct rest_record *record, const struct json *document, int64_t now_ms)
{
    record->moved_ms = now_ms > record->moved_ms ? now_ms : record->moved_ms + 1;
    record->revision++;
    replace_document(record, document);
}

static void free_record(struct rest_record *record)
{
    arena_free(record->arena);
    free(record->id);
    free(record);
}

void rest_remove(struct rest_table *table, const char *id)
{
    struct rest_record *record = rest_find(table, id);
    size_t place = 0;
    if (!record)
        return;
    while (table->records[place] != record)
        place++;
    table->count--;
    memmove(&table->records[place], &table->records[place + 1],
            (table->count - place) * sizeof(struct rest_record *));
    map_put(table->by_id, id, NULL);
    free_record(record);
}

void rest_table_free(struct rest_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free_record(table->records[i]);
    free(table->records);
    map_free(table->by_id);
    *table = (struct rest_table){0};
}

struct json *rest_table_describe(struct arena *arena, const struct rest_table *table)
{
    struct json *rows = json_array(arena);
    for (size_t i = 0; i < table->count; i++) {
        const struct rest_record *record = table->records[i];
        struct json *row = json_object(arena);
        json_set_text(arena, row, "id", record->id);
        json_set(arena, row, "made_ms", json_int(arena, record->made_ms));
        json_set(arena, row, "moved_ms", json_int(arena, record->moved_ms));
        json_set(arena, row, "revision", json_int(arena, record->revision));
        json_set(arena, row, "document", record->document); /* borrowed: the row is only printed */
        json_append(arena, rows, row);
    }
    return rows;
}

void rest_table_read(struct rest_table *table, const struct json *rows)
{
    for (size_t i = 0; rows && i < rows->count; i++) {
        const struct json *row = rows->items[i];
        const char *id = json_get_text(row, "id");
        const struct json *document = json_get(row, "document");
        if (!id || !document || rest_find(table, id))
            continue;
        struct rest_record *record = rest_add(table, id, document, json_get_int(row, "made_ms", 0));
        record->moved_ms = json_get_int(row, "moved_ms", record->made_ms);
        record->revision = json_get_int(row, "revision", 1);
    }
}
