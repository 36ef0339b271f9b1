/* Buyers accept offers; agreements live by the clock. */
#include "tests/sandbox/market.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/market_formats.h"

const char *const words_agreement_states[] = {"ACTIVE",     "ARCHIVED", "CANCELLED",   "EXPIRED",
                                              "RENEWED",    "REPLACED", "ROLLED_BACK", "SUPERSEDED",
                                              "TERMINATED", NULL};

struct agreement *agreement_find(const struct sandbox *sandbox, const char *id)
{
    for (size_t i = 0; i < sandbox->market->agreement_count; i++) {
        if (text_equal(sandbox->market->agreements[i]->id, id))
            return sandbox->market->agreements[i];
    }
    return NULL;
}

/* ---- Time. The instant that lies a period ("P12M") after another; a month without that day ends
 * on its last. */
int64_t period_after(int64_t start_ms, const char *period)
{
    char text[INSTANT_TEXT], date[DAY_TEXT];
    int year, month, day_of_month;
    long long days = 0;
    instant_print(start_ms, text);
    if (sscanf(text, "%d-%d-%d", &year, &month, &day_of_month) != 3)
        return start_ms;
    int amount = 0;
    for (const char *at = period + 1; *at; at++) {
        if (isdigit((unsigned char)*at))
            amount = amount > 100000 ? amount : amount * 10 + (*at - '0');
        year += *at == 'Y' ? amount : 0;
        month += *at == 'M' ? amount : 0;
        days += *at == 'D' ? amount : 0;
        amount = isdigit((unsigned char)*at) ? amount : 0;
    }
    year += (month - 1) / 12;
    month = (month - 1) % 12 + 1;
    int64_t day = 0;
    if (year > 9000)
        return INT64_MAX;
    for (bool found = false; !found; day_of_month--) {
        snprintf(date, sizeof date, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
                 (unsigned)day_of_month % 100);
        found = day_parse(date, &day);
    }
    return (day + days) * 86400000 + start_ms % 86400000;
}

/* ---- Value, in parts of 10^-8: the finest that a price has. */
#define PARTS 8

static int64_t sum_of(const struct json *list, const char *member, size_t most)
{
    int64_t sum = 0;
    for (size_t i = 0; list && i < list->count && i < most; i++) {
        const char *price = json_get_text(list->items[i], member);
        sum += price ? scaled_number(price, PARTS) : 0;
    }
    return sum;
}

/* A reseller's markup on it. */
static int64_t marked_up(int64_t value, const char *percentage)
{
    __extension__ typedef __int128 wide;
    const int64_t whole = INT64_C(100000000000); /* 100 percent with nine decimals */
    return (int64_t)((wide)value * (whole + scaled_number(percentage, 9)) / whole);
}

/* To the cent. */
static const char *print_value(struct arena *arena, int64_t value)
{
    int64_t cents = (value + 500000) / 1000000;
    return arena_printf(arena, "%lld.%02lld", (long long)cents / 100, (long long)cents % 100);
}

static bool chooses_one(const struct json *card)
{
    const char *multiple = json_text(json_find(card, "Constraints.MultipleDimensionSelection"));
    return text_equal(multiple, "Disallowed");
}

/* What the buyer commits to: the first card's first choice, or the fixed price and the charges. */
static const char *value_of(struct arena *arena, const struct json *document)
{
    const struct json *card =
        json_find(document, "Terms[Type=ConfigurableUpfrontPricingTerm].RateCards[0]");
    const struct json *schedule = json_find(document, "Terms[Type=PaymentScheduleTerm].Schedule");
    const char *price = json_text(json_find(document, "Terms[Type=FixedUpfrontPricingTerm].Price"));
    const char *markup = json_get_text(document, "MarkupPercentage");
    int64_t value = price ? scaled_number(price, PARTS) : 0;
    if (card)
        value += sum_of(json_get(card, "RateCard"), "Price", chooses_one(card) ? 1 : SIZE_MAX);
    value += sum_of(schedule, "ChargeAmount", SIZE_MAX);
    return print_value(arena, markup ? marked_up(value, markup) : value);
}

static const char *currency_of(const struct json *document)
{
    const struct json *terms = json_get(document, "Terms");
    for (size_t i = 0; terms && i < terms->count; i++) {
        const char *currency = json_get_text(terms->items[i], "CurrencyCode");
        if (currency)
            return currency;
    }
    return "USD";
}

