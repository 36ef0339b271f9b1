/* Dimensions of a product: what is metered or sold, by key. As values they are one text each, "key
 * | name | description | unit | types". There is no replacing the list: three change types add,
 * edit and take off, none of them changes a unit. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/listings.h"
#include "model/value.h"

#define BAR " | "

static const char *const type_order[] = {"Entitled", "Metered", "ExternallyMetered"};

struct dimension {
    const char *key, *name, *description, *unit;
    const char *types; /* joined by ", " */
    const char *text;  /* all of it */
};

/* ------------------------------------------------------------------ as texts */

static bool has_type(const struct json *types, const char *type)
{
    for (size_t i = 0; types && types->type == JSON_ARRAY && i < types->count; i++) {
        if (text_equal(json_text(types->items[i]), type))
            return true;
    }
    return false;
}

static bool type_known(const char *type)
{
    for (size_t i = 0; i < COUNT(type_order); i++) {
        if (text_equal(type_order[i], type))
            return true;
    }
    return false;
}

static const char *add_type(struct arena *arena, const char *types, const char *type)
{
    return *types ? arena_printf(arena, "%s, %s", types, type) : type;
}

/* In one order, whichever the cloud has them in. */
static const char *join_types(struct arena *arena, const struct json *types)
{
    const char *text = "";
    for (size_t i = 0; i < COUNT(type_order); i++) {
        if (has_type(types, type_order[i]))
            text = add_type(arena, text, type_order[i]);
    }
    for (size_t i = 0; types && types->type == JSON_ARRAY && i < types->count; i++) {
        const char *type = json_text(types->items[i]);
        if (!text_blank(type) && !type_known(type))
            text = add_type(arena, text, type);
    }
    return text;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* NULL: no dimension, or one of which every type was taken off. */
static const char *dimension_text(struct arena *arena, const struct json *dimension)
{
    const char *key = json_get_text(dimension, "Key");
    const char *types = join_types(arena, json_get(dimension, "Types"));
    if (text_blank(key) || !*types)
        return NULL;
    return arena_printf(arena, "%s" BAR "%s" BAR "%s" BAR "%s" BAR "%s", key,
                        or_empty(json_get_text(dimension, "Name")),
                        or_empty(json_get_text(dimension, "Description")),
                        or_empty(json_get_text(dimension, "Unit")), types);
}

struct json *listing_dimension_texts(struct arena *arena, const struct json *dimensions)
{
    struct json *list = json_array(arena);
    for (size_t i = 0; dimensions && dimensions->type == JSON_ARRAY && i < dimensions->count; i++) {
        const char *text = dimension_text(arena, dimensions->items[i]);
        if (text)
            json_append(arena, list, json_string(arena, text));
    }
    return list;
}

static char *last_bar(char *text)
{
    char *last = NULL;
    for (char *at = text; (at = strstr(at, BAR)); at++)
        last = at;
    return last;
}

/* Cuts the text at `bar`; returns what follows. */
static char *cut(char *bar)
{
    *bar = '\0';
    return bar + strlen(BAR);
}

/* From both ends, so that a description may have bars of its own. */
static bool parse(struct arena *arena, const char *text, struct dimension *ret_dimension)
{
    struct dimension dimension = {.text = text};
    char *rest = arena_copy(arena, text);
    dimension.key = rest;
    char *bar = strstr(rest, BAR);
    if (!bar)
        return false;
    dimension.name = rest = cut(bar);
    if (!(bar = last_bar(rest)))
        return false;
    dimension.types = cut(bar);
    if (!(bar = last_bar(rest)))
        return false;
    dimension.unit = cut(bar);
    if (!(bar = strstr(rest, BAR)))
        return false;
    dimension.description = cut(bar);
    *ret_dimension = dimension;
    return true;
}

/* ------------------------------------------------------------------ edits */

struct editing {
    struct arena *arena;
    const struct listing_type *type;
    const struct json *now; /* the product's dimensions */
    struct dimension *wanted;
    size_t count;
    bool edited; /* a name, a description or a type more */
    struct dimension_edits edits;
    struct error *error;
};

static int refuse(const struct editing *editing, const char *key, const char *why)
{
    return error_set(editing->error, ERROR_REFUSED, SCOPE_RECORD, "dimension \"%s\": %s", key, why);
}

static const struct json *find(const struct json *dimensions, const char *key)
{
    for (size_t i = 0; dimensions && dimensions->type == JSON_ARRAY && i < dimensions->count; i++) {
        if (text_equal(json_get_text(dimensions->items[i], "Key"), key))
            return dimensions->items[i];
    }
    return NULL;
}

static const struct dimension *find_wanted(const struct editing *editing, const char *key)
{
    for (size_t i = 0; i < editing->count; i++) {
        if (text_equal(editing->wanted[i].key, key))
            return &editing->wanted[i];
    }
    return NULL;
}

static struct json *split_types(struct arena *arena, const char *types)
{
    struct json *list = json_array(arena);
    while (*types) {
        size_t length = strcspn(types, ",");
        json_append(arena, list, json_string(arena, text_trim(arena_copy_n(arena, types, length))));
        types += length + (types[length] == ',');
    }
    return list;
}

/* True if the list has a dimension of that key and type. */
static bool sells(struct arena *arena, const char *list, const char *key, const char *type)
{
    size_t count = list_count(list);
    for (size_t i = 0; i < count; i++) {
        struct dimension dimension;
        if (parse(arena, list_item(arena, list, i), &dimension) && text_equal(dimension.key, key) &&
            has_type(split_types(arena, dimension.types), type))
            return true;
    }
    return false;
}

bool listing_dimensions_lost(const char *before, const char *after)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    bool lost = false;
    size_t count = list_count(before);
    for (size_t i = 0; i < count && !lost; i++) {
        struct dimension dimension;
        if (!parse(arena, list_item(arena, before, i), &dimension))
            continue;
        const struct json *types = split_types(arena, dimension.types);
        for (size_t t = 0; t < types->count; t++)
            lost |= !sells(arena, after, dimension.key, json_text(types->items[t]));
    }
    return lost;
}

