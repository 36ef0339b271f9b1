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
                                        "consent.consentToShareReferralWithMicrosoftSellers",
                                        NULL};
    return trial_tell_parts(rig, deal, paths);
}

static const char *tell_all(const struct trial *trial, struct rig *rig)
{
    const struct json *ids = json_get(rig_control(rig, "/_sandbox/azure/referrals", NULL), "ids");
    const char **lines = arena_array(rig->arena, ids->count + 1, sizeof *lines);
    (void)trial;
    for (size_t i = 0; i < ids->count; i++)
        lines[i] = tell(rig, sandbox_azure_referral(rig->sandbox, json_text(ids->items[i])));
    const char *text = trial_tell_sorted(rig, rig_csv(rig), lines, ids->count);
    for (size_t i = 0; i < ids->count; i++)
        text = trial_tell_id(rig, text, json_text(ids->items[i]), "<id>");
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

static const char *complain(const struct trial *trial, struct rig *rig)
{
    size_t deals = sandbox_azure_referrals(rig->sandbox);
    size_t twice = sandbox_azure_duplicates(rig->sandbox);
    long long again = repeated(rig);
    if (strstr(trial->tell(trial, rig), "Deal L7 Microsoft"))
        return "Microsoft was asked into what it was only to see";
    return twice || again || deals != DEALS
               ? arena_printf(rig->arena, "%zu deals, %zu twice, %lld invited again", deals, twice,
                              again)
               : NULL;
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
    rig_post(rig, "/_sandbox/azure/edit-referral",
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
    rig_post(rig, "/_sandbox/azure/invite",
             (const char *const[]){"from", "msft", "title", "Fleet", "company", "Couriers", NULL});
}

static int setup(void **state)
{
    static const char *const shows[] = {"Deal L1 and more Contoso Active Accepted Shared",
                                        "Said there",
                                        "Deal L2 Fabrikam",
                                        "Deal L2 Northwind",
                                        "Deal L4 Fabrikam",
                                        "Deal L6 Fabrikam",
                                        "Deal L6 Microsoft",
                                        "Deal L7 Northwind",
                                        "Deal L4 Northwind",
                                        "Deal L3 Contoso Closed Lost",
                                        "Deal L4 Contoso Active Accepted Shared",
                                        "Deal L5 Contoso Active Accepted Independent",
                                        "Fleet Contoso Active Accepted",
                                        NULL};
    struct trial *trial = trial_new(
        &(struct trial){.yaml = yaml, .tell = tell_all, .complain = complain}, "azure-crash-test");
    struct rig *rig = rig_new(&(struct rig_options){
        .folder = trial->folder,
        .yaml = yaml,
        .csv = HEADER ROW("L1", "yes", "", "co_sell") ROW("L2", "yes", FABRIKAM, "")
            ROW("L3", "yes", "", "co_sell") ROW("L6", "yes", "", SEEN) ROW("L7", "yes", "", SEEN),
        .persistent = true});
    prepare(rig);
    rig_free(rig);
    trial_expect(trial, shows);
    *state = trial;
    return 0;
}

static void test_killed_before_journal(void **state)
{
    assert_true(trial_kill_at_each(*state, "journal-before", 1) > 20); /* really passed */
}

static void test_killed_after_journal(void **state)
{
    assert_true(trial_kill_at_each(*state, "journal-after", 1) > 20);
}

/* The old token is not revoked by its use, so one that works is on the disk at every moment. */
static void test_killed_around_the_sign_in(void **state)
{
    assert_int_equal(trial_kill_at_each(*state, "sign-in-before", 1), 1);
    assert_int_equal(trial_kill_at_each(*state, "sign-in-after", 1), 1);
}

static const char *const writes[] = {"CreateReferral", "PatchReferral", NULL};

static size_t sent(const struct rig *rig, const char *operation)
{
    const char *method = strcmp(operation, "PatchReferral") ? "POST" : "PATCH";
    size_t count = rig_sent(rig, method, "/referrals");
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
        cmocka_unit_test(test_killed_before_journal),
        cmocka_unit_test(test_killed_after_journal),
        cmocka_unit_test(test_killed_around_the_sign_in),
        cmocka_unit_test(test_lost_answers),
        cmocka_unit_test(test_resets),
        cmocka_unit_test(test_server_errors),
        cmocka_unit_test(test_all_answers_lost),
    };
    return cmocka_run_group_tests(tests, setup, trial_teardown) ? 1 : 0;
}
