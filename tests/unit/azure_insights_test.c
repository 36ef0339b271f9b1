/* Orders that analytics reports: the query and the report are made once, the file is read without a
 * token, an order proves that an offer was accepted, and nothing that fails there takes anything
 * back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/azure/insights.h"
#include "connectors/azure/offers.h"
#include "connectors/azure/orders.h"
#include "tests/support/azure_market.h"
#include "tests/support/partner.h"
#include "tests/support/reading.h"
#include "tests/support/quoted.h"

#define GRAPH_URL    "https://graph.microsoft.com" INGESTION_BASE
#define SAAS_URL     "https://marketplaceapi.microsoft.com/api/saas"
#define INSIGHTS_URL "http://127.0.0.1:8080/insights/v1/cmp"
#define HOUR_MS      INT64_C(3600000)

struct bench {
    struct reading reading;
    struct setting setting;
    struct settings settings;
    struct drive drive;
    size_t asked, made, downloads, details; /* calls */
    const char *broken;                     /* analytics' calls with this in method and URL fail */
    int status;                             /* so; 0: the answer is lost, after it had its effect */
    const char *instead;                    /* … or are answered with this */
    const char *watermark;
};

static void count(struct bench *bench, const struct http_request *request)
{
    bool insights = text_starts(request->url, INSIGHTS_URL);
    bench->asked += insights;
    bench->made += insights && !strcmp(request->method, "POST");
    bench->downloads += strstr(request->url, "/_sandbox-report/") != NULL;
    bench->details +=
        strstr(request->url, "/private-offer/") && !strstr(request->url, "/private-offer/query");
    assert_true(!strcmp(request->method, "GET") || insights);
}

static const char *audience_of(const char *url)
{
    if (text_starts(url, SAAS_URL))
        return AZURE_MARKET_SAAS;
    if (text_starts(url, GRAPH_URL))
        return AZURE_MARKET_GRAPH;
    if (text_starts(url, INSIGHTS_URL))
        return AZURE_MARKET_INSIGHTS;
    assert_true(text_starts(url, "http://127.0.0.1:8080/_sandbox-report/"));
    return NULL; /* a token with it would be refused there */
}

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    struct bench *bench = context;
    struct http_response response;
    const char *call = arena_printf(arena, "%s %s", request->method, request->url);
    bool broken = bench->broken && strstr(call, bench->broken);
    count(bench, request);
    if (broken && bench->instead) {
        ret_answer->body = bench->instead;
        return;
    }
    if (broken && bench->status) {
        ret_answer->status = bench->status;
        return;
    }
    assert_true(azure_market_carry(&bench->drive, audience_of(request->url), request, &response));
    ret_answer->status = response.status;
    ret_answer->body = response.body;
    ret_answer->body_length = response.body_length;
    if (broken)
        ret_answer->status = 502;
}

static void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    bench->setting = (struct setting){.name = "analytics", .number = 1, .given = true};
    bench->settings = (struct settings){&bench->setting, 1};
    drive_start(&bench->drive, &(struct sandbox_options){.rate = 100});
    reading_prepare(&bench->reading, handle, bench);
    struct cloud *cloud =
        partner_open(bench->reading.loop, &bench->reading.fake.log, &bench->settings);
    bench->reading.cloud = cloud;
    bench->reading.close = partner_close;
    cloud->bases[AZURE_INGESTION] = GRAPH_URL;
    cloud->hosts[AZURE_INGESTION] = "graph.microsoft.com";
    cloud->bases[AZURE_SAAS] = SAAS_URL;
    cloud->hosts[AZURE_SAAS] = "marketplaceapi.microsoft.com";
    cloud->bases[AZURE_INSIGHTS] = INSIGHTS_URL;
}

static void bench_close(struct bench *bench)
{
    reading_close(&bench->reading);
    drive_stop(&bench->drive);
}

static void pass(struct bench *bench, int64_t ms)
{
    fake_advance(&bench->reading.fake, ms);
    fake_advance(&bench->drive.fake, ms);
}

