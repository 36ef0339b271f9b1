/* What the files that read referrals share. The read is a sweep; this is its context. */
#ifndef CONNECTORS_AWS_REFERRAL_READ_H
#define CONNECTORS_AWS_REFERRAL_READ_H

#include "base/map.h"
#include "connectors/aws/referrals.h"
#include "connectors/aws/sweeps.h"

struct reading {
    bool full;
    bool wants_summary, wants_engagement, wants_members;
    /* Opportunity → engagement, listed as a whole by full reads; NULL: asked for one by one. */
    struct map *engagements;
    bool listed; /* the listing of opportunities was begun; it comes after that map */
};
extern const struct sweep_listing referral_engagements; /* referral_summary.c */
extern const struct sweep_listing referral_invitations; /* referral_invitations.c */

/* Calls about one record. */
struct json *referral_body(const struct sweep_fetch *fetch); /* with the catalog */
int referral_ask(struct sweep_fetch *fetch, const char *operation, const struct json *body,
                 sweep_answer *answer); /* 1 */

/* An opportunity on its way: the state of its fetch. */
struct opportunity {
    struct json *document; /* GetOpportunity's answer */
    struct referral_aside aside;
    bool summed_up, placed; /* summary and engagement are known, or known to be absent */
    struct json *members;
};
/* Whether a listed opportunity is worth another look at AWS's side though it has not changed
 * itself; and what is to be asked for beside a fresh one, as a sweep_answer (referral_summary.c).
 */
bool aside_may_move(const struct json *summary);
int aside_go_on(struct sweep_fetch *fetch);
/* Hands the opportunity over once there is nothing more to ask for. Returns 0. */
int opportunity_keep(struct sweep_fetch *fetch); /* referrals.c */

#endif
