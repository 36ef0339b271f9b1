/* Prices of an offer that is to be published: which forms go together, and with what the base
 * standard offer sells. */
#include <string.h>

#include "tests/sandbox/gcp/market.h"
#include "tests/sandbox/gcp/pacific.h"

#define STANDARD "private_offer.single_product_offer.standard_interval_price"
#define CUSTOM   "private_offer.single_product_offer.custom_interval_price"

struct model_check {
    const struct offer_check *offer;
    const char *path; /* of the price model */
    const struct json *model;
    bool custom;
};

static void complain(const struct model_check *check, const char *member, const char *text)
{
    struct rest_call *call = check->offer->call;
    gcp_violation(call, arena_printf(call->arena, "%s%s", check->path, member), "%s", text);
}

static void check_flat_fee(const struct model_check *check)
{
    const struct json *fee = json_get(check->model, "flatFee");
    const struct json *standard = market_shown(check->offer->standard);
    if (fee && !json_get(fee, "flatFeeOverride"))
        complain(check, ".flat_fee.flat_fee_override", "Must be provided to publish the offer.");
    if (fee && standard && !json_find(standard, "priceModel.flatFee"))
        complain(check, ".flat_fee", "The base standard offer has no subscription SKU.");
}

static void check_commitment(const struct model_check *check)
{
    const struct json *commitment = json_get(check->model, "commitment");
    const struct json *standard = market_shown(check->offer->standard);
    bool usage = json_get(check->model, "usage") != NULL;
    bool discount = json_get(commitment, "discountPercent") != NULL;
    if (!commitment)
        return;
    if (!json_get(commitment, "commitmentAmount"))
        complain(check, ".commitment.commitment_amount", "Must be provided to publish the offer.");
    if (usage && discount)
        complain(check, ".commitment.discount_percent", "Must be unset if usage is set.");
    if (!usage && !discount)
        complain(check, ".commitment.discount_percent", "Must be provided to publish the offer.");
    if (json_get(commitment, "additionalCredit") && !check->custom)
        complain(check, ".commitment.additional_credit",
                 "Additional credits are only supported for custom intervals.");
    if (standard && json_find(standard, "priceModel.flatFee"))
        complain(check, ".commitment", "The base standard offer includes subscription SKUs.");
}

static void check_discounts(const struct model_check *check, const struct json *discounts)
{
    struct arena *arena = check->offer->call->arena;
    const struct json *standard = market_shown(check->offer->standard);
    for (size_t i = 0; i < discounts->count; i++) {
        const struct json *row = discounts->items[i];
        const char *sku = json_get_text(row, "sku");
        sku = sku ? sku : json_get_text(row, "cloudBillingSku");
        const char *member = arena_printf(arena, ".usage.sku_discounts[%zu]", i);
        if (text_blank(sku))
            complain(check, member, "A SKU must be provided.");
        else if (standard && !listing_sells(check->offer->call->sandbox, standard, sku))
            complain(check, member, "Must be a SKU of the base standard offer.");
        if (!json_get(row, "discountPercent"))
            complain(check, arena_printf(arena, "%s.discount_percent", member),
                     "Must be provided to publish the offer.");
        for (size_t j = 0; sku && j < i; j++) {
            const struct json *other = discounts->items[j];
            if (text_equal(sku, json_get_text(other, "sku")) ||
                text_equal(sku, json_get_text(other, "cloudBillingSku")))
                complain(check, member, "A SKU must not have two discounts.");
        }
    }
}

static void check_usage(const struct model_check *check)
{
    const struct json *usage = json_get(check->model, "usage");
    const struct json *standard = market_shown(check->offer->standard);
    const struct json *discounts = json_get(usage, "skuDiscounts");
    if (usage && standard && !json_find(standard, "priceModel.usage"))
        complain(check, ".usage", "The base standard offer has no usage SKUs.");
    if (discounts)
        check_discounts(check, discounts);
}

static void check_model(const struct model_check *check)
{
    if (!json_get(check->model, "flatFee") && !json_get(check->model, "commitment") &&
        !json_get(check->model, "usage")) {
        complain(check, "", "Must be provided to publish the offer.");
        return;
    }
    check_flat_fee(check);
    check_commitment(check);
    check_usage(check);
}

static bool subscribes(const struct json *model)
{
    return json_get(model, "flatFee") || json_get(model, "commitment");
}

