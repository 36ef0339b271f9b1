/* Listing referrals: filters, order, pages, and who sees what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "tests/support/azure_deals.h"
#include "tests/support/folder.h"

static size_t shown(const struct azure_deals_bench *bench)
{
    const struct json *value = json_get(bench->drive.answer, "value");
    return value ? value->count : 0;
}

static const char *row(const struct azure_deals_bench *bench, size_t index, const char *path)
{
    const struct json *value = json_get(bench->drive.answer, "value");
    const char *text = json_text(json_find(json_at(value, index), path));
    return text ? text : "";
}

static int list(struct azure_deals_bench *bench, const char *query)
{
    return azure_deals_call(bench, "GET", query, NULL);
}

/* The query of the next page, NULL at the end. */
static const char *next_of(const struct azure_deals_bench *bench)
{
    static const char base[] = "http://api.partner.microsoft.com/v1.0/referrals?$skiptoken=";
    const struct json *member = json_get(bench->drive.answer, "@odata.nextLink");
    if (!member)
        return NULL;
    const char *link = json_text(member);
    assert_memory_equal(link, base, sizeof base - 1);
    return strchr(link, '?');
}

/* Walks to the end; returns how many different referrals there were. */
static size_t walk(struct azure_deals_bench *bench, const char *query, size_t *ret_pages)
{
    CLEANUP_MAP struct map *seen = map_new();
    size_t pages = 0;
    while (query) {
        if (list(bench, query) != 200)
            fail_msg("%s", bench->drive.response.body);
        pages++;
        for (size_t i = 0; i < shown(bench); i++)
            map_put(seen, row(bench, i, "id"), bench);
        query = next_of(bench);
    }
    *ret_pages = pages;
    return map_count(seen);
}

static void test_filters(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        size_t count;
    } cases[] = {
        {"", 3},
        {"?$filter=status eq 'Active'", 2},
        {"?%24filter=status%20eq%20%27Closed%27", 1},
        {"?$filter=status eq 'Closed' and substatus eq 'Lost'", 1},
        {"?$filter=status eq 'Closed' and substatus eq 'Won'", 0},
        {"?$filter=type eq 'Shared'", 1},
        {"?$filter=qualification eq 'SalesQualified' and direction eq 'Outgoing'", 3},
        {"?$filter=customerProfile/address/country eq 'DE'", 1},
        {"?$filter=team/any(t:t/email eq 'o''hara@sandbox.example')", 1},
        {"?$filter=team/any(m:m/email eq 'SELLER@sandbox.example')", 3},
        {"?$filter=updatedDateTime ge 2026-01-01T00:00:00Z", 3},
        {"?$filter=updatedDateTime lt 2026-01-01T00:00:00Z", 0},
        {"?$filter=engagementId eq 'x'", 0},
        {"?$top=2", 2},
        {"?$skip=2", 1},
        {"?$skip=9", 0},
        {"?$count=true&$top=1", 1},
    };
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    const char *first = azure_deals_create(&bench, "Independent");
    azure_deals_patch(&bench, first,
                      "[{'op':'replace','path':'/status','value':'Closed'},"
                      "{'op':'replace','path':'/substatus','value':'Lost'}]");
    azure_deals_create(&bench, "Shared");
    struct json *deal = azure_deals_sample(&bench, "Independent");
    drive_put(&bench.drive, deal, "customerProfile.address.country", "'DE'");
    json_append(bench.drive.arena, json_get(deal, "team"),
                drive_json(&bench.drive, "{'email':'o_hara@sandbox.example'}"));
    json_set_text(bench.drive.arena, json_find(deal, "team[1]"), "email", "o'hara@sandbox.example");
    azure_deals_post(&bench, deal);
    for (size_t i = 0; i < COUNT(cases); i++) {
        int status = list(&bench, cases[i].query);
        if (status != 200 || shown(&bench) != cases[i].count)
            fail_msg("%s: %d %zu %s", cases[i].query, status, shown(&bench),
                     bench.drive.response.body);
    }
    assert_string_equal(json_text(json_get(bench.drive.answer, "@odata.count")), "3");
    azure_deals_stop(&bench);
}

