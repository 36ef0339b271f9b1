/* Who may call Microsoft's side, and the endpoints that say so: the token endpoint of Entra ID, the
 * instance metadata and App Service's. */
#ifndef SANDBOX_AZURE_IDENTITIES_H
#define SANDBOX_AZURE_IDENTITIES_H

#include "tests/sandbox/azure/azure.h"

#define AZURE_TOKEN_S    3599
#define AZURE_MANAGED_S  86399
#define AZURE_REFRESH_MS (INT64_C(90) * 24 * 3600 * 1000) /* from issue; not configurable */

/* An access token: opaque, remembered until it is expired; a restart forgets it. */
struct azure_access {
    char *text;
    const char *audience;
    enum azure_identity identity;
    int64_t expires_ms; /* by the wire's clock */
};
const struct azure_access *azure_access_find(const struct sandbox *sandbox, const char *text);
const struct azure_access *azure_access_make(struct sandbox *sandbox, const char *audience,
                                             enum azure_identity identity, int64_t seconds);

/* A refresh token. Each use makes another one; the old one lives on. */
struct azure_refresh {
    char *text;
    int64_t issued_ms; /* business clock */
    bool revoked;
};
const struct azure_refresh *azure_refresh_find(const struct sandbox *sandbox, const char *text);
const struct azure_refresh *azure_refresh_make(struct sandbox *sandbox);

/* A code: proof that a person has signed in, to be used once and at once. */
struct azure_code {
    char *text, *redirect, *challenge, *scope;
    int64_t expires_ms; /* by the wire's clock */
};

struct azure_identities {
    struct azure_access *accesses;
    size_t access_count, access_capacity;
    struct azure_refresh *refreshes;
    size_t refresh_count, refresh_capacity;
    struct azure_code *codes;
    size_t code_count, code_capacity;
    struct map *assertions;        /* jti of those that were used; the values say nothing */
    bool needs_mfa, lacks_consent; /* until the person signs in again */
    bool denies;                   /* the next sign-in ends with access_denied */
    bool is_admin;                 /* Referrals admin, else Referrals user */
};

const char *azure_code_make(struct sandbox *sandbox, const char *redirect, const char *challenge,
                            const char *scope);
/* Takes it out, for a code serves once. False: unknown, used or too old. The caller frees it. */
bool azure_code_take(struct sandbox *sandbox, const char *text, struct azure_code *ret_code);
void azure_code_free(struct azure_code *code); /* what it points at */

/* ---- Assertions (assertion.c). */
/* True if the JWT is signed by the certificate of the file, is for this token endpoint, and is new.
 * `ret_why` says what speaks against it. */
bool azure_assertion_holds(struct sandbox *sandbox, const struct sandbox_request *request,
                           const char *jwt, const char **ret_why);
int azure_certificate_check(const char *path, struct error *error);

/* ---- Endpoints. */
/* The audience that `resource` names, NULL if there is none; the slash at the end is no matter. */
const char *azure_known_audience(const char *resource);
bool azure_tokens_handle(struct sandbox *sandbox, const struct sandbox_request *request,
                         struct arena *arena, struct sandbox_response *response);
/* managed.c: answers if the path is one of the identity endpoints of machines. */
bool azure_managed_handle(struct sandbox *sandbox, const struct sandbox_request *request,
                          struct arena *arena, struct sandbox_response *response);
bool azure_identity_operation(const char *name);

#endif
