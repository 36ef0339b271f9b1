/* Control endpoints of Google's marketplace: what buyers and Google's reviewers do, and what
 * somebody does in the Producer Portal. */
#include <string.h>

#include "tests/sandbox/control.h"
#include "tests/sandbox/gcp/market.h"

static int refuse(struct control *control, const char *message)
{
    return fail(&control->failure, 409, "Conflict", "%s", message);
}

/* The last part of a resource name, or an id as it is. */
static const char *bare(const char *id)
{
    const char *slash = id ? strrchr(id, '/') : NULL;
    return slash ? slash + 1 : id;
}

static int find(struct control *control, const struct rest_table *table, const char *what,
                struct rest_record **ret_record)
{
    const char *id = bare(control_argument(control, "id"));
    struct rest_record *record = rest_find(table, id);
    if (!record)
        return fail_not_found(&control->failure, what, id ? id : "");
    *ret_record = record;
    return 0;
}

static int find_offer(struct control *control, struct rest_record **ret_offer)
{
    return find(control, &market_of(control->sandbox)->offers, "private offer", ret_offer);
}

static int find_order(struct control *control, struct rest_record **ret_order)
{
    return find(control, &market_of(control->sandbox)->entitlements, "entitlement", ret_order);
}

/* ---- Showing. */
static struct json *describe_offer(struct control *control, const struct rest_record *offer)
{
    static const char *const names[] = {"title", "state", "internalNote"};
    const struct json *shown = market_shown(offer);
    struct json *row = json_object(control->arena);
    const struct rest_record *order = order_of_offer(control->sandbox, offer->id);
    json_set_text(control->arena, row, "id", offer->id);
    for (size_t i = 0; i < COUNT(names); i++)
        json_set_text(control->arena, row, names[i], json_get_text(shown, names[i]));
    json_set_text(control->arena, row, "buyer",
                  json_text(json_find(shown, "customer.targetBillingAccount")));
    json_set_text(control->arena, row, "entitlement", order ? order->id : NULL);
    return row;
}

static struct json *describe_order(struct control *control, const struct rest_record *order)
{
    static const char *const held[] = {"account", "billing", "plan", "offer"};
    struct json *row = json_object(control->arena);
    json_set_text(control->arena, row, "id", order->id);
    json_set_text(control->arena, row, "state", json_get_text(market_shown(order), "state"));
    for (size_t i = 0; i < COUNT(held); i++)
        json_set_text(control->arena, row, held[i], json_get_text(market_hold(order), held[i]));
    return row;
}

static int list_offers(struct control *control, struct json **ret_answer)
{
    const struct rest_table *offers = &market_of(control->sandbox)->offers;
    struct json *rows = json_array(control->arena);
    for (size_t i = 0; i < offers->count; i++)
        json_append(control->arena, rows, describe_offer(control, offers->records[i]));
    *ret_answer = json_object(control->arena);
    json_set(control->arena, *ret_answer, "offers", rows);
    json_set(control->arena, *ret_answer, "duplicates",
             json_int(control->arena, (long long)sandbox_gcp_offer_duplicates(control->sandbox)));
    return 0;
}

/* ?id=: the whole document. */
static int show_offer(struct control *control, struct json **ret_answer)
{
    struct rest_record *offer = NULL;
    int result = find_offer(control, &offer);
    if (!result)
        *ret_answer = offer_full(control->arena, offer);
    return result;
}

/* ?id=: the documents of an offer, with their content and without their names. */
static int list_documents(struct control *control, struct json **ret_answer)
{
    struct rest_record *offer = NULL;
    int result = find_offer(control, &offer);
    if (result < 0)
        return result;
    *ret_answer = json_object(control->arena);
    json_set(control->arena, *ret_answer, "documents",
             sandbox_gcp_documents(control->sandbox, control->arena, offer->id));
    return 0;
}

static int list_orders(struct control *control, struct json **ret_answer)
{
    const struct rest_table *orders = &market_of(control->sandbox)->entitlements;
    struct json *rows = json_array(control->arena);
    for (size_t i = 0; i < orders->count; i++)
        json_append(control->arena, rows, describe_order(control, orders->records[i]));
    *ret_answer = json_object(control->arena);
    json_set(control->arena, *ret_answer, "entitlements", rows);
    return 0;
}

static int show_order(struct control *control, struct json **ret_answer)
{
    struct rest_record *order = NULL;
    int result = find_order(control, &order);
    if (!result)
        *ret_answer = entitlement_show(control->arena, control->sandbox, order);
    return result;
}

