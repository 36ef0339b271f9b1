/* Opportunities of the Partner Central Selling API, as referrals: the parts of the kind's struct,
 * each from its own file. */
#ifndef CONNECTORS_AWS_REFERRALS_H
#define CONNECTORS_AWS_REFERRALS_H

#include "connectors/connector.h"

/* Sizes that the kind's constant struct needs; a row too many does not compile, one too few fails
 * the tests. */
enum {
    AWS_REFERRAL_FIELDS = 79,
    AWS_REFERRAL_RULES = 73,
    AWS_REFERRAL_PROCEDURES = 7,
    AWS_REFERRAL_DEADLINES = 1
};

extern const struct remote_field aws_referral_fields[AWS_REFERRAL_FIELDS];   /* referral_fields.c */
extern const struct rule aws_referral_rules[AWS_REFERRAL_RULES];             /* referral_rules.c */
extern const struct deadline aws_referral_deadlines[AWS_REFERRAL_DEADLINES]; /* …_rules.c */
extern const struct procedure aws_referral_procedures[AWS_REFERRAL_PROCEDURES]; /* …_steps.c */
void aws_referrals_read(struct cloud *cloud, const struct read_scope *scope,
                        const struct read_sink *sink); /* referrals.c */

extern const struct connector_kind aws_referrals; /* aws.c */

/* What a referral is decoded from (referral_document.c): the opportunity as GetOpportunity shows
 * it, with all that other calls tell under the member "agent", which no answer of AWS has and no
 * request carries:
 *
 *   Summary        GetAwsOpportunitySummary's answer; absent before the submission
 *   Team           of it, or an invitation's senders: "<role> <e-mail>" each
 *   EngagementId   the engagement that the opportunity belongs to
 *   Members        its members' companies
 *   Invitation     GetEngagementInvitation's answer, of an invitation
 *   Became         the opportunity that an invitation became
 *
 * An invitation is made to look like the opportunity that it would become. */
struct referral_aside {
    const struct json *summary;
    const char *engagement;
    const struct json *members; /* list of texts */
};
struct json *referral_document(struct arena *arena, const struct json *opportunity,
                               const struct referral_aside *aside);
struct json *referral_of_invitation(struct arena *arena, const struct json *invitation,
                                    const char *became);
/* The version of an invitation is "<Status> <InvitationDate>": nothing else of it ever moves. */
const char *referral_invitation_version(struct arena *arena, const struct json *invitation);
/* The opportunity that the tasks of accepting an invitation made, of the answer of
 * ListEngagementByAcceptingInvitationTasks; NULL: none (yet). */
const char *referral_became(const struct json *tasks);
/* Who takes part, in one word: the company, else the account. */
const char *referral_member(const struct json *member);

/* What an opportunity's `solutions` are at the cloud: one list per type of identifier. */
const char *aws_solution_type(const char *identifier);

#endif
