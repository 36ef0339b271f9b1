/* Reading offers: what the Catalog lists of them and what the Agreement service has of those that
 * were accepted, held together against the versions that are stored. Only what differs is fetched.
 *
 * Neither acceptance nor expiry touches an offer, so its date of change alone would hide both:
 *
 *   1. list offers (and resale authorizations) changed since, and those whose last day has passed
 *      since; list all agreements, of which there is no filter by time
 *   2. list by their ids the offers whose agreement is not the one that is stored
 *   3. fetch the documents of those whose version differs, and the details of their agreements as
 *      far as the job maps them */
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/offers.h"
#include "connectors/aws/sweeps.h"

#define IDS_PER_FILTER  10  /* the most that a ValueList takes */
#define AGREEMENTS_PAGE 50  /* the most that SearchAgreements and GetAgreementTerms take */
#define TERM_PAGES      100 /* more is a loop: an agreement has some ten terms */
#define DAY_MS          86400000LL

enum { OFFERS, AUTHORIZATIONS };
static const char *const types[] = {[OFFERS] = "Offer", [AUTHORIZATIONS] = "ResaleAuthorization"};

struct reading {
    struct map *offers;     /* id → struct item: listed, or to be */
    struct map *agreements; /* offer id → its latest agreement */
    struct sweep_batch *batch;
    int64_t since_ms[2]; /* per type of entity; incremental: from which date on; 0: full */
    bool want_value, want_terms;
    bool agreements_broken; /* not all agreements are known */
    bool related, decided;  /* steps 2 and 3 were begun */
};

/* An offer that was listed. */
struct item {
    const char *id;
    bool resale;          /* a resale authorization */
    const char *modified; /* as listed */
    struct json *summary;
    const struct json *agreement; /* NULL: none */
    struct json *entity;          /* once it was fetched */
    struct json *terms;           /* array, once asked for */
    const char *next_terms;       /* page of them to ask for; NULL: the first */
    size_t term_pages;
    size_t waiting; /* for the entity, the agreement, pages of terms */
};

/* ------------------------------------------------------------------ what is stored */

/* The parts of a version; see offer_version(). */
struct version {
    const char *modified, *state, *agreement, *status;
};

static bool split_version(struct arena *arena, const char *text, struct version *ret)
{
    const char *parts[4];
    for (size_t i = 0; i < COUNT(parts); i++) {
        size_t length = text ? strcspn(text, " ") : 0;
        if (!length)
            return false;
        parts[i] = arena_copy_n(arena, text, length);
        text = text[length] ? text + length + 1 : NULL;
    }
    *ret = (struct version){parts[0], parts[1], parts[2], parts[3]};
    return !text;
}

static bool same_agreement(const struct version *stored, const struct json *agreement)
{
    const char *id = json_get_text(agreement, "agreementId");
    const char *status = json_get_text(agreement, "status");
    return text_equal(stored->agreement, id ? id : "-") &&
           text_equal(stored->status, status ? status : "-");
}

/* A search that no longer tells of an agreement does not undo it. */
static struct json *former_agreement(struct arena *arena, const struct version *stored)
{
    if (text_equal(stored->agreement, "-"))
        return NULL;
    struct json *agreement = json_object(arena);
    json_set_text(arena, agreement, "agreementId", stored->agreement);
    json_set_text(arena, agreement, "status", stored->status);
    return agreement;
}

/* The mark of an offer that was taken back stands in its document only, so it is taken for set if
 * it was. */
static bool unchanged(struct sweep *sweep, const struct item *item, const struct version *stored)
{
    const char *status = json_get_text(item->summary, item->resale ? "Status" : "State");
    const char *end = json_get_text(item->summary, "AvailabilityEndDate");
    const char *state = offer_state(status, end, item->agreement,
                                    text_equal(stored->state, "cancelled"), sweep_now(sweep));
    return sweep_same_second(stored->modified, item->modified) &&
           text_equal(stored->state, state) && same_agreement(stored, item->agreement);
}

/* ------------------------------------------------------------------ records */

/* An item of which everything has come. */
static void finish(struct sweep *sweep, struct arena *arena, struct item *item)
{
    if (--item->waiting)
        return;
    json_set(arena, item->entity, "Summary", item->summary);
    struct json *document =
        offer_document(arena, item->entity, item->agreement, item->terms, sweep_now(sweep));
    sweep_record(sweep, offer_record(arena, document, sweep_note, sweep));
}

