/* An open account at Microsoft before a scripted cloud: the token endpoint grants what it is asked
 * for, everything else goes to the test's handler. JSON is written with ' for ". */
#ifndef TESTS_SUPPORT_ACCOUNT_H
#define TESTS_SUPPORT_ACCOUNT_H

#include "connectors/azure/client.h"
#include "tests/support/fake.h"

struct account {
    struct fake fake;
    struct http *http;
    struct loop *loop;
    struct cloud *cloud;
    struct arena *arena; /* lives as long as the account */
    fake_handler *handler;
    void *context;
};

/* Zeroes the struct, which must not move afterwards. `webhook_url` may be NULL. */
void account_open(struct account *account, fake_handler *handler, void *context,
                  const char *webhook_url);
void account_close(struct account *account);

/* How many requests but those for tokens were sent, and the n-th of them. */
size_t account_sent(const struct account *account);
const struct http_request *account_request(const struct account *account, size_t index);
/* "GET /product?$version=2022-07-01": without the host and the base's path. */
const char *account_line(const struct account *account, size_t index);

const char *account_text(struct arena *arena, const char *text); /* with " for ' */
struct json *account_json(struct arena *arena, const char *text);

#endif
