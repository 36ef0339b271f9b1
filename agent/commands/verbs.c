#include "commands/verbs.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "commands/output.h"
#include "commands/run_jobs.h"
#include "model/value.h"

/* ---- which verb ---- */

static const struct {
    enum verb_option bit;
    const char *name;
    size_t offset; /* in struct arguments: bool or const char * */
    bool flag;
} verb_options[] = {
    {TAKES_TO, "--to", offsetof(struct arguments, to), false},
    {TAKES_FROM, "--from", offsetof(struct arguments, from), false},
    {TAKES_REASON, "--reason", offsetof(struct arguments, reason), false},
    {TAKES_STATE, "--state", offsetof(struct arguments, state), false},
    {TAKES_EVERY, "--every", offsetof(struct arguments, every), false},
    {TAKES_WON, "--won", offsetof(struct arguments, won), true},
    {TAKES_WON, "--lost", offsetof(struct arguments, lost), true},
    {TAKES_RUN, "--dry-run", offsetof(struct arguments, dry_run), true},
    {TAKES_RUN, "--force", offsetof(struct arguments, force), true},
    {TAKES_RUN | TAKES_EVERY, "--har", offsetof(struct arguments, har), false},
};

static bool option_given(const struct arguments *arguments, size_t index)
{
    const char *slot = (const char *)arguments + verb_options[index].offset;
    const char *text = NULL;
    if (verb_options[index].flag)
        return *(const bool *)slot;
    memcpy(&text, slot, sizeof text);
    return text;
}

static int check_options(const struct asking *asking, const char *command)
{
    const struct verb *verb = asking->verb;
    for (size_t i = 0; i < COUNT(verb_options); i++) {
        bool given = option_given(asking->arguments, i);
        if (given && !(verb->takes & verb_options[i].bit)) {
            output_error("agent %s %s does not take %s", command, verb->name, verb_options[i].name);
            return EXIT_USAGE;
        }
        if (!given && verb->needs & verb_options[i].bit) {
            output_error("agent %s %s needs %s: usage: agent %s %s %s", command, verb->name,
                         verb_options[i].name, command, verb->name, verb->usage);
            return EXIT_USAGE;
        }
    }
    return 0;
}

static const struct verb *find_verb(const struct verb *verbs, size_t count, const char *name,
                                    const char *command)
{
    const char **names = memory_alloc((count + 1) * sizeof *names);
    const struct verb *found = NULL;
    for (size_t i = 0; i < count; i++) {
        names[i] = verbs[i].name;
        if (text_equal(verbs[i].name, name))
            found = &verbs[i];
    }
    const char *close = found ? NULL : text_suggest(name, names, count);
    if (!found)
        output_error("agent %s does not know \"%s\"%s%s%s; see agent %s --help", command, name,
                     close ? "; did you mean " : "", close ? close : "", close ? "?" : "", command);
    free(names);
    return found;
}

int verbs_run(const struct world *world, const struct arguments *arguments, const struct kind *kind,
              const struct verb *verbs, size_t count)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct asking asking = {.arguments = arguments, .arena = arena, .kind = kind};
    asking.verb = find_verb(verbs, count, arguments->words[0], kind->name);
    if (!asking.verb)
        return EXIT_USAGE;
    asking.words = arguments->words + 1;
    asking.word_count = arguments->word_count - 1;
    if (asking.word_count < asking.verb->min_words || asking.word_count > asking.verb->max_words) {
        output_error("usage: agent %s %s %s", kind->name, asking.verb->name, asking.verb->usage);
        return EXIT_USAGE;
    }
    int code = check_options(&asking, kind->name);
    if (!code)
        code = context_load_store(
            world, arguments, !(asking.verb->takes & (TAKES_RUN | TAKES_EVERY)), &asking.context);
    if (!code)
        code = asking.verb->run(&asking);
    context_close(&asking.context);
    return code;
}

/* ---- which job ---- */

static bool concerns(const struct asking *asking, const struct job *job)
{
    const char *only = asking->arguments->job;
    return job->kind == asking->kind && (!only || text_equal(only, job->name));
}

