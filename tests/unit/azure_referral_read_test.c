/* Reading referrals: odd forms, odd lists, and what another side of the deal tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "connectors/azure/referrals.h"
#include "tests/support/partner.h"
#include "tests/support/reading.h"

struct bench {
    struct reading reading;
    struct settings settings;
    const char *pages[8]; /* answered in turn to lists; NULL: the last one again */
    size_t page;
    const char *engagements[4][2]; /* id, answer */
    const char *details[4][2];     /* id, answer */
    size_t asked;                  /* engagements */
    const char *codes[16];         /* of findings */
};

static const char *after(const char *text, const char *part)
{
    const char *found = strstr(text, part);
    return found ? found + strlen(part) : NULL;
}

static void handle(void *context, struct arena *arena, const struct http_request *request,
                   struct fake_answer *ret_answer)
{
    struct bench *bench = context;
    (void)arena;
    assert_true(text_starts(request->url, PARTNER_URL));
    assert_string_equal(request->method, "GET");
    const char *engagement = after(request->url, "engagementId%20eq%20%27");
    const char *id = after(request->url, "/referrals/");
    for (size_t i = 0; engagement && i < COUNT(bench->engagements); i++) {
        const char *name = bench->engagements[i][0];
        if (name && text_starts(engagement, name)) {
            bench->asked++;
            ret_answer->body = bench->engagements[i][1];
            return;
        }
    }
    for (size_t i = 0; id && i < COUNT(bench->details); i++) {
        if (text_equal(bench->details[i][0], id)) {
            ret_answer->body = bench->details[i][1];
            return;
        }
    }
    if (engagement || id) {
        ret_answer->status = 500;
        return;
    }
    ret_answer->body = bench->pages[bench->page];
    if (bench->pages[bench->page + 1])
        bench->page++;
}

static void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    reading_prepare(&bench->reading, handle, bench);
    bench->reading.cloud =
        partner_open(bench->reading.loop, &bench->reading.fake.log, &bench->settings);
    bench->reading.close = partner_close;
}

static void bench_close(struct bench *bench)
{
    reading_close(&bench->reading);
}

static void bench_scope(struct bench *bench, const struct read_scope *scope)
{
    reading_run_kind(&bench->reading, &azure_referrals, scope);
}

static const char *last_url(const struct bench *bench)
{
    return fake_http_at(bench->reading.http, fake_http_count(bench->reading.http) - 1)->request.url;
}

static const char *value(const struct bench *bench, const char *id, const char *field)
{
    const struct record *record = map_get(bench->reading.records, id);
    if (!record)
        fail_msg("no record %s", id);
    return record_get(record, field);
}

#define ROW(id, tag, members)                                                                      \
    "{\"id\":\"" id "\",\"eTag\":\"" tag                                                           \
    "\",\"updatedDateTime\":\"2026-03-01T10:00:00.0000001Z\","                                     \
    "\"status\":\"Active\",\"substatus\":\"Accepted\",\"type\":\"Independent\","                   \
    "\"direction\":\"Outgoing\",\"customerProfile\":{\"name\":\"Acme\"}" members "}"
#define SHARED(id, tag, org, status, substatus, members)                                           \
    "{\"id\":\"" id "\",\"eTag\":\"" tag "\",\"engagementId\":\"e-1\",\"organizationId\":\"" org   \
    "\",\"organizationName\":\"" org " inc\",\"status\":\"" status "\",\"substatus\":\"" substatus \
    "\",\"type\":\"Shared\",\"direction\":\"Outgoing\",\"consent\":"                               \
    "{\"consentToShareReferralWithMicrosoftSellers\":true},\"customerProfile\":{\"name\":"         \
    "\"Acme\"}" members "}"
#define PAGE(rows, next) "{\"value\":[" rows "],\"@odata.nextLink\":\"" next "\"}"
#define LIST(rows)       "{\"value\":[" rows "]}"
#define NEXT             "http://api.partner.microsoft.com/v1.0/referrals?$skiptoken=a%2Bb"

