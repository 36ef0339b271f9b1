/* The procedures of offers: each scene is a script of answers and the trail of steps that must come
 * of it; each body is what a change set must say for a record. */
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
#include "connectors/aws/offers.h"
#include "tests/support/fake.h"

#define V1     "2026-01-01T00:00:01Z"
#define V2     "2026-01-01T00:00:02Z"
#define DAY_MS INT64_C(86400000)

/* One answer. Status 0: the answer got lost. */
struct reply {
    int status;
    const char *body;
};

struct wish {
    const char *name, *old_value, *new_value;
};

enum ending { ENDS_DONE, ENDS_STALE, ENDS_OVER, ENDS_LATER, ENDS_FAILED };

struct scene {
    const char *title;
    enum action action;
    struct wish fields[16];
    const char *resume;   /* step that was open; NULL: undisturbed */
    const char *progress; /* as the journal had it; NULL: {} */
    struct reply replies[12];
    const char *trail; /* step names in order */
    enum ending ending;
    enum error_class class;
    const char *message; /* part of the error's */
    const char *after;   /* version of the record at the end; NULL: not known */
    int64_t later_ms;    /* after FAKE_START_MS */
};

struct run {
    struct arena *arena;
    struct cloud cloud;
    struct change change;
    struct step_context context;
    struct error error;
    enum ending ending;
    char trail[256];
    struct http_request requests[16];
    size_t sent;
};

/* ------------------------------------------------------------------ answers */

#define OFFER(version, revision, members)                                                          \
    "{\"EntityType\":\"Offer@1.0\",\"EntityIdentifier\":\"offer-1@" revision "\","                 \
    "\"EntityArn\":\"a\",\"LastModifiedDate\":\"" version "\",\"Details\":\"{}\","                 \
    "\"DetailsDocument\":{\"Id\":\"offer-1\",\"ProductId\":\"prod-1\"," members "}}"
#define RESALE(version, members)                                                                   \
    "{\"EntityType\":\"ResaleAuthorization@1.0\",\"EntityIdentifier\":\"resaleauthz-1@1\","        \
    "\"LastModifiedDate\":\"" version "\",\"DetailsDocument\":{\"ProductId\":\"prod-1\"," members  \
    "}}"
#define STATE(state, name, description)                                                            \
    "\"State\":\"" state "\",\"Name\":\"" name "\",\"Description\":\"" description "\""
#define UNTIL(day)                                                                                 \
    "\"Rules\":[{\"Type\":\"AvailabilityRule\","                                                   \
    "\"AvailabilityEndDate\":\"" day "T23:59:59.000Z\"}]"
#define DRAFT    OFFER(V1, "1", STATE("Draft", "Deal", "[CRM-1]"))
#define RELEASED OFFER(V1, "1", STATE("Released", "Deal", "[CRM-1]") "," UNTIL("2026-02-01"))
#define SUMMARY(more)                                                                              \
    "{\"EntitySummaryList\":[{\"EntityId\":\"offer-1\",\"OfferSummary\":{" more "}}]}"
#define NO_DRAFTS           "{\"EntitySummaryList\":[]}"
#define DRAFTS(list, token) "{\"EntitySummaryList\":[" list "],\"NextToken\":" token "}"
#define LISTED(id)          "{\"EntityId\":\"" id "\"}"
#define STARTED             "{\"ChangeSetId\":\"cs-1\"}"
#define SET(status)                                                                                \
    "{\"ChangeSetId\":\"cs-1\",\"Status\":\"" status "\",\"ChangeSet\":["                          \
    "{\"ChangeType\":\"CreateOffer\",\"ChangeName\":\"CreateOffer\","                              \
    "\"Entity\":{\"Type\":\"Offer@1.0\",\"Identifier\":\"offer-1@1\"}}]}"
#define SET_FAILED(code)                                                                           \
    "{\"ChangeSetId\":\"cs-1\",\"Status\":\"FAILED\",\"FailureCode\":\"CLIENT_ERROR\","            \
    "\"ChangeSet\":[{\"ChangeType\":\"ReleaseOffer\",\"ErrorDetailList\":["                        \
    "{\"ErrorCode\":\"" code "\",\"ErrorMessage\":\"mend it\"}]}]}"
#define NO_AGREEMENT "{\"agreementViewSummaries\":[]}"
#define PRODUCT                                                                                    \
    "{\"EntityType\":\"SaaSProduct@1.0\",\"EntityIdentifier\":\"prod-1@7\","                       \
    "\"LastModifiedDate\":\"" V1 "\",\"DetailsDocument\":{\"Description\":{\"Visibility\":"        \
    "\"Limited\"},\"Dimensions\":[{\"Key\":\"basic\",\"Types\":[\"Entitled\"]},"                   \
    "{\"Key\":\"seats\",\"Types\":[\"Entitled\"]},"                                                \
    "{\"Key\":\"gb\",\"Types\":[\"ExternallyMetered\"]}]}}"
#define UNFINISHED_PRODUCT                                                                         \
    "{\"EntityType\":\"SaaSProduct@1.0\",\"EntityIdentifier\":\"prod-1@7\","                       \
    "\"LastModifiedDate\":\"" V1 "\",\"DetailsDocument\":{\"Description\":{\"Visibility\":"        \
    "\"Draft\"}}}"
#define AGREEMENT(status)                                                                          \
    "{\"agreementId\":\"agmt-1\",\"status\":\"" status "\",\"proposalSummary\":{\"resources\":["   \
    "{\"id\":\"prod-1\",\"type\":\"SaaSProduct\"}]}}"
#define INVALID "{\"__type\":\"ValidationException\",\"Message\":\"Price is missing\"}"
#define OLD_REVISION                                                                               \
    "{\"__type\":\"ValidationException\",\"Message\":\"The current revision of the entity is 2\"}"
#define IN_USE "{\"__type\":\"ResourceInUseException\",\"Message\":\"offer-1 is locked by cs-9\"}"

#define FIND(list) "{\"ChangeSetSummaryList\":[" list "]}"
#define MADE                                                                                       \
    {200, STARTED},                                                                                \
    {                                                                                              \
        200, SET("SUCCEEDED")                                                                      \
    }
#define READ_BACK                                                                                  \
    {200, DRAFT},                                                                                  \
    {                                                                                              \
        200, SUMMARY("")                                                                           \
    }
#define DEAL                                                                                       \
    {"title", NULL, "Deal"}, {"product", NULL, "prod-1"},                                          \
    {                                                                                              \
        "expires", NULL, "2026-02-01"                                                              \
    }
/* "CRM-1" and the first digits of the token's digest. */
#define NAME "CRM-1 3f08aace"
#define BEGUN                                                                                      \
    "{\"set_name\":\"" NAME "\",\"since\":\"" V1                                                   \
    "\",\"changes\":[{\"ChangeType\":\"CreateOffer\","                                             \
    "\"Entity\":{\"Type\":\"Offer@1.0\"},\"ChangeName\":\"CreateOffer\",\"DetailsDocument\":{}}]}"

