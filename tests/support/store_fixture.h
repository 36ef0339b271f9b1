/* What the tests of the store share: a folder that is removed, a clock that only the test moves,
 * and short ways to make records. Everything made lives until fixture_teardown(). */
#ifndef SUPPORT_STORE_FIXTURE_H
#define SUPPORT_STORE_FIXTURE_H

#include "base/text.h"
#include "store/store_private.h"

#define FIXTURE_JOB "aws-referrals"

struct fixture {
    char folder[64];
    char path[96]; /* of the store, in a folder of its own below `folder` */
    int64_t now_ms;
    void (*at_point)(const char *name); /* called at world points, may be NULL */
    struct world world;
    struct store *store;
    struct arena *arena;
    struct error error;
    const struct kind *kind;
};

/* For cmocka: *state is a struct fixture with an open store. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

void fixture_open(struct fixture *fixture);
void fixture_close(struct fixture *fixture);

/* A record whose title is the given text; its version is "v-" and the title. */
struct record *fixture_record(struct fixture *fixture, const char *id, const char *title);
/* Puts it and tells whether it changed; fails the test on an error. */
bool fixture_put(struct fixture *fixture, enum side side, const char *id, const char *title,
                 int64_t sweep);
struct store_record *fixture_get(struct fixture *fixture, enum side side, const char *id);
int fixture_link(struct fixture *fixture, const char *remote_id, const char *local_key,
                 const char *base_title);
/* The ids that record_each gives, each followed by a blank. */
const char *fixture_ids(struct fixture *fixture, enum side side, unsigned filter);
struct store_counts fixture_counts(struct fixture *fixture);

/* Does something to the file behind the store's back, over a connection of its own. */
void fixture_raw(struct fixture *fixture, const char *sql);

/* The call succeeded; otherwise the test fails with the error's words. */
#define assert_ok(fixture, call) fixture_ok((fixture), (call), #call, __FILE__, __LINE__)
void fixture_ok(struct fixture *fixture, int result, const char *call, const char *file, int line);
/* The call failed with that class and its message has these words. */
#define assert_fails(fixture, expected, words, call)                                               \
    fixture_fails((fixture), (call), (expected), (words), #call, __FILE__, __LINE__)
void fixture_fails(struct fixture *fixture, int result, enum error_class expected,
                   const char *words, const char *call, const char *file, int line);

#endif
