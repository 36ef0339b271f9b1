#include "tests/support/partner.h"

#include <stdlib.h>

#include "base/memory.h"

static int sign(void *cloud, struct arena *arena, struct http_request *request, int64_t now_ms,
                struct error *error)
{
    (void)cloud, (void)now_ms, (void)error;
    http_request_set(arena, request, "Authorization", "Bearer t");
    return 0;
}

static bool due(void *cloud, size_t set, int64_t now_ms, bool force)
{
    (void)cloud, (void)set, (void)now_ms, (void)force;
    return false;
}

struct cloud *partner_open(struct loop *loop, const struct log *log,
                           const struct settings *settings)
{
    static const struct session_ops ops = {
        .sign = sign, .judge = azure_judge, .credentials_due = due};
    struct cloud *cloud = memory_alloc(sizeof *cloud);
    cloud->arena = arena_new();
    cloud->settings = settings;
    cloud->loop = loop;
    cloud->log = log;
    cloud->correlation = "00000000-0000-4000-8000-000000000001";
    cloud->patience_ms = 240000;
    for (size_t i = 0; i < AZURE_SURFACES; i++) {
        cloud->bases[i] = PARTNER_URL;
        cloud->hosts[i] = "api.partner.microsoft.com";
    }
    const struct session_options options = {.ops = &ops,
                                            .cloud = cloud,
                                            .quotas = azure_quotas,
                                            .quota_count = azure_quota_count,
                                            .log = log};
    cloud->session = session_new(loop, &options);
    return cloud;
}

void partner_close(struct cloud *cloud)
{
    session_free(cloud->session);
    arena_free(cloud->arena);
    free(cloud);
}
