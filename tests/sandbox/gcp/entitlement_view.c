/* An order as the Partner Procurement API shows it: which members are set follows from its state,
 * as the descriptions of Entitlement's members have it (cloudcommerceprocurement v1). */
#include <string.h>

#include "tests/sandbox/gcp/market.h"

struct view {
    struct arena *arena;
    const struct rest_record *order;
    const struct json *hold, *pending;
    struct json *out;
};

static bool is(const struct view *view, const char *state)
{
    return text_equal(json_get_text(view->out, "state"), state);
}

/* Names have the project's id or its number, as it falls. */
static const char *project_of(const char *id)
{
    return id[strlen(id) - 1] % 2 ? GCP_PROJECT : GCP_PROJECT_NUMBER;
}

/* "P1Y6M", "P2Y", "P3M". */
static const char *print_months(struct arena *arena, long long months)
{
    const char *years = months >= 12 ? arena_printf(arena, "%lldY", months / 12) : "";
    const char *rest = months % 12 ? arena_printf(arena, "%lldM", months % 12) : "";
    return arena_printf(arena, "P%s%s", years, rest);
}

/* "projects/P/services/S/privateOffers/O": without a location, unlike the producer's name. */
static const char *print_offer(const struct view *view, const struct json *terms)
{
    const char *offer = json_get_text(terms, "offer");
    const char *service = json_get_text(view->hold, "service");
    const char *standard = json_get_text(terms, "standard");
    const char *slash = standard ? strrchr(standard, '/') : NULL;
    const char *project = project_of(view->order->id);
    return offer ? arena_printf(view->arena, "projects/%s/services/%s/privateOffers/%s", project,
                                service, offer)
                 : arena_printf(view->arena, "projects/%s/services/%s/standardOffers/%s", project,
                                service, slash ? slash + 1 : "");
}

static void put_text(const struct view *view, const char *name, const char *text)
{
    if (!text_blank(text))
        json_set_text(view->arena, view->out, name, text);
}

static void put_time(const struct view *view, const char *name, int64_t ms)
{
    if (ms >= 0)
        json_set_text(view->arena, view->out, name, gcp_instant(view->arena, ms));
}

static void put_duration(const struct view *view, const char *name, const struct json *terms)
{
    long long months = json_get_int(terms, "months", 0);
    if (months && !json_get_bool(terms, "fixed", false))
        json_set_text(view->arena, view->out, name, print_months(view->arena, months));
}

static void add_offer(const struct view *view)
{
    bool waits = is(view, "ENTITLEMENT_ACTIVATION_REQUESTED");
    bool approved = json_get_bool(view->hold, "approved", false);
    int64_t end = json_get_int(view->hold, "end_ms", -1);
    put_text(view, "offer", print_offer(view, view->hold));
    put_duration(view, "offerDuration", view->hold);
    if (!waits || approved || json_get_bool(view->hold, "fixed", false))
        put_time(view, "offerEndTime", end);
    if (waits && approved)
        put_time(view, "newOfferStartTime", json_get_int(view->hold, "start_ms", -1));
    if (!waits && json_get_bool(view->hold, "subscribes", false))
        put_time(view, "subscriptionEndTime", end);
}

static void add_pending(const struct view *view)
{
    if (!view->pending)
        return;
    put_text(view, "newPendingPlan", json_get_text(view->pending, "plan"));
    put_text(view, "newPendingOffer", print_offer(view, view->pending));
    put_duration(view, "newPendingOfferDuration", view->pending);
    if (is(view, "ENTITLEMENT_PENDING_PLAN_CHANGE"))
        put_time(view, "newOfferStartTime", json_get_int(view->pending, "start_ms", -1));
    if (json_get_bool(view->pending, "fixed", false))
        put_time(view, "newOfferEndTime", json_get_int(view->pending, "end_ms", -1));
}

/* What metering needs is there from the start of use. */
static void add_usage(const struct view *view)
{
    struct arena *arena = view->arena;
    if (!json_get_bool(view->hold, "metered", false) ||
        is(view, "ENTITLEMENT_ACTIVATION_REQUESTED"))
        return;
    unsigned number = 0;
    for (const char *c = view->order->id; *c; c++)
        number = number * 31 + (unsigned char)*c;
    struct json *consumers = json_array(arena), *consumer = json_object(arena);
    json_set_text(arena, consumer, "project", arena_printf(arena, "projects/4%011u", number));
    json_append(arena, consumers, consumer);
    json_set(arena, view->out, "consumers", consumers);
    put_text(view, "usageReportingId", arena_printf(arena, "project_number:4%011u", number));
}

struct json *entitlement_show(struct arena *arena, const struct sandbox *sandbox,
                              const struct rest_record *order)
{
    (void)sandbox;
    const struct json *hold = market_hold(order);
    const struct view view = {arena, order, hold, json_get(hold, "pending"),
                              json_clone(arena, market_shown(order))};
    const char *service = json_get_text(hold, "service"), *offer = json_get_text(hold, "offer");
    bool numbered = !strcmp(project_of(order->id), GCP_PROJECT_NUMBER);
    put_text(&view, "name",
             arena_printf(arena, "providers/" GCP_PROVIDER "/entitlements/%s", order->id));
    put_text(&view, "account",
             arena_printf(arena, "providers/" GCP_PROVIDER "/accounts/%s",
                          json_get_text(hold, "account")));
    put_text(&view, "provider", GCP_PROVIDER);
    put_text(&view, "product", offer && numbered ? offer : service);
    put_text(&view, "productExternalName", service);
    put_text(&view, "plan", json_get_text(hold, "plan"));
    put_text(&view, "orderId", json_get_text(hold, "order"));
    put_text(&view, "cancellationReason", json_get_text(hold, "reason"));
    add_offer(&view);
    add_pending(&view);
    add_usage(&view);
    put_time(&view, "createTime", order->made_ms);
    put_time(&view, "updateTime", order->moved_ms);
    return view.out;
}
