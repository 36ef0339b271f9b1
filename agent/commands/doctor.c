/* agent doctor */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/times.h"
#include "commands/context.h"
#include "commands/output.h"
#include "commands/permissions.h"
#include "net/session_retry.h"

#define OFFSET(member) offsetof(struct arguments, member)

static const struct command_option doctor_options[] = {
    {"har", 0, "FILE", "record every HTTP exchange, redacted, as HAR 1.2", OFFSET(har)},
    {NULL, 0, NULL, NULL, 0},
};

enum verdict { GOOD, BAD, SKIPPED };

struct doctor {
    struct context *context;
    struct listing *listing;
    struct arena *arena;
    bool sick; /* something is bad */
};

struct line {
    const char *cloud, *check, *permission, *purpose, *detail;
};

/* For people: a line at once, since calls take their time, and nothing of a reason is cut off. */
static void say(const struct doctor *doctor, enum verdict verdict, const struct line *line,
                const char *word)
{
    const struct arguments *arguments = doctor->context->arguments;
    const char *what = line->permission ? line->permission : line->check;
    const char *detail = line->detail ? line->detail : line->purpose;
    if (arguments->quiet && verdict != BAD)
        return;
    printf("%s%-4s%s  %s%s%-24s  %s\n",
           output_tint(arguments, verdict == BAD ? TINT_WARN : TINT_DIM), word,
           output_tint(arguments, TINT_PLAIN), line->cloud ? line->cloud : "",
           line->cloud ? " " : "", output_safe(doctor->arena, what),
           output_safe(doctor->arena, detail));
    fflush(stdout);
}

static void add(struct doctor *doctor, enum verdict verdict, const struct line *line)
{
    static const char *const words[] = {[GOOD] = "ok", [BAD] = "fail", [SKIPPED] = "skip"};
    const char *const cells[] = {line->check,   words[verdict],   line->detail,
                                 line->purpose, line->permission, line->cloud};
    doctor->sick |= verdict == BAD;
    listing_add(doctor->listing, cells);
    if (doctor->context->arguments->output == OUTPUT_TABLE)
        say(doctor, verdict, line, words[verdict]);
}

/* ------------------------------------------------------------------ a cloud */

struct examination {
    struct doctor *doctor;
    const struct connector *connector;
    struct cloud *cloud;
    const struct needed *needed;
    size_t needed_count;
    struct probe_context probe;
    struct error unreached; /* why no call went out at all: there is no sense in the others */
    bool answered;          /* by the cloud, whatever it said */
};

/* One call, waited for. */
struct waiting {
    const struct probe *probe;
    struct examination *examination;
    bool done;
    struct error error;
};

static void probed(void *context, const struct http_response *response, const struct error *failure)
{
    struct waiting *waiting = context;
    struct examination *examination = waiting->examination;
    waiting->done = true;
    examination->answered |= response != NULL;
    if (failure)
        waiting->error = *failure;
    else
        waiting->probe->answer(&examination->probe, response, &waiting->error);
}

/* 0, 1 if the probe has nothing to ask, or negative. */
static int ask(struct examination *examination, const struct probe *probe, struct error *error)
{
    struct http_request request = {0};
    struct waiting waiting = {.probe = probe, .examination = examination};
    if (!probe->answer)
        return probe->build(&examination->probe, NULL, error);
    int r = probe->build(&examination->probe, &request, error);
    if (r)
        return r;
    const struct call call = {
        .family = probe->family,
        .operation = probe->name,
        .repeatable = true,
        .request = &request,
        .done = probed,
        .context = &waiting,
    };
    session_send(examination->connector->session(examination->cloud), &call);
    r = loop_run(examination->doctor->context->loop, &waiting.done, error);
    if (r == 0 && waiting.error.class) {
        *error = waiting.error;
        r = -(int)error->class;
    }
    return r;
}

static bool is_needed(const struct examination *examination, const char *permission)
{
    bool found = !permission;
    for (size_t i = 0; i < examination->needed_count && !found; i++)
        found = text_equal(examination->needed[i].name, permission);
    return found;
}

