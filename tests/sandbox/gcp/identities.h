/* Who may call Google's side, and the endpoints that say so. */
#ifndef SANDBOX_GCP_IDENTITIES_H
#define SANDBOX_GCP_IDENTITIES_H

#include "tests/sandbox/gcp/gcp.h"

struct gcp_identities {
    struct gcp_access *accesses;
    size_t access_count, access_capacity;
};

/* Copies the texts; `subject` may be NULL. */
const struct gcp_access *gcp_access_make(struct sandbox *sandbox, const char *principal,
                                         const char *subject, const char *scopes, int64_t seconds);

/* Answers if the path is one of a token endpoint, of STS, of IAM Credentials or of the metadata
 * server; false: it is none of these. */
bool gcp_identity_handle(struct sandbox *sandbox, const struct sandbox_request *request,
                         struct arena *arena, struct sandbox_response *response);
bool gcp_identity_operation(const char *name);

#endif
