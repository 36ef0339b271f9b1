/* Listings of Microsoft against the sandbox: read, edited, published, taken off sale; what a
 * procedure leaves is what the next read finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "connectors/azure/listings.h"
#include "tests/support/account.h"
#include "tests/support/azure_market.h"
#include "tests/support/errand.h"

struct bench {
    struct account account;
    struct drive drive;
    struct ground ground;
    struct map *records, *known;
    size_t seen, done, jobs;
    enum read_outcome outcome;
};

/* The same call to the sandbox, which has a clock and tokens of its own. */
static void forward(void *context, struct arena *arena, const struct http_request *request,
                    struct fake_answer *ret_answer)
{
    struct bench *bench = context;
    const char *host = strstr(request->url, "://") + 3;
    ret_answer->status = azure_market_call(&bench->drive, AZURE_MARKET_GRAPH, request->method,
                                           host + strcspn(host, "/"), request->body);
    ret_answer->body = arena_copy(arena, bench->drive.response.body);
}

static bool carry(void *context, const struct http_request *request,
                  struct http_response *ret_response)
{
    struct bench *bench = context;
    bench->jobs += !strcmp(request->method, "POST");
    return azure_market_carry(&bench->drive, AZURE_MARKET_GRAPH, request, ret_response);
}

static void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    drive_start(&bench->drive, NULL);
    account_open(&bench->account, forward, bench, NULL);
    bench->ground = (struct ground){.arena = bench->account.arena,
                                    .fake = &bench->drive.fake,
                                    .cloud = bench->account.cloud,
                                    .kind = &azure_listings,
                                    .call_ms = 300,
                                    .runs = 20,
                                    .carry = carry,
                                    .judge = azure_judge,
                                    .context = bench};
    bench->records = map_new();
    bench->known = map_new();
}

static void bench_close(struct bench *bench)
{
    map_free(bench->records);
    map_free(bench->known);
    account_close(&bench->account);
    drive_stop(&bench->drive);
}

static const char *version(void *context, const char *id)
{
    return map_get(((struct bench *)context)->known, id);
}

static int take_record(void *context, const struct record *record)
{
    struct bench *bench = context;
    map_put(bench->records, record->id, record_copy(bench->account.arena, record));
    map_put(bench->known, record->id, arena_copy(bench->account.arena, record->version));
    return 0;
}

static int take_seen(void *context, const char *id)
{
    (void)id;
    ((struct bench *)context)->seen++;
    return 0;
}

static void take_finding(void *context, const struct finding *finding)
{
    (void)context;
    fail_msg("%s %s", finding->type->code, finding->detail);
}

static void take_done(void *context, enum read_outcome outcome, const char *watermark,
                      const struct error *error)
{
    struct bench *bench = context;
    (void)watermark, (void)error;
    bench->outcome = outcome;
    bench->done++;
}

static void bench_read(struct bench *bench)
{
    const struct read_sink sink = {bench, version, take_record, take_seen, take_finding, take_done};
    const struct read_scope scope = {.full = true};
    bool stop = false;
    bench->seen = 0;
    azure_listings_read(bench->account.cloud, &scope, &sink);
    assert_int_equal(loop_run(bench->account.loop, &stop, NULL), 0);
    assert_int_equal(bench->outcome, READ_COMPLETE);
}

static const struct record *found(const struct bench *bench, const char *guid)
{
    const struct record *record = map_get(bench->records, guid);
    assert_non_null(record);
    return record;
}

/* ------------------------------------------------------------------ procedures */

static enum outcome work(struct bench *bench, enum action action, const char *guid,
                         const char *field, const char *value, struct errand *ret_errand)
{
    const struct errand_wish wish = {field, value};
    errand_new(&bench->ground, ret_errand, action, guid, &wish, 1);
    ret_errand->change.version = map_get(bench->known, guid);
    return errand_settle(&bench->ground, ret_errand);
}

static void assert_left(struct bench *bench, const struct errand *errand, const char *guid,
                        const char *field, const char *value)
{
    const struct record *after = errand->context.after;
    assert_non_null(after);
    assert_string_equal(record_get(after, field), value);
    bench_read(bench);
    assert_string_equal(record_get(found(bench, guid), field), value);
    assert_string_equal(found(bench, guid)->version, after->version);
}

