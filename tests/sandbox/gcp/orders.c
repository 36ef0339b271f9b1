/* Orders: what buyers of Google's marketplace do, what the provider says to it, what time does.
 *
 * The shown part of an order has its state and the provider's message; all else that an entitlement
 * shows follows from what is held:
 *
 *   billing, service, account, order    whose, of what
 *   standard, plan, offer, months, fixed  under what: standard offer and perhaps a private one (its
 *                                       id), and whether its end is a date
 *   approved, start_ms, end_ms          by the provider; of the current term (-1: unknown)
 *   pending                             the same of what it will change to
 *   history                             names of all private offers that it was ever under
 */
#include <string.h>

#include "tests/sandbox/gcp/market.h"
#include "tests/sandbox/gcp/pacific.h"

#define PROCESSING_MS 1000 /* "after a short processing delay" */

static bool order_in(const struct rest_record *order, const char *state)
{
    return text_equal(json_get_text(market_shown(order), "state"), state);
}

static const char *held_text(const struct rest_record *order, const char *name)
{
    return json_get_text(market_hold(order), name);
}

void order_change_state(struct sandbox *sandbox, struct rest_record *order, const char *state)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *pair = market_copy(arena, order), *shown = json_get(pair, "shown");
    json_set_text(arena, shown, "state", state);
    json_remove(shown, "messageToUser"); /* "cleared automatically when the state changes" */
    market_store(sandbox, order, pair);
}

/* ---- Looking up. */
static bool is_alive(const struct rest_record *order)
{
    return !order_in(order, "ENTITLEMENT_ACTIVATION_REQUESTED") &&
           !order_in(order, "ENTITLEMENT_CANCELLED");
}

const struct rest_record *order_active(const struct sandbox *sandbox, const char *billing_account,
                                       const char *service, size_t *from)
{
    const struct rest_table *orders = &market_of(sandbox)->entitlements;
    while (*from < orders->count) {
        const struct rest_record *order = orders->records[(*from)++];
        if (is_alive(order) && text_equal(held_text(order, "billing"), billing_account) &&
            text_equal(held_text(order, "service"), service))
            return order;
    }
    return NULL;
}

struct rest_record *order_of_offer(const struct sandbox *sandbox, const char *offer)
{
    const struct rest_table *orders = &market_of(sandbox)->entitlements;
    for (size_t i = 0; i < orders->count; i++) {
        const char *pending =
            json_get_text(json_get(market_hold(orders->records[i]), "pending"), "offer");
        if (text_equal(held_text(orders->records[i], "offer"), offer) || text_equal(pending, offer))
            return orders->records[i];
    }
    return NULL;
}

/* ---- Accounts. */
struct rest_record *order_account(struct sandbox *sandbox, const char *billing_account,
                                  bool approved)
{
    struct rest_table *accounts = &market_of(sandbox)->accounts;
    for (size_t i = 0; i < accounts->count; i++) {
        if (text_equal(held_text(accounts->records[i], "billing"), billing_account))
            return accounts->records[i];
    }
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *shown = json_object(arena), *hold = json_object(arena);
    struct json *approval = json_object(arena), *approvals = json_array(arena);
    const char *guid = market_new_id(sandbox, arena);
    char *id = arena_printf(arena, "E-%.4s-%.4s-%.4s-%.4s", guid, guid + 4, guid + 9, guid + 24);
    for (char *c = id; *c; c++)
        *c = *c >= 'a' && *c <= 'f' ? (char)(*c - 'a' + 'A') : *c;
    json_set_text(arena, shown, "state", "ACCOUNT_ACTIVE");
    json_set_text(arena, approval, "name", "signup");
    json_set_text(arena, approval, "state", approved ? "APPROVED" : "PENDING");
    if (approved)
        json_set_text(arena, approval, "updateTime", gcp_instant(arena, sandbox_now(sandbox)));
    json_append(arena, approvals, approval);
    json_set(arena, shown, "approvals", approvals);
    json_set_text(arena, hold, "billing", billing_account);
    sandbox->dirty = true;
    return rest_add(accounts, id, market_pair(arena, shown, hold), sandbox_now(sandbox));
}

