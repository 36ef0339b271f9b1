/* Amounts as people and spreadsheets write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/value.h"
#include "tests/support/chance.h"

#define NBSP  "\xc2\xa0"
#define NNBSP "\xe2\x80\xaf"

static const struct field money = {.name = "spend", .type = TYPE_MONEY};
static const struct field number = {.name = "contract_months", .type = TYPE_NUMBER};

struct reading {
    const char *text;
    char decimal;
    const char *currency;
    const char *value; /* NULL: refused */
};

static const struct reading amounts[] = {
    {"1234.5 USD", 0, NULL, "1234.50 USD"},
    {"1234.50", 0, "USD", "1234.50 USD"},
    {"USD 1,234.50", 0, NULL, "1234.50 USD"},
    {"usd1234.5", 0, NULL, "1234.50 USD"},
    {"1,234,567.891 USD", 0, NULL, "1234567.891 USD"},
    {"1.234.567,8 EUR", ',', NULL, "1234567.80 EUR"},
    {"1.234", ',', "EUR", "1234.00 EUR"},
    {"1 234,50", ',', "EUR", "1234.50 EUR"},
    {"1" NBSP "234" NBSP "567,50", ',', "EUR", "1234567.50 EUR"},
    {"1" NNBSP "234,50 €", ',', NULL, "1234.50 EUR"},
    {"1'234.50", 0, "CHF", "1234.50 CHF"},
    {"1’234’567.50", 0, "CHF", "1234567.50 CHF"},
    {"-1,234.50", 0, "USD", "-1234.50 USD"},
    {"−12", 0, "USD", "-12.00 USD"},
    {"+12", 0, "USD", "12.00 USD"},
    {"(1,234.50)", 0, "USD", "-1234.50 USD"},
    {"($5)", 0, "USD", "-5.00 USD"},
    {"-$5.10", 0, "USD", "-5.10 USD"},
    {"$-5.10", 0, "USD", "-5.10 USD"},
    {"$ 1,000", 0, "CAD", "1000.00 CAD"},
    {"$1,000 USD", 0, "EUR", "1000.00 USD"},
    {"US$100", 0, NULL, "100.00 USD"},
    {"-US$100", 0, NULL, "-100.00 USD"},
    {"€100", 0, "USD", "100.00 EUR"},
    {"100 €", 0, NULL, "100.00 EUR"},
    {"£7", 0, "GBP", "7.00 GBP"},
    {"100 EUR", 0, "USD", "100.00 EUR"},
    {"0", 0, "USD", "0.00 USD"},
    {"-0.00", 0, "USD", "0.00 USD"},
    {"000.50", 0, "USD", "0.50 USD"},
    {"0.005", 0, "USD", "0.005 USD"},
    {"0.0050", 0, "USD", "0.005 USD"},
    {"12.00", 0, "JPY", "12 JPY"},
    {"12.5", 0, "JPY", "12.5 JPY"},
    {"1.5", 0, "KWD", "1.500 KWD"},
    {"1.5", 0, "CLF", "1.5000 CLF"},
    {"  250000  ", 0, "USD", "250000.00 USD"},
    /* Two readings, or none. */
    {"1.2E+06", 0, "USD", NULL},
    {"1,2E+06", ',', "USD", NULL},
    {"1.2E+06 USD", 0, NULL, NULL},
    {"1234.50", ',', "EUR", NULL},
    {"1,234,567", ',', "EUR", NULL},
    {"1,234.50,00", 0, "USD", NULL},
    {"1.234.567", 0, "USD", NULL},
    {"1.234,50", 0, "USD", NULL},
    {"1,23", 0, "USD", NULL},
    {"12,34,567", 0, "USD", NULL},
    {"1234,567", 0, "USD", NULL},
    {"0,123", 0, "USD", NULL},
    {"1,234 567", 0, "USD", NULL},
    {",5", 0, "USD", NULL},
    {".5", 0, "USD", NULL},
    {"5.", 0, "USD", NULL},
    {"1,", 0, "USD", NULL},
    {"--5", 0, "USD", NULL},
    {"-(5)", 0, "USD", NULL},
    {"(-5)", 0, "USD", NULL},
    {"(5", 0, "USD", NULL},
    {"5)", 0, "USD", NULL},
    {"(", 0, "USD", NULL},
    {"$", 0, "USD", NULL},
    {"USD", 0, NULL, NULL},
    {"-", 0, "USD", NULL},
    {"1234", 0, NULL, NULL},
    {"$5", 0, NULL, NULL},
    {"$5", 0, "EUR", NULL},
    {"£5", 0, NULL, NULL},
    {"¥5", 0, NULL, NULL},
    {"$5 EUR", 0, "USD", NULL},
    {"USD 5 USD", 0, NULL, NULL},
    {"5 XYZ", 0, NULL, NULL},
    {"12 Mio", 0, "EUR", NULL},
    {"12k", 0, "USD", NULL},
    {"abc", 0, "USD", NULL},
    {"999999999999999999999999999999999999999", 0, "USD", NULL},
    {"99999999999999999999999999999999999999", 0, "USD", NULL}, /* no room for the cents */
};

