/* Configure jobs: each scene is a script of answers, and what comes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/azure/jobs.h"
#include "tests/support/partner.h"

#define POLL_MS     INT64_C(60000)
#define PATIENCE_MS INT64_C(240000)
#define JOB         "c32dd7e8-8619-462d-a96b-0ac1974bace5"
#define IS_LOST     (-1)

struct reply {
    int status; /* IS_LOST: none came */
    const char *body;
};

struct scene {
    const char *title;
    struct reply replies[8]; /* to start, then to each look, then to the result */
    const char *trail;       /* steps and waits, in seconds */
    enum step_result ending; /* STEP_NEXT: all three steps passed */
    enum error_class class;
    const char *code, *message; /* NULL: not looked at */
};

static int build_start(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    struct json *resources = json_array(context->arena);
    (void)error;
    json_append(context->arena, resources, json_object(context->arena));
    azure_job_start(context, resources, request);
    return 0;
}

static const struct step steps[] = {
    AZURE_JOB_STEPS("start", "poll", "result", "look", build_start)};

struct run {
    struct fake fake;
    struct http *http;
    struct loop *loop;
    struct arena *arena;
    struct settings settings;
    struct cloud *cloud;
    struct change change;
    struct step_context context;
    struct error error;
    char trail[256];
    const char *urls[16];
    size_t sent;
};

static void run_open(struct run *run)
{
    memset(run, 0, sizeof *run);
    fake_init(&run->fake, 3);
    run->http = fake_http_new(&run->fake, NULL, NULL);
    run->loop = loop_new(&run->fake.world, run->http);
    run->arena = arena_new();
    run->cloud = partner_open(run->loop, &run->fake.log, &run->settings);
    run->cloud->bases[AZURE_INGESTION] = "https://graph.microsoft.com/rp/product-ingestion";
    run->cloud->hosts[AZURE_INGESTION] = "graph.microsoft.com";
    run->cloud->job_poll_ms = POLL_MS;
    run->cloud->patience_ms = PATIENCE_MS;
    run->change = (struct change){.kind = &kinds[KIND_OFFER], .action = ACTION_CREATE};
    run->context = (struct step_context){.cloud = run->cloud,
                                         .arena = run->arena,
                                         .change = &run->change,
                                         .progress = json_object(run->arena),
                                         .now_ms = FAKE_START_MS,
                                         .began_ms = FAKE_START_MS};
}

static void run_close(struct run *run)
{
    partner_close(run->cloud);
    loop_free(run->loop);
    run->http->ops->close(run->http);
    arena_free(run->arena);
    fake_free(&run->fake);
}

static void mark(struct run *run, const char *name)
{
    size_t length = strlen(run->trail);
    snprintf(run->trail + length, sizeof run->trail - length, "%s%s", length ? " " : "", name);
}

static void mark_wait(struct run *run, int64_t wait_ms)
{
    size_t length = strlen(run->trail);
    snprintf(run->trail + length, sizeof run->trail - length, "+%lld", (long long)wait_ms / 1000);
}

/* One step with one answer, through the judge. */
static enum step_result play(struct run *run, const struct step *step, const struct reply *reply)
{
    static const struct http_header json = {"content-type", "application/json"};
    struct http_request request = {0};
    struct error failure = {0};
    bool refresh = false, lost = reply->status == IS_LOST;
    int built = step->build(&run->context, &request, &run->error);
    assert_true(built >= 0);
    if (built == 1)
        return STEP_NEXT;
    mark(run, step->name);
    run->urls[run->sent++] = request.url;
    const char *body = reply->body ? reply->body : "";
    const struct http_response response = {.status = reply->status,
                                           .headers = &json,
                                           .header_count = 1,
                                           .body = body,
                                           .body_length = strlen(body)};
    int result = lost ? error_set(&failure, ERROR_TEMPORARY, SCOPE_RECORD, "lost")
                      : azure_judge(run->cloud, &response, &refresh, &failure);
    run->context.wait_ms = 0;
    enum step_result ending =
        step->answer(&run->context, lost ? NULL : &response, result ? &failure : NULL, &run->error);
    if (run->context.wait_ms && ending != STEP_LATER) {
        mark_wait(run, run->context.wait_ms);
        run->context.now_ms += run->context.wait_ms;
    }
    return ending;
}

static enum step_result play_all(struct run *run, const struct scene *scene)
{
    size_t step = 0, reply = 0;
    while (step < COUNT(steps)) {
        size_t before = run->sent;
        const struct reply *next = &scene->replies[reply < 8 ? reply : 7];
        enum step_result result = play(run, &steps[step], next);
        reply += run->sent > before && reply + 1 < 8 && scene->replies[reply + 1].status;
        if (result != STEP_NEXT && result != STEP_WAIT)
            return result;
        step += result == STEP_NEXT;
    }
    return STEP_NEXT;
}

#define STATUS(state, result, more)                                                                \
    "{\"jobId\":\"" JOB "\",\"jobStatus\":\"" state "\",\"jobResult\":\"" result "\"" more "}"
