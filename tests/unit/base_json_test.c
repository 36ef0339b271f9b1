/* The JSON reader and writer: what must pass, what must not, and that nothing is lost on the way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"

static int parse(struct arena *arena, const char *text, struct json **ret_json, struct error *error)
{
    return json_parse(arena, text, strlen(text), ret_json, error);
}

static struct json *must_parse(struct arena *arena, const char *text)
{
    struct json *json = NULL;
    struct error error = {0};
    if (parse(arena, text, &json, &error) < 0)
        fail_msg("%s: %s", text, error.message);
    return json;
}

/* Documents in compact form must come back byte for byte. */
static void test_round_trip(void **state)
{
    (void)state;
    static const char *const documents[] = {
        "null",
        "true",
        "0",
        "-0",
        "\"\"",
        "[]",
        "{}",
        "[[],{},[{}]]",
        "[1.0,1.00,1e5,1E+5,-0.0,1e-400,123456789012345678901234567890.10]",
        "{\"b\":1,\"a\":2,\"\":3}",
        "{\"Unknown\":{\"Deep\":[1,{\"x\":null}]},\"Amount\":\"10.50\"}",
        "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
        "\"\\\"\\\\\\n\\r\\t\\b\\f\"",
        "\"\x7f\"",
        "\"a/b\"",
    };
    for (size_t i = 0; i < COUNT(documents); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct json *json = must_parse(arena, documents[i]);
        assert_string_equal(json_print(arena, json), documents[i]);
        assert_string_equal(json_print(arena, json_clone(arena, json)), documents[i]);
        assert_true(json_equal(json, must_parse(arena, documents[i])));
    }
}

static void test_escapes(void **state)
{
    (void)state;
    static const struct {
        const char *document;
        const char *text;
    } cases[] = {
        {"\"\\u0041\\u00e9\\u20ac\"", "A\xc3\xa9\xe2\x82\xac"},
        {"\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80"},
        {"\"\\uD83D\\uDE00x\"", "\xf0\x9f\x98\x80x"},
        {"\"\\/\\\\u0000\"", "/\\u0000"},
        {"\"\\u001f\"", "\x1f"},
        {"\"\\ud7ff\\ue000\"", "\xed\x9f\xbf\xee\x80\x80"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct json *json = must_parse(arena, cases[i].document);
        assert_string_equal(json_text(json), cases[i].text);
        struct json *again = must_parse(arena, json_print(arena, json));
        assert_string_equal(json_text(again), cases[i].text);
    }
}

static void test_hostile(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length; /* 0: strlen */
    } cases[] = {
        {"", 0},
        {" \n\t ", 0},
        {"{", 0},
        {"}", 0},
        {"[1,]", 0},
        {"[,1]", 0},
        {"[1 2]", 0},
        {"{\"a\":1,}", 0},
        {"{\"a\" 1}", 0},
        {"{a:1}", 0},
        {"{'a':1}", 0},
        {"{\"a\":}", 0},
        {"{1:2}", 0},
        {"[1] 2", 0},
        {"[1] \"", 0},
        {"{} nul", 0},
        {"{} -", 0},
        {"{} \xc3", 0},
        {"{}]", 0},
        {"1 \"x", 0},
        {"12 tru", 0},
        {"\"a\"\"", 0},
        {"true1", 0},
        {"{}{}", 0},
        {"null null", 0},
        {"nul", 0},
        {"True", 0},
        {"NaN", 0},
        {"[Infinity]", 0},
        {"01", 0},
        {"[01]", 0},
        {"[-]", 0},
        {"[+1]", 0},
        {"[1.]", 0},
        {"[.5]", 0},
        {"[1e]", 0},
        {"[0x10]", 0},
        {"\"a", 0},
        {"\"\n\"", 0},
        {"\"\x01\"", 0},
        {"\"\\x41\"", 0},
        {"\"\\u12\"", 0},
        {"\"\\u12g4\"", 0},
        {"// c\n1", 0},
        {"/* c */1", 0},
        {"\xef\xbb\xbf{}", 0},
        {"\v1", 0},
        {"[1,\f2]", 0},
        {"\xc2\xa0[]", 0},
        /* NUL, plain and escaped, in values and names */
        {"\"a\0b\"", 5},
        {"[1]\0", 4},
        {"\"a\\u0000b\"", 0},
        {"{\"a\\u0000b\":1}", 0},
        /* half surrogate pairs */
        {"\"\\ud800\"", 0},
        {"\"\\ud800x\"", 0},
        {"\"\\udc00\"", 0},
        {"\"\\ud800\\ud800\"", 0},
        {"\"\\ud800\\u0041\"", 0},
        /* not UTF-8: overlong, surrogate, too large, cut off, lone */
        {"\"\xc0\xaf\"", 0},
        {"\"\xe0\x80\xaf\"", 0},
        {"\"\xf0\x80\x80\xaf\"", 0},
        {"\"\xed\xa0\x80\"", 0},
        {"\"\xf4\x90\x80\x80\"", 0},
        {"\"\xe2\x82\"", 0},
        {"\"\x80\"", 0},
        {"\"\xff\"", 0},
        /* a member twice, also when spelt otherwise */
        {"{\"a\":1,\"a\":1}", 0},
        {"{\"a\":1,\"b\":{},\"\\u0061\":2}", 0},
        {"[{\"x\":{\"y\":1,\"y\":2}}]", 0},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t length = cases[i].length ? cases[i].length : strlen(cases[i].bytes);
        struct json untouched;
        struct json *json = &untouched;
        struct error error = {0};
        if (json_parse(arena, cases[i].bytes, length, &json, &error) != -ERROR_INPUT)
            fail_msg("case %zu was accepted: %s", i, cases[i].bytes);
        assert_int_equal(error.class, ERROR_INPUT);
        assert_ptr_equal(json, &untouched);
        assert_int_equal(json_parse(arena, cases[i].bytes, length, &json, NULL), -ERROR_INPUT);
    }
}

