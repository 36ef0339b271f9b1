/* Reading listings of Google: which calls are made, which are saved, and what a fault costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "connectors/gcp/listings.h"
#include "tests/support/google.h"

#define P           "GET " GOOGLE_PARENT
#define S1          "/services/one"
#define S2          "/services/two"
#define NAMED(path) "{'name':'" GOOGLE_PARENT path "'}"
#define OFFER       "{'name':'" GOOGLE_PARENT S1 "/standardOffers/so','serviceLevel':'gold'"
#define DENIED      "{'error':{'code':403,'status':'PERMISSION_DENIED','message':'x'}}"

/* What is answered: by the request's line, the first row that begins so. Others are not there. */
struct row {
    const char *line, *body;
    int status; /* 0: 200 */
};

struct bench {
    struct google google;
    const struct row *rows, *usual;
    bool mapped[LIMIT_FIELDS];
    struct read_scope scope;
};

static const struct row ordinary[] = {
    {P "/services?pageSize=500", "{'services':[" NAMED(S1) "," NAMED(S2) "]}", 0},
    {P "/skuGroups?pageSize=500", "{}", 0},
    {P S1 "?view=SERVICE_VIEW_FULL", "{'name':'" GOOGLE_PARENT S1 "','title':'One'}", 0},
    {P S2 "?view=SERVICE_VIEW_FULL", "{'name':'" GOOGLE_PARENT S2 "','title':'Two'}", 0},
    {P S1 "/standardOffers?pageSize=500", "{'standardOffers':[" OFFER "}]}", 0},
    {P S2 "/standardOffers?pageSize=500", "{}", 0},
    {P S1 "/standardOffers/so?view=STANDARD_OFFER_VIEW_FULL",
     OFFER ",'serviceLevelTitle':'Gold plan'}", 0},
    {P S1 "/skus?pageSize=500",
     "{'skus':[{'name':'" GOOGLE_PARENT S1 "/skus/A','description':'Fee'}]}", 0},
    {P S2 "/skus?pageSize=500", "{'skus':[],'nextPageToken':''}", 0},
    {NULL, NULL, 0},
};

static const struct row *find(const struct row *rows, const char *line)
{
    for (; rows && rows->line; rows++)
        if (text_starts(line, rows->line))
            return rows;
    return NULL;
}

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    const struct bench *bench = context;
    const char *path = strstr(request->url, "/v1beta/");
    assert_non_null(path);
    const char *line = arena_printf(arena, "%s %s", request->method, path + strlen("/v1beta/"));
    const struct row *row = find(bench->rows, line);
    row = row ? row : find(bench->usual, line);
    ret_answer->status = row ? row->status : 404;
    ret_answer->body = google_text(
        arena, row ? row->body : "{'error':{'code':404,'status':'NOT_FOUND','message':'x'}}");
}

static void check_finding(const struct finding *finding)
{
    assert_string_equal(finding->type->code, "RUN-002");
}

static void bench_open(struct bench *bench, const struct row *rows, const char *const *changed)
{
    memset(bench, 0, sizeof *bench);
    google_open(&bench->google, handle, bench, changed);
    bench->google.reading.check_finding = check_finding;
    bench->rows = rows;
    bench->usual = ordinary;
    bench->scope = (struct read_scope){.full = true};
}

static void bench_close(struct bench *bench)
{
    google_close(&bench->google);
}

static void bench_read(struct bench *bench)
{
    reading_run_kind(&bench->google.reading, &gcp_listings, &bench->scope);
}

static const char *value(struct bench *bench, const char *id, const char *field)
{
    const struct record *record = map_get(bench->google.reading.records, id);
    if (!record)
        fail_msg("no record %s", id);
    return record_get(record, field);
}

static bool has(struct bench *bench, const char *id)
{
    return map_has(bench->google.reading.records, id);
}

