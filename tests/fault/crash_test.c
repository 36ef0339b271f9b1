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

#define HOUR_MS    INT64_C(3600000)
#define POINTS_MAX 500

struct scene {
    struct trial trial;
    char *expected; /* the state that an undisturbed run leads to */
};

static const char *rules(void)
{
    static char yaml[4096];
    const char *at = strstr(rig_yaml, "[submit]");
    snprintf(yaml, sizeof yaml, "%.*s[submit, close]%s", (int)(at - rig_yaml), rig_yaml,
             at + strlen("[submit]"));
    return yaml;
}

static struct rig_options rigging(const char *folder, int64_t later_ms)
{
    return (struct rig_options){
        .folder = folder, .yaml = rules(), .persistent = true, .later_ms = later_ms};
}

static struct rig *open_rig(const char *folder, int64_t later_ms)
{
    const struct rig_options options = rigging(folder, later_ms);
    return rig_new(&options);
}

/* Runs on until the reviewers are through and nothing is left to do. */
static void finish(struct rig *rig)
{
    for (size_t i = 0; i < 3; i++) {
        rig_run(rig);
        rig_advance(rig, 5 * 60 * 1000);
    }
    rig_settle(rig, 4);
}

/* Four linked deals; then work of every kind: two deals to create and submit, an edit on each side,
 * an exchanged solution, a lost deal, a new cell for an id. */
static void prepare(const struct scene *scene)
{
    struct rig *rig = open_rig(scene->trial.folder, 0);
    struct arena *arena = rig->arena;
    const char *csv = RIG_HEADER;
    for (int i = 1; i <= 4; i++)
        csv = arena_printf(arena, "%s%s", csv, rig_row(rig, arena_printf(arena, "L%d", i), "yes"));
    rig_csv_put(rig, csv);
    finish(rig);
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

static void check_end(const struct scene *scene, struct rig *rig, const char *what, size_t number)
{
    finish(rig);
    size_t count;
    rig_ids(rig, &count);
    if (sandbox_duplicates(rig->sandbox) || count != 6 ||
        strcmp(rig_state(rig), scene->expected) != 0) {
        print_error("after %s %zu: %zu opportunities, %zu duplicates\n%s\nexpected:\n%s\n", what,
                    number, count, sandbox_duplicates(rig->sandbox), rig_state(rig),
                    scene->expected);
        fail();
    }
}

static int setup(void **state)
{
    struct scene *scene = memory_alloc(sizeof *scene);
    trial_make(&scene->trial, "crash-test");
    prepare(scene);
    trial_restore(&scene->trial);
    struct rig *rig = open_rig(scene->trial.copy, HOUR_MS);
    finish(rig);
    scene->expected = memory_copy(rig_state(rig));
    assert_int_equal(sandbox_duplicates(rig->sandbox), 0);
    rig_free(rig);
    *state = scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;
    trial_remove(&scene->trial);
    free(scene->expected);
    free(scene);
    return 0;
}

/* True if the child was killed at the point, false if it got through. */
static bool doomed_run(const struct scene *scene, int64_t later_ms, size_t die_at,
                       const char *die_point, void (*meddle)(struct rig *rig))
{
    struct rig_options options = rigging(scene->trial.copy, later_ms);
    options.die_at = die_at;
    options.die_point = die_point;
    return trial_run(&options, meddle);
}

static void kill_at_each(const struct scene *scene, const char *point)
{
    size_t n = 1;
    for (;; n++) {
        assert_true(n < POINTS_MAX);
        trial_restore(&scene->trial);
        bool killed = doomed_run(scene, HOUR_MS, n, point, NULL);
        struct rig *rig = open_rig(scene->trial.copy, HOUR_MS + 10 * 60 * 1000);
        check_end(scene, rig, point, n);
        rig_free(rig);
        if (!killed)
            break;
    }
    print_message("%s: killed at %zu points\n", point, n - 1);
    assert_true(n > 20); /* the scene has more writes than that: the points were really passed */
}

static void test_killed_before_journal(void **state)
{
    kill_at_each(*state, "journal-before");
}

static void test_killed_after_journal(void **state)
{
    kill_at_each(*state, "journal-after");
}

/* The run that cleans up is killed too, at its first, second, … point. */
static void test_killed_again_while_recovering(void **state)
{
    const struct scene *scene = *state;
    bool killed = true;
    for (size_t n = 2; killed; n += 5) {
        trial_restore(&scene->trial);
        killed = doomed_run(scene, HOUR_MS, n, NULL, NULL);
        for (size_t again = 1; again <= 3; again++)
            doomed_run(scene, HOUR_MS + (int64_t)again * 10 * 60 * 1000, again, NULL, NULL);
        struct rig *rig = open_rig(scene->trial.copy, 2 * HOUR_MS);
        check_end(scene, rig, "a second kill after", n);
        rig_free(rig);
    }
}

/* Each call of a writing operation in turn meets the fault; the program runs on. */
static void fault_at_each(const struct scene *scene, const char *fault)
{
    static const char *const operations[] = {"CreateOpportunity", "AssociateOpportunity",
                                             "DisassociateOpportunity", "UpdateOpportunity",
                                             "StartEngagementFromOpportunityTask"};
    for (size_t i = 0; i < COUNT(operations); i++) {
        size_t calls = 0;
        for (size_t n = 1; n == 1 || n <= calls; n++) {
            char spec[96];
            trial_restore(&scene->trial);
            struct rig *rig = open_rig(scene->trial.copy, HOUR_MS);
            snprintf(spec, sizeof spec, "%s:%s:%zu", fault, operations[i], n);
            rig_fault(rig, spec);
            rig_run(rig);
            calls = rig_calls(rig, operations[i]);
            check_end(scene, rig, spec, n);
            rig_free(rig);
        }
        assert_true(calls > 0);
    }
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
    const struct scene *scene = *state;
    static const char *const faults[] = {
        "lost-after:CreateOpportunity", "lost-after:UpdateOpportunity",
        "lost-after:StartEngagementFromOpportunityTask", "lost-after:AssociateOpportunity"};
    trial_restore(&scene->trial);
    struct rig *rig = open_rig(scene->trial.copy, HOUR_MS);
    for (size_t i = 0; i < COUNT(faults); i++)
        rig_fault(rig, faults[i]);
    assert_int_equal(rig_run(rig)->outcome, READ_PARTIAL);
    assert_true(rig->result.counts.open > 0);
    rig_clear_faults(rig);
    check_end(scene, rig, "all answers lost", 0);
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
    const struct scene *scene = *state;
    bool killed = true;
    for (size_t n = 1; killed; n += 3) {
        assert_true(n < POINTS_MAX);
        trial_restore(&scene->trial);
        killed = doomed_run(scene, HOUR_MS, n, NULL, lose_answers);
        struct rig *rig = open_rig(scene->trial.copy, HOUR_MS + 10 * 60 * 1000);
        check_end(scene, rig, "kill and lost answers", n);
        rig_free(rig);
    }
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
