/* The published quotas: a bucket per second and a window over 24 hours, per account and class. */
#include "tests/sandbox/internal.h"

static const struct {
    unsigned per_second, per_day; /* 0: no bound */
} limits[QUOTA_COUNT] = {
    [QUOTA_READ] = {10, 100000},        [QUOTA_WRITE] = {1, 10000},
    [QUOTA_LIST_ENTITIES] = {10, 0},    [QUOTA_DESCRIBE_ENTITY] = {20, 0},
    [QUOTA_START_SET] = {5, 0},         [QUOTA_LIST_SETS] = {5, 0},
    [QUOTA_DESCRIBE_SET] = {10, 0},     [QUOTA_CANCEL_SET] = {5, 0},
    [QUOTA_SEARCH_AGREEMENTS] = {5, 0}, [QUOTA_DESCRIBE_AGREEMENT] = {5, 0},
    [QUOTA_AGREEMENT_TERMS] = {10, 0},
};

#define MINUTES   (24 * 60)
#define SECOND_MS 1000
#define CALL      1000 /* in thousandths; so a millisecond at a call a second brings one */

static void move_window(struct quota_state *state, int64_t minute)
{
    state->day_calls = 0;
    for (size_t i = 0; i < MINUTES; i++) {
        if (state->day[i].minute + MINUTES <= minute || state->day[i].minute > minute)
            state->day[i].calls = 0;
        state->day_calls += state->day[i].calls;
    }
}

bool quota_take(struct sandbox *sandbox, enum quota_class class, bool *ret_daily)
{
    struct quota_state *state = &sandbox->quotas[class];
    int64_t now = sandbox_now(sandbox);
    int64_t rate = (int64_t)limits[class].per_second * sandbox->options.rate;
    int64_t full = rate * CALL, passed = now - state->filled_ms;
    if (!state->filled_ms || passed < 0 || passed > SECOND_MS)
        state->millicalls = full; /* a second fills it */
    else
        state->millicalls += passed * rate;
    if (state->millicalls > full)
        state->millicalls = full;
    state->filled_ms = now;

    int64_t minute = now / 60000;
    size_t slot = (size_t)(minute % MINUTES);
    if (state->day[slot].minute != minute) {
        move_window(state, minute);
        state->day[slot].minute = minute;
        state->day[slot].calls = 0;
    }
    *ret_daily = limits[class].per_day &&
                 state->day_calls >= (uint64_t)limits[class].per_day * sandbox->options.rate;
    /* A thousandth of a call is forgiven to the rounding of milliseconds. */
    if (*ret_daily || state->millicalls < CALL - 1)
        return false;
    state->millicalls -= CALL;
    state->day[slot].calls++;
    state->day_calls++;
    return true;
}
