/* Releasing, editing, extending and taking back: what stands is read, and one change set is locked
 * to exactly that. */
#include <string.h>

#include "base/text.h"
#include "connectors/aws/offer_steps.h"
#include "connectors/document.h"

/* The entity's part of the version that the change was planned on; what an agreement does to the
 * offer's state does not touch the entity. */
static bool is_planned_on(const struct step_context *context, const struct json *entity)
{
    const char *version = context->change->version;
    const char *modified = json_get_text(entity, "LastModifiedDate");
    size_t length = version ? strcspn(version, " ") : 0;
    return strlen(modified) == length && !strncmp(modified, version, length);
}

static bool is_draft(const struct json *entity)
{
    const struct json *details = json_get(entity, "DetailsDocument");
    const char *state = json_get_text(details, "State");
    return text_equal(state ? state : json_get_text(details, "Status"), "Draft");
}

static bool has_happened(const struct step_context *context, const struct json *entity,
                         const struct record *now)
{
    const char *state = record_get(now, "state");
    switch (context->change->action) {
    case ACTION_PUBLISH:
        return !is_draft(entity);
    case ACTION_CANCEL:
        return text_equal(state, "cancelled");
    default:
        return step_has_values(context, &aws_offers, now);
    }
}

static enum step_result answer_get(struct step_context *context,
                                   const struct http_response *response,
                                   const struct error *failure, struct error *error)
{
    struct json *entity = NULL;
    if (offer_take_entity(context, response, failure, &entity, error) < 0)
        return step_failed(error);
    const struct record *now = offer_now(context, entity);
    offer_keep(context, "entity", entity);
    if (has_happened(context, entity, now))
        return step_go_to(context, "summary");
    if (!is_planned_on(context, entity))
        return STEP_STALE;
    if (context->change->action == ACTION_CANCEL && is_draft(entity)) {
        error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                  "%s is a draft: nobody can accept it, so there is nothing to take back", now->id);
        return STEP_FAIL;
    }
    if (offer_keep_changes(context, entity, error) < 0)
        return STEP_FAIL;
    return offer_go_on(context);
}

const struct step aws_offer_write_steps[] = {
    CATALOG_READ_STEP("get", "DescribeEntity", AWS_DESCRIBE_ENTITY, offer_build_describe,
                      answer_get),
    OFFER_SET_STEPS, CHANGE_SET_FIND, /* only ever gone to */
};
