/* `agent offer` and `agent referral`: commands that ask for one thing about one record. A verb is a
 * row; most are a wish (see reconcile/work.h), which goes through the same read, plan, guard,
 * journal and audit as everything else. */
#ifndef COMMANDS_VERBS_H
#define COMMANDS_VERBS_H

#include "commands/context.h"

/* Options that only some verbs take. */
enum verb_option {
    TAKES_TO = 1 << 0,
    TAKES_FROM = 1 << 1,
    TAKES_REASON = 1 << 2,
    TAKES_STATE = 1 << 3,
    TAKES_EVERY = 1 << 4,
    TAKES_WON = 1 << 5,
    TAKES_RUN = 1 << 6, /* --dry-run, --force, --har: what a run of a job takes */
};

struct asking;
struct verb {
    const char *name;
    const char *usage; /* "OFFER..." */
    size_t min_words, max_words;
    unsigned takes, needs;             /* enum verb_option */
    enum action action;                /* of the wish */
    int (*run)(struct asking *asking); /* returns an exit code */
};

struct asking {
    struct context context;
    const struct arguments *arguments;
    struct arena *arena;
    const struct kind *kind;
    const struct verb *verb;
    const char *const *words; /* behind the verb */
    size_t word_count;
};

/* Finds the verb, checks words and options, opens configuration and store, and runs it. */
int verbs_run(const struct world *world, const struct arguments *arguments, const struct kind *kind,
              const struct verb *verbs, size_t count);

/* A wish in the making: its fields are set by canonical name, values as people write them. */
struct wish_draft {
    struct wish wish;
    struct change_field fields[4];
};
/* 0, or EXIT_USAGE after saying what is wrong with the value. NULL sets nothing. */
int wish_set(struct asking *asking, struct wish_draft *draft, const char *field, const char *text);
/* Runs the jobs that the wishes are about and carries out those and nothing else; with --dry-run
 * shows what it would do. */
int wishes_run(struct asking *asking, struct wish_draft *drafts, size_t count);
/* The whole of most verbs: one wish of the verb's action per word, with the same fields (at most
 * four, names and values in turn, NULL-ended; a NULL value sets nothing). */
int wish_each(struct asking *asking, const char *const *names_and_values);

/* The records of the kind that the store holds, with these fields (NULL-ended) as columns; --state
 * picks by the canonical field `state`. */
int verb_list(struct asking *asking, const char *const *fields, const char *state);
/* A remote record of the kind by id, in any job; NULL if none has it. 0, or an exit code. */
int verb_find(struct asking *asking, const char *id, const struct job **ret_job,
              struct store_record **ret_record);

#endif
