/* Referrals of Microsoft against the sandbox: what a procedure leaves is what the next read finds,
 * and nothing is sent that the service does not take. */
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
#include "base/times.h"
#include "connectors/azure/referrals.h"
#include "tests/support/errand.h"
#include "tests/support/partner.h"
#include "tests/support/partner_ask.h"
#include "tests/support/reading.h"

#define DAY_MS INT64_C(86400000)

struct bench {
    struct reading reading;
    struct drive drive;
    struct ground ground;
    struct settings settings;
    size_t writes;
    char watermark[64];
    size_t
        lose; /* this many answers to writes get lost from here on, though they were carried out */
};

static void forward(void *context, struct arena *arena, const struct http_request *request,
                    struct fake_answer *ret_answer)
{
    struct bench *bench = context;
    assert_string_equal(request->method, "GET");
    fake_advance(&bench->drive.fake, 1000);
    partner_ask(&bench->drive, arena, request, ret_answer);
}

static bool carry(void *context, const struct http_request *request,
                  struct http_response *ret_response)
{
    struct bench *bench = context;
    struct fake_answer answer = {0};
    partner_ask(&bench->drive, bench->drive.arena, request, &answer);
    *ret_response = (struct http_response){
        .status = answer.status, .body = answer.body, .body_length = strlen(answer.body)};
    if (!strcmp(request->method, "GET"))
        return true;
    bench->writes++;
    bool lost = bench->lose;
    bench->lose -= lost;
    return !lost;
}

/* The engine keeps what comes. */
static void note_version(const struct reading *reading, const struct record *record)
{
    map_put(reading->known, record->id, arena_copy(reading->arena, record->version));
}

static void bench_open(struct bench *bench, size_t deals)
{
    const struct sandbox_options options = {.azure_referrals = deals, .unknown_members = true};
    memset(bench, 0, sizeof *bench);
    drive_start(&bench->drive, &options);
    reading_prepare(&bench->reading, forward, bench);
    bench->reading.cloud =
        partner_open(bench->reading.loop, &bench->reading.fake.log, &bench->settings);
    bench->reading.close = partner_close;
    bench->reading.check_record = note_version;
    bench->ground = (struct ground){.arena = bench->reading.arena,
                                    .fake = &bench->drive.fake,
                                    .cloud = bench->reading.cloud,
                                    .kind = &azure_referrals,
                                    .call_ms = 1000,
                                    .rest_ms = 1000, /* reviewers are fast */
                                    .runs = 20,
                                    .carry = carry,
                                    .judge = azure_judge,
                                    .context = bench};
}

static void bench_close(struct bench *bench)
{
    reading_close(&bench->reading);
    drive_stop(&bench->drive);
}

static void bench_read(struct bench *bench, bool full)
{
    const struct read_scope scope = {
        .full = full, .watermark = full ? NULL : bench->watermark, .proposals = true};
    reading_run_kind(&bench->reading, &azure_referrals, &scope);
    if (bench->reading.outcome != READ_COMPLETE)
        fail_msg("%s", bench->reading.error.message);
    snprintf(bench->watermark, sizeof bench->watermark, "%.63s", bench->reading.watermark);
}

static const struct record *found(struct bench *bench, const char *id)
{
    const struct record *record = map_get(bench->reading.records, id);
    if (!record)
        fail_msg("no record %s", id);
    return record;
}

/* ------------------------------------------------------------------ procedures */

/* `values`: name, value, …, NULL. */
static const struct record *work(struct bench *bench, enum action action, const char *id,
                                 const char *const *values)
{
    const struct record *before = id ? found(bench, id) : NULL;
    struct errand_wish wishes[32] = {{NULL, NULL}};
    struct errand errand;
    for (size_t i = 0; values[2 * i]; i++)
        wishes[i] = (struct errand_wish){values[2 * i], values[2 * i + 1]};
    errand_new(&bench->ground, &errand, action, id, wishes, COUNT(wishes));
    for (size_t i = 0; before && i < errand.change.field_count; i++)
        errand.change.fields[i].old_value = before->values[errand.change.fields[i].field];
    errand.change.version = before ? before->version : NULL;
    if (errand_settle(&bench->ground, &errand) != DONE)
        fail_msg("%s: %s", action_name(action), errand.error.message);
    assert_non_null(errand.context.after);
    return errand.context.after;
}

/* What it left is what is there. */
static void assert_left(struct bench *bench, const struct record *after, const char *field,
                        const char *value)
{
    const char *now = record_get(after, field);
    if (!text_equal(now, value))
        fail_msg("%s is %s", field, now ? now : "absent");
    map_put(bench->reading.known, after->id, NULL);
    bench_read(bench, true);
    const struct record *read = found(bench, after->id);
    assert_string_equal(read->version, after->version);
    assert_true(text_equal(record_get(read, field), value));
}

