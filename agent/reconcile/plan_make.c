/* plan_make(): loads what is unsettled, matches what is unlinked, and hands each pair, each local
 * record without partner and each remote one to whoever plans it. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "reconcile/guard.h"
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

int plan_get(struct planner *planner, enum side side, const char *id,
             struct store_record **ret_record, struct error *error)
{
    struct store *store = planner->work->store;
    return store->ops->record_get(store, planner->plan->job->name, planner->plan->job->kind, side,
                                  id, planner->plan->arena, ret_record, error);
}

int plan_row(struct planner *planner, const struct record *local, struct json **ret_row,
             struct error *error)
{
    int r = json_parse(planner->plan->arena, local->raw, strlen(local->raw), ret_row, error);
    return r < 0 ? error_context(error, "local record %s in the store", local->id) : 0;
}

int plan_link(struct planner *planner, enum side side, const char *id, struct store_link **ret_link,
              struct error *error)
{
    struct store *store = planner->work->store;
    return store->ops->link_get(store, planner->plan->job->name, planner->plan->job->kind, side, id,
                                planner->plan->arena, ret_link, error);
}

/* A pair is only worked on while both sides show it: absence is a finding, never a deletion. What a
 * person had us delete is not missed; its local record may hear of it, and is not made anew. */
static int plan_present(struct planner *planner, struct pair *pair, struct error *error)
{
    const char *remote_id = pair->remote->record->id, *key = pair->local->record->id;
    bool deleted = record_deleted(pair->remote->record);
    if (deleted && pair->local->gone) {
        plan_settle(planner->plan, SIDE_REMOTE, remote_id);
        plan_settle(planner->plan, SIDE_LOCAL, key);
        return 0;
    }
    if (pair->remote->gone && !deleted)
        plan_add_finding(planner->plan, "MAT-003", remote_id, key, NULL,
                         "%s belongs to %s, which the cloud no longer lists", key, remote_id);
    else if (pair->local->gone)
        plan_add_finding(planner->plan, "MAT-004", remote_id, key, NULL,
                         "%s belongs to %s, which the source no longer has", remote_id, key);
    else
        return plan_pair(planner, pair, error);
    return 0;
}

/* The pair's remote record has turned into another one, which takes its place with the base that
 * was agreed on. Until that one is listed the pair waits; nobody else gets it meanwhile. */
static int plan_successor(struct planner *planner, struct pair *pair, const char *id,
                          struct error *error)
{
    struct store_record *successor = NULL;
    struct store_link *link = NULL;
    const char *old = pair->remote->record->id, *key = pair->local->record->id;
    int r = plan_link(planner, SIDE_REMOTE, id, &link, error);
    if (r < 0)
        return r;
    if (link) {
        plan_add_finding(planner->plan, "MAT-002", old, key, FIELD_BECAME,
                         "%s is linked to %s, which became %s, which is linked to %s", key, old, id,
                         link->local_key);
        return 0;
    }
    map_put(planner->done, id, planner);
    r = plan_get(planner, SIDE_REMOTE, id, &successor, error);
    if (r < 0 || !successor || successor->gone || pair->local->gone ||
        map_has(planner->blocked, key))
        return r;
    pair->remote = successor;
    pair->linked = false;
    pair->replaces[SIDE_REMOTE] = old;
    pair->how = arena_printf(planner->plan->arena, "%s became %s%s%s", old, id,
                             pair->how ? ", " : "", pair->how ? pair->how : "");
    pair->waits = plan_deadlines(planner, successor->record);
    return plan_pair(planner, pair, error);
}

struct heir {
    struct store_record *local;
    bool contested; /* another one names the same remote record */
};

static int load_heirs(struct planner *planner, struct error *error)
{
    struct arena *arena = planner->plan->arena;
    struct loader loader;
    if (planner->heirs)
        return 0;
    planner->heirs = map_new();
    int r = load(planner, SIDE_LOCAL, FILTER_UNLINKED | FILTER_PRESENT, &loader, error);
    for (size_t i = 0; r == 0 && i < loader.count; i++) {
        const char *id = record_get(loader.records[i]->record, FIELD_ID);
        struct heir *heir = id ? map_get(planner->heirs, id) : NULL;
        if (heir) {
            heir->contested = true;
        } else if (id) {
            heir = arena_alloc(arena, sizeof *heir);
            *heir = (struct heir){.local = loader.records[i]};
            map_put(planner->heirs, id, heir);
        }
    }
    free(loader.records);
    return r;
}

/* The pair's row has left the source, and one that is new there names the pair's remote record: it
 * is the same row under another key, and goes on with the base that was agreed on. */
