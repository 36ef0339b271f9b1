/* What a private offer must be before it is taken: rules by kind, by pricing type, of dates, of
 * beneficiaries, and of what is sold. */
#include <stdio.h>
#include <string.h>

#include "model/value.h"
#include "tests/sandbox/azure/ingestion.h"
#include "tests/sandbox/azure/shape.h"

/* Who takes part: which kinds have a member at all, and which need it for which state. */
enum { CUSTOMER = 1 << 0, CSP = 1 << 1, ORIGINATOR = 1 << 2, SELLER = 1 << 3 };
#define SOLD (CUSTOMER | CSP | ORIGINATOR)

static const struct {
    const char *name;
    unsigned kinds;  /* that may have it */
    unsigned always; /* that must have it, in drafts, too */
    unsigned live;   /* that must have it when they are published */
} members[] = {
    {"offerPricingType", SOLD | SELLER, CUSTOMER | ORIGINATOR, 0},
    {"end", SOLD | SELLER, CUSTOMER | ORIGINATOR, CSP},
    {"acceptBy", CUSTOMER | ORIGINATOR | SELLER, CUSTOMER | ORIGINATOR, 0},
    {"preparedBy", CUSTOMER | CSP | SELLER, 0, CUSTOMER | SELLER},
    {"notificationContacts", SOLD | SELLER, 0, CUSTOMER},
    {"beneficiaries", SOLD | SELLER, 0, SOLD},
    {"variableStartDate", SOLD | SELLER, 0, CUSTOMER},
    {"partners", ORIGINATOR | SELLER, ORIGINATOR, 0},
    {"pricing", SOLD, CUSTOMER | ORIGINATOR, CSP},
    {"originatorPricing", SELLER, 0, SELLER},
    {"termsAndConditionsDocSasUrl", CUSTOMER | CSP, 0, 0},
    {"termsAndConditionsDocs", ORIGINATOR | SELLER, 0, 0},
    {"originatorTermsAndConditionsDocs", SELLER, 0, 0},
    {"upgradedFrom", CUSTOMER | ORIGINATOR, 0, 0},
    {"notes", CUSTOMER | ORIGINATOR | SELLER, 0, 0},
};

static unsigned kind_of(const struct json *offer)
{
    static const char *const names[] = {"customerPromotion", "cspPromotion",
                                        "multipartyPromotionOriginator",
                                        "multipartyPromotionChannelPartner"};
    for (size_t i = 0; i < COUNT(names); i++) {
        if (ingestion_is(offer, "privateOfferType", names[i]))
            return 1U << i;
    }
    return 0;
}

static bool wants_live(const struct json *offer)
{
    return ingestion_is(offer, "state", "live");
}

static bool edits_prices(const struct json *offer)
{
    const char *type = json_get_text(offer, "offerPricingType");
    return !type || !strcmp(type, "editExistingOfferPricingOnly");
}

/* ---- Members by kind. */
static void check_members(struct ingestion_step *step, struct json *problems)
{
    unsigned kind = kind_of(step->item);
    for (size_t i = 0; i < COUNT(members); i++) {
        bool there = json_get(step->item, members[i].name) != NULL;
        bool needed =
            (members[i].always & kind) || (wants_live(step->item) && (members[i].live & kind));
        if (there && !(members[i].kinds & kind))
            shape_problem(step->arena, problems, "%s: is not for this privateOfferType",
                          members[i].name);
        if (!there && needed)
            shape_problem(step->arena, problems, "%s is required", members[i].name);
    }
}

static void need(struct ingestion_step *step, struct json *problems, const struct json *item,
                 size_t index, const char *name, bool wanted, bool forbidden)
{
    bool there = json_get(item, name) != NULL;
    if (wanted && !there)
        shape_problem(step->arena, problems, "pricing/%zu/%s is required", index, name);
    if (forbidden && there)
        shape_problem(step->arena, problems, "pricing/%zu/%s: is not allowed here", index, name);
}

static void check_item_shape(struct ingestion_step *step, struct json *problems, size_t index)
{
    const struct json *item = json_get(step->item, "pricing")->items[index];
    bool edits = edits_prices(step->item);
    bool custom = ingestion_is(step->item, "offerPricingType", "saasNewCustomizedPlans");
    bool absolute = ingestion_is(item, "discountType", "absolute");
    if ((!edits || kind_of(step->item) == CSP) && absolute == edits)
        shape_problem(step->arena, problems, "pricing/%zu/discountType: not this one here", index);
    need(step, problems, item, index, "plan", edits && absolute, !edits);
    need(step, problems, item, index, "basePlan", !edits, edits);
    need(step, problems, item, index, "newPlanDetails", custom, !custom);
    need(step, problems, item, index, "discountPercentage", !absolute, absolute);
    need(step, problems, item, index, "priceDetails", absolute, !absolute);
    need(step, problems, item, index, "markupPercentage", false, true);
    const struct json *details = json_get(item, "newPlanDetails");
    if (custom && details &&
        (text_blank(json_get_text(details, "name")) ||
         text_blank(json_get_text(details, "description"))))
        shape_problem(step->arena, problems,
                      "pricing/%zu/newPlanDetails: needs name and "
                      "description",
                      index);
}

