/* The life of an opportunity: tokens, full replace, associations, submission, review, restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "tests/support/drive.h"

#define HOUR_MS INT64_C(3600000)

static void assert_error(const struct drive *drive, int status, const char *type)
{
    if (drive->response.status != status || strcmp(drive_error(drive), type) != 0)
        fail_msg("wanted %d %s, got %d %s", status, type, drive->response.status,
                 drive->response.body);
}

static void associate(struct drive *drive, const char *operation, const char *id, const char *type,
                      const char *entity)
{
    drive_text(drive, operation,
               "{'Catalog':'AWS','OpportunityIdentifier':'%s','RelatedEntityType':'%s',"
               "'RelatedEntityIdentifier':'%s'}",
               id, type, entity);
}

static int start(struct drive *drive, const char *catalog, const char *id, const char *token)
{
    return drive_text(drive, "StartEngagementFromOpportunityTask",
                      "{'Catalog':'%s','ClientToken':'%s','Identifier':'%s',"
                      "'AwsSubmission':{'InvolvementType':'Co-Sell','Visibility':'Full'}}",
                      catalog, token, id);
}

/* ---- Creating. */
static void test_client_tokens(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    struct json *request = drive_sample(&drive, "AWS", "token");
    assert_int_equal(drive_call(&drive, "CreateOpportunity", request), 200);
    const char *id = drive_answer(&drive, "Id");
    assert_int_equal(drive_call(&drive, "CreateOpportunity", request), 200);
    assert_string_equal(drive_answer(&drive, "Id"), id);
    assert_int_equal(sandbox_count(drive.sandbox, "AWS"), 1);

    drive_put(&drive, request, "Project.Title", "'Another'");
    drive_call(&drive, "CreateOpportunity", request);
    assert_error(&drive, 409, "ConflictException");
    assert_string_equal(drive_answer(&drive, "Message"),
                        "Conflicting client token submitted for a new request body.");

    fake_advance(&drive.fake, 8 * HOUR_MS); /* forgotten: the same call creates once more */
    drive_put(&drive, request, "Project.Title", "'Log search [approve]'");
    assert_int_equal(drive_call(&drive, "CreateOpportunity", request), 200);
    assert_int_equal(sandbox_count(drive.sandbox, "AWS"), 2);
    assert_int_equal(sandbox_duplicates(drive.sandbox), 1);
    drive_stop(&drive);
}

static void test_a_failed_create_binds_its_token(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    struct json *request = drive_sample(&drive, "AWS", "token");
    drive_put(&drive, request, "Project.Title", NULL);
    assert_int_equal(drive_call(&drive, "CreateOpportunity", request), 400);
    drive_put(&drive, request, "Project.Title", "'Corrected'");
    drive_call(&drive, "CreateOpportunity", request);
    assert_error(&drive, 409, "ConflictException");
    drive_put(&drive, request, "ClientToken", "'token-2'");
    assert_int_equal(drive_call(&drive, "CreateOpportunity", request), 200);
    drive_stop(&drive);
}

static void test_get_shows_what_was_created(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *id = drive_create(&drive, "AWS", "a");
    drive_text(&drive, "GetOpportunity", "{'Catalog':'AWS','Identifier':'%s'}", id);
    assert_string_equal(drive_answer(&drive, "LifeCycle.ReviewStatus"), "Pending Submission");
    assert_string_equal(drive_answer(&drive, "LifeCycle.NextStepsHistory[0].Value"), "Demo");
    assert_non_null(json_get(drive.answer, "RelatedEntityIdentifiers"));
    assert_null(json_get(drive.answer, "Origin"));
    assert_null(json_get(drive.answer, "ClientToken"));
    drive_text(&drive, "GetOpportunity", "{'Catalog':'Sandbox','Identifier':'%s'}", id);
    assert_error(&drive, 404, "ResourceNotFoundException");
    drive_stop(&drive);
}

