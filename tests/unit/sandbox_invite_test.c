/* What AWS proposes: invitations with their fifteen days, the acceptance as a task, AWS's side of a
 * deal by its own clock, engagements, and who may own a deal. */
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
#include "tests/support/drive.h"
#include "tests/support/folder.h"

#define DAY_MS INT64_C(86400000)
#define LIST(more)                                                                                 \
    "{'Catalog':'AWS','ParticipantType':'RECEIVER','PayloadType':['OpportunityInvitation']" more "}"

#define ASK "{'Catalog':'AWS','RelatedOpportunityIdentifier':'%s'}"
#define ASSIGN                                                                                     \
    "{'Catalog':'AWS','Identifier':'%s','Assignee':{'Email':'%s','FirstName':'Ann',"               \
    "'LastName':'Lee','BusinessTitle':'OpportunityOwner'}}"

static void assert_error(const struct drive *drive, int status, const char *type)
{
    if (drive->response.status != status || strcmp(drive_error(drive), type) != 0)
        fail_msg("wanted %d %s, got %d %s", status, type, drive->response.status,
                 drive->response.body);
}

static const char *invite(struct drive *drive, const char *title)
{
    assert_int_equal(
        drive_control(drive, "invite",
                      arena_printf(drive->arena, "{'title':'%s','company':'Amber Foods'}", title)),
        200);
    return drive_answer(drive, "id");
}

static int get(struct drive *drive, const char *id)
{
    return drive_text(drive, "GetEngagementInvitation", "{'Catalog':'AWS','Identifier':'%s'}", id);
}

static int accept(struct drive *drive, const char *id, const char *token)
{
    return drive_text(drive, "StartEngagementByAcceptingInvitationTask",
                      "{'Catalog':'AWS','ClientToken':'%s','Identifier':'%s'}", token, id);
}

static int reject(struct drive *drive, const char *id, const char *reason)
{
    return drive_text(drive, "RejectEngagementInvitation",
                      "{'Catalog':'AWS','Identifier':'%s','RejectionReason':'%s'}", id, reason);
}

static void test_an_invitation_hides_what_is_the_customers(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *id = invite(&drive, "Cold chain");
    assert_int_equal(get(&drive, id), 200);
    assert_string_equal(drive_answer(&drive, "Status"), "PENDING");
    assert_string_equal(drive_answer(&drive, "SenderAwsAccountId"), "aws");
    assert_string_equal(drive_answer(&drive, "Payload.OpportunityInvitation.Project.Title"),
                        "Cold chain");
    assert_string_equal(drive_answer(&drive, "Payload.OpportunityInvitation.Customer.CompanyName"),
                        "Amber Foods");
    assert_null(json_find(drive.answer, "Payload.OpportunityInvitation.Customer.Contacts"));
    assert_null(json_find(drive.answer, "Payload.OpportunityInvitation.Customer.Address"));
    assert_null(strstr(drive.response.body, "+1"));
    assert_int_equal(get(&drive, "engi-0000000000000"), 404);
    assert_int_equal(get(&drive, "eng-1"), 400);
    drive_stop(&drive);
}

static void test_listing(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, &(struct sandbox_options){.invitations = 5});
    assert_int_equal(drive_text(&drive, "ListEngagementInvitations", LIST("")), 200);
    assert_int_equal(json_get(drive.answer, "EngagementInvitationSummaries")->count, 5);
    assert_string_equal(drive_answer(&drive, "EngagementInvitationSummaries[0].ParticipantType"),
                        "RECEIVER");
    assert_null(json_find(drive.answer, "EngagementInvitationSummaries[0].Payload"));
    size_t seen = 0;
    const char *token = "";
    do {
        assert_int_equal(drive_text(&drive, "ListEngagementInvitations",
                                    LIST(",'MaxResults':2%s%s%s"), *token ? ",'NextToken':'" : "",
                                    token, *token ? "'" : ""),
                         200);
        seen += json_get(drive.answer, "EngagementInvitationSummaries")->count;
        token = drive_answer(&drive, "NextToken");
    } while (*token);
    assert_int_equal(seen, 5);
    const char *id = invite(&drive, "Declined");
    assert_int_equal(reject(&drive, id, "Other"), 200);
    drive_text(&drive, "ListEngagementInvitations", LIST(",'Status':['REJECTED']"));
    assert_string_equal(drive_answer(&drive, "EngagementInvitationSummaries[0].Id"), id);
    assert_null(json_find(drive.answer, "EngagementInvitationSummaries[1]"));

    drive_text(&drive, "ListEngagementInvitations", "{'Catalog':'AWS'}");
    assert_error(&drive, 400, "ValidationException");
    drive_text(&drive, "ListEngagementInvitations",
               "{'Catalog':'AWS','ParticipantType':'Receiver'}"); /* as events write it */
    assert_error(&drive, 400, "ValidationException");
    drive_text(&drive, "ListEngagementInvitations",
               "{'Catalog':'Sandbox','ParticipantType':'RECEIVER'}");
    assert_int_equal(json_get(drive.answer, "EngagementInvitationSummaries")->count, 0);
    drive_stop(&drive);
}

