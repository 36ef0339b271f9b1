/* What the procedures of opportunities share, and their table. */
#include <string.h>

#include "base/text.h"
#include "connectors/aws/referral_steps.h"
#include "connectors/document.h"
#include "model/value.h"

static const struct connector_kind *const kind = &aws_referrals;

void step_send(struct step_context *context, const char *operation, struct json *body,
               struct http_request *request)
{
    aws_request(context->cloud, context->arena, operation, body, request);
}

enum step_result step_answer_written(struct step_context *context,
                                     const struct http_response *response,
                                     const struct error *failure, struct error *error)
{
    (void)context;
    (void)response;
    if (!failure)
        return STEP_NEXT;
    *error = *failure;
    return step_failed(error);
}

int step_build_get(struct step_context *context, struct http_request *request, struct error *error)
{
    const char *id = step_id(context);
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

const struct procedure aws_referral_procedures[] = {
    {ACTION_CREATE, aws_create_steps, AWS_CREATE_STEPS, "check"},
    {ACTION_UPDATE, aws_update_steps, AWS_UPDATE_STEPS, "get"},
    {ACTION_LAUNCH, aws_update_steps, AWS_UPDATE_STEPS, "get"},
    {ACTION_CLOSE, aws_update_steps, AWS_UPDATE_STEPS, "get"},
    {ACTION_SUBMIT, aws_submit_steps, AWS_SUBMIT_STEPS, "get"},
    {ACTION_ACCEPT, aws_accept_steps, AWS_ACCEPT_STEPS, "get"},
    {ACTION_REJECT, aws_reject_steps, AWS_REJECT_STEPS, "get"},
};
