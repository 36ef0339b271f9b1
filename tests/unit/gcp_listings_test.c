/* Listings of Google from the documents of a service: plans, SKUs, active prices, and versions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/gcp/listings.h"
#include "model/value.h"
#include "tests/support/google.h"

#define SERVICE    GOOGLE_PARENT "/services/db.endpoints.acme.cloud.goog"
#define PAST       "'effectiveTime':'2025-01-01T00:00:00Z'"
#define USD(units) "{'currencyCode':'USD','units':'" units "'}"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

struct findings {
    size_t count;
    const char *last;
};

static void take_finding(void *context, const struct finding *finding)
{
    struct findings *findings = context;
    assert_string_equal(finding->type->code, "CLD-001");
    assert_string_equal(finding->subject, "db.endpoints.acme.cloud.goog");
    findings->count++;
    findings->last = arena_copy(arena, finding->detail ? finding->detail : "");
}

/* Lists are given without their brackets; NULL: empty. */
struct given {
    const char *service, *offers, *skus, *groups;
    int64_t now_ms;
};

static struct json *list(const char *items)
{
    return google_json(arena, arena_printf(arena, "[%s]", items ? items : ""));
}

static struct json *document(const struct given *given, struct findings *findings)
{
    const struct gcp_listing_parts parts = {
        .service = google_json(arena, given->service ? given->service
                                                     : "{'name':'" SERVICE "','title':'DB'}"),
        .offers = list(given->offers),
        .skus = list(given->skus),
        .groups = list(given->groups)};
    return gcp_listing_document(arena, &parts, given->now_ms ? given->now_ms : FAKE_START_MS,
                                take_finding, findings);
}

static struct record *record_of(const struct given *given, struct findings *findings)
{
    *findings = (struct findings){0};
    return gcp_listing_record(arena, document(given, findings), "v", take_finding, findings);
}

/* Items joined by newlines, in order; "" for none. */
static const char *items(const struct record *record, const char *field)
{
    const char *value = record_get(record, field), *text = "";
    for (size_t i = 0; i < list_count(value); i++)
        text = arena_printf(arena, "%s%s%s", text, i ? "\n" : "", list_item(arena, value, i));
    return text;
}

static void assert_items(const char *what, const struct record *record, const char *field,
                         const char *expected)
{
    const char *found = items(record, field);
    if (strcmp(found, expected) != 0)
        fail_msg("%s: %s is\n%s\ninstead of\n%s", what, field, found, expected);
}

/* ------------------------------------------------------------------ the service */

