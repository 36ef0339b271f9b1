#include "connectors/gcp/pages.h"

void gcp_page_request(const struct cloud *cloud, struct arena *arena,
                      const struct gcp_collection *collection, const char *token,
                      struct http_request *ret_request)
{
    const char *query =
        arena_printf(arena, "pageSize=%u%s%s%s%s", collection->size, collection->query ? "&" : "",
                     collection->query ? collection->query : "", token ? "&pageToken=" : "",
                     token ? gcp_encode(arena, token) : "");
    gcp_request(cloud, arena, collection->surface, "GET", collection->name, query, NULL,
                ret_request);
}

int gcp_page_build(struct sweep *sweep, struct arena *arena, const struct sweep_listing *listing,
                   const struct sweep_place *place, struct http_request *ret_request,
                   struct error *error)
{
    (void)error;
    gcp_page_request(sweep_cloud(sweep), arena, listing->detail, place->token, ret_request);
    return 0;
}