static const bool nothing[LIMIT_FIELDS];

static void test_pages(void **state)
{
    (void)state;
    struct bench bench;
    const struct read_scope scope = {.full = true, .mapped = nothing};
    bench_open(&bench);
    bench.pages[0] = PAGE(ROW("r1", "t1", "") "," ROW("r2", "t2", ""), NEXT);
    bench.pages[1] = LIST(ROW("r2", "t2", "") "," ROW("r1", "t3", ""));
    map_put(bench.reading.known, "r2", (void *)(uintptr_t) "t2");
    bench_scope(&bench, &scope);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_int_equal(map_count(bench.reading.records), 1);
    assert_string_equal(reading_version(&bench.reading, "r1"), "t3"); /* it moved meanwhile */
    assert_true(map_has(bench.reading.seen, "r2"));
    assert_string_equal(fake_http_at(bench.reading.http, 0)->request.url,
                        PARTNER_URL "?$orderby=updatedDateTime%20asc");
    /* Only the query of the link, on the address that is known. */
    assert_string_equal(last_url(&bench), PARTNER_URL "?$skiptoken=a%2Bb");
    bench_close(&bench);
}

static void test_foreign_link(void **state)
{
    (void)state;
    struct bench bench;
    const struct read_scope scope = {.full = true, .mapped = nothing};
    bench_open(&bench);
    bench.pages[0] = PAGE(ROW("r1", "t1", ""), "https://elsewhere.example/v1.0/x?$skiptoken=x");
    bench_scope(&bench, &scope);
    assert_int_equal(bench.reading.outcome, READ_PARTIAL);
    assert_int_equal(fake_http_count(bench.reading.http), 1);
    assert_string_equal(bench.reading.watermark, "");
    bench_close(&bench);
}

/* Ten minutes of lag; 100 ns tell which is later, and the text is kept as it came. */
static void test_watermark(void **state)
{
    (void)state;
    struct bench bench;
    const struct read_scope scope = {.watermark = "2026-03-01T10:00:00.0000002Z",
                                     .mapped = nothing};
    bench_open(&bench);
    bench.pages[0] = LIST(
        "{\"id\":\"a\",\"eTag\":\"1\",\"updatedDateTime\":\"2026-03-01T10:00:00.0000004\","
        "\"customerProfile\":{}},"
        "{\"id\":\"b\",\"eTag\":\"1\",\"updatedDateTime\":\"2026-03-01T12:00:00.0000003+02:00\","
        "\"customerProfile\":{}},"
        "{\"id\":\"c\",\"eTag\":\"1\",\"updatedDateTime\":null,\"customerProfile\":{}}");
    bench_scope(&bench, &scope);
    assert_int_equal(bench.reading.outcome, READ_COMPLETE);
    assert_string_equal(bench.reading.watermark, "2026-03-01T10:00:00.0000004");
    assert_string_equal(last_url(&bench),
                        PARTNER_URL "?$filter=updatedDateTime%20ge%202026-03-01T09%3A50%3A00.000Z"
                                    "&$orderby=updatedDateTime%20asc");
    assert_string_equal(value(&bench, "a", "modified"), "2026-03-01T10:00:00.000Z");
    bench_close(&bench);
}

/* A row that lacks what makes it whole is fetched. */
static void test_short_row(void **state)
{
    (void)state;
    struct bench bench;
    const struct read_scope scope = {.full = true, .mapped = nothing};
    bench_open(&bench);
    bench.pages[0] = LIST("{\"id\":\"r1\"},{\"id\":\"r2\",\"eTag\":\"t\"}");
    bench.details[0][0] = "r1";
    bench.details[0][1] = ROW("r1", "t9", "");
    bench_scope(&bench, &scope);
    assert_int_equal(bench.reading.outcome, READ_PARTIAL); /* r2 cannot be had */
    assert_string_equal(reading_version(&bench.reading, "r1"), "t9");
    bench_close(&bench);
}

