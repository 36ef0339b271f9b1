#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/gcp/offers.h"
#include "connectors/gcp/values.h"
#include "model/value.h"

struct deriving {
    struct arena *arena;
    const char *service;
    struct json *derived;
    struct json *schedule, *credits, *lapses, *discounts;
};

static void add(const struct deriving *of, struct json *list, const char *key, const char *number)
{
    if (key && number)
        json_append(of->arena, list,
                    json_string(of->arena, arena_printf(of->arena, "%s=%s", key,
                                                        gcp_offer_shortest(of->arena, number))));
}

/* NULL: no amount of money. All of an offer's are in one currency. */
static const char *amount_of(const struct deriving *of, const struct json *money)
{
    const char *amount, *currency, *value = money ? gcp_money_read(of->arena, money) : NULL;
    if (!value || !money_split(of->arena, value, &amount, &currency))
        return NULL;
    if (!json_get(of->derived, "Currency"))
        json_set_text(of->arena, of->derived, "Currency", currency);
    return amount;
}

const char *gcp_offer_sku_key(struct arena *arena, const char *sku, const char *service)
{
    return service && text_equal(gcp_offer_service(arena, sku), service) &&
                   text_starts(sku, "projects/")
               ? gcp_bare_id(sku)
               : sku;
}

/* ------------------------------------------------------------------ a price model */

/* private_offer.proto, PriceModel: the kind is the combination of members that are set. */
static const char *pricing_of(const struct json *model)
{
    bool usage = json_get(model, "usage") != NULL;
    if (json_get(model, "flatFee"))
        return usage ? "fixed_usage" : "fixed";
    if (json_get(model, "commitment"))
        return usage ? "commitment_usage" : "commitment";
    return usage ? "usage" : NULL;
}

static const struct json *money_in(const struct json *model)
{
    const struct json *flat = json_find(model, "flatFee.flatFeeOverride");
    return flat ? flat : json_find(model, "commitment.commitmentAmount");
}

/* `prefix`: of an instalment that has discounts of its own, "2027-01-01/". */
static void add_discounts(const struct deriving *of, const struct json *model, const char *prefix)
{
    static const char *const shares[][2] = {
        {GCP_OFFER_COMMITMENT, "commitment.discountPercent.value"},
        {GCP_OFFER_ALL, "usage.defaultDiscountPercent.value"},
    };
    struct arena *arena = of->arena;
    for (size_t i = 0; i < COUNT(shares); i++)
        add(of, of->discounts, arena_printf(arena, "%s%s", prefix, shares[i][0]),
            json_text(json_find(model, shares[i][1])));
    const struct json *list = json_find(model, "usage.skuDiscounts");
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++) {
        const char *sku = json_get_text(list->items[i], "sku");
        if (!sku)
            sku = json_get_text(list->items[i], "cloudBillingSku");
        if (sku)
            add(of, of->discounts,
                arena_printf(arena, "%s%s", prefix, gcp_offer_sku_key(arena, sku, of->service)),
                json_text(json_find(list->items[i], "discountPercent.value")));
    }
}

/* ------------------------------------------------------------------ both forms of a price */

static void derive_standard(const struct deriving *of, const struct json *price)
{
    static const char *const intervals[][3] = {
        {"MONTHLY_PRORATED", "P1M", "yes"},      {"MONTHLY_NOT_PRORATED", "P1M", "no"},
        {"QUARTERLY_NOT_PRORATED", "P3M", NULL}, {"YEARLY_NOT_PRORATED", "P1Y", NULL},
        {"MONTHLY_POSTPAY", "P1M", NULL}, /* old offers only */
    };
    const char *interval = json_get_text(price, "standardInterval");
    const struct json *model = json_get(price, "priceModel");
    struct json *prices = json_array(of->arena);
    for (size_t i = 0; interval && i < COUNT(intervals); i++) {
        if (strcmp(intervals[i][0], interval) != 0)
            continue;
        json_set_text(of->arena, of->derived, "PaymentPeriod", intervals[i][1]);
        json_set_text(of->arena, of->derived, "Proration", intervals[i][2]);
    }
    add(of, prices, json_get(model, "flatFee") ? GCP_OFFER_FLAT : GCP_OFFER_COMMITMENT,
        amount_of(of, money_in(model)));
    if (prices->count)
        json_set(of->arena, of->derived, "Prices", prices);
    json_set_text(of->arena, of->derived, "Pricing", pricing_of(model));
    add_discounts(of, model, "");
}

