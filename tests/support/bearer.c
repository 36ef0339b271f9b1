#include "tests/support/bearer.h"

int bearer_sign(void *cloud, struct arena *arena, struct http_request *request, int64_t now_ms,
                struct error *error)
{
    (void)cloud, (void)now_ms, (void)error;
    http_request_set(arena, request, "Authorization", "Bearer t");
    return 0;
}

bool bearer_due(void *cloud, size_t set, int64_t now_ms, bool force)
{
    (void)cloud, (void)set, (void)now_ms, (void)force;
    return false;
}
