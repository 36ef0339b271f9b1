/* The gates of a job: which actions are due for a record of the cloud; and what its fields say
 * about its time and its future. */
#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/document.h"
#include "reconcile/plan_private.h"

#define DAY_MS INT64_C(86400000)

static unsigned bit(enum gate gate)
{
    return 1u << gate;
}

static bool gate_holds(const struct planner *planner, enum gate gate, const struct gate_view *view)
{
    const struct gate_rule *rule = &planner->plan->job->gates[gate];
    const struct condition_view seen = {.raw = view->row, .record = view->remote};
    return rule->open && conditions_hold_for(&rule->when, &seen);
}

bool plan_due(const struct planner *planner, const struct gate_type *type,
              const struct record *remote, const struct record *wanted)
{
    return document_due(planner->work->kind, type->action, remote, wanted, gate_due(type, remote));
}

unsigned plan_gates_due(struct planner *planner, const struct gate_view *view)
{
    unsigned due = 0, both = bit(GATE_ACCEPT) | bit(GATE_REJECT);
    for (enum gate i = 0; i < GATE_COUNT; i++) {
        const struct gate_type *type = &gate_types[i];
        if ((view->local || type->alone) && plan_due(planner, type, view->remote, view->local) &&
            connector_procedure(planner->work->kind, type->action) && gate_holds(planner, i, view))
            due |= bit(i);
    }
    /* What is to be taken back is not released first. */
    if (due & bit(GATE_PUBLISH) && gate_holds(planner, GATE_CANCEL, view))
        due &= ~bit(GATE_PUBLISH);
    if ((due & both) == both) {
        due &= ~both;
        plan_add_finding(
            planner->plan, "REF-021", view->remote->id, view->local ? view->local->id : NULL, NULL,
            "%s: the conditions of both accept and reject hold", plan_title(view->remote));
    }
    return due;
}

void plan_gate_fields(struct planner *planner, struct change *change, const struct gate_type *type,
                      const struct record *remote, const struct record *local)
{
    const struct job *job = planner->plan->job;
    const struct gate_kind *of = gate_kind(type, job->kind);
    for (size_t i = 0; of && of->goes && of->goes[i]; i++) {
        size_t field = kind_field(job->kind, of->goes[i]);
        const struct field_map *map = job_field(job, field);
        const char *value = !map ? NULL : local ? local->values[field] : map->constant;
        if (value && !text_equal(value, remote->values[field]))
            plan_add_field(planner->plan, change, field, remote->values[field], value, NULL,
                           "said by the local side");
    }
}

const char *plan_tell(const struct planner *planner, const struct gate_type *type,
                      const struct record *record, const struct record *local)
{
    struct arena *arena = planner->plan->arena;
    CLEANUP_TEXT struct text out;
    const struct gate_kind *of = gate_kind(type, record->kind);
    text_init(&out, LIMIT_JSON_BYTES);
    for (size_t i = 0; of && of->tells && of->tells[i]; i++) {
        const char *name = of->tells[i], *value = record_get(record, name);
        const struct remote_field *remote = connector_field(planner->work->kind, name);
        if (local && remote && remote->flags & REMOTE_SIGNED)
            value = record_get(local, name);
        if (value)
            text_addf(
                &out, "%s%s %s", out.length ? ", " : "", name,
                value_show(arena, &record->kind->fields[kind_field(record->kind, name)], value));
    }
    return out.length ? arena_copy(arena, out.data) : NULL;
}

/* Reviewers sent the referral back, or turned down one that may be submitted once more: a person is
 * to see that it was corrected. */
static void hold_correction(struct planner *planner, struct change *change,
                            const struct record *remote, const struct record *local)
{
    const struct kind *kind = remote->kind;
    const char *status = record_get(remote, "status");
    bool again = text_equal(status, "rejected") &&
                 plan_due(planner, &gate_types[GATE_SUBMIT], remote, local);
    if (change->action != ACTION_SUBMIT || (!again && !text_equal(status, "action_required")))
        return;
    change->hold = HOLD_APPROVAL;
    change->hold_reason = "the cloud's reviewers asked for a correction; approve when it is made";
    plan_add_finding(
        planner->plan, "REF-017", remote->id, change->local_key, NULL, "%s: %s", change->title,
        value_show(planner->plan->arena, &kind->fields[kind_field(kind, "status_comments")],
                   record_get(remote, "status_comments")));
}

void plan_gate(struct planner *planner, const struct gate_view *view, const struct gate_type *type)
{
    struct arena *arena = planner->plan->arena;
    const struct record *remote = view->remote;
    struct change *change = plan_add_change(planner->plan, type->action, remote->id,
                                            view->local ? view->local->id : NULL);
    change->version = remote->version;
    change->title = plan_title(remote);
    plan_gate_fields(planner, change, type, remote, view->local);
    const struct record *edited = view->update ? plan_after(arena, remote, view->update) : remote;
    change->note = plan_tell(planner, type, edited, view->local);
    if (!plan_check(planner, change, plan_moment(type->action), remote,
                    plan_after(arena, edited, change)))
        hold_correction(planner, change, remote, view->local);
    change_identify(change);
}

