#include "connectors/azure/offer_item.h"

#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "connectors/remark.h"
#include "model/value.h"

#define RESOURCE_NAME "offer" /* errors of a job name it */

static const struct kind *const kind = &kinds[KIND_OFFER];

static bool is_object(const struct json *json)
{
    return json && json->type == JSON_OBJECT;
}

static const char *value_of(const struct azure_offer_writing *writing, const char *field)
{
    return record_get(writing->record, field);
}

static bool wants(const struct azure_offer_writing *writing, const char *field)
{
    return writing->wanted[kind_field(kind, field)];
}

static bool wants_any(const struct azure_offer_writing *writing, const char *const *fields)
{
    for (; *fields; fields++)
        if (wants(writing, *fields))
            return true;
    return false;
}

static const char *const term_fields[] = {
    "product",     "pricing",   "discounts", "prices",           "usage_prices",   "grants",
    "user_limits", "plan_name", "duration",  "plan_description", "payment_period", NULL};
static const char *const price_fields[] = {"prices",   "usage_prices",   "grants", "user_limits",
                                           "duration", "payment_period", NULL};

/* The words as the service writes them, though it may show them in other letters. */
static const char *const forms[][2] = {
    {"private", "customerPromotion"},
    {"replacement", "customerPromotion"},
    {"margin", "cspPromotion"},
    {"resale_authorization", "multipartyPromotionOriginator"},
    {"channel", "multipartyPromotionChannelPartner"},
};
static const char *const pricings[][2] = {
    {"discount", "editExistingOfferPricingOnly"},
    {"plan_price", "editExistingOfferPricingOnly"},
    {"custom_plan", "saasNewCustomizedPlans"},
    {"reservation", "vmSoftwareReservations"},
};

static const char *native(const char *const (*pairs)[2], size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(pairs[i][0], word))
            return pairs[i][1];
    return NULL;
}

/* ------------------------------------------------------------------ plain members */

static const struct {
    const char *field, *member;
} plain[] = {
    {"title", "name"},
    {"end_date", "end"},
    {"expires", "acceptBy"},
    {"prepared_by", "preparedBy"},
};

static void put_text(struct arena *arena, struct json *item, const char *member, const char *value)
{
    if (value)
        json_set_text(arena, item, member, value);
    else
        json_remove(item, member);
}

static void put_plain(const struct azure_offer_writing *writing, struct json *item)
{
    struct arena *arena = writing->arena;
    for (size_t i = 0; i < COUNT(plain); i++)
        if (wants(writing, plain[i].field))
            put_text(arena, item, plain[i].member, value_of(writing, plain[i].field));
    if (wants(writing, "notify")) {
        size_t count;
        const char **items = list_items(arena, value_of(writing, "notify"), &count);
        struct json *list = json_array(arena);
        for (size_t i = 0; i < count; i++)
            json_append(arena, list, json_string(arena, items[i]));
        json_set(arena, item, "notificationContacts", list);
    }
}

/* A partner's margin has no notes; what they say elsewhere is one text of three parts. */
static void put_notes(const struct azure_offer_writing *writing, struct json *item)
{
    static const char *const fields[] = {"note", FIELD_REFERENCE, NULL};
    const char *note, *reference;
    bool cancelled;
    remark_split(writing->arena, json_get_text(item, "notes"), &note, &reference, &cancelled);
    bool due = wants_any(writing, fields) || cancelled != writing->cancelled;
    if (!due || azure_offer_says(item, "privateOfferType", "cspPromotion"))
        return;
    if (wants(writing, "note"))
        note = value_of(writing, "note");
    if (wants(writing, FIELD_REFERENCE))
        reference = value_of(writing, FIELD_REFERENCE);
    put_text(writing->arena, item, "notes",
             remark_make(writing->arena, note, reference, writing->cancelled, AZURE_OFFER_NOTES));
}

