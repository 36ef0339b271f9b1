/* What the service refuses in a document: the schema's faults and the business's, never both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/drive.h"

#define ACCOUNT "Customer.Account."
#define SPEND   "Project.ExpectedCustomerSpend[0]."

struct refusal {
    const char *path, *value; /* JSON with ' for "; NULL removes */
    const char *code, *field;
};

static void assert_reason(const struct drive *drive, const struct refusal *row, const char *reason)
{
    if (strcmp(drive_error(drive), "ValidationException") != 0 ||
        strcmp(drive_answer(drive, "Reason"), reason) != 0 ||
        !drive_has_error(drive, row->code, row->field))
        fail_msg("%s = %s: wanted %s %s, got %d %s", row->path, row->value ? row->value : "-",
                 row->code, row->field, drive->response.status, drive->response.body);
    assert_int_equal(drive->response.status, 400);
}

static void check_create_refusals(const struct refusal *rows, size_t count, const char *reason)
{
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < count; i++) {
        const char *token = arena_printf(drive.arena, "t%zu", i);
        struct json *request = drive_sample(&drive, "AWS", token);
        drive_put(&drive, request, rows[i].path, rows[i].value);
        drive_call(&drive, "CreateOpportunity", request);
        assert_reason(&drive, &rows[i], reason);
    }
    assert_int_equal(sandbox_count(drive.sandbox, "AWS"), 0);
    drive_stop(&drive);
}

static void test_schema_of_create(void **state)
{
    (void)state;
    static const struct refusal rows[] = {
        {"Id", "'O1'", "INVALID_VALUE", "id"},
        {"LastModifiedDate", "'2026-01-01T00:00:00Z'", "INVALID_VALUE", "lastModifiedDate"},
        {"FutureMember", "{'a':1}", "INVALID_VALUE", "futureMember"},
        {"Project.Colour", "'red'", "INVALID_VALUE", "project.colour"},
        {"ClientToken", NULL, "REQUIRED_FIELD_MISSING", "clientToken"},
        {"ClientToken", "''", "INVALID_STRING_FORMAT", "clientToken"},
        {"Catalog", NULL, "REQUIRED_FIELD_MISSING", "catalog"},
        {"Customer.Account.CompanyName", NULL, "REQUIRED_FIELD_MISSING",
         "customer.account.companyName"},
        {SPEND "CurrencyCode", NULL, "REQUIRED_FIELD_MISSING",
         "project.expectedCustomerSpend[0].currencyCode"},
        {SPEND "Amount", "4000", "INVALID_VALUE", "project.expectedCustomerSpend[0].amount"},
        {SPEND "Amount", "'4000.001'", "INVALID_STRING_FORMAT", NULL},
        {SPEND "Amount", "'04000'", "INVALID_STRING_FORMAT", NULL},
        {SPEND "Amount", "'-1'", "INVALID_STRING_FORMAT", NULL},
        {SPEND "Frequency", "'None'", "INVALID_ENUM_VALUE", NULL},
        {SPEND "CurrencyCode", "'usd'", "INVALID_ENUM_VALUE", NULL},
        {"LifeCycle.Stage", "'qualified'", "INVALID_ENUM_VALUE", "lifeCycle.stage"},
        {"LifeCycle.TargetCloseDate", "'30.09.2026'", "INVALID_STRING_FORMAT", NULL},
        {"LifeCycle.TargetCloseDate", "'2026-02-30'", "INVALID_STRING_FORMAT", NULL},
        {"LifeCycle.NextSteps", "null", "INVALID_VALUE", "lifeCycle.nextSteps"},
        {"Project.CustomerBusinessProblem", "'too short'", "INVALID_STRING_FORMAT", NULL},
        {"Project.AdditionalComments", "''", "INVALID_STRING_FORMAT", NULL},
        {"Project.DeliveryModels", "'SaaS or PaaS'", "INVALID_VALUE", "project.deliveryModels"},
        {"Project.DeliveryModels", "['SaaS']", "INVALID_ENUM_VALUE", "project.deliveryModels[0]"},
        {"Project.CompetitorName", "'Other'", "INVALID_ENUM_VALUE", NULL},
        {"Project.RelatedOpportunityIdentifier", "'1234'", "INVALID_STRING_FORMAT", NULL},
        {ACCOUNT "Industry", "'Computers & Electronics'", "INVALID_ENUM_VALUE", NULL},
        {ACCOUNT "Address.CountryCode", "'Germany'", "INVALID_ENUM_VALUE", NULL},
        {ACCOUNT "WebsiteUrl", "'a.b'", "INVALID_STRING_FORMAT", NULL},
        {ACCOUNT "Duns", "'12345678'", "INVALID_STRING_FORMAT", NULL},
        {"Customer.Contacts[0].Email", "'A.B@example.com'", "INVALID_STRING_FORMAT",
         "customer.contacts[0].email"},
        {"Customer.Contacts[0].Email", "'a.b@example'", "INVALID_STRING_FORMAT", NULL},
        {"Customer.Contacts[0].Phone", "'206 555 0100'", "INVALID_STRING_FORMAT", NULL},
        {"Customer.Contacts[0].Phone", "'+0206555'", "INVALID_STRING_FORMAT", NULL},
        {"Customer.Contacts", "{}", "INVALID_VALUE", "customer.contacts"},
        {"OpportunityTeam", "[{},{},{},{},{},{},{},{},{},{},{}]", "TOO_MANY_VALUES",
         "opportunityTeam"},
        {"Tags", "[]", "NOT_ENOUGH_VALUES", "tags"},
        {"Tags", "[{'Key':'a'}]", "REQUIRED_FIELD_MISSING", "tags[0].value"},
        {"NationalSecurity", "true", "INVALID_VALUE", "nationalSecurity"},
    };
    check_create_refusals(rows, COUNT(rows), "REQUEST_VALIDATION_FAILED");
}

