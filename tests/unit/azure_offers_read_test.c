/* Reading private offers: neither an acceptance nor an end is missed, details are asked for where
 * something may have moved, what was bought is asked once, and what cannot be asked is not lost. */
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
#include "base/times.h"
#include "connectors/azure/offers.h"
#include "tests/support/azure_market.h"
#include "tests/support/partner.h"
#include "tests/support/reading.h"

#define GRAPH_URL "https://graph.microsoft.com" INGESTION_BASE
#define SAAS_URL  "https://marketplaceapi.microsoft.com/api/saas"
#define DAY_MS    INT64_C(86400000)

struct bench {
    struct reading reading;
    struct settings settings;
    struct drive drive;
    size_t lists, details, prices, subscriptions, plans; /* calls */
    const char *broken;                                  /* calls with this in their URL fail */
    int status;                                          /* so */
    const char *watermark;                               /* as the last read gave it */
};

static void count(struct bench *bench, const char *url)
{
    if (strstr(url, "/listAvailablePlans"))
        bench->plans++;
    else if (strstr(url, "/subscriptions"))
        bench->subscriptions++;
    else if (strstr(url, "/private-offer/query"))
        bench->lists++;
    else if (strstr(url, "/private-offer/"))
        bench->details++;
    else if (strstr(url, "/price-and-availability-private-offer-plan/"))
        bench->prices++;
    else
        fail_msg("%s", url);
}

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    struct bench *bench = context;
    struct http_response response;
    (void)arena;
    assert_string_equal(request->method, "GET");
    count(bench, request->url);
    if (bench->broken && strstr(request->url, bench->broken)) {
        ret_answer->status = bench->status;
        return;
    }
    bool saas = text_starts(request->url, SAAS_URL);
    assert_true(saas || text_starts(request->url, GRAPH_URL));
    assert_true(azure_market_carry(&bench->drive, saas ? AZURE_MARKET_SAAS : AZURE_MARKET_GRAPH,
                                   request, &response));
    ret_answer->status = response.status;
    ret_answer->body = response.body;
    ret_answer->body_length = response.body_length;
}

static void bench_open(struct bench *bench, size_t offers)
{
    memset(bench, 0, sizeof *bench);
    drive_start(&bench->drive, &(struct sandbox_options){.azure_offers = offers, .rate = 100});
    reading_prepare(&bench->reading, handle, bench);
    bench->reading.cloud =
        partner_open(bench->reading.loop, &bench->reading.fake.log, &bench->settings);
    bench->reading.close = partner_close;
    struct cloud *cloud = bench->reading.cloud;
    cloud->bases[AZURE_INGESTION] = GRAPH_URL;
    cloud->hosts[AZURE_INGESTION] = "graph.microsoft.com";
    cloud->bases[AZURE_SAAS] = SAAS_URL;
    cloud->hosts[AZURE_SAAS] = "marketplaceapi.microsoft.com";
}

static void bench_close(struct bench *bench)
{
    reading_close(&bench->reading);
    drive_stop(&bench->drive);
}

/* A later read; what the last one brought is what the engine has. */
static void bench_read(struct bench *bench, bool full, const bool *mapped)
{
    struct reading *reading = &bench->reading;
    const struct read_scope scope = {.full = full, .watermark = bench->watermark, .mapped = mapped};
    reading_again(reading);
    bench->lists = bench->details = bench->prices = bench->subscriptions = bench->plans = 0;
    fake_advance(&reading->fake, 600000);
    fake_advance(&bench->drive.fake, 600000);
    reading_run_kind(reading, &azure_offers, &scope);
    if (reading->outcome == READ_COMPLETE) {
        assert_string_not_equal(reading->watermark, "");
        bench->watermark = arena_copy(reading->arena, reading->watermark);
    }
}

static const struct record *record_of(const struct bench *bench, const char *id)
{
    const struct record *record = map_get(bench->reading.records, id);
    if (!record)
        fail_msg("no record %s", id);
    return record;
}

static void assert_value(const struct bench *bench, const char *id, const char *field,
                         const char *wanted)
{
    const char *value = record_get(record_of(bench, id), field);
    if (!text_equal(value, wanted))
        fail_msg("%s is \"%s\"", field, value ? value : "(absent)");
}

static void control(struct bench *bench, const char *path, const char *body)
{
    if (drive_control(&bench->drive, path, body) != 200)
        fail_msg("%s: %s", path, bench->drive.response.body);
}

/* An offer that the customer has accepted. */
static const char *accepted(struct bench *bench)
{
    struct drive *drive = &bench->drive;
    const char *id = azure_market_create(drive, azure_market_offer(drive, NULL, NULL));
    control(bench, "azure/accept-offer", arena_printf(drive->arena, "{'id':'%s'}", id));
    return arena_copy(bench->reading.arena, id);
}

static const char *bought(struct bench *bench, const char *offer)
{
    control(bench, "azure/subscribe",
            arena_printf(bench->drive.arena, "{'id':'%s','quantity':7}", offer));
    return arena_copy(bench->reading.arena, drive_answer(&bench->drive, "id"));
}

