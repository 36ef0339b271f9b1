/* Control endpoints of Microsoft's marketplace: what customers, selling partners, support and
 * certification do, and what somebody does in the portal. */
#include <string.h>

#include "tests/sandbox/azure/ingestion.h"
#include "tests/sandbox/control.h"

#define LOCK_HOURS 72

static struct azure_market *market_of(const struct control *control)
{
    return ingestion_market(control->sandbox);
}

static int refuse(struct control *control, const char *message)
{
    return fail(&control->failure, 409, "Conflict", "%s", message);
}

static int find_offer(struct control *control, struct rest_record **ret_offer)
{
    const char *id = control_argument(control, "id");
    struct rest_record *offer = rest_find(&market_of(control)->offers, ingestion_bare(id));
    if (!offer)
        return fail_not_found(&control->failure, "private offer", id ? id : "");
    *ret_offer = offer;
    return 0;
}

static struct json *describe_offer(struct control *control, const struct rest_record *offer)
{
    static const char *const names[] = {"name",  "privateOfferType", "state", "subState",
                                        "notes", "acceptBy",         "end"};
    const struct json *shown = offer_shown(offer);
    struct json *row = json_object(control->arena);
    json_set_text(control->arena, row, "id", offer->id);
    for (size_t i = 0; i < COUNT(names); i++)
        json_set_text(control->arena, row, names[i], json_get_text(shown, names[i]));
    json_set_text(control->arena, row, "terms", json_get_text(offer->document, "terms"));
    return row;
}

static int list_offers(struct control *control, struct json **ret_answer)
{
    const struct rest_table *offers = &market_of(control)->offers;
    struct json *rows = json_array(control->arena);
    for (size_t i = 0; i < offers->count; i++)
        json_append(control->arena, rows, describe_offer(control, offers->records[i]));
    *ret_answer = json_object(control->arena);
    json_set(control->arena, *ret_answer, "offers", rows);
    json_set(control->arena, *ret_answer, "duplicates",
             json_int(control->arena, (long long)sandbox_azure_offer_duplicates(control->sandbox)));
    return 0;
}

/* Writes the offer in another state and shows it. */
static void move_offer(struct control *control, struct rest_record *offer, const char *substate,
                       struct json **ret_answer)
{
    struct json *shown = json_clone(control->arena, offer_shown(offer));
    json_set_text(control->arena, shown, "subState", substate);
    if (!strcmp(substate, "pendingAcceptance"))
        offer_link(control->arena, shown);
    else if (!strcmp(substate, "pendingPartnerAction"))
        json_remove(shown, "acceptanceLinks");
    offer_store(control->sandbox, offer, shown);
    *ret_answer = describe_offer(control, offer);
}

/* What is accepted of a product that is no SaaS is ordered at once, and only reports tell: the
 * order is in their rows, whatever becomes of the offer. */
static void place_order(struct control *control, struct rest_record *offer)
{
    struct sandbox *sandbox = control->sandbox;
    struct arena *arena = control->arena;
    const struct json *shown = offer_shown(offer), *item = json_at(json_get(shown, "pricing"), 0);
    const struct rest_record *goods =
        rest_find(&market_of(control)->resources, json_get_text(item, "product"));
    if (!goods || ingestion_is(goods->document, "type", "softwareAsAService"))
        return;
    struct json *document = json_clone(arena, offer->document);
    struct json *order = rest_make(
        arena,
        "{'shown':{'id':'%s','planId':null,'name':null,'created':'%s','saasSubscriptionStatus':"
        "'Subscribed','term':{'startDate':'%sT00:00:00Z','endDate':'%sT00:00:00Z'}}}",
        azure_new_guid(sandbox, arena), azure_instant(arena, sandbox_now(sandbox)),
        ingestion_day(arena, ingestion_today(sandbox)), json_get_text(shown, "end"));
    json_set_text(arena, order, "offer", offer->id);
    json_set_text(arena, json_get(order, "shown"), "name", json_get_text(goods->document, "alias"));
    json_set(arena, document, "order", order);
    rest_write(offer, document, sandbox_now(sandbox));
}

/* {"id"}: the customer accepts in the portal. */
static int accept_offer(struct control *control, struct json **ret_answer)
{
    struct rest_record *offer = NULL;
    int result = find_offer(control, &offer);
    int64_t accept_by = INT64_MAX;
    if (result < 0)
        return result;
    const struct json *shown = offer_shown(offer);
    const char *day = json_get_text(shown, "acceptBy");
    if (!ingestion_is(shown, "state", "live") ||
        !ingestion_is(shown, "subState", "pendingAcceptance"))
        return refuse(control, "the offer is not to be accepted now");
    if (day && day_parse(day, &accept_by) && ingestion_today(control->sandbox) > accept_by)
        return refuse(control, "the offer is expired");
    place_order(control, offer);
    move_offer(control, offer, "accepted", ret_answer);
    return 0;
}

