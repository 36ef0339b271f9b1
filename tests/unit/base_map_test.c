/* The map, held against a naive list over seeded operations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/map.h"
#include "base/memory.h"

static void test_empty(void **state)
{
    (void)state;
    CLEANUP_MAP struct map *map = map_new();
    assert_int_equal(map_count(map), 0);
    assert_null(map_get(map, "a"));
    assert_false(map_has(map, ""));
    map_free(NULL);
}

static void test_keys_are_copied_and_values_replaced(void **state)
{
    (void)state;
    CLEANUP_MAP struct map *map = map_new();
    int one = 1;
    int two = 2;
    char key[] = "key";
    map_put(map, key, &one);
    key[0] = 'x';
    assert_ptr_equal(map_get(map, "key"), &one);
    assert_null(map_get(map, key));
    map_put(map, "key", &two);
    assert_ptr_equal(map_get(map, "key"), &two);
    assert_int_equal(map_count(map), 1);
    map_put(map, "", NULL);
    assert_true(map_has(map, ""));
    assert_null(map_get(map, ""));
    assert_int_equal(map_count(map), 2);
}

static void test_lengths_around_a_word(void **state)
{
    (void)state;
    CLEANUP_MAP struct map *map = map_new();
    char key[40];
    for (size_t length = 0; length < sizeof key; length++) {
        memset(key, 'k', length);
        key[length] = '\0';
        map_put(map, key, (void *)(uintptr_t)(length + 1));
    }
    for (size_t length = 0; length < sizeof key; length++) {
        memset(key, 'k', length);
        key[length] = '\0';
        assert_int_equal((uintptr_t)map_get(map, key), length + 1);
    }
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

enum { KEYS = 700, OPERATIONS = 40000 };

/* The model: a list in order of insertion, searched from the start. */
struct model {
    int keys[KEYS];
    uintptr_t values[KEYS];
    size_t count;
};

static size_t model_find(const struct model *model, int key)
{
    size_t i = 0;
    while (i < model->count && model->keys[i] != key)
        i++;
    return i;
}

static void model_put(struct model *model, int key, uintptr_t value)
{
    size_t i = model_find(model, key);
    if (i == model->count)
        model->keys[model->count++] = key;
    model->values[i] = value;
}

static void check_order(const struct map *map, const struct model *model)
{
    assert_int_equal(map_count(map), model->count);
    for (size_t i = 0; i < model->count; i++) {
        char key[32];
        snprintf(key, sizeof key, "k%d", model->keys[i]);
        assert_string_equal(map_key_at(map, i), key);
        assert_int_equal((uintptr_t)map_value_at(map, i), model->values[i]);
    }
}

static void test_against_model(void **state)
{
    (void)state;
    uint64_t seed = 20261102;
    const char *given = getenv("TEST_SEED");
    if (given)
        seed = strtoull(given, NULL, 10) | 1;
    print_message("seed %llu\n", (unsigned long long)seed);
    CLEANUP_MAP struct map *map = map_new();
    struct model model = {.count = 0};
    for (int i = 0; i < OPERATIONS; i++) {
        int number = (int)(next_random(&seed) % KEYS);
        char key[32];
        snprintf(key, sizeof key, "k%d", number);
        if (next_random(&seed) % 3 == 0) {
            uintptr_t value = (uintptr_t)next_random(&seed);
            map_put(map, key, (void *)value);
            model_put(&model, number, value);
        } else {
            size_t at = model_find(&model, number);
            bool there = at < model.count;
            assert_int_equal(map_has(map, key), there);
            assert_int_equal((uintptr_t)map_get(map, key), there ? model.values[at] : 0);
        }
        if (i % 1000 == 0)
            check_order(map, &model);
    }
    check_order(map, &model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_keys_are_copied_and_values_replaced),
        cmocka_unit_test(test_lengths_around_a_word),
        cmocka_unit_test(test_against_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
