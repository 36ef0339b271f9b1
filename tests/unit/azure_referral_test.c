/* Referrals as records and back: every odd form that documents come in, each field's own way into
 * them, the difference of two documents, and the rules. */
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
#include "base/times.h"
#include "connectors/aws/referrals.h"
#include "connectors/azure/referrals.h"
#include "connectors/document.h"
#include "model/gate.h"
#include "tests/support/rulebook.h"

struct bench {
    struct arena *arena;
    struct heard heard;
};

static void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    bench->arena = arena_new();
}

static void bench_close(struct bench *bench)
{
    arena_free(bench->arena);
}

static struct json *parse(struct bench *bench, const char *text)
{
    struct json *json = NULL;
    struct error error = {0};
    if (json_parse(bench->arena, text, strlen(text), &json, &error) < 0)
        fail_msg("%s: %s", text, error.message);
    return json;
}

static struct record *decode(struct bench *bench, const char *text)
{
    bench->heard.count = 0;
    return azure_referral_record(bench->arena, parse(bench, text), NULL, heard_note, &bench->heard);
}

#define OPEN(members)                                                                              \
    "{\"id\":\"r\",\"eTag\":\"t\",\"status\":\"Active\",\"substatus\":\"Accepted\","               \
    "\"type\":\"Independent\",\"direction\":\"Outgoing\"," members "}"

/* ------------------------------------------------------------------ tables */

static void test_tables(void **state)
{
    (void)state;
    rulebook_check_tables(&azure_referrals);
    for (size_t i = 0; i < azure_referrals.due_case_count; i++) {
        const struct due_case *due = &azure_referrals.due_cases[i];
        assert_int_equal(due->action, ACTION_SUBMIT);
        for (size_t w = 0; w < COUNT(due->when) && due->when[w].field; w++)
            assert_true(connector_field(&azure_referrals, due->when[w].field)->flags & REMOTE_READ);
        assert_non_null(connector_field(&azure_referrals, due->wanted[0].field));
    }
}

/* ------------------------------------------------------------------ reading */

