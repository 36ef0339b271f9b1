/* Editing, publishing and deleting a draft, and what an offer that is out takes: a later last day,
 * and being taken back. Each begins with a look, and goes on only with the offer that it was
 * planned on; after a lost answer the look tells what became of it, and nothing is repeated that
 * may still have its effect. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/document.h"
#include "connectors/gcp/offer_steps.h"
#include "connectors/gcp/values.h"
#include "connectors/los_angeles.h"

static bool in_state(const struct json *offer, const char *state)
{
    return text_equal(json_get_text(offer, "state"), state);
}

/* Out, whatever became of it since. */
static bool is_released(const struct json *offer)
{
    return in_state(offer, "PUBLISHED") || in_state(offer, "ACCEPTED") ||
           in_state(offer, "EXPIRED") || in_state(offer, "ENDED");
}

/* ------------------------------------------------------------------ get */

static bool has_happened(const struct step_context *context, const struct json *offer,
                         const struct record *now)
{
    switch (context->change->action) {
    case ACTION_PUBLISH:
        return is_released(offer);
    case ACTION_EXTEND:
        return in_state(offer, "PUBLISHED") && step_has_values(context, &gcp_offers, now);
    case ACTION_CANCEL:
        return in_state(offer, "CANCELLED");
    default:
        return step_has_values(context, &gcp_offers, now);
    }
}

/* The offer as it was planned on, or as this change has made it. */
static bool is_expected(struct step_context *context, const struct json *offer,
                        const struct record *now)
{
    struct gcp_entitlement_version planned;
    const char *own = step_text(context, "own"), *time = json_get_text(offer, "updateTime");
    if (own)
        return text_equal(own, time);
    if (step_text(context, "patching") && step_has_values(context, &gcp_offers, now))
        return true; /* the answer got lost, and this is what it would have said */
    gcp_entitlement_split(context->arena, context->change->version, &planned);
    return text_equal(planned.offer_time, time);
}

static enum step_result refuse(const struct step_context *context, const struct json *offer,
                               const char *why, struct error *error)
{
    const char *state = json_get_text(offer, "state");
    error_set(error, ERROR_REFUSED, SCOPE_RECORD, "%s is %s: %s", context->change->remote_id, state,
              why);
    error_name(error->vendor_code, sizeof error->vendor_code, "FAILED_PRECONDITION");
    return STEP_FAIL;
}

/* Where the change goes on with an offer that is as expected. */
static enum step_result route(struct step_context *context, const struct json *offer,
                              struct error *error)
{
    bool draft = in_state(offer, "DRAFT"), out = in_state(offer, "PUBLISHED");
    if (change_deletes(context->change))
        return draft ? step_go_to(context, "delete") : STEP_STALE;
    switch (context->change->action) {
    case ACTION_CANCEL:
        if (out || in_state(offer, "PUBLISHING"))
            return step_go_to(context, "cancel");
        return refuse(context, offer, "there is nothing to take back", error);
    case ACTION_EXTEND:
        return out ? STEP_NEXT
                   : refuse(context, offer, "only an open offer can be accepted longer", error);
    case ACTION_PUBLISH:
        return draft ? STEP_NEXT : refuse(context, offer, "only a draft is published", error);
    default:
        return draft ? STEP_NEXT : refuse(context, offer, "only drafts can be edited", error);
    }
}

/* A publication was asked for, the answer got lost, and it may still have its effect. */
static bool is_unsettled(const struct step_context *context)
{
    const char *since = step_text(context, "publishing");
    int64_t ms;
    return since && instant_parse(since, &ms) &&
           context->now_ms - ms < gcp_offer_look_ms(context->cloud);
}

/* What is not there any more was deleted: by this change, or it is planned afresh. */
static enum step_result answer_lacking(struct step_context *context)
{
    context->deleted = change_deletes(context->change);
    return context->deleted ? STEP_DONE : STEP_STALE;
}

static enum step_result answer_get(struct step_context *context,
                                   const struct http_response *response,
                                   const struct error *failure, struct error *error)
{
    struct json *offer = NULL;
    if (failure && failure->http_status == 404)
        return answer_lacking(context);
    if (gcp_offer_take(context, response, failure, &offer, error) < 0)
        return step_failed(error);
    struct record *now = gcp_offer_now(context, offer);
    step_keep(context, "name", json_get_text(offer, "name"));
    if (!change_deletes(context->change) && has_happened(context, offer, now)) {
        context->after = now;
        return STEP_DONE;
    }
    if (context->change->action == ACTION_PUBLISH && in_state(offer, "PUBLISHING"))
        return step_go_to(context, "poll");
    if (!is_expected(context, offer, now))
        return STEP_STALE;
    if (is_unsettled(context))
        return step_wait(context, context->cloud->patience_ms, gcp_offer_look_ms(context->cloud),
                         "an answer got lost; whether the offer is published is looked up again");
    step_keep_json(context, "offer", offer);
    return route(context, offer, error);
}

