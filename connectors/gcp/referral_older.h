/* Records of the older Cloud CRM Partners API (v1): leads, which it only shows, and opportunities,
 * of which it takes some members. Its pages give no values of its enums: those are kept as they
 * come. Amounts are plain numbers, whose currency stands beside them. */
#ifndef CONNECTORS_GCP_REFERRAL_OLDER_H
#define CONNECTORS_GCP_REFERRAL_OLDER_H

#include "base/json.h"

/* The record in the form that opportunities of the current interface have, and what is to stand
 * beside it under "agent" (referrals.h). */
struct json *older_regular(struct arena *arena, const struct json *document,
                           struct json **ret_aside);
/* As gcp_referral_put(): 0 or a negative error. */
int older_put(struct arena *arena, struct json *document, const char *field, const char *value,
              struct error *error);
/* The member of an opportunity that holds the field; NULL: it takes none. */
const char *older_member(const char *field);

#endif
