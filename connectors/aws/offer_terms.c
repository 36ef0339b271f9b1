/* What an offer costs: the terms of price and the instalments, for offers and, under other names,
 * for resale authorizations. Terms that no field of ours speaks of (a free trial, a monthly fee)
 * and members that we do not know stay as they are. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/offer_changes.h"
#include "model/value.h"

#define QUANTITY_MAX 2147483646 /* of a grant */

const char *const offer_pricing_fields[] = {
    "pricing", "currency", "value",    "prices", "usage_prices",
    "grants",  "duration", "schedule", NULL,
};

/* ------------------------------------------------------------------ items */

bool offer_split_item(struct arena *arena, const char *item, const char **ret_key,
                      const char **ret_value)
{
    const char *sign = item ? strrchr(item, '=') : NULL;
    if (!sign)
        return false;
    char *key = text_trim(arena_copy_n(arena, item, (size_t)(sign - item)));
    char *value = text_trim(arena_copy(arena, sign + 1));
    if (!*key || !*value)
        return false;
    *ret_key = key;
    *ret_value = value;
    return true;
}

void offer_split_duration(struct arena *arena, const char *key, const char **ret_duration,
                          const char **ret_dimension)
{
    const char *slash = strchr(key, '/');
    bool duration = slash && key[0] == 'P' && key[1] >= '0' && key[1] <= '9';
    *ret_duration = duration ? arena_copy_n(arena, key, (size_t)(slash - key)) : NULL;
    *ret_dimension = duration ? slash + 1 : key;
}

static int bad_item(struct error *error, const char *field, const char *item, const char *shape)
{
    return error_set(error, ERROR_REFUSED, SCOPE_RECORD, "%s: \"%s\" is not %s", field, item,
                     shape);
}

/* What stands already is kept as it is written while it is the same number. */
static void put_number(struct arena *arena, struct json *object, const char *member,
                       const char *number)
{
    const char *now = json_get_text(object, member);
    if (!now || !decimal_valid(now) || decimal_compare(now, number) != 0)
        json_set_text(arena, object, member, number);
}

/* The item of a list with this key, a copy of what stands or a new one. `key` is compared up to
 * `T`: days are shown as instants. */
static struct json *item_for(struct arena *arena, const struct json *list, const char *member,
                             const char *key)
{
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++) {
        const char *text = json_get_text(list->items[i], member);
        size_t length = strlen(key);
        if (text && !strncmp(text, key, length) && (!text[length] || text[length] == 'T'))
            return json_clone(arena, list->items[i]);
    }
    struct json *item = json_object(arena);
    json_set_text(arena, item, member, key);
    return item;
}

/* ------------------------------------------------------------------ names that differ */

struct names {
    const char *fixed, *configurable, *usage, *schedule;
};

static struct names names_of(const struct offer_writing *writing)
{
    static const struct names offer = {"FixedUpfrontPricingTerm", "ConfigurableUpfrontPricingTerm",
                                       "UsageBasedPricingTerm", "PaymentScheduleTerm"};
    static const struct names resale = {"ResaleFixedUpfrontPricingTerm",
                                        "ResaleConfigurableUpfrontPricingTerm",
                                        "ResaleUsageBasedPricingTerm", "ResalePaymentScheduleTerm"};
    return writing->resale ? resale : offer;
}

/* All that UpdatePricingTerms replaces. */
static const char *const pricing_types[] = {
    "FixedUpfrontPricingTerm",       "ConfigurableUpfrontPricingTerm",
    "UsageBasedPricingTerm",         "ByolPricingTerm",
    "RecurringPaymentTerm",          "FreeTrialPricingTerm",
    "ResaleFixedUpfrontPricingTerm", "ResaleConfigurableUpfrontPricingTerm",
    "ResaleUsageBasedPricingTerm",   NULL,
};

/* The currency that is said, or that of the value, or that of the term as it is. */
static int put_currency(const struct offer_writing *writing, struct json *term, struct error *error)
{
    const char *currency = writing_value(writing, "currency");
    const char *amount, *of_value = NULL;
    if (!money_split(writing->arena, writing_value(writing, "value"), &amount, &of_value))
        of_value = NULL;
    if (currency && of_value && !text_equal(currency, of_value))
        return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                         "currency is %s but value is in %s: an offer has one currency", currency,
                         of_value);
    if (!currency)
        currency = of_value ? of_value : json_get_text(term, "CurrencyCode");
    if (!currency)
        return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                         "the currency of the prices is missing: set currency");
    json_set_text(writing->arena, term, "CurrencyCode", currency);
    return 0;
}

