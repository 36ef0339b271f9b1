#include "net/pacer.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"

/* The bucket is counted in units of which a token is MINUTE_MS × PERCENT × PERMILLE, so that a
 * millisecond at `per_minute` × `share_percent` × `speed` adds a whole number of them: pacing
 * never drifts by rounding. */
#define MINUTE_MS INT64_C(60000)
#define PERCENT   100
#define PERMILLE  1000
#define TOKEN     (MINUTE_MS * PERCENT * PERMILLE)

#define HOUR_MS   INT64_C(3600000)
#define HOURS     25 /* the running hour and the 24 before it: never less than a day */
#define HOUR_ZERO 48 /* keeps hours of before the machine's start positive */

#define RECOVER_MS       (10 * MINUTE_MS)
#define SLOWEST          (PERMILLE / 16) /* four halvings: vendors mean seconds, not a standstill */
#define SHORTEST_CLOSURE INT64_C(1000)
#define DAILY_PERCENT    90 /* the rest is for people and other tools of the same account */
#define DEFAULT_SHARE    80

struct hour {
    int64_t number; /* since HOUR_ZERO hours before tick 0 */
    int64_t count;
};

struct family {
    struct quota quota;
    int64_t rate;      /* units per millisecond at a speed of 1 permille */
    int64_t capacity;  /* units */
    int64_t units;     /* may start a call when ≥ TOKEN */
    int64_t filled_ms; /* ticks up to which `units` is right; later than now while closed */
    bool started;
    int64_t speed;         /* permille at the end of the last closure */
    int64_t recovering_ms; /* ticks of that end; speed rises from there on */
    struct hour hours[HOURS];
};

struct pacer {
    struct family *families;
    size_t count;
};

struct pacer *pacer_new(const struct quota *quotas, size_t count, unsigned share_percent)
{
    unsigned share = share_percent == 0 ? DEFAULT_SHARE : share_percent;
    struct pacer *pacer = memory_alloc(sizeof *pacer);
    pacer->families = memory_alloc((count > 0 ? count : 1) * sizeof *pacer->families);
    pacer->count = count;
    for (size_t i = 0; i < count; i++) {
        struct family *family = &pacer->families[i];
        int64_t burst = (int64_t)quotas[i].burst * share / PERCENT;
        int64_t per_minute = quotas[i].per_minute > 0 ? quotas[i].per_minute : 1;
        family->quota = quotas[i];
        family->rate = per_minute * share;
        family->capacity = (burst > 0 ? burst : 1) * TOKEN;
        family->units = family->capacity;
        family->speed = PERMILLE;
    }
    return pacer;
}

void pacer_free(struct pacer *pacer)
{
    if (pacer != NULL) {
        free(pacer->families);
        free(pacer);
    }
}

static struct family *find(const struct pacer *pacer, const char *name)
{
    for (size_t i = 0; i < pacer->count; i++) {
        if (text_equal(pacer->families[i].quota.family, name)) {
            return &pacer->families[i];
        }
    }
    return NULL;
}

/* ---- the rolling day ---- */

static int64_t hour_of(int64_t ticks_ms)
{
    return ticks_ms / HOUR_MS + HOUR_ZERO;
}

static bool in_window(const struct hour *hour, int64_t now)
{
    return hour->count > 0 && hour->number <= now && hour->number > now - HOURS;
}

static int64_t used(const struct family *family, int64_t ticks_ms)
{
    int64_t sum = 0;
    for (size_t i = 0; i < HOURS; i++) {
        sum += in_window(&family->hours[i], hour_of(ticks_ms)) ? family->hours[i].count : 0;
    }
    return sum;
}

static void count_calls(struct family *family, int64_t hour, int64_t calls)
{
    struct hour *slot = &family->hours[hour % HOURS];
    if (slot->number != hour) {
        *slot = (struct hour){.number = hour};
    }
    slot->count += calls;
}

/* 0 while the day has room; else the milliseconds until it has. */
static int64_t until_free(const struct family *family, int64_t ticks_ms)
{
    if (family->quota.daily == 0) {
        return 0;
    }
    int64_t budget = (int64_t)family->quota.daily * DAILY_PERCENT / PERCENT;
    budget = budget > 0 ? budget : 1;
    int64_t left = used(family, ticks_ms);
    int64_t now = hour_of(ticks_ms);
    int64_t leaving = now - HOURS; /* the hour that has just left */
    while (left >= budget) {
        leaving++;
        const struct hour *hour = &family->hours[leaving % HOURS];
        left -= hour->number == leaving ? hour->count : 0;
    }
    if (leaving == now - HOURS) {
        return 0;
    }
    return (leaving + HOURS - HOUR_ZERO) * HOUR_MS - ticks_ms;
}

/* ---- the bucket ---- */

static int64_t speed_at(const struct family *family, int64_t ticks_ms)
{
    int64_t since = ticks_ms - family->recovering_ms;
    if (since >= RECOVER_MS || family->speed == PERMILLE) {
        return PERMILLE;
    }
    since = since > 0 ? since : 0;
    return family->speed + (PERMILLE - family->speed) * since / RECOVER_MS;
}

