/* One open account at Microsoft: builds requests of the five services, puts the right token on each
 * attempt, reads errors in each one's shape.
 *
 * The services are told apart by their addresses; each wants a token for its own audience, and two
 * kinds of identity are at work: the application alone, and, for referrals, a person who has
 * signed in (tokens.h). */
#ifndef CONNECTORS_AZURE_CLIENT_H
#define CONNECTORS_AZURE_CLIENT_H

#include "base/arena.h"
#include "base/json.h"
#include "connectors/connector.h"
#include "net/session.h"

/* A row each in client.c: address, audience, identity, quota family, setting that moves it. */
enum azure_surface {
    AZURE_INGESTION, /* graph.microsoft.com/rp/product-ingestion */
    AZURE_REFERRALS, /* api.partner.microsoft.com/v1.0/engagements/referrals */
    AZURE_WEBHOOKS,  /* api.partnercenter.microsoft.com/webhooks/v1 */
    AZURE_INSIGHTS,  /* api.partnercenter.microsoft.com/insights/v1/cmp */
    AZURE_SAAS,      /* marketplaceapi.microsoft.com/api/saas */
    AZURE_SURFACES
};

/* Quota families, one per host: throttling counts per tenant and host, whatever the operation. */
#define AZURE_GRAPH       "graph"
#define AZURE_PARTNER     "partner"
#define AZURE_CENTER      "partner-center"
#define AZURE_MARKETPLACE "marketplace"

struct azure_tokens;

struct cloud {
    struct arena *arena; /* lives as long as the account */
    const struct settings *settings;
    const char *bases[AZURE_SURFACES]; /* with the path: "https://…/rp/product-ingestion" */
    const char *hosts[AZURE_SURFACES]; /* the vendor's own: "graph.microsoft.com" */
    const char *correlation;           /* a guid for all calls of this account while it is open */
    int64_t job_poll_ms;               /* between two looks at a configure job; not below 60 s
                                          but on this host */
    int64_t patience_ms;               /* how long a run waits for what the cloud works on */
    bool makes_report;                 /* a read has found no report of analytics and makes one */
    struct loop *loop;
    const struct log *log;
    struct azure_tokens *tokens;
    struct session *session;
};

extern const struct quota azure_quotas[]; /* azure.c */
extern const size_t azure_quota_count;

int azure_open(const struct connector_env *env, const struct settings *settings,
               struct cloud **ret_cloud, struct error *error);
void azure_close(struct cloud *cloud); /* NULL is fine */
void azure_status(struct cloud *cloud, struct cloud_status *ret_status);

/* Fills a request; everything in it lives in the arena. `path` is what follows the surface's base,
 * query included, already encoded: "/product?$version=2022-07-01"; "" for the base. `body` may be
 * NULL. Sets the headers that the surface wants (Content-Type, Accept, client-request-id, …);
 * others, If-Match for one, come by http_request_set(). */
void azure_request(const struct cloud *cloud, struct arena *arena, enum azure_surface surface,
                   const char *method, const char *path, const struct json *body,
                   struct http_request *ret_request);
/* The same for the next page: `path` without query, with the query of `link`, an untrusted URL that
 * an answer gave. Never goes anywhere but to the surface's own address; a link to a host that is
 * neither that nor the vendor's, or not over https, is refused (ERROR_PERMANENT), but for
 * referrals, whose documented links are http: there its query goes over https. */
int azure_request_next(const struct cloud *cloud, struct arena *arena, enum azure_surface surface,
                       const char *path, const char *link, struct http_request *ret_request,
                       struct error *error);
/* Percent-encoded for a query or a path segment: everything but letters, digits and -_.~ */
const char *azure_encode(struct arena *arena, const char *text);
/* A new guid, of the world's chance. */
const char *azure_guid(const struct cloud *cloud, struct arena *arena);
/* The quota family of a surface. */
const char *azure_family(enum azure_surface surface);

/* For the session (see session_ops); public for the tests. The class by status, as the vendor's
 * pages have it: 401 AUTH with refresh, 403 AUTH, 404 REFUSED, 408 429 503 504 THROTTLED or
 * TEMPORARY, 409 423 TEMPORARY (locked), 412 STALE, other 4xx REFUSED, 5xx TEMPORARY. vendor_code
 * is the deepest code of the body. */
int azure_judge(void *cloud, const struct http_response *response, bool *ret_auth_refresh,
                struct error *error);

#endif
