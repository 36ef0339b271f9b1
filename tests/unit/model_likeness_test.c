/* Likeness of names: what people call the same, and that it never depends on who asks whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/memory.h"
#include "model/job.h"
#include "model/value.h"
#include "tests/support/chance.h"

static void test_pairs(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        unsigned least, most;
    } cases[] = {
        {"Acme Inc.", "ACME", 100, 100},
        {"Acme, Inc", "Acme Incorporated", 100, 100},
        {"Müller & Söhne GmbH", "mueller und soehne", 0, MATCH_CLOSE},
        {"Müller & Söhne GmbH & Co. KG", "Muller and Sohne GmbH and Co", 100, 100},
        {"Ärzte AG", "arzte", 100, 100},
        {"S.A.P. SE", "SAP", 100, 100},
        {"O'Neil Ltd", "Oneil Limited", 100, 100},
        {"株式会社日立", "株式会社日立", 100, 100},
        {"株式会社日立", "株式会社東芝", 0, 84},
        {"Contoso Cloud Migration", "Contoso cloud-migration", 100, 100},
        {"Contoso Cloud Migration", "Contoso Cloud Migraton", MATCH_CLOSE, 99},
        {"Migration Contoso", "Contoso Migration", MATCH_CLOSE, 99},
        {"Renewal 2025", "Renewal 2026", 0, MATCH_CLOSE - 1},
        {"Contoso data platform phase 1", "Contoso data platform phase 2", 0, MATCH_CLOSE - 1},
        {"Contoso data platform", "Contoso data platform 2", 0, MATCH_CLOSE - 1},
        {"Acme", "Zenith", 0, 40},
        {"Inc", "Inc.", 100, 100},
        {"Inc", "Ltd", 0, 60},
        {"", "", 0, 0},
        {"", "Acme", 0, 0},
        {"...", "...", 100, 100},
        {"...", "---", 0, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        unsigned likeness = text_likeness(cases[i].a, cases[i].b);
        if (likeness < cases[i].least || likeness > cases[i].most)
            fail_msg("\"%s\" and \"%s\": %u", cases[i].a, cases[i].b, likeness);
    }
    assert_int_equal(text_likeness(NULL, "Acme"), 0);
    assert_int_equal(text_likeness(NULL, NULL), 0);
}

static void test_long_names_are_not_equal_by_their_start(void **state)
{
    (void)state;
    char a[2001], b[2001];
    memset(a, 'x', 2000);
    memset(b, 'x', 2000);
    a[2000] = b[2000] = '\0';
    assert_int_equal(text_likeness(a, b), 100);
    b[1999] = 'y';
    assert_in_range(text_likeness(a, b), 0, 99);
    for (size_t i = 1; i < 2000; i += 2)
        a[i] = b[i] = ' ';
    b[1998] = 'y';
    assert_in_range(text_likeness(a, b), 0, 99);
}

static void draw(struct chance *chance, char text[40])
{
    static const char letters[] = "aAbB .&-'1\xc3\x84\xc5\xc2\xe6\xff";
    size_t length = chance_below(chance, 39);
    for (size_t i = 0; i < length; i++)
        text[i] = letters[chance_below(chance, sizeof letters - 1)];
    text[length] = '\0';
}

static void test_symmetric(void **state)
{
    (void)state;
    struct chance chance = chance_start("likeness");
    for (size_t round = 0; round < 20000; round++) {
        char a[40], b[40];
        draw(&chance, a);
        draw(&chance, b);
        unsigned likeness = text_likeness(a, b);
        assert_in_range(likeness, 0, 100);
        assert_int_equal(likeness, text_likeness(b, a));
        assert_int_equal(likeness, text_likeness(a, b));
        assert_true(text_likeness(a, a) == 100 || strspn(a, " ") == strlen(a));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_long_names_are_not_equal_by_their_start),
        cmocka_unit_test(test_symmetric),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
