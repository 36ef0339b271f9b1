/* Private offers as the Commerce Producer API has them. */
#include <stdlib.h>
#include <string.h>

#include "tests/sandbox/gcp/market.h"
#include "tests/sandbox/gcp/pacific.h"

#define PAGE 500

/* ---- Looking up. */
struct rest_record *offer_find(const struct sandbox *sandbox, const char *name)
{
    const char *below = market_below(name);
    return below && text_starts(below, "privateOffers/")
               ? rest_find(&market_of(sandbox)->offers, below + strlen("privateOffers/"))
               : NULL;
}

const char *gcp_offer_state(const struct rest_record *offer)
{
    return json_get_text(market_shown(offer), "state");
}

bool offer_in(const struct rest_record *offer, const char *state)
{
    return text_equal(gcp_offer_state(offer), state);
}

/* NULL after the refusal. */
static struct rest_record *find(struct rest_call *call)
{
    if (market_check_parent(call) < 0)
        return NULL;
    struct rest_record *offer = rest_find(&market_of(call->sandbox)->offers, call->segments[2]);
    if (!offer)
        gcp_fail(call, "NOT_FOUND", "Resource 'privateOffers/%s' was not found.",
                 call->segments[2]);
    return offer;
}

static int refuse_state(struct rest_call *call, const struct rest_record *offer, const char *act)
{
    return gcp_fail(call, "FAILED_PRECONDITION", "A private offer in state %s cannot be %s.",
                    gcp_offer_state(offer), act);
}

/* ---- List. */
struct chosen {
    const struct rest_record **records;
    size_t count;
};

static bool fits_all(struct arena *arena, const struct rest_record *offer,
                     const struct market_filter *filters, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!market_fits(&filters[i], gcp_instant(arena, offer->moved_ms)))
            return false;
    }
    return true;
}

static int by_time(const void *a, const void *b)
{
    const struct rest_record *left = *(const struct rest_record *const *)a;
    const struct rest_record *right = *(const struct rest_record *const *)b;
    if (left->moved_ms != right->moved_ms)
        return left->moved_ms < right->moved_ms ? -1 : 1;
    return strcmp(left->id, right->id);
}

static int by_time_backwards(const void *a, const void *b)
{
    return by_time(b, a);
}

static int choose(struct rest_call *call, struct chosen *ret_chosen)
{
    static const char *const fields[] = {"update_time", NULL};
    const struct rest_table *offers = &market_of(call->sandbox)->offers;
    struct market_filter filters[MARKET_FILTERS];
    struct chosen chosen = {arena_array(call->arena, offers->count + 1, sizeof(void *)), 0};
    size_t count = 0;
    const char *order = NULL;
    bool descending = false;
    int result = market_read_filter(call, fields, filters, &count);
    if (!result)
        result = market_read_order(call, fields, &order, &descending);
    if (result < 0)
        return result;
    for (size_t i = 0; i < offers->count; i++) {
        if (fits_all(call->arena, offers->records[i], filters, count))
            chosen.records[chosen.count++] = offers->records[i];
    }
    if (order)
        qsort(chosen.records, chosen.count, sizeof chosen.records[0],
              descending ? by_time_backwards : by_time);
    *ret_chosen = chosen;
    return 0;
}

static int list(struct rest_call *call)
{
    struct chosen chosen = {NULL, 0};
    size_t from = 0, to = 0;
    int result = market_check_parent(call);
    call->answer = json_object(call->arena);
    if (!result)
        result = choose(call, &chosen);
    if (!result)
        result = gcp_page(call, chosen.count, PAGE, PAGE, &from, &to);
    if (result < 0)
        return result;
    struct json *rows = json_array(call->arena);
    for (size_t i = from; i < to; i++)
        json_append(call->arena, rows, offer_basic(call->arena, chosen.records[i]));
    if (rows->count)
        json_set(call->arena, call->answer, "privateOffers", rows);
    return 0;
}

