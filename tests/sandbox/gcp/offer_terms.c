/* What follows from an offer's terms: its end, its installments, what it is worth; and the offer as
 * the two views show it. */
#include <stdlib.h>
#include <string.h>

#include "tests/sandbox/gcp/market.h"
#include "tests/sandbox/gcp/pacific.h"

#define CENT_NANOS 10000000
#define WHOLE      10000 /* 100 % in hundredths */

/* ---- Money and percent. */
bool offer_cents(const struct json *money, int64_t *ret_cents)
{
    long long units = json_get_int(money, "units", 0), nanos = json_get_int(money, "nanos", 0);
    if (!money || !text_equal(json_get_text(money, "currencyCode"), "USD") || units < 0 ||
        nanos < 0 || nanos > 999999999 || nanos % CENT_NANOS || units > INT64_MAX / 1000)
        return false;
    *ret_cents = units * 100 + nanos / CENT_NANOS;
    return true;
}

struct json *offer_money(struct arena *arena, int64_t cents)
{
    struct json *money = json_object(arena);
    json_set_text(arena, money, "currencyCode", "USD");
    if (cents / 100)
        json_set_text(arena, money, "units", arena_printf(arena, "%lld", (long long)cents / 100));
    if (cents % 100)
        json_set(arena, money, "nanos", json_int(arena, cents % 100 * CENT_NANOS));
    return money;
}

/* ^([0-9]{1,2}(\.\d{1,2})?|100(\.0{1,2})?)$ */
bool offer_percent(const struct json *decimal, int *ret_hundredths)
{
    static const char digits[] = "0123456789";
    const char *text = json_get_text(decimal, "value");
    size_t whole = text ? strspn(text, digits) : 0;
    const char *rest = text ? text + whole : "";
    size_t decimals = *rest == '.' ? strspn(rest + 1, digits) : 0;
    if (!whole || whole > 3 || decimals > 2 || (*rest && (!decimals || rest[decimals + 1])))
        return false;
    int hundredths = (int)strtol(text, NULL, 10) * 100;
    for (size_t i = 0; i < decimals; i++)
        hundredths += (rest[1 + i] - '0') * (i ? 1 : 10);
    if (hundredths > WHOLE || (whole == 3 && !text_starts(text, "100")))
        return false;
    *ret_hundredths = hundredths;
    return true;
}

/* ---- Terms. */
static int step_of(const char *interval)
{
    if (!interval || text_equal(interval, "STANDARD_INTERVAL_UNSPECIFIED") ||
        text_equal(interval, "MONTHLY_POSTPAY"))
        return 0;
    return text_starts(interval, "MONTHLY") ? 1 : text_starts(interval, "QUARTERLY") ? 3 : 12;
}

static int64_t start_of(const struct json *term, const struct json *hold)
{
    int64_t ms;
    long long held = json_get_int(hold, "start_day", -1);
    bool scheduled = text_equal(json_get_text(term, "startPolicy"), "SCHEDULED_START_TIME");
    if (held >= 0)
        return held;
    return scheduled && pacific_read(json_get(term, "scheduledStartTime"), &ms) ? pacific_day(ms)
                                                                                : -1;
}

int64_t offer_term_end(const struct json *shown, const struct json *hold, long long renewals)
{
    const struct json *term = json_get(shown, "term");
    long long months = json_get_int(term, "durationMonths", 0);
    int64_t ms, start = start_of(term, hold);
    if (pacific_read(json_get(term, "scheduledEndTime"), &ms))
        return ms;
    return start >= 0 && months > 0
               ? pacific_midnight(pacific_add_months(start, months * (renewals + 1)))
               : -1;
}

void offer_read_terms(const struct json *shown, const struct json *hold, struct offer_terms *ret)
{
    const struct json *term = json_get(shown, "term");
    const struct json *single = json_get(shown, "singleProductOffer");
    const struct json *standard = json_get(single, "standardIntervalPrice");
    const struct json *list = json_find(single, "customIntervalPrice.installments");
    *ret = (struct offer_terms){
        .start_day = start_of(term, hold),
        .end_ms = offer_term_end(shown, hold, 0),
        .step_months = step_of(json_get_text(standard, "standardInterval")),
        .months = json_get_int(term, "durationMonths", 0),
        .price_model =
            standard ? json_get(standard, "priceModel") : json_get(json_at(list, 0), "priceModel"),
        .installments = standard ? NULL : list,
    };
}

