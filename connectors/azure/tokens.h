/* Access tokens, one per audience, each fetched when it is first needed. Four of the audiences'
 * services take the application's own token; referrals take one that a person's sign-in gives.
 *
 * How the application proves itself is decided by which setting is there: client_secret,
 * certificate (a signed assertion), federated_token_file (a foreign one, read for every
 * exchange), managed_identity (directly, or, with client_id, as the foreign assertion). */
#ifndef CONNECTORS_AZURE_TOKENS_H
#define CONNECTORS_AZURE_TOKENS_H

#include "base/log.h"
#include "base/secret.h"
#include "model/settings.h"
#include "net/har.h"
#include "net/loop.h"
#include "net/session.h"

enum azure_audience {
    AZURE_FOR_GRAPH,
    AZURE_FOR_PARTNER, /* the person's */
    AZURE_FOR_CENTER,
    AZURE_FOR_MARKETPLACE,
    AZURE_AUDIENCES
};

struct azure_tokens_options {
    const struct settings *settings; /* of clouds.azure */
    const char *authority;           /* "https://login.microsoftonline.com/" */
    const char *(*env)(void *context, const char *name);
    void *env_context;
    struct loop *loop;
    const struct log *log; /* may be NULL */
    struct har *har;       /* may be NULL */
};

struct azure_tokens;

/* Nothing is fetched or read yet. ERROR_INPUT if the settings say no way, or two. The options'
 * pointers must outlive the tokens. */
int azure_tokens_new(const struct azure_tokens_options *options, struct azure_tokens **ret_tokens,
                     struct error *error);
/* NULL is fine. A fetch that is under way ends without calling back. */
void azure_tokens_free(struct azure_tokens *tokens);

/* To sign with; NULL before the first fetch. */
const struct secret *azure_tokens_get(const struct azure_tokens *tokens,
                                      enum azure_audience audience);
/* True if a fetch should come before the next call: none yet, within five minutes of the end, or
 * `force`, since it was refused. */
bool azure_tokens_due(const struct azure_tokens *tokens, enum azure_audience audience, bool force);
/* One fetch per audience at a time; calls `ready`, possibly at once. The person's: the next refresh
 * token is on the disk before the access token is used. */
void azure_tokens_fetch(struct azure_tokens *tokens, enum azure_audience audience,
                        session_ready *ready, void *context);

/* For people: "client secret", "certificate until 2027-01-31", … */
const char *azure_tokens_method(struct azure_tokens *tokens);
/* The sign-in as it is on the disk: 0, or why there is none. `ret_issued_ms`, `ret_ends_ms`: UTC.
 */
int azure_tokens_sign_in(struct azure_tokens *tokens, int64_t *ret_signed_in_ms,
                         int64_t *ret_issued_ms, int64_t *ret_ends_ms, struct error *error);
bool azure_tokens_has_sign_in(const struct azure_tokens *tokens); /* is configured */

/* ---- The one-time sign-in (authorization code with PKCE). */

/* The address for the person's browser. `redirect` is where it comes back to,
 * "http://localhost:8400"; `ret_state` must come back with it. */
int azure_tokens_login_url(struct azure_tokens *tokens, struct arena *arena, const char *redirect,
                           const char **ret_url, const char **ret_state, struct error *error);
/* Exchanges the code that came back, and stores the sign-in; then `ready`. */
void azure_tokens_login(struct azure_tokens *tokens, const char *code, session_ready *ready,
                        void *context);

#endif