#define VALUES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NEW_DEAL                                                                                   \
    VALUES("title", "Analytics for Acme", "company", "Acme", "country", "US", "city", "Reno",      \
           "street", "1 Main Street", "postal_code", "89501", "duns", "012345678", "company_size", \
           "51to250employees", "contact_first_name", "Bo", "contact_last_name", "Li",              \
           "contact_email", "bo@acme.example", "owner_first_name", "Ann", "owner_last_name",       \
           "Lee", "owner_email", "ann@own.example", "contract_value", "50000.50 USD",              \
           "close_date", "2027-03-31", "solutions", "SOL-34104-EBB", "stage", "qualified",         \
           "industry", "Education", "comments", "as agreed", "needs", "QuotesOrLicensing",         \
           "cloud_products", "Azure", "involvement", "co_sell")

static const char *created(struct bench *bench)
{
    const struct record *after = work(bench, ACTION_CREATE, NULL, NEW_DEAL);
    assert_left(bench, after, "status", "draft");
    return after->id;
}

/* ------------------------------------------------------------------ tests */

static void test_read(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 250);
    bench_read(&bench, true);
    size_t all = map_count(bench.reading.records);
    assert_int_equal(all, 250);
    assert_int_equal(bench.writes, 0);
    size_t calls = fake_http_count(bench.reading.http);
    assert_true(calls > 30); /* pages, and an engagement each */
    fake_advance(&bench.drive.fake, DAY_MS);
    bench_read(&bench, false); /* an incremental read asks for what moved only */
    assert_true(fake_http_count(bench.reading.http) - calls < 15);
    bench_close(&bench);
}

static void test_create(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    const struct record *after = work(&bench, ACTION_CREATE, NULL, NEW_DEAL);
    assert_left(&bench, after, "partner_reference", "CRM-1");
    const char *const *wanted = NEW_DEAL;
    for (; *wanted; wanted += 2) {
        if (strcmp(*wanted, "involvement") != 0)
            assert_string_equal(record_get(found(&bench, after->id), wanted[0]), wanted[1]);
    }
    assert_int_equal(bench.writes, 1);
    bench_close(&bench);
}

/* A POST that nobody heard of has happened: it is found, not repeated. */
static void test_create_lost(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 120);
    bench.lose = 1;
    const struct record *after = work(&bench, ACTION_CREATE, NULL, NEW_DEAL);
    assert_int_equal(bench.writes, 1);
    assert_left(&bench, after, "title", "Analytics for Acme");
    assert_int_equal(map_count(bench.reading.records), 121);
    bench_close(&bench);
}

static void test_update(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    const char *id = created(&bench);
    const struct record *after =
        work(&bench, ACTION_UPDATE, id,
             VALUES("contract_value", "70000.00 EUR", "stage", "committed", "solutions",
                    "SOL-20417-QXD\x1fSOL-34104-EBB", "contact_email", "eve@acme.example"));
    assert_left(&bench, after, "contract_value", "70000.00 EUR");
    assert_int_equal(bench.writes, 2);
    bench_close(&bench);
}

/* Clearing, and taking an item from a list, which is a full replace. */
static void test_replace(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    const char *id = created(&bench);
    work(&bench, ACTION_UPDATE, id, VALUES("solutions", "SOL-20417-QXD\x1fSOL-34104-EBB"));
    map_put(bench.reading.known, id, NULL);
    bench_read(&bench, true);
    const struct record *after =
        work(&bench, ACTION_UPDATE, id, VALUES("solutions", "SOL-20417-QXD", "comments", "less"));
    assert_left(&bench, after, "solutions", "SOL-20417-QXD");
    assert_string_equal(record_get(after, "comments"), "less");
    assert_string_equal(record_get(after, "duns"), "012345678"); /* nothing else went */
    assert_int_equal(bench.writes, 3);
    bench_close(&bench);
}

static void test_update_lost(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    const char *id = created(&bench);
    bench.lose = 1;
    assert_left(&bench, work(&bench, ACTION_UPDATE, id, VALUES("comments", "b")), "comments", "b");
    assert_int_equal(bench.writes, 2);
    bench_close(&bench);
}

static void test_partner_led(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    const char *id = created(&bench);
    assert_left(&bench, work(&bench, ACTION_SUBMIT, id, VALUES("involvement", "visibility_only")),
                "status", "submitted");
    assert_int_equal(bench.writes, 2);
    bench_close(&bench);
}

