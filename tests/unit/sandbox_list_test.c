/* Listings, page tokens, quotas, faults and the control endpoints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "tests/sandbox/deals.h"
#include "tests/support/drive.h"

#define HOUR_MS INT64_C(3600000)

static const struct sandbox_options seeded = {.seed = 11, .referrals = 250};

static const struct json *summaries(const struct drive *drive)
{
    return json_get(drive->answer, "OpportunitySummaries");
}

/* Walks all pages; `filter` is more JSON with a leading comma. Returns how many distinct ids came,
 * in order if `order` (a path) says so. */
static size_t walk(struct drive *drive, const char *filter, const char *order, bool descending)
{
    CLEANUP_MAP struct map *seen = map_new();
    const char *token = "", *last = NULL;
    static char mark;
    do {
        const char *next = token[0] ? arena_printf(drive->arena, ",'NextToken':'%s'", token) : "";
        assert_int_equal(drive_text(drive, "ListOpportunities",
                                    "{'Catalog':'AWS','MaxResults':30%s%s}", filter, next),
                         200);
        const struct json *list = summaries(drive);
        for (size_t i = 0; i < list->count; i++) {
            const char *value = order ? json_text(json_find(list->items[i], order)) : NULL;
            if (last && value)
                assert_true(descending ? strcmp(last, value) >= 0 : strcmp(last, value) <= 0);
            last = value;
            assert_false(map_has(seen, json_get_text(list->items[i], "Id")));
            map_put(seen, json_get_text(list->items[i], "Id"), &mark);
        }
        token = drive_answer(drive, "NextToken");
    } while (token[0]);
    return map_count(seen);
}

static void test_pages_and_orders(void **state)
{
    (void)state;
    static const struct {
        const char *sort, *path;
        bool descending;
    } rows[] = {
        {"", "LastModifiedDate", true},
        {",'Sort':{'SortBy':'LastModifiedDate','SortOrder':'ASCENDING'}", "LastModifiedDate",
         false},
        {",'Sort':{'SortBy':'CreatedDate','SortOrder':'DESCENDING'}", "CreatedDate", true},
        {",'Sort':{'SortBy':'Identifier','SortOrder':'ASCENDING'}", "Id", false},
        {",'Sort':{'SortBy':'CustomerCompanyName','SortOrder':'ASCENDING'}",
         "Customer.Account.CompanyName", false},
        {",'Sort':{'SortBy':'TargetCloseDate','SortOrder':'DESCENDING'}",
         "LifeCycle.TargetCloseDate", true},
    };
    struct drive drive;
    drive_start(&drive, &seeded);
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(walk(&drive, rows[i].sort, rows[i].path, rows[i].descending), 250);
    assert_int_equal(drive_text(&drive, "ListOpportunities", "{'Catalog':'AWS'}"), 200);
    assert_int_equal(summaries(&drive)->count, 20);
    assert_int_equal(drive_text(&drive, "ListOpportunities", "{'Catalog':'Sandbox'}"), 200);
    assert_int_equal(summaries(&drive)->count, 0);
    drive_stop(&drive);
}