static const struct scene scenes[] = {
    /* Creating. */
    {"create",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT}, {200, NO_DRAFTS}, MADE, READ_BACK},
     .trail = "product lookup start poll read summary",
     .after = V1 " draft - -"},
    {"create, and the set takes its time",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT},
                 {200, NO_DRAFTS},
                 {200, STARTED},
                 {200, SET("PREPARING")},
                 {200, SET("APPLYING")},
                 {200, SET("SUCCEEDED")},
                 READ_BACK},
     .trail = "product lookup start poll poll poll read summary",
     .after = V1 " draft - -"},
    {"the product has no such dimension",
     ACTION_CREATE,
     {DEAL, {"prices", NULL, "P12M/basic=12\x1fP12M/premium=24"}},
     .replies = {{200, PRODUCT}},
     .trail = "product",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "no dimension premium; those for prices are: basic, seats"},
    {"a dimension of another type",
     ACTION_CREATE,
     {DEAL, {"usage_prices", NULL, "basic=0.10"}},
     .replies = {{200, PRODUCT}},
     .trail = "product",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "the dimension basic for another use; those for usage_prices are: gb"},
    {"the product was never released",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, UNFINISHED_PRODUCT}},
     .trail = "product",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "the product prod-1 is a draft"},
    {"a replacement of what is over",
     ACTION_CREATE,
     {{"title", NULL, "Deal"}, {"replaces", NULL, "agmt-1"}},
     .replies = {{200, AGREEMENT("REPLACED")}},
     .trail = "agreement",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "agreement agmt-1 is REPLACED"},
    {"a replacement's dimensions are those of the agreement's product",
     ACTION_CREATE,
     {{"title", NULL, "Deal"}, {"replaces", NULL, "agmt-1"}, {"grants", NULL, "gold=1"}},
     .replies = {{200, AGREEMENT("ACTIVE")}, {200, PRODUCT}},
     .trail = "agreement product",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "no dimension gold"},
    {"the set is refused at once",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT}, {200, NO_DRAFTS}, {422, INVALID}},
     .trail = "product lookup start",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "Price is missing"},
    {"the set fails by the data",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT},
                 {200, NO_DRAFTS},
                 {200, STARTED},
                 {200, SET_FAILED("INVALID_CHARGE_DATES")}},
     .trail = "product lookup start poll",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "INVALID_CHARGE_DATES"},
    {"the answer got lost: the later run finds the set and makes no second one",
     ACTION_CREATE,
     {DEAL},
     .resume = "start",
     .progress = BEGUN,
     .replies = {{200, FIND("{\"ChangeSetId\":\"cs-1\",\"ChangeSetName\":\"" NAME "\","
                            "\"Status\":\"APPLYING\"}")},
                 {200, SET("SUCCEEDED")},
                 READ_BACK},
     .trail = "find poll read summary",
     .after = V1 " draft - -"},
    {"the request got lost: nothing is known of it, so it is made",
     ACTION_CREATE,
     {DEAL},
     .resume = "start",
     .progress = BEGUN,
     .replies = {{200, FIND("")}, {200, NO_DRAFTS}, MADE, READ_BACK},
     .trail = "find lookup start poll read summary",
     .after = V1 " draft - -"},
    {"an earlier attempt left a draft with the reference: it is completed",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT},
                 {200, DRAFTS(LISTED("offer-1"), "null")},
                 {200, "{\"EntityDetails\":{\"offer-1\":" DRAFT "}}"},
                 MADE,
                 READ_BACK},
     .trail = "product lookup drafts start poll read summary",
     .after = V1 " draft - -"},
    {"an earlier attempt left a draft that is whole",
     ACTION_CREATE,
     {{"title", NULL, "Deal"}, {"product", NULL, "prod-1"}},
     .replies = {{200, PRODUCT},
                 {200, DRAFTS(LISTED("offer-1"), "null")},
                 {200, "{\"EntityDetails\":{\"offer-1\":" DRAFT "}}"},
                 {200, SUMMARY("")}},
     .trail = "product lookup drafts summary",
     .after = V1 " draft - -"},
    {"an earlier set ended before the draft had a description",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT},
                 {200, DRAFTS(LISTED("offer-1"), "null")},
                 {200, "{\"EntityDetails\":{\"offer-1\":" OFFER(
                           V1, "1", "\"State\":\"Draft\",\"Name\":\"Deal\"") "}}"},
                 MADE,
                 READ_BACK},
     .trail = "product lookup drafts start poll read summary",
     .after = V1 " draft - -"},
    {"a draft of the same name with other buyers is somebody else's",
     ACTION_CREATE,
     {DEAL, {"buyer_accounts", NULL, "444455556666"}},
     .replies = {{200, PRODUCT},
                 {200, DRAFTS(LISTED("offer-1"), "null")},
                 {200, "{\"EntityDetails\":{\"offer-1\":" OFFER(
                           V1, "1",
                           "\"State\":\"Draft\",\"Name\":\"Deal\",\"Rules\":[{\"Type\":"
                           "\"TargetingRule\",\"PositiveTargeting\":{\"BuyerAccounts\":["
                           "\"777788889999\"]}}]") "}}"},
                 MADE,
                 READ_BACK},
     .trail = "product lookup drafts start poll read summary",
     .after = V1 " draft - -"},
    {"two drafts carry the reference",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT},
                 {200, DRAFTS(LISTED("offer-1") "," LISTED("offer-2"), "null")},
                 {200, "{\"EntityDetails\":{\"offer-1\":" DRAFT ",\"offer-2\":" DRAFT "}}"}},
     .trail = "product lookup drafts",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "both carry the reference CRM-1"},
    {"two namesakes, and which is ours nobody can tell",
     ACTION_CREATE,
     {DEAL},
     .replies =
         {{200, PRODUCT},
          {200, DRAFTS(LISTED("offer-1") "," LISTED("offer-2"), "null")},
          {200, "{\"EntityDetails\":{\"offer-1\":" OFFER(
                    V1, "1",
                    "\"State\":\"Draft\",\"Name\":\"Deal\"") ",\"offer-2\":" OFFER(V1, "1",
                                                                                   "\"State\":"
                                                                                   "\"Draft\","
                                                                                   "\"Name\":"
                                                                                   "\"Deal\"") "}"
                                                                                               "}"}},
     .trail = "product lookup drafts",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "put [CRM-1] into the description"},
    {"one with the reference counts more than namesakes",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT},
                 {200, DRAFTS(LISTED("offer-2"), "\"p\"")},
                 {200, "{\"EntityDetails\":{\"offer-2\":" OFFER(
                           V1, "1", "\"State\":\"Draft\",\"Name\":\"Deal\"") "}}"},
                 {200, DRAFTS(LISTED("offer-1"), "null")},
                 {200, "{\"EntityDetails\":{\"offer-1\":" DRAFT "}}"},
                 MADE,
                 READ_BACK},
     .trail = "product lookup drafts lookup drafts start poll read summary",
     .after = V1 " draft - -"},
    {"a draft that cannot be looked into proves nothing",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT},
                 {200, DRAFTS(LISTED("offer-1"), "null")},
                 {200, "{\"EntityDetails\":{},\"Errors\":{\"offer-1\":{\"ErrorCode\":"
                       "\"InternalServiceException\"}}}"}},
     .trail = "product lookup drafts",
     .ending = ENDS_FAILED,
     .class = ERROR_TEMPORARY,
     .message = "offer-1 cannot be looked into"},
    {"an empty page in the middle of the drafts",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT}, {200, DRAFTS("", "\"p\"")}, {200, NO_DRAFTS}, MADE, READ_BACK},
     .trail = "product lookup lookup start poll read summary",
     .after = V1 " draft - -"},
    {"the drafts repeat a page",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, PRODUCT}, {200, DRAFTS("", "\"p\"")}, {200, DRAFTS("", "\"p\"")}},
     .trail = "product lookup lookup",
     .ending = ENDS_FAILED,
     .class = ERROR_TEMPORARY,
     .message = "repeats itself"},
    {"a reseller cannot see the product",
     ACTION_CREATE,
     {DEAL, {"resale_authorization", NULL, "resaleauthz-1"}},
     .replies = {{200, NO_DRAFTS}, MADE, READ_BACK},
     .trail = "lookup start poll read summary",
     .after = V1 " draft - -"},

    /* Releasing. */
    {"publish",
     ACTION_PUBLISH,
     {{0}},
     .replies = {{200, DRAFT},
                 MADE,
                 {200, OFFER(V2, "2", STATE("Released", "Deal", "[CRM-1]"))},
                 {200, SUMMARY("\"ReleaseDate\":\"2026-01-01T00:00:00Z\"")},
                 {200, NO_AGREEMENT}},
     .trail = "get start poll read summary bought",
     .after = V2 " open - -"},
    {"it is released already",
     ACTION_PUBLISH,
     {{0}},
     .replies = {{200, RELEASED}, {200, SUMMARY("")}, {200, NO_AGREEMENT}},
     .trail = "get summary bought",
     .after = V1 " open - -"},
    {"released and bought already: the next read brings the whole",
     ACTION_PUBLISH,
     {{0}},
     .replies = {{200, RELEASED},
                 {200, SUMMARY("")},
                 {200, "{\"agreementViewSummaries\":[{\"agreementId\":\"agmt-1\"}]}"}},
     .trail = "get summary bought"},
    {"somebody edited the draft",
     ACTION_PUBLISH,
     {{0}},
     .replies = {{200, OFFER(V2, "2", STATE("Draft", "Deal", "[CRM-1]"))}},
     .trail = "get",
     .ending = ENDS_STALE},
    {"somebody edits it between get and start",
     ACTION_PUBLISH,
     {{0}},
     .replies = {{200, DRAFT}, {422, OLD_REVISION}},
     .trail = "get start",
     .ending = ENDS_STALE},
    {"the release fails",
     ACTION_PUBLISH,
     {{0}},
     .replies = {{200, DRAFT}, {200, STARTED}, {200, SET_FAILED("MISSING_MANDATORY_TERMS")}},
     .trail = "get start poll",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "ReleaseOffer: mend it (MISSING_MANDATORY_TERMS)"},
    {"the product is under review: a later run goes on",
     ACTION_PUBLISH,
     {{0}},
     .replies = {{200, DRAFT}, {423, IN_USE}, {423, IN_USE}, {423, IN_USE}, {423, IN_USE}},
     .trail = "get start start start start",
     .ending = ENDS_LATER},

    /* Editing. */
    {"rename",
     ACTION_UPDATE,
     {{"title", "Deal", "Big deal"}},
     .replies = {{200, RELEASED},
                 MADE,
                 {200, OFFER(V2, "2", STATE("Released", "Big deal", "[CRM-1]"))},
                 {200, SUMMARY("")},
                 {200, NO_AGREEMENT}},
     .trail = "get start poll read summary bought",
     .after = V2 " open - -"},
    {"it has that name",
     ACTION_UPDATE,
     {{"title", "Old", "Deal"}},
     .replies = {{200, RELEASED}, {200, SUMMARY("")}, {200, NO_AGREEMENT}},
     .trail = "get summary bought",
     .after = V1 " open - -"},
    {"what is released keeps its buyers",
     ACTION_UPDATE,
     {{"buyer_accounts", NULL, "444455556666"}},
     .replies = {{200, RELEASED}},
     .trail = "get",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "UpdateTargeting: what is released takes"},
    {"take a draft back",
     ACTION_CANCEL,
     {{0}},
     .replies = {{200, DRAFT}},
     .trail = "get",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED,
     .message = "offer-1 is a draft"},
};