/* A document that ends early is never taken for a shorter one. */
static void test_truncated_everywhere(void **state)
{
    (void)state;
    static const char document[] =
        "{\"Id\":\"O1\",\"Amount\":12.50e1,\"Open\":true,\"None\":null,"
        "\"Names\":[\"\xc3\xa9\",\"\\ud83d\\ude00\",-1],\"Sub\":{\"a\":{\"b\":[]}}}";
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *json = NULL;
    for (size_t length = 0; length < sizeof document - 1; length++) {
        /* In a block of its own, so that a sanitizer sees a read behind its end. */
        CLEANUP_FREE char *part = memory_alloc(length);
        memcpy(part, document, length);
        assert_int_equal(json_parse(arena, part, length, &json, NULL), -ERROR_INPUT);
        assert_null(json);
    }
    assert_int_equal(json_parse(arena, document, sizeof document - 1, &json, NULL), 0);
    assert_non_null(json);
}

static void test_depth(void **state)
{
    (void)state;
    static const char *const open[] = {"[", "{\"a\":"};
    static const char *const inner[] = {"", "1"};
    static const char *const close[] = {"]", "}"};
    for (size_t kind = 0; kind < COUNT(open); kind++) {
        for (size_t depth = LIMIT_JSON_DEPTH - 1; depth <= LIMIT_JSON_DEPTH + 1; depth++) {
            CLEANUP_ARENA struct arena *arena = arena_new();
            CLEANUP_TEXT struct text document;
            text_init(&document, 4096);
            for (size_t i = 0; i < depth; i++)
                text_add(&document, open[kind]);
            text_add(&document, inner[kind]);
            for (size_t i = 0; i < depth; i++)
                text_add(&document, close[kind]);
            struct json *json = NULL;
            int expected = depth <= LIMIT_JSON_DEPTH ? 0 : -ERROR_INPUT;
            assert_int_equal(parse(arena, document.data, &json, NULL), expected);
            if (json)
                assert_string_equal(json_print(arena, json), document.data);
        }
    }
    /* A million brackets neither crash nor take the stack. */
    CLEANUP_ARENA struct arena *arena = arena_new();
    size_t length = 1000000;
    CLEANUP_FREE char *brackets = memory_alloc(length);
    memset(brackets, '[', length);
    struct json *json = NULL;
    assert_int_equal(json_parse(arena, brackets, length, &json, NULL), -ERROR_INPUT);
}

static void test_size(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    size_t length = LIMIT_JSON_BYTES + 1;
    CLEANUP_FREE char *document = memory_alloc(length);
    memset(document, ' ', length);
    document[0] = '1';
    struct json *json = NULL;
    assert_int_equal(json_parse(arena, document, length, &json, NULL), -ERROR_INPUT);
    assert_int_equal(json_parse(arena, document, length - 1, &json, NULL), 0);
}

/* A document of the allowed size may hold millions of nothings, each of which takes a node. */
static void test_many_values(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    size_t length = 2 * (size_t)LIMIT_JSON_VALUES + 1; /* the array counts as one, too */
    CLEANUP_FREE char *document = memory_alloc(length);
    for (size_t i = 0; i < length; i++)
        document[i] = i % 2 ? '0' : ',';
    document[0] = '[';
    document[length - 1] = ']';
    struct json *json = NULL;
    assert_int_equal(json_parse(arena, document, length, &json, NULL), -ERROR_INPUT);
    document[length - 3] = ']';
    assert_int_equal(json_parse(arena, document, length - 2, &json, NULL), 0);
    assert_int_equal(json->count, LIMIT_JSON_VALUES - 1);
}

