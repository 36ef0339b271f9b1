/* Token buckets per operation family, set to the vendor's documented quotas, and a rolling 24-hour
 * budget. Pure arithmetic on the caller's clock. */
#ifndef NET_PACER_H
#define NET_PACER_H

#include <stddef.h>
#include <stdint.h>

struct quota {
    const char *family;  /* "selling-write"; operations of one family share the bucket */
    unsigned per_minute; /* sustained rate */
    unsigned burst;      /* bucket size, ≥ 1 */
    unsigned daily;      /* per rolling 24 h; 0: none published */
};

struct pacer;
struct pacer *pacer_new(const struct quota *quotas, size_t count, unsigned share_percent);
void pacer_free(struct pacer *pacer);
/* Milliseconds to wait before a call of the family may start; 0 takes the token. -1: the day's
 * budget (90 % of the published number) is used up, and *ret_free_ms (may be NULL) says in how long
 * it frees. An unknown family is never held. */
int64_t pacer_take(struct pacer *pacer, const char *family, int64_t ticks_ms, int64_t *ret_free_ms);
/* The vendor said to slow down: the family is closed for that long and its rate halves, then
 * recovers within ten minutes. */
void pacer_throttle(struct pacer *pacer, const char *family, int64_t ticks_ms, int64_t wait_ms);

/* What was used in the last 24 h, per family and hour, as text to keep over restarts. */
struct arena;
const char *pacer_save(const struct pacer *pacer, struct arena *arena, int64_t ticks_ms,
                       int64_t now_ms);
void pacer_restore(struct pacer *pacer, const char *saved, int64_t ticks_ms,
                   int64_t now_ms); /* damaged text is ignored */
unsigned pacer_used(const struct pacer *pacer, const char *family, int64_t ticks_ms);

#endif
