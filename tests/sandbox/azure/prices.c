/* Absolute prices of plans inside private offers. */
#include <stdio.h>
#include <string.h>

#include "model/value.h"
#include "tests/sandbox/azure/ingestion.h"

#define TYPE_NAME "price-and-availability-private-offer-plan"

/* ---- The list price. */
static const struct json *plan_availability(const struct azure_market *market, struct arena *arena,
                                            const char *product, const char *plan)
{
    const char *id = arena_printf(arena, "price-and-availability-plan/%s/%s", product, plan);
    const struct json *live = ingestion_live(market, product, id);
    const struct rest_record *draft = rest_find(&market->resources, id);
    return live ? live : draft ? draft->document : NULL;
}

struct json *ingestion_list_price(struct arena *arena, const struct azure_market *market,
                                  const char *product, const char *plan)
{
    const struct json *source = plan_availability(market, arena, product, plan);
    if (!source)
        return NULL;
    struct json *price = rest_make(arena,
                                   "{'$schema':'" INGESTION_NEW TYPE_NAME "/2023-07-15',"
                                   "'product':'product/%s','plan':'plan/%s/%s',"
                                   "'offerPricingType':'editExistingOfferPricingOnly'}",
                                   product, product, plan);
    if (json_get(source, "pricing"))
        json_set(arena, price, "pricing", json_clone(arena, json_get(source, "pricing")));
    json_set_text(arena, price, "id",
                  arena_printf(arena, TYPE_NAME "/%s/21529245%.11s", product, "00014081860"));
    return price;
}

/* ---- Rules. */
struct price {
    const char *product, *plan; /* guids */
    const char *pricing_type;
    const struct json *list; /* list price */
};

static bool same_term(const struct json *a, const struct json *b)
{
    return (!a && !b) || (a && b && json_equal(a, b));
}

static bool term_listed(const struct json *entry, const struct json *entries)
{
    for (size_t i = 0; entries && i < entries->count; i++) {
        if (same_term(json_get(entry, "billingTerm"), json_get(entries->items[i], "billingTerm")) &&
            same_term(json_get(entry, "paymentOption"),
                      json_get(entries->items[i], "paymentOption")))
            return true;
    }
    return false;
}

static int check_entries(struct ingestion_step *step, const struct price *price)
{
    const struct json *recurrent = json_find(step->item, "pricing.recurrentPrice");
    const struct json *entries = json_get(recurrent, "prices");
    const struct json *listed = json_find(price->list, "pricing.recurrentPrice.prices");
    bool edits = !strcmp(price->pricing_type, "editExistingOfferPricingOnly");
    bool per_market = ingestion_is(recurrent, "priceInputOption", "perMarket");
    for (size_t i = 0; entries && i < entries->count; i++) {
        const struct json *entry = entries->items[i];
        if (!json_get(entry, per_market ? "prices" : "pricePerPaymentInUsd"))
            return step_fail(step, "businessValidationError", "prices/%zu has no price.", i);
        if (edits && !term_listed(entry, listed))
            return step_fail(step, "businessValidationError",
                             "prices/%zu: the plan has no such billing term.", i);
    }
    if (!entries || !entries->count)
        return step_fail(step, "businessValidationError", "The recurrent price is missing.");
    return 0;
}

static int check_meter(struct ingestion_step *step, const char *name, const struct json *meter)
{
    const struct json *included = json_get(meter, "includedQuantities");
    for (size_t i = 0; included && i < included->count; i++) {
        bool infinite = json_get_bool(included->items[i], "isInfinite", false);
        if (infinite == (json_get(included->items[i], "quantity") != NULL))
            return step_fail(step, "schemaValidationError",
                             "meters/%s/includedQuantities/%zu: quantity goes with isInfinite "
                             "false.",
                             name, i);
    }
    return 0;
}

static int check_meters(struct ingestion_step *step, const struct price *price)
{
    const struct json *meters = json_find(step->item, "pricing.customMeters.meters");
    const struct json *listed = json_find(price->list, "pricing.customMeters.meters");
    bool edits = !strcmp(price->pricing_type, "editExistingOfferPricingOnly");
    for (size_t i = 0; meters && i < meters->count; i++) {
        if (edits && !json_get(listed, meters->names[i]))
            return step_fail(step, "businessValidationError", "The plan has no dimension %s.",
                             meters->names[i]);
        int result = check_meter(step, meters->names[i], meters->items[i]);
        if (result < 0)
            return result;
    }
    return 0;
}

static int check_model(struct ingestion_step *step, const struct price *price)
{
    const struct json *recurrent = json_find(step->item, "pricing.recurrentPrice");
    const struct json *limits = json_get(recurrent, "userLimits");
    const char *mode = json_get_text(recurrent, "recurrentPriceMode");
    const char *listed =
        json_text(json_find(price->list, "pricing.recurrentPrice.recurrentPriceMode"));
    if (!strcmp(price->pricing_type, "editExistingOfferPricingOnly")) {
        if ((mode && !text_equal(mode, listed)) || limits)
            return step_fail(step, "businessValidationError",
                             "The billing model of the plan cannot be changed.");
        return 0;
    }
    if (!mode)
        return step_fail(step, "schemaValidationError", "recurrentPriceMode is required.");
    if (!strcmp(mode, "perUser") != (limits != NULL))
        return step_fail(step, "schemaValidationError", "userLimits goes with perUser.");
    const char *low = json_get_text(limits, "min"), *high = json_get_text(limits, "max");
    if (low && high && decimal_compare(low, high) > 0)
        return step_fail(step, "businessValidationError", "userLimits: min is above max.");
    return 0;
}

