/* The document of an offer: what the Catalog and the Agreement service say of it, and beside them
 * what follows from both, in canonical words and normal forms, so that the field table needs plain
 * paths only. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/offers.h"
#include "connectors/document.h"
#include "connectors/remark.h"
#include "model/value.h"

#define CANCELLED "cancelled"
#define DAY_MS    86400000LL
#define SECOND_MS 1000LL
#define NEVER_MS  253370764800000LL /* 9999-01-01: how the service says "no end" */

struct deriving {
    struct arena *arena;
    const char *id;
    const struct json *details;   /* the entity's document */
    const struct json *summary;   /* of the listing; may be NULL */
    const struct json *agreement; /* may be NULL */
    const struct json *accepted;  /* terms of the agreement; may be NULL */
    bool resale;                  /* a resale authorization: its terms have names of their own */
    int64_t now_ms;
    struct json *derived;
};

static void say(struct deriving *of, const char *name, const char *text)
{
    if (!text_blank(text))
        json_set_text(of->arena, of->derived, name, text);
}

static void say_list(struct deriving *of, const char *name, struct json *list)
{
    if (list && list->count)
        json_set(of->arena, of->derived, name, list);
}

/* "12000.00" and "12000" are the same price. */
static const char *number_of(struct arena *arena, const char *text)
{
    if (text_blank(text))
        return NULL;
    size_t length = strlen(text);
    char *number = arena_copy_n(arena, text, length - (text[length - 1] == '.')); /* "12." */
    const char *shortest = decimal_valid(number) ? decimal_add(arena, number, "0") : NULL;
    return shortest ? shortest : number;
}

static const char *pair(struct arena *arena, const char *key, const char *value)
{
    return arena_printf(arena, "%s=%s", key ? key : "", value ? value : "");
}

static const struct json *term(const struct deriving *of, const char *type)
{
    const char *path =
        arena_printf(of->arena, "Terms[Type=%s%s]", of->resale ? "Resale" : "", type);
    return json_find(of->details, path);
}

/* A term that has the same name in offers and resale authorizations. */
static const struct json *plain_term(const struct deriving *of, const char *type)
{
    return json_find(of->details, arena_printf(of->arena, "Terms[Type=%s]", type));
}

/* ------------------------------------------------------------------ state */

/* The last second of the availability still counts. A bare date ends with its day, in UTC. */
static bool passed(const char *end, int64_t now_ms)
{
    int64_t ms, day;
    if (end && day_parse(end, &day))
        return now_ms >= (day + 1) * DAY_MS;
    return end && instant_parse(end, &ms) && now_ms >= ms - ms % SECOND_MS + SECOND_MS;
}

/* What became of an accepted offer. After RENEWED and SUPERSEDED as after REPLACED another
 * agreement stands in its place. */
static const char *agreement_state(const char *status)
{
    static const char *const over[] = {"REPLACED", "RENEWED", "SUPERSEDED"};
    for (size_t i = 0; i < COUNT(over); i++) {
        if (text_equal(status, over[i]))
            return "replaced";
    }
    return "accepted";
}

const char *offer_state(const char *status, const char *end, const struct json *agreement,
                        bool cancelled, int64_t now_ms)
{
    if (text_equal(status, "Draft"))
        return "draft";
    if (text_equal(status, "Restricted"))
        return CANCELLED;
    if (agreement)
        return agreement_state(json_get_text(agreement, "status"));
    if (!passed(end, now_ms))
        return "open";
    return cancelled ? CANCELLED : "expired";
}

const char *offer_version(struct arena *arena, const char *modified, const char *state,
                          const struct json *agreement)
{
    const char *id = json_get_text(agreement, "agreementId");
    const char *status = json_get_text(agreement, "status");
    return arena_printf(arena, "%s %s %s %s", modified ? modified : "", state, id ? id : "-",
                        status ? status : "-");
}

