/* Listings as the Commerce Producer API shows them; nobody can write them there. */
#include <stdlib.h>
#include <string.h>

#include "tests/sandbox/gcp/market.h"

#define PAGE 500 /* default and most of all of them */

const struct rest_surface gcp_producer_surface = {
    .base = "/v1beta/projects",
    .audience = GCP_SCOPE_CLOUD,
    .identities = GCP_ALONE | GCP_DELEGATED,
    GCP_SURFACE,
};

/* ---- Looking up. */
const struct rest_record *listing_find(const struct sandbox *sandbox, const char *name)
{
    return rest_find(&market_of(sandbox)->goods, market_below(name));
}

const char *listing_service(struct arena *arena, const char *name)
{
    const char *below = market_below(name);
    if (!below || !text_starts(below, "services/"))
        return NULL;
    below += strlen("services/");
    size_t length = strcspn(below, "/");
    return below[length] ? arena_copy_n(arena, below, length) : NULL;
}

bool listing_flag(const struct sandbox *sandbox, const char *service, const char *flag)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct rest_record *record = rest_find(
        &market_of(sandbox)->goods, arena_printf(arena, "services/%s", service ? service : ""));
    return json_get_bool(market_hold(record), flag, false);
}

static bool has_text(const struct json *list, const char *text)
{
    for (size_t i = 0; list && i < list->count; i++) {
        const char *item = list->items[i]->text, *below = market_below(item);
        if (text_equal(below ? below : item, text))
            return true;
    }
    return false;
}

bool listing_sells(const struct sandbox *sandbox, const struct json *standard, const char *sku)
{
    const struct json *groups = json_find(standard, "priceModel.usage.skuGroupList.skuGroups");
    const char *below = market_below(sku), *bare = below ? below : sku;
    if (has_text(json_find(standard, "priceModel.usage.skuList.skus"), bare) ||
        text_equal(market_below(json_text(json_find(standard, "priceModel.flatFee.sku"))), bare))
        return true;
    for (size_t i = 0; groups && i < groups->count; i++) {
        const struct json *group = market_shown(listing_find(sandbox, groups->items[i]->text));
        if (has_text(json_get(group, "skus"), bare) ||
            has_text(json_get(group, "cloudBillingSkus"), bare))
            return true;
    }
    return false;
}

/* ---- Showing. */
/* `title`: the member that only a full view has. */
static struct json *show(struct arena *arena, const struct rest_record *record, const char *title,
                         bool full)
{
    struct json *out = json_object(arena);
    json_set_text(arena, out, "name", market_name(arena, record->id));
    const struct json *shown = market_shown(record);
    for (size_t i = 0; i < shown->count; i++) {
        if (full || !text_equal(shown->names[i], title))
            json_set(arena, out, shown->names[i], json_clone(arena, shown->items[i]));
    }
    return out;
}

/* What is directly below `prefix`, in the order that was asked for. */
struct chosen {
    const struct rest_record **records;
    size_t count;
};

static struct chosen choose(struct rest_call *call, const char *prefix)
{
    const struct rest_table *goods = &market_of(call->sandbox)->goods;
    struct chosen chosen = {arena_array(call->arena, goods->count + 1, sizeof(void *)), 0};
    for (size_t i = 0; i < goods->count; i++) {
        const char *id = goods->records[i]->id;
        if (text_starts(id, prefix) && !strchr(id + strlen(prefix), '/'))
            chosen.records[chosen.count++] = goods->records[i];
    }
    return chosen;
}

static int answer_page(struct rest_call *call, const struct chosen *chosen, const char *member,
                       const char *title)
{
    size_t from = 0, to = 0;
    call->answer = json_object(call->arena);
    int result = gcp_page(call, chosen->count, PAGE, PAGE, &from, &to);
    if (result < 0)
        return result;
    struct json *rows = json_array(call->arena);
    for (size_t i = from; i < to; i++)
        json_append(call->arena, rows, show(call->arena, chosen->records[i], title, false));
    if (rows->count)
        json_set(call->arena, call->answer, member, rows);
    return 0;
}

/* ---- Locations. */
static struct json *show_location(struct rest_call *call)
{
    struct json *location = json_object(call->arena);
    json_set_text(
        call->arena, location, "name",
        arena_printf(call->arena, "projects/%s/locations/" GCP_LOCATION, call->segments[0]));
    json_set_text(call->arena, location, "locationId", GCP_LOCATION);
    return location;
}

static int list_locations(struct rest_call *call)
{
    size_t from = 0, to = 0;
    int result = market_check_parent(call);
    call->answer = json_object(call->arena);
    if (!result)
        result = gcp_page(call, 1, PAGE, PAGE, &from, &to);
    if (result < 0)
        return result;
    struct json *rows = json_array(call->arena);
    if (from < to)
        json_append(call->arena, rows, show_location(call));
    if (rows->count)
        json_set(call->arena, call->answer, "locations", rows);
    return 0;
}

static int get_location(struct rest_call *call)
{
    int result = market_check_parent(call);
    if (!result)
        call->answer = show_location(call);
    return result;
}

/* ---- Resources. */
static int get_good(struct rest_call *call, const char *id, const char *view, const char *title)
{
    bool full = !view;
    int result = market_check_parent(call);
    if (!result && view)
        result = market_read_view(call, view, &full);
    if (result < 0)
        return result;
    const struct rest_record *record = rest_find(&market_of(call->sandbox)->goods, id);
    if (!record)
        return gcp_fail(call, "NOT_FOUND", "Resource '%s' was not found.",
                        market_name(call->arena, id));
    call->answer = show(call->arena, record, title, full);
    return 0;
}