static int check_shape(struct ingestion_step *step)
{
    struct json *problems = json_array(step->arena);
    const struct json *pricing = json_get(step->item, "pricing");
    check_members(step, problems);
    for (size_t i = 0; pricing && i < pricing->count; i++)
        check_item_shape(step, problems, i);
    return problems->count ? step_fail_shape(step, problems) : 0;
}

/* ---- Dates. */
static bool get_day(const struct json *offer, const char *name, int64_t *ret_day)
{
    const char *text = json_get_text(offer, name);
    return text && day_parse(text, ret_day);
}

static int check_start(struct ingestion_step *step, int64_t today)
{
    bool variable = json_get_bool(step->item, "variableStartDate", false);
    int64_t start = today;
    bool there = get_day(step->item, "start", &start);
    if (variable && there)
        return step_fail(step, "Conflict",
                         "The start date should not be defined for a variable start.");
    if (!variable && !there && wants_live(step->item))
        return step_fail(step, "Conflict", "The start date should be defined");
    if (there && start < today && wants_live(step->item))
        return step_fail(step, "Conflict", "The start date is in the past.");
    return 0;
}

static int check_dates(struct ingestion_step *step)
{
    int64_t today = ingestion_today(step->sandbox), start = today, end = 0, accept = 0;
    int result = check_start(step, today);
    if (result < 0)
        return result;
    get_day(step->item, "start", &start);
    bool has_end = get_day(step->item, "end", &end);
    bool has_accept = get_day(step->item, "acceptBy", &accept);
    if (has_end && end < start)
        return step_fail(step, "Conflict", "The end date lies before the start date.");
    if (has_end && has_accept && accept > end)
        return step_fail(step, "Conflict", "The accept by date lies after the end date.");
    if (!wants_live(step->item))
        return 0;
    if (has_end && end < today)
        return step_fail(step, "Conflict", "The end date is in the past.");
    if (has_accept && accept < today)
        return step_fail(step, "Conflict", "The accept by date is in the past.");
    return 0;
}

/* ---- Who it is for. */
/* An enrollment number, or guid:guid_yyyy-mm-dd of a Microsoft Customer Agreement. */
static bool is_billing_account(const char *id)
{
    char part[37];
    size_t length = strlen(id);
    if (length != 36 + 1 + 36 + 11)
        return length <= 20 && shape_is_digits(id);
    snprintf(part, sizeof part, "%.36s", id);
    if (!shape_is_guid(part) || id[36] != ':' || id[73] != '_' || !shape_is_day(id + 74))
        return false;
    snprintf(part, sizeof part, "%.36s", id + 37);
    return shape_is_guid(part);
}

static int check_beneficiary(struct ingestion_step *step, const struct json *list, size_t index)
{
    const char *id = json_get_text(list->items[index], "id");
    bool csp = kind_of(step->item) == CSP;
    if (csp ? !shape_is_guid(id) : !is_billing_account(id))
        return step_fail(step, "invalidId", "beneficiaries/%zu/id is no %s.", index,
                         csp ? "tenant id" : "billing account id");
    if (!csp && json_get(list->items[index], "beneficiaryRecipients"))
        return step_fail(step, "businessValidationError",
                         "beneficiaries/%zu: recipients are for CSP partners.", index);
    for (size_t i = 0; i < index; i++) {
        if (text_equal_nocase(json_get_text(list->items[i], "id"), id))
            return step_fail(step, "businessValidationError", "beneficiaries/%zu stands twice.",
                             index);
    }
    return 0;
}

static int check_audience(struct ingestion_step *step)
{
    const struct json *list = json_get(step->item, "beneficiaries");
    bool csp = kind_of(step->item) == CSP;
    for (size_t i = 0; list && i < list->count; i++) {
        int result = check_beneficiary(step, list, i);
        if (result < 0)
            return result;
    }
    if (wants_live(step->item) && (!list || !list->count))
        return step_fail(step, "businessValidationError", "There is no beneficiary.");
    if (list && list->count > 1 && !csp)
        return step_fail(step, "collectionLimitExceeded", "There is one beneficiary at most.");
    return 0;
}

