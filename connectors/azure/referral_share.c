/* Sharing a deal with Microsoft: letting its sellers see it (partner-led), or asking them in
 * (co-sell), which is a second referral in the same engagement. Neither can be taken back. The two
 * writes are not one: if the second is missing the deal stands as a lone Shared one, and only the
 * second is done again, after a look whether it is there. */
#include <string.h>

#include "base/text.h"
#include "connectors/azure/referral_steps.h"
#include "model/value.h"

#define VISIBLE "consent.consentToShareReferralWithMicrosoftSellers"

static bool asks_in(const struct step_context *context)
{
    return !text_equal(step_wanted(context, "involvement"), "visibility_only");
}

static enum step_result answer_get(struct step_context *context,
                                   const struct http_response *response,
                                   const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    struct record *now = NULL;
    if (azure_step_take(context, response, failure, &document, &now, error) < 0)
        return step_failed(error);
    bool visible = azure_referral_is_visible(document);
    bool shared = azure_referral_has(document, "type", "Shared");
    if (visible && !asks_in(context)) {
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
    azure_step_keep(context, document);
    return visible && shared ? STEP_NEXT : azure_step_rest(context, document);
}

static int build_share(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    struct arena *arena = context->arena;
    const struct json *document = azure_step_document(context);
    struct json *wanted = json_clone(arena, document), *operations = NULL;
    if (json_get(wanted, "consent") && json_is_null(json_get(wanted, "consent")))
        json_remove(wanted, "consent");
    int result = json_put(arena, wanted, VISIBLE, json_bool(arena, true), error);
    if (result < 0)
        return result;
    if (asks_in(context))
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
    azure_step_keep(context, document);
    if (asks_in(context))
        return STEP_NEXT;
    context->after = now;
    return STEP_DONE;
}

/* ------------------------------------------------------------------ the second referral */

static int build_find(struct step_context *context, struct http_request *request,
                      struct error *error)
{
    const char *engagement = json_get_text(azure_step_document(context), "engagementId");
    if (text_blank(engagement))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "the shared deal has no engagement that Microsoft could be asked into");
    step_keep(context, "engagement", engagement);
    azure_request(context->cloud, context->arena, AZURE_REFERRALS, "GET",
                  azure_referral_engagement(context->arena, engagement), NULL, request);
    return 0;
}

static void keep_cloud(struct step_context *context, const struct json *side)
{
    static const char *const members[] = {"id",        "organizationId", "status",
                                          "substatus", "team",           "trackingInfo"};
    struct json *kept = json_object(context->arena);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const struct json *value = json_get(side, members[i]);
        if (value)
            json_set(context->arena, kept, members[i], json_clone(context->arena, value));
    }
    json_remove(context->progress, "cloud");
    json_set(context->arena, context->progress, "cloud", kept);
}

static enum step_result answer_find(struct step_context *context,
                                    const struct http_response *response,
                                    const struct error *failure, struct error *error)
{
    struct json *answer = NULL, *ours = json_array(context->arena);
    const struct json *rows = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    json_append(context->arena, ours, json_clone(context->arena, azure_step_document(context)));
    if (azure_referral_sides(answer, ours, &rows, error) < 0)
        return STEP_FAIL;
    for (size_t i = 0; i < rows->count; i++) {
        if (!azure_referral_is_microsofts(rows->items[i]))
            continue;
        keep_cloud(context, rows->items[i]);
        return step_go_to(context, "read");
    }
    return STEP_NEXT;
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

static struct json *msft_target(struct arena *arena)
{
    struct json *list = json_array(arena), *target = json_object(arena);
    json_set_text(arena, target, "type", "BusinessProfileLocation");
    json_set_text(arena, target, "id", "msft");
    json_append(arena, list, target);
    return list;
}

static int build_invite(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    static const char *const copied[] = {"name", "customerProfile", "consent", "details", "team"};
    struct arena *arena = context->arena;
    const char *engagement = step_text(context, "engagement");
    if (!engagement || !azure_step_document(context))
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the engagement got lost");
    const struct json *document = azure_referral_tidy(arena, azure_step_document(context));
    struct json *body = json_object(arena);
    json_set_text(arena, body, "engagementId", engagement);
    json_set_text(arena, body, "status", "New");
    json_set_text(arena, body, "substatus", "Pending");
    const char *qualification = json_get_text(document, "qualification");
    json_set_text(arena, body, "qualification", qualification ? qualification : "SalesQualified");
    json_set_text(arena, body, "type", "Shared");
    json_set(arena, body, "target", msft_target(arena));
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++) {
        const struct json *value = json_get(document, copied[i]);
        if (value)
            json_set(arena, body, copied[i], json_clone(arena, value));
    }
    json_set(arena, body, "inviteContext", invitation(context, document));
    json_drop_nulls(body);
    azure_request(context->cloud, arena, AZURE_REFERRALS, "POST", "", body, request);
    return 0;
}

static enum step_result answer_invite(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    struct json *side = NULL;
    if (step_parse(context, response, failure, &side, error) < 0) {
        if (error->class == ERROR_STALE) /* a new record cannot have moved */
            error->class = ERROR_REFUSED;
        return STEP_FAIL;
    }
    keep_cloud(context, side);
    return STEP_NEXT;
}

const struct step azure_share_steps[] = {
    GET_STEP(answer_get),
    WRITE_STEP("share", "PatchReferral", "get", build_share, azure_step_answer_written),
    READ_STEP("again", "GetReferral", "get", build_again, answer_again),
    READ_STEP("find", "ListReferrals", "find", build_find, answer_find),
    WRITE_STEP("invite", "CreateReferral", "find", build_invite, answer_invite),
    READ_BACK_STEP,
};
