/* Values of every type: what is understood, what is refused, and that normal forms are stable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/country.h"
#include "model/value.h"
#include "tests/support/chance.h"

#define REFUSED "(refused)"
#define ABSENT  "(absent)"

static const char *const stages[] = {"prospect", "technical_validation", "won", NULL};

struct reading {
    enum value_type type;
    const char *style; /* date format or list separator */
    const char *text;
    const char *value;
    const char *says; /* part of the refusal's message */
};

static const struct reading readings[] = {
    {TYPE_TEXT, NULL, "  Ärzte & Söhne \n", "Ärzte & Söhne", NULL},
    {TYPE_TEXT, NULL, "a\r\nb\rc\td", "a\nb\nc\td", NULL},
    {TYPE_TEXT, NULL, "", ABSENT, NULL},
    {TYPE_TEXT, NULL, " \t\r\n\xc2\xa0 ", ABSENT, NULL},
    {TYPE_TEXT, NULL, "\xef\xbb\xbfx", "x", NULL},
    {TYPE_TEXT, NULL, "ab\xff", REFUSED, "byte 3"},
    {TYPE_TEXT, NULL, "\xc0\xaf", REFUSED, "byte 1"},
    {TYPE_TEXT, NULL, "a\x1b[31m", REFUSED, "0x1b at byte 2"},
    {TYPE_TEXT, NULL, "a\x7f", REFUSED, "0x7f"},
    {TYPE_TEXT, NULL, "a\xc2\x85", REFUSED, "control"},
    {TYPE_TEXT, NULL,
     "a\x1f"
     "b",
     REFUSED, "0x1f"},

    {TYPE_ID, NULL, " 007 ", "007", NULL},
    {TYPE_ID, NULL, "012345678901", "012345678901", NULL},
    {TYPE_ID, NULL, "O1234567", "O1234567", NULL},
    {TYPE_ID, NULL, "12E5", "12E5", NULL},
    {TYPE_ID, NULL, "1.0", "1.0", NULL},
    {TYPE_ID, NULL, "006E000000LTR+", "006E000000LTR+", NULL},
    {TYPE_ID, NULL, "2.5E+09", REFUSED, "format the column as text"},
    {TYPE_ID, NULL, "1,23457E+11", REFUSED, "spreadsheet"},
    {TYPE_ID, NULL, "1E+11", REFUSED, "spreadsheet"},
    {TYPE_ID, NULL, "1.5e10", REFUSED, "spreadsheet"},
    {TYPE_ID, NULL, "123456789012.0", REFUSED, "spreadsheet"},
    {TYPE_ID, NULL, "a\nb", REFUSED, "one line"},

    {TYPE_WORD, NULL, "Technical Validation", "technical_validation", NULL},
    {TYPE_WORD, NULL, "TECHNICAL-validation", "technical_validation", NULL},
    {TYPE_WORD, NULL, "won", "won", NULL},
    {TYPE_WORD, NULL, "prospct", REFUSED, "did you mean \"prospect\"?"},
    {TYPE_WORD, NULL, "xyzzy", REFUSED, "prospect, technical_validation, won"},

    {TYPE_FLAG, NULL, "YES", "yes", NULL},
    {TYPE_FLAG, NULL, "y", "yes", NULL},
    {TYPE_FLAG, NULL, "True", "yes", NULL},
    {TYPE_FLAG, NULL, "1", "yes", NULL},
    {TYPE_FLAG, NULL, "0", "no", NULL},
    {TYPE_FLAG, NULL, "FALSE", "no", NULL},
    {TYPE_FLAG, NULL, "N", "no", NULL},
    {TYPE_FLAG, NULL, "maybe", REFUSED, "yes nor no"},
    {TYPE_FLAG, NULL, "2", REFUSED, NULL},

    {TYPE_DATE, NULL, "2027-03-31", "2027-03-31", NULL},
    {TYPE_DATE, NULL, "2028-02-29", "2028-02-29", NULL},
    {TYPE_DATE, NULL, "2027-02-29", REFUSED, "YYYY-MM-DD"},
    {TYPE_DATE, NULL, "2027-13-01", REFUSED, NULL},
    {TYPE_DATE, NULL, "2027-03-31T23:59:59Z", "2027-03-31", NULL},
    {TYPE_DATE, NULL, "2027-03-31T23:59:59.5-08:00", "2027-03-31", NULL},
    {TYPE_DATE, NULL, "2027-03-31 00:00:00", "2027-03-31", NULL},
    {TYPE_DATE, NULL, "2027-03-31T", REFUSED, NULL},
    {TYPE_DATE, NULL, "2027-03-31T25:00:00Z", REFUSED, NULL},
    {TYPE_DATE, NULL, "2027-03-31 or later", REFUSED, NULL},
    {TYPE_DATE, NULL, "31.03.2027", REFUSED, "YYYY-MM-DD"},
    {TYPE_DATE, NULL, "46112", REFUSED, "day number"},
    {TYPE_DATE, "DD.MM.YYYY", "31.03.2027", "2027-03-31", NULL},
    {TYPE_DATE, "DD.MM.YYYY", "31.02.2027", REFUSED, "DD.MM.YYYY"},
    {TYPE_DATE, "DD.MM.YYYY", "2027-03-31", REFUSED, "DD.MM.YYYY"},
    {TYPE_DATE, "MM/DD/YYYY", "03/31/2027", "2027-03-31", NULL},
    {TYPE_DATE, "MM/DD/YYYY", "31/03/2027", REFUSED, NULL},

    {TYPE_INSTANT, NULL, "2026-11-02T11:00:00.1239+01:00", "2026-11-02T10:00:00.123Z", NULL},
    {TYPE_INSTANT, NULL, "2026-11-02T10:00:00Z", "2026-11-02T10:00:00.000Z", NULL},
    {TYPE_INSTANT, NULL, "2026-11-02", REFUSED, "instant"},
    {TYPE_INSTANT, NULL, "2026-11-02T10:00:00", REFUSED, NULL},

    {TYPE_EMAIL, NULL, " Ann.Lee@Example.COM", "ann.lee@example.com", NULL},
    {TYPE_EMAIL, NULL, "a+b@x.co", "a+b@x.co", NULL},
    {TYPE_EMAIL, NULL, "a@b", REFUSED, "ann@example.com"},
    {TYPE_EMAIL, NULL, "a@@b.c", REFUSED, NULL},
    {TYPE_EMAIL, NULL, "@b.c", REFUSED, NULL},
    {TYPE_EMAIL, NULL, "a b@c.d", REFUSED, NULL},
    {TYPE_EMAIL, NULL, "a@b.c, d@e.f", REFUSED, NULL},
    {TYPE_EMAIL, NULL, "a@b.c.", REFUSED, NULL},
    {TYPE_EMAIL, NULL, "a@.b.c", REFUSED, NULL},
    {TYPE_EMAIL, NULL, "a..b@c.d", REFUSED, NULL},
    {TYPE_EMAIL, NULL, "Ann <a@b.c>", REFUSED, NULL},
    {TYPE_EMAIL, NULL,
     "a\xc2\xa0"
     "b@c.d",
     REFUSED, NULL},

    {TYPE_PHONE, NULL, "+12065550100", "+12065550100", NULL},
    {TYPE_PHONE, NULL, "+1 (206) 555-0100", "+12065550100", NULL},
    {TYPE_PHONE, NULL, "0049 30.123.456", "+4930123456", NULL},
    {TYPE_PHONE, NULL, "+49 (0) 30 123456", "+4930123456", NULL},
    {TYPE_PHONE, NULL,
     "+44\xc2\xa0"
     "20 7946 0000",
     "+442079460000", NULL},
    {TYPE_PHONE, NULL, "206-555-0100", REFUSED, "country code"},
    {TYPE_PHONE, NULL, "030 123456", REFUSED, NULL},
    {TYPE_PHONE, NULL, "+0123456789", REFUSED, NULL},
    {TYPE_PHONE, NULL, "+1234567890123456", REFUSED, NULL},
    {TYPE_PHONE, NULL, "+12", REFUSED, NULL},
    {TYPE_PHONE, NULL, "+1 206 555 0100 x12", REFUSED, NULL},
    {TYPE_PHONE, NULL, "1.2065E+10", REFUSED, NULL},
    {TYPE_PHONE, NULL, "+1+2065550100", REFUSED, NULL},
    {TYPE_PHONE, NULL, "()", REFUSED, NULL},

    {TYPE_URL, NULL, " https://Example.com/A?b=C ", "https://Example.com/A?b=C", NULL},

    {TYPE_COUNTRY, NULL, "us", "US", NULL},
    {TYPE_COUNTRY, NULL, "united states", "US", NULL},
    {TYPE_COUNTRY, NULL, "U.S.A.", "US", NULL},
    {TYPE_COUNTRY, NULL, "Germany", "DE", NULL},
    {TYPE_COUNTRY, NULL, "Korea, Republic of", "KR", NULL},
    {TYPE_COUNTRY, NULL, "Philippines", "PH", NULL},
    {TYPE_COUNTRY, NULL, "UK", "GB", NULL},
    {TYPE_COUNTRY, NULL, "Côte d'Ivoire", "CI", NULL},
    {TYPE_COUNTRY, NULL, "XX", REFUSED, "two-letter"},
    {TYPE_COUNTRY, NULL, "Germny", REFUSED, "did you mean \"Germany\"?"},
    {TYPE_COUNTRY, NULL, "...", REFUSED, NULL},

    {TYPE_LIST, NULL, "a; b;;c ",
     "a\x1f"
     "b\x1f"
     "c",
     NULL},
    {TYPE_LIST, ", ", "a,b, c d",
     "a\x1f"
     "b\x1f"
     "c d",
     NULL},
    {TYPE_LIST, "\n", "a\nb",
     "a\x1f"
     "b",
     NULL},
    {TYPE_LIST, NULL, "\"a;b\"; \"say \"\"hi\"\"\"", "a;b\x1fsay \"hi\"", NULL},
    {TYPE_LIST, NULL, "\"best\" of; b",
     "\"best\" of\x1f"
     "b",
     NULL},
    {TYPE_LIST, NULL, ";;", ABSENT, NULL},
    {TYPE_LIST, NULL, "\"\"", ABSENT, NULL},
    {TYPE_LIST, NULL, "\"", "\"", NULL},
    {TYPE_LIST, NULL, "b;a;b",
     "b\x1f"
     "a\x1f"
     "b",
     NULL},

    {TYPE_SET, NULL, "b;a;b",
     "a\x1f"
     "b",
     NULL},
    {TYPE_SET, ",", " c ,, a,b;a",
     "a\x1f"
     "b;a\x1f"
     "c",
     NULL},
    {TYPE_SET, NULL,
     "b\x1f"
     "a",
     "a\x1f"
     "b",
     NULL},
    {TYPE_SET, NULL, ";;", ABSENT, NULL},

    {TYPE_PAIRS, NULL, "seats = 12000.00; 2027-01-15=0.0;a=b=7",
     "2027-01-15=0\x1f"
     "a=b=7\x1f"
     "seats=12000",
     NULL},
    {TYPE_PAIRS, ",", "a=1,b=2.50,a=1.0",
     "a=1\x1f"
     "b=2.5",
     NULL},
    {TYPE_PAIRS, NULL, ";;", ABSENT, NULL},
    {TYPE_PAIRS, NULL, "seats", REFUSED, "not a key"},
    {TYPE_PAIRS, NULL, "=5", REFUSED, "not a key"},
    {TYPE_PAIRS, NULL, "seats=", REFUSED, "not a clear number"},
    {TYPE_PAIRS, NULL, "a=1;seats=many", REFUSED, "many"},
};

