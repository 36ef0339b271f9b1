/* Opportunities of Cloud Channel: what the service takes, what it refuses, and what Google does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "tests/support/gcp_cosell.h"

#define ISV     "ISV_SOLUTION_CONNECT"
#define INVALID "INVALID_ARGUMENT"
#define STATE   "FAILED_PRECONDITION"
#define DENIED  "PERMISSION_DENIED"

static void assert_refused(struct gcp_cosell *bench, int got, const char *status)
{
    int wanted = !strcmp(status, DENIED) ? 403 : !strcmp(status, "NOT_FOUND") ? 404 : 400;
    if (got != wanted || strcmp(gcp_cosell_error(bench), status) != 0)
        fail_msg("wanted %s, got %d %s", status, got, bench->drive.response.body);
}

static void assert_taken(struct gcp_cosell *bench, int got)
{
    if (got != 200)
        fail_msg("got %d %s", got, bench->drive.response.body);
}

/* ---- Who may call. */
static void test_scope_and_subject(void **state)
{
    (void)state;
    static const struct {
        const char *subject, *scopes, *reason;
        int status;
    } cases[] = {
        {GCP_ADMIN, GCP_COSELL_SCOPE, "", 200},
        {GCP_ADMIN, "https://www.googleapis.com/auth/cloud-platform",
         "ACCESS_TOKEN_SCOPE_INSUFFICIENT", 403},
        {NULL, GCP_COSELL_SCOPE, "IAM_PERMISSION_DENIED", 403},
        {"someone@sandbox.example", GCP_COSELL_SCOPE, "IAM_PERMISSION_DENIED", 403},
    };
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *token = gcp_cosell_token(&bench, cases[i].subject, cases[i].scopes);
        int status =
            gcp_cosell_send(&bench, token, "GET", GCP_COSELL_PATH ":query?" GCP_COSELL_OWN, NULL);
        if (status != cases[i].status ||
            strcmp(drive_answer(&bench.drive, "error.details[0].reason"), cases[i].reason) != 0)
            fail_msg("case %zu: %d %s", i, status, bench.drive.response.body);
    }
    assert_int_equal(gcp_cosell_send(&bench, NULL, "GET", GCP_COSELL_PATH "/x", NULL), 401);
    gcp_cosell_stop(&bench);
}

/* ---- Reading. */
static void test_queries_are_paged(void **state)
{
    (void)state;
    const struct sandbox_options options = {.seed = 3, .gcp_opportunities = 130};
    static const struct {
        const char *query;
        size_t rows;
    } cases[] = {{"", 50}, {"&pageSize=0", 50}, {"&pageSize=7", 7}, {"&pageSize=1000", 100}};
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, &options);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *below =
            arena_printf(bench.drive.arena, ":query?" GCP_COSELL_OWN "%s", cases[i].query);
        assert_taken(&bench, gcp_cosell_call(&bench, "GET", below, NULL));
        assert_int_equal(json_get(bench.drive.answer, "opportunities")->count, cases[i].rows);
    }
    const char *token = drive_answer(&bench.drive, "nextPageToken");
    const char *next = arena_printf(bench.drive.arena,
                                    ":query?" GCP_COSELL_OWN "&pageSize=100&pageToken=%s", token);
    assert_taken(&bench, gcp_cosell_call(&bench, "GET", next, NULL));
    assert_int_equal(json_get(bench.drive.answer, "opportunities")->count, 30);
    assert_null(json_get(bench.drive.answer, "nextPageToken"));
    gcp_cosell_stop(&bench);
}

static void test_queries_refused(void **state)
{
    (void)state;
    static const struct {
        const char *below, *status;
    } cases[] = {
        {":query", INVALID},
        {":query?partner=", INVALID},
        {":query?partner=C0sandbox1", INVALID},
        {":query?partner=partners%2FC0other", DENIED},
        {":query?" GCP_COSELL_OWN "&filter=state%3DDRAFT", INVALID},
        {":query?" GCP_COSELL_OWN "&orderBy=updateTime", INVALID},
        {":query?" GCP_COSELL_OWN "&pageSize=-1", INVALID},
        {":query?" GCP_COSELL_OWN "&pageToken=zz", INVALID},
        {":query?" GCP_COSELL_OWN "&view=FULL", INVALID},
        {"/SxNobody", "NOT_FOUND"},
        {"/SxNobody?" GCP_COSELL_OWN, INVALID},
        {"?" GCP_COSELL_OWN, "NOT_FOUND"},
    };
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_refused(&bench, gcp_cosell_call(&bench, "GET", cases[i].below, NULL),
                       cases[i].status);
    assert_taken(&bench, gcp_cosell_call(&bench, "GET", ":query?" GCP_COSELL_OWN, NULL));
    assert_string_equal(bench.drive.response.body, "{}");
    assert_refused(&bench, gcp_cosell_call(&bench, "DELETE", "/x", NULL), "NOT_FOUND");
    gcp_cosell_stop(&bench);
}

