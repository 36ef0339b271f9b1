/* Deals that a person enters in the portal: what is laid out for him, what is waited for, and what
 * becomes of it. The whole engine runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "tests/support/dropping.h"

static int open_rig(void **state)
{
    *state = dropping_new(&(struct rig_options){.yaml = dropping_yaml});
    return 0;
}

static int close_rig(void **state)
{
    rig_free(*state);
    return 0;
}

static const char *note_of(struct rig *rig)
{
    assert_int_equal(rig->result.counts.waiting, 1);
    return dropping_note(rig);
}

/* ---- a registration ---- */

static void a_registration_waits_for_a_person(void **state)
{
    struct rig *rig = *state;
    rig_csv_put(rig,
                DROPPING_HEADER "C1,,,First,Northwind,northwind.example,2027-12-01,1000,yes,\n");
    rig_plan(rig);
    assert_int_equal(rig_changes(rig), 1);
    assert_int_equal(dropping_count(rig, "outbox"), 0);
    rig_run(rig);
    assert_int_equal(rig->result.outcome, READ_COMPLETE);
    assert_non_null(strstr(note_of(rig), "waits for a person"));
    const char *name = dropping_first(rig, "outbox");
    assert_non_null(strstr(note_of(rig), name));
    assert_string_equal(dropping_cell(rig, name, "crm_id"), "C1");
    assert_string_equal(dropping_cell(rig, name, "schema"), "cosell/1");
    assert_string_equal(dropping_cell(rig, name, "state"), "DRAFT");
    assert_string_equal(dropping_cell(rig, name, "amount"), "1000.00");
    assert_string_equal(dropping_cell(rig, name, "currency"), "USD");
    assert_string_equal(dropping_cell(rig, name, "description"), "[crm:C1]");
    for (int i = 0; i < 3; i++)
        rig_run(rig);
    assert_int_equal(dropping_count(rig, "outbox"), 1);
    assert_int_equal(rig->result.plan->changes[0]->hold, HOLD_BUSY);

    /* The same row comes back with the portal's identifier. */
    dropping_answer(rig, name, "opportunities/77", "2026-02-01T00:00:00Z", "ACCEPTED");
    rig_settle(rig, 4);
    assert_string_equal(rig_link(rig, "C1")->remote_id, "77");
    assert_string_equal(rig_cell(rig, "C1", "Deal"), "77");
    assert_string_equal(rig_cell(rig, "C1", "Status"), "approved");
    assert_int_equal(dropping_count(rig, "outbox"), 0);
    assert_int_equal(dropping_count(rig, "inbox"), 0);
}

/* Portals keep no key: the export has nothing but the deal, or the tag that was pasted. */
static void an_export_without_our_key_is_found(void **state)
{
    struct rig *rig = *state;
    rig_csv_put(rig, DROPPING_HEADER "C1,,,First,Northwind,northwind.example,2027-12-01,1000,yes,\n"
                                     "C2,,,Second,Contoso,contoso.example,2027-12-02,2000,yes,\n");
    rig_run(rig);
    assert_int_equal(dropping_count(rig, "outbox"), 2);
    dropping_put(
        rig, "inbox/export.csv",
        "schema,deal_id,state,customer_domain,display_name,close_date,customer_name,"
        "description,amount,currency\n"
        "cosell/1,1,ACCEPTED,www.northwind.example,First,2027-12-01,Northwind,,1000,USD\n"
        "cosell/1,2,ACCEPTED,x.example,Renamed,2028-01-01,Contoso,Text [crm:C2],2000,USD\n");
    rig_run(rig);
    assert_string_equal(rig_link(rig, "C1")->remote_id, "1");
    assert_string_equal(rig_link(rig, "C2")->remote_id, "2");
    assert_int_equal(rig->result.counts.created, 2);
}

