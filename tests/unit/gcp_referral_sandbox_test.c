/* Opportunities against the sandbox: what a procedure leaves is what the next read finds, nothing
 * is sent that the service does not take, and a process that dies at any call makes no second
 * deal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/document.h"
#include "connectors/gcp/referrals.h"
#include "tests/support/errand.h"
#include "tests/support/gcp_cosell.h"
#include "tests/support/channel.h"
#include "tests/support/reading.h"

struct yard {
    struct gcp_cosell cosell;
    struct settings settings;
    struct cloud *cloud;
    struct ground ground;
    size_t lose; /* this many answers to writes get lost from here on, though they were done */
};

/* "https://host/v1alpha1/…" to the sandbox, with the token of that API. */
static int send(struct gcp_cosell *cosell, const struct http_request *request)
{
    const char *path = strchr(request->url + strlen("https://"), '/');
    bool older = text_starts(path, "/v1/");
    return gcp_cosell_send(cosell, older ? cosell->crm : cosell->channel, request->method, path,
                           request->body);
}

static bool carry(void *context, const struct http_request *request,
                  struct http_response *ret_response)
{
    struct yard *yard = context;
    int status = send(&yard->cosell, request);
    const struct sandbox_response *response = &yard->cosell.drive.response;
    *ret_response = (struct http_response){
        .status = status, .body = response->body, .body_length = response->body_length};
    bool lost = yard->lose && strcmp(request->method, "GET") != 0;
    yard->lose -= lost;
    return !lost;
}

static void yard_open(struct yard *yard, const struct sandbox_options *options)
{
    memset(yard, 0, sizeof *yard);
    gcp_cosell_start(&yard->cosell, options);
    struct drive *drive = &yard->cosell.drive;
    yard->cloud = channel_open(NULL, &drive->fake.log, &yard->settings);
    yard->cloud->partner = GCP_PARTNER;
    yard->ground = (struct ground){.arena = drive->arena,
                                   .fake = &drive->fake,
                                   .cloud = yard->cloud,
                                   .kind = &gcp_referrals,
                                   .call_ms = 1000,
                                   .runs = 10,
                                   .carry = carry,
                                   .judge = gcp_judge,
                                   .context = yard};
}

static void yard_close(struct yard *yard)
{
    channel_close(yard->cloud);
    gcp_cosell_stop(&yard->cosell);
}

static const struct record *record_of(struct yard *yard, const char *id)
{
    struct json *document = NULL;
    struct http_request request = {
        .method = "GET",
        .url = arena_printf(yard->ground.arena, "%s%s",
                            gcp_referral_is_older(id) ? CHANNEL_OLDER : CHANNEL_URL, id)};
    assert_int_equal(send(&yard->cosell, &request), 200);
    document = json_clone(yard->ground.arena, yard->cosell.drive.answer);
    return gcp_referral_record(yard->ground.arena, document, NULL, NULL);
}

static enum outcome act(struct yard *yard, enum action action, const char *id,
                        const struct errand_wish *wishes, size_t count, struct errand *errand)
{
    errand_new(&yard->ground, errand, action, id, wishes, count);
    const struct record *before = id ? record_of(yard, id) : NULL;
    errand->change.version = before ? before->version : NULL;
    for (size_t i = 0; before && i < errand->change.field_count; i++)
        errand->change.fields[i].old_value = before->values[errand->change.fields[i].field];
    return errand_settle(&yard->ground, errand);
}

static const struct errand_wish deal[] = {
    {"title", "Acme moves"},
    {"company", "Acme"},
    {"website", "https://www.acme.example/"},
    {"industry", "SOFTWARE"},
    {"employees", "250"},
    {"country", "US"},
    {"state", "CA"},
    {"city", "Mountain View"},
    {"street", "1 Example Way"},
    {"postal_code", "02134"},
    {"sales_region", "NORTH_AMERICA"},
    {"contact_first_name", "Bo"},
    {"contact_email", "bo@acme.example"},
    {"contact_phone", "+12065550100"},
    {"contact_wanted", "yes"},
    {"problem", "Two stores become one."},
    {"delivery_models", "SAAS_ON_GOOGLE_CLOUD"},
    {"needs", "ALIGN_SALES_ACCOUNT"},
    {"contract_value", "48000.50 USD"},
    {"contract_months", "12"},
    {"comments", "Written here."},
    {"cloud_products", "GOOGLE_CLOUD_PLATFORM"},
    {"opportunity_type", "new"},
    {"contract_vehicle", "CLOUD_MARKETPLACE"},
    {"legal_accepted", "yes"},
    {"public_sector", "no"},
    {"close_date", "2026-09-30"},
    {"next_steps", "Technical review"},
    {"marketing_campaign", "spring"},
    {"owner_email", "ann@own.example"},
    {"stage", "qualified"},
};

