/* Kills the program at every journal write of the answers to buyers' orders at Google, and takes
 * the answer of each call away: one order is accepted, one rejected. Nothing there keeps a repeated
 * answer from being a second one but looking first. Whatever happens, a restart ends where an
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
#include "tests/sandbox/gcp/goods.h"
#include "tests/support/trial.h"

#define SEEDED 18 /* private offers, of which the 8th and the 18th have orders that wait */

static const char yaml[] = "version: 1\n"
                           "store: {path: state/agent.db}\n"
                           "clouds:\n" RIG_GCP "sources:\n"
                           "  crm: {type: csv, path: crm.csv, key: Key, write: in-place}\n"
                           "jobs:\n"
                           "  - name: offers\n"
                           "    cloud: gcp\n"
                           "    kind: offer\n"
                           "    source: crm\n"
                           "    mode: apply\n"
                           "    limits: {max_share: 100%}\n"
                           "    match: [id, {title: exact}]\n"
                           "    accept: {when: {column: Answer, equals: \"yes\"}}\n"
                           "    reject: {when: {column: Answer, equals: \"no\"}}\n"
                           "    allow: [accept, reject]\n"
                           "    fields:\n"
                           "      id: {column: Id}\n"
                           "      title: {column: Title, owner: cloud}\n"
                           "      state: {column: State}\n"
                           "      agreement_stage: {column: Stage}\n"
                           "      agreement_approval: {column: Approval}\n"
                           "      reject_reason: {value: Not in this country}\n";

#define CSV                                                                                        \
    "Key,Id,Title,State,Stage,Approval,Answer\n"                                                   \
    "A,,Offer 8 for Company 8,,,,\n"                                                               \
    "B,,Offer 18 for Company 18,,,,\n"

/* ---- what is there ---- */

/* The rows, and the states of all entitlements: ids and times are left out. */
static const char *tell(const struct trial *trial, struct rig *rig)
{
    static const char *const keys[] = {"A", "B"};
    const struct json *list =
        json_get(rig_control(rig, "/_sandbox/gcp/entitlements", NULL), "entitlements");
    const char *text = rig_csv(rig);
    (void)trial;
    for (size_t i = 0; i < COUNT(keys); i++)
        text =
            trial_tell_id(rig, text, arena_copy(rig->arena, rig_cell(rig, keys[i], "Id")), "<id>");
    size_t count = list ? list->count : 0;
    const char **states = arena_array(rig->arena, count + 1, sizeof *states);
    for (size_t i = 0; i < count; i++) {
        const char *state = json_get_text(list->items[i], "state");
        states[i] = state ? state : "-";
    }
    return trial_tell_sorted(rig, text, states, count);
}

static const char *complain(const struct trial *trial, struct rig *rig)
{
    size_t findings = rig_finding_count(rig, NULL);
    (void)trial;
    return findings ? arena_printf(rig->arena, "%zu findings", findings) : NULL;
}

/* ---- the stage ---- */

static void sign_up(struct rig *rig, const char *buyer)
{
    rig_post(rig, "/_sandbox/gcp/sign-up",
             (const char *const[]){"buyer", buyer, "state", "APPROVED", NULL});
}

static int setup(void **state)
{
    static const char *const shows[] = {"A,<id>,Offer 8 for Company 8,accepted,activated,given,yes",
                                        "B,<id>,Offer 18 for Company 18,", NULL};
    struct trial *trial = trial_new(
        &(struct trial){.yaml = yaml, .tell = tell, .complain = complain}, "gcp-orders-crash-test");
    struct rig *rig = rig_new(&(struct rig_options){.folder = trial->folder,
                                                    .yaml = yaml,
                                                    .csv = CSV,
                                                    .gcp_offers = SEEDED,
                                                    .persistent = true});
    trial_finish(rig);
    assert_string_equal(rig_cell(rig, "A", "Approval"), "due");
    assert_string_equal(rig_cell(rig, "B", "Approval"), "due");
    sign_up(rig, GCP_BUYERS "000008");
    sign_up(rig, GCP_BUYERS "000012");
    rig_set_cell(rig, "A", "Answer", "yes");
    rig_set_cell(rig, "B", "Answer", "no");
    rig_free(rig);
    trial_expect(trial, shows);
    assert_null(strstr(trial->expected, "ACTIVATION_REQUESTED"));
    *state = trial;
    return 0;
}

/* ---- killed ---- */

static void test_killed_before_journal(void **state)
{
    assert_true(trial_kill_at_each(*state, "journal-before", 1) >= 6); /* really passed */
}

static void test_killed_after_journal(void **state)
{
    assert_true(trial_kill_at_each(*state, "journal-after", 1) >= 6);
}

/* ---- answers that get lost ---- */

static const struct target {
    const char *operation, *method, *part; /* of the address */
} calls[] = {
    {"ApproveGcpEntitlement", "POST", ":approve"},
    {"RejectGcpEntitlement", "POST", ":reject"},
    {"GetGcpEntitlement", "GET", "/entitlements/"},
    {"GetGcpAccount", "GET", "/accounts/"},
};

static size_t sent(const struct rig *rig, const char *operation)
{
    size_t i = 0;
    while (strcmp(calls[i].operation, operation) != 0)
        i++;
    return rig_sent(rig, calls[i].method, calls[i].part);
}

static const char *const operations[] = {"ApproveGcpEntitlement", "RejectGcpEntitlement",
                                         "GetGcpEntitlement", "GetGcpAccount", NULL};

static void test_lost_answers(void **state)
{
    trial_fault_at_each(*state, "lost-after", operations, sent);
}

static void test_server_errors(void **state)
{
    trial_fault_at_each(*state, "500", operations, sent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_before_journal),
        cmocka_unit_test(test_killed_after_journal),
        cmocka_unit_test(test_lost_answers),
        cmocka_unit_test(test_server_errors),
    };
    return cmocka_run_group_tests(tests, setup, trial_teardown) != 0;
}
