/* A job: what it joins, what it looks at, how it matches, what it may do. */
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "config/options.h"
#include "model/gate.h"
#include "model/mapping.h"

#define SUGGEST_SECTIONS 256 /* each unknown name is compared with at most as many */

static const char *suggest_section(struct loader *loader, const struct config_section *sections,
                                   size_t count, const char *name)
{
    if (count > SUGGEST_SECTIONS)
        count = SUGGEST_SECTIONS;
    const char **names = arena_array(loader->arena, count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = sections[i].name;
    return loader_suggest(loader, name, names, count);
}

/* What the job joins: names that must stand elsewhere in the file. */
static void read_names(struct loader *loader, const struct yaml_tree *node,
                       const struct settings *settings, struct job *job)
{
    const struct config *config = loader->config;
    const char *cloud = settings_text(settings, "cloud");
    const char *source = settings_text(settings, "source");
    const char *name = settings_text(settings, "name");
    if (name)
        loader_check_name(loader, yaml_tree_get(node, "name"), name, "job");
    /* Without any section that fault is reported already, and is no fault of the job. */
    if (cloud && config->cloud_count && !config_cloud(config, cloud))
        loader_error(loader, yaml_tree_get(node, "cloud"),
                     suggest_section(loader, config->clouds, config->cloud_count, cloud),
                     "no cloud %s stands under clouds", loader_quote(loader, cloud));
    if (source && config->source_count && !config_source(config, source))
        loader_error(loader, yaml_tree_get(node, "source"),
                     suggest_section(loader, config->sources, config->source_count, source),
                     "no source %s stands under sources", loader_quote(loader, source));
    job->name = name ? name : "";
    job->cloud = cloud ? cloud : "";
    job->source = source ? source : "";
    const char *kind = settings_text(settings, "kind");
    job->kind = kind ? kind_by_name(kind) : NULL;
}

/* What is being read that takes conditions. */
struct asking {
    struct loader *loader;
    const struct job *job;
    bool fields; /* conditions may name canonical fields */
};

/* The words of a condition on a field, in its normal form, so that "Germany" means DE. */
static void normalise_words(struct asking *asking, const struct yaml_tree *node,
                            const struct condition *condition)
{
    static const struct value_style canonical = {0};
    struct loader *loader = asking->loader;
    const struct field *field = &asking->job->kind->fields[condition->field];
    for (size_t i = 0; condition->words && condition->words[i]; i++) {
        const char *value = NULL;
        struct error error = {0};
        if (text_blank(condition->words[i]) || value_type_many(field->type))
            continue;
        if (value_normalise(loader->arena, field, &canonical, condition->words[i], &value, &error) <
            0)
            loader_error(loader, node, NULL, "%s: %s", field->name, error.message);
        else
            condition->words[i] = value;
    }
}

/* Exactly one of `column` and `field`. `words`: where the condition's words stand, or NULL. */
static void read_subject(struct asking *asking, const struct yaml_tree *node,
                         const struct settings *settings, const struct yaml_tree *words,
                         struct condition *condition)
{
    struct loader *loader = asking->loader;
    const struct yaml_tree *column = yaml_tree_get(node, "column");
    const struct yaml_tree *named = yaml_tree_get(node, "field");
    condition->column = settings_text(settings, "column");
    if (named && !asking->fields) {
        loader_error(loader, named, "name a column; fields are for the gates of the job",
                     "only is asked of a row before there is a record, so it takes no field");
        return;
    }
    if (!column == !named)
        loader_error(loader, node,
                     asking->fields ? "write column: NAME for a cell of the source, or field: NAME "
                                      "for what the cloud has"
                                    : "write column: NAME",
                     asking->fields ? "a condition needs exactly one of column and field"
                                    : "a condition of only needs a column");
    const struct kind *kind = asking->job->kind;
    const char *name = settings_text(settings, "field");
    if (!name || column || !kind)
        return;
    condition->field = kind_field(kind, name);
    if (condition->field != FIELD_NONE) {
        normalise_words(asking, words, condition);
        return;
    }
    loader_error(loader, named, fields_suggest(loader, kind, name), "%ss have no field %s",
                 kind->name, loader_quote(loader, name));
}

static void read_condition(struct asking *asking, const struct yaml_tree *node,
                           struct condition *condition)
{
    struct loader *loader = asking->loader;
    struct settings settings;
    options_read(loader, node, "a condition", &condition_options, NULL, &settings);
    if (node->type != YAML_TREE_MAP)
        return;
    const struct yaml_tree *equals = yaml_tree_get(node, "equals");
    const struct yaml_tree *differs = yaml_tree_get(node, "not");
    if (!equals == !differs)
        loader_error(loader, node,
                     "write equals: TEXT, or not: TEXT; several conditions are a list",
                     "a condition needs exactly one of equals and not");
    condition->negate = differs;
    const struct setting *words = settings_find(&settings, differs ? "not" : "equals");
    condition->words = words ? words->list : NULL;
    read_subject(asking, node, &settings, differs ? differs : equals, condition);
}

/* One condition or a list of them. None at all would mean "always", which nobody writes so. */
static void read_conditions(struct asking *asking, const struct yaml_tree *node, const char *what,
                            struct conditions *ret_conditions)
{
    struct loader *loader = asking->loader;
    if (!node || node->type == YAML_TREE_BROKEN)
        return;
    bool alone = node->type == YAML_TREE_MAP;
    size_t count = alone ? 1 : node->count;
    if (node->type == YAML_TREE_TEXT || !count) {
        loader_error(loader, node, "write {column: NAME, equals: TEXT}",
                     "%s must be a condition or a list of conditions", what);
        return;
    }
    struct condition *items = arena_array(loader->arena, count, sizeof *items);
    for (size_t i = 0; i < count; i++)
        read_condition(asking, alone ? node : node->items[i], &items[i]);
    *ret_conditions = (struct conditions){items, count};
}

/* `create:`, `submit:`, …: true, false, or {when: …}. */
static bool read_gate(struct loader *loader, const struct yaml_tree *node, const char *name,
                      const struct job *job, struct conditions *ret_when)
{
    bool open = false;
    if (node->type == YAML_TREE_BROKEN)
        return false;
    if (node->type == YAML_TREE_TEXT && loader_flag(node->text, &open))
        return open;
    for (size_t i = 0; node->type == YAML_TREE_MAP && i < node->count; i++) {
        static const char *const known[] = {"when"};
        const char *key = node->keys[i]->text;
        if (strcmp(key, "when"))
            loader_error(loader, node->keys[i], loader_suggest(loader, key, known, 1),
                         "unknown key %s in %s", loader_quote(loader, key), name);
    }
    const struct yaml_tree *when = yaml_tree_get(node, "when");
    if (!when) {
        loader_error(loader, node,
                     arena_printf(loader->arena, "write %s: {when: CONDITION}, %s: yes or %s: no",
                                  name, name, name),
                     "%s does not say when", name);
        return false;
    }
    struct asking asking = {.loader = loader, .job = job, .fields = true};
    read_conditions(&asking, when, "when", ret_when);
    return true;
}

static void check_gate_kind(struct loader *loader, const struct yaml_tree *node,
                            const struct gate_type *type, const struct kind *kind)
{
    const char *names[GATE_COUNT];
    size_t count = 0;
    if (!kind || gate_kind(type, kind))
        return;
    for (size_t i = 0; i < GATE_COUNT; i++) {
        if (gate_kind(&gate_types[i], kind))
            names[count++] = gate_types[i].name;
    }
    loader_error(loader, node,
                 count ? arena_printf(loader->arena, "remove it; for %ss there are %s", kind->name,
                                      loader_list(loader, names, count))
                       : "remove it",
                 "%s has no meaning for %ss", type->name, kind->name);
}

static void read_gates(struct loader *loader, const struct yaml_tree *node, struct job *job)
{
    for (size_t i = 0; i < GATE_COUNT; i++) {
        const struct yaml_tree *gate = yaml_tree_get(node, gate_types[i].name);
        struct gate_rule *rule = &job->gates[i];
        if (!gate)
            continue;
        check_gate_kind(loader, gate, &gate_types[i], job->kind);
        rule->open = read_gate(loader, gate, gate_types[i].name, job, &rule->when);
    }
}

/* An imported row has its key and values in mapped columns only: a condition over another column
 * decides for all of them. */
static bool leaves_out_imports(const struct job *job, const char *key)
{
    for (size_t i = 0; i < job->only_when.count; i++) {
        const struct condition *condition = &job->only_when.items[i];
        const struct conditions one = {condition, 1};
        bool mapped = text_equal(condition->column, key);
        for (size_t k = 0; k < job->field_count; k++)
            mapped |= text_equal(job->fields[k].column, condition->column);
        if (!mapped && !conditions_hold(&one, &(struct row){0}))
            return true;
    }
    return false;
}

/* An imported row must be found again, whatever key the source gives it: by the identifier. */
static void check_import(struct loader *loader, const struct yaml_tree *node, const struct job *job)
{
    const struct yaml_tree *at = yaml_tree_get(node, gate_types[GATE_IMPORT].name);
    if (!job->gates[GATE_IMPORT].open)
        return;
    const struct config_section *source = config_source(loader->config, job->source);
    const char *key = source ? settings_text(&source->settings, "key") : NULL;
    const struct field_map *id = job_field(job, kind_field(job->kind, FIELD_ID));
    bool matched = false;
    for (size_t i = 0; i < job->match_count; i++)
        matched |= job->match[i].type == MATCH_ID;
    if (!id || !id->column)
        loader_error(loader, at, "add id: {column: NAME} under fields",
                     "import needs a column for the cloud's identifier");
    else if (!matched)
        loader_error(loader, at, "add id to match, best as its first entry",
                     "import needs records to be matched by id, or it would add them again");
    else if (leaves_out_imports(job, key))
        loader_error(loader, at, "let only: hold for an empty cell, too, or map that column",
                     "only leaves out every row that import adds");
    if (source && text_equal(settings_text(&source->settings, "write"), "read-only"))
        loader_warning(loader, at, "set write: in-place or write: changes-file for the source",
                       "import adds nothing while the source %s is read-only", job->source);
}

/* A field that match: names. Both sides must have a value of their own to compare. */
static bool check_match_field(struct loader *loader, const struct yaml_tree *node,
                              const struct job *job, const char *name, size_t *ret_field)
{
    size_t field = kind_field(job->kind, name);
    const struct field_map *map = field == FIELD_NONE ? NULL : job_field(job, field);
    if (map && !map->constant && job->kind->fields[field].direction != FIELD_TO_CLOUD) {
        *ret_field = field;
        return true;
    }
    if (!map && field != FIELD_NONE) {
        loader_error(loader, node, "map it to a column under fields, or do not match by it",
                     "match names %s, which is not mapped", name);
    } else if (!map) {
        const char **names = arena_array(loader->arena, job->field_count + 1, sizeof *names);
        for (size_t i = 0; i < job->field_count; i++)
            names[i] = job->kind->fields[job->fields[i].field].name;
        loader_error(loader, node, loader_suggest(loader, name, names, job->field_count),
                     "match names %s, which is no field of %ss", loader_quote(loader, name),
                     job->kind->name);
    } else {
        loader_error(loader, node, "match by a field that both sides have",
                     map->constant ? "match names %s, which is the same for every record"
                                   : "match names %s, which the cloud does not show",
                     name);
    }
    return false;
}

static void read_match_fields(struct loader *loader, const struct yaml_tree *node,
                              const struct job *job, struct match_rule *rule)
{
    rule->type = MATCH_FIELDS;
    if (!node->count || node->count > COUNT(rule->keys)) {
        loader_error(loader, node, NULL, "a match by fields names 1 to %zu of them",
                     COUNT(rule->keys));
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        struct match_key *key = &rule->keys[rule->key_count];
        bool known =
            check_match_field(loader, node->keys[i], job, node->keys[i]->text, &key->field);
        const char *how = loader_text(loader, node->items[i], "the way to match");
        if (!how || !known)
            continue;
        key->close = !strcmp(how, "close");
        enum value_type type = job->kind->fields[key->field].type;
        if (!key->close && strcmp(how, "exact"))
            loader_error(loader, node->items[i], NULL, "the way to match is exact or close, not %s",
                         loader_quote(loader, how));
        else if (key->close && type != TYPE_TEXT && type != TYPE_URL)
            loader_error(loader, node->items[i], "match it exact",
                         "%s is of type %s, for which close has no meaning", node->keys[i]->text,
                         value_type_name(type));
        rule->key_count++;
    }
}

static void read_match_rule(struct loader *loader, const struct yaml_tree *node,
                            const struct job *job, struct match_rule *rule)
{
    static const char *const words[] = {FIELD_ID, FIELD_REFERENCE};
    rule->place = loader_place(loader, node);
    if (node->type == YAML_TREE_MAP) {
        read_match_fields(loader, node, job, rule);
        return;
    }
    const char *text = loader_text(loader, node, "an item of match");
    size_t field;
    if (!text)
        return;
    if (!strcmp(text, FIELD_ID)) {
        rule->type = MATCH_ID;
        check_match_field(loader, node, job, FIELD_ID, &field);
    } else if (!strcmp(text, FIELD_REFERENCE)) {
        rule->type = MATCH_REFERENCE;
    } else if (kind_field(job->kind, text) != FIELD_NONE) {
        loader_error(loader, node, arena_printf(loader->arena, "write {%s: exact}", text),
                     "match does not say how to compare %s", text);
    } else {
        loader_error(loader, node, loader_suggest(loader, text, words, COUNT(words)),
                     "unknown match %s", loader_quote(loader, text));
    }
}

/* Without `match:`: by id if a column holds it, then by the reference that the cloud carries. */
static void default_match(struct loader *loader, struct job *job)
{
    struct match_rule *rules = arena_array(loader->arena, 2, sizeof *rules);
    if (job_field(job, kind_field(job->kind, FIELD_ID)))
        rules[job->match_count++] = (struct match_rule){.type = MATCH_ID, .place = job->place};
    rules[job->match_count++] = (struct match_rule){.type = MATCH_REFERENCE, .place = job->place};
    job->match = rules;
}

static void read_match(struct loader *loader, const struct yaml_tree *node, struct job *job)
{
    if (!node) {
        default_match(loader, job);
        return;
    }
    const struct yaml_tree *list = loader_items(loader, node, "match");
    if (!list)
        return;
    if (!list->count)
        loader_error(loader, node, "remove the line to match by id and partner_reference",
                     "match is empty");
    struct match_rule *rules = arena_array(loader->arena, list->count + 1, sizeof *rules);
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i]->type != YAML_TREE_BROKEN)
            read_match_rule(loader, list->items[i], job, &rules[job->match_count++]);
    }
    job->match = rules;
}