/* Nothing that is sent comes back otherwise. */
static void check_deal(const struct errand *errand)
{
    for (size_t i = 0; i < COUNT(deal); i++) {
        const struct remote_field *remote = connector_field(&gcp_referrals, deal[i].name);
        const char *wanted = text_equal(deal[i].name, "website") ? "acme.example" : deal[i].value;
        if (!(remote->flags & REMOTE_READ) || remote->flags & REMOTE_STEP)
            continue;
        if (strcmp(errand_field(errand, deal[i].name), wanted) != 0)
            fail_msg("%s is \"%s\"", deal[i].name, errand_field(errand, deal[i].name));
    }
    assert_string_equal(errand_field(errand, "partner_reference"), "CRM-1");
    assert_string_equal(errand_field(errand, "deal_type"), "ISV_SOLUTION_CONNECT");
}

static const char *create(struct yard *yard)
{
    struct errand errand;
    assert_int_equal(act(yard, ACTION_CREATE, NULL, deal, COUNT(deal), &errand), DONE);
    return errand.context.after->id;
}

static const char *accepted(struct yard *yard)
{
    struct errand errand;
    const char *id = create(yard);
    assert_int_equal(act(yard, ACTION_SUBMIT, id, NULL, 0, &errand), DONE);
    assert_string_equal(errand_field(&errand, "status"), "submitted");
    assert_int_equal(gcp_cosell_control(&yard->cosell, "review", id, ",'word':'ACCEPTED'"), 200);
    return id;
}

/* ------------------------------------------------------------------ one deal, from end to end */

static void test_life(void **state)
{
    static const struct errand_wish edits[] = {
        {"title", "Acme moves on"},         {"comments", "Written again."},
        {"close_date", "2026-10-31"},       {"stage", "technical_validation"},
        {"contract_value", "50000.00 USD"}, {"city", NULL}};
    static const struct errand_wish won[] = {{"stage", "won"}};
    (void)state;
    struct yard yard;
    struct errand errand;
    yard_open(&yard, &(struct sandbox_options){0});
    assert_int_equal(act(&yard, ACTION_CREATE, NULL, deal, COUNT(deal), &errand), DONE);
    check_deal(&errand);
    assert_string_equal(errand_field(&errand, "status"), "draft");
    const char *id = errand.context.after->id;
    assert_true(text_starts(id, "opportunities/"));

    assert_int_equal(act(&yard, ACTION_SUBMIT, id, NULL, 0, &errand), DONE);
    assert_string_equal(errand_field(&errand, "status"), "submitted");
    gcp_cosell_control(&yard.cosell, "review", id, ",'word':'ACCEPTED'");
    assert_string_equal(record_get(record_of(&yard, id), "status"), "approved");
    assert_string_equal(record_get(record_of(&yard, id), "stage"), "prospect");

    assert_int_equal(act(&yard, ACTION_UPDATE, id, edits, COUNT(edits), &errand), DONE);
    for (size_t i = 0; i < COUNT(edits); i++)
        assert_string_equal(errand_field(&errand, edits[i].name),
                            edits[i].value ? edits[i].value : "");
    assert_string_equal(errand_field(&errand, "partner_reference"),
                        "CRM-1");                                          /* beside the new text */
    assert_string_equal(errand_field(&errand, "street"), "1 Example Way"); /* beside the city */

    assert_int_equal(act(&yard, ACTION_LAUNCH, id, won, 1, &errand), DONE);
    assert_string_equal(errand_field(&errand, "stage"), "technical_validation");
    assert_string_equal(errand_field(&errand, "close_requested"), "won");
    size_t calls = yard.ground.calls;
    assert_int_equal(act(&yard, ACTION_LAUNCH, id, won, 1, &errand), DONE);
    assert_int_equal(yard.ground.calls, calls + 1); /* only a look */
    gcp_cosell_control(&yard.cosell, "confirm-close", id, "");
    assert_string_equal(record_get(record_of(&yard, id), "stage"), "won");
    assert_int_equal(sandbox_gcp_opportunities(yard.cosell.drive.sandbox), 1);
    yard_close(&yard);
}

