#include "net/session.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "net/session_retry.h"

#define DEFAULT_ATTEMPTS 3

/* One call from session_send() to its `done`. It stands in exactly one list: its family's lane
 * (may start), `sleeping` (waits for its retry) or `wire` (an attempt is under way). */
struct pending {
    struct pending *next;
    struct pending *previous;
    struct session *session;
    struct call call;
    struct lane *lane;
    struct credential *credential; /* NULL: the call is bare */
    unsigned made;                 /* attempts that were sent */
    bool refresh_tried;            /* fresh credentials are tried once */
    bool clock_tried;              /* so is a new clock offset */
    bool uncertain;                /* an attempt may have been carried out */
    int price;                     /* of the last retry, for the refund */
    uint64_t timer;                /* while sleeping */
    int64_t held_ticks;            /* since when the pacer holds it; 0: it does not */
    /* The attempt under way. */
    struct arena *arena;
    struct http_request request; /* signed */
    int64_t started_ms;          /* wall clock */
    int64_t offset_ms;           /* the clock offset it was signed with */
    uint64_t generation;         /* of the credentials it was signed with */
};

struct list {
    struct pending *first;
    struct pending *last;
};

/* The calls of one quota family, oldest first; one that is out of tokens does not hold the others.
 */
struct lane {
    struct lane *next;
    char *family;
    struct list calls;
    int64_t blocked_until; /* ticks */
    bool locked;           /* its first call waits for credentials; they arm the pump */
};

/* A set of credentials. */
struct credential {
    struct session *session;
    size_t set;
    bool refreshing;
    bool force;          /* the ones we have were refused */
    bool fresh;          /* just fetched: good for the next calls whatever credentials_due() says */
    uint64_t generation; /* grows with each refresh */
    unsigned failures;
    int64_t refresh_ticks; /* not to be tried before */
};

struct session {
    struct loop *loop;
    const struct world *world;
    struct session_options options;
    struct pacer *pacer;
    struct lane *lanes;
    struct list sleeping;
    struct list wire;
    unsigned in_flight;
    bool stopping;
    uint64_t timer; /* of the next pump; 0: none */
    int64_t timer_ticks;
    struct credential *credentials;
    size_t credential_count;
    struct retry_budget budget;
    struct session_stats stats;
};

/* ---- lists ---- */

static void list_append(struct list *list, struct pending *pending)
{
    pending->next = NULL;
    pending->previous = list->last;
    *(list->last != NULL ? &list->last->next : &list->first) = pending;
    list->last = pending;
}

static void list_prepend(struct list *list, struct pending *pending)
{
    pending->previous = NULL;
    pending->next = list->first;
    *(list->first != NULL ? &list->first->previous : &list->last) = pending;
    list->first = pending;
}

static void list_remove(struct list *list, struct pending *pending)
{
    *(pending->previous != NULL ? &pending->previous->next : &list->first) = pending->next;
    *(pending->next != NULL ? &pending->next->previous : &list->last) = pending->previous;
    pending->next = pending->previous = NULL;
}

/* Moves what needs the credential (NULL: everything) to the end of another list. */
static void list_drain(struct list *from, const struct credential *only, struct list *to)
{
    struct pending *next = NULL;
    for (struct pending *pending = from->first; pending != NULL; pending = next) {
        next = pending->next;
        if (only == NULL || pending->credential == only) {
            list_remove(from, pending);
            list_append(to, pending);
        }
    }
}

static struct lane *lane_of(struct session *session, const char *family)
{
    struct lane **end = &session->lanes;
    while (*end != NULL) {
        if (text_equal((*end)->family, family)) {
            return *end;
        }
        end = &(*end)->next;
    }
    *end = memory_alloc(sizeof **end);
    (*end)->family = memory_copy(family);
    return *end;
}

/* ---- the end of a call ---- */

static void pending_free(void *context)
{
    struct pending *pending = context;
    arena_free(pending->arena);
    free(pending);
}

/* The call is in no list any more. */
static void finish(struct pending *pending, const struct http_response *response,
                   struct error *error)
{
    struct session *session = pending->session;
    if (error == NULL) {
        retry_budget_refund(&session->budget, pending->price);
    } else {
        if (pending->uncertain && text_equal(error->vendor_code, RETRY_NOT_SENT)) {
            error->vendor_code[0] = '\0'; /* true of the last attempt, not of the call */
        }
        error_context(error, "%s", pending->call.operation);
    }
    pending->call.done(pending->call.context, response, error);
    pending_free(pending);
}

