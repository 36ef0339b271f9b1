/* The tables, and how a file of an earlier version becomes one of this version. A step that has
 * been released is never changed; what comes later is another step. Instants are UTC milliseconds,
 * flags are 0 and 1, documents are JSON text. */
#include "store/store_private.h"

#include <stdio.h>

/* What the hot paths touch is small and apart from the documents: a full read that finds nothing
 * new rewrites `record` rows of some hundred bytes, and a poll without news reads only the part of
 * `record_unsettled` that changed, which is nothing. */
static const char records_and_links[] =
    "CREATE TABLE record (\n"
    "  number INTEGER PRIMARY KEY,\n"
    "  job TEXT NOT NULL,\n"
    "  side INTEGER NOT NULL CHECK (side IN (0, 1)),\n"
    "  id TEXT NOT NULL,\n"
    "  version TEXT,\n"
    "  modified_ms INTEGER NOT NULL,\n"
    "  hash TEXT NOT NULL,\n"
    "  sweep INTEGER NOT NULL,\n"
    "  gone INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1)),\n"
    "  settled INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1)),\n"
    "  changed_seen_ms INTEGER NOT NULL,\n"
    "  place_file TEXT,\n"
    "  place_line INTEGER NOT NULL,\n"
    "  place_column INTEGER NOT NULL,\n"
    "  UNIQUE (job, side, id)\n"
    ") STRICT;\n"
    "CREATE INDEX record_unsettled ON record (job, side, id) WHERE settled = 0;\n"
    "CREATE INDEX record_gone ON record (job, side) WHERE gone = 1;\n" /* see sqlite_counts() */
    "CREATE TABLE content (\n"
    "  number INTEGER PRIMARY KEY REFERENCES record (number) ON DELETE CASCADE,\n"
    "  fields TEXT NOT NULL,\n"
    "  raw TEXT\n"
    ") STRICT;\n"
    "CREATE TABLE link (\n"
    "  job TEXT NOT NULL,\n"
    "  remote_id TEXT NOT NULL,\n"
    "  local_key TEXT NOT NULL,\n"
    "  base TEXT NOT NULL,\n"
    "  how TEXT,\n"
    "  made_ms INTEGER NOT NULL,\n"
    "  PRIMARY KEY (job, remote_id),\n"
    "  UNIQUE (job, local_key)\n"
    ") STRICT;\n"
    "CREATE TABLE cursor (\n"
    "  job TEXT NOT NULL,\n"
    "  name TEXT NOT NULL,\n"
    "  value TEXT NOT NULL,\n"
    "  PRIMARY KEY (job, name)\n"
    ") STRICT, WITHOUT ROWID;\n"
    /* For people with a database shell: the two sides as one would look for them. */
    "CREATE VIEW remote AS SELECT job, id, version, modified_ms, gone, settled, fields, raw\n"
    "  FROM record JOIN content USING (number) WHERE side = 0;\n"
    "CREATE VIEW local AS SELECT job, id AS key, version, modified_ms, gone, settled, fields, raw\n"
    "  FROM record JOIN content USING (number) WHERE side = 1;\n";

/* The journal: a row a change and run, with the step that is durable. */
static const char journal[] =
    "CREATE TABLE change (\n"
    "  number INTEGER PRIMARY KEY,\n"
    "  id TEXT NOT NULL,\n"
    "  run INTEGER NOT NULL,\n"
    "  job TEXT NOT NULL,\n"
    "  remote_id TEXT,\n"
    "  local_key TEXT,\n"
    "  state TEXT NOT NULL CHECK (state IN\n"
    "    ('running', 'local', 'done', 'failed', 'stale')),\n"
    "  step TEXT,\n"
    "  answered INTEGER NOT NULL CHECK (answered IN (0, 1)),\n"
    "  token TEXT,\n"
    "  change TEXT NOT NULL,\n"
    "  progress TEXT NOT NULL,\n"
    "  result TEXT,\n"
    "  made_ms INTEGER NOT NULL,\n"
    "  changed_ms INTEGER NOT NULL,\n"
    "  UNIQUE (id, run)\n"
    ") STRICT;\n"
    "CREATE INDEX change_open ON change (made_ms) WHERE state IN ('running', 'local');\n"
    "CREATE INDEX change_remote ON change (remote_id) WHERE remote_id IS NOT NULL;\n"
    "CREATE INDEX change_local ON change (local_key) WHERE local_key IS NOT NULL;\n";

