/* What the tests of offers' procedures share: answers of the three services, and the engine in
 * small, which plays a script of them without journal and network. */
#ifndef TESTS_UNIT_AWS_OFFER_FIXTURE_H
#define TESTS_UNIT_AWS_OFFER_FIXTURE_H

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

/* ------------------------------------------------------------------ the engine in small */

static inline const struct step *find_step(const struct procedure *procedure, const char *name)
{
    for (size_t i = 0; i < procedure->count; i++) {
        if (text_equal(procedure->steps[i].name, name))
            return &procedure->steps[i];
    }
    fail_msg("no step %s", name ? name : "(null)");
    return procedure->steps;
}

static inline void set_up(struct run *run, const struct scene *scene)
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
static inline enum step_result play(struct run *run, const struct step *step,
                                    const struct reply *reply)
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
static inline bool move(struct run *run, const struct procedure *procedure, enum step_result result,
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
static inline void play_scene(struct run *run, const struct scene *scene)
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

static inline struct json *body_of(struct run *run, size_t index)
{
    struct json *body = NULL;
    const struct http_request *request = &run->requests[index];
    assert_true(index < run->sent && request->body);
    assert_int_equal(json_parse(run->arena, request->body, strlen(request->body), &body, NULL), 0);
    return body;
}

/* The body of the only StartChangeSet. */
static inline struct json *started(struct run *run)
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

static inline void assert_json(struct run *run, const struct json *json, const char *expected)
{
    struct json *wanted = NULL;
    struct error error = {0};
    if (json_parse(run->arena, expected, strlen(expected), &wanted, &error) < 0)
        fail_msg("the test's own JSON: %s", error.message);
    if (!json_equal(json, wanted))
        fail_msg("\n  is     %s\n  not    %s", json_print(run->arena, json), expected);
}

#endif