static void test_business_of_create(void **state)
{
    (void)state;
    static const struct refusal rows[] = {
        {ACCOUNT "CompanyName", "' '", "REQUIRED_FIELD_MISSING", "customer.account.companyName"},
        {ACCOUNT "Industry", NULL, "REQUIRED_FIELD_MISSING", "customer.account.industry"},
        {ACCOUNT "Industry", "'Other'", "REQUIRED_FIELD_MISSING", "customer.account.otherIndustry"},
        {ACCOUNT "WebsiteUrl", NULL, "REQUIRED_FIELD_MISSING", "customer.account.websiteUrl"},
        {ACCOUNT "Address", NULL, "REQUIRED_FIELD_MISSING", "customer.account.address.countryCode"},
        {ACCOUNT "Address.PostalCode", NULL, "REQUIRED_FIELD_MISSING",
         "customer.account.address.postalCode"},
        {ACCOUNT "Address.StateOrRegion", NULL, "REQUIRED_FIELD_MISSING",
         "customer.account.address.stateOrRegion"},
        {ACCOUNT "Address.StateOrRegion", "'WA'", "INVALID_VALUE",
         "customer.account.address.stateOrRegion"},
        {"Customer", NULL, "REQUIRED_FIELD_MISSING", "customer.account.companyName"},
        {"Project.Title", NULL, "REQUIRED_FIELD_MISSING", "project.title"},
        {"Project.CustomerBusinessProblem", NULL, "REQUIRED_FIELD_MISSING",
         "project.customerBusinessProblem"},
        {"Project.CustomerUseCase", NULL, "REQUIRED_FIELD_MISSING", "project.customerUseCase"},
        {"Project.DeliveryModels", "[]", "REQUIRED_FIELD_MISSING", "project.deliveryModels"},
        {"Project.ExpectedCustomerSpend", "[]", "REQUIRED_FIELD_MISSING",
         "project.expectedCustomerSpend.amount"},
        {SPEND "Amount", "''", "REQUIRED_FIELD_MISSING", "project.expectedCustomerSpend.amount"},
        {SPEND "CurrencyCode", "'CHF'", "INVALID_VALUE", "project.expectedCustomerSpend[0]"},
        {"Project.ExpectedContractDuration", "{'Term':'Months','Value':'145'}",
         "VALUE_OUT_OF_RANGE", "project.expectedContractDuration.value"},
        {"Project.ExpectedContractDuration", "{'Term':'Months','Value':'a year'}",
         "VALUE_OUT_OF_RANGE", NULL},
        {"Project.CompetitorName", "'*Other'", "REQUIRED_FIELD_MISSING",
         "project.otherCompetitorNames"},
        {"Project.OtherCompetitorNames", "'Acme'", "INVALID_VALUE", "project.otherCompetitorNames"},
        {"OpportunityType", "'Flat Renewal'", "REQUIRED_FIELD_MISSING",
         "project.relatedOpportunityIdentifier"},
        {"LifeCycle.TargetCloseDate", NULL, "REQUIRED_FIELD_MISSING", "lifeCycle.targetCloseDate"},
        {"LifeCycle.TargetCloseDate", "'2025-12-31'", "INVALID_VALUE", "lifeCycle.targetCloseDate"},
        {"LifeCycle.Stage", "'Closed Lost'", "REQUIRED_FIELD_MISSING",
         "lifeCycle.closedLostReason"},
        {"LifeCycle.ClosedLostReason", "'Price'", "INVALID_VALUE", "lifeCycle.closedLostReason"},
        {"LifeCycle.ReviewStatus", "'Approved'", "ACTION_NOT_PERMITTED", "lifeCycle.reviewStatus"},
        {"LifeCycle.ReviewComments", "'fine'", "ACTION_NOT_PERMITTED", "lifeCycle.reviewComments"},
        {"Marketing.CampaignName", "'Spring'", "INVALID_VALUE", "marketing.campaignName"},
        {"NationalSecurity", "'Yes'", "INVALID_VALUE", "nationalSecurity"},
        {"Origin", "'AWS Referral'", "ACTION_NOT_PERMITTED", "origin"},
    };
    check_create_refusals(rows, COUNT(rows), "BUSINESS_VALIDATION_FAILED");
}

