/* What AWS proposes and shares: invitations, the engagements that they are about, the acceptance of
 * one as a task, and the opportunity as AWS's own sellers have it. */
#ifndef SANDBOX_ENGAGEMENTS_H
#define SANDBOX_ENGAGEMENTS_H

#include "tests/sandbox/internal.h"

#define INVITATION_MS (15 * INT64_C(86400000)) /* pending ones expire then */
#define TASK_ACCEPTS  "accept"                 /* a task's kind; "" is a submission */

/* The sandbox owns its invitations; each has an arena for its documents. */
struct invitation {
    struct arena *arena;
    struct json *document; /* what GetEngagementInvitation shows: no contacts, no address */
    struct json *offered;  /* the opportunity that it becomes */
    char *catalog, *id, *engagement;
    char *opportunity; /* the id that it becomes or became; "": the next free one */
    char *task;        /* running acceptance, "" if none */
    int64_t invited_ms;
};

/* Invites to the opportunity (copied), now. `opportunity` may be "". */
struct invitation *invitation_add(struct sandbox *sandbox, const char *catalog,
                                  const struct json *offered, const char *opportunity);
struct invitation *invitation_find(const struct sandbox *sandbox, const char *catalog,
                                   const char *id);
const char *invitation_status(const struct invitation *invitation);
/* Answers it, whatever its status was; accepting makes the opportunity, without any task. */
void invitation_answer(struct sandbox *sandbox, struct invitation *invitation, const char *status,
                       const char *reason);
void invitation_end_task(struct sandbox *sandbox, struct task *task);
void invitations_expire(struct sandbox *sandbox);
void invitations_free(struct sandbox *sandbox);

/* For the snapshot. */
struct json *invitation_describe(struct arena *arena, const struct invitation *invitation);
bool invitation_read(struct sandbox *sandbox, const struct json *row); /* false: damaged */

/* Tasks (engage.c). */
struct task *task_add(struct call_context *call, const char *kind, const char *opportunity);
struct task *task_find(struct sandbox *sandbox, const char *id);
struct json *task_answer(struct call_context *call, const struct task *task);
/* An identifier of `digits` hex digits that `seed` decides. */
const char *make_id(struct arena *arena, const char *prefix, size_t digits, const char *seed);
/* AWS's sellers have the opportunity from now on. */
void engage(struct sandbox *sandbox, struct opportunity *record, const char *engagement);

/* The opportunity of an invented deal, without id and dates (seed.c); and number n of those that
 * AWS proposes. */
struct json *seed_proposal(const struct sandbox *sandbox, struct arena *arena, size_t number);

#endif