/* Each is one form of one field: what it reads as, and how many findings it makes. */
static const struct form {
    const char *members, *field, *value;
    size_t findings;
} forms[] = {
    {"\"externalReferenceId\":\"CRM-1\"", "partner_reference", "CRM-1", 0},
    {"\"name\":\"Deal\"", "title", "Deal", 0},
    {"\"name\":\"\xe2\x9c\x85 Deal\"", "title", "Deal", 0},
    {"\"name\":\"\xe2\x9d\x8c\xef\xb8\x8f  Deal\"", "title", "Deal", 0},
    {"\"name\":\"\xe2\x9c\x85\"", "title", "\xe2\x9c\x85", 0},
    {"\"name\":null", "title", NULL, 0},
    {"\"name\":[1]", "title", NULL, 1},
    {"\"customerProfile\":{\"name\":\"Acme\",\"size\":\"1to9employees\"}", "company_size",
     "1to9employees", 0},
    {"\"customerProfile\":{\"address\":{\"country\":\"us\"}}", "country", "US", 0},
    {"\"customerProfile\":{\"address\":{\"country\":\"Atlantis\"}}", "country", NULL, 1},
    {"\"customerProfile\":{\"address\":null}", "city", NULL, 0},
    {"\"customerProfile\":null", "city", NULL, 0},
    {"\"customerProfile\":{\"ids\":[{\"profileType\":\"External\",\"id\":\"x\"},"
     "{\"profileType\":\"DUNS\",\"id\":\"012345678\"}]}",
     "duns", "012345678", 0},
    {"\"customerProfile\":{\"ids\":null}", "duns", NULL, 0},
    {"\"customerProfile\":{\"team\":[{\"email\":\"Bo@Acme.example\"}]}", "contact_email",
     "bo@acme.example", 0},
    {"\"customerProfile\":{\"team\":{\"email\":\"bo@acme.example\"}}", "contact_email",
     "bo@acme.example", 0},
    {"\"customerProfile\":{\"team\":[]}", "contact_email", NULL, 0},
    {"\"customerProfile\":{\"team\":[{\"phoneNumber\":\"5550100001\"}]}", "contact_phone", NULL, 0},
    {"\"customerProfile\":{\"team\":[{\"phoneNumber\":\"+1 206 555 0100\"}]}", "contact_phone",
     "+12065550100", 0},
    {"\"team\":{\"firstName\":\"Ann\"}", "owner_first_name", "Ann", 0},
    {"\"team\":[{\"firstName\":\"Ann\"},{\"firstName\":\"Bo\"}]", "owner_first_name", "Ann", 0},
    {"\"team\":null", "owner_first_name", NULL, 0},
    {"\"team\":\"Ann\"", "owner_first_name", NULL, 0},
    {"\"details\":{\"dealValue\":50000,\"currency\":\"USD\"}", "contract_value", "50000.00 USD", 0},
    {"\"details\":{\"dealValue\":50000.25,\"currency\":\"USD\"}", "contract_value", "50000.25 USD",
     0},
    {"\"details\":{\"dealValue\":\"10000\",\"currency\":\"EUR\"}", "contract_value", "10000.00 EUR",
     0},
    {"\"details\":{\"dealValue\":7,\"currency\":\"usd\"}", "contract_value", "7.00 USD", 0},
    {"\"details\":{\"dealValue\":0,\"currency\":\"USD\"}", "contract_value", NULL, 0},
    {"\"details\":{\"dealValue\":0.00,\"currency\":\"USD\"}", "contract_value", NULL, 0},
    {"\"details\":{\"dealValue\":null,\"currency\":\"USD\"}", "contract_value", NULL, 0},
    {"\"details\":{\"dealValue\":\"\",\"currency\":\"USD\"}", "contract_value", NULL, 0},
    {"\"details\":{\"dealValue\":\"much\",\"currency\":\"USD\"}", "contract_value", NULL, 1},
    {"\"details\":{\"dealValue\":5}", "contract_value", NULL, 1},
    {"\"details\":null", "contract_value", NULL, 0},
    {"\"details\":{\"closingDateTime\":\"2026-09-30T00:00:00Z\"}", "close_date", "2026-09-30", 0},
    {"\"details\":{\"closingDateTime\":\"2026-09-30T00:00:00\"}", "close_date", "2026-09-30", 0},
    {"\"details\":{\"closingDateTime\":\"2026-09-30T00:00:00.0000000+00:00\"}", "close_date",
     "2026-09-30", 0},
    {"\"details\":{\"closingDateTime\":\"soon\"}", "close_date", NULL, 1},
    {"\"details\":{\"notes\":\"n\"}", "comments", "n", 0},
    {"\"details\":{\"requirements\":{\"industries\":[{\"id\":\"Education\"},{\"id\":\"X\"}]}}",
     "industry", "Education", 0},
    {"\"details\":{\"requirements\":{\"products\":[{\"id\":\"Teams\"},{\"id\":\"Azure\"}]}}",
     "cloud_products", "Azure\x1fTeams", 0},
    {"\"details\":{\"requirements\":{\"services\":[\"Licensing\"]}}", "services", "Licensing", 0},
    {"\"details\":{\"requirements\":{\"solutions\":[{\"id\":\"BigData\",\"type\":\"Category\"},"
     "{\"id\":\"SOL-1\",\"type\":\"name\"},{\"id\":\"SOL-2\"},"
     "{\"id\":\"SOL-3\",\"solutionType\":\"None\"},null,7]}}",
     "solutions", "SOL-1\x1fSOL-2", 0},
    {"\"details\":{\"requirements\":null}", "solutions", NULL, 0},
    {"\"inviteContext\":{\"assistanceRequestCode\":\"QuotesOrLicensing\",\"notes\":\"w\"}", "needs",
     "QuotesOrLicensing", 0},
    {"\"inviteContext\":{\"notes\":\"w\"}", "needs_notes", "w", 0},
    {"\"salesStage\":\"10\"", "stage", "prospect", 0},
    {"\"salesStage\":\"20\"", "stage", "qualified", 0},
    {"\"salesStage\":20", "stage", "qualified", 0},
    {"\"salesStage\":\"40%\"", "stage", "technical_validation", 0},
    {"\"salesStage\":\"60\"", "stage", "business_validation", 0},
    {"\"salesStage\":\"75\"", "stage", "business_validation", 0},
    {"\"salesStage\":\"80\"", "stage", "committed", 0},
    /* Not closed yet, so not won. */
    {"\"salesStage\":\"100\"", "stage", "committed", 0},
    {"\"salesStage\":\"qualify\"", "stage", "qualified", 0},
    {"\"salesStage\":\"Develop\"", "stage", "technical_validation", 0},
    {"\"salesStage\":\"Propose\"", "stage", "business_validation", 0},
    {"\"salesStage\":\"Close\"", "stage", "committed", 0},
    {"\"salesStage\":\"Dreaming\"", "stage", NULL, 1},
    {"\"salesStage\":\"-5\"", "stage", NULL, 1},
    {"\"salesStage\":{}", "stage", NULL, 0},
    {"\"salesStage\":null", "stage", NULL, 0},
    {"\"qualification\":\"PartnerQualified\"", "qualification", "PartnerQualified", 0},
    {"\"consent\":null", "status", "draft", 0},
    {"\"consent\":{\"consentToShareReferralWithMicrosoftSellers\":true}", "status", "submitted", 0},
    {"\"consent\":{\"consentToShareReferralWithMicrosoftSellers\":true}", "cloud_involvement",
     "visibility_only", 0},
    {"\"trackingInfo\":{\"microsoftMsxId\":\"7-A\"}", "cloud_reference", "7-A", 0},
    {"\"createdDateTime\":\"2026-02-23T02:05:23.2931817Z\"", "created", "2026-02-23T02:05:23.293Z",
     0},
    {"\"createdDateTime\":\"2026-02-23T02:05:23\"", "created", "2026-02-23T02:05:23.000Z", 0},
    {"\"createdDateTime\":\"2026-02-23T02:05:23.2931817+01:00\"", "created",
     "2026-02-23T01:05:23.293Z", 0},
    {"\"createdDateTime\":\"yesterday\"", "created", NULL, 1},
    {"\"registrations\":[{\"contract\":{\"value\":\"120000\",\"currency\":\"USD\","
     "\"startDateTime\":\"2026-10-01T00:00:00Z\"},\"status\":\"ActionRequired\"}]",
     "registration", "action_required", 0},
    {"\"registrations\":[{\"contract\":{\"value\":\"120000\",\"currency\":\"USD\"},"
     "\"status\":\"Approved\"}]",
     "revenue_value", "120000.00 USD", 0},
    {"\"registrations\":[{}]", "registration", "pending", 0},
    {"\"registrations\":[],\"registrationStatus\":\"None\"", "registration", NULL, 0},
    {"\"registrations\":null,\"registrationStatus\":\"Review (Failed)\"", "registration", "failed",
     0},
    {"\"registrationStatus\":\"Pondered\"", "registration", NULL, 1},
    {"\"somethingNew\":[1,2]", "status", "draft", 0},
};

