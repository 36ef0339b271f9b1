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

static const char *state_of(struct rig *rig)
{
    static const char *const guids[] = {INGESTION_DRAFT, INGESTION_SAAS, INGESTION_VM};
    const char *text = rig_csv(rig);
    for (size_t i = 0; i < COUNT(guids); i++)
        text = arena_printf(rig->arena, "%s%s", text,
                            azure_market_listing(rig->sandbox, rig->arena, guids[i]));
    return text;
}

static size_t publications(const struct rig *rig, const char *target)
{
    return azure_market_publications(rig->sandbox, target);
}

static void check_end(const struct trial *trial, struct rig *rig, const char *what, size_t number)
{
    const size_t *most = trial->stage;
    trial_finish(rig);
    const char *state = state_of(rig);
    size_t live = publications(rig, "live"), preview = publications(rig, "preview");
    size_t findings = rig_finding_count(rig, NULL);
    if (live != 1 || preview > *most || findings || strcmp(state, trial->expected) != 0) {
        print_error(
            "after %s %zu: %zu previews, %zu publications, %zu findings\n%s\nexpected:\n%s\n", what,
            number, preview, live, findings, state, trial->expected);
        fail();
    }
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

/* `previews`: the most that it takes. What reviewers turned down is sent once more. */
static void open_trial(struct trial *trial, const size_t *previews)
{
    static const char *const shows[] = {
        "draft: Sandbox Draft | In one line |", "live: A better name |",
        "live: Sandbox Gateway | Sandbox Gateway in brief | deprecated", ",restricted,live"};
    *trial = (struct trial){.yaml = yaml, .stage = previews, .check = check_end};
    trial_make(trial, "azure-listings-crash-test");
    struct rig *rig = rig_new(&(struct rig_options){
        .folder = trial->folder, .yaml = yaml, .csv = CSV, .persistent = true});
    prepare(rig);
    rig_free(rig);
    trial_restore(trial);
    rig = trial_open(trial, TRIAL_HOUR_MS);
    trial_finish(rig);
    trial->expected = memory_copy(state_of(rig));
    check_end(trial, rig, "no disturbance", 0);
    for (size_t i = 0; i < COUNT(shows); i++)
        if (!strstr(trial->expected, shows[i]))
            fail_msg("the end does not show %s\n%s", shows[i], trial->expected);
    rig_free(rig);
}

/* ---- killed ---- */

static void kill_at_each(const char *point)
{
    const size_t previews = 1;
    struct trial trial;
    open_trial(&trial, &previews);
    assert_true(trial_kill_at_each(&trial, point, 1) > 9); /* the points were really passed */
    trial_remove(&trial);
}

static void test_killed_before_journal(void **state)
{
    (void)state;
    kill_at_each("journal-before");
}

static void test_killed_after_journal(void **state)
{
    (void)state;
    kill_at_each("journal-after");
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
    if (strcmp(state_of(rig), trial->expected) != 0 && !rig_finding_count(rig, NULL) &&
        !rig->result.counts.waiting)
        fail_msg("after %s there is no word of\n%s", what, state_of(rig));
}

/* Each job in turn meets the fault; the program runs on, and when the fault is over so it is. */
static void fault_at_each(const char *fault)
{
    const size_t previews = strcmp(fault, "job-fails") ? 1 : 2;
    struct trial trial;
    size_t calls = 1;
    open_trial(&trial, &previews);
    for (size_t n = 1; n <= calls; n++) {
        char spec[96];
        snprintf(spec, sizeof spec, "%s:Configure:%zu", fault, n);
        trial_restore(&trial);
        struct rig *rig = trial_open(&trial, TRIAL_HOUR_MS);
        rig_fault(rig, spec);
        for (size_t run = 0; run < 3; run++) {
            rig_run(rig);
            check_told(&trial, rig, spec);
            rig_advance(rig, 2 * TRIAL_MINUTE_MS);
        }
        if (n == 1)
            calls = rig_sent(rig, "POST", "/configure?");
        rig_clear_faults(rig);
        rig_run(rig);
        approve_refused(rig);
        check_end(&trial, rig, spec, n);
        rig_free(rig);
    }
    print_message("%s: at %zu jobs\n", fault, calls);
    assert_true(calls > 4);
    trial_remove(&trial);
}

static void test_lost_answers(void **state)
{
    (void)state;
    fault_at_each("lost-after");
}

static void test_resets(void **state)
{
    (void)state;
    fault_at_each("reset");
}

static void test_server_errors(void **state)
{
    (void)state;
    fault_at_each("500");
}

static void test_failed_jobs(void **state)
{
    (void)state;
    fault_at_each("job-fails");
}

static void test_half_done_jobs(void **state)
{
    (void)state;
    fault_at_each("job-half");
}

static void test_stuck_jobs(void **state)
{
    (void)state;
    fault_at_each("job-stuck");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_before_journal), cmocka_unit_test(test_killed_after_journal),
        cmocka_unit_test(test_lost_answers),          cmocka_unit_test(test_resets),
        cmocka_unit_test(test_server_errors),         cmocka_unit_test(test_failed_jobs),
        cmocka_unit_test(test_half_done_jobs),        cmocka_unit_test(test_stuck_jobs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