/* 120 calls a minute, those that are refused included. */
static void test_quota(void **state)
{
    (void)state;
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    bench.drive.pace_ms = 0;
    for (int i = 0; i < 120; i++)
        assert_int_not_equal(gcp_cosell_call(&bench, "GET", "/SxNobody", NULL), 429);
    assert_int_equal(gcp_cosell_call(&bench, "GET", "/SxNobody", NULL), 429);
    assert_string_equal(gcp_cosell_error(&bench), "RESOURCE_EXHAUSTED");
    gcp_cosell_wait(&bench, 60000);
    assert_int_equal(gcp_cosell_call(&bench, "GET", "/SxNobody", NULL), 404);
    gcp_cosell_stop(&bench);
}

/* ---- Creating. */
static void test_drafts(void **state)
{
    (void)state;
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    struct json *deal = gcp_cosell_sample(&bench, ISV, "DRAFT");
    drive_put(&bench.drive, deal, "isvSolutionConnectInfo.supportLevel", NULL);
    drive_put(&bench.drive, deal, "qualificationInfo.dealSize.units", "48000");
    drive_put(&bench.drive, deal, "opportunityInfo.confidential", "false");
    drive_put(&bench.drive, deal, "submitterEmail", "'seller@sandbox.example'");
    assert_taken(&bench, gcp_cosell_post(&bench, deal));
    struct drive *drive = &bench.drive;
    assert_true(text_starts(drive_answer(drive, "name"), "opportunities/Sx"));
    assert_string_equal(drive_answer(drive, "source"), "PARTNER");
    assert_string_equal(drive_answer(drive, "creatorEmail"), GCP_ACCOUNT);
    assert_string_equal(drive_answer(drive, "customerDisplayName"), "Example Corp");
    assert_string_equal(drive_answer(drive, "createTime"), drive_answer(drive, "updateTime"));
    assert_string_equal(drive_answer(drive, "stage"), "");
    /* int64 is text, and what is false is not there. */
    assert_int_equal(json_find(drive->answer, "qualificationInfo.dealSize.units")->type,
                     JSON_STRING);
    assert_null(json_find(drive->answer, "opportunityInfo.confidential"));
    assert_int_equal(sandbox_gcp_opportunities(drive->sandbox), 1);
    assert_int_equal(sandbox_gcp_duplicates(drive->sandbox), 0);
    assert_true(*gcp_cosell_create(&bench, ISV, "DRAFT"));
    assert_int_equal(sandbox_gcp_duplicates(drive->sandbox), 1);
    /* Nobody reviews what was not submitted. */
    const char *id = gcp_cosell_create(&bench, "REGULAR", "DRAFT");
    gcp_cosell_wait(&bench, 600000);
    assert_string_equal(gcp_cosell_member(&bench, id, "state"), "DRAFT");
    gcp_cosell_stop(&bench);
}

static void test_creations_refused(void **state)
{
    (void)state;
    static const struct {
        const char *path, *value, *status, *field;
    } cases[] = {
        {"state", NULL, INVALID, "state"},
        {"state", "'ACCEPTED'", INVALID, "state"},
        {"state", "'NOT_ACCEPTED'", INVALID, "state"},
        {"state", "'OPEN'", INVALID, "state"},
        {"name", "'opportunities/x'", INVALID, "name"},
        {"stage", "'QUALIFY'", STATE, ""},
        {"salesCycle", "{'partnerReadyToClose':'MIGRATION_IMPL'}", STATE, ""},
        {"crmId", "'1'", INVALID, ""},
        {"opportunityInfo.crmId", "'1'", INVALID, "opportunity_info"},
        {"owner", "'x'", INVALID, "owner"},
        {"qualificationInfo.dealNumber", "'DR-1'", INVALID, "qualification_info.deal_number"},
        {"partnerInfo", "{'partnerViewType':'FULL'}", INVALID, "partner_info.partner_view_type"},
        {"opportunityInfo.displayName", "1", INVALID, "opportunity_info.display_name"},
        {"opportunityInfo.productFamily", "'MAPS'", INVALID, "opportunity_info.product_family"},
        {"opportunityInfo.partnerEntity", "'partners/C0other'", INVALID,
         "opportunity_info.partner_entity"},
        {"opportunityInfo.indirectPartnerEntity", "'partners/C0other'", INVALID,
         "opportunity_info.indirect_partner_entity"},
        {"qualificationInfo.dealSize", "48000", INVALID, "qualification_info.deal_size"},
        {"qualificationInfo.dealSize.units", "'1.5'", INVALID,
         "qualification_info.deal_size.units"},
        {"qualificationInfo.dealSize.nanos", "-1", INVALID, "qualification_info.deal_size"},
        {"qualificationInfo.dealSize.nanos", "1000000000", INVALID, "qualification_info.deal_size"},
        {"qualificationInfo.dealSize.currencyCode", "'Dollar'", INVALID,
         "qualification_info.deal_size"},
        {"qualificationInfo.dealSize", "{'currencyCode':'USD'}", INVALID,
         "qualification_info.deal_size"},
        {"qualificationInfo.estimatedCloseDate", "'2026-09-30'", INVALID,
         "qualification_info.estimated_close_date"},
        {"qualificationInfo.estimatedCloseDate.day", "31", INVALID,
         "qualification_info.estimated_close_date"},
        {"qualificationInfo.legalLanguageAccepted", NULL, INVALID,
         "qualification_info.legal_language_accepted"},
        {"qualificationInfo.legalLanguageAccepted", "false", INVALID,
         "qualification_info.legal_language_accepted"},
        {"qualificationInfo.publicSector", "true", INVALID,
         "qualification_info.public_tender_attestation"},
        {"customerInfo.customerDetails.domain", "'https://example.com'", INVALID,
         "customer_info.customer_details.domain"},
        {"customerInfo.customerDetails.address.regionCode", "'USA'", INVALID,
         "customer_info.customer_details.address.region_code"},
        {"customerInfo.customerDetails.employeeCount", "-3", INVALID,
         "customer_info.customer_details.employee_count"},
        {"customerInfo.contact.phone.e164Number", "'2065550100'", INVALID,
         "customer_info.contact.phone.e164_number"},
        {"customerInfo.contact.phone.shortCode", "{'number':'1'}", INVALID,
         "customer_info.contact.phone"},
        {"isvSolutionConnectInfo.customerContactRequested", "false", INVALID,
         "isv_solution_connect_info.customer_contact_requested"},
        {"opportunityType", "'REGULAR'", INVALID, "isv_solution_connect_info"},
        {"submitterEmail", "'nobody'", INVALID, "submitter_email"},
    };
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json *deal = gcp_cosell_sample(&bench, ISV, "SUBMITTED");
        drive_put(&bench.drive, deal, cases[i].path, cases[i].value);
        int status = gcp_cosell_post(&bench, deal);
        if (status != 400 || strcmp(gcp_cosell_error(&bench), cases[i].status) != 0 ||
            strcmp(gcp_cosell_field(&bench), cases[i].field) != 0)
            fail_msg("case %zu: %d %s", i, status, bench.drive.response.body);
    }
    assert_refused(&bench, gcp_cosell_call(&bench, "POST", "", "[]"), INVALID);
    assert_refused(&bench, gcp_cosell_call(&bench, "POST", "", NULL), INVALID);
    assert_refused(&bench, gcp_cosell_call(&bench, "POST", "?requestId=1", "{}"), INVALID);
    assert_int_equal(sandbox_gcp_opportunities(bench.drive.sandbox), 0);
    gcp_cosell_stop(&bench);
}

