/* The price of an offer: a model per interval, or one per instalment, of the form that `pricing`
 * says. What a model has beside what is written stays. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/gcp/offers.h"
#include "connectors/gcp/values.h"
#include "model/value.h"

/* private_offer.proto, PriceModel: which members make which kind. */
static const struct form {
    const char *pricing;
    const char *subscription, *amount; /* member of the model, and of that; NULL: none */
    bool usage;
} forms[] = {
    {"usage", NULL, NULL, true},
    {"fixed", "flatFee", "flatFeeOverride", false},
    {"fixed_usage", "flatFee", "flatFeeOverride", true},
    {"commitment", "commitment", "commitmentAmount", false},
    {"commitment_usage", "commitment", "commitmentAmount", true},
};

static const struct {
    const char *period, *proration, *interval;
} intervals[] = {
    {"P1M", "yes", "MONTHLY_PRORATED"},
    {"P1M", NULL, "MONTHLY_NOT_PRORATED"},
    {"P3M", NULL, "QUARTERLY_NOT_PRORATED"},
    {"P1Y", NULL, "YEARLY_NOT_PRORATED"},
};

struct pricing {
    const struct gcp_offer_writing *writing;
    struct arena *arena;
    const struct form *form;
    struct error *error;
};

static const char *value_of(const struct pricing *pricing, const char *field)
{
    return gcp_offer_value(pricing->writing, field);
}

static struct json *member(struct arena *arena, struct json *object, const char *name)
{
    struct json *one = json_get(object, name);
    if (!one || one->type != JSON_OBJECT) {
        one = json_object(arena);
        json_set(arena, object, name, one);
    }
    return one;
}

/* The number behind a key of "key=number; …"; NULL: there is none. */
static const char *number_for(struct arena *arena, const char *pairs, const char *key)
{
    size_t count;
    const char **items = list_items(arena, pairs, &count);
    for (size_t i = 0; i < count; i++) {
        const char *sign = strrchr(items[i], '=');
        if (sign && (size_t)(sign - items[i]) == strlen(key) &&
            !strncmp(items[i], key, strlen(key)))
            return sign + 1;
    }
    return NULL;
}

static int refuse(const struct pricing *pricing, const char *field, const char *value,
                  const char *why)
{
    return error_set(pricing->error, ERROR_REFUSED, SCOPE_RECORD, "%s: \"%s\": %s", field, value,
                     why);
}

/* Cents, and no finer (private_offer.proto). NULL takes the member out. */
static int put_money(const struct pricing *pricing, struct json *object, const char *name,
                     const char *field, const char *amount)
{
    const char *point = amount ? strchr(amount, '.') : NULL;
    struct json *money =
        amount ? gcp_money_write(pricing->arena,
                                 arena_printf(pricing->arena, "%s " GCP_OFFER_CURRENCY, amount))
               : NULL;
    if (amount && (!money || (point && strlen(point + 1) > 2)))
        return refuse(pricing, field, amount, "amounts have cents and no more");
    if (money && text_equal(gcp_money_read(pricing->arena, json_get(object, name)),
                            gcp_money_read(pricing->arena, money)))
        return 0; /* the same, perhaps in other words */
    json_set(pricing->arena, object, name, money);
    return 0;
}

static void put_percent(const struct pricing *pricing, struct json *object, const char *name,
                        const char *percent)
{
    struct json *decimal = percent ? json_object(pricing->arena) : NULL;
    const char *old = json_get_text(json_get(object, name), "value");
    if (old && percent && text_equal(gcp_offer_shortest(pricing->arena, old), percent))
        return;
    if (decimal)
        json_set_text(pricing->arena, decimal, "value", percent);
    json_set(pricing->arena, object, name, decimal);
}

/* ------------------------------------------------------------------ usage */

/* An instalment's own discount goes before that of all. */
static const char *discount_of(const struct pricing *pricing, const char *installment,
                               const char *key)
{
    const char *discounts = value_of(pricing, "discounts");
    const char *own = installment
                          ? number_for(pricing->arena, discounts,
                                       arena_printf(pricing->arena, "%s/%s", installment, key))
                          : NULL;
    return own ? own : number_for(pricing->arena, discounts, key);
}

static bool is_day(const char *text, size_t length)
{
    static const char digits[] = "0123456789";
    if (length == strlen(GCP_OFFER_START) && !strncmp(text, GCP_OFFER_START, length))
        return true;
    return length == 10 && strspn(text, digits) == 4 && text[4] == '-' &&
           strspn(text + 5, digits) == 2 && text[7] == '-' && strspn(text + 8, digits) == 2;
}

