/* What the sandboxes of clouds with resources and verbs share: from a request to the row of its
 * call, checks and faults on the way, an answer in the words of its surface; and tables of records.
 *
 * A row per call in the route table of each file; rest.c finds the row, has the surface check who
 * calls and take the quota, parses the body and says no in the shape of the surface. */
#ifndef SANDBOX_REST_H
#define SANDBOX_REST_H

#include "tests/sandbox/internal.h"

struct rest_call;
struct rest_side;

/* One API: where its paths begin, whom its tokens are for, and how it says no. */
struct rest_surface {
    const char *base;      /* "/rp/product-ingestion" */
    const char *audience;  /* whom its tokens are for; what that is, `check` knows */
    unsigned identities;   /* bits of those that it takes, in the cloud's own numbering */
    const char *answer_id; /* header that names the answer; NULL: "request-id"; "": none */
    const char *echo;      /* header that comes back as it was sent; NULL: "client-request-id" */
    const char *link;      /* member with the next page; NULL: it has none */
    const char *link_base; /* what stands before the "?" in it; NULL: the link is a bare token */
    const char *token;     /* the parameter that leads to a page, where that is a bare token */
    /* Puts the failure into the answer. What rest.c refuses by itself it calls unauthenticated
     * (401), accessDenied (403), tooManyRequests (429), itemNotFound (404), methodNotAllowed (405),
     * invalidRequest (400, 411, 415), generalException (500) and serviceNotAvailable (503): a
     * surface with other words goes by `status`. Retry-After is added afterwards. */
    void (*report)(struct rest_call *call, struct sandbox_response *response);
};

struct rest_route {
    const char *method;
    const char *path; /* below the base: "/configure/{}/status", "/{}:publish"; {} is a segment */
    const char *operation; /* for faults and counts; of a listing, "List…": "ListProducts" */
    int (*handle)(struct rest_call *call);
    const char *query; /* parameters that it takes, for a side that checks them; NULL: none */
};
struct rest_routes {
    const struct rest_surface *surface;
    const struct rest_route *routes;
    size_t count;
};

#define REST_SEGMENTS 4

/* One call, from its request to its answer. A handler fills status, body and headers and returns 0,
 * or returns what fail() does. */
struct rest_call {
    struct sandbox *sandbox;
    struct arena *arena; /* lives as long as the call */
    const struct sandbox_request *request;
    const struct rest_side *side;
    const struct rest_surface *surface;
    const struct rest_route *route;
    const char *segments[REST_SEGMENTS]; /* what stood for each {} */
    const struct json *query;            /* decoded texts by name; "%24version" is "$version" */
    const struct json *body;             /* NULL: none was sent */
    unsigned identity;                   /* of whom, see the surface */
    bool admin;               /* the person is a Referrals admin, else a Referrals user */
    struct failure *failure;  /* `type` is the surface's code: "badRequest", "preconditionFailed" */
    const struct fault *fate; /* of a kind that rest.c does not know: a job that fails, … */
    int status;               /* 200 unless the handler says otherwise */
    struct json *answer;      /* NULL: no body */
    const char *text;         /* instead of `answer`: another body, of type `content_type` */
    const char *content_type;
    struct sandbox_response *response; /* for headers: response_header() */
};

/* A record of whatever kind, with a document of its own. */
struct rest_record {
    struct arena *arena; /* of the document; made anew with each write */
    struct json *document;
    char *id;
    int64_t made_ms, moved_ms; /* business clock; moved_ms never stands still */
    long long revision;        /* counts writes; eTags are made of it */
};
struct rest_table {
    struct rest_record **records; /* in the order they were added */
    size_t count, capacity;
    struct map *by_id;
};
struct rest_record *rest_find(const struct rest_table *table, const char *id);
/* Takes copies. */
struct rest_record *rest_add(struct rest_table *table, const char *id, const struct json *document,
                             int64_t now_ms);
void rest_write(struct rest_record *record, const struct json *document, int64_t now_ms);
void rest_remove(struct rest_table *table, const char *id);
void rest_table_free(struct rest_table *table);
struct json *rest_table_describe(struct arena *arena, const struct rest_table *table);
void rest_table_read(struct rest_table *table, const struct json *rows);

struct control_rows;

/* What a side keeps, by what it is about: the member `name` of its part of the snapshot. */
struct rest_part {
    const char *name;
    void (*open)(struct sandbox *sandbox); /* made, empty */
    void (*close)(struct sandbox *sandbox);
    void (*seed)(struct sandbox *sandbox);
    void (*run)(struct sandbox *sandbox); /* the clock's work, before each call */
    struct json *(*describe)(const struct sandbox *sandbox, struct arena *arena);
    int (*read)(struct sandbox *sandbox, const struct json *row, struct error *error);
    const struct control_rows *controls; /* see control.h; below /_sandbox/<side>/ */
};

/* One cloud. */
struct rest_side {
    const char *name; /* member of the snapshot */
    const struct rest_routes *const *tables;
    size_t table_count;
    const struct rest_part *const *parts;
    size_t part_count;
    /* ERROR_INPUT if an option of this side is impossible. */
    int (*options)(const struct sandbox_options *options, struct error *error);
    void (*open)(struct sandbox *sandbox); /* before its parts are */
    void (*close)(struct sandbox *sandbox);
    /* Answers what is no resource, token endpoints for one; false: it is none of these. And the
     * names that faults and counts know those by. */
    bool (*bare)(struct sandbox *sandbox, const struct sandbox_request *request,
                 struct arena *arena, struct sandbox_response *response);
    bool (*bare_operation)(const char *name);
    /* Sets the call's identity, or refuses it. */
    int (*check)(struct rest_call *call);
    /* May change the answer of a handler that did what it was asked for; NULL: nothing does. */
    int (*finish)(struct rest_call *call);
    /* Takes the call from the quota: seconds to wait, 0: it may go on. Each refused one counts. */
    int64_t (*quota)(struct rest_call *call);
};

/* For sandbox.c and its like: over all sides (sides.c). */
int rest_check_options(const struct sandbox_options *options, struct error *error);
void rest_open(struct sandbox *sandbox);
void rest_seed(struct sandbox *sandbox);
void rest_run(struct sandbox *sandbox);
void rest_close(struct sandbox *sandbox);
void rest_describe(const struct sandbox *sandbox, struct arena *arena, struct json *root);
int rest_read(struct sandbox *sandbox, const struct json *root, struct error *error);
/* True if the path is one of a side's; then the call is answered. */
bool rest_handle(struct sandbox *sandbox, const struct sandbox_request *request,
                 struct arena *arena, struct sandbox_response *response);
bool rest_operation(const char *name);                  /* faults and counts know it */
const struct control_rows *rest_controls(size_t index); /* NULL: that was the last */

/* One side (rest.c). */
bool rest_side_handle(const struct rest_side *side, struct sandbox *sandbox,
                      const struct sandbox_request *request, struct arena *arena,
                      struct sandbox_response *response);
void rest_side_run(const struct rest_side *side, struct sandbox *sandbox);

/* JSON out of text with ' for ". */
struct json *rest_make(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "The caller …", 401. */
int rest_refuse_caller(struct rest_call *call, const char *message);

#endif
