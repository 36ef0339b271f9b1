/* Change sets: each scene is a script of answers and the trail of steps that must come of it, from
 * the first step or from where a crash left it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/aws.h"
#include "connectors/aws/change_set.h"
#include "tests/support/fake.h"

#define POLL_MS     INT64_C(30000)
#define PATIENCE_MS INT64_C(100000)
#define STEPS_MAX   24
#define IS_LOST     (-1)

/* One answer of a service. The last one of a scene is given again as often as it is asked for. */
struct reply {
    int status;       /* IS_LOST: none came */
    const char *code; /* of the error, in its header; NULL: none */
    const char *body;
};

enum ending { ENDS_WELL, ENDS_LATER, ENDS_STALE, ENDS_OVER, ENDS_FAILED };
static const char *const ending_names[] = {"well", "later", "stale", "over", "failed"};

struct scene {
    const char *title;
    const char *resume;   /* step that was open; NULL: undisturbed */
    const char *progress; /* beside set_name and since, when resumed; NULL: {} */
    struct reply replies[8];
    const char *trail;
    enum ending ending;
    enum error_class class;
    const char *vendor_code; /* NULL: not looked at */
    const char *message;     /* a part of it, or of the note; NULL: not looked at */
};

/* ------------------------------------------------------------------ a procedure of its own */

static int build_start(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    struct json *changes = change_set_new(context->arena);
    struct json *details = json_object(context->arena);
    json_set_text(context->arena, details, "ProductId", "prod-1");
    change_set_add(context->arena, changes, "CreateOffer", "Offer@1.0", NULL, "made", details);
    change_set_add(context->arena, changes, "ReleaseOffer", "Offer@1.0", "$made.Entity.Identifier",
                   NULL, json_object(context->arena));
    return change_set_start(context, context->change->local_key, changes, request, error);
}

static const struct step steps[] = {CHANGE_SET_START(build_start), CHANGE_SET_POLL,
                                    CHANGE_SET_FIND};

static const struct step *find_step(const char *name)
{
    for (size_t i = 0; name && i < COUNT(steps); i++)
        if (!strcmp(steps[i].name, name))
            return &steps[i];
    fail_msg("there is no step %s", name ? name : "without name");
    return NULL;
}

struct run {
    struct arena *arena;
    struct cloud cloud;
    struct change change;
    struct step_context context;
    struct http_request requests[STEPS_MAX];
    size_t sent;
    struct error error;
    enum ending ending;
    char trail[256];
};

static void run_open(struct run *run, const char *token)
{
    *run = (struct run){.arena = arena_new()};
    run->cloud = (struct cloud){.catalog = "AWS",
                                .urls = {[AWS_CATALOG] = "http://127.0.0.1:1/"},
                                .change_set_poll_ms = POLL_MS,
                                .patience_ms = PATIENCE_MS};
    run->change = (struct change){
        .kind = &kinds[KIND_OFFER], .action = ACTION_CREATE, .local_key = "CRM-4711"};
    run->context = (struct step_context){.cloud = &run->cloud,
                                         .arena = run->arena,
                                         .change = &run->change,
                                         .progress = json_object(run->arena),
                                         .token = token,
                                         .now_ms = FAKE_START_MS,
                                         .began_ms = FAKE_START_MS};
}

static void run_close(struct run *run)
{
    arena_free(run->arena);
}

/* What the first attempt to start leaves in the journal. */
static void make_intent(struct run *run)
{
    struct http_request request = {0};
    assert_int_equal(build_start(&run->context, &request, &run->error), 0);
}