static void test_readings(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(readings); i++) {
        const struct reading *c = &readings[i];
        const struct field field = {.name = "f", .type = c->type, .words = stages};
        struct value_style style = {.date = c->type == TYPE_DATE ? c->style : NULL,
                                    .separator = value_type_many(c->type) ? c->style : NULL};
        struct error error = {0};
        const char *value = "untouched";
        int status = value_normalise(arena, &field, &style, c->text, &value, &error);
        const char *expected = c->value;
        expected = !strcmp(expected, REFUSED) ? "untouched" : expected;
        expected = !strcmp(expected, ABSENT) ? NULL : expected;
        if (status != (strcmp(c->value, REFUSED) ? 0 : -ERROR_INPUT) ||
            !text_equal(value, expected))
            fail_msg("%s \"%s\": status %d, %s", value_type_name(c->type), c->text, status, value);
        if (status && (!*error.message || (c->says && !strstr(error.message, c->says))))
            fail_msg("\"%s\" was refused with: %s", c->text, error.message);
        if (status || !value)
            continue;
        /* A normal form is its own normal form, and survives being written in the style. */
        const char *again = NULL;
        assert_int_equal(value_normalise(arena, &field, NULL, value, &again, NULL), 0);
        assert_string_equal(again, value);
        const char *printed = value_print(arena, &field, &style, value);
        assert_int_equal(value_normalise(arena, &field, &style, printed, &again, NULL), 0);
        assert_string_equal(again, value);
    }
}