/* Down to 100 ns, as the service writes them. */
static void test_instants_are_compared_whole(void **state)
{
    (void)state;
    static const struct {
        const char *operator;
        size_t count;
    } cases[] = {{"ge", 1}, {"le", 1}, {"eq", 1}, {"gt", 0}, {"lt", 0}};
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    azure_deals_create(&bench, "Independent");
    const char *updated = drive_answer(&bench.drive, "updatedDateTime");
    for (size_t i = 0; i < COUNT(cases); i++) {
        list(&bench, arena_printf(bench.drive.arena, "?$filter=updatedDateTime %s %s",
                                  cases[i].operator, updated));
        assert_int_equal(shown(&bench), cases[i].count);
    }
    azure_deals_stop(&bench);
}

static void test_queries_refused(void **state)
{
    (void)state;
    static const char *const queries[] = {
        "?$filter=",
        "?$filter=name eq 'x'",
        "?$filter=externalReferenceId eq 'x'",
        "?$filter=createdDateTime ge 2026-01-01T00:00:00Z",
        "?$filter=status",
        "?$filter=status eq",
        "?$filter=status eq Active",
        "?$filter=status eq 'Active",
        "?$filter=status eq 'Open'",
        "?$filter=status ne 'Active'",
        "?$filter=status ge 'Active'",
        "?$filter=status eq 'Active' or status eq 'New'",
        "?$filter=(status eq 'Active')",
        "?$filter=not status eq 'Active'",
        "?$filter=status eq 'Active' and",
        "?$filter=status eq 'Active' status eq 'New'",
        "?$filter=statuses eq 'Active'",
        "?$filter=updatedDateTime ge '2026-01-01T00:00:00Z'",
        "?$filter=updatedDateTime ge 2026-01-01",
        "?$filter=updatedDateTime ge 2026-01-01T00:00:00",
        "?$filter=team/any(t:t/lastName eq 'x')",
        "?$filter=team/any(t:u/email eq 'x')",
        "?$filter=team/any(t:t/email eq 'x'",
        "?$filter=team eq 'x'",
        "?$orderby=name",
        "?$orderby=updatedDateTime up",
        "?$top=0",
        "?$top=x",
        "?$skip=-1",
        "?$count=yes",
        "?$select=id",
        "?$expand=team",
        "?$search=x",
        "?other=1",
        "?$skiptoken=unknown",
        "?$skiptoken=",
    };
    struct azure_deals_bench bench;
    azure_deals_start(&bench, NULL);
    for (size_t i = 0; i < COUNT(queries); i++) {
        int status = list(&bench, queries[i]);
        if (status != 400 || strcmp(drive_answer(&bench.drive, "error.code"), "invalidRequest"))
            fail_msg("%s: %d %s", queries[i], status, bench.drive.response.body);
    }
    azure_deals_stop(&bench);
}

static void test_pages_hold_all(void **state)
{
    (void)state;
    const struct sandbox_options options = {.seed = 3, .azure_referrals = 230, .rate = 100};
    struct azure_deals_bench bench;
    size_t pages = 0;
    azure_deals_start(&bench, &options);
    assert_int_equal(sandbox_azure_referrals(bench.drive.sandbox), 230);
    list(&bench, "?$count=true");
    size_t total = (size_t)json_get_int(bench.drive.answer, "@odata.count", 0);
    assert_true(total > 230); /* Microsoft's sides */
    assert_int_equal(shown(&bench), 100);
    static const char *const queries[] = {
        "", "?$orderby=updatedDateTime asc", "?$orderby=updatedDateTime desc",
        "?$orderby=createdDateTime",
        "?$filter=updatedDateTime ge 2000-01-01T00:00:00Z&$count=true"};
    for (size_t i = 0; i < COUNT(queries); i++) {
        assert_int_equal(walk(&bench, queries[i], &pages), total);
        assert_int_equal(pages, (total + 99) / 100);
    }
    assert_int_equal(walk(&bench, "?$top=150", &pages), 150);
    assert_int_equal(pages, 2);
    assert_int_equal(walk(&bench, "?$skip=200", &pages), total - 200);
    azure_deals_stop(&bench);
}

