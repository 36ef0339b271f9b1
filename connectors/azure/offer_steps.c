#include "connectors/azure/offer_steps.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/times.h"
#include "connectors/document.h"

#define SETTLES_AFTER 15 /* looks at a job: private offers are done within 15 minutes */

void azure_offer_intend(struct step_context *context)
{
    char text[INSTANT_TEXT];
    if (!step_text(context, "intent"))
        step_keep(context, "intent", instant_print(context->now_ms, text));
}

bool azure_offer_unsettled(const struct step_context *context)
{
    const char *intent = step_text(context, "intent");
    int64_t ms, most = context->cloud->job_poll_ms * SETTLES_AFTER;
    return intent && instant_parse(intent, &ms) && context->now_ms - ms < most;
}

void azure_offer_ask(struct step_context *context, const char *id, struct http_request *request)
{
    struct arena *arena = context->arena;
    const char *path = arena_printf(arena, "/private-offer/%s", azure_encode(arena, id));
    azure_request(context->cloud, arena, AZURE_INGESTION, "GET",
                  azure_versioned(arena, path, azure_offer_api(context->cloud)), NULL, request);
}

int azure_offer_take(struct step_context *context, const struct http_response *response,
                     const struct error *failure, struct json **ret_offer, struct error *error)
{
    struct json *offer = NULL;
    int result = step_parse(context, response, failure, &offer, error);
    if (result < 0)
        return result;
    if (!json_get_text(offer, "id") || !json_get_text(offer, "state") ||
        !json_get_text(offer, "name"))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "private-offer answered without a whole offer");
    *ret_offer = offer;
    return 0;
}

/* What came for plans whose price stands in the offer, by the price's own id. */
static const struct json *prices_of(struct step_context *context)
{
    const struct json *plans = json_get(context->progress, "plans");
    const struct json *templates = json_get(context->progress, "templates");
    struct json *prices = json_object(context->arena);
    for (size_t i = 0; plans && templates && i < plans->count; i++) {
        const char *id = json_text(plans->items[i]);
        const struct json *price = json_get(templates, plans->names[i]);
        if (price && !text_blank(id))
            json_set(context->arena, prices, id, json_clone(context->arena, price));
    }
    return prices->count ? prices : NULL;
}

struct record *azure_offer_now(struct step_context *context, const struct json *offer)
{
    const struct json *document =
        azure_offer_document(context->arena, offer, NULL, prices_of(context), context->now_ms);
    return azure_offer_record(context->arena, document, NULL, NULL);
}

struct azure_offer_writing azure_offer_wanted(struct step_context *context,
                                              const struct json *fresh)
{
    const bool *wanted;
    struct record *record = step_writing(context, &azure_offers,
                                         fresh ? azure_offer_now(context, fresh) : NULL, &wanted);
    return (struct azure_offer_writing){.arena = context->arena,
                                        .cloud = context->cloud,
                                        .record = record,
                                        .wanted = wanted,
                                        .documents = step_wanted(context, "documents")};
}

/* ------------------------------------------------------------------ templates */

static size_t next_plan(const struct step_context *context, const struct json *plans)
{
    const struct json *templates = json_get(context->progress, "templates");
    size_t at = 0;
    while (plans && at < plans->count && json_get(templates, plans->names[at]))
        at++;
    return at;
}

static const char *price_path(struct arena *arena, const char *key, const char *id)
{
    const char *slash = strchr(key, '/');
    if (!text_blank(id)) /* opaque, but of the service's own; its slashes part the path */
        return arena_printf(arena, "/%s", id);
    return arena_printf(arena, "/price-and-availability-private-offer-plan/%s?plan=%s",
                        azure_encode(arena, arena_copy_n(arena, key, (size_t)(slash - key))),
                        azure_encode(arena, slash + 1));
}

int azure_offer_build_template(struct step_context *context, struct http_request *request,
                               struct error *error)
{
    const struct json *offer = json_get(context->progress, "offer");
    const struct json *plans = json_get(context->progress, "plans");
    struct arena *arena = context->arena;
    if (!plans) {
        const struct azure_offer_writing writing = azure_offer_wanted(context, offer);
        struct json *asked = NULL;
        int result = azure_offer_priced_plans(&writing, offer, &asked, error);
        if (result < 0)
            return result;
        step_keep_json(context, "plans", asked);
        step_keep_json(context, "templates", json_object(arena));
        plans = json_get(context->progress, "plans");
    }
    size_t at = next_plan(context, plans);
    if (at >= plans->count)
        return 1;
    const char *id = json_text(plans->items[at]);
    if (!text_blank(id) && (strstr(id, "..") || strpbrk(id, "?#%\\ ")))
        return error_set(error, ERROR_PERMANENT, SCOPE_RECORD, "the price \"%s\" is no name", id);
    azure_request(context->cloud, arena, AZURE_INGESTION, "GET",
                  azure_versioned(arena, price_path(arena, plans->names[at], id),
                                  azure_offer_api(context->cloud)),
                  NULL, request);
    return 0;
}

enum step_result azure_offer_answer_template(struct step_context *context,
                                             const struct http_response *response,
                                             const struct error *failure, struct error *error)
{
    struct json *price = NULL;
    const struct json *plans = json_get(context->progress, "plans");
    const char *key = plans->names[next_plan(context, plans)];
    if (step_parse(context, response, failure, &price, error) < 0) {
        error_context(error, "the price of %s", key);
        return step_failed(error);
    }
    json_set(context->arena, json_get(context->progress, "templates"), key, price);
    return step_go_to(context, "template");
}

/* ------------------------------------------------------------------ reading back */

int azure_offer_build_read(struct step_context *context, struct http_request *request,
                           struct error *error)
{
    const char *id = context->change->remote_id;
    if (!id)
        id = step_text(context, "id");
    if (!id)
        id = azure_bare_id(context->arena, azure_job_made(context, "private-offer"));
    if (!id)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "the job does not say which offer it made");
    step_keep(context, "id", id);
    azure_offer_ask(context, id, request);
    return 0;
}

/* What was just made may not be shown yet. */
enum step_result azure_offer_answer_read(struct step_context *context,
                                         const struct http_response *response,
                                         const struct error *failure, struct error *error)
{
    struct json *offer = NULL;
    if (failure && failure->http_status == 404 && azure_offer_unsettled(context))
        return step_wait(context, context->cloud->patience_ms, context->cloud->job_poll_ms,
                         "the offer is not shown yet");
    if (azure_offer_take(context, response, failure, &offer, error) < 0)
        return step_failed(error);
    context->after = azure_offer_now(context, offer);
    return STEP_DONE;
}
