/* Reading offers: the list, since a little before the last change that was seen; the whole offer
 * where its updateTime is another than the one that is stored; and, where the job wants to know,
 * all entitlements, which have no time to be listed by. An entitlement is in the version of its
 * offer's record, so what becomes of it is seen of offers that have not changed, too.
 *
 * A listing shows an offer's name, state and times only (PRIVATE_OFFER_VIEW_BASIC): nothing in it
 * is compared with anything. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/gcp/location.h"
#include "connectors/gcp/offer_steps.h"
#include "connectors/gcp/offers.h"
#include "connectors/sweep.h"

#define OVERLAP_MS (INT64_C(5) * 60000)  /* how late a change may come to light */
#define NEAR_MS    (INT64_C(10) * 60000) /* between an acceptance and the order that it made */

/* An offer as it is listed, or as the store has it, and what is fetched of it. */
struct item {
    const char *id;                 /* bare */
    const char *time;               /* updateTime; NULL: not shown */
    bool draft, accepted;           /* as listed */
    const struct json *entitlement; /* NULL: none */
    struct json *offer, *papers;
    const struct json *account;
    const char *token; /* of the page that is asked for; NULL: the first */
    size_t pages;
    const struct json *joined; /* the last of those that may be its entitlement */
    size_t joined_count;
};

struct reading {
    bool full, want_agreements, want_accounts, want_papers;
    struct map *offers;       /* bare id → struct item, those that are listed */
    struct map *entitlements; /* bare id → struct json */
    struct map *now, *next;   /* offer → struct json: under it, and to be so next */
    struct map *accounts;     /* bare id → struct json */
    bool entitlements_broken; /* they could not be listed */
    bool decided;
};

/* ------------------------------------------------------------------ the record */

static int ask_papers(struct sweep_fetch *fetch);
static int ask_account(struct sweep_fetch *fetch);

static void finish(struct sweep_fetch *fetch)
{
    const struct item *item = fetch->state;
    struct json *document = gcp_offer_document(sweep_cloud(fetch->sweep), fetch->arena, item->offer,
                                               item->entitlement, item->account, item->papers);
    sweep_record(fetch->sweep, gcp_offer_record(fetch->arena, document, sweep_note, fetch->sweep));
}

/* Of a list that belongs to an offer: 1 if another page is to be asked for, be this one empty. */
static int turn_page(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    struct item *item = fetch->state;
    const char *token = json_get_text(answer, "nextPageToken");
    bool more = !text_blank(token);
    if (more && (text_equal(token, item->token) || ++item->pages >= LIMIT_PAGES))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "a list that belongs to offer %s does not end", fetch->id);
    item->token = more ? arena_copy(fetch->arena, token) : NULL;
    item->pages = more ? item->pages : 0;
    return more;
}

/* ------------------------------------------------------------------ the buyer's account */

static int take_account(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    struct item *item = fetch->state;
    (void)error;
    item->account = answer ? json_clone(fetch->arena, answer) : NULL;
    finish(fetch);
    return 0;
}

static int ask_account(struct sweep_fetch *fetch)
{
    const struct reading *reading = sweep_context(fetch->sweep);
    struct item *item = fetch->state;
    const struct cloud *cloud = sweep_cloud(fetch->sweep);
    const char *id = gcp_bare_id(json_get_text(item->entitlement, "account"));
    item->account = id ? map_get(reading->accounts, id) : NULL;
    if (!reading->want_accounts || text_blank(id) || item->account) {
        finish(fetch);
        return 0;
    }
    gcp_request(cloud, fetch->arena, GCP_PROCUREMENT, "GET",
                arena_printf(fetch->arena, "providers/%s/accounts/%s", cloud->provider, id),
                "view=ACCOUNT_VIEW_FULL", NULL, &fetch->request);
    fetch->may_lack = true; /* reset, or deleted with all that it bought */
    return sweep_ask(fetch, "accounts.get", GCP_PROCUREMENT_CALLS, take_account);
}

/* ------------------------------------------------------------------ documents */