/* Every member that a registration of its type needs, one missing at a time. */
static void test_submissions_need_all(void **state)
{
    (void)state;
    static const char *const both[] = {
        "opportunityInfo.partnerEntity",
        "opportunityInfo.displayName",
        "opportunityInfo.description",
        "qualificationInfo.operationType",
        "qualificationInfo.contractLengthMonths",
        "qualificationInfo.dealSize",
        "qualificationInfo.estimatedCloseDate",
        "qualificationInfo.legalLanguageAccepted",
        "customerInfo.customerDetails.organizationName",
        "customerInfo.customerDetails.domain",
        "customerInfo.customerDetails.address.regionCode",
        "customerInfo.customerDetails.industry",
        "customerInfo.customerDetails.employeeCount",
        "customerInfo.region",
    };
    static const char *const isv[] = {
        "opportunityInfo.productFamily",
        "isvSolutionConnectInfo",
        "isvSolutionConnectInfo.isvSolutionConnectDeal",
        "isvSolutionConnectInfo.customerContactRequested",
        "isvSolutionConnectInfo.supportLevel",
        "isvSolutionConnectInfo.contractVehicle",
        "isvSolutionConnectInfo.deliveryModel",
    };
    static const char *const others[] = {"opportunityInfo.productCategory",
                                         "qualificationInfo.budget"};
    static const struct {
        const char *type;
        const char *const *paths;
        size_t count;
    } cases[] = {
        {ISV, both, COUNT(both)},
        {ISV, isv, COUNT(isv)},
        {"REGULAR", both, COUNT(both)},
        {"REGULAR", others, COUNT(others)},
        {"TWO_TIER", others, COUNT(others)},
    };
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (size_t j = 0; j < cases[i].count; j++) {
            struct json *deal = gcp_cosell_sample(&bench, cases[i].type, "SUBMITTED");
            drive_put(&bench.drive, deal, cases[i].paths[j], NULL);
            int status = gcp_cosell_post(&bench, deal);
            if (status != 400 || strcmp(gcp_cosell_error(&bench), INVALID) != 0)
                fail_msg("%s without %s: %d", cases[i].type, cases[i].paths[j], status);
        }
        assert_true(*gcp_cosell_create(&bench, cases[i].type, "SUBMITTED"));
    }
    gcp_cosell_stop(&bench);
}

/* Of those, what the pages want of each creation. */
static void test_drafts_need_some(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int status;
    } cases[] = {
        {"opportunityInfo", 400},
        {"qualificationInfo", 400},
        {"customerInfo", 400},
        {"isvSolutionConnectInfo", 400},
        {"qualificationInfo.contractLengthMonths", 400},
        {"qualificationInfo.dealSize", 400},
        {"qualificationInfo.estimatedCloseDate", 400},
        {"qualificationInfo.legalLanguageAccepted", 400},
        {"customerInfo.customerDetails.organizationName", 400},
        {"customerInfo.customerDetails.domain", 400},
        {"customerInfo.customerDetails.address", 400},
        {"customerInfo.customerDetails.employeeCount", 400},
        {"customerInfo.customerDetails.industry", 200},
        {"customerInfo.region", 200},
        {"opportunityInfo.displayName", 200},
        {"opportunityInfo.productFamily", 200},
        {"qualificationInfo.operationType", 200},
        {"isvSolutionConnectInfo.deliveryModel", 200},
    };
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json *deal = gcp_cosell_sample(&bench, ISV, "DRAFT");
        drive_put(&bench.drive, deal, cases[i].path, NULL);
        int status = gcp_cosell_post(&bench, deal);
        if (status != cases[i].status)
            fail_msg("without %s: %d %s", cases[i].path, status, bench.drive.response.body);
    }
    gcp_cosell_stop(&bench);
}

