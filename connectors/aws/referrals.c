/* Reading referrals: sequential chains of list pages, details in parallel behind them. */
#include "connectors/aws/referrals.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/referral_read.h"
#include "connectors/document.h"

#define PAGE_SIZE 100 /* the greatest that ListOpportunities takes */

/* ------------------------------------------------------------------ the reading */

void reading_worsen(struct reading *reading, enum read_outcome outcome, const struct error *error)
{
    if (outcome <= reading->outcome)
        return;
    reading->outcome = outcome;
    reading->error = *error;
}

static void end(struct reading *reading)
{
    const struct read_sink *sink = &reading->sink;
    bool complete = reading->outcome == READ_COMPLETE;
    sink->done(sink->context, reading->outcome, complete ? reading->watermark : NULL,
               complete ? NULL : &reading->error);
    map_free(reading->versions);
    map_free(reading->engagements);
    arena_free(reading->arena);
    free(reading);
}

/* Every sweep and every fetch ends here; the last one ends the read. */
static void release(struct reading *reading)
{
    reading->waiting--;
    if (!reading->waiting)
        end(reading);
}

void reading_note(void *context, const struct finding *finding)
{
    struct reading *reading = context;
    reading->sink.finding(reading->sink.context, finding);
}

static void note_missed(struct reading *reading, const char *id, const struct error *error)
{
    const struct finding finding = {
        .type = finding_type("RUN-002"),
        .subject = id,
        .remote_id = id,
        .detail = error->message,
    };
    reading_note(reading, &finding);
}

void reading_record(struct reading *reading, const struct record *record)
{
    struct error error = {0};
    if (reading->sink.record(reading->sink.context, record) >= 0)
        return;
    error_set(&error, ERROR_PERMANENT, SCOPE_RUN, "the record %s could not be kept", record->id);
    reading_worsen(reading, READ_FAILED, &error);
}

void reading_seen(struct reading *reading, const char *id)
{
    struct error error = {0};
    if (reading->sink.seen(reading->sink.context, id) >= 0)
        return;
    error_set(&error, ERROR_PERMANENT, SCOPE_RUN, "%s could not be marked as seen", id);
    reading_worsen(reading, READ_FAILED, &error);
}

/* A record that changes while it is listed moves to the end and comes again with a later date. */
bool reading_news(struct reading *reading, const char *id, const char *version)
{
    const char *known = map_get(reading->versions, id);
    if (known && text_equal(known, version ? version : ""))
        return false;
    map_put(reading->versions, id, arena_copy(reading->arena, version ? version : ""));
    return true;
}

/* ------------------------------------------------------------------ fetches */

struct fetch *fetch_new(struct reading *reading, const char *id, void (*keep)(struct fetch *fetch))
{
    struct fetch *fetch = memory_alloc(sizeof *fetch);
    fetch->reading = reading;
    fetch->arena = arena_new();
    fetch->id = arena_copy(fetch->arena, id);
    fetch->keep = keep;
    reading->waiting++;
    return fetch;
}

static void fetch_free(struct fetch *fetch)
{
    struct reading *reading = fetch->reading;
    arena_free(fetch->arena);
    free(fetch);
    release(reading);
}

static int take_answer(struct fetch *fetch, const struct http_response *response,
                       const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    bool lacking = failure && fetch->may_lack && failure->http_status == 404;
    if (failure && !lacking) {
        *error = *failure;
        return -(int)failure->class;
    }
    int result = lacking ? 0 : aws_parse(fetch->arena, response, &answer, error);
    fetch->may_lack = false;
    return result < 0 ? result : fetch->take(fetch, answer, error);
}

/* One record that cannot be read leaves the read partial; what ends the whole cloud fails it. */
static void got_answer(void *context, const struct http_response *response,
                       const struct error *failure)
{
    struct fetch *fetch = context;
    struct error error = {0};
    bool wanted = failure || fetch->reading->outcome != READ_FAILED;
    int result = wanted ? take_answer(fetch, response, failure, &error) : 0;
    if (result == 1)
        return;
    if (result == 0 && wanted)
        fetch->keep(fetch);
    if (result < 0) {
        reading_worsen(fetch->reading, error.class == ERROR_AUTH ? READ_FAILED : READ_PARTIAL,
                       &error);
        note_missed(fetch->reading, fetch->id, &error);
    }
    fetch_free(fetch);
}

struct json *fetch_body(const struct fetch *fetch)
{
    return aws_body(fetch->reading->cloud, fetch->arena);
}

