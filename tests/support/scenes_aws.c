/* Scenes at AWS. */
#include "connectors/aws/client.h"
#include "connectors/aws/referrals.h"
#include "tests/support/scenes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The service's operation stands in the target, or in the path. */
static void check(const struct step *step, const struct http_request *request)
{
    const char *target = http_request_get(request, "x-amz-target");
    assert_non_null(strstr(target ? target : request->url, step->operation));
}

static struct theatre theatre_at(struct cloud *cloud)
{
    *cloud = (struct cloud){
        .catalog = "AWS",
        .patience_ms = 10000,
        .urls = {[AWS_SELLING] = "http://127.0.0.1:1/", [AWS_CATALOG] = "http://127.0.0.1:1"}};
    return (struct theatre){.kind = &aws_referrals,
                            .cloud = cloud,
                            .judge = aws_judge,
                            .record = "O1",
                            .invitation = "engi-1",
                            .check = check};
}

void scene_play(struct run *run, const struct scene *scene)
{
    struct cloud cloud;
    const struct theatre theatre = theatre_at(&cloud);
    theatre_play(&theatre, run, scene);
}

void scenes_check(const struct scene *scenes, size_t count)
{
    struct cloud cloud;
    const struct theatre theatre = theatre_at(&cloud);
    theatre_check(&theatre, scenes, count);
}
