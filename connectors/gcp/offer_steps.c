#include "connectors/gcp/offer_steps.h"

#include "base/text.h"

#define VIEW    "view=PRIVATE_OFFER_VIEW_FULL"
#define LOOK_MS INT64_C(60000)

int64_t gcp_offer_look_ms(const struct cloud *cloud)
{
    bool sandbox = http_is_loopback(cloud->bases[GCP_PRODUCER]);
    return sandbox && cloud->poll_ms < LOOK_MS ? cloud->poll_ms : LOOK_MS;
}

const char *gcp_offer_name(const struct step_context *context)
{
    const char *name = step_text(context, "name"), *id = context->change->remote_id;
    const char *parent = gcp_parent(context->cloud, context->arena);
    if (name)
        return name;
    return id && parent ? arena_printf(context->arena, "%s/privateOffers/%s", parent, id) : NULL;
}

void gcp_offer_ask(const struct step_context *context, const char *name,
                   struct http_request *request)
{
    gcp_request(context->cloud, context->arena, GCP_PRODUCER, "GET", name, VIEW, NULL, request);
}

int gcp_offer_take(struct step_context *context, const struct http_response *response,
                   const struct error *failure, struct json **ret_offer, struct error *error)
{
    struct json *offer = NULL;
    int result = step_parse(context, response, failure, &offer, error);
    if (result < 0)
        return result;
    if (!json_get_text(offer, "name") || !json_get_text(offer, "state") ||
        !json_get_text(offer, "updateTime"))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "privateOffers answered without a whole offer");
    *ret_offer = offer;
    return 0;
}

/* The version says that there is more to read. */
struct record *gcp_offer_now(struct step_context *context, const struct json *offer)
{
    const struct json *document =
        gcp_offer_document(context->cloud, context->arena, offer, NULL, NULL, NULL);
    struct record *record = gcp_offer_record(context->arena, document, NULL, NULL);
    record->version = arena_printf(context->arena, "%s" GCP_OFFER_MORE, record->version);
    return record;
}

struct gcp_offer_writing gcp_offer_wanted(struct step_context *context, const struct json *fresh)
{
    const bool *wanted;
    struct record *record =
        step_writing(context, &gcp_offers, fresh ? gcp_offer_now(context, fresh) : NULL, &wanted);
    return (struct gcp_offer_writing){.arena = context->arena,
                                      .cloud = context->cloud,
                                      .record = record,
                                      .wanted = wanted,
                                      .token = context->token};
}

int gcp_offer_build_read(struct step_context *context, struct http_request *request,
                         struct error *error)
{
    const char *name = gcp_offer_name(context);
    if (!name)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the offer's name got lost");
    gcp_offer_ask(context, name, request);
    return 0;
}

enum step_result gcp_offer_answer_read(struct step_context *context,
                                       const struct http_response *response,
                                       const struct error *failure, struct error *error)
{
    struct json *offer = NULL;
    if (gcp_offer_take(context, response, failure, &offer, error) < 0)
        return step_failed(error);
    context->after = gcp_offer_now(context, offer);
    return STEP_DONE;
}
