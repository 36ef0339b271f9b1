/* Between plan_make.c and plan_pair.c. */
#ifndef RECONCILE_PLAN_PRIVATE_H
#define RECONCILE_PLAN_PRIVATE_H

#include "reconcile/plan.h"

struct planner {
    const struct work *work;
    struct plan *plan;
    struct map *blocked;    /* local keys whose present row could not be used */
    struct map *done;       /* remote ids that have been planned */
    struct map *references; /* reference → remote id, over all; made when first asked for */
};

struct pair {
    struct store_record *remote, *local;
    const char **base; /* never NULL; entries may be */
    bool linked;
    const char *how; /* of a new pair */
};

/* Plans one pair: adopt if it is new, update, submit, pull; conflicts and findings. */
int plan_pair(struct planner *planner, struct pair *pair, struct error *error);
/* Plans a local record that nothing at the cloud fits. `ret_said` tells whether there was a change
 * or a finding. */
int plan_create(struct planner *planner, struct store_record *local, bool *ret_said,
                struct error *error);

#endif
