/* Who may call: the account's own keys, and the temporary ones that this sandbox hands out under
 * the real paths of AWS STS, the container endpoint and the instance metadata. */
#ifndef SANDBOX_IDENTITY_H
#define SANDBOX_IDENTITY_H

#include "tests/sandbox/internal.h"

struct identity {
    char *access_key, *secret;
    char *token; /* NULL: long-lived keys */
    char *arn;
    int64_t expires_ms; /* by the wire's clock; 0: never */
};

/* The identity of a key, NULL if there is none. It lives until the next one is made. */
const struct identity *identity_find(const struct sandbox *sandbox, const char *access_key);
/* Makes temporary keys that live for `seconds`, or for as long as the options say. */
const struct identity *identity_make(struct sandbox *sandbox, const char *arn, long long seconds);
void identity_free_all(struct sandbox *sandbox);
int64_t identity_now(const struct sandbox *sandbox); /* the wire's clock */

/* Answers if the request is one of these services'; false: it is not. */
bool sts_handle(struct sandbox *sandbox, const struct sandbox_request *request, struct arena *arena,
                struct sandbox_response *response);
bool metadata_handle(struct sandbox *sandbox, const struct sandbox_request *request,
                     struct arena *arena, struct sandbox_response *response);
/* Their operations, by the names that faults and statistics know them by. */
bool identity_operation(const char *name);

/* ---- Shared with sandbox.c. */
void answer_begin(struct sandbox *sandbox, struct arena *arena, struct sandbox_response *response,
                  const char *content_type);
void answer_body(struct sandbox_response *response, int status, const char *body);
const char *answer_guid(struct sandbox *sandbox, struct arena *arena); /* by chance */
const char *answer_date(struct sandbox *sandbox, struct arena *arena); /* as the wire has it */
void answer_count(struct sandbox *sandbox, const char *operation, int status);
/* A fault that comes instead of these services: true if the call ends here. */
bool answer_fault(struct sandbox *sandbox, const char *operation,
                  struct sandbox_response *response);

#endif