static void append(struct arena *arena, struct json **list, struct json *item)
{
    if (!*list)
        *list = json_array(arena);
    json_append(arena, *list, item);
}

static int add(struct editing *editing, const struct dimension *wanted)
{
    struct arena *arena = editing->arena;
    if (text_blank(wanted->name) || text_blank(wanted->description) || text_blank(wanted->unit))
        return refuse(editing, wanted->key,
                      "a new one needs a name, a description, a unit and a type");
    struct json *item = json_object(arena);
    json_set_text(arena, item, "Key", wanted->key);
    json_set_text(arena, item, "Name", wanted->name);
    json_set_text(arena, item, "Description", wanted->description);
    json_set_text(arena, item, "Unit", wanted->unit);
    json_set(arena, item, "Types", split_types(arena, wanted->types));
    append(arena, &editing->edits.add, item);
    return 0;
}

/* The types that `now` has and `wanted` (NULL: nothing) has not. */
static void take_off(struct editing *editing, const struct json *now,
                     const struct dimension *wanted)
{
    struct arena *arena = editing->arena;
    const struct json *types = json_get(now, "Types");
    const struct json *stay = wanted ? split_types(arena, wanted->types) : NULL;
    struct json *gone = json_array(arena);
    for (size_t i = 0; types && types->type == JSON_ARRAY && i < types->count; i++) {
        const char *type = json_text(types->items[i]);
        if (!text_blank(type) && !has_type(stay, type))
            json_append(arena, gone, json_string(arena, type));
    }
    if (!gone->count)
        return;
    struct json *item = json_object(arena);
    json_set_text(arena, item, "Key", json_get_text(now, "Key"));
    json_set(arena, item, "Types", gone);
    append(arena, &editing->edits.restricted, item);
}

/* Whether UpdateDimensions replaces the list or only what it names is said in two ways; so every
 * dimension that stays goes along as it is to be. */
