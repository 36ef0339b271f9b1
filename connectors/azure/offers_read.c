/* Reading offers: the whole list, since it has no filter; the details of those that may still
 * change or have; where the job wants to know, the subscriptions that they became; and, where the
 * account wants it, the orders under them that analytics reports.
 *
 * Which offer a subscription was bought under only a call per subscription tells. The answer is for
 * ever, as long as plan and term stay: it is in the version of the offer's record. Subscriptions
 * that belong to no offer have no record; those that were there at the last complete read are
 * asked again in full reads only, and not at all once they have ended.
 *
 * What is reported is a day old, so it is asked for in full reads and every few hours. An order
 * that was reported once stays in the version of the offer's record: reports that are late, or that
 * fail, take nothing back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/azure/insights.h"
#include "connectors/azure/offers.h"
#include "connectors/azure/orders.h"
#include "connectors/sweep.h"

#define QUERY         "/private-offer/query"
#define SUBSCRIPTIONS "/subscriptions"
#define SAAS_VERSION  "api-version=2018-08-31"
#define PRICE         "price-and-availability-private-offer-plan/"
#define OVERLAP_MS    (INT64_C(2) * 86400000) /* how late a subscription may come to light */
#define MARK          "subscriptions="        /* watermark: since when they have been asked */
#define REPORTED      "analytics="            /* and when that was read last */
#define REPORTED_MS   (INT64_C(4) * 3600000)  /* how long it is not read again */

/* An offer as it is listed, and what is fetched of it. */
struct item {
    const char *id; /* bare */
    struct json *listed, *offer, *prices;
    const struct json *purchase;
    size_t priced; /* items of the pricing that were looked at */
};

/* A subscription, and the offer that it was last known to be of. */
struct bought {
    struct json *subscription;
    const char *known; /* offer; NULL: none */
    bool bound;        /* and still is */
};

struct reading {
    struct relay *relay;
    struct map *offers;    /* bare id → struct item */
    struct map *purchases; /* subscription → struct bought */
    struct map *bound;     /* offer → struct json, its subscription */
    struct map *orders;    /* offer → struct json, its order as it was reported now */
    bool full, want_agreements, want_prices, want_orders;
    bool first;                /* no read has asked the subscriptions before */
    int64_t since_ms;          /* when the last one did */
    bool subscriptions_broken; /* they could not be listed */
    bool asked, decided;
};

/* Everything goes on to the engine's sink; only the watermark is ours. */
struct relay {
    struct read_sink sink;
    char watermark[sizeof MARK + INSTANT_TEXT + sizeof REPORTED + INSTANT_TEXT];
    char listed[INSTANT_TEXT];   /* when this read began */
    char reported[INSTANT_TEXT]; /* when orders were asked for last; "": never */
    bool agreements;
};

/* ------------------------------------------------------------------ prices and records */

static int ask_price(struct sweep_fetch *fetch);

static void finish(struct sweep_fetch *fetch)
{
    struct sweep *sweep = fetch->sweep;
    const struct item *item = fetch->state;
    struct json *document = azure_offer_document(fetch->arena, item->offer, item->purchase,
                                                 item->prices, sweep_now(sweep));
    sweep_record(sweep, azure_offer_record(fetch->arena, document, sweep_note, sweep));
}

/* A price that is not there any more leaves the offer without it. */
static int take_price(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    struct item *item = fetch->state;
    (void)error;
    const struct json *items = azure_offer_pricing(item->offer);
    const char *id = json_get_text(json_at(items, item->priced - 1), "priceDetails");
    if (answer && id)
        json_set(fetch->arena, item->prices, id, json_clone(fetch->arena, answer));
    return ask_price(fetch);
}

static const char *encoded(struct arena *arena, const char *durable)
{
    const char *path = "";
    for (;;) {
        size_t length = strcspn(durable, "/");
        path = arena_printf(arena, "%s/%s", path,
                            azure_encode(arena, arena_copy_n(arena, durable, length)));
        if (!durable[length])
            return path;
        durable += length + 1;
    }
}