/* Without a first day the contract begins when it is accepted; both at once are refused. */
static void put_start(const struct azure_offer_writing *writing, struct json *item)
{
    const char *start = json_get_text(item, "start");
    if (start && text_starts(start, "0001-"))
        json_remove(item, "start");
    if (!wants(writing, "start_date") && json_get(item, "variableStartDate"))
        return;
    start = value_of(writing, "start_date");
    put_text(writing->arena, item, "start", start);
    json_set(writing->arena, item, "variableStartDate", json_bool(writing->arena, !start));
}

/* ------------------------------------------------------------------ who it is for */

/* Those that stay keep what else is said of them: the customers of a partner, for one. */
static struct json *find_id(const struct json *list, const char *id)
{
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++)
        if (text_equal(json_get_text(list->items[i], "id"), id))
            return list->items[i];
    return NULL;
}

static void put_ids(struct arena *arena, struct json *item, const char *member, const char *ids)
{
    size_t count;
    const char **items = list_items(arena, ids, &count);
    const struct json *old = json_get(item, member);
    struct json *list = json_array(arena);
    for (size_t i = 0; i < count; i++) {
        const struct json *known = find_id(old, items[i]);
        struct json *one = known ? json_clone(arena, known) : json_object(arena);
        json_set_text(arena, one, "id", items[i]);
        json_append(arena, list, one);
    }
    json_set(arena, item, member, list);
}

static void put_parties(const struct azure_offer_writing *writing, struct json *item)
{
    struct arena *arena = writing->arena;
    if (wants(writing, "buyer_accounts"))
        put_ids(arena, item, "beneficiaries", value_of(writing, "buyer_accounts"));
    struct json *first = json_at(json_get(item, "beneficiaries"), 0);
    if (is_object(first) && wants(writing, "company"))
        put_text(arena, first, "description", value_of(writing, "company"));
    if (wants(writing, "reseller") && value_of(writing, "reseller"))
        put_ids(arena, item, "partners", value_of(writing, "reseller"));
}

/* ------------------------------------------------------------------ what is sold */

/* What one item of the pricing shall say. */
struct line {
    struct azure_sold sold;
    const char *percent; /* NULL: it has a price of its own */
};

static bool same_sold(const struct azure_sold *a, const struct azure_sold *b)
{
    return text_equal(a->product, b->product) && text_equal(a->plan, b->plan);
}

struct lines {
    struct line *items;
    size_t count, capacity;
};

static const char *product_of(const struct azure_offer_writing *writing, const struct json *fresh)
{
    const char *product = value_of(writing, "product");
    if (product)
        return product;
    const struct json *items = azure_offer_pricing(fresh);
    return items ? azure_sold_of(writing->arena, json_at(items, 0)).product : NULL;
}

static int add_lines(const struct azure_offer_writing *writing, const char *field,
                     const char *product, bool priced, struct lines *lines, struct error *error)
{
    struct arena *arena = writing->arena;
    size_t count;
    const char **items = list_items(arena, value_of(writing, field), &count);
    for (size_t i = 0; i < count; i++) {
        const char *sign = strrchr(items[i], '=');
        struct line line = {.percent = priced || !sign ? NULL : sign + 1};
        const char *key = sign ? arena_copy_n(arena, items[i], (size_t)(sign - items[i])) : "";
        if (!azure_sold_parse(arena, key, product, &line.sold) || (priced && !line.sold.plan) ||
            (!priced && line.sold.rest))
            return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                             "%s: \"%s\" does not name what it is for: write %s", field, items[i],
                             priced ? "<plan>/P1Y=price, by the plan's identifier"
                                    : "all=percent, or <plan>=percent");
        bool known = false;
        for (size_t j = 0; j < lines->count && !known; j++)
            known = same_sold(&lines->items[j].sold, &line.sold);
        if (known && !priced)
            return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                             "%s: \"%s\" has a price of its own, too", field, items[i]);
        if (!known)
            lines->items[lines->count++] = line;
    }
    return 0;
}

