/* Kills the program at every journal write of work that the cloud takes long for, of an invitation
 * that is accepted, and of a row that is added. However often it dies: one record, one row. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/slow.h"

#define POINTS_MAX 100

static size_t count_text(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        count++;
    return count;
}

static struct plan *plan_one(struct slow *slow, enum action action, const char *id, const char *key)
{
    struct plan *plan = slow_plan(slow);
    struct change *change = plan_add_change(plan, action, id, key);
    if (action == ACTION_IMPORT) {
        plan_add_field(plan, change, kind_field(slow->job.kind, "id"), NULL, id, NULL, "test");
        plan_add_field(plan, change, kind_field(slow->job.kind, "title"), NULL, "Invited", NULL,
                       "test");
    }
    return plan;
}

/* ---- a creation over several runs ---- */

static void run_once(struct slow *slow)
{
    slow_run(slow);
}

/* The creation begins in the doomed run. */
static void test_killed_while_beginning(void **state)
{
    (void)state;
    bool killed = true;
    size_t n = 1;
    for (; killed; n++) {
        assert_true(n < POINTS_MAX);
        struct slow *slow = slow_new(SLOW_HEADER "L1,,Deal,,,,\nL2,,Other,,,,\n");
        slow->kind.max_in_flight = 1;
        slow->there->takes_ms = 2 * SLOW_HOUR;
        killed = slow_doomed(slow, n, run_once);
        for (int i = 0; i < 4; i++) {
            slow_later(slow, 3 * SLOW_HOUR);
            slow_run(slow);
            assert_int_equal(slow->result.outcome, READ_COMPLETE);
        }
        assert_int_equal(slow->there->count, 2);
        assert_int_equal(slow->there->peak, 1);
        assert_int_equal(slow_open_rows(slow), 0);
        assert_non_null(slow_link(slow, SIDE_LOCAL, "L1"));
        assert_non_null(slow_link(slow, SIDE_LOCAL, "L2"));
        assert_int_equal(slow->result.plan->change_count, 0);
        slow_free(slow);
    }
    assert_true(n > 5);
}

/* It has begun; the doomed run finds it still at work, or done. */
static void test_killed_while_taking_up(void **state)
{
    (void)state;
    static const int64_t later[] = {SLOW_HOUR, 3 * SLOW_HOUR};
    for (size_t k = 0; k < COUNT(later); k++) {
        bool killed = true;
        size_t n = 1;
        for (; killed; n++) {
            assert_true(n < POINTS_MAX);
            struct slow *slow = slow_new(SLOW_HEADER "L1,,Deal,,,,\n");
            slow->there->takes_ms = 2 * SLOW_HOUR;
            slow_run(slow);
            assert_int_equal(slow->result.counts.waiting, 1);
            slow_later(slow, later[k]);
            killed = slow_doomed(slow, n, run_once);
            slow_later(slow, 3 * SLOW_HOUR);
            slow_run(slow);
            slow_run(slow);
            assert_int_equal(slow->there->count, 1);
            assert_int_equal(slow->there->starts, 1);
            assert_int_equal(slow_open_rows(slow), 0);
            assert_string_equal(slow_link(slow, SIDE_LOCAL, "L1")->remote_id, "N1");
            assert_int_equal(count_text(slow_csv(slow), "L1,N1,"), 1);
            assert_int_equal(slow->result.plan->change_count, 0);
            slow_free(slow);
        }
        assert_true(n > 2);
    }
}

/* ---- an invitation ---- */

static void accept_once(struct slow *slow)
{
    struct plan *plan = plan_one(slow, ACTION_ACCEPT, "I1", "L1");
    slow_apply(slow, plan);
    plan_free(plan);
}

static void test_killed_while_accepting(void **state)
{
    (void)state;
    bool killed = true;
    size_t n = 1;
    for (; killed; n++) {
        assert_true(n < POINTS_MAX);
        struct slow *slow = slow_new(SLOW_HEADER "L1,I1,Invited,,,,\n");
        slow_put(slow, "I1", "", "Invited", "invited");
        slow_run(slow);
        assert_string_equal(slow_link(slow, SIDE_LOCAL, "L1")->remote_id, "I1");
        killed = slow_doomed(slow, n, accept_once);
        slow_resume(slow);
        if (!strcmp(slow_link(slow, SIDE_LOCAL, "L1")->remote_id, "I1"))
            accept_once(slow); /* it died before its first word: it is planned afresh */
        assert_int_equal(slow->there->count, 2);
        assert_int_equal(slow_open_rows(slow), 0);
        assert_string_equal(slow_link(slow, SIDE_LOCAL, "L1")->remote_id, "O-I1");
        assert_null(slow_link(slow, SIDE_REMOTE, "I1"));
        slow_free(slow);
    }
    assert_true(n > 4);
}

/* ---- a row ---- */

static void import_once(struct slow *slow)
{
    struct plan *plan = plan_one(slow, ACTION_IMPORT, "I1", "I1");
    slow_write(slow, plan);
    plan_free(plan);
}

/* As an ordinary run goes on: what is open ends, the file is read, and the row that is there finds
 * its record. Only what has no row is added. */
static void go_on(struct slow *slow)
{
    slow->job.gates[GATE_CREATE].open = false;
    slow_run(slow);
    if (!slow_record(slow, SIDE_LOCAL, "I1"))
        import_once(slow);
    slow_run(slow);
}

static void check_import(const char *mode)
{
    bool killed = true;
    size_t n = 1;
    for (; killed; n++) {
        assert_true(n < POINTS_MAX);
        struct slow *slow = slow_new(SLOW_HEADER "L1,,Deal,,,,\n");
        slow->items[2].text = mode;
        slow_put(slow, "I1", "", "Invited", "invited");
        killed = slow_doomed(slow, n, import_once);
        go_on(slow);
        assert_int_equal(slow_open_rows(slow), 0);
        if (!strcmp(mode, "in-place")) {
            assert_int_equal(count_text(slow_csv(slow), "\nI1,"), 1);
            assert_string_equal(slow_link(slow, SIDE_LOCAL, "I1")->remote_id, "I1");
        } else {
            CLEANUP_TEXT struct text content;
            text_init(&content, 4096);
            slow_assert_ok(slow,
                           file_read(slow->source->changes_path, &content, NULL, &slow->error));
            assert_int_equal(count_text(content.data, ",I1,Name,,Invited\n"), 1);
            assert_int_equal(count_text(content.data, "\n"), 3);
        }
        slow_free(slow);
    }
    assert_true(n > 4);
}

static void test_killed_while_adding_a_row(void **state)
{
    (void)state;
    check_import("in-place");
}

static void test_killed_while_listing_a_row(void **state)
{
    (void)state;
    check_import("changes-file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_while_beginning),
        cmocka_unit_test(test_killed_while_taking_up),
        cmocka_unit_test(test_killed_while_accepting),
        cmocka_unit_test(test_killed_while_adding_a_row),
        cmocka_unit_test(test_killed_while_listing_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
