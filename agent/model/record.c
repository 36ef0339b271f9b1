#include "model/record.h"

#include <string.h>

#include "model/fingerprint.h"
#include "model/value.h"

struct record *record_new(struct arena *arena, const struct kind *kind, const char *id)
{
    struct record *record = arena_alloc(arena, sizeof *record);
    record->kind = kind;
    record->id = arena_copy(arena, id);
    record->values = arena_array(arena, kind->field_count, sizeof *record->values);
    return record;
}

const char *record_get(const struct record *record, const char *field)
{
    size_t index = kind_field(record->kind, field);
    return index == FIELD_NONE ? NULL : record->values[index];
}

void record_set(struct record *record, const char *field, const char *value)
{
    size_t index = kind_field(record->kind, field);
    if (index != FIELD_NONE)
        record->values[index] = value;
}

struct json *value_to_json(struct arena *arena, const struct field *field, const char *value)
{
    if (!value || !value_type_many(field->type))
        return json_string(arena, value);
    struct json *array = json_array(arena);
    size_t count;
    const char **items = list_items(arena, value, &count);
    for (size_t i = 0; i < count; i++)
        json_append(arena, array, json_string(arena, items[i]));
    return array;
}

const char *value_from_json(struct arena *arena, const struct field *field, const struct json *json)
{
    if (json && json->type == JSON_ARRAY && value_type_many(field->type)) {
        const char **items = arena_array(arena, json->count, sizeof *items);
        size_t count = 0;
        for (size_t i = 0; i < json->count; i++) {
            const char *item = json_text(json->items[i]);
            if (item)
                items[count++] = item;
        }
        return list_make(arena, field, items, count);
    }
    const char *text = json_text(json);
    return text && *text ? arena_copy(arena, text) : NULL;
}

struct json *record_to_json(struct arena *arena, const struct kind *kind, const char *const *values)
{
    struct json *object = json_object(arena);
    for (size_t i = 0; i < kind->field_count; i++) {
        if (values[i])
            json_set(arena, object, kind->fields[i].name,
                     value_to_json(arena, &kind->fields[i], values[i]));
    }
    return object;
}

const char **record_from_json(struct arena *arena, const struct kind *kind, const struct json *json)
{
    const char **values = arena_array(arena, kind->field_count, sizeof *values);
    for (size_t i = 0; i < kind->field_count; i++)
        values[i] = value_from_json(arena, &kind->fields[i], json_get(json, kind->fields[i].name));
    return values;
}

void record_hash(const struct record *record, char hex[SHA256_HEX])
{
    struct fingerprint print = {0};
    fingerprint_add(&print, record->version);
    for (size_t i = 0; i < record->kind->field_count; i++) {
        if (record->values[i]) {
            fingerprint_add(&print, record->kind->fields[i].name);
            fingerprint_add(&print, record->values[i]);
        }
    }
    fingerprint_hex(&print, hex);
}

struct record *record_copy(struct arena *arena, const struct record *record)
{
    struct record *copy = record_new(arena, record->kind, record->id);
    copy->version = arena_copy(arena, record->version);
    copy->modified_ms = record->modified_ms;
    copy->raw = arena_copy(arena, record->raw);
    copy->place = record->place;
    copy->place.file = arena_copy(arena, record->place.file);
    for (size_t i = 0; i < record->kind->field_count; i++)
        copy->values[i] = arena_copy(arena, record->values[i]);
    return copy;
}

bool record_deleted(const struct record *record)
{
    const char *state = record->kind->id == KIND_OFFER ? record_get(record, FIELD_STATE) : NULL;
    return state && !strcmp(state, STATE_DELETED);
}
