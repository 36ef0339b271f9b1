/* Where the keys that sign come from: an ordered table of providers, each of which finds keys, has
 * nothing to say, or fails. Follows the order of the vendor's own tools: a stated source that does
 * not work is an error, never a reason to try the next one. */
#ifndef CONNECTORS_AWS_CREDENTIALS_H
#define CONNECTORS_AWS_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/world.h"
#include "model/settings.h"

struct aws_keys {
    const char *access_key_id;
    const struct secret *secret_access_key;
    const struct secret *session_token; /* NULL: long-term keys */
    int64_t expires_ms;                 /* 0: never, or not said */
    const char *source;                 /* "profile alliance (credential_process)" */
};

struct aws_credentials_options {
    const struct settings *settings; /* of clouds.aws; may be NULL */
    const char *(*env)(void *context, const char *name);
    void *env_context;
    const struct world *world;
};

struct aws_credentials;

/* Reads nothing yet. The options' pointers must outlive the credentials. */
struct aws_credentials *aws_credentials_new(const struct aws_credentials_options *options);
void aws_credentials_free(struct aws_credentials *credentials); /* NULL is fine */

/* The keys to sign with, or NULL before the first successful refresh. */
const struct aws_keys *aws_credentials_keys(const struct aws_credentials *credentials);
/* True if a refresh should come before the next call: none yet, or within 15 minutes of their end.
 */
bool aws_credentials_due(const struct aws_credentials *credentials, int64_t now_ms);
/* Asks the providers in order. While the old keys are good for 10 minutes more, a failure keeps
 * them and is tried again a minute later; the caller is told 0 then. */
int aws_credentials_refresh(struct aws_credentials *credentials, int64_t now_ms,
                            struct error *error);

/* Splits a command line as a shell would ('…', "…", \), without running one. NULL-ended;
 * ERROR_INPUT on an open quote or no word. */
struct arena;
int aws_split_words(struct arena *arena, const char *line, char ***ret_argv, struct error *error);

#endif
