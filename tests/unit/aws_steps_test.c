/* The procedures: each case is a script of answers and the trail of steps that must come of it,
 * from the first step or from where a crash left it. */
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
#include "connectors/aws/client.h"
#include "connectors/aws/referrals.h"
#include "tests/support/scenes.h"

#define DOC(version, members)                                                                      \
    "{\"Catalog\":\"AWS\",\"Id\":\"O1\",\"Arn\":\"a\",\"CreatedDate\":\"" V1 "\","                 \
    "\"LastModifiedDate\":\"" version "\",\"Unknown\":{\"N\":1.50}," members "}"
#define STEPS(value)                                                                               \
    "\"LifeCycle\":{\"NextSteps\":\"" value "\","                                                  \
    "\"ReviewStatus\":\"Approved\"}"
#define DRAFT           "\"LifeCycle\":{\"ReviewStatus\":\"Pending Submission\"}"
#define SUBMITTED       "\"LifeCycle\":{\"ReviewStatus\":\"Submitted\"}"
#define WITH(solutions) "\"RelatedEntityIdentifiers\":{\"Solutions\":[" solutions "]}"
#define CREATED         "{\"Id\":\"O1\",\"LastModifiedDate\":\"" V1 "\"}"
#define CONFLICT        "{\"__type\":\"ConflictException\",\"Message\":\"moved\"}"
#define INVALID         "{\"__type\":\"ValidationException\",\"Message\":\"bad\"}"
#define ALREADY                                                                                    \
    "{\"__type\":\"ValidationException\","                                                         \
    "\"Message\":\"Already associated\"}"
#define LISTED(list, token) "{\"OpportunitySummaries\":[" list "],\"NextToken\":" token "}"
#define FOUND               "{\"Id\":\"O1\",\"PartnerOpportunityIdentifier\":\"CRM-1\"}"
#define OTHER               "{\"Id\":\"O2\",\"PartnerOpportunityIdentifier\":\"CRM-2\"}"
#define TASK(id, start, status)                                                                    \
    "{\"TaskId\":\"" id "\",\"StartTime\":\"" start "\",\"TaskStatus\":\"" status "\","            \
    "\"ReasonCode\":\"OpportunityValidationFailed\",\"Message\":\"why\"}"
#define TASKS(list)     "{\"TaskSummaries\":[" list "]}"
#define SOLUTION(id)    "{\"Id\":\"" id "\",\"Name\":\"Suite\",\"Status\":\"Active\"}"
#define SOLUTIONS(list) "{\"SolutionSummaries\":[" list "]}"
#define TIE(id)         "{\"type\":\"Solutions\",\"identifier\":\"" id "\"}"
#define CALL                                                                                       \
    {                                                                                              \
        "next_steps", "Wait", "Call"                                                               \
    }
#define NEW_TITLE                                                                                  \
    {                                                                                              \
        "title", NULL, "Analytics"                                                                 \
    }

