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

static const char *tell(const struct trial *trial, struct rig *rig)
{
    (void)trial;
    return rig_state(rig);
}

static const char *complain(const struct trial *trial, struct rig *rig)
{
    size_t count, twice = sandbox_duplicates(rig->sandbox);
    (void)trial;
    rig_ids(rig, &count);
    return twice || count != 6
               ? arena_printf(rig->arena, "%zu opportunities, %zu duplicates", count, twice)
               : NULL;
}

static int setup(void **state)
{
    struct trial *trial = trial_new(
        &(struct trial){.yaml = rules(), .tell = tell, .complain = complain}, "crash-test");
    prepare(trial);
    trial_expect(trial, (const char *const[]){NULL});
    *state = trial;
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

static void test_killed_again_while_recovering(void **state)
{
    trial_kill_again(*state, 5);
}

static const char *const writes[] = {"CreateOpportunity",
                                     "AssociateOpportunity",
                                     "DisassociateOpportunity",
                                     "UpdateOpportunity",
                                     "StartEngagementFromOpportunityTask",
                                     NULL};

static void test_lost_answers(void **state)
{
    trial_fault_at_each(*state, "lost-after", writes, rig_calls);
}

static void test_resets(void **state)
{
    trial_fault_at_each(*state, "reset", writes, rig_calls);
}

static void test_server_errors(void **state)
{
    trial_fault_at_each(*state, "500", writes, rig_calls);
}

static void test_all_answers_lost(void **state)
{
    trial_lose_all(*state, writes);
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
    return cmocka_run_group_tests(tests, setup, trial_teardown) ? 1 : 0;
}