static int ask_price(struct sweep_fetch *fetch)
{
    struct item *item = fetch->state;
    const struct cloud *cloud = sweep_cloud(fetch->sweep);
    const struct json *items = azure_offer_pricing(item->offer);
    while (items && item->priced < items->count) {
        const char *id = json_get_text(items->items[item->priced++], "priceDetails");
        if (!id || !text_starts(id, PRICE) || json_get(item->prices, id) || strstr(id, ".."))
            continue;
        azure_request(
            cloud, fetch->arena, AZURE_INGESTION, "GET",
            azure_versioned(fetch->arena, encoded(fetch->arena, id), azure_offer_api(cloud)), NULL,
            &fetch->request);
        fetch->may_lack = true;
        return sweep_ask(fetch, "price-and-availability-private-offer-plan", AZURE_GRAPH,
                         take_price);
    }
    finish(fetch);
    return 0;
}

/* ------------------------------------------------------------------ details */

static int take_offer(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    const struct reading *reading = sweep_context(fetch->sweep);
    struct item *item = fetch->state;
    if (!answer) /* deleted, or cancelled by the service's support, since it was listed */
        return 0;
    const char *id = azure_bare_id(fetch->arena, json_get_text(answer, "id"));
    if (!id || strcasecmp(id, fetch->id) != 0 || !json_get_text(answer, "state"))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "private-offer answered %s without its id and state", fetch->id);
    item->offer = json_clone(fetch->arena, answer);
    if (!reading->want_prices) {
        finish(fetch);
        return 0;
    }
    item->prices = json_object(fetch->arena);
    return ask_price(fetch);
}

static void fetch_offer(struct sweep *sweep, struct item *item)
{
    struct sweep_fetch *fetch = sweep_fetch(sweep, item->id, item);
    const struct cloud *cloud = sweep_cloud(sweep);
    const char *path =
        arena_printf(fetch->arena, "/private-offer/%s", azure_encode(fetch->arena, item->id));
    azure_request(cloud, fetch->arena, AZURE_INGESTION, "GET",
                  azure_versioned(fetch->arena, path, azure_offer_api(cloud)), NULL,
                  &fetch->request);
    fetch->may_lack = true;
    sweep_ask(fetch, "private-offer", AZURE_GRAPH, take_offer);
}

/* ------------------------------------------------------------------ which offer was bought */

static bool is_ended(const struct json *subscription)
{
    return azure_offer_says(subscription, "saasSubscriptionStatus", "Unsubscribed");
}

static int64_t instant_of(const struct json *object, const char *path)
{
    const char *text = json_text(json_find(object, path));
    int64_t ms = 0, day;
    if (text && !instant_parse(text, &ms) && day_parse(text, &day))
        ms = day * INT64_C(86400000);
    return ms;
}

/* What is in force speaks for the offer, and of several the latest. */
static bool is_better(const struct json *one, const struct json *other)
{
    if (!other || is_ended(one) != is_ended(other))
        return !other || is_ended(other);
    return instant_of(one, "created") > instant_of(other, "created");
}

static void bind(struct sweep *sweep, const char *offer, struct json *subscription)
{
    struct reading *reading = sweep_context(sweep);
    char *id = arena_copy(sweep_arena(sweep), offer);
    text_lower(id);
    if (is_better(subscription, map_get(reading->bound, id)))
        map_put(reading->bound, id, subscription);
}

/* An answer without the plan proves nothing either way. */
static int take_plans(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    const struct bought *bought = fetch->state;
    const char *wanted = json_get_text(bought->subscription, "planId");
    const struct json *plans = json_get(answer, "plans");
    if (!plans || plans->type != JSON_ARRAY)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "listAvailablePlans of the subscription %s answered without plans",
                         fetch->id);
    for (size_t i = 0; i < plans->count; i++) {
        const struct json *sources = json_get(plans->items[i], "sourceOffers");
        if (!text_equal(json_get_text(plans->items[i], "planId"), wanted) || !sources ||
            sources->type != JSON_ARRAY)
            continue;
        for (size_t j = 0; j < sources->count; j++) {
            const char *id = json_get_text(sources->items[j], "externalId");
            if (!text_blank(id))
                bind(fetch->sweep, azure_bare_id(fetch->arena, id), bought->subscription);
        }
    }
    return 0;
}

/* What was known of it stays; the wrong application for one product says nothing of the rest. */
static void missed_plans(struct sweep_fetch *fetch, const struct error *error)
{
    const struct bought *bought = fetch->state;
    struct error copy = *error;
    if (copy.class == ERROR_AUTH)
        copy.class = ERROR_REFUSED;
    if (bought->known)
        bind(fetch->sweep, bought->known, bought->subscription);
    sweep_missed(fetch->sweep, fetch->id, &copy);
}

