/* The guard: decides which changes of a plan may go out. What it holds back stays in the plan with
 * the reason. */
#ifndef RECONCILE_GUARD_H
#define RECONCILE_GUARD_H

#include "reconcile/plan.h"

/* Sets hold and hold_reason of the plan's changes and adds the findings. Reads people's verdicts
 * from the store. */
int guard_apply(const struct work *work, const struct plan_trust *trust, struct plan *plan,
                struct error *error);

/* What runs remember about a change, as verdicts on guard_subject(): a refused write is not tried
 * again until the record or the change differs, and so on. */
#define GUARD_DELIVERED "delivered"
#define GUARD_NOT_KEPT  "not-kept"
#define GUARD_REFUSED   "refused: " /* followed by the finding's code, a blank, the cloud's words */
/* Takes the code off the words behind GUARD_REFUSED; REF-019 if they begin with none. */
const char *guard_refusal_code(struct arena *arena, const char **refusal);
/* `version`: the remote version under which that was learnt; pulls have none. */
const char *guard_subject(struct arena *arena, const struct change *change, const char *version);

#endif
