/* A read of a collection at AWS: listings of many pages side by side, details in parallel behind
 * them, one outcome. What is here holds for every kind: no token and no page twice, an end to the
 * pages, an odd item never blocks the others, what could not be read is reported (RUN-002) and
 * makes the read partial, and the watermark is the greatest date received, as the very text.
 *
 * A reader starts its listings right after sweep_new(); from then on everything comes through its
 * callbacks, and the sweep ends itself when no call is under way any more. Specifications
 * (struct sweep_reader, sweep_listing, sweep_detail) are not copied: constants, or in
 * sweep_arena(). */
#ifndef CONNECTORS_AWS_SWEEP_H
#define CONNECTORS_AWS_SWEEP_H

#include "connectors/aws/client.h"

struct sweep;

struct sweep_reader {
    /* An answer of BatchDescribeEntities to sweep_describe(). A negative result reports the entity
     * as missed. May be NULL for a reader that describes nothing. */
    int (*entity)(struct sweep *sweep, struct arena *arena, const char *id,
                  const struct json *entity, struct error *error);
    /* No call is under way. May start more; if it starts none, the read ends. Not called in a read
     * that failed. May be NULL. */
    void (*drained)(struct sweep *sweep);
    /* Releases sweep_context(); before the sink hears that the read is done. May be NULL. */
    void (*release)(void *context);
};

struct sweep *sweep_new(struct cloud *cloud, const struct read_scope *scope,
                        const struct read_sink *sink, const struct sweep_reader *reader,
                        void *context);
struct cloud *sweep_cloud(const struct sweep *sweep);
struct arena *sweep_arena(const struct sweep *sweep); /* lives as long as the read */
void *sweep_context(const struct sweep *sweep);
int64_t sweep_now(const struct sweep *sweep);

/* One listing. */
struct sweep_listing {
    const char *operation, *family;
    const char *items;   /* member of the answer: "EntitySummaryList" */
    const char *id;      /* member of an item: "EntityId" */
    const char *version; /* member of an item: "LastModifiedDate"; NULL: items have none */
    const char *token;   /* member of request and answer: "NextToken" */
    const char *mark;    /* name of its part of the watermark; "": the whole; NULL: none. Each
                            listing needs its own: what one lists meanwhile says nothing about
                            what another has missed */
    const void *detail;  /* for build: what it lists */
    /* The request for one page, the token aside; all pages are asked for alike. `after` is the date
     * from which on to list, NULL: everything. */
    struct json *(*body)(struct sweep *sweep, struct arena *arena,
                         const struct sweep_listing *listing, const char *after);
    void (*request)(const struct cloud *cloud, struct arena *arena, const char *operation,
                    const struct json *body, struct http_request *ret_request);
    /* An item that is new to the listing, or has another version than when it was listed before. */
    void (*item)(struct sweep *sweep, const struct sweep_listing *listing, const char *id,
                 const char *version, const struct json *item);
    /* A page could not be read, so the listing is not whole; may put into the error what that
     * means. Such a listing never fails the read, not even if the cloud denies it. May be NULL. */
    void (*broken)(struct sweep *sweep, struct error *error);
};
void sweep_list(struct sweep *sweep, const struct sweep_listing *listing);

/* One call for the details of one thing; what fails is reported as missed. */
struct sweep_detail {
    const char *operation, *family;
    void (*build)(struct sweep *sweep, struct arena *arena, const char *id,
                  struct http_request *ret_request);
    int (*answer)(struct sweep *sweep, struct arena *arena, const char *id,
                  const struct json *answer, struct error *error);
};
void sweep_fetch(struct sweep *sweep, const struct sweep_detail *detail, const char *id);
/* The documents of entities, as many per call as it takes. */
void sweep_describe(struct sweep *sweep, const char *id);

/* The sink, with its failures turned into the read's. */
const char *sweep_known(struct sweep *sweep, const char *id); /* version; NULL if there is none */
/* True if both are dates of the same second: lists have no fraction, documents may. */
bool sweep_same_second(const char *a, const char *b);
void sweep_record(struct sweep *sweep, const struct record *record);
void sweep_seen(struct sweep *sweep, const char *id);
void sweep_note(void *sweep, const struct finding *finding); /* as document_report */
/* Something could not be read: RUN-002 for `id` (NULL: none), and what it means for the read. */
void sweep_missed(struct sweep *sweep, const char *id, const struct error *error);

/* A body of ListEntities for one type ("SaaSProduct"; its filters and sorting are
 * "SaaSProductFilters" and "SaaSProductSort"), oldest edit first, from `after` on. More filters go
 * into *ret_filters (may be NULL), which is empty without `after`. */
struct json *sweep_entities(struct arena *arena, const char *type, const char *after,
                            struct json **ret_filters);
#define SWEEP_ENTITIES(type_, body_, item_)                                                        \
    {                                                                                              \
        .operation = "ListEntities", .family = AWS_LIST_ENTITIES, .items = "EntitySummaryList",    \
        .id = "EntityId", .version = "LastModifiedDate", .token = "NextToken", .mark = type_,      \
        .detail = type_, .body = body_, .request = aws_catalog_request, .item = item_              \
    }

#endif
