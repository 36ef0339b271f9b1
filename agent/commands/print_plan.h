/* A plan for people. */
#ifndef COMMANDS_PRINT_PLAN_H
#define COMMANDS_PRINT_PLAN_H

#include "commands/command.h"
#include "reconcile/engine.h"

/* The plan of one job: each change with its fields, old and new value and the rule that decided,
 * what is held and why, conflicts, and a summary. */
void print_plan(const struct arguments *arguments, const struct engine_result *result);
/* What a reconcile did with it, in a line or two. */
void print_outcome(const struct arguments *arguments, const struct engine_result *result);

#endif
