/* Kills the program at every journal write of what listings at Microsoft take, takes the answer of
 * each job away, and lets each job fail, end half done or get stuck. One draft is edited, one
 * listing that is live is edited and published, one is taken off sale. Whatever happens, nothing is
 * published twice, nothing stays half done without a word, and a restart ends where an undisturbed
 * run ends. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/azure_market.h"
#include "tests/support/trial.h"

static const char yaml[] = "version: 1\n"
                           "store: {path: state/agent.db}\n"
                           "clouds:\n" RIG_AZURE "sources:\n"
                           "  crm: {type: csv, path: crm.csv, key: Key, write: in-place}\n"
                           "jobs:\n"
                           "  - name: listings\n"
                           "    cloud: azure\n"
                           "    kind: listing\n"
                           "    source: crm\n"
                           "    mode: apply\n"
                           "    limits: {max_share: 100%}\n"
                           "    match: [id]\n"
                           "    allow: [publish, cancel]\n"
                           "    fields:\n"
                           "      id: {column: Id}\n"
                           "      title: {column: Title, owner: local}\n"
                           "      search_summary: {column: Summary, owner: local}\n"
                           "      categories: {column: Categories, owner: local}\n"
                           "      visibility: {column: Visibility, owner: local}\n"
                           "      publication: {column: Publication}\n";

#define CSV                                                                                        \
    "Key,Id,Title,Summary,Categories,Visibility,Publication\n"                                     \
    "draft," INGESTION_DRAFT ",,,,,\n"                                                             \
    "saas," INGESTION_SAAS ",,,,,\n"                                                               \
    "vm," INGESTION_VM ",,,,,\n"

/* ---- what the cloud has ---- */

static const char *tell(const struct trial *trial, struct rig *rig)
{
    static const char *const guids[] = {INGESTION_DRAFT, INGESTION_SAAS, INGESTION_VM};
    const char *text = rig_csv(rig);
    (void)trial;
    for (size_t i = 0; i < COUNT(guids); i++)
        text = arena_printf(rig->arena, "%s%s", text,
                            azure_market_listing(rig->sandbox, rig->arena, guids[i]));
    return text;
}

static size_t publications(const struct rig *rig, const char *target)
{
    return azure_market_publications(rig->sandbox, target);
}

static const char *complain(const struct trial *trial, struct rig *rig)
{
    const size_t *most = trial->stage;
    size_t live = publications(rig, "live"), preview = publications(rig, "preview");
    size_t findings = rig_finding_count(rig, NULL);
    return live != 1 || preview > *most || findings
               ? arena_printf(rig->arena, "%zu previews, %zu publications, %zu findings", preview,
                              live, findings)
               : NULL;
}

/* ---- the stage ---- */

static void prepare(struct rig *rig)
{
    trial_finish(rig);
    rig_set_cell(rig, "draft", "Summary", "In one line");
    rig_set_cell(rig, "draft", "Categories", "analytics/dataInsights");
    rig_set_cell(rig, "saas", "Title", "A better name");
    rig_set_cell(rig, "saas", "Categories", "analytics/dataInsights");
    rig_set_cell(rig, "vm", "Visibility", "restricted");
}

/* The most previews that it takes. What reviewers turned down is sent once more. */
static const size_t one = 1, two = 2;

static int setup(void **state)
{
    static const char *const shows[] = {
        "draft: Sandbox Draft | In one line |", "live: A better name |",
        "live: Sandbox Gateway | Sandbox Gateway in brief | deprecated", ",restricted,live", NULL};
    struct trial *trial =
        trial_new(&(struct trial){.yaml = yaml, .stage = &one, .tell = tell, .complain = complain},
                  "azure-listings-crash-test");
    struct rig *rig = rig_new(&(struct rig_options){
        .folder = trial->folder, .yaml = yaml, .csv = CSV, .persistent = true});
    prepare(rig);
    rig_free(rig);
    trial_expect(trial, shows);
    *state = trial;
    return 0;
}

/* ---- killed ---- */

static void test_killed_before_journal(void **state)
{
    assert_true(trial_kill_at_each(*state, "journal-before", 1) > 9); /* really passed */
}

static void test_killed_after_journal(void **state)
{
    assert_true(trial_kill_at_each(*state, "journal-after", 1) > 9);
}

/* ---- calls and jobs that go wrong ---- */

/* A refusal is final for the change, and told: a person lets it go once more. */
static void approve_refused(struct rig *rig)
{
    const struct plan *plan = rig->result.left ? rig->result.left : rig->result.plan;
    for (size_t i = 0; i < plan->change_count; i++)
        if (plan->changes[i]->hold != HOLD_NONE)
            rig_decide(rig, plan->changes[i]->id, "approve");
}

/* What is not as it shall be is being worked on, or told of. */
static void check_told(const struct trial *trial, struct rig *rig, const char *what)
{
    const char *state = tell(trial, rig);
    if (strcmp(state, trial->expected) != 0 && !rig_finding_count(rig, NULL) &&
        !rig->result.counts.waiting)
        fail_msg("after %s there is no word of\n%s", what, state);
}

/* Each job in turn meets the fault; the program runs on, and when the fault is over so it is. */
static void fault_at_each(const struct trial *trial, const char *fault)
{
    size_t calls = 1;
    for (size_t n = 1; n <= calls; n++) {
        char spec[96];
        snprintf(spec, sizeof spec, "%s:Configure:%zu", fault, n);
        trial_restore(trial);
        struct rig *rig = trial_open(trial, TRIAL_HOUR_MS);
        rig_fault(rig, spec);
        for (size_t run = 0; run < 3; run++) {
            rig_run(rig);
            check_told(trial, rig, spec);
            rig_advance(rig, 2 * TRIAL_MINUTE_MS);
        }
        if (n == 1)
            calls = rig_sent(rig, "POST", "/configure?");
        rig_clear_faults(rig);
        rig_run(rig);
        approve_refused(rig);
        trial_check(trial, rig, spec, n);
        rig_free(rig);
    }
    print_message("%s: at %zu jobs\n", fault, calls);
    assert_true(calls > 4);
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

static void test_failed_jobs(void **state)
{
    struct trial trial = *(const struct trial *)*state;
    trial.stage = &two;
    fault_at_each(&trial, "job-fails");
}

static void test_half_done_jobs(void **state)
{
    fault_at_each(*state, "job-half");
}

static void test_stuck_jobs(void **state)
{
    fault_at_each(*state, "job-stuck");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_before_journal), cmocka_unit_test(test_killed_after_journal),
        cmocka_unit_test(test_lost_answers),          cmocka_unit_test(test_resets),
        cmocka_unit_test(test_server_errors),         cmocka_unit_test(test_failed_jobs),
        cmocka_unit_test(test_half_done_jobs),        cmocka_unit_test(test_stuck_jobs),
    };
    return cmocka_run_group_tests(tests, setup, trial_teardown) != 0;
}
