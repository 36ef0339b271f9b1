/* The tree: what YAML is taken, what is refused, and where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "config/yaml.h"

static void take_fault(void *context, size_t line, size_t column, const char *message,
                       const char *remedy)
{
    (void)remedy;
    text_addf(context, "%zu:%zu: %s\n", line, column, message);
}

/* The tree as one line: maps {k: v}, lists [a, b], texts as they are, ! for BROKEN. */
static void show(struct text *out, const struct yaml_tree *node)
{
    if (!node) {
        text_add(out, "nothing");
        return;
    }
    switch (node->type) {
    case YAML_TREE_TEXT:
        text_addf(out, "%s", node->text);
        break;
    case YAML_TREE_BROKEN:
        text_add(out, "!");
        break;
    case YAML_TREE_LIST:
    case YAML_TREE_MAP:
        text_add(out, node->type == YAML_TREE_MAP ? "{" : "[");
        for (size_t i = 0; i < node->count; i++) {
            if (i)
                text_add(out, ", ");
            if (node->type == YAML_TREE_MAP)
                text_addf(out, "%s: ", node->keys[i]->text);
            show(out, node->items[i]);
        }
        text_add(out, node->type == YAML_TREE_MAP ? "}" : "]");
        break;
    }
}

static int parse(struct arena *arena, const char *bytes, size_t length, struct text *faults,
                 struct yaml_tree **ret_root)
{
    return yaml_tree_parse(arena, bytes, length, take_fault, faults, ret_root);
}

/* tree NULL: the parse must fail. */
static const struct {
    const char *name, *bytes, *tree, *faults;
} cases[] = {
    {"map", "a: 1\nb: [x, 'y']\n", "{a: 1, b: [x, y]}", ""},
    {"texts stay texts", "a: yes\nb: 010\nc: 1e3\nd: 2026-01-02\ne: ~\n",
     "{a: yes, b: 010, c: 1e3, d: 2026-01-02, e: ~}", ""},
    {"block text", "a: |\n  one\n  two\n", "{a: one\ntwo\n}", ""},
    {"byte order mark",
     "\xef\xbb\xbf"
     "a: 1\n",
     "{a: 1}", ""},
    {"empty", "", "nothing", ""},
    {"only comments", "# nothing\n---\n", "nothing", ""},
    {"CRLF", "a: 1\r\nb: 2\r\n", "{a: 1, b: 2}", ""},
    {"anchor", "a: &x 1\nb: 2\n", "{a: 1, b: 2}", "1:4: anchors (&name) are not accepted\n"},
    {"anchor on a map", "a: &x {b: 1}\n", "{a: {b: 1}}", "1:4: anchors (&name) are not accepted\n"},
    {"alias", "a: 1\nb: *x\n", "{a: 1, b: !}", "2:4: aliases (*name) are not accepted\n"},
    {"alias as a key", "*x : 1\nb: 2\n", "{b: 2}", "1:1: aliases (*name) are not accepted\n"},
    {"merge key", "a: {c: 1}\nb:\n  <<: *x\n  d: 2\n", "{a: {c: 1}, b: {d: 2}}",
     "3:3: the merge key << is not accepted\n"},
    {"merge key quoted is a text", "'<<': 1\n", "{<<: 1}", ""},
    {"tag", "a: !!str 1\nb: !x y\n", "{a: 1, b: y}",
     "1:4: tags (!name) are not accepted\n2:4: tags (!name) are not accepted\n"},
    {"tag on a list", "a: !!set [1]\n", "{a: [1]}", "1:4: tags (!name) are not accepted\n"},
    {"duplicate key", "a: 1\nb: 2\na: 3\n", "{a: 1, b: 2}",
     "3:1: the key \"a\" stands here a second time, first in line 1\n"},
    {"duplicate key deeper", "a: {b: 1, b: 2}\n", "{a: {b: 1}}",
     "1:11: the key \"b\" stands here a second time, first in line 1\n"},
    {"the same key in two maps", "a: {b: 1}\nc: {b: 1}\n", "{a: {b: 1}, c: {b: 1}}", ""},
    {"duplicate key, quoted and not", "a: 1\n\"a\": 2\n", "{a: 1}",
     "2:1: the key \"a\" stands here a second time, first in line 1\n"},
    {"map as a key", "{a: b}: c\nd: e\n", "{d: e}", "1:1: a key must be a text\n"},
    {"list as a key", "? [a, {b: c}]\n: x\nd: e\n", "{d: e}", "1:3: a key must be a text\n"},
    {"second document", "a: 1\n---\nb: 2\n", NULL, "2:1: a second document begins here\n"},
    {"tab", "a:\n\tb: 1\n", NULL, "2:1: a tab cannot indent\n"},
    {"open quote", "a: \"b\n", NULL, "2:1: a quoted text does not end\n"},
    {"open brace", "a: {b: 1\nc: 2\n", NULL,
     "2:2: a \",\" or \"}\" is missing before this place\n"},
    {"colon in a text", "a: b: c\n", NULL, "1:5: a \": \" is not expected here\n"},
    {"bad indentation", "a:\n    b: 1\n  c: 2\n", NULL, "3:3: a key is expected here\n"},
    {"key without colon", "a: 1\nb\nc: 2\n", NULL,
     "3:1: a key without its \":\" stands before this place\n"},
    {"at sign", "a: @b\n", NULL, "1:4: a text cannot begin with this character\n"},
    {"Latin-1", "a: 1\nb: \xe9\n", NULL, "2:4: the file is not UTF-8\n"},
    {"overlong", "a: \xc0\xaf\n", NULL, "1:4: the file is not UTF-8\n"},
    {"control character", "a: 1\nb: x\x01\n", NULL, "2:5: the file holds a control character\n"},
    {"NUL by escape", "a: \"x\\0y\"\n", "{a: !}", "1:4: a text holds the character NUL\n"},
    {"columns are characters", "é: &x 1\n", "{é: 1}", "1:4: anchors (&name) are not accepted\n"},
    {"all at once", "a: &x 1\na: 2\nb: !t 3\nc: *x\n", "{a: 1, b: 3, c: !}",
     "1:4: anchors (&name) are not accepted\n"
     "2:1: the key \"a\" stands here a second time, first in line 1\n"
     "3:4: tags (!name) are not accepted\n4:4: aliases (*name) are not accepted\n"},
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        CLEANUP_TEXT struct text faults, tree;
        text_init(&faults, 65536);
        text_init(&tree, 65536);
        struct yaml_tree *root = NULL;
        int result = parse(arena, cases[i].bytes, strlen(cases[i].bytes), &faults, &root);
        if (result == 0)
            show(&tree, root);
        const char *expected = cases[i].tree ? cases[i].tree : "";
        if (result != (cases[i].tree ? 0 : -ERROR_INPUT) || strcmp(tree.data, expected) ||
            strcmp(faults.data, cases[i].faults))
            fail_msg("%s: result %d, tree %s, faults:\n%s", cases[i].name, result, tree.data,
                     faults.data);
    }
}

