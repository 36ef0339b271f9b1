/* Editing and publishing a draft, and what an offer that is out takes: it can only be taken back.
 * To let it be accepted longer it is taken back, edited and published anew, for which the service
 * has no better way; the buyer gets another link. A draft that a person wants to be rid of is
 * deleted, which cannot be undone: only the very draft that they saw, and nothing that is out. */
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/azure/offer_steps.h"
#include "connectors/document.h"
#include "connectors/remark.h"

#define RETRIES 3 /* of a publication that a lock or the service's fault stopped */

static bool is_live(const struct json *offer)
{
    return azure_offer_says(offer, "state", "live");
}

/* ------------------------------------------------------------------ get */

static int build_get(struct step_context *context, struct http_request *request,
                     struct error *error)
{
    static const char *const former[] = {"offer", "plans", "templates"};
    (void)error;
    for (size_t i = 0; i < COUNT(former); i++)
        json_remove(context->progress, former[i]);
    azure_offer_ask(context, context->change->remote_id, request);
    return 0;
}

static bool has_happened(const struct step_context *context, const struct json *offer,
                         const struct record *now)
{
    if (change_deletes(context->change))
        return text_equal(record_get(now, FIELD_STATE), STATE_DELETED);
    switch (context->change->action) {
    case ACTION_PUBLISH:
        return is_live(offer);
    case ACTION_EXTEND:
        return is_live(offer) && step_has_values(context, &azure_offers, now);
    case ACTION_CANCEL:
        return text_equal(record_get(now, "state"), "cancelled");
    default:
        return step_has_values(context, &azure_offers, now);
    }
}

/* The eTag that the write rests on: of the plan, or of what this change has made of the offer. */
static bool is_expected(struct step_context *context, const struct json *offer)
{
    struct azure_offer_version planned;
    const char *own = step_text(context, "etag");
    const char *now = azure_offer_etag(offer);
    if (own)
        return !strcmp(own, now);
    if (step_text(context, "withdrawing") && !is_live(offer))
        return true; /* the answer got lost, and this is what it would have said */
    return azure_offer_split_version(context->arena, context->change->version, &planned) &&
           !strcmp(planned.etag, now);
}

/* Where the change goes on with an offer that is as expected. */
static enum step_result route(struct step_context *context, const struct json *offer,
                              struct error *error)
{
    enum action action = context->change->action;
    bool ends = action == ACTION_CANCEL || action == ACTION_EXTEND;
    if (change_deletes(context->change))
        return azure_offer_says(offer, "state", "draft") ? step_go_to(context, "delete")
                                                         : STEP_STALE;
    if (ends && is_live(offer))
        return step_go_to(context, "withdraw");
    if (action == ACTION_CANCEL && !step_text(context, "withdrawing")) {
        error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                  "%s is a draft: nobody can accept it, so there is nothing to take back",
                  context->change->remote_id);
        return STEP_FAIL;
    }
    if (!ends && is_live(offer)) {
        error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                  "%s is out: only drafts can be edited, so take it back first",
                  context->change->remote_id);
        return STEP_FAIL;
    }
    return step_go_to(context, "template");
}

/* What shall not be there is not there: by this change, whose answer got lost, or before it. */
static bool is_deleted(struct step_context *context, const struct error *failure)
{
    context->deleted = change_deletes(context->change) && failure && failure->http_status == 404;
    return context->deleted;
}

static enum step_result answer_get(struct step_context *context,
                                   const struct http_response *response,
                                   const struct error *failure, struct error *error)
{
    struct json *offer = NULL;
    if (is_deleted(context, failure))
        return STEP_DONE;
    if (azure_offer_take(context, response, failure, &offer, error) < 0)
        return step_failed(error);
    struct record *now = azure_offer_now(context, offer);
    if (has_happened(context, offer, now)) {
        context->deleted = change_deletes(context->change);
        context->after = context->deleted ? NULL : now;
        return STEP_DONE;
    }
    if (!is_expected(context, offer))
        return STEP_STALE;
    if (azure_offer_unsettled(context)) /* an answer got lost; its job may be at work */
        return step_wait(context, context->cloud->patience_ms, context->cloud->job_poll_ms,
                         "an earlier attempt may still be at work");
    step_keep_json(context, "offer", offer);
    return route(context, offer, error);
}

/* ------------------------------------------------------------------ taking back */

static int build_withdraw(struct step_context *context, struct http_request *request,
                          struct error *error)
{
    const struct json *offer = json_get(context->progress, "offer");
    if (!offer)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the offer got lost");
    struct json *resources = azure_offer_end(context->arena, context->cloud, offer, "withdrawn");
    json_remove(context->progress, "offer");
    step_keep(context, "withdrawing", "yes");
    azure_offer_intend(context);
    azure_job_start(context, resources, request);
    return 0;
}

static int build_again(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    (void)error;
    azure_offer_ask(context, context->change->remote_id, request);
    return 0;
}

/* What was taken back reads as a draft, or says so. The mark tells a draft of that kind from one
 * that was never out; a partner's margin has no notes to hold it. */
static enum step_result answer_again(struct step_context *context,
                                     const struct http_response *response,
                                     const struct error *failure, struct error *error)
{
    struct json *offer = NULL;
    if (azure_offer_take(context, response, failure, &offer, error) < 0)
        return step_failed(error);
    if (is_live(offer))
        return step_wait(context, context->cloud->patience_ms, context->cloud->job_poll_ms,
                         "the offer was taken back, but is still shown as live");
    struct record *now = azure_offer_now(context, offer);
    bool marked = text_equal(record_get(now, "state"), "cancelled") ||
                  text_equal(record_get(now, "form"), "margin");
    json_remove(context->progress, "intent"); /* of that job; the next one has its own */
    step_keep(context, "etag", azure_offer_etag(offer));
    step_keep_json(context, "offer", offer);
    if (context->change->action == ACTION_CANCEL && marked) {
        context->after = now;
        return STEP_DONE;
    }
    return STEP_NEXT;
}

