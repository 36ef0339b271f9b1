/* Entitlements: which offers they are about, what they say of each, and how orders are answered,
 * whatever happened at the cloud meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/document.h"
#include "connectors/gcp/entitlements.h"
#include "tests/support/google.h"
#include "tests/support/scenes.h"

#define OFFERS  "projects/acme-public/services/db.endpoints.acme.cloud.goog/privateOffers/"
#define ENTITLE "providers/acme/entitlements/"
#define MADE    "2026-02-14T19:00:00.123456Z"
#define MOVED   "2026-02-15T08:00:04.900Z"

static struct google google;

static void serve_nothing(void *context, struct arena *arena, const struct http_request *request,
                          struct fake_answer *ret_answer)
{
    (void)context, (void)arena, (void)ret_answer;
    fail_msg("%s", request->url);
}

static int setup(void **state)
{
    (void)state;
    google_open(&google, serve_nothing, NULL, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    google_close(&google);
    return 0;
}

static struct arena *arena(void)
{
    return google.reading.arena;
}

static struct json *json(const char *text)
{
    return google_json(arena(), text);
}

/* ------------------------------------------------------------------ offers */

static void test_offer_ids(void **state)
{
    (void)state;
    static const struct {
        const char *name, *id, *unnumbered; /* without a setting for the number */
    } rows[] = {
        {OFFERS "po-1", "po-1", "po-1"},
        {"projects/123456789012/services/s/privateOffers/po-1", "po-1", "po-1"},
        {"projects/999/services/s/privateOffers/po-1", NULL, "po-1"},
        {"projects/acme/services/s/privateOffers/po-1", NULL, NULL},
        {"projects/acme-public2/services/s/privateOffers/po-1", NULL, NULL},
        {"projects/acme-public/services/s/standardOffers/so-1", NULL, NULL},
        {"projects/acme-public/locations/us/privateOffers/po-1", "po-1", "po-1"},
        {"projects/acme-public/services/s/privateOffers/", NULL, NULL},
        {"projects/acme-public/services/s/privateOffers/po-1/documents/d", NULL, NULL},
        {"privateOffers/po-1", NULL, NULL},
        {"", NULL, NULL},
    };
    struct google plain;
    google_open(&plain, serve_nothing, NULL, (const char *const[]){"project_number", NULL, NULL});
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct json *now = json_object(arena()), *next = json_object(arena());
        json_set_text(arena(), now, "offer", rows[i].name);
        json_set_text(arena(), next, "newPendingOffer", rows[i].name);
        const struct cloud *cloud = google.reading.cloud;
        const char *found[] = {
            gcp_entitlement_offer_id(cloud, now, GCP_OFFER_NOW),
            gcp_entitlement_offer_id(cloud, next, GCP_OFFER_NEXT),
            gcp_entitlement_offer_id(plain.reading.cloud, now, GCP_OFFER_NOW),
        };
        if (!text_equal(found[0], rows[i].id) || !text_equal(found[1], rows[i].id) ||
            !text_equal(found[2], rows[i].unnumbered))
            fail_msg("%s: %s", rows[i].name, found[0] ? found[0] : "none");
        assert_null(gcp_entitlement_offer_id(cloud, now, GCP_OFFER_NEXT));
        assert_null(gcp_entitlement_offer_id(cloud, next, GCP_OFFER_NOW));
    }
    google_close(&plain);
}

static void test_better(void **state)
{
    (void)state;
    /* In ascending order. */
    static const char *const rows[] = {
        "{'name':'e/1','state':'ENTITLEMENT_CANCELLED','createTime':'2026-01-01T00:00:00Z'}",
        "{'name':'e/2','state':'ENTITLEMENT_CANCELLED','createTime':'2026-03-01T00:00:00Z'}",
        "{'name':'e/3','state':'ENTITLEMENT_ACTIVE'}",
        "{'name':'e/4','state':'ENTITLEMENT_ACTIVE','createTime':'2026-01-01T00:00:00Z'}",
        "{'name':'e/5','state':'ENTITLEMENT_NEW_WORD','createTime':'2026-01-01T00:00:00.000001Z'}",
        "{'name':'e/6','state':'ENTITLEMENT_ACTIVE','createTime':'2026-01-01T00:00:00.000001Z'}",
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_true(gcp_entitlement_better(json(rows[i]), NULL));
        for (size_t k = 0; k < COUNT(rows); k++)
            assert_int_equal(gcp_entitlement_better(json(rows[i]), json(rows[k])), i > k);
    }
}

