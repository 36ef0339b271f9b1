/* The audit log: rows are only ever appended, and each carries a hash over itself and the hash
 * before it, so that an edited, removed or reordered row is found. It does not stop somebody who
 * computes the whole chain anew; for that a copy of a hash must be kept elsewhere. */
#include "store/store_private.h"

#include <stdio.h>
#include <string.h>

#define CHAIN_START "0000000000000000000000000000000000000000000000000000000000000000"

/* Each part goes in with its length ("-" if absent), so that text cannot move between columns. */
static char *add_part(struct arena *arena, const char *so_far, const char *part)
{
    return part ? arena_printf(arena, "%s%zu:%s", so_far, strlen(part), part)
                : arena_printf(arena, "%s-", so_far);
}

static void chain_hash(struct arena *scratch, const char *before, const struct audit_row *row,
                       const char *detail, char hash[SHA256_HEX])
{
    const char *const parts[] = {row->job,       row->remote_id, row->local_key,
                                 row->change_id, row->event,     detail};
    char *all = arena_printf(scratch, "%s;%lld;%lld;", before, (long long)row->sequence,
                             (long long)row->at_ms);
    for (size_t i = 0; i < COUNT(parts); i++)
        all = add_part(scratch, all, parts[i]);
    sha256_hex(all, strlen(all), hash);
}

/* The highest number ever given, which outlives the row it was given to. */
static int last_sequence(struct sqlite_store *store, int64_t *ret_sequence, struct error *error)
{
    *ret_sequence = 0;
    return sql_number(store, "SELECT seq FROM sqlite_sequence WHERE name = 'audit'", NO_BINDS,
                      ret_sequence, error);
}

static int last_hash(struct sqlite_store *store, char hash[SHA256_HEX], struct error *error)
{
    CLEANUP_QUERY struct query query = {0};
    int result = query_open(&query, store, "SELECT hash FROM audit ORDER BY sequence DESC LIMIT 1",
                            NO_BINDS, error);
    if (result == 0)
        result = query_step(&query, error);
    if (result >= 0)
        snprintf(hash, SHA256_HEX, "%s", result ? query_text(&query, 0) : CHAIN_START);
    return result < 0 ? result : 0;
}

static int append(struct sqlite_store *store, const struct audit_row *given, struct error *error)
{
    static const char sql[] = "INSERT INTO audit (sequence, at_ms, job, remote_id, local_key,"
                              " change_id, event, detail, hash)"
                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    struct audit_row row = *given;
    char before[SHA256_HEX];
    int result = last_sequence(store, &row.sequence, error);
    if (result == 0)
        result = last_hash(store, before, error);
    if (result < 0)
        return result;
    row.sequence++;
    if (row.at_ms == 0)
        row.at_ms = world_now(store->world);
    arena_reset(store->scratch);
    const char *detail = row.detail ? json_print(store->scratch, row.detail) : NULL;
    chain_hash(store->scratch, before, &row, detail, row.hash);
    return sql_run(store, sql,
                   BINDS(bind_int(row.sequence), bind_int(row.at_ms), bind_text(row.job),
                         bind_text(row.remote_id), bind_text(row.local_key),
                         bind_text(row.change_id), bind_text(row.event), bind_text(detail),
                         bind_text(row.hash)),
                   error);
}

int sqlite_audit_add(struct store *base, const struct audit_row *row, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    int result = sql_write_begin(store, error);
    if (result < 0)
        return result;
    return sql_write_end(store, append(store, row, error), error);
}

#define AUDIT_ROW                                                                                  \
    "SELECT sequence, at_ms, job, remote_id, local_key, change_id, event, detail, hash FROM audit"

/* Everything but the detail, which is JSON to a reader and mere text to the chain. */
static void read_columns(struct query *query, struct arena *arena, struct audit_row *row)
{
    row->sequence = query_int(query, 0);
    row->at_ms = query_int(query, 1);
    row->job = query_copy(query, 2, arena);
    row->remote_id = query_copy(query, 3, arena);
    row->local_key = query_copy(query, 4, arena);
    row->change_id = query_copy(query, 5, arena);
    row->event = query_copy(query, 6, arena);
    snprintf(row->hash, sizeof row->hash, "%s", query_text(query, 8));
}

static int read_audit(struct query *query, const struct kind *kind, struct arena *arena,
                      void **ret_row, struct error *error)
{
    (void)kind;
    struct audit_row *row = arena_alloc(arena, sizeof *row);
    read_columns(query, arena, row);
    const char *detail = query_text(query, 7);
    if (detail && json_parse(arena, detail, strlen(detail), &row->detail, error) < 0)
        return sql_damaged(query->store, "the detail of an audit row", error);
    *ret_row = row;
    return 0;
}

int sqlite_audit_each(struct store *base, const char *about, struct arena *arena,
                      store_audit_each *each, void *context, struct error *error)
{
    static const char all[] = AUDIT_ROW " ORDER BY sequence";
    static const char some[] =
        AUDIT_ROW " WHERE remote_id = ?1 OR local_key = ?1 OR change_id = ?1 ORDER BY sequence";
    CLEANUP_QUERY struct query query = {0};
    CLEANUP_ROWS struct rows rows = {0};
    int result = about ? query_open(&query, sqlite_of(base), some, BINDS(bind_text(about)), error)
                       : query_open(&query, sqlite_of(base), all, NO_BINDS, error);
    if (result == 0)
        result = rows_read(&rows, &query, read_audit, NULL, arena, error);
    for (size_t i = 0; result >= 0 && i < rows.count; i++)
        result = each(context, rows.items[i]);
    return result < 0 ? result : 0;
}

static int broken(const struct sqlite_store *store, int64_t sequence, const char *how,
                  struct error *error)
{
    return error_set(error, ERROR_INPUT, SCOPE_RUN, "store %s: audit row %lld %s", store->path,
                     (long long)sequence, how);
}

/* Follows the chain to its end; rows are looked at one by one, however long it is. */
static int follow_chain(struct sqlite_store *store, int64_t *ret_last, struct error *error)
{
    CLEANUP_QUERY struct query query = {0};
    CLEANUP_ARENA struct arena *arena = arena_new();
    int result = query_open(&query, store, AUDIT_ROW " ORDER BY sequence", NO_BINDS, error);
    char before[SHA256_HEX] = CHAIN_START;
    int64_t expected = 0;
    while (result >= 0 && (result = query_step(&query, error)) > 0) {
        struct audit_row row = {0};
        char hash[SHA256_HEX];
        arena_reset(arena);
        read_columns(&query, arena, &row);
        if (row.sequence != ++expected)
            return broken(store, expected, "is missing", error);
        chain_hash(arena, before, &row, query_text(&query, 7), hash);
        if (strcmp(hash, row.hash) != 0)
            return broken(store, expected, "does not fit the chain: it was altered", error);
        memcpy(before, hash, sizeof before);
    }
    if (result == 0)
        *ret_last = expected;
    return result;
}

int sqlite_audit_verify(struct store *base, long long *ret_rows, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    int64_t last = 0, given = 0;
    int result = last_sequence(store, &given, error);
    if (result == 0)
        result = follow_chain(store, &last, error);
    if (result < 0)
        return result;
    if (last < given)
        return broken(store, last + 1, "is missing", error);
    if (ret_rows)
        *ret_rows = last;
    return 0;
}