static void test_service(void **state)
{
    (void)state;
    static const struct {
        const char *type, *value;
        size_t findings;
    } rows[] = {
        {"'SOFTWARE_AS_A_SERVICE'", "saas", 0},
        {"'ANALYTICS_HUB_LISTING'", "data", 0},
        {"'PROFESSIONAL_SERVICES'", "consulting", 0},
        {"'PRODUCT_TYPE_UNSPECIFIED'", NULL, 0},
        {"'HOLOGRAM'", NULL, 1},
        {"''", NULL, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct findings findings;
        const struct given given = {.service = arena_printf(arena,
                                                            "{'name':'" SERVICE
                                                            "','title':'DB','productType':%s,"
                                                            "'documentRequirement':{'x':1}}",
                                                            rows[i].type)};
        struct record *record = record_of(&given, &findings);
        assert_string_equal(record->id, "db.endpoints.acme.cloud.goog");
        assert_string_equal(record_get(record, "id"), "db.endpoints.acme.cloud.goog");
        assert_string_equal(record_get(record, "title"), "DB");
        if (!text_equal(record_get(record, "product_type"), rows[i].value))
            fail_msg("%s", rows[i].type);
        assert_int_equal(findings.count, rows[i].findings);
        assert_non_null(strstr(record->raw, "documentRequirement")); /* kept whole */
        assert_null(record_get(record, "visibility"));
        assert_null(record_get(record, "publication"));
    }
}

/* ------------------------------------------------------------------ plans */

#define OFFER(id, more) "{'name':'" SERVICE "/standardOffers/" id "'" more "}"

static void test_plans(void **state)
{
    (void)state;
    struct findings findings;
    const struct given given = {
        .offers = OFFER(
            "b",
            ",'serviceLevel':'gold','serviceLevelTitle':'Gold | plan',"
            "'termDurationMonths':12,'effectiveTime':'2025-06-02T07:00:00Z',"
            "'expireTime':'2026-01-01T08:00:00Z','priceModel':{'flatFee':{'sku':'" SERVICE
            "/skus/FEE'},'usage':{'skuList':{'skus':['" SERVICE "/skus/USE','" SERVICE
            "/skus/MORE']}}}") "," OFFER("a",
                                         ",'serviceLevel':'gold','serviceLevelTitle':'Gold | plan',"
                                         "'termDurationMonths':'24','effectiveTime':'2025-06-02T07:"
                                         "00:00Z'") "," OFFER("c",
                                                              ",'serviceLevel':'usage','"
                                                              "effectiveTime':'2025-06-02T06:59:59."
                                                              "999999Z',"
                                                              "'expireTime':'2025-12-31T08:00:00."
                                                              "5Z','priceModel':{'usage':{"
                                                              "'skuGroupList':{'skuGroups':["
                                                              "'" GOOGLE_PARENT
                                                              "/skuGroups/all']}}}") "," OFFER("a",
                                                                                               ",'"
                                                                                               "ser"
                                                                                               "vic"
                                                                                               "eLe"
                                                                                               "vel"
                                                                                               "':'"
                                                                                               "gol"
                                                                                               "d',"
                                                                                               "'se"
                                                                                               "rvi"
                                                                                               "ceL"
                                                                                               "eve"
                                                                                               "lTi"
                                                                                               "tle"
                                                                                               "':'"
                                                                                               "Gol"
                                                                                               "d "
                                                                                               "| "
                                                                                               "pla"
                                                                                               "n',"
                                                                                               "'te"
                                                                                               "rmD"
                                                                                               "ura"
                                                                                               "tio"
                                                                                               "nMo"
                                                                                               "nth"
                                                                                               "s':"
                                                                                               "'24"
                                                                                               "','"
                                                                                               "eff"
                                                                                               "ect"
                                                                                               "ive"
                                                                                               "Tim"
                                                                                               "e':"
                                                                                               "'20"
                                                                                               "25-"
                                                                                               "06-"
                                                                                               "02T"
                                                                                               "07:"
                                                                                               "00:"
                                                                                               "00Z"
                                                                                               "'"),
        .groups = "{'name':'" GOOGLE_PARENT "/skuGroups/all'},{'name':'" GOOGLE_PARENT
                  "/skuGroups/of-others','skus':['" GOOGLE_PARENT "/services/x/skus/Z']}"};
    struct record *record = record_of(&given, &findings);
    assert_items("plans", record, "plans",
                 "gold | Gold plan | P12M | 2025-06-02 | 2025-12-31 | FEE, USE, MORE\n"
                 "gold | Gold plan | P24M | 2025-06-02 | - | -\n"
                 "usage | - | - | 2025-06-01 | 2025-12-31 | all");
    assert_int_equal(findings.count, 0);
    assert_non_null(strstr(record->raw, "skuGroups/all\"}]"));
    assert_null(strstr(record->raw, "of-others"));
}

/* ------------------------------------------------------------------ SKUs */

#define SKU(id, timeline)                                                                          \
    "{'name':'" SERVICE "/skus/" id "','description':'Use of it','skuPriceTimeline':[" timeline "]}"

static const struct {
    const char *title, *skus, *dimensions, *prices, *regions;
    size_t findings;
} charges[] = {
    {"a subscription",
     SKU("A", "{" PAST ",'flatSubscriptionFee':{'unit':'mo','pricePerUnit':" USD("100") "}}"),
     "A | Use of it | - | mo | subscription", "A | per mo | 100.00 USD", "", 0},
    {"metered",
     SKU("A",
         "{" PAST ",'managedServiceMetricUsageFee':{'canonicalMetric':'acme.com/Calls',"
         "'tieredPrice':{'unit':'1','unitDescription':'calls','priceUnitCount':{'value':'1000'},"
         "'priceTiers':[{'price':{'currencyCode':'USD','nanos':1500000}}]}}}"),
     "A | Use of it | acme.com/Calls | 1 (calls) | metric", "A | per 1000 1 | 0.0015 USD", "", 0},
    {"in tiers, the first without a price to pay",
     SKU("A", "{" PAST ",'managedServiceMetricUsageFee':{'canonicalMetric':'m','tieredPrice':{"
              "'unit':'GiBy','priceTiers':[{'price':{'currencyCode':'USD'}},"
              "{'startAmount':{'value':'10.5'},'price':{'currencyCode':'USD','units':'2',"
              "'nanos':999999999}}]}}}"),
     "A | Use of it | m | GiBy | metric",
     "A | per 1 GiBy, from 0 | 0.00 USD\nA | per 1 GiBy, from 10.5 | 2.999999999 USD", "", 0},
    {"a licence for a size of machine",
     SKU("A", "{" PAST ",'gceLicenseUsageFee':{'licenseCode':'1234567890123456789',"
              "'machineResource':'VCPU_COUNT','machineResourceRange':{'startValue':'1',"
              "'endValue':'5'},'usageCalculation':'INSTANCE_RUNTIME','unit':'h',"
              "'pricePerUnit':" USD("1") "}}"),
     "A | Use of it | 1234567890123456789, VCPU_COUNT, from 1 below 5, INSTANCE_RUNTIME | h | "
     "license",
     "A | per h | 1.00 USD", "", 0},
    {"pods of any size",
     SKU("A", "{" PAST ",'gkePodUsageFee':{'podResource':'MEMORY_BYTES','podResourceRange':{},"
              "'usageCalculation':'LINEAR_RESOURCE_SCALED_POD_RUNTIME','unit':'GiBy.h',"
              "'pricePerUnit':" USD("3") "}}"),
     "A | Use of it | MEMORY_BYTES, from 0, LINEAR_RESOURCE_SCALED_POD_RUNTIME | GiBy.h | pod",
     "A | per GiBy.h | 3.00 USD", "", 0},
    {"a model in a region",
     SKU("A", "{" PAST ",'aiPlatformManagedModelUsageFee':{'usageMetric':{"
              "'cacheWriteInputTokensMetric':{'ttl':'300s'}},'location':{'regionId':'us-east5'},"
              "'predictionMode':'ONLINE_PREDICTION','combinedRequestInputTokensRange':{"
              "'startValue':'0','endValue':'200000'},'tieredPrice':{'unit':'1','priceUnitCount':{"
              "'value':'1000000'},'priceTiers':[{'price':" USD("3") "}]}}}"),
     "A | Use of it | cacheWriteInputTokensMetric, kept for 300s, us-east5, ONLINE_PREDICTION, "
     "from 0 below 200000 | 1 | model",
     "A | per 1000000 1 | 3.00 USD", "us-east5", 0},
    {"throughput, worldwide",
     SKU("A", "{" PAST ",'aiPlatformProvisionedThroughputFee':{'location':{'globalEndpoint':true},"
              "'termDurationMonths':3,'unit':'mo','gsuPricePerUnit':" USD("2000") "}}"),
     "A | Use of it | global, for P3M | mo | throughput", "A | per GSU and mo | 2000.00 USD",
     "global", 0},
    {"a deployed model",
     SKU("A", "{" PAST ",'aiPlatformDeployedModelUsageFee':{'acceleratorType':'NVIDIA_H100_80GB',"
              "'unit':'h','usageCalculation':'LINEAR_RESOURCE_SCALED_DEPLOYMENT_RUNTIME',"
              "'pricePerUnit':" USD("4") "}}"),
     "A | Use of it | NVIDIA_H100_80GB, LINEAR_RESOURCE_SCALED_DEPLOYMENT_RUNTIME | h | deployed "
     "model",
     "A | per h | 4.00 USD", "", 0},
    {"switched off", SKU("A", "{" PAST ",'inactive':{}}"), "A | Use of it | - | - | inactive", "",
     "", 0},
    {"no timeline", "{'name':'" SERVICE "/skus/A'}", "A | - | - | - | not active yet", "", "", 0},
    {"a kind of price that is not known", SKU("A", "{" PAST ",'perSmileFee':{'unit':'1'}}"),
     "A | Use of it | - | - | perSmileFee", "", "", 1},
    {"a price that is none",
     SKU("A", "{" PAST ",'flatSubscriptionFee':{'unit':'mo','pricePerUnit':{'units':'1'}}}"),
     "A | Use of it | - | mo | subscription", "", "", 1},
    {"no price", SKU("A", "{" PAST ",'flatSubscriptionFee':{'unit':'mo'}}"),
     "A | Use of it | - | mo | subscription", "", "", 1},
    {"no name", "{'description':'x'}", "", "", "", 0},
    {"several, in their order",
     SKU("B", "{" PAST ",'inactive':{}}") "," SKU("A", "{" PAST ",'inactive':{}}"),
     "A | Use of it | - | - | inactive\nB | Use of it | - | - | inactive", "", "", 0},
};

static void test_charges(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(charges); i++) {
        struct findings findings;
        const struct given given = {.skus = charges[i].skus};
        struct record *record = record_of(&given, &findings);
        assert_items(charges[i].title, record, "dimensions", charges[i].dimensions);
        assert_items(charges[i].title, record, "prices", charges[i].prices);
        assert_items(charges[i].title, record, "regions", charges[i].regions);
        if (findings.count != charges[i].findings)
            fail_msg("%s: %zu findings", charges[i].title, findings.count);
    }
}