static void test_forms(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    for (size_t i = 0; i < COUNT(forms); i++) {
        const struct record *record =
            decode(&bench, arena_printf(bench.arena, OPEN("%s"), forms[i].members));
        const char *value = record_get(record, forms[i].field);
        if (!text_equal(value, forms[i].value) || bench.heard.count != forms[i].findings)
            fail_msg("%s: %s, %zu findings", forms[i].members, value ? value : "(none)",
                     bench.heard.count);
        assert_string_equal(record->version, "t");
        /* What came stays whole. */
        const struct json *raw = parse(&bench, record->raw);
        const struct json *sent =
            parse(&bench, arena_printf(bench.arena, "{%s}", forms[i].members));
        for (size_t k = 0; k < sent->count; k++)
            assert_true(json_equal(json_get(raw, sent->names[k]), sent->items[k]));
    }
    bench_close(&bench);
}

/* Who sent it, and what became of it. */
static void test_kinds(void **state)
{
    static const struct {
        const char *direction, *type, *qualification, *by, *status, *substatus;
        const char *origin, *word, *stage;
        size_t findings;
    } cases[] = {
        {"Incoming", "Independent", "Direct", "msft", "New", "Received", "Marketplace lead",
         "invited", NULL, 0},
        {"Incoming", "Independent", "Direct", "", "New", "Pending", "Marketplace lead", "invited",
         NULL, 0},
        {"Incoming", "Independent", "MarketingQualified", "MSFT", "Active", "Accepted",
         "Qualified lead", "accepted", NULL, 0},
        {"Incoming", "Independent", "SalesQualified", "msft", "Closed", "Declined",
         "Qualified lead", "declined", NULL, 0},
        {"Incoming", "Shared", "SalesQualified", "msft", "Closed", "Expired", "Microsoft referral",
         "expired", NULL, 0},
        {"Incoming", "Shared", "None", "other", "New", "Pending", "Partner referral", "invited",
         NULL, 0},
        {"Incoming", "Shared", "None", "other", "Closed", "Won", "Partner referral", "accepted",
         "won", 0},
        {"Outgoing", "Independent", "SalesQualified", "own", "Closed", "Lost", "Own deal", "closed",
         "lost", 0},
        {"Outgoing", "Independent", "None", "own", "Active", "Engaged", "Own deal", "draft", NULL,
         1},
        {"Outgoing", "Shared", "None", "own", "Active", "Accepted", "Own deal", NULL, NULL, 0},
        /* Two findings: of the pair, and that the field has no word for it. */
        {"Incoming", "Shared", "None", "other", "Paused", "", "Partner referral", NULL, NULL, 2},
    };
    (void)state;
    struct bench bench;
    bench_open(&bench);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct record *record =
            decode(&bench,
                   arena_printf(bench.arena,
                                "{\"id\":\"r\",\"eTag\":\"t\",\"direction\":\"%s\",\"type\":\"%s\","
                                "\"qualification\":\"%s\",\"status\":\"%s\",\"substatus\":\"%s\","
                                "\"inviteContext\":{\"invitedBy\":{\"organizationId\":\"%s\"}}}",
                                cases[i].direction, cases[i].type, cases[i].qualification,
                                cases[i].status, cases[i].substatus, cases[i].by));
        print_message("  %s %s %s\n", cases[i].origin, cases[i].status, cases[i].substatus);
        assert_string_equal(record_get(record, "origin"), cases[i].origin);
        assert_true(text_equal(record_get(record, "status"), cases[i].word));
        assert_true(text_equal(record_get(record, "stage"), cases[i].stage));
        assert_int_equal(bench.heard.count, cases[i].findings);
    }
    bench_close(&bench);
}

#define WON(consent)                                                                               \
    "{\"id\":\"r\",\"eTag\":\"t\",\"status\":\"Closed\",\"substatus\":\"Won\",\"type\":"           \
    "\"Independent\",\"consent\":{\"consentToShareReferralWithMicrosoftSellers\":" consent "}}"

static void test_registration_due(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    assert_string_equal(record_get(decode(&bench, WON("true")), "registration"), "due");
    assert_null(record_get(decode(&bench, WON("false")), "registration"));
    bench_close(&bench);
}

/* ------------------------------------------------------------------ writing */

/* What a new value makes of a document, and the patch that says so; NULL: it takes a full replace.
 */
