/* agent init, agent check */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "commands/context.h"
#include "commands/output.h"

#define OFFSET(member) offsetof(struct arguments, member)

static const struct command_option init_options[] = {
    {"force", 'f', NULL, "replace a file that is there", OFFSET(force)},
    {NULL, 0, NULL, NULL, 0},
};

static const struct command_option no_options[] = {{NULL, 0, NULL, NULL, 0}};

static int run_init(const struct world *world, const struct arguments *arguments)
{
    (void)world;
    const char *path = arguments->word_count ? arguments->words[0]
                       : arguments->config   ? arguments->config
                                             : "agent.yaml";
    struct error error = {0};
    if (!arguments->force && access(path, F_OK) == 0) {
        output_error("%s is there already; --force replaces it", path);
        return EXIT_FAILED;
    }
    if (file_replace(path, config_starter, strlen(config_starter), 0644, &error) < 0) {
        output_failure(NULL, &error);
        return EXIT_FAILED;
    }
    if (!arguments->quiet)
        printf("wrote %s\nNext: fill in source, cloud and fields; then `agent check`, "
               "`agent plan`.\n",
               path);
    return EXIT_OK;
}

static int run_check(const struct world *world, const struct arguments *arguments)
{
    CLEANUP_CONTEXT struct context context = {0};
    struct arguments named = *arguments;
    if (arguments->word_count)
        named.config = arguments->words[0];
    int code = context_load(world, &named, &context);
    if (code)
        return code;
    context_remark(context.config, context_print_fault, &named);
    if (!arguments->quiet)
        printf("%s: ok: %zu job%s, %zu source%s, %zu cloud%s\n", context.config->path,
               context.config->job_count, context.config->job_count == 1 ? "" : "s",
               context.config->source_count, context.config->source_count == 1 ? "" : "s",
               context.config->cloud_count, context.config->cloud_count == 1 ? "" : "s");
    return EXIT_OK;
}

const struct command command_init = {
    .name = "init",
    .usage = "[FILE]",
    .summary = "write a commented starter configuration",
    .help =
        "Writes a configuration with every section explained (agent.yaml if no file is named).\n"
        "It passes agent check as it stands; agent.yaml(5) is the reference.",
    .options = init_options,
    .max_words = 1,
    .run = run_init,
};

const struct command command_check = {
    .name = "check",
    .usage = "[FILE]",
    .summary = "check the configuration: every fault with place and remedy",
    .help = "Prints every fault of the configuration at once as file:line:column: message, each\n"
            "with a remedy. Reads nothing else: no secret, no source, no cloud.\n\n"
            "Exit code: 0 the file is good, 78 it is not.",
    .options = no_options,
    .max_words = 1,
    .run = run_check,
};