static int get(struct rest_call *call)
{
    bool full = false;
    const struct rest_record *offer = find(call);
    int result = offer ? market_read_view(call, "PRIVATE_OFFER_VIEW_", &full) : -ERROR_REFUSED;
    if (result < 0)
        return result;
    call->answer = full ? offer_full(call->arena, offer) : offer_basic(call->arena, offer);
    return 0;
}

/* ---- Create and patch. */
/* The body without the name, which must be that of the path if it is there. */
static int take_body(struct rest_call *call, const char *id, const struct json **ret_body)
{
    struct json *body = call->body ? json_clone(call->arena, call->body) : NULL;
    const char *name = json_get_text(body, "name");
    if (!body || body->type != JSON_OBJECT)
        return gcp_fail(call, "INVALID_ARGUMENT", "Invalid value at 'private_offer'");
    const char *below = name ? market_below(name) : NULL;
    if (name && (!id || !below || strcmp(below, id) != 0))
        gcp_violation(call, "private_offer.name", "Must be the name of the resource.");
    json_remove(body, "name");
    int result = gcp_fail_fields(call);
    if (!result)
        result = gcp_shape_check_at(call, &gcp_offer_shape, "private_offer", body);
    if (result < 0)
        return result;
    offer_check_values(call, body);
    *ret_body = body;
    return gcp_fail_fields(call);
}

static int create(struct rest_call *call)
{
    const struct json *body = NULL;
    int result = market_check_parent(call);
    if (!result)
        result = take_body(call, NULL, &body);
    if (result < 0)
        return result;
    struct json *shown = json_clone(call->arena, body);
    json_set_text(call->arena, shown, "state", "DRAFT");
    const struct rest_record *offer =
        rest_add(&market_of(call->sandbox)->offers, market_new_id(call->sandbox, call->arena),
                 market_pair(call->arena, shown, NULL), sandbox_now(call->sandbox));
    call->answer = offer_full(call->arena, offer);
    return 0;
}

/* After publishing a deadline may only move away, and not beyond the three months. */
static int check_extension(struct rest_call *call, const struct rest_record *offer,
                           const struct json *deadline)
{
    const char *path = "private_offer.accept_deadline_time";
    const char *published = json_get_text(market_shown(offer), "publishTime");
    struct offer_terms terms;
    int64_t was = 0, ms = 0, published_ms = 0, start = -1;
    offer_read_terms(market_shown(offer), market_hold(offer), &terms);
    if (terms.start_day >= 0)
        start = pacific_midnight(terms.start_day);
    pacific_read(json_get(market_shown(offer), "acceptDeadlineTime"), &was);
    instant_parse(published, &published_ms);
    if (!offer_boundary(call, path, deadline, &ms))
        return gcp_fail_fields(call);
    int64_t installment = offer_next_installment(offer, published_ms);
    if (ms < was)
        gcp_violation(call, path, "The deadline of a published offer can only be extended.");
    else if (ms > offer_three_months(published_ms))
        gcp_violation(call, path, "Must be within three months of publishing.");
    else if ((start >= 0 && ms > start) || (terms.end_ms >= 0 && ms > terms.end_ms) ||
             (installment >= 0 && ms > installment))
        gcp_violation(call, path, "Must not be after the start, the end or an installment.");
    return gcp_fail_fields(call);
}

static int patch(struct rest_call *call)
{
    const struct json *body = NULL;
    const char *mask = json_get_text(call->query, "updateMask");
    struct rest_record *offer = find(call);
    int result =
        offer ? take_body(call, arena_printf(call->arena, "privateOffers/%s", offer->id), &body)
              : -ERROR_REFUSED;
    if (result < 0)
        return result;
    bool draft = offer_in(offer, "DRAFT");
    struct json *pair = market_copy(call->arena, offer);
    result = gcp_mask_apply(call, &gcp_offer_shape, mask, body, json_get(pair, "shown"));
    if (!result && !draft &&
        (!offer_in(offer, "PUBLISHED") || !text_equal(mask, "acceptDeadlineTime")))
        result = refuse_state(call, offer, "edited");
    if (!result && !draft)
        result = check_extension(call, offer, json_get(body, "acceptDeadlineTime"));
    if (result < 0)
        return result;
    market_store(call->sandbox, offer, pair);
    call->answer = offer_full(call->arena, offer);
    return 0;
}

