#include "daemon/schedule.h"

#include "base/memory.h"
#include "base/text.h"

struct beat {
    char *name;
    int64_t every_ms;
    int64_t started; /* ticks of the last start */
    int64_t due;
    unsigned failures; /* in a row, at most SCHEDULE_BACKOFF_DOUBLINGS */
    bool ever, running;
};

struct schedule {
    const struct world *world;
    unsigned jitter_percent;
    struct beat *beats;
    size_t count;
};

struct schedule *schedule_new(const struct world *world)
{
    struct schedule *schedule = memory_alloc(sizeof *schedule);
    schedule->world = world;
    return schedule;
}

static void free_beats(struct beat *beats, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(beats[i].name);
    free(beats);
}

void schedule_free(struct schedule *schedule)
{
    if (schedule)
        free_beats(schedule->beats, schedule->count);
    free(schedule);
}

/* The interval in force: longer while the job fails. */
static int64_t interval(const struct beat *beat)
{
    int64_t every = beat->every_ms;
    if (every >= SCHEDULE_BACKOFF_MAX_MS)
        return every;
    int64_t longer = every << beat->failures;
    return longer < SCHEDULE_BACKOFF_MAX_MS ? longer : SCHEDULE_BACKOFF_MAX_MS;
}

/* Uniform in [-jitter, +jitter] of the interval: many hosts or jobs of one interval drift apart. */
static int64_t jitter(const struct schedule *schedule, int64_t every)
{
    int64_t most =
        every / 100 * schedule->jitter_percent + every % 100 * schedule->jitter_percent / 100;
    return most ? (int64_t)world_random(schedule->world, (uint64_t)(2 * most + 1)) - most : 0;
}

/* The first beat after `now`. Those that a long run or a sleep went past are skipped. */
static void plan_next(const struct schedule *schedule, struct beat *beat, int64_t now)
{
    int64_t every = interval(beat);
    int64_t passed = now > beat->started ? (now - beat->started) / every : 0;
    int64_t due = beat->started + (passed + 1) * every + jitter(schedule, every);
    beat->due = due > now ? due : now;
}

static const struct beat *find(const struct schedule *schedule, const char *name)
{
    for (size_t i = 0; i < schedule->count; i++)
        if (text_equal(schedule->beats[i].name, name))
            return &schedule->beats[i];
    return NULL;
}

void schedule_set(struct schedule *schedule, const struct schedule_entry *entries, size_t count,
                  unsigned jitter_percent, int64_t now)
{
    struct beat *beats = memory_alloc((count + 1) * sizeof *beats);
    schedule->jitter_percent = jitter_percent;
    for (size_t i = 0; i < count; i++) {
        const struct beat *known = find(schedule, entries[i].name);
        struct beat *beat = &beats[i];
        bool kept = known && known->ever && !known->failures;
        if (kept)
            *beat = *known;
        beat->name = memory_copy(entries[i].name);
        beat->every_ms = entries[i].every_ms;
        if (!kept)
            beat->due = now;
        else if (beat->every_ms != known->every_ms)
            plan_next(schedule, beat, now);
    }
    free_beats(schedule->beats, schedule->count);
    schedule->beats = beats;
    schedule->count = count;
}

size_t schedule_due(const struct schedule *schedule, int64_t now, size_t *ret_indices)
{
    size_t count = 0;
    for (size_t i = 0; i < schedule->count; i++)
        if (schedule_at(schedule, i) <= now)
            ret_indices[count++] = i;
    return count;
}

void schedule_begin(struct schedule *schedule, size_t index, int64_t now)
{
    struct beat *beat = &schedule->beats[index];
    beat->started = now;
    beat->ever = beat->running = true;
}

void schedule_end(struct schedule *schedule, size_t index, int64_t now,
                  enum schedule_outcome outcome)
{
    struct beat *beat = &schedule->beats[index];
    beat->running = false;
    if (outcome == SCHEDULE_BUSY) {
        beat->due = now + (beat->every_ms < SCHEDULE_BUSY_MS ? beat->every_ms : SCHEDULE_BUSY_MS);
        return;
    }
    if (outcome == SCHEDULE_DONE)
        beat->failures = 0;
    else if (beat->failures < SCHEDULE_BACKOFF_DOUBLINGS)
        beat->failures++;
    plan_next(schedule, beat, now);
}

int64_t schedule_at(const struct schedule *schedule, size_t index)
{
    const struct beat *beat = &schedule->beats[index];
    return beat->running ? SCHEDULE_NEVER : beat->due;
}

int64_t schedule_next(const struct schedule *schedule, size_t *ret_index)
{
    int64_t next = SCHEDULE_NEVER;
    for (size_t i = 0; i < schedule->count; i++) {
        int64_t due = schedule_at(schedule, i);
        if (due >= next)
            continue;
        next = due;
        if (ret_index)
            *ret_index = i;
    }
    return next;
}

size_t schedule_failing(const struct schedule *schedule)
{
    size_t count = 0;
    for (size_t i = 0; i < schedule->count; i++)
        count += schedule->beats[i].failures > 0;
    return count;
}
