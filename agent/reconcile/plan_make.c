/* plan_make(): loads what is unsettled, matches what is unlinked, and hands each pair, each local
 * record without partner and each remote one to plan_pair.c. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "reconcile/match.h"
#include "reconcile/plan_private.h"

struct loader {
    struct plan *plan;
    struct store_record **records;
    size_t count, capacity;
};

static int load_one(void *context, const struct store_record *record)
{
    struct loader *loader = context;
    struct store_record *copy = arena_alloc(loader->plan->arena, sizeof *copy);
    *copy = *record; /* its texts are in the plan's arena already */
    ARRAY_GROW(loader->records, &loader->capacity, loader->count + 1);
    loader->records[loader->count++] = copy;
    return 0;
}

static int load(struct planner *planner, enum side side, unsigned filter, struct loader *ret_loader,
                struct error *error)
{
    struct store *store = planner->work->store;
    *ret_loader = (struct loader){.plan = planner->plan};
    return store->ops->record_each(store, planner->plan->job->name, planner->plan->job->kind, side,
                                   filter, planner->plan->arena, load_one, ret_loader, error);
}

/* Local records whose present row could not be used are left alone. */
static int block_key(void *context, const struct finding *finding)
{
    struct planner *planner = context;
    if (text_starts(finding->type->code, "SRC-") && finding->local_key)
        map_put(planner->blocked, finding->local_key, planner);
    return 0;
}

static int get(struct planner *planner, enum side side, const char *id,
               struct store_record **ret_record, struct error *error)
{
    struct store *store = planner->work->store;
    return store->ops->record_get(store, planner->plan->job->name, planner->plan->job->kind, side,
                                  id, planner->plan->arena, ret_record, error);
}

/* A pair is only worked on while both sides show it: absence is a finding, never a deletion. */
static int plan_present(struct planner *planner, struct pair *pair, struct error *error)
{
    const char *remote_id = pair->remote->record->id, *key = pair->local->record->id;
    if (pair->remote->gone)
        plan_add_finding(planner->plan, "MAT-003", remote_id, key, NULL,
                         "%s belongs to %s, which the cloud no longer lists", key, remote_id);
    else if (pair->local->gone)
        plan_add_finding(planner->plan, "MAT-004", remote_id, key, NULL,
                         "%s belongs to %s, which the source no longer has", remote_id, key);
    else
        return plan_pair(planner, pair, error);
    return 0;
}

/* One linked pair, reached from either side. */
static int plan_linked(struct planner *planner, const struct store_link *link, struct error *error)
{
    if (map_has(planner->done, link->remote_id))
        return 0;
    map_put(planner->done, link->remote_id, planner);
    struct pair pair = {.base = link->base, .linked = true};
    int r = get(planner, SIDE_REMOTE, link->remote_id, &pair.remote, error);
    if (r == 0)
        r = get(planner, SIDE_LOCAL, link->local_key, &pair.local, error);
    if (r < 0)
        return r;
    /* Not stored: created, but a later step was refused. The next read brings it. */
    if (!pair.remote || !pair.local || map_has(planner->blocked, link->local_key))
        return 0;
    return plan_present(planner, &pair, error);
}

static int plan_unsettled(struct planner *planner, enum side side, bool *ret_unlinked,
                          struct error *error)
{
    struct store *store = planner->work->store;
    struct loader loader;
    int r = load(planner, side, FILTER_UNSETTLED, &loader, error);
    for (size_t i = 0; r == 0 && i < loader.count; i++) {
        struct store_link *link = NULL;
        r = store->ops->link_get(store, planner->plan->job->name, planner->plan->job->kind, side,
                                 loader.records[i]->record->id, planner->plan->arena, &link, error);
        if (r == 0 && link)
            r = plan_linked(planner, link, error);
        else if (r == 0 && !loader.records[i]->gone)
            *ret_unlinked = true;
    }
    free(loader.records);
    return r;
}

/* A local record that names a remote one which is linked to another: a question, not a match. */
static int claims_linked(struct planner *planner, const struct record *local, bool *ret_claims,
                         struct error *error)
{
    const char *id = record_get(local, FIELD_ID);
    *ret_claims = false;
    if (!id)
        return 0;
    struct store *store = planner->work->store;
    struct store_link *link = NULL;
    int r = store->ops->link_get(store, planner->plan->job->name, planner->plan->job->kind,
                                 SIDE_REMOTE, id, planner->plan->arena, &link, error);
    if (r < 0 || !link)
        return r;
    *ret_claims = true;
    plan_add_finding(planner->plan, "MAT-002", NULL, local->id, FIELD_ID,
                     "%s names %s, which is linked to %s", local->id, id, link->local_key);
    return 0;
}

