/* The address that Partner Center calls when a referral changes. There is one per tenant and event:
 * registering takes the place of whatever another integration had, Microsoft's own CRM connector
 * for one. Events come for referrals only, not for listings or private offers, and not to every
 * account: polling stays the source of truth. */
#ifndef CONNECTORS_AZURE_WEBHOOKS_H
#define CONNECTORS_AZURE_WEBHOOKS_H

#include "connectors/azure/client.h"
#include "connectors/webhook.h"

extern const struct connector_webhook azure_webhook;

/* For `doctor`: which address is registered, and whether the events are offered. Skipped where no
 * webhook_url is set. */
enum { AZURE_WEBHOOK_PROBES = 2 };
extern const struct probe azure_webhook_probes[AZURE_WEBHOOK_PROBES];

#endif
