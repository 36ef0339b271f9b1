/* AWS's side of an opportunity, and the engagements that opportunities belong to. */
#include <string.h>

#include "tests/sandbox/engagements.h"
#include "tests/sandbox/listing.h"

#define DEFAULT_PAGE 20
#define MEMBER_PAGE  10
#define STAGE_MS     INT64_C(86400000) /* AWS's sellers take a day for each stage */

void engage(struct sandbox *sandbox, struct opportunity *record, const char *engagement)
{
    text_replace(&record->engagement, engagement);
    record->engaged_ms = sandbox_now(sandbox);
}

/* ---- The summary. It moves by AWS's clock and does not touch the partner's record: whether the
 * real one does is not said. */
static const char *aws_stage(const struct sandbox *sandbox, const struct opportunity *record)
{
    static const char *const stages[] = {"Not Started", "Engaged", "Seller Engaged", "Evaluating",
                                         "Qualified"};
    const char *partner = record_text(record, "LifeCycle.Stage");
    if (!strcmp(partner, "Launched") || !strcmp(partner, "Closed Lost"))
        return partner;
    int64_t days = (sandbox_now(sandbox) - record->engaged_ms) / STAGE_MS;
    size_t last = COUNT(stages) - 1;
    return stages[days < 0 ? 0 : (uint64_t)days < last ? (size_t)days : last];
}

static struct json *life_cycle(struct call_context *call, const struct opportunity *record)
{
    struct json *lifecycle = json_object(call->arena);
    const char *stage = aws_stage(call->sandbox, record);
    json_set_text(call->arena, lifecycle, "Stage", stage);
    json_set_text(call->arena, lifecycle, "TargetCloseDate",
                  record_text(record, "LifeCycle.TargetCloseDate"));
    json_set_text(call->arena, lifecycle, "NextSteps", arena_printf(call->arena, "AWS: %s", stage));
    const char *reason = record_text(record, "LifeCycle.ClosedLostReason");
    if (reason[0])
        json_set_text(call->arena, lifecycle, "ClosedLostReason", reason);
    return lifecycle;
}

static void put_constants(struct arena *arena, struct json *answer)
{
    static const char text[] =
        "{\"OpportunityTeam\":[{\"FirstName\":\"Field\",\"LastName\":\"Seller\",\"Email\":"
        "\"field.seller@aws.example\",\"BusinessTitle\":\"AWSSalesRep\"},{\"FirstName\":"
        "\"Part\",\"LastName\":\"Ner\",\"Email\":\"part.ner@aws.example\",\"BusinessTitle\":"
        "\"PDM\"}],\"Insights\":{\"NextBestActions\":\"Attach an offer\",\"EngagementScore\":"
        "\"High\",\"OpportunityQuality\":{\"Score\":71,\"Trend\":\"Improving\"}},"
        "\"CosellMotion\":\"AWS Field-engaged\",\"Customer\":{\"Contacts\":[]}}";
    struct json *constants = NULL;
    json_parse(arena, text, sizeof text - 1, &constants, NULL);
    for (size_t i = 0; i < constants->count; i++)
        json_set(arena, answer, constants->names[i], constants->items[i]);
}

static void put_related(struct arena *arena, struct json *answer, const struct json *document)
{
    static const char *const kinds[] = {"AwsProducts", "Solutions", "AwsMarketplaceSolutions",
                                        "AwsMarketplaceProducts"};
    struct json *related = json_object(arena), *project = json_object(arena);
    for (size_t i = 0; i < COUNT(kinds); i++) {
        const struct json *list =
            json_get(json_get(document, "RelatedEntityIdentifiers"), kinds[i]);
        if (list)
            json_set(arena, related, kinds[i], json_clone(arena, list));
    }
    const struct json *spend = json_find(document, "Project.ExpectedCustomerSpend");
    if (spend)
        json_set(arena, project, "ExpectedCustomerSpend", json_clone(arena, spend));
    json_set(arena, answer, "RelatedEntityIds", related);
    json_set(arena, answer, "Project", project);
}

int handle_get_summary(struct call_context *call, struct json **ret_answer)
{
    const char *id = json_get_text(call->request, "RelatedOpportunityIdentifier");
    const struct opportunity *record = record_find(call->sandbox, call->catalog, id);
    if (!record)
        return fail_not_found(call->failure, "opportunity", id);
    if (!record->engagement[0]) /* AWS has none before it was submitted */
        return fail_not_found(call->failure, "AWS opportunity for", id);
    struct json *answer = json_object(call->arena);
    json_set_text(call->arena, answer, "Catalog", call->catalog);
    json_set_text(call->arena, answer, "RelatedOpportunityId", record->id);
    json_set_text(call->arena, answer, "Origin", record->origin);
    json_set_text(call->arena, answer, "InvolvementType", record->involvement);
    json_set_text(call->arena, answer, "Visibility", "Full");
    json_set(call->arena, answer, "LifeCycle", life_cycle(call, record));
    put_constants(call->arena, answer);
    put_related(call->arena, answer, record->document);
    *ret_answer = answer;
    return 0;
}