/* Plays the answer through the session's own judge. `$name` in a body is the set's name. */
static enum step_result play(struct run *run, const struct step *step, const struct reply *reply)
{
    const struct http_header header = {"x-amzn-errortype", reply->code};
    const char *body = reply->body ? reply->body : "";
    const char *mark = strstr(body, "$name");
    if (mark)
        body = arena_printf(run->arena, "%.*s%s%s", (int)(mark - body), body,
                            json_get_text(run->context.progress, "set_name"), mark + 5);
    const struct http_response response = {.status = reply->status,
                                           .headers = &header,
                                           .header_count = reply->code != NULL,
                                           .body = body,
                                           .body_length = strlen(body)};
    struct error failure = {0};
    bool refresh = false;
    int result = reply->status != IS_LOST
                     ? aws_judge(NULL, &response, &refresh, &failure)
                     : error_set(&failure, ERROR_TEMPORARY, SCOPE_RECORD, "lost");
    run->error = (struct error){0};
    return step->answer(&run->context, reply->status != IS_LOST ? &response : NULL,
                        result ? &failure : NULL, &run->error);
}

/* The engine in small; a scene without more answers must have ended. */
static void play_from(struct run *run, const struct step *step, const struct reply *replies,
                      size_t count)
{
    for (size_t answered = 0; step && run->sent < STEPS_MAX;) {
        struct http_request *request = &run->requests[run->sent++];
        assert_int_equal(step->build(&run->context, request, &run->error), 0);
        size_t length = strlen(run->trail);
        snprintf(run->trail + length, sizeof run->trail - length, "%s%s", length ? " " : "",
                 step->name);
        assert_non_null(strstr(request->url, step->operation));
        const struct reply *reply = &replies[answered < count ? answered : count - 1];
        answered++;
        enum step_result result = play(run, step, reply);
        switch (result) {
        case STEP_NEXT: /* the procedure has no step between poll and its end */
            run->ending = ENDS_WELL;
            step = step == find_step("start") ? find_step("poll") : NULL;
            break;
        case STEP_GOTO:
            step = find_step(run->context.goto_step);
            break;
        case STEP_WAIT:
            run->context.now_ms += run->context.wait_ms;
            break;
        case STEP_LATER:
        case STEP_STALE:
        case STEP_OVER:
        case STEP_FAIL:
            run->ending = result == STEP_LATER   ? ENDS_LATER
                          : result == STEP_STALE ? ENDS_STALE
                          : result == STEP_OVER  ? ENDS_OVER
                                                 : ENDS_FAILED;
            step = NULL;
            break;
        case STEP_DONE:
            fail_msg("a change set does not end its procedure");
        }
    }
}

/* ------------------------------------------------------------------ scenes */

#define STARTED                                                                                    \
    {                                                                                              \
        200, NULL, "{\"ChangeSetId\":\"cs-1\",\"ChangeSetArn\":\"a\"}"                             \
    }
#define SET(members)                                                                               \
    {                                                                                              \
        200, NULL, "{\"ChangeSetId\":\"cs-1\"," members "}"                                        \
    }
#define STATUS(word)    SET("\"Status\":\"" word "\",\"StartTime\":\"2026-01-01T00:00:05Z\"")
#define SUCCEEDED       SET("\"Status\":\"SUCCEEDED\",\"ChangeSet\":[" MADE "]")
#define FAILED(members) SET("\"Status\":\"FAILED\"," members)
#define MADE                                                                                       \
    "{\"ChangeType\":\"CreateOffer\",\"ChangeName\":\"made\","                                     \
    "\"Entity\":{\"Type\":\"Offer@1.0\",\"Identifier\":\"offer-1@3\"}}"
#define BLAMED(type, code, message)                                                                \
    "{\"ChangeType\":\"" type "\",\"ErrorDetailList\":[{\"ErrorCode\":\"" code                     \
    "\",\"ErrorMessage\":\"" message "\"}]}"
#define LIST(items, more)                                                                          \
    {                                                                                              \
        200, NULL, "{\"ChangeSetSummaryList\":[" items "]" more "}"                                \
    }
#define ITEM(id, status)                                                                           \
    "{\"ChangeSetId\":\"" id "\",\"ChangeSetName\":\"$name\",\"Status\":\"" status "\"}"