static size_t calls(struct bench *bench, const char *part)
{
    size_t count = 0;
    const char *line;
    for (size_t i = 0; (line = google_line(&bench->google, i)); i++)
        count += strstr(line, part) != NULL;
    return count;
}

/* ------------------------------------------------------------------ what is read */

static void test_ordinary(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NULL, NULL);
    bench_read(&bench);
    assert_int_equal(bench.google.reading.outcome, READ_COMPLETE);
    assert_int_equal(bench.google.reading.findings, 0);
    assert_string_equal(bench.google.reading.watermark, "");
    assert_string_equal(value(&bench, "one", "title"), "One");
    assert_string_equal(value(&bench, "one", "plans"), "gold | Gold plan | - | - | - | -");
    assert_string_equal(value(&bench, "one", "dimensions"), "A | Fee | - | - | not active yet");
    assert_string_equal(value(&bench, "two", "title"), "Two");
    assert_null(value(&bench, "two", "plans"));
    assert_int_equal(google_sent(&bench.google), 2 + 2 * 3 + 1);
    assert_int_equal(calls(&bench, "GET "), google_sent(&bench.google));
    assert_int_equal(calls(&bench, "/locations/us/"), google_sent(&bench.google));
    bench_close(&bench);
}

/* Read again, nothing has moved: no title is asked for. Both versions are those of the first. */
static void test_known(void **state)
{
    (void)state;
    struct bench first, again;
    bench_open(&first, NULL, NULL);
    bench_read(&first);
    static const char *const ids[] = {"one", "two"};
    bench_open(&again, NULL, NULL);
    for (size_t i = 0; i < COUNT(ids); i++)
        map_put(
            again.google.reading.known, ids[i],
            arena_copy(again.google.reading.arena, reading_version(&first.google.reading, ids[i])));
    bench_read(&again);
    assert_int_equal(again.google.reading.outcome, READ_COMPLETE);
    assert_true(map_has(again.google.reading.seen, "one"));
    assert_true(map_has(again.google.reading.seen, "two"));
    assert_false(has(&again, "one") || has(&again, "two"));
    assert_int_equal(calls(&again, "standardOffers/"), 0);
    assert_int_equal(calls(&again, "SERVICE_VIEW_FULL"), 2); /* titles move without a trace */
    bench_close(&again);

    /* One of them has moved. */
    static const struct row moved[] = {
        {P S1 "?view=SERVICE_VIEW_FULL", "{'name':'" GOOGLE_PARENT S1 "','title':'Uno'}", 0},
        {NULL, NULL, 0}};
    bench_open(&again, moved, NULL);
    for (size_t i = 0; i < COUNT(ids); i++)
        map_put(
            again.google.reading.known, ids[i],
            arena_copy(again.google.reading.arena, reading_version(&first.google.reading, ids[i])));
    bench_read(&again);
    assert_string_equal(value(&again, "one", "title"), "Uno");
    assert_string_equal(value(&again, "one", "plans"), "gold | Gold plan | - | - | - | -");
    assert_true(map_has(again.google.reading.seen, "two"));
    assert_string_not_equal(reading_version(&again.google.reading, "one"),
                            reading_version(&first.google.reading, "one"));
    bench_close(&again);
    bench_close(&first);
}

/* Titles of plans cost a call each: only for a job that maps the plans. */
static void test_titles_only_if_mapped(void **state)
{
    (void)state;
    for (int mapped = 0; mapped < 2; mapped++) {
        struct bench bench;
        bench_open(&bench, NULL, NULL);
        bench.mapped[kind_field(&kinds[KIND_LISTING], "title")] = true;
        bench.mapped[kind_field(&kinds[KIND_LISTING], "plans")] = mapped;
        bench.scope.mapped = bench.mapped;
        bench_read(&bench);
        assert_int_equal(bench.google.reading.outcome, READ_COMPLETE);
        assert_string_equal(value(&bench, "one", "title"), "One");
        assert_int_equal(calls(&bench, "standardOffers/"), mapped);
        bench_close(&bench);
    }
}