/* ------------------------------------------------------------------ writing */

static int build_start(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    const struct json *offer = json_get(context->progress, "offer");
    enum action action = context->change->action;
    if (!offer)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the offer got lost");
    struct azure_offer_writing writing = azure_offer_wanted(context, offer);
    bool *wanted = arena_array(context->arena, context->change->kind->field_count, sizeof *wanted);
    bool publishes = action == ACTION_PUBLISH || action == ACTION_EXTEND;
    struct json *resources = NULL;
    if (action == ACTION_CANCEL) { /* only its mark: the day that stands for it is not written */
        writing.wanted = wanted;
        writing.documents = NULL;
    }
    writing.cancelled =
        action == ACTION_CANCEL ||
        (!publishes && text_equal(azure_offer_state(offer, NULL, context->now_ms), "cancelled"));
    int result = azure_offer_resources(&writing, offer, publishes ? "live" : "draft",
                                       json_get(context->progress, "templates"), &resources, error);
    if (result < 0)
        return result;
    json_remove(context->progress, "offer"); /* its links may be signed */
    json_remove(context->progress, "templates");
    json_remove(context->progress, "plans");
    azure_offer_intend(context);
    azure_job_start(context, resources, request);
    return 0;
}

/* An offer that was taken back to be published anew shall not stay so for a fault that passes; nor
 * may its fate stay unsaid. */
static enum step_result answer_poll(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    enum step_result result = azure_job_answer_poll(context, response, failure, error);
    bool revived = context->change->action == ACTION_EXTEND && step_text(context, "withdrawing");
    if (!revived || (result != STEP_OVER && result != STEP_FAIL) || error->class == ERROR_AUTH)
        return result;
    long long retries = step_count_of(context, "retries");
    if (result == STEP_OVER && retries < RETRIES) {
        step_keep_count(context, "retries", retries + 1);
        json_remove(context->progress, "intent");
        context->wait_ms = context->cloud->job_poll_ms;
        return step_go_to(context, "get");
    }
    error->class = ERROR_REFUSED;
    error_context(error, "the offer was taken back, but could not be published anew");
    return STEP_FAIL;
}

/* ------------------------------------------------------------------ deleting */

static int build_delete(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    const struct json *offer = json_get(context->progress, "offer");
    if (!offer)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the offer got lost");
    struct json *resources = azure_offer_end(context->arena, context->cloud, offer, "deleted");
    json_remove(context->progress, "offer");
    azure_offer_intend(context);
    azure_job_start(context, resources, request);
    return 0;
}

static enum step_result answer_gone(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    struct json *offer = NULL;
    if (is_deleted(context, failure))
        return STEP_DONE;
    if (azure_offer_take(context, response, failure, &offer, error) < 0)
        return step_failed(error);
    if (!azure_offer_says(offer, "state", "deleted"))
        return step_wait(context, context->cloud->patience_ms, context->cloud->job_poll_ms,
                         "the draft was deleted, but is still shown");
    context->deleted = true;
    return STEP_DONE;
}

const struct step azure_offer_change_steps[] = {
    AZURE_GRAPH_READ("get", "private-offer", build_get, answer_get),
    AZURE_JOB_STEPS("withdraw", "withdraw-poll", "withdraw-result", "get", build_withdraw),
    AZURE_GRAPH_READ("again", "private-offer", build_again, answer_again),
    AZURE_OFFER_TEMPLATE_STEP,
    AZURE_JOB_START("start", "get", build_start),
    AZURE_GRAPH_READ("poll", "configure-status", azure_job_build_poll, answer_poll),
    AZURE_JOB_RESULT("result"),
    AZURE_OFFER_READ_STEP,
    AZURE_JOB_STEPS("delete", "delete-poll", "delete-result", "get", build_delete),
    AZURE_GRAPH_READ("gone", "private-offer", build_again, answer_gone),
};

/* ------------------------------------------------------------------ which action it is */

enum action azure_offer_classify(const struct change *change, const struct record *before,
                                 int64_t now_ms)
{
    const struct change_field *expires = change_field(change, "expires");
    const char *state = record_get(before, "state");
    const char *old = record_get(before, "expires");
    int64_t day, old_day, today = day_of(now_ms);
    bool open = text_equal(state, "open") || text_equal(state, "with_partner");
    bool over = text_equal(state, "expired") || text_equal(state, "cancelled");
    if (!(open || over) || !expires || !expires->new_value || !day_parse(expires->new_value, &day))
        return ACTION_UPDATE;
    if (open && day < today)
        return ACTION_CANCEL;
    /* Sooner or later: what is out is published anew with any other day. */
    bool moved = !old || !day_parse(old, &old_day) || day != old_day;
    return moved && day >= today ? ACTION_EXTEND : ACTION_UPDATE;
}

const struct procedure azure_offer_procedures[] = {
    {ACTION_CREATE, azure_offer_create_steps, AZURE_OFFER_CREATE_STEPS, "old"},
    {ACTION_PUBLISH, azure_offer_change_steps, AZURE_OFFER_CHANGE_STEPS, "get"},
    {ACTION_UPDATE, azure_offer_change_steps, AZURE_OFFER_CHANGE_STEPS, "get"},
    {ACTION_EXTEND, azure_offer_change_steps, AZURE_OFFER_CHANGE_STEPS, "get"},
    {ACTION_CANCEL, azure_offer_change_steps, AZURE_OFFER_CHANGE_STEPS, "get"},
};
