/* OAuth 2.0 token endpoints (RFC 6749): the form that asks, the answer that grants. */
#ifndef NET_OAUTH_H
#define NET_OAUTH_H

#include "base/arena.h"
#include "base/secret.h"
#include "base/text.h"
#include "net/http.h"

/* Adds name=value to a form, both percent-encoded; NULL adds nothing. */
void oauth_field(struct text *form, const char *name, const char *value);
/* Everything but letters, digits and -_.~ as %XX. */
const char *oauth_encode(struct arena *arena, const char *text);
/* A POST of the form; the body's copy in the arena is the caller's to wipe (oauth_wipe). */
void oauth_post(struct arena *arena, const char *url, const struct text *form,
                struct http_request *ret_request);
void oauth_wipe(const struct http_request *request);

struct oauth_grant {
    struct secret *access_token;
    struct secret *refresh_token; /* NULL: none was given */
    int64_t life_ms;              /* from when it was asked for; clamped to a day */
};
void oauth_grant_clear(struct oauth_grant *grant);
/* The answer of status 200. Numbers may be texts, and a service may say `expires_on` (Unix seconds)
 * instead of `expires_in`: then `now_ms` tells the life. */
int oauth_read(const struct http_response *response, int64_t now_ms, struct oauth_grant *ret_grant,
               struct error *error);

#endif
