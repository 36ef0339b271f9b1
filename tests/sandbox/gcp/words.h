/* What Google calls where an invented deal's customer is and what it does. */
#ifndef SANDBOX_GCP_WORDS_H
#define SANDBOX_GCP_WORDS_H

#include "tests/sandbox/deals.h"

const char *gcp_deal_region(const struct deal *deal);   /* "NORTH_AMERICA" */
const char *gcp_deal_industry(const struct deal *deal); /* "SOFTWARE" */

#endif