/* Two of ours look the same: the portal's one goes to one of them, and once only. */
static void one_deal_answers_one_registration(void **state)
{
    struct rig *rig = *state;
    rig_csv_put(rig,
                DROPPING_HEADER "C1,,,Same,Northwind,northwind.example,2027-12-01,1000,yes,\n"
                                "C2,,,Same,Northwind,northwind.example,2027-12-01,1000,yes,\n");
    rig_run(rig);
    dropping_put(rig, "inbox/export.csv",
                 "schema,deal_id,state,customer_domain,display_name,close_date,customer_name,"
                 "amount,currency\n"
                 "cosell/1,1,ACCEPTED,northwind.example,Same,2027-12-01,Northwind,1000,USD\n");
    rig_run(rig);
    assert_string_equal(rig_link(rig, "C1")->remote_id, "1");
    assert_null(rig_link(rig, "C2"));
    assert_int_equal(dropping_count(rig, "outbox"), 1);
    /* And the other way round: two of the portal's fit one of ours. */
    dropping_put(rig, "inbox/export.csv",
                 "schema,deal_id,state,customer_domain,display_name,close_date,customer_name\n"
                 "cosell/1,2,ACCEPTED,northwind.example,Same,2027-12-01,Northwind\n"
                 "cosell/1,3,ACCEPTED,northwind.example,Same,2027-12-01,Northwind\n");
    rig_run(rig);
    assert_null(rig_link(rig, "C2"));
    assert_non_null(strstr(note_of(rig), "more than one deal"));
    dropping_put(rig, "inbox/key.csv", "schema,deal_id,crm_id\ncosell/1,3,C2\n");
    rig_run(rig);
    assert_string_equal(rig_link(rig, "C2")->remote_id, "3");
}

static void what_is_there_is_not_registered_again(void **state)
{
    struct rig *rig = *state;
    rig_csv_put(rig,
                DROPPING_HEADER "C1,,,First,Northwind,northwind.example,2027-12-01,1000,yes,\n");
    dropping_put(rig, "inbox/export.csv",
                 "schema,deal_id,state,customer_domain,display_name,close_date,customer_name,"
                 "amount,currency\n"
                 "cosell/1,1,ACCEPTED,northwind.example,First,2027-12-01,Northwind,1000,USD\n");
    rig_settle(rig, 4);
    assert_string_equal(rig_link(rig, "C1")->remote_id, "1");
    assert_int_equal(dropping_count(rig, "outbox"), 0);
}

static void a_person_can_refuse(void **state)
{
    struct rig *rig = *state;
    rig_csv_put(rig,
                DROPPING_HEADER "C1,,,First,Northwind,northwind.example,2027-12-01,1000,yes,\n");
    rig_run(rig);
    const char *name = dropping_first(rig, "outbox");
    dropping_move(rig, name, "failed");
    rig_run(rig);
    assert_int_equal(rig->result.counts.failed, 1);
    assert_int_equal(rig_finding_count(rig, "REF-019"), 1);
    for (int i = 0; i < 3; i++)
        rig_run(rig);
    assert_int_equal(dropping_count(rig, "outbox"), 0);
    /* Something else is asked for again. */
    rig_set_cell(rig, "C1", "Amount", "1500");
    rig_run(rig);
    assert_int_equal(dropping_count(rig, "outbox"), 1);
    assert_string_not_equal(dropping_first(rig, "outbox"), name);
}

/* Whoever has taken the file away still owes the answer. */
static void a_file_that_was_taken_is_not_written_again(void **state)
{
    struct rig *rig = *state;
    rig_csv_put(rig,
                DROPPING_HEADER "C1,,,First,Northwind,northwind.example,2027-12-01,1000,yes,\n");
    rig_run(rig);
    const char *name = dropping_first(rig, "outbox");
    dropping_move(rig, name, "..");
    rig_run(rig);
    rig_restart(rig);
    rig_run(rig);
    assert_int_equal(dropping_count(rig, "outbox"), 0);
    assert_non_null(strstr(note_of(rig), "waits for a person"));
    dropping_put(rig, "inbox/a.csv",
                 "schema,deal_id,crm_id,state\ncosell/1,opportunities/5,C1,ACCEPTED\n");
    rig_run(rig);
    assert_string_equal(rig_link(rig, "C1")->remote_id, "5");
}

