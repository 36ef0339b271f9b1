/* An account at Google for tests of co-sell: with tokens that nobody fetched, in a world of the
 * test's. */
#ifndef TESTS_SUPPORT_CHANNEL_H
#define TESTS_SUPPORT_CHANNEL_H

#include "connectors/gcp/client.h"
#include "tests/support/fake.h"

#define CHANNEL_URL     "https://cloudchannel.googleapis.com/v1alpha1/"
#define CHANNEL_OLDER   "https://cloudcrmpartners.googleapis.com/v1/"
#define CHANNEL_PARTNER "partners/P1"

/* `settings` live as long as the account. `loop` NULL: it has no session. */
struct cloud *channel_open(struct loop *loop, const struct log *log,
                           const struct settings *settings);
void channel_close(struct cloud *cloud);

#endif