/* Many members: the duplicate is found among thousands, and looking for it takes no square. */
static void test_many_members(void **state)
{
    (void)state;
    enum { MEMBERS = 200000 };
    CLEANUP_ARENA struct arena *arena = arena_new();
    CLEANUP_TEXT struct text document;
    text_init(&document, LIMIT_JSON_BYTES);
    text_add(&document, "{");
    for (int i = 0; i < MEMBERS; i++)
        text_addf(&document, "%s\"m%d\":%d", i ? "," : "", i, i);
    size_t end = document.length;
    text_add(&document, "}");
    struct json *json = must_parse(arena, document.data);
    assert_int_equal(json->count, MEMBERS);
    assert_string_equal(json->names[MEMBERS - 1], "m199999");
    document.length = end;
    text_add(&document, ",\"m5\":0}");
    struct error error;
    assert_int_equal(parse(arena, document.data, &json, &error), -ERROR_INPUT);
    assert_non_null(strstr(error.message, "twice"));
}

static void test_place_of_errors(void **state)
{
    (void)state;
    static const struct {
        const char *document;
        const char *place;
    } cases[] = {
        {"{\n  \"a\": 1,\n  \"b\": \"\x80\"\n}", "line 3, column 9"},
        {"[\"\xc3\xa9\xc3\xa9\", \"\\ud800\"]", "line 1, column 9"},
        {"\xef\xbb\xbf[]", "line 1, column 1"},
        {"[1,\n2,\n", "line 3, column 1"},
        {"{\n\"a\":1,\n\"a\":2}", "line 3, column"},
        {"[\n\n  x]", "line 3, column"},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json *json = NULL;
        struct error error;
        assert_int_equal(parse(arena, cases[i].document, &json, &error), -ERROR_INPUT);
        if (!strstr(error.message, cases[i].place))
            fail_msg("\"%s\" does not say \"%s\"", error.message, cases[i].place);
    }
}

static void test_errors_do_not_quote(void **state)
{
    (void)state;
    static const char *const documents[] = {
        "{\"hunter2\":\"hunter2\",\"hunter2\":1}",
        "{\"password\":\"hunter2\" hunter2}",
        "[\"hunter2\",\"hunter2",
        "[hunter2]",
        "[\"hunter2\\ud800\"]",
        "\"hunter2\xff\"",
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(documents); i++) {
        struct json *json = NULL;
        struct error error;
        assert_int_equal(parse(arena, documents[i], &json, &error), -ERROR_INPUT);
        assert_null(strstr(error.message, "hunter2"));
    }
}

static void test_reading(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *json =
        must_parse(arena, "{\"s\":\"x\",\"n\":-42,\"q\":\"43\",\"f\":1.5,\"t\":true,"
                          "\"z\":null,\"a\":[1,2],\"big\":99999999999999999999}");
    assert_string_equal(json_get_text(json, "s"), "x");
    assert_string_equal(json_get_text(json, "n"), "-42");
    assert_null(json_get_text(json, "t"));
    assert_null(json_get_text(json, "z"));
    assert_null(json_get_text(json, "missing"));
    assert_int_equal(json_get_int(json, "n", 7), -42);
    assert_int_equal(json_get_int(json, "q", 7), 43);
    assert_int_equal(json_get_int(json, "f", 7), 7);
    assert_int_equal(json_get_int(json, "big", 7), 7);
    assert_int_equal(json_get_int(json, "missing", 7), 7);
    assert_true(json_get_bool(json, "t", false));
    assert_true(json_get_bool(json, "s", true));
    assert_false(json_get_bool(json, "missing", false));
    assert_true(json_is_null(json_get(json, "z")));
    assert_true(json_is_null(NULL));
    assert_false(json_is_null(json));
    assert_string_equal(json_text(json_at(json_get(json, "a"), 1)), "2");
    assert_null(json_at(json_get(json, "a"), 2));
    assert_null(json_at(json, 0));
    assert_null(json_at(NULL, 0));
    assert_null(json_get(NULL, "x"));
    assert_null(json_get(json_get(json, "a"), "x"));
    assert_null(json_text(NULL));
    assert_null(json_clone(arena, NULL));
}

