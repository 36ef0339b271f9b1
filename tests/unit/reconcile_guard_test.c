/* The guard: what it lets through, what it holds back, and the reason it gives. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "tests/support/planning.h"

static int setup(void **state)
{
    *state = planning_new();
    return 0;
}

static int teardown(void **state)
{
    planning_free(*state);
    return 0;
}

static const char *text(struct planning *p, const char *format, size_t number)
{
    return arena_printf(p->arena, "%s%zu", format, number);
}

/* `changed` of `pairs` linked pairs have another title on the local side. */
static void add_pairs(struct planning *p, size_t pairs, size_t changed)
{
    for (size_t i = 0; i < pairs; i++) {
        const char *id = text(p, "O", i), *key = text(p, "L", i);
        planning_remote(p, id, "v1", PAIRS("title", "Old"));
        planning_local(p, key, NULL, PAIRS("id", id, "title", i < changed ? "New" : "Old"));
        planning_link(p, id, key, PAIRS("title", "Old"));
    }
}

static void add_creations(struct planning *p, size_t count)
{
    for (size_t i = 0; i < count; i++)
        planning_local(p, text(p, "N", i), "yes", PAIRS("title", "T", "next_steps", "Call"));
}

static size_t held(const struct plan *plan, enum hold why)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->change_count; i++)
        count += plan->changes[i]->hold == why;
    return count;
}

/* One pair of each kind of change: adopt with pull, update, pull, close, submit, create. */
static void add_one_of_each(struct planning *p)
{
    planning_remote(p, "O1", "v1", PAIRS("title", "Old"));
    planning_local(p, "L1", NULL, PAIRS("id", "O1", "title", "New"));
    planning_link(p, "O1", "L1", PAIRS("title", "Old"));
    planning_remote(p, "O2", "v1", PAIRS("next_steps", "Cloud"));
    planning_local(p, "L2", NULL, PAIRS("id", "O2", "next_steps", "Base"));
    planning_link(p, "O2", "L2", PAIRS("next_steps", "Base"));
    planning_remote(p, "O3", "v1", PAIRS("stage", "prospect", "lost_reason", "Price"));
    planning_local(p, "L3", NULL, PAIRS("id", "O3", "stage", "lost", "lost_reason", "Price"));
    planning_link(p, "O3", "L3", PAIRS("stage", "prospect", "lost_reason", "Price"));
    planning_remote(p, "O4", "v1", PAIRS("title", "T", "next_steps", "Call", "status", "draft"));
    planning_local(p, "L4", "yes", PAIRS("id", "O4", "title", "T", "next_steps", "Call"));
    planning_link(p, "O4", "L4", PAIRS("title", "T", "next_steps", "Call"));
    planning_remote(p, "O5", "v1", PAIRS("partner_reference", "L5", "title", "T"));
    planning_local(p, "L5", NULL, PAIRS("title", "T"));
    add_creations(p, 1);
}

enum {
    ADOPT = 1 << ACTION_ADOPT,
    CREATE = 1 << ACTION_CREATE,
    UPDATE = 1 << ACTION_UPDATE,
    SUBMIT = 1 << ACTION_SUBMIT,
    CLOSE = 1 << ACTION_CLOSE,
    PULL = 1 << ACTION_PULL,
    ALL = ADOPT | CREATE | UPDATE | SUBMIT | CLOSE | PULL
};

/* The actions that are let through, as bits; all others must be held for `why`. */
static unsigned open_actions(const struct plan *plan, enum hold why)
{
    unsigned open = 0;
    for (size_t i = 0; i < plan->change_count; i++) {
        const struct change *change = plan->changes[i];
        if (change->hold == HOLD_NONE)
            open |= 1u << change->action;
        else
            assert_int_equal(change->hold, why);
        assert_int_equal(change->hold_reason != NULL, change->hold != HOLD_NONE);
    }
    return open;
}

