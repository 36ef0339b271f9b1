#include "tests/support/fake.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/text.h"

/* ---- clock, chance, points ---- */

static int64_t fake_now(void *context)
{
    const struct fake *fake = context;
    return fake->now_ms;
}

static int64_t fake_ticks(void *context)
{
    const struct fake *fake = context;
    return fake->ticks_ms;
}

/* splitmix64: every seed, 0 included, gives a good sequence. */
static uint64_t next_chance(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void fake_random(void *context, void *bytes, size_t length)
{
    struct fake *fake = context;
    unsigned char *to = bytes;
    while (length > 0) {
        uint64_t number = next_chance(&fake->chance);
        size_t part = length < sizeof number ? length : sizeof number;
        memcpy(to, &number, part);
        to += part;
        length -= part;
    }
}

static void fake_point(void *context, const char *name)
{
    struct fake *fake = context;
    ARRAY_GROW(fake->points, &fake->point_capacity, fake->point_count + 1);
    fake->points[fake->point_count++] = memory_copy(name);
    if (fake->on_point != NULL) {
        fake->on_point(fake->point_context, name);
    }
}

void fake_init(struct fake *fake, uint64_t seed)
{
    *fake = (struct fake){.now_ms = FAKE_START_MS, .ticks_ms = 1000, .chance = seed};
    fake->world = (struct world){.now_ms = fake_now,
                                 .ticks_ms = fake_ticks,
                                 .random = fake_random,
                                 .point = fake_point,
                                 .context = fake};
    fake->log = (struct log){.world = &fake->world, .level = LOG_LEVEL_ERROR};
}

void fake_free(struct fake *fake)
{
    for (size_t i = 0; i < fake->point_count; i++) {
        free(fake->points[i]);
    }
    free(fake->points);
    *fake = (struct fake){0};
}

void fake_advance(struct fake *fake, int64_t ms)
{
    assert(ms >= 0);
    fake->now_ms += ms;
    fake->ticks_ms += ms;
}

size_t fake_points(const struct fake *fake, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < fake->point_count; i++) {
        count += text_equal(fake->points[i], name) ? 1 : 0;
    }
    return count;
}

/* ---- the transport ---- */

struct transfer {
    struct transfer *next; /* in the order they were started */
    struct arena *arena;
    struct fake_answer answer;
    int64_t started_ms;
    int64_t due_ms;
    uint64_t number;
    http_done *done;
    void *context;
};

struct fake_http {
    struct http http; /* first, so that the ops can come back */
    struct fake *fake;
    fake_handler *handler;
    void *context;
    struct transfer *transfers;
    uint64_t started;
    size_t under_way;
    size_t peak;
    struct arena *arena; /* of the requests kept for the test */
    struct fake_request **requests;
    size_t request_count;
    size_t request_capacity;
};

static struct fake_http *fake_of(struct http *http)
{
    return (struct fake_http *)http;
}

static const struct fake_http *fake_of_const(const struct http *http)
{
    return (const struct fake_http *)http;
}

static void copy_request(struct arena *arena, const struct http_request *request,
                         struct http_request *ret_copy)
{
    *ret_copy = *request;
    ret_copy->method = arena_copy(arena, request->method);
    ret_copy->url = arena_copy(arena, request->url);
    for (size_t i = 0; i < request->header_count; i++) {
        ret_copy->headers[i].name = arena_copy(arena, request->headers[i].name);
        ret_copy->headers[i].value = arena_copy(arena, request->headers[i].value);
    }
    if (request->body != NULL) {
        ret_copy->body = arena_copy_n(arena, request->body, request->body_length);
    }
}

static int fake_start(struct http *http, const struct http_request *request, http_done *done,
                      void *context, struct error *error)
{
    (void)error;
    struct fake_http *self = fake_of(http);
    struct fake_request *kept = arena_alloc(self->arena, sizeof *kept);
    kept->ticks_ms = self->fake->ticks_ms;
    copy_request(self->arena, request, &kept->request);
    ARRAY_GROW(self->requests, &self->request_capacity, self->request_count + 1);
    self->requests[self->request_count++] = kept;

    struct transfer *transfer = memory_alloc(sizeof *transfer);
    transfer->arena = arena_new();
    transfer->answer.fate = FAKE_NOT_SENT;
    if (self->handler != NULL) {
        transfer->answer.fate = FAKE_ANSWERED;
        self->handler(self->context, transfer->arena, &kept->request, &transfer->answer);
    }
    int64_t timeout = request->timeout_ms > 0 ? request->timeout_ms : 60000;
    if (transfer->answer.latency_ms > timeout) {
        transfer->answer.latency_ms = timeout;
        transfer->answer.fate = FAKE_LOST;
    }
    transfer->started_ms = self->fake->ticks_ms;
    transfer->due_ms = self->fake->ticks_ms + transfer->answer.latency_ms;
    transfer->number = self->started++;
    transfer->done = done;
    transfer->context = context;

    struct transfer **end = &self->transfers;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = transfer;
    self->under_way++;
    self->peak = self->under_way > self->peak ? self->under_way : self->peak;
    return 0;
}