/* ---- Updating. */
static void test_update_replaces_everything(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *id = drive_create(&drive, "AWS", "a");
    struct json *update = drive_update_of(&drive, "AWS", id);
    json_remove(json_get(update, "Customer"), "Contacts");
    json_remove(json_get(update, "LifeCycle"), "NextSteps");
    json_remove(json_get(update, "LifeCycle"), "ReviewStatus");
    json_remove(update, "Marketing");
    json_remove(update, "PartnerOpportunityIdentifier");
    assert_int_equal(drive_call(&drive, "UpdateOpportunity", update), 200);
    assert_string_equal(drive_member(&drive, "AWS", id, "Customer.Contacts[0].FirstName"), "");
    assert_string_equal(drive_member(&drive, "AWS", id, "LifeCycle.NextSteps"), "");
    assert_string_equal(drive_member(&drive, "AWS", id, "Marketing.Source"), "");
    assert_string_equal(drive_member(&drive, "AWS", id, "PartnerOpportunityIdentifier"), "");
    /* what the service keeps stays */
    assert_string_equal(drive_member(&drive, "AWS", id, "LifeCycle.ReviewStatus"),
                        "Pending Submission");
    assert_string_equal(drive_member(&drive, "AWS", id, "Id"), id);

    drive_text(&drive, "UpdateOpportunity",
               "{'Catalog':'AWS','Identifier':'%s','LastModifiedDate':'%s',"
               "'LifeCycle':{'Stage':'Qualified'}}",
               id, drive_member(&drive, "AWS", id, "LastModifiedDate"));
    assert_string_equal(drive_answer(&drive, "Reason"), "BUSINESS_VALIDATION_FAILED");
    assert_true(drive_has_error(&drive, "REQUIRED_FIELD_MISSING", "project.title"));
    assert_true(drive_error_count(&drive) > 5);
    drive_stop(&drive);
}

static void test_stale_dates_conflict(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    drive.pace_ms = 1001; /* so that the fraction is never zero */
    const char *id = drive_create(&drive, "AWS", "a");
    struct json *stale = drive_update_of(&drive, "AWS", id);
    const char *date = drive_member(&drive, "AWS", id, "LastModifiedDate");
    /* the same instant in another form is not the same text */
    struct json *reprinted = drive_update_of(&drive, "AWS", id);
    json_set_text(drive.arena, reprinted, "LastModifiedDate",
                  arena_printf(drive.arena, "%.23s000Z", date));
    drive_call(&drive, "UpdateOpportunity", reprinted);
    assert_error(&drive, 409, "ConflictException");

    associate(&drive, "AssociateOpportunity", id, "Solutions", "S-2000001");
    assert_int_equal(drive.response.status, 200);
    assert_int_equal(drive.response.body_length, 0);
    drive_call(&drive, "UpdateOpportunity", stale);
    assert_error(&drive, 409, "ConflictException");
    drive_stop(&drive);
}

static void test_dates_always_rise(void **state)
{
    (void)state;
    const struct sandbox_options options = {.rate = 1000};
    struct drive drive;
    drive_start(&drive, &options);
    const char *id = drive_create(&drive, "AWS", "a");
    drive.pace_ms = 0; /* many writes within one millisecond */
    for (size_t i = 0; i < 20; i++) {
        int64_t before = 0, after = 0;
        struct json *update = drive_update_of(&drive, "AWS", id);
        instant_parse(json_get_text(update, "LastModifiedDate"), &before);
        assert_int_equal(drive_call(&drive, "UpdateOpportunity", update), 200);
        instant_parse(drive_answer(&drive, "LastModifiedDate"), &after);
        assert_true(after > before);
    }
    drive_stop(&drive);
}

