/* Finding which remote and which local record are the same thing: by the local record's remote id,
 * by the reference that the remote one carries, by configured keys, by likeness. Absent values
 * never match, and two candidates are never guessed between: that is a finding. Pure. */
#ifndef RECONCILE_MATCH_H
#define RECONCILE_MATCH_H

#include "reconcile/plan.h"

struct match_side {
    struct record **records; /* unlinked, present, in order of id */
    size_t count;
};

struct match_pair {
    struct record *remote, *local;
    const char *how; /* "partner_reference = 0061…", in the plan's arena */
};

struct matches {
    struct match_pair *pairs;
    size_t count, capacity;
    /* Ids that take part in an open question: nothing is created or settled for them. */
    struct map *unsure_remote, *unsure_local;
};

void match_find(struct plan *plan, const struct match_side *remote, const struct match_side *local,
                struct matches *ret_matches);
void matches_free(struct matches *matches);

#endif
