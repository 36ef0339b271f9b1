/* Chance for property tests: from TEST_SEED, or a fixed seed, and printed, so that a failure can be
 * repeated. */
#ifndef TESTS_SUPPORT_CHANCE_H
#define TESTS_SUPPORT_CHANCE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct chance {
    uint64_t state;
};

static inline uint64_t chance_next(struct chance *chance)
{
    uint64_t z = chance->state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline size_t chance_below(struct chance *chance, size_t bound)
{
    return (size_t)(chance_next(chance) % bound);
}

static inline struct chance chance_start(const char *test)
{
    const char *text = getenv("TEST_SEED");
    struct chance chance = {text ? strtoull(text, NULL, 10) : 20261122};
    printf("%s: TEST_SEED=%llu\n", test, (unsigned long long)chance.state);
    return chance;
}

#endif