static const bool nothing[LIMIT_FIELDS];

static void want(bool *mapped, const char *field)
{
    mapped[kind_field(&kinds[KIND_OFFER], field)] = true;
}

/* ------------------------------------------------------------------ tests */

static void test_whole_list(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 60);
    bench_read(&bench, true, nothing);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(map_count(bench.reading.records), 60);
    assert_int_equal(bench.lists, 2);
    assert_int_equal(bench.details, 60);
    assert_int_equal(bench.prices + bench.subscriptions + bench.plans, 0);
    assert_int_equal(bench.reading.findings, 0);
    /* Later only what may still move. */
    bench_read(&bench, false, nothing);
    assert_int_equal(map_count(bench.reading.records) + map_count(bench.reading.seen), 60);
    assert_true(map_count(bench.reading.seen) > 5);
    assert_int_equal(bench.details, map_count(bench.reading.records));
    for (size_t i = 0; i < map_count(bench.reading.records); i++) {
        const struct record *record = map_value_at(bench.reading.records, i);
        const char *is = record_get(record, "state");
        assert_true(text_equal(is, "draft") || text_equal(is, "open") ||
                    text_equal(is, "with_partner"));
    }
    bench_read(&bench, true, nothing);
    assert_int_equal(bench.details, 60);
    bench_close(&bench);
}

static void test_life(void **state)
{
    (void)state;
    struct bench bench;
    bool mapped[LIMIT_FIELDS] = {false};
    want(mapped, "agreement");
    bench_open(&bench, 0);
    struct drive *drive = &bench.drive;
    const char *id = arena_copy(bench.reading.arena,
                                azure_market_create(drive, azure_market_offer(drive, NULL, NULL)));
    bench_read(&bench, true, mapped);
    assert_value(&bench, id, "state", "open");
    assert_value(&bench, id, "note", "CRM 42");
    assert_value(&bench, id, "discounts", INGESTION_STANDARD "=12.5");
    assert_value(&bench, id, "product", INGESTION_SAAS);
    assert_value(&bench, id, "buyer_accounts", INGESTION_ACCOUNT);
    assert_non_null(record_get(record_of(&bench, id), "acceptance_link"));
    control(&bench, "azure/accept-offer", arena_printf(drive->arena, "{'id':'%s'}", id));
    bench_read(&bench, false, mapped);
    assert_value(&bench, id, "state", "accepted");
    assert_value(&bench, id, "agreement_stage", "accepted");
    assert_value(&bench, id, "agreement", NULL);
    bench_read(&bench, false, mapped);
    assert_true(map_has(bench.reading.seen, id));
    assert_int_equal(bench.details, 0);
    /* Nothing of the offer moves when it is bought. */
    const char *subscription = bought(&bench, id);
    bench_read(&bench, false, mapped);
    assert_value(&bench, id, "agreement", subscription);
    assert_value(&bench, id, "agreement_stage", "subscribed");
    assert_int_equal(bench.plans, 1);
    control(&bench, "azure/subscription", arena_printf(drive->arena, "{'id':'%s'}", subscription));
    bench_read(&bench, false, mapped);
    assert_value(&bench, id, "agreement_stage", "activated");
    assert_value(&bench, id, "agreement_start", "2026-01-01");
    assert_value(&bench, id, "agreement_end", "2026-12-31");
    /* The term began: asked once more; then never again. */
    assert_int_equal(bench.plans, 1);
    bench_read(&bench, false, mapped);
    assert_int_equal(bench.plans + bench.details, 0);
    bench_read(&bench, true, mapped);
    assert_int_equal(bench.plans, 0);
    assert_value(&bench, id, "agreement", subscription);
    /* The end is told by the clock, a day late. */
    int64_t end;
    assert_true(day_parse(record_get(record_of(&bench, id), "end_date"), &end));
    bench.reading.fake.now_ms = end * DAY_MS + DAY_MS;
    bench_read(&bench, false, mapped);
    assert_true(map_has(bench.reading.seen, id));
    bench.reading.fake.now_ms = (end + 2) * DAY_MS;
    bench_read(&bench, false, mapped);
    assert_value(&bench, id, "state", "ended");
    bench_close(&bench);
}