static const char *state_of(const struct deriving *of, bool cancelled)
{
    const struct json *rule = json_find(of->details, "Rules[Type=AvailabilityRule]");
    const char *end = json_get_text(rule, "AvailabilityEndDate");
    if (!end)
        end = json_get_text(of->summary, "AvailabilityEndDate");
    return offer_state(json_get_text(of->details, of->resale ? "Status" : "State"), end,
                       of->agreement, cancelled, of->now_ms);
}

static void derive_identity(struct deriving *of)
{
    const char *note, *reference;
    bool cancelled;
    remark_split(of->arena, json_get_text(of->details, "Description"), &note, &reference,
                 &cancelled);
    say(of, "Id", of->id); /* which a resale authorization's details lack */
    say(of, "Note", note);
    say(of, "Reference", reference);
    say(of, "State", state_of(of, cancelled));

    const char *replaces = json_get_text(of->summary, "TargetAgreementId");
    if (text_blank(replaces))
        replaces = json_get_text(of->details, "TargetAgreementId");
    if (text_blank(replaces))
        replaces = json_get_text(of->details, "AgreementId");
    const char *authorization = json_get_text(of->details, "ResaleAuthorizationId");
    const char *form = of->resale                   ? "resale_authorization"
                       : !text_blank(replaces)      ? "replacement"
                       : !text_blank(authorization) ? "channel"
                                                    : "private";
    say(of, "Form", form);
    say(of, "Replaces", replaces);
    say(of, "Markup", number_of(of->arena, json_get_text(of->details, "MarkupPercentage")));
}

/* Plain account numbers in an offer, objects in a resale authorization. A replacement's buyer is
 * the agreement's, and cannot be set: it has no accounts of its own. */
static void derive_buyers(struct deriving *of)
{
    if (!strcmp(json_get_text(of->derived, "Form"), "replacement"))
        return;
    const struct json *accounts =
        of->resale
            ? json_find(plain_term(of, "BuyerTargetingTerm"), "PositiveTargeting.BuyerAccounts")
            : json_find(of->details, "Rules[Type=TargetingRule].PositiveTargeting.BuyerAccounts");
    if (!accounts)
        accounts = json_get(of->summary, "BuyerAccounts");
    struct json *list = json_array(of->arena);
    for (size_t i = 0; accounts && accounts->type == JSON_ARRAY && i < accounts->count; i++) {
        const struct json *item = accounts->items[i];
        const char *account =
            item->type == JSON_OBJECT ? json_get_text(item, "AwsAccountId") : json_text(item);
        json_append(of->arena, list, json_string(of->arena, account));
    }
    say_list(of, "BuyerAccounts", list);
}

/* ------------------------------------------------------------------ prices */

/* Items "dimension=price". A card of several has its duration in front of the dimension. */
static void add_card(const struct deriving *of, struct json *list, const struct json *card,
                     bool several)
{
    const char *duration = json_get_text(json_get(card, "Selector"), "Value");
    const struct json *rates = json_get(card, "RateCard");
    for (size_t i = 0; rates && rates->type == JSON_ARRAY && i < rates->count; i++) {
        const char *key = json_get_text(rates->items[i], "DimensionKey");
        const char *price = number_of(of->arena, json_get_text(rates->items[i], "Price"));
        if (several && duration)
            key = arena_printf(of->arena, "%s/%s", duration, key ? key : "");
        json_append(of->arena, list, json_string(of->arena, pair(of->arena, key, price)));
    }
}

static struct json *prices_of(const struct deriving *of, const struct json *pricing)
{
    const struct json *cards = json_get(pricing, "RateCards");
    struct json *list = json_array(of->arena);
    for (size_t i = 0; cards && cards->type == JSON_ARRAY && i < cards->count; i++)
        add_card(of, list, cards->items[i], cards->count > 1);
    return list;
}

static bool all_zero(const struct json *prices)
{
    for (size_t i = 0; i < prices->count; i++) {
        const char *value = strrchr(json_text(prices->items[i]), '=');
        if (strcmp(value, "=0") != 0)
            return false;
    }
    return prices->count > 0;
}

