/* Statements that are prepared once, writes that leave nothing behind when they fail, and errors
 * that say what to do. The only words about SQLite's result codes are here. */
#include "store/store_private.h"

#include <errno.h>
#include <string.h>

/* ---- Errors. -------------------------------------------------------------------------------- */

static int fail_busy(const struct sqlite_store *store, struct error *error)
{
    char holder[96];
    if (!process_holding(store->path, holder, sizeof holder))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RUN,
                         "store %s: another process has been writing for too long; try again",
                         store->path);
    return error_set(error, ERROR_TEMPORARY, SCOPE_RUN,
                     "store %s: %s has had it locked for too long; try again when it is done",
                     store->path, holder);
}

/* What the system said; a failure while committing is known to the file only. */
static int system_error(const struct sqlite_store *store)
{
    int number = sqlite3_system_errno(store->db);
    if (number == 0)
        sqlite3_file_control(store->db, "main", SQLITE_FCNTL_LAST_ERRNO, &number);
    return number ? number : EIO;
}

static bool is_full(int code, int number)
{
    if (code == SQLITE_FULL)
        return true;
    return code == SQLITE_IOERR && (number == ENOSPC || number == EDQUOT || number == EFBIG);
}

static int fail_access(const struct sqlite_store *store, int code, struct error *error)
{
    int number = system_error(store);
    if (sqlite3_extended_errcode(store->db) == SQLITE_READONLY_ROLLBACK)
        return error_set(error, ERROR_PERMANENT, SCOPE_RUN,
                         "store %s: an interrupted write must be undone first, and that needs "
                         "write permission: run the command as the file's owner",
                         store->path);
    if (code == SQLITE_READONLY)
        return error_set(error, ERROR_PERMANENT, SCOPE_RUN,
                         "store %s cannot be written: give this user write permission to the "
                         "file and its folder",
                         store->path);
    return error_errno(error, SCOPE_RUN, number, "store %s cannot be opened", store->path);
}

int sql_damaged(const struct sqlite_store *store, const char *what, struct error *error)
{
    return error_set(error, ERROR_PERMANENT, SCOPE_RUN,
                     "store %s is damaged (%s): restore it from a backup, or move the file away "
                     "and let `agent plan` build a new one (pairs are found again by their "
                     "references; journal and audit log are lost)",
                     store->path, what);
}

int sql_fail(const struct sqlite_store *store, struct error *error)
{
    int code = sqlite3_errcode(store->db) & 0xff;
    const char *words = sqlite3_errmsg(store->db);
    if (is_full(code, system_error(store)))
        return error_set(error, ERROR_PERMANENT, SCOPE_RUN,
                         "store %s: disk full; nothing was written, free some space and try again",
                         store->path);
    switch (code) {
    case SQLITE_NOMEM:
        memory_failed();
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fail_busy(store, error);
    case SQLITE_CORRUPT:
        return sql_damaged(store, words, error);
    case SQLITE_NOTADB:
        return error_set(error, ERROR_INPUT, SCOPE_RUN,
                         "%s is not a database: name another file as store path, or move this "
                         "one away",
                         store->path);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return fail_access(store, code, error);
    case SQLITE_IOERR:
        return error_errno(error, SCOPE_RUN, system_error(store), "store %s: %s", store->path,
                           words);
    default:
        return error_set(error, ERROR_BUG, SCOPE_RUN, "store %s: %s", store->path, words);
    }
}

/* ---- Statements. ---------------------------------------------------------------------------- */

static int find_statement(struct sqlite_store *store, const char *sql, sqlite3_stmt **ret_handle,
                          struct error *error)
{
    for (size_t i = 0; i < store->statement_count; i++) {
        if (store->statements[i].sql == sql) {
            *ret_handle = store->statements[i].handle;
            return 0;
        }
    }
    sqlite3_stmt *handle;
    if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL))
        return sql_fail(store, error);
    ARRAY_GROW(store->statements, &store->statement_capacity, store->statement_count + 1);
    store->statements[store->statement_count++] = (struct statement){.sql = sql, .handle = handle};
    *ret_handle = handle;
    return 0;
}

int query_open(struct query *query, struct sqlite_store *store, const char *sql,
               const struct bind *binds, size_t count, struct error *error)
{
    sqlite3_stmt *handle = NULL;
    int result = find_statement(store, sql, &handle, error);
    if (result < 0)
        return result;
    *query = (struct query){.store = store, .handle = handle};
    for (size_t i = 0; i < count; i++) {
        int place = (int)i + 1;
        int code = binds[i].type == BIND_INT
                       ? sqlite3_bind_int64(handle, place, binds[i].number)
                       : sqlite3_bind_text(handle, place, binds[i].text, -1, SQLITE_STATIC);
        if (code) {
            result = sql_fail(store, error);
            query_close(query);
            return result;
        }
    }
    return 0;
}

