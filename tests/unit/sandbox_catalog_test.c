/* Reading the marketplace's catalog: shapes, filters, pages, signatures, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "tests/support/drive.h"

#define LIST(more) "{'Catalog':'AWSMarketplace','EntityType':'Offer'" more "}"

static const char *header(const struct drive *drive, const char *name)
{
    for (size_t i = 0; i < drive->response.header_count; i++) {
        if (!strcmp(drive->response.headers[i].name, name))
            return drive->response.headers[i].value;
    }
    return "";
}

static void assert_refused(const struct drive *drive, int status, const char *type)
{
    if (drive->response.status != status || strcmp(header(drive, "x-amzn-errortype"), type) != 0)
        fail_msg("wanted %d %s, got %d %s %s", status, type, drive->response.status,
                 header(drive, "x-amzn-errortype"), drive->response.body);
    assert_non_null(json_get_text(drive->answer, "Message"));
}

static size_t rows(const struct drive *drive)
{
    const struct json *list = json_get(drive->answer, "EntitySummaryList");
    assert_non_null(list);
    return list->count;
}

/* ---- Shapes. */
static void test_summaries(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    assert_int_equal(drive_catalog(&drive, "ListEntities",
                                   "{'Catalog':'AWSMarketplace','EntityType':'SaaSProduct'}"),
                     200);
    assert_int_equal(rows(&drive), 1);
    assert_string_equal(header(&drive, "content-type"), "application/json");
    assert_string_equal(drive_answer(&drive, "EntitySummaryList[0].EntityId"), SANDBOX_PRODUCT);
    assert_string_equal(drive_answer(&drive, "EntitySummaryList[0].EntityType"), "SaaSProduct");
    assert_string_equal(drive_answer(&drive, "EntitySummaryList[0].EntityArn"),
                        "arn:aws:aws-marketplace:us-east-1:111122223333:AWSMarketplace/SaaSProduct/"
                        "prod-sandboxsaas01");
    assert_string_equal(drive_answer(&drive, "EntitySummaryList[0].SaaSProductSummary.Visibility"),
                        "Public");
    static const char *const nulls[] = {"OfferSummary", "AmiProductSummary", "OfferSetSummary",
                                        "ResaleAuthorizationSummary"};
    const struct json *row = json_find(drive.answer, "EntitySummaryList[0]");
    for (size_t i = 0; i < COUNT(nulls); i++) {
        assert_non_null(json_get(row, nulls[i]));
        assert_int_equal(json_get(row, nulls[i])->type, JSON_NULL);
    }
    assert_int_equal(strlen(json_get_text(row, "LastModifiedDate")), 20);
    assert_int_equal(json_get(drive.answer, "NextToken")->type, JSON_NULL);
    drive_stop(&drive);
}

static void test_describe(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    assert_int_equal(drive_query(&drive, "GET", "DescribeEntity", "entityId", SANDBOX_PRODUCT),
                     200);
    assert_string_equal(drive_answer(&drive, "EntityType"), "SaaSProduct@1.0");
    assert_string_equal(drive_answer(&drive, "EntityIdentifier"), SANDBOX_PRODUCT "@1");
    const struct json *dimensions = json_find(drive.answer, "DetailsDocument.Dimensions");
    assert_true(dimensions->count >= 4);
    struct json *parsed = NULL;
    const char *text = drive_answer(&drive, "Details");
    assert_int_equal(json_parse(drive.arena, text, strlen(text), &parsed, NULL), 0);
    assert_true(json_equal(parsed, json_get(drive.answer, "DetailsDocument")));

    drive_query(&drive, "GET", "DescribeEntity", "entityId", "prod-nowhere");
    assert_refused(&drive, 404, "ResourceNotFoundException");
    drive_query(&drive, "GET", "DescribeEntity", "entityId", SANDBOX_PRODUCT "%401");
    assert_refused(&drive, 422, "ValidationException"); /* without the revision */
    drive_query(&drive, "GET", "DescribeEntity", "EntityId", SANDBOX_PRODUCT);
    assert_refused(&drive, 422, "ValidationException"); /* names are lower camel case */
    drive_query(&drive, "POST", "DescribeEntity", "entityId", SANDBOX_PRODUCT);
    assert_refused(&drive, 404, "UnknownOperationException");
    drive_query(&drive, "GET", "CancelChangeSet", "changeSetId", "cs-1");
    assert_refused(&drive, 404, "UnknownOperationException");
    drive_stop(&drive);
}

