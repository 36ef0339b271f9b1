/* What a job needs while it runs: its rules and the two sides, opened. Borrowed from the caller. */
#ifndef RECONCILE_WORK_H
#define RECONCILE_WORK_H

#include "connectors/connector.h"
#include "sources/source.h"
#include "store/store.h"

/* One thing that a person asks for in a command instead of leaving it to the job's rules. */
struct wish {
    enum action action;
    const char *subject;               /* remote id or local key */
    const struct change_field *fields; /* field and new_value are looked at */
    size_t field_count;
    const char *who;
    bool force; /* doubts do not hold it */
};

struct work {
    const struct job *job;
    const struct connector *connector;
    const struct connector_kind *kind;
    struct cloud *cloud;
    struct source *source;
    struct store *store;
    const struct world *world;
    const struct log *log;
    const struct job *jobs; /* all of the configuration: records may name those of other jobs */
    size_t job_count;
    /* A person says that what is missing from source and cloud is really gone. */
    bool accept_shrunk;
    /* A run with wishes carries out these and nothing else. */
    const struct wish *wishes;
    size_t wish_count;
};

/* Opens (or keeps open) a finding about the job's source or listing as a whole. */
int work_put_finding(const struct work *work, const char *code, const char *detail,
                     struct error *error);

#endif
