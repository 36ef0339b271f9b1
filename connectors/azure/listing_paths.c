/* Calls of Product Ingestion that listings take, and how resources are named. */
#include <string.h>

#include "base/text.h"
#include "connectors/azure/listings.h"

static void ask(const struct cloud *cloud, struct arena *arena, const char *path,
                struct http_request *ret_request)
{
    azure_request(cloud, arena, AZURE_INGESTION, "GET",
                  azure_versioned(arena, path, azure_product_api(cloud)), NULL, ret_request);
}

void azure_listing_ask_products(const struct cloud *cloud, struct arena *arena,
                                struct http_request *ret_request)
{
    ask(cloud, arena, "/product", ret_request);
}

void azure_listing_ask_plans(const struct cloud *cloud, struct arena *arena, const char *guid,
                             struct http_request *ret_request)
{
    ask(cloud, arena, arena_printf(arena, "/plan?product=product/%s", azure_encode(arena, guid)),
        ret_request);
}

void azure_listing_ask_submissions(const struct cloud *cloud, struct arena *arena, const char *guid,
                                   struct http_request *ret_request)
{
    ask(cloud, arena, arena_printf(arena, "/submission/%s", azure_encode(arena, guid)),
        ret_request);
}

/* Without a target it would be the draft, which is not what customers see. */
void azure_listing_ask_tree(const struct cloud *cloud, struct arena *arena, const char *guid,
                            const char *target, struct http_request *ret_request)
{
    ask(cloud, arena,
        arena_printf(arena, "/resource-tree/product/%s?targetType=%s", azure_encode(arena, guid),
                     target),
        ret_request);
}

bool azure_listing_word(const char *a, const char *b)
{
    return a && b && text_same_word(a, b);
}

const char *azure_listing_guid(struct arena *arena, const char *durable_id)
{
    static const char prefix[] = "product/";
    char *id = durable_id ? text_trim(arena_copy(arena, durable_id)) : NULL;
    if (!id)
        return NULL;
    text_lower(id);
    if (!text_starts(id, prefix))
        return NULL;
    id += strlen(prefix);
    return *id && strspn(id, "0123456789abcdefghijklmnopqrstuvwxyz-") == strlen(id) ? id : NULL;
}

const char *azure_listing_schema(struct arena *arena, const struct json *resource)
{
    const char *name = azure_schema_name(arena, json_get_text(resource, "$schema"));
    return name ? name : "";
}

const char *azure_listing_external_id(const struct json *resource)
{
    const struct json *identity = json_get(resource, "identity");
    const char *id = json_get_text(identity, "externalId");
    return id ? id : json_get_text(identity, "externalID");
}
