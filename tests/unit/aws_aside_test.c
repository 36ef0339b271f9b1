/* Reading what stands beside opportunities, and what AWS proposes: each only if it is wanted, and
 * none of it may make a read look more complete than it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/value.h"
#include "tests/support/reading.h"

/* What the cloud answers to an operation, about a thing if that is named in the request. */
struct line {
    const char *operation, *about, *body;
    int status;
};

struct bench {
    struct reading reading;
    const struct line *lines;
    bool mapped[LIMIT_FIELDS];
    struct read_scope scope;
    struct map *calls; /* operation → one, so that the test sees which were made */
};

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    struct bench *bench = context;
    const char *operation = strchr(http_request_get(request, "x-amz-target"), '.') + 1;
    const char *body = arena_copy_n(arena, request->body, request->body_length);
    map_put(bench->calls, operation,
            (void *)((uintptr_t)map_get(bench->calls, operation) + 1)); /* counts */
    for (const struct line *line = bench->lines; line->operation; line++) {
        if (strcmp(line->operation, operation) != 0 || (line->about && !strstr(body, line->about)))
            continue;
        ret_answer->status = line->status;
        ret_answer->body = line->body;
        return;
    }
    fail_msg("nobody answers %s %s", operation, body);
}

static void show_finding(const struct finding *finding)
{
    print_message("  finding %s: %s\n", finding->type->code, finding->detail);
}

static void bench_open(struct bench *bench, const struct line *lines)
{
    memset(bench, 0, sizeof *bench);
    bench->lines = lines;
    bench->scope = (struct read_scope){.mapped = bench->mapped};
    bench->calls = map_new();
    reading_open(&bench->reading, handle, bench);
    bench->reading.check_finding = show_finding;
}

static void bench_close(struct bench *bench)
{
    reading_close(&bench->reading);
    map_free(bench->calls);
}

static void bench_read(struct bench *bench)
{
    reading_run(&bench->reading, KIND_REFERRAL, &bench->scope);
}

static size_t calls(const struct bench *bench, const char *operation)
{
    return (uintptr_t)map_get(bench->calls, operation);
}

static void want(struct bench *bench, const char *field)
{
    bench->mapped[kind_field(&kinds[KIND_REFERRAL], field)] = true;
}

static void know(struct bench *bench, const char *id, const char *version_known)
{
    map_put(bench->reading.known, id, arena_copy(bench->reading.arena, version_known));
}

static const char *value(const struct bench *bench, const char *id, const char *field)
{
    const struct record *record = map_get(bench->reading.records, id);
    assert_non_null(record);
    const char *text = record_get(record, field);
    return text ? text : "";
}

#define STAMP "2026-01-01T00:00:01Z"
#define SUMMARY(id, status, stage)                                                                 \
    "{\"Id\":\"" id "\",\"LastModifiedDate\":\"" STAMP                                             \
    "\",\"LifeCycle\":{\"ReviewStatus\":\"" status "\",\"Stage\":\"" stage "\"}}"
#define LISTED(list)  "{\"OpportunitySummaries\":[" list "]}"
#define INVITED(list) "{\"EngagementInvitationSummaries\":[" list "]}"
#define INVITATION(id, status, more)                                                               \
    "{\"Catalog\":\"AWS\",\"Id\":\"" id "\",\"EngagementId\":\"eng-1\",\"EngagementTitle\":"       \
    "\"Cold\",\"Status\":\"" status "\",\"InvitationDate\":\"" STAMP "\",\"ExpirationDate\":"      \
    "\"2026-01-16T00:00:01Z\",\"SenderAwsAccountId\":\"aws\"" more "}"
