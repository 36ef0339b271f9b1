/* Reading listings: the list of products, and of each its submissions, which tell cheaply whether
 * anything moved; a tree only of those that did. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/azure/listings.h"
#include "connectors/sweep.h"

#define PRODUCTS "/product"

/* Trees in the order in which they are asked for: where there is none the cloud answers 400 or 404.
 * Of what was never live the draft shows most. */
static const char *const targets[] = {"live", "preview", "draft", NULL};
enum { LIVE, PREVIEW, DRAFT };

/* A product on its way; everything in it lives as long as the read. */
struct visit {
    const char *guid;
    const struct json *product;      /* as listed */
    struct json *submissions;        /* list */
    size_t target;                   /* the tree that is asked for: index of targets */
    bool wants_pending;              /* the draft is to be held against what is live */
    const struct json *tree, *plans; /* live as long as the fetch */
};

static bool wants_pending(const struct sweep *sweep)
{
    return *(const bool *)sweep_context(sweep);
}

static int send(struct sweep_fetch *fetch, const char *operation, sweep_answer *answer)
{
    return sweep_ask(fetch, operation, azure_family(AZURE_INGESTION), answer);
}

/* The items of a list's page are added to `list`. 1: the next page was asked for. */
static int take_items(struct sweep_fetch *fetch, const struct json *answer, struct arena *arena,
                      struct json *list, const char *operation, sweep_answer *again,
                      struct error *error)
{
    const struct json *items = json_get(answer, "value");
    const char *link = json_get_text(answer, "@nextLink");
    if (!items || items->type != JSON_ARRAY)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD, "%s answered without value",
                         operation);
    for (size_t i = 0; i < items->count; i++)
        json_append(arena, list, json_clone(arena, items->items[i]));
    if (text_blank(link))
        return 0;
    if (!items->count) /* a list that never ends */
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "%s gave an empty page with another one behind it", operation);
    int result =
        azure_request_next(sweep_cloud(fetch->sweep), fetch->arena, AZURE_INGESTION,
                           arena_printf(arena, "/%s", operation), link, &fetch->request, error);
    return result < 0 ? result : send(fetch, operation, again);
}

/* ------------------------------------------------------------------ the record */

static struct json *document_of(struct sweep_fetch *fetch, const struct visit *visit)
{
    const struct listing_parts parts = {.product = visit->product,
                                        .tree = visit->tree,
                                        .plans = visit->plans,
                                        .submissions = visit->submissions,
                                        .guid = visit->guid,
                                        .target = visit->tree ? targets[visit->target] : NULL};
    return azure_listing_document(fetch->arena, &parts);
}

static void emit(struct sweep_fetch *fetch, const struct json *document)
{
    const char *version = json_text(json_find(document, "agent.version"));
    const struct visit *visit = fetch->state;
    if (!visit->wants_pending && text_equal(sweep_known(fetch->sweep, visit->guid), version))
        sweep_seen(fetch->sweep, visit->guid);
    else
        sweep_record(fetch->sweep,
                     azure_listing_record(fetch->arena, document, sweep_note, fetch->sweep));
}

static int take_draft(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    const struct visit *visit = fetch->state;
    struct json *document = document_of(fetch, visit);
    (void)error;
    const struct listing_parts parts = {.tree = answer, .guid = visit->guid, .target = "draft"};
    const struct json *draft = azure_listing_document(fetch->arena, &parts);
    json_set(fetch->arena, json_get(document, "agent"), "pending",
             json_bool(fetch->arena, !azure_listing_same(fetch->arena, document, draft, NULL)));
    emit(fetch, document);
    return 0;
}

/* What is live was read, and stays true. */
static void draft_missed(struct sweep_fetch *fetch, const struct error *error)
{
    const struct visit *visit = fetch->state;
    sweep_missed(fetch->sweep, visit->guid, error);
    emit(fetch, document_of(fetch, visit));
}

static int finish(struct sweep_fetch *fetch)
{
    const struct visit *visit = fetch->state;
    if (!visit->wants_pending || !visit->tree || visit->target != LIVE) {
        emit(fetch, document_of(fetch, visit));
        return 0;
    }
    fetch->missed = draft_missed;
    azure_listing_ask_tree(sweep_cloud(fetch->sweep), fetch->arena, visit->guid, "draft",
                           &fetch->request);
    return send(fetch, "resource-tree", take_draft);
}

/* ------------------------------------------------------------------ details */

static int take_plans(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    struct visit *visit = fetch->state;
    struct json *plans =
        visit->plans ? json_clone(fetch->arena, visit->plans) : json_array(fetch->arena);
    int result = take_items(fetch, answer, fetch->arena, plans, "plan", take_plans, error);
    visit->plans = plans;
    return result ? result : finish(fetch);
}

