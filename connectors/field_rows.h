/* What the tables of an offer's fields are written in: one struct remote_field
 * (connectors/connector.h) a row. */
#ifndef CONNECTORS_FIELD_ROWS_H
#define CONNECTORS_FIELD_ROWS_H

#include "base/memory.h"
#include "connectors/connector.h"

enum {
    SERVICE = REMOTE_READ,              /* kept by the service */
    ASIDE = REMOTE_READ | REMOTE_ASIDE, /* of another service, or asked for by calls of their own */
    BORN = REMOTE_READ | REMOTE_CREATE, /* said when the offer is made, never again */
    DRAFTED = BORN | REMOTE_UPDATE,     /* may change; most of it while it is a draft only */
};

/* The head of a row; what the field has besides follows it. */
#define FIELD(name, flags_, at, vendor_)                                                           \
    .field = name, .path = at, .flags = flags_, .vendor = vendor_
#define ROW(name, flags_, at, vendor_)                                                             \
    {                                                                                              \
        FIELD(name, flags_, at, vendor_)                                                           \
    }
#define TEXT(name, flags_, at, limit, vendor_)                                                     \
    {                                                                                              \
        FIELD(name, flags_, at, vendor_), .max = limit                                             \
    }

#endif
