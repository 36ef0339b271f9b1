#include "commands/under_way.h"

#include "base/memory.h"
#include "commands/output.h"

static int keep_row(void *context, const struct journal_row *row)
{
    struct under_way *list = context;
    ARRAY_GROW(list->rows, &list->capacity, list->count + 1);
    list->rows[list->count++] = *row;
    return 0;
}

int under_way_load(struct store *store, const char *job, struct arena *arena,
                   struct under_way *ret_list, struct error *error)
{
    *ret_list = (struct under_way){0};
    int r = store->ops->journal_open(store, job, arena, keep_row, ret_list, error);
    if (r < 0)
        under_way_free(ret_list);
    return r;
}

void under_way_free(struct under_way *list)
{
    free(list->rows);
    *list = (struct under_way){0};
}

static const char *own_note(const struct journal_row *row)
{
    return row->state == JOURNAL_RUNNING ? json_get_text(row->progress, PROGRESS_NOTE) : NULL;
}

bool under_way_waits(const struct journal_row *row)
{
    return own_note(row) != NULL;
}

const char *under_way_note(struct arena *arena, const struct journal_row *row)
{
    const char *note = own_note(row);
    if (note)
        return note;
    if (row->state == JOURNAL_LOCAL)
        return "the next run looks whether the source was written";
    return arena_printf(arena,
                        row->answered ? "the next run goes on with the step %s"
                                      : "the next run finds out whether the step %s happened",
                        row->step ? row->step : "?");
}

struct json *under_way_json(struct arena *arena, const struct journal_row *row)
{
    const struct change *change = row->change;
    struct json *object = json_object(arena);
    json_set_text(arena, object, "id", change->id);
    json_set_text(arena, object, "job", change->job);
    json_set_text(arena, object, "action", action_name(change->action));
    json_set_text(arena, object, "remote_id", change->remote_id);
    json_set_text(arena, object, "local_key", change->local_key);
    json_set_text(arena, object, "title", change->title);
    json_set_text(arena, object, "note", under_way_note(arena, row));
    json_set_text(arena, object, "since", output_instant(arena, row->made_ms));
    return object;
}