/* Ends a call that this side did not let go out. */
static void finish_unsent(struct pending *pending, const struct error *cause)
{
    struct error error = *cause;
    if (error.vendor_code[0] == '\0') {
        snprintf(error.vendor_code, sizeof error.vendor_code, "%s", RETRY_NOT_SENT);
    }
    finish(pending, NULL, &error);
}

/* The callbacks may send new calls: those are not in the list any more. */
static void finish_list(struct list *list, const struct error *cause)
{
    while (list->first != NULL) {
        struct pending *pending = list->first;
        list_remove(list, pending);
        finish_unsent(pending, cause);
    }
}

static void finish_queued(struct session *session, const struct credential *only,
                          const struct error *cause)
{
    struct list ended = {0};
    for (struct lane *lane = session->lanes; lane != NULL; lane = lane->next) {
        list_drain(&lane->calls, only, &ended);
    }
    finish_list(&ended, cause);
}

/* ---- the pump: starts what may start ---- */

static void pump(void *context);

/* Sees to it that the pump runs in `delay_ms`, or sooner. */
static void arm(struct session *session, int64_t delay_ms)
{
    int64_t ticks = world_ticks(session->world) + delay_ms;
    if (session->timer != 0) {
        if (session->timer_ticks <= ticks) {
            return;
        }
        loop_cancel(session->loop, session->timer);
    }
    session->timer = loop_after(session->loop, delay_ms, pump, session);
    session->timer_ticks = ticks;
}

static int64_t server_now(const struct session *session)
{
    return world_now(session->world) + session->stats.offset_ms;
}

static void refresh_ready(void *context, const struct error *failure)
{
    struct credential *credential = context;
    struct session *session = credential->session;
    credential->refreshing = false;
    arm(session, 0);
    if (failure == NULL) {
        credential->generation++;
        credential->force = false;
        credential->fresh = true;
        credential->failures = 0;
        return;
    }
    struct error error = *failure;
    unsigned made = ++credential->failures;
    if (!session->stopping &&
        retry_may(&error, RETRY_UNTOUCHED, true, made, session->options.attempts)) {
        int64_t wait = retry_delay(session->world, made, retry_after_clamp(error.retry_after_ms));
        credential->refresh_ticks = world_ticks(session->world) + wait;
        return;
    }
    credential->failures = 0;
    credential->force = false; /* the next call asks credentials_due() afresh */
    error_context(&error, "cannot get credentials");
    finish_queued(session, credential, &error);
}

/* True if calls can be signed now. Else a refresh is under way or will be. */
static bool credential_ready(struct session *session, struct credential *credential)
{
    const struct session_ops *ops = session->options.ops;
    if (credential->refreshing) {
        return false;
    }
    bool due = credential->force || (!credential->fresh && ops->credentials_due != NULL &&
                                     ops->credentials_due(session->options.cloud, credential->set,
                                                          server_now(session), false));
    if (!due) {
        return true;
    }
    int64_t wait = credential->refresh_ticks - world_ticks(session->world);
    if (wait > 0) {
        arm(session, wait);
        return false;
    }
    credential->refreshing = true;
    ops->refresh(session->options.cloud, credential->set, refresh_ready, credential);
    return false;
}

static http_done attempt_done;

static int start(struct pending *pending, struct error *error)
{
    struct session *session = pending->session;
    if (pending->arena == NULL) {
        pending->arena = arena_new();
    }
    arena_reset(pending->arena);
    pending->request = *pending->call.request;
    pending->started_ms = world_now(session->world);
    pending->offset_ms = session->stats.offset_ms;
    pending->generation = pending->credential != NULL ? pending->credential->generation : 0;
    if (session->options.ops->sign != NULL && !pending->call.bare) {
        int result = session->options.ops->sign(session->options.cloud, pending->arena,
                                                &pending->request, server_now(session), error);
        if (result < 0) {
            return result;
        }
    }
    return loop_http_start(session->loop, &pending->request, attempt_done, pending, error);
}

