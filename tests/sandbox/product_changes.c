/* What the change types of products do to their documents. */
#include <string.h>

#include "tests/sandbox/changes.h"

#define DIMENSIONS_MAX 200

static struct json *child(struct arena *arena, struct json *document, const char *name)
{
    struct json *object = json_get(document, name);
    if (!object || object->type != JSON_OBJECT) {
        object = json_object(arena);
        json_set(arena, document, name, object);
    }
    return object;
}

static struct json *list_of(struct arena *arena, struct json *object, const char *name)
{
    struct json *list = json_get(object, name);
    if (!list || list->type != JSON_ARRAY) {
        list = json_array(arena);
        json_set(arena, object, name, list);
    }
    return list;
}

void apply_create_product(struct change_run *run, struct change *change, struct draft *draft)
{
    (void)draft;
    struct arena *arena = run->arena;
    struct json *document = json_object(arena);
    struct json *description = child(arena, document, "Description");
    const char *code = entity_new_id(run->sandbox, arena, "", 25);
    json_set(arena, description, "ProductTitle",
             json_string(arena, json_get_text(change->details, "ProductTitle")));
    json_set_text(arena, description, "ProductCode", code);
    json_set_text(arena, description, "Visibility", "Draft");
    json_set_text(arena, description, "ProductState", "Draft");
    child(arena, document, "PromotionalResources");
    child(arena, document, "SupportInformation");
    list_of(arena, document, "Dimensions");
    list_of(arena, document, "Versions");
    struct json *targeting = child(arena, child(arena, document, "Targeting"), "PositiveTargeting");
    list_of(arena, targeting, "BuyerAccounts");
    draft_new(run, change, document);
}

/* Links are written as texts and read as objects. */
static struct json *as_videos(struct arena *arena, const struct json *urls)
{
    struct json *list = json_array(arena);
    for (size_t i = 0; i < urls->count; i++) {
        struct json *video = json_object(arena);
        json_set_text(arena, video, "Type", "Link");
        json_set_text(arena, video, "Title", "Product Video");
        json_set_text(arena, video, "Url", json_text(urls->items[i]));
        json_append(arena, list, video);
    }
    return list;
}

static struct json *as_resources(struct arena *arena, const struct json *resources)
{
    struct json *list = json_array(arena);
    for (size_t i = 0; i < resources->count; i++) {
        struct json *resource = json_object(arena);
        json_set_text(arena, resource, "Type", "Link");
        json_set_text(arena, resource, "Text", json_get_text(resources->items[i], "Text"));
        json_set_text(arena, resource, "Url", json_get_text(resources->items[i], "Url"));
        json_append(arena, list, resource);
    }
    return list;
}

void apply_product_information(struct change_run *run, struct change *change, struct draft *draft)
{
    static const struct {
        const char *written, *parent, *name;
        struct json *(*convert)(struct arena *arena, const struct json *value);
    } rows[] = {
        {"LogoUrl", "PromotionalResources", "LogoUrl", NULL},
        {"VideoUrls", "PromotionalResources", "Videos", as_videos},
        {"AdditionalResources", "PromotionalResources", "AdditionalResources", as_resources},
        {"SupportDescription", "SupportInformation", "Description", NULL},
    };
    struct arena *arena = run->arena;
    for (size_t i = 0; i < change->details->count; i++) {
        const char *name = change->details->names[i], *parent = "Description";
        const struct json *value = change->details->items[i];
        struct json *stored = NULL;
        for (size_t j = 0; j < COUNT(rows); j++) {
            if (strcmp(rows[j].written, name) != 0)
                continue;
            parent = rows[j].parent;
            stored = rows[j].convert ? rows[j].convert(arena, value) : NULL;
            name = rows[j].name;
            break;
        }
        json_set(arena, child(arena, draft->document, parent), name,
                 stored ? stored : json_clone(arena, value));
    }
}

/* ---- Dimensions. */
static size_t find_key(const struct json *dimensions, const char *key)
{
    size_t at = 0;
    while (at < dimensions->count && !text_equal(json_get_text(dimensions->items[at], "Key"), key))
        at++;
    return at;
}

void apply_add_dimensions(struct change_run *run, struct change *change, struct draft *draft)
{
    struct json *dimensions = list_of(run->arena, draft->document, "Dimensions");
    for (size_t i = 0; i < change->details->count; i++) {
        const struct json *added = change->details->items[i];
        const char *key = json_get_text(added, "Key");
        if (find_key(dimensions, key) < dimensions->count)
            change_error(run, change, "INVALID_DIMENSION_KEYS",
                         "The product has a dimension %s already.", key);
        else
            json_append(run->arena, dimensions, json_clone(run->arena, added));
    }
    if (dimensions->count > DIMENSIONS_MAX)
        change_error(run, change, "TOO_MANY_DIMENSIONS", "A product has at most %d dimensions.",
                     DIMENSIONS_MAX);
}

