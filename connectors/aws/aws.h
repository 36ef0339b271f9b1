/* AWS: Marketplace and Partner Central. The connector's only face to the rest of the program. */
#ifndef CONNECTORS_AWS_AWS_H
#define CONNECTORS_AWS_AWS_H

#include "connectors/connector.h"

extern const struct connector connector_aws;

#endif
