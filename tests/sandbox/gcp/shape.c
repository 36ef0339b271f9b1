#include "tests/sandbox/gcp/shape.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "model/value.h"
#include "tests/sandbox/words.h"

/* ---- Common types. */
static const struct gcp_member money_members[] = {
    {"currencyCode", GCP_TEXT, 0, NULL, NULL, 0},
    {"units", GCP_LONG, 0, NULL, NULL, 0},
    {"nanos", GCP_INT, 0, NULL, NULL, 0},
};
const struct gcp_shape gcp_money_shape = GCP_SHAPE(money_members);

static const struct gcp_member date_members[] = {
    {"year", GCP_INT, 0, NULL, NULL, 0},
    {"month", GCP_INT, 0, NULL, NULL, 0},
    {"day", GCP_INT, 0, NULL, NULL, 0},
};
const struct gcp_shape gcp_date_shape = GCP_SHAPE(date_members);

static const struct gcp_member zone_members[] = {
    {"id", GCP_TEXT, 0, NULL, NULL, 0},
    {"version", GCP_TEXT, 0, NULL, NULL, 0},
};
static const struct gcp_shape zone_shape = GCP_SHAPE(zone_members);

static const struct gcp_member datetime_members[] = {
    {"year", GCP_INT, 0, NULL, NULL, 0},
    {"month", GCP_INT, 0, NULL, NULL, 0},
    {"day", GCP_INT, 0, NULL, NULL, 0},
    {"hours", GCP_INT, 0, NULL, NULL, 0},
    {"minutes", GCP_INT, 0, NULL, NULL, 0},
    {"seconds", GCP_INT, 0, NULL, NULL, 0},
    {"nanos", GCP_INT, 0, NULL, NULL, 0},
    {"utcOffset", GCP_TEXT, GCP_ONE, NULL, NULL, 0},
    {"timeZone", GCP_OBJECT, GCP_ONE, &zone_shape, NULL, 0},
};
const struct gcp_shape gcp_datetime_shape = GCP_SHAPE(datetime_members);

static const struct gcp_member decimal_members[] = {
    {"value", GCP_TEXT, 0, NULL, NULL, 0},
};
const struct gcp_shape gcp_decimal_shape = GCP_SHAPE(decimal_members);

/* ---- Names. */
const struct gcp_member *gcp_shape_member(const struct gcp_shape *shape, const char *name,
                                          size_t length)
{
    for (size_t i = 0; shape && i < shape->count; i++) {
        if (strlen(shape->members[i].name) == length &&
            !strncmp(shape->members[i].name, name, length))
            return &shape->members[i];
    }
    return NULL;
}

/* "singleProductOffer" to "single_product_offer", after `path` and a dot. */
static const char *below(struct arena *arena, const char *path, const char *name)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, 1024);
    text_addf(&out, "%s%s", path, *path ? "." : "");
    for (; *name; name++) {
        if (*name >= 'A' && *name <= 'Z')
            text_addf(&out, "_%c", *name - 'A' + 'a');
        else
            text_addf(&out, "%c", *name);
    }
    return arena_copy(arena, out.data);
}

/* ---- Values. */
static bool is_whole(const struct json *value, long long low, long long high)
{
    long long number;
    return (value->type == JSON_NUMBER || value->type == JSON_STRING) &&
           text_to_int64(value->text, &number) && number >= low && number <= high;
}

static bool is_base64(const char *text)
{
    size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                 "+/-_");
    return !text[length + strspn(text + length, "=")];
}

static bool fits_type(const struct gcp_member *member, const struct json *value)
{
    int64_t ms;
    switch (member->type) {
    case GCP_INT:
        return is_whole(value, INT_MIN, INT_MAX);
    case GCP_LONG:
        return is_whole(value, LLONG_MIN, LLONG_MAX);
    case GCP_NUMBER:
        return value->type == JSON_NUMBER;
    case GCP_BOOL:
        return value->type == JSON_BOOL;
    case GCP_OBJECT:
        return value->type == JSON_OBJECT;
    case GCP_WORD:
        return value->type == JSON_STRING && words_have(member->words, value->text);
    case GCP_TIME:
        return value->type == JSON_STRING && instant_parse(value->text, &ms);
    case GCP_BYTES:
        return value->type == JSON_STRING && is_base64(value->text);
    default:
        return value->type == JSON_STRING;
    }
}

