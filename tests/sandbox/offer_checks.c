/* What must hold of an offer, an offer set or a resale authorization after its changes. Each fault
 * is put down to the change that brought it. */
#include <string.h>

#include "tests/sandbox/changes.h"
#include "tests/sandbox/market_formats.h"
#include "tests/sandbox/words.h"

#define YEAR_MS      (INT64_C(365) * 86400000)
#define BUYERS_MAX   26
#define RESELLER_MAX 25
#define PRICING      "UpdatePricingTerms"
#define SCHEDULE     "UpdatePaymentScheduleTerms"
#define VALIDITY     "UpdateValidityTerms"
#define AVAILABILITY "UpdateAvailability"
#define TARGETING    "UpdateTargeting"
#define LEGAL        "UpdateLegalTerms"
#define RENEWAL      "UpdateRenewalTerms"
#define BUYERS       "Rules[Type=TargetingRule].PositiveTargeting.BuyerAccounts"

struct checking {
    struct change_run *run;
    const struct draft *draft;
    const struct json *document, *terms, *product;
    bool resold; /* made from a resale authorization */
    int64_t end_ms;
};

static const struct json *term_of(const struct checking *checking, const char *type)
{
    for (size_t i = 0; checking->terms && i < checking->terms->count; i++) {
        if (text_equal(json_get_text(checking->terms->items[i], "Type"), type))
            return checking->terms->items[i];
    }
    return NULL;
}

static void blame(const struct checking *checking, const char *type, const char *code,
                  const char *message)
{
    change_error(checking->run, change_blamed(checking->run, checking->draft, type), code, "%s",
                 message);
}

static bool changed(const struct checking *checking, const char *type)
{
    const struct change *change = change_blamed(checking->run, checking->draft, type);
    return !strcmp(change->type->name, type) && !strcmp(change->target, checking->draft->id);
}

/* Milliseconds of an instant in a term; 0: absent. */
static int64_t time_in(const struct json *term, const char *name)
{
    const char *text = json_get_text(term, name);
    int64_t ms;
    return text && instant_parse(text, &ms) ? ms : 0;
}

static bool is_zero(const char *price)
{
    return price && strspn(price, "0.") == strlen(price);
}

/* ---- Dimensions and prices. */
static const struct json *find_dimension(const struct checking *checking, const char *key)
{
    const struct json *dimensions = json_get(checking->product, "Dimensions");
    for (size_t i = 0; dimensions && i < dimensions->count; i++) {
        if (text_equal(json_get_text(dimensions->items[i], "Key"), key))
            return dimensions->items[i];
    }
    return NULL;
}

static bool has_type(const struct json *dimension, bool metered)
{
    const struct json *types = json_get(dimension, "Types");
    for (size_t i = 0; types && i < types->count; i++) {
        bool entitled = text_equal(json_text(types->items[i]), "Entitled");
        if (entitled != metered)
            return true;
    }
    return false;
}

/* Every key is the product's, of the right type, and there once. */
static void check_keys(const struct checking *checking, const struct json *list, bool metered)
{
    struct change_run *run = checking->run;
    struct change *change = change_blamed(run, checking->draft, PRICING);
    for (size_t i = 0; list && i < list->count; i++) {
        const char *key = json_get_text(list->items[i], "DimensionKey");
        const struct json *dimension = find_dimension(checking, key);
        if (!dimension)
            change_error(run, change, "INCOMPATIBLE_TERMS", "The product has no dimension %s.",
                         key);
        else if (!has_type(dimension, metered))
            change_error(run, change, "INCOMPATIBLE_TERMS", "The dimension %s is not %s.", key,
                         metered ? "metered" : "entitled");
        for (size_t j = 0; j < i; j++) {
            if (text_equal(json_get_text(list->items[j], "DimensionKey"), key))
                change_error(run, change, "INCOMPATIBLE_TERMS", "The dimension %s is there twice.",
                             key);
        }
    }
}

