/* What `agent doctor drop` looks at. */
#ifndef CONNECTORS_DROP_PROBES_H
#define CONNECTORS_DROP_PROBES_H

#include "connectors/connector.h"

extern const struct probe drop_probes[];
#define DROP_PROBES 6

#endif