static const struct {
    const char *document, *field, *value, *after, *patch;
} edits[] = {
    {"{\"name\":\"a\"}", "title", "b", "{\"name\":\"b\"}",
     "[{\"op\":\"replace\",\"path\":\"/name\",\"value\":\"b\"}]"},
    {"{}", "title", "b", "{\"name\":\"b\"}",
     "[{\"op\":\"add\",\"path\":\"/name\",\"value\":\"b\"}]"},
    {"{\"campaignId\":\"a\"}", "marketing_campaign", NULL, "{}",
     "[{\"op\":\"replace\",\"path\":\"/campaignId\",\"value\":null}]"},
    {"{\"details\":{\"dealValue\":5,\"currency\":\"USD\",\"x\":1.50}}", "contract_value",
     "70000.50 USD", "{\"details\":{\"dealValue\":70000.50,\"currency\":\"USD\",\"x\":1.50}}",
     "[{\"op\":\"replace\",\"path\":\"/details/dealValue\",\"value\":70000.50}]"},
    {"{\"details\":{\"dealValue\":\"5\",\"currency\":\"USD\"}}", "contract_value", "70000.00 EUR",
     "{\"details\":{\"dealValue\":70000.00,\"currency\":\"EUR\"}}",
     "[{\"op\":\"replace\",\"path\":\"/details/dealValue\",\"value\":70000.00},"
     "{\"op\":\"replace\",\"path\":\"/details/currency\",\"value\":\"EUR\"}]"},
    {"{\"details\":null}", "contract_value", "7.00 USD",
     "{\"details\":{\"dealValue\":7.00,\"currency\":\"USD\"}}",
     "[{\"op\":\"replace\",\"path\":\"/"
     "details\",\"value\":{\"dealValue\":7.00,\"currency\":\"USD\"}"
     "}]"},
    {"{\"details\":{\"closingDateTime\":\"2026-01-01T08:00:00Z\"}}", "close_date", "2027-02-03",
     "{\"details\":{\"closingDateTime\":\"2027-02-03T00:00:00Z\"}}",
     "[{\"op\":\"replace\",\"path\":\"/details/"
     "closingDateTime\",\"value\":\"2027-02-03T00:00:00Z\"}"
     "]"},
    {"{\"details\":{\"notes\":\"a\"}}", "comments", NULL, "{\"details\":{}}",
     "[{\"op\":\"replace\",\"path\":\"/details/notes\",\"value\":null}]"},
    {"{\"team\":[{\"email\":\"a\"},{\"email\":\"c\"}]}", "owner_email", NULL,
     "{\"team\":[{},{\"email\":\"c\"}]}",
     "[{\"op\":\"replace\",\"path\":\"/team/0/email\",\"value\":null}]"},
    {"{\"salesStage\":\"20\"}", "stage", "technical_validation", "{\"salesStage\":\"40\"}",
     "[{\"op\":\"replace\",\"path\":\"/salesStage\",\"value\":\"40\"}]"},
    {"{\"salesStage\":\"Qualify\"}", "stage", "technical_validation",
     "{\"salesStage\":\"Develop\"}",
     "[{\"op\":\"replace\",\"path\":\"/salesStage\",\"value\":\"Develop\"}]"},
    {"{\"salesStage\":\"Qualify\"}", "stage", "prospect", "{\"salesStage\":\"10\"}",
     "[{\"op\":\"replace\",\"path\":\"/salesStage\",\"value\":\"10\"}]"},
    {"{\"salesStage\":20}", "stage", "committed", "{\"salesStage\":80}",
     "[{\"op\":\"replace\",\"path\":\"/salesStage\",\"value\":80}]"},
    {"{\"salesStage\":\"20%\"}", "stage", "committed", "{\"salesStage\":\"80%\"}",
     "[{\"op\":\"replace\",\"path\":\"/salesStage\",\"value\":\"80%\"}]"},
    {"{}", "stage", "qualified", "{\"salesStage\":\"20\"}",
     "[{\"op\":\"add\",\"path\":\"/salesStage\",\"value\":\"20\"}]"},
    {"{\"status\":\"Active\",\"substatus\":\"Accepted\"}", "stage", "lost",
     "{\"status\":\"Closed\",\"substatus\":\"Lost\"}",
     "[{\"op\":\"replace\",\"path\":\"/status\",\"value\":\"Closed\"},"
     "{\"op\":\"replace\",\"path\":\"/substatus\",\"value\":\"Lost\"}]"},
    /* One member instead of a list: a list is written, its other members kept. */
    {"{\"team\":{\"email\":\"a\",\"x\":1}}", "owner_email", "b",
     "{\"team\":[{\"email\":\"b\",\"x\":1}]}",
     "[{\"op\":\"replace\",\"path\":\"/team\",\"value\":[{\"email\":\"b\",\"x\":1}]}]"},
    {"{\"team\":[{\"email\":\"a\"},{\"email\":\"c\"}]}", "owner_email", "b",
     "{\"team\":[{\"email\":\"b\"},{\"email\":\"c\"}]}",
     "[{\"op\":\"replace\",\"path\":\"/team/0/email\",\"value\":\"b\"}]"},
    {"{\"team\":[]}", "owner_email", "b", "{\"team\":[{\"email\":\"b\"}]}",
     "[{\"op\":\"add\",\"path\":\"/team/-\",\"value\":{\"email\":\"b\"}}]"},
    {"{\"team\":null}", "owner_email", "b", "{\"team\":[{\"email\":\"b\"}]}",
     "[{\"op\":\"replace\",\"path\":\"/team\",\"value\":[{\"email\":\"b\"}]}]"},
    {"{\"customerProfile\":{\"ids\":[{\"profileType\":\"duns\",\"id\":\"1\"}]}}", "duns", "2",
     "{\"customerProfile\":{\"ids\":[{\"profileType\":\"Duns\",\"id\":\"2\"}]}}",
     "[{\"op\":\"replace\",\"path\":\"/customerProfile/ids/0/profileType\",\"value\":\"Duns\"},"
     "{\"op\":\"replace\",\"path\":\"/customerProfile/ids/0/id\",\"value\":\"2\"}]"},
    {"{\"inviteContext\":null}", "needs", "QuotesOrLicensing",
     "{\"inviteContext\":{\"assistanceRequestCode\":\"QuotesOrLicensing\"}}",
     "[{\"op\":\"replace\",\"path\":\"/inviteContext\",\"value\":"
     "{\"assistanceRequestCode\":\"QuotesOrLicensing\"}}]"},
    /* What is not ours in a list stays where it is, and so does all that an item holds. */
    {"{\"details\":{\"requirements\":{\"solutions\":[{\"id\":\"Web\",\"type\":\"Category\"},"
     "{\"id\":\"SOL-1\",\"type\":\"Name\",\"price\":1.0}]}}}",
     "solutions", "SOL-1\x1fSOL-2",
     "{\"details\":{\"requirements\":{\"solutions\":[{\"id\":\"Web\",\"type\":\"Category\"},"
     "{\"id\":\"SOL-1\",\"type\":\"Name\",\"price\":1.0},{\"id\":\"SOL-2\",\"type\":\"Name\"}]}}}",
     "[{\"op\":\"add\",\"path\":\"/details/requirements/solutions/-\",\"value\":"
     "{\"id\":\"SOL-2\",\"type\":\"Name\"}}]"},
    {"{\"details\":{\"requirements\":{\"solutions\":[{\"id\":\"SOL-1\",\"type\":\"Name\"},"
     "{\"id\":\"SOL-2\",\"type\":\"Name\"}]}}}",
     "solutions", "SOL-2",
     "{\"details\":{\"requirements\":{\"solutions\":[{\"id\":\"SOL-2\",\"type\":\"Name\"}]}}}",
     NULL},
    {"{}", "cloud_products", "Azure",
     "{\"details\":{\"requirements\":{\"products\":[{\"id\":\"Azure\"}]}}}",
     "[{\"op\":\"add\",\"path\":\"/details\",\"value\":{\"requirements\":{\"products\":"
     "[{\"id\":\"Azure\"}]}}}]"},
    {"{\"details\":{\"requirements\":{\"industries\":[{\"id\":\"A\",\"name\":\"A\"},{\"id\":\"B\"}]"
     "}}}",
     "industry", "C",
     "{\"details\":{\"requirements\":{\"industries\":[{\"id\":\"C\"},{\"id\":\"B\"}]}}}",
     "[{\"op\":\"replace\",\"path\":\"/details/requirements/industries/0/id\",\"value\":\"C\"},"
     "{\"op\":\"replace\",\"path\":\"/details/requirements/industries/0/name\",\"value\":null}]"},
    /* A correction of a registration's contract takes what was sold for it along. */
    {"{\"registrations\":[{\"contract\":{\"value\":120000,\"currency\":\"USD\"},"
     "\"solutionDetails\":[{\"value\":120000}]}]}",
     "revenue_value", "130000.00 USD",
     "{\"registrations\":[{\"contract\":{\"value\":130000.00,\"currency\":\"USD\"},"
     "\"solutionDetails\":[{\"value\":130000.00}]}]}",
     "[{\"op\":\"replace\",\"path\":\"/registrations/0/contract/value\",\"value\":130000.00},"
     "{\"op\":\"replace\",\"path\":\"/registrations/0/solutionDetails/0/"
     "value\",\"value\":130000.00}"
     "]"},
};

