/* The whole engine against the sandbox's core under a virtual clock: what a job does from an empty
 * store to nothing left to do, and what it must not do when the cloud misbehaves. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "tests/support/rig.h"

#define DAY_MS INT64_C(86400000)

/* `count` deals L1…, all shared, in the file only. */
static struct rig *rig_with(size_t count, const struct rig_options *options)
{
    struct rig *rig = rig_new(options);
    const char *csv = RIG_HEADER;
    for (size_t i = 1; i <= count; i++)
        csv = arena_printf(rig->arena, "%s%s", csv,
                           rig_row(rig, arena_printf(rig->arena, "L%zu", i), "yes"));
    rig_csv_put(rig, csv);
    return rig;
}

/* The same, created, submitted, approved, and settled. */
static struct rig *settled_rig(size_t count)
{
    struct rig *rig = rig_with(count, &(struct rig_options){.seed = 7});
    rig_run(rig);
    rig_advance(rig, 5 * 60 * 1000);
    rig_settle(rig, 3);
    assert_int_equal(rig_counts(rig).links, count);
    return rig;
}

static const char *key_of(struct rig *rig, size_t number)
{
    return arena_printf(rig->arena, "L%zu", number);
}

/* ---- what it does ---- */

static void test_from_nothing_to_settled(void **state)
{
    (void)state;
    struct rig *rig = rig_with(3, &(struct rig_options){0});
    rig_set_cell(rig, "L3", "Share", "no");
    const struct engine_result *result = rig_run(rig);
    assert_int_equal(result->outcome, READ_COMPLETE);
    assert_int_equal(result->plan->change_count, 2);
    assert_int_equal(result->counts.created, 2);
    assert_int_equal(result->counts.failed + result->counts.stale + result->counts.open, 0);
    assert_int_equal(result->left->change_count, 0);
    assert_int_equal(rig_calls(rig, "CreateOpportunity"), 2);
    assert_int_equal(rig_calls(rig, "AssociateOpportunity"), 2);
    assert_int_equal(rig_calls(rig, "StartEngagementFromOpportunityTask"), 2);
    for (size_t i = 1; i <= 2; i++) {
        const char *id = rig_id_of(rig, key_of(rig, i));
        assert_string_equal(rig_member(rig, id, "LifeCycle.ReviewStatus"), "Submitted");
        assert_string_equal(rig_member(rig, id, "LifeCycle.Stage"), "Qualified");
        assert_string_equal(rig_member(rig, id, "RelatedEntityIdentifiers.Solutions[0]"),
                            "S-2000001");
        assert_string_equal(rig_cell(rig, key_of(rig, i), "OppId"), id);
        assert_string_equal(rig_link(rig, key_of(rig, i))->remote_id, id);
    }
    assert_null(rig_link(rig, "L3"));
    assert_null(rig_id_of(rig, "L3"));
    rig_free(rig);
}

static void test_nothing_to_do_costs_one_call(void **state)
{
    (void)state;
    struct rig *rig = settled_rig(3);
    for (int i = 0; i < 3; i++) {
        size_t lists = rig_calls(rig, "ListOpportunities"), all = rig_calls(rig, NULL);
        const char *before = rig_state(rig);
        assert_int_equal(rig_run(rig)->outcome, READ_COMPLETE);
        assert_int_equal(rig_changes(rig), 0);
        assert_int_equal(rig_calls(rig, "ListOpportunities"), lists + 1);
        assert_int_equal(rig_calls(rig, NULL), all + 1);
        assert_string_equal(rig_state(rig), before);
        assert_int_equal(rig_counts(rig).unsettled, 0);
        rig_restart(rig);
    }
    rig_free(rig);
}

static void test_edits_travel_both_ways(void **state)
{
    (void)state;
    struct rig *rig = settled_rig(3);
    const char *first = rig_id_of(rig, "L1"), *second = rig_id_of(rig, "L2");
    rig_set_cell(rig, "L1", "NextStep", "From the CRM");
    rig_edit(rig, second, "LifeCycle.NextSteps", "From the portal");
    rig_edit(rig, second, "LifeCycle.TargetCloseDate", "2027-01-31");
    rig_set_cell(rig, "L3", "NextStep", "The same words");
    rig_edit(rig, rig_id_of(rig, "L3"), "LifeCycle.NextSteps", "The same words");
    rig_run(rig);
    assert_int_equal(rig_changes(rig), 2);
    assert_string_equal(rig_member(rig, first, "LifeCycle.NextSteps"), "From the CRM");
    assert_string_equal(rig_cell(rig, "L2", "NextStep"), "From the portal");
    assert_string_equal(rig_cell(rig, "L2", "Close"), "2027-01-31");
    size_t field = kind_field(rig->work.job->kind, "next_steps");
    assert_string_equal(rig_link(rig, "L1")->base[field], "From the CRM");
    assert_string_equal(rig_link(rig, "L3")->base[field], "The same words");
    rig_settle(rig, 2);
    assert_string_equal(rig_link(rig, "L2")->base[field], "From the portal");
    rig_free(rig);
}