static void test_modes(void **state)
{
    struct planning *p = *state;
    add_one_of_each(p);
    assert_int_equal(open_actions(planning_guarded(p), HOLD_NONE), ALL);
    p->job.mode = MODE_PROPOSE;
    assert_int_equal(open_actions(planning_guarded(p), HOLD_MODE), ADOPT);
    p->job.mode = MODE_OBSERVE;
    assert_int_equal(open_actions(planning_guarded(p), HOLD_MODE), 0);
}

static void test_trust(void **state)
{
    struct planning *p = *state;
    add_one_of_each(p);
    p->trust = (struct plan_trust){.remote = READ_PARTIAL, .ever_complete = true};
    assert_int_equal(open_actions(planning_guarded(p), HOLD_READ), ADOPT | UPDATE | PULL);
    p->trust = (struct plan_trust){.remote = READ_FAILED, .ever_complete = true};
    assert_int_equal(open_actions(planning_guarded(p), HOLD_READ), ADOPT | PULL);
    p->trust = (struct plan_trust){.remote = READ_COMPLETE, .ever_complete = false};
    assert_int_equal(open_actions(planning_guarded(p), HOLD_READ), ALL & ~CREATE);
    /* No approval makes a creation safe that rests on half a list. */
    p->trust = (struct plan_trust){.remote = READ_PARTIAL, .ever_complete = true};
    struct change *create = planning_change(planning_guarded(p), ACTION_CREATE, "N0");
    planning_verdict(p, create->id, "approve");
    assert_int_equal(planning_change(planning_guarded(p), ACTION_CREATE, "N0")->hold, HOLD_READ);
}

static void test_irreversible_acts(void **state)
{
    struct planning *p = *state;
    static const struct {
        unsigned allow, open;
    } rows[] = {{0, ALL & ~(CLOSE | SUBMIT)},
                {ACT_CLOSE, ALL & ~SUBMIT},
                {ACT_SUBMIT, ALL & ~CLOSE},
                {ACT_LAUNCH, ALL & ~(CLOSE | SUBMIT)},
                {ACT_CLOSE | ACT_SUBMIT, ALL}};
    add_one_of_each(p);
    for (size_t i = 0; i < COUNT(rows); i++) {
        p->job.allow = rows[i].allow;
        struct plan *plan = planning_guarded(p);
        assert_int_equal(open_actions(plan, HOLD_APPROVAL), rows[i].open);
        assert_int_equal(planning_findings(plan, "APV-001"), held(plan, HOLD_APPROVAL));
    }
    p->job.allow = 0;
    struct change *close = planning_change(planning_guarded(p), ACTION_CLOSE, "O3");
    planning_verdict(p, close->id, "approve");
    assert_int_equal(open_actions(planning_guarded(p), HOLD_APPROVAL), ALL & ~SUBMIT);
}

static void test_person_rejects_and_approves(void **state)
{
    struct planning *p = *state;
    add_pairs(p, 1, 1);
    const char *id = arena_copy(p->arena, planning_guarded(p)->changes[0]->id);
    planning_verdict(p, id, "reject");
    struct change *change = planning_guarded(p)->changes[0];
    assert_int_equal(change->hold, HOLD_REJECTED);
    assert_string_equal(change->hold_reason, "rejected by ann");
    planning_verdict(p, id, "approve");
    assert_int_equal(planning_guarded(p)->changes[0]->hold, HOLD_NONE);
    /* The verdict was on this change: with another value it is another one. */
    planning_verdict(p, id, "reject");
    planning_local(p, "L0", NULL, PAIRS("id", "O0", "title", "Newer"));
    assert_int_equal(planning_guarded(p)->changes[0]->hold, HOLD_NONE);
}

