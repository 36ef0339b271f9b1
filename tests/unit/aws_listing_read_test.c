/* Reading listings of AWS: five listings side by side, documents by the dozen, and what can go
 * wrong with either must never look like a complete read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/reading.h"

#define STAMP(n) "2026-01-01T00:00:0" n "Z"

struct bench {
    struct reading reading;
    const char *const (*pages)[5]; /* type, then its pages; ended by a NULL type. Others: none */
    size_t page[8];
    const char *fault_type; /* its page number `fault_page` is answered with `fault` */
    size_t fault_page;
    struct fake_answer fault;
    const char *missing;       /* id that BatchDescribeEntities answers with an error */
    const char *absent;        /* id that it says nothing of */
    const char *odd;           /* id that it describes with null members */
    const char *poison;        /* id that makes it refuse the whole call */
    struct fake_answer broken; /* answered to all of them if it has a status or fate */
    size_t lists, batches, biggest;
};

static struct json *body_of(struct arena *arena, const struct http_request *request)
{
    struct json *body = NULL;
    assert_int_equal(json_parse(arena, request->body, request->body_length, &body, NULL), 0);
    assert_string_equal(request->method, "POST");
    return body;
}

static char *quoted(struct arena *arena, const char *text)
{
    char *copy = arena_copy(arena, text);
    for (char *at = copy; (at = strchr(at, '\'')); at++)
        *at = '"';
    return copy;
}

static void answer_list(struct bench *bench, struct arena *arena, const struct json *body,
                        struct fake_answer *ret_answer)
{
    const char *type = json_get_text(body, "EntityType");
    bench->lists++;
    ret_answer->body = "{\"EntitySummaryList\":[]}";
    for (size_t i = 0; bench->pages && bench->pages[i][0]; i++) {
        if (strcmp(bench->pages[i][0], type) != 0)
            continue;
        size_t page = ++bench->page[i];
        if (text_equal(bench->fault_type, type) && bench->fault_page == page) {
            *ret_answer = bench->fault;
            bench->page[i]--; /* for the retries */
        } else {
            ret_answer->body = quoted(arena, bench->pages[i][page]);
        }
    }
}

static void answer_batch(struct bench *bench, struct arena *arena, const struct json *body,
                         struct fake_answer *ret_answer)
{
    const struct json *list = json_get(body, "EntityRequestList");
    const char *details = "", *errors = "";
    bench->batches++;
    bench->biggest = list->count > bench->biggest ? list->count : bench->biggest;
    if (bench->broken.status || bench->broken.fate) {
        *ret_answer = bench->broken;
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        const char *id = json_get_text(list->items[i], "EntityId");
        assert_string_equal(json_get_text(list->items[i], "Catalog"), "AWSMarketplace");
        if (text_equal(id, bench->poison)) {
            ret_answer->status = 422;
            ret_answer->body = "{\"__type\":\"ValidationException\",\"Message\":\"bad id\"}";
            return;
        }
        if (text_equal(id, bench->missing))
            errors = arena_printf(arena, "'%s':{'ErrorCode':'ResourceNotFound'}", id);
        else if (text_equal(id, bench->odd))
            details = arena_printf(arena, "%s%s'%s':{'EntityIdentifier':null}", details,
                                   *details ? "," : "", id);
        else if (!text_equal(id, bench->absent))
            details =
                arena_printf(arena,
                             "%s%s'%s':{'EntityType':'SaaSProduct@1.0',"
                             "'EntityIdentifier':'%s@3','LastModifiedDate':'" STAMP(
                                 "9") "','DetailsDocument':{'Description':{'ProductTitle':'%s'}}}",
                             details, *details ? "," : "", id, id, id);
    }
    ret_answer->body =
        quoted(arena, arena_printf(arena, "{'EntityDetails':{%s},'Errors':{%s}}", details, errors));
}

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    const struct json *body = body_of(arena, request);
    if (strstr(request->url, "/ListEntities"))
        answer_list(context, arena, body, ret_answer);
    else if (strstr(request->url, "/BatchDescribeEntities"))
        answer_batch(context, arena, body, ret_answer);
    else
        fail_msg("%s", request->url);
}

static void check_record(const struct reading *reading, const struct record *record)
{
    assert_string_equal(record_get(record, "title"), record->id);
    assert_false(map_has(reading->records, record->id));
}

static void check_finding(const struct finding *finding)
{
    assert_string_equal(finding->type->code, "RUN-002");
    assert_non_null(finding->subject);
}

