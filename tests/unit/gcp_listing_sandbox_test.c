/* Listings of Google against the sandbox: what is read, what a second read saves, and what is news.
 */
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
#include "model/value.h"
#include "tests/sandbox/gcp/goods.h"
#include "tests/support/google_drive.h"

#define DAY_MS INT64_C(86400000)

struct bench {
    struct google google;
    struct drive drive;
    bool mapped[LIMIT_FIELDS];
    struct read_scope scope;
};

static void note_version(const struct reading *reading, const struct record *record)
{
    map_put(reading->known, record->id, arena_copy(reading->arena, record->version));
}

static void refuse_finding(const struct finding *finding)
{
    fail_msg("%s %s", finding->type->code, finding->detail ? finding->detail : "");
}

static void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    drive_start(&bench->drive, NULL);
    google_open_drive(&bench->google, &bench->drive, NULL);
    bench->scope = (struct read_scope){.full = true};
    bench->google.reading.check_record = note_version;
    bench->google.reading.check_finding = refuse_finding;
}

static void bench_close(struct bench *bench)
{
    google_close(&bench->google);
    drive_stop(&bench->drive);
}

static void bench_read(struct bench *bench)
{
    struct reading *reading = &bench->google.reading;
    map_free(reading->records);
    map_free(reading->seen);
    reading->records = map_new();
    reading->seen = map_new();
    reading_run_kind(reading, &gcp_listings, &bench->scope);
    if (reading->outcome != READ_COMPLETE)
        fail_msg("%s", reading->error.message);
}

static const char *value(const struct bench *bench, const char *id, const char *field)
{
    const struct record *record = map_get(bench->google.reading.records, id);
    if (!record)
        fail_msg("no record %s", id);
    return record_get(record, field);
}

static bool has_item(const struct bench *bench, const char *id, const char *field, const char *part)
{
    const char *list = value(bench, id, field);
    for (size_t i = 0; i < list_count(list); i++)
        if (strstr(list_item(bench->google.reading.arena, list, i), part))
            return true;
    return false;
}

static void edit(struct bench *bench, const char *id, const char *path, const char *text)
{
    const char *body =
        arena_printf(bench->drive.arena, "{'id':'%s','path':'%s','value':%s}", id, path, text);
    if (drive_control(&bench->drive, "gcp/edit-listing", body) != 200)
        fail_msg("%s", bench->drive.response.body);
}

static void test_read(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench_read(&bench);
    assert_int_equal(map_count(bench.google.reading.records), 4);
    assert_string_equal(value(&bench, GCP_SERVICE_DB, "title"), "Sandbox DB");
    assert_string_equal(value(&bench, GCP_SERVICE_DB, "product_type"), "saas");
    assert_string_equal(value(&bench, GCP_SERVICE_ADVICE, "product_type"), "consulting");
    assert_int_equal(list_count(value(&bench, GCP_SERVICE_DB, "plans")), 4);
    assert_true(has_item(&bench, GCP_SERVICE_DB, "plans", "enterprise | Enterprise | P12M | "));
    assert_true(has_item(&bench, GCP_SERVICE_DB, "plans", "team | Team | P1M | "));
    assert_true(has_item(&bench, GCP_SERVICE_METER, "plans", " | " GCP_SKU_GROUP));
    assert_true(
        has_item(&bench, GCP_SERVICE_DB, "prices", GCP_SKU_DB_FEE " | per mo | 5000.00 USD"));
    assert_true(
        has_item(&bench, GCP_SERVICE_DB, "prices", GCP_SKU_DB_USAGE " | per 1 h | 0.25 USD"));
    assert_true(has_item(&bench, GCP_SERVICE_METER, "prices",
                         GCP_SKU_BYTES " | per 1 h | 0.000000001 USD"));
    assert_int_equal(list_count(value(&bench, GCP_SERVICE_DB, "dimensions")), 3);
    bench_close(&bench);
}

/* What has not moved costs its lists and one call for its title. */
static void test_second_read(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench_read(&bench);
    size_t first = google_sent(&bench.google);
    bench_read(&bench);
    size_t second = google_sent(&bench.google) - first;
    assert_int_equal(map_count(bench.google.reading.records), 0);
    assert_int_equal(map_count(bench.google.reading.seen), 4);
    assert_int_equal(first, 1 + 2 + 4 * 3 + 7); /* location, lists, of each service, titles */
    assert_int_equal(second, 2 + 4 * 3);
    bench_close(&bench);
}

static void test_news(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench_read(&bench);
    edit(&bench, "services/" GCP_SERVICE_API, "title", "'Sandbox API 2'");
    bench_read(&bench);
    assert_int_equal(map_count(bench.google.reading.records), 1);
    assert_string_equal(value(&bench, GCP_SERVICE_API, "title"), "Sandbox API 2");
    edit(&bench, "services/" GCP_SERVICE_DB "/standardOffers/" GCP_STANDARD_DB, "serviceLevelTitle",
         "'Enterprise plus'");
    bench_read(&bench);
    assert_int_equal(map_count(bench.google.reading.records), 0); /* lists do not show it */
    fake_advance(&bench.google.reading.fake, DAY_MS);
    bench_read(&bench);
    assert_int_equal(map_count(bench.google.reading.records), 4);
    assert_true(has_item(&bench, GCP_SERVICE_DB, "plans", "enterprise | Enterprise plus | P12M"));
    bench_read(&bench);
    assert_int_equal(map_count(bench.google.reading.records), 0);
    edit(&bench, "skuGroups/" GCP_SKU_GROUP, "skus", "[]");
    bench_read(&bench);
    assert_int_equal(map_count(bench.google.reading.records), 1);
    assert_non_null(value(&bench, GCP_SERVICE_METER, "title"));
    bench_close(&bench);
}

/* A scheduled price comes into force though nobody edits anything. */
static void test_price_in_time(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.mapped[kind_field(&kinds[KIND_LISTING], "prices")] = true;
    bench.scope.mapped = bench.mapped; /* no titles: those would be asked for each day */
    bench_read(&bench);
    fake_advance(&bench.drive.fake, 91 * DAY_MS);
    fake_advance(&bench.google.reading.fake, 91 * DAY_MS);
    bench_read(&bench);
    assert_int_equal(map_count(bench.google.reading.records), 1);
    assert_true(
        has_item(&bench, GCP_SERVICE_DB, "prices", GCP_SKU_DB_FEE " | per mo | 5500.00 USD"));
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_second_read),
        cmocka_unit_test(test_news),
        cmocka_unit_test(test_price_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
