/* Reading opportunities: pages, rows that are not whole, revisions, and what only local records
 * know of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/gcp/referrals.h"
#include "tests/support/channel.h"
#include "tests/support/reading.h"

struct bench {
    struct reading reading;
    struct settings settings;
    const char *pages[6]; /* answered in turn to lists; NULL: the last one again */
    int statuses[6];      /* of the pages; 0: 200 */
    size_t page;
    const char *details[4][2]; /* path and answer; others are not found */
    int detail_status;         /* 0: 200 */
    bool wants_partner;        /* of a get */
    const char *codes[16];     /* of findings */
};

#define QUERY CHANNEL_URL "opportunities:query?partner=partners%2FP1&pageSize=100"

#define ERROR_(code, status)                                                                       \
    "{\"error\":{\"code\":" code ",\"status\":\"" status "\",\"message\":\"no\"}}"
#define WANTS                                                                                      \
    "{\"error\":{\"code\":400,\"status\":\"INVALID_ARGUMENT\",\"message\":\"Required parameter "   \
    "'partner' is missing.\"}}"

static void handle_detail(const struct bench *bench, const struct http_request *request,
                          struct fake_answer *ret_answer)
{
    size_t length = strcspn(request->url, "?");
    if (bench->wants_partner && !strstr(request->url, "?partner=partners%2FP1")) {
        ret_answer->status = 400;
        ret_answer->body = WANTS;
        return;
    }
    for (size_t i = 0; i < COUNT(bench->details) && bench->details[i][0]; i++) {
        size_t rest = strlen(bench->details[i][0]);
        if (rest < length && !strncmp(request->url + length - rest, bench->details[i][0], rest)) {
            ret_answer->status = bench->detail_status;
            ret_answer->body = bench->details[i][1];
            return;
        }
    }
    ret_answer->status = 404;
    ret_answer->body = ERROR_("404", "NOT_FOUND");
}

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    struct bench *bench = context;
    (void)arena;
    assert_string_equal(request->method, "GET");
    if (!text_starts(request->url, QUERY)) {
        handle_detail(bench, request, ret_answer);
        return;
    }
    ret_answer->status = bench->statuses[bench->page];
    ret_answer->body = bench->pages[bench->page];
    if (bench->pages[bench->page + 1])
        bench->page++;
}

static void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    reading_prepare(&bench->reading, handle, bench);
    bench->reading.cloud =
        channel_open(bench->reading.loop, &bench->reading.fake.log, &bench->settings);
    bench->reading.close = channel_close;
}

static void bench_close(struct bench *bench)
{
    reading_close(&bench->reading);
}

static void bench_read(struct bench *bench, const char *const *named)
{
    const struct read_scope scope = {.full = true, .named = named};
    reading_run_kind(&bench->reading, &gcp_referrals, &scope);
}

static const char *url(const struct bench *bench, size_t index)
{
    return fake_http_at(bench->reading.http, index)->request.url;
}

static size_t calls(const struct bench *bench)
{
    return fake_http_count(bench->reading.http);
}

static void know(struct bench *bench, const char *id, const char *version)
{
    map_put(bench->reading.known, id, (void *)(uintptr_t)version);
}

#define ROW(id, time)                                                                              \
    "{\"name\":\"opportunities/" id "\",\"updateTime\":\"2026-03-01T10:00:0" time                  \
    "Z\",\"state\":\"DRAFT\",\"opportunityInfo\":{\"displayName\":\"" id                           \
    "\"},\"customerInfo\":{}}"
#define THIN(id, time)                                                                             \
    "{\"name\":\"opportunities/" id "\",\"updateTime\":\"2026-03-01T10:00:0" time "Z\"}"
#define LIST(rows)       "{\"opportunities\":[" rows "]}"
#define PAGE(rows, next) "{\"opportunities\":[" rows "],\"nextPageToken\":\"" next "\"}"
#define OLDER(id)        "{\"name\":\"" id "\",\"notes\":\"n\"}"
#define SEVEN            "partners/P1/opportunities/7"

