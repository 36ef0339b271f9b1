/* One open account at AWS: builds requests of the three services, signs each attempt, reads errors.
 * All three live in us-east-1 only, whatever region the partner works in. */
#ifndef CONNECTORS_AWS_CLIENT_H
#define CONNECTORS_AWS_CLIENT_H

#include "base/arena.h"
#include "base/json.h"
#include "connectors/aws/credentials.h"
#include "connectors/connector.h"
#include "net/session.h"

#define AWS_REGION "us-east-1"

/* A row each in client.c: host, signing name, protocol, variable that moves it. */
enum aws_service { AWS_SELLING, AWS_CATALOG, AWS_AGREEMENT, AWS_SERVICES };

/* Quota families. Whether the published numbers of Partner Central count per operation or per class
 * is not said; the class is the safe reading. */
#define AWS_READ               "selling-read"
#define AWS_WRITE              "selling-write"
#define AWS_LIST_ENTITIES      "catalog-list"
#define AWS_DESCRIBE_ENTITY    "catalog-describe"
#define AWS_START_CHANGE_SET   "catalog-start"
#define AWS_LIST_CHANGE_SETS   "catalog-list-sets"
#define AWS_DESCRIBE_SET       "catalog-describe-set"
#define AWS_CANCEL_CHANGE_SET  "catalog-cancel"
#define AWS_SEARCH_AGREEMENTS  "agreement-search"
#define AWS_DESCRIBE_AGREEMENT "agreement-describe"
#define AWS_AGREEMENT_TERMS    "agreement-terms"
#define AWS_IDENTITY           "identity" /* no published quota */

#define AWS_MARKETPLACE "AWSMarketplace" /* the only catalog of Catalog and Agreement */

struct cloud {
    struct arena *arena; /* lives as long as the account */
    const char *catalog; /* of Partner Central: "AWS" or "Sandbox" */
    const char *urls[AWS_SERVICES];
    const char *sts_url, *sts_region;
    int64_t change_set_poll_ms; /* between two looks at a change set */
    int64_t patience_ms;        /* how long a run waits for what the cloud works on */
    struct loop *loop;
    const struct log *log;
    struct aws_credentials *credentials; /* Partner Central, and STS */
    struct aws_credentials *seller;      /* Catalog and Agreement; may be the same object */
    struct session *session;
    /* The refresh of the seller's that is under way. */
    session_ready *seller_ready;
    void *seller_context;
};

extern const struct quota aws_quotas[]; /* aws.c */
extern const size_t aws_quota_count;

int aws_open(const struct connector_env *env, const struct settings *settings,
             struct cloud **ret_cloud, struct error *error);
void aws_close(struct cloud *cloud); /* NULL is fine */
void aws_status(struct cloud *cloud, struct cloud_status *ret_status);

/* A body that carries the account's catalog, as every operation of Partner Central wants it. */
struct json *aws_body(const struct cloud *cloud, struct arena *arena);
/* Fills a request; everything in it lives in the arena. Selling and Agreement: a POST with a
 * target. */
void aws_request(const struct cloud *cloud, struct arena *arena, const char *operation,
                 const struct json *body, struct http_request *ret_request);
void aws_agreement_request(const struct cloud *cloud, struct arena *arena, const char *operation,
                           const struct json *body, struct http_request *ret_request);
/* Catalog: POST /<operation> with a body. */
void aws_catalog_request(const struct cloud *cloud, struct arena *arena, const char *operation,
                         const struct json *body, struct http_request *ret_request);
/* Catalog: `method` /<operation>?catalog=AWSMarketplace&<name>=<value>, without a body:
 * DescribeEntity and DescribeChangeSet (GET), CancelChangeSet (PATCH). */
void aws_catalog_query(const struct cloud *cloud, struct arena *arena, const char *method,
                       const char *operation, const char *name, const char *value,
                       struct http_request *ret_request);
/* The body of SearchAgreements for purchases from us, by one more filter if `name` is not NULL.
 * Only listed combinations of filters are legal, with exactly one value each. */
struct json *aws_agreement_search(struct arena *arena, const char *name, const char *value);
/* For the session (see session_ops); public for the tests. */
int aws_judge(void *cloud, const struct http_response *response, bool *ret_auth_refresh,
              struct error *error);
/* Where requests of a service go: the setting `endpoint_url` (which moves all of AWS, STS too),
 * else the environment's override, else the vendor's host. */
int aws_endpoint(struct arena *arena, const struct connector_env *env,
                 const struct settings *settings, enum aws_service service, const char **ret_url,
                 struct error *error);

#endif
