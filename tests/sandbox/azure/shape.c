#include "tests/sandbox/azure/shape.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "model/value.h"
#include "tests/sandbox/words.h"

void shape_problem(struct arena *arena, struct json *problems, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const char *message = arena_vprintf(arena, format, list);
    va_end(list);
    struct json *row = json_object(arena);
    json_set_text(arena, row, "code", "schemaValidationError");
    json_set_text(arena, row, "message", message);
    json_append(arena, problems, row);
}

/* ---- Forms of texts. */
bool shape_is_guid(const char *text)
{
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
            return false;
    }
    return !text[36];
}

bool shape_is_day(const char *text)
{
    int64_t day;
    return day_parse(text, &day);
}

bool shape_is_mail(const char *text)
{
    const char *at = strchr(text, '@');
    return at && at != text && !strchr(at + 1, '@') && strchr(at + 1, '.') &&
           !strpbrk(text, " \t,;<>") && at[1] != '.' && text[strlen(text) - 1] != '.';
}

bool shape_is_web(const char *text)
{
    return text_starts(text, "https://") || text_starts(text, "http://");
}

static bool made_of(const char *text, const char *more, size_t low, size_t high)
{
    size_t length = strlen(text);
    if (length < low || length > high)
        return false;
    for (const char *c = text; *c; c++) {
        if (!(*c >= 'a' && *c <= 'z') && !isdigit((unsigned char)*c) && !strchr(more, *c))
            return false;
    }
    return true;
}

static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_";

bool shape_is_name(const char *text)
{
    return made_of(text, capitals, 1, 50);
}

bool shape_is_product(const char *text)
{
    return made_of(text, "-_", 3, 50) && text[0] != '-' && text[0] != '_';
}

bool shape_is_plan(const char *text)
{
    return made_of(text, "-_", 1, 50);
}

bool shape_is_durable(const char *text)
{
    const char *slash = strchr(text, '/');
    return slash && slash != text && slash[1] && slash[1] != '/' && text[0] >= 'a' &&
           text[0] <= 'z' && made_of(text, "-/", 3, 300) && !strstr(text, "//");
}

bool shape_is_digits(const char *text)
{
    return text[0] && strspn(text, "0123456789") == strlen(text);
}

bool shape_is_core(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits && (!strcmp(text + digits, "Core") || !strcmp(text + digits, "core"));
}

/* ---- Values. */
struct place {
    struct arena *arena;
    struct json *problems;
    const struct shape_member *member;
};

static const char *below(struct arena *arena, const char *path, const char *name)
{
    return path[0] ? arena_printf(arena, "%s/%s", path, name) : name;
}

static void check_text(const struct place *place, const char *path, const struct json *value)
{
    const struct shape_member *member = place->member;
    if (value->type != JSON_STRING)
        shape_problem(place->arena, place->problems, "%s: must be a string", path);
    else if (member->limit && utf8_length(value->text) > member->limit)
        shape_problem(place->arena, place->problems, "%s: at most %zu characters", path,
                      member->limit);
    else if (member->needed && !value->text[0])
        shape_problem(place->arena, place->problems, "%s: must not be empty", path);
    else if (member->words && !words_have(member->words, value->text))
        shape_problem(place->arena, place->problems, "%s: not one of the values allowed", path);
    else if (member->fits && !member->fits(value->text))
        shape_problem(place->arena, place->problems, "%s: does not have the form wanted", path);
}

static void check_number(const struct place *place, const char *path, const struct json *value)
{
    const struct shape_member *member = place->member;
    if (value->type != JSON_NUMBER || !decimal_valid(value->text))
        shape_problem(place->arena, place->problems, "%s: must be a number", path);
    else if (member->kind == SHAPE_WHOLE && strchr(value->text, '.'))
        shape_problem(place->arena, place->problems, "%s: must be a whole number", path);
    else if (member->low && decimal_compare(value->text, member->low) < 0)
        shape_problem(place->arena, place->problems, "%s: must be at least %s", path, member->low);
    else if (member->high && decimal_compare(value->text, member->high) > 0)
        shape_problem(place->arena, place->problems, "%s: must be at most %s", path, member->high);
}

