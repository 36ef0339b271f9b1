/* Creating and changing opportunities. */
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/gcp/deals.h"

/* ---- Creating. */
static int check_new(struct rest_call *call)
{
    int result = gcp_shape_check(call, &gcp_opportunity_shape, call->body);
    if (result < 0)
        return result;
    if (json_get(call->body, "name"))
        gcp_violation(call, "name", "name is assigned by the service.");
    return gcp_fail_fields(call);
}

int gcp_opportunity_create(struct rest_call *call)
{
    struct arena *arena = call->arena;
    int result = gcp_opportunity_begin(call, false);
    if (result == 0)
        result = check_new(call);
    if (result < 0)
        return result;
    struct json *document = json_object(arena);
    if (call->body)
        document = gcp_shape_tidy(arena, &gcp_opportunity_shape, call->body);
    result = gcp_opportunity_check(call, NULL, document);
    if (result < 0)
        return result;
    int64_t now = sandbox_now(call->sandbox);
    json_set_text(arena, document, "name",
                  arena_printf(arena, "opportunities/Sx%s", gcp_deal_id(call->sandbox, arena)));
    json_set_text(arena, document, "creatorEmail", gcp_opportunity_caller(call)->principal);
    json_set_text(arena, document, "source", "PARTNER");
    gcp_deal_put(arena, document, "partnerInfo.partnerViewType", "FULL");
    if (gcp_deal_is(document, "state", "SUBMITTED"))
        gcp_deal_put(arena, document, "partnerInfo.submitTime", gcp_instant(arena, now));
    call->answer = gcp_opportunity_add(call->sandbox, document, now, now)->document;
    return 0;
}

/* ---- Changing. */
/* Written once and by the service, or at creation only. */
static const char *const fixed[] = {"name", "submitterEmail"};
/* Replaced as a whole. */
static const char *const whole[] = {"qualificationInfo.dealSize.",
                                    "qualificationInfo.estimatedCloseDate.",
                                    "partnerInfo.contractExpiryDate.", "salesCycle.closeDate."};

static int check_mask(struct rest_call *call, const char *mask)
{
    for (const char *at = mask; at && *at; at += strcspn(at, ",")) {
        at += *at == ',';
        const char *path = arena_copy_n(call->arena, at, strcspn(at, ","));
        for (size_t i = 0; i < COUNT(fixed); i++) {
            if (!strcmp(path, fixed[i]))
                gcp_violation(call, "update_mask", "update_mask: '%s' cannot be changed.", path);
        }
        for (size_t i = 0; i < COUNT(whole); i++) {
            if (text_starts(path, whole[i]))
                gcp_violation(call, "update_mask",
                              "update_mask: '%s' is inside a value that is "
                              "replaced as a whole.",
                              path);
        }
    }
    return gcp_fail_fields(call);
}

static int check_patch(struct rest_call *call, const struct rest_record *record)
{
    const char *name = json_get_text(call->body, "name");
    if (gcp_deal_is(record->document, "partnerInfo.partnerViewType", "LIMITED"))
        return gcp_fail(call, "PERMISSION_DENIED",
                        "The partner has a LIMITED view of opportunities/%s.", record->id);
    int result = gcp_shape_check(call, &gcp_opportunity_shape, call->body);
    if (result < 0)
        return result;
    if (name && !gcp_deal_is(record->document, "name", name))
        gcp_violation(call, "name", "name must be that of the resource.");
    return gcp_fail_fields(call);
}

/* A close date that is put off is counted. */
static void count_push(struct arena *arena, const struct json *before, struct json *after)
{
    static const char path[] = "salesCycle.closeDate";
    int64_t old, new;
    const struct json *cycle = json_get(after, "salesCycle");
    if (gcp_deal_day(json_find(before, path), &old) && gcp_deal_day(json_find(after, path), &new) &&
        new > old)
        json_put(arena, after, "salesCycle.closeDatePushCount",
                 json_int(arena, json_get_int(cycle, "closeDatePushCount", 0) + 1), NULL);
}

static void note_submission(struct rest_call *call, const struct json *before, struct json *after)
{
    if (!gcp_deal_is(after, "state", "SUBMITTED") || gcp_deal_is(before, "state", "SUBMITTED"))
        return;
    json_remove(after, "stateDescription");
    gcp_deal_put(call->arena, after, "partnerInfo.submitTime",
                 gcp_instant(call->arena, sandbox_now(call->sandbox)));
}

/* What a mask names as a message holds members of the service's, too: those stay. */
static void keep_output(struct rest_call *call, const struct json *before, struct json *after)
{
    static const char *const outputs[] = {
        "opportunityInfo.gcpWatermark",  "opportunityInfo.opportunityAmount",
        "qualificationInfo.dealNumber",  "partnerInfo.incentiveEligibility",
        "partnerInfo.incentiveType",     "partnerInfo.rebateExpirationDate",
        "partnerInfo.extensionsCount",   "partnerInfo.submittedDate",
        "partnerInfo.approvedDate",      "partnerInfo.submitTime",
        "partnerInfo.approveTime",       "partnerInfo.partnerViewType",
        "salesCycle.closeDatePushCount", "salesCycle.prmSiteDetails",
    };
    for (size_t i = 0; i < COUNT(outputs); i++) {
        const struct json *value = json_find(before, outputs[i]);
        if (value && !json_find(after, outputs[i]))
            json_put(call->arena, after, outputs[i], json_clone(call->arena, value), NULL);
    }
}

int gcp_opportunity_patch(struct rest_call *call)
{
    const char *mask = json_get_text(call->query, "updateMask");
    const struct gcp_deals *deals = gcp_deals_of(call->sandbox);
    struct rest_record *record = NULL;
    int result = gcp_opportunity_begin(call, deals->revision != GCP_REVISION_OLDER);
    if (result == 0)
        result = gcp_opportunity_find(call, &record);
    if (result == 0)
        result = check_patch(call, record);
    if (result == 0)
        result = check_mask(call, mask);
    if (result < 0)
        return result;
    const struct json *before = record->document;
    struct json *after = json_clone(call->arena, before);
    result = gcp_mask_apply(call, &gcp_opportunity_shape, mask, call->body, after);
    if (result < 0)
        return result;
    keep_output(call, before, after);
    after = gcp_shape_tidy(call->arena, &gcp_opportunity_shape, after);
    result = gcp_opportunity_check(call, before, after);
    if (result < 0)
        return result;
    note_submission(call, before, after);
    count_push(call->arena, before, after);
    gcp_opportunity_write(call->sandbox, record, after);
    call->answer = record->document;
    return 0;
}
