/* Sharing a deal: letting Microsoft's sellers see it (partner-led), asking them in (co-sell), and
 * inviting other partners. Whoever is asked gets a second referral in the same engagement. None of
 * that can be taken back. The writes are not one: what is missing when some of them failed is done
 * by whoever comes next, each after a look at the engagement, so that nobody is asked twice.
 * Microsoft comes first: a shared deal without its side reads as one that is still to be handed
 * over. */
#include "base/memory.h"
#include "base/text.h"
#include "connectors/azure/referral_steps.h"
#include "connectors/azure/referral_words.h"
#include "model/value.h"

#define VISIBLE  "consent.consentToShareReferralWithMicrosoftSellers"
#define GRACE_MS INT64_C(2000) /* the list lags behind what was just written */
#define GRACES   15

/* ------------------------------------------------------------------ who is wanted */

/* Who is to be asked is what was approved, never what the row has come to say since. */
static const char *partners_of(const struct step_context *context)
{
    const struct change_field *field = change_field(context->change, "partners");
    return field ? field->new_value : NULL;
}

/* Decided once: what was written on the way makes the deal look like another one. Where the row
 * says nothing, a deal that Microsoft only sees stays so; a shared one may be one whose second half
 * is missing, which the engagement tells. */
static void decide(struct step_context *context, const struct json *document)
{
    const char *wanted = step_wanted(context, "involvement");
    bool visible = azure_referral_is_visible(document);
    bool shared = azure_referral_has(document, "type", "Shared");
    const char *asks = wanted     ? text_equal(wanted, "visibility_only") ? "no" : "yes"
                       : !visible ? "yes"
                       : shared   ? "if alone"
                                  : "no";
    if (!step_text(context, "asks"))
        step_keep(context, "asks", asks);
}

static void decide_by_sides(struct step_context *context, const struct json *sides)
{
    bool alone = true;
    for (size_t i = 0; i < sides->count; i++)
        alone = alone && (azure_referral_is_microsofts(sides->items[i]) ||
                          !azure_referral_is_anothers(sides->items[i]));
    if (text_equal(step_text(context, "asks"), "if alone"))
        step_keep(context, "asks", alone ? "yes" : "no");
}

static bool asks_in(const struct step_context *context)
{
    const char *asks = step_text(context, "asks");
    return asks ? !text_equal(asks, "no")
                : !text_equal(step_wanted(context, "involvement"), "visibility_only");
}

static bool invites(const struct step_context *context)
{
    return asks_in(context) || partners_of(context);
}

/* ------------------------------------------------------------------ our own referral */

static enum step_result answer_get(struct step_context *context,
                                   const struct http_response *response,
                                   const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    struct record *now = NULL;
    if (azure_step_take(context, response, failure, &document, &now, error) < 0)
        return step_failed(error);
    decide(context, document);
    bool visible = azure_referral_is_visible(document);
    bool shared = azure_referral_has(document, "type", "Shared");
    if (visible && !invites(context)) {
        context->after = now;
        return STEP_DONE;
    }
    if (azure_referral_has(document, "status", "Closed")) {
        error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                  "the deal is closed and cannot be shared any more");
        return STEP_FAIL;
    }
    bool ours = step_count_of(context, "written") && visible && shared;
    if (!text_equal(now->version, context->change->version) && !ours)
        return STEP_STALE;
    step_keep_json(context, "document", document);
    return visible && shared ? STEP_NEXT : azure_step_rest(context, document);
}

static int build_share(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    struct arena *arena = context->arena;
    const struct json *document = step_document(context);
    struct json *wanted = json_clone(arena, document), *operations = NULL;
    if (json_get(wanted, "consent") && json_is_null(json_get(wanted, "consent")))
        json_remove(wanted, "consent");
    int result = json_put(arena, wanted, VISIBLE, json_bool(arena, true), error);
    if (result < 0)
        return result;
    if (invites(context))
        json_set_text(arena, wanted, "type", "Shared");
    if (!azure_referral_patch(arena, document, wanted, &operations) || !operations->count)
        return 1;
    return azure_step_write(context, "PATCH", operations, request, error);
}

/* The engagement may be a new one. */
static int build_again(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    return step_count_of(context, "written") ? azure_step_build_get(context, request, error) : 1;
}

static enum step_result answer_again(struct step_context *context,
                                     const struct http_response *response,
                                     const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    struct record *now = NULL;
    if (azure_step_take(context, response, failure, &document, &now, error) < 0)
        return step_failed(error);
    step_keep_json(context, "document", document);
    if (invites(context))
        return STEP_NEXT;
    context->after = now;
    return STEP_DONE;
}

/* ------------------------------------------------------------------ the other sides */

static int build_find(struct step_context *context, struct http_request *request,
                      struct error *error)
{
    const char *engagement = json_get_text(step_document(context), "engagementId");
    if (text_blank(engagement))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "the shared deal has no engagement that anybody could be asked into");
    step_keep(context, "engagement", engagement);
    azure_request(context->cloud, context->arena, AZURE_REFERRALS, "GET",
                  azure_referral_engagement(context->arena, engagement), NULL, request);
    return 0;
}

static struct json *sides_of(struct step_context *context)
{
    struct json *sides = json_get(context->progress, "sides");
    if (sides)
        return sides;
    sides = json_array(context->arena);
    json_set(context->arena, context->progress, "sides", sides);
    return sides;
}

/* What a record needs of them. One that is known already is known anew: the list may lag behind
 * what a creation answered, but what it shows is later. */
