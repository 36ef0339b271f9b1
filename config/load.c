/* The file as a whole: what stands at the top, the clouds and the sources. */
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "config/options.h"

static const struct config_section_type *type_find(const struct config_section_type *types,
                                                   size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(types[i].name, name))
            return &types[i];
    }
    return NULL;
}

static const char **type_names(struct loader *loader, const struct config_section_type *types,
                               size_t count)
{
    const char **names = arena_array(loader->arena, count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = types[i].name;
    return names;
}

/* A section that is wrong is kept all the same: jobs that name it shall not be wrong too. */
static void read_cloud(struct loader *loader, const struct yaml_tree *key,
                       const struct yaml_tree *node, struct config_section *section)
{
    const struct config_schema *schema = loader->schema;
    const struct config_section_type *type =
        type_find(schema->clouds, schema->cloud_count, key->text);
    *section = (struct config_section){
        .name = key->text,
        .type = key->text,
        .place = loader_place(loader, key),
    };
    if (!type) {
        loader_error(loader, key,
                     loader_suggest(loader, key->text,
                                    type_names(loader, schema->clouds, schema->cloud_count),
                                    schema->cloud_count),
                     "unknown cloud %s", loader_quote(loader, key->text));
        return;
    }
    const char *where = arena_printf(loader->arena, "clouds.%s", type->name);
    const struct option_table table = {type->options, type->option_count};
    options_read(loader, node, where, &table, NULL, &section->settings);
}

static void read_source(struct loader *loader, const struct yaml_tree *key,
                        const struct yaml_tree *node, struct config_section *section)
{
    static const char *const others[] = {"type", NULL};
    const struct config_schema *schema = loader->schema;
    *section = (struct config_section){
        .name = key->text,
        .type = "",
        .place = loader_place(loader, key),
    };
    loader_check_name(loader, key, key->text, "source");
    const char *where = arena_printf(loader->arena, "source %s", loader_quote(loader, key->text));
    const struct yaml_tree *map = yaml_tree_empty(node) ? node : loader_map(loader, node, where);
    if (!map)
        return;
    const char **names = type_names(loader, schema->sources, schema->source_count);
    const struct yaml_tree *type_node = yaml_tree_get(map, "type");
    const char *name = loader_text(loader, type_node, "type");
    if (!type_node)
        loader_error(loader, map,
                     arena_printf(loader->arena, "add type: %s",
                                  loader_list(loader, names, schema->source_count)),
                     "type is missing in %s", where);
    if (!name)
        return;
    const struct config_section_type *type = type_find(schema->sources, schema->source_count, name);
    if (!type) {
        loader_error(loader, type_node, loader_suggest(loader, name, names, schema->source_count),
                     "unknown type %s of source", loader_quote(loader, name));
        return;
    }
    section->type = type->name;
    const struct option_table table = {type->options, type->option_count};
    options_read(loader, map, where, &table, others, &section->settings);
    loader_check_style(loader, &section->settings, "date_format", "decimal", "currency");
}

typedef void section_read(struct loader *loader, const struct yaml_tree *key,
                          const struct yaml_tree *node, struct config_section *section);

static const struct config_section *read_sections(struct loader *loader,
                                                  const struct yaml_tree *root, const char *name,
                                                  section_read *read, size_t *ret_count)
{
    const struct yaml_tree *node = yaml_tree_get(root, name);
    if (!node || yaml_tree_empty(node)) {
        loader_error(loader, node ? node : root, "agent init writes a file that shows it",
                     "%s is missing", name);
        return NULL;
    }
    const struct yaml_tree *map = loader_map(loader, node, name);
    if (!map)
        return NULL;
    struct config_section *sections = arena_array(loader->arena, map->count, sizeof *sections);
    for (size_t i = 0; i < map->count; i++)
        read(loader, map->keys[i], map->items[i], &sections[i]);
    *ret_count = map->count;
    return sections;
}

/* A proxy's password would stand in the file in plain. */
static void check_proxy(struct loader *loader, const struct yaml_tree *net)
{
    const char *proxy = settings_text(&loader->config->net, "proxy");
    if (proxy && strchr(proxy, '@'))
        loader_error(loader, yaml_tree_get(net, "proxy"),
                     "use a proxy that lets this host in by its address",
                     "proxy must not carry a user or a password");
}

static void read_top(struct loader *loader, const struct yaml_tree *root)
{
    static const char *const others[] = {"store",  "log",     "net",  "daemon",
                                         "clouds", "sources", "jobs", NULL};
    struct config *config = loader->config;
    struct settings top, store, log;
    options_read(loader, root, "the file", &top_options, others, &top);
    config->har_path = settings_text(&top, "har");
    options_read(loader, yaml_tree_get(root, "store"), "store", &store_options, NULL, &store);
    config->store_path = settings_text(&store, "path");
    options_read(loader, yaml_tree_get(root, "log"), "log", &log_options, NULL, &log);
    const char *level = settings_text(&log, "level");
    if (level)
        log_level_parse(level, &config->log_level);
    const char *format = settings_text(&log, "format");
    config->log_format = format && !strcmp(format, "json") ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT;
    const struct yaml_tree *net = yaml_tree_get(root, "net");
    options_read(loader, net, "net", &net_options, NULL, &config->net);
    check_proxy(loader, net);
    options_read(loader, yaml_tree_get(root, "daemon"), "daemon", &daemon_options, NULL,
                 &config->daemon);
    config->clouds = read_sections(loader, root, "clouds", read_cloud, &config->cloud_count);
    config->sources = read_sections(loader, root, "sources", read_source, &config->source_count);
    jobs_read(loader, yaml_tree_get(root, "jobs"));
    if (!yaml_tree_get(root, "jobs"))
        loader_error(loader, root, "agent init writes a file that shows it", "jobs is missing");
}

static void warn_unused(struct loader *loader)
{
    const struct config *config = loader->config;
    CLEANUP_MAP struct map *clouds = map_new();
    CLEANUP_MAP struct map *sources = map_new();
    static int used;
    for (size_t i = 0; i < config->job_count; i++) {
        map_put(clouds, config->jobs[i].cloud, &used);
        map_put(sources, config->jobs[i].source, &used);
    }
    for (size_t i = 0; i < config->cloud_count + config->source_count; i++) {
        bool cloud = i < config->cloud_count;
        const struct config_section *section =
            cloud ? &config->clouds[i] : &config->sources[i - config->cloud_count];
        if (map_has(cloud ? clouds : sources, section->name))
            continue;
        const struct yaml_tree at = {.line = section->place.line, .column = section->place.column};
        loader_warning(loader, &at, "remove it, or add the job that needs it",
                       "no job uses the %s %s", cloud ? "cloud" : "source",
                       loader_quote(loader, section->name));
    }
}

static void take_yaml_fault(void *context, size_t line, size_t column, const char *message,
                            const char *remedy)
{
    struct loader *loader = context;
    const struct yaml_tree at = {.line = line, .column = column};
    loader_error(loader, &at, remedy, "%s", message);
}

static int fault_order(const void *a, const void *b)
{
    const struct config_fault *left = *(const struct config_fault *const *)a;
    const struct config_fault *right = *(const struct config_fault *const *)b;
    if (left->place.line != right->place.line)
        return left->place.line < right->place.line ? -1 : 1;
    if (left->place.column != right->place.column)
        return left->place.column < right->place.column ? -1 : 1;
    return left < right ? -1 : left > right;
}

static void report_faults(const struct loader *loader, config_report *report, void *context)
{
    const struct config_fault **order =
        arena_array(loader->arena, loader->fault_count, sizeof *order);
    for (size_t i = 0; i < loader->fault_count; i++)
        order[i] = &loader->faults[i];
    qsort(order, loader->fault_count, sizeof *order, fault_order);
    for (size_t i = 0; i < loader->fault_count; i++)
        report(context, order[i]);
}

static void read_file(struct loader *loader, const char *bytes, size_t length)
{
    struct yaml_tree *root = NULL;
    if (yaml_tree_parse(loader->arena, bytes, length, take_yaml_fault, loader, &root) < 0)
        return;
    if (!root) {
        loader_error(loader, NULL, "agent init writes a starter", "the file is empty");
        return;
    }
    if (!loader_map(loader, root, "the file"))
        return;
    read_top(loader, root);
    if (!loader->errors)
        warn_unused(loader);
}

static struct config *config_new(const char *path)
{
    struct arena *arena = arena_new();
    struct config *config = arena_alloc(arena, sizeof *config);
    config->arena = arena;
    config->path = arena_copy(arena, path);
    config->log_level = LOG_LEVEL_INFO;
    return config;
}

static void cleanup_config(struct config **config)
{
    config_free(*config);
}

int config_parse(const char *path, const char *bytes, size_t length,
                 const struct config_schema *schema, config_report *report, void *context,
                 struct config **ret_config)
{
    CLEANUP(cleanup_config) struct config *config = config_new(path);
    struct loader loader = {.arena = config->arena, .config = config, .schema = schema};
    read_file(&loader, bytes, length);
    report_faults(&loader, report, context);
    free(loader.faults);
    if (loader.errors)
        return -ERROR_INPUT;
    *ret_config = take_ptr(&config);
    return 0;
}

int config_load(const char *path, const struct config_schema *schema, config_report *report,
                void *context, struct config **ret_config)
{
    CLEANUP_TEXT struct text bytes;
    text_init(&bytes, LIMIT_YAML_BYTES);
    struct error error = {0};
    int result = file_read(path, &bytes, NULL, &error);
    if (result < 0) {
        const struct config_fault fault = {
            .place = {.file = path},
            .message = error.message,
            .remedy = "agent init writes a starter; --config names another file",
        };
        report(context, &fault);
        return -ERROR_INPUT;
    }
    return config_parse(path, bytes.data, bytes.length, schema, report, context, ret_config);
}

void config_free(struct config *config)
{
    if (config)
        arena_free(config->arena);
}

static const struct config_section *section_find(const struct config_section *sections,
                                                 size_t count, const char *name)
{
    for (size_t i = 0; name && i < count; i++) {
        if (!strcmp(sections[i].name, name))
            return &sections[i];
    }
    return NULL;
}

const struct config_section *config_cloud(const struct config *config, const char *name)
{
    return section_find(config->clouds, config->cloud_count, name);
}

const struct config_section *config_source(const struct config *config, const char *name)
{
    return section_find(config->sources, config->source_count, name);
}

const struct job *config_job(const struct config *config, const char *name)
{
    for (size_t i = 0; name && i < config->job_count; i++) {
        if (!strcmp(config->jobs[i].name, name))
            return &config->jobs[i];
    }
    return NULL;
}
