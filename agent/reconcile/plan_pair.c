/* What is to happen to one pair, or to one local record without a partner. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "connectors/document.h"
#include "model/mapping.h"
#include "reconcile/plan_private.h"

/* A fault that the cloud's rules find in a write. */
struct fault {
    const char *code, *field, *detail;
};

struct faults {
    struct arena *arena;
    struct fault *items;
    size_t count, capacity;
};

static void note_fault(void *context, const struct finding *finding)
{
    struct faults *faults = context;
    ARRAY_GROW(faults->items, &faults->capacity, faults->count + 1);
    faults->items[faults->count++] =
        (struct fault){.code = finding->type->code,
                       .field = arena_copy(faults->arena, finding->field),
                       .detail = arena_copy(faults->arena, finding->detail)};
}

static const char *title_of(const struct record *record)
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
                                  .title = title_of(remote),
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
};

static int merge_one(struct planner *planner, struct pair *pair, const struct field_map *map,
                     const struct json *row, struct sides *sides, struct error *error)
{
    const struct record *remote = pair->remote->record, *local = pair->local->record;
    const struct field *field = &remote->kind->fields[map->field];
    const char *l = local->values[map->field], *c = remote->values[map->field];
    char conflict_id[24] = "";
    struct merge_input input = {
        .owner = map->owner,
        .direction = field->direction,
        .clear = map->clear,
        .weak = is_weak(planner->plan->arena, planner->plan->job, map, row, l),
        .cloud_writable = cloud_takes(planner->work, field->name),
        .local_writable = map->column && source_writable(planner->work->source),
        .base = pair->base[map->field],
        .local = l,
        .cloud = c,
        .local_ms = local->modified_ms,
        .cloud_ms = remote->modified_ms};
    if (!input.local_ms && pair->linked) /* a source without times: when we first saw it */
        input.local_ms = pair->local->changed_seen_ms;
    if (!text_equal(l, c)) {
        int r = decision(planner, pair, map->field, conflict_id, &input.decision, error);
        if (r < 0)
            return r;
    }
    struct merge_result merged = merge_field(&input);
    planner->plan->drift += merged.verdict != MERGE_AGREED && merged.verdict != MERGE_KEPT;
    if (merged.verdict == MERGE_AGREED && !text_equal(input.base, l)) {
        sides->base[map->field] = l;
        sides->base_changed = true;
    } else if (merged.verdict == MERGE_TO_CLOUD) {
        plan_add_field(planner->plan, sides->cloud, map->field, c, l, input.base, merged.rule);
    } else if (merged.verdict == MERGE_TO_LOCAL) {
        plan_add_field(planner->plan, sides->local, map->field, l, c, input.base, merged.rule);
    } else if (merged.verdict == MERGE_CONFLICT) {
        add_conflict(planner, pair, map->field, conflict_id, merged.rule);
    }
    return 0;
}

static bool in_change(const struct change *change, const char *field)
{
    return field && change_field(change, field);
}

static void drop_field(struct change *change, const char *name)
{
    for (size_t i = 0; i < change->field_count; i++) {
        if (!text_equal(change->kind->fields[change->fields[i].field].name, name))
            continue;
        memmove(&change->fields[i], &change->fields[i + 1],
                (change->field_count - i - 1) * sizeof *change->fields);
        change->field_count--;
        return;
    }
}

/* One finding per code: several fields locked for one reason are one thing to know. */
static void report_faults(struct planner *planner, const struct faults *faults,
                          const char *remote_id, const char *local_key)
{
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *fault = &faults->items[i];
        bool said = false, several = false;
        struct text fields;
        text_init(&fields, 1024);
        for (size_t j = 0; j < faults->count; j++) {
            if (!text_equal(faults->items[j].code, fault->code))
                continue;
            said |= j < i;
            several |= j != i;
            if (faults->items[j].field)
                text_addf(&fields, "%s%s", fields.length ? ", " : "", faults->items[j].field);
        }
        if (!said && several)
            plan_add_finding(planner->plan, fault->code, remote_id, local_key, NULL, "%s: %s",
                             fields.data, fault->detail);
        else if (!said)
            plan_add_finding(planner->plan, fault->code, remote_id, local_key, fault->field, "%s",
                             fault->detail);
        text_free(&fields);
    }
}

static struct record *record_after(struct arena *arena, const struct record *before,
                                   const struct change *change)
{
    struct record *after = record_new(arena, before->kind, before->id);
    memcpy(after->values, before->values, before->kind->field_count * sizeof *after->values);
    for (size_t i = 0; change && i < change->field_count; i++)
        after->values[change->fields[i].field] = change->fields[i].new_value;
    return after;
}

