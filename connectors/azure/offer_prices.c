/* The price of a plan in an offer: what the service says of the plan, with only the prices in it
 * that are wanted. A plan that stays as it is cannot get other terms or meters, so what is wanted
 * must be there; a plan of its own and a reservation have what is written, and no more. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/azure/offer_item.h"
#include "model/value.h"

struct pricing {
    const struct azure_offer_writing *writing;
    struct arena *arena;
    const struct azure_sold *sold;
    const char *product; /* the offer's first */
    bool free;           /* terms and meters are ours to choose */
    struct json *price;
    struct error *error;
};

/* The pairs of a field that are for this plan: calls `take` with what follows the plan, and the
 * number. */
static int each_pair(const struct pricing *pricing, const char *field,
                     int (*take)(const struct pricing *pricing, const char *field, const char *rest,
                                 const char *number))
{
    size_t count;
    const char **items =
        list_items(pricing->arena, record_get(pricing->writing->record, field), &count);
    for (size_t i = 0; i < count; i++) {
        const char *sign = strrchr(items[i], '=');
        struct azure_sold sold;
        if (!sign)
            continue;
        const char *key = arena_copy_n(pricing->arena, items[i], (size_t)(sign - items[i]));
        if (!azure_sold_parse(pricing->arena, key, pricing->product, &sold) ||
            !text_equal(sold.product, pricing->sold->product) ||
            !text_equal(sold.plan, pricing->sold->plan))
            continue;
        if (!sold.rest)
            return error_set(pricing->error, ERROR_REFUSED, SCOPE_RECORD,
                             "%s: \"%s\" does not say what it is the price of", field, items[i]);
        int result = take(pricing, field, sold.rest, sign + 1);
        if (result < 0)
            return result;
    }
    return 0;
}

/* ------------------------------------------------------------------ terms and meters */

static struct json *object_in(const struct pricing *pricing, struct json *object, const char *name)
{
    struct json *member = json_get(object, name);
    if (!member || member->type != JSON_OBJECT) {
        member = json_object(pricing->arena);
        json_set(pricing->arena, object, name, member);
    }
    return member;
}

static struct json *list_in(const struct pricing *pricing, struct json *object, const char *name)
{
    struct json *member = json_get(object, name);
    if (!member || member->type != JSON_ARRAY) {
        member = json_array(pricing->arena);
        json_set(pricing->arena, object, name, member);
    }
    return member;
}

/* Both parts of "P1Y/P1M"; the second is the first where it is not said. */
static bool split_terms(const struct pricing *pricing, const char *text, struct json **ret_term,
                        struct json **ret_paid)
{
    size_t length = strcspn(text, "/");
    const char *term = arena_copy_n(pricing->arena, text, length);
    *ret_term = azure_term_parse(pricing->arena, term);
    *ret_paid = azure_term_parse(pricing->arena, text[length] ? text + length + 1 : term);
    return *ret_term && *ret_paid;
}

static struct json *find_entry(const struct pricing *pricing, const struct json *entries,
                               const char *term, const char *paid)
{
    for (size_t i = 0; i < entries->count; i++) {
        struct json *entry = entries->items[i];
        const char *one = azure_term_print(pricing->arena, json_get(entry, "billingTerm"));
        const char *how = azure_term_print(pricing->arena, json_get(entry, "paymentOption"));
        if (text_equal(one, term) && text_equal(how ? how : one, paid))
            return entry;
    }
    return NULL;
}

static int lacking(const struct pricing *pricing, const char *field, const char *what,
                   const char *rest)
{
    return error_set(pricing->error, ERROR_REFUSED, SCOPE_RECORD,
                     "%s: the plan %s has no %s %s, and an offer cannot add one", field,
                     pricing->sold->plan, what, rest);
}

