/* Requests of AWS services on their way out: where they go, and what signs them. */
#ifndef CONNECTORS_AWS_SIGN_H
#define CONNECTORS_AWS_SIGN_H

#include "connectors/aws/credentials.h"
#include "connectors/aws/sigv4.h"

/* Adds date, token and signature. Texts are made in the arena. */
void aws_sign(struct arena *arena, struct http_request *request, const struct aws_keys *keys,
              const struct sigv4_scope *scope);

struct aws_endpoint {
    const char *configured; /* by our own configuration; NULL: not */
    const char *by;         /* its name there */
    const char *variable;   /* of the environment, for this service alone */
    const char *standard;   /* the vendor's address */
    const char *(*env)(void *context, const char *name);
    void *env_context;
};
/* Where the service is: what is configured, else the environment's overrides, else the vendor's
 * address; with a slash at the end. ERROR_INPUT if it is no usable address. */
int aws_endpoint_url(struct arena *arena, const struct aws_endpoint *endpoint, const char **ret_url,
                     struct error *error);

#endif