static const struct scene scenes[] = {
    /* Creating. */
    {"create",
     ACTION_CREATE,
     {NEW_TITLE},
     {{0}},
     NULL,
     NULL,
     {{200, CREATED}, {200, DOC(V1, DRAFT)}},
     "create read",
     ENDS_DONE,
     0,
     V1},
    {"create with two solutions",
     ACTION_CREATE,
     {NEW_TITLE, {"solutions", NULL, "S-1\x1fS-2"}},
     {{0}},
     NULL,
     NULL,
     {{200, SOLUTIONS(SOLUTION("S-1") "," SOLUTION("S-2"))},
      {200, CREATED},
      {200, ""},
      {200, ""},
      {200, DOC(V2, DRAFT)}},
     "check create associate associate read",
     ENDS_DONE,
     0,
     V2},
    {"already associated is well",
     ACTION_CREATE,
     {NEW_TITLE, {"solutions", NULL, "S-1"}},
     {{0}},
     NULL,
     NULL,
     {{200, SOLUTIONS(SOLUTION("S-1"))}, {200, CREATED}, {400, ALREADY}, {200, DOC(V2, DRAFT)}},
     "check create associate read",
     ENDS_DONE,
     0,
     V2},
    {"association refused",
     ACTION_CREATE,
     {NEW_TITLE, {"solutions", NULL, "S-1"}},
     {{0}},
     NULL,
     NULL,
     {{200, SOLUTIONS(SOLUTION("S-1"))}, {200, CREATED}, {400, INVALID}},
     "check create associate",
     ENDS_FAILED,
     ERROR_REFUSED,
     NULL},
    {"create refused",
     ACTION_CREATE,
     {NEW_TITLE},
     {{0}},
     NULL,
     NULL,
     {{400, INVALID}},
     "create",
     ENDS_FAILED,
     ERROR_REFUSED,
     NULL},
    {"create without id",
     ACTION_CREATE,
     {NEW_TITLE},
     {{0}},
     NULL,
     NULL,
     {{200, "{}"}},
     "create",
     ENDS_FAILED,
     ERROR_TEMPORARY,
     NULL},
    {"create lost",
     ACTION_CREATE,
     {NEW_TITLE},
     {{0}},
     NULL,
     NULL,
     {{0}},
     "create",
     ENDS_FAILED,
     ERROR_TEMPORARY,
     NULL},
    {"resumed, and it had happened",
     ACTION_CREATE,
     {NEW_TITLE},
     {{0}},
     "create",
     "{\"since\":\"" V1 "\",\"add\":[]}",
     {{200, LISTED(OTHER, "\"p\"")}, {200, LISTED(FOUND, "null")}, {200, DOC(V1, DRAFT)}},
     "lookup lookup read",
     ENDS_DONE,
     0,
     V1},
    {"resumed, found, and still to associate",
     ACTION_CREATE,
     {NEW_TITLE, {"solutions", NULL, "S-1"}},
     {{0}},
     "create",
     "{\"since\":\"" V1 "\",\"add\":[" TIE("S-1") "]}",
     {{200, LISTED(FOUND, "null")}, {200, ""}, {200, DOC(V2, DRAFT)}},
     "lookup associate read",
     ENDS_DONE,
     0,
     V2},
    {"resumed, and it had not happened",
     ACTION_CREATE,
     {NEW_TITLE},
     {{0}},
     "create",
     "{\"since\":\"" V1 "\",\"add\":[]}",
     {{200, LISTED(OTHER, "null")}, {200, CREATED}, {200, DOC(V1, DRAFT)}},
     "lookup create read",
     ENDS_DONE,
     0,
     V1},
    {"the lookup repeats a page",
     ACTION_CREATE,
     {NEW_TITLE},
     {{0}},
     "create",
     NULL,
     {{200, LISTED(OTHER, "\"p\"")}, {200, LISTED(OTHER, "\"p\"")}},
     "lookup lookup",
     ENDS_FAILED,
     ERROR_TEMPORARY,
     NULL},
    {"a later run's page is too old",
     ACTION_CREATE,
     {NEW_TITLE},
     {{0}},
     "create",
     "{\"since\":\"" V1 "\",\"add\":[],\"page\":\"old\",\"pages\":3}",
     {{400, INVALID},
      {200, LISTED(OTHER, "\"p\"")},
      {200, LISTED(FOUND, "null")},
      {200, DOC(V1, DRAFT)}},
     "lookup lookup lookup read",
     ENDS_DONE,
     0,
     V1},
    {"pages are refused again and again",
     ACTION_CREATE,
     {NEW_TITLE},
     {{0}},
     "create",
     NULL,
     {{200, LISTED(OTHER, "\"p\"")}, {400, INVALID}, {200, LISTED(OTHER, "\"p\"")}, {400, INVALID}},
     "lookup lookup lookup lookup",
     ENDS_FAILED,
     ERROR_REFUSED,
     NULL},
    {"the lookup gets no list",
     ACTION_CREATE,
     {NEW_TITLE},
     {{0}},
     "create",
     NULL,
     {{200, "{}"}},
     "lookup",
     ENDS_FAILED,
     ERROR_TEMPORARY,
     NULL},
    {"resumed while associating",
     ACTION_CREATE,
     {NEW_TITLE, {"solutions", NULL, "S-1\x1fS-2"}},
     {{0}},
     "associate",
     "{\"id\":\"O1\",\"add\":[" TIE("S-1") "," TIE("S-2") "],\"added\":1}",
     {{200, ""}, {200, DOC(V2, DRAFT)}},
     "associate read",
     ENDS_DONE,
     0,
     V2},
    {"the token was used: looked up once",
     ACTION_CREATE,
     {NEW_TITLE},
     {{0}},
     NULL,
     NULL,
     {{409, CONFLICT}, {200, LISTED("", "null")}, {409, CONFLICT}},
     "create lookup create",
     ENDS_FAILED,
     ERROR_REFUSED,
     NULL},
    {"the token was used and it is there",
     ACTION_CREATE,
     {NEW_TITLE},
     {{0}},
     NULL,
     NULL,
     {{409, CONFLICT}, {200, LISTED(FOUND, "null")}, {200, DOC(V1, DRAFT)}},
     "create lookup read",
     ENDS_DONE,
     0,
     V1},

    /* Updating. */
    {"update",
     ACTION_UPDATE,
     {CALL},
     {{0}},
     NULL,
     NULL,
     {{200, DOC(V1, STEPS("Wait"))}, {200, CREATED}, {200, DOC(V2, STEPS("Call"))}},
     "get update read",
     ENDS_DONE,
     0,
     V2},
    {"launch",
     ACTION_LAUNCH,
     {{"stage", "committed", "won"}},
     {{0}},
     NULL,
     NULL,
     {{200, DOC(V1, "\"LifeCycle\":{\"Stage\":\"Committed\"}")},
      {200, CREATED},
      {200, DOC(V2, "\"LifeCycle\":{\"Stage\":\"Launched\"}")}},
     "get update read",
     ENDS_DONE,
     0,
     V2},
    {"it stands already",
     ACTION_UPDATE,
     {CALL},
     {{0}},
     NULL,
     NULL,
     {{200, DOC(V2, STEPS("Call"))}},
     "get",
     ENDS_DONE,
     0,
     V2},
    {"somebody edited another member",
     ACTION_UPDATE,
     {CALL},
     {{0}},
     NULL,
     NULL,
     {{200, DOC(V2, STEPS("Wait"))}},
     "get",
     ENDS_STALE,
     0,
     NULL},
    {"somebody edited the same member",
     ACTION_UPDATE,
     {CALL},
     {{0}},
     NULL,
     NULL,
     {{200, DOC(V2, STEPS("Sing"))}},
     "get",
     ENDS_STALE,
     0,
     NULL},
    {"edited between get and update",
     ACTION_UPDATE,
     {CALL},
     {{0}},
     NULL,
     NULL,
     {{200, DOC(V1, STEPS("Wait"))}, {409, CONFLICT}},
     "get update",
     ENDS_STALE,
     0,
     NULL},
    {"update refused",
     ACTION_UPDATE,
     {CALL},
     {{0}},
     NULL,
     NULL,
     {{200, DOC(V1, STEPS("Wait"))}, {400, INVALID}},
     "get update",
     ENDS_FAILED,
     ERROR_REFUSED,
     NULL},
    {"update lost",
     ACTION_UPDATE,
     {CALL},
     {{0}},
     NULL,
     NULL,
     {{200, DOC(V1, STEPS("Wait"))}, {0}},
     "get update",
     ENDS_FAILED,
     ERROR_TEMPORARY,
     NULL},
    {"resumed, and it had happened",
     ACTION_UPDATE,
     {CALL},
     {{0}},
     "update",
     NULL,
     {{200, DOC(V2, STEPS("Call"))}},
     "get",
     ENDS_DONE,
     0,
     V2},
    {"resumed, and it had not happened",
     ACTION_UPDATE,
     {CALL},
     {{0}},
     "update",
     NULL,
     {{200, DOC(V1, STEPS("Wait"))}, {200, CREATED}, {200, DOC(V2, STEPS("Call"))}},
     "get update read",
     ENDS_DONE,
     0,
     V2},
    {"get answers something else",
     ACTION_UPDATE,
     {CALL},
     {{0}},
     NULL,
     NULL,
     {{200, "{}"}},
     "get",
     ENDS_FAILED,
     ERROR_TEMPORARY,
     NULL},
    {"solutions only",
     ACTION_UPDATE,
     {{"solutions", "S-1", "S-2"}},
     {{0}},
     NULL,
     NULL,
     {{200, DOC(V1, WITH("\"S-1\""))}, {200, ""}, {200, ""}, {200, DOC(V2, WITH("\"S-2\""))}},
     "get associate disassociate refresh",
     ENDS_DONE,
     0,
     V2},
    {"solutions and another field",
     ACTION_UPDATE,
     {CALL, {"solutions", NULL, "S-2"}},
     {{0}},
     NULL,
     NULL,
     {{200, DOC(V1, STEPS("Wait"))},
      {200, ""},
      {200, DOC(V2, STEPS("Wait") "," WITH("\"S-2\""))},
      {200, CREATED},
      {200, DOC("2026-01-01T00:00:03Z", STEPS("Call") "," WITH("\"S-2\""))}},
     "get associate refresh update read",
     ENDS_DONE,
     0,
     "2026-01-01T00:00:03Z"},
    {"edited while we associated",
     ACTION_UPDATE,
     {CALL, {"solutions", NULL, "S-2"}},
     {{0}},
     NULL,
     NULL,
     {{200, DOC(V1, STEPS("Wait"))}, {200, ""}, {200, DOC(V2, STEPS("Sing") "," WITH("\"S-2\""))}},
     "get associate refresh",
     ENDS_STALE,
     0,
     NULL},

    /* Submitting. */
    {"submit, done at once",
     ACTION_SUBMIT,
     {{0}},
     {{0}},
     NULL,
     NULL,
     {{200, DOC(V1, DRAFT)}, {200, "{\"TaskStatus\":\"COMPLETE\"}"}, {200, DOC(V2, SUBMITTED)}},
     "get start read",
     ENDS_DONE,
     0,
     V2},
    {"submit and poll",
     ACTION_SUBMIT,
     {{0}},
     {{"solutions", NULL, "S-1"}},
     NULL,
     NULL,
     {{200, DOC(V1, DRAFT "," WITH("\"S-9\""))},
      {200, SOLUTIONS(SOLUTION("S-1"))},
      {200, ""},
      {200, TASK("task-1", V2, "IN_PROGRESS")},
      {200, TASKS("")},
      {200, TASKS(TASK("task-1", V2, "IN_PROGRESS"))},
      {200, TASKS(TASK("task-1", V2, "COMPLETE"))},
      {200, DOC(V2, SUBMITTED)}},
     "get check associate start poll poll poll read",
     ENDS_DONE,
     0,
     V2},
    {"the task fails",
     ACTION_SUBMIT,
     {{0}},
     {{0}},
     NULL,
     NULL,
     {{200, DOC(V1, DRAFT)},
      {200, TASK("task-1", V2, "IN_PROGRESS")},
      {200, TASKS(TASK("task-1", V2, "FAILED"))}},
     "get start poll",
     ENDS_FAILED,
     ERROR_REFUSED,
     NULL},
    {"the task fails at the service",
     ACTION_SUBMIT,
     {{0}},
     {{0}},
     NULL,
     NULL,
     {{200, DOC(V1, DRAFT)},
      {200, TASK("task-1", V2, "IN_PROGRESS")},
      {200, TASKS("{\"TaskId\":\"task-1\",\"TaskStatus\":\"FAILED\","
                  "\"ReasonCode\":\"InvitationAccessDenied\"}")}},
     "get start poll",
     ENDS_OVER,
     ERROR_AUTH,
     NULL},
    {"resumed, and the attempt before failed",
     ACTION_SUBMIT,
     {{0}},
     {{0}},
     "start",
     "{\"version\":\"" V1 "\"}",
     {{200, TASKS(TASK("task-0", V1, "FAILED"))},
      {200, "{\"TaskStatus\":\"COMPLETE\"}"},
      {200, DOC(V2, SUBMITTED)}},
     "find_task start read",
     ENDS_DONE,
     0,
     V2},
    {"submitted already",
     ACTION_SUBMIT,
     {{0}},
     {{0}},
     NULL,
     NULL,
     {{200, DOC(V2, SUBMITTED)}},
     "get",
     ENDS_DONE,
     0,
     V2},
    {"the draft moved",
     ACTION_SUBMIT,
     {{0}},
     {{0}},
     NULL,
     NULL,
     {{200, DOC(V2, DRAFT)}},
     "get",
     ENDS_STALE,
     0,
     NULL},
    {"resumed, its task runs",
     ACTION_SUBMIT,
     {{0}},
     {{0}},
     "start",
     "{\"version\":\"" V1 "\"}",
     {{200, TASKS(TASK("task-1", V2, "IN_PROGRESS"))},
      {200, TASKS(TASK("task-1", V2, "COMPLETE"))},
      {200, DOC(V2, SUBMITTED)}},
     "find_task poll read",
     ENDS_DONE,
     0,
     V2},
    {"resumed, its task is done",
     ACTION_SUBMIT,
     {{0}},
     {{0}},
     "start",
     "{\"version\":\"" V1 "\"}",
     {{200, TASKS(TASK("task-1", V2, "COMPLETE"))}, {200, DOC(V2, SUBMITTED)}},
     "find_task read",
     ENDS_DONE,
     0,
     V2},
    {"resumed, only an earlier submission's task",
     ACTION_SUBMIT,
     {{0}},
     {{0}},
     "start",
     "{\"version\":\"" V2 "\"}",
     {{200, TASKS(TASK("task-0", V1, "COMPLETE"))},
      {200, "{\"TaskStatus\":\"COMPLETE\"}"},
      {200, DOC(V2, SUBMITTED)}},
     "find_task start read",
     ENDS_DONE,
     0,
     V2},
    {"resumed, no task",
     ACTION_SUBMIT,
     {{0}},
     {{0}},
     "start",
     "{\"version\":\"" V1 "\"}",
     {{200, TASKS("")}, {200, "{\"TaskStatus\":\"COMPLETE\"}"}, {200, DOC(V2, SUBMITTED)}},
     "find_task start read",
     ENDS_DONE,
     0,
     V2},
    {"start lost",
     ACTION_SUBMIT,
     {{0}},
     {{0}},
     NULL,
     NULL,
     {{200, DOC(V1, DRAFT)}, {0}},
     "get start",
     ENDS_FAILED,
     ERROR_TEMPORARY,
     NULL},
};

