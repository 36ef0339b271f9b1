/* Subcommands: a row each in main.c's table. A command parses nothing itself: its options are rows,
 * from which getopt tables, --help and the check of the manual are made. */
#ifndef COMMANDS_COMMAND_H
#define COMMANDS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/world.h"

/* Exit codes, stable; agent(1) documents them. */
enum exit_code {
    EXIT_OK = 0,
    EXIT_FAILED = 1,  /* could not be done */
    EXIT_CHANGES = 2, /* plan: there is something to change */
    EXIT_PARTIAL = 3, /* done in part: trying again may help */
    EXIT_USAGE = 64,
    EXIT_CONFIG = 78,
};

enum output { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_CSV };

/* What every command may be told. Texts point into argv. */
struct arguments {
    const char *config;
    const char *output_name;
    enum output output;
    const char *color_name;
    bool color;
    bool quiet, verbose, help;
    bool full, accept_shrunk, dry_run, force, all, capabilities, read_only;
    const char *har;
    bool won, lost;
    const char *take; /* resolve: local or cloud */
    const char *to, *from, *reason, *state, *every;
    const char *job;
    const char *severity;
    const char *who;
    const char *port;
    bool replace;             /* webhook: overwrite another's address */
    const char *const *words; /* what is left: jobs, ids, files; NULL-ended */
    size_t word_count;
};

struct command_option {
    const char *name;
    char letter;          /* 0: none */
    const char *argument; /* "FILE"; NULL: a flag */
    const char *help;
    size_t offset; /* in struct arguments: bool or const char * */
};

struct command {
    const char *name;
    const char *usage;                    /* "[JOB...]" */
    const char *summary;                  /* one line */
    const char *help;                     /* paragraphs; exit codes where they matter */
    const struct command_option *options; /* ended by a row without name */
    size_t min_words, max_words;
    int (*run)(const struct world *world, const struct arguments *arguments);
};

extern const struct command *const commands[]; /* NULL-ended, in the order of --help */
extern const struct command_option command_common_options[];
const struct command *command_find(const char *name);

/* The whole program: what main() does. */
int agent_main(int argc, char **argv, const struct world *world);

extern const struct command command_init, command_check, command_plan, command_reconcile,
    command_approve, command_reject, command_conflicts, command_resolve, command_status,
    command_show, command_why, command_findings, command_doctor, command_iam, command_run,
    command_offer, command_referral, command_lint, command_login, command_webhook;

#endif
