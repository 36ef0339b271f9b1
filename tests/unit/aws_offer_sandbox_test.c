/* The procedures of offers against the sandbox, which refuses what the service refuses: every form
 * from draft to release, and killed at each call, before it is sent and before its answer came. */
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
#include "connectors/aws/client.h"
#include "connectors/aws/offers.h"
#include "tests/sandbox/sandbox.h"
#include "tests/support/errand.h"
#include "tests/support/fake.h"

struct shop {
    struct fake fake;
    struct sandbox *sandbox;
    struct arena *arena;
    struct cloud cloud;
    struct ground ground;
};

static bool carry(void *context, const struct http_request *request,
                  struct http_response *ret_response);

static void shop_open_with(struct shop *shop, const struct sandbox_options *options)
{
    struct error error;
    memset(shop, 0, sizeof *shop);
    fake_init(&shop->fake, 7);
    shop->arena = arena_new();
    if (sandbox_new(options, &shop->fake.world, &shop->sandbox, &error) < 0)
        fail_msg("%s", error.message);
    shop->cloud = (struct cloud){
        .arena = shop->arena,
        .catalog = "AWS",
        .urls = {"http://127.0.0.1:8080/", "http://127.0.0.1:8080/", "http://127.0.0.1:8080/"},
        .change_set_poll_ms = 2000,
        .patience_ms = 60000};
    shop->ground = (struct ground){.arena = shop->arena,
                                   .fake = &shop->fake,
                                   .cloud = &shop->cloud,
                                   .kind = &aws_offers,
                                   .call_ms = 100,
                                   .runs = 6,
                                   .carry = carry,
                                   .judge = aws_judge,
                                   .context = shop};
}

static void shop_open(struct shop *shop)
{
    shop_open_with(shop, &(struct sandbox_options){.rate = 100});
}

static void shop_close(struct shop *shop)
{
    sandbox_free(shop->sandbox);
    arena_free(shop->arena);
    fake_free(&shop->fake);
}

static void shop_fault(struct shop *shop, const char *spec)
{
    struct error error;
    if (sandbox_fault_add(shop->sandbox, spec, &error) < 0)
        fail_msg("%s", error.message);
}

/* ------------------------------------------------------------------ one call */

static bool call(struct shop *shop, const struct http_request *request,
                 struct sandbox_response *ret_response)
{
    struct http_header headers[24];
    size_t count = 0;
    const char *path = strchr(request->url + strlen("http://"), '/');
    const char *query = strchr(path, '?');
    for (; count < request->header_count; count++)
        headers[count] = request->headers[count];
    headers[count++] = (struct http_header){"host", "127.0.0.1:8080"};
    for (size_t i = 0; i < count; i++) {
        char *name = arena_copy(shop->arena, headers[i].name);
        text_lower(name);
        headers[i].name = name;
    }
    struct sandbox_request sent = {
        .method = request->method,
        .path = query ? arena_copy_n(shop->arena, path, (size_t)(query - path)) : path,
        .query = query ? query + 1 : NULL,
        .headers = headers,
        .header_count = count,
        .body = request->body ? request->body : "",
        .body_length = request->body ? request->body_length : 0,
    };
    const struct sandbox_signer signer = {.service = SANDBOX_MARKETPLACE,
                                          .now_ms = shop->fake.now_ms};
    sandbox_sign(shop->arena, &signer, &sent);
    sandbox_handle(shop->sandbox, &sent, shop->arena, ret_response);
    return !ret_response->dropped;
}

static bool carry(void *context, const struct http_request *request,
                  struct http_response *ret_response)
{
    struct shop *shop = context;
    struct sandbox_response response = {0};
    bool came = call(shop, request, &response);
    struct http_header *headers =
        arena_array(shop->arena, response.header_count + 1, sizeof *headers);
    memcpy(headers, response.headers, response.header_count * sizeof *headers);
    *ret_response = (struct http_response){.status = response.status,
                                           .headers = headers,
                                           .header_count = response.header_count,
                                           .body = response.body,
                                           .body_length = response.body_length};
    return came;
}

/* ------------------------------------------------------------------ what there is */

/* A look that is nobody's step. */
static struct record *record_of(struct shop *shop, const char *id)
{
    struct http_request request = {0};
    struct sandbox_response response = {0};
    struct json *entity = NULL;
    aws_catalog_query(&shop->cloud, shop->arena, "GET", "DescribeEntity", "entityId", id, &request);
    assert_true(call(shop, &request, &response));
    assert_int_equal(json_parse(shop->arena, response.body, response.body_length, &entity, NULL),
                     0);
    struct json *document =
        offer_document(shop->arena, entity, NULL, NULL, sandbox_now(shop->sandbox));
    return offer_record(shop->arena, document, NULL, NULL);
}

