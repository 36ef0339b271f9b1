/* agent status */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "commands/context.h"
#include "commands/output.h"
#include "commands/under_way.h"

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

struct job_state {
    struct store_counts counts;
    struct run_row *last;
    struct json *plan;
    long long findings;
    struct under_way unfinished;
};

/* What is printed: a row for each job, and one for each change that is open in the journal. */
struct report {
    struct arena *arena;
    struct listing *jobs, *changes;
    struct json *lists; /* the same changes, an array for each job */
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
        r = under_way_load(store, job->name, arena, &state.unfinished, error);
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

/* When the daemon runs the job next, or would. */
static const char *tell_next(const struct context *context, struct arena *arena,
                             const struct job *job, const struct run_row *last)
{
    int64_t next = last ? last->started_ms + job->every_ms : 0;
    return next > world_now(context->world) ? output_instant(arena, next) : "due";
}

static void add_changes(struct report *report, const struct under_way *list)
{
    struct arena *arena = report->arena;
    struct json *array = json_array(arena);
    for (size_t i = 0; i < list->count; i++) {
        const struct change *change = list->rows[i].change;
        const char *const cells[] = {change->id,
                                     change->job,
                                     action_name(change->action),
                                     change->remote_id ? change->remote_id : change->local_key,
                                     change->title,
                                     output_instant(arena, list->rows[i].made_ms),
                                     under_way_note(arena, &list->rows[i])};
        listing_add(report->changes, cells);
        json_append(arena, array, under_way_json(arena, &list->rows[i]));
    }
    json_append(arena, report->lists, array);
}

static int add_job(struct context *context, struct report *report, const struct job *job,
                   struct error *error)
{
    struct arena *arena = report->arena;
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
                                 tell_next(context, arena, job, state.last),
                                 number(arena, state.counts.remote),
                                 number(arena, state.counts.local),
                                 number(arena, state.counts.links),
                                 tell_drift(arena, state.plan),
                                 number(arena, (long long)open),
                                 number(arena, (long long)(all - open)),
                                 number(arena, conflicts ? (long long)conflicts->count : 0),
                                 number(arena, state.findings),
                                 number(arena, (long long)state.unfinished.count),
                                 state.last ? state.last->message : NULL};
    listing_add(report->jobs, cells);
    add_changes(report, &state.unfinished);
    under_way_free(&state.unfinished);
    return 0;
}

static bool has_changes(const struct report *report)
{
    for (size_t i = 0; i < report->lists->count; i++)
        if (report->lists->items[i]->count)
            return true;
    return false;
}

/* Whose keys a cloud is asked with, and until when they are good: as far as that is known without
 * asking it. `*ret_until` NULL: for ever, or not known. NULL: nothing is known. */
static const char *credentials(struct context *context, struct arena *arena, const char *name,
                               const char **ret_until)
{
    struct cloud_status status = {0};
    struct cloud *cloud = NULL;
    struct error error = {0};
    *ret_until = NULL;
    if (context_open_cloud(context, name, &cloud, &error) < 0)
        return arena_copy(arena, error.message);
    connector_find(name)->status(cloud, &status);
    if (status.credential_expires_ms)
        *ret_until = output_instant(arena, status.credential_expires_ms);
    return status.credential_source[0] ? arena_copy(arena, status.credential_source) : NULL;
}

static void print_credentials(struct context *context, struct arena *arena)
{
    for (size_t i = 0; i < context->config->cloud_count; i++) {
        const char *until, *name = context->config->clouds[i].name;
        const char *text = credentials(context, arena, name, &until);
        if (text)
            printf("\n%s: %s%s%s\n", name, output_safe(arena, text), until ? ", until " : "",
                   until ? until : "");
    }
}

static void print_report(struct context *context, const struct report *report)
{
    const struct arguments *arguments = context->arguments;
    if (arguments->output != OUTPUT_JSON) {
        listing_print(report->jobs, arguments, "No jobs.");
        if (arguments->output == OUTPUT_TABLE && has_changes(report)) {
            printf("\n");
            listing_print(report->changes, arguments, "");
        }
        if (arguments->output == OUTPUT_TABLE)
            print_credentials(context, report->arena);
        return;
    }
    struct json *jobs = listing_to_json(report->arena, report->jobs);
    for (size_t i = 0; i < jobs->count; i++) {
        const char *until;
        json_set_text(report->arena, jobs->items[i], "credentials",
                      credentials(context, report->arena, context->config->jobs[i].cloud, &until));
        json_set_text(report->arena, jobs->items[i], "credentials_until", until);
        if (report->lists->items[i]->count)
            json_set(report->arena, jobs->items[i], "under_way", report->lists->items[i]);
    }
    output_json(jobs);
}

static int print_capabilities(const struct arguments *arguments)
{
    static const char *const columns[] = {"cloud",  "kind",    "list",   "read",        "create",
                                          "update", "close",   "submit", "incremental", "lock",
                                          "token",  "discard", NULL};
    static const unsigned bits[] = {CAN_LIST,  CAN_READ,   CAN_CREATE,      CAN_UPDATE,
                                    CAN_CLOSE, CAN_SUBMIT, CAN_INCREMENTAL, CAN_LOCK,
                                    CAN_TOKEN, CAN_DISCARD};
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
        "job",   "mode", "last_run", "outcome",   "next_run", "remote",     "local",   "linked",
        "drift", "open", "held",     "conflicts", "findings", "unfinished", "message", NULL};
    static const char *const change_columns[] = {"under_way", "job",   "action",    "record",
                                                 "title",     "since", "waits_for", NULL};
    if (arguments->capabilities)
        return print_capabilities(arguments);
    CLEANUP_CONTEXT struct context context = {0};
    struct error error = {0};
    int r = 0, code = context_load_store(world, arguments, true, &context);
    if (!code)
        code = context_prepare(&context, NULL);
    if (code)
        return code;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct report report = {.arena = arena,
                            .jobs = listing_new(columns),
                            .changes = listing_new(change_columns),
                            .lists = json_array(arena)};
    listing_keep_last(report.changes); /* a sentence of the cloud's ends with what matters */
    for (size_t i = 0; r == 0 && i < context.config->job_count; i++)
        r = add_job(&context, &report, &context.config->jobs[i], &error);
    if (r < 0)
        output_failure(NULL, &error);
    else
        print_report(&context, &report);
    listing_free(report.jobs);
    listing_free(report.changes);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

const struct command command_status = {
    .name = "status",
    .usage = "",
    .summary = "where each job stands",
    .help =
        "Per job: last run and how it ended, when the next one is due, records on both sides,\n"
        "linked pairs, fields that differ (drift), changes that are open or held, conflicts,\n"
        "findings, and changes that are not finished. Below, each of these: what is under way,\n"
        "since when, and what it waits for; and per cloud, as far as this host knows, whose keys\n"
        "are used and when they, or a person's sign-in, end. Makes no call.",
    .options = status_options,
    .run = run_status,
};