static void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    reading_open(&bench->reading, handle, bench);
    bench->reading.check_record = check_record;
    bench->reading.check_finding = check_finding;
}

static void bench_close(struct bench *bench)
{
    reading_close(&bench->reading);
}

static void bench_read(struct bench *bench, bool full, const char *watermark)
{
    const struct read_scope scope = {.full = full, .watermark = watermark};
    reading_run(&bench->reading, KIND_LISTING, &scope);
}

/* The body of the n-th listing request of a type. */
static const char *asked(struct bench *bench, const char *type, size_t number)
{
    for (size_t i = 0; i < fake_http_count(bench->reading.http); i++) {
        const struct http_request *request = &fake_http_at(bench->reading.http, i)->request;
        if (strstr(request->url, "/ListEntities") &&
            text_equal(json_get_text(body_of(bench->reading.arena, request), "EntityType"), type) &&
            !number--)
            return request->body;
    }
    return "";
}

#define ITEM(id, n)                                                                                \
    "{'EntityId':'" id "','EntityType':'x','LastModifiedDate':'" STAMP(n) "','OfferSummary':null}"
#define PAGE(list, token) "{'EntitySummaryList':[" list "],'NextToken':'" token "'}"
#define LAST(list)        "{'EntitySummaryList':[" list "],'NextToken':null}"
#define SORT(type)                                                                                 \
    "'EntityTypeSort':{'" type "Sort':{'SortBy':'LastModifiedDate','SortOrder':'ASCENDING'}}"

static void test_full(void **state)
{
    (void)state;
    static const char *const pages[][5] = {
        {"SaaSProduct", PAGE(ITEM("s1", "1") "," ITEM("s2", "2"), "a"), PAGE("", "b"),
         LAST(ITEM("s3", "3") "," ITEM("s1", "1"))},
        {"AmiProduct", LAST(ITEM("a1", "5"))},
        {NULL},
    };
    struct bench bench;
    bench_open(&bench);
    bench.pages = pages;
    map_put(bench.reading.known, "s2", (void *)(uintptr_t)STAMP("2"));
    map_put(bench.reading.known, "a1", (void *)(uintptr_t)STAMP("4"));
    bench_read(&bench, true, "SaaSProduct=" STAMP("0") " DataProduct=" STAMP("7"));
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(map_count(bench.reading.records), 3);
    assert_string_equal(reading_version(&bench.reading, "a1"), STAMP("9")); /* the document's own */
    assert_int_equal(map_count(bench.reading.seen), 1);
    assert_true(map_has(bench.reading.seen, "s2"));
    assert_int_equal(bench.lists, 7);
    assert_int_equal(bench.batches, 1); /* of all types together */
    assert_string_equal(bench.reading.watermark, "SaaSProduct=" STAMP("3") " AmiProduct=" STAMP(
                                                     "5") " DataProduct=" STAMP("7"));
    assert_string_equal(asked(&bench, "SaaSProduct", 0),
                        quoted(bench.reading.arena,
                               "{'Catalog':'AWSMarketplace','EntityType':"
                               "'SaaSProduct','MaxResults':50," SORT("SaaSProduct") "}"));
    assert_string_equal(asked(&bench, "SaaSProduct", 1),
                        quoted(bench.reading.arena,
                               "{'Catalog':'AWSMarketplace','EntityType':"
                               "'SaaSProduct','MaxResults':50," SORT("SaaSProduct") //
                               ",'NextToken':'a'}"));
    bench_close(&bench);
}

/* One call per type; each goes on from its own date, five minutes before it. */
static void test_incremental(void **state)
{
    (void)state;
    static const char *const pages[][5] = {
        {"SaaSProduct", PAGE(ITEM("s2", "2"), "a"), LAST(ITEM("s4", "4"))},
        {NULL},
    };
    struct bench bench;
    bench_open(&bench);
    bench.pages = pages;
    /* documents may have a fraction where listings have none */
    map_put(bench.reading.known, "s2", (void *)(uintptr_t) "2026-01-01T00:00:02.250Z");
    bench_read(&bench, false, "SaaSProduct=" STAMP("2") " AmiProduct=2026-01-01T00:00:00Z");
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(map_count(bench.reading.records), 1);
    assert_true(map_has(bench.reading.seen, "s2"));
    assert_string_equal(bench.reading.watermark,
                        "SaaSProduct=" STAMP("4") " AmiProduct=" STAMP("0"));
    const char *body = "{'Catalog':'AWSMarketplace','EntityType':'SaaSProduct','MaxResults':50,"
                       "'EntityTypeFilters':{'SaaSProductFilters':{'LastModifiedDate':{'DateRange':"
                       "{'AfterValue':'2025-12-31T23:55:02Z'}}}}," SORT("SaaSProduct");
    assert_string_equal(
        asked(&bench, "SaaSProduct", 0),
        quoted(bench.reading.arena, arena_printf(bench.reading.arena, "%s}", body)));
    assert_string_equal(asked(&bench, "SaaSProduct", 1), /* all alike, and the token */
                        quoted(bench.reading.arena,
                               arena_printf(bench.reading.arena, "%s,'NextToken':'a'}", body)));
    assert_non_null(strstr(asked(&bench, "AmiProduct", 0), "2025-12-31T23:55:00Z"));
    assert_null(strstr(asked(&bench, "DataProduct", 0), "Filters")); /* no date known: all */
    bench_close(&bench);
}