/* ---- Submitting and the review. */
static void test_google_accepts(void **state)
{
    (void)state;
    const struct sandbox_options options = {.review_ms = 60000};
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, &options);
    const char *id = gcp_cosell_create(&bench, ISV, "SUBMITTED");
    const char *before = gcp_cosell_member(&bench, id, "updateTime");
    assert_true(*gcp_cosell_member(&bench, id, "partnerInfo.submitTime"));
    assert_refused(&bench,
                   gcp_cosell_patch(&bench, id, "opportunityInfo.displayName",
                                    "{'opportunityInfo':{'displayName':'x'}}"),
                   STATE);
    gcp_cosell_wait(&bench, 50000);
    assert_string_equal(gcp_cosell_member(&bench, id, "state"), "SUBMITTED");
    gcp_cosell_wait(&bench, 10000);
    const struct {
        const char *path, *text;
    } members[] = {
        {"state", "ACCEPTED"},
        {"stage", "QUALIFY"},
        {"customerDisplayName", "Example"},
        {"customerInfo.customerDetails.organizationName", "Example Corp"},
        {"owner", "Field Seller"},
        {"ownerEmail", "field.seller@google.example"},
        {"opportunityTeamMembers[0].accessLevel", "MODIFY"},
        {"opportunityInfo.opportunityAmount.units", "48000"},
        {"salesCycle.closeDate.month", "9"},
        {"qualificationInfo.dealNumber", arena_printf(bench.drive.arena, "DR-%s", id)},
    };
    for (size_t i = 0; i < COUNT(members); i++)
        assert_string_equal(gcp_cosell_member(&bench, id, members[i].path), members[i].text);
    assert_string_not_equal(gcp_cosell_member(&bench, id, "updateTime"), before);
    gcp_cosell_stop(&bench);
}

static void test_google_declines(void **state)
{
    (void)state;
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    const char *id = gcp_cosell_create(&bench, ISV, "SUBMITTED");
    assert_int_equal(gcp_cosell_control(&bench, "review", id, ",'word':'REJECTED'"), 400);
    assert_int_equal(
        gcp_cosell_control(&bench, "review", id, ",'word':'NOT_ACCEPTED','why':'Known'"), 200);
    assert_int_equal(gcp_cosell_control(&bench, "review", id, ",'word':'ACCEPTED'"), 400);
    assert_string_equal(gcp_cosell_member(&bench, id, "stateDescription"), "Known");
    assert_string_equal(gcp_cosell_member(&bench, id, "stage"), "");
    assert_taken(&bench, gcp_cosell_patch(&bench, id, "opportunityInfo.displayName",
                                          "{'opportunityInfo':{'displayName':'Again'}}"));
    assert_refused(&bench, gcp_cosell_patch(&bench, id, "state", "{'state':'DRAFT'}"), STATE);
    assert_refused(&bench, gcp_cosell_patch(&bench, id, "state", "{}"), INVALID);
    assert_taken(&bench, gcp_cosell_patch(&bench, id, "state", "{'state':'SUBMITTED'}"));
    assert_string_equal(gcp_cosell_member(&bench, id, "stateDescription"), "");
    gcp_cosell_wait(&bench, 60000);
    assert_string_equal(gcp_cosell_member(&bench, id, "state"), "ACCEPTED");
    gcp_cosell_stop(&bench);
}

/* What the mask brings and what is there already count together. */
static void test_drafts_are_submitted(void **state)
{
    (void)state;
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    struct json *deal = gcp_cosell_sample(&bench, ISV, "DRAFT");
    drive_put(&bench.drive, deal, "opportunityInfo.description", NULL);
    drive_put(&bench.drive, deal, "customerInfo.region", NULL);
    assert_taken(&bench, gcp_cosell_post(&bench, deal));
    const char *id =
        arena_copy(bench.drive.arena, strchr(drive_answer(&bench.drive, "name"), '/') + 1);
    static const char body[] = "{'state':'SUBMITTED','customerInfo':{'region':'DACH'},"
                               "'opportunityInfo':{'description':'d'}}";
    assert_refused(&bench, gcp_cosell_patch(&bench, id, "state", body), INVALID);
    assert_refused(&bench, gcp_cosell_patch(&bench, id, "state,customerInfo.region", body),
                   INVALID);
    assert_string_equal(gcp_cosell_field(&bench), "opportunity_info.description");
    assert_string_equal(gcp_cosell_member(&bench, id, "state"), "DRAFT");
    assert_string_equal(gcp_cosell_member(&bench, id, "customerInfo.region"), "");
    assert_refused(&bench, gcp_cosell_patch(&bench, id, "qualificationInfo.dealSize", "{}"),
                   INVALID);
    assert_taken(&bench,
                 gcp_cosell_patch(&bench, id,
                                  "state,customerInfo.region,opportunityInfo.description", body));
    assert_string_equal(gcp_cosell_member(&bench, id, "state"), "SUBMITTED");
    gcp_cosell_stop(&bench);
}

