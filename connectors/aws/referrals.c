/* Reading referrals: the opportunities that changed, and beside them what AWS proposes. */
#include "connectors/aws/referrals.h"

#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/referral_read.h"
#include "connectors/document.h"

#define PAGE_SIZE 100 /* the greatest that ListOpportunities takes */

struct json *referral_body(const struct sweep_fetch *fetch)
{
    return aws_body(sweep_cloud(fetch->sweep), fetch->arena);
}

int referral_ask(struct sweep_fetch *fetch, const char *operation, const struct json *body,
                 sweep_answer *answer)
{
    return sweep_send(fetch, &(struct sweep_call){operation, AWS_READ, aws_request, body, answer});
}

/* ------------------------------------------------------------------ opportunities */

int opportunity_keep(struct sweep_fetch *fetch)
{
    const struct opportunity *opportunity = fetch->state;
    const char *version = json_get_text(opportunity->document, "LastModifiedDate");
    const struct json *document =
        referral_document(fetch->arena, opportunity->document, &opportunity->aside);
    sweep_record(fetch->sweep, document_decode(fetch->arena, &aws_referrals, fetch->id, version,
                                               document, sweep_note, fetch->sweep));
    return 0;
}

static int take_opportunity(struct sweep_fetch *fetch, const struct json *answer,
                            struct error *error)
{
    struct opportunity *opportunity = fetch->state;
    const char *id = json_get_text(answer, "Id");
    if (!text_equal(id, fetch->id) || !json_get_text(answer, "LastModifiedDate"))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "GetOpportunity of %s answered without Id or LastModifiedDate", fetch->id);
    opportunity->document = json_clone(fetch->arena, answer);
    return aside_go_on(fetch);
}

static void opportunity_fetch(struct sweep *sweep, const char *id)
{
    struct sweep_fetch *fetch = sweep_fetch(sweep, id, NULL);
    fetch->state = arena_alloc(fetch->arena, sizeof(struct opportunity));
    struct json *body = referral_body(fetch);
    json_set_text(fetch->arena, body, "Identifier", id);
    referral_ask(fetch, "GetOpportunity", body, take_opportunity);
}

static void take_summary(struct sweep *sweep, const struct sweep_listing *listing, const char *id,
                         const char *version, const struct json *summary)
{
    (void)listing;
    const struct reading *reading = sweep_context(sweep);
    bool same = version && text_equal(sweep_known(sweep, id), version);
    /* Whether what AWS's sellers do touches the record's date is not said. */
    if (same && !(reading->full && reading->wants_summary && aside_may_move(summary)))
        sweep_seen(sweep, id);
    else
        opportunity_fetch(sweep, id);
}

static int page(struct sweep *sweep, struct arena *arena, const struct sweep_listing *listing,
                const struct sweep_place *place, struct http_request *ret_request,
                struct error *error)
{
    (void)error;
    struct json *body = aws_body(sweep_cloud(sweep), arena);
    json_set(arena, body, "MaxResults", json_int(arena, PAGE_SIZE));
    if (place->after) { /* inclusive */
        struct json *filter = json_object(arena);
        json_set_text(arena, filter, "AfterLastModifiedDate", place->after);
        json_set(arena, body, "LastModifiedDate", filter);
    }
    /* Ascending: what changes meanwhile comes again at the end instead of being passed over. */
    struct json *sort = json_object(arena);
    json_set_text(arena, sort, "SortBy", "LastModifiedDate");
    json_set_text(arena, sort, "SortOrder", "ASCENDING");
    json_set(arena, body, "Sort", sort);
    return sweep_page(sweep, arena, listing, place, body, aws_request, ret_request);
}

static const struct sweep_listing opportunities = {
    .operation = "ListOpportunities",
    .family = AWS_READ,
    .items = "OpportunitySummaries",
    .id = "Id",
    .version = "LastModifiedDate",
    .token = "NextToken",
    .mark = "",
    .essential = true,
    .page = page,
    .item = take_summary,
};

/* ------------------------------------------------------------------ the read */

static void drained(struct sweep *sweep)
{
    struct reading *reading = sweep_context(sweep);
    if (reading->listed)
        return;
    reading->listed = true;
    sweep_list(sweep, &opportunities);
}

static void release(void *context)
{
    struct reading *reading = context;
    map_free(reading->engagements);
    free(reading);
}

static const char *const from_summary[] = {
    "origin",           "cloud_involvement", "cloud_visibility",  "cloud_stage",
    "cloud_close_date", "cloud_next_steps",  "cloud_lost_reason", "cloud_score",
    "cloud_quality",    "cloud_actions",     "cloud_team",        NULL,
};
static const char *const from_engagement[] = {"engagement", "members", NULL};
static const char *const from_members[] = {"members", NULL};

void aws_referrals_read(struct cloud *cloud, const struct read_scope *scope,
                        const struct read_sink *sink)
{
    static const struct sweep_reader reader = {NULL, drained, release};
    const struct kind *kind = &kinds[KIND_REFERRAL];
    struct reading *reading = memory_alloc(sizeof *reading);
    reading->full = scope->full;
    reading->wants_summary = read_wants(scope, kind, from_summary);
    reading->wants_engagement = read_wants(scope, kind, from_engagement);
    reading->wants_members = read_wants(scope, kind, from_members);
    struct sweep *sweep = sweep_aws(cloud, scope, sink, &reader, reading);
    if (scope->full && reading->wants_engagement) {
        reading->engagements = map_new();
        sweep_list(sweep, &referral_engagements);
    } else {
        drained(sweep);
    }
    if (scope->proposals)
        sweep_list(sweep, &referral_invitations);
}
