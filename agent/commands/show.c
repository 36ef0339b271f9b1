/* agent show: one record, both sides side by side. */
#include <stdio.h>

#include "base/text.h"
#include "commands/output.h"
#include "commands/subject.h"

static const struct command_option no_options[] = {{NULL, 0, NULL, NULL, 0}};

/* A table has a head per job; machines get one list, with the job in each row. */
static const char *const columns[] = {"field",       "owner",   "local", "cloud",
                                      "last_agreed", "differs", "job",   NULL};
static const char *const table_columns[] = {"field",       "owner",   "local", "cloud",
                                            "last_agreed", "differs", NULL};

struct show {
    const struct arguments *arguments;
    struct arena *arena;
    struct listing *listing; /* of all jobs; NULL for tables */
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

static int show_one(void *context, const struct subject *subject, struct error *error)
{
    (void)error;
    struct show *show = context;
    if (show->listing) {
        add_fields(show->arena, subject, show->listing);
        return 0;
    }
    struct listing *listing = listing_new(table_columns);
    subject_print(show->arena, subject);
    add_fields(show->arena, subject, listing);
    listing_print(listing, show->arguments, "No values.");
    listing_free(listing);
    return 0;
}

static int run_show(const struct world *world, const struct arguments *arguments)
{
    CLEANUP_CONTEXT struct context context = {0};
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct error error = {0};
    int code = context_load_store(world, arguments, true, &context);
    if (code)
        return code;
    struct show show = {.arguments = arguments,
                        .arena = arena,
                        .listing = arguments->output == OUTPUT_TABLE ? NULL : listing_new(columns)};
    int r = subject_each(&context, arguments->words[0], arena, show_one, &show, &error);
    if (r < 0)
        output_failure(NULL, &error);
    else if (show.listing)
        listing_print(show.listing, arguments, "");
    listing_free(show.listing);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

const struct command command_show = {
    .name = "show",
    .usage = "ID",
    .summary = "one record, both sides side by side",
    .help = "Shows a record and its partner field by field: what each side has, what both last\n"
            "agreed on, and who owns the field. ID is the cloud's id, the local key, or the id\n"
            "of a change or conflict.",
    .options = no_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_show,
};