static void test_location(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        int status;
        enum read_outcome outcome;
        const char *says;
    } rows[] = {
        {"{'locations':[{'locationId':'us'}]}", 0, READ_COMPLETE, NULL},
        {"{'locations':[{'name':'projects/acme-public/locations/us'}]}", 0, READ_COMPLETE, NULL},
        {"{'locations':[{'locationId':'us'},{'locationId':'eu'}]}", 0, READ_FAILED, "us, eu"},
        {"{}", 0, READ_FAILED, "clouds.gcp.location"},
        {DENIED, 403, READ_FAILED, "PERMISSION_DENIED"},
        {"x", 0, READ_FAILED, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row location[] = {
            {"GET projects/acme-public/locations", rows[i].body, rows[i].status}, {NULL, NULL, 0}};
        struct bench bench;
        bench_open(&bench, ordinary, (const char *const[]){"location", NULL, NULL});
        bench.usual = location; /* what is asked first; all other paths begin like it */
        bench_read(&bench);
        assert_int_equal(bench.google.reading.outcome, rows[i].outcome);
        assert_int_equal(has(&bench, "one"), rows[i].outcome == READ_COMPLETE);
        if (rows[i].says && !strstr(bench.google.reading.error.message, rows[i].says))
            fail_msg("%s", bench.google.reading.error.message);
        assert_string_equal(google_line(&bench.google, 0), "GET projects/acme-public/locations");
        bench_close(&bench);
    }
}

static void test_pages(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {P "/services?pageSize=500&pageToken=t1", "{'services':[" NAMED(S2) "," NAMED(S1) "]}", 0},
        {P "/services?pageSize=500", "{'services':[" NAMED(S1) "],'nextPageToken':'t1'}", 0},
        {P S1 "/skus?pageSize=500&pageToken=%2F2",
         "{'skus':[{'name':'" GOOGLE_PARENT S1 "/skus/B'}]}", 0},
        {P S1 "/skus?pageSize=500&pageToken=a%26b", "{'nextPageToken':'/2'}", 0},
        {P S1 "/skus?pageSize=500",
         "{'skus':[{'name':'" GOOGLE_PARENT S1 "/skus/A'}],'nextPageToken':'a&b'}", 0},
        {P S1 "/standardOffers?pageSize=500&pageToken=o", "{'standardOffers':[" OFFER "}]}", 0},
        {P S1 "/standardOffers?pageSize=500", "{'nextPageToken':'o'}", 0},
        {NULL, NULL, 0},
    };
    struct bench bench;
    bench_open(&bench, rows, NULL);
    bench_read(&bench);
    assert_int_equal(bench.google.reading.outcome, READ_COMPLETE);
    const char *dimensions = value(&bench, "one", "dimensions");
    assert_non_null(strstr(dimensions, "A | "));
    assert_non_null(strstr(dimensions, "B | "));
    assert_string_equal(value(&bench, "one", "plans"), "gold | Gold plan | - | - | - | -");
    assert_int_equal(calls(&bench, S1 "?view"), 1); /* listed twice, read once */
    assert_true(has(&bench, "two"));
    bench_close(&bench);
}

/* ------------------------------------------------------------------ faults */

