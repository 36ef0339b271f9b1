/* What is sold and at which price, as the service shows it, in pairs that a spreadsheet can hold.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/azure/offers.h"
#include "model/value.h"

#define ALL  "all"
#define GUID 36 /* characters */

/* ------------------------------------------------------------------ names */

static bool starts_with_guid(const char *text)
{
    for (size_t i = 0; i < GUID; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !text[i] || !strchr("0123456789abcdefABCDEF", text[i]))
            return false;
    }
    return !text[GUID] || text[GUID] == '/';
}

/* The first part up to a '/', and what follows it; NULL: nothing. */
static const char *cut(struct arena *arena, const char *text, const char **ret_rest)
{
    size_t length = strcspn(text, "/");
    *ret_rest = text[length] ? text + length + 1 : NULL;
    return arena_copy_n(arena, text, length);
}

bool azure_sold_parse(struct arena *arena, const char *key, const char *product,
                      struct azure_sold *ret_sold)
{
    struct azure_sold sold = {.product = product};
    const char *rest = key, *first = key && *key ? cut(arena, key, &rest) : NULL;
    bool guid = first && starts_with_guid(first);
    if (!first)
        return false;
    /* Two names: a product and one of its plans. */
    if (guid && rest && (starts_with_guid(rest) || !strcmp(rest, ALL))) {
        sold.product = first;
        first = cut(arena, rest, &rest);
        guid = starts_with_guid(first);
    }
    if (!guid && strcmp(first, ALL) != 0)
        return false;
    sold.plan = guid ? first : NULL;
    sold.rest = text_blank(rest) ? NULL : rest;
    *ret_sold = sold;
    return sold.product != NULL;
}

const char *azure_sold_print(struct arena *arena, const struct azure_sold *sold,
                             const char *product)
{
    bool other = !text_equal(sold->product, product);
    return arena_printf(arena, "%s%s%s%s%s", other && sold->product ? sold->product : "",
                        other && sold->product ? "/" : "", sold->plan ? sold->plan : ALL,
                        sold->rest ? "/" : "", sold->rest ? sold->rest : "");
}

/* A durable id, or a name of the publisher's own. */
static const char *reference(struct arena *arena, const struct json *item, const char *name)
{
    const struct json *node = json_get(item, name);
    const char *text = json_text(node);
    if (!text)
        text = json_get_text(node, "externalId");
    return text_blank(text) ? NULL : azure_bare_id(arena, text);
}

struct azure_sold azure_sold_of(struct arena *arena, const struct json *item)
{
    struct azure_sold sold = {.product = reference(arena, item, "product")};
    sold.plan = reference(arena, item, "plan");
    if (!sold.plan)
        sold.plan = reference(arena, item, "basePlan");
    return sold;
}

const char *azure_term_print(struct arena *arena, const struct json *term)
{
    const char *value = json_get_text(term, "value");
    bool year = azure_offer_says(term, "type", "year");
    if (!value || !(year || azure_offer_says(term, "type", "month")))
        return NULL;
    return arena_printf(arena, "P%s%c", value, year ? 'Y' : 'M');
}

struct json *azure_term_parse(struct arena *arena, const char *text)
{
    size_t digits = text && *text == 'P' ? strspn(text + 1, "0123456789") : 0;
    const char *unit = digits ? text + 1 + digits : NULL;
    if (!unit || digits > 4 || (strcmp(unit, "Y") != 0 && strcmp(unit, "M") != 0))
        return NULL;
    struct json *term = json_object(arena);
    json_set_text(arena, term, "type", *unit == 'Y' ? "year" : "month");
    json_set(arena, term, "value", json_number(arena, arena_copy_n(arena, text + 1, digits)));
    return term;
}

/* ------------------------------------------------------------------ deriving */

struct pairs {
    struct arena *arena;
    const char *product; /* the offer's first */
    struct json *list;
};

/* "1200.0" and "1200" are the same price. */
static const char *shortest(struct arena *arena, const char *number)
{
    const char *sum = number && decimal_valid(number) ? decimal_add(arena, number, "0") : NULL;
    return sum ? sum : number;
}

static void add(const struct pairs *pairs, const struct azure_sold *sold, const char *rest,
                const char *number)
{
    struct azure_sold key = *sold;
    if (rest)
        key.rest = rest;
    if (!number)
        return;
    json_append(
        pairs->arena, pairs->list,
        json_string(pairs->arena, arena_printf(pairs->arena, "%s=%s",
                                               azure_sold_print(pairs->arena, &key, pairs->product),
                                               shortest(pairs->arena, number))));
}

/* Where nothing is said of the payment it is once per term. */
const char *azure_price_term(struct arena *arena, const struct json *entry)
{
    const char *term = azure_term_print(arena, json_get(entry, "billingTerm"));
    const char *paid = azure_term_print(arena, json_get(entry, "paymentOption"));
    bool parts = term && paid && strcmp(paid, term) != 0;
    return parts ? arena_printf(arena, "%s/%s", term, paid) : term;
}

