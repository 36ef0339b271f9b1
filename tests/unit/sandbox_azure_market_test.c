/* Microsoft's marketplace beside its offers: reads and pages, jobs and their faults, publishing,
 * subscriptions, reports, the snapshot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "tests/support/azure_market.h"
#include "tests/support/folder.h"

#define MINUTE_MS 60000
#define HOUR_MS   INT64_C(3600000)

static int graph(struct drive *drive, const char *target)
{
    return azure_market_call(drive, AZURE_MARKET_GRAPH, "GET", target, NULL);
}

/* ---- Reads. */
static void test_refused_reads(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int status;
        const char *code;
    } cases[] = {
        {"/product", 400, "badRequest"},
        {"/product?$version=2021-01-01", 400, "badRequest"},
        {"/product?$version=2022-07-01&$maxpagesize=0", 400, "badRequest"},
        {"/product?$version=2022-07-01&continuationToken=x", 400, "badRequest"},
        {"/plan?$version=2022-07-01", 400, "badRequest"},
        {"/plan?product=product/x&$version=2022-07-01", 404, "notFound"},
        {"/submission/product/" INGESTION_SAAS "?$version=2022-07-01", 404, "notFound"},
        {"/submission/" INGESTION_SAAS "?$version=2022-07-01&targetType=retail", 400, "badRequest"},
        {"/resource-tree/product/" INGESTION_DRAFT "?targetType=live&$version=2022-07-01", 400,
         "badRequest"},
        {"/private-offer/00000000-0000-0000-0000-0000000000ff?$version=2023-07-15", 404,
         "notFound"},
        {"/configure/00000000-0000-0000-0000-0000000000ff/status?$version=2022-07-01", 404,
         "notFound"},
        {"/price-and-availability-private-offer-plan/" INGESTION_SAAS "?$version=2023-07-15", 400,
         "badRequest"},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        int status = graph(&drive, arena_printf(drive.arena, INGESTION_BASE "%s", cases[i].path));
        if (status != cases[i].status ||
            strcmp(azure_market_text(&drive, "error.code"), cases[i].code) != 0)
            fail_msg("%s: %d %s", cases[i].path, status, drive.response.body);
    }
    assert_int_equal(
        azure_market_call(&drive, NULL, "GET", INGESTION_BASE "/product?$version=2022-07-01", NULL),
        401);
    assert_string_equal(azure_market_text(&drive, "error.code"), "InvalidAuthenticationToken");
    assert_int_equal(azure_market_call(&drive, AZURE_MARKET_SAAS, "GET",
                                       INGESTION_BASE "/product?$version=2022-07-01", NULL),
                     401);
    drive_stop(&drive);
}

static void test_pages(void **state)
{
    (void)state;
    static const struct sandbox_options options = {.azure_products = 12, .azure_offers = 60};
    static const char host[] = "https://graph.microsoft.com/rp/product-ingestion/";
    struct drive drive;
    size_t seen = 0, pages = 0;
    drive_start(&drive, &options);
    const char *target = INGESTION_BASE "/product?$maxpagesize=5&$version=2022-07-01";
    while (target) {
        assert_int_equal(graph(&drive, target), 200);
        seen += json_get(drive.answer, "value")->count;
        pages++;
        const char *next = json_get_text(drive.answer, "@nextLink");
        assert_true(!next || text_starts(next, host));
        target = next ? next + strlen("https://graph.microsoft.com") : NULL;
    }
    assert_int_equal(seen, 12);
    assert_int_equal(pages, 3);
    assert_int_equal(azure_market_get(&drive, "private-offer/query"), 200);
    assert_int_equal(json_get(drive.answer, "value")->count, 50);
    assert_non_null(json_get(drive.answer, "@nextLink"));
    assert_int_equal(azure_market_get(&drive, "product?externalId=sandbox-gateway"), 200);
    assert_int_equal(json_get(drive.answer, "value")->count, 1);
    assert_string_equal(azure_market_text(&drive, "value[0].id"), "product/" INGESTION_VM);
    azure_market_get(&drive, "product?type=azureVirtualMachine");
    assert_string_equal(azure_market_text(&drive, "value[0].id"), "product/" INGESTION_VM);
    azure_market_get(&drive, "plan?product=product/" INGESTION_SAAS);
    assert_int_equal(json_get(drive.answer, "value")->count, 4);
    drive_stop(&drive);
}

