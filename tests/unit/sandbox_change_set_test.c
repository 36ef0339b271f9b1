/* Change sets: what is refused at once, what fails later, what is there afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/drive.h"
#include "tests/support/folder.h"
#include "tests/support/offers.h"

#define DAY_MS INT64_C(86400000)

static const char *error_type(const struct drive *drive)
{
    for (size_t i = 0; i < drive->response.header_count; i++) {
        if (!strcmp(drive->response.headers[i].name, "x-amzn-errortype"))
            return drive->response.headers[i].value;
    }
    return "";
}

static void assert_refused(const struct drive *drive, int status, const char *type)
{
    if (drive->response.status != status || strcmp(error_type(drive), type) != 0)
        fail_msg("wanted %d %s, got %d %s %s", status, type, drive->response.status,
                 error_type(drive), drive->response.body);
}

/* ---- The way of a set. */
static void test_life(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    size_t offers = sandbox_entities(drive.sandbox, "Offer");
    drive.pace_ms = 0;
    assert_int_equal(drive_catalog(&drive, "StartChangeSet",
                                   "{'Catalog':'AWSMarketplace','ChangeSet':%s}",
                                   offer_set(&drive, NULL, NULL, NULL)),
                     200);
    const char *id = drive_answer(&drive, "ChangeSetId");
    assert_true(text_starts(id, "cs-"));
    static const struct {
        int64_t after_ms;
        const char *status;
    } steps[] = {{0, "PREPARING"}, {1000, "APPLYING"}, {1000, "APPLYING"}, {1000, "SUCCEEDED"}};
    for (size_t i = 0; i < COUNT(steps); i++) {
        fake_advance(&drive.fake, steps[i].after_ms);
        drive_query(&drive, "GET", "DescribeChangeSet", "changeSetId", id);
        assert_string_equal(drive_answer(&drive, "Status"), steps[i].status);
        bool done = i + 1 == COUNT(steps);
        assert_int_equal(sandbox_entities(drive.sandbox, "Offer"), offers + done);
        assert_string_equal(drive_answer(&drive, "ChangeSet[0].Entity.Identifier"),
                            done ? drive_answer(&drive, "ChangeSet[1].Entity.Identifier") : "");
    }
    const char *offer = drive_set_entity(&drive, 0);
    assert_true(text_starts(offer, "offer-"));
    const struct json *document = sandbox_entity(drive.sandbox, offer);
    assert_string_equal(json_get_text(document, "State"), "Released");
    static const char *const reads[][2] = {
        {"Rules[Type=AvailabilityRule].AvailabilityEndDate", "2026-03-31T23:59:59.000Z"},
        {"Terms[Type=PaymentScheduleTerm].Schedule[0].ChargeDate", "2026-04-15T00:00:00.000Z"},
        {"Description", "For a deal [CRM-1]"},
    };
    for (size_t i = 0; i < COUNT(reads); i++)
        assert_string_equal(json_text(json_find(document, reads[i][0])), reads[i][1]);
    drive_query(&drive, "GET", "DescribeEntity", "entityId", offer);
    assert_string_equal(drive_answer(&drive, "EntityIdentifier"),
                        arena_printf(drive.arena, "%s@1", offer));
    drive_stop(&drive);
}

