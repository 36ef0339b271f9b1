/* The CRM Partners API: leads and opportunities by their ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/gcp_cosell.h"

#define INVALID "INVALID_ARGUMENT"
#define KNOWN   "/opportunities/" GCP_CRM_KNOWN

static int call(struct gcp_cosell *bench, const char *method, const char *below, const char *body)
{
    return gcp_cosell_send(bench, bench->crm, method,
                           arena_printf(bench->drive.arena, GCP_COSELL_CRM "%s", below), body);
}

static void assert_refused(struct gcp_cosell *bench, int got, int wanted, const char *status)
{
    if (got != wanted || strcmp(gcp_cosell_error(bench), status) != 0)
        fail_msg("wanted %d %s, got %d %s", wanted, status, got, bench->drive.response.body);
}

static struct json *sample(struct gcp_cosell *bench)
{
    return drive_json(
        &bench->drive,
        "{'engagementModel':'CO_SELL','dealTransactionType':'NEW','customer':{'displayName':"
        "'Example Corp','domain':'example.com'},'partnerAnnualContractValue':1234.50,"
        "'leadCurrencyCode':'USD','estimatedCloseDate':{'year':2026,'month':9,'day':30},"
        "'dealTerm':'TWELVE_MONTHS','opportunitySummary':'Two stores become one.',"
        "'supportLevel':'TECH','productInterests':['GOOGLE_CLOUD_PLATFORM'],"
        "'submitterEmail':'seller@sandbox.example','externalSystemId':'006A','title':'Lake'}");
}

static int post(struct gcp_cosell *bench, const struct json *lead)
{
    return call(bench, "POST", "/leads", json_print(bench->drive.arena, lead));
}

/* ---- Leads. */
static void test_a_lead_becomes_an_opportunity(void **state)
{
    (void)state;
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    struct drive *drive = &bench.drive;
    assert_int_equal(post(&bench, sample(&bench)), 200);
    assert_string_equal(drive_answer(drive, "leadApprovalStatus"), "PENDING");
    assert_string_equal(drive_answer(drive, "partnerAnnualContractValue"), "1234.50");
    assert_int_equal(json_get(drive->answer, "partnerAnnualContractValue")->type, JSON_NUMBER);
    const char *name = drive_answer(drive, "name");
    assert_true(text_starts(name, GCP_PARTNER "/leads/"));
    const char *id = strrchr(name, '/') + 1;
    const char *deal = arena_printf(drive->arena, "/opportunities/%s", id);
    assert_int_equal(call(&bench, "GET", deal, NULL), 404);
    gcp_cosell_wait(&bench, 60000);
    assert_int_equal(call(&bench, "GET", arena_printf(drive->arena, "/leads/%s", id), NULL), 200);
    assert_string_equal(drive_answer(drive, "leadApprovalStatus"), "APPROVED");
    assert_int_equal(call(&bench, "GET", deal, NULL), 200);
    assert_string_equal(drive_answer(drive, "lead"), name);
    assert_string_equal(drive_answer(drive, "externalSystemId"), "006A");
    assert_string_equal(drive_answer(drive, "dealSize"), "1234.50");
    assert_string_equal(drive_answer(drive, "dealCurrencyCode"), "USD");
    gcp_cosell_stop(&bench);
}

static void test_a_lead_may_be_rejected(void **state)
{
    (void)state;
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    post(&bench, sample(&bench));
    const char *id = strrchr(drive_answer(&bench.drive, "name"), '/') + 1;
    assert_int_equal(gcp_cosell_control(&bench, "review-lead", id, ",'word':'MAYBE'"), 400);
    assert_int_equal(
        gcp_cosell_control(&bench, "review-lead", id, ",'word':'REJECTED','why':'Known'"), 200);
    assert_string_equal(drive_answer(&bench.drive, "rejectionComments"), "Known");
    gcp_cosell_wait(&bench, 60000);
    const char *deal = arena_printf(bench.drive.arena, "/opportunities/%s", id);
    assert_refused(&bench, call(&bench, "GET", deal, NULL), 404, "NOT_FOUND");
    gcp_cosell_stop(&bench);
}

