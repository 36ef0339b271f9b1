/* One local record that is with more than one cloud: each seller's own cloud must not learn of it
 * by surprise, so a person does first. */
#include "base/text.h"
#include "reconcile/plan_private.h"

struct beside {
    struct plan *plan;
    const struct job *other;
};

static int tell(void *context, const char *local_key, const char *remote_id, const char *other_id)
{
    const struct beside *beside = context;
    plan_add_finding(beside->plan, "MAT-006", remote_id, local_key, NULL,
                     "%s is with %s as %s, and with %s as %s (%s)", local_key,
                     beside->plan->job->cloud, remote_id, beside->other->cloud, other_id,
                     beside->other->name);
    return 0;
}

int plan_beside(struct planner *planner, struct error *error)
{
    const struct work *work = planner->work;
    struct store *store = work->store;
    int r = 0;
    for (size_t i = 0; r == 0 && i < work->job_count; i++) {
        struct beside beside = {planner->plan, &work->jobs[i]};
        bool fits = beside.other->kind == work->job->kind &&
                    text_equal(beside.other->source, work->job->source) &&
                    !text_equal(beside.other->cloud, work->job->cloud);
        if (fits &&
            work->job->kind->id != KIND_LISTING) /* products are sold wherever they can be */
            r = store->ops->link_beside(store, work->job->name, beside.other->name, tell, &beside,
                                        error);
    }
    return r;
}