/* ------------------------------------------------------------------ tests */

static void test_read(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench_read(&bench);
    assert_int_equal(map_count(bench.records), 5);
    assert_string_equal(record_get(found(&bench, INGESTION_SAAS), "visibility"), "public");
    assert_string_equal(record_get(found(&bench, INGESTION_SAAS), "product_type"), "saas");
    assert_string_equal(record_get(found(&bench, INGESTION_SAAS), "sku"), "sandbox-analytics");
    assert_non_null(record_get(found(&bench, INGESTION_SAAS), "title"));
    assert_non_null(record_get(found(&bench, INGESTION_SAAS), "dimensions"));
    assert_string_equal(record_get(found(&bench, INGESTION_DRAFT), "visibility"), "draft");
    assert_string_equal(record_get(found(&bench, INGESTION_DEPRECATED), "visibility"),
                        "restricted");
    bench_read(&bench);
    assert_int_equal(bench.seen, 5); /* nothing new */
    assert_int_equal(bench.jobs, 0);
    bench_close(&bench);
}

static void test_publish(void **state)
{
    (void)state;
    struct bench bench;
    struct errand errand;
    bench_open(&bench);
    bench_read(&bench);
    assert_int_equal(work(&bench, ACTION_PUBLISH, INGESTION_SAAS, "title", "A new name", &errand),
                     DONE);
    assert_int_equal(bench.jobs, 3);
    assert_left(&bench, &errand, INGESTION_SAAS, "title", "A new name");
    /* once more: it stands */
    assert_int_equal(work(&bench, ACTION_PUBLISH, INGESTION_SAAS, "title", "A new name", &errand),
                     DONE);
    assert_int_equal(bench.jobs, 3);
    bench_close(&bench);
}

static void test_draft(void **state)
{
    (void)state;
    struct bench bench;
    struct errand errand;
    bench_open(&bench);
    bench_read(&bench);
    assert_int_equal(
        work(&bench, ACTION_UPDATE, INGESTION_DRAFT, "search_summary", "In one line", &errand),
        DONE);
    assert_int_equal(bench.jobs, 1);
    assert_left(&bench, &errand, INGESTION_DRAFT, "search_summary", "In one line");
    assert_string_equal(record_get(errand.context.after, "visibility"), "draft");
    bench_close(&bench);
}

static void test_off_sale(void **state)
{
    (void)state;
    struct bench bench;
    struct errand errand;
    bench_open(&bench);
    bench_read(&bench);
    assert_int_equal(work(&bench, ACTION_CANCEL, INGESTION_VM, "visibility", "restricted", &errand),
                     DONE);
    assert_int_equal(bench.jobs, 1);
    assert_left(&bench, &errand, INGESTION_VM, "visibility", "restricted");
    bench_close(&bench);
}

/* Nothing that a colleague has left in the draft goes out unasked. */
static void test_others(void **state)
{
    (void)state;
    struct bench bench;
    struct errand errand;
    bench_open(&bench);
    bench_read(&bench);
    struct arena *arena = bench.account.arena;
    struct json *document = NULL;
    const char *raw = found(&bench, INGESTION_SAAS)->raw;
    assert_int_equal(json_parse(arena, raw, strlen(raw), &document, NULL), 0);
    struct json *edited = json_clone(arena, json_get(document, "listing"));
    json_remove(edited, "validations");
    json_set_text(arena, edited, "searchResultSummary", "Words of a colleague, half done");
    assert_string_equal(
        azure_market_job(&bench.drive, arena_printf(arena, "[%s]", json_print(arena, edited))),
        "succeeded");
    assert_int_equal(work(&bench, ACTION_PUBLISH, INGESTION_SAAS, "title", "A new name", &errand),
                     FAILED);
    assert_string_equal(errand.error.vendor_code, AZURE_LISTING_DRAFT_DIFFERS);
    assert_int_equal(bench.jobs, 0);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),   cmocka_unit_test(test_publish),
        cmocka_unit_test(test_draft),  cmocka_unit_test(test_off_sale),
        cmocka_unit_test(test_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