static int check_partners(struct ingestion_step *step)
{
    static const char *const markets[] = {
        "United States", "United Kingdom", "Canada", "US", "GB", "CA"};
    const struct json *list = json_get(step->item, "partners");
    if (kind_of(step->item) != ORIGINATOR)
        return 0;
    if (list->count != 1)
        return step_fail(step, "businessValidationError", "There is exactly one partner.");
    const char *location = json_get_text(list->items[0], "location");
    for (size_t i = 0; location && i < COUNT(markets); i++) {
        if (text_equal_nocase(location, markets[i]))
            return 0;
    }
    return location ? step_fail(step, "notSupported", "Partners in %s cannot take part.", location)
                    : 0;
}

/* ---- What is sold. */
static int check_product(struct ingestion_step *step, size_t index, const char *product)
{
    char key[80];
    snprintf(key, sizeof key, "product/%.40s", product);
    const struct json *live = ingestion_live(step->market, product, key);
    snprintf(key, sizeof key, "commercial-marketplace-setup/%.40s", product);
    const struct json *setup = ingestion_live(step->market, product, key);
    if (!live)
        return step_fail(step, "notDeployed", "pricing/%zu: the product is not live.", index);
    if (ingestion_is(live, "lifecycleState", "deprecated"))
        return step_fail(step, "invalidEntityStatus", "pricing/%zu: the product is deprecated.",
                         index);
    if (!json_get_bool(setup, "sellThroughMicrosoft", false))
        return step_fail(step, "notSupported",
                         "pricing/%zu: the product is not sold through Microsoft.", index);
    const char *type = json_get_text(step->item, "offerPricingType");
    bool machine = text_equal(type, "vmSoftwareReservations");
    if ((machine && !ingestion_is(live, "type", "azureVirtualMachine")) ||
        (text_equal(type, "saasNewCustomizedPlans") &&
         !ingestion_is(live, "type", "softwareAsAService")))
        return step_fail(step, "notSupported", "pricing/%zu: not for this type of product.", index);
    return step_check_lock(step, product);
}

static int check_plan(struct ingestion_step *step, size_t index, const char *product,
                      const char *plan)
{
    char key[140];
    const struct json *live = ingestion_live(step->market, product, plan);
    if (!live || ingestion_is(live, "lifecycleState", "deprecated"))
        return step_fail(step, "notDeployed", "pricing/%zu: the plan is not live.", index);
    snprintf(key, sizeof key, "price-and-availability-%s", plan);
    const struct json *availability = ingestion_live(step->market, product, key);
    if (!ingestion_is(availability, "audience", "public"))
        return step_fail(step, "notSupported", "pricing/%zu: the plan is not public.", index);
    return 0;
}

/* The price that an item names: placed before, for the same plan and the same pricing type. */
static int check_price(struct ingestion_step *step, size_t index, const struct json *item,
                       const char *plan)
{
    const struct json *details = json_get(item, "priceDetails");
    const char *id = step_resolve(step, details, "price-and-availability-private-offer-plan", NULL);
    const struct rest_record *price = id ? rest_find(&step->market->resources, id) : NULL;
    const char *type = json_get_text(step->item, "offerPricingType");
    if (!price)
        return step_fail(step, "resourceNotFound",
                         "pricing/%zu/priceDetails: there is no such resource before.", index);
    if (!text_equal(json_get_text(price->document, "plan"), plan) ||
        !ingestion_is(price->document, "offerPricingType",
                      type ? type : "editExistingOfferPricingOnly"))
        return step_fail(step, "businessValidationError",
                         "pricing/%zu/priceDetails: is the price of something else.", index);
    return 0;
}

static bool stands_before(const struct ingestion_step *step, const struct json *pricing,
                          size_t index, const char *product, const char *plan)
{
    for (size_t i = 0; i < index; i++) {
        const struct json *item = pricing->items[i];
        const struct json *reference =
            json_get(item, json_get(item, "basePlan") ? "basePlan" : "plan");
        const char *other = step_resolve(step, json_get(item, "product"), "product", NULL);
        if (!text_equal(other, product) ||
            ingestion_is(step->item, "offerPricingType", "saasNewCustomizedPlans"))
            continue;
        const char *other_plan =
            reference ? step_resolve(step, reference, "plan", ingestion_bare(other)) : NULL;
        if (text_equal(other_plan, plan))
            return true;
    }
    return false;
}

