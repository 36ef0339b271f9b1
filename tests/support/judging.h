/* Plays a table of answers to the judge of a connector. */
#ifndef TESTS_SUPPORT_JUDGING_H
#define TESTS_SUPPORT_JUDGING_H

#include "net/http.h"

struct judging_case {
    int status;
    const char *type, *body; /* type NULL: the answer does not say */
    enum error_class class;
    bool refresh;
    const char *code, *message; /* what the message has in it */
    int64_t wait_ms;            /* -1: any */
};
/* All answers have the header "request-id: req-1"; errors have `request_id` then. */
void judging_play(int (*judge)(void *cloud, const struct http_response *response,
                               bool *ret_auth_refresh, struct error *error),
                  const char *request_id, const struct judging_case *cases, size_t count);

#endif