/* ---- Terms as an agreement shows them. */
static struct json *time_number(struct arena *arena, int64_t ms)
{
    const char *text =
        ms % 1000 ? arena_printf(arena, "%lld.%03lld", (long long)ms / 1000, (long long)ms % 1000)
                  : arena_printf(arena, "%lld", (long long)ms / 1000);
    return json_number(arena, text);
}

static const char *lower_first(struct arena *arena, const char *name)
{
    char *copy = arena_copy(arena, name);
    copy[0] = (char)tolower((unsigned char)copy[0]);
    return copy;
}

static struct json *lower_names(struct arena *arena, const struct json *value)
{
    if (value->type == JSON_ARRAY) {
        struct json *list = json_array(arena);
        for (size_t i = 0; i < value->count; i++)
            json_append(arena, list, lower_names(arena, value->items[i]));
        return list;
    }
    if (value->type != JSON_OBJECT)
        return json_clone(arena, value);
    struct json *object = json_object(arena);
    for (size_t i = 0; i < value->count; i++) {
        const char *name = value->names[i];
        size_t length = strlen(name);
        int64_t ms;
        bool date = length > 4 && !strcmp(name + length - 4, "Date") &&
                    json_text(value->items[i]) && instant_parse(value->items[i]->text, &ms);
        json_set(arena, object, lower_first(arena, name),
                 date ? time_number(arena, ms) : lower_names(arena, value->items[i]));
    }
    return object;
}

/* What the buyer chose: the first card, of each dimension one, or of one dimension only. */
static struct json *configuration_of(struct arena *arena, const struct json *term)
{
    const struct json *card = json_at(json_get(term, "RateCards"), 0);
    const struct json *rates = json_get(card, "RateCard");
    struct json *dimensions = json_array(arena);
    size_t most = chooses_one(card) ? 1 : SIZE_MAX;
    for (size_t i = 0; rates && i < rates->count && i < most; i++) {
        struct json *dimension = json_object(arena);
        json_set_text(arena, dimension, "dimensionKey",
                      json_get_text(rates->items[i], "DimensionKey"));
        json_set(arena, dimension, "dimensionValue", json_int(arena, 1));
        json_append(arena, dimensions, dimension);
    }
    struct json *configuration = json_object(arena);
    json_set_text(arena, configuration, "selectorValue",
                  json_text(json_find(card, "Selector.Value")));
    json_set(arena, configuration, "dimensions", dimensions);
    return configuration;
}

static void add_term(struct arena *arena, struct json *list, const struct json *term)
{
    const char *type = json_get_text(term, "Type");
    struct json *shown = lower_names(arena, term);
    if (!strcmp(type, "ConfigurableUpfrontPricingTerm"))
        json_set(arena, shown, "configuration", configuration_of(arena, term));
    if (!strcmp(type, "RenewalTerm")) {
        struct json *configuration = json_object(arena);
        json_set(arena, configuration, "enableAutoRenew", json_bool(arena, false));
        shown = json_object(arena);
        json_set_text(arena, shown, "type", type);
        json_set(arena, shown, "configuration", configuration);
    }
    struct json *entry = json_object(arena);
    json_set(arena, entry, lower_first(arena, type), shown);
    json_append(arena, list, entry);
}

static void add_validity(struct arena *arena, struct json *list, const struct json *document,
                         const struct agreement *agreement)
{
    struct json *term = json_object(arena);
    const char *duration =
        json_text(json_find(document, "Terms[Type=ValidityTerm].AgreementDuration"));
    json_set_text(arena, term, "type", "ValidityTerm");
    if (duration)
        json_set_text(arena, term, "agreementDuration", duration);
    json_set(arena, term, "agreementStartDate", time_number(arena, agreement->start_ms));
    json_set(arena, term, "agreementEndDate", time_number(arena, agreement->end_ms));
    struct json *entry = json_object(arena);
    json_set(arena, entry, "validityTerm", term);
    json_append(arena, list, entry);
}

