/* AWS Partner Central Selling, Marketplace Catalog and Marketplace Agreement on one table: an
 * emulator that refuses what the real services refuse; beside it AWS STS, the container endpoint
 * and the instance metadata, whose keys it takes. Microsoft's services stand on the same table, see
 * azure/azure.h.
 * The core knows neither sockets nor the wall clock: a request goes in, an answer comes out, and
 * time is what the `struct world` says plus what was added through the clock endpoint. So the same
 * code runs behind the loopback server (http.h) and in tests under a virtual clock.
 *
 * Two clocks. The wire's clock (the world's, plus options->skew_ms) judges signatures, expiry of
 * credentials and fills the Date header. The business clock (the world's, plus the offset that
 * options->now_ms or the clock endpoint made) dates records, moves reviews, change sets and
 * agreements, ages client and page tokens and refills quotas. Moving a review on by an hour thus
 * does not break a caller's signature.
 *
 * Where the vendor's text is silent, the stricter reading is built. */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "base/world.h"
#include "net/http.h"

#define SANDBOX_HOST_REGION "us-east-1"
#define SANDBOX_SERVICE     "partnercentral-selling"
#define SANDBOX_TARGET      "AWSPartnerCentralSelling."
#define SANDBOX_ACCOUNT     "111122223333"

/* Marketplace Catalog and Agreement sign alike. */
#define SANDBOX_MARKETPLACE      "aws-marketplace"
#define SANDBOX_AGREEMENT_TARGET "AWSMPCommerceService_v20200301."

/* What the marketplace begins with, in whatever seed: products of each type whose public offers
 * are released ("offer-" in place of "prod-"), and a resale authorization that a manufacturer
 * shares with the account. */
#define SANDBOX_PRODUCT    "prod-sandboxsaas01"
#define SANDBOX_AMI        "prod-sandboxami001"
#define SANDBOX_CONTAINER  "prod-sandboxcont01"
#define SANDBOX_MODEL      "prod-sandboxml0001"
#define SANDBOX_DATA       "prod-sandboxdata01"
#define SANDBOX_RESALE     "resaleauthz-sandboxshare1"
#define SANDBOX_BUYER      "444455556666" /* an account that nothing speaks against */
#define SANDBOX_ACCESS_KEY "AKIDSANDBOX"
#define SANDBOX_SECRET     "sandbox-secret"

/* What the services that hand out temporary keys want to hear. */
#define SANDBOX_WEB_TOKEN       "sandbox.web.identity"
#define SANDBOX_EXTERNAL_ID     "sandbox-external-id" /* of the role "External" */
#define SANDBOX_CONTAINER_ID    "sandbox-task"
#define SANDBOX_CONTAINER_TOKEN "sandbox-container-token"

/* Zeroed options are the defaults. Texts are copied. */
struct sandbox_options {
    uint64_t seed;
    size_t referrals;          /* how many opportunities to begin with */
    size_t invitations;        /* how many of AWS's to begin with */
    const char *catalog;       /* where they are: NULL is "AWS" */
    const char *unregistered;  /* catalog in which the account is no partner; NULL: none */
    const char *access_key;    /* NULL: SANDBOX_ACCESS_KEY */
    const char *secret;        /* NULL: SANDBOX_SECRET */
    const char *session_token; /* NULL: long-lived keys, a token is not wanted */
    int64_t expires_ms;        /* instant at which the credentials end; 0: never */
    int64_t skew_ms;           /* the wire's clock runs ahead by this */
    int64_t now_ms;            /* where the business clock starts; 0: at the world's time */
    unsigned rate;             /* quotas times this; 0: 1 */
    int64_t review_ms;         /* from submission to the reviewers' word; 0: 60 s */
    int64_t task_ms;           /* how long a submission task runs; 0: 2 s */
    int64_t session_ms;        /* life of temporary keys; 0: as the service has it */
    size_t products;           /* how many products to begin with, the five included; 0: those */
    size_t offers;             /* how many private offers, with agreements where accepted */
    int64_t set_ms;         /* how long a change set works; 0: 3 s, the first of them PREPARING */
    int64_t buyer_ms;       /* buyers accept after that time by themselves; 0: never */
    bool metadata_v1;       /* the instance metadata knows no tokens, as before version 2 */
    size_t azure_referrals; /* how many of Microsoft's referrals to begin with */
    size_t azure_offers;    /* how many of its private offers */
    size_t azure_products;  /* how many of its products; 0: one of each type */
    int64_t job_ms;         /* how long a configure job runs; 0: 3 s */
    size_t gcp_offers;      /* how many of Google's private offers to begin with */
    int64_t publish_ms;     /* how long publishing one takes, a review aside; 0: 3 s */
    const char *azure_certificate; /* PEM file with the application's certificate; NULL: none */
    const char *user_role;         /* of the person at Microsoft's: "admin" (NULL) or "user" */
    size_t gcp_opportunities;      /* how many of Google's opportunities; each kind comes first */
    int64_t confirm_ms;            /* until Google closes what is ready to close; 0: 60 s */
    bool gcp_older;                /* Cloud Channel's older revision: patch knows no `partner` */
    bool unknown_members;          /* some records carry members that no published model has */
    const char *state_path;        /* snapshot file, read at the start if it is there; NULL: none */
};

struct sandbox;

/* Makes the service; ERROR_INPUT if the snapshot cannot be read or an option is impossible. */
int sandbox_new(const struct sandbox_options *options, const struct world *world,
                struct sandbox **ret_sandbox, struct error *error);
void sandbox_free(struct sandbox *sandbox); /* NULL is fine */

