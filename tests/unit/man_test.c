/* The manual against the tables that the program works by: nothing is missing, nothing is said that
 * is not there. Runs in the project's folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/memory.h"
#include "commands/command.h"
#include "config/options.h"
#include "connectors/connector.h"
#include "connectors/drop/format.h"
#include "model/finding.h"
#include "model/gate.h"
#include "sources/source.h"

static const char *const agent_page = "man/agent.1";
static const char *const yaml_page = "man/agent.yaml.5";

static struct arena *arena;

static char *load(const char *path)
{
    CLEANUP_TEXT struct text text;
    struct error error = {0};
    text_init(&text, 1024 * 1024);
    if (file_read(path, &text, NULL, &error) < 0)
        fail_msg("%s", error.message);
    return arena_copy(arena, text.data);
}

/* What stands between the line `start` and the next line that begins with one of `ends`. */
static char *part(const char *page, const char *start, const char *const *ends)
{
    const char *line = strstr(page, arena_printf(arena, "\n%s", start));
    if (!line)
        fail_msg("the manual has no \"%s\"", start);
    const char *from = line + 1 + strlen(start);
    const char *until = from + strlen(from);
    for (; *ends; ends++) {
        const char *end = strstr(from, arena_printf(arena, "\n%s", *ends));
        if (end && end < until)
            until = end + 1;
    }
    return arena_copy_n(arena, from, (size_t)(until - from));
}

