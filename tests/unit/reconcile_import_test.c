/* Records that the cloud has and the source has not: their import, what keeps it from happening,
 * the record that one becomes, and the deadlines that keep one in sight. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "tests/support/planning.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

static struct planning *planning_imports(void)
{
    struct planning *p = planning_new();
    for (enum gate gate = 0; gate < GATE_COUNT; gate++)
        p->job.gates[gate] = (struct gate_rule){0};
    planning_open(p, GATE_IMPORT, NULL);
    return p;
}

static int setup(void **state)
{
    *state = planning_imports();
    return 0;
}

static int teardown(void **state)
{
    planning_free(*state);
    return 0;
}

static size_t unsettled(struct planning *p)
{
    return (size_t)fixture_counts(p->store).unsettled;
}

static size_t imports(const struct plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->change_count; i++)
        count += plan->changes[i]->action == ACTION_IMPORT;
    return count;
}

static struct store_link *link_of(struct planning *p, enum side side, const char *id)
{
    struct store *store = p->work.store;
    struct store_link *link = NULL;
    assert_ok(p->store, store->ops->link_get(store, FIXTURE_JOB, p->job.kind, side, id, p->arena,
                                             &link, &p->store->error));
    return link;
}

/* ---- import ---- */

static void test_import(void **state)
{
    struct planning *p = *state;
    planning_map(p, "company")->column = NULL;
    planning_map(p, "company")->constant = "Ours";
    planning_remote(
        p, "O1", "v3",
        PAIRS("title", "Deal", "company", "Theirs", "status", "approved", "spend", "10.00 USD"));
    struct plan *plan = planning_guarded(p);
    assert_int_equal(plan->change_count, 1);
    const struct change *import = plan->changes[0];
    assert_int_equal(import->action, ACTION_IMPORT);
    assert_string_equal(import->remote_id, "O1");
    assert_string_equal(import->local_key, "O1"); /* until the source gives it another key */
    assert_string_equal(import->version, "v3");
    assert_string_equal(planning_value(import, "id"), "O1");
    assert_string_equal(planning_value(import, "title"), "Deal");
    assert_string_equal(planning_value(import, "spend"), "10.00 USD");
    assert_null(planning_value(import, "company")); /* there is no column for it */
    assert_null(planning_value(import, "status"));  /* it is not mapped */
    assert_int_equal(import->hold, HOLD_NONE);
    assert_int_equal(plan->finding_count, 0);
    planning_keep_books(p, plan);
    assert_int_equal(unsettled(p), 1); /* until the row is there */
}