static void try_probe(struct examination *examination, const struct probe *probe)
{
    struct doctor *doctor = examination->doctor;
    struct line line = {.cloud = examination->connector->name,
                        .check = probe->name,
                        .permission = probe->permission,
                        .purpose = probe->purpose};
    struct error error = {0};
    enum verdict verdict = SKIPPED;
    examination->probe.detail = NULL;
    if (!is_needed(examination, probe->permission)) {
        line.detail = "no job needs it";
    } else if (examination->unreached.class) {
        line.detail = "not tried";
    } else {
        int r = ask(examination, probe, &error);
        verdict = r < 0 ? BAD : r ? SKIPPED : GOOD;
        line.detail = r < 0 ? arena_copy(doctor->arena, error.message) : examination->probe.detail;
        if (r < 0 && error.class == ERROR_AUTH && !error.http_status)
            examination->unreached = error; /* there are no keys */
    }
    add(doctor, verdict, &line);
}

/* Permissions to write that nobody can try without writing. */
static void list_untried(struct examination *examination)
{
    const struct connector *connector = examination->connector;
    for (size_t i = 0; i < examination->needed_count; i++) {
        const struct needed *needed = &examination->needed[i];
        bool tried = false;
        for (size_t k = 0; k < connector->probe_count && !tried; k++)
            tried = text_equal(connector->probes[k].permission, needed->name);
        const struct line line = {.cloud = connector->name,
                                  .check = "permission",
                                  .permission = needed->name,
                                  .detail = needed->writes ? "a write: not tried" : "not tried"};
        if (!tried)
            add(examination->doctor, SKIPPED, &line);
    }
}

static void report_keys(struct examination *examination)
{
    struct doctor *doctor = examination->doctor;
    struct cloud_status status = {0};
    examination->connector->status(examination->cloud, &status);
    bool have = status.credential_source[0] != '\0';
    const char *until =
        status.credential_expires_ms
            ? arena_printf(doctor->arena, ", until %s",
                           output_instant(doctor->arena, status.credential_expires_ms))
            : "";
    const struct line line = {
        .cloud = examination->connector->name,
        .check = "credentials",
        .purpose = "where the keys come from, and when they end",
        .detail = have ? arena_printf(doctor->arena, "%s%s", status.credential_source, until)
                       : "there are none",
    };
    add(doctor, have ? GOOD : BAD, &line);
}

static void report_network(struct examination *examination)
{
    struct doctor *doctor = examination->doctor;
    struct session_stats stats;
    session_stats(examination->connector->session(examination->cloud), &stats);
    struct line line = {.cloud = examination->connector->name,
                        .check = "reachable",
                        .purpose = "whether the cloud answers",
                        .detail = examination->answered ? NULL : "no answer came"};
    bool keys = !examination->unreached.class;
    if (!keys)
        line.detail = "not tried";
    add(doctor, examination->answered ? GOOD : keys ? BAD : SKIPPED, &line);
    bool wrong = llabs(stats.seen_offset_ms) > RETRY_CLOCK_MS;
    line.check = "clock";
    line.purpose = "how far this host's clock is from the cloud's";
    line.detail = examination->answered
                      ? arena_printf(doctor->arena, "%s%s%s",
                                     output_duration(doctor->arena, llabs(stats.seen_offset_ms)),
                                     stats.seen_offset_ms < 0   ? " ahead"
                                     : stats.seen_offset_ms > 0 ? " behind"
                                                                : "",
                                     wrong ? "; set this host's clock" : "")
                      : "not known";
    add(doctor, !examination->answered ? SKIPPED : wrong ? BAD : GOOD, &line);
}

static void examine_cloud(struct doctor *doctor, const char *name)
{
    struct error error = {0};
    struct examination examination = {.doctor = doctor, .connector = connector_find(name)};
    const struct connector *connector = examination.connector;
    if (context_open_cloud(doctor->context, name, &examination.cloud, &error) < 0) {
        const struct line line = {
            .cloud = name, .check = "cloud", .detail = arena_copy(doctor->arena, error.message)};
        add(doctor, BAD, &line);
        return;
    }
    examination.needed_count = permissions_needed(doctor->arena, doctor->context->config, connector,
                                                  false, &examination.needed);
    examination.probe = (struct probe_context){
        .cloud = examination.cloud, .arena = doctor->arena, .progress = json_object(doctor->arena)};
    for (size_t i = 0; i < connector->probe_count; i++)
        try_probe(&examination, &connector->probes[i]);
    list_untried(&examination);
    if (connector->offline)
        return;
    report_keys(&examination);
    report_network(&examination);
}

