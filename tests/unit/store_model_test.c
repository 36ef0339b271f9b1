/* Random operations on records and links against a naive model of them: arrays, no index, no
 * SQL. The seed is printed and may be given as the first argument. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/store_fixture.h"

#define IDS   7
#define STEPS 4000

struct model_record {
    bool exists, gone, settled;
    int title;
    int64_t sweep, changed_seen_ms;
};

struct model {
    struct model_record records[2][IDS];
    int partner[IDS]; /* of the remote record: the local one, or -1 */
};

static const char *const titles[] = {"alpha", "beta", "gamma"};
static const char *const ids[2][IDS] = {
    {"O0", "O1", "O2", "O3", "O4", "O5", "O6"},
    {"L0", "L1", "L2", "L3", "L4", "L5", "L6"},
};

static uint64_t seed;

/* xorshift64*: the same numbers from a seed everywhere. */
static unsigned chance(unsigned bound)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (unsigned)((seed * UINT64_C(2685821657736338717)) >> 33) % bound;
}

/* ---- The model. ----------------------------------------------------------------------------- */

static int model_partner(const struct model *model, enum side side, int id)
{
    if (side == SIDE_REMOTE)
        return model->partner[id];
    for (int i = 0; i < IDS; i++) {
        if (model->partner[i] == id)
            return i;
    }
    return -1;
}

static void model_unsettle(struct model *model, enum side side, int id)
{
    int partner = model_partner(model, side, id);
    model->records[side][id].settled = false;
    if (partner >= 0)
        model->records[1 - side][partner].settled = false;
}

static bool model_put(struct model *model, enum side side, int id, int title, int64_t sweep,
                      int64_t now_ms)
{
    struct model_record *record = &model->records[side][id];
    bool same_content = record->exists && record->title == title;
    bool changed = !same_content || record->gone;
    if (!same_content)
        record->changed_seen_ms = now_ms;
    record->exists = true;
    record->gone = false;
    record->title = title;
    record->sweep = sweep;
    if (changed)
        model_unsettle(model, side, id);
    return changed;
}

static void model_seen(struct model *model, enum side side, int id, int64_t sweep)
{
    struct model_record *record = &model->records[side][id];
    if (!record->exists)
        return;
    record->sweep = sweep;
    if (record->gone)
        model_unsettle(model, side, id);
    record->gone = false;
}

static long long model_sweep(struct model *model, enum side side, int64_t sweep)
{
    long long gone = 0;
    for (int i = 0; i < IDS; i++) {
        struct model_record *record = &model->records[side][i];
        if (record->exists && !record->gone && record->sweep != sweep) {
            record->gone = true;
            model_unsettle(model, side, i);
            gone++;
        }
    }
    return gone;
}

/* ---- One step on both. ---------------------------------------------------------------------- */

static void step_link(struct fixture *f, struct model *model, int remote, int local)
{
    int result = fixture_link(f, ids[0][remote], ids[1][local], titles[0]);
    bool pair = model->partner[remote] == local;
    bool free = model->partner[remote] < 0 && model_partner(model, SIDE_LOCAL, local) < 0;
    assert_int_equal(result, pair || free ? 0 : -ERROR_BUG);
    if (result == 0)
        model->partner[remote] = local;
}

