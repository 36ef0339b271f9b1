/* What apply does on this side: links and bases in the store, and the source's cells. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/mapping.h"
#include "reconcile/apply.h"
#include "reconcile/guard.h"
#include "reconcile/journal.h"

/* ---- bookkeeping ---- */

/* The link that an adopted pair goes on with instead of a new one. */
static int take_over(const struct work *work, const struct plan_pair *pair, struct error *error)
{
    const char *old_id = pair->replaces[SIDE_REMOTE], *old_key = pair->replaces[SIDE_LOCAL];
    int r = old_id ? journal_became(work, pair->adopt, old_id, pair->remote_id, error) : 0;
    return r == 0 && old_key ? journal_rekeyed(work, pair->adopt, old_key, error) : r;
}

static int put_pair(const struct work *work, const struct plan_pair *pair, int64_t run,
                    struct apply_counts *counts, struct error *error)
{
    struct store *store = work->store;
    struct store_link link = {.remote_id = pair->remote_id,
                              .local_key = pair->local_key,
                              .base = pair->base,
                              .how = pair->adopt ? pair->adopt->note : NULL,
                              .made_ms = world_now(work->world)};
    CLEANUP_ARENA struct arena *arena = arena_new();
    if (!pair->adopt) {
        struct store_link *old = NULL;
        int r = store->ops->link_get(store, work->job->name, work->job->kind, SIDE_REMOTE,
                                     pair->remote_id, arena, &old, error);
        if (r < 0 || !old)
            return r;
        link.how = old->how;
        link.made_ms = old->made_ms;
    }
    int r = pair->adopt ? take_over(work, pair, error) : 0;
    if (r == 0)
        r = store->ops->link_put(store, work->job->name, work->job->kind, &link, error);
    if (r < 0 || !pair->adopt)
        return r;
    struct change change = *pair->adopt;
    struct journal_row row;
    journal_begin(arena, &change, run, &row);
    counts->applied++;
    return journal_end(work, &row, JOURNAL_DONE, NULL, change.version, change.note, error);
}

static int settle_pairs(const struct work *work, const struct plan *plan, struct error *error)
{
    struct store *store = work->store;
    int r = 0;
    for (size_t i = 0; r == 0 && i < plan->pair_count; i++) {
        const struct plan_pair *pair = &plan->pairs[i];
        if (!pair->settled)
            continue;
        r = store->ops->record_settle(store, plan->job->name, SIDE_REMOTE, pair->remote_id, true,
                                      error);
        if (r == 0)
            r = store->ops->record_settle(store, plan->job->name, SIDE_LOCAL, pair->local_key, true,
                                          error);
    }
    return r;
}

static int settle_list(const struct work *work, enum side side, const char *const *ids,
                       size_t count, struct error *error)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++)
        r = work->store->ops->record_settle(work->store, work->job->name, side, ids[i], true,
                                            error);
    return r;
}

static bool has_change(const struct plan *plan, const struct change *change)
{
    for (size_t i = 0; change && i < plan->change_count; i++)
        if (plan->changes[i] == change)
            return true;
    return false;
}

/* A run of wishes links what its changes rest on, and leaves everything else to the next run. */
static bool is_due(const struct work *work, const struct plan *plan, const struct plan_pair *pair)
{
    if (!pair->adopt)
        return pair->base_changed && !work->wish_count;
    return pair->adopt->hold == HOLD_NONE && (!work->wish_count || has_change(plan, pair->adopt));
}

static int settle(const struct work *work, const struct plan *plan, struct error *error)
{
    int r = settle_pairs(work, plan, error);
    if (r == 0)
        r = settle_list(work, SIDE_REMOTE, plan->settled_remote, plan->settled_remote_count, error);
    if (r == 0)
        r = settle_list(work, SIDE_LOCAL, plan->settled_local, plan->settled_local_count, error);
    return r;
}

int apply_bookkeeping(const struct work *work, const struct plan *plan, int64_t run,
                      struct apply_counts *counts, struct error *error)
{
    struct store *store = work->store;
    int r = store->ops->begin(store, error);
    if (r < 0)
        return r;
    for (size_t i = 0; r == 0 && i < plan->pair_count; i++)
        if (is_due(work, plan, &plan->pairs[i]))
            r = put_pair(work, &plan->pairs[i], run, counts, error);
    if (r == 0 && !work->wish_count)
        r = settle(work, plan, error);
    if (r == 0)
        r = store->ops->commit(store, error);
    if (r < 0)
        store->ops->rollback(store);
    return r;
}

/* ---- pulls and imports ---- */

/* Changes of one action, on their way to the source together. */
struct batch {
    const struct work *work;
    enum action action;
    struct arena *arena;
    int64_t run;
    struct journal_row *rows;
    size_t count, capacity;
    struct source_edit *edits;
    size_t edit_count, edit_capacity;
};

static void add_edit(struct batch *batch, const struct change *change, const char *column,
                     const char *present, const char *text)
{
    ARRAY_GROW(batch->edits, &batch->edit_capacity, batch->edit_count + 1);
    batch->edits[batch->edit_count++] =
        (struct source_edit){.change_id = change->id,
                             .key = change->local_key,
                             .column = column,
                             .present = present ? present : "",
                             .text = text,
                             .fresh = batch->action == ACTION_IMPORT};
}

/* The edit of a column by the same change, if there is one. */
static const struct source_edit *find_edit(const struct batch *batch, const struct change *change,
                                           const char *column)
{
    for (size_t i = batch->edit_count; i > 0 && batch->edits[i - 1].change_id == change->id; i--)
        if (text_equal(batch->edits[i - 1].column, column))
            return &batch->edits[i - 1];
    return NULL;
}

