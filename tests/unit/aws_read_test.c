/* Reading opportunities: what a listing can do wrong must never look like a complete read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "tests/support/reading.h"

struct bench {
    struct reading reading;
    const char *pages[8]; /* answered in turn to ListOpportunities; NULL: the last one again */
    size_t page;
    struct fake_answer fault; /* answered instead of page number `fault_page` */
    size_t fault_page;
    const char *broken;             /* id whose GetOpportunity fails */
    struct fake_answer broken_with; /* … in this way */
    size_t gets, lists;
};

static const char *body_text(struct arena *arena, const struct http_request *request,
                             const char *path)
{
    struct json *body = NULL;
    assert_int_equal(json_parse(arena, request->body, request->body_length, &body, NULL), 0);
    return json_text(json_find(body, path));
}

static void answer_get(struct bench *bench, struct arena *arena, const struct http_request *request,
                       struct fake_answer *ret_answer)
{
    const char *id = body_text(arena, request, "Identifier");
    bench->gets++;
    if (text_equal(id, bench->broken)) {
        *ret_answer = bench->broken_with;
        return;
    }
    ret_answer->body = arena_printf(arena,
                                    "{\"Id\":\"%s\",\"LastModifiedDate\":"
                                    "\"2026-01-01T00:00:0%c.5Z\",\"Project\":{\"Title\":\"%s\"}}",
                                    id, id[1], id);
}

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    struct bench *bench = context;
    if (strstr(http_request_get(request, "x-amz-target"), ".GetOpportunity")) {
        answer_get(bench, arena, request, ret_answer);
        return;
    }
    bench->lists++;
    if (bench->fault_page && bench->page + 1 == bench->fault_page) {
        *ret_answer = bench->fault;
        return;
    }
    ret_answer->body = bench->pages[bench->page];
    if (bench->pages[bench->page + 1])
        bench->page++;
}

static void check_record(const struct reading *reading, const struct record *record)
{
    (void)reading;
    assert_string_equal(record_get(record, "title"), record->id);
}

static void check_finding(const struct finding *finding)
{
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
    static const bool nothing[LIMIT_FIELDS];
    const struct read_scope scope = {.full = full, .watermark = watermark, .mapped = nothing};
    reading_run(&bench->reading, KIND_REFERRAL, &scope);
}

#define SUMMARY(n)        "{\"Id\":\"O" n "\",\"LastModifiedDate\":\"2026-01-01T00:00:0" n ".5Z\"}"
#define PAGE(list, token) "{\"OpportunitySummaries\":[" list "],\"NextToken\":\"" token "\"}"
#define LAST(list)        "{\"OpportunitySummaries\":[" list "],\"NextToken\":null}"
#define STAMP(n)          "2026-01-01T00:00:0" n ".5Z"

static void test_full(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.pages[0] = PAGE(SUMMARY("1") "," SUMMARY("2"), "a");
    bench.pages[1] = PAGE("", "b"); /* an empty page is not the end */
    bench.pages[2] = LAST(SUMMARY("3") "," SUMMARY("1"));
    map_put(bench.reading.known, "O2", (void *)(uintptr_t)STAMP("2"));
    bench_read(&bench, true, STAMP("0"));
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(map_count(bench.reading.records), 2);
    assert_string_equal(reading_version(&bench.reading, "O3"), STAMP("3"));
    assert_true(map_has(bench.reading.seen, "O2"));
    assert_int_equal(bench.gets, 2); /* O1 once, though listed twice; O2 is known */
    assert_string_equal(bench.reading.watermark, STAMP("3"));
    const struct http_request *first = &fake_http_at(bench.reading.http, 0)->request;
    assert_string_equal(first->body, "{\"Catalog\":\"AWS\",\"MaxResults\":100,\"Sort\":{\"SortBy\":"
                                     "\"LastModifiedDate\",\"SortOrder\":\"ASCENDING\"}}");
    bench_close(&bench);
}