static bool same_discounts(const struct json *installments)
{
    static const char *const paths[] = {"priceModel.usage",
                                        "priceModel.commitment.discountPercent"};
    for (size_t i = 1; i < installments->count; i++)
        for (size_t j = 0; j < COUNT(paths); j++) {
            const struct json *one = json_find(installments->items[0], paths[j]);
            const struct json *other = json_find(installments->items[i], paths[j]);
            if (!one != !other || (one && !json_equal(one, other)))
                return false;
        }
    return true;
}

/* The first one of an offer that starts with its acceptance has no day. */
static const char *key_of(const struct deriving *of, const struct json *installment)
{
    const char *day = gcp_datetime_day(of->arena, json_get(installment, "startTime"));
    return day ? day : GCP_OFFER_START;
}

static void derive_custom(const struct deriving *of, const struct json *installments)
{
    bool same = same_discounts(installments);
    for (size_t i = 0; i < installments->count; i++) {
        const struct json *model = json_get(installments->items[i], "priceModel");
        const struct json *commitment = json_get(model, "commitment");
        const char *key = key_of(of, installments->items[i]);
        add(of, of->schedule, key, amount_of(of, money_in(model)));
        add(of, of->credits, key, amount_of(of, json_get(commitment, "additionalCredit")));
        if (json_get_bool(commitment, "discardPreviousCreditBalance", false))
            json_append(of->arena, of->lapses, json_string(of->arena, key));
        if (i == 0)
            json_set_text(of->arena, of->derived, "Pricing", pricing_of(model));
        if (i == 0 || !same)
            add_discounts(of, model, same ? "" : arena_printf(of->arena, "%s/", key));
    }
}

/* What the service makes of an interval and a length: shown once it is known when it starts. */
static void derive_timeline(const struct deriving *of, const struct json *timeline)
{
    struct json *list = json_array(of->arena);
    for (size_t i = 0; timeline && timeline->type == JSON_ARRAY && i < timeline->count; i++)
        add(of, list, key_of(of, timeline->items[i]),
            amount_of(of, money_in(json_get(timeline->items[i], "priceModel"))));
    if (list->count)
        json_set(of->arena, of->derived, "Timeline", list);
}

void gcp_offer_derive_terms(struct arena *arena, const struct json *offer, struct json *derived)
{
    const struct json *product = json_get(offer, "singleProductOffer");
    const struct json *standard = json_get(product, "standardIntervalPrice");
    const struct json *installments = json_find(product, "customIntervalPrice.installments");
    const struct deriving of = {arena,
                                json_get_text(derived, "Product"),
                                derived,
                                json_array(arena),
                                json_array(arena),
                                json_array(arena),
                                json_array(arena)};
    if (standard)
        derive_standard(&of, standard);
    if (installments && installments->type == JSON_ARRAY && installments->count)
        derive_custom(&of, installments);
    derive_timeline(&of, json_get(product, "effectiveInstallmentTimeline"));
    const struct {
        const char *name;
        struct json *list;
    } lists[] = {{"Schedule", of.schedule},
                 {"Credits", of.credits},
                 {"Lapses", of.lapses},
                 {"Discounts", of.discounts}};
    for (size_t i = 0; i < COUNT(lists); i++)
        if (lists[i].list->count)
            json_set(arena, derived, lists[i].name, lists[i].list);
}
