/* Query strings: decoded for the handlers, canonical for the signature. */
#ifndef SANDBOX_QUERY_H
#define SANDBOX_QUERY_H

#include "base/json.h"
#include "base/text.h"

/* The parameters as an object of decoded texts; a name that comes twice keeps its first value.
 * `query` may be NULL. */
struct json *query_parse(struct arena *arena, const char *query);

/* A form: like a query, but with blanks written as plus signs. NULL: a pair without "=", a name
 * twice, or a code that is none. */
struct json *query_parse_form(struct arena *arena, const char *bytes, size_t length);

/* Every name and value decoded and encoded anew, sorted by encoded name, then by encoded value. */
void query_canonical(const char *query, struct text *out);

/* Adds `text` with everything but letters, digits and -_.~ as %XX. */
void query_encode(struct text *out, const char *text);

#endif
