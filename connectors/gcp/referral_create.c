/* Creating an opportunity: always as a draft; to hand it over is another action. */
#include "base/text.h"
#include "connectors/gcp/referral_steps.h"

static const struct connector_kind *const kind = &gcp_referrals;

/* ------------------------------------------------------------------ looking for the twin */

static int build_lookup(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    (void)error;
    gcp_referral_query(context->cloud, context->arena, step_text(context, "page"), request);
    return 0;
}

static const char *find_twin(const struct step_context *context, const struct json *items)
{
    for (size_t i = 0; i < items->count; i++) {
        if (text_equal(gcp_referral_reference(context->arena, items->items[i]),
                       step_reference(context)))
            return json_get_text(items->items[i], "name");
    }
    return NULL;
}

static bool shows_texts(const struct http_response *response, struct arena *arena)
{
    struct json *answer = NULL;
    if (document_parse(arena, response, &answer, NULL) < 0)
        return true; /* the search tells of it */
    const struct json *items = json_get(answer, "opportunities");
    for (size_t i = 0; items && items->type == JSON_ARRAY && i < items->count; i++) {
        if (!gcp_referral_is_whole(items->items[i]))
            return false;
    }
    return true;
}

static enum step_result answer_lookup(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    static const struct step_search search = {.items = "opportunities",
                                              .next = "nextPageToken",
                                              .what = "opportunity",
                                              .found = "read",
                                              .match = find_twin,
                                              .omits_empty = true};
    /* A listing of names alone hides the tags: to post once more could make a second deal. */
    if (!failure && !shows_texts(response, context->arena)) {
        error_set(error, ERROR_PERMANENT, SCOPE_RECORD,
                  "the listing shows no texts, so whether the opportunity was made cannot be told; "
                  "look for it in the portal, and write its name into the local record");
        return STEP_FAIL;
    }
    return step_search(context, &search, response, failure, error);
}

/* ------------------------------------------------------------------ making it */

static int put_fields(struct step_context *context, struct json *body, struct error *error)
{
    const struct kind *model = context->change->kind;
    for (size_t i = 0; i < model->field_count; i++) {
        const char *name = model->fields[i].name;
        const struct remote_field *remote = connector_field(kind, name);
        const char *value = step_wanted(context, name);
        if (!value || !remote || !(remote->flags & REMOTE_CREATE) || remote->flags & REMOTE_STEP)
            continue;
        int result = document_put(context->arena, kind, body, name, value, error);
        if (result < 0)
            return result;
    }
    return 0;
}

/* The type comes first: it decides where the tag stands. */
static int build_create(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    struct arena *arena = context->arena;
    struct json *body = json_object(arena);
    const char *type = step_wanted(context, "deal_type");
    json_set_text(arena, body, "state", "DRAFT");
    json_set_text(arena, body, "opportunityType", type ? type : "ISV_SOLUTION_CONNECT");
    gcp_referral_complete(arena, body, context->cloud->partner);
    int result = put_fields(context, body, error);
    if (!result)
        result = document_put(arena, kind, body, FIELD_REFERENCE, step_reference(context), error);
    if (!result)
        gcp_request(context->cloud, arena, GCP_CHANNEL, "POST", "opportunities", NULL, body,
                    request);
    return result;
}

static enum step_result answer_create(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    struct record *record = NULL;
    if (gcp_step_take(context, response, failure, &document, &record, error) < 0) {
        if (error->class == ERROR_STALE) /* there is no record that could have moved */
            error->class = ERROR_REFUSED;
        return STEP_FAIL;
    }
    step_keep(context, "id", record->id);
    if (!gcp_referral_is_whole(document))
        return STEP_NEXT;
    context->after = record;
    return STEP_DONE;
}

/* `lookup` is only ever gone to: from a crash or a lost answer. */
const struct step gcp_create_steps[] = {
    READ_STEP("lookup", "opportunities.query", GCP_CHANNEL_CALLS, "lookup", build_lookup,
              answer_lookup),
    WRITE_STEP("create", "opportunities.create", GCP_CHANNEL_CALLS, "lookup", build_create,
               answer_create),
    READ_BACK_STEP,
};