static const struct {
    const char *title;
    struct row row;
    enum read_outcome outcome;
    size_t findings;
    bool one, two; /* whether their records come */
} faults[] = {
    {"services denied", {P "/services?", DENIED, 403}, READ_FAILED, 0, false, false},
    {"services broken", {P "/services?", "{}", 500}, READ_FAILED, 0, false, false},
    {"services are no list", {P "/services?", "{'services':{}}", 0}, READ_FAILED, 0, false, false},
    {"no services", {P "/services?", "{}", 0}, READ_COMPLETE, 0, false, false},
    {"groups denied", {P "/skuGroups?", DENIED, 403}, READ_PARTIAL, 0, false, false},
    {"groups broken", {P "/skuGroups?", "{}", 503}, READ_PARTIAL, 0, false, false},
    {"a service gone meanwhile", {P S1 "?", "{}", 404}, READ_COMPLETE, 0, false, true},
    {"a service broken", {P S1 "?", "{}", 500}, READ_PARTIAL, 1, false, true},
    {"its offers broken", {P S1 "/standardOffers?", "{}", 500}, READ_PARTIAL, 1, false, true},
    {"its SKUs gone", {P S1 "/skus?", "{}", 404}, READ_PARTIAL, 1, false, true},
    {"its SKUs denied", {P S1 "/skus?", DENIED, 403}, READ_FAILED, 1, false, false},
    {"its SKUs without an end",
     {P S1 "/skus?", "{'skus':[],'nextPageToken':'same'}", 0},
     READ_PARTIAL,
     1,
     false,
     true},
    {"a title broken", {P S1 "/standardOffers/so", "{}", 500}, READ_PARTIAL, 1, false, true},
    {"a title gone", {P S1 "/standardOffers/so", "{}", 404}, READ_COMPLETE, 0, true, true},
    {"HTML", {P S1 "?", "<html>sign in</html>", 0}, READ_PARTIAL, 1, false, true},
    {"a name that leads elsewhere",
     {P "/services?", "{'services':[{'name':'x/..'}," NAMED(S2) "]}", 0},
     READ_PARTIAL,
     1,
     false,
     true},
    {"a name that is none",
     {P "/services?", "{'services':[{'name':''}," NAMED(S2) "]}", 0},
     READ_PARTIAL,
     0,
     false,
     true},
};

static void test_faults(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(faults); i++) {
        const struct row rows[] = {faults[i].row, {NULL, NULL, 0}};
        struct bench bench;
        bench_open(&bench, rows, NULL);
        bench_read(&bench);
        const struct reading *reading = &bench.google.reading;
        if (reading->outcome != faults[i].outcome || reading->findings != faults[i].findings ||
            has(&bench, "one") != faults[i].one || has(&bench, "two") != faults[i].two)
            fail_msg("%s: %s, %zu findings, %d %d: %s", faults[i].title,
                     read_outcome_name(reading->outcome), reading->findings, has(&bench, "one"),
                     has(&bench, "two"), reading->error.message);
        assert_int_equal(calls(&bench, ".."), 0);
        bench_close(&bench);
    }
}

/* A listing that comes back to a page which it has shown has no end. */
static void test_a_circle(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {P S1 "/skus?pageSize=500&pageToken=x", "{'nextPageToken':'y'}", 0},
        {P S1 "/skus?pageSize=500&pageToken=y", "{'nextPageToken':'x'}", 0},
        {P S1 "/skus?pageSize=500", "{'nextPageToken':'x'}", 0},
        {NULL, NULL, 0}};
    struct bench bench;
    bench_open(&bench, rows, NULL);
    bench_read(&bench);
    assert_int_equal(bench.google.reading.outcome, READ_PARTIAL);
    assert_int_equal(calls(&bench, S1 "/skus?"), 3);
    bench_close(&bench);
}

/* Whichever call is lost, the read ends, and what it tells is whole. */
static void test_any_call_lost(void **state)
{
    (void)state;
    for (size_t i = 0; ordinary[i].line; i++) {
        const struct row rows[] = {{ordinary[i].line, "{}", 503}, {NULL, NULL, 0}};
        struct bench bench;
        bench_open(&bench, rows, NULL);
        bench_read(&bench);
        assert_int_not_equal(bench.google.reading.outcome, READ_COMPLETE);
        if (has(&bench, "one")) {
            assert_string_equal(value(&bench, "one", "plans"), "gold | Gold plan | - | - | - | -");
            assert_non_null(value(&bench, "one", "dimensions"));
        }
        bench_close(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ordinary),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_titles_only_if_mapped),
        cmocka_unit_test(test_location),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_a_circle),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_any_call_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
