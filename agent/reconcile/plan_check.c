/* Holds planned writes against the cloud's rules before anything is sent. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/document.h"
#include "reconcile/plan_private.h"

/* A fault that the cloud's rules find in a write. */
struct fault {
    const char *code, *field, *detail;
    bool locked;
};

struct faults {
    struct arena *arena;
    struct fault *items;
    size_t count, capacity;
    size_t waived; /* defaults that are not taken, of which nobody hears */
};

static void note_fault(void *context, const struct finding *finding)
{
    struct faults *faults = context;
    ARRAY_GROW(faults->items, &faults->capacity, faults->count + 1);
    faults->items[faults->count++] =
        (struct fault){.code = finding->type->code,
                       .field = arena_copy(faults->arena, finding->field),
                       .detail = arena_copy(faults->arena, finding->detail),
                       .locked = finding->locked};
}

/* One finding per code: several fields locked for one reason are one thing to know. */
static void report_faults(struct planner *planner, const struct faults *faults,
                          const struct change *change)
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
            plan_add_finding(planner->plan, fault->code, change->remote_id, change->local_key, NULL,
                             "%s: %s", fields.data, fault->detail);
        else if (!said)
            plan_add_finding(planner->plan, fault->code, change->remote_id, change->local_key,
                             fault->field, "%s", fault->detail);
        text_free(&fields);
    }
}

static void hold_for(struct change *change, struct arena *arena, const struct faults *faults)
{
    change->hold = HOLD_RULE;
    change->hold_reason =
        arena_printf(arena, "%s: %s%s", faults->items[0].code, faults->items[0].detail,
                     faults->count > 1 ? ", and more" : "");
}

unsigned plan_moment(enum action action)
{
    switch (action) {
    case ACTION_CREATE:
        return AT_CREATE;
    case ACTION_SUBMIT:
    case ACTION_PUBLISH:
        return AT_SUBMIT;
    case ACTION_REGISTER:
        return AT_REGISTER;
    case ACTION_CANCEL:
    case ACTION_ACCEPT:
    case ACTION_REJECT:
        return 0;
    default:
        return AT_UPDATE;
    }
}

struct record *plan_after(struct arena *arena, const struct record *before,
                          const struct change *change)
{
    struct record *after = before ? record_new(arena, before->kind, before->id)
                                  : record_new(arena, change->kind, change->local_key);
    if (before)
        memcpy(after->values, before->values, before->kind->field_count * sizeof *after->values);
    for (size_t i = 0; i < change->field_count; i++)
        after->values[change->fields[i].field] = change->fields[i].new_value;
    return after;
}

bool plan_check(struct planner *planner, struct change *change, unsigned moments,
                const struct record *before, const struct record *after)
{
    struct faults faults = {.arena = planner->plan->arena};
    document_check(planner->work->kind, moments, before, after, planner->plan->at_ms, note_fault,
                   &faults);
    bool found = faults.count;
    if (found) {
        hold_for(change, planner->plan->arena, &faults);
        report_faults(planner, &faults, change);
    }
    free(faults.items);
    return found;
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

/* Takes the faulty fields out of the change; false if none of the faults is about one of them. */
static bool drop_faulty(struct change *change, const struct faults *now, struct faults *all)
{
    bool dropped = false;
    for (size_t i = 0; i < now->count; i++) {
        const struct fault *fault = &now->items[i];
        const struct change_field *field = fault->field ? change_field(change, fault->field) : NULL;
        if (!field)
            continue;
        bool missed = !(fault->locked && field->weak);
        drop_field(change, fault->field);
        dropped = true;
        all->waived += !missed;
        if (!missed)
            continue;
        const struct finding finding = {
            .type = finding_type(fault->code), .field = fault->field, .detail = fault->detail};
        note_fault(all, &finding);
    }
    return dropped;
}

void plan_check_update(struct planner *planner, struct change *change, const struct record *before)
{
    struct arena *arena = planner->plan->arena;
    struct faults all = {.arena = arena};
    bool again = true;
    while (again && change->field_count) {
        struct faults now = {.arena = arena};
        document_check(planner->work->kind, AT_UPDATE, before, plan_after(arena, before, change),
                       planner->plan->at_ms, note_fault, &now);
        again = drop_faulty(change, &now, &all);
        if (!again && now.count) { /* a fault elsewhere in the record cannot be left out */
            hold_for(change, arena, &now);
            report_faults(planner, &now, change);
        }
        free(now.items);
    }
    report_faults(planner, &all, change);
    planner->plan->drift -= all.waived; /* such a field is kept as it is */
    free(all.items);
}
