/* Records of both sides: what we hold, what was seen, what is still to be planned. */
#include "store/store_private.h"

#include <stdio.h>
#include <string.h>

/* ---- Writing. ------------------------------------------------------------------------------- */

/* Clears `settled` of the record at the other end of the link; by the side of this end. */
#define UNSETTLE_PARTNER(partner_side, mine, theirs)                                               \
    "UPDATE record SET settled = 0 WHERE job = ?1 AND side = " partner_side                        \
    " AND settled = 1 AND id = (SELECT " theirs " FROM link WHERE job = ?1 AND " mine " = ?2)"
static const char *const unsettle_partner[] = {
    [SIDE_REMOTE] = UNSETTLE_PARTNER("1", "remote_id", "local_key"),
    [SIDE_LOCAL] = UNSETTLE_PARTNER("0", "local_key", "remote_id"),
};

/* The same for the partners of all records that a full read did not see. */
#define UNSETTLE_PARTNERS(partner_side, my_side, mine, theirs)                                     \
    "UPDATE record SET settled = 0 WHERE job = ?1 AND side = " partner_side                        \
    " AND settled = 1 AND id IN (SELECT l." theirs " FROM record AS r"                             \
    " JOIN link AS l ON l.job = r.job AND l." mine " = r.id"                                       \
    " WHERE r.job = ?1 AND r.side = " my_side " AND r.gone = 0 AND r.sweep <> ?2)"
static const char *const unsettle_partners[] = {
    [SIDE_REMOTE] = UNSETTLE_PARTNERS("1", "0", "remote_id", "local_key"),
    [SIDE_LOCAL] = UNSETTLE_PARTNERS("0", "1", "local_key", "remote_id"),
};

static int put_content(struct sqlite_store *store, int64_t number, const struct record *record,
                       struct error *error)
{
    static const char sql[] = "INSERT INTO content (number, fields, raw) VALUES (?1, ?2, ?3)"
                              " ON CONFLICT (number) DO UPDATE"
                              " SET fields = excluded.fields, raw = excluded.raw";
    arena_reset(store->scratch);
    struct json *fields =
        record_to_json(store->scratch, record->kind, (const char *const *)record->values);
    const char *text = json_print(store->scratch, fields);
    return sql_run(store, sql, BINDS(bind_int(number), bind_text(text), bind_text(record->raw)),
                   error);
}

/* A record that comes back with the content it had keeps the instant we first saw that content. */
static int put_changed(struct sqlite_store *store, const char *job, enum side side,
                       const struct record *record, const char *hash, int64_t sweep,
                       struct error *error)
{
    static const char sql[] =
        "INSERT INTO record (job, side, id, version, modified_ms, hash, sweep, changed_seen_ms,"
        " place_file, place_line, place_column)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
        " ON CONFLICT (job, side, id) DO UPDATE SET version = excluded.version,"
        " modified_ms = excluded.modified_ms, hash = excluded.hash, sweep = excluded.sweep,"
        " gone = 0, settled = 0, changed_seen_ms = CASE WHEN hash = excluded.hash"
        " THEN changed_seen_ms ELSE excluded.changed_seen_ms END,"
        " place_file = excluded.place_file, place_line = excluded.place_line,"
        " place_column = excluded.place_column RETURNING number";
    int64_t number = 0;
    int result = sql_number(
        store, sql,
        BINDS(bind_text(job), bind_int(side), bind_text(record->id), bind_text(record->version),
              bind_int(record->modified_ms), bind_text(hash), bind_int(sweep),
              bind_int(world_now(store->world)), bind_text(record->place.file),
              bind_int((int64_t)record->place.line), bind_int((int64_t)record->place.column)),
        &number, error);
    if (result == 0)
        result = put_content(store, number, record, error);
    if (result == 0)
        result = sql_run(store, unsettle_partner[side],
                         BINDS(bind_text(job), bind_text(record->id)), error);
    return result;
}

int sqlite_record_put(struct store *base, const char *job, enum side side,
                      const struct record *record, int64_t sweep, bool *ret_changed,
                      struct error *error)
{
    /* The place is no content: rows move within a file when others come and go. */
    static const char sql[] =
        "UPDATE record SET sweep = ?5, place_file = ?6, place_line = ?7, place_column = ?8"
        " WHERE job = ?1 AND side = ?2 AND id = ?3 AND hash = ?4 AND gone = 0";
    struct sqlite_store *store = sqlite_of(base);
    char hash[SHA256_HEX];
    record_hash(record, hash);
    long long same = 0;
    int result = sql_write(store, sql,
                           BINDS(bind_text(job), bind_int(side), bind_text(record->id),
                                 bind_text(hash), bind_int(sweep), bind_text(record->place.file),
                                 bind_int((int64_t)record->place.line),
                                 bind_int((int64_t)record->place.column)),
                           &same, error);
    if (result == 0 && !same) {
        result = sql_write_begin(store, error);
        if (result == 0)
            result = sql_write_end(store, put_changed(store, job, side, record, hash, sweep, error),
                                   error);
    }
    if (result == 0 && ret_changed)
        *ret_changed = !same;
    return result;
}