static int take_entity(struct sweep *sweep, struct arena *arena, const char *id,
                       const struct json *entity, struct error *error)
{
    struct reading *reading = sweep_context(sweep);
    struct item *item = map_get(reading->offers, id);
    const char *identifier = json_get_text(entity, "EntityIdentifier");
    const struct json *details = json_get(entity, "DetailsDocument");
    if (!item || !text_equal(offer_id(arena, identifier), id) || !details ||
        details->type != JSON_OBJECT || !json_get_text(entity, "LastModifiedDate"))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "BatchDescribeEntities answered %s without a whole document", id);
    bool last = item->waiting == 1; /* then it need not outlive its answer: there are thousands */
    item->entity = json_clone(last ? arena : sweep_arena(sweep), entity);
    finish(sweep, arena, item);
    return 0;
}

/* ------------------------------------------------------------------ details of agreements */

static int ask_agreement(struct sweep_fetch *fetch, const char *operation, const char *family,
                         struct json *body, sweep_answer *answer)
{
    json_set_text(fetch->arena, body, "agreementId", fetch->id);
    return sweep_send(fetch,
                      &(struct sweep_call){operation, family, aws_agreement_request, body, answer});
}

static int take_value(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    struct item *item = fetch->state;
    if (!text_equal(json_get_text(answer, "agreementId"), fetch->id))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "DescribeAgreement of %s answered without it", fetch->id);
    item->agreement = json_clone(sweep_arena(fetch->sweep), answer);
    finish(fetch->sweep, fetch->arena, item);
    return 0;
}

static void ask_value(struct sweep_fetch *fetch)
{
    ask_agreement(fetch, "DescribeAgreement", AWS_DESCRIBE_AGREEMENT, json_object(fetch->arena),
                  take_value);
}

static int ask_terms(struct sweep_fetch *fetch);

static int take_terms(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    struct item *item = fetch->state;
    const struct json *terms = json_get(answer, "acceptedTerms");
    const char *next = json_get_text(answer, "nextToken");
    if (!terms || terms->type != JSON_ARRAY || (next && text_equal(next, item->next_terms)) ||
        ++item->term_pages > TERM_PAGES)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "GetAgreementTerms of %s answered without new terms", fetch->id);
    struct arena *arena = sweep_arena(fetch->sweep);
    for (size_t i = 0; i < terms->count; i++)
        json_append(arena, item->terms, json_clone(arena, terms->items[i]));
    if (!text_blank(next)) {
        item->next_terms = arena_copy(arena, next);
        return ask_terms(fetch);
    }
    finish(fetch->sweep, fetch->arena, item);
    return 0;
}

static int ask_terms(struct sweep_fetch *fetch)
{
    const struct item *item = fetch->state;
    struct json *body = json_object(fetch->arena);
    json_set(fetch->arena, body, "maxResults", json_int(fetch->arena, AGREEMENTS_PAGE));
    if (item->next_terms)
        json_set_text(fetch->arena, body, "nextToken", item->next_terms);
    return ask_agreement(fetch, "GetAgreementTerms", AWS_AGREEMENT_TERMS, body, take_terms);
}

/* ------------------------------------------------------------------ listings */

/* Public offers, one per product, are none of ours. */
static bool private(const struct json *item, const struct json *summary)
{
    const struct json *targeting = json_get(summary, "Targeting");
    for (size_t i = 0; targeting && targeting->type == JSON_ARRAY && i < targeting->count; i++) {
        if (text_equal(json_text(targeting->items[i]), "BuyerAccounts"))
            return true;
    }
    /* A replacement's buyer is the agreement's; whether it shows as targeting is not said. */
    return json_get_text(summary, "TargetAgreementId") ||
           json_get_text(summary, "ResaleAuthorizationId") ||
           text_equal(json_get_text(item, "Visibility"), "Private");
}

/* What one listing asks for. */
struct query {
    int type;
    bool ended;             /* those whose last day has passed since, instead of those changed */
    const struct json *ids; /* those with these ids */
};

static void take_listed(struct sweep *sweep, const struct sweep_listing *listing, const char *id,
                        const char *version, const struct json *item)
{
    struct reading *reading = sweep_context(sweep);
    struct arena *arena = sweep_arena(sweep);
    const struct query *query = listing->detail;
    bool authorization = query->type == AUTHORIZATIONS;
    const struct json *summary =
        json_get(item, authorization ? "ResaleAuthorizationSummary" : "OfferSummary");
    if (!authorization && !private(item, summary))
        return;
    struct item *listed = arena_alloc(arena, sizeof *listed);
    listed->id = arena_copy(arena, id);
    listed->resale = authorization;
    listed->modified = arena_copy(arena, version);
    listed->summary = summary ? json_clone(arena, summary) : json_object(arena);
    map_put(reading->offers, id, listed);
}