static struct json *accepted_terms(struct arena *arena, const struct json *document,
                                   const struct agreement *agreement)
{
    struct json *list = json_array(arena);
    const struct json *terms = json_get(document, "Terms");
    for (size_t i = 0; terms && i < terms->count; i++) {
        const char *type = json_get_text(terms->items[i], "Type");
        if (strcmp(type, "ValidityTerm") != 0 && strcmp(type, "CustomerVerificationTerm") != 0)
            add_term(arena, list, terms->items[i]);
    }
    if (agreement->end_ms)
        add_validity(arena, list, document, agreement);
    return list;
}

/* ---- Accepting. */
static int refuse(struct failure *failure, const char *why, const char *what)
{
    return fail(failure, 400, "NotAcceptable", "%s: %s", what, why);
}

static int check_buyer(const struct sandbox *sandbox, struct failure *failure,
                       const struct entity *offer, const char *account)
{
    const struct market *market = sandbox->market;
    const struct json *accounts =
        json_find(offer->document, "Rules[Type=TargetingRule].PositiveTargeting.BuyerAccounts");
    bool named = !accounts || !accounts->count;
    for (size_t i = 0; accounts && i < accounts->count; i++)
        named |= text_equal(json_text(accounts->items[i]), account);
    if (!account || !is_account(account))
        return refuse(failure, "no account of twelve digits accepts it", offer->id);
    if (!named)
        return refuse(failure, "the offer is not made to this account", account);
    for (size_t i = 0; i < market->agreement_count; i++) {
        const struct agreement *agreement = market->agreements[i];
        if (!strcmp(agreement->offer, offer->id) && !strcmp(agreement->acceptor, account))
            return refuse(failure, "the account has accepted it already", offer->id);
    }
    return 0;
}

static int check_offer(const struct sandbox *sandbox, struct failure *failure,
                       const struct entity *offer, int64_t now_ms)
{
    const struct entity *product = entity_find(sandbox, entity_text(offer, "ProductId"));
    const struct agreement *old =
        offer->agreement[0] ? agreement_find(sandbox, offer->agreement) : NULL;
    bool restricted = !strcmp(entity_text(product, "Description.Visibility"), "Restricted");
    if (!offer->released_ms)
        return refuse(failure, "the offer is a draft", offer->id);
    if (now_ms > offer_end_ms(offer->document))
        return refuse(failure, "the offer has expired", offer->id);
    if (old && strcmp(old->status, "ACTIVE") != 0)
        return refuse(failure, "the agreement that it replaces is not active", offer->id);
    if (restricted && !offer_is_private(offer->document))
        return refuse(failure, "the product takes no new subscribers", offer->id);
    return 0;
}

/* From when to when it is valid. */
static void set_times(struct agreement *agreement, const struct json *document, int64_t now_ms)
{
    const struct json *validity = json_find(document, "Terms[Type=ValidityTerm]");
    const char *start = json_get_text(validity, "AgreementStartDate");
    const char *end = json_get_text(validity, "AgreementEndDate");
    static const char *const periods[] = {
        "Terms[Type=ValidityTerm].AgreementDuration",
        "Terms[Type=ConfigurableUpfrontPricingTerm].RateCards[0].Selector.Value",
        "Terms[Type=FixedUpfrontPricingTerm].Duration",
    };
    agreement->accepted_ms = agreement->start_ms = now_ms;
    if (start)
        instant_parse(start, &agreement->start_ms);
    if (end) {
        instant_parse(end, &agreement->end_ms);
        return;
    }
    for (size_t i = 0; i < COUNT(periods) && !agreement->end_ms; i++) {
        const char *period = json_text(json_find(document, periods[i]));
        if (period)
            agreement->end_ms = period_after(agreement->start_ms / 1000 * 1000, period) - 1000;
    }
}