/* ------------------------------------------------------------------ the engine in small */

static const struct step *find_step(const struct procedure *procedure, const char *name)
{
    for (size_t i = 0; i < procedure->count; i++) {
        if (text_equal(procedure->steps[i].name, name))
            return &procedure->steps[i];
    }
    fail_msg("no step %s", name ? name : "(null)");
    return NULL;
}

static void set_up(struct run *run, const struct scene *scene)
{
    const struct kind *kind = &kinds[KIND_OFFER];
    bool creates = scene->action == ACTION_CREATE;
    *run = (struct run){.arena = arena_new()};
    run->cloud = (struct cloud){
        .arena = run->arena,
        .catalog = "AWS",
        .urls = {"http://127.0.0.1:1/", "http://127.0.0.1:2/", "http://127.0.0.1:3/"},
        .change_set_poll_ms = 30000,
        .patience_ms = 100000};
    struct change *change = &run->change;
    *change = (struct change){.kind = kind,
                              .action = scene->action,
                              .local_key = "CRM-1",
                              .remote_id = creates ? NULL : "offer-1",
                              .version = creates ? NULL : V1 " open - -",
                              .fields = arena_array(run->arena, 16, sizeof *change->fields)};
    struct record *local = record_new(run->arena, kind, "CRM-1");
    for (size_t i = 0; i < COUNT(scene->fields) && scene->fields[i].name; i++) {
        const struct wish *wish = &scene->fields[i];
        assert_int_not_equal(kind_field(kind, wish->name), FIELD_NONE);
        change->fields[change->field_count++] =
            (struct change_field){.field = kind_field(kind, wish->name),
                                  .old_value = wish->old_value,
                                  .new_value = wish->new_value};
        record_set(local, wish->name, wish->new_value);
    }
    struct json *progress = json_object(run->arena);
    if (scene->progress)
        assert_int_equal(
            json_parse(run->arena, scene->progress, strlen(scene->progress), &progress, NULL), 0);
    run->context = (struct step_context){.cloud = &run->cloud,
                                         .arena = run->arena,
                                         .change = change,
                                         .local = local,
                                         .progress = progress,
                                         .token = "token-1",
                                         .now_ms = FAKE_START_MS + scene->later_ms,
                                         .began_ms = FAKE_START_MS + scene->later_ms};
}

/* Plays the answer through the session's own judge. */
static enum step_result play(struct run *run, const struct step *step, const struct reply *reply)
{
    struct error failure = {0};
    bool refresh = false;
    const struct http_response response = {.status = reply->status,
                                           .body = reply->body ? reply->body : "",
                                           .body_length = reply->body ? strlen(reply->body) : 0};
    int result = reply->status ? aws_judge(NULL, &response, &refresh, &failure)
                               : error_set(&failure, ERROR_TEMPORARY, SCOPE_RECORD, "lost");
    return step->answer(&run->context, reply->status ? &response : NULL, result ? &failure : NULL,
                        &run->error);
}

/* True if the scene is over; else `step` is the next one. */
static bool move(struct run *run, const struct procedure *procedure, enum step_result result,
                 const struct step **step)
{
    static const enum ending endings[] = {[STEP_DONE] = ENDS_DONE,
                                          [STEP_STALE] = ENDS_STALE,
                                          [STEP_OVER] = ENDS_OVER,
                                          [STEP_LATER] = ENDS_LATER,
                                          [STEP_FAIL] = ENDS_FAILED};
    if (result == STEP_NEXT)
        ++*step;
    else if (result == STEP_GOTO)
        *step = find_step(procedure, run->context.goto_step);
    else if (result != STEP_WAIT)
        run->ending = endings[result];
    return result != STEP_NEXT && result != STEP_GOTO && result != STEP_WAIT;
}

/* The engine in small: the same moves, without journal and network. */
static void play_scene(struct run *run, const struct scene *scene)
{
    set_up(run, scene);
    const struct procedure *procedure = connector_procedure(&aws_offers, scene->action);
    const struct step *step = find_step(procedure, procedure->first);
    if (scene->resume)
        step = find_step(procedure, find_step(procedure, scene->resume)->resume);
    for (size_t answered = 0; step < procedure->steps + procedure->count;) {
        struct http_request request = {0};
        int built = step->build(&run->context, &request, &run->error);
        if (built == 1) {
            step++;
            continue;
        }
        if (built < 0) {
            run->ending = ENDS_FAILED;
            return;
        }
        size_t length = strlen(run->trail);
        snprintf(run->trail + length, sizeof run->trail - length, "%s%s", length ? " " : "",
                 step->name);
        const char *target = http_request_get(&request, "x-amz-target");
        assert_non_null(strstr(target ? target : request.url, step->operation));
        assert_true(run->sent < COUNT(run->requests) && answered < COUNT(scene->replies));
        assert_true(scene->replies[answered].body || !scene->replies[answered].status);
        run->requests[run->sent++] = request;
        if (scene->replies[answered].status && !scene->replies[answered].body)
            fail_msg("%s: no answer for step %s", scene->title, step->name);
        if (move(run, procedure, play(run, step, &scene->replies[answered++]), &step))
            return;
        run->context.now_ms += run->context.wait_ms;
        run->context.wait_ms = 0;
    }
    fail_msg("%s: ran past its last step", scene->title);
}

static struct json *body_of(struct run *run, size_t index)
{
    struct json *body = NULL;
    const struct http_request *request = &run->requests[index];
    assert_true(index < run->sent && request->body);
    assert_int_equal(json_parse(run->arena, request->body, strlen(request->body), &body, NULL), 0);
    return body;
}

/* The body of the only StartChangeSet. */
static struct json *started(struct run *run)
{
    struct json *body = NULL;
    for (size_t i = 0; i < run->sent; i++) {
        if (!strstr(run->requests[i].url, "StartChangeSet"))
            continue;
        assert_null(body);
        body = body_of(run, i);
    }
    assert_non_null(body);
    return body;
}

static void assert_json(struct run *run, const struct json *json, const char *expected)
{
    struct json *wanted = NULL;
    struct error error = {0};
    if (json_parse(run->arena, expected, strlen(expected), &wanted, &error) < 0)
        fail_msg("the test's own JSON: %s", error.message);
    if (!json_equal(json, wanted))
        fail_msg("\n  is     %s\n  not    %s", json_print(run->arena, json), expected);
}

static void test_scenes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++) {
        const struct scene *scene = &scenes[i];
        struct run run;
        play_scene(&run, scene);
        print_message("  %s: %s %s\n", scene->title, run.trail, run.error.message);
        assert_string_equal(run.trail, scene->trail);
        assert_int_equal(run.ending, scene->ending);
        if (scene->ending >= ENDS_FAILED) {
            assert_int_equal(run.error.class, scene->class);
            assert_non_null(strstr(run.error.message, scene->message));
        }
        assert_int_equal(!run.context.after, !scene->after);
        if (scene->after)
            assert_string_equal(run.context.after->version, scene->after);
        arena_free(run.arena);
    }
}

