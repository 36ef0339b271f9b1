/* Findings: opened when first reported, kept open while they are, closed when they are not. */
#include "store/store_private.h"

#include <stdio.h>
#include <string.h>

#define FINDING_ID 11 /* "f-", 8 hex digits, NUL */

/* The parts of the identity that may be absent are stored as "". */
static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* The parts go in with their lengths, so that no two identities read the same. */
static void identify(const struct finding *finding, struct arena *scratch, char id[FINDING_ID])
{
    const char *job = or_empty(finding->job), *field = or_empty(finding->field);
    const char *identity =
        arena_printf(scratch, "%s:%zu:%s%zu:%s%zu:%s", finding->type->code, strlen(job), job,
                     strlen(finding->subject), finding->subject, strlen(field), field);
    char hex[SHA256_HEX];
    sha256_hex(identity, strlen(identity), hex);
    snprintf(id, FINDING_ID, "f-%.8s", hex);
}

static int put_finding(struct sqlite_store *store, const struct finding *finding, const char *id,
                       bool *ret_new, struct error *error)
{
    static const char is_open[] = "SELECT count(*) FROM finding WHERE code = ?1 AND job = ?2"
                                  " AND subject = ?3 AND field = ?4 AND open = 1";
    static const char sql[] =
        "INSERT INTO finding (code, job, subject, field, id, open, detail, remote_id, local_key,"
        " place_file, place_line, place_column, first_seen_ms, last_seen_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)"
        " ON CONFLICT (code, job, subject, field) DO UPDATE SET open = 1, closed_ms = NULL,"
        " detail = excluded.detail, remote_id = excluded.remote_id,"
        " local_key = excluded.local_key, place_file = excluded.place_file,"
        " place_line = excluded.place_line, place_column = excluded.place_column,"
        " first_seen_ms = CASE open WHEN 1 THEN first_seen_ms ELSE excluded.first_seen_ms END,"
        " last_seen_ms = excluded.last_seen_ms";
    struct bind code = bind_text(finding->type->code), job = bind_text(or_empty(finding->job)),
                subject = bind_text(finding->subject), field = bind_text(or_empty(finding->field));
    int64_t open = 0;
    int result = sql_number(store, is_open, BINDS(code, job, subject, field), &open, error);
    if (result < 0)
        return result;
    *ret_new = open == 0;
    return sql_run(store, sql,
                   BINDS(code, job, subject, field, bind_text(id), bind_text(finding->detail),
                         bind_text(finding->remote_id), bind_text(finding->local_key),
                         bind_text(finding->place.file), bind_int((int64_t)finding->place.line),
                         bind_int((int64_t)finding->place.column),
                         bind_int(world_now(store->world))),
                   error);
}

int sqlite_finding_put(struct store *base, const struct finding *finding, bool *ret_new,
                       struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    char id[FINDING_ID];
    arena_reset(store->scratch);
    identify(finding, store->scratch, id);
    int result = sql_write_begin(store, error);
    if (result < 0)
        return result;
    bool opened = false;
    result = sql_write_end(store, put_finding(store, finding, id, &opened, error), error);
    if (result == 0 && ret_new)
        *ret_new = opened;
    return result;
}

int sqlite_finding_sweep(struct store *base, const char *job, const char *code_prefix,
                         int64_t since_ms, struct error *error)
{
    static const char sql[] =
        "UPDATE finding SET open = 0, closed_ms = ?4 WHERE open = 1 AND job = ?1"
        " AND substr(code, 1, length(?2)) = ?2 AND last_seen_ms < ?3";
    struct sqlite_store *store = sqlite_of(base);
    return sql_write(store, sql,
                     BINDS(bind_text(or_empty(job)), bind_text(or_empty(code_prefix)),
                           bind_int(since_ms), bind_int(world_now(store->world))),
                     NULL, error);
}

/* A code that this version does not know (a newer one wrote it) is shown, not dropped. */
static const struct finding_type *type_of(const char *code, struct arena *arena)
{
    const struct finding_type *type = finding_type(code);
    if (type)
        return type;
    struct finding_type *unknown = arena_alloc(arena, sizeof *unknown);
    *unknown = (struct finding_type){
        .code = arena_copy(arena, code),
        .severity = SEVERITY_WARNING,
        .title = "reported by another version of agent",
        .remedy = "Run that version to learn more.",
    };
    return unknown;
}

static const char *or_null(const char *text)
{
    return text && *text ? text : NULL;
}

static int read_finding(struct query *query, const struct kind *kind, struct arena *arena,
                        void **ret_row, struct error *error)
{
    (void)kind;
    (void)error;
    struct finding *finding = arena_alloc(arena, sizeof *finding);
    finding->type = type_of(query_text(query, 0), arena);
    finding->job = or_null(query_copy(query, 1, arena));
    finding->subject = query_copy(query, 2, arena);
    finding->field = or_null(query_copy(query, 3, arena));
    finding->id = query_copy(query, 4, arena);
    finding->detail = query_copy(query, 5, arena);
    finding->remote_id = query_copy(query, 6, arena);
    finding->local_key = query_copy(query, 7, arena);
    finding->place.file = query_copy(query, 8, arena);
    finding->place.line = (size_t)query_int(query, 9);
    finding->place.column = (size_t)query_int(query, 10);
    finding->first_seen_ms = query_int(query, 11);
    finding->last_seen_ms = query_int(query, 12);
    *ret_row = finding;
    return 0;
}

int sqlite_finding_each(struct store *base, const char *job, struct arena *arena,
                        store_finding_each *each, void *context, struct error *error)
{
    static const char sql[] =
        "SELECT code, job, subject, field, id, detail, remote_id, local_key, place_file,"
        " place_line, place_column, first_seen_ms, last_seen_ms FROM finding"
        " WHERE open = 1 AND (?1 IS NULL OR job = ?1) ORDER BY job, code, subject, field";
    CLEANUP_QUERY struct query query = {0};
    CLEANUP_ROWS struct rows rows = {0};
    int result = query_open(&query, sqlite_of(base), sql, BINDS(bind_text(job)), error);
    if (result == 0)
        result = rows_read(&rows, &query, read_finding, NULL, arena, error);
    for (size_t i = 0; result >= 0 && i < rows.count; i++)
        result = each(context, rows.items[i]);
    return result < 0 ? result : 0;
}
