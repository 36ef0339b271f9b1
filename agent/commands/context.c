#include "commands/context.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "commands/output.h"
#include "model/gate.h"

#define SYSTEM_CONFIG "/etc/marketplace-agent/agent.yaml"
#define LOCAL_CONFIG  "agent.yaml"

const struct config_schema *context_schema(void)
{
    static struct config_section_type clouds[16], sources[16];
    static struct config_schema schema = {.clouds = clouds, .sources = sources};
    if (schema.cloud_count)
        return &schema;
    for (size_t i = 0; i < connector_count && i < COUNT(clouds); i++)
        clouds[schema.cloud_count++] = (struct config_section_type){
            connectors[i]->name, connectors[i]->options, connectors[i]->option_count};
    for (size_t i = 0; i < source_type_count && i < COUNT(sources); i++)
        sources[schema.source_count++] = (struct config_section_type){
            source_types[i]->name, source_types[i]->options, source_types[i]->option_count};
    return &schema;
}

const char *context_config_path(const struct arguments *arguments)
{
    const char *named = arguments->config ? arguments->config : getenv("AGENT_CONFIG");
    if (!text_blank(named))
        return named;
    return access(LOCAL_CONFIG, F_OK) == 0 || access(SYSTEM_CONFIG, F_OK) ? LOCAL_CONFIG
                                                                          : SYSTEM_CONFIG;
}

void context_print_fault(void *context, const struct config_fault *fault)
{
    const struct arguments *arguments = context;
    CLEANUP_ARENA struct arena *arena = arena_new();
    if (fault->warning && arguments->quiet)
        return;
    fprintf(stderr, "%s", output_safe(arena, fault->place.file));
    if (fault->place.line)
        fprintf(stderr, ":%zu", fault->place.line);
    if (fault->place.column)
        fprintf(stderr, ":%zu", fault->place.column);
    fprintf(stderr, ": %s%s\n", fault->warning ? "warning: " : "",
            output_safe(arena, fault->message));
    if (fault->remedy)
        fprintf(stderr, "    %s\n", output_safe(arena, fault->remedy));
}

static void check_field(const struct connector *connector, const struct connector_kind *kind,
                        const struct job *job, const struct field_map *map, config_report *report,
                        void *report_context, size_t *errors)
{
    const char *name = job->kind->fields[map->field].name;
    if (connector_field(kind, name))
        return;
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct config_fault fault = {
        .place = map->place,
        .message =
            arena_printf(arena, "%s has no field that \"%s\" could go to", connector->title, name),
        .remedy = "remove the field from this job"};
    report(report_context, &fault);
    (*errors)++;
}

/* An open gate whose action the cloud does not know would be waited for in vain. */
static void check_gate(const struct connector *connector, const struct connector_kind *kind,
                       const struct job *job, enum gate gate, config_report *report,
                       void *report_context, size_t *errors)
{
    enum action action = gate_types[gate].action;
    if (!job->gates[gate].open || !action_writes_cloud(action) || connector_procedure(kind, action))
        return;
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct config_fault fault = {
        .place = job->place,
        .message = arena_printf(arena, "%s has no %s for %ss", connector->title,
                                gate_types[gate].name, job->kind->name),
        .remedy = "remove the gate from this job"};
    report(report_context, &fault);
    (*errors)++;
}

size_t context_check_jobs(const struct config *config, config_report *report, void *report_context)
{
    size_t errors = 0;
    for (size_t i = 0; i < config->job_count; i++) {
        const struct job *job = &config->jobs[i];
        const struct connector *connector = connector_find(job->cloud);
        const struct connector_kind *kind =
            connector ? connector_kind(connector, job->kind->id) : NULL;
        if (!kind) {
            CLEANUP_ARENA struct arena *arena = arena_new();
            const struct config_fault fault = {
                .place = job->place,
                .message = arena_printf(arena, "%s has no records of kind %s in this version",
                                        job->cloud, job->kind->name),
                .remedy = "choose another kind, or remove the job"};
            report(report_context, &fault);
            errors++;
            continue;
        }
        for (size_t j = 0; j < job->field_count; j++)
            check_field(connector, kind, job, &job->fields[j], report, report_context, &errors);
        for (enum gate gate = 0; gate < GATE_COUNT; gate++)
            check_gate(connector, kind, job, gate, report, report_context, &errors);
    }
    return errors;
}

