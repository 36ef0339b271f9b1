/* Opportunities as records and back: the sample's whole document, odd and older forms, the tag in
 * the texts, the rules and what a person should look at. */
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
#include "connectors/document.h"
#include "connectors/gcp/referral_words.h"
#include "connectors/gcp/referrals.h"
#include "connectors/remark.h"
#include "model/gate.h"
#include "model/value.h"
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
    return gcp_referral_record(bench->arena, parse(bench, text), heard_note, &bench->heard);
}

/* ------------------------------------------------------------------ tables */

static void test_tables(void **state)
{
    (void)state;
    rulebook_check_tables(&gcp_referrals);
}

/* ------------------------------------------------------------------ reading */

#define INFO   "\"opportunityInfo\":{\"partnerEntity\":\"partners/P1\","
#define QUAL   "\"qualificationInfo\":{"
#define DETAIL "\"customerInfo\":{\"customerDetails\":{"
#define ISV_IN "\"opportunityType\":\"ISV_SOLUTION_CONNECT\",\"isvSolutionConnectInfo\":{"

/* Each is one form of one field: what it reads as, and how many findings it makes. */
static const struct form {
    const char *members, *field, *value;
    size_t findings;
} forms[] = {
    {"\"name\":\"opportunities/o\"", "status", NULL, 0},
    {"\"state\":\"DRAFT\"", "status", "draft", 0},
    {"\"state\":\"SUBMITTED\"", "status", "submitted", 0},
    {"\"state\":\"ACCEPTED\"", "status", "approved", 0},
    {"\"state\":\"NOT_ACCEPTED\"", "status", "rejected", 0},
    {"\"state\":\"REJECTED\"", "status", "rejected", 0},
    {"\"state\":\"STATE_UNSPECIFIED\"", "status", NULL, 0},
    {"\"state\":\"ON_HOLD\"", "status", NULL, 1},
    {"\"state\":3", "status", "approved", 0},
    {"\"state\":0", "status", NULL, 0},
    {"\"state\":77", "status", NULL, 1},
    {"\"stateDescription\":\"kein Budget\"", "status_comments", "kein Budget", 0},
    {"\"stage\":\"QUALIFY\"", "stage", "prospect", 0},
    {"\"stage\":\"REFINE\"", "stage", "qualified", 0},
    {"\"stage\":\"TECH_EVAL_SOL_DEV\"", "stage", "technical_validation", 0},
    {"\"stage\":\"PROPOSAL_NEGOTIATION\"", "stage", "business_validation", 0},
    {"\"stage\":\"MIGRATION_IMPL\"", "stage", "won", 0},
    {"\"stage\":\"CLOSED_LOST\"", "stage", "lost", 0},
    {"\"state\":\"ACCEPTED\",\"stage\":\"CLOSED_ADMIN\"", "stage", NULL, 0},
    {"\"state\":\"ACCEPTED\",\"stage\":\"CLOSED_ADMIN\"", "status", "closed", 0},
    {"\"state\":\"ACCEPTED\",\"stage\":\"CLOSED_ADMIN\"", "cloud_stage", "CLOSED_ADMIN", 0},
    {"\"stage\":\"NEW_STAGE\"", "stage", NULL, 1},
    {"\"stage\":\"NEW_STAGE\"", "cloud_stage", "NEW_STAGE", 1},
    {"\"salesCycle\":{\"partnerReadyToClose\":\"MIGRATION_IMPL\"}", "close_requested", "won", 0},
    {"\"salesCycle\":{\"partnerReadyToClose\":2}", "close_requested", "lost", 0},
    {"\"salesCycle\":{\"partnerReadyToClose\":\"PARTNER_CLOSE_STAGE_UNSPECIFIED\"}",
     "close_requested", NULL, 0},
    {"\"salesCycle\":{\"partnerReadyToClose\":\"PAUSED\"}", "close_requested", NULL, 1},
    {"\"salesCycle\":{\"closeDatePushCount\":3}", "cloud_postponed", "3", 0},
    {"\"opportunityType\":\"TWO_TIER\"", "deal_type", "TWO_TIER", 0},
    {"\"opportunityType\":3", "deal_type", "ISV_SOLUTION_CONNECT", 0},
    {"\"state\":\"DRAFT\"", "deal_type", "REGULAR", 0},
    {"\"source\":\"GOOGLE_BDR\"", "origin", "GOOGLE_BDR", 0},
    {"\"source\":4", "origin", "PARTNER", 0},
    {"\"source\":\"SOURCE_UNKNOWN\"", "origin", NULL, 0},
    {INFO "\"displayName\":\"Deal\"}", "title", "Deal", 0},
    {INFO "\"productFamily\":[\"PSO\",1]}", "cloud_products", "GOOGLE_CLOUD_PLATFORM\x1fPSO", 0},
    {INFO "\"productCategory\":[\"GCP_NEW\"]}", "services", "GCP_NEW", 0},
    {INFO "\"indirectPartnerEntity\":\"partners/P2\"}", "partners", "partners/P2", 0},
    {INFO "\"confidential\":true}", "confidential", "yes", 0},
    {INFO "\"displayName\":\"Deal\"}", "confidential", "no", 0}, /* what is false is left out */
    {"\"state\":\"DRAFT\"", "confidential", NULL, 0},
    {QUAL "\"legalLanguageAccepted\":true}", "legal_accepted", "yes", 0},
    {QUAL "\"campaignCode\":\"c\"}", "legal_accepted", "no", 0},
    {QUAL "\"operationType\":\"ADD_ON\"}", "opportunity_type", "add_on", 0},
    {QUAL "\"operationType\":4}", "opportunity_type", "expansion", 0},
    {QUAL "\"operationType\":\"UPLIFT\"}", "opportunity_type", NULL, 1},
    {QUAL "\"contractLengthMonths\":12}", "contract_months", "12", 0},
    {QUAL "\"dealSize\":{\"currencyCode\":\"USD\",\"units\":\"48000\",\"nanos\":500000000}}",
     "contract_value", "48000.50 USD", 0},
    {QUAL "\"dealSize\":{\"currencyCode\":\"USD\"}}", "contract_value", "0.00 USD", 0},
    {QUAL "\"dealSize\":{\"currencyCode\":\"JPY\",\"units\":7}}", "contract_value", "7 JPY", 0},
    {QUAL "\"dealSize\":{\"units\":\"1\"}}", "contract_value", NULL, 0},
    {QUAL "\"estimatedCloseDate\":{\"year\":2026,\"month\":6,\"day\":30}}", "close_date",
     "2026-06-30", 0},
    {QUAL "\"estimatedCloseDate\":{\"year\":2026}}", "close_date", NULL, 0},
    {"\"state\":\"ACCEPTED\",\"salesCycle\":{\"closeDate\":{\"year\":2026,\"month\":7,\"day\":1}}"
     "," QUAL "\"estimatedCloseDate\":{\"year\":2026,\"month\":6,\"day\":30}}",
     "close_date", "2026-07-01", 0},
    {"\"state\":3,\"salesCycle\":{\"closeDate\":{\"year\":2026,\"month\":7,\"day\":1}}",
     "close_date", "2026-07-01", 0},
    {"\"state\":\"DRAFT\",\"salesCycle\":{\"closeDate\":{\"year\":2026,\"month\":7,\"day\":1}}"
     "," QUAL "\"estimatedCloseDate\":{\"year\":2026,\"month\":6,\"day\":30}}",
     "close_date", "2026-06-30", 0},
    {QUAL "\"dealNumber\":\"DR-1\"}", "cloud_reference", "DR-1", 0},
    {DETAIL "\"domain\":\"acme.example\"}}", "website", "acme.example", 0},
    {DETAIL "\"employeeCount\":250}}", "employees", "250", 0},
    {DETAIL "\"industry\":22}}", "industry", "SOFTWARE", 0},
    {DETAIL "\"industry\":\"SPACE\"}}", "industry", "SPACE", 0}, /* an open set, kept */
    {DETAIL "\"address\":{\"regionCode\":\"US\",\"addressLines\":[\"1 Way\",\"Floor 2\"]}}}",
     "street", "1 Way, Floor 2", 0},
    {"\"customerInfo\":{\"region\":\"DACH\"}", "sales_region", "DACH", 0},
    {"\"customerInfo\":{\"contact\":{\"email\":\"Bo@Acme.example\"}}", "contact_email",
     "bo@acme.example", 0},
    {"\"customerInfo\":{\"contact\":{\"phone\":{\"e164Number\":\"+12065550100\"}}}",
     "contact_phone", "+12065550100", 0},
    {"\"customerInfo\":{\"contact\":{\"phone\":{\"shortCode\":{\"number\":\"1\"}}}}",
     "contact_phone", NULL, 0},
    {ISV_IN "\"supportLevel\":\"TECH\"}", "needs", "TECH", 0},
    {ISV_IN "\"deliveryModel\":4}", "delivery_models", "SAAS_ON_GOOGLE_CLOUD", 0},
    {ISV_IN "\"nextStep\":\"call\"}", "next_steps", "call", 0},
    {ISV_IN "\"notes\":\"n [crm:A-1]\"}", "comments", "n", 0},
    {ISV_IN "\"notes\":\"n [crm:A-1]\"}", "partner_reference", "A-1", 0},
    {ISV_IN "\"notes\":\"[crm:A-1]\"}", "comments", NULL, 0},
    {ISV_IN "\"notes\":\"n [crm:A-1] and on\"}", "comments", "n and on", 0},
    {ISV_IN "\"notes\":\"n\"}", "partner_reference", NULL, 0},
    {INFO "\"description\":\"d [crm:A-2]\"}", "problem", "d", 0},
    {INFO "\"description\":\"d [crm:A-2]\"}", "partner_reference", "A-2", 0},
    {"\"partnerInfo\":{\"partnerViewType\":\"LIMITED\"}", "access", "limited", 0},
    {"\"partnerInfo\":{\"partnerViewType\":1}", "access", "full", 0},
    {"\"partnerInfo\":{\"approveTime\":\"2026-02-13T10:00:00Z\"}", "accepted",
     "2026-02-13T10:00:00.000Z", 0},
    {"\"partnerInfo\":{\"approvedDate\":{\"year\":2026,\"month\":2,\"day\":13}}", "accepted",
     "2026-02-13T00:00:00.000Z", 0},
    {"\"partnerInfo\":{\"submittedDate\":{\"year\":2026,\"month\":2,\"day\":1}}", "submitted",
     "2026-02-01T00:00:00.000Z", 0},
    {"\"creationDate\":{\"year\":2026,\"month\":1,\"day\":2}", "created",
     "2026-01-02T00:00:00.000Z", 0},
    {"\"createTime\":\"2026-01-02T03:04:05.123456789Z\"", "created", "2026-01-02T03:04:05.123Z", 0},
    {"\"partnerInfo\":{\"rebateExpirationDate\":{\"year\":2026,\"month\":9,\"day\":1},"
     "\"incentiveType\":2}",
     "incentive_ends", "2026-09-01", 0},
    {"\"partnerInfo\":{\"incentiveType\":2}", "incentive", "DEAL_REFERRAL", 0},
    {"\"customerDisplayName\":\"ACME Inc.\"", "cloud_company", "ACME Inc.", 0},
    {"\"ownerEmail\":\"s@google.example\",\"owner\":\"S\",\"opportunityTeamMembers\":[{\"email\":"
     "\"a@google.example\",\"accessLevel\":2},{\"name\":\"B\",\"accessLevel\":\"VIEW_ONLY\"}]",
     "cloud_team", "MODIFY a@google.example\x1fVIEW_ONLY B\x1fowner s@google.example", 0},
    {"\"winLossInfo\":{\"lostMainReason\":\"\",\"lostReason\":\"PRICE\"}", "cloud_lost_reason",
     "PRICE", 0},
    {"\"winLossInfo\":{\"winMainReason\":\"FIT\",\"wonReason\":\"x\"}", "cloud_won_reason", "FIT",
     0},
    {"\"submitterEmail\":\"ann@own.example\"", "owner_email", NULL, 0},
    {"\"state\":null,\"stage\":null,\"opportunityInfo\":null", "stage", NULL, 0},
    /* Members of another type than expected. */
    {"\"opportunityInfo\":[],\"qualificationInfo\":\"x\",\"customerInfo\":7", "title", NULL, 0},
    {"\"opportunityTeamMembers\":[[1],\"x\",{\"name\":7}]", "cloud_team", "7", 0},
    {"\"opportunityInfo\":{\"productFamily\":[{},[1],null,\"MAPS\"],\"description\":[1]}",
     "cloud_products", "MAPS", 0},
    {"\"opportunityTeamMembers\":{},\"state\":{},\"stage\":[]", "status", NULL, 0},
};

