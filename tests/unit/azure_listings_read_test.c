/* Reading listings of Microsoft: products, submissions as the cheap sign of change, trees where
 * something moved, in every irregular form that is known; and nothing secret is kept. */
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
#include "tests/unit/azure_listing_fixture.h"

struct bench {
    struct account account;
    struct map *known, *records, *seen;
    size_t findings, done;
    enum read_outcome outcome;
    struct error error;
    /* What is answered; NULL: 404. Page n of the products at [n]. */
    const char *products[4];
    const char *submissions, *plans;
    const char *live, *preview, *draft;
    int tree_status; /* to a tree that is not there; 0: 400 */
    struct fake_answer fault;
    const char *fault_at; /* part of a URL that gets it */
    size_t page;
};

static void answer(struct bench *bench, struct arena *arena, const char *body, int otherwise,
                   struct fake_answer *ret_answer)
{
    (void)bench;
    ret_answer->body =
        account_text(arena, body ? body : "{'error':{'code':'badRequest','message':'No such'}}");
    ret_answer->status = body ? 200 : otherwise;
}

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    struct bench *bench = context;
    const char *url = request->url;
    int none = bench->tree_status ? bench->tree_status : 400;
    assert_string_equal(request->method, "GET"); /* reading writes nothing */
    assert_non_null(strstr(url, "version="));
    if (bench->fault_at && strstr(url, bench->fault_at))
        *ret_answer = bench->fault;
    else if (strstr(url, "/product?"))
        answer(bench, arena, bench->products[bench->page++], 404, ret_answer);
    else if (strstr(url, "/submission/"))
        answer(bench, arena, bench->submissions, 404, ret_answer);
    else if (strstr(url, "/plan?"))
        answer(bench, arena, bench->plans, 404, ret_answer);
    else if (strstr(url, "targetType=live"))
        answer(bench, arena, bench->live, none, ret_answer);
    else if (strstr(url, "targetType=preview"))
        answer(bench, arena, bench->preview, none, ret_answer);
    else if (strstr(url, "targetType=draft"))
        answer(bench, arena, bench->draft, none, ret_answer);
    else
        fail_msg("%s", url);
}

/* ------------------------------------------------------------------ the sink */

static const char *version(void *context, const char *id)
{
    return map_get(((struct bench *)context)->known, id);
}

static int take_record(void *context, const struct record *record)
{
    struct bench *bench = context;
    assert_false(map_has(bench->records, record->id));
    /* Neither secrets nor what changes with each read. */
    assert_null(strstr(record->raw, "sig="));
    assert_null(strstr(record->raw, "*****"));
    assert_null(strstr(record->raw, "lead@example.com"));
    map_put(bench->records, record->id, record_copy(bench->account.arena, record));
    return 0;
}

static int take_seen(void *context, const char *id)
{
    struct bench *bench = context;
    map_put(bench->seen, id, bench);
    return 0;
}

static void take_finding(void *context, const struct finding *finding)
{
    struct bench *bench = context;
    assert_non_null(finding->type);
    bench->findings++;
}

static void take_done(void *context, enum read_outcome outcome, const char *watermark,
                      const struct error *error)
{
    struct bench *bench = context;
    (void)watermark;
    bench->done++;
    bench->outcome = outcome;
    if (error)
        bench->error = *error;
}

static void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    account_open(&bench->account, handle, bench, NULL);
    bench->known = map_new();
    bench->records = map_new();
    bench->seen = map_new();
    bench->products[0] = LIST(PRODUCT_ITEM);
    bench->submissions = LIST(DRAFT "," DONE("live", LIVE_1, "25"));
    bench->live = TREE("Analytics", "a");
    bench->draft = TREE("Analytics", "b");
}

static void bench_close(struct bench *bench)
{
    map_free(bench->known);
    map_free(bench->records);
    map_free(bench->seen);
    account_close(&bench->account);
}

static void bench_read(struct bench *bench, bool pending)
{
    const struct read_sink sink = {bench, version, take_record, take_seen, take_finding, take_done};
    const struct kind *kind = &kinds[KIND_LISTING];
    bool *mapped = arena_array(bench->account.arena, kind->field_count, sizeof *mapped);
    mapped[kind_field(kind, "pending")] = pending;
    const struct read_scope scope = {.full = true, .mapped = mapped};
    bool stop = false;
    bench->done = bench->page = 0;
    azure_listings_read(bench->account.cloud, &scope, &sink);
    assert_int_equal(bench->done, 0); /* not before it returned */
    assert_int_equal(loop_run(bench->account.loop, &stop, NULL), 0);
    assert_int_equal(bench->done, 1);
}

static const char *value(const struct bench *bench, const char *field)
{
    const struct record *record = map_get(bench->records, GUID);
    assert_non_null(record);
    const char *text = record_get(record, field);
    return text ? text : "";
}

