/* Listings of Google's APIs (AIP-158): pages of a collection, for a sweep or a step. */
#ifndef CONNECTORS_GCP_PAGES_H
#define CONNECTORS_GCP_PAGES_H

#include "connectors/gcp/client.h"
#include "connectors/sweep.h"

/* What a listing of a sweep has as its `detail`, or a step asks for. */
struct gcp_collection {
    enum gcp_surface surface;
    const char *name;  /* of the collection: "projects/p/locations/l/services/s/skus" */
    unsigned size;     /* of a page, at most what the service documents */
    const char *query; /* what else is asked, encoded and the same on each page; NULL: nothing */
};

/* `token` NULL: the first page. */
void gcp_page_request(const struct cloud *cloud, struct arena *arena,
                      const struct gcp_collection *collection, const char *token,
                      struct http_request *ret_request);
/* For struct sweep_listing; its `detail` is a struct gcp_collection. */
int gcp_page_build(struct sweep *sweep, struct arena *arena, const struct sweep_listing *listing,
                   const struct sweep_place *place, struct http_request *ret_request,
                   struct error *error);

/* The members of a sweep's listing that all of Google's have. */
#define GCP_LISTED(operation_, family_, items_)                                                    \
    .operation = operation_, .family = family_, .items = items_, .id = "name",                     \
    .token = "nextPageToken", .omits_empty = true, .page = gcp_page_build

#endif