#define PAYLOAD                                                                                    \
    ",\"Payload\":{\"OpportunityInvitation\":{\"SenderContacts\":[{\"Email\":\"f@aws.example\","   \
    "\"BusinessTitle\":\"AWSSalesRep\"}],\"Customer\":{\"CompanyName\":\"Amber Foods\","           \
    "\"Industry\":\"Retail\",\"WebsiteUrl\":\"amber.example\",\"CountryCode\":\"SE\"},"            \
    "\"Project\":{\"Title\":\"Cold chain\",\"BusinessProblem\":\"Nobody knows how warm it was.\"," \
    "\"TargetCompletionDate\":\"2026-09-30\",\"ExpectedCustomerSpend\":[{\"Amount\":\"4000\","     \
    "\"CurrencyCode\":\"USD\",\"Frequency\":\"Monthly\",\"TargetCompany\":\"AWS\"}]}}},"           \
    "\"ExistingMembers\":[{\"CompanyName\":\"AWS\"}]"
#define TIED(list) "{\"EngagementResourceAssociationSummaries\":[" list "]}"
#define TIE(o, e)  "{\"EngagementId\":\"" e "\",\"ResourceId\":\"" o "\"}"
#define AWS_SIDE                                                                                   \
    "{\"Catalog\":\"AWS\",\"Origin\":\"Partner Referral\",\"InvolvementType\":\"Co-Sell\","        \
    "\"Visibility\":\"Full\",\"LifeCycle\":{\"Stage\":\"Seller Engaged\",\"TargetCloseDate\":"     \
    "\"2027-03-31\",\"NextSteps\":\"Call\"},\"OpportunityTeam\":[{\"Email\":\"f@aws.example\","    \
    "\"BusinessTitle\":\"AWSSalesRep\"},{\"Email\":\"p@aws.example\"}],\"Insights\":{"             \
    "\"NextBestActions\":\"Attach an offer\",\"EngagementScore\":\"High\",\"OpportunityQuality\":" \
    "{\"Score\":71}}}"
#define MISSING "{\"__type\":\"ResourceNotFoundException\",\"Message\":\"none\"}"

static const struct line aside[] = {
    {"ListOpportunities", NULL,
     LISTED(SUMMARY("O1", "Approved", "Qualified") "," SUMMARY(
         "O2", "Pending Submission",
         "Qualified") "," SUMMARY("O3", "Approved", "Launched") "," SUMMARY("O4", "Submitted",
                                                                            "Qualified")),
     200},
    {"GetOpportunity", "O1", SUMMARY("O1", "Approved", "Qualified"), 200},
    {"GetOpportunity", "O2", SUMMARY("O2", "Pending Submission", "Qualified"), 200},
    {"GetOpportunity", "O3", SUMMARY("O3", "Approved", "Launched"), 200},
    {"GetOpportunity", "O4", SUMMARY("O4", "Submitted", "Qualified"), 200},
    {"GetAwsOpportunitySummary", "O4", MISSING, 404},
    {"GetAwsOpportunitySummary", NULL, AWS_SIDE, 200},
    {"ListEngagementResourceAssociations", "O1", TIED(TIE("O1", "eng-7")), 200},
    {"ListEngagementResourceAssociations", "O3", TIED(""), 200},
    {"ListEngagementResourceAssociations", "O4", TIED(TIE("O4", "eng-8")), 200},
    {"ListEngagementResourceAssociations", "\"NextToken\":\"p\"", TIED(TIE("O4", "eng-8")), 200},
    {"ListEngagementResourceAssociations", "\"MaxResults\":1000",
     "{\"EngagementResourceAssociationSummaries\":[" TIE("O1", "eng-7") "],\"NextToken\":\"p\"}",
     200},
    {"ListEngagementMembers", "\"NextToken\":\"m\"",
     "{\"EngagementMemberList\":[{\"CompanyName\":\"Granite\"}]}", 200},
    {"ListEngagementMembers", "eng-7",
     "{\"EngagementMemberList\":[{\"CompanyName\":\"AWS\"},{\"AccountId\":\"111122223333\"}],"
     "\"NextToken\":\"m\"}",
     200},
    {"ListEngagementMembers", "eng-8", "{\"EngagementMemberList\":[]}", 200},
    {0},
};