static void test_filters(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, &seeded);
    size_t sum = 0;
    static const char *const states[] = {"Pending Submission", "Submitted", "In review",
                                         "Action Required",    "Approved",  "Rejected"};
    for (size_t i = 0; i < COUNT(states); i++)
        sum += walk(&drive, arena_printf(drive.arena, ",'LifeCycleReviewStatus':['%s']", states[i]),
                    NULL, false);
    assert_int_equal(sum, 250);
    assert_true(walk(&drive, ",'LifeCycleStage':['Launched','Closed Lost']", NULL, false) > 0);

    /* inclusive from below, exclusive from above: the two halves meet without a gap */
    drive_text(&drive, "ListOpportunities", "{'Catalog':'AWS','MaxResults':100}");
    const char *middle = json_get_text(json_at(summaries(&drive), 99), "LastModifiedDate");
    const char *id = json_get_text(json_at(summaries(&drive), 99), "Id");
    size_t after = walk(
        &drive,
        arena_printf(drive.arena, ",'LastModifiedDate':{'AfterLastModifiedDate':'%s'}", middle),
        NULL, false);
    size_t before = walk(
        &drive,
        arena_printf(drive.arena, ",'LastModifiedDate':{'BeforeLastModifiedDate':'%s'}", middle),
        NULL, false);
    assert_true(after >= 100);
    assert_int_equal(after + before, 250);
    assert_int_equal(
        walk(&drive, arena_printf(drive.arena, ",'Identifier':['%s','O1']", id), NULL, false), 1);
    const char *company = drive_member(&drive, "AWS", id, "Customer.Account.CompanyName");
    assert_true(walk(&drive, arena_printf(drive.arena, ",'CustomerCompanyName':['%s']", company),
                     NULL, false) >= 1);
    size_t past =
        walk(&drive, ",'TargetCloseDate':{'BeforeTargetCloseDate':'2026-01-01'}", NULL, false);
    size_t future =
        walk(&drive, ",'TargetCloseDate':{'AfterTargetCloseDate':'2026-01-01'}", NULL, false);
    assert_int_equal(past + future, 250);
    assert_true(future > past);
    drive_stop(&drive);
}

static void test_summaries_hold_only_their_members(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, &seeded);
    drive_text(&drive, "ListOpportunities", "{'Catalog':'AWS','MaxResults':1}");
    const struct json *summary = json_at(summaries(&drive), 0);
    static const char *const shown[] = {"Id",
                                        "Arn",
                                        "LifeCycle.Stage",
                                        "LifeCycle.ReviewStatus",
                                        "Customer.Account.WebsiteUrl",
                                        "Project.DeliveryModels"};
    static const char *const hidden[] = {"RelatedEntityIdentifiers",
                                         "Project.Title",
                                         "Project.CustomerBusinessProblem",
                                         "Customer.Contacts",
                                         "Customer.Account.Address.StreetAddress",
                                         "LifeCycle.NextStepsHistory",
                                         "Marketing",
                                         "NationalSecurity",
                                         "PrimaryNeedsFromAws"};
    for (size_t i = 0; i < COUNT(shown); i++)
        assert_non_null(json_find(summary, shown[i]));
    for (size_t i = 0; i < COUNT(hidden); i++)
        assert_null(json_find(summary, hidden[i]));
    drive_stop(&drive);
}

static void test_list_requests_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{'Catalog':'AWS','MaxResults':0}",
        "{'Catalog':'AWS','MaxResults':101}",
        "{'Catalog':'AWS','MaxResults':'20'}",
        "{'Catalog':'AWS','MaxResults':1.5}",
        "{'Catalog':'AWS','Sort':{'SortBy':'Identifier'}}",
        "{'Catalog':'AWS','Sort':{'SortBy':'Name','SortOrder':'ASCENDING'}}",
        "{'Catalog':'AWS','FilterList':[]}",
        "{'Catalog':'AWS','LastModifiedDate':{'AfterLastModifiedDate':1767225600}}",
        "{'Catalog':'AWS','LastModifiedDate':{'AfterLastModifiedDate':'2026-01-01'}}",
        "{'Catalog':'AWS','Identifier':['1']}",
        "{'Catalog':'AWS','LifeCycleStage':['Won']}",
        "{'Catalog':'AWS','NextToken':'AAMA00'}",
        "{'Catalog':'AWS','NextToken':''}",
        "{}",
        "[]",
    };
    struct drive drive;
    drive_start(&drive, &seeded);
    for (size_t i = 0; i < COUNT(rows); i++) {
        drive_text(&drive, "ListOpportunities", "%s", rows[i]);
        if (drive.response.status != 400 ||
            strcmp(drive_answer(&drive, "Reason"), "REQUEST_VALIDATION_FAILED") != 0)
            fail_msg("%s: %s", rows[i], drive.response.body);
    }
    drive_stop(&drive);
}