/* First those with prices, of the offer's first product before all others. Prices that are not
 * edited are not known either: their items stay as they are. */
static int make_lines(const struct azure_offer_writing *writing, const struct json *fresh,
                      struct lines *ret_lines, struct error *error)
{
    static const char *const fields[] = {"prices", "usage_prices", "grants", "discounts"};
    const char *product = product_of(writing, fresh);
    struct lines all = {0}, sorted = {0};
    for (size_t i = 0; i < COUNT(fields); i++)
        all.capacity += list_count(value_of(writing, fields[i]));
    all.items = arena_array(writing->arena, all.capacity + 1, sizeof *all.items);
    sorted.items = arena_array(writing->arena, all.capacity + 1, sizeof *sorted.items);
    bool priced = wants_any(writing, price_fields);
    for (size_t i = priced ? 0 : COUNT(fields) - 1; i < COUNT(fields); i++) {
        int result = add_lines(writing, fields[i], product, i + 1 < COUNT(fields), &all, error);
        if (result < 0)
            return result;
    }
    for (int other = 0; other < 2; other++)
        for (size_t i = 0; i < all.count; i++)
            if (text_equal(all.items[i].sold.product, product) == !other)
                sorted.items[sorted.count++] = all.items[i];
    *ret_lines = sorted;
    return 0;
}

/* What stands there for the same thing, so that what else it says stays. */
static struct json *find_item(struct arena *arena, const struct json *items,
                              const struct azure_sold *sold)
{
    for (size_t i = 0; items && items->type == JSON_ARRAY && i < items->count; i++) {
        const struct azure_sold one = azure_sold_of(arena, items->items[i]);
        if (same_sold(&one, sold))
            return json_clone(arena, items->items[i]);
    }
    return NULL;
}

static void put_new_plan(const struct azure_offer_writing *writing, struct json *item)
{
    struct arena *arena = writing->arena;
    struct json *plan = json_get(item, "newPlanDetails");
    if (!is_object(plan)) {
        plan = json_object(arena);
        json_set(arena, item, "newPlanDetails", plan);
    }
    if (wants(writing, "plan_name"))
        put_text(arena, plan, "name", value_of(writing, "plan_name"));
    if (wants(writing, "plan_description"))
        put_text(arena, plan, "description", value_of(writing, "plan_description"));
}

static struct json *make_item(const struct azure_offer_writing *writing, const struct json *old,
                              const struct line *line, const char *price_name)
{
    struct arena *arena = writing->arena;
    struct json *item = find_item(arena, old, &line->sold);
    const char *pricing = value_of(writing, "pricing");
    bool custom = text_equal(pricing, "custom_plan");
    bool based = custom || text_equal(pricing, "reservation");
    if (!item)
        item = json_object(arena);
    json_set_text(arena, item, "product", arena_printf(arena, "product/%s", line->sold.product));
    if (line->sold.plan)
        json_set_text(arena, item, based ? "basePlan" : "plan",
                      arena_printf(arena, "plan/%s/%s", line->sold.product, line->sold.plan));
    json_remove(item, based ? "plan" : "basePlan");
    json_set_text(arena, item, "discountType", line->percent ? "percentage" : "absolute");
    json_remove(item, line->percent ? "priceDetails" : "discountPercentage");
    if (line->percent)
        json_set(arena, item, "discountPercentage", json_number(arena, line->percent));
    if (custom)
        put_new_plan(writing, item);
    else
        json_remove(item, "newPlanDetails");
    if (price_name) {
        struct json *reference = json_object(arena);
        json_set_text(arena, reference, "resourceName", price_name);
        json_set(arena, item, "priceDetails", reference);
    }
    return item;
}

static const char *plan_key(struct arena *arena, const struct azure_sold *sold)
{
    return arena_printf(arena, "%s/%s", sold->product, sold->plan);
}