static void keep_side(struct step_context *context, const struct json *side)
{
    static const char *const members[] = {
        "id",        "organizationId", "organizationName", "direction", "status",
        "substatus", "target",         "inviteContext",    "team",      "trackingInfo",
    };
    struct json *sides = sides_of(context), *kept = json_object(context->arena);
    for (size_t i = 0; i < COUNT(members); i++) {
        const struct json *value = json_get(side, members[i]);
        if (value)
            json_set(context->arena, kept, members[i], json_clone(context->arena, value));
    }
    for (size_t i = 0; i < sides->count; i++) {
        if (text_equal(json_get_text(sides->items[i], "id"), json_get_text(side, "id"))) {
            json_remove_at(sides, i);
            break;
        }
    }
    json_append(context->arena, sides, kept);
}

static bool is_in(const struct json *sides, const char *partner)
{
    for (size_t i = 0; i < sides->count; i++) {
        if (partner ? azure_referral_is_side_of(sides->items[i], partner)
                    : azure_referral_is_microsofts(sides->items[i]))
            return true;
    }
    return false;
}

/* Who is asked next: a target, or NULL if all are there. */
static const char *missing(struct step_context *context)
{
    const struct json *sides = sides_of(context);
    const char *partners = partners_of(context);
    if (asks_in(context) && !is_in(sides, NULL))
        return AZURE_MICROSOFT;
    for (size_t i = 0; i < list_count(partners); i++) {
        const char *partner = list_item(context->arena, partners, i);
        if (!is_in(sides, partner))
            return partner;
    }
    return NULL;
}

static enum step_result answer_find(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    struct json *answer = NULL, *ours = json_array(context->arena);
    const struct json *rows = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    json_append(context->arena, ours, json_clone(context->arena, step_document(context)));
    if (azure_referral_sides(answer, ours, &rows, error) < 0)
        return STEP_FAIL;
    for (size_t i = 0; i < rows->count; i++)
        keep_side(context, rows->items[i]);
    decide_by_sides(context, rows);
    const char *next = missing(context);
    step_keep(context, "target", next);
    return next ? STEP_NEXT : step_go_to(context, "read");
}

static struct json *invitation(struct step_context *context, const struct json *document)
{
    struct arena *arena = context->arena;
    struct json *invite = json_object(arena), *by = json_object(arena);
    const char *needs = step_wanted(context, "needs");
    json_set_text(arena, invite, "notes", json_text(json_find(document, "inviteContext.notes")));
    json_set_text(arena, invite, "assistanceRequestCode",
                  needs ? list_item(arena, needs, 0)
                        : json_text(json_find(document, "inviteContext.assistanceRequestCode")));
    json_set_text(arena, by, "organizationId", json_get_text(document, "organizationId"));
    json_set_text(arena, by, "organizationName", json_get_text(document, "organizationName"));
    json_set(arena, invite, "invitedBy", by);
    return invite;
}

static struct json *target_of(struct arena *arena, const char *profile)
{
    struct json *list = json_array(arena), *target = json_object(arena);
    json_set_text(arena, target, "type", "BusinessProfileLocation");
    json_set_text(arena, target, "id", profile);
    json_append(arena, list, target);
    return list;
}

static int build_invite(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    static const char *const copied[] = {"name", "customerProfile", "consent", "details", "team"};
    struct arena *arena = context->arena;
    const char *engagement = step_text(context, "engagement");
    const char *target = step_text(context, "target");
    if (!engagement || !target || !step_document(context))
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the engagement got lost");
    const struct json *document = azure_referral_tidy(arena, step_document(context));
    struct json *body = json_object(arena);
    json_set_text(arena, body, "engagementId", engagement);
    json_set_text(arena, body, "status", "New");
    json_set_text(arena, body, "substatus", "Pending");
    const char *qualification = json_get_text(document, "qualification");
    json_set_text(arena, body, "qualification", qualification ? qualification : "SalesQualified");
    json_set_text(arena, body, "type", "Shared");
    json_set(arena, body, "target", target_of(arena, target));
    for (size_t i = 0; i < COUNT(copied); i++) {
        const struct json *value = json_get(document, copied[i]);
        if (value)
            json_set(arena, body, copied[i], json_clone(arena, value));
    }
    json_set(arena, body, "inviteContext", invitation(context, document));
    json_drop_nulls(body);
    azure_request(context->cloud, arena, AZURE_REFERRALS, "POST", "", body, request);
    return 0;
}

/* The next one is asked after another look, which also waits for what the service has and its list
 * does not show yet. */
static enum step_result answer_invite(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    struct json *side = NULL;
    long long absent = step_count_of(context, "absent");
    if (failure && failure->http_status == 409 && absent < GRACES) {
        step_keep_count(context, "absent", absent + 1);
        context->wait_ms = GRACE_MS;
        return step_go_to(context, "find");
    }
    if (step_parse(context, response, failure, &side, error) < 0) {
        if (error->class == ERROR_STALE) /* a new record cannot have moved */
            error->class = ERROR_REFUSED;
        return STEP_FAIL;
    }
    keep_side(context, side);
    return step_go_to(context, missing(context) ? "find" : "read");
}

const struct step azure_share_steps[] = {
    GET_STEP(answer_get),
    WRITE_STEP("share", "PatchReferral", "get", build_share, azure_step_answer_written),
    READ_STEP("again", "GetReferral", "get", build_again, answer_again),
    READ_STEP("find", "ListReferrals", "find", build_find, answer_find),
    WRITE_STEP("invite", "CreateReferral", "find", build_invite, answer_invite),
    READ_BACK_STEP,
};