/* The SKU that a key of `discounts` names; NULL: it names none, or one of another instalment. */
static const char *sku_in(const struct pricing *pricing, const char *item, const char *installment)
{
    const char *sign = strrchr(item, '='), *slash = strchr(item, '/');
    if (!sign)
        return NULL;
    const char *end = slash && slash < sign && is_day(item, (size_t)(slash - item)) ? slash : NULL;
    const char *key = end ? end + 1 : item;
    if (end && !(installment && strlen(installment) == (size_t)(end - item) &&
                 !strncmp(item, installment, (size_t)(end - item))))
        return NULL;
    key = arena_copy_n(pricing->arena, key, (size_t)(sign - key));
    return strcmp(key, GCP_OFFER_ALL) != 0 && strcmp(key, GCP_OFFER_COMMITMENT) != 0 ? key : NULL;
}

static struct json *known_sku(const struct json *list, const char *sku)
{
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++)
        if (text_equal(json_get_text(list->items[i], "sku"), sku) ||
            text_equal(json_get_text(list->items[i], "cloudBillingSku"), sku))
            return list->items[i];
    return NULL;
}

static const char *sku_name(const struct pricing *pricing, const char *key)
{
    const char *service = value_of(pricing, "product");
    return strchr(key, '/') ? key
                            : arena_printf(pricing->arena, "%s/services/%s/skus/%s",
                                           gcp_parent(pricing->writing->cloud, pricing->arena),
                                           service ? service : "-", key);
}

static void put_skus(const struct pricing *pricing, struct json *usage, const char *installment)
{
    struct arena *arena = pricing->arena;
    const struct json *old = json_get(usage, "skuDiscounts");
    struct json *list = json_array(arena);
    size_t count;
    const char **items = list_items(arena, value_of(pricing, "discounts"), &count);
    for (size_t i = 0; i < count; i++) {
        const char *key = sku_in(pricing, items[i], installment);
        const char *name = key ? sku_name(pricing, key) : NULL;
        if (!name || known_sku(list, name))
            continue;
        const struct json *known = known_sku(old, name);
        struct json *one = known ? json_clone(arena, known) : json_object(arena);
        json_set_text(arena, one, text_starts(name, "services/") ? "cloudBillingSku" : "sku", name);
        put_percent(pricing, one, "discountPercent", discount_of(pricing, installment, key));
        json_append(arena, list, one);
    }
    json_set(arena, usage, "skuDiscounts", list->count ? list : NULL);
}

/* ------------------------------------------------------------------ a model */

/* `installment`: the key of its day; NULL: a standard interval. */
static int put_model(const struct pricing *pricing, struct json *model, const char *installment,
                     const char *amount)
{
    const struct form *form = pricing->form;
    struct arena *arena = pricing->arena;
    const char *field = installment ? "schedule" : "prices";
    const char *other = text_equal(form->subscription, "flatFee") ? "commitment" : "flatFee";
    int result = 0;
    json_remove(model, other);
    if (!form->subscription)
        json_remove(model, "commitment");
    else
        result = put_money(pricing, member(arena, model, form->subscription), form->amount, field,
                           amount);
    struct json *commitment = json_get(model, "commitment");
    if (!result && commitment && installment)
        result = put_money(pricing, commitment, "additionalCredit", "credits",
                           number_for(arena, value_of(pricing, "credits"), installment));
    if (commitment)
        put_percent(pricing, commitment, "discountPercent",
                    form->usage ? NULL : discount_of(pricing, installment, GCP_OFFER_COMMITMENT));
    if (form->usage) {
        struct json *usage = member(arena, model, "usage");
        put_percent(pricing, usage, "defaultDiscountPercent",
                    discount_of(pricing, installment, GCP_OFFER_ALL));
        put_skus(pricing, usage, installment);
    } else {
        json_remove(model, "usage");
    }
    return result;
}

static int put_standard(const struct pricing *pricing, struct json *product)
{
    struct arena *arena = pricing->arena;
    const char *period = value_of(pricing, "payment_period");
    bool prorated = text_equal(value_of(pricing, "proration"), "yes");
    struct json *price = member(arena, product, "standardIntervalPrice");
    const char *interval = NULL;
    json_remove(product, "customIntervalPrice");
    for (size_t i = 0; period && !interval && i < COUNT(intervals); i++)
        if (!strcmp(intervals[i].period, period) && (prorated || !intervals[i].proration))
            interval = intervals[i].interval;
    json_set_text(arena, price, "standardInterval", interval);
    bool flat = text_equal(pricing->form->subscription, "flatFee");
    return put_model(pricing, member(arena, price, "priceModel"), NULL,
                     number_for(arena, value_of(pricing, "prices"),
                                flat ? GCP_OFFER_FLAT : GCP_OFFER_COMMITMENT));
}

/* ------------------------------------------------------------------ instalments */