static void test_unknown_members_travel(void **state)
{
    (void)state;
    const struct sandbox_options options = {.seed = 3, .referrals = 200, .unknown_members = true};
    struct drive drive;
    drive_start(&drive, &options);
    drive_text(&drive, "ListOpportunities",
               "{'Catalog':'AWS','MaxResults':100,"
               "'LifeCycleReviewStatus':['Pending Submission']}");
    const char *id = NULL;
    const struct json *list = json_get(drive.answer, "OpportunitySummaries");
    for (size_t i = 0; i < list->count && !id; i++) {
        const char *candidate = json_get_text(list->items[i], "Id");
        if (json_get(sandbox_document(drive.sandbox, "AWS", candidate), "FutureMember"))
            id = candidate;
        assert_null(json_get(list->items[i], "FutureMember"));
    }
    assert_non_null(id);
    drive_text(&drive, "GetOpportunity", "{'Catalog':'AWS','Identifier':'%s'}", id);
    assert_string_equal(drive_answer(&drive, "FutureMember.Score"), "1.50");
    assert_string_equal(drive_answer(&drive, "FutureMember.Weight"), "1e3");

    struct json *update = drive_update_of(&drive, "AWS", id);
    assert_int_equal(drive_call(&drive, "UpdateOpportunity", update), 200);
    assert_string_equal(drive_member(&drive, "AWS", id, "Project.FutureRank"), "1.10");

    update = drive_update_of(&drive, "AWS", id);
    drive_put(&drive, update, "FutureMember.Score", "'1.50'"); /* a number that became text */
    drive_call(&drive, "UpdateOpportunity", update);
    assert_string_equal(drive_answer(&drive, "Reason"), "REQUEST_VALIDATION_FAILED");

    update = drive_update_of(&drive, "AWS", id);
    json_remove(update, "FutureMember");
    assert_int_equal(drive_call(&drive, "UpdateOpportunity", update), 200);
    assert_null(json_get(sandbox_document(drive.sandbox, "AWS", id), "FutureMember"));
    drive_stop(&drive);
}

