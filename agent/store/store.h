/* The store: where the two sides meet, and the memory that outlives a crash.
 *
 * One interface, `struct store_ops`; store_open() gives the SQLite implementation. Every function
 * returns 0 or a negative error class. Rows that are read live in the caller's arena; texts that
 * are passed in are copied. Functions that write outside begin() and commit() are a durable
 * transaction of their own. A failed write leaves the store as it was. Two processes may have the
 * store open; writers wait for each other (at most ten seconds), and jobs are held by lease.
 *
 * The …_each functions read all rows before they call `each` with the first: `each` may write to
 * the store, and sees the rows as they were. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/error.h"
#include "base/world.h"
#include "model/change.h"
#include "model/finding.h"
#include "model/record.h"

struct store;

enum side { SIDE_REMOTE, SIDE_LOCAL };

/* A normalised record as one side has it. */
struct store_record {
    struct record *record;
    char hash[SHA256_HEX];
    bool gone;               /* a complete full read did not have it any more */
    bool settled;            /* nothing was left to say when it was last planned */
    int64_t changed_seen_ms; /* when we first saw the present content */
};

/* Which records: bits, combined with and. */
enum store_filter {
    FILTER_ALL = 0,
    FILTER_UNSETTLED = 1 << 0,
    FILTER_UNLINKED = 1 << 1,
    FILTER_PRESENT = 1 << 2, /* not gone */
};

struct store_link {
    const char *remote_id;
    const char *local_key;
    const char **base; /* kind->field_count; what both sides last agreed on; NULL: never */
    const char *how;   /* how the pair was found */
    int64_t made_ms;   /* 0 when put: now */
};

/* States of a change in the journal. */
enum journal_state {
    JOURNAL_RUNNING, /* a step's intent is durable; it may or may not have happened */
    JOURNAL_LOCAL,   /* the cloud's part is done; the local file is still to be written */
    JOURNAL_DONE,
    JOURNAL_FAILED, /* ended without effect, or with the effect that `result` tells */
    JOURNAL_STALE,  /* given up for a fresh plan */
};

struct journal_row {
    struct change *change;
    int64_t run;
    enum journal_state state;
    const char *step;      /* name of the step whose intent is durable; NULL before the first */
    bool answered;         /* the answer of that step is durable too */
    const char *token;     /* idempotency token of the change; kept for ever */
    struct json *progress; /* what the procedure knows by now (ids, versions); never NULL */
    const char *result;    /* in words, when ended */
    int64_t made_ms, changed_ms;
};

struct run_row {
    int64_t id;
    const char *job;
    int64_t started_ms, ended_ms; /* ended 0: still running, or killed */
    const char *outcome;          /* complete, partial, failed */
    const char *message;          /* what went wrong, or NULL */
    long long counts[8];          /* see enum run_count */
};
enum run_count {
    RUN_READ,
    RUN_CALLS,
    RUN_PLANNED,
    RUN_APPLIED,
    RUN_HELD,
    RUN_FAILED,
    RUN_CONFLICTS,
    RUN_FINDINGS
};

struct audit_row {
    int64_t sequence;
    int64_t at_ms;
    const char *job, *remote_id, *local_key, *change_id;
    const char *event;     /* "create", "pull", "link", "approve", "hold", … */
    struct json *detail;   /* fields with old, new, base, rule; version; answer */
    char hash[SHA256_HEX]; /* SHA-256 over the row and the previous hash */
};

struct store_counts {
    long long remote, local, links, unsettled;
};

typedef int store_record_each(void *context, const struct store_record *record);
typedef int store_link_each(void *context, const struct store_link *link);
/* A local record that two jobs have linked: its key, and what it is linked to in each. */
typedef int store_link_beside(void *context, const char *local_key, const char *remote_id,
                              const char *other_id);
typedef int store_journal_each(void *context, const struct journal_row *row);
typedef int store_finding_each(void *context, const struct finding *finding);
typedef int store_audit_each(void *context, const struct audit_row *row);