static int get_service(struct rest_call *call)
{
    return get_good(call, arena_printf(call->arena, "services/%s", call->segments[2]),
                    "SERVICE_VIEW_", "title");
}

static int get_standard_offer(struct rest_call *call)
{
    return get_good(call,
                    arena_printf(call->arena, "services/%s/standardOffers/%s", call->segments[2],
                                 call->segments[3]),
                    "STANDARD_OFFER_VIEW_", "serviceLevelTitle");
}

static int get_sku(struct rest_call *call)
{
    return get_good(
        call,
        arena_printf(call->arena, "services/%s/skus/%s", call->segments[2], call->segments[3]),
        NULL, NULL);
}

static int get_sku_group(struct rest_call *call)
{
    return get_good(call, arena_printf(call->arena, "skuGroups/%s", call->segments[2]), NULL, NULL);
}

static int list_services(struct rest_call *call)
{
    int result = market_check_parent(call);
    if (result < 0)
        return result;
    const struct chosen chosen = choose(call, "services/");
    return answer_page(call, &chosen, "services", "title");
}

static int list_sku_groups(struct rest_call *call)
{
    int result = market_check_parent(call);
    if (result < 0)
        return result;
    const struct chosen chosen = choose(call, "skuGroups/");
    return answer_page(call, &chosen, "skuGroups", NULL);
}

/* The children of a service that must be there. */
static int choose_below(struct rest_call *call, const char *kind, struct chosen *ret_chosen)
{
    const char *service = arena_printf(call->arena, "services/%s", call->segments[2]);
    int result = market_check_parent(call);
    if (result < 0)
        return result;
    if (!rest_find(&market_of(call->sandbox)->goods, service))
        return gcp_fail(call, "NOT_FOUND", "Resource '%s' was not found.",
                        market_name(call->arena, service));
    *ret_chosen = choose(call, arena_printf(call->arena, "%s/%s/", service, kind));
    return 0;
}

static int list_skus(struct rest_call *call)
{
    struct chosen chosen;
    int result = choose_below(call, "skus", &chosen);
    return result < 0 ? result : answer_page(call, &chosen, "skus", NULL);
}

static const char *time_of(const struct rest_record *record, const char *field)
{
    return json_get_text(market_shown(record),
                         !strcmp(field, "effective_time") ? "effectiveTime" : "expireTime");
}

static void keep_fitting(struct chosen *chosen, const struct market_filter *filter)
{
    size_t kept = 0;
    for (size_t i = 0; i < chosen->count; i++) {
        if (market_fits(filter, time_of(chosen->records[i], filter->field)))
            chosen->records[kept++] = chosen->records[i];
    }
    chosen->count = kept;
}

static void sort_by(struct chosen *chosen, const char *field, bool descending)
{
    for (size_t i = 1; i < chosen->count; i++) {
        for (size_t j = i; j; j--) {
            const char *a = time_of(chosen->records[j - 1], field);
            const char *b = time_of(chosen->records[j], field);
            int order = a && b ? market_compare_instants(a, b) : (a != NULL) - (b != NULL);
            if (descending ? order >= 0 : order <= 0)
                break;
            const struct rest_record *other = chosen->records[j];
            chosen->records[j] = chosen->records[j - 1];
            chosen->records[j - 1] = other;
        }
    }
}

static int list_standard_offers(struct rest_call *call)
{
    static const char *const fields[] = {"effective_time", "expire_time", NULL};
    struct market_filter filters[MARKET_FILTERS];
    size_t count = 0;
    const char *order = NULL;
    bool descending = false;
    struct chosen chosen;
    int result = choose_below(call, "standardOffers", &chosen);
    if (!result)
        result = market_read_filter(call, fields, filters, &count);
    if (!result)
        result = market_read_order(call, fields, &order, &descending);
    if (result < 0)
        return result;
    for (size_t i = 0; i < count; i++)
        keep_fitting(&chosen, &filters[i]);
    if (order)
        sort_by(&chosen, order, descending);
    return answer_page(call, &chosen, "standardOffers", "serviceLevelTitle");
}

#define PAGED "pageSize pageToken"
static const struct rest_route routes[] = {
    {"GET", "/{}/locations", "ListGcpLocations", list_locations, PAGED},
    {"GET", "/{}/locations/{}", "GetGcpLocation", get_location, NULL},
    {"GET", "/{}/locations/{}/services", "ListGcpServices", list_services, PAGED},
    {"GET", "/{}/locations/{}/services/{}", "GetGcpService", get_service, "view"},
    {"GET", "/{}/locations/{}/services/{}/standardOffers", "ListGcpStandardOffers",
     list_standard_offers, PAGED " filter orderBy"},
    {"GET", "/{}/locations/{}/services/{}/standardOffers/{}", "GetGcpStandardOffer",
     get_standard_offer, "view"},
    {"GET", "/{}/locations/{}/services/{}/skus", "ListGcpSkus", list_skus, PAGED},
    {"GET", "/{}/locations/{}/services/{}/skus/{}", "GetGcpSku", get_sku, NULL},
    {"GET", "/{}/locations/{}/skuGroups", "ListGcpSkuGroups", list_sku_groups, PAGED},
    {"GET", "/{}/locations/{}/skuGroups/{}", "GetGcpSkuGroup", get_sku_group, NULL},
};
const struct rest_routes gcp_listing_routes = {&gcp_producer_surface, routes, COUNT(routes)};
