/* The bounded text, UTF-8, and the checks on text from outside. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

static void test_grows_to_its_maximum(void **state)
{
    (void)state;
    enum { MAX = 1000 };
    CLEANUP_TEXT struct text text;
    text_init(&text, MAX);
    assert_string_equal(text.data, "");
    for (int i = 0; i < MAX; i++)
        text_add_char(&text, (char)('a' + i % 26));
    assert_int_equal(text.length, MAX);
    assert_int_equal(strlen(text.data), MAX);
    assert_false(text_failed(&text));
    text_add_char(&text, '!');
    assert_true(text_failed(&text));
    assert_int_equal(text.length, MAX);
    text_clear(&text);
    assert_false(text_failed(&text));
    assert_string_equal(text.data, "");
}

/* A secret one moves instead of growing in place; what it holds is the same. */
static void test_secret_text(void **state)
{
    (void)state;
    enum { MAX = 100000 };
    CLEANUP_TEXT struct text text, secret;
    text_init(&text, MAX);
    text_init_secret(&secret, MAX);
    for (int i = 0; i < 20000; i++) {
        text_addf(&text, "%d", i % 13);
        text_addf(&secret, "%d", i % 13);
    }
    assert_string_equal(secret.data, text.data);
    CLEANUP_FREE char *taken = text_take(&secret);
    assert_string_equal(taken, text.data);
    assert_true(secret.secret);
    text_free(&secret);
    text_add(&secret, "again");
    assert_string_equal(secret.data, "again");
    assert_true(secret.secret);
}

static void test_failed_text_takes_nothing_more(void **state)
{
    (void)state;
    CLEANUP_TEXT struct text text;
    text_init(&text, 4);
    text_add(&text, "ab");
    text_add(&text, "cde");
    assert_true(text_failed(&text));
    text_add(&text, "c"); /* would fit, but what it follows is missing */
    assert_string_equal(text.data, "ab");
    text_clear(&text);
    text_addf(&text, "%d-%d", 12, 345);
    assert_true(text_failed(&text));
    assert_string_equal(text.data, "");
    text_clear(&text);
    text_addf(&text, "%d-%s", 12, "3");
    text_add(&text, NULL);
    text_add_n(&text, NULL, 0);
    assert_string_equal(text.data, "12-3");
    assert_false(text_failed(&text));
}

static void test_take(void **state)
{
    (void)state;
    CLEANUP_TEXT struct text text;
    text_init(&text, 10);
    text_add(&text, "one");
    CLEANUP_FREE char *taken = text_take(&text);
    assert_string_equal(taken, "one");
    assert_string_equal(text.data, "");
    CLEANUP_FREE char *nothing = text_take(&text);
    assert_string_equal(nothing, "");
    nothing[0] = 'x'; /* the caller's own, however empty the text was */
    assert_string_equal(text.data, "");
    text_add(&text, "two");
    assert_string_equal(text.data, "two");
    assert_string_equal(taken, "one");
    text_free(&text);
    text_free(&text); /* twice is fine: cleanup may follow */
}

static void test_utf8_valid(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        int offset; /* of the first bad byte; -1: valid */
    } cases[] = {
        {"", -1},
        {"plain", -1},
        {"\x7f", -1},
        {"\xc2\x80", -1},
        {"\xdf\xbf", -1},
        {"\xe0\xa0\x80", -1},
        {"\xed\x9f\xbf", -1},
        {"\xee\x80\x80", -1},
        {"\xef\xbf\xbf", -1},
        {"\xf0\x90\x80\x80", -1},
        {"\xf4\x8f\xbf\xbf", -1},
        {"a\x80", 1},
        {"a\xbf", 1},
        {"\xc0\x80", 0},
        {"\xc1\xbf", 0},
        {"ab\xc2", 2},
        {"\xc2"
         "a",
         0},
        {"\xc2\xc2\x80", 0},
        {"\xe0\x9f\xbf", 0},
        {"\xe2\x82", 0},
        {"\xe2\x82"
         "a",
         0},
        {"\xed\xa0\x80", 0},
        {"\xed\xbf\xbf", 0},
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xf0\x90\x80", 0},
        {"\xf4\x90\x80\x80", 0},
        {"\xf5\x80\x80\x80", 0},
        {"\xff", 0},
        {"ok\xc3\xa9\xfe", 4},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t length = strlen(cases[i].bytes);
        CLEANUP_FREE char *exact = memory_alloc(length); /* no NUL behind it */
        memcpy(exact, cases[i].bytes, length);
        size_t offset = 99;
        bool valid = utf8_valid(exact, length, &offset);
        assert_int_equal(valid, cases[i].offset < 0);
        assert_int_equal(offset, valid ? 99 : (size_t)cases[i].offset);
        assert_int_equal(utf8_valid(exact, length, NULL), valid);
    }
    assert_false(utf8_valid("a\0b", 3, NULL));
}