/* A poll that finds nothing new is one call, and says the watermark again as it was. */
static void test_nothing_new(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.pages[0] = LAST(SUMMARY("2"));
    map_put(bench.reading.known, "O2", (void *)(uintptr_t)STAMP("2"));
    bench_read(&bench, false, STAMP("2"));
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(fake_http_count(bench.reading.http), 1);
    assert_string_equal(body_text(bench.reading.arena,
                                  &fake_http_at(bench.reading.http, 0)->request,
                                  "LastModifiedDate.AfterLastModifiedDate"),
                        STAMP("2"));
    assert_string_equal(bench.reading.watermark, STAMP("2"));
    bench_close(&bench);
}

static void test_empty(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.pages[0] = LAST("");
    bench_read(&bench, false, STAMP("2"));
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_string_equal(bench.reading.watermark, STAMP("2"));
    bench_close(&bench);
}

/* Instants are compared, the very text is kept. */
static void test_watermark(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.pages[0] = LAST("{\"Id\":\"O1\",\"LastModifiedDate\":\"2026-01-01T02:00:00+01:00\"},"
                          "{\"Id\":\"O2\",\"LastModifiedDate\":\"2026-01-01T01:00:00.123456Z\"},"
                          "{\"Id\":\"O3\",\"LastModifiedDate\":\"2026-01-01T00:59:59.999Z\"}");
    bench_read(&bench, true, NULL);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_string_equal(bench.reading.watermark, "2026-01-01T01:00:00.123456Z");
    bench_close(&bench);
}

/* What changes while it is listed comes again with a later date: it is fetched again. */
static void test_moves_while_listed(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.pages[0] = PAGE(SUMMARY("1"), "a");
    bench.pages[1] = LAST("{\"Id\":\"O1\",\"LastModifiedDate\":\"2026-01-01T00:00:09Z\"}");
    bench_read(&bench, true, NULL);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(bench.gets, 2);
    assert_string_equal(bench.reading.watermark, "2026-01-01T00:00:09Z");
    bench_close(&bench);
}