static void step(struct fixture *f, struct model *model, int64_t *sweep)
{
    const struct store_ops *ops = f->store->ops;
    enum side side = chance(2) ? SIDE_LOCAL : SIDE_REMOTE;
    int id = (int)chance(IDS), title = (int)chance(COUNT(titles));
    const char *name = ids[side][id];
    long long gone = -1;
    f->now_ms += chance(3);
    switch (chance(12)) {
    case 0:
        assert_ok(f, ops->sweep_end(f->store, FIXTURE_JOB, side, *sweep, &gone, &f->error));
        assert_int_equal(gone, model_sweep(model, side, *sweep));
        *sweep += 1;
        break;
    case 1:
        step_link(f, model, id, (int)chance(IDS));
        break;
    case 2:
    case 3:
        assert_ok(f, ops->record_seen(f->store, FIXTURE_JOB, side, name, *sweep, &f->error));
        model_seen(model, side, id, *sweep);
        break;
    case 4:
    case 5:
    case 6:
        assert_ok(f, ops->record_settle(f->store, FIXTURE_JOB, side, name, title != 0, &f->error));
        if (model->records[side][id].exists)
            model->records[side][id].settled = title != 0;
        break;
    case 7:
        if (chance(10))
            break;
        assert_ok(f, ops->unsettle_all(f->store, FIXTURE_JOB, &f->error));
        for (int i = 0; i < IDS; i++)
            model->records[0][i].settled = model->records[1][i].settled = false;
        break;
    default:
        assert_int_equal(fixture_put(f, side, name, titles[title], *sweep),
                         model_put(model, side, id, title, *sweep, f->now_ms));
    }
}

/* ---- Comparing. ----------------------------------------------------------------------------- */

static void compare_record(struct fixture *f, const struct model_record *expected, enum side side,
                           const char *id)
{
    struct store_record *got = fixture_get(f, side, id);
    assert_int_equal(got != NULL, expected->exists);
    if (!got)
        return;
    assert_int_equal(got->gone, expected->gone);
    assert_int_equal(got->settled, expected->settled);
    assert_true(got->changed_seen_ms == expected->changed_seen_ms);
    assert_string_equal(record_get(got->record, "title"), titles[expected->title]);
    const char *version;
    assert_ok(f, f->store->ops->record_version(f->store, FIXTURE_JOB, side, id, f->arena, &version,
                                               &f->error));
    assert_int_equal(version != NULL, !expected->gone);
}

static void compare_filter(struct fixture *f, const struct model *model, enum side side,
                           unsigned filter)
{
    CLEANUP_TEXT struct text expected;
    text_init(&expected, 256);
    for (int i = 0; i < IDS; i++) {
        const struct model_record *record = &model->records[side][i];
        bool fits = record->exists && !((filter & FILTER_PRESENT) && record->gone) &&
                    !((filter & FILTER_UNSETTLED) && record->settled) &&
                    !((filter & FILTER_UNLINKED) && model_partner(model, side, i) >= 0);
        if (fits)
            text_addf(&expected, "%s ", ids[side][i]);
    }
    assert_string_equal(fixture_ids(f, side, filter), expected.data);
}

static void compare_all(struct fixture *f, const struct model *model)
{
    for (enum side side = SIDE_REMOTE; side <= SIDE_LOCAL; side++) {
        for (int i = 0; i < IDS; i++)
            compare_record(f, &model->records[side][i], side, ids[side][i]);
        for (unsigned filter = 0; filter < 8; filter++)
            compare_filter(f, model, side, filter);
    }
}

/* Steps come in transactions of random length, of which some are rolled back. */
static void the_store_does_what_the_model_does(void **state)
{
    struct fixture *f = *state;
    struct model model = {.partner = {-1, -1, -1, -1, -1, -1, -1}};
    int64_t sweep = 1;
    for (int i = 0; i < STEPS;) {
        struct model before = model;
        int length = 1 + (int)chance(30);
        assert_ok(f, f->store->ops->begin(f->store, &f->error));
        for (int j = 0; j < length; j++, i++)
            step(f, &model, &sweep);
        if (chance(5) == 0) {
            f->store->ops->rollback(f->store);
            model = before;
        } else {
            assert_ok(f, f->store->ops->commit(f->store, &f->error));
        }
        compare_all(f, &model);
        arena_reset(f->arena);
    }
    for (int i = 0; i < 40; i++)
        step(f, &model, &sweep);
    fixture_close(f);
    fixture_open(f);
    compare_all(f, &model);
}

int main(int argc, char **argv)
{
    seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 20261102;
    printf("seed %llu\n", (unsigned long long)seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_store_does_what_the_model_does, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
