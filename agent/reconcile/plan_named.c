/* Values that name records of other jobs: what is not ready there cannot be named yet. */
#include "base/text.h"
#include "model/relation.h"
#include "model/value.h"
#include "reconcile/plan_private.h"

/* The first job of the same cloud that knows the record. */
static int find_named(struct planner *planner, const struct relation *relation, const char *id,
                      struct store_record **ret_record, struct error *error)
{
    const struct work *work = planner->work;
    int r = 0;
    *ret_record = NULL;
    for (size_t i = 0; r == 0 && !*ret_record && i < work->job_count; i++) {
        const struct job *job = &work->jobs[i];
        if (job->kind->id == relation->named && text_equal(job->cloud, work->job->cloud))
            r = work->store->ops->record_get(work->store, job->name, job->kind, SIDE_REMOTE, id,
                                             planner->plan->arena, ret_record, error);
    }
    return r;
}

static int check_items(struct planner *planner, const struct relation *relation, const char *value,
                       const char **ret_unready, struct error *error)
{
    size_t count = list_count(value);
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        const char *id = list_item(planner->plan->arena, value, i);
        struct store_record *named = NULL;
        r = find_named(planner, relation, id, &named, error);
        if (named && relation_unready(relation, named->record))
            *ret_unready = arena_printf(planner->plan->arena, "%s is %s", id,
                                        record_get(named->record, relation->state));
    }
    return r;
}

int plan_unready(struct planner *planner, size_t field, const char *value, const char **ret_unready,
                 struct error *error)
{
    const struct kind *kind = planner->plan->job->kind;
    int r = 0;
    *ret_unready = NULL;
    for (size_t i = 0; r == 0 && i < relation_count; i++) {
        const struct relation *relation = &relations[i];
        if (relation->holder == kind->id && text_equal(relation->field, kind->fields[field].name))
            r = check_items(planner, relation, value, ret_unready, error);
    }
    return r;
}