/* Nobody wants anything: one call to list, one each to read. */
static void test_nothing_wanted(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, aside);
    bench.scope.full = true;
    know(&bench, "O1", STAMP);
    bench_read(&bench);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(fake_http_count(bench.reading.http), 4);
    assert_true(map_has(bench.reading.seen, "O1"));
    assert_string_equal(value(&bench, "O3", "cloud_stage"), "");
    assert_null(strstr(((struct record *)map_get(bench.reading.records, "O3"))->raw, "agent"));
    bench_close(&bench);
}

static void test_summary(void **state)
{
    (void)state;
    static const char *const expected[][2] = {
        {"origin", "Partner Referral"},
        {"cloud_involvement", "co_sell"},
        {"cloud_visibility", "full"},
        {"cloud_stage", "Seller Engaged"},
        {"cloud_close_date", "2027-03-31"},
        {"cloud_next_steps", "Call"},
        {"cloud_score", "High"},
        {"cloud_quality", "71"},
        {"cloud_actions", "Attach an offer"},
        {"cloud_team", "AWSSalesRep f@aws.example\x1fp@aws.example"},
        {"engagement", ""},
    };
    struct bench bench;
    bench_open(&bench, aside);
    want(&bench, "cloud_stage");
    bench_read(&bench);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(bench.reading.findings, 0);
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_string_equal(value(&bench, "O1", expected[i][0]), expected[i][1]);
    assert_string_equal(value(&bench, "O4", "cloud_stage"), "");    /* AWS has none yet */
    assert_int_equal(calls(&bench, "GetAwsOpportunitySummary"), 3); /* not for the draft */
    assert_int_equal(calls(&bench, "ListEngagementResourceAssociations"), 0);
    bench_close(&bench);
}

/* AWS's side may move alone: a full read looks at what is open and submitted, a poll does not. */
static void test_unchanged(void **state)
{
    (void)state;
    for (int full = 0; full < 2; full++) {
        struct bench bench;
        bench_open(&bench, aside);
        want(&bench, "cloud_score");
        for (char id[] = "O1"; id[1] <= '4'; id[1]++)
            know(&bench, id, STAMP);
        bench.scope.full = full;
        bench.scope.watermark = full ? NULL : STAMP;
        bench_read(&bench);
        assert_int_equal(bench.reading.outcome, READ_COMPLETE);
        assert_int_equal(map_count(bench.reading.records), full ? 2 : 0);
        assert_int_equal(map_count(bench.reading.seen), full ? 2 : 4);
        assert_int_equal(fake_http_count(bench.reading.http), full ? 5 : 1);
        bench_close(&bench);
    }
}

static void test_engagements(void **state)
{
    (void)state;
    for (int full = 0; full < 2; full++) {
        struct bench bench;
        bench_open(&bench, aside);
        want(&bench, "members");
        bench.scope.full = full;
        bench.scope.watermark = full ? NULL : "2026-01-01T00:00:00Z";
        bench_read(&bench);
        assert_int_equal(bench.reading.outcome, READ_COMPLETE);
        assert_string_equal(value(&bench, "O1", "engagement"), "eng-7");
        assert_string_equal(value(&bench, "O1", "members"), "111122223333\x1f"
                                                            "AWS\x1fGranite");
        assert_string_equal(value(&bench, "O3", "engagement"), "");
        assert_string_equal(value(&bench, "O4", "engagement"), "eng-8");
        /* two pages of the whole map, or one question for each that is submitted */
        assert_int_equal(calls(&bench, "ListEngagementResourceAssociations"), full ? 2 : 3);
        assert_int_equal(calls(&bench, "ListEngagementMembers"), 3);
        assert_int_equal(calls(&bench, "GetAwsOpportunitySummary"), 0);
        bench_close(&bench);
    }
}