/* ------------------------------------------------------------------ what a set says */

static const struct scene *scene_named(const char *title)
{
    for (size_t i = 0; i < COUNT(scenes); i++) {
        if (!strcmp(scenes[i].title, title))
            return &scenes[i];
    }
    fail_msg("no scene %s", title);
    return NULL;
}

/* One wanted change of the set: its type and document. Entities are checked apart. */
struct said {
    const char *type, *details;
};

struct body {
    const char *title;
    struct wish fields[16];
    struct said said[10];
    const char *refused; /* or part of the message */
};

#define EULA                                                                                       \
    {                                                                                              \
        "UpdateLegalTerms", "{\"Terms\":[{\"Type\":\"LegalTerm\",\"Documents\":[{\"Type\":"        \
                            "\"StandardEula\",\"Version\":\"2022-07-14\"}]}]}"                     \
    }
#define INFORMATION                                                                                \
    {                                                                                              \
        "UpdateInformation", "{\"Name\":\"Deal\",\"Description\":\"Northwind [CRM-1]\"}"           \
    }
#define CREATED                                                                                    \
    {                                                                                              \
        "CreateOffer", "{\"ProductId\":\"prod-1\",\"Name\":\"Deal\"}"                              \
    }
#define BUYERS                                                                                     \
    {                                                                                              \
        "UpdateTargeting", "{\"PositiveTargeting\":{\"BuyerAccounts\":[\"444455556666\"]}}"        \
    }
#define EXPIRES                                                                                    \
    {                                                                                              \
        "UpdateAvailability", "{\"AvailabilityEndDate\":\"2026-02-01\"}"                           \
    }
#define NOTED                                                                                      \
    {                                                                                              \
        "note", NULL, "Northwind"                                                                  \
    }
#define TO_BUYER                                                                                   \
    {                                                                                              \
        "buyer_accounts", NULL, "444455556666"                                                     \
    }
#define STANDARD                                                                                   \
    {                                                                                              \
        "eula", NULL, "standard"                                                                   \
    }
#define DOLLARS                                                                                    \
    {                                                                                              \
        "currency", NULL, "USD"                                                                    \
    }