/* Those who bought at list price are asked once, and then in full reads while they last. */
static void test_others_subscriptions(void **state)
{
    (void)state;
    struct bench bench;
    bool mapped[LIMIT_FIELDS] = {false};
    want(mapped, "agreement_status");
    bench_open(&bench, 0);
    control(&bench, "azure/subscribe",
            "{'product':'" INGESTION_SAAS "','plan':'" INGESTION_STANDARD "'}");
    const char *other = arena_copy(bench.reading.arena, drive_answer(&bench.drive, "id"));
    bench_read(&bench, true, mapped);
    assert_int_equal(bench.plans, 1);
    assert_true(text_starts(bench.watermark, "subscriptions=2026-01-01"));
    bench_read(&bench, false, mapped); /* it may have come to light late */
    assert_int_equal(bench.plans, 1);
    fake_advance(&bench.reading.fake, 5 * DAY_MS);
    bench_read(&bench, false, mapped);
    bench_read(&bench, false, mapped);
    assert_int_equal(bench.plans, 0);
    bench_read(&bench, true, mapped);
    assert_int_equal(bench.plans, 1);
    control(&bench, "azure/subscription",
            arena_printf(bench.drive.arena, "{'id':'%s','status':'Unsubscribed'}", other));
    bench_read(&bench, true, mapped);
    assert_int_equal(bench.plans, 0);
    /* A read that did not ask says nothing of them. */
    bench_read(&bench, false, nothing);
    assert_true(text_starts(bench.watermark, "offers="));
    bench_read(&bench, false, mapped);
    assert_int_equal(bench.plans, 1);
    bench_close(&bench);
}

/* What cannot be read does not take the agreement from an offer. */
static void test_broken_subscriptions(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        int status;
        bool kept; /* the record comes, with its agreement */
    } cases[] = {
        {"/subscriptions?", 403, false},
        {"/subscriptions?", 400, false},
        {"/listAvailablePlans", 403, true},
        {"/listAvailablePlans", 404, true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bool mapped[LIMIT_FIELDS] = {false};
        want(mapped, "agreement");
        bench_open(&bench, 0);
        const char *id = accepted(&bench), *subscription = bought(&bench, id);
        const char *draft =
            azure_market_create(&bench.drive, azure_market_offer(&bench.drive, "state", "'draft'"));
        draft = arena_copy(bench.reading.arena, draft);
        bench_read(&bench, true, mapped);
        assert_value(&bench, id, "agreement", subscription);
        control(&bench, "azure/subscription",
                arena_printf(bench.drive.arena, "{'id':'%s'}", subscription));
        bench.broken = cases[i].url;
        bench.status = cases[i].status;
        bench_read(&bench, true, mapped);
        assert_int_equal(bench.reading.outcome, READ_PARTIAL);
        assert_string_equal(bench.reading.watermark, "");
        assert_non_null(record_of(&bench, draft));
        assert_int_equal(map_has(bench.reading.records, id), cases[i].kept);
        assert_false(map_has(bench.reading.seen, id));
        if (cases[i].kept)
            assert_value(&bench, id, "agreement", subscription);
        bench_close(&bench);
    }
}

static void test_prices(void **state)
{
    (void)state;
    struct bench bench;
    bool mapped[LIMIT_FIELDS] = {false};
    want(mapped, "prices");
    bench_open(&bench, 0);
    struct drive *drive = &bench.drive;
    const char *offer = azure_market_offer(
        drive, "pricing",
        "[{'product':'product/" INGESTION_SAAS "','plan':'plan/" INGESTION_SAAS
        "/" INGESTION_STANDARD "','discountType':'absolute','priceDetails':{'resourceName':'p'}}]");
    const char *both = arena_printf(
        drive->arena,
        "[{'$schema':'https://schema.mp.microsoft.com/schema/"
        "price-and-availability-private-offer-plan/2023-07-15','resourceName':'p','product':"
        "'product/" INGESTION_SAAS "','plan':'plan/" INGESTION_SAAS "/" INGESTION_STANDARD
        "','offerPricingType':'editExistingOfferPricingOnly','pricing':{'recurrentPrice':"
        "{'priceInputOption':'usd','prices':[{'billingTerm':{'type':'month','value':1},"
        "'pricePerPaymentInUsd':90.50}]}}},%s",
        offer + 1);
    const char *id = arena_copy(bench.reading.arena, azure_market_create(drive, both));
    bench_read(&bench, true, nothing);
    assert_int_equal(bench.prices, 0);
    assert_value(&bench, id, "pricing", "plan_price");
    assert_value(&bench, id, "prices", NULL);
    bench_read(&bench, true, mapped);
    assert_int_equal(bench.prices, 1);
    assert_value(&bench, id, "prices", INGESTION_STANDARD "/P1M=90.5");
    bench.broken = "/price-and-availability";
    bench.status = 400;
    bench_read(&bench, true, mapped);
    assert_int_equal(bench.reading.outcome, READ_PARTIAL);
    assert_false(map_has(bench.reading.records, id));
    bench_close(&bench);
}

/* A list that fails says nothing of what it would have held. */
static void test_failures(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 3);
    bench.broken = "/private-offer/query";
    bench.status = 403;
    bench_read(&bench, true, nothing);
    assert_int_equal(bench.reading.outcome, READ_FAILED);
    bench.broken = "/private-offer/";
    bench.status = 404;
    bench_read(&bench, true, nothing);
    assert_int_equal(bench.reading.outcome, READ_FAILED);
    bench.broken = NULL;
    bench_read(&bench, true, nothing);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(map_count(bench.reading.records), 3);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_list),
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_others_subscriptions),
        cmocka_unit_test(test_broken_subscriptions),
        cmocka_unit_test(test_prices),
        cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
