/* Kills the program at every journal write, before and after, and loses the answer of every write
 * at the cloud. Whatever happens, a restart must end where an undisturbed run ends, and nothing may
 * have been made twice.
 *
 * The doomed run happens in a child; the sandbox keeps its state in the folder, durable before each
 * answer, so that the cloud outlives the child. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "tests/support/trial.h"

static const char *rules(void)
{
    static char yaml[4096];
    const char *at = strstr(rig_yaml, "[submit]");
    snprintf(yaml, sizeof yaml, "%.*s[submit, close]%s", (int)(at - rig_yaml), rig_yaml,
             at + strlen("[submit]"));
    return yaml;
}

/* Four linked deals; then work of every kind: two deals to create and submit, an edit on each side,
 * an exchanged solution, a lost deal, a new cell for an id. */
static void prepare(const struct trial *trial)
{
    struct rig *rig = rig_new(
        &(struct rig_options){.folder = trial->folder, .yaml = trial->yaml, .persistent = true});
    struct arena *arena = rig->arena;
    const char *csv = RIG_HEADER;
    for (int i = 1; i <= 4; i++)
        csv = arena_printf(arena, "%s%s", csv, rig_row(rig, arena_printf(arena, "L%d", i), "yes"));
    rig_csv_put(rig, csv);
    trial_finish(rig);
    for (int i = 5; i <= 6; i++)
        csv = arena_printf(arena, "%s", rig_row(rig, arena_printf(arena, "L%d", i), "yes")),
        rig_csv_put(rig, arena_printf(arena, "%s%s", rig_csv(rig), csv));
    rig_set_cell(rig, "L1", "NextStep", "Said by the seller");
    rig_edit(rig, rig_id_of(rig, "L2"), "LifeCycle.NextSteps", "Said by the cloud");
    rig_set_cell(rig, "L3", "Solution", "S-2000002");
    rig_set_cell(rig, "L3", "NextStep", "With the other solution");
    rig_set_cell(rig, "L4", "Stage", "lost");
    rig_set_cell(rig, "L4", "LostReason", "Price");
    rig_free(rig);
}

static void check_end(const struct trial *trial, struct rig *rig, const char *what, size_t number)
{
    trial_finish(rig);
    size_t count;
    rig_ids(rig, &count);
    if (sandbox_duplicates(rig->sandbox) || count != 6 ||
        strcmp(rig_state(rig), trial->expected) != 0) {
        print_error("after %s %zu: %zu opportunities, %zu duplicates\n%s\nexpected:\n%s\n", what,
                    number, count, sandbox_duplicates(rig->sandbox), rig_state(rig),
                    trial->expected);
        fail();
    }
}

static int setup(void **state)
{
    struct trial *trial = memory_alloc(sizeof *trial);
    *trial = (struct trial){.yaml = rules(), .check = check_end};
    trial_make(trial, "crash-test");
    prepare(trial);
    trial_restore(trial);
    struct rig *rig = trial_open(trial, TRIAL_HOUR_MS);
    trial_finish(rig);
    trial->expected = memory_copy(rig_state(rig));
    assert_int_equal(sandbox_duplicates(rig->sandbox), 0);
    rig_free(rig);
    *state = trial;
    return 0;
}

static int teardown(void **state)
{
    struct trial *trial = *state;
    trial_remove(trial);
    free(trial);
    return 0;
}

static void test_killed_before_journal(void **state)
{
    assert_true(trial_kill_at_each(*state, "journal-before", 1) > 19); /* really passed */
}

static void test_killed_after_journal(void **state)
{
    assert_true(trial_kill_at_each(*state, "journal-after", 1) > 19);
}

/* The run that cleans up is killed too, at its first, second, … point. */
static void test_killed_again_while_recovering(void **state)
{
    const struct trial *trial = *state;
    bool killed = true;
    for (size_t n = 2; killed; n += 5) {
        trial_restore(trial);
        killed = trial_doomed(trial, TRIAL_HOUR_MS, n, NULL);
        for (size_t again = 1; again <= 3; again++)
            trial_doomed(trial, TRIAL_HOUR_MS + (int64_t)again * TRIAL_MINUTE_MS, again, NULL);
        trial_end(trial, "a second kill after", n);
    }
}

/* Each call of a writing operation in turn meets the fault; the program runs on. */
static void fault_at_each(const struct trial *trial, const char *fault)
{
    static const char *const operations[] = {"CreateOpportunity", "AssociateOpportunity",
                                             "DisassociateOpportunity", "UpdateOpportunity",
                                             "StartEngagementFromOpportunityTask"};
    for (size_t i = 0; i < COUNT(operations); i++)
        trial_fault_at_each(trial, fault, operations[i], NULL, rig_calls);
}

static void test_lost_answers(void **state)
{
    fault_at_each(*state, "lost-after");
}

static void test_resets(void **state)
{
    fault_at_each(*state, "reset");
}

static void test_server_errors(void **state)
{
    fault_at_each(*state, "500");
}

/* Nothing in the answers is to be had: every write happens and every answer is lost. The run stays
 * partial; when the line is back, all is looked up. */
static void test_all_answers_lost(void **state)
{
    const struct trial *trial = *state;
    static const char *const faults[] = {
        "lost-after:CreateOpportunity", "lost-after:UpdateOpportunity",
        "lost-after:StartEngagementFromOpportunityTask", "lost-after:AssociateOpportunity"};
    trial_restore(trial);
    struct rig *rig = trial_open(trial, TRIAL_HOUR_MS);
    for (size_t i = 0; i < COUNT(faults); i++)
        rig_fault(rig, faults[i]);
    assert_int_equal(rig_run(rig)->outcome, READ_PARTIAL);
    assert_true(rig->result.counts.open > 0);
    rig_clear_faults(rig);
    check_end(trial, rig, "all answers lost", 0);
    rig_free(rig);
}

static void lose_answers(struct rig *rig)
{
    rig_fault(rig, "lost-after:CreateOpportunity:every-2");
    rig_fault(rig, "lost-after:UpdateOpportunity:every-2");
    rig_fault(rig, "lost-after:AssociateOpportunity:every-2");
}

/* The line is dead for a whole run, and the program is killed at each journal write of it. */
static void test_killed_while_answers_are_lost(void **state)
{
    struct trial trial = *(const struct trial *)*state;
    trial.meddle = lose_answers;
    trial_kill_at_each(&trial, NULL, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_before_journal),
        cmocka_unit_test(test_killed_after_journal),
        cmocka_unit_test(test_killed_again_while_recovering),
        cmocka_unit_test(test_lost_answers),
        cmocka_unit_test(test_resets),
        cmocka_unit_test(test_server_errors),
        cmocka_unit_test(test_all_answers_lost),
        cmocka_unit_test(test_killed_while_answers_are_lost),
    };
    return cmocka_run_group_tests(tests, setup, teardown) ? 1 : 0;
}
