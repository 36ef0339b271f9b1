/* A session with one cloud account: every call goes through it and is signed just in time at each
 * attempt, paced by family, retried by class with full jitter, and recorded.
 *
 * Retry: TEMPORARY and THROTTLED are tried again (3 attempts in all; Retry-After is honoured and
 * clamped; a retry budget stops storms). A call that is not repeatable is tried again only when the
 * request surely was not carried out (vendor_code "not-sent", or THROTTLED). After ERROR_AUTH with
 * `auth_refresh` the credentials are refreshed once. A clock difference that the Date header of an
 * answer shows (more than 4 minutes) is kept as offset, and a signature error caused by it is tried
 * again once. An account may have several sets of credentials (an audience each); one that is not
 * to be had holds or ends only the calls that need it. */
#ifndef NET_SESSION_H
#define NET_SESSION_H

#include "base/log.h"
#include "net/har.h"
#include "net/loop.h"
#include "net/pacer.h"

struct session;

/* Exactly as http_done, but status ≥ 300 and bodies that are not what was asked for are errors
 * too: then `error` is set and `response` may be there for its body. Success: error NULL. */
typedef void session_done(void *context, const struct http_response *response,
                          const struct error *error);

struct call {
    const char *family;           /* of the quotas */
    const char *operation;        /* for logs and errors: "UpdateOpportunity" */
    bool repeatable;              /* sending it twice has the effect of once */
    bool bare;                    /* not signed: its address is its own proof. Whatever host it
                                     leads to, nothing of the account goes there; and it is not
                                     recorded, since whoever has the address has the file */
    struct http_request *request; /* unsigned; lives until `done` */
    session_done *done;
    void *context;
};

/* Credentials are there, or the failure. */
typedef void session_ready(void *context, const struct error *failure);

/* What differs per cloud; `cloud` is passed to each. */
struct session_ops {
    /* Adds the authorisation for one attempt. `arena` lives until the attempt ended. `now_ms` has
     * the clock offset in it. */
    int (*sign)(void *cloud, struct arena *arena, struct http_request *request, int64_t now_ms,
                struct error *error);
    /* Turns an answer into an error (returns its negative class) or 0. Sets vendor_code,
     * request_id, retry_after_ms, and `*ret_auth_refresh` if fresh credentials may help. */
    int (*judge)(void *cloud, const struct http_response *response, bool *ret_auth_refresh,
                 struct error *error);
    /* Which set of credentials the request needs, from 0 on. NULL: there is one. */
    size_t (*credential)(void *cloud, const struct http_request *request);
    /* True if that set must be (re)fetched before the next call; `force` after an auth failure. */
    bool (*credentials_due)(void *cloud, size_t set, int64_t now_ms, bool force);
    /* Fetches it and calls `ready` (possibly at once), with NULL or the failure. Never called
     * again for the same set before it has. */
    void (*refresh)(void *cloud, size_t set, session_ready *ready, void *context);
};

struct session_options {
    const struct session_ops *ops;
    void *cloud;
    size_t credentials; /* sets of them; 0: 1 */
    const struct quota *quotas;
    size_t quota_count;
    unsigned share_percent; /* of the quotas that this program may use; 0: 80 */
    unsigned max_in_flight; /* 0: LIMIT_IN_FLIGHT */
    unsigned attempts;      /* 0: 3 */
    struct har *har;        /* may be NULL */
    const struct log *log;
};

struct session *session_new(struct loop *loop, const struct session_options *options);
/* Calls that are under way end without calling back; the requests of those on the wire must live
 * until the loop is freed. Not from within a callback of the session's; and a refresh that is under
 * way must not call `ready` any more. */
void session_free(struct session *session);
/* Queues the call; `done` is called exactly once, never before this returns. */
void session_send(struct session *session, const struct call *call);
/* Drains: calls not yet started end with ERROR_TEMPORARY "stopping"; those on the wire go on. */
void session_stop(struct session *session);

struct session_stats {
    long long calls; /* attempts sent */
    long long retries;
    long long throttled;
    int64_t waited_ms;      /* time that calls waited for the pacer */
    int64_t offset_ms;      /* server clock minus ours, 0 if within 4 minutes */
    int64_t seen_offset_ms; /* the last difference that a Date header showed */
};
void session_stats(const struct session *session, struct session_stats *ret_stats);
struct pacer *session_pacer(struct session *session);
struct loop *session_loop(struct session *session);

#endif