/* Holds an update against the cloud's rules: fields that it would refuse leave the change, so that
 * the others can go; a fault elsewhere in the record holds the whole change. */
static void check_update(struct planner *planner, struct change *change,
                         const struct record *before)
{
    struct arena *arena = planner->plan->arena;
    struct faults all = {.arena = arena};
    bool again = true;
    while (again && change->field_count) {
        struct faults now = {.arena = arena};
        again = false;
        document_check(planner->work->kind, AT_UPDATE, before, record_after(arena, before, change),
                       planner->plan->at_ms, note_fault, &now);
        for (size_t i = 0; i < now.count; i++) {
            if (!in_change(change, now.items[i].field))
                continue;
            drop_field(change, now.items[i].field);
            again = true;
            const struct finding finding = {.type = finding_type(now.items[i].code),
                                            .field = now.items[i].field,
                                            .detail = now.items[i].detail};
            note_fault(&all, &finding);
        }
        if (!again && now.count) {
            change->hold = HOLD_RULE;
            change->hold_reason =
                arena_printf(arena, "%s: %s", now.items[0].code, now.items[0].detail);
            report_faults(planner, &now, change->remote_id, change->local_key);
        }
        free(now.items);
    }
    report_faults(planner, &all, change->remote_id, change->local_key);
    free(all.items);
}

static enum action update_action(const struct change *change)
{
    const struct change_field *stage = change_field(change, FIELD_STAGE);
    if (stage && text_equal(stage->new_value, STAGE_LOST))
        return ACTION_CLOSE;
    if (stage && text_equal(stage->new_value, STAGE_WON))
        return ACTION_LAUNCH;
    return ACTION_UPDATE;
}

/* A referral that the cloud's sellers do not have yet, or sent back. */
static void plan_submit(struct planner *planner, const struct pair *pair, const struct json *row,
                        const struct change *update)
{
    const struct job *job = planner->plan->job;
    const struct record *remote = pair->remote->record, *local = pair->local->record;
    const char *status =
        kind_field(job->kind, "status") != FIELD_NONE ? record_get(remote, "status") : NULL;
    bool again = text_equal(status, "action_required");
    if (!job->gates[GATE_SUBMIT].open || !(text_equal(status, "draft") || again) ||
        !(planner->work->kind->capabilities & CAN_SUBMIT) ||
        !conditions_hold_json(&job->gates[GATE_SUBMIT].when, row))
        return;
    struct change *change = plan_add_change(planner->plan, ACTION_SUBMIT, remote->id, local->id);
    change->version = remote->version;
    change->title = title_of(remote);
    for (size_t i = 0; i < job->field_count; i++) {
        size_t field = job->fields[i].field;
        if (job->kind->fields[field].direction == FIELD_TO_CLOUD && local->values[field])
            plan_add_field(planner->plan, change, field, NULL, local->values[field], NULL,
                           "said by the local side");
    }
    struct record *after = record_after(planner->plan->arena, remote, update);
    for (size_t i = 0; i < change->field_count; i++)
        after->values[change->fields[i].field] = change->fields[i].new_value;
    struct faults faults = {.arena = planner->plan->arena};
    document_check(planner->work->kind, AT_SUBMIT, remote, after, planner->plan->at_ms, note_fault,
                   &faults);
    if (faults.count) {
        change->hold = HOLD_RULE;
        change->hold_reason = arena_printf(planner->plan->arena, "%s: %s", faults.items[0].code,
                                           faults.items[0].detail);
        report_faults(planner, &faults, remote->id, local->id);
    } else if (again) {
        change->hold = HOLD_APPROVAL;
        change->hold_reason =
            "the cloud's reviewers asked for a correction; approve when it is made";
        plan_add_finding(planner->plan, "REF-017", remote->id, local->id, NULL, "%s: %s",
                         change->title,
                         value_show(planner->plan->arena,
                                    &job->kind->fields[kind_field(job->kind, "status_comments")],
                                    record_get(remote, "status_comments")));
    }
    change_identify(change);
    free(faults.items);
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
    plan->pairs[plan->pair_count++] = (struct plan_pair){.remote_id = pair->remote->record->id,
                                                         .local_key = pair->local->record->id,
                                                         .base = sides->base,
                                                         .base_changed = sides->base_changed,
                                                         .adopt = adopt,
                                                         .settled = settled};
}