/* {"id"}: the selling partner sets its markup and publishes; {"id", "withdraw": true}: takes it
 * back. */
static int publish_by_seller(struct control *control, struct json **ret_answer)
{
    struct rest_record *offer = NULL;
    bool back = json_get_bool(control->body, "withdraw", false);
    int result = find_offer(control, &offer);
    if (result < 0)
        return result;
    const struct json *shown = offer_shown(offer);
    if (!ingestion_is(shown, "privateOfferType", "multipartyPromotionOriginator") ||
        !ingestion_is(shown, "subState", back ? "pendingAcceptance" : "pendingPartnerAction"))
        return refuse(control, "the offer does not wait for its seller");
    move_offer(control, offer, back ? "pendingPartnerAction" : "pendingAcceptance", ret_answer);
    return 0;
}

/* {"id"}: a CSP partner sells under the offer: it can no longer be withdrawn. */
static int sell_offer(struct control *control, struct json **ret_answer)
{
    struct rest_record *offer = NULL;
    int result = find_offer(control, &offer);
    if (result < 0)
        return result;
    struct json *document = json_clone(control->arena, offer->document);
    json_set(control->arena, document, "sold", json_bool(control->arena, true));
    rest_write(offer, document, sandbox_now(control->sandbox));
    *ret_answer = describe_offer(control, offer);
    return 0;
}

/* {"id"}: support cancels an accepted offer, which then is not there any more. */
static int cancel_offer(struct control *control, struct json **ret_answer)
{
    struct rest_record *offer = NULL;
    int result = find_offer(control, &offer);
    if (result < 0)
        return result;
    if (!offer_accepted(offer_shown(offer)))
        return refuse(control, "support cancels accepted offers only");
    *ret_answer = describe_offer(control, offer);
    rest_remove(&market_of(control)->offers, offer->id);
    control->sandbox->dirty = true;
    return 0;
}

/* {"id", "path", "value"}: somebody edits an offer in the portal, without its rules. */
static int edit_offer(struct control *control, struct json **ret_answer)
{
    struct rest_record *offer = NULL;
    struct error error;
    const char *path = control_argument(control, "path");
    const struct json *value = json_get(control->body, "value");
    int result = find_offer(control, &offer);
    if (result < 0)
        return result;
    struct json *shown = json_clone(control->arena, offer_shown(offer));
    if (!path ||
        json_put(control->arena, shown, path,
                 json_is_null(value) ? NULL : json_clone(control->arena, value), &error) < 0)
        return fail(&control->failure, 400, "BadRequest", "an edit needs a path that is there");
    offer_store(control->sandbox, offer, shown);
    *ret_answer = describe_offer(control, offer);
    return 0;
}

/* ---- Subscriptions. */
static void describe_subscription(struct control *control, const struct rest_record *record,
                                  struct json **ret_answer)
{
    const struct json *shown = json_get(record->document, "shown");
    *ret_answer = json_object(control->arena);
    json_set_text(control->arena, *ret_answer, "id", record->id);
    json_set_text(control->arena, *ret_answer, "status",
                  json_get_text(shown, "saasSubscriptionStatus"));
    json_set_text(control->arena, *ret_answer, "offer", json_get_text(record->document, "offer"));
}

/* {"id"}: the customer of an accepted offer buys what it is for; {"product", "plan"}: somebody buys
 * at list price. */
static int subscribe(struct control *control, struct json **ret_answer)
{
    struct rest_record *offer = NULL;
    const char *product = control_argument(control, "product");
    const char *plan = control_argument(control, "plan");
    if (control_argument(control, "id")) {
        int result = find_offer(control, &offer);
        if (result < 0)
            return result;
        const struct json *shown = offer_shown(offer);
        const struct json *item = json_at(json_get(shown, "pricing"), 0);
        const char *durable = json_get_text(item, "plan");
        if (!offer_accepted(shown))
            return refuse(control, "the offer has not been accepted");
        durable = durable ? durable : json_get_text(item, "basePlan");
        product = ingestion_bare(json_get_text(item, "product"));
        plan = durable ? ingestion_part(control->arena, durable, 2)
               : plan  ? plan
                       : INGESTION_STANDARD;
    }
    const struct rest_record *made =
        product && plan ? saas_subscribe(control->sandbox, product, plan, offer ? offer->id : NULL,
                                         json_get_int(control->body, "quantity", 0))
                        : NULL;
    if (!made)
        return fail_not_found(&control->failure, "plan", plan ? plan : "");
    describe_subscription(control, made, ret_answer);
    return 0;
}