static void test_puts(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    for (size_t i = 0; i < COUNT(edits); i++) {
        const struct json *from = parse(&bench, edits[i].document);
        struct json *to = json_clone(bench.arena, from), *patch = NULL;
        struct error error = {0};
        print_message("  %s %s\n", edits[i].field, edits[i].document);
        if (document_put(bench.arena, &azure_referrals, to, edits[i].field, edits[i].value, &error))
            fail_msg("%s", error.message);
        assert_string_equal(json_print(bench.arena, to), edits[i].after);
        assert_int_equal(azure_referral_patch(bench.arena, from, to, &patch),
                         edits[i].patch != NULL);
        if (edits[i].patch)
            assert_string_equal(json_print(bench.arena, patch), edits[i].patch);
    }
    bench_close(&bench);
}

/* 0 and nothing are never sent. */
static void test_no_value(void **state)
{
    static const char *const values[] = {NULL, "0.00 USD"};
    (void)state;
    struct bench bench;
    bench_open(&bench);
    for (size_t i = 0; i < COUNT(values); i++) {
        struct json *document = parse(&bench, "{\"details\":{\"dealValue\":5}}");
        struct error error = {0};
        assert_int_equal(document_put(bench.arena, &azure_referrals, document, "contract_value",
                                      values[i], &error),
                         -ERROR_REFUSED);
        assert_string_equal(json_print(bench.arena, document), "{\"details\":{\"dealValue\":5}}");
    }
    bench_close(&bench);
}

/* ------------------------------------------------------------------ any shape */

/* Every member in turn is something else than it should be: nothing falls over, neither reading nor
 * writing, and the patch says exactly what was changed. */
#define WHOLE                                                                                      \
    OPEN("\"name\":\"D\",\"engagementId\":\"e\",\"target\":[{\"id\":\"SOL-1\"}],"                  \
         "\"customerProfile\":{\"name\":\"A\",\"address\":{\"country\":\"US\"},\"team\":"          \
         "[{\"email\":\"b@c.example\"}],\"ids\":[{\"profileType\":\"Duns\",\"id\":\"1\"}]},"       \
         "\"consent\":{\"consentToShareReferralWithMicrosoftSellers\":true},\"details\":{"         \
         "\"dealValue\":5,\"currency\":\"USD\",\"closingDateTime\":\"2026-09-30T00:00:00Z\","      \
         "\"requirements\":{\"industries\":[{\"id\":\"X\"}],\"solutions\":[{\"id\":\"SOL-1\","     \
         "\"type\":\"Name\"}]}},\"team\":[{\"firstName\":\"A\"}],\"inviteContext\":{"              \
         "\"assistanceRequestCode\":\"X\",\"invitedBy\":{\"organizationId\":\"msft\"}},"           \
         "\"registrations\":[{\"status\":\"Pending\",\"contract\":{\"value\":7,\"currency\":"      \
         "\"USD\"},\"solutionDetails\":[{\"value\":7}]}],\"trackingInfo\":{\"microsoftMsxId\":"    \
         "\"7\"},\"salesStage\":\"20\"")

static const char *const shapes[] = {"null", "true",   "1e5", "\"x\"",
                                     "[]",   "[null]", "{}",  "[[{}]]"};

/* The n-th node below; NULL when they are through. */
static struct json **node_at(struct json *parent, size_t *left)
{
    for (size_t i = 0;
         (parent->type == JSON_OBJECT || parent->type == JSON_ARRAY) && i < parent->count; i++) {
        if (!(*left)--)
            return &parent->items[i];
        struct json **found = node_at(parent->items[i], left);
        if (found)
            return found;
    }
    return NULL;
}