static enum outcome act(struct shop *shop, enum action action, const char *id,
                        const struct errand_wish *wishes, size_t count, struct errand *ret_errand)
{
    errand_new(&shop->ground, ret_errand, action, id, wishes, count);
    if (id)
        ret_errand->change.version = record_of(shop, id)->version;
    return errand_settle(&shop->ground, ret_errand);
}

#define WISHES(...)                                                                                \
    (const struct errand_wish[])                                                                   \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define NAMED                                                                                      \
    {"title", "Northwind twelve months"},                                                          \
    {                                                                                              \
        "note", "For Northwind"                                                                    \
    }
#define PRODUCT                                                                                    \
    {                                                                                              \
        "product", SANDBOX_PRODUCT                                                                 \
    }
#define BUYER                                                                                      \
    {                                                                                              \
        "buyer_accounts", SANDBOX_BUYER                                                            \
    }
#define LAST_DAY                                                                                   \
    {                                                                                              \
        "expires", "2026-02-01"                                                                    \
    }
#define EULA                                                                                       \
    {                                                                                              \
        "eula", "standard"                                                                         \
    }
#define DOLLARS                                                                                    \
    {                                                                                              \
        "currency", "USD"                                                                          \
    }

static const struct form {
    const char *title;
    struct errand_wish wishes[16];
} forms[] = {
    {"a fixed price",
     {NAMED,
      PRODUCT,
      BUYER,
      LAST_DAY,
      EULA,
      {"pricing", "fixed"},
      {"value", "12000.00 USD"},
      {"grants", "basic_service=10"},
      {"duration", "P12M"}}},
    {"instalments",
     {NAMED,
      PRODUCT,
      BUYER,
      LAST_DAY,
      EULA,
      {"pricing", "fixed"},
      DOLLARS,
      {"grants", "basic_service=10"},
      {"duration", "P12M"},
      {"schedule", "2026-03-01=6000\x1f"
                   "2026-09-01=6000.5"}}},
    {"prices to choose from, and use",
     {NAMED,
      PRODUCT,
      BUYER,
      LAST_DAY,
      EULA,
      {"pricing", "configurable"},
      DOLLARS,
      {"prices", "basic_service=12000\x1fpremium_service=24000"},
      {"duration", "P12M"},
      {"usage_prices", "gb_ingested=0.13"},
      {"refund_policy", "Case by case."}}},
    {"use from a day on",
     {NAMED,
      PRODUCT,
      BUYER,
      LAST_DAY,
      EULA,
      {"pricing", "usage"},
      DOLLARS,
      {"usage_prices", "gb_ingested=0.13"},
      {"start_date", "2026-03-01"},
      {"end_date", "2027-02-28"},
      {"payment_due", "P30D"},
      {"countries", "DE\x1fUS"}}},
    {"free",
     {NAMED,
      PRODUCT,
      BUYER,
      LAST_DAY,
      EULA,
      {"pricing", "free"},
      DOLLARS,
      {"usage_prices", "gb_ingested=0"},
      {"duration", "P30D"}}},
    {"renewals, and a contract before",
     {NAMED,
      PRODUCT,
      BUYER,
      LAST_DAY,
      EULA,
      {"pricing", "fixed"},
      {"value", "500.00 USD"},
      {"grants", "basic_service=1"},
      {"duration", "P12M"},
      {"renewals", "2"},
      {"renewal_increase", "3-7"},
      {"prior_channel", "External"},
      {"prior_pricing", "Contract"}}},
    {"a reseller's, with a markup",
     {NAMED,
      BUYER,
      LAST_DAY,
      {"form", "channel"},
      {"resale_authorization", SANDBOX_RESALE},
      {"markup", "5.5"}}},
    {"a resale authorization",
     {NAMED,
      PRODUCT,
      EULA,
      {"form", "resale_authorization"},
      {"reseller", "777788889999"},
      {"pricing", "configurable"},
      DOLLARS,
      {"prices", "basic_service=10000"},
      {"duration", "P12M"}}},
};

/* Every form becomes a draft that has what was wanted, and can be released as it is. */
static void test_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct shop shop;
        struct errand errand;
        print_message("  %s\n", forms[i].title);
        shop_open(&shop);
        assert_int_equal(act(&shop, ACTION_CREATE, NULL, forms[i].wishes, 16, &errand), DONE);
        const struct record *after = errand.context.after;
        assert_non_null(after);
        assert_string_equal(after->id, errand_made_id(&errand));
        assert_string_equal(record_get(after, "state"), "draft");
        assert_string_equal(record_get(after, FIELD_REFERENCE), "CRM-1");
        for (size_t w = 0; w < 16 && forms[i].wishes[w].name; w++) {
            const char *name = forms[i].wishes[w].name;
            if (!strcmp(name, "eula"))
                continue;
            const char *has = record_get(after, name);
            if (!text_equal(has, forms[i].wishes[w].value))
                fail_msg("%s is %s", name, has ? has : "absent");
        }
        const char *id = errand_made_id(&errand);
        assert_int_equal(act(&shop, ACTION_PUBLISH, id, NULL, 0, &errand), DONE);
        assert_string_equal(record_get(errand.context.after, "state"), "open");
        shop_close(&shop);
    }
}

