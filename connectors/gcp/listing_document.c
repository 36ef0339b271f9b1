/* The document of a listing, put together from a service and what belongs to it. */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/bars.h"
#include "connectors/gcp/listings.h"
#include "connectors/gcp/values.h"
#include "connectors/los_angeles.h"

#define DIGEST 32 /* hex digits */

/* ------------------------------------------------------------------ lists */

static const char *name_of(const struct json *resource)
{
    const char *name = json_get_text(resource, "name");
    return name ? name : "";
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(name_of(*(struct json *const *)a), name_of(*(struct json *const *)b));
}

/* Sorted by name, each once: a list that moves while it is read shows things twice. */
static struct json *sorted(struct arena *arena, const struct json *list)
{
    struct json *copy = list ? json_clone(arena, list) : json_array(arena);
    size_t kept = 0;
    if (copy->count > 1)
        qsort(copy->items, copy->count, sizeof *copy->items, compare_names);
    for (size_t i = 0; i < copy->count; i++)
        if (!kept || strcmp(name_of(copy->items[kept - 1]), name_of(copy->items[i])) != 0)
            copy->items[kept++] = copy->items[i];
    copy->count = kept;
    return copy;
}

static const struct json *list_in(const struct json *object, const char *path)
{
    const struct json *list = json_find(object, path);
    return list && list->type == JSON_ARRAY ? list : NULL;
}

static bool list_has(const struct json *list, const char *id)
{
    for (size_t i = 0; list && i < list->count; i++)
        if (text_equal(gcp_bare_id(json_text(list->items[i])), id))
            return true;
    return false;
}

/* ------------------------------------------------------------------ groups */

static bool names_group(const struct json *offers, const char *group)
{
    for (size_t i = 0; i < offers->count; i++)
        if (list_has(list_in(offers->items[i], "priceModel.usage.skuGroupList.skuGroups"), group))
            return true;
    return false;
}

static bool holds_sku(const struct json *group, const struct json *skus)
{
    const struct json *members = list_in(group, "skus");
    for (size_t i = 0; members && i < skus->count; i++)
        if (list_has(members, gcp_bare_id(name_of(skus->items[i]))))
            return true;
    return false;
}

static struct json *groups_of(struct arena *arena, const struct gcp_listing_parts *parts,
                              const struct json *offers, const struct json *skus)
{
    struct json *list = json_array(arena);
    const struct json *all = sorted(arena, parts->groups);
    for (size_t i = 0; i < all->count; i++)
        if (names_group(offers, gcp_bare_id(name_of(all->items[i]))) ||
            holds_sku(all->items[i], skus))
            json_append(arena, list, all->items[i]);
    return list;
}

/* ------------------------------------------------------------------ plans */

/* The day in Los Angeles; of an end the last one. */
static const char *day_of_member(struct arena *arena, const struct json *offer, const char *member,
                                 int64_t before)
{
    int64_t instant_ms;
    char day[DAY_TEXT];
    const char *text = json_get_text(offer, member);
    if (!text || !instant_parse(text, &instant_ms))
        return NULL;
    return arena_copy(arena, day_print(los_angeles_day_of(instant_ms - before), day));
}

static const char *joined(struct arena *arena, const char *text, const struct json *names)
{
    for (size_t i = 0; names && i < names->count; i++) {
        const char *id = gcp_bare_id(json_text(names->items[i]));
        if (!text_blank(id))
            text = arena_printf(arena, "%s%s%s", text, *text ? ", " : "", id);
    }
    return text;
}

/* The SKU of the fee first, then those of usage, or their groups. */
static const char *charged(struct arena *arena, const struct json *offer)
{
    const char *fee = gcp_bare_id(json_text(json_find(offer, "priceModel.flatFee.sku")));
    const char *text = fee ? fee : "";
    text = joined(arena, text, list_in(offer, "priceModel.usage.skuList.skus"));
    return joined(arena, text, list_in(offer, "priceModel.usage.skuGroupList.skuGroups"));
}

/* Several list offers share a plan, one for each term; those that expired stay. */
static const char *plan_text(struct arena *arena, const struct json *offer)
{
    const char *months = json_get_text(offer, "termDurationMonths");
    const char *const parts[] = {
        json_get_text(offer, "serviceLevel"),
        json_get_text(offer, "serviceLevelTitle"),
        months ? arena_printf(arena, "P%sM", months) : NULL,
        day_of_member(arena, offer, "effectiveTime", 0),
        day_of_member(arena, offer, "expireTime", 1),
        charged(arena, offer),
    };
    return bars_join(arena, parts, COUNT(parts));
}

static struct json *plans_of(struct arena *arena, const struct json *offers)
{
    struct json *list = json_array(arena);
    for (size_t i = 0; i < offers->count; i++)
        json_append(arena, list, json_string(arena, plan_text(arena, offers->items[i])));
    return list;
}

/* ------------------------------------------------------------------ the document */

static void set_list(struct arena *arena, struct json *object, const char *name, struct json *list)
{
    if (list->count)
        json_set(arena, object, name, list);
}

static struct json *derived(const struct gcp_pricing *pricing, const struct json *document)
{
    struct arena *arena = pricing->arena;
    const struct json *skus = json_get(document, "skus");
    const char *type = json_text(json_find(document, "service.productType"));
    struct json *agent = json_object(arena);
    json_set_text(arena, agent, "Id", pricing->service);
    if (!text_blank(type) && strcmp(type, "PRODUCT_TYPE_UNSPECIFIED") != 0)
        json_set_text(arena, agent, "Type", type);
    for (size_t i = 0; i < skus->count; i++)
        gcp_listing_price(pricing, skus->items[i]);
    set_list(arena, agent, "Plans", plans_of(arena, json_get(document, "standardOffers")));
    set_list(arena, agent, "Dimensions", pricing->dimensions);
    set_list(arena, agent, "Prices", pricing->prices);
    set_list(arena, agent, "Regions", pricing->regions);
    return agent;
}

struct json *gcp_listing_document(struct arena *arena, const struct gcp_listing_parts *parts,
                                  int64_t now_ms, document_report *report, void *context)
{
    struct json *document = json_object(arena);
    struct json *offers = sorted(arena, parts->offers), *skus = sorted(arena, parts->skus);
    const struct gcp_pricing pricing = {.arena = arena,
                                        .now_ms = now_ms,
                                        .service = gcp_bare_id(name_of(parts->service)),
                                        .report = report,
                                        .context = context,
                                        .dimensions = json_array(arena),
                                        .prices = json_array(arena),
                                        .regions = json_array(arena)};
    json_set(arena, document, "service", json_clone(arena, parts->service));
    json_set(arena, document, "standardOffers", offers);
    json_set(arena, document, "skus", skus);
    json_set(arena, document, "skuGroups", groups_of(arena, parts, offers, skus));
    json_set(arena, document, "agent", derived(&pricing, document));
    return document;
}

const char *gcp_listing_version(struct arena *arena, const struct json *document, const char *day)
{
    char hex[SHA256_HEX];
    const char *text = json_print(arena, document);
    sha256_hex(text, strlen(text), hex);
    return arena_printf(arena, "%.*s%s%s", DIGEST, hex, day ? " " : "", day ? day : "");
}

struct record *gcp_listing_record(struct arena *arena, const struct json *document,
                                  const char *version, document_report *report, void *context)
{
    return document_decode(arena, &gcp_listings, json_text(json_find(document, "agent.Id")),
                           version, document, report, context);
}