static const struct body bodies[] = {
    {"a fixed price for a year",
     {DEAL,
      NOTED,
      TO_BUYER,
      STANDARD,
      {"pricing", NULL, "fixed"},
      {"value", NULL, "12000.00 USD"},
      {"grants", NULL, "basic=10\x1fseats=3"},
      {"duration", NULL, "P12M"}},
     {CREATED,
      INFORMATION,
      BUYERS,
      EULA,
      {"UpdatePricingTerms",
       "{\"PricingModel\":\"Contract\",\"Terms\":[{\"Type\":\"FixedUpfrontPricingTerm\","
       "\"CurrencyCode\":\"USD\",\"Price\":\"12000.00\",\"Duration\":\"P12M\",\"Grants\":["
       "{\"DimensionKey\":\"basic\",\"MaxQuantity\":10},"
       "{\"DimensionKey\":\"seats\",\"MaxQuantity\":3}]}]}"},
      EXPIRES},
     NULL},
    {"instalments: the price is zero and the duration stands apart",
     {DEAL,
      NOTED,
      {"pricing", NULL, "fixed"},
      {"value", NULL, "12000.00 USD"},
      {"grants", NULL, "basic=10"},
      {"duration", NULL, "P12M"},
      {"schedule", NULL,
       "2026-03-01=6000\x1f"
       "2026-09-01=6000"}},
     {CREATED,
      INFORMATION,
      {"UpdatePricingTerms",
       "{\"PricingModel\":\"Contract\",\"Terms\":[{\"Type\":\"FixedUpfrontPricingTerm\","
       "\"CurrencyCode\":\"USD\",\"Price\":\"0\",\"Grants\":[{\"DimensionKey\":\"basic\","
       "\"MaxQuantity\":10}]}]}"},
      {"UpdatePaymentScheduleTerms",
       "{\"Terms\":[{\"Type\":\"PaymentScheduleTerm\",\"CurrencyCode\":\"USD\",\"Schedule\":["
       "{\"ChargeDate\":\"2026-03-01\",\"ChargeAmount\":\"6000\"},"
       "{\"ChargeDate\":\"2026-09-01\",\"ChargeAmount\":\"6000\"}]}]}"},
      {"UpdateValidityTerms",
       "{\"Terms\":[{\"Type\":\"ValidityTerm\",\"AgreementDuration\":\"P12M\"}]}"},
      EXPIRES},
     NULL},
    {"prices to choose from, with use beyond them",
     {DEAL,
      NOTED,
      DOLLARS,
      {"pricing", NULL, "configurable"},
      {"duration", NULL, "P12M"},
      {"prices", NULL, "basic=12000\x1fseats=24000.5"},
      {"usage_prices", NULL, "gb=0.13"}},
     {CREATED,
      INFORMATION,
      {"UpdatePricingTerms",
       "{\"PricingModel\":\"Contract\",\"Terms\":[{\"Type\":\"ConfigurableUpfrontPricingTerm\","
       "\"CurrencyCode\":\"USD\",\"RateCards\":[{\"Selector\":{\"Type\":\"Duration\",\"Value\":"
       "\"P12M\"},\"Constraints\":{\"MultipleDimensionSelection\":\"Disallowed\","
       "\"QuantityConfiguration\":\"Disallowed\"},\"RateCard\":[{\"DimensionKey\":\"basic\","
       "\"Price\":\"12000\"},{\"DimensionKey\":\"seats\",\"Price\":\"24000.5\"}]}]},"
       "{\"Type\":\"UsageBasedPricingTerm\",\"CurrencyCode\":\"USD\",\"RateCards\":[{\"RateCard\":"
       "[{\"DimensionKey\":\"gb\",\"Price\":\"0.13\"}]}]}]}"},
      EXPIRES},
     NULL},
    {"prices by use, from a day on",
     {DEAL,
      NOTED,
      DOLLARS,
      {"pricing", NULL, "usage"},
      {"usage_prices", NULL, "gb=0.13"},
      {"start_date", NULL, "2026-03-01"},
      {"end_date", NULL, "2027-02-28"},
      {"countries", NULL, "DE\x1fUS"},
      TO_BUYER},
     {CREATED,
      INFORMATION,
      {"UpdateTargeting", "{\"PositiveTargeting\":{\"BuyerAccounts\":[\"444455556666\"],"
                          "\"CountryCodes\":[\"DE\",\"US\"]}}"},
      {"UpdatePricingTerms",
       "{\"PricingModel\":\"Usage\",\"Terms\":[{\"Type\":\"UsageBasedPricingTerm\","
       "\"CurrencyCode\":\"USD\",\"RateCards\":[{\"RateCard\":[{\"DimensionKey\":\"gb\","
       "\"Price\":\"0.13\"}]}]}]}"},
      {"UpdateValidityTerms", "{\"Terms\":[{\"Type\":\"ValidityTerm\",\"AgreementStartDate\":"
                              "\"2026-03-01\",\"AgreementEndDate\":\"2027-02-28\"}]}"},
      EXPIRES},
     NULL},
    {"nothing to pay",
     {DEAL, NOTED, DOLLARS, {"pricing", NULL, "free"}, {"usage_prices", NULL, "gb=0"}},
     {CREATED,
      INFORMATION,
      {"UpdatePricingTerms",
       "{\"PricingModel\":\"Free\",\"Terms\":[{\"Type\":\"UsageBasedPricingTerm\","
       "\"CurrencyCode\":\"USD\",\"RateCards\":[{\"RateCard\":[{\"DimensionKey\":\"gb\","
       "\"Price\":\"0\"}]}]}]}"},
      EXPIRES},
     NULL},
    {"the buyer's own licence",
     {DEAL, NOTED, {"pricing", NULL, "byol"}, {"duration", NULL, "P365D"}},
     {CREATED,
      INFORMATION,
      {"UpdatePricingTerms",
       "{\"PricingModel\":\"Byol\",\"Terms\":[{\"Type\":\"ByolPricingTerm\"}]}"},
      {"UpdateValidityTerms",
       "{\"Terms\":[{\"Type\":\"ValidityTerm\",\"AgreementDuration\":\"P365D\"}]}"},
      EXPIRES},
     NULL},
    {"support, payment, renewal, an earlier contract, a EULA of one's own",
     {DEAL,
      NOTED,
      {"eula", NULL, "https://example.com/eula.pdf"},
      {"refund_policy", NULL, "Case by case"},
      {"payment_due", NULL, "P30D"},
      {"renewals", NULL, "3"},
      {"renewal_increase", NULL, "3-7"},
      {"renewal_lockout", NULL, "P30D"},
      {"prior_channel", NULL, "External"},
      {"prior_pricing", NULL, "Contract"},
      {"offer_set", NULL, "offerset-1"}},
     {{"CreateOffer", "{\"ProductId\":\"prod-1\",\"Name\":\"Deal\",\"OfferSetId\":\"offerset-1\"}"},
      {"UpdateInformation",
       "{\"Name\":\"Deal\",\"Description\":\"Northwind [CRM-1]\",\"PreExistingAgreement\":"
       "{\"AcquisitionChannel\":\"External\",\"PricingModel\":\"Contract\"}}"},
      {"UpdateLegalTerms", "{\"Terms\":[{\"Type\":\"LegalTerm\",\"Documents\":[{\"Type\":"
                           "\"CustomEula\",\"Url\":\"https://example.com/eula.pdf\"}]}]}"},
      {"UpdateSupportTerms",
       "{\"Terms\":[{\"Type\":\"SupportTerm\",\"RefundPolicy\":\"Case by case\"}]}"},
      {"UpdateRenewalTerms",
       "{\"Terms\":[{\"Type\":\"RenewalTerm\",\"LockoutPeriod\":\"P30D\",\"MaxRenewals\":3,"
       "\"PriceIncrease\":{\"PercentageRange\":{\"Range\":{\"Min\":\"3\",\"Max\":\"7\","
       "\"Default\":\"3\"}}}}]}"},
      {"UpdateNetPaymentTerms",
       "{\"Terms\":[{\"Type\":\"NetPaymentTerm\",\"PaymentDuePeriod\":\"P30D\"}]}"},
      EXPIRES},
     NULL},
    {"a replacement has its agreement's buyer",
     {{"title", NULL, "Deal"},
      {"replaces", NULL, "agmt-1"},
      NOTED,
      TO_BUYER,
      DOLLARS,
      {"pricing", NULL, "fixed"},
      {"grants", NULL, "basic=20"},
      {"end_date", NULL, "2027-12-31"},
      {"schedule", NULL, "2026-02-01=9000"},
      {"expires", NULL, "2026-02-01"}},
     {{"CreateReplacementOffer", "{\"AgreementId\":\"agmt-1\",\"Name\":\"Deal\"}"},
      INFORMATION,
      {"UpdatePricingTerms",
       "{\"PricingModel\":\"Contract\",\"Terms\":[{\"Type\":\"FixedUpfrontPricingTerm\","
       "\"CurrencyCode\":\"USD\",\"Price\":\"0\",\"Grants\":[{\"DimensionKey\":\"basic\","
       "\"MaxQuantity\":20}]}]}"},
      {"UpdatePaymentScheduleTerms",
       "{\"Terms\":[{\"Type\":\"PaymentScheduleTerm\",\"CurrencyCode\":\"USD\",\"Schedule\":["
       "{\"ChargeDate\":\"2026-02-01\",\"ChargeAmount\":\"9000\"}]}]}"},
      {"UpdateValidityTerms",
       "{\"Terms\":[{\"Type\":\"ValidityTerm\",\"AgreementEndDate\":\"2027-12-31\"}]}"},
      EXPIRES},
     NULL},
    {"a reseller's offer with a markup",
     {{"title", NULL, "Deal"},
      {"form", NULL, "channel"},
      NOTED,
      TO_BUYER,
      {"markup", NULL, "5.5"},
      {"resale_authorization", NULL, "resaleauthz-1"},
      {"expires", NULL, "2026-02-01"}},
     {{"CreateOfferUsingResaleAuthorization",
       "{\"ResaleAuthorizationId\":\"resaleauthz-1\",\"Name\":\"Deal\"}"},
      INFORMATION,
      BUYERS,
      {"UpdateMarkup", "{\"Percentage\":\"5.5\"}"},
      EXPIRES},
     NULL},
    {"a reseller's replacement",
     {{"title", NULL, "Deal"},
      NOTED,
      {"replaces", NULL, "agmt-1"},
      {"markup", NULL, "5"},
      {"resale_authorization", NULL, "resaleauthz-1"}},
     {{"CreateReplacementOfferUsingResaleAuthorization",
       "{\"AgreementId\":\"agmt-1\",\"ResaleAuthorizationId\":\"resaleauthz-1\",\"Name\":"
       "\"Deal\"}"},
      INFORMATION,
      {"UpdateMarkup", "{\"Percentage\":\"5\"}"}},
     NULL},
    {"a resale authorization for one offer",
     {{"title", NULL, "Deal"},
      {"product", NULL, "prod-1"},
      NOTED,
      DOLLARS,
      {"form", NULL, "resale_authorization"},
      {"reseller", NULL, "777788889999"},
      {"pricing", NULL, "configurable"},
      {"prices", NULL, "basic=10000"},
      {"duration", NULL, "P12M"},
      STANDARD,
      {"start_date", NULL, "2026-06-30"},
      TO_BUYER},
     {{"CreateResaleAuthorization",
       "{\"ProductId\":\"prod-1\",\"Name\":\"Deal\",\"ResellerAccountId\":\"777788889999\","
       "\"Description\":\"Northwind [CRM-1]\"}"},
      {"UpdatePricingTerms",
       "{\"PricingModel\":\"Contract\",\"Terms\":[{\"Type\":"
       "\"ResaleConfigurableUpfrontPricingTerm\",\"CurrencyCode\":\"USD\",\"RateCards\":[{"
       "\"Selector\":{\"Type\":\"Duration\",\"Value\":\"P12M\"},\"Constraints\":{"
       "\"MultipleDimensionSelection\":\"Allowed\",\"QuantityConfiguration\":\"Allowed\"},"
       "\"RateCard\":[{\"DimensionKey\":\"basic\",\"Price\":\"10000\"}]}]}]}"},
      {"UpdateLegalTerms", "{\"Terms\":[{\"Type\":\"BuyerLegalTerm\",\"Documents\":[{\"Type\":"
                           "\"StandardEula\"}]}]}"},
      {"UpdateBuyerTargetingTerms",
       "{\"Terms\":[{\"Type\":\"BuyerTargetingTerm\",\"PositiveTargeting\":{\"BuyerAccounts\":["
       "\"444455556666\"]}}]}"},
      {"UpdateBuyerValidityTerms", "{\"Terms\":[{\"Type\":\"BuyerValidityTerm\","
                                   "\"MaximumAgreementStartDate\":\"2026-06-30\"}]}"},
      {"UpdateAvailability", "{\"OffersMaxQuantity\":1}"}},
     NULL},
    {"a resale authorization until a day, with instalments",
     {DEAL,
      NOTED,
      {"form", NULL, "resale_authorization"},
      {"reseller", NULL, "777788889999"},
      DOLLARS,
      {"pricing", NULL, "fixed"},
      {"grants", NULL, "basic=1"},
      {"duration", NULL, "P12M"},
      {"schedule", NULL, "2026-03-01=100.5"},
      {"prior_channel", NULL, "External"},
      {"prior_pricing", NULL, "Contract"}},
     {{"CreateResaleAuthorization",
       "{\"ProductId\":\"prod-1\",\"Name\":\"Deal\",\"ResellerAccountId\":\"777788889999\","
       "\"Description\":\"Northwind [CRM-1]\"}"},
      {"UpdateInformation", "{\"PreExistingBuyerAgreement\":{\"AcquisitionChannel\":\"External\","
                            "\"PricingModel\":\"Contract\"}}"},
      {"UpdatePricingTerms",
       "{\"PricingModel\":\"Contract\",\"Terms\":[{\"Type\":\"ResaleFixedUpfrontPricingTerm\","
       "\"CurrencyCode\":\"USD\",\"Price\":\"0\",\"Duration\":\"P12M\",\"Grants\":[{"
       "\"DimensionKey\":\"basic\",\"MaxQuantity\":1}]}]}"},
      {"UpdatePaymentScheduleTerms",
       "{\"Terms\":[{\"Type\":\"ResalePaymentScheduleTerm\",\"CurrencyCode\":\"USD\","
       "\"Schedule\":[{\"ChargeDate\":\"2026-03-01\",\"ChargeAmount\":\"100.5\"}]}]}"},
      EXPIRES},
     NULL},
    {"no price",
     {DEAL, {"pricing", NULL, "fixed"}, {"grants", NULL, "basic=1"}},
     {{0}},
     "set value"},
    {"no currency",
     {DEAL, {"pricing", NULL, "usage"}, {"usage_prices", NULL, "gb=1"}},
     {{0}},
     "set currency"},
    {"no duration", {DEAL, DOLLARS, {"prices", NULL, "basic=1"}}, {{0}}, "set duration"},
    {"two currencies",
     {DEAL,
      DOLLARS,
      {"pricing", NULL, "fixed"},
      {"value", NULL, "1.00 EUR"},
      {"grants", NULL, "basic=1"}},
     {{0}},
     "an offer has one currency"},
    {"half a seat",
     {DEAL, {"pricing", NULL, "fixed"}, {"value", NULL, "1.00 USD"}, {"grants", NULL, "basic=0.5"}},
     {{0}},
     "a dimension and how many"},
    {"no such day",
     {DEAL, DOLLARS, {"schedule", NULL, "2026-02-30=1"}},
     {{0}},
     "a day and an amount"},
};