/* Solutions are associated one by one, the new ones first; in which order either side lists them
 * says nothing. */
static void test_solutions_are_a_set(void **state)
{
    (void)state;
    struct rig *rig = settled_rig(1);
    const char *id = rig_id_of(rig, "L1");
    rig_set_cell(rig, "L1", "Solution", "S-2000002; S-2000001");
    rig_run(rig);
    assert_int_equal(rig_changes(rig), 1);
    assert_string_equal(rig_member(rig, id, "RelatedEntityIdentifiers.Solutions[0]"), "S-2000001");
    assert_string_equal(rig_member(rig, id, "RelatedEntityIdentifiers.Solutions[1]"), "S-2000002");
    size_t writes = rig_calls(rig, "AssociateOpportunity");
    rig_settle(rig, 1);
    rig_set_cell(rig, "L1", "Solution", "S-2000001;S-2000002;S-2000001");
    rig_settle(rig, 1);
    rig_edit(rig, id, "RelatedEntityIdentifiers.Solutions[0]", "S-2000002");
    rig_edit(rig, id, "RelatedEntityIdentifiers.Solutions[1]", "S-2000001");
    rig_settle(rig, 1);
    assert_string_equal(rig_cell(rig, "L1", "Solution"), "S-2000001;S-2000002;S-2000001");
    assert_int_equal(rig_calls(rig, "AssociateOpportunity"), writes);

    rig_set_cell(rig, "L1", "Solution", "S-2000003");
    rig_run(rig);
    assert_int_equal(rig->result.counts.failed + rig->result.counts.open, 0);
    assert_int_equal(rig_calls(rig, "AssociateOpportunity"), writes + 1);
    assert_int_equal(rig_calls(rig, "DisassociateOpportunity"), 2);
    assert_int_equal(rig_calls(rig, "UpdateOpportunity"), 0); /* nothing of it is in the document */
    assert_string_equal(rig_member(rig, id, "RelatedEntityIdentifiers.Solutions[0]"), "S-2000003");
    assert_string_equal(rig_member(rig, id, "RelatedEntityIdentifiers.Solutions[1]"), "");
    rig_settle(rig, 1);
    rig_free(rig);
}

/* Both moved: nothing is written until a person says which; then exactly that. */
static void check_conflict(const char *word, const char *expected)
{
    struct rig *rig = settled_rig(1);
    const char *id = rig_id_of(rig, "L1");
    rig_set_cell(rig, "L1", "NextStep", "Local words");
    rig_edit(rig, id, "LifeCycle.NextSteps", "Cloud words");
    for (int i = 0; i < 2; i++) {
        rig_run(rig);
        assert_int_equal(rig_changes(rig), 0);
        assert_int_equal(rig->result.plan->conflict_count, 1);
        assert_int_equal(rig_finding_count(rig, "MRG-001"), 1);
        assert_string_equal(rig_cell(rig, "L1", "NextStep"), "Local words");
        assert_string_equal(rig_member(rig, id, "LifeCycle.NextSteps"), "Cloud words");
    }
    rig_decide(rig, rig->result.plan->conflicts[0].id, word);
    rig_run(rig);
    assert_int_equal(rig_changes(rig), 1);
    assert_string_equal(rig_cell(rig, "L1", "NextStep"), expected);
    assert_string_equal(rig_member(rig, id, "LifeCycle.NextSteps"), expected);
    rig_settle(rig, 2);
    assert_int_equal(rig_finding_count(rig, "MRG-001"), 0);
    /* The word was for these two values: another conflict is a new question. */
    rig_set_cell(rig, "L1", "NextStep", "Local again");
    rig_edit(rig, id, "LifeCycle.NextSteps", "Cloud again");
    rig_run(rig);
    assert_int_equal(rig->result.plan->conflict_count, 1);
    assert_int_equal(rig_changes(rig), 0);
    rig_free(rig);
}

static void test_conflict_resolved_for_local(void **state)
{
    (void)state;
    check_conflict("local", "Local words");
}