static int note_reference(void *context, const struct store_record *record)
{
    struct map *references = context;
    const char *reference = record_get(record->record, FIELD_REFERENCE);
    char *id = __extension__(char *)(uintptr_t) record->record->id;
    if (reference)
        map_put(references, reference, id);
    return 0;
}

/* A reference that a remote record carries, present or gone, must not be given to a second one. */
static int claims_reference(struct planner *planner, const struct record *local, bool *ret_claims,
                            struct error *error)
{
    struct store *store = planner->work->store;
    const struct job *job = planner->plan->job;
    if (!job->gates[GATE_CREATE].open)
        return 0;
    if (!planner->references) {
        planner->references = map_new();
        int r = store->ops->record_each(store, job->name, job->kind, SIDE_REMOTE, FILTER_ALL,
                                        planner->plan->arena, note_reference, planner->references,
                                        error);
        if (r < 0)
            return r;
    }
    const char *reference = record_get(local, FIELD_REFERENCE);
    reference = reference ? reference : local->id;
    const char *id = map_get(planner->references, reference);
    if (!id)
        return 0;
    *ret_claims = true;
    plan_add_finding(planner->plan, "MAT-002", NULL, local->id, FIELD_REFERENCE,
                     "%s at the cloud carries the reference %s already, and belongs to another "
                     "record or cannot be matched by it",
                     id, reference);
    return 0;
}

static void keep_usable(struct planner *planner, struct loader *loader, struct record **records,
                        size_t *ret_count)
{
    for (size_t i = 0; i < loader->count; i++)
        if (!map_has(planner->blocked, loader->records[i]->record->id))
            records[(*ret_count)++] = loader->records[i]->record;
}

static void settle(struct plan *plan, const char ***list, size_t *count, size_t *capacity,
                   const char *id)
{
    ARRAY_GROW(*list, capacity, *count + 1);
    (*list)[(*count)++] = arena_copy(plan->arena, id);
}

static int plan_alone(struct planner *planner, const struct loader *loader,
                      const struct map *paired, const struct matches *matches, struct error *error)
{
    struct plan *plan = planner->plan;
    int r = 0;
    for (size_t i = 0; r == 0 && i < loader->count; i++) {
        struct store_record *local = loader->records[i];
        bool claims = false, said = false;
        if (map_has(planner->blocked, local->record->id) || map_has(paired, local->record->id) ||
            map_has(matches->unsure_local, local->record->id))
            continue;
        r = claims_linked(planner, local->record, &claims, error);
        if (r == 0 && !claims)
            r = claims_reference(planner, local->record, &claims, error);
        if (r == 0 && !claims)
            r = plan_create(planner, local, &said, error);
        if (r == 0 && !claims && !said)
            settle(plan, &plan->settled_local, &plan->settled_local_count,
                   &plan->settled_local_capacity, local->record->id);
    }
    return r;
}

static int plan_matches(struct planner *planner, struct loader *remote, struct loader *local,
                        struct matches *matches, struct error *error)
{
    struct plan *plan = planner->plan;
    CLEANUP_MAP struct map *by_remote = map_new(), *by_local = map_new(), *paired = map_new();
    for (size_t i = 0; i < remote->count; i++)
        map_put(by_remote, remote->records[i]->record->id, remote->records[i]);
    for (size_t i = 0; i < local->count; i++)
        map_put(by_local, local->records[i]->record->id, local->records[i]);
    int r = 0;
    for (size_t i = 0; r == 0 && i < matches->count; i++) {
        struct pair pair = {
            .remote = map_get(by_remote, matches->pairs[i].remote->id),
            .local = map_get(by_local, matches->pairs[i].local->id),
            .base = arena_array(plan->arena, plan->job->kind->field_count, sizeof(char *)),
            .how = matches->pairs[i].how};
        map_put(paired, pair.local->record->id, &pair);
        map_put(planner->done, pair.remote->record->id, &pair);
        r = plan_present(planner, &pair, error);
    }
    for (size_t i = 0; r == 0 && i < remote->count; i++) {
        const char *id = remote->records[i]->record->id;
        if (!map_has(planner->done, id) && !map_has(matches->unsure_remote, id))
            settle(plan, &plan->settled_remote, &plan->settled_remote_count,
                   &plan->settled_remote_capacity, id);
    }
    if (r == 0)
        r = plan_alone(planner, local, paired, matches, error);
    return r;
}