static int take_papers(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    struct item *item = fetch->state;
    const struct json *list = json_get(answer, "privateOfferDocuments");
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++)
        json_append(fetch->arena, item->papers, json_clone(fetch->arena, list->items[i]));
    int more = turn_page(fetch, answer, error);
    return more < 0 ? more : more ? ask_papers(fetch) : ask_account(fetch);
}

static int ask_papers(struct sweep_fetch *fetch)
{
    const struct reading *reading = sweep_context(fetch->sweep);
    struct item *item = fetch->state;
    if (!reading->want_papers)
        return ask_account(fetch);
    if (!item->papers)
        item->papers = json_array(fetch->arena);
    gcp_offer_ask_papers(sweep_cloud(fetch->sweep), fetch->arena,
                         json_get_text(item->offer, "name"), item->token, &fetch->request);
    fetch->may_lack = true;
    return sweep_ask(fetch, "documents.list", GCP_PRODUCER_CALLS, take_papers);
}

/* ------------------------------------------------------------------ entitlements by other means */

/* The entitlement's product, and the time at which it was made, fit the acceptance. */
static bool fits(const struct sweep_fetch *fetch, const struct json *entitlement)
{
    const struct item *item = fetch->state;
    const char *base = json_text(json_find(item->offer, "singleProductOffer.baseStandardOffer"));
    const char *accepted = json_get_text(item->offer, "acceptTime");
    const char *made = json_get_text(entitlement, "createTime");
    const char *product = json_get_text(entitlement, "productExternalName");
    int64_t accepted_ms, made_ms;
    if (!product)
        product = json_get_text(entitlement, "product");
    return product && accepted && made && instant_parse(accepted, &accepted_ms) &&
           instant_parse(made, &made_ms) && llabs(made_ms - accepted_ms) <= NEAR_MS &&
           text_equal(product, gcp_offer_service(fetch->arena, base));
}

/* Not known to be of another offer of ours. */
static bool is_loose(struct sweep *sweep, const struct json *entitlement)
{
    const struct reading *reading = sweep_context(sweep);
    const char *offer = gcp_entitlement_offer_id(sweep_cloud(sweep), entitlement, GCP_OFFER_NOW);
    return !offer || (!map_has(reading->offers, offer) && !sweep_known(sweep, offer));
}

static bool may_join(struct sweep_fetch *fetch)
{
    const struct reading *reading = sweep_context(fetch->sweep);
    const struct item *item = fetch->state;
    const char *state = json_get_text(item->offer, "state");
    bool taken = text_equal(state, "ACCEPTED") || text_equal(state, "ENDED");
    if (item->entitlement || !taken || reading->entitlements_broken ||
        !json_find(item->offer, "customer.targetBillingAccount"))
        return false;
    for (size_t i = 0; i < map_count(reading->entitlements); i++) {
        const struct json *one = map_value_at(reading->entitlements, i);
        if (fits(fetch, one) && is_loose(fetch->sweep, one))
            return true;
    }
    return false;
}

static int ask_joined(struct sweep_fetch *fetch);

/* Entitlements do not show the billing account, but can be asked for by it. Only one that fits
 * alone is taken. */
static int take_joined(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    const struct reading *reading = sweep_context(fetch->sweep);
    struct item *item = fetch->state;
    const struct json *list = json_get(answer, "entitlements");
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++) {
        const char *id = gcp_bare_id(json_get_text(list->items[i], "name"));
        const struct json *known = id ? map_get(reading->entitlements, id) : NULL;
        if (!known || !fits(fetch, known) || !is_loose(fetch->sweep, known))
            continue;
        item->joined = known;
        item->joined_count++;
    }
    int more = turn_page(fetch, answer, error);
    if (more)
        return more < 0 ? more : ask_joined(fetch);
    item->entitlement = item->joined_count == 1 ? item->joined : NULL;
    return ask_papers(fetch);
}

