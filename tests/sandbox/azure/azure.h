/* Microsoft's side of the table: the token endpoint, Product Ingestion, Partner Center referrals,
 * webhook registration, SaaS subscriptions, analytics and the managed identity endpoints. They
 * share the sandbox's clocks, faults, counts and snapshot with AWS; everything else is their own.
 *
 * A row per call in the route table of each file; azure.c finds the row, checks the bearer token
 * (audience and kind of identity), takes the quota, parses the body and says no in the shape of
 * the surface. Tokens are judged by the wire's clock, records are dated by the business clock. */
#ifndef SANDBOX_AZURE_AZURE_H
#define SANDBOX_AZURE_AZURE_H

#include "tests/sandbox/azure/account.h"
#include "tests/sandbox/internal.h"

struct azure; /* everything that Microsoft keeps; in struct sandbox as `azure` */

/* Who calls: an application alone, or with a person. */
enum azure_identity { AZURE_APP = 1 << 0, AZURE_USER = 1 << 1 };

struct azure_call;

/* One API: where its paths begin, whom its tokens are for, and how it says no. */
struct azure_surface {
    const char *base;      /* "/rp/product-ingestion" */
    const char *audience;  /* "https://graph.microsoft.com"; surfaces that share it share a quota */
    unsigned identities;   /* enum azure_identity bits that it takes */
    const char *answer_id; /* header that names the answer; NULL: "request-id" */
    const char *echo;      /* header that comes back as it was sent; NULL: "client-request-id" */
    const char *link;      /* member with the next page; NULL: it has none */
    const char *link_base; /* what stands before the "?" in it */
    /* Puts the failure into the answer. What azure.c refuses by itself it calls unauthenticated
     * (401), accessDenied (403; `reason` 900329: application-only), tooManyRequests (429),
     * itemNotFound (404), methodNotAllowed (405), invalidRequest (400, 411, 415),
     * generalException (500) and serviceNotAvailable (503): a surface with other words goes by
     * `status`. Retry-After is added afterwards. */
    void (*report)(struct azure_call *call, struct sandbox_response *response);
};
extern const struct azure_surface azure_ingestion_surface, azure_referrals_surface,
    azure_webhooks_surface, azure_saas_surface, azure_insights_surface;

struct azure_route {
    const char *method;
    const char *path;      /* below the base: "/product", "/configure/{}/status"; {} is a segment */
    const char *operation; /* for faults and counts; of a listing, "List…": "ListProducts" */
    int (*handle)(struct azure_call *call);
};
struct azure_routes {
    const struct azure_surface *surface;
    const struct azure_route *routes;
    size_t count;
};
extern const struct azure_routes azure_ingestion_routes, azure_referral_routes,
    azure_webhook_routes, azure_saas_routes, azure_insight_routes;

#define AZURE_SEGMENTS 4

/* One call, from its request to its answer. A handler fills status, body and headers and returns 0,
 * or returns what fail() does. */
struct azure_call {
    struct sandbox *sandbox;
    struct azure *azure;
    struct arena *arena; /* lives as long as the call */
    const struct sandbox_request *request;
    const struct azure_surface *surface;
    const struct azure_route *route;
    const char *segments[AZURE_SEGMENTS]; /* what stood for each {} */
    const struct json *query;             /* decoded texts by name; "%24version" is "$version" */
    const struct json *body;              /* NULL: none was sent */
    enum azure_identity identity;
    bool admin;               /* the person is a Referrals admin, else a Referrals user */
    struct failure *failure;  /* `type` is the surface's code: "badRequest", "preconditionFailed" */
    const struct fault *fate; /* of a kind that azure.c does not know: a job that fails, … */
    int status;               /* 200 unless the handler says otherwise */
    struct json *answer;      /* NULL: no body */
    const char *text;         /* instead of `answer`: another body, of type `content_type` */
    const char *content_type;
    struct sandbox_response *response; /* for headers: response_header() */
};

/* A record of whatever kind, with a document of its own. */
struct azure_record {
    struct arena *arena; /* of the document; made anew with each write */
    struct json *document;
    char *id;
    int64_t made_ms, moved_ms; /* business clock; moved_ms never stands still */
    long long revision;        /* counts writes; eTags are made of it */
};
struct azure_table {
    struct azure_record **records; /* in the order they were added */
    size_t count, capacity;
    struct map *by_id;
};
struct azure_record *azure_find(const struct azure_table *table, const char *id);
/* Takes copies. */
struct azure_record *azure_add(struct azure_table *table, const char *id,
                               const struct json *document, int64_t now_ms);
void azure_write(struct azure_record *record, const struct json *document, int64_t now_ms);
void azure_remove(struct azure_table *table, const char *id);
void azure_table_free(struct azure_table *table);
struct json *azure_table_describe(struct arena *arena, const struct azure_table *table);
void azure_table_read(struct azure_table *table, const struct json *rows);

/* How much of a host's quota is left. Rates are not published: 10 calls a second, 20 at once. */
struct azure_quota {
    const char *audience;
    int64_t millicalls, filled_ms;
};
#define AZURE_QUOTAS 8
/* Seconds to wait, 0: the call may go on. Each refused call counts, too. */
int64_t azure_quota_take(struct sandbox *sandbox, const char *audience);

/* What each part keeps. Each has new, free, seed, run (the clock's work), describe and read (the
 * snapshot's part), in its own file. */
struct azure_parts {
    struct azure_identities *identities; /* tokens.c: secrets, refresh tokens, codes */
    struct azure_deals *deals;           /* referrals.c: referrals and webhook registrations */
    struct azure_market *market;         /* ingestion.c: products, offers, jobs, subscriptions */
};
struct azure {
    struct azure_parts parts;
    long long made; /* identifiers made so far */
    struct azure_quota quotas[AZURE_QUOTAS];
};

/* A part: azure.c walks over the table of them. */
struct azure_part {
    const char *name; /* member of the snapshot */
    void (*open)(struct azure *azure);
    void (*close)(struct azure *azure);
    void (*seed)(struct sandbox *sandbox);
    void (*run)(struct sandbox *sandbox);
    struct json *(*describe)(const struct azure *azure, struct arena *arena);
    int (*read)(struct azure *azure, const struct json *row, struct error *error);
};
extern const struct azure_part azure_identity_part, azure_deal_part, azure_market_part;

/* A guid that nothing has yet: the same seed and the same calls give the same ones. */
const char *azure_new_guid(struct sandbox *sandbox, struct arena *arena);
/* "2026-02-23T02:05:23.2931817Z": seven digits, as these services write. */
const char *azure_instant(struct arena *arena, int64_t ms);

/* Control endpoints of each file, and what they look like: control.h. */
struct control_rows;
extern const struct control_rows azure_identity_controls, azure_deal_controls,
    azure_market_controls;

/* For sandbox.c. */
/* ERROR_INPUT if an option of Microsoft's side is impossible. */
int azure_check(const struct sandbox_options *options, struct error *error);
void azure_sandbox_open(struct sandbox *sandbox); /* parts made, empty */
void azure_seed(struct sandbox *sandbox);
void azure_sandbox_close(struct sandbox *sandbox);
void azure_run(struct sandbox *sandbox);
/* True if the path is one of Microsoft's; then the call is answered. */
bool azure_handle(struct sandbox *sandbox, const struct sandbox_request *request,
                  struct arena *arena, struct sandbox_response *response);
void azure_describe(const struct sandbox *sandbox, struct arena *arena, struct json *root);
int azure_read(struct sandbox *sandbox, const struct json *root, struct error *error);
bool azure_operation(const char *name); /* one that faults and counts know */

#endif
