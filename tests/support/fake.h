/* The outside world for tests: a clock that moves only when told, chance from a seed, a record of
 * the points passed, and a transport whose answers a handler makes. Waiting on the transport moves
 * the clock, so hours of retries and pacing run in microseconds, the same way every time.
 *
 *     struct fake fake;
 *     fake_init(&fake, 42);
 *     struct http *http = fake_http_new(&fake, handler, &state);
 *     struct loop *loop = loop_new(&fake.world, http);
 *     …
 *     loop_free(loop);
 *     http->ops->close(http);
 *     fake_free(&fake);
 */
#ifndef TESTS_SUPPORT_FAKE_H
#define TESTS_SUPPORT_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/world.h"
#include "net/http.h"

#define FAKE_START_MS INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */

struct fake {
    struct world world; /* hand &fake.world to the code under test */
    int64_t now_ms;     /* may be set: clocks jump */
    int64_t ticks_ms;   /* never goes back */
    uint64_t chance;
    struct log log; /* silent */
    /* Called at each point after it was recorded; a test ends the world here. May be NULL. */
    void (*on_point)(void *context, const char *name);
    void *point_context;
    char **points; /* names in the order they were passed */
    size_t point_count;
    size_t point_capacity;
};

void fake_init(struct fake *fake, uint64_t seed); /* the struct must not move afterwards */
void fake_free(struct fake *fake);
void fake_advance(struct fake *fake, int64_t ms);              /* both clocks */
size_t fake_points(const struct fake *fake, const char *name); /* how often it was passed */

enum fake_fate {
    FAKE_ANSWERED,
    FAKE_NOT_SENT, /* a transport error with vendor_code "not-sent" */
    FAKE_LOST,     /* a transport error: the request may have been carried out */
};

/* What becomes of one request. All texts must live until the answer was delivered: constants, or
 * copies in the arena that the handler gets. */
struct fake_answer {
    enum fake_fate fate;
    int status;                     /* 0 reads as 200 */
    struct http_header headers[16]; /* names in lower case, ended by a NULL name */
    const char *body;               /* NULL: empty */
    size_t body_length;             /* 0: the length of the text */
    int64_t latency_ms; /* until `done`; more than the request's timeout makes it FAKE_LOST */
};

/* Called when a request is started, so what it does to its own state happens even if the answer
 * gets lost. The answer comes zeroed; the request's texts live until it was delivered. */
typedef void fake_handler(void *context, struct arena *arena, const struct http_request *request,
                          struct fake_answer *ret_answer);

/* A NULL handler refuses every connection. Close it through its ops, after the loop. */
struct http *fake_http_new(struct fake *fake, fake_handler *handler, void *context);

/* What was sent so far, oldest first; copies that live as long as the transport. */
struct fake_request {
    int64_t ticks_ms; /* when */
    struct http_request request;
};
size_t fake_http_count(const struct http *http);
const struct fake_request *fake_http_at(const struct http *http, size_t index);
size_t fake_http_peak(const struct http *http); /* most requests under way at one time */

/* A handler that plays answers in order; past the end every request fails as not sent, and
 * `overrun` counts it. */
struct fake_script {
    const struct fake_answer *answers;
    size_t count;
    size_t next;
    size_t overrun;
};
fake_handler fake_play; /* context: struct fake_script */

/* "Thu, 01 Jan 2026 00:00:00 GMT", for Date and Retry-After headers. */
const char *fake_http_date(struct arena *arena, int64_t ms);

#endif