static void test_forms(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    for (size_t i = 0; i < COUNT(forms); i++) {
        bool named = text_starts(forms[i].members, "\"name\"");
        const struct record *record = decode(
            &bench, arena_printf(bench.arena, "{%s%s}",
                                 named ? "" : "\"name\":\"opportunities/o\",", forms[i].members));
        const char *value = record_get(record, forms[i].field);
        if (!text_equal(value, forms[i].value))
            fail_msg("%s: %s is %s", forms[i].members, forms[i].field, value ? value : "(null)");
        assert_int_equal(bench.heard.count, forms[i].findings);
        for (size_t k = 0; k < bench.heard.count; k++)
            assert_string_equal(bench.heard.codes[k], "CLD-001");
        assert_string_equal(record_get(record, "interface"), "current");
        assert_non_null(strstr(record->raw, "\"agent\":{"));
    }
    bench_close(&bench);
}

/* Unknown members stay, and numbers stay numbers, in what is kept of the document. */
static void test_raw(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    const struct record *record =
        decode(&bench, "{\"name\":\"opportunities/o\",\"state\":3,\"x\":{\"y\":[1.50]},"
                       "\"updateTime\":\"2026-01-01T00:00:00.100Z\"}");
    assert_true(text_starts(record->raw, "{\"name\":\"opportunities/o\",\"state\":3,\"x\":{\"y\":"
                                         "[1.50]},\"updateTime\":\"2026-01-01T00:00:00.100Z\","));
    assert_string_equal(record->id, "opportunities/o");
    assert_string_equal(record->version, "2026-01-01T00:00:00.1Z");
    bench_close(&bench);
}