/* ---- Refused at once: the shape is wrong, or what is referred to is not there. */
static void test_refused_at_once(void **state)
{
    (void)state;
    static const struct {
        const char *type, *details;
    } cases[] = {
        {"CreateOffer", "{'ProductId':'" SANDBOX_PRODUCT "','Price':'1'}"},
        {"CreateOffer", "{}"},
        {"CreateOffer", "[]"},
        {"CreateOffer", "'text'"},
        {"UpdateInformation", "{'Name':' begins with a blank'}"},
        {"UpdateInformation", "{'Name':''}"},
        {"UpdateInformation", "{'Description':7}"},
        {"UpdateInformation", "{'Buyer':'x'}"},
        {"UpdateInformation", "{'PreExistingAgreement':{'AcquisitionChannel':'External'}}"},
        {"UpdateTargeting", "{'BuyerAccounts':['444455556666']}"},
        {"UpdateTargeting", "{'PositiveTargeting':{'BuyerAccounts':[]}}"},
        {"UpdateTargeting", "{'NegativeTargeting':{}}"},
        {"UpdateLegalTerms", "{'Terms':[]}"},
        {"UpdateLegalTerms", "{'Terms':[{'Type':'SupportTerm','RefundPolicy':'x'}]}"},
        {"UpdateLegalTerms", "{'Terms':[{'Type':'LegalTerm','Documents':[{'Type':'OtherEula'}]}]}"},
        {"UpdateLegalTerms", "{'Terms':[{'Type':'LegalTerm','Documents':[{'Type':'StandardEula',"
                             "'Version':'2020-01-01'}]}]}"},
        {"UpdateAvailability", "{'AvailabilityEndDate':'2026-03-31T00:00:00Z'}"},
        {"UpdateAvailability", "{'AvailabilityEndDate':'2026-02-30'}"},
        {"UpdateAvailability", "{}"},
        {"UpdatePricingTerms", "{'PricingModel':'Subscription','Terms':[{'Type':"
                               "'ByolPricingTerm'}]}"},
        {"UpdatePricingTerms", "{'PricingModel':'Contract','Terms':[]}"},
        {"UpdatePricingTerms", "{'PricingModel':'Contract','Terms':[{'Type':"
                               "'FixedUpfrontPricingTerm','CurrencyCode':'CHF','Price':'0',"
                               "'Grants':[{'DimensionKey':'basic_service'}]}]}"},
        {"UpdatePricingTerms", "{'PricingModel':'Contract','Terms':[{'Type':"
                               "'FixedUpfrontPricingTerm','CurrencyCode':'USD','Price':'1.2345',"
                               "'Grants':[{'DimensionKey':'basic_service'}]}]}"},
        {"UpdatePricingTerms", "{'PricingModel':'Contract','Terms':[{'Type':"
                               "'FixedUpfrontPricingTerm','CurrencyCode':'USD','Price':12,"
                               "'Grants':[{'DimensionKey':'basic_service'}]}]}"},
        {"UpdatePricingTerms", "{'PricingModel':'Contract','Terms':[{'Type':"
                               "'FixedUpfrontPricingTerm','CurrencyCode':'USD','Price':'1',"
                               "'Grants':[]}]}"},
        {"UpdatePricingTerms", "{'PricingModel':'Contract','Terms':[{'Type':"
                               "'FixedUpfrontPricingTerm','CurrencyCode':'USD','Price':"
                               "'100000000.01','Grants':[{'DimensionKey':'basic_service'}]}]}"},
        {"UpdateValidityTerms", "{'Terms':[{'Type':'ValidityTerm','AgreementDuration':'12M'}]}"},
        {"UpdateValidityTerms", "{'Terms':[{'Type':'ValidityTerm','AgreementDuration':'P1D2M'}]}"},
        {"UpdatePaymentScheduleTerms",
         "{'Terms':[{'Type':'PaymentScheduleTerm','CurrencyCode':'USD','Schedule':[]}]}"},
        {"UpdatePaymentScheduleTerms",
         "{'Terms':[{'Type':'PaymentScheduleTerm','CurrencyCode':'USD','Schedule':[{'ChargeDate':"
         "'2026-04-15','ChargeAmount':'6000.001'}]}]}"},
        {"ReleaseOffer", "{'Now':true}"},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *set = offer_set(&drive, cases[i].type, cases[i].details, NULL);
        if (drive_set(&drive, set)[0])
            fail_msg("%s %s passed", cases[i].type, cases[i].details);
        assert_refused(&drive, 422, "ValidationException");
    }
    drive_stop(&drive);
}

#define CREATE                                                                                     \
    "{'ChangeType':'CreateOffer','ChangeName':'New','Entity':{'Type':'Offer@1.0'},"                \
    "'DetailsDocument':{'ProductId':'" SANDBOX_PRODUCT "'}}"
#define NAME(identifier, name)                                                                     \
    "{'ChangeType':'UpdateInformation','Entity':{'Type':'Offer@1.0','Identifier':'" identifier     \
    "'},'DetailsDocument':{'Name':'" name "'}}"

