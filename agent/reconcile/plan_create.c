/* Local records that nothing at the cloud fits: what keeps them from being created, and what is
 * created. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "reconcile/plan_private.h"

/* A local record that names a remote one which is linked to another: a question, not a match. */
static int claims_linked(struct planner *planner, const struct record *local, bool *ret_claims,
                         struct error *error)
{
    const char *id = record_get(local, FIELD_ID);
    if (!id)
        return 0;
    struct store_link *link = NULL;
    int r = plan_link(planner, SIDE_REMOTE, id, &link, error);
    if (r < 0 || !link || text_equal(link->local_key, local->id))
        return r; /* its own: of a draft that was deleted */
    *ret_claims = true;
    plan_add_finding(planner->plan, "MAT-002", NULL, local->id, FIELD_ID,
                     "%s names %s, which is linked to %s", local->id, id, link->local_key);
    return 0;
}

static int note_reference(void *context, const struct store_record *record)
{
    struct map *references = context;
    const char *reference =
        record_deleted(record->record) ? NULL : record_get(record->record, FIELD_REFERENCE);
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

/* ---- doubts ---- */

static void add_peer(struct planner_peers *peers, const struct record *record)
{
    ARRAY_GROW(peers->records, &peers->capacity, peers->count + 1);
    peers->records[peers->count++] = record;
}

static int note_peer(void *context, const struct store_record *record)
{
    add_peer(context, record->record);
    return 0;
}

static int load_peers(struct planner *planner, struct error *error)
{
    struct store *store = planner->work->store;
    const struct job *job = planner->plan->job;
    if (planner->peers.loaded)
        return 0;
    planner->peers.loaded = true;
    return store->ops->record_each(store, job->name, job->kind, SIDE_REMOTE, FILTER_PRESENT,
                                   planner->plan->arena, note_peer, &planner->peers, error);
}

struct doubting {
    struct plan *plan;
    struct change *change;
    bool holds;
};

static void note_doubt(void *context, const struct finding *finding)
{
    struct doubting *doubting = context;
    struct change *change = doubting->change;
    const char *detail = finding->detail ? finding->detail : finding->type->title;
    plan_add_finding(doubting->plan, finding->type->code, NULL, change->local_key,
                     arena_copy(doubting->plan->arena, finding->field), "%s", detail);
    if (!doubting->holds || change->hold != HOLD_NONE)
        return;
    change->hold = HOLD_APPROVAL;
    change->hold_reason =
        arena_printf(doubting->plan->arena, "%s: %s", finding->type->code, detail);
}

static int plan_doubts(struct planner *planner, struct change *change, const struct record *after,
                       const struct wish *wish, struct error *error)
{
    struct doubting doubting = {
        .plan = planner->plan, .change = change, .holds = !wish || !wish->force};
    int r = planner->work->kind->doubts ? load_peers(planner, error) : 0;
    if (r < 0 || !planner->work->kind->doubts)
        return r;
    const struct newcomer newcomer = {.record = after,
                                      .peers = planner->peers.records,
                                      .peer_count = planner->peers.count,
                                      .now_ms = planner->plan->at_ms};
    planner->work->kind->doubts(&newcomer, note_doubt, &doubting);
    if (change->hold == HOLD_NONE) /* the next one of this plan has it beside it */
        add_peer(&planner->peers, after);
    return 0;
}

/* ---- the creation ---- */

static void put_field(struct plan *plan, struct change *change, size_t field, const char *value,
                      const char *rule)
{
    for (size_t i = 0; i < change->field_count; i++) {
        if (change->fields[i].field == field) {
            change->fields[i].new_value = arena_copy(plan->arena, value);
            change->fields[i].rule = rule;
            return;
        }
    }
    plan_add_field(plan, change, field, NULL, value, NULL, rule);
}

static struct change *start_create(struct planner *planner, const struct record *local,
                                   const struct wish *wish)
{
    const struct job *job = planner->plan->job;
    struct change *change = plan_add_change(planner->plan, ACTION_CREATE, NULL, local->id);
    change->title = plan_title(local);
    for (size_t i = 0; i < job->field_count; i++) {
        size_t field = job->fields[i].field;
        const struct remote_field *remote =
            connector_field(planner->work->kind, job->kind->fields[field].name);
        if (remote && remote->flags & REMOTE_CREATE && local->values[field])
            plan_add_field(planner->plan, change, field, NULL, local->values[field], NULL,
                           job->fields[i].constant ? "constant of the job" : "new record");
    }
    if (!change_field(change, FIELD_REFERENCE))
        plan_add_field(planner->plan, change, kind_field(job->kind, FIELD_REFERENCE), NULL,
                       local->id, NULL, "the source's key");
    if (!wish)
        return change;
    change->asked_by = arena_copy(planner->plan->arena, wish->who);
    for (size_t i = 0; i < wish->field_count; i++)
        put_field(planner->plan, change, wish->fields[i].field, wish->fields[i].new_value,
                  arena_printf(planner->plan->arena, "asked for by %s", wish->who));
    return change;
}

/* What the gates will do to the new record next; it must bear that already. */
static const struct gate_type *follows(const struct planner *planner, const struct record *local,
                                       const struct json *row)
{
    static const enum gate after[] = {GATE_SUBMIT, GATE_PUBLISH};
    const struct condition_view view = {.raw = row, .record = local};
    for (size_t i = 0; i < COUNT(after); i++) {
        const struct gate_rule *rule = &planner->plan->job->gates[after[i]];
        if (rule->open && connector_procedure(planner->work->kind, gate_types[after[i]].action) &&
            conditions_hold_for(&rule->when, &view))
            return &gate_types[after[i]];
    }
    return NULL;
}

static int add_create(struct planner *planner, const struct record *local, const struct json *row,
                      const struct wish *wish, struct error *error)
{
    struct change *change = start_create(planner, local, wish);
    const struct record *after = plan_after(planner->plan->arena, NULL, change);
    const struct gate_type *next = follows(planner, local, row);
    if (next)
        change->note = next->action == ACTION_SUBMIT ? "to be submitted once it is created"
                                                     : "to be published once it is created";
    plan_check(planner, change, AT_CREATE | (next ? AT_SUBMIT : 0), NULL, after);
    int r = plan_doubts(planner, change, after, wish, error);
    change_identify(change);
    return r;
}

/* Whether the conditions of the gate, which is open, or the wish let the record be created. */
static bool may_create(const struct planner *planner, const struct record *local,
                       const struct json *row, const struct wish *wish)
{
    const struct gate_rule *rule = &planner->plan->job->gates[GATE_CREATE];
    const struct condition_view view = {.raw = row, .record = local};
    if (!(planner->work->kind->capabilities & CAN_CREATE))
        return false;
    return wish || conditions_hold_for(&rule->when, &view);
}

/* A record that is declared and can only be made by hand. A read that was not complete may have
 * missed it. */
static bool tell_absent(struct planner *planner, const struct record *record)
{
    const char *id = record_get(record, FIELD_ID), *portal = planner->work->kind->portal;
    if (planner->plan->read != READ_COMPLETE)
        return false;
    if (id)
        plan_add_finding(planner->plan, "MAT-003", NULL, record->id, FIELD_ID,
                         "%s names %s, which the cloud does not list", record->id, id);
    else
        plan_add_finding(planner->plan, "MAT-008", NULL, record->id, NULL,
                         "%s has no record at the cloud; it is made in %s", record->id,
                         portal ? portal : "the partner portal");
    return true;
}

int plan_create(struct planner *planner, const struct store_record *local, const struct wish *wish,
                bool *ret_said, struct error *error)
{
    const struct record *record = local->record;
    struct json *row = NULL;
    *ret_said = false;
    int r = claims_linked(planner, record, ret_said, error);
    if (r == 0 && !wish && !*ret_said && !(planner->work->kind->capabilities & CAN_CREATE))
        *ret_said = tell_absent(planner, record);
    if (r < 0 || *ret_said || !(wish || planner->plan->job->gates[GATE_CREATE].open))
        return r;
    r = claims_reference(planner, record, ret_said, error);
    if (r == 0 && !*ret_said)
        r = plan_row(planner, record, &row, error);
    if (r < 0 || *ret_said || !may_create(planner, record, row, wish))
        return r;
    *ret_said = true;
    const char *id = record_get(record, FIELD_ID);
    struct store_record *named = NULL;
    r = id && wish ? plan_get(planner, SIDE_REMOTE, id, &named, error) : 0;
    if (r < 0)
        return r;
    if (!id || (named && record_deleted(named->record)))
        return add_create(planner, record, row, wish, error);
    /* It was there once: creating it again would be a second. */
    planner->plan->orphans += !wish;
    plan_add_finding(planner->plan, "MAT-003", NULL, record->id, FIELD_ID,
                     "%s names %s, which the cloud does not list", record->id, id);
    return 0;
}