bool order_account_approved(const struct sandbox *sandbox, const struct rest_record *order)
{
    const struct rest_record *account =
        rest_find(&market_of(sandbox)->accounts, held_text(order, "account"));
    return text_equal(
        json_get_text(json_at(json_get(market_shown(account), "approvals"), 0), "state"),
        "APPROVED");
}

/* ---- Terms. */
/* Of what is bought under a standard offer, perhaps with a private one. */
static struct json *make_terms(struct arena *arena, const struct sandbox *sandbox,
                               const char *standard, const struct rest_record *offer)
{
    struct json *terms = json_object(arena);
    const struct json *listed = market_shown(listing_find(sandbox, standard));
    const struct json *term = json_get(market_shown(offer), "term");
    bool flat = json_find(listed, "priceModel.flatFee") != NULL;
    bool fixed = json_get(term, "scheduledEndTime") != NULL;
    long long months = offer ? json_get_int(term, "durationMonths", 0)
                             : json_get_int(listed, "termDurationMonths", 0);
    json_set_text(arena, terms, "standard", standard);
    json_set_text(arena, terms, "plan", json_get_text(listed, "serviceLevel"));
    if (offer)
        json_set_text(arena, terms, "offer", offer->id);
    json_set(arena, terms, "months", json_int(arena, months));
    json_set(arena, terms, "fixed", json_bool(arena, fixed));
    json_set(arena, terms, "subscribes", json_bool(arena, flat));
    json_set(arena, terms, "metered",
             json_bool(arena, json_find(listed, "priceModel.usage") != NULL));
    json_set(arena, terms, "start_ms", json_int(arena, -1));
    json_set(arena, terms, "end_ms",
             json_int(arena, fixed ? offer_term_end(market_shown(offer), NULL, 0) : -1));
    return terms;
}

/* Its start and end are known now: the term begins with the next day in Los Angeles, what a buyer
 * has before that is a gift. */
static void settle_terms(struct sandbox *sandbox, struct arena *arena, struct json *terms,
                         int64_t earliest_ms)
{
    struct rest_record *offer =
        rest_find(&market_of(sandbox)->offers, json_get_text(terms, "offer"));
    int64_t ms = 0, day = pacific_day(earliest_ms), months = json_get_int(terms, "months", 0);
    int64_t start = earliest_ms;
    bool scheduled = text_equal(json_text(json_find(market_shown(offer), "term.startPolicy")),
                                "SCHEDULED_START_TIME");
    day += !pacific_is_boundary(earliest_ms);
    if (scheduled && pacific_read(json_find(market_shown(offer), "term.scheduledStartTime"), &ms)) {
        start = ms > start ? ms : start;
        day = pacific_day(ms);
    }
    json_set(arena, terms, "start_ms", json_int(arena, start));
    if (!json_get_bool(terms, "fixed", false) && months)
        json_set(arena, terms, "end_ms",
                 json_int(arena, pacific_midnight(pacific_add_months(day, months))));
    if (!offer)
        return;
    struct json *pair = market_copy(arena, offer);
    json_set(arena, json_get(pair, "hold"), "start_day", json_int(arena, day));
    market_store(sandbox, offer, pair);
}

static void remember_offer(struct arena *arena, struct json *hold, const char *offer)
{
    struct json *history = json_get(hold, "history");
    if (!history) {
        history = json_array(arena);
        json_set(arena, hold, "history", history);
    }
    if (offer)
        json_append(arena, history, json_string(arena, offer));
}

static void take_terms(struct arena *arena, struct json *hold, const struct json *terms)
{
    for (size_t i = 0; i < terms->count; i++)
        json_set(arena, hold, terms->names[i], json_clone(arena, terms->items[i]));
    if (!json_get(terms, "offer"))
        json_remove(hold, "offer");
    remember_offer(arena, hold, json_get_text(terms, "offer"));
    json_remove(hold, "pending");
    json_remove(hold, "offer_ended");
}