static void test_versions(void **state)
{
    (void)state;
    const struct json *one =
        json("{'name':'" ENTITLE "0f4c','updateTime':'" MOVED "','state':'X'}");
    const char *version = gcp_entitlement_version(arena(), MADE, one);
    struct gcp_entitlement_version split;
    assert_string_equal(version, MADE " 0f4c@" MOVED);
    gcp_entitlement_split(arena(), version, &split);
    assert_string_equal(split.offer_time, MADE);
    assert_string_equal(split.id, "0f4c");
    assert_string_equal(split.time, MOVED);
    version = gcp_entitlement_version(arena(), MADE, NULL);
    assert_string_equal(version, MADE);
    gcp_entitlement_split(arena(), version, &split);
    assert_string_equal(split.offer_time, MADE);
    assert_null(split.id);
    gcp_entitlement_split(arena(), NULL, &split);
    assert_null(split.offer_time);
    assert_null(split.id);
}

/* ------------------------------------------------------------------ what it says */

static const struct remote_field fields[] = {GCP_ENTITLEMENT_ROWS};
static const struct procedure procedures[] = {GCP_ANSWER_PROCEDURES};
static const struct connector_kind offers = {
    .kind = KIND_OFFER,
    .fields = fields,
    .field_count = COUNT(fields),
    .procedures = procedures,
    .procedure_count = COUNT(procedures),
};

static void count_finding(void *context, const struct finding *finding)
{
    assert_string_equal(finding->type->code, "CLD-001");
    (*(size_t *)context)++;
}

static struct record *said(const char *entitlement, const char *account, const char *offer,
                           size_t *ret_findings)
{
    struct json *document = json("{'name':'projects/p/locations/l/privateOffers/po-1'}");
    gcp_entitlement_say(google.reading.cloud, arena(), json(entitlement),
                        account ? json(account) : NULL, offer, document);
    *ret_findings = 0;
    return document_decode(arena(), &offers, offer, "v", document, count_finding, ret_findings);
}

/* An entitlement under po-1, whose plan may change to one under po-2. */
#define SAYS(state_, more)                                                                         \
    "{'name':'" ENTITLE "0f4c','account':'providers/acme/accounts/E-1','plan':'gold',"             \
    "'offer':'" OFFERS "po-1','state':'ENTITLEMENT_" state_ "','orderId':'order-1',"               \
    "'createTime':'" MADE "','updateTime':'" MOVED "'" more "}"
#define NEXT ",'newPendingOffer':'" OFFERS "po-2','newPendingPlan':'platinum'"