static void test_conflict_resolved_for_cloud(void **state)
{
    (void)state;
    check_conflict("cloud", "Cloud words");
}

/* Approving an edit once does not approve the same edit for ever. */
static void test_approval_is_for_one_time(void **state)
{
    (void)state;
    struct rig *rig = settled_rig(1);
    const char *id = rig_id_of(rig, "L1");
    const char *before = rig_member(rig, id, "LifeCycle.NextSteps");
    rig_configure(rig, rig_replace(rig, rig_yaml, "mode: apply", "mode: propose"));
    for (int i = 0; i < 2; i++) {
        rig_set_cell(rig, "L1", "NextStep", "Sign the order form");
        rig_run(rig);
        assert_string_equal(rig_member(rig, id, "LifeCycle.NextSteps"), before);
        rig_decide(rig, rig->result.plan->changes[0]->id, "approve");
        rig_run(rig);
        assert_string_equal(rig_member(rig, id, "LifeCycle.NextSteps"), "Sign the order form");
        rig_set_cell(rig, "L1", "NextStep", before);
        rig_run(rig);
        rig_decide(rig, rig->result.plan->changes[0]->id, "approve");
        rig_run(rig);
        assert_string_equal(rig_member(rig, id, "LifeCycle.NextSteps"), before);
    }
    rig_free(rig);
}

/* A full replace gives back what the tables do not know, numbers letter by letter. */
static void test_unknown_members_survive(void **state)
{
    (void)state;
    static const char *const paths[] = {"FutureMember.Score", "FutureMember.Big",
                                        "FutureMember.Weight", "Project.FutureRank",
                                        "Customer.Account.FutureSegment"};
    struct rig *rig =
        rig_new(&(struct rig_options){.seed = 3, .referrals = 20, .unknown_members = true});
    size_t count, updated = 0;
    const char **ids = rig_ids(rig, &count);
    const char *csv = RIG_HEADER;
    for (size_t i = 0; i < count; i++) {
        rig_review(rig, ids[i], "Approved");
        rig_edit(rig, ids[i], "LifeCycle.Stage", "Qualified");
        rig_edit(rig, ids[i], "LifeCycle.ClosedLostReason", NULL);
        rig_edit(rig, ids[i], "LifeCycle.TargetCloseDate", "2027-03-01");
        rig_edit(rig, ids[i], "PartnerOpportunityIdentifier", key_of(rig, i));
        csv = arena_printf(rig->arena, "%sL%zu,%s,,,,,,,,,,,,,,Edited here,,,,,,no,\n", csv, i,
                           ids[i]);
    }
    rig_configure(rig, rig_replace(rig, rig_yaml, "next_steps: {column: NextStep}",
                                   "next_steps: {column: NextStep, owner: local}"));
    rig_csv_put(rig, csv);
    const char ***before = arena_array(rig->arena, count, sizeof *before);
    for (size_t i = 0; i < count; i++) {
        before[i] = arena_array(rig->arena, COUNT(paths), sizeof **before);
        for (size_t j = 0; j < COUNT(paths); j++)
            before[i][j] = rig_member(rig, ids[i], paths[j]);
    }
    rig_run(rig);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(rig_member(rig, ids[i], "LifeCycle.NextSteps"), "Edited here");
        updated += before[i][0][0] != '\0';
        for (size_t j = 0; j < COUNT(paths); j++)
            assert_string_equal(rig_member(rig, ids[i], paths[j]), before[i][j]);
    }
    assert_true(updated >= 3); /* there were such members */
    rig_free(rig);
}

/* ---- what it must not do ---- */

static void expect_untouched(struct rig *rig, const char *before)
{
    assert_string_equal(rig_state(rig), before);
    assert_int_equal(sandbox_duplicates(rig->sandbox), 0);
}

/* A listing that is spoilt closes, unlinks and creates nothing, full or not; when the cloud is
 * well again, so is everything else. */
