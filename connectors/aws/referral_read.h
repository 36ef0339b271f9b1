/* One read of referrals: sweeps that go through the pages of a listing, one page after the other,
 * and fetches that bring one record each, in parallel. What they share is the reading; it ends when
 * the last of them has. */
#ifndef CONNECTORS_AWS_REFERRAL_READ_H
#define CONNECTORS_AWS_REFERRAL_READ_H

#include "base/map.h"
#include "connectors/aws/client.h"
#include "connectors/aws/referrals.h"

struct reading {
    struct cloud *cloud;
    struct read_sink sink;
    struct arena *arena; /* lives as long as the read */
    bool full;
    bool wants_summary, wants_engagement, wants_members;
    const char *after;    /* incremental: list from here on, inclusive; NULL: everything */
    struct map *versions; /* id → version as listed */
    /* Opportunity → engagement, listed as a whole by full reads; NULL: asked for one by one. */
    struct map *engagements;
    const char *watermark;
    int64_t watermark_ms;
    size_t waiting; /* sweeps and fetches under way */
    enum read_outcome outcome;
    struct error error;
};

/* The worst outcome stays, with its reason. */
void reading_worsen(struct reading *reading, enum read_outcome outcome, const struct error *error);
/* A finding, as document_report; `context` is the reading. */
void reading_note(void *context, const struct finding *finding);
/* Hands a record that was listed as unchanged, or one that was read, to the engine. */
void reading_seen(struct reading *reading, const char *id);
void reading_record(struct reading *reading, const struct record *record);
/* True if the listing told something new: the id or its version. A version NULL is no version. */
bool reading_news(struct reading *reading, const char *id, const char *version);

/* ---- Sweeps (referrals.c). */
struct sweep_type {
    const char *operation;
    const char *list; /* member of the answer that holds the items */
    bool essential;   /* without its first page nothing is known at all */
    void (*body)(const struct reading *reading, struct arena *arena, struct json *body);
    bool (*take)(struct reading *reading, const struct json *item); /* true: it was news */
    void (*ended)(struct reading *reading, bool complete);          /* NULL: nothing follows */
};
void sweep_start(struct reading *reading, const struct sweep_type *type);
extern const struct sweep_type sweep_opportunities; /* referrals.c */
extern const struct sweep_type sweep_engagements;   /* referral_summary.c */
extern const struct sweep_type sweep_invitations;   /* referral_invitations.c */

/* ---- Fetches (referrals.c): calls about one record, one after the other. */
struct fetch {
    struct reading *reading;
    struct arena *arena;
    struct http_request request;
    const char *id; /* of the record */
    /* Reads the answer; NULL stands for "there is none" (404) and comes only to a call that may
     * lack one. Returns 1 if it has begun another call, 0 if that was all, or a negative error. */
    int (*take)(struct fetch *fetch, const struct json *answer, struct error *error);
    bool may_lack;
    /* Hands the record over, once all calls were answered. */
    void (*keep)(struct fetch *fetch);
    struct json *document; /* GetOpportunity's or GetEngagementInvitation's answer */
    struct referral_aside aside;
    bool summed_up, placed; /* summary and engagement are known, or known to be absent */
    struct json *members;
    const char *became; /* of an invitation */
};
struct fetch *fetch_new(struct reading *reading, const char *id, void (*keep)(struct fetch *fetch));
/* A body with the catalog; and a call with it, which is always 1. */
struct json *fetch_body(const struct fetch *fetch);
int fetch_call(struct fetch *fetch, const char *operation, struct json *body,
               int (*take)(struct fetch *fetch, const struct json *answer, struct error *error));

/* referral_summary.c: whether a listed opportunity is worth another look at AWS's side though it
 * has not changed itself; and what is to be asked for beside a fresh one. As `take`. */
bool aside_may_move(const struct json *summary);
int aside_go_on(struct fetch *fetch);

#endif
