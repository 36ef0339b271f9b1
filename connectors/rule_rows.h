/* What the tables of rules are written in: one struct rule (connectors/connector.h) a row. */
#ifndef CONNECTORS_RULE_ROWS_H
#define CONNECTORS_RULE_ROWS_H

#include "base/memory.h"
#include "connectors/connector.h"

enum {
    MADE = AT_CREATE | AT_SUBMIT,
    EDITING = AT_SUBMIT | AT_UPDATE,
    ALWAYS = AT_CREATE | AT_SUBMIT | AT_UPDATE,
};

#define WHEN(name, ...)                                                                            \
    {                                                                                              \
        name, WORDS(__VA_ARGS__)                                                                   \
    }
#define ANY "!" /* a value stands there, whichever */

/* The head of a row; what the type of rule takes besides follows it. */
#define ROW(type_, code_, at_, name) .type = type_, .code = code_, .at = at_, .field = name

#endif