static int ask_joined(struct sweep_fetch *fetch)
{
    const struct item *item = fetch->state;
    const struct cloud *cloud = sweep_cloud(fetch->sweep);
    struct arena *arena = fetch->arena;
    if (!may_join(fetch))
        return ask_papers(fetch);
    const char *account = json_text(json_find(item->offer, "customer.targetBillingAccount"));
    const char *filter = arena_printf(arena, "customer_billing_account=\"%s\"", account);
    struct gcp_collection collection = *gcp_entitlements_of(cloud, arena);
    collection.query = arena_printf(arena, "filter=%s", gcp_encode(arena, filter));
    gcp_page_request(cloud, arena, &collection, item->token, &fetch->request);
    return sweep_ask(fetch, "entitlements.list", GCP_PROCUREMENT_CALLS, take_joined);
}

/* ------------------------------------------------------------------ the whole offer */

static int take_offer(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    struct item *item = fetch->state;
    if (!answer) /* a draft that was deleted since it was listed */
        return 0;
    if (!text_equal(gcp_bare_id(json_get_text(answer, "name")), fetch->id) ||
        !json_get_text(answer, "state") || !json_get_text(answer, "updateTime"))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "privateOffers answered %s without its name, state and updateTime",
                         fetch->id);
    item->offer = json_clone(fetch->arena, answer);
    return ask_joined(fetch);
}

static void fetch_offer(struct sweep *sweep, struct item *item)
{
    struct sweep_fetch *fetch = sweep_fetch(sweep, item->id, item);
    const struct cloud *cloud = sweep_cloud(sweep);
    gcp_request(cloud, fetch->arena, GCP_PRODUCER, "GET",
                arena_printf(fetch->arena, "%s/privateOffers/%s", gcp_parent(cloud, fetch->arena),
                             item->id),
                "view=PRIVATE_OFFER_VIEW_FULL", NULL, &fetch->request);
    fetch->may_lack = true;
    sweep_ask(fetch, "privateOffers.get", GCP_PRODUCER_CALLS, take_offer);
}

/* ------------------------------------------------------------------ decisions */

/* In force rather than in the future; by the id that both services have in common. */
static void bind(struct sweep *sweep, const struct json *entitlement)
{
    const struct reading *reading = sweep_context(sweep);
    struct map *const maps[] = {reading->now, reading->next};
    static const enum gcp_entitlement_part parts[] = {GCP_OFFER_NOW, GCP_OFFER_NEXT};
    for (size_t i = 0; i < COUNT(maps); i++) {
        const char *offer = gcp_entitlement_offer_id(sweep_cloud(sweep), entitlement, parts[i]);
        if (offer && gcp_entitlement_better(entitlement, map_get(maps[i], offer)))
            map_put(maps[i], offer, json_clone(sweep_arena(sweep), entitlement));
    }
}

static const struct json *bound_to(const struct reading *reading, const char *offer)
{
    const struct json *now = map_get(reading->now, offer);
    return now ? now : map_get(reading->next, offer);
}

/* Who is asked whether the buyer may sign up is said by the account alone; and an order that came
 * after its offer was read, and is not under its id, is looked for with each full read. */
static bool may_move_unseen(const struct reading *reading, const struct item *item)
{
    if (item->accepted && !item->entitlement && reading->full && reading->want_agreements)
        return true;
    bool waits = item->entitlement && (gcp_entitlement_waits(item->entitlement, GCP_OFFER_NOW) ||
                                       gcp_entitlement_waits(item->entitlement, GCP_OFFER_NEXT));
    return (waits && reading->want_accounts) || (item->draft && reading->want_papers);
}

/* What was found by other means once stays found. */
static void decide(struct sweep *sweep, struct item *item)
{
    const struct reading *reading = sweep_context(sweep);
    const char *known = sweep_known(sweep, item->id);
    struct gcp_entitlement_version stored;
    gcp_entitlement_split(sweep_arena(sweep), known, &stored);
    /* It would lose what it became: it stays as it was. */
    if (stored.id && reading->entitlements_broken)
        return;
    item->entitlement = bound_to(reading, item->id);
    if (!item->entitlement && stored.id)
        item->entitlement = map_get(reading->entitlements, stored.id);
    const char *time = item->time ? item->time : stored.offer_time;
    const char *version =
        time ? gcp_entitlement_version(sweep_arena(sweep), time, item->entitlement) : NULL;
    if (version && text_equal(version, known) && !may_move_unseen(reading, item))
        sweep_seen(sweep, item->id);
    else
        fetch_offer(sweep, item);
}