static void test_accepting_is_a_task(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    drive.pace_ms = 100;
    const char *id = invite(&drive, "Cold chain");
    assert_int_equal(accept(&drive, id, "a"), 200);
    assert_string_equal(drive_answer(&drive, "TaskStatus"), "IN_PROGRESS");
    assert_null(json_get(drive.answer, "OpportunityId"));
    const char *task = drive_answer(&drive, "TaskId");
    fake_advance(&drive.fake, 1000);
    accept(&drive, id, "b");
    assert_error(&drive, 409, "ConflictException");
    fake_advance(&drive.fake, 2000);
    assert_int_equal(drive_text(&drive, "ListEngagementByAcceptingInvitationTasks",
                                "{'Catalog':'AWS','EngagementInvitationIdentifier':['%s']}", id),
                     200);
    assert_string_equal(drive_answer(&drive, "TaskSummaries[0].TaskId"), task);
    assert_string_equal(drive_answer(&drive, "TaskSummaries[0].TaskStatus"), "COMPLETE");
    assert_null(json_find(drive.answer, "TaskSummaries[0].EngagementId")); /* the model has none */
    const char *made = drive_answer(&drive, "TaskSummaries[0].OpportunityId");
    fake_advance(&drive.fake, 1000);
    accept(&drive, id, "a"); /* the same call tells how far it is */
    assert_string_equal(drive_answer(&drive, "OpportunityId"), made);
    assert_int_equal(sandbox_count(drive.sandbox, "AWS"), 1);
    fake_advance(&drive.fake, 1000);
    accept(&drive, id, "c");
    assert_true(drive_has_error(&drive, "INVALID_RESOURCE_STATE", "identifier"));

    assert_string_equal(drive_member(&drive, "AWS", made, "LifeCycle.Stage"), "Prospect");
    assert_string_equal(drive_member(&drive, "AWS", made, "LifeCycle.ReviewStatus"), "Approved");
    assert_string_equal(drive_member(&drive, "AWS", made, "PartnerOpportunityIdentifier"), "");
    assert_string_equal(drive_member(&drive, "AWS", made, "Customer.Account.CompanyName"),
                        "Amber Foods");
    assert_true(*drive_member(&drive, "AWS", made, "Customer.Contacts[0].Email"));
    drive_text(&drive, "GetAwsOpportunitySummary",
               "{'Catalog':'AWS','RelatedOpportunityIdentifier':'%s'}", made);
    assert_string_equal(drive_answer(&drive, "Origin"), "AWS Referral");
    get(&drive, id);
    const char *engagement = drive_answer(&drive, "EngagementId");
    drive_text(&drive, "ListEngagementResourceAssociations",
               "{'Catalog':'AWS','EngagementIdentifier':'%s'}", engagement);
    assert_string_equal(
        drive_answer(&drive, "EngagementResourceAssociationSummaries[0].ResourceId"), made);
    /* the new one can be worked on: it has all that an update must carry */
    fake_advance(&drive.fake, 1000);
    struct json *update = drive_update_of(&drive, "AWS", made);
    drive_put(&drive, update, "LifeCycle.Stage", "'Qualified'");
    assert_int_equal(drive_call(&drive, "UpdateOpportunity", update), 200);
    drive_stop(&drive);
}

static void test_a_task_may_fail(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *id = invite(&drive, "Cold chain");
    drive_control(&drive, "fault",
                  "{'spec':'task-fails:StartEngagementByAcceptingInvitationTask:1'}");
    assert_int_equal(accept(&drive, id, "a"), 200);
    fake_advance(&drive.fake, 2000);
    drive_text(&drive, "ListEngagementByAcceptingInvitationTasks", "{'Catalog':'AWS'}");
    assert_string_equal(drive_answer(&drive, "TaskSummaries[0].TaskStatus"), "FAILED");
    assert_string_equal(drive_answer(&drive, "TaskSummaries[0].ReasonCode"), "InternalError");
    drive_text(&drive, "ListEngagementFromOpportunityTasks", "{'Catalog':'AWS'}");
    assert_int_equal(json_get(drive.answer, "TaskSummaries")->count, 0); /* another kind */
    get(&drive, id);
    assert_string_equal(drive_answer(&drive, "Status"), "PENDING");
    assert_int_equal(accept(&drive, id, "b"), 200);
    drive_stop(&drive);
}