static void test_page_tokens(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, &seeded);
    drive_text(&drive, "ListOpportunities", "{'Catalog':'AWS','MaxResults':10}");
    const char *token = drive_answer(&drive, "NextToken");
    const struct {
        const char *operation, *rest;
        int status;
    } rows[] = {
        {"ListOpportunities", ",'MaxResults':10", 200},
        {"ListOpportunities", ",'MaxResults':11", 400},
        {"ListOpportunities", ",'MaxResults':10,'LifeCycleStage':['Qualified']", 400},
        {"ListSolutions", ",'MaxResults':10", 400},
        {"ListOpportunities", ",'MaxResults':10", 200}, /* it may be used again */
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(drive_text(&drive, rows[i].operation,
                                    "{'Catalog':'AWS','NextToken':'%s'%s}", token, rows[i].rest),
                         rows[i].status);
    fake_advance(&drive.fake, HOUR_MS);
    assert_int_equal(drive_text(&drive, "ListOpportunities",
                                "{'Catalog':'AWS','NextToken':'%s','MaxResults':10}", token),
                     400);
    drive_stop(&drive);
}

static void test_solutions(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    drive_text(&drive, "ListSolutions", "{'Catalog':'AWS'}");
    assert_int_equal(json_get(drive.answer, "SolutionSummaries")->count, 6);
    assert_string_equal(drive_answer(&drive, "SolutionSummaries[0].Id"), "S-2000005");
    drive_text(&drive, "ListSolutions", "{'Catalog':'AWS','Status':['Active'],'MaxResults':3}");
    assert_int_equal(json_get(drive.answer, "SolutionSummaries")->count, 3);
    assert_true(drive_answer(&drive, "NextToken")[0]);
    drive_text(&drive, "ListSolutions", "{'Catalog':'Sandbox','Identifier':['S-2000005']}");
    assert_int_equal(json_get(drive.answer, "SolutionSummaries")->count, 0);
    drive_stop(&drive);
}

/* ---- Quotas. */
static size_t count_passing(struct drive *drive, const char *operation, size_t calls)
{
    size_t passed = 0;
    for (size_t i = 0; i < calls; i++) {
        int status = drive_text(drive, operation, "{'Catalog':'AWS','Identifier':'O1'}");
        passed += status != 429;
        if (status == 429)
            assert_string_equal(drive_error(drive), "ThrottlingException");
    }
    return passed;
}

static void test_quotas_per_second(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    drive.pace_ms = 0;
    assert_int_equal(count_passing(&drive, "GetOpportunity", 15), 10);
    assert_int_equal(count_passing(&drive, "UpdateOpportunity", 3), 1); /* its own bucket */
    fake_advance(&drive.fake, 999);
    assert_int_equal(count_passing(&drive, "UpdateOpportunity", 2), 1);
    fake_advance(&drive.fake, 500);
    assert_int_equal(count_passing(&drive, "UpdateOpportunity", 2), 0);
    fake_advance(&drive.fake, 500);
    assert_int_equal(count_passing(&drive, "UpdateOpportunity", 2), 1);
    fake_advance(&drive.fake, 100);
    assert_int_equal(count_passing(&drive, "GetOpportunity", 15), 10);
    fake_advance(&drive.fake, 100);
    assert_int_equal(count_passing(&drive, "GetOpportunity", 5), 1);
    drive_stop(&drive);

    const struct sandbox_options fast = {.rate = 5};
    drive_start(&drive, &fast);
    drive.pace_ms = 0;
    assert_int_equal(count_passing(&drive, "UpdateOpportunity", 20), 5);
    drive_stop(&drive);
}

static void test_quota_of_a_day(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    assert_int_equal(count_passing(&drive, "UpdateOpportunity", 10050), 10000);
    fake_advance(&drive.fake, 20 * HOUR_MS);
    assert_int_equal(count_passing(&drive, "UpdateOpportunity", 5), 0);
    fake_advance(&drive.fake, 2 * HOUR_MS); /* the first calls leave the window */
    assert_int_equal(count_passing(&drive, "UpdateOpportunity", 5), 5);
    drive_stop(&drive);
}