static int plan_heir(struct planner *planner, struct pair *pair, struct error *error)
{
    const char *old = pair->local->record->id;
    int r = load_heirs(planner, error);
    if (r < 0)
        return r;
    const struct heir *heir = map_get(planner->heirs, pair->remote->record->id);
    if (!heir || heir->contested || map_has(planner->blocked, heir->local->record->id))
        return 0;
    pair->local = heir->local;
    pair->linked = false;
    pair->replaces[SIDE_LOCAL] = old;
    pair->how = arena_printf(planner->plan->arena, "its key changed from %s to %s", old,
                             pair->local->record->id);
    map_put(planner->paired, pair->local->record->id, planner);
    return 0;
}

/* What its creation was refused for after the record was made; true if that is not mended. */
static int plan_unfinished(struct planner *planner, const struct store_link *link,
                           const struct pair *pair, bool *ret_unfinished, struct error *error)
{
    struct arena *arena = planner->plan->arena;
    const struct change *create = NULL;
    const char *refusal = NULL;
    bool over = pair->remote && record_deleted(pair->remote->record);
    if (!text_equal(link->how, LINK_CREATED) || !pair->local || pair->local->gone || over)
        return 0;
    int r = guard_unfinished(planner->work, arena, link->remote_id, pair->local->record, &create,
                             &refusal, error);
    if (r < 0 || !create)
        return r;
    *ret_unfinished = true;
    const char *code = guard_refusal_code(arena, &refusal);
    plan_add_finding(planner->plan, code, link->remote_id, link->local_key, NULL, "%s %s: %s",
                     create->id, action_name(create->action), refusal);
    return 0;
}

/* One linked pair, reached from either side. */
static int plan_linked(struct planner *planner, const struct store_link *link, struct error *error)
{
    if (map_has(planner->done, link->remote_id))
        return 0;
    map_put(planner->done, link->remote_id, planner);
    struct pair pair = {.base = link->base, .linked = true};
    bool unfinished = false;
    int r = plan_get(planner, SIDE_REMOTE, link->remote_id, &pair.remote, error);
    if (r == 0)
        r = plan_get(planner, SIDE_LOCAL, link->local_key, &pair.local, error);
    if (r == 0)
        r = plan_unfinished(planner, link, &pair, &unfinished, error);
    /* Not stored: created, but a later step was refused. The next read brings it. */
    if (r < 0 || !pair.remote || !pair.local)
        return r;
    pair.waits = !pair.remote->gone && plan_deadlines(planner, pair.remote->record);
    pair.waits |= unfinished;
    bool blocked = map_has(planner->blocked, link->local_key);
    if (pair.local->gone && !blocked && !record_deleted(pair.remote->record))
        r = plan_heir(planner, &pair, error);
    if (r < 0)
        return r;
    const char *successor = plan_became(pair.remote->record);
    if (successor)
        return plan_successor(planner, &pair, successor, error);
    if (blocked)
        return 0;
    return plan_present(planner, &pair, error);
}

static int plan_unsettled(struct planner *planner, enum side side, bool *ret_unlinked,
                          struct error *error)
{
    struct loader loader;
    int r = load(planner, side, FILTER_UNSETTLED, &loader, error);
    for (size_t i = 0; r == 0 && i < loader.count; i++) {
        struct store_link *link = NULL;
        r = plan_link(planner, side, loader.records[i]->record->id, &link, error);
        if (r == 0 && link)
            r = plan_linked(planner, link, error);
        else if (r == 0 && !loader.records[i]->gone)
            *ret_unlinked = true;
    }
    free(loader.records);
    return r;
}

void plan_settle(struct plan *plan, enum side side, const char *id)
{
    bool remote = side == SIDE_REMOTE;
    const char ***list = remote ? &plan->settled_remote : &plan->settled_local;
    size_t *count = remote ? &plan->settled_remote_count : &plan->settled_local_count;
    ARRAY_GROW(*list, remote ? &plan->settled_remote_capacity : &plan->settled_local_capacity,
               *count + 1);
    (*list)[(*count)++] = arena_copy(plan->arena, id);
}

static int plan_local_alone(struct planner *planner, const struct loader *loader,
                            struct error *error)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < loader->count; i++) {
        const struct store_record *local = loader->records[i];
        const char *key = local->record->id;
        bool said = false;
        if (map_has(planner->blocked, key) || map_has(planner->paired, key) ||
            map_has(planner->unsure_local, key))
            continue;
        r = plan_create(planner, local, NULL, &said, error);
        if (r == 0 && !said)
            plan_settle(planner->plan, SIDE_LOCAL, key);
    }
    return r;
}