/* Whoever says that two records do not belong together stops all that rests on it. */
static void test_rejected_pair(void **state)
{
    struct planning *p = *state;
    planning_remote(
        p, "O1", "v1",
        PAIRS("partner_reference", "L1", "title", "Old", "next_steps", "Cloud", "status", "draft"));
    planning_local(p, "L1", "yes", PAIRS("title", "New"));
    struct plan *plan = planning_guarded(p);
    assert_int_equal(plan->change_count, 4); /* adopt, update, pull, submit */
    planning_verdict(p, planning_change(plan, ACTION_ADOPT, "O1")->id, "reject");
    planning_verdict(p, planning_change(plan, ACTION_UPDATE, "O1")->id, "approve");
    plan = planning_guarded(p);
    assert_int_equal(held(plan, HOLD_REJECTED), 4);
    struct apply_counts counts = {0};
    assert_ok(p->store, apply_bookkeeping(&p->work, plan, 1, &counts, &p->store->error));
    assert_int_equal(fixture_counts(p->store).links, 0);
}

/* A submission does not go out without the correction it was checked with. */
static void test_submission_waits_for_its_correction(void **state)
{
    struct planning *p = *state;
    planning_remote(p, "O1", "v1", PAIRS("title", "T", "status", "draft"));
    planning_local(p, "L1", "yes", PAIRS("id", "O1", "title", "T", "next_steps", "Call"));
    planning_link(p, "O1", "L1", PAIRS("title", "T"));
    struct plan *plan = planning_guarded(p);
    assert_int_equal(held(plan, HOLD_NONE), 2);
    planning_verdict(p, planning_change(plan, ACTION_UPDATE, "O1")->id, "reject");
    planning_verdict(p, planning_change(plan, ACTION_SUBMIT, "O1")->id, "approve");
    plan = planning_guarded(p);
    assert_int_equal(planning_change(plan, ACTION_SUBMIT, "O1")->hold, HOLD_REJECTED);
    assert_non_null(strstr(planning_change(plan, ACTION_SUBMIT, "O1")->hold_reason, "waits for"));
}

/* ---- what runs remember ---- */

static void test_refused_write(void **state)
{
    struct planning *p = *state;
    add_pairs(p, 1, 1);
    struct change *change = planning_guarded(p)->changes[0];
    planning_verdict(p, guard_subject(p->arena, change, "v1"), GUARD_REFUSED "no such thing");
    struct plan *plan = planning_guarded(p);
    assert_int_equal(plan->changes[0]->hold, HOLD_RULE);
    assert_non_null(strstr(plan->changes[0]->hold_reason, "no such thing"));
    assert_int_equal(planning_findings(plan, "REF-019"), 1);
    planning_verdict(p, change->id, "approve"); /* once more, says a person */
    assert_int_equal(planning_guarded(p)->changes[0]->hold, HOLD_NONE);
    planning_verdict(p, change->id, "");
    assert_int_equal(planning_guarded(p)->changes[0]->hold, HOLD_RULE);
    planning_remote(p, "O0", "v2", PAIRS("title", "Old")); /* the record moved */
    assert_int_equal(planning_guarded(p)->changes[0]->hold, HOLD_NONE);
}

