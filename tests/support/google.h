/* An open account at Google for a reading, before a scripted cloud: the token endpoint grants what
 * it is asked for, everything else goes to the test's handler. The project is acme-public (number
 * 123456789012), the location "us", the provider "acme". */
#ifndef TESTS_SUPPORT_GOOGLE_H
#define TESTS_SUPPORT_GOOGLE_H

#include "connectors/gcp/client.h"
#include "tests/support/reading.h"

#define GOOGLE_PARENT "projects/acme-public/locations/us"

struct google {
    struct reading reading;
    fake_handler *handler;
    void *context;
    struct setting items[16];
    struct settings settings;
    struct secret_source secret;
};

/* Zeroes the struct, which must not move afterwards. `changed`: pairs of a setting and its text
 * instead, NULL for none; NULL-ended; may be NULL. */
void google_open(struct google *google, fake_handler *handler, void *context,
                 const char *const *changed);
void google_close(struct google *google);

/* The n-th request that was not for a token, as "GET providers/acme/accounts?pageSize=200", without
 * address and version; NULL: there were fewer. */
const char *google_line(struct google *google, size_t index);
size_t google_sent(struct google *google);
/* JSON with ' for ". */
const char *google_text(struct arena *arena, const char *text);
struct json *google_json(struct arena *arena, const char *text);

#endif
