#include "tests/support/channel.h"

#include <stdlib.h>

#include "base/memory.h"
#include "tests/support/bearer.h"

struct cloud *channel_open(struct loop *loop, const struct log *log,
                           const struct settings *settings)
{
    static const struct session_ops ops = {
        .sign = bearer_sign, .judge = gcp_judge, .credentials_due = bearer_due};
    static const char *const bases[GCP_SURFACES] = {
        [GCP_PRODUCER] = "https://commerceproducer.googleapis.com/v1beta/",
        [GCP_PROCUREMENT] = "https://cloudcommerceprocurement.googleapis.com/v1/",
        [GCP_CHANNEL] = CHANNEL_URL,
        [GCP_CRM] = CHANNEL_OLDER,
    };
    struct cloud *cloud = memory_alloc(sizeof *cloud);
    cloud->arena = arena_new();
    cloud->settings = settings;
    cloud->loop = loop;
    cloud->log = log;
    cloud->project = "project-1";
    cloud->partner = CHANNEL_PARTNER;
    cloud->poll_ms = 30000;
    cloud->patience_ms = 240000;
    for (size_t i = 0; i < GCP_SURFACES; i++)
        cloud->bases[i] = bases[i];
    const struct session_options options = {.ops = &ops,
                                            .cloud = cloud,
                                            .quotas = gcp_quotas,
                                            .quota_count = gcp_quota_count,
                                            .attempts = 3,
                                            .log = log};
    if (loop)
        cloud->session = session_new(loop, &options);
    return cloud;
}

void channel_close(struct cloud *cloud)
{
    if (cloud->session)
        session_free(cloud->session);
    arena_free(cloud->arena);
    free(cloud);
}