static void test_every_fault_at_once_and_never_both_kinds(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    struct json *request = drive_sample(&drive, "AWS", "a");
    drive_put(&drive, request, "Project.Title", NULL);
    drive_put(&drive, request, "Project.CustomerUseCase", NULL);
    drive_put(&drive, request, "LifeCycle.TargetCloseDate", "'2020-01-01'");
    assert_int_equal(drive_call(&drive, "CreateOpportunity", request), 400);
    assert_int_equal(drive_error_count(&drive), 3);

    drive_put(&drive, request, "ClientToken", "'b'");
    drive_put(&drive, request, "LifeCycle.Stage", "'x'");
    drive_put(&drive, request, "Customer.Contacts[0].Phone", "'x'");
    assert_int_equal(drive_call(&drive, "CreateOpportunity", request), 400);
    assert_string_equal(drive_answer(&drive, "Reason"), "REQUEST_VALIDATION_FAILED");
    assert_int_equal(drive_error_count(&drive), 2);
    drive_stop(&drive);
}

static void test_countries_without_postal_code(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    struct json *request = drive_sample(&drive, "AWS", "a");
    drive_put(&drive, request, ACCOUNT "Address", "{'CountryCode':'AE'}");
    assert_int_equal(drive_call(&drive, "CreateOpportunity", request), 200);
    drive_stop(&drive);
}

static void test_national_security_blanks_the_customer(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    struct json *request = drive_sample(&drive, "AWS", "a");
    drive_put(&drive, request, "NationalSecurity", "'Yes'");
    drive_put(&drive, request, ACCOUNT "Industry", "'Government'");
    drive_put(&drive, request, ACCOUNT "Address.CountryCode", "'DE'");
    assert_int_equal(drive_call(&drive, "CreateOpportunity", request), 200);
    const char *id = drive_answer(&drive, "Id");
    assert_string_equal(drive_member(&drive, "AWS", id, ACCOUNT "CompanyName"), "");
    assert_string_equal(drive_member(&drive, "AWS", id, ACCOUNT "WebsiteUrl"), "");
    assert_string_equal(drive_member(&drive, "AWS", id, ACCOUNT "Address.PostalCode"), "");
    assert_string_equal(drive_member(&drive, "AWS", id, ACCOUNT "Address.CountryCode"), "US");
    drive_stop(&drive);
}

