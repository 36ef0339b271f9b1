/* agent plan, agent reconcile */
#include "commands/run_jobs.h"

#define OFFSET(member) offsetof(struct arguments, member)

static const struct command_option plan_options[] = {
    {"full", 0, NULL, "read every record of the cloud, not only what changed", OFFSET(full)},
    {"accept-shrunk", 0, NULL, "believe a source or cloud that lost more than half of its records",
     OFFSET(accept_shrunk)},
    {"har", 0, "FILE", "record every HTTP exchange, redacted, as HAR 1.2", OFFSET(har)},
    {NULL, 0, NULL, NULL, 0},
};

static const struct command_option reconcile_options[] = {
    {"dry-run", 0, NULL, "the same as agent plan", OFFSET(dry_run)},
    {"full", 0, NULL, "read every record of the cloud, not only what changed", OFFSET(full)},
    {"accept-shrunk", 0, NULL, "believe a source or cloud that lost more than half of its records",
     OFFSET(accept_shrunk)},
    {"har", 0, "FILE", "record every HTTP exchange, redacted, as HAR 1.2", OFFSET(har)},
    {NULL, 0, NULL, NULL, 0},
};

static int run_plan(const struct world *world, const struct arguments *arguments)
{
    return run_jobs(world, arguments, false);
}

static int run_reconcile(const struct world *world, const struct arguments *arguments)
{
    return run_jobs(world, arguments, !arguments->dry_run);
}

const struct command command_plan = {
    .name = "plan",
    .usage = "[JOB...]",
    .summary = "read both sides and show what would change",
    .help = "Reads the clouds and the sources of the jobs (all jobs if none is named) and shows\n"
            "each change with old and new value and the rule that decided, what is held back\n"
            "and why, and conflicts. Nothing is written outside the store.\n\n"
            "Exit code: 0 nothing to change, 2 there are changes or conflicts, 3 only part of it\n"
            "could be read, 1 failed.",
    .options = plan_options,
    .max_words = 256,
    .run = run_plan,
};

const struct command command_reconcile = {
    .name = "reconcile",
    .usage = "[JOB...]",
    .summary = "plan, and apply what mode, guard and approvals allow",
    .help =
        "Plans like agent plan, then applies what may be applied: creates, updates and submits\n"
        "at the cloud, writes back to the source. What an earlier run left unfinished is\n"
        "brought to its end first. What is held back stays in the plan with the reason.\n\n"
        "Exit code: 0 everything that was allowed is done, 3 part of it failed or is not\n"
        "finished and a later run goes on, 1 failed.",
    .options = reconcile_options,
    .max_words = 256,
    .run = run_reconcile,
};