static void test_amounts(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(amounts); i++) {
        const struct reading *c = &amounts[i];
        struct value_style style = {.decimal = c->decimal, .currency = c->currency};
        struct error error = {0};
        const char *value = "untouched";
        int status = value_normalise(arena, &money, &style, c->text, &value, &error);
        if (status != (c->value ? 0 : -ERROR_INPUT))
            fail_msg("\"%s\": status %d, value %s, %s", c->text, status, value, error.message);
        if (!text_equal(value, c->value ? c->value : "untouched"))
            fail_msg("\"%s\": %s instead of %s", c->text, value, c->value);
        if (status && !*error.message)
            fail_msg("\"%s\" was refused without a word", c->text);
    }
}

/* Normal forms stay as they are, and what is printed in a style is read back as the same. */
static void test_round_trip(void **state)
{
    (void)state;
    struct chance chance = chance_start("money");
    CLEANUP_ARENA struct arena *arena = arena_new();
    static const char *const codes[] = {"USD", "EUR", "JPY", "KWD", "CLF"};
    static const struct value_style styles[] = {
        {0}, {.decimal = ','}, {.currency = "USD"}, {.decimal = ',', .currency = "EUR"}};
    for (size_t round = 0; round < 5000; round++) {
        const char *text =
            arena_printf(arena, "%s%llu.%04llu", chance_below(&chance, 2) ? "-" : "",
                         (unsigned long long)chance_below(&chance, round % 2 ? 100 : 10000000000),
                         (unsigned long long)(chance_below(&chance, 100) * (round % 3 ? 100 : 1)));
        const char *value, *again;
        assert_int_equal(
            money_make(arena, text, codes[chance_below(&chance, COUNT(codes))], &value, NULL), 0);
        for (size_t i = 0; i < COUNT(styles); i++) {
            const char *cell = value_print(arena, &money, &styles[i], value);
            assert_int_equal(value_normalise(arena, &money, &styles[i], cell, &again, NULL), 0);
            assert_string_equal(again, value);
        }
        const char *amount, *currency;
        assert_true(money_split(arena, value, &amount, &currency));
        assert_int_equal(decimal_compare(amount, text), 0);
        assert_string_equal(arena_printf(arena, "%s %s", amount, currency), value);
        arena_reset(arena);
    }
}

static void test_money_make(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *value = NULL;
    assert_int_equal(money_make(arena, "5", "usd", &value, NULL), 0);
    assert_string_equal(value, "5.00 USD");
    static const char *const bad[][2] = {{"5", "US"},    {"5", "USDX"}, {"5", ""},   {"5", NULL},
                                         {"5", "XXX"},   {"5", "   "},  {"", "USD"}, {NULL, "USD"},
                                         {"1e5", "USD"}, {"1,5", "USD"}};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(money_make(arena, bad[i][0], bad[i][1], &value, NULL), -ERROR_INPUT);
    assert_string_equal(value, "5.00 USD");
    const char *amount, *currency;
    static const char *const not_money[] = {"",      "5",      "5 ",    "USD",
                                            "5 usd", "5  USD", "x USD", "5 USD "};
    for (size_t i = 0; i < COUNT(not_money); i++)
        assert_false(money_split(arena, not_money[i], &amount, &currency));
    assert_false(money_split(arena, NULL, &amount, &currency));
}

static void test_currencies(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        int decimals;
    } cases[] = {{"USD", 2},  {"EUR", 2},  {"JPY", 0}, {"KWD", 3},  {"UYW", 4},
                 {"ZWL", 2},  {"BIF", 0},  {"TND", 3}, {"usd", -1}, {"US", -1},
                 {"SD ", -1}, {"D A", -1}, {"", -1},   {"XTS", -1}};
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(currency_decimals(cases[i].code), cases[i].decimals);
    assert_int_equal(currency_decimals(NULL), -1);
}

static void test_whole_numbers(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    static const struct reading cases[] = {
        {"12", 0, NULL, "12"},      {"012", 0, NULL, "12"},       {"12.0", 0, NULL, "12"},
        {"1,200", 0, NULL, "1200"}, {"1.200", ',', NULL, "1200"}, {"-3", 0, NULL, "-3"},
        {"-0", 0, NULL, "0"},       {"12.5", 0, NULL, NULL},      {"1.2E+06", 0, NULL, NULL},
        {"twelve", 0, NULL, NULL},  {"12 months", 0, NULL, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct value_style style = {.decimal = cases[i].decimal};
        const char *value = NULL;
        int status = value_normalise(arena, &number, &style, cases[i].text, &value, NULL);
        assert_int_equal(status, cases[i].value ? 0 : -ERROR_INPUT);
        if (!text_equal(value, cases[i].value))
            fail_msg("\"%s\": %s", cases[i].text, value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_amounts),       cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_money_make),    cmocka_unit_test(test_currencies),
        cmocka_unit_test(test_whole_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
