#include "tests/sandbox/fields.h"

#include <ctype.h>
#include <string.h>

#include "tests/sandbox/words.h"

static const struct field *find_row(const struct field *rows, size_t count, unsigned use,
                                    const char *path)
{
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(rows[i].path, path) && (!use || rows[i].flags & use))
            return &rows[i];
    }
    return NULL;
}

/* The service names fields in lower camel case in its error lists. */
static const char *shown_path(struct arena *arena, const char *parent, const char *name)
{
    char *path = parent[0] ? arena_printf(arena, "%s.%s", parent, name) : arena_copy(arena, name);
    char *first = path + (parent[0] ? strlen(parent) + 1 : 0);
    *first = (char)tolower((unsigned char)*first);
    return path;
}

static const char *row_path(struct arena *arena, const char *parent, const char *name)
{
    return parent[0] ? arena_printf(arena, "%s.%s", parent, name) : name;
}

static bool same_shape(const struct json *a, const struct json *b)
{
    if (!a || !b || a->type != b->type)
        return false;
    if (a->type == JSON_OBJECT) {
        if (a->count != b->count)
            return false;
        for (size_t i = 0; i < a->count; i++) {
            if (!same_shape(a->items[i], json_get(b, a->names[i])))
                return false;
        }
    }
    for (size_t i = 0; a->type == JSON_ARRAY && b->count && i < a->count; i++) {
        if (!same_shape(a->items[i], b->items[0]))
            return false;
    }
    return true;
}

struct check {
    const struct field *rows;
    size_t count;
    unsigned use;
    struct failure *failure;
};

static void check_value(const struct check *check, const struct field *row, const char *path,
                        const char *shown, const struct json *value, const struct json *known);

static void check_text(const struct check *check, const struct field *row, const char *shown,
                       const char *text)
{
    size_t length = utf8_length(text);
    if (row->words && !words_have(row->words, text))
        fail_field(check->failure, "INVALID_ENUM_VALUE", shown, "'%.80s' is not a known value",
                   text);
    else if (length < row->min || (row->max && length > row->max))
        fail_field(check->failure, "INVALID_STRING_FORMAT", shown,
                   "has %zu characters; %u to %u are allowed", length, row->min, row->max);
    else if (row->fits && !row->fits(text))
        fail_field(check->failure, "INVALID_STRING_FORMAT", shown,
                   "'%.80s' does not have the form that this member must have", text);
}

static void check_members(const struct check *check, const char *path, const char *shown,
                          const struct json *value, const struct json *known)
{
    struct arena *arena = check->failure->arena;
    for (size_t i = 0; i < value->count; i++) {
        const char *name = value->names[i];
        const char *below = row_path(arena, path, name);
        const char *label = shown_path(arena, shown, name);
        const struct field *row = find_row(check->rows, check->count, check->use, below);
        const struct json *stored = json_get(known, name);
        if (row)
            check_value(check, row, below, label, value->items[i], stored);
        else if (find_row(check->rows, check->count, 0, below) ||
                 !same_shape(value->items[i], stored))
            fail_field(check->failure, "INVALID_VALUE", label, "the operation has no such member");
    }
    size_t depth = strlen(path);
    for (size_t i = 0; i < check->count; i++) {
        const struct field *row = &check->rows[i];
        if (!(row->flags & FIELD_REQUIRED) || (check->use && !(row->flags & check->use)))
            continue;
        const char *name = strrchr(row->path, '.');
        size_t parent = name ? (size_t)(name - row->path) : 0;
        if (parent != depth || strncmp(row->path, path, depth))
            continue;
        name = name ? name + 1 : row->path;
        if (!json_get(value, name))
            fail_field(check->failure, "REQUIRED_FIELD_MISSING", shown_path(arena, shown, name),
                       "is required");
    }
}

static void check_items(const struct check *check, const struct field *row, const char *path,
                        const char *shown, const struct json *value, const struct json *known)
{
    struct arena *arena = check->failure->arena;
    if (value->count < row->min)
        fail_field(check->failure, "NOT_ENOUGH_VALUES", shown, "at least %u values", row->min);
    if (row->max && value->count > row->max)
        fail_field(check->failure, "TOO_MANY_VALUES", shown, "at most %u values", row->max);
    const char *below = arena_printf(arena, "%s[]", path);
    const struct field *item = find_row(check->rows, check->count, check->use, below);
    for (size_t i = 0; item && i < value->count; i++)
        check_value(check, item, below, arena_printf(arena, "%s[%zu]", shown, i), value->items[i],
                    json_at(known, i));
}