/* ---- Publish, cancel, delete. */
/* The offer of a request whose body is of the shape; a name in it must be the same as the path's.
 * NULL: refused. */
static struct rest_record *find_asked(struct rest_call *call, const struct gcp_shape *shape)
{
    struct rest_record *offer = find(call);
    if (!offer || gcp_shape_check(call, shape, call->body) < 0)
        return NULL;
    const char *name = json_get_text(call->body, "name");
    const char *below = arena_printf(call->arena, "privateOffers/%s", offer->id);
    if (name && !text_equal(market_below(name), below))
        gcp_violation(call, "name", "Must be the name of the resource.");
    return gcp_fail_fields(call) < 0 ? NULL : offer;
}

static int publish(struct rest_call *call)
{
    static const struct gcp_member rows[] = {
        {"name", GCP_TEXT, 0, NULL, NULL, 0},
        {"validateOnly", GCP_BOOL, 0, NULL, NULL, 0},
    };
    static const struct gcp_shape shape = GCP_SHAPE(rows);
    struct rest_record *offer = find_asked(call, &shape);
    if (!offer)
        return -ERROR_REFUSED;
    int result = offer_in(offer, "DRAFT") ? offer_check_publish(call, offer)
                                          : refuse_state(call, offer, "published");
    if (result < 0)
        return result;
    if (!json_get_bool(call->body, "validateOnly", false))
        offer_begin_publishing(call->sandbox, offer);
    call->answer = offer_full(call->arena, offer);
    return 0;
}

static int cancel(struct rest_call *call)
{
    static const struct gcp_member rows[] = {
        {"name", GCP_TEXT, 0, NULL, NULL, 0},
        {"cancellationNote", GCP_TEXT, 0, NULL, NULL, 0},
    };
    static const struct gcp_shape shape = GCP_SHAPE(rows);
    struct rest_record *offer = find_asked(call, &shape);
    if (!offer)
        return -ERROR_REFUSED;
    if (!offer_in(offer, "PUBLISHING") && !offer_in(offer, "PUBLISHED"))
        return refuse_state(call, offer, "cancelled");
    const char *note = json_get_text(call->body, "cancellationNote");
    offer_move(call->sandbox, offer, "CANCELLED", sandbox_now(call->sandbox));
    if (!text_blank(note)) {
        struct json *pair = market_copy(call->arena, offer);
        json_set_text(call->arena, json_get(pair, "shown"), "cancellationNote", note);
        market_store(call->sandbox, offer, pair);
    }
    call->answer = offer_full(call->arena, offer);
    return 0;
}

static int delete_offer(struct rest_call *call)
{
    struct gcp_market *market = market_of(call->sandbox);
    const char *force = json_get_text(call->query, "force");
    struct rest_record *offer = find(call);
    if (!offer)
        return -ERROR_REFUSED;
    if (force && strcmp(force, "true") != 0 && strcmp(force, "false") != 0) {
        gcp_violation(call, "force", "Invalid value at 'force' (%s)", force);
        return gcp_fail_fields(call);
    }
    if (!offer_in(offer, "DRAFT"))
        return refuse_state(call, offer, "deleted");
    const char *prefix = arena_printf(call->arena, "%s/", offer->id);
    for (size_t i = market->documents.count; i--;) {
        const char *id = market->documents.records[i]->id;
        if (!text_starts(id, prefix))
            continue;
        if (!text_equal(force, "true"))
            return gcp_fail(call, "FAILED_PRECONDITION",
                            "The private offer has documents; force deletes them, too.");
        rest_remove(&market->documents, id);
    }
    rest_remove(&market->offers, offer->id);
    call->answer = json_object(call->arena);
    return 0;
}