static int check_item(struct ingestion_step *step, const struct json *pricing, size_t index)
{
    const struct json *item = pricing->items[index];
    const struct json *reference = json_get(item, json_get(item, "basePlan") ? "basePlan" : "plan");
    const char *product = step_resolve(step, json_get(item, "product"), "product", NULL);
    if (!product)
        return step_fail(step, "resourceNotFound", "pricing/%zu: the product does not exist.",
                         index);
    const char *guid = ingestion_part(step->arena, product, 1);
    const char *plan = reference ? step_resolve(step, reference, "plan", guid) : NULL;
    if (reference && !plan)
        return step_fail(step, "resourceNotFound",
                         "pricing/%zu: the plan does not exist in this product.", index);
    int result = check_product(step, index, guid);
    if (result == 0 && plan)
        result = check_plan(step, index, guid, plan);
    if (result == 0 && json_get(item, "priceDetails"))
        result = check_price(step, index, item, plan);
    if (result < 0)
        return result;
    return stands_before(step, pricing, index, product, plan)
               ? step_fail(step, "businessValidationError", "pricing/%zu stands twice.", index)
               : 0;
}

static int check_pricing(struct ingestion_step *step)
{
    const struct json *pricing = json_get(step->item, "pricing");
    for (size_t i = 0; pricing && i < pricing->count; i++) {
        int result = check_item(step, pricing, i);
        if (result < 0)
            return result;
    }
    if (wants_live(step->item) && (!pricing || !pricing->count))
        return step_fail(step, "businessValidationError", "There is nothing in pricing.");
    return 0;
}

/* ---- Terms. */
/* The service reads the document when the job runs: a link must be open until then. */
static int check_link(struct ingestion_step *step, const char *url)
{
    const char *end = strstr(url, "&se=") ? strstr(url, "&se=") : strstr(url, "?se=");
    int64_t day;
    if (!text_starts(url, "https://") || strstr(url, ".sharepoint.com"))
        return step_fail(step, "businessValidationError",
                         "The terms and conditions cannot be downloaded.");
    if (end && strlen(end) > 14 && day_parse(arena_copy_n(step->arena, end + 4, 10), &day) &&
        day < day_of(step->now_ms))
        return step_fail(step, "businessValidationError",
                         "The link to the terms and conditions is expired.");
    return 0;
}

static int check_terms(struct ingestion_step *step)
{
    const char *url = json_get_text(step->item, "termsAndConditionsDocSasUrl");
    const struct json *list = json_get(step->item, "termsAndConditionsDocs");
    int result = url ? check_link(step, url) : 0;
    for (size_t i = 0; result == 0 && list && i < list->count; i++) {
        const char *name = json_get_text(list->items[i], "customerFacingDocumentName");
        result = check_link(step, json_get_text(list->items[i], "sasUrl"));
        for (size_t j = 0; result == 0 && name && j < i; j++) {
            if (text_equal(json_get_text(list->items[j], "customerFacingDocumentName"), name))
                result = step_fail(step, "businessValidationError",
                                   "Two documents have the name '%s'.", name);
        }
    }
    return result;
}

/* ---- Renewals and overlaps. */
static bool same_audience(const struct json *a, const struct json *b)
{
    return text_equal(json_text(json_find(a, "beneficiaries[0].id")),
                      json_text(json_find(b, "beneficiaries[0].id")));
}

/* A plan that both sell; an item without plan is for all plans of its product. */
static bool same_goods(const struct ingestion_step *step, const struct json *shown)
{
    const struct json *ours = json_get(step->item, "pricing"), *theirs = json_get(shown, "pricing");
    for (size_t i = 0; ours && i < ours->count; i++) {
        const char *product =
            step_resolve(step, json_get(ours->items[i], "product"), "product", NULL);
        const struct json *plan = json_get(ours->items[i], "plan");
        const char *durable =
            plan && product ? step_resolve(step, plan, "plan", ingestion_bare(product)) : NULL;
        for (size_t j = 0; theirs && j < theirs->count; j++) {
            const char *other = json_get_text(theirs->items[j], "plan");
            if (text_equal(json_get_text(theirs->items[j], "product"), product) &&
                (!durable || !other || text_equal(durable, other)))
                return true;
        }
    }
    return false;
}

