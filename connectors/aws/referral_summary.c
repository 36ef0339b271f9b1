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
static int take_summary(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    (void)error;
    struct opportunity *opportunity = fetch->state;
    opportunity->aside.summary = answer;
    opportunity->summed_up = true;
    return aside_go_on(fetch);
}

static int take_engagement(struct sweep_fetch *fetch, const struct json *answer,
                           struct error *error)
{
    struct opportunity *opportunity = fetch->state;
    const struct json *list = json_get(answer, "EngagementResourceAssociationSummaries");
    if (!list || list->type != JSON_ARRAY)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "ListEngagementResourceAssociations answered without a list");
    opportunity->aside.engagement = json_get_text(json_at(list, 0), "EngagementId");
    opportunity->placed = true;
    return aside_go_on(fetch);
}

static int ask_members(struct sweep_fetch *fetch, const char *page);

static int take_members(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    struct opportunity *opportunity = fetch->state;
    struct json *members = opportunity->members;
    const struct json *list = json_get(answer, "EngagementMemberList");
    const char *next = json_get_text(answer, "NextToken");
    if (!list || list->type != JSON_ARRAY)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "ListEngagementMembers answered without EngagementMemberList");
    for (size_t i = 0; i < list->count; i++)
        json_append(fetch->arena, members,
                    json_string(fetch->arena, referral_member(list->items[i])));
    if (!text_blank(next) && members->count > MEMBERS * LIMIT_PAGES)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "the list of the engagement's members does not end");
    if (!text_blank(next) && list->count)
        return ask_members(fetch, next);
    opportunity->aside.members = members;
    return aside_go_on(fetch);
}

static int ask_members(struct sweep_fetch *fetch, const char *page)
{
    const struct opportunity *opportunity = fetch->state;
    struct json *body = referral_body(fetch);
    json_set_text(fetch->arena, body, "Identifier", opportunity->aside.engagement);
    json_set(fetch->arena, body, "MaxResults", json_int(fetch->arena, MEMBERS));
    if (page)
        json_set_text(fetch->arena, body, "NextToken", page);
    return referral_ask(fetch, "ListEngagementMembers", body, take_members);
}

static int ask_engagement(struct sweep_fetch *fetch)
{
    struct json *body = referral_body(fetch);
    json_set_text(fetch->arena, body, "ResourceType", "Opportunity");
    json_set_text(fetch->arena, body, "ResourceIdentifier", fetch->id);
    return referral_ask(fetch, "ListEngagementResourceAssociations", body, take_engagement);
}

static int ask_summary(struct sweep_fetch *fetch)
{
    struct json *body = referral_body(fetch);
    json_set_text(fetch->arena, body, "RelatedOpportunityIdentifier", fetch->id);
    fetch->may_lack = true;
    return referral_ask(fetch, "GetAwsOpportunitySummary", body, take_summary);
}

int aside_go_on(struct sweep_fetch *fetch)
{
    const struct reading *reading = sweep_context(fetch->sweep);
    struct opportunity *opportunity = fetch->state;
    if (!is_submitted(opportunity->document))
        return opportunity_keep(fetch);
    if (reading->wants_summary && !opportunity->summed_up)
        return ask_summary(fetch);
    if (reading->wants_engagement && !opportunity->placed) {
        if (!reading->engagements)
            return ask_engagement(fetch);
        opportunity->aside.engagement = map_get(reading->engagements, fetch->id);
        opportunity->placed = true;
    }
    if (reading->wants_members && opportunity->aside.engagement && !opportunity->members) {
        opportunity->members = json_array(fetch->arena);
        return ask_members(fetch, NULL);
    }
    return opportunity_keep(fetch);
}

/* ---- The whole map at once, for a full read. */
static int page(struct sweep *sweep, struct arena *arena, const struct sweep_listing *listing,
                const struct sweep_place *place, struct http_request *ret_request,
                struct error *error)
{
    (void)error;
    struct json *body = aws_body(sweep_cloud(sweep), arena);
    json_set(arena, body, "MaxResults", json_int(arena, ASSOCIATIONS));
    json_set_text(arena, body, "ResourceType", "Opportunity");
    return sweep_page(sweep, arena, listing, place, body, aws_request, ret_request);
}

static void take_association(struct sweep *sweep, const struct sweep_listing *listing,
                             const char *opportunity, const char *engagement,
                             const struct json *item)
{
    (void)listing, (void)item;
    struct reading *reading = sweep_context(sweep);
    if (engagement && !map_has(reading->engagements, opportunity))
        map_put(reading->engagements, opportunity, arena_copy(sweep_arena(sweep), engagement));
}

/* A map with holes would make engagements vanish: then they are asked for one by one. */
static void map_broken(struct sweep *sweep, struct error *error)
{
    (void)error;
    struct reading *reading = sweep_context(sweep);
    map_free(reading->engagements);
    reading->engagements = NULL;
}

const struct sweep_listing referral_engagements = {
    .operation = "ListEngagementResourceAssociations",
    .family = AWS_READ,
    .items = "EngagementResourceAssociationSummaries",
    .id = "ResourceId",
    .version = "EngagementId",
    .token = "NextToken",
    .page = page,
    .item = take_association,
    .broken = map_broken,
};