#define STRANGER                                                                                   \
    "{\"ChangeSetId\":\"cs-9\",\"ChangeSetName\":\"CRM-4711\",\"Status\":\"SUCCEEDED\"}"
#define LOCKED                                                                                     \
    {                                                                                              \
        423, "ResourceInUseException", "{\"Message\":\"offer-1 is locked\"}"                       \
    }
#define LOST                                                                                       \
    {                                                                                              \
        IS_LOST, NULL, NULL                                                                        \
    }
#define INVALID(message)                                                                           \
    {                                                                                              \
        422, "ValidationException", "{\"Message\":\"" message "\"}"                                \
    }

static const struct scene scenes[] = {
    {"all is well", .replies = {STARTED, STATUS("PREPARING"), STATUS("APPLYING"), SUCCEEDED},
     .trail = "start poll poll poll"},
    {"a status that nobody knows yet is work that goes on",
     .replies = {STARTED, STATUS("SIMMERING"), SUCCEEDED}, .trail = "start poll poll"},
    {"no status, null members",
     .replies = {STARTED, SET("\"Status\":null,\"StartTime\":null,\"ChangeSet\":null"), SUCCEEDED},
     .trail = "start poll poll"},
    {"it takes longer than the run's patience", .replies = {STARTED, STATUS("APPLYING")},
     .trail = "start poll poll poll poll", .ending = ENDS_LATER,
     .message = "change set cs-1 is being applied since 2026-01-01T00:00:05Z (APPLYING)"},
    {"resumed while it is polled", .resume = "poll", .progress = "{\"change_set\":\"cs-1\"}",
     .replies = {SUCCEEDED}, .trail = "poll"},

    /* Refusals at the start. */
    {"refused", .replies = {INVALID("1 error")}, .trail = "start", .ending = ENDS_FAILED,
     .class = ERROR_REFUSED, .vendor_code = "ValidationException", .message = "1 error"},
    {"not found", .replies = {{404, "ResourceNotFoundException", "{\"Message\":\"no offer-1\"}"}},
     .trail = "start", .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {"no permission", .replies = {{403, "AccessDeniedException", "{}"}}, .trail = "start",
     .ending = ENDS_FAILED, .class = ERROR_AUTH},
    {"an old revision", .replies = {INVALID("The entity's current revision is offer-1@7.")},
     .trail = "start", .ending = ENDS_STALE},
    {"the answer got lost", .replies = {LOST}, .trail = "start", .ending = ENDS_FAILED,
     .class = ERROR_TEMPORARY},
    {"an answer without an id may have started it", .replies = {{200, NULL, "{}"}},
     .trail = "start", .ending = ENDS_FAILED, .class = ERROR_TEMPORARY},
    {"an answer with an empty id", .replies = {{200, NULL, "{\"ChangeSetId\":null}"}},
     .trail = "start", .ending = ENDS_FAILED, .class = ERROR_TEMPORARY},

    /* Something holds the entity. */
    {"the entity is free a minute later", .replies = {LOCKED, LOCKED, STARTED, SUCCEEDED},
     .trail = "start start start poll"},
    {"it is held for longer", .replies = {LOCKED}, .trail = "start start start start",
     .ending = ENDS_LATER, .message = "waits: another change set holds the entity"},
    {"held, and no code says so", .replies = {{423, NULL, "<html>"}, STARTED, SUCCEEDED},
     .trail = "start start poll"},
    {"too many sets at once",
     .replies = {{402, "ServiceQuotaExceededException", "{\"Message\":\"250\"}"}},
     .trail = "start start start start", .ending = ENDS_LATER,
     .message = "as many changes under way as it may"},

    /* The token. */
    {"used with another body, and its set is there",
     .replies = {INVALID("ClientRequestToken was used before"), LIST(ITEM("cs-1", "APPLYING"), ""),
                 SUCCEEDED},
     .trail = "start find poll"},
    {"a conflict, whose set is there",
     .replies = {{409, "ConflictException", "{}"}, LIST(ITEM("cs-1", "SUCCEEDED"), ""), SUCCEEDED},
     .trail = "start find poll"},
    {"used, and nothing is to be found: looked for once",
     .replies = {{409, "ConflictException", "{}"}, LIST("", ""), {409, "ConflictException", "{}"}},
     .trail = "start find start", .ending = ENDS_FAILED, .class = ERROR_REFUSED},

    /* After a crash or a lost answer. */
    {"it had been started", .resume = "start",
     .replies = {LIST(ITEM("cs-1", "SUCCEEDED"), ""), SUCCEEDED}, .trail = "find poll"},
    {"it had not been started", .resume = "start", .replies = {LIST("", ""), STARTED, SUCCEEDED},
     .trail = "find start poll"},
    {"an earlier set of the same deal is another one", .resume = "start",
     .replies = {LIST(STRANGER ",null,{}", ",\"NextToken\":null"), STARTED, SUCCEEDED},
     .trail = "find start poll"},
    {"it had been started and failed", .resume = "start",
     .replies = {LIST(ITEM("cs-1", "FAILED"), ""),
                 FAILED("\"ChangeSet\":[" BLAMED("CreateOffer", "INCOMPATIBLE_PRODUCT", "no") "]")},
     .trail = "find poll", .ending = ENDS_FAILED, .class = ERROR_REFUSED,
     .vendor_code = "INCOMPATIBLE_PRODUCT"},
    {"of two the one that did not fail", .resume = "start",
     .replies = {LIST(ITEM("cs-2", "CANCELLED") "," STRANGER, ",\"NextToken\":\"p2\""),
                 LIST(ITEM("cs-1", "APPLYING"), ""), SUCCEEDED},
     .trail = "find find poll"},
    {"a failed one on the first of two pages", .resume = "start",
     .replies = {LIST(ITEM("cs-1", "FAILED"), ",\"NextToken\":\"p2\""), LIST("", ""),
                 FAILED("\"FailureCode\":\"CLIENT_ERROR\"")},
     .trail = "find find poll", .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {"the listing repeats itself", .resume = "start", .replies = {LIST("", ",\"NextToken\":\"p\"")},
     .trail = "find find", .ending = ENDS_FAILED, .class = ERROR_TEMPORARY},
    {"no list", .resume = "start", .replies = {{200, NULL, "{}"}}, .trail = "find",
     .ending = ENDS_FAILED, .class = ERROR_TEMPORARY},
    {"a list that is refused decides nothing", .resume = "start", .replies = {INVALID("filters")},
     .trail = "find", .ending = ENDS_FAILED, .class = ERROR_TEMPORARY},

    /* A look that fails: the set may be at work, the change must not end. */
    {"the set is not shown yet", .replies = {STARTED, {404, "ResourceNotFoundException", "{}"}},
     .trail = "start poll", .ending = ENDS_FAILED, .class = ERROR_TEMPORARY},
    {"a look is lost", .replies = {STARTED, LOST}, .trail = "start poll", .ending = ENDS_FAILED,
     .class = ERROR_TEMPORARY},
    {"a look without permission", .replies = {STARTED, {403, "AccessDeniedException", "{}"}},
     .trail = "start poll", .ending = ENDS_FAILED, .class = ERROR_AUTH},

    /* Its end. */
    {"failed by two changes",
     .replies = {STARTED, FAILED("\"FailureCode\":\"CLIENT_ERROR\",\"ChangeSet\":[" MADE "," BLAMED(
                              "UpdateTargeting", "INVALID_BUYER_ACCOUNTS",
                              "not valid") "," BLAMED("ReleaseOffer", "MISSING_MANDATORY_TERMS",
                                                      "legal terms") "]")},
     .trail = "start poll", .ending = ENDS_FAILED, .class = ERROR_REFUSED,
     .vendor_code = "INVALID_BUYER_ACCOUNTS",
     .message = "UpdateTargeting: not valid (INVALID_BUYER_ACCOUNTS); ReleaseOffer: legal terms "
                "(MISSING_MANDATORY_TERMS)"},
    {"failed by two codes of one change",
     .replies = {STARTED, FAILED("\"ChangeSet\":[{\"ErrorDetailList\":[{\"ErrorCode\":\"A\"},null,"
                                 "{\"ErrorCode\":null,\"ErrorMessage\":\"b\"}]}]")},
     .trail = "start poll", .ending = ENDS_FAILED, .class = ERROR_REFUSED, .vendor_code = "A",
     .message = "failed: A"},
    {"failed with nobody to blame",
     .replies = {STARTED, FAILED("\"FailureCode\":\"CLIENT_ERROR\",\"FailureDescription\":\"all of "
                                 "it\",\"ChangeSet\":[]")},
     .trail = "start poll", .ending = ENDS_FAILED, .class = ERROR_REFUSED,
     .vendor_code = "CLIENT_ERROR", .message = "all of it"},
    {"failed without a word",
     .replies = {STARTED, FAILED("\"FailureCode\":null,\"FailureDescription\":null,\"ChangeSet\":[{"
                                 "\"ErrorDetailList\":null},{\"ErrorDetailList\":{}}]")},
     .trail = "start poll", .ending = ENDS_FAILED, .class = ERROR_REFUSED, .vendor_code = "",
     .message = "no reason given"},
    {"failed by the service's own fault",
     .replies = {STARTED, FAILED("\"FailureCode\":\"SERVER_FAULT\",\"ChangeSet\":[" BLAMED(
                              "CreateOffer", "ODD", "odd") "]")},
     .trail = "start poll", .ending = ENDS_OVER, .class = ERROR_TEMPORARY,
     .vendor_code = "SERVER_FAULT"},
    {"cancelled", .replies = {STARTED, STATUS("CANCELLED")}, .trail = "start poll",
     .ending = ENDS_FAILED, .class = ERROR_REFUSED, .vendor_code = "CANCELLED",
     .message = "cancelled"},
};

static void play_scene(const struct scene *scene)
{
    struct run run;
    size_t count = 0;
    run_open(&run, "agent-0123");
    while (count < COUNT(scene->replies) && scene->replies[count].status)
        count++;
    const struct step *step = find_step("start");
    if (scene->resume) {
        make_intent(&run);
        step = find_step(find_step(scene->resume)->resume);
    }
    if (scene->progress) {
        struct json *more = NULL;
        assert_int_equal(
            json_parse(run.arena, scene->progress, strlen(scene->progress), &more, NULL), 0);
        for (size_t i = 0; i < more->count; i++)
            json_set(run.arena, run.context.progress, more->names[i], more->items[i]);
    }
    print_message("  %s\n", scene->title);
    play_from(&run, step, scene->replies, count);
    assert_string_equal(run.trail, scene->trail);
    assert_string_equal(ending_names[run.ending], ending_names[scene->ending]);
    const char *note = json_get_text(run.context.progress, "note");
    if (scene->ending == ENDS_OVER || scene->ending == ENDS_FAILED)
        assert_int_equal(run.error.class, scene->class);
    if (scene->vendor_code)
        assert_string_equal(run.error.vendor_code, scene->vendor_code);
    const char *said = scene->ending == ENDS_LATER ? note : run.error.message;
    if (scene->message && (!said || !strstr(said, scene->message)))
        fail_msg("\"%s\" lacks \"%s\"", said ? said : "(nothing)", scene->message);
    if (scene->ending == ENDS_WELL) {
        assert_null(note);
        assert_string_equal(json_text(json_find(run.context.progress, "entities.made")), "offer-1");
    }
    run_close(&run);
}

static void test_scenes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++)
        play_scene(&scenes[i]);
}

