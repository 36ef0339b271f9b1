#include "connectors/gcp/location.h"

#include "base/text.h"
#include "connectors/document.h"
#include "connectors/steps.h"

const char *gcp_parent(const struct cloud *cloud, struct arena *arena)
{
    return cloud->location
               ? arena_printf(arena, "projects/%s/locations/%s", cloud->project, cloud->location)
               : NULL;
}

void gcp_location_request(const struct cloud *cloud, struct arena *arena,
                          struct http_request *ret_request)
{
    gcp_request(cloud, arena, GCP_PRODUCER, "GET",
                arena_printf(arena, "projects/%s/locations", cloud->project), NULL, NULL,
                ret_request);
}

int gcp_location_read(struct cloud *cloud, const struct json *answer, struct error *error)
{
    CLEANUP_TEXT struct text names;
    const struct json *locations = json_get(answer, "locations");
    const char *found = NULL;
    size_t count = locations && locations->type == JSON_ARRAY ? locations->count : 0;
    text_init(&names, 1024);
    for (size_t i = 0; i < count; i++) {
        const char *id = json_get_text(locations->items[i], "locationId");
        id = text_blank(id) ? gcp_bare_id(json_get_text(locations->items[i], "name")) : id;
        found = text_blank(id) ? found : id;
        text_addf(&names, "%s%s", i ? ", " : "", id ? id : "?");
    }
    bool more = !text_blank(json_get_text(answer, "nextPageToken"));
    if (count == 1 && !more && gcp_is_id(found)) {
        cloud->location = arena_copy(cloud->arena, found);
        return 0;
    }
    const char *known = count > 1 || more ? "several: " : count ? "one that is no id: " : "none";
    return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                     "clouds.gcp.location has to name the location of the offers: the service "
                     "knows %s%s",
                     known, names.data);
}

int gcp_location_build(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    (void)error;
    if (context->cloud->location)
        return 1;
    gcp_location_request(context->cloud, context->arena, request);
    return 0;
}

enum step_result gcp_location_answer(struct step_context *context,
                                     const struct http_response *response,
                                     const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    int result = step_parse(context, response, failure, &answer, error);
    if (!result)
        result = gcp_location_read(context->cloud, answer, error);
    return result < 0 ? step_failed(error) : STEP_NEXT;
}
