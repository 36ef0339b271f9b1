/* How Google's side of the sandbox holds bodies, masks and pages against their messages. */
#include "tests/sandbox/gcp/shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/sandbox/query.h"

static const char *const colours[] = {"COLOUR_UNSPECIFIED", "RED", "GREEN", NULL};
static const struct gcp_member inner_members[] = {
    {"displayName", GCP_TEXT, 0, NULL, NULL, 5},
    {"madeBy", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
};
static const struct gcp_shape inner = GCP_SHAPE(inner_members);
static const struct gcp_member members[] = {
    {"name", GCP_TEXT, GCP_OUTPUT, NULL, NULL, 0},
    {"bestColour", GCP_WORD, 0, NULL, colours, 0},
    {"price", GCP_OBJECT, 0, &gcp_money_shape, NULL, 0},
    {"count", GCP_INT, 0, NULL, NULL, 0},
    {"big", GCP_LONG, 0, NULL, NULL, 0},
    {"share", GCP_NUMBER, 0, NULL, NULL, 0},
    {"isOn", GCP_BOOL, 0, NULL, NULL, 0},
    {"since", GCP_TIME, 0, NULL, NULL, 0},
    {"paper", GCP_BYTES, 0, NULL, NULL, 6},
    {"inner", GCP_OBJECT, 0, &inner, NULL, 0},
    {"rows", GCP_OBJECT, GCP_REPEATED, &inner, NULL, 0},
    {"free", GCP_OBJECT, 0, NULL, NULL, 0},
};
static const struct gcp_shape shape = GCP_SHAPE(members);

struct bench {
    struct arena *arena;
    struct failure failure;
    struct sandbox_request request;
    struct rest_call call;
};

static void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    bench->arena = arena_new();
    bench->failure.arena = bench->arena;
    bench->call = (struct rest_call){
        .arena = bench->arena, .failure = &bench->failure, .request = &bench->request};
    bench->request.path = "/v1/things";
}

static struct json *parse(struct bench *bench, const char *text)
{
    struct json *json = NULL;
    assert_int_equal(json_parse(bench->arena, text, strlen(text), &json, NULL), 0);
    return json;
}