/* The document of an offer has no pricing model: its terms tell it. A free offer is one whose
 * prices are zero, and has no other. */
static const char *pricing_of(const struct deriving *of, const struct json *prices,
                              const struct json *use)
{
    const char *model = json_get_text(of->details, "PricingModel");
    if (text_equal(model, "Free"))
        return "free";
    if (text_equal(model, "Byol") || plain_term(of, "ByolPricingTerm"))
        return "byol";
    if (term(of, "FixedUpfrontPricingTerm"))
        return "fixed";
    if (term(of, "ConfigurableUpfrontPricingTerm"))
        return all_zero(prices) && !use->count && !model ? "free" : "configurable";
    if (!term(of, "UsageBasedPricingTerm"))
        return NULL;
    return all_zero(use) && !model ? "free" : "usage";
}

/* Items "date=amount", and their sum; NULL if there is none or an amount is no number. */
static struct json *schedule_of(const struct deriving *of, const struct json *schedule,
                                const char **ret_sum)
{
    struct json *list = json_array(of->arena);
    const char *sum = NULL;
    bool summable = true;
    for (size_t i = 0; schedule && schedule->type == JSON_ARRAY && i < schedule->count; i++) {
        const char *date = json_get_text(schedule->items[i], "ChargeDate");
        const char *amount =
            number_of(of->arena, json_get_text(schedule->items[i], "ChargeAmount"));
        if (date)
            date = arena_copy_n(of->arena, date, strcspn(date, "T"));
        json_append(of->arena, list, json_string(of->arena, pair(of->arena, date, amount)));
        summable = summable && decimal_valid(amount);
        sum = summable ? decimal_add(of->arena, sum ? sum : "0", amount) : NULL;
        summable = summable && sum;
    }
    *ret_sum = sum;
    return list;
}

/* What the buyer pays whatever he does: the instalments, else the fixed price, else the only price
 * there is to choose. By usage nobody knows. */
static void derive_value(struct deriving *of, const char *pricing, const struct json *prices,
                         const char *instalments, const char *currency)
{
    const char *amount = instalments;
    bool usage = text_equal(pricing, "usage") || text_equal(pricing, "free");
    if (!amount && !usage)
        amount = number_of(of->arena, json_get_text(term(of, "FixedUpfrontPricingTerm"), "Price"));
    if (!amount && text_equal(pricing, "configurable") && prices->count == 1)
        amount = strrchr(json_text(prices->items[0]), '=') + 1;
    if (!amount || !currency)
        return;
    struct json *value = json_object(of->arena);
    json_set_text(of->arena, value, "Amount", amount);
    json_set_text(of->arena, value, "Currency", currency);
    json_set(of->arena, of->derived, "Value", value);
}

static void derive_grants(struct deriving *of)
{
    const struct json *grants = json_get(term(of, "FixedUpfrontPricingTerm"), "Grants");
    struct json *list = json_array(of->arena);
    for (size_t i = 0; grants && grants->type == JSON_ARRAY && i < grants->count; i++) {
        const char *key = json_get_text(grants->items[i], "DimensionKey");
        const char *quantity = json_get_text(grants->items[i], "MaxQuantity");
        json_append(of->arena, list, json_string(of->arena, pair(of->arena, key, quantity)));
    }
    say_list(of, "Grants", list);
}

