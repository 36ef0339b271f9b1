/* agent lint: local records against the cloud's rules, before anything is sent. No call is made and
 * the store is not touched. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "commands/context.h"
#include "commands/output.h"
#include "connectors/document.h"
#include "model/mapping.h"

#define OFFSET(member) offsetof(struct arguments, member)

static const struct command_option lint_options[] = {
    {"job", 'j', "JOB", "by the rules of this job", OFFSET(job)},
    {NULL, 0, NULL, NULL, 0},
};

struct lint {
    const struct arguments *arguments;
    const struct job *job;
    const struct connector_kind *kind;
    const char *file;
    int64_t now_ms;
    struct arena *arena; /* of one row */
    const struct row *row;
    struct listing *listing; /* NULL: lines for people */
    size_t rows, faults;
};

/* ---- one row ---- */

/* The cell that a finding is about, from 1; 0: no column holds the field. */
static size_t column_of(const struct lint *lint, const struct finding *finding)
{
    size_t field = kind_field(lint->job->kind, finding->field);
    const struct field_map *map = field == FIELD_NONE ? NULL : job_field(lint->job, field);
    if (finding->place.column || !map || !map->column)
        return finding->place.column;
    return row_column(lint->row, map->column) + 1; /* 0 if the row has no such column */
}

static void take_fault(void *context, const struct finding *finding)
{
    struct lint *lint = context;
    const struct finding_type *type = finding->type;
    size_t column = column_of(lint, finding);
    struct arena *arena = lint->arena;
    const char *place = arena_printf(arena, "%s:%zu", lint->file, lint->row->place.line);
    const char *detail = finding->detail ? finding->detail : type->title;
    if (column)
        place = arena_printf(arena, "%s:%zu", place, column);
    lint->faults++;
    if (lint->listing) {
        const char *const cells[] = {
            place,  lint->row->key, finding->field, type->code, severity_name(type->severity),
            detail, type->remedy};
        listing_add(lint->listing, cells);
        return;
    }
    printf("%s: %s %s: %s%s%s. %s\n", output_safe(arena, place), type->code,
           severity_name(type->severity), finding->field ? finding->field : "",
           finding->field ? ": " : "", output_safe(arena, detail), type->remedy);
}

/* When the row would be written: what is at the cloud already is updated, what is new is created
 * and handed over as the job's gates say. 0: the job would not send it. */
static unsigned moments(const struct lint *lint, const struct record *record)
{
    const struct gate_rule *gates = lint->job->gates;
    unsigned at = AT_CREATE;
    if (record_get(record, FIELD_ID))
        return AT_UPDATE;
    if (gates[GATE_CREATE].open && !conditions_hold(&gates[GATE_CREATE].when, lint->row))
        return 0;
    for (size_t i = GATE_SUBMIT; i <= GATE_PUBLISH; i++) {
        if (gates[i].open && conditions_hold(&gates[i].when, lint->row))
            at |= AT_SUBMIT;
    }
    return at;
}

static int take_row(void *context, const struct row *row)
{
    struct lint *lint = context;
    struct record *record = NULL;
    arena_reset(lint->arena);
    lint->row = row;
    if (!row->fault_code && !conditions_hold(&lint->job->only_when, row))
        return 0;
    lint->rows++;
    if (mapping_record(lint->arena, lint->job, row, take_fault, lint, &record) < 0)
        return 0;
    if (!record_get(record, FIELD_REFERENCE))
        record_set(record, FIELD_REFERENCE, record->id);
    unsigned at = moments(lint, record);
    if (at)
        document_check(lint->kind, at, NULL, record, lint->now_ms, take_fault, lint);
    return 0;
}

/* ---- the file and its job ---- */

static bool same_file(const char *a, const char *b)
{
    char left[PATH_MAX], right[PATH_MAX];
    return a && b && realpath(a, left) && realpath(b, right) && !strcmp(left, right);
}

static const char *path_of(const struct config *config, const struct job *job)
{
    return settings_text(&config_source(config, job->source)->settings, "path");
}

/* The job that is named, else the one whose source the file is, else the only one. */
static const struct job *choose_job(const struct context *context, const char *file)
{
    const struct config *config = context->config;
    const char *name = context->arguments->job;
    const struct job *found = NULL;
    size_t count = 0;
    if (name && !(found = config_job(config, name)))
        output_error("there is no job %s", name);
    if (name)
        return found;
    for (size_t i = 0; i < config->job_count; i++) {
        if (!same_file(path_of(config, &config->jobs[i]), file))
            continue;
        found = &config->jobs[i];
        count++;
    }
    if (!count && config->job_count == 1)
        return &config->jobs[0];
    if (count != 1)
        output_error("%s is the source of %s jobs: name one with --job", file,
                     count ? "several" : "none of the");
    return count == 1 ? found : NULL;
}

/* The source's settings with another path. */
static struct settings settings_with_path(struct arena *arena, const struct settings *settings,
                                          const char *path)
{
    struct setting *items = arena_array(arena, settings->count, sizeof *items);
    for (size_t i = 0; i < settings->count; i++) {
        items[i] = settings->items[i];
        if (text_equal(items[i].name, "path"))
            items[i].text = path;
    }
    return (struct settings){items, settings->count};
}

static int read_file(struct lint *lint, const struct context *context, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct config_section *section = config_source(context->config, lint->job->source);
    const struct settings settings = settings_with_path(arena, &section->settings, lint->file);
    struct source *source = NULL;
    struct file_state state;
    int r = source_open(section->name, source_type_find(section->type), &settings, context->world,
                        &source, error);
    if (r < 0)
        return r;
    r = source->type->read(source, take_row, lint, &state, error);
    source_close(source);
    return r;
}

static int run_lint(const struct world *world, const struct arguments *arguments)
{
    static const char *const columns[] = {"place",    "key",    "field",  "code",
                                          "severity", "detail", "remedy", NULL};
    CLEANUP_CONTEXT struct context context = {0};
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct error error = {0};
    int code = context_load(world, arguments, &context);
    if (code)
        return code;
    struct lint lint = {.arguments = arguments,
                        .file = arguments->words[0],
                        .now_ms = world_now(world),
                        .arena = arena,
                        .job = choose_job(&context, arguments->words[0])};
    if (!lint.job)
        return EXIT_USAGE;
    lint.kind = connector_kind(connector_find(lint.job->cloud), lint.job->kind->id);
    if (arguments->output != OUTPUT_TABLE)
        lint.listing = listing_new(columns);
    int r = read_file(&lint, &context, &error);
    if (r < 0)
        output_failure(NULL, &error);
    else if (lint.listing)
        listing_print(lint.listing, arguments, "");
    else if (!arguments->quiet)
        printf("%zu faults in %zu rows, by the rules of %s\n", lint.faults, lint.rows,
               lint.job->name);
    listing_free(lint.listing);
    return r < 0 || lint.faults ? EXIT_FAILED : EXIT_OK;
}

const struct command command_lint = {
    .name = "lint",
    .usage = "FILE",
    .summary = "check local records against the cloud's rules before anything is sent",
    .help = "Reads FILE as the job's source would be read and holds each row against what the\n"
            "cloud demands: rows with an id as updates, all others as new records, and as\n"
            "submitted or published if the job does that. One line per fault: the place\n"
            "(file:line:column, the column being the cell's number), the finding's code, what\n"
            "is wrong, what to do. No call is made. Exit code 1 if there is a fault.",
    .options = lint_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_lint,
};