static bool is_reference(const struct json *value)
{
    if (value->type == JSON_STRING)
        return shape_is_durable(value->text);
    if (value->type != JSON_OBJECT || value->count != 1 || value->items[0]->type != JSON_STRING)
        return false;
    const char *text = value->items[0]->text;
    return (!strcmp(value->names[0], "externalId") && shape_is_plan(text)) ||
           (!strcmp(value->names[0], "resourceName") && shape_is_name(text));
}

static void check_list(const struct place *place, const char *path, const struct json *value)
{
    const struct shape_member *member = place->member;
    if (value->type != JSON_ARRAY) {
        shape_problem(place->arena, place->problems, "%s: must be an array", path);
        return;
    }
    if (member->limit && value->count > member->limit)
        shape_problem(place->arena, place->problems, "%s: at most %zu items", path, member->limit);
    for (size_t i = 0; i < value->count; i++) {
        const char *inner = arena_printf(place->arena, "%s/%zu", path, i);
        const struct shape_member text = {.name = member->name,
                                          .kind = SHAPE_TEXT,
                                          .words = member->words,
                                          .fits = member->fits,
                                          .needed = true};
        const struct place one = {place->arena, place->problems, &text};
        if (member->kind == SHAPE_TEXTS)
            check_text(&one, inner, value->items[i]);
        else if (member->inner)
            shape_check(place->arena, member->inner, value->items[i], inner, place->problems);
    }
}

static void check_map(const struct place *place, const char *path, const struct json *value)
{
    const struct shape_member *member = place->member;
    if (value->type != JSON_OBJECT) {
        shape_problem(place->arena, place->problems, "%s: must be an object", path);
        return;
    }
    for (size_t i = 0; i < value->count; i++) {
        const char *inner = below(place->arena, path, value->names[i]);
        if (member->fits && !member->fits(value->names[i]))
            shape_problem(place->arena, place->problems, "%s: is not in the schema", inner);
        else
            shape_check(place->arena, member->inner, value->items[i], inner, place->problems);
    }
}

static void check_value(const struct place *place, const char *path, const struct json *value)
{
    const struct shape_member *member = place->member;
    switch (member->kind) {
    case SHAPE_TEXT:
        check_text(place, path, value);
        break;
    case SHAPE_NUMBER:
    case SHAPE_WHOLE:
        check_number(place, path, value);
        break;
    case SHAPE_BOOL:
        if (value->type != JSON_BOOL)
            shape_problem(place->arena, place->problems, "%s: must be true or false", path);
        break;
    case SHAPE_OBJECT:
        if (member->inner)
            shape_check(place->arena, member->inner, value, path, place->problems);
        else if (value->type != JSON_OBJECT)
            shape_problem(place->arena, place->problems, "%s: must be an object", path);
        break;
    case SHAPE_LIST:
    case SHAPE_TEXTS:
        check_list(place, path, value);
        break;
    case SHAPE_MAP:
        check_map(place, path, value);
        break;
    case SHAPE_REFERENCE:
        if (!is_reference(value))
            shape_problem(place->arena, place->problems, "%s: is no reference", path);
        break;
    case SHAPE_ANY:
        break;
    }
}

static const struct shape_member *find_member(const struct shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->count; i++) {
        if (!strcmp(shape->members[i].name, name))
            return &shape->members[i];
    }
    return NULL;
}

static void check_needed(struct arena *arena, const struct shape *shape,
                         const struct json *document, const char *path, struct json *problems)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_member *member = &shape->members[i];
        if (member->needed && !json_get(document, member->name))
            shape_problem(arena, problems, "%s is required", below(arena, path, member->name));
    }
}

void shape_check_needed(struct arena *arena, const struct shape *shape, const struct json *document,
                        struct json *problems)
{
    check_needed(arena, shape, document, "", problems);
}

void shape_check(struct arena *arena, const struct shape *shape, const struct json *document,
                 const char *path, struct json *problems)
{
    if (document->type != JSON_OBJECT) {
        shape_problem(arena, problems, "%s: must be an object", path);
        return;
    }
    check_needed(arena, shape, document, path, problems);
    for (size_t i = 0; i < document->count; i++) {
        const struct shape_member *member = find_member(shape, document->names[i]);
        const char *inner = below(arena, path, document->names[i]);
        const struct place place = {arena, problems, member};
        if (member)
            check_value(&place, inner, document->items[i]);
        else if (!shape->open)
            shape_problem(arena, problems, "%s: is not in the schema", inner);
    }
}
