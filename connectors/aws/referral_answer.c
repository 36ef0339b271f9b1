/* Answering an invitation: accepting it by a task that makes an opportunity of it, or rejecting it.
 * It may have been answered in the partner portal meanwhile, or by an attempt whose answer was
 * lost. */
#include "base/text.h"
#include "connectors/aws/referral_steps.h"
#include "connectors/document.h"

static const struct connector_kind *const kind = &aws_referrals;

static int build_get(struct step_context *context, struct http_request *request,
                     struct error *error)
{
    (void)error;
    struct json *body = aws_body(context->cloud, context->arena);
    json_set_text(context->arena, body, "Identifier", context->change->remote_id);
    step_send(context, "GetEngagementInvitation", body, request);
    return 0;
}

static int take_invitation(struct step_context *context, const struct http_response *response,
                           const struct error *failure, struct json **ret_invitation,
                           struct error *error)
{
    int result = step_parse(context, response, failure, ret_invitation, error);
    if (result < 0)
        return result;
    if (!referral_invitation_version(context->arena, *ret_invitation))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "GetEngagementInvitation answered without Status or InvitationDate");
    return 0;
}

static bool has_status(const struct json *invitation, const char *status)
{
    return text_equal(json_get_text(invitation, "Status"), status);
}

static enum step_result too_late(const struct json *invitation, const char *answer,
                                 struct error *error)
{
    const char *what = has_status(invitation, "ACCEPTED")   ? "was accepted"
                       : has_status(invitation, "REJECTED") ? "was rejected"
                       : has_status(invitation, "EXPIRED")  ? "expired"
                                                            : "is in an unknown state";
    const char *expires = json_get_text(invitation, "ExpirationDate");
    bool expired = has_status(invitation, "EXPIRED") && expires;
    error_set(error, ERROR_REFUSED, SCOPE_RECORD, "the invitation %s%s%s and cannot be %s any more",
              what, expired ? " on " : "", expired ? expires : "", answer);
    return STEP_FAIL;
}

/* ---- Accepting. */
static enum step_result answer_accept_get(struct step_context *context,
                                          const struct http_response *response,
                                          const struct error *failure, struct error *error)
{
    struct json *invitation = NULL;
    if (take_invitation(context, response, failure, &invitation, error) < 0)
        return step_failed(error);
    if (has_status(invitation, "PENDING"))
        return STEP_NEXT;
    if (!has_status(invitation, "ACCEPTED"))
        return too_late(invitation, "accepted", error);
    step_keep(context, "engagement", json_get_text(invitation, "EngagementId"));
    return step_go_to(context, "find");
}

/* Also accepts: runs AcceptEngagementInvitation and copies AWS's opportunity on the caller's
 * behalf. */
static int build_start(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    (void)error;
    struct json *body = aws_body(context->cloud, context->arena);
    json_set_text(context->arena, body, "ClientToken", context->token);
    json_set_text(context->arena, body, "Identifier", context->change->remote_id);
    step_send(context, "StartEngagementByAcceptingInvitationTask", body, request);
    return 0;
}

/* Accepted without a task of this account's: the engagement knows the opportunity. */
static int build_trace(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    (void)error;
    struct json *body = aws_body(context->cloud, context->arena);
    json_set_text(context->arena, body, "EngagementIdentifier", step_text(context, "engagement"));
    json_set_text(context->arena, body, "ResourceType", "Opportunity");
    step_send(context, "ListEngagementResourceAssociations", body, request);
    return 0;
}

static enum step_result answer_trace(struct step_context *context,
                                     const struct http_response *response,
                                     const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    const struct json *list = json_get(answer, "EngagementResourceAssociationSummaries");
    const char *id = json_get_text(json_at(list, 0), "ResourceId");
    if (!id) {
        error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                  "the invitation was accepted elsewhere, and no opportunity has come of it");
        return STEP_FAIL;
    }
    step_keep(context, "id", id);
    return step_go_to(context, "read");
}

/* The opportunity goes on in the invitation's place. */
static int build_read(struct step_context *context, struct http_request *request,
                      struct error *error)
{
    if (!step_text(context, "id"))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "the task is complete and does not tell its opportunity");
    return step_build_get(context, request, error);
}

const struct step aws_accept_steps[] = {
    READ_STEP("get", "GetEngagementInvitation", build_get, answer_accept_get),
    WRITE_STEP("start", "StartEngagementByAcceptingInvitationTask", "find", build_start,
               task_answer_start),
    READ_STEP("poll", "ListEngagementByAcceptingInvitationTasks", task_build_list,
              task_answer_poll),
    READ_STEP("read", "GetOpportunity", build_read, step_answer_read),
    /* Only ever gone to. */
    READ_STEP("find", "ListEngagementByAcceptingInvitationTasks", task_build_list,
              task_answer_find),
    READ_STEP("trace", "ListEngagementResourceAssociations", build_trace, answer_trace),
};

/* ---- Rejecting. */
static enum step_result declined(struct step_context *context, const struct json *invitation)
{
    struct arena *arena = context->arena;
    context->after = document_decode(arena, kind, context->change->remote_id,
                                     referral_invitation_version(arena, invitation),
                                     referral_of_invitation(arena, invitation, NULL), NULL, NULL);
    return STEP_DONE;
}

/* What was rejected may not be shown any more. */
static bool is_gone(const struct step_context *context, const struct error *failure)
{
    return failure && failure->http_status == 404 && step_count_of(context, "rejected");
}

static enum step_result answer_reject_get(struct step_context *context,
                                          const struct http_response *response,
                                          const struct error *failure, struct error *error)
{
    struct json *invitation = NULL;
    if (is_gone(context, failure))
        return STEP_DONE;
    if (take_invitation(context, response, failure, &invitation, error) < 0)
        return step_failed(error);
    if (has_status(invitation, "PENDING"))
        return STEP_NEXT;
    return has_status(invitation, "REJECTED") ? declined(context, invitation)
                                              : too_late(invitation, "rejected", error);
}

static int build_reject(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    (void)error;
    const char *reason = step_wanted(context, "reject_reason");
    struct json *body = aws_body(context->cloud, context->arena);
    json_set_text(context->arena, body, "Identifier", context->change->remote_id);
    json_set_text(context->arena, body, "RejectionReason", reason ? reason : "Other");
    step_send(context, "RejectEngagementInvitation", body, request);
    step_keep_count(context, "rejected", 1);
    return 0;
}

static enum step_result answer_reject_read(struct step_context *context,
                                           const struct http_response *response,
                                           const struct error *failure, struct error *error)
{
    struct json *invitation = NULL;
    if (is_gone(context, failure))
        return STEP_DONE;
    if (take_invitation(context, response, failure, &invitation, error) < 0)
        return step_failed(error);
    return declined(context, invitation);
}

const struct step aws_reject_steps[] = {
    READ_STEP("get", "GetEngagementInvitation", build_get, answer_reject_get),
    {.name = "reject",
     .operation = "RejectEngagementInvitation",
     .family = AWS_WRITE,
     .writes = true,
     .repeatable = false, /* it has no token: after a lost answer, look first */
     .resume = "get",
     .build = build_reject,
     .answer = step_answer_written},
    READ_STEP("read", "GetEngagementInvitation", build_get, answer_reject_read),
};