void context_remark(const struct config *config, config_report *report, void *report_context)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < config->cloud_count; i++) {
        const struct config_section *section = &config->clouds[i];
        const struct connector *connector = connector_find(section->name);
        const char *remark =
            connector->remark ? connector->remark(arena, &section->settings) : NULL;
        const struct config_fault fault = {
            .place = section->place, .message = remark, .warning = true};
        if (remark)
            report(report_context, &fault);
    }
}

int context_load(const struct world *world, const struct arguments *arguments,
                 struct context *ret_context)
{
    struct context context = {.world = world, .arguments = arguments};
    const char *path = context_config_path(arguments);
    void *report_context = __extension__(void *)(uintptr_t) arguments;
    if (!arguments->config && access(path, F_OK) < 0) {
        output_error("no configuration: neither %s nor %s is there; write one with `agent init`, "
                     "or name it with --config",
                     LOCAL_CONFIG, SYSTEM_CONFIG);
        return EXIT_CONFIG;
    }
    if (config_load(path, context_schema(), context_print_fault, report_context, &context.config) <
        0)
        return EXIT_CONFIG;
    if (context_check_jobs(context.config, context_print_fault, report_context)) {
        config_free(context.config);
        return EXIT_CONFIG;
    }
    context.log = (struct log){.world = world,
                               .out = stderr,
                               .level = arguments->quiet     ? LOG_LEVEL_ERROR
                                        : arguments->verbose ? LOG_LEVEL_DEBUG
                                                             : LOG_LEVEL_WARNING,
                               .format = context.config->log_format,
                               .prefix = getenv("JOURNAL_STREAM") != NULL};
    *ret_context = context;
    return 0;
}

static int open_store(struct context *context, bool read_only)
{
    struct error error = {0};
    const char *path = context->config->store_path;
    int r = read_only ? store_open_readonly(path, context->world, &context->store, &error)
                      : store_open(path, context->world, &context->store, &error);
    if (r < 0)
        output_failure(NULL, &error);
    return r < 0 ? EXIT_FAILED : 0;
}

int context_load_store(const struct world *world, const struct arguments *arguments, bool read_only,
                       struct context *ret_context)
{
    int code = context_load(world, arguments, ret_context);
    return code ? code : open_store(ret_context, read_only);
}

static const char *env_get(void *context, const char *name)
{
    (void)context;
    return getenv(name);
}

const char *context_har_path(const struct context *context)
{
    return context->arguments->har ? context->arguments->har : context->config->har_path;
}

static int open_net(struct context *context, const char *har, struct error *error)
{
    const struct config *config = context->config;
    const struct http_options options = {.ca_file = settings_text(&config->net, "ca_file"),
                                         .proxy = settings_text(&config->net, "proxy"),
                                         .user_agent = "agent/" AGENT_VERSION};
    int r = http_curl_new(&options, context->world, &context->http, error);
    if (r < 0)
        return r;
    context->loop = loop_new(context->world, context->http);
    return har && !context->har ? har_open(har, AGENT_VERSION, &context->har, error) : 0;
}

int context_open_source(struct context *context, const char *name, struct source **ret_source,
                        struct error *error)
{
    const struct config *config = context->config;
    for (size_t i = 0; i < config->source_count; i++) {
        const struct config_section *section = &config->sources[i];
        if (!text_equal(section->name, name))
            continue;
        if (!context->sources[i]) {
            int r = source_open(name, source_type_find(section->type), &section->settings,
                                context->world, &context->sources[i], error);
            if (r < 0)
                return r;
        }
        *ret_source = context->sources[i];
        return 0;
    }
    return error_set(error, ERROR_BUG, SCOPE_RUN, "source %s is not in the configuration", name);
}

/* The day's budget goes on where the last process left it. */
static void restore_budget(struct context *context, const char *cloud_name, struct cloud *cloud,
                           const struct connector *connector)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *saved = NULL;
    struct error error;
    if (context->store->ops->cursor_get(context->store, cloud_name, "budget", arena, &saved,
                                        &error) == 0 &&
        saved)
        pacer_restore(session_pacer(connector->session(cloud)), saved, world_ticks(context->world),
                      world_now(context->world));
}