static void test_spoilt_listings(void **state)
{
    (void)state;
    static const char *const faults[] = {
        "empty-list:ListOpportunities", "short-list:ListOpportunities",
        "401:ListOpportunities",        "403:ListOpportunities",
        "expired:ListOpportunities",    "html:ListOpportunities",
        "500:ListOpportunities",        "reset:ListOpportunities",
        "truncate:ListOpportunities",   "429:ListOpportunities",
        "503:ListOpportunities"};
    static const size_t sizes[] = {3, 14}; /* below and above the floor of the shrinking guard */
    for (size_t s = 0; s < COUNT(sizes); s++) {
        struct rig *rig = settled_rig(sizes[s]);
        const char *before = rig_state(rig);
        for (size_t i = 0; i < 2 * COUNT(faults); i++) {
            rig_fault(rig, faults[i / 2]);
            rig_run_with(rig, &(struct engine_options){.apply = true, .full = i % 2});
            assert_int_equal(rig->result.counts.applied, 0);
            expect_untouched(rig, before);
            assert_int_equal(rig_counts(rig).links, sizes[s]);
            rig_clear_faults(rig);
            rig_advance(rig, DAY_MS); /* so that a full read is due */
            rig_run(rig);
            assert_int_equal(rig->result.outcome, READ_COMPLETE);
            assert_int_equal(rig_changes(rig), 0);
            assert_int_equal(rig_finding_count(rig, "MAT-003"), 0);
            assert_int_equal(rig_counts(rig).remote, sizes[s]);
            expect_untouched(rig, before);
        }
        rig_free(rig);
    }
}

/* New deals wait while the cloud cannot be read in full, and are created once afterwards. */
static void test_no_creation_without_a_whole_read(void **state)
{
    (void)state;
    static const char *const faults[] = {"401:ListOpportunities", "html:ListOpportunities",
                                         "reset:ListOpportunities", "500:ListOpportunities"};
    for (size_t i = 0; i < COUNT(faults); i++) {
        struct rig *rig = rig_with(2, &(struct rig_options){0});
        rig_fault(rig, faults[i]);
        rig_run(rig);
        assert_int_equal(rig->result.outcome, READ_FAILED);
        assert_int_equal(rig_changes(rig), 2);
        for (size_t j = 0; j < 2; j++)
            assert_int_equal(rig->result.plan->changes[j]->hold, HOLD_READ);
        assert_int_equal(sandbox_count(rig->sandbox, "AWS"), 0);
        rig_clear_faults(rig);
        rig_run(rig);
        assert_int_equal(sandbox_count(rig->sandbox, "AWS"), 2);
        rig_free(rig);
    }
}

/* A deal whose counterpart a listing has dropped is not created once more, linked or not. */
static void test_dropped_record_is_not_created_again(void **state)
{
    (void)state;
    struct rig *rig = settled_rig(3);
    /* A fourth opportunity carries L4's key before L4 is in the file. */
    rig_csv_put(rig, arena_printf(rig->arena, "%s%s", rig_csv(rig), rig_row(rig, "L4", "yes")));
    rig_run(rig);
    rig_set_cell(rig, "L4", "OppId", "");
    rig_advance(rig, 5 * 60 * 1000);
    rig_settle(rig, 3);
    rig_fault(rig, "empty-list:ListOpportunities");
    rig_run_with(rig, &(struct engine_options){.apply = true, .full = true});
    rig_set_cell(rig, "L4", "OppId", "");
    rig_run(rig);
    assert_int_equal(sandbox_count(rig->sandbox, "AWS"), 4);
    assert_int_equal(sandbox_duplicates(rig->sandbox), 0);
    rig_free(rig);
}

/* The reference of a linked opportunity is the key of another deal than its partner. */
static void test_reference_is_not_given_twice(void **state)
{
    (void)state;
    struct rig *rig = settled_rig(1);
    const char *id = rig_id_of(rig, "L1");
    rig_edit(rig, id, "PartnerOpportunityIdentifier", "L2");
    rig_csv_put(rig, arena_printf(rig->arena, "%s%s", rig_csv(rig), rig_row(rig, "L2", "yes")));
    rig_run(rig);
    assert_int_equal(sandbox_count(rig->sandbox, "AWS"), 1);
    assert_int_equal(rig_finding_count(rig, "MAT-002"), 1);
    rig_free(rig);
}

static void edit_on_get(struct rig *rig, const char *operation)
{
    const char *id = rig->context;
    if (strcmp(operation, "UpdateOpportunity") != 0)
        return;
    rig->before_call = NULL;
    rig_edit(rig, id, "LifeCycle.TargetCloseDate", "2027-02-28");
}

/* Somebody writes between our reading and our writing: the update is refused, planned afresh on
 * what is there now, and both edits stand. */
static void test_stale_version_is_planned_afresh(void **state)
{
    (void)state;
    struct rig *rig = settled_rig(1);
    const char *id = rig_id_of(rig, "L1");
    rig_set_cell(rig, "L1", "NextStep", "Ours");
    rig->context = __extension__(void *)(uintptr_t) id;
    rig->before_call = edit_on_get;
    rig_run(rig);
    assert_int_equal(rig->result.counts.stale, 1);
    assert_string_equal(rig_member(rig, id, "LifeCycle.NextSteps"), "Ours");
    assert_string_equal(rig_member(rig, id, "LifeCycle.TargetCloseDate"), "2027-02-28");
    assert_string_equal(rig_cell(rig, "L1", "Close"), "2027-02-28");
    rig_settle(rig, 2);
    rig_free(rig);
}