static void test_refused_sets(void **state)
{
    (void)state;
    static const struct {
        const char *changes;
        int status;
        const char *type;
    } cases[] = {
        {"[]", 422, "ValidationException"},
        {"[" CREATE "," CREATE "]", 422, "ValidationException"}, /* a name is there twice */
        {"[" CREATE "," NAME(OFFER_REF, "a") "," NAME(OFFER_REF, "b") "]", 422,
         "ValidationException"},
        {"[" CREATE "," NAME("$Other.Entity.Identifier", "a") "]", 422, "ValidationException"},
        {"[" NAME("offer-nowhere1", "a") "]", 404, "ResourceNotFoundException"},
        {"[" NAME(SANDBOX_PRODUCT, "a") "]", 422, "ValidationException"},
        {"[" NAME("offer-sandboxsaas01@7", "a") "]", 422, "ValidationException"},
        {"[{'ChangeType':'UpdateInformation','Entity':{'Type':'Offer@1.0'},'DetailsDocument':{}}]",
         422, "ValidationException"},
        {"[{'ChangeType':'UpdateInformation','Entity':{'Type':'Offer','Identifier':"
         "'offer-sandboxsaas01'},'DetailsDocument':{}}]",
         422, "ValidationException"},
        {"[{'ChangeType':'Publish','Entity':{'Type':'Offer@1.0','Identifier':"
         "'offer-sandboxsaas01'},'DetailsDocument':{}}]",
         422, "ValidationException"},
        {"[{'ChangeType':'AddDimensions','Entity':{'Type':'DataProduct@1.0','Identifier':"
         "'" SANDBOX_DATA "'},'DetailsDocument':[]}]",
         422, "ValidationException"},
        {"[{'ChangeType':'UpdateInformation','Entity':{'Type':'Offer@1.0','Identifier':"
         "'offer-sandboxsaas01'}}]",
         422, "ValidationException"}, /* no document */
        {"[{'ChangeType':'UpdateInformation','Entity':{'Type':'Offer@1.0','Identifier':"
         "'offer-sandboxsaas01'},'Details':'{}','DetailsDocument':{}}]",
         422, "ValidationException"}, /* two */
        {"[{'ChangeType':'UpdateInformation','Entity':{'Type':'Offer@1.0','Identifier':"
         "'offer-sandboxsaas01'},'Details':'no JSON'}]",
         422, "ValidationException"},
        {"[{'ChangeType':'UpdateInformation','Entity':{'Type':'ResaleAuthorization@1.0',"
         "'Identifier':'" SANDBOX_RESALE "'},'DetailsDocument':{'Name':'x'}}]",
         404, "ResourceNotFoundException"}, /* somebody else's */
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (drive_set(&drive, cases[i].changes)[0])
            fail_msg("%s passed", cases[i].changes);
        assert_refused(&drive, cases[i].status, cases[i].type);
    }
    drive_set(&drive, "[" NAME("offer-sandboxsaas01@7", "a") "]");
    assert_non_null(strstr(drive_answer(&drive, "Message"), "offer-sandboxsaas01@1"));
    assert_string_equal(drive_set(&drive, "[" NAME("offer-sandboxsaas01@1", "a") "]"), "SUCCEEDED");
    drive_catalog(&drive, "StartChangeSet",
                  "{'Catalog':'AWSMarketplace','Intent':'VALIDATE','ChangeSet':[" CREATE "]}");
    assert_refused(&drive, 422, "ValidationException");
    drive_stop(&drive);
}

/* Details as text, as older clients send them: a list, too. */
static void test_details_as_text(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    struct json *list =
        drive_json(&drive, "[{'ChangeType':'AddDimensions','Entity':{'Type':"
                           "'SaaSProduct@1.0','Identifier':'" SANDBOX_PRODUCT "'}}]");
    json_set_text(drive.arena, list->items[0], "Details",
                  "[{\"Key\":\"deal_1\",\"Name\":\"Deal\",\"Description\":\"For a deal\","
                  "\"Unit\":\"Units\",\"Types\":[\"Entitled\"]}]");
    assert_string_equal(drive_set(&drive, json_print(drive.arena, list)), "SUCCEEDED");
    const struct json *product = sandbox_entity(drive.sandbox, SANDBOX_PRODUCT);
    assert_non_null(json_find(product, "Dimensions[Key=deal_1]"));
    drive_stop(&drive);
}

/* ---- Locks, tokens, cancelling, quotas. */
static int start(struct drive *drive, const char *token, const char *changes)
{
    return drive_catalog(drive, "StartChangeSet",
                         "{'Catalog':'AWSMarketplace','ChangeSetName':'deal %s',"
                         "'ClientRequestToken':'%s','ChangeSet':%s}",
                         token, token, changes);
}