/* ------------------------------------------------------------------ rate cards */

/* Items "dimension=price" whose duration is `duration` (NULL: all of them) into a card; those
 * without one are for the record's. */
static int put_rates(const struct offer_writing *writing, const char *field, const char *duration,
                     struct json *card, struct error *error)
{
    struct arena *arena = writing->arena;
    struct json *rates = json_array(arena);
    size_t count;
    const char **items = list_items(arena, writing_value(writing, field), &count);
    for (size_t i = 0; i < count; i++) {
        const char *key, *price, *of;
        if (!offer_split_item(arena, items[i], &key, &price) || !decimal_valid(price))
            return bad_item(error, field, items[i], "a dimension and its price: seats=12.50");
        if (duration) {
            offer_split_duration(arena, key, &of, &key);
            if (!text_equal(of ? of : writing_value(writing, "duration"), duration))
                continue;
        }
        struct json *rate = item_for(arena, json_get(card, "RateCard"), "DimensionKey", key);
        put_number(arena, rate, "Price", price);
        json_append(arena, rates, rate);
    }
    json_set(arena, card, "RateCard", rates);
    return 0;
}

static struct json *new_card(const struct offer_writing *writing, const char *duration)
{
    /* A buyer picks one of the dimensions that he was offered; a reseller what he likes. */
    const char *choice = writing->resale ? "Allowed" : "Disallowed";
    struct arena *arena = writing->arena;
    struct json *card = json_object(arena);
    struct json *selector = json_object(arena), *constraints = json_object(arena);
    json_set_text(arena, selector, "Type", "Duration");
    json_set_text(arena, selector, "Value", duration);
    json_set_text(arena, constraints, "MultipleDimensionSelection", choice);
    json_set_text(arena, constraints, "QuantityConfiguration", choice);
    json_set(arena, card, "Selector", selector);
    json_set(arena, card, "Constraints", constraints);
    return card;
}

/* The card of a duration as it stands. A card that is and stays alone may get another duration. */
static struct json *card_for(const struct offer_writing *writing, const struct json *cards,
                             const char *duration, bool alone)
{
    struct arena *arena = writing->arena;
    size_t count = cards && cards->type == JSON_ARRAY ? cards->count : 0;
    for (size_t i = 0; i < count; i++) {
        const char *value = json_text(json_find(cards->items[i], "Selector.Value"));
        if (text_equal(value, duration))
            return json_clone(arena, cards->items[i]);
    }
    if (!alone || count != 1)
        return new_card(writing, duration);
    struct json *card = json_clone(arena, cards->items[0]);
    struct json *selector = json_get(card, "Selector");
    if (json_is_null(selector))
        return new_card(writing, duration);
    json_set_text(arena, selector, "Value", duration);
    return card;
}

/* The durations that the prices name, those without one under `duration`. */
static int durations_of(const struct offer_writing *writing, const char **ret_list,
                        struct error *error)
{
    struct arena *arena = writing->arena;
    const char *otherwise = writing_value(writing, "duration");
    size_t count;
    const char **items = list_items(arena, writing_value(writing, "prices"), &count);
    for (size_t i = 0; i < count; i++) {
        const char *key, *duration, *dimension, *price;
        if (!offer_split_item(arena, items[i], &key, &price))
            return bad_item(error, "prices", items[i], "a dimension and its price: seats=12.50");
        offer_split_duration(arena, key, &duration, &dimension);
        items[i] = duration ? duration : otherwise;
        if (!items[i])
            return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                             "prices are for a duration: set duration, such as P12M");
    }
    static const struct field set = {.type = TYPE_SET};
    *ret_list = list_make(arena, &set, items, count);
    if (!otherwise && list_count(*ret_list) == 1) /* which would be read in the other form */
        return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                         "all prices are for %s: set duration to it and take it off the prices",
                         list_item(arena, *ret_list, 0));
    return 0;
}

