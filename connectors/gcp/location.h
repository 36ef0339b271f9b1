/* The location id of the Commerce Producer API, which no page states: the setting `location`, else
 * the only one that GET projects/{project}/locations names, asked once per open account. */
#ifndef CONNECTORS_GCP_LOCATION_H
#define CONNECTORS_GCP_LOCATION_H

#include "connectors/gcp/client.h"

/* "projects/{project}/locations/{location}"; NULL: not known yet. */
const char *gcp_parent(const struct cloud *cloud, struct arena *arena);

void gcp_location_request(const struct cloud *cloud, struct arena *arena,
                          struct http_request *ret_request);
/* Keeps what the answer says. ERROR_INPUT if it names none or several: the message lists them. */
int gcp_location_read(struct cloud *cloud, const struct json *answer, struct error *error);

/* The same as a step, which is skipped where the location is known. */
int gcp_location_build(struct step_context *context, struct http_request *request,
                       struct error *error);
enum step_result gcp_location_answer(struct step_context *context,
                                     const struct http_response *response,
                                     const struct error *failure, struct error *error);
#define GCP_LOCATE                                                                                 \
    {                                                                                              \
        .name = "locate", .operation = "locations.list", .family = GCP_PRODUCER_CALLS,             \
        .repeatable = true, .resume = "locate", .build = gcp_location_build,                       \
        .answer = gcp_location_answer                                                              \
    }

#endif