/* job and field are '' where there is none: NULLs would never be equal. */
static const char findings[] =
    "CREATE TABLE finding (\n"
    "  code TEXT NOT NULL,\n"
    "  job TEXT NOT NULL,\n"
    "  subject TEXT NOT NULL,\n"
    "  field TEXT NOT NULL,\n"
    "  id TEXT NOT NULL,\n"
    "  open INTEGER NOT NULL CHECK (open IN (0, 1)),\n"
    "  detail TEXT,\n"
    "  remote_id TEXT,\n"
    "  local_key TEXT,\n"
    "  place_file TEXT,\n"
    "  place_line INTEGER NOT NULL,\n"
    "  place_column INTEGER NOT NULL,\n"
    "  first_seen_ms INTEGER NOT NULL,\n"
    "  last_seen_ms INTEGER NOT NULL,\n"
    "  closed_ms INTEGER,\n"
    "  PRIMARY KEY (code, job, subject, field)\n"
    ") STRICT;\n"
    "CREATE INDEX finding_open ON finding (job, code, subject, field) WHERE open = 1;\n";

static const char notes_runs_leases[] = "CREATE TABLE plan (\n"
                                        "  job TEXT PRIMARY KEY,\n"
                                        "  run INTEGER NOT NULL,\n"
                                        "  made_ms INTEGER NOT NULL,\n"
                                        "  document TEXT NOT NULL\n"
                                        ") STRICT;\n"
                                        "CREATE TABLE verdict (\n"
                                        "  subject TEXT PRIMARY KEY,\n"
                                        "  verdict TEXT NOT NULL,\n"
                                        "  who TEXT,\n"
                                        "  given_ms INTEGER NOT NULL\n"
                                        ") STRICT;\n"
                                        "CREATE TABLE run (\n"
                                        "  id INTEGER PRIMARY KEY AUTOINCREMENT,\n"
                                        "  job TEXT NOT NULL,\n"
                                        "  started_ms INTEGER NOT NULL,\n"
                                        "  ended_ms INTEGER NOT NULL DEFAULT 0,\n"
                                        "  outcome TEXT,\n"
                                        "  message TEXT,\n"
                                        "  records_read INTEGER NOT NULL DEFAULT 0,\n"
                                        "  calls INTEGER NOT NULL DEFAULT 0,\n"
                                        "  planned INTEGER NOT NULL DEFAULT 0,\n"
                                        "  applied INTEGER NOT NULL DEFAULT 0,\n"
                                        "  held INTEGER NOT NULL DEFAULT 0,\n"
                                        "  failed INTEGER NOT NULL DEFAULT 0,\n"
                                        "  conflicts INTEGER NOT NULL DEFAULT 0,\n"
                                        "  findings INTEGER NOT NULL DEFAULT 0\n"
                                        ") STRICT;\n"
                                        "CREATE INDEX run_of_job ON run (job, id);\n"
                                        "CREATE TABLE lease (\n"
                                        "  job TEXT PRIMARY KEY,\n"
                                        "  host TEXT NOT NULL,\n"
                                        "  process INTEGER NOT NULL,\n"
                                        "  process_start INTEGER NOT NULL,\n"
                                        "  command TEXT NOT NULL,\n"
                                        "  taken_ms INTEGER NOT NULL,\n"
                                        "  expires_ms INTEGER NOT NULL\n"
                                        ") STRICT;\n";

/* AUTOINCREMENT remembers the highest number apart from the rows: rows that are cut off at the
 * end are missed too. */
