/* Drives the sandbox's core in process under a virtual clock: signs, sends, parses. */
#ifndef TESTS_SUPPORT_DRIVE_H
#define TESTS_SUPPORT_DRIVE_H

#include "tests/sandbox/sandbox.h"
#include "tests/support/fake.h"

struct drive {
    struct fake fake;
    struct sandbox *sandbox;
    struct arena *arena;          /* requests and answers; lives as long as the drive */
    struct sandbox_signer signer; /* now_ms is set at each call */
    int64_t pace_ms;              /* the clock moves by this before each call; 1000 keeps quotas */
    struct sandbox_response response;
    struct json *answer; /* NULL if the body is no JSON */
};

/* NULL: defaults. */
void drive_start(struct drive *drive, const struct sandbox_options *options);
void drive_stop(struct drive *drive);
/* Ends the service and starts it anew with the same world. */
void drive_restart(struct drive *drive, const struct sandbox_options *options);

/* Calls an operation; returns the status, 0 if the connection was dropped. */
int drive_call(struct drive *drive, const char *operation, const struct json *body);
/* The same with the body as text, quotes written as '. */
int drive_text(struct drive *drive, const char *operation, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The marketplace: an operation of the Catalog or of Agreement with a body as text, and one of the
 * Catalog's whose request is a query ("entityId", "offer-1"). */
int drive_catalog(struct drive *drive, const char *operation, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int drive_agreement(struct drive *drive, const char *operation, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int drive_query(struct drive *drive, const char *method, const char *operation, const char *name,
                const char *value);
/* Starts a change set of `changes` (a list as text), waits, and looks at it; the answer is that of
 * DescribeChangeSet, or of StartChangeSet if that was refused. Returns the set's status word, ""
 * if it was refused. */
const char *drive_set(struct drive *drive, const char *changes);
/* The id of the entity that the change at `index` of the last set worked on, "" if none. */
const char *drive_set_entity(struct drive *drive, size_t index);
/* The first error code of the set that was looked at last, "" if none. */
const char *drive_set_error(const struct drive *drive);

/* One request as it is; `target` may hold a query. Headers end with a NULL name. */
int drive_send(struct drive *drive, const char *method, const char *target,
               const struct http_header *headers, const char *body);
/* A control endpoint; body NULL is a GET. `target` may hold a query. */
int drive_control(struct drive *drive, const char *target, const char *body);

/* JSON text with ' for ". */
struct json *drive_json(struct drive *drive, const char *text);
/* A create request that the service takes, and that can be submitted once a solution is
 * associated. */
struct json *drive_sample(struct drive *drive, const char *catalog, const char *token);
/* Sets one member; `value` is JSON text with ' for ", NULL removes. */
void drive_put(struct drive *drive, struct json *document, const char *path, const char *value);

/* Creates the sample and returns its id. */
const char *drive_create(struct drive *drive, const char *catalog, const char *token);
/* Associates a solution, submits, and waits for the task. */
void drive_submit(struct drive *drive, const char *catalog, const char *id);
void drive_review(struct drive *drive, const char *catalog, const char *id, const char *status);
/* The stored record as an update request, ready to be changed and sent. */
struct json *drive_update_of(struct drive *drive, const char *catalog, const char *id);
const char *drive_member(struct drive *drive, const char *catalog, const char *id,
                         const char *path); /* "" if absent */

/* Text at a path of the last answer; "" if absent. */
const char *drive_answer(const struct drive *drive, const char *path);
const char *drive_error(const struct drive *drive); /* "ConflictException" */
/* True if ErrorList holds this code for this field (field NULL: any). */
bool drive_has_error(const struct drive *drive, const char *code, const char *field);
size_t drive_error_count(const struct drive *drive);

#endif