static void test_locks(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    drive.pace_ms = 300;
    assert_int_equal(start(&drive, "a", "[" NAME("offer-sandboxsaas01", "a") "]"), 200);
    const char *id = drive_answer(&drive, "ChangeSetId");
    start(&drive, "b", "[" NAME("offer-sandboxsaas01", "b") "]");
    assert_refused(&drive, 423, "ResourceInUseException");
    assert_non_null(strstr(drive_answer(&drive, "Message"), id));
    assert_int_equal(start(&drive, "c", "[" NAME("offer-sandboxami001", "c") "]"), 200);
    fake_advance(&drive.fake, 3000);
    assert_int_equal(start(&drive, "d", "[" NAME("offer-sandboxsaas01", "d") "]"), 200);
    drive_stop(&drive);
}

static void test_tokens(void **state)
{
    (void)state;
    static const char one[] = "[" NAME("offer-sandboxsaas01", "one") "]";
    static const char two[] = "[" NAME("offer-sandboxsaas01", "two") "]";
    struct drive drive;
    drive_start(&drive, NULL);
    assert_int_equal(start(&drive, "t", one), 200);
    const char *id = drive_answer(&drive, "ChangeSetId");
    assert_int_equal(start(&drive, "t", one), 200); /* locked by itself: it is the same set */
    assert_string_equal(drive_answer(&drive, "ChangeSetId"), id);
    start(&drive, "t", two);
    assert_refused(&drive, 422, "ValidationException");
    fake_advance(&drive.fake, 5000);
    assert_int_equal(start(&drive, "t", one), 200);
    assert_string_equal(drive_answer(&drive, "ChangeSetId"), id);
    /* A token stands for its body even if the call was refused. */
    start(&drive, "u", "[" NAME("offer-nowhere1", "x") "]");
    assert_refused(&drive, 404, "ResourceNotFoundException");
    start(&drive, "u", two);
    assert_refused(&drive, 422, "ValidationException");
    assert_int_equal(start(&drive, "v", two), 200);
    drive_stop(&drive);
}

static void test_cancel(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    drive.pace_ms = 100;
    start(&drive, "a", "[" NAME("offer-sandboxsaas01", "a") "]");
    const char *id = drive_answer(&drive, "ChangeSetId");
    assert_int_equal(drive_query(&drive, "PATCH", "CancelChangeSet", "changeSetId", id), 200);
    assert_string_equal(drive_answer(&drive, "ChangeSetId"), id);
    drive_query(&drive, "GET", "DescribeChangeSet", "changeSetId", id);
    assert_string_equal(drive_answer(&drive, "Status"), "CANCELLED");
    fake_advance(&drive.fake, 5000);
    assert_string_not_equal(
        json_get_text(sandbox_entity(drive.sandbox, "offer-sandboxsaas01"), "Name"), "a");
    start(&drive, "b", "[" NAME("offer-sandboxsaas01", "b") "]");
    id = drive_answer(&drive, "ChangeSetId");
    fake_advance(&drive.fake, 1500);
    drive_query(&drive, "PATCH", "CancelChangeSet", "changeSetId", id);
    assert_refused(&drive, 423, "ResourceInUseException"); /* APPLYING */
    drive_query(&drive, "PATCH", "CancelChangeSet", "changeSetId", "cs-nowhere");
    assert_refused(&drive, 404, "ResourceNotFoundException");
    drive_stop(&drive);
}

static void test_limits(void **state)
{
    (void)state;
    const struct sandbox_options options = {.set_ms = DAY_MS, .rate = 1000};
    struct drive drive;
    drive_start(&drive, &options);
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(start(&drive, arena_printf(drive.arena, "t%u", i), "[" CREATE "]"), 200);
    start(&drive, "more", "[" CREATE "]");
    assert_refused(&drive, 402, "ServiceQuotaExceededException");
    const char *many = "";
    for (unsigned i = 0; i < 21; i++)
        many =
            arena_printf(drive.arena, "%s%s" NAME("offer-sandboxsaas01", "x"), many, i ? "," : "");
    start(&drive, "many", arena_printf(drive.arena, "[%s]", many));
    assert_refused(&drive, 422, "ValidationException");
    drive_stop(&drive);
}

