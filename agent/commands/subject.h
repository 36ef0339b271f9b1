/* What an id of the command line stands for: a record's id at the cloud, its local key, or the id
 * of a change or conflict of the last plan. */
#ifndef COMMANDS_SUBJECT_H
#define COMMANDS_SUBJECT_H

#include "commands/context.h"

/* A record and its partner, in one job. */
struct subject {
    const struct job *job;
    struct store_record *remote, *local; /* NULL: the store has none */
    struct store_link *link;             /* NULL: not linked */
    struct store_record *former;         /* what was asked for, if `remote` is what it became */
    struct json *plan;                   /* the job's last one; NULL: none */
};

typedef int subject_told(void *context, const struct subject *subject, struct error *error);

/* Hands the subject to `told` for each job that knows the id; ERROR_INPUT if none does. Everything
 * lives in the arena. */
int subject_each(struct context *context, const char *id, struct arena *arena, subject_told *told,
                 void *told_context, struct error *error);
/* Two or three lines for people: which job, both ids, how they were linked. */
void subject_print(struct arena *arena, const struct subject *subject);

#endif
