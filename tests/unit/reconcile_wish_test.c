/* What a person asks for in a command: the one change that comes of it, why none can, and that
 * nothing else goes along. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "tests/support/planning.h"

#define WHO "ann"

static int setup(void **state)
{
    struct planning *p = planning_new();
    planning_map(p, "title")->owner = OWNER_ASK; /* else the local side is to be asked */
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    planning_free(*state);
    return 0;
}

/* One wish, with one field; `field` NULL: with none. */
static struct wish wish_for(struct planning *p, enum action action, const char *subject,
                            const char *field, const char *value)
{
    struct change_field *fields = arena_array(p->arena, 1, sizeof *fields);
    struct wish wish = {.action = action, .subject = subject, .fields = fields, .who = WHO};
    if (field) {
        fields[0] =
            (struct change_field){.field = kind_field(p->job.kind, field), .new_value = value};
        wish.field_count = 1;
    }
    return wish;
}

static struct plan *plan_for(struct planning *p, const struct wish *wishes, size_t count)
{
    p->work.wishes = wishes;
    p->work.wish_count = count;
    return planning_guarded(p);
}

static struct plan *ask(struct planning *p, enum action action, const char *subject,
                        const char *field, const char *value)
{
    struct wish *wish = arena_alloc(p->arena, sizeof *wish);
    *wish = wish_for(p, action, subject, field, value);
    return plan_for(p, wish, 1);
}

/* Nothing is done, and the finding tells why. */
static void assert_vain(const struct plan *plan, const char *why)
{
    assert_int_equal(plan->change_count, 0);
    assert_int_equal(planning_findings(plan, "RUN-010"), 1);
    for (size_t i = 0; i < plan->finding_count; i++)
        if (!strcmp(plan->findings[i].type->code, "RUN-010") &&
            !strstr(plan->findings[i].detail, why))
            fail_msg("\"%s\" instead of \"%s\"", plan->findings[i].detail, why);
}

/* The only change that is no adoption. */
static struct change *only_change(const struct plan *plan)
{
    struct change *found = NULL;
    for (size_t i = 0; i < plan->change_count; i++) {
        if (plan->changes[i]->action == ACTION_ADOPT)
            continue;
        assert_null(found);
        found = plan->changes[i];
    }
    assert_non_null(found);
    return found;
}

/* ---- every action on every kind of record ---- */

enum subject { LINKED, BY_KEY, REMOTE_ONLY, LOCAL_ONLY, UNKNOWN, SUBJECTS };

static const struct {
    enum kind_id kind;
    enum action wished, made;
    const char *state, *field, *value; /* state of the records at the cloud */
    const char *why;                   /* NULL: it is done; else of those at the cloud */
} rows[] = {
    {KIND_REFERRAL, ACTION_SUBMIT, ACTION_SUBMIT, "draft", NULL, NULL, NULL},
    {KIND_REFERRAL, ACTION_SUBMIT, ACTION_SUBMIT, "action_required", NULL, NULL, NULL},
    {KIND_REFERRAL, ACTION_SUBMIT, 0, "approved", NULL, NULL,
     "its status is approved, and this is for draft and action_required"},
    {KIND_REFERRAL, ACTION_ACCEPT, ACTION_ACCEPT, "invited", NULL, NULL, NULL},
    {KIND_REFERRAL, ACTION_ACCEPT, 0, "accepted", NULL, NULL,
     "its status is accepted, and this is for invited"},
    {KIND_REFERRAL, ACTION_REJECT, ACTION_REJECT, "invited", "reject_reason", "Other", NULL},
    {KIND_REFERRAL, ACTION_REJECT, ACTION_REJECT, "invited", NULL, NULL, NULL},
    {KIND_REFERRAL, ACTION_REJECT, 0, "expired", NULL, NULL, "its status is expired"},
    {KIND_REFERRAL, ACTION_UPDATE, ACTION_LAUNCH, "draft", "stage", "won", NULL},
    {KIND_REFERRAL, ACTION_UPDATE, ACTION_UPDATE, "draft", "stage", "qualified", NULL},
    {KIND_REFERRAL, ACTION_UPDATE, 0, "draft", "title", "T", "the cloud has these values already"},
    {KIND_REFERRAL, ACTION_UPDATE, 0, "draft", "status", "approved", "only the cloud sets status"},
    {KIND_REFERRAL, ACTION_UPDATE, 0, "draft", "website", "a.example",
     "the cloud does not take website here"},
    {KIND_REFERRAL, ACTION_UPDATE, 0, "draft", NULL, NULL, "no value is given"},
    {KIND_REFERRAL, ACTION_CANCEL, 0, "draft", NULL, NULL, "has no cancel for a referral"},
    {KIND_REFERRAL, ACTION_CREATE, 0, "draft", NULL, NULL, "it is at the cloud already"},
    {KIND_OFFER, ACTION_PUBLISH, ACTION_PUBLISH, "draft", NULL, NULL, NULL},
    {KIND_OFFER, ACTION_PUBLISH, 0, "open", NULL, NULL, "its state is open"},
    {KIND_OFFER, ACTION_CANCEL, ACTION_CANCEL, "open", "expires", "2025-12-31", NULL},
    {KIND_OFFER, ACTION_CANCEL, 0, "accepted", "expires", "2025-12-31", "its state is accepted"},
    {KIND_OFFER, ACTION_EXTEND, ACTION_EXTEND, "open", "expires", "2027-01-31", NULL},
    {KIND_OFFER, ACTION_EXTEND, 0, "open", "expires", "2026-12-31",
     "the cloud has these values already"},
    {KIND_OFFER, ACTION_UPDATE, ACTION_EXTEND, "open", "expires", "2027-01-31", NULL},
    {KIND_OFFER, ACTION_ACCEPT, 0, "open", NULL, NULL, "its agreement_approval is not known"},
    {KIND_OFFER, ACTION_SUBMIT, 0, "open", NULL, NULL, "has no submit for a offer"},
};