/* Each of the two writes may get lost: Microsoft is asked once. */
static void test_co_sell(void **state)
{
    (void)state;
    for (size_t lose = 0; lose < 3; lose++) {
        struct bench bench;
        bench_open(&bench, 0);
        const char *id = created(&bench);
        bench.lose = lose;
        const struct record *after =
            work(&bench, ACTION_SUBMIT, id,
                 VALUES("involvement", "co_sell", "needs", "QuotesOrLicensing"));
        assert_left(&bench, after, "status", "in_review");
        assert_int_equal(bench.writes, 3);
        assert_string_equal(record_get(found(&bench, id), "cloud_involvement"), "co_sell");
        assert_int_equal(map_count(bench.reading.records), 1);
        assert_int_equal(
            drive_control(&bench.drive, "azure/answer-referral",
                          arena_printf(bench.drive.arena, "{'id':'%s','status':'Accepted'}", id)),
            200);
        bench_read(&bench, false); /* Microsoft's row moved */
        assert_string_equal(record_get(found(&bench, id), "status"), "approved");
        assert_non_null(record_get(found(&bench, id), "cloud_reference"));
        bench_close(&bench);
    }
}

#define FABRIKAM  "c0ffee01-0000-4b21-8a10-000000000001"
#define NORTHWIND "c0ffee02-0000-4b21-8a10-000000000002"
#define TAILSPIN  "c0ffee03-0000-4b21-8a10-000000000003"
#define IS        "\x1f"

/* The answers that the service gave to an operation with this status. */
static long long answers(struct bench *bench, const char *operation, const char *status)
{
    long long count = 0;
    assert_int_equal(drive_control(&bench->drive, "stats", NULL), 200);
    const struct json *calls = json_get(bench->drive.answer, "calls");
    for (size_t i = 0; calls && i < calls->count; i++) {
        if (text_equal(json_get_text(calls->items[i], "operation"), operation) &&
            text_equal(json_get_text(calls->items[i], "status"), status))
            count += json_get_int(calls->items[i], "count", 0);
    }
    return count;
}

static void answer_as(struct bench *bench, const char *id, const char *profile, const char *status)
{
    assert_int_equal(
        drive_control(&bench->drive, "azure/answer-referral",
                      arena_printf(bench->drive.arena, "{'id':'%s','profile':'%s','status':'%s'}",
                                   id, profile, status)),
        200);
}

/* Whichever answers get lost, each is asked once, and nobody's side becomes a record. */
static void test_partners(void **state)
{
    (void)state;
    for (size_t lose = 0; lose < 5; lose++) {
        struct bench bench;
        bench_open(&bench, 0);
        const char *id = created(&bench);
        bench.lose = lose;
        const struct record *after =
            work(&bench, ACTION_SUBMIT, id,
                 VALUES("involvement", "co_sell", "needs", "QuotesOrLicensing", "partners",
                        FABRIKAM IS NORTHWIND));
        assert_left(&bench, after, "partners", FABRIKAM IS NORTHWIND);
        assert_left(&bench, after, "status", "in_review");
        assert_int_equal(bench.writes, 5);
        assert_int_equal(answers(&bench, "CreateReferral", "409"), 0);
        assert_int_equal(map_count(bench.reading.records), 1);
        assert_string_equal(record_get(found(&bench, id), "members"),
                            "Fabrikam (invited)" IS "Microsoft" IS "Northwind (invited)");
        answer_as(&bench, id, FABRIKAM, "Accepted");
        answer_as(&bench, id, NORTHWIND, "Declined");
        bench_read(&bench, false); /* only theirs moved */
        assert_string_equal(record_get(found(&bench, id), "members"),
                            "Fabrikam" IS "Microsoft" IS "Northwind (declined)");
        assert_string_equal(record_get(found(&bench, id), "partners"), FABRIKAM IS NORTHWIND);
        bench_close(&bench);
    }
}