static void edit_always(struct rig *rig, const char *operation)
{
    static int number;
    if (!strcmp(operation, "UpdateOpportunity"))
        rig_edit(rig, rig->context, "Project.AdditionalComments",
                 arena_printf(rig->arena, "Comment %d", number++));
}

/* A record that never stands still does not keep a run going for ever. */
static void test_record_that_keeps_moving(void **state)
{
    (void)state;
    struct rig *rig = settled_rig(1);
    const char *id = rig_id_of(rig, "L1");
    rig_set_cell(rig, "L1", "NextStep", "Ours");
    rig->context = __extension__(void *)(uintptr_t) id;
    rig->before_call = edit_always;
    size_t before = rig_calls(rig, "UpdateOpportunity");
    rig_run(rig);
    assert_true(rig_calls(rig, "UpdateOpportunity") - before <= 6);
    assert_string_not_equal(rig_member(rig, id, "LifeCycle.NextSteps"), "Ours");
    rig->before_call = NULL;
    rig_run(rig);
    assert_string_equal(rig_member(rig, id, "LifeCycle.NextSteps"), "Ours");
    rig_free(rig);
}

/* A task that failed stays failed under its token. What the service could not do is tried anew by
 * the next run, what it refused when a person says so: each time with another token. */
static void test_failed_submission_is_tried_anew(void **state)
{
    (void)state;
    struct rig *rig = rig_with(1, &(struct rig_options){0});
    rig_fault(rig, "task-fails:StartEngagementFromOpportunityTask:1");
    rig_run(rig);
    const char *id = rig_id_of(rig, "L1");
    assert_int_equal(rig->result.counts.open, 1);
    assert_int_equal(rig_finding_count(rig, "RUN-006"), 1);
    assert_int_equal(rig_calls(rig, "StartEngagementFromOpportunityTask"), 1);
    rig_clear_faults(rig);
    rig_fault(rig, "task-fails:StartEngagementFromOpportunityTask:1:1");
    rig_restart(rig); /* calls are counted afresh */
    rig_run(rig);
    assert_int_equal(rig_calls(rig, "StartEngagementFromOpportunityTask"), 1);
    assert_int_equal(rig->result.counts.failed, 1);
    rig_run(rig);
    assert_int_equal(rig_calls(rig, "StartEngagementFromOpportunityTask"), 1);
    assert_int_equal(rig_finding_count(rig, "REF-019"), 1);
    assert_string_equal(rig_member(rig, id, "LifeCycle.ReviewStatus"), "Pending Submission");
    rig_decide(rig, rig->result.plan->changes[0]->id, "approve");
    rig_run(rig);
    assert_int_equal(rig_calls(rig, "StartEngagementFromOpportunityTask"), 2);
    assert_string_equal(rig_member(rig, id, "LifeCycle.ReviewStatus"), "Submitted");
    rig_free(rig);
}

/* What the cloud refused is not sent again until the change or the record is another one. */
static void test_refused_write_is_not_repeated(void **state)
{
    (void)state;
    struct rig *rig = settled_rig(1);
    const char *id = rig_id_of(rig, "L1");
    rig_set_cell(rig, "L1", "Delivery", "SaaS or PaaS;Resell");
    /* Something else in the record is broken behind our back, and our tables do not know it. */
    rig_edit(rig, id, "Project.ExpectedCustomerSpend[TargetCompany=Nobody].CurrencyCode", "GBP");
    rig_run(rig);
    assert_int_equal(rig->result.counts.failed, 1);
    assert_int_equal(rig_finding_count(rig, "REF-019"), 1);
    size_t sent = rig_calls(rig, "UpdateOpportunity");
    for (int i = 0; i < 3; i++) {
        rig_run(rig);
        assert_int_equal(rig_calls(rig, "UpdateOpportunity"), sent);
        assert_int_equal(rig->result.plan->changes[0]->hold, HOLD_RULE);
        assert_int_equal(rig_finding_count(rig, "REF-019"), 1);
    }
    rig_edit(rig, id, "Project.ExpectedCustomerSpend[TargetCompany=Nobody]", NULL);
    rig_run(rig);
    assert_int_equal(rig_calls(rig, "UpdateOpportunity"), sent + 1);
    assert_string_equal(rig_member(rig, id, "Project.DeliveryModels[0]"), "Resell");
    rig_settle(rig, 2);
    assert_int_equal(rig_finding_count(rig, "REF-019"), 0);
    rig_free(rig);
}