/* Every action that needs an approval can be let off it by its name. */
static void read_allow(struct loader *loader, const struct yaml_tree *node, struct job *job)
{
    const char *names[ACTION_COUNT];
    size_t count = 0;
    for (enum action k = 0; k < ACTION_COUNT; k++) {
        if (action_irreversible(k))
            names[count++] = action_name(k);
    }
    const struct yaml_tree *list = loader_items(loader, node, "allow");
    for (size_t i = 0; list && i < list->count; i++) {
        const char *text = loader_text(loader, list->items[i], "an item of allow");
        unsigned act = 0;
        for (enum action k = 0; text && k < ACTION_COUNT; k++) {
            if (!strcmp(action_name(k), text))
                act = action_irreversible(k);
        }
        job->allow |= act;
        if (text && !act)
            loader_error(loader, list->items[i], loader_suggest(loader, text, names, count),
                         "allow does not know %s", loader_quote(loader, text));
    }
}

/* "250000 USD" into normal form; NULL if it is not an amount. */
static const char *parse_amount(struct arena *arena, const char *text)
{
    char *amount = text_trim(arena_copy(arena, text));
    char *space = strrchr(amount, ' ');
    if (!space || *amount == '-')
        return NULL;
    *space = '\0';
    const char *value = NULL;
    bool good = decimal_valid(text_trim(amount)) &&
                money_make(arena, text_trim(amount), space + 1, &value, NULL) == 0;
    return good ? value : NULL;
}