static void add_records(struct planning *p, size_t row)
{
    const char *word = rows[row].state;
    const char *const *pairs = rows[row].kind == KIND_OFFER
                                   ? PAIRS("title", "T", "state", word, "expires", "2026-12-31")
                                   : PAIRS("title", "T", "status", word, "next_steps", "Call");
    planning_pair(p, "O1", "L1", pairs);
    planning_remote(p, "O2", "v2", pairs);
    planning_local(p, "L3", "no", PAIRS("title", "T"));
}

static void check_subject(size_t row, enum subject subject)
{
    static const char *const names[SUBJECTS] = {"O1", "L1", "O2", "L3", "X9"};
    static const char *const absent[SUBJECTS] = {
        [LOCAL_ONLY] = "it is not at the cloud yet",
        [UNKNOWN] = "neither the cloud nor the source has such a record",
    };
    struct planning *p = rows[row].kind == KIND_OFFER ? planning_offers_new() : planning_new();
    add_records(p, row);
    if (rows[row].field && job_field(&p->job, kind_field(p->job.kind, rows[row].field)))
        planning_map(p, rows[row].field)->owner = OWNER_ASK;
    struct plan *plan = ask(p, rows[row].wished, names[subject], rows[row].field, rows[row].value);
    const char *why = absent[subject] ? absent[subject] : rows[row].why;
    if (subject == LOCAL_ONLY && rows[row].wished == ACTION_CREATE) {
        assert_int_equal(only_change(plan)->action, ACTION_CREATE);
    } else if (why) {
        assert_vain(plan, why);
    } else {
        struct change *change = only_change(plan);
        const char *id = subject == REMOTE_ONLY ? "O2" : "O1";
        if (change->action != rows[row].made || change->hold != HOLD_NONE)
            fail_msg("row %zu: %s", row, planning_json(p, plan));
        assert_string_equal(change->remote_id, id);
        assert_string_equal(change->version, subject == REMOTE_ONLY ? "v2" : "v1");
        assert_string_equal(change->asked_by, WHO);
        assert_true(text_equal(change->local_key, subject == REMOTE_ONLY ? NULL : "L1"));
        if (rows[row].field)
            assert_string_equal(planning_value(change, rows[row].field), rows[row].value);
        assert_int_equal(plan->finding_count, 0);
    }
    planning_free(p);
}

static void test_every_action(void **state)
{
    (void)state;
    for (size_t row = 0; row < COUNT(rows); row++)
        for (enum subject subject = 0; subject < SUBJECTS; subject++)
            check_subject(row, subject);
}

static void test_what_the_cloud_cannot_do(void **state)
{
    struct planning *p = *state;
    planning_pair(p, "O1", "L1", PAIRS("title", "T", "status", "draft", "next_steps", "Call"));
    planning_local(p, "L2", NULL, PAIRS("title", "T"));
    p->tables.procedure_count = 0;
    assert_vain(ask(p, ACTION_SUBMIT, "O1", NULL, NULL), "Tables has no submit for a referral");
    p->tables.capabilities &= ~(unsigned)CAN_CREATE;
    assert_vain(ask(p, ACTION_CREATE, "L2", NULL, NULL), "Tables creates no referral");
}

/* ---- finding the record ---- */