int context_open_cloud(struct context *context, const char *name, struct cloud **ret_cloud,
                       struct error *error)
{
    const struct config *config = context->config;
    const struct connector *connector = connector_find(name);
    const struct connector_env env = {
        .loop = context->loop,
        .log = &context->log,
        .har = context->har,
        .quota_share = (unsigned)settings_number(&config->net, "quota_share"),
        .env = env_get,
    };
    for (size_t i = 0; i < config->cloud_count; i++) {
        if (!text_equal(config->clouds[i].name, name))
            continue;
        if (!context->clouds[i]) {
            int r = connector->open(&env, &config->clouds[i].settings, &context->clouds[i], error);
            if (r < 0)
                return error_context(error, "cloud %s", name);
            if (context->store)
                restore_budget(context, name, context->clouds[i], connector);
        }
        *ret_cloud = context->clouds[i];
        return 0;
    }
    return error_set(error, ERROR_BUG, SCOPE_RUN, "cloud %s is not in the configuration", name);
}

static int open_work(struct context *context, const struct job *job, struct error *error)
{
    struct work *work = &context->works[context->work_count];
    const struct connector *connector = connector_find(job->cloud);
    *work = (struct work){.job = job,
                          .connector = connector,
                          .kind = connector_kind(connector, job->kind->id),
                          .store = context->store,
                          .world = context->world,
                          .log = &context->log,
                          .jobs = context->config->jobs,
                          .job_count = context->config->job_count,
                          .accept_shrunk = context->arguments->accept_shrunk};
    int r = context_open_source(context, job->source, &work->source, error);
    if (r == 0)
        r = context_open_cloud(context, job->cloud, &work->cloud, error);
    context->work_count += r == 0;
    return r;
}

static const struct job *find_job(const struct config *config, const char *name)
{
    const struct job *job = config_job(config, name);
    if (job)
        return job;
    const char **names = memory_alloc((config->job_count + 1) * sizeof *names);
    for (size_t i = 0; i < config->job_count; i++)
        names[i] = config->jobs[i].name;
    const char *close = text_suggest(name, names, config->job_count);
    output_error("there is no job %s%s%s%s", name, close ? "; did you mean " : "",
                 close ? close : "", close ? "?" : "");
    free(names);
    return NULL;
}

int context_prepare(struct context *context, const char *har)
{
    const struct config *config = context->config;
    struct error error = {0};
    context->sources = memory_alloc((config->source_count + 1) * sizeof *context->sources);
    context->clouds = memory_alloc((config->cloud_count + 1) * sizeof *context->clouds);
    int r = open_net(context, har, &error);
    if (r < 0)
        output_failure(NULL, &error);
    return r < 0 ? EXIT_FAILED : 0;
}

int context_open_jobs(struct context *context, const char *const *names, size_t count)
{
    const struct config *config = context->config;
    struct error error = {0};
    int r = 0, code = context->store ? 0 : open_store(context, false);
    if (!code)
        code = context_prepare(context, context_har_path(context));
    if (code)
        return code;
    context->works = memory_alloc((config->job_count + count + 1) * sizeof *context->works);
    for (size_t i = 0; r == 0 && i < count; i++) {
        const struct job *job = find_job(config, names[i]);
        if (!job)
            return EXIT_USAGE;
        bool again = false;
        for (size_t j = 0; j < context->work_count; j++)
            again |= context->works[j].job == job;
        if (!again)
            r = open_work(context, job, &error);
    }
    for (size_t i = 0; r == 0 && !count && i < config->job_count; i++)
        r = open_work(context, &config->jobs[i], &error);
    if (r < 0)
        output_failure(NULL, &error);
    return r < 0 ? EXIT_FAILED : 0;
}

const char *context_user(void)
{
    const char *sudo = getenv("SUDO_USER");
    const struct passwd *user = getpwuid(getuid());
    return sudo ? sudo : user ? user->pw_name : "unknown";
}

void context_close(struct context *context)
{
    struct error error = {0};
    const struct config *config = context->config;
    for (size_t i = 0; context->clouds && i < config->cloud_count; i++)
        if (context->clouds[i])
            connector_find(config->clouds[i].name)->close(context->clouds[i]);
    for (size_t i = 0; context->sources && i < config->source_count; i++)
        source_close(context->sources[i]);
    free(context->clouds);
    free(context->sources);
    free(context->works);
    if (har_close(context->har, &error) < 0)
        output_failure("HAR", &error);
    loop_free(context->loop);
    if (context->http)
        context->http->ops->close(context->http);
    store_close(context->store);
    config_free(config ? context->config : NULL);
    *context = (struct context){0};
}
