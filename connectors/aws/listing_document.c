/* The document of a listing, put together from what the Catalog shows of a product. The vendor
 * describes the documents of three types; the others are read as far as they look alike. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/listings.h"
#include "connectors/document.h"

#define DIMENSIONS "Entity.DetailsDocument.Dimensions"

const struct listing_type listing_types[] = {
    {"SaaSProduct", EDIT_ADD_DIMENSIONS | EDIT_UPDATE_DIMENSIONS | EDIT_RESTRICT_DIMENSIONS},
    {"AmiProduct", EDIT_ADD_DIMENSIONS | EDIT_RESTRICT_DIMENSIONS},
    {"ContainerProduct", EDIT_ADD_DIMENSIONS | EDIT_UPDATE_DIMENSIONS},
    {"MachineLearningProduct", 0},
    {"DataProduct", 0},
};

const struct listing_type *listing_type(const char *entity_type)
{
    size_t length = entity_type ? strcspn(entity_type, "@") : 0;
    for (size_t i = 0; i < COUNT(listing_types); i++) {
        const char *name = listing_types[i].name;
        if (strlen(name) == length && !strncmp(name, entity_type, length))
            return &listing_types[i];
    }
    return NULL;
}

static bool has(const struct json *list, const char *text)
{
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++) {
        if (text_equal(json_text(list->items[i]), text))
            return true;
    }
    return false;
}

static void add_text(struct arena *arena, struct json *list, const char *text)
{
    if (!text_blank(text) && !has(list, text))
        json_append(arena, list, json_string(arena, text));
}

static const struct json *list_of(const struct json *object, const char *name)
{
    const struct json *list = json_get(object, name);
    return list && list->type == JSON_ARRAY ? list : NULL;
}

/* "SoftwareRegistration https://example.com/register": by type, and where buyers are led to. */
static void add_delivery(struct arena *arena, struct json *list, const struct json *option)
{
    static const char *const addresses[] = {"FulfillmentUrl", "LaunchUrl", "AmiAlias",
                                            "HelmChartUri",   "Title",     "AddOnName"};
    const char *type = json_get_text(option, "Type");
    const char *address = NULL;
    if (text_blank(type) || text_equal(json_get_text(option, "Visibility"), "Restricted"))
        return;
    for (size_t i = 0; i < COUNT(addresses) && text_blank(address); i++)
        address = json_get_text(option, addresses[i]);
    const struct json *endpoints = list_of(option, "Endpoints");
    for (size_t i = 0; endpoints && i < endpoints->count; i++) {
        const char *url = json_get_text(endpoints->items[i], "EndpointUrl");
        if (!text_blank(url))
            add_text(arena, list, arena_printf(arena, "%s %s", type, url));
    }
    if (!text_blank(address))
        add_text(arena, list, arena_printf(arena, "%s %s", type, address));
    else if (!endpoints || !endpoints->count)
        add_text(arena, list, type);
}

static struct json *fulfilment(struct arena *arena, const struct json *details)
{
    struct json *list = json_array(arena);
    const struct json *versions = list_of(details, "Versions");
    for (size_t i = 0; versions && i < versions->count; i++) {
        const struct json *options = list_of(versions->items[i], "DeliveryOptions");
        for (size_t j = 0; options && j < options->count; j++)
            add_delivery(arena, list, options->items[j]);
    }
    return list;
}

static struct json *regions(struct arena *arena, const struct json *details)
{
    struct json *list = json_array(arena);
    const struct json *availability = json_get(details, "RegionAvailability");
    const struct json *all = list_of(availability, "Regions");
    const struct json *restricted = list_of(availability, "Restrict");
    for (size_t i = 0; all && i < all->count; i++) {
        const char *region = json_text(all->items[i]);
        if (!has(restricted, region))
            add_text(arena, list, region);
    }
    return list;
}

int listing_document(struct arena *arena, const char *id, const struct json *entity,
                     struct json **ret_document, struct error *error)
{
    const char *identifier = json_get_text(entity, "EntityIdentifier");
    const struct json *details = json_get(entity, "DetailsDocument");
    size_t length = strcspn(identifier ? identifier : "", "@");
    if (!identifier || length != strlen(id) || strncmp(identifier, id, length) != 0 ||
        text_blank(json_get_text(entity, "LastModifiedDate")))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "%s was described without its EntityIdentifier or LastModifiedDate", id);
    if (!details || details->type != JSON_OBJECT)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "%s was described without a DetailsDocument", id);
    struct json *document = json_object(arena), *derived = json_object(arena);
    struct json *copy = json_clone(arena, entity);
    json_remove(copy, "Details"); /* the same once more, as text */
    json_set(arena, document, "Entity", copy);
    const char *type = json_get_text(entity, "EntityType");
    json_set_text(arena, derived, "Id", id);
    json_set_text(arena, derived, "ProductType",
                  type ? arena_copy_n(arena, type, strcspn(type, "@")) : NULL);
    json_set(arena, derived, "Dimensions",
             listing_dimension_texts(arena, json_find(document, DIMENSIONS)));
    json_set(arena, derived, "Fulfilment", fulfilment(arena, details));
    json_set(arena, derived, "Regions", regions(arena, details));
    json_set(arena, document, "Derived", derived);
    *ret_document = document;
    return 0;
}

struct record *listing_record(struct arena *arena, const struct json *document,
                              void (*report)(void *context, const struct finding *finding),
                              void *context)
{
    return document_decode(arena, &aws_listings, json_text(json_find(document, "Derived.Id")),
                           json_text(json_find(document, "Entity.LastModifiedDate")), document,
                           report, context);
}
