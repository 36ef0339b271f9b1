/* The merge of one field: every combination of what it looks at is held against a table written
 * from the rules' words, and against promises that must hold whatever the input. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "reconcile/merge.h"
#include "tests/support/chance.h"

#define KEPT     MERGE_KEPT
#define CLOUD    MERGE_TO_CLOUD
#define LOCAL    MERGE_TO_LOCAL
#define CONFLICT MERGE_CONFLICT
#define BARRED   MERGE_BARRED

/* The shapes that base, local and cloud can have, apart from equal sides. "-" is absent. */
enum shape {
    NEW_BOTH,       /* base -, local B, cloud C */
    NEW_LOCAL,      /* base -, local B, cloud - */
    NEW_CLOUD,      /* base -, local -, cloud C */
    MOVED_LOCAL,    /* base A, local B, cloud A */
    MOVED_CLOUD,    /* base A, local A, cloud C */
    MOVED_BOTH,     /* base A, local B, cloud C */
    EMPTIED_LOCAL,  /* base A, local -, cloud A */
    EMPTIED_CLOUD,  /* base A, local A, cloud - */
    EMPTIED_LOCAL2, /* base A, local -, cloud C */
    EMPTIED_CLOUD2, /* base A, local B, cloud - */
    SHAPES
};

static const struct {
    const char *base, *local, *cloud;
} shapes[SHAPES] = {
    [NEW_BOTH] = {NULL, "B", "C"},       [NEW_LOCAL] = {NULL, "B", NULL},
    [NEW_CLOUD] = {NULL, NULL, "C"},     [MOVED_LOCAL] = {"A", "B", "A"},
    [MOVED_CLOUD] = {"A", "A", "C"},     [MOVED_BOTH] = {"A", "B", "C"},
    [EMPTIED_LOCAL] = {"A", NULL, "A"},  [EMPTIED_CLOUD] = {"A", "A", NULL},
    [EMPTIED_LOCAL2] = {"A", NULL, "C"}, [EMPTIED_CLOUD2] = {"A", "B", NULL},
};

/* What becomes of each shape, without and with `empty: clear`. Newest is asked without times: it
 * then cannot tell, and is like ask. */
static const struct {
    enum owner owner;
    enum merge_verdict keep[SHAPES], clear[SHAPES];
} owners[] = {
    /* new both, local, cloud; moved local, cloud, both; emptied local, cloud, local2, cloud2 */
    {OWNER_ASK,
     {CONFLICT, CLOUD, LOCAL, CLOUD, LOCAL, CONFLICT, KEPT, KEPT, LOCAL, CLOUD},
     {CONFLICT, CLOUD, LOCAL, CLOUD, LOCAL, CONFLICT, CLOUD, LOCAL, CONFLICT, CONFLICT}},
    {OWNER_NEWEST,
     {CONFLICT, CLOUD, LOCAL, CLOUD, LOCAL, CONFLICT, KEPT, KEPT, LOCAL, CLOUD},
     {CONFLICT, CLOUD, LOCAL, CLOUD, LOCAL, CONFLICT, CLOUD, LOCAL, CONFLICT, CONFLICT}},
    {OWNER_LOCAL,
     {CLOUD, CLOUD, LOCAL, CLOUD, CLOUD, CLOUD, KEPT, CLOUD, KEPT, CLOUD},
     {CLOUD, CLOUD, LOCAL, CLOUD, CLOUD, CLOUD, CLOUD, CLOUD, CLOUD, CLOUD}},
    {OWNER_CLOUD,
     {LOCAL, KEPT, LOCAL, LOCAL, LOCAL, LOCAL, LOCAL, KEPT, LOCAL, KEPT},
     {LOCAL, KEPT, LOCAL, LOCAL, LOCAL, LOCAL, LOCAL, LOCAL, LOCAL, LOCAL}},
};

static struct merge_input input_of(enum owner owner, enum shape shape, bool clear)
{
    return (struct merge_input){.owner = owner,
                                .clear = clear,
                                .cloud_writable = true,
                                .local_writable = true,
                                .base = shapes[shape].base,
                                .local = shapes[shape].local,
                                .cloud = shapes[shape].cloud};
}