static void test_lost_answer_creates_once(void **state)
{
    (void)state;
    static const char *const faults[] = {"lost-after:CreateOpportunity:1",
                                         "lost-after:CreateOpportunity", "html:CreateOpportunity",
                                         "truncate:CreateOpportunity"};
    for (size_t i = 0; i < COUNT(faults); i++) {
        struct rig *rig = rig_with(2, &(struct rig_options){0});
        rig_fault(rig, faults[i]);
        rig_run(rig);
        assert_int_equal(sandbox_duplicates(rig->sandbox), 0);
        rig_restart(rig);
        rig_clear_faults(rig);
        rig_run(rig);
        rig_advance(rig, 5 * 60 * 1000);
        rig_settle(rig, 3);
        assert_int_equal(sandbox_count(rig->sandbox, "AWS"), 2);
        assert_int_equal(sandbox_duplicates(rig->sandbox), 0);
        assert_int_equal(rig_counts(rig).links, 2);
        rig_free(rig);
    }
}

/* A token is good for hours only: much later the opportunity is found by its reference. */
static void test_lost_answer_after_the_token_has_expired(void **state)
{
    (void)state;
    struct rig *rig = rig_with(1, &(struct rig_options){0});
    rig_fault(rig, "lost-after:CreateOpportunity");
    rig_run(rig);
    assert_int_equal(rig->result.outcome, READ_PARTIAL);
    assert_int_equal(sandbox_count(rig->sandbox, "AWS"), 1);
    rig_clear_faults(rig);
    rig_advance(rig, 3 * DAY_MS);
    rig_restart(rig);
    rig_run(rig);
    assert_int_equal(sandbox_count(rig->sandbox, "AWS"), 1);
    assert_int_equal(rig_counts(rig).links, 1);
    rig_free(rig);
}

/* A storm of 429 ends the run partial, in bounded time; the next one completes it. */
static void test_throttling_storm(void **state)
{
    (void)state;
    static const char *const faults[] = {"429:CreateOpportunity", "429:AssociateOpportunity",
                                         "429:StartEngagementFromOpportunityTask:*:7"};
    for (size_t i = 0; i < COUNT(faults); i++) {
        struct rig *rig = rig_with(4, &(struct rig_options){0});
        char spec[96];
        snprintf(spec, sizeof spec, "%s", faults[i]);
        char *star = strstr(spec, ":*:");
        if (star)
            memmove(star + 1, star + 2, strlen(star + 2) + 1);
        rig_fault(rig, spec);
        int64_t start = rig->fake.ticks_ms;
        rig_run(rig);
        assert_int_equal(rig->result.outcome, READ_PARTIAL);
        assert_true(rig->result.counts.open > 0);
        assert_true(rig->fake.ticks_ms - start < 60 * 60 * 1000);
        assert_int_equal(rig->result.counts.worst, ERROR_THROTTLED);
        rig_clear_faults(rig);
        rig_advance(rig, 20 * 60 * 1000);
        rig_run(rig);
        assert_int_equal(rig->result.outcome, READ_COMPLETE);
        rig_advance(rig, 5 * 60 * 1000);
        rig_settle(rig, 3);
        assert_int_equal(sandbox_count(rig->sandbox, "AWS"), 4);
        assert_int_equal(sandbox_duplicates(rig->sandbox), 0);
        for (size_t j = 1; j <= 4; j++)
            assert_string_equal(
                rig_member(rig, rig_id_of(rig, key_of(rig, j)), "LifeCycle.ReviewStatus"),
                "Approved");
        rig_free(rig);
    }
}

/* What one change learns about the whole cloud, the others need not learn again. */
static void test_lost_permission_stops_the_run(void **state)
{
    (void)state;
    struct rig *rig = rig_with(80, &(struct rig_options){0});
    rig_fault(rig, "403:CreateOpportunity");
    rig_run(rig);
    assert_int_equal(rig->result.outcome, READ_PARTIAL);
    assert_int_equal(rig->result.counts.worst, ERROR_AUTH);
    assert_int_equal(rig->result.counts.open, 80);
    assert_true(rig_calls(rig, "CreateOpportunity") < 60);
    rig_clear_faults(rig);
    rig_run(rig);
    assert_int_equal(rig->result.counts.created, 80);
    assert_int_equal(sandbox_duplicates(rig->sandbox), 0);
    rig_free(rig);
}