int agreement_accept(struct sandbox *sandbox, struct failure *failure, const char *id,
                     const char *account, int64_t now_ms, struct agreement **ret_agreement)
{
    const struct entity *offer = entity_find(sandbox, id);
    if (!offer || offer->type->kind != ENTITY_OFFER)
        return fail_not_found(failure, "offer", id ? id : "");
    if (!account)
        account = json_text(json_find(
            offer->document, "Rules[Type=TargetingRule].PositiveTargeting.BuyerAccounts[0]"));
    int result = check_offer(sandbox, failure, offer, now_ms);
    if (result == 0)
        result = check_buyer(sandbox, failure, offer, account);
    if (result < 0)
        return result;
    const struct entity *product = entity_find(sandbox, entity_text(offer, "ProductId"));
    struct agreement *old = offer->agreement[0] ? agreement_find(sandbox, offer->agreement) : NULL;
    struct agreement *agreement = market_add_agreement(sandbox->market);
    struct arena *arena = agreement->arena;
    agreement->id = memory_copy(entity_new_id(sandbox, arena, "agmt-", 25));
    agreement->offer = memory_copy(offer->id);
    agreement->offer_set = memory_copy(entity_text(offer, "OfferSetId"));
    agreement->product = memory_copy(entity_text(offer, "ProductId"));
    agreement->product_type = memory_copy(product ? product->type->name : "SaaSProduct");
    agreement->acceptor = memory_copy(account);
    agreement->status = memory_copy("ACTIVE");
    agreement->currency = memory_copy(currency_of(offer->document));
    agreement->value = memory_copy(value_of(arena, offer->document));
    set_times(agreement, offer->document, now_ms);
    agreement->terms = accepted_terms(arena, offer->document, agreement);
    if (old) {
        text_replace(&old->status, "REPLACED");
        if (!old->end_ms || old->end_ms > now_ms)
            old->end_ms = now_ms;
    }
    sandbox->dirty = true;
    *ret_agreement = agreement;
    return 0;
}

/* ---- Shown. */
struct json *agreement_summary(struct arena *arena, const struct agreement *agreement)
{
    const struct {
        const char *path, *value;
    } texts[] = {
        {"agreementId", agreement->id},
        {"agreementType", "PurchaseAgreement"},
        {"acceptor.accountId", agreement->acceptor},
        {"proposer.accountId", SANDBOX_ACCOUNT},
        {"proposalSummary.resources[0].id", agreement->product},
        {"proposalSummary.resources[0].type", agreement->product_type},
        {"proposalSummary.offerId", agreement->offer},
        {"proposalSummary.offerSetId", agreement->offer_set},
        {"status", agreement->status},
    };
    struct json *row = json_object(arena);
    struct json *proposal = json_object(arena);
    struct json *resources = json_array(arena);
    json_append(arena, resources, json_object(arena));
    json_set(arena, proposal, "resources", resources);
    json_set(arena, row, "agreementId", json_null(arena)); /* first of all */
    json_set(arena, row, "acceptanceTime", time_number(arena, agreement->accepted_ms));
    json_set(arena, row, "startTime", time_number(arena, agreement->start_ms));
    json_set(arena, row, "endTime",
             agreement->end_ms ? time_number(arena, agreement->end_ms) : json_null(arena));
    json_set(arena, row, "acceptor", json_object(arena));
    json_set(arena, row, "proposer", json_object(arena));
    json_set(arena, row, "proposalSummary", proposal);
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (texts[i].value[0])
            json_put(arena, row, texts[i].path, json_string(arena, texts[i].value), NULL);
    }
    return row;
}

/* ---- The clock's work. */
static bool accepted(const struct market *market, const struct entity *offer)
{
    for (size_t i = 0; i < market->agreement_count; i++) {
        if (!strcmp(market->agreements[i]->offer, offer->id))
            return true;
    }
    return false;
}

/* Buyers who need no telling take what was offered since the market opened. */
static void buy(struct sandbox *sandbox, const struct entity *offer)
{
    int64_t when = offer->released_ms + sandbox->options.buyer_ms;
    if (offer->type->kind != ENTITY_OFFER || offer->released_ms < sandbox->market->opened_ms ||
        !offer->released_ms || when > sandbox_now(sandbox) || !offer_is_private(offer->document) ||
        accepted(sandbox->market, offer))
        return;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct failure failure = {.arena = arena};
    struct agreement *agreement;
    agreement_accept(sandbox, &failure, offer->id, NULL, when, &agreement);
}

void agreements_run(struct sandbox *sandbox)
{
    struct market *market = sandbox->market;
    for (size_t i = 0; sandbox->options.buyer_ms && i < market->entity_count; i++)
        buy(sandbox, market->entities[i]);
    for (size_t i = 0; i < market->agreement_count; i++) {
        struct agreement *agreement = market->agreements[i];
        if (agreement->end_ms && agreement->end_ms < sandbox_now(sandbox) &&
            !strcmp(agreement->status, "ACTIVE")) {
            text_replace(&agreement->status, "EXPIRED");
            sandbox->dirty = true;
        }
    }
}
