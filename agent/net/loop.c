#include "net/loop.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"

struct timer {
    uint64_t id; /* grows: of two that are due together the older one runs first */
    int64_t due_ms;
    loop_callback *callback;
    void *context;
};

struct watch {
    int fd;
    loop_callback *callback;
    void *context;
};

/* A request on the transport. */
struct flight {
    struct flight *next;
    struct flight *previous;
    struct loop *loop;
    http_done *done;
    void *context;
    loop_callback *release; /* set once the caller has dropped it: instead of `done` */
};

struct loop {
    const struct world *world;
    struct http *http;
    struct timer *timers; /* a binary heap, the next one due on top */
    size_t timer_count;
    size_t timer_capacity;
    uint64_t last_id;
    struct watch *watches;
    size_t watch_count;
    size_t watch_capacity;
    struct pollfd *fds; /* as long as the wait: a copy of the watches */
    size_t fd_capacity;
    struct flight *flights;
};

struct loop *loop_new(const struct world *world, struct http *http)
{
    struct loop *loop = memory_alloc(sizeof *loop);
    loop->world = world;
    loop->http = http;
    return loop;
}

static void flight_free(struct flight *flight)
{
    if (flight->previous != NULL) {
        flight->previous->next = flight->next;
    } else {
        flight->loop->flights = flight->next;
    }
    if (flight->next != NULL) {
        flight->next->previous = flight->previous;
    }
    free(flight);
}

void loop_free(struct loop *loop)
{
    if (loop == NULL) {
        return;
    }
    while (loop->flights != NULL) {
        if (loop->flights->release != NULL) {
            loop->flights->release(loop->flights->context);
        }
        flight_free(loop->flights);
    }
    free(loop->timers);
    free(loop->watches);
    free(loop->fds);
    free(loop);
}

const struct world *loop_world(const struct loop *loop)
{
    return loop->world;
}

/* ---- timers ---- */

static bool timer_before(const struct timer *a, const struct timer *b)
{
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->id < b->id;
}

static void timer_swap(struct timer *a, struct timer *b)
{
    struct timer kept = *a;
    *a = *b;
    *b = kept;
}