static void test_scenes(void **state)
{
    (void)state;
    scenes_check(scenes, COUNT(scenes));
}

static const struct scene *scene_named(const char *title, enum action action)
{
    return scene_find(scenes, COUNT(scenes), title, action);
}

/* Promises 1 and 3: the fresh document with our field, its version as the very text. */
static void test_update_body(void **state)
{
    (void)state;
    struct run run = {0};
    scene_play(&run, scene_named("update", ACTION_UPDATE));
    assert_string_equal(run.bodies[0], "{\"Catalog\":\"AWS\",\"Identifier\":\"O1\"}");
    assert_string_equal(run.bodies[1],
                        "{\"Catalog\":\"AWS\",\"LastModifiedDate\":\"" V1 "\","
                        "\"Unknown\":{\"N\":1.50},\"LifeCycle\":{\"NextSteps\":\"Call\","
                        "\"ReviewStatus\":\"Approved\"},\"Identifier\":\"O1\"}");
    arena_free(run.arena);

    struct run both = {0};
    scene_play(&both, scene_named("solutions and another field", ACTION_UPDATE));
    const struct json *update = scene_body(&both, 3);
    assert_string_equal(json_get_text(update, "LastModifiedDate"), V2);
    assert_null(json_get(update, "RelatedEntityIdentifiers"));
    arena_free(both.arena);
}

