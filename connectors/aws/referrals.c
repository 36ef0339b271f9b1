/* Reading opportunities: one sequential chain of list pages, details in parallel behind it. */
#include "connectors/aws/referrals.h"

#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/client.h"
#include "connectors/document.h"

#define PAGE_SIZE 100 /* the greatest that ListOpportunities takes */

struct reading {
    struct cloud *cloud;
    struct read_sink sink;
    struct arena *arena;  /* lives as long as the read */
    const char *after;    /* incremental: list from here on, inclusive; NULL: everything */
    struct map *versions; /* id → LastModifiedDate as listed */
    struct map *tokens;   /* page tokens that were used */
    const char *watermark;
    int64_t watermark_ms;
    size_t pages;
    size_t waiting; /* calls under way */
    bool listing;   /* more pages to come */
    enum read_outcome outcome;
    struct error error;
};

/* One call under way, with memory of its own. */
struct fetch {
    struct reading *reading;
    struct arena *arena;
    struct http_request request;
    const char *id;      /* GetOpportunity only */
    const char *version; /* as the summary said */
};

static void worsen(struct reading *reading, enum read_outcome outcome, const struct error *error)
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
    map_free(reading->tokens);
    arena_free(reading->arena);
    free(reading);
}

static struct fetch *fetch_new(struct reading *reading)
{
    struct fetch *fetch = memory_alloc(sizeof *fetch);
    fetch->reading = reading;
    fetch->arena = arena_new();
    reading->waiting++;
    return fetch;
}

/* Every callback ends here; the last one ends the read. */
static void fetch_free(struct fetch *fetch)
{
    struct reading *reading = fetch->reading;
    arena_free(fetch->arena);
    free(fetch);
    reading->waiting--;
    if (!reading->waiting && !reading->listing)
        end(reading);
}

static void note(void *context, const struct finding *finding)
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
    note(reading, &finding);
}

/* ------------------------------------------------------------------ details */

static int take_detail(struct fetch *fetch, const struct http_response *response,
                       struct error *error)
{
    struct reading *reading = fetch->reading;
    struct json *document = NULL;
    int result = aws_parse(fetch->arena, response, &document, error);
    if (result < 0)
        return result;
    const char *id = json_get_text(document, "Id");
    const char *version = json_get_text(document, "LastModifiedDate");
    if (!text_equal(id, fetch->id) || !version)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "GetOpportunity of %s answered without Id or LastModifiedDate", fetch->id);
    struct record *record =
        document_decode(fetch->arena, &aws_referrals, id, version, document, note, reading);
    struct error failure = {0};
    if (reading->sink.record(reading->sink.context, record) < 0) {
        error_set(&failure, ERROR_PERMANENT, SCOPE_RUN, "the record %s could not be kept", id);
        worsen(reading, READ_FAILED, &failure);
    }
    return 0;
}

/* One record that cannot be read leaves the read partial; what ends the whole cloud fails it. */
static void got_detail(void *context, const struct http_response *response,
                       const struct error *failure)
{
    struct fetch *fetch = context;
    struct reading *reading = fetch->reading;
    struct error error = {0};
    int result = 0;
    if (failure) {
        error = *failure;
        result = -(int)failure->class;
    } else if (reading->outcome != READ_FAILED) {
        result = take_detail(fetch, response, &error);
    }
    if (result < 0) {
        worsen(reading, error.class == ERROR_AUTH ? READ_FAILED : READ_PARTIAL, &error);
        note_missed(reading, fetch->id, &error);
    }
    fetch_free(fetch);
}

static void fetch_detail(struct reading *reading, const char *id, const char *version)
{
    struct fetch *fetch = fetch_new(reading);
    fetch->id = arena_copy(fetch->arena, id);
    fetch->version = arena_copy(fetch->arena, version);
    struct json *body = aws_body(reading->cloud, fetch->arena);
    json_set_text(fetch->arena, body, "Identifier", id);
    aws_request(reading->cloud, fetch->arena, "GetOpportunity", body, &fetch->request);
    const struct call call = {
        .family = AWS_READ,
        .operation = "GetOpportunity",
        .repeatable = true,
        .request = &fetch->request,
        .done = got_detail,
        .context = fetch,
    };
    session_send(reading->cloud->session, &call);
}

/* ------------------------------------------------------------------ pages */

static void fetch_page(struct reading *reading, const char *token);

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

/* Returns true if the summary told something new. A record that changes while it is listed moves to
 * the end and comes again with a later date. */
