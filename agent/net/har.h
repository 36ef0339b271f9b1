/* HAR 1.2 of every exchange, redacted: Authorization keeps scheme, credential scope and signed
 * headers, and loses the signature and the key's own id is kept readable only as its first 4 signs;
 * security tokens, cookies and secrets in forms and JSON answers of token endpoints read REDACTED.
 */
#ifndef NET_HAR_H
#define NET_HAR_H

#include "base/error.h"
#include "net/http.h"

struct har;
/* The file is created at once (0600) and is a valid HAR after every entry. Nothing is emptied that
 * another process is recording in: ERROR_INPUT. */
int har_open(const char *path, const char *creator_version, struct har **ret_har,
             struct error *error);
/* `response` NULL: no answer came. */
void har_add(struct har *har, int64_t started_ms, const struct http_request *request,
             const struct http_response *response);
int har_close(struct har *har, struct error *error); /* NULL is fine; tells of write errors */

#endif