/* $version is a ceiling: older forms have the older host, and an older name of the tag. */
static void test_versions(void **state)
{
    (void)state;
    static const struct sandbox_options options = {.azure_offers = 1};
    struct drive drive;
    drive_start(&drive, &options);
    assert_int_equal(graph(&drive, INGESTION_BASE "/product?$version=2022-03-01-preview3"), 200);
    assert_string_equal(
        azure_market_text(&drive, "value[0].$schema"),
        "https://product-ingestion.azureedge.net/schema/product/2022-03-01-preview3");
    assert_int_equal(graph(&drive, INGESTION_BASE "/private-offer/query?%24version=2022-07-01"),
                     200);
    assert_non_null(json_find(drive.answer, "value[0]._etag"));
    assert_null(json_find(drive.answer, "value[0].eTag"));
    assert_int_equal(azure_market_get(&drive, "customer-leads/" INGESTION_SAAS), 200);
    assert_null(strstr(drive.response.body, "AccountKey"));
    drive_stop(&drive);
}

/* ---- Jobs. */
static const char *status_of(struct drive *drive, const char *job)
{
    azure_market_get(drive, "configure/%s/status", job);
    return azure_market_text(drive, drive->response.status == 200 ? "jobStatus" : "error.code");
}

static void test_job_in_time(void **state)
{
    (void)state;
    static const struct sandbox_options slow = {.job_ms = 600 * 1000};
    static const struct {
        int64_t after_ms;
        const char *status;
    } steps[] = {{1000, "notStarted"},
                 {5000, "TooManyRequests"},
                 {MINUTE_MS, "notStarted"},
                 {180000, "running"},
                 {6 * MINUTE_MS, "completed"}};
    struct drive drive;
    drive_start(&drive, &slow);
    const char *job = azure_market_post(&drive, azure_market_offer(&drive, NULL, NULL));
    assert_string_equal(azure_market_text(&drive, "jobEnd"), "0001-01-01");
    assert_int_equal(strlen(azure_market_text(&drive, "jobStart")),
                     strlen("2026-03-02T09:15:04.9702903Z"));
    for (size_t i = 0; i < COUNT(steps); i++) {
        fake_advance(&drive.fake, steps[i].after_ms);
        assert_string_equal(status_of(&drive, job), steps[i].status);
        bool done = i + 1 == COUNT(steps);
        assert_int_equal(sandbox_azure_offers(drive.sandbox), done);
        assert_int_equal(azure_market_get(&drive, "configure/%s", job), done ? 200 : 400);
    }
    drive_stop(&drive);
}

static const char *two_offers(struct drive *drive)
{
    const char *one = azure_market_offer(drive, NULL, NULL);
    const char *two = azure_market_offer(drive, "resourceName", "'offer2'");
    return arena_printf(drive->arena, "%.*s,%s", (int)strlen(one) - 1, one, two + 1);
}

static void test_cancel(void **state)
{
    (void)state;
    static const struct sandbox_options slow = {.job_ms = 600 * 1000};
    struct drive drive;
    drive_start(&drive, &slow);
    const char *job = azure_market_post(&drive, two_offers(&drive));
    const char *cancel =
        arena_printf(drive.arena, INGESTION_BASE "/configure/%s/cancel?$version=2022-07-01", job);
    fake_advance(&drive.fake, 450 * 1000);
    assert_int_equal(azure_market_call(&drive, AZURE_MARKET_GRAPH, "POST", cancel, NULL), 200);
    assert_string_equal(azure_market_text(&drive, "jobResult"), "cancelled");
    assert_int_equal(sandbox_azure_offers(drive.sandbox), 1); /* what was done stays */
    assert_int_equal(azure_market_call(&drive, AZURE_MARKET_GRAPH, "POST", cancel, NULL), 400);
    assert_string_equal(azure_market_text(&drive, "error.message"),
                        "Cannot cancel job, job has already completed.");
    drive_stop(&drive);
}