/* ------------------------------------------------------------------ patch */

/* Of an offer that is out only the last day moves. */
static void leave_last_day(const struct step_context *context, struct gcp_offer_writing *writing)
{
    const struct kind *kind = context->change->kind;
    bool *wanted = arena_array(context->arena, kind->field_count, sizeof *wanted);
    wanted[kind_field(kind, "expires")] = gcp_offer_wants(writing, "expires");
    writing->wanted = wanted;
}

static int build_patch(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    const struct json *fresh = json_get(context->progress, "offer");
    struct json *edited = NULL, *body;
    const char *mask;
    if (!fresh)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the offer got lost");
    struct gcp_offer_writing writing = gcp_offer_wanted(context, fresh);
    if (context->change->action == ACTION_EXTEND)
        leave_last_day(context, &writing);
    int result = gcp_offer_write(&writing, fresh, &edited, error);
    if (result < 0)
        return result;
    gcp_offer_mask(context->arena, fresh, edited, &mask, &body);
    json_remove(context->progress, "offer");
    if (!*mask)
        return 1;
    step_keep(context, "patching", "yes");
    gcp_request(context->cloud, context->arena, GCP_PRODUCER, "PATCH", gcp_offer_name(context),
                arena_printf(context->arena, "updateMask=%s", gcp_encode(context->arena, mask)),
                body, request);
    return 0;
}

static enum step_result answer_patch(struct step_context *context,
                                     const struct http_response *response,
                                     const struct error *failure, struct error *error)
{
    struct json *offer = NULL;
    if (step_parse(context, response, failure, &offer, error) < 0)
        return step_failed(error);
    step_keep(context, "own", json_get_text(offer, "updateTime"));
    return STEP_NEXT;
}

/* ------------------------------------------------------------------ publishing */

static void ask_publish(const struct step_context *context, bool validate_only,
                        struct http_request *request)
{
    struct json *body = json_object(context->arena);
    if (validate_only)
        json_set(context->arena, body, "validateOnly", json_bool(context->arena, true));
    gcp_request(context->cloud, context->arena, GCP_PRODUCER, "POST",
                arena_printf(context->arena, "%s:publish", gcp_offer_name(context)), NULL, body,
                request);
}

static int build_validate(struct step_context *context, struct http_request *request,
                          struct error *error)
{
    (void)error;
    if (context->change->action != ACTION_PUBLISH)
        return 1;
    ask_publish(context, true, request);
    return 0;
}

static enum step_result answer_validate(struct step_context *context,
                                        const struct http_response *response,
                                        const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0) {
        error_context(error, "the offer cannot be published yet");
        return step_failed(error);
    }
    return STEP_NEXT;
}

static int build_publish(struct step_context *context, struct http_request *request,
                         struct error *error)
{
    char text[INSTANT_TEXT];
    (void)error;
    if (context->change->action != ACTION_PUBLISH)
        return 1;
    step_keep(context, "publishing", instant_print(context->now_ms, text));
    ask_publish(context, false, request);
    return 0;
}

static enum step_result answer_publish(struct step_context *context,
                                       const struct http_response *response,
                                       const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    return STEP_NEXT;
}

static int build_poll(struct step_context *context, struct http_request *request,
                      struct error *error)
{
    if (context->change->action != ACTION_PUBLISH)
        return 1;
    return gcp_offer_build_read(context, request, error);
}

/* A review takes business days: nothing to wait for here. */
static enum step_result wait_publishing(struct step_context *context, const struct json *offer)
{
    const struct json *review = json_get(offer, "publishRequirementGoogleReview");
    step_keep(context, "published", "yes");
    if (review && !json_get_text(review, "reviewApproveTime")) {
        step_keep(context, PROGRESS_NOTE,
                  "Google reviews the offer before it is published, which takes business days");
        return STEP_LATER;
    }
    return step_wait(context, context->cloud->patience_ms, context->cloud->poll_ms,
                     "Google is publishing the offer");
}

static enum step_result answer_poll(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    struct json *offer = NULL;
    if (failure && failure->http_status == 404)
        return answer_lacking(context);
    if (gcp_offer_take(context, response, failure, &offer, error) < 0)
        return step_failed(error);
    if (in_state(offer, "PUBLISHING"))
        return wait_publishing(context, offer);
    if (in_state(offer, "DRAFT") && !step_text(context, "published"))
        return step_wait(context, context->cloud->patience_ms, context->cloud->poll_ms,
                         "the offer is not shown as publishing yet");
    if (in_state(offer, "DRAFT") || in_state(offer, "CANCELLED"))
        return refuse(context, offer, "it was on its way to be published, and is not any more",
                      error);
    context->after = gcp_offer_now(context, offer);
    return STEP_DONE;
}

