/* A read of a collection: listings of many pages side by side, details in parallel behind them, one
 * outcome. What is here holds for every cloud and kind: no token and no page twice, an end to the
 * pages, an odd item never blocks the others, what could not be read is reported (RUN-002) and
 * makes the read partial, and the watermark is the greatest date received, as the very text.
 *
 * A reader starts its listings right after sweep_new(); from then on everything comes through its
 * callbacks, and the sweep ends itself when no call is under way any more. Specifications
 * (struct sweep_reader, sweep_listing) are not copied: constants, or in sweep_arena(). */
#ifndef CONNECTORS_SWEEP_H
#define CONNECTORS_SWEEP_H

#include "connectors/connector.h"

struct sweep;

struct sweep_reader {
    /* A call has ended, and no listing has pages to come. May start more. May be NULL. */
    void (*listed)(struct sweep *sweep);
    /* No call is under way. May start more; if it starts none, the read ends. Not called in a read
     * that failed. May be NULL. */
    void (*drained)(struct sweep *sweep);
    /* Releases sweep_context(); before the sink hears that the read is done. May be NULL. */
    void (*release)(void *context);
};

struct sweep *sweep_new(struct cloud *cloud, struct session *session,
                        const struct read_scope *scope, const struct read_sink *sink,
                        const struct sweep_reader *reader, void *context);
struct cloud *sweep_cloud(const struct sweep *sweep);
struct arena *sweep_arena(const struct sweep *sweep); /* lives as long as the read */
void *sweep_context(const struct sweep *sweep);
int64_t sweep_now(const struct sweep *sweep);

/* Where a listing is. */
struct sweep_place {
    const char *after; /* the date from which on to list; NULL: everything */
    const char *token; /* of the page, as the one before gave it; NULL: the first page */
};

/* One listing. */
struct sweep_listing {
    const char *operation, *family;
    const char *items;   /* member of the answer: "EntitySummaryList" */
    const char *id;      /* member of an item: "EntityId" */
    const char *version; /* member of an item that moves with it: "LastModifiedDate"; NULL: none */
    const char *date;    /* member of an item that the watermark is made of; NULL: `version` */
    const char *token;   /* member of an answer that leads to the next page: "NextToken" */
    const char *mark;    /* name of its part of the watermark; "": the whole; NULL: none. Each
                            listing needs its own: what one lists meanwhile says nothing about
                            what another has missed */
    bool essential;      /* without its first page nothing is known at all: that fails the read */
    const void *detail;  /* for `page`: what it lists */
    bool may_be_blank;   /* an answer without a body is an empty list */
    bool omits_empty;    /* an answer leaves an empty list out, as proto3 JSON does */
    /* The request for one page. Fails only over a token that must not be followed. */
    int (*page)(struct sweep *sweep, struct arena *arena, const struct sweep_listing *listing,
                const struct sweep_place *place, struct http_request *ret_request,
                struct error *error);
    /* An item that is new to the listing, or has another version than when it was listed before. */
    void (*item)(struct sweep *sweep, const struct sweep_listing *listing, const char *id,
                 const char *version, const struct json *item);
    /* A page could not be read, so the listing is not whole; may put into the error what that
     * means. Such a listing never fails the read, not even if the cloud denies it. May be NULL. */
    void (*broken)(struct sweep *sweep, struct error *error);
};
void sweep_list(struct sweep *sweep, const struct sweep_listing *listing);

/* The details of one thing: calls one after the other, with memory of their own. An answer returns
 * 1 if it has asked for more, 0 if that was all, or a negative error, which like a call that failed
 * is reported as missed. */
struct sweep_fetch;
typedef int sweep_answer(struct sweep_fetch *fetch, const struct json *answer, struct error *error);
struct sweep_fetch {
    struct sweep *sweep;
    struct arena *arena; /* lives until the last answer was read */
    const char *id;
    void *state;                 /* the reader's */
    bool may_lack;               /* a 404 to the next call is an answer: NULL */
    bool once;                   /* the next call must not be sent again if its answer is lost */
    bool file;                   /* the answer to the next call is no document: `response` has it,
                                    and the address is its own proof (struct call) */
    struct http_request request; /* of the next call */
    const struct http_response *response; /* while `answer` runs; NULL: there is none */
    /* Instead of reporting `id` as missed. May be NULL. */
    void (*missed)(struct sweep_fetch *fetch, const struct error *error);
    /* The sweep's own. */
    sweep_answer *answer;
    struct sweep_chain *chain; /* a page */
};
/* A fetch is begun by its first call, at once. */
struct sweep_fetch *sweep_fetch(struct sweep *sweep, const char *id, void *state);
/* Sends fetch->request; 1. */
int sweep_ask(struct sweep_fetch *fetch, const char *operation, const char *family,
              sweep_answer *answer);

/* The sink, with its failures turned into the read's: one that failed takes nothing more. */
const char *sweep_known(struct sweep *sweep, const char *id); /* version; NULL if there is none */
/* True if both are dates of the same second: lists have no fraction, documents may. */
bool sweep_same_second(const char *a, const char *b);
void sweep_record(struct sweep *sweep, const struct record *record);
void sweep_seen(struct sweep *sweep, const char *id);
void sweep_note(void *sweep, const struct finding *finding); /* as document_report */
/* Something could not be read: RUN-002 for `id` (NULL: none), and what it means for the read. */
void sweep_missed(struct sweep *sweep, const char *id, const struct error *error);

#endif