static void ask_plans(struct sweep *sweep, struct bought *bought)
{
    const char *id = json_get_text(bought->subscription, "id");
    struct sweep_fetch *fetch = sweep_fetch(sweep, id, bought);
    struct arena *arena = fetch->arena;
    const char *path =
        arena_printf(arena, SUBSCRIPTIONS "/%s/listAvailablePlans?" SAAS_VERSION "&planId=%s",
                     azure_encode(arena, id),
                     azure_encode(arena, json_get_text(bought->subscription, "planId")));
    azure_request(sweep_cloud(sweep), arena, AZURE_SAAS, "GET", path, NULL, &fetch->request);
    fetch->missed = missed_plans;
    sweep_ask(fetch, "listAvailablePlans", AZURE_MARKETPLACE, take_plans);
}

static bool is_recent(const struct reading *reading, const struct json *subscription)
{
    int64_t since = reading->since_ms - OVERLAP_MS;
    return instant_of(subscription, "created") >= since ||
           instant_of(subscription, "term.startDate") >= since;
}

static bool must_ask(const struct reading *reading, const struct bought *bought)
{
    const struct json *subscription = bought->subscription;
    if (text_blank(json_get_text(subscription, "planId")))
        return false;
    if (bought->known || reading->first || is_recent(reading, subscription))
        return true;
    return reading->full && !is_ended(subscription);
}

/* What the stored versions say; a subscription of which plan or term moved is asked anew. */
static void bind_known(struct sweep *sweep)
{
    struct reading *reading = sweep_context(sweep);
    struct arena *arena = sweep_arena(sweep);
    for (size_t i = 0; i < map_count(reading->offers); i++) {
        const struct item *item = map_value_at(reading->offers, i);
        struct azure_offer_version stored;
        if (!azure_offer_split_version(arena, sweep_known(sweep, item->id), &stored) ||
            !stored.subscription)
            continue;
        struct bought *bought = map_get(reading->purchases, stored.subscription);
        if (!bought)
            continue;
        bought->known = item->id;
        bought->bound = text_equal(stored.key, azure_subscription_key(arena, bought->subscription));
        if (bought->bound)
            bind(sweep, item->id, bought->subscription);
    }
}

/* False if none need be asked. */
static bool ask_subscriptions(struct sweep *sweep)
{
    struct reading *reading = sweep_context(sweep);
    bool any = false;
    bind_known(sweep);
    for (size_t i = 0; i < map_count(reading->purchases); i++) {
        struct bought *bought = map_value_at(reading->purchases, i);
        if (bought->bound || !must_ask(reading, bought))
            continue;
        ask_plans(sweep, bought);
        any = true;
    }
    return any;
}

/* ------------------------------------------------------------------ what was ordered */

static void take_order(struct sweep *sweep, const char *offer, struct json *order)
{
    struct reading *reading = sweep_context(sweep);
    if (azure_order_better(order, map_get(reading->orders, offer)))
        map_put(reading->orders, offer, order);
}

static void orders_ended(struct sweep *sweep)
{
    struct relay *relay = ((struct reading *)sweep_context(sweep))->relay;
    memcpy(relay->reported, relay->listed, sizeof relay->reported);
}

static const struct azure_insights insights = {take_order, orders_ended};

/* The order that was reported now or ever; nobody accepts an offer to a partner, whose customers
 * order under it as often as they like. */
static const struct json *order_of(const struct reading *reading, struct arena *arena,
                                   const struct item *item,
                                   const struct azure_offer_version *stored)
{
    const struct json *order = map_get(reading->orders, item->id);
    if (azure_offer_is_margin(item->listed))
        return NULL;
    return order || !stored ? order : azure_order_of(arena, stored);
}

/* ------------------------------------------------------------------ decisions */

/* Nothing of it changes any more but by what the version shows. */
static bool is_settled(const char *state)
{
    static const char *const words[] = {"accepted", "ended", "expired", "cancelled", STATE_DELETED};
    for (size_t i = 0; i < COUNT(words); i++)
        if (text_equal(state, words[i]))
            return true;
    return false;
}