/* Promise 2: the same token and the same body, however often it is tried. */
static void test_create_body(void **state)
{
    (void)state;
    struct run first = {0}, again = {0};
    scene_play(&first, scene_named("create", ACTION_CREATE));
    const struct json *body = scene_body(&first, 0);
    assert_string_equal(json_get_text(body, "ClientToken"), "token-1");
    assert_string_equal(json_get_text(body, "Origin"), "Partner Referral");
    assert_string_equal(json_get_text(body, "PartnerOpportunityIdentifier"), "CRM-1");
    assert_string_equal(json_text(json_find(body, "Project.Title")), "Analytics");
    assert_non_null(json_get_text(first.context.progress, "since"));
    assert_string_equal(json_get_text(first.context.progress, "id"), "O1");
    scene_play(&again, scene_named("resumed, and it had not happened", ACTION_CREATE));
    assert_string_equal(again.bodies[1], first.bodies[0]);
    const struct json *lookup = scene_body(&again, 0);
    assert_string_equal(json_text(json_find(lookup, "CreatedDate.AfterCreatedDate")),
                        "2025-12-31T00:00:01.100Z"); /* a day before */
    arena_free(first.arena);
    arena_free(again.arena);
}

static void test_submit_body(void **state)
{
    (void)state;
    struct run run = {0};
    scene_play(&run, scene_named("submit and poll", ACTION_SUBMIT));
    const struct json *associate = scene_body(&run, 2), *start = scene_body(&run, 3);
    assert_string_equal(json_get_text(associate, "RelatedEntityType"), "Solutions");
    assert_string_equal(json_get_text(associate, "RelatedEntityIdentifier"), "S-1");
    assert_string_equal(json_get_text(start, "ClientToken"), "token-1");
    assert_string_equal(json_text(json_find(start, "AwsSubmission.InvolvementType")), "Co-Sell");
    assert_string_equal(json_text(json_find(start, "AwsSubmission.Visibility")), "Full");
    assert_string_equal(run.bodies[4], "{\"Catalog\":\"AWS\",\"TaskIdentifier\":[\"task-1\"]}");
    assert_true(run.waited_ms >= 4000);
    arena_free(run.arena);

    const struct scene visible = {
        .title = "visibility only",
        .action = ACTION_SUBMIT,
        .fields = {{"involvement", NULL, "visibility_only"}, {"visibility", NULL, "limited"}},
        .replies = {{200, DOC(V1, DRAFT)},
                    {200, "{\"TaskStatus\":\"COMPLETE\"}"},
                    {200, DOC(V2, SUBMITTED)}}};
    struct run other = {0};
    scene_play(&other, &visible);
    start = scene_body(&other, 1);
    assert_string_equal(json_text(json_find(start, "AwsSubmission.InvolvementType")),
                        "For Visibility Only");
    assert_string_equal(json_text(json_find(start, "AwsSubmission.Visibility")), "Limited");
    arena_free(other.arena);
}

