/* Asks the sandbox's Partner Center in place of the wire. */
#ifndef TESTS_SUPPORT_PARTNER_ASK_H
#define TESTS_SUPPORT_PARTNER_ASK_H

#include "tests/support/drive.h"

/* The same call, by a person who has signed in: the sandbox has a clock and tokens of its own. */
void partner_ask(struct drive *drive, struct arena *arena, const struct http_request *request,
                 struct fake_answer *ret_answer);

#endif