static void test_batch(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    drive_catalog(&drive, "BatchDescribeEntities",
                  "{'EntityRequestList':[{'Catalog':'AWSMarketplace','EntityId':'%s'},"
                  "{'Catalog':'AWSMarketplace','EntityId':'offer-nowhere'}]}",
                  SANDBOX_PRODUCT);
    assert_int_equal(drive.response.status, 200);
    const struct json *found = json_get(json_get(drive.answer, "EntityDetails"), SANDBOX_PRODUCT);
    assert_non_null(json_get(found, "DetailsDocument"));
    assert_null(json_get(found, "Details"));
    const struct json *error = json_get(json_get(drive.answer, "Errors"), "offer-nowhere");
    assert_string_equal(json_get_text(error, "ErrorCode"), "ResourceNotFound");

    struct json *body = drive_json(&drive, "{'EntityRequestList':[]}");
    for (size_t i = 0; i <= 20; i++)
        json_append(drive.arena, json_get(body, "EntityRequestList"),
                    drive_json(&drive, "{'Catalog':'AWSMarketplace','EntityId':'offer-x1'}"));
    drive_catalog(&drive, "BatchDescribeEntities", "%s", json_print(drive.arena, body));
    assert_refused(&drive, 422, "ValidationException");
    drive_catalog(&drive, "BatchDescribeEntities",
                  "{'EntityRequestList':[{'Catalog':'AWS','EntityId':'offer-x1'}]}");
    assert_refused(&drive, 422, "ValidationException");
    drive_stop(&drive);
}

/* ---- Requests that the service refuses. */
static void test_malformed(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{'Catalog':'AWSMarketplace'}",
        "{'Catalog':'AWS','EntityType':'Offer'}",
        "{'Catalog':'AWSMarketplace','EntityType':'Offer@1.0'}",
        "{'Catalog':'AWSMarketplace','EntityType':'Product'}",
        LIST(",'MaxResults':51"),
        LIST(",'MaxResults':0"),
        LIST(",'MaxResults':'20'"),
        LIST(",'Unknown':1"),
        LIST(",'OwnershipType':'MINE'"),
        LIST(",'NextToken':'invented'"),
        LIST(",'EntityTypeFilters':{}"),
        LIST(",'EntityTypeFilters':{'SaaSProductFilters':{}}"),
        LIST(",'EntityTypeFilters':{'OfferFilters':{},'SaaSProductFilters':{}}"),
        LIST(",'EntityTypeFilters':{'OfferFilters':{'State':{'ValueList':['released']}}}"),
        LIST(",'EntityTypeFilters':{'OfferFilters':{'State':{'WildCardValue':'R'}}}"),
        LIST(",'EntityTypeFilters':{'OfferFilters':{'BuyerAccounts':{'ValueList':['1']}}}"),
        (LIST(",'EntityTypeFilters':{'OfferFilters':{'LastModifiedDate':{'DateRange':"
              "{'AfterValue':'2026-01-01T00:00:00.000Z'}}}}")),
        (LIST(",'EntityTypeFilters':{'OfferFilters':{'LastModifiedDate':{'DateRange':"
              "{'AfterValue':'2026-01-01'}}}}")),
        LIST(",'EntityTypeSort':{'SaaSProductSort':{'SortBy':'EntityId'}}"),
        LIST(",'EntityTypeSort':{'OfferSort':{'SortBy':'Price'}}"),
        LIST(",'EntityTypeSort':{'OfferSort':{'SortBy':'Name','SortOrder':'DOWN'}}"),
        LIST(",'FilterList':[{'Name':'Name','ValueList':['x']}]"),
        LIST(",'FilterList':[{'Name':'EntityId','ValueList':[]}]"),
        (LIST(",'FilterList':[{'Name':'EntityId','ValueList':['x']}],"
              "'EntityTypeSort':{'OfferSort':{'SortBy':'EntityId'}}")),
        ("{'Catalog':'AWSMarketplace','EntityType':'ResaleAuthorization','EntityTypeFilters':"
         "{'ResaleAuthorizationFilters':{'ResellerAccountId':{'ValueList':['111122223333']}}}}"),
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(bodies); i++) {
        if (drive_catalog(&drive, "ListEntities", "%s", bodies[i]) == 200)
            fail_msg("%s passed", bodies[i]);
        assert_refused(&drive, 422, "ValidationException");
    }
    drive_stop(&drive);
}

