/* One local record that is with more than one cloud: each seller's own cloud must not learn of it
 * by surprise, so a person does first. */
#include "base/text.h"
#include "reconcile/plan_private.h"

struct beside {
    struct planner *planner;
    const struct job *other;
    struct error *error;
};

/* A draft that was deleted is with no cloud any more. */
static int look(const struct beside *beside, const struct job *job, const char *id, bool *ret_there)
{
    struct store *store = beside->planner->work->store;
    struct store_record *stored = NULL;
    if (job->kind->id != KIND_OFFER)
        return 0;
    int r = store->ops->record_get(store, job->name, job->kind, SIDE_REMOTE, id,
                                   beside->planner->plan->arena, &stored, beside->error);
    *ret_there &= !stored || !record_deleted(stored->record);
    return r;
}

static int tell(void *context, const char *local_key, const char *remote_id, const char *other_id)
{
    const struct beside *beside = context;
    struct plan *plan = beside->planner->plan;
    bool there = true;
    int r = look(beside, plan->job, remote_id, &there);
    if (r == 0)
        r = look(beside, beside->other, other_id, &there);
    if (r == 0 && there)
        plan_add_finding(plan, "MAT-006", remote_id, local_key, NULL,
                         "%s is with %s as %s, and with %s as %s (%s)", local_key, plan->job->cloud,
                         remote_id, beside->other->cloud, other_id, beside->other->name);
    return r;
}

int plan_beside(struct planner *planner, struct error *error)
{
    const struct work *work = planner->work;
    struct store *store = work->store;
    int r = 0;
    for (size_t i = 0; r == 0 && i < work->job_count; i++) {
        struct beside beside = {planner, &work->jobs[i], error};
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
