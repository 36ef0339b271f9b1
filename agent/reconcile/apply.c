#include "reconcile/apply.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/value.h"
#include "reconcile/guard.h"
#include "reconcile/journal.h"

#define TASKS_IN_FLIGHT 32 /* changes worked on at once; the session paces their calls */

enum task_state {
    TASK_IDLE,
    TASK_RUNNING,
    TASK_DONE,
    TASK_PARKED, /* a later run goes on with it; nothing is wrong */
    TASK_ENDED,  /* any other end */
};

/* One change on its way. */
struct task {
    struct applier *applier;
    struct arena *arena;
    struct change *change;
    struct journal_row row;
    const struct procedure *procedure;
    size_t step;
    struct step_context context;
    struct http_request request;
    struct task *before; /* the change of the same record that must have ended well */
    bool resumed;        /* an earlier run began it */
    enum task_state state;
};

struct applier {
    const struct work *work;
    struct plan *plan;
    int64_t run;
    struct arena *arena;
    struct task **tasks;
    size_t count, capacity;
    size_t running, finished;
    size_t abroad; /* begun, and open at the cloud though nobody here works on them */
    struct apply_counts counts;
    size_t first; /* no task before this one is idle */
    bool stopped, started, pumping;
    apply_progress *progress;
    void *progress_context;
    void (*ended)(void *context);
    void *ended_context;
};

struct applier *applier_new(const struct work *work, struct plan *plan, int64_t run)
{
    struct applier *applier = memory_alloc(sizeof *applier);
    applier->work = work;
    applier->plan = plan;
    applier->run = run;
    applier->arena = arena_new();
    return applier;
}

void applier_free(struct applier *applier)
{
    if (!applier)
        return;
    for (size_t i = 0; i < applier->count; i++) {
        arena_free(applier->tasks[i]->arena);
        free(applier->tasks[i]);
    }
    free(applier->tasks);
    arena_free(applier->arena);
    free(applier);
}

void applier_progress(struct applier *applier, apply_progress *progress, void *context)
{
    applier->progress = progress;
    applier->progress_context = context;
}

void applier_counts(const struct applier *applier, struct apply_counts *ret_counts)
{
    *ret_counts = applier->counts;
}

void applier_stop(struct applier *applier)
{
    applier->stopped = true;
}

static struct task *add_task(struct applier *applier, struct change *change)
{
    struct task *task = memory_alloc(sizeof *task);
    task->applier = applier;
    task->arena = arena_new();
    task->change = change;
    task->procedure = connector_procedure(applier->work->kind, change->action);
    ARRAY_GROW(applier->tasks, &applier->capacity, applier->count + 1);
    applier->tasks[applier->count++] = task;
    return task;
}

static size_t find_step(const struct procedure *procedure, const char *name)
{
    for (size_t i = 0; name && i < procedure->count; i++)
        if (text_equal(procedure->steps[i].name, name))
            return i;
    return procedure->count;
}

static int count_abroad(void *context, const struct journal_row *row)
{
    struct applier *applier = context;
    applier->abroad += row->state == JOURNAL_RUNNING;
    return 0;
}

int applier_take(struct applier *applier, struct error *error)
{
    const struct work *work = applier->work;
    CLEANUP_MAP struct map *last = map_new(); /* record → its latest task */
    int r = work->store->ops->journal_open(work->store, work->job->name, applier->arena,
                                           count_abroad, applier, error);
    if (r < 0)
        return r;
    for (size_t i = 0; i < applier->plan->change_count; i++) {
        struct change *change = applier->plan->changes[i];
        if (change->hold != HOLD_NONE || !action_writes_cloud(change->action))
            continue;
        struct task *task = add_task(applier, change);
        const char *record = change->remote_id ? change->remote_id : change->local_key;
        journal_begin(task->arena, change, applier->run, &task->row);
        task->step = find_step(task->procedure, task->procedure->first);
        task->before = map_get(last, record);
        map_put(last, record, task);
    }
    return 0;
}

/* ---- taking up what an earlier run left open ---- */

struct resume {
    struct applier *applier;
    struct journal_row *rows;
    size_t count, capacity;
};

static int collect_open(void *context, const struct journal_row *row)
{
    struct resume *resume = context;
    ARRAY_GROW(resume->rows, &resume->capacity, resume->count + 1);
    resume->rows[resume->count++] = *row;
    return 0;
}

