/* One open account at Partner Central: builds awsJson1_0 requests, signs each attempt, reads
 * errors. All three services that matter live in us-east-1 only, whatever region the partner works
 * in. */
#ifndef CONNECTORS_AWS_CLIENT_H
#define CONNECTORS_AWS_CLIENT_H

#include "base/arena.h"
#include "base/json.h"
#include "connectors/connector.h"
#include "connectors/aws/credentials.h"
#include "net/session.h"

#define AWS_REGION          "us-east-1"
#define AWS_SELLING_SERVICE "partnercentral-selling"
#define AWS_SELLING_TARGET  "AWSPartnerCentralSelling"

/* Quota families. Whether the published numbers count per operation or per class is not said; the
 * class is the safe reading. */
#define AWS_READ     "selling-read"
#define AWS_WRITE    "selling-write"
#define AWS_IDENTITY "identity" /* no published quota */

struct cloud {
    struct arena *arena; /* lives as long as the account */
    const char *catalog; /* "AWS" or "Sandbox" */
    const char *url;     /* where every operation is posted */
    const char *sts_url, *sts_region;
    struct loop *loop;
    const struct log *log;
    struct aws_credentials *credentials;
    struct session *session;
};

enum { AWS_OPTIONS = 9, AWS_QUOTAS = 2 };
extern const struct option_row aws_options[AWS_OPTIONS];
extern const struct quota aws_quotas[AWS_QUOTAS];

int aws_open(const struct connector_env *env, const struct settings *settings,
             struct cloud **ret_cloud, struct error *error);
void aws_close(struct cloud *cloud); /* NULL is fine */
void aws_status(struct cloud *cloud, struct cloud_status *ret_status);

/* A body that carries the account's catalog, as every operation wants it. */
struct json *aws_body(const struct cloud *cloud, struct arena *arena);
/* Fills the request; everything in it lives in the arena. */
void aws_request(const struct cloud *cloud, struct arena *arena, const char *operation,
                 const struct json *body, struct http_request *ret_request);
/* The answer's body as an object. ERROR_TEMPORARY if it is none: something on the way spoke. */
int aws_parse(struct arena *arena, const struct http_response *response, struct json **ret_json,
              struct error *error);

/* For the session (see session_ops); public for the tests. */
int aws_judge(void *cloud, const struct http_response *response, bool *ret_auth_refresh,
              struct error *error);
/* Where requests go: the setting, else the environment's override, else the vendor's host. */
int aws_endpoint(struct arena *arena, const struct connector_env *env,
                 const struct settings *settings, const char **ret_url, struct error *error);

#endif