static void test_filters(void **state)
{
    (void)state;
    static const struct {
        const char *filters;
        size_t count;
    } cases[] = {
        {"{'ProductId':{'ValueList':['" SANDBOX_AMI "']}}", 1},
        {"{'ProductId':{'ValueList':['" SANDBOX_AMI "','" SANDBOX_DATA "']}}", 2},
        {"{'Name':{'WildCardValue':'Gateway'}}", 1},
        {"{'Name':{'WildCardValue':'nowhere'}}", 0},
        {"{'Targeting':{'ValueList':['None']},'State':{'ValueList':['Released']}}", 5},
        {"{'Targeting':{'ValueList':['None']},'State':{'ValueList':['Draft']}}", 0},
        {"{'EntityId':{'ValueList':['offer-sandboxami001']}}", 1},
        {"{'State':{'ValueList':['Draft']}}", 2},
        {"{'CreatedBySource':{'ValueList':['AwsMarketplace']}}", 2},
        {"{'TargetAgreementIntent':{'ValueList':['Renew']}}", 2},
        {"{'Targeting':{'ValueList':['BuyerAccounts']}}", 24},
    };
    const struct sandbox_options options = {.seed = 3, .offers = 20};
    struct drive drive;
    drive_start(&drive, &options);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(drive_catalog(&drive, "ListEntities",
                                       LIST(",'MaxResults':50,'EntityTypeFilters':"
                                            "{'OfferFilters':%s}"),
                                       cases[i].filters),
                         200);
        if (rows(&drive) != cases[i].count)
            fail_msg("%s: %zu", cases[i].filters, rows(&drive));
    }
    drive_stop(&drive);
}

/* The old pair of filter and sort, and what is shared by somebody else. */
static void test_old_filters_and_ownership(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    drive_catalog(&drive, "ListEntities",
                  LIST(",'FilterList':[{'Name':'EntityId','ValueList':['offer-sandboxami001']}],"
                       "'Sort':{'SortBy':'EntityId','SortOrder':'ASCENDING'}"));
    assert_int_equal(rows(&drive), 1);
    static const char resales[] = "{'Catalog':'AWSMarketplace','EntityType':'ResaleAuthorization'"
                                  "%s}";
    drive_catalog(&drive, "ListEntities", resales, "");
    assert_int_equal(rows(&drive), 0);
    drive_catalog(&drive, "ListEntities", resales, ",'OwnershipType':'SHARED'");
    assert_int_equal(rows(&drive), 1);
    assert_string_equal(
        drive_answer(&drive, "EntitySummaryList[0].ResaleAuthorizationSummary.ResellerAccountID"),
        SANDBOX_ACCOUNT);
    drive_catalog(&drive, "ListEntities", "{'Catalog':'AWSMarketplace','EntityType':'Solution'}");
    assert_int_equal(rows(&drive), 0);
    drive_stop(&drive);
}

static void test_pages(void **state)
{
    (void)state;
    static const char page[] =
        LIST(",'MaxResults':7,'EntityTypeSort':{'OfferSort':{'SortBy':'EntityId',"
             "'SortOrder':'ASCENDING'}}%s");
    const struct sandbox_options options = {.offers = 20};
    struct drive drive;
    drive_start(&drive, &options);
    size_t seen = 0;
    const char *last = "", *token = NULL;
    do {
        const char *more = token ? arena_printf(drive.arena, ",'NextToken':'%s'", token) : "";
        assert_int_equal(drive_catalog(&drive, "ListEntities", page, more), 200);
        for (size_t i = 0; i < rows(&drive); i++) {
            const char *id = drive_answer(
                &drive, arena_printf(drive.arena, "EntitySummaryList[%zu].EntityId", i));
            assert_true(strcmp(last, id) < 0);
            last = id;
            seen++;
        }
        token = json_get_text(drive.answer, "NextToken");
        if (token) { /* a token goes with its parameters only */
            drive_catalog(&drive, "ListEntities", LIST(",'MaxResults':8,'NextToken':'%s'"), token);
            assert_refused(&drive, 422, "ValidationException");
        }
    } while (token);
    assert_int_equal(seen, sandbox_entities(drive.sandbox, "Offer"));
    drive_stop(&drive);
}