static const struct {
    const char *entitlement, *account, *offer;
    const char *values[8][2]; /* "" for absent */
    size_t findings;
} sayings[] = {
    {SAYS("ACTIVATION_REQUESTED", ",'offerDuration':'P1Y'"),
     NULL,
     "po-1",
     {{"agreement", "0f4c"},
      {"agreement_status", "ACTIVATION_REQUESTED"},
      {"agreement_stage", "subscribed"},
      {"agreement_approval", "due"},
      {"buyer", "E-1"},
      {"agreement_order", "order-1"},
      {"agreement_plan", "gold"},
      {"auto_renew", ""}},
     0},
    /* Approved, it waits for its start. */
    {SAYS("ACTIVATION_REQUESTED", ",'newOfferStartTime':'2026-03-01T08:00:00Z'"),
     NULL,
     "po-1",
     {{"agreement_approval", "given"},
      {"agreement_start", "2026-03-01"},
      {"agreement_stage", "subscribed"},
      {"agreement_end", ""}},
     0},
    {SAYS("ACTIVATION_REQUESTED", ",'offerDuration':'P1Y','offerEndTime':'2027-02-15T08:00:00Z'"),
     NULL,
     "po-1",
     {{"agreement_approval", "given"}, {"agreement_end", "2027-02-14"}},
     0},
    /* A fixed end says nothing of an approval. */
    {SAYS("ACTIVATION_REQUESTED", ",'offerEndTime':'2027-02-15T08:00:00Z'"),
     NULL,
     "po-1",
     {{"agreement_approval", "due"}, {"agreement_end", "2027-02-14"}},
     0},
    {SAYS("ACTIVE", ",'offerEndTime':'2027-07-15T07:00:00Z','usageReportingId':'project_number:1'"),
     "{'name':'providers/acme/accounts/E-1','approvals':[{'name':'other','state':'PENDING'},"
     "{'name':'signup','state':'APPROVED'}]}",
     "po-1",
     {{"agreement_stage", "activated"},
      {"agreement_approval", "given"},
      {"agreement_end", "2027-07-14"},
      {"auto_renew", "yes"},
      {"buyer_approval", "approved"},
      {"metering_id", "project_number:1"},
      {"agreement_end_reason", ""}},
     0},
    {SAYS("ACTIVE", ",'subscriptionEndTime':'2027-07-15T07:00:01Z'"),
     "{'name':'providers/acme/accounts/E-1','approvals':[{'name':'only','state':'PENDING'}]}",
     "po-1",
     {{"agreement_end", "2027-07-15"}, {"buyer_approval", "pending"}},
     0},
    {SAYS("PENDING_CANCELLATION", ""),
     "{'approvals':[{'name':'signup','state':'REJECTED'}]}",
     "po-1",
     {{"agreement_stage", "activated"}, {"auto_renew", "no"}, {"buyer_approval", "rejected"}},
     0},
    {SAYS("CANCELLED", ",'cancellationReason':'user-cancelled'"),
     "{}",
     "po-1",
     {{"agreement_stage", "ended"},
      {"agreement_approval", ""},
      {"auto_renew", ""},
      {"buyer_approval", ""},
      {"agreement_end_reason", "user-cancelled"}},
     0},
    /* The offer of now, and the next one. */
    {SAYS("PENDING_PLAN_CHANGE_APPROVAL", NEXT ",'offerEndTime':'2027-02-15T08:00:00Z'"),
     NULL,
     "po-1",
     {{"agreement_stage", "activated"},
      {"agreement_approval", "given"},
      {"agreement_plan", "gold"},
      {"agreement_end", "2027-02-14"},
      {"auto_renew", ""}},
     0},
    {SAYS("PENDING_PLAN_CHANGE_APPROVAL",
          NEXT ",'offerEndTime':'2027-02-15T08:00:00Z','newOfferEndTime':'2028-02-15T08:00:00Z'"),
     NULL,
     "po-2",
     {{"agreement_stage", "subscribed"},
      {"agreement_approval", "due"},
      {"agreement_plan", "platinum"},
      {"agreement_end", "2028-02-14"},
      {"agreement", "0f4c"}},
     0},
    {SAYS("PENDING_PLAN_CHANGE", NEXT ",'newOfferStartTime':'2026-03-01T08:00:00Z'"),
     NULL,
     "po-2",
     {{"agreement_approval", "given"}, {"agreement_start", "2026-03-01"}, {"agreement_end", ""}},
     0},
    {SAYS("PENDING_PLAN_CHANGE", NEXT ",'newOfferStartTime':'2026-03-01T08:00:00Z'"),
     NULL,
     "po-1",
     {{"agreement_approval", "given"}, {"agreement_start", ""}},
     0},
    /* Words are an open set. */
    {SAYS("FROZEN", ""),
     "{'approvals':[{'name':'signup','state':'WAITLISTED'}]}",
     "po-1",
     {{"agreement_status", "FROZEN"}, {"agreement_stage", ""}, {"buyer_approval", ""}},
     2},
    {"{'name':'" ENTITLE "e','offer':'" OFFERS "po-1'}",
     NULL,
     "po-1",
     {{"agreement", "e"}, {"agreement_status", ""}, {"agreement_approval", ""}},
     0},
};

