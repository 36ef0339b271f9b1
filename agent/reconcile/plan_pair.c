/* What is to happen to one pair: the merge of its fields, and what the gates open. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "reconcile/plan_private.h"

const char *plan_title(const struct record *record)
{
    static const char *const names[] = {"title", "name", "company"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (kind_field(record->kind, names[i]) != FIELD_NONE && record_get(record, names[i]))
            return record_get(record, names[i]);
    return record->id;
}

static void identify(const char *prefix, const char *const *parts, size_t count, char id[24])
{
    struct text all;
    char hex[SHA256_HEX];
    text_init(&all, LIMIT_JSON_BYTES);
    for (size_t i = 0; i < count; i++)
        text_addf(&all, "%zu:%s,", parts[i] ? strlen(parts[i]) : 0, parts[i] ? parts[i] : "");
    sha256_hex(all.data, all.length, hex);
    snprintf(id, 24, "%s%.12s", prefix, hex);
    text_free(&all);
}

/* A person's word on exactly this conflict: these two values. */
static int decision(struct planner *planner, const struct pair *pair, size_t field,
                    char conflict_id[24], const char **ret_decision, struct error *error)
{
    const struct record *remote = pair->remote->record, *local = pair->local->record;
    const char *const parts[] = {
        planner->plan->job->name,         remote->id,           local->id,
        remote->kind->fields[field].name, local->values[field], remote->values[field]};
    struct store *store = planner->work->store;
    const char *who;
    identify("x-", parts, COUNT(parts), conflict_id);
    return store->ops->verdict_get(store, conflict_id, planner->plan->arena, ret_decision, &who,
                                   error);
}

static void add_conflict(struct planner *planner, const struct pair *pair, size_t field,
                         const char *id, const char *rule)
{
    struct plan *plan = planner->plan;
    const struct record *remote = pair->remote->record, *local = pair->local->record;
    ARRAY_GROW(plan->conflicts, &plan->conflict_capacity, plan->conflict_count + 1);
    struct conflict *conflict = &plan->conflicts[plan->conflict_count++];
    *conflict = (struct conflict){.remote_id = remote->id,
                                  .local_key = local->id,
                                  .title = plan_title(remote),
                                  .field = field,
                                  .base = pair->base[field],
                                  .local = local->values[field],
                                  .cloud = remote->values[field],
                                  .rule = rule};
    snprintf(conflict->id, sizeof conflict->id, "%s", id);
    const struct field *named = &remote->kind->fields[field];
    plan_add_finding(plan, "MRG-001", remote->id, local->id, named->name,
                     "%s: local \"%s\", cloud \"%s\", last agreed \"%s\" (%s)", conflict->id,
                     value_show(plan->arena, named, conflict->local),
                     value_show(plan->arena, named, conflict->cloud),
                     conflict->base ? value_show(plan->arena, named, conflict->base) : "never",
                     rule);
}

/* True if the local value is not the record's own: a constant, or a default where the cell says
 * nothing. */
static bool is_weak(struct arena *arena, const struct job *job, const struct field_map *map,
                    const struct json *row, const char *value)
{
    if (map->constant)
        return true;
    if (!map->fallback || !text_equal(value, map->fallback))
        return false;
    const char *cell = json_get_text(row, map->column);
    return text_blank(cell) || !text_equal(cell, mapping_cell(arena, job, map, cell, value));
}

static bool cloud_takes(const struct work *work, const char *field)
{
    const struct remote_field *remote = connector_field(work->kind, field);
    return remote && remote->flags & REMOTE_UPDATE && work->kind->capabilities & CAN_UPDATE;
}

struct sides {
    struct change *cloud, *local; /* fields that are to be written on each side */
    const char **base;            /* as it is to be */
    bool base_changed;
    bool deleted;          /* the remote record: nothing is written to the cloud any more */
    const char *unwritten; /* name of a field that would be; or NULL */
};

