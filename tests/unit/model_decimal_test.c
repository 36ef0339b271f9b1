/* Exact decimals against 128-bit integers, and the edges of their form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/memory.h"
#include "model/value.h"
#include "tests/support/chance.h"

__extension__ typedef __int128 wide;

#define SCALE  8 /* decimals of the naive model */
#define ROUNDS 20000

#define NINES "99999999999999999999999999999999999999" /* 38 */

static void test_valid(void **state)
{
    (void)state;
    static const char *const good[] = {"0",    "-0",  "+1",
                                       "007",  "1.5", "0.00",
                                       "-1.0", NINES, "0.0000000000000000000000000000000000001"};
    static const char *const bad[] = {"",      "-",   ".",   ".5", "5.",        "1..2",
                                      "1.2.3", " 1",  "1 ",  "1e", "1e5",       "0x1",
                                      "--1",   "1,5", "NaN", "1-", (NINES "9"), ("0." NINES)};
    for (size_t i = 0; i < COUNT(good); i++) {
        if (!decimal_valid(good[i]))
            fail_msg("%s was refused", good[i]);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (decimal_valid(bad[i]))
            fail_msg("\"%s\" was taken", bad[i]);
    }
    assert_false(decimal_valid(NULL));
}

static void test_edges(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    static const struct {
        const char *a, *b, *sum, *distance;
        int order;
    } cases[] = {
        {"0", "-0.00", "0", "0", 0},
        {"1.50", "01.5", "3", "0", 0},
        {"-1", "1", "0", "2", -1},
        {"-2", "-1", "-3", "1", -1},
        {"0.1", "0.2", "0.3", "0.1", -1},
        {"100", "99.99", "199.99", "0.01", 1},
        {"999.99", "0.01", "1000", "999.98", 1},
        {NINES, "1", NULL, "99999999999999999999999999999999999998", 1},
        {NINES, "-" NINES, "0", NULL, 1},
        {NINES, "0.1", NULL, NULL, 1},
        {"0.0000000000000000000000000000000000001", "-0.0000000000000000000000000000000000001", "0",
         "0.0000000000000000000000000000000000002", 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *sum = decimal_add(arena, cases[i].a, cases[i].b);
        const char *distance = decimal_distance(arena, cases[i].a, cases[i].b);
        assert_int_equal(decimal_compare(cases[i].a, cases[i].b), cases[i].order);
        assert_int_equal(decimal_compare(cases[i].b, cases[i].a), -cases[i].order);
        if (cases[i].sum)
            assert_string_equal(sum, cases[i].sum);
        else
            assert_null(sum);
        if (cases[i].distance)
            assert_string_equal(distance, cases[i].distance);
        else
            assert_null(distance);
    }
}

/* A decimal as text, and the same number times 10^SCALE. */
static wide draw(struct chance *chance, char *text, size_t size)
{
    static const uint64_t powers[] = {1, 10, 1000, 1000000, 1000000000000, 1000000000000000000};
    uint64_t whole = chance_next(chance) % powers[chance_below(chance, COUNT(powers))];
    size_t decimals = chance_below(chance, SCALE + 1);
    bool negative = chance_below(chance, 2);
    int used = snprintf(text, size, "%s%s%llu", negative ? "-" : "",
                        chance_below(chance, 4) ? "" : "00", (unsigned long long)whole);
    wide number = (wide)whole;
    for (size_t i = 0; i < SCALE; i++) {
        unsigned digit = i < decimals ? (unsigned)chance_below(chance, 10) : 0;
        if (i < decimals)
            used += snprintf(text + used, size - (size_t)used, "%s%u", i ? "" : ".", digit);
        number = number * 10 + digit;
    }
    return negative ? -number : number;
}

/* The shortest text of number / 10^SCALE. */
static void show(wide number, char *text, size_t size)
{
    bool negative = number < 0;
    number = negative ? -number : number;
    wide power = 1;
    for (size_t i = 0; i < SCALE; i++)
        power *= 10;
    int used = snprintf(text, size, "%s%llu.%08llu", negative ? "-" : "",
                        (unsigned long long)(number / power), (unsigned long long)(number % power));
    while (text[used - 1] == '0')
        text[--used] = '\0';
    if (text[used - 1] == '.')
        text[--used] = '\0';
}

static void test_against_integers(void **state)
{
    (void)state;
    struct chance chance = chance_start("decimals");
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t round = 0; round < ROUNDS; round++) {
        char a[80], b[80], expected[80];
        wide left = draw(&chance, a, sizeof a), right = draw(&chance, b, sizeof b);
        assert_true(decimal_valid(a) && decimal_valid(b));
        assert_int_equal(decimal_compare(a, b), (left > right) - (left < right));
        show(left + right, expected, sizeof expected);
        assert_string_equal(decimal_add(arena, a, b), expected);
        show(left > right ? left - right : right - left, expected, sizeof expected);
        assert_string_equal(decimal_distance(arena, a, b), expected);
        assert_string_equal(decimal_add(arena, b, a), decimal_add(arena, a, b));
        arena_reset(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_against_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
