/* What becomes of changes that the cloud takes long for, of records that become others, of rows
 * that are added, and of what a person wishes: against a cloud that takes its time. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/value.h"
#include "reconcile/guard.h"
#include "tests/support/slow.h"

static const char *deals(struct arena *arena, size_t count)
{
    const char *csv = SLOW_HEADER;
    for (size_t i = 1; i <= count; i++)
        csv = arena_printf(arena, "%sL%zu,,Deal %zu,,,,\n", csv, i, i);
    return csv;
}

static struct slow *slow_with(size_t count)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    return slow_new(deals(arena, count));
}

static const char *last_message(struct slow *slow)
{
    struct run_row *run = NULL;
    slow_assert_ok(
        slow, slow->store->ops->run_last(slow->store, "deals", slow->arena, &run, &slow->error));
    return run->message;
}

static int keep_last(void *context, const struct journal_row *row)
{
    *(struct journal_row *)context = *row;
    return 0;
}

static struct journal_row open_row(struct slow *slow)
{
    struct journal_row row = {0};
    slow_assert_ok(slow, slow->store->ops->journal_open(slow->store, "deals", slow->arena,
                                                        keep_last, &row, &slow->error));
    return row;
}

static int add_event(void *context, const struct audit_row *row)
{
    text_addf(context, "%s ", row->event);
    return 0;
}

/* The events about an id, each followed by a blank. */
static const char *events(struct slow *slow, const char *about)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, 1000);
    slow_assert_ok(slow, slow->store->ops->audit_each(slow->store, about, slow->arena, add_event,
                                                      &out, &slow->error));
    return arena_copy(slow->arena, out.data);
}

static void set_field(struct plan *plan, struct change *change, const char *field,
                      const char *value)
{
    plan_add_field(plan, change, kind_field(plan->job->kind, field), NULL, value, NULL, "test");
}

/* ---- what takes long ---- */

static void waiting_is_no_failure(void **state)
{
    (void)state;
    struct slow *slow = slow_with(1);
    slow->there->takes_ms = 5 * SLOW_HOUR;
    for (int i = 0; i < 3; i++) {
        slow_run(slow);
        const struct apply_counts *counts = &slow->result.counts;
        assert_int_equal(slow->result.outcome, READ_COMPLETE);
        assert_int_equal(counts->waiting, 1);
        assert_int_equal(counts->open + counts->failed + counts->stale + counts->applied, 0);
        assert_int_equal(counts->worst, ERROR_NONE);
        assert_string_equal(last_message(slow), "1 change is under way at the cloud");
        assert_int_equal(slow_findings(slow, "RUN-005") + slow_findings(slow, "RUN-006"), 0);
        assert_int_equal(slow->there->starts, 1);
        assert_int_equal(slow->there->polls, i + 1);
        assert_null(slow_link(slow, SIDE_LOCAL, "L1"));
        const struct plan *plan = slow->result.left ? slow->result.left : slow->result.plan;
        assert_int_equal(plan->changes[0]->hold, i ? HOLD_BUSY : HOLD_NONE);
        struct journal_row row = open_row(slow);
        assert_int_equal(row.state, JOURNAL_RUNNING);
        assert_string_equal(row.step, "poll");
        assert_string_equal(json_get_text(row.progress, PROGRESS_NOTE),
                            "the cloud has not finished it yet");
        assert_true(row.made_ms < slow->fake.now_ms - i * 60 * 1000);
        slow_restart(slow);
    }
    slow_later(slow, 5 * SLOW_HOUR);
    slow_run(slow);
    assert_int_equal(slow->result.counts.waiting, 0);
    assert_int_equal(slow->result.counts.created, 1);
    assert_null(last_message(slow));
    assert_int_equal(slow_open_rows(slow), 0);
    assert_string_equal(slow_link(slow, SIDE_LOCAL, "L1")->remote_id, "N1");
    assert_int_equal(slow->there->starts, 1);
    assert_int_equal(slow->there->count, 1);
    slow_run(slow);
    assert_int_equal(slow->result.plan->change_count, 0);
    slow_free(slow);
}

/* Each run has its own patience: a step is told when this run took the change up. */
static void patience_begins_with_the_run(void **state)
{
    (void)state;
    struct slow *slow = slow_with(1);
    slow->there->takes_ms = 5 * SLOW_HOUR;
    for (int i = 0; i < 2; i++) {
        int64_t before = slow->fake.now_ms;
        slow_run(slow);
        assert_true(slow->there->began_ms >= before + 60 * 1000);
        assert_true(slow->there->began_ms <= slow->fake.now_ms);
        slow_later(slow, SLOW_HOUR);
    }
    slow_free(slow);
}

