/* What the procedures of referrals share, and their table. */
#include "connectors/azure/referral_steps.h"

#include "base/text.h"
#include "base/times.h"
#include "net/http.h"

/* Microsoft's connectors were seen to double what was written, or to run in circles, where two
 * writes of a deal were less than that apart. */
#define PAUSE_MS INT64_C(60000)

int azure_step_build_get(struct step_context *context, struct http_request *request,
                         struct error *error)
{
    const char *id = step_id(context);
    if (!id)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the referral's id got lost");
    azure_request(context->cloud, context->arena, AZURE_REFERRALS, "GET",
                  arena_printf(context->arena, "/%s", azure_encode(context->arena, id)), NULL,
                  request);
    return 0;
}

int azure_step_take(struct step_context *context, const struct http_response *response,
                    const struct error *failure, struct json **ret_document,
                    struct record **ret_record, struct error *error)
{
    struct json *document = NULL;
    int result = step_parse(context, response, failure, &document, error);
    if (result < 0)
        return result;
    if (!json_get_text(document, "id") || !json_get_text(document, "eTag"))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "the referral was answered without id or eTag");
    const struct json *sides = json_get(context->progress, "sides");
    const struct azure_engagement engagement = {.known = sides != NULL, .rows = sides};
    *ret_record = azure_referral_record(context->arena, document, &engagement, NULL, NULL);
    *ret_document = document;
    return 0;
}

enum step_result azure_step_answer_read(struct step_context *context,
                                        const struct http_response *response,
                                        const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    if (azure_step_take(context, response, failure, &document, &context->after, error) < 0)
        return step_failed(error);
    return STEP_DONE;
}

static int64_t pause_of(const struct cloud *cloud)
{
    int64_t pause = settings_number(cloud->settings, "write_pause");
    bool here = http_is_loopback(cloud->bases[AZURE_REFERRALS]);
    return pause && (here || pause > PAUSE_MS) ? pause : PAUSE_MS;
}

enum step_result azure_step_rest(struct step_context *context, const struct json *document)
{
    const char *updated = json_get_text(document, "updatedDateTime");
    int64_t pause = pause_of(context->cloud), ticks;
    if (!updated || !instant_parse_fine(updated, &ticks))
        return STEP_NEXT;
    int64_t left = ticks / 10000 + pause - context->now_ms;
    /* Once is enough for one writing, whatever its clock says. */
    if (left <= 0 || text_equal(step_text(context, "rested"), updated))
        return STEP_NEXT;
    step_keep(context, "rested", updated);
    return step_wait(context, context->cloud->patience_ms, left < pause ? left : pause,
                     "the deal was written a moment ago; the next edit leaves it a minute");
}

int azure_step_write(struct step_context *context, const char *method, const struct json *body,
                     struct http_request *request, struct error *error)
{
    const char *id = step_id(context);
    const char *version = json_get_text(step_document(context), "eTag");
    if (!id || !version)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the referral's eTag got lost");
    azure_request(context->cloud, context->arena, AZURE_REFERRALS, method,
                  arena_printf(context->arena, "/%s", azure_encode(context->arena, id)), body,
                  request);
    http_request_set(context->arena, request, "If-Match", version);
    http_request_set(context->arena, request, "Prefer", "return=representation");
    step_keep_count(context, "written", step_count_of(context, "written") + 1);
    json_remove(context->progress, "document"); /* whoever goes on from here starts by reading */
    return 0;
}

enum step_result azure_step_answer_written(struct step_context *context,
                                           const struct http_response *response,
                                           const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    struct record *record = NULL;
    struct error odd = {0};
    if (failure) {
        *error = *failure;
        return step_failed(error);
    }
    /* 204 shows nothing; then it is read. */
    if (!azure_step_take(context, response, NULL, &document, &record, &odd)) {
        step_keep_json(context, "document", document);
        context->after = record;
    }
    return STEP_NEXT;
}

enum step_result azure_step_answer_last(struct step_context *context,
                                        const struct http_response *response,
                                        const struct error *failure, struct error *error)
{
    enum step_result result = azure_step_answer_written(context, response, failure, error);
    return result == STEP_NEXT && context->after ? STEP_DONE : result;
}

void azure_step_replace(struct step_context *context, struct json *operations, const char *member,
                        struct json *value)
{
    bool there = json_get(step_document(context), member);
    azure_referral_patch_add(context->arena, operations, there ? "replace" : "add",
                             arena_printf(context->arena, "/%s", member), value);
}

struct json *azure_step_states(struct step_context *context, const char *status,
                               const char *substatus)
{
    struct json *operations = json_array(context->arena);
    azure_step_replace(context, operations, "status", json_string(context->arena, status));
    azure_step_replace(context, operations, "substatus", json_string(context->arena, substatus));
    return operations;
}

const struct procedure azure_referral_procedures[] = {
    {ACTION_CREATE, azure_create_steps, AZURE_CREATE_STEPS, "create"},
    {ACTION_UPDATE, azure_update_steps, AZURE_UPDATE_STEPS, "get"},
    {ACTION_LAUNCH, azure_update_steps, AZURE_UPDATE_STEPS, "get"},
    {ACTION_CLOSE, azure_update_steps, AZURE_UPDATE_STEPS, "get"},
    {ACTION_SUBMIT, azure_share_steps, AZURE_SHARE_STEPS, "get"},
    {ACTION_ACCEPT, azure_accept_steps, AZURE_ACCEPT_STEPS, "get"},
    {ACTION_REJECT, azure_decline_steps, AZURE_DECLINE_STEPS, "get"},
    {ACTION_REGISTER, azure_register_steps, AZURE_REGISTER_STEPS, "get"},
};