static void test_fifteen_days(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *id = invite(&drive, "Cold chain");
    get(&drive, id);
    const char *expires = drive_answer(&drive, "ExpirationDate");
    assert_true(text_starts(expires, "2026-01-16"));
    fake_advance(&drive.fake, 15 * DAY_MS - 60000);
    get(&drive, id);
    assert_string_equal(drive_answer(&drive, "Status"), "PENDING");
    fake_advance(&drive.fake, 60000);
    get(&drive, id);
    assert_string_equal(drive_answer(&drive, "Status"), "EXPIRED");
    accept(&drive, id, "a");
    assert_true(drive_has_error(&drive, "INVALID_RESOURCE_STATE", "identifier"));
    reject(&drive, id, "Other");
    assert_true(drive_has_error(&drive, "INVALID_RESOURCE_STATE", "identifier"));
    assert_int_equal(sandbox_count(drive.sandbox, "AWS"), 0);
    drive_stop(&drive);
}

static void test_rejecting(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *id = invite(&drive, "Cold chain");
    reject(&drive, id, "No time");
    assert_error(&drive, 400, "ValidationException");
    assert_int_equal(reject(&drive, id, "Duplicate of partner referral"), 200);
    assert_int_equal(drive.response.body_length, 0);
    get(&drive, id);
    assert_string_equal(drive_answer(&drive, "Status"), "REJECTED");
    assert_string_equal(drive_answer(&drive, "RejectionReason"), "Duplicate of partner referral");
    reject(&drive, id, "Other");
    assert_error(&drive, 400, "ValidationException");
    accept(&drive, id, "a");
    assert_error(&drive, 400, "ValidationException");
    drive_stop(&drive);
}

/* README 8.12: in the catalog Sandbox a create with that origin is AWS's referral. */
static void test_rehearsal(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    struct json *sample = drive_sample(&drive, "Sandbox", "a");
    json_set_text(drive.arena, sample, "Origin", "AWS Referral");
    assert_int_equal(drive_call(&drive, "CreateOpportunity", sample), 200);
    const char *made = drive_answer(&drive, "Id");
    assert_int_equal(drive_call(&drive, "CreateOpportunity", sample), 200); /* the token */
    assert_string_equal(drive_answer(&drive, "Id"), made);
    assert_int_equal(sandbox_count(drive.sandbox, "Sandbox"), 0);
    drive_text(&drive, "ListEngagementInvitations",
               "{'Catalog':'Sandbox','ParticipantType':'RECEIVER'}");
    assert_int_equal(json_get(drive.answer, "EngagementInvitationSummaries")->count, 1);
    const char *id = drive_answer(&drive, "EngagementInvitationSummaries[0].Id");
    drive_text(&drive, "StartEngagementByAcceptingInvitationTask",
               "{'Catalog':'Sandbox','ClientToken':'b','Identifier':'%s'}", id);
    fake_advance(&drive.fake, 2000);
    assert_int_equal(
        drive_text(&drive, "GetOpportunity", "{'Catalog':'Sandbox','Identifier':'%s'}", made), 200);
    assert_string_equal(drive_answer(&drive, "Project.Title"), "Log search [approve]");
    drive_stop(&drive);
}