/* ---- The portal. */
static int put_member(struct control *control, struct rest_record *record)
{
    struct error error;
    const char *path = control_argument(control, "path");
    const struct json *value = json_get(control->body, "value");
    struct json *pair = market_copy(control->arena, record);
    if (!path ||
        json_put(control->arena, json_get(pair, "shown"), path,
                 json_is_null(value) ? NULL : json_clone(control->arena, value), &error) < 0)
        return fail(&control->failure, 400, "BadRequest", "an edit needs a path that is there");
    market_store(control->sandbox, record, pair);
    return 0;
}

/* {"id", "path", "value"}: somebody edits a draft, without the API's rules. */
static int edit_offer(struct control *control, struct json **ret_answer)
{
    struct rest_record *offer = NULL;
    int result = find_offer(control, &offer);
    if (!result && !offer_in(offer, "DRAFT"))
        result = refuse(control, "only drafts can be edited");
    if (!result)
        result = put_member(control, offer);
    if (!result)
        *ret_answer = describe_offer(control, offer);
    return result;
}

/* {"id", "path", "value"}: of a listing, by "services/S/standardOffers/O". */
static int edit_listing(struct control *control, struct json **ret_answer)
{
    const char *id = control_argument(control, "id");
    struct rest_record *record = rest_find(&market_of(control->sandbox)->goods, id);
    if (!record)
        return fail_not_found(&control->failure, "listing", id ? id : "");
    int result = put_member(control, record);
    if (!result)
        *ret_answer = json_clone(control->arena, market_shown(record));
    return result;
}

/* ---- Google. */
/* {"id"}: the review ends; {"mode"}: whether there is one. */
static int review(struct control *control, struct json **ret_answer)
{
    static const char *const modes[] = {"never", "by-value", "always"};
    const char *mode = control_argument(control, "mode");
    struct rest_record *offer = NULL;
    size_t number = 0;
    *ret_answer = json_object(control->arena);
    if (mode) {
        while (number < COUNT(modes) && strcmp(modes[number], mode) != 0)
            number++;
        if (number == COUNT(modes))
            return fail(&control->failure, 400, "BadRequest", "never, by-value or always");
        market_of(control->sandbox)->review = (int)number - 1;
        control->sandbox->dirty = true;
        json_set_text(control->arena, *ret_answer, "mode", mode);
        return 0;
    }
    int result = find_offer(control, &offer);
    if (result < 0)
        return result;
    if (!offer_in(offer, "PUBLISHING") || !market_held(offer, "review_due", 0))
        return refuse(control, "the offer is not under review");
    offer_approve_review(control->sandbox, offer, sandbox_now(control->sandbox));
    offers_run(control->sandbox);
    *ret_answer = describe_offer(control, offer);
    return 0;
}

/* {"id"}: the deadline of a published offer passes. */
static int expire(struct control *control, struct json **ret_answer)
{
    struct rest_record *offer = NULL;
    int result = find_offer(control, &offer);
    if (result < 0)
        return result;
    if (!offer_in(offer, "PUBLISHED"))
        return refuse(control, "only a published offer expires");
    offer_move(control->sandbox, offer, "EXPIRED", sandbox_now(control->sandbox));
    *ret_answer = describe_offer(control, offer);
    return 0;
}

/* ---- Buyers. */
/* {"id", "signed_up": true}: the buyer accepts in the console; by then its account may have been
 * approved already. */
static int accept_offer(struct control *control, struct json **ret_answer)
{
    struct rest_record *offer = NULL;
    int result = find_offer(control, &offer);
    if (result < 0)
        return result;
    if (!offer_in(offer, "PUBLISHED"))
        return refuse(control, "the offer is not to be accepted now");
    const struct rest_record *order =
        order_accept(control->sandbox, offer, json_get_bool(control->body, "signed_up", false));
    if (!order)
        return refuse(control, "the order that the offer amends is not active");
    *ret_answer = describe_offer(control, offer);
    return 0;
}

/* {"id"}: an accepted offer ends before its time. */
static int end_offer(struct control *control, struct json **ret_answer)
{
    struct rest_record *offer = NULL;
    int result = find_offer(control, &offer);
    if (result < 0)
        return result;
    if (!offer_in(offer, "ACCEPTED"))
        return refuse(control, "only an accepted offer ends");
    struct rest_record *order = order_of_offer(control->sandbox, offer->id);
    if (order)
        order_cancel(control->sandbox, order, "expired");
    else
        offer_move(control->sandbox, offer, "ENDED", sandbox_now(control->sandbox));
    *ret_answer = describe_offer(control, offer);
    return 0;
}