static void test_pages(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.pages[0] = PAGE(ROW("a", "1.500000000") "," ROW("b", "2"), "t/1=");
    bench.pages[1] = "{\"nextPageToken\":\"t2\"}"; /* empty, and not the last */
    bench.pages[2] = LIST(ROW("c", "3") "," ROW("a", "1.500000000"));
    know(&bench, "opportunities/b", "2026-03-01T10:00:02Z");
    know(&bench, "opportunities/c", "2026-03-01T10:00:02Z");
    bench_read(&bench, NULL);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(calls(&bench), 3);
    assert_string_equal(url(&bench, 0), QUERY);
    assert_string_equal(url(&bench, 1), QUERY "&pageToken=t%2F1%3D");
    assert_int_equal(map_count(bench.reading.records), 2);
    assert_string_equal(reading_version(&bench.reading, "opportunities/a"),
                        "2026-03-01T10:00:01.5Z");
    assert_true(map_has(bench.reading.seen, "opportunities/b"));
    assert_string_equal(bench.reading.watermark, "2026-03-01T10:00:03Z");
    bench_close(&bench);
}

/* The same instant with other digits is no other version. */
static void test_digits(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.pages[0] = LIST(ROW("a", "1.500000"));
    know(&bench, "opportunities/a", "2026-03-01T10:00:01.5Z");
    bench_read(&bench, NULL);
    assert_true(map_has(bench.reading.seen, "opportunities/a"));
    assert_int_equal(map_count(bench.reading.records), 0);
    bench_close(&bench);
}

/* proto3 JSON: an empty list is left out. */
static void test_nothing(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.pages[0] = "{}";
    bench_read(&bench, NULL);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(map_count(bench.reading.records), 0);
    bench_close(&bench);
}

static void test_loop(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.pages[0] = PAGE(ROW("a", "1"), "t");
    bench_read(&bench, NULL);
    assert_int_equal(bench.reading.outcome, READ_PARTIAL);
    assert_int_equal(calls(&bench), 2);
    assert_string_equal(bench.reading.watermark, "");
    bench_close(&bench);
}

/* Only what changed is asked for. */
static void test_thin_rows(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.pages[0] = LIST(THIN("a", "1") "," THIN("b", "2") "," THIN("gone", "3"));
    bench.details[0][0] = "/opportunities/b";
    bench.details[0][1] = ROW("b", "4");
    know(&bench, "opportunities/a", "2026-03-01T10:00:01Z");
    bench_read(&bench, NULL);
    assert_int_equal(calls(&bench), 3);
    assert_true(map_has(bench.reading.seen, "opportunities/a"));
    assert_string_equal(reading_version(&bench.reading, "opportunities/b"), "2026-03-01T10:00:04Z");
    assert_int_equal(bench.reading.outcome, READ_PARTIAL); /* one is listed and not there */
    assert_int_equal(bench.reading.findings, 1);
    bench_close(&bench);
}

static void test_revision(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.pages[0] = LIST(THIN("a", "1"));
    bench.details[0][0] = "/opportunities/a";
    bench.details[0][1] = ROW("a", "1");
    bench.wants_partner = true;
    bench_read(&bench, NULL);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_non_null(reading_version(&bench.reading, "opportunities/a"));
    assert_true(bench.reading.cloud->gets_partner);
    assert_int_equal(calls(&bench), 3);
    bench_close(&bench);
}

/* The first refusal settles it for all; those on their way by then go again, too. */
static void test_revision_of_many(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.pages[0] = LIST(THIN("a", "1") "," THIN("b", "2") "," THIN("c", "3"));
    for (size_t i = 0; i < 3; i++) {
        static const char *const answers[][2] = {{"/opportunities/a", ROW("a", "1")},
                                                 {"/opportunities/b", ROW("b", "2")},
                                                 {"/opportunities/c", ROW("c", "3")}};
        bench.details[i][0] = answers[i][0];
        bench.details[i][1] = answers[i][1];
    }
    bench.wants_partner = true;
    bench_read(&bench, NULL);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_non_null(reading_version(&bench.reading, "opportunities/c"));
    assert_int_equal(calls(&bench), 7);
    bench_close(&bench);
}

