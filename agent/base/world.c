#include "base/world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/types.h>
#include <time.h>

#include "base/digest.h"

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now); /* cannot fail: both clocks exist, the pointer is ours */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t real_now_ms(void *context)
{
    (void)context;
    return read_clock(CLOCK_REALTIME);
}

/* BOOTTIME rather than MONOTONIC: a laptop's sleep counts against deadlines and token lifetimes. */
static int64_t real_ticks_ms(void *context)
{
    (void)context;
    return read_clock(CLOCK_BOOTTIME);
}

static void real_random(void *context, void *bytes, size_t length)
{
    (void)context;
    unsigned char *at = bytes;
    while (length > 0) {
        ssize_t got = getrandom(at, length, 0);
        if (got < 0 && errno != EINTR)
            abort(); /* a kernel without randomness: tokens and names would repeat */
        if (got > 0) {
            at += got;
            length -= (size_t)got;
        }
    }
}

const struct world world_real = {
    .now_ms = real_now_ms,
    .ticks_ms = real_ticks_ms,
    .random = real_random,
};

int64_t world_now(const struct world *world)
{
    return world->now_ms(world->context);
}

int64_t world_ticks(const struct world *world)
{
    return world->ticks_ms(world->context);
}

void world_point(const struct world *world, const char *name)
{
    if (world->point)
        world->point(world->context, name);
}

uint64_t world_random(const struct world *world, uint64_t bound)
{
    /* Numbers below 2^64 mod bound are drawn again: they would favour small remainders. */
    uint64_t uneven = -bound % bound;
    uint64_t number;
    do {
        world->random(world->context, &number, sizeof number);
    } while (number < uneven);
    return number % bound;
}

const char *world_guid(const struct world *world, char buffer[GUID_TEXT])
{
    uint8_t bytes[16];
    char hex[2 * sizeof bytes + 1];
    world->random(world->context, bytes, sizeof bytes);
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
    hex_encode(bytes, sizeof bytes, hex);
    snprintf(buffer, GUID_TEXT, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
             hex + 20);
    return buffer;
}