/* Those with prices of their own. */
static void keep_priced(struct arena *arena, const struct json *old, struct json *pricing)
{
    for (size_t i = 0; old && old->type == JSON_ARRAY && i < old->count; i++)
        if (json_get(old->items[i], "priceDetails"))
            json_append(arena, pricing, json_clone(arena, old->items[i]));
}

static int put_pricing(const struct azure_offer_writing *writing, struct json *item,
                       const struct json *templates, struct json *resources, struct error *error)
{
    struct arena *arena = writing->arena;
    const struct json *old = json_get(item, "pricing");
    const char *type = native(pricings, COUNT(pricings), value_of(writing, "pricing"));
    const char *product = product_of(writing, item);
    struct json *pricing = json_array(arena);
    struct lines lines = {0};
    int result = make_lines(writing, item, &lines, error);
    if (!wants_any(writing, price_fields))
        keep_priced(arena, old, pricing);
    for (size_t i = 0; !result && i < lines.count; i++) {
        const struct line *line = &lines.items[i];
        const char *name = line->percent ? NULL : arena_printf(arena, "price%zu", i + 1);
        struct json *price = NULL;
        if (name)
            result = azure_offer_price(writing, &line->sold, product,
                                       json_get(templates, plan_key(arena, &line->sold)), name,
                                       &price, error);
        if (price)
            json_append(arena, resources, price);
        json_append(arena, pricing, make_item(writing, old, line, name));
    }
    if (result < 0)
        return result;
    json_set(arena, item, "pricing", pricing);
    if (type && !azure_offer_says(item, "privateOfferType", "cspPromotion"))
        json_set_text(arena, item, "offerPricingType", type);
    return 0;
}

/* The seller's own: what is added, on each of the originator's items. */
static void put_markup(const struct azure_offer_writing *writing, struct json *item)
{
    const char *markup = value_of(writing, "markup");
    struct json *list = json_get(item, "originatorPricing");
    bool due = markup && wants(writing, "markup") && list && list->type == JSON_ARRAY;
    for (size_t i = 0; due && i < list->count; i++)
        if (is_object(list->items[i]))
            json_set(writing->arena, list->items[i], "markupPercentage",
                     json_number(writing->arena, markup));
}

/* Those whose prices stand in the offer, and those that get one. */
int azure_offer_priced_plans(const struct azure_offer_writing *writing, const struct json *fresh,
                             struct json **ret_plans, struct error *error)
{
    struct arena *arena = writing->arena;
    struct json *plans = json_object(arena);
    struct lines lines = {0};
    const struct json *old = azure_offer_pricing(fresh);
    bool priced = wants_any(writing, price_fields);
    int result = priced ? make_lines(writing, fresh, &lines, error) : 0;
    if (result < 0)
        return result;
    for (size_t i = 0; priced && old && i < old->count; i++) {
        const struct azure_sold sold = azure_sold_of(arena, old->items[i]);
        const char *id = json_get_text(old->items[i], "priceDetails");
        if (id && sold.product && sold.plan)
            json_set_text(arena, plans, plan_key(arena, &sold), id);
    }
    for (size_t i = 0; i < lines.count; i++) {
        const char *key = plan_key(arena, &lines.items[i].sold);
        if (!lines.items[i].percent && !json_get(plans, key))
            json_set_text(arena, plans, key, "");
    }
    *ret_plans = plans;
    return 0;
}

/* ------------------------------------------------------------------ the whole */

/* What the service keeps by itself; an unknown member fails a job, a known one goes back as it
 * came. */
static const char *const kept_by_service[] = {"validations", "subState", "acceptanceLinks", "_etag",
                                              NULL};
static const char *const kept_of_items[] = {"productName", "planName", "featureAvailabilityId",
                                            "availabilityInstanceId", NULL};

