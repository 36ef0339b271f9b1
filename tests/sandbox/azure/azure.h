/* Microsoft's side of the table: the token endpoint, Product Ingestion, Partner Center referrals,
 * webhook registration, SaaS subscriptions, analytics and the managed identity endpoints. They
 * share the sandbox's clocks, faults, counts and snapshot with AWS; everything else is their own.
 *
 * A row per call in the route table of each file (tests/sandbox/rest.h); dispatch.c checks the
 * bearer token: audience, and kind of identity. A caller that it refuses has `reason` 900329: alone
 * where a person is wanted. Tokens are judged by the wire's clock, records by the business clock.
 */
#ifndef SANDBOX_AZURE_AZURE_H
#define SANDBOX_AZURE_AZURE_H

#include "tests/sandbox/azure/account.h"
#include "tests/sandbox/rest.h"

struct azure; /* everything that Microsoft keeps; in struct sandbox as `azure` */

/* Who calls: an application alone, or with a person. */
enum azure_identity { AZURE_APP = 1 << 0, AZURE_USER = 1 << 1 };

extern const struct rest_surface azure_ingestion_surface, azure_referrals_surface,
    azure_webhooks_surface, azure_saas_surface, azure_insights_surface;
extern const struct rest_routes azure_ingestion_routes, azure_referral_routes, azure_webhook_routes,
    azure_saas_routes, azure_insight_routes;

/* How much of a host's quota is left. Rates are not published: 10 calls a second, 20 at once. */
struct azure_quota {
    const char *audience;
    int64_t millicalls, filled_ms;
};
#define AZURE_QUOTAS 8
/* Seconds to wait, 0: the call may go on. Each refused call counts, too. */
int64_t azure_quota_take(struct sandbox *sandbox, const char *audience);

/* What each part keeps (struct rest_part), in its own file. */
struct azure_parts {
    struct azure_identities *identities; /* tokens.c: secrets, refresh tokens, codes */
    struct azure_deals *deals;           /* referrals.c: referrals and webhook registrations */
    struct azure_market *market;         /* ingestion.c: products, offers, jobs, subscriptions */
};
struct azure {
    struct azure_parts parts;
    long long made; /* identifiers made so far */
    struct azure_quota quotas[AZURE_QUOTAS];
};

extern const struct rest_part azure_identity_part, azure_deal_part, azure_market_part;
extern const struct rest_side azure_side;

/* A guid that nothing has yet: the same seed and the same calls give the same ones. */
const char *azure_new_guid(struct sandbox *sandbox, struct arena *arena);
/* "2026-02-23T02:05:23.2931817Z": seven digits, as these services write. */
const char *azure_instant(struct arena *arena, int64_t ms);

/* Control endpoints of each file, and what they look like: control.h. */
struct control_rows;
extern const struct control_rows azure_identity_controls, azure_deal_controls,
    azure_market_controls;

#endif