struct store_ops {
    void (*close)(struct store *store);

    /* A commit that fails has rolled back. A disk that fills up in a transaction undoes all of it:
     * the writes that follow are refused, and so is the commit. */
    int (*begin)(struct store *store, struct error *error);
    int (*commit)(struct store *store, struct error *error);
    void (*rollback)(struct store *store);

    /* Records. put: inserts or replaces; `ret_changed` (may be NULL) tells whether the hash differs
     * from before, or the record was gone (then settled is cleared on the record and on its linked
     * partner). Marks the record as seen in `sweep` (see sweep_end); with an equal hash only that
     * and the record's place are written. */
    int (*record_put)(struct store *store, const char *job, enum side side,
                      const struct record *record, int64_t sweep, bool *ret_changed,
                      struct error *error);
    /* ret_record NULL if there is none. */
    int (*record_get)(struct store *store, const char *job, const struct kind *kind, enum side side,
                      const char *id, struct arena *arena, struct store_record **ret_record,
                      struct error *error);
    /* The version we hold of a record that is present; NULL if none. */
    int (*record_version)(struct store *store, const char *job, enum side side, const char *id,
                          struct arena *arena, const char **ret_version, struct error *error);
    /* In order of id. A negative result of `each` ends the loop and is returned. */
    int (*record_each)(struct store *store, const char *job, const struct kind *kind,
                       enum side side, unsigned filter, struct arena *arena,
                       store_record_each *each, void *context, struct error *error);
    /* Marks a record as seen without its content; an unknown id is passed over (a row that cannot
     * be read may be new), a gone record is back and unsettled. */
    int (*record_seen)(struct store *store, const char *job, enum side side, const char *id,
                       int64_t sweep, struct error *error);
    /* After a complete full read: records not seen in `sweep` become gone; they and
     * their linked partners become unsettled. */
    int (*sweep_end)(struct store *store, const char *job, enum side side, int64_t sweep,
                     long long *ret_gone, struct error *error);
    /* An unknown id is passed over. */
    int (*record_settle)(struct store *store, const char *job, enum side side, const char *id,
                         bool settled, struct error *error);
    int (*unsettle_all)(struct store *store, const char *job, struct error *error);

    /* Links. One per remote id and one per local key: a second is ERROR_BUG. Put again, a pair
     * takes the new base. counts: records that are present, pairs, and records of both sides that
     * are unsettled, gone ones included. */
    int (*link_put)(struct store *store, const char *job, const struct kind *kind,
                    const struct store_link *link, struct error *error);
    /* A record became another one at the cloud, or got another key in the source: its link goes on
     * with the new id; the other end, base, how and time stay. Nothing happens if the old one has
     * no link; ERROR_BUG if the new one has one. */
    int (*link_move)(struct store *store, const char *job, enum side side, const char *old_id,
                     const char *new_id, struct error *error);
    int (*link_get)(struct store *store, const char *job, const struct kind *kind, enum side side,
                    const char *id, struct arena *arena, struct store_link **ret_link,
                    struct error *error);
    int (*link_each)(struct store *store, const char *job, const struct kind *kind,
                     struct arena *arena, store_link_each *each, void *context,
                     struct error *error);
    /* Local keys that both jobs have linked, in their order. */
    int (*link_beside)(struct store *store, const char *job, const char *other,
                       store_link_beside *each, void *context, struct error *error);
    int (*counts)(struct store *store, const char *job, struct store_counts *ret_counts,
                  struct error *error);

    /* Small memory per job: "watermark", "full-read", "source-state", "rules", … NULL if none;
     * putting NULL removes it. */
    int (*cursor_get)(struct store *store, const char *job, const char *name, struct arena *arena,
                      const char **ret_value, struct error *error);
    int (*cursor_put)(struct store *store, const char *job, const char *name, const char *value,
                      struct error *error);