/* Without the summary the record would lose fields: it is not handed over. */
static void test_a_summary_that_fails(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *body;
        enum read_outcome outcome;
    } cases[] = {
        {500, "", READ_PARTIAL},
        {400, "{\"__type\":\"ValidationException\"}", READ_PARTIAL},
        {403, "{\"__type\":\"AccessDeniedException\"}", READ_FAILED},
        {200, "<html>", READ_PARTIAL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct line lines[] = {
            {"ListOpportunities", NULL, LISTED(SUMMARY("O1", "Approved", "Qualified")), 200},
            {"GetOpportunity", "O1", SUMMARY("O1", "Approved", "Qualified"), 200},
            {"GetAwsOpportunitySummary", NULL, cases[i].body, cases[i].status},
            {0},
        };
        struct bench bench;
        bench_open(&bench, lines);
        want(&bench, "cloud_stage");
        bench_read(&bench);
        assert_int_equal(bench.reading.outcome, cases[i].outcome);
        assert_false(map_has(bench.reading.records, "O1"));
        assert_int_equal(bench.reading.findings, 1);
        bench_close(&bench);
    }
}

/* A whole map that cannot be read is replaced by single questions; the read is not whole, though.
 */
static void test_a_map_that_fails(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"ListOpportunities", NULL, LISTED(SUMMARY("O1", "Approved", "Qualified")), 200},
        {"GetOpportunity", "O1", SUMMARY("O1", "Approved", "Qualified"), 200},
        {"ListEngagementResourceAssociations", "O1", TIED(TIE("O1", "eng-7")), 200},
        {"ListEngagementResourceAssociations", NULL, "", 500},
        {0},
    };
    struct bench bench;
    bench_open(&bench, lines);
    want(&bench, "engagement");
    bench.scope.full = true;
    bench_read(&bench);
    assert_int_equal(bench.reading.outcome, READ_PARTIAL);
    assert_string_equal(value(&bench, "O1", "engagement"), "eng-7");
    bench_close(&bench);
}

/* Half a map is none: what its second page would have held must not look untied. */
static void test_half_a_map(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"ListOpportunities", NULL, LISTED(SUMMARY("O1", "Approved", "Qualified")), 200},
        {"GetOpportunity", "O1", SUMMARY("O1", "Approved", "Qualified"), 200},
        {"ListEngagementResourceAssociations", "O1", TIED(TIE("O1", "eng-7")), 200},
        {"ListEngagementResourceAssociations", "\"NextToken\":\"n\"", "", 500},
        {"ListEngagementResourceAssociations", NULL,
         "{\"EngagementResourceAssociationSummaries\":[" TIE("O2", "eng-8") "],"
                                                                            "\"NextToken\":\"n\"}",
         200},
        {0},
    };
    struct bench bench;
    bench_open(&bench, lines);
    want(&bench, "engagement");
    bench.scope.full = true;
    bench_read(&bench);
    assert_int_equal(bench.reading.outcome, READ_PARTIAL);
    assert_string_equal(value(&bench, "O1", "engagement"), "eng-7");
    bench_close(&bench);
}

/* ------------------------------------------------------------------ invitations */

static const struct line proposals[] = {
    {"ListOpportunities", NULL, LISTED(""), 200},
    {"ListEngagementInvitations", "\"NextToken\":\"n\"",
     INVITED(INVITATION("engi-3", "ACCEPTED", "") "," INVITATION(
         "engi-4", "REJECTED", "") "," INVITATION("engi-5", "ACCEPTED", "")),
     200},
    {"ListEngagementInvitations", NULL,
     "{\"EngagementInvitationSummaries\":[" INVITATION("engi-1", "PENDING", "") "," INVITATION(
         "engi-2", "EXPIRED", "") "],\"NextToken\":\"n\"}",
     200},
    {"GetEngagementInvitation", "engi-1", INVITATION("engi-1", "PENDING", PAYLOAD), 200},
    {"GetEngagementInvitation", "engi-3", INVITATION("engi-3", "ACCEPTED", PAYLOAD), 200},
    {"GetEngagementInvitation", "engi-4", MISSING, 404},
    {"GetEngagementInvitation", "engi-5", INVITATION("engi-5", "ACCEPTED", ""), 200},
    {"ListEngagementByAcceptingInvitationTasks", "engi-3",
     "{\"TaskSummaries\":[{\"TaskStatus\":\"FAILED\"},{\"TaskStatus\":\"COMPLETE\","
     "\"OpportunityId\":\"O7\"}]}",
     200},
    {"ListEngagementByAcceptingInvitationTasks", "engi-5", "{\"TaskSummaries\":[]}", 200},
    {"ListEngagementResourceAssociations", "eng-1", TIED(""), 200},
    {0},
};

