/* Harmless reads, one for each service and identity, for `agent doctor`. */
#ifndef CONNECTORS_AZURE_PROBES_H
#define CONNECTORS_AZURE_PROBES_H

#include "connectors/connector.h"

/* What Partner Center calls permissions are roles: of the application in the account, of the person
 * in referrals; and subscriptions are shown to the application that the offers name. */
#define AZURE_ROLE_MANAGER   "Manager"
#define AZURE_ROLE_REFERRALS "Referrals admin"
#define AZURE_ROLE_LANDING   "technical configuration"

enum { AZURE_PROBES = 7, AZURE_PROBE_WEBHOOKS = 4 }; /* the latter: the first of two */
extern const struct probe azure_probes[AZURE_PROBES];

#endif