static int find_subscription(struct control *control, struct rest_record **ret_record)
{
    const char *id = control_argument(control, "id");
    struct rest_record *record = rest_find(&market_of(control)->subscriptions, id);
    if (!record)
        return fail_not_found(&control->failure, "subscription", id ? id : "");
    *ret_record = record;
    return 0;
}

/* {"id", "status"}; Subscribed begins the term. */
static int set_subscription(struct control *control, struct json **ret_answer)
{
    static const char *const states[] = {"PendingFulfillmentStart", "Subscribed", "Suspended",
                                         "Unsubscribed"};
    struct rest_record *record = NULL;
    const char *status = control_argument(control, "status");
    size_t state = 0;
    int result = find_subscription(control, &record);
    if (result < 0)
        return result;
    status = status ? status : "Subscribed";
    while (state < COUNT(states) && strcmp(states[state], status) != 0)
        state++;
    if (state == COUNT(states))
        return fail(&control->failure, 400, "BadRequest", "there is no such status");
    int64_t now = sandbox_now(control->sandbox), today = day_of(now);
    struct json *document = json_clone(control->arena, record->document);
    struct json *shown = json_get(document, "shown"), *term = json_get(shown, "term");
    json_set_text(control->arena, shown, "saasSubscriptionStatus", status);
    if (state == 1 && json_is_null(json_get(term, "startDate"))) {
        json_set_text(
            control->arena, term, "startDate",
            arena_printf(control->arena, "%sT00:00:00Z", ingestion_day(control->arena, today)));
        json_set_text(control->arena, term, "endDate",
                      arena_printf(control->arena, "%sT00:00:00Z",
                                   ingestion_day(control->arena, today + 364)));
    }
    rest_write(record, document, now);
    control->sandbox->dirty = true;
    describe_subscription(control, record, ret_answer);
    return 0;
}

/* ---- Products. */
/* {"id", "path", "value"}: an edit of a draft in the portal. */
static int edit_resource(struct control *control, struct json **ret_answer)
{
    const char *id = control_argument(control, "id"), *path = control_argument(control, "path");
    const struct json *value = json_get(control->body, "value");
    struct rest_record *record = rest_find(&market_of(control)->resources, id);
    struct error error;
    if (!record)
        return fail_not_found(&control->failure, "resource", id ? id : "");
    struct json *document = json_clone(control->arena, record->document);
    if (!path ||
        json_put(control->arena, document, path,
                 json_is_null(value) ? NULL : json_clone(control->arena, value), &error) < 0)
        return fail(&control->failure, 400, "BadRequest", "an edit needs a path that is there");
    rest_write(record, document, sandbox_now(control->sandbox));
    control->sandbox->dirty = true;
    *ret_answer = json_clone(control->arena, record->document);
    return 0;
}

/* {"product", "hours"}: a certification that takes its time. */
static int lock_product(struct control *control, struct json **ret_answer)
{
    const char *product = ingestion_bare(control_argument(control, "product"));
    long long hours = json_get_int(control->body, "hours", LOCK_HOURS);
    if (!product || !rest_find(&market_of(control)->resources,
                               arena_printf(control->arena, "product/%s", product)))
        return fail_not_found(&control->failure, "product", product ? product : "");
    if (submission_running(market_of(control), product))
        return refuse(control, "the product has a submission already");
    submission_lock(control->sandbox, product, hours * 3600 * 1000);
    *ret_answer = json_object(control->arena);
    json_set_text(control->arena, *ret_answer, "locked", product);
    return 0;
}

static const struct control_row rows[] = {
    {"GET", "/_sandbox/azure/offers", list_offers},
    {"POST", "/_sandbox/azure/accept-offer", accept_offer},
    {"POST", "/_sandbox/azure/seller-publishes", publish_by_seller},
    {"POST", "/_sandbox/azure/sell", sell_offer},
    {"POST", "/_sandbox/azure/cancel-offer", cancel_offer},
    {"POST", "/_sandbox/azure/edit-offer", edit_offer},
    {"POST", "/_sandbox/azure/subscribe", subscribe},
    {"POST", "/_sandbox/azure/subscription", set_subscription},
    {"POST", "/_sandbox/azure/edit-resource", edit_resource},
    {"POST", "/_sandbox/azure/lock", lock_product},
};
const struct control_rows azure_market_controls = {rows, COUNT(rows)};
