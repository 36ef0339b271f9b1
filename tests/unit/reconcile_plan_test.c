/* Planning: what is to happen to pairs and to records without partner, over a real store and a
 * connector of tables. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "tests/support/chance.h"
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

static size_t unsettled(struct planning *p)
{
    return (size_t)fixture_counts(p->store).unsettled;
}

/* ---- actions ---- */

static void test_quiet_pair(void **state)
{
    struct planning *p = *state;
    planning_pair(p, "O1", "L1", PAIRS("title", "Deal", "next_steps", "Call"));
    struct plan *plan = planning_make(p);
    assert_int_equal(plan->change_count + plan->finding_count + plan->conflict_count, 0);
    assert_int_equal(plan->drift, 0);
    assert_int_equal(plan->pair_count, 1);
    assert_true(plan->pairs[0].settled);
    planning_keep_books(p, plan);
    assert_int_equal(unsettled(p), 0);
    assert_int_equal(planning_make(p)->pair_count, 0); /* not even looked at again */
}

static void test_update_and_pull(void **state)
{
    struct planning *p = *state;
    planning_remote(p, "O1", "v7", PAIRS("title", "Old", "next_steps", "Cloud", "stage", "won"));
    planning_local(p, "L1", NULL, PAIRS("id", "O1", "title", "New", "next_steps", "Base"));
    planning_link(p, "O1", "L1", PAIRS("title", "Old", "next_steps", "Base"));
    struct plan *plan = planning_make(p);
    assert_int_equal(plan->change_count, 2);
    struct change *update = planning_change(plan, ACTION_UPDATE, "O1");
    assert_int_equal(update->field_count, 1);
    assert_string_equal(planning_value(update, "title"), "New");
    assert_string_equal(update->fields[0].old_value, "Old");
    assert_string_equal(update->fields[0].base, "Old");
    assert_string_equal(update->version, "v7");
    assert_string_equal(update->title, "Old");
    struct change *pull = planning_change(plan, ACTION_PULL, "O1");
    assert_int_equal(pull->field_count, 2);
    assert_string_equal(planning_value(pull, "next_steps"), "Cloud");
    assert_string_equal(planning_value(pull, "stage"), "won");
    assert_int_equal(plan->drift, 3);
    assert_false(plan->pairs[0].settled);
    planning_keep_books(p, plan);
    assert_int_equal(unsettled(p), 2);
}

static void test_read_only_source(void **state)
{
    struct planning *p = *state;
    p->write.text = "read-only";
    planning_remote(p, "O1", "v1", PAIRS("next_steps", "Cloud"));
    planning_local(p, "L1", NULL, PAIRS("id", "O1", "next_steps", "Base"));
    planning_link(p, "O1", "L1", PAIRS("next_steps", "Base"));
    assert_int_equal(planning_make(p)->change_count, 0);
}

static void test_stages_make_the_action(void **state)
{
    static const struct {
        const char *stage;
        enum action action;
    } rows[] = {{"qualified", ACTION_UPDATE}, {"won", ACTION_LAUNCH}, {"lost", ACTION_CLOSE}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct planning *p = planning_new();
        planning_remote(p, "O1", "v1", PAIRS("stage", "prospect", "lost_reason", "Price"));
        planning_local(p, "L1", NULL,
                       PAIRS("id", "O1", "stage", rows[i].stage, "lost_reason", "Price"));
        planning_link(p, "O1", "L1", PAIRS("stage", "prospect", "lost_reason", "Price"));
        struct plan *plan = planning_make(p);
        assert_int_equal(plan->change_count, 1);
        assert_int_equal(plan->changes[0]->action, rows[i].action);
        planning_free(p);
    }
}

static void test_adopt(void **state)
{
    struct planning *p = *state;
    planning_remote(p, "O1", "v1", PAIRS("partner_reference", "L1", "title", "Deal"));
    planning_local(p, "L1", NULL, PAIRS("title", "Deal", "next_steps", "Call"));
    struct plan *plan = planning_make(p);
    struct change *adopt = planning_change(plan, ACTION_ADOPT, "O1");
    assert_non_null(adopt);
    assert_string_equal(adopt->local_key, "L1");
    assert_string_equal(adopt->note, "partner_reference = \"L1\"");
    assert_ptr_equal(plan->changes[0], adopt); /* before everything else */
    assert_string_equal(planning_value(planning_change(plan, ACTION_UPDATE, "O1"), "next_steps"),
                        "Call");
    assert_string_equal(planning_value(planning_change(plan, ACTION_PULL, "O1"), "id"), "O1");
    planning_keep_books(p, plan);
    struct store_link *link = NULL;
    struct store *store = p->work.store;
    assert_ok(p->store, store->ops->link_get(store, FIXTURE_JOB, p->job.kind, SIDE_REMOTE, "O1",
                                             p->arena, &link, &p->store->error));
    assert_string_equal(link->base[kind_field(p->job.kind, "title")], "Deal");
    assert_null(link->base[kind_field(p->job.kind, "next_steps")]); /* not agreed yet */
    assert_null(planning_change(planning_make(p), ACTION_ADOPT, "O1"));
}