/* ------------------------------------------------------------------ killed anywhere */

/* A whole life: made, released, extended, renamed, taken back. */
static void live(struct shop *shop)
{
    struct errand errand;
    assert_int_equal(act(shop, ACTION_CREATE, NULL, forms[1].wishes, 16, &errand), DONE);
    const char *id = errand_made_id(&errand);
    assert_int_equal(act(shop, ACTION_PUBLISH, id, NULL, 0, &errand), DONE);
    assert_int_equal(act(shop, ACTION_EXTEND, id, WISHES({"expires", "2026-02-20"}), 1, &errand),
                     DONE);
    assert_int_equal(act(shop, ACTION_UPDATE, id, WISHES({"title", "Bigger"}), 1, &errand), DONE);
    assert_int_equal(act(shop, ACTION_CANCEL, id, NULL, 0, &errand), DONE);
    assert_string_equal(record_get(errand.context.after, "state"), "cancelled");
    const struct record *end = record_of(shop, id);
    assert_string_equal(record_get(end, "title"), "Bigger");
    assert_string_equal(record_get(end, "expires"), "2025-12-31");
    assert_string_equal(record_get(end, FIELD_REFERENCE), "CRM-1");
    assert_string_equal(record_get(end, "note"), "For Northwind");
    assert_string_equal(record_get(end, "schedule"), "2026-03-01=6000\x1f"
                                                     "2026-09-01=6000.5");
}

static void test_killed_anywhere(void **state)
{
    (void)state;
    struct shop shop;
    shop_open(&shop);
    size_t before = sandbox_entities(shop.sandbox, "Offer");
    live(&shop);
    size_t calls = shop.ground.calls;
    assert_true(calls > 20);
    shop_close(&shop);
    for (size_t at = 1; at <= calls; at++) {
        for (int sent = 0; sent < 2; sent++) {
            shop_open(&shop);
            shop.ground.die_at = at;
            shop.ground.sent = sent;
            live(&shop);
            assert_int_equal(sandbox_entities(shop.sandbox, "Offer"), before + 1);
            assert_int_equal(sandbox_offer_duplicates(shop.sandbox), 0);
            shop_close(&shop);
        }
    }
}

/* However the set ends, there is one offer afterwards, and it has all that was wanted. */
static void test_sets_that_fail(void **state)
{
    (void)state;
    static const char *const faults[] = {
        "set-half::1",
        "set-half::1:1",
        "set-fails::1:1",
        "lost-after:StartChangeSet:1",
        "reset:StartChangeSet:1",
        "503:StartChangeSet:1",
        "lost-after:DescribeChangeSet:1",
        "truncate:ListEntities:1",
        "429:DescribeEntity:1",
    };
    for (size_t i = 0; i < COUNT(faults); i++) {
        struct shop shop;
        struct errand errand;
        print_message("  %s\n", faults[i]);
        shop_open(&shop);
        size_t before = sandbox_entities(shop.sandbox, "Offer");
        shop_fault(&shop, faults[i]);
        errand_new(&shop.ground, &errand, ACTION_CREATE, NULL, forms[1].wishes, 16);
        enum outcome outcome = errand_settle(&shop.ground, &errand);
        if (outcome == FAILED && errand.error.class == ERROR_THROTTLED)
            outcome = errand_settle(&shop.ground, &errand);
        assert_int_equal(outcome, DONE);
        if (text_starts(faults[i], "set-")) /* it was another attempt */
            assert_non_null(strchr(errand.token, '\''));
        assert_int_equal(sandbox_entities(shop.sandbox, "Offer"), before + 1);
        assert_string_equal(record_get(errand.context.after, FIELD_REFERENCE), "CRM-1");
        assert_string_equal(record_get(errand.context.after, "duration"), "P12M");
        shop_close(&shop);
    }
}