static void start_first(struct session *session, struct lane *lane)
{
    struct pending *pending = lane->calls.first;
    list_remove(&lane->calls, pending);
    if (pending->held_ticks > 0) {
        session->stats.waited_ms += world_ticks(session->world) - pending->held_ticks;
        pending->held_ticks = 0;
    }
    struct error error = {0};
    if (start(pending, &error) < 0) {
        finish_unsent(pending, &error);
        return;
    }
    list_append(&session->wire, pending);
    session->in_flight++;
    session->stats.calls++;
    pending->made++;
}

static void end_for_the_day(struct lane *lane, int64_t free_ms)
{
    struct error error = {0};
    error_set(&error, ERROR_THROTTLED, SCOPE_COLLECTION,
              "the day's budget of %s calls is used up; it frees in %lld min", lane->family,
              (long long)((free_ms + 59999) / 60000));
    error.retry_after_ms = retry_after_clamp(free_ms);
    struct list ended = {0};
    list_drain(&lane->calls, NULL, &ended);
    finish_list(&ended, &error);
}

/* Starts the lane's oldest call if the pacer lets it. False: nothing more to start in this lane. */
static bool advance(struct session *session, struct lane *lane)
{
    struct pending *pending = lane->calls.first;
    int64_t ticks = world_ticks(session->world);
    lane->locked = false;
    if (pending == NULL || lane->blocked_until > ticks) {
        return false;
    }
    if (pending->credential != NULL && !credential_ready(session, pending->credential)) {
        lane->locked = true;
        return false;
    }
    int64_t free_ms = 0;
    int64_t wait = pacer_take(session->pacer, lane->family, ticks, &free_ms);
    if (wait < 0) {
        end_for_the_day(lane, free_ms);
        return false;
    }
    if (wait > 0) {
        lane->blocked_until = ticks + wait;
        pending->held_ticks = pending->held_ticks > 0 ? pending->held_ticks : ticks;
        return false;
    }
    start_first(session, lane);
    return true;
}

static bool has_queued(const struct session *session)
{
    const struct lane *lane = session->lanes;
    while (lane != NULL && lane->calls.first == NULL) {
        lane = lane->next;
    }
    return lane != NULL;
}

/* One call of each lane in turn, so that a long listing does not starve the writes. */
static void start_what_may(struct session *session)
{
    bool moved = true;
    while (moved) {
        moved = false;
        for (struct lane *lane = session->lanes; lane != NULL; lane = lane->next) {
            if (session->stopping) {
                return; /* by the `done` of a call that could not start; the pump is armed */
            }
            if (session->in_flight >= session->options.max_in_flight) {
                return; /* the end of an attempt arms the pump again */
            }
            moved = advance(session, lane) || moved;
        }
    }
    for (const struct lane *lane = session->lanes; lane != NULL; lane = lane->next) {
        if (lane->calls.first != NULL && !lane->locked) {
            int64_t wait = lane->blocked_until - world_ticks(session->world);
            arm(session, wait > 0 ? wait : 0);
        }
    }
}

static void end_all_waiting(struct session *session)
{
    struct error error = {0};
    error_set(&error, ERROR_TEMPORARY, SCOPE_RUN, "stopping");
    while (session->sleeping.first != NULL) {
        struct pending *pending = session->sleeping.first;
        list_remove(&session->sleeping, pending);
        loop_cancel(session->loop, pending->timer);
        finish_unsent(pending, &error);
    }
    finish_queued(session, NULL, &error);
}

static void pump(void *context)
{
    struct session *session = context;
    session->timer = 0;
    if (session->stopping) {
        end_all_waiting(session);
    } else if (has_queued(session) && session->in_flight < session->options.max_in_flight) {
        start_what_may(session);
        for (size_t i = 0; i < session->credential_count; i++) {
            session->credentials[i].fresh = false;
        }
    }
}

/* ---- the end of an attempt ---- */

static void record(struct session *session, const struct pending *pending,
                   const struct http_response *response)
{
    if (session->options.har != NULL && !pending->call.bare) {
        har_add(session->options.har, pending->started_ms, &pending->request, response);
    }
    if (response != NULL) {
        retry_clock_difference(response, world_now(session->world), &session->stats.seen_offset_ms);
    }
}