/* ------------------------------------------------------------------ what is sent */

static void test_requests(void **state)
{
    (void)state;
    static const struct reply replies[] = {STARTED, STATUS("APPLYING"), SUCCEEDED};
    struct run run;
    run_open(&run, "agent-0123");
    play_from(&run, find_step("start"), replies, COUNT(replies));
    const char *name = json_get_text(run.context.progress, "set_name");
    assert_int_equal(strlen(name), strlen("CRM-4711 ") + 8);
    assert_true(text_starts(name, "CRM-4711 "));
    assert_string_equal(run.requests[0].url, "http://127.0.0.1:1/StartChangeSet");
    assert_string_equal(
        run.requests[0].body,
        arena_printf(run.arena,
                     "{\"Catalog\":\"AWSMarketplace\",\"ChangeSetName\":\"%s\","
                     "\"ClientRequestToken\":\"agent-0123\",\"ChangeSet\":["
                     "{\"ChangeType\":\"CreateOffer\",\"Entity\":{\"Type\":\"Offer@1.0\"},"
                     "\"ChangeName\":\"made\",\"DetailsDocument\":{\"ProductId\":\"prod-1\"}},"
                     "{\"ChangeType\":\"ReleaseOffer\",\"Entity\":{\"Type\":\"Offer@1.0\","
                     "\"Identifier\":\"$made.Entity.Identifier\"},\"DetailsDocument\":{}}]}",
                     name));
    assert_string_equal(run.requests[1].method, "GET");
    assert_string_equal(
        run.requests[1].url,
        "http://127.0.0.1:1/DescribeChangeSet?catalog=AWSMarketplace&changeSetId=cs-1");
    assert_null(run.requests[1].body);
    struct http_request find = {0};
    assert_int_equal(change_set_build_find(&run.context, &find, &run.error), 0);
    assert_string_equal(
        find.body,
        arena_printf(run.arena,
                     "{\"Catalog\":\"AWSMarketplace\",\"FilterList\":["
                     "{\"Name\":\"ChangeSetName\",\"ValueList\":[\"%s\"]},"
                     "{\"Name\":\"AfterStartTime\",\"ValueList\":[\"2025-12-31T00:00:00Z\"]}],"
                     "\"Sort\":{\"SortBy\":\"StartTime\",\"SortOrder\":\"DESCENDING\"},"
                     "\"MaxResults\":20}",
                     name));
    run_close(&run);
}