static int knows(struct asking *asking, const struct job *job, const char *id, bool *ret_knows,
                 struct error *error)
{
    static const enum side sides[] = {SIDE_REMOTE, SIDE_LOCAL};
    struct store *store = asking->context.store;
    *ret_knows = false;
    for (size_t i = 0; i < COUNT(sides); i++) {
        struct store_record *record = NULL;
        int r = store->ops->record_get(store, job->name, job->kind, sides[i], id, asking->arena,
                                       &record, error);
        if (r < 0)
            return r;
        *ret_knows |= record != NULL;
    }
    return 0;
}

/* The job that a record belongs to: the one that knows it, or the only one there is, whose read
 * will tell. */
static int find_job(struct asking *asking, const char *id, const struct job **ret_job)
{
    const struct config *config = asking->context.config;
    const struct job *only = NULL, *known = NULL;
    size_t all = 0, knowing = 0;
    struct error error = {0};
    for (size_t i = 0; i < config->job_count; i++) {
        const struct job *job = &config->jobs[i];
        bool has = false;
        if (!concerns(asking, job))
            continue;
        if (knows(asking, job, id, &has, &error) < 0) {
            output_failure(NULL, &error);
            return EXIT_FAILED;
        }
        all++;
        only = job;
        knowing += has;
        known = has ? job : known;
    }
    *ret_job = knowing ? known : only;
    if (knowing == 1 || (!knowing && all == 1))
        return 0;
    if (!all)
        output_error("no job%s%s is about %ss", asking->arguments->job ? " " : "",
                     asking->arguments->job ? asking->arguments->job : "", asking->kind->name);
    else if (knowing)
        output_error("%s is known to %zu jobs: name one with --job", id, knowing);
    else
        output_error("%s is not known to any of the %zu jobs about %ss: name one with --job, or "
                     "run agent reconcile first",
                     id, all, asking->kind->name);
    return EXIT_FAILED;
}

int verb_find(struct asking *asking, const char *id, const struct job **ret_job,
              struct store_record **ret_record)
{
    const struct job *job = NULL;
    struct store *store = asking->context.store;
    struct error error = {0};
    int code = find_job(asking, id, &job);
    if (code)
        return code;
    if (store->ops->record_get(store, job->name, job->kind, SIDE_REMOTE, id, asking->arena,
                               ret_record, &error) < 0) {
        output_failure(NULL, &error);
        return EXIT_FAILED;
    }
    *ret_job = job;
    return 0;
}

/* ---- wishes ---- */

/* A value as people write it; what is wrong with it is said. */
static int normalise(struct asking *asking, const char *field, const char *text,
                     const char **ret_value)
{
    const struct value_style plain = {0};
    struct error error = {0};
    const struct field *row = &asking->kind->fields[kind_field(asking->kind, field)];
    int r = value_normalise(asking->arena, row, &plain, text ? text : "", ret_value, &error);
    if (r < 0)
        output_error("%s: %s", field, error.message);
    return r;
}

int wish_set(struct asking *asking, struct wish_draft *draft, const char *field, const char *text)
{
    size_t index = kind_field(asking->kind, field);
    const char *value = NULL;
    if (!text)
        return 0;
    if (normalise(asking, field, text, &value) < 0)
        return EXIT_USAGE;
    struct wish *wish = &draft->wish;
    draft->fields[wish->field_count++] = (struct change_field){.field = index, .new_value = value};
    wish->fields = draft->fields;
    return 0;
}

/* Hands the wishes to the opened jobs that they are about. */
static void deal_out(struct asking *asking, const struct wish_draft *drafts,
                     const struct job *const *jobs, size_t count)
{
    for (size_t i = 0; i < asking->context.work_count; i++) {
        struct work *work = &asking->context.works[i];
        struct wish *wishes = arena_array(asking->arena, count, sizeof *wishes);
        for (size_t k = 0; k < count; k++) {
            if (jobs[k] == work->job)
                wishes[work->wish_count++] = drafts[k].wish;
        }
        work->wishes = wishes;
    }
}