/* ---- edits ---- */

static void begin_linked(struct rig *rig)
{
    rig_csv_put(rig,
                DROPPING_HEADER "C1,,,First,Northwind,northwind.example,2027-12-01,1000,no,\n");
    dropping_put(rig, "inbox/all.full.csv",
                 "schema,deal_id,crm_id,state,stage,customer_domain,display_name,close_date,"
                 "customer_name,amount,currency,update_time,Region\n"
                 "cosell/1,opportunities/1,C1,ACCEPTED,QUALIFY,northwind.example,First,2027-12-01,"
                 "Northwind,1000,USD,2026-01-01T00:00:00Z,North\n");
    rig_settle(rig, 4);
    assert_string_equal(rig_link(rig, "C1")->remote_id, "1");
}

static void an_edit_waits_until_the_portal_shows_it(void **state)
{
    struct rig *rig = *state;
    begin_linked(rig);
    rig_set_cell(rig, "C1", "Amount", "2500");
    rig_run(rig);
    const char *name = dropping_first(rig, "outbox");
    assert_string_equal(dropping_cell(rig, name, "deal_id"), "opportunities/1");
    assert_string_equal(dropping_cell(rig, name, "amount"), "2500.00");
    assert_string_equal(dropping_cell(rig, name, "agent_action"), "update");
    assert_string_equal(dropping_cell(rig, name, "agent_changed"), "amount");
    assert_string_equal(dropping_cell(rig, name, "update_time"), "2026-01-01T00:00:00Z");
    /* The portal tells something else of the deal meanwhile: that is not the answer. */
    dropping_put(rig, "inbox/b.csv",
                 "schema,deal_id,owner_email,update_time\n"
                 "cosell/1,1,seller@google.example,2026-01-02T00:00:00Z\n");
    rig_run(rig);
    assert_non_null(strstr(note_of(rig), "waits for a person"));
    assert_int_equal(dropping_count(rig, "outbox"), 1);
    dropping_put(rig, "inbox/c.csv",
                 "schema,deal_id,amount,currency,update_time\n"
                 "cosell/1,1,2500,USD,2026-01-03T00:00:00Z\n");
    rig_settle(rig, 4);
    assert_int_equal(dropping_count(rig, "outbox"), 0);
    assert_string_equal(rig_cell(rig, "C1", "Amount"), "2500");
}

static void another_edit_in_the_portal_makes_it_stale(void **state)
{
    struct rig *rig = *state;
    begin_linked(rig);
    rig_set_cell(rig, "C1", "Amount", "2500");
    rig_run(rig);
    dropping_put(rig, "inbox/c.csv",
                 "schema,deal_id,amount,currency,update_time\n"
                 "cosell/1,1,3000,USD,2026-01-03T00:00:00Z\n");
    rig_run(rig);
    assert_int_equal(rig->result.counts.stale, 1);
    /* The owner is the local side: it is asked for afresh, resting on the new version. */
    assert_int_equal(dropping_count(rig, "outbox"), 1);
    const char *name = dropping_first(rig, "outbox");
    assert_string_equal(dropping_cell(rig, name, "update_time"), "2026-01-03T00:00:00Z");
    assert_int_equal(dropping_count(rig, "done"), 3);
}

