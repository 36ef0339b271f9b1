/* The procedures of opportunities: each case is a script of answers and the trail of steps that
 * must come of it, from the first step or from where a crash left it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/gcp/referrals.h"
#include "tests/support/channel.h"
#include "tests/support/scenes.h"

#define DOC_(when, state, type, info, members)                                                     \
    "{\"name\":\"opportunities/o-1\",\"state\":\"" state "\",\"opportunityType\":\"" type          \
    "\",\"updateTime\":\"" when "\",\"opportunityInfo\":{\"partnerEntity\":\"partners/P1\"" info   \
    "},\"customerInfo\":{\"customerDetails\":{\"organizationName\":\"Acme\"}},\"unknown\":{\"n\":" \
    "1.50}" members "}"
#define V1S                    "2026-01-01T00:00:01.1Z" /* as a version: without trailing zeros */
#define V2S                    "2026-01-01T00:00:02.2Z"
#define ISV                    "ISV_SOLUTION_CONNECT"
#define NAMED(text)            ",\"displayName\":\"" text "\""
#define DOC(when, state, text) DOC_(when, state, ISV, NAMED(text), IS_ISV)
#define IS_ISV                                                                                     \
    ",\"isvSolutionConnectInfo\":{\"isvSolutionConnectDeal\":true,\"notes\":\"n [crm:CRM-1]\"}"
#define STAGED(when, stage, more) DOC_(when, "ACCEPTED", ISV, "", ",\"stage\":\"" stage "\"" more)
#define ASKED(end)                ",\"salesCycle\":{\"partnerReadyToClose\":\"" end "\"}"
#define LIST(rows)                "{\"opportunities\":[" rows "]}"
#define PAGE(rows, next)          "{\"opportunities\":[" rows "],\"nextPageToken\":\"" next "\"}"
#define TWIN                      DOC(V1, "DRAFT", "Deal")
#define OTHER                                                                                      \
    "{\"name\":\"opportunities/o-2\",\"opportunityInfo\":{\"description\":\"x [crm:CRM-2]\"},"     \
    "\"customerInfo\":{}}"
#define BARE "{\"name\":\"opportunities/o-1\",\"updateTime\":\"" V1 "\"}"
#define ERROR_(status, message)                                                                    \
    "{\"error\":{\"code\":400,\"status\":\"" status "\",\"message\":\"" message "\"}}"
#define REFUSED ERROR_("INVALID_ARGUMENT", "partner_entity: no")
#define FROZEN  ERROR_("FAILED_PRECONDITION", "frozen")
#define UNKNOWN_PARTNER                                                                            \
    ERROR_("INVALID_ARGUMENT", "Invalid JSON payload received. Unknown name \\\"partner\\\": "     \
                               "Cannot bind query parameter.")
#define WANTS_PARTNER                                                                              \
    "{\"error\":{\"code\":400,\"status\":\"INVALID_ARGUMENT\",\"message\":\"Bad\",\"details\":"    \
    "[{\"@type\":\"type.googleapis.com/google.rpc.BadRequest\",\"fieldViolations\":[{\"field\":"   \
    "\"partner\",\"description\":\"required\"}]}]}}"
#define OLDER(size, notes)                                                                         \
    "{\"name\":\"partners/P1/opportunities/7\",\"dealSize\":" size                                 \
    ",\"dealCurrencyCode\":\"USD\",\"notes\":\"" notes "\"}"

#define SCENE(title_, action_) .title = title_, .action = action_
#define RENAME                                                                                     \
    {                                                                                              \
        "title", "a", "b"                                                                          \
    }
#define WIN                                                                                        \
    {                                                                                              \
        "stage", "qualified", "won"                                                                \
    }
#define NEW                                                                                        \
    {                                                                                              \
        {"title", NULL, "Deal"}, {"website", NULL, "https://www.Acme.example/"},                   \
            {"contract_value", NULL, "500.05 USD"}, {"close_date", NULL, "2026-09-30"},            \
            {"legal_accepted", NULL, "yes"},                                                       \
        {                                                                                          \
            "stage", NULL, "qualified"                                                             \
        }                                                                                          \
    }

