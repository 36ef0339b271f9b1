/* Answering what Microsoft or another partner sent, a lead or a co-sell deal. It may have been
 * answered in the portal meanwhile, or by an attempt whose answer was lost. */
#include "base/text.h"
#include "connectors/azure/referral_steps.h"

static enum step_result too_late(const struct json *referral, const char *answer,
                                 struct error *error)
{
    bool closed = azure_referral_has(referral, "status", "Closed");
    const char *substatus = json_get_text(referral, "substatus");
    const char *when = json_get_text(referral, closed ? "closedDateTime" : "acceptedDateTime");
    const char *what = azure_referral_has(referral, "status", "Active")        ? "was accepted"
                       : azure_referral_has(referral, "substatus", "Declined") ? "was declined"
                       : azure_referral_has(referral, "substatus", "Expired")  ? "expired"
                       : closed ? "was accepted and closed"
                                : "is in a state that is not known";
    error_set(error, ERROR_REFUSED, SCOPE_RECORD,
              "the referral %s%s%s (%s) and cannot be %s any more", what, when ? " on " : "",
              when ? when : "", substatus ? substatus : "no substatus", answer);
    return STEP_FAIL;
}

static enum step_result look(struct step_context *context, const struct http_response *response,
                             const struct error *failure, bool accepts, struct error *error)
{
    struct json *document = NULL;
    struct record *now = NULL;
    if (azure_step_take(context, response, failure, &document, &now, error) < 0)
        return step_failed(error);
    bool answered = accepts ? azure_referral_has(document, "status", "Active")
                            : azure_referral_has(document, "status", "Closed") &&
                                  azure_referral_has(document, "substatus", "Declined");
    if (answered) {
        context->after = now;
        return STEP_DONE;
    }
    if (!azure_referral_is_invitation(document))
        return too_late(document, accepts ? "accepted" : "declined", error);
    if (!text_equal(now->version, context->change->version))
        return STEP_STALE;
    step_keep_json(context, "document", document);
    return azure_step_rest(context, document);
}

/* ---- Accepting. */
static enum step_result answer_accept_get(struct step_context *context,
                                          const struct http_response *response,
                                          const struct error *failure, struct error *error)
{
    return look(context, response, failure, true, error);
}

/* The deal goes on under the partner's own reference, if it has a record for it. */
static int build_accept(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    struct json *operations = azure_step_states(context, "Active", "Accepted");
    const char *reference = context->local ? step_reference(context) : NULL;
    if (reference && text_blank(json_get_text(step_document(context), "externalReferenceId")))
        azure_step_replace(context, operations, "externalReferenceId",
                           json_string(context->arena, reference));
    return azure_step_write(context, "PATCH", operations, request, error);
}

const struct step azure_accept_steps[] = {
    GET_STEP(answer_accept_get),
    WRITE_STEP("accept", "PatchReferral", "get", build_accept, azure_step_answer_last),
    READ_BACK_STEP,
};

/* ---- Declining. */
static enum step_result answer_decline_get(struct step_context *context,
                                           const struct http_response *response,
                                           const struct error *failure, struct error *error)
{
    return look(context, response, failure, false, error);
}

static int build_decline(struct step_context *context, struct http_request *request,
                         struct error *error)
{
    struct json *operations = azure_step_states(context, "Closed", "Declined");
    const char *reason = step_wanted(context, "reject_reason");
    azure_step_replace(context, operations, "statusReason",
                       json_string(context->arena, reason ? reason : "Other"));
    return azure_step_write(context, "PATCH", operations, request, error);
}

const struct step azure_decline_steps[] = {
    GET_STEP(answer_decline_get),
    WRITE_STEP("decline", "PatchReferral", "get", build_decline, azure_step_answer_last),
    READ_BACK_STEP,
};