static void test_subjects_that_are_in_question(void **state)
{
    struct planning *p = *state;
    const char *const draft[] = {"title", "T", "status", "draft", "next_steps", "Call", NULL};
    planning_remote(p, "O1", "v1", draft); /* two rows name it */
    planning_local(p, "A1", NULL, PAIRS("id", "O1"));
    planning_local(p, "A2", NULL, PAIRS("id", "O1"));
    planning_remote(p, "O2", "v1", draft); /* a row of the same name is another's */
    planning_pair(p, "O3", "O2", draft);
    planning_pair(p, "O4", "L4", draft);
    planning_pair(p, "O5", "L5", draft);
    planning_remote(p, "O6", "v1", PAIRS("status", "accepted", "became", "O5"));
    planning_gone(p, SIDE_REMOTE, "O4");
    assert_vain(ask(p, ACTION_SUBMIT, "O1", NULL, NULL), "which records belong together");
    assert_vain(ask(p, ACTION_SUBMIT, "A2", NULL, NULL), "which records belong together");
    assert_vain(ask(p, ACTION_SUBMIT, "O2", NULL, NULL), "which are not one");
    assert_vain(ask(p, ACTION_SUBMIT, "O4", NULL, NULL), "the cloud no longer lists it");
    assert_vain(ask(p, ACTION_SUBMIT, "L4", NULL, NULL), "the cloud no longer lists it");
    assert_string_equal(only_change(ask(p, ACTION_SUBMIT, "O3", NULL, NULL))->remote_id, "O3");
    /* What it became stands for it. */
    assert_string_equal(only_change(ask(p, ACTION_SUBMIT, "O6", NULL, NULL))->remote_id, "O5");
}

/* A row that is gone is nobody's partner by its name alone. */
static void test_row_of_the_name_is_gone(void **state)
{
    struct planning *p = *state;
    planning_remote(p, "O1", "v1", PAIRS("title", "T", "status", "draft", "next_steps", "Call"));
    planning_local(p, "O1", NULL, PAIRS("involvement", "co_sell"));
    planning_local(p, "L2", NULL, PAIRS("title", "Stays"));
    planning_gone(p, SIDE_LOCAL, "O1");
    struct change *submit = only_change(ask(p, ACTION_SUBMIT, "O1", NULL, NULL));
    assert_null(submit->local_key);
    assert_null(planning_value(submit, "involvement"));
}

/* The old name of a record stands for the pair that goes on with the new one. */
static void test_old_name_of_a_pair(void **state)
{
    struct planning *p = *state;
    planning_remote(p, "I1", "v2", PAIRS("status", "accepted", "became", "O1"));
    planning_local(p, "L1", NULL, PAIRS("title", "T"));
    planning_link(p, "I1", "L1", PAIRS("title", "T"));
    planning_remote(p, "O1", "v1", PAIRS("title", "T", "status", "draft", "next_steps", "Call"));
    static const char *const subjects[] = {"I1", "O1", "L1"};
    for (size_t i = 0; i < COUNT(subjects); i++) {
        struct plan *plan = ask(p, ACTION_SUBMIT, subjects[i], NULL, NULL);
        assert_non_null(planning_change(plan, ACTION_ADOPT, "O1"));
        assert_string_equal(only_change(plan)->remote_id, "O1");
        assert_string_equal(only_change(plan)->local_key, "L1");
        assert_string_equal(plan->pairs[0].replaces[SIDE_REMOTE], "I1");
    }
}

/* What is asked for goes before the row's value; what an unusable row said does not count. */
/* What the local side owns would come back with the next run. */
static void test_the_local_side_s_own(void **state)
{
    struct planning *p = *state;
    planning_pair(p, "O1", "L1", PAIRS("title", "Deal"));
    planning_map(p, "title")->owner = OWNER_LOCAL;
    assert_vain(ask(p, ACTION_UPDATE, "O1", "title", "Other"), "which says Deal: change it there");
    planning_spoil(p, "L1"); /* it has nothing to say as long as its row is bad */
    assert_string_equal(
        planning_value(only_change(ask(p, ACTION_UPDATE, "O1", "title", "Other")), "title"),
        "Other");
}

static void test_fields_that_go_along(void **state)
{
    struct planning *p = *state;
    planning_remote(p, "O1", "v1", PAIRS("status", "invited"));
    planning_local(p, "L1", NULL, PAIRS("id", "O1", "reject_reason", "Next steps unclear"));
    planning_link(p, "O1", "L1", PAIRS("id", "O1"));
    struct change *reject = only_change(ask(p, ACTION_REJECT, "O1", "reject_reason", "Other"));
    assert_int_equal(reject->field_count, 1);
    assert_string_equal(planning_value(reject, "reject_reason"), "Other");
    assert_non_null(strstr(reject->fields[0].rule, WHO));
    reject = only_change(ask(p, ACTION_REJECT, "O1", NULL, NULL));
    assert_string_equal(planning_value(reject, "reject_reason"), "Next steps unclear");
    planning_spoil(p, "L1");
    reject = only_change(ask(p, ACTION_REJECT, "O1", NULL, NULL));
    assert_int_equal(reject->field_count, 0);
    assert_string_equal(reject->local_key, "L1");
}

