/* Kills the program at every journal write of what Microsoft's referrals take, and around every
 * rotation of the sign-in, and takes the answer of each call away. There is no token that would
 * keep a repeated request from making a second deal, and sharing one is two calls. Whatever
 * happens, a restart ends where an undisturbed run ends, and the person need not sign in again. */
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

#define DEALS 8 /* seven of ours, one that was sent to us */

static const char yaml[] = "version: 1\n"
                           "store: {path: state/agent.db}\n"
                           "clouds:\n" RIG_AZURE "sources:\n"
                           "  crm: {type: csv, path: crm.csv, key: Key, write: in-place}\n"
                           "jobs:\n"
                           "  - name: deals\n"
                           "    cloud: azure\n"
                           "    kind: referral\n"
                           "    source: crm\n"
                           "    mode: apply\n"
                           "    limits: {max_share: 100%}\n"
                           "    match: [id, partner_reference]\n"
                           "    create: yes\n"
                           "    submit: {when: {column: Share, equals: \"yes\"}}\n"
                           "    import: {when: {field: status, equals: invited}}\n"
                           "    accept: {when: {field: company, equals: Couriers}}\n"
                           "    allow: [submit, close, accept]\n"
                           "    fields:\n"
                           "      id: {column: Id}\n"
                           "      status: {column: Status}\n"
                           "      title: {column: Title, owner: local}\n"
                           "      company: {column: Company}\n"
                           "      country: {column: Country}\n"
                           "      city: {column: City}\n"
                           "      stage: {column: Stage, owner: newest}\n"
                           "      close_date: {column: Close}\n"
                           "      contract_value: {column: Value}\n"
                           "      comments: {column: Notes}\n"
                           "      contact_first_name: {column: First}\n"
                           "      contact_last_name: {column: Last}\n"
                           "      contact_email: {column: Mail}\n"
                           "      owner_first_name: {value: Sam}\n"
                           "      owner_last_name: {value: Seller}\n"
                           "      owner_email: {value: seller@sandbox.example}\n"
                           "      solutions: {value: SOL-34104-EBB}\n"
                           "      needs: {value: QuotesOrLicensing}\n"
                           "      partners: {column: Partners}\n"
                           "      involvement: {column: Help}\n";

#define HEADER                                                                                     \
    "Key,Id,Status,Title,Company,Country,City,Stage,Close,Value,Notes,First,Last,Mail,Share,"      \
    "Partners,Help\n"
#define FABRIKAM  "c0ffee01-0000-4b21-8a10-000000000001"
#define SEEN      "visibility_only"
#define NORTHWIND "c0ffee02-0000-4b21-8a10-000000000002"
#define ROW(key, share, partners, help)                                                            \
    key ",,,Deal " key ",Company " key ",US,Austin,qualified,2026-09-30,5000.00 USD,,Ada,Long,"    \
        "ada@" key ".example," share "," partners "," help "\n"

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* One deal as it stands; ids and times differ with the order of making. */
static const char *tell(struct rig *rig, const struct json *deal)
{
    static const char *const paths[] = {"name",
                                        "organizationName",
                                        "status",
                                        "substatus",
                                        "type",
                                        "salesStage",
                                        "details.notes",
                                        "details.closingDateTime",
                                        "customerProfile.address.city",
                                        "externalReferenceId",
                                        "consent.consentToShareReferralWithMicrosoftSellers"};
    const char *text = "";
    for (size_t i = 0; i < COUNT(paths); i++) {
        const struct json *value = json_find(deal, paths[i]);
        text = arena_printf(rig->arena, "%s %s", text, value ? json_print(rig->arena, value) : "-");
    }
    return text;
}