static void test_solution_types(void **state)
{
    (void)state;
    assert_string_equal(aws_solution_type("S-1"), "Solutions");
    assert_string_equal(
        aws_solution_type("arn:aws:aws-marketplace:us-east-1:1:AWSMarketplace/Solution/sol-1"),
        "AwsMarketplaceSolutions");
    assert_string_equal(
        aws_solution_type("arn:aws:aws-marketplace:us-east-1:1:AWSMarketplace/SaaSProduct/prod-1"),
        "AwsMarketplaceProducts");
}

/* The engine trusts these tables blindly. */
static void test_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < aws_referrals.procedure_count; i++) {
        const struct procedure *procedure = &aws_referrals.procedures[i];
        scene_step(procedure, procedure->first);
        for (size_t s = 0; s < procedure->count; s++) {
            const struct step *step = &procedure->steps[s];
            scene_step(procedure, step->resume);
            bool catalog = !strcmp(step->operation, "DescribeEntity");
            assert_string_equal(step->family, step->writes ? AWS_WRITE
                                              : catalog    ? AWS_DESCRIBE_ENTITY
                                                           : AWS_READ);
            assert_true(step->writes || step->repeatable);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenes),         cmocka_unit_test(test_update_body),
        cmocka_unit_test(test_create_body),    cmocka_unit_test(test_submit_body),
        cmocka_unit_test(test_solution_types), cmocka_unit_test(test_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