static void test_versions(void **state)
{
    static const char *const cases[][2] = {
        {"2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"},
        {"2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00Z"},
        {"2026-01-01T00:00:00.120Z", "2026-01-01T00:00:00.12Z"},
        {"2026-01-01T00:00:00.123456789Z", "2026-01-01T00:00:00.123456789Z"},
        {"2026-01-01T00:00:00.100000+02:00", "2026-01-01T00:00:00.1+02:00"},
    };
    (void)state;
    struct bench bench;
    bench_open(&bench);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json *document = json_object(bench.arena);
        json_set_text(bench.arena, document, "updateTime", cases[i][0]);
        assert_string_equal(gcp_referral_version(bench.arena, document), cases[i][1]);
    }
    /* Nothing to go by: the document itself. */
    const char *one = gcp_referral_version(bench.arena, parse(&bench, "{\"a\":1}"));
    assert_int_equal(strlen(one), 64);
    assert_string_equal(one, gcp_referral_version(bench.arena, parse(&bench, "{\"a\":1}")));
    assert_string_not_equal(one, gcp_referral_version(bench.arena, parse(&bench, "{\"a\":2}")));
    bench_close(&bench);
}

/* Records of the older interface, whose members are called otherwise. */
static void test_older(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    const struct record *record = decode(
        &bench,
        "{\"name\":\"partners/P1/opportunities/7\",\"notes\":\"n [x]\",\"nextSteps\":\"s\","
        "\"dealSize\":1234.5,\"dealCurrencyCode\":\"USD\",\"closeDate\":{\"year\":2026,\"month\":"
        "6,\"day\":30},\"salesStage\":\"WHATEVER\",\"winProbability\":\"50\",\"termMonths\":\"12\","
        "\"externalSystemId\":\"A-1\",\"isConfidential\":true,\"owner\":{\"email\":"
        "\"s@google.example\"},\"productFamily\":\"MAPS\",\"createDate\":{\"year\":2025,\"month\":"
        "1,\"day\":2}}");
    static const char *const values[][2] = {
        {"comments", "n [x]"},
        {"next_steps", "s"},
        {"contract_value", "1234.50 USD"},
        {"close_date", "2026-06-30"},
        {"cloud_stage", "WHATEVER"},
        {"stage", NULL},
        {"status", NULL},
        {"contract_months", "12"},
        {"partner_reference", "A-1"},
        {"confidential", "yes"},
        {"cloud_team", "owner s@google.example"},
        {"cloud_products", "MAPS"},
        {"created", "2025-01-02T00:00:00.000Z"},
        {"interface", "older"},
        {"access", "full"},
        {"deal_type", NULL},
    };
    for (size_t i = 0; i < COUNT(values); i++) {
        const char *value = record_get(record, values[i][0]);
        if (!text_equal(value, values[i][1]))
            fail_msg("%s is %s", values[i][0], value ? value : "(null)");
    }
    assert_int_equal(bench.heard.count, 0);
    record = decode(&bench, "{\"name\":\"partners/P1/leads/3\",\"externalSystemId\":\"A-2\","
                            "\"leadStatus\":\"OPEN\",\"opportunitySummary\":\"sum\","
                            "\"supportLevel\":\"ANY\",\"submitterEmail\":\"ann@own.example\"}");
    assert_string_equal(record_get(record, "access"), "limited");
    assert_string_equal(record_get(record, "problem"), "sum");
    assert_string_equal(record_get(record, "needs"), "ANY");
    assert_string_equal(record_get(record, "cloud_stage"), "OPEN");
    assert_string_equal(record_get(record, "partner_reference"), "A-2");
    bench_close(&bench);
}

