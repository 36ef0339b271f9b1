/* What the gates of a job open, and what keeps them shut: the state of the record, conditions on
 * both sides, each other, and the edits beside them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "tests/support/planning.h"

static struct planning *planning_of(enum kind_id kind)
{
    struct planning *p = kind == KIND_OFFER ? planning_offers_new() : planning_new();
    for (enum gate gate = 0; gate < GATE_COUNT; gate++)
        p->job.gates[gate] = (struct gate_rule){0};
    return p;
}

/* Changes that are no pulls: of what a gate opens nothing is to be hidden by them. */
static size_t acts(const struct plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->change_count; i++)
        count += plan->changes[i]->action != ACTION_PULL;
    return count;
}

/* ---- states ---- */

static const struct {
    enum gate gate;
    enum kind_id kind;
    enum action action;
    const char *field, *due; /* in these states, each between blanks */
    bool alone;
} gates[] = {
    {GATE_SUBMIT, KIND_REFERRAL, ACTION_SUBMIT, "status", " draft action_required ", false},
    {GATE_PUBLISH, KIND_OFFER, ACTION_PUBLISH, "state", " draft ", false},
    {GATE_CANCEL, KIND_OFFER, ACTION_CANCEL, "state", " open with_partner publishing ", true},
    {GATE_ACCEPT, KIND_REFERRAL, ACTION_ACCEPT, "status", " invited ", true},
    {GATE_REJECT, KIND_REFERRAL, ACTION_REJECT, "status", " invited ", true},
    {GATE_ACCEPT, KIND_OFFER, ACTION_ACCEPT, "agreement_approval", " due ", true},
    {GATE_REJECT, KIND_OFFER, ACTION_REJECT, "agreement_approval", " due ", true},
};

/* One record per state, in pairs or alone: the gate opens for those that are due, and for no
 * other. */
static void check_states(size_t row, bool linked)
{
    struct planning *p = planning_of(gates[row].kind);
    const struct kind *kind = p->job.kind;
    const char *const *words = kind->fields[kind_field(kind, gates[row].field)].words;
    size_t expected = 0;
    planning_open(p, gates[row].gate, NULL);
    for (size_t i = 0; words[i]; i++) {
        const char *key = arena_printf(p->arena, "L-%s", words[i]);
        planning_remote(p, words[i], "v1",
                        PAIRS("title", "T", "next_steps", "Call", "expires", "2026-12-31",
                              gates[row].field, words[i]));
        if (linked) {
            planning_local(p, key, NULL, PAIRS("id", words[i]));
            planning_link(p, words[i], key, PAIRS("title", "T"));
        }
    }
    planning_remote(p, "unknown", "v1", PAIRS("title", "T"));
    struct plan *plan = planning_make(p);
    for (size_t i = 0; words[i]; i++) {
        bool due = strstr(gates[row].due, arena_printf(p->arena, " %s ", words[i])) &&
                   (linked || gates[row].alone);
        struct change *change = planning_change(plan, gates[row].action, words[i]);
        if (due != (change != NULL))
            fail_msg("%s of what is %s", action_name(gates[row].action), words[i]);
        expected += due;
        if (!change)
            continue;
        assert_string_equal(change->version, "v1");
        assert_int_equal(change->local_key != NULL, linked);
    }
    assert_int_equal(acts(plan), expected);

    p->tables.procedure_count = 0; /* the cloud cannot do it */
    assert_int_equal(acts(planning_make(p)), 0);
    planning_free(p);
}

static void test_states(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(gates); i++) {
        check_states(i, true);
        check_states(i, false);
    }
}

static void test_closed_gates_open_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(gates); i++) {
        struct planning *p = planning_of(gates[i].kind);
        const char *states[] = {"draft", "open", "invited"};
        for (size_t k = 0; k < COUNT(states); k++)
            planning_remote(p, states[k], "v1", PAIRS(gates[i].field, states[k]));
        assert_int_equal(acts(planning_make(p)), 0);
        planning_free(p);
    }
}

/* ---- conditions ---- */

