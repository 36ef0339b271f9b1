/* A cloud that takes its time, and a job that works with it: a connector of a few steps over the
 * virtual clock, a CSV file and a store in a folder that is removed. What the cloud holds outlives
 * the program, and even a killed child of the test.
 *
 *     struct slow *slow = slow_new("Key,Id,Name,Next,Spend,Currency,Status\nL1,,Deal,,,,\n");
 *     slow_run(slow);
 *     assert_int_equal(slow->result.counts.waiting, 1);
 *     slow_free(slow);
 */
#ifndef TESTS_SUPPORT_SLOW_H
#define TESTS_SUPPORT_SLOW_H

#include "base/limits.h"
#include "reconcile/engine.h"
#include "tests/support/fake.h"

#define SLOW_HEADER "Key,Id,Name,Next,Spend,Currency,Status\n"
#define SLOW_HOUR   INT64_C(3600000)

/* What the cloud holds and how it behaves; shared with child processes. */
struct slow_cloud {
    struct slow_record {
        char id[24], reference[24], title[48], next[48], status[16], token[80];
        int64_t ready_ms; /* not listed before */
        int version;
    } records[64];
    size_t count, peak; /* peak: most that were not ready at one time */
    int64_t takes_ms;   /* how long a creation takes */
    bool locked;        /* nothing can be started */
    char refuses[32];   /* the code that creations fail with; "": they do not */
    char spoils[32];    /* the same, of N1 and once it is made */
    size_t starts, polls, updates;
    int64_t began_ms; /* as the last step was told */
};

struct slow {
    char folder[64], csv_path[96], store_path[96];
    struct slow_cloud *there;
    struct fake fake;
    struct arena *arena;
    struct http *http;
    struct loop *loop;
    struct store *store;
    struct source *source;
    struct cloud *cloud;
    struct setting items[8];
    struct settings settings;
    struct field_map fields[8];
    struct match_rule rules[2];
    struct job job;
    struct connector_kind kind;
    struct connector connector;
    struct work work;
    struct engine_result result; /* of the last run */
    struct error error;
    size_t points, die_at; /* journal points passed; the one that is the end; 0: none */
    /* The last read's scope. */
    bool full, proposals, afresh; /* afresh: a version that the store has was not told */
    bool mapped[LIMIT_FIELDS];
};

struct slow *slow_new(const char *csv);
void slow_free(struct slow *slow);
/* Everything but cloud, file and store ends and starts anew. */
void slow_restart(struct slow *slow);
void slow_later(struct slow *slow, int64_t ms);
/* Does the work in a child that is killed at the journal point, from 1; false if it got through. */
bool slow_doomed(struct slow *slow, size_t die_at, void (*work)(struct slow *slow));

const struct engine_result *slow_run(struct slow *slow); /* a minute after the one before */
/* Carries out a plan made by hand, without reading anything. */
struct plan *slow_plan(struct slow *slow);
struct apply_counts slow_apply(struct slow *slow, struct plan *plan);
struct apply_counts slow_write(struct slow *slow, struct plan *plan); /* the local part */
struct apply_counts slow_resume(struct slow *slow);

/* Puts a record there, ready; the store learns of it when it is read. */
void slow_put(struct slow *slow, const char *id, const char *reference, const char *title,
              const char *status);
void slow_csv_put(struct slow *slow, const char *content);
const char *slow_csv(struct slow *slow);

size_t slow_open_rows(struct slow *slow); /* of the journal */
size_t slow_findings(struct slow *slow, const char *code);
struct store_link *slow_link(struct slow *slow, enum side side, const char *id);
struct store_record *slow_record(struct slow *slow, enum side side, const char *id);

void slow_ok(struct slow *slow, int result, const char *call, const char *file, int line);
#define slow_assert_ok(slow, call) slow_ok((slow), (call), #call, __FILE__, __LINE__)

#endif
