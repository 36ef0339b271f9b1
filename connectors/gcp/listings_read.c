/* Reading listings: all services; of each the resource in full, its list offers and its SKUs; all
 * groups of SKUs beside them; and the titles of plans where something moved. */
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/gcp/listings.h"
#include "connectors/gcp/location.h"
#include "connectors/gcp/pages.h"

#define PAGE 500 /* the most that the service gives, and what it gives unasked */

/* A list that belongs to a service, page by page. */
struct belongings {
    struct json *items;
    const char *token;   /* of the page that was asked for; NULL: the first */
    struct json *turned; /* the tokens of those before, by name */
};

/* A service on its way; everything in it lives as long as the read. */
struct visit {
    struct visit *next;
    const char *id, *name;
    struct json *service; /* in full; NULL: it is gone since it was listed */
    struct belongings offers, skus;
    bool whole; /* all of it was read */
    const char *version;
};

struct listings {
    struct visit *visits;
    struct json *groups;
    struct gcp_collection services, sku_groups;
    int64_t now_ms;
    char today[DAY_TEXT]; /* "": no titles are wanted */
    bool groups_broken;
    enum { READING, TITLING, TOLD } stage;
};

static struct listings *of(const struct sweep *sweep)
{
    return sweep_context(sweep);
}

static int send(struct sweep_fetch *fetch, const char *operation, sweep_answer *answer)
{
    return sweep_ask(fetch, operation, gcp_family(GCP_PRODUCER), answer);
}

/* ------------------------------------------------------------------ what belongs to a service */

static int ask_page(struct sweep_fetch *fetch, const char *collection,
                    const struct belongings *belongings, const char *operation,
                    sweep_answer *answer)
{
    const struct visit *visit = fetch->state;
    const struct gcp_collection pages = {
        .surface = GCP_PRODUCER,
        .name = arena_printf(fetch->arena, "%s/%s", visit->name, collection),
        .size = PAGE,
    };
    gcp_page_request(sweep_cloud(fetch->sweep), fetch->arena, &pages, belongings->token,
                     &fetch->request);
    return send(fetch, operation, answer);
}

/* Adds the items of a page. True in `ret_more` if there is another one, which is to be asked for.
 */
static int take_page(struct sweep_fetch *fetch, const struct json *answer, const char *collection,
                     struct belongings *belongings, bool *ret_more, struct error *error)
{
    struct arena *arena = sweep_arena(fetch->sweep);
    const struct json *items = json_get(answer, collection);
    const char *token = json_get_text(answer, "nextPageToken");
    for (size_t i = 0; items && items->type == JSON_ARRAY && i < items->count; i++)
        json_append(arena, belongings->items, json_clone(arena, items->items[i]));
    *ret_more = !text_blank(token);
    if (*ret_more &&
        (json_get(belongings->turned, token) || belongings->turned->count >= LIMIT_PAGES))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD, "the list of %s does not end",
                         collection);
    belongings->token = *ret_more ? arena_copy(arena, token) : NULL;
    if (*ret_more)
        json_set(arena, belongings->turned, belongings->token, json_bool(arena, true));
    return 0;
}

static int take_skus(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    struct visit *visit = fetch->state;
    bool more = false;
    int result = take_page(fetch, answer, "skus", &visit->skus, &more, error);
    if (result < 0)
        return result;
    if (more)
        return ask_page(fetch, "skus", &visit->skus, "skus.list", take_skus);
    visit->whole = true;
    return 0;
}

static int take_offers(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    struct visit *visit = fetch->state;
    bool more = false;
    int result = take_page(fetch, answer, "standardOffers", &visit->offers, &more, error);
    if (result < 0)
        return result;
    return more ? ask_page(fetch, "standardOffers", &visit->offers, "standardOffers.list",
                           take_offers)
                : ask_page(fetch, "skus", &visit->skus, "skus.list", take_skus);
}

static int take_service(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    struct visit *visit = fetch->state;
    (void)error;
    if (!answer)
        return 0;
    visit->service = json_clone(sweep_arena(fetch->sweep), answer);
    return ask_page(fetch, "standardOffers", &visit->offers, "standardOffers.list", take_offers);
}

/* ------------------------------------------------------------------ the lists of the project */