/* ------------------------------------------------------------------ the tag */

static void test_tags(void **state)
{
    static const struct {
        const char *text, *bare, *reference;
    } cases[] = {
        {NULL, NULL, NULL},
        {"", NULL, NULL},
        {"a text", "a text", NULL},
        {"a text [crm:006]", "a text", "006"},
        {"[crm:006]", NULL, "006"},
        {"  a text\n[crm:006]  ", "a text", "006"},
        {"a [crm:006] b", "a b", "006"},
        {"a [crm:006]\nb", "a\nb", "006"},
        {"a[crm:006]b", "a b", "006"},
        {"a [crm:1] b [crm:2]", "a b", "2"},
        {"a [crm:x[1]]", "a", "x[1]"},
        {"a [crm:6", "a [crm:6", NULL},
        {"a [crm:6\n]", "a [crm:6\n]", NULL},
        {"a [crm:]", "a", NULL},
        {"a [note]", "a [note]", NULL},
        {"a [crm:x [crm:6]", "a [crm:x", "6"},
    };
    (void)state;
    struct bench bench;
    bench_open(&bench);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *bare = "?", *reference = "?";
        remark_untag(bench.arena, cases[i].text, &bare, &reference);
        if (!text_equal(bare, cases[i].bare) || !text_equal(reference, cases[i].reference))
            fail_msg("%s: %s, %s", cases[i].text, bare, reference);
    }
    assert_null(remark_tag(bench.arena, NULL, NULL, 10));
    assert_string_equal(remark_tag(bench.arena, " a ", NULL, 10), "a");
    assert_string_equal(remark_tag(bench.arena, NULL, "006", 3), "[crm:006]"); /* never without */
    assert_string_equal(remark_tag(bench.arena, "abcdef", "006", 13), "abc [crm:006]");
    bench_close(&bench);
}