/* ---- Associations. */
static void test_associations(void **state)
{
    (void)state;
    static const char offer[] =
        "arn:aws:aws-marketplace:us-east-1:111122223333:AWSMarketplace/Offer/offer-sandboxsaas01";
    static const char foreign[] =
        "arn:aws:aws-marketplace:us-east-1:999988887777:AWSMarketplace/Offer/offer-sandboxsaas01";
    static const char set[] = "arn:aws:aws-marketplace:us-east-1:111122223333:AWSMarketplace/"
                              "OfferSet/offerset-abcdefghijklm";
    static const char product[] = "arn:aws:aws-marketplace:us-east-1:111122223333:AWSMarketplace/"
                                  "SaaSProduct/prod-abcdefghijklm";
    static const struct {
        const char *type, *entity;
        int status;
        const char *code; /* NULL: passes, "": not found */
    } rows[] = {
        {"Solutions", "S-1", 404, ""},
        {"Solutions", "Other", 404, ""},
        {"Solutions", "S-2000004", 400, "INVALID_RESOURCE_STATE"},
        {"Solutions", "S-2000001", 200, NULL},
        {"Solutions", "S-2000001", 400, "DUPLICATE_KEY_VALUE"},
        {"AwsProducts", "AmazonEC2", 200, NULL},
        {"AwsProducts", "Amazon EC2", 400, "INVALID_STRING_FORMAT"},
        {"AwsMarketplaceProducts", offer, 400, "INVALID_STRING_FORMAT"},
        {"AwsMarketplaceSolutions", product, 400, "INVALID_STRING_FORMAT"},
        {"AwsMarketplaceProducts", product, 200, NULL},
        {"AwsMarketplaceOffers", "offer-abcdefghijklm", 400, "INVALID_STRING_FORMAT"},
        {"AwsMarketplaceOffers", foreign, 404, ""},
        {"AwsMarketplaceOffers", offer, 200, NULL},
        {"AwsMarketplaceOfferSets", set, 404, ""},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    const char *id = drive_create(&drive, "AWS", "a");
    for (size_t i = 0; i < COUNT(rows); i++) {
        associate(&drive, "AssociateOpportunity", id, rows[i].type, rows[i].entity);
        assert_int_equal(drive.response.status, rows[i].status);
        if (rows[i].code && rows[i].code[0])
            assert_true(drive_has_error(&drive, rows[i].code, NULL));
    }
    associate(&drive, "AssociateOpportunity", id, "AwsMarketplaceOffers",
              "arn:aws:aws-marketplace:us-east-1:111122223333:AWSMarketplace/Offer/"
              "offer-sandboxami001");
    assert_true(drive_has_error(&drive, "TOO_MANY_VALUES", NULL));
    associate(&drive, "AssociateOpportunity", "O1", "Solutions", "S-2000001");
    assert_error(&drive, 404, "ResourceNotFoundException");
    associate(&drive, "DisassociateOpportunity", id, "AwsProducts", "AmazonS3");
    assert_error(&drive, 404, "ResourceNotFoundException");
    for (size_t i = 1; i < 20; i++) {
        associate(&drive, "AssociateOpportunity", id, "AwsProducts",
                  arena_printf(drive.arena, "Product%zu", i));
        assert_int_equal(drive.response.status, 200);
    }
    associate(&drive, "AssociateOpportunity", id, "AwsProducts", "Product20");
    assert_true(drive_has_error(&drive, "TOO_MANY_VALUES", NULL));
    drive_stop(&drive);
}

static void test_associations_of_a_submitted_record(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *id = drive_create(&drive, "AWS", "a");
    drive_submit(&drive, "AWS", id);
    associate(&drive, "AssociateOpportunity", id, "Solutions", "S-2000001");
    assert_true(drive_has_error(&drive, "ACTION_NOT_PERMITTED", NULL));
    drive_review(&drive, "AWS", id, "Approved");
    associate(&drive, "DisassociateOpportunity", id, "Solutions", "S-1234567");
    assert_true(drive_has_error(&drive, "ACTION_NOT_PERMITTED", NULL)); /* the last one */
    associate(&drive, "AssociateOpportunity", id, "Solutions", "S-2000001");
    assert_int_equal(drive.response.status, 200);
    associate(&drive, "DisassociateOpportunity", id, "Solutions", "S-1234567");
    assert_int_equal(drive.response.status, 200);
    drive_stop(&drive);
}

/* ---- Submission. */
static void test_submission_needs(void **state)
{
    (void)state;
    static const struct {
        const char *path, *value, *code, *field;
    } rows[] = {
        {"PrimaryNeedsFromAws", NULL, "REQUIRED_FIELD_MISSING", "primaryNeedsFromAws"},
        {"Project.SalesActivities", "[]", "REQUIRED_FIELD_MISSING", "project.salesActivities"},
        {"Marketing", NULL, "REQUIRED_FIELD_MISSING", "marketing.source"},
        {"Marketing.Source", "'Marketing Activity'", "REQUIRED_FIELD_MISSING",
         "marketing.awsFundingUsed"},
        {"LifeCycle.Stage", "'Prospect'", "INVALID_VALUE", "lifeCycle.stage"},
        {"LifeCycle.Stage", NULL, "INVALID_VALUE", "lifeCycle.stage"},
    };
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct json *request = drive_sample(&drive, "AWS", arena_printf(drive.arena, "c%zu", i));
        drive_put(&drive, request, rows[i].path, rows[i].value);
        assert_int_equal(drive_call(&drive, "CreateOpportunity", request), 200);
        const char *id = drive_answer(&drive, "Id");
        associate(&drive, "AssociateOpportunity", id, "Solutions", "S-1234567");
        start(&drive, "AWS", id, arena_printf(drive.arena, "s%zu", i));
        assert_string_equal(drive_answer(&drive, "Reason"), "BUSINESS_VALIDATION_FAILED");
        assert_true(drive_has_error(&drive, rows[i].code, rows[i].field));
        assert_int_equal(drive_error_count(&drive), 1);
    }
    const char *id = drive_create(&drive, "AWS", "bare");
    start(&drive, "AWS", id, "s");
    assert_true(drive_has_error(&drive, "REQUIRED_FIELD_MISSING", "relatedEntityIdentifiers"));
    assert_int_equal(start(&drive, "AWS", "O1", "none"), 404);
    drive_stop(&drive);
}