static void test_refused(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.pages[0] = ERROR_("403", "PERMISSION_DENIED");
    bench.statuses[0] = 403;
    bench_read(&bench, NULL);
    assert_int_equal(bench.reading.outcome, READ_FAILED);
    assert_int_equal(bench.reading.error.class, ERROR_AUTH);
    bench_close(&bench);

    bench_open(&bench);
    bench.reading.cloud->partner = NULL;
    bench_read(&bench, NULL);
    assert_int_equal(bench.reading.outcome, READ_FAILED);
    assert_int_equal(calls(&bench), 0);
    assert_non_null(strstr(bench.reading.error.message, "clouds.gcp.partner"));
    bench_close(&bench);
}

/* ------------------------------------------------------------------ the older interface */

static void test_named(void **state)
{
    static const char *const named[] = {SEVEN,
                                        "partners/P1/leads/3",
                                        "partners/P1/customers/1",
                                        "partners//opportunities/1",
                                        "partners/P1/opportunities/",
                                        "partners/P1/opportunities/1/x",
                                        "partners/P1",
                                        "partners/P1/opportunities/404",
                                        NULL};
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.pages[0] = LIST(ROW("a", "1"));
    bench.details[0][0] = "/" SEVEN;
    bench.details[0][1] = OLDER(SEVEN);
    bench.details[1][0] = "/partners/P1/leads/3";
    bench.details[1][1] = OLDER("partners/P1/leads/3");
    bench_read(&bench, named);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(map_count(bench.reading.records), 3);
    assert_int_equal(bench.reading.findings, 0);
    assert_non_null(reading_version(&bench.reading, "partners/P1/leads/3"));
    for (size_t i = 0; i < calls(&bench); i++) {
        assert_null(strstr(url(&bench, i), "customers"));
        assert_true(text_starts(url(&bench, i), CHANNEL_URL) ||
                    text_starts(url(&bench, i), CHANNEL_OLDER "partners/P1/"));
    }
    assert_int_equal(calls(&bench), 4);
    bench_close(&bench);
}

/* Without a date the document itself tells whether it moved. */
static void test_named_unchanged(void **state)
{
    static const char *const named[] = {SEVEN, NULL};
    (void)state;
    struct bench bench;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *document = NULL;
    assert_int_equal(json_parse(arena, OLDER(SEVEN), strlen(OLDER(SEVEN)), &document, NULL), 0);
    bench_open(&bench);
    bench.pages[0] = "{}";
    bench.details[0][0] = "/" SEVEN;
    bench.details[0][1] = OLDER(SEVEN);
    know(&bench, SEVEN, gcp_referral_version(arena, document));
    bench_read(&bench, named);
    assert_true(map_has(bench.reading.seen, SEVEN));
    assert_int_equal(map_count(bench.reading.records), 0);
    bench_close(&bench);
}

/* What is wrong there leaves the listing complete, and the record as it was. */
static void test_named_refused(void **state)
{
    static const char *const named[] = {SEVEN, NULL};
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.pages[0] = LIST(ROW("a", "1"));
    bench.details[0][0] = "/" SEVEN;
    bench.details[0][1] = ERROR_("403", "PERMISSION_DENIED");
    bench.detail_status = 403;
    know(&bench, SEVEN, "v");
    bench_read(&bench, named);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(bench.reading.findings, 1);
    assert_true(map_has(bench.reading.seen, SEVEN));
    assert_non_null(reading_version(&bench.reading, "opportunities/a"));
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_loop),
        cmocka_unit_test(test_thin_rows),
        cmocka_unit_test(test_revision),
        cmocka_unit_test(test_revision_of_many),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_named),
        cmocka_unit_test(test_named_unchanged),
        cmocka_unit_test(test_named_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
