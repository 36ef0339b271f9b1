/* Journal, findings, audit log, runs and the small memories of a job. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/store_fixture.h"

/* ---- Journal. ------------------------------------------------------------------------------- */

static struct change *make_change(struct fixture *f, const char *remote_id, const char *local_key)
{
    struct change *change = arena_alloc(f->arena, sizeof *change);
    change->job = FIXTURE_JOB;
    change->kind = f->kind;
    change->action = ACTION_UPDATE;
    change->remote_id = remote_id;
    change->local_key = local_key;
    change->version = "2026-01-01T00:00:00Z";
    change->fields = arena_array(f->arena, 1, sizeof *change->fields);
    change->field_count = 1;
    change->fields[0] = (struct change_field){.field = kind_field(f->kind, "title"),
                                              .old_value = "old",
                                              .new_value = "new",
                                              .rule = "owner local"};
    change_identify(change);
    return change;
}

static void put_journal(struct fixture *f, const struct journal_row *row)
{
    assert_ok(f, f->store->ops->journal_put(f->store, row, &f->error));
}

struct seen {
    struct journal_row rows[8];
    size_t count;
};

static int keep_journal(void *context, const struct journal_row *row)
{
    struct seen *seen = context;
    assert_true(seen->count < COUNT(seen->rows));
    seen->rows[seen->count++] = *row;
    return 0;
}

static struct seen open_rows(struct fixture *f, const char *job)
{
    struct seen seen = {.count = 0};
    assert_ok(f,
              f->store->ops->journal_open(f->store, job, f->arena, keep_journal, &seen, &f->error));
    return seen;
}

static struct seen find_rows(struct fixture *f, const char *id)
{
    struct seen seen = {.count = 0};
    assert_ok(f,
              f->store->ops->journal_find(f->store, id, f->arena, keep_journal, &seen, &f->error));
    return seen;
}

static void a_journal_row_comes_back_as_it_was_put(void **state)
{
    struct fixture *f = *state;
    struct json *progress = json_object(f->arena);
    json_set_text(f->arena, progress, "Id", "O123");
    struct change *change = make_change(f, NULL, "L1");
    struct journal_row row = {.change = change,
                              .run = 3,
                              .state = JOURNAL_RUNNING,
                              .step = "create",
                              .answered = true,
                              .token = "tok",
                              .progress = progress,
                              .made_ms = 10,
                              .changed_ms = 20};
    put_journal(f, &row);
    fixture_close(f);
    fixture_open(f);
    struct seen seen = open_rows(f, FIXTURE_JOB);
    assert_int_equal(seen.count, 1);
    struct journal_row *got = &seen.rows[0];
    assert_string_equal(got->change->id, change->id);
    assert_string_equal(got->change->fields[0].new_value, "new");
    assert_null(got->change->remote_id);
    assert_int_equal(got->run, 3);
    assert_int_equal(got->state, JOURNAL_RUNNING);
    assert_string_equal(got->step, "create");
    assert_true(got->answered);
    assert_string_equal(got->token, "tok");
    assert_string_equal(json_get_text(got->progress, "Id"), "O123");
    assert_null(got->result);
    assert_true(got->made_ms == 10 && got->changed_ms == 20);
}

