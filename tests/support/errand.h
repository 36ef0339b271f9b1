/* A change on its way through the steps of its procedure, as the engine takes it, against whatever
 * answers; with a journal of its own, and a process that can die at a call. */
#ifndef TESTS_SUPPORT_ERRAND_H
#define TESTS_SUPPORT_ERRAND_H

#include "connectors/connector.h"
#include "tests/support/fake.h"

/* Where errands are run. */
struct ground {
    struct arena *arena;
    struct fake *fake;
    struct cloud *cloud;
    const struct connector_kind *kind;
    int64_t call_ms; /* what a call takes */
    int64_t rest_ms; /* from one run to the next; 0: a minute */
    int runs;        /* most that an errand takes up again */
    /* Takes a request to the cloud. False: no answer came. */
    bool (*carry)(void *context, const struct http_request *request,
                  struct http_response *ret_response);
    int (*judge)(void *cloud, const struct http_response *response, bool *ret_refresh,
                 struct error *error);
    void *context;        /* of carry */
    size_t calls, die_at; /* the process ends at this call, from 1; 0: never */
    bool sent;            /* … after it was sent, else before */
    size_t errands;       /* so far */
};

/* One change, and what the journal has of it. */
struct errand {
    struct change change;
    const struct procedure *procedure;
    struct step_context context;
    struct error error;
    const char *token;
    const char *step; /* as journalled; NULL: nothing was */
    bool answered;
    struct json *progress;
};

struct errand_wish {
    const char *name, *value; /* name NULL: the end */
};

enum outcome { DONE, STALE, OVER, LATER, FAILED, DIED };

/* The change of a record `id` (NULL: of one to be made) for the local record CRM-1. */
void errand_new(struct ground *ground, struct errand *errand, enum action action, const char *id,
                const struct errand_wish *wishes, size_t count);
/* Until it ends, waits for a later run, or the process dies. */
enum outcome errand_run(struct ground *ground, struct errand *errand);
/* Runs it until it ends: a new token after STEP_OVER. */
enum outcome errand_settle(struct ground *ground, struct errand *errand);

/* What came of one: the id of what it made (NULL: none), and a field of the record that it ended
 * with ("" if it has none). */
const char *errand_made_id(const struct errand *errand);
const char *errand_field(const struct errand *errand, const char *field);
/* The wishes break no rule of the kind for a new record. Returns that. */
struct record *errand_allowed(const struct ground *ground, const struct errand_wish *wishes,
                              size_t count);

/* A life of errands on new ground, whose process dies at a call (0: never; `sent`: after it was
 * sent, else before). Returns the calls, and what it came to: the same whenever it dies, to be
 * freed. Fails the test unless it really died. */
typedef size_t errand_life(size_t die_at, bool sent, char **ret_end);
/* Dies at each call of a life that has more than `least`. */
void errand_die_at_each(errand_life *life, size_t least);

#endif