/* Offers that have not changed, but whose entitlement may have. */
static void decide_unlisted(struct sweep *sweep, const struct map *bound)
{
    const struct reading *reading = sweep_context(sweep);
    for (size_t i = 0; i < map_count(bound); i++) {
        const char *id = map_key_at(bound, i);
        if (map_has(reading->offers, id) || !sweep_known(sweep, id))
            continue;
        struct item *item = arena_alloc(sweep_arena(sweep), sizeof *item);
        item->id = arena_copy(sweep_arena(sweep), id);
        map_put(reading->offers, id, item);
        decide(sweep, item);
    }
}

static void drained(struct sweep *sweep)
{
    struct reading *reading = sweep_context(sweep);
    if (reading->decided || !sweep_cloud(sweep)->location)
        return;
    reading->decided = true;
    size_t listed = map_count(reading->offers);
    for (size_t i = 0; i < map_count(reading->entitlements); i++)
        bind(sweep, map_value_at(reading->entitlements, i));
    for (size_t i = 0; i < listed; i++)
        decide(sweep, map_value_at(reading->offers, i));
    if (reading->full)
        return;
    decide_unlisted(sweep, reading->now);
    decide_unlisted(sweep, reading->next);
}

/* ------------------------------------------------------------------ listings */

static void list_offer(struct sweep *sweep, const struct sweep_listing *listing, const char *id,
                       const char *version, const struct json *item)
{
    (void)listing;
    const struct reading *reading = sweep_context(sweep);
    struct arena *arena = sweep_arena(sweep);
    const char *bare = gcp_bare_id(id);
    if (text_blank(bare))
        return;
    struct item *listed = arena_alloc(arena, sizeof *listed);
    listed->id = arena_copy(arena, bare);
    listed->time = version ? arena_copy(arena, version) : NULL;
    listed->draft = text_equal(json_get_text(item, "state"), "DRAFT");
    listed->accepted = text_equal(json_get_text(item, "state"), "ACCEPTED");
    map_put(reading->offers, bare, listed);
}

static void list_bought(struct sweep *sweep, const struct sweep_listing *listing, const char *id,
                        const char *version, const struct json *item)
{
    (void)version;
    const struct reading *reading = sweep_context(sweep);
    bool account = !strcmp(listing->items, "accounts");
    const char *bare = gcp_bare_id(id);
    if (!text_blank(bare))
        map_put(account ? reading->accounts : reading->entitlements, bare,
                json_clone(sweep_arena(sweep), item));
}

static void offers_broken(struct sweep *sweep, struct error *error)
{
    (void)sweep;
    error_context(error, "private offers cannot be listed, so all stay as they were");
}

static void entitlements_broken(struct sweep *sweep, struct error *error)
{
    struct reading *reading = sweep_context(sweep);
    reading->entitlements_broken = true;
    error_context(error, "entitlements cannot be listed, so offers that were bought stay as they "
                         "were");
}

static void accounts_broken(struct sweep *sweep, struct error *error)
{
    struct reading *reading = sweep_context(sweep);
    reading->want_accounts = false;
    error_context(error, "accounts cannot be listed, so it is not known who has signed up");
}

