/* What the files of the SQLite store share; nobody outside agent/store/ includes this, save its
 * tests. Ownership: the store owns its connection, its statements and its copies of names; what
 * a function reads goes into the caller's arena.
 *
 * Statements are prepared once and kept. They are found again by the address of their text, so
 * that text must be a string literal (or live as long as the store). */
#ifndef STORE_STORE_PRIVATE_H
#define STORE_STORE_PRIVATE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/memory.h"
#include "store/store.h"

#define STORE_APPLICATION_ID 0x6d616774 /* "magt": marketplace agent */
#define STORE_BUSY_MS        10000      /* how long writers wait for each other */

/* ---- A process, as a lease names it. -------------------------------------------------------- */

struct process {
    char host[256];
    int64_t id;
    int64_t start;    /* clock ticks since boot, field 22 of /proc/PID/stat; 0: unknown */
    char command[64]; /* program and subcommand */
};

void process_self(struct process *ret_process);
/* Whether the process of that id and start lives on this host; zombies do not. `certain` is false
 * if it exists but may not be looked at. */
bool process_alive(int64_t id, int64_t start, bool *ret_certain);
/* Who has a lock on the file, as "process 4711 (agent)"; false if nobody can be named. */
bool process_holding(const char *path, char *buffer, size_t size);

/* ---- The store. ----------------------------------------------------------------------------- */

struct statement {
    const char *sql;
    sqlite3_stmt *handle;
};

struct sqlite_store {
    struct store base; /* first: a struct store * is a struct sqlite_store * */
    sqlite3 *db;
    const struct world *world;
    char *path;
    struct process self;
    bool readonly;
    bool inside; /* between store_begin() and store_commit() */
    struct statement *statements;
    size_t statement_count, statement_capacity;
    struct arena *scratch; /* for the length of one write */
};

static inline struct sqlite_store *sqlite_of(struct store *store)
{
    return (struct sqlite_store *)store;
}

/* ---- Statements. ---------------------------------------------------------------------------- */

struct bind {
    enum { BIND_TEXT, BIND_INT } type;
    const char *text; /* NULL binds NULL */
    int64_t number;
};
static inline struct bind bind_text(const char *text)
{
    return (struct bind){.type = BIND_TEXT, .text = text};
}
static inline struct bind bind_int(int64_t number)
{
    return (struct bind){.type = BIND_INT, .number = number};
}
/* Values for ?1, ?2, …: passes an array and its length. */
#define BINDS(...) ((const struct bind[]){__VA_ARGS__}), COUNT(((const struct bind[]){__VA_ARGS__}))
#define NO_BINDS   NULL, 0

/* A statement at work. Bound texts must live until query_close(). Zeroed is closed. The same text
 * is not opened again before that: whoever hands rows on reads them all first (rows_read()). */
struct query {
    struct sqlite_store *store;
    sqlite3_stmt *handle;
};
#define CLEANUP_QUERY __attribute__((cleanup(query_close)))

int query_open(struct query *query, struct sqlite_store *store, const char *sql,
               const struct bind *binds, size_t count, struct error *error);
int query_step(struct query *query, struct error *error); /* 1: a row, 0: the end */
void query_close(struct query *query);
const char *query_text(struct query *query, int column); /* NULL for NULL; until the next step */
int64_t query_int(struct query *query, int column);
char *query_copy(struct query *query, int column, struct arena *arena);

/* All rows of a query, read before the first is handed on: what is called with them may write to
 * the store, and no lock keeps other processes waiting meanwhile. */
struct rows {
    void **items;
    size_t count, capacity;
};
void store_rows_free(struct rows *rows);
#define CLEANUP_ROWS __attribute__((cleanup(store_rows_free)))
typedef int row_reader(struct query *query, const struct kind *kind, struct arena *arena,
                       void **ret_row, struct error *error);
int rows_read(struct rows *rows, struct query *query, row_reader *read, const struct kind *kind,
              struct arena *arena, struct error *error);

/* Runs a statement to its end. */
int sql_run(struct sqlite_store *store, const char *sql, const struct bind *binds, size_t count,
            struct error *error);
/* The same, and tells the first column of the first row; unchanged if there is none. */
int sql_number(struct sqlite_store *store, const char *sql, const struct bind *binds, size_t count,
               int64_t *ret_number, struct error *error);
/* A write of one statement; `ret_rows` (may be NULL) tells how many rows it touched. */
int sql_write(struct sqlite_store *store, const char *sql, const struct bind *binds, size_t count,
              long long *ret_rows, struct error *error);
/* Brackets a write of several statements: a transaction of its own, or a savepoint within the
 * caller's. sql_write_end() undoes all of it if `result` is negative or the end itself fails. */
int sql_write_begin(struct sqlite_store *store, struct error *error);
int sql_write_end(struct sqlite_store *store, int result, struct error *error);

/* The connection's present failure, classed and in words. */
int sql_fail(const struct sqlite_store *store, struct error *error);
/* Something in the store is not what was put there. */
int sql_damaged(const struct sqlite_store *store, const char *what, struct error *error);

