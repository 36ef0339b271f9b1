/* What most commands need, opened from the configuration: store, sources, clouds, jobs. */
#ifndef COMMANDS_CONTEXT_H
#define COMMANDS_CONTEXT_H

#include "commands/command.h"
#include "config/config.h"
#include "reconcile/engine.h"

struct context {
    const struct world *world;
    const struct arguments *arguments;
    struct config *config;
    struct log log;
    struct store *store;
    struct http *http;
    struct loop *loop;
    struct har *har;
    struct source **sources; /* of config->sources, same order; NULL until opened */
    struct cloud **clouds;   /* of config->clouds */
    struct work *works;      /* one per job that was asked for */
    size_t work_count;
};

/* Where the configuration is looked for: --config, $AGENT_CONFIG, ./agent.yaml,
 * /etc/marketplace-agent/agent.yaml. */
const char *context_config_path(const struct arguments *arguments);
/* Loads the configuration and prints its faults to standard error. */
int context_load(const struct world *world, const struct arguments *arguments,
                 struct context *ret_context); /* 0 or EXIT_CONFIG */
/* The same with the store open, for commands that need nothing else. 0 or an exit code; the reason
 * has been printed. */
int context_load_store(const struct world *world, const struct arguments *arguments, bool read_only,
                       struct context *ret_context);
/* Where HTTP exchanges are to be recorded, or NULL. */
const char *context_har_path(const struct context *context);
/* Opens the store, if it is not open, and everything that a run of the named jobs needs (count 0:
 * all jobs). A record
 * of exchanges that is there already is gone on with. */
int context_open_jobs(struct context *context, const char *const *names, size_t count);
/* The parts of it, for commands that want no jobs; neither needs the store. prepare: the network,
 * once, with exchanges recorded in the file `har`, NULL for none, as of a command that calls no
 * cloud; 0 or an exit code, the reason has been printed. */
int context_prepare(struct context *context, const char *har);
int context_open_source(struct context *context, const char *name, struct source **ret_source,
                        struct error *error);
int context_open_cloud(struct context *context, const char *name, struct cloud **ret_cloud,
                       struct error *error);
/* Who runs the command, for the audit: what sudo says, else the user. */
const char *context_user(void);
void context_close(struct context *context);
#define CLEANUP_CONTEXT __attribute__((cleanup(context_close)))

/* The schema that the configuration is checked against: what this program was built with. */
const struct config_schema *context_schema(void);
/* Faults of the jobs that only their connectors can tell: fields that the cloud does not have,
 * kinds that it does not serve. Returns how many errors there were. */
size_t context_check_jobs(const struct config *config, config_report *report, void *report_context);
/* What a cloud cannot do the way it is configured, each as a warning; for those who say it once. */
void context_remark(const struct config *config, config_report *report, void *report_context);
config_report context_print_fault; /* on standard error; context: struct arguments */

#endif