/* What changed is dated, and the bounds of a range do not belong to it. */
static void test_changes_by_date(void **state)
{
    (void)state;
    static const char since[] = LIST(",'EntityTypeFilters':{'OfferFilters':{'LastModifiedDate':"
                                     "{'DateRange':{'AfterValue':'%s'}}}}");
    struct drive drive;
    drive_start(&drive, NULL);
    char now[INSTANT_TEXT];
    instant_print(sandbox_now(drive.sandbox) - 1000, now);
    const char *start = arena_printf(drive.arena, "%.19sZ", now);
    drive_catalog(&drive, "ListEntities", since, start);
    assert_int_equal(rows(&drive), 0);
    assert_int_equal(drive_control(&drive, "edit-entity",
                                   "{'id':'offer-sandboxami001','path':'Name','value':'New'}"),
                     200);
    assert_string_equal(drive_answer(&drive, "id"), "offer-sandboxami001@2");
    drive_catalog(&drive, "ListEntities", since, start);
    assert_int_equal(rows(&drive), 1);
    const char *when = drive_answer(&drive, "EntitySummaryList[0].LastModifiedDate");
    assert_string_equal(drive_answer(&drive, "EntitySummaryList[0].Name"), "New");
    drive_catalog(&drive, "ListEntities", since, when);
    assert_int_equal(rows(&drive), 0);
    drive_stop(&drive);
}

/* ---- Signatures, faults, quotas. */
static void test_signatures(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    drive.signer.service = SANDBOX_SERVICE;
    drive_catalog(&drive, "ListEntities", LIST(""));
    assert_refused(&drive, 403, "InvalidSignatureException");
    drive_agreement(&drive, "SearchAgreements", "{}");
    assert_string_equal(drive_error(&drive), "InvalidSignatureException");
    drive.signer.service = SANDBOX_MARKETPLACE;
    drive_text(&drive, "ListOpportunities", "{'Catalog':'AWS'}");
    assert_string_equal(drive_error(&drive), "InvalidSignatureException");
    drive.signer.region = "eu-central-1";
    drive_catalog(&drive, "ListEntities", LIST(""));
    assert_refused(&drive, 403, "InvalidSignatureException");
    drive_stop(&drive);
}

/* The query is signed sorted and encoded, in whatever order and form it was sent. */
static void test_signed_query(void **state)
{
    (void)state;
    static const struct {
        const char *signed_as, *sent;
        int status;
    } cases[] = {
        {"catalog=AWSMarketplace&entityId=" SANDBOX_PRODUCT,
         "catalog=AWSMarketplace&entityId=" SANDBOX_PRODUCT, 200},
        {"catalog=AWSMarketplace&entityId=" SANDBOX_PRODUCT,
         "entityId=" SANDBOX_PRODUCT "&catalog=AWSMarketplace", 200},
        {"catalog=AWSMarketplace&entityId=prod%2Da", "catalog=AWSMarketplace&entityId=prod-a", 404},
        {"catalog=AWSMarketplace&entityId=" SANDBOX_PRODUCT,
         "catalog=AWSMarketplace&entityId=" SANDBOX_AMI, 403},
        {"catalog=AWSMarketplace", "catalog=AWSMarketplace&entityId=" SANDBOX_PRODUCT, 403},
        {"", "catalog=AWSMarketplace&entityId=" SANDBOX_PRODUCT, 403},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct http_header headers[] = {{"host", "h"}};
        struct sandbox_request request = {.method = "GET",
                                          .path = "/DescribeEntity",
                                          .query = cases[i].signed_as,
                                          .headers = headers,
                                          .header_count = 1,
                                          .body = ""};
        const struct sandbox_signer signer = {.service = SANDBOX_MARKETPLACE,
                                              .now_ms = drive.fake.now_ms};
        sandbox_sign(drive.arena, &signer, &request);
        request.query = cases[i].sent;
        sandbox_handle(drive.sandbox, &request, drive.arena, &drive.response);
        assert_int_equal(drive.response.status, cases[i].status);
    }
    drive_stop(&drive);
}

