/* Random edits on both sides over several rounds, with a cloud that misbehaves at random and
 * programs that end and start anew. Whatever the order: nothing is made twice, nothing that the job
 * does not own is lost, and once the cloud is well both sides agree and stay so.
 *
 * TEST_SEED=n repeats a failure. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/support/chance.h"
#include "tests/support/rig.h"

#define WORLDS 16
#define ROUNDS 5
#define DEALS  40

struct play {
    struct rig *rig;
    struct chance *chance;
    size_t deals;
    size_t words;                /* each value is a new one */
    const char *unowned[DEALS];  /* what stands in a member that no table knows, by deal */
    const char *comments[DEALS]; /* in one that the tables know and the job does not map */
    bool meanwhile;              /* edits also while a run is under way */
};

static const char *key_of(struct play *play, size_t deal)
{
    return arena_printf(play->rig->arena, "L%zu", deal);
}

static const char *id_of(struct play *play, size_t deal)
{
    return rig_id_of(play->rig, key_of(play, deal));
}

static const char *new_words(struct play *play)
{
    return arena_printf(play->rig->arena, "Step %zu", ++play->words);
}

static const char *new_day(struct play *play)
{
    return arena_printf(play->rig->arena, "2027-%02zu-%02zu", 1 + chance_below(play->chance, 12),
                        1 + chance_below(play->chance, 28));
}

static void add_deal(struct play *play)
{
    struct rig *rig = play->rig;
    if (play->deals == DEALS)
        return;
    const char *share = chance_below(play->chance, 4) ? "yes" : "no";
    const char *row = rig_row(rig, key_of(play, play->deals++), share);
    rig_csv_put(rig, arena_printf(rig->arena, "%s%s", rig_csv(rig), row));
}

static void edit_local(struct play *play, size_t deal)
{
    static const char *const stages[] = {"qualified", "technical_validation",
                                         "business_validation"};
    struct rig *rig = play->rig;
    const char *key = key_of(play, deal);
    switch (chance_below(play->chance, 7)) {
    case 0:
    case 1:
        rig_set_cell(rig, key, "NextStep", new_words(play));
        break;
    case 2:
        rig_set_cell(rig, key, "Close", new_day(play));
        break;
    case 3:
        rig_set_cell(rig, key, "Stage", stages[chance_below(play->chance, COUNT(stages))]);
        break;
    case 4:
        rig_set_cell(rig, key, "Solution",
                     chance_below(play->chance, 2) ? "S-2000002" : "S-2000001");
        break;
    case 5:
        rig_set_cell(rig, key, "Share", "yes");
        break;
    case 6:
        rig_set_cell(rig, key, "NextStep", "");
        break;
    }
}

static void edit_remote(struct play *play, size_t deal)
{
    struct rig *rig = play->rig;
    const char *id = id_of(play, deal);
    if (!id)
        return;
    switch (chance_below(play->chance, 5)) {
    case 0:
    case 1:
        rig_edit(rig, id, "LifeCycle.NextSteps", new_words(play));
        break;
    case 2:
        rig_edit(rig, id, "LifeCycle.TargetCloseDate", new_day(play));
        break;
    case 3:
        rig_edit(rig, id, "FutureMember", play->unowned[deal] = new_words(play));
        break;
    case 4:
        rig_edit(rig, id, "Project.AdditionalComments", play->comments[deal] = new_words(play));
        break;
    }
}

static void edit_something(struct play *play)
{
    size_t deal = chance_below(play->chance, play->deals);
    if (chance_below(play->chance, 2))
        edit_local(play, deal);
    else
        edit_remote(play, deal);
}

static void edit_meanwhile(struct rig *rig, const char *operation)
{
    struct play *play = rig->context;
    (void)operation;
    if (play->meanwhile && chance_below(play->chance, 25) == 0)
        edit_something(play);
}

static void add_faults(struct play *play)
{
    static const char *const kinds_of[] = {"429",        "500",        "503",         "reset",
                                           "lost-after", "truncate",   "html",        "401",
                                           "empty-list", "short-list", "repeat-token"};
    static const char *const operations[] = {"ListOpportunities",
                                             "GetOpportunity",
                                             "CreateOpportunity",
                                             "AssociateOpportunity",
                                             "UpdateOpportunity",
                                             "",
                                             "StartEngagementFromOpportunityTask"};
    for (size_t count = chance_below(play->chance, 4); count; count--) {
        char spec[128];
        bool each = chance_below(play->chance, 2);
        snprintf(spec, sizeof spec, "%s:%s:%s%zu",
                 kinds_of[chance_below(play->chance, COUNT(kinds_of))],
                 operations[chance_below(play->chance, COUNT(operations))], each ? "every-" : "",
                 1 + chance_below(play->chance, each ? 3 : 12));
        rig_fault(play->rig, spec);
    }
}