static void drop_members(struct json *object, const char *const *names)
{
    for (; is_object(object) && *names; names++)
        json_remove(object, *names);
}

static struct json *clean(struct arena *arena, const struct json *fresh)
{
    static const char *const lists[] = {"pricing", "originatorPricing"};
    struct json *item = json_clone(arena, fresh);
    json_drop_nulls(item);
    drop_members(item, kept_by_service);
    for (size_t i = 0; i < COUNT(lists); i++) {
        const struct json *list = json_get(item, lists[i]);
        for (size_t j = 0; list && list->type == JSON_ARRAY && j < list->count; j++) {
            drop_members(list->items[j], kept_of_items);
            /* Made by the service for a reservation, and refused when it comes back. */
            if (is_object(list->items[j]) &&
                azure_offer_says(item, "offerPricingType", "vmSoftwareReservations"))
                json_remove(list->items[j], "newPlanDetails");
        }
    }
    return item;
}

/* An enum goes out in the letters that are documented, whichever it came in. */
static void spell(struct arena *arena, struct json *item, const char *member,
                  const char *const (*pairs)[2], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (azure_offer_says(item, member, pairs[i][1])) {
            json_set_text(arena, item, member, pairs[i][1]);
            return;
        }
    }
}

static struct json *start_item(const struct azure_offer_writing *writing)
{
    struct arena *arena = writing->arena;
    struct json *item = json_object(arena);
    const char *form = value_of(writing, "form");
    const char *replaces = value_of(writing, "replaces");
    json_set_text(arena, item, "$schema",
                  azure_schema(arena, "private-offer", azure_offer_api(writing->cloud)));
    json_set_text(arena, item, "privateOfferType",
                  native(forms, COUNT(forms), form ? form : "private"));
    if (replaces) {
        struct json *old = json_object(arena);
        json_set_text(arena, old, "id", arena_printf(arena, "private-offer/%s", replaces));
        json_set(arena, item, "upgradedFrom", old);
    }
    return item;
}

int azure_offer_resources(const struct azure_offer_writing *writing, const struct json *fresh,
                          const char *state, const struct json *templates,
                          struct json **ret_resources, struct error *error)
{
    struct arena *arena = writing->arena;
    struct json *resources = json_array(arena);
    struct json *item = fresh ? clean(arena, fresh) : start_item(writing);
    bool seller = azure_offer_says(item, "privateOfferType", forms[4][1]);
    json_set_text(arena, item, "resourceName", RESOURCE_NAME);
    json_set_text(arena, item, "state", state);
    spell(arena, item, "privateOfferType", forms, COUNT(forms));
    spell(arena, item, "offerPricingType", pricings, COUNT(pricings));
    put_plain(writing, item);
    put_notes(writing, item);
    put_start(writing, item);
    put_parties(writing, item);
    put_markup(writing, item);
    int result = azure_offer_papers(writing, item, error);
    if (!result && !seller && wants_any(writing, term_fields))
        result = put_pricing(writing, item, templates, resources, error);
    if (result < 0)
        return result;
    json_append(arena, resources, item);
    *ret_resources = resources;
    return 0;
}

struct json *azure_offer_end(struct arena *arena, const struct cloud *cloud,
                             const struct json *fresh, const char *state)
{
    static const char *const members[] = {"id", "name", "privateOfferType"};
    struct json *resources = json_array(arena), *item = json_object(arena);
    json_set_text(arena, item, "$schema",
                  azure_schema(arena, "private-offer", azure_offer_api(cloud)));
    json_set_text(arena, item, "resourceName", RESOURCE_NAME);
    for (size_t i = 0; i < COUNT(members); i++)
        json_set_text(arena, item, members[i], json_get_text(fresh, members[i]));
    spell(arena, item, "privateOfferType", forms, COUNT(forms));
    json_set_text(arena, item, "state", state);
    json_append(arena, resources, item);
    return resources;
}