static struct change *start_change(struct planner *planner, const struct pair *pair,
                                   enum action action)
{
    const struct record *remote = pair->remote->record;
    struct change *change =
        plan_add_change(planner->plan, action, remote->id, pair->local->record->id);
    change->version = remote->version;
    change->title = title_of(remote);
    return change;
}

/* The cloud's part and the local part, as two changes; empty ones leave the plan again. */
static int plan_fields(struct planner *planner, struct pair *pair, const struct json *row,
                       struct sides *sides, struct error *error)
{
    const struct job *job = planner->plan->job;
    struct change *cloud = start_change(planner, pair, ACTION_UPDATE);
    struct change local = {.kind = job->kind,
                           .fields = arena_array(planner->plan->arena, job->kind->field_count,
                                                 sizeof(struct change_field))};
    sides->cloud = cloud;
    sides->local = &local;
    int r = 0;
    for (size_t i = 0; r == 0 && i < job->field_count; i++)
        r = merge_one(planner, pair, &job->fields[i], row, sides, error);
    if (r < 0)
        return r;
    check_update(planner, cloud, pair->remote->record);
    cloud->action = update_action(cloud);
    drop_last_if_empty(planner->plan, cloud);
    plan_submit(planner, pair, row, cloud->field_count ? cloud : NULL);
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
    const char *raw = pair->local->record->raw;
    int r = json_parse(plan->arena, raw, strlen(raw), &row, error);
    if (r < 0)
        return error_context(error, "local record %s in the store", pair->local->record->id);

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
    add_pair(planner, pair, &sides, adopt, quiet);
    return 0;
}

static struct change *start_create(struct planner *planner, const struct record *local)
{
    const struct job *job = planner->plan->job;
    struct change *change = plan_add_change(planner->plan, ACTION_CREATE, NULL, local->id);
    change->title = title_of(local);
    for (size_t i = 0; i < job->field_count; i++) {
        size_t field = job->fields[i].field;
        const struct remote_field *remote =
            connector_field(planner->work->kind, job->kind->fields[field].name);
        if (remote && remote->flags & REMOTE_CREATE && local->values[field])
            plan_add_field(planner->plan, change, field, NULL, local->values[field], NULL,
                           job->fields[i].constant ? "constant of the job" : "new record");
    }
    size_t reference = kind_field(job->kind, FIELD_REFERENCE);
    if (!change_field(change, FIELD_REFERENCE))
        plan_add_field(planner->plan, change, reference, NULL, local->id, NULL, "the source's key");
    return change;
}

int plan_create(struct planner *planner, struct store_record *local, bool *ret_said,
                struct error *error)
{
    const struct job *job = planner->plan->job;
    struct arena *arena = planner->plan->arena;
    const struct record *record = local->record;
    struct json *row = NULL;
    *ret_said = false;
    if (!job->gates[GATE_CREATE].open || !(planner->work->kind->capabilities & CAN_CREATE))
        return 0;
    int r = json_parse(arena, record->raw, strlen(record->raw), &row, error);
    if (r < 0)
        return error_context(error, "local record %s in the store", record->id);
    if (!conditions_hold_json(&job->gates[GATE_CREATE].when, row))
        return 0;

    *ret_said = true;
    if (record_get(record, FIELD_ID)) { /* it was there once: creating it again would be a second */
        planner->plan->orphans++;
        plan_add_finding(planner->plan, "MAT-003", NULL, record->id, FIELD_ID,
                         "%s names %s, which the cloud does not list", record->id,
                         record_get(record, FIELD_ID));
        return 0;
    }
    struct change *change = start_create(planner, record);
    bool submit = job->gates[GATE_SUBMIT].open && conditions_hold_json(&job->gates[GATE_SUBMIT].when, row);
    struct record *after = record_new(arena, job->kind, record->id);
    for (size_t i = 0; i < change->field_count; i++)
        after->values[change->fields[i].field] = change->fields[i].new_value;
    change->note = submit ? "to be submitted once it is created" : NULL;

    struct faults faults = {.arena = arena};
    document_check(planner->work->kind, submit ? AT_CREATE | AT_SUBMIT : AT_CREATE, NULL, after,
                   planner->plan->at_ms, note_fault, &faults);
    if (faults.count) {
        change->hold = HOLD_RULE;
        change->hold_reason =
            arena_printf(arena, "%s: %s%s", faults.items[0].code, faults.items[0].detail,
                         faults.count > 1 ? ", and more" : "");
        report_faults(planner, &faults, NULL, record->id);
    }
    change_identify(change);
    free(faults.items);
    return 0;
}
