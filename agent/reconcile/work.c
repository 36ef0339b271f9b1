#include "reconcile/work.h"

int work_put_finding(const struct work *work, const char *code, const char *detail,
                     struct error *error)
{
    const struct finding finding = {.type = finding_type(code),
                                    .job = work->job->name,
                                    .subject = work->job->source,
                                    .detail = detail};
    return work->store->ops->finding_put(work->store, &finding, NULL, error);
}