/* A refusal is said again under the code that it came with. */
static void test_refusal_keeps_its_code(void **state)
{
    (void)state;
    static const struct {
        const char *verdict, *code;
    } rows[] = {
        {GUARD_REFUSED "REF-009 that is no phone", "REF-009"},
        {GUARD_REFUSED "OFR-023 the seller is not verified", "OFR-023"},
        {GUARD_REFUSED "XYZ-001 of a code that nobody knows", "REF-019"},
        {GUARD_REFUSED "REF-0090 that is another", "REF-019"},
        {GUARD_REFUSED "REF-009", "REF-009"},
        {GUARD_REFUSED, "REF-019"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct planning *p = planning_new();
        add_pairs(p, 1, 1);
        struct change *change = planning_guarded(p)->changes[0];
        planning_verdict(p, guard_subject(p->arena, change, "v1"), rows[i].verdict);
        struct plan *plan = planning_guarded(p);
        assert_int_equal(plan->changes[0]->hold, HOLD_RULE);
        assert_int_equal(plan->finding_count, 1);
        assert_string_equal(plan->findings[0].type->code, rows[i].code);
        const char *words = rows[i].verdict + strlen(GUARD_REFUSED);
        assert_string_equal(guard_refusal_code(p->arena, &words), rows[i].code);
        assert_non_null(strstr(plan->findings[0].detail, words));
        planning_free(p);
    }
}

static void test_write_that_was_not_kept(void **state)
{
    struct planning *p = *state;
    add_pairs(p, 1, 1);
    struct change *change = planning_guarded(p)->changes[0];
    planning_verdict(p, guard_subject(p->arena, change, "v1"), GUARD_NOT_KEPT);
    struct plan *plan = planning_guarded(p);
    assert_int_equal(plan->changes[0]->hold, HOLD_RULE);
    assert_int_equal(planning_findings(plan, "MRG-003"), 1);
}

static void test_delivered_pull(void **state)
{
    struct planning *p = *state;
    planning_remote(p, "O1", "v1", PAIRS("next_steps", "Cloud"));
    planning_local(p, "L1", NULL, PAIRS("id", "O1", "next_steps", "Base"));
    planning_link(p, "O1", "L1", PAIRS("next_steps", "Base"));
    struct change *pull = planning_guarded(p)->changes[0];
    assert_int_equal(pull->action, ACTION_PULL);
    planning_verdict(p, guard_subject(p->arena, pull, "v1"), GUARD_DELIVERED);
    assert_int_equal(planning_guarded(p)->changes[0]->hold, HOLD_DELIVERED);
    /* It is about the cell, not about the remote record's version. */
    planning_remote(p, "O1", "v2", PAIRS("next_steps", "Cloud"));
    assert_int_equal(planning_guarded(p)->changes[0]->hold, HOLD_DELIVERED);
    planning_remote(p, "O1", "v3", PAIRS("next_steps", "Cloud again"));
    assert_int_equal(planning_guarded(p)->changes[0]->hold, HOLD_NONE);
}

static void put_journal(struct planning *p, struct change *change, enum journal_state row_state)
{
    struct store *store = p->work.store;
    const struct journal_row row = {.change = change,
                                    .run = 1,
                                    .state = row_state,
                                    .step = "update",
                                    .token = "t",
                                    .progress = json_object(p->arena),
                                    .made_ms = 1,
                                    .changed_ms = 1};
    assert_ok(p->store, store->ops->journal_put(store, &row, &p->store->error));
}

/* While it is open whether an earlier change happened, its record is left alone, by id or key. */
static void test_busy_records(void **state)
{
    struct planning *p = *state;
    add_one_of_each(p);
    struct plan *plan = planning_guarded(p);
    put_journal(p, planning_change(plan, ACTION_UPDATE, "O1"), JOURNAL_RUNNING);
    put_journal(p, planning_change(plan, ACTION_CREATE, "N0"), JOURNAL_RUNNING);
    put_journal(p, planning_change(plan, ACTION_PULL, "O2"), JOURNAL_LOCAL); /* read again anyway */
    put_journal(p, planning_change(plan, ACTION_CLOSE, "O3"), JOURNAL_DONE);
    plan = planning_guarded(p);
    assert_int_equal(held(plan, HOLD_BUSY), 2);
    assert_int_equal(planning_change(plan, ACTION_UPDATE, "O1")->hold, HOLD_BUSY);
    assert_int_equal(planning_change(plan, ACTION_CREATE, "N0")->hold, HOLD_BUSY);
    planning_verdict(p, planning_change(plan, ACTION_UPDATE, "O1")->id, "approve");
    assert_int_equal(planning_change(planning_guarded(p), ACTION_UPDATE, "O1")->hold, HOLD_BUSY);
}

static void put_waiting(struct planning *p, struct change *change, const char *note)
{
    struct store *store = p->work.store;
    struct journal_row row = {.change = change,
                              .run = 1,
                              .state = JOURNAL_RUNNING,
                              .step = "poll",
                              .answered = true,
                              .token = "t",
                              .progress = json_object(p->arena),
                              .made_ms = 1,
                              .changed_ms = 1};
    json_set_text(p->arena, row.progress, PROGRESS_NOTE, note);
    assert_ok(p->store, store->ops->journal_put(store, &row, &p->store->error));
}

/* What only waits for the cloud keeps its own fields and all writes there: the rest is pulled. */
static void test_pulls_beside_what_waits(void **state)
{
    struct planning *p = *state;
    static const char *const base[] = {"title", "Old", "next_steps", "Base", NULL};
    planning_remote(p, "O1", "v1", base);
    planning_local(p, "L1", NULL, PAIRS("id", "O1", "title", "New", "next_steps", "Base"));
    planning_link(p, "O1", "L1", base);
    struct change *update = planning_change(planning_guarded(p), ACTION_UPDATE, "O1");
    planning_map(p, "title")->owner = OWNER_CLOUD; /* now the update's field would be pulled, too */
    planning_remote(p, "O1", "v2", PAIRS("title", "Old", "next_steps", "Cloud"));

    put_journal(p, update, JOURNAL_RUNNING); /* it is not known whether it happened */
    struct change *pull = planning_change(planning_guarded(p), ACTION_PULL, "O1");
    assert_int_equal(pull->hold, HOLD_BUSY);
    assert_int_equal(pull->field_count, 2);

    put_waiting(p, update, "the cloud reviews it");
    pull = planning_change(planning_guarded(p), ACTION_PULL, "O1");
    assert_int_equal(pull->hold, HOLD_NONE);
    assert_string_equal(planning_value(pull, "next_steps"), "Cloud");
    assert_null(planning_value(pull, "title"));
    planning_verdict(p, pull->id, "reject"); /* by the id that it has so */
    assert_int_equal(planning_change(planning_guarded(p), ACTION_PULL, "O1")->hold, HOLD_REJECTED);

    planning_remote(p, "O1", "v3", base); /* nothing but what waits */
    assert_int_equal(planning_change(planning_guarded(p), ACTION_PULL, "O1")->hold, HOLD_BUSY);
    planning_map(p, "title")->owner = OWNER_LOCAL;
    assert_int_equal(planning_change(planning_guarded(p), ACTION_UPDATE, "O1")->hold, HOLD_BUSY);
}

static void test_rule_is_no_matter_of_opinion(void **state)
{
    struct planning *p = *state;
    planning_local(p, "N0", "yes", PAIRS("next_steps", "Call")); /* no title */
    struct change *create = planning_guarded(p)->changes[0];
    assert_int_equal(create->hold, HOLD_RULE);
    planning_verdict(p, create->id, "approve");
    assert_int_equal(planning_guarded(p)->changes[0]->hold, HOLD_RULE);
}

/* ---- limits ---- */

static void test_share(void **state)
{
    (void)state;
    static const struct {
        size_t pairs, changed;
        unsigned share, floor;
        bool holds;
    } rows[] = {
        {20, 6, 30, 10, false},                         /* exactly the share */
        {20, 7, 30, 10, true},  {20, 20, 0, 10, false}, /* no limit */
        {9, 9, 30, 10, false},                          /* below the floor */
        {10, 4, 30, 10, true},                          /* on the floor */
        {10, 3, 30, 10, false}, {3, 1, 30, 0, true},    {20, 20, 100, 10, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct planning *p = planning_new();
        add_pairs(p, rows[i].pairs, rows[i].changed);
        add_creations(p, 15); /* do not count: the share is one of what exists */
        p->job.limits = (struct limits){.max_share = rows[i].share, .floor = rows[i].floor};
        struct plan *plan = planning_guarded(p);
        assert_int_equal(held(plan, HOLD_LIMIT), rows[i].holds ? rows[i].changed + 15 : 0);
        assert_int_equal(planning_findings(plan, "RUN-004"), rows[i].holds);
        planning_free(p);
    }
}

static void test_count(void **state)
{
    struct planning *p = *state;
    add_pairs(p, 6, 4);
    add_creations(p, 3);
    planning_remote(p, "O9", "v1", PAIRS("next_steps", "Cloud"));
    planning_local(p, "L9", NULL, PAIRS("id", "O9", "next_steps", "Base"));
    planning_link(p, "O9", "L9", PAIRS("next_steps", "Base"));
    p->job.limits.max_changes = 7;
    assert_int_equal(held(planning_guarded(p), HOLD_LIMIT), 0);
    p->job.limits.max_changes = 6;
    struct plan *plan = planning_guarded(p);
    assert_int_equal(held(plan, HOLD_LIMIT), 7);
    assert_int_equal(planning_change(plan, ACTION_PULL, "O9")->hold,
                     HOLD_NONE); /* no cloud write */
    /* What a person released goes out, and counts no more. */
    planning_verdict(p, planning_change(plan, ACTION_CREATE, "N0")->id, "approve");
    assert_int_equal(held(planning_guarded(p), HOLD_LIMIT), 0);
    p->job.limits.max_changes = 5;
    plan = planning_guarded(p);
    assert_int_equal(held(plan, HOLD_LIMIT), 6);
    assert_int_equal(planning_change(plan, ACTION_CREATE, "N0")->hold, HOLD_NONE);
}

static void test_money(void **state)
{
    (void)state;
    static const struct {
        const char *old_value, *new_value; /* of the one, and of the other pair */
        const char *old_other, *new_other;
        const char *limit;
        bool holds;
    } rows[] = {
        {"100.00 USD", "150.00 USD", NULL, NULL, "50.00 USD", false},
        {"100.00 USD", "150.01 USD", NULL, NULL, "50.00 USD", true},
        {"150.01 USD", "100.00 USD", NULL, NULL, "50.00 USD", true}, /* down counts as well */
        {NULL, "50.01 USD", NULL, NULL, "50.00 USD", true},
        {"100.00 USD", "130.00 USD", "100.00 USD", "79.99 USD", "50.00 USD", true}, /* no netting */
        {"100.00 USD", "130.00 USD", "100.00 USD", "80.00 USD", "50.00 USD", false},
        {"100.00 EUR", "100.01 EUR", NULL, NULL, "50.00 USD", true}, /* cannot be told */
        {"100.00 USD", "100.00 EUR", NULL, NULL, "500.00 USD", true},
        {"0.10 USD", "0.30 USD", NULL, NULL, "0.20 USD", false}, /* exact */
        {"99999999999999999999.99 USD", "100000000000000000000.00 USD", NULL, NULL, "0.01 USD",
         false},
        {"99999999999999999999.98 USD", "100000000000000000000.00 USD", NULL, NULL, "0.01 USD",
         true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct planning *p = planning_new();
        const char *const olds[] = {rows[i].old_value, rows[i].old_other};
        const char *const news[] = {rows[i].new_value, rows[i].new_other};
        for (size_t j = 0; j < 2 && news[j]; j++) {
            const char *id = text(p, "O", j), *key = text(p, "L", j);
            const char *const *base = olds[j] ? PAIRS("spend", olds[j]) : PAIRS("title", "T");
            planning_remote(p, id, "v1", base);
            planning_local(p, key, NULL, PAIRS("id", id, "spend", news[j]));
            planning_link(p, id, key, base);
        }
        p->job.limits = (struct limits){.max_amount = rows[i].limit};
        planning_map(p, "title")->column = NULL; /* nothing to pull */
        struct plan *plan = planning_guarded(p);
        if ((held(plan, HOLD_LIMIT) > 0) != rows[i].holds)
            fail_msg("row %zu: %s", i, planning_json(p, plan));
        planning_free(p);
    }
}

/* A limit counts what would go out, not what waits already. */
static void test_held_changes_do_not_count(void **state)
{
    struct planning *p = *state;
    add_pairs(p, 4, 4);
    p->job.limits.max_changes = 3;
    struct plan *plan = planning_guarded(p);
    assert_int_equal(held(plan, HOLD_LIMIT), 4);
    planning_verdict(p, planning_change(plan, ACTION_UPDATE, "O0")->id, "reject");
    plan = planning_guarded(p);
    assert_int_equal(held(plan, HOLD_LIMIT), 0);
    assert_int_equal(held(plan, HOLD_REJECTED), 1);
}

/* ---- the acts of gates ---- */

static struct planning *planning_gates(enum kind_id kind)
{
    struct planning *p = kind == KIND_OFFER ? planning_offers_new() : planning_new();
    for (enum gate gate = 0; gate < GATE_COUNT; gate++)
        p->job.gates[gate] = (struct gate_rule){0};
    p->job.allow = 0;
    return p;
}

static const struct {
    enum kind_id kind;
    enum gate gate;
    enum action action;
    const char *field, *word;
    unsigned allow;
} acts[] = {
    {KIND_REFERRAL, GATE_SUBMIT, ACTION_SUBMIT, "status", "draft", ACT_SUBMIT},
    {KIND_REFERRAL, GATE_ACCEPT, ACTION_ACCEPT, "status", "invited", ACT_ACCEPT},
    {KIND_REFERRAL, GATE_REJECT, ACTION_REJECT, "status", "invited", ACT_REJECT},
    {KIND_REFERRAL, GATE_REGISTER, ACTION_REGISTER, "registration", "due", ACT_REGISTER},
    {KIND_OFFER, GATE_PUBLISH, ACTION_PUBLISH, "state", "draft", ACT_PUBLISH},
    {KIND_OFFER, GATE_CANCEL, ACTION_CANCEL, "state", "open", ACT_CANCEL},
    {KIND_OFFER, GATE_ACCEPT, ACTION_ACCEPT, "agreement_approval", "due", ACT_ACCEPT},
    {KIND_OFFER, GATE_REJECT, ACTION_REJECT, "agreement_approval", "due", ACT_REJECT},
};

static void add_act(struct planning *p, size_t row, const char *id, const char *key)
{
    const char *more = acts[row].kind == KIND_OFFER ? "expires" : "next_steps";
    planning_pair(p, id, key,
                  PAIRS("title", "T", acts[row].field, acts[row].word, more, "2026-12-31"));
}

static struct planning *planning_act(size_t row)
{
    struct planning *p = planning_gates(acts[row].kind);
    planning_open(p, acts[row].gate, NULL);
    add_act(p, row, "O1", "L1");
    return p;
}

/* Each waits for a person unless exactly that act is allowed, and for a complete read anyway. */
static void test_every_act_needs_its_word(void **state)
{
    (void)state;
    const unsigned all = ACT_CLOSE | ACT_LAUNCH | ACT_SUBMIT | ACT_PUBLISH | ACT_CANCEL |
                         ACT_ACCEPT | ACT_REJECT | ACT_REGISTER;
    for (size_t i = 0; i < COUNT(acts); i++) {
        struct planning *p = planning_act(i);
        p->job.allow = all & ~acts[i].allow;
        struct plan *plan = planning_guarded(p);
        struct change *change = planning_change(plan, acts[i].action, "O1");
        assert_int_equal(change->hold, HOLD_APPROVAL);
        assert_int_equal(planning_findings(plan, "APV-001"), 1);
        p->job.allow = acts[i].allow;
        assert_int_equal(planning_change(planning_guarded(p), acts[i].action, "O1")->hold,
                         HOLD_NONE);
        p->trust.remote = READ_PARTIAL;
        assert_int_equal(planning_change(planning_guarded(p), acts[i].action, "O1")->hold,
                         HOLD_READ);
        p->trust.remote = READ_COMPLETE;
        p->job.allow = 0;
        planning_verdict(p, change->id, "approve");
        assert_int_equal(planning_change(planning_guarded(p), acts[i].action, "O1")->hold,
                         HOLD_NONE);
        planning_verdict(p, change->id, "reject");
        assert_int_equal(planning_change(planning_guarded(p), acts[i].action, "O1")->hold,
                         HOLD_REJECTED);
        planning_free(p);
    }
}

static void link_as(struct planning *p, const char *how)
{
    struct store *store = p->work.store;
    struct record *base = record_new(p->arena, p->job.kind, "O1");
    const struct store_link link = {
        .remote_id = "O1", .local_key = "L1", .base = base->values, .how = how};
    assert_ok(p->store,
              store->ops->link_put(store, FIXTURE_JOB, p->job.kind, &link, &p->store->error));
}

/* All of them count as changes and against the share; what hands over a record that was created
 * here does not change an existing one. */
static void test_acts_count_against_the_limits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(acts); i++) {
        bool hands_over = acts[i].action == ACTION_SUBMIT || acts[i].action == ACTION_PUBLISH;
        for (int made = 0; made < 2; made++) {
            struct planning *p = planning_act(i);
            if (made)
                link_as(p, LINK_CREATED);
            p->job.allow = acts[i].allow;
            p->job.limits = (struct limits){.max_share = 99, .floor = 1};
            struct plan *plan = planning_guarded(p);
            assert_int_equal(planning_change(plan, acts[i].action, "O1")->hold,
                             made && hands_over ? HOLD_NONE : HOLD_LIMIT);
            planning_free(p);
        }
        struct planning *p = planning_act(i);
        add_act(p, i, "O2", "L2");
        p->job.allow = acts[i].allow;
        p->job.limits = (struct limits){.max_changes = 1};
        struct plan *plan = planning_guarded(p);
        assert_int_equal(held(plan, HOLD_LIMIT), 2);
        assert_int_equal(planning_findings(plan, "RUN-004"), 1);
        planning_verdict(p, planning_change(plan, acts[i].action, "O2")->id, "approve");
        assert_int_equal(held(planning_guarded(p), HOLD_LIMIT), 0); /* released each for itself */
        planning_free(p);
    }
}

/* Imports write at the local side: no limit of the cloud's counts them, the mode does. */
static void test_imports_and_the_guard(void **state)
{
    (void)state;
    struct planning *p = planning_gates(KIND_OFFER);
    planning_open(p, GATE_IMPORT, NULL);
    for (size_t i = 0; i < 5; i++)
        planning_remote(p, text(p, "O", i), "v1", PAIRS("title", "T"));
    p->job.limits = (struct limits){.max_changes = 1, .max_share = 1};
    struct plan *plan = planning_guarded(p);
    assert_int_equal(plan->change_count, 5);
    assert_int_equal(held(plan, HOLD_NONE), 5);
    p->job.mode = MODE_PROPOSE;
    assert_int_equal(held(planning_guarded(p), HOLD_MODE), 5);
    planning_free(p);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_modes),
        TEST(test_trust),
        TEST(test_irreversible_acts),
        TEST(test_person_rejects_and_approves),
        TEST(test_rejected_pair),
        TEST(test_submission_waits_for_its_correction),
        TEST(test_refused_write),
        cmocka_unit_test(test_refusal_keeps_its_code),
        TEST(test_write_that_was_not_kept),
        TEST(test_delivered_pull),
        TEST(test_busy_records),
        TEST(test_pulls_beside_what_waits),
        TEST(test_rule_is_no_matter_of_opinion),
        cmocka_unit_test(test_share),
        TEST(test_count),
        cmocka_unit_test(test_money),
        TEST(test_held_changes_do_not_count),
        cmocka_unit_test(test_every_act_needs_its_word),
        cmocka_unit_test(test_acts_count_against_the_limits),
        cmocka_unit_test(test_imports_and_the_guard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