static void test_changing(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *json = must_parse(arena, "{\"a\":1,\"b\":2,\"c\":3}");
    json_set_text(arena, json, "b", "two");
    json_set_text(arena, json, "d", "four");
    json_set_text(arena, json, "a", NULL);
    json_remove(json, "missing");
    assert_string_equal(json_print(arena, json), "{\"b\":\"two\",\"c\":3,\"d\":\"four\"}");
    json_remove(json, "d");
    json_set(arena, json, "list", json_array(arena));
    for (int i = 0; i < 9; i++)
        json_append(arena, json_get(json, "list"), json_int(arena, i - 4));
    assert_string_equal(json_print(arena, json),
                        "{\"b\":\"two\",\"c\":3,\"list\":[-4,-3,-2,-1,0,1,2,3,4]}");

    json = must_parse(arena, "{\"a\":null,\"b\":{\"c\":null},\"d\":[null,{\"e\":null,\"f\":0}]}");
    json_drop_nulls(json);
    assert_string_equal(json_print(arena, json), "{\"b\":{},\"d\":[null,{\"f\":0}]}");
}

/* A clone shares nothing: changing one leaves the other. */
static void test_clone_is_apart(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *json = must_parse(arena, "{\"a\":{\"b\":[1]}}");
    struct json *clone = json_clone(arena, json);
    json_append(arena, json_find(clone, "a.b"), json_null(arena));
    json_set_text(arena, json_get(clone, "a"), "x", "y");
    assert_string_equal(json_print(arena, json), "{\"a\":{\"b\":[1]}}");
    assert_false(json_equal(json, clone));
}

static void test_equal(void **state)
{
    (void)state;
    static const struct {
        const char *a;
        const char *b;
        bool equal;
    } cases[] = {
        {"{\"a\":1,\"b\":[true]}", "{\"b\":[true],\"a\":1}", true},
        {"{\"a\":1}", "{\"a\":1,\"b\":2}", false},
        {"{\"a\":1}", "{\"b\":1}", false},
        {"[1,2]", "[2,1]", false},
        {"[]", "{}", false},
        {"1", "\"1\"", false},
        {"1.0", "1", false},
        {"true", "false", false},
        {"null", "false", false},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct json *a = must_parse(arena, cases[i].a);
        const struct json *b = must_parse(arena, cases[i].b);
        assert_int_equal(json_equal(a, b), cases[i].equal);
        assert_int_equal(json_equal(b, a), cases[i].equal);
    }
    assert_true(json_equal(NULL, NULL));
    assert_false(json_equal(NULL, json_null(arena)));
}

static void test_numbers_made(void **state)
{
    (void)state;
    static const char *const numbers[] = {"0", "-1", "12.50", "1e5", "1E-5", "-0.0"};
    static const char *const others[] = {"",    "+1", "01", "1.",  ".5", "1e",
                                         "--1", "1 ", "x",  "1,5", "-",  "0x1"};
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(numbers); i++) {
        assert_int_equal(json_number(arena, numbers[i])->type, JSON_NUMBER);
        assert_string_equal(json_print(arena, json_number(arena, numbers[i])), numbers[i]);
    }
    for (size_t i = 0; i < COUNT(others); i++)
        assert_int_equal(json_number(arena, others[i])->type, JSON_STRING);
    assert_int_equal(json_number(arena, NULL)->type, JSON_NULL);
}

static void test_writing(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    /* Whatever a caller puts in, what comes out is JSON. */
    const char *printed = json_print(arena, json_string(arena, "a\x80\xe2\x82z"));
    assert_string_equal(printed, "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
    must_parse(arena, printed);
    assert_string_equal(json_print(arena, NULL), "null");

    CLEANUP_TEXT struct text out;
    text_init(&out, 200);
    json_write(must_parse(arena, "{\"a\":[1,{}],\"b\":[]}"), JSON_PRETTY, &out);
    assert_string_equal(out.data, "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}\n");

    CLEANUP_TEXT struct text small;
    text_init(&small, 10);
    json_write(json_string(arena, "0123456789"), JSON_COMPACT, &small);
    assert_true(text_failed(&small));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),      cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_hostile),         cmocka_unit_test(test_truncated_everywhere),
        cmocka_unit_test(test_depth),           cmocka_unit_test(test_size),
        cmocka_unit_test(test_many_values),     cmocka_unit_test(test_many_members),
        cmocka_unit_test(test_place_of_errors), cmocka_unit_test(test_errors_do_not_quote),
        cmocka_unit_test(test_reading),         cmocka_unit_test(test_changing),
        cmocka_unit_test(test_clone_is_apart),  cmocka_unit_test(test_equal),
        cmocka_unit_test(test_numbers_made),    cmocka_unit_test(test_writing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