#define OURS SHARED("r1", "t1", "own", "Active", "Accepted", "")
#define THEIR(status, substatus)                                                                   \
    SHARED("m1", "m", "msft", status, substatus,                                                   \
           ",\"trackingInfo\":{\"microsoftMsxId\":\"7-ABC\"},\"team\":[{\"title\":\"AE\","         \
           "\"email\":\"ann@microsoft.example\"},{\"firstName\":\"Bo\",\"lastName\":\"Li\"}]")

static void test_engagement(void **state)
{
    static const struct {
        const char *status, *substatus, *word, *stage;
        const char *answer;
    } cases[] = {
        {"New", "Pending", "in_review", "New/Pending", LIST(OURS "," THEIR("New", "Pending"))},
        {"Active", "Accepted", "approved", "Active/Accepted",
         LIST(OURS "," THEIR("Active", "Accepted"))},
        {"Closed", "Declined", "rejected", "Closed/Declined",
         LIST(OURS "," THEIR("Closed", "Declined"))},
        {"Closed", "Expired", "rejected", "Closed/Expired",
         LIST(OURS "," THEIR("Closed", "Expired"))},
        {"", "", "draft", NULL, LIST(OURS)}, /* the second half never came to be */
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        const struct read_scope scope = {.full = true};
        bench_open(&bench);
        bench.pages[0] = LIST(OURS "," THEIR("New", "Pending"));
        bench.engagements[0][0] = "e-1";
        bench.engagements[0][1] = cases[i].answer;
        map_put(bench.reading.known, "r1", (void *)(uintptr_t) "t1");
        bench_scope(&bench, &scope);
        assert_int_equal(bench.reading.outcome, READ_COMPLETE);
        assert_int_equal(bench.asked, 1);                      /* once for both rows */
        assert_int_equal(map_count(bench.reading.records), 1); /* Microsoft's is none */
        assert_string_equal(value(&bench, "r1", "status"), cases[i].word);
        if (cases[i].stage) {
            assert_string_equal(value(&bench, "r1", "cloud_stage"), cases[i].stage);
            assert_string_equal(value(&bench, "r1", "cloud_reference"), "7-ABC");
            assert_string_equal(value(&bench, "r1", "cloud_team"), "AE ann@microsoft.example\x1f"
                                                                   "Bo Li");
            assert_string_equal(value(&bench, "r1", "members"), "msft inc");
            assert_string_equal(value(&bench, "r1", "cloud_involvement"), "co_sell");
        }
        bench_close(&bench);
    }
}

#define PARTNER(id, name, profile, status, substatus)                                              \
    "{\"id\":\"" id "\",\"eTag\":\"p\",\"engagementId\":\"e-1\",\"organizationId\":\"o-" id        \
    "\",\"organizationName\":\"" name "\",\"direction\":\"Outgoing\",\"type\":\"Shared\","         \
    "\"status\":\"" status "\",\"substatus\":\"" substatus "\",\"customerProfile\":{},"            \
    "\"updatedDateTime\":\"2026-03-01T10:00:00Z\",\"inviteContext\":{\"invitedBy\":"               \
    "{\"organizationId\":\"own\"}}" profile "}"
#define AT(profile)                 ",\"target\":[{\"type\":\"BusinessProfileLocation\",\"id\":\"" profile "\"}]"
#define FABRIKAM(status, substatus) PARTNER("p1", "Fabrikam", AT("loc-1"), status, substatus)