/* A change's entity: made under a name, or the one that the name stands for. */
static void check_said(struct run *run, const struct json *set, const struct said *said)
{
    size_t count = 0;
    for (; count < 10 && said[count].type; count++) {
        const struct json *change = json_at(set, count);
        const char *identifier = json_text(json_find(change, "Entity.Identifier"));
        if (!change || !text_equal(json_get_text(change, "ChangeType"), said[count].type))
            fail_msg("no %s in %s", said[count].type, json_print(run->arena, set));
        assert_json(run, json_get(change, "DetailsDocument"), said[count].details);
        if (count)
            assert_string_equal(identifier, "$CreateOffer.Entity.Identifier");
        else
            assert_true(!identifier &&
                        text_equal(json_get_text(change, "ChangeName"), "CreateOffer"));
    }
    if (set->count != count)
        fail_msg("more than was to be said: %s", json_print(run->arena, set));
}

static void test_bodies(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct scene scene = *scene_named("create");
        memcpy(scene.fields, bodies[i].fields, sizeof scene.fields);
        size_t at = 0;
        bool replaces = false, authorised = false;
        for (size_t f = 0; f < COUNT(scene.fields) && scene.fields[f].name; f++) {
            replaces = replaces || !strcmp(scene.fields[f].name, "replaces");
            authorised = authorised || !strcmp(scene.fields[f].name, "resale_authorization");
        }
        if (replaces)
            scene.replies[at++] = (struct reply){200, AGREEMENT("ACTIVE")};
        if (!authorised)
            scene.replies[at++] = (struct reply){200, PRODUCT};
        const struct reply rest[] = {{200, NO_DRAFTS}, {422, INVALID}};
        memcpy(&scene.replies[at], rest, sizeof rest);
        struct run run;
        print_message("  %s\n", bodies[i].title);
        play_scene(&run, &scene);
        if (bodies[i].refused) {
            assert_int_equal(run.error.class, ERROR_REFUSED);
            if (!strstr(run.error.message, bodies[i].refused))
                fail_msg("%s", run.error.message);
            assert_null(strstr(run.trail, "start"));
        } else {
            const struct json *set = started(&run);
            assert_string_equal(json_get_text(set, "ClientRequestToken"), "token-1");
            assert_true(text_starts(json_get_text(set, "ChangeSetName"), "CRM-1 "));
            check_said(&run, json_get(set, "ChangeSet"), bodies[i].said);
        }
        arena_free(run.arena);
    }
}

/* Promise 2: what is started again is the same request, and the lock stands in it. */
static void test_same_request(void **state)
{
    (void)state;
    struct run first, again;
    play_scene(&first, scene_named("create"));
    assert_string_equal(json_get_text(first.context.progress, "id"), "offer-1");
    assert_string_equal(json_get_text(started(&first), "ChangeSetName"), NAME);
    struct scene scene =
        *scene_named("the request got lost: nothing is known of it, so it is made");
    scene.progress = json_print(first.arena, first.context.progress);
    play_scene(&again, &scene);
    assert_true(json_equal(started(&first), started(&again)));
    arena_free(first.arena);
    arena_free(again.arena);
}

