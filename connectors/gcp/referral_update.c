/* Updating an opportunity, and asking for its end: one patch of the members that differ, after a
 * look at what is there. Won and lost are only asked for: Google's seller confirms them, and until
 * then the record says so as `close_requested`. Records of the older interface have steps of their
 * own, for their calls count elsewhere; those of the other one are passed over. */
#include "base/text.h"
#include "connectors/gcp/referral_steps.h"
#include "model/value.h"

static const struct connector_kind *const kind = &gcp_referrals;

/* ------------------------------------------------------------------ what stands there */

static bool is_read(const struct change *change, const struct change_field *field)
{
    const struct remote_field *remote =
        connector_field(kind, change->kind->fields[field->field].name);
    return remote && remote->flags & REMOTE_READ;
}

/* An end that is asked for stands, as far as this program can bring it. */
static bool stands(const struct change *change, const struct change_field *field,
                   const struct record *now)
{
    const struct field *model = &change->kind->fields[field->field];
    if (value_same(model, now->values[field->field], field->new_value))
        return true;
    return field->new_value && text_equal(model->name, FIELD_STAGE) &&
           text_equal(record_get(now, "close_requested"), field->new_value);
}

static bool stands_new(const struct change *change, const struct record *now)
{
    for (size_t i = 0; i < change->field_count; i++) {
        const struct change_field *field = &change->fields[i];
        if (is_read(change, field) && !stands(change, field, now))
            return false;
    }
    return true;
}

/* Each field is as it was planned on, or as this change wants it. */
static bool stands_between(const struct change *change, const struct record *now)
{
    for (size_t i = 0; i < change->field_count; i++) {
        const struct change_field *field = &change->fields[i];
        if (is_read(change, field) && !stands(change, field, now) &&
            !value_same(&change->kind->fields[field->field], now->values[field->field],
                        field->old_value))
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
    const struct change *change = context->change;
    struct json *document = NULL;
    struct record *now = NULL;
    enum step_result again;
    if (!gcp_referral_is_older(step_id(context)) &&
        gcp_step_flips(context, failure, false, "get", &again))
        return again;
    if (gcp_step_take(context, response, failure, &document, &now, error) < 0)
        return step_failed(error);
    if (stands_new(change, now)) {
        context->after = now;
        return STEP_DONE;
    }
    bool ours = step_count_of(context, "written") && stands_between(change, now);
    if (!text_equal(now->version, change->version) && !ours)
        return STEP_STALE;
    step_keep_json(context, "document", document);
    return STEP_NEXT;
}

static int build_get_older(struct step_context *context, struct http_request *request,
                           struct error *error)
{
    const char *id = step_id(context);
    (void)error;
    if (!gcp_referral_is_older(id))
        return 1;
    gcp_referral_get(context->cloud, context->arena, id, request);
    return 0;
}

/* ------------------------------------------------------------------ the patch */

static int send(struct step_context *context, struct http_request *request, struct error *error)
{
    const struct change *change = context->change;
    struct gcp_patch patch;
    gcp_patch_begin(context, &patch);
    for (size_t i = 0; i < change->field_count; i++) {
        int result =
            gcp_patch_put(context, &patch, change->kind->fields[change->fields[i].field].name,
                          change->fields[i].new_value, error);
        if (result < 0)
            return result;
    }
    return gcp_patch_send(context, &patch, request);
}

static int build_patch(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    return gcp_referral_is_older(step_id(context)) ? 1 : send(context, request, error);
}

static int build_patch_older(struct step_context *context, struct http_request *request,
                             struct error *error)
{
    return gcp_referral_is_older(step_id(context)) ? send(context, request, error) : 1;
}

const struct step gcp_update_steps[] = {
    GET_STEP(answer_get),
    READ_STEP("get_older", "partners.get", GCP_CRM_CALLS, "get", build_get_older, answer_get),
    WRITE_STEP("patch", "opportunities.patch", GCP_CHANNEL_CALLS, "get", build_patch,
               gcp_step_answer_patch),
    WRITE_STEP("patch_older", "partners.opportunities.patch", GCP_CRM_CALLS, "get",
               build_patch_older, gcp_step_answer_patch),
    READ_BACK_STEP,
    READ_STEP("read_older", "partners.get", GCP_CRM_CALLS, "read_older", build_get_older,
              gcp_step_answer_read),
};
