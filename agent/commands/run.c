/* agent run */
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "commands/context.h"
#include "commands/output.h"
#include "daemon/daemon.h"

struct service {
    const struct world *world;
    const struct arguments *arguments;
    struct context *context; /* the configuration that is in force */
};

static void set_log_level(struct context *context)
{
    const struct arguments *arguments = context->arguments;
    context->log.level = arguments->quiet     ? LOG_LEVEL_ERROR
                         : arguments->verbose ? LOG_LEVEL_DEBUG
                                              : context->config->log_level;
}

static struct daemon_setup make_setup(const struct context *context)
{
    const struct settings *daemon = &context->config->daemon;
    return (struct daemon_setup){
        .loop = context->loop,
        .works = context->works,
        .count = context->work_count,
        .log = &context->log,
        .jitter_percent = (unsigned)settings_number(daemon, "jitter"),
        .stop_timeout_ms = settings_number(daemon, "stop_timeout"),
    };
}

static void free_context(struct context *context)
{
    context_close(context);
    free(context);
}

/* ---- reload ---- */

static void log_fault(void *data, const struct config_fault *fault)
{
    const struct log *log = data;
    CLEANUP_ARENA struct arena *arena = arena_new();
    log_event(log, fault->warning ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR, fault->message, "at",
              arena_printf(arena, "%s:%zu:%zu", fault->place.file ? fault->place.file : "",
                           fault->place.line, fault->place.column),
              "remedy", fault->remedy, NULL);
}

/* The faults of a file go to the log, where the daemon's other lines are. */
static bool check_file(const struct service *service)
{
    void *log = &service->context->log;
    struct config *config = NULL;
    if (config_load(context_config_path(service->arguments), context_schema(), log_fault, log,
                    &config) < 0)
        return false;
    bool good = context_check_jobs(config, log_fault, log) == 0;
    config_free(config);
    return good;
}

/* Everything of the new configuration is open before anything of the old one is given up. The
 * record of HTTP exchanges goes on in the same file. */
static int reload(void *data, struct daemon_setup *setup)
{
    struct service *service = data;
    struct context *old = service->context;
    if (!check_file(service))
        return -ERROR_INPUT;
    struct arguments hushed = *service->arguments;
    hushed.quiet = true; /* what there is to warn of has just been logged */
    struct context *fresh = memory_alloc(sizeof *fresh);
    int code = context_load(service->world, &hushed, fresh);
    if (!code) {
        fresh->arguments = service->arguments;
        set_log_level(fresh);
        if (text_equal(context_har_path(old), context_har_path(fresh)))
            fresh->har = old->har;
        code = context_open_jobs(fresh, service->arguments->words, service->arguments->word_count);
    }
    if (code) {
        fresh->har = fresh->har == old->har ? NULL : fresh->har;
        free_context(fresh);
        return -ERROR_INPUT;
    }
    old->har = fresh->har == old->har ? NULL : old->har;
    service->context = fresh;
    *setup = make_setup(fresh);
    free_context(old);
    return 0;
}

/* ---- the command ---- */

static int serve(struct service *service)
{
    struct notify notify;
    struct error error = {0};
    notify_open_env(&notify);
    const struct daemon_options options = {
        .world = service->world,
        .setup = make_setup(service->context),
        .notify = &notify,
        .reload = reload,
        .context = service,
        .leave = _exit,
        .cut_code = EXIT_PARTIAL,
    };
    int r = daemon_run(&options, &error);
    if (r < 0)
        log_event(&service->context->log, LOG_LEVEL_ERROR, "cannot go on", "error", error.message,
                  "exit", "1", NULL);
    notify_close(&notify);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

static int run(const struct world *world, const struct arguments *arguments)
{
    daemon_block_signals(); /* before libraries start threads, which would take them */
    struct service service = {
        .world = world, .arguments = arguments, .context = memory_alloc(sizeof *service.context)};
    int code = context_load(world, arguments, service.context);
    if (!code) {
        set_log_level(service.context);
        code = context_open_jobs(service.context, arguments->words, arguments->word_count);
    }
    if (!code) {
        context_remark(service.context->config, log_fault, &service.context->log);
        code = serve(&service);
    }
    free_context(service.context);
    return code;
}

static const struct command_option no_options[] = {{NULL, 0, NULL, NULL, 0}};

const struct command command_run = {
    .name = "run",
    .usage = "[JOB...]",
    .summary = "stay and run jobs at their intervals",
    .help =
        "Runs the jobs (all jobs if none is named) as agent reconcile does, each at its `every`,\n"
        "until it is told to stop. Logs to standard error.\n\n"
        "SIGTERM or SIGINT: begins nothing new, waits for the calls under way, ends. A second\n"
        "one ends at once; nothing is lost, the next start goes on.\n"
        "SIGHUP: loads the configuration again. A bad one is refused, the old one runs on.\n\n"
        "Exit code: 0 stopped with nothing under way, 3 ended before everything under way had\n"
        "come to its end, 1 failed, 78 the configuration is wrong.",
    .options = no_options,
    .max_words = 256,
    .run = run,
};
