/* Opportunities of the Partner Central Selling API, as referrals: the parts of the kind's struct,
 * each from its own file. */
#ifndef CONNECTORS_AWS_REFERRALS_H
#define CONNECTORS_AWS_REFERRALS_H

#include "connectors/connector.h"

/* Sizes that the kind's constant struct needs; a row too many does not compile, one too few fails
 * the tests. */
enum { AWS_REFERRAL_FIELDS = 57, AWS_REFERRAL_RULES = 65, AWS_REFERRAL_PROCEDURES = 5 };

extern const struct remote_field aws_referral_fields[AWS_REFERRAL_FIELDS]; /* referral_fields.c */
extern const struct rule aws_referral_rules[AWS_REFERRAL_RULES];           /* referral_rules.c */
extern const struct procedure aws_referral_procedures[AWS_REFERRAL_PROCEDURES]; /* …_steps.c */
void aws_referrals_read(struct cloud *cloud, const struct read_scope *scope,
                        const struct read_sink *sink); /* referrals.c */

extern const struct connector_kind aws_referrals; /* aws.c */

/* What an opportunity's `solutions` are at the cloud: one list per type of identifier. */
const char *aws_solution_type(const char *identifier);

#endif