static void check_nothing_lost(struct play *play)
{
    struct rig *rig = play->rig;
    assert_int_equal(sandbox_duplicates(rig->sandbox), 0);
    size_t count;
    const char **ids = rig_ids(rig, &count);
    assert_true(count <= play->deals);
    for (size_t i = 0; i < count; i++)
        assert_string_not_equal(rig_member(rig, ids[i], "PartnerOpportunityIdentifier"), "");
    for (size_t i = 0; i < play->deals; i++) {
        const char *id = id_of(play, i);
        if (play->unowned[i])
            assert_string_equal(rig_member(rig, id, "FutureMember"), play->unowned[i]);
        if (play->comments[i])
            assert_string_equal(rig_member(rig, id, "Project.AdditionalComments"),
                                play->comments[i]);
        assert_non_null(rig_cell(rig, key_of(play, i), "Name")); /* no row is lost either */
    }
}

/* A person decides whatever is open. */
static void resolve(struct play *play)
{
    const struct engine_result *result = &play->rig->result;
    const struct plan *plan = result->left ? result->left : result->plan;
    for (size_t i = 0; plan && i < plan->conflict_count; i++)
        rig_decide(play->rig, plan->conflicts[i].id,
                   chance_below(play->chance, 2) ? "local" : "cloud");
}

static void converge(struct play *play)
{
    struct rig *rig = play->rig;
    rig_clear_faults(rig);
    play->meanwhile = false;
    for (size_t i = 0; i < 3; i++) {
        rig_advance(rig, 25 * 60 * 60 * 1000); /* reviews end, a full read is due */
        rig_run(rig);
        resolve(play);
    }
    rig_settle(rig, 3);
    assert_int_equal(rig->result.plan->conflict_count, 0);
}

/* Each pair agrees in what the job keeps in step; an emptied cell clears nothing. */
static void check_agreement(struct play *play)
{
    static const char *const both[][2] = {{"NextStep", "LifeCycle.NextSteps"},
                                          {"Close", "LifeCycle.TargetCloseDate"},
                                          {"Solution", "RelatedEntityIdentifiers.Solutions[0]"}};
    struct rig *rig = play->rig;
    for (size_t i = 0; i < play->deals; i++) {
        const char *key = key_of(play, i), *id = id_of(play, i);
        bool shared = !strcmp(rig_cell(rig, key, "Share"), "yes");
        assert_int_equal(id != NULL, shared);
        if (!id)
            continue;
        assert_string_equal(rig_cell(rig, key, "OppId"), id);
        assert_string_equal(rig_link(rig, key)->remote_id, id);
        assert_string_equal(rig_member(rig, id, "LifeCycle.ReviewStatus"), "Approved");
        for (size_t j = 0; j < COUNT(both); j++) {
            const char *cell = rig_cell(rig, key, both[j][0]);
            if (*cell)
                assert_string_equal(rig_member(rig, id, both[j][1]), cell);
        }
    }
}

static void play_world(struct chance *chance)
{
    struct play play = {.chance = chance, .meanwhile = true};
    play.rig = rig_new(
        &(struct rig_options){.seed = chance_next(chance), .slow = chance_below(chance, 3) == 0});
    play.rig->context = &play;
    play.rig->before_call = edit_meanwhile;
    for (size_t i = 0; i < 4; i++)
        add_deal(&play);
    for (size_t round = 0; round < ROUNDS; round++) {
        play.meanwhile = true;
        for (size_t runs = 1 + chance_below(chance, 3); runs; runs--) {
            for (size_t edits = chance_below(chance, 6); edits; edits--)
                edit_something(&play);
            if (chance_below(chance, 2))
                add_deal(&play);
            add_faults(&play);
            rig_run(play.rig);
            check_nothing_lost(&play);
            if (chance_below(chance, 3) == 0)
                rig_restart(play.rig);
            if (chance_below(chance, 3) == 0)
                rig_clear_faults(play.rig);
        }
        converge(&play);
        check_nothing_lost(&play);
        check_agreement(&play);
        /* There is nothing left: one call, no change, the same state. */
        const char *state = rig_state(play.rig);
        long long calls = rig_run(play.rig)->stats.calls;
        assert_int_equal(rig_changes(play.rig), 0);
        assert_int_equal(calls, 1);
        assert_string_equal(rig_state(play.rig), state);
    }
    rig_free(play.rig);
}

static void test_random_worlds(void **state)
{
    (void)state;
    struct chance chance = chance_start("engine");
    for (size_t i = 0; i < WORLDS; i++) {
        struct chance world = chance; /* so that a world can be played alone, by its seed */
        if (getenv("TEST_VERBOSE"))
            print_message("world %zu: TEST_SEED=%llu\n", i, (unsigned long long)world.state);
        play_world(&world);
        chance_next(&chance);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_worlds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