static int push_field(struct planner *planner, const struct pair *pair, struct sides *sides,
                      size_t field, const struct merge_input *input, const char *rule,
                      struct error *error)
{
    const struct record *remote = pair->remote->record, *local = pair->local->record;
    const char *unready = NULL;
    int r = plan_unready(planner, field, local->values[field], &unready, error);
    if (unready)
        plan_add_finding(planner->plan, "REF-024", remote->id, local->id,
                         remote->kind->fields[field].name, "%s", unready);
    if (unready || r < 0)
        return r;
    struct change_field *added = &sides->cloud->fields[sides->cloud->field_count];
    plan_add_field(planner->plan, sides->cloud, field, input->cloud, input->local, input->base,
                   rule);
    added->weak = input->weak;
    return 0;
}

static bool cloud_shows(const struct work *work, const char *field)
{
    const struct remote_field *remote = connector_field(work->kind, field);
    return remote && remote->flags & REMOTE_READ;
}

/* The cloud has another value than the one that is declared, and people have to settle it. */
static void tell_barred(struct planner *planner, const struct pair *pair, size_t index)
{
    const struct record *remote = pair->remote->record, *local = pair->local->record;
    const struct field *field = &remote->kind->fields[index];
    const char *portal = planner->work->kind->portal;
    struct arena *arena = planner->plan->arena;
    plan_add_finding(
        planner->plan, "MRG-004", remote->id, local->id, field->name,
        "local \"%s\", cloud \"%s\": edited in %s", value_show(arena, field, local->values[index]),
        value_show(arena, field, remote->values[index]), portal ? portal : "the partner portal");
}

/* What the cloud works out is compared: a difference is told, and only what the local side leaves
 * to the cloud is pulled. */
static enum merge_verdict compare_told(struct planner *planner, const struct pair *pair,
                                       size_t index, enum merge_verdict verdict)
{
    const struct record *remote = pair->remote->record, *local = pair->local->record;
    const struct field *field = &remote->kind->fields[index];
    const struct connector_kind *kind = planner->work->kind;
    const struct remote_field *told = connector_field(kind, field->name);
    const char *here = local->values[index], *there = remote->values[index];
    struct arena *arena = planner->plan->arena;
    if (!told || !(told->flags & REMOTE_TOLD) || verdict == MERGE_AGREED || !here)
        return verdict;
    if (!there || (kind->agrees && kind->agrees(arena, remote, field->name, here)))
        return MERGE_KEPT;
    if (verdict == MERGE_TO_LOCAL || verdict == MERGE_KEPT)
        return verdict;
    plan_add_finding(planner->plan, "OFR-034", remote->id, local->id, field->name,
                     "local \"%s\", cloud \"%s\"", value_show(arena, field, here),
                     value_show(arena, field, there));
    planner->plan->drift++;
    return MERGE_KEPT;
}

static int merge_one(struct planner *planner, struct pair *pair, const struct field_map *map,
                     const struct json *row, struct sides *sides, struct error *error)
{
    const struct record *remote = pair->remote->record, *local = pair->local->record;
    const struct field *field = &remote->kind->fields[map->field];
    const char *l = local->values[map->field], *c = remote->values[map->field];
    const char *base = pair->base[map->field];
    /* What the cloud writes otherwise is no edit. */
    c = value_same(field, c, l) ? l : value_same(field, c, base) ? base : c;
    char conflict_id[24] = "";
    struct merge_input input = {
        .owner = map->owner,
        .direction = field->direction,
        .clear = map->clear,
        .weak = is_weak(planner->plan->arena, planner->plan->job, map, row, l),
        .cloud_writable = cloud_takes(planner->work, field->name),
        .local_writable = map->column && source_writable(planner->work->source),
        .base = base,
        .local = l,
        .cloud = c,
        .local_ms = local->modified_ms,
        .cloud_ms = remote->modified_ms};
    bool known = pair->linked || pair->replaces[SIDE_REMOTE] || pair->replaces[SIDE_LOCAL];
    if (!input.local_ms && known) /* a source without times: when we first saw it */
        input.local_ms = pair->local->changed_seen_ms;
    if (!text_equal(l, c)) {
        int r = decision(planner, pair, map->field, conflict_id, &input.decision, error);
        if (r < 0)
            return r;
    }
    struct merge_result merged = merge_field(&input);
    if (merged.verdict == MERGE_BARRED && !cloud_shows(planner->work, field->name))
        merged.verdict = MERGE_KEPT; /* nobody knows what it has there */
    if (!sides->deleted)
        merged.verdict = compare_told(planner, pair, map->field, merged.verdict);
    if (sides->deleted && field->direction != FIELD_FROM_CLOUD) {
        bool moved = merged.verdict == MERGE_TO_CLOUD || merged.verdict == MERGE_CONFLICT;
        if (moved && !input.weak)
            sides->unwritten = field->name;
        return 0;
    }
    planner->plan->drift += merged.verdict != MERGE_AGREED && merged.verdict != MERGE_KEPT;
    if (merged.verdict == MERGE_AGREED && !text_equal(input.base, l)) {
        sides->base[map->field] = l;
        sides->base_changed = true;
    } else if (merged.verdict == MERGE_TO_CLOUD) {
        return push_field(planner, pair, sides, map->field, &input, merged.rule, error);
    } else if (merged.verdict == MERGE_TO_LOCAL) {
        plan_add_field(planner->plan, sides->local, map->field, l, c, input.base, merged.rule);
    } else if (merged.verdict == MERGE_CONFLICT) {
        add_conflict(planner, pair, map->field, conflict_id, merged.rule);
    } else if (merged.verdict == MERGE_BARRED) {
        tell_barred(planner, pair, map->field);
    }
    return 0;
}