static int put_configurable(const struct offer_writing *writing, struct json *terms,
                            const char *type, struct error *error)
{
    struct arena *arena = writing->arena;
    struct json *term = writing_term(writing, terms, type), *cards = json_array(arena);
    const char *durations = NULL;
    int result = put_currency(writing, term, error);
    if (!result)
        result = durations_of(writing, &durations, error);
    size_t count = list_count(durations);
    if (!result && !count)
        result = error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                           "there is nothing to choose from: set prices, such as seats=12.50");
    for (size_t i = 0; !result && i < count; i++) {
        const char *duration = list_item(arena, durations, i);
        struct json *card = card_for(writing, json_get(term, "RateCards"), duration, count == 1);
        result = put_rates(writing, "prices", duration, card, error);
        json_append(arena, cards, card);
    }
    if (!result)
        json_set(arena, term, "RateCards", cards);
    return result;
}

static int put_usage(const struct offer_writing *writing, struct json *terms, const char *type,
                     struct error *error)
{
    struct arena *arena = writing->arena;
    struct json *term = writing_term(writing, terms, type);
    int result = put_currency(writing, term, error);
    if (result < 0)
        return result;
    const struct json *now = json_at(json_get(term, "RateCards"), 0);
    struct json *card = now ? json_clone(arena, now) : json_object(arena);
    struct json *cards = json_array(arena);
    json_append(arena, cards, card);
    json_set(arena, term, "RateCards", cards);
    return put_rates(writing, "usage_prices", NULL, card, error);
}

/* ------------------------------------------------------------------ a fixed sum */

static int put_grants(const struct offer_writing *writing, struct json *term, struct error *error)
{
    struct arena *arena = writing->arena;
    struct json *grants = json_array(arena);
    size_t count;
    const char **items = list_items(arena, writing_value(writing, "grants"), &count);
    for (size_t i = 0; i < count; i++) {
        const char *key, *quantity;
        long long number = 0;
        if (!offer_split_item(arena, items[i], &key, &quantity) ||
            !text_to_int64(quantity, &number) || number < 1 || number > QUANTITY_MAX)
            return bad_item(error, "grants", items[i], "a dimension and how many: seats=10");
        struct json *grant = item_for(arena, json_get(term, "Grants"), "DimensionKey", key);
        json_set(arena, grant, "MaxQuantity", json_int(arena, number));
        json_append(arena, grants, grant);
    }
    if (!count)
        return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                         "a fixed price includes something: set grants, such as seats=10");
    json_set(arena, term, "Grants", grants);
    return 0;
}

/* With instalments the price is zero, and how long it lasts is said elsewhere. */
static int put_fixed(const struct offer_writing *writing, struct json *terms, const char *type,
                     struct error *error)
{
    struct arena *arena = writing->arena;
    struct json *term = writing_term(writing, terms, type);
    bool instalments = writing_value(writing, "schedule") != NULL;
    const char *amount = "0", *currency;
    if (!instalments && !money_split(arena, writing_value(writing, "value"), &amount, &currency))
        return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                         "a fixed price is missing: set value, or schedule for instalments");
    int result = put_currency(writing, term, error);
    if (result < 0)
        return result;
    put_number(arena, term, "Price", amount);
    json_set_text(arena, term, "Duration",
                  instalments && !writing->resale ? NULL : writing_value(writing, "duration"));
    json_drop_nulls(term);
    return put_grants(writing, term, error);
}

/* ------------------------------------------------------------------ the whole price */

/* Which pricing it is; one that is not named shows in what is given. */
static const char *pricing_of(const struct offer_writing *writing)
{
    const char *pricing = writing_value(writing, "pricing");
    if (pricing)
        return pricing;
    return writing_value(writing, "prices")         ? "configurable"
           : writing_value(writing, "grants")       ? "fixed"
           : writing_value(writing, "usage_prices") ? "usage"
                                                    : NULL;
}

bool writing_priced_by_duration(const struct offer_writing *writing)
{
    const char *pricing = pricing_of(writing);
    if (text_equal(pricing, "fixed"))
        return !writing_value(writing, "schedule");
    return text_equal(pricing, "configurable") ||
           (text_equal(pricing, "free") && !writing_value(writing, "usage_prices"));
}

/* What each pricing consists of. A free offer has a card of prices that are zero. */
static const struct shape {
    const char *pricing, *model;
    bool fixed, configurable, byol;
} shapes[] = {
    {"fixed", "Contract", true, false, false}, {"configurable", "Contract", false, true, false},
    {"usage", "Usage", false, false, false},   {"free", "Free", false, false, false},
    {"byol", "Byol", false, false, true},
};

