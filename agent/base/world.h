/* The outside: clock, chance and the points at which a test may stop the world. Everything that
 * reads a clock or draws a random number gets a `struct world`; tests pass their own. (HTTP is the
 * other outside effect; see net/http.h.) */
#ifndef BASE_WORLD_H
#define BASE_WORLD_H

#include <stddef.h>
#include <stdint.h>

struct world {
    int64_t (*now_ms)(void *context);   /* UTC, milliseconds since 1970 */
    int64_t (*ticks_ms)(void *context); /* monotonic milliseconds */
    void (*random)(void *context, void *bytes, size_t length);
    /* Called at named points ("journal-before", "journal-after"); NULL in production. */
    void (*point)(void *context, const char *name);
    void *context;
};

extern const struct world world_real; /* CLOCK_REALTIME, CLOCK_BOOTTIME, getrandom(2) */

int64_t world_now(const struct world *world);
int64_t world_ticks(const struct world *world);
void world_point(const struct world *world, const char *name);
/* Uniform in [0, bound); bound > 0. */
uint64_t world_random(const struct world *world, uint64_t bound);
/* A random UUID (RFC 4122, version 4), lower case. */
#define GUID_TEXT 37
const char *world_guid(const struct world *world, char buffer[GUID_TEXT]);

#endif