#define PENDING STATUS("notStarted", "pending", ",\"jobEnd\":\"0001-01-01\"")
#define RUNNING STATUS("running", "pending", ",\"jobEnd\":\"2026-01-01T00:00:00\"")
#define SUCCEEDED                                                                                  \
    STATUS("completed", "succeeded",                                                               \
           ",\"resourceUri\":\"https://product-ingestion.mp.microsoft.com/configure/" JOB "\"")
#define FAILED(errors) STATUS("completed", "failed", ",\"errors\":[" errors "]")
#define DETAIL                                                                                     \
    "{\"resources\":[{\"id\":\"price-and-availability-private-offer-plan/a/1\"},"                  \
    "{\"id\":\"private-offer/p1\",\"acceptanceLinks\":[{\"link\":\"https://x\"}]}]}"

static const struct scene scenes[] = {
    {"a job",
     {{202, PENDING}, {200, RUNNING}, {200, SUCCEEDED}, {200, DETAIL}},
     "start+60 poll+60 poll result",
     STEP_NEXT,
     ERROR_NONE,
     NULL,
     NULL},
    {"other letters, an older spelling",
     {{200, "{\"jobID\":\"" JOB "\",\"jobStatus\":\"NotStarted\"}"},
      {200, STATUS("Completed", "Succeeded", ",\"resourceUri\":\"x\"")},
      {200, DETAIL}},
     "start+60 poll result",
     STEP_NEXT,
     ERROR_NONE,
     NULL,
     NULL},
    {"nothing to read after a deletion",
     {{202, PENDING}, {200, STATUS("completed", "succeeded", "")}},
     "start+60 poll",
     STEP_NEXT,
     ERROR_NONE,
     NULL,
     NULL},
    {"a service that cannot tell now",
     {{202, PENDING}, {503, ""}, {404, ""}, {IS_LOST, NULL}, {200, SUCCEEDED}, {200, DETAIL}},
     "start+60 poll+60 poll+60 poll+60 poll result",
     STEP_NEXT,
     ERROR_NONE,
     NULL,
     NULL},
    {"a job that takes long",
     {{202, PENDING}, {200, RUNNING}},
     "start+60 poll+60 poll+60 poll+60 poll",
     STEP_LATER,
     ERROR_NONE,
     NULL,
     NULL},
    {"a page instead of a status",
     {{202, PENDING}, {200, "<html>"}, {200, SUCCEEDED}, {200, DETAIL}},
     "start+60 poll+60 poll result",
     STEP_NEXT,
     ERROR_NONE,
     NULL,
     NULL},
    {"a refusal, with its tree",
     {{202, PENDING},
      {200, FAILED("{\"code\":\"schemaValidationError\",\"message\":\"not valid\",\"resourceId\":"
                   "\"offer\",\"details\":[{\"code\":\"invalidId\",\"message\":\"no account\"}]},"
                   "{\"code\":\"other\",\"message\":\"and more\"}")}},
     "start+60 poll",
     STEP_FAIL,
     ERROR_REFUSED,
     "invalidId",
     "offer: not valid; no account; and more"},
    {"a plain conflict",
     {{202, PENDING},
      {200, FAILED("{\"code\":\"Conflict\",\"message\":\"The start date should be defined\"}")}},
     "start+60 poll",
     STEP_FAIL,
     ERROR_REFUSED,
     "Conflict",
     "start date"},
    {"a conflict that is a lock",
     {{202, PENDING},
      {200, FAILED("{\"code\":\"conflict\",\"message\":\"A submission is in progress.\"}")}},
     "start+60 poll",
     STEP_OVER,
     ERROR_TEMPORARY,
     "conflict",
     "in progress"},
    {"a lock",
     {{202, PENDING}, {200, FAILED("{\"code\":\"productLocked\",\"message\":\"Later.\"}")}},
     "start+60 poll",
     STEP_OVER,
     ERROR_TEMPORARY,
     "productLocked",
     NULL},
    {"the service's fault",
     {{202, PENDING}, {200, FAILED("{\"code\":\"internalServerError\"}")}},
     "start+60 poll",
     STEP_OVER,
     ERROR_TEMPORARY,
     NULL,
     "internalServerError"},
    {"a failure without a word",
     {{202, PENDING}, {200, FAILED("")}},
     "start+60 poll",
     STEP_FAIL,
     ERROR_REFUSED,
     "",
     "no reason given"},
    {"somebody cancelled it before anything",
     {{202, PENDING},
      {200, STATUS("completed", "cancelled", ",\"resourceUri\":\"x\"")},
      {200, "{\"resources\":[]}"}},
     "start+60 poll result",
     STEP_FAIL,
     ERROR_REFUSED,
     "operationCanceled",
     "cancelled"},
    {"somebody cancelled it too late",
     {{202, PENDING},
      {200, STATUS("completed", "cancelled", ",\"resourceUri\":\"x\"")},
      {200, DETAIL}},
     "start+60 poll result",
     STEP_NEXT,
     ERROR_NONE,
     NULL,
     NULL},
    {"a body that is not taken",
     {{400, "{\"error\":{\"code\":\"schemaValidationError\",\"message\":\"no\",\"details\":[]}}"}},
     "start",
     STEP_FAIL,
     ERROR_REFUSED,
     "schemaValidationError",
     NULL},
    {"a lost answer", {{IS_LOST, NULL}}, "start", STEP_FAIL, ERROR_TEMPORARY, NULL, NULL},
    {"an answer without a job", {{202, "{}"}}, "start", STEP_FAIL, ERROR_TEMPORARY, NULL, NULL},
    {"no permission to look",
     {{202, PENDING}, {403, ""}},
     "start+60 poll",
     STEP_FAIL,
     ERROR_AUTH,
     NULL,
     NULL},
};