/* Every code point, encoded here by the book, is valid and decodes to itself; surrogates are not.
 */
static void test_every_code_point(void **state)
{
    (void)state;
    for (uint32_t code = 1; code <= 0x10ffff; code++) {
        char bytes[5] = {0};
        if (code < 0x80) {
            bytes[0] = (char)code;
        } else if (code < 0x800) {
            bytes[0] = (char)(0xc0 | code >> 6);
            bytes[1] = (char)(0x80 | (code & 0x3f));
        } else if (code < 0x10000) {
            bytes[0] = (char)(0xe0 | code >> 12);
            bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
            bytes[2] = (char)(0x80 | (code & 0x3f));
        } else {
            bytes[0] = (char)(0xf0 | code >> 18);
            bytes[1] = (char)(0x80 | (code >> 12 & 0x3f));
            bytes[2] = (char)(0x80 | (code >> 6 & 0x3f));
            bytes[3] = (char)(0x80 | (code & 0x3f));
        }
        bool surrogate = code >= 0xd800 && code <= 0xdfff;
        uint32_t decoded = 0;
        size_t size = utf8_next(bytes, &decoded);
        if (utf8_valid(bytes, strlen(bytes), NULL) == surrogate ||
            size != (surrogate ? 0 : strlen(bytes)) || decoded != (surrogate ? 0 : code))
            fail_msg("U+%04X", (unsigned)code);
    }
}

static void test_utf8_length_and_truncate(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t max;
        const char *cut;
    } cases[] = {
        {"abc", 2, "ab"},
        {"abc", 3, "abc"},
        {"abc", 9, "abc"},
        {"abc", 0, ""},
        {"", 0, ""},
        {"a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z", 2, "a\xc3\xa9"},
        {"a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z", 4, "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_FREE char *text = memory_copy(cases[i].text);
        utf8_truncate(text, cases[i].max);
        assert_string_equal(text, cases[i].cut);
        assert_true(utf8_length(text) <= cases[i].max);
    }
    assert_int_equal(utf8_length("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"), 5);
}

static void test_comparisons(void **state)
{
    (void)state;
    assert_true(text_equal(NULL, NULL));
    assert_false(text_equal(NULL, ""));
    assert_false(text_equal("", NULL));
    assert_true(text_equal("a", "a"));
    assert_true(text_equal_nocase("Closed WON", "cLOSED won"));
    assert_false(text_equal_nocase("abc", "ab"));
    assert_false(text_equal_nocase("ab", "abc"));
    assert_false(text_equal_nocase("[", "{")); /* one bit apart, but no letters */
    assert_false(text_equal_nocase(NULL, "a"));
    assert_true(text_same_word(" Closed won\t", "\xc2\xa0"
                                                "closed Won"));
    assert_true(text_same_word("won\xc2\xa0", "won "));
    assert_true(text_same_word("", " "));
    assert_false(text_same_word("won", "won t"));
    assert_false(text_same_word("w on", "won"));
    assert_false(text_same_word("won\xc2\xa0", "won\xc2\xae"));
    assert_true(text_starts("prefix", "pre"));
    assert_true(text_starts("pre", ""));
    assert_false(text_starts("pr", "pre"));
    assert_false(text_starts(NULL, "pre"));
    char text[] = "AbZ[\xc3\x84";
    text_lower(text);
    assert_string_equal(text, "abz[\xc3\x84");
}

