/* Microsoft: commercial marketplace and Partner Center. The connector's only face to the rest of
 * the program. */
#ifndef CONNECTORS_AZURE_AZURE_H
#define CONNECTORS_AZURE_AZURE_H

#include "connectors/connector.h"

extern const struct connector connector_azure;

#endif