static const char *second_of(struct arena *arena, int64_t ms)
{
    char text[INSTANT_TEXT];
    return arena_printf(arena, "%.19sZ", instant_print(ms, text));
}

/* From a day before the newest change on: what expired after the last read ended later than that.
 */
static struct json *ended_since(struct sweep *sweep, struct arena *arena, int64_t since_ms)
{
    struct json *range = json_object(arena), *filter = json_object(arena);
    json_set_text(arena, range, "AfterValue", second_of(arena, since_ms - DAY_MS));
    json_set_text(arena, range, "BeforeValue", second_of(arena, sweep_now(sweep)));
    json_set(arena, filter, "DateRange", range);
    return filter;
}

static int list_page(struct sweep *sweep, struct arena *arena, const struct sweep_listing *listing,
                     const struct sweep_place *place, struct http_request *ret_request,
                     struct error *error)
{
    (void)error;
    const char *after = place->after;
    struct reading *reading = sweep_context(sweep);
    const struct query *query = listing->detail;
    struct json *filters = NULL;
    bool plain = !query->ended && !query->ids;
    struct json *body = sweep_entities(arena, types[query->type], after, plain ? NULL : &filters);
    if (after)
        instant_parse(after, &reading->since_ms[query->type]);
    if (query->ended)
        json_set(arena, filters, "AvailabilityEndDate",
                 ended_since(sweep, arena, reading->since_ms[query->type]));
    if (query->ids) {
        struct json *filter = json_object(arena);
        json_set(arena, filter, "ValueList", json_clone(arena, query->ids));
        json_set(arena, filters, "EntityId", filter);
    }
    return sweep_page(sweep, arena, listing, place, body, aws_catalog_request, ret_request);
}

/* `mark` NULL: what is listed says nothing about what else has changed. */
static void list_entities(struct sweep *sweep, const struct query *query, const char *mark)
{
    struct sweep_listing *listing = arena_alloc(sweep_arena(sweep), sizeof *listing);
    struct query *copy = arena_alloc(sweep_arena(sweep), sizeof *copy);
    *copy = *query;
    *listing = (struct sweep_listing)SWEEP_ENTITIES(NULL, list_page, take_listed);
    listing->mark = mark;
    listing->detail = copy;
    sweep_list(sweep, listing);
}

static void list_type(struct sweep *sweep, int type)
{
    const struct reading *reading = sweep_context(sweep);
    list_entities(sweep, &(struct query){.type = type}, types[type]);
    if (reading->since_ms[type])
        list_entities(sweep, &(struct query){.type = type, .ended = true}, NULL);
}

static int search_page(struct sweep *sweep, struct arena *arena,
                       const struct sweep_listing *listing, const struct sweep_place *place,
                       struct http_request *ret_request, struct error *error)
{
    (void)error;
    struct json *body = aws_agreement_search(arena, NULL, NULL);
    json_set(arena, body, "maxResults", json_int(arena, AGREEMENTS_PAGE));
    return sweep_page(sweep, arena, listing, place, body, aws_agreement_request, ret_request);
}

/* Several buyers may accept one offer; the latest agreement speaks for it. */
static void take_agreement(struct sweep *sweep, const struct sweep_listing *listing, const char *id,
                           const char *version, const struct json *item)
{
    (void)listing, (void)id, (void)version;
    struct reading *reading = sweep_context(sweep);
    const char *offer = json_get_text(json_get(item, "proposalSummary"), "offerId");
    if (text_blank(offer))
        return;
    int64_t known_ms = 0, ms = 0;
    const struct json *known = map_get(reading->agreements, offer);
    offer_time(json_get(known, "acceptanceTime"), &known_ms);
    offer_time(json_get(item, "acceptanceTime"), &ms);
    if (!known || ms > known_ms)
        map_put(reading->agreements, offer, json_clone(sweep_arena(sweep), item));
}

static void agreements_broken(struct sweep *sweep, struct error *error)
{
    ((struct reading *)sweep_context(sweep))->agreements_broken = true;
    error_context(error, "agreements cannot be read, so released offers stay as they were");
}

static const struct sweep_listing agreement_listing = {
    .operation = "SearchAgreements",
    .family = AWS_SEARCH_AGREEMENTS,
    .items = "agreementViewSummaries",
    .id = "agreementId",
    .token = "nextToken",
    .page = search_page,
    .item = take_agreement,
    .broken = agreements_broken,
};