/* The same attempt sends the same bytes, however often it starts anew and however late. */
static void test_same_bytes(void **state)
{
    (void)state;
    struct run run;
    struct http_request first = {0}, again = {0};
    run_open(&run, "agent-0123");
    assert_int_equal(build_start(&run.context, &first, &run.error), 0);
    run.context.now_ms += 86400000;
    assert_int_equal(build_start(&run.context, &again, &run.error), 0);
    assert_string_equal(first.body, again.body);
    run_close(&run);
}

/* Names: within what the API takes, and of this attempt alone. */
static void test_names(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "",
        "a",
        "006/4711#x",
        "Größe \"1\"\n",
        "a long one that goes on and on, 0123456789 0123456789 0123456789 0123456789 0123456789 "
        "0123456789 0123456789 0123456789",
    };
    static const char *const tokens[] = {"agent-1", "agent-2"};
    char names[COUNT(keys)][COUNT(tokens)][128];
    for (size_t k = 0; k < COUNT(keys); k++) {
        for (size_t t = 0; t < COUNT(tokens); t++) {
            struct run run;
            run_open(&run, tokens[t]);
            run.change.local_key = keys[k];
            make_intent(&run);
            const char *name = json_get_text(run.context.progress, "set_name");
            snprintf(names[k][t], sizeof names[k][t], "%s", name);
            assert_in_range(strlen(name), 1, 100);
            for (const char *c = name; *c; c++)
                assert_true((*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') ||
                            (*c >= 'A' && *c <= 'Z') || strchr("_ +=.:@-", *c));
            run_close(&run);
        }
        assert_string_not_equal(names[k][0], names[k][1]);
    }
    assert_true(text_starts(names[2][0], "006_4711_x "));
    assert_true(text_starts(names[3][0], "Gr__e _1__ "));
}