static void test_task_and_review_move_with_the_clock(void **state)
{
    (void)state;
    const struct sandbox_options options = {.review_ms = 60000, .task_ms = 5000};
    struct drive drive;
    drive_start(&drive, &options);
    const char *id = drive_create(&drive, "AWS", "a");
    associate(&drive, "AssociateOpportunity", id, "Solutions", "S-1234567");
    assert_int_equal(start(&drive, "AWS", id, "s"), 200);
    assert_string_equal(drive_answer(&drive, "TaskStatus"), "IN_PROGRESS");
    const char *task = drive_answer(&drive, "TaskId");
    assert_string_equal(drive_member(&drive, "AWS", id, "LifeCycle.ReviewStatus"),
                        "Pending Submission");
    start(&drive, "AWS", id, "s2");
    assert_error(&drive, 409, "ConflictException");

    fake_advance(&drive.fake, 5000);
    drive_text(&drive, "ListEngagementFromOpportunityTasks",
               "{'Catalog':'AWS','TaskIdentifier':['%s']}", task);
    assert_string_equal(drive_answer(&drive, "TaskSummaries[0].TaskStatus"), "COMPLETE");
    assert_int_equal(strlen(drive_answer(&drive, "TaskSummaries[0].EngagementId")), 18);
    assert_string_equal(drive_member(&drive, "AWS", id, "LifeCycle.ReviewStatus"), "Submitted");
    assert_int_equal(start(&drive, "AWS", id, "s"), 200); /* the old token tells how it went */
    assert_string_equal(drive_answer(&drive, "TaskStatus"), "COMPLETE");
    start(&drive, "AWS", id, "s3");
    assert_true(drive_has_error(&drive, "INVALID_RESOURCE_STATE", NULL));

    fake_advance(&drive.fake, 30000);
    drive_control(&drive, "stats", NULL);
    assert_string_equal(drive_member(&drive, "AWS", id, "LifeCycle.ReviewStatus"), "In review");
    fake_advance(&drive.fake, 30000);
    drive_control(&drive, "stats", NULL);
    assert_string_equal(drive_member(&drive, "AWS", id, "LifeCycle.ReviewStatus"), "Approved");
    drive_stop(&drive);
}

static void test_reviewers_obey_marks(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"'Deal [reject]'", "Rejected"},
                                          {"'Deal [action]'", "Action Required"}};
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct json *request = drive_sample(&drive, "AWS", rows[i][1]);
        drive_put(&drive, request, "Project.Title", rows[i][0]);
        drive_call(&drive, "CreateOpportunity", request);
        const char *id = drive_answer(&drive, "Id");
        drive_submit(&drive, "AWS", id);
        fake_advance(&drive.fake, HOUR_MS);
        drive_control(&drive, "stats", NULL);
        assert_string_equal(drive_member(&drive, "AWS", id, "LifeCycle.ReviewStatus"), rows[i][1]);
        assert_true(drive_member(&drive, "AWS", id, "LifeCycle.ReviewComments")[0]);
    }
    drive_stop(&drive);
}

static void test_action_required_is_submitted_again(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *id = drive_create(&drive, "AWS", "a");
    drive_submit(&drive, "AWS", id);
    drive_review(&drive, "AWS", id, "Action Required");
    drive_submit(&drive, "AWS", id);
    assert_string_equal(drive_member(&drive, "AWS", id, "LifeCycle.ReviewStatus"), "Submitted");
    drive_stop(&drive);
}