/* ------------------------------------------------------------------ taking back, deleting */

static int build_cancel(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    struct json *body = json_object(context->arena);
    (void)error;
    json_remove(context->progress, "offer");
    json_set_text(context->arena, body, "cancellationNote", step_wanted(context, "cancel_reason"));
    gcp_request(context->cloud, context->arena, GCP_PRODUCER, "POST",
                arena_printf(context->arena, "%s:cancel", gcp_offer_name(context)), NULL, body,
                request);
    return 0;
}

static enum step_result answer_cancel(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    return step_go_to(context, "read");
}

/* With its documents, or a draft that has some would be refused. */
static int build_delete(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    (void)error;
    json_remove(context->progress, "offer");
    gcp_request(context->cloud, context->arena, GCP_PRODUCER, "DELETE", gcp_offer_name(context),
                "force=true", NULL, request);
    return 0;
}

static enum step_result answer_delete(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    (void)response;
    if (failure && failure->http_status != 404) {
        *error = *failure;
        return step_failed(error);
    }
    context->deleted = true;
    return STEP_DONE;
}

const struct step gcp_offer_change_steps[] = {
    GCP_LOCATE,
    GCP_OFFER_READS("get", "privateOffers.get", "locate", gcp_offer_build_read, answer_get),
    GCP_OFFER_WRITES("patch", "privateOffers.patch", "locate", build_patch, answer_patch),
    GCP_OFFER_READS("papers", "documents.list", "locate", gcp_offer_build_papers,
                    gcp_offer_answer_papers),
    GCP_OFFER_READS("compare", "documents.get", "locate", gcp_offer_build_compare,
                    gcp_offer_answer_compare),
    GCP_OFFER_WRITES("discard", "documents.delete", "locate", gcp_offer_build_discard,
                     gcp_offer_answer_discard),
    GCP_OFFER_WRITES("replace", "documents.patch", "locate", gcp_offer_build_replace,
                     gcp_offer_answer_replace),
    GCP_OFFER_WRITES("paper", "documents.create", "locate", gcp_offer_build_paper,
                     gcp_offer_answer_paper),
    GCP_OFFER_READS("validate", "privateOffers.publish", "locate", build_validate, answer_validate),
    GCP_OFFER_WRITES("publish", "privateOffers.publish", "locate", build_publish, answer_publish),
    GCP_OFFER_READS("poll", "privateOffers.get", "poll", build_poll, answer_poll),
    GCP_OFFER_READS("read", "privateOffers.get", "read", gcp_offer_build_read,
                    gcp_offer_answer_read),
    GCP_OFFER_WRITES("cancel", "privateOffers.cancel", "locate", build_cancel, answer_cancel),
    GCP_OFFER_WRITES("delete", "privateOffers.delete", "locate", build_delete, answer_delete),
};

/* ------------------------------------------------------------------ which action it is */

enum action gcp_offer_classify(const struct change *change, const struct record *before,
                               int64_t now_ms)
{
    const struct change_field *expires = change_field(change, "expires");
    const char *old = record_get(before, "expires"), *state = record_get(before, FIELD_STATE);
    int64_t day, old_day;
    bool open = text_equal(state, "open");
    if (!(open || text_equal(state, "publishing")) || !expires || !expires->new_value ||
        !day_parse(expires->new_value, &day))
        return ACTION_UPDATE;
    if (day < los_angeles_day_of(now_ms))
        return ACTION_CANCEL;
    bool later = old && day_parse(old, &old_day) && day > old_day;
    return open && later ? ACTION_EXTEND : ACTION_UPDATE;
}

const struct procedure gcp_offer_procedures[] = {
    {ACTION_CREATE, gcp_offer_create_steps, GCP_OFFER_CREATE_STEPS, "locate"},
    {ACTION_PUBLISH, gcp_offer_change_steps, GCP_OFFER_CHANGE_STEPS, "locate"},
    {ACTION_UPDATE, gcp_offer_change_steps, GCP_OFFER_CHANGE_STEPS, "locate"},
    {ACTION_EXTEND, gcp_offer_change_steps, GCP_OFFER_CHANGE_STEPS, "locate"},
    {ACTION_CANCEL, gcp_offer_change_steps, GCP_OFFER_CHANGE_STEPS, "locate"},
    GCP_ANSWER_PROCEDURES,
};