static void test_leads_refused(void **state)
{
    (void)state;
    static const struct {
        const char *path, *value, *field;
    } cases[] = {
        {"engagementModel", NULL, "engagement_model"},
        {"dealTransactionType", NULL, "deal_transaction_type"},
        {"customer", NULL, "customer"},
        {"customer", "'Example'", "customer"},
        {"partnerAnnualContractValue", NULL, "partner_annual_contract_value"},
        {"partnerAnnualContractValue", "'1234.50'", "partner_annual_contract_value"},
        {"partnerAnnualContractValue", "-1", "partner_annual_contract_value"},
        {"leadCurrencyCode", NULL, "lead_currency_code"},
        {"leadCurrencyCode", "'Dollar'", "lead_currency_code"},
        {"estimatedCloseDate", NULL, "estimated_close_date"},
        {"estimatedCloseDate", "{'year':2026}", "estimated_close_date"},
        {"dealTerm", NULL, "deal_term"},
        {"opportunitySummary", NULL, "opportunity_summary"},
        {"supportLevel", NULL, "support_level"},
        {"supportLevel", "'some help'", "support_level"},
        {"productInterests", NULL, "product_interests"},
        {"productInterests", "['A','B']", "product_interests"},
        {"productInterests", "'A'", "product_interests"},
        {"submitterEmail", NULL, "submitter_email"},
        {"submitterEmail", "'nobody'", "submitter_email"},
        {"name", "'x'", "name"},
        {"leadStatus", "'NEW'", "lead_status"},
        {"crmId", "'x'", ""},
    };
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json *lead = sample(&bench);
        drive_put(&bench.drive, lead, cases[i].path, cases[i].value);
        int status = post(&bench, lead);
        if (status != 400 || strcmp(gcp_cosell_error(&bench), INVALID) != 0 ||
            strcmp(gcp_cosell_field(&bench), cases[i].field) != 0)
            fail_msg("case %zu: %d %s", i, status, bench.drive.response.body);
    }
    assert_refused(&bench, call(&bench, "POST", "/leads", NULL), 400, INVALID);
    gcp_cosell_stop(&bench);
}

/* ---- Opportunities. */
static void test_opportunities_are_patched(void **state)
{
    (void)state;
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    struct drive *drive = &bench.drive;
    assert_int_equal(call(&bench, "GET", KNOWN, NULL), 200);
    assert_string_equal(drive_answer(drive, "dealSize"), "48000.50");
    assert_int_equal(json_get(drive->answer, "termMonths")->type, JSON_STRING);
    assert_int_equal(json_get(drive->answer, "winProbability")->type, JSON_STRING);
    assert_int_equal(call(&bench, "PATCH",
                          KNOWN "?updateMask=dealSize,termMonths,externalSystemId,nextSteps",
                          "{'dealSize':52000.25,'termMonths':24,'externalSystemId':'006B',"
                          "'notes':'not in the mask'}"),
                     200);
    assert_string_equal(drive_answer(drive, "dealSize"), "52000.25");
    assert_int_equal(json_get(drive->answer, "termMonths")->type, JSON_STRING);
    assert_string_equal(drive_answer(drive, "externalSystemId"), "006B");
    assert_string_not_equal(drive_answer(drive, "notes"), "not in the mask");
    assert_int_equal(call(&bench, "PATCH", KNOWN "?updateMask=externalSystemId", "{}"), 200);
    assert_null(json_get(drive->answer, "externalSystemId"));
    gcp_cosell_stop(&bench);
}