static int end_unresumable(const struct work *work, struct journal_row *row, struct error *error)
{
    int r = work->store->ops->begin(work->store, error);
    if (r == 0)
        r = journal_end(work, row, JOURNAL_STALE, NULL, NULL,
                        "left open by an earlier run; planned afresh", error);
    if (r == 0)
        r = work->store->ops->commit(work->store, error);
    if (r < 0)
        work->store->ops->rollback(work->store);
    return r;
}

int applier_resume(struct applier *applier, struct error *error)
{
    const struct work *work = applier->work;
    struct resume resume = {.applier = applier};
    int r = work->store->ops->journal_open(work->store, work->job->name, applier->arena,
                                           collect_open, &resume, error);
    for (size_t i = 0; r == 0 && i < resume.count; i++) {
        struct journal_row *row = &resume.rows[i];
        const struct procedure *procedure = connector_procedure(work->kind, row->change->action);
        size_t step = procedure ? find_step(procedure, row->step) : 0;
        if (row->state == JOURNAL_RUNNING && procedure && step < procedure->count && !row->answered)
            step = find_step(procedure, procedure->steps[step].resume);
        if (row->state != JOURNAL_RUNNING || !procedure || step >= procedure->count) {
            r = end_unresumable(work, row, error);
            continue;
        }
        struct task *task = add_task(applier, row->change);
        task->row = *row;
        task->step = step;
        task->resumed = true;
    }
    free(resume.rows);
    return r;
}

/* ---- one task ---- */

static void pump(struct applier *applier);

static void task_end(struct task *task, enum task_state state)
{
    struct applier *applier = task->applier;
    task->state = state;
    applier->running--;
    applier->finished++;
    if (applier->progress)
        applier->progress(applier->progress_context, applier->finished, applier->count);
    pump(applier);
}

static void note_worst(struct applier *applier, enum error_class class)
{
    if (class > applier->counts.worst)
        applier->counts.worst = class;
}

/* NULL: nothing was made yet. */
static const char *created_id(const struct task *task)
{
    return task->change->remote_id ? task->change->remote_id
                                   : json_get_text(task->context.progress, "id");
}

static void put_finding(struct task *task, const char *code, const char *detail)
{
    const struct change *change = task->change;
    const char *remote_id = created_id(task);
    const struct finding finding = {.type = finding_type(code),
                                    .job = change->job,
                                    .subject = remote_id ? remote_id : change->local_key,
                                    .detail = arena_printf(task->arena, "%s %s: %s", change->id,
                                                           action_name(change->action), detail),
                                    .remote_id = remote_id,
                                    .local_key = change->local_key};
    struct store *store = task->applier->work->store;
    struct error error;
    if (store->ops->finding_put(store, &finding, NULL, &error) < 0)
        log_event(task->applier->work->log, LOG_LEVEL_ERROR, "cannot store a finding", "error",
                  error.message, "finding", finding.detail, NULL);
}

/* The change stays open in the journal, or was never begun: a later run takes it up. */
static void leave_open(struct task *task, const struct error *error)
{
    struct applier *applier = task->applier;
    applier->counts.open++;
    applier->abroad += task->row.step != NULL;
    note_worst(applier, error->class);
    /* What was denied or throttled was not carried out. */
    bool known = error->class == ERROR_AUTH || error->class == ERROR_THROTTLED;
    put_finding(task, task->row.step && !task->row.answered && !known ? "RUN-005" : "RUN-006",
                error->message);
    if (error->scope >= SCOPE_CLOUD)
        applier->stopped = true; /* the others would meet the same */
    task_end(task, TASK_ENDED);
}

/* Nothing is wrong: the change stays open in the journal, which tells people what is waited for,
 * and a later run takes it up. */
static void task_later(struct task *task)
{
    struct applier *applier = task->applier;
    const struct step *step = &task->procedure->steps[task->step];
    struct json *progress = task->context.progress;
    struct error error = {0};
    if (!json_get_text(progress, PROGRESS_NOTE))
        json_set_text(task->arena, progress, PROGRESS_NOTE, "the cloud has not finished it yet");
    if (journal_answer(applier->work, &task->row, step->resume ? step->resume : step->name,
                       &error) < 0) {
        leave_open(task, &error);
        return;
    }
    applier->abroad++;
    applier->counts.waiting++;
    log_event(applier->work->log, task->resumed ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO,
              "change is under way at the cloud", "change", task->change->id, "action",
              action_name(task->change->action), "remote", task->change->remote_id, "local",
              task->change->local_key, "note", json_get_text(progress, PROGRESS_NOTE), NULL);
    task_end(task, TASK_PARKED);
}