static void test_open_sets(void **state)
{
    (void)state;
    const struct sandbox_options options = {.set_ms = DAY_MS, .rate = 1000};
    struct drive drive;
    drive_start(&drive, &options);
    for (unsigned i = 0; i < 250; i++)
        assert_int_equal(start(&drive, arena_printf(drive.arena, "t%u", i),
                               "[{'ChangeType':'CreateProduct','Entity':{'Type':"
                               "'SaaSProduct@1.0'},'DetailsDocument':{}}]"),
                         200);
    start(&drive, "more",
          "[{'ChangeType':'CreateProduct','Entity':{'Type':'SaaSProduct@1.0'},"
          "'DetailsDocument':{}}]");
    assert_refused(&drive, 402, "ServiceQuotaExceededException");
    drive_stop(&drive);
}

/* ---- Looking for a set. */
static size_t found(struct drive *drive, const char *filters)
{
    if (drive_catalog(drive, "ListChangeSets", "{'Catalog':'AWSMarketplace','FilterList':%s}",
                      filters) != 200)
        fail_msg("%s: %s", filters, drive->response.body);
    return json_get(drive->answer, "ChangeSetSummaryList")->count;
}

static void test_listing(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    start(&drive, "a", "[" NAME("offer-sandboxsaas01", "a") "]"); /* 00:00:01 */
    fake_advance(&drive.fake, 9000);
    start(&drive, "b", "[" NAME("offer-sandboxami001", "b") "]"); /* 00:00:11 */
    assert_int_equal(found(&drive, "[{'Name':'ChangeSetName','ValueList':['deal b']}]"), 1);
    assert_string_equal(drive_answer(&drive, "ChangeSetSummaryList[0].Status"), "APPLYING");
    assert_string_equal(drive_answer(&drive, "ChangeSetSummaryList[0].EntityIdList[0]"),
                        "offer-sandboxami001");
    assert_int_equal(found(&drive, "[{'Name':'Status','ValueList':['SUCCEEDED']}]"), 1);
    assert_int_equal(found(&drive, "[{'Name':'EntityId','ValueList':['offer-sandboxami001']}]"), 1);
    assert_int_equal(
        found(&drive, "[{'Name':'AfterStartTime','ValueList':['2026-01-01T00:00:05Z']}]"), 1);
    assert_int_equal(found(&drive,
                           "[{'Name':'AfterStartTime','ValueList':['2026-01-01T00:00:05Z']},"
                           "{'Name':'ChangeSetName','ValueList':['deal a']}]"),
                     0);
    static const char *const wrong[] = {
        "[{'Name':'Name','ValueList':['x']}]",
        "[{'Name':'Status','ValueList':['DONE']}]",
        "[{'Name':'AfterStartTime','ValueList':['yesterday']}]",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        drive_catalog(&drive, "ListChangeSets", "{'Catalog':'AWSMarketplace','FilterList':%s}",
                      wrong[i]);
        assert_refused(&drive, 422, "ValidationException");
    }
    drive_catalog(&drive, "ListChangeSets", "{'Catalog':'AWSMarketplace','MaxResults':21}");
    assert_refused(&drive, 422, "ValidationException");
    drive_catalog(&drive, "ListChangeSets", "{'Catalog':'AWSMarketplace','MaxResults':1}");
    const char *token = drive_answer(&drive, "NextToken");
    assert_string_equal(drive_answer(&drive, "ChangeSetSummaryList[0].ChangeSetName"), "deal b");
    drive_catalog(&drive, "ListChangeSets",
                  "{'Catalog':'AWSMarketplace','MaxResults':1,'NextToken':'%s'}", token);
    assert_string_equal(drive_answer(&drive, "ChangeSetSummaryList[0].ChangeSetName"), "deal a");
    fake_advance(&drive.fake, 61 * DAY_MS); /* the history ends */
    assert_int_equal(found(&drive, "[{'Name':'Status','ValueList':['SUCCEEDED']}]"), 0);
    drive_stop(&drive);
}

