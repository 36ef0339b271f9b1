/* agent status */
#include <string.h>

#include "base/text.h"
#include "commands/context.h"
#include "commands/output.h"

#define OFFSET(member) offsetof(struct arguments, member)

static const struct command_option status_options[] = {
    {"capabilities", 0, NULL, "what each cloud can do, per kind of record", OFFSET(capabilities)},
    {NULL, 0, NULL, NULL, 0},
};

static const char *number(struct arena *arena, long long value)
{
    return arena_printf(arena, "%lld", value);
}

static const char *tell_drift(struct arena *arena, const struct json *plan)
{
    return plan ? number(arena, json_get_int(plan, "drift", 0)) : NULL;
}

static size_t count_open(const struct json *plan)
{
    const struct json *changes = json_get(plan, "changes");
    size_t open = 0;
    for (size_t i = 0; changes && i < changes->count; i++)
        open += text_equal(json_get_text(changes->items[i], "hold"), hold_name(HOLD_NONE));
    return open;
}

static int count_finding(void *context, const struct finding *finding)
{
    (void)finding;
    (*(long long *)context)++;
    return 0;
}

static int count_journal(void *context, const struct journal_row *row)
{
    (void)row;
    (*(long long *)context)++;
    return 0;
}

struct job_state {
    struct store_counts counts;
    struct run_row *last;
    struct json *plan;
    long long findings, unfinished;
};

static int load_state(struct context *context, const struct job *job, struct arena *arena,
                      struct job_state *ret_state, struct error *error)
{
    struct store *store = context->store;
    struct job_state state = {0};
    int r = store->ops->counts(store, job->name, &state.counts, error);
    if (r == 0)
        r = store->ops->run_last(store, job->name, arena, &state.last, error);
    if (r == 0)
        r = store->ops->plan_get(store, job->name, arena, &state.plan, error);
    if (r == 0)
        r = store->ops->finding_each(store, job->name, arena, count_finding, &state.findings,
                                     error);
    if (r == 0)
        r = store->ops->journal_open(store, job->name, arena, count_journal, &state.unfinished,
                                     error);
    if (r == 0)
        *ret_state = state;
    return r;
}

/* How the last run ended; one that never ended was killed or is still going. */
static const char *tell_outcome(const struct run_row *last)
{
    if (!last)
        return "never run";
    if (!last->ended_ms)
        return "running or killed";
    return last->outcome;
}

static int add_job(struct context *context, struct listing *listing, const struct job *job,
                   struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct job_state state = {0};
    int r = load_state(context, job, arena, &state, error);
    if (r < 0)
        return r;
    const struct json *changes = json_get(state.plan, "changes");
    const struct json *conflicts = json_get(state.plan, "conflicts");
    size_t open = count_open(state.plan), all = changes ? changes->count : 0;
    const char *const cells[] = {job->name,
                                 mode_name(job->mode),
                                 output_instant(arena, state.last ? state.last->started_ms : 0),
                                 tell_outcome(state.last),
                                 number(arena, state.counts.remote),
                                 number(arena, state.counts.local),
                                 number(arena, state.counts.links),
                                 tell_drift(arena, state.plan),
                                 number(arena, (long long)open),
                                 number(arena, (long long)(all - open)),
                                 number(arena, conflicts ? (long long)conflicts->count : 0),
                                 number(arena, state.findings),
                                 number(arena, state.unfinished),
                                 state.last ? state.last->message : NULL};
    listing_add(listing, cells);
    return 0;
}

static int print_capabilities(const struct arguments *arguments)
{
    static const char *const columns[] = {"cloud",       "kind",   "list",  "read",
                                          "create",      "update", "close", "submit",
                                          "incremental", "lock",   "token", NULL};
    static const unsigned bits[] = {CAN_LIST,   CAN_READ,        CAN_CREATE, CAN_UPDATE, CAN_CLOSE,
                                    CAN_SUBMIT, CAN_INCREMENTAL, CAN_LOCK,   CAN_TOKEN};
    struct listing *listing = listing_new(columns);
    for (size_t i = 0; i < connector_count; i++) {
        for (size_t k = 0; k < KIND_COUNT; k++) {
            const struct connector_kind *kind = connector_kind(connectors[i], (enum kind_id)k);
            const char *cells[2 + sizeof bits / sizeof *bits] = {connectors[i]->name,
                                                                 kinds[k].name};
            for (size_t b = 0; b < sizeof bits / sizeof *bits; b++)
                cells[2 + b] = kind && kind->capabilities & bits[b] ? "yes" : "no";
            listing_add(listing, cells);
        }
    }
    listing_print(listing, arguments, "");
    listing_free(listing);
    return EXIT_OK;
}

static int run_status(const struct world *world, const struct arguments *arguments)
{
    static const char *const columns[] = {
        "job",  "mode", "last_run",  "outcome",  "remote",     "local",   "linked", "drift",
        "open", "held", "conflicts", "findings", "unfinished", "message", NULL};
    if (arguments->capabilities)
        return print_capabilities(arguments);
    CLEANUP_CONTEXT struct context context = {0};
    struct error error = {0};
    int r = 0, code = context_load_store(world, arguments, true, &context);
    if (code)
        return code;
    struct listing *listing = listing_new(columns);
    for (size_t i = 0; r == 0 && i < context.config->job_count; i++)
        r = add_job(&context, listing, &context.config->jobs[i], &error);
    if (r < 0)
        output_failure(NULL, &error);
    else
        listing_print(listing, arguments, "No jobs.");
    listing_free(listing);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

const struct command command_status = {
    .name = "status",
    .usage = "",
    .summary = "where each job stands",
    .help =
        "Per job: last run and how it ended, records on both sides, linked pairs, fields that\n"
        "differ (drift), changes that are open or held, conflicts, findings, and changes whose\n"
        "outcome is still open (unfinished). Reads the store only.",
    .options = status_options,
    .run = run_status,
};