/* ---- Faults. */
static void add_fault(struct drive *drive, const char *spec)
{
    struct error error;
    sandbox_fault_clear(drive->sandbox);
    assert_int_equal(sandbox_fault_add(drive->sandbox, spec, &error), 0);
}

static int list_ten(struct drive *drive)
{
    return drive_text(drive, "ListOpportunities", "{'Catalog':'AWS','MaxResults':10}");
}

static void test_faults(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, &seeded);
    static const struct {
        const char *spec;
        int status;
        const char *type;
    } rows[] = {
        {"429", 429, "ThrottlingException"},         {"500", 500, "InternalServerException"},
        {"503", 503, "ServiceUnavailableException"}, {"401", 401, "UnrecognizedClientException"},
        {"403", 403, "AccessDeniedException"},       {"expired", 403, "ExpiredTokenException"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        add_fault(&drive, rows[i].spec);
        assert_int_equal(list_ten(&drive), rows[i].status);
        assert_string_equal(drive_error(&drive), rows[i].type);
    }
    add_fault(&drive, "reset");
    assert_int_equal(list_ten(&drive), 0);
    add_fault(&drive, "html");
    assert_int_equal(list_ten(&drive), 200);
    assert_null(drive.answer);
    assert_non_null(strstr(drive.response.body, "<html>"));
    add_fault(&drive, "truncate");
    assert_int_equal(list_ten(&drive), 200);
    assert_true(drive.response.sent_length < drive.response.body_length);
    add_fault(&drive, "latency:ListOpportunities::250");
    assert_int_equal(list_ten(&drive), 200);
    assert_int_equal(drive.response.delay_ms, 250);
    add_fault(&drive, "empty-list");
    assert_int_equal(list_ten(&drive), 200);
    assert_int_equal(summaries(&drive)->count, 0);
    assert_string_equal(drive_answer(&drive, "NextToken"), "");
    add_fault(&drive, "short-list");
    assert_int_equal(list_ten(&drive), 200);
    assert_int_equal(summaries(&drive)->count, 5);
    assert_string_equal(drive_answer(&drive, "NextToken"), "");
    add_fault(&drive, "repeat-token");
    list_ten(&drive);
    const char *token = drive_answer(&drive, "NextToken");
    drive_text(&drive, "ListOpportunities", "{'Catalog':'AWS','MaxResults':10,'NextToken':'%s'}",
               token);
    assert_string_equal(drive_answer(&drive, "NextToken"), token);
    drive_stop(&drive);
}

static void test_fault_specs(void **state)
{
    (void)state;
    static const char *const bad[] = {"",       "nonsense",    "500:Nothing", "500::x",
                                      "500::0", "500::every-", "429:::soon",  "429:::-1"};
    struct drive drive;
    struct error error;
    drive_start(&drive, &seeded);
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(sandbox_fault_add(drive.sandbox, bad[i], &error), -ERROR_INPUT);

    add_fault(&drive, "500:ListOpportunities:2");
    static const int once[] = {200, 500, 200, 200};
    for (size_t i = 0; i < COUNT(once); i++)
        assert_int_equal(list_ten(&drive), once[i]);
    add_fault(&drive, "500:*:every-2");
    static const int each[] = {200, 500, 200, 500};
    for (size_t i = 0; i < COUNT(each); i++)
        assert_int_equal(list_ten(&drive), each[i]);
    add_fault(&drive, "500:GetOpportunity");
    assert_int_equal(list_ten(&drive), 200);
    add_fault(&drive, "429:::7");
    list_ten(&drive);
    bool told = false;
    for (size_t i = 0; i < drive.response.header_count; i++)
        told = told || (!strcmp(drive.response.headers[i].name, "retry-after") &&
                        !strcmp(drive.response.headers[i].value, "7"));
    assert_true(told);
    drive_stop(&drive);
}

