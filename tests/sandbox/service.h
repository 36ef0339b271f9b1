/* Three services behind one address: Partner Central Selling, Marketplace Catalog and Marketplace
 * Agreement. A row each says how its calls look; path and target tell which one is meant. */
#ifndef SANDBOX_SERVICE_H
#define SANDBOX_SERVICE_H

#include "tests/sandbox/internal.h"

struct service {
    const char *signing_name;
    const char *content_type; /* of its answers, and of requests with a body */
    const char *target;       /* prefix of X-Amz-Target; NULL: paths tell the operations */
    const struct operation *(*find)(const char *name);
    const char *catalog, *token; /* how it spells Catalog and NextToken */
    const char *const *catalogs; /* that it knows */
    const char *broken;          /* what it calls its own failures */
    int conflict_status;         /* for a client token that stands for another body */
    const char *conflict, *conflict_text;
    /* Puts the failure into the answer. */
    void (*report)(const struct failure *failure, struct sandbox_response *response);
};

extern const struct service service_selling, service_catalog, service_agreement;

/* The service that a request is for, and its operation: NULL if there is none. */
const struct service *service_of(const struct sandbox_request *request,
                                 const struct operation **ret_operation);

/* The request's document: its body, or its query with the names written as members. */
int service_parse(struct call_context *call, const struct sandbox_request *request);

void response_header(struct sandbox_response *response, const char *name, const char *value);

#endif
