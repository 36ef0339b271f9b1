/* What the procedures of opportunities share, and their table. */
#include <string.h>

#include "base/text.h"
#include "connectors/aws/referral_steps.h"
#include "connectors/document.h"
#include "model/value.h"

static const struct connector_kind *const kind = &aws_referrals;

const char *step_opportunity(const struct step_context *context)
{
    return context->change->remote_id ? context->change->remote_id
                                      : json_get_text(context->progress, "id");
}

void step_send(struct step_context *context, const char *operation, struct json *body,
               struct http_request *request)
{
    aws_request(context->cloud, context->arena, operation, body, request);
}

int step_build_get(struct step_context *context, struct http_request *request, struct error *error)
{
    const char *id = step_opportunity(context);
    if (!id)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the opportunity's id got lost");
    struct json *body = aws_body(context->cloud, context->arena);
    json_set_text(context->arena, body, "Identifier", id);
    step_send(context, "GetOpportunity", body, request);
    return 0;
}

int step_take_record(struct step_context *context, const struct http_response *response,
                     const struct error *failure, struct json **ret_document,
                     struct record **ret_record, struct error *error)
{
    struct json *document = NULL;
    int result = step_parse(context, response, failure, &document, error);
    if (result < 0)
        return result;
    const char *id = json_get_text(document, "Id");
    const char *version = json_get_text(document, "LastModifiedDate");
    if (!id || !version)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "GetOpportunity answered without Id or LastModifiedDate");
    *ret_record = document_decode(context->arena, kind, id, version, document, NULL, NULL);
    *ret_document = document;
    return 0;
}

/* The last step of all: the record as the cloud has it now. */
enum step_result step_answer_read(struct step_context *context,
                                  const struct http_response *response, const struct error *failure,
                                  struct error *error)
{
    struct json *document = NULL;
    if (step_take_record(context, response, failure, &document, &context->after, error) < 0)
        return step_failed(error);
    return STEP_DONE;
}

const char *aws_solution_type(const char *identifier)
{
    if (!text_starts(identifier, "arn:"))
        return "Solutions";
    return strstr(identifier, "/Solution/") || strstr(identifier, ":solution/")
               ? "AwsMarketplaceSolutions"
               : "AwsMarketplaceProducts";
}

static bool list_has(struct arena *arena, const char *list, const char *item)
{
    size_t count = list_count(list);
    for (size_t i = 0; i < count; i++) {
        if (text_equal(list_item(arena, list, i), item))
            return true;
    }
    return false;
}

/* Puts what `list` has and `other` has not under `name`. */
void step_keep_missing(struct step_context *context, const char *name, const char *list,
                       const char *other)
{
    struct json *missing = json_array(context->arena);
    size_t count = list_count(list);
    for (size_t i = 0; i < count; i++) {
        const char *item = list_item(context->arena, list, i);
        if (!list_has(context->arena, other, item))
            json_append(context->arena, missing, json_string(context->arena, item));
    }
    json_remove(context->progress, name);
    json_set(context->arena, context->progress, arena_copy(context->arena, name), missing);
}

static int build_association(struct step_context *context, const char *operation, const char *list,
                             const char *done, struct http_request *request)
{
    const char *solution =
        json_text(json_at(json_get(context->progress, list), (size_t)step_count_of(context, done)));
    if (!solution)
        return 1;
    struct json *body = aws_body(context->cloud, context->arena);
    json_set_text(context->arena, body, "OpportunityIdentifier", step_opportunity(context));
    json_set_text(context->arena, body, "RelatedEntityType", aws_solution_type(solution));
    json_set_text(context->arena, body, "RelatedEntityIdentifier", solution);
    step_send(context, operation, body, request);
    return 0;
}

/* The operations have no token and are idempotent in effect: what stands already is well. */
static enum step_result answer_association(struct step_context *context, const char *step,
                                           const char *list, const char *done,
                                           const struct error *failure, bool stands,
                                           struct error *error)
{
    if (failure && !stands) {
        *error = *failure; /* a Conflict here is not about our version: none was sent */
        return STEP_FAIL;
    }
    long long count = step_count_of(context, done) + 1;
    step_keep_count(context, done, count);
    const struct json *all = json_get(context->progress, list);
    return all && (size_t)count < all->count ? step_go_to(context, step) : STEP_NEXT;
}

int step_build_associate(struct step_context *context, struct http_request *request,
                         struct error *error)
{
    (void)error;
    return build_association(context, "AssociateOpportunity", "add", "added", request);
}

enum step_result step_answer_associate(struct step_context *context,
                                       const struct http_response *response,
                                       const struct error *failure, struct error *error)
{
    (void)response;
    bool stands = failure && (strcasestr(failure->message, "already") ||
                              strstr(failure->message, "DUPLICATE_KEY_VALUE"));
    return answer_association(context, "associate", "add", "added", failure, stands, error);
}

int step_build_disassociate(struct step_context *context, struct http_request *request,
                            struct error *error)
{
    (void)error;
    return build_association(context, "DisassociateOpportunity", "remove", "removed", request);
}

enum step_result step_answer_disassociate(struct step_context *context,
                                          const struct http_response *response,
                                          const struct error *failure, struct error *error)
{
    (void)response;
    bool stands =
        failure && (failure->http_status == 404 || strcasestr(failure->message, "not associated"));
    return answer_association(context, "disassociate", "remove", "removed", failure, stands, error);
}

const struct procedure aws_referral_procedures[] = {
    {ACTION_CREATE, aws_create_steps, AWS_CREATE_STEPS, "create"},
    {ACTION_UPDATE, aws_update_steps, AWS_UPDATE_STEPS, "get"},
    {ACTION_LAUNCH, aws_update_steps, AWS_UPDATE_STEPS, "get"},
    {ACTION_CLOSE, aws_update_steps, AWS_UPDATE_STEPS, "get"},
    {ACTION_SUBMIT, aws_submit_steps, AWS_SUBMIT_STEPS, "get"},
};