/* A pair that this very plan finds is linked with the change, so that the row learns of it. */
static void test_pair_that_is_new(void **state)
{
    struct planning *p = *state;
    static const char *const subjects[] = {"O1", "L1"};
    planning_remote(
        p, "O1", "v1",
        PAIRS("title", "T", "status", "draft", "next_steps", "Call", "partner_reference", "L1"));
    planning_local(p, "L1", NULL, PAIRS("title", "New", "involvement", "co_sell"));
    planning_remote(p, "O2", "v1", PAIRS("title", "T", "partner_reference", "L2"));
    planning_local(p, "L2", NULL, PAIRS("title", "T"));
    for (size_t i = 0; i < COUNT(subjects); i++) {
        struct plan *plan = ask(p, ACTION_SUBMIT, subjects[i], NULL, NULL);
        assert_int_equal(plan->change_count, 2);
        assert_int_equal(plan->changes[0]->action, ACTION_ADOPT);
        assert_string_equal(plan->changes[0]->remote_id, "O1");
        assert_string_equal(plan->changes[1]->local_key, "L1");
        assert_string_equal(planning_value(plan->changes[1], "involvement"), "co_sell");
        assert_null(
            planning_value(plan->changes[1], "title")); /* the row's edit is not asked for */
        assert_int_equal(plan->pair_count, 1);
    }
    struct apply_counts counts = {0};
    assert_ok(p->store,
              apply_bookkeeping(&p->work, planning_guarded(p), 1, &counts, &p->store->error));
    assert_int_equal(fixture_counts(p->store).links, 1); /* O2 and L2 are the next run's */
}

/* ---- creation ---- */

static void report_twin(const struct newcomer *newcomer,
                        void (*report)(void *context, const struct finding *finding), void *context)
{
    (void)newcomer;
    report(context, &(struct finding){.type = finding_type("OFR-014")});
}

static void test_create(void **state)
{
    struct planning *p = *state;
    p->tables.doubts = report_twin;
    p->job.gates[GATE_CREATE].open = false; /* the word of a person goes before the gate */
    planning_local(p, "L1", "no", PAIRS("title", "T", "next_steps", "Call"));
    struct wish wish = wish_for(p, ACTION_CREATE, "L1", "title", "Asked");
    struct plan *plan = plan_for(p, &wish, 1);
    struct change *create = only_change(plan);
    assert_string_equal(planning_value(create, "title"), "Asked");
    assert_string_equal(planning_value(create, "next_steps"), "Call");
    assert_string_equal(planning_value(create, "partner_reference"), "L1");
    assert_int_equal(create->hold, HOLD_APPROVAL); /* who asks has not answered the doubts */
    assert_int_equal(planning_findings(plan, "OFR-014"), 1);
    planning_verdict(p, create->id, "approve"); /* whoever looked at them has */
    assert_int_equal(only_change(plan_for(p, &wish, 1))->hold, HOLD_NONE);
    planning_verdict(p, create->id, "");
    assert_int_equal(only_change(plan_for(p, &wish, 1))->hold, HOLD_APPROVAL);
    wish.force = true;
    plan = plan_for(p, &wish, 1);
    assert_int_equal(only_change(plan)->hold, HOLD_NONE);
    assert_int_equal(planning_findings(plan, "OFR-014"), 1); /* said all the same */
    wish.fields = NULL;
    wish.field_count = 0;
    p->trust.remote = READ_PARTIAL; /* and force does not make half a list whole */
    assert_int_equal(only_change(plan_for(p, &wish, 1))->hold, HOLD_READ);
}