static void test_nothing_new(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench_read(&bench, false, "SaaSProduct=" STAMP("2"));
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(bench.lists, 5);
    assert_int_equal(bench.batches, 0);
    assert_string_equal(bench.reading.watermark, "SaaSProduct=" STAMP("2"));
    bench_close(&bench);
}

/* 20 documents a call; one that makes AWS refuse the call costs itself only. */
static void test_batches(void **state)
{
    (void)state;
    static const struct {
        const char *title;
        const char *poison, *missing, *absent, *odd;
        enum read_outcome outcome;
        size_t records, findings, batches;
    } cases[] = {
        {.title = "all", .outcome = READ_COMPLETE, .records = 45, .batches = 3},
        {.title = "an error for one",
         .missing = "p7",
         .outcome = READ_PARTIAL,
         .records = 44,
         .findings = 1,
         .batches = 3},
        {.title = "silence on one",
         .absent = "p44",
         .outcome = READ_PARTIAL,
         .records = 44,
         .findings = 1,
         .batches = 3},
        {.title = "nulls for one",
         .odd = "p0",
         .outcome = READ_PARTIAL,
         .records = 44,
         .findings = 1,
         .batches = 3},
        {.title = "one spoils its call",
         .poison = "p3",
         .outcome = READ_PARTIAL,
         .records = 44,
         .findings = 1,
         .batches = 13},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_open(&bench);
        print_message("  %s\n", cases[i].title);
        const char *list = "";
        for (size_t j = 0; j < 45; j++)
            list = arena_printf(bench.reading.arena,
                                "%s%s{'EntityId':'p%zu','LastModifiedDate':'" STAMP("1") "'}", list,
                                j ? "," : "", j);
        const char *const pages[][5] = {
            {"SaaSProduct", arena_printf(bench.reading.arena, LAST("%s"), list)},
            {NULL},
        };
        bench.pages = pages;
        bench.poison = cases[i].poison;
        bench.missing = cases[i].missing;
        bench.absent = cases[i].absent;
        bench.odd = cases[i].odd;
        bench_read(&bench, true, NULL);
        assert_int_equal(bench.reading.outcome, cases[i].outcome);
        assert_int_equal(map_count(bench.reading.records), cases[i].records);
        assert_int_equal(bench.reading.findings, cases[i].findings);
        assert_int_equal(bench.batches, cases[i].batches);
        assert_int_equal(bench.biggest, 20);
        assert_int_equal(!*bench.reading.watermark, cases[i].outcome != READ_COMPLETE);
        bench_close(&bench);
    }
}