/* It came between the plan and its first step: nothing is laid out that rests on the old value. */
static void an_edit_on_the_way_is_thought_over(void **state)
{
    struct rig *rig = *state;
    begin_linked(rig);
    rig_set_cell(rig, "C1", "Amount", "2500");
    rig_plan(rig);
    struct change *change = rig->result.plan->changes[0];
    dropping_put(rig, "inbox/c.csv",
                 "schema,deal_id,amount,currency,update_time\n"
                 "cosell/1,1,3000,USD,2026-01-03T00:00:00Z\n");
    struct error error = {0};
    struct step_context context = {.cloud = rig->cloud,
                                   .arena = rig->arena,
                                   .change = change,
                                   .token = "agent-0123456789abcdef",
                                   .progress = json_object(rig->arena)};
    const struct step *steps = connector_procedure(rig->work.kind, ACTION_UPDATE)->steps;
    assert_int_equal(steps[0].perform(&context, &error), STEP_GOTO);
    assert_string_equal(context.goto_step, "await");
    assert_int_equal(steps[2].perform(&context, &error), STEP_STALE);
    assert_int_equal(dropping_count(rig, "outbox") + dropping_count(rig, "state/prepared"), 0);
}

/* Closing a deal takes an approval here as at any cloud. */
static void a_lost_deal_waits_for_approval(void **state)
{
    struct rig *rig = *state;
    begin_linked(rig);
    rig_set_cell(rig, "C1", "Stage", "lost");
    rig_run(rig);
    assert_int_equal(rig_changes(rig), 1);
    const struct change *change = rig->result.plan->changes[0];
    assert_int_equal(change->action, ACTION_CLOSE);
    assert_int_equal(change->hold, HOLD_APPROVAL);
    assert_int_equal(dropping_count(rig, "outbox"), 0);
    rig_decide(rig, change->id, "approve");
    rig_run(rig);
    const char *name = dropping_first(rig, "outbox");
    assert_non_null(name);
    assert_string_equal(dropping_cell(rig, name, "stage"), "CLOSED_LOST");
    assert_string_equal(dropping_cell(rig, name, "agent_action"), "close");
}

static void a_deal_in_review_takes_no_edits(void **state)
{
    struct rig *rig = *state;
    begin_linked(rig);
    dropping_put(rig, "inbox/b.csv",
                 "schema,deal_id,state,update_time\ncosell/1,1,SUBMITTED,2026-01-02T00:00:00Z\n");
    rig_settle(rig, 3);
    rig_set_cell(rig, "C1", "Amount", "2500");
    rig_run(rig);
    assert_int_equal(dropping_count(rig, "outbox"), 0);
    assert_int_equal(rig_finding_count(rig, "REF-004"), 1);
}

/* Handing over is a word of its own, and waits for approval unless the job says otherwise. */
static void a_draft_is_handed_over(void **state)
{
    struct rig *rig = *state;
    rig_configure(rig, rig_replace(rig, dropping_yaml, "    match:",
                                   "      problem: {value: Moves its archive}\n"
                                   "      country: {value: DE}\n"
                                   "      contract_months: {value: 12}\n"
                                   "      opportunity_type: {value: new}\n"
                                   "      cloud_products: {value: GOOGLE_CLOUD_PLATFORM}\n"
                                   "      needs: {value: FULL}\n"
                                   "    submit: {when: {column: Share, equals: \"yes\"}}\n"
                                   "    match:"));
    rig_csv_put(rig,
                DROPPING_HEADER "C1,,,First,Northwind,northwind.example,2027-12-01,1000,yes,\n");
    rig_run(rig);
    const char *name = dropping_first(rig, "outbox");
    assert_string_equal(dropping_cell(rig, name, "description"), "Moves its archive [crm:C1]");
    assert_string_equal(dropping_cell(rig, name, "operation_type"), "NEW");
    assert_string_equal(dropping_cell(rig, name, "support_level"), "FULL");
    dropping_answer(rig, name, "opportunities/1", "2026-01-01T00:00:00Z", "DRAFT");
    rig_run(rig);
    assert_int_equal(dropping_count(rig, "outbox"), 0);
    const struct plan *plan = rig->result.left ? rig->result.left : rig->result.plan;
    const struct change *submit = plan->changes[plan->change_count - 1];
    assert_int_equal(submit->action, ACTION_SUBMIT);
    assert_int_equal(submit->hold, HOLD_APPROVAL);
    rig_decide(rig, submit->id, "approve");
    rig_run(rig);
    name = dropping_first(rig, "outbox");
    assert_non_null(name);
    assert_string_equal(dropping_cell(rig, name, "state"), "SUBMITTED");
    assert_string_equal(dropping_cell(rig, name, "agent_action"), "submit");
    dropping_put(rig, "inbox/a.csv",
                 "schema,deal_id,state,update_time\ncosell/1,1,Submitted,2026-01-02T00:00:00Z\n");
    rig_settle(rig, 4);
    assert_string_equal(rig_cell(rig, "C1", "Status"), "submitted");
    assert_int_equal(dropping_count(rig, "outbox"), 0);
}