static void test_create_in_vain(void **state)
{
    struct planning *p = *state;
    planning_pair(p, "O1", "L1", PAIRS("title", "T", "partner_reference", "L3"));
    planning_local(p, "L2", NULL, PAIRS("title", "T", "id", "O9")); /* was created before */
    planning_local(p, "L3", NULL, PAIRS("title", "T"));             /* its reference is taken */
    planning_local(p, "L4", NULL, PAIRS("title", "T"));
    planning_local(p, "L5", NULL, PAIRS("title", "T"));
    planning_gone(p, SIDE_LOCAL, "L5");
    planning_spoil(p, "L4");
    assert_vain(ask(p, ACTION_CREATE, "L1", NULL, NULL), "it is at the cloud already, as O1");
    assert_vain(ask(p, ACTION_CREATE, "L2", NULL, NULL), "it was created before");
    assert_vain(ask(p, ACTION_CREATE, "L3", NULL, NULL), "its reference is taken");
    assert_vain(ask(p, ACTION_CREATE, "L4", NULL, NULL), "cannot be used");
    assert_vain(ask(p, ACTION_CREATE, "L5", NULL, NULL), "the source no longer has it");
    /* What is wrong with it is said, and nothing is sent. */
    planning_local(p, "L6", NULL, PAIRS("next_steps", "Call"));
    struct plan *plan = ask(p, ACTION_CREATE, "L6", NULL, NULL);
    assert_int_equal(only_change(plan)->hold, HOLD_RULE);
    assert_int_equal(planning_findings(plan, "REF-001"), 1);
}

/* ---- what stands in the way ---- */

static void test_rules(void **state)
{
    struct planning *p = *state;
    planning_pair(p, "O1", "L1", PAIRS("title", "T", "status", "approved"));
    planning_pair(p, "O2", "L2", PAIRS("title", "T", "status", "draft"));
    struct plan *plan = ask(p, ACTION_UPDATE, "O1", "title", "New"); /* locked */
    assert_int_equal(only_change(plan)->hold, HOLD_RULE);
    assert_int_equal(planning_findings(plan, "REF-003"), 1);
    plan = ask(p, ACTION_SUBMIT, "O2", NULL, NULL); /* next steps are needed */
    assert_int_equal(only_change(plan)->hold, HOLD_RULE);
    assert_int_equal(planning_findings(plan, "REF-002"), 1);
    plan = ask(p, ACTION_UPDATE, "O2", "stage", "lost"); /* and a reason */
    assert_int_equal(only_change(plan)->action, ACTION_CLOSE);
    assert_int_equal(only_change(plan)->hold, HOLD_RULE);
    assert_int_equal(planning_findings(plan, "REF-015"), 1);
}

/* Asking for it is approval; nothing else of the guard is waived. */
static void test_guard(void **state)
{
    (void)state;
    static const struct {
        enum mode mode;
        enum read_outcome read;
        enum hold hold;
    } guards[] = {
        {MODE_APPLY, READ_COMPLETE, HOLD_NONE},   {MODE_PROPOSE, READ_COMPLETE, HOLD_NONE},
        {MODE_OBSERVE, READ_COMPLETE, HOLD_MODE}, {MODE_APPLY, READ_PARTIAL, HOLD_READ},
        {MODE_APPLY, READ_FAILED, HOLD_READ},
    };
    for (size_t i = 0; i < COUNT(guards); i++) {
        struct planning *p = planning_new();
        planning_pair(p, "O1", "L1", PAIRS("title", "T", "status", "draft", "next_steps", "C"));
        p->job.mode = guards[i].mode;
        p->job.allow = 0;
        p->job.limits = (struct limits){.max_share = 1, .max_changes = 1};
        p->trust.remote = guards[i].read;
        assert_int_equal(only_change(ask(p, ACTION_SUBMIT, "O1", NULL, NULL))->hold,
                         guards[i].hold);
        planning_free(p);
    }
}

static void put_journal(struct planning *p, struct change *change, int64_t run,
                        enum journal_state journal_state, const char *result)
{
    struct store *store = p->work.store;
    const struct journal_row row = {.change = change,
                                    .run = run,
                                    .state = journal_state,
                                    .step = "submit",
                                    .token = "t",
                                    .progress = json_object(p->arena),
                                    .result = result,
                                    .made_ms = 1,
                                    .changed_ms = 1};
    assert_ok(p->store, store->ops->journal_put(store, &row, &p->store->error));
}

static void test_busy_record(void **state)
{
    struct planning *p = *state;
    planning_pair(p, "O1", "L1", PAIRS("title", "T", "status", "draft", "next_steps", "Call"));
    struct change *change = only_change(ask(p, ACTION_UPDATE, "O1", "stage", "won"));
    put_journal(p, change, 1, JOURNAL_RUNNING, NULL);
    struct change *submit = only_change(ask(p, ACTION_SUBMIT, "L1", NULL, NULL));
    assert_int_equal(submit->hold, HOLD_BUSY);
}