/* Each row: what the listing does, and what may come of it: never a complete read. */
static void test_faults(void **state)
{
    (void)state;
    static const struct {
        const char *title;
        const char *pages[4];
        size_t fault_page;
        struct fake_answer fault;
        enum read_outcome outcome;
    } cases[] = {
        {"401 at once", {LAST("")}, 1, {.status = 401}, READ_FAILED},
        {"HTML at once", {LAST("")}, 1, {.body = "<html>"}, READ_FAILED},
        {"no member", {"{}"}, 0, {0}, READ_FAILED},
        {"null member", {"{\"OpportunitySummaries\":null}"}, 0, {0}, READ_FAILED},
        {"empty body", {""}, 0, {0}, READ_FAILED},
        {"wrong JSON", {"{\"OpportunitySummaries\":[}"}, 0, {0}, READ_FAILED},
        {"network gone", {LAST("")}, 1, {.fate = FAKE_LOST}, READ_FAILED},
        {"401 in mid-listing",
         {PAGE(SUMMARY("1"), "a"), LAST("")},
         2,
         {.status = 401},
         READ_FAILED},
        {"403 in mid-listing",
         {PAGE(SUMMARY("1"), "a"), LAST("")},
         2,
         {.status = 403, .body = "{\"__type\":\"AccessDeniedException\"}"},
         READ_FAILED},
        {"no member in mid-listing", {PAGE(SUMMARY("1"), "a"), "{}"}, 0, {0}, READ_FAILED},
        {"HTML in mid-listing",
         {PAGE(SUMMARY("1"), "a"), LAST("")},
         2,
         {.body = "<html>"},
         READ_PARTIAL},
        {"500 in mid-listing",
         {PAGE(SUMMARY("1"), "a"), LAST("")},
         2,
         {.status = 500},
         READ_PARTIAL},
        {"cut in mid-listing",
         {PAGE(SUMMARY("1"), "a"), LAST("")},
         2,
         {.body = "{\"OpportunitySummaries\":[{\"Id\":"},
         READ_PARTIAL},
        {"invalid token",
         {PAGE(SUMMARY("1"), "a"), LAST("")},
         2,
         {.status = 400, .body = "{\"__type\":\"ValidationException\"}"},
         READ_FAILED},
        {"same token", {PAGE(SUMMARY("1"), "a"), PAGE(SUMMARY("2"), "a")}, 0, {0}, READ_PARTIAL},
        {"tokens in a circle",
         {PAGE(SUMMARY("1"), "a"), PAGE(SUMMARY("2"), "b"), PAGE(SUMMARY("3"), "a")},
         0,
         {0},
         READ_PARTIAL},
        {"same page",
         {PAGE(SUMMARY("1"), "a"), PAGE(SUMMARY("1"), "b"), LAST("")},
         0,
         {0},
         READ_PARTIAL},
        {"no id", {LAST("{\"LastModifiedDate\":\"2026-01-01T00:00:01Z\"}")}, 0, {0}, READ_PARTIAL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_open(&bench);
        print_message("  %s\n", cases[i].title);
        memcpy(bench.pages, cases[i].pages, sizeof cases[i].pages);
        bench.fault_page = cases[i].fault_page;
        bench.fault = cases[i].fault;
        bench_read(&bench, true, STAMP("0"));
        assert_int_equal(bench.reading.outcome, cases[i].outcome);
        assert_string_equal(bench.reading.watermark, "");
        bench_close(&bench);
    }
}

/* One record that cannot be read leaves the others, and the watermark where it was. */
static void test_broken_record(void **state)
{
    (void)state;
    static const struct {
        struct fake_answer answer;
        enum read_outcome outcome;
    } cases[] = {
        {{.status = 500}, READ_PARTIAL},
        {{.status = 404, .body = "{\"__type\":\"ResourceNotFoundException\"}"}, READ_PARTIAL},
        {{.body = "{\"Id\":\"O9\",\"LastModifiedDate\":\"x\"}"}, READ_PARTIAL}, /* another one */
        {{.body = "{}"}, READ_PARTIAL},
        {{.body = ""}, READ_PARTIAL},
        {{.fate = FAKE_LOST}, READ_PARTIAL},
        {{.status = 403, .body = "{\"__type\":\"AccessDeniedException\"}"}, READ_FAILED},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_open(&bench);
        bench.pages[0] = LAST(SUMMARY("1") "," SUMMARY("2") "," SUMMARY("3"));
        bench.broken = "O2";
        bench.broken_with = cases[i].answer;
        bench_read(&bench, false, STAMP("0"));
        assert_int_equal(bench.reading.outcome, cases[i].outcome);
        assert_string_equal(bench.reading.watermark, "");
        assert_true(bench.reading.findings > 0);
        assert_false(map_has(bench.reading.records, "O2"));
        if (cases[i].outcome == READ_PARTIAL)
            assert_int_equal(map_count(bench.reading.records), 2);
        bench_close(&bench);
    }
}

/* A record that the engine cannot keep ends the read. */
static void test_sink_fails(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.pages[0] = LAST(SUMMARY("1") "," SUMMARY("2"));
    bench.reading.record_result = -ERROR_PERMANENT;
    bench_read(&bench, true, NULL);
    assert_int_equal(bench.reading.outcome, READ_FAILED);
    bench_close(&bench);
}

static void test_stopped(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.pages[0] = LAST(SUMMARY("1"));
    session_stop(connector_aws.session(bench.reading.cloud));
    bench_read(&bench, true, NULL);
    assert_int_equal(bench.reading.outcome, READ_FAILED);
    assert_int_equal(fake_http_count(bench.reading.http), 0);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_nothing_new),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_watermark),
        cmocka_unit_test(test_moves_while_listed),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_broken_record),
        cmocka_unit_test(test_sink_fails),
        cmocka_unit_test(test_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