static void decide(struct sweep *sweep, struct item *item)
{
    const struct reading *reading = sweep_context(sweep);
    struct arena *arena = sweep_arena(sweep);
    const char *known = sweep_known(sweep, item->id), *etag = azure_offer_etag(item->listed);
    struct azure_offer_version stored;
    bool split = azure_offer_split_version(arena, known, &stored);
    /* It would lose what it became: it stays as it was. */
    if (split && stored.subscription && !azure_order_of(arena, &stored) &&
        reading->subscriptions_broken)
        return;
    item->purchase = map_get(reading->bound, item->id);
    if (!item->purchase)
        item->purchase = order_of(reading, arena, item, split ? &stored : NULL);
    const char *state = azure_offer_state(item->listed, item->purchase, sweep_now(sweep));
    const char *version = azure_offer_version(arena, etag, state, item->purchase);
    if (!reading->full && *etag && is_settled(state) && text_equal(version, known))
        sweep_seen(sweep, item->id);
    else
        fetch_offer(sweep, item);
}

static void drained(struct sweep *sweep)
{
    struct reading *reading = sweep_context(sweep);
    if (!reading->asked) {
        reading->asked = true;
        if (reading->want_orders)
            azure_insights_ask(sweep, &insights);
        if (ask_subscriptions(sweep) || reading->want_orders)
            return;
    }
    if (reading->decided)
        return;
    reading->decided = true;
    for (size_t i = 0; i < map_count(reading->offers); i++)
        decide(sweep, map_value_at(reading->offers, i));
}

/* ------------------------------------------------------------------ listings */

static int page(struct sweep *sweep, struct arena *arena, enum azure_surface surface,
                const char *path, const char *query, const struct sweep_place *place,
                struct http_request *ret_request, struct error *error)
{
    const struct cloud *cloud = sweep_cloud(sweep);
    if (place->token)
        return azure_request_next(cloud, arena, surface, path, place->token, ret_request, error);
    azure_request(cloud, arena, surface, "GET", arena_printf(arena, "%s?%s", path, query), NULL,
                  ret_request);
    return 0;
}

static int offer_page(struct sweep *sweep, struct arena *arena, const struct sweep_listing *listing,
                      const struct sweep_place *place, struct http_request *ret_request,
                      struct error *error)
{
    (void)listing;
    const char *query = arena_printf(arena, "$version=%s",
                                     azure_encode(arena, azure_offer_api(sweep_cloud(sweep))));
    return page(sweep, arena, AZURE_INGESTION, QUERY, query, place, ret_request, error);
}

static int subscription_page(struct sweep *sweep, struct arena *arena,
                             const struct sweep_listing *listing, const struct sweep_place *place,
                             struct http_request *ret_request, struct error *error)
{
    (void)listing;
    return page(sweep, arena, AZURE_SAAS, SUBSCRIPTIONS, SAAS_VERSION, place, ret_request, error);
}

static void list_offer(struct sweep *sweep, const struct sweep_listing *listing, const char *id,
                       const char *version, const struct json *item)
{
    (void)listing, (void)version;
    struct reading *reading = sweep_context(sweep);
    struct arena *arena = sweep_arena(sweep);
    struct item *listed = arena_alloc(arena, sizeof *listed);
    char *bare = arena_copy(arena, azure_bare_id(arena, id));
    text_lower(bare);
    listed->id = bare;
    listed->listed = json_clone(arena, item);
    map_put(reading->offers, bare, listed);
}

/* What was only tried out was not bought. */
static void list_subscription(struct sweep *sweep, const struct sweep_listing *listing,
                              const char *id, const char *version, const struct json *item)
{
    (void)listing, (void)version;
    struct reading *reading = sweep_context(sweep);
    struct arena *arena = sweep_arena(sweep);
    if (json_get_bool(item, "isTest", false) || azure_offer_says(item, "sessionMode", "DryRun"))
        return;
    struct bought *bought = arena_alloc(arena, sizeof *bought);
    bought->subscription = json_clone(arena, item);
    map_put(reading->purchases, id, bought);
}

static void subscriptions_broken(struct sweep *sweep, struct error *error)
{
    ((struct reading *)sweep_context(sweep))->subscriptions_broken = true;
    error_context(error, "subscriptions cannot be read, so offers that were bought stay as they "
                         "were");
}

static const struct sweep_listing offer_listing = {
    .operation = "private-offer/query",
    .family = AZURE_GRAPH,
    .items = "value",
    .id = "id",
    .version = "eTag",
    .token = "@nextLink",
    .essential = true,
    .page = offer_page,
    .item = list_offer,
};