static void read_limits(struct loader *loader, const struct yaml_tree *node, struct limits *limits)
{
    struct settings settings;
    options_read(loader, node, "limits", &limit_options, NULL, &settings);
    limits->max_share = (unsigned)settings_number(&settings, "max_share");
    limits->floor = (unsigned)settings_number(&settings, "floor");
    limits->max_changes = (unsigned)settings_number(&settings, "max_changes");
    const char *amount = settings_text(&settings, "max_amount");
    if (!amount)
        return;
    limits->max_amount = parse_amount(loader->arena, amount);
    if (!limits->max_amount)
        loader_error(loader, yaml_tree_get(node, "max_amount"),
                     "write digits and an ISO 4217 code: 250000 USD",
                     "max_amount is no amount with its currency: %s", loader_quote(loader, amount));
}

static void check_intervals(struct loader *loader, const struct yaml_tree *node,
                            const struct settings *settings, struct job *job)
{
    job->every_ms = settings_number(settings, "every");
    job->full_every_ms = settings_number(settings, "full_every");
    if (job->every_ms && job->full_every_ms && job->full_every_ms < job->every_ms) {
        const struct yaml_tree *at = yaml_tree_get(node, "full_every");
        loader_error(loader, at ? at : node, "make full_every at least as long as every",
                     "full_every is shorter than every");
    }
}