/* ------------------------------------------------------------------ this side */

static void examine_store(struct doctor *doctor)
{
    struct context *context = doctor->context;
    const char *path = context->config->store_path;
    struct file_state state = {0};
    struct error error = {0};
    long long rows = 0;
    struct line line = {.check = "store", .purpose = "file and audit trail", .detail = path};
    if (file_stat(path, &state, NULL) == 0 && !state.exists) {
        line.detail = "there is none yet; the first run makes it";
        add(doctor, SKIPPED, &line);
        return;
    }
    struct store *store = NULL;
    int r = store_open_readonly(path, context->world, &store, &error);
    if (r == 0)
        r = store->ops->integrity(store, &error);
    if (r == 0)
        r = store->ops->audit_verify(store, &rows, &error);
    line.detail = r < 0 ? arena_copy(doctor->arena, error.message)
                        : arena_printf(doctor->arena, "whole; %lld audit rows fit", rows);
    add(doctor, r < 0 ? BAD : GOOD, &line);
    store_close(store);
}

struct row_count {
    size_t rows, bad;
};

static int count_row(void *context, const struct row *row)
{
    struct row_count *count = context;
    count->rows++;
    count->bad += row->fault != NULL;
    return 0;
}

static void examine_source(struct doctor *doctor, const char *name)
{
    struct source *source = NULL;
    struct file_state state = {0};
    struct row_count count = {0};
    struct error error = {0};
    int r = context_open_source(doctor->context, name, &source, &error);
    if (r == 0)
        r = source->type->read(source, count_row, &count, &state, &error);
    const char *read =
        arena_printf(doctor->arena, "%zu rows, %zu of them to review", count.rows, count.bad);
    const struct line line = {
        .check = arena_printf(doctor->arena, "source %s", name),
        .purpose = "the local records",
        .detail = r < 0 ? arena_copy(doctor->arena, error.message) : read,
    };
    add(doctor, r < 0 ? BAD : GOOD, &line);
}

static int examine(struct doctor *doctor, const char *only)
{
    const struct config *config = doctor->context->config;
    bool found = !only;
    for (size_t i = 0; i < config->cloud_count; i++) {
        const char *name = config->clouds[i].name;
        if (only && !text_equal(only, name))
            continue;
        found = true;
        examine_cloud(doctor, name);
    }
    if (!found) {
        output_error("the configuration has no cloud %s", only);
        return EXIT_USAGE;
    }
    examine_store(doctor);
    for (size_t i = 0; i < config->source_count; i++)
        examine_source(doctor, config->sources[i].name);
    return doctor->sick ? EXIT_FAILED : EXIT_OK;
}

static int run_doctor(const struct world *world, const struct arguments *arguments)
{
    static const char *const columns[] = {"check",      "result", "detail", "purpose",
                                          "permission", "cloud",  NULL};
    CLEANUP_CONTEXT struct context context = {0};
    CLEANUP_ARENA struct arena *arena = arena_new();
    int code = context_load(world, arguments, &context);
    if (!code)
        code = context_prepare(&context, context_har_path(&context));
    if (code)
        return code;
    struct doctor doctor = {.context = &context, .arena = arena, .listing = listing_new(columns)};
    code = examine(&doctor, arguments->word_count ? arguments->words[0] : NULL);
    if (code != EXIT_USAGE && arguments->output != OUTPUT_TABLE)
        listing_print(doctor.listing, arguments, "");
    listing_free(doctor.listing);
    return code;
}

const struct command command_doctor = {
    .name = "doctor",
    .usage = "[CLOUD]",
    .summary = "find out whether everything that the jobs need is there",
    .help = "Per cloud: whose keys are used, where they come from and when they end, each\n"
            "permission that a harmless read can try, whether the cloud answers, and how far the\n"
            "clocks are apart. Then the store and the sources. Writes nothing.\n\n"
            "Exit code: 0 all is well, 1 something is not.",
    .options = doctor_options,
    .max_words = 1,
    .run = run_doctor,
};