/* ------------------------------------------------------------------ writing */

static void test_puts(void **state)
{
    static const struct {
        const char *before, *field, *value, *after;
    } cases[] = {
        {"{}", "website", "https://www.Acme.example/",
         "{\"customerInfo\":{\"customerDetails\":{"
         "\"domain\":\"acme.example\"}}}"},
        {"{}", "employees", "250",
         "{\"customerInfo\":{\"customerDetails\":{\"employeeCount\":250}}}"},
        {"{}", "street", "1 Way",
         "{\"customerInfo\":{\"customerDetails\":{\"address\":{\"addressLines\":[\"1 Way\"]}}}}"},
        {"{}", "needs", "TECH", "{\"isvSolutionConnectInfo\":{\"supportLevel\":\"TECH\"}}"},
        {"{}", "legal_accepted", "yes", "{\"qualificationInfo\":{\"legalLanguageAccepted\":true}}"},
        {"{}", "cloud_products", "MAPS\x1fPSO",
         "{\"opportunityInfo\":{\"productFamily\":[\"MAPS\",\"PSO\"]}}"},
        {"{}", "opportunity_type", "add_on",
         "{\"qualificationInfo\":{\"operationType\":\"ADD_ON\"}}"},
        {"{}", "problem", "p", "{\"opportunityInfo\":{\"description\":\"p\"}}"},
        {"{\"opportunityInfo\":{\"description\":\"o [crm:1]\"}}", "problem", "p",
         "{\"opportunityInfo\":{\"description\":\"p [crm:1]\"}}"},
        {"{\"opportunityType\":\"REGULAR\"}", "partner_reference", "1",
         "{\"opportunityType\":\"REGULAR\",\"opportunityInfo\":{\"description\":\"[crm:1]\"}}"},
        {"{\"opportunityType\":3}", "partner_reference", "1",
         "{\"opportunityType\":3,\"isvSolutionConnectInfo\":{\"notes\":\"[crm:1]\"}}"},
        /* Where the tag is, there it stays. */
        {"{\"opportunityType\":3,\"opportunityInfo\":{\"description\":\"d [crm:1]\"}}",
         "partner_reference", "2",
         "{\"opportunityType\":3,\"opportunityInfo\":{\"description\":\"d [crm:2]\"}}"},
        {"{}", "stage", "technical_validation", "{\"stage\":\"TECH_EVAL_SOL_DEV\"}"},
        {"{}", "stage", "lost", "{\"salesCycle\":{\"partnerReadyToClose\":\"CLOSED_LOST\"}}"},
        {"{}", "stage", "committed", NULL},
        {"{}", "contract_value", "0.0000000001 USD", NULL},
        {"{\"name\":\"partners/P/opportunities/1\"}", "contract_months", "12",
         "{\"name\":\"partners/P/opportunities/1\",\"termMonths\":\"12\"}"},
        {"{\"name\":\"partners/P/opportunities/1\"}", "title", "t", NULL},
    };
    (void)state;
    struct bench bench;
    bench_open(&bench);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json *document = parse(&bench, cases[i].before);
        struct error error = {0};
        int result = document_put(bench.arena, &gcp_referrals, document, cases[i].field,
                                  cases[i].value, &error);
        assert_int_equal(result < 0, cases[i].after == NULL);
        if (result < 0)
            assert_true(*error.message);
        else
            assert_string_equal(json_print(bench.arena, document), cases[i].after);
    }
    bench_close(&bench);
}

/* ------------------------------------------------------------------ rules */

/* A deal that nothing is wrong with. */
static const struct cell sound[] = {
    {"partner_reference", "006[1]"},
    {"title", "Deal"},
    {"company", "Acme"},
    {"website", "https://acme.example"},
    {"industry", "SOFTWARE"},
    {"employees", "250"},
    {"country", "US"},
    {"sales_region", "NORTH_AMERICA"},
    {"contact_wanted", "yes"},
    {"problem", "Two stores become one."},
    {"delivery_models", "SAAS_ON_GOOGLE_CLOUD"},
    {"needs", "TECH"},
    {"contract_value", "48000.00 USD"},
    {"contract_months", "12"},
    {"cloud_products", "GOOGLE_CLOUD_PLATFORM"},
    {"opportunity_type", "new"},
    {"deal_type", "ISV_SOLUTION_CONNECT"},
    {"contract_vehicle", "CLOUD_MARKETPLACE"},
    {"legal_accepted", "yes"},
    {"close_date", "2026-06-30"},
};

