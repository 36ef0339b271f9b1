/* Invitations answered, offers tied, owners assigned, solutions looked up: what goes wrong between
 * the steps must end in the same state or in a message that says why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/scenes.h"

#define OFFER(id) "arn:aws:aws-marketplace:us-east-1:111122223333:AWSMarketplace/Offer/" id
#define SET(id)   "arn:aws:aws-marketplace:us-east-1:111122223333:AWSMarketplace/OfferSet/" id

#define DOC(version, members)                                                                      \
    "{\"Catalog\":\"AWS\",\"Id\":\"O1\",\"LastModifiedDate\":\"" version "\"," members "}"
#define RELATED(list) "\"RelatedEntityIdentifiers\":{" list "}"
#define OFFERS(list)  "\"AwsMarketplaceOffers\":[" list "]"
#define SETS(list)    "\"AwsMarketplaceOfferSets\":[" list "]"
#define TEAM(email, first)                                                                         \
    "\"OpportunityTeam\":[{\"Email\":\"" email "\",\"FirstName\":\"" first                         \
    "\",\"LastName\":\"Old\",\"BusinessTitle\":\"OpportunityOwner\"}]"
#define ENTITY(arn, state)                                                                         \
    "{\"EntityType\":\"Offer@1.0\",\"EntityArn\":\"" arn                                           \
    "\",\"DetailsDocument\":{\"State\":\"" state "\"}}"
#define INVITATION(status)                                                                         \
    "{\"Catalog\":\"AWS\",\"Id\":\"engi-1\",\"EngagementId\":\"eng-1\",\"Status\":\"" status       \
    "\",\"InvitationDate\":\"" V1 "\",\"ExpirationDate\":\"2026-01-16T00:00:00Z\"}"
#define TASK(status, more)                                                                         \
    "{\"TaskId\":\"task-1\",\"StartTime\":\"" V2 "\",\"TaskStatus\":\"" status "\"" more "}"
#define MADE            ",\"OpportunityId\":\"O7\""
#define TASKS(list)     "{\"TaskSummaries\":[" list "]}"
#define TIED(list)      "{\"EngagementResourceAssociationSummaries\":[" list "]}"
#define O7              "{\"Catalog\":\"AWS\",\"Id\":\"O7\",\"LastModifiedDate\":\"" V2 "\"}"
#define CONFLICT        "{\"__type\":\"ConflictException\",\"Message\":\"again\"}"
#define MISSING         "{\"__type\":\"ResourceNotFoundException\",\"Message\":\"none\"}"
#define INVALID         "{\"__type\":\"ValidationException\",\"Message\":\"bad\"}"
#define SOLUTIONS(list) "{\"SolutionSummaries\":[" list "]}"

#define SCENE(title_, action_) .title = title_, .action = action_

static const struct scene scenes[] = {
    /* Accepting. */
    {SCENE("accept", ACTION_ACCEPT),
     .replies = {{200, INVITATION("PENDING")},
                 {200, TASK("IN_PROGRESS", "")},
                 {200, TASKS(TASK("IN_PROGRESS", ""))},
                 {200, TASKS(TASK("COMPLETE", MADE))},
                 {200, O7}},
     .trail = "get start poll poll read", .after = V2},
    {SCENE("accepted in the portal", ACTION_ACCEPT),
     .replies = {{200, INVITATION("ACCEPTED")}, {200, TASKS(TASK("COMPLETE", MADE))}, {200, O7}},
     .trail = "get find read", .after = V2},
    {SCENE("accepted in the portal, without a task", ACTION_ACCEPT),
     .replies = {{200, INVITATION("ACCEPTED")},
                 {200, TASKS("")},
                 {200, TIED("{\"ResourceId\":\"O7\"}")},
                 {200, O7}},
     .trail = "get find trace read", .after = V2},
    {SCENE("accepted elsewhere, and nothing came of it", ACTION_ACCEPT),
     .replies = {{200, INVITATION("ACCEPTED")}, {200, TASKS("")}, {200, TIED("")}},
     .trail = "get find trace", .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {SCENE("accept what expired", ACTION_ACCEPT), .replies = {{200, INVITATION("EXPIRED")}},
     .trail = "get", .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {SCENE("accept what was rejected", ACTION_ACCEPT), .replies = {{200, INVITATION("REJECTED")}},
     .trail = "get", .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {SCENE("the start got lost, and its task is done", ACTION_ACCEPT), .resume = "start",
     .replies = {{200, TASKS(TASK("COMPLETE", MADE))}, {200, O7}}, .trail = "find read",
     .after = V2},
    {SCENE("the start got lost, and its task runs", ACTION_ACCEPT), .resume = "start",
     .replies = {{200, TASKS(TASK("IN_PROGRESS", ""))},
                 {200, TASKS(TASK("COMPLETE", MADE))},
                 {200, O7}},
     .trail = "find poll read", .after = V2},
    {SCENE("the start got lost before it arrived", ACTION_ACCEPT), .resume = "start",
     .replies = {{200, TASKS("")}, {200, TASK("COMPLETE", MADE)}, {200, O7}},
     .trail = "find start read", .after = V2},
    {SCENE("the token was used", ACTION_ACCEPT),
     .replies = {{200, INVITATION("PENDING")},
                 {409, CONFLICT},
                 {200, TASKS(TASK("COMPLETE", MADE))},
                 {200, O7}},
     .trail = "get start find read", .after = V2},
    {SCENE("the acceptance fails", ACTION_ACCEPT),
     .replies = {{200, INVITATION("PENDING")},
                 {200, TASK("FAILED", ",\"ReasonCode\":\"InvitationValidationFailed\"")}},
     .trail = "get start", .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {SCENE("the acceptance fails by the service", ACTION_ACCEPT),
     .replies = {{200, INVITATION("PENDING")},
                 {200, TASK("FAILED", ",\"ReasonCode\":\"InternalError\"")}},
     .trail = "get start", .ending = ENDS_OVER, .class = ERROR_TEMPORARY},
    {SCENE("the acceptance takes its time", ACTION_ACCEPT),
     .replies = {{200, INVITATION("PENDING")},
                 {200, TASK("IN_PROGRESS", "")},
                 {200, TASKS(TASK("IN_PROGRESS", ""))},
                 {200, TASKS("")},
                 {200, TASKS(TASK("IN_PROGRESS", ""))},
                 {200, TASKS(TASK("IN_PROGRESS", ""))},
                 {200, TASKS(TASK("IN_PROGRESS", ""))}},
     .trail = "get start poll poll poll poll poll", .ending = ENDS_LATER},
    {SCENE("a later run goes on with it", ACTION_ACCEPT), .resume = "poll",
     .progress = "{\"task\":\"task-1\",\"polls\":99}",
     .replies = {{200, TASKS(TASK("IN_PROGRESS", ""))},
                 {200, TASKS(TASK("COMPLETE", MADE))},
                 {200, O7}},
     .trail = "poll poll read", .after = V2},
    {SCENE("a task that does not tell its opportunity", ACTION_ACCEPT),
     .replies = {{200, INVITATION("PENDING")}, {200, TASK("COMPLETE", "")}}, .trail = "get start",
     .ending = ENDS_FAILED, .class = ERROR_TEMPORARY},

    /* Rejecting. */
    {SCENE("reject", ACTION_REJECT),
     .replies = {{200, INVITATION("PENDING")}, {200, ""}, {200, INVITATION("REJECTED")}},
     .trail = "get reject read", .after = "REJECTED " V1},
    {SCENE("reject with a reason", ACTION_REJECT),
     .local = {{"reject_reason", NULL, "Unable to support"}},
     .replies = {{200, INVITATION("PENDING")}, {200, ""}, {404, MISSING}},
     .trail = "get reject read"},
    {SCENE("the rejection got lost and had happened", ACTION_REJECT), .resume = "reject",
     .replies = {{200, INVITATION("REJECTED")}}, .trail = "get", .after = "REJECTED " V1},
    {SCENE("the rejection got lost, had happened and is not shown", ACTION_REJECT),
     .resume = "reject", .progress = "{\"rejected\":1}", .replies = {{404, MISSING}},
     .trail = "get"},
    {SCENE("the rejection got lost and had not happened", ACTION_REJECT), .resume = "reject",
     .progress = "{\"rejected\":1}",
     .replies = {{200, INVITATION("PENDING")}, {200, ""}, {200, INVITATION("REJECTED")}},
     .trail = "get reject read", .after = "REJECTED " V1},
    {SCENE("the rejection gets lost", ACTION_REJECT),
     .replies = {{200, INVITATION("PENDING")}, {0}}, .trail = "get reject", .ending = ENDS_FAILED,
     .class = ERROR_TEMPORARY},
    {SCENE("reject what is not there", ACTION_REJECT), .replies = {{404, MISSING}}, .trail = "get",
     .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {SCENE("reject what was accepted", ACTION_REJECT), .replies = {{200, INVITATION("ACCEPTED")}},
     .trail = "get", .ending = ENDS_FAILED, .class = ERROR_REFUSED},

    /* Offers. */
    {SCENE("tie an offer", ACTION_UPDATE), .fields = {{"offers", NULL, "offer-1"}},
     .replies = {{200, DOC(V1, RELATED(""))},
                 {200, ENTITY(OFFER("offer-1"), "Released")},
                 {200, ""},
                 {200, DOC(V2, RELATED(OFFERS("\"" OFFER("offer-1") "\"")))}},
     .trail = "get describe associate refresh", .after = V2},
    {SCENE("another offer in its place", ACTION_UPDATE),
     .fields = {{"offers", "offer-1", "offer-2"}},
     .replies = {{200, DOC(V1, RELATED(OFFERS("\"" OFFER("offer-1") "\"")))},
                 {200, ENTITY(OFFER("offer-2"), "Released")},
                 {200, ""},
                 {200, ""},
                 {200, DOC(V2, RELATED(OFFERS("\"" OFFER("offer-2") "\"")))}},
     .trail = "get describe detach associate refresh", .after = V2},
    {SCENE("an offer set in place of an offer", ACTION_UPDATE),
     .fields = {{"offers", "offer-1", NULL}, {"offer_sets", NULL, "offerset-1"}},
     .replies = {{200, DOC(V1, RELATED(OFFERS("\"" OFFER("offer-1") "\"")))},
                 {200, ENTITY(SET("offerset-1"), "Released")},
                 {200, ""},
                 {200, ""},
                 {200, DOC(V2, RELATED(SETS("\"" SET("offerset-1") "\"")))}},
     .trail = "get describe detach associate refresh", .after = V2},
    {SCENE("it is tied already", ACTION_UPDATE), .fields = {{"offers", NULL, "offer-1"}},
     .replies = {{200, DOC(V2, RELATED(OFFERS("\"" OFFER("offer-1") "\"")))}}, .trail = "get",
     .after = V2},
    {SCENE("a draft is waited for", ACTION_UPDATE), .fields = {{"offers", "offer-1", "offer-2"}},
     .replies = {{200, DOC(V1, RELATED(OFFERS("\"" OFFER("offer-1") "\"")))},
                 {200, ENTITY(OFFER("offer-2"), "Draft")}},
     .trail = "get describe", .ending = ENDS_LATER},
    {SCENE("a draft that was waited for is released", ACTION_UPDATE),
     .fields = {{"offers", "offer-1", "offer-2"}}, .resume = "describe",
     .progress = "{\"add\":[{\"type\":\"AwsMarketplaceOffers\",\"identifier\":\"offer-2\","
                 "\"entity\":\"offer\",\"draft\":true}]}",
     .replies = {{200, DOC(V1, RELATED(OFFERS("\"" OFFER("offer-1") "\"")))},
                 {200, ENTITY(OFFER("offer-2"), "Released")},
                 {200, ""},
                 {200, ""},
                 {200, DOC(V2, RELATED(OFFERS("\"" OFFER("offer-2") "\"")))}},
     .trail = "get describe detach associate refresh", .after = V2},
    {SCENE("the record moved while a draft was waited for", ACTION_UPDATE),
     .fields = {{"offers", "offer-1", "offer-2"}}, .resume = "describe",
     .progress = "{\"add\":[{\"type\":\"AwsMarketplaceOffers\",\"identifier\":\"offer-2\","
                 "\"entity\":\"offer\",\"draft\":true}]}",
     .replies = {{200, DOC(V2, RELATED(OFFERS("\"" OFFER("offer-3") "\"")))}}, .trail = "get",
     .ending = ENDS_STALE},
    {SCENE("a draft does not hold other edits up", ACTION_UPDATE),
     .fields = {{"offers", "offer-1", "offer-2"}, {"next_steps", NULL, "Call"}},
     .replies = {{200, DOC(V1, RELATED(OFFERS("\"" OFFER("offer-1") "\"")))},
                 {200, ENTITY(OFFER("offer-2"), "Draft")},
                 {200, "{}"},
                 {200, DOC(V2, RELATED(OFFERS("\"" OFFER("offer-1") "\"")))}},
     .trail = "get describe update read", .after = V2},
    {SCENE("no such offer", ACTION_UPDATE), .fields = {{"offers", NULL, "offer-9"}},
     .replies = {{200, DOC(V1, RELATED(""))}, {404, MISSING}}, .trail = "get describe",
     .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {SCENE("resumed after the old one was taken off", ACTION_UPDATE),
     .fields = {{"offers", "offer-1", "offer-2"}}, .resume = "associate",
     .progress = "{\"add\":[{\"type\":\"AwsMarketplaceOffers\",\"identifier\":\"" OFFER(
         "offer-2") "\"}],\"detach\":[{}],\"detached\":1}",
     .replies = {{200, ""}, {200, DOC(V2, RELATED(OFFERS("\"" OFFER("offer-2") "\"")))}},
     .trail = "associate refresh", .after = V2},
    {SCENE("taking off got lost and had happened", ACTION_UPDATE),
     .fields = {{"offers", "offer-1", "offer-2"}}, .resume = "detach",
     .progress = "{\"add\":[{\"type\":\"AwsMarketplaceOffers\",\"identifier\":\"" OFFER(
         "offer-2") "\"}],\"detach\":[{\"type\":\"AwsMarketplaceOffers\",\"identifier\":"
                    "\"" OFFER("offer-1") "\"}]}",
     .replies = {{404, MISSING},
                 {200, ""},
                 {200, DOC(V2, RELATED(OFFERS("\"" OFFER("offer-2") "\"")))}},
     .trail = "detach associate refresh", .after = V2},
    {SCENE("create with an offer and an owner", ACTION_CREATE),
     .fields = {{"title", NULL, "Analytics"},
                {"offers", NULL, "offer-1"},
                {"owner_email", NULL, "ann@example.com"},
                {"owner_title", NULL, "PartnerAccountManager"}},
     .replies = {{200, "{\"EntityArn\":\"" OFFER(
                           "offer-1") "\",\"Details\":\"{\\\"State\\\":\\\"Released\\\"}\"}"},
                 {200, "{\"Id\":\"O1\"}"},
                 {200, ""},
                 {200, DOC(V2, RELATED(OFFERS("\"" OFFER("offer-1") "\"")))}},
     .trail = "describe create associate read", .after = V2},

    /* Solutions. */
    {SCENE("no such solution", ACTION_CREATE),
     .fields = {{"title", NULL, "Analytics"}, {"solutions", NULL, "S-9"}},
     .replies = {{200, SOLUTIONS("")},
                 {200, SOLUTIONS("{\"Id\":\"S-1\",\"Name\":\"Suite\"},{\"Id\":\"S-2\"}")}},
     .trail = "check active", .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {SCENE("addresses are not looked up", ACTION_CREATE),
     .fields = {{"title", NULL, "Analytics"}, {"solutions", NULL, "arn:aws:x/Solution/s"}},
     .replies = {{200, "{\"Id\":\"O1\"}"}, {200, ""}, {200, DOC(V1, RELATED(""))}},
     .trail = "create associate read", .after = V1},

    /* Owners. */
    {SCENE("another owner", ACTION_UPDATE),
     .fields = {{"owner_email", "old@example.com", "ann@example.com"},
                {"owner_first_name", "Otto", "Ann"},
                {"owner_last_name", "Old", "New"}},
     .replies = {{200, DOC(V1, TEAM("old@example.com", "Otto"))},
                 {200, ""},
                 {200, DOC(V2, TEAM("ann@example.com", "Otto"))},
                 {200, DOC(V2, TEAM("ann@example.com", "Ann"))}},
     .trail = "get assign refresh read", .after = V2},
    {SCENE("the owner's first name", ACTION_UPDATE),
     .fields = {{"owner_first_name", "Otto", "Otis"}},
     .replies = {{200, DOC(V1, TEAM("old@example.com", "Otto"))},
                 {200, ""},
                 {200, DOC(V2, TEAM("old@example.com", "Otis"))}},
     .trail = "get assign refresh", .after = V2},
    {SCENE("a new owner's names are not the old one's", ACTION_UPDATE),
     .fields = {{"owner_email", "old@example.com", "ann@example.com"}},
     .replies = {{200, DOC(V1, TEAM("old@example.com", "Otto"))}}, .trail = "get",
     .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {SCENE("the assignment got lost and had happened", ACTION_UPDATE),
     .fields = {{"owner_first_name", "Otto", "Otis"}}, .resume = "assign",
     .replies = {{200, DOC(V2, TEAM("old@example.com", "Otis"))}}, .trail = "get", .after = V2},
    {SCENE("the assignment got lost and had not happened", ACTION_UPDATE),
     .fields = {{"owner_first_name", "Otto", "Otis"}}, .resume = "assign",
     .replies = {{200, DOC(V1, TEAM("old@example.com", "Otto"))},
                 {200, ""},
                 {200, DOC(V2, TEAM("old@example.com", "Otis"))}},
     .trail = "get assign refresh", .after = V2},
    {SCENE("the assignment got lost, and somebody assigned another", ACTION_UPDATE),
     .fields = {{"owner_first_name", "Otto", "Otis"}}, .resume = "assign",
     .replies = {{200, DOC(V2, TEAM("old@example.com", "Olaf"))}}, .trail = "get",
     .ending = ENDS_STALE},
    {SCENE("somebody assigned another after our ties", ACTION_UPDATE),
     .fields = {{"owner_first_name", "Otto", "Otis"}, {"solutions", NULL, "S-1"}},
     .resume = "assign",
     .progress = "{\"add\":[{\"type\":\"Solutions\",\"identifier\":\"S-1\"}],\"added\":1}",
     .replies = {{200, DOC(V2, TEAM("old@example.com", "Olaf"))}}, .trail = "get",
     .ending = ENDS_STALE},
    {SCENE("our ties stand, and the owner is still to be assigned", ACTION_UPDATE),
     .fields = {{"owner_first_name", "Otto", "Otis"}, {"solutions", NULL, "S-1"}},
     .resume = "assign",
     .progress = "{\"add\":[{\"type\":\"Solutions\",\"identifier\":\"S-1\"}],\"added\":1}",
     .replies = {{200,
                  DOC(V2, TEAM("old@example.com", "Otto") "," RELATED("\"Solutions\":[\"S-1\"]"))},
                 {200, ""},
                 {200,
                  DOC(V2, TEAM("old@example.com", "Otis") "," RELATED("\"Solutions\":[\"S-1\"]"))}},
     .trail = "get assign refresh", .after = V2},
    {SCENE("the owner is nobody's user", ACTION_UPDATE),
     .fields = {{"owner_first_name", "Otto", "Otis"}},
     .replies = {{200, DOC(V1, TEAM("old@example.com", "Otto"))}, {400, INVALID}},
     .trail = "get assign", .ending = ENDS_FAILED, .class = ERROR_REFUSED},
};

static void test_scenes(void **state)
{
    (void)state;
    scenes_check(scenes, COUNT(scenes));
}

static struct run played(const char *title, enum action action)
{
    struct run run = {0};
    scene_play(&run, scene_find(scenes, COUNT(scenes), title, action));
    return run;
}

/* The record at the end is the opportunity, under its own id. */
static void test_accept_bodies(void **state)
{
    (void)state;
    struct run run = played("accept", ACTION_ACCEPT);
    assert_string_equal(run.bodies[0], "{\"Catalog\":\"AWS\",\"Identifier\":\"engi-1\"}");
    assert_string_equal(
        run.bodies[1],
        "{\"Catalog\":\"AWS\",\"ClientToken\":\"token-1\",\"Identifier\":\"engi-1\"}");
    assert_string_equal(run.bodies[2], "{\"Catalog\":\"AWS\",\"TaskIdentifier\":[\"task-1\"]}");
    assert_string_equal(run.bodies[4], "{\"Catalog\":\"AWS\",\"Identifier\":\"O7\"}");
    assert_string_equal(run.context.after->id, "O7");
    assert_true(run.waited_ms >= 2000);
    arena_free(run.arena);

    run = played("the start got lost, and its task runs", ACTION_ACCEPT);
    assert_string_equal(run.bodies[0],
                        "{\"Catalog\":\"AWS\",\"EngagementInvitationIdentifier\":[\"engi-1\"]}");
    arena_free(run.arena);

    run = played("the acceptance takes its time", ACTION_ACCEPT);
    assert_string_equal(json_get_text(run.context.progress, "note"),
                        "AWS has not finished the acceptance");
    assert_true(run.waited_ms > 5000 && run.waited_ms <= 10000);
    arena_free(run.arena);

    run = played("a later run goes on with it", ACTION_ACCEPT);
    assert_int_equal(run.waited_ms, 5000);
    arena_free(run.arena);

    run = played("accept what expired", ACTION_ACCEPT);
    assert_string_equal(run.error.message, "the invitation expired on 2026-01-16T00:00:00Z and "
                                           "cannot be accepted any more");
    arena_free(run.arena);
}

static void test_reject_bodies(void **state)
{
    (void)state;
    struct run run = played("reject", ACTION_REJECT);
    assert_string_equal(
        run.bodies[1],
        "{\"Catalog\":\"AWS\",\"Identifier\":\"engi-1\",\"RejectionReason\":\"Other\"}");
    assert_string_equal(run.context.after->id, "engi-1");
    assert_string_equal(record_get(run.context.after, "status"), "declined");
    arena_free(run.arena);
    run = played("reject with a reason", ACTION_REJECT);
    assert_string_equal(json_get_text(scene_body(&run, 1), "RejectionReason"), "Unable to support");
    arena_free(run.arena);
}

static void test_tie_bodies(void **state)
{
    (void)state;
    struct run run = played("another offer in its place", ACTION_UPDATE);
    const struct json *detach = scene_body(&run, 2), *associate = scene_body(&run, 3);
    assert_null(run.bodies[1]); /* a query has none */
    assert_string_equal(json_get_text(detach, "RelatedEntityType"), "AwsMarketplaceOffers");
    assert_string_equal(json_get_text(detach, "RelatedEntityIdentifier"), OFFER("offer-1"));
    assert_string_equal(json_get_text(associate, "RelatedEntityIdentifier"), OFFER("offer-2"));
    arena_free(run.arena);

    run = played("an offer set in place of an offer", ACTION_UPDATE);
    associate = scene_body(&run, 3);
    assert_string_equal(json_get_text(associate, "RelatedEntityType"), "AwsMarketplaceOfferSets");
    assert_string_equal(json_get_text(associate, "RelatedEntityIdentifier"), SET("offerset-1"));
    arena_free(run.arena);

    run = played("a draft is waited for", ACTION_UPDATE);
    assert_string_equal(json_get_text(run.context.progress, "note"),
                        "the offer offer-2 is still a draft; it is tied once it is released");
    arena_free(run.arena);

    run = played("no such solution", ACTION_CREATE);
    assert_string_equal(run.error.message, "S-9 is no active solution; active are S-1 (Suite), "
                                           "S-2 (without a name)");
    assert_string_equal(run.bodies[0], "{\"Catalog\":\"AWS\",\"MaxResults\":100,\"Status\":"
                                       "[\"Active\"],\"Identifier\":[\"S-9\"]}");
    arena_free(run.arena);
}

static void test_owner_bodies(void **state)
{
    (void)state;
    struct run run = played("another owner", ACTION_UPDATE);
    assert_string_equal(run.bodies[1],
                        "{\"Catalog\":\"AWS\",\"Identifier\":\"O1\",\"Assignee\":{\"Email\":"
                        "\"ann@example.com\",\"FirstName\":\"Ann\",\"LastName\":\"New\","
                        "\"BusinessTitle\":\"OpportunityOwner\"}}");
    arena_free(run.arena);
    run = played("the owner's first name", ACTION_UPDATE);
    assert_string_equal(json_text(json_find(scene_body(&run, 1), "Assignee.Email")),
                        "old@example.com");
    assert_string_equal(json_text(json_find(scene_body(&run, 1), "Assignee.LastName")), "Old");
    arena_free(run.arena);
    run = played("create with an offer and an owner", ACTION_CREATE);
    assert_string_equal(json_print(run.arena, json_get(scene_body(&run, 1), "OpportunityTeam")),
                        "[{\"Email\":\"ann@example.com\",\"BusinessTitle\":"
                        "\"PartnerAccountManager\"}]");
    arena_free(run.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenes),        cmocka_unit_test(test_accept_bodies),
        cmocka_unit_test(test_reject_bodies), cmocka_unit_test(test_tie_bodies),
        cmocka_unit_test(test_owner_bodies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
