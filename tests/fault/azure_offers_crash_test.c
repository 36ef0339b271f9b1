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

#define HOUR_MS    INT64_C(3600000)
#define MINUTE_MS  INT64_C(60000)
#define POINTS_MAX 500
#define OFFERS     5

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
    struct trial trial;
    char *expected; /* what an undisturbed run leads to */
    bool deletes;   /* a person has the draft S3 deleted, and nothing else is to be done */
    size_t offers;  /* at the end */
};

static struct rig_options rigging(const struct stage *stage, int64_t later_ms)
{
    return (struct rig_options){
        .folder = stage->trial.copy, .yaml = yaml, .persistent = true, .later_ms = later_ms};
}

static struct rig *open_rig(const struct stage *stage, int64_t later_ms)
{
    const struct rig_options options = rigging(stage, later_ms);
    return rig_new(&options);
}

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

static void run_disturbed(const struct stage *stage, struct rig *rig)
{
    if (stage->deletes)
        ask(rig);
    rig_run(rig);
    rig->work.wish_count = 0;
}

/* Until what an answer that got lost may have done has come to light, and nothing is left. */
static void finish(struct rig *rig)
{
    for (size_t i = 0; i < 3; i++) {
        rig_run(rig);
        rig_advance(rig, 5 * MINUTE_MS);
    }
    rig_settle(rig, 6);
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

static void check_end(const struct stage *stage, struct rig *rig, const char *what, size_t number)
{
    finish(rig);
    if (stage->deletes) { /* who did not see it done asks again */
        run_disturbed(stage, rig);
        finish(rig);
    }
    const char *state = state_of(rig);
    size_t offers = sandbox_azure_offers(rig->sandbox);
    size_t twice = sandbox_azure_offer_duplicates(rig->sandbox);
    if (twice || offers != stage->offers || strcmp(state, stage->expected) != 0) {
        print_error("after %s %zu: %zu offers, %zu twice\n%s\nexpected:\n%s\n", what, number,
                    offers, twice, state, stage->expected);
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

static void stage_open(struct stage *stage, bool deletes)
{
    static const char *const changed[] = {
        "S1: Sale S1 live pendingAcceptance [S1] 2026-05-01", "S2: Sale S2 draft - [S2 cancelled]",
        "S3: Sale S3 draft - [S3]", "S4: Sale S4 live pendingAcceptance [S4]",
        "S5: Margin live - -"};
    static const char *const deleted[] = {"S1: Sale S1 live pendingAcceptance [S1] 2026-03-01",
                                          "S2: Sale S2 live pendingAcceptance [S2]",
                                          "S3,<id>,deleted,", "S3: - - -"};
    *stage = (struct stage){.deletes = deletes, .offers = deletes ? 2 : OFFERS};
    trial_make(&stage->trial, "azure-offers-crash-test");
    struct rig *rig = rig_new(&(struct rig_options){
        .folder = stage->trial.folder,
        .yaml = yaml,
        .csv = HEADER ROW("S1", "4711", "yes") ROW("S2", "4712", "yes") ROW("S3", "4713", "no"),
        .persistent = true});
    finish(rig);
    if (!deletes)
        prepare(rig);
    rig_free(rig);
    trial_restore(&stage->trial);
    rig = open_rig(stage, HOUR_MS);
    finish(rig);
    if (deletes) {
        run_disturbed(stage, rig);
        finish(rig);
    }
    stage->expected = memory_copy(state_of(rig));
    check_end(stage, rig, "no disturbance", 0);
    for (size_t i = 0; i < (deletes ? COUNT(deleted) : COUNT(changed)); i++)
        if (!strstr(stage->expected, deletes ? deleted[i] : changed[i]))
            fail_msg("the end does not show %s\n%s", deletes ? deleted[i] : changed[i],
                     stage->expected);
    rig_free(rig);
}

static void stage_close(struct stage *stage)
{
    trial_remove(&stage->trial);
    free(stage->expected);
}

static bool doomed_run(struct stage *stage, size_t die_at, const char *die_point)
{
    struct rig_options options = rigging(stage, HOUR_MS);
    options.die_at = die_at;
    options.die_point = die_point;
    trial_restore(&stage->trial);
    return trial_run(&options, stage->deletes ? ask : NULL);
}

static void end_well(struct stage *stage, const char *what, size_t number)
{
    struct rig *rig = open_rig(stage, HOUR_MS + 10 * MINUTE_MS);
    check_end(stage, rig, what, number);
    rig_free(rig);
}

static void kill_at_each(const char *point, bool deletes)
{
    struct stage stage;
    size_t n = 1;
    stage_open(&stage, deletes);
    for (; doomed_run(&stage, n, point); n++) {
        assert_true(n < POINTS_MAX);
        end_well(&stage, point, n);
    }
    print_message("%s: killed at %zu points\n", point, n - 1);
    assert_true(n > (deletes ? 3 : 14)); /* the points were really passed */
    stage_close(&stage);
}

static void test_killed_before_journal(void **state)
{
    (void)state;
    kill_at_each("journal-before", false);
    kill_at_each("journal-before", true);
}

static void test_killed_after_journal(void **state)
{
    (void)state;
    kill_at_each("journal-after", false);
    kill_at_each("journal-after", true);
}

/* Each job in turn meets the fault; the program runs on. */
static void fault_at(const char *fault, bool deletes)
{
    struct stage stage;
    size_t calls = 1;
    stage_open(&stage, deletes);
    for (size_t n = 1; n <= calls; n++) {
        char spec[96];
        snprintf(spec, sizeof spec, "%s:Configure:%zu", fault, n);
        trial_restore(&stage.trial);
        struct rig *rig = open_rig(&stage, HOUR_MS);
        rig_fault(rig, spec);
        run_disturbed(&stage, rig);
        calls = rig_sent(rig, "POST", "/configure?");
        assert_true(calls > 0);
        check_end(&stage, rig, spec, n);
        rig_free(rig);
    }
    stage_close(&stage);
}

static void fault_at_each(const char *fault)
{
    fault_at(fault, false);
    fault_at(fault, true);
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