static void test_fates(void **state)
{
    (void)state;
    struct error error;
    struct drive drive;
    drive_start(&drive, NULL);
    sandbox_fault_add(drive.sandbox, "job-fails", &error);
    assert_string_equal(azure_market_job(&drive, azure_market_offer(&drive, NULL, NULL)), "failed");
    assert_string_equal(azure_market_error(&drive), "businessValidationError");
    sandbox_fault_clear(drive.sandbox);
    sandbox_fault_add(drive.sandbox, "job-fails:Configure:1:1", &error);
    azure_market_job(&drive, azure_market_offer(&drive, NULL, NULL));
    assert_string_equal(azure_market_error(&drive), "internalServerError");
    assert_int_equal(sandbox_azure_offers(drive.sandbox), 0);
    sandbox_fault_clear(drive.sandbox);
    sandbox_fault_add(drive.sandbox, "job-half", &error);
    assert_string_equal(azure_market_job(&drive, azure_market_offer(&drive, NULL, NULL)), "failed");
    assert_int_equal(sandbox_azure_offers(drive.sandbox), 1);
    azure_market_get(&drive, "private-offer/query");
    assert_string_equal(azure_market_text(&drive, "value[0].state"), "draft");
    sandbox_fault_clear(drive.sandbox);
    sandbox_fault_add(drive.sandbox, "job-stuck", &error);
    const char *job = azure_market_post(&drive, azure_market_offer(&drive, NULL, NULL));
    fake_advance(&drive.fake, HOUR_MS);
    assert_string_equal(status_of(&drive, job), "running");
    sandbox_fault_clear(drive.sandbox);
    fake_advance(&drive.fake, MINUTE_MS);
    assert_string_equal(status_of(&drive, job), "completed");
    drive_stop(&drive);
}

static void test_requests(void **state)
{
    (void)state;
#define SCHEMA "https://schema.mp.microsoft.com/schema/"
#define JOB    "{'$schema':'" SCHEMA "configure/2022-07-01'"
    static const char *const bodies[] = {
        "{}",
        JOB "}",
        JOB ",'resources':[]}",
        JOB ",'more':1,'resources':[{'$schema':'" SCHEMA
            "reseller/2022-07-01','product':'product/x',"
            "'resellerChannelState':'all','audiences':[]}]}",
        JOB ",'resources':[{'$schema':'" SCHEMA "unheard-of/2022-07-01'}]}",
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(bodies); i++) {
        assert_int_equal(azure_market_call(&drive, AZURE_MARKET_GRAPH, "POST",
                                           INGESTION_BASE "/configure?$version=2022-07-01",
                                           bodies[i]),
                         400);
        assert_string_equal(azure_market_text(&drive, "error.code"), "schemaValidationError");
    }
    drive_stop(&drive);
}

/* ---- Listings and publishing. */
#define LISTING "listing/" INGESTION_SAAS "/public/main/default/en-us"

static const char *submit(struct drive *drive, const char *product, const char *id,
                          const char *target)
{
    return arena_printf(
        drive->arena,
        "[{'$schema':'https://schema.mp.microsoft.com/schema/submission/2022-07-01',%s"
        "'product':'product/%s','target':{'targetType':'%s'}}]",
        id ? arena_printf(drive->arena, "'id':'%s',", id) : "", product, target);
}

static const char *titled(struct drive *drive, const char *title, const char *more)
{
    return arena_printf(drive->arena,
                        "[{'$schema':'https://schema.mp.microsoft.com/schema/listing/"
                        "2022-03-01-preview5','id':'" LISTING "','product':'product/" INGESTION_SAAS
                        "','kind':'azureSaaS','languageId':'en-us',"
                        "'title':'%s'%s}]",
                        title, more);
}

