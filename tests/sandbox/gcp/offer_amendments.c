/* Offers that supersede what a buyer has: when one must, what it may, and until when. */
#include <string.h>

#include "tests/sandbox/gcp/market.h"
#include "tests/sandbox/gcp/pacific.h"

static void complain(const struct offer_check *check, const char *field, const char *text)
{
    gcp_violation(check->call, arena_printf(check->call->arena, "private_offer.%s", field), "%s",
                  text);
}

/* ---- Which order is meant. */
static bool is_of(const struct offer_check *check, const struct rest_record *order)
{
    const struct json *hold = market_hold(order);
    const char *private = json_get_text(check->single, "amendedPrivateOffer");
    const char *standard = json_get_text(check->single, "amendedStandardOffer");
    const struct rest_record *offer = private ? offer_find(check->call->sandbox, private) : NULL;
    const char *below = standard ? market_below(standard) : NULL;
    if (private)
        return offer && text_equal(json_get_text(hold, "offer"), offer->id);
    return below && !json_get_text(hold, "offer") &&
           text_equal(market_below(json_get_text(hold, "standard")), below);
}

/* The order whose offer is amended; NULL: none, whether or not that is a fault. */
static const struct rest_record *find_order(const struct offer_check *check)
{
    const char *account = json_text(json_find(check->shown, "customer.targetBillingAccount"));
    bool amends = json_get(check->single, "amendedPrivateOffer") ||
                  json_get(check->single, "amendedStandardOffer");
    bool several = listing_flag(check->call->sandbox, check->service, "multiple");
    const struct rest_record *order, *found = NULL;
    size_t from = 0, count = 0;
    while ((order = order_active(check->call->sandbox, account, check->service, &from))) {
        count++;
        found = is_of(check, order) ? order : found;
    }
    if (amends && !found)
        complain(check, "single_product_offer",
                 "The amended offer must be that of an active order of the billing account for "
                 "the product.");
    else if (!amends && count && !several)
        complain(check, "single_product_offer",
                 "The billing account has an active order for the product: its offer must be "
                 "amended.");
    return found;
}

/* ---- Price models. */
static const struct json *model_of(const struct json *shown)
{
    struct offer_terms terms;
    offer_read_terms(shown, NULL, &terms);
    return terms.price_model;
}

static bool is_usage_only(const struct json *model)
{
    return json_get(model, "usage") && !json_get(model, "flatFee") &&
           !json_get(model, "commitment");
}

static void check_models(const struct offer_check *check, const struct json *old,
                         const struct json *fresh)
{
    bool fits = true;
    if (json_get(old, "flatFee"))
        fits = json_get(fresh, "flatFee") != NULL;
    else if (is_usage_only(old))
        fits = !json_get(fresh, "flatFee");
    else if (json_get(old, "commitment"))
        fits =
            json_get(fresh, "commitment") && !json_get(fresh, "usage") == !json_get(old, "usage");
    if (!fits)
        complain(check, "single_product_offer",
                 "The price model is not compatible with that of the amended offer.");
}

static void check_commitment(const struct offer_check *check, const struct json *old)
{
    static const char path[] =
        "singleProductOffer.standardIntervalPrice.priceModel.commitment.commitmentAmount";
    int64_t before, after;
    if (offer_cents(json_find(old, path), &before) &&
        offer_cents(json_find(check->shown, path), &after) && after < before)
        complain(check,
                 "single_product_offer.standard_interval_price.price_model.commitment."
                 "commitment_amount",
                 "Must not be lower than that of the amended offer.");
}

static void check_frequency(const struct offer_check *check, const struct json *old)
{
    const struct json *before = json_get(old, "singleProductOffer");
    struct offer_terms terms;
    offer_read_terms(old, NULL, &terms);
    if (is_usage_only(terms.price_model) || is_usage_only(check->terms.price_model) ||
        json_get(check->single, "customIntervalPrice"))
        return;
    if (json_get(before, "customIntervalPrice") ||
        (terms.step_months && terms.step_months != check->terms.step_months))
        complain(check, "single_product_offer",
                 "The billing frequency must be that of the amended offer, or custom.");
}

/* ---- Times. */
/* Neither the deadline nor the start may be after `most_ms`. */
static void check_until(const struct offer_check *check, int64_t most_ms, const char *what)
{
    struct arena *arena = check->call->arena;
    if (most_ms < 0)
        return;
    if (check->deadline_ms > most_ms)
        complain(check, "accept_deadline_time", arena_printf(arena, "Must not be after %s.", what));
    if (check->start_ms > most_ms)
        complain(check, "term.scheduled_start_time",
                 arena_printf(arena, "Must not be after %s.", what));
}

static void check_private(const struct offer_check *check, const struct rest_record *order,
                          const struct rest_record *amended)
{
    static const char *const settled[] = {"MIGRATION", "CHANNEL_SHIFT", "NATIVE_RENEWAL"};
    const struct json *old = market_shown(amended);
    const char *deal = json_get_text(old, "offerDealType");
    if (offer_in(amended, "ENDED"))
        return;
    check_models(check, model_of(old), check->terms.price_model);
    check_frequency(check, old);
    check_commitment(check, old);
    for (size_t i = 0; i < COUNT(settled); i++) {
        if (text_equal(deal, settled[i]) &&
            text_equal(json_get_text(check->shown, "offerDealType"), "NEW"))
            complain(check, "offer_deal_type", "NEW is not allowed for this amendment.");
    }
    check_until(check, market_held(order, "end_ms", -1), "the end of the amended offer");
    check_until(check, offer_next_installment(amended, check->now_ms),
                "the next installment of the amended offer");
    check_until(check, json_get_int(json_get(market_hold(order), "pending"), "start_ms", -1),
                "the start of the accepted amendment");
}

static void check_listed(const struct offer_check *check, const struct rest_record *order)
{
    const struct json *standard = market_shown(
        listing_find(check->call->sandbox, json_get_text(market_hold(order), "standard")));
    bool flat = json_find(standard, "priceModel.flatFee") != NULL;
    if (!flat == (json_get(check->terms.price_model, "flatFee") != NULL))
        complain(check, "single_product_offer",
                 "The price model is not compatible with that of the amended offer.");
    check_until(check, market_held(order, "end_ms", -1), "the end of the amended offer");
}

void offer_check_amendment(const struct offer_check *check)
{
    const struct rest_record *order = check->service ? find_order(check) : NULL;
    const char *amended = json_get_text(check->single, "amendedPrivateOffer");
    if (!order || (!amended && !json_get(check->single, "amendedStandardOffer")))
        return;
    if (amended)
        check_private(check, order, offer_find(check->call->sandbox, amended));
    else
        check_listed(check, order);
}
