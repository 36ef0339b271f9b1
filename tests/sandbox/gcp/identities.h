/* Who may call Google's side, and the endpoints that say so. */
#ifndef SANDBOX_GCP_IDENTITIES_H
#define SANDBOX_GCP_IDENTITIES_H

#include "tests/sandbox/gcp/gcp.h"

struct gcp_identities {
    struct gcp_access *accesses;
    size_t access_count, access_capacity;
    /* What a person may change (credentials.c); in the snapshot. */
    bool key_revoked;     /* the service account's */
    bool sign_in_ended;   /* the person's refresh token is void */
    bool channel_granted; /* domain-wide delegation of the scope */
    bool crm_granted;
    bool roles_granted; /* Service Account Token Creator */
    bool pool_disabled;
    bool ends_unsaid;        /* STS leaves expires_in out */
    long long metadata_life; /* seconds that the metadata server's next token has left */
};

/* Copies the texts; `subject` may be NULL. */
const struct gcp_access *gcp_access_make(struct sandbox *sandbox, const char *principal,
                                         const char *subject, const char *scopes, int64_t seconds);

/* ---- What is signed (assertion.c). */
struct gcp_assertion {
    const char *principal;
    const char *subject; /* NULL: nobody else */
    const char *scopes;
    const char *host; /* of a token itself: the one service that it is for; NULL: any */
};
enum gcp_objection {
    GCP_HOLDS,
    GCP_NO_JWT,
    GCP_BAD_KEY,   /* kid, signature, or a key that was revoked */
    GCP_BAD_TIMES, /* iat, exp */
    GCP_BAD_CLAIMS,
    GCP_BAD_SCOPE,
    GCP_NO_PERSON,
    GCP_NOT_GRANTED /* the person's domain has not delegated the scope */
};
/* For the token endpoint at `audience`. `ret_why`: a sentence. */
enum gcp_objection gcp_assertion_check(const struct sandbox *sandbox, struct arena *arena,
                                       const char *jwt, const char *audience,
                                       struct gcp_assertion *ret_assertion, const char **ret_why);
/* As an access token by itself: of the account for itself, for a scope or one service's host. */
bool gcp_assertion_is_token(const struct sandbox *sandbox, struct arena *arena, const char *jwt,
                            struct gcp_assertion *ret_assertion, int64_t *ret_expires_ms);
/* As IAM signs for the account. */
const char *gcp_assertion_sign(struct arena *arena, const char *account, const struct json *claims);
bool gcp_scopes_known(const char *scopes); /* one or more, with blanks between */

/* ---- Endpoints (tokens.c, iam.c). */
/* Answers if the path is one of a token endpoint, of STS, of IAM Credentials or of the metadata
 * server; false: it is none of these. */
bool gcp_identity_handle(struct sandbox *sandbox, const struct sandbox_request *request,
                         struct arena *arena, struct sandbox_response *response);
bool gcp_identity_operation(const char *name);

struct gcp_token_call {
    struct sandbox *sandbox;
    struct gcp_identities *identities;
    struct arena *arena;
    const struct sandbox_request *request;
    struct sandbox_response *response;
    const struct json *form;
    const char *account, *verb; /* of IAM's paths */
};
void gcp_iam_handle(struct gcp_token_call *call);
void gcp_iam_refuse(struct gcp_token_call *call, int status, const char *code, const char *message);

extern const struct control_rows gcp_identity_controls; /* credentials.c */

#endif