/* ---- gone ---- */

static void what_a_snapshot_lacks_is_a_finding(void **state)
{
    struct rig *rig = *state;
    begin_linked(rig);
    dropping_put(rig, "inbox/later.full.csv",
                 "schema,deal_id,crm_id,update_time\ncosell/1,2,X,2026-01-02T00:00:00Z\n");
    rig_run(rig);
    assert_int_equal(rig_finding_count(rig, "MAT-003"), 1);
    assert_string_equal(rig_cell(rig, "C1", "Amount"), "1000");
    assert_non_null(rig_link(rig, "C1"));
}

/* Without its files nobody has said that a deal is gone. */
static void a_lost_state_takes_nothing_away(void **state)
{
    struct rig *rig = *state;
    begin_linked(rig);
    dropping_remove(rig, "state/cosell.jsonl");
    rig_run(rig);
    dropping_put(rig, "inbox/b.csv", "schema,deal_id,crm_id\ncosell/1,2,X\n");
    rig_run(rig);
    assert_int_equal(rig_finding_count(rig, "MAT-003"), 0);
    assert_int_equal(rig_counts(rig).remote, 2);
    dropping_put(rig, "inbox/c.full.csv", "schema,deal_id,crm_id\ncosell/1,2,X\ncosell/1,3,Y\n");
    rig_run(rig);
    assert_int_equal(rig_finding_count(rig, "MAT-003"), 1);
}

/* ---- what goes wrong ---- */

static void a_broken_folder_leaves_the_change_open(void **state)
{
    struct rig *rig = *state;
    rig_csv_put(rig,
                DROPPING_HEADER "C1,,,First,Northwind,northwind.example,2027-12-01,1000,yes,\n");
    dropping_put(rig, "outbox", ""); /* a file where the folder shall be */
    rig_run(rig);
    assert_int_equal(rig->result.outcome, READ_FAILED);
    assert_int_equal(rig_finding_count(rig, "RUN-001"), 1);
    dropping_remove(rig, "outbox");
    rig_run(rig);
    assert_int_equal(dropping_count(rig, "outbox"), 1);
    assert_int_equal(rig_finding_count(rig, "RUN-001"), 0);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, open_rig, close_rig)
    const struct CMUnitTest tests[] = {
        EACH(a_registration_waits_for_a_person),
        EACH(an_export_without_our_key_is_found),
        EACH(one_deal_answers_one_registration),
        EACH(what_is_there_is_not_registered_again),
        EACH(a_person_can_refuse),
        EACH(a_file_that_was_taken_is_not_written_again),
        EACH(an_edit_waits_until_the_portal_shows_it),
        EACH(another_edit_in_the_portal_makes_it_stale),
        EACH(an_edit_on_the_way_is_thought_over),
        EACH(a_lost_deal_waits_for_approval),
        EACH(a_deal_in_review_takes_no_edits),
        EACH(a_draft_is_handed_over),
        EACH(what_a_snapshot_lacks_is_a_finding),
        EACH(a_lost_state_takes_nothing_away),
        EACH(a_broken_folder_leaves_the_change_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
