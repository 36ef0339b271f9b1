/* How a token is asked for, and what the token endpoint says no with. Inside tokens.c's affairs. */
#ifndef CONNECTORS_AZURE_GRANT_H
#define CONNECTORS_AZURE_GRANT_H

#include "connectors/azure/tokens.h"

/* How the application proves itself. */
enum grant_proof {
    PROOF_SECRET,
    PROOF_CERTIFICATE,
    PROOF_FEDERATED,         /* a file with somebody else's assertion */
    PROOF_MANAGED,           /* the machine's own identity is the caller */
    PROOF_MANAGED_FEDERATED, /* the machine's own identity vouches for the application */
};

/* What the settings, and where they are silent the environment, say. Lives with the tokens. */
struct grant_setup {
    const struct azure_tokens_options *options;
    enum grant_proof proof;
    const char *tenant, *client;
    const char *authority; /* with a slash at its end */
    bool v1;               /* the older token endpoint */
    const char *federated; /* file */
    const char *managed;   /* "system", or the client id of a user-assigned identity */
    const char *identity_url, *identity_header; /* App Service; NULL: the instance's metadata */
    const char *saas_client; /* another application, for subscriptions; NULL: the same */
};
int grant_setup(struct arena *arena, const struct azure_tokens_options *options,
                struct grant_setup *ret_setup, struct error *error);
/* "client secret"; `ret_ends_ms`: when a certificate ends, 0: not known. */
const char *grant_describe(struct arena *arena, const struct grant_setup *setup,
                           int64_t *ret_ends_ms);

/* What is to be got. */
struct grant_wish {
    enum azure_audience audience;
    const char *refresh_token;              /* NULL: not by a person's sign-in */
    const char *code, *verifier, *redirect; /* of a sign-in under way; NULL: none */
    const char *assertion; /* what the machine's identity vouched with; NULL: not asked yet */
    int64_t now_ms;
    const char *jti; /* a guid */
};
/* The next request that leads to the token. `*ret_vouch`: it asks the machine's identity for the
 * assertion, the access_token of its answer. Texts in the arena; the body is to be wiped. */
int grant_request(struct arena *arena, const struct grant_setup *setup,
                  const struct grant_wish *wish, struct http_request *ret_request, bool *ret_vouch,
                  struct error *error);
/* An answer that grants nothing, by the vendor's number. vendor_code is "AADSTS…", or
 * "sign-in-lost" where a person has to sign in again. */
int grant_refused(const struct http_response *response, bool by_person, struct error *error);

#endif