static void test_order(void **state)
{
    (void)state;
    const struct sandbox_options options = {.seed = 3, .azure_referrals = 60};
    struct azure_deals_bench bench;
    azure_deals_start(&bench, &options);
    list(&bench, "?$orderby=updatedDateTime asc");
    for (size_t i = 1; i < shown(&bench); i++)
        assert_true(
            strcmp(row(&bench, i - 1, "updatedDateTime"), row(&bench, i, "updatedDateTime")) <= 0);
    list(&bench, "?$orderby=createdDateTime desc");
    for (size_t i = 1; i < shown(&bench); i++)
        assert_true(
            strcmp(row(&bench, i - 1, "createdDateTime"), row(&bench, i, "createdDateTime")) >= 0);
    azure_deals_stop(&bench);
}

/* Whatever is touched during a walk moves to its end: seen again, but none is missed. */
static void test_a_walk_misses_nothing_that_moves(void **state)
{
    (void)state;
    const struct sandbox_options options = {.seed = 3, .azure_referrals = 230};
    struct azure_deals_bench bench;
    azure_deals_start(&bench, &options);
    CLEANUP_MAP struct map *seen = map_new();
    const char *query = "?$orderby=updatedDateTime asc&$count=true";
    size_t total = 0;
    while (query) {
        assert_int_equal(list(&bench, query), 200);
        query = next_of(&bench);
        for (size_t i = 0; i < shown(&bench); i++)
            map_put(seen, row(&bench, i, "id"), &bench);
        total = (size_t)json_get_int(bench.drive.answer, "@odata.count", 0);
        const char *edit =
            arena_printf(bench.drive.arena, "{'id':'%s','path':'details.notes','value':'moved'}",
                         row(&bench, 10, "id"));
        drive_control(&bench.drive, "azure/edit-referral", edit);
    }
    assert_int_equal(map_count(seen), total);
    azure_deals_stop(&bench);
}

static void test_a_token_belongs_to_its_query(void **state)
{
    (void)state;
    const struct sandbox_options options = {.azure_referrals = 150};
    struct azure_deals_bench bench;
    azure_deals_start(&bench, &options);
    list(&bench, "?$orderby=updatedDateTime asc");
    const char *next = next_of(&bench);
    struct arena *arena = bench.drive.arena;
    assert_int_equal(list(&bench, arena_printf(arena, "%s&$orderby=updatedDateTime asc", next)),
                     200);
    assert_int_equal(list(&bench, arena_printf(arena, "%s&$orderby=createdDateTime", next)), 400);
    assert_int_equal(list(&bench, arena_printf(arena, "%s&$filter=type eq 'Shared'", next)), 400);
    assert_int_equal(list(&bench, arena_printf(arena, "%s&$top=1", next)), 400);
    azure_deals_stop(&bench);
}

/* A Referrals user gets a part of the list, and nothing tells him so. */
static void test_a_user_sees_his_deals_only(void **state)
{
    (void)state;
    const struct sandbox_options options = {.azure_referrals = 80, .user_role = "user"};
    struct azure_deals_bench bench;
    azure_deals_start(&bench, &options);
    assert_int_equal(list(&bench, "?$count=true"), 200);
    size_t mine = shown(&bench);
    assert_in_range(mine, 1, 70);
    assert_int_equal(json_get_int(bench.drive.answer, "@odata.count", 0), mine);
    for (size_t i = 0; i < mine; i++)
        assert_string_equal(row(&bench, i, "team[0].email"), AZURE_PERSON);
    drive_control(&bench.drive, "azure/role", "{'role':'admin'}");
    list(&bench, "");
    assert_true(shown(&bench) > mine);
    size_t other = 0;
    while (!strcmp(row(&bench, other, "team[0].email"), AZURE_PERSON))
        other++;
    const char *id = row(&bench, other, "id");
    assert_int_equal(list(&bench, arena_printf(bench.drive.arena, "/%s", id)), 200);
    drive_control(&bench.drive, "azure/role", "{'role':'user'}");
    assert_int_equal(list(&bench, arena_printf(bench.drive.arena, "/%s", id)), 403);
    assert_int_equal(azure_deals_patch(&bench, id, "[]"), 403);
    azure_deals_stop(&bench);
}