static int plan_remote_alone(struct planner *planner, const struct loader *loader,
                             struct error *error)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < loader->count; i++) {
        const struct record *remote = loader->records[i]->record;
        if (map_has(planner->done, remote->id))
            continue;
        bool over = loader->records[i]->gone || record_deleted(remote);
        if (over && !map_has(planner->unsure_remote, remote->id))
            plan_settle(planner->plan, SIDE_REMOTE, remote->id);
        else if (loader->records[i]->gone)
            continue;
        else if (map_has(planner->unsure_remote, remote->id))
            plan_deadlines(planner, remote);
        else
            r = plan_remote(planner, remote, error);
    }
    return r;
}

static int plan_matches(struct planner *planner, struct loader *remote, struct loader *local,
                        const struct matches *matches, struct error *error)
{
    struct plan *plan = planner->plan;
    CLEANUP_MAP struct map *by_remote = map_new(), *by_local = map_new();
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
        map_put(planner->paired, pair.local->record->id, planner);
        map_put(planner->done, pair.remote->record->id, planner);
        pair.waits = !pair.remote->gone && plan_deadlines(planner, pair.remote->record);
        r = plan_present(planner, &pair, error);
    }
    if (r == 0)
        r = plan_remote_alone(planner, remote, error);
    if (r == 0)
        r = plan_local_alone(planner, local, error);
    return r;
}

/* What is left to be matched. */
static void keep_remote(const struct map *taken, const struct loader *loader,
                        struct match_side *side)
{
    for (size_t i = 0; i < loader->count; i++) {
        struct record *record = loader->records[i]->record;
        if (!map_has(taken, record->id) && !record_deleted(record))
            side->records[side->count++] = record;
    }
}

static void keep_local(const struct map *taken, const struct map *spoiled,
                       const struct loader *loader, struct match_side *side)
{
    for (size_t i = 0; i < loader->count; i++) {
        struct record *record = loader->records[i]->record;
        if (!map_has(taken, record->id) && !map_has(spoiled, record->id))
            side->records[side->count++] = record;
    }
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
        keep_remote(planner->done, &remote, &remotes);
        keep_local(planner->paired, planner->blocked, &local, &locals);
        match_find(planner->plan, &remotes, &locals, &matches);
        planner->unsure_remote = take_ptr(&matches.unsure_remote);
        planner->unsure_local = take_ptr(&matches.unsure_local);
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
    /* These go after what corrects the record first. */
    bool last_a = a->action == ACTION_SUBMIT || a->action == ACTION_PUBLISH;
    bool last_b = b->action == ACTION_SUBMIT || b->action == ACTION_PUBLISH;
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

/* A wish looks at what the rules have looked at before it. */
static void drop_repeated(struct plan *plan)
{
    size_t kept = 0;
    for (size_t i = 0; i < plan->finding_count; i++)
        if (!kept || compare_findings(&plan->findings[kept - 1], &plan->findings[i]) != 0)
            plan->findings[kept++] = plan->findings[i];
    plan->finding_count = kept;
}

static void sort(void *items, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    if (count > 1)
        qsort(items, count, size, compare);
}

static void planner_clear(struct planner *planner)
{
    map_free(planner->blocked);
    map_free(planner->done);
    map_free(planner->paired);
    map_free(planner->heirs);
    map_free(planner->unsure_remote);
    map_free(planner->unsure_local);
    map_free(planner->references);
    free(planner->peers.records);
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
    struct planner planner = {
        .work = work, .plan = plan, .blocked = map_new(), .done = map_new(), .paired = map_new()};
    struct store *store = work->store;
    bool unlinked = false;

    int r = store->ops->finding_each(store, work->job->name, arena, block_key, &planner, error);
    if (r == 0)
        r = plan_unsettled(&planner, SIDE_REMOTE, &unlinked, error);
    if (r == 0)
        r = plan_unsettled(&planner, SIDE_LOCAL, &unlinked, error);
    if (r == 0 && (unlinked || work->wish_count))
        r = plan_unlinked(&planner, error);
    if (r == 0 && work->wish_count)
        r = plan_wishes(&planner, error);
    if (r == 0)
        r = plan_beside(&planner, error);
    if (r == 0)
        r = store->ops->counts(store, work->job->name, &plan->counts, error);
    planner_clear(&planner);
    if (r < 0) {
        plan_free(plan);
        return r;
    }
    sort(plan->changes, plan->change_count, sizeof(struct change *), compare_changes);
    sort(plan->conflicts, plan->conflict_count, sizeof *plan->conflicts, compare_conflicts);
    sort(plan->findings, plan->finding_count, sizeof *plan->findings, compare_findings);
    drop_repeated(plan);
    *ret_plan = plan;
    return 0;
}