static void check_cards(const struct checking *checking, const struct json *term, bool metered)
{
    const struct json *cards = json_get(term, "RateCards");
    for (size_t i = 0; cards && i < cards->count; i++) {
        const struct json *card = cards->items[i];
        const char *selector = json_text(json_find(card, "Selector.Value"));
        check_keys(checking, json_get(card, "RateCard"), metered);
        if (!text_equal(json_text(json_find(card, "Constraints.MultipleDimensionSelection")),
                        json_text(json_find(card, "Constraints.QuantityConfiguration"))))
            blame(checking, PRICING, "INCOMPATIBLE_TERMS",
                  "The constraints are either both Allowed or both Disallowed.");
        for (size_t j = 0; selector && j < i; j++) {
            if (text_equal(json_text(json_find(cards->items[j], "Selector.Value")), selector))
                blame(checking, PRICING, "INCOMPATIBLE_TERMS",
                      "Two rate cards are for the same duration.");
        }
    }
}

static void check_free(const struct checking *checking, const struct json *term)
{
    const struct json *cards = json_get(term, "RateCards");
    for (size_t i = 0; cards && i < cards->count; i++) {
        const struct json *card = json_get(cards->items[i], "RateCard");
        for (size_t j = 0; card && j < card->count; j++) {
            if (!is_zero(json_get_text(card->items[j], "Price")))
                blame(checking, PRICING, "INCOMPATIBLE_TERMS",
                      "The prices of a free offer are zero.");
        }
    }
}

static void check_pricing(const struct checking *checking)
{
    static const struct {
        const char *type, *list;
        bool metered;
    } rows[] = {
        {"UsageBasedPricingTerm", NULL, true},
        {"ConfigurableUpfrontPricingTerm", NULL, false},
        {"FixedUpfrontPricingTerm", "Grants", false},
        {"FreeTrialPricingTerm", "Grants", true},
    };
    const struct change *change = change_blamed(checking->run, checking->draft, PRICING);
    bool priced = changed(checking, PRICING);
    const char *model = priced ? json_get_text(change->details, "PricingModel") : NULL;
    for (size_t i = 0; i < COUNT(rows) && checking->product && !checking->resold; i++) {
        const struct json *term = term_of(checking, rows[i].type);
        if (!term)
            continue;
        if (rows[i].list)
            check_keys(checking, json_get(term, rows[i].list), rows[i].metered);
        else
            check_cards(checking, term, rows[i].metered);
        if (text_equal(model, "Free"))
            check_free(checking, term);
    }
}

/* All terms that carry one have the same currency. */
static void check_currency(const struct checking *checking)
{
    const char *first = NULL;
    for (size_t i = 0; checking->terms && i < checking->terms->count; i++) {
        const char *currency = json_get_text(checking->terms->items[i], "CurrencyCode");
        if (!currency)
            continue;
        if (first && strcmp(first, currency) != 0) {
            blame(checking, changed(checking, SCHEDULE) ? SCHEDULE : PRICING, "INCOMPATIBLE_TERMS",
                  "All terms must have the same currency.");
            return;
        }
        first = currency;
    }
}

/* ---- Dates. When the agreement ends at the latest, if it is accepted on the offer's last day. */
static int64_t agreement_end(const struct checking *checking)
{
    const struct json *validity = term_of(checking, "ValidityTerm");
    const char *duration = json_get_text(validity, "AgreementDuration");
    int64_t end = time_in(validity, "AgreementEndDate");
    if (!end && duration && checking->end_ms != INT64_MAX)
        end = period_after(checking->end_ms, duration);
    return end;
}

static void check_schedule(const struct checking *checking)
{
    const struct json *term = term_of(checking, "PaymentScheduleTerm");
    const struct json *charges = json_get(term, "Schedule");
    const struct json *fixed = term_of(checking, "FixedUpfrontPricingTerm");
    int64_t end = agreement_end(checking), before = 0;
    size_t early = 0;
    if (!term)
        return;
    if (!checking->resold && (!fixed || !is_zero(json_get_text(fixed, "Price"))))
        blame(checking, SCHEDULE, "INCOMPATIBLE_TERMS",
              "A payment schedule needs a fixed upfront price of zero.");
    if (json_text(json_get(checking->document, "MarkupPercentage")))
        blame(checking, SCHEDULE, "INCOMPATIBLE_TERMS",
              "A markup and a payment schedule exclude each other.");
    for (size_t i = 0; charges && i < charges->count; i++) {
        int64_t day = time_in(charges->items[i], "ChargeDate");
        if (day <= before || (end && day > end))
            blame(checking, SCHEDULE, "INVALID_CHARGE_DATES",
                  "Charges are in the order of their dates, each on another day, and within the "
                  "agreement.");
        early += day <= checking->end_ms;
        before = day;
    }
    if (early > 1 && checking->end_ms != INT64_MAX)
        blame(checking, changed(checking, SCHEDULE) ? SCHEDULE : AVAILABILITY,
              "TOO_MANY_BACKDATED_CHARGES",
              "At most one charge may be due on or before the offer's availability end date.");
}

