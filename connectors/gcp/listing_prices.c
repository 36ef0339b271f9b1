/* What SKUs charge for, and how much. A SKU's price is one of eight kinds, and more may come; it is
 * in USD, per unit (ucum.org), for metered usage in tiers. A month as a unit is charged by the
 * second: N months rarely cost N times its price. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/bars.h"
#include "connectors/gcp/listings.h"
#include "connectors/gcp/values.h"

#define TICKS_PER_MS 10000 /* instant_parse_fine() */

/* ------------------------------------------------------------------ the active price */

static bool is_past(const struct json *price, int64_t now_ms, int64_t *ret_ticks)
{
    const char *from = json_get_text(price, "effectiveTime");
    int64_t ticks = INT64_MIN; /* no time: since ever */
    if (from && (!instant_parse_fine(from, &ticks) || ticks > now_ms * TICKS_PER_MS))
        return false;
    *ret_ticks = ticks;
    return true;
}

/* The latest that is in force: not the last where a change is scheduled, and perhaps none. */
static const struct json *active_price(const struct json *sku, int64_t now_ms)
{
    const struct json *timeline = json_get(sku, "skuPriceTimeline"), *found = NULL;
    int64_t latest = INT64_MIN, ticks;
    size_t count = timeline && timeline->type == JSON_ARRAY ? timeline->count : 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_past(timeline->items[i], now_ms, &ticks) || ticks < latest)
            continue;
        latest = ticks;
        found = timeline->items[i];
    }
    return found;
}

/* ------------------------------------------------------------------ what is measured */

static const char *with(struct arena *arena, const char *text, const char *more)
{
    if (text_blank(more))
        return text;
    return arena_printf(arena, "%s%s%s", text, *text ? ", " : "", more);
}

/* {"startValue": "1", "endValue": "5"}: from 1, below 5. */
static const char *range_of(struct arena *arena, const struct json *range)
{
    const char *from = json_get_text(range, "startValue"), *end = json_get_text(range, "endValue");
    if (!range)
        return NULL;
    return arena_printf(arena, "from %s%s%s", from ? from : "0", end ? " below " : "",
                        end ? end : "");
}

static const char *location_of(const struct json *location)
{
    const char *region = json_get_text(location, "regionId");
    if (!region)
        region = json_get_text(location, "multiRegionId");
    return region ? region : json_get_bool(location, "globalEndpoint", false) ? "global" : NULL;
}

/* The member that a oneof has set: "inputTokensMetric"; NULL: none. */
static const char *choice_of(const struct json *object)
{
    return object && object->type == JSON_OBJECT && object->count ? object->names[0] : NULL;
}

static const char *measure_metric(struct arena *arena, const struct json *fee)
{
    return with(arena, "", json_get_text(fee, "canonicalMetric"));
}

static const char *measure_license(struct arena *arena, const struct json *fee)
{
    const char *text = with(arena, "", json_get_text(fee, "licenseCode"));
    text = with(arena, text, json_get_text(fee, "machineResource"));
    text = with(arena, text, range_of(arena, json_get(fee, "machineResourceRange")));
    return with(arena, text, json_get_text(fee, "usageCalculation"));
}

static const char *measure_pod(struct arena *arena, const struct json *fee)
{
    const char *text = with(arena, "", json_get_text(fee, "podResource"));
    text = with(arena, text, range_of(arena, json_get(fee, "podResourceRange")));
    return with(arena, text, json_get_text(fee, "usageCalculation"));
}

static const char *measure_model(struct arena *arena, const struct json *fee)
{
    const struct json *metric = json_get(fee, "usageMetric");
    const char *choice = choice_of(metric);
    const char *kept = json_get_text(json_get(metric, choice ? choice : ""), "ttl");
    const char *text = with(arena, "", choice);
    text = with(arena, text, kept ? arena_printf(arena, "kept for %s", kept) : NULL);
    text = with(arena, text, location_of(json_get(fee, "location")));
    text = with(arena, text, json_get_text(fee, "predictionMode"));
    return with(arena, text, range_of(arena, json_get(fee, "combinedRequestInputTokensRange")));
}

static const char *measure_throughput(struct arena *arena, const struct json *fee)
{
    const char *months = json_get_text(fee, "termDurationMonths");
    const char *text = with(arena, "", location_of(json_get(fee, "location")));
    return with(arena, text, months ? arena_printf(arena, "for P%sM", months) : NULL);
}

static const char *measure_deployed(struct arena *arena, const struct json *fee)
{
    const char *text = with(arena, "", json_get_text(fee, "acceleratorType"));
    return with(arena, text, json_get_text(fee, "usageCalculation"));
}

static const char *measure_nothing(struct arena *arena, const struct json *fee)
{
    (void)arena, (void)fee;
    return "";
}

/* ------------------------------------------------------------------ the kinds */

static const struct price_kind {
    const char *member, *word;
    const char *price; /* member with the Money per unit; NULL: tiers, or none */
    const char *per;   /* what the price is for, besides a unit of time */
    bool tiers;
    const char *(*measure)(struct arena *arena, const struct json *fee);
} price_kinds[] = {
    {"inactive", "inactive", NULL, "", false, measure_nothing},
    {"managedServiceMetricUsageFee", "metric", NULL, "", true, measure_metric},
    {"gceLicenseUsageFee", "license", "pricePerUnit", "", false, measure_license},
    {"gkePodUsageFee", "pod", "pricePerUnit", "", false, measure_pod},
    {"aiPlatformManagedModelUsageFee", "model", NULL, "", true, measure_model},
    {"aiPlatformProvisionedThroughputFee", "throughput", "gsuPricePerUnit", "GSU and ", false,
     measure_throughput},
    {"aiPlatformDeployedModelUsageFee", "deployed model", "pricePerUnit", "", false,
     measure_deployed},
    {"flatSubscriptionFee", "subscription", "pricePerUnit", "", false, measure_nothing},
};

