/* What must not be read in a recording: credentials in headers, URLs, forms and documents read
 * REDACTED. What a reader needs to follow a signature stays: scheme, scope, signed headers. */
#ifndef NET_HAR_REDACT_H
#define NET_HAR_REDACT_H

#include "base/arena.h"

/* Each returns its input if it holds no secret, else a copy in the arena. */
const char *redact_header(struct arena *arena, const char *name, const char *value);
const char *redact_url(struct arena *arena, const char *url);
/* By the media type (may be NULL), and by what the text looks like. */
const char *redact_body(struct arena *arena, const char *type, const char *text);
/* For a text of no known form: better nothing of it than a secret in it. */
const char *redact_unknown(const char *text);

char *redact_decode(char *text); /* percent signs and pluses of a query or form, in place */

#endif