struct sandbox_request {
    const char *method;
    const char *path;  /* "/", "/_sandbox/stats" */
    const char *query; /* without "?"; NULL or "": none */
    const struct http_header *headers;
    size_t header_count;
    const char *body;
    size_t body_length;
};

struct sandbox_response {
    int status;
    struct http_header headers[8]; /* names in lower case */
    size_t header_count;
    const char *body;
    size_t body_length;
    size_t sent_length; /* less than body_length: the body is cut there */
    int64_t delay_ms;   /* to be waited before anything is sent */
    bool dropped;       /* the connection ends without an answer */
};

/* Answers one request; what the answer points at lives in the arena. Paths under /_sandbox/ are the
 * control endpoints: unsigned, outside quotas and faults. */
void sandbox_handle(struct sandbox *sandbox, const struct sandbox_request *request,
                    struct arena *arena, struct sandbox_response *ret_response);

/* Adds a fault, `kind[:operation[:when[:parameter]]]`. Operation "" or "*" is any. When "" is every
 * call, "3" the third call only, "every-3" each third. Kinds: latency (parameter: milliseconds,
 * 1000), 429 (parameter: seconds of Retry-After), 500, 503, 401, 403, expired, reset, lost-after,
 * truncate, html (a page of a proxy), html500 (of a gateway), empty-list, short-list, repeat-token,
 * task-fails (the submission task that the call starts, by the service's fault; parameter 1: by the
 * record's); and of StartChangeSet, which need not be named, set-fails (the set ends FAILED by its
 * data; parameter 1: by the service's fault), set-half (FAILED by the service's fault, yet what it
 * creates is there as a draft; parameter 1: all that it asks for is done but the release),
 * set-stuck (APPLYING until the faults are cleared); and of Configure, which need not be named,
 * job-fails (the job ends failed by its data; a publishing one in certification; parameter 1: by
 * the service's fault), job-half (failed by the service's fault after all was applied; an offer
 * that comes last is left as a draft), job-stuck (running until the faults are cleared). Calls are
 * counted per fault, from when it was added. */
int sandbox_fault_add(struct sandbox *sandbox, const char *spec, struct error *error);
void sandbox_fault_clear(struct sandbox *sandbox);

/* For tests: the business clock, and the document of an opportunity as GetOpportunity would show it
 * (NULL if there is none; valid until the record is written next). */
int64_t sandbox_now(const struct sandbox *sandbox);
const struct json *sandbox_document(const struct sandbox *sandbox, const char *catalog,
                                    const char *id);
size_t sandbox_count(const struct sandbox *sandbox, const char *catalog); /* opportunities */
size_t sandbox_duplicates(const struct sandbox *sandbox); /* partner ids held more than once */

/* The same for the marketplace: the document of an entity as DescribeEntity would show it; how many
 * entities there are of a type ("Offer"), and agreements of an offer (NULL: of all); offers that
 * carry a [reference] at the end of their description which another one carries, too. */
const struct json *sandbox_entity(const struct sandbox *sandbox, const char *id);
size_t sandbox_entities(const struct sandbox *sandbox, const char *type);
size_t sandbox_agreements(const struct sandbox *sandbox, const char *offer);
size_t sandbox_offer_duplicates(const struct sandbox *sandbox);

/* The same for Microsoft's referrals: how many are the account's own, the document of one (of
 * whatever side), and externalReferenceIds that more than one of the own ones holds. */
size_t sandbox_azure_referrals(const struct sandbox *sandbox);
const struct json *sandbox_azure_referral(const struct sandbox *sandbox, const char *id);
size_t sandbox_azure_duplicates(const struct sandbox *sandbox);

/* The same for Microsoft's private offers: those that are there (deleted ones are not), one as a
 * read shows it (by its bare guid; NULL: none), those that have the notes of another one or its
 * name, beneficiary and dates; and SaaS subscriptions. */
size_t sandbox_azure_offers(const struct sandbox *sandbox);
const struct json *sandbox_azure_offer(const struct sandbox *sandbox, const char *guid);
size_t sandbox_azure_offer_duplicates(const struct sandbox *sandbox);
size_t sandbox_azure_subscriptions(const struct sandbox *sandbox);

/* The same for Google's private offers: how many, one as a full view shows it, how many were made
 * by a token (rid=) that another one has, or are alive beside another one of the same deal (crm=);
 * and entitlements. */
size_t sandbox_gcp_offers(const struct sandbox *sandbox);
const struct json *sandbox_gcp_offer(const struct sandbox *sandbox, struct arena *arena,
                                     const char *id);
/* The offer's documents without their names. */
struct json *sandbox_gcp_documents(const struct sandbox *sandbox, struct arena *arena,
                                   const char *offer);
size_t sandbox_gcp_offer_duplicates(const struct sandbox *sandbox);
size_t sandbox_gcp_entitlements(const struct sandbox *sandbox);

/* The same for Google's opportunities: how many a partner made, one as a read shows it (with or
 * without "opportunities/"; NULL: none), and [crm:...] tags that more than one of those carries. */
size_t sandbox_gcp_opportunities(const struct sandbox *sandbox);
const struct json *sandbox_gcp_opportunity(const struct sandbox *sandbox, const char *id);
size_t sandbox_gcp_duplicates(const struct sandbox *sandbox);

/* Signs a request as a client must, for tests that drive the core. `arena` holds the headers. */
struct sandbox_signer {
    const char *access_key, *secret, *session_token; /* NULL: the defaults, no token */
    const char *region, *service;                    /* NULL: the right ones */
    int64_t now_ms;
};
void sandbox_sign(struct arena *arena, const struct sandbox_signer *signer,
                  struct sandbox_request *request);

#endif