static const char *value_for(const struct field *field)
{
    switch (field->type) {
    case TYPE_MONEY:
        return "9.00 EUR";
    case TYPE_DATE:
        return "2027-01-02";
    case TYPE_WORD:
        return field->words[0];
    default:
        return "Y";
    }
}

static void hear_nothing(void *context, const struct finding *finding)
{
    (void)context;
    assert_non_null(finding->detail);
}

static void check_shape(struct arena *arena, const struct json *document)
{
    const struct azure_engagement engagement = {.known = true, .rows = document};
    azure_referral_record(arena, document, &engagement, hear_nothing, NULL);
    struct json *rows = json_array(arena);
    json_append(arena, rows, json_clone(arena, document));
    azure_referral_record(arena, document, &(struct azure_engagement){.known = true, .rows = rows},
                          hear_nothing, NULL);
    azure_referral_record(arena, json_object(arena),
                          &(struct azure_engagement){.known = true, .rows = rows}, hear_nothing,
                          NULL);
    for (size_t i = 0; i < AZURE_REFERRAL_FIELDS; i++) {
        const struct remote_field *row = &azure_referral_fields[i];
        if (!(row->flags & REMOTE_UPDATE) || row->flags & REMOTE_STEP)
            continue;
        struct json *after = json_clone(arena, document), *patch = NULL;
        const struct kind *kind = &kinds[KIND_REFERRAL];
        const char *value = value_for(&kind->fields[kind_field(kind, row->field)]);
        struct error error = {0};
        if (document_put(arena, &azure_referrals, after, row->field, value, &error) < 0) {
            assert_true(*error.message); /* something of another type stands on the way */
            continue;
        }
        if (azure_referral_patch(arena, document, after, &patch))
            assert_int_equal(patch->count != 0, !json_equal(document, after));
        document_put(arena, &azure_referrals, after, row->field, NULL, &error);
    }
}

static void test_any_shape(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    size_t nodes = 0;
    for (bool more = true; more; nodes++) {
        for (size_t i = 0; i < COUNT(shapes); i++) {
            CLEANUP_ARENA struct arena *arena = arena_new();
            struct json *document = json_clone(arena, parse(&bench, WHOLE));
            size_t left = nodes;
            struct json **node = node_at(document, &left);
            more = node != NULL;
            if (!more)
                break;
            *node = json_clone(arena, parse(&bench, shapes[i]));
            check_shape(arena, document);
        }
    }
    assert_true(nodes > 50);
    bench_close(&bench);
}

/* ------------------------------------------------------------------ the difference by itself */

static void test_patch(void **state)
{
    static const struct {
        const char *from, *to, *patch;
    } cases[] = {
        {"{\"a\":{\"b\":[1,2]}}", "{\"a\":{\"b\":[1,2]}}", "[]"},
        {"{\"a\":1.0}", "{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":1}]"},
        {"{\"a\":null}", "{\"a\":null}", "[]"},
        {"{\"a\":null}", "{}", "[]"},
        {"{}", "{\"a\":null}", "[]"},
        {"{\"a\":1}", "{}", "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":null}]"},
        {"{\"a\":{}}", "{\"a\":[]}", "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":[]}]"},
        {"{\"a/b\":1,\"c~d\":1}", "{\"a/b\":2,\"c~d\":2}",
         "[{\"op\":\"replace\",\"path\":\"/a~1b\",\"value\":2},"
         "{\"op\":\"replace\",\"path\":\"/c~0d\",\"value\":2}]"},
        {"{\"a\":[[1],[2]]}", "{\"a\":[[1],[3],[4]]}",
         "[{\"op\":\"replace\",\"path\":\"/a/1/0\",\"value\":3},"
         "{\"op\":\"add\",\"path\":\"/a/-\",\"value\":[4]}]"},
        {"{\"a\":[1,2]}", "{\"a\":[1]}", NULL},
        {"{\"x\":1,\"a\":{\"b\":[{\"c\":[1]}]}}", "{\"x\":2,\"a\":{\"b\":[{\"c\":[]}]}}", NULL},
        /* What goes as a whole needs no word about its items. */
        {"{\"a\":[1,2]}", "{}", "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":null}]"},
    };
    (void)state;
    struct bench bench;
    bench_open(&bench);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json *patch = NULL;
        bool said = azure_referral_patch(bench.arena, parse(&bench, cases[i].from),
                                         parse(&bench, cases[i].to), &patch);
        assert_int_equal(said, cases[i].patch != NULL);
        if (said)
            assert_string_equal(json_print(bench.arena, patch), cases[i].patch);
        else
            assert_null(patch);
    }
    bench_close(&bench);
}

/* ------------------------------------------------------------------ rules */

/* A deal that nothing is wrong with, at the moment of each case. */
static const struct cell sound[] = {
    {"title", "Deal"},
    {"company", "Acme"},
    {"country", "US"},
    {"contact_first_name", "Bo"},
    {"contact_last_name", "Li"},
    {"contact_email", "bo@acme.example"},
    {"owner_email", "ann@own.example"},
    {"owner_last_name", "Lee"},
    {"needs", "QuotesOrLicensing"},
    {"solutions", "SOL-12345-ABC"},
    {"contract_value", "30000.00 USD"},
    {"stage", "qualified"},
    {"created", "2026-01-01T00:00:00.000Z"},
    {"revenue_value", "30000.00 USD"},
    {"revenue_start", "2026-03-01"},
    {"revenue_end", "2027-02-28"},
    {"signed", "2026-02-20"},
    {"revenue_model", "Other"},
    {"deployment", "Customer"},
};

#define NOW INT64_C(1772359200000) /* 2026-03-01T10:00:00Z */