static int check_reservation(struct ingestion_step *step)
{
    const struct json *reservation = json_get(step->item, "softwareReservation");
    const struct json *duration = json_get(reservation, "reservationDuration");
    const char *value = json_get_text(duration, "value");
    if (!reservation)
        return step_fail(step, "schemaValidationError", "softwareReservation is required.");
    if (!ingestion_is(duration, "type", "year") ||
        (!text_equal(value, "1") && !text_equal(value, "3")))
        return step_fail(step, "businessValidationError",
                         "A reservation is for one year or for three.");
    const struct json *prices = json_get(reservation, "vmPrices");
    if (!prices->count)
        return step_fail(step, "businessValidationError", "vmPrices is empty.");
    return json_get(step->item, "pricing")
               ? step_fail(step, "schemaValidationError", "pricing is not for reservations.")
               : 0;
}

static bool is_machine(const struct json *product)
{
    return ingestion_is(product, "type", "azureVirtualMachine") ||
           ingestion_is(product, "type", "coreVirtualMachine");
}

static bool has_trial(const struct azure_market *market, struct arena *arena,
                      const struct price *price)
{
    const struct json *plan = plan_availability(market, arena, price->product, price->plan);
    return !json_is_null(json_get(plan, "trial"));
}

static int check_price(struct ingestion_step *step, const struct price *price)
{
    const struct rest_record *product = rest_find(
        &step->market->resources, arena_printf(step->arena, "product/%s", price->product));
    bool reserves = !strcmp(price->pricing_type, "vmSoftwareReservations");
    bool saas = ingestion_is(product->document, "type", "softwareAsAService");
    if (reserves)
        return is_machine(product->document)
                   ? check_reservation(step)
                   : step_fail(step, "notSupported", "Reservations are for virtual machines.");
    if (!saas)
        return step_fail(step, "notSupported",
                         "Absolute prices are not supported for this type of product.");
    if (has_trial(step->market, step->arena, price))
        return step_fail(step, "notSupported",
                         "Absolute prices are not supported for plans with a free trial.");
    if (json_get(step->item, "softwareReservation"))
        return step_fail(step, "schemaValidationError",
                         "softwareReservation is for reservations only.");
    int result = check_entries(step, price);
    if (result == 0)
        result = check_meters(step, price);
    return result < 0 ? result : check_model(step, price);
}

/* A price that an offer carries which is no draft any more stays as it is. */
static bool is_bound(const struct ingestion_step *step, const char *id)
{
    for (size_t i = 0; i < step->market->offers.count; i++) {
        const struct json *shown = offer_shown(step->market->offers.records[i]);
        const struct json *items = json_get(shown, "pricing");
        for (size_t j = 0; items && j < items->count; j++) {
            if (text_equal(json_get_text(items->items[j], "priceDetails"), id) &&
                !ingestion_is(shown, "state", "draft"))
                return true;
        }
    }
    return false;
}

static int resolve(struct ingestion_step *step, struct price *price, struct json *document)
{
    const char *product = step_resolve(step, json_get(step->item, "product"), "product", NULL);
    if (!product)
        return step_fail(step, "resourceNotFound", "The product does not exist.");
    price->product = ingestion_part(step->arena, product, 1);
    const char *plan = step_resolve(step, json_get(step->item, "plan"), "plan", price->product);
    if (!plan)
        return step_fail(step, "resourceNotFound", "The plan does not exist in this product.");
    price->plan = ingestion_part(step->arena, plan, 2);
    price->list = ingestion_list_price(step->arena, step->market, price->product, price->plan);
    json_set_text(step->arena, document, "product", product);
    json_set_text(step->arena, document, "plan", plan);
    return 0;
}

int price_apply(struct ingestion_step *step)
{
    const char *type = json_get_text(step->item, "offerPricingType");
    struct price price = {.pricing_type = type ? type : "editExistingOfferPricingOnly"};
    struct json *document = json_clone(step->arena, step->item);
    const char *id = json_get_text(step->item, "id");
    struct rest_record *record = id ? rest_find(&step->market->resources, id) : NULL;
    int result = resolve(step, &price, document);
    if (result == 0)
        result = step_check_lock(step, price.product);
    if (result < 0)
        return result;
    if (id && (!record || is_bound(step, id)))
        return step_fail(step, record ? "invalidState" : "resourceNotFound",
                         record ? "The price belongs to an offer that is no draft."
                                : "The price does not exist.");
    if ((result = check_price(step, &price)) < 0)
        return result;
    if (!id)
        id = arena_printf(step->arena, TYPE_NAME "/%s/%lld", price.product,
                          2152924500014081000LL + ++step->sandbox->azure->made);
    json_remove(document, "resourceName");
    json_set_text(step->arena, document, "offerPricingType", price.pricing_type);
    json_set_text(step->arena, document, "id", id);
    if (record)
        rest_write(record, document, step->now_ms);
    else
        rest_add(&step->market->resources, id, document, step->now_ms);
    step->made = id;
    return 0;
}