static void timer_up(struct loop *loop, size_t at)
{
    while (at > 0 && timer_before(&loop->timers[at], &loop->timers[(at - 1) / 2])) {
        timer_swap(&loop->timers[at], &loop->timers[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
}

static void timer_down(struct loop *loop, size_t at)
{
    for (;;) {
        size_t first = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++) {
            if (child < loop->timer_count &&
                timer_before(&loop->timers[child], &loop->timers[first])) {
                first = child;
            }
        }
        if (first == at) {
            return;
        }
        timer_swap(&loop->timers[at], &loop->timers[first]);
        at = first;
    }
}

static void timer_remove(struct loop *loop, size_t at)
{
    loop->timers[at] = loop->timers[--loop->timer_count];
    if (at < loop->timer_count) {
        timer_up(loop, at);
        timer_down(loop, at);
    }
}

uint64_t loop_after(struct loop *loop, int64_t delay_ms, loop_callback *callback, void *context)
{
    ARRAY_GROW(loop->timers, &loop->timer_capacity, loop->timer_count + 1);
    loop->timers[loop->timer_count++] = (struct timer){
        .id = ++loop->last_id,
        .due_ms = world_ticks(loop->world) + (delay_ms > 0 ? delay_ms : 0),
        .callback = callback,
        .context = context,
    };
    timer_up(loop, loop->timer_count - 1);
    return loop->last_id;
}

void loop_cancel(struct loop *loop, uint64_t id)
{
    for (size_t i = 0; i < loop->timer_count; i++) {
        if (loop->timers[i].id == id) {
            timer_remove(loop, i);
            return;
        }
    }
}

/* Timers that a callback adds wait for the next round, so that a chain of immediate ones cannot
 * keep the transport from its turn. */
static void run_timers(struct loop *loop, const bool *stop)
{
    int64_t ticks = world_ticks(loop->world);
    uint64_t last = loop->last_id;
    while (!(stop != NULL && *stop) && loop->timer_count > 0 && loop->timers[0].due_ms <= ticks &&
           loop->timers[0].id <= last) {
        struct timer timer = loop->timers[0];
        timer_remove(loop, 0);
        timer.callback(timer.context);
    }
}

/* ---- descriptors ---- */

static struct watch *find_watch(struct loop *loop, int fd)
{
    for (size_t i = 0; i < loop->watch_count; i++) {
        if (loop->watches[i].fd == fd) {
            return &loop->watches[i];
        }
    }
    return NULL;
}

void loop_watch(struct loop *loop, int fd, loop_callback *callback, void *context)
{
    struct watch *watch = find_watch(loop, fd);
    if (watch == NULL) {
        ARRAY_GROW(loop->watches, &loop->watch_capacity, loop->watch_count + 1);
        watch = &loop->watches[loop->watch_count++];
    }
    *watch = (struct watch){.fd = fd, .callback = callback, .context = context};
}

void loop_unwatch(struct loop *loop, int fd)
{
    struct watch *watch = find_watch(loop, fd);
    if (watch != NULL) {
        *watch = loop->watches[--loop->watch_count];
    }
}

static void run_watches(struct loop *loop, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (loop->fds[i].revents == 0) {
            continue;
        }
        struct watch *watch = find_watch(loop, loop->fds[i].fd); /* gone if a callback ended it */
        if (watch != NULL) {
            watch->callback(watch->context);
        }
    }
}

/* ---- requests ---- */

static void flight_done(void *context, const struct http_response *response,
                        const struct error *error)
{
    struct flight *flight = context;
    struct flight ended = *flight;
    flight_free(flight);
    if (ended.release != NULL) {
        ended.release(ended.context);
    } else {
        ended.done(ended.context, response, error);
    }
}

int loop_http_start(struct loop *loop, const struct http_request *request, http_done *done,
                    void *context, struct error *error)
{
    if (loop->http == NULL) {
        return error_set(error, ERROR_BUG, SCOPE_RUN, "this loop has no transport");
    }
    struct flight *flight = memory_alloc(sizeof *flight);
    *flight =
        (struct flight){.next = loop->flights, .loop = loop, .done = done, .context = context};
    if (loop->flights != NULL) {
        loop->flights->previous = flight;
    }
    loop->flights = flight;
    int result = loop->http->ops->start(loop->http, request, flight_done, flight, error);
    if (result < 0) {
        flight_free(flight);
    }
    return result;
}

void loop_http_drop(struct loop *loop, void *context, loop_callback *release)
{
    for (struct flight *flight = loop->flights; flight != NULL; flight = flight->next) {
        if (flight->context == context) {
            flight->release = release;
        }
    }
}

/* ---- the loop ---- */

static int64_t until_timer(const struct loop *loop)
{
    if (loop->timer_count == 0) {
        return -1;
    }
    int64_t wait = loop->timers[0].due_ms - world_ticks(loop->world);
    return wait > 0 ? wait : 0;
}

static int wait_without_http(struct loop *loop, int64_t timeout_ms, struct error *error)
{
    const int64_t longest = 60 * 1000; /* poll() takes an int; the loop comes back anyway */
    int timeout = (int)(timeout_ms < 0 || timeout_ms > longest ? longest : timeout_ms);
    if (poll(loop->fds, (nfds_t)loop->watch_count, timeout) < 0 && errno != EINTR) {
        return error_errno(error, SCOPE_RUN, errno, "cannot wait for events");
    }
    return 0;
}

static int wait_once(struct loop *loop, struct error *error)
{
    size_t count = loop->watch_count;
    ARRAY_GROW(loop->fds, &loop->fd_capacity, count);
    for (size_t i = 0; i < count; i++) {
        loop->fds[i] = (struct pollfd){.fd = loop->watches[i].fd, .events = POLLIN};
    }
    int64_t timeout = until_timer(loop);
    int result = loop->http == NULL
                     ? wait_without_http(loop, timeout, error)
                     : loop->http->ops->wait(loop->http, timeout, loop->fds, count, error);
    if (result == 0) {
        run_watches(loop, count);
    }
    return result;
}

bool loop_idle(const struct loop *loop)
{
    return loop->timer_count == 0 && loop->flights == NULL;
}

int loop_run(struct loop *loop, const bool *stop, struct error *error)
{
    for (;;) {
        run_timers(loop, stop);
        if ((stop != NULL && *stop) || (loop_idle(loop) && loop->watch_count == 0)) {
            return 0;
        }
        int result = wait_once(loop, error);
        if (result < 0) {
            return result;
        }
    }
}