static const char *live_title(struct drive *drive)
{
    azure_market_get(drive, "resource-tree/product/" INGESTION_SAAS "?targetType=live");
    return azure_market_text(drive, "resources[id=" LISTING "].title");
}

static void test_publishing(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    assert_string_equal(azure_market_job(&drive, titled(&drive, "New", ",'colour':'red'")),
                        "failed");
    assert_string_equal(azure_market_error(&drive), "schemaValidationError");
    assert_string_equal(azure_market_job(&drive, titled(&drive, "New", "")), "succeeded");
    azure_market_get(&drive, LISTING);
    assert_string_equal(azure_market_text(&drive, "title"), "New");
    assert_null(json_get(drive.answer, "searchResultSummary")); /* not sent: gone */
    assert_string_equal(live_title(&drive), "Sandbox Analytics");
    assert_string_equal(azure_market_job(&drive, submit(&drive, INGESTION_SAAS, NULL, "live")),
                        "failed");
    assert_string_equal(azure_market_error(&drive), "invalidState");
    assert_string_equal(azure_market_job(&drive, submit(&drive, INGESTION_SAAS, NULL, "preview")),
                        "succeeded");
    assert_string_equal(live_title(&drive), "Sandbox Analytics");
    azure_market_get(&drive, "submission/" INGESTION_SAAS "?targetType=preview");
    const char *id = azure_market_text(&drive, "value[0].id");
    assert_int_equal(strlen(azure_market_bare(azure_market_bare(id))), 19);
    assert_string_equal(azure_market_job(&drive, submit(&drive, INGESTION_SAAS, id, "live")),
                        "succeeded");
    assert_string_equal(live_title(&drive), "New");
    assert_string_equal(azure_market_job(&drive, submit(&drive, INGESTION_DRAFT, NULL, "preview")),
                        "failed"); /* it has no plan */
    drive_stop(&drive);
}

static void test_locked(void **state)
{
    (void)state;
    struct error error;
    struct drive drive;
    drive_start(&drive, NULL);
    assert_int_equal(
        drive_control(&drive, "azure/lock", "{'product':'" INGESTION_SAAS "','hours':5}"), 200);
    assert_string_equal(azure_market_job(&drive, titled(&drive, "New", "")), "failed");
    assert_string_equal(azure_market_error(&drive), "productLocked");
    assert_string_equal(azure_market_text(&drive, "errors[0].resourceId"),
                        "product/" INGESTION_SAAS);
    azure_market_job(&drive, azure_market_offer(&drive, NULL, NULL));
    assert_string_equal(azure_market_error(&drive), "productLocked");
    fake_advance(&drive.fake, 5 * HOUR_MS);
    assert_string_equal(azure_market_job(&drive, titled(&drive, "New", "")), "succeeded");
    sandbox_fault_add(drive.sandbox, "job-fails", &error);
    assert_string_equal(azure_market_job(&drive, submit(&drive, INGESTION_SAAS, NULL, "preview")),
                        "failed");
    assert_string_equal(azure_market_error(&drive), "invalidState");
    assert_non_null(strstr(drive.response.body, "Certification failed"));
    drive_stop(&drive);
}

/* ---- Subscriptions. */
#define SAAS(rest) "/api/saas/subscriptions" rest
#define DATED      "api-version=2018-08-31"

static int saas(struct drive *drive, const char *target)
{
    return azure_market_call(drive, AZURE_MARKET_SAAS, "GET", target, NULL);
}