static void test_trim_and_blank(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *trimmed;
    } cases[] = {
        {"", ""},
        {" \t\r\n ", ""},
        {"\xc2\xa0\xef\xbb\xbf \xc2\xa0", ""},
        {" a ", "a"},
        {"\xc2\xa0"
         "a b\xc2\xa0",
         "a b"},
        {"\xef\xbb\xbf"
         "a",
         "a"},
        {"a\xc2\xa0"
         "b",
         "a\xc2\xa0"
         "b"},
        {"\xc3\xa9 ", "\xc3\xa9"},
        {"a\xc2", "a\xc2"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_FREE char *text = memory_copy(cases[i].text);
        assert_ptr_equal(text_trim(text), text);
        assert_string_equal(text, cases[i].trimmed);
        assert_int_equal(text_blank(cases[i].text), *cases[i].trimmed == '\0');
    }
    assert_true(text_blank(NULL));
}

static void test_to_int64(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool valid;
        long long number;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"007", true, 7},
        {"-42", true, -42},
        {"9223372036854775807", true, LLONG_MAX},
        {"-9223372036854775808", true, LLONG_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"1e3", false, 0},
        {"0x1", false, 0},
        {"--1", false, 0},
        {NULL, false, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        long long number = 4711;
        assert_int_equal(text_to_int64(cases[i].text, &number), cases[i].valid);
        assert_true(number == (cases[i].valid ? cases[i].number : 4711));
    }
}

static void test_distance(void **state)
{
    (void)state;
    static const struct {
        const char *a;
        const char *b;
        size_t distance;
    } cases[] = {
        {"", "", 0},        {"abc", "abc", 0},   {"", "abc", 3},
        {"abc", "", 3},     {"abc", "abd", 1},   {"abc", "ab", 1},
        {"abc", "xabc", 1}, {"abc", "acb", 1},   {"kitten", "sitting", 3},
        {"ab", "ba", 1},    {"abcd", "badc", 2}, {"referral", "refferal", 2},
        {"abc", "xyz", 3},  {"aaaa", "a", 3},    {"ca", "abc", 3},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(text_distance(cases[i].a, cases[i].b), cases[i].distance);
        assert_int_equal(text_distance(cases[i].b, cases[i].a), cases[i].distance);
    }
    enum { LONG = 100000 };
    CLEANUP_FREE char *text = memory_alloc(LONG + 1);
    memset(text, 'a', LONG);
    assert_int_equal(text_distance(text, "b"), LONG);
    assert_int_equal(text_distance(text, text), 0);
}

static void test_suggest(void **state)
{
    (void)state;
    static const char *const words[] = {"observe", "propose", "apply", "interval", "referral"};
    static const struct {
        const char *text;
        const char *word;
    } cases[] = {
        {"aply", "apply"},
        {"appyl", "apply"},
        {"APPLY", "apply"},
        {"obsrve", "observe"},
        {"refferal", "referral"},
        {"propse", "propose"},
        {"zebra", NULL},
        {"", NULL},
        {"a", NULL},
        {"apxxy", NULL},
        {NULL, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *word = text_suggest(cases[i].text, words, COUNT(words));
        if (!text_equal(word, cases[i].word))
            fail_msg("%s gave %s", cases[i].text, word ? word : "nothing");
    }
    assert_null(text_suggest("apply", words, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grows_to_its_maximum),
        cmocka_unit_test(test_secret_text),
        cmocka_unit_test(test_failed_text_takes_nothing_more),
        cmocka_unit_test(test_take),
        cmocka_unit_test(test_utf8_valid),
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_utf8_length_and_truncate),
        cmocka_unit_test(test_comparisons),
        cmocka_unit_test(test_trim_and_blank),
        cmocka_unit_test(test_to_int64),
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_suggest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