static const char **base_of(struct task *task, const char *remote_id, struct store_link **ret_link)
{
    const struct work *work = task->applier->work;
    struct store_link *link = NULL;
    struct error error;
    work->store->ops->link_get(work->store, work->job->name, work->job->kind, SIDE_REMOTE,
                               remote_id, task->arena, &link, &error);
    *ret_link = link;
    return link ? link->base
                : arena_array(task->arena, work->job->kind->field_count, sizeof(char *));
}

/* The local record as the source has it; NULL if there is none. */
static int get_local(struct task *task, const struct record **ret_record, struct error *error)
{
    const struct work *work = task->applier->work;
    struct store_record *stored = NULL;
    int r = task->change->local_key
                ? work->store->ops->record_get(work->store, work->job->name, work->job->kind,
                                               SIDE_LOCAL, task->change->local_key, task->arena,
                                               &stored, error)
                : 0;
    *ret_record = stored ? stored->record : NULL;
    return r;
}

/* Base and link after a write: a field's base becomes the new value if the cloud has exactly that.
 * What a person asked for in a command is agreed on only where the source says it, too: the rest
 * has moved at the cloud alone. */
static int put_link(struct task *task, const char *remote_id, const struct record *after,
                    bool *ret_kept, struct error *error)
{
    const struct work *work = task->applier->work;
    const struct change *change = task->change;
    struct store_link *old = NULL;
    const struct record *local = NULL;
    const char **base = base_of(task, remote_id, &old);
    int r = change->asked_by ? get_local(task, &local, error) : 0;
    if (r < 0)
        return r;
    *ret_kept = true;
    for (size_t i = 0; after && i < change->field_count; i++) {
        size_t field = change->fields[i].field;
        const struct remote_field *remote =
            connector_field(work->kind, work->job->kind->fields[field].name);
        if (!remote || !(remote->flags & REMOTE_READ))
            continue;
        const char *value = change->fields[i].new_value;
        if (!value_same(&work->job->kind->fields[field], after->values[field], value))
            *ret_kept = false;
        else if (!change->asked_by || (local && text_equal(local->values[field], value)))
            base[field] = value;
    }
    const struct store_link link = {.remote_id = remote_id,
                                    .local_key = change->local_key,
                                    .base = base,
                                    .how = old ? old->how : LINK_CREATED,
                                    .made_ms = old ? old->made_ms : world_now(work->world)};
    return work->store->ops->link_put(work->store, work->job->name, work->job->kind, &link, error);
}

/* What calls of their own tell is not in what a procedure reads back: it stays as read last. */
static const struct record *keep_aside(struct task *task, const struct record *after)
{
    const struct work *work = task->applier->work;
    const struct connector_kind *kind = work->kind;
    struct store_record *stored = NULL;
    struct error error;
    if (work->store->ops->record_get(work->store, work->job->name, work->job->kind, SIDE_REMOTE,
                                     after->id, task->arena, &stored, &error) < 0 ||
        !stored)
        return after;
    struct record *whole = record_copy(task->arena, after);
    for (size_t i = 0; i < kind->field_count; i++) {
        size_t field = kind_field(work->job->kind, kind->fields[i].field);
        if (kind->fields[i].flags & REMOTE_ASIDE && !whole->values[field])
            whole->values[field] = stored->record->values[field];
    }
    return whole;
}

/* What was deleted stays in the store as it was last, and says so: the pair is kept, and nothing is
 * made anew for its local record. */
static int get_deleted(struct task *task, const struct record **ret_after, struct error *error)
{
    const struct work *work = task->applier->work;
    struct store_record *stored = NULL;
    int r = work->store->ops->record_get(work->store, work->job->name, work->job->kind, SIDE_REMOTE,
                                         task->change->remote_id, task->arena, &stored, error);
    if (r < 0 || !stored)
        return r;
    struct record *after = record_copy(task->arena, stored->record);
    record_set(after, FIELD_STATE, STATE_DELETED);
    *ret_after = after;
    return 0;
}

