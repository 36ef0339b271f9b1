#include "reconcile/journal.h"

#include <string.h>

static int put(const struct work *work, struct journal_row *row, struct error *error)
{
    row->changed_ms = world_now(work->world);
    if (!row->made_ms)
        row->made_ms = row->changed_ms;
    return work->store->ops->journal_put(work->store, row, error);
}

void journal_begin(struct arena *arena, struct change *change, int64_t run,
                   struct journal_row *ret_row)
{
    char hex[SHA256_HEX];
    const char *seed =
        arena_printf(arena, "%s@%s", change->id, change->version ? change->version : "-");
    sha256_hex(seed, strlen(seed), hex);
    *ret_row = (struct journal_row){.change = change,
                                    .run = run,
                                    .token = arena_printf(arena, "agent-%.32s", hex),
                                    .progress = json_object(arena)};
}

int journal_intent(const struct work *work, struct journal_row *row, const char *step,
                   struct error *error)
{
    row->state = JOURNAL_RUNNING;
    row->step = step;
    row->answered = false;
    return put(work, row, error);
}

int journal_answer(const struct work *work, struct journal_row *row, const char *next,
                   struct error *error)
{
    row->state = JOURNAL_RUNNING;
    row->step = next;
    row->answered = true;
    return put(work, row, error);
}

int journal_local(const struct work *work, struct journal_row *row, struct error *error)
{
    row->state = JOURNAL_LOCAL;
    return put(work, row, error);
}

int journal_end(const struct work *work, struct journal_row *row, enum journal_state state,
                const char *remote_id, const char *version, const char *result, struct error *error)
{
    static const char *const events[] = {
        [JOURNAL_DONE] = "done", [JOURNAL_FAILED] = "failed", [JOURNAL_STALE] = "stale"};
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct change *change = row->change;
    row->state = state;
    row->result = result;
    int r = put(work, row, error);
    if (r < 0)
        return r;
    struct json *detail = json_object(arena);
    json_set(arena, detail, "change", change_to_json(arena, change));
    json_set_text(arena, detail, "outcome", events[state]);
    json_set_text(arena, detail, "version", version);
    json_set_text(arena, detail, "result", result);
    json_set_text(arena, detail, "token", row->token);
    const struct audit_row audit = {.at_ms = row->changed_ms,
                                    .job = change->job,
                                    .remote_id = remote_id ? remote_id : change->remote_id,
                                    .local_key = change->local_key,
                                    .change_id = change->id,
                                    .event = action_name(change->action),
                                    .detail = detail};
    return work->store->ops->audit_add(work->store, &audit, error);
}