static void test_patches_refused(void **state)
{
    (void)state;
    static const struct {
        const char *query, *body;
    } cases[] = {
        {"", "{'notes':'x'}"},
        {"?updateMask=", "{'notes':'x'}"},
        {"?updateMask=owner", "{}"},
        {"?updateMask=dealCurrencyCode", "{'dealCurrencyCode':'EUR'}"},
        {"?updateMask=winProbability", "{'winProbability':'90'}"},
        {"?updateMask=name", "{'name':'x'}"},
        {"?updateMask=dealSize", "{'dealSize':'1'}"},
        {"?updateMask=dealSize", "{'dealSize':-1}"},
        {"?updateMask=termMonths", "{'termMonths':'a year'}"},
        {"?updateMask=salesStage", "{'salesStage':'Closed Won'}"},
        {"?updateMask=closeDate", "{'closeDate':{'year':2026,'month':13,'day':1}}"},
        {"?updateMask=stage", "{'stage':'REFINE'}"},
        {"?updateMask=notes&partner=partners%2FC0sandbox1", "{'notes':'x'}"},
    };
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        int status = gcp_cosell_send(
            &bench, bench.crm, "PATCH",
            arena_printf(bench.drive.arena, "%s%s", GCP_COSELL_CRM KNOWN, cases[i].query),
            cases[i].body);
        if (status != 400 || strcmp(gcp_cosell_error(&bench), INVALID) != 0)
            fail_msg("case %zu: %d %s", i, status, bench.drive.response.body);
    }
    gcp_cosell_stop(&bench);
}

/* Nothing is listed, nobody else's is shown, and each API has a scope of its own. */
static void test_calls_refused(void **state)
{
    (void)state;
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    assert_refused(&bench, call(&bench, "GET", "/opportunities", NULL), 404, "NOT_FOUND");
    assert_refused(&bench, call(&bench, "GET", "/leads", NULL), 404, "NOT_FOUND");
    assert_refused(&bench, call(&bench, "GET", "/opportunities/Cx9", NULL), 404, "NOT_FOUND");
    assert_refused(&bench,
                   gcp_cosell_send(&bench, bench.crm, "GET",
                                   "/v1/partners/C0other/opportunities/" GCP_CRM_KNOWN, NULL),
                   403, "PERMISSION_DENIED");
    assert_refused(&bench,
                   gcp_cosell_send(&bench, bench.channel, "GET", GCP_COSELL_CRM KNOWN, NULL), 403,
                   "PERMISSION_DENIED");
    assert_string_equal(drive_answer(&bench.drive, "error.details[0].reason"),
                        "ACCESS_TOKEN_SCOPE_INSUFFICIENT");
    gcp_cosell_stop(&bench);
}

static void test_restart_goes_on(void **state)
{
    (void)state;
    char path[] = "/tmp/sandbox_gcp_crm_XXXXXX";
    close(mkstemp(path));
    unlink(path);
    const struct sandbox_options options = {.state_path = path, .review_ms = 3600000};
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, &options);
    post(&bench, sample(&bench));
    const char *below = drive_answer(&bench.drive, "name") + strlen(GCP_PARTNER);
    call(&bench, "PATCH", KNOWN "?updateMask=notes", "{'notes':'kept'}");
    gcp_cosell_restart(&bench, &options);
    assert_int_equal(call(&bench, "GET", KNOWN, NULL), 200);
    assert_string_equal(drive_answer(&bench.drive, "notes"), "kept");
    gcp_cosell_wait(&bench, 3600000);
    assert_int_equal(call(&bench, "GET", below, NULL), 200);
    assert_string_equal(drive_answer(&bench.drive, "leadApprovalStatus"), "APPROVED");
    gcp_cosell_stop(&bench);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_lead_becomes_an_opportunity),
        cmocka_unit_test(test_a_lead_may_be_rejected),
        cmocka_unit_test(test_leads_refused),
        cmocka_unit_test(test_opportunities_are_patched),
        cmocka_unit_test(test_patches_refused),
        cmocka_unit_test(test_calls_refused),
        cmocka_unit_test(test_restart_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