static int check_upgrade(struct ingestion_step *step)
{
    const struct json *from = json_get(step->item, "upgradedFrom");
    const char *id = json_get_text(from, "id");
    if (!from)
        return 0;
    const struct rest_record *old = text_starts(id, "private-offer/")
                                        ? rest_find(&step->market->offers, ingestion_bare(id))
                                        : NULL;
    if (!old)
        return step_fail(step, "resourceNotFound", "upgradedFrom: there is no such offer.");
    const struct json *shown = offer_shown(old);
    int64_t start, end, old_start, old_end;
    offer_period(step->item, ingestion_today(step->sandbox), &start, &end);
    offer_period(shown, ingestion_today(step->sandbox), &old_start, &old_end);
    if (!offer_accepted(shown))
        return step_fail(step, "invalidState", "upgradedFrom: the offer has not been accepted.");
    if (kind_of(shown) != kind_of(step->item) || !same_audience(step->item, shown) ||
        !same_goods(step, shown))
        return step_fail(step, "businessValidationError",
                         "upgradedFrom: only price, dates, terms and contacts may change.");
    if (start <= old_end)
        return step_fail(step, "businessValidationError",
                         "upgradedFrom: the dates overlap those of the offer renewed.");
    return 0;
}

/* Refused at submission only, and only for multiparty offers. */
static int check_overlap(struct ingestion_step *step, const char *own)
{
    int64_t today = ingestion_today(step->sandbox), start, end;
    offer_period(step->item, today, &start, &end);
    for (size_t i = 0; i < step->market->offers.count; i++) {
        const struct rest_record *record = step->market->offers.records[i];
        const struct json *shown = offer_shown(record);
        int64_t other_start, other_end;
        if (text_equal(record->id, own) || !wants_live(shown) || kind_of(shown) == CSP ||
            !same_audience(step->item, shown) || !same_goods(step, shown))
            continue;
        offer_period(shown, today, &other_start, &other_end);
        if (start <= other_end && other_start <= end)
            return step_fail(step, "businessValidationError",
                             "The offer overlaps with private-offer/%s.", record->id);
    }
    return 0;
}

/* ---- The seller's part of a multiparty offer. */
static int check_markup(struct ingestion_step *step, const struct json *item, size_t index)
{
    const char *markup = json_get_text(item, "markupPercentage");
    const char *discount = json_get_text(item, "discountPercentage");
    const char *point = markup ? strchr(markup, '.') : NULL;
    if (!markup)
        return step_fail(step, "businessValidationError",
                         "originatorPricing/%zu has no markupPercentage.", index);
    if (point && strlen(point + 1) > 8)
        return step_fail(step, "businessValidationError",
                         "originatorPricing/%zu/markupPercentage: at most 8 decimals.", index);
    if (discount && decimal_compare(markup, discount) > 0)
        return step_fail(step, "businessValidationError",
                         "originatorPricing/%zu/markupPercentage is above the discount.", index);
    return 0;
}

static int check_seller(struct ingestion_step *step, const struct json *current)
{
    static const char *const fixed[] = {"end", "acceptBy", "start"};
    const struct json *mine = json_get(step->item, "originatorPricing");
    const struct json *theirs = json_get(current, "originatorPricing");
    if (!current)
        return step_fail(step, "invalidRequest", "A seller completes offers of others only.");
    for (size_t i = 0; i < COUNT(fixed); i++) {
        const struct json *sent = json_get(step->item, fixed[i]);
        if (sent && !json_equal(sent, json_get(current, fixed[i])))
            return step_fail(step, "Conflict", "%s is the originator's.", fixed[i]);
    }
    if (wants_live(step->item) && (!mine || mine->count != theirs->count))
        return step_fail(step, "businessValidationError",
                         "originatorPricing: each item of the originator's stands there.");
    for (size_t i = 0; mine && i < mine->count; i++) {
        const struct json *other = json_at(theirs, i);
        if (!other ||
            !text_equal(json_get_text(mine->items[i], "plan"), json_get_text(other, "plan")) ||
            !text_equal(json_get_text(mine->items[i], "discountPercentage"),
                        json_get_text(other, "discountPercentage")))
            return step_fail(step, "Conflict", "originatorPricing/%zu is not the originator's.", i);
        int result = wants_live(step->item) ? check_markup(step, mine->items[i], i) : 0;
        if (result < 0)
            return result;
    }
    return check_terms(step);
}

int offer_judge(struct ingestion_step *step, const struct json *current)
{
    static int (*const rules[])(struct ingestion_step *) = {
        check_dates, check_audience, check_partners, check_pricing, check_terms, check_upgrade};
    int result = check_shape(step);
    if (result < 0)
        return result;
    if (kind_of(step->item) == SELLER)
        return check_seller(step, current);
    for (size_t i = 0; i < COUNT(rules); i++) {
        if ((result = rules[i](step)) < 0)
            return result;
    }
    const char *id = json_get_text(step->item, "id");
    bool checks = kind_of(step->item) == ORIGINATOR && wants_live(step->item);
    return checks ? check_overlap(step, id ? ingestion_bare(id) : "") : 0;
}