/* ---- Installments. */
static const char amount_paths[][32] = {"flatFee.flatFeeOverride", "commitment.commitmentAmount"};

static struct json *scale_model(struct arena *arena, const struct json *model, int64_t part,
                                int64_t whole)
{
    struct json *copy = json_clone(arena, model);
    for (size_t i = 0; part != whole && i < COUNT(amount_paths); i++) {
        int64_t cents;
        if (offer_cents(json_find(copy, amount_paths[i]), &cents))
            json_put(arena, copy, amount_paths[i],
                     offer_money(arena, (cents * part + whole / 2) / whole), NULL);
    }
    return copy;
}

static void add_installment(struct arena *arena, struct json *list, int64_t day,
                            struct json *price_model)
{
    struct json *row = json_object(arena);
    json_set(arena, row, "startTime", pacific_write(arena, day));
    json_set(arena, row, "priceModel", price_model);
    json_append(arena, list, row);
}

/* Split at calendar months: from the middle of one to the middle of another, the first and the last
 * are partial, and there is one more than months. */
static void add_prorated(struct arena *arena, struct json *list, const struct offer_terms *terms)
{
    int64_t at = terms->start_day, end = pacific_add_months(at, terms->months);
    while (at < end) {
        int64_t month = pacific_month_start(at), next = pacific_add_months(month, 1);
        int64_t until = next < end ? next : end;
        add_installment(arena, list, at,
                        scale_model(arena, terms->price_model, until - at, next - month));
        at = until;
    }
}

/* NULL: there is no standard interval, or it is not known yet when the term begins. */
static struct json *make_timeline(struct arena *arena, const struct json *shown,
                                  const struct offer_terms *terms)
{
    const char *interval =
        json_text(json_find(shown, "singleProductOffer.standardIntervalPrice.standardInterval"));
    if (!terms->step_months || terms->start_day < 0 || terms->months <= 0 ||
        terms->months > 12 * 100 || !terms->price_model)
        return NULL;
    struct json *list = json_array(arena);
    if (text_equal(interval, "MONTHLY_PRORATED")) {
        add_prorated(arena, list, terms);
        return list;
    }
    /* Nothing says that the last interval must be a whole one, nor what it then costs. */
    for (long long month = 0; month < terms->months; month += terms->step_months)
        add_installment(arena, list, pacific_add_months(terms->start_day, month),
                        json_clone(arena, terms->price_model));
    return list;
}

/* What a buyer pays under a price model, usage aside; -1: it does not say. */
static int64_t price_cents(const struct json *model)
{
    int64_t cents = 0;
    int discount = 0;
    const struct json *commitment = json_get(model, "commitment");
    if (json_get(model, "flatFee"))
        return offer_cents(json_find(model, amount_paths[0]), &cents) ? cents : -1;
    if (!commitment)
        return json_get(model, "usage") ? 0 : -1;
    if (!offer_cents(json_get(commitment, "commitmentAmount"), &cents))
        return -1;
    offer_percent(json_get(commitment, "discountPercent"), &discount);
    return (cents * (WHOLE - discount) + WHOLE / 2) / WHOLE;
}

static int64_t sum_of(const struct json *installments)
{
    int64_t sum = 0;
    for (size_t i = 0; i < installments->count; i++) {
        int64_t cents = price_cents(json_get(installments->items[i], "priceModel"));
        if (cents < 0)
            return -1;
        sum += cents;
    }
    return sum;
}

int64_t offer_total_cents(struct arena *arena, const struct json *shown, const struct json *hold)
{
    struct offer_terms terms;
    int64_t additional = 0, sum;
    offer_read_terms(shown, hold, &terms);
    const struct json *timeline = make_timeline(arena, shown, &terms);
    if (!terms.price_model)
        return -1;
    if (terms.installments)
        sum = sum_of(terms.installments);
    else if (timeline)
        sum = sum_of(timeline);
    else if (terms.step_months && terms.months > 0)
        sum = price_cents(terms.price_model) *
              ((terms.months + terms.step_months - 1) / terms.step_months);
    else
        sum = json_get(terms.price_model, "usage") && !terms.step_months ? 0 : -1;
    offer_cents(json_find(shown, "singleProductOffer.additionalContractValue.contractValue"),
                &additional);
    return sum < 0 ? -1 : sum + additional;
}