/* Each row: what one of the listings or the documents do, and what may come of it. */
static void test_faults(void **state)
{
    (void)state;
    static const char *const good[][5] = {
        {"SaaSProduct", PAGE(ITEM("s1", "1"), "a"), LAST(ITEM("s2", "2"))},
        {"DataProduct", LAST(ITEM("d1", "1"))},
        {NULL},
    };
    static const char *const circle[][5] = {
        {"SaaSProduct", PAGE(ITEM("s1", "1"), "a"), PAGE(ITEM("s2", "2"), "a")},
        {NULL},
    };
    static const char *const again[][5] = {
        {"SaaSProduct", PAGE(ITEM("s1", "1"), "a"), PAGE(ITEM("s1", "1"), "b"), LAST("")},
        {NULL},
    };
    static const char *const nameless[][5] = {
        {"SaaSProduct", LAST("{'EntityId':null},null,5," ITEM("s2", "2"))},
        {NULL},
    };
    static const char *const null_list[][5] = {
        {"SaaSProduct", PAGE(ITEM("s1", "1"), "a"), "{'EntitySummaryList':null}"},
        {NULL},
    };
#define DENIED                                                                                     \
    {                                                                                              \
        .status = 403, .body = "{\"__type\":\"AccessDeniedException\"}"                            \
    }
#define INVALID                                                                                    \
    {                                                                                              \
        .status = 422, .body = "{\"__type\":\"ValidationException\"}"                              \
    }
    static const struct {
        const char *title;
        const char *const (*pages)[5];
        const char *type;
        size_t page;
        struct fake_answer fault, broken;
        enum read_outcome outcome;
        size_t records;
    } cases[] = {
        {"denied at once", good, "SaaSProduct", 1, DENIED, {0}, READ_FAILED, 0},
        {"denied later", good, "SaaSProduct", 2, DENIED, {0}, READ_FAILED, 0},
        {"one type unknown there", good, "DataProduct", 1, INVALID, {0}, READ_PARTIAL, 2},
        {"500 at once", good, "SaaSProduct", 1, {.status = 500}, {0}, READ_PARTIAL, 1},
        {"500 later", good, "SaaSProduct", 2, {.status = 500}, {0}, READ_PARTIAL, 2},
        {"HTML later", good, "SaaSProduct", 2, {.body = "<html>"}, {0}, READ_PARTIAL, 2},
        {"lost", good, "DataProduct", 1, {.fate = FAKE_LOST}, {0}, READ_PARTIAL, 2},
        {"token refused", good, "SaaSProduct", 2, INVALID, {0}, READ_FAILED, 0},
        {"same token", circle, NULL, 0, {0}, {0}, READ_PARTIAL, 2},
        {"same page", again, NULL, 0, {0}, {0}, READ_PARTIAL, 1},
        {"items without id", nameless, NULL, 0, {0}, {0}, READ_PARTIAL, 1},
        {"list of null later", null_list, NULL, 0, {0}, {0}, READ_FAILED, 0},
        {"documents denied", good, NULL, 0, {0}, DENIED, READ_FAILED, 0},
        {"documents 500", good, NULL, 0, {0}, {.status = 500}, READ_PARTIAL, 0},
        {"documents refused", good, NULL, 0, {0}, INVALID, READ_PARTIAL, 0},
        {"documents HTML", good, NULL, 0, {0}, {.status = 200, .body = "<p>"}, READ_PARTIAL, 0},
        {"no documents", good, NULL, 0, {0}, {.status = 200, .body = "{}"}, READ_PARTIAL, 0},
        {"documents null",
         good,
         NULL,
         0,
         {0},
         {.status = 200, .body = "{\"EntityDetails\":null,\"Errors\":[]}"},
         READ_PARTIAL,
         0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_open(&bench);
        print_message("  %s\n", cases[i].title);
        bench.pages = cases[i].pages;
        bench.fault_type = cases[i].type;
        bench.fault_page = cases[i].page;
        bench.fault = cases[i].fault;
        bench.broken = cases[i].broken;
        bench_read(&bench, true, "SaaSProduct=" STAMP("0"));
        assert_int_equal(bench.reading.outcome, cases[i].outcome);
        assert_string_equal(bench.reading.watermark, "");
        if (bench.reading.outcome == READ_PARTIAL)
            assert_int_equal(map_count(bench.reading.records), cases[i].records);
        bench_close(&bench);
    }
}

/* Nobody answers: no part was read at all. */
static void test_all_gone(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    session_stop(connector_aws.session(bench.reading.cloud));
    bench_read(&bench, true, NULL);
    assert_int_equal(bench.reading.outcome, READ_FAILED);
    bench_close(&bench);
}

static void test_sink_fails(void **state)
{
    (void)state;
    static const char *const pages[][5] = {
        {"SaaSProduct", LAST(ITEM("s1", "1") "," ITEM("s2", "2"))},
        {NULL},
    };
    struct bench bench;
    bench_open(&bench);
    bench.pages = pages;
    bench.reading.record_result = -ERROR_PERMANENT;
    bench_read(&bench, true, NULL);
    assert_int_equal(bench.reading.outcome, READ_FAILED);
    assert_int_equal(map_count(bench.reading.records), 1); /* nothing is offered after that */
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full),        cmocka_unit_test(test_incremental),
        cmocka_unit_test(test_nothing_new), cmocka_unit_test(test_batches),
        cmocka_unit_test(test_faults),      cmocka_unit_test(test_all_gone),
        cmocka_unit_test(test_sink_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