static void check_value(const struct check *check, const struct field *row, const char *path,
                        const char *shown, const struct json *value, const struct json *known)
{
    static const enum json_type types[] = {JSON_STRING, JSON_NUMBER, JSON_OBJECT, JSON_ARRAY,
                                           JSON_BOOL};
    if (row->type == FIELD_ANY || (value->type == JSON_NULL && row->flags & FIELD_NULL))
        return;
    if (value->type != types[row->type]) {
        fail_field(check->failure, "INVALID_VALUE", shown, "has the wrong type");
        return;
    }
    long long number = 0;
    switch (row->type) {
    case FIELD_TEXT:
        check_text(check, row, shown, value->text);
        break;
    case FIELD_NUMBER:
        if (!text_to_int64(value->text, &number))
            fail_field(check->failure, "INVALID_VALUE", shown, "is not a whole number");
        else if (number < row->min || number > row->max)
            fail_field(check->failure, "VALUE_OUT_OF_RANGE", shown, "must be from %u to %u",
                       row->min, row->max);
        break;
    case FIELD_OBJECT:
        if (row->max && (value->count < row->min || value->count > row->max))
            fail_field(check->failure, "INVALID_VALUE", shown,
                       "has %zu members; %u to %u are allowed", value->count, row->min, row->max);
        check_members(check, path, shown, value, known);
        break;
    case FIELD_LIST:
        check_items(check, row, path, shown, value, known);
        break;
    case FIELD_BOOL:
    case FIELD_ANY:
        break;
    }
}

void fields_check(const struct operation *operation, const struct json *request,
                  const struct json *known, struct failure *failure)
{
    struct check check = {operation->fields, operation->field_count, operation->use, failure};
    if (request->type != JSON_OBJECT)
        fail_field(failure, "INVALID_VALUE", "", "the request is not an object");
    else
        check_members(&check, "", "", request, known);
}

void fields_check_rows(const struct field *rows, size_t count, const char *shown,
                       const struct json *document, struct failure *failure)
{
    struct check check = {rows, count, 0, failure};
    if (document->type != JSON_OBJECT)
        fail_field(failure, "INVALID_VALUE", shown, "is not an object");
    else
        check_members(&check, "", shown, document, NULL);
}

static struct json *pick(struct arena *arena, const struct json *value, const char *path,
                         unsigned flag)
{
    if (value->type != JSON_OBJECT)
        return json_clone(arena, value);
    struct json *picked = json_object(arena);
    for (size_t i = 0; i < value->count; i++) {
        const char *below = row_path(arena, path, value->names[i]);
        if (find_row(opportunity_fields, opportunity_field_count, flag, below))
            json_set(arena, picked, value->names[i], pick(arena, value->items[i], below, flag));
    }
    return picked;
}

struct json *fields_pick(struct arena *arena, const struct json *document, unsigned flag)
{
    return pick(arena, document, "", flag);
}

struct comparison {
    struct arena *arena;
    fields_changed *changed;
    void *context;
};

static void compare(const struct comparison *comparison, const char *path, const char *shown,
                    const struct json *before, const struct json *after);

static void compare_members(const struct comparison *comparison, const char *path,
                            const char *shown, const struct json *before, const struct json *after)
{
    struct arena *arena = comparison->arena;
    for (size_t i = 0; before && i < before->count; i++)
        compare(comparison, row_path(arena, path, before->names[i]),
                shown_path(arena, shown, before->names[i]), before->items[i],
                json_get(after, before->names[i]));
    for (size_t i = 0; after && i < after->count; i++) {
        if (!json_get(before, after->names[i]))
            compare(comparison, row_path(arena, path, after->names[i]),
                    shown_path(arena, shown, after->names[i]), NULL, after->items[i]);
    }
}

static void compare(const struct comparison *comparison, const char *path, const char *shown,
                    const struct json *before, const struct json *after)
{
    const struct field *row = find_row(opportunity_fields, opportunity_field_count, 0, path);
    if (!row || json_equal(before, after))
        return;
    struct arena *arena = comparison->arena;
    if (row->type == FIELD_OBJECT) {
        compare_members(comparison, path, shown, before, after);
        return;
    }
    const char *below = arena_printf(arena, "%s[]", path);
    const struct field *item = find_row(opportunity_fields, opportunity_field_count, 0, below);
    if (row->type == FIELD_LIST && item && item->type == FIELD_OBJECT && before && after &&
        before->count == after->count) {
        for (size_t i = 0; i < before->count; i++)
            compare(comparison, below, arena_printf(arena, "%s[%zu]", shown, i), before->items[i],
                    after->items[i]);
        return;
    }
    comparison->changed(comparison->context, row, shown);
}

void fields_compare(struct arena *arena, const struct json *before, const struct json *after,
                    fields_changed *changed, void *context)
{
    struct comparison comparison = {arena, changed, context};
    compare_members(&comparison, "", "", before, after);
}