static const char *request_id(const struct http_response *response, const struct error *error)
{
    static const char *const names[] = {"x-amzn-requestid", "x-amz-request-id", "x-ms-request-id",
                                        "request-id", "ms-requestid"};
    if (error != NULL && error->request_id[0] != '\0') {
        return error->request_id;
    }
    for (size_t i = 0; response != NULL && i < COUNT(names); i++) {
        const char *value = http_response_get(response, names[i]);
        if (value != NULL) {
            return value;
        }
    }
    return NULL;
}

static void log_attempt(const struct session *session, const struct pending *pending,
                        const struct http_response *response, const struct error *error)
{
    const struct log *log = session->options.log;
    if (log == NULL || log->level < LOG_LEVEL_DEBUG) {
        return;
    }
    char status[16];
    char elapsed[24];
    char attempt[16];
    snprintf(status, sizeof status, "%d", response == NULL ? 0 : response->status);
    snprintf(elapsed, sizeof elapsed, "%lld",
             (long long)(response == NULL ? world_now(session->world) - pending->started_ms
                                          : response->elapsed_ms));
    snprintf(attempt, sizeof attempt, "%u", pending->made);
    log_event(log, LOG_LEVEL_DEBUG, "call", "operation", pending->call.operation, "status", status,
              "ms", elapsed, "attempt", attempt, "request_id", request_id(response, error), "class",
              error == NULL ? NULL : error_class_name(error->class), NULL);
}

static int judge(struct session *session, const struct http_response *response,
                 bool *ret_auth_refresh, struct error *error)
{
    const struct session_ops *ops = session->options.ops;
    int result = 0;
    if (ops->judge != NULL) {
        result = ops->judge(session->options.cloud, response, ret_auth_refresh, error);
    }
    if (result == 0) {
        result = retry_judge_status(response, error); /* nobody may take a 302 for a success */
    }
    if (result < 0) {
        error->http_status = response->status;
        int64_t asked = error->retry_after_ms != 0 ? error->retry_after_ms
                                                   : retry_after(response, server_now(session));
        error->retry_after_ms = retry_after_clamp(asked);
    }
    return result;
}

/* True if the clock that the attempt was signed with is off by what the answer shows: then the
 * session's offset is right from now on. */
static bool clock_was_wrong(struct session *session, const struct pending *pending,
                            const struct http_response *response)
{
    int64_t difference;
    if (!retry_clock_difference(response, world_now(session->world), &difference)) {
        return false;
    }
    int64_t offset = llabs(difference) > RETRY_CLOCK_MS ? difference : 0;
    if (llabs(offset - pending->offset_ms) <= RETRY_CLOCK_MS) {
        return false;
    }
    session->stats.offset_ms = offset;
    return true;
}

/* A refused call is sent again at once if what it was refused for has changed since. */
static bool authorise_again(struct session *session, struct pending *pending,
                            const struct http_response *response, bool auth_refresh)
{
    const struct session_ops *ops = session->options.ops;
    if (!pending->clock_tried && clock_was_wrong(session, pending, response)) {
        pending->clock_tried = true;
    } else if (auth_refresh && !pending->refresh_tried && ops->credentials_due != NULL) {
        struct credential *credential = pending->credential;
        pending->refresh_tried = true;
        if (pending->generation == credential->generation && !credential->refreshing) {
            credential->force =
                credential->force || ops->credentials_due(session->options.cloud, credential->set,
                                                          server_now(session), true);
            if (!credential->force) {
                return false; /* there are no others to be had */
            }
        }
    } else {
        return false;
    }
    list_prepend(&pending->lane->calls, pending);
    session->stats.retries++;
    return true;
}

static void wake(void *context)
{
    struct pending *pending = context;
    list_remove(&pending->session->sleeping, pending);
    list_prepend(&pending->lane->calls, pending);
    arm(pending->session, 0);
}

