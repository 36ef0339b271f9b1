/* A change laid over the resources of a product, and what of them is then to be sent. The vendor
 * refuses unknown members and loses what is left out: a resource travels as it was read, with the
 * owned fields only changed. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/azure/listings.h"
#include "model/value.h"

#define BAR     " | "
#define NOTHING "-" /* see listing_document.c, support() */

static int refused(struct error *error, const char *what)
{
    return azure_listing_refuse(error, AZURE_LISTING_NOT_EDITABLE, "%s", what);
}

/* "name | e-mail | phone | URL": each part where it has its place. */
static int put_support(struct arena *arena, struct json *document, struct error *error)
{
    static const char *const members[] = {"name", "email", "phone", "url"};
    const char *text = json_text(json_find(document, "agent.support"));
    const struct json *listing = json_get(document, "listing");
    if (!listing)
        return refused(error, "the product has no texts in the portal yet");
    char *rest = arena_copy(arena, text ? text : "");
    for (size_t i = 0; i < COUNT(members); i++) {
        char *bar = strstr(rest, BAR), *part = rest;
        if (!bar != (i == COUNT(members) - 1))
            return refused(error, "support is written as name | e-mail | phone | URL");
        if (bar) {
            *bar = '\0';
            rest = bar + strlen(BAR);
        }
        const char *path = arena_printf(arena, "listing.supportContact.%s", members[i]);
        const char *now = json_text(json_find(document, path));
        bool none = text_equal(part, NOTHING) || text_blank(part);
        if (none ? text_blank(now) : azure_listing_word(now, part))
            continue;
        int result = json_put(arena, document, path, none ? NULL : json_string(arena, part), error);
        if (result < 0)
            return result;
    }
    return 0;
}

/* "group/item" back to {"group":["item"]}, groups in the order in which they come. */
static int put_categories(struct arena *arena, struct json *document, struct error *error)
{
    const struct json *list = json_find(document, "agent.categories");
    struct json *property = json_get(document, "property");
    struct json *groups = json_object(arena);
    if (!property)
        return refused(error, "the product has no properties in the portal yet");
    for (size_t i = 0; list && i < list->count; i++) {
        const char *text = json_text(list->items[i]);
        size_t length = strcspn(text ? text : "", "/");
        const char *name = arena_copy_n(arena, text ? text : "", length);
        if (!*name)
            return refused(error, "a category is written as group/item");
        struct json *items = json_get(groups, name);
        if (!items) {
            items = json_array(arena);
            json_set(arena, groups, name, items);
        }
        if (text[length] && text[length + 1])
            json_append(arena, items, json_string(arena, text + length + 1));
    }
    json_set(arena, property, "categories", groups);
    return 0;
}

static int put_plans(struct arena *arena, struct json *document, struct error *error)
{
    return azure_listing_put_dimensions(arena, document, json_find(document, "agent.dimensions"),
                                        error);
}

static int put_derived(struct arena *arena, struct json *document, const char *field,
                       struct error *error)
{
    static const struct {
        const char *field;
        int (*put)(struct arena *arena, struct json *document, struct error *error);
    } rows[] = {
        {"support", put_support},
        {"categories", put_categories},
        {"dimensions", put_plans},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!strcmp(rows[i].field, field))
            return rows[i].put(arena, document, error);
    }
    return 0;
}

/* What has no id at the cloud was made up by writing into it. */
static int check_whole(const struct json *document, struct error *error)
{
    const struct json *listing = json_get(document, "listing");
    if (listing && text_blank(json_get_text(listing, "id")))
        return refused(error, "the product has no texts in the portal yet");
    return 0;
}

int azure_listing_overlay(struct arena *arena, const struct json *document,
                          const struct change *change, struct json **ret_document,
                          struct error *error)
{
    struct json *after = json_clone(arena, document);
    for (size_t i = 0; i < change->field_count; i++) {
        const char *name = change->kind->fields[change->fields[i].field].name;
        int result =
            document_put(arena, &azure_listings, after, name, change->fields[i].new_value, error);
        if (!result)
            result = put_derived(arena, after, name, error);
        if (result < 0)
            return result;
    }
    int result = check_whole(after, error);
    if (!result)
        *ret_document = after;
    return result;
}

static void add_changed(struct arena *arena, struct json *list, const struct json *before,
                        const struct json *after)
{
    if (!after || json_equal(before, after))
        return;
    struct json *copy = json_clone(arena, after);
    json_remove(copy, "validations");
    json_set_text(
        arena, copy, "resourceName",
        arena_printf(arena, "%.40s-%zu", azure_listing_schema(arena, after), list->count + 1));
    json_append(arena, list, copy);
}

struct json *azure_listing_resources(struct arena *arena, const struct json *before,
                                     const struct json *after)
{
    static const char *const mains[] = {"product", "listing", "property"};
    struct json *list = json_array(arena);
    const struct json *old = json_get(before, "resources"), *new = json_get(after, "resources");
    for (size_t i = 0; i < COUNT(mains); i++)
        add_changed(arena, list, json_get(before, mains[i]), json_get(after, mains[i]));
    for (size_t i = 0; new &&i < new->count; i++) /* the same, in the same order */
        add_changed(arena, list, json_at(old, i), new->items[i]);
    return list;
}
