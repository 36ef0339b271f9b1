/* Opportunities of the Partner Central Selling API, as referrals: the parts of the kind's struct,
 * each from its own file. */
#ifndef CONNECTORS_AWS_REFERRALS_H
#define CONNECTORS_AWS_REFERRALS_H

#include "connectors/connector.h"

extern const struct remote_field aws_referral_fields[]; /* referral_fields.c */
extern const size_t aws_referral_field_count;
extern const struct rule aws_referral_rules[]; /* referral_rules.c */
extern const size_t aws_referral_rule_count;
extern const struct procedure aws_referral_procedures[]; /* referral_steps.c */
extern const size_t aws_referral_procedure_count;
void aws_referrals_read(struct cloud *cloud, const struct read_scope *scope,
                        const struct read_sink *sink); /* referrals.c */

extern const struct connector_kind aws_referrals; /* aws.c */

/* What an opportunity's `solutions` are at the cloud: one list per type of identifier. */
const char *aws_solution_type(const char *identifier);

#endif