static int put_term(const struct pricing *pricing, const char *field, const char *rest,
                    const char *number)
{
    struct arena *arena = pricing->arena;
    struct json *term, *paid;
    struct json *recurrent =
        object_in(pricing, object_in(pricing, pricing->price, "pricing"), "recurrentPrice");
    struct json *entries = list_in(pricing, recurrent, "prices");
    if (!split_terms(pricing, rest, &term, &paid))
        return error_set(pricing->error, ERROR_REFUSED, SCOPE_RECORD,
                         "%s: \"%s\" is no length of time: write P1M, P1Y or P1Y/P1M", field, rest);
    struct json *entry =
        find_entry(pricing, entries, azure_term_print(arena, term), azure_term_print(arena, paid));
    if (!entry && !pricing->free)
        return lacking(pricing, field, "term", rest);
    if (!entry) {
        entry = json_object(arena);
        json_set(arena, entry, "billingTerm", term);
        json_set(arena, entry, "paymentOption", paid);
        json_append(arena, entries, entry);
    }
    json_remove(entry, "prices"); /* by market: one price in dollars stands instead */
    json_set(arena, entry, "pricePerPaymentInUsd", json_number(arena, number));
    json_set_text(arena, recurrent, "priceInputOption", "usd");
    return 0;
}

static int put_meter(const struct pricing *pricing, const char *field, const char *rest,
                     const char *number)
{
    struct json *custom =
        object_in(pricing, object_in(pricing, pricing->price, "pricing"), "customMeters");
    struct json *meters = object_in(pricing, custom, "meters");
    if (!json_get(meters, rest) && !pricing->free)
        return lacking(pricing, field, "dimension", rest);
    struct json *meter = object_in(pricing, meters, arena_copy(pricing->arena, rest));
    json_set(pricing->arena, meter, "pricePerPaymentInUsd", json_number(pricing->arena, number));
    json_set_text(pricing->arena, custom, "priceInputOption", "usd");
    return 0;
}

/* ---- What stays at the list price would be frozen there without a word, and read as a price that
 * nobody wrote: who names one of a plan's terms or meters names them all. */

static bool is_named(const struct pricing *pricing, const char *field, const char *rest,
                     bool *ret_any)
{
    size_t count;
    const char **items =
        list_items(pricing->arena, record_get(pricing->writing->record, field), &count);
    bool named = false;
    *ret_any = false;
    for (size_t i = 0; i < count; i++) {
        struct azure_sold sold;
        const char *key = arena_copy_n(pricing->arena, items[i], strcspn(items[i], "="));
        if (!azure_sold_parse(pricing->arena, key, pricing->product, &sold) ||
            !text_equal(sold.product, pricing->sold->product) ||
            !text_equal(sold.plan, pricing->sold->plan))
            continue;
        *ret_any = true;
        named |= text_equal(sold.rest, rest);
    }
    return named;
}

static int check_named(const struct pricing *pricing, const char *field, const char *rest,
                       const char *number)
{
    bool any;
    if (!rest || is_named(pricing, field, rest, &any) || !any)
        return 0;
    return error_set(
        pricing->error, ERROR_REFUSED, SCOPE_RECORD,
        "%s: the plan %s has %s, too, now at %s: name all of them, with the price that "
        "shall hold",
        field, pricing->sold->plan, rest, number ? number : "no price");
}

static int check_all_named(const struct pricing *pricing)
{
    const struct json *entries = json_find(pricing->price, "pricing.recurrentPrice.prices");
    const struct json *meters = json_find(pricing->price, "pricing.customMeters.meters");
    int result = 0;
    for (size_t i = 0; !result && entries && entries->type == JSON_ARRAY && i < entries->count; i++)
        result = check_named(pricing, "prices", azure_price_term(pricing->arena, entries->items[i]),
                             json_get_text(entries->items[i], "pricePerPaymentInUsd"));
    for (size_t i = 0; !result && meters && meters->type == JSON_OBJECT && i < meters->count; i++)
        result = check_named(pricing, "usage_prices", meters->names[i],
                             json_get_text(meters->items[i], "pricePerPaymentInUsd"));
    return result;
}

/* ------------------------------------------------------------------ plans of their own */