static void test_import_only_where_it_may(void **state)
{
    (void)state;
    static const char *approved[] = {"approved", NULL};
    static const struct {
        const char *what, *status, *write;
        bool open, when;
        size_t imports;
    } rows[] = {
        {"open", "approved", "in-place", true, false, 1},
        {"delivered to people", "approved", "changes-file", true, false, 1},
        {"condition holds", "approved", "in-place", true, true, 1},
        {"condition does not hold", "submitted", "in-place", true, true, 0},
        {"closed", "approved", "in-place", false, false, 0},
        {"a source that is only read", "approved", "read-only", true, false, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct planning *p = planning_imports();
        struct condition when = {.field = kind_field(p->job.kind, "status"), .words = approved};
        p->write.text = rows[i].write;
        planning_open(p, GATE_IMPORT, rows[i].when ? &when : NULL);
        p->job.gates[GATE_IMPORT].open = rows[i].open;
        planning_remote(p, "O1", "v1", PAIRS("title", "Deal", "status", rows[i].status));
        struct plan *plan = planning_make(p);
        if (plan->change_count != rows[i].imports || plan->finding_count)
            fail_msg("%s: %s", rows[i].what, planning_json(p, plan));
        planning_keep_books(p, plan);
        assert_int_equal(unsettled(p), rows[i].imports); /* what is not imported is settled */
        planning_free(p);
    }
}

/* Once a row was handed over it is not handed over again, whatever the cloud changes meanwhile. */
static void test_import_once(void **state)
{
    struct planning *p = *state;
    planning_remote(p, "O1", "v1", PAIRS("title", "Deal"));
    const struct change *import = planning_guarded(p)->changes[0];
    planning_verdict(p, guard_subject(p->arena, import, import->version), GUARD_DELIVERED);
    assert_int_equal(planning_guarded(p)->changes[0]->hold, HOLD_DELIVERED);
    planning_remote(p, "O1", "v2", PAIRS("title", "Another name", "next_steps", "Call"));
    struct plan *plan = planning_guarded(p);
    assert_int_equal(plan->change_count, 1);
    assert_string_not_equal(plan->changes[0]->id, import->id);
    assert_int_equal(plan->changes[0]->hold, HOLD_DELIVERED);
    /* It comes back under a key of the source's own: linked, and what moved is pulled. */
    planning_local(p, "CRM-7", NULL, PAIRS("id", "O1", "title", "Deal"));
    plan = planning_guarded(p);
    assert_int_equal(imports(plan), 0);
    assert_string_equal(planning_change(plan, ACTION_ADOPT, "O1")->local_key, "CRM-7");
    assert_string_equal(planning_value(planning_change(plan, ACTION_PULL, "O1"), "next_steps"),
                        "Call");
    planning_keep_books(p, plan);
    assert_int_equal(imports(planning_make(p)), 0);
}

static void test_import_not_beside_a_question(void **state)
{
    struct planning *p = *state;
    /* Two rows name it: which one is its partner? */
    planning_remote(p, "O1", "v1", PAIRS("title", "Ambiguous"));
    planning_local(p, "A1", NULL, PAIRS("id", "O1"));
    planning_local(p, "A2", NULL, PAIRS("id", "O1"));
    /* Its reference is that of a row which belongs to another. */
    planning_pair(p, "O2", "B1", PAIRS("title", "Linked"));
    planning_remote(p, "O3", "v1", PAIRS("partner_reference", "B1"));
    /* A row has its identifier for a key, and names something else. */
    planning_remote(p, "O4", "v1", PAIRS("title", "Keyed alike"));
    planning_local(p, "O4", NULL, PAIRS("id", "O9"));
    /* The row that may be its partner cannot be read. */
    planning_remote(p, "O5", "v1", PAIRS("partner_reference", "C1"));
    planning_local(p, "C1", NULL, PAIRS("title", "Bad"));
    planning_spoil(p, "C1");
    planning_remote(p, "O6", "v1", PAIRS("title", "Its row was imported and is bad now"));
    planning_spoil(p, "O6");
    /* It is gone. */
    planning_remote(p, "O7", "v1", PAIRS("title", "Gone"));
    planning_gone(p, SIDE_REMOTE, "O7");
    struct plan *plan = planning_guarded(p);
    assert_int_equal(imports(plan), 0);
    assert_int_equal(planning_findings(plan, "MAT-001") + planning_findings(plan, "MAT-002"), 2);
    assert_int_equal(planning_findings(plan, "MAT-005"), 1);
    planning_keep_books(p, plan);
    /* Said until it is mended. */
    plan = planning_guarded(p);
    assert_int_equal(planning_findings(plan, "MAT-005"), 1);
    /* A row that is gone stands in nobody's way. */
    planning_gone(p, SIDE_LOCAL, "O4");
    assert_non_null(planning_change(planning_make(p), ACTION_IMPORT, "O4"));
}

/* ---- records that become others ---- */

static void add_invitation(struct planning *p, const char *status, const char *became)
{
    if (became)
        planning_remote(p, "I1", "v2", PAIRS("title", "Deal", "status", status, "became", became));
    else
        planning_remote(p, "I1", "v1", PAIRS("title", "Deal", "status", status));
}

/* The pair goes on with what the invitation became: the base too, so that edits keep their side. */
static void test_became(void **state)
{
    struct planning *p = *state;
    planning_open(p, GATE_CREATE, NULL);
    add_invitation(p, "accepted", "O1");
    planning_local(
        p, "L1", "yes",
        PAIRS("id", "I1", "title", "Deal", "next_steps", "Local", "close_date", "2026-05-01"));
    planning_link(p, "I1", "L1",
                  PAIRS("title", "Deal", "next_steps", "Base", "close_date", "2026-05-01"));

    struct plan *plan = planning_guarded(p); /* O1 is not listed yet */
    assert_int_equal(plan->change_count + plan->finding_count, 0);
    planning_keep_books(p, plan);
    assert_int_equal(unsettled(p), 2); /* so that it is not forgotten */

    planning_remote(p, "O1", "v1",
                    PAIRS("title", "Deal", "next_steps", "Base", "close_date", "2026-06-01"));
    plan = planning_guarded(p);
    struct change *adopt = planning_change(plan, ACTION_ADOPT, "O1");
    assert_string_equal(adopt->local_key, "L1");
    assert_string_equal(adopt->note, "I1 became O1");
    assert_string_equal(planning_value(planning_change(plan, ACTION_UPDATE, "O1"), "next_steps"),
                        "Local"); /* by the old base no conflict: only the local side moved */
    struct change *pull = planning_change(plan, ACTION_PULL, "O1");
    assert_string_equal(planning_value(pull, "close_date"), "2026-06-01");
    assert_string_equal(planning_value(pull, "id"), "O1");
    assert_int_equal(plan->change_count, 3); /* no import, no creation */
    assert_int_equal(plan->conflict_count, 0);
    assert_int_equal(plan->pair_count, 1);
    assert_string_equal(plan->pairs[0].replaces[SIDE_REMOTE], "I1");

    planning_keep_books(p, plan);
    assert_null(link_of(p, SIDE_REMOTE, "I1"));
    struct store_link *link = link_of(p, SIDE_REMOTE, "O1");
    assert_string_equal(link->local_key, "L1");
    assert_string_equal(link->base[kind_field(p->job.kind, "next_steps")], "Base");
    assert_int_equal(fixture_counts(p->store).links, 1);

    plan = planning_guarded(p);
    assert_null(planning_change(plan, ACTION_ADOPT, "O1"));
    assert_int_equal(imports(plan), 0); /* nor is what was left behind imported */
    assert_non_null(planning_change(plan, ACTION_UPDATE, "O1"));
}

/* Nobody else gets the successor, not even by its reference, while its pair waits for a row. */
static void test_became_is_spoken_for(void **state)
{
    struct planning *p = *state;
    planning_open(p, GATE_CREATE, NULL);
    add_invitation(p, "accepted", "O1");
    planning_local(p, "L1", NULL, PAIRS("id", "I1"));
    planning_link(p, "I1", "L1", PAIRS("title", "Deal"));
    planning_remote(p, "O1", "v1", PAIRS("title", "Deal", "partner_reference", "L2"));
    planning_local(p, "L2", NULL, PAIRS("title", "Another"));
    planning_spoil(p, "L1");
    struct plan *plan = planning_guarded(p);
    assert_null(planning_change(plan, ACTION_ADOPT, "O1"));
    assert_int_equal(imports(plan), 0);
    assert_null(planning_change(plan, ACTION_CREATE, "L2")); /* its reference is taken */
}

static void test_became_what_belongs_to_another(void **state)
{
    struct planning *p = *state;
    add_invitation(p, "accepted", "O1");
    planning_local(p, "L1", NULL, PAIRS("id", "I1"));
    planning_link(p, "I1", "L1", PAIRS("title", "Deal"));
    planning_pair(p, "O1", "L2", PAIRS("title", "Deal"));
    struct plan *plan = planning_guarded(p);
    assert_int_equal(plan->change_count, 0);
    assert_int_equal(planning_findings(plan, "MAT-002"), 1);
    planning_keep_books(p, plan);
    assert_string_equal(link_of(p, SIDE_REMOTE, "O1")->local_key, "L2");
    assert_string_equal(link_of(p, SIDE_REMOTE, "I1")->local_key, "L1");
}

static void test_unlinked_invitation_becomes(void **state)
{
    struct planning *p = *state;
    add_invitation(p, "accepted", "O1");
    planning_remote(p, "O1", "v1", PAIRS("title", "Deal"));
    struct plan *plan = planning_guarded(p);
    assert_int_equal(plan->change_count, 1); /* the deal itself, not the way to it */
    assert_string_equal(plan->changes[0]->remote_id, "O1");
    planning_remote(p, "O2", "v1", PAIRS("became", "O2")); /* it is that one */
    assert_non_null(planning_change(planning_guarded(p), ACTION_IMPORT, "O2"));
}

/* The successor or the row being absent is no reason to do anything. */
static void test_became_and_absence(void **state)
{
    (void)state;
    for (int local = 0; local < 2; local++) {
        struct planning *p = planning_imports();
        add_invitation(p, "accepted", "O1");
        planning_local(p, "L1", NULL, PAIRS("id", "I1"));
        planning_link(p, "I1", "L1", PAIRS("title", "Deal"));
        planning_remote(p, "O1", "v1", PAIRS("title", "Deal"));
        planning_local(p, "L9", NULL, PAIRS("title", "Keeps the source from being empty"));
        planning_gone(p, local ? SIDE_LOCAL : SIDE_REMOTE, local ? "L1" : "O1");
        struct plan *plan = planning_guarded(p);
        assert_int_equal(plan->change_count, 0);
        planning_keep_books(p, plan);
        assert_string_equal(link_of(p, SIDE_LOCAL, "L1")->remote_id, "I1");
        planning_free(p);
    }
}

/* ---- rows that get another key ---- */

/* O1 is linked to the row O1, as an import leaves it; the source now has it as CRM-7. */
static void rekey(struct planning *p)
{
    planning_pair(p, "O1", "O1", PAIRS("title", "Deal", "next_steps", "Base"));
    planning_gone(p, SIDE_LOCAL, "O1");
    planning_local(p, "CRM-7", "yes", PAIRS("id", "O1", "title", "Deal", "next_steps", "Local"));
}

/* The pair goes on under the new key: the base too, so that edits keep their side. */
static void test_rekeyed(void **state)
{
    struct planning *p = *state;
    planning_open(p, GATE_CREATE, NULL);
    rekey(p);
    planning_remote(p, "O1", "v2",
                    PAIRS("title", "Deal", "next_steps", "Base", "close_date", "2026-06-01"));
    struct plan *plan = planning_guarded(p);
    struct change *adopt = planning_change(plan, ACTION_ADOPT, "O1");
    assert_string_equal(adopt->local_key, "CRM-7");
    assert_string_equal(adopt->note, "its key changed from O1 to CRM-7");
    assert_string_equal(planning_value(planning_change(plan, ACTION_UPDATE, "O1"), "next_steps"),
                        "Local");
    struct change *pull = planning_change(plan, ACTION_PULL, "O1");
    assert_string_equal(planning_value(pull, "close_date"), "2026-06-01");
    assert_string_equal(pull->local_key, "CRM-7");
    assert_int_equal(plan->change_count, 3); /* no import, no creation */
    assert_int_equal(plan->conflict_count + plan->finding_count, 0);
    assert_string_equal(plan->pairs[0].replaces[SIDE_LOCAL], "O1");
    assert_null(plan->pairs[0].replaces[SIDE_REMOTE]);

    planning_keep_books(p, plan);
    assert_null(link_of(p, SIDE_LOCAL, "O1"));
    struct store_link *link = link_of(p, SIDE_REMOTE, "O1");
    assert_string_equal(link->local_key, "CRM-7");
    assert_string_equal(link->base[kind_field(p->job.kind, "next_steps")], "Base");
    assert_int_equal(fixture_counts(p->store).links, 1);
    assert_int_equal(unsettled(p), 2); /* the pair, which has edits to make; not the old row */

    plan = planning_guarded(p);
    assert_null(planning_change(plan, ACTION_ADOPT, "O1"));
    assert_non_null(planning_change(plan, ACTION_UPDATE, "O1"));
    assert_int_equal(plan->change_count, 2);
    /* The old row comes back beside it: now that is a question. */
    planning_local(p, "O1", NULL, PAIRS("id", "O1", "title", "Deal"));
    plan = planning_guarded(p);
    assert_null(planning_change(plan, ACTION_ADOPT, "O1"));
    assert_int_equal(planning_findings(plan, "MAT-002"), 1);
}

/* What keeps a pair with its old key, and what is said of it. */
static void test_rekeyed_only_for_sure(void **state)
{
    (void)state;
    enum { TWICE = 1, STAYS = 2, SPOILT_OLD = 4, SPOILT_NEW = 8, LINKED = 16, OTHER_ID = 32 };
    static const struct {
        const char *what;
        unsigned set;
        size_t gone, claims; /* findings */
    } rows[] = {
        {"two rows name it", TWICE, 1, 2},
        {"one of the two cannot be read", TWICE | SPOILT_NEW, 1, 1},
        {"the old row is there", STAYS, 0, 1},
        {"the old row cannot be read", STAYS | SPOILT_OLD, 0, 1},
        {"the new row cannot be read", SPOILT_NEW, 1, 0},
        {"the new row belongs to another", LINKED, 1, 0},
        {"the new row names another", OTHER_ID, 1, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct planning *p = planning_imports();
        unsigned set = rows[i].set;
        rekey(p);
        if (set & TWICE)
            planning_local(p, "CRM-8", "yes", PAIRS("id", "O1"));
        if (set & STAYS)
            planning_local(p, "O1", NULL, PAIRS("id", "O1", "title", "Deal"));
        if (set & SPOILT_OLD)
            planning_spoil(p, "O1");
        if (set & SPOILT_NEW)
            planning_spoil(p, "CRM-7");
        if (set & LINKED) {
            planning_remote(p, "O2", "v1", PAIRS("title", "Deal"));
            planning_link(p, "O2", "CRM-7", PAIRS("title", "Deal"));
        }
        if (set & OTHER_ID)
            planning_local(p, "CRM-7", "yes", PAIRS("id", "o1", "title", "Deal"));
        struct plan *plan = planning_guarded(p);
        if (planning_change(plan, ACTION_ADOPT, "O1") ||
            planning_findings(plan, "MAT-004") != rows[i].gone ||
            planning_findings(plan, "MAT-002") != rows[i].claims)
            fail_msg("%s: %s", rows[i].what, planning_json(p, plan));
        planning_keep_books(p, plan);
        assert_string_equal(link_of(p, SIDE_REMOTE, "O1")->local_key, "O1");
        planning_free(p);
    }
}

/* A job that only observes moves no link, and says the same each time. */
static void test_rekeyed_while_observing(void **state)
{
    struct planning *p = *state;
    p->job.mode = MODE_OBSERVE;
    rekey(p);
    for (int i = 0; i < 2; i++) {
        struct plan *plan = planning_guarded(p);
        assert_int_equal(planning_change(plan, ACTION_ADOPT, "CRM-7")->hold, HOLD_MODE);
        assert_int_equal(planning_change(plan, ACTION_UPDATE, "CRM-7")->hold, HOLD_MODE);
        assert_int_equal(plan->finding_count, 0);
        planning_keep_books(p, plan);
        assert_string_equal(link_of(p, SIDE_REMOTE, "O1")->local_key, "O1");
    }
    p->job.mode = MODE_APPLY;
    planning_keep_books(p, planning_guarded(p));
    assert_string_equal(link_of(p, SIDE_REMOTE, "O1")->local_key, "CRM-7");
}

/* Both ends of a pair may move before anybody looks. */
static void test_rekeyed_and_became(void **state)
{
    struct planning *p = *state;
    add_invitation(p, "accepted", "O1");
    planning_local(p, "I1", NULL, PAIRS("id", "I1", "title", "Deal"));
    planning_link(p, "I1", "I1", PAIRS("title", "Deal"));
    planning_gone(p, SIDE_LOCAL, "I1");
    planning_local(p, "CRM-7", NULL, PAIRS("id", "I1", "title", "Deal"));
    struct plan *plan = planning_guarded(p); /* O1 is not listed yet */
    assert_int_equal(plan->change_count + plan->finding_count, 0);
    planning_keep_books(p, plan);
    planning_remote(p, "O1", "v1", PAIRS("title", "Deal"));
    plan = planning_guarded(p);
    assert_string_equal(planning_change(plan, ACTION_ADOPT, "O1")->note,
                        "I1 became O1, its key changed from I1 to CRM-7");
    planning_keep_books(p, plan);
    struct store_link *link = link_of(p, SIDE_REMOTE, "O1");
    assert_string_equal(link->local_key, "CRM-7");
    assert_string_equal(link->base[kind_field(p->job.kind, "title")], "Deal");
    assert_int_equal(fixture_counts(p->store).links, 1);
}

/* ---- deadlines ---- */

/* While it lies ahead the record is looked at in every run; then it is left alone. */
static void test_deadlines(void **state)
{
    (void)state;
    static const struct {
        enum kind_id kind;
        const char *word, *expires; /* the clock says 2026-01-01T00:00:00Z */
        int64_t later_ms;
        bool ahead;
        const char *says; /* NULL: no finding */
    } rows[] = {
        {KIND_REFERRAL, "invited", "2026-01-01T00:00:00.001Z", 0, true, "2026-01-01, today"},
        {KIND_REFERRAL, "invited", "2026-01-01T00:00:00.001Z", 1, false, NULL},
        {KIND_REFERRAL, "invited", "2026-01-01T00:00:00.001Z", 2, false, NULL},
        {KIND_REFERRAL, "invited", "2026-01-02T00:00:00Z", 0, true, "2026-01-02, in 1 day"},
        {KIND_REFERRAL, "invited", "2026-01-04T23:59:59Z", 0, true, "2026-01-04, in 3 days"},
        {KIND_REFERRAL, "invited", "2026-01-05T00:00:00Z", 0, true, NULL}, /* not near yet */
        {KIND_REFERRAL, "invited", "2026-01-05T00:00:00Z", DAY_MS, true, "in 3 days"},
        {KIND_REFERRAL, "accepted", "2026-01-02T00:00:00Z", 0, false, NULL},
        {KIND_REFERRAL, "invited", NULL, 0, false, NULL},
        {KIND_OFFER, "open", "2026-01-01", 0, true, "2026-01-01, today"},
        {KIND_OFFER, "open", "2026-01-01", DAY_MS - 1, true, "2026-01-01, today"},
        {KIND_OFFER, "open", "2026-01-01", DAY_MS, false, NULL},
        {KIND_OFFER, "open", "2026-01-15", 0, true, "2026-01-15, in 14 days"},
        {KIND_OFFER, "open", "2026-01-16", 0, true, NULL},
        {KIND_OFFER, "draft", "2026-01-02", 0, false, NULL},
    };
    for (size_t i = 0; i < 2 * COUNT(rows); i++) {
        size_t row = i / 2;
        bool linked = i % 2, offer = rows[row].kind == KIND_OFFER;
        struct planning *p = offer ? planning_offers_new() : planning_new();
        const char *const pairs[] = {offer ? "state" : "status", rows[row].word,
                                     rows[row].expires ? "expires" : NULL, rows[row].expires, NULL};
        if (linked)
            planning_pair(p, "O1", "L1", pairs);
        else
            planning_remote(p, "O1", "v1", pairs);
        p->store->now_ms += rows[row].later_ms;
        struct plan *plan = planning_make(p);
        size_t said = planning_findings(plan, offer ? "OFR-017" : "REF-020");
        if (said != (rows[row].says != NULL) || plan->finding_count != said)
            fail_msg("row %zu: %s", row, planning_json(p, plan));
        if (said)
            assert_non_null(strstr(plan->findings[0].detail, rows[row].says));
        planning_keep_books(p, plan);
        if ((unsettled(p) == 0) == rows[row].ahead)
            fail_msg("row %zu: %zu are left unsettled", row, unsettled(p));
        planning_free(p);
    }
}

/* Nothing moves but the clock: the finding comes in time, changes by the day, and goes. */
static void test_deadline_through_time(void **state)
{
    (void)state;
    struct planning *p = planning_offers_new();
    planning_pair(p, "O1", "L1", PAIRS("state", "open", "expires", "2026-01-20"));
    for (int day = 0; day < 22; day++) {
        struct plan *plan = planning_make(p);
        size_t expected = day >= 5 && day < 20; /* from the 6th on, until the 20th is over */
        assert_int_equal(planning_findings(plan, "OFR-017"), expected);
        planning_keep_books(p, plan);
        assert_int_equal(unsettled(p) != 0, day < 20);
        p->store->now_ms += DAY_MS;
    }
    planning_free(p);
}

/* A deadline is said once, also of a record that a gate acts on or that waits for a partner. */
static void test_deadline_beside_other_things(void **state)
{
    struct planning *p = *state;
    const char *const near[] = {"status", "invited", "expires", "2026-01-02T00:00:00Z", NULL};
    planning_open(p, GATE_ACCEPT, NULL);
    planning_remote(p, "O1", "v1", near); /* accepted and imported */
    planning_remote(p, "O2", "v1", near); /* two rows name it */
    planning_local(p, "A1", NULL, PAIRS("id", "O2"));
    planning_local(p, "A2", NULL, PAIRS("id", "O2"));
    planning_remote(p, "O3", "v1", near); /* gone */
    planning_gone(p, SIDE_REMOTE, "O3");
    struct plan *plan = planning_make(p);
    assert_int_equal(planning_findings(plan, "REF-020"), 2);
    assert_null(planning_change(plan, ACTION_ACCEPT, "O1")); /* once its row is there */
    assert_non_null(planning_change(plan, ACTION_IMPORT, "O1"));
    assert_null(planning_change(plan, ACTION_ACCEPT, "O2")); /* whose is it? */
}

/* A file of changes is read by somebody some day: the answer does not wait for that. */
static void test_answer_before_a_delivered_row(void **state)
{
    struct planning *p = *state;
    p->write.text = "changes-file";
    planning_open(p, GATE_ACCEPT, NULL);
    planning_remote(p, "O1", "v1", PAIRS("status", "invited", "expires", "2026-01-02T00:00:00Z"));
    struct plan *plan = planning_make(p);
    assert_non_null(planning_change(plan, ACTION_ACCEPT, "O1"));
    assert_non_null(planning_change(plan, ACTION_IMPORT, "O1"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_import),
        cmocka_unit_test(test_import_only_where_it_may),
        TEST(test_import_once),
        TEST(test_import_not_beside_a_question),
        TEST(test_became),
        TEST(test_became_is_spoken_for),
        TEST(test_became_what_belongs_to_another),
        TEST(test_unlinked_invitation_becomes),
        cmocka_unit_test(test_became_and_absence),
        TEST(test_rekeyed),
        cmocka_unit_test(test_rekeyed_only_for_sure),
        TEST(test_rekeyed_while_observing),
        TEST(test_rekeyed_and_became),
        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_deadline_through_time),
        TEST(test_deadline_beside_other_things),
        TEST(test_answer_before_a_delivered_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