static char *section(const char *page, const char *heading)
{
    static const char *const ends[] = {".Sh ", ".Ss ", NULL};
    return part(page, arena_printf(arena, "%s\n", heading), ends);
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* The name after each `mark` in the text, one a call; NULL at the end. */
static const char *next_name(const char **at, const char *mark)
{
    const char *found = strstr(*at, mark);
    if (!found)
        return NULL;
    const char *name = found + strlen(mark);
    size_t length = 0;
    while (is_name(name[length]))
        length++;
    *at = name + length;
    return length ? arena_copy_n(arena, name, length) : next_name(at, mark);
}

/* ---- agent(1) ---- */

static const struct command_option *find_option(const struct command_option *options,
                                                const char *name)
{
    for (; options->name; options++)
        if (strcmp(options->name, name) == 0)
            return options;
    return NULL;
}

/* The option with its letter and argument as mdoc has them, at the end of a word. */
static void expect_option(const char *where, const char *text, const struct command_option *option)
{
    char *argument = arena_copy(arena, option->argument);
    if (argument)
        text_lower(argument);
    const char *words =
        arena_printf(arena, "%s-%s%s%s\n",
                     option->letter ? arena_printf(arena, "Fl %c , Fl ", option->letter) : "Fl ",
                     option->name, argument ? " Ar " : "", argument ? argument : "");
    if (!strstr(text, words) &&
        !strstr(text, arena_printf(arena, "%.*s ,", (int)strlen(words) - 1, words)))
        fail_msg("%s: the manual does not have \"%.*s\"", where, (int)strlen(words) - 1, words);
}

static bool known_anywhere(const char *name)
{
    if (strcmp(name, "version") == 0 || find_option(command_common_options, name))
        return true;
    for (size_t i = 0; commands[i]; i++)
        if (find_option(commands[i]->options, name))
            return true;
    return false;
}

static void every_command_is_explained(void **state)
{
    (void)state;
    static const char *const ends[] = {".It Ic ", ".El\n.Pp\nEvery command", NULL};
    const char *list = section(load(agent_page), ".Sh COMMANDS");
    size_t count = 0;
    for (size_t i = 0; commands[i]; i++) {
        const struct command *command = commands[i];
        const char *text = part(list, arena_printf(arena, ".It Ic %s", command->name), ends);
        for (const struct command_option *option = command->options; option->name; option++)
            if (!strstr(text, "Options as for\n"))
                expect_option(command->name, text, option);
        const char *at = text, *name;
        while ((name = next_name(&at, "Fl -")))
            if (!find_option(command->options, name) && !find_option(command_common_options, name))
                fail_msg("%s has no option --%s", command->name, name);
        count++;
    }
    const char *at = list;
    while ((at = strstr(at, "\n.It Ic "))) {
        at += 8;
        count--;
    }
    assert_int_equal(count, 0);
}

static void every_common_option_is_explained(void **state)
{
    (void)state;
    const char *list = section(load(agent_page), ".Sh COMMANDS");
    const char *common = strstr(list, "Every command takes these options");
    assert_non_null(common);
    for (const struct command_option *option = command_common_options; option->name; option++)
        expect_option("every command", common, option);
    const char *name;
    while ((name = next_name(&common, "Fl -")))
        if (!find_option(command_common_options, name))
            fail_msg("there is no common option --%s", name);
}

/* Also in examples and in running text. Other programs' command lines are theirs. */
static void no_option_is_made_up(void **state)
{
    (void)state;
    const char *const pages[] = {agent_page, yaml_page};
    for (size_t i = 0; i < COUNT(pages); i++) {
        char *rest = load(pages[i]), *line;
        while ((line = strsep(&rest, "\n"))) {
            static const char *const marks[] = {"Fl -", " --"};
            for (size_t k = 0; k < COUNT(marks) && !text_starts(line, "system"); k++) {
                const char *at = line, *name;
                while ((name = next_name(&at, marks[k])))
                    if (!known_anywhere(name))
                        fail_msg("%s: there is no option --%s: %s", pages[i], name, line);
            }
        }
    }
}

static void every_finding_is_explained(void **state)
{
    (void)state;
    const char *list = section(load(agent_page), ".Sh FINDINGS");
    size_t count = 0;
    for (size_t i = 0; i < finding_type_count; i++) {
        const struct finding_type *type = &finding_types[i];
        const char *line =
            arena_printf(arena, ".It Sy %s Pq %s\n", type->code, severity_name(type->severity));
        const char *found = strstr(list, line);
        size_t plain = strcspn(type->title, "`"); /* from there on there are macros */
        if (!found || strncmp(found + strlen(line) + 1, type->title + 1, plain - 2) != 0)
            fail_msg("the manual does not have %s (%s): %s", type->code,
                     severity_name(type->severity), type->title);
    }
    for (const char *at = list; (at = strstr(at, ".It Sy ")); at++)
        count++;
    assert_int_equal(count, finding_type_count);
    const char *const pages[] = {agent_page, yaml_page};
    for (size_t i = 0; i < COUNT(pages); i++) {
        const char *page = load(pages[i]);
        for (const char *at = strpbrk(page, "ACLMORS"); at; at = strpbrk(at + 1, "ACLMORS"))
            if (strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3 && at[3] == '-' &&
                strspn(at + 4, "0123456789") == 3 && !finding_type(arena_copy_n(arena, at, 7)))
                fail_msg("%s: there is no finding %.7s", pages[i], at);
    }
}

static void every_exit_code_is_explained(void **state)
{
    (void)state;
    static const enum exit_code codes[] = {EXIT_OK,      EXIT_FAILED, EXIT_CHANGES,
                                           EXIT_PARTIAL, EXIT_USAGE,  EXIT_CONFIG};
    const char *list = section(load(agent_page), ".Sh EXIT STATUS");
    size_t count = 0;
    for (size_t i = 0; i < COUNT(codes); i++)
        assert_non_null(strstr(list, arena_printf(arena, ".It %d\n", (int)codes[i])));
    for (const char *at = list; (at = strstr(at, ".It ")); at++)
        count++;
    assert_int_equal(count, COUNT(codes));
}

/* ---- agent.yaml(5) ---- */

static bool has_row(const struct option_row *rows, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].name, name) == 0)
            return true;
    return false;
}

