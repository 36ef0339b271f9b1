/* The CSV reader and writer on bytes in memory. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/csv.h"

/* All records as "[cell|cell]!fault" one after the other. */
static char *show(struct arena *arena, const char *bytes, size_t length, char delimiter)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, 16 * 1024 * 1024);
    struct csv_reader reader;
    struct csv_record record;
    csv_start(&reader, bytes, length, delimiter);
    size_t last = 0;
    while (csv_next(&reader, arena, &record)) {
        assert_true(record.start >= last && record.end >= record.start);
        assert_true(record.next >= record.end && record.next <= length);
        assert_true(record.next > record.start);
        last = record.next;
        text_addf(&out, "%zu[", record.line);
        for (size_t i = 0; i < record.count; i++) {
            const struct csv_cell *cell = &record.cells[i];
            assert_true(cell->start >= record.start && cell->end <= record.end);
            assert_true(cell->start <= cell->end);
            text_addf(&out, "%s%s", i > 0 ? "|" : "", cell->text);
        }
        text_addf(&out, record.fault ? "]!%zu" : "]", record.fault_column);
    }
    assert_false(text_failed(&out));
    return arena_copy(arena, out.data);
}

static void reads_what_spreadsheets_write(void **state)
{
    (void)state;
    static const struct {
        const char *in, *expected;
        char delimiter;
    } cases[] = {
        {"", "", ','},
        {"a", "1[a]", ','},
        {"a,b\n", "1[a|b]", ','},
        {"a,b\r\nc,d\r\n", "1[a|b]2[c|d]", ','},
        {"a,b\rc,d\r", "1[a|b]2[c|d]", ','},
        {"a\nb\r\nc\rd", "1[a]2[b]3[c]4[d]", ','},
        {"\xef\xbb\xbf"
         "a,b",
         "1[a|b]", ','},
        {"\xef\xbb\xbf"
         "\"a\",b",
         "1[a|b]", ','},
        {"\xef\xbb\xbf", "", ','},
        {"\n\n\r\na\n\n\nb\n", "4[a]7[b]", ','},
        {",", "1[|]", ','},
        {"a,,c,\n", "1[a||c|]", ','},
        {"\"a,b\",c", "1[a,b|c]", ','},
        {"\"a\"\"b\",\"\"", "1[a\"b|]", ','},
        {"\"\"\"\"", "1[\"]", ','},
        {"\"one\ntwo\r\nthree\",x\ny", "1[one\ntwo\r\nthree|x]4[y]", ','},
        {"5\" pipe,it\"s", "1[5\" pipe|it\"s]", ','},
        {" a , b ", "1[ a | b ]", ','},
        {"a;b,c;\"d;e\"", "1[a|b,c|d;e]", ';'},
        {"a\tb\t\n", "1[a|b|]", '\t'},
        {"\"a\"\n", "1[a]", ','},
        {"\"a\"\r", "1[a]", ','},
        /* damage */
        {"a,\"b\"x,c\nd,e,f\n", "1[a|\"b\"x,c]!22[d|e|f]", ','},
        {"a,\"b\nc,d\ne,f\n", "1[a|\"b]!22[c|d]3[e|f]", ','},
        {"\"", "1[\"]!1", ','},
        {"a, \"b\",c\nd", "1[a| \"b\",c]!22[d]", ','},
        {"a,\"b\n1,\"x\",y\n2,z\n", "1[a|\"b]!22[1|x|y]3[2|z]", ','},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        assert_string_equal(show(arena, cases[i].in, strlen(cases[i].in), cases[i].delimiter),
                            cases[i].expected);
    }
}

static void recovers_at_the_line_below(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *in = "\"a\nb\",\"c\"d\ne,f\n";
    const char *shown = show(arena, in, strlen(in), ',');
    assert_true(text_starts(shown, "1[\"a]!2"));
    assert_non_null(strstr(shown, "3[e|f]"));
}

/* Only a record over several lines is cut back: one line of too many cells is what it is. */
static void a_quote_that_swallows_lines_ends_at_its_own(void **state)
{
    (void)state;
    static const char in[] = "1,2,3\n1,\"A\n2\",\"B\n3\",C\n4,\"D\nE\"\n";
    static const char *const expected[] = {"1,2,3", "1,\"A", "2\",\"B", "3\",C", "4,\"D\nE\""};
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct csv_reader reader;
    struct csv_record record;
    csv_start(&reader, in, sizeof in - 1, ',');
    reader.most = 2;
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_true(csv_next(&reader, arena, &record));
        assert_string_equal(arena_copy_n(arena, in + record.start, record.end - record.start),
                            expected[i]);
        assert_int_equal(record.fault != NULL, i == 1 || i == 2);
    }
    assert_false(csv_next(&reader, arena, &record));
}

