/* What a job needs while it runs: its rules and the two sides, opened. Borrowed from the caller. */
#ifndef RECONCILE_WORK_H
#define RECONCILE_WORK_H

#include "connectors/connector.h"
#include "sources/source.h"
#include "store/store.h"

struct work {
    const struct job *job;
    const struct connector *connector;
    const struct connector_kind *kind;
    struct cloud *cloud;
    struct source *source;
    struct store *store;
    const struct world *world;
    const struct log *log;
    bool
        accept_shrunk; /* a person says that what is missing from source and cloud is really gone */
};

/* Opens (or keeps open) a finding about the job's source or listing as a whole. */
int work_put_finding(const struct work *work, const char *code, const char *detail,
                     struct error *error);

#endif