void apply_update_dimensions(struct change_run *run, struct change *change, struct draft *draft)
{
    struct json *dimensions = list_of(run->arena, draft->document, "Dimensions");
    for (size_t i = 0; i < change->details->count; i++) {
        const struct json *given = change->details->items[i];
        size_t at = find_key(dimensions, json_get_text(given, "Key"));
        if (at == dimensions->count) {
            change_error(run, change, "INVALID_DIMENSION_KEYS", "The product has no dimension %s.",
                         json_get_text(given, "Key"));
            continue;
        }
        for (size_t j = 0; j < given->count; j++)
            json_set(run->arena, dimensions->items[at], given->names[j],
                     json_clone(run->arena, given->items[j]));
    }
}

static void remove_texts(struct json *from, const struct json *texts)
{
    for (size_t i = from ? from->count : 0; i-- > 0;) {
        for (size_t j = 0; j < texts->count; j++) {
            if (!text_equal(json_text(from->items[i]), json_text(texts->items[j])))
                continue;
            json_remove_at(from, i);
            break;
        }
    }
}

/* A dimension that has lost its last type is gone. */
void apply_restrict_dimensions(struct change_run *run, struct change *change, struct draft *draft)
{
    struct json *dimensions = list_of(run->arena, draft->document, "Dimensions");
    for (size_t i = 0; i < change->details->count; i++) {
        const struct json *given = change->details->items[i];
        size_t at = find_key(dimensions, json_get_text(given, "Key"));
        if (at == dimensions->count) {
            change_error(run, change, "INVALID_DIMENSION_KEYS", "The product has no dimension %s.",
                         json_get_text(given, "Key"));
            continue;
        }
        struct json *types = json_get(dimensions->items[at], "Types");
        remove_texts(types, json_get(given, "Types"));
        if (!types->count)
            json_remove_at(dimensions, at);
    }
}

/* ---- Who sees it, and where. */
void apply_visibility(struct change_run *run, struct change *change, struct draft *draft)
{
    struct json *description = child(run->arena, draft->document, "Description");
    const char *state = json_get_text(description, "ProductState");
    const char *wanted = json_get_text(change->details, "TargetVisibility");
    const char *replacement = json_get_text(change->details, "ReplacementProductId");
    if (text_equal(state, "Draft")) {
        change_error(run, change, "INVALID_ENTITY_STATE",
                     "A draft becomes visible by its release only.");
        return;
    }
    if (replacement &&
        (strcmp(wanted, "Restricted") != 0 || !entity_find(run->sandbox, replacement)))
        change_error(run, change, "INCOMPATIBLE_PRODUCT",
                     "Only a restricted product has a replacement, and it must be there.");
    json_set_text(run->arena, description, "Visibility", wanted);
    json_set_text(run->arena, description, "ProductState",
                  strcmp(wanted, "Restricted") ? "Active" : "Restricted");
    json_set(run->arena, description, "ReplacementProductId", json_string(run->arena, replacement));
}

void apply_product_targeting(struct change_run *run, struct change *change, struct draft *draft)
{
    json_set(run->arena, draft->document, "Targeting", json_clone(run->arena, change->details));
}

void apply_release_product(struct change_run *run, struct change *change, struct draft *draft)
{
    struct json *description = child(run->arena, draft->document, "Description");
    static const char *const needed[] = {"ProductTitle", "ShortDescription", "LongDescription"};
    for (size_t i = 0; i < COUNT(needed); i++) {
        if (!json_get_text(description, needed[i]))
            change_error(run, change, "MISSING_DESCRIPTION", "The product needs a %s.", needed[i]);
    }
    draft->releases = true;
    json_set_text(run->arena, description, "Visibility", "Limited");
    json_set_text(run->arena, description, "ProductState", "Active");
}

static void add_missing(struct arena *arena, struct json *list, const struct json *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        bool there = false;
        for (size_t j = 0; j < list->count; j++)
            there |= text_equal(json_text(list->items[j]), json_text(texts->items[i]));
        if (!there)
            json_append(arena, list, json_clone(arena, texts->items[i]));
    }
}

void apply_add_regions(struct change_run *run, struct change *change, struct draft *draft)
{
    struct json *where = child(run->arena, draft->document, "RegionAvailability");
    const struct json *regions = json_get(change->details, "Regions");
    remove_texts(json_get(where, "Restrict"), regions);
    add_missing(run->arena, list_of(run->arena, where, "Regions"), regions);
}

void apply_restrict_regions(struct change_run *run, struct change *change, struct draft *draft)
{
    struct json *where = child(run->arena, draft->document, "RegionAvailability");
    const struct json *regions = json_get(change->details, "Regions");
    remove_texts(json_get(where, "Regions"), regions);
    add_missing(run->arena, list_of(run->arena, where, "Restrict"), regions);
}