static void read_job(struct loader *loader, const struct yaml_tree *node, size_t number,
                     struct job *job)
{
    const char *others[GATE_COUNT + 6] = {"only", "fields", "match", "allow", "limits"};
    for (size_t i = 0; i < GATE_COUNT; i++)
        others[5 + i] = gate_types[i].name;
    const struct yaml_tree *name = yaml_tree_get(node, "name");
    const char *where =
        name && name->type == YAML_TREE_TEXT
            ? arena_printf(loader->arena, "job %s", loader_quote(loader, name->text))
            : arena_printf(loader->arena, "job %zu", number);
    struct settings settings;
    job->place = loader_place(loader, node);
    options_read(loader, node, where, &job_options, others, &settings);
    read_names(loader, node, &settings, job);
    if (node->type != YAML_TREE_MAP)
        return;
    check_intervals(loader, node, &settings, job);
    bool known = false;
    job->mode = mode_parse(settings_text(&settings, "mode"), &known);
    read_conditions(&(struct asking){.loader = loader, .job = job}, yaml_tree_get(node, "only"),
                    "only", &job->only_when);
    read_gates(loader, node, job);
    read_allow(loader, yaml_tree_get(node, "allow"), job);
    read_limits(loader, yaml_tree_get(node, "limits"), &job->limits);
    if (!yaml_tree_get(node, "fields"))
        loader_error(loader, node,
                     "add fields: with at least one line such as title: {column: NAME}",
                     "fields is missing in %s", where);
    if (!job->kind)
        return; /* which fields there are depends on the kind */
    fields_read(loader, yaml_tree_get(node, "fields"), job);
    read_match(loader, yaml_tree_get(node, "match"), job);
    check_import(loader, node, job);
}