/* A release that fails leaves the draft; what is wrong is told, and a corrected one passes. */
static void test_refusals(void **state)
{
    (void)state;
    struct shop shop;
    struct errand errand;
    shop_open(&shop);
    assert_int_equal(
        act(&shop, ACTION_CREATE, NULL, WISHES(NAMED, PRODUCT, BUYER, LAST_DAY, EULA), 6, &errand),
        DONE);
    const char *id = errand_made_id(&errand);
    assert_int_equal(act(&shop, ACTION_PUBLISH, id, NULL, 0, &errand), FAILED);
    assert_string_equal(errand.error.vendor_code, "MISSING_MANDATORY_TERMS");
    assert_string_equal(record_get(record_of(&shop, id), "state"), "draft");
    assert_int_equal(act(&shop, ACTION_UPDATE, id,
                         WISHES({"pricing", "usage"}, DOLLARS, {"usage_prices", "gb_ingested=1"},
                                {"duration", "P1Y"}),
                         4, &errand),
                     DONE);
    errand_new(&shop.ground, &errand, ACTION_PUBLISH, id, NULL, 0);
    errand.change.version = "2025-12-31T00:00:00Z draft - -";
    assert_int_equal(errand_settle(&shop.ground, &errand), STALE);
    assert_int_equal(act(&shop, ACTION_PUBLISH, id, NULL, 0, &errand), DONE);
    assert_int_equal(act(&shop, ACTION_CREATE, NULL,
                         WISHES(NAMED, PRODUCT, {"usage_prices", "gold=1"}), 4, &errand),
                     FAILED);
    assert_non_null(strstr(errand.error.message, "no dimension gold"));
    shop_close(&shop);
}

/* ------------------------------------------------------------------ what was bought */

static const char *agreement_of(struct shop *shop, const char *id)
{
    struct http_request request = {0};
    struct sandbox_response response = {0};
    struct json *body = NULL, *answer = NULL;
    const char *text = arena_printf(
        shop->arena,
        "{\"catalog\":\"AWSMarketplace\",\"filters\":[{\"name\":\"PartyType\",\"values\":["
        "\"Proposer\"]},{\"name\":\"AgreementType\",\"values\":[\"PurchaseAgreement\"]},"
        "{\"name\":\"OfferId\",\"values\":[\"%s\"]}]}",
        id);
    assert_int_equal(json_parse(shop->arena, text, strlen(text), &body, NULL), 0);
    aws_agreement_request(&shop->cloud, shop->arena, "SearchAgreements", body, &request);
    assert_true(call(shop, &request, &response));
    assert_int_equal(json_parse(shop->arena, response.body, response.body_length, &answer, NULL),
                     0);
    const char *agreement = json_text(json_find(answer, "agreementViewSummaries[0].agreementId"));
    assert_non_null(agreement);
    return agreement;
}

/* An agreement is replaced by an offer of its own, once; what became of an offer that was bought
 * the next read tells. */
static void test_replacement(void **state)
{
    (void)state;
    struct shop shop;
    struct errand errand;
    shop_open_with(&shop, &(struct sandbox_options){.rate = 100, .buyer_ms = 60000});
    assert_int_equal(act(&shop, ACTION_CREATE, NULL, forms[1].wishes, 16, &errand), DONE);
    const char *id = errand_made_id(&errand);
    assert_int_equal(act(&shop, ACTION_PUBLISH, id, NULL, 0, &errand), DONE);
    fake_advance(&shop.fake, 120000);
    const char *agreement = agreement_of(&shop, id);
    assert_int_equal(act(&shop, ACTION_UPDATE, id, WISHES({"note", "Bought"}), 1, &errand), DONE);
    assert_null(errand.context.after);

    const struct errand_wish wishes[] = {{"title", "Northwind, more seats"},
                                         {"form", "replacement"},
                                         {"replaces", agreement},
                                         LAST_DAY,
                                         EULA,
                                         {"pricing", "fixed"},
                                         DOLLARS,
                                         {"grants", "basic_service=20"},
                                         {"schedule", "2026-06-01=9000"},
                                         {"end_date", "2027-06-30"}};
    shop_fault(&shop, "set-half::1");
    size_t before = sandbox_entities(shop.sandbox, "Offer");
    assert_int_equal(act(&shop, ACTION_CREATE, NULL, wishes, COUNT(wishes), &errand), DONE);
    assert_int_equal(sandbox_entities(shop.sandbox, "Offer"), before + 1);
    assert_string_equal(record_get(errand.context.after, "form"), "replacement");
    assert_string_equal(record_get(errand.context.after, "replaces"), agreement);
    assert_string_equal(record_get(errand.context.after, "end_date"), "2027-06-30");
    const char *replacement = errand_made_id(&errand);
    assert_int_equal(act(&shop, ACTION_PUBLISH, replacement, NULL, 0, &errand), DONE);
    fake_advance(&shop.fake, 120000);
    assert_string_not_equal(agreement_of(&shop, replacement), agreement);
    assert_int_equal(act(&shop, ACTION_CREATE, NULL, wishes, COUNT(wishes), &errand), FAILED);
    assert_non_null(strstr(errand.error.message, "is REPLACED"));
    shop_close(&shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),          cmocka_unit_test(test_killed_anywhere),
        cmocka_unit_test(test_sets_that_fail), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_replacement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