#define NOW INT64_C(1772359200000) /* 2026-03-01T10:00:00Z */
#define RESALE(field, value)                                                                       \
    {                                                                                              \
        {"deal_type", "REGULAR"}, {"services", "GCP_COMPUTE"}, {"budget", "EXACT_BUDGET_GIVEN"},   \
            {"needs", NULL}, {"delivery_models", NULL}, {"contact_wanted", NULL},                  \
            {"cloud_products", NULL}, {"contract_vehicle", NULL},                                  \
        {                                                                                          \
            field, value                                                                           \
        }                                                                                          \
    }

/* Over the sound deal. */
static const struct rulebook_case rules[] = {
    {AT_CREATE, {{0}}, {{0}}, NULL, NULL},
    {AT_SUBMIT, {{0}}, {{0}}, NULL, NULL},
    {AT_CREATE | AT_SUBMIT, {{0}}, {{"deal_type", NULL}}, NULL, NULL}, /* is an ISV's */
    {AT_CREATE, {{0}}, {{"company", NULL}}, "REF-001", "company"},
    {AT_CREATE, {{0}}, {{"employees", NULL}}, "REF-001", "employees"},
    {AT_CREATE, {{0}}, {{"title", NULL}}, NULL, NULL},
    {AT_SUBMIT, {{0}}, {{"title", NULL}}, "REF-002", "title"},
    {AT_SUBMIT, {{0}}, {{"sales_region", NULL}}, "REF-002", "sales_region"},
    {AT_CREATE, {{0}}, {{"legal_accepted", NULL}}, "REF-029", "legal_accepted"},
    {AT_CREATE, {{0}}, {{"legal_accepted", "no"}}, "REF-029", "legal_accepted"},
    {AT_SUBMIT, {{0}}, {{"legal_accepted", NULL}}, "REF-029", "legal_accepted"},
    {AT_SUBMIT, {{0}}, {{"contact_wanted", "no"}}, "REF-002", "contact_wanted"},
    {AT_SUBMIT, {{0}}, {{"cloud_products", NULL}}, "REF-002", "cloud_products"},
    {AT_SUBMIT,
     {{0}},
     {{"contract_vehicle", NULL}, {"deal_type", NULL}},
     "REF-002",
     "contract_vehicle"},
    {AT_CREATE | AT_SUBMIT, {{0}}, RESALE(NULL, NULL), NULL, NULL},
    {AT_SUBMIT, {{0}}, RESALE("budget", NULL), "REF-002", "budget"},
    {AT_SUBMIT, {{0}}, RESALE("services", NULL), "REF-002", "services"},
    {AT_CREATE, {{0}}, {{"deal_type", "TWO_TIER"}, {"comments", "c"}}, "REF-016", "comments"},
    {AT_SUBMIT, {{0}}, {{"public_sector", "yes"}}, "REF-015", "public_tender"},
    {AT_SUBMIT,
     {{0}},
     {{"public_sector", "yes"}, {"public_tender", "no"}},
     "REF-015",
     "public_tender"},
    {AT_SUBMIT, {{0}}, {{"public_sector", "yes"}, {"public_tender", "yes"}}, NULL, NULL},
    {AT_CREATE, {{0}}, {{"website", "https://acme.example/shop"}}, "REF-009", "website"},
    {AT_CREATE, {{0}}, {{"website", "acme"}}, "REF-009", "website"},
    {AT_CREATE, {{0}}, {{"employees", "0"}}, "REF-009", "employees"},
    {AT_CREATE, {{0}}, {{"contract_value", "1.0000000001 USD"}}, "REF-009", "contract_value"},
    {AT_CREATE, {{0}}, {{"contract_value", "0.00 USD"}}, "REF-009", "contract_value"},
    {AT_CREATE, {{0}}, {{"partners", "partners/P2"}}, "REF-016", "partners"},
    {AT_UPDATE, {{"status", "approved"}}, {{"website", "b.example"}}, NULL, NULL},
    {AT_UPDATE, {{"status", "draft"}}, {{"company", NULL}}, "REF-001", "company"},
    {AT_UPDATE, {{"status", "draft"}}, {{"title", NULL}}, NULL, NULL},
    {AT_UPDATE, {{"status", "approved"}}, {{"title", NULL}}, "REF-002", "title"},
    {AT_CREATE, {{0}}, {{"contract_value", "-1.00 USD"}}, "REF-009", "contract_value"},
    {AT_CREATE, {{0}}, {{"partner_reference", "a]b"}}, "REF-009", "partner_reference"},
    {AT_CREATE, {{0}}, {{"industry", "SOFTWARES"}}, "REF-008", "industry"},
    {AT_CREATE, {{0}}, {{"services", "gcp"}}, "REF-009", "services"},
    {AT_UPDATE, {{"deal_type", "TWO_TIER"}}, {{"partners", "P2"}}, "REF-009", "partners"},
    {AT_CREATE, {{0}}, {{"needs", "TECH\x1fTRANSACTION"}}, "REF-023", "needs"},
    {AT_CREATE, {{0}}, {{"close_date", "2026-02-28"}}, "REF-005", "close_date"},
    {AT_CREATE, {{0}}, {{"stage", "won"}}, "REF-016", "stage"},
    {AT_CREATE, {{0}}, {{"stage", "qualified"}}, NULL, NULL},
    {AT_CREATE, {{0}}, {{"stage", "committed"}}, "REF-008", "stage"},

    {AT_UPDATE, {{"status", "draft"}}, {{"title", "B"}}, NULL, NULL},
    {AT_UPDATE, {{"status", "draft"}}, {{"stage", "qualified"}}, "REF-031", "stage"},
    {AT_UPDATE, {{"status", "rejected"}}, {{"title", "B"}}, NULL, NULL},
    {AT_UPDATE, {{"status", "submitted"}}, {{"title", "B"}}, "REF-004", "title"},
    {AT_UPDATE, {{"status", "approved"}}, {{"comments", "B"}}, NULL, NULL},
    {AT_UPDATE, {{"status", "approved"}}, {{"deal_type", "REGULAR"}}, "REF-003", "deal_type"},
    {AT_UPDATE, {{"status", "approved"}}, {{"legal_accepted", "no"}}, "REF-003", "legal_accepted"},
    {AT_UPDATE, {{"status", "closed"}}, {{"title", "B"}}, "REF-012", "title"},
    {AT_UPDATE, {{"stage", "won"}}, {{"comments", "B"}}, "REF-012", "comments"},
    {AT_UPDATE, {{"access", "limited"}}, {{"title", "B"}}, "REF-032", "title"},
    {AT_UPDATE, {{"interface", "older"}}, {{"title", "B"}}, "REF-036", "title"},
    {AT_UPDATE, {{"interface", "older"}}, {{"comments", "B"}}, NULL, NULL},
    {AT_UPDATE, {{"deal_type", "REGULAR"}}, {{"comments", "B"}}, "REF-016", "comments"},
    /* Never backwards by itself. */
    {AT_UPDATE,
     {{"status", "approved"}, {"stage", "qualified"}, {"cloud_stage", "REFINE"}},
     {{"stage", "prospect"}},
     "REF-033",
     "stage"},
    {AT_UPDATE,
     {{"status", "approved"},
      {"stage", "business_validation"},
      {"cloud_stage", "PROPOSAL_NEGOTIATION"}},
     {{"stage", "technical_validation"}},
     "REF-033",
     "stage"},
    {AT_UPDATE,
     {{"status", "approved"}, {"stage", "qualified"}, {"cloud_stage", "REFINE"}},
     {{"stage", "technical_validation"}},
     NULL,
     NULL},
    {AT_UPDATE,
     {{"status", "approved"}, {"stage", "qualified"}, {"cloud_stage", "REFINE"}},
     {{"stage", "won"}},
     NULL,
     NULL},
    /* Asked once. */
    {AT_UPDATE,
     {{"status", "approved"}, {"stage", "qualified"}, {"close_requested", "won"}},
     {{"stage", "won"}},
     "REF-030",
     "stage"},
    {AT_UPDATE,
     {{"status", "approved"}, {"stage", "qualified"}, {"close_requested", "won"}},
     {{"stage", "lost"}},
     NULL,
     NULL},
};

