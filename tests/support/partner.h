/* An account at Microsoft for tests: signed in, without tokens, in a world of the test's. */
#ifndef TESTS_SUPPORT_PARTNER_H
#define TESTS_SUPPORT_PARTNER_H

#include "connectors/azure/client.h"
#include "tests/support/fake.h"

#define PARTNER_URL "https://api.partner.microsoft.com/v1.0/engagements/referrals"

/* `settings` live as long as the account. */
struct cloud *partner_open(struct loop *loop, const struct log *log,
                           const struct settings *settings);
void partner_close(struct cloud *cloud);

#endif
