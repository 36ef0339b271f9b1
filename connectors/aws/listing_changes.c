/* The change set of a listing: what of a product an edit touches, as the change types that AWS has
 * for it. Each carries the revision that was read, so that none is made on another one. */
#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/change_set.h"
#include "connectors/aws/listings.h"
#include "connectors/document.h"
#include "model/value.h"

#define DETAILS    "Entity.DetailsDocument."
#define VISIBILITY DETAILS "Description.Visibility"
#define POSITIVE   DETAILS "Targeting.PositiveTargeting"
#define DIMENSIONS DETAILS "Dimensions"

enum shape { SHAPE_PLAIN, SHAPE_LINKS, SHAPE_VIDEOS };

/* The document of UpdateInformation. It is not said that members left out keep what they have: all
 * of them travel. */
static const struct member {
    const char *name;
    const char *path;  /* where the product's document has it */
    const char *field; /* canonical; NULL: not edited here */
    enum shape shape;
    bool empty; /* a list that may be sent without items */
} information[] = {
    {"ProductTitle", DETAILS "Description.ProductTitle", "title", SHAPE_PLAIN, false},
    {"ShortDescription", DETAILS "Description.ShortDescription", "short_description", SHAPE_PLAIN,
     false},
    {"LongDescription", DETAILS "Description.LongDescription", "long_description", SHAPE_PLAIN,
     false},
    {"Sku", DETAILS "Description.Sku", "sku", SHAPE_PLAIN, false},
    {"LogoUrl", DETAILS "PromotionalResources.LogoUrl", NULL, SHAPE_PLAIN, false},
    {"VideoUrls", DETAILS "PromotionalResources.Videos", NULL, SHAPE_VIDEOS, true},
    {"Highlights", DETAILS "Description.Highlights", "highlights", SHAPE_PLAIN, true},
    {"AdditionalResources", DETAILS "PromotionalResources.AdditionalResources", NULL, SHAPE_LINKS,
     true},
    {"SupportDescription", DETAILS "SupportInformation.Description", "support", SHAPE_PLAIN, false},
    {"Categories", DETAILS "Description.Categories", "categories", SHAPE_PLAIN, false},
    {"AssociatedProducts", DETAILS "Description.AssociatedProducts", NULL, SHAPE_PLAIN, false},
    {"SearchKeywords", DETAILS "Description.SearchKeywords", "keywords", SHAPE_PLAIN, false},
};

struct building {
    struct arena *arena;
    const struct json *document; /* as it is */
    struct json *wanted;         /* as it is to be */
    const struct change *change;
    struct json *changes;
    struct error *error;
};

static void add(const struct building *building, const char *type, struct json *details)
{
    const struct json *entity = json_get(building->document, "Entity");
    change_set_add(building->arena, building->changes, type, json_get_text(entity, "EntityType"),
                   json_get_text(entity, "EntityIdentifier"), NULL, details);
}

/* Links and videos are described with more than they are written with. */
static struct json *item_to_send(struct arena *arena, enum shape shape, const struct json *item)
{
    if (shape == SHAPE_VIDEOS && item->type == JSON_OBJECT)
        return json_clone(arena, json_get(item, "Url"));
    struct json *copy = json_clone(arena, item);
    if (shape == SHAPE_LINKS && copy->type == JSON_OBJECT)
        json_remove(copy, "Type");
    return copy;
}

/* NULL: nothing that the operation takes. */
static struct json *member_to_send(const struct building *building, const struct member *member)
{
    struct arena *arena = building->arena;
    const struct json *now = json_find(building->wanted, member->path);
    if (json_is_null(now)) {
        bool emptied =
            member->empty && member->field && change_field(building->change, member->field);
        return emptied ? json_array(arena) : NULL;
    }
    if (now->type != JSON_ARRAY)
        return now->type == JSON_STRING && text_blank(now->text) ? NULL : json_clone(arena, now);
    if (!now->count && !member->empty)
        return NULL;
    struct json *list = json_array(arena);
    for (size_t i = 0; i < now->count; i++) {
        struct json *item = item_to_send(arena, member->shape, now->items[i]);
        if (!json_is_null(item))
            json_append(arena, list, item);
    }
    return list;
}

static void add_information(const struct building *building)
{
    bool touched = false;
    struct json *details = json_object(building->arena);
    for (size_t i = 0; i < COUNT(information); i++) {
        struct json *value = member_to_send(building, &information[i]);
        if (value)
            json_set(building->arena, details, information[i].name, value);
        touched = touched ||
                  (information[i].field && change_field(building->change, information[i].field));
    }
    if (touched)
        add(building, "UpdateInformation", details);
}

static int add_dimensions(const struct building *building)
{
    const struct change_field *field = change_field(building->change, "dimensions");
    const struct json *entity = json_get(building->document, "Entity");
    struct dimension_edits edits = {0};
    if (!field)
        return 0;
    int result = listing_dimension_edits(
        building->arena, listing_type(json_get_text(entity, "EntityType")),
        json_find(building->document, DIMENSIONS), field->new_value, &edits, building->error);
    if (result < 0)
        return result;
    if (edits.add)
        add(building, "AddDimensions", edits.add);
    if (edits.update)
        add(building, "UpdateDimensions", edits.update);
    if (edits.restricted)
        add(building, "RestrictDimensions", edits.restricted);
    return 0;
}

/* The document replaces the old one; an empty list lifts the limit. */
static void add_targeting(const struct building *building)
{
    struct arena *arena = building->arena;
    const struct change_field *field = change_field(building->change, "buyer_accounts");
    const struct json *now = json_find(building->document, POSITIVE);
    if (!field)
        return;
    struct json *details = json_object(arena), *accounts = json_array(arena);
    struct json *positive =
        now && now->type == JSON_OBJECT ? json_clone(arena, now) : json_object(arena);
    json_drop_nulls(positive);
    size_t count = list_count(field->new_value);
    for (size_t i = 0; i < count; i++)
        json_append(arena, accounts, json_string(arena, list_item(arena, field->new_value, i)));
    json_set(arena, positive, "BuyerAccounts", accounts);
    json_set(arena, details, "PositiveTargeting", positive);
    add(building, "UpdateTargeting", details);
}

static void add_visibility(const struct building *building)
{
    if (!change_field(building->change, "visibility"))
        return;
    struct json *details = json_object(building->arena);
    json_set_text(building->arena, details, "TargetVisibility",
                  json_text(json_find(building->wanted, VISIBILITY)));
    add(building, "UpdateVisibility", details);
}

int listing_changes(struct arena *arena, const struct json *document, const struct change *change,
                    struct json **ret_changes, struct error *error)
{
    struct building building = {
        .arena = arena, .document = document, .change = change, .error = error};
    const char *type = json_text(json_find(document, "Entity.EntityType"));
    if (!listing_type(type))
        return error_set(error, ERROR_PERMANENT, SCOPE_RECORD,
                         "a product of type %s cannot be edited", type ? type : "unknown");
    int result =
        document_overlay(arena, &aws_listings, document, change, NULL, &building.wanted, error);
    if (result < 0)
        return result;
    building.changes = change_set_new(arena);
    add_information(&building);
    result = add_dimensions(&building);
    if (result < 0)
        return result;
    add_targeting(&building);
    add_visibility(&building);
    *ret_changes = building.changes;
    return 0;
}
