/* What the clients of all clouds share: where a service is, requests in JSON, the token on them.
 * Texts are made in the arena and live as long as that. */
#ifndef CONNECTORS_CLIENT_H
#define CONNECTORS_CLIENT_H

#include "base/arena.h"
#include "base/json.h"
#include "base/secret.h"
#include "connectors/connector.h"

/* Where a service of the cloud ("gcp") is, with a slash at the end: by the setting `name`, else by
 * endpoint_url, which is for all of them, else `standard`, the vendor's. A setting that is no
 * address is an ERROR_INPUT that names it. */
int client_address(struct arena *arena, const struct settings *settings, const char *cloud,
                   const char *name, const char *standard, const char **ret_url,
                   struct error *error);
/* ERROR_INPUT where more than the vendor's quotas is to be used, and that not on this host. */
int client_check_share(const struct connector_env *env, const char *url, struct error *error);

/* A request that is answered in JSON; `body` may be NULL, `url` is not copied. */
void client_request(struct arena *arena, const char *method, const char *url,
                    const struct json *body, struct http_request *ret_request);
/* Authorization: Bearer. Without a token (NULL) an ERROR_AUTH of the cloud. */
int client_bear(struct arena *arena, struct http_request *request, const struct secret *token,
                struct error *error);

#endif