/* {"buyer", "state": "PENDING"|"APPROVED", "test": true}: a buyer signs up. */
static int sign_up(struct control *control, struct json **ret_answer)
{
    const char *buyer = control_argument(control, "buyer");
    const char *state = control_argument(control, "state");
    if (!buyer)
        return fail(&control->failure, 400, "BadRequest", "whose billing account?");
    state = state ? state : "PENDING";
    if (strcmp(state, "PENDING") != 0 && strcmp(state, "APPROVED") != 0)
        return fail(&control->failure, 400, "BadRequest", "PENDING or APPROVED");
    struct rest_record *account = order_account(control->sandbox, buyer, false);
    struct json *pair = market_copy(control->arena, account);
    json_set_text(control->arena, json_at(json_find(pair, "shown.approvals"), 0), "state", state);
    json_set(control->arena, json_get(pair, "hold"), "test",
             json_bool(control->arena, json_get_bool(control->body, "test", false)));
    market_store(control->sandbox, account, pair);
    *ret_answer = json_object(control->arena);
    json_set_text(control->arena, *ret_answer, "id", account->id);
    json_set_text(control->arena, *ret_answer, "state", state);
    return 0;
}

static int find_standard(struct control *control, const struct rest_record **ret_standard)
{
    const char *id = control_argument(control, "standard");
    const struct rest_record *standard =
        id ? rest_find(&market_of(control->sandbox)->goods, id) : NULL;
    if (!standard || !strstr(standard->id, "/standardOffers/"))
        return fail_not_found(&control->failure, "standard offer", id ? id : "");
    *ret_standard = standard;
    return 0;
}

/* {"buyer", "standard": "services/S/standardOffers/O"}: somebody buys at list price. */
static int buy(struct control *control, struct json **ret_answer)
{
    const char *buyer = control_argument(control, "buyer");
    const struct rest_record *standard = NULL;
    int result = find_standard(control, &standard);
    if (result < 0)
        return result;
    *ret_answer =
        describe_order(control, order_buy(control->sandbox, buyer ? buyer : GCP_BUYER, standard));
    return 0;
}

/* {"id", "standard"}: the buyer wants another plan. */
static int change_plan(struct control *control, struct json **ret_answer)
{
    struct rest_record *order = NULL;
    const struct rest_record *standard = NULL;
    int result = find_order(control, &order);
    if (!result)
        result = find_standard(control, &standard);
    if (!result && !order_request_change(control->sandbox, order, standard))
        result = refuse(control, "only an active order changes, to a plan of its product");
    if (!result)
        *ret_answer = describe_order(control, order);
    return result;
}

/* {"id", "now": true}: the buyer cancels; what has a term goes on until its end unless `now`. */
static int cancel(struct control *control, struct json **ret_answer)
{
    struct rest_record *order = NULL;
    int result = find_order(control, &order);
    if (result < 0)
        return result;
    const char *state = json_get_text(market_shown(order), "state");
    bool now = json_get_bool(control->body, "now", false);
    bool waits = text_equal(state, "ENTITLEMENT_ACTIVATION_REQUESTED");
    if (text_equal(state, "ENTITLEMENT_CANCELLED"))
        return refuse(control, "the order is cancelled already");
    if (!now && !waits && market_held(order, "end_ms", -1) >= 0)
        order_change_state(control->sandbox, order, "ENTITLEMENT_PENDING_CANCELLATION");
    else
        order_cancel(control->sandbox, order, waits ? "user-aborted" : "user-cancelled");
    *ret_answer = describe_order(control, order);
    return 0;
}

#define AT "/_sandbox/gcp/"
static const struct control_row rows[] = {
    {"GET", AT "offers", list_offers},         {"GET", AT "offer", show_offer},
    {"GET", AT "entitlements", list_orders},   {"GET", AT "entitlement", show_order},
    {"POST", AT "edit-offer", edit_offer},     {"POST", AT "edit-listing", edit_listing},
    {"POST", AT "review-offer", review},       {"POST", AT "expire", expire},
    {"POST", AT "accept-offer", accept_offer}, {"POST", AT "end-offer", end_offer},
    {"POST", AT "sign-up", sign_up},           {"POST", AT "buy", buy},
    {"POST", AT "change-plan", change_plan},   {"POST", AT "cancel", cancel},
    {"GET", AT "documents", list_documents},
};
const struct control_rows gcp_market_controls = {rows, COUNT(rows)};