static void test_utf16_and_nul(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
    } files[] = {
        {"\xff\xfe"
         "a\0:\0",
         6},
        {"\xfe\xff"
         "\0a\0:",
         6},
        {"a\0:\0 \0b\0", 8},
        {"a: b\0\n", 6},
    };
    for (size_t i = 0; i < COUNT(files); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        CLEANUP_TEXT struct text faults;
        text_init(&faults, 4096);
        struct yaml_tree *root = NULL;
        assert_int_equal(parse(arena, files[i].bytes, files[i].length, &faults, &root),
                         -ERROR_INPUT);
        assert_non_null(strstr(faults.data, "the file is not UTF-8"));
        assert_null(root);
    }
}

/* As deep as the limit is taken, one more is not, and neither costs more than its bytes. */
static void test_depth(void **state)
{
    (void)state;
    for (size_t depth = LIMIT_YAML_DEPTH; depth <= LIMIT_YAML_DEPTH + 1; depth++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        CLEANUP_TEXT struct text bytes, faults;
        text_init(&bytes, 4096);
        text_init(&faults, 4096);
        for (size_t i = 0; i < depth; i++)
            text_add(&bytes, "[");
        for (size_t i = 0; i < depth; i++)
            text_add(&bytes, "]");
        struct yaml_tree *root = NULL;
        int result = parse(arena, bytes.data, bytes.length, &faults, &root);
        if (depth == LIMIT_YAML_DEPTH) {
            assert_int_equal(result, 0);
            assert_string_equal(faults.data, "");
        } else {
            assert_int_equal(result, -ERROR_INPUT);
            assert_string_equal(faults.data, "1:17: the file is nested too deeply\n");
        }
    }
}

static void test_hostile_sizes(void **state)
{
    (void)state;
    static const char *const units[] = {
        "[", "{", "- ", "? ", "a: ", "&a ", "!!a ", "\"", "- - a\n"};
    for (size_t u = 0; u < COUNT(units); u++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        CLEANUP_TEXT struct text bytes, faults;
        text_init(&bytes, LIMIT_YAML_BYTES + 64);
        text_init(&faults, 64u * 1024 * 1024);
        while (bytes.length + strlen(units[u]) <= LIMIT_YAML_BYTES)
            text_add(&bytes, units[u]);
        struct yaml_tree *root = NULL;
        parse(arena, bytes.data, bytes.length, &faults, &root);
        text_clear(&faults);
        while (bytes.length <= LIMIT_YAML_BYTES)
            text_add(&bytes, "#");
        assert_int_equal(parse(arena, bytes.data, bytes.length, &faults, &root), -ERROR_INPUT);
        assert_string_equal(faults.data, "0:0: the file is larger than 1 MiB\n");
    }
}

static void test_get(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    CLEANUP_TEXT struct text faults;
    text_init(&faults, 4096);
    static const char bytes[] = "a: 1\nlist:\n  - {b: null}\n  - c: 'null'\n";
    struct yaml_tree *root = NULL;
    assert_int_equal(parse(arena, bytes, strlen(bytes), &faults, &root), 0);
    assert_string_equal(yaml_tree_get(root, "a")->text, "1");
    assert_null(yaml_tree_get(root, "b"));
    assert_null(yaml_tree_get(NULL, "b"));
    const struct yaml_tree *list = yaml_tree_get(root, "list");
    assert_null(yaml_tree_get(list, "b"));
    assert_int_equal(list->count, 2);
    assert_int_equal(list->items[1]->line, 4);
    assert_int_equal(list->items[1]->column, 5);
    assert_true(yaml_tree_empty(yaml_tree_get(list->items[0], "b")));
    assert_false(yaml_tree_empty(yaml_tree_get(list->items[1], "c")));
    assert_false(yaml_tree_empty(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases), cmocka_unit_test(test_utf16_and_nul),
        cmocka_unit_test(test_depth), cmocka_unit_test(test_hostile_sizes),
        cmocka_unit_test(test_get),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
