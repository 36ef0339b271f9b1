/* Where an external account's foreign token comes from: `credential_source` of its file. A file
 * and an address are read anew for every exchange, since what they hold rotates; a program is run
 * only if the setting executable_source says so. */
#ifndef CONNECTORS_GCP_SUBJECT_H
#define CONNECTORS_GCP_SUBJECT_H

#include "connectors/gcp/credentials.h"
#include "net/oauth.h"

/* What the source must be. ERROR_INPUT also for what Google knows and this program does not. */
int gcp_subject_check(const struct gcp_reading *in, const struct json *source);

/* From a file or a program; no access_token in it: the source is an address (gcp_subject_request).
 * life_ms: what is known of the token's own life, else 0. */
int gcp_subject_make(struct arena *arena, const struct gcp_tokens_options *options,
                     const struct gcp_credentials *credentials, int64_t now_ms,
                     struct oauth_grant *ret_made, struct error *error);
int gcp_subject_request(struct arena *arena, const struct gcp_credentials *credentials,
                        struct http_request *ret_request, struct error *error);
int gcp_subject_read(const struct gcp_credentials *credentials, const char *body, size_t length,
                     struct oauth_grant *ret_made, struct error *error);
/* What is left of a life whose end, in seconds since 1970, an outsider tells: 0 if it is over or
 * not said (0), twelve hours at most. */
int64_t gcp_subject_life_ms(long long ends_s, int64_t now_ms);

#endif