static void expect(const struct merge_input *in, enum merge_verdict expected)
{
    struct merge_result result = merge_field(in);
    if (result.verdict == expected && result.rule && *result.rule)
        return;
    print_error("owner %d direction %d clear %d weak %d writable %d %d base %s local %s cloud %s "
                "decision %s: %s (%s), expected %s\n",
                in->owner, in->direction, in->clear, in->weak, in->cloud_writable,
                in->local_writable, in->base ? in->base : "-", in->local ? in->local : "-",
                in->cloud ? in->cloud : "-", in->decision ? in->decision : "-",
                merge_verdict_name(result.verdict), result.rule, merge_verdict_name(expected));
    fail();
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(owners); i++) {
        for (enum shape shape = 0; shape < SHAPES; shape++) {
            struct merge_input in = input_of(owners[i].owner, shape, false);
            expect(&in, owners[i].keep[shape]);
            in.clear = true;
            expect(&in, owners[i].clear[shape]);
        }
    }
}

/* A side that cannot be written keeps what it has, which is told of the cloud; the verdict never
 * falls back on the other. */
static void test_unwritable_sides(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(owners); i++) {
        for (enum shape shape = 0; shape < SHAPES; shape++) {
            for (int clear = 0; clear < 2; clear++) {
                struct merge_input in = input_of(owners[i].owner, shape, clear);
                enum merge_verdict free = merge_field(&in).verdict;
                in.cloud_writable = false;
                expect(&in, free == CLOUD ? BARRED : free);
                in.local_writable = false;
                expect(&in, free == CLOUD ? BARRED : free == LOCAL ? KEPT : free);
                in.cloud_writable = true;
                expect(&in, free == LOCAL ? KEPT : free);
            }
        }
    }
}

static void test_direction(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(owners); i++) {
        for (enum shape shape = 0; shape < SHAPES; shape++) {
            struct merge_input in = input_of(owners[i].owner, shape, false);
            in.direction = FIELD_TO_CLOUD;
            expect(&in, KEPT);
            in.direction = FIELD_FROM_CLOUD;
            expect(&in, in.cloud ? LOCAL : KEPT);
            in.clear = true;
            expect(&in, LOCAL);
        }
    }
}

/* A constant or a default fills what is empty, whoever owns the field, and overwrites nothing. */
static void test_weak(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(owners); i++) {
        for (enum shape shape = 0; shape < SHAPES; shape++) {
            for (int clear = 0; clear < 2; clear++) {
                struct merge_input in = input_of(owners[i].owner, shape, clear);
                in.weak = true;
                expect(&in, !in.local ? LOCAL : !in.cloud ? CLOUD : KEPT);
            }
        }
    }
}

static void test_newest(void **state)
{
    (void)state;
    static const struct {
        int64_t local_ms, cloud_ms;
        enum merge_verdict expected;
    } rows[] = {
        {2, 1, CLOUD},    {1, 2, LOCAL},    {2, 2, CONFLICT},
        {0, 2, CONFLICT}, {2, 0, CONFLICT}, {0, 0, CONFLICT},
    };
    static const enum shape both[] = {NEW_BOTH, MOVED_BOTH};
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t j = 0; j < COUNT(both); j++) {
            struct merge_input in = input_of(OWNER_NEWEST, both[j], false);
            in.local_ms = rows[i].local_ms;
            in.cloud_ms = rows[i].cloud_ms;
            expect(&in, rows[i].expected);
        }
        /* Where one side alone moved, the clock has no say. */
        struct merge_input in = input_of(OWNER_NEWEST, MOVED_LOCAL, false);
        in.local_ms = rows[i].local_ms;
        in.cloud_ms = rows[i].cloud_ms;
        expect(&in, CLOUD);
    }
}

/* A person's word decides what is contested, and nothing else. */
static void test_decision(void **state)
{
    (void)state;
    static const char *const words[] = {"local", "cloud", "approve", ""};
    for (size_t i = 0; i < COUNT(owners); i++) {
        for (enum shape shape = 0; shape < SHAPES; shape++) {
            for (size_t j = 0; j < 2 * COUNT(words); j++) {
                struct merge_input in = input_of(owners[i].owner, shape, j % 2);
                enum merge_verdict without = merge_field(&in).verdict;
                in.decision = words[j / 2];
                enum merge_verdict with = j / 2 == 0 ? CLOUD : j / 2 == 1 ? LOCAL : CONFLICT;
                expect(&in, without == CONFLICT ? with : without);
            }
        }
    }
}