static void test_lost_and_declined(void **state)
{
    static const struct errand_wish lost[] = {{"stage", "lost"}};
    static const struct errand_wish edit[] = {{"problem", "Better said."}};
    (void)state;
    struct yard yard;
    struct errand errand;
    yard_open(&yard, &(struct sandbox_options){0});
    const char *id = accepted(&yard);
    assert_int_equal(act(&yard, ACTION_CLOSE, id, lost, 1, &errand), DONE);
    assert_string_equal(errand_field(&errand, "close_requested"), "lost");
    gcp_cosell_control(&yard.cosell, "confirm-close", id, "");
    assert_string_equal(record_get(record_of(&yard, id), "stage"), "lost");
    assert_int_equal(act(&yard, ACTION_UPDATE, id, edit, 1, &errand), FAILED); /* it is over */
    assert_string_equal(errand.error.vendor_code, "FAILED_PRECONDITION");

    id = create(&yard);
    assert_int_equal(act(&yard, ACTION_SUBMIT, id, NULL, 0, &errand), DONE);
    gcp_cosell_control(&yard.cosell, "review", id, ",'word':'NOT_ACCEPTED','why':'too vague'");
    assert_string_equal(record_get(record_of(&yard, id), "status"), "rejected");
    assert_string_equal(record_get(record_of(&yard, id), "status_comments"), "too vague");
    assert_int_equal(act(&yard, ACTION_UPDATE, id, edit, 1, &errand), DONE);
    assert_int_equal(act(&yard, ACTION_SUBMIT, id, NULL, 0, &errand), DONE);
    assert_string_equal(errand_field(&errand, "status"), "submitted");

    id = accepted(&yard);
    gcp_cosell_control(&yard.cosell, "close-admin", id, "");
    assert_string_equal(record_get(record_of(&yard, id), "status"), "closed");
    assert_null(record_get(record_of(&yard, id), "stage"));
    yard_close(&yard);
}

/* A draft that somebody left half in the portal: what is missing goes with the state. */
static void test_submit_fills(void **state)
{
    (void)state;
    struct yard yard;
    struct errand errand;
    yard_open(&yard, &(struct sandbox_options){0});
    struct json *half = gcp_cosell_sample(&yard.cosell, "ISV_SOLUTION_CONNECT", "DRAFT");
    static const char *const missing[] = {"isvSolutionConnectInfo.isvSolutionConnectDeal",
                                          "isvSolutionConnectInfo.customerContactRequested",
                                          "opportunityInfo.productFamily"};
    for (size_t i = 0; i < COUNT(missing); i++)
        assert_int_equal(json_put(yard.ground.arena, half, missing[i], NULL, NULL), 0);
    assert_int_equal(gcp_cosell_post(&yard.cosell, half), 200);
    const char *id = arena_copy(yard.ground.arena, drive_answer(&yard.cosell.drive, "name"));
    errand_new(&yard.ground, &errand, ACTION_SUBMIT, id, NULL, 0);
    struct record *local = record_new(yard.ground.arena, &kinds[KIND_REFERRAL], "CRM-1");
    for (size_t i = 0; i < COUNT(deal); i++)
        record_set(local, deal[i].name, deal[i].value);
    errand.context.local = local;
    errand.change.version = record_of(&yard, id)->version;
    assert_int_equal(errand_settle(&yard.ground, &errand), DONE);
    assert_string_equal(errand_field(&errand, "status"), "submitted");
    assert_string_equal(errand_field(&errand, "sales_region"), "NORTH_AMERICA");
    assert_string_equal(errand_field(&errand, "title"),
                        "Claims data lake"); /* what is there stays */
    yard_close(&yard);
}