static const struct scene scenes[] = {
    /* Creating. */
    {SCENE("create", ACTION_CREATE), .fields = NEW, .replies = {{200, DOC(V1, "DRAFT", "Deal")}},
     .trail = "create", .after = V1S},
    {SCENE("a bare answer", ACTION_CREATE), .fields = NEW,
     .replies = {{200, BARE}, {200, DOC(V1, "DRAFT", "Deal")}}, .trail = "create read",
     .after = V1S},
    {SCENE("create refused", ACTION_CREATE), .fields = NEW, .replies = {{400, REFUSED}},
     .trail = "create", .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {SCENE("create aborted", ACTION_CREATE), .fields = NEW,
     .replies = {{409, ERROR_("ABORTED", "again")}}, .trail = "create", .ending = ENDS_FAILED,
     .class = ERROR_REFUSED},
    {SCENE("create lost", ACTION_CREATE), .fields = NEW, .replies = {{0}}, .trail = "create",
     .ending = ENDS_FAILED, .class = ERROR_TEMPORARY},
    {SCENE("lost, and it had happened", ACTION_CREATE), .fields = NEW, .resume = "create",
     .replies = {{200, PAGE(OTHER, "a+b")},
                 {200, "{\"nextPageToken\":\"c\"}"}, /* an empty page is not the last */
                 {200, LIST(TWIN)},
                 {200, DOC(V1, "DRAFT", "Deal")}},
     .trail = "lookup lookup lookup read", .after = V1S},
    {SCENE("lost, and it had not happened", ACTION_CREATE), .fields = NEW, .resume = "create",
     .replies = {{200, LIST(OTHER)}, {200, DOC(V1, "DRAFT", "Deal")}}, .trail = "lookup create",
     .after = V1S},
    {SCENE("lost, and there is nothing at all", ACTION_CREATE), .fields = NEW, .resume = "create",
     .replies = {{200, "{}"}, {200, DOC(V1, "DRAFT", "Deal")}}, .trail = "lookup create",
     .after = V1S},
    {SCENE("a listing that hides the tags", ACTION_CREATE), .fields = NEW, .resume = "create",
     .replies = {{200, LIST(OTHER "," BARE)}}, .trail = "lookup", .ending = ENDS_FAILED,
     .class = ERROR_PERMANENT},
    {SCENE("the page is too old: once more", ACTION_CREATE), .fields = NEW, .resume = "create",
     .progress = "{\"page\":\"c\",\"pages\":3}",
     .replies = {{400, REFUSED}, {200, LIST(TWIN)}, {200, TWIN}}, .trail = "lookup lookup read",
     .after = V1S},
    {SCENE("the list repeats itself", ACTION_CREATE), .fields = NEW, .resume = "create",
     .replies = {{200, PAGE(OTHER, "c")}, {200, PAGE(OTHER, "c")}}, .trail = "lookup lookup",
     .ending = ENDS_FAILED, .class = ERROR_TEMPORARY},

    /* Updating. */
    {SCENE("update", ACTION_UPDATE), .fields = {RENAME},
     .replies = {{200, DOC(V1, "DRAFT", "a")}, {200, DOC(V2, "DRAFT", "b")}}, .trail = "get patch",
     .after = V2S},
    {SCENE("a bare answer to a patch", ACTION_UPDATE), .fields = {RENAME},
     .replies = {{200, DOC(V1, "DRAFT", "a")}, {200, BARE}, {200, DOC(V2, "DRAFT", "b")}},
     .trail = "get patch read", .after = V2S},
    {SCENE("somebody else wrote", ACTION_UPDATE), .fields = {RENAME},
     .replies = {{200, DOC(V2, "DRAFT", "c")}}, .trail = "get", .ending = ENDS_STALE},
    {SCENE("it stands there already", ACTION_UPDATE), .fields = {RENAME},
     .replies = {{200, DOC(V2, "DRAFT", "b")}}, .trail = "get", .after = V2S},
    {SCENE("lost, and it had happened", ACTION_UPDATE), .fields = {RENAME}, .resume = "patch",
     .progress = "{\"written\":1}", .replies = {{200, DOC(V2, "DRAFT", "b")}}, .trail = "get",
     .after = V2S},
    {SCENE("lost, and it had not happened", ACTION_UPDATE), .fields = {RENAME}, .resume = "patch",
     .progress = "{\"written\":1}",
     .replies = {{200, DOC(V1, "DRAFT", "a")}, {200, DOC(V2, "DRAFT", "b")}}, .trail = "get patch",
     .after = V2S},
    {SCENE("lost, and somebody else wrote", ACTION_UPDATE), .fields = {RENAME}, .resume = "patch",
     .progress = "{\"written\":1}", .replies = {{200, DOC(V2, "DRAFT", "c")}}, .trail = "get",
     .ending = ENDS_STALE},
    {SCENE("frozen", ACTION_UPDATE), .fields = {RENAME},
     .replies = {{200, DOC(V1, "SUBMITTED", "a")}, {400, FROZEN}}, .trail = "get patch",
     .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {SCENE("gone", ACTION_UPDATE), .fields = {RENAME},
     .replies = {{404, ERROR_("NOT_FOUND", "no")}}, .trail = "get", .ending = ENDS_FAILED,
     .class = ERROR_REFUSED},

    /* The end of a deal. */
    {SCENE("win", ACTION_LAUNCH), .fields = {WIN},
     .replies = {{200, STAGED(V1, "REFINE", "")},
                 {200, STAGED(V2, "REFINE", ASKED("MIGRATION_IMPL"))}},
     .trail = "get patch", .after = V2S},
    {SCENE("asked already", ACTION_LAUNCH), .fields = {WIN}, .resume = "patch",
     .replies = {{200, STAGED(V2, "REFINE", ASKED("MIGRATION_IMPL"))}}, .trail = "get",
     .after = V2S},
    {SCENE("confirmed already", ACTION_LAUNCH), .fields = {WIN},
     .replies = {{200, STAGED(V2, "MIGRATION_IMPL", "")}}, .trail = "get", .after = V2S},
    {SCENE("lose what was asked to be won", ACTION_CLOSE),
     .fields = {{"stage", "qualified", "lost"}},
     .replies = {{200, STAGED(V1, "REFINE", ASKED("MIGRATION_IMPL"))},
                 {200, STAGED(V2, "REFINE", ASKED("CLOSED_LOST"))}},
     .trail = "get patch", .after = V2S},

    /* Submitting. */
    {SCENE("submit", ACTION_SUBMIT),
     .local = {{"title", NULL, "Deal"},
               {"legal_accepted", NULL, "yes"},
               {"industry", NULL, "MEDIA"}},
     .replies = {{200, DOC(V1, "DRAFT", "other")}, {200, DOC(V2, "SUBMITTED", "other")}},
     .trail = "get submit", .after = V2S},
    {SCENE("submit what was turned down", ACTION_SUBMIT),
     .replies = {{200, DOC(V1, "NOT_ACCEPTED", "a")}, {200, DOC(V2, "SUBMITTED", "a")}},
     .trail = "get submit", .after = V2S},
    {SCENE("submit a resale", ACTION_SUBMIT),
     .fields = {{"involvement", NULL, "co_sell"}, {"partners", NULL, "partners/P2"}},
     .local = {{"needs", NULL, "TECH"}, {"budget", NULL, "CONFIRMED_NO_BUDGET"}},
     .replies = {{200, DOC_(V1, "DRAFT", "TWO_TIER", "", "")},
                 {200, DOC_(V2, "SUBMITTED", "TWO_TIER", "", "")}},
     .trail = "get submit", .after = V2S},
    {SCENE("submitted already", ACTION_SUBMIT), .resume = "submit",
     .replies = {{200, DOC(V2, "SUBMITTED", "a")}}, .trail = "get", .after = V2S},
    {SCENE("accepted already", ACTION_SUBMIT), .replies = {{200, STAGED(V2, "QUALIFY", "")}},
     .trail = "get", .after = V2S},
    {SCENE("edited before it was submitted", ACTION_SUBMIT),
     .replies = {{200, DOC(V2, "DRAFT", "a")}}, .trail = "get", .ending = ENDS_STALE},
    {SCENE("closed before it was submitted", ACTION_SUBMIT),
     .replies = {{200, DOC_(V1, "DRAFT", ISV, "", ",\"stage\":\"CLOSED_ADMIN\"")}}, .trail = "get",
     .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {SCENE("submit refused", ACTION_SUBMIT),
     .replies = {{200, DOC(V1, "DRAFT", "a")}, {400, REFUSED}}, .trail = "get submit",
     .ending = ENDS_FAILED, .class = ERROR_REFUSED},
};

/* Each alone: what one answer settles holds for the account. */
static const struct scene revisions[] = {
    {SCENE("a revision without the parameter", ACTION_UPDATE), .fields = {RENAME},
     .replies = {{200, DOC(V1, "DRAFT", "a")},
                 {400, UNKNOWN_PARTNER},
                 {200, DOC(V1, "DRAFT", "a")},
                 {200, DOC(V2, "DRAFT", "b")}},
     .trail = "get patch get patch", .after = V2S},
    {SCENE("refused whatever is sent", ACTION_UPDATE), .fields = {RENAME},
     .replies = {{200, DOC(V1, "DRAFT", "a")},
                 {400, UNKNOWN_PARTNER},
                 {200, DOC(V1, "DRAFT", "a")},
                 {400, UNKNOWN_PARTNER}},
     .trail = "get patch get patch", .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {SCENE("a submission at such a revision", ACTION_SUBMIT),
     .replies = {{200, DOC(V1, "DRAFT", "a")},
                 {400, UNKNOWN_PARTNER},
                 {200, DOC(V1, "DRAFT", "a")},
                 {200, DOC(V2, "SUBMITTED", "a")}},
     .trail = "get submit get submit", .after = V2S},
    {SCENE("a revision that wants it of a read", ACTION_UPDATE), .fields = {RENAME},
     .replies = {{400, WANTS_PARTNER}, {200, DOC(V1, "DRAFT", "a")}, {200, DOC(V2, "DRAFT", "b")}},
     .trail = "get get patch", .after = V2S},
    {SCENE("the same, reading back", ACTION_CREATE), .fields = NEW,
     .replies = {{200, BARE}, {400, WANTS_PARTNER}, {200, DOC(V1, "DRAFT", "Deal")}},
     .trail = "create read read", .after = V1S},
};

static const struct scene older[] = {
    {SCENE("patch", ACTION_UPDATE),
     .fields = {{"contract_value", "500.00 USD", "750.50 USD"}, {"comments", "a", "b"}},
     .replies = {{200, OLDER("500", "a")}, {200, OLDER("750.5", "b")}},
     .trail = "get_older patch_older", .after = "*"},
    {SCENE("in another currency", ACTION_UPDATE),
     .fields = {{"contract_value", "500.00 USD", "750.50 EUR"}},
     .replies = {{200, OLDER("500", "a")}}, .trail = "get_older", .ending = ENDS_FAILED,
     .class = ERROR_INPUT},
    {SCENE("edited meanwhile", ACTION_UPDATE), .fields = {{"comments", "a", "b"}},
     .replies = {{200, OLDER("500", "c")}}, .trail = "get_older", .ending = ENDS_STALE},
    {SCENE("lost, and it had happened", ACTION_UPDATE), .fields = {{"comments", "a", "b"}},
     .resume = "patch_older", .replies = {{200, OLDER("500", "b")}}, .trail = "get_older",
     .after = "*"},
    {SCENE("submit", ACTION_SUBMIT), .trail = "", .ending = ENDS_FAILED, .class = ERROR_REFUSED},
};

/* ------------------------------------------------------------------ the stage */

static struct theatre theatre;
static const struct settings settings;

/* Nothing goes anywhere else, and a parameter only where it is known. */
static void check(const struct step *step, const struct http_request *request)
{
    bool gets = text_equal(request->method, "GET"), posts = text_equal(request->method, "POST");
    bool patches = text_equal(request->method, "PATCH"), older_one = strstr(request->url, "/v1/");
    assert_true(text_starts(request->url, older_one ? CHANNEL_OLDER CHANNEL_PARTNER : CHANNEL_URL));
    assert_string_equal(step->family, older_one ? GCP_CRM_CALLS : GCP_CHANNEL_CALLS);
    assert_int_equal(step->writes, !gets);
    assert_false(step->writes && step->repeatable);
    assert_int_equal(patches, strstr(request->url, "?updateMask=") != NULL);
    assert_true(gets || posts || patches);
    if (older_one)
        assert_null(strstr(request->url, "partner="));
    if (!gets)
        assert_null(strstr(request->body, "null"));
    if (!gets)
        assert_null(strstr(request->body, "agent"));
}

static int open_theatre(void **state)
{
    (void)state;
    static const struct log log;
    theatre = (struct theatre){.kind = &gcp_referrals,
                               .cloud = channel_open(NULL, &log, &settings),
                               .judge = gcp_judge,
                               .record = "opportunities/o-1",
                               .version = V1S,
                               .check = check};
    return 0;
}

static int close_theatre(void **state)
{
    (void)state;
    channel_close(theatre.cloud);
    return 0;
}

static void forget_revision(void)
{
    theatre.cloud->omits_partner = theatre.cloud->gets_partner = false;
}

static struct run played(const struct scene *list, size_t count, const char *title,
                         enum action action)
{
    struct run run = {0};
    theatre_play(&theatre, &run, scene_find(list, count, title, action));
    return run;
}

#define PLAYED(title, action) played(scenes, COUNT(scenes), title, action)

static void test_scenes(void **state)
{
    (void)state;
    theatre_check(&theatre, scenes, COUNT(scenes));
}

#define CREATED                                                                                    \
    "{\"state\":\"DRAFT\",\"opportunityType\":\"" ISV "\",\"opportunityInfo\":{"                   \
    "\"partnerEntity\":\"partners/P1\",\"displayName\":\"Deal\"},\"isvSolutionConnectInfo\":{"     \
    "\"isvSolutionConnectDeal\":true,\"notes\":\"[crm:CRM-1]\"},\"customerInfo\":{"                \
    "\"customerDetails\":{\"domain\":\"acme.example\"}},\"qualificationInfo\":{\"dealSize\":"      \
    "{\"currencyCode\":\"USD\",\"units\":\"500\",\"nanos\":50000000},\"legalLanguageAccepted\":"   \
    "true,\"estimatedCloseDate\":{\"year\":2026,\"month\":9,\"day\":30}}}"

/* A draft, tagged, without the stage that only Google's word begins. */
static void test_create_body(void **state)
{
    (void)state;
    struct run run = PLAYED("create", ACTION_CREATE);
    assert_string_equal(run.requests[0].url, CHANNEL_URL "opportunities");
    assert_string_equal(run.bodies[0], CREATED);
    assert_string_equal(record_get(run.context.after, FIELD_REFERENCE), "CRM-1");
    arena_free(run.arena);
    run = PLAYED("lost, and it had happened", ACTION_CREATE);
    assert_string_equal(run.requests[0].url,
                        CHANNEL_URL "opportunities:query?partner=partners%2FP1&pageSize=100");
    assert_string_equal(run.requests[1].url, CHANNEL_URL
                        "opportunities:query?partner=partners%2FP1&pageSize=100&pageToken=a%2Bb");
    arena_free(run.arena);
}

/* Another change found out about the revision while this one's call was on its way. */
static void test_a_revision_found_out_by_another(void **state)
{
    (void)state;
    static const struct scene read = {SCENE("update", ACTION_UPDATE), .fields = {RENAME},
                                      .replies = {{400, WANTS_PARTNER},
                                                  {200, DOC(V1, "DRAFT", "a")},
                                                  {200, DOC(V2, "DRAFT", "b")}}};
    static const struct scene written = {SCENE("update", ACTION_UPDATE), .fields = {RENAME},
                                         .replies = {{200, DOC(V1, "DRAFT", "a")},
                                                     {400, UNKNOWN_PARTNER},
                                                     {200, DOC(V1, "DRAFT", "a")},
                                                     {200, DOC(V2, "DRAFT", "b")}}};
    static const struct scene never = {SCENE("update", ACTION_UPDATE), .fields = {RENAME},
                                       .replies = {{400, WANTS_PARTNER}, {400, WANTS_PARTNER}}};
    static const struct {
        const struct scene *scene;
        const char *trail;
    } cases[] = {{&read, "get get patch"}, {&written, "get patch get patch"}, {&never, "get get"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct run run = {0};
        theatre.cloud->omits_partner = theatre.cloud->gets_partner = true;
        theatre_play(&theatre, &run, cases[i].scene);
        assert_string_equal(run.trail, cases[i].trail);
        assert_int_equal(run.context.after != NULL, cases[i].scene != &never);
        arena_free(run.arena);
    }
    forget_revision();
}

/* Never without the word of the row or the job. */
static void test_legal_is_never_assumed(void **state)
{
    (void)state;
    static const struct scene silent = {SCENE("create", ACTION_CREATE),
                                        .fields = {{"title", NULL, "Deal"}},
                                        .replies = {{200, DOC(V1, "DRAFT", "Deal")}}};
    static const struct scene submits = {
        SCENE("submit", ACTION_SUBMIT), .local = {{"title", NULL, "Deal"}},
        .replies = {{200, DOC(V1, "DRAFT", "a")}, {200, DOC(V2, "SUBMITTED", "a")}}};
    struct run run = {0};
    theatre_play(&theatre, &run, &silent);
    assert_null(strstr(run.bodies[0], "legal"));
    assert_null(strstr(run.bodies[0], "customerContactRequested"));
    arena_free(run.arena);
    run = (struct run){0};
    theatre_play(&theatre, &run, &submits);
    assert_null(strstr(run.bodies[1], "legal"));
    assert_null(strstr(run.requests[1].url, "legal"));
    arena_free(run.arena);
}

#define PATCH(mask) CHANNEL_URL "opportunities/o-1?updateMask=" mask "&partner=partners%2FP1"

static void test_patches(void **state)
{
    (void)state;
    struct run run = PLAYED("update", ACTION_UPDATE);
    assert_string_equal(run.requests[0].url, CHANNEL_URL "opportunities/o-1");
    assert_string_equal(run.requests[1].url, PATCH("opportunityInfo.displayName"));
    assert_string_equal(run.bodies[1], "{\"opportunityInfo\":{\"displayName\":\"b\"}}");
    arena_free(run.arena);

    run = PLAYED("win", ACTION_LAUNCH);
    assert_string_equal(run.requests[1].url, PATCH("salesCycle.partnerReadyToClose"));
    assert_string_equal(run.bodies[1],
                        "{\"salesCycle\":{\"partnerReadyToClose\":\"MIGRATION_IMPL\"}}");
    assert_string_equal(record_get(run.context.after, "stage"), "qualified"); /* not won yet */
    assert_string_equal(record_get(run.context.after, "close_requested"), "won");
    arena_free(run.arena);

    run = PLAYED("submit", ACTION_SUBMIT);
    /* What is there is left alone, what is missing goes with the state. */
    assert_string_equal(run.requests[1].url,
                        PATCH("qualificationInfo.legalLanguageAccepted%2C"
                              "customerInfo.customerDetails.industry%2Cstate"));
    assert_string_equal(run.bodies[1],
                        "{\"qualificationInfo\":{\"legalLanguageAccepted\":true},"
                        "\"customerInfo\":{\"customerDetails\":{\"industry\":\"MEDIA\"}},"
                        "\"state\":\"SUBMITTED\"}");
    arena_free(run.arena);

    run = PLAYED("submit a resale", ACTION_SUBMIT);
    assert_string_equal(run.requests[1].url, PATCH("opportunityInfo.indirectPartnerEntity%2C"
                                                   "qualificationInfo.budget%2Cstate"));
    arena_free(run.arena);
}

static const struct scene edits[] = {
    {SCENE("texts keep the tag", ACTION_UPDATE),
     .fields = {{"comments", "n", "m"}, {"problem", NULL, "p"}},
     .replies = {{200, DOC(V1, "DRAFT", "a")}, {200, DOC(V2, "DRAFT", "a")}}},
    {SCENE("an empty text, too", ACTION_UPDATE), .fields = {{"comments", "n", NULL}},
     .replies = {{200, DOC(V1, "DRAFT", "a")}, {200, DOC(V2, "DRAFT", "a")}}},
    {SCENE("a tag is put right beside a new text", ACTION_UPDATE),
     .fields = {{"partner_reference", "CRM-1", "CRM-9"}, {"comments", "n", "m"}},
     .replies = {{200, DOC(V1, "DRAFT", "a")}, {200, DOC(V2, "DRAFT", "a")}}},
    {SCENE("what is taken back is cleared", ACTION_UPDATE), .fields = {{"title", "a", NULL}},
     .replies = {{200, DOC(V1, "DRAFT", "a")}, {200, DOC(V2, "DRAFT", "a")}}},
    {SCENE("the date before acceptance", ACTION_UPDATE),
     .fields = {{"close_date", NULL, "2026-12-01"}},
     .replies = {{200, DOC(V1, "DRAFT", "a")}, {200, DOC(V2, "DRAFT", "a")}}},
    {SCENE("the date after it", ACTION_UPDATE), .fields = {{"close_date", NULL, "2026-12-01"}},
     .replies = {{200, STAGED(V1, "REFINE", "")}, {200, STAGED(V2, "REFINE", "")}}},
    {SCENE("an open stage", ACTION_UPDATE),
     .fields = {{"stage", "qualified", "business_validation"}},
     .replies = {{200, STAGED(V1, "REFINE", "")}, {200, STAGED(V2, "REFINE", "")}}},
};

static const struct {
    const char *mask, *body;
} written[COUNT(edits)] = {
    {"opportunityInfo.description%2CisvSolutionConnectInfo.notes", NULL},
    {"isvSolutionConnectInfo.notes", "{\"isvSolutionConnectInfo\":{\"notes\":\"[crm:CRM-1]\"}}"},
    {"isvSolutionConnectInfo.notes", "{\"isvSolutionConnectInfo\":{\"notes\":\"m [crm:CRM-9]\"}}"},
    {"opportunityInfo.displayName", "{}"},
    {"qualificationInfo.estimatedCloseDate",
     "{\"qualificationInfo\":{\"estimatedCloseDate\":{\"year\":2026,\"month\":12,\"day\":1}}}"},
    {"salesCycle.closeDate",
     "{\"salesCycle\":{\"closeDate\":{\"year\":2026,\"month\":12,\"day\":1}}}"},
    {"stage", "{\"stage\":\"PROPOSAL_NEGOTIATION\"}"},
};

static void test_edits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(edits); i++) {
        struct run run = {0};
        theatre_play(&theatre, &run, &edits[i]);
        print_message("  %s\n", edits[i].title);
        assert_string_equal(run.trail, "get patch");
        const char *mask = strstr(run.requests[1].url, "updateMask=") + strlen("updateMask=");
        if (i) /* in the order of the fields of the change */
            assert_true(text_starts(mask, written[i].mask));
        if (written[i].body)
            assert_string_equal(run.bodies[1], written[i].body);
        else
            assert_string_equal(run.bodies[1],
                                "{\"isvSolutionConnectInfo\":{\"notes\":\"m [crm:CRM-1]\"},"
                                "\"opportunityInfo\":{\"description\":\"p\"}}");
        arena_free(run.arena);
    }
}

static void test_revisions(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(revisions); i++) {
        forget_revision();
        theatre_check(&theatre, &revisions[i], 1);
    }
    forget_revision();
    struct run run =
        played(revisions, COUNT(revisions), "a revision without the parameter", ACTION_UPDATE);
    assert_non_null(strstr(run.requests[1].url, "&partner="));
    assert_null(strstr(run.requests[3].url, "partner="));
    arena_free(run.arena);
    run = PLAYED("update", ACTION_UPDATE); /* the account has learnt it */
    assert_null(strstr(run.requests[1].url, "partner="));
    arena_free(run.arena);
    forget_revision();
    run = played(revisions, COUNT(revisions), "a revision that wants it of a read", ACTION_UPDATE);
    assert_null(strchr(run.requests[0].url, '?'));
    assert_string_equal(run.requests[1].url, CHANNEL_URL "opportunities/o-1?partner=partners%2FP1");
    assert_non_null(strstr(run.requests[2].url, "&partner="));
    arena_free(run.arena);
    forget_revision();
}

static void test_older(void **state)
{
    (void)state;
    struct theatre now = theatre;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *document = NULL;
    assert_int_equal(
        json_parse(arena, OLDER("500", "a"), strlen(OLDER("500", "a")), &document, NULL), 0);
    now.record = "partners/P1/opportunities/7";
    now.version = gcp_referral_version(arena, document);
    for (size_t i = 0; i < COUNT(older); i++) {
        struct run run = {0};
        theatre_play(&now, &run, &older[i]);
        print_message("  %s: %s\n", older[i].title, run.trail);
        assert_string_equal(run.trail, older[i].trail);
        assert_int_equal(run.ending, older[i].ending);
        if (older[i].ending == ENDS_FAILED)
            assert_int_equal(run.error.class, older[i].class);
        assert_int_equal(!run.context.after, !older[i].after);
        if (!i) {
            assert_string_equal(run.requests[1].url, CHANNEL_OLDER
                                "partners/P1/opportunities/7?updateMask=dealSize%2Cnotes");
            assert_string_equal(run.bodies[1], "{\"dealSize\":750.50,\"notes\":\"b\"}");
            assert_string_equal(record_get(run.context.after, "contract_value"), "750.50 USD");
        }
        arena_free(run.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenes),
        cmocka_unit_test(test_create_body),
        cmocka_unit_test(test_legal_is_never_assumed),
        cmocka_unit_test(test_patches),
        cmocka_unit_test(test_edits),
        cmocka_unit_test(test_revisions),
        cmocka_unit_test(test_a_revision_found_out_by_another),
        cmocka_unit_test(test_older),
    };
    return cmocka_run_group_tests(tests, open_theatre, close_theatre) != 0;
}