/* ---- Approval. */
static void approve_from(struct sandbox *sandbox, struct rest_record *order, int64_t earliest_ms)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *pair = market_copy(arena, order), *hold = json_get(pair, "hold");
    settle_terms(sandbox, arena, hold, earliest_ms);
    json_set(arena, hold, "approved", json_bool(arena, true));
    json_remove(json_get(pair, "shown"), "messageToUser");
    market_store(sandbox, order, pair);
}

void order_approve(struct sandbox *sandbox, struct rest_record *order)
{
    approve_from(sandbox, order, sandbox_now(sandbox) + PROCESSING_MS);
}

static void end_offer(struct sandbox *sandbox, const char *id, int64_t when_ms)
{
    struct rest_record *offer = rest_find(&market_of(sandbox)->offers, id);
    if (offer && offer_in(offer, "ACCEPTED"))
        offer_move(sandbox, offer, "ENDED", when_ms);
}

/* What was pending comes into force. */
static void apply_change(struct sandbox *sandbox, struct rest_record *order, int64_t when_ms)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *pair = market_copy(arena, order), *hold = json_get(pair, "hold");
    const struct json *terms = json_clone(arena, json_get(hold, "pending"));
    const char *old = arena_copy(arena, json_get_text(hold, "offer"));
    take_terms(arena, hold, terms);
    json_set_text(arena, json_get(pair, "shown"), "state", "ENTITLEMENT_ACTIVE");
    json_remove(json_get(pair, "shown"), "messageToUser");
    market_store(sandbox, order, pair);
    end_offer(sandbox, old, when_ms);
}

static void approve_change_from(struct sandbox *sandbox, struct rest_record *order,
                                int64_t earliest_ms)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *pair = market_copy(arena, order);
    struct json *pending = json_find(pair, "hold.pending");
    settle_terms(sandbox, arena, pending, earliest_ms);
    int64_t start = json_get_int(pending, "start_ms", 0);
    json_set_text(arena, json_get(pair, "shown"), "state", "ENTITLEMENT_PENDING_PLAN_CHANGE");
    json_remove(json_get(pair, "shown"), "messageToUser");
    market_store(sandbox, order, pair);
    if (start <= sandbox_now(sandbox))
        apply_change(sandbox, order, start);
}

void order_approve_change(struct sandbox *sandbox, struct rest_record *order)
{
    approve_change_from(sandbox, order, sandbox_now(sandbox));
}

void order_reject_change(struct sandbox *sandbox, struct rest_record *order)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *pair = market_copy(arena, order), *hold = json_get(pair, "hold");
    const char *offer = arena_copy(arena, json_get_text(json_get(hold, "pending"), "offer"));
    json_remove(hold, "pending");
    json_set_text(arena, json_get(pair, "shown"), "state", "ENTITLEMENT_ACTIVE");
    json_remove(json_get(pair, "shown"), "messageToUser");
    market_store(sandbox, order, pair);
    end_offer(sandbox, offer, sandbox_now(sandbox));
}

/* ---- Buying. */
static struct rest_record *add_order(struct sandbox *sandbox, const char *billing_account,
                                     const char *service, const struct json *terms,
                                     const char *account)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *shown = json_object(arena), *hold = json_object(arena);
    json_set_text(arena, shown, "state", "ENTITLEMENT_ACTIVATION_REQUESTED");
    json_set_text(arena, hold, "billing", billing_account);
    json_set_text(arena, hold, "service", service);
    json_set_text(arena, hold, "account", account);
    json_set_text(arena, hold, "order", market_new_id(sandbox, arena));
    take_terms(arena, hold, terms);
    sandbox->dirty = true;
    return rest_add(&market_of(sandbox)->entitlements, market_new_id(sandbox, arena),
                    market_pair(arena, shown, hold), sandbox_now(sandbox));
}

