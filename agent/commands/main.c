/* Options, help and the table of subcommands. */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "commands/command.h"
#include "commands/output.h"

#define OFFSET(member) offsetof(struct arguments, member)

const struct command *const commands[] = {
    &command_init,      &command_check,    &command_plan,
    &command_reconcile, &command_approve,  &command_reject,
    &command_conflicts, &command_resolve,  &command_findings,
    &command_status,    &command_show,     &command_why,
    &command_offer,     &command_referral, &command_lint,
    &command_doctor,    &command_iam,      &command_login,
    &command_webhook,   &command_run,      NULL,
};

const struct command_option command_common_options[] = {
    {"config", 'c', "FILE",
     "configuration; else $AGENT_CONFIG, ./agent.yaml, "
     "/etc/marketplace-agent/agent.yaml",
     OFFSET(config)},
    {"output", 'o', "FORMAT", "table (default), json or csv", OFFSET(output_name)},
    {"color", 0, "WHEN", "auto (default), always or never", OFFSET(color_name)},
    {"quiet", 'q', NULL, "say only what is wrong", OFFSET(quiet)},
    {"verbose", 'v', NULL, "say more; log each call", OFFSET(verbose)},
    {"help", 'h', NULL, "this help", OFFSET(help)},
    {NULL, 0, NULL, NULL, 0},
};

const struct command *command_find(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (text_equal(commands[i]->name, name))
            return commands[i];
    return NULL;
}

static void print_options(const struct command_option *options)
{
    for (; options->name; options++) {
        char left[64];
        snprintf(left, sizeof left, "%c%c%s--%s%s%s", options->letter ? '-' : ' ',
                 options->letter ? options->letter : ' ', options->letter ? ", " : "  ",
                 options->name, options->argument ? " " : "",
                 options->argument ? options->argument : "");
        printf("  %-26s %s\n", left, options->help);
    }
}

static void print_help(const struct command *command)
{
    printf("usage: agent %s%s%s [options]\n\n%s\n", command->name, command->usage[0] ? " " : "",
           command->usage, command->help);
    if (command->options->name)
        printf("\nOptions of this command:\n");
    print_options(command->options);
    printf("\nOptions of every command:\n");
    print_options(command_common_options);
}

static void print_overview(FILE *out)
{
    fprintf(out, "usage: agent COMMAND [options]\n\n"
                 "Keeps marketplace and co-sell records in step with your own.\n\n");
    for (size_t i = 0; commands[i]; i++)
        fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(out, "\n`agent COMMAND --help` tells more; the manual is agent(1).\n");
}

static size_t count_options(const struct command_option *options)
{
    size_t count = 0;
    while (options[count].name)
        count++;
    return count;
}

/* One getopt row per option; the value of a row is its index + 1 in `all`. */
static struct option *long_options(const struct command_option *const *all, size_t count,
                                   struct text *letters)
{
    struct option *rows = memory_alloc((count + 1) * sizeof *rows);
    text_add(letters, "+:");
    for (size_t i = 0; i < count; i++) {
        rows[i] = (struct option){.name = all[i]->name,
                                  .has_arg = all[i]->argument ? required_argument : no_argument,
                                  .val = 256 + (int)i};
        if (all[i]->letter)
            text_addf(letters, "%c%s", all[i]->letter, all[i]->argument ? ":" : "");
    }
    return rows;
}

static const struct command_option *option_of(const struct command_option *const *all, size_t count,
                                              int value)
{
    for (size_t i = 0; i < count; i++)
        if (value == 256 + (int)i || (all[i]->letter && value == all[i]->letter))
            return all[i];
    return NULL;
}

static void set_option(struct arguments *arguments, const struct command_option *option,
                       const char *value)
{
    char *slot = (char *)arguments + option->offset;
    if (option->argument)
        memcpy(slot, &value, sizeof value);
    else
        *(bool *)(void *)slot = true;
}