/* ---- Standard intervals. */
static void check_standard(const struct offer_check *offer, const struct json *price)
{
    struct rest_call *call = offer->call;
    const struct json *model = json_get(price, "priceModel");
    const char *interval = json_get_text(price, "standardInterval");
    const char *path = STANDARD ".standard_interval";
    bool none = !interval || text_equal(interval, "STANDARD_INTERVAL_UNSPECIFIED");
    const struct model_check check = {offer, STANDARD ".price_model", model, false};
    check_model(&check);
    if (text_equal(interval, "MONTHLY_POSTPAY"))
        gcp_violation(call, path, "MONTHLY_POSTPAY cannot be used to publish new offers.");
    else if (none && subscribes(model))
        gcp_violation(call, path, "Must be provided unless the price model is usage-only.");
    else if (!none && model && !subscribes(model))
        gcp_violation(call, path, "A usage-only price model has no interval.");
    if (offer->terms.months <= 0)
        gcp_violation(call, "private_offer.term.duration_months",
                      "Must be positive for offers without custom intervals.");
}

/* ---- Custom intervals. */
static unsigned form_of(const struct json *model)
{
    return (json_get(model, "flatFee") ? 1u : 0) | (json_get(model, "commitment") ? 2u : 0) |
           (json_get(model, "usage") ? 4u : 0);
}

static void check_first(const struct offer_check *offer, const struct json *time, const char *path)
{
    const char *policy = json_text(json_find(offer->shown, "term.startPolicy"));
    int64_t ms = -1;
    if (text_equal(policy, "IMMEDIATE") && time)
        gcp_violation(offer->call, path,
                      "Must be unset for the first installment if start_policy is IMMEDIATE.");
    if (text_equal(policy, "SCHEDULED_START_TIME") &&
        (!pacific_read(time, &ms) || ms != offer->start_ms))
        gcp_violation(offer->call, path, "Must match term.scheduled_start_time.");
}

/* `last_ms`: start of the installment before, moved on. */
static void check_later(const struct offer_check *offer, const struct json *time, const char *path,
                        int64_t *last_ms)
{
    int64_t ms, end = offer->terms.end_ms;
    if (!time) {
        gcp_violation(offer->call, path, "Must be provided to publish the offer.");
        return;
    }
    if (!offer_boundary(offer->call, path, time, &ms))
        return;
    if (ms <= *last_ms)
        gcp_violation(offer->call, path, "Start times must be strictly increasing.");
    /* With an immediate start, the term ends by the deadline's duration at the latest. */
    if (end < 0 && offer->terms.months > 0 && offer->deadline_ms >= 0)
        end = pacific_midnight(
            pacific_add_months(pacific_day(offer->deadline_ms), offer->terms.months));
    if (end >= 0 && ms >= end)
        gcp_violation(offer->call, path, "Must be before the end of the offer.");
    *last_ms = ms;
}

static void check_custom(const struct offer_check *offer, const struct json *rows)
{
    struct arena *arena = offer->call->arena;
    int64_t last_ms = offer->start_ms >= 0 ? offer->start_ms : offer->now_ms;
    if (!rows || !rows->count) {
        gcp_violation(offer->call, CUSTOM ".installments",
                      "Must contain at least one installment.");
        return;
    }
    for (size_t i = 0; i < rows->count; i++) {
        const struct json *model = json_get(rows->items[i], "priceModel");
        const struct json *time = json_get(rows->items[i], "startTime");
        const char *path = arena_printf(arena, CUSTOM ".installments[%zu].start_time", i);
        const struct model_check check = {
            offer, arena_printf(arena, CUSTOM ".installments[%zu].price_model", i), model, true};
        check_model(&check);
        if (!subscribes(model))
            complain(&check, "", "Every installment must have a subscription.");
        if (form_of(model) != form_of(json_get(rows->items[0], "priceModel")))
            complain(&check, "", "All installments must have the same form of price model.");
        if (i == 0)
            check_first(offer, time, path);
        else
            check_later(offer, time, path, &last_ms);
    }
}

void offer_check_prices(const struct offer_check *check)
{
    const struct json *standard = json_get(check->single, "standardIntervalPrice");
    const struct json *custom = json_get(check->single, "customIntervalPrice");
    if (standard)
        check_standard(check, standard);
    else if (custom)
        check_custom(check, json_get(custom, "installments"));
    else
        gcp_violation(check->call, "private_offer.single_product_offer",
                      "A price must be set when publishing the offer.");
}