/* Whether a decision is there or not, an emptied side wins a conflict only where it may. */
static void test_decision_for_an_emptied_side(void **state)
{
    (void)state;
    struct merge_input in = input_of(OWNER_ASK, EMPTIED_LOCAL2, true);
    in.decision = "local";
    expect(&in, CLOUD);
    in.clear = false; /* then there is no conflict: the cloud's edit fills the cell */
    expect(&in, LOCAL);
}

static void check_promises(const struct merge_input *in)
{
    struct merge_result result = merge_field(in);
    bool equal = text_equal(in->local, in->cloud);
    assert_int_equal(result.verdict == MERGE_AGREED, equal);
    assert_non_null(result.rule);
    if (result.verdict == MERGE_TO_CLOUD) {
        assert_true(in->cloud_writable);
        assert_int_equal(in->direction, FIELD_BOTH);
        assert_true(in->local || in->clear);
        assert_false(in->weak && in->cloud);
    }
    if (result.verdict == MERGE_BARRED) {
        assert_false(in->cloud_writable || in->weak);
        assert_int_equal(in->direction, FIELD_BOTH);
    }
    if (result.verdict == MERGE_TO_LOCAL) {
        assert_true(in->local_writable);
        assert_int_not_equal(in->direction, FIELD_TO_CLOUD);
        assert_true(in->cloud || in->clear);
    }
    if (result.verdict == MERGE_CONFLICT) {
        assert_int_equal(in->direction, FIELD_BOTH);
        assert_true(in->owner == OWNER_ASK || in->owner == OWNER_NEWEST);
        assert_false(text_equal(in->decision, "local") || text_equal(in->decision, "cloud"));
        assert_false(text_equal(in->base, in->local) || text_equal(in->base, in->cloud));
    }
    /* Pure: the same question has the same answer. */
    struct merge_result again = merge_field(in);
    assert_int_equal(again.verdict, result.verdict);
    assert_string_equal(again.rule, result.rule);
}

/* After the verdict was carried out both sides agree; the next merge has nothing to say. */
static void check_converges(struct merge_input in)
{
    enum merge_verdict verdict = merge_field(&in).verdict;
    if (verdict == MERGE_TO_CLOUD)
        in.cloud = in.local;
    else if (verdict == MERGE_TO_LOCAL)
        in.local = in.cloud;
    else
        return;
    in.base = in.local;
    assert_int_equal(merge_field(&in).verdict, MERGE_AGREED);
}

static void test_random_inputs(void **state)
{
    (void)state;
    static const char *const values[] = {NULL, NULL, "A", "B", "C", "a"};
    static const char *const decisions[] = {NULL, NULL, "local", "cloud", "approve"};
    struct chance chance = chance_start("merge");
    for (size_t i = 0; i < 300000; i++) {
        const struct merge_input in = {
            .owner = (enum owner)chance_below(&chance, 4),
            .direction = (enum field_direction)chance_below(&chance, 3),
            .clear = chance_below(&chance, 2),
            .weak = chance_below(&chance, 4) == 0,
            .cloud_writable = chance_below(&chance, 4) != 0,
            .local_writable = chance_below(&chance, 4) != 0,
            .base = values[chance_below(&chance, COUNT(values))],
            .local = values[chance_below(&chance, COUNT(values))],
            .cloud = values[chance_below(&chance, COUNT(values))],
            .local_ms = (int64_t)chance_below(&chance, 3),
            .cloud_ms = (int64_t)chance_below(&chance, 3),
            .decision = decisions[chance_below(&chance, COUNT(decisions))],
        };
        check_promises(&in);
        check_converges(in);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_unwritable_sides),
        cmocka_unit_test(test_direction),
        cmocka_unit_test(test_weak),
        cmocka_unit_test(test_newest),
        cmocka_unit_test(test_decision),
        cmocka_unit_test(test_decision_for_an_emptied_side),
        cmocka_unit_test(test_random_inputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