/* Amounts may share a currency column; one whose currency is not the column's stays away. */
static void edit_field(struct batch *batch, const struct change *change,
                       const struct change_field *field, const struct json *row)
{
    const struct field_map *map = job_field(batch->work->job, field->field);
    const char *key = settings_text(batch->work->source->settings, "key");
    if (!map || !map->column || text_equal(map->column, key)) /* the key says it already */
        return;
    const char *present = json_get_text(row, map->column);
    const char *currency = mapping_currency_cell(batch->arena, map, field->new_value);
    const struct source_edit *shared =
        currency ? find_edit(batch, change, map->currency_column) : NULL;
    if (shared && !text_equal_nocase(shared->text, currency))
        return;
    add_edit(batch, change, map->column, present,
             mapping_cell(batch->arena, batch->work->job, map, present, field->new_value));

    const char *written = map->currency_column ? json_get_text(row, map->currency_column) : NULL;
    if (currency && !shared && !text_equal_nocase(written, currency))
        add_edit(batch, change, map->currency_column, written, currency);
}

/* The row that a pull edits; one that is to be made has no cells yet. */
static int load_row(struct batch *batch, const struct change *change, struct json **ret_row,
                    struct error *error)
{
    const struct work *work = batch->work;
    struct store_record *local = NULL;
    if (batch->action == ACTION_IMPORT) {
        *ret_row = json_object(batch->arena);
        return 0;
    }
    int r = work->store->ops->record_get(work->store, work->job->name, work->job->kind, SIDE_LOCAL,
                                         change->local_key, batch->arena, &local, error);
    if (r == 0 && !local)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "local record %s is not in the store",
                         change->local_key);
    if (r < 0)
        return r;
    return json_parse(batch->arena, local->record->raw, strlen(local->record->raw), ret_row, error);
}

static int add_change(struct batch *batch, struct change *change, struct error *error)
{
    struct json *row = NULL;
    size_t edits = batch->edit_count;
    int r = load_row(batch, change, &row, error);
    if (r < 0)
        return r;
    for (size_t i = 0; i < change->field_count; i++)
        edit_field(batch, change, &change->fields[i], row);
    if (batch->edit_count == edits) /* no column takes any of it */
        return 0;
    ARRAY_GROW(batch->rows, &batch->capacity, batch->count + 1);
    journal_begin(batch->arena, change, batch->run, &batch->rows[batch->count++]);
    return 0;
}

/* Moves all changes to a state in one transaction. `verdict`: see guard.h, or NULL. */
static int put_state(struct batch *batch, enum journal_state state, const char *result,
                     const char *verdict, struct error *error)
{
    const struct work *work = batch->work;
    struct store *store = work->store;
    int r = store->ops->begin(store, error);
    if (r < 0)
        return r;
    for (size_t i = 0; r == 0 && i < batch->count; i++) {
        struct journal_row *row = &batch->rows[i];
        if (verdict)
            r = store->ops->verdict_put(store, guard_subject(batch->arena, row->change, NULL),
                                        verdict, "agent", error);
        if (r == 0 && state == JOURNAL_LOCAL)
            r = journal_local(work, row, error);
        else if (r == 0)
            r = journal_end(work, row, state, NULL, row->change->version, result, error);
    }
    if (r == 0)
        r = store->ops->commit(store, error);
    if (r < 0)
        store->ops->rollback(store);
    return r;
}

/* Whether the job sees what was written: the source itself shows the values of a changes file only
 * when somebody took them over, and a new row may not be one that the job looks at. */
static bool shows_writes(const struct batch *batch)
{
    return batch->action == ACTION_PULL &&
           text_equal(settings_text(batch->work->source->settings, "write"), "in-place");
}

static int write_batch(struct batch *batch, struct file_state *state, struct apply_counts *counts,
                       struct error *error)
{
    const struct work *work = batch->work;
    struct error failure = {0};
    int r = put_state(batch, JOURNAL_LOCAL, NULL, NULL, error);
    if (r < 0)
        return r;
    r = work->source->type->write(work->source, batch->edits, batch->edit_count, state, state,
                                  &failure);
    if (r == 0) {
        counts->applied += batch->count;
        return put_state(batch, JOURNAL_DONE, NULL, shows_writes(batch) ? NULL : GUARD_DELIVERED,
                         error);
    }
    bool stale = failure.class == ERROR_STALE;
    *(stale ? &counts->stale : &counts->failed) += batch->count;
    if (!stale && failure.class > counts->worst)
        counts->worst = failure.class;
    r = put_state(batch, stale ? JOURNAL_STALE : JOURNAL_FAILED, failure.message, NULL, error);
    if (r == 0)
        r = work_put_finding(work, stale ? "RUN-008" : "RUN-006", failure.message, error);
    return r;
}

int apply_local(const struct work *work, struct plan *plan, int64_t run,
                const struct file_state *state, struct apply_counts *counts, struct error *error)
{
    static const enum action actions[] = {ACTION_PULL, ACTION_IMPORT};
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct file_state now = *state;
    int r = 0;
    for (size_t k = 0; r == 0 && k < COUNT(actions); k++) {
        struct batch batch = {.work = work, .action = actions[k], .arena = arena, .run = run};
        for (size_t i = 0; r == 0 && i < plan->change_count; i++)
            if (plan->changes[i]->action == actions[k] && plan->changes[i]->hold == HOLD_NONE)
                r = add_change(&batch, plan->changes[i], error);
        if (r == 0 && batch.count)
            r = write_batch(&batch, &now, counts, error);
        free(batch.rows);
        free(batch.edits);
    }
    return r;
}