/* "20-100": a price per user. Nothing: a flat one. */
static int put_users(const struct pricing *pricing)
{
    struct arena *arena = pricing->arena;
    const char *limits = record_get(pricing->writing->record, "user_limits");
    struct json *recurrent =
        object_in(pricing, object_in(pricing, pricing->price, "pricing"), "recurrentPrice");
    json_set_text(arena, recurrent, "recurrentPriceMode", limits ? "perUser" : "flatRate");
    json_remove(recurrent, "userLimits");
    if (!limits)
        return 0;
    size_t length = strcspn(limits, "-");
    struct json *bounds = json_object(arena);
    json_set(arena, bounds, "min", json_number(arena, arena_copy_n(arena, limits, length)));
    json_set(arena, bounds, "max",
             json_number(arena, limits[length] ? limits + length + 1 : limits));
    json_set(arena, recurrent, "userLimits", bounds);
    return 0;
}

/* ------------------------------------------------------------------ reservations */

static struct json *machines(const struct pricing *pricing, const char *name)
{
    struct json *reservation = object_in(pricing, pricing->price, "softwareReservation");
    return object_in(pricing, object_in(pricing, reservation, "vmPrices"),
                     arena_copy(pricing->arena, name));
}

static int put_machine_price(const struct pricing *pricing, const char *field, const char *rest,
                             const char *number)
{
    (void)field;
    json_set(pricing->arena, machines(pricing, rest), "unitPricePerPaymentPeriodInUsd",
             json_number(pricing->arena, number));
    return 0;
}

static int put_machine_count(const struct pricing *pricing, const char *field, const char *rest,
                             const char *number)
{
    (void)field;
    json_set(pricing->arena, machines(pricing, rest), "quantity",
             json_number(pricing->arena, number));
    return 0;
}

static int make_reservation(const struct pricing *pricing)
{
    struct arena *arena = pricing->arena;
    const char *period = record_get(pricing->writing->record, "payment_period");
    const char *duration = record_get(pricing->writing->record, "duration");
    struct json *reservation = json_object(arena);
    json_remove(pricing->price, "pricing"); /* the plan's list price */
    json_set(arena, reservation, "reservationDuration", azure_term_parse(arena, duration));
    json_set(arena, reservation, "paymentSchedule",
             azure_term_parse(arena, period ? period : duration));
    json_set(arena, pricing->price, "softwareReservation", reservation);
    int result = each_pair(pricing, "prices", put_machine_price);
    return result ? result : each_pair(pricing, "grants", put_machine_count);
}

/* ------------------------------------------------------------------ the whole */

static int make_plan_price(const struct pricing *pricing)
{
    struct json *terms = json_get(pricing->price, "pricing");
    json_remove(pricing->price, "softwareReservation");
    if (pricing->free && terms) { /* what is not written is not in the new plan */
        json_remove(json_get(terms, "recurrentPrice"), "prices");
        json_remove(terms, "customMeters");
    }
    int result = pricing->free ? put_users(pricing) : check_all_named(pricing);
    if (!result)
        result = each_pair(pricing, "prices", put_term);
    return result ? result : each_pair(pricing, "usage_prices", put_meter);
}

int azure_offer_price(const struct azure_offer_writing *writing, const struct azure_sold *sold,
                      const char *product, const struct json *template, const char *name,
                      struct json **ret_price, struct error *error)
{
    struct arena *arena = writing->arena;
    const char *how = record_get(writing->record, "pricing");
    bool custom = text_equal(how, "custom_plan"), reserved = text_equal(how, "reservation");
    struct json *price = template ? json_clone(arena, template) : json_object(arena);
    const struct pricing pricing = {writing, arena, sold, product, custom, price, error};
    json_drop_nulls(price);
    json_remove(price, "id"); /* the offer gets a price of its own */
    json_remove(price, "validations");
    json_set_text(arena, price, "$schema",
                  azure_schema(arena, "price-and-availability-private-offer-plan",
                               azure_offer_api(writing->cloud)));
    json_set_text(arena, price, "resourceName", name);
    json_set_text(arena, price, "product", arena_printf(arena, "product/%s", sold->product));
    json_set_text(arena, price, "plan",
                  arena_printf(arena, "plan/%s/%s", sold->product, sold->plan));
    json_set_text(arena, price, "offerPricingType",
                  custom     ? "saasNewCustomizedPlans"
                  : reserved ? "vmSoftwareReservations"
                             : "editExistingOfferPricingOnly");
    int result = reserved ? make_reservation(&pricing) : make_plan_price(&pricing);
    if (!result)
        *ret_price = price;
    return result;
}
