/* agent findings */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "commands/context.h"
#include "commands/output.h"

#define OFFSET(member) offsetof(struct arguments, member)

static const struct command_option findings_options[] = {
    {"job", 'j', "JOB", "only of this job", OFFSET(job)},
    {"severity", 's', "LEVEL", "at least info (default), warning or error", OFFSET(severity)},
    {NULL, 0, NULL, NULL, 0},
};

struct lister {
    struct arena *arena;
    enum severity least;
    struct finding *findings;
    size_t count, capacity;
};

static int keep(void *context, const struct finding *finding)
{
    struct lister *lister = context;
    if (finding->type->severity < lister->least)
        return 0;
    ARRAY_GROW(lister->findings, &lister->capacity, lister->count + 1);
    lister->findings[lister->count++] = *finding; /* its texts are in the arena */
    return 0;
}

static const char *place_of(struct arena *arena, const struct finding *finding)
{
    if (!finding->place.file || !finding->place.line)
        return NULL;
    return arena_printf(arena, "%s:%zu:%zu", finding->place.file, finding->place.line,
                        finding->place.column);
}

/* For people: what is wrong and what to do once per code, then each case. */
static void print_groups(const struct lister *lister, const struct arguments *arguments)
{
    for (size_t i = 0; i < lister->count; i++) {
        const struct finding *finding = &lister->findings[i];
        const struct finding_type *type = finding->type;
        const char *place = place_of(lister->arena, finding);
        if (i == 0 || lister->findings[i - 1].type != type)
            printf("%s%s%s %s: %s\n    %s\n", i ? "\n" : "",
                   output_tint(arguments, type->severity > SEVERITY_INFO ? TINT_WARN : TINT_DIM),
                   type->code, severity_name(type->severity), type->title, type->remedy);
        if (i == 0 || lister->findings[i - 1].type != type)
            fputs(output_tint(arguments, TINT_PLAIN), stdout);
        printf("  %s%s%s%s%s%s%s\n", output_safe(lister->arena, finding->subject),
               finding->field ? "  " : "", finding->field ? finding->field : "", place ? "  " : "",
               place ? output_safe(lister->arena, place) : "", finding->detail ? "  " : "",
               finding->detail ? output_safe(lister->arena, finding->detail) : "");
    }
    if (!lister->count)
        printf("No open findings.\n");
}

static void print_listing(const struct lister *lister, const struct arguments *arguments)
{
    static const char *const columns[] = {"code",       "severity", "job",   "subject",
                                          "field",      "detail",   "place", "remedy",
                                          "first_seen", "id",       NULL};
    struct listing *listing = listing_new(columns);
    for (size_t i = 0; i < lister->count; i++) {
        const struct finding *finding = &lister->findings[i];
        const char *const cells[] = {finding->type->code,
                                     severity_name(finding->type->severity),
                                     finding->job,
                                     finding->subject,
                                     finding->field,
                                     finding->detail ? finding->detail : finding->type->title,
                                     place_of(lister->arena, finding),
                                     finding->type->remedy,
                                     output_instant(lister->arena, finding->first_seen_ms),
                                     finding->id};
        listing_add(listing, cells);
    }
    listing_print(listing, arguments, "");
    listing_free(listing);
}

static int parse_severity(const char *word, enum severity *ret_least)
{
    static const enum severity all[] = {SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (!text_equal(word, severity_name(all[i])))
            continue;
        *ret_least = all[i];
        return 0;
    }
    output_error("--severity is info, warning or error, not \"%s\"", word);
    return EXIT_USAGE;
}

static int run_findings(const struct world *world, const struct arguments *arguments)
{
    CLEANUP_CONTEXT struct context context = {0};
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct error error = {0};
    struct lister lister = {.arena = arena, .least = SEVERITY_INFO};
    int code = arguments->severity ? parse_severity(arguments->severity, &lister.least) : 0;
    if (!code)
        code = context_load_store(world, arguments, true, &context);
    if (code)
        return code;
    int r = context.store->ops->finding_each(context.store, arguments->job, arena, keep, &lister,
                                             &error);
    if (r < 0)
        output_failure(NULL, &error);
    else if (arguments->output == OUTPUT_TABLE)
        print_groups(&lister, arguments);
    else
        print_listing(&lister, arguments);
    free(lister.findings);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

const struct command command_findings = {
    .name = "findings",
    .usage = "",
    .summary = "list what a person must know, with the remedy",
    .help = "Lists the open findings: rejected rows, ambiguous matches, conflicts, changes that\n"
            "a cloud would refuse or has refused. Codes are stable; agent(1) lists them.",
    .options = findings_options,
    .run = run_findings,
};