static void test_spend_without_contract_is_awss(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    struct json *request = drive_sample(&drive, "AWS", "a");
    drive_put(&drive, request, SPEND "TargetCompany", "'Self'");
    assert_int_equal(drive_call(&drive, "CreateOpportunity", request), 200);
    assert_string_equal(
        drive_member(&drive, "AWS", drive_answer(&drive, "Id"), SPEND "TargetCompany"), "AWS");
    drive_put(&drive, request, "ClientToken", "'b'");
    drive_put(&drive, request, SPEND "TargetCompany", "'Acme'");
    drive_put(&drive, request, "Project.ExpectedContractDuration",
              "{'Term':'Months','Value':'12'}");
    assert_int_equal(drive_call(&drive, "CreateOpportunity", request), 400);
    assert_true(drive_has_error(&drive, "INVALID_VALUE", "project.expectedCustomerSpend[0]"));
    drive_stop(&drive);
}

/* ---- Locks: what one change does in one state. */
static void try_change(struct drive *drive, const char *catalog, const char *id, const char *path,
                       const char *value)
{
    struct json *update = drive_update_of(drive, catalog, id);
    drive_put(drive, update, path, value);
    drive_call(drive, "UpdateOpportunity", update);
}

static void test_locks(void **state)
{
    (void)state;
    static const struct {
        const char *status, *path, *value;
        bool allowed;
    } rows[] = {
        {"Pending Submission", "LifeCycle.Stage", "'Committed'", false},
        {"Pending Submission", "LifeCycle.Stage", NULL, false},
        {"Pending Submission", "Project.Title", "'New'", true},
        {"Pending Submission", ACCOUNT "CompanyName", "'New'", true},
        {"Pending Submission", "LifeCycle.ReviewStatus", "'Approved'", false},
        {"Submitted", "LifeCycle.NextSteps", "'x'", false},
        {"Submitted", "LifeCycle.NextSteps", "'Demo'", false}, /* not even an idle update */
        {"In review", "LifeCycle.NextSteps", "'x'", false},
        {"Rejected", "LifeCycle.NextSteps", "'x'", false},
        {"Action Required", ACCOUNT "WebsiteUrl", "'https://new.example'", true},
        {"Action Required", ACCOUNT "Address.City", "'Tacoma'", true},
        {"Action Required", SPEND "Amount", "'5000.00'", true},
        {"Action Required", SPEND "TargetCompany", "'AWS'", true},
        {"Action Required", "Project.ExpectedCustomerSpend[1]",
         "{'Amount':'1','CurrencyCode':'USD','Frequency':'Monthly','TargetCompany':'AWS'}", false},
        {"Action Required", "PartnerOpportunityIdentifier", "'CRM-2'", true},
        {"Action Required", "LifeCycle.TargetCloseDate", "'2026-12-31'", true},
        {"Action Required", "LifeCycle.NextSteps", "'x'", false},
        {"Action Required", "LifeCycle.Stage", "'Committed'", false},
        {"Action Required", "Project.Title", "'New'", false},
        {"Action Required", ACCOUNT "CompanyName", "'New'", false},
        {"Approved", "LifeCycle.Stage", "'Committed'", true},
        {"Approved", "LifeCycle.NextSteps", "'x'", true},
        {"Approved", "LifeCycle.NextSteps", NULL, true},
        {"Approved", SPEND "Amount", "'5000.00'", true},
        {"Approved", "Customer.Contacts[0].FirstName", "'C'", true},
        {"Approved", ACCOUNT "Address.City", "'Tacoma'", true},
        {"Approved", "Project.Title", "'New'", false},
        {"Approved", "PartnerOpportunityIdentifier", "'CRM-2'", false},
        {"Approved", "PartnerOpportunityIdentifier", NULL, false},
        {"Approved", ACCOUNT "CompanyName", "'New'", false},
        {"Approved", ACCOUNT "Industry", "'Retail'", false},
        {"Approved", ACCOUNT "WebsiteUrl", "'https://new.example'", false},
        {"Approved", ACCOUNT "Address.CountryCode", "'CA'", false},
        {"Approved", ACCOUNT "Address.PostalCode", "'98102'", false},
        {"Approved", ACCOUNT "Address.StateOrRegion", "'Oregon'", false},
        {"Approved", "Project.CustomerBusinessProblem", "'Something quite different now.'", false},
        {"Approved", "NationalSecurity", NULL, false},
        {"Approved", "LifeCycle.ReviewStatus", "'Rejected'", false},
        {"Approved", "LifeCycle.NextStepsHistory", "[]", false},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *id = drive_create(&drive, "AWS", arena_printf(drive.arena, "t%zu", i));
        if (strcmp(rows[i].status, "Pending Submission") != 0) {
            drive_submit(&drive, "AWS", id);
            drive_review(&drive, "AWS", id, rows[i].status);
        }
        try_change(&drive, "AWS", id, rows[i].path, rows[i].value);
        bool allowed = drive.response.status == 200;
        if (allowed != rows[i].allowed ||
            (!allowed && !drive_has_error(&drive, "ACTION_NOT_PERMITTED", NULL)))
            fail_msg("row %zu, %s in %s: %s", i, rows[i].path, rows[i].status, drive.response.body);
    }
    drive_stop(&drive);
}

