/* What the account must be allowed to do, and how to find out whether it is. */
#ifndef CONNECTORS_AWS_ACCESS_H
#define CONNECTORS_AWS_ACCESS_H

#include "connectors/connector.h"

enum { AWS_PERMISSIONS = 29, AWS_PROBES = 4 };
extern const struct permission aws_permissions[AWS_PERMISSIONS];
extern const struct probe aws_probes[AWS_PROBES];
struct json *aws_policy(struct arena *arena, const struct settings *settings,
                        const char *const *permissions, size_t count);

#endif
