/* agent iam */
#include "base/memory.h"
#include "base/text.h"
#include "commands/context.h"
#include "commands/output.h"
#include "commands/permissions.h"

#define OFFSET(member) offsetof(struct arguments, member)

static const struct command_option iam_options[] = {
    {"read-only", 'r', NULL, "only what reading takes, whatever the jobs' modes",
     OFFSET(read_only)},
    {NULL, 0, NULL, NULL, 0},
};

static const struct settings *settings_of(const struct config *config, const char *cloud)
{
    for (size_t i = 0; i < config->cloud_count; i++) {
        if (text_equal(config->clouds[i].name, cloud))
            return &config->clouds[i].settings;
    }
    output_error("the configuration has no cloud %s", cloud);
    return NULL;
}

static void print_names(const struct needed *needed, size_t count,
                        const struct arguments *arguments)
{
    static const char *const columns[] = {"permission", "access", NULL};
    struct listing *listing = listing_new(columns);
    for (size_t i = 0; i < count; i++) {
        const char *const cells[] = {needed[i].name, needed[i].writes ? "write" : "read"};
        listing_add(listing, cells);
    }
    listing_print(listing, arguments, "");
    listing_free(listing);
}

static int run_iam(const struct world *world, const struct arguments *arguments)
{
    CLEANUP_CONTEXT struct context context = {0};
    CLEANUP_ARENA struct arena *arena = arena_new();
    int code = context_load(world, arguments, &context);
    if (code)
        return code;
    const struct settings *settings = settings_of(context.config, arguments->words[0]);
    if (!settings)
        return EXIT_USAGE;
    const struct connector *connector = connector_find(arguments->words[0]);
    const struct needed *needed = NULL;
    size_t count =
        permissions_needed(arena, context.config, connector, arguments->read_only, &needed);
    if (arguments->output == OUTPUT_CSV || !connector->policy) {
        print_names(needed, count, arguments);
        return EXIT_OK;
    }
    const char **names = arena_array(arena, count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = needed[i].name;
    output_json(connector->policy(arena, settings, names, count));
    return EXIT_OK;
}

const struct command command_iam = {
    .name = "iam",
    .usage = "CLOUD",
    .summary = "print the smallest policy for the configured jobs",
    .help =
        "Prints a policy document for the cloud's access control that allows what the\n"
        "configured jobs need and nothing else: reading for jobs that only observe, reading\n"
        "and the writes that they may come to for the others. Makes no call.\n"
        "With --output csv, and for clouds that know no such document, the permissions or roles,\n"
        "one a line.",
    .options = iam_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_iam,
};
