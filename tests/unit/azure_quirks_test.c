/* Irregular forms that Product Ingestion is known to answer in: statuses of jobs and products are
 * read as if they were regular, and nothing of them is lost. Lists of products stand in
 * azure_listings_read_test.c, since their form decides on the next call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/azure/listings.h"
#include "connectors/azure/offers.h"
#include "tests/support/account.h"

#define NEW "https://schema.mp.microsoft.com/schema/"
#define OLD "https://product-ingestion.azureedge.net/schema/"

static void no_answer(void *context, struct arena *arena, const struct http_request *request,
                      struct fake_answer *ret_answer)
{
    (void)context, (void)arena, (void)request;
    ret_answer->status = 500;
}

static struct step_context context_of(const struct account *account)
{
    return (struct step_context){.cloud = account->cloud,
                                 .arena = account->arena,
                                 .progress = json_object(account->arena),
                                 .token = "t",
                                 .now_ms = FAKE_START_MS,
                                 .began_ms = FAKE_START_MS};
}

/* Each row: a status as the answer to configure, and as that of a look at the job. */
static void test_statuses(void **state)
{
    (void)state;
    static const struct {
        const char *title, *body;
        const char *job; /* NULL: none is named, so the start may have happened or not */
        enum step_result poll;
    } cases[] = {
        {"jobID, end with a time, old host",
         "{'$schema':'" OLD "configure-status/2022-03-01-preview2','jobID':'j-1','jobStatus':"
         "'running','jobResult':'pending','jobStart':'2022-08-18T16:35:56.5917185Z',"
         "'jobEnd':'0001-01-01T00:00:00','errors':[]}",
         "j-1", STEP_WAIT},
        {"malformed start, blank before the schema, cancelled",
         "{'$schema':' " NEW "configure-status/2022-07-01','jobId':'j-1','jobStatus':'completed',"
         "'jobResult':'cancelled','jobStart':'2022-03-01-T13:32:43.123456Z',"
         "'jobEnd':'2022-03-01T17:34:21.5225132Z','errors':[]}",
         "j-1", STEP_NEXT},
        {"a version of the future",
         "{'$schema':'" NEW "configure-status/2099-07-15','jobId':'j-1','jobStatus':'notStarted',"
         "'jobResult':'pending','jobEnd':'0001-01-01','errors':[],'somethingNew':{'a':[1]}}",
         "j-1", STEP_WAIT},
        {"capitals", "{'jobId':'j-1','jobStatus':'Completed','jobResult':'SUCCEEDED'}", "j-1",
         STEP_NEXT},
        {"an end while it runs",
         "{'jobId':'j-1','jobStatus':'running','jobResult':'succeeded',"
         "'jobEnd':'2026-01-01T00:00:00Z'}",
         "j-1", STEP_WAIT},
        {"a number for an id", "{'jobId':7,'jobStatus':'running'}", "7", STEP_WAIT},
        {"words that nobody knows", "{'jobId':'j-1','jobStatus':'paused','jobResult':'maybe'}",
         "j-1", STEP_WAIT},
        {"an end that nobody knows", "{'jobId':'j-1','jobStatus':'completed','jobResult':'maybe'}",
         "j-1", STEP_WAIT},
        {"no errors in a failure", "{'jobId':'j-1','jobStatus':'completed','jobResult':'failed'}",
         "j-1", STEP_FAIL},
        {"errors of another form",
         "{'jobId':'j-1','jobStatus':'completed','jobResult':'failed','errors':{'code':'x'}}",
         "j-1", STEP_FAIL},
        {"a tree of nulls",
         "{'jobId':'j-1','jobStatus':'completed','jobResult':'failed','errors':[null,5,"
         "{'code':null,'message':{},'details':[null,{'details':7}]}]}",
         "j-1", STEP_FAIL},
        {"nothing", "{}", NULL, STEP_WAIT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct account account;
        struct error error = {0};
        print_message("  %s\n", cases[i].title);
        account_open(&account, no_answer, NULL, NULL);
        struct step_context context = context_of(&account);
        const char *text = account_text(account.arena, cases[i].body);
        const struct http_response response = {
            .status = 200, .body = text, .body_length = strlen(text)};
        enum step_result start = azure_job_answer_start(&context, &response, NULL, &error);
        assert_int_equal(start, cases[i].job ? STEP_NEXT : STEP_FAIL);
        if (!cases[i].job)
            assert_int_equal(error.class, ERROR_TEMPORARY); /* stays open, and is looked for */
        else
            assert_string_equal(step_text(&context, "job"), cases[i].job);
        step_keep(&context, "job", "j-1");
        assert_int_equal(azure_job_answer_poll(&context, &response, NULL, &error), cases[i].poll);
        account_close(&account);
    }
}

/* The name segment of a $schema is all that is relied on. */
static void test_schemas(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *name;
    } cases[] = {
        {NEW "listing/2022-03-01-preview5", "listing"},
        {OLD "listing/2022-03-01-preview2", "listing"},
        {"  " NEW "plan-listing/9999-12-31  ", "plan-listing"},
        {NEW "product", "product"},
        {NEW, ""},
        {"listing", ""},
        {"", ""},
        {NULL, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct json *resource = json_object(arena);
        json_set_text(arena, resource, "$schema", cases[i].schema);
        assert_string_equal(azure_listing_schema(arena, resource), cases[i].name);
    }
}

static void test_products(void **state)
{
    (void)state;
    static const struct {
        const char *product;
        const char *values[3][2];
    } cases[] = {
        {"{'$schema':'" OLD "product/2022-03-01-preview3','id':'product/p-1','identity':"
         "{'externalID':'offer-1'},'type':'softwareAsAService','alias':'One'}",
         {{"sku", "offer-1"}, {"product_type", "saas"}, {"title", "One"}}},
        {"{'id':'product/p-1','identity':{'externalId':'a','externalID':'b'},'type':"
         "' AzureVirtualMachine ','alias':' One '}",
         {{"sku", "a"}, {"product_type", "virtual_machine"}, {"title", "One"}}},
        {"{'identity':'offer-1','type':{},'alias':7,'lifecycleState':'Deprecated'}",
         {{"sku", NULL}, {"product_type", NULL}, {"title", "7"}}},
        {"{'somethingNew':{'a':1.50},'type':'quantumApp'}",
         {{"sku", NULL}, {"product_type", NULL}, {"title", NULL}}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        const struct listing_parts parts = {.product = account_json(arena, cases[i].product),
                                            .guid = "p-1"};
        const struct json *document = azure_listing_document(arena, &parts);
        const struct record *record = azure_listing_record(arena, document, NULL, NULL);
        for (size_t j = 0; j < COUNT(cases[i].values); j++)
            assert_true(
                text_equal(record_get(record, cases[i].values[j][0]), cases[i].values[j][1]));
        assert_true(json_equal(json_get(document, "product"), parts.product)); /* kept whole */
    }
}

static void count_report(void *context, const struct finding *finding)
{
    assert_non_null(finding->type);
    ++*(size_t *)context;
}

/* Old schema versions and capitals; what is unknown is kept, and so is the text of numbers. */
static void test_offers(void **state)
{
    (void)state;
    static const struct {
        const char *title, *offer, *state, *etag;
    } cases[] = {
        {"capitals, _etag, unset dates, a text for a price, an unknown member",
         "{'$schema':'" NEW "private-offer/2022-07-01','id':'private-offer/o-1','name':'Old',"
         "'privateOfferType':'CustomerPromotion','offerPricingType':'EditExistingOfferPricingOnly',"
         "'state':'Live','subState':'PendingAcceptance','variableStartDate':true,"
         "'start':'0001-01-01','end':'2027-12-31','acceptBy':'2026-03-31',"
         "'beneficiaries':[{'id':'87654321','description':'EA'}],'pricing':[{'product':"
         "'product/p-1','plan':'plan/p-1/k-1','discountType':'Percentage',"
         "'discountPercentage':33.33333333,'featureAvailabilityId':'2152924500014081860'}],"
         "'lastModified':'0001-01-01','_etag':'\\'05-9\\'','somethingNew':{'a':1.50}}",
         "open", "\"05-9\""},
        {"a discount without a plan: the whole product",
         "{'$schema':'" NEW "private-offer/2023-07-15','id':'private-offer/o-1','name':'Whole',"
         "'privateOfferType':'customerPromotion','offerPricingType':'editExistingOfferPricingOnly',"
         "'state':'live','subState':'pendingAcceptance','variableStartDate':false,"
         "'start':'2026-04-01','end':'2027-03-31','acceptBy':'2026-03-31','beneficiaries':"
         "[{'id':'a:b_2019-05-31'}],'pricing':[{'product':'product/p-1','discountType':"
         "'percentage','discountPercentage':10}],'lastModified':'2026-03-01','eTag':'x'}",
         "open", "x"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        size_t reports = 0;
        print_message("  %s\n", cases[i].title);
        const struct json *offer = account_json(arena, cases[i].offer);
        const struct json *document = azure_offer_document(arena, offer, NULL, NULL, FAKE_START_MS);
        const struct record *record = azure_offer_record(arena, document, count_report, &reports);
        assert_int_equal(reports, 0);
        assert_true(text_equal(record_get(record, "state"), cases[i].state));
        assert_string_equal(azure_offer_etag(offer), cases[i].etag);
        for (size_t j = 0; j < offer->count; j++) /* kept whole, number text included */
            assert_true(json_equal(json_get(document, offer->names[j]), offer->items[j]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_schemas),
        cmocka_unit_test(test_products),
        cmocka_unit_test(test_offers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