static void finds_nul_and_size_faults(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    static const char nul[] = "a,b\0c,d\ne,f\n";
    assert_string_equal(show(arena, nul, sizeof nul - 1, ','), "1[a|b|d]!22[e|f]");

    CLEANUP_TEXT struct text wide;
    text_init(&wide, 4u * 1024 * 1024);
    for (size_t i = 0; i < LIMIT_COLUMNS - 1; i++)
        text_add_char(&wide, ',');
    text_add(&wide, "\na\n");
    assert_null(strchr(show(arena, wide.data, wide.length, ','), '!'));
    text_clear(&wide);
    for (size_t i = 0; i < LIMIT_COLUMNS; i++)
        text_add_char(&wide, ',');
    text_add(&wide, "\na\n");
    assert_non_null(strstr(show(arena, wide.data, wide.length, ','), "]!10252[a]"));

    text_clear(&wide);
    for (size_t i = 0; i <= LIMIT_CELL_BYTES; i++)
        text_add_char(&wide, 'x');
    text_add(&wide, ",y\nb\n");
    assert_non_null(strstr(show(arena, wide.data, wide.length, ','), "|y]!12[b]"));
}

/* Any cells, written and read again, are the same cells; defused ones after csv_restore(). */
static void round_trips(void **state)
{
    (void)state;
    static const char letters[] = "a1 ,;\t\"'\n\r=+-@\xc3\xa9";
    uint64_t seed = 20261102;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int round = 0; round < 20000; round++) {
        char cells[4][12] = {0};
        CLEANUP_TEXT struct text out;
        text_init(&out, 4096);
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t bits = seed;
        char delimiter = ",;\t"[(seed >> 60) % 3];
        bool safe = (seed >> 59) & 1;
        for (size_t c = 0; c < 4; c++) {
            size_t length = (bits >> 20) % sizeof cells[c];
            for (size_t i = 0; i < length; i++) {
                bits = bits * UINT64_C(6364136223846793005) + 1;
                cells[c][i] = letters[(bits >> 33) % (sizeof letters - 1)];
            }
            if (c > 0)
                text_add_char(&out, delimiter);
            (safe ? csv_write_safe : csv_write_cell)(&out, cells[c], delimiter);
        }
        text_add(&out, "\r\n");
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct csv_reader reader;
        struct csv_record record;
        csv_start(&reader, out.data, out.length, delimiter);
        assert_true(csv_next(&reader, arena, &record));
        assert_null(record.fault);
        assert_int_equal(record.count, 4);
        for (size_t c = 0; c < 4; c++) {
            const char *text = record.cells[c].text;
            if (safe)
                assert_null(strchr("=+-@\t\r", text[0] ? text[0] : 'x'));
            assert_string_equal(safe ? csv_restore(text) : text, cells[c]);
        }
        assert_false(csv_next(&reader, arena, &record));
    }
}

static void knows_formulas_from_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool risky, number;
    } cases[] = {
        {"", false, false},
        {"a=1", false, false},
        {"=1+1", true, false},
        {"@SUM(A1)", true, false},
        {"+1+cmd|x", true, false},
        {"-12.50", true, true},
        {"+1 206 555-0100", true, true},
        {"+", true, false},
        {"-", true, false},
        {"\t=1", true, false},
        {"'=1", true, false},
        {"''+1", true, false},
        {"'tis", false, false},
        {"\r1", true, false},
        {"+A1", true, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(csv_is_risky(cases[i].text), cases[i].risky);
        assert_int_equal(csv_is_number(cases[i].text), cases[i].number);
    }
    assert_string_equal(csv_restore("'=1"), "=1");
    assert_string_equal(csv_restore("''=1"), "'=1");
    assert_string_equal(csv_restore("'tis"), "'tis");
    assert_string_equal(csv_restore("=1"), "=1");
}

/* Cut anywhere, the records before the one that is cut are what they were, unless they stand in a
 * multi-line cell that lost its end. */
static void survives_any_cut(void **state)
{
    (void)state;
    static const char in[] = "id,name,note\r\n1,\"A, B\",x\r\n2,C,\"two\r\nlines\"\r\n"
                             "3,\"q\"\"q\",\r\n4,D,e\r\n";
    static const char *const whole[] = {"1[id|name|note]", "2[1|A, B|x]", "3[2|C|two\r\nlines]",
                                        "5[3|q\"q|]", "6[4|D|e]"};
    static const size_t ends[] = {14, 26, 44, 55, 62};
    assert_int_equal(sizeof in - 1, ends[4]);
    for (size_t cut = 0; cut < sizeof in; cut++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        char *copy = memory_alloc(cut + 1); /* exact size, so that a sanitizer sees each overrun */
        memcpy(copy, in, cut);
        const char *shown = show(arena, copy, cut, ',');
        free(copy);
        for (size_t i = 0; i < COUNT(whole) && ends[i] <= cut; i++) {
            assert_true(text_starts(shown, whole[i]));
            shown += strlen(whole[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_spreadsheets_write),
        cmocka_unit_test(recovers_at_the_line_below),
        cmocka_unit_test(a_quote_that_swallows_lines_ends_at_its_own),
        cmocka_unit_test(finds_nul_and_size_faults),
        cmocka_unit_test(round_trips),
        cmocka_unit_test(knows_formulas_from_numbers),
        cmocka_unit_test(survives_any_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