/* ------------------------------------------------------------------ when prices are in force */

#define FROM(time, units)                                                                          \
    "{'effectiveTime':'" time "','flatSubscriptionFee':{'unit':'mo','pricePerUnit':" USD(units) "}}"

static void test_active_price(void **state)
{
    (void)state;
    static const char timeline[] =
        SKU("A", FROM("2026-01-01T08:00:00Z", "1") "," FROM(
                     "2026-06-01T07:00:00.000001Z", "2") "," FROM("2027-01-01T08:00:00Z", "3"));
    static const char shuffled[] =
        SKU("A", FROM("2027-01-01T08:00:00Z", "3") "," FROM("2026-01-01T08:00:00Z", "1") "," FROM(
                     "2026-06-01T07:00:00.000001Z", "2"));
    static const char ever[] =
        SKU("A", "{'flatSubscriptionFee':{'unit':'mo','pricePerUnit':" USD("9") "}}");
    static const struct {
        const char *sku, *at, *price; /* "": none is in force */
    } rows[] = {
        {timeline, "2026-01-01T07:59:59.999Z", ""},
        {timeline, "2026-01-01T08:00:00Z", "A | per mo | 1.00 USD"},
        {timeline, "2026-06-01T07:00:00Z", "A | per mo | 1.00 USD"},
        {timeline, "2026-06-01T07:00:00.001Z", "A | per mo | 2.00 USD"},
        {timeline, "2027-01-01T08:00:00Z", "A | per mo | 3.00 USD"},
        {shuffled, "2026-06-01T07:00:00.001Z", "A | per mo | 2.00 USD"},
        {ever, "2026-01-01T08:00:00Z", "A | per mo | 9.00 USD"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct findings findings;
        struct given given = {.skus = rows[i].sku};
        assert_true(instant_parse(rows[i].at, &given.now_ms));
        struct record *record = record_of(&given, &findings);
        assert_items(rows[i].at, record, "prices", rows[i].price);
        assert_items(rows[i].at, record, "dimensions",
                     *rows[i].price ? "A | Use of it | - | mo | subscription"
                                    : "A | Use of it | - | - | not active yet");
        assert_int_equal(findings.count, 0);
    }
}

/* ------------------------------------------------------------------ versions */

static const char *version_of(const struct given *given)
{
    struct findings findings = {0};
    return gcp_listing_version(arena, document(given, &findings), NULL);
}

static void test_versions(void **state)
{
    (void)state;
    static const struct given base = {
        .offers = OFFER("a", ",'updateTime':'1'") "," OFFER("b", ""),
        .skus = SKU("A", FROM("2025-01-01T08:00:00Z", "1") "," FROM("2026-06-01T07:00:00Z", "2")),
        .groups = "{'name':'" GOOGLE_PARENT "/skuGroups/g','skus':['" SERVICE "/skus/A']}"};
    struct given same = base, other;
    same.offers = OFFER("b", "") "," OFFER("a", ",'updateTime':'1'") "," OFFER("b", "");
    same.groups = "{'name':'" GOOGLE_PARENT "/skuGroups/g','skus':['" SERVICE
                  "/skus/A']},{'name':'" GOOGLE_PARENT "/skuGroups/not-ours'}";
    same.now_ms = FAKE_START_MS + 1000;
    assert_string_equal(version_of(&base), version_of(&same));
    assert_int_equal(strlen(version_of(&base)), 32);
    struct findings none = {0};
    assert_string_equal(gcp_listing_version(arena, document(&base, &none), "2026-05-01"),
                        arena_printf(arena, "%s 2026-05-01", version_of(&base)));
    for (int i = 0; i < 5; i++) {
        other = base;
        switch (i) {
        case 0:
            other.service = "{'name':'" SERVICE "','title':'DB 2'}";
            break;
        case 1:
            other.offers = OFFER("a", ",'updateTime':'2'") "," OFFER("b", "");
            break;
        case 2:
            other.skus = SKU("A", FROM("2025-01-01T08:00:00Z", "1"));
            break;
        case 3:
            other.groups = NULL;
            break;
        default: /* the new price is in force, though nothing was edited */
            assert_true(instant_parse("2026-06-01T07:00:00Z", &other.now_ms));
        }
        if (!strcmp(version_of(&base), version_of(&other)))
            fail_msg("case %d", i);
    }
}

/* What people see is only read. */
static void test_kind(void **state)
{
    (void)state;
    assert_int_equal(gcp_listings.capabilities, CAN_LIST | CAN_READ);
    assert_int_equal(gcp_listings.procedure_count, 0);
    assert_non_null(gcp_listings.portal);
    for (size_t i = 0; i < gcp_listings.field_count; i++) {
        assert_int_equal(gcp_listings.fields[i].flags, REMOTE_READ);
        assert_int_not_equal(kind_field(&kinds[KIND_LISTING], gcp_listings.fields[i].field),
                             FIELD_NONE);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_service),      TEST(test_plans),    TEST(test_charges),
        TEST(test_active_price), TEST(test_versions), TEST(test_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