/* Blocked before anything has happened: nothing is sent but the attempt, and it is made again. */
static void a_locked_record_is_waited_for(void **state)
{
    (void)state;
    struct slow *slow = slow_with(1);
    slow->there->locked = true;
    for (int i = 0; i < 2; i++) {
        slow_run(slow);
        assert_int_equal(slow->result.counts.waiting, 1);
        assert_string_equal(json_get_text(open_row(slow).progress, PROGRESS_NOTE),
                            "another change locks the record");
        assert_string_equal(open_row(slow).step, "start");
        assert_int_equal(slow->there->starts, i + 1);
        assert_int_equal(slow->there->count, 0);
    }
    slow->there->locked = false;
    slow->there->takes_ms = 5 * SLOW_HOUR;
    slow_run(slow); /* gets on, and waits for something else now */
    assert_int_equal(slow->there->count, 1);
    assert_string_equal(json_get_text(open_row(slow).progress, PROGRESS_NOTE),
                        "the cloud has not finished it yet");
    slow_later(slow, 5 * SLOW_HOUR);
    slow_run(slow);
    assert_int_equal(slow_open_rows(slow), 0);
    assert_int_equal(slow->there->count, 1);
    slow_free(slow);
}

static void no_more_in_flight_than_the_cloud_takes(void **state)
{
    (void)state;
    static const int64_t durations[] = {0, 5 * SLOW_HOUR};
    for (size_t d = 0; d < COUNT(durations); d++) {
        struct slow *slow = slow_with(5);
        slow->kind.max_in_flight = 2;
        slow->there->takes_ms = durations[d];
        slow_run(slow);
        assert_int_equal(slow->result.outcome, READ_COMPLETE);
        assert_int_equal(slow->there->starts, durations[d] ? 2 : 5);
        if (!durations[d]) {
            assert_int_equal(slow->result.counts.created, 5);
            assert_true(fake_http_peak(slow->http) <= 2);
            slow_free(slow);
            continue;
        }
        for (size_t i = 0; i < 2; i++) { /* as long as they are there, no other begins */
            assert_int_equal(slow->result.counts.waiting, 2);
            assert_int_equal(slow->result.counts.open, 0);
            assert_int_equal(slow_open_rows(slow), 2);
            assert_int_equal(slow->there->starts, 2);
            slow_run(slow);
        }
        for (size_t left = 5; left > 0; left -= left > 2 ? 2 : left) {
            slow_later(slow, 6 * SLOW_HOUR);
            slow_run(slow);
            assert_int_equal(slow->result.counts.created, left > 2 ? 2 : left);
            assert_int_equal(slow->result.outcome, READ_COMPLETE);
        }
        assert_int_equal(slow->there->starts, 5);
        assert_int_equal(slow->there->peak, 2);
        assert_int_equal(slow_open_rows(slow), 0);
        slow_free(slow);
    }
}

/* A limit that was lowered meanwhile: what is there is looked after all the same. */
static void what_is_there_is_resumed_beyond_the_limit(void **state)
{
    (void)state;
    struct slow *slow = slow_with(4);
    slow->there->takes_ms = 5 * SLOW_HOUR;
    slow_run(slow);
    assert_int_equal(slow->result.counts.waiting, 4);
    slow->kind.max_in_flight = 1;
    slow_run(slow);
    assert_int_equal(slow->result.counts.waiting, 4);
    assert_int_equal(slow->there->polls, 8);
    slow_later(slow, 5 * SLOW_HOUR);
    slow_run(slow);
    assert_int_equal(slow->result.counts.created, 4);
    slow_free(slow);
}

/* What follows a change that waits is neither sent nor unfinished. */
static void followers_of_what_waits_stay_planned(void **state)
{
    (void)state;
    struct slow *slow = slow_with(0);
    slow_put(slow, "O1", "", "Deal", "draft");
    slow->there->locked = true;
    struct plan *plan = slow_plan(slow);
    set_field(plan, plan_add_change(plan, ACTION_UPDATE, "O1", NULL), "next_steps", "Call");
    plan_add_change(plan, ACTION_SUBMIT, "O1", NULL);
    struct apply_counts counts = slow_apply(slow, plan);
    assert_int_equal(counts.waiting, 1);
    assert_int_equal(counts.open, 0);
    assert_int_equal(slow_open_rows(slow), 1);
    slow->there->locked = false;
    counts = slow_resume(slow);
    assert_int_equal(counts.applied, 1);
    assert_int_equal(slow->there->updates, 1);
    assert_string_equal(slow->there->records[0].next, "Call");
    plan_free(plan);
    slow_free(slow);
}