/* Another record takes the place of a draft that was deleted. */
static int replace_deleted(struct task *task, const char *remote_id, struct error *error)
{
    const struct work *work = task->applier->work;
    const struct change *change = task->change;
    struct store *store = work->store;
    struct store_link *link = NULL;
    struct store_record *old = NULL;
    if (change->action != ACTION_CREATE)
        return 0;
    int r = store->ops->link_get(store, work->job->name, work->job->kind, SIDE_LOCAL,
                                 change->local_key, task->arena, &link, error);
    if (r == 0 && link && !text_equal(link->remote_id, remote_id))
        r = store->ops->record_get(store, work->job->name, work->job->kind, SIDE_REMOTE,
                                   link->remote_id, task->arena, &old, error);
    if (r < 0 || !old || !record_deleted(old->record))
        return r;
    return journal_became(work, change, link->remote_id, remote_id, error);
}

static int put_verdict(struct task *task, const char *version, const char *verdict,
                       struct error *error)
{
    const struct work *work = task->applier->work;
    const char *subject = NULL;
    int r = guard_about(work, task->arena, task->change, version, &subject, error);
    return r < 0 ? r : work->store->ops->verdict_put(work->store, subject, verdict, "agent", error);
}

static int put_refusal(struct task *task, const char *remote_id, const char *result,
                       struct error *error)
{
    const struct change *change = task->change;
    int r = put_verdict(task, change->version,
                        arena_printf(task->arena, GUARD_REFUSED "%s", result), error);
    if (r == 0 && change->action == ACTION_CREATE && remote_id)
        r = guard_note_unfinished(task->applier->work, change, remote_id, error);
    return r;
}

/* Everything that the end of a change means, in one transaction. */
static int put_end(struct task *task, enum journal_state state, const struct record *after,
                   const char *result, struct error *error)
{
    const struct work *work = task->applier->work;
    struct store *store = work->store;
    const char *old_id = task->change->remote_id;
    const char *remote_id = after ? after->id : created_id(task);
    bool became = after && old_id && strcmp(after->id, old_id) != 0;
    bool kept = true;
    int r = store->ops->begin(store, error);
    if (r < 0)
        return r;
    if (became) /* first: the record that it became wakes the partner */
        r = journal_became(work, task->change, old_id, after->id, error);
    if (r == 0 && after)
        r = store->ops->record_put(store, work->job->name, SIDE_REMOTE, keep_aside(task, after),
                                   world_now(work->world), NULL, error);
    if (r == 0 && remote_id && task->change->local_key &&
        (state == JOURNAL_DONE || !task->change->remote_id)) {
        r = replace_deleted(task, remote_id, error);
        if (r == 0)
            r = put_link(task, remote_id, after, &kept, error);
    }
    if (r == 0 && !kept)
        r = put_verdict(task, after->version, GUARD_NOT_KEPT, error);
    if (r == 0 && state == JOURNAL_FAILED && result)
        r = put_refusal(task, remote_id, result, error);
    if (r == 0 && state == JOURNAL_DONE)
        r = guard_note_done(work, task->change, after, error);
    if (r == 0)
        r = journal_end(work, &task->row, state, became ? old_id : remote_id,
                        after ? after->version : NULL, result, error);
    if (r == 0)
        r = store->ops->commit(store, error);
    if (r < 0)
        store->ops->rollback(store);
    return r;
}

static void task_done(struct task *task)
{
    struct applier *applier = task->applier;
    struct error error = {0};
    const struct record *after = task->context.after;
    int r = task->context.deleted ? get_deleted(task, &after, &error) : 0;
    if (r < 0 || put_end(task, JOURNAL_DONE, after, NULL, &error) < 0) {
        leave_open(task, &error);
        return;
    }
    applier->counts.applied++;
    applier->counts.unseen += after == NULL;
    applier->counts.created += task->change->action == ACTION_CREATE;
    log_event(applier->work->log, LOG_LEVEL_INFO, "change applied", "change", task->change->id,
              "action", action_name(task->change->action), "remote",
              task->context.after ? task->context.after->id : created_id(task), "local",
              task->change->local_key, NULL);
    task_end(task, TASK_DONE);
}

static void task_stale(struct task *task)
{
    struct error error = {0};
    if (put_end(task, JOURNAL_STALE, NULL, "the record moved; planned afresh", &error) < 0) {
        leave_open(task, &error);
        return;
    }
    task->applier->counts.stale++;
    task_end(task, TASK_ENDED);
}