/* A record that has no partner yet may find one among all that have none, settled or not. */
static int plan_unlinked(struct planner *planner, struct error *error)
{
    struct loader remote = {0}, local = {0};
    /* Gone ones too: what a listing has dropped must not be created once more. */
    int r = load(planner, SIDE_REMOTE, FILTER_UNLINKED, &remote, error);
    if (r == 0)
        r = load(planner, SIDE_LOCAL, FILTER_UNLINKED | FILTER_PRESENT, &local, error);
    if (r == 0) {
        struct arena *arena = planner->plan->arena;
        struct match_side remotes = {arena_array(arena, remote.count + 1, sizeof(void *)), 0};
        struct match_side locals = {arena_array(arena, local.count + 1, sizeof(void *)), 0};
        struct matches matches;
        for (size_t i = 0; i < remote.count; i++)
            remotes.records[remotes.count++] = remote.records[i]->record;
        keep_usable(planner, &local, locals.records, &locals.count);
        match_find(planner->plan, &remotes, &locals, &matches);
        r = plan_matches(planner, &remote, &local, &matches, error);
        matches_free(&matches);
    }
    free(remote.records);
    free(local.records);
    return r;
}

static int compare_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

/* Adopt before create before the rest, then by record; a record's own changes in their order. */
static int compare_changes(const void *left, const void *right)
{
    const struct change *a = *(struct change *const *)left, *b = *(struct change *const *)right;
    int order_a = a->action <= ACTION_CREATE ? (int)a->action : ACTION_COUNT;
    int order_b = b->action <= ACTION_CREATE ? (int)b->action : ACTION_COUNT;
    if (order_a != order_b)
        return order_a - order_b;
    int r = compare_text(a->remote_id, b->remote_id);
    if (r == 0)
        r = compare_text(a->local_key, b->local_key);
    /* SUBMIT goes after what corrects the record first. */
    bool last_a = a->action == ACTION_SUBMIT, last_b = b->action == ACTION_SUBMIT;
    if (r == 0 && last_a != last_b)
        return last_a ? 1 : -1;
    return r ? r : (int)a->action - (int)b->action;
}

static int compare_conflicts(const void *left, const void *right)
{
    const struct conflict *a = left, *b = right;
    int r = compare_text(a->remote_id, b->remote_id);
    return r ? r : (a->field > b->field) - (a->field < b->field);
}

static int compare_findings(const void *left, const void *right)
{
    const struct finding *a = left, *b = right;
    int r = compare_text(a->subject, b->subject);
    if (r == 0)
        r = compare_text(a->type->code, b->type->code);
    if (r == 0)
        r = compare_text(a->field, b->field);
    return r ? r : compare_text(a->detail, b->detail);
}

static void sort(void *items, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    if (count > 1)
        qsort(items, count, size, compare);
}

int plan_make(const struct work *work, const struct plan_trust *trust, struct plan **ret_plan,
              struct error *error)
{
    struct arena *arena = arena_new();
    struct plan *plan = arena_alloc(arena, sizeof *plan);
    *plan = (struct plan){.arena = arena,
                          .job = work->job,
                          .at_ms = world_now(work->world),
                          .read = trust->remote,
                          .read_message = arena_copy(arena, trust->remote_message)};
    CLEANUP_MAP struct map *blocked = map_new(), *done = map_new();
    struct planner planner = {.work = work, .plan = plan, .blocked = blocked, .done = done};
    struct store *store = work->store;
    bool unlinked = false;

    int r = store->ops->finding_each(store, work->job->name, arena, block_key, &planner, error);
    if (r == 0)
        r = plan_unsettled(&planner, SIDE_REMOTE, &unlinked, error);
    if (r == 0)
        r = plan_unsettled(&planner, SIDE_LOCAL, &unlinked, error);
    if (r == 0 && unlinked)
        r = plan_unlinked(&planner, error);
    if (r == 0)
        r = store->ops->counts(store, work->job->name, &plan->counts, error);
    map_free(planner.references);
    if (r < 0) {
        plan_free(plan);
        return r;
    }
    sort(plan->changes, plan->change_count, sizeof(struct change *), compare_changes);
    sort(plan->conflicts, plan->conflict_count, sizeof *plan->conflicts, compare_conflicts);
    sort(plan->findings, plan->finding_count, sizeof *plan->findings, compare_findings);
    *ret_plan = plan;
    return 0;
}