static void test_other_types(void **state)
{
    static const char *const types[] = {"REGULAR", "TWO_TIER"};
    (void)state;
    for (size_t i = 0; i < COUNT(types); i++) {
        struct errand_wish wishes[COUNT(deal) + 4];
        size_t count = 0;
        struct yard yard;
        struct errand errand;
        yard_open(&yard, &(struct sandbox_options){0});
        for (size_t k = 0; k < COUNT(deal); k++) {
            const struct remote_field *remote = connector_field(&gcp_referrals, deal[k].name);
            if (!text_starts(remote->vendor, "isvSolutionConnectInfo."))
                wishes[count++] = deal[k];
        }
        wishes[count++] = (struct errand_wish){"deal_type", types[i]};
        wishes[count++] = (struct errand_wish){"services", "GCP_COMPUTE"};
        wishes[count++] = (struct errand_wish){"budget", "EXACT_BUDGET_GIVEN"};
        if (i)
            wishes[count++] = (struct errand_wish){"partners", "partners/C0other"};
        assert_int_equal(act(&yard, ACTION_CREATE, NULL, wishes, count, &errand), DONE);
        assert_string_equal(errand_field(&errand, "problem"), "Two stores become one.");
        assert_string_equal(errand_field(&errand, "partner_reference"),
                            "CRM-1"); /* in the description */
        assert_string_equal(errand_field(&errand, "deal_type"), types[i]);
        assert_int_equal(act(&yard, ACTION_SUBMIT, errand.context.after->id, NULL, 0, &errand),
                         DONE);
        assert_string_equal(errand_field(&errand, "status"), "submitted");
        yard_close(&yard);
    }
}

/* Both ways in which revisions differ are found out by one refusal. */
static void test_revisions(void **state)
{
    static const char *const words[] = {"older", "newer"};
    static const struct errand_wish edit[] = {{"title", "Other"}};
    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        struct yard yard;
        struct errand errand;
        yard_open(&yard, &(struct sandbox_options){0});
        const char *id = create(&yard);
        const char *version = record_of(&yard, id)->version;
        assert_int_equal(drive_control(&yard.cosell.drive, "gcp/revision",
                                       arena_printf(yard.ground.arena, "{'word':'%s'}", words[i])),
                         200);
        size_t calls = yard.ground.calls;
        errand_new(&yard.ground, &errand, ACTION_UPDATE, id, edit, 1);
        errand.change.version = version;
        assert_int_equal(errand_settle(&yard.ground, &errand), DONE);
        assert_int_equal(yard.ground.calls - calls, i ? 3 : 4);
        assert_int_equal(yard.cloud->omits_partner, !i);
        assert_int_equal(yard.cloud->gets_partner, i == 1);
        yard_close(&yard);
    }
}

/* ------------------------------------------------------------------ ends of the process */

static void finish(struct yard *yard, const char *what, size_t number)
{
    struct sandbox *sandbox = yard->cosell.drive.sandbox;
    if (sandbox_gcp_opportunities(sandbox) != 1 || sandbox_gcp_duplicates(sandbox))
        fail_msg("%s %zu: %zu deals", what, number, sandbox_gcp_opportunities(sandbox));
}

/* Creates, submits and wins, and dies at the `at`th call of it all. False: there is no such one. */
static bool doomed(size_t at, bool sent, size_t lose)
{
    static const struct errand_wish won[] = {{"title", "Acme moves on"}, {"stage", "won"}};
    struct yard yard;
    struct errand errand;
    yard_open(&yard, &(struct sandbox_options){0});
    yard.ground.die_at = at;
    yard.ground.sent = sent;
    yard.lose = lose;
    assert_int_equal(act(&yard, ACTION_CREATE, NULL, deal, COUNT(deal), &errand), DONE);
    check_deal(&errand);
    const char *id = errand.context.after->id;
    assert_int_equal(act(&yard, ACTION_SUBMIT, id, NULL, 0, &errand), DONE);
    gcp_cosell_control(&yard.cosell, "review", id, ",'word':'ACCEPTED'");
    assert_int_equal(act(&yard, ACTION_LAUNCH, id, won, COUNT(won), &errand), DONE);
    assert_string_equal(errand_field(&errand, "title"), "Acme moves on");
    assert_string_equal(errand_field(&errand, "close_requested"), "won");
    finish(&yard, sent ? "after call" : "before call", at);
    bool died = yard.ground.calls >= at;
    yard_close(&yard);
    return died;
}

static void test_dying(void **state)
{
    (void)state;
    size_t at = 1;
    while (doomed(at, false, 0))
        at++;
    assert_true(at > 5);
    at = 1;
    while (doomed(at, true, 0))
        at++;
    assert_true(at > 5);
    doomed(0, false, 100); /* every answer to a write gets lost */
}

/* ------------------------------------------------------------------ reading */

