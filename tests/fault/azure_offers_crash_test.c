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

#define OFFERS 5

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
    bool deletes;  /* a person has the draft S3 deleted, and nothing else is to be done */
    size_t offers; /* at the end */
};

static const struct stage changing = {false, OFFERS}, deleting = {true, 2};

/* A person asks for a draft to be deleted: its last word before the run. */
static void ask(struct rig *rig)
{
    static struct change_field field = {.new_value = STATE_DELETED};
    static const struct wish wish = {
        .action = ACTION_CANCEL, .subject = "S3", .fields = &field, .field_count = 1, .who = "ann"};
    field.field = kind_field(&kinds[KIND_OFFER], FIELD_STATE);
    rig->work.wishes = &wish;
    rig->work.wish_count = 1;
}

static void run_disturbed(const struct trial *trial, struct rig *rig)
{
    const struct stage *stage = trial->stage;
    if (stage->deletes)
        ask(rig);
    rig_run(rig);
    rig->work.wish_count = 0;
}

/* Rows and offers as they stand; ids and tags differ with the order of making. */
static const char *state_of(struct rig *rig)
{
    static const char *const keys[] = {"S1", "S2", "S3", "S4", "S5"};
    static const char *const members[] = {"name", "state", "subState", "notes", "acceptBy", "end"};
    const char *text = rig_csv(rig);
    for (size_t i = 0; i < COUNT(keys); i++) {
        const char *id = arena_copy(rig->arena, rig_cell(rig, keys[i], "Id"));
        const struct json *offer = id && *id ? sandbox_azure_offer(rig->sandbox, id) : NULL;
        while (id && *id && strstr(text, id))
            text = rig_replace(rig, text, id, "<id>");
        text = arena_printf(rig->arena, "%s%s:", text, keys[i]);
        for (size_t j = 0; j < COUNT(members); j++) {
            const char *value = json_get_text(offer, members[j]);
            text = arena_printf(rig->arena, "%s %s", text, value ? value : "-");
        }
        text = arena_printf(rig->arena, "%s\n", text);
    }
    return text;
}

static void check_end(const struct trial *trial, struct rig *rig, const char *what, size_t number)
{
    const struct stage *stage = trial->stage;
    trial_finish(rig);
    if (stage->deletes) { /* who did not see it done asks again */
        run_disturbed(trial, rig);
        trial_finish(rig);
    }
    const char *state = state_of(rig);
    size_t offers = sandbox_azure_offers(rig->sandbox);
    size_t twice = sandbox_azure_offer_duplicates(rig->sandbox);
    if (twice || offers != stage->offers || strcmp(state, trial->expected) != 0) {
        print_error("after %s %zu: %zu offers, %zu twice\n%s\nexpected:\n%s\n", what, number,
                    offers, twice, state, trial->expected);
        fail();
    }
}

/* Two to make, one of them a margin; one each to extend, to take back, to edit. */
static void prepare(struct rig *rig)
{
    rig_set_cell(rig, "S1", "Expires", "2026-05-01");
    rig_set_cell(rig, "S2", "Expires", "2025-12-30");
    rig_set_cell(rig, "S3", "Discount", "all=25");
    rig_csv_put(rig, arena_printf(rig->arena, "%s" ROW("S4", "4714", "yes") MARGIN, rig_csv(rig)));
}

static void open_trial(struct trial *trial, const struct stage *stage)
{
    static const char *const changed[] = {
        "S1: Sale S1 live pendingAcceptance [S1] 2026-05-01", "S2: Sale S2 draft - [S2 cancelled]",
        "S3: Sale S3 draft - [S3]", "S4: Sale S4 live pendingAcceptance [S4]",
        "S5: Margin live - -"};
    static const char *const deleted[] = {"S1: Sale S1 live pendingAcceptance [S1] 2026-03-01",
                                          "S2: Sale S2 live pendingAcceptance [S2]",
                                          "S3,<id>,deleted,", "S3: - - -"};
    const bool deletes = stage->deletes;
    *trial = (struct trial){
        .yaml = yaml, .stage = stage, .meddle = deletes ? ask : NULL, .check = check_end};
    trial_make(trial, "azure-offers-crash-test");
    struct rig *rig = rig_new(&(struct rig_options){
        .folder = trial->folder,
        .yaml = yaml,
        .csv = HEADER ROW("S1", "4711", "yes") ROW("S2", "4712", "yes") ROW("S3", "4713", "no"),
        .persistent = true});
    trial_finish(rig);
    if (!deletes)
        prepare(rig);
    rig_free(rig);
    trial_restore(trial);
    rig = trial_open(trial, TRIAL_HOUR_MS);
    trial_finish(rig);
    if (deletes) {
        run_disturbed(trial, rig);
        trial_finish(rig);
    }
    trial->expected = memory_copy(state_of(rig));
    check_end(trial, rig, "no disturbance", 0);
    for (size_t i = 0; i < (deletes ? COUNT(deleted) : COUNT(changed)); i++)
        if (!strstr(trial->expected, deletes ? deleted[i] : changed[i]))
            fail_msg("the end does not show %s\n%s", deletes ? deleted[i] : changed[i],
                     trial->expected);
    rig_free(rig);
}

static void kill_at_each(const char *point, const struct stage *stage, size_t least)
{
    struct trial trial;
    open_trial(&trial, stage);
    assert_true(trial_kill_at_each(&trial, point, 1) >= least); /* they were really passed */
    trial_remove(&trial);
}

static void test_killed_before_journal(void **state)
{
    (void)state;
    kill_at_each("journal-before", &changing, 14);
    kill_at_each("journal-before", &deleting, 3);
}

static void test_killed_after_journal(void **state)
{
    (void)state;
    kill_at_each("journal-after", &changing, 14);
    kill_at_each("journal-after", &deleting, 3);
}

static size_t sent(const struct rig *rig, const char *operation)
{
    (void)operation;
    return rig_sent(rig, "POST", "/configure?");
}

/* Each job in turn meets the fault; the program runs on. */
static void fault_at(const char *fault, const struct stage *stage)
{
    struct trial trial;
    open_trial(&trial, stage);
    trial_fault_at_each(&trial, fault, "Configure", run_disturbed, sent);
    trial_remove(&trial);
}

static void fault_at_each(const char *fault)
{
    fault_at(fault, &changing);
    fault_at(fault, &deleting);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_before_journal), cmocka_unit_test(test_killed_after_journal),
        cmocka_unit_test(test_lost_answers),          cmocka_unit_test(test_resets),
        cmocka_unit_test(test_server_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