/* Whatever begins at that day in the offer as it is, so that what else it says stays. */
static struct json *old_installment(struct arena *arena, const struct json *old, const char *key)
{
    for (size_t i = 0; old && old->type == JSON_ARRAY && i < old->count; i++) {
        const char *day = gcp_datetime_day(arena, json_get(old->items[i], "startTime"));
        if (!strcmp(day ? day : GCP_OFFER_START, key))
            return json_clone(arena, old->items[i]);
    }
    return json_object(arena);
}

/* With the acceptance, or on the day that the contract starts: the first one does as the contract
 * does (private_offer.proto, Installment.start_time). */
static int check_first(const struct pricing *pricing, const char *first)
{
    const char *start = value_of(pricing, "start_date");
    if (!strcmp(first, start ? start : GCP_OFFER_START))
        return 0;
    return refuse(pricing, "schedule", first,
                  start ? "the first instalment is that of start_date"
                        : "an offer that starts with its acceptance begins with start=amount");
}

static int put_lapse(const struct pricing *pricing, struct json *commitment, const char *key)
{
    size_t count;
    const char **days = list_items(pricing->arena, value_of(pricing, "lapses"), &count);
    bool lapses = false;
    for (size_t i = 0; i < count; i++)
        lapses |= !strcmp(days[i], key);
    if (!commitment)
        return lapses ? refuse(pricing, "lapses", key, "only commitments have credit") : 0;
    json_set(pricing->arena, commitment, "discardPreviousCreditBalance",
             lapses ? json_bool(pricing->arena, true) : NULL);
    return 0;
}

static int put_installment(const struct pricing *pricing, const struct json *old, const char *item,
                           struct json *list)
{
    struct arena *arena = pricing->arena;
    const char *sign = strrchr(item, '=');
    if (!sign)
        return refuse(pricing, "schedule", item, "write 2027-01-01=6000");
    const char *key = arena_copy_n(arena, item, (size_t)(sign - item));
    bool start = !strcmp(key, GCP_OFFER_START);
    struct json *day = start ? NULL : gcp_datetime_write(arena, key, 0);
    if (!start && !day)
        return refuse(pricing, "schedule", item, "write 2027-01-01=6000");
    struct json *one = old_installment(arena, old, key);
    struct json *model = member(arena, one, "priceModel");
    json_set(arena, one, "startTime", day);
    int result = put_model(pricing, model, key, sign + 1);
    if (!result)
        result = put_lapse(pricing, json_get(model, "commitment"), key);
    json_append(arena, list, one);
    return result;
}

/* Days sort as texts do; what begins with the acceptance comes first. */
static const char **in_order(struct arena *arena, const char *schedule, size_t *ret_count)
{
    size_t count, used = 0;
    const char **items = list_items(arena, schedule, &count);
    const char **sorted = arena_array(arena, count + 1, sizeof *sorted);
    for (int dated = 0; dated < 2; dated++)
        for (size_t i = 0; i < count; i++)
            if (text_starts(items[i], GCP_OFFER_START "=") == !dated)
                sorted[used++] = items[i];
    *ret_count = used;
    return sorted;
}

static int put_custom(const struct pricing *pricing, struct json *product, const char *schedule)
{
    struct arena *arena = pricing->arena;
    struct json *price = member(arena, product, "customIntervalPrice");
    const struct json *old = json_get(price, "installments");
    struct json *list = json_array(arena);
    size_t count;
    const char **items = in_order(arena, schedule, &count);
    int result = 0;
    if (!pricing->form->subscription)
        return refuse(pricing, "schedule", value_of(pricing, "pricing"),
                      "instalments are of a flat fee or of a commitment");
    if (count)
        result = check_first(pricing, arena_copy_n(arena, items[0], strcspn(items[0], "=")));
    for (size_t i = 0; i < count && !result; i++)
        result = put_installment(pricing, old, items[i], list);
    json_remove(product, "standardIntervalPrice");
    json_set(arena, price, "installments", list);
    return result;
}

int gcp_offer_put_price(const struct gcp_offer_writing *writing, struct json *offer,
                        struct error *error)
{
    static const char *const fields[] = {"pricing", "prices",    "schedule",       "credits",
                                         "lapses",  "discounts", "payment_period", "proration"};
    struct pricing pricing = {.writing = writing, .arena = writing->arena, .error = error};
    const char *word = gcp_offer_value(writing, "pricing");
    const char *schedule = gcp_offer_value(writing, "schedule");
    bool due = schedule && gcp_offer_wants(writing, "start_date");
    for (size_t i = 0; i < COUNT(fields); i++)
        due |= gcp_offer_wants(writing, fields[i]);
    for (size_t i = 0; word && i < COUNT(forms); i++)
        if (!strcmp(forms[i].pricing, word))
            pricing.form = &forms[i];
    if (!due)
        return 0;
    if (!pricing.form)
        return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                         "pricing: without it nobody knows what the price is of");
    struct json *product = member(writing->arena, offer, "singleProductOffer");
    return schedule ? put_custom(&pricing, product, schedule) : put_standard(&pricing, product);
}
