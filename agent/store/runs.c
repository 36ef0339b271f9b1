/* Runs: when a job was worked on, how it ended, and its numbers. */
#include "store/store_private.h"

_Static_assert(RUN_FINDINGS == 7, "the columns of table run are in the order of enum run_count");

int sqlite_run_start(struct store *base, const char *job, int64_t *ret_run, struct error *error)
{
    static const char sql[] = "INSERT INTO run (job, started_ms) VALUES (?1, ?2)";
    struct sqlite_store *store = sqlite_of(base);
    int result = sql_write(store, sql, BINDS(bind_text(job), bind_int(world_now(store->world))),
                           NULL, error);
    if (result == 0)
        *ret_run = sqlite3_last_insert_rowid(store->db);
    return result;
}

int sqlite_run_end(struct store *base, const struct run_row *row, struct error *error)
{
    static const char sql[] =
        "UPDATE run SET ended_ms = ?2, outcome = ?3, message = ?4, records_read = ?5, calls = ?6,"
        " planned = ?7, applied = ?8, held = ?9, failed = ?10, conflicts = ?11, findings = ?12"
        " WHERE id = ?1";
    struct sqlite_store *store = sqlite_of(base);
    int64_t ended = row->ended_ms ? row->ended_ms : world_now(store->world);
    const long long *counts = row->counts;
    long long found = 0;
    int result = sql_write(store, sql,
                           BINDS(bind_int(row->id), bind_int(ended), bind_text(row->outcome),
                                 bind_text(row->message), bind_int(counts[RUN_READ]),
                                 bind_int(counts[RUN_CALLS]), bind_int(counts[RUN_PLANNED]),
                                 bind_int(counts[RUN_APPLIED]), bind_int(counts[RUN_HELD]),
                                 bind_int(counts[RUN_FAILED]), bind_int(counts[RUN_CONFLICTS]),
                                 bind_int(counts[RUN_FINDINGS])),
                           &found, error);
    if (result == 0 && !found)
        return error_set(error, ERROR_BUG, SCOPE_RUN, "store: there is no run %lld",
                         (long long)row->id);
    return result;
}

int sqlite_run_last(struct store *base, const char *job, struct arena *arena,
                    struct run_row **ret_run, struct error *error)
{
    static const char sql[] =
        "SELECT id, job, started_ms, ended_ms, outcome, message, records_read, calls, planned,"
        " applied, held, failed, conflicts, findings FROM run WHERE job = ?1"
        " ORDER BY id DESC LIMIT 1";
    CLEANUP_QUERY struct query query = {0};
    int result = query_open(&query, sqlite_of(base), sql, BINDS(bind_text(job)), error);
    if (result == 0)
        result = query_step(&query, error);
    if (result < 0)
        return result;
    struct run_row *row = NULL;
    if (result > 0) {
        row = arena_alloc(arena, sizeof *row);
        row->id = query_int(&query, 0);
        row->job = query_copy(&query, 1, arena);
        row->started_ms = query_int(&query, 2);
        row->ended_ms = query_int(&query, 3);
        row->outcome = query_copy(&query, 4, arena);
        row->message = query_copy(&query, 5, arena);
        for (int i = RUN_READ; i <= RUN_FINDINGS; i++)
            row->counts[i] = query_int(&query, 6 + i);
    }
    *ret_run = row;
    return 0;
}