/* The published quotas are kept by pacing, not by being turned away. */
static void test_quotas_are_kept(void **state)
{
    (void)state;
    struct rig *rig = rig_with(10, &(struct rig_options){.slow = true});
    rig_run(rig);
    assert_int_equal(rig->result.counts.created, 10);
    assert_int_equal(rig->result.stats.throttled, 0);
    rig_free(rig);
}

/* ---- the file ---- */

static void touch_file(struct rig *rig, const char *operation)
{
    if (strcmp(operation, rig->context) != 0)
        return;
    rig->before_call = NULL;
    rig_set_cell(rig, "L2", "NextStep", "Typed meanwhile");
}

/* A file that somebody saves while the cloud is read, or written, is not overwritten: the pull is
 * planned on the new content, or once more. */
static void test_file_edited_during_the_run(void **state)
{
    (void)state;
    char during[][24] = {"ListOpportunities", "UpdateOpportunity"};
    for (size_t i = 0; i < COUNT(during); i++) {
        struct rig *rig = settled_rig(2);
        rig_edit(rig, rig_id_of(rig, "L1"), "LifeCycle.NextSteps", "From the portal");
        rig_set_cell(rig, "L2", "NextStep", "Typed before");
        rig->before_call = touch_file;
        rig->context = during[i];
        rig_run(rig);
        assert_null(rig->before_call);
        assert_int_equal(rig->result.counts.stale, i);
        assert_string_equal(rig_cell(rig, "L1", "NextStep"), "From the portal");
        assert_string_equal(rig_cell(rig, "L2", "NextStep"), "Typed meanwhile");
        rig_settle(rig, 3);
        assert_string_equal(rig_cell(rig, "L1", "NextStep"), "From the portal");
        assert_string_equal(rig_member(rig, rig_id_of(rig, "L2"), "LifeCycle.NextSteps"),
                            "Typed meanwhile");
        rig_free(rig);
    }
}

static void test_missing_file_changes_nothing(void **state)
{
    (void)state;
    struct rig *rig = settled_rig(2);
    const char *csv = rig_csv(rig);
    size_t writes = rig_calls(rig, "UpdateOpportunity");
    assert_int_equal(unlink(rig->csv_path), 0);
    rig_run(rig);
    assert_int_equal(rig->result.outcome, READ_FAILED);
    assert_int_not_equal(rig->result.error.class, ERROR_NONE);
    assert_int_equal(rig_calls(rig, "UpdateOpportunity"), writes);
    rig_csv_put(rig, csv);
    rig_run(rig);
    assert_int_equal(rig_changes(rig), 0);
    rig_free(rig);
}

static void test_plan_writes_nothing_outside(void **state)
{
    (void)state;
    struct rig *rig = settled_rig(2);
    rig_set_cell(rig, "L1", "NextStep", "Ours");
    rig_edit(rig, rig_id_of(rig, "L2"), "LifeCycle.NextSteps", "Theirs");
    const char *before = rig_state(rig);
    for (int i = 0; i < 2; i++) {
        rig_plan(rig);
        assert_int_equal(rig_changes(rig), 2);
        assert_string_equal(rig_state(rig), before);
    }
    rig_free(rig);
}

/* ---- wishes ---- */

static const struct engine_result *run_wishes(struct rig *rig, const struct wish *wishes,
                                              size_t count)
{
    rig->work.wishes = wishes;
    rig->work.wish_count = count;
    const struct engine_result *result = rig_run(rig);
    rig->work.wish_count = 0;
    return result;
}

/* Two deals are drafts; one is handed over because a person asks, whatever the rules would do with
 * the rest meanwhile, and once, though the run looks at the records again after it. */