int query_step(struct query *query, struct error *error)
{
    switch (sqlite3_step(query->handle)) {
    case SQLITE_ROW:
        return 1;
    case SQLITE_DONE:
        return 0;
    default:
        return sql_fail(query->store, error);
    }
}

void query_close(struct query *query)
{
    if (!query->handle)
        return;
    sqlite3_reset(query->handle); /* repeats the failure of the last step, which was reported */
    sqlite3_clear_bindings(query->handle);
    query->handle = NULL;
}

const char *query_text(struct query *query, int column)
{
    if (sqlite3_column_type(query->handle, column) == SQLITE_NULL)
        return NULL;
    const unsigned char *text = sqlite3_column_text(query->handle, column);
    if (!text)
        memory_failed();
    return (const char *)text;
}

int64_t query_int(struct query *query, int column)
{
    return sqlite3_column_int64(query->handle, column);
}

char *query_copy(struct query *query, int column, struct arena *arena)
{
    return arena_copy(arena, query_text(query, column));
}

void store_rows_free(struct rows *rows)
{
    free(rows->items);
    *rows = (struct rows){0};
}

int rows_read(struct rows *rows, struct query *query, row_reader *read, const struct kind *kind,
              struct arena *arena, struct error *error)
{
    int result;
    while ((result = query_step(query, error)) > 0) {
        void *row;
        result = read(query, kind, arena, &row, error);
        if (result < 0)
            break;
        ARRAY_GROW(rows->items, &rows->capacity, rows->count + 1);
        rows->items[rows->count++] = row;
    }
    query_close(query);
    return result;
}

int sql_number(struct sqlite_store *store, const char *sql, const struct bind *binds, size_t count,
               int64_t *ret_number, struct error *error)
{
    CLEANUP_QUERY struct query query = {0};
    int result = query_open(&query, store, sql, binds, count, error);
    if (result < 0)
        return result;
    bool found = false;
    int64_t number = 0;
    while ((result = query_step(&query, error)) > 0) {
        if (!found)
            number = query_int(&query, 0);
        found = true;
    }
    if (result == 0 && found)
        *ret_number = number;
    return result;
}

int sql_run(struct sqlite_store *store, const char *sql, const struct bind *binds, size_t count,
            struct error *error)
{
    int64_t ignored = 0;
    return sql_number(store, sql, binds, count, &ignored, error);
}

/* ---- Writes. -------------------------------------------------------------------------------- */

/* A full disk makes SQLite undo the whole transaction by itself. What the caller still wants to
 * write as a part of it must not then become durable on its own. */
static int writable(const struct sqlite_store *store, struct error *error)
{
    if (store->readonly)
        return error_set(error, ERROR_BUG, SCOPE_RUN, "store %s was opened read only", store->path);
    if (store->inside && sqlite3_get_autocommit(store->db))
        return error_set(error, ERROR_PERMANENT, SCOPE_RUN,
                         "store %s: the transaction was undone by an earlier failure", store->path);
    return 0;
}

int sql_write(struct sqlite_store *store, const char *sql, const struct bind *binds, size_t count,
              long long *ret_rows, struct error *error)
{
    int result = writable(store, error);
    if (result == 0)
        result = sql_run(store, sql, binds, count, error);
    if (result == 0 && ret_rows)
        *ret_rows = sqlite3_changes64(store->db);
    return result;
}

int sql_write_begin(struct sqlite_store *store, struct error *error)
{
    int result = writable(store, error);
    if (result < 0)
        return result;
    return sql_run(store, store->inside ? "SAVEPOINT write" : "BEGIN IMMEDIATE", NO_BINDS, error);
}

int sql_write_end(struct sqlite_store *store, int result, struct error *error)
{
    if (result == 0)
        result = sql_run(store, store->inside ? "RELEASE write" : "COMMIT", NO_BINDS, error);
    if (result == 0 || sqlite3_get_autocommit(store->db))
        return result;
    if (!store->inside) {
        sql_run(store, "ROLLBACK", NO_BINDS, NULL);
    } else if (sql_run(store, "ROLLBACK TO write", NO_BINDS, NULL) == 0) {
        sql_run(store, "RELEASE write", NO_BINDS, NULL);
    }
    return result;
}