static void test_frozen_stage_says_so(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *id = drive_create(&drive, "AWS", "a");
    try_change(&drive, "AWS", id, "LifeCycle.Stage", "'Launched'");
    assert_true(drive_has_error(&drive, "ACTION_NOT_PERMITTED", "lifeCycle.stage"));
    assert_string_equal(drive_answer(&drive, "ErrorList[0].Message"),
                        "You can not update the stage when Opportunity status is Pending "
                        "Submission");
    drive_stop(&drive);
}

static void test_late_stages_are_nearly_closed(void **state)
{
    (void)state;
    static const char *const stages[] = {"'Launched'", "'Closed Lost'"};
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(stages); i++) {
        const char *id = drive_create(&drive, "AWS", arena_printf(drive.arena, "t%zu", i));
        drive_submit(&drive, "AWS", id);
        drive_review(&drive, "AWS", id, "Approved");
        struct json *update = drive_update_of(&drive, "AWS", id);
        drive_put(&drive, update, "LifeCycle.Stage", stages[i]);
        drive_put(&drive, update, "LifeCycle.ClosedLostReason", i ? "'Price'" : NULL);
        assert_int_equal(drive_call(&drive, "UpdateOpportunity", update), 200);
        try_change(&drive, "AWS", id, "LifeCycle.NextSteps", "'x'");
        assert_true(drive_has_error(&drive, "ACTION_NOT_PERMITTED", "lifeCycle.nextSteps"));
        try_change(&drive, "AWS", id, "LifeCycle.Stage", "'Qualified'");
        assert_true(drive_has_error(&drive, "ACTION_NOT_PERMITTED", "lifeCycle.stage"));
        try_change(&drive, "AWS", id, "Project.AdditionalComments", "'well done'");
        assert_int_equal(drive.response.status, 200);
    }
    drive_stop(&drive);
}

static void test_past_close_date_blocks_every_update(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *id = drive_create(&drive, "AWS", "a");
    fake_advance(&drive.fake, INT64_C(300) * 86400 * 1000);
    try_change(&drive, "AWS", id, "LifeCycle.NextSteps", "'x'");
    assert_true(drive_has_error(&drive, "INVALID_VALUE", "lifeCycle.targetCloseDate"));
    try_change(&drive, "AWS", id, "LifeCycle.TargetCloseDate", "'2027-06-30'");
    assert_int_equal(drive.response.status, 200);
    drive_stop(&drive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schema_of_create),
        cmocka_unit_test(test_business_of_create),
        cmocka_unit_test(test_every_fault_at_once_and_never_both_kinds),
        cmocka_unit_test(test_countries_without_postal_code),
        cmocka_unit_test(test_national_security_blanks_the_customer),
        cmocka_unit_test(test_spend_without_contract_is_awss),
        cmocka_unit_test(test_locks),
        cmocka_unit_test(test_frozen_stage_says_so),
        cmocka_unit_test(test_late_stages_are_nearly_closed),
        cmocka_unit_test(test_past_close_date_blocks_every_update),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
