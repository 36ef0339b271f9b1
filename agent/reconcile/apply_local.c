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
    int r = store->ops->link_put(store, work->job->name, work->job->kind, &link, error);
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

int apply_bookkeeping(const struct work *work, const struct plan *plan, int64_t run,
                      struct apply_counts *counts, struct error *error)
{
    struct store *store = work->store;
    int r = store->ops->begin(store, error);
    if (r < 0)
        return r;
    for (size_t i = 0; r == 0 && i < plan->pair_count; i++) {
        const struct plan_pair *pair = &plan->pairs[i];
        bool adopt = pair->adopt && pair->adopt->hold == HOLD_NONE;
        if (adopt || (!pair->adopt && pair->base_changed))
            r = put_pair(work, pair, run, counts, error);
    }
    if (r == 0)
        r = settle_pairs(work, plan, error);
    if (r == 0)
        r = settle_list(work, SIDE_REMOTE, plan->settled_remote, plan->settled_remote_count, error);
    if (r == 0)
        r = settle_list(work, SIDE_LOCAL, plan->settled_local, plan->settled_local_count, error);
    if (r == 0)
        r = store->ops->commit(store, error);
    if (r < 0)
        store->ops->rollback(store);
    return r;
}

/* ---- pulls ---- */

struct pulls {
    const struct work *work;
    struct arena *arena;
    int64_t run;
    struct journal_row *rows;
    size_t count, capacity;
    struct source_edit *edits;
    size_t edit_count, edit_capacity;
};

static void add_edit(struct pulls *pulls, const struct change *change, const char *column,
                     const char *present, const char *text)
{
    ARRAY_GROW(pulls->edits, &pulls->edit_capacity, pulls->edit_count + 1);
    pulls->edits[pulls->edit_count++] = (struct source_edit){.change_id = change->id,
                                                             .key = change->local_key,
                                                             .column = column,
                                                             .present = present ? present : "",
                                                             .text = text};
}

static void edit_field(struct pulls *pulls, const struct change *change,
                       const struct change_field *field, const struct json *row)
{
    const struct field_map *map = job_field(pulls->work->job, field->field);
    const char *present = json_get_text(row, map->column);
    add_edit(pulls, change, map->column, present,
             mapping_cell(pulls->arena, pulls->work->job, map, present, field->new_value));

    const char *currency = mapping_currency_cell(pulls->arena, map, field->new_value);
    const char *written = map->currency_column ? json_get_text(row, map->currency_column) : NULL;
    if (currency && !text_equal_nocase(written, currency))
        add_edit(pulls, change, map->currency_column, written, currency);
}

static int add_pull(struct pulls *pulls, struct change *change, struct error *error)
{
    const struct work *work = pulls->work;
    struct store_record *local = NULL;
    struct json *row = NULL;
    int r = work->store->ops->record_get(work->store, work->job->name, work->job->kind, SIDE_LOCAL,
                                         change->local_key, pulls->arena, &local, error);
    if (r == 0 && !local)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "local record %s is not in the store",
                         change->local_key);
    if (r == 0)
        r = json_parse(pulls->arena, local->record->raw, strlen(local->record->raw), &row, error);
    if (r < 0)
        return r;
    ARRAY_GROW(pulls->rows, &pulls->capacity, pulls->count + 1);
    struct journal_row *journal = &pulls->rows[pulls->count++];
    journal_begin(pulls->arena, change, pulls->run, journal);
    for (size_t i = 0; i < change->field_count; i++)
        edit_field(pulls, change, &change->fields[i], row);
    return 0;
}

/* Moves all pulls to a state in one transaction. `verdict`: see guard.h, or NULL. */
static int put_state(struct pulls *pulls, enum journal_state state, const char *result,
                     const char *verdict, struct error *error)
{
    const struct work *work = pulls->work;
    struct store *store = work->store;
    int r = store->ops->begin(store, error);
    if (r < 0)
        return r;
    for (size_t i = 0; r == 0 && i < pulls->count; i++) {
        struct journal_row *row = &pulls->rows[i];
        if (verdict)
            r = store->ops->verdict_put(store, guard_subject(pulls->arena, row->change, NULL),
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

/* False for a changes file: the source itself shows the values only when somebody took them over.
 */
static bool shows_writes(const struct source *source)
{
    return text_equal(settings_text(source->settings, "write"), "in-place");
}

static int write_pulls(struct pulls *pulls, const struct file_state *state,
                       struct apply_counts *counts, struct error *error)
{
    const struct work *work = pulls->work;
    struct file_state written;
    struct error failure = {0};
    int r = put_state(pulls, JOURNAL_LOCAL, NULL, NULL, error);
    if (r < 0)
        return r;
    r = work->source->type->write(work->source, pulls->edits, pulls->edit_count, state, &written,
                                  &failure);
    if (r == 0) {
        counts->applied += pulls->count;
        return put_state(pulls, JOURNAL_DONE, NULL,
                         shows_writes(work->source) ? NULL : GUARD_DELIVERED, error);
    }
    bool stale = failure.class == ERROR_STALE;
    *(stale ? &counts->stale : &counts->failed) += pulls->count;
    if (!stale && failure.class > counts->worst)
        counts->worst = failure.class;
    r = put_state(pulls, stale ? JOURNAL_STALE : JOURNAL_FAILED, failure.message, NULL, error);
    if (r == 0)
        r = work_put_finding(work, stale ? "RUN-008" : "RUN-006", failure.message, error);
    return r;
}

int apply_local(const struct work *work, struct plan *plan, int64_t run,
                const struct file_state *state, struct apply_counts *counts, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct pulls pulls = {.work = work, .arena = arena, .run = run};
    int r = 0;
    for (size_t i = 0; r == 0 && i < plan->change_count; i++)
        if (plan->changes[i]->action == ACTION_PULL && plan->changes[i]->hold == HOLD_NONE)
            r = add_pull(&pulls, plan->changes[i], error);
    if (r == 0 && pulls.count)
        r = write_pulls(&pulls, state, counts, error);
    free(pulls.rows);
    free(pulls.edits);
    return r;
}