static void test_sandbox_catalog_is_reviewed_by_updates(void **state)
{
    (void)state;
    static const struct {
        const char *status;
        int answer;
    } rows[] = {{"'Submitted'", 400}, {"'In review'", 400}, {"'Pending Submission'", 400},
                {"'Approved'", 200},  {"'Rejected'", 200},  {"'Action Required'", 200}};
    struct drive drive;
    drive_start(&drive, NULL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *id = drive_create(&drive, "Sandbox", arena_printf(drive.arena, "t%zu", i));
        struct json *early = drive_update_of(&drive, "Sandbox", id);
        drive_put(&drive, early, "LifeCycle.ReviewStatus", "'Approved'");
        assert_int_equal(drive_call(&drive, "UpdateOpportunity", early), 400);
        drive_submit(&drive, "Sandbox", id);
        fake_advance(&drive.fake, 24 * HOUR_MS); /* nobody else reviews there */
        struct json *update = drive_update_of(&drive, "Sandbox", id);
        assert_string_equal(json_text(json_find(update, "LifeCycle.ReviewStatus")), "Submitted");
        drive_put(&drive, update, "LifeCycle.ReviewStatus", rows[i].status);
        assert_int_equal(drive_call(&drive, "UpdateOpportunity", update), rows[i].answer);
    }
    const char *id = drive_create(&drive, "Sandbox", "other");
    drive_submit(&drive, "Sandbox", id);
    struct json *update = drive_update_of(&drive, "Sandbox", id);
    drive_put(&drive, update, "LifeCycle.ReviewStatus", "'Approved'");
    drive_put(&drive, update, "LifeCycle.Stage", "'Committed'"); /* and nothing else with it */
    drive_call(&drive, "UpdateOpportunity", update);
    assert_true(drive_has_error(&drive, "ACTION_NOT_PERMITTED", "lifeCycle.stage"));
    drive_stop(&drive);
}

/* ---- The snapshot. */
static void test_state_survives_a_restart(void **state)
{
    (void)state;
    char folder[] = "/tmp/sandbox-state-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char path[64];
    snprintf(path, sizeof path, "%s/state.json", folder);
    const struct sandbox_options options = {
        .seed = 5, .referrals = 12, .unknown_members = true, .state_path = path};
    struct drive drive;
    drive_start(&drive, &options);
    struct json *request = drive_sample(&drive, "AWS", "token");
    drive_call(&drive, "CreateOpportunity", request);
    const char *id = drive_answer(&drive, "Id");
    associate(&drive, "AssociateOpportunity", id, "Solutions", "S-1234567");
    start(&drive, "AWS", id, "s");
    const char *task = drive_answer(&drive, "TaskId");
    struct json *before = json_clone(drive.arena, sandbox_document(drive.sandbox, "AWS", id));

    drive_restart(&drive, &options);
    assert_int_equal(sandbox_count(drive.sandbox, "AWS"), 13);
    assert_true(json_equal(before, sandbox_document(drive.sandbox, "AWS", id)));
    drive_call(&drive, "CreateOpportunity", request); /* the token is still known */
    assert_string_equal(drive_answer(&drive, "Id"), id);
    fake_advance(&drive.fake, 2000);
    drive_text(&drive, "ListEngagementFromOpportunityTasks",
               "{'Catalog':'AWS','TaskIdentifier':['%s']}", task);
    assert_string_equal(drive_answer(&drive, "TaskSummaries[0].TaskStatus"), "COMPLETE");

    drive_restart(&drive, &options);
    assert_string_equal(drive_member(&drive, "AWS", id, "LifeCycle.ReviewStatus"), "Submitted");
    const char *next = drive_create(&drive, "AWS", "token-2");
    assert_string_not_equal(next, id);
    drive_stop(&drive);
    unlink(path);
    assert_int_equal(rmdir(folder), 0); /* no temporary file is left */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_tokens),
        cmocka_unit_test(test_a_failed_create_binds_its_token),
        cmocka_unit_test(test_get_shows_what_was_created),
        cmocka_unit_test(test_update_replaces_everything),
        cmocka_unit_test(test_stale_dates_conflict),
        cmocka_unit_test(test_dates_always_rise),
        cmocka_unit_test(test_unknown_members_travel),
        cmocka_unit_test(test_associations),
        cmocka_unit_test(test_associations_of_a_submitted_record),
        cmocka_unit_test(test_submission_needs),
        cmocka_unit_test(test_task_and_review_move_with_the_clock),
        cmocka_unit_test(test_reviewers_obey_marks),
        cmocka_unit_test(test_action_required_is_submitted_again),
        cmocka_unit_test(test_sandbox_catalog_is_reviewed_by_updates),
        cmocka_unit_test(test_state_survives_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