static int unknown_option(const struct command *command, const struct command_option *const *all,
                          size_t count, const char *word, bool missing)
{
    const char **names = memory_alloc((count + 1) * sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = all[i]->name;
    const char *close = text_starts(word, "--") ? text_suggest(word + 2, names, count) : NULL;
    free(names);
    output_error("%s: %s %s%s%s%s", command->name,
                 missing ? "a value is missing after" : "there is no option", word,
                 close && !missing ? "; did you mean --" : "", close && !missing ? close : "",
                 close && !missing ? "?" : "");
    return EXIT_USAGE;
}

static int parse_words(struct arguments *arguments, const char *word, const char *what,
                       const char *const *words, int *ret_index)
{
    for (int i = 0; words[i]; i++) {
        if (!text_equal(words[i], word))
            continue;
        *ret_index = i;
        return 0;
    }
    (void)arguments;
    output_error("--%s is %s, %s or %s, not \"%s\"", what, words[0], words[1], words[2], word);
    return EXIT_USAGE;
}

static int finish(const struct command *command, struct arguments *arguments)
{
    static const char *const outputs[] = {"table", "json", "csv", NULL};
    static const char *const colors[] = {"auto", "always", "never", NULL};
    int output = 0, color = 0, code = 0;
    if (arguments->output_name)
        code = parse_words(arguments, arguments->output_name, "output", outputs, &output);
    if (!code && arguments->color_name)
        code = parse_words(arguments, arguments->color_name, "color", colors, &color);
    if (code)
        return code;
    arguments->output = (enum output)output;
    arguments->color =
        color == 1 || (color == 0 && isatty(STDOUT_FILENO) && text_blank(getenv("NO_COLOR")));
    if (arguments->word_count < command->min_words || arguments->word_count > command->max_words) {
        output_error("usage: agent %s %s", command->name, command->usage);
        return EXIT_USAGE;
    }
    return 0;
}

static int parse(const struct command *command, int argc, char **argv, struct arguments *arguments)
{
    size_t own = count_options(command->options), common = count_options(command_common_options);
    const struct command_option **all = memory_alloc((own + common + 1) * sizeof *all);
    CLEANUP_TEXT struct text letters;
    text_init(&letters, 256);
    for (size_t i = 0; i < own + common; i++)
        all[i] = i < own ? &command->options[i] : &command_common_options[i - own];
    struct option *rows = long_options(all, own + common, &letters);
    const char **words = memory_alloc(((size_t)argc + 1) * sizeof *words);
    int code = 0;
    opterr = 0;
    optind = 1;
    /* Options may stand behind words: getopt stops at each word, we collect it and go on. */
    while (!code && optind < argc) {
        int value = getopt_long(argc, argv, letters.data, rows, NULL);
        const struct command_option *option = option_of(all, own + common, value);
        if (value == -1 && optind < argc && text_equal(argv[optind - 1], "--"))
            while (optind < argc)
                words[arguments->word_count++] = argv[optind++];
        else if (value == -1 && optind < argc)
            words[arguments->word_count++] = argv[optind++];
        else if (option)
            set_option(arguments, option, optarg);
        else if (value != -1)
            code = unknown_option(command, all, own + common, argv[optind - 1], value == ':');
    }
    arguments->words = words;
    free(rows);
    free(all);
    if (!code && !arguments->help)
        code = finish(command, arguments);
    return code;
}

/* Standard output may be a full disk: what was not said was not said. A reader that has seen enough
 * (`agent plan | head`) is no failure. */
static int flush_output(int code)
{
    errno = 0;
    if ((fflush(stdout) == 0 && !ferror(stdout)) || errno == EPIPE)
        return code;
    output_error("cannot write to standard output");
    return code ? code : EXIT_FAILED;
}

int agent_main(int argc, char **argv, const struct world *world)
{
    setlocale(LC_CTYPE, "C.UTF-8"); /* LC_ALL would change how numbers are read */
    const char *name = argc > 1 ? argv[1] : NULL;
    if (!name) {
        print_overview(stderr);
        return EXIT_USAGE;
    }
    if (text_equal(name, "--help") || text_equal(name, "-h") || text_equal(name, "help")) {
        print_overview(stdout);
        return flush_output(EXIT_OK);
    }
    if (text_equal(name, "--version") || text_equal(name, "version")) {
        printf("agent " AGENT_VERSION "\n");
        return flush_output(EXIT_OK);
    }
    const struct command *command = command_find(name);
    if (!command) {
        const char *names[COUNT(commands)];
        size_t count = 0;
        for (; commands[count]; count++)
            names[count] = commands[count]->name;
        const char *close = text_suggest(name, names, count);
        output_error("there is no command %s%s%s%s; see agent --help", name,
                     close ? "; did you mean " : "", close ? close : "", close ? "?" : "");
        return EXIT_USAGE;
    }
    struct arguments arguments = {0};
    int code = parse(command, argc - 1, argv + 1, &arguments);
    if (!code && arguments.help)
        print_help(command);
    else if (!code)
        code = command->run(world, &arguments);
    free(__extension__(void *)(uintptr_t) arguments.words);
    return flush_output(code);
}