static int start_with(struct run *run, size_t count)
{
    struct http_request request = {0};
    struct json *changes = change_set_new(run->arena);
    for (size_t i = 0; i < count; i++)
        change_set_add(run->arena, changes, "UpdateInformation", "Offer@1.0", "offer-1", NULL,
                       json_array(run->arena));
    return change_set_start(&run->context, "x", changes, &request, &run->error);
}

static void test_bounds(void **state)
{
    (void)state;
    struct run run;
    struct http_request request = {0};
    run_open(&run, "agent-1");
    /* Nothing was started: there is nothing to look at. */
    assert_int_equal(change_set_build_poll(&run.context, &request, &run.error), -ERROR_BUG);
    assert_int_equal(change_set_build_find(&run.context, &request, &run.error), -ERROR_BUG);
    assert_int_equal(start_with(&run, 0), -ERROR_PERMANENT);
    assert_int_equal(start_with(&run, 21), -ERROR_PERMANENT);
    assert_int_equal(start_with(&run, 20), 0);
    run_close(&run);
}

/* A failure with more words than a message has room for still tells the first of them. */
static void test_long_blame(void **state)
{
    (void)state;
    struct run run;
    run_open(&run, "agent-1");
    CLEANUP_TEXT struct text body;
    text_init(&body, 100000);
    text_add(&body, "{\"Status\":\"FAILED\",\"ChangeSet\":[");
    for (int i = 0; i < 20; i++)
        text_addf(&body,
                  "%s{\"ChangeType\":\"T%d\",\"ErrorDetailList\":[{\"ErrorCode\":\"C%d\","
                  "\"ErrorMessage\":\"%0400d\"}]}",
                  i ? "," : "", i, i, i);
    text_add(&body, "]}");
    const struct reply replies[] = {STARTED, {200, NULL, body.data}};
    play_from(&run, find_step("start"), replies, 2);
    assert_int_equal(run.ending, ENDS_FAILED);
    assert_string_equal(run.error.vendor_code, "C0");
    assert_non_null(strstr(run.error.message, "T0: 000"));
    run_close(&run);
}