static void test_create(void **state)
{
    struct planning *p = *state;
    planning_local(p, "L1", "yes",
                   PAIRS("title", "Deal", "next_steps", "Call", "reject_reason", "Other",
                         "involvement", "co_sell"));
    planning_local(p, "L2", "no", PAIRS("title", "Not shared"));
    struct plan *plan = planning_make(p);
    assert_int_equal(plan->change_count, 1);
    struct change *create = plan->changes[0];
    assert_int_equal(create->action, ACTION_CREATE);
    assert_null(create->remote_id);
    assert_null(create->version);
    assert_string_equal(planning_value(create, "partner_reference"), "L1");
    assert_string_equal(planning_value(create, "title"), "Deal");
    assert_string_equal(planning_value(create, "reject_reason"), "Other");
    assert_string_equal(planning_value(create, "involvement"), "co_sell");
    assert_int_equal(create->hold, HOLD_NONE);
    assert_non_null(create->note); /* it will be submitted */
    planning_keep_books(p, plan);
    assert_int_equal(unsettled(p), 1); /* L2 is settled, L1 is not */
    p->job.gates[GATE_CREATE].open = false;
    assert_int_equal(planning_make(p)->change_count, 0);
}

/* What the cloud would refuse is held and said before it is sent. */
static void test_create_with_faults(void **state)
{
    struct planning *p = *state;
    planning_local(p, "L1", "yes", PAIRS("next_steps", "Call", "close_date", "2025-12-31"));
    planning_local(p, "L2", "yes", PAIRS("title", "Not to be submitted"));
    struct plan *plan = planning_make(p);
    assert_int_equal(planning_change(plan, ACTION_CREATE, "L1")->hold, HOLD_RULE);
    assert_int_equal(planning_findings(plan, "REF-001"), 1); /* title */
    assert_int_equal(planning_findings(plan, "REF-005"), 1); /* close date */
    assert_int_equal(planning_change(plan, ACTION_CREATE, "L2")->hold, HOLD_RULE);
    assert_int_equal(planning_findings(plan, "REF-002"), 1); /* next steps, to submit */
    p->job.gates[GATE_SUBMIT].open = false;
    assert_int_equal(planning_change(planning_make(p), ACTION_CREATE, "L2")->hold, HOLD_NONE);
}

/* A deal that was at the cloud once is not made again. */
static void test_create_not_if_known(void **state)
{
    struct planning *p = *state;
    planning_pair(p, "O1", "L1", PAIRS("partner_reference", "L3", "title", "Deal"));
    planning_remote(p, "O2", "v1", PAIRS("title", "Unlinked"));
    planning_local(p, "L2", "yes", PAIRS("id", "O9", "title", "Names one that is not listed"));
    planning_local(p, "L3", "yes", PAIRS("title", "Its key is carried by a linked one"));
    planning_local(p, "L4", "yes", PAIRS("id", "O1", "title", "Names a linked one"));
    struct plan *plan = planning_make(p);
    for (size_t i = 0; i < plan->change_count; i++)
        assert_int_not_equal(plan->changes[i]->action, ACTION_CREATE);
    assert_int_equal(planning_findings(plan, "MAT-003"), 1);
    assert_int_equal(planning_findings(plan, "MAT-002"), 2);
    assert_int_equal(plan->orphans, 1);
}

/* A remote record that a listing dropped still stands between its key and a second creation. */
static void test_create_not_if_gone(void **state)
{
    struct planning *p = *state;
    planning_remote(p, "O1", "v1", PAIRS("partner_reference", "L1"));
    planning_remote(p, "O2", "v1", PAIRS("title", "Other"));
    planning_gone(p, SIDE_REMOTE, "O1");
    planning_local(p, "L1", "yes", PAIRS("title", "Deal"));
    struct plan *plan = planning_make(p);
    assert_null(planning_change(plan, ACTION_CREATE, "L1"));
    assert_int_equal(plan->finding_count, 1);
    /* Nor if the rules do not match by the reference. */
    p->job.match_count = 1;
    plan = planning_make(p);
    assert_null(planning_change(plan, ACTION_CREATE, "L1"));
    assert_int_equal(planning_findings(plan, "MAT-002"), 1);
}

