/* The guard: decides which changes of a plan may go out. What it holds back stays in the plan with the
 * reason. */
#ifndef RECONCILE_GUARD_H
#define RECONCILE_GUARD_H

#include "reconcile/plan.h"

/* Sets hold and hold_reason of the plan's changes and adds the findings. Reads people's verdicts
 * from the store. */
int guard_apply(const struct work *work, const struct plan_trust *trust, struct plan *plan,
                struct error *error);

#endif