static const char *state_of(struct rig *rig)
{
    const struct json *ids = json_get(rig_control(rig, "/_sandbox/azure/referrals", NULL), "ids");
    const char **lines = arena_array(rig->arena, ids->count + 1, sizeof *lines);
    const char *csv = rig_csv(rig);
    for (size_t i = 0; i < ids->count; i++)
        lines[i] = tell(rig, sandbox_azure_referral(rig->sandbox, json_text(ids->items[i])));
    qsort(lines, ids->count, sizeof *lines, compare_texts);
    const char *text = csv;
    for (size_t i = 0; i < ids->count; i++)
        text = arena_printf(rig->arena, "%s%s\n", text, lines[i]);
    for (size_t i = 0; i < ids->count; i++) {
        const char *id = json_text(ids->items[i]);
        while (strstr(text, id))
            text = rig_replace(rig, text, id, "<id>");
    }
    return text;
}

/* Invitations that the service refused, because they were made before. */
static long long repeated(struct rig *rig)
{
    const struct json *calls = json_get(rig_control(rig, "/_sandbox/stats", NULL), "calls");
    long long count = 0;
    for (size_t i = 0; i < calls->count; i++)
        if (text_equal(json_get_text(calls->items[i], "operation"), "CreateReferral") &&
            json_get_int(calls->items[i], "status", 0) == 409)
            count += json_get_int(calls->items[i], "count", 0);
    return count;
}

static void check_end(const struct trial *trial, struct rig *rig, const char *what, size_t number)
{
    trial_finish(rig);
    const char *state = state_of(rig);
    size_t deals = sandbox_azure_referrals(rig->sandbox);
    size_t twice = sandbox_azure_duplicates(rig->sandbox);
    if (twice || repeated(rig) || deals != DEALS || strcmp(state, trial->expected) != 0) {
        print_error("after %s %zu: %zu deals, %zu twice\n%s\nexpected:\n%s\n", what, number, deals,
                    twice, state, trial->expected);
        fail();
    }
}

static void post(struct rig *rig, const char *path, const char *const *pairs)
{
    struct json *body = json_object(rig->arena);
    for (; *pairs; pairs += 2)
        json_set_text(rig->arena, body, pairs[0], pairs[1]);
    rig_control(rig, path, body);
}

/* Three deals that Microsoft takes part in, one of them with another partner, and two that it only
 * sees. Then: an edit on each side, one more partner, a loss, two new ones of which one is shared
 * with two partners, a deal that is sent to us; and of the two one is handed over, with a partner,
 * the other only gets a partner. */
static void prepare(struct rig *rig)
{
    trial_finish(rig);
    rig_set_cell(rig, "L1", "Title", "Deal L1 and more");
    const char *id = arena_copy(rig->arena, rig_cell(rig, "L2", "Id"));
    post(rig, "/_sandbox/azure/edit-referral",
         (const char *const[]){"id", id, "path", "details.notes", "value", "Said there", NULL});
    rig_set_cell(rig, "L2", "Partners", FABRIKAM ";" NORTHWIND);
    rig_set_cell(rig, "L6", "Help", "co_sell");
    rig_set_cell(rig, "L6", "Partners", FABRIKAM);
    rig_set_cell(rig, "L7", "Help", "");
    rig_set_cell(rig, "L7", "Partners", NORTHWIND);
    rig_set_cell(rig, "L3", "Stage", "lost");
    rig_set_cell(rig, "L3", "City", "Dallas");
    rig_csv_put(rig, arena_printf(rig->arena,
                                  "%s" ROW("L4", "yes", FABRIKAM ";" NORTHWIND, "co_sell")
                                      ROW("L5", "no", FABRIKAM, ""),
                                  rig_csv(rig)));
    post(rig, "/_sandbox/azure/invite",
         (const char *const[]){"from", "msft", "title", "Fleet", "company", "Couriers", NULL});
}