/* ---- Faults. */
static void test_fates(void **state)
{
    (void)state;
    static const struct {
        const char *fault, *code, *state;
        size_t made;
    } cases[] = {
        {"set-fails", "CLIENT_ERROR", "", 0},
        {"set-fails:StartChangeSet::1", "SERVER_FAULT", "", 0},
        {"set-half", "SERVER_FAULT", "Draft", 1},
        {"set-half:StartChangeSet::1", "SERVER_FAULT", "Draft", 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct drive drive;
        struct error error;
        drive_start(&drive, NULL);
        size_t offers = sandbox_entities(drive.sandbox, "Offer");
        assert_int_equal(sandbox_fault_add(drive.sandbox, cases[i].fault, &error), 0);
        assert_string_equal(drive_set(&drive, offer_set(&drive, NULL, NULL, NULL)), "FAILED");
        assert_string_equal(drive_answer(&drive, "FailureCode"), cases[i].code);
        assert_int_equal(sandbox_entities(drive.sandbox, "Offer"), offers + cases[i].made);
        const struct json *document = sandbox_entity(drive.sandbox, drive_set_entity(&drive, 0));
        const char *shown = json_get_text(document, "State");
        assert_string_equal(shown ? shown : "", cases[i].state);
        if (i == 2)
            assert_null(json_get_text(document, "Name"));
        if (i == 3)
            assert_string_equal(json_get_text(document, "Name"), "Twelve months");
        drive_stop(&drive);
    }
}

static void test_stuck(void **state)
{
    (void)state;
    struct drive drive;
    struct error error;
    drive_start(&drive, NULL);
    assert_int_equal(sandbox_fault_add(drive.sandbox, "set-stuck:StartChangeSet:1", &error), 0);
    assert_string_equal(drive_set(&drive, "[" NAME("offer-sandboxsaas01", "a") "]"), "APPLYING");
    const char *id = drive_answer(&drive, "ChangeSetId");
    fake_advance(&drive.fake, DAY_MS);
    start(&drive, "b", "[" NAME("offer-sandboxsaas01", "b") "]");
    assert_refused(&drive, 423, "ResourceInUseException");
    sandbox_fault_clear(drive.sandbox);
    drive_query(&drive, "GET", "DescribeChangeSet", "changeSetId", id);
    assert_string_equal(drive_answer(&drive, "Status"), "SUCCEEDED");
    drive_stop(&drive);
}

static void test_restart(void **state)
{
    (void)state;
    char folder[96], path[128];
    folder_make(folder, sizeof folder, "change-set-test");
    snprintf(path, sizeof path, "%s/state.json", folder);
    const struct sandbox_options options = {.state_path = path, .offers = 10};
    struct drive drive;
    drive_start(&drive, &options);
    size_t offers = sandbox_entities(drive.sandbox, "Offer");
    start(&drive, "t", offer_set(&drive, NULL, NULL, NULL));
    const char *id = drive_answer(&drive, "ChangeSetId");
    drive_restart(&drive, &options);
    assert_int_equal(start(&drive, "t", offer_set(&drive, NULL, NULL, NULL)), 200);
    assert_string_equal(drive_answer(&drive, "ChangeSetId"), id);
    fake_advance(&drive.fake, 3000);
    drive_query(&drive, "GET", "DescribeChangeSet", "changeSetId", id);
    assert_string_equal(drive_answer(&drive, "Status"), "SUCCEEDED");
    const char *offer = drive_set_entity(&drive, 0);
    assert_int_equal(
        drive_control(&drive, "accept", arena_printf(drive.arena, "{'id':'%s'}", offer)), 200);
    size_t agreements = sandbox_agreements(drive.sandbox, NULL);
    const char *before = json_print(drive.arena, sandbox_entity(drive.sandbox, offer));
    drive_restart(&drive, &options);
    assert_int_equal(sandbox_entities(drive.sandbox, "Offer"), offers + 1);
    assert_int_equal(sandbox_agreements(drive.sandbox, NULL), agreements);
    assert_string_equal(json_print(drive.arena, sandbox_entity(drive.sandbox, offer)), before);
    drive_stop(&drive);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life),         cmocka_unit_test(test_refused_at_once),
        cmocka_unit_test(test_refused_sets), cmocka_unit_test(test_details_as_text),
        cmocka_unit_test(test_locks),        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_cancel),       cmocka_unit_test(test_limits),
        cmocka_unit_test(test_open_sets),    cmocka_unit_test(test_listing),
        cmocka_unit_test(test_fates),        cmocka_unit_test(test_stuck),
        cmocka_unit_test(test_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