    /* Journal: put inserts or replaces by change id and run. */
    int (*journal_put)(struct store *store, const struct journal_row *row, struct error *error);
    /* Rows that are not ended (RUNNING, LOCAL), oldest first; job NULL: of all. */
    int (*journal_open)(struct store *store, const char *job, struct arena *arena,
                        store_journal_each *each, void *context, struct error *error);
    /* All rows of a change id, or of a remote id or local key, oldest first. */
    int (*journal_find)(struct store *store, const char *id, struct arena *arena,
                        store_journal_each *each, void *context, struct error *error);

    /* Findings. A finding is identified by code, job, subject and field. put: opens it, or keeps it
     * open with its first_seen. sweep: findings of the job (and code prefix) that were not put
     * since `since_ms` are closed; job NULL: those of no job. A closed one that is put again is
     * new. each: the open ones, by job, code, subject, field; job NULL: of all. */
    int (*finding_put)(struct store *store, const struct finding *finding, bool *ret_new,
                       struct error *error);
    int (*finding_sweep)(struct store *store, const char *job, const char *code_prefix,
                         int64_t since_ms, struct error *error);
    int (*finding_each)(struct store *store, const char *job, struct arena *arena,
                        store_finding_each *each, void *context, struct error *error);

    /* The plan of the last run of a job, as change JSON, for approve, conflicts, show, status. */
    int (*plan_put)(struct store *store, const char *job, int64_t run, const struct json *plan,
                    struct error *error);
    int (*plan_get)(struct store *store, const char *job, struct arena *arena,
                    struct json **ret_plan, struct error *error); /* NULL if none */

    /* Verdicts of people: approve, reject on a change id; local, cloud on a conflict id. The last
     * one counts; NULL if none. */
    int (*verdict_put)(struct store *store, const char *subject, const char *verdict,
                       const char *who, struct error *error);
    int (*verdict_get)(struct store *store, const char *subject, struct arena *arena,
                       const char **ret_verdict, const char **ret_who, struct error *error);

    /* The store fills in sequence and hash, and at_ms if it is 0. */
    int (*audit_add)(struct store *store, const struct audit_row *row, struct error *error);
    /* Rows about a remote id, local key or change id (NULL: all), oldest first. */
    int (*audit_each)(struct store *store, const char *about, struct arena *arena,
                      store_audit_each *each, void *context, struct error *error);
    /* Checks the chain; ERROR_INPUT names the first row that does not fit. */
    int (*audit_verify)(struct store *store, long long *ret_rows, struct error *error);

    /* Checks the file itself; ERROR_PERMANENT tells what is damaged. */
    int (*integrity)(struct store *store, struct error *error);

    /* run_end: by row->id; its job and start stay, ended_ms 0 is now. */
    int (*run_start)(struct store *store, const char *job, int64_t *ret_run, struct error *error);
    int (*run_end)(struct store *store, const struct run_row *row, struct error *error);
    int (*run_last)(struct store *store, const char *job, struct arena *arena,
                    struct run_row **ret_run, struct error *error); /* NULL if none */

    /* A job belongs to one process at a time. take: ERROR_TEMPORARY with the holder's name, host,
     * process and age in the message if somebody else holds it and the holder is alive (same host:
     * the process exists with the same start time; other host: not expired). Taking what this
     * process has renews it. */
    int (*lease_take)(struct store *store, const char *job, int64_t ttl_ms, struct error *error);
    void (*lease_drop)(struct store *store, const char *job);
};

struct store {
    const struct store_ops *ops;
};

/* Opens or makes the SQLite store at `path` (folder 0700, file 0600), migrating it forward. Refuses
 * a file that is not ours (application_id) or that a newer version wrote. */
int store_open(const char *path, const struct world *world, struct store **ret_store,
               struct error *error);
/* The same, read only, without making or migrating anything: a store that is not there, empty or of
 * an older version is ERROR_INPUT. */
int store_open_readonly(const char *path, const struct world *world, struct store **ret_store,
                        struct error *error);

static inline void store_close(struct store *store)
{
    if (store)
        store->ops->close(store);
}

#endif
