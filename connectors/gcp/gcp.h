/* Google Cloud: Marketplace and Partner Network Hub. The connector's only face to the rest of the
 * program. */
#ifndef CONNECTORS_GCP_GCP_H
#define CONNECTORS_GCP_GCP_H

#include "connectors/connector.h"

extern const struct connector connector_gcp;

#endif
