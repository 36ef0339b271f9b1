/* What shows a deal to more people, held against the tables of the clouds that have it: a deal that
 * the cloud's sellers only see is handed to them once its row wants that, and who takes part is
 * asked for by a submission, never by an edit. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/aws/referrals.h"
#include "connectors/azure/referrals.h"
#include "tests/support/planning.h"

/* A deal that nothing is wrong with. */
#define DEAL                                                                                       \
    "title", "Deal", "company", "Acme", "country", "US", "contact_first_name", "Bo",               \
        "contact_last_name", "Li", "contact_email", "bo@acme.example", "owner_email",              \
        "ann@own.example", "owner_last_name", "Lee", "needs", "QuotesOrLicensing", "solutions",    \
        "SOL-12345-ABC", "stage", "qualified"
#define LED    DEAL, "status", "submitted", "cloud_involvement", "visibility_only"
#define HELPED DEAL, "status", "in_review", "cloud_involvement", "co_sell"

static struct planning *open_job(const struct connector_kind *cloud)
{
    struct planning *p = planning_new();
    p->tables = *cloud;
    p->job.allow = 0;
    p->fields[p->job.field_count++] = (struct field_map){
        .field = kind_field(p->job.kind, "partners"), .column = "Partners", .owner = OWNER_ASK};
    return p;
}

/* The one submission of a plan, or NULL; nothing else may be in it. */
static struct change *submission(struct planning *p, struct plan *plan)
{
    struct change *found = planning_change(plan, ACTION_SUBMIT, "R1");
    (void)p;
    assert_int_equal(plan->change_count, found ? 1 : 0);
    return found;
}

/* ---- a deal that the sellers only see ---- */

static const struct {
    const struct connector_kind *cloud;
    const char *const *remote;
    const char *share, *involvement;
    bool due;
} upgrades[] = {
    {&azure_referrals, PAIRS(LED), "yes", "co_sell", true},
    {&azure_referrals, PAIRS(LED), "yes", "visibility_only", false},
    {&azure_referrals, PAIRS(LED), "yes", NULL, false},
    {&azure_referrals, PAIRS(LED), "no", "co_sell", false},
    {&azure_referrals, PAIRS(HELPED), "yes", "co_sell", false},
    {&azure_referrals, PAIRS(LED, "closed", "2026-01-01T00:00:00.000Z"), "yes", "co_sell", false},
    {&azure_referrals, PAIRS(DEAL, "status", "accepted", "cloud_involvement", "visibility_only"),
     "yes", "co_sell", false},
    {&azure_referrals, PAIRS(DEAL, "status", "draft"), "yes", NULL, true},
    /* Interrupted, or shared with others than the sellers. */
    {&azure_referrals, PAIRS(DEAL, "status", "draft", "cloud_involvement", "visibility_only"),
     "yes", "co_sell", true},
    {&azure_referrals, PAIRS(DEAL, "status", "draft", "cloud_involvement", "visibility_only"),
     "yes", "visibility_only", false},
    /* Elsewhere what was submitted is under review. */
    {&aws_referrals, PAIRS(LED), "yes", "co_sell", false},
};

static void test_upgrades(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(upgrades); i++) {
        struct planning *p = open_job(upgrades[i].cloud);
        planning_remote(p, "R1", "v1", upgrades[i].remote);
        planning_local(
            p, "L1", upgrades[i].share,
            upgrades[i].involvement
                ? PAIRS("id", "R1", "title", "Deal", "company", "Acme", "stage", "qualified",
                        "involvement", upgrades[i].involvement)
                : PAIRS("id", "R1", "title", "Deal", "company", "Acme", "stage", "qualified"));
        planning_link(p, "R1", "L1",
                      PAIRS("title", "Deal", "company", "Acme", "stage", "qualified"));
        struct change *change = submission(p, planning_guarded(p));
        if (upgrades[i].due != (change != NULL))
            fail_msg("upgrade %zu", i);
        if (change) /* like every submission */
            assert_int_equal(change->hold, HOLD_APPROVAL);
        planning_free(p);
    }
}

/* ---- partners ---- */

#define SAME "title", "Deal", "company", "Acme", "stage", "qualified"
#define A    "loc-a"
#define AB   "loc-a\x1floc-b"
#define NOT  ACTION_COUNT

static const struct {
    const char *status, *seen, *share;
    const char *cloud, *local, *base; /* partners */
    enum action action;               /* NOT: nothing is planned */
    const char *writes, *finding;
} partners[] = {
    /* One that is still to be handed over takes them along, and waits for that. */
    {"draft", NULL, "yes", NULL, A, NULL, ACTION_SUBMIT, A, NULL},
    {"draft", NULL, "no", NULL, A, NULL, NOT, NULL, NULL},
    {"submitted", "visibility_only", "yes", NULL, A, NULL, ACTION_SUBMIT, A, NULL},
    /* One that was: whatever the gate says, since this is an edit of the row. */
    {"in_review", "co_sell", "no", NULL, A, NULL, ACTION_SUBMIT, A, NULL},
    {"approved", "co_sell", "no", A, AB, A, ACTION_SUBMIT, AB, NULL},
    {"rejected", "co_sell", "yes", A, AB, A, ACTION_SUBMIT, AB, NULL},
    {"approved", "co_sell", "no", A, A, A, NOT, NULL, NULL},
    /* Who was invited stays so. */
    {"approved", "co_sell", "no", AB, A, AB, NOT, NULL, "REF-028"},
    {"draft", NULL, "no", AB, A, AB, NOT, NULL, "REF-028"},
    /* Somebody else was invited in the portal. */
    {"approved", "co_sell", "no", AB, A, A, ACTION_PULL, AB, NULL},
    {"invited", NULL, "no", NULL, A, NULL, NOT, NULL, "REF-022"},
    {"expired", NULL, "no", NULL, A, NULL, NOT, NULL, "REF-012"},
};

