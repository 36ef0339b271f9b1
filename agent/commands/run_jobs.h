/* The shared half of plan and reconcile: run jobs with progress and ^C, print what came out. */
#ifndef COMMANDS_RUN_JOBS_H
#define COMMANDS_RUN_JOBS_H

#include "commands/context.h"

/* Runs the jobs of the command line and prints plans and outcomes. Returns an exit code. */
int run_jobs(const struct world *world, const struct arguments *arguments, bool apply);
/* The same for jobs that are open, with the wishes that they carry. What was asked for and is not
 * done is told on standard error, and the exit code is EXIT_FAILED. */
int run_opened_jobs(struct context *context, bool apply);

#endif