/* However long the cell, the message stays one that can be read. */
static void test_long_text_in_messages(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    char *text = arena_alloc(arena, 20001);
    for (size_t i = 0; i < 20000; i += 2)
        memcpy(text + i, "é", 2);
    for (int type = TYPE_TEXT; type <= TYPE_PAIRS; type++) {
        const struct field field = {.name = "f", .type = (enum value_type)type, .words = stages};
        struct error error = {0};
        const char *value;
        if (value_normalise(arena, &field, NULL, text, &value, &error)) {
            assert_in_range(strlen(error.message), 10, 400);
            assert_true(utf8_valid(error.message, strlen(error.message), NULL));
        }
    }
}

/* The way back writes the decimal sign of the side, and reads as the same again. */
static void test_pairs_printed(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct field field = {.name = "f", .type = TYPE_PAIRS};
    const struct value_style style = {.decimal = ',', .separator = "; "};
    const char *value = NULL, *again = NULL;
    assert_int_equal(value_normalise(arena, &field, &style, "v1.2=0,50; b = 1.200", &value, NULL),
                     0);
    const char *printed = value_print(arena, &field, &style, value);
    assert_string_equal(printed, "b=1200; v1.2=0,5");
    assert_int_equal(value_normalise(arena, &field, &style, printed, &again, NULL), 0);
    assert_string_equal(value, again);
}