/* What a colleague left half done in the portal may be edited before it is whole. */
static void test_half_a_draft_is_edited(void **state)
{
    (void)state;
    const struct sandbox_options options = {.seed = 1, .gcp_opportunities = 2};
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, &options);
    assert_string_equal(gcp_cosell_member(&bench, "SxSeed000001", "customerInfo.region"), "");
    assert_taken(&bench, gcp_cosell_patch(&bench, "SxSeed000001", "opportunityInfo.displayName",
                                          "{'opportunityInfo':{'displayName':'Half'}}"));
    assert_refused(&bench,
                   gcp_cosell_patch(&bench, "SxSeed000001", "state", "{'state':'SUBMITTED'}"),
                   INVALID);
    assert_int_equal(drive_control(&bench.drive, "gcp/listing", "{'word':'names'}"), 200);
    assert_taken(&bench, gcp_cosell_call(&bench, "GET", ":query?" GCP_COSELL_OWN, NULL));
    assert_int_equal(json_find(bench.drive.answer, "opportunities[0]")->count, 2);
    gcp_cosell_stop(&bench);
}

/* ---- Patching. */
static void test_patches_refused(void **state)
{
    (void)state;
    static const struct {
        const char *query, *body, *status;
    } cases[] = {
        {GCP_COSELL_OWN, "{}", INVALID},
        {GCP_COSELL_OWN "&updateMask=", "{}", INVALID},
        {"updateMask=stage", "{'stage':'REFINE'}", INVALID},
        {"partner=partners%2FC0other&updateMask=stage", "{'stage':'REFINE'}", DENIED},
        {GCP_COSELL_OWN "&updateMask=*", "{}", INVALID},
        {GCP_COSELL_OWN "&updateMask=crmId", "{}", INVALID},
        {GCP_COSELL_OWN "&updateMask=owner", "{}", INVALID},
        {GCP_COSELL_OWN "&updateMask=name", "{}", INVALID},
        {GCP_COSELL_OWN "&updateMask=submitterEmail", "{'submitterEmail':'a@b.example'}", INVALID},
        {GCP_COSELL_OWN "&updateMask=stage", "{'stage':'REFINE','x':1}", INVALID},
        {GCP_COSELL_OWN "&updateMask=stage", "{'stage':'REFINE','owner':'x'}", INVALID},
        {GCP_COSELL_OWN "&updateMask=stage", "{'stage':'REFINE','name':'opportunities/x'}",
         INVALID},
        {GCP_COSELL_OWN "&updateMask=stage", "{'stage':'MIGRATION_IMPL'}", INVALID},
        {GCP_COSELL_OWN "&updateMask=stage", "{'stage':'CLOSED_LOST'}", INVALID},
        {GCP_COSELL_OWN "&updateMask=stage", "{}", INVALID},
        {GCP_COSELL_OWN "&updateMask=state", "{'state':'DRAFT'}", STATE},
        {GCP_COSELL_OWN "&updateMask=opportunityType", "{'opportunityType':'REGULAR'}", STATE},
        {GCP_COSELL_OWN "&updateMask=qualificationInfo.legalLanguageAccepted", "{}", STATE},
        {GCP_COSELL_OWN "&updateMask=qualificationInfo.estimatedCloseDate",
         "{'qualificationInfo':{'estimatedCloseDate':{'year':2027,'month':1,'day':1}}}", STATE},
        {GCP_COSELL_OWN "&updateMask=opportunityInfo.partnerEntity",
         "{'opportunityInfo':{'partnerEntity':'partners/C0other'}}", STATE},
        {GCP_COSELL_OWN "&updateMask=opportunityInfo.description", "{}", INVALID},
        {GCP_COSELL_OWN "&updateMask=qualificationInfo.dealSize.units",
         "{'qualificationInfo':{'dealSize':{'units':'1'}}}", INVALID},
        {GCP_COSELL_OWN "&updateMask=salesCycle.closeDate",
         "{'salesCycle':{'closeDate':{'year':2026,'month':2,'day':30}}}", INVALID},
        {GCP_COSELL_OWN "&updateMask=stage&validateOnly=true", "{'stage':'REFINE'}", INVALID},
    };
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    const char *id = gcp_cosell_accepted(&bench);
    const char *before = gcp_cosell_member(&bench, id, "updateTime");
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *below = arena_printf(bench.drive.arena, "/%s?%s", id, cases[i].query);
        int status = gcp_cosell_call(&bench, "PATCH", below, cases[i].body);
        if (strcmp(gcp_cosell_error(&bench), cases[i].status) != 0)
            fail_msg("case %zu: %d %s", i, status, bench.drive.response.body);
    }
    assert_string_equal(gcp_cosell_member(&bench, id, "updateTime"), before);
    assert_refused(&bench, gcp_cosell_patch(&bench, "SxNobody", "stage", "{}"), "NOT_FOUND");
    gcp_cosell_stop(&bench);
}