static void test_scenes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++) {
        const struct scene *scene = &scenes[i];
        struct run run;
        run_open(&run);
        enum step_result ending = play_all(&run, scene);
        if (ending != scene->ending || strcmp(run.trail, scene->trail) != 0)
            fail_msg("%s: \"%s\" ends with %d: %s", scene->title, run.trail, (int)ending,
                     run.error.message);
        if (ending != STEP_NEXT && ending != STEP_LATER) {
            assert_int_equal(run.error.class, scene->class);
            if (scene->code)
                assert_string_equal(run.error.vendor_code, scene->code);
            if (scene->message && !strstr(run.error.message, scene->message))
                fail_msg("%s: %s", scene->title, run.error.message);
        }
        /* The token goes nowhere but to the service's own address, and no link is kept. */
        for (size_t j = 0; j < run.sent; j++)
            assert_true(text_starts(run.urls[j], "https://graph.microsoft.com/rp/"));
        assert_null(strstr(json_print(run.arena, run.context.progress), "https://x"));
        if (strstr(run.trail, "result") && ending == STEP_NEXT)
            assert_string_equal(azure_job_made(&run.context, "private-offer"), "private-offer/p1");
        else
            assert_null(azure_job_made(&run.context, "private-offer"));
        if (ending == STEP_LATER)
            assert_string_equal(step_text(&run.context, PROGRESS_NOTE), "job " JOB ": running");
        run_close(&run);
    }
}

/* What the service has forgotten is planned afresh; what it may not show yet is waited for. */
static void test_forgotten(void **state)
{
    (void)state;
    static const struct reply lacking = {404, "{\"error\":{\"code\":\"notFound\"}}"};
    static const struct reply pending = {202, PENDING};
    struct run run;
    run_open(&run);
    assert_int_equal(play(&run, &steps[0], &pending), STEP_NEXT);
    assert_int_equal(play(&run, &steps[1], &lacking), STEP_WAIT);
    run.context.now_ms += 30 * 60000;
    assert_int_equal(play(&run, &steps[1], &lacking), STEP_STALE);
    /* A new job knows nothing of the old one. */
    step_keep(&run.context, "job_over", "cancelled");
    assert_int_equal(play(&run, &steps[0], &pending), STEP_NEXT);
    assert_null(step_text(&run.context, "job_over"));
    run_close(&run);
}

/* Whoever works for hours is not looked at every minute. */
static void test_slower(void **state)
{
    (void)state;
    static const struct reply pending = {202, PENDING}, running = {200, RUNNING};
    struct run run;
    run_open(&run);
    run.cloud->patience_ms = INT64_C(7200000);
    play(&run, &steps[0], &pending);
    for (int i = 0; i < 7; i++)
        assert_int_equal(play(&run, &steps[1], &running), STEP_WAIT);
    assert_string_equal(run.trail, "start+60 poll+60 poll+60 poll+60 poll+60 poll+60 poll+300 "
                                   "poll+300");
    run_close(&run);
}

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *name;
    } cases[] = {
        {"https://schema.mp.microsoft.com/schema/private-offer/2023-07-15", "private-offer"},
        {" https://product-ingestion.azureedge.net/schema/plan/2022-03-01-preview2", "plan"},
        {"https://schema.mp.microsoft.com/schema/listing", "listing"},
        {"https://schema.mp.microsoft.com/schema/", NULL},
        {"private-offer", NULL},
        {NULL, NULL},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *name = azure_schema_name(arena, cases[i].schema);
        if (!text_equal(name, cases[i].name))
            fail_msg("%s: %s", cases[i].schema, name ? name : "none");
    }
    assert_string_equal(azure_versioned(arena, "/plan?product=x", "2022-07-01"),
                        "/plan?product=x&$version=2022-07-01");
    assert_string_equal(azure_versioned(arena, "/product", "2022-07-01"),
                        "/product?$version=2022-07-01");
    assert_string_equal(azure_bare_id(arena, "private-offer/a"), "a");
    assert_string_equal(azure_bare_id(arena, "a"), "a");
    assert_null(azure_bare_id(arena, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenes),
        cmocka_unit_test(test_forgotten),
        cmocka_unit_test(test_slower),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