static void test_rules(void **state)
{
    (void)state;
    rulebook_cases(&gcp_referrals, NOW, sound, COUNT(sound), rules, COUNT(rules));
}

/* The finding says what is accepted, and how to say it. */
static void test_legal_detail(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct record *after = record_new(bench.arena, &kinds[KIND_REFERRAL], "CRM-1");
    cells_set(after, sound, COUNT(sound));
    record_set(after, "legal_accepted", NULL);
    document_check(&gcp_referrals, AT_SUBMIT, NULL, after, NOW, heard_note, &bench.heard);
    assert_non_null(strstr(bench.heard.details[0], "qualificationInfo.legalLanguageAccepted"));
    assert_non_null(strstr(bench.heard.details[0], "legal terms"));
    assert_non_null(strstr(bench.heard.details[0], "set legal_accepted to yes"));
    bench_close(&bench);
}

/* A field of the sound deal is missing where one is named without a value. */
static void test_due(void **state)
{
    static const struct {
        const char *field, *value;
        bool due;
    } cases[] = {
        {"status", "draft", true},     {"status", "submitted", false}, {"status", "rejected", true},
        {"status", "approved", false}, {"status", "closed", false},    {"status", NULL, false},
    };
    (void)state;
    struct bench bench;
    bench_open(&bench);
    const struct gate_type *type = &gate_types[GATE_SUBMIT];
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct record *remote = record_new(bench.arena, &kinds[KIND_REFERRAL], "opportunities/o");
        record_set(remote, cases[i].field, cases[i].value);
        assert_int_equal(
            document_due(&gcp_referrals, ACTION_SUBMIT, remote, NULL, gate_due(type, remote)),
            cases[i].due);
        record_set(remote, "access", "limited");
        assert_false(document_due(&gcp_referrals, ACTION_SUBMIT, remote, NULL, true));
    }
    bench_close(&bench);
}