/* What stands at the end of a name, and is fit for a path of our own. */
static const char *path_id(const char *name)
{
    const char *id = gcp_bare_id(name);
    return text_blank(id) || !strcmp(id, ".") || !strcmp(id, "..") ? NULL : id;
}

static void odd_name(struct sweep *sweep, const char *name)
{
    struct error error = {0};
    error_set(&error, ERROR_PERMANENT, SCOPE_RECORD, "\"%s\" is no name of a resource", name);
    sweep_missed(sweep, name, &error);
}

static void take_listed(struct sweep *sweep, const struct sweep_listing *listing, const char *name,
                        const char *version, const struct json *item)
{
    (void)listing, (void)version, (void)item; /* no more than the name */
    struct arena *arena = sweep_arena(sweep);
    struct listings *listings = of(sweep);
    struct cloud *cloud = sweep_cloud(sweep);
    const char *id = path_id(name);
    if (!id) {
        odd_name(sweep, name);
        return;
    }
    struct visit *visit = arena_alloc(arena, sizeof *visit);
    visit->id = arena_copy(arena, id);
    visit->name = arena_printf(arena, "%s/services/%s", gcp_parent(cloud, arena), id);
    visit->offers.items = json_array(arena);
    visit->skus.items = json_array(arena);
    visit->offers.turned = json_object(arena);
    visit->skus.turned = json_object(arena);
    visit->next = listings->visits;
    listings->visits = visit;
    struct sweep_fetch *fetch = sweep_fetch(sweep, id, visit);
    fetch->may_lack = true;
    gcp_request(cloud, fetch->arena, GCP_PRODUCER, "GET", visit->name, "view=SERVICE_VIEW_FULL",
                NULL, &fetch->request);
    send(fetch, "services.get", take_service);
}

static void take_group(struct sweep *sweep, const struct sweep_listing *listing, const char *name,
                       const char *version, const struct json *item)
{
    (void)listing, (void)name, (void)version;
    json_append(sweep_arena(sweep), of(sweep)->groups, json_clone(sweep_arena(sweep), item));
}

static void groups_broken(struct sweep *sweep, struct error *error)
{
    (void)error;
    of(sweep)->groups_broken = true;
}

static const struct sweep_listing *listing_of(struct sweep *sweep, struct gcp_collection *pages,
                                              const char *collection,
                                              const struct sweep_listing *like)
{
    struct arena *arena = sweep_arena(sweep);
    struct sweep_listing *listing = arena_alloc(arena, sizeof *listing);
    *pages = (struct gcp_collection){
        .surface = GCP_PRODUCER,
        .name = arena_printf(arena, "%s/%s", gcp_parent(sweep_cloud(sweep), arena), collection),
        .size = PAGE,
    };
    *listing = *like;
    listing->detail = pages;
    return listing;
}

static void start(struct sweep *sweep)
{
    static const struct sweep_listing services = {
        GCP_LISTED("services.list", GCP_PRODUCER_CALLS, "services"),
        .essential = true,
        .item = take_listed,
    };
    static const struct sweep_listing sku_groups = {
        GCP_LISTED("skuGroups.list", GCP_PRODUCER_CALLS, "skuGroups"),
        .item = take_group,
        .broken = groups_broken,
    };
    struct listings *listings = of(sweep);
    sweep_list(sweep, listing_of(sweep, &listings->services, "services", &services));
    sweep_list(sweep, listing_of(sweep, &listings->sku_groups, "skuGroups", &sku_groups));
}

/* ------------------------------------------------------------------ records */

static struct json *document_of(struct sweep *sweep, const struct visit *visit,
                                document_report *report)
{
    const struct listings *listings = of(sweep);
    const struct gcp_listing_parts parts = {.service = visit->service,
                                            .offers = visit->offers.items,
                                            .skus = visit->skus.items,
                                            .groups = listings->groups};
    return gcp_listing_document(sweep_arena(sweep), &parts, listings->now_ms, report, sweep);
}

static int take_title(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    struct visit *visit = fetch->state;
    (void)error;
    for (size_t i = 0; answer && i < visit->offers.items->count; i++)
        if (text_equal(gcp_bare_id(json_get_text(visit->offers.items->items[i], "name")),
                       gcp_bare_id(json_get_text(answer, "name"))))
            visit->offers.items->items[i] = json_clone(sweep_arena(fetch->sweep), answer);
    return 0;
}