/* Over the sound deal. */
static const struct rulebook_case rules[] = {
    {AT_CREATE, {{0}}, {{0}}, NULL, NULL},
    {AT_SUBMIT, {{0}}, {{0}}, NULL, NULL},
    {AT_REGISTER, {{0}}, {{0}}, NULL, NULL},
    {AT_UPDATE, {{0}}, {{0}}, NULL, NULL},
    {AT_CREATE, {{0}}, {{"company", NULL}}, "REF-001", "company"},
    {AT_CREATE, {{0}}, {{"contract_value", "0.00 USD"}}, "REF-009", "contract_value"},
    {AT_CREATE, {{0}}, {{"contract_value", NULL}}, NULL, NULL},
    {AT_CREATE, {{0}}, {{"stage", "won"}}, "REF-016", "stage"},
    {AT_CREATE,
     {{0}},
     {{"needs", "A\x1f"
                "B"}},
     "REF-023",
     "needs"},
    {AT_CREATE, {{0}}, {{"contact_email", NULL}}, NULL, NULL},
    {AT_SUBMIT, {{0}}, {{"contact_email", NULL}}, "REF-002", "contact_email"},
    {AT_SUBMIT, {{0}}, {{"contact_email", NULL}, {"involvement", "visibility_only"}}, NULL, NULL},
    {AT_SUBMIT, {{0}}, {{"owner_email", NULL}}, "REF-002", "owner_email"},
    {AT_SUBMIT, {{0}}, {{"needs", NULL}}, "REF-002", "needs"},
    {AT_SUBMIT, {{0}}, {{"solutions", NULL}}, "REF-014", "solutions"},
    {AT_SUBMIT, {{0}}, {{"solutions", "BigData"}}, "REF-014", "solutions"},
    {AT_SUBMIT, {{0}}, {{"visibility", "limited"}}, "REF-008", "visibility"},
    {AT_SUBMIT,
     {{0}},
     {{"needs", NULL}, {"involvement", "visibility_only"}, {"partners", "p-1"}},
     NULL,
     NULL},
    {AT_SUBMIT,
     {{0}},
     {{"contact_email", NULL}, {"involvement", "visibility_only"}, {"partners", "p-1"}},
     "REF-002",
     "contact_email"},
    {AT_SUBMIT,
     {{0}},
     {{"solutions", NULL}, {"involvement", "visibility_only"}, {"partners", "p-1"}},
     "REF-014",
     "solutions"},
    {AT_SUBMIT, {{0}}, {{"partners", "p-1\x1fMsft"}}, "REF-009", "partners"},
    {AT_SUBMIT, {{0}}, {{"partners", "p 1"}}, "REF-009", "partners"},
    {AT_SUBMIT, {{"partners", "p-1"}}, {{"partners", "p-2"}}, "REF-028", "partners"},
    {AT_SUBMIT, {{"status", "invited"}}, {{"partners", "p-1"}}, "REF-022", "partners"},
    {AT_UPDATE, {{0}}, {{"partners", "p-1"}}, NULL, NULL},
    {AT_UPDATE, {{"partners", "p-1"}}, {{"partners", "p-1\x1fp-2"}}, NULL, NULL},
    {AT_UPDATE, {{"partners", "p-1\x1fp-2"}}, {{"partners", "p-2"}}, "REF-028", "partners"},
    {AT_UPDATE, {{"partners", "p-1"}}, {{"partners", NULL}}, "REF-028", "partners"},
    {AT_UPDATE, {{"stage", "lost"}}, {{"partners", "p-1"}}, "REF-012", "partners"},
    {AT_UPDATE, {{0}}, {{"contract_value", NULL}}, "REF-009", "contract_value"},
    {AT_UPDATE, {{"status", "invited"}}, {{"title", "B"}}, "REF-022", "title"},
    {AT_UPDATE, {{"status", "declined"}}, {{"title", "B"}}, "REF-012", "title"},
    {AT_UPDATE, {{"stage", "lost"}}, {{"comments", "B"}}, "REF-012", "comments"},
    {AT_UPDATE, {{"status", "rejected"}}, {{"title", "B"}}, NULL, NULL},
    {AT_UPDATE, {{0}}, {{"lost_reason", "Price"}}, "REF-010", "lost_reason"},
    {AT_UPDATE, {{0}}, {{"lost_reason", "Price"}, {"stage", "lost"}}, NULL, NULL},
    {AT_UPDATE, {{0}}, {{"revenue_value", "40000.00 USD"}}, "REF-026", "revenue_value"},
    {AT_UPDATE,
     {{"stage", "won"}, {"registration", "due"}},
     {{"revenue_value", "40000.00 USD"}},
     "REF-026",
     "revenue_value"},
    {AT_UPDATE,
     {{"stage", "won"}, {"registration", "approved"}},
     {{"revenue_value", "40000.00 USD"}},
     "REF-012",
     "revenue_value"},
    {AT_UPDATE,
     {{"stage", "won"}, {"registration", "action_required"}},
     {{"revenue_value", "40000.00 USD"}},
     NULL,
     NULL},
    {AT_UPDATE,
     {{"status", "approved"}, {"created", "2026-02-26T10:00:01.000Z"}},
     {{"stage", "won"}},
     "REF-027",
     "stage"},
    {AT_UPDATE,
     {{"status", "approved"}, {"created", "2026-02-26T10:00:00.000Z"}},
     {{"stage", "won"}},
     NULL,
     NULL},
    {AT_UPDATE,
     {{"status", "draft"}, {"created", "2026-02-28T10:00:00.000Z"}},
     {{"stage", "won"}},
     NULL,
     NULL},
    {AT_UPDATE,
     {{"status", "approved"}, {"created", "2026-02-28T10:00:00.000Z"}},
     {{"stage", "lost"}},
     NULL,
     NULL},
    {AT_REGISTER, {{0}}, {{"revenue_value", NULL}}, "REF-025", "revenue_value"},
    {AT_REGISTER, {{0}}, {{"revenue_value", "24999.99 USD"}}, "REF-025", "revenue_value"},
    {AT_REGISTER, {{0}}, {{"revenue_value", "25000.00 USD"}}, NULL, NULL},
    {AT_REGISTER, {{0}}, {{"revenue_value", "100 JPY"}}, NULL, NULL},
    {AT_REGISTER,
     {{0}},
     {{"revenue_end", NULL}, {"revenue_value", "150000.00 USD"}},
     "REF-025",
     "revenue_value"},
    {AT_REGISTER, {{0}}, {{"revenue_end", NULL}, {"revenue_value", "150000.01 USD"}}, NULL, NULL},
    {AT_REGISTER, {{0}}, {{"revenue_end", NULL}, {"revenue_value", "150001.00 USD"}}, NULL, NULL},
    {AT_REGISTER, {{0}}, {{"revenue_end", NULL}, {"revenue_value", "1000000.00 USD"}}, NULL, NULL},
    {AT_REGISTER, {{0}}, {{"signed", "2026-03-02"}}, "REF-025", "signed"},
    {AT_REGISTER, {{0}}, {{"signed", "2026-03-01"}}, NULL, NULL},
    {AT_REGISTER, {{0}}, {{"signed", "2025-12-30"}, {"created", NULL}}, "REF-025", "signed"},
    {AT_REGISTER, {{0}}, {{"signed", "2025-12-31"}, {"created", NULL}}, NULL, NULL},
    {AT_REGISTER,
     {{0}},
     {{"signed", "2026-02-01"}, {"created", "2026-02-02T00:00:00.000Z"}},
     "REF-025",
     "signed"},
    {AT_REGISTER, {{0}}, {{"revenue_start", "2025-11-30"}}, "REF-025", "revenue_start"},
    {AT_REGISTER, {{0}}, {{"revenue_start", "2025-12-01"}}, NULL, NULL},
    {AT_REGISTER, {{0}}, {{"revenue_end", "2026-02-28"}}, "REF-025", "revenue_end"},
    {AT_REGISTER, {{0}}, {{"revenue_end", "2026-03-01"}}, NULL, NULL},
    {AT_REGISTER, {{0}}, {{"deployment", "Moon"}}, "REF-025", "deployment"},
};