static void start_offers(struct sweep *sweep, const char *since)
{
    struct arena *arena = sweep_arena(sweep);
    struct gcp_collection *collection = arena_alloc(arena, sizeof *collection);
    struct sweep_listing *listing = arena_alloc(arena, sizeof *listing);
    char text[INSTANT_TEXT];
    int64_t since_ms;
    const char *query = "orderBy=update_time";
    if (since && instant_parse(since, &since_ms))
        query = arena_printf(
            arena, "%s&filter=%s", query,
            gcp_encode(arena, arena_printf(arena, "update_time > \"%s\"",
                                           instant_print(since_ms - OVERLAP_MS, text))));
    *collection = (struct gcp_collection){
        GCP_PRODUCER,
        arena_printf(arena, "%s/privateOffers", gcp_parent(sweep_cloud(sweep), arena)), 500, query};
    *listing = (struct sweep_listing){
        GCP_LISTED("privateOffers.list", GCP_PRODUCER_CALLS, "privateOffers"),
        .version = "updateTime",
        .mark = "",
        .detail = collection,
        .item = list_offer,
        .broken = offers_broken,
    };
    sweep_list(sweep, listing);
}

static void start_bought(struct sweep *sweep)
{
    const struct reading *reading = sweep_context(sweep);
    const struct cloud *cloud = sweep_cloud(sweep);
    struct arena *arena = sweep_arena(sweep);
    struct sweep_listing *listings = arena_array(arena, 2, sizeof *listings);
    const struct sweep_listing entitlements = {
        GCP_LISTED("entitlements.list", GCP_PROCUREMENT_CALLS, "entitlements"),
        .version = "updateTime",
        .item = list_bought,
        .broken = entitlements_broken,
    };
    const struct sweep_listing accounts = {
        GCP_LISTED("accounts.list", GCP_PROCUREMENT_CALLS, "accounts"),
        .version = "updateTime",
        .item = list_bought,
        .broken = accounts_broken,
    };
    if (!reading->want_agreements)
        return;
    listings[0] = entitlements;
    listings[0].detail = gcp_entitlements_of(cloud, arena);
    sweep_list(sweep, &listings[0]);
    if (!reading->want_accounts || !reading->full) /* else those that are wanted are got */
        return;
    listings[1] = accounts;
    listings[1].detail = gcp_accounts_of(cloud, arena);
    sweep_list(sweep, &listings[1]);
}

/* ------------------------------------------------------------------ beginning and end */

static void start(struct sweep *sweep, const char *since)
{
    start_offers(sweep, since);
    start_bought(sweep);
}

static int take_location(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    int result = gcp_location_read(sweep_cloud(fetch->sweep), answer, error);
    if (!result)
        start(fetch->sweep, fetch->state);
    return result;
}

static void release(void *context)
{
    struct reading *reading = context;
    map_free(reading->offers);
    map_free(reading->entitlements);
    map_free(reading->now);
    map_free(reading->next);
    map_free(reading->accounts);
    free(reading);
}

void gcp_offers_read(struct cloud *cloud, const struct read_scope *scope,
                     const struct read_sink *sink)
{
    static const struct sweep_reader reader = {.drained = drained, .release = release};
    static const char *const paper_fields[] = {"attached", NULL};
    const struct kind *kind = &kinds[KIND_OFFER];
    struct reading *reading = memory_alloc(sizeof *reading);
    reading->full = scope->full || !scope->watermark;
    reading->want_agreements =
        cloud->provider && (scope->proposals || read_wants(scope, kind, gcp_entitlement_fields));
    reading->want_accounts =
        reading->want_agreements && read_wants(scope, kind, gcp_account_fields);
    reading->want_papers = read_wants(scope, kind, paper_fields);
    reading->offers = map_new();
    reading->entitlements = map_new();
    reading->now = map_new();
    reading->next = map_new();
    reading->accounts = map_new();
    struct sweep *sweep = sweep_new(cloud, cloud->session, scope, sink, &reader, reading);
    const char *since = reading->full ? NULL : arena_copy(sweep_arena(sweep), scope->watermark);
    if (cloud->location) {
        start(sweep, since);
        return;
    }
    struct sweep_fetch *fetch = sweep_fetch(sweep, "", (void *)(uintptr_t)since);
    gcp_location_request(cloud, fetch->arena, &fetch->request);
    sweep_ask(fetch, "locations.list", GCP_PRODUCER_CALLS, take_location);
}