/* ---- Schema. -------------------------------------------------------------------------------- */

/* Step i brings version i to i + 1; it is a NULL-ended list of scripts. */
extern const char *const *const schema_steps[];
extern const size_t schema_step_count;

/* Refuses what is not ours or newer than `count`; `ret_version` is 0 for an empty file. */
int schema_version(struct sqlite_store *store, size_t count, size_t *ret_version,
                   struct error *error);
/* Brings the store to version `count` in one transaction. */
int schema_migrate(struct sqlite_store *store, const char *const *const *steps, size_t count,
                   struct error *error);

/* ---- The operations; see store.h. ----------------------------------------------------------- */

int sqlite_record_put(struct store *base, const char *job, enum side side,
                      const struct record *record, int64_t sweep, bool *ret_changed,
                      struct error *error);
int sqlite_record_get(struct store *base, const char *job, const struct kind *kind, enum side side,
                      const char *id, struct arena *arena, struct store_record **ret_record,
                      struct error *error);
int sqlite_record_version(struct store *base, const char *job, enum side side, const char *id,
                          struct arena *arena, const char **ret_version, struct error *error);
int sqlite_record_each(struct store *base, const char *job, const struct kind *kind, enum side side,
                       unsigned filter, struct arena *arena, store_record_each *each, void *context,
                       struct error *error);
int sqlite_record_seen(struct store *base, const char *job, enum side side, const char *id,
                       int64_t sweep, struct error *error);
int sqlite_sweep_end(struct store *base, const char *job, enum side side, int64_t sweep,
                     long long *ret_gone, struct error *error);
int sqlite_record_settle(struct store *base, const char *job, enum side side, const char *id,
                         bool settled, struct error *error);
int sqlite_unsettle_all(struct store *base, const char *job, struct error *error);

int sqlite_link_put(struct store *base, const char *job, const struct kind *kind,
                    const struct store_link *link, struct error *error);
int sqlite_link_move(struct store *base, const char *job, enum side side, const char *old_id,
                     const char *new_id, struct error *error);
int sqlite_link_get(struct store *base, const char *job, const struct kind *kind, enum side side,
                    const char *id, struct arena *arena, struct store_link **ret_link,
                    struct error *error);
int sqlite_link_beside(struct store *base, const char *job, const char *other,
                       store_link_beside *each, void *context, struct error *error);
int sqlite_link_each(struct store *base, const char *job, const struct kind *kind,
                     struct arena *arena, store_link_each *each, void *context,
                     struct error *error);
int sqlite_counts(struct store *base, const char *job, struct store_counts *ret_counts,
                  struct error *error);

int sqlite_cursor_get(struct store *base, const char *job, const char *name, struct arena *arena,
                      const char **ret_value, struct error *error);
int sqlite_cursor_put(struct store *base, const char *job, const char *name, const char *value,
                      struct error *error);
int sqlite_plan_put(struct store *base, const char *job, int64_t run, const struct json *plan,
                    struct error *error);
int sqlite_plan_get(struct store *base, const char *job, struct arena *arena,
                    struct json **ret_plan, struct error *error);
int sqlite_verdict_put(struct store *base, const char *subject, const char *verdict,
                       const char *who, struct error *error);
int sqlite_verdict_get(struct store *base, const char *subject, struct arena *arena,
                       const char **ret_verdict, const char **ret_who, struct error *error);

int sqlite_journal_put(struct store *base, const struct journal_row *row, struct error *error);
int sqlite_journal_open(struct store *base, const char *job, struct arena *arena,
                        store_journal_each *each, void *context, struct error *error);
int sqlite_journal_find(struct store *base, const char *id, struct arena *arena,
                        store_journal_each *each, void *context, struct error *error);

int sqlite_finding_put(struct store *base, const struct finding *finding, bool *ret_new,
                       struct error *error);
int sqlite_finding_sweep(struct store *base, const char *job, const char *code_prefix,
                         int64_t since_ms, struct error *error);
int sqlite_finding_each(struct store *base, const char *job, struct arena *arena,
                        store_finding_each *each, void *context, struct error *error);

int sqlite_audit_add(struct store *base, const struct audit_row *row, struct error *error);
int sqlite_audit_each(struct store *base, const char *about, struct arena *arena,
                      store_audit_each *each, void *context, struct error *error);
int sqlite_integrity(struct store *base, struct error *error);
int sqlite_audit_verify(struct store *base, long long *ret_rows, struct error *error);

int sqlite_run_start(struct store *base, const char *job, int64_t *ret_run, struct error *error);
int sqlite_run_end(struct store *base, const struct run_row *row, struct error *error);
int sqlite_run_last(struct store *base, const char *job, struct arena *arena,
                    struct run_row **ret_run, struct error *error);

int sqlite_lease_take(struct store *base, const char *job, int64_t ttl_ms, struct error *error);
void sqlite_lease_drop(struct store *base, const char *job);

#endif