static void title_missed(struct sweep_fetch *fetch, const struct error *error)
{
    struct visit *visit = fetch->state;
    if (visit->whole)
        sweep_missed(fetch->sweep, visit->id, error);
    visit->whole = false;
}

static size_t ask_titles(struct sweep *sweep, struct visit *visit)
{
    struct cloud *cloud = sweep_cloud(sweep);
    size_t asked = 0;
    for (size_t i = 0; i < visit->offers.items->count; i++) {
        const char *id = path_id(json_get_text(visit->offers.items->items[i], "name"));
        if (!id)
            continue;
        struct sweep_fetch *fetch = sweep_fetch(sweep, visit->id, visit);
        fetch->may_lack = true;
        fetch->missed = title_missed;
        gcp_request(cloud, fetch->arena, GCP_PRODUCER, "GET",
                    arena_printf(fetch->arena, "%s/standardOffers/%s", visit->name, id),
                    "view=STANDARD_OFFER_VIEW_FULL", NULL, &fetch->request);
        send(fetch, "standardOffers.get", take_title);
        asked++;
    }
    return asked;
}

/* What has not moved today is seen; of the rest the titles are asked for. Returns how many. */
static size_t look(struct sweep *sweep, struct visit *visit)
{
    const char *today = *of(sweep)->today ? of(sweep)->today : NULL;
    visit->version =
        gcp_listing_version(sweep_arena(sweep), document_of(sweep, visit, NULL), today);
    if (!text_equal(sweep_known(sweep, visit->id), visit->version))
        return today ? ask_titles(sweep, visit) : 0;
    sweep_seen(sweep, visit->id);
    visit->whole = false;
    return 0;
}

static void tell(struct sweep *sweep, struct visit *visit)
{
    struct arena *arena = sweep_arena(sweep);
    sweep_record(sweep, gcp_listing_record(arena, document_of(sweep, visit, sweep_note),
                                           visit->version, sweep_note, sweep));
}

/* Once all lists are read, and once more when the titles are there. Without the groups nothing
 * tells whether what is shown of a service is all. */
static void drained(struct sweep *sweep)
{
    struct listings *listings = of(sweep);
    size_t asked = 0;
    if (listings->groups_broken || listings->stage == TOLD)
        return;
    for (struct visit *visit = listings->visits; visit && listings->stage == READING;
         visit = visit->next)
        asked += visit->whole ? look(sweep, visit) : 0;
    listings->stage = asked ? TITLING : TOLD;
    for (struct visit *visit = listings->visits; visit && !asked; visit = visit->next)
        if (visit->whole)
            tell(sweep, visit);
}

/* ------------------------------------------------------------------ the read */

static int take_location(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    int result = gcp_location_read(sweep_cloud(fetch->sweep), answer, error);
    if (!result)
        start(fetch->sweep);
    return result;
}

/* Without it nothing can be asked for; no page was read, so the read has failed. */
static void location_missed(struct sweep_fetch *fetch, const struct error *error)
{
    sweep_missed(fetch->sweep, NULL, error);
}

static const struct sweep_reader reader = {.drained = drained, .release = free};

void gcp_listings_read(struct cloud *cloud, const struct read_scope *scope,
                       const struct read_sink *sink)
{
    static const char *const titled[] = {"plans", NULL};
    struct listings *listings = memory_alloc(sizeof *listings);
    struct sweep *sweep = sweep_new(cloud, cloud->session, scope, sink, &reader, listings);
    listings->groups = json_array(sweep_arena(sweep));
    listings->now_ms = sweep_now(sweep);
    if (read_wants(scope, &kinds[KIND_LISTING], titled))
        day_print(day_of(listings->now_ms), listings->today);
    if (cloud->location) {
        start(sweep);
        return;
    }
    struct sweep_fetch *fetch = sweep_fetch(sweep, cloud->project, NULL);
    fetch->missed = location_missed;
    gcp_location_request(cloud, fetch->arena, &fetch->request);
    send(fetch, "locations.list", take_location);
}
