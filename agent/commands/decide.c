/* agent approve, agent reject, agent conflicts, agent resolve: people's decisions on a plan. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "commands/context.h"
#include "commands/output.h"

#define OFFSET(member) offsetof(struct arguments, member)

static const struct command_option approve_options[] = {
    {"all", 'a', NULL, "every held change of the jobs (see --job)", OFFSET(all)},
    {"job", 'j', "JOB", "only changes of this job", OFFSET(job)},
    {NULL, 0, NULL, NULL, 0},
};

static const struct command_option job_options[] = {
    {"job", 'j', "JOB", "only of this job", OFFSET(job)},
    {NULL, 0, NULL, NULL, 0},
};

static const struct command_option resolve_options[] = {
    {"take", 't', "SIDE", "local or cloud: whose value both sides are to have", OFFSET(take)},
    {NULL, 0, NULL, NULL, 0},
};

/* Walks the last plans of the jobs and hands each member of `list` to `each`. */
typedef int plan_item_each(void *context, const char *job, const struct json *item);

static int each_item(struct context *context, const char *list, plan_item_each *each, void *data,
                     struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct config *config = context->config;
    for (size_t i = 0; i < config->job_count; i++) {
        const char *job = config->jobs[i].name;
        struct json *plan = NULL;
        if (context->arguments->job && !text_equal(context->arguments->job, job))
            continue;
        int r = context->store->ops->plan_get(context->store, job, arena, &plan, error);
        const struct json *items = json_get(plan, list);
        for (size_t j = 0; r == 0 && items && j < items->count; j++)
            r = each(data, job, items->items[j]);
        if (r < 0)
            return r;
    }
    return 0;
}

struct deciding {
    struct context *context;
    const char *verdict;
    const char *id; /* NULL: all that are held for a person */
    size_t found;
    struct error *error;
};

static int record_verdict(struct deciding *deciding, const char *job, const struct json *item,
                          const char *id)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct store *store = deciding->context->store;
    const char *who = context_user();
    struct json *detail = json_object(arena);
    json_set_text(arena, detail, "verdict", deciding->verdict);
    json_set_text(arena, detail, "who", who);
    const struct audit_row audit = {.at_ms = world_now(deciding->context->world),
                                    .job = job,
                                    .remote_id = json_get_text(item, "remote_id"),
                                    .local_key = json_get_text(item, "local_key"),
                                    .change_id = id,
                                    .event = "verdict",
                                    .detail = detail};
    int r = store->ops->begin(store, deciding->error);
    if (r == 0)
        r = store->ops->verdict_put(store, id, deciding->verdict, who, deciding->error);
    if (r == 0)
        r = store->ops->audit_add(store, &audit, deciding->error);
    if (r == 0)
        r = store->ops->commit(store, deciding->error);
    if (r < 0)
        store->ops->rollback(store);
    return r;
}

static bool waits_for_person(const struct json *change)
{
    const char *hold = json_get_text(change, "hold");
    return text_equal(hold, hold_name(HOLD_APPROVAL)) || text_equal(hold, hold_name(HOLD_MODE)) ||
           text_equal(hold, hold_name(HOLD_LIMIT));
}

static int decide_one(void *data, const char *job, const struct json *item)
{
    struct deciding *deciding = data;
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *id = json_get_text(item, "id");
    if (deciding->id ? !text_equal(id, deciding->id) : !waits_for_person(item))
        return 0;
    deciding->found++;
    int r = record_verdict(deciding, job, item, id);
    if (r == 0 && !deciding->context->arguments->quiet)
        printf("%s: %s %s: %s\n", deciding->verdict, id,
               output_safe(arena, json_get_text(item, "action") ? json_get_text(item, "action")
                                                                : json_get_text(item, "field")),
               output_safe(arena, json_get_text(item, "title")));
    return r;
}