static void check_validity(const struct checking *checking)
{
    const struct json *term = term_of(checking, "ValidityTerm");
    int64_t start = time_in(term, "AgreementStartDate"), end = time_in(term, "AgreementEndDate");
    int64_t now = checking->run->set->end_ms;
    bool replaces = checking->draft->agreement[0];
    bool dated = checking->end_ms != INT64_MAX;
    if (!term)
        return;
    if (json_get(term, "AgreementDuration") && (start || end))
        blame(checking, VALIDITY, "INVALID_AGREEMENT_DURATION",
              "A duration excludes a start and an end date.");
    else if (start && !end)
        blame(checking, VALIDITY, "MISSING_AGREEMENT_END_DATE",
              "An agreement with a start date needs an end date.");
    else if (end && !start && !replaces)
        blame(checking, VALIDITY, "INVALID_AGREEMENT_END_DATE",
              "Only a replacement offer has an end date alone.");
    else if (!json_get(term, "AgreementDuration") && !end)
        blame(checking, VALIDITY, "MISSING_AGREEMENT_END_DATE",
              "A validity term needs a duration or dates.");
    if (start &&
        ((dated && start <= checking->end_ms) || start > now + 3 * YEAR_MS || start <= now))
        blame(checking, VALIDITY, "INVALID_AGREEMENT_START_DATE",
              "The start date lies after the availability end date, within three years.");
    if (end && (end <= start || end <= now || (dated && end <= checking->end_ms)))
        blame(checking, changed(checking, VALIDITY) ? VALIDITY : AVAILABILITY,
              changed(checking, VALIDITY) ? "INVALID_AGREEMENT_END_DATE"
                                          : "INVALID_AVAILABILITY_END_DATE",
              "The agreement's end date lies after its start and the availability end date.");
}

static void check_availability(const struct checking *checking)
{
    int64_t now = checking->run->set->end_ms;
    if (!changed(checking, AVAILABILITY) || checking->draft->released)
        return; /* a released offer is ended by a date that has passed */
    if (checking->end_ms < now)
        blame(checking, AVAILABILITY, "INVALID_AVAILABILITY_END_DATE",
              "The availability end date has passed.");
}

/* ---- Buyers. */
static void check_buyers(const struct checking *checking)
{
    const struct json *accounts = json_find(checking->document, BUYERS);
    size_t most = checking->resold ? RESELLER_MAX : BUYERS_MAX;
    if (accounts && accounts->count > most)
        blame(checking, TARGETING, "TOO_MANY_BUYER_ACCOUNTS",
              "An offer names at most 26 buyer accounts, a reseller's 25.");
    for (size_t i = 0; accounts && i < accounts->count; i++) {
        const char *account = json_text(accounts->items[i]);
        bool twice = false;
        for (size_t j = 0; j < i; j++)
            twice |= text_equal(json_text(accounts->items[j]), account);
        if (!is_account(account) || !strcmp(account, "000000000000") || twice)
            blame(checking, TARGETING, "INVALID_BUYER_ACCOUNTS",
                  "One or more buyer accounts are not valid.");
    }
}

static void check_countries(const struct checking *checking)
{
    static const char *const paths[] = {
        "Rules[Type=TargetingRule].PositiveTargeting.CountryCodes",
        "Rules[Type=TargetingRule].NegativeTargeting.CountryCodes",
    };
    const struct json *both[COUNT(paths)];
    for (size_t i = 0; i < COUNT(paths); i++) {
        const struct json *codes = both[i] = json_find(checking->document, paths[i]);
        for (size_t j = 0; codes && j < codes->count; j++) {
            if (!words_have(words_countries, json_text(codes->items[j])))
                blame(checking, TARGETING, "INVALID_TARGETING", "A country code is not known.");
        }
    }
    if (both[0] && both[1])
        blame(checking, TARGETING, "INCOMPATIBLE_TARGETING",
              "Countries are either named or left out.");
}

