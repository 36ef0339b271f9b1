/* Calls of Product Ingestion that listings take, and how resources are named. */
#include <string.h>

#include "base/text.h"
#include "connectors/azure/listings.h"

const char *azure_listing_plans_path(struct arena *arena, const char *guid)
{
    return arena_printf(arena, "/plan?product=product/%s&$version=" AZURE_LISTING_VERSION,
                        azure_encode(arena, guid));
}

const char *azure_listing_submissions_path(struct arena *arena, const char *guid)
{
    return arena_printf(arena, "/submission/%s?$version=" AZURE_LISTING_VERSION,
                        azure_encode(arena, guid));
}

const char *azure_listing_tree_path(struct arena *arena, const char *guid, const char *target)
{
    return arena_printf(arena, "/resource-tree/product/%s?targetType=%s&$version=" AZURE_LISTING_VERSION,
                        azure_encode(arena, guid), target);
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
    static const char mark[] = "/schema/";
    const char *schema = json_get_text(resource, "$schema");
    const char *at = schema ? strstr(schema, mark) : NULL;
    if (!at)
        return "";
    at += strlen(mark);
    return arena_copy_n(arena, at, strcspn(at, "/ "));
}

const char *azure_listing_external_id(const struct json *resource)
{
    const struct json *identity = json_get(resource, "identity");
    const char *id = json_get_text(identity, "externalId");
    return id ? id : json_get_text(identity, "externalID");
}