/* The first words of a row's help and its default; `others` are keys that have no row. */
static void check_rows(const char *page, const char *heading, const struct option_row *rows,
                       size_t count, const char *const *others)
{
    static const char *const ends[] = {".It ", ".El", NULL};
    const char *text = section(page, heading);
    for (size_t i = 0; i < count; i++) {
        const char *item = part(text, arena_printf(arena, ".It Ic %s : Ar ", rows[i].name), ends);
        if (!strstr(item, arena_printf(arena, "%.24s", rows[i].help + 1)))
            fail_msg("%s: %s is not \"%s\"", heading, rows[i].name, rows[i].help);
        bool required = strstr(item, "Required.\n");
        if (required != rows[i].required)
            fail_msg("%s: whether %s is required", heading, rows[i].name);
        const char *fallback = strstr(item, "Default:\n.Ql ");
        if (!fallback != !rows[i].fallback)
            fail_msg("%s: the default of %s", heading, rows[i].name);
        if (!fallback)
            continue;
        fallback += strlen("Default:\n.Ql ");
        fallback += text_starts(fallback, "\\&") ? 2 : 0;
        if (!text_starts(fallback, arena_printf(arena, "%s .\n", rows[i].fallback)))
            fail_msg("%s: the default of %s is %s", heading, rows[i].name, rows[i].fallback);
    }
    const char *at = text, *name;
    while ((name = next_name(&at, "\n.It Ic "))) {
        bool known = !text_starts(at, " : Ar ") || has_row(rows, count, name);
        for (size_t i = 0; !known && others && others[i]; i++)
            known = strcmp(others[i], name) == 0;
        if (!known)
            fail_msg("%s: there is no key %s", heading, name);
    }
}

/* A gate's help is how its item begins, and the states of its records are named. */
static void check_gate(const char *text, const struct gate_type *type)
{
    static const char *const ends[] = {".It ", ".El", NULL};
    const char *item = part(text, arena_printf(arena, ".It Ic %s : Ar ", type->name), ends);
    for (size_t k = 0; k < KIND_COUNT; k++) {
        const struct gate_kind *of = gate_kind(type, &kinds[k]);
        if (of && !strstr(item, arena_printf(arena, "%.24s", of->help + 1)))
            fail_msg("%s is not \"%s\"", type->name, of->help);
        for (size_t i = 0; of && of->words && of->words[i]; i++)
            if (!strstr(item, of->words[i]))
                fail_msg("%s does not name %s", type->name, of->words[i]);
    }
}

static void every_gate_is_explained(void **state)
{
    (void)state;
    static const char *const ends[] = {".It ", ".El", NULL};
    const char *page = load(yaml_page);
    const char *text = section(page, ".Sh GATES");
    size_t count = 0;
    for (size_t i = 0; i < GATE_COUNT; i++)
        check_gate(text, &gate_types[i]);
    for (const char *at = text; (at = strstr(at, "\n.It Ic ")); at++)
        count++;
    assert_int_equal(count, GATE_COUNT);

    const char *allow = part(section(page, ".Sh JOBS"), ".It Ic allow : Ar ", ends);
    for (enum action i = 0; i < ACTION_COUNT; i++) {
        bool named = strstr(allow, arena_printf(arena, ".Ql %s", action_name(i)));
        if (named != (action_irreversible(i) != 0))
            fail_msg("allow: whether it knows %s", action_name(i));
    }
}