static const char audit[] =
    "CREATE TABLE audit (\n"
    "  sequence INTEGER PRIMARY KEY AUTOINCREMENT,\n"
    "  at_ms INTEGER NOT NULL,\n"
    "  job TEXT,\n"
    "  remote_id TEXT,\n"
    "  local_key TEXT,\n"
    "  change_id TEXT,\n"
    "  event TEXT NOT NULL,\n"
    "  detail TEXT,\n"
    "  hash TEXT NOT NULL\n"
    ") STRICT;\n"
    "CREATE INDEX audit_remote ON audit (remote_id) WHERE remote_id IS NOT NULL;\n"
    "CREATE INDEX audit_local ON audit (local_key) WHERE local_key IS NOT NULL;\n"
    "CREATE INDEX audit_change ON audit (change_id) WHERE change_id IS NOT NULL;\n"
    "CREATE TRIGGER audit_only_appends BEFORE INSERT ON audit\n"
    "  WHEN EXISTS (SELECT 1 FROM audit WHERE sequence >= NEW.sequence)\n"
    "  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;\n"
    "CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit\n"
    "  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;\n"
    "CREATE TRIGGER audit_forgets_nothing BEFORE DELETE ON audit\n"
    "  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;\n";

static const char *const step_1[] = {
    records_and_links, journal, findings, notes_runs_leases, audit, NULL,
};

const char *const *const schema_steps[] = {step_1};
const size_t schema_step_count = COUNT(schema_steps);

/* In one statement: between two of them another process may have made the store. */
static int read_marks(struct sqlite_store *store, int64_t *ret_application, int64_t *ret_version,
                      int64_t *ret_tables, struct error *error)
{
    static const char sql[] = "SELECT (SELECT application_id FROM pragma_application_id),"
                              " (SELECT user_version FROM pragma_user_version),"
                              " (SELECT count(*) FROM sqlite_schema)";
    CLEANUP_QUERY struct query query = {0};
    int result = query_open(&query, store, sql, NO_BINDS, error);
    if (result == 0)
        result = query_step(&query, error);
    if (result <= 0)
        return result;
    *ret_application = query_int(&query, 0);
    *ret_version = query_int(&query, 1);
    *ret_tables = query_int(&query, 2);
    return 0;
}

int schema_version(struct sqlite_store *store, size_t count, size_t *ret_version,
                   struct error *error)
{
    int64_t application = 0, version = 0, tables = 0;
    int result = read_marks(store, &application, &version, &tables, error);
    if (result < 0)
        return result;
    bool empty = application == 0 && version == 0 && tables == 0;
    if (!empty && application != STORE_APPLICATION_ID)
        return error_set(error, ERROR_INPUT, SCOPE_RUN,
                         "%s is the database of another program (application id %lld): name "
                         "another file as store path",
                         store->path, (long long)application);
    if (version < 0 || version > (int64_t)count)
        return error_set(error, ERROR_INPUT, SCOPE_RUN,
                         "store %s was written by a newer agent (schema %lld, this one knows "
                         "%zu): install that version, or name another file as store path",
                         store->path, (long long)version, count);
    *ret_version = (size_t)version;
    return 0;
}

static int execute_script(struct sqlite_store *store, const char *script, struct error *error)
{
    return sqlite3_exec(store->db, script, NULL, NULL, NULL) ? sql_fail(store, error) : 0;
}

/* Runs the steps that are missing; another process may have been here first. */
static int migrate_inside(struct sqlite_store *store, const char *const *const *steps, size_t count,
                          struct error *error)
{
    size_t version;
    int result = schema_version(store, count, &version, error);
    for (; result == 0 && version < count; version++) {
        for (size_t i = 0; result == 0 && steps[version][i]; i++)
            result = execute_script(store, steps[version][i], error);
    }
    if (result < 0)
        return result;
    char marks[96];
    snprintf(marks, sizeof marks, "PRAGMA application_id = %d; PRAGMA user_version = %zu",
             STORE_APPLICATION_ID, count);
    return execute_script(store, marks, error);
}

int schema_migrate(struct sqlite_store *store, const char *const *const *steps, size_t count,
                   struct error *error)
{
    size_t version;
    int result = schema_version(store, count, &version, error);
    if (result < 0 || version == count)
        return result;
    result = sql_write_begin(store, error);
    if (result < 0)
        return result;
    return sql_write_end(store, migrate_inside(store, steps, count, error), error);
}