static bool was_asked(const struct bench *bench, const char *part)
{
    for (size_t i = 0; i < account_sent(&bench->account); i++) {
        if (strstr(account_line(&bench->account, i), part))
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ tests */

static void test_live(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench_read(&bench, false);
    assert_int_equal(bench.outcome, READ_COMPLETE);
    assert_int_equal(bench.findings, 0);
    assert_string_equal(value(&bench, "title"), "Analytics");
    assert_string_equal(value(&bench, "visibility"), "public");
    assert_string_equal(value(&bench, "publication"), "live");
    assert_string_equal(value(&bench, "pending"), ""); /* nobody asked */
    assert_int_equal(account_sent(&bench.account), 3);
    assert_string_equal(account_line(&bench.account, 0), "GET /product?$version=2022-07-01");
    assert_string_equal(account_line(&bench.account, 1),
                        "GET /submission/" GUID "?$version=2022-07-01");
    assert_string_equal(account_line(&bench.account, 2),
                        "GET /resource-tree/" PRODUCT "?targetType=live&$version=2022-07-01");
    bench_close(&bench);
}

/* A tree costs a call per product: it is asked for only where a submission moved. */
static void test_unmoved(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench_read(&bench, false);
    const struct record *record = map_get(bench.records, GUID);
    map_put(bench.known, GUID, arena_copy(bench.account.arena, record->version));
    map_free(bench.records);
    bench.records = map_new();
    size_t before = account_sent(&bench.account);
    bench_read(&bench, false);
    assert_int_equal(account_sent(&bench.account) - before, 2);
    assert_true(map_has(bench.seen, GUID));
    assert_int_equal(map_count(bench.records), 0);
    /* taken off sale: the same submission, another state */
    bench.submissions = LIST(DRAFT ",{'id':'submission/" GUID "/" LIVE_1
                                   "','target':{'targetType':'live'},'status':'completed',"
                                   "'result':'succeeded','lifecycleState':'deprecated'}");
    bench_read(&bench, false);
    assert_string_equal(value(&bench, "visibility"), "restricted");
    bench_close(&bench);
}

/* Edits of a draft leave no trace but the draft itself. */
static void test_draft(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.submissions = LIST(DRAFT);
    bench.live = NULL;
    bench_read(&bench, false);
    assert_string_equal(value(&bench, "visibility"), "draft");
    assert_string_equal(value(&bench, "publication"), "draft");
    assert_false(was_asked(&bench, "targetType=live")); /* it is known to lack */
    const struct record *record = map_get(bench.records, GUID);
    map_put(bench.known, GUID, arena_copy(bench.account.arena, record->version));
    map_free(bench.records);
    bench.records = map_new();
    bench.draft = TREE("Analytics", "c"); /* links of another day */
    bench_read(&bench, false);
    assert_int_equal(map_count(bench.records), 0);
    assert_true(map_has(bench.seen, GUID));
    bench.draft = TREE("Analytics 2", "c");
    bench_read(&bench, false);
    assert_string_equal(value(&bench, "title"), "Analytics 2");
    bench_close(&bench);
}

static void test_pending(void **state)
{
    (void)state;
    static const struct {
        const char *draft, *pending;
        enum read_outcome outcome;
    } cases[] = {
        {TREE("Analytics", "b"), "no", READ_COMPLETE},
        {TREE("Analytics 2", "b"), "yes", READ_COMPLETE},
        {TREE_OF(LISTING("Analytics")), "yes", READ_COMPLETE},
        {NULL, "", READ_PARTIAL}, /* what is live stays true */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_open(&bench);
        bench.draft = cases[i].draft;
        bench_read(&bench, true);
        assert_int_equal(bench.outcome, cases[i].outcome);
        assert_string_equal(value(&bench, "title"), "Analytics");
        assert_string_equal(value(&bench, "pending"), cases[i].pending);
        bench_close(&bench);
    }
}

/* Where there is no tree of one target the next is asked for; where there is none at all the
 * product stands for itself. */
static void test_fallback(void **state)
{
    (void)state;
    static const struct {
        const char *live, *preview, *draft, *plans, *title, *dimensions;
        int status;
    } cases[] = {
        {NULL, TREE("Preview", "a"), TREE("Draft", "a"), NULL, "Preview", GOLD_TEXT("Gold"), 400},
        {NULL, NULL, TREE("Draft", "a"), NULL, "Draft", GOLD_TEXT("Gold"), 404},
        {NULL, NULL, NULL, LIST(GOLD_PLAN), "Analytics (alias)", "gold | Gold, annual | - | - | -",
         400},
        {TREE_OF(LISTING("Alone")), NULL, NULL, LIST(GOLD_PLAN), "Alone",
         "gold | Gold, annual | - | - | -", 400},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_open(&bench);
        bench.live = cases[i].live;
        bench.preview = cases[i].preview;
        bench.draft = cases[i].draft;
        bench.plans = cases[i].plans;
        bench.tree_status = cases[i].status;
        bench_read(&bench, false);
        assert_int_equal(bench.outcome, READ_COMPLETE);
        assert_string_equal(value(&bench, "title"), cases[i].title);
        assert_string_equal(value(&bench, "dimensions"), cases[i].dimensions);
        assert_string_equal(value(&bench, "product_type"), "saas");
        bench_close(&bench);
    }
}

#define ITEM(n)                                                                                    \
    "{'$schema':'" OLD "product/2022-03-01-preview3','id':'product/p-" n                           \
    "','identity':{'externalID':'offer-" n "'},'type':'SoftwareAsAService','alias':'P" n "'}"
#define NEXT(items, link) "{'value':[" items "],'@nextLink':'" link "'}"

/* Lists end with a link that is absent, null or empty; a link never leads elsewhere. */
static void test_pages(void **state)
{
    (void)state;
    static const struct {
        const char *title, *products[4];
        enum read_outcome outcome;
        size_t records;
    } cases[] = {
        {"two pages",
         {NEXT(ITEM("1"),
               "https://graph.microsoft.com/rp/product-ingestion/product?a=b&$version=x"),
          LIST(ITEM("2"))},
         READ_COMPLETE,
         2},
        {"null", {"{'value':[" ITEM("1") "],'@nextLink':null}"}, READ_COMPLETE, 1},
        {"empty", {NEXT(ITEM("1"), "")}, READ_COMPLETE, 1},
        {"no products", {"{'value':[],'@nextLink':null}"}, READ_COMPLETE, 0},
        {"foreign host",
         {NEXT(ITEM("1"), "https://product-ingestion.mp.microsoft.com/product?continuationToken=a"),
          LIST(ITEM("2"))},
         READ_PARTIAL,
         1},
        {"plain http",
         {NEXT(ITEM("1"), "http://graph.microsoft.com/rp/product-ingestion/product?a=b"),
          LIST(ITEM("2"))},
         READ_PARTIAL,
         1},
        {"same link",
         {NEXT(ITEM("1"), "https://graph.microsoft.com/product?a=b&$version=x"),
          NEXT(ITEM("2"), "https://graph.microsoft.com/product?a=b&$version=x"), LIST("")},
         READ_PARTIAL,
         2},
        {"odd ids",
         {LIST("{'id':'product/../me'},{'id':'plan/1'},{'id':7},{},null," ITEM("1"))},
         READ_PARTIAL,
         1},
        {"deleted", {LIST("{'id':'product/p-9','lifecycleState':'Deleted'}")}, READ_COMPLETE, 0},
        {"no list", {"{'value':{}}"}, READ_FAILED, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_open(&bench);
        print_message("  %s\n", cases[i].title);
        memcpy(bench.products, cases[i].products, sizeof bench.products);
        bench.submissions = LIST(DRAFT);
        bench.draft = TREE_OF(""); /* the product is the list's */
        bench.plans = LIST("");
        bench_read(&bench, false);
        assert_int_equal(bench.outcome, cases[i].outcome);
        assert_int_equal(map_count(bench.records), cases[i].records);
        for (size_t j = 0; j < account_sent(&bench.account); j++)
            assert_true(text_starts(account_request(&bench.account, j)->url,
                                    "http://127.0.0.1:1/rp/product-ingestion/"));
        const struct record *record = map_get(bench.records, "p-1");
        if (record) {
            assert_string_equal(record_get(record, "sku"), "offer-1");
            assert_string_equal(record_get(record, "product_type"), "saas");
        }
        bench_close(&bench);
    }
}

/* One product that cannot be read leaves the read partial: nothing is taken for gone. */
static void test_faults(void **state)
{
    (void)state;
    static const struct {
        const char *title, *at;
        struct fake_answer fault;
        enum read_outcome outcome;
        size_t records;
    } cases[] = {
        {"products denied", "/product?", {.status = 403}, READ_FAILED, 0},
        {"products 500", "/product?", {.status = 500}, READ_FAILED, 0},
        {"submissions denied", "/submission/", {.status = 403}, READ_FAILED, 0},
        {"submissions 500", "/submission/", {.status = 500}, READ_PARTIAL, 0},
        {"submissions gone", "/submission/", {.status = 404}, READ_PARTIAL, 0},
        {"submissions HTML", "/submission/", {.body = "<p>"}, READ_PARTIAL, 0},
        {"submissions no list", "/submission/", {.body = "{}"}, READ_PARTIAL, 0},
        {"endless submissions",
         "/submission/",
         {.body = "{\"value\":[],\"@nextLink\":\"https://graph.microsoft.com/x?a\"}"},
         READ_PARTIAL,
         0},
        {"tree 500", "resource-tree", {.status = 500}, READ_PARTIAL, 0},
        {"tree lost", "resource-tree", {.fate = FAKE_LOST}, READ_PARTIAL, 0},
        {"tree empty", "resource-tree", {.body = "{}"}, READ_PARTIAL, 0},
        {"tree of null", "resource-tree", {.body = "{\"resources\":null}"}, READ_PARTIAL, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_open(&bench);
        print_message("  %s\n", cases[i].title);
        bench.fault_at = cases[i].at;
        bench.fault = cases[i].fault;
        bench_read(&bench, false);
        assert_int_equal(bench.outcome, cases[i].outcome);
        assert_int_equal(map_count(bench.records), cases[i].records);
        bench_close(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_live),     cmocka_unit_test(test_unmoved),
        cmocka_unit_test(test_draft),    cmocka_unit_test(test_pending),
        cmocka_unit_test(test_fallback), cmocka_unit_test(test_pages),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
