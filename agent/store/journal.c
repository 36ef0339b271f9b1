/* The journal of changes: what was intended, which step is durable, how it ended. */
#include "store/store_private.h"

#include <string.h>

static const char *const state_names[] = {
    [JOURNAL_RUNNING] = "running", [JOURNAL_LOCAL] = "local", [JOURNAL_DONE] = "done",
    [JOURNAL_FAILED] = "failed",   [JOURNAL_STALE] = "stale",
};

static int put_row(struct sqlite_store *store, const struct journal_row *row, struct error *error)
{
    static const char sql[] =
        "INSERT INTO change (id, run, job, remote_id, local_key, state, step, answered, token,"
        " change, progress, result, made_ms, changed_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
        " ON CONFLICT (id, run) DO UPDATE SET job = excluded.job,"
        " remote_id = excluded.remote_id, local_key = excluded.local_key,"
        " state = excluded.state, step = excluded.step, answered = excluded.answered,"
        " token = excluded.token, change = excluded.change, progress = excluded.progress,"
        " result = excluded.result, made_ms = excluded.made_ms, changed_ms = excluded.changed_ms";
    const struct change *change = row->change;
    arena_reset(store->scratch);
    const char *document = json_print(store->scratch, change_to_json(store->scratch, change));
    const char *progress = row->progress ? json_print(store->scratch, row->progress) : "{}";
    return sql_write(store, sql,
                     BINDS(bind_text(change->id), bind_int(row->run), bind_text(change->job),
                           bind_text(change->remote_id), bind_text(change->local_key),
                           bind_text(state_names[row->state]), bind_text(row->step),
                           bind_int(row->answered), bind_text(row->token), bind_text(document),
                           bind_text(progress), bind_text(row->result), bind_int(row->made_ms),
                           bind_int(row->changed_ms)),
                     NULL, error);
}

int sqlite_journal_put(struct store *base, const struct journal_row *row, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    world_point(store->world, "journal-before");
    int result = put_row(store, row, error);
    world_point(store->world, "journal-after");
    return result;
}

#define JOURNAL_ROW                                                                                \
    "SELECT run, state, step, answered, token, change, progress, result, made_ms, changed_ms"      \
    " FROM change"
#define OLDEST_FIRST " ORDER BY made_ms, number"

static bool state_of(const char *name, enum journal_state *ret_state)
{
    for (size_t i = 0; i < COUNT(state_names); i++) {
        if (strcmp(state_names[i], name) == 0) {
            *ret_state = (enum journal_state)i;
            return true;
        }
    }
    return false;
}

static int read_journal(struct query *query, const struct kind *kind, struct arena *arena,
                        void **ret_row, struct error *error)
{
    (void)kind; /* a change carries its own */
    struct journal_row *row = arena_alloc(arena, sizeof *row);
    const char *document = query_text(query, 5);
    struct json *change;
    if (json_parse(arena, document, strlen(document), &change, error) < 0 ||
        !(row->change = change_from_json(arena, change)))
        return sql_damaged(query->store, "a change in the journal", error);
    const char *progress = query_text(query, 6);
    if (json_parse(arena, progress, strlen(progress), &row->progress, error) < 0 ||
        !state_of(query_text(query, 1), &row->state))
        return sql_damaged(query->store, "the progress of a change in the journal", error);
    row->run = query_int(query, 0);
    row->step = query_copy(query, 2, arena);
    row->answered = query_int(query, 3) != 0;
    row->token = query_copy(query, 4, arena);
    row->result = query_copy(query, 7, arena);
    row->made_ms = query_int(query, 8);
    row->changed_ms = query_int(query, 9);
    *ret_row = row;
    return 0;
}

static int each_row(struct sqlite_store *store, const char *sql, const char *about,
                    struct arena *arena, store_journal_each *each, void *context,
                    struct error *error)
{
    CLEANUP_QUERY struct query query = {0};
    CLEANUP_ROWS struct rows rows = {0};
    int result = query_open(&query, store, sql, BINDS(bind_text(about)), error);
    if (result == 0)
        result = rows_read(&rows, &query, read_journal, NULL, arena, error);
    for (size_t i = 0; result >= 0 && i < rows.count; i++)
        result = each(context, rows.items[i]);
    return result < 0 ? result : 0;
}

int sqlite_journal_open(struct store *base, const char *job, struct arena *arena,
                        store_journal_each *each, void *context, struct error *error)
{
    static const char sql[] = JOURNAL_ROW " WHERE state IN ('running', 'local')"
                                          " AND (?1 IS NULL OR job = ?1)" OLDEST_FIRST;
    return each_row(sqlite_of(base), sql, job, arena, each, context, error);
}

int sqlite_journal_find(struct store *base, const char *id, struct arena *arena,
                        store_journal_each *each, void *context, struct error *error)
{
    static const char sql[] =
        JOURNAL_ROW " WHERE id = ?1 OR remote_id = ?1 OR local_key = ?1" OLDEST_FIRST;
    return each_row(sqlite_of(base), sql, id, arena, each, context, error);
}
