#include "connectors/aws/sweeps.h"

#include "base/text.h"
#include "base/times.h"

#define BATCH     20 /* the most that BatchDescribeEntities takes */
#define PAGE_SIZE 50 /* the most that ListEntities takes */
#define OVERLAP   (5 * INT64_C(60000))

struct sweep *sweep_aws(struct cloud *cloud, const struct read_scope *scope,
                        const struct read_sink *sink, const struct sweep_reader *reader,
                        void *context)
{
    return sweep_new(cloud, cloud->session, scope, sink, reader, context);
}

int sweep_page(struct sweep *sweep, struct arena *arena, const struct sweep_listing *listing,
               const struct sweep_place *place, struct json *body, sweep_request *request,
               struct http_request *ret_request)
{
    if (place->token)
        json_set_text(arena, body, listing->token, place->token);
    request(sweep_cloud(sweep), arena, listing->operation, body, ret_request);
    return 0;
}

int sweep_send(struct sweep_fetch *fetch, const struct sweep_call *call)
{
    call->request(sweep_cloud(fetch->sweep), fetch->arena, call->operation, call->body,
                  &fetch->request);
    return sweep_ask(fetch, call->operation, call->family, call->answer);
}

struct json *sweep_entities(struct arena *arena, const char *type, const char *after,
                            struct json **ret_filters)
{
    struct json *body = json_object(arena), *filters = json_object(arena);
    struct json *both = json_object(arena), *sort = json_object(arena), *order = json_object(arena);
    json_set_text(arena, body, "Catalog", AWS_MARKETPLACE);
    json_set_text(arena, body, "EntityType", type);
    json_set(arena, body, "MaxResults", json_int(arena, PAGE_SIZE));
    json_set(arena, both, arena_printf(arena, "%sFilters", type), filters);
    /* Dates have no fraction, whether the filter includes its own is not said, and a listing may
     * show an edit later than another that was made after it: from some time before, since what
     * was seen already costs nothing. */
    int64_t ms;
    if (after && instant_parse(after, &ms)) {
        char text[INSTANT_TEXT];
        instant_print(ms - OVERLAP, text);
        struct json *range = json_object(arena), *modified = json_object(arena);
        json_set_text(arena, range, "AfterValue", arena_printf(arena, "%.19sZ", text));
        json_set(arena, modified, "DateRange", range);
        json_set(arena, filters, "LastModifiedDate", modified);
    }
    if (filters->count || ret_filters)
        json_set(arena, body, "EntityTypeFilters", both);
    /* Ascending: what changes meanwhile comes again at the end instead of being passed over. */
    json_set_text(arena, order, "SortBy", "LastModifiedDate");
    json_set_text(arena, order, "SortOrder", "ASCENDING");
    json_set(arena, sort, arena_printf(arena, "%sSort", type), order);
    json_set(arena, body, "EntityTypeSort", sort);
    if (ret_filters)
        *ret_filters = filters;
    return body;
}

/* ------------------------------------------------------------------ batches of entities */

struct sweep_batch {
    struct sweep *sweep;
    sweep_entity *take;
    const char *ids[BATCH];
    size_t count;
};

/* A batch on its way: the state of its fetch. */
struct described {
    struct sweep_batch *batch;
    const char **ids;
    size_t count;
};

static void describe(struct sweep_batch *batch, const char *const *ids, size_t count);

/* An answer of 200 can say that some were not found. */
static int take_entity(struct sweep_fetch *fetch, const struct json *answer, const char *id,
                       struct error *error)
{
    const struct described *described = fetch->state;
    struct json *entity = json_get(json_get(answer, "EntityDetails"), id);
    const struct json *refusal = json_get(json_get(answer, "Errors"), id);
    if (entity && entity->type == JSON_OBJECT)
        return described->batch->take(fetch->sweep, fetch->arena, id, entity, error);
    const char *code = json_get_text(refusal, "ErrorCode");
    const char *message = json_get_text(refusal, "ErrorMessage");
    return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                     "BatchDescribeEntities answered without %s%s%s%s%s", id, code ? ": " : "",
                     code ? code : "", message ? ": " : "", message ? message : "");
}

static int take_batch(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    (void)error;
    const struct described *described = fetch->state;
    for (size_t i = 0; i < described->count; i++) {
        struct error why = {0};
        if (take_entity(fetch, answer, described->ids[i], &why) < 0)
            sweep_missed(fetch->sweep, described->ids[i], &why);
    }
    return 0;
}

/* Where one of them takes all others down, the halves are asked for apart. */
static void batch_missed(struct sweep_fetch *fetch, const struct error *error)
{
    const struct described *described = fetch->state;
    size_t half = described->count / 2;
    if (error->class == ERROR_REFUSED && half) {
        describe(described->batch, described->ids, half);
        describe(described->batch, described->ids + half, described->count - half);
        return;
    }
    for (size_t i = 0; i < described->count; i++)
        sweep_missed(fetch->sweep, described->ids[i], error);
}

static void describe(struct sweep_batch *batch, const char *const *ids, size_t count)
{
    struct sweep_fetch *fetch = sweep_fetch(batch->sweep, NULL, NULL);
    struct arena *arena = fetch->arena;
    struct json *body = json_object(arena), *list = json_array(arena);
    struct described *described = arena_alloc(arena, sizeof *described);
    *described = (struct described){batch, arena_array(arena, count, sizeof *ids), count};
    fetch->state = described;
    fetch->missed = batch_missed;
    for (size_t i = 0; i < count; i++) {
        struct json *one = json_object(arena);
        described->ids[i] = arena_copy(arena, ids[i]);
        json_set_text(arena, one, "Catalog", AWS_MARKETPLACE);
        json_set_text(arena, one, "EntityId", ids[i]);
        json_append(arena, list, one);
    }
    json_set(arena, body, "EntityRequestList", list);
    sweep_send(fetch, &(struct sweep_call){"BatchDescribeEntities", AWS_DESCRIBE_ENTITY,
                                           aws_catalog_request, body, take_batch});
}

struct sweep_batch *sweep_batch_new(struct sweep *sweep, sweep_entity *take)
{
    struct sweep_batch *batch = arena_alloc(sweep_arena(sweep), sizeof *batch);
    batch->sweep = sweep;
    batch->take = take;
    return batch;
}

void sweep_batch_flush(struct sweep_batch *batch)
{
    size_t count = batch->count;
    batch->count = 0;
    if (count)
        describe(batch, batch->ids, count);
}

void sweep_batch_add(struct sweep_batch *batch, const char *id)
{
    batch->ids[batch->count++] = arena_copy(sweep_arena(batch->sweep), id);
    if (batch->count == BATCH)
        sweep_batch_flush(batch);
}