static void check_duplicates(struct loader *loader, const struct yaml_tree *list,
                             const struct job *jobs)
{
    CLEANUP_MAP struct map *seen = map_new();
    for (size_t i = 0; i < list->count; i++) {
        if (!*jobs[i].name)
            continue;
        const struct yaml_tree *first = map_get(seen, jobs[i].name);
        if (first)
            loader_error(loader, yaml_tree_get(list->items[i], "name"),
                         "give each job a name of its own",
                         "a second job is named %s, the first stands in line %zu",
                         loader_quote(loader, jobs[i].name), first->line);
        else
            map_put(seen, jobs[i].name, list->items[i]);
    }
}

void jobs_read(struct loader *loader, const struct yaml_tree *node)
{
    const struct yaml_tree *list = loader_items(loader, node, "jobs");
    if (!list)
        return;
    if (!list->count)
        loader_error(loader, node, "agent init writes a file that shows one", "jobs is empty");
    struct job *jobs = arena_array(loader->arena, list->count + 1, sizeof *jobs);
    for (size_t i = 0; i < list->count; i++)
        read_job(loader, list->items[i], i + 1, &jobs[i]);
    check_duplicates(loader, list, jobs);
    loader->config->jobs = jobs;
    loader->config->job_count = list->count;
    if (!loader->errors)
        rules_fill(loader->config, jobs);
}