static const struct shape *find_shape(const char *pricing)
{
    for (size_t i = 0; pricing && i < COUNT(shapes); i++) {
        if (!strcmp(shapes[i].pricing, pricing))
            return &shapes[i];
    }
    return NULL;
}

/* Each of our terms is written, or dropped if this pricing has none of the kind. */
static int put_terms(const struct offer_writing *writing, const struct shape *shape,
                     struct json *terms, struct error *error)
{
    const struct names names = names_of(writing);
    bool usage = writing_value(writing, "usage_prices") != NULL;
    bool prices = writing_value(writing, "prices") != NULL;
    bool free_of_charge = !strcmp(shape->pricing, "free");
    bool fixed = shape->fixed || (shape->byol && writing_value(writing, "grants"));
    bool configurable = shape->configurable || (free_of_charge && prices && !usage);
    if ((free_of_charge && !usage && !prices) || (!strcmp(shape->pricing, "usage") && !usage))
        return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                         "pricing %s needs a price for each dimension, of zero if it is free: set "
                         "usage_prices",
                         shape->pricing);
    int result = 0;
    if (fixed)
        result = put_fixed(writing, terms, names.fixed, error);
    else
        writing_drop(terms, names.fixed);
    if (!result && configurable)
        result = put_configurable(writing, terms, names.configurable, error);
    else if (!configurable)
        writing_drop(terms, names.configurable);
    if (!result && usage)
        result = put_usage(writing, terms, names.usage, error);
    else if (!usage)
        writing_drop(terms, names.usage);
    if (shape->byol)
        writing_term(writing, terms, "ByolPricingTerm");
    else
        writing_drop(terms, "ByolPricingTerm");
    return result;
}

int writing_pricing(const struct offer_writing *writing, struct json **ret_details,
                    struct error *error)
{
    const char *pricing = pricing_of(writing);
    const struct shape *shape = find_shape(pricing);
    if (!pricing || (!writing->resale && writing_value(writing, "resale_authorization")))
        return 0; /* a reseller's offer has the authorization's prices */
    if (!shape || (shape->byol && writing->resale))
        return error_set(error, ERROR_REFUSED, SCOPE_RECORD, "pricing %s cannot be written here",
                         pricing);
    struct json *terms = writing_terms(writing, pricing_types), *details = NULL;
    int result = put_terms(writing, shape, terms, error);
    if (result < 0)
        return result;
    writing_finish(writing, pricing_types, terms, &details);
    if (details) {
        json_set_text(writing->arena, details, "PricingModel", shape->model);
        *ret_details = details;
    }
    return 0;
}

/* ------------------------------------------------------------------ instalments */

static int put_charges(const struct offer_writing *writing, struct json *term, struct error *error)
{
    struct arena *arena = writing->arena;
    struct json *charges = json_array(arena);
    size_t count;
    const char **items = list_items(arena, writing_value(writing, "schedule"), &count);
    for (size_t i = 0; i < count; i++) {
        const char *date, *amount;
        int64_t day;
        if (!offer_split_item(arena, items[i], &date, &amount) || !day_parse(date, &day) ||
            !decimal_valid(amount))
            return bad_item(error, "schedule", items[i], "a day and an amount: 2027-01-15=600.00");
        struct json *charge = item_for(arena, json_get(term, "Schedule"), "ChargeDate", date);
        json_set_text(arena, charge, "ChargeDate",
                      date); /* shown as an instant, written as a day */
        put_number(arena, charge, "ChargeAmount", amount);
        json_append(arena, charges, charge);
    }
    json_set(arena, term, "Schedule", charges);
    return 0;
}

int writing_schedule(const struct offer_writing *writing, struct json **ret_details,
                     struct error *error)
{
    const char *const types[] = {names_of(writing).schedule, NULL};
    struct json *terms = writing_terms(writing, types);
    int result = 0;
    if (writing_value(writing, "schedule")) {
        struct json *term = writing_term(writing, terms, types[0]);
        result = put_currency(writing, term, error);
        if (!result)
            result = put_charges(writing, term, error);
    } else {
        writing_drop(terms, types[0]);
    }
    if (!result)
        writing_finish(writing, types, terms, ret_details);
    return result;
}
