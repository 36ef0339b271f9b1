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
/* The same, with what the change's procedure reads on this side beside the change itself, as it is
 * now: where that differs, what was learnt is of no account any more. */
int guard_about(const struct work *work, struct arena *arena, const struct change *change,
                const char *version, const char **ret_subject, struct error *error);

/* A creation that made its record and was then refused is not planned again: the record is there.
 * What it was refused for is remembered until it is mended. */
int guard_note_unfinished(const struct work *work, const struct change *create,
                          const char *remote_id, struct error *error);
/* After a change of the record, which is `after` now (NULL: not known): hands it over or takes it
 * back, or the record has all that its creation was to give it. */
int guard_note_done(const struct work *work, const struct change *change,
                    const struct record *after, struct error *error);
/* The creation of the record that is unfinished, and the words behind GUARD_REFUSED; NULL: there is
 * none, or the local record (or what is read beside it) has been edited since. */
int guard_unfinished(const struct work *work, struct arena *arena, const char *remote_id,
                     const struct record *local, const struct change **ret_create,
                     const char **ret_refusal, struct error *error);

#endif