/* ------------------------------------------------------------------ decisions */

/* Offers that nothing but their agreement tells to have changed: listed for the rest of what a
 * listing alone says. Those that are not stored are public. False if there are none. */
static bool list_related(struct sweep *sweep)
{
    struct reading *reading = sweep_context(sweep);
    struct arena *arena = sweep_arena(sweep);
    struct json *ids = json_array(arena);
    bool any = false;
    for (size_t i = 0; reading->since_ms[OFFERS] && i < map_count(reading->agreements); i++) {
        const char *id = map_key_at(reading->agreements, i);
        struct version stored;
        if (map_has(reading->offers, id) ||
            !split_version(arena, sweep_known(sweep, id), &stored) ||
            same_agreement(&stored, map_value_at(reading->agreements, i)))
            continue;
        json_append(arena, ids, json_string(arena, id));
        if (ids->count < IDS_PER_FILTER)
            continue;
        list_entities(sweep, &(struct query){.ids = ids}, NULL);
        any = true;
        ids = json_array(arena);
    }
    if (ids->count)
        list_entities(sweep, &(struct query){.ids = ids}, NULL);
    return any || ids->count;
}

static void fetch(struct sweep *sweep, struct item *item, bool former)
{
    const struct reading *reading = sweep_context(sweep);
    const char *id = json_get_text(item->agreement, "agreementId");
    item->waiting = 1;
    sweep_batch_add(reading->batch, item->id);
    if (!id)
        return;
    if (reading->want_value || former) {
        item->waiting++;
        ask_value(sweep_fetch(sweep, id, item));
    }
    if (reading->want_terms) {
        item->terms = json_array(sweep_arena(sweep));
        item->waiting++;
        ask_terms(sweep_fetch(sweep, id, item));
    }
}

static void decide(struct sweep *sweep, struct item *item)
{
    struct reading *reading = sweep_context(sweep);
    struct version stored;
    bool known = split_version(sweep_arena(sweep), sweep_known(sweep, item->id), &stored);
    bool former = false;
    if (!item->resale)
        item->agreement = map_get(reading->agreements, item->id);
    if (!item->resale && !item->agreement && known) {
        item->agreement = former_agreement(sweep_arena(sweep), &stored);
        former = item->agreement != NULL;
    }
    /* An offer whose agreement could not be asked for would look open, though it was accepted. */
    bool draft = text_equal(json_get_text(item->summary, "State"), "Draft");
    if (reading->agreements_broken && !item->resale && !draft)
        return;
    if (known && unchanged(sweep, item, &stored))
        sweep_seen(sweep, item->id);
    else
        fetch(sweep, item, former);
}

static void drained(struct sweep *sweep)
{
    struct reading *reading = sweep_context(sweep);
    if (!reading->related) {
        reading->related = true;
        if (list_related(sweep))
            return;
    }
    if (reading->decided)
        return;
    reading->decided = true;
    for (size_t i = 0; i < map_count(reading->offers); i++)
        decide(sweep, map_value_at(reading->offers, i));
}

static void listed(struct sweep *sweep)
{
    sweep_batch_flush(((struct reading *)sweep_context(sweep))->batch);
}

static void release(void *context)
{
    struct reading *reading = context;
    map_free(reading->offers);
    map_free(reading->agreements);
    free(reading);
}

void aws_offers_read(struct cloud *cloud, const struct read_scope *scope,
                     const struct read_sink *sink)
{
    static const struct sweep_reader reader = {listed, drained, release};
    static const char *const authorization_fields[] = {"reseller", "resale_authorization", NULL};
    static const char *const value_fields[] = {"agreement_value", NULL};
    /* Who makes replacements wants to know what the old agreement still has to be paid. */
    static const char *const term_fields[] = {"agreement_schedule", "agreement_chosen",
                                              "auto_renew", "replaces", NULL};
    const struct kind *kind = &kinds[KIND_OFFER];
    struct reading *reading = memory_alloc(sizeof *reading);
    reading->offers = map_new();
    reading->agreements = map_new();
    reading->want_value = read_wants(scope, kind, value_fields);
    reading->want_terms = read_wants(scope, kind, term_fields);
    struct sweep *sweep = sweep_aws(cloud, scope, sink, &reader, reading);
    reading->batch = sweep_batch_new(sweep, take_entity);
    list_type(sweep, OFFERS);
    if (read_wants(scope, kind, authorization_fields))
        list_type(sweep, AUTHORIZATIONS);
    sweep_list(sweep, &agreement_listing);
}