static void test_lost_answers_happened(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    add_fault(&drive, "lost-after:CreateOpportunity:1");
    struct json *request = drive_sample(&drive, "AWS", "a");
    assert_int_equal(drive_call(&drive, "CreateOpportunity", request), 0);
    assert_int_equal(sandbox_count(drive.sandbox, "AWS"), 1);
    assert_int_equal(drive_call(&drive, "CreateOpportunity", request), 200);
    assert_int_equal(sandbox_count(drive.sandbox, "AWS"), 1);
    add_fault(&drive, "reset:CreateOpportunity:1");
    json_set_text(drive.arena, request, "ClientToken", "b");
    assert_int_equal(drive_call(&drive, "CreateOpportunity", request), 0);
    assert_int_equal(sandbox_count(drive.sandbox, "AWS"), 1);
    drive_stop(&drive);
}

/* ---- Behind the service's back. */
static void test_control(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *id = drive_create(&drive, "AWS", "a");
    drive_submit(&drive, "AWS", id);
    drive_review(&drive, "AWS", id, "Approved");
    const char *date = drive_member(&drive, "AWS", id, "LastModifiedDate");
    const char *edit =
        arena_printf(drive.arena, "{'id':'%s','path':'LifeCycle.NextSteps','value':'Call'}", id);
    fake_advance(&drive.fake, 1000);
    assert_int_equal(drive_control(&drive, "edit", edit), 200);
    assert_string_equal(drive_member(&drive, "AWS", id, "LifeCycle.NextSteps"), "Call");
    assert_string_equal(drive_member(&drive, "AWS", id, "LifeCycle.NextStepsHistory[1].Value"),
                        "Demo");
    assert_true(strcmp(drive_member(&drive, "AWS", id, "LastModifiedDate"), date) > 0);

    edit = arena_printf(drive.arena, "{'id':'%s','path':'Project.Title','value':'New'}", id);
    assert_int_equal(drive_control(&drive, "edit", edit), 400);
    edit = arena_printf(drive.arena,
                        "{'id':'%s','path':'Project.Title','value':'New','force':true}", id);
    assert_int_equal(drive_control(&drive, "edit", edit), 200);
    edit = arena_printf(drive.arena, "{'id':'%s','path':'LifeCycle.Stage','value':'Won'}", id);
    assert_int_equal(drive_control(&drive, "edit", edit), 400);

    assert_int_equal(
        drive_control(&drive, arena_printf(drive.arena, "opportunity?id=%s&catalog=AWS", id), NULL),
        200);
    assert_string_equal(drive_answer(&drive, "origin"), "Partner Referral");
    assert_string_equal(drive_answer(&drive, "involvement"), "Co-Sell");
    assert_int_equal(drive_control(&drive, "stats", NULL), 200);
    assert_string_equal(drive_answer(&drive, "calls[0].operation"), "CreateOpportunity");
    assert_int_equal(drive_control(&drive, "reset-stats", "{}"), 200);
    assert_int_equal(json_get(drive.answer, "calls")->count, 0);
    int64_t now = sandbox_now(drive.sandbox);
    assert_int_equal(drive_control(&drive, "clock", "{'advance_ms':5000}"), 200);
    assert_int_equal(sandbox_now(drive.sandbox), now + 5000);
    assert_int_equal(drive_control(&drive, "clock", "{'advance_ms':-1}"), 400);
    assert_int_equal(drive_control(&drive, "ids?limit=5", NULL), 200);
    assert_string_equal(drive_answer(&drive, "ids[0]"), id);
    assert_int_equal(drive_control(&drive, "nothing", NULL), 404);
    drive_stop(&drive);
}