static int bring_back(struct sqlite_store *store, const char *job, enum side side, const char *id,
                      int64_t sweep, struct error *error)
{
    static const char sql[] = "UPDATE record SET sweep = ?4, gone = 0, settled = 0"
                              " WHERE job = ?1 AND side = ?2 AND id = ?3 AND gone = 1";
    long long found = 0;
    int result =
        sql_write(store, sql, BINDS(bind_text(job), bind_int(side), bind_text(id), bind_int(sweep)),
                  &found, error);
    if (result == 0 && found)
        result =
            sql_run(store, unsettle_partner[side], BINDS(bind_text(job), bind_text(id)), error);
    return result;
}

int sqlite_record_seen(struct store *base, const char *job, enum side side, const char *id,
                       int64_t sweep, struct error *error)
{
    static const char sql[] =
        "UPDATE record SET sweep = ?4 WHERE job = ?1 AND side = ?2 AND id = ?3 AND gone = 0";
    struct sqlite_store *store = sqlite_of(base);
    long long found = 0;
    int result =
        sql_write(store, sql, BINDS(bind_text(job), bind_int(side), bind_text(id), bind_int(sweep)),
                  &found, error);
    if (result < 0 || found)
        return result;
    result = sql_write_begin(store, error);
    if (result < 0)
        return result;
    return sql_write_end(store, bring_back(store, job, side, id, sweep, error), error);
}

int sqlite_sweep_end(struct store *base, const char *job, enum side side, int64_t sweep,
                     long long *ret_gone, struct error *error)
{
    static const char sql[] = "UPDATE record SET gone = 1, settled = 0"
                              " WHERE job = ?1 AND side = ?2 AND gone = 0 AND sweep <> ?3";
    struct sqlite_store *store = sqlite_of(base);
    int result = sql_write_begin(store, error);
    if (result < 0)
        return result;
    long long gone = 0;
    result = sql_run(store, unsettle_partners[side], BINDS(bind_text(job), bind_int(sweep)), error);
    if (result == 0)
        result = sql_write(store, sql, BINDS(bind_text(job), bind_int(side), bind_int(sweep)),
                           &gone, error);
    result = sql_write_end(store, result, error);
    if (result == 0 && ret_gone)
        *ret_gone = gone;
    return result;
}

int sqlite_record_settle(struct store *base, const char *job, enum side side, const char *id,
                         bool settled, struct error *error)
{
    static const char sql[] = "UPDATE record SET settled = ?4"
                              " WHERE job = ?1 AND side = ?2 AND id = ?3 AND settled <> ?4";
    return sql_write(sqlite_of(base), sql,
                     BINDS(bind_text(job), bind_int(side), bind_text(id), bind_int(settled)), NULL,
                     error);
}

int sqlite_unsettle_all(struct store *base, const char *job, struct error *error)
{
    static const char sql[] = "UPDATE record SET settled = 0"
                              " WHERE job = ?1 AND side IN (0, 1) AND settled = 1";
    return sql_write(sqlite_of(base), sql, BINDS(bind_text(job)), NULL, error);
}

/* ---- Reading. ------------------------------------------------------------------------------- */

#define RECORD_ROW                                                                                 \
    "SELECT r.id, r.version, r.modified_ms, r.hash, r.gone, r.settled, r.changed_seen_ms,"         \
    " r.place_file, r.place_line, r.place_column, c.fields, c.raw"                                 \
    " FROM record AS r JOIN content AS c ON c.number = r.number"                                   \
    " WHERE r.job = ?1 AND r.side = ?2"