/* ---- Engagements. */
static struct json *association(struct arena *arena, const struct opportunity *record)
{
    struct json *row = json_object(arena);
    json_set_text(arena, row, "Catalog", record->catalog);
    json_set_text(arena, row, "EngagementId", record->engagement);
    json_set_text(arena, row, "ResourceType", "Opportunity");
    json_set_text(arena, row, "ResourceId", record->id);
    json_set_text(arena, row, "CreatedBy", SANDBOX_ACCOUNT);
    return row;
}

static bool asked_for(const struct json *request, const char *member, const char *value)
{
    const char *text = json_get_text(request, member);
    return !text || !strcmp(text, value);
}

int handle_list_associations(struct call_context *call, struct json **ret_answer)
{
    const struct sandbox *sandbox = call->sandbox;
    const struct json *request = call->request;
    struct arena *arena = call->arena;
    struct listing listing = {
        .entries = arena_array(arena, sandbox->record_count + 1, sizeof *listing.entries)};
    for (size_t i = 0; i < sandbox->record_count; i++) {
        const struct opportunity *record = sandbox->records[i];
        if (record->engagement[0] && !strcmp(record->catalog, call->catalog) &&
            asked_for(request, "EngagementIdentifier", record->engagement) &&
            asked_for(request, "ResourceIdentifier", record->id) &&
            asked_for(request, "CreatedBy", SANDBOX_ACCOUNT))
            listing.entries[listing.count++] = (struct entry){
                arena_printf(arena, "%04zu%s", strlen(record->id), record->id), record->id, record};
    }
    const char *token;
    size_t size = (size_t)json_get_int(request, "MaxResults", DEFAULT_PAGE);
    int result = listing_cut(call, &listing, false, size, &token);
    if (result < 0)
        return result;
    struct json *rows = json_array(arena), *answer = json_object(arena);
    for (size_t i = 0; i < listing.count; i++)
        json_append(arena, rows, association(arena, listing.entries[i].thing));
    json_set(arena, answer, "EngagementResourceAssociationSummaries", rows);
    if (token)
        json_set_text(arena, answer, "NextToken", token);
    *ret_answer = answer;
    return 0;
}

static const struct member {
    const char *company, *website, *account;
} members[] = {
    {"AWS", "https://aws.example", "aws"},
    {"Sandbox Partner", "https://partner.example", SANDBOX_ACCOUNT},
    {"Granite Integrators", "https://granite.example", "222233334444"},
};

static bool engagement_is_known(const struct sandbox *sandbox, const char *catalog, const char *id)
{
    for (size_t i = 0; i < sandbox->record_count; i++) {
        if (text_equal(sandbox->records[i]->engagement, id) &&
            text_equal(sandbox->records[i]->catalog, catalog))
            return true;
    }
    return false;
}

/* In some engagements a third company takes part. */
int handle_list_members(struct call_context *call, struct json **ret_answer)
{
    struct arena *arena = call->arena;
    const char *id = json_get_text(call->request, "Identifier");
    const char *slash = text_starts(id, "arn:") ? strrchr(id, '/') : NULL;
    id = slash ? slash + 1 : id;
    if (!engagement_is_known(call->sandbox, call->catalog, id))
        return fail_not_found(call->failure, "engagement", id);
    struct listing listing = {.entries =
                                  arena_array(arena, COUNT(members), sizeof *listing.entries)};
    size_t count = id[strlen(id) - 1] % 2 ? COUNT(members) : 2;
    for (size_t i = 0; i < count; i++)
        listing.entries[listing.count++] =
            (struct entry){members[i].account, members[i].account, &members[i]};
    const char *token;
    size_t size = (size_t)json_get_int(call->request, "MaxResults", MEMBER_PAGE);
    int result = listing_cut(call, &listing, false, size, &token);
    if (result < 0)
        return result;
    struct json *list = json_array(arena), *answer = json_object(arena);
    for (size_t i = 0; i < listing.count; i++) {
        const struct member *member = listing.entries[i].thing;
        struct json *row = json_object(arena);
        json_set_text(arena, row, "CompanyName", member->company);
        json_set_text(arena, row, "WebsiteUrl", member->website);
        json_set_text(arena, row, "AccountId", member->account);
        json_append(arena, list, row);
    }
    json_set(arena, answer, "EngagementMemberList", list);
    if (token)
        json_set_text(arena, answer, "NextToken", token);
    *ret_answer = answer;
    return 0;
}