static const struct price_kind *kind_of(const struct json *price, const struct json **ret_fee)
{
    for (size_t i = 0; i < COUNT(price_kinds); i++) {
        const struct json *fee = json_get(price, price_kinds[i].member);
        if (fee) {
            *ret_fee = fee;
            return &price_kinds[i];
        }
    }
    return NULL;
}

/* ------------------------------------------------------------------ as texts */

/* A SKU on its way. */
struct charge {
    const struct gcp_pricing *to;
    const char *sku; /* its id */
    const struct price_kind *kind;
    const struct json *fee;
};

static void report(const struct gcp_pricing *pricing, const char *field, const char *detail)
{
    const struct finding finding = {.type = finding_type("CLD-001"),
                                    .subject = pricing->service,
                                    .remote_id = pricing->service,
                                    .field = field,
                                    .detail = detail};
    if (pricing->report)
        pricing->report(pricing->context, &finding);
}

static void add(const struct gcp_pricing *pricing, struct json *list, const char *const *parts,
                size_t count)
{
    json_append(pricing->arena, list,
                json_string(pricing->arena, bars_join(pricing->arena, parts, count)));
}

static void add_price(const struct charge *charge, const char *per, const struct json *money)
{
    struct arena *arena = charge->to->arena;
    const char *price = gcp_money_read(arena, money);
    if (!price) {
        report(charge->to, "prices",
               arena_printf(arena, "SKU %s: a price %s is no amount", charge->sku, per));
        return;
    }
    const char *const parts[] = {charge->sku, per, price};
    add(charge->to, charge->to->prices, parts, COUNT(parts));
}

static const char *decimal_in(const struct json *object, const char *name, const char *otherwise)
{
    const char *value = json_get_text(json_get(object, name), "value");
    return text_blank(value) ? otherwise : value;
}

/* Each marginal unit has the price of the tier that it falls into; the first begins at 0. */
static void add_tiers(const struct charge *charge, const struct json *tiered)
{
    struct arena *arena = charge->to->arena;
    const struct json *tiers = json_get(tiered, "priceTiers");
    const char *unit = json_get_text(tiered, "unit");
    const char *per = arena_printf(arena, "per %s %s", decimal_in(tiered, "priceUnitCount", "1"),
                                   unit ? unit : BARS_NOTHING);
    size_t count = tiers && tiers->type == JSON_ARRAY ? tiers->count : 0;
    for (size_t i = 0; i < count; i++) {
        const char *from = decimal_in(tiers->items[i], "startAmount", "0");
        add_price(charge, count > 1 ? arena_printf(arena, "%s, from %s", per, from) : per,
                  json_get(tiers->items[i], "price"));
    }
}

static const char *unit_of(struct arena *arena, const struct charge *charge)
{
    const struct json *tiered = json_get(charge->fee, "tieredPrice");
    const char *unit = json_get_text(charge->kind->tiers ? tiered : charge->fee, "unit");
    const char *words = json_get_text(tiered, "unitDescription");
    return text_blank(words) ? unit : arena_printf(arena, "%s (%s)", unit ? unit : "", words);
}

static void add_charge(const struct charge *charge, const char *description)
{
    const struct gcp_pricing *to = charge->to;
    const char *unit = json_get_text(charge->fee, "unit");
    const char *region = location_of(json_get(charge->fee, "location"));
    const char *const parts[] = {charge->sku, description,
                                 charge->kind->measure(to->arena, charge->fee),
                                 unit_of(to->arena, charge), charge->kind->word};
    add(to, to->dimensions, parts, COUNT(parts));
    if (region)
        json_append(to->arena, to->regions, json_string(to->arena, region));
    if (charge->kind->tiers)
        add_tiers(charge, json_get(charge->fee, "tieredPrice"));
    else if (charge->kind->price)
        add_price(
            charge,
            arena_printf(to->arena, "per %s%s", charge->kind->per, unit ? unit : BARS_NOTHING),
            json_get(charge->fee, charge->kind->price));
}

/* A kind of price that is not known yet keeps the vendor's name. */
static void add_unknown(const struct gcp_pricing *to, const char *sku, const char *description,
                        const struct json *price)
{
    const char *name = BARS_NOTHING;
    for (size_t i = 0; i < price->count; i++)
        if (strcmp(price->names[i], "effectiveTime") != 0)
            name = price->names[i];
    const char *const parts[] = {sku, description, NULL, NULL, name};
    add(to, to->dimensions, parts, COUNT(parts));
    report(to, "prices", arena_printf(to->arena, "SKU %s: a price of the kind %s", sku, name));
}

void gcp_listing_price(const struct gcp_pricing *pricing, const struct json *sku)
{
    const char *id = gcp_bare_id(json_get_text(sku, "name"));
    const char *description = json_get_text(sku, "description");
    const struct json *price = active_price(sku, pricing->now_ms), *fee = NULL;
    if (text_blank(id))
        return;
    if (!price) {
        const char *const parts[] = {id, description, NULL, NULL, "not active yet"};
        add(pricing, pricing->dimensions, parts, COUNT(parts));
        return;
    }
    const struct price_kind *kind = kind_of(price, &fee);
    const struct charge charge = {pricing, id, kind, fee};
    if (kind)
        add_charge(&charge, description);
    else
        add_unknown(pricing, id, description, price);
}
