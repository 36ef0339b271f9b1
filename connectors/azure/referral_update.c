/* Updating a referral, closing included: a patch of what differs between the referral as it is and
 * as it is to be, under its eTag. The end of a deal freezes all of it, so that goes in a patch of
 * its own, after everything else. */
#include "base/text.h"
#include "connectors/azure/referral_steps.h"

#define LOST_REASON "lost_reason" /* goes with the end: nothing else says why */

static const struct connector_kind *const kind = &azure_referrals;

/* PUT must not carry its own links. */
static const char *const not_replaced[] = {"links", NULL};

/* "Won", "Lost", or NULL: the deal stays open. */
static const char *end_of_deal(const struct change *change)
{
    const struct change_field *stage = change_field(change, FIELD_STAGE);
    const char *value = stage ? stage->new_value : NULL;
    return text_equal(value, STAGE_WON) ? "Won" : text_equal(value, STAGE_LOST) ? "Lost" : NULL;
}

static bool belongs_to_end(const struct change *change, const struct change_field *field)
{
    const char *name = change->kind->fields[field->field].name;
    return text_equal(name, FIELD_STAGE) || text_equal(name, LOST_REASON);
}

/* The change without the end of the deal. */
static struct change before_end(const struct step_context *context)
{
    struct change edit = *context->change;
    if (!end_of_deal(context->change))
        return edit;
    edit.field_count = 0;
    edit.fields = arena_array(context->arena, context->change->field_count, sizeof *edit.fields);
    for (size_t i = 0; i < context->change->field_count; i++) {
        if (!belongs_to_end(context->change, &context->change->fields[i]))
            edit.fields[edit.field_count++] = context->change->fields[i];
    }
    return edit;
}

static bool is_read(const struct step_context *context, const struct change_field *field)
{
    const struct remote_field *remote =
        connector_field(kind, context->change->kind->fields[field->field].name);
    return remote && remote->flags & REMOTE_READ;
}

static bool stands_new(const struct step_context *context, const struct record *now)
{
    for (size_t i = 0; i < context->change->field_count; i++) {
        const struct change_field *field = &context->change->fields[i];
        if (is_read(context, field) && !text_equal(now->values[field->field], field->new_value))
            return false;
    }
    return true;
}

/* Each field is as it was planned on, or as this change wants it. */
static bool stands_between(const struct step_context *context, const struct record *now)
{
    for (size_t i = 0; i < context->change->field_count; i++) {
        const struct change_field *field = &context->change->fields[i];
        const char *value = now->values[field->field];
        if (is_read(context, field) && !text_equal(value, field->new_value) &&
            !text_equal(value, field->old_value))
            return false;
    }
    return true;
}

/* Promise: nothing is written over an edit that the plan has not seen. What this change itself
 * wrote, and maybe never heard of, is no such edit. */
static enum step_result answer_get(struct step_context *context,
                                   const struct http_response *response,
                                   const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    struct record *now = NULL;
    if (azure_step_take(context, response, failure, &document, &now, error) < 0)
        return step_failed(error);
    if (stands_new(context, now)) {
        context->after = now;
        return STEP_DONE;
    }
    bool planned = text_equal(now->version, context->change->version);
    bool ours = step_count_of(context, "written") && stands_between(context, now);
    if (!planned && !ours)
        return STEP_STALE;
    step_keep_json(context, "document", document);
    return azure_step_rest(context, document);
}

static int edited(struct step_context *context, const struct json *document,
                  const struct change *edit, struct json **ret_document, struct error *error)
{
    struct json *wanted = json_clone(context->arena, document);
    for (size_t i = 0; i < edit->field_count; i++) {
        const char *name = edit->kind->fields[edit->fields[i].field].name;
        int result =
            document_put(context->arena, kind, wanted, name, edit->fields[i].new_value, error);
        if (result < 0)
            return result;
    }
    *ret_document = wanted;
    return 0;
}

static int build_patch(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    const struct change edit = before_end(context);
    const struct json *document = step_document(context);
    struct json *wanted = NULL, *operations = NULL;
    int result = edited(context, document, &edit, &wanted, error);
    if (result < 0)
        return result;
    bool whole = !azure_referral_patch(context->arena, document, wanted, &operations);
    step_keep_count(context, "whole", whole);
    if (whole || !operations->count)
        return 1;
    return azure_step_write(context, "PATCH", operations, request, error);
}

/* Only where an item goes from a list, which `add` and `replace` cannot say: for lists other than
 * the team nothing tells that they may be replaced as a whole. */
static int build_put(struct step_context *context, struct http_request *request,
                     struct error *error)
{
    if (!step_count_of(context, "whole"))
        return 1;
    const struct change edit = before_end(context);
    const struct json *tidy = azure_referral_tidy(context->arena, step_document(context));
    struct json *body = NULL;
    int result = document_overlay(context->arena, kind, tidy, &edit, not_replaced, &body, error);
    return result < 0 ? result : azure_step_write(context, "PUT", body, request, error);
}

static enum step_result answer_edit(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    enum step_result result = azure_step_answer_written(context, response, failure, error);
    step_keep_count(context, "whole", 0);
    return result == STEP_NEXT && context->after && !end_of_deal(context->change) ? STEP_DONE
                                                                                  : result;
}

/* Only if the end is still to be written, and something else was just now. */
static int build_again(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    if (!end_of_deal(context->change) || !step_count_of(context, "written"))
        return 1;
    return azure_step_build_get(context, request, error);
}

static int build_close(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    const char *end = end_of_deal(context->change);
    if (!end)
        return 1;
    struct json *operations = azure_step_states(context, "Closed", end);
    const struct change_field *reason = change_field(context->change, LOST_REASON);
    if (reason && reason->new_value)
        azure_step_replace(context, operations, "statusReason",
                           json_string(context->arena, reason->new_value));
    context->after = NULL; /* what the edit showed is not the end */
    return azure_step_write(context, "PATCH", operations, request, error);
}

const struct step azure_update_steps[] = {
    GET_STEP(answer_get),
    WRITE_STEP("patch", "PatchReferral", "get", build_patch, answer_edit),
    WRITE_STEP("put", "PutReferral", "get", build_put, answer_edit),
    READ_STEP("again", "GetReferral", "get", build_again, answer_get),
    WRITE_STEP("close", "PatchReferral", "get", build_close, azure_step_answer_last),
    READ_BACK_STEP,
};
