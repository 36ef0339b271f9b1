/* The address that Partner Center calls when a referral changes. There is one per tenant and event:
 * registering takes the place of whatever another integration had, Microsoft's own CRM connector
 * for one. Events come for referrals only, not for listings or private offers, and not to every
 * account: polling stays the source of truth. */
#ifndef CONNECTORS_AZURE_WEBHOOKS_H
#define CONNECTORS_AZURE_WEBHOOKS_H

#include "connectors/azure/client.h"
#include "connectors/webhook.h"

extern const struct connector_webhook azure_webhook;

/* For `doctor`: whether the events are offered, and which address is registered. Skipped where no
 * webhook_url is set. */
int azure_webhook_ask_events(struct probe_context *context, struct http_request *request,
                             struct error *error);
int azure_webhook_take_events(struct probe_context *context, const struct http_response *response,
                              struct error *error);
int azure_webhook_ask_registration(struct probe_context *context, struct http_request *request,
                                   struct error *error);
int azure_webhook_take_registration(struct probe_context *context,
                                    const struct http_response *response, struct error *error);

#endif