/* ------------------------------------------------------------------ several entities */

static void test_entities(void **state)
{
    (void)state;
    static const struct reply replies[] = {
        STARTED,
        SET("\"Status\":\"SUCCEEDED\",\"ChangeSet\":[null,{\"ChangeName\":null,\"Entity\":"
            "{\"Identifier\":\"offer-0@1\"}},{\"ChangeName\":\"a\",\"Entity\":{\"Identifier\":"
            "\"offer-a@12\"}},{\"ChangeName\":\"b\",\"Entity\":null},{\"ChangeName\":\"c\","
            "\"Entity\":{\"Identifier\":\"prod-c\"}}]")};
    struct run run;
    run_open(&run, "agent-1");
    play_from(&run, find_step("start"), replies, COUNT(replies));
    assert_int_equal(run.ending, ENDS_WELL);
    assert_string_equal(json_print(run.arena, json_get(run.context.progress, "entities")),
                        "{\"a\":\"offer-a\",\"c\":\"prod-c\"}");
    run_close(&run);
}

/* ------------------------------------------------------------------ findings */

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHANGE_SET_REFUSALS; i++) {
        const struct refusal *refusal = &change_set_refusals[i];
        assert_non_null(refusal->vendor_code);
        assert_non_null(finding_type(refusal->code));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(refusal->vendor_code, change_set_refusals[k].vendor_code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenes),     cmocka_unit_test(test_requests),
        cmocka_unit_test(test_same_bytes), cmocka_unit_test(test_names),
        cmocka_unit_test(test_bounds),     cmocka_unit_test(test_long_blame),
        cmocka_unit_test(test_entities),   cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