static void fill(struct family *family, int64_t ticks_ms)
{
    if (!family->started) {
        family->started = true;
        family->filled_ms = ticks_ms;
    }
    int64_t full_ms = family->capacity / family->rate + 1; /* at the slowest: all that can matter */
    int64_t from = family->filled_ms;
    if (ticks_ms <= from) {
        return;
    }
    family->filled_ms = ticks_ms;
    if (ticks_ms - from >= full_ms) {
        family->units = family->capacity;
        return;
    }
    /* The speed rises in a straight line, so the mean of both ends is right for the stretch, and
     * too little, never too much, for one that goes on at full speed. */
    int64_t mean = (speed_at(family, from) + speed_at(family, ticks_ms)) / 2;
    family->units += (ticks_ms - from) * family->rate * mean;
    family->units = family->units > family->capacity ? family->capacity : family->units;
}

int64_t pacer_take(struct pacer *pacer, const char *name, int64_t ticks_ms, int64_t *ret_free_ms)
{
    struct family *family = find(pacer, name);
    if (family == NULL) {
        return 0;
    }
    int64_t free_ms = until_free(family, ticks_ms);
    if (free_ms > 0) {
        if (ret_free_ms != NULL) {
            *ret_free_ms = free_ms;
        }
        return -1;
    }
    fill(family, ticks_ms);
    if (family->filled_ms > ticks_ms) { /* closed by a throttle */
        return family->filled_ms - ticks_ms;
    }
    if (family->units < TOKEN) {
        int64_t per_ms = family->rate * speed_at(family, ticks_ms);
        return (TOKEN - family->units + per_ms - 1) / per_ms;
    }
    family->units -= TOKEN;
    count_calls(family, hour_of(ticks_ms), 1);
    return 0;
}

void pacer_throttle(struct pacer *pacer, const char *name, int64_t ticks_ms, int64_t wait_ms)
{
    struct family *family = find(pacer, name);
    if (family == NULL) {
        return;
    }
    fill(family, ticks_ms);
    int64_t until = ticks_ms + (wait_ms > SHORTEST_CLOSURE ? wait_ms : SHORTEST_CLOSURE);
    /* Many calls in flight hear of one and the same throttle: it halves once. */
    if (family->filled_ms <= ticks_ms) {
        int64_t speed = speed_at(family, ticks_ms) / 2;
        family->speed = speed > SLOWEST ? speed : SLOWEST;
    }
    family->units = 0; /* what was saved up is what the vendor objects to */
    if (until > family->filled_ms) {
        family->filled_ms = until;
        family->recovering_ms = until;
    }
}

unsigned pacer_used(const struct pacer *pacer, const char *name, int64_t ticks_ms)
{
    const struct family *family = find(pacer, name);
    return family == NULL ? 0 : (unsigned)used(family, ticks_ms);
}

/* ---- over restarts: a line per family and hour, "<family>\t<UTC ms of its middle>\t<calls>" ----
 *
 * The middle, because the two clocks drift against each other: a border would fall into the next
 * hour at every other restart, and the calls would never leave the window. */

#define SAVE_BYTES (256u * 1024) /* 25 lines of 60 bytes for each of 170 families */

const char *pacer_save(const struct pacer *pacer, struct arena *arena, int64_t ticks_ms,
                       int64_t now_ms)
{
    CLEANUP_TEXT struct text text;
    text_init(&text, SAVE_BYTES);
    for (size_t i = 0; i < pacer->count; i++) {
        for (size_t j = 0; j < HOURS; j++) {
            const struct hour *hour = &pacer->families[i].hours[j];
            if (!in_window(hour, hour_of(ticks_ms))) {
                continue;
            }
            int64_t middle = (hour->number - HOUR_ZERO) * HOUR_MS + HOUR_MS / 2; /* ticks */
            text_addf(&text, "%s\t%lld\t%lld\n", pacer->families[i].quota.family,
                      (long long)(now_ms - ticks_ms + middle), (long long)hour->count);
        }
    }
    return arena_copy(arena, text.data);
}

static void restore_line(struct pacer *pacer, char *line, int64_t ticks_ms, int64_t now_ms)
{
    char *when_text = strchr(line, '\t');
    char *count_text = when_text == NULL ? NULL : strchr(when_text + 1, '\t');
    if (count_text == NULL) {
        return;
    }
    *when_text++ = '\0';
    *count_text++ = '\0';
    struct family *family = find(pacer, line);
    long long when_ms;
    long long calls;
    if (family == NULL || !text_to_int64(when_text, &when_ms) ||
        !text_to_int64(count_text, &calls) || calls <= 0 || calls > UINT32_MAX / HOURS ||
        when_ms < 0) {
        return;
    }
    /* The middle of the running hour may lie ahead, and the clock may have been set back. */
    int64_t age = when_ms < now_ms ? now_ms - when_ms : 0;
    if (age >= HOURS * HOUR_MS) {
        return;
    }
    int64_t hour = (ticks_ms - age + HOUR_ZERO * HOUR_MS) / HOUR_MS;
    if (hour <= hour_of(ticks_ms) - HOURS) {
        return;
    }
    count_calls(family, hour, calls);
}

void pacer_restore(struct pacer *pacer, const char *saved, int64_t ticks_ms, int64_t now_ms)
{
    CLEANUP_FREE char *copy = memory_copy(saved == NULL ? "" : saved);
    char *next = copy;
    for (char *line = next; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = '\0';
            restore_line(pacer, line, ticks_ms, now_ms);
        }
    }
}