static void derive_pricing(struct deriving *of)
{
    static const char *const with_currency[] = {
        "FixedUpfrontPricingTerm", "ConfigurableUpfrontPricingTerm", "UsageBasedPricingTerm",
        "RecurringPaymentTerm", "PaymentScheduleTerm"};
    const char *currency = NULL, *sum;
    for (size_t i = 0; !currency && i < COUNT(with_currency); i++)
        currency = json_get_text(term(of, with_currency[i]), "CurrencyCode");
    const struct json *configurable = term(of, "ConfigurableUpfrontPricingTerm");
    struct json *prices = prices_of(of, configurable);
    struct json *use = prices_of(of, term(of, "UsageBasedPricingTerm"));
    struct json *schedule =
        schedule_of(of, json_get(term(of, "PaymentScheduleTerm"), "Schedule"), &sum);
    const char *pricing = pricing_of(of, prices, use);
    say(of, "Pricing", pricing);
    say(of, "Currency", currency);
    derive_value(of, pricing, prices, sum, currency);
    derive_grants(of);

    const struct json *cards = json_get(configurable, "RateCards");
    const char *duration = json_get_text(plain_term(of, "ValidityTerm"), "AgreementDuration");
    if (!duration)
        duration = json_get_text(term(of, "FixedUpfrontPricingTerm"), "Duration");
    if (!duration && cards && cards->count == 1)
        duration = json_get_text(json_find(cards->items[0], "Selector"), "Value");
    say(of, "Duration", duration);
    say_list(of, "Prices", prices);
    say_list(of, "UsagePrices", use);
    say_list(of, "Schedule", schedule);
}

/* ------------------------------------------------------------------ other terms */

static void derive_renewal(struct deriving *of)
{
    const struct json *increase = json_get(plain_term(of, "RenewalTerm"), "PriceIncrease");
    const char *fixed = json_get_text(json_get(increase, "FixedPercentage"), "Value");
    const struct json *range = json_get(increase, "PercentageRange");
    const struct json *inner = json_get(range, "Range"); /* seen with and without this member */
    range = inner ? inner : range;
    const char *min = number_of(of->arena, json_get_text(range, "Min"));
    const char *max = number_of(of->arena, json_get_text(range, "Max"));
    if (fixed)
        say(of, "RenewalIncrease", number_of(of->arena, fixed));
    else if (min && max)
        say(of, "RenewalIncrease", arena_printf(of->arena, "%s-%s", min, max));
}

static void derive_prior(struct deriving *of)
{
    const struct json *prior =
        json_get(of->details, of->resale ? "PreExistingBuyerAgreement" : "PreExistingAgreement");
    say(of, "PriorChannel", json_get_text(prior, "AcquisitionChannel"));
    say(of, "PriorPricing", json_get_text(prior, "PricingModel"));
}

/* When the contract starts; of a resale authorization, when a buyer's starts at the latest. */
static void derive_start(struct deriving *of)
{
    say(of, "StartDate",
        of->resale ? json_get_text(plain_term(of, "BuyerValidityTerm"), "MaximumAgreementStartDate")
                   : json_get_text(plain_term(of, "ValidityTerm"), "AgreementStartDate"));
}

/* ------------------------------------------------------------------ the agreement */

/* Seconds since 1970 as a number, or an instant as events write it. Clouds print large numbers with
 * exponents, too. */
bool offer_time(const struct json *node, int64_t *ret_ms)
{
    const char *text = json_text(node);
    if (!text)
        return false;
    if (instant_parse(text, ret_ms))
        return *ret_ms < NEVER_MS;
    char *end;
    double seconds = strtod(text, &end);
    if (*end || end == text || !(seconds >= 0 && seconds < (double)NEVER_MS / (double)SECOND_MS))
        return false;
    *ret_ms = (int64_t)(seconds * (double)SECOND_MS + 0.5);
    return true;
}

static const char *agreement_day(struct arena *arena, const struct json *node)
{
    int64_t ms;
    char buffer[DAY_TEXT];
    return offer_time(node, &ms) ? arena_copy(arena, day_print(day_of(ms), buffer)) : NULL;
}

static void derive_accepted_schedule(struct deriving *of, const struct json *accepted)
{
    const struct json *schedule = json_find(accepted, "paymentScheduleTerm.schedule");
    struct json *list = json_array(of->arena);
    for (size_t i = 0; schedule && schedule->type == JSON_ARRAY && i < schedule->count; i++) {
        const struct json *item = schedule->items[i];
        const char *amount = number_of(of->arena, json_get_text(item, "chargeAmount"));
        const char *day = agreement_day(of->arena, json_get(item, "chargeDate"));
        json_append(of->arena, list, json_string(of->arena, pair(of->arena, day, amount)));
    }
    say_list(of, "AgreementSchedule", list);
}