/* ------------------------------------------------------------------ doubts */

static void test_doubts(void **state)
{
    static const struct {
        struct cell peer[5];
        bool doubt;
    } cases[] = {
        {{{"website", "acme.example"}, {"title", "Other"}, {"origin", "GOOGLE_BDR"}}, true},
        {{{"website", "acme.example"}, {"title", "Other"}, {"origin", "PARTNER"}}, false},
        {{{"website", "ACME.example"}, {"title", "The Deal of Acme"}, {"origin", "PARTNER"}}, true},
        {{{"website", "bcme.example"}, {"title", "The Deal of Acme"}, {"origin", "GOOGLE"}}, false},
        {{{"website", "acme.example"}, {"origin", "GOOGLE"}, {"stage", "lost"}}, false},
        {{{"website", "acme.example"}, {"origin", "GOOGLE"}, {"status", "closed"}}, false},
        {{{"title", "The Deal of Acme"}, {"origin", "GOOGLE"}}, false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_open(&bench);
        struct record *record = record_new(bench.arena, &kinds[KIND_REFERRAL], "CRM-1");
        struct record *peer = record_new(bench.arena, &kinds[KIND_REFERRAL], "opportunities/o");
        record_set(record, "website", "https://www.acme.example/");
        record_set(record, "title", "The deal of ACME");
        cells_set(peer, cases[i].peer, COUNT(cases[i].peer));
        const struct record *const peers[] = {peer};
        const struct newcomer newcomer = {.record = record, .peers = peers, .peer_count = 1};
        gcp_referral_doubts(&newcomer, heard_note, &bench.heard);
        assert_int_equal(bench.heard.count, cases[i].doubt);
        if (cases[i].doubt)
            assert_string_equal(bench.heard.codes[0], "REF-034");
        bench_close(&bench);
    }
}

/* ------------------------------------------------------------------ what it rests on */

static void test_websites(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"acme.example", "https://www.Acme.example/", true},
        {"acme.example", "http://acme.example", true},
        {"acme.example", "https://acme.example/shop", false},
        {"https://a.example/X", "a.example/x", false},
        {"acme.example", NULL, false},
        {NULL, NULL, true},
        {"acme.example", "bcme.example", false},
    };
    const struct kind *kind = &kinds[KIND_REFERRAL];
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(
            value_same(&kind->fields[kind_field(kind, "website")], cases[i].a, cases[i].b),
            cases[i].same);
    assert_false(value_same(&kind->fields[kind_field(kind, "title")], "a", "www.a"));
}

static void test_enums(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    static const char *const words[] = {"A", "B", NULL};
    const char *texts[][2] = {
        {"1", "A"},     {"2", "B"},     {"0", NULL},    {"3", "3"},
        {"-1", "-1"},   {"\"B\"", "B"}, {"\"C\"", "C"}, {"\"X_UNSPECIFIED\"", NULL},
        {"\"\"", NULL}, {"[]", NULL}};
    for (size_t i = 0; i < COUNT(texts); i++) {
        const struct json *list = parse(&bench, arena_printf(bench.arena, "[%s]", texts[i][0]));
        const char *word = gcp_enum_word(words, json_at(list, 0));
        if (!text_equal(word, texts[i][1]))
            fail_msg("%s: %s", texts[i][0], word ? word : "(null)");
    }
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),       cmocka_unit_test(test_forms),
        cmocka_unit_test(test_raw),          cmocka_unit_test(test_versions),
        cmocka_unit_test(test_older),        cmocka_unit_test(test_tags),
        cmocka_unit_test(test_puts),         cmocka_unit_test(test_rules),
        cmocka_unit_test(test_legal_detail), cmocka_unit_test(test_due),
        cmocka_unit_test(test_doubts),       cmocka_unit_test(test_websites),
        cmocka_unit_test(test_enums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