/* True if the call goes on; the pending is then in a list again. */
static bool try_again(struct session *session, struct pending *pending,
                      const struct http_response *response, bool auth_refresh,
                      const struct error *error)
{
    enum retry_trace trace = retry_trace(error, response != NULL);
    pending->uncertain = pending->uncertain || trace == RETRY_UNCERTAIN;
    int64_t delay = retry_delay(session->world, pending->made, error->retry_after_ms);
    if (error->class == ERROR_THROTTLED) {
        session->stats.throttled++;
        pacer_throttle(session->pacer, pending->call.family, world_ticks(session->world),
                       error->retry_after_ms);
    }
    if (session->stopping) {
        return false;
    }
    if (response != NULL && error->class == ERROR_AUTH && !pending->call.bare &&
        authorise_again(session, pending, response, auth_refresh)) {
        return true;
    }
    if (!retry_may(error, trace, pending->call.repeatable, pending->made,
                   session->options.attempts) ||
        !retry_budget_take(&session->budget, response != NULL, &pending->price)) {
        return false;
    }
    session->stats.retries++;
    list_append(&session->sleeping, pending);
    pending->timer = loop_after(session->loop, delay, wake, pending);
    return true;
}

static void attempt_done(void *context, const struct http_response *response,
                         const struct error *failure)
{
    struct pending *pending = context;
    struct session *session = pending->session;
    list_remove(&session->wire, pending);
    session->in_flight--;
    arm(session, 0);

    record(session, pending, response);
    struct error error = {0};
    bool auth_refresh = false;
    bool failed = failure != NULL;
    if (failed) {
        error = *failure;
    } else {
        failed = judge(session, response, &auth_refresh, &error) < 0;
    }
    log_attempt(session, pending, response, failed ? &error : NULL);
    if (failed && try_again(session, pending, response, auth_refresh, &error)) {
        return;
    }
    finish(pending, response, failed ? &error : NULL);
}

/* ---- the session ---- */

struct session *session_new(struct loop *loop, const struct session_options *options)
{
    struct session *session = memory_alloc(sizeof *session);
    session->loop = loop;
    session->world = loop_world(loop);
    session->options = *options;
    if (session->options.max_in_flight == 0) {
        session->options.max_in_flight = LIMIT_IN_FLIGHT;
    }
    if (session->options.attempts == 0) {
        session->options.attempts = DEFAULT_ATTEMPTS;
    }
    session->credential_count = options->credentials ? options->credentials : 1;
    session->credentials = memory_alloc(session->credential_count * sizeof *session->credentials);
    for (size_t i = 0; i < session->credential_count; i++) {
        session->credentials[i].session = session;
        session->credentials[i].set = i;
    }
    session->pacer = pacer_new(options->quotas, options->quota_count, options->share_percent);
    session->budget.tokens = RETRY_BUDGET_FULL;
    return session;
}

static void free_list(struct list *list)
{
    while (list->first != NULL) {
        struct pending *pending = list->first;
        list_remove(list, pending);
        pending_free(pending);
    }
}

void session_free(struct session *session)
{
    if (session == NULL) {
        return;
    }
    loop_cancel(session->loop, session->timer);
    for (struct pending *pending = session->sleeping.first; pending != NULL;
         pending = pending->next) {
        loop_cancel(session->loop, pending->timer);
    }
    free_list(&session->sleeping);
    while (session->wire.first !=
           NULL) { /* their requests live on until the transport is through */
        struct pending *pending = session->wire.first;
        list_remove(&session->wire, pending);
        loop_http_drop(session->loop, pending, pending_free);
    }
    while (session->lanes != NULL) {
        struct lane *lane = session->lanes;
        session->lanes = lane->next;
        free_list(&lane->calls);
        free(lane->family);
        free(lane);
    }
    pacer_free(session->pacer);
    free(session->credentials);
    free(session);
}

void session_send(struct session *session, const struct call *call)
{
    struct pending *pending = memory_alloc(sizeof *pending);
    pending->session = session;
    pending->call = *call;
    pending->lane = lane_of(session, call->family);
    const struct session_ops *ops = session->options.ops;
    if (!call->bare) {
        size_t set = ops->credential ? ops->credential(session->options.cloud, call->request) : 0;
        pending->credential = &session->credentials[set];
    }
    list_append(&pending->lane->calls, pending);
    arm(session, 0);
}

void session_stop(struct session *session)
{
    session->stopping = true;
    arm(session, 0);
}

void session_stats(const struct session *session, struct session_stats *ret_stats)
{
    *ret_stats = session->stats;
}

struct pacer *session_pacer(struct session *session)
{
    return session->pacer;
}

struct loop *session_loop(struct session *session)
{
    return session->loop;
}
