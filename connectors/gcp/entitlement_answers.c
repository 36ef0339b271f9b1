/* Approving and rejecting what a customer ordered under a private offer: a first purchase
 * (activation) or a change of plan. It may have been answered in the seller's own sign-up system
 * meanwhile, or by an attempt whose answer was lost: each look at the entitlement decides afresh.
 *
 * In `progress`: account, its bare id; plan, the pending one of a change of plan; sent, how often
 * an answer may have gone out. */
#include "base/text.h"
#include "connectors/gcp/entitlements.h"
#include "connectors/steps.h"

#define NOT_FOUND 404

/* ------------------------------------------------------------------ the entitlement */

static const char *resource(const struct step_context *context, const char *collection,
                            const char *id)
{
    return arena_printf(context->arena, "providers/%s/%s/%s", context->cloud->provider, collection,
                        id);
}

static int build_entitlement(struct step_context *context, struct http_request *request,
                             struct error *error)
{
    struct gcp_entitlement_version version;
    gcp_entitlement_split(context->arena, context->change->version, &version);
    if (!context->cloud->provider || text_blank(version.id))
        return error_set(error, ERROR_PERMANENT, SCOPE_RECORD,
                         "the offer has no order that could be answered");
    gcp_request(context->cloud, context->arena, GCP_PROCUREMENT, "GET",
                resource(context, "entitlements", version.id), NULL, NULL, request);
    return 0;
}

struct look {
    const struct json *entitlement; /* NULL: there is none any more */
    bool ours;                      /* it is about the offer of the change … */
    enum gcp_entitlement_part part; /* … in this way */
    bool waits, moved;
};

static int look_at(struct step_context *context, const struct http_response *response,
                   const struct error *failure, struct look *ret_look, struct error *error)
{
    struct look look = {0};
    struct json *answer = NULL;
    if (failure && failure->http_status == NOT_FOUND) {
        *ret_look = look;
        return 0;
    }
    int result = step_parse(context, response, failure, &answer, error);
    if (result < 0)
        return result;
    struct gcp_entitlement_version version;
    gcp_entitlement_split(context->arena, context->change->version, &version);
    for (enum gcp_entitlement_part part = GCP_OFFER_NOW; part <= GCP_OFFER_NEXT && !look.ours;
         part++) {
        look.part = part;
        look.ours = text_equal(gcp_entitlement_offer_id(context->cloud, answer, part),
                               context->change->remote_id);
    }
    look.entitlement = answer;
    look.waits = look.ours && gcp_entitlement_waits(answer, look.part);
    look.moved = !text_equal(json_get_text(answer, "updateTime"), version.time);
    *ret_look = look;
    return 0;
}

static enum step_result keep(struct step_context *context, const struct look *look)
{
    if (look->moved)
        return STEP_STALE;
    step_keep(context, "account", gcp_bare_id(json_get_text(look->entitlement, "account")));
    step_keep(context, "plan",
              look->part == GCP_OFFER_NEXT ? json_get_text(look->entitlement, "newPendingPlan")
                                           : NULL);
    return STEP_NEXT;
}

/* What a look makes of the change. STEP_NEXT: the order waits for the answer. */
static enum step_result decide(const struct step_context *context, const struct look *look)
{
    bool ended = !look->entitlement ||
                 text_equal(json_get_text(look->entitlement, "state"), "ENTITLEMENT_CANCELLED");
    if (look->waits && !ended)
        return STEP_NEXT;
    /* STALE: the customer, or the seller elsewhere, took it back. */
    if (context->change->action == ACTION_ACCEPT)
        return ended || !look->ours ? STEP_STALE : STEP_DONE;
    /* What was rejected is no more: first purchases answer 404, and a change of plan leaves the
     * entitlement under its offer of before. STALE: it was accepted elsewhere. */
    return ended || (!look->ours && step_count_of(context, "sent")) ? STEP_DONE : STEP_STALE;
}

static enum step_result answer_look(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    struct look look;
    if (look_at(context, response, failure, &look, error) < 0)
        return step_failed(error);
    enum step_result result = decide(context, &look);
    return result == STEP_NEXT ? keep(context, &look) : result;
}

static enum step_result answer_confirm(struct step_context *context,
                                       const struct http_response *response,
                                       const struct error *failure, struct error *error)
{
    struct look look;
    if (look_at(context, response, failure, &look, error) < 0)
        return step_failed(error);
    enum step_result result = decide(context, &look);
    if (result != STEP_NEXT)
        return result;
    return step_wait(context, context->cloud->patience_ms, context->cloud->poll_ms,
                     context->change->action == ACTION_ACCEPT
                         ? "Google has the approval and does not show it yet"
                         : "Google has the rejection and does not show it yet");
}

/* ------------------------------------------------------------------ the answer to it */