static bool take_summary(struct reading *reading, const struct json *summary)
{
    const char *id = json_get_text(summary, "Id");
    const char *version = json_get_text(summary, "LastModifiedDate");
    struct error error = {0};
    if (text_blank(id)) {
        error_set(&error, ERROR_TEMPORARY, SCOPE_COLLECTION, "a listed opportunity has no Id");
        worsen(reading, READ_PARTIAL, &error);
        return true;
    }
    const char *known = map_get(reading->versions, id);
    if (known && text_equal(known, version ? version : ""))
        return false;
    map_put(reading->versions, id, arena_copy(reading->arena, version ? version : ""));
    raise_watermark(reading, version);
    const struct read_sink *sink = &reading->sink;
    if (!version || !text_equal(sink->version(sink->context, id), version)) {
        fetch_detail(reading, id, version);
    } else if (sink->seen(sink->context, id) < 0) {
        error_set(&error, ERROR_PERMANENT, SCOPE_RUN, "%s could not be marked as seen", id);
        worsen(reading, READ_FAILED, &error);
    }
    return true;
}

/* Decides on the next page; a listing can repeat or loop while it is read. */
static int next_page(struct reading *reading, const struct json *answer, bool news, size_t count,
                     struct error *error)
{
    const char *token = json_get_text(answer, "NextToken");
    reading->listing = !text_blank(token);
    if (!reading->listing)
        return 0;
    reading->listing = false; /* until the next call is on its way */
    if (map_has(reading->tokens, token))
        return error_set(error, ERROR_TEMPORARY, SCOPE_COLLECTION,
                         "the listing gave the same page token again");
    if (count && !news)
        return error_set(error, ERROR_TEMPORARY, SCOPE_COLLECTION,
                         "the listing gave the same page again");
    if (reading->pages >= LIMIT_PAGES)
        return error_set(error, ERROR_PERMANENT, SCOPE_COLLECTION,
                         "the listing did not end after %d pages", LIMIT_PAGES);
    map_put(reading->tokens, token, reading);
    reading->listing = true;
    fetch_page(reading, arena_copy(reading->arena, token));
    return 0;
}

static int take_page(struct fetch *fetch, const struct http_response *response, struct error *error)
{
    struct reading *reading = fetch->reading;
    struct json *answer = NULL;
    int result = aws_parse(fetch->arena, response, &answer, error);
    if (result < 0)
        return result;
    const struct json *summaries = json_get(answer, "OpportunitySummaries");
    if (!summaries || summaries->type != JSON_ARRAY)
        return error_set(error, ERROR_TEMPORARY, SCOPE_COLLECTION,
                         "ListOpportunities answered without OpportunitySummaries");
    bool news = false;
    for (size_t i = 0; i < summaries->count && reading->outcome != READ_FAILED; i++)
        news |= take_summary(reading, summaries->items[i]);
    if (reading->outcome == READ_FAILED) {
        reading->listing = false;
        return 0;
    }
    result = next_page(reading, answer, news, summaries->count, error);
    if (result < 0) { /* what was read so far is true; the rest is unknown */
        worsen(reading, READ_PARTIAL, error);
        return 0;
    }
    return 0;
}

/* A page that cannot be read: nothing is known about what it would have held. */
static void got_page(void *context, const struct http_response *response,
                     const struct error *failure)
{
    struct fetch *fetch = context;
    struct reading *reading = fetch->reading;
    struct error error = {0};
    int result = 0;
    if (failure) {
        error = *failure;
        result = -(int)failure->class;
    } else {
        result = take_page(fetch, response, &error);
    }
    if (result < 0) {
        bool passing = failure && reading->pages > 1 &&
                       (error.class == ERROR_TEMPORARY || error.class == ERROR_THROTTLED);
        reading->listing = false;
        worsen(reading, passing ? READ_PARTIAL : READ_FAILED, &error);
    }
    fetch_free(fetch);
}

static void fetch_page(struct reading *reading, const char *token)
{
    struct fetch *fetch = fetch_new(reading);
    struct arena *arena = fetch->arena;
    struct json *body = aws_body(reading->cloud, arena);
    json_set(arena, body, "MaxResults", json_int(arena, PAGE_SIZE));
    if (token)
        json_set_text(arena, body, "NextToken", token);
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
    aws_request(reading->cloud, arena, "ListOpportunities", body, &fetch->request);
    const struct call call = {
        .family = AWS_READ,
        .operation = "ListOpportunities",
        .repeatable = true,
        .request = &fetch->request,
        .done = got_page,
        .context = fetch,
    };
    reading->pages++;
    session_send(reading->cloud->session, &call);
}

void aws_referrals_read(struct cloud *cloud, const struct read_scope *scope,
                        const struct read_sink *sink)
{
    struct reading *reading = memory_alloc(sizeof *reading);
    reading->cloud = cloud;
    reading->sink = *sink;
    reading->arena = arena_new();
    reading->versions = map_new();
    reading->tokens = map_new();
    reading->listing = true;
    reading->outcome = READ_COMPLETE;
    /* The old watermark stays if nothing newer comes. */
    raise_watermark(reading, scope->watermark);
    if (!scope->full)
        reading->after = reading->watermark;
    fetch_page(reading, NULL);
}