static void every_key_is_explained(void **state)
{
    (void)state;
    static const char *const job_others[] = {"fields", "match", "only", "allow", "limits", NULL};
    static const char *const field_others[] = {"value", "default", "values", NULL};
    const struct {
        const char *heading;
        const struct option_table *table;
        const char *const *others;
    } tables[] = {
        {".Sh TOP LEVEL", &top_options, NULL},
        {".Ss store", &store_options, NULL},
        {".Ss log", &log_options, NULL},
        {".Ss net", &net_options, NULL},
        {".Ss daemon", &daemon_options, NULL},
        {".Sh JOBS", &job_options, job_others},
        {".Sh FIELDS", &field_options, field_others},
        {".Sh LIMITS", &limit_options, NULL},
        {".Ss Conditions", &condition_options, NULL},
    };
    const char *page = load(yaml_page);
    for (size_t i = 0; i < COUNT(tables); i++) {
        check_rows(page, tables[i].heading, tables[i].table->rows, tables[i].table->count,
                   tables[i].others);
        for (size_t k = 0; tables[i].others && tables[i].others[k]; k++)
            assert_non_null(strstr(section(page, tables[i].heading),
                                   arena_printf(arena, ".It Ic %s : Ar ", tables[i].others[k])));
    }
    for (size_t i = 0; i < connector_count; i++)
        check_rows(page, arena_printf(arena, ".Ss clouds.%s", connectors[i]->name),
                   connectors[i]->options, connectors[i]->option_count, NULL);
    for (size_t i = 0; i < source_type_count; i++)
        check_rows(page, arena_printf(arena, ".Ss type: %s", source_types[i]->name),
                   source_types[i]->options, source_types[i]->option_count, NULL);
}

static void every_field_is_explained(void **state)
{
    (void)state;
    static const char *const sides[] = {
        [FIELD_BOTH] = "both", [FIELD_FROM_CLOUD] = "cloud", [FIELD_TO_CLOUD] = "create"};
    const char *page = load(yaml_page);
    for (size_t k = 0; k < KIND_COUNT; k++) {
        const char *text = section(page, arena_printf(arena, ".Ss kind: %s", kinds[k].name));
        size_t count = 0;
        for (size_t i = 0; i < kinds[k].field_count; i++) {
            const struct field *field = &kinds[k].fields[i];
            const char *line =
                arena_printf(arena, ".It Ic %s Ta %s Ta %s Ta %s", field->name,
                             value_type_name(field->type), sides[field->direction], field->help);
            const char *found = strstr(text, line);
            if (!found)
                fail_msg("the manual does not have: %s", line);
            const char *end = strchr(found, '\n');
            for (size_t w = 0; field->words && field->words[w]; w++) {
                const char *word = strstr(found + strlen(line), field->words[w]);
                if (!word || word > end)
                    fail_msg("%s: the manual does not have the word %s", field->name,
                             field->words[w]);
            }
        }
        for (const char *at = text; (at = strstr(at, ".It Ic ")); at++)
            count++;
        assert_int_equal(count, kinds[k].field_count);
    }
}

/* Words as mdoc fills them into lines. */
static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)); at++)
        if (at > text && !is_name(at[-1]) && !is_name(at[length]))
            return true;
    return false;
}

static void every_column_of_a_drop_is_explained(void **state)
{
    (void)state;
    static const char *const ends[] = {".It ", ".El", NULL};
    const char *page = section(load(yaml_page), ".Ss clouds.drop");
    for (size_t i = 0; i < DROP_KINDS; i++) {
        const struct drop_format *format = &drop_formats[i];
        const char *item = part(page, arena_printf(arena, ".It Ql %s\n", format->schema), ends);
        for (size_t k = 0; k < format->column_count; k++)
            if (!has_word(page, format->columns[k].name) ||
                (k > 0 && !has_word(item, format->columns[k].name)))
                fail_msg("%s: the manual does not have the column %s", format->schema,
                         format->columns[k].name);
    }
}

static int make_arena(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int drop_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_is_explained),
        cmocka_unit_test(every_common_option_is_explained),
        cmocka_unit_test(no_option_is_made_up),
        cmocka_unit_test(every_finding_is_explained),
        cmocka_unit_test(every_exit_code_is_explained),
        cmocka_unit_test(every_gate_is_explained),
        cmocka_unit_test(every_key_is_explained),
        cmocka_unit_test(every_field_is_explained),
        cmocka_unit_test(every_column_of_a_drop_is_explained),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena) ? 1 : 0;
}
