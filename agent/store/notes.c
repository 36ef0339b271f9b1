/* The small memories of a job: cursors, the last plan, and the verdicts of people. */
#include "store/store_private.h"

#include <string.h>

/* The columns of the one row of a query; `ret_second` may be NULL. Nothing found: both NULL. */
static int read_texts(struct sqlite_store *store, const char *sql, const struct bind *binds,
                      size_t count, struct arena *arena, const char **ret_first,
                      const char **ret_second, struct error *error)
{
    CLEANUP_QUERY struct query query = {0};
    int result = query_open(&query, store, sql, binds, count, error);
    if (result == 0)
        result = query_step(&query, error);
    if (result < 0)
        return result;
    *ret_first = result ? query_copy(&query, 0, arena) : NULL;
    if (ret_second)
        *ret_second = result ? query_copy(&query, 1, arena) : NULL;
    return 0;
}

int sqlite_cursor_get(struct store *base, const char *job, const char *name, struct arena *arena,
                      const char **ret_value, struct error *error)
{
    return read_texts(sqlite_of(base), "SELECT value FROM cursor WHERE job = ?1 AND name = ?2",
                      BINDS(bind_text(job), bind_text(name)), arena, ret_value, NULL, error);
}

int sqlite_cursor_put(struct store *base, const char *job, const char *name, const char *value,
                      struct error *error)
{
    static const char put[] = "INSERT INTO cursor (job, name, value) VALUES (?1, ?2, ?3)"
                              " ON CONFLICT (job, name) DO UPDATE SET value = excluded.value";
    static const char drop[] = "DELETE FROM cursor WHERE job = ?1 AND name = ?2";
    struct sqlite_store *store = sqlite_of(base);
    if (!value)
        return sql_write(store, drop, BINDS(bind_text(job), bind_text(name)), NULL, error);
    return sql_write(store, put, BINDS(bind_text(job), bind_text(name), bind_text(value)), NULL,
                     error);
}

int sqlite_plan_put(struct store *base, const char *job, int64_t run, const struct json *plan,
                    struct error *error)
{
    static const char sql[] =
        "INSERT INTO plan (job, run, made_ms, document) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (job) DO UPDATE SET run = excluded.run, made_ms = excluded.made_ms,"
        " document = excluded.document";
    struct sqlite_store *store = sqlite_of(base);
    arena_reset(store->scratch);
    return sql_write(store, sql,
                     BINDS(bind_text(job), bind_int(run), bind_int(world_now(store->world)),
                           bind_text(json_print(store->scratch, plan))),
                     NULL, error);
}

int sqlite_plan_get(struct store *base, const char *job, struct arena *arena,
                    struct json **ret_plan, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    const char *text;
    int result = read_texts(store, "SELECT document FROM plan WHERE job = ?1",
                            BINDS(bind_text(job)), arena, &text, NULL, error);
    if (result < 0)
        return result;
    struct json *plan = NULL;
    if (text && json_parse(arena, text, strlen(text), &plan, error) < 0)
        return sql_damaged(store, "the plan of a job", error);
    *ret_plan = plan;
    return 0;
}

int sqlite_verdict_put(struct store *base, const char *subject, const char *verdict,
                       const char *who, struct error *error)
{
    static const char sql[] =
        "INSERT INTO verdict (subject, verdict, who, given_ms) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (subject) DO UPDATE SET verdict = excluded.verdict, who = excluded.who,"
        " given_ms = excluded.given_ms";
    struct sqlite_store *store = sqlite_of(base);
    return sql_write(store, sql,
                     BINDS(bind_text(subject), bind_text(verdict), bind_text(who),
                           bind_int(world_now(store->world))),
                     NULL, error);
}

int sqlite_verdict_get(struct store *base, const char *subject, struct arena *arena,
                       const char **ret_verdict, const char **ret_who, struct error *error)
{
    return read_texts(sqlite_of(base), "SELECT verdict, who FROM verdict WHERE subject = ?1",
                      BINDS(bind_text(subject)), arena, ret_verdict, ret_who, error);
}
