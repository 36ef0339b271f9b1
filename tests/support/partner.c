#include "tests/support/partner.h"

#include <stdlib.h>

#include "base/memory.h"
#include "tests/support/bearer.h"

struct cloud *partner_open(struct loop *loop, const struct log *log,
                           const struct settings *settings)
{
    static const struct session_ops ops = {
        .sign = bearer_sign, .judge = azure_judge, .credentials_due = bearer_due};
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
