/* Kills the program at every journal write of what Google's opportunities take, and takes the
 * answer of each call away. There is no token that would keep a repeated request from making a
 * second deal, and nothing that a write could rest on. Whatever happens, a restart ends where an
 * undisturbed run ends. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/trial.h"

#define DEALS 6

static const char yaml[] = "version: 1\n"
                           "store: {path: state/agent.db}\n"
                           "clouds:\n" RIG_GCP "sources:\n"
                           "  crm: {type: csv, path: crm.csv, key: Key, write: in-place}\n"
                           "jobs:\n"
                           "  - name: deals\n"
                           "    cloud: gcp\n"
                           "    kind: referral\n"
                           "    source: crm\n"
                           "    mode: apply\n"
                           "    limits: {max_share: 100%}\n"
                           "    match: [id, partner_reference]\n"
                           "    create: yes\n"
                           "    submit: {when: {column: Share, equals: \"yes\"}}\n"
                           "    allow: [submit, launch, close]\n"
                           "    fields:\n"
                           "      id: {column: Id}\n"
                           "      status: {column: Status}\n"
                           "      title: {column: Title, owner: local}\n"
                           "      company: {column: Company}\n"
                           "      website: {column: Site}\n"
                           "      country: {column: Country}\n"
                           "      city: {column: City}\n"
                           "      employees: {value: 250}\n"
                           "      industry: {value: SOFTWARE}\n"
                           "      sales_region: {value: NORTH_AMERICA}\n"
                           "      stage: {column: Stage, owner: newest}\n"
                           "      close_date: {column: Close}\n"
                           "      contract_value: {column: Value}\n"
                           "      contract_months: {value: 12}\n"
                           "      opportunity_type: {value: new}\n"
                           "      problem: {column: Problem}\n"
                           "      comments: {column: Notes}\n"
                           "      next_steps: {column: Next}\n"
                           "      cloud_products: {value: GOOGLE_CLOUD_PLATFORM}\n"
                           "      needs: {value: TECH}\n"
                           "      delivery_models: {value: SAAS_ON_GOOGLE_CLOUD}\n"
                           "      contract_vehicle: {value: CLOUD_MARKETPLACE}\n"
                           "      contact_wanted: {value: \"yes\"}\n"
                           "      legal_accepted: {value: \"yes\"}\n";

#define HEADER                                                                                     \
    "Key,Id,Status,Title,Company,Site,Country,City,Stage,Close,Value,Problem,Notes,Next,Share\n"
#define ROW(key, share)                                                                            \
    key ",,,Deal " key ",Company " key ",https://www." key ".example/,US,Austin,,2026-09-30,"      \
        "5000.50 USD,Two become one.,Noted,Call," share "\n"

/* One deal as it stands; ids and times differ with the order of making. */
static const char *tell(struct rig *rig, const struct json *deal)
{
    static const char *const paths[] = {"opportunityInfo.displayName",
                                        "state",
                                        "stage",
                                        "salesCycle.partnerReadyToClose",
                                        "salesCycle.closeDate",
                                        "isvSolutionConnectInfo.notes",
                                        "isvSolutionConnectInfo.nextStep",
                                        "opportunityInfo.description",
                                        "qualificationInfo.dealSize",
                                        "customerInfo.customerDetails.address.locality",
                                        NULL};
    return trial_tell_parts(rig, deal, paths);
}

static const char *tell_all(const struct trial *trial, struct rig *rig)
{
    const struct json *ids = json_get(rig_control(rig, "/_sandbox/gcp/opportunities", NULL), "ids");
    const char **lines = arena_array(rig->arena, ids->count + 1, sizeof *lines);
    (void)trial;
    for (size_t i = 0; i < ids->count; i++)
        lines[i] = tell(rig, sandbox_gcp_opportunity(rig->sandbox, json_text(ids->items[i])));
    const char *text = trial_tell_sorted(rig, rig_csv(rig), lines, ids->count);
    for (size_t i = 0; i < ids->count; i++)
        text = trial_tell_id(rig, text, json_text(ids->items[i]), "<id>");
    return text;
}