static void check_members(struct rest_call *call, const struct gcp_shape *shape,
                          const struct json *body, const char *path);

static void check_value(struct rest_call *call, const struct gcp_member *member,
                        const struct json *value, const char *path)
{
    if (!fits_type(member, value))
        gcp_violation(call, path, "Invalid value at '%s'", path);
    else if (member->type == GCP_OBJECT && member->inner)
        check_members(call, member->inner, value, path);
    else if (member->type == GCP_TEXT && member->limit && utf8_length(value->text) > member->limit)
        gcp_violation(call, path, "'%s' is longer than %zu characters", path, member->limit);
    else if (member->type == GCP_BYTES && member->limit &&
             strcspn(value->text, "=") * 3 / 4 > member->limit)
        gcp_violation(call, path, "'%s' is larger than %zu bytes", path, member->limit);
}

static void check_member(struct rest_call *call, const struct gcp_member *member,
                         const struct json *value, const char *path)
{
    if (member->flags & GCP_OUTPUT) {
        gcp_violation(call, path, "'%s' is output only", path);
    } else if (!(member->flags & GCP_REPEATED)) {
        check_value(call, member, value, path);
    } else if (value->type != JSON_ARRAY) {
        gcp_violation(call, path, "Invalid value at '%s'", path);
    } else {
        for (size_t i = 0; i < value->count; i++)
            check_value(call, member, value->items[i],
                        arena_printf(call->arena, "%s[%zu]", path, i));
    }
}

/* A message has one member of a oneof at most. */
static void check_oneof(struct rest_call *call, const struct gcp_shape *shape,
                        const struct json *body, const char *path, unsigned flag)
{
    const char *first = NULL;
    for (size_t i = 0; i < body->count; i++) {
        const char *name = body->names[i];
        const struct gcp_member *member = gcp_shape_member(shape, name, strlen(name));
        if (!member || !(member->flags & flag))
            continue;
        if (first)
            gcp_violation(call, path,
                          "Invalid value at '%s' (oneof), oneof field is already set by \"%s\". "
                          "Cannot set \"%s\"",
                          path, first, name);
        first = name;
    }
}

static void check_members(struct rest_call *call, const struct gcp_shape *shape,
                          const struct json *body, const char *path)
{
    check_oneof(call, shape, body, path, GCP_ONE);
    check_oneof(call, shape, body, path, GCP_OTHER);
    for (size_t i = 0; i < body->count; i++) {
        const char *name = body->names[i];
        const struct gcp_member *member = gcp_shape_member(shape, name, strlen(name));
        if (!member)
            gcp_violation(call, path,
                          "Invalid JSON payload received. Unknown name \"%s\"%s%s%s: Cannot find "
                          "field.",
                          name, *path ? " at '" : "", path, *path ? "'" : "");
        else
            check_member(call, member, body->items[i], below(call->arena, path, name));
    }
}

int gcp_shape_check_at(struct rest_call *call, const struct gcp_shape *shape, const char *path,
                       const struct json *body)
{
    if (body && body->type != JSON_OBJECT)
        return gcp_fail(call, "INVALID_ARGUMENT",
                        "Invalid JSON payload received. Root element must be a message.");
    if (body)
        check_members(call, shape, body, path);
    return gcp_fail_fields(call);
}

int gcp_shape_check(struct rest_call *call, const struct gcp_shape *shape, const struct json *body)
{
    return gcp_shape_check_at(call, shape, "", body);
}

/* ---- Masks. */
static bool is_under(const char *path, const char *other)
{
    size_t length = strlen(other);
    return !strncmp(path, other, length) && (!path[length] || path[length] == '.');
}

bool gcp_mask_has(const char *mask, const char *path)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    while (mask && *mask) {
        size_t length = strcspn(mask, ",");
        const char *one = arena_copy_n(arena, mask, length);
        if (is_under(one, path) || is_under(path, one))
            return true;
        mask += length + (mask[length] == ',');
    }
    return false;
}

/* What keeps a path out of a mask; NULL: nothing. */
static const char *path_fault(const struct gcp_shape *shape, const char *path)
{
    bool through_list = false;
    for (;;) {
        size_t length = strcspn(path, ".");
        const struct gcp_member *member = gcp_shape_member(shape, path, length);
        if (!member)
            return "is no field";
        if (member->flags & GCP_OUTPUT)
            return "is output only";
        if (through_list)
            return "passes through a list";
        if (!path[length])
            return NULL;
        through_list = (member->flags & GCP_REPEATED) != 0;
        shape = member->inner;
        path += length + 1;
    }
}