/* A refusal of an earlier run does not bind the person who asks again. */
static void test_refused_before(void **state)
{
    struct planning *p = *state;
    planning_pair(p, "O1", "L1", PAIRS("title", "T", "status", "draft", "next_steps", "Call"));
    struct change *submit = only_change(ask(p, ACTION_SUBMIT, "O1", NULL, NULL));
    planning_verdict(p, guard_subject(p->arena, submit, submit->version),
                     GUARD_REFUSED "REF-019 not today");
    assert_int_equal(only_change(ask(p, ACTION_SUBMIT, "O1", NULL, NULL))->hold, HOLD_NONE);
    p->work.wish_count = 0; /* the job's own rules are bound by it */
    assert_null(planning_change(planning_guarded(p), ACTION_SUBMIT, "O1"));
    planning_open(p, GATE_SUBMIT, NULL);
    submit = planning_change(planning_guarded(p), ACTION_SUBMIT, "O1");
    assert_int_equal(submit->hold, HOLD_RULE);
}

/* A run plans several times: what was done or refused in it is not done again. */
static void test_once_a_run(void **state)
{
    (void)state;
    static const struct {
        enum journal_state ended;
        const char *result, *code; /* NULL: nothing more to say */
    } ends[] = {
        {JOURNAL_DONE, NULL, NULL},
        {JOURNAL_FAILED, "REF-009 that is no phone", "REF-009"},
        {JOURNAL_FAILED, "in words of its own", "REF-019"},
    };
    for (size_t i = 0; i < COUNT(ends); i++) {
        struct planning *p = planning_new();
        struct store *store = p->work.store;
        int64_t first = 0, second = 0;
        planning_pair(p, "O1", "L1", PAIRS("title", "T", "status", "draft", "next_steps", "C"));
        assert_ok(p->store, store->ops->run_start(store, FIXTURE_JOB, &first, &p->store->error));
        struct change *submit = only_change(ask(p, ACTION_SUBMIT, "O1", NULL, NULL));
        put_journal(p, submit, first, ends[i].ended, ends[i].result);
        struct plan *plan = ask(p, ACTION_SUBMIT, "O1", NULL, NULL);
        assert_int_equal(plan->change_count, 0);
        assert_int_equal(plan->finding_count, ends[i].code != NULL);
        if (ends[i].code)
            assert_int_equal(planning_findings(plan, ends[i].code), 1);
        /* By its other name, too; something else may still be asked for. */
        assert_int_equal(ask(p, ACTION_SUBMIT, "L1", NULL, NULL)->change_count, 0);
        only_change(ask(p, ACTION_UPDATE, "O1", "stage", "won"));
        /* Who asks again, later, is heard again. */
        assert_ok(p->store, store->ops->run_start(store, FIXTURE_JOB, &second, &p->store->error));
        only_change(ask(p, ACTION_SUBMIT, "O1", NULL, NULL));
        planning_free(p);
    }
}

/* What the job's own rules did in the run is not what the person asked for. */
static void test_another_s_change_is_no_wish(void **state)
{
    struct planning *p = *state;
    struct store *store = p->work.store;
    int64_t run = 0;
    planning_pair(p, "O1", "L1", PAIRS("title", "T", "status", "draft", "next_steps", "C"));
    assert_ok(p->store, store->ops->run_start(store, FIXTURE_JOB, &run, &p->store->error));
    struct change *submit = only_change(ask(p, ACTION_SUBMIT, "O1", NULL, NULL));
    submit->asked_by = NULL;
    put_journal(p, submit, run, JOURNAL_DONE, NULL);
    only_change(ask(p, ACTION_SUBMIT, "O1", NULL, NULL));
}

/* ---- several, and everything else ---- */

static void test_several(void **state)
{
    struct planning *p = *state;
    const char *const draft[] = {"title", "T", "status", "draft", "next_steps", "Call", NULL};
    planning_pair(p, "O1", "L1", draft);
    planning_pair(p, "O2", "L2", draft);
    const struct wish wishes[] = {
        wish_for(p, ACTION_SUBMIT, "O2", NULL, NULL),
        wish_for(p, ACTION_SUBMIT, "X9", NULL, NULL),
        wish_for(p, ACTION_SUBMIT, "O1", NULL, NULL),
        wish_for(p, ACTION_SUBMIT, "O1", NULL, NULL),
        wish_for(p, ACTION_SUBMIT, "L1", NULL, NULL), /* that is O1 */
        wish_for(p, ACTION_UPDATE, "O1", "stage", "won"),
    };
    struct plan *plan = plan_for(p, wishes, COUNT(wishes));
    static const struct {
        enum action action;
        const char *id;
    } expected[] = {{ACTION_LAUNCH, "O1"}, {ACTION_SUBMIT, "O1"}, {ACTION_SUBMIT, "O2"}};
    assert_int_equal(plan->change_count, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_int_equal(plan->changes[i]->action, expected[i].action);
        assert_string_equal(plan->changes[i]->remote_id, expected[i].id);
    }
    assert_int_equal(planning_findings(plan, "RUN-010"), 1); /* one in vain stops no other */
}