static void test_sayings(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sayings); i++) {
        size_t findings;
        struct record *record =
            said(sayings[i].entitlement, sayings[i].account, sayings[i].offer, &findings);
        for (size_t k = 0; k < COUNT(sayings[i].values) && sayings[i].values[k][0]; k++) {
            const char *value = record_get(record, sayings[i].values[k][0]);
            if (!text_equal(value ? value : "", sayings[i].values[k][1]))
                fail_msg("%zu: %s is %s", i, sayings[i].values[k][0], value ? value : "absent");
        }
        if (findings != sayings[i].findings)
            fail_msg("%zu: %zu findings", i, findings);
        assert_non_null(strstr(record->raw, "\"Entitlement\":{\"name\""));
    }
}

/* Every row is one of the fields that ask for the listing, and the other way round. */
static void test_rows_and_fields(void **state)
{
    (void)state;
    size_t count = 0;
    assert_int_equal(COUNT(fields), GCP_ENTITLEMENT_FIELDS);
    for (; gcp_entitlement_fields[count]; count++)
        assert_non_null(connector_field(&offers, gcp_entitlement_fields[count]));
    assert_int_equal(count, COUNT(fields));
    for (size_t i = 0; i < COUNT(fields); i++)
        assert_int_not_equal(kind_field(&kinds[KIND_OFFER], fields[i].field), FIELD_NONE);
}

static void test_collections(void **state)
{
    (void)state;
    const struct cloud *cloud = google.reading.cloud;
    struct http_request request;
    gcp_page_request(cloud, arena(), gcp_entitlements_of(cloud, arena()), NULL, &request);
    assert_non_null(strstr(request.url, "/v1/providers/acme/entitlements?pageSize=200"));
    gcp_page_request(cloud, arena(), gcp_accounts_of(cloud, arena()), "a+/=&", &request);
    assert_non_null(
        strstr(request.url, "/v1/providers/acme/accounts?pageSize=200&pageToken=a%2B%2F%3D%26"));
}

/* ------------------------------------------------------------------ answers */

#define STATE(state_) SAYS(state_, "")
#define LATER(state_)                                                                              \
    "{'name':'" ENTITLE "0f4c','offer':'" OFFERS "po-1',"                                          \
    "'account':'providers/acme/accounts/E-1',"                                                     \
    "'state':'ENTITLEMENT_" state_ "','updateTime':'2026-03-01T00:00:00Z'}"
#define ACCOUNT(state_)                                                                            \
    "{'name':'providers/acme/accounts/E-1','approvals':[{'name':'signup',"                         \
    "'state':'" state_ "'}]}"
#define REFUSED                                                                                    \
    "{'error':{'code':400,'status':'FAILED_PRECONDITION','message':'Precondition check failed.'}}"
#define NONE "{'error':{'code':404,'status':'NOT_FOUND','message':'x'}}"

#define WAITS   STATE("ACTIVATION_REQUESTED")
#define CHANGES SAYS("PENDING_PLAN_CHANGE_APPROVAL", NEXT)