static void derive_chosen(struct deriving *of, const struct json *accepted)
{
    const struct json *chosen =
        json_find(accepted, "configurableUpfrontPricingTerm.configuration.dimensions");
    struct json *list = json_array(of->arena);
    for (size_t i = 0; chosen && chosen->type == JSON_ARRAY && i < chosen->count; i++) {
        const char *key = json_get_text(chosen->items[i], "dimensionKey");
        const char *quantity = json_get_text(chosen->items[i], "dimensionValue");
        json_append(of->arena, list, json_string(of->arena, pair(of->arena, key, quantity)));
    }
    say_list(of, "AgreementChosen", list);
}

static void derive_agreement(struct deriving *of)
{
    int64_t ms;
    char buffer[INSTANT_TEXT];
    if (offer_time(json_get(of->agreement, "acceptanceTime"), &ms))
        say(of, "Accepted", instant_print(ms, buffer));
    say(of, "AgreementStart", agreement_day(of->arena, json_get(of->agreement, "startTime")));
    say(of, "AgreementEnd", agreement_day(of->arena, json_get(of->agreement, "endTime")));
    for (size_t i = 0; of->accepted && of->accepted->type == JSON_ARRAY && i < of->accepted->count;
         i++) {
        const struct json *accepted = of->accepted->items[i];
        derive_accepted_schedule(of, accepted);
        derive_chosen(of, accepted);
        const struct json *renew = json_find(accepted, "renewalTerm.configuration.enableAutoRenew");
        if (renew && renew->type == JSON_BOOL)
            json_set(of->arena, of->derived, "AutoRenew", json_bool(of->arena, renew->boolean));
    }
}

/* ------------------------------------------------------------------ the whole */

struct json *offer_document(struct arena *arena, const struct json *entity,
                            const struct json *agreement, const struct json *terms, int64_t now_ms)
{
    const char *type = json_get_text(entity, "EntityType");
    struct deriving of = {
        .arena = arena,
        .details = json_get(entity, "DetailsDocument"),
        .summary = json_get(entity, "Summary"),
        .id = offer_id(arena, json_get_text(entity, "EntityIdentifier")),
        .agreement = json_is_null(agreement) ? NULL : agreement,
        .accepted = terms,
        .resale = type && text_starts(type, "ResaleAuthorization"),
        .now_ms = now_ms,
        .derived = json_object(arena),
    };
    derive_identity(&of);
    derive_buyers(&of);
    derive_pricing(&of);
    derive_renewal(&of);
    derive_prior(&of);
    derive_start(&of);
    derive_agreement(&of);
    struct json *document = json_object(arena);
    json_set(arena, document, "Entity", json_clone(arena, entity));
    if (of.agreement)
        json_set(arena, document, "Agreement", json_clone(arena, agreement));
    if (!json_is_null(terms))
        json_set(arena, document, "Terms", json_clone(arena, terms));
    json_set(arena, document, "Derived", of.derived);
    return document;
}

const char *offer_id(struct arena *arena, const char *identifier)
{
    if (!identifier)
        return NULL;
    const char *slash = text_starts(identifier, "arn:") ? strrchr(identifier, '/') : NULL;
    const char *id = slash ? slash + 1 : identifier;
    return arena_copy_n(arena, id, strcspn(id, "@"));
}

struct record *offer_record(struct arena *arena, const struct json *document,
                            void (*report)(void *context, const struct finding *finding),
                            void *context)
{
    const struct json *entity = json_get(document, "Entity");
    const struct json *agreement = json_get(document, "Agreement");
    const char *id = offer_id(arena, json_get_text(entity, "EntityIdentifier"));
    const char *modified = json_get_text(entity, "LastModifiedDate");
    const char *state = json_get_text(json_get(document, "Derived"), "State");
    return document_decode(arena, &aws_offers, id, offer_version(arena, modified, state, agreement),
                           document, report, context);
}