/* A store in which a run of the rules would do something of every sort. */
static void fill(struct planning *p)
{
    planning_open(p, GATE_ACCEPT, NULL);
    planning_open(p, GATE_IMPORT, NULL);
    planning_remote(p, "O1", "v1", PAIRS("title", "Old", "status", "draft", "next_steps", "Cloud"));
    planning_local(p, "L1", "yes", PAIRS("id", "O1", "title", "New", "next_steps", "Local"));
    planning_link(p, "O1", "L1", PAIRS("title", "Old", "next_steps", "Base"));
    planning_remote(p, "O2", "v1", PAIRS("partner_reference", "L2"));
    planning_local(p, "L2", NULL, PAIRS("title", "T"));
    planning_local(p, "L3", "yes", PAIRS("title", "T", "next_steps", "Call"));
    planning_local(p, "L4", "yes", PAIRS("id", "O9"));
    planning_remote(p, "O5", "v1", PAIRS("status", "invited"));
}

static void test_nothing_goes_along(void **state)
{
    struct planning *p = *state;
    fill(p);
    struct plan *plan = planning_guarded(p);
    assert_true(plan->change_count >= 6 && plan->conflict_count && plan->finding_count);
    plan = ask(p, ACTION_SUBMIT, "O1", NULL, NULL);
    assert_int_equal(plan->change_count, 1);
    assert_int_equal(plan->changes[0]->action, ACTION_SUBMIT);
    assert_int_equal(plan->conflict_count + plan->finding_count, 0);
    for (size_t i = 0; i < plan->pair_count; i++)
        assert_null(plan->pairs[i].adopt);
    struct apply_counts counts = {0};
    struct store_counts before = fixture_counts(p->store);
    assert_ok(p->store, apply_bookkeeping(&p->work, plan, 1, &counts, &p->store->error));
    struct store_counts after = fixture_counts(p->store);
    assert_int_equal(after.links, before.links);
    assert_int_equal(after.unsettled, before.unsettled); /* the next run sees all of it */
    plan = ask(p, ACTION_SUBMIT, "X9", NULL, NULL);
    assert_vain(plan, "neither");
    assert_int_equal(plan->finding_count, 1);
}

static void test_same_wishes_same_plan(void **state)
{
    struct planning *p = *state;
    fill(p);
    const struct wish wishes[] = {
        wish_for(p, ACTION_UPDATE, "L2", "stage", "won"),
        wish_for(p, ACTION_CREATE, "L3", "title", "Asked"),
        wish_for(p, ACTION_REJECT, "O5", "reject_reason", "Other"),
        wish_for(p, ACTION_SUBMIT, "X9", NULL, NULL),
    };
    const char *first = planning_json(p, plan_for(p, wishes, COUNT(wishes)));
    assert_string_equal(planning_json(p, planning_guarded(p)), first);
    fixture_close(p->store);
    fixture_open(p->store);
    p->work.store = p->store->store;
    assert_string_equal(planning_json(p, planning_guarded(p)), first);
    assert_non_null(strstr(first, "\"asked_by\":\"" WHO "\""));
}

/* ---- deleting a draft ---- */

static struct planning *with_draft(unsigned capabilities, const char *word)
{
    struct planning *p = planning_offers_new();
    p->tables.capabilities |= capabilities;
    planning_pair(p, "O1", "L1", PAIRS("title", "T", "state", word, "expires", "2026-12-31"));
    return p;
}

static void test_draft_is_deleted(void **state)
{
    (void)state;
    struct planning *p = with_draft(CAN_DISCARD, "draft");
    p->job.allow = 0;
    struct change *change = only_change(ask(p, ACTION_CANCEL, "L1", "state", "deleted"));
    assert_int_equal(change->action, ACTION_CANCEL);
    assert_int_equal(change->hold, HOLD_NONE);
    assert_true(change_deletes(change));
    assert_non_null(strstr(change->note, "the draft is deleted; this cannot be undone"));
    assert_string_equal(change_field(change, "state")->old_value, "draft");
    /* Without a person behind it, it deletes nothing. */
    change->asked_by = NULL;
    assert_false(change_deletes(change));
    p->trust.remote = READ_PARTIAL;
    assert_int_equal(only_change(ask(p, ACTION_CANCEL, "L1", "state", "deleted"))->hold, HOLD_READ);
    planning_free(p);
}

