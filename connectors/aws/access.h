/* What the account must be allowed to do, and how to find out whether it is. */
#ifndef CONNECTORS_AWS_ACCESS_H
#define CONNECTORS_AWS_ACCESS_H

#include "connectors/connector.h"

/* Sizes that the constant structs need. */
enum {
    AWS_PERMISSIONS = 29,
    AWS_OFFER_PERMISSIONS = 8,
    AWS_LISTING_PERMISSIONS = 5,
    AWS_PROBES = 13,
};
extern const struct permission aws_permissions[AWS_PERMISSIONS]; /* referrals */
extern const struct permission aws_offer_permissions[AWS_OFFER_PERMISSIONS];
extern const struct permission aws_listing_permissions[AWS_LISTING_PERMISSIONS];

extern const struct probe aws_probes[AWS_PROBES]; /* probes.c */

/* Statements by what pins them: the catalog of Partner Central, our part in an agreement. */
struct json *aws_policy(struct arena *arena, const struct settings *settings,
                        const char *const *permissions, size_t count);

#endif