/* First seen only, then with a partner, then asked for help. */
static void test_steps_of_sharing(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    const char *id = created(&bench);
    assert_left(&bench, work(&bench, ACTION_SUBMIT, id, VALUES("involvement", "visibility_only")),
                "status", "submitted");
    assert_left(&bench, work(&bench, ACTION_SUBMIT, id, VALUES("partners", FABRIKAM)), "partners",
                FABRIKAM);
    assert_string_equal(record_get(found(&bench, id), "cloud_involvement"), "visibility_only");
    assert_string_equal(record_get(found(&bench, id), "members"), "Fabrikam (invited)");
    assert_left(&bench, work(&bench, ACTION_SUBMIT, id, VALUES("partners", FABRIKAM IS NORTHWIND)),
                "partners", FABRIKAM IS NORTHWIND);
    assert_string_equal(record_get(found(&bench, id), "status"), "draft");
    assert_left(&bench,
                work(&bench, ACTION_SUBMIT, id,
                     VALUES("involvement", "co_sell", "needs", "QuotesOrLicensing")),
                "status", "in_review");
    const struct record *after =
        work(&bench, ACTION_SUBMIT, id,
             VALUES("involvement", "co_sell", "partners", FABRIKAM IS NORTHWIND IS TAILSPIN));
    assert_left(&bench, after, "partners", FABRIKAM IS NORTHWIND IS TAILSPIN);
    assert_int_equal(bench.writes, 7);
    assert_int_equal(answers(&bench, "CreateReferral", "409"), 0);
    bench_close(&bench);
}

static const char *day_text(struct bench *bench, int64_t days)
{
    char text[DAY_TEXT];
    return arena_copy(bench->reading.arena,
                      day_print(day_of(bench->drive.fake.now_ms + days * DAY_MS), text));
}

/* From the first sight to the registration, edits on the way, answers lost on every second one. */
static void test_whole_life(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, 0);
    const char *id = created(&bench);
    work(&bench, ACTION_SUBMIT, id, VALUES("involvement", "visibility_only"));
    map_put(bench.reading.known, id, NULL);
    fake_advance(&bench.drive.fake, 4 * DAY_MS);
    bench_read(&bench, true);
    bench.lose = 2;
    const struct record *after =
        work(&bench, ACTION_LAUNCH, id, VALUES("comments", "done", "stage", "won"));
    assert_left(&bench, after, "stage", "won");
    assert_string_equal(record_get(found(&bench, id), "comments"), "done");
    assert_string_equal(record_get(found(&bench, id), "registration"), "due");
    assert_int_equal(bench.writes, 4);
    bench.lose = 1;
    after = work(&bench, ACTION_REGISTER, id,
                 VALUES("revenue_value", "60000.00 USD", "revenue_start", day_text(&bench, 0),
                        "revenue_end", day_text(&bench, 365), "signed", day_text(&bench, -1),
                        "revenue_model", "Other", "deployment", "Customer"));
    assert_left(&bench, after, "revenue_value", "60000.00 USD");
    assert_string_equal(record_get(after, "revenue_end"), day_text(&bench, 365));
    assert_int_equal(bench.writes, 5);
    assert_string_equal(record_get(found(&bench, id), "registration"), "review");
    /* The reviewers want another value. */
    assert_int_equal(
        drive_control(&bench.drive, "azure/review-registration",
                      arena_printf(bench.drive.arena, "{'id':'%s','status':'ActionRequired'}", id)),
        200);
    bench_read(&bench, false);
    assert_string_equal(record_get(found(&bench, id), "registration"), "action_required");
    after = work(&bench, ACTION_UPDATE, id, VALUES("revenue_value", "50000.00 USD"));
    assert_left(&bench, after, "revenue_value", "50000.00 USD");
    bench_close(&bench);
}

static void test_answers(void **state)
{
    static const enum action actions[] = {ACTION_ACCEPT, ACTION_REJECT};
    (void)state;
    for (size_t i = 0; i < COUNT(actions); i++) {
        struct bench bench;
        bench_open(&bench, 0);
        assert_int_equal(drive_control(&bench.drive, "azure/invite", "{}"), 200);
        const char *id = drive_answer(&bench.drive, "id");
        bench_read(&bench, true);
        assert_string_equal(record_get(found(&bench, id), "status"), "invited");
        assert_string_equal(record_get(found(&bench, id), "origin"), "Microsoft referral");
        bench.lose = 1;
        const struct record *after =
            work(&bench, actions[i], id, VALUES("reject_reason", "Out of scope"));
        assert_left(&bench, after, "status", i ? "declined" : "accepted");
        assert_true(text_equal(record_get(after, "status_reason"), i ? "Out of scope" : NULL));
        assert_int_equal(bench.writes, 1);
        bench_close(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),        cmocka_unit_test(test_create),
        cmocka_unit_test(test_create_lost), cmocka_unit_test(test_update),
        cmocka_unit_test(test_replace),     cmocka_unit_test(test_update_lost),
        cmocka_unit_test(test_partner_led), cmocka_unit_test(test_co_sell),
        cmocka_unit_test(test_partners),    cmocka_unit_test(test_steps_of_sharing),
        cmocka_unit_test(test_whole_life),  cmocka_unit_test(test_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