static void bench_read(struct bench *bench, bool full)
{
    struct reading *reading = &bench->reading;
    const struct read_scope scope = {.full = full, .watermark = full ? NULL : bench->watermark};
    reading_again(reading);
    bench->asked = bench->made = bench->downloads = bench->details = 0;
    pass(bench, 60000);
    reading_run_kind(reading, &azure_offers, &scope);
    assert_int_equal(reading->outcome, READ_COMPLETE);
    bench->watermark = arena_copy(reading->arena, reading->watermark);
}

static const char *value(const struct bench *bench, const char *id, const char *field)
{
    const struct record *record = map_get(bench->reading.records, id);
    if (!record)
        fail_msg("no record %s", id);
    return record_get(record, field);
}

static void assert_value(const struct bench *bench, const char *id, const char *field,
                         const char *wanted)
{
    const char *is = value(bench, id, field);
    if (!text_equal(is, wanted))
        fail_msg("%s is \"%s\"", field, is ? is : "(absent)");
}

static void control(struct bench *bench, const char *path, const char *body)
{
    if (drive_control(&bench->drive, path, body) != 200)
        fail_msg("%s: %s", path, bench->drive.response.body);
}

/* An accepted offer of the virtual machine, of which the service does not say that it was. */
static const char *ordered(struct bench *bench)
{
    struct drive *drive = &bench->drive;
    const char *offer = azure_market_offer(
        drive, "pricing",
        "[{'product':'product/" INGESTION_VM "','plan':'plan/" INGESTION_VM "/" INGESTION_VM_PLAN
        "','discountType':'percentage','discountPercentage':9}]");
    const char *id = arena_copy(bench->reading.arena, azure_market_create(drive, offer));
    control(bench, "azure/accept-offer", arena_printf(drive->arena, "{'id':'%s'}", id));
    control(bench, "azure/edit-offer",
            arena_printf(drive->arena, "{'id':'%s','path':'subState','value':null}", id));
    return id;
}

/* ------------------------------------------------------------------ the report */

static void test_made_once(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    const char *id = ordered(&bench);
    bench_read(&bench, true);
    assert_int_equal(bench.made, 2);
    assert_int_equal(bench.reading.findings, 0);
    assert_value(&bench, id, "state", "open"); /* the report has not run yet */
    assert_non_null(strstr(bench.watermark, " analytics=2026-01-01"));
    /* Later reads find it; between full ones it is asked for every few hours. */
    bench_read(&bench, false);
    assert_int_equal(bench.asked, 0);
    assert_non_null(strstr(bench.watermark, " analytics=2026-01-01"));
    bench_read(&bench, true);
    assert_int_equal(bench.asked, 2);
    assert_int_equal(bench.made + bench.downloads, 0);
    bench.broken = "/ScheduledReport?"; /* a list that lags behind what was made */
    bench.instead = "{\"value\":[]}";
    bench_read(&bench, true);
    assert_int_equal(bench.made + bench.reading.findings, 0);
    bench.broken = NULL;
    pass(&bench, 6 * HOUR_MS);
    bench_read(&bench, false);
    assert_int_equal(bench.made, 0);
    assert_int_equal(bench.downloads, 1);
    assert_value(&bench, id, "state", "accepted");
    assert_value(&bench, id, "agreement_stage", "activated");
    assert_value(&bench, id, "agreement_status", "Active");
    assert_value(&bench, id, "agreement_start", "2026-01-01");
    assert_value(&bench, id, "agreement_end", value(&bench, id, "end_date"));
    assert_value(&bench, id, "buyer", INGESTION_ACCOUNT);
    assert_non_null(value(&bench, id, "agreement"));
    assert_int_equal(bench.reading.findings, 0);
    bench_read(&bench, false);
    assert_int_equal(bench.asked + bench.downloads + bench.details, 0);
    assert_true(map_has(bench.reading.seen, id));
    bench_close(&bench);
}

