/* Paths: finding, putting, removing, and that a refused put changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "base/memory.h"

static struct json *must_parse(struct arena *arena, const char *text)
{
    struct json *json = NULL;
    assert_int_equal(json_parse(arena, text, strlen(text), &json, NULL), 0);
    return json;
}

static void test_find(void **state)
{
    (void)state;
    static const char document[] =
        "{\"Customer\":{\"Contacts\":[{\"Email\":\"a@x\"},{\"Email\":\"b@x\"}]},"
        "\"Spend\":[{\"Target\":\"AWS\",\"Amount\":\"1.50\"},7,{\"Target\":5},"
        "{\"Target\":\"Me.too\",\"Amount\":\"2\"}],\"Grid\":[[1,2],[3,4]],\"None\":null}";
    static const struct {
        const char *path;
        const char *text; /* NULL: absent */
    } cases[] = {
        {"Customer.Contacts[0].Email", "a@x"},
        {"Customer.Contacts[1].Email", "b@x"},
        {"Customer.Contacts[2].Email", NULL},
        {"Spend[Target=AWS].Amount", "1.50"},
        {"Spend[Target=Me.too].Amount", "2"},
        {"Spend[Target=5].Target", NULL},
        {"Spend[Target=Nobody].Amount", NULL},
        {"Spend[1]", "7"},
        {"Grid[1][0]", "3"},
        {"Customer.Contacts.Email", NULL},
        {"Customer[0]", NULL},
        {"None.x", NULL},
        {"Nowhere", NULL},
        {"Custome", NULL},
        {"CustomerX", NULL},
        /* not paths */
        {"", NULL},
        {".", NULL},
        {"Customer.", NULL},
        {".Customer", NULL},
        {"Spend[", NULL},
        {"Spend[]", NULL},
        {"Spend[=AWS]", NULL},
        {"Spend[1", NULL},
        {"Spend[-1]", NULL},
        {"Spend[1]x", NULL},
        {"Spend[99999999999999999999]", NULL},
        {"a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a", NULL},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct json *json = must_parse(arena, document);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *found = json_text(json_find(json, cases[i].path));
        if (!text_equal(found, cases[i].text))
            fail_msg("%s gave %s", cases[i].path, found ? found : "nothing");
    }
    assert_non_null(json_find(json, "None"));
    assert_null(json_find(NULL, "None"));
    assert_null(json_find(json, NULL));
}

static void test_put(void **state)
{
    (void)state;
    static const struct {
        const char *before;
        const char *path;
        const char *value; /* NULL: remove */
        const char *after; /* NULL: refused */
    } cases[] = {
        {"{}", "a", "x", "{\"a\":\"x\"}"},
        {"{\"a\":1,\"b\":2}", "a", "x", "{\"a\":\"x\",\"b\":2}"},
        {"{\"u\":{\"v\":1.0}}", "u.w", "x", "{\"u\":{\"v\":1.0,\"w\":\"x\"}}"},
        {"{}", "a.b.c", "x", "{\"a\":{\"b\":{\"c\":\"x\"}}}"},
        {"{\"a\":null}", "a.b", "x", "{\"a\":{\"b\":\"x\"}}"},
        {"{}", "a[0].b", "x", "{\"a\":[{\"b\":\"x\"}]}"},
        {"{\"a\":[1]}", "a[9]", "x", "{\"a\":[1,\"x\"]}"},
        {"{\"a\":[1,2]}", "a[0]", "x", "{\"a\":[\"x\",2]}"},
        {"{}", "s[T=AWS].Amount", "1", "{\"s\":[{\"T\":\"AWS\",\"Amount\":\"1\"}]}"},
        {"{\"s\":[{\"T\":\"X\"}]}", "s[T=AWS].Amount", "1",
         "{\"s\":[{\"T\":\"X\"},{\"T\":\"AWS\",\"Amount\":\"1\"}]}"},
        {"{\"s\":[{\"T\":\"AWS\",\"k\":0}]}", "s[T=AWS].Amount", "1",
         "{\"s\":[{\"T\":\"AWS\",\"k\":0,\"Amount\":\"1\"}]}"},
        {"{}", "g[0][0]", "x", "{\"g\":[[\"x\"]]}"},
        /* removing takes away the leaf only, and makes nothing */
        {"{\"a\":{\"b\":1}}", "a.b", NULL, "{\"a\":{}}"},
        {"{\"a\":{\"b\":1,\"c\":2}}", "a.b", NULL, "{\"a\":{\"c\":2}}"},
        {"{}", "a.b[0].c", NULL, "{}"},
        {"{\"a\":null}", "a.b", NULL, "{\"a\":null}"},
        {"{\"a\":[1,2,3]}", "a[1]", NULL, "{\"a\":[1,3]}"},
        {"{\"a\":[1]}", "a[1]", NULL, "{\"a\":[1]}"},
        {"{\"s\":[{\"T\":\"A\"},{\"T\":\"B\"}]}", "s[T=A]", NULL, "{\"s\":[{\"T\":\"B\"}]}"},
        /* something else stands on the way */
        {"{\"a\":\"text\"}", "a.b", "x", NULL},
        {"{\"a\":{}}", "a[0]", "x", NULL},
        {"{\"a\":[]}", "a.b", "x", NULL},
        {"{\"a\":{\"b\":7}}", "a.b.c.d", "x", NULL},
        {"{\"a\":\"text\"}", "a.b", NULL, NULL},
        {"[]", "a", "x", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct json *json = must_parse(arena, cases[i].before);
        struct json *value = cases[i].value ? json_string(arena, cases[i].value) : NULL;
        struct error error = {0};
        int result = json_put(arena, json, cases[i].path, value, &error);
        const char *expected = cases[i].after ? cases[i].after : cases[i].before;
        assert_string_equal(json_print(arena, json), expected);
        assert_int_equal(result, cases[i].after ? 0 : -ERROR_PERMANENT);
    }
}

/* What was put is found again under the same path. */
static void test_put_then_find(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "LifeCycle.Stage",
        "Project.ExpectedCustomerSpend[TargetCompany=AWS].Amount",
        "Project.ExpectedCustomerSpend[TargetCompany=AWS].Frequency",
        "Project.ExpectedCustomerSpend[TargetCompany=Us].Amount",
        "Customer.Contacts[0].Email",
        "Customer.Contacts[0].Phone",
        "Customer.Account.Address.City",
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *json = json_object(arena);
    for (size_t i = 0; i < COUNT(paths); i++)
        assert_int_equal(json_put(arena, json, paths[i], json_string(arena, paths[i]), NULL), 0);
    for (size_t i = 0; i < COUNT(paths); i++)
        assert_string_equal(json_text(json_find(json, paths[i])), paths[i]);
    assert_int_equal(json_find(json, "Project.ExpectedCustomerSpend")->count, 2);
    assert_int_equal(json_find(json, "Customer.Contacts")->count, 1);
}

static void test_bad_path_is_a_bug(void **state)
{
    (void)state;
    static const char *const paths[] = {"", "a..b", "a[", "a[x]", "a]b.", "[0]"};
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct json *json = json_object(arena);
        int result = json_put(arena, json, paths[i], json_null(arena), NULL);
        assert_int_equal(result, -ERROR_BUG);
        assert_int_equal(json->count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_put),
        cmocka_unit_test(test_put_then_find),
        cmocka_unit_test(test_bad_path_is_a_bug),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