static int decide(const struct world *world, const struct arguments *arguments, const char *list,
                  const char *verdict)
{
    CLEANUP_CONTEXT struct context context = {0};
    struct error error = {0};
    int code = context_load_store(world, arguments, false, &context);
    if (code)
        return code;
    size_t rounds = arguments->all ? 1 : arguments->word_count, decided = 0;
    for (size_t i = 0; i < rounds; i++) {
        struct deciding deciding = {.context = &context,
                                    .verdict = verdict,
                                    .id = arguments->all ? NULL : arguments->words[i],
                                    .error = &error};
        if (each_item(&context, list, decide_one, &deciding, &error) < 0) {
            output_failure(NULL, &error);
            return EXIT_FAILED;
        }
        decided += deciding.found;
        if (!deciding.found && deciding.id) {
            output_error("%s is not in the last plan; `agent plan` makes a fresh one, ids stay the "
                         "same while record and values do",
                         deciding.id);
            code = EXIT_FAILED;
        } else if (!deciding.found) {
            printf("nothing waits for a decision\n");
        }
    }
    if (!code && decided && !arguments->quiet)
        printf("The next reconcile takes it into account.\n");
    return code;
}

static int run_verdict(const struct world *world, const struct arguments *arguments,
                       const char *verdict)
{
    if (arguments->all == (arguments->word_count > 0)) {
        output_error("name the changes, or say --all");
        return EXIT_USAGE;
    }
    return decide(world, arguments, "changes", verdict);
}

static int run_approve(const struct world *world, const struct arguments *arguments)
{
    return run_verdict(world, arguments, "approve");
}

static int run_reject(const struct world *world, const struct arguments *arguments)
{
    return run_verdict(world, arguments, "reject");
}

static int run_resolve(const struct world *world, const struct arguments *arguments)
{
    if (!text_equal(arguments->take, "local") && !text_equal(arguments->take, "cloud")) {
        output_error("say whose value is to be taken: --take local or --take cloud");
        return EXIT_USAGE;
    }
    return decide(world, arguments, "conflicts", arguments->take);
}

static int list_conflict(void *data, const char *job, const struct json *item)
{
    const char *const cells[] = {json_get_text(item, "id"),        job,
                                 json_get_text(item, "remote_id"), json_get_text(item, "local_key"),
                                 json_get_text(item, "title"),     json_get_text(item, "field"),
                                 json_get_text(item, "local"),     json_get_text(item, "cloud"),
                                 json_get_text(item, "base")};
    listing_add(data, cells);
    return 0;
}

static int run_conflicts(const struct world *world, const struct arguments *arguments)
{
    static const char *const columns[] = {"id",    "job",   "remote_id", "local_key",   "title",
                                          "field", "local", "cloud",     "last_agreed", NULL};
    CLEANUP_CONTEXT struct context context = {0};
    struct error error = {0};
    int code = context_load_store(world, arguments, true, &context);
    if (code)
        return code;
    struct listing *listing = listing_new(columns);
    if (each_item(&context, "conflicts", list_conflict, listing, &error) < 0) {
        output_failure(NULL, &error);
        code = EXIT_FAILED;
    } else {
        listing_print(listing, arguments, "No conflicts.");
    }
    listing_free(listing);
    return code;
}

const struct command command_approve = {
    .name = "approve",
    .usage = "CHANGE... | --all",
    .summary = "release changes that a plan holds for a person",
    .help = "Releases exactly these changes: the id stands for the record, the fields and the\n"
            "values, so that a change whose values differ needs a new approval. The next\n"
            "reconcile applies them, once: the same edit made again later waits again. Ids come\n"
            "from agent plan, agent findings and agent why.",
    .options = approve_options,
    .max_words = 4096,
    .run = run_approve,
};

const struct command command_reject = {
    .name = "reject",
    .usage = "CHANGE... | --all",
    .summary = "refuse changes that a plan holds",
    .help = "Keeps exactly these changes from being applied, for as long as record, fields and\n"
            "values stay what they are. agent approve takes that back.",
    .options = approve_options,
    .max_words = 4096,
    .run = run_reject,
};

const struct command command_conflicts = {
    .name = "conflicts",
    .usage = "",
    .summary = "list what both sides changed and no rule decides",
    .help = "Lists the conflicts of the last plan of each job, with both values and what both\n"
            "sides last agreed on.",
    .options = job_options,
    .run = run_conflicts,
};

const struct command command_resolve = {
    .name = "resolve",
    .usage = "CONFLICT... --take local|cloud",
    .summary = "decide a conflict",
    .help = "Decides which side's value both sides are to have. The decision holds for exactly\n"
            "these two values; the next reconcile carries it out.",
    .options = resolve_options,
    .min_words = 1,
    .max_words = 4096,
    .run = run_resolve,
};