static void test_conditions(void **state)
{
    (void)state;
    static const struct {
        const char *column, *field, *words[3];
        bool negate;
        bool linked, alone; /* whether it holds for the one with a partner and the one without */
    } rows[] = {
        {"Share", NULL, {"yes"}, false, true, false},
        {"Share", NULL, {" YES "}, false, true, false}, /* as people write it */
        {"Share", NULL, {"no", "yes"}, false, true, false},
        {"Share", NULL, {"no"}, false, false, false},
        {"Share", NULL, {"no"}, true, true, false}, /* without a row there is no "not no" either */
        {"Other", NULL, {""}, false, true, false},  /* a missing cell is blank, a missing row not */
        {"Other", NULL, {""}, true, false, false},
        {NULL, "country", {"DE"}, false, true, true},
        {NULL, "country", {"AT", "DE"}, false, true, true},
        {NULL, "country", {"AT"}, false, false, false},
        {NULL, "country", {"AT"}, true, true, true},
        {NULL, "city", {""}, false, true, true},
        {NULL, "city", {""}, true, false, false},
        {NULL, "title", {"the deal"}, false, true, true}, /* the cloud's, not the local one */
        {NULL, "title", {"Local"}, false, false, false},
        {NULL, "solutions", {"S-2"}, false, true, true}, /* one item of a set */
        {NULL, "solutions", {"S-1;S-2"}, false, false, false},
        {NULL, "solutions", {"S-2"}, true, false, false},
        {NULL, "programs", {"X"}, true, true, true}, /* an empty set has none of them */
        {NULL, "programs", {""}, false, true, true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct planning *p = planning_of(KIND_REFERRAL);
        struct condition when = {.column = rows[i].column,
                                 .words = __extension__(const char **)(uintptr_t) rows[i].words,
                                 .negate = rows[i].negate};
        if (rows[i].field)
            when.field = kind_field(p->job.kind, rows[i].field);
        planning_open(p, GATE_ACCEPT, &when);
        const char *solutions =
            arena_printf(p->arena, "S-1%cS-2%cS-3", LIST_SEPARATOR, LIST_SEPARATOR);
        const char *const *said = PAIRS("status", "invited", "title", "The deal", "country", "DE",
                                        "solutions", solutions);
        planning_map(p, "title")->owner = OWNER_CLOUD;
        planning_remote(p, "O1", "v1", said);
        planning_remote(p, "O2", "v1", said);
        planning_local(p, "L1", "yes", PAIRS("id", "O1", "title", "Local"));
        planning_link(p, "O1", "L1", PAIRS("title", "The deal"));
        struct plan *plan = planning_make(p);
        if (rows[i].linked != (planning_change(plan, ACTION_ACCEPT, "O1") != NULL))
            fail_msg("row %zu: with a partner", i);
        if (rows[i].alone != (planning_change(plan, ACTION_ACCEPT, "O2") != NULL))
            fail_msg("row %zu: alone", i);
        planning_free(p);
    }
}

/* All of a list must hold. */
static void test_several_conditions(void **state)
{
    (void)state;
    static const char *yes[] = {"yes", NULL}, *de[] = {"DE", NULL};
    static const struct {
        const char *share, *country;
        bool accepts;
    } rows[] = {{"yes", "DE", true}, {"no", "DE", false}, {"yes", "AT", false}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct planning *p = planning_of(KIND_REFERRAL);
        const struct condition all[] = {
            {.column = "Share", .words = yes},
            {.field = kind_field(p->job.kind, "country"), .words = de},
        };
        p->job.gates[GATE_ACCEPT] = (struct gate_rule){true, {all, COUNT(all)}};
        planning_remote(p, "O1", "v1", PAIRS("status", "invited", "country", rows[i].country));
        planning_local(p, "L1", rows[i].share, PAIRS("id", "O1"));
        planning_link(p, "O1", "L1", PAIRS("id", "O1"));
        assert_int_equal(planning_change(planning_make(p), ACTION_ACCEPT, "O1") != NULL,
                         rows[i].accepts);
        planning_free(p);
    }
}

/* ---- gates that meet ---- */

static void test_accept_and_reject(void **state)
{
    (void)state;
    static const char *de[] = {"DE", NULL};
    for (int linked = 0; linked < 2; linked++) {
        struct planning *p = planning_of(KIND_REFERRAL);
        struct condition german = {.field = kind_field(p->job.kind, "country"), .words = de};
        struct condition other = german;
        other.negate = true;
        planning_open(p, GATE_ACCEPT, NULL);
        planning_open(p, GATE_REJECT, &german);
        planning_remote(p, "O1", "v1", PAIRS("status", "invited", "country", "DE"));
        planning_remote(p, "O2", "v1", PAIRS("status", "invited", "country", "AT"));
        if (linked) {
            planning_local(p, "L1", NULL, PAIRS("id", "O1", "reject_reason", "Other"));
            planning_link(p, "O1", "L1", PAIRS("id", "O1"));
        }
        struct plan *plan = planning_make(p);
        assert_int_equal(acts(plan), 1);
        assert_non_null(planning_change(plan, ACTION_ACCEPT, "O2"));
        assert_int_equal(planning_findings(plan, "REF-021"), 1);
        planning_open(p, GATE_ACCEPT, &other); /* now they exclude each other */
        plan = planning_make(p);
        assert_int_equal(planning_findings(plan, "REF-021"), 0);
        assert_non_null(planning_change(plan, ACTION_REJECT, "O1"));
        assert_non_null(planning_change(plan, ACTION_ACCEPT, "O2"));
        assert_int_equal(acts(plan), 2);
        planning_free(p);
    }
}

static void add_offer(struct planning *p, const char *state_word, const char *local_title)
{
    planning_remote(
        p, "O1", "v1",
        PAIRS("title", "Old", "value", "10.00 USD", "expires", "2026-12-31", "state", state_word));
    planning_local(p, "L1", "yes",
                   PAIRS("id", "O1", "title", local_title, "value", "10.00 USD", "expires",
                         "2026-12-31", "state", state_word));
    planning_link(
        p, "O1", "L1",
        PAIRS("title", "Old", "value", "10.00 USD", "expires", "2026-12-31", "state", state_word));
}

static void test_cancel_goes_before_all_else(void **state)
{
    (void)state;
    static const struct {
        const char *word, *title;
        size_t changes;
        bool updates, publishes, cancels;
    } rows[] = {
        {"draft", "Old", 0, false, false, false}, /* is not released to be taken back at once */
        {"draft", "New", 1, true, false, false},      {"open", "Old", 1, false, false, true},
        {"open", "New", 1, false, false, true}, /* what is taken back is not edited */
        {"cancelled", "Old", 0, false, false, false}, {"accepted", "Old", 0, false, false, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct planning *p = planning_of(KIND_OFFER);
        planning_open(p, GATE_PUBLISH, NULL);
        planning_open(p, GATE_CANCEL, NULL);
        add_offer(p, rows[i].word, rows[i].title);
        struct plan *plan = planning_make(p);
        if (plan->change_count != rows[i].changes ||
            rows[i].updates != (planning_change(plan, ACTION_UPDATE, "O1") != NULL) ||
            rows[i].publishes != (planning_change(plan, ACTION_PUBLISH, "O1") != NULL) ||
            rows[i].cancels != (planning_change(plan, ACTION_CANCEL, "O1") != NULL))
            fail_msg("row %zu: %s", i, planning_json(p, plan));
        planning_free(p);
    }
}

/* The edits of a draft go before its release, and the release waits with them. */
static void test_publish_after_its_edits(void **state)
{
    (void)state;
    struct planning *p = planning_of(KIND_OFFER);
    planning_open(p, GATE_PUBLISH, NULL);
    p->job.allow = ACT_PUBLISH;
    add_offer(p, "draft", "New");
    struct plan *plan = planning_guarded(p);
    assert_int_equal(plan->change_count, 2);
    assert_int_equal(plan->changes[0]->action, ACTION_UPDATE);
    assert_int_equal(plan->changes[1]->action, ACTION_PUBLISH);
    assert_int_equal(plan->changes[1]->hold, HOLD_NONE);
    assert_string_equal(plan->changes[1]->note, "value 10.00 USD, expires 2026-12-31");
    planning_verdict(p, plan->changes[0]->id, "reject");
    plan = planning_guarded(p);
    assert_int_equal(plan->changes[0]->hold, HOLD_REJECTED);
    assert_int_equal(plan->changes[1]->hold, HOLD_REJECTED);
    planning_free(p);
}

static enum action ends_it(const struct change *change, const struct record *before, int64_t now_ms)
{
    (void)before, (void)now_ms;
    return change_field(change, "expires") ? ACTION_CANCEL : ACTION_UPDATE;
}

/* An edit that amounts to the gate's action needs no second one. */
static void test_edit_that_is_the_act(void **state)
{
    (void)state;
    struct planning *p = planning_of(KIND_OFFER);
    planning_open(p, GATE_CANCEL, NULL);
    p->tables.classify = ends_it;
    planning_remote(p, "O1", "v1", PAIRS("expires", "2026-12-31", "state", "open"));
    planning_local(p, "L1", NULL, PAIRS("id", "O1", "expires", "2025-12-31", "state", "open"));
    planning_link(p, "O1", "L1", PAIRS("expires", "2026-12-31"));
    struct plan *plan = planning_make(p);
    assert_int_equal(plan->change_count, 1);
    assert_int_equal(plan->changes[0]->action, ACTION_CANCEL);
    assert_string_equal(planning_value(plan->changes[0], "expires"), "2025-12-31");
    planning_free(p);
}

/* What a person took back at the cloud is not offered once more by a row that stayed as it was. */
static void test_revival(void **state)
{
    (void)state;
    static const struct {
        const char *word, *local, *base;
        enum action action; /* ACTION_COUNT: none */
        enum hold hold;
    } rows[] = {
        {"cancelled", "2026-12-31", "2026-12-31", ACTION_COUNT, HOLD_NONE},
        {"cancelled", "2027-01-31", "2026-12-31", ACTION_EXTEND, HOLD_APPROVAL},
        {"open", "2027-01-31", "2026-12-31", ACTION_EXTEND, HOLD_NONE},
        {"draft", "2027-01-31", "2026-12-31", ACTION_UPDATE, HOLD_NONE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct planning *p = planning_of(KIND_OFFER);
        planning_remote(p, "O1", "v1", PAIRS("expires", "2025-12-30", "state", rows[i].word));
        planning_local(p, "L1", NULL,
                       PAIRS("id", "O1", "expires", rows[i].local, "state", rows[i].word));
        planning_link(p, "O1", "L1", PAIRS("expires", rows[i].base, "state", rows[i].word));
        struct plan *plan = planning_guarded(p);
        assert_int_equal(plan->change_count, rows[i].action != ACTION_COUNT);
        if (plan->change_count) {
            assert_int_equal(plan->changes[0]->action, rows[i].action);
            assert_int_equal(plan->changes[0]->hold, rows[i].hold);
            planning_verdict(p, plan->changes[0]->id, "approve");
            assert_int_equal(planning_guarded(p)->changes[0]->hold, HOLD_NONE);
        }
        planning_free(p);
    }
}

/* ---- what goes along ---- */

static void test_reject_reason(void **state)
{
    (void)state;
    struct planning *p = planning_of(KIND_REFERRAL);
    planning_open(p, GATE_REJECT, NULL);
    planning_remote(p, "O1", "v1", PAIRS("status", "invited", "company", "Ankerwerk"));
    planning_remote(p, "O2", "v1", PAIRS("status", "invited"));
    planning_local(p, "L1", NULL, PAIRS("id", "O1", "reject_reason", "Next steps unclear"));
    planning_link(p, "O1", "L1", PAIRS("id", "O1"));
    struct plan *plan = planning_make(p);
    struct change *linked = planning_change(plan, ACTION_REJECT, "O1");
    assert_string_equal(planning_value(linked, "reject_reason"), "Next steps unclear");
    assert_string_equal(linked->title, "Ankerwerk");
    assert_string_equal(linked->note, "company Ankerwerk");
    struct change *alone = planning_change(plan, ACTION_REJECT, "O2");
    assert_int_equal(alone->field_count, 0);
    assert_null(alone->local_key);
    assert_null(alone->note);
    planning_map(p, "reject_reason")->column = NULL; /* the same for all */
    planning_map(p, "reject_reason")->constant = "Other";
    plan = planning_make(p);
    assert_string_equal(planning_value(planning_change(plan, ACTION_REJECT, "O2"), "reject_reason"),
                        "Other");
    planning_free(p);
}

static void test_rules_hold_what_gates_open(void **state)
{
    (void)state;
    static const struct {
        const char *expires, *code;
    } rows[] = {{"2026-12-31", NULL}, {NULL, "OFR-002"}, {"2025-12-31", "OFR-008"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct planning *p = planning_of(KIND_OFFER);
        planning_open(p, GATE_PUBLISH, NULL);
        p->job.allow = ACT_PUBLISH;
        const char *const *both =
            rows[i].expires ? PAIRS("state", "draft", "title", "T", "expires", rows[i].expires)
                            : PAIRS("state", "draft", "title", "T");
        planning_pair(p, "O1", "L1", both);
        struct plan *plan = planning_guarded(p);
        struct change *publish = planning_change(plan, ACTION_PUBLISH, "O1");
        assert_int_equal(publish->hold, rows[i].code ? HOLD_RULE : HOLD_NONE);
        if (rows[i].code)
            assert_int_equal(planning_findings(plan, rows[i].code), 1);
        planning_verdict(p, publish->id, "approve"); /* no matter of opinion */
        assert_int_equal(planning_change(planning_guarded(p), ACTION_PUBLISH, "O1")->hold,
                         publish->hold);
        planning_free(p);
    }
}

/* ---- doubts ---- */

static void doubt_namesakes(const struct newcomer *newcomer,
                            void (*report)(void *context, const struct finding *finding),
                            void *context)
{
    const char *title = record_get(newcomer->record, "title");
    for (size_t i = 0; i < newcomer->peer_count; i++) {
        char detail[100];
        if (!text_equal(record_get(newcomer->peers[i], "title"), title))
            continue;
        snprintf(detail, sizeof detail, "of the name: %s", newcomer->peers[i]->id);
        const struct finding finding = {.type = finding_type("OFR-014"), .detail = detail};
        report(context, &finding);
    }
}

static void test_doubts(void **state)
{
    (void)state;
    struct planning *p = planning_of(KIND_OFFER);
    p->tables.doubts = doubt_namesakes;
    planning_open(p, GATE_CREATE, NULL);
    planning_remote(p, "O1", "v1", PAIRS("title", "A", "state", "open"));
    planning_remote(p, "O2", "v1", PAIRS("title", "A", "state", "open"));
    planning_remote(p, "O3", "v1", PAIRS("title", "C", "state", "open"));
    planning_gone(p, SIDE_REMOTE, "O3"); /* no peer any more */
    planning_local(p, "L1", NULL, PAIRS("title", "A"));
    planning_local(p, "L2", NULL, PAIRS("title", "B"));
    planning_local(p, "L3", NULL, PAIRS("title", "C"));
    struct plan *plan = planning_guarded(p);
    struct change *create = planning_change(plan, ACTION_CREATE, "L1");
    assert_int_equal(create->hold, HOLD_APPROVAL);
    assert_string_equal(create->hold_reason, "OFR-014: of the name: O1");
    assert_int_equal(planning_findings(plan, "OFR-014"), 2); /* each is said */
    assert_int_equal(planning_findings(plan, "APV-001"), 1);
    assert_int_equal(planning_change(plan, ACTION_CREATE, "L2")->hold, HOLD_NONE);
    assert_int_equal(planning_change(plan, ACTION_CREATE, "L3")->hold, HOLD_NONE);
    planning_verdict(p, create->id, "approve");
    plan = planning_guarded(p);
    assert_int_equal(planning_change(plan, ACTION_CREATE, "L1")->hold, HOLD_NONE);
    planning_verdict(p, create->id, "reject");
    plan = planning_guarded(p);
    assert_int_equal(planning_change(plan, ACTION_CREATE, "L1")->hold, HOLD_REJECTED);
    /* A fault is not covered up by a doubt, and no approval makes it good. */
    planning_remote(p, "O4", "v1", PAIRS("title", "A title of more than thirty characters"));
    planning_local(p, "L4", NULL, PAIRS("title", "A title of more than thirty characters"));
    create = planning_change(planning_guarded(p), ACTION_CREATE, "L4");
    assert_int_equal(create->hold, HOLD_RULE);
    planning_verdict(p, create->id, "approve");
    assert_int_equal(planning_change(planning_guarded(p), ACTION_CREATE, "L4")->hold, HOLD_RULE);
    planning_free(p);
}

/* ---- ties to records of other jobs ---- */

static void put_offer(struct planning *p, const struct job *job, const char *id, const char *word)
{
    struct record *record = record_new(p->arena, job->kind, id);
    struct store *store = p->work.store;
    record_set(record, "state", word);
    record->version = word;
    record->raw = "{}";
    assert_ok(p->store, store->ops->record_put(store, job->name, SIDE_REMOTE, record, 1, NULL,
                                               &p->store->error));
}

/* A deal is tied to its offer once that is released; its other edits need not wait. */
static void test_ties_wait_for_their_record(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second; /* states of the two offers; NULL: nobody has read it */
        bool waits;
    } rows[] = {
        {"draft", "open", true}, {"open", "draft", true},  {"open", "open", false},
        {NULL, "open", false},   {NULL, NULL, false},      {"cancelled", "accepted", false},
        {NULL, "draft", true},   {"draft", "draft", true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct planning *p = planning_of(KIND_REFERRAL);
        const struct job jobs[] = {
            {.name = "elsewhere", .cloud = "other", .kind = &kinds[KIND_OFFER]},
            {.name = "offers", .cloud = "tables", .kind = &kinds[KIND_OFFER]},
        };
        p->work.jobs = jobs;
        p->work.job_count = COUNT(jobs);
        put_offer(p, &jobs[0], "F1", "draft"); /* of another cloud: it says nothing */
        put_offer(p, &jobs[0], "F2", "draft");
        if (rows[i].first)
            put_offer(p, &jobs[1], "F1", rows[i].first);
        if (rows[i].second)
            put_offer(p, &jobs[1], "F2", rows[i].second);
        const char *offers = arena_printf(p->arena, "F1%cF2", LIST_SEPARATOR);
        planning_remote(p, "O1", "v1", PAIRS("title", "Old"));
        planning_local(p, "L1", NULL, PAIRS("id", "O1", "title", "New", "offers", offers));
        planning_link(p, "O1", "L1", PAIRS("title", "Old"));
        struct plan *plan = planning_guarded(p);
        struct change *update = planning_change(plan, ACTION_UPDATE, "O1");
        assert_string_equal(planning_value(update, "title"), "New");
        assert_int_equal(update->hold, HOLD_NONE);
        assert_int_equal(planning_value(update, "offers") == NULL, rows[i].waits);
        assert_int_equal(planning_findings(plan, "REF-024"), rows[i].waits);
        assert_false(plan->pairs[0].settled); /* so the release is noticed */
        if (rows[i].waits) {
            put_offer(p, &jobs[1], "F1", "open");
            put_offer(p, &jobs[1], "F2", "open");
            plan = planning_guarded(p);
            assert_string_equal(
                planning_value(planning_change(plan, ACTION_UPDATE, "O1"), "offers"), offers);
            assert_int_equal(planning_findings(plan, "REF-024"), 0);
        }
        planning_free(p);
    }
}

/* Nothing but the tie to make: no empty update, and the pair stays in sight. */
static void test_tie_alone_waits(void **state)
{
    (void)state;
    struct planning *p = planning_of(KIND_REFERRAL);
    const struct job offers = {.name = "offers", .cloud = "tables", .kind = &kinds[KIND_OFFER]};
    p->work.jobs = &offers;
    p->work.job_count = 1;
    put_offer(p, &offers, "F1", "draft");
    planning_remote(p, "O1", "v1", PAIRS("title", "T"));
    planning_local(p, "L1", NULL, PAIRS("id", "O1", "title", "T", "offers", "F1"));
    planning_link(p, "O1", "L1", PAIRS("id", "O1", "title", "T"));
    struct plan *plan = planning_make(p);
    assert_int_equal(plan->change_count, 0);
    assert_int_equal(planning_findings(plan, "REF-024"), 1);
    assert_string_equal(plan->findings[0].detail, "F1 is draft");
    assert_false(plan->pairs[0].settled);
    planning_free(p);
}

/* Who approved a release approved what was told of it: another price, or another last day, is for a
 * person to see once more. */
static void test_approval_is_for_what_was_told(void **state)
{
    (void)state;
    static const char *const values[] = {"1000.00 USD", "1.00 USD", "1000.00 USD"};
    struct planning *p = planning_offers_new();
    planning_open(p, GATE_PUBLISH, NULL);
    planning_local(p, "L1", NULL, PAIRS("id", "R1"));
    planning_remote(
        p, "R1", "v1",
        PAIRS("title", "T", "state", "draft", "expires", "2026-12-31", "value", values[0]));
    planning_link(p, "R1", "L1", PAIRS("title", "T"));
    planning_verdict(p, planning_change(planning_guarded(p), ACTION_PUBLISH, "R1")->id, "approve");
    for (size_t i = 0; i < COUNT(values); i++) {
        planning_remote(
            p, "R1", "v2",
            PAIRS("title", "T", "state", "draft", "expires", "2026-12-31", "value", values[i]));
        struct change *publish = planning_change(planning_guarded(p), ACTION_PUBLISH, "R1");
        assert_non_null(publish);
        assert_int_equal(publish->hold, i == 1 ? HOLD_APPROVAL : HOLD_NONE);
    }
    planning_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_approval_is_for_what_was_told),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_closed_gates_open_nothing),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_several_conditions),
        cmocka_unit_test(test_accept_and_reject),
        cmocka_unit_test(test_cancel_goes_before_all_else),
        cmocka_unit_test(test_publish_after_its_edits),
        cmocka_unit_test(test_edit_that_is_the_act),
        cmocka_unit_test(test_revival),
        cmocka_unit_test(test_reject_reason),
        cmocka_unit_test(test_rules_hold_what_gates_open),
        cmocka_unit_test(test_doubts),
        cmocka_unit_test(test_ties_wait_for_their_record),
        cmocka_unit_test(test_tie_alone_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