static void open_trial(struct trial *trial)
{
    static const char *const shows[] = {
        "\"Deal L1 and more\" \"Contoso\" \"Active\" \"Accepted\" \"Shared\"",
        "\"Said there\"",
        "\"Deal L2\" \"Fabrikam\"",
        "\"Deal L2\" \"Northwind\"",
        "\"Deal L4\" \"Fabrikam\"",
        "\"Deal L6\" \"Fabrikam\"",
        "\"Deal L6\" \"Microsoft\"",
        "\"Deal L7\" \"Northwind\"",
        "\"Deal L4\" \"Northwind\"",
        "\"Deal L3\" \"Contoso\" \"Closed\" \"Lost\"",
        "\"Deal L4\" \"Contoso\" \"Active\" \"Accepted\" \"Shared\"",
        "\"Deal L5\" \"Contoso\" \"Active\" \"Accepted\" \"Independent\"",
        "\"Fleet\" \"Contoso\" \"Active\" \"Accepted\""};
    *trial = (struct trial){.yaml = yaml, .check = check_end};
    trial_make(trial, "azure-crash-test");
    struct rig *rig = rig_new(&(struct rig_options){
        .folder = trial->folder,
        .yaml = yaml,
        .csv = HEADER ROW("L1", "yes", "", "co_sell") ROW("L2", "yes", FABRIKAM, "")
            ROW("L3", "yes", "", "co_sell") ROW("L6", "yes", "", SEEN) ROW("L7", "yes", "", SEEN),
        .persistent = true});
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
    if (strstr(trial->expected, "\"Deal L7\" \"Microsoft\""))
        fail_msg("Microsoft was asked into what it was only to see\n%s", trial->expected);
    rig_free(rig);
}

static size_t kill_at_each(const char *point)
{
    struct trial trial;
    open_trial(&trial);
    size_t count = trial_kill_at_each(&trial, point, 1);
    trial_remove(&trial);
    return count;
}

static void test_killed_before_journal(void **state)
{
    (void)state;
    assert_true(kill_at_each("journal-before") > 20); /* the points were really passed */
}

static void test_killed_after_journal(void **state)
{
    (void)state;
    assert_true(kill_at_each("journal-after") > 20);
}

/* The old token is not revoked by its use, so one that works is on the disk at every moment. */
static void test_killed_around_the_sign_in(void **state)
{
    (void)state;
    assert_int_equal(kill_at_each("sign-in-before"), 1);
    assert_int_equal(kill_at_each("sign-in-after"), 1);
}

static size_t sent(const struct rig *rig, const char *operation)
{
    const char *method = strcmp(operation, "PatchReferral") ? "POST" : "PATCH";
    size_t count = rig_sent(rig, method, "/referrals");
    assert_true(count > 1);
    return count;
}

/* Each call of an operation in turn meets the fault; the program runs on. */
static void fault_at_each(const char *fault)
{
    struct trial trial;
    open_trial(&trial);
    trial_fault_at_each(&trial, fault, "CreateReferral", NULL, sent);
    trial_fault_at_each(&trial, fault, "PatchReferral", NULL, sent);
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
    fault_at_each("html500");
}

/* Every write happens and every answer is lost. */
static void test_all_answers_lost(void **state)
{
    (void)state;
    struct trial trial;
    open_trial(&trial);
    trial_restore(&trial);
    struct rig *rig = trial_open(&trial, TRIAL_HOUR_MS);
    rig_fault(rig, "lost-after:CreateReferral");
    rig_fault(rig, "lost-after:PatchReferral");
    assert_int_equal(rig_run(rig)->outcome, READ_PARTIAL);
    rig_clear_faults(rig);
    check_end(&trial, rig, "all answers lost", 0);
    rig_free(rig);
    trial_remove(&trial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_before_journal),
        cmocka_unit_test(test_killed_after_journal),
        cmocka_unit_test(test_killed_around_the_sign_in),
        cmocka_unit_test(test_lost_answers),
        cmocka_unit_test(test_resets),
        cmocka_unit_test(test_server_errors),
        cmocka_unit_test(test_all_answers_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