static void test_lookup_request(void **state)
{
    (void)state;
    static const struct {
        struct wish fields[4];
        const char *body;
    } rows[] = {
        {{{"product", NULL, "prod-1"}, {"resale_authorization", NULL, "resaleauthz-1"}},
         "{\"Catalog\":\"AWSMarketplace\",\"EntityType\":\"Offer\",\"MaxResults\":20,"
         "\"EntityTypeFilters\":{\"OfferFilters\":{\"State\":{\"ValueList\":[\"Draft\"]},"
         "\"ResaleAuthorizationId\":{\"ValueList\":[\"resaleauthz-1\"]}}}}"},
        {{{"resale_authorization", NULL, "r"}, {"replaces", NULL, "agmt-1"}},
         "{\"Catalog\":\"AWSMarketplace\",\"EntityType\":\"Offer\",\"MaxResults\":20,"
         "\"EntityTypeFilters\":{\"OfferFilters\":{\"State\":{\"ValueList\":[\"Draft\"]},"
         "\"TargetAgreementId\":{\"ValueList\":[\"agmt-1\"]}}}}"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct scene scene = {.title = "lookup",
                              .action = ACTION_CREATE,
                              .resume = "lookup",
                              .replies = {{200, "{}"}}};
        memcpy(scene.fields, rows[i].fields, sizeof rows[i].fields);
        struct run run;
        play_scene(&run, &scene);
        assert_int_equal(run.error.class, ERROR_TEMPORARY); /* no list is not an empty one */
        assert_json(&run, body_of(&run, 0), rows[i].body);
        arena_free(run.arena);
    }
}

/* ------------------------------------------------------------------ on what stands */

struct edit {
    const char *title;
    enum action action;
    struct wish fields[4];
    const char *entity;
    const char *set; /* NULL: nothing to say */
    int64_t later_ms;
};

#define TERMS(list) STATE("Draft", "Deal", "[CRM-1]") ",\"Terms\":[" list "]"
#define RATES(members)                                                                             \
    "{\"Type\":\"ConfigurableUpfrontPricingTerm\",\"CurrencyCode\":\"USD\",\"Odd\":1.50,"          \
    "\"RateCards\":[{\"Selector\":{\"Type\":\"Duration\",\"Value\":\"P12M\"},\"Constraints\":{"    \
    "\"MultipleDimensionSelection\":\"Allowed\",\"QuantityConfiguration\":\"Allowed\"},"           \
    "\"New\":true,\"RateCard\":[" members "]}]}"
#define TRIAL "{\"Type\":\"FreeTrialPricingTerm\",\"Duration\":\"P7D\",\"Grants\":[]}"
#define CHANGE(type, identifier, details)                                                          \
    "{\"ChangeType\":\"" type "\",\"Entity\":{\"Type\":\"Offer@1.0\",\"Identifier\":\"" identifier \
    "\"},\"DetailsDocument\":" details "}"

static const struct edit edits[] =
    {
        {"terms and members that are not ours travel back",
         ACTION_UPDATE,
         {{"prices", "basic=12000\x1fseats=5", "basic=12000\x1fseats=6"}},
         OFFER(
             V1, "3",
             TERMS(TRIAL "," RATES("{\"DimensionKey\":\"basic\",\"Price\":\"12000.00\",\"Tier\":7},"
                                   "{\"DimensionKey\":\"seats\",\"Price\":\"5.0\"}"))),
         "[" CHANGE("UpdatePricingTerms", "offer-1@3",
                    "{\"PricingModel\":\"Contract\",\"Terms\":[" TRIAL
                    "," RATES("{\"DimensionKey\":\"basic\",\"Price\":\"12000.00\",\"Tier\":7},"
                              "{\"DimensionKey\":\"seats\",\"Price\":\"6\"}") "]}") "]",
         0},
        {"the same price in other digits is no edit",
         ACTION_UPDATE,
         {{"prices", NULL, "basic=12000"}},
         OFFER(V1, "3", TERMS(RATES("{\"DimensionKey\":\"basic\",\"Price\":\"12000.00\"}"))),
         NULL,
         0},
        {"other buyers, the same countries",
         ACTION_UPDATE,
         {{"buyer_accounts", "1", "444455556666"}},
         OFFER(
             V1, "3",
             STATE("Draft", "Deal",
                   "[CRM-1]") ",\"Rules\":[{\"Type\":\"TargetingRule\","
                              "\"PositiveTargeting\":{\"BuyerAccounts\":[\"1\"],\"CountryCodes\":["
                              "\"DE\"],"
                              "\"Later\":[1]},\"NegativeTargeting\":{\"CountryCodes\":[\"FR\"]}}]"),
         "[" CHANGE(
             "UpdateTargeting", "offer-1@3",
             "{\"PositiveTargeting\":{\"BuyerAccounts\":[\"444455556666\"],\"CountryCodes\":["
             "\"DE\"],\"Later\":[1]},\"NegativeTargeting\":{\"CountryCodes\":[\"FR\"]}}") "]",
         0},
        {"no instalments any more: the list is emptied, the price and the duration come back",
         ACTION_UPDATE,
         {{"schedule", "2026-03-01=600", NULL}, {"value", "600.00 USD", "500.00 USD"}},
         OFFER(
             V1, "3",
             TERMS(
                 "{\"Type\":\"FixedUpfrontPricingTerm\",\"CurrencyCode\":\"USD\",\"Price\":\"0.0\","
                 "\"Grants\":[{\"DimensionKey\":\"basic\",\"MaxQuantity\":1}]},"
                 "{\"Type\":\"PaymentScheduleTerm\",\"CurrencyCode\":\"USD\",\"Schedule\":[{"
                 "\"ChargeDate\":\"2026-03-01T00:00:00.000Z\",\"ChargeAmount\":\"600\"}]},"
                 "{\"Type\":\"ValidityTerm\",\"AgreementDuration\":\"P12M\"}")),
         "[" CHANGE("UpdatePricingTerms", "offer-1@3",
                    "{\"PricingModel\":\"Contract\",\"Terms\":[{\"Type\":"
                    "\"FixedUpfrontPricingTerm\","
                    "\"CurrencyCode\":\"USD\",\"Price\":\"500.00\",\"Duration\":\"P12M\","
                    "\"Grants\":[{"
                    "\"DimensionKey\":\"basic\",\"MaxQuantity\":1}]}]}") "," CHANGE("UpdatePaymentS"
                                                                                    "cheduleTerms",
                                                                                    "offer-1",
                                                                                    "{\"Terms\":[]"
                                                                                    "}") "," CHANGE("UpdateValidityTerms",
                                                                                                    "offer-1",
                                                                                                    "{\"Terms\":[]}") "]",
         0},
        {"an instalment more: the days are days again",
         ACTION_UPDATE,
         {{"schedule", "2026-03-01=600",
           "2026-03-01=600\x1f"
           "2026-04-01=7"}},
         OFFER(V1, "3",
               TERMS("{\"Type\":\"PaymentScheduleTerm\",\"CurrencyCode\":\"USD\",\"Schedule\":[{"
                     "\"ChargeDate\":\"2026-03-01T00:00:00.000Z\",\"ChargeAmount\":\"600.00\"}]}")),
         "[" CHANGE("UpdatePaymentScheduleTerms", "offer-1@3",
                    "{\"Terms\":[{\"Type\":\"PaymentScheduleTerm\",\"CurrencyCode\":\"USD\","
                    "\"Schedule\":[{\"ChargeDate\":\"2026-03-01\",\"ChargeAmount\":\"600.00\"},"
                    "{\"ChargeDate\":\"2026-04-01\",\"ChargeAmount\":\"7\"}]}]}") "]",
         0},
        {"another renewal keeps its templates",
         ACTION_UPDATE,
         {{"renewal_increase", "3", "5"}},
         OFFER(V1, "3",
               TERMS("{\"Type\":\"RenewalTerm\",\"MaxRenewals\":2,\"PriceIncrease\":{"
                     "\"FixedPercentage\":{\"Value\":\"3\"}},\"TermTemplates\":[{\"A\":1}]}")),
         "[" CHANGE("UpdateRenewalTerms", "offer-1@3",
                    "{\"Terms\":[{\"Type\":\"RenewalTerm\",\"MaxRenewals\":2,\"PriceIncrease\":{"
                    "\"FixedPercentage\":{\"Value\":\"5\"}},\"TermTemplates\":[{\"A\":1}]}]}") "]",
         0},
        {"support taken off",
         ACTION_UPDATE,
         {{"refund_policy", "None", NULL}},
         OFFER(V1, "3", TERMS("{\"Type\":\"SupportTerm\",\"RefundPolicy\":\"None\"}")),
         "[" CHANGE("UpdateSupportTerms", "offer-1@3", "{\"Terms\":[]}") "]",
         0},
        {"another note keeps reference and mark",
         ACTION_UPDATE,
         {{"note", "Old", "New"}},
         OFFER(V1, "3", STATE("Released", "Deal", "Old [CRM-1 cancelled]")),
         "[" CHANGE("UpdateInformation", "offer-1@3",
                    "{\"Description\":\"New [CRM-1 cancelled]\"}") "]",
         0},
        {"publish with an edit that is still to be made",
         ACTION_PUBLISH,
         {{"title", "Deal", "Big deal"}},
         OFFER(V1, "3", STATE("Draft", "Deal", "[CRM-1]")),
         "[" CHANGE("UpdateInformation", "offer-1@3",
                    "{\"Name\":\"Big deal\"}") "," CHANGE("ReleaseOffer", "offer-1", "{}") "]",
         0},
        {"publish",
         ACTION_PUBLISH,
         {{0}},
         OFFER(V1, "3", STATE("Draft", "Deal", "[CRM-1]")),
         "[" CHANGE("ReleaseOffer", "offer-1@3", "{}") "]",
         0},
        {"extend an offer that was taken back: it is open again",
         ACTION_EXTEND,
         {{"expires", "2025-12-01", "2026-03-01"}},
         OFFER(V1, "3",
               STATE("Released", "Deal", "Note [CRM-1 cancelled]") "," UNTIL("2025-12-01")),
         "[" CHANGE("UpdateInformation", "offer-1@3",
                    "{\"Description\":\"Note [CRM-1]\"}") "," CHANGE("UpdateAvailability",
                                                                     "offer-1",
                                                                     "{\"AvailabilityEndDate\":"
                                                                     "\"2026-03-01\"}") "]",
         0},
        {"take back in the first millisecond of a day",
         ACTION_CANCEL,
         {{0}},
         RELEASED,
         "[" CHANGE("UpdateInformation", "offer-1@1",
                    "{\"Description\":\"[CRM-1 cancelled]\"}") "," CHANGE("UpdateAvailability",
                                                                          "offer-1",
                                                                          "{\"AvailabilityEndDate\""
                                                                          ":\"2025-12-31\"}") "]",
         0},
        {"take back in the last millisecond of a day",
         ACTION_CANCEL,
         {{0}},
         RELEASED,
         "[" CHANGE("UpdateInformation", "offer-1@1",
                    "{\"Description\":\"[CRM-1 cancelled]\"}") "," CHANGE("UpdateAvailability",
                                                                          "offer-1",
                                                                          "{\"AvailabilityEndDate\""
                                                                          ":\"2025-12-31\"}") "]",
         DAY_MS - 1},
        {"take back a moment later",
         ACTION_CANCEL,
         {{0}},
         RELEASED,
         "[" CHANGE("UpdateInformation", "offer-1@1",
                    "{\"Description\":\"[CRM-1 cancelled]\"}") "," CHANGE("UpdateAvailability",
                                                                          "offer-1",
                                                                          "{\"AvailabilityEndDate\""
                                                                          ":\"2026-01-01\"}") "]",
         DAY_MS},
        {"take back as of a day that the local side names",
         ACTION_CANCEL,
         {{"expires", "2026-02-01", "2025-11-30"}},
         RELEASED,
         "[" CHANGE("UpdateInformation", "offer-1@1",
                    "{\"Description\":\"[CRM-1 cancelled]\"}") "," CHANGE("UpdateAvailability",
                                                                          "offer-1",
                                                                          "{\"AvailabilityEndDate\""
                                                                          ":\"2025-11-30\"}") "]",
         0},
        {"what has expired is marked, and its last day stays",
         ACTION_CANCEL,
         {{0}},
         OFFER(V1, "3", STATE("Released", "Deal", "[CRM-1]") "," UNTIL("2025-12-01")),
         "[" CHANGE("UpdateInformation", "offer-1@3",
                    "{\"Description\":\"[CRM-1 cancelled]\"}") "]",
         0},
};

static void test_edits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(edits); i++) {
        const struct edit *edit = &edits[i];
        struct scene scene = {.title = edit->title,
                              .action = edit->action,
                              .replies = {{200, edit->entity}, {422, INVALID}},
                              .later_ms = edit->later_ms};
        memcpy(scene.fields, edit->fields, sizeof edit->fields);
        if (!edit->set) {
            scene.replies[1] = (struct reply){200, SUMMARY("")};
            scene.replies[2] = (struct reply){200, NO_AGREEMENT};
        }
        struct run run;
        print_message("  %s\n", edit->title);
        play_scene(&run, &scene);
        if (edit->set)
            assert_json(&run, json_get(started(&run), "ChangeSet"), edit->set);
        else
            assert_string_equal(run.trail, "get summary");
        arena_free(run.arena);
    }
}