int wishes_run(struct asking *asking, struct wish_draft *drafts, size_t count)
{
    const struct job **jobs = arena_array(asking->arena, count, sizeof *jobs);
    const char **names = arena_array(asking->arena, count, sizeof *names);
    int code = 0;
    for (size_t i = 0; !code && i < count; i++) {
        struct wish *wish = &drafts[i].wish;
        wish->who = context_user();
        wish->force = asking->arguments->force;
        code = find_job(asking, wish->subject, &jobs[i]);
        if (!code)
            names[i] = jobs[i]->name;
    }
    if (!code)
        code = context_open_jobs(&asking->context, names, count);
    if (code)
        return code;
    deal_out(asking, drafts, jobs, count);
    return run_opened_jobs(&asking->context, !asking->arguments->dry_run);
}

int wish_each(struct asking *asking, const char *const *names_and_values)
{
    struct wish_draft *drafts = arena_array(asking->arena, asking->word_count, sizeof *drafts);
    int code = 0;
    for (size_t i = 0; !code && i < asking->word_count; i++) {
        drafts[i].wish.action = asking->verb->action;
        drafts[i].wish.subject = asking->words[i];
        for (const char *const *pair = names_and_values; !code && *pair; pair += 2)
            code = wish_set(asking, &drafts[i], pair[0], pair[1]);
    }
    return code ? code : wishes_run(asking, drafts, asking->word_count);
}

/* ---- list ---- */

struct lister {
    struct asking *asking;
    const struct job *job;
    struct listing *listing;
    const char *const *fields;
    const char *state, *wanted; /* the field, and the word that it shall have; NULL: any */
    struct error error;
};

static int list_one(void *context, const struct store_record *stored)
{
    struct lister *lister = context;
    struct asking *asking = lister->asking;
    const struct record *record = stored->record;
    const char *wanted = lister->wanted, *cells[16];
    struct store *store = asking->context.store;
    struct store_link *link = NULL;
    size_t count = 0;
    if (stored->gone || (wanted && !text_equal(record_get(record, lister->state), wanted)))
        return 0;
    int r = store->ops->link_get(store, lister->job->name, lister->job->kind, SIDE_REMOTE,
                                 record->id, asking->arena, &link, &lister->error);
    if (r < 0)
        return r;
    cells[count++] = record->id;
    cells[count++] = link ? link->local_key : NULL;
    for (size_t i = 0; lister->fields[i]; i++) {
        size_t field = kind_field(asking->kind, lister->fields[i]);
        const char *value = record->values[field];
        cells[count++] =
            value ? value_show(asking->arena, &asking->kind->fields[field], value) : NULL;
    }
    cells[count++] = lister->job->name;
    listing_add(lister->listing, cells);
    return 0;
}

int verb_list(struct asking *asking, const char *const *fields, const char *state)
{
    const struct config *config = asking->context.config;
    struct store *store = asking->context.store;
    const char *wanted = NULL;
    if (normalise(asking, state, asking->arguments->state, &wanted) < 0)
        return EXIT_USAGE;
    const char *columns[16] = {"id", "local_key"};
    size_t count = 2;
    for (size_t i = 0; fields[i]; i++)
        columns[count++] = fields[i];
    columns[count] = "job";
    struct lister lister = {.asking = asking,
                            .listing = listing_new(columns),
                            .fields = fields,
                            .state = state,
                            .wanted = wanted};
    int r = 0;
    for (size_t i = 0; r == 0 && i < config->job_count; i++) {
        lister.job = &config->jobs[i];
        if (concerns(asking, lister.job))
            r = store->ops->record_each(store, lister.job->name, lister.job->kind, SIDE_REMOTE,
                                        FILTER_PRESENT, asking->arena, list_one, &lister,
                                        &lister.error);
    }
    if (r < 0)
        output_failure(NULL, &lister.error);
    else
        listing_print(lister.listing, asking->arguments,
                      arena_printf(asking->arena, "No %ss.", asking->kind->name));
    listing_free(lister.listing);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}