/* Clears the other members of the oneof that `name` is of, if it is of any. */
static void clear_others(const struct gcp_shape *shape, const char *name, struct json *document)
{
    const struct gcp_member *member = gcp_shape_member(shape, name, strlen(name));
    unsigned group = member ? member->flags & (GCP_ONE | GCP_OTHER) : 0;
    for (size_t i = 0; group && i < shape->count; i++) {
        if (shape->members[i].flags & group && &shape->members[i] != member)
            json_remove(document, shape->members[i].name);
    }
}

static void take_path(struct rest_call *call, const struct gcp_shape *shape, const char *path,
                      const struct json *body, struct json *document)
{
    size_t length = strcspn(path, ".");
    const char *name = arena_copy_n(call->arena, path, length);
    const struct json *value = json_get(body, name);
    if (value)
        clear_others(shape, name, document);
    if (path[length]) {
        struct json *inner = json_get(document, name);
        if (!inner && !value)
            return;
        if (!inner) {
            inner = json_object(call->arena);
            json_set(call->arena, document, name, inner);
        }
        take_path(call, gcp_shape_member(shape, name, length)->inner, path + length + 1, value,
                  inner);
    } else if (value) {
        json_set(call->arena, document, name, json_clone(call->arena, value));
    } else {
        json_remove(document, name);
    }
}

int gcp_mask_apply(struct rest_call *call, const struct gcp_shape *shape, const char *mask,
                   const struct json *body, struct json *document)
{
    if (text_blank(mask))
        return gcp_fail(call, "INVALID_ARGUMENT", "update_mask is required.");
    for (const char *at = mask; *at; at += strcspn(at, ",")) {
        at += *at == ',';
        const char *path = arena_copy_n(call->arena, at, strcspn(at, ","));
        const char *why = path_fault(shape, path);
        if (why)
            gcp_violation(call, "update_mask", "update_mask: '%s' %s.", path, why);
    }
    int result = gcp_fail_fields(call);
    for (const char *at = mask; !result && *at; at += strcspn(at, ",")) {
        at += *at == ',';
        take_path(call, shape, arena_copy_n(call->arena, at, strcspn(at, ",")), body, document);
    }
    return result;
}

/* ---- Answers. */
static struct json *tidy_value(struct arena *arena, const struct gcp_member *member,
                               const struct json *value)
{
    if (member->type == GCP_OBJECT)
        return member->inner ? gcp_shape_tidy(arena, member->inner, value)
                             : json_clone(arena, value);
    if (member->type == GCP_LONG)
        return json_string(arena, value->text);
    return member->type == GCP_INT ? json_number(arena, value->text) : json_clone(arena, value);
}

static bool is_default(const struct gcp_member *member, const struct json *value)
{
    if (member->flags & (GCP_PRESENT | GCP_ONE | GCP_OTHER))
        return false;
    switch (value->type) {
    case JSON_BOOL:
        return !value->boolean;
    case JSON_OBJECT:
        return !value->count && member->inner;
    case JSON_ARRAY:
        return !value->count;
    default:
        return !value->text || !*value->text ||
               (member->type != GCP_TEXT && !strcmp(value->text, "0")) ||
               (member->type == GCP_WORD && !strcmp(value->text, member->words[0]));
    }
}

struct json *gcp_shape_tidy(struct arena *arena, const struct gcp_shape *shape,
                            const struct json *document)
{
    struct json *out = json_object(arena);
    for (size_t i = 0; i < document->count; i++) {
        const char *name = document->names[i];
        const struct json *value = document->items[i];
        const struct gcp_member *member = gcp_shape_member(shape, name, strlen(name));
        if (!member) {
            json_set(arena, out, name, json_clone(arena, value));
            continue;
        }
        struct json *tidied;
        if (member->flags & GCP_REPEATED && value->type == JSON_ARRAY) {
            tidied = json_array(arena);
            for (size_t j = 0; j < value->count; j++)
                json_append(arena, tidied, tidy_value(arena, member, value->items[j]));
        } else {
            tidied = tidy_value(arena, member, value);
        }
        if (!is_default(member, tidied))
            json_set(arena, out, name, tidied);
    }
    return out;
}