static void test_aws_has_a_side_of_its_own(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *id = drive_create(&drive, "AWS", "a");
    drive_text(&drive, "GetAwsOpportunitySummary", ASK, id);
    assert_error(&drive, 404, "ResourceNotFoundException"); /* nobody submitted it */
    drive_text(&drive, "ListEngagementResourceAssociations", "{'Catalog':'AWS'}");
    assert_int_equal(json_get(drive.answer, "EngagementResourceAssociationSummaries")->count, 0);
    drive_submit(&drive, "AWS", id);
    assert_int_equal(drive_text(&drive, "GetAwsOpportunitySummary", ASK, id), 200);
    assert_string_equal(drive_answer(&drive, "LifeCycle.Stage"), "Not Started");
    assert_string_equal(drive_answer(&drive, "Origin"), "Partner Referral");
    assert_string_equal(drive_answer(&drive, "InvolvementType"), "Co-Sell");
    drive_review(&drive, "AWS", id, "Approved");
    const char *modified = drive_member(&drive, "AWS", id, "LastModifiedDate");
    fake_advance(&drive.fake, 2 * DAY_MS);
    drive_text(&drive, "GetAwsOpportunitySummary", ASK, id);
    assert_string_equal(drive_answer(&drive, "LifeCycle.Stage"), "Seller Engaged");
    assert_string_equal(drive_member(&drive, "AWS", id, "LastModifiedDate"), modified);

    drive_text(&drive, "ListEngagementResourceAssociations",
               "{'Catalog':'AWS','ResourceType':'Opportunity','ResourceIdentifier':'%s'}", id);
    const char *engagement =
        drive_answer(&drive, "EngagementResourceAssociationSummaries[0].EngagementId");
    assert_int_equal(drive_text(&drive, "ListEngagementMembers",
                                "{'Catalog':'AWS','Identifier':'%s','MaxResults':10}", engagement),
                     200);
    assert_true(json_get(drive.answer, "EngagementMemberList")->count >= 2);
    drive_text(&drive, "ListEngagementMembers",
               "{'Catalog':'AWS','Identifier':'%s','MaxResults':11}", engagement);
    assert_error(&drive, 400, "ValidationException");
    drive_text(&drive, "ListEngagementMembers",
               "{'Catalog':'AWS','Identifier':'eng-00000000000000'}");
    assert_error(&drive, 404, "ResourceNotFoundException");
    drive_stop(&drive);
}

static void test_only_users_own_deals(void **state)
{
    (void)state;
    struct drive drive;
    drive_start(&drive, NULL);
    const char *id = drive_create(&drive, "AWS", "a");
    struct json *stale = drive_update_of(&drive, "AWS", id);
    drive_text(&drive, "AssignOpportunity", ASSIGN, id, "nobody@example.com");
    assert_true(drive_has_error(&drive, "INVALID_VALUE", "assignee.email"));
    assert_int_equal(drive_text(&drive, "AssignOpportunity", ASSIGN, id, "ann.lee@partner.example"),
                     200);
    assert_string_equal(drive_member(&drive, "AWS", id, "OpportunityTeam[0].FirstName"), "Ann");
    drive_call(&drive, "UpdateOpportunity", stale);
    assert_error(&drive, 409, "ConflictException"); /* the date moved */
    drive_text(&drive, "AssignOpportunity", "{'Catalog':'AWS','Identifier':'%s','Assignee':{}}",
               id);
    assert_true(drive_has_error(&drive, "REQUIRED_FIELD_MISSING", "assignee.lastName"));
    drive_submit(&drive, "AWS", id);
    drive_text(&drive, "AssignOpportunity", ASSIGN, id, "raj.patel@partner.example");
    assert_true(drive_has_error(&drive, "ACTION_NOT_PERMITTED", "identifier"));
    drive_stop(&drive);
}

static void test_invitations_survive_a_restart(void **state)
{
    (void)state;
    char folder[96];
    folder_make(folder, sizeof folder, "sandbox-invite");
    char path[128];
    snprintf(path, sizeof path, "%s/state.json", folder);
    const struct sandbox_options options = {.state_path = path, .invitations = 2};
    struct drive drive;
    drive_start(&drive, &options);
    const char *id = invite(&drive, "Cold chain");
    assert_int_equal(accept(&drive, id, "a"), 200);
    drive_restart(&drive, &options);
    drive_text(&drive, "ListEngagementInvitations", LIST(""));
    assert_int_equal(json_get(drive.answer, "EngagementInvitationSummaries")->count, 3);
    fake_advance(&drive.fake, 2000);
    get(&drive, id);
    assert_string_equal(drive_answer(&drive, "Status"), "ACCEPTED");
    drive_restart(&drive, &options);
    drive_text(&drive, "ListEngagementByAcceptingInvitationTasks", "{'Catalog':'AWS'}");
    const char *made = drive_answer(&drive, "TaskSummaries[0].OpportunityId");
    assert_int_equal(drive_text(&drive, "GetAwsOpportunitySummary",
                                "{'Catalog':'AWS','RelatedOpportunityIdentifier':'%s'}", made),
                     200);
    drive_stop(&drive);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_invitation_hides_what_is_the_customers),
        cmocka_unit_test(test_listing),
        cmocka_unit_test(test_accepting_is_a_task),
        cmocka_unit_test(test_a_task_may_fail),
        cmocka_unit_test(test_fifteen_days),
        cmocka_unit_test(test_rejecting),
        cmocka_unit_test(test_rehearsal),
        cmocka_unit_test(test_aws_has_a_side_of_its_own),
        cmocka_unit_test(test_only_users_own_deals),
        cmocka_unit_test(test_invitations_survive_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