static const char *complain(const struct trial *trial, struct rig *rig)
{
    size_t deals = sandbox_gcp_opportunities(rig->sandbox);
    size_t twice = sandbox_gcp_duplicates(rig->sandbox);
    (void)trial;
    return twice || deals != DEALS ? arena_printf(rig->arena, "%zu deals, %zu twice", deals, twice)
                                   : NULL;
}

static const char *id_of(struct rig *rig, const char *key)
{
    return arena_copy(rig->arena, rig_cell(rig, key, "Id"));
}

/* Three deals that Google has accepted, and a draft. Then: an edit on each side, one deal that is
 * won and one that is lost, the draft handed over after an edit, and two new ones of which one is
 * handed over. */
static void prepare(struct rig *rig)
{
    trial_finish(rig);
    rig_set_cell(rig, "L1", "Title", "Deal L1 and more");
    rig_set_cell(rig, "L1", "Stage", "technical_validation");
    rig_post(rig, "/_sandbox/gcp/edit-opportunity",
             (const char *const[]){"id", id_of(rig, "L1"), "path",
                                   "isvSolutionConnectInfo.nextStep", "value", "Said there", NULL});
    rig_set_cell(rig, "L2", "Stage", "won");
    rig_set_cell(rig, "L2", "Notes", "Signed");
    rig_set_cell(rig, "L3", "Stage", "lost");
    rig_set_cell(rig, "L3", "City", "Dallas");
    rig_set_cell(rig, "L4", "Title", "Deal L4 at last");
    rig_set_cell(rig, "L4", "Share", "yes");
    rig_csv_put(rig, arena_printf(rig->arena, "%s" ROW("L5", "yes") ROW("L6", "no"), rig_csv(rig)));
}

static int setup(void **state)
{
    static const char *const shows[] = {"Deal L1 and more ACCEPTED TECH_EVAL_SOL_DEV",
                                        "Said there",
                                        "Deal L2 ACCEPTED MIGRATION_IMPL MIGRATION_IMPL",
                                        "Signed [crm:L2]",
                                        "Deal L3 ACCEPTED CLOSED_LOST CLOSED_LOST",
                                        "Dallas",
                                        "Deal L4 at last ACCEPTED",
                                        "Deal L5 ACCEPTED",
                                        "Deal L6 DRAFT",
                                        "L2,opportunities/<id>,approved,Deal L2,",
                                        NULL};
    struct trial *trial = trial_new(
        &(struct trial){.yaml = yaml, .tell = tell_all, .complain = complain}, "gcp-crash-test");
    struct rig *rig = rig_new(&(struct rig_options){.folder = trial->folder,
                                                    .yaml = yaml,
                                                    .csv = HEADER ROW("L1", "yes") ROW("L2", "yes")
                                                        ROW("L3", "yes") ROW("L4", "no"),
                                                    .persistent = true});
    prepare(rig);
    rig_free(rig);
    trial_expect(trial, shows);
    *state = trial;
    return 0;
}

static void test_killed_before_journal(void **state)
{
    assert_true(trial_kill_at_each(*state, "journal-before", 1) > 10); /* really passed */
}

static void test_killed_after_journal(void **state)
{
    assert_true(trial_kill_at_each(*state, "journal-after", 1) > 10);
}

static const char *const writes[] = {"CreateDeal", "PatchDeal", NULL};

static size_t sent(const struct rig *rig, const char *operation)
{
    bool patches = text_equal(operation, "PatchDeal");
    size_t count = rig_sent(rig, patches ? "PATCH" : "POST", "/opportunities");
    assert_true(count > 1);
    return count;
}

static void test_lost_answers(void **state)
{
    trial_fault_at_each(*state, "lost-after", writes, sent);
}

static void test_resets(void **state)
{
    trial_fault_at_each(*state, "reset", writes, sent);
}

static void test_server_errors(void **state)
{
    trial_fault_at_each(*state, "html500", writes, sent);
}

static void test_all_answers_lost(void **state)
{
    trial_lose_all(*state, writes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_before_journal), cmocka_unit_test(test_killed_after_journal),
        cmocka_unit_test(test_lost_answers),          cmocka_unit_test(test_resets),
        cmocka_unit_test(test_server_errors),         cmocka_unit_test(test_all_answers_lost),
    };
    return cmocka_run_group_tests(tests, setup, trial_teardown) ? 1 : 0;
}