/* A creation whose answer is lost is not sent again; the next read finds what it made. */
static void test_lost_answers(void **state)
{
    (void)state;
    static const char *const calls[] = {"POST " INSIGHTS_URL "/ScheduledQueries",
                                        "POST " INSIGHTS_URL "/ScheduledReport"};
    for (size_t i = 0; i < COUNT(calls); i++) {
        struct bench bench;
        bench_open(&bench);
        bench.broken = calls[i];
        bench_read(&bench, true);
        assert_int_equal(bench.made, i + 1);
        assert_int_equal(bench.reading.findings, 1);
        assert_null(strstr(bench.watermark, "analytics="));
        bench.broken = NULL;
        bench_read(&bench, false); /* not known yet: asked for again */
        assert_int_equal(bench.made, 1 - i);
        assert_int_equal(bench.reading.findings, 0);
        bench_read(&bench, true);
        assert_int_equal(bench.made, 0);
        bench_close(&bench);
    }
}

/* Only a list that was read whole and has no such report lets one be made. */
static void test_doubtful_lists(void **state)
{
    (void)state;
    static const struct {
        const char *call;
        int status;
        const char *instead;
    } cases[] = {
        {"GET " INSIGHTS_URL "/ScheduledReport?", 403, NULL},
        {"GET " INSIGHTS_URL "/ScheduledReport?", 500, NULL},
        {"GET " INSIGHTS_URL "/ScheduledReport?", 200, "{}"},
        {"GET " INSIGHTS_URL "/ScheduledReport?", 200, "<html>proxy</html>"},
        {"GET " INSIGHTS_URL "/ScheduledQueries?", 400, NULL},
        {"GET " INSIGHTS_URL "/ScheduledQueries?", 200, "{'value':null}"},
        {"GET " INSIGHTS_URL "/ScheduledDataset", 200, "{'Value':[]}"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_open(&bench);
        const char *id = ordered(&bench);
        bench.broken = cases[i].call;
        bench.status = cases[i].status;
        bench.instead = quoted(bench.reading.arena, cases[i].instead);
        bench_read(&bench, true);
        assert_int_equal(bench.made, 0);
        assert_int_equal(bench.reading.findings, 1);
        assert_value(&bench, id, "state", "open");
        bench_close(&bench);
    }
}

/* ------------------------------------------------------------------ what was proved stays */

static void test_nothing_is_taken_back(void **state)
{
    (void)state;
    static const struct {
        const char *call;
        int status;
        const char *instead;
        size_t findings;
    } cases[] = {
        {"/ScheduledReport?", 403, NULL, 1},
        {"/ScheduledReport/execution/", 500, NULL, 1},
        {"/ScheduledReport/execution/", 404, NULL, 0},
        {"/ScheduledReport/execution/", 200, "{}", 1},
        {"/_sandbox-report/", 403, NULL, 1},
        {"/_sandbox-report/", 200, "", 1},
        {"/_sandbox-report/", 200, "<html>gone</html>", 1},
        {"/_sandbox-report/", 200, "AssetId,PrivateOfferId\r\n", 0},
        {"/_sandbox-report/", 200, "AssetId,PrivateOfferId\r\nodd\r\n", 1},
    };
    struct bench bench;
    bench_open(&bench);
    const char *id = ordered(&bench);
    bench_read(&bench, true);
    pass(&bench, 6 * HOUR_MS);
    bench_read(&bench, true);
    const char *order = value(&bench, id, "agreement");
    assert_non_null(order);
    for (size_t i = 0; i < COUNT(cases); i++) {
        bench.broken = cases[i].call;
        bench.status = cases[i].status;
        bench.instead = cases[i].instead;
        control(
            &bench, "azure/edit-offer", /* so that it is asked for in any case */
            arena_printf(bench.drive.arena, "{'id':'%s','path':'notes','value':'n%zu'}", id, i));
        bench_read(&bench, true);
        assert_int_equal(bench.reading.findings, cases[i].findings);
        assert_int_equal(bench.made, 0);
        assert_value(&bench, id, "note", arena_printf(bench.reading.arena, "n%zu", i));
        assert_value(&bench, id, "state", "accepted");
        assert_value(&bench, id, "agreement", order);
        assert_value(&bench, id, "agreement_status", "Active");
        assert_value(&bench, id, "agreement_start", "2026-01-01");
        assert_value(&bench, id, "buyer", INGESTION_ACCOUNT);
    }
    /* Nor does it need the option any more. */
    bench.broken = NULL;
    bench.setting.number = 0;
    bench_read(&bench, true);
    assert_int_equal(bench.asked, 0);
    assert_value(&bench, id, "agreement", order);
    bench_close(&bench);
}

/* A subscription says more, and sooner. */
static void test_subscription_speaks(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct drive *drive = &bench.drive;
    const char *id = arena_copy(bench.reading.arena,
                                azure_market_create(drive, azure_market_offer(drive, NULL, NULL)));
    bench_read(&bench, true);
    pass(&bench, 6 * HOUR_MS);
    bench.broken = "/_sandbox-report/";
    bench.instead = arena_printf(
        bench.reading.arena,
        "PrivateOfferId,AssetId,OrderStatus\n%s,order 1,Warned\n%s,o2,Cancelled\n", id, id);
    bench_read(&bench, true);
    assert_value(&bench, id, "state", "accepted"); /* while the service says it is pending */
    assert_value(&bench, id, "agreement", "order 1");
    assert_int_equal(bench.reading.findings, 1); /* the word is not known: CLD-001 */
    control(&bench, "azure/accept-offer", arena_printf(drive->arena, "{'id':'%s'}", id));
    control(&bench, "azure/subscribe", arena_printf(drive->arena, "{'id':'%s'}", id));
    const char *subscription = arena_copy(bench.reading.arena, drive_answer(drive, "id"));
    bench_read(&bench, false);
    assert_value(&bench, id, "agreement", subscription);
    assert_value(&bench, id, "agreement_stage", "subscribed");
    bench_read(&bench, true);
    assert_value(&bench, id, "agreement", subscription);
    bench_close(&bench);
}

/* ------------------------------------------------------------------ pieces */

static void test_links(void **state)
{
    (void)state;
    static const struct {
        const char *base, *link;
        bool followed;
    } cases[] = {
        {"https://api.partnercenter.microsoft.com/x", "https://a.blob.core.windows.net/r?sig=1",
         true},
        {"https://api.partnercenter.microsoft.com/x", "http://a.blob.core.windows.net/r", false},
        {"https://api.partnercenter.microsoft.com/x", "http://127.0.0.1:8080/r", false},
        {"http://127.0.0.1:8080/x", "http://127.0.0.1:8080/r", true},
        {"http://127.0.0.1:8080/x", "http://169.254.169.254/latest/", false},
        {"https://api.partnercenter.microsoft.com/x", "https://a@b.example/r", false},
        {"https://api.partnercenter.microsoft.com/x", "https://a.example/r\r\nX: y", false},
        {"https://api.partnercenter.microsoft.com/x", "file:///etc/passwd", false},
        {"https://api.partnercenter.microsoft.com/x", "", false},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cloud cloud = {.bases = {[AZURE_INSIGHTS] = cases[i].base}};
        if (azure_insights_may_follow(&cloud, arena, cases[i].link) != cases[i].followed)
            fail_msg("%s", cases[i].link);
    }
}

static void test_query(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    assert_string_equal(
        azure_orders_query(arena,
                           quoted_json(arena, "{'selectableColumns':['AssetId','PrivateOfferId',"
                                              "'OrderStatus','SKU'],'availableDateRanges':"
                                              "['LAST_6_MONTHS','LIFETIME']}")),
        "SELECT PrivateOfferId, AssetId, OrderStatus FROM ISVOrder WHERE IsPrivateOffer = '1' "
        "TIMESPAN LIFETIME");
    assert_non_null(
        strstr(azure_orders_query(
                   arena, quoted_json(arena, "{'SelectableColumns':['OrderId','PrivateOfferId']}")),
               "TIMESPAN LAST_6_MONTHS"));
    assert_null(azure_orders_query(arena, quoted_json(arena, "{'selectableColumns':['AssetId']}")));
    assert_null(azure_orders_query(arena, quoted_json(arena, "{}")));
}

static void keep(void *context, const char *offer, struct json *order)
{
    struct map *orders = context;
    if (azure_order_better(order, map_get(orders, offer)))
        map_put(orders, offer, order);
}

static void test_file(void **state)
{
    (void)state;
    static const char file[] = "\xef\xbb\xbfprivateofferid\tSalesNotes\tAssetId\tOrderStatus\t"
                               "OrderPurchaseDate\tTermEndDate\r\n"
                               "AA\t\"a; b\nc\"\tnew, one\tActive\t2026-02-01\t0001-01-01\r\n"
                               "aa\t\told\tActive\t2026-01-01T00:00:00Z\t2026-12-31\r\n"
                               "aa\t\tgone\tCancelled\t2026-03-01\t\r\n"
                               "\t\tlist price\tActive\t\t\r\n"
                               "bb\t\t\xff\xfe\tActive\t\t\r\n"
                               "cc\ttoo few\r\n"
                               "dd\t\tsame\tCanceled\t1/2/2026\t\r\n"
                               "dd\t\tsame\tActive\t\t\r\n";
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct map *orders = map_new();
    struct error error = {0};
    const char *fault = NULL;
    assert_int_equal(
        azure_orders_read(arena, file, sizeof file - 1, '\t', keep, orders, &fault, &error), 0);
    assert_non_null(strstr(fault, "line 8"));
    assert_int_equal(map_count(orders), 2);
    const struct json *order = map_get(orders, "aa");
    assert_string_equal(json_print(arena, order), "{\"order\":\"new, one\",\"status\":\"Active\","
                                                  "\"start\":\"2026-02-01\"}");
    assert_true(azure_order_ended(map_get(orders, "dd")));
    /* The version holds all of it. */
    const char *version = azure_offer_version(arena, "\"e 1\"", "accepted", order);
    struct azure_offer_version parts;
    assert_true(azure_offer_split_version(arena, version, &parts));
    assert_string_equal(parts.etag, "\"e 1\"");
    assert_string_equal(json_print(arena, azure_order_of(arena, &parts)), json_print(arena, order));
    assert_true(azure_offer_split_version(
        arena, azure_offer_version(arena, "t", "accepted", quoted_json(arena, "{'id':'s'}")),
        &parts));
    assert_null(azure_order_of(arena, &parts));
    map_free(orders);
    static const char *const others[] = {"", "AssetId\r\n1\r\n", "<Error/>", "\"AssetId"};
    for (size_t i = 0; i < COUNT(others); i++)
        assert_true(azure_orders_read(arena, others[i], strlen(others[i]), ',', keep, NULL, &fault,
                                      &error) < 0);
}

/* An order proves nothing where the service says more than that it waits. */
static void test_states(void **state)
{
    (void)state;
    static const struct {
        const char *offer, *wanted;
    } cases[] = {
        {"{'state':'live'}", "accepted"},
        {"{'state':'live','subState':'PendingAcceptance'}", "accepted"},
        {"{'state':'live','subState':'pendingPartnerAction','acceptBy':'2020-01-01'}", "accepted"},
        {"{'state':'live','subState':'rejected'}", "rejected"},
        {"{'state':'live','end':'2020-01-01'}", "ended"},
        {"{'state':'withdrawn'}", "cancelled"},
        {"{'state':'draft'}", "draft"},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct json *order = quoted_json(arena, "{'order':'1'}");
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(
            azure_offer_state(quoted_json(arena, cases[i].offer), order, FAKE_START_MS),
            cases[i].wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made_once),
        cmocka_unit_test(test_lost_answers),
        cmocka_unit_test(test_doubtful_lists),
        cmocka_unit_test(test_nothing_is_taken_back),
        cmocka_unit_test(test_subscription_speaks),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