static void transfer_free(struct transfer *transfer)
{
    arena_free(transfer->arena);
    free(transfer);
}

static void deliver(const struct fake_http *self, const struct transfer *transfer)
{
    const struct fake_answer *answer = &transfer->answer;
    if (answer->fate != FAKE_ANSWERED) {
        struct error error = {0};
        bool unsent = answer->fate == FAKE_NOT_SENT;
        error_set(&error, ERROR_TEMPORARY, SCOPE_COLLECTION, "%s",
                  unsent ? "connection refused" : "connection lost before the whole answer came");
        memcpy(error.vendor_code, unsent ? "not-sent" : "", unsent ? sizeof "not-sent" : 1);
        transfer->done(transfer->context, NULL, &error);
        return;
    }
    struct http_response response = {
        .status = answer->status == 0 ? 200 : answer->status,
        .headers = answer->headers,
        .body = answer->body == NULL ? "" : answer->body,
        .elapsed_ms = self->fake->ticks_ms - transfer->started_ms,
    };
    response.body_length = answer->body_length > 0 ? answer->body_length : strlen(response.body);
    while (response.header_count < COUNT(answer->headers) &&
           answer->headers[response.header_count].name != NULL) {
        response.header_count++;
    }
    transfer->done(transfer->context, &response, NULL);
}

/* The transfer that ends first; of several at one moment the one started first. */
static struct transfer **earliest(struct fake_http *self, uint64_t before)
{
    struct transfer **found = NULL;
    for (struct transfer **at = &self->transfers; *at != NULL; at = &(*at)->next) {
        if ((*at)->number < before && (found == NULL || (*at)->due_ms < (*found)->due_ms)) {
            found = at;
        }
    }
    return found;
}

static int fake_wait(struct http *http, int64_t timeout_ms, struct pollfd *fds, size_t count,
                     struct error *error)
{
    struct fake_http *self = fake_of(http);
    int ready = 0;
    if (count > 0) {
        ready = poll(fds, (nfds_t)count, 0);
        if (ready < 0 && errno != EINTR) {
            return error_errno(error, SCOPE_RUN, errno, "cannot wait");
        }
    }
    uint64_t before = self->started; /* what a callback starts now waits for the next call */
    struct transfer **first = earliest(self, before);
    if (ready <= 0 && timeout_ms != 0) {
        int64_t until = timeout_ms;
        if (first != NULL) {
            int64_t due = (*first)->due_ms - self->fake->ticks_ms;
            due = due > 0 ? due : 0;
            until = until < 0 || due < until ? due : until;
        }
        if (until < 0) {
            return error_set(error, ERROR_BUG, SCOPE_RUN, "nothing will ever happen");
        }
        fake_advance(self->fake, until);
    }
    while ((first = earliest(self, before)) != NULL && (*first)->due_ms <= self->fake->ticks_ms) {
        struct transfer *transfer = *first;
        *first = transfer->next;
        self->under_way--;
        deliver(self, transfer);
        transfer_free(transfer);
    }
    return 0;
}

static void fake_close(struct http *http)
{
    struct fake_http *self = fake_of(http);
    while (self->transfers != NULL) {
        struct transfer *transfer = self->transfers;
        self->transfers = transfer->next;
        transfer_free(transfer);
    }
    free(self->requests);
    arena_free(self->arena);
    free(self);
}

static const struct http_ops fake_ops = {
    .start = fake_start,
    .wait = fake_wait,
    .close = fake_close,
};

struct http *fake_http_new(struct fake *fake, fake_handler *handler, void *context)
{
    struct fake_http *self = memory_alloc(sizeof *self);
    self->http.ops = &fake_ops;
    self->fake = fake;
    self->handler = handler;
    self->context = context;
    self->arena = arena_new();
    return &self->http;
}

size_t fake_http_count(const struct http *http)
{
    return fake_of_const(http)->request_count;
}

const struct fake_request *fake_http_at(const struct http *http, size_t index)
{
    const struct fake_http *self = fake_of_const(http);
    assert(index < self->request_count);
    return self->requests[index];
}

size_t fake_http_peak(const struct http *http)
{
    return fake_of_const(http)->peak;
}

void fake_play(void *context, struct arena *arena, const struct http_request *request,
               struct fake_answer *ret_answer)
{
    (void)arena;
    (void)request;
    struct fake_script *script = context;
    if (script->next == script->count) {
        script->overrun++;
        ret_answer->fate = FAKE_NOT_SENT;
        return;
    }
    *ret_answer = script->answers[script->next++];
}

const char *fake_http_date(struct arena *arena, int64_t ms)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm = {0};
    gmtime_r(&seconds, &tm);
    return arena_printf(arena, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
                        days + (size_t)tm.tm_wday * 3, tm.tm_mday, months + (size_t)tm.tm_mon * 3,
                        tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}
