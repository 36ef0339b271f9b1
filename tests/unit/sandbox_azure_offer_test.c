/* Microsoft's private offers: what is refused and with which words, what is cleared, what may
 * follow on what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/azure_market.h"

#define DAY_MS INT64_C(86400000)

static void assert_job(struct drive *drive, const char *resources, const char *code)
{
    const char *result = azure_market_job(drive, resources);
    if (strcmp(result, code ? "failed" : "succeeded") != 0 ||
        strcmp(azure_market_error(drive), code ? code : "") != 0)
        fail_msg("wanted %s, got \"%s\": %s\n%s", code ? code : "success", result,
                 drive->response.body, resources);
}

/* ---- Refusals: one member wrong at a time. */
static void test_refusals(void **state)
{
    (void)state;
    static const char schema[] = "schemaValidationError";
    static const struct {
        const char *path, *value, *code;
    } cases[] = {
        {"somethingNew", "1", schema},
        {"subState", "'accepted'", schema},
        {"privateOfferType", "'CustomerPromotion'", schema},
        {"acceptBy", NULL, schema},
        {"acceptBy", "'2026-02-30'", schema},
        {"pricing", NULL, schema},
        {"preparedBy", NULL, schema},
        {"preparedBy", "'nobody'", schema},
        {"notificationContacts", "['a@b.cd','b@b.cd','c@b.cd','d@b.cd','e@b.cd','f@b.cd']", schema},
        {"notes", "'1234567890123456789012345678901234567890123456789012345678901'", schema},
        {"partners", "[{'id':'12345678'}]", schema},
        {"termsAndConditionsDocs", "[]", schema},
        {"variableStartDate", NULL, schema},
        {"variableStartDate", "false", "Conflict"},
        {"start", "'2099-01-01'", "Conflict"},
        {"end", "'2020-01-31'", "Conflict"},
        {"acceptBy", "'2020-01-31'", "Conflict"},
        {"acceptBy", "'2099-01-31'", "Conflict"},
        {"beneficiaries", "[]", "businessValidationError"},
        {"beneficiaries[0].id", "'d4b2f7a0-0000-4000-8000-000000000001'", "invalidId"},
        {"beneficiaries[0].id", "12345678", schema},
        {"beneficiaries[0].tenant", "'x'", schema},
        {"pricing", "[]", "businessValidationError"},
        {"pricing[0].discountPercentage", "0.001", schema},
        {"pricing[0].discountPercentage", "100.01", schema},
        {"pricing[0].discountPercentage", NULL, schema},
        {"pricing[0].discountType", "'absolute'", schema},
        {"pricing[0].discount", "5", schema},
        {"pricing[0].markupPercentage", "1", schema},
        {"pricing[0].basePlan", "'plan/" INGESTION_SAAS "/" INGESTION_STANDARD "'", schema},
        {"offerPricingType", "'saasNewCustomizedPlans'", schema},
        {"offerPricingType", "'newSimpleAbsolutePricing'", schema},
        {"pricing[0].product", "'product/00000000-0000-4000-8000-000000000000'",
         "resourceNotFound"},
        {"pricing[0].plan", "'plan/" INGESTION_SAAS "/" INGESTION_VM_PLAN "'", "resourceNotFound"},
        {"pricing[0].plan", "'plan/" INGESTION_SAAS "/" INGESTION_PRIVATE "'", "notSupported"},
        {"pricing[0]",
         "{'product':'product/" INGESTION_DRAFT "','discountType':'percentage',"
         "'discountPercentage':5}",
         "notDeployed"},
        {"pricing[0]",
         "{'product':'product/" INGESTION_DEPRECATED "','discountType':"
         "'percentage','discountPercentage':5}",
         "invalidEntityStatus"},
        {"pricing[0]",
         "{'product':'product/" INGESTION_LEADS "','discountType':'percentage',"
         "'discountPercentage':5}",
         "notSupported"},
        {"termsAndConditionsDocSasUrl", "'https://contoso.sharepoint.com/terms.pdf'",
         "businessValidationError"},
        {"termsAndConditionsDocSasUrl", "'https://a.example/t.pdf?sv=1&se=2020-01-01T00&sig=x'",
         "businessValidationError"},
        {"upgradedFrom", "{'id':'private-offer/00000000-0000-4000-8000-000000000000'}",
         "resourceNotFound"},
        {"id", "'private-offer/00000000-0000-4000-8000-000000000000'", "resourceNotFound"},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_job(&drive, azure_market_offer(&drive, cases[i].path, cases[i].value),
                   cases[i].code);
    assert_int_equal(sandbox_azure_offers(drive.sandbox), 0);
    /* What must be there is missed at once. */
    assert_null(azure_market_post(&drive, azure_market_offer(&drive, "privateOfferType", NULL)));
    assert_int_equal(drive.response.status, 400);
    assert_string_equal(azure_market_text(&drive, "error.code"), schema);
    assert_string_equal(azure_market_text(&drive, "error.details[0].message"),
                        "privateOfferType is required");
    /* And errors of a job say whose they are. */
    assert_job(&drive, azure_market_offer(&drive, "pricing[0].discountPercentage", "0.001"),
               schema);
    assert_string_equal(azure_market_text(&drive, "errors[0].resourceId"), "offer1");
    assert_string_equal(azure_market_text(&drive, "errors[0].details[0].message"),
                        "pricing/0/discountPercentage: must be at least 0.01");
    drive_stop(&drive);
}

static void test_taken(void **state)
{
    (void)state;
    static const struct {
        const char *path, *value;
    } cases[] = {
        {NULL, NULL},
        {"pricing[0].plan", NULL}, /* the whole product */
        {"pricing[0].product", "{'externalId':'sandbox-analytics'}"},
        {"pricing[0].plan", "{'externalId':'standard'}"},
        {"beneficiaries[0].id", "'87654321'"},
        {"termsAndConditionsDocSasUrl", "'https://a.example/t.pdf?sv=1&se=2099-01-01T00&sig=x'"},
        {"state", "'draft'"},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_job(&drive, azure_market_offer(&drive, cases[i].path, cases[i].value), NULL);
    assert_int_equal(sandbox_azure_offers(drive.sandbox), COUNT(cases));
    assert_int_equal(sandbox_azure_offer_duplicates(drive.sandbox), COUNT(cases) - 1);
    drive_stop(&drive);
}

/* ---- The way of an offer. */
static const char *take_back(struct drive *drive, const char *guid, const char *wish)
{
    return arena_printf(
        drive->arena,
        "[{'$schema':'https://schema.mp.microsoft.com/schema/private-offer/2023-07-15','id':"
        "'private-offer/%s','name':'x','privateOfferType':'customerPromotion','state':'%s'}]",
        guid, wish);
}

static const char *with_id(struct drive *drive, const char *guid, const char *offer)
{
    return arena_printf(drive->arena, "[{'id':'private-offer/%s',%s", guid, offer + 2);
}

static void test_way(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *guid = azure_market_create(&drive, azure_market_offer(&drive, NULL, NULL));
    assert_int_equal(azure_market_get(&drive, "private-offer/%s", guid), 200);
    assert_string_equal(azure_market_text(&drive, "state"), "live");
    assert_string_equal(azure_market_text(&drive, "subState"), "pendingAcceptance");
    assert_string_equal(azure_market_text(&drive, "acceptanceLinks[0].beneficiaryId"),
                        INGESTION_ACCOUNT);
    assert_string_equal(azure_market_text(&drive, "pricing[0].planName"), "Standard");
    assert_int_equal(strlen(azure_market_text(&drive, "lastModified")), 10);
    assert_job(&drive, with_id(&drive, guid, azure_market_offer(&drive, NULL, NULL)),
               "invalidState");
    assert_job(&drive, take_back(&drive, guid, "deleted"), "invalidState");
    assert_job(&drive, take_back(&drive, guid, "withdrawn"), NULL);
    assert_string_equal(azure_market_text(&drive, "resourceUri") + 8,
                        arena_printf(drive.arena, "product-ingestion.mp.microsoft.com/configure/%s",
                                     azure_market_text(&drive, "jobId")));
    azure_market_get(&drive, "private-offer/%s", guid);
    assert_string_equal(azure_market_text(&drive, "state"), "draft");
    assert_string_equal(azure_market_text(&drive, "lastModified"), "0001-01-01");
    assert_null(json_get(drive.answer, "acceptanceLinks"));
    assert_null(json_get(drive.answer, "subState"));
    assert_job(&drive, take_back(&drive, guid, "withdrawn"), "invalidState");
    /* An edit replaces everything: what is not sent is gone. */
    assert_job(&drive, with_id(&drive, guid, azure_market_offer(&drive, "notes", NULL)), NULL);
    azure_market_get(&drive, "private-offer/%s", guid);
    assert_null(json_get(drive.answer, "notes"));
    assert_string_equal(azure_market_text(&drive, "state"), "live");
    assert_int_equal(
        drive_control(&drive, "azure/accept-offer", arena_printf(drive.arena, "{'id':'%s'}", guid)),
        200);
    assert_job(&drive, take_back(&drive, guid, "withdrawn"), "invalidState");
    assert_int_equal(
        drive_control(&drive, "azure/cancel-offer", arena_printf(drive.arena, "{'id':'%s'}", guid)),
        200);
    assert_int_equal(azure_market_get(&drive, "private-offer/%s", guid), 404);
    assert_string_equal(azure_market_text(&drive, "error.code"), "notFound");
    drive_stop(&drive);
}

static void test_clearing_and_deleting(void **state)
{
    (void)state;
    static const char *const cleared[] = {"notes", "preparedBy"};
    struct drive drive;
    drive_start(&drive, NULL);
    const char *guid = azure_market_create(&drive, azure_market_offer(&drive, "state", "'draft'"));
    assert_job(&drive,
               arena_printf(
                   drive.arena,
                   "[{'$schema':'https://schema.mp.microsoft.com/schema/private-offer/2023-07-15',"
                   "'id':'private-offer/%s','name':'Less','privateOfferType':'customerPromotion',"
                   "'state':'draft','offerPricingType':'editExistingOfferPricingOnly','end':%s,"
                   "'acceptBy':%s,'pricing':[]}]",
                   guid, azure_market_day(&drive, 100), azure_market_day(&drive, 50)),
               NULL);
    azure_market_get(&drive, "private-offer/%s", guid);
    for (size_t i = 0; i < COUNT(cleared); i++)
        assert_null(json_get(drive.answer, cleared[i]));
    assert_int_equal(json_get(drive.answer, "notificationContacts")->count, 0);
    assert_int_equal(json_get(drive.answer, "beneficiaries")->count, 0);
    assert_int_equal(json_get(drive.answer, "pricing")->count, 0);
    assert_job(&drive, take_back(&drive, guid, "deleted"), NULL);
    assert_null(json_get(drive.answer, "resourceUri"));
    assert_int_equal(sandbox_azure_offers(drive.sandbox), 0);
    drive_stop(&drive);
}

static void test_expiry_and_renewal(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *late = azure_market_create(&drive, azure_market_offer(&drive, NULL, NULL));
    const char *guid = azure_market_create(&drive, azure_market_offer(&drive, NULL, NULL));
    const char *from = arena_printf(drive.arena, "{'id':'private-offer/%s'}", guid);
    assert_job(&drive, azure_market_offer(&drive, "upgradedFrom", from), "invalidState");
    drive_control(&drive, "azure/accept-offer", arena_printf(drive.arena, "{'id':'%s'}", guid));
    assert_job(&drive, azure_market_offer(&drive, "upgradedFrom", from), "businessValidationError");
    fake_advance(&drive.fake, 31 * DAY_MS);
    assert_int_equal(
        drive_control(&drive, "azure/accept-offer", arena_printf(drive.arena, "{'id':'%s'}", late)),
        409);
    fake_advance(&drive.fake, 300 * DAY_MS);
    assert_job(&drive, azure_market_offer(&drive, "upgradedFrom", from), NULL);
    drive_stop(&drive);
}

/* ---- Absolute prices. */
static const char *with_price(struct drive *drive, const char *offer_type, const char *item,
                              const char *plan, const char *rest)
{
    const char *offer = azure_market_offer(
        drive, "pricing",
        arena_printf(drive->arena,
                     "[{%s,'discountType':'absolute','priceDetails':{'resourceName':"
                     "'price1'}}]",
                     item));
    struct json *rows = NULL;
    json_parse(drive->arena, offer, strlen(offer), &rows, NULL);
    json_set_text(drive->arena, rows->items[0], "offerPricingType", offer_type);
    return arena_printf(
        drive->arena,
        "[{'$schema':'https://schema.mp.microsoft.com/schema/"
        "price-and-availability-private-offer-plan/2023-07-15','resourceName':'price1',"
        "'product':'product/%.36s','plan':'plan/%s','offerPricingType':'%s',%s},%s]",
        plan, plan, offer_type, rest, json_print(drive->arena, rows->items[0]));
}

#define ITEM(product, member, plan)                                                                \
    "'product':'product/" product "','" member "':'plan/" product "/" plan "'"
#define MONTH "'billingTerm':{'type':'month','value':1},'pricePerPaymentInUsd':900"
#define TERMS "'prices':[{" MONTH "}]"
#define RESERVATION(years)                                                                         \
    "'softwareReservation':{'reservationDuration':{'type':'year','value':" years "},"              \
    "'paymentSchedule':{'type':'year','value':1},'vmPrices':{'8Core':{'quantity':4.0,"             \
    "'unitPricePerPaymentPeriodInUsd':1200.0}}}"

static void test_prices(void **state)
{
    (void)state;
    static const char edit[] = "editExistingOfferPricingOnly", custom[] = "saasNewCustomizedPlans",
                      reserve[] = "vmSoftwareReservations";
    static const char standard[] = INGESTION_SAAS "/" INGESTION_STANDARD;
    static const char machine[] = INGESTION_VM "/" INGESTION_VM_PLAN;
    static const char made[] = ",'newPlanDetails':{'name':'Mine','description':'Own'}";
    static const struct {
        const char *type, *item, *more, *plan, *price, *code;
    } cases[] = {
        {edit, ITEM(INGESTION_SAAS, "plan", INGESTION_STANDARD), "", standard,
         "'pricing':{'recurrentPrice':{" TERMS "}}", NULL},
        {edit, ITEM(INGESTION_SAAS, "plan", INGESTION_SEATS), "", standard,
         "'pricing':{'recurrentPrice':{" TERMS "}}", "businessValidationError"},
        {edit, ITEM(INGESTION_SAAS, "plan", INGESTION_STANDARD), "", standard,
         "'pricing':{'recurrentPrice':{'recurrentPriceMode':'perUser'," TERMS "}}",
         "businessValidationError"},
        {edit, ITEM(INGESTION_SAAS, "plan", INGESTION_STANDARD), "", standard,
         "'pricing':{'recurrentPrice':{'prices':[{'billingTerm':{'type':'year','value':5},"
         "'pricePerPaymentInUsd':1}]}}",
         "businessValidationError"},
        {edit, ITEM(INGESTION_SAAS, "plan", INGESTION_STANDARD), "", standard,
         "'pricing':{'recurrentPrice':{" TERMS "},'customMeters':{'meters':{'new':{}}}}",
         "businessValidationError"},
        {edit, ITEM(INGESTION_SAAS, "plan", INGESTION_TRIAL), "",
         INGESTION_SAAS "/" INGESTION_TRIAL, "'pricing':{'recurrentPrice':{" TERMS "}}",
         "notSupported"},
        {edit, ITEM(INGESTION_VM, "plan", INGESTION_VM_PLAN), "", machine,
         "'pricing':{'recurrentPrice':{" TERMS "}}", "notSupported"},
        {custom, ITEM(INGESTION_SAAS, "basePlan", INGESTION_STANDARD), made, standard,
         "'pricing':{'recurrentPrice':{'recurrentPriceMode':'flatRate'," TERMS "}}", NULL},
        {custom, ITEM(INGESTION_SAAS, "basePlan", INGESTION_STANDARD), made, standard,
         "'pricing':{'recurrentPrice':{'recurrentPriceMode':'perUser'," TERMS "}}",
         "schemaValidationError"},
        {custom, ITEM(INGESTION_SAAS, "basePlan", INGESTION_STANDARD), "", standard,
         "'pricing':{'recurrentPrice':{'recurrentPriceMode':'flatRate'," TERMS "}}",
         "schemaValidationError"},
        {reserve, ITEM(INGESTION_VM, "basePlan", INGESTION_VM_PLAN), "", machine, RESERVATION("3"),
         NULL},
        {reserve, ITEM(INGESTION_VM, "basePlan", INGESTION_VM_PLAN), "", machine, RESERVATION("2"),
         "businessValidationError"},
        {reserve, ITEM(INGESTION_SAAS, "basePlan", INGESTION_STANDARD), "", standard,
         RESERVATION("1"), "notSupported"},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_job(&drive,
                   with_price(&drive, cases[i].type,
                              arena_printf(drive.arena, "%s%s", cases[i].item, cases[i].more),
                              cases[i].plan, cases[i].price),
                   cases[i].code);
    /* What an offer names is to be read by its durable id, and must stand before it. */
    const char *guid = azure_market_create(
        &drive, with_price(&drive, edit, ITEM(INGESTION_SAAS, "plan", INGESTION_STANDARD), standard,
                           "'pricing':{'recurrentPrice':{" TERMS "}}"));
    azure_market_get(&drive, "private-offer/%s", guid);
    assert_int_equal(
        azure_market_get(&drive, "%s", azure_market_text(&drive, "pricing[0].priceDetails")), 200);
    assert_string_equal(
        azure_market_text(&drive, "pricing.recurrentPrice.prices[0].pricePerPaymentInUsd"), "900");
    assert_job(
        &drive,
        azure_market_offer(
            &drive, "pricing[0]",
            "{" ITEM(
                INGESTION_SAAS, "plan",
                INGESTION_STANDARD) ",'discountType':'absolute','priceDetails':{'resourceName':"
                                    "'price1'}}"),
        "resourceNotFound");
    drive_stop(&drive);
}

/* ---- CSP and multiparty offers. */
static const char *other_kind(struct drive *drive, const char *kind, const char *beneficiary,
                              const char *partners)
{
    const char *offer = azure_market_offer(
        drive, "beneficiaries", arena_printf(drive->arena, "[{'id':'%s'}]", beneficiary));
    struct json *rows = NULL;
    json_parse(drive->arena, offer, strlen(offer), &rows, NULL);
    struct json *row = rows->items[0];
    json_set_text(drive->arena, row, "privateOfferType", kind);
    if (partners) {
        json_remove(row, "preparedBy");
        json_set(drive->arena, row, "partners", drive_json(drive, partners));
    } else {
        json_remove(row, "acceptBy");
        json_remove(row, "notes");
    }
    return arena_printf(drive->arena, "[%s]", json_print(drive->arena, row));
}

static void test_kinds(void **state)
{
    (void)state;
    static const char partner[] = "[{'id':'12345678','location':'United States'}]";
    static const char multiparty[] = "multipartyPromotionOriginator";
    struct drive drive;
    drive_start(&drive, NULL);
    assert_job(&drive, other_kind(&drive, "cspPromotion", INGESTION_ACCOUNT, NULL), "invalidId");
    const char *csp = azure_market_create(
        &drive, other_kind(&drive, "cspPromotion", "5d1c7a40-0a32-4b44-b904-000000000001", NULL));
    azure_market_get(&drive, "private-offer/%s", csp);
    assert_string_equal(azure_market_text(&drive, "state"), "live");
    assert_null(json_get(drive.answer, "subState"));
    assert_job(&drive, other_kind(&drive, multiparty, INGESTION_ACCOUNT, "[]"),
               "businessValidationError");
    assert_job(&drive,
               other_kind(&drive, multiparty, INGESTION_ACCOUNT,
                          "[{'id':'12345678','location':'France'}]"),
               "notSupported");
    const char *mpo =
        azure_market_create(&drive, other_kind(&drive, multiparty, INGESTION_ACCOUNT, partner));
    azure_market_get(&drive, "private-offer/%s", mpo);
    assert_string_equal(azure_market_text(&drive, "subState"), "pendingPartnerAction");
    assert_null(json_get(drive.answer, "acceptanceLinks"));
    assert_job(&drive, other_kind(&drive, multiparty, INGESTION_ACCOUNT, partner),
               "businessValidationError"); /* overlap */
    assert_job(&drive, other_kind(&drive, multiparty, "4711", partner), NULL);
    const char *id = arena_printf(drive.arena, "{'id':'%s'}", mpo);
    assert_int_equal(drive_control(&drive, "azure/accept-offer", id), 409);
    assert_int_equal(drive_control(&drive, "azure/seller-publishes", id), 200);
    azure_market_get(&drive, "private-offer/%s", mpo);
    assert_string_equal(azure_market_text(&drive, "subState"), "pendingAcceptance");
    assert_non_null(json_get(drive.answer, "acceptanceLinks"));
    drive_stop(&drive);
}

static void test_seller(void **state)
{
    (void)state;
    static const struct sandbox_options options = {.azure_offers = 9};
    static const struct {
        const char *path, *value, *code;
    } cases[] = {
        {"originatorPricing[0].markupPercentage", NULL, "businessValidationError"},
        {"originatorPricing[0].markupPercentage", "0.123456789", "businessValidationError"},
        {"originatorPricing[0].markupPercentage", "99", "businessValidationError"},
        {"originatorPricing[0].discountPercentage", "1", "Conflict"},
        {"end", "'2099-12-31'", "Conflict"},
        {"preparedBy", NULL, "schemaValidationError"},
        {"pricing", "[]", "schemaValidationError"},
        {"name", "'Mine'", NULL},
    };
    struct drive drive;
    drive_start(&drive, &options);
    assert_int_equal(azure_market_get(&drive, "private-offer/query"), 200);
    const char *guid = azure_market_bare(azure_market_text(&drive, "value[8].id"));
    assert_null(json_find(drive.answer, "value[8].beneficiaries")); /* a summary */
    azure_market_get(&drive, "private-offer/%s", guid);
    struct json *offer = drive.answer;
    assert_string_equal(azure_market_text(&drive, "privateOfferType"),
                        "multipartyPromotionChannelPartner");
    json_set_text(drive.arena, offer, "state", "live");
    json_set_text(drive.arena, offer, "preparedBy", "sales@reseller.example");
    json_set(drive.arena, json_find(offer, "originatorPricing[0]"), "markupPercentage",
             json_number(drive.arena, "1.5"));
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json *copy = json_clone(drive.arena, offer);
        drive_put(&drive, copy, cases[i].path, cases[i].value);
        assert_job(&drive, arena_printf(drive.arena, "[%s]", json_print(drive.arena, copy)),
                   cases[i].code);
    }
    azure_market_get(&drive, "private-offer/%s", guid);
    assert_string_equal(azure_market_text(&drive, "subState"), "pendingAcceptance");
    drive_stop(&drive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_way),
        cmocka_unit_test(test_clearing_and_deleting),
        cmocka_unit_test(test_expiry_and_renewal),
        cmocka_unit_test(test_prices),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_seller),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed > 0;
}
