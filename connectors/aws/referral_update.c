/* Updating an opportunity, launching and closing included: a full replace of the document as it is
 * at that moment, under its LastModifiedDate. */

#include "base/text.h"
#include "connectors/aws/referral_steps.h"
#include "connectors/document.h"

static const struct connector_kind *const kind = &aws_referrals;

/* Members that UpdateOpportunity does not take; the rest travels back as it came. */
static const char *const not_updated[] = {
    "Id", "Arn", "CreatedDate", "OpportunityTeam", "RelatedEntityIdentifiers", NULL,
};

/* Where the record stands, as far as the change goes. */
enum standing { STANDS_OLD, STANDS_NEW, STANDS_OTHER };

/* What our own steps may have left: ties half-way, and an owner as the cloud writes him. */
static bool ours(const struct step_context *context, const struct change_field *field)
{
    return value_type_many(context->change->kind->fields[field->field].type) ||
           step_count_of(context, "assigned");
}

static enum standing standing(const struct step_context *context, const struct record *record)
{
    bool old = true, new = true;
    for (size_t i = 0; i < context->change->field_count; i++) {
        const struct change_field *field = &context->change->fields[i];
        const char *name = context->change->kind->fields[field->field].name;
        const struct remote_field *remote = connector_field(kind, name);
        if (!remote || !(remote->flags & REMOTE_READ))
            continue;
        const char *now = record->values[field->field];
        bool is_old = text_equal(now, field->old_value), is_new = text_equal(now, field->new_value);
        old = old && (is_old || (remote->flags & REMOTE_STEP && (is_new || ours(context, field))));
        new = new &&is_new;
    }
    return new ? STANDS_NEW : old ? STANDS_OLD : STANDS_OTHER;
}

/* Promise: nothing is written over an edit that the plan has not seen. */
static enum step_result answer_get(struct step_context *context,
                                   const struct http_response *response,
                                   const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    struct record *now = NULL;
    if (step_take_record(context, response, failure, &document, &now, error) < 0)
        return step_failed(error);
    enum standing where = standing(context, now);
    if (where == STANDS_NEW) {
        context->after = now;
        return STEP_DONE;
    }
    /* After our own associations the version is another one; the values must be those planned on.
     */
    bool ours = step_has_written(context);
    bool same = text_equal(now->version, context->change->version);
    if (!same && !(ours && where == STANDS_OLD))
        return STEP_STALE;
    step_keep_json(context, "document", document);
    step_keep_changed_ties(context, document);
    return step_keep_assignee(context, now, error) < 0 ? STEP_FAIL : STEP_NEXT;
}

/* Only after a tie or an assignment: it has changed LastModifiedDate. */
static int build_refresh(struct step_context *context, struct http_request *request,
                         struct error *error)
{
    if (!step_has_written(context) && step_document(context))
        return 1;
    return step_build_get(context, request, error);
}

static enum step_result answer_refresh(struct step_context *context,
                                       const struct http_response *response,
                                       const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    struct record *now = NULL;
    if (step_take_record(context, response, failure, &document, &now, error) < 0)
        return step_failed(error);
    enum standing where = standing(context, now);
    if (where == STANDS_NEW) {
        context->after = now;
        return STEP_DONE;
    }
    if (where == STANDS_OTHER)
        return STEP_STALE;
    step_keep_json(context, "document", document);
    return STEP_NEXT;
}

bool step_writes_document(const struct change *change)
{
    for (size_t i = 0; i < change->field_count; i++) {
        const struct remote_field *remote =
            connector_field(kind, change->kind->fields[change->fields[i].field].name);
        if (remote && !(remote->flags & REMOTE_STEP))
            return true;
    }
    return false;
}

static int build_update(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    if (!step_writes_document(context->change))
        return 1;
    const struct json *fresh = step_document(context);
    struct json *body = NULL;
    int result =
        document_overlay(context->arena, kind, fresh, context->change, not_updated, &body, error);
    if (result < 0)
        return result;
    json_set_text(context->arena, body, "Catalog", context->cloud->catalog);
    json_set_text(context->arena, body, "Identifier", step_id(context));
    step_send(context, "UpdateOpportunity", body, request);
    json_remove(context->progress, "document"); /* a resumed update starts by reading */
    return 0;
}

const struct step aws_update_steps[] = {
    GET_STEP(answer_get),
    DESCRIBE_STEP("get"),
    DETACH_STEP,
    ASSOCIATE_STEP,
    DISASSOCIATE_STEP, /* afterwards: the last solution cannot be taken off */
    ASSIGN_STEP,
    {.name = "refresh",
     .operation = "GetOpportunity",
     .family = AWS_READ,
     .repeatable = true,
     .resume = "get",
     .build = build_refresh,
     .answer = answer_refresh},
    {.name = "update",
     .operation = "UpdateOpportunity",
     .family = AWS_WRITE,
     .writes = true,
     .repeatable = false, /* LastModifiedDate protects it: after a lost answer, look first */
     .resume = "get",
     .build = build_update,
     .answer = step_answer_written},
    READ_BACK_STEP,
};