int fetch_call(struct fetch *fetch, const char *operation, struct json *body,
               int (*take)(struct fetch *fetch, const struct json *answer, struct error *error))
{
    struct cloud *cloud = fetch->reading->cloud;
    aws_request(cloud, fetch->arena, operation, body, &fetch->request);
    fetch->take = take;
    const struct call call = {
        .family = AWS_READ,
        .operation = operation,
        .repeatable = true,
        .request = &fetch->request,
        .done = got_answer,
        .context = fetch,
    };
    session_send(cloud->session, &call);
    return 1;
}

/* ------------------------------------------------------------------ sweeps */

struct sweep {
    struct reading *reading;
    const struct sweep_type *type;
    struct arena *arena; /* of the page */
    struct map *tokens;  /* page tokens that were used */
    size_t pages;
    bool broken; /* a page could not be read */
    struct http_request request;
};

static void fetch_page(struct sweep *sweep, const char *token);

static void sweep_end(struct sweep *sweep)
{
    struct reading *reading = sweep->reading;
    if (sweep->type->ended)
        sweep->type->ended(reading, !sweep->broken);
    map_free(sweep->tokens);
    arena_free(sweep->arena);
    free(sweep);
    release(reading);
}

static void sweep_break(struct sweep *sweep, enum read_outcome outcome, const struct error *error)
{
    sweep->broken = true;
    reading_worsen(sweep->reading, outcome, error);
}

/* Decides on the next page; a listing can repeat or loop while it is read. Returns its token, NULL
 * at the end, or a negative error. */
static int next_page(struct sweep *sweep, const struct json *answer, bool news, size_t count,
                     const char **ret_token, struct error *error)
{
    const char *token = json_get_text(answer, "NextToken");
    *ret_token = NULL;
    if (text_blank(token))
        return 0;
    if (map_has(sweep->tokens, token))
        return error_set(error, ERROR_TEMPORARY, SCOPE_COLLECTION,
                         "the listing gave the same page token again");
    if (count && !news)
        return error_set(error, ERROR_TEMPORARY, SCOPE_COLLECTION,
                         "the listing gave the same page again");
    if (sweep->pages >= LIMIT_PAGES)
        return error_set(error, ERROR_PERMANENT, SCOPE_COLLECTION,
                         "the listing did not end after %d pages", LIMIT_PAGES);
    map_put(sweep->tokens, token, sweep);
    *ret_token = token;
    return 0;
}

static int take_page(struct sweep *sweep, const struct http_response *response,
                     const char **ret_token, struct error *error)
{
    struct reading *reading = sweep->reading;
    struct json *answer = NULL;
    int result = aws_parse(sweep->arena, response, &answer, error);
    if (result < 0)
        return result;
    const struct json *items = json_get(answer, sweep->type->list);
    if (!items || items->type != JSON_ARRAY)
        return error_set(error, ERROR_TEMPORARY, SCOPE_COLLECTION, "%s answered without %s",
                         sweep->type->operation, sweep->type->list);
    bool news = false;
    for (size_t i = 0; i < items->count && reading->outcome != READ_FAILED; i++)
        news |= sweep->type->take(reading, items->items[i]);
    if (reading->outcome == READ_FAILED)
        return 0;
    result = next_page(sweep, answer, news, items->count, ret_token, error);
    if (result < 0) /* what was read so far is true; the rest is unknown */
        sweep_break(sweep, READ_PARTIAL, error);
    return 0;
}

/* A page that cannot be read: nothing is known about what it would have held. */
static void got_page(void *context, const struct http_response *response,
                     const struct error *failure)
{
    struct sweep *sweep = context;
    struct error error = {0};
    const char *token = NULL;
    int result = 0;
    if (failure) {
        error = *failure;
        result = -(int)failure->class;
    } else {
        result = take_page(sweep, response, &token, &error);
    }
    if (result < 0) {
        bool passing = failure && (sweep->pages > 1 || !sweep->type->essential) &&
                       (error.class == ERROR_TEMPORARY || error.class == ERROR_THROTTLED);
        sweep_break(sweep, passing ? READ_PARTIAL : READ_FAILED, &error);
    }
    if (token)
        fetch_page(sweep, token);
    else
        sweep_end(sweep);
}

static void fetch_page(struct sweep *sweep, const char *token)
{
    struct arena *arena = arena_new();
    struct cloud *cloud = sweep->reading->cloud;
    struct json *body = aws_body(cloud, arena);
    sweep->type->body(sweep->reading, arena, body);
    if (token)
        json_set_text(arena, body, "NextToken", token);
    aws_request(cloud, arena, sweep->type->operation, body, &sweep->request);
    arena_free(sweep->arena); /* the token was in it */
    sweep->arena = arena;
    const struct call call = {
        .family = AWS_READ,
        .operation = sweep->type->operation,
        .repeatable = true,
        .request = &sweep->request,
        .done = got_page,
        .context = sweep,
    };
    sweep->pages++;
    session_send(cloud->session, &call);
}

