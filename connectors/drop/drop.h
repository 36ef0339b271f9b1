/* Google Cloud for partners without access to its APIs: files that people and exports drop into a
 * folder say what the portal has, and what is to be entered there is laid into the folder as files.
 * See folder.h for the folder, format.h for the files. */
#ifndef CONNECTORS_DROP_DROP_H
#define CONNECTORS_DROP_DROP_H

#include "connectors/connector.h"

extern const struct connector connector_drop;

#endif