/* What is declared and cannot be written is told of, and nothing else is done. */
static void test_drift_that_stays(void **state)
{
    (void)state;
    static const struct {
        enum owner owner;
        const char *base, *local, *cloud;
        bool weak, told, pulled;
    } rows[] = {
        {OWNER_LOCAL, "Deal", "Ours", "Deal", false, true, false},
        {OWNER_LOCAL, "Deal", "Deal", "Theirs", false, true, false},
        {OWNER_LOCAL, NULL, "Ours", "Theirs", false, true, false},
        {OWNER_LOCAL, NULL, "Ours", NULL, false, true, false},
        {OWNER_LOCAL, "Deal", NULL, "Deal", false, false, false}, /* nothing is declared */
        {OWNER_LOCAL, "Deal", "Ours", "Deal", true, false, false},
        {OWNER_LOCAL, "Deal", "Deal", "Deal", false, false, false},
        {OWNER_ASK, "Deal", "Ours", "Deal", false, true, false},
        {OWNER_ASK, "Deal", "Deal", "Theirs", false, false, true},
        {OWNER_CLOUD, "Deal", "Deal", "Theirs", false, false, true},
        {OWNER_CLOUD, "Deal", "Ours", "Deal", false, false, true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct planning *p = planning_new();
        p->tables.capabilities = CAN_LIST | CAN_READ;
        p->tables.portal = "the Portal";
        planning_map(p, "title")->owner = rows[i].owner;
        planning_map(p, "title")->constant = rows[i].weak ? "Ours" : NULL;
        planning_remote(p, "O1", "v1", PAIRS("title", rows[i].cloud ? rows[i].cloud : ""));
        planning_local(p, "L1", NULL,
                       PAIRS("id", "O1", "title", rows[i].local ? rows[i].local : ""));
        planning_link(p, "O1", "L1", PAIRS("title", rows[i].base ? rows[i].base : ""));
        struct plan *plan = planning_make(p);
        if (planning_findings(plan, "MRG-004") != rows[i].told ||
            plan->change_count != rows[i].pulled)
            fail_msg("row %zu: %zu findings, %zu changes", i, plan->finding_count,
                     plan->change_count);
        for (size_t k = 0; k < plan->change_count; k++)
            assert_int_equal(plan->changes[k]->action, ACTION_PULL);
        assert_int_equal(plan->drift, rows[i].told || rows[i].pulled);
        assert_int_equal(plan->pairs[0].settled, !rows[i].told && !rows[i].pulled);
        planning_free(p);
    }
}

static bool agrees_in_dollars(struct arena *arena, const struct record *remote, const char *field,
                              const char *local)
{
    (void)arena;
    assert_string_equal(field, "value");
    return !strncmp(record_get(remote, "value"), local, strcspn(local, "."));
}

/* What the cloud works out is compared with what the row says, and never planned as a write. */
static void test_what_the_cloud_works_out(void **state)
{
    (void)state;
    static const struct {
        enum owner owner;
        const char *base, *local, *cloud;
        bool told, pulled;
    } rows[] = {
        {OWNER_LOCAL, NULL, "10.00 USD", "20.00 USD", true, false},
        {OWNER_ASK, NULL, "10.00 USD", "20.00 USD", true, false}, /* no conflict: nothing to ask */
        {OWNER_ASK, "15.00 USD", "10.00 USD", "20.00 USD", true, false},
        {OWNER_NEWEST, NULL, "10.00 USD", "20.00 USD", true, false},
        {OWNER_LOCAL, NULL, "10.00 USD", "10.50 USD", false, false},
        {OWNER_CLOUD, NULL, "10.00 USD", "10.50 USD", false, false},
        {OWNER_ASK, NULL, "10.00 USD", "10.00 USD", false, false},
        {OWNER_LOCAL, NULL, "10.00 USD", "", false, false}, /* a draft may have none yet */
        {OWNER_ASK, NULL, "10.00 USD", "", false, false},
        {OWNER_LOCAL, NULL, "", "20.00 USD", false, true},
        {OWNER_ASK, "10.00 USD", "10.00 USD", "20.00 USD", false, true},
        {OWNER_CLOUD, NULL, "10.00 USD", "20.00 USD", false, true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct planning *p = planning_offers_new();
        struct remote_field fields[16];
        memcpy(fields, p->tables.fields, p->tables.field_count * sizeof *fields);
        for (size_t k = 0; k < p->tables.field_count; k++)
            if (!strcmp(fields[k].field, "value"))
                fields[k].flags = REMOTE_READ | REMOTE_TOLD;
        p->tables.fields = fields;
        p->tables.agrees = agrees_in_dollars;
        planning_map(p, "value")->owner = rows[i].owner;
        planning_remote(p, "O1", "v1", PAIRS("value", rows[i].cloud));
        planning_local(p, "L1", NULL, PAIRS("id", "O1", "value", rows[i].local));
        planning_link(p, "O1", "L1", PAIRS("value", rows[i].base ? rows[i].base : ""));
        struct plan *plan = planning_make(p);
        if (planning_findings(plan, "OFR-034") != rows[i].told ||
            plan->finding_count != rows[i].told || plan->change_count != rows[i].pulled ||
            plan->conflict_count || plan->drift != (size_t)(rows[i].told || rows[i].pulled))
            fail_msg("row %zu: %zu findings, %zu changes, %zu conflicts", i, plan->finding_count,
                     plan->change_count, plan->conflict_count);
        planning_free(p);
    }
}

static void test_drift_names_both(void **state)
{
    struct planning *p = *state;
    p->tables.capabilities = CAN_LIST | CAN_READ;
    p->tables.portal = "the Portal";
    planning_map(p, "title")->owner = OWNER_LOCAL;
    planning_remote(p, "O1", "v1", PAIRS("title", "Theirs"));
    planning_local(p, "L1", NULL, PAIRS("id", "O1", "title", "Ours"));
    planning_link(p, "O1", "L1", PAIRS("title", "Theirs"));
    struct plan *plan = planning_make(p);
    assert_int_equal(plan->finding_count, 1);
    assert_string_equal(plan->findings[0].field, "title");
    assert_string_equal(plan->findings[0].remote_id, "O1");
    assert_string_equal(plan->findings[0].local_key, "L1");
    assert_string_equal(plan->findings[0].detail,
                        "local \"Ours\", cloud \"Theirs\": edited in the Portal");
}

/* Where nothing can be made the rest is told, if the read can be trusted. */
static void test_absent_and_not_to_be_made(void **state)
{
    struct planning *p = *state;
    p->tables.capabilities = CAN_LIST | CAN_READ;
    planning_local(p, "L1", "yes", PAIRS("title", "Nowhere"));
    planning_local(p, "L2", "yes", PAIRS("title", "Gone", "id", "O9"));
    p->trust.remote = READ_PARTIAL;
    assert_int_equal(planning_make(p)->finding_count, 0);
    p->trust.remote = READ_COMPLETE;
    struct plan *plan = planning_make(p);
    assert_int_equal(plan->change_count, 0);
    assert_int_equal(planning_findings(plan, "MAT-008"), 1);
    assert_int_equal(planning_findings(plan, "MAT-003"), 1);
    planning_keep_books(p, plan);
    assert_int_equal(planning_make(p)->finding_count, 2); /* until it is settled by people */
}

static void test_submit(void **state)
{
    static const struct {
        const char *status, *share, *next_steps;
        bool submits;
        enum hold hold;
        const char *code;
    } rows[] = {
        {"draft", "yes", "Call", true, HOLD_NONE, NULL},
        {"draft", "no", "Call", false, HOLD_NONE, NULL},
        {"draft", "yes", NULL, true, HOLD_RULE, "REF-002"},
        {"action_required", "yes", "Call", true, HOLD_APPROVAL, "REF-017"},
        {"submitted", "yes", "Call", false, HOLD_NONE, NULL},
        {"approved", "yes", "Call", false, HOLD_NONE, NULL},
        {NULL, "yes", "Call", false, HOLD_NONE, NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct planning *p = planning_new();
        planning_remote(
            p, "O1", "v3",
            PAIRS("title", "Deal", "next_steps", rows[i].next_steps ? rows[i].next_steps : ""));
        struct record *record = record_new(p->arena, p->job.kind, "O1");
        record_set(record, "id", "O1");
        record_set(record, "title", "Deal");
        record_set(record, "next_steps", rows[i].next_steps);
        record_set(record, "status", rows[i].status);
        record->version = "v4";
        record->raw = "{}";
        struct store *store = p->work.store;
        assert_ok(p->store, store->ops->record_put(store, FIXTURE_JOB, SIDE_REMOTE, record, 1, NULL,
                                                   &p->store->error));
        planning_local(p, "L1", rows[i].share,
                       PAIRS("id", "O1", "involvement", "co_sell", "title", "Deal"));
        planning_link(p, "O1", "L1", PAIRS("title", "Deal"));
        p->write.text = "read-only"; /* no pulls beside it */
        struct plan *plan = planning_make(p);
        struct change *submit = planning_change(plan, ACTION_SUBMIT, "O1");
        assert_int_equal(submit != NULL, rows[i].submits);
        if (submit) {
            assert_int_equal(submit->hold, rows[i].hold);
            assert_string_equal(submit->version, "v4");
            assert_string_equal(planning_value(submit, "involvement"), "co_sell");
        }
        if (rows[i].code)
            assert_int_equal(planning_findings(plan, rows[i].code), 1);
        p->job.gates[GATE_SUBMIT].open = false;
        assert_null(planning_change(planning_make(p), ACTION_SUBMIT, "O1"));
        planning_free(p);
    }
}

/* A correction goes before the submission that needs it. */
static void test_submit_after_its_correction(void **state)
{
    struct planning *p = *state;
    planning_remote(p, "O1", "v1", PAIRS("title", "Deal", "status", "draft"));
    planning_local(p, "L1", "yes", PAIRS("id", "O1", "title", "Deal", "next_steps", "Call"));
    planning_link(p, "O1", "L1", PAIRS("title", "Deal"));
    struct plan *plan = planning_make(p);
    assert_int_equal(plan->change_count, 2);
    assert_int_equal(plan->changes[0]->action, ACTION_UPDATE);
    assert_int_equal(plan->changes[1]->action, ACTION_SUBMIT);
    assert_int_equal(plan->changes[1]->hold, HOLD_NONE); /* with the update it has all it needs */
}

/* ---- rules of the cloud ---- */

static void test_locked_fields_leave_the_update(void **state)
{
    struct planning *p = *state;
    planning_remote(
        p, "O1", "v1",
        PAIRS("title", "Old", "company", "Old", "next_steps", "Old", "status", "approved"));
    planning_local(p, "L1", NULL,
                   PAIRS("id", "O1", "title", "New", "company", "New", "next_steps", "New"));
    planning_link(p, "O1", "L1", PAIRS("title", "Old", "company", "Old", "next_steps", "Old"));
    struct plan *plan = planning_make(p);
    struct change *update = planning_change(plan, ACTION_UPDATE, "O1");
    assert_int_equal(update->field_count, 1);
    assert_string_equal(planning_value(update, "next_steps"), "New");
    assert_int_equal(update->hold, HOLD_NONE);
    assert_int_equal(planning_findings(plan, "REF-003"), 1); /* both fields in one */
    assert_non_null(strstr(plan->findings[0].detail, "title"));
    assert_non_null(strstr(plan->findings[0].detail, "company"));
}

static void test_update_of_locked_fields_only(void **state)
{
    struct planning *p = *state;
    planning_remote(p, "O1", "v1", PAIRS("title", "Old", "status", "submitted"));
    planning_local(p, "L1", NULL, PAIRS("id", "O1", "title", "New"));
    planning_link(p, "O1", "L1", PAIRS("title", "Old"));
    struct plan *plan = planning_make(p);
    assert_int_equal(plan->change_count, 0);
    assert_int_equal(planning_findings(plan, "REF-004"), 1);
    assert_false(plan->pairs[0].settled); /* it is said again until it is settled */
}

static void test_bad_value_leaves_the_update(void **state)
{
    struct planning *p = *state;
    planning_remote(p, "O1", "v1", PAIRS("title", "Old", "next_steps", "Old"));
    planning_local(
        p, "L1", NULL,
        PAIRS("id", "O1", "title", "A title of more than thirty characters", "next_steps", "New"));
    planning_link(p, "O1", "L1", PAIRS("title", "Old", "next_steps", "Old"));
    struct plan *plan = planning_make(p);
    struct change *update = planning_change(plan, ACTION_UPDATE, "O1");
    assert_int_equal(update->field_count, 1);
    assert_null(planning_value(update, "title"));
    assert_int_equal(planning_findings(plan, "REF-007"), 1);
}

/* A fault that stands elsewhere in the record cannot be left out: the update is held. */
static void test_fault_elsewhere_holds_the_update(void **state)
{
    struct planning *p = *state;
    planning_remote(p, "O1", "v1", PAIRS("stage", "prospect"));
    planning_local(p, "L1", NULL, PAIRS("id", "O1", "stage", "lost"));
    planning_link(p, "O1", "L1", PAIRS("stage", "prospect"));
    struct plan *plan = planning_make(p);
    struct change *close = planning_change(plan, ACTION_CLOSE, "O1");
    assert_int_equal(close->hold, HOLD_RULE);
    assert_non_null(strstr(close->hold_reason, "REF-015"));
    assert_int_equal(planning_findings(plan, "REF-015"), 1);
}

/* ---- conflicts ---- */

static void test_conflict_and_verdict(void **state)
{
    struct planning *p = *state;
    planning_remote(p, "O1", "v1", PAIRS("next_steps", "Cloud"));
    planning_local(p, "L1", NULL, PAIRS("id", "O1", "next_steps", "Local"));
    planning_link(p, "O1", "L1", PAIRS("next_steps", "Base"));
    struct plan *plan = planning_make(p);
    assert_int_equal(plan->change_count, 0);
    assert_int_equal(plan->conflict_count, 1);
    assert_int_equal(planning_findings(plan, "MRG-001"), 1);
    assert_string_equal(plan->conflicts[0].base, "Base");
    assert_string_equal(plan->conflicts[0].local, "Local");
    assert_string_equal(plan->conflicts[0].cloud, "Cloud");
    const char *id = arena_copy(p->arena, plan->conflicts[0].id);
    planning_verdict(p, id, "local");
    plan = planning_make(p);
    assert_int_equal(plan->conflict_count, 0);
    assert_string_equal(planning_value(planning_change(plan, ACTION_UPDATE, "O1"), "next_steps"),
                        "Local");
    planning_verdict(p, id, "cloud"); /* the last word counts */
    plan = planning_make(p);
    assert_string_equal(planning_value(planning_change(plan, ACTION_PULL, "O1"), "next_steps"),
                        "Cloud");
    /* Another value is another conflict. */
    planning_remote(p, "O1", "v2", PAIRS("next_steps", "Cloud again"));
    plan = planning_make(p);
    assert_int_equal(plan->conflict_count, 1);
    assert_string_not_equal(plan->conflicts[0].id, id);
}

/* ---- absence ---- */

static void test_absence_is_said_and_nothing_else(void **state)
{
    struct planning *p = *state;
    planning_pair(p, "O1", "L1", PAIRS("title", "Deal"));
    planning_pair(p, "O2", "L2", PAIRS("title", "Deal"));
    planning_pair(p, "O3", "L3", PAIRS("title", "Deal"));
    planning_gone(p, SIDE_REMOTE, "O1");
    planning_gone(p, SIDE_LOCAL, "L2");
    struct plan *plan = planning_make(p);
    assert_int_equal(plan->change_count, 0);
    assert_int_equal(planning_findings(plan, "MAT-003"), 1);
    assert_int_equal(planning_findings(plan, "MAT-004"), 1);
    planning_keep_books(p, plan);
    assert_int_equal(fixture_counts(p->store).links, 3);
    plan = planning_make(p); /* said until it is mended */
    assert_int_equal(plan->finding_count, 2);
}

/* A record whose present row is bad is left alone: nothing is planned on its old values. */
static void test_blocked_rows(void **state)
{
    struct planning *p = *state;
    planning_remote(p, "O1", "v1", PAIRS("title", "Old", "next_steps", "Cloud"));
    planning_local(p, "L1", NULL, PAIRS("id", "O1", "title", "New"));
    planning_link(p, "O1", "L1", PAIRS("title", "Old"));
    planning_local(p, "L2", "yes", PAIRS("title", "Would be created", "next_steps", "Call"));
    planning_remote(p, "O3", "v1", PAIRS("partner_reference", "L3"));
    planning_local(p, "L3", "yes", PAIRS("title", "Would be adopted"));
    struct store *store = p->work.store;
    planning_spoil(p, "L1");
    planning_spoil(p, "L2");
    planning_spoil(p, "L3");
    struct plan *plan = planning_make(p);
    assert_int_equal(plan->change_count, 0);
    planning_keep_books(p, plan);
    assert_ok(p->store, store->ops->finding_sweep(store, FIXTURE_JOB, "SRC-", p->store->now_ms + 1,
                                                  &p->store->error));
    assert_int_equal(planning_make(p)->change_count, 6); /* all of it was only waiting */
}

/* ---- purity ---- */

static void test_same_store_same_plan(void **state)
{
    struct planning *p = *state;
    planning_remote(p, "O1", "v1", PAIRS("title", "Old", "next_steps", "Cloud"));
    planning_local(p, "L1", NULL, PAIRS("id", "O1", "title", "New", "next_steps", "Local"));
    planning_link(p, "O1", "L1", PAIRS("title", "Old", "next_steps", "Base"));
    planning_remote(p, "O2", "v1", PAIRS("partner_reference", "L2"));
    planning_local(p, "L2", NULL, PAIRS("title", "T"));
    planning_local(p, "L3", "yes", PAIRS("title", "T", "next_steps", "Call"));
    planning_local(p, "L4", "yes", PAIRS("id", "O9"));
    const char *first = planning_json(p, planning_guarded(p));
    assert_string_equal(planning_json(p, planning_guarded(p)), first);
    fixture_close(p->store);
    fixture_open(p->store);
    p->work.store = p->store->store;
    assert_string_equal(planning_json(p, planning_guarded(p)), first);
    assert_non_null(strstr(first, "\"conflicts\":[{"));
    /* The clock is an input: nothing else changes with it here. */
    p->store->now_ms += 1000;
    const char *later = planning_json(p, planning_guarded(p));
    assert_string_not_equal(later, first);
    assert_string_equal(strstr(later, "\"read\""), strstr(first, "\"read\""));
}

/* One random record on a side, or a pair, in every state of agreement. */
static void add_at_random(struct planning *p, struct chance *chance, size_t number)
{
    static const char *const values[] = {"A", "B", "C"};
    static const char *const names[] = {"title", "next_steps", "stage", "close_date"};
    static const char *const stages[] = {"prospect", "qualified", "won"};
    static const char *const days[] = {"2026-02-01", "2026-03-01", "2025-01-01"};
    static const char *const states[] = {"draft", "submitted", "approved"};
    const char *sides[3][16] = {{0}}; /* remote, local, base */
    size_t counts[3] = {0};
    const char *id = arena_printf(p->arena, "O%zu", number);
    const char *key = arena_printf(p->arena, "L%zu", number);
    for (size_t i = 0; i < COUNT(names); i++) {
        const char *const *from = i == 2 ? stages : i == 3 ? days : values;
        for (size_t side = 0; side < 3; side++) {
            bool same = side && chance_below(chance, 3) && counts[0];
            if (chance_below(chance, 6) == 0)
                continue;
            sides[side][counts[side]++] = names[i];
            sides[side][counts[side]++] = same && sides[0][counts[0] - 2] == names[i]
                                              ? sides[0][counts[0] - 1]
                                              : from[chance_below(chance, 3)];
        }
    }
    sides[0][counts[0]++] = "status";
    sides[0][counts[0]++] = states[chance_below(chance, 3)];
    size_t shape = chance_below(chance, 8);
    if (shape < 2) {
        sides[0][counts[0]++] = "partner_reference";
        sides[0][counts[0]++] = arena_printf(p->arena, "L%zu", chance_below(chance, 30));
    }
    if (shape != 2)
        planning_remote(p, id, "v1", sides[0]);
    if (shape > 3) {
        sides[1][counts[1]++] = "id";
        sides[1][counts[1]++] = id;
    }
    if (shape != 3)
        planning_local(p, key, chance_below(chance, 2) ? "yes" : "no", sides[1]);
    if (shape > 4)
        planning_link(p, id, key, sides[2]);
}

/* What is settled has nothing to say: planning everything finds what planning the rest finds. */
static void test_settled_marks_hide_nothing(void **state)
{
    (void)state;
    struct chance chance = chance_start("plan");
    size_t hidden = 0;
    for (size_t round = 0; round < 40; round++) {
        struct planning *p = planning_new();
        if (round % 4 == 1)
            p->write.text = "read-only";
        if (round % 4 == 2)
            planning_map(p, "next_steps")->constant = "B";
        p->job.gates[GATE_SUBMIT].open = round % 3 != 0;
        for (size_t i = 0; i < 25; i++)
            add_at_random(p, &chance, i);
        planning_keep_books(p, planning_make(p));
        planning_keep_books(p, planning_make(p)); /* what was adopted may settle only now */
        size_t left = unsettled(p);
        const char *some = planning_json(p, planning_guarded(p));
        struct store *store = p->work.store;
        assert_ok(p->store, store->ops->unsettle_all(store, FIXTURE_JOB, &p->store->error));
        hidden += unsettled(p) - left;
        assert_string_equal(planning_json(p, planning_guarded(p)), some);
        planning_free(p);
    }
    assert_true(hidden > 50); /* the marks did hide something */
}

static void test_order_of_changes(void **state)
{
    struct planning *p = *state;
    planning_remote(p, "O2", "v1", PAIRS("partner_reference", "L2", "title", "Old"));
    planning_local(p, "L2", NULL, PAIRS("title", "New"));
    planning_remote(p, "O1", "v1", PAIRS("title", "Old", "status", "draft"));
    planning_local(p, "L1", "yes", PAIRS("id", "O1", "title", "New", "next_steps", "Call"));
    planning_link(p, "O1", "L1", PAIRS("title", "Old"));
    planning_local(p, "L3", "yes", PAIRS("title", "T", "next_steps", "Call"));
    static const struct {
        enum action action;
        const char *remote_id;
    } expected[] = {
        {ACTION_ADOPT, "O2"},  {ACTION_CREATE, NULL}, {ACTION_UPDATE, "O1"},
        {ACTION_SUBMIT, "O1"}, {ACTION_UPDATE, "O2"}, {ACTION_PULL, "O2"},
    };
    struct plan *plan = planning_make(p);
    assert_int_equal(plan->change_count, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_int_equal(plan->changes[i]->action, expected[i].action);
        assert_true(text_equal(plan->changes[i]->remote_id, expected[i].remote_id));
    }
}

static void link_elsewhere(struct planning *p, const struct job *job, const char *id,
                           const char *key)
{
    static const char *no_base[LIMIT_FIELDS];
    const struct store_link link = {.remote_id = id, .local_key = key, .base = no_base};
    assert_int_equal(
        p->store->store->ops->link_put(p->store->store, job->name, job->kind, &link, NULL), 0);
}

/* A deal that two clouds have is told of, whether anything moved or not; one that another source,
 * kind or job of the same cloud has is none. */
static void test_two_clouds(void **state)
{
    struct planning *p = *state;
    const struct job jobs[] = {
        {.name = "here", .cloud = p->job.cloud, .source = p->job.source, .kind = p->job.kind},
        {.name = "there", .cloud = "other", .source = p->job.source, .kind = p->job.kind},
        {.name = "leads", .cloud = "other", .source = "other", .kind = p->job.kind},
        {.name = "offers", .cloud = "other", .source = p->job.source, .kind = &kinds[KIND_OFFER]},
    };
    p->work.jobs = jobs;
    p->work.job_count = COUNT(jobs);
    for (int i = 1; i <= 3; i++)
        planning_pair(p, arena_printf(p->arena, "O%d", i), arena_printf(p->arena, "L%d", i),
                      PAIRS("title", "Deal"));
    for (size_t i = 0; i < COUNT(jobs); i++)
        link_elsewhere(p, &jobs[i], "X2", "L2");
    link_elsewhere(p, &jobs[1], "X9", "L9"); /* not ours */
    for (int again = 0; again < 2; again++) {
        struct plan *plan = planning_make(p);
        assert_int_equal(planning_findings(plan, "MAT-006"), 1);
        assert_string_equal(plan->findings[0].local_key, "L2");
        assert_non_null(strstr(plan->findings[0].detail, "with other as X2 (there)"));
        assert_int_equal(plan->change_count, 0);
        planning_keep_books(p, plan);
    }
    assert_string_equal(fixture_ids(p->store, SIDE_REMOTE, FILTER_UNSETTLED), "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_quiet_pair),
        TEST(test_update_and_pull),
        TEST(test_read_only_source),
        cmocka_unit_test(test_stages_make_the_action),
        TEST(test_adopt),
        TEST(test_create),
        TEST(test_create_with_faults),
        TEST(test_create_not_if_known),
        TEST(test_create_not_if_gone),
        cmocka_unit_test(test_drift_that_stays),
        TEST(test_what_the_cloud_works_out),
        TEST(test_drift_names_both),
        TEST(test_absent_and_not_to_be_made),
        cmocka_unit_test(test_submit),
        TEST(test_submit_after_its_correction),
        TEST(test_locked_fields_leave_the_update),
        TEST(test_update_of_locked_fields_only),
        TEST(test_bad_value_leaves_the_update),
        TEST(test_fault_elsewhere_holds_the_update),
        TEST(test_conflict_and_verdict),
        TEST(test_absence_is_said_and_nothing_else),
        TEST(test_blocked_rows),
        TEST(test_same_store_same_plan),
        cmocka_unit_test(test_settled_marks_hide_nothing),
        TEST(test_order_of_changes),
        TEST(test_two_clouds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