static const char *const *with(struct planning *p, const char *const *pairs, const char *name,
                               const char *value)
{
    size_t count = 0;
    while (pairs[count])
        count++;
    const char **all = arena_array(p->arena, count + 3, sizeof *all);
    memcpy(all, pairs, count * sizeof *all);
    all[count] = value ? name : NULL;
    all[count + 1] = value;
    return all;
}

static void put_pair(struct planning *p, size_t row)
{
    planning_remote(p, "R1", "v1",
                    with(p,
                         with(p, PAIRS(DEAL, "status", partners[row].status), "cloud_involvement",
                              partners[row].seen),
                         "partners", partners[row].cloud));
    planning_local(p, "L1", partners[row].share,
                   with(p, PAIRS(SAME, "id", "R1"), "partners", partners[row].local));
    planning_link(p, "R1", "L1", with(p, PAIRS(SAME), "partners", partners[row].base));
}

static void test_partners(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(partners); i++) {
        struct planning *p = open_job(&azure_referrals);
        put_pair(p, i);
        struct plan *plan = planning_guarded(p);
        if (plan->change_count != (partners[i].action != NOT) ||
            (plan->change_count && plan->changes[0]->action != partners[i].action))
            fail_msg("partners %zu: %zu changes, %s", i, plan->change_count,
                     planning_json(p, plan));
        if (partners[i].action != NOT)
            assert_string_equal(planning_value(plan->changes[0], "partners"), partners[i].writes);
        if (partners[i].action == ACTION_SUBMIT)
            assert_int_equal(plan->changes[0]->hold, HOLD_APPROVAL);
        assert_int_equal(plan->finding_count, partners[i].finding || plan->changes[0]->hold);
        if (partners[i].finding)
            assert_int_equal(planning_findings(plan, partners[i].finding), 1);
        planning_free(p);
    }
}

/* An edit beside it goes on without waiting. */
static void test_beside_an_edit(void **state)
{
    (void)state;
    struct planning *p = open_job(&azure_referrals);
    planning_remote(p, "R1", "v1", PAIRS(HELPED));
    planning_local(
        p, "L1", "no",
        PAIRS("id", "R1", "title", "More", "company", "Acme", "stage", "qualified", "partners", A));
    planning_link(p, "R1", "L1", PAIRS(SAME));
    struct plan *plan = planning_guarded(p);
    assert_int_equal(plan->change_count, 2);
    assert_int_equal(plan->changes[0]->action, ACTION_UPDATE);
    assert_int_equal(plan->changes[0]->hold, HOLD_NONE);
    assert_null(planning_value(plan->changes[0], "partners"));
    assert_int_equal(plan->changes[1]->action, ACTION_SUBMIT);
    assert_int_equal(plan->changes[1]->hold, HOLD_APPROVAL);
    assert_null(planning_value(plan->changes[1], "title"));
    planning_free(p);
}

/* ---- by hand ---- */

static struct plan *asked(struct planning *p)
{
    static const struct wish wish = {.action = ACTION_SUBMIT, .subject = "L1", .who = "ann"};
    p->work.wishes = &wish;
    p->work.wish_count = 1;
    return planning_make(p);
}

static const struct {
    const char *involvement, *partners;
    const char *const *remote;
    bool due;
} by_hand[] = {
    {"co_sell", NULL, PAIRS(LED), true},      {"visibility_only", NULL, PAIRS(LED), false},
    {"visibility_only", A, PAIRS(LED), true}, {"co_sell", NULL, PAIRS(HELPED), false},
    {"co_sell", A, PAIRS(HELPED), true},      {"co_sell", A, PAIRS(HELPED, "partners", A), false},
};

static void test_by_hand(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(by_hand); i++) {
        struct planning *p = open_job(&azure_referrals);
        planning_remote(p, "R1", "v1", by_hand[i].remote);
        planning_local(p, "L1", "no",
                       with(p, PAIRS(SAME, "id", "R1", "involvement", by_hand[i].involvement),
                            "partners", by_hand[i].partners));
        planning_link(p, "R1", "L1", PAIRS(SAME));
        struct plan *plan = asked(p);
        if (by_hand[i].due != (submission(p, plan) != NULL))
            fail_msg("by hand %zu", i);
        assert_int_equal(planning_findings(plan, "RUN-010"), !by_hand[i].due);
        planning_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_upgrades),
        cmocka_unit_test(test_partners),
        cmocka_unit_test(test_beside_an_edit),
        cmocka_unit_test(test_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
