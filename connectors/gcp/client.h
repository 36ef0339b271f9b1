/* One open account at Google Cloud: builds requests of the four services, puts the right token on
 * each attempt, reads google.rpc.Status.
 *
 * The services are told apart by their addresses and, where one address serves all (a sandbox), by
 * the collection that a path begins with; each wants a token of its own scope (tokens.h). */
#ifndef CONNECTORS_GCP_CLIENT_H
#define CONNECTORS_GCP_CLIENT_H

#include "base/arena.h"
#include "base/json.h"
#include "connectors/connector.h"
#include "connectors/gcp/tokens.h"
#include "net/session.h"

/* A row each in client.c: address, version, collection, scope, quota family, settings. */
enum gcp_surface {
    GCP_PRODUCER,    /* commerceproducer.googleapis.com/v1beta/projects/… */
    GCP_PROCUREMENT, /* cloudcommerceprocurement.googleapis.com/v1/providers/… */
    GCP_CHANNEL,     /* cloudchannel.googleapis.com/v1alpha1/opportunities… */
    GCP_CRM,         /* cloudcrmpartners.googleapis.com/v1/partners/… */
    GCP_SURFACES
};

/* Quota families: a host each. */
#define GCP_PRODUCER_CALLS    "producer"
#define GCP_PROCUREMENT_CALLS "procurement"
#define GCP_CHANNEL_CALLS     "channel"
#define GCP_CRM_CALLS         "crm-partners"

struct cloud {
    struct arena *arena; /* lives as long as the account */
    const struct settings *settings;
    const char *bases[GCP_SURFACES]; /* with the version: "https://…/v1beta/" */
    const char *project;             /* that owns the products */
    const char *provider;            /* of procurement; NULL: entitlements are not read */
    const char *partner;             /* "partners/…" of Cloud Channel; NULL: none */
    /* The only location, as the setting or the service said; NULL: not asked yet (location.h). */
    const char *location;
    bool omits_partner;  /* this revision of opportunities:patch knows no parameter `partner` */
    bool gets_partner;   /* … and this one of opportunities:get wants it */
    int64_t poll_ms;     /* between two looks at an offer that is being published */
    int64_t patience_ms; /* how long a run waits for what the cloud works on */
    struct loop *loop;
    const struct log *log;
    struct gcp_tokens *tokens;
    struct session *session;
};

extern const struct quota gcp_quotas[]; /* gcp.c; one for each surface */
extern const size_t gcp_quota_count;

int gcp_open(const struct connector_env *env, const struct settings *settings,
             struct cloud **ret_cloud, struct error *error);
void gcp_close(struct cloud *cloud); /* NULL is fine */
void gcp_status(struct cloud *cloud, struct cloud_status *ret_status);

/* Fills a request; everything in it lives in the arena. `name` is the resource below the version,
 * with its verb: "projects/p/locations/l/privateOffers/1:publish"; all but letters, digits, -_.~
 * and / : is encoded. `query` is what follows the "?", already encoded; NULL: none. `body` may be
 * NULL. */
void gcp_request(const struct cloud *cloud, struct arena *arena, enum gcp_surface surface,
                 const char *method, const char *name, const char *query, const struct json *body,
                 struct http_request *ret_request);
/* Percent-encoded for a value of a query: everything but letters, digits and -_.~ */
const char *gcp_encode(struct arena *arena, const char *text);
/* True of what may become a part of a path, being no path itself: "." and ".." are. */
bool gcp_is_id(const char *text);
/* What follows the last '/' of a resource name; NULL: NULL. */
const char *gcp_bare_id(const char *name);
/* The quota family of a surface. */
const char *gcp_family(enum gcp_surface surface);

/* For the session (see session_ops); public for the tests. google.rpc.Status (AIP-193): the class
 * by status and ErrorInfo.reason; vendor_code is that reason, else the canonical code
 * ("FAILED_PRECONDITION"); RetryInfo is the wait; field and precondition violations are in the
 * message. */
int gcp_judge(void *cloud, const struct http_response *response, bool *ret_auth_refresh,
              struct error *error);

#endif
