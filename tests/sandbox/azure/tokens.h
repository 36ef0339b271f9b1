/* What the files of the token endpoint share. */
#ifndef SANDBOX_AZURE_TOKENS_H
#define SANDBOX_AZURE_TOKENS_H

#include "tests/sandbox/azure/identities.h"

struct token_call {
    struct sandbox *sandbox;
    struct azure_identities *identities;
    struct arena *arena;
    const struct sandbox_request *request;
    struct sandbox_response *response;
    const struct json *form; /* of a sign-in: its query */
    bool v1;
    struct json *answer;
};

enum token_refusal {
    TOKEN_BAD_FORM,
    TOKEN_MISSING,
    TOKEN_NO_TENANT,
    TOKEN_COMMON_TENANT,
    TOKEN_NO_APPLICATION,
    TOKEN_NO_PROOF,
    TOKEN_WRONG_SECRET,
    TOKEN_BAD_ASSERTION,
    TOKEN_BAD_GRANT,
    TOKEN_NO_RESOURCE,
    TOKEN_BAD_SCOPE,
    TOKEN_BAD_CODE,
    TOKEN_BAD_VERIFIER,
    TOKEN_BAD_REDIRECT,
    TOKEN_BAD_REFRESH,
    TOKEN_OLD_REFRESH,
    TOKEN_REVOKED,
    TOKEN_NEEDS_MFA,
    TOKEN_NO_CONSENT,
    TOKEN_THROTTLED,
    TOKEN_UNAVAILABLE,
    TOKEN_BROKEN,
    TOKEN_FORBIDDEN,
};

/* Puts the refusal into the answer; `detail` may be NULL. */
int token_refuse(struct token_call *call, enum token_refusal what, const char *detail);
int token_missing(struct token_call *call, const char *name);
/* A text of the form, NULL if it is not there or empty. */
const char *token_field(const struct token_call *call, const char *name);

/* The one audience that a scope names, and the one that the form asks for. `person`: for an
 * application with a person. */
int token_scope(struct token_call *call, const char *scope, bool person, const char **ret_audience);
int token_resource(struct token_call *call, bool person, const char **ret_audience);
/* Makes the answer with an access token. */
void token_give(struct token_call *call, const char *audience, enum azure_identity identity);

/* sign_in.c: the page on which a person signs in, and the code that comes of it. */
int token_sign_in(struct token_call *call);
int token_by_code(struct token_call *call);

#endif