static int read_record(struct query *query, const struct kind *kind, struct arena *arena,
                       void **ret_row, struct error *error)
{
    const char *fields = query_text(query, 10);
    struct json *json;
    int result = json_parse(arena, fields, strlen(fields), &json, error);
    if (result < 0)
        return sql_damaged(query->store, "the fields of a record", error);
    struct store_record *row = arena_alloc(arena, sizeof *row);
    struct record *record = record_new(arena, kind, query_text(query, 0));
    record->version = query_copy(query, 1, arena);
    record->modified_ms = query_int(query, 2);
    snprintf(row->hash, sizeof row->hash, "%s", query_text(query, 3));
    row->gone = query_int(query, 4) != 0;
    row->settled = query_int(query, 5) != 0;
    row->changed_seen_ms = query_int(query, 6);
    record->place.file = query_copy(query, 7, arena);
    record->place.line = (size_t)query_int(query, 8);
    record->place.column = (size_t)query_int(query, 9);
    record->values = record_from_json(arena, kind, json);
    record->raw = query_copy(query, 11, arena);
    row->record = record;
    *ret_row = row;
    return 0;
}

int sqlite_record_get(struct store *base, const char *job, const struct kind *kind, enum side side,
                      const char *id, struct arena *arena, struct store_record **ret_record,
                      struct error *error)
{
    CLEANUP_QUERY struct query query = {0};
    CLEANUP_ROWS struct rows rows = {0};
    int result = query_open(&query, sqlite_of(base), RECORD_ROW " AND r.id = ?3",
                            BINDS(bind_text(job), bind_int(side), bind_text(id)), error);
    if (result == 0)
        result = rows_read(&rows, &query, read_record, kind, arena, error);
    if (result == 0)
        *ret_record = rows.count ? rows.items[0] : NULL;
    return result;
}

int sqlite_record_version(struct store *base, const char *job, enum side side, const char *id,
                          struct arena *arena, const char **ret_version, struct error *error)
{
    static const char sql[] =
        "SELECT version FROM record WHERE job = ?1 AND side = ?2 AND id = ?3 AND gone = 0";
    CLEANUP_QUERY struct query query = {0};
    int result = query_open(&query, sqlite_of(base), sql,
                            BINDS(bind_text(job), bind_int(side), bind_text(id)), error);
    if (result == 0)
        result = query_step(&query, error);
    if (result >= 0)
        *ret_version = result ? query_copy(&query, 0, arena) : NULL;
    return result < 0 ? result : 0;
}

/* One text for each combination of filters, so that SQLite can use the index of what is unsettled:
 * it does so only for a condition that stands in the text. */
#define UNSETTLED " AND r.settled = 0"
#define PRESENT   " AND r.gone = 0"
#define UNLINKED(key)                                                                              \
    " AND NOT EXISTS (SELECT 1 FROM link AS l WHERE l.job = ?1 AND l." key " = r.id)"
#define EACH(where) RECORD_ROW where " ORDER BY r.id"
#define EACH_BY(key)                                                                               \
    {                                                                                              \
        [FILTER_ALL] = EACH(""), [FILTER_UNSETTLED] = EACH(UNSETTLED),                             \
        [FILTER_UNLINKED] = EACH(UNLINKED(key)),                                                   \
        [FILTER_UNLINKED | FILTER_UNSETTLED] = EACH(UNSETTLED UNLINKED(key)),                      \
        [FILTER_PRESENT] = EACH(PRESENT),                                                          \
        [FILTER_PRESENT | FILTER_UNSETTLED] = EACH(UNSETTLED PRESENT),                             \
        [FILTER_PRESENT | FILTER_UNLINKED] = EACH(PRESENT UNLINKED(key)),                          \
        [FILTER_PRESENT | FILTER_UNLINKED | FILTER_UNSETTLED] =                                    \
            EACH(UNSETTLED PRESENT UNLINKED(key)),                                                 \
    }
static const char *const each_sql[][8] = {
    [SIDE_REMOTE] = EACH_BY("remote_id"),
    [SIDE_LOCAL] = EACH_BY("local_key"),
};

int sqlite_record_each(struct store *base, const char *job, const struct kind *kind, enum side side,
                       unsigned filter, struct arena *arena, store_record_each *each, void *context,
                       struct error *error)
{
    CLEANUP_QUERY struct query query = {0};
    CLEANUP_ROWS struct rows rows = {0};
    if (filter >= COUNT(each_sql[side]))
        return error_set(error, ERROR_BUG, SCOPE_RUN, "store: no such filter: %u", filter);
    int result = query_open(&query, sqlite_of(base), each_sql[side][filter],
                            BINDS(bind_text(job), bind_int(side)), error);
    if (result == 0)
        result = rows_read(&rows, &query, read_record, kind, arena, error);
    for (size_t i = 0; result >= 0 && i < rows.count; i++)
        result = each(context, rows.items[i]);
    return result < 0 ? result : 0;
}
