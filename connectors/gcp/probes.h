/* Harmless reads, one for each service and scope, for `agent doctor`. */
#ifndef CONNECTORS_GCP_PROBES_H
#define CONNECTORS_GCP_PROBES_H

#include "connectors/connector.h"

/* Co-sell has no permission in a project: a super admin delegates the scope. */
#define GCP_DELEGATION       "apps.order"
#define GCP_DELEGATION_OLDER "cloudcrmpartners"

enum { GCP_PROBES = 6 };
extern const struct probe gcp_probes[GCP_PROBES];

#endif