static void test_faults(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        int status;
        const char *type;
    } cases[] = {
        {"429:ListEntities", 429, "ThrottlingException"},
        {"500:ListEntities", 500, "InternalServiceException"},
        {"403:ListEntities", 403, "AccessDeniedException"},
        {"expired:ListEntities", 403, "ExpiredTokenException"},
    };
    struct drive drive;
    struct error error;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(sandbox_fault_add(drive.sandbox, cases[i].spec, &error), 0);
        drive_catalog(&drive, "ListEntities", LIST(""));
        assert_refused(&drive, cases[i].status, cases[i].type);
        sandbox_fault_clear(drive.sandbox);
    }
    assert_int_equal(sandbox_fault_add(drive.sandbox, "lost-after:ListEntities", &error), 0);
    assert_int_equal(drive_catalog(&drive, "ListEntities", LIST("")), 0);
    sandbox_fault_clear(drive.sandbox);
    assert_int_equal(sandbox_fault_add(drive.sandbox, "empty-list:ListEntities", &error), 0);
    drive_catalog(&drive, "ListEntities", LIST(""));
    assert_int_equal(rows(&drive), 0);
    assert_true(sandbox_fault_add(drive.sandbox, "429:TagResource", &error) < 0);
    drive_stop(&drive);
}

static void test_quotas(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    drive.pace_ms = 0;
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(drive_catalog(&drive, "ListEntities", LIST("")), 200);
    drive_catalog(&drive, "ListEntities", LIST(""));
    assert_refused(&drive, 429, "ThrottlingException");
    for (size_t i = 0; i < 20; i++) /* another operation, another bucket */
        assert_int_equal(drive_query(&drive, "GET", "DescribeEntity", "entityId", SANDBOX_PRODUCT),
                         200);
    drive_query(&drive, "GET", "DescribeEntity", "entityId", SANDBOX_PRODUCT);
    assert_refused(&drive, 429, "ThrottlingException");
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(drive_catalog(&drive, "ListChangeSets", "{'Catalog':'AWSMarketplace'}"),
                         200);
    drive_catalog(&drive, "ListChangeSets", "{'Catalog':'AWSMarketplace'}");
    assert_refused(&drive, 429, "ThrottlingException");
    drive_stop(&drive);
}

/* The same seed makes the same market, and another one another. */
static void test_seeds(void **state)
{
    (void)state;
    const struct sandbox_options options = {.seed = 5, .products = 9, .offers = 30};
    const struct sandbox_options other = {.seed = 6, .products = 9, .offers = 30};
    const char *texts[3];
    struct drive drives[3];
    for (size_t i = 0; i < 3; i++) {
        drive_start(&drives[i], i == 2 ? &other : &options);
        drive_control(&drives[i], "offers", NULL);
        texts[i] = json_print(drives[i].arena, drives[i].answer);
    }
    assert_string_equal(texts[0], texts[1]);
    assert_string_not_equal(texts[0], texts[2]);
    assert_int_equal(sandbox_entities(drives[0].sandbox, "Offer"), 9 + 30 + 6);
    assert_true(sandbox_agreements(drives[0].sandbox, NULL) >= 18);
    assert_int_equal(sandbox_offer_duplicates(drives[0].sandbox), 0);
    for (size_t i = 0; i < 3; i++)
        drive_stop(&drives[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_summaries),  cmocka_unit_test(test_describe),
        cmocka_unit_test(test_batch),      cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_filters),    cmocka_unit_test(test_old_filters_and_ownership),
        cmocka_unit_test(test_pages),      cmocka_unit_test(test_changes_by_date),
        cmocka_unit_test(test_signatures), cmocka_unit_test(test_signed_query),
        cmocka_unit_test(test_faults),     cmocka_unit_test(test_quotas),
        cmocka_unit_test(test_seeds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