/* ---- What a new offer must amend. */
/* The oneof is empty if nothing is active, and lists what may be amended where a buyer may have
 * several orders. */
static void resolve_target(struct rest_call *call, const char *account, const char *service)
{
    struct arena *arena = call->arena;
    bool several = listing_flag(call->sandbox, service, "multiple");
    struct json *offers = json_array(arena);
    size_t from = 0;
    const struct rest_record *order;
    while ((order = order_active(call->sandbox, account, service, &from))) {
        const char *offer = json_get_text(market_hold(order), "offer");
        const char *name =
            offer ? market_name(arena, arena_printf(arena, "privateOffers/%s", offer)) : NULL;
        if (several && name)
            json_append(arena, offers, json_string(arena, name));
        if (several)
            continue;
        json_set_text(arena, call->answer, name ? "requiredPrivateOffer" : "requiredStandardOffer",
                      name ? name : json_get_text(market_hold(order), "standard"));
        return;
    }
    if (!offers->count)
        return;
    struct json *optional = json_object(arena);
    json_set(arena, optional, "privateOffers", offers);
    json_set(arena, call->answer, "optionalOffers", optional);
}

static int resolve(struct rest_call *call)
{
    const char *account = json_get_text(call->query, "targetBillingAccount");
    const char *standard = json_get_text(call->query, "baseStandardOffer");
    int result = market_check_parent(call);
    if (result < 0)
        return result;
    if (text_blank(account) || !text_starts(account, "billingAccounts/"))
        gcp_violation(call, "target_billing_account", "Required: billingAccounts/{id}.");
    if (text_blank(standard) || !strstr(standard, "/standardOffers/"))
        gcp_violation(call, "base_standard_offer", "Required: the name of a standard offer.");
    result = gcp_fail_fields(call);
    if (result < 0)
        return result;
    if (!listing_find(call->sandbox, standard))
        return gcp_fail(call, "NOT_FOUND", "Resource '%s' was not found.", standard);
    call->answer = json_object(call->arena);
    resolve_target(call, account, listing_service(call->arena, standard));
    return 0;
}

#define OFFERS    "/{}/locations/{}/privateOffers"
#define DOCUMENTS OFFERS "/{}/documents"
#define PAGED     "pageSize pageToken"
static const struct rest_route routes[] = {
    {"GET", OFFERS ":resolveAmendmentTarget", "ResolveGcpAmendmentTarget", resolve,
     "targetBillingAccount baseStandardOffer"},
    {"GET", OFFERS, "ListGcpOffers", list, PAGED " filter orderBy"},
    {"POST", OFFERS, "CreateGcpOffer", create, NULL},
    {"GET", OFFERS "/{}", "GetGcpOffer", get, "view"},
    {"PATCH", OFFERS "/{}", "UpdateGcpOffer", patch, "updateMask"},
    {"DELETE", OFFERS "/{}", "DeleteGcpOffer", delete_offer, "force"},
    {"POST", OFFERS "/{}:publish", "PublishGcpOffer", publish, NULL},
    {"POST", OFFERS "/{}:cancel", "CancelGcpOffer", cancel, NULL},
    {"GET", DOCUMENTS, "ListGcpDocuments", gcp_documents_list, PAGED},
    {"POST", DOCUMENTS, "CreateGcpDocument", gcp_documents_create, NULL},
    {"GET", DOCUMENTS "/{}", "GetGcpDocument", gcp_documents_get, NULL},
    {"PATCH", DOCUMENTS "/{}", "UpdateGcpDocument", gcp_documents_patch, "updateMask"},
    {"DELETE", DOCUMENTS "/{}", "DeleteGcpDocument", gcp_documents_delete, NULL},
};
const struct rest_routes gcp_offer_routes = {&gcp_producer_surface, routes, COUNT(routes)};
