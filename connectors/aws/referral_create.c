/* Creating an opportunity: create, associate its solutions, read it back. */

#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/referral_steps.h"
#include "connectors/document.h"

#define DAY_MS INT64_C(86400000)

static const struct connector_kind *const kind = &aws_referrals;

static int build_lookup(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    (void)error;
    struct arena *arena = context->arena;
    struct json *body = aws_body(context->cloud, arena);
    json_set(arena, body, "MaxResults", json_int(arena, 100));
    json_set_text(arena, body, "NextToken", json_get_text(context->progress, "page"));
    const char *since = json_get_text(context->progress, "since");
    int64_t ms;
    if (since && instant_parse(since, &ms)) { /* a day covers any difference of the clocks */
        char text[INSTANT_TEXT];
        struct json *filter = json_object(arena);
        json_set_text(arena, filter, "AfterCreatedDate", instant_print(ms - DAY_MS, text));
        json_set(arena, body, "CreatedDate", filter);
    }
    struct json *sort = json_object(arena);
    json_set_text(arena, sort, "SortBy", "CreatedDate");
    json_set_text(arena, sort, "SortOrder", "ASCENDING");
    json_set(arena, body, "Sort", sort);
    step_send(context, "ListOpportunities", body, request);
    return 0;
}

/* ListOpportunities has no filter on the partner's reference. */
static const char *find_reference(const struct step_context *context, const struct json *summaries)
{
    for (size_t i = 0; i < summaries->count; i++) {
        const struct json *summary = summaries->items[i];
        if (text_equal(json_get_text(summary, "PartnerOpportunityIdentifier"),
                       step_reference(context)))
            return json_get_text(summary, "Id");
    }
    return NULL;
}

static enum step_result answer_lookup(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    static const struct step_search search = {.items = "OpportunitySummaries",
                                              .next = "NextToken",
                                              .what = "opportunity",
                                              .found = "associate",
                                              .match = find_reference};
    return step_search(context, &search, response, failure, error);
}

static int build_create(struct step_context *context, struct http_request *request,
                        struct error *error)
{
    struct arena *arena = context->arena;
    const struct kind *model = context->change->kind;
    if (!json_get(context->progress, "since")) {
        char text[INSTANT_TEXT];
        step_keep(context, "since", instant_print(context->now_ms, text));
    }
    struct json *body = aws_body(context->cloud, arena);
    json_set_text(arena, body, "ClientToken", context->token);
    json_set_text(arena, body, "Origin", "Partner Referral");
    for (size_t i = 0; i < model->field_count; i++) {
        const char *name = model->fields[i].name;
        const struct remote_field *remote = connector_field(kind, name);
        const char *value = step_wanted(context, name);
        if (!value || !remote || !(remote->flags & REMOTE_CREATE) || remote->flags & REMOTE_STEP)
            continue;
        int result = document_put(arena, kind, body, name, value, error);
        if (result < 0)
            return result;
    }
    json_set_text(arena, body, "PartnerOpportunityIdentifier", step_reference(context));
    struct json *team = step_team(context);
    if (team)
        json_set(arena, body, "OpportunityTeam", team);
    step_send(context, "CreateOpportunity", body, request);
    return 0;
}

static enum step_result answer_create(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    /* The token was used with another body: whatever that made is looked for, once. */
    if (failure && failure->class == ERROR_STALE && !step_count_of(context, "conflicts")) {
        step_keep_count(context, "conflicts", 1);
        return step_go_to(context, "lookup");
    }
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0) {
        if (error->class == ERROR_STALE) /* there is no record that could have moved */
            error->class = ERROR_REFUSED;
        return STEP_FAIL;
    }
    const char *id = json_get_text(answer, "Id");
    if (text_blank(id)) {
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD, "CreateOpportunity answered without Id");
        return STEP_FAIL;
    }
    step_keep(context, "id", id);
    step_keep(context, "version", json_get_text(answer, "LastModifiedDate"));
    return STEP_NEXT;
}

/* `lookup` is only ever gone to: from a crash, a lost answer, or a token that was used before. */
const struct step aws_create_steps[] = {
    READ_STEP("lookup", "ListOpportunities", build_lookup, answer_lookup),
    CHECK_STEP,
    DESCRIBE_STEP("describe"),
    WRITE_STEP("create", "CreateOpportunity", "lookup", build_create, answer_create),
    ASSOCIATE_STEP,
    READ_BACK_STEP,
    ACTIVE_STEP,
};