/* ---- Documents, renewal. */
static void check_legal(const struct checking *checking)
{
    const struct json *document = json_find(term_of(checking, "LegalTerm"), "Documents[0]");
    const char *type = json_get_text(document, "Type");
    const char *url = json_get_text(document, "Url");
    bool custom = type && text_starts(type, "Custom");
    const struct entity *product =
        entity_find(checking->run->sandbox, json_get_text(checking->document, "ProductId"));
    bool data = product && product->type->kind == ENTITY_DATA;
    if (!document || (checking->resold && !changed(checking, LEGAL)))
        return;
    bool stored = url && strstr(url, ".amazonaws.com/") && strstr(url, "s3");
    if (custom ? !stored || json_get(document, "Version") : url || !json_get(document, "Version"))
        blame(checking, LEGAL, "INVALID_LEGAL_DOCUMENTS",
              custom ? "A custom document has a Url to S3 and no version."
                     : "A standard document has a version and no Url.");
    if (data != (strstr(type, "Dsa") != NULL))
        blame(checking, LEGAL, "INVALID_LEGAL_DOCUMENTS",
              "Data products have data subscription agreements, others have EULAs.");
}

static const char *percentage(const struct json *object, const char *name)
{
    const char *text = json_text(json_get(object, name));
    return text && is_percentage(text) ? text : NULL;
}

/* The renewal's range of percentages is in order, or one is fixed. */
static bool fits_increase(const struct json *increase)
{
    const struct json *fixed = json_get(increase, "FixedPercentage");
    const struct json *range = json_get(increase, "PercentageRange");
    range = range ? range : increase;
    const struct json *bounds = json_get(range, "Range");
    bounds = bounds ? bounds : range;
    if (percentage(fixed ? fixed : increase, "Value"))
        return true;
    const char *least = percentage(bounds, "Min"), *most = percentage(bounds, "Max");
    const char *usual = percentage(bounds, "Default");
    return least && most && usual && scaled_number(least, 9) <= scaled_number(usual, 9) &&
           scaled_number(usual, 9) <= scaled_number(most, 9);
}

/* The percentages of each list in the templates make a hundred. */
static bool fits_templates(const struct json *value)
{
    int64_t sum = 0;
    bool any = false, fits = true;
    for (size_t i = 0; value->type == JSON_ARRAY && i < value->count; i++) {
        const struct json *item = value->items[i];
        for (size_t j = 0; item->type == JSON_OBJECT && j < item->count; j++) {
            const char *text = json_text(item->items[j]);
            if (!strstr(item->names[j], "Percentage") || !text || !is_percentage(text))
                continue;
            sum += scaled_number(text, 9);
            any = true;
        }
    }
    fits = !any || sum == scaled_number("100", 9);
    for (size_t i = 0; i < value->count && fits; i++)
        fits = fits_templates(value->items[i]);
    return fits;
}

static void check_renewal(const struct checking *checking)
{
    const struct json *term = term_of(checking, "RenewalTerm");
    const struct json *increase = json_get(term, "PriceIncrease");
    const struct json *templates = json_get(term, "TermTemplates");
    if (!term)
        return;
    if ((offer_is_private(checking->document) && !increase) ||
        (increase && !fits_increase(increase)))
        blame(checking, RENEWAL, "INCOMPATIBLE_TERMS",
              "A private renewal has a price increase: a fixed percentage, or a range whose "
              "default lies within.");
    if (templates && !fits_templates(templates))
        blame(checking, RENEWAL, "INCOMPATIBLE_TERMS",
              "The percentages of a payment schedule make 100.");
}

/* ---- Releasing. */
static bool priced(const struct checking *checking)
{
    for (size_t i = 0; checking->terms && i < checking->terms->count; i++) {
        const char *type = json_get_text(checking->terms->items[i], "Type");
        size_t length = strlen(type);
        if (length > 11 && !strcmp(type + length - 11, "PricingTerm") &&
            strcmp(type, "FreeTrialPricingTerm") != 0)
            return true;
    }
    return false;
}