/* Other partners' sides are no records of ours; who is in, and what became of invitations. */
static void test_partners(void **state)
{
    static const struct {
        const char *sides, *partners, *members, *status;
    } cases[] = {
        {FABRIKAM("New", "Received"), "loc-1", "Fabrikam (invited)", "draft"},
        {FABRIKAM("Active", "Accepted"), "loc-1", "Fabrikam", "draft"},
        {FABRIKAM("Closed", "Won"), "loc-1", "Fabrikam", "draft"},
        {FABRIKAM("Closed", "Declined"), "loc-1", "Fabrikam (declined)", "draft"},
        {FABRIKAM("Closed", "Expired"), "loc-1", "Fabrikam (expired)", "draft"},
        {FABRIKAM("Active", "Accepted") "," THEIR("Active", "Accepted"), "loc-1",
         "Fabrikam\x1fmsft inc", "approved"},
        /* Where no profile is told, the organisation stands for it. */
        {PARTNER("p2", "", "", "Active", "Accepted") "," FABRIKAM("New", "Pending"),
         "loc-1\x1fo-p2", "Fabrikam (invited)\x1fo-p2", "draft"},
        {THEIR("New", "Pending"), NULL, "msft inc", "in_review"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        const struct read_scope scope = {.watermark = "2026-03-01T10:00:00Z"};
        bench_open(&bench);
        /* Only theirs has changed. */
        bench.pages[0] = arena_printf(bench.reading.arena, LIST("%s"), cases[i].sides);
        bench.engagements[0][0] = "e-1";
        bench.engagements[0][1] =
            arena_printf(bench.reading.arena, LIST(OURS ",%s"), cases[i].sides);
        bench_scope(&bench, &scope);
        assert_int_equal(bench.reading.outcome, READ_COMPLETE);
        assert_int_equal(map_count(bench.reading.records), 1);
        assert_string_equal(value(&bench, "r1", "members"), cases[i].members);
        assert_true(text_equal(value(&bench, "r1", "partners"), cases[i].partners));
        assert_string_equal(value(&bench, "r1", "status"), cases[i].status);
        bench_close(&bench);
    }
}

/* Also where nothing of the engagement is wanted. */
static void test_partners_unwanted(void **state)
{
    (void)state;
    struct bench bench;
    const struct read_scope scope = {.full = true, .mapped = nothing};
    bench_open(&bench);
    bench.pages[0] = LIST(OURS "," FABRIKAM("Active", "Accepted"));
    bench_scope(&bench, &scope);
    assert_int_equal(bench.asked, 0);
    assert_int_equal(map_count(bench.reading.records), 1);
    assert_null(value(&bench, "r1", "partners"));
    bench_close(&bench);
}

/* Nobody wants it: nothing is asked, nothing is said. What is known and unchanged is only seen. */
static void test_engagement_unwanted(void **state)
{
    (void)state;
    struct bench bench;
    const struct read_scope scope = {.full = true, .mapped = nothing};
    bench_open(&bench);
    bench.pages[0] = LIST(OURS "," THEIR("New", "Pending"));
    bench_scope(&bench, &scope);
    assert_int_equal(bench.asked, 0);
    assert_null(value(&bench, "r1", "status"));
    assert_null(value(&bench, "r1", "cloud_reference"));
    map_put(bench.reading.known, "r1", (void *)(uintptr_t) "t1");
    bench_scope(&bench, &scope);
    assert_true(map_has(bench.reading.seen, "r1"));
    bench_close(&bench);
}

/* Microsoft's side moved, ours did not: ours is made anew. An incremental read asks for no more. */
static void test_engagement_moved(void **state)
{
    (void)state;
    struct bench bench;
    const struct read_scope scope = {.watermark = "2026-03-01T10:00:00Z"};
    bench_open(&bench);
    bench.pages[0] = LIST(THEIR("Active", "Accepted"));
    bench.engagements[0][0] = "e-1";
    bench.engagements[0][1] = LIST(OURS "," THEIR("Active", "Accepted"));
    map_put(bench.reading.known, "r1", (void *)(uintptr_t) "t1");
    bench_scope(&bench, &scope);
    assert_string_equal(value(&bench, "r1", "status"), "approved");
    bench.pages[0] = LIST(OURS);
    bench.asked = 0;
    bench_scope(&bench, &scope);
    assert_int_equal(bench.asked, 0);
    bench_close(&bench);
}

static void test_engagement_fails(void **state)
{
    (void)state;
    struct bench bench;
    const struct read_scope scope = {.full = true};
    bench_open(&bench);
    bench.pages[0] = LIST(OURS);
    bench_scope(&bench, &scope);
    assert_int_equal(bench.reading.outcome, READ_PARTIAL);
    assert_int_equal(map_count(bench.reading.records), 0);
    bench_close(&bench);
}

/* An engagement that does not list ours is not believed: what it leaves out would look as if it had
 * never been. */
static void test_engagement_without_us(void **state)
{
    (void)state;
    struct bench bench;
    const struct read_scope scope = {.full = true};
    bench_open(&bench);
    bench.pages[0] = LIST(OURS);
    bench.engagements[0][0] = "e-1";
    bench.engagements[0][1] = LIST(THEIR("Active", "Accepted"));
    bench_scope(&bench, &scope);
    assert_int_equal(bench.reading.outcome, READ_PARTIAL);
    assert_null(reading_version(&bench.reading, "r1"));
    bench_close(&bench);
}

#define SENT(id, status, substatus)                                                                \
    "{\"id\":\"" id "\",\"eTag\":\"t\",\"status\":\"" status "\",\"substatus\":\"" substatus       \
    "\",\"direction\":\"incoming\",\"type\":\"Independent\",\"customerProfile\":{},"               \
    "\"expirationDateTime\":\"2026-03-15T10:00:00\"}"

static void test_proposals(void **state)
{
    (void)state;
    struct bench bench;
    struct read_scope scope = {.full = true, .mapped = nothing};
    bench_open(&bench);
    bench.pages[0] =
        LIST(SENT("p1", "New", "Received") "," SENT("p2", "Active", "Accepted") "," SENT(
            "p3", "Closed", "Expired") "," SENT("p4", "Closed", "Declined"));
    bench_scope(&bench, &scope);
    assert_int_equal(map_count(bench.reading.records), 1);
    assert_string_equal(value(&bench, "p2", "status"), "accepted");
    map_put(bench.reading.known, "p1", (void *)(uintptr_t) "old");
    bench_scope(&bench, &scope);
    assert_string_equal(value(&bench, "p1", "status"), "invited");
    assert_string_equal(value(&bench, "p1", "expires"), "2026-03-15T10:00:00.000Z");
    scope.proposals = true;
    bench_scope(&bench, &scope);
    assert_string_equal(value(&bench, "p3", "status"), "expired");
    assert_string_equal(value(&bench, "p4", "status"), "declined");
    bench_close(&bench);
}

static void test_errors(void **state)
{
    static const char *const pages[] = {"{}",
                                        "{\"value\":null}",
                                        "[]",
                                        "<html>",
                                        "{\"error\":{\"code\":\"x\"}}",
                                        LIST("{\"eTag\":\"t\"}")};
    (void)state;
    for (size_t i = 0; i < COUNT(pages); i++) {
        struct bench bench;
        const struct read_scope scope = {.full = true, .mapped = nothing};
        bench_open(&bench);
        bench.pages[0] = pages[i];
        bench_scope(&bench, &scope);
        assert_int_not_equal(bench.reading.outcome, READ_COMPLETE);
        bench_close(&bench);
    }
}

static void test_role(void **state)
{
    static const struct {
        const char *role;
        bool all;
    } cases[] = {{NULL, false}, {"user", false}, {"admin", true}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct setting item = {
            .name = "referral_role", .text = cases[i].role, .given = cases[i].role != NULL};
        const struct settings settings = {&item, 1};
        const struct cloud cloud = {.settings = &settings};
        assert_int_equal(azure_referrals.shows_all(&cloud), cases[i].all);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_foreign_link),
        cmocka_unit_test(test_watermark),
        cmocka_unit_test(test_short_row),
        cmocka_unit_test(test_engagement),
        cmocka_unit_test(test_partners),
        cmocka_unit_test(test_partners_unwanted),
        cmocka_unit_test(test_engagement_unwanted),
        cmocka_unit_test(test_engagement_moved),
        cmocka_unit_test(test_engagement_fails),
        cmocka_unit_test(test_engagement_without_us),
        cmocka_unit_test(test_proposals),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_role),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