/* Who is to say yes says it; else it begins by itself. */
static void begin_order(struct sandbox *sandbox, struct rest_record *order)
{
    if (listing_flag(sandbox, held_text(order, "service"), "approval"))
        return;
    approve_from(sandbox, order, sandbox_now(sandbox));
    orders_run(sandbox);
}

static void begin_change(struct sandbox *sandbox, struct rest_record *order,
                         const struct json *terms)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *pair = market_copy(arena, order);
    json_set(arena, json_get(pair, "hold"), "pending", json_clone(arena, terms));
    json_set_text(arena, json_get(pair, "shown"), "state",
                  "ENTITLEMENT_PENDING_PLAN_CHANGE_APPROVAL");
    market_store(sandbox, order, pair);
    if (!listing_flag(sandbox, held_text(order, "service"), "approval"))
        order_approve_change(sandbox, order);
}

/* The order that an offer amends; NULL: it amends none, or what it amends is not active any more
 * (`ret_amends` tells). */
static struct rest_record *find_amended(struct sandbox *sandbox, const struct json *single,
                                        const char *account, const char *service, bool *ret_amends)
{
    const char *private = json_get_text(single, "amendedPrivateOffer");
    const char *standard = json_get_text(single, "amendedStandardOffer");
    const struct rest_record *offer = private ? offer_find(sandbox, private) : NULL;
    const struct rest_record *order;
    size_t from = 0;
    *ret_amends = private || standard;
    while (*ret_amends && (order = order_active(sandbox, account, service, &from))) {
        const char *own = held_text(order, "offer");
        bool fits = private ? offer && text_equal(own, offer->id)
                            : !own && text_equal(market_below(held_text(order, "standard")),
                                                 market_below(standard));
        if (fits && order_in(order, "ENTITLEMENT_ACTIVE"))
            return rest_find(&market_of(sandbox)->entitlements, order->id);
    }
    return NULL;
}

struct rest_record *order_accept(struct sandbox *sandbox, struct rest_record *offer,
                                 bool approved_account)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct json *shown = market_shown(offer);
    const struct json *single = json_get(shown, "singleProductOffer");
    const char *standard = arena_copy(arena, json_get_text(single, "baseStandardOffer"));
    const char *billing =
        arena_copy(arena, json_text(json_find(shown, "customer.targetBillingAccount")));
    const char *service = listing_service(arena, standard);
    const struct json *terms = make_terms(arena, sandbox, standard, offer);
    bool amends = false;
    struct rest_record *order = find_amended(sandbox, single, billing, service, &amends);
    if (amends && !order)
        return NULL;
    offer_move(sandbox, offer, "ACCEPTED", sandbox_now(sandbox));
    const struct rest_record *account = order_account(sandbox, billing, approved_account);
    if (order) {
        begin_change(sandbox, order, terms);
    } else {
        order = add_order(sandbox, billing, service, terms, account->id);
        begin_order(sandbox, order);
    }
    return order;
}

struct rest_record *order_buy(struct sandbox *sandbox, const char *billing_account,
                              const struct rest_record *standard)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *name = market_name(arena, standard->id);
    const struct rest_record *account = order_account(sandbox, billing_account, true);
    struct rest_record *order = add_order(sandbox, billing_account, listing_service(arena, name),
                                          make_terms(arena, sandbox, name, NULL), account->id);
    begin_order(sandbox, order);
    return order;
}

bool order_request_change(struct sandbox *sandbox, struct rest_record *order,
                          const struct rest_record *standard)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *name = market_name(arena, standard->id);
    if (!order_in(order, "ENTITLEMENT_ACTIVE") ||
        !text_equal(listing_service(arena, name), held_text(order, "service")))
        return false;
    begin_change(sandbox, order, make_terms(arena, sandbox, name, NULL));
    return true;
}