/* POST {entitlement}:verb; for a change of plan the other verb, with the plan's name. */
static int answer_it(struct step_context *context, const char *activation, const char *plan_change,
                     const char *reason, struct http_request *request)
{
    struct gcp_entitlement_version version;
    struct json *body = json_object(context->arena);
    const char *plan = step_text(context, "plan");
    gcp_entitlement_split(context->arena, context->change->version, &version);
    if (plan)
        json_set_text(context->arena, body, "pendingPlanName", plan);
    if (reason)
        json_set_text(context->arena, body, "reason", reason);
    step_keep_count(context, "sent", step_count_of(context, "sent") + 1);
    gcp_request(context->cloud, context->arena, GCP_PROCUREMENT, "POST",
                arena_printf(context->arena, "%s:%s", resource(context, "entitlements", version.id),
                             plan ? plan_change : activation),
                NULL, body, request);
    return 0;
}

/* A precondition that fails says nothing about what it is: another look does, once. */
static enum step_result answer_written(struct step_context *context,
                                       const struct http_response *response,
                                       const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (failure && failure->http_status == NOT_FOUND)
        return context->change->action == ACTION_ACCEPT ? STEP_STALE : STEP_DONE;
    if (failure && text_equal(failure->vendor_code, "FAILED_PRECONDITION") &&
        step_count_of(context, "sent") < 2)
        return step_go_to(context, "entitlement");
    return step_parse(context, response, failure, &answer, error) < 0 ? step_failed(error)
                                                                      : STEP_NEXT;
}

static int build_approve(struct step_context *context, struct http_request *request,
                         struct error *error)
{
    (void)error;
    return answer_it(context, "approve", "approvePlanChange", NULL, request);
}

static int build_reject(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    (void)error;
    return answer_it(context, "reject", "rejectPlanChange", step_wanted(context, "reject_reason"),
                     request);
}

/* ------------------------------------------------------------------ the buyer's account */

static int build_account(struct step_context *context, struct http_request *request,
                         struct error *error)
{
    const char *account = step_text(context, "account");
    if (text_blank(account))
        return error_set(error, ERROR_PERMANENT, SCOPE_RECORD,
                         "the entitlement names no account of the buyer");
    gcp_request(context->cloud, context->arena, GCP_PROCUREMENT, "GET",
                resource(context, "accounts", account), NULL, NULL, request);
    return 0;
}

/* An entitlement whose account is not approved is refused with a precondition that says nothing
 * (README of the service's codelab, issue 10). An account without approvals needs none. */
static enum step_result answer_account(struct step_context *context,
                                       const struct http_response *response,
                                       const struct error *failure, struct error *error)
{
    struct json *account = NULL;
    const char *id = step_text(context, "account");
    if (step_parse(context, response, failure, &account, error) < 0)
        return step_failed(error);
    const char *approval = gcp_account_approval(account);
    if (text_equal(approval, "REJECTED")) {
        error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                  "the buyer's account %s was rejected, so its order cannot be accepted", id);
        error_name(error->vendor_code, sizeof error->vendor_code, GCP_BUYER_REJECTED);
        return STEP_FAIL;
    }
    if (!approval || text_equal(approval, "APPROVED"))
        return STEP_NEXT;
    step_keep(context, PROGRESS_NOTE,
              arena_printf(context->arena,
                           "the buyer's account %s is not approved (%s): it is when the customer "
                           "has signed up, and never from here",
                           id, approval));
    return STEP_LATER;
}

/* ------------------------------------------------------------------ the tables */

#define LOOK(name_, operation_, resume_, build_, answer_)                                          \
    {                                                                                              \
        .name = name_, .operation = operation_, .family = GCP_PROCUREMENT_CALLS,                   \
        .repeatable = true, .resume = resume_, .build = build_, .answer = answer_                  \
    }
/* A second one would be refused, being out of place: a lost answer is looked up instead. */
#define WRITE(name_, operation_, build_, answer_)                                                  \
    {                                                                                              \
        .name = name_, .operation = operation_, .family = GCP_PROCUREMENT_CALLS, .writes = true,   \
        .resume = "entitlement", .build = build_, .answer = answer_                                \
    }

const struct step gcp_accept_steps[GCP_ACCEPT_STEPS] = {
    LOOK("entitlement", "entitlements.get", "entitlement", build_entitlement, answer_look),
    LOOK("account", "accounts.get", "entitlement", build_account, answer_account),
    WRITE("approve", "entitlements.approve", build_approve, answer_written),
    LOOK("confirm", "entitlements.get", "confirm", build_entitlement, answer_confirm),
};

const struct step gcp_reject_steps[GCP_REJECT_STEPS] = {
    LOOK("entitlement", "entitlements.get", "entitlement", build_entitlement, answer_look),
    WRITE("reject", "entitlements.reject", build_reject, answer_written),
    LOOK("confirm", "entitlements.get", "confirm", build_entitlement, answer_confirm),
};
