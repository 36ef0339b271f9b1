/* agent findings */
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
    struct listing *listing;
    struct arena *arena;
    const struct arguments *arguments;
    enum severity least;
};

static int list_one(void *context, const struct finding *finding)
{
    struct lister *lister = context;
    if (finding->type->severity < lister->least)
        return 0;
    const char *place = finding->place.file && finding->place.line
                            ? arena_printf(lister->arena, "%s:%zu:%zu", finding->place.file,
                                           finding->place.line, finding->place.column)
                            : NULL;
    const char *const cells[] = {finding->type->code,
                                 severity_name(finding->type->severity),
                                 finding->job,
                                 finding->subject,
                                 finding->field,
                                 finding->detail ? finding->detail : finding->type->title,
                                 place,
                                 finding->type->remedy,
                                 output_instant(lister->arena, finding->first_seen_ms),
                                 finding->id};
    /* A terminal has room for what is wrong and what to do; machines get everything. */
    listing_add(lister->listing, cells);
    return 0;
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
    static const char *const columns[] = {"code",       "severity", "job",   "subject",
                                          "field",      "detail",   "place", "remedy",
                                          "first_seen", "id",       NULL};
    CLEANUP_CONTEXT struct context context = {0};
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct error error = {0};
    struct lister lister = {.arena = arena, .arguments = arguments, .least = SEVERITY_INFO};
    int code = arguments->severity ? parse_severity(arguments->severity, &lister.least) : 0;
    if (!code)
        code = context_load_store(world, arguments, true, &context);
    if (code)
        return code;
    lister.listing = listing_new(columns);
    if (context.store->ops->finding_each(context.store, arguments->job, arena, list_one, &lister,
                                         &error) < 0) {
        output_failure(NULL, &error);
        code = EXIT_FAILED;
    } else {
        listing_print(lister.listing, arguments, "No open findings.");
    }
    listing_free(lister.listing);
    return code;
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