struct bench {
    struct reading reading;
    struct settings settings;
    struct gcp_cosell cosell;
};

static void forward(void *context, struct arena *arena, const struct http_request *request,
                    struct fake_answer *ret_answer)
{
    struct bench *bench = context;
    ret_answer->status = send(&bench->cosell, request);
    ret_answer->body = arena_copy_n(arena, bench->cosell.drive.response.body,
                                    bench->cosell.drive.response.body_length);
}

static void bench_open(struct bench *bench, const struct sandbox_options *options)
{
    memset(bench, 0, sizeof *bench);
    gcp_cosell_start(&bench->cosell, options);
    reading_prepare(&bench->reading, forward, bench);
    bench->reading.cloud =
        channel_open(bench->reading.loop, &bench->reading.fake.log, &bench->settings);
    bench->reading.cloud->partner = GCP_PARTNER;
    bench->reading.close = channel_close;
}

static void bench_close(struct bench *bench)
{
    reading_close(&bench->reading);
    gcp_cosell_stop(&bench->cosell);
}

static void test_read(void **state)
{
    static const char *const named[] = {GCP_PARTNER "/opportunities/" GCP_CRM_KNOWN,
                                        GCP_PARTNER "/leads/" GCP_CRM_KNOWN,
                                        GCP_PARTNER "/opportunities/nobody", NULL};
    const struct read_scope scope = {.full = true, .named = named};
    static const char *const statuses[] = {"draft", "submitted", "approved", "rejected", "closed"};
    (void)state;
    struct bench bench;
    bench_open(&bench,
               &(struct sandbox_options){.gcp_opportunities = 250, .unknown_members = true});
    reading_run_kind(&bench.reading, &gcp_referrals, &scope);
    if (bench.reading.outcome != READ_COMPLETE)
        fail_msg("%s", bench.reading.error.message);
    assert_int_equal(map_count(bench.reading.records), 252);
    assert_int_equal(fake_http_count(bench.reading.http), 6); /* three pages, three names */
    size_t seen[COUNT(statuses)] = {0}, limited = 0, tagged = 0;
    for (size_t i = 0; i < map_count(bench.reading.records); i++) {
        const struct record *record = map_value_at(bench.reading.records, i);
        const char *status = record_get(record, "status"), *text = record_get(record, "problem");
        for (size_t k = 0; k < COUNT(statuses); k++)
            seen[k] += text_equal(status, statuses[k]);
        limited += text_equal(record_get(record, "access"), "limited");
        tagged += record_get(record, "partner_reference") != NULL;
        assert_true(!text || !strstr(text, "[crm:"));
        if (!gcp_referral_is_older(record->id))
            assert_non_null(record_get(record, "title"));
    }
    for (size_t k = 0; k < COUNT(statuses); k++)
        assert_true(seen[k] > 0);
    assert_true(limited > 0 && tagged > 0);
    assert_int_equal(bench.reading.findings, 0);
    bench_close(&bench);
}

static void test_older_interface(void **state)
{
    static const struct errand_wish edit[] = {{"contract_value", "1234.50 USD"},
                                              {"comments", "Noted."},
                                              {"close_date", "2026-12-31"},
                                              {"contract_months", "24"},
                                              {"partner_reference", "CRM-1"}};
    (void)state;
    struct yard yard;
    struct errand errand;
    yard_open(&yard, &(struct sandbox_options){.gcp_opportunities = 1});
    const char *id = GCP_PARTNER "/opportunities/" GCP_CRM_KNOWN;
    assert_int_equal(act(&yard, ACTION_UPDATE, id, edit, COUNT(edit), &errand), DONE);
    for (size_t i = 0; i < COUNT(edit); i++)
        assert_string_equal(errand_field(&errand, edit[i].name), edit[i].value);
    size_t calls = yard.ground.calls;
    assert_int_equal(act(&yard, ACTION_UPDATE, id, edit, COUNT(edit), &errand), DONE);
    assert_int_equal(yard.ground.calls, calls + 1);
    yard_close(&yard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life),         cmocka_unit_test(test_lost_and_declined),
        cmocka_unit_test(test_submit_fills), cmocka_unit_test(test_other_types),
        cmocka_unit_test(test_revisions),    cmocka_unit_test(test_dying),
        cmocka_unit_test(test_read),         cmocka_unit_test(test_older_interface),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
