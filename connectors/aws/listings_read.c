/* Reading listings: one listing per type of product side by side, documents by the dozen. */
#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/listings.h"
#include "connectors/aws/sweeps.h"

static int take_entity(struct sweep *sweep, struct arena *arena, const char *id,
                       const struct json *entity, struct error *error)
{
    struct json *document = NULL;
    int result = listing_document(arena, id, entity, &document, error);
    if (!result)
        sweep_record(sweep, listing_record(arena, document, sweep_note, sweep));
    return result;
}

/* The sweep's context is nothing but the batch. */
static struct sweep_batch *batch_of(const struct sweep *sweep)
{
    return *(struct sweep_batch **)sweep_context(sweep);
}

static int page(struct sweep *sweep, struct arena *arena, const struct sweep_listing *listing,
                const struct sweep_place *place, struct http_request *ret_request,
                struct error *error)
{
    (void)error;
    return sweep_page(sweep, arena, listing, place,
                      sweep_entities(arena, listing->detail, place->after, NULL),
                      aws_catalog_request, ret_request);
}

static void take_summary(struct sweep *sweep, const struct sweep_listing *listing, const char *id,
                         const char *version, const struct json *summary)
{
    (void)listing;
    (void)summary; /* has title and visibility only */
    if (sweep_same_second(sweep_known(sweep, id), version))
        sweep_seen(sweep, id);
    else
        sweep_batch_add(batch_of(sweep), id);
}

static const struct sweep_listing products[LISTING_TYPES] = {
    SWEEP_ENTITIES("SaaSProduct", page, take_summary),
    SWEEP_ENTITIES("AmiProduct", page, take_summary),
    SWEEP_ENTITIES("ContainerProduct", page, take_summary),
    SWEEP_ENTITIES("MachineLearningProduct", page, take_summary),
    SWEEP_ENTITIES("DataProduct", page, take_summary),
};

static void listed(struct sweep *sweep)
{
    sweep_batch_flush(batch_of(sweep));
}

static const struct sweep_reader reader = {listed, NULL, free};

void aws_listings_read(struct cloud *cloud, const struct read_scope *scope,
                       const struct read_sink *sink)
{
    struct sweep_batch **batch = memory_alloc(sizeof *batch);
    struct sweep *sweep = sweep_aws(cloud, scope, sink, &reader, batch);
    *batch = sweep_batch_new(sweep, take_entity);
    for (size_t i = 0; i < COUNT(products); i++)
        sweep_list(sweep, &products[i]);
}
