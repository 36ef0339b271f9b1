/* Links: which remote and local record are the same thing, and what both sides last agreed on. */
#include "store/store_private.h"

#include <string.h>

int sqlite_link_put(struct store *base, const char *job, const struct kind *kind,
                    const struct store_link *link, struct error *error)
{
    /* A pair may be put again with another base; one end of it with another partner may not. */
    static const char sql[] =
        "INSERT INTO link (job, remote_id, local_key, base, how, made_ms)"
        " SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (SELECT 1 FROM link WHERE job = ?1"
        " AND ((remote_id = ?2) <> (local_key = ?3)) AND (remote_id = ?2 OR local_key = ?3))"
        " ON CONFLICT (job, remote_id) DO UPDATE"
        " SET base = excluded.base, how = excluded.how, made_ms = excluded.made_ms";
    struct sqlite_store *store = sqlite_of(base);
    arena_reset(store->scratch);
    const char *text = json_print(
        store->scratch, record_to_json(store->scratch, kind, (const char *const *)link->base));
    int64_t made = link->made_ms ? link->made_ms : world_now(store->world);
    long long written = 0;
    int result =
        sql_write(store, sql,
                  BINDS(bind_text(job), bind_text(link->remote_id), bind_text(link->local_key),
                        bind_text(text), bind_text(link->how), bind_int(made)),
                  &written, error);
    if (result == 0 && !written)
        return error_set(error, ERROR_BUG, SCOPE_RECORD,
                         "job %s: %s and %s cannot be linked, one of them is linked already", job,
                         link->remote_id, link->local_key);
    return result;
}

#define MOVE(end)                                                                                  \
    "UPDATE link SET " end " = ?3 WHERE job = ?1 AND " end " = ?2 AND " end " <> ?3"               \
    " AND NOT EXISTS (SELECT 1 FROM link WHERE job = ?1 AND " end " = ?3)"
#define LEFT(end) "SELECT count(*) FROM link WHERE job = ?1 AND " end " = ?2 AND " end " <> ?3"

int sqlite_link_move(struct store *base, const char *job, enum side side, const char *old_id,
                     const char *new_id, struct error *error)
{
    static const struct {
        const char *move, *left;
    } sql[] = {
        [SIDE_REMOTE] = {MOVE("remote_id"), LEFT("remote_id")},
        [SIDE_LOCAL] = {MOVE("local_key"), LEFT("local_key")},
    };
    struct sqlite_store *store = sqlite_of(base);
    long long moved = 0;
    int64_t stuck = 0;
    int result =
        sql_write(store, sql[side].move,
                  BINDS(bind_text(job), bind_text(old_id), bind_text(new_id)), &moved, error);
    if (result == 0 && !moved)
        result =
            sql_number(store, sql[side].left,
                       BINDS(bind_text(job), bind_text(old_id), bind_text(new_id)), &stuck, error);
    if (result == 0 && stuck)
        return error_set(error, ERROR_BUG, SCOPE_RECORD,
                         "job %s: the link of %s cannot move to %s, which is linked already", job,
                         old_id, new_id);
    return result;
}

#define LINK_ROW "SELECT remote_id, local_key, base, how, made_ms FROM link WHERE job = ?1"

static int read_link(struct query *query, const struct kind *kind, struct arena *arena,
                     void **ret_row, struct error *error)
{
    const char *text = query_text(query, 2);
    struct json *json;
    int result = json_parse(arena, text, strlen(text), &json, error);
    if (result < 0)
        return sql_damaged(query->store, "the base of a link", error);
    struct store_link *link = arena_alloc(arena, sizeof *link);
    link->remote_id = query_copy(query, 0, arena);
    link->local_key = query_copy(query, 1, arena);
    link->base = record_from_json(arena, kind, json);
    link->how = query_copy(query, 3, arena);
    link->made_ms = query_int(query, 4);
    *ret_row = link;
    return 0;
}

int sqlite_link_get(struct store *base, const char *job, const struct kind *kind, enum side side,
                    const char *id, struct arena *arena, struct store_link **ret_link,
                    struct error *error)
{
    static const char *const sql[] = {
        [SIDE_REMOTE] = LINK_ROW " AND remote_id = ?2",
        [SIDE_LOCAL] = LINK_ROW " AND local_key = ?2",
    };
    CLEANUP_QUERY struct query query = {0};
    CLEANUP_ROWS struct rows rows = {0};
    int result =
        query_open(&query, sqlite_of(base), sql[side], BINDS(bind_text(job), bind_text(id)), error);
    if (result == 0)
        result = rows_read(&rows, &query, read_link, kind, arena, error);
    if (result == 0)
        *ret_link = rows.count ? rows.items[0] : NULL;
    return result;
}

int sqlite_link_each(struct store *base, const char *job, const struct kind *kind,
                     struct arena *arena, store_link_each *each, void *context, struct error *error)
{
    CLEANUP_QUERY struct query query = {0};
    CLEANUP_ROWS struct rows rows = {0};
    int result = query_open(&query, sqlite_of(base), LINK_ROW " ORDER BY remote_id",
                            BINDS(bind_text(job)), error);
    if (result == 0)
        result = rows_read(&rows, &query, read_link, kind, arena, error);
    for (size_t i = 0; result >= 0 && i < rows.count; i++)
        result = each(context, rows.items[i]);
    return result < 0 ? result : 0;
}

int sqlite_link_beside(struct store *base, const char *job, const char *other,
                       store_link_beside *each, void *context, struct error *error)
{
    static const char sql[] = "SELECT a.local_key, a.remote_id, b.remote_id FROM link a"
                              " JOIN link b ON b.job = ?2 AND b.local_key = a.local_key"
                              " WHERE a.job = ?1 ORDER BY a.local_key";
    CLEANUP_QUERY struct query query = {0};
    int result =
        query_open(&query, sqlite_of(base), sql, BINDS(bind_text(job), bind_text(other)), error);
    while (result == 0) {
        result = query_step(&query, error);
        if (result <= 0)
            return result;
        result = each(context, query_text(&query, 0), query_text(&query, 1), query_text(&query, 2));
    }
    return result;
}

/* Every run counts. A condition on `gone` would look at each record; all of them less the gone ones
 * is a walk over an index, five times as fast, and another over next to nothing. */
#define PRESENT(side)                                                                              \
    "(SELECT count(*) FROM record WHERE job = ?1 AND side = " side ")"                             \
    " - (SELECT count(*) FROM record WHERE job = ?1 AND side = " side " AND gone = 1)"
#define REMOTE_PRESENT PRESENT("0")
#define LOCAL_PRESENT  PRESENT("1")

int sqlite_counts(struct store *base, const char *job, struct store_counts *ret_counts,
                  struct error *error)
{
    static const char sql[] = "SELECT " REMOTE_PRESENT ", " LOCAL_PRESENT ","
                              " (SELECT count(*) FROM link WHERE job = ?1),"
                              " (SELECT count(*) FROM record WHERE job = ?1 AND settled = 0)";
    CLEANUP_QUERY struct query query = {0};
    int result = query_open(&query, sqlite_of(base), sql, BINDS(bind_text(job)), error);
    if (result == 0)
        result = query_step(&query, error);
    if (result <= 0)
        return result;
    *ret_counts = (struct store_counts){
        .remote = query_int(&query, 0),
        .local = query_int(&query, 1),
        .links = query_int(&query, 2),
        .unsettled = query_int(&query, 3),
    };
    return 0;
}