int64_t offer_next_installment(const struct rest_record *offer, int64_t now_ms)
{
    struct offer_terms terms;
    int64_t ms;
    offer_read_terms(market_shown(offer), market_hold(offer), &terms);
    for (size_t i = 0; terms.installments && i < terms.installments->count; i++) {
        if (pacific_read(json_get(terms.installments->items[i], "startTime"), &ms) && ms > now_ms)
            return ms;
    }
    return -1;
}

/* ---- Views. */
static struct json *begin_view(struct arena *arena, const struct rest_record *offer)
{
    struct json *out = json_object(arena);
    json_set_text(arena, out, "name",
                  market_name(arena, arena_printf(arena, "privateOffers/%s", offer->id)));
    json_set_text(arena, out, "createTime", gcp_instant(arena, offer->made_ms));
    json_set_text(arena, out, "updateTime", gcp_instant(arena, offer->moved_ms));
    return out;
}

struct json *offer_basic(struct arena *arena, const struct rest_record *offer)
{
    static const char *const names[] = {"title",      "state",      "publishTime",
                                        "acceptTime", "cancelTime", "endTime"};
    struct json *out = begin_view(arena, offer);
    for (size_t i = 0; i < COUNT(names); i++) {
        const char *text = json_get_text(market_shown(offer), names[i]);
        if (!text_blank(text))
            json_set_text(arena, out, names[i], text);
    }
    return out;
}

static struct json *make_decimal(struct arena *arena, const char *value)
{
    struct json *decimal = json_object(arena);
    json_set_text(arena, decimal, "value", value);
    return decimal;
}

/* By deal type; figures of the kind that the public revenue share scenarios have. */
static void add_share(struct arena *arena, const struct json *shown, struct json *single)
{
    bool fresh = text_equal(json_get_text(shown, "offerDealType"), "NEW");
    struct json *share = json_object(arena);
    json_set(arena, share, "currentTermVendorNetRevenuePercent",
             make_decimal(arena, fresh ? "97" : "98.5"));
    if (json_get_int(json_get(shown, "term"), "maxRenewalCount", 0) > 0)
        json_set(arena, share, "renewalTermVendorNetRevenuePercent", make_decimal(arena, "98.5"));
    json_set(arena, single, "revenueShare", share);
}

static void add_value(struct arena *arena, const struct rest_record *offer, struct json *single)
{
    const struct json *shown = market_shown(offer);
    int64_t cents = offer_total_cents(arena, shown, market_hold(offer));
    if (cents < 0 || !json_find(shown, "customer.targetBillingAccount"))
        return;
    struct json *value = json_object(arena);
    json_set(arena, value, "totalContractValue", offer_money(arena, cents));
    json_set(arena, single, "contractValue", value);
}

struct json *offer_full(struct arena *arena, const struct rest_record *offer)
{
    const struct json *shown = market_shown(offer), *hold = market_hold(offer);
    struct json *out = begin_view(arena, offer);
    struct offer_terms terms;
    for (size_t i = 0; i < shown->count; i++)
        json_set(arena, out, shown->names[i], json_clone(arena, shown->items[i]));
    struct json *single = json_get(out, "singleProductOffer"), *term = json_get(out, "term");
    offer_read_terms(shown, hold, &terms);
    int64_t end = offer_term_end(shown, hold, market_held(offer, "renewals", 0));
    if (term && end >= 0 && !offer_in(offer, "ENDED"))
        json_set(arena, term, "effectiveTermEndTime", pacific_write(arena, pacific_day(end)));
    if (single) {
        struct json *timeline = make_timeline(arena, shown, &terms);
        if (timeline)
            json_set(arena, single, "effectiveInstallmentTimeline", timeline);
        add_value(arena, offer, single);
        if (!offer_in(offer, "DRAFT"))
            add_share(arena, shown, single);
    }
    return gcp_shape_tidy(arena, &gcp_offer_shape, out);
}
