/* One read of a connector against a scripted cloud, with a sink that keeps what comes. */
#ifndef TESTS_SUPPORT_READING_H
#define TESTS_SUPPORT_READING_H

#include "base/map.h"
#include "connectors/aws/aws.h"
#include "tests/support/fake.h"

struct reading {
    struct fake fake;
    struct http *http;
    struct loop *loop;
    struct cloud *cloud;
    void (*close)(struct cloud *cloud);
    struct arena *arena;
    struct map *known;   /* id → version that the engine has */
    struct map *records; /* id → struct record, a copy */
    struct map *seen;
    size_t findings, done;
    int record_result; /* what the sink answers to a record */
    enum read_outcome outcome;
    char watermark[512]; /* "" if none was given */
    struct error error;
    /* What a test demands of each that comes, before it is kept; NULL: nothing. */
    void (*check_record)(const struct reading *reading, const struct record *record);
    void (*check_finding)(const struct finding *finding);
};

/* Zeroes the struct, which must not move afterwards, and opens an account at AWS. */
void reading_open(struct reading *reading, fake_handler *handler, void *context);
/* The same without an account: `cloud` and `close` are the test's. */
void reading_prepare(struct reading *reading, fake_handler *handler, void *context);
void reading_close(struct reading *reading);
/* Reads once and runs the loop dry: `done` comes exactly once, and not before read() returned. */
void reading_run(struct reading *reading, enum kind_id kind, const struct read_scope *scope);
void reading_run_kind(struct reading *reading, const struct connector_kind *kind,
                      const struct read_scope *scope);
/* Before a later read: what came is what the engine has, and nothing has come yet. */
void reading_again(struct reading *reading);
/* The version of a record that came; NULL if it did not. */
const char *reading_version(const struct reading *reading, const char *id);

#endif
