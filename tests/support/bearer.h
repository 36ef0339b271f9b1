/* What a session asks of an account whose token is always there, and always taken. */
#ifndef TESTS_SUPPORT_BEARER_H
#define TESTS_SUPPORT_BEARER_H

#include "net/session.h"

/* The rest of the operations is the test's. */
int bearer_sign(void *cloud, struct arena *arena, struct http_request *request, int64_t now_ms,
                struct error *error);
bool bearer_due(void *cloud, size_t set, int64_t now_ms, bool force);

#endif
