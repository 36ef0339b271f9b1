/* What stands beside an opportunity: how AWS's sellers see it, the engagement that it belongs to,
 * and who takes part there. Each costs calls of its own and is only read if a job maps it. */
#include "base/limits.h"
#include "base/text.h"
#include "connectors/aws/referral_read.h"

#define ASSOCIATIONS 1000 /* the greatest page of ListEngagementResourceAssociations */
#define MEMBERS      10   /* … of ListEngagementMembers */

static bool is_submitted(const struct json *opportunity)
{
    const char *status = json_text(json_find(opportunity, "LifeCycle.ReviewStatus"));
    return !text_equal(status, "Pending Submission");
}

bool aside_may_move(const struct json *summary)
{
    const char *stage = json_text(json_find(summary, "LifeCycle.Stage"));
    const char *status = json_text(json_find(summary, "LifeCycle.ReviewStatus"));
    return is_submitted(summary) && !text_equal(status, "Rejected") &&
           !text_equal(stage, "Launched") && !text_equal(stage, "Closed Lost");
}

/* Nobody at AWS has it yet: no answer, and no error. */
static int take_summary(struct fetch *fetch, const struct json *answer, struct error *error)
{
    (void)error;
    fetch->aside.summary = answer;
    fetch->summed_up = true;
    return aside_go_on(fetch);
}

static int take_engagement(struct fetch *fetch, const struct json *answer, struct error *error)
{
    const struct json *list = json_get(answer, "EngagementResourceAssociationSummaries");
    if (answer && (!list || list->type != JSON_ARRAY))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "ListEngagementResourceAssociations answered without a list");
    fetch->aside.engagement = json_get_text(json_at(list, 0), "EngagementId");
    fetch->placed = true;
    return aside_go_on(fetch);
}

static int ask_members(struct fetch *fetch, const char *page);

static int take_members(struct fetch *fetch, const struct json *answer, struct error *error)
{
    const struct json *list = json_get(answer, "EngagementMemberList");
    const char *next = json_get_text(answer, "NextToken");
    if (!list || list->type != JSON_ARRAY)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "ListEngagementMembers answered without EngagementMemberList");
    for (size_t i = 0; i < list->count; i++)
        json_append(fetch->arena, fetch->members,
                    json_string(fetch->arena, referral_member(list->items[i])));
    if (!text_blank(next) && fetch->members->count > MEMBERS * LIMIT_PAGES)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "the list of the engagement's members does not end");
    if (!text_blank(next) && list->count)
        return ask_members(fetch, next);
    fetch->aside.members = fetch->members;
    return 0;
}

static int ask_members(struct fetch *fetch, const char *page)
{
    struct json *body = fetch_body(fetch);
    json_set_text(fetch->arena, body, "Identifier", fetch->aside.engagement);
    json_set(fetch->arena, body, "MaxResults", json_int(fetch->arena, MEMBERS));
    if (page)
        json_set_text(fetch->arena, body, "NextToken", page);
    return fetch_call(fetch, "ListEngagementMembers", body, take_members);
}

static int ask_engagement(struct fetch *fetch)
{
    struct json *body = fetch_body(fetch);
    json_set_text(fetch->arena, body, "ResourceType", "Opportunity");
    json_set_text(fetch->arena, body, "ResourceIdentifier", fetch->id);
    return fetch_call(fetch, "ListEngagementResourceAssociations", body, take_engagement);
}

static int ask_summary(struct fetch *fetch)
{
    struct json *body = fetch_body(fetch);
    json_set_text(fetch->arena, body, "RelatedOpportunityIdentifier", fetch->id);
    fetch->may_lack = true;
    return fetch_call(fetch, "GetAwsOpportunitySummary", body, take_summary);
}

int aside_go_on(struct fetch *fetch)
{
    const struct reading *reading = fetch->reading;
    if (!is_submitted(fetch->document))
        return 0;
    if (reading->wants_summary && !fetch->summed_up)
        return ask_summary(fetch);
    if (reading->wants_engagement && !fetch->placed) {
        if (!reading->engagements)
            return ask_engagement(fetch);
        fetch->aside.engagement = map_get(reading->engagements, fetch->id);
        fetch->placed = true;
    }
    if (reading->wants_members && fetch->aside.engagement && !fetch->members) {
        fetch->members = json_array(fetch->arena);
        return ask_members(fetch, NULL);
    }
    return 0;
}

/* ---- The whole map at once, for a full read. */
static void engagements_body(const struct reading *reading, struct arena *arena, struct json *body)
{
    (void)reading;
    json_set(arena, body, "MaxResults", json_int(arena, ASSOCIATIONS));
    json_set_text(arena, body, "ResourceType", "Opportunity");
}

static bool take_association(struct reading *reading, const struct json *item)
{
    const char *opportunity = json_get_text(item, "ResourceId");
    const char *engagement = json_get_text(item, "EngagementId");
    if (!reading->engagements)
        reading->engagements = map_new();
    if (opportunity && engagement && !map_has(reading->engagements, opportunity))
        map_put(reading->engagements, opportunity, arena_copy(reading->arena, engagement));
    return true;
}

/* A map with holes would make engagements vanish: then they are asked for one by one. */
static void engagements_ended(struct reading *reading, bool complete)
{
    if (!complete) {
        map_free(reading->engagements);
        reading->engagements = NULL;
    } else if (!reading->engagements) {
        reading->engagements = map_new();
    }
    if (reading->outcome != READ_FAILED)
        sweep_start(reading, &sweep_opportunities);
}

const struct sweep_type sweep_engagements = {
    .operation = "ListEngagementResourceAssociations",
    .list = "EngagementResourceAssociationSummaries",
    .body = engagements_body,
    .take = take_association,
    .ended = engagements_ended,
};