/* Usage, and a fixed price that is paid in parts, need to be told how long they run. */
static bool needs_validity(const struct checking *checking)
{
    const struct json *fixed = term_of(checking, "FixedUpfrontPricingTerm");
    bool usage_only = term_of(checking, "UsageBasedPricingTerm") && !fixed &&
                      !term_of(checking, "ConfigurableUpfrontPricingTerm");
    return usage_only ||
           (fixed && (term_of(checking, "PaymentScheduleTerm") || !json_get(fixed, "Duration")));
}

static void check_public(const struct checking *checking, const char *product)
{
    struct sandbox *sandbox = checking->run->sandbox;
    if (checking->end_ms != INT64_MAX)
        blame(checking, NULL, "MISSING_BUYER_ACCOUNTS",
              "An offer that ends must name the accounts that it is made to.");
    else if (entity_public_offer(sandbox, product))
        blame(checking, NULL, "TOO_MANY_OFFERS", "The product has a public offer already.");
    else if (!term_of(checking, "SupportTerm"))
        blame(checking, NULL, "MISSING_MANDATORY_TERMS", "A public offer needs a support term.");
}

static void check_private(const struct checking *checking, const char *product)
{
    bool replaces = checking->draft->agreement[0];
    const struct json *validity = term_of(checking, "ValidityTerm");
    bool resold = checking->resold;
    if (!json_text(json_get(checking->document, "Name")))
        blame(checking, NULL, "MISSING_NAME", "A private offer needs a name.");
    if (checking->end_ms == INT64_MAX)
        blame(checking, NULL, "MISSING_AVAILABILITY_END_DATE",
              "A private offer needs an availability end date.");
    else if (checking->end_ms < checking->run->set->end_ms)
        blame(checking, NULL, "INVALID_AVAILABILITY_END_DATE",
              "The availability end date has passed.");
    if (replaces && !time_in(validity, "AgreementEndDate"))
        blame(checking, NULL, "MISSING_AGREEMENT_END_DATE",
              "A replacement offer needs the agreement's end date.");
    else if (!validity && needs_validity(checking) && !resold)
        blame(checking, NULL, "MISSING_MANDATORY_TERMS", "The offer needs a validity term.");
    if (resold && !json_text(json_get(checking->document, "MarkupPercentage")) &&
        !term_of(checking, "PaymentScheduleTerm"))
        blame(checking, NULL, "MISSING_MANDATORY_TERMS",
              "A reseller's offer needs a markup or a payment schedule.");
    if (!resold && !entity_public_offer(checking->run->sandbox, product))
        blame(checking, NULL, "INCOMPATIBLE_PRODUCT",
              "The product has no public offer that is released.");
}

static void check_release(const struct checking *checking)
{
    const char *product = json_get_text(checking->document, "ProductId");
    if (!priced(checking) && !term_of(checking, "ByolPricingTerm"))
        blame(checking, NULL, "MISSING_MANDATORY_TERMS", "The offer needs pricing terms.");
    if (!term_of(checking, "LegalTerm"))
        blame(checking, NULL, "MISSING_MANDATORY_TERMS", "The offer needs a legal term.");
    if (offer_is_private(checking->document))
        check_private(checking, product);
    else
        check_public(checking, product);
}

void offer_check(struct change_run *run, const struct draft *draft)
{
    struct checking checking = {
        .run = run,
        .draft = draft,
        .document = draft->document,
        .terms = json_get(draft->document, "Terms"),
        .product = draft_document(run, json_get_text(draft->document, "ProductId")),
        .resold = json_text(json_get(draft->document, "ResaleAuthorizationId")) != NULL,
        .end_ms = offer_end_ms(draft->document),
    };
    bool ended = draft->released && checking.end_ms < run->set->end_ms;
    check_availability(&checking);
    if (ended) /* taken back: what it says no longer matters */
        return;
    check_validity(&checking);
    check_schedule(&checking);
    if (draft->released && !changed(&checking, PRICING))
        return;
    check_pricing(&checking);
    check_currency(&checking);
    check_buyers(&checking);
    check_countries(&checking);
    check_legal(&checking);
    check_renewal(&checking);
    if (draft->releases)
        check_release(&checking);
}

