/* Opening, closing and transactions of the SQLite store.
 *
 * Rollback journal (TRUNCATE) with synchronous=FULL: a write that returned survives loss of power,
 * and several processes are safe without shared memory. */
#include "store/store_private.h"

#include <errno.h>
#include <libgen.h>
#include <unistd.h>

#include "base/file.h"

/* ---- Transactions. -------------------------------------------------------------------------- */

static int sqlite_begin(struct store *base, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    if (store->inside)
        return error_set(error, ERROR_BUG, SCOPE_RUN, "store: a transaction is open already");
    int result = sql_write_begin(store, error);
    if (result == 0)
        store->inside = true;
    return result;
}

static int sqlite_commit(struct store *base, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    if (!store->inside)
        return error_set(error, ERROR_BUG, SCOPE_RUN, "store: no transaction is open");
    store->inside = false;
    if (sqlite3_get_autocommit(store->db))
        return error_set(error, ERROR_PERMANENT, SCOPE_RUN,
                         "store %s: the transaction was undone by an earlier failure", store->path);
    return sql_write_end(store, 0, error);
}

static void sqlite_rollback(struct store *base)
{
    struct sqlite_store *store = sqlite_of(base);
    if (!store->inside)
        return;
    store->inside = false;
    if (!sqlite3_get_autocommit(store->db))
        sql_run(store, "ROLLBACK", NO_BINDS, NULL);
}

/* ---- Opening and closing. ------------------------------------------------------------------- */

static void sqlite_close(struct store *base)
{
    struct sqlite_store *store = sqlite_of(base);
    for (size_t i = 0; i < store->statement_count; i++)
        sqlite3_finalize(store->statements[i].handle);
    sqlite3_close(store->db); /* an open transaction is rolled back */
    arena_free(store->scratch);
    free(store->statements);
    free(store->path);
    free(store);
}

int sqlite_integrity(struct store *base, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    struct query query = {0};
    int result = query_open(&query, store, "PRAGMA integrity_check(1)", NULL, 0, error);
    if (result < 0)
        return result;
    result = query_step(&query, error);
    const char *word = result > 0 ? query_text(&query, 0) : NULL;
    if (result >= 0)
        result = text_equal(word, "ok") ? 0 : sql_damaged(store, word ? word : "no answer", error);
    query_close(&query);
    return result;
}

static const struct store_ops sqlite_ops = {
    .close = sqlite_close,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .record_put = sqlite_record_put,
    .record_get = sqlite_record_get,
    .record_version = sqlite_record_version,
    .record_each = sqlite_record_each,
    .record_seen = sqlite_record_seen,
    .sweep_end = sqlite_sweep_end,
    .record_settle = sqlite_record_settle,
    .unsettle_all = sqlite_unsettle_all,
    .link_put = sqlite_link_put,
    .link_move = sqlite_link_move,
    .link_get = sqlite_link_get,
    .link_each = sqlite_link_each,
    .link_beside = sqlite_link_beside,
    .counts = sqlite_counts,
    .cursor_get = sqlite_cursor_get,
    .cursor_put = sqlite_cursor_put,
    .journal_put = sqlite_journal_put,
    .journal_open = sqlite_journal_open,
    .journal_find = sqlite_journal_find,
    .finding_put = sqlite_finding_put,
    .finding_sweep = sqlite_finding_sweep,
    .finding_each = sqlite_finding_each,
    .plan_put = sqlite_plan_put,
    .plan_get = sqlite_plan_get,
    .verdict_put = sqlite_verdict_put,
    .verdict_get = sqlite_verdict_get,
    .audit_add = sqlite_audit_add,
    .audit_each = sqlite_audit_each,
    .audit_verify = sqlite_audit_verify,
    .integrity = sqlite_integrity,
    .run_start = sqlite_run_start,
    .run_end = sqlite_run_end,
    .run_last = sqlite_run_last,
    .lease_take = sqlite_lease_take,
    .lease_drop = sqlite_lease_drop,
};