static int ask_plans(struct sweep_fetch *fetch)
{
    const struct visit *visit = fetch->state;
    fetch->missed = NULL;
    azure_listing_ask_plans(sweep_cloud(fetch->sweep), fetch->arena, visit->guid, &fetch->request);
    return send(fetch, "plan", take_plans);
}

static bool has_plan(struct arena *arena, const struct json *resources)
{
    for (size_t i = 0; i < resources->count; i++) {
        if (!strcmp(azure_listing_schema(arena, resources->items[i]), "plan"))
            return true;
    }
    return false;
}

static int take_tree(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    struct visit *visit = fetch->state;
    const struct json *resources = json_get(answer, "resources");
    if (!resources || resources->type != JSON_ARRAY)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "resource-tree answered without resources");
    visit->tree = answer;
    return has_plan(fetch->arena, resources) ? finish(fetch) : ask_plans(fetch);
}

static void tree_missed(struct sweep_fetch *fetch, const struct error *error);

static int ask_tree(struct sweep_fetch *fetch)
{
    const struct visit *visit = fetch->state;
    if (!targets[visit->target]) /* content of some types is kept in an older interface */
        return ask_plans(fetch);
    fetch->missed = tree_missed;
    azure_listing_ask_tree(sweep_cloud(fetch->sweep), fetch->arena, visit->guid,
                           targets[visit->target], &fetch->request);
    return send(fetch, "resource-tree", take_tree);
}

static void tree_missed(struct sweep_fetch *fetch, const struct error *error)
{
    struct visit *visit = fetch->state;
    if (visit->tree || (error->http_status != 400 && error->http_status != 404)) {
        sweep_missed(fetch->sweep, visit->guid, error);
        return;
    }
    visit->target++;
    ask_tree(sweep_fetch(fetch->sweep, visit->guid, visit));
}

static int take_submissions(struct sweep_fetch *fetch, const struct json *answer,
                            struct error *error)
{
    struct visit *visit = fetch->state;
    struct listing_submissions found;
    int result = take_items(fetch, answer, sweep_arena(fetch->sweep), visit->submissions,
                            "submission", take_submissions, error);
    if (result)
        return result;
    azure_listing_submissions(visit->submissions, &found);
    visit->target = found.live ? LIVE : DRAFT;
    visit->wants_pending = wants_pending(fetch->sweep);
    const char *version =
        azure_listing_live_version(fetch->arena, visit->submissions, visit->product);
    if (found.live && !visit->wants_pending &&
        text_equal(sweep_known(fetch->sweep, visit->guid), version)) {
        sweep_seen(fetch->sweep, visit->guid);
        return 0;
    }
    return ask_tree(fetch);
}

/* ------------------------------------------------------------------ the list */

static int page(struct sweep *sweep, struct arena *arena, const struct sweep_listing *listing,
                const struct sweep_place *place, struct http_request *ret_request,
                struct error *error)
{
    (void)listing;
    if (place->token)
        return azure_request_next(sweep_cloud(sweep), arena, AZURE_INGESTION, PRODUCTS,
                                  place->token, ret_request, error);
    azure_listing_ask_products(sweep_cloud(sweep), arena, ret_request);
    return 0;
}

static void take_product(struct sweep *sweep, const struct sweep_listing *listing, const char *id,
                         const char *version, const struct json *product)
{
    (void)listing, (void)version;
    struct arena *arena = sweep_arena(sweep);
    const char *guid = azure_listing_guid(arena, id);
    if (!guid) {
        struct error error = {0};
        error_set(&error, ERROR_PERMANENT, SCOPE_RECORD, "\"%s\" is no id of a product", id);
        sweep_missed(sweep, id, &error);
        return;
    }
    if (azure_listing_word(json_get_text(product, "lifecycleState"), "deleted"))
        return;
    struct visit *visit = arena_alloc(arena, sizeof *visit);
    visit->guid = guid;
    visit->product = json_clone(arena, product);
    visit->submissions = json_array(arena);
    struct sweep_fetch *fetch = sweep_fetch(sweep, guid, visit);
    azure_listing_ask_submissions(sweep_cloud(sweep), fetch->arena, guid, &fetch->request);
    send(fetch, "submission", take_submissions);
}

static const struct sweep_listing products = {
    .operation = "product",
    .family = AZURE_GRAPH,
    .items = "value",
    .id = "id",
    .token = "@nextLink",
    .essential = true,
    .page = page,
    .item = take_product,
};

static const struct sweep_reader reader = {.release = free};

void azure_listings_read(struct cloud *cloud, const struct read_scope *scope,
                         const struct read_sink *sink)
{
    static const char *const pending[] = {"pending", NULL};
    bool *wanted = memory_alloc(sizeof *wanted);
    /* It costs a tree of each product: only if a job maps it. */
    *wanted = scope->mapped && read_wants(scope, &kinds[KIND_LISTING], pending);
    sweep_list(sweep_new(cloud, cloud->session, scope, sink, &reader, wanted), &products);
}