/* Scenes of the offer po-2 are of a change of plan. */
static const struct answer_scene {
    const char *title;
    enum action action;
    const char *offer, *resume, *progress;
    struct reply replies[8];
    const char *trail;
    enum ending ending;
    const char *says; /* part of the error, or of the note */
} scenes[] = {
    {"accept",
     ACTION_ACCEPT,
     "po-1",
     NULL,
     NULL,
     {{200, WAITS}, {200, ACCOUNT("APPROVED")}, {200, "{}"}, {200, LATER("ACTIVE")}},
     "entitlement account approve confirm",
     ENDS_DONE,
     NULL},
    {"accept, and the activation takes a while",
     ACTION_ACCEPT,
     "po-1",
     NULL,
     NULL,
     {{200, WAITS}, {200, ACCOUNT("APPROVED")}, {200, "{}"}, {200, WAITS}, {200, LATER("ACTIVE")}},
     "entitlement account approve confirm confirm",
     ENDS_DONE,
     NULL},
    {"accept an order that starts later",
     ACTION_ACCEPT,
     "po-1",
     NULL,
     NULL,
     {{200, WAITS},
      {200, ACCOUNT("APPROVED")},
      {200, "{}"},
      {200, SAYS("ACTIVATION_REQUESTED", ",'newOfferStartTime':'2026-03-01T08:00:00Z'")}},
     "entitlement account approve confirm",
     ENDS_DONE,
     NULL},
    {"accept for an account without approvals",
     ACTION_ACCEPT,
     "po-1",
     NULL,
     NULL,
     {{200, WAITS}, {200, "{}"}, {200, "{}"}, {200, LATER("ACTIVE")}},
     "entitlement account approve confirm",
     ENDS_DONE,
     NULL},
    {"accept a change of plan",
     ACTION_ACCEPT,
     "po-2",
     NULL,
     NULL,
     {{200, CHANGES},
      {200, ACCOUNT("APPROVED")},
      {200, "{}"},
      {200, SAYS("PENDING_PLAN_CHANGE", NEXT)}},
     "entitlement account approve confirm",
     ENDS_DONE,
     NULL},
    {"the account is pending",
     ACTION_ACCEPT,
     "po-1",
     NULL,
     NULL,
     {{200, WAITS}, {200, ACCOUNT("PENDING")}},
     "entitlement account",
     ENDS_LATER,
     "E-1 is not approved (PENDING)"},
    {"the account is in a state that is not known",
     ACTION_ACCEPT,
     "po-1",
     NULL,
     NULL,
     {{200, WAITS}, {200, ACCOUNT("WAITLISTED")}},
     "entitlement account",
     ENDS_LATER,
     "WAITLISTED"},
    {"a later run looks at the order first",
     ACTION_ACCEPT,
     "po-1",
     "account",
     "{'account':'E-1'}",
     {{404, NONE}},
     "entitlement",
     ENDS_STALE,
     NULL},
    {"a later run finds the account approved",
     ACTION_ACCEPT,
     "po-1",
     "account",
     "{'account':'E-1'}",
     {{200, WAITS}, {200, ACCOUNT("APPROVED")}, {200, "{}"}, {200, LATER("ACTIVE")}},
     "entitlement account approve confirm",
     ENDS_DONE,
     NULL},
    {"the account was rejected",
     ACTION_ACCEPT,
     "po-1",
     NULL,
     NULL,
     {{200, WAITS}, {200, ACCOUNT("REJECTED")}},
     "entitlement account",
     ENDS_FAILED,
     "E-1 was rejected"},
    {"the account is not there",
     ACTION_ACCEPT,
     "po-1",
     NULL,
     NULL,
     {{200, WAITS}, {404, NONE}},
     "entitlement account",
     ENDS_FAILED,
     "NOT_FOUND"},
    {"accepted elsewhere",
     ACTION_ACCEPT,
     "po-1",
     NULL,
     NULL,
     {{200, LATER("ACTIVE")}},
     "entitlement",
     ENDS_DONE,
     NULL},
    {"the customer cancelled",
     ACTION_ACCEPT,
     "po-1",
     NULL,
     NULL,
     {{200, LATER("CANCELLED")}},
     "entitlement",
     ENDS_STALE,
     NULL},
    {"accept what is no more",
     ACTION_ACCEPT,
     "po-1",
     NULL,
     NULL,
     {{404, NONE}},
     "entitlement",
     ENDS_STALE,
     NULL},
    {"the order moved since it was planned",
     ACTION_ACCEPT,
     "po-1",
     NULL,
     NULL,
     {{200, LATER("ACTIVATION_REQUESTED")}},
     "entitlement",
     ENDS_STALE,
     NULL},
    {"the order is about another offer now",
     ACTION_ACCEPT,
     "po-3",
     NULL,
     NULL,
     {{200, WAITS}},
     "entitlement",
     ENDS_STALE,
     NULL},
    {"the approval got lost and had happened",
     ACTION_ACCEPT,
     "po-1",
     "approve",
     "{'account':'E-1','sent':'1'}",
     {{200, LATER("ACTIVE")}},
     "entitlement",
     ENDS_DONE,
     NULL},
    {"the approval got lost and had not happened",
     ACTION_ACCEPT,
     "po-1",
     "approve",
     "{'account':'E-1','sent':1}",
     {{200, WAITS}, {200, ACCOUNT("APPROVED")}, {200, "{}"}, {200, LATER("ACTIVE")}},
     "entitlement account approve confirm",
     ENDS_DONE,
     NULL},
    {"the approval gets lost",
     ACTION_ACCEPT,
     "po-1",
     NULL,
     NULL,
     {{200, WAITS}, {200, ACCOUNT("APPROVED")}, {0, NULL}},
     "entitlement account approve",
     ENDS_FAILED,
     "lost"},
    {"refused since it was answered meanwhile",
     ACTION_ACCEPT,
     "po-1",
     NULL,
     NULL,
     {{200, WAITS}, {200, ACCOUNT("APPROVED")}, {400, REFUSED}, {200, LATER("ACTIVE")}},
     "entitlement account approve entitlement",
     ENDS_DONE,
     NULL},
    {"refused, and nothing tells why",
     ACTION_ACCEPT,
     "po-1",
     NULL,
     NULL,
     {{200, WAITS},
      {200, ACCOUNT("APPROVED")},
      {400, REFUSED},
      {200, WAITS},
      {200, ACCOUNT("APPROVED")},
      {400, REFUSED}},
     "entitlement account approve entitlement account approve",
     ENDS_FAILED,
     "FAILED_PRECONDITION"},
    {"gone while it was approved",
     ACTION_ACCEPT,
     "po-1",
     NULL,
     NULL,
     {{200, WAITS}, {200, ACCOUNT("APPROVED")}, {404, NONE}},
     "entitlement account approve",
     ENDS_STALE,
     NULL},
    {"gone after it was approved",
     ACTION_ACCEPT,
     "po-1",
     NULL,
     NULL,
     {{200, WAITS}, {200, ACCOUNT("APPROVED")}, {200, "{}"}, {404, NONE}},
     "entitlement account approve confirm",
     ENDS_STALE,
     NULL},
    {"denied",
     ACTION_ACCEPT,
     "po-1",
     NULL,
     NULL,
     {{403, "{}"}},
     "entitlement",
     ENDS_FAILED,
     "role"},

    {"reject",
     ACTION_REJECT,
     "po-1",
     NULL,
     NULL,
     {{200, WAITS}, {200, "{}"}, {404, NONE}},
     "entitlement reject confirm",
     ENDS_DONE,
     NULL},
    {"reject, and it is cancelled",
     ACTION_REJECT,
     "po-1",
     NULL,
     NULL,
     {{200, WAITS}, {200, "{}"}, {200, LATER("CANCELLED")}},
     "entitlement reject confirm",
     ENDS_DONE,
     NULL},
    {"reject a change of plan",
     ACTION_REJECT,
     "po-2",
     NULL,
     NULL,
     {{200, CHANGES}, {200, "{}"}, {200, LATER("ACTIVE")}},
     "entitlement reject confirm",
     ENDS_DONE,
     NULL},
    {"rejected elsewhere",
     ACTION_REJECT,
     "po-1",
     NULL,
     NULL,
     {{404, NONE}},
     "entitlement",
     ENDS_DONE,
     NULL},
    {"gone while it was rejected",
     ACTION_REJECT,
     "po-1",
     NULL,
     NULL,
     {{200, WAITS}, {404, NONE}},
     "entitlement reject",
     ENDS_DONE,
     NULL},
    {"accepted before it was rejected",
     ACTION_REJECT,
     "po-1",
     NULL,
     NULL,
     {{200, LATER("ACTIVE")}},
     "entitlement",
     ENDS_STALE,
     NULL},
    {"the order moved before it was rejected",
     ACTION_REJECT,
     "po-1",
     NULL,
     NULL,
     {{200, LATER("ACTIVATION_REQUESTED")}},
     "entitlement",
     ENDS_STALE,
     NULL},
    {"the plan changes no more",
     ACTION_REJECT,
     "po-2",
     NULL,
     NULL,
     {{200, LATER("ACTIVE")}},
     "entitlement",
     ENDS_STALE,
     NULL},
    {"the rejection of a change got lost and had happened",
     ACTION_REJECT,
     "po-2",
     "reject",
     "{'account':'E-1','plan':'platinum','sent':1}",
     {{200, LATER("ACTIVE")}},
     "entitlement",
     ENDS_DONE,
     NULL},
    {"the rejection got lost and had happened",
     ACTION_REJECT,
     "po-1",
     "reject",
     "{'account':'E-1','sent':1}",
     {{404, NONE}},
     "entitlement",
     ENDS_DONE,
     NULL},
    {"the rejection gets lost",
     ACTION_REJECT,
     "po-1",
     NULL,
     NULL,
     {{200, WAITS}, {0, NULL}},
     "entitlement reject",
     ENDS_FAILED,
     "lost"},
    {"not to be seen yet",
     ACTION_REJECT,
     "po-1",
     NULL,
     NULL,
     {{200, WAITS}, {200, "{}"}, {200, WAITS}, {404, NONE}},
     "entitlement reject confirm confirm",
     ENDS_DONE,
     NULL},
};

