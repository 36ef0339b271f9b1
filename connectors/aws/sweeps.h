/* What reads at AWS add to a sweep: tokens that travel in bodies, and entities of the Catalog that
 * are described by the batch. */
#ifndef CONNECTORS_AWS_SWEEPS_H
#define CONNECTORS_AWS_SWEEPS_H

#include "connectors/aws/client.h"
#include "connectors/sweep.h"

struct sweep *sweep_aws(struct cloud *cloud, const struct read_scope *scope,
                        const struct read_sink *sink, const struct sweep_reader *reader,
                        void *context);

/* As aws_request. */
typedef void sweep_request(const struct cloud *cloud, struct arena *arena, const char *operation,
                           const struct json *body, struct http_request *ret_request);
/* The request for one page out of its body: all pages are asked for alike, the token aside, which
 * is a member of the same name as in answers. For sweep_listing.page; 0. */
int sweep_page(struct sweep *sweep, struct arena *arena, const struct sweep_listing *listing,
               const struct sweep_place *place, struct json *body, sweep_request *request,
               struct http_request *ret_request);

struct sweep_call {
    const char *operation, *family;
    sweep_request *request;
    const struct json *body;
    sweep_answer *answer;
};
int sweep_send(struct sweep_fetch *fetch, const struct sweep_call *call); /* 1 */

/* The documents of entities, as many per call as it takes. `take` gets what BatchDescribeEntities
 * answered; a negative result reports the entity as missed. Lives in the sweep's arena. */
struct sweep_batch;
typedef int sweep_entity(struct sweep *sweep, struct arena *arena, const char *id,
                         const struct json *entity, struct error *error);
struct sweep_batch *sweep_batch_new(struct sweep *sweep, sweep_entity *take);
void sweep_batch_add(struct sweep_batch *batch, const char *id);
void sweep_batch_flush(struct sweep_batch *batch); /* the reader's `listed` calls it */

/* A body of ListEntities for one type ("SaaSProduct"; its filters and sorting are
 * "SaaSProductFilters" and "SaaSProductSort"), oldest edit first, from `after` on. More filters go
 * into *ret_filters (may be NULL), which is empty without `after`. */
struct json *sweep_entities(struct arena *arena, const char *type, const char *after,
                            struct json **ret_filters);
#define SWEEP_ENTITIES(type_, page_, item_)                                                        \
    {                                                                                              \
        .operation = "ListEntities", .family = AWS_LIST_ENTITIES, .items = "EntitySummaryList",    \
        .id = "EntityId", .version = "LastModifiedDate", .token = "NextToken", .mark = type_,      \
        .detail = type_, .page = page_, .item = item_                                              \
    }

#endif
