/* Google's side of the table: the Commerce Producer API (listings, private offers), the Partner
 * Procurement API (accounts, entitlements), Cloud Channel's opportunities, the CRM Partners API,
 * and what gives tokens for them. They share the sandbox's clocks, faults, counts and snapshot.
 *
 * side.c checks the bearer token (scope, delegation), the parameters and the quota project; every
 * refusal is a google.rpc.Status with details (status.c). Bodies are held against shapes (shape.h),
 * listings are paged by page.c. Tokens are judged by the wire's clock, records by the business
 * clock. */
#ifndef SANDBOX_GCP_GCP_H
#define SANDBOX_GCP_GCP_H

#include "tests/sandbox/gcp/account.h"
#include "tests/sandbox/rest.h"

/* Who calls: a principal of its own, or one that acts for a person of the partner's domain. */
enum gcp_identity { GCP_ALONE = 1 << 0, GCP_DELEGATED = 1 << 1 };

#define GCP_SCOPE_CLOUD   "https://www.googleapis.com/auth/cloud-platform"
#define GCP_SCOPE_CHANNEL "https://www.googleapis.com/auth/apps.order"
#define GCP_SCOPE_CRM     "https://www.googleapis.com/auth/cloudcrmpartners"

/* `audience` of these is the scope that they want. */
extern const struct rest_surface gcp_producer_surface, gcp_procurement_surface, gcp_channel_surface,
    gcp_crm_surface;
/* A row's `query` names the parameters that it takes, with blanks between; others are refused. */
extern const struct rest_routes gcp_listing_routes, gcp_offer_routes, gcp_procurement_routes,
    gcp_channel_routes, gcp_crm_routes;

/* An access token: opaque, remembered until it is expired; a restart forgets it. */
struct gcp_access {
    char *text;
    char *scopes; /* with blanks between */
    char *principal;
    char *subject;      /* the person acted for; NULL: nobody */
    char *host;         /* "https://…/", the one service that it is good for; NULL: any */
    int64_t expires_ms; /* by the wire's clock */
};
/* As the service at `host` knows it: a token that an account signed for another one is none there.
 * `host` NULL: whatever service. */
const struct gcp_access *gcp_access_find(const struct sandbox *sandbox, const char *text,
                                         const char *host);

/* What each part keeps (struct rest_part), in its own file. */
struct gcp {
    struct gcp_identities *identities; /* identities.c */
    struct gcp_market *market;         /* listings, offers, accounts, entitlements */
    struct gcp_deals *deals;           /* opportunities, leads */
    struct gcp_quota {
        int64_t minute;
        long long calls;
    } quotas[4]; /* per surface */
};
extern const struct rest_part gcp_identity_part, gcp_market_part, gcp_deal_part;
extern const struct rest_side gcp_side;

/* "2026-02-23T02:05:23.293Z" with 0, 3, 6 or 9 digits, as the same instant always has them. */
const char *gcp_instant(struct arena *arena, int64_t ms);

/* ---- Refusals (status.c). `status` is a canonical code, "FAILED_PRECONDITION"; the HTTP status
 * follows from it. */
int gcp_fail(struct rest_call *call, const char *status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds a field violation (`field` in snake_case, as the service writes paths); gcp_fail_fields()
 * then refuses the call if there is any: INVALID_ARGUMENT with the first one's text. */
void gcp_violation(struct rest_call *call, const char *field, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int gcp_fail_fields(struct rest_call *call);
/* The `reason` of domain googleapis.com for ErrorInfo: "SERVICE_DISABLED". */
int gcp_fail_reason(struct rest_call *call, const char *status, const char *reason,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));
void gcp_report(struct rest_call *call, struct sandbox_response *response); /* a surface's */
/* What all of Google's surfaces have. */
#define GCP_SURFACE                                                                                \
    .answer_id = "", .echo = "", .link = "nextPageToken", .token = "pageToken", .report = gcp_report

/* ---- Partial answers (fields.c): keeps what the parameter `fields` names, if it is there. What it
 * names in vain is refused before the call does anything. */
int gcp_fields_check(struct rest_call *call);
int gcp_fields_apply(struct rest_call *call);

/* ---- Pages (page.c). Which of `count` items are on the page that `pageSize` and `pageToken` ask
 * for; sets nextPageToken in the answer if there are more. A token is good with the same other
 * parameters only. Size 0 or absent is `usual`, more than `most` is `most`, negative is refused. */
int gcp_page(struct rest_call *call, size_t count, size_t usual, size_t most, size_t *ret_from,
             size_t *ret_to);

#endif