static void test_draft_is_kept(void **state)
{
    (void)state;
    static const struct {
        unsigned capabilities;
        const char *state, *field, *value, *why;
    } cases[] = {
        {0, "draft", "state", "deleted", "Tables does not let drafts be deleted"},
        {0, "draft", "expires", "2025-12-31", "its state is draft, and this is for open and"},
        {CAN_DISCARD, "draft", "expires", "2025-12-31",
         "it turns out to be a draft: ask once more"},
        {CAN_DISCARD, "open", "state", "deleted", "its state is open now, and only a draft"},
        {CAN_DISCARD, "accepted", "state", "deleted", "its state is accepted now"},
        {CAN_DISCARD, "cancelled", "state", "deleted", "its state is cancelled now"},
        {CAN_DISCARD, "deleted", "state", "deleted", "it was deleted"},
        {CAN_DISCARD, "deleted", "expires", "2025-12-31", "it was deleted"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct planning *p = with_draft(cases[i].capabilities, cases[i].state);
        assert_vain(ask(p, ACTION_CANCEL, "O1", cases[i].field, cases[i].value), cases[i].why);
        planning_free(p);
    }
}

/* A margin that was taken back reads like a draft that never was out: the journal knows better. */
static void test_released_before(void **state)
{
    (void)state;
    struct planning *p = with_draft(CAN_DISCARD, "draft");
    struct store *store = p->work.store;
    int64_t run = 0, later = 0;
    assert_ok(p->store, store->ops->run_start(store, FIXTURE_JOB, &run, &p->store->error));
    struct change *publish = only_change(ask(p, ACTION_PUBLISH, "O1", NULL, NULL));
    put_journal(p, publish, run, JOURNAL_DONE, NULL);
    assert_ok(p->store, store->ops->run_start(store, FIXTURE_JOB, &later, &p->store->error));
    assert_vain(ask(p, ACTION_CANCEL, "O1", "state", "deleted"), "it was released before");
    planning_free(p);
}

/* No gate, no edit and no word in a column deletes anything, or makes it anew. */
static void test_rules_delete_nothing(void **state)
{
    (void)state;
    static const char *const words[] = {"draft", "deleted"};
    for (size_t i = 0; i < COUNT(words); i++) {
        struct planning *p = with_draft(CAN_DISCARD, words[i]);
        planning_open(p, GATE_CANCEL, NULL);
        planning_open(p, GATE_CREATE, NULL);
        planning_local(p, "L1", NULL,
                       PAIRS("title", "T", "state", "deleted", "expires", "2025-12-31"));
        struct plan *plan = planning_guarded(p);
        for (size_t k = 0; k < plan->change_count; k++) {
            assert_int_not_equal(plan->changes[k]->action, ACTION_CANCEL);
            assert_int_not_equal(plan->changes[k]->action, ACTION_CREATE);
            assert_false(change_deletes(plan->changes[k]));
        }
        planning_free(p);
    }
}

/* What was deleted is not looked for, and stands in nobody's way. */
static void test_after_a_deletion(void **state)
{
    (void)state;
    struct planning *p = with_draft(CAN_DISCARD, "deleted");
    planning_gone(p, SIDE_REMOTE, "O1");
    planning_open(p, GATE_CREATE, NULL);
    struct plan *plan = planning_guarded(p);
    assert_int_equal(plan->change_count, 0);
    assert_int_equal(plan->finding_count, 0);
    planning_local(p, "L1", NULL, PAIRS("title", "Other", "expires", "2026-12-31"));
    plan = planning_guarded(p);
    assert_int_equal(planning_findings(plan, "MAT-007"), 1);
    assert_null(planning_change(plan, ACTION_CREATE, "L1"));
    assert_int_equal(only_change(ask(p, ACTION_CREATE, "L1", NULL, NULL))->action, ACTION_CREATE);
    planning_gone(p, SIDE_LOCAL, "L1");
    p->work.wish_count = 0;
    plan = planning_guarded(p);
    assert_int_equal(plan->finding_count, 0);
    planning_free(p);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_action),
        TEST(test_what_the_cloud_cannot_do),
        TEST(test_subjects_that_are_in_question),
        TEST(test_row_of_the_name_is_gone),
        TEST(test_old_name_of_a_pair),
        TEST(test_the_local_side_s_own),
        TEST(test_fields_that_go_along),
        TEST(test_pair_that_is_new),
        TEST(test_create),
        TEST(test_create_in_vain),
        TEST(test_rules),
        cmocka_unit_test(test_guard),
        TEST(test_busy_record),
        TEST(test_refused_before),
        cmocka_unit_test(test_once_a_run),
        TEST(test_another_s_change_is_no_wish),
        TEST(test_several),
        TEST(test_nothing_goes_along),
        TEST(test_same_wishes_same_plan),
        cmocka_unit_test(test_draft_is_deleted),
        cmocka_unit_test(test_draft_is_kept),
        cmocka_unit_test(test_released_before),
        cmocka_unit_test(test_rules_delete_nothing),
        cmocka_unit_test(test_after_a_deletion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