static void add_terms(const struct pairs *pairs, const struct azure_sold *sold,
                      const struct json *price)
{
    const struct json *list = json_find(price, "pricing.recurrentPrice.prices");
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++) {
        const struct json *entry = list->items[i];
        const char *term = azure_price_term(pairs->arena, entry);
        if (term)
            add(pairs, sold, term, json_get_text(entry, "pricePerPaymentInUsd"));
    }
}

/* Each member of an object at `path` that has a number. */
static void add_members(const struct pairs *pairs, const struct azure_sold *sold,
                        const struct json *price, const char *path, const char *number)
{
    const struct json *members = json_find(price, path);
    for (size_t i = 0; members && members->type == JSON_OBJECT && i < members->count; i++)
        add(pairs, sold, members->names[i], json_get_text(members->items[i], number));
}

static const struct {
    const char *name; /* in "agent" */
    const char *path, *number;
} members[] = {
    {"UsagePrices", "pricing.customMeters.meters", "pricePerPaymentInUsd"},
    {"Prices", "softwareReservation.vmPrices", "unitPricePerPaymentPeriodInUsd"},
    {"Grants", "softwareReservation.vmPrices", "quantity"},
};

static struct json *list_in(struct arena *arena, struct json *derived, const char *name)
{
    struct json *list = json_get(derived, name);
    if (!list) {
        list = json_array(arena);
        json_set(arena, derived, name, list);
    }
    return list;
}

static void derive_price(struct arena *arena, const char *product, const struct azure_sold *sold,
                         const struct json *price, struct json *derived)
{
    struct pairs pairs = {arena, product, list_in(arena, derived, "Prices")};
    add_terms(&pairs, sold, price);
    for (size_t i = 0; i < COUNT(members); i++) {
        pairs.list = list_in(arena, derived, members[i].name);
        add_members(&pairs, sold, price, members[i].path, members[i].number);
    }
    const struct json *limits = json_find(price, "pricing.recurrentPrice.userLimits");
    const char *min = json_get_text(limits, "min"), *max = json_get_text(limits, "max");
    if (min && max)
        json_set_text(arena, derived, "UserLimits", arena_printf(arena, "%s-%s", min, max));
    const struct json *reservation = json_get(price, "softwareReservation");
    json_set_text(arena, derived, "Duration",
                  azure_term_print(arena, json_get(reservation, "reservationDuration")));
    json_set_text(arena, derived, "PaymentPeriod",
                  azure_term_print(arena, json_get(reservation, "paymentSchedule")));
}

static const char *pricing_of(const struct json *offer, const struct json *items)
{
    if (azure_offer_says(offer, "offerPricingType", "saasNewCustomizedPlans"))
        return "custom_plan";
    if (azure_offer_says(offer, "offerPricingType", "vmSoftwareReservations"))
        return "reservation";
    for (size_t i = 0; i < items->count; i++)
        if (azure_offer_says(items->items[i], "discountType", "absolute"))
            return "plan_price";
    return items->count ? "discount" : NULL;
}

/* The same for all, or none: a seller may set one per item. */
static const char *markup_of(struct arena *arena, const struct json *items)
{
    const char *markup = NULL;
    for (size_t i = 0; i < items->count; i++) {
        const char *one = shortest(arena, json_get_text(items->items[i], "markupPercentage"));
        if (!one || (markup && strcmp(one, markup) != 0))
            return NULL;
        markup = one;
    }
    return markup;
}

void azure_offer_derive_terms(struct arena *arena, const struct json *offer,
                              const struct json *prices, struct json *derived)
{
    const struct json *items = azure_offer_pricing(offer);
    if (!items)
        return;
    const char *product = azure_sold_of(arena, json_at(items, 0)).product;
    const struct pairs discounts = {arena, product, json_array(arena)};
    json_set_text(arena, derived, "Product", product);
    json_set_text(arena, derived, "Pricing", pricing_of(offer, items));
    json_set_text(arena, derived, "Markup", markup_of(arena, items));
    for (size_t i = 0; i < items->count; i++) {
        const struct json *item = items->items[i];
        const struct azure_sold sold = azure_sold_of(arena, item);
        const char *id = json_get_text(item, "priceDetails");
        const struct json *price = id ? json_get(prices, id) : NULL;
        const struct json *plan = json_get(item, "newPlanDetails");
        add(&discounts, &sold, NULL, json_get_text(item, "discountPercentage"));
        if (price)
            derive_price(arena, product, &sold, price, derived);
        if (plan && !json_get(derived, "PlanName")) {
            json_set_text(arena, derived, "PlanName", json_get_text(plan, "name"));
            json_set_text(arena, derived, "PlanDescription", json_get_text(plan, "description"));
        }
    }
    if (discounts.list->count)
        json_set(arena, derived, "Discounts", discounts.list);
}