static void test_bodies(void **state)
{
    (void)state;
    static const struct {
        const char *body, *why; /* NULL: taken */
    } cases[] = {
        {"{}", NULL},
        {"{\"bestColour\":\"RED\",\"count\":3,\"big\":\"9007199254740993\",\"share\":0.5,"
         "\"isOn\":true,\"since\":\"2026-01-01T00:00:00.123456789Z\",\"paper\":\"QUJD\"}",
         NULL},
        {"{\"big\":12,\"count\":\"12\"}", NULL},
        {"{\"price\":{\"currencyCode\":\"USD\",\"units\":\"1\",\"nanos\":5}}", NULL},
        {"{\"inner\":{\"displayName\":\"12345\"},\"rows\":[{},{\"displayName\":\"x\"}]}", NULL},
        {"{\"free\":{\"any\":[1,{}]}}", NULL},
        {"{\"nam\":1}", "Unknown name \"nam\""},
        {"{\"price\":{\"unit\":\"1\"}}", "Unknown name \"unit\" at 'price'"},
        {"{\"name\":\"x\"}", "output only"},
        {"{\"rows\":[{\"madeBy\":\"me\"}]}", "'rows[0].made_by' is output only"},
        {"{\"bestColour\":\"BLUE\"}", "Invalid value at 'best_colour'"},
        {"{\"bestColour\":1}", "Invalid value"},
        {"{\"count\":2147483648}", "Invalid value at 'count'"},
        {"{\"count\":1.5}", "Invalid value"},
        {"{\"big\":\"9223372036854775808\"}", "Invalid value at 'big'"},
        {"{\"share\":\"0.5\"}", "Invalid value"},
        {"{\"isOn\":\"true\"}", "Invalid value"},
        {"{\"isOn\":null}", "Invalid value"},
        {"{\"since\":\"yesterday\"}", "Invalid value"},
        {"{\"paper\":\"!!\"}", "Invalid value"},
        {"{\"paper\":\"QUJDREVGR0hJ\"}", "larger than 6 bytes"},
        {"{\"inner\":[]}", "Invalid value"},
        {"{\"rows\":{}}", "Invalid value"},
        {"{\"inner\":{\"displayName\":\"123456\"}}", "longer than 5"},
        {"[]", "Root element"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_open(&bench);
        print_message("  %s\n", cases[i].body);
        int result = gcp_shape_check(&bench.call, &shape, parse(&bench, cases[i].body));
        assert_int_equal(result < 0, cases[i].why != NULL);
        if (cases[i].why)
            assert_non_null(strstr(bench.failure.message, cases[i].why));
        arena_free(bench.arena);
    }
}

static void test_masks(void **state)
{
    (void)state;
    static const struct {
        const char *mask, *body, *document, *result; /* NULL: refused */
    } cases[] = {
        {"count", "{\"count\":2,\"big\":\"7\"}", "{\"count\":1,\"big\":\"6\"}",
         "{\"count\":2,\"big\":\"6\"}"},
        /* What the mask names and the body lacks is cleared. */
        {"count,big", "{\"count\":2}", "{\"count\":1,\"big\":\"6\"}", "{\"count\":2}"},
        {"inner.displayName", "{\"inner\":{\"displayName\":\"b\"}}", "{}",
         "{\"inner\":{\"displayName\":\"b\"}}"},
        {"inner.displayName", "{}", "{\"inner\":{\"displayName\":\"b\",\"madeBy\":\"me\"}}",
         "{\"inner\":{\"madeBy\":\"me\"}}"},
        {"price", "{\"price\":{\"currencyCode\":\"USD\"}}",
         "{\"price\":{\"currencyCode\":\"EUR\",\"units\":\"5\"}}",
         "{\"price\":{\"currencyCode\":\"USD\"}}"},
        {"rows", "{\"rows\":[{\"displayName\":\"x\"}]}", "{\"rows\":[{},{}]}",
         "{\"rows\":[{\"displayName\":\"x\"}]}"},
        {NULL, "{}", "{}", NULL},
        {"", "{}", "{}", NULL},
        {"*", "{}", "{}", NULL},
        {"cuont", "{}", "{}", NULL},
        {"best_colour", "{}", "{}", NULL}, /* JSON's masks are lowerCamelCase */
        {"name", "{}", "{}", NULL},
        {"inner.madeBy", "{}", "{}", NULL},
        {"rows.displayName", "{}", "{}", NULL},
        {"count.more", "{}", "{}", NULL},
        {"count,nonsense", "{\"count\":2}", "{}", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench bench;
        bench_open(&bench);
        struct json *document = parse(&bench, cases[i].document);
        print_message("  %s\n", cases[i].mask);
        int result = gcp_mask_apply(&bench.call, &shape, cases[i].mask,
                                    parse(&bench, cases[i].body), document);
        assert_int_equal(result < 0, !cases[i].result);
        assert_string_equal(json_print(bench.arena, document),
                            cases[i].result ? cases[i].result : cases[i].document);
        arena_free(bench.arena);
    }
    assert_true(gcp_mask_has("a,b.c", "b"));
    assert_true(gcp_mask_has("a,b", "b.c"));
    assert_false(gcp_mask_has("a,bc", "b"));
    assert_false(gcp_mask_has(NULL, "b"));
}

static void test_answers_omit_defaults(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct json *document = parse(
        &bench, "{\"name\":\"\",\"bestColour\":\"COLOUR_UNSPECIFIED\",\"count\":0,\"big\":5,"
                "\"isOn\":false,\"rows\":[],\"inner\":{\"displayName\":\"\"},\"free\":{},"
                "\"price\":{\"currencyCode\":\"USD\",\"units\":\"0\",\"nanos\":0},\"more\":0}");
    assert_string_equal(
        json_print(bench.arena, gcp_shape_tidy(bench.arena, &shape, document)),
        "{\"big\":\"5\",\"free\":{},\"price\":{\"currencyCode\":\"USD\"},\"more\":0}");
    arena_free(bench.arena);
}

/* ------------------------------------------------------------------ pages */

static int page(struct bench *bench, const char *query, size_t *ret_from, size_t *ret_to)
{
    bench->call.query = query_parse(bench->arena, query);
    bench->call.answer = NULL;
    return gcp_page(&bench->call, 7, 3, 5, ret_from, ret_to);
}

static void test_pages(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        size_t to;
    } sizes[] = {{NULL, 3}, {"pageSize=0", 3}, {"pageSize=2", 2}, {"pageSize=99", 5}};
    struct bench bench;
    size_t from, to;
    bench_open(&bench);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        assert_int_equal(page(&bench, sizes[i].query, &from, &to), 0);
        assert_int_equal(from, 0);
        assert_int_equal(to, sizes[i].to);
        assert_non_null(json_get_text(bench.call.answer, "nextPageToken"));
    }
    assert_int_equal(page(&bench, "filter=x&pageSize=5", &from, &to), 0);
    const char *token = json_get_text(bench.call.answer, "nextPageToken");
    const char *next = arena_printf(bench.arena, "filter=x&pageToken=%s", token);
    const char *other = arena_printf(bench.arena, "filter=y&pageToken=%s", token);
    assert_int_equal(page(&bench, next, &from, &to), 0);
    assert_int_equal(from, 5);
    assert_int_equal(to, 7);
    assert_null(json_get(bench.call.answer, "nextPageToken"));
    assert_true(page(&bench, other, &from, &to) < 0);
    assert_true(page(&bench, "pageToken=5", &from, &to) < 0);
    assert_true(page(&bench, "pageSize=-1", &from, &to) < 0);
    assert_true(page(&bench, "pageSize=ten", &from, &to) < 0);
    arena_free(bench.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_answers_omit_defaults),
        cmocka_unit_test(test_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