/* A resale authorization is released and restricted by changes of its own. */
static void test_resale(void **state)
{
    (void)state;
#define RESALE_CHANGE(type, details)                                                               \
    "[{\"ChangeType\":\"" type "\",\"Entity\":{\"Type\":\"ResaleAuthorization@1.0\","              \
    "\"Identifier\":\"resaleauthz-1@1\"},\"DetailsDocument\":" details "}]"
    static const struct edit rows[] = {
        {"publish",
         ACTION_PUBLISH,
         {{0}},
         RESALE(V1, "\"Status\":\"Draft\""),
         RESALE_CHANGE("ReleaseResaleAuthorization", "{}"),
         0},
        {"take back",
         ACTION_CANCEL,
         {{0}},
         RESALE(V1, "\"Status\":\"Active\""),
         RESALE_CHANGE("RestrictResaleAuthorization", "{}"),
         0},
        {"extend keeps for how many offers it is",
         ACTION_EXTEND,
         {{"expires", "2026-02-01", "2026-03-01"}},
         RESALE(V1, "\"Status\":\"Active\",\"Rules\":[{\"Type\":\"AvailabilityRule\","
                    "\"AvailabilityEndDate\":\"2026-02-01T23:59:59.000Z\","
                    "\"OffersMaxQuantity\":1}]"),
         RESALE_CHANGE("UpdateAvailability",
                       "{\"AvailabilityEndDate\":\"2026-03-01\",\"OffersMaxQuantity\":1}"),
         0},
        {"buyers are objects when read and texts when written",
         ACTION_UPDATE,
         {{"eula", NULL, "https://example.com/e"}},
         RESALE(V1, "\"Status\":\"Draft\",\"Terms\":[{\"Type\":\"ResaleLegalTerm\",\"Id\":\"t-1\","
                    "\"Documents\":[{\"Type\":\"CustomResellerContract\",\"Url\":\"u\"}]}]"),
         RESALE_CHANGE("UpdateLegalTerms",
                       "{\"Terms\":[{\"Type\":\"ResaleLegalTerm\",\"Documents\":[{\"Type\":"
                       "\"CustomResellerContract\",\"Url\":\"u\"}]},{\"Type\":\"BuyerLegalTerm\","
                       "\"Documents\":[{\"Type\":\"CustomEula\",\"Url\":\"https://example.com/e\"}]"
                       "}]}"),
         0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct scene scene = {.title = rows[i].title,
                              .action = rows[i].action,
                              .replies = {{200, rows[i].entity}, {422, INVALID}}};
        memcpy(scene.fields, rows[i].fields, sizeof rows[i].fields);
        struct run run;
        print_message("  %s\n", rows[i].title);
        play_scene(&run, &scene);
        assert_json(&run, json_get(started(&run), "ChangeSet"), rows[i].set);
        arena_free(run.arena);
    }
    struct scene over = {
        .title = "restricted already",
        .action = ACTION_CANCEL,
        .replies = {{200, RESALE(V2, "\"Status\":\"Restricted\"")},
                    {200, "{\"EntitySummaryList\":[{\"ResaleAuthorizationSummary\":"
                          "{\"Status\":\"Restricted\"}}]}"}}};
    struct run run;
    play_scene(&run, &over);
    assert_string_equal(run.trail, "get summary");
    assert_string_equal(run.context.after->version, V2 " cancelled - -");
    assert_string_equal(json_get_text(body_of(&run, 1), "EntityType"), "ResaleAuthorization");
    arena_free(run.arena);
}

/* What only the listing tells of a replacement must not look as if it were gone. */
static void test_replacement_read_back(void **state)
{
    (void)state;
    for (int listed = 0; listed < 2; listed++) {
        struct scene scene = {
            .title = "replacement",
            .action = ACTION_CREATE,
            .fields = {{"title", NULL, "Deal"}, {"replaces", NULL, "agmt-1"}},
            .replies = {{200, AGREEMENT("ACTIVE")},
                        {200, PRODUCT},
                        {200, NO_DRAFTS},
                        MADE,
                        {200, DRAFT},
                        {200, listed ? SUMMARY("\"TargetAgreementId\":\"agmt-1\"") : NO_DRAFTS}}};
        struct run run;
        play_scene(&run, &scene);
        assert_int_equal(run.ending, ENDS_DONE);
        assert_string_equal(record_get(run.context.after, "replaces"), "agmt-1");
        assert_string_equal(record_get(run.context.after, "form"), "replacement");
        assert_string_equal(record_get(run.context.after, FIELD_REFERENCE), "CRM-1");
        arena_free(run.arena);
    }
}

/* ------------------------------------------------------------------ tables */

static void test_classify(void **state)
{
    (void)state;
    static const struct {
        const char *state, *old, *new;
        enum action action;
        int64_t later_ms;
    } rows[] = {
        {"open", "2026-01-10", "2026-01-11", ACTION_EXTEND, 0},
        {"open", "2026-01-10", "2026-01-09", ACTION_UPDATE, 0},
        {"open", "2026-01-10", "2026-01-01", ACTION_UPDATE, DAY_MS - 1}, /* today still counts */
        {"open", "2026-01-10", "2026-01-01", ACTION_CANCEL, DAY_MS},
        {"open", "2026-01-10", NULL, ACTION_UPDATE, 0},
        {"open", NULL, "2026-01-09", ACTION_EXTEND, 0},
        {"expired", "2025-12-01", "2026-01-01", ACTION_EXTEND, 0},
        {"expired", "2025-12-01", "2025-12-31", ACTION_UPDATE, 0},
        {"cancelled", "2025-12-01", "2026-01-01", ACTION_EXTEND, 0},
        {"draft", "2026-01-10", "2026-01-11", ACTION_UPDATE, 0},
        {"draft", "2026-01-10", "2025-01-11", ACTION_UPDATE, 0},
        {"accepted", "2026-01-10", "2026-01-11", ACTION_UPDATE, 0},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct kind *kind = &kinds[KIND_OFFER];
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct change_field field = {.field = kind_field(kind, "expires"),
                                     .old_value = rows[i].old,
                                     .new_value = rows[i].new};
        const struct change change = {.kind = kind, .fields = &field, .field_count = 1};
        struct record *before = record_new(arena, kind, "offer-1");
        record_set(before, "state", rows[i].state);
        record_set(before, "expires", rows[i].old);
        assert_int_equal(aws_offer_classify(&change, before, FAKE_START_MS + rows[i].later_ms),
                         rows[i].action);
        const struct change other = {.kind = kind};
        assert_int_equal(aws_offer_classify(&other, before, FAKE_START_MS), ACTION_UPDATE);
    }
}

/* The engine trusts these tables blindly. */
static void test_tables(void **state)
{
    (void)state;
    assert_int_equal(aws_offers.procedure_count, AWS_OFFER_PROCEDURES);
    for (size_t i = 0; i < aws_offers.procedure_count; i++) {
        const struct procedure *procedure = &aws_offers.procedures[i];
        find_step(procedure, procedure->first);
        for (size_t s = 0; s < procedure->count; s++) {
            const struct step *step = &procedure->steps[s];
            find_step(procedure, step->resume);
            assert_true(step->build && step->answer && step->operation && step->family);
            assert_true(step->repeatable);
            assert_int_equal(step->writes, !strcmp(step->operation, "StartChangeSet"));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenes),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_same_request),
        cmocka_unit_test(test_lookup_request),
        cmocka_unit_test(test_edits),
        cmocka_unit_test(test_resale),
        cmocka_unit_test(test_replacement_read_back),
        cmocka_unit_test(test_classify),
        cmocka_unit_test(test_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