static void test_proposals(void **state)
{
    (void)state;
    static const char *const expected[][2] = {
        {"id", "engi-1"},
        {"status", "invited"},
        {"title", "Cold chain"},
        {"company", "Amber Foods"},
        {"industry", "Retail"},
        {"website", "amber.example"},
        {"country", "SE"},
        {"problem", "Nobody knows how warm it was."},
        {"close_date", "2026-09-30"},
        {"spend", "4000.00 USD"},
        {"expires", "2026-01-16T00:00:01.000Z"},
        {"created", "2026-01-01T00:00:01.000Z"},
        {"engagement", "eng-1"},
        {"members", "AWS"},
        {"origin", "AWS Referral"},
        {"cloud_team", "AWSSalesRep f@aws.example"},
        {"became", ""},
        {"stage", ""},
    };
    struct bench bench;
    bench_open(&bench, proposals);
    bench.scope.proposals = true;
    know(&bench, "engi-2", "EXPIRED " STAMP);
    bench_read(&bench);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(bench.reading.findings, 0);
    for (size_t i = 0; i < COUNT(expected); i++) {
        print_message("  %s\n", expected[i][0]);
        assert_string_equal(value(&bench, "engi-1", expected[i][0]), expected[i][1]);
    }
    assert_true(map_has(bench.reading.seen, "engi-2"));
    assert_string_equal(value(&bench, "engi-3", "status"), "accepted");
    assert_string_equal(value(&bench, "engi-3", "became"), "O7");
    /* not shown any more: the listing has to do */
    assert_string_equal(value(&bench, "engi-4", "status"), "declined");
    assert_string_equal(value(&bench, "engi-4", "title"), "Cold");
    const struct record *settled = map_get(bench.reading.records, "engi-3");
    assert_string_equal(settled->version, "ACCEPTED " STAMP);
    /* its opportunity may still come: the next read asks again */
    const struct record *unsettled = map_get(bench.reading.records, "engi-5");
    assert_string_not_equal(unsettled->version, "ACCEPTED " STAMP);
    const struct http_request *list = NULL;
    for (size_t i = 0; i < fake_http_count(bench.reading.http) && !list; i++) {
        const struct http_request *request = &fake_http_at(bench.reading.http, i)->request;
        if (strstr(http_request_get(request, "x-amz-target"), ".ListEngagementInvitations"))
            list = request;
    }
    assert_string_equal(list->body,
                        "{\"Catalog\":\"AWS\",\"ParticipantType\":\"RECEIVER\",\"PayloadType\":"
                        "[\"OpportunityInvitation\"],\"MaxResults\":100,\"Sort\":{\"SortBy\":"
                        "\"InvitationDate\",\"SortOrder\":\"ASCENDING\"}}");
    bench_close(&bench);
}

static void test_unsettled_for_good(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, proposals);
    know(&bench, "engi-2", "EXPIRED " STAMP);
    fake_advance(&bench.reading.fake, INT64_C(16) * 86400000);
    bench.scope.proposals = true;
    bench_read(&bench);
    const struct record *record = map_get(bench.reading.records, "engi-5");
    assert_string_equal(record->version, "ACCEPTED " STAMP);
    bench_close(&bench);
}