static void test_rules(void **state)
{
    (void)state;
    rulebook_cases(&azure_referrals, NOW, sound, COUNT(sound), rules, COUNT(rules));
}

/* What a submission is due for, where its gate's words alone do not tell. */
static void test_due(void **state)
{
    static const struct {
        struct cell at_cloud[4];
        const char *wanted;
        bool due;
    } cases[] = {
#define LED {"status", "submitted"}, {"cloud_involvement", "visibility_only"}
        {{LED}, "co_sell", true},
        {{LED}, "visibility_only", false},
        {{LED}, NULL, false},
        {{LED, {"stage", "won"}}, "co_sell", false},
        {{LED, {"closed", "2026-01-01T00:00:00.000Z"}}, "co_sell", false},
        {{{"status", "accepted"}, {"cloud_involvement", "visibility_only"}}, "co_sell", false},
        {{{"status", "in_review"}, {"cloud_involvement", "co_sell"}}, "co_sell", false},
        {{{"status", "rejected"}, {"cloud_involvement", "co_sell"}}, "co_sell", false},
        {{{"status", "draft"}}, "co_sell", true},
        {{{"status", "draft"}}, "visibility_only", true},
        {{{"status", "draft"}}, NULL, true},
        {{{"status", "draft"}, {"cloud_involvement", "visibility_only"}, {"partners", "p"}},
         NULL,
         false},
        {{{"status", "draft"}, {"cloud_involvement", "visibility_only"}, {"partners", "p"}},
         "co_sell",
         true},
        {{{"status", "draft"}, {"partners", "p"}}, NULL, true},
        /* Shared, and seen: with other partners only, or interrupted. */
        {{{"status", "draft"}, {"cloud_involvement", "visibility_only"}}, "visibility_only", false},
        {{{"status", "draft"}, {"cloud_involvement", "visibility_only"}}, "co_sell", true},
        {{{"status", "draft"}, {"cloud_involvement", "visibility_only"}}, NULL, true},
    };
    const struct kind *kind = &kinds[KIND_REFERRAL];
    const struct gate_type *gate = gate_of(ACTION_SUBMIT);
    (void)state;
    struct bench bench;
    bench_open(&bench);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct record *remote = record_new(bench.arena, kind, "r");
        struct record *local = record_new(bench.arena, kind, "l");
        cells_set(remote, cases[i].at_cloud, COUNT(cases[i].at_cloud));
        record_set(local, "involvement", cases[i].wanted);
        if (document_due(&azure_referrals, ACTION_SUBMIT, remote, local, gate_due(gate, remote)) !=
            cases[i].due)
            fail_msg("due case %zu", i);
        /* Another cloud has no such cases, and with nobody's wish only the words count. */
        assert_int_equal(document_due(&aws_referrals, ACTION_SUBMIT, remote, local, false), false);
        assert_int_equal(document_due(&azure_referrals, ACTION_SUBMIT, remote, NULL, false), false);
        assert_true(document_due(&azure_referrals, ACTION_CLOSE, remote, local, true));
    }
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),    cmocka_unit_test(test_forms),
        cmocka_unit_test(test_kinds),     cmocka_unit_test(test_registration_due),
        cmocka_unit_test(test_puts),      cmocka_unit_test(test_no_value),
        cmocka_unit_test(test_any_shape), cmocka_unit_test(test_patch),
        cmocka_unit_test(test_rules),     cmocka_unit_test(test_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