static void test_show(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct field list = {.type = TYPE_LIST}, text = {.type = TYPE_TEXT};
    assert_string_equal(value_show(arena, &text, NULL), "-");
    assert_string_equal(value_show(arena, &list, NULL), "-");
    assert_string_equal(value_show(arena, &list,
                                   "a\x1f"
                                   "b"),
                        "a; b");
    assert_string_equal(value_show(arena, &text, "a"), "a");
    assert_string_equal(value_print(arena, &text, NULL, NULL), "");
}

static void test_countries(void **state)
{
    (void)state;
    size_t count = 0;
    for (unsigned i = 0; i < 26u * 26u; i++) {
        const char letters[] = {(char)('A' + i / 26), (char)('A' + i % 26), '\0'};
        const char *code = country_code(letters);
        if (code && text_equal(code, letters)) /* "UK" is understood, but no code */
            count++;
    }
    assert_int_equal(count, 249);
    assert_string_equal(country_code("korea (south)"), "KR");
    CLEANUP_FREE char *dots = memory_alloc(1024 * 1024 + 1);
    memset(dots, '.', 1024 * 1024);
    assert_null(country_code(dots));
    assert_null(country_code("USB"));
    assert_null(country_code(" "));
}

/* Lists against an array of items. */
static void test_lists(void **state)
{
    (void)state;
    struct chance chance = chance_start("lists");
    static const char *const words[] = {"a",  "SaaS or PaaS", "x;y", "\"q\"",
                                        "\"", "z, w",         "ü\"", ";"};
    static const char *const separators[] = {NULL, ";", ", ", "|", "\n"};
    const struct field field = {.type = TYPE_LIST};
    for (size_t round = 0; round < 5000; round++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        const char *items[6], *given[6];
        size_t count = 0, all = chance_below(&chance, COUNT(given));
        for (size_t i = 0; i < all; i++) {
            given[i] = chance_below(&chance, 5) ? words[chance_below(&chance, COUNT(words))]
                                                : (i % 2 ? NULL : " ");
            if (!text_blank(given[i]))
                items[count++] = given[i];
        }
        const char *list = list_join(arena, given, all);
        assert_int_equal(list_count(list), count);
        assert_int_equal(list == NULL, count == 0);
        for (size_t i = 0; i < count; i++)
            assert_string_equal(list_item(arena, list, i), items[i]);
        assert_null(list_item(arena, list, count));
        size_t found = 99;
        const char **split = list_items(arena, list, &found);
        assert_int_equal(found, count);
        assert_string_equal(list_join(arena, split, found) ? list_join(arena, split, found) : "",
                            list ? list : "");
        const char *again = NULL;
        struct value_style style = {.separator =
                                        separators[chance_below(&chance, COUNT(separators))]};
        const char *cell = value_print(arena, &field, &style, list);
        assert_int_equal(value_normalise(arena, &field, &style, cell, &again, NULL), 0);
        if (!text_equal(again, list))
            fail_msg("\"%s\" became \"%s\"", cell, value_show(arena, &field, again));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readings),      cmocka_unit_test(test_long_text_in_messages),
        cmocka_unit_test(test_pairs_printed), cmocka_unit_test(test_show),
        cmocka_unit_test(test_countries),     cmocka_unit_test(test_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