static void test_accepted_deals_move(void **state)
{
    (void)state;
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    const char *id = gcp_cosell_accepted(&bench);
    const char *before = gcp_cosell_member(&bench, id, "updateTime");
    assert_taken(&bench, gcp_cosell_patch(&bench, id, "stage", "{'stage':'PROPOSAL_NEGOTIATION'}"));
    assert_string_equal(drive_answer(&bench.drive, "stage"), "PROPOSAL_NEGOTIATION");
    assert_string_not_equal(drive_answer(&bench.drive, "updateTime"), before);
    /* A message that the mask names as a whole keeps what is the service's, and loses the rest. */
    assert_taken(&bench,
                 gcp_cosell_patch(&bench, id, "isvSolutionConnectInfo",
                                  "{'isvSolutionConnectInfo':{'isvSolutionConnectDeal':true,"
                                  "'customerContactRequested':true,'supportLevel':'TECH',"
                                  "'contractVehicle':'PARTNER_CONTRACT','deliveryModel':"
                                  "'SAAS_ON_GOOGLE_CLOUD','notes':'n'}}"));
    assert_string_equal(gcp_cosell_member(&bench, id, "isvSolutionConnectInfo.nextStep"), "");
    assert_string_equal(gcp_cosell_member(&bench, id, "isvSolutionConnectInfo.notes"), "n");
    assert_taken(&bench, gcp_cosell_patch(&bench, id, "qualificationInfo.dealSize",
                                          "{'qualificationInfo':{'dealSize':{'currencyCode':'EUR',"
                                          "'units':'7'}}}"));
    assert_string_equal(gcp_cosell_member(&bench, id, "qualificationInfo.dealSize.nanos"), "");
    assert_true(*gcp_cosell_member(&bench, id, "qualificationInfo.dealNumber"));
    static const char later[] = "{'salesCycle':{'closeDate':{'year':2026,'month':12,'day':1}}}";
    assert_taken(&bench, gcp_cosell_patch(&bench, id, "salesCycle.closeDate", later));
    assert_string_equal(drive_answer(&bench.drive, "salesCycle.closeDatePushCount"), "1");
    assert_taken(&bench, gcp_cosell_patch(&bench, id, "salesCycle", later));
    assert_string_equal(drive_answer(&bench.drive, "salesCycle.closeDatePushCount"), "1");
    gcp_cosell_stop(&bench);
}

/* Won and lost are asked for, and Google's word; then nothing moves any more. */
static void test_closing(void **state)
{
    (void)state;
    const struct sandbox_options options = {.confirm_ms = 5000};
    static const char won[] = "{'salesCycle':{'partnerReadyToClose':'MIGRATION_IMPL'}}";
    static const char lost[] = "{'salesCycle':{'partnerReadyToClose':'CLOSED_LOST'}}";
    static const char mask[] = "salesCycle.partnerReadyToClose";
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, &options);
    const char *draft = gcp_cosell_create(&bench, ISV, "DRAFT");
    assert_refused(&bench, gcp_cosell_patch(&bench, draft, mask, won), STATE);
    assert_refused(&bench, gcp_cosell_patch(&bench, draft, "stage", "{'stage':'QUALIFY'}"), STATE);
    const char *id = gcp_cosell_accepted(&bench);
    assert_int_equal(gcp_cosell_control(&bench, "confirm-close", id, ""), 400);
    assert_taken(&bench, gcp_cosell_patch(&bench, id, mask, won));
    assert_string_equal(gcp_cosell_member(&bench, id, "stage"), "QUALIFY");
    assert_refused(&bench, gcp_cosell_patch(&bench, id, mask, "{}"), STATE);
    gcp_cosell_wait(&bench, 5000);
    assert_string_equal(gcp_cosell_member(&bench, id, "stage"), "MIGRATION_IMPL");
    assert_true(*gcp_cosell_member(&bench, id, "winLossInfo.wonReason"));
    assert_refused(&bench, gcp_cosell_patch(&bench, id, "stage", "{'stage':'QUALIFY'}"), STATE);
    const char *other = gcp_cosell_accepted(&bench);
    assert_taken(&bench, gcp_cosell_patch(&bench, other, mask, lost));
    assert_int_equal(gcp_cosell_control(&bench, "confirm-close", other, ""), 200);
    assert_string_equal(gcp_cosell_member(&bench, other, "stage"), "CLOSED_LOST");
    assert_true(*gcp_cosell_member(&bench, other, "winLossInfo.lostReason"));
    const char *third = gcp_cosell_accepted(&bench);
    assert_int_equal(gcp_cosell_control(&bench, "close-admin", third, ""), 200);
    assert_refused(&bench, gcp_cosell_patch(&bench, third, mask, won), STATE);
    gcp_cosell_stop(&bench);
}

