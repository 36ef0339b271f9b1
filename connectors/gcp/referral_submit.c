/* Handing an opportunity over to Google: one patch that sets its state, together with whatever that
 * demands and the opportunity has not. Google decides offline. */
#include <string.h>

#include "base/text.h"
#include "connectors/gcp/referral_steps.h"

#define OF_ISV "isvSolutionConnectInfo."

static const struct connector_kind *const kind = &gcp_referrals;

static enum step_result answer_get(struct step_context *context,
                                   const struct http_response *response,
                                   const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    struct record *now = NULL;
    enum step_result again;
    if (gcp_step_flips(context, failure, false, "get", &again))
        return again;
    if (gcp_step_take(context, response, failure, &document, &now, error) < 0)
        return step_failed(error);
    const char *status = record_get(now, "status");
    if (text_equal(status, "submitted") || text_equal(status, "approved")) {
        context->after = now; /* it is with Google already */
        return STEP_DONE;
    }
    if (!text_equal(status, "draft") && !text_equal(status, "rejected")) {
        error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                  "the opportunity is in a state in which it cannot be handed over (%s)",
                  status ? status : "not known");
        return STEP_FAIL;
    }
    if (!text_equal(now->version, context->change->version))
        return STEP_STALE;
    step_keep_json(context, "document", document);
    return STEP_NEXT;
}

static int build_get(struct step_context *context, struct http_request *request,
                     struct error *error)
{
    if (gcp_referral_is_older(step_id(context)))
        return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                         "the older interface hands nothing over");
    return gcp_step_build_get(context, request, error);
}

/* ------------------------------------------------------------------ what is missing */

/* What is false and what is absent are the same there. */
static bool lacks(const struct record *now, const char *field)
{
    const char *value = record_get(now, field);
    size_t index = kind_field(now->kind, field);
    return !value || (now->kind->fields[index].type == TYPE_FLAG && text_equal(value, "no"));
}

static int add_required(struct step_context *context, struct gcp_patch *patch,
                        const struct record *now, struct error *error)
{
    bool isv = text_equal(record_get(now, "deal_type"), "ISV_SOLUTION_CONNECT");
    for (size_t i = 0; i < kind->rule_count; i++) {
        const struct rule *rule = &kind->rules[i];
        const char *value = context->local ? record_get(context->local, rule->field) : NULL;
        const struct remote_field *remote = connector_field(kind, rule->field);
        if (rule->type != RULE_REQUIRED || !(rule->at & AT_SUBMIT) || !value ||
            !lacks(now, rule->field) || (!isv && text_starts(remote->vendor, OF_ISV)))
            continue;
        int result = gcp_patch_put(context, patch, rule->field, value, error);
        if (result < 0)
            return result;
    }
    return 0;
}

/* Members that no field has. */
static void add_own(struct step_context *context, struct gcp_patch *patch)
{
    static const char *const members[] = {"opportunityInfo.partnerEntity",
                                          OF_ISV "isvSolutionConnectDeal"};
    gcp_referral_complete(context->arena, patch->wanted, context->cloud->partner);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (json_find(patch->wanted, members[i]) && !json_find(step_document(context), members[i]))
            gcp_patch_add(context, patch, members[i]);
    }
}

static int build_submit(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    const struct change *change = context->change;
    const struct record *now =
        gcp_referral_record(context->arena, step_document(context), NULL, NULL);
    struct gcp_patch patch;
    int result = 0;
    gcp_patch_begin(context, &patch);
    for (size_t i = 0; i < change->field_count && !result; i++) {
        const char *name = change->kind->fields[change->fields[i].field].name;
        /* What goes along with a submission elsewhere need not have a place here. */
        if (connector_field(kind, name))
            result = gcp_patch_put(context, &patch, name, change->fields[i].new_value, error);
    }
    if (!result)
        result = add_required(context, &patch, now, error);
    if (result < 0)
        return result;
    add_own(context, &patch);
    json_set_text(context->arena, patch.wanted, "state", "SUBMITTED");
    gcp_patch_add(context, &patch, "state");
    return gcp_patch_send(context, &patch, request);
}

const struct step gcp_submit_steps[] = {
    READ_STEP("get", "opportunities.get", GCP_CHANNEL_CALLS, "get", build_get, answer_get),
    WRITE_STEP("submit", "opportunities.patch", GCP_CHANNEL_CALLS, "get", build_submit,
               gcp_step_answer_patch),
    READ_BACK_STEP,
};
