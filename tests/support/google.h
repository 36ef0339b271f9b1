/* An account at Google for tests: with tokens that nobody fetched, in a world of the test's. */
#ifndef TESTS_SUPPORT_GOOGLE_H
#define TESTS_SUPPORT_GOOGLE_H

#include "connectors/gcp/client.h"
#include "tests/support/fake.h"

#define GOOGLE_CHANNEL "https://cloudchannel.googleapis.com/v1alpha1/"
#define GOOGLE_CRM     "https://cloudcrmpartners.googleapis.com/v1/"
#define GOOGLE_PARTNER "partners/P1"

/* `settings` live as long as the account. `loop` NULL: it has no session. */
struct cloud *google_open(struct loop *loop, const struct log *log,
                          const struct settings *settings);
void google_close(struct cloud *cloud);

#endif
