/* Where the keys that sign come from: an ordered table of providers, each of which finds keys, has
 * nothing to say, or fails. Follows the order of the vendor's own tools: a stated source that does
 * not work is an error, never a reason to try the next one.
 *
 * An instance stands for one identity; an account that needs two (one for co-sell, one for the
 * seller account) has two of them, with another profile each. */
#ifndef CONNECTORS_AWS_CREDENTIALS_H
#define CONNECTORS_AWS_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/log.h"
#include "base/secret.h"
#include "model/settings.h"
#include "net/har.h"
#include "net/loop.h"

struct aws_keys {
    const char *access_key_id;
    const struct secret *secret_access_key;
    const struct secret *session_token; /* NULL: long-term keys */
    int64_t expires_ms;                 /* 0: never, or not said */
    const char *source;                 /* "profile alliance (credential_process)" */
};

struct aws_credentials_options {
    const struct settings *settings; /* of clouds.aws; may be NULL */
    const char *profile;             /* that our own configuration names; NULL: none */
    bool profile_only; /* keys that our own configuration holds are another identity's */
    const char *(*env)(void *context, const char *name);
    void *env_context;
    struct loop *loop;
    const struct log *log; /* may be NULL */
    struct har *har;       /* for calls of AWS STS; may be NULL */
};

struct aws_credentials;

/* Reads nothing yet. The options' pointers must outlive the credentials. */
struct aws_credentials *aws_credentials_new(const struct aws_credentials_options *options);
/* NULL is fine. A refresh that is under way ends without calling back. */
void aws_credentials_free(struct aws_credentials *credentials);

/* The keys to sign with, or NULL before the first successful refresh. */
const struct aws_keys *aws_credentials_keys(const struct aws_credentials *credentials);
/* True if a refresh should come before the next call: none yet, or within 15 minutes of their end.
 */
bool aws_credentials_due(const struct aws_credentials *credentials, int64_t now_ms);
/* Asks the providers in order, one round at a time, and calls `ready`, possibly at once, with NULL
 * or the failure. While the old keys are good for 10 minutes more, a failure is logged, keeps them
 * and is tried again a minute later; the caller is told of success then. */
void aws_credentials_refresh(struct aws_credentials *credentials,
                             void (*ready)(void *context, const struct error *error),
                             void *context);

/* Splits a command line as a shell would ('…', "…", \), without running one. NULL-ended;
 * ERROR_INPUT on an open quote or no word. */
struct arena;
int aws_split_words(struct arena *arena, const char *line, char ***ret_argv, struct error *error);

#endif
