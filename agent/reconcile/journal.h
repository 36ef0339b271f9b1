/* The journal of changes, and the audit line that goes with its end. The only file that writes
 * either. */
#ifndef RECONCILE_JOURNAL_H
#define RECONCILE_JOURNAL_H

#include "reconcile/work.h"

#define TOKEN_TEXT 40

/* A row for a change that begins in this run. The token is derived from the change and the version
 * it rests on, so that the same intent always carries the same token. */
void journal_begin(struct arena *arena, struct change *change, int64_t run,
                   struct journal_row *ret_row);
/* An attempt that failed is over: a cloud would answer its token with the same failure for as long
 * as it remembers it. So the attempt after it has the token after it. Call it once per row that
 * this run begins, before the first intent. */
int journal_attempt(const struct work *work, struct arena *arena, struct journal_row *row,
                    struct error *error);
/* Durable: this attempt is over without effect; a later run starts anew with the step `first`, and
 * with a token of its own. */
int journal_again(const struct work *work, struct arena *arena, struct journal_row *row,
                  const char *first, struct error *error);
/* Durable: this step is about to be sent. */
int journal_intent(const struct work *work, struct journal_row *row, const char *step,
                   struct error *error);
/* Durable: its answer is known, `next` is the step to go on with. */
int journal_answer(const struct work *work, struct journal_row *row, const char *next,
                   struct error *error);
/* Durable: the local file is about to be written. */
int journal_local(const struct work *work, struct journal_row *row, struct error *error);
/* A record at the cloud became another one: its link moves there, an audit line of the new record
 * says so, and the old one is planned again. Inside the caller's transaction. */
int journal_became(const struct work *work, const struct change *change, const char *old_id,
                   const char *new_id, struct error *error);
/* A local record got the key of the change: its link moves there, an audit line of the old key says
 * so, and nothing is left to say of the old one, which is gone. Inside the caller's transaction. */
int journal_rekeyed(const struct work *work, const struct change *change, const char *old_key,
                    struct error *error);
/* The end of a change: journal row and audit line. Call it inside the transaction that holds what
 * else belongs to the end. `remote_id` NULL: the change's. */
int journal_end(const struct work *work, struct journal_row *row, enum journal_state state,
                const char *remote_id, const char *version, const char *result,
                struct error *error);

#endif
