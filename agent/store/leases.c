/* Leases: a job belongs to one process at a time. On the same host the holder is asked for by
 * process id and start time, so that a killed one blocks nobody; the holder on another host is
 * believed until its lease runs out. */
#include "store/store_private.h"

#include <stdio.h>
#include <string.h>

struct lease {
    struct process holder;
    int64_t taken_ms, expires_ms;
};

/* 1: there is one. */
static int read_lease(struct sqlite_store *store, const char *job, struct lease *ret_lease,
                      struct error *error)
{
    static const char sql[] = "SELECT host, process, process_start, command, taken_ms, expires_ms"
                              " FROM lease WHERE job = ?1";
    CLEANUP_QUERY struct query query = {0};
    int result = query_open(&query, store, sql, BINDS(bind_text(job)), error);
    if (result == 0)
        result = query_step(&query, error);
    if (result <= 0)
        return result;
    struct process *holder = &ret_lease->holder;
    snprintf(holder->host, sizeof holder->host, "%s", query_text(&query, 0));
    holder->id = query_int(&query, 1);
    holder->start = query_int(&query, 2);
    snprintf(holder->command, sizeof holder->command, "%s", query_text(&query, 3));
    ret_lease->taken_ms = query_int(&query, 4);
    ret_lease->expires_ms = query_int(&query, 5);
    return 1;
}

static bool is_self(const struct sqlite_store *store, const struct process *holder)
{
    return holder->id == store->self.id && holder->start == store->self.start &&
           strcmp(holder->host, store->self.host) == 0;
}

static bool still_holds(const struct sqlite_store *store, const struct lease *lease)
{
    bool expired = lease->expires_ms <= world_now(store->world);
    if (strcmp(lease->holder.host, store->self.host) != 0)
        return !expired;
    bool certain;
    bool alive = process_alive(lease->holder.id, lease->holder.start, &certain);
    return alive && (certain || !expired);
}

static int held_by(const struct sqlite_store *store, const char *job, const struct lease *lease,
                   struct error *error)
{
    int64_t age = (world_now(store->world) - lease->taken_ms) / 1000;
    const char *unit = age < 120 ? "s" : age < 7200 ? "min" : "h";
    int64_t count = age < 0 ? 0 : age < 120 ? age : age < 7200 ? age / 60 : age / 3600;
    return error_set(error, ERROR_TEMPORARY, SCOPE_RUN,
                     "job %s is held by %s (process %lld on host %s, for %lld %s)", job,
                     lease->holder.command, (long long)lease->holder.id, lease->holder.host,
                     (long long)count, unit);
}

static int write_lease(struct sqlite_store *store, const char *job, int64_t taken_ms,
                       int64_t ttl_ms, struct error *error)
{
    static const char sql[] =
        "INSERT INTO lease (job, host, process, process_start, command, taken_ms, expires_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (job) DO UPDATE SET"
        " host = excluded.host, process = excluded.process,"
        " process_start = excluded.process_start, command = excluded.command,"
        " taken_ms = excluded.taken_ms, expires_ms = excluded.expires_ms";
    const struct process *self = &store->self;
    return sql_run(store, sql,
                   BINDS(bind_text(job), bind_text(self->host), bind_int(self->id),
                         bind_int(self->start), bind_text(self->command), bind_int(taken_ms),
                         bind_int(world_now(store->world) + ttl_ms)),
                   error);
}

static int take(struct sqlite_store *store, const char *job, int64_t ttl_ms, struct error *error)
{
    struct lease lease = {0};
    int found = read_lease(store, job, &lease, error);
    if (found < 0)
        return found;
    bool ours = found && is_self(store, &lease.holder);
    if (found && !ours && still_holds(store, &lease))
        return held_by(store, job, &lease, error);
    return write_lease(store, job, ours ? lease.taken_ms : world_now(store->world), ttl_ms, error);
}

int sqlite_lease_take(struct store *base, const char *job, int64_t ttl_ms, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    int result = sql_write_begin(store, error);
    if (result < 0)
        return result;
    return sql_write_end(store, take(store, job, ttl_ms, error), error);
}

/* A lease that cannot be dropped now lapses with this process. */
void sqlite_lease_drop(struct store *base, const char *job)
{
    static const char sql[] = "DELETE FROM lease WHERE job = ?1 AND host = ?2 AND process = ?3"
                              " AND process_start = ?4";
    struct sqlite_store *store = sqlite_of(base);
    const struct process *self = &store->self;
    sql_write(
        store, sql,
        BINDS(bind_text(job), bind_text(self->host), bind_int(self->id), bind_int(self->start)),
        NULL, NULL);
}