static int keep(struct editing *editing, const struct dimension *wanted, const struct json *now)
{
    struct arena *arena = editing->arena;
    bool same = text_equal(wanted->text, dimension_text(arena, now));
    const struct json *have = json_get(now, "Types");
    struct json *types = split_types(arena, wanted->types);
    bool more = false;
    for (size_t i = 0; i < types->count; i++)
        more = more || !has_type(have, json_text(types->items[i]));
    const char *name = same ? json_get_text(now, "Name") : wanted->name;
    const char *description = same ? json_get_text(now, "Description") : wanted->description;
    if (!same && !text_equal(wanted->unit, or_empty(json_get_text(now, "Unit"))))
        return refuse(editing, wanted->key,
                      "AWS never changes a unit: take a new key, or set the unit back");
    editing->edited =
        editing->edited || more ||
        !text_equal(or_empty(name), or_empty(json_get_text(now, "Name"))) ||
        !text_equal(or_empty(description), or_empty(json_get_text(now, "Description")));
    struct json *item = json_object(arena);
    json_set_text(arena, item, "Key", wanted->key);
    if (!text_blank(name))
        json_set_text(arena, item, "Name", name);
    if (!text_blank(description))
        json_set_text(arena, item, "Description", description);
    json_set(arena, item, "Types", types);
    append(arena, &editing->edits.update, item);
    take_off(editing, now, wanted);
    return 0;
}

static int read_wanted(struct editing *editing, const char *list)
{
    size_t count;
    const char **items = list_items(editing->arena, list, &count);
    editing->wanted = arena_array(editing->arena, count + 1, sizeof *editing->wanted);
    for (size_t i = 0; i < count; i++) {
        struct dimension *dimension = &editing->wanted[i];
        if (!parse(editing->arena, items[i], dimension) || text_blank(dimension->key) ||
            text_blank(dimension->types))
            return refuse(editing, items[i], "write key | name | description | unit | types");
        if (find_wanted(editing, dimension->key))
            return refuse(editing, dimension->key, "the key is named twice");
        editing->count++;
    }
    return 0;
}

static int check_offered(const struct editing *editing)
{
    const struct {
        const char *operation;
        const struct json *document;
        unsigned edit;
    } rows[] = {
        {"AddDimensions", editing->edits.add, EDIT_ADD_DIMENSIONS},
        {"UpdateDimensions", editing->edits.update, EDIT_UPDATE_DIMENSIONS},
        {"RestrictDimensions", editing->edits.restricted, EDIT_RESTRICT_DIMENSIONS},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (rows[i].document && !(editing->type->edits & rows[i].edit))
            return error_set(editing->error, ERROR_REFUSED, SCOPE_RECORD,
                             "AWS describes no %s for a product of type %s: make this edit of its "
                             "dimensions in the portal",
                             rows[i].operation, editing->type->name);
    }
    return 0;
}

int listing_dimension_edits(struct arena *arena, const struct listing_type *type,
                            const struct json *dimensions, const char *wanted,
                            struct dimension_edits *ret_edits, struct error *error)
{
    struct editing editing = {.arena = arena, .type = type, .now = dimensions, .error = error};
    int result = read_wanted(&editing, wanted);
    for (size_t i = 0; i < editing.count && !result; i++) {
        const struct json *now = find(dimensions, editing.wanted[i].key);
        result = now ? keep(&editing, &editing.wanted[i], now) : add(&editing, &editing.wanted[i]);
    }
    for (size_t i = 0; dimensions && dimensions->type == JSON_ARRAY && i < dimensions->count; i++) {
        const char *key = json_get_text(dimensions->items[i], "Key");
        if (!text_blank(key) && !find_wanted(&editing, key))
            take_off(&editing, dimensions->items[i], NULL);
    }
    if (!editing.edited)
        editing.edits.update = NULL;
    if (!result)
        result = check_offered(&editing);
    if (!result)
        *ret_edits = editing.edits;
    return result;
}