/* The engine in small, see theatre_play(); of offers. */
static void run_scene(const struct answer_scene *scene, struct run *run)
{
    struct scene copy = {.title = scene->title,
                         .action = scene->action,
                         .resume = scene->resume,
                         .progress = scene->progress ? google_text(arena(), scene->progress) : NULL,
                         .trail = scene->trail,
                         .ending = scene->ending};
    for (size_t i = 0; i < COUNT(scene->replies); i++) {
        copy.replies[i].status = scene->replies[i].status;
        if (scene->replies[i].body)
            copy.replies[i].body = google_text(arena(), scene->replies[i].body);
    }
    if (scene->action == ACTION_REJECT)
        copy.fields[0] = (struct wish){"reject_reason", NULL, "Not in this country"};
    const struct theatre theatre = {.kind = &offers,
                                    .cloud = google.reading.cloud,
                                    .judge = gcp_judge,
                                    .invitation = scene->offer,
                                    .record = scene->offer,
                                    .version = MADE " 0f4c@" MOVED};
    memset(run, 0, sizeof *run);
    theatre_play(&theatre, run, &copy);
}

static const char *note_of(const struct run *run)
{
    return json_get_text(run->context.progress, PROGRESS_NOTE);
}

static const struct answer_scene *find(const char *title)
{
    for (size_t i = 0; i < COUNT(scenes); i++)
        if (!strcmp(scenes[i].title, title))
            return &scenes[i];
    fail_msg("no scene %s", title);
    return NULL;
}

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenes); i++) {
        struct run run;
        run_scene(&scenes[i], &run);
        const char *note = note_of(&run);
        const char *words = run.ending == ENDS_LATER ? note : run.error.message;
        if (strcmp(run.trail, scenes[i].trail) != 0 || run.ending != scenes[i].ending ||
            (scenes[i].says && !strstr(words ? words : "", scenes[i].says)))
            fail_msg("%s: %s, ending %d, %s", scenes[i].title, run.trail, run.ending,
                     words ? words : "");
        assert_null(run.context.after);
        assert_false(run.context.deleted);
        arena_free(run.arena);
    }
}