void sweep_start(struct reading *reading, const struct sweep_type *type)
{
    struct sweep *sweep = memory_alloc(sizeof *sweep);
    sweep->reading = reading;
    sweep->type = type;
    sweep->tokens = map_new();
    reading->waiting++;
    fetch_page(sweep, NULL);
}

/* ------------------------------------------------------------------ opportunities */

static void keep_opportunity(struct fetch *fetch)
{
    const char *version = json_get_text(fetch->document, "LastModifiedDate");
    const struct json *document = referral_document(fetch->arena, fetch->document, &fetch->aside);
    reading_record(fetch->reading, document_decode(fetch->arena, &aws_referrals, fetch->id, version,
                                                   document, reading_note, fetch->reading));
}

static int take_opportunity(struct fetch *fetch, const struct json *answer, struct error *error)
{
    const char *id = json_get_text(answer, "Id");
    if (!text_equal(id, fetch->id) || !json_get_text(answer, "LastModifiedDate"))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "GetOpportunity of %s answered without Id or LastModifiedDate", fetch->id);
    fetch->document = json_clone(fetch->arena, answer);
    return aside_go_on(fetch);
}

static void opportunity_fetch(struct reading *reading, const char *id)
{
    struct fetch *fetch = fetch_new(reading, id, keep_opportunity);
    struct json *body = fetch_body(fetch);
    json_set_text(fetch->arena, body, "Identifier", id);
    fetch_call(fetch, "GetOpportunity", body, take_opportunity);
}

/* The greatest date received, as the very text; never the own clock. */
static void raise_watermark(struct reading *reading, const char *version)
{
    int64_t ms;
    if (!version || !instant_parse(version, &ms))
        return;
    if (reading->watermark && ms <= reading->watermark_ms)
        return;
    reading->watermark = arena_copy(reading->arena, version);
    reading->watermark_ms = ms;
}

static bool take_summary(struct reading *reading, const struct json *summary)
{
    const char *id = json_get_text(summary, "Id");
    const char *version = json_get_text(summary, "LastModifiedDate");
    if (text_blank(id)) {
        struct error error = {0};
        error_set(&error, ERROR_TEMPORARY, SCOPE_COLLECTION, "a listed opportunity has no Id");
        reading_worsen(reading, READ_PARTIAL, &error);
        return true;
    }
    if (!reading_news(reading, id, version))
        return false;
    raise_watermark(reading, version);
    const struct read_sink *sink = &reading->sink;
    bool same = version && text_equal(sink->version(sink->context, id), version);
    /* Whether what AWS's sellers do touches the record's date is not said. */
    if (same && !(reading->full && reading->wants_summary && aside_may_move(summary)))
        reading_seen(reading, id);
    else
        opportunity_fetch(reading, id);
    return true;
}

static void opportunities_body(const struct reading *reading, struct arena *arena,
                               struct json *body)
{
    json_set(arena, body, "MaxResults", json_int(arena, PAGE_SIZE));
    if (reading->after) {
        struct json *filter = json_object(arena);
        json_set_text(arena, filter, "AfterLastModifiedDate", reading->after);
        json_set(arena, body, "LastModifiedDate", filter);
    }
    /* Ascending: what changes meanwhile comes again at the end instead of being passed over. */
    struct json *sort = json_object(arena);
    json_set_text(arena, sort, "SortBy", "LastModifiedDate");
    json_set_text(arena, sort, "SortOrder", "ASCENDING");
    json_set(arena, body, "Sort", sort);
}

const struct sweep_type sweep_opportunities = {
    .operation = "ListOpportunities",
    .list = "OpportunitySummaries",
    .essential = true,
    .body = opportunities_body,
    .take = take_summary,
};

/* ------------------------------------------------------------------ the start */

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
    const struct kind *kind = &kinds[KIND_REFERRAL];
    struct reading *reading = memory_alloc(sizeof *reading);
    reading->cloud = cloud;
    reading->sink = *sink;
    reading->arena = arena_new();
    reading->full = scope->full;
    reading->wants_summary = read_wants(scope, kind, from_summary);
    reading->wants_engagement = read_wants(scope, kind, from_engagement);
    reading->wants_members = read_wants(scope, kind, from_members);
    reading->versions = map_new();
    reading->outcome = READ_COMPLETE;
    /* The old watermark stays if nothing newer comes. */
    raise_watermark(reading, scope->watermark);
    if (!scope->full)
        reading->after = reading->watermark;
    bool map_first = scope->full && reading->wants_engagement;
    sweep_start(reading, map_first ? &sweep_engagements : &sweep_opportunities);
    if (scope->proposals)
        sweep_start(reading, &sweep_invitations);
}