static void test_wish_is_carried_out_once(void **state)
{
    (void)state;
    struct rig *rig = rig_with(3, &(struct rig_options){0});
    const char *drafts = rig_replace(rig, rig_yaml, "    submit: {when: {column: Share, ", "    #");
    rig_set_cell(rig, "L3", "Share", "no");
    rig_configure(rig, drafts);
    rig_settle(rig, 3);
    rig_set_cell(rig, "L1", "NextStep", "An edit that waits for the next run");
    rig_set_cell(rig, "L3", "Share", "yes");
    const struct wish wishes[] = {{.action = ACTION_SUBMIT, .subject = "L2", .who = "ann"},
                                  {.action = ACTION_SUBMIT, .subject = "L9", .who = "ann"}};
    const struct engine_result *result = run_wishes(rig, wishes, COUNT(wishes));
    assert_int_equal(result->outcome, READ_COMPLETE);
    assert_int_equal(result->counts.applied, 1);
    assert_int_equal(result->plan->change_count, 1);
    assert_string_equal(result->plan->findings[0].type->code, "RUN-010"); /* L9 */
    assert_int_equal(rig_calls(rig, "StartEngagementFromOpportunityTask"), 1);
    assert_int_equal(rig_calls(rig, "UpdateOpportunity"), 0);
    assert_int_equal(rig_calls(rig, "CreateOpportunity"), 2);
    assert_string_equal(rig_member(rig, rig_id_of(rig, "L2"), "LifeCycle.ReviewStatus"),
                        "Submitted");
    assert_int_equal(rig_finding_count(rig, "RUN-010"), 0); /* said to whom asked, to nobody else */
    /* Asked once more: it is no draft any more. */
    result = run_wishes(rig, wishes, 1);
    assert_int_equal(result->plan->change_count, 0);
    assert_string_equal(result->plan->findings[0].type->code, "RUN-010");
    assert_int_equal(rig_calls(rig, "StartEngagementFromOpportunityTask"), 1);
    /* The rules had nothing taken from them. */
    rig_run(rig);
    assert_int_equal(rig_calls(rig, "UpdateOpportunity"), 1);
    assert_int_equal(rig_calls(rig, "CreateOpportunity"), 3);
    rig_free(rig);
}

/* A refusal is told once in the run, and does not keep the run from ending. */
static void test_refused_wish_is_not_repeated(void **state)
{
    (void)state;
    struct rig *rig = rig_with(1, &(struct rig_options){0});
    rig_configure(rig, rig_replace(rig, rig_yaml, "    submit: {when: {column: Share, ", "    #"));
    rig_settle(rig, 3);
    const char *id = rig_id_of(rig, "L1");
    static const char spend[] = "Project.ExpectedCustomerSpend[TargetCompany=Nobody]";
    /* Something else in the record is broken behind our back, and our tables do not know it. */
    rig_edit(rig, id, rig_replace(rig, spend, "Nobody]", "Nobody].CurrencyCode"), "GBP");
    const struct change_field steps = {.field = kind_field(&kinds[KIND_REFERRAL], "next_steps"),
                                       .new_value = "Asked for"};
    const struct wish wish = {
        .action = ACTION_UPDATE, .subject = "L1", .fields = &steps, .field_count = 1, .who = "ann"};
    const struct engine_result *result = run_wishes(rig, &wish, 1);
    assert_int_equal(result->counts.failed, 1);
    assert_int_equal(rig_calls(rig, "UpdateOpportunity"), 1);
    assert_int_equal(rig_finding_count(rig, "REF-019"), 1);
    rig_edit(rig, id, spend, NULL);
    assert_int_equal(run_wishes(rig, &wish, 1)->counts.applied, 1); /* who asks again is heard */
    assert_string_equal(rig_member(rig, id, "LifeCycle.NextSteps"), "Asked for");
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_nothing_to_settled),
        cmocka_unit_test(test_nothing_to_do_costs_one_call),
        cmocka_unit_test(test_edits_travel_both_ways),
        cmocka_unit_test(test_solutions_are_a_set),
        cmocka_unit_test(test_conflict_resolved_for_local),
        cmocka_unit_test(test_conflict_resolved_for_cloud),
        cmocka_unit_test(test_approval_is_for_one_time),
        cmocka_unit_test(test_unknown_members_survive),
        cmocka_unit_test(test_spoilt_listings),
        cmocka_unit_test(test_no_creation_without_a_whole_read),
        cmocka_unit_test(test_dropped_record_is_not_created_again),
        cmocka_unit_test(test_reference_is_not_given_twice),
        cmocka_unit_test(test_stale_version_is_planned_afresh),
        cmocka_unit_test(test_record_that_keeps_moving),
        cmocka_unit_test(test_failed_submission_is_tried_anew),
        cmocka_unit_test(test_refused_write_is_not_repeated),
        cmocka_unit_test(test_lost_answer_creates_once),
        cmocka_unit_test(test_lost_answer_after_the_token_has_expired),
        cmocka_unit_test(test_throttling_storm),
        cmocka_unit_test(test_lost_permission_stops_the_run),
        cmocka_unit_test(test_quotas_are_kept),
        cmocka_unit_test(test_file_edited_during_the_run),
        cmocka_unit_test(test_missing_file_changes_nothing),
        cmocka_unit_test(test_plan_writes_nothing_outside),
        cmocka_unit_test(test_wish_is_carried_out_once),
        cmocka_unit_test(test_refused_wish_is_not_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
