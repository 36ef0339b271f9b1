/* Editing a listing, publishing it and taking it off sale: one change set, built from the product
 * as it is at that moment, under its revision.
 *
 *   changes   in `progress`: the change set's list, until it is started and while it waits */
#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/change_set.h"
#include "connectors/aws/listings.h"

enum action aws_listing_classify(const struct change *change, const struct record *before,
                                 int64_t now_ms)
{
    (void)before;
    (void)now_ms;
    const struct change_field *field = change_field(change, "visibility");
    const struct change_field *sold = change_field(change, "dimensions");
    bool off_sale = sold && listing_dimensions_lost(sold->old_value, sold->new_value);
    if (off_sale || (field && text_equal(field->new_value, "restricted")))
        return ACTION_CANCEL;
    if (field && text_equal(field->new_value, "public"))
        return ACTION_PUBLISH;
    return ACTION_UPDATE;
}

static int build_get(struct step_context *context, struct http_request *request,
                     struct error *error)
{
    (void)error;
    aws_catalog_query(context->cloud, context->arena, "GET", "DescribeEntity", "entityId",
                      context->change->remote_id, request);
    return 0;
}

static int take_listing(struct step_context *context, const struct http_response *response,
                        const struct error *failure, struct json **ret_document,
                        struct record **ret_record, struct error *error)
{
    struct json *entity = NULL, *document = NULL;
    int result = step_parse(context, response, failure, &entity, error);
    if (!result)
        result =
            listing_document(context->arena, context->change->remote_id, entity, &document, error);
    if (result < 0)
        return result;
    *ret_record = listing_record(context->arena, document, NULL, NULL);
    *ret_document = document;
    return 0;
}

/* Promise: nothing is written over an edit that the plan has not seen. */
static enum step_result answer_get(struct step_context *context,
                                   const struct http_response *response,
                                   const struct error *failure, struct error *error)
{
    struct json *document = NULL, *changes = NULL;
    struct record *now = NULL;
    if (take_listing(context, response, failure, &document, &now, error) < 0)
        return step_failed(error);
    if (change_stands(context->change, now)) {
        context->after = now;
        return STEP_DONE;
    }
    if (!text_equal(now->version, context->change->version))
        return STEP_STALE;
    if (listing_changes(context->arena, document, context->change, &changes, error) < 0)
        return STEP_FAIL;
    if (!changes->count) { /* the same in other words */
        context->after = now;
        return STEP_DONE;
    }
    json_remove(context->progress, "changes");
    json_set(context->arena, context->progress, "changes", changes);
    return STEP_NEXT;
}

static int build_start(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    const struct json *changes = json_get(context->progress, "changes");
    if (!changes)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the list of changes got lost");
    return change_set_start(context, context->change->remote_id,
                            json_clone(context->arena, changes), request, error);
}

static enum step_result answer_read(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    if (take_listing(context, response, failure, &document, &context->after, error) < 0)
        return step_failed(error);
    return STEP_DONE;
}

static const struct step steps[] = {
    CATALOG_READ_STEP("get", "DescribeEntity", AWS_DESCRIBE_ENTITY, build_get, answer_get),
    CHANGE_SET_START(build_start),
    CHANGE_SET_POLL,
    CATALOG_READ_STEP("read", "DescribeEntity", AWS_DESCRIBE_ENTITY, build_get, answer_read),
    CHANGE_SET_FIND,
};

const struct procedure aws_listing_procedures[] = {
    {ACTION_UPDATE, steps, COUNT(steps), "get"},
    {ACTION_PUBLISH, steps, COUNT(steps), "get"},
    {ACTION_CANCEL, steps, COUNT(steps), "get"},
};
