/* Arena, allocation, digests, secrets and the world's random numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/memory.h"
#include "base/secret.h"
#include "base/world.h"

static bool all_zero(const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

/* Pieces of every size are aligned, zeroed and apart from each other, before and after a reset. */
static void test_arena_pieces(void **state)
{
    (void)state;
    enum { PIECES = 300 };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (int round = 0; round < 3; round++) {
        unsigned char *pieces[PIECES];
        for (size_t i = 0; i < PIECES; i++) {
            size_t size = i * 7;
            pieces[i] = arena_alloc(arena, size);
            assert_int_equal((uintptr_t)pieces[i] % 16, 0);
            assert_true(all_zero(pieces[i], size));
            memset(pieces[i], (int)(i % 251) + 1, size);
        }
        for (size_t i = 0; i < PIECES; i++) {
            for (size_t at = 0; at < i * 7; at++)
                assert_int_equal(pieces[i][at], i % 251 + 1);
        }
        assert_ptr_not_equal(pieces[0], pieces[1]);
        arena_reset(arena);
    }
}

static void test_arena_large_pieces(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t size = 1; size <= 8u * 1024 * 1024; size *= 2) {
        unsigned char *piece = arena_alloc(arena, size);
        assert_int_equal((uintptr_t)piece % 16, 0);
        assert_true(all_zero(piece, size));
        piece[size - 1] = 1;
    }
    uint32_t *array = arena_array(arena, 1000, sizeof *array);
    assert_true(all_zero((unsigned char *)array, 4000));
}

static void test_arena_text(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    assert_null(arena_copy(arena, NULL));
    assert_null(arena_copy_n(arena, NULL, 0));
    assert_string_equal(arena_copy(arena, "text"), "text");
    assert_string_equal(arena_copy_n(arena, "text", 2), "te");
    assert_string_equal(arena_copy_n(arena, "", 0), "");
    assert_string_equal(arena_printf(arena, "%s-%05d", "a", 42), "a-00042");
    char *padded = arena_printf(arena, "%9000d", 7);
    assert_int_equal(strlen(padded), 9000);
    arena_free(NULL);
}

static void test_memory(void **state)
{
    (void)state;
    assert_null(memory_copy(NULL));
    CLEANUP_FREE char *copy = memory_copy("a");
    assert_string_equal(copy, "a");
    int *numbers = NULL;
    size_t capacity = 0;
    for (int i = 0; i < 1000; i++) {
        ARRAY_GROW(numbers, &capacity, (size_t)i + 1);
        assert_true(capacity > (size_t)i);
        numbers[i] = i;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], i);
    CLEANUP_FREE int *owner = take_ptr(&numbers);
    assert_non_null(owner);
    assert_null(numbers);
}

/* FIPS 180-4 examples and RFC 4231 test cases. */
static void test_digests(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *hex;
    } hashes[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    char hex[SHA256_HEX];
    for (size_t i = 0; i < COUNT(hashes); i++)
        assert_string_equal(sha256_hex(hashes[i].text, strlen(hashes[i].text), hex), hashes[i].hex);
    assert_string_equal(sha256_hex(NULL, 0, hex), hashes[0].hex);

    char long_key[131];
    memset(long_key, 0xaa, sizeof long_key);
    const struct {
        const char *key;
        size_t key_length;
        const char *text;
        const char *hex;
    } macs[] = {
        {"Jefe", 4, "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {long_key, sizeof long_key, "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {"", 0, "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
        {NULL, 0, "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
    };
    for (size_t i = 0; i < COUNT(macs); i++) {
        uint8_t digest[SHA256_BYTES];
        hmac_sha256(macs[i].key, macs[i].key_length, macs[i].text, strlen(macs[i].text), digest);
        assert_string_equal(hex_encode(digest, sizeof digest, hex), macs[i].hex);
    }
    assert_string_equal(hex_encode((const uint8_t[]){0x00, 0x7f, 0xff}, 3, hex), "007fff");
    assert_string_equal(hex_encode(NULL, 0, hex), "");
}

static void test_secrets(void **state)
{
    (void)state;
    CLEANUP_SECRET struct secret *secret = secret_new("pa\0ss", 5);
    assert_memory_equal(secret_reveal(secret), "pa\0ss", 6);
    secret_free(NULL);
    CLEANUP_SECRET struct secret *empty = secret_new(NULL, 0);
    assert_string_equal(secret_reveal(empty), "");
    unsigned char bytes[] = {1, 2, 3};
    secret_wipe(bytes, sizeof bytes);
    assert_true(all_zero(bytes, sizeof bytes));
}

/* Answers with the numbers it was given. */
struct script {
    uint64_t numbers[4];
    size_t next;
};

static void scripted_random(void *context, void *bytes, size_t length)
{
    struct script *script = context;
    assert_int_equal(length, sizeof(uint64_t));
    assert_true(script->next < COUNT(script->numbers));
    memcpy(bytes, &script->numbers[script->next++], length);
}

static void count_points(void *context, const char *name)
{
    assert_string_equal(name, "here");
    ((struct script *)context)->next++;
}

static void test_world(void **state)
{
    (void)state;
    /* 2^64 is 1 modulo 3: the number 0 would make remainder 0 likelier, and is drawn again. */
    struct script script = {.numbers = {0, 5, 1, UINT64_MAX}};
    struct world world = {.random = scripted_random, .context = &script};
    assert_int_equal(world_random(&world, 3), 2);
    assert_int_equal(world_random(&world, 3), 1);
    assert_int_equal(world_random(&world, 3), 0);
    assert_int_equal(script.next, 4);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(world_random(&world_real, 1), 0);
        assert_true(world_random(&world_real, 7) < 7);
    }
    world_point(&world, "here");
    world.point = count_points;
    world_point(&world, "here");
    assert_int_equal(script.next, 5);
    assert_true(world_ticks(&world_real) <= world_ticks(&world_real));
    assert_true(world_now(&world_real) > INT64_C(1700000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena_pieces), cmocka_unit_test(test_arena_large_pieces),
        cmocka_unit_test(test_arena_text),   cmocka_unit_test(test_memory),
        cmocka_unit_test(test_digests),      cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
