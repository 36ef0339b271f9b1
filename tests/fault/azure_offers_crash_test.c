/* Kills the program at every journal write of what private offers at Microsoft take, and takes the
 * answer of each job away: there is no token that would keep a repeated request from making a
 * second offer. Whatever happens, a restart ends where an undisturbed run ends. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "tests/sandbox/azure/goods.h"
#include "tests/support/trial.h"

static const char yaml[] = "version: 1\n"
                           "store: {path: state/agent.db}\n"
                           "clouds:\n" RIG_AZURE "sources:\n"
                           "  crm: {type: csv, path: crm.csv, key: Key, write: in-place}\n"
                           "jobs:\n"
                           "  - name: offers\n"
                           "    cloud: azure\n"
                           "    kind: offer\n"
                           "    source: crm\n"
                           "    mode: apply\n"
                           "    limits: {max_share: 100%}\n"
                           "    create: yes\n"
                           "    publish: {when: {column: Sell, equals: \"yes\"}}\n"
                           "    allow: [publish, cancel]\n"
                           "    fields:\n"
                           "      id: {column: Id}\n"
                           "      state: {column: State}\n"
                           "      form: {column: Form, owner: local}\n"
                           "      title: {column: Title, owner: local}\n"
                           "      product: {value: " INGESTION_SAAS "}\n"
                           "      buyer_accounts: {column: Buyer, owner: local}\n"
                           "      pricing: {value: discount}\n"
                           "      discounts: {column: Discount, owner: local}\n"
                           "      start_date: {column: Starts, owner: local}\n"
                           "      end_date: {column: Ends, owner: local}\n"
                           "      expires: {column: Expires, owner: local}\n"
                           "      prepared_by: {value: deals@contoso.com}\n"
                           "      notify: {value: deals@contoso.com}\n";

#define HEADER "Key,Id,State,Form,Title,Buyer,Discount,Starts,Ends,Expires,Sell\n"
#define ROW(key, buyer, sell)                                                                      \
    key ",,,,Sale " key "," buyer ",all=10,,2027-01-31,2026-03-01," sell "\n"
/* A partner's margin has no notes: only its looks tell whose it is. */
#define MARGIN                                                                                     \
    "S5,,,margin,Margin,5d1c7a40-0a32-4b44-b904-000000000001,all=20,2026-02-01,2026-12-31,,yes\n"

struct stage {
    size_t offers; /* at the end */
    size_t points; /* journal writes of one kind, at least */
};

/* Rows and offers as they stand; ids and tags differ with the order of making. */
static const char *tell(const struct trial *trial, struct rig *rig)
{
    static const char *const keys[] = {"S1", "S2", "S3", "S4", "S5"};
    static const char *const paths[] = {"name",     "state", "subState", "notes",
                                        "acceptBy", "end",   NULL};
    const char *text = rig_csv(rig);
    (void)trial;
    for (size_t i = 0; i < COUNT(keys); i++) {
        const char *id = arena_copy(rig->arena, rig_cell(rig, keys[i], "Id"));
        const struct json *offer = id && *id ? sandbox_azure_offer(rig->sandbox, id) : NULL;
        text = arena_printf(rig->arena, "%s%s:%s\n", trial_tell_id(rig, text, id, "<id>"), keys[i],
                            trial_tell_parts(rig, offer, paths));
    }
    return text;
}

static const char *complain(const struct trial *trial, struct rig *rig)
{
    const struct stage *stage = trial->stage;
    size_t offers = sandbox_azure_offers(rig->sandbox);
    size_t twice = sandbox_azure_offer_duplicates(rig->sandbox);
    return twice || offers != stage->offers
               ? arena_printf(rig->arena, "%zu offers, %zu twice", offers, twice)
               : NULL;
}

/* Two to make, one of them a margin; one each to extend, to take back, to edit. */
static void prepare(struct rig *rig)
{
    rig_set_cell(rig, "S1", "Expires", "2026-05-01");
    rig_set_cell(rig, "S2", "Expires", "2025-12-30");
    rig_set_cell(rig, "S3", "Discount", "all=25");
    rig_csv_put(rig, arena_printf(rig->arena, "%s" ROW("S4", "4714", "yes") MARGIN, rig_csv(rig)));
}

static struct trial *begin(const struct trial *trial, void (*work)(struct rig *rig),
                           const char *const *shows)
{
    struct trial *made = trial_new(trial, "azure-offers-crash-test");
    struct rig *rig = rig_new(&(struct rig_options){
        .folder = made->folder,
        .yaml = yaml,
        .csv = HEADER ROW("S1", "4711", "yes") ROW("S2", "4712", "yes") ROW("S3", "4713", "no"),
        .persistent = true});
    trial_finish(rig);
    if (work)
        work(rig);
    rig_free(rig);
    trial_expect(made, shows);
    return made;
}

static int setup_changes(void **state)
{
    static const struct stage stage = {5, 14};
    static const char *const shows[] = {"S1: Sale S1 live pendingAcceptance [S1] 2026-05-01",
                                        "S2: Sale S2 draft - [S2 cancelled]",
                                        "S3: Sale S3 draft - [S3]",
                                        "S4: Sale S4 live pendingAcceptance [S4]",
                                        "S5: Margin live - -",
                                        NULL};
    *state =
        begin(&(struct trial){.yaml = yaml, .stage = &stage, .tell = tell, .complain = complain},
              prepare, shows);
    return 0;
}

/* A person has the draft S3 deleted, and nothing else is to be done. */
static int setup_deletion(void **state)
{
    static const struct stage stage = {2, 3};
    static const char *const shows[] = {"S1: Sale S1 live pendingAcceptance [S1] 2026-03-01",
                                        "S2: Sale S2 live pendingAcceptance [S2]",
                                        "S3,<id>,deleted,", "S3: - - -", NULL};
    *state = begin(
        &(struct trial){
            .yaml = yaml, .stage = &stage, .discards = "S3", .tell = tell, .complain = complain},
        NULL, shows);
    return 0;
}

static void kill_at_each(const struct trial *trial, const char *point)
{
    const struct stage *stage = trial->stage;
    assert_true(trial_kill_at_each(trial, point, 1) >= stage->points); /* really passed */
}

static void test_killed_before_journal(void **state)
{
    kill_at_each(*state, "journal-before");
}

static void test_killed_after_journal(void **state)
{
    kill_at_each(*state, "journal-after");
}

static size_t sent(const struct rig *rig, const char *operation)
{
    (void)operation;
    return rig_sent(rig, "POST", "/configure?");
}

/* Each job in turn meets the fault; the program runs on. */
static void fault_at_each(const struct trial *trial, const char *fault)
{
    trial_fault_at_each(trial, fault, (const char *const[]){"Configure", NULL}, sent);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_before_journal), cmocka_unit_test(test_killed_after_journal),
        cmocka_unit_test(test_lost_answers),          cmocka_unit_test(test_resets),
        cmocka_unit_test(test_server_errors),
    };
    bool failed = cmocka_run_group_tests_name("changes", tests, setup_changes, trial_teardown) != 0;
    return cmocka_run_group_tests_name("deletion", tests, setup_deletion, trial_teardown) || failed;
}