/* ---- Resale authorizations and offer sets. */
static void check_resale_terms(const struct checking *checking)
{
    const struct json *legal = term_of(checking, "BuyerLegalTerm");
    const struct json *documents = json_get(legal, "Documents");
    const struct json *schedule = term_of(checking, "ResalePaymentScheduleTerm");
    const struct json *fixed = term_of(checking, "ResaleFixedUpfrontPricingTerm");
    const struct json *accounts =
        json_find(term_of(checking, "BuyerTargetingTerm"), "PositiveTargeting.BuyerAccounts");
    for (size_t i = 0; documents && i < documents->count; i++) {
        const char *type = json_get_text(documents->items[i], "Type");
        if (text_starts(type, "Custom") != (json_get(documents->items[i], "Url") != NULL))
            blame(checking, LEGAL, "INVALID_LEGAL_DOCUMENTS",
                  "A custom document has a Url, a standard one has none.");
    }
    if (schedule && (!fixed || !is_zero(json_get_text(fixed, "Price"))))
        blame(checking, SCHEDULE, "INCOMPATIBLE_TERMS",
              "A payment schedule needs a fixed upfront price of zero.");
    if (accounts && accounts->count > RESELLER_MAX)
        blame(checking, "UpdateBuyerTargetingTerms", "TOO_MANY_BUYER_ACCOUNTS",
              "An authorization names at most 25 buyer accounts.");
    for (size_t i = 0; accounts && i < accounts->count; i++) {
        if (!is_account(json_get_text(accounts->items[i], "AwsAccountId")))
            blame(checking, "UpdateBuyerTargetingTerms", "INVALID_BUYER_ACCOUNTS",
                  "One or more buyer accounts are not valid.");
    }
    check_keys(checking, json_get(fixed, "Grants"), false);
    check_cards(checking, term_of(checking, "ResaleConfigurableUpfrontPricingTerm"), false);
    check_cards(checking, term_of(checking, "ResaleUsageBasedPricingTerm"), true);
}

void resale_check(struct change_run *run, const struct draft *draft)
{
    struct checking checking = {
        .run = run,
        .draft = draft,
        .document = draft->document,
        .terms = json_get(draft->document, "Terms"),
        .product = draft->document, /* it lists the product's dimensions itself */
        .end_ms = offer_end_ms(draft->document),
    };
    if (draft->entity && !entity_own(draft->entity))
        return; /* only its count of offers has changed */
    check_availability(&checking);
    if (draft->released)
        return;
    check_resale_terms(&checking);
    check_currency(&checking);
    if (draft->releases && !priced(&checking))
        blame(&checking, NULL, "MISSING_MANDATORY_TERMS",
              "The resale authorization needs pricing terms.");
    if (draft->releases && !term_of(&checking, "BuyerLegalTerm"))
        blame(&checking, NULL, "MISSING_MANDATORY_TERMS",
              "The resale authorization needs a buyer legal term.");
}

void offer_set_check(struct change_run *run, const struct draft *draft)
{
    const struct json *offers = json_get(draft->document, "Offers");
    struct checking checking = {.run = run, .draft = draft, .document = draft->document};
    if (offers->count > 7)
        blame(&checking, "AssociateOffers", "TOO_MANY_OFFERS", "A set has at most 7 offers.");
    if (!draft->releases)
        return;
    if (offers->count < 2)
        blame(&checking, NULL, "MISSING_OFFERS", "A set has at least 2 offers.");
    if (!json_text(json_get(draft->document, "Name")))
        blame(&checking, NULL, "MISSING_NAME", "An offer set needs a name.");
    for (size_t i = 0; i < offers->count; i++) {
        const struct json *offer = draft_document(run, json_get_text(offers->items[i], "OfferId"));
        for (size_t j = 0; j < i; j++) {
            const struct json *other =
                draft_document(run, json_get_text(offers->items[j], "OfferId"));
            if (text_equal(json_get_text(offer, "ProductId"), json_get_text(other, "ProductId")))
                blame(&checking, NULL, "INCOMPATIBLE_PRODUCT",
                      "Each offer of a set is for another product.");
        }
    }
}
