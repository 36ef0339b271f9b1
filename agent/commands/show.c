/* agent show: one record, both sides side by side. */
#include <stdio.h>

#include "base/text.h"
#include "commands/output.h"
#include "commands/subject.h"
#include "commands/ties.h"

static const struct command_option no_options[] = {{NULL, 0, NULL, NULL, 0}};

/* A table has a head per job; machines get one list, with the job in each row. */
static const char *const columns[] = {"field",       "owner",   "local", "cloud",
                                      "last_agreed", "differs", "job",   NULL};
static const char *const table_columns[] = {"field",       "owner",   "local", "cloud",
                                            "last_agreed", "differs", NULL};

struct show {
    struct context *context;
    const struct arguments *arguments;
    struct arena *arena;
    struct listing *listing; /* of all jobs; NULL for tables */
    struct json *ties;       /* of all jobs, for JSON */
    const struct job *job;   /* the one at hand */
};

static const char *value_of(struct arena *arena, const struct subject *subject,
                            const struct store_record *record, size_t field)
{
    const char *value = record ? record->record->values[field] : NULL;
    return value ? value_show(arena, &subject->job->kind->fields[field], value) : NULL;
}

static void add_fields(struct arena *arena, const struct subject *subject, struct listing *listing)
{
    const struct kind *kind = subject->job->kind;
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct field_map *map = job_field(subject->job, i);
        const char *local = value_of(arena, subject, subject->local, i);
        const char *cloud = value_of(arena, subject, subject->remote, i);
        const char *base = subject->link ? subject->link->base[i] : NULL;
        bool both = map && subject->local && subject->remote;
        if (!local && !cloud)
            continue;
        const char *const cells[] = {kind->fields[i].name,
                                     map ? owner_name(map->owner) : NULL,
                                     local,
                                     cloud,
                                     base ? value_show(arena, &kind->fields[i], base) : NULL,
                                     both && !text_equal(local, cloud) ? "yes" : NULL,
                                     subject->job->name};
        listing_add(listing, cells);
    }
}

static void print_tie(void *context, const struct tied *tied)
{
    const struct show *show = context;
    printf("  tied to %s\n", tied_print(show->arena, tied));
}

static void add_tie(void *context, const struct tied *tied)
{
    struct show *show = context;
    struct json *object = json_object(show->arena);
    json_set_text(show->arena, object, "tied_to", tied->id);
    json_set_text(show->arena, object, "tied_kind", tied->kind->name);
    json_set_text(show->arena, object, "tied_job", tied->job ? tied->job->name : NULL);
    json_set_text(show->arena, object, "local_key", tied->local_key);
    for (size_t i = 0; tied->record && tied->told[i]; i++)
        json_set_text(show->arena, object, tied->told[i], record_get(tied->record, tied->told[i]));
    json_set_text(show->arena, object, "job", show->job->name);
    json_append(show->arena, show->ties, object);
}

static int show_one(void *context, const struct subject *subject, struct error *error)
{
    struct show *show = context;
    show->job = subject->job;
    if (show->listing) {
        add_fields(show->arena, subject, show->listing);
        return ties_each(show->context, subject, show->arena, add_tie, show, error);
    }
    struct listing *listing = listing_new(table_columns);
    subject_print(show->arena, subject);
    add_fields(show->arena, subject, listing);
    listing_print(listing, show->arguments, "No values.");
    listing_free(listing);
    return ties_each(show->context, subject, show->arena, print_tie, show, error);
}

static void print_listing(const struct show *show)
{
    if (show->arguments->output != OUTPUT_JSON) {
        listing_print(show->listing, show->arguments, "");
        return;
    }
    struct json *all = listing_to_json(show->arena, show->listing);
    for (size_t i = 0; i < show->ties->count; i++)
        json_append(show->arena, all, show->ties->items[i]);
    output_json(all);
}

static int run_show(const struct world *world, const struct arguments *arguments)
{
    CLEANUP_CONTEXT struct context context = {0};
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct error error = {0};
    int code = context_load_store(world, arguments, true, &context);
    if (code)
        return code;
    struct show show = {.context = &context,
                        .arguments = arguments,
                        .arena = arena,
                        .ties = json_array(arena),
                        .listing = arguments->output == OUTPUT_TABLE ? NULL : listing_new(columns)};
    int r = subject_each(&context, arguments->words[0], arena, show_one, &show, &error);
    if (r < 0)
        output_failure(NULL, &error);
    else if (show.listing)
        print_listing(&show);
    listing_free(show.listing);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

const struct command command_show = {
    .name = "show",
    .usage = "ID",
    .summary = "one record, both sides side by side",
    .help = "Shows a record and its partner field by field: what each side has, what both last\n"
            "agreed on, and who owns the field. Also which records it is tied to: the offers of a\n"
            "deal, the deal of an offer. ID is the cloud's id, the local key, or the id of a\n"
            "change or conflict.",
    .options = no_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_show,
};