static void test_subscriptions(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    assert_int_equal(saas(&drive, SAAS("?" DATED)), 200);
    assert_int_equal(drive.response.body_length, 0);
    assert_int_equal(saas(&drive, SAAS("?api-version=2017-04-15")), 400);
    assert_int_equal(graph(&drive, SAAS("?" DATED)), 403);
    assert_int_equal(drive.response.body_length, 0);
    const char *guid = azure_market_create(&drive, azure_market_offer(&drive, NULL, NULL));
    const char *body = arena_printf(drive.arena, "{'id':'%s'}", guid);
    assert_int_equal(drive_control(&drive, "azure/subscribe", body), 409);
    drive_control(&drive, "azure/accept-offer", body);
    assert_int_equal(drive_control(&drive, "azure/subscribe", body), 200);
    const char *id = arena_copy(drive.arena, azure_market_text(&drive, "id"));
    static const struct {
        const char *query;
        size_t plans;
        bool sourced;
    } cases[] = {{"", 4, false},
                 {"&planId=standard", 1, true},
                 {"&planId=nope", 0, false},
                 {"&planId=per-seat", 1, false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(
            saas(&drive, arena_printf(drive.arena, SAAS("/%s/listAvailablePlans?" DATED "%s"), id,
                                      cases[i].query)),
            200);
        assert_int_equal(json_get(drive.answer, "plans")->count, cases[i].plans);
        assert_string_equal(azure_market_text(&drive, "plans[0].sourceOffers[0].externalId"),
                            cases[i].sourced ? guid : "");
    }
    drive_control(&drive, "azure/subscription",
                  arena_printf(drive.arena, "{'id':'%s','status':'Subscribed'}", id));
    assert_int_equal(saas(&drive, arena_printf(drive.arena, SAAS("/%s?" DATED), id)), 200);
    assert_string_equal(azure_market_text(&drive, "saasSubscriptionStatus"), "Subscribed");
    for (size_t i = 0; i < 100; i++)
        drive_control(&drive, "azure/subscribe",
                      "{'product':'" INGESTION_SAAS "','plan':'" INGESTION_SEATS "'}");
    assert_int_equal(saas(&drive, SAAS("?" DATED)), 200);
    assert_int_equal(json_get(drive.answer, "subscriptions")->count, 100);
    const char *next = azure_market_text(&drive, "@nextLink");
    assert_int_equal(saas(&drive, next + strlen("https://marketplaceapi.microsoft.com")), 200);
    assert_int_equal(json_get(drive.answer, "subscriptions")->count, 1);
    assert_string_equal(azure_market_text(&drive, "@nextLink"), "");
    drive_stop(&drive);
}

/* ---- Reports. */
static int insight(struct drive *drive, const char *method, const char *rest, const char *body)
{
    return azure_market_call(drive, AZURE_MARKET_INSIGHTS, method,
                             arena_printf(drive->arena, "/insights/v1/cmp/%s", rest), body);
}

static const char *schedule(struct drive *drive, const char *query, int64_t ahead_ms,
                            const char *hours)
{
    char instant[INSTANT_TEXT];
    instant_print(sandbox_now(drive->sandbox) + ahead_ms, instant);
    return arena_printf(drive->arena,
                        "{'ReportName':'r','QueryId':'%s','StartTime':'%.19sZ',"
                        "'RecurrenceInterval':%s,'Format':'csv'}",
                        query, instant, hours);
}

static void test_reports(void **state)
{
    (void)state;
    static const struct sandbox_options options = {.azure_offers = 3};
    struct drive drive;
    drive_start(&drive, &options);
    assert_int_equal(insight(&drive, "GET", "ScheduledDataset", NULL), 200);
    assert_int_equal(insight(&drive, "POST", "ScheduledQueries",
                             "{'Name':'q','Query':'SELECT Nonsense FROM ISVOrder TIMESPAN X'}"),
                     400);
    assert_int_equal(
        insight(&drive, "POST", "ScheduledQueries",
                "{'Name':'q','Query':'SELECT AssetId, PrivateOfferId, IsPrivateOffer FROM "
                "ISVOrder TIMESPAN LAST_6_MONTHS'}"),
        200);
    const char *query = arena_copy(drive.arena, azure_market_text(&drive, "value[0].queryId"));
    assert_int_equal(
        insight(&drive, "POST", "ScheduledReport", schedule(&drive, query, 3 * HOUR_MS, "24")),
        400);
    assert_int_equal(
        insight(&drive, "POST", "ScheduledReport", schedule(&drive, query, 5 * HOUR_MS, "3")), 400);
    assert_int_equal(
        insight(&drive, "POST", "ScheduledReport", schedule(&drive, query, 5 * HOUR_MS, "24")),
        200);
    const char *path = arena_printf(drive.arena, "ScheduledReport/execution/%s",
                                    azure_market_text(&drive, "Value[0].reportId"));
    assert_int_equal(insight(&drive, "GET", path, NULL), 404);
    fake_advance(&drive.fake, 6 * HOUR_MS);
    assert_int_equal(insight(&drive, "GET", path, NULL), 200);
    const char *link = azure_market_text(&drive, "value[0].reportAccessSecureLink");
    assert_true(text_starts(link, "http://127.0.0.1:8080/"));
    link += strlen("http://127.0.0.1:8080");
    assert_int_equal(azure_market_call(&drive, AZURE_MARKET_INSIGHTS, "GET", link, NULL), 400);
    assert_int_equal(azure_market_call(&drive, NULL, "GET", link, NULL), 200);
    assert_true(text_starts(drive.response.body, "AssetId,PrivateOfferId,IsPrivateOffer\r\n"));
    assert_non_null(strstr(drive.response.body, ",1\r\n"));
    assert_int_equal(azure_market_call(&drive, NULL, "GET",
                                       arena_copy_n(drive.arena, link, strcspn(link, "?")), NULL),
                     403);
    drive_stop(&drive);
}

/* ---- Seeds and snapshots. */
static void test_restart(void **state)
{
    (void)state;
    char folder[96], path[128];
    folder_make(folder, sizeof folder, "azure-market-test");
    struct drive drive;
    snprintf(path, sizeof path, "%s/state.json", folder);
    const struct sandbox_options options = {.azure_offers = 10, .state_path = path};
    drive_start(&drive, &options);
    azure_market_create(&drive, azure_market_offer(&drive, NULL, NULL));
    const char *job = azure_market_post(&drive, azure_market_offer(&drive, NULL, NULL));
    azure_market_get(&drive, "private-offer/query");
    const char *before = arena_copy(drive.arena, drive.response.body);
    drive_restart(&drive, &options);
    azure_market_get(&drive, "private-offer/query");
    assert_string_equal(drive.response.body, before);
    fake_advance(&drive.fake, MINUTE_MS);
    assert_string_equal(status_of(&drive, job), "completed"); /* a job outlives a restart */
    assert_int_equal(sandbox_azure_offers(drive.sandbox), 12);
    assert_int_equal(sandbox_azure_offer_duplicates(drive.sandbox), 1);
    drive_control(&drive, "stats", NULL);
    assert_string_equal(azure_market_text(&drive, "azure_offers"), "12");
    assert_string_equal(azure_market_text(&drive, "azure_offer_duplicates"), "1");
    drive_stop(&drive);
    folder_remove(folder);
}

/* What one of the service's forms does: capital letters, other spellings, unknown members. */
static void test_odd_forms(void **state)
{
    (void)state;
    static const struct sandbox_options options = {.azure_offers = 1, .unknown_members = true};
    struct drive drive;
    drive_start(&drive, &options);
    azure_market_get(&drive, "private-offer/query");
    assert_string_equal(azure_market_text(&drive, "value[0].state"), "Live");
    assert_string_equal(azure_market_text(&drive, "value[0].privateOfferType"),
                        "CustomerPromotion");
    assert_true(json_is_null(json_get(drive.answer, "@nextLink")));
    azure_market_post(&drive, azure_market_offer(&drive, NULL, NULL));
    assert_string_not_equal(azure_market_text(&drive, "jobID"), "");
    drive_stop(&drive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_reads), cmocka_unit_test(test_pages),
        cmocka_unit_test(test_versions),      cmocka_unit_test(test_job_in_time),
        cmocka_unit_test(test_cancel),        cmocka_unit_test(test_fates),
        cmocka_unit_test(test_requests),      cmocka_unit_test(test_publishing),
        cmocka_unit_test(test_locked),        cmocka_unit_test(test_subscriptions),
        cmocka_unit_test(test_reports),       cmocka_unit_test(test_restart),
        cmocka_unit_test(test_odd_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
