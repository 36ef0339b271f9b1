#include "reconcile/journal.h"

#include <string.h>

#include "base/text.h"

static int put(const struct work *work, struct journal_row *row, struct error *error)
{
    row->changed_ms = world_now(work->world);
    if (!row->made_ms)
        row->made_ms = row->changed_ms;
    return work->store->ops->journal_put(work->store, row, error);
}

static const char *make_token(struct arena *arena, const char *seed)
{
    char hex[SHA256_HEX];
    return arena_printf(arena, "agent-%.32s", sha256_hex(seed, strlen(seed), hex));
}

void journal_begin(struct arena *arena, struct change *change, int64_t run,
                   struct journal_row *ret_row)
{
    const char *seed =
        arena_printf(arena, "%s@%s", change->id, change->version ? change->version : "-");
    *ret_row = (struct journal_row){.change = change,
                                    .run = run,
                                    .token = make_token(arena, seed),
                                    .progress = json_object(arena)};
}

/* Whatever an ended attempt sent, this one may send something else: a version that counts in
 * seconds does not tell what was edited within one. */
static int take_ended(void *context, const struct journal_row *row)
{
    struct journal_row *next = context;
    bool ended = row->state == JOURNAL_FAILED || row->state == JOURNAL_STALE;
    if (ended && row->token && !strcmp(row->change->id, next->change->id) &&
        text_equal(row->change->version, next->change->version))
        next->token = row->token;
    return 0;
}

int journal_attempt(const struct work *work, struct arena *arena, struct journal_row *row,
                    struct error *error)
{
    const char *first = row->token;
    int r =
        work->store->ops->journal_find(work->store, row->change->id, arena, take_ended, row, error);
    if (r == 0 && row->token != first)
        row->token = make_token(arena, row->token);
    return r;
}

int journal_again(const struct work *work, struct arena *arena, struct journal_row *row,
                  const char *first, struct error *error)
{
    row->token = make_token(arena, row->token);
    row->progress = json_object(arena);
    return journal_answer(work, row, first, error);
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

/* `audit` has the ids that its line is about, and the event. */
static int move_link(const struct work *work, enum side side, const char *old_id,
                     const char *new_id, struct audit_row *audit, const char *result,
                     struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct store *store = work->store;
    audit->at_ms = world_now(work->world);
    audit->job = work->job->name;
    audit->detail = json_object(arena);
    json_set_text(arena, audit->detail, "outcome", "done");
    json_set_text(arena, audit->detail, "result", result);
    int r = store->ops->link_move(store, work->job->name, side, old_id, new_id, error);
    if (r == 0)
        r = store->ops->record_settle(store, work->job->name, side, old_id, side == SIDE_LOCAL,
                                      error);
    return r < 0 ? r : store->ops->audit_add(store, audit, error);
}

int journal_became(const struct work *work, const struct change *change, const char *old_id,
                   const char *new_id, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct audit_row audit = {.remote_id = new_id,
                              .local_key = change->local_key,
                              .change_id = change->id,
                              .event = "became"};
    return move_link(work, SIDE_REMOTE, old_id, new_id, &audit,
                     arena_printf(arena, "%s became %s", old_id, new_id), error);
}

int journal_rekeyed(const struct work *work, const struct change *change, const char *old_key,
                    struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct audit_row audit = {.remote_id = change->remote_id,
                              .local_key = old_key,
                              .change_id = change->id,
                              .event = "rekeyed"};
    return move_link(
        work, SIDE_LOCAL, old_key, change->local_key, &audit,
        arena_printf(arena, "its key changed from %s to %s", old_key, change->local_key), error);
}

/* An approval is for one time: the same edit, made again later, is asked for again. */
static int spend_approval(const struct work *work, const char *change_id, struct arena *arena,
                          struct error *error)
{
    struct store *store = work->store;
    const char *word = NULL, *who = NULL;
    int r = store->ops->verdict_get(store, change_id, arena, &word, &who, error);
    if (r < 0 || !text_equal(word, "approve"))
        return r;
    return store->ops->verdict_put(store, change_id, "used", who, error);
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
    if (r == 0 && state != JOURNAL_STALE)
        r = spend_approval(work, change->id, arena, error);
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