/* What is sent, to the letter: an account is never written to. */
static void test_requests(void **state)
{
    (void)state;
    static const struct {
        const char *title;
        size_t index;
        const char *method, *path, *body;
    } rows[] = {
        {"accept", 0, "GET", "entitlements/0f4c", NULL},
        {"accept", 1, "GET", "accounts/E-1", NULL},
        {"accept", 2, "POST", "entitlements/0f4c:approve", "{}"},
        {"accept", 3, "GET", "entitlements/0f4c", NULL},
        {"accept a change of plan", 2, "POST", "entitlements/0f4c:approvePlanChange",
         "{\"pendingPlanName\":\"platinum\"}"},
        {"reject", 1, "POST", "entitlements/0f4c:reject", "{\"reason\":\"Not in this country\"}"},
        {"reject a change of plan", 1, "POST", "entitlements/0f4c:rejectPlanChange",
         "{\"pendingPlanName\":\"platinum\",\"reason\":\"Not in this country\"}"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct run run;
        run_scene(find(rows[i].title), &run);
        const struct http_request *request = &run.requests[rows[i].index];
        const char *url =
            arena_printf(arena(), "http://127.0.0.1:1/v1/providers/acme/%s", rows[i].path);
        assert_string_equal(request->method, rows[i].method);
        assert_string_equal(request->url, url);
        if (!text_equal(request->body, rows[i].body))
            fail_msg("%s: %s", rows[i].title, request->body ? request->body : "no body");
        arena_free(run.arena);
    }
    for (size_t i = 0; i < COUNT(scenes); i++) {
        struct run run;
        run_scene(&scenes[i], &run);
        for (size_t k = 0; k < run.sent; k++)
            if (strstr(run.requests[k].url, "/accounts/"))
                assert_string_equal(run.requests[k].method, "GET");
        arena_free(run.arena);
    }
}

/* A version without an order, and an account without a provider, send nothing. */
static void test_nothing_to_answer(void **state)
{
    (void)state;
    struct run run = {0};
    const struct scene scene = {.title = "x", .action = ACTION_ACCEPT};
    struct theatre theatre = {.kind = &offers,
                              .cloud = google.reading.cloud,
                              .judge = gcp_judge,
                              .invitation = "po-1",
                              .version = MADE};
    theatre_play(&theatre, &run, &scene);
    assert_int_equal(run.ending, ENDS_FAILED);
    assert_int_equal(run.sent, 0);
    assert_non_null(strstr(run.error.message, "no order"));
    arena_free(run.arena);
    struct google plain;
    google_open(&plain, serve_nothing, NULL, (const char *const[]){"provider", NULL, NULL});
    theatre.cloud = plain.reading.cloud;
    theatre.version = MADE " 0f4c@" MOVED;
    memset(&run, 0, sizeof run);
    theatre_play(&theatre, &run, &scene);
    assert_int_equal(run.ending, ENDS_FAILED);
    assert_int_equal(run.sent, 0);
    arena_free(run.arena);
    google_close(&plain);
}

/* Patience is the run's: what does not show waits for a later one. */
static void test_patience(void **state)
{
    (void)state;
    struct answer_scene scene = *find("accept");
    scene.replies[3] = (struct reply){200, WAITS};
    google.reading.cloud->patience_ms = 0;
    struct run run;
    run_scene(&scene, &run);
    assert_int_equal(run.ending, ENDS_LATER);
    assert_non_null(note_of(&run));
    arena_free(run.arena);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_offer_ids), TEST(test_better),          TEST(test_versions),
        TEST(test_sayings),   TEST(test_rows_and_fields), TEST(test_collections),
        TEST(test_answers),   TEST(test_requests),        TEST(test_nothing_to_answer),
        TEST(test_patience),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