/* A refusal ends the change; what may pass later, or may have happened, stays open. */
static void task_fail(struct task *task, const struct error *failure)
{
    struct error error = {0};
    if (failure->class == ERROR_TEMPORARY || failure->class == ERROR_THROTTLED ||
        failure->class == ERROR_AUTH || failure->scope == SCOPE_RUN) {
        leave_open(task, failure);
        return;
    }
    if (failure->class == ERROR_STALE) {
        task_stale(task);
        return;
    }
    const char *code = connector_refusal(task->applier->work->kind, failure, "REF-019");
    const char *result = arena_printf(task->arena, "%s %s", code, failure->message);
    if (put_end(task, JOURNAL_FAILED, NULL, result, &error) < 0) {
        leave_open(task, &error);
        return;
    }
    task->applier->counts.failed++;
    note_worst(task->applier, failure->class);
    put_finding(task, code, failure->message);
    task_end(task, TASK_ENDED);
}

static void task_over(struct task *task, const struct error *failure)
{
    struct error error = {0};
    int r =
        journal_again(task->applier->work, task->arena, &task->row, task->procedure->first, &error);
    leave_open(task, r < 0 ? &error : failure);
}

static void task_step(void *context);

static void task_go(struct task *task, size_t step)
{
    struct applier *applier = task->applier;
    const struct step *done = &task->procedure->steps[task->step];
    struct error error = {0};
    if (step >= task->procedure->count) {
        task_done(task);
        return;
    }
    if (done->writes &&
        journal_answer(applier->work, &task->row, task->procedure->steps[step].name, &error) < 0) {
        leave_open(task, &error);
        return;
    }
    task->step = step;
    if (applier->stopped) {
        error_set(&error, ERROR_TEMPORARY, SCOPE_RECORD, "stopped before step %s",
                  task->procedure->steps[step].name);
        leave_open(task, &error);
        return;
    }
    if (task->context.wait_ms)
        loop_after(session_loop(applier->work->connector->session(task->context.cloud)),
                   task->context.wait_ms, task_step, task);
    else
        task_step(task);
}

static void task_goto(struct task *task, const char *name)
{
    struct error error = {0};
    size_t step = find_step(task->procedure, name);
    if (step < task->procedure->count) {
        task_go(task, step);
        return;
    }
    error_set(&error, ERROR_BUG, SCOPE_RECORD, "there is no step %s", name ? name : "without name");
    task_fail(task, &error);
}

static void task_ready(struct task *task)
{
    task->context.now_ms = world_now(task->applier->work->world);
    task->context.goto_step = NULL;
    task->context.wait_ms = 0;
}

static void task_result(struct task *task, enum step_result result, const struct error *failure)
{
    switch (result) {
    case STEP_NEXT:
        task_go(task, task->step + 1);
        break;
    case STEP_GOTO:
        task_goto(task, task->context.goto_step);
        break;
    case STEP_LATER:
        task_later(task);
        break;
    case STEP_WAIT:
        loop_after(session_loop(task->applier->work->connector->session(task->context.cloud)),
                   task->context.wait_ms, task_step, task);
        break;
    case STEP_DONE:
        task_done(task);
        break;
    case STEP_STALE:
        task_stale(task);
        break;
    case STEP_OVER:
        task_over(task, failure);
        break;
    case STEP_FAIL:
        task_fail(task, failure);
        break;
    }
}

static void task_answer(void *context, const struct http_response *response,
                        const struct error *failure)
{
    struct task *task = context;
    struct error error = {0};
    task_ready(task);
    enum step_result result =
        task->procedure->steps[task->step].answer(&task->context, response, failure, &error);
    task_result(task, result, &error);
}

/* A step without a call: its intent is durable before it does anything, too. */
static void task_perform(struct task *task, const struct step *step)
{
    struct error error = {0};
    if (step->writes && journal_intent(task->applier->work, &task->row, step->name, &error) < 0) {
        task_fail(task, &error);
        return;
    }
    task_ready(task);
    enum step_result result = step->perform(&task->context, &error);
    task_result(task, result, &error);
}