enum action plan_classify(const struct planner *planner, const struct change *change,
                          const struct record *before)
{
    const struct connector_kind *kind = planner->work->kind;
    return kind->classify ? kind->classify(change, before, planner->plan->at_ms) : ACTION_UPDATE;
}

static void drop_last_if_empty(struct plan *plan, struct change *change)
{
    if (change->field_count)
        change_identify(change);
    else if (plan->changes[plan->change_count - 1] == change)
        plan->change_count--;
}

static void add_pair(struct planner *planner, const struct pair *pair, const struct sides *sides,
                     const struct change *adopt, bool settled)
{
    struct plan *plan = planner->plan;
    ARRAY_GROW(plan->pairs, &plan->pair_capacity, plan->pair_count + 1);
    plan->pairs[plan->pair_count++] =
        (struct plan_pair){.remote_id = pair->remote->record->id,
                           .local_key = pair->local->record->id,
                           .base = sides->base,
                           .base_changed = sides->base_changed,
                           .adopt = adopt,
                           .replaces = {pair->replaces[SIDE_REMOTE], pair->replaces[SIDE_LOCAL]},
                           .settled = settled};
}

static struct change *start_change(struct planner *planner, const struct pair *pair,
                                   enum action action)
{
    const struct record *remote = pair->remote->record;
    struct change *change =
        plan_add_change(planner->plan, action, remote->id, pair->local->record->id);
    change->version = remote->version;
    change->title = plan_title(remote);
    return change;
}

/* What the gates open beside the edits of the same record. What an edit amounts to already needs no
 * action of its own, and a record that is taken back is not edited any more. */
static unsigned settle_gates(struct planner *planner, const struct gate_view *view,
                             struct change *update)
{
    unsigned due = plan_gates_due(planner, view);
    for (enum gate i = 0; i < GATE_COUNT; i++) {
        if (update->field_count && gate_types[i].action == update->action)
            due &= ~(1u << i);
    }
    if (due & 1u << GATE_CANCEL)
        update->field_count = 0;
    return due;
}

/* A record that was taken back is offered once more by a new edit only, not because the local side
 * stayed as it was, whoever owns the field; and only if a person says so, as with its release. */
static void hold_revival(struct planner *planner, struct pair *pair, struct change *change)
{
    size_t kept = 0;
    if (change->action != ACTION_EXTEND ||
        !text_equal(record_get(pair->remote->record, FIELD_STATE), STATE_CANCELLED))
        return;
    for (size_t i = 0; i < change->field_count; i++) {
        size_t field = change->fields[i].field;
        if (!text_equal(pair->base[field], pair->local->record->values[field]))
            change->fields[kept++] = change->fields[i];
    }
    planner->plan->drift -= change->field_count - kept;
    change->field_count = kept;
    change->action = plan_classify(planner, change, pair->remote->record);
    if (change->action != ACTION_EXTEND || change->hold)
        return;
    change->hold = HOLD_APPROVAL;
    change->hold_reason = "it was taken back: to offer it once more waits for agent approve";
}