/* ---- What Google does by itself. */
static void test_google_shares_and_takes_away(void **state)
{
    (void)state;
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    struct drive *drive = &bench.drive;
    assert_int_equal(drive_control(drive, "gcp/share", "{'source':'PARTNER'}"), 400);
    assert_int_equal(drive_control(drive, "gcp/share", "{'title':'Ours','company':'Northwind'}"),
                     200);
    const char *id = drive_answer(drive, "id");
    assert_string_equal(gcp_cosell_member(&bench, id, "source"), "GOOGLE");
    assert_string_equal(gcp_cosell_member(&bench, id, "opportunityInfo.displayName"), "Ours");
    assert_int_equal(sandbox_gcp_opportunities(drive->sandbox), 0);
    assert_taken(&bench, gcp_cosell_patch(&bench, id, "stage", "{'stage':'REFINE'}"));
    assert_int_equal(drive_control(drive, "gcp/share", "{'view':'LIMITED'}"), 200);
    const char *limited = drive_answer(drive, "id");
    assert_taken(&bench,
                 gcp_cosell_call(&bench, "GET", arena_printf(drive->arena, "/%s", limited), NULL));
    assert_null(json_find(drive->answer, "qualificationInfo.dealSize"));
    assert_refused(&bench, gcp_cosell_patch(&bench, limited, "stage", "{'stage':'REFINE'}"),
                   DENIED);
    assert_int_equal(gcp_cosell_control(&bench, "edit-opportunity", id,
                                        ",'path':'isvSolutionConnectInfo.nextStep','value':'Call'"),
                     200);
    assert_string_equal(gcp_cosell_member(&bench, id, "isvSolutionConnectInfo.nextStep"), "Call");
    assert_int_equal(gcp_cosell_control(&bench, "detach", id, ""), 200);
    assert_refused(&bench,
                   gcp_cosell_call(&bench, "GET", arena_printf(drive->arena, "/%s", id), NULL),
                   DENIED);
    assert_taken(&bench, gcp_cosell_call(&bench, "GET", ":query?" GCP_COSELL_OWN, NULL));
    assert_int_equal(json_get(drive->answer, "opportunities")->count, 1);
    gcp_cosell_stop(&bench);
}

/* Who wants the parameter `partner`, by the revision that answers. */
static void test_revisions(void **state)
{
    (void)state;
    const struct sandbox_options options = {.gcp_older = true};
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, &options);
    const char *id = gcp_cosell_accepted(&bench);
    const char *bare = arena_printf(bench.drive.arena, "/%s?updateMask=stage", id);
    assert_refused(&bench, gcp_cosell_patch(&bench, id, "stage", "{'stage':'REFINE'}"), INVALID);
    assert_non_null(
        strstr(drive_answer(&bench.drive, "error.message"), "Unknown name \"partner\""));
    assert_taken(&bench, gcp_cosell_call(&bench, "PATCH", bare, "{'stage':'REFINE'}"));
    assert_int_equal(drive_control(&bench.drive, "gcp/revision", "{'word':'newest'}"), 400);
    assert_int_equal(drive_control(&bench.drive, "gcp/revision", "{'word':'newer'}"), 200);
    const char *get = arena_printf(bench.drive.arena, "/%s", id);
    assert_refused(&bench, gcp_cosell_call(&bench, "GET", get, NULL), INVALID);
    assert_taken(&bench,
                 gcp_cosell_call(&bench, "GET",
                                 arena_printf(bench.drive.arena, "%s?" GCP_COSELL_OWN, get), NULL));
    assert_int_equal(drive_control(&bench.drive, "gcp/revision", "{'word':'current'}"), 200);
    assert_taken(&bench, gcp_cosell_call(&bench, "GET", get, NULL));
    assert_taken(&bench, gcp_cosell_patch(&bench, id, "stage", "{'stage':'QUALIFY'}"));
    assert_refused(&bench, gcp_cosell_call(&bench, "PATCH", bare, "{'stage':'REFINE'}"), INVALID);
    gcp_cosell_stop(&bench);
}

/* ---- What the sandbox begins with, and what it remembers. */
static void test_seed_has_each_kind(void **state)
{
    (void)state;
    static const struct {
        const char *path, *text;
    } wanted[] = {
        {"state", "DRAFT"},          {"state", "NOT_ACCEPTED"},
        {"stage", "MIGRATION_IMPL"}, {"stage", "CLOSED_LOST"},
        {"stage", "CLOSED_ADMIN"},   {"source", "GOOGLE_BDR"},
        {"source", "GOOGLE"},        {"partnerInfo.partnerViewType", "LIMITED"},
        {"source", "PARTNER"},       {"opportunityType", "TWO_TIER"},
        {"state", "SUBMITTED"},      {"opportunityType", "REGULAR"},
    };
    const struct sandbox_options options = {.seed = 1, .gcp_opportunities = 15};
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, &options);
    for (size_t i = 0; i < COUNT(wanted); i++) {
        bool found = false;
        for (size_t j = 0; j < 15 && !found; j++)
            found =
                !strcmp(gcp_cosell_member(&bench, arena_printf(bench.drive.arena, "SxSeed%06zu", j),
                                          wanted[i].path),
                        wanted[i].text);
        if (!found)
            fail_msg("none has %s %s", wanted[i].path, wanted[i].text);
    }
    gcp_cosell_stop(&bench);
}