/* Builds the request of the present step and sends it, its intent durable first. */
static void task_step(void *context)
{
    struct task *task = context;
    const struct work *work = task->applier->work;
    const struct step *step = &task->procedure->steps[task->step];
    struct error error = {0};
    if (step->perform) {
        task_perform(task, step);
        return;
    }
    task->request = (struct http_request){0};
    task->context.now_ms = world_now(work->world);
    int r = step->build(&task->context, &task->request, &error);
    if (r == 1) {
        if (task->step + 1 < task->procedure->count)
            task->step++, task_step(task);
        else
            task_done(task);
        return;
    }
    if (r == 0 && step->writes)
        r = journal_intent(work, &task->row, step->name, &error);
    if (r < 0) {
        task_fail(task, &error);
        return;
    }
    const struct call call = {.family = step->family,
                              .operation = step->operation,
                              .repeatable = step->repeatable,
                              .request = &task->request,
                              .done = task_answer,
                              .context = task};
    session_send(work->connector->session(work->cloud), &call);
}

/* A create works from the values it was planned with, so that a repeated one is the same request.
 */
static int load_local(struct task *task, const struct record **ret_record, struct error *error)
{
    const struct work *work = task->applier->work;
    const struct change *change = task->change;
    if (change->action != ACTION_CREATE)
        return get_local(task, ret_record, error);
    struct record *record = record_new(task->arena, work->job->kind, change->local_key);
    for (size_t i = 0; i < change->field_count; i++)
        record->values[change->fields[i].field] = change->fields[i].new_value;
    *ret_record = record;
    return 0;
}

static void task_begin(struct task *task)
{
    struct applier *applier = task->applier;
    struct error error = {0};
    task->state = TASK_RUNNING;
    applier->running++;
    bool fresh = !task->row.step;
    int r = fresh ? journal_attempt(applier->work, task->arena, &task->row, &error) : 0;
    task->context = (struct step_context){.cloud = applier->work->cloud,
                                          .arena = task->arena,
                                          .change = task->change,
                                          .progress = task->row.progress,
                                          .token = task->row.token,
                                          .began_ms = world_now(applier->work->world)};
    /* What the run that left it waited for; this one may get on. */
    json_remove(task->row.progress, PROGRESS_NOTE);
    if (r == 0)
        r = load_local(task, &task->context.local, &error);
    if (r < 0)
        task_fail(task, &error);
    else
        task_step(task);
}

static bool may_begin(const struct task *task)
{
    return task->state == TASK_IDLE && (!task->before || task->before->state >= TASK_DONE);
}

/* Not begun, and not going to be in this run. What only waits for its turn is not unfinished. */
static void pass_over(struct task *task, bool parked)
{
    task->state = parked ? TASK_PARKED : TASK_ENDED;
    task->applier->finished++;
    task->applier->counts.open += !parked;
}

/* Whether the cloud takes another change while `more` are there. What an earlier run began is there
 * already. */
static bool has_room(const struct task *task, size_t more)
{
    const struct applier *applier = task->applier;
    unsigned most = applier->work->kind->max_in_flight;
    return !most || task->resumed || applier->abroad + more < most;
}

/* Begins the task, or tells that it will not be in this run, or leaves it for the next look. */
static void consider(struct task *task)
{
    struct applier *applier = task->applier;
    const struct task *before = task->before;
    bool parked = before && before->state == TASK_PARKED;
    bool over = !parked && (applier->stopped || (before && before->state == TASK_ENDED));
    if (!parked && !over && has_room(task, applier->running))
        task_begin(task);
    else if (parked || over || !has_room(task, 0)) /* none before this run has ended */
        pass_over(task, !over);
}

/* Begins what can be begun; tells the caller when nothing is left. A task may end before
 * task_begin() returns and ask for the next one: the loop that is under way sees to that. */
static void pump(struct applier *applier)
{
    if (!applier->started || applier->pumping)
        return;
    applier->pumping = true;
    while (applier->first < applier->count && applier->tasks[applier->first]->state != TASK_IDLE)
        applier->first++;
    for (size_t i = applier->first;
         i < applier->count && (applier->stopped || applier->running < TASKS_IN_FLIGHT); i++)
        if (may_begin(applier->tasks[i]))
            consider(applier->tasks[i]);
    applier->pumping = false;
    if (applier->finished < applier->count || !applier->ended)
        return;
    void (*ended)(void *context) = applier->ended;
    applier->ended = NULL;
    ended(applier->ended_context);
}

void applier_start(struct applier *applier, void (*ended)(void *context), void *context)
{
    applier->started = true;
    applier->ended = ended;
    applier->ended_context = context;
    pump(applier);
}
