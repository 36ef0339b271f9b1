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

#endif