/* Members and words that no published model has, and forms of older data; a write leaves them. */
static void test_odd_records(void **state)
{
    (void)state;
    const struct sandbox_options options = {
        .seed = 1, .gcp_opportunities = 15, .unknown_members = true};
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, &options);
    assert_string_equal(gcp_cosell_member(&bench, "SxSeed000004", "dealInsights.state"), "PLANNED");
    assert_string_equal(gcp_cosell_member(&bench, "SxSeed000003", "opportunityType"), "3");
    assert_string_equal(
        gcp_cosell_member(&bench, "SxSeed000005", "isvSolutionConnectInfo.supportLevel"),
        "EXECUTIVE_SPONSORSHIP");
    assert_taken(&bench, gcp_cosell_patch(&bench, "SxSeed000004", "stage", "{'stage':'REFINE'}"));
    assert_string_equal(drive_answer(&bench.drive, "dealInsights.weight"), "0.10");
    gcp_cosell_stop(&bench);
}

/* Fractions of 0, 3, 6 or 9 digits, and each write is later than the one before. */
static void test_instants_vary(void **state)
{
    (void)state;
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, NULL);
    bench.drive.pace_ms = 0;
    const char *id = gcp_cosell_accepted(&bench);
    int64_t before = 0;
    unsigned lengths = 0;
    for (int i = 0; i < 12; i++) {
        int64_t ticks = 0;
        assert_taken(&bench,
                     gcp_cosell_patch(&bench, id, "stage",
                                      i % 2 ? "{'stage':'REFINE'}" : "{'stage':'QUALIFY'}"));
        const char *text = drive_answer(&bench.drive, "updateTime");
        assert_true(instant_parse_fine(text, &ticks));
        assert_true(ticks > before);
        before = ticks;
        lengths |= 1u << strlen(text);
    }
    assert_true(__builtin_popcount(lengths) > 1);
    gcp_cosell_stop(&bench);
}

static void test_restart_goes_on(void **state)
{
    (void)state;
    char path[] = "/tmp/sandbox_gcp_cosell_XXXXXX";
    close(mkstemp(path));
    unlink(path);
    const struct sandbox_options options = {.state_path = path, .gcp_opportunities = 3};
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, &options);
    const char *id = gcp_cosell_create(&bench, ISV, "SUBMITTED");
    const char *gone = gcp_cosell_create(&bench, ISV, "SUBMITTED");
    gcp_cosell_control(&bench, "detach", gone, "");
    drive_control(&bench.drive, "gcp/revision", "{'word':'older'}");
    gcp_cosell_restart(&bench, &options);
    assert_string_equal(gcp_cosell_member(&bench, id, "state"), "SUBMITTED");
    assert_refused(
        &bench, gcp_cosell_call(&bench, "GET", arena_printf(bench.drive.arena, "/%s", gone), NULL),
        DENIED);
    gcp_cosell_wait(&bench, 60000);
    assert_string_equal(gcp_cosell_member(&bench, id, "state"), "ACCEPTED");
    assert_refused(&bench, gcp_cosell_patch(&bench, id, "stage", "{'stage':'REFINE'}"), INVALID);
    const char *other = gcp_cosell_create(&bench, ISV, "DRAFT");
    assert_string_not_equal(other, gone);
    gcp_cosell_stop(&bench);
    unlink(path);
}

/* Faults of listings know the query by its name. */
static void test_listing_faults(void **state)
{
    (void)state;
    const struct sandbox_options options = {.gcp_opportunities = 20};
    struct error error;
    struct gcp_cosell bench;
    gcp_cosell_start(&bench, &options);
    static const char query[] = ":query?" GCP_COSELL_OWN "&pageSize=10";
    assert_int_equal(sandbox_fault_add(bench.drive.sandbox, "short-list:ListDeals:1", &error), 0);
    assert_taken(&bench, gcp_cosell_call(&bench, "GET", query, NULL));
    assert_int_equal(json_get(bench.drive.answer, "opportunities")->count, 5);
    assert_null(json_get(bench.drive.answer, "nextPageToken"));
    sandbox_fault_clear(bench.drive.sandbox);
    assert_int_equal(sandbox_fault_add(bench.drive.sandbox, "lost-after:CreateDeal:1", &error), 0);
    assert_int_equal(gcp_cosell_post(&bench, gcp_cosell_sample(&bench, ISV, "DRAFT")), 0);
    gcp_cosell_create(&bench, ISV, "DRAFT");
    assert_int_equal(sandbox_gcp_duplicates(bench.drive.sandbox), 1);
    gcp_cosell_stop(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scope_and_subject),
        cmocka_unit_test(test_queries_are_paged),
        cmocka_unit_test(test_queries_refused),
        cmocka_unit_test(test_quota),
        cmocka_unit_test(test_drafts),
        cmocka_unit_test(test_creations_refused),
        cmocka_unit_test(test_submissions_need_all),
        cmocka_unit_test(test_drafts_need_some),
        cmocka_unit_test(test_google_accepts),
        cmocka_unit_test(test_google_declines),
        cmocka_unit_test(test_drafts_are_submitted),
        cmocka_unit_test(test_half_a_draft_is_edited),
        cmocka_unit_test(test_patches_refused),
        cmocka_unit_test(test_accepted_deals_move),
        cmocka_unit_test(test_closing),
        cmocka_unit_test(test_google_shares_and_takes_away),
        cmocka_unit_test(test_revisions),
        cmocka_unit_test(test_seed_has_each_kind),
        cmocka_unit_test(test_odd_records),
        cmocka_unit_test(test_instants_vary),
        cmocka_unit_test(test_restart_goes_on),
        cmocka_unit_test(test_listing_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