/* ---- Ends. */
void order_cancel(struct sandbox *sandbox, struct rest_record *order, const char *reason)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *pair = market_copy(arena, order), *hold = json_get(pair, "hold");
    struct json *shown = json_get(pair, "shown");
    int64_t now = sandbox_now(sandbox), end = json_get_int(hold, "end_ms", -1);
    bool started = is_alive(order);
    const char *offer = arena_copy(arena, json_get_text(hold, "offer"));
    const char *pending = arena_copy(arena, json_get_text(json_get(hold, "pending"), "offer"));
    json_set(arena, hold, "end_ms",
             json_int(arena, !started                ? -1
                             : end >= 0 && end < now ? end
                                                     : now));
    json_set_text(arena, hold, "reason", reason);
    json_remove(hold, "pending");
    json_set_text(arena, shown, "state", "ENTITLEMENT_CANCELLED");
    json_remove(shown, "messageToUser");
    market_store(sandbox, order, pair);
    end_offer(sandbox, offer, now);
    end_offer(sandbox, pending, now);
}

/* The next term, if there is one. */
static bool renew(struct sandbox *sandbox, struct rest_record *order, struct rest_record *offer)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *pair = market_copy(arena, order), *hold = json_get(pair, "hold");
    int64_t end = json_get_int(hold, "end_ms", -1), months = json_get_int(hold, "months", 0);
    long long done = offer ? market_held(offer, "renewals", 0) : 0;
    if (!months || (offer && done >= json_get_int(json_get(market_shown(offer), "term"),
                                                  "maxRenewalCount", 0)))
        return false;
    int64_t next = offer ? offer_term_end(market_shown(offer), market_hold(offer), done + 1)
                         : pacific_midnight(pacific_add_months(pacific_day(end), months));
    json_set(arena, hold, "end_ms", json_int(arena, next));
    market_store(sandbox, order, pair);
    if (offer) {
        struct json *copy = market_copy(arena, offer);
        json_set(arena, json_get(copy, "hold"), "renewals", json_int(arena, done + 1));
        market_store(sandbox, offer, copy);
    }
    return true;
}

/* What is sold by usage goes on at list price, and still names its last offer. */
static void end_term(struct sandbox *sandbox, struct rest_record *order, int64_t end)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    bool stops = order_in(order, "ENTITLEMENT_PENDING_CANCELLATION");
    if (stops || json_get_bool(market_hold(order), "subscribes", false)) {
        order_cancel(sandbox, order, stops ? "user-cancelled" : "expired");
        return;
    }
    struct json *pair = market_copy(arena, order);
    json_set(arena, json_get(pair, "hold"), "offer_ended", json_bool(arena, true));
    market_store(sandbox, order, pair);
    end_offer(sandbox, held_text(order, "offer"), end);
}

static void run_order(struct sandbox *sandbox, struct rest_record *order, int64_t now)
{
    const struct json *pending = json_get(market_hold(order), "pending");
    int64_t change = json_get_int(pending, "start_ms", -1);
    if (order_in(order, "ENTITLEMENT_ACTIVATION_REQUESTED")) {
        if (json_get_bool(market_hold(order), "approved", false) &&
            market_held(order, "start_ms", -1) <= now)
            order_change_state(sandbox, order, "ENTITLEMENT_ACTIVE");
        return;
    }
    if (order_in(order, "ENTITLEMENT_PENDING_PLAN_CHANGE") && change >= 0 && change <= now)
        apply_change(sandbox, order, change);
    for (;;) {
        int64_t end = market_held(order, "end_ms", -1);
        if (end < 0 || end > now || !is_alive(order) ||
            json_get_bool(market_hold(order), "offer_ended", false))
            return;
        struct rest_record *offer =
            rest_find(&market_of(sandbox)->offers, held_text(order, "offer"));
        bool renews = !order_in(order, "ENTITLEMENT_PENDING_CANCELLATION") &&
                      (offer || !held_text(order, "offer")) && renew(sandbox, order, offer);
        if (!renews)
            end_term(sandbox, order, end);
    }
}

void orders_run(struct sandbox *sandbox)
{
    const struct rest_table *orders = &market_of(sandbox)->entitlements;
    int64_t now = sandbox_now(sandbox);
    for (size_t i = 0; i < orders->count; i++)
        run_order(sandbox, orders->records[i], now);
}
