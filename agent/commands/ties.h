/* Which records of different kinds belong together, as far as the jobs of one cloud know: the
 * private offers of a deal, the deal of an offer. */
#ifndef COMMANDS_TIES_H
#define COMMANDS_TIES_H

#include "commands/subject.h"

struct tied {
    const char *id; /* at the cloud */
    const struct kind *kind;
    const struct job *job;       /* NULL: no job knows the record */
    const struct record *record; /* the same */
    const char *local_key;       /* NULL: not linked, or not known */
    const char *const *told;     /* fields that say how it stands; NULL-ended */
};

typedef void tied_told(void *context, const struct tied *tied);

/* Hands over each record that the subject names, and each that names it. */
int ties_each(struct context *context, const struct subject *subject, struct arena *arena,
              tied_told *told, void *told_context, struct error *error);
/* "O123, referral of aws-referrals, local key D-7, stage qualified" */
const char *tied_print(struct arena *arena, const struct tied *tied);

#endif