/* SQLite would make the file with the umask's rights; the journal takes over the file's. A file
 * that exists is not opened here: closing a descriptor of it drops the locks that another store of
 * this process has on it. */
static int make_file(const char *path, struct error *error)
{
    CLEANUP_FREE char *copy = memory_copy(path);
    int result = file_make_folder(dirname(copy), 0700, error);
    if (result < 0 || access(path, F_OK) == 0)
        return result;
    return file_append(path, "", 0, 0600, error);
}

static int connect_file(struct sqlite_store *store, struct error *error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int code = sqlite3_open_v2(store->path, &store->db, flags, NULL);
    if (!store->db)
        memory_failed();
    if (code)
        return sql_fail(store, error);
    sqlite3_busy_timeout(store->db, STORE_BUSY_MS);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (!store->readonly && sqlite3_db_readonly(store->db, "main") == 1)
        return error_set(error, ERROR_PERMANENT, SCOPE_RUN,
                         "store %s cannot be written: give this user write permission to the "
                         "file and its folder",
                         store->path);
    return 0;
}

/* Only after the file is known to be ours: the journal mode is written into some files. */
static int configure(struct sqlite_store *store, struct error *error)
{
    const char *settings = store->readonly ? "PRAGMA query_only = ON"
                                           : "PRAGMA journal_mode = TRUNCATE;"
                                             "PRAGMA synchronous = FULL;"
                                             "PRAGMA foreign_keys = ON;"
                                             "PRAGMA cache_size = -16384";
    return sqlite3_exec(store->db, settings, NULL, NULL, NULL) ? sql_fail(store, error) : 0;
}

static int prepare_readonly(struct sqlite_store *store, struct error *error)
{
    size_t version;
    int result = schema_version(store, schema_step_count, &version, error);
    if (result == 0)
        result = configure(store, error);
    if (result == 0 && version < schema_step_count)
        return error_set(error, ERROR_INPUT, SCOPE_RUN,
                         "store %s is %s: run `agent plan`, which brings it up to date",
                         store->path, version ? "of an older version" : "still empty");
    return result;
}

static int prepare(struct sqlite_store *store, struct error *error)
{
    size_t version;
    int result = schema_version(store, schema_step_count, &version, error);
    if (result == 0)
        result = configure(store, error);
    if (result == 0)
        result = schema_migrate(store, schema_steps, schema_step_count, error);
    return result;
}

static int open_store(const char *path, const struct world *world, bool readonly,
                      struct store **ret_store, struct error *error)
{
    struct sqlite_store *store = memory_alloc(sizeof *store);
    store->base.ops = &sqlite_ops;
    store->world = world;
    store->readonly = readonly;
    store->path = memory_copy(path);
    store->scratch = arena_new();
    process_self(&store->self);
    int result = connect_file(store, error);
    if (result == 0)
        result = readonly ? prepare_readonly(store, error) : prepare(store, error);
    if (result < 0)
        store_close(&store->base);
    else
        *ret_store = &store->base;
    return result;
}

int store_open(const char *path, const struct world *world, struct store **ret_store,
               struct error *error)
{
    int result = make_file(path, error);
    return result < 0 ? result : open_store(path, world, false, ret_store, error);
}

/* The connection itself may write, but only to undo what a killed process left half done; without
 * that a store could not be read until the next writer comes. */
int store_open_readonly(const char *path, const struct world *world, struct store **ret_store,
                        struct error *error)
{
    if (access(path, F_OK))
        return errno == ENOENT
                   ? error_set(error, ERROR_INPUT, SCOPE_RUN,
                               "store %s does not exist yet: run `agent plan`, which makes it",
                               path)
                   : error_errno(error, SCOPE_RUN, errno, "store %s", path);
    return open_store(path, world, true, ret_store, error);
}
