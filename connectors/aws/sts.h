/* AWS STS beyond the credentials' own use of it: who we are. */
#ifndef CONNECTORS_AWS_STS_H
#define CONNECTORS_AWS_STS_H

#include <stdbool.h>

#include "base/arena.h"
#include "net/http.h"

#define STS_SERVICE "sts"
#define STS_CONTENT "application/x-www-form-urlencoded; charset=utf-8"
#define STS_VERSION "2011-06-15"
#define STS_REGION  "us-east-1" /* unless something else is said */

/* The region that the environment names, else `other`, else STS_REGION; ERROR_INPUT if it is no
 * region's name. */
int sts_region(const char *(*env)(void *context, const char *name), void *env_context,
               const char *other, const char **ret_region, struct error *error);
/* `configured`: the address that our own configuration names; NULL: none. */
int sts_url(struct arena *arena, const char *configured,
            const char *(*env)(void *context, const char *name), void *env_context,
            const char *region, const char **ret_url, struct error *error);

/* GetCallerIdentity, which needs no permission; unsigned as yet. */
void sts_identity_request(struct arena *arena, const char *url, struct http_request *ret_request);
/* "arn:aws:sts::…:assumed-role/…"; ERROR_TEMPORARY if the answer is none. */
int sts_identity(struct arena *arena, const struct http_response *response, const char **ret_arn,
                 struct error *error);

/* True if an answer is of STS: errors in XML. */
bool sts_speaks(const struct http_response *response);
/* Reads an answer of STS as aws_judge() does those of the other services. */
int sts_judge(const struct http_response *response, bool *ret_auth_refresh, struct error *error);

#endif