void plan_gates(struct planner *planner, const struct gate_view *view, unsigned gates)
{
    for (enum gate i = 0; i < GATE_COUNT; i++) {
        if (gates & bit(i))
            plan_gate(planner, view, &gate_types[i]);
    }
}

/* ---- records that only the cloud has ---- */

const char *plan_became(const struct record *remote)
{
    const char *other = record_get(remote, FIELD_BECAME);
    return text_equal(other, remote->id) ? NULL : other;
}

static void add_import(struct planner *planner, const struct record *remote)
{
    const struct job *job = planner->plan->job;
    struct change *change = plan_add_change(planner->plan, ACTION_IMPORT, remote->id, remote->id);
    change->version = remote->version;
    change->title = plan_title(remote);
    for (size_t i = 0; i < job->field_count; i++) {
        size_t field = job->fields[i].field;
        if (job->fields[i].column && remote->values[field])
            plan_add_field(planner->plan, change, field, NULL, remote->values[field], NULL,
                           "only the cloud has it");
    }
    change_identify(change);
}

/* A row that is there under the key or the reference of the record is either its partner, which
 * then is to be linked, or somebody else's; a second row would hide that. */
static int plan_import(struct planner *planner, const struct record *remote, struct error *error)
{
    const char *reference = record_get(remote, FIELD_REFERENCE);
    struct store_record *same = NULL, *named = NULL;
    if (map_has(planner->blocked, remote->id) ||
        (reference && map_has(planner->blocked, reference)))
        return 0; /* the row's own finding says what is wrong */
    int r = plan_get(planner, SIDE_LOCAL, remote->id, &same, error);
    if (r == 0 && reference)
        r = plan_get(planner, SIDE_LOCAL, reference, &named, error);
    if (r < 0)
        return r;
    if (same && !same->gone)
        plan_add_finding(planner->plan, "MAT-005", remote->id, NULL, NULL,
                         "the source has a row %s already", remote->id);
    else if (named && !named->gone)
        plan_add_finding(planner->plan, "MAT-002", remote->id, reference, FIELD_REFERENCE,
                         "%s carries the reference %s, which belongs to another record or cannot "
                         "be matched by it",
                         remote->id, reference);
    else
        add_import(planner, remote);
    return 0;
}

int plan_remote(struct planner *planner, const struct record *remote, struct error *error)
{
    struct plan *plan = planner->plan;
    size_t changes = plan->change_count, findings = plan->finding_count;
    bool ahead = plan_deadlines(planner, remote);
    const struct gate_view view = {.remote = remote};
    int r = 0;
    if (!plan_became(remote) && source_writable(planner->work->source) &&
        gate_holds(planner, GATE_IMPORT, &view))
        r = plan_import(planner, remote, error);
    /* What was answered is no proposal any more, and its row might never be added: that goes first,
     * and the answer follows with the pair. */
    if (r == 0 && (plan->change_count == changes || !source_in_place(planner->work->source)))
        plan_gates(planner, &view, plan_gates_due(planner, &view));
    if (r == 0 && !ahead && plan->change_count == changes && plan->finding_count == findings)
        plan_settle(plan, SIDE_REMOTE, remote->id);
    return r;
}

/* ---- deadlines ---- */

static bool deadline_applies(const struct deadline *deadline, const struct record *remote)
{
    const char *word = record_get(remote, deadline->when);
    for (size_t i = 0; deadline->words[i]; i++) {
        if (text_equal(word, deadline->words[i]))
            return true;
    }
    return false;
}

/* When it is over: the end of the day (UTC), or the instant; the day for people. */
static bool deadline_over(const struct deadline *deadline, const struct record *remote,
                          int64_t *ret_ms, int64_t *ret_day)
{
    const char *value = record_get(remote, deadline->field);
    if (!value)
        return false;
    if (day_parse(value, ret_day)) {
        *ret_ms = (*ret_day + 1) * DAY_MS;
        return true;
    }
    if (!instant_parse(value, ret_ms))
        return false;
    *ret_day = day_of(*ret_ms);
    return true;
}

static void report_deadline(struct planner *planner, const struct deadline *deadline,
                            const struct record *remote, int64_t day)
{
    char text[DAY_TEXT];
    long long days = (long long)(day - day_of(planner->plan->at_ms));
    const char *when = days == 0   ? "today"
                       : days == 1 ? "in 1 day"
                                   : arena_printf(planner->plan->arena, "in %lld days", days);
    plan_add_finding(planner->plan, deadline->code, remote->id, NULL, deadline->field,
                     "%s on %s, %s", deadline->what, day_print(day, text), when);
}

bool plan_deadlines(struct planner *planner, const struct record *remote)
{
    const struct connector_kind *kind = planner->work->kind;
    int64_t now = planner->plan->at_ms;
    bool ahead = false;
    for (size_t i = 0; i < kind->deadline_count; i++) {
        const struct deadline *deadline = &kind->deadlines[i];
        int64_t over_ms = 0, day = 0;
        if (!deadline_applies(deadline, remote) ||
            !deadline_over(deadline, remote, &over_ms, &day) || over_ms <= now)
            continue;
        ahead = true;
        if (day - day_of(now) <= (int64_t)deadline->days)
            report_deadline(planner, deadline, remote, day);
    }
    return ahead;
}