bool plan_shows(const struct planner *planner, size_t field)
{
    const struct remote_field *remote =
        connector_field(planner->work->kind, planner->plan->job->kind->fields[field].name);
    return remote && remote->flags & REMOTE_SHOWS;
}

/* What shows the record to others leaves the edit. Returns how many fields. */
static size_t take_showing(const struct planner *planner, struct change *update)
{
    size_t kept = 0, count = update->field_count;
    for (size_t i = 0; i < count; i++)
        if (!plan_shows(planner, update->fields[i].field))
            update->fields[kept++] = update->fields[i];
    update->field_count = kept;
    return count - kept;
}

/* It goes with the submission where that is still due, and is one of its own afterwards, which
 * waits for the same word of a person. */
static void plan_showing(struct planner *planner, const struct gate_view *view, size_t count)
{
    const struct gate_type *type = &gate_types[GATE_SUBMIT];
    if (count && plan_due(planner, type, view->remote, view->local))
        planner->plan->drift -= count;
    else if (count)
        plan_gate(planner, view, type);
}

/* The cloud's part and the local part, as two changes; empty ones leave the plan again. */
static int plan_fields(struct planner *planner, struct pair *pair, const struct json *row,
                       struct sides *sides, struct error *error)
{
    const struct job *job = planner->plan->job;
    const struct record *remote = pair->remote->record;
    struct change *cloud = start_change(planner, pair, ACTION_UPDATE);
    struct change local = {.kind = job->kind,
                           .fields = arena_array(planner->plan->arena, job->kind->field_count,
                                                 sizeof(struct change_field))};
    sides->cloud = cloud;
    sides->local = &local;
    sides->deleted = record_deleted(remote);
    int r = 0;
    for (size_t i = 0; r == 0 && i < job->field_count; i++)
        r = merge_one(planner, pair, &job->fields[i], row, sides, error);
    if (r < 0)
        return r;
    if (sides->unwritten)
        plan_add_finding(planner->plan, "MAT-007", remote->id, pair->local->record->id,
                         sides->unwritten,
                         "%s was deleted; agent offer create %s makes another draft", remote->id,
                         pair->local->record->id);
    plan_check_update(planner, cloud, remote);
    size_t showing = take_showing(planner, cloud);
    cloud->action = plan_classify(planner, cloud, remote);
    hold_revival(planner, pair, cloud);
    struct gate_view view = {.remote = remote, .local = pair->local->record, .row = row};
    unsigned gates = settle_gates(planner, &view, cloud);
    view.update = cloud->field_count ? cloud : NULL;
    drop_last_if_empty(planner->plan, cloud);
    plan_gates(planner, &view, gates);
    plan_showing(planner, &view, showing);
    if (local.field_count) {
        struct change *pull = start_change(planner, pair, ACTION_PULL);
        pull->fields = local.fields;
        pull->field_count = local.field_count;
        change_identify(pull);
    }
    return 0;
}

int plan_pair(struct planner *planner, struct pair *pair, struct error *error)
{
    struct plan *plan = planner->plan;
    const struct kind *kind = plan->job->kind;
    size_t changes = plan->change_count, findings = plan->finding_count;
    struct json *row = NULL;
    int r = plan_row(planner, pair->local->record, &row, error);
    if (r < 0)
        return r;

    struct sides sides = {.base = arena_array(plan->arena, kind->field_count, sizeof(char *))};
    memcpy(sides.base, pair->base, kind->field_count * sizeof *sides.base);
    struct change *adopt = NULL;
    if (!pair->linked) {
        adopt = start_change(planner, pair, ACTION_ADOPT);
        adopt->note = pair->how;
        change_identify(adopt);
    }
    r = plan_fields(planner, pair, row, &sides, error);
    if (r < 0)
        return r;
    bool quiet = plan->change_count == changes && plan->finding_count == findings;
    add_pair(planner, pair, &sides, adopt, quiet && !pair->waits);
    return 0;
}