static void refusals_have_their_own_findings(void **state)
{
    (void)state;
    static const struct refusal rows[] = {{"TITLE_TAKEN", "REF-007"}, {"NO_SOLUTION", "REF-014"}};
    static const struct {
        const char *vendor_code, *code;
    } cases[] = {{"NO_SOLUTION", "REF-014"}, {"TITLE_TAKEN", "REF-007"}, {"ELSE", "REF-019"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slow *slow = slow_with(1);
        slow->kind.refusals = rows;
        slow->kind.refusal_count = COUNT(rows);
        snprintf(slow->there->refuses, sizeof slow->there->refuses, "%s", cases[i].vendor_code);
        slow_run(slow);
        assert_int_equal(slow->result.counts.failed, 1);
        assert_int_equal(slow_findings(slow, cases[i].code), 1);
        slow_free(slow);
    }
}

/* ---- what is refused half way ---- */

static const struct refusal half_way[] = {{"NO_SOLUTION", "REF-014"}};

/* L1 is made and then refused, L2 is made, so that the run reads and plans once more. */
static struct slow *slow_spoilt(void)
{
    struct slow *slow = slow_with(2);
    slow->kind.refusals = half_way;
    slow->kind.refusal_count = COUNT(half_way);
    snprintf(slow->there->spoils, sizeof slow->there->spoils, "%s", half_way[0].vendor_code);
    slow_run(slow);
    assert_int_equal(slow->result.counts.failed, 1);
    assert_int_equal(slow->result.counts.created, 1);
    assert_int_equal(slow_findings(slow, "REF-014"), 1);
    return slow;
}

static void edit_csv(struct slow *slow, const char *old, const char *new)
{
    CLEANUP_TEXT struct text csv;
    const char *now = slow_csv(slow), *at = strstr(now, old);
    assert_non_null(at);
    text_init(&csv, 10000);
    text_addf(&csv, "%.*s%s%s", (int)(at - now), now, new, at + strlen(old));
    slow_csv_put(slow, csv.data);
}

static void half_a_creation_stays_a_finding(void **state)
{
    (void)state;
    struct slow *slow = slow_spoilt();
    for (int i = 0; i < 3; i++) {
        slow_run(slow);
        assert_int_equal(slow->result.counts.failed, 0);
        assert_int_equal(slow->there->starts, 2);
        assert_int_equal(slow_findings(slow, "REF-014"), 1);
        slow_restart(slow);
    }
    assert_string_equal(slow_link(slow, SIDE_LOCAL, "L1")->remote_id, "N1");
    edit_csv(slow, "Deal 1", "Deal one"); /* it goes out, and that is all that was wanted */
    slow_run(slow);
    assert_int_equal(slow->there->updates, 1);
    assert_int_equal(slow_findings(slow, "REF-014"), 0);
    slow_free(slow);
}

/* In what else the cloud has moved does not mend it; the local record does that, or a hand-over. */
static void half_a_creation_ends_with_its_submission(void **state)
{
    (void)state;
    struct slow *slow = slow_spoilt();
    struct plan *plan = slow_plan(slow);
    slow_run(slow);
    plan_add_change(plan, ACTION_SUBMIT, "N1", "L1")->version = "v1";
    assert_int_equal(slow_apply(slow, plan).applied, 1);
    slow_run(slow);
    assert_int_equal(slow_findings(slow, "REF-014"), 0);
    plan_free(plan);
    slow_free(slow);
}

static const char *beside_text; /* what the tests' connector reads beside a change */

static const char *beside(const struct cloud *cloud, struct arena *arena,
                          const struct change *change, const struct record *local)
{
    (void)cloud, (void)arena, (void)change;
    assert_non_null(local);
    return beside_text;
}

/* The cloud refuses it, and after that it is known; until a file that belongs to it differs. */
static void what_is_read_beside_a_change_counts(void **state)
{
    (void)state;
    struct slow *slow = slow_with(1);
    slow->kind.beside = beside;
    beside_text = "contract.pdf:1";
    snprintf(slow->there->refuses, sizeof slow->there->refuses, "NO_SOLUTION");
    for (int i = 0; i < 2; i++) {
        slow_run(slow);
        assert_int_equal(slow->there->starts, 1);
        assert_int_equal(slow_findings(slow, "REF-019"), 1);
    }
    beside_text = "contract.pdf:2";
    slow->there->refuses[0] = '\0';
    slow_run(slow);
    assert_int_equal(slow->there->starts, 2);
    assert_int_equal(slow->result.counts.created, 1);
    assert_int_equal(slow_findings(slow, "REF-019"), 0);
    slow_free(slow);

    slow = slow_with(2);
    slow->kind.beside = beside;
    snprintf(slow->there->spoils, sizeof slow->there->spoils, "NO_SOLUTION");
    slow_run(slow);
    slow_run(slow);
    assert_int_equal(slow_findings(slow, "REF-019"), 1);
    beside_text = "contract.pdf:3";
    slow_run(slow);
    assert_int_equal(slow_findings(slow, "REF-019"), 0);
    slow_free(slow);
}

/* ---- records that become others ---- */

static void read_everything(struct slow *slow)
{
    enum mode mode = slow->job.mode;
    slow->job.mode = MODE_OBSERVE;
    slow_run(slow);
    slow->job.mode = mode;
}

static void link_pair(struct slow *slow, const char *id, const char *key, const char *title)
{
    struct record *base = record_new(slow->arena, slow->job.kind, id);
    record_set(base, "title", title);
    const struct store_link link = {
        .remote_id = id, .local_key = key, .base = base->values, .how = "by the test"};
    slow_assert_ok(slow, slow->store->ops->link_put(slow->store, "deals", slow->job.kind, &link,
                                                    &slow->error));
}

static void settle(struct slow *slow, enum side side, const char *id)
{
    slow_assert_ok(
        slow, slow->store->ops->record_settle(slow->store, "deals", side, id, true, &slow->error));
}

static void an_accepted_invitation_takes_its_link_along(void **state)
{
    (void)state;
    struct slow *slow = slow_with(1);
    slow_put(slow, "I1", "", "Invited", "invited");
    read_everything(slow);
    link_pair(slow, "I1", "L1", "Agreed");
    settle(slow, SIDE_REMOTE, "I1");
    settle(slow, SIDE_LOCAL, "L1");
    struct plan *plan = slow_plan(slow);
    plan_add_change(plan, ACTION_ACCEPT, "I1", "L1")->version = "v1";
    assert_int_equal(slow_apply(slow, plan).applied, 1);
    assert_null(slow_link(slow, SIDE_REMOTE, "I1"));
    struct store_link *link = slow_link(slow, SIDE_LOCAL, "L1");
    assert_string_equal(link->remote_id, "O-I1");
    assert_string_equal(link->how, "by the test");
    assert_string_equal(link->base[kind_field(slow->job.kind, "title")], "Agreed");
    assert_string_equal(record_get(slow_record(slow, SIDE_REMOTE, "O-I1")->record, "title"),
                        "Invited");
    assert_false(slow_record(slow, SIDE_REMOTE, "I1")->settled); /* looked at again */
    assert_false(slow_record(slow, SIDE_LOCAL, "L1")->settled);
    assert_string_equal(events(slow, "I1"), "accept ");
    assert_string_equal(events(slow, "O-I1"), "became ");
    assert_int_equal(slow_open_rows(slow), 0);
    plan_free(plan);
    slow_free(slow);
}

/* Nobody here has a row for it: journal, store, audit and finding do without a key. */
static void a_change_may_have_no_local_side(void **state)
{
    (void)state;
    struct slow *slow = slow_with(0);
    slow_put(slow, "I1", "", "Invited", "invited");
    slow_put(slow, "I2", "", "Invited", "invited");
    read_everything(slow);
    struct plan *plan = slow_plan(slow);
    plan_add_change(plan, ACTION_ACCEPT, "I1", NULL);
    set_field(plan, plan_add_change(plan, ACTION_REJECT, "I2", NULL), "status", "declined");
    slow->there->locked = true;
    assert_int_equal(slow_apply(slow, plan).waiting, 2);
    assert_int_equal(slow_open_rows(slow), 2);
    slow->there->locked = false;
    assert_int_equal(slow_resume(slow).applied, 2);
    assert_int_equal(slow_open_rows(slow), 0);
    assert_string_equal(events(slow, "I1"), "accept ");
    assert_string_equal(events(slow, "I2"), "reject ");
    assert_non_null(slow_record(slow, SIDE_REMOTE, "O-I1"));
    assert_string_equal(record_get(slow_record(slow, SIDE_REMOTE, "I2")->record, "status"),
                        "declined");
    assert_null(slow_link(slow, SIDE_REMOTE, "O-I1"));
    assert_int_equal(slow->there->count, 3);
    plan_free(plan);
    slow_free(slow);
}

/* The record that it became is another deal's already: nothing of the end is kept. */
static void a_link_that_cannot_move_leaves_all_as_it_is(void **state)
{
    (void)state;
    struct slow *slow = slow_with(2);
    slow_put(slow, "I1", "", "Invited", "invited");
    read_everything(slow);
    link_pair(slow, "I1", "L1", "A");
    link_pair(slow, "O-I1", "L2", "B");
    struct plan *plan = slow_plan(slow);
    plan_add_change(plan, ACTION_ACCEPT, "I1", "L1");
    struct apply_counts counts = slow_apply(slow, plan);
    assert_int_equal(counts.open, 1);
    assert_int_equal(counts.worst, ERROR_BUG);
    assert_string_equal(slow_link(slow, SIDE_LOCAL, "L1")->remote_id, "I1");
    assert_string_equal(slow_link(slow, SIDE_LOCAL, "L2")->remote_id, "O-I1");
    assert_null(slow_record(slow, SIDE_REMOTE, "O-I1"));
    assert_string_equal(events(slow, "I1"), "");
    assert_int_equal(slow_open_rows(slow), 1);
    plan_free(plan);
    slow_free(slow);
}

static void an_adoption_takes_over_a_link(void **state)
{
    (void)state;
    struct slow *slow = slow_with(1);
    slow_put(slow, "I1", "", "Invited", "invited");
    slow_put(slow, "O1", "", "Deal 1", "approved");
    read_everything(slow);
    link_pair(slow, "I1", "L1", "Before");
    struct plan *plan = slow_plan(slow);
    struct change *adopt = plan_add_change(plan, ACTION_ADOPT, "O1", "L1");
    adopt->note = "became";
    change_identify(adopt);
    struct plan_pair pair = {.remote_id = "O1",
                             .local_key = "L1",
                             .base = slow_record(slow, SIDE_REMOTE, "O1")->record->values,
                             .adopt = adopt,
                             .replaces = {"I1", NULL}};
    plan->pairs = &pair;
    plan->pair_count = 1;
    struct apply_counts counts = {0};
    for (int i = 0; i < 2; i++) { /* made once more it is the same */
        slow_assert_ok(slow, apply_bookkeeping(&slow->work, plan, 1, &counts, &slow->error));
        struct store_link *link = slow_link(slow, SIDE_LOCAL, "L1");
        assert_string_equal(link->remote_id, "O1");
        assert_string_equal(link->how, "became");
        assert_string_equal(link->base[kind_field(slow->job.kind, "title")], "Deal 1");
        assert_null(slow_link(slow, SIDE_REMOTE, "I1"));
        pair.replaces[SIDE_REMOTE] = i ? "I1" : NULL;
    }
    plan->pairs = NULL;
    plan->pair_count = 0;
    plan_free(plan);
    slow_free(slow);
}

/* ---- rows that are added ---- */

static struct change *import_of(struct plan *plan, const char *id, const char *title)
{
    struct change *change = plan_add_change(plan, ACTION_IMPORT, id, id);
    set_field(plan, change, "id", id);
    set_field(plan, change, "title", title);
    return change;
}

static void an_import_makes_a_row_once(void **state)
{
    (void)state;
    struct slow *slow = slow_with(1);
    struct plan *plan = slow_plan(slow);
    set_field(plan, import_of(plan, "I1", "=Deal; of \"them\""), "spend", "1200.50 EUR");
    struct apply_counts counts = slow_write(slow, plan);
    assert_int_equal(counts.applied, 1);
    const char *after = SLOW_HEADER "L1,,Deal 1,,,,\n"
                                    "I1,I1,\"'=Deal; of \"\"them\"\"\",,1200.50,EUR,\n";
    assert_string_equal(slow_csv(slow), after);
    assert_string_equal(events(slow, "I1"), "import ");
    assert_int_equal(slow_open_rows(slow), 0);

    counts = slow_write(slow, plan); /* asked for once more, it is there */
    assert_int_equal(counts.applied, 0);
    assert_int_equal(counts.stale, 1);
    assert_int_equal(slow_findings(slow, "RUN-008"), 1);
    assert_string_equal(slow_csv(slow), after);
    slow_assert_ok(slow, guard_apply(&slow->work, &(struct plan_trust){.ever_complete = true}, plan,
                                     &slow->error));
    assert_int_equal(plan->changes[0]->hold, HOLD_DELIVERED);
    plan_free(plan);

    slow_put(slow, "I1", "", "=Deal; of \"them\"", "invited");
    slow->job.gates[GATE_CREATE].open = false;
    slow_run(slow); /* the row finds its record */
    assert_string_equal(slow_link(slow, SIDE_LOCAL, "I1")->remote_id, "I1");
    slow_free(slow);
}

/* A row that cannot be added does not keep the others from being edited. */
static void imports_do_not_hold_pulls_up(void **state)
{
    (void)state;
    struct slow *slow = slow_with(2);
    slow->job.gates[GATE_CREATE].open = false;
    slow_run(slow);
    struct plan *plan = slow_plan(slow);
    import_of(plan, "L2", "There already");
    set_field(plan, plan_add_change(plan, ACTION_PULL, "O1", "L1"), "next_steps", "Call");
    struct apply_counts counts = slow_write(slow, plan);
    assert_int_equal(counts.applied, 1);
    assert_int_equal(counts.stale, 1);
    assert_string_equal(slow_csv(slow), SLOW_HEADER "L1,,Deal 1,Call,,,\nL2,,Deal 2,,,,\n");
    plan_free(plan);
    slow_free(slow);
}

static void a_changes_file_lists_what_is_to_be_added(void **state)
{
    (void)state;
    struct slow *slow = slow_with(1);
    slow->items[2].text = "changes-file";
    struct plan *plan = slow_plan(slow);
    import_of(plan, "I1", "Deal");
    for (int i = 0; i < 2; i++)
        assert_int_equal(slow_write(slow, plan).applied, 1);
    CLEANUP_TEXT struct text content;
    text_init(&content, 4096);
    slow_assert_ok(slow, file_read(slow->source->changes_path, &content, NULL, &slow->error));
    size_t lines = 0;
    for (const char *at = content.data; (at = strchr(at, '\n')); at++)
        lines++;
    assert_int_equal(lines, 3);
    assert_non_null(strstr(content.data, ",I1,Id,,I1\n"));
    assert_non_null(strstr(content.data, ",I1,Name,,Deal\n"));
    plan_free(plan);
    slow_free(slow);
}

/* ---- wishes ---- */

static void wishes_leave_the_rest_alone(void **state)
{
    (void)state;
    static const struct wish wish = {.action = ACTION_CREATE, .subject = "L2", .who = "ann"};
    struct slow *slow = slow_with(1);
    slow_run(slow); /* L1 is made, its id written */
    slow_run(slow);
    slow_csv_put(slow, arena_printf(slow->arena, "%sL2,,Deal 2,,,,\n", slow_csv(slow)));
    snprintf(slow->there->records[0].next, 48, "From the cloud");
    slow->there->records[0].version++;
    struct json *before = NULL, *after = NULL;
    slow_assert_ok(
        slow, slow->store->ops->plan_get(slow->store, "deals", slow->arena, &before, &slow->error));
    const struct finding finding = {
        .type = finding_type("MAT-001"), .job = "deals", .subject = "of an ordinary run"};
    slow_assert_ok(slow, slow->store->ops->finding_put(slow->store, &finding, NULL, &slow->error));
    const char *csv = slow_csv(slow);
    slow->work.wishes = &wish;
    slow->work.wish_count = 1;
    slow_run(slow);
    assert_int_equal(slow->result.outcome, READ_COMPLETE);
    assert_int_equal(slow->result.counts.created, 1);
    assert_string_equal(slow_link(slow, SIDE_LOCAL, "L2")->remote_id, "N2");
    assert_int_equal(slow->there->count, 2);
    assert_string_equal(slow_csv(slow), csv);
    slow_assert_ok(
        slow, slow->store->ops->plan_get(slow->store, "deals", slow->arena, &after, &slow->error));
    assert_true(json_equal(before, after));
    assert_int_equal(slow_findings(slow, "MAT-001"), 1);
    assert_false(slow_record(slow, SIDE_REMOTE, "N1")->settled);

    slow->work.wish_count = 0;
    slow_run(slow); /* the next ordinary run does the rest */
    assert_non_null(strstr(slow_csv(slow), "From the cloud"));
    assert_non_null(strstr(slow_csv(slow), "L2,N2,"));
    assert_int_equal(slow_findings(slow, "MAT-001"), 0);
    slow_free(slow);
}

/* ---- what a read is asked for ---- */

static size_t field_of(const struct slow *slow, const char *name)
{
    return kind_field(slow->job.kind, name);
}

static void reads_are_told_what_is_wanted(void **state)
{
    (void)state;
    static const char *invited[] = {"invited", NULL};
    struct slow *slow = slow_with(0);
    slow_put(slow, "O1", "", "Deal", "approved");
    slow_run(slow);
    assert_true(slow->full && slow->afresh && !slow->proposals);
    assert_true(slow->mapped[field_of(slow, "title")]);
    assert_false(slow->mapped[field_of(slow, "company")]);
    slow_run(slow);
    assert_false(slow->full || slow->afresh);

    /* A rule wants another field: what is stored does not have it. */
    slow->rules[1] = (struct match_rule){
        .type = MATCH_FIELDS, .keys = {{.field = field_of(slow, "company")}}, .key_count = 1};
    slow_run(slow);
    assert_true(slow->mapped[field_of(slow, "company")]);
    assert_true(slow->full && slow->afresh);
    slow_run(slow);
    assert_false(slow->full || slow->afresh);
    slow->rules[1].key_count = 0; /* less is no reason */
    slow_run(slow);
    assert_false(slow->full || slow->mapped[field_of(slow, "company")]);

    /* A gate by a field, and what the cloud proposes. */
    const struct condition condition = {.field = field_of(slow, "origin"), .words = invited};
    slow->job.gates[GATE_ACCEPT] =
        (struct gate_rule){.open = true, .when = {.items = &condition, .count = 1}};
    slow_run(slow);
    assert_true(slow->proposals && slow->full && slow->afresh);
    assert_true(slow->mapped[field_of(slow, "origin")]);
    assert_true(slow->mapped[field_of(slow, "status")]);
    slow->job.gates[GATE_ACCEPT].open = false;
    slow_run(slow);
    assert_false(slow->proposals || slow->full);
    slow_free(slow);
}

static void a_wish_to_answer_asks_for_proposals(void **state)
{
    (void)state;
    struct slow *slow = slow_with(0);
    slow_put(slow, "I1", "", "Deal", "invited");
    slow_run(slow);
    const struct wish wish = {.action = ACTION_REJECT, .subject = "nobody", .who = "ann"};
    slow->work.wishes = &wish;
    slow->work.wish_count = 1;
    slow_run(slow);
    assert_true(slow->proposals && slow->full);
    assert_false(slow->afresh); /* what is stored is whole */
    slow_free(slow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waiting_is_no_failure),
        cmocka_unit_test(patience_begins_with_the_run),
        cmocka_unit_test(a_locked_record_is_waited_for),
        cmocka_unit_test(no_more_in_flight_than_the_cloud_takes),
        cmocka_unit_test(what_is_there_is_resumed_beyond_the_limit),
        cmocka_unit_test(followers_of_what_waits_stay_planned),
        cmocka_unit_test(refusals_have_their_own_findings),
        cmocka_unit_test(half_a_creation_stays_a_finding),
        cmocka_unit_test(half_a_creation_ends_with_its_submission),
        cmocka_unit_test(what_is_read_beside_a_change_counts),
        cmocka_unit_test(an_accepted_invitation_takes_its_link_along),
        cmocka_unit_test(a_change_may_have_no_local_side),
        cmocka_unit_test(a_link_that_cannot_move_leaves_all_as_it_is),
        cmocka_unit_test(an_adoption_takes_over_a_link),
        cmocka_unit_test(an_import_makes_a_row_once),
        cmocka_unit_test(imports_do_not_hold_pulls_up),
        cmocka_unit_test(a_changes_file_lists_what_is_to_be_added),
        cmocka_unit_test(wishes_leave_the_rest_alone),
        cmocka_unit_test(reads_are_told_what_is_wanted),
        cmocka_unit_test(a_wish_to_answer_asks_for_proposals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