static void test_spoilt_listings(void **state)
{
    (void)state;
    const struct sandbox_options options = {.azure_referrals = 150};
    struct azure_deals_bench bench;
    struct error error;
    azure_deals_start(&bench, &options);
    sandbox_fault_add(bench.drive.sandbox, "empty-list:ListReferrals:1", &error);
    assert_int_equal(list(&bench, ""), 200);
    assert_int_equal(shown(&bench), 0);
    assert_null(next_of(&bench));
    sandbox_fault_clear(bench.drive.sandbox);
    sandbox_fault_add(bench.drive.sandbox, "short-list:ListReferrals:1", &error);
    list(&bench, "");
    assert_int_equal(shown(&bench), 50);
    assert_null(next_of(&bench));
    sandbox_fault_clear(bench.drive.sandbox);
    sandbox_fault_add(bench.drive.sandbox, "repeat-token:ListReferrals", &error);
    list(&bench, "");
    const char *next = next_of(&bench);
    list(&bench, next);
    assert_string_equal(next_of(&bench), next);
    azure_deals_stop(&bench);
}

/* ---- What there is in the beginning. */
static void test_a_seed_makes_the_same_deals(void **state)
{
    (void)state;
    const struct sandbox_options options = {.seed = 5, .azure_referrals = 40};
    struct azure_deals_bench one, two;
    azure_deals_start(&one, &options);
    azure_deals_start(&two, &options);
    list(&one, "");
    list(&two, "");
    assert_true(shown(&one) >= 40);
    assert_true(json_equal(one.drive.answer, two.drive.answer));
    azure_deals_stop(&one);
    azure_deals_stop(&two);
}

static void test_odd_forms_come_only_when_asked_for(void **state)
{
    (void)state;
    const struct sandbox_options odd = {.azure_referrals = 90, .unknown_members = true};
    const struct sandbox_options plain = {.azure_referrals = 90};
    for (size_t i = 0; i < 2; i++) {
        struct azure_deals_bench bench;
        size_t found = 0;
        azure_deals_start(&bench, i ? &odd : &plain);
        list(&bench, "");
        const struct json *value = json_get(bench.drive.answer, "value");
        for (size_t j = 0; j < value->count; j++)
            found += json_get(value->items[j], "team")->type == JSON_OBJECT ||
                     json_get(value->items[j], "marketplacePurchaseIntent") != NULL ||
                     json_find(value->items[j], "details.dealValue")->type == JSON_STRING;
        assert_int_equal(found > 0, i);
        azure_deals_stop(&bench);
    }
}

static void test_referrals_survive_a_restart(void **state)
{
    (void)state;
    char folder[64], path[96];
    folder_make(folder, sizeof folder, "azure-list");
    snprintf(path, sizeof path, "%s/state.json", folder);
    const struct sandbox_options options = {.state_path = path, .azure_referrals = 20};
    struct azure_deals_bench bench;
    azure_deals_start(&bench, &options);
    const char *id = azure_deals_create(&bench, "Shared");
    const char *engagement = drive_answer(&bench.drive, "engagementId");
    const char *tag = drive_answer(&bench.drive, "eTag");
    azure_deals_post(&bench, azure_deals_invitation(&bench, engagement, "msft"));
    const char *theirs = drive_answer(&bench.drive, "id");
    drive_restart(&bench.drive, &options);
    bench.token = NULL;
    assert_int_equal(sandbox_azure_referrals(bench.drive.sandbox), 21);
    assert_string_equal(azure_deals_member(&bench, id, "eTag"), tag);
    const char *fresh = azure_deals_create(&bench, "Independent");
    assert_string_not_equal(fresh, id);
    assert_string_not_equal(fresh, theirs);
    azure_deals_wait(&bench, 10 * 60 * 1000);
    assert_string_equal(azure_deals_member(&bench, theirs, "substatus"), "Accepted");
    azure_deals_stop(&bench);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_instants_are_compared_whole),
        cmocka_unit_test(test_queries_refused),
        cmocka_unit_test(test_pages_hold_all),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_a_walk_misses_nothing_that_moves),
        cmocka_unit_test(test_a_token_belongs_to_its_query),
        cmocka_unit_test(test_a_user_sees_his_deals_only),
        cmocka_unit_test(test_spoilt_listings),
        cmocka_unit_test(test_a_seed_makes_the_same_deals),
        cmocka_unit_test(test_odd_forms_come_only_when_asked_for),
        cmocka_unit_test(test_referrals_survive_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