/* ---- The invented data. */
static void test_seed_is_reproducible(void **state)
{
    (void)state;
    struct drive a, b;
    drive_start(&a, &seeded);
    drive_start(&b, &seeded);
    size_t references = 0;
    drive_control(&a, "ids", NULL);
    const struct json *ids = json_get(a.answer, "ids");
    for (size_t i = 0; i < ids->count; i++) {
        const char *id = ids->items[i]->text;
        assert_true(json_equal(sandbox_document(a.sandbox, "AWS", id),
                               sandbox_document(b.sandbox, "AWS", id)));
        references += drive_member(&a, "AWS", id, "PartnerOpportunityIdentifier")[0] != '\0';
    }
    assert_in_range(references, 250 * 50 / 100, 250 * 70 / 100);
    assert_int_equal(sandbox_duplicates(a.sandbox), 0);
    drive_stop(&a);
    drive_stop(&b);
}

/* Each seeded record must be one that the service itself would have taken. */
static void test_seeded_records_obey_the_rules(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, &seeded);
    drive_control(&drive, "ids", NULL);
    const struct json *ids = json_get(drive.answer, "ids");
    for (size_t i = 0; i < ids->count; i++) {
        const char *id = ids->items[i]->text;
        const char *status = drive_member(&drive, "AWS", id, "LifeCycle.ReviewStatus");
        const char *day = drive_member(&drive, "AWS", id, "LifeCycle.TargetCloseDate");
        bool closed = !strcmp(status, "Submitted") || !strcmp(status, "In review") ||
                      !strcmp(status, "Rejected");
        bool past = strcmp(day, "2026-01-01") < 0;
        int got = drive_call(&drive, "UpdateOpportunity", drive_update_of(&drive, "AWS", id));
        if ((got == 200) == (closed || past))
            fail_msg("%s (%s, %s): %s", id, status, day, drive.response.body);
    }
    drive_stop(&drive);
}

static void test_crm_belongs_to_the_seed(void **state)
{
    (void)state;
    struct drive drive;
    struct text a, b;
    drive_start(&drive, &seeded);
    text_init(&a, 1 << 24);
    text_init(&b, 1 << 24);
    crm_export(seeded.seed, seeded.referrals, FAKE_START_MS, &a);
    crm_export(seeded.seed, seeded.referrals, FAKE_START_MS, &b);
    assert_string_equal(a.data, b.data);
    assert_true(text_starts(a.data, "\xef\xbb\xbf"
                                    "Opportunity ID,"));
    static const char *const damage[] = {"2.5E+09", "31/02/2027",          "On Ice",
                                         ",N/A,",   "see notes",           "\r\n",
                                         "yes",     "\"\"this cannot wait"};
    for (size_t i = 0; i < COUNT(damage); i++)
        assert_non_null(strstr(a.data, damage[i]));
    drive_control(&drive, "ids", NULL);
    const struct json *ids = json_get(drive.answer, "ids");
    size_t by_id = 0, by_reference = 0;
    for (size_t i = 0; i < ids->count; i++) {
        const char *reference =
            drive_member(&drive, "AWS", ids->items[i]->text, "PartnerOpportunityIdentifier");
        by_id += strstr(a.data, ids->items[i]->text) != NULL;
        by_reference += reference[0] && strstr(a.data, reference);
    }
    assert_in_range(by_id, 250 * 30 / 100, 250 * 50 / 100);
    assert_in_range(by_reference, 250 * 45 / 100, 250 * 70 / 100);
    text_free(&a);
    text_free(&b);
    drive_stop(&drive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages_and_orders),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_summaries_hold_only_their_members),
        cmocka_unit_test(test_list_requests_refused),
        cmocka_unit_test(test_page_tokens),
        cmocka_unit_test(test_solutions),
        cmocka_unit_test(test_quotas_per_second),
        cmocka_unit_test(test_quota_of_a_day),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_fault_specs),
        cmocka_unit_test(test_lost_answers_happened),
        cmocka_unit_test(test_control),
        cmocka_unit_test(test_seed_is_reproducible),
        cmocka_unit_test(test_seeded_records_obey_the_rules),
        cmocka_unit_test(test_crm_belongs_to_the_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