static void ended_rows_are_not_open_and_every_row_is_found(void **state)
{
    struct fixture *f = *state;
    struct change *one = make_change(f, NULL, "L1");
    struct change *two = make_change(f, "O2", "L2");
    struct journal_row rows[] = {
        {.change = two, .run = 1, .state = JOURNAL_LOCAL, .made_ms = 30},
        {.change = one, .run = 1, .state = JOURNAL_RUNNING, .made_ms = 20},
        {.change = two, .run = 2, .state = JOURNAL_STALE, .made_ms = 40},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        put_journal(f, &rows[i]);
    struct seen seen = open_rows(f, NULL);
    assert_int_equal(seen.count, 2);
    assert_string_equal(seen.rows[0].change->id, one->id);
    assert_string_equal(seen.rows[1].change->id, two->id);
    assert_non_null(seen.rows[0].progress);
    assert_int_equal(open_rows(f, "other").count, 0);
    static const enum journal_state ended[] = {JOURNAL_DONE, JOURNAL_FAILED, JOURNAL_STALE};
    for (size_t i = 0; i < COUNT(ended); i++) {
        one->remote_id = "O1"; /* known by now */
        rows[1].state = ended[i];
        rows[1].result = "ended";
        put_journal(f, &rows[1]);
        assert_int_equal(open_rows(f, FIXTURE_JOB).count, 1);
        assert_int_equal(find_rows(f, "O1").count, 1);
        assert_int_equal(find_rows(f, "O1").rows[0].state, ended[i]);
    }
    assert_int_equal(find_rows(f, "L1").count, 1);
    assert_int_equal(find_rows(f, "L2").count, 2);
    assert_int_equal(find_rows(f, two->id).count, 2);
    assert_int_equal(find_rows(f, two->id).rows[1].run, 2);
    assert_int_equal(find_rows(f, "nobody").count, 0);
}

static void a_damaged_journal_is_told(void **state)
{
    struct fixture *f = *state;
    struct journal_row row = {.change = make_change(f, "O1", "L1"), .run = 1};
    put_journal(f, &row);
    fixture_raw(f, "UPDATE change SET change = '{\"id\":\"c-1\"}'");
    struct seen seen = {.count = 0};
    assert_fails(
        f, ERROR_PERMANENT, "restore it from a backup",
        f->store->ops->journal_open(f->store, NULL, f->arena, keep_journal, &seen, &f->error));
    fixture_raw(f, "UPDATE change SET change = 'not json'");
    assert_fails(
        f, ERROR_PERMANENT, "damaged",
        f->store->ops->journal_find(f->store, "O1", f->arena, keep_journal, &seen, &f->error));
    assert_int_equal(seen.count, 0);
}

static size_t points_before, points_after;

static void count_points(const char *name)
{
    points_before += strcmp(name, "journal-before") == 0;
    points_after += strcmp(name, "journal-after") == 0;
}

static void every_put_passes_both_points(void **state)
{
    struct fixture *f = *state;
    struct journal_row row = {.change = make_change(f, "O1", "L1"), .run = 1};
    points_before = points_after = 0;
    f->at_point = count_points;
    put_journal(f, &row);
    assert_int_equal(points_before, 1);
    assert_int_equal(points_after, 1);
}

/* ---- Findings. ------------------------------------------------------------------------------ */

struct findings {
    struct finding items[8];
    size_t count;
};

static int keep_finding(void *context, const struct finding *finding)
{
    struct findings *findings = context;
    assert_true(findings->count < COUNT(findings->items));
    findings->items[findings->count++] = *finding;
    return 0;
}

static struct findings open_findings(struct fixture *f, const char *job)
{
    struct findings findings = {.count = 0};
    assert_ok(f, f->store->ops->finding_each(f->store, job, f->arena, keep_finding, &findings,
                                             &f->error));
    return findings;
}

static bool put_finding(struct fixture *f, const struct finding *finding)
{
    bool opened;
    assert_ok(f, f->store->ops->finding_put(f->store, finding, &opened, &f->error));
    return opened;
}

static void sweep_findings(struct fixture *f, const char *job, const char *prefix, int64_t since)
{
    assert_ok(f, f->store->ops->finding_sweep(f->store, job, prefix, since, &f->error));
}

static void a_finding_keeps_its_identity_and_first_sight(void **state)
{
    struct fixture *f = *state;
    struct finding finding = {.type = &finding_types[0],
                              .job = FIXTURE_JOB,
                              .subject = "L1",
                              .field = "title",
                              .detail = "first",
                              .remote_id = "O1",
                              .local_key = "L1",
                              .place = {.file = "crm.csv", .line = 4, .column = 2}};
    f->now_ms = 100;
    assert_true(put_finding(f, &finding));
    finding.detail = "second";
    f->now_ms = 200;
    assert_false(put_finding(f, &finding));
    struct findings got = open_findings(f, FIXTURE_JOB);
    assert_int_equal(got.count, 1);
    assert_ptr_equal(got.items[0].type, &finding_types[0]);
    assert_string_equal(got.items[0].detail, "second");
    assert_string_equal(got.items[0].field, "title");
    assert_string_equal(got.items[0].remote_id, "O1");
    assert_string_equal(got.items[0].place.file, "crm.csv");
    assert_int_equal(got.items[0].place.line, 4);
    assert_true(got.items[0].first_seen_ms == 100 && got.items[0].last_seen_ms == 200);
    assert_int_equal(strlen(got.items[0].id), 10);
    assert_int_equal(strncmp(got.items[0].id, "f-", 2), 0);
    sweep_findings(f, FIXTURE_JOB, NULL, 200); /* seen at that very instant: stays */
    assert_int_equal(open_findings(f, FIXTURE_JOB).count, 1);
    sweep_findings(f, FIXTURE_JOB, NULL, 201);
    assert_int_equal(open_findings(f, FIXTURE_JOB).count, 0);
    f->now_ms = 300;
    assert_true(put_finding(f, &finding));
    struct findings again = open_findings(f, NULL);
    assert_true(again.items[0].first_seen_ms == 300);
    assert_string_equal(again.items[0].id, got.items[0].id);
}

static void each_part_of_the_identity_counts(void **state)
{
    struct fixture *f = *state;
    const struct finding different[] = {
        {.type = &finding_types[0], .job = "a", .subject = "s", .field = "title"},
        {.type = &finding_types[1], .job = "a", .subject = "s", .field = "title"},
        {.type = &finding_types[0], .job = "b", .subject = "s", .field = "title"},
        {.type = &finding_types[0], .job = "a", .subject = "t", .field = "title"},
        {.type = &finding_types[0], .job = "a", .subject = "s", .field = NULL},
        {.type = &finding_types[0], .job = NULL, .subject = "s", .field = "title"},
    };
    for (size_t i = 0; i < COUNT(different); i++)
        assert_true(put_finding(f, &different[i]));
    for (size_t i = 0; i < COUNT(different); i++)
        assert_false(put_finding(f, &different[i]));
    struct findings all = open_findings(f, NULL);
    assert_int_equal(all.count, COUNT(different));
    for (size_t i = 0; i < all.count; i++) {
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(all.items[i].id, all.items[j].id);
    }
    assert_null(all.items[0].job);
    assert_int_equal(open_findings(f, "a").count, 4);
}

static void a_sweep_closes_only_its_job_and_codes(void **state)
{
    struct fixture *f = *state;
    const char *codes[] = {"CFG-002", "SRC-001", "SRC-002"};
    for (size_t i = 0; i < COUNT(codes); i++) {
        struct finding finding = {.type = finding_type(codes[i]), .job = "a", .subject = "s"};
        assert_non_null(finding.type);
        put_finding(f, &finding);
        finding.job = "b";
        put_finding(f, &finding);
    }
    sweep_findings(f, "a", "SRC-", INT64_MAX);
    assert_int_equal(open_findings(f, "a").count, 1);
    assert_string_equal(open_findings(f, "a").items[0].type->code, "CFG-002");
    assert_int_equal(open_findings(f, "b").count, 3);
    sweep_findings(f, NULL, NULL, INT64_MAX);
    assert_int_equal(open_findings(f, NULL).count, 4);
}

static void an_unknown_code_is_shown(void **state)
{
    struct fixture *f = *state;
    const struct finding_type future = {.code = "ZZZ-999", .title = "from the future"};
    struct finding finding = {.type = &future, .job = "a", .subject = "s"};
    put_finding(f, &finding);
    struct findings got = open_findings(f, "a");
    assert_string_equal(got.items[0].type->code, "ZZZ-999");
    assert_non_null(got.items[0].type->title);
    assert_non_null(got.items[0].type->remedy);
}

/* ---- Audit log. ----------------------------------------------------------------------------- */

static void fill_audit(struct fixture *f)
{
    static const struct audit_row rows[] = {
        {.at_ms = 1, .job = "a", .remote_id = "O1", .local_key = "L1", .event = "link"},
        {.at_ms = 2, .job = "a", .remote_id = "O1", .change_id = "c-1", .event = "update"},
        {.at_ms = 3, .job = "a", .local_key = "L1", .event = "pull"},
        {.job = "b", .event = "approve"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct audit_row row = rows[i];
        row.detail = json_object(f->arena);
        json_set(f->arena, row.detail, "step", json_int(f->arena, (long long)i));
        assert_ok(f, f->store->ops->audit_add(f->store, &row, &f->error));
    }
}

static int keep_audit(void *context, const struct audit_row *row)
{
    text_addf(context, "%lld:%s@%lld=%s ", (long long)row->sequence, row->event,
              (long long)row->at_ms, json_get_text(row->detail, "step"));
    return 0;
}

static const char *audit_about(struct fixture *f, const char *about)
{
    CLEANUP_TEXT struct text seen;
    text_init(&seen, 4096);
    assert_ok(f,
              f->store->ops->audit_each(f->store, about, f->arena, keep_audit, &seen, &f->error));
    return arena_copy(f->arena, seen.data);
}

static void audit_rows_are_found_by_what_they_are_about(void **state)
{
    struct fixture *f = *state;
    long long rows = -1;
    assert_ok(f, f->store->ops->audit_verify(f->store, &rows, &f->error));
    assert_int_equal(rows, 0);
    fill_audit(f);
    assert_string_equal(audit_about(f, NULL),
                        "1:link@1=0 2:update@2=1 3:pull@3=2 4:approve@1000=3 ");
    assert_string_equal(audit_about(f, "O1"), "1:link@1=0 2:update@2=1 ");
    assert_string_equal(audit_about(f, "L1"), "1:link@1=0 3:pull@3=2 ");
    assert_string_equal(audit_about(f, "c-1"), "2:update@2=1 ");
    assert_string_equal(audit_about(f, "nobody"), "");
    assert_ok(f, f->store->ops->audit_verify(f->store, &rows, &f->error));
    assert_int_equal(rows, 4);
}

#define UNLOCK                                                                                     \
    "DROP TRIGGER audit_keeps; DROP TRIGGER audit_forgets_nothing; DROP TRIGGER "                  \
    "audit_only_appends;"

static void tampering_with_the_audit_log_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *words;
    } cases[] = {
        {"UPDATE audit SET event = 'other' WHERE sequence = 2", "row 2 does not fit"},
        {"UPDATE audit SET at_ms = 9 WHERE sequence = 1", "row 1 does not fit"},
        {"UPDATE audit SET detail = '{}' WHERE sequence = 3", "row 3 does not fit"},
        {"UPDATE audit SET detail = NULL WHERE sequence = 3", "row 3 does not fit"},
        {"UPDATE audit SET job = NULL WHERE sequence = 4", "row 4 does not fit"},
        {"UPDATE audit SET local_key = remote_id, remote_id = NULL WHERE sequence = 2",
         "row 2 does not fit"},
        {"UPDATE audit SET hash = (SELECT hash FROM audit WHERE sequence = 1) WHERE sequence = 2",
         "row 2 does not fit"},
        {"DELETE FROM audit WHERE sequence = 1", "row 1 is missing"},
        {"DELETE FROM audit WHERE sequence = 2", "row 2 is missing"},
        {"DELETE FROM audit WHERE sequence = 4", "row 4 is missing"},
        {"DELETE FROM audit", "row 1 is missing"},
        {"DELETE FROM audit WHERE sequence = 2;"
         "UPDATE audit SET sequence = sequence - 1 WHERE sequence > 2",
         "row 2 does not fit"},
        {"UPDATE audit SET sequence = 9 WHERE sequence = 2;"
         "UPDATE audit SET sequence = 2 WHERE sequence = 3;"
         "UPDATE audit SET sequence = 3 WHERE sequence = 9",
         "row 2 does not fit"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        void *fresh;
        fixture_setup(&fresh);
        struct fixture *f = fresh;
        fill_audit(f);
        fixture_raw(f, UNLOCK);
        fixture_raw(f, cases[i].sql);
        long long rows = -1;
        assert_fails(f, ERROR_INPUT, cases[i].words,
                     f->store->ops->audit_verify(f->store, &rows, &f->error));
        assert_int_equal(rows, -1);
        fixture_teardown(&fresh);
    }
}

static void rows_cut_off_are_missed_even_after_more_were_added(void **state)
{
    struct fixture *f = *state;
    fill_audit(f);
    fixture_raw(f, UNLOCK "DELETE FROM audit WHERE sequence >= 3");
    fill_audit(f);
    assert_fails(f, ERROR_INPUT, "row 3 is missing",
                 f->store->ops->audit_verify(f->store, NULL, &f->error));
}

static void the_audit_log_refuses_everything_but_appending(void **state)
{
    struct fixture *f = *state;
    fill_audit(f);
    static const char *const refused[] = {
        "UPDATE audit SET event = 'x' WHERE sequence = 1",
        "DELETE FROM audit WHERE sequence = 1",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit (sequence, at_ms, event, hash) VALUES (2, 0, 'x', 'x')",
    };
    for (size_t i = 0; i < COUNT(refused); i++) {
        char *message = NULL;
        assert_int_not_equal(
            sqlite3_exec(sqlite_of(f->store)->db, refused[i], NULL, NULL, &message), SQLITE_OK);
        assert_string_equal(message, "the audit log is append-only");
        sqlite3_free(message);
    }
    assert_ok(f, f->store->ops->audit_verify(f->store, NULL, &f->error));
}

/* ---- Runs and notes. ------------------------------------------------------------------------ */

static void a_run_is_kept_with_its_numbers(void **state)
{
    struct fixture *f = *state;
    const struct store_ops *ops = f->store->ops;
    struct run_row *last;
    assert_ok(f, ops->run_last(f->store, FIXTURE_JOB, f->arena, &last, &f->error));
    assert_null(last);
    int64_t first, second;
    assert_ok(f, ops->run_start(f->store, FIXTURE_JOB, &first, &f->error));
    assert_ok(f, ops->run_start(f->store, "other", &second, &f->error));
    assert_true(second > first);
    assert_ok(f, ops->run_last(f->store, FIXTURE_JOB, f->arena, &last, &f->error));
    assert_true(last->id == first && last->ended_ms == 0 && last->started_ms == 1000);
    assert_null(last->outcome);
    f->now_ms = 7000;
    struct run_row row = {.id = first,
                          .outcome = "partial",
                          .message = "page 3 was cut off",
                          .counts = {1, 2, 3, 4, 5, 6, 7, 8}};
    assert_ok(f, ops->run_end(f->store, &row, &f->error));
    assert_ok(f, ops->run_last(f->store, FIXTURE_JOB, f->arena, &last, &f->error));
    assert_true(last->ended_ms == 7000);
    assert_string_equal(last->outcome, "partial");
    assert_string_equal(last->message, "page 3 was cut off");
    assert_memory_equal(last->counts, row.counts, sizeof row.counts);
    row.id = 99;
    assert_fails(f, ERROR_BUG, "no run 99", ops->run_end(f->store, &row, &f->error));
}

static void notes_are_kept_replaced_and_absent(void **state)
{
    struct fixture *f = *state;
    const struct store_ops *ops = f->store->ops;
    const char *value = "untouched", *who = "untouched";
    assert_ok(f, ops->cursor_get(f->store, "a", "watermark", f->arena, &value, &f->error));
    assert_null(value);
    assert_ok(f, ops->cursor_put(f->store, "a", "watermark", "1", &f->error));
    assert_ok(f, ops->cursor_put(f->store, "a", "watermark", "2", &f->error));
    assert_ok(f, ops->cursor_put(f->store, "b", "watermark", "3", &f->error));
    assert_ok(f, ops->cursor_get(f->store, "a", "watermark", f->arena, &value, &f->error));
    assert_string_equal(value, "2");
    assert_ok(f, ops->cursor_put(f->store, "a", "watermark", NULL, &f->error));
    assert_ok(f, ops->cursor_get(f->store, "a", "watermark", f->arena, &value, &f->error));
    assert_null(value);

    assert_ok(f, ops->verdict_get(f->store, "c-1", f->arena, &value, &who, &f->error));
    assert_true(!value && !who);
    assert_ok(f, ops->verdict_put(f->store, "c-1", "approve", "ann", &f->error));
    assert_ok(f, ops->verdict_put(f->store, "c-1", "reject", "bob", &f->error));
    assert_ok(f, ops->verdict_get(f->store, "c-1", f->arena, &value, &who, &f->error));
    assert_string_equal(value, "reject");
    assert_string_equal(who, "bob");

    struct json *plan = json_object(f->arena), *got;
    json_set(f->arena, plan, "total", json_number(f->arena, "1.50"));
    assert_ok(f, ops->plan_get(f->store, "a", f->arena, &got, &f->error));
    assert_null(got);
    assert_ok(f, ops->plan_put(f->store, "a", 1, plan, &f->error));
    assert_ok(f, ops->plan_put(f->store, "a", 2, plan, &f->error));
    assert_ok(f, ops->plan_get(f->store, "a", f->arena, &got, &f->error));
    assert_string_equal(json_get_text(got, "total"), "1.50");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_journal_row_comes_back_as_it_was_put),
        TEST(ended_rows_are_not_open_and_every_row_is_found),
        TEST(a_damaged_journal_is_told),
        TEST(every_put_passes_both_points),
        TEST(a_finding_keeps_its_identity_and_first_sight),
        TEST(each_part_of_the_identity_counts),
        TEST(a_sweep_closes_only_its_job_and_codes),
        TEST(an_unknown_code_is_shown),
        TEST(audit_rows_are_found_by_what_they_are_about),
        cmocka_unit_test(tampering_with_the_audit_log_is_found),
        TEST(rows_cut_off_are_missed_even_after_more_were_added),
        TEST(the_audit_log_refuses_everything_but_appending),
        TEST(a_run_is_kept_with_its_numbers),
        TEST(notes_are_kept_replaced_and_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