static const struct sweep_listing subscription_listing = {
    .operation = "subscriptions",
    .family = AZURE_MARKETPLACE,
    .items = "subscriptions",
    .id = "id",
    .token = "@nextLink",
    .may_be_blank = true,
    .page = subscription_page,
    .item = list_subscription,
    .broken = subscriptions_broken,
};

/* ------------------------------------------------------------------ beginning and end */

static const char *relay_version(void *context, const char *id)
{
    const struct relay *relay = context;
    return relay->sink.version(relay->sink.context, id);
}

static int relay_record(void *context, const struct record *record)
{
    const struct relay *relay = context;
    return relay->sink.record(relay->sink.context, record);
}

static int relay_seen(void *context, const char *id)
{
    const struct relay *relay = context;
    return relay->sink.seen(relay->sink.context, id);
}

static void relay_finding(void *context, const struct finding *finding)
{
    const struct relay *relay = context;
    relay->sink.finding(relay->sink.context, finding);
}

static void relay_done(void *context, enum read_outcome outcome, const char *watermark,
                       const struct error *error)
{
    struct relay *relay = context;
    (void)watermark;
    snprintf(relay->watermark, sizeof relay->watermark, "%s%s%s%s",
             relay->agreements ? MARK : "offers=", relay->listed,
             *relay->reported ? " " REPORTED : "", relay->reported);
    relay->sink.done(relay->sink.context, outcome,
                     outcome == READ_COMPLETE ? relay->watermark : NULL, error);
    free(relay);
}

static void release(void *context)
{
    struct reading *reading = context;
    map_free(reading->offers);
    map_free(reading->purchases);
    map_free(reading->bound);
    map_free(reading->orders);
    free(reading);
}

/* The instant of a part of the watermark; false if it has none. */
static bool instant_in(const char *watermark, const char *mark, int64_t *ret_ms)
{
    char text[INSTANT_TEXT];
    for (const char *at = watermark; at && *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        if (text_starts(at, mark) && length - strlen(mark) < sizeof text) {
            snprintf(text, sizeof text, "%.*s", (int)(length - strlen(mark)), at + strlen(mark));
            return instant_parse(text, ret_ms);
        }
        at += length;
    }
    return false;
}

/* Since when subscriptions were asked, and whether orders are to be asked for now. */
static void take_watermark(struct reading *reading, const struct read_scope *scope, bool reports,
                           int64_t now_ms)
{
    int64_t reported_ms;
    bool known = instant_in(scope->watermark, REPORTED, &reported_ms);
    reading->first = !instant_in(scope->watermark, MARK, &reading->since_ms);
    reading->want_orders = reports && (reading->full || !known || reported_ms > now_ms ||
                                       now_ms - reported_ms >= REPORTED_MS);
    if (known)
        instant_print(reported_ms, reading->relay->reported);
}

void azure_offers_read(struct cloud *cloud, const struct read_scope *scope,
                       const struct read_sink *sink)
{
    static const struct sweep_reader reader = {.drained = drained, .release = release};
    static const char *const agreement_fields[] = {
        "agreement", "agreement_status", "agreement_stage", "agreement_quantity",
        "buyer",     "agreement_start",  "agreement_end",   "auto_renew",
        NULL};
    static const char *const price_fields[] = {
        "prices", "usage_prices", "grants", "duration", "payment_period", "user_limits", NULL};
    const struct kind *kind = &kinds[KIND_OFFER];
    struct reading *reading = memory_alloc(sizeof *reading);
    struct relay *relay = memory_alloc(sizeof *relay);
    const struct read_sink own = {relay,      relay_version, relay_record,
                                  relay_seen, relay_finding, relay_done};
    reading->relay = relay;
    reading->offers = map_new();
    reading->purchases = map_new();
    reading->bound = map_new();
    reading->orders = map_new();
    reading->full = scope->full || !scope->watermark;
    reading->want_agreements = read_wants(scope, kind, agreement_fields);
    reading->want_prices = read_wants(scope, kind, price_fields);
    relay->sink = *sink;
    relay->agreements = reading->want_agreements;
    struct sweep *sweep = sweep_new(cloud, cloud->session, scope, &own, &reader, reading);
    instant_print(sweep_now(sweep), relay->listed);
    take_watermark(reading, scope, settings_flag(cloud->settings, "analytics"), sweep_now(sweep));
    sweep_list(sweep, &offer_listing);
    if (reading->want_agreements)
        sweep_list(sweep, &subscription_listing);
}