static void test_proposals_that_fail(void **state)
{
    (void)state;
    static const struct {
        const char *title;
        struct line list, get;
        enum read_outcome outcome;
    } cases[] = {
        {"listing breaks",
         {"ListEngagementInvitations", NULL, "", 500},
         {"GetEngagementInvitation", NULL, "{}", 200},
         READ_PARTIAL},
        {"not allowed to list",
         {"ListEngagementInvitations", NULL, "{\"__type\":\"AccessDeniedException\"}", 403},
         {"GetEngagementInvitation", NULL, "{}", 200},
         READ_FAILED},
        {"no list",
         {"ListEngagementInvitations", NULL, "{}", 200},
         {"GetEngagementInvitation", NULL, "{}", 200},
         READ_FAILED},
        {"no id",
         {"ListEngagementInvitations", NULL, INVITED("{\"Status\":\"PENDING\"}"), 200},
         {"GetEngagementInvitation", NULL, "{}", 200},
         READ_PARTIAL},
        {"another one",
         {"ListEngagementInvitations", NULL, INVITED(INVITATION("engi-1", "PENDING", "")), 200},
         {"GetEngagementInvitation", NULL, INVITATION("engi-2", "PENDING", ""), 200},
         READ_PARTIAL},
        {"a pending one is missing",
         {"ListEngagementInvitations", NULL, INVITED(INVITATION("engi-1", "PENDING", "")), 200},
         {"GetEngagementInvitation", NULL, MISSING, 404},
         READ_PARTIAL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct line lines[] = {
            {"ListOpportunities", NULL, LISTED(SUMMARY("O1", "Approved", "Qualified")), 200},
            {"GetOpportunity", "O1", SUMMARY("O1", "Approved", "Qualified"), 200},
            cases[i].list,
            cases[i].get,
            {0},
        };
        struct bench bench;
        bench_open(&bench, lines);
        print_message("  %s\n", cases[i].title);
        bench.scope.proposals = true;
        bench_read(&bench);
        assert_int_equal(bench.reading.outcome, cases[i].outcome);
        assert_false(map_has(bench.reading.records, "engi-1"));
        if (cases[i].outcome == READ_PARTIAL)
            assert_true(map_has(bench.reading.records, "O1"));
        bench_close(&bench);
    }
}

/* Without opportunities nothing is known, whatever the other listings tell. */
static void test_opportunities_that_fail(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"ListOpportunities", NULL, "", 500},
        {"ListEngagementResourceAssociations", NULL, TIED(TIE("O1", "eng-7")), 200},
        {"ListEngagementInvitations", NULL, INVITED(INVITATION("engi-1", "EXPIRED", "")), 200},
        {"GetEngagementInvitation", NULL, MISSING, 404},
        {0},
    };
    for (int full = 0; full < 2; full++) {
        struct bench bench;
        bench_open(&bench, lines);
        bench.scope.full = full;
        bench.scope.proposals = true;
        bench_read(&bench);
        assert_int_equal(bench.reading.outcome, READ_FAILED);
        bench_close(&bench);
    }
}

/* A status that moves between two pages is told again; the last one stays. */
static void test_a_status_that_moves(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"ListOpportunities", NULL, LISTED(""), 200},
        {"ListEngagementInvitations", "\"NextToken\":\"n\"",
         INVITED(INVITATION("engi-1", "EXPIRED", "")), 200},
        {"ListEngagementInvitations", NULL,
         "{\"EngagementInvitationSummaries\":[" INVITATION("engi-1", "PENDING",
                                                           "") "],\"NextToken\":\"n\"}",
         200},
        {"GetEngagementInvitation", NULL, INVITATION("engi-1", "EXPIRED", ""), 200},
        {0},
    };
    struct bench bench;
    bench_open(&bench, lines);
    bench.scope.proposals = true;
    bench_read(&bench);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(calls(&bench, "GetEngagementInvitation"), 2);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_wanted),
        cmocka_unit_test(test_summary),
        cmocka_unit_test(test_unchanged),
        cmocka_unit_test(test_engagements),
        cmocka_unit_test(test_a_summary_that_fails),
        cmocka_unit_test(test_a_map_that_fails),
        cmocka_unit_test(test_proposals),
        cmocka_unit_test(test_unsettled_for_good),
        cmocka_unit_test(test_proposals_that_fail),
        cmocka_unit_test(test_half_a_map),
        cmocka_unit_test(test_opportunities_that_fail),
        cmocka_unit_test(test_a_status_that_moves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
