/* The `fields:` of a job: which column is which canonical field, who owns it, how it is written. */
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "config/options.h"

/* One line under `fields:` that is being read. */
struct line {
    struct loader *loader;
    const struct yaml_tree *node;
    const struct field *field;
    const char *where; /* "fields.stage" */
    struct settings settings;
    struct field_map *map;
};

static const struct yaml_tree *option_node(const struct line *line, const char *name)
{
    const struct yaml_tree *node = yaml_tree_get(line->node, name);
    return node ? node : line->node;
}

static void check_date(struct loader *loader, const struct settings *settings, const char *name)
{
    const struct setting *setting = settings_find(settings, name);
    if (!setting || !setting->text || day_format_valid(setting->text))
        return;
    const struct yaml_tree at = {.line = setting->place.line, .column = setting->place.column};
    loader_error(loader, &at, "use YYYY or YY, MM or M or MON, and DD or D, e.g. DD/MM/YYYY",
                 "%s is no way to write a day: %s", name, loader_quote(loader, setting->text));
}

static void check_currency(struct loader *loader, const struct settings *settings, const char *name)
{
    const struct setting *setting = settings_find(settings, name);
    if (!setting || !setting->text || currency_decimals(setting->text) >= 0)
        return;
    const struct yaml_tree at = {.line = setting->place.line, .column = setting->place.column};
    loader_error(loader, &at, "use an ISO 4217 code such as USD or EUR", "%s is no currency: %s",
                 name, loader_quote(loader, setting->text));
}

static void check_decimal(struct loader *loader, const struct settings *settings, const char *name)
{
    const struct setting *setting = settings_find(settings, name);
    if (!setting || !setting->text || !strcmp(setting->text, ".") || !strcmp(setting->text, ","))
        return;
    const struct yaml_tree at = {.line = setting->place.line, .column = setting->place.column};
    loader_error(loader, &at, NULL, "%s must be \".\" or \",\", not %s", name,
                 loader_quote(loader, setting->text));
}

void loader_check_style(struct loader *loader, const struct settings *settings, const char *date,
                        const char *decimal, const char *currency)
{
    check_date(loader, settings, date);
    check_decimal(loader, settings, decimal);
    check_currency(loader, settings, currency);
}

/* What is not set is left as it is. */
static void style_apply(struct value_style *style, const struct settings *settings,
                        const char *date, const char *separator)
{
    const char *text = settings_text(settings, date);
    if (text)
        style->date = text;
    text = settings_text(settings, "decimal");
    if (text)
        style->decimal = *text;
    text = settings_text(settings, "currency");
    if (text)
        style->currency = text;
    text = settings_text(settings, separator);
    if (text)
        style->separator = text;
}

/* Options that say how a column is written have a meaning for some types only. */
static void check_style_options(const struct line *line)
{
    static const struct {
        const char *option;
        unsigned types;
    } rows[] = {
        {"date", 1u << TYPE_DATE | 1u << TYPE_INSTANT},
        {"decimal", 1u << TYPE_MONEY | 1u << TYPE_NUMBER | 1u << TYPE_PAIRS},
        {"currency", 1u << TYPE_MONEY},
        {"currency_column", 1u << TYPE_MONEY},
        {"separator", 1u << TYPE_LIST | 1u << TYPE_SET | 1u << TYPE_PAIRS},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct setting *setting = settings_find(&line->settings, rows[i].option);
        if (setting && setting->given && !(rows[i].types & 1u << line->field->type))
            loader_error(line->loader, option_node(line, rows[i].option), "remove it",
                         "%s has no meaning for %s, which is of type %s", rows[i].option,
                         line->field->name, value_type_name(line->field->type));
    }
}

/* A canonical word that a person wrote, checked with a suggestion. */
static bool check_word(const struct line *line, const struct yaml_tree *node, const char *text)
{
    const struct field *field = line->field;
    size_t count = loader_words(field->words);
    for (size_t i = 0; i < count; i++) {
        if (text_equal_nocase(field->words[i], text))
            return true;
    }
    struct loader *loader = line->loader;
    loader_error(loader, node, loader_suggest(loader, text, field->words, count),
                 "%s is not a word of %s", loader_quote(loader, text), field->name);
    return false;
}

/* A value that stands in the file itself, in normal form; NULL after reporting what is wrong. */
static const char *read_value(const struct line *line, const struct yaml_tree *node,
                              const char *what, const struct value_style *style)
{
    struct loader *loader = line->loader;
    if (node->type == YAML_TREE_LIST && value_type_many(line->field->type)) {
        const char **items = arena_array(loader->arena, node->count + 1, sizeof *items);
        for (size_t i = 0; i < node->count; i++) {
            items[i] = loader_text(loader, node->items[i], what);
            if (!items[i])
                return NULL;
        }
        const char *joined = list_make(loader->arena, line->field, items, node->count);
        if (!joined)
            loader_error(loader, node, NULL, "%s is empty", what);
        return joined;
    }
    const char *text = loader_text(loader, node, what);
    if (!text || (line->field->type == TYPE_WORD && !check_word(line, node, text)))
        return NULL;
    const char *value = NULL;
    struct error error = {0};
    if (value_normalise(loader->arena, line->field, style, text, &value, &error) < 0)
        loader_error(loader, node, NULL, "%s of %s: %s", what, line->field->name, error.message);
    else if (!value)
        loader_error(loader, node, "give it a value or remove the line", "%s is empty", what);
    return value;
}

/* A word of the field that `values` reads as another one would be written as it is and read back as
 * that other one, for ever. Fields whose words are not known here cannot be checked. */
static void check_words(const struct line *line, const struct yaml_tree *node)
{
    static const char *const flags[] = {"yes", "no", NULL};
    const struct field_map *map = line->map;
    const char *const *words = line->field->type == TYPE_FLAG ? flags : line->field->words;
    for (; words && *words; words++) {
        const char *meaning = NULL;
        bool writable = false;
        for (size_t i = 0; i < map->word_count; i++) {
            if (text_same_word(map->words[i].local, *words))
                meaning = map->words[i].canonical;
            writable = writable || !strcmp(map->words[i].canonical, *words);
        }
        if (meaning && !writable)
            loader_error(line->loader, node, "map a word of the source to it, too",
                         "values reads %s as %s, and nothing as %s", *words, meaning, *words);
    }
}

static void read_words(const struct line *line)
{
    static const struct value_style canonical = {0};
    struct loader *loader = line->loader;
    const struct yaml_tree *node =
        loader_map(loader, yaml_tree_get(line->node, "values"), "values");
    if (!node)
        return;
    CLEANUP_MAP struct map *seen = map_new();
    struct word_pair *pairs = arena_array(loader->arena, node->count + 1, sizeof *pairs);
    size_t count = 0;
    for (size_t i = 0; i < node->count; i++) {
        char *local = text_trim(arena_copy(loader->arena, node->keys[i]->text));
        char *folded = arena_copy(loader->arena, local);
        text_lower(folded);
        if (map_has(seen, folded))
            loader_error(loader, node->keys[i], "upper and lower case count as one; keep one",
                         "values holds %s twice", loader_quote(loader, local));
        map_put(seen, folded, local);
        if (!*local)
            loader_error(loader, node->keys[i], "an empty cell is what `default` is for",
                         "values holds an empty word");
        if (node->items[i]->type == YAML_TREE_BROKEN)
            continue;
        const char *value = read_value(line, node->items[i], "values", &canonical);
        if (value)
            pairs[count++] = (struct word_pair){local, value};
    }
    line->map->words = pairs;
    line->map->word_count = count;
    if (count == node->count)
        check_words(line, node);
}

/* The owner in force; one that the field's direction rules out is reported. */
static enum owner read_owner(const struct line *line)
{
    static const enum owner standard[] = {
        [FIELD_BOTH] = OWNER_ASK,
        [FIELD_FROM_CLOUD] = OWNER_CLOUD,
        [FIELD_TO_CLOUD] = OWNER_LOCAL,
    };
    bool constant = yaml_tree_get(line->node, "value");
    enum owner owner = constant ? OWNER_LOCAL : standard[line->field->direction];
    const char *given = settings_text(&line->settings, "owner");
    if (!given || !strcmp(given, owner_name(owner)))
        return owner;
    if (!constant && line->field->direction == FIELD_BOTH) {
        for (enum owner other = OWNER_ASK; other <= OWNER_NEWEST; other++) {
            if (!strcmp(given, owner_name(other)))
                return other;
        }
    }
    const char *why = constant ? "a fixed value is always the local side's"
                      : line->field->direction == FIELD_FROM_CLOUD
                          ? "only the cloud ever sets this field"
                          : "the cloud does not show this field again";
    loader_error(
        line->loader, option_node(line, "owner"),
        arena_printf(line->loader->arena, "write owner: %s, or remove the line", owner_name(owner)),
        "%s cannot be owned by %s: %s", line->field->name, given, why);
    return owner;
}

/* Exactly one of `column` and `value`. */
static void check_origin(const struct line *line, bool constant)
{
    struct loader *loader = line->loader;
    bool column = yaml_tree_get(line->node, "column");
    if (!column && !constant)
        loader_error(loader, line->node, "add column: NAME, or value: TEXT for a fixed value",
                     "%s has no column", line->where);
    if (column && constant)
        loader_error(loader, option_node(line, "value"),
                     "keep one; `default` is for cells that are empty",
                     "%s has both a column and a fixed value", line->where);
    if (constant && line->field->direction == FIELD_FROM_CLOUD)
        loader_error(loader, option_node(line, "value"), "map it to a column, or remove it",
                     "%s comes from the cloud and cannot have a fixed value", line->field->name);
    if (!constant)
        return;
    static const char *const needs_column[] = {"default", "values", "empty", "currency_column"};
    for (size_t i = 0; i < COUNT(needs_column); i++) {
        if (yaml_tree_get(line->node, needs_column[i]))
            loader_error(loader, option_node(line, needs_column[i]), "remove it",
                         "%s has no meaning beside a fixed value", needs_column[i]);
    }
}

static void read_line(struct line *line)
{
    static const char *const others[] = {"value", "values", "default", NULL};
    struct field_map *map = line->map;
    options_read(line->loader, line->node, line->where, &field_options, others, &line->settings);
    if (line->node->type != YAML_TREE_MAP && !yaml_tree_empty(line->node))
        return;
    const struct yaml_tree *value = yaml_tree_get(line->node, "value");
    const struct yaml_tree *fallback = yaml_tree_get(line->node, "default");
    size_t before = line->loader->errors;
    check_origin(line, value);
    check_style_options(line);
    loader_check_style(line->loader, &line->settings, "date", "decimal", "currency");
    style_apply(&map->style, &line->settings, "date", "separator");
    map->column = settings_text(&line->settings, "column");
    map->currency_column = settings_text(&line->settings, "currency_column");
    map->owner = read_owner(line);
    const char *empty = settings_text(&line->settings, "empty");
    map->clear = empty && !strcmp(empty, "clear");
    if (map->clear && fallback && !value)
        loader_error(line->loader, option_node(line, "empty"), "keep one of the two",
                     "%s has both a default for empty cells and empty: clear", line->where);
    read_words(line);
    if (line->loader->errors != before)
        return; /* a style that is wrong would make good values look wrong */
    if (value)
        map->constant = read_value(line, value, "value", &map->style);
    if (fallback)
        map->fallback = read_value(line, fallback, "default", &map->style);
}

/* Two fields that can both be written back into one cell would overwrite each other for ever. */
static void check_columns(struct loader *loader, const struct job *job)
{
    CLEANUP_MAP struct map *writers = map_new();
    for (size_t i = 0; i < job->field_count; i++) {
        const struct field_map *map = &job->fields[i];
        if (!map->column || map->owner == OWNER_LOCAL)
            continue;
        const char *name = job->kind->fields[map->field].name;
        const char *other = map_get(writers, map->column);
        const struct yaml_tree at = {.line = map->place.line, .column = map->place.column};
        if (other)
            loader_error(loader, &at, "give each its own column, or one of them owner: local",
                         "%s and %s would both be written to the column %s", other, name,
                         loader_quote(loader, map->column));
        else
            map_put(writers, map->column, (void *)(uintptr_t)name);
    }
}

const char *fields_suggest(struct loader *loader, const struct kind *kind, const char *name)
{
    const char **names = arena_array(loader->arena, kind->field_count, sizeof *names);
    for (size_t i = 0; i < kind->field_count; i++)
        names[i] = kind->fields[i].name;
    return loader_suggest(loader, name, names, kind->field_count);
}

static void recommend(struct loader *loader, const struct yaml_tree *node, const struct job *job)
{
    size_t title = kind_field(job->kind, "title"), company = kind_field(job->kind, "company");
    if (!job_field(job, title) && (company == FIELD_NONE || !job_field(job, company)))
        loader_warning(loader, node, "plans and findings name a record by it",
                       company == FIELD_NONE ? "title is not mapped"
                                             : "neither title nor company is mapped");
}

void fields_read(struct loader *loader, const struct yaml_tree *node, struct job *job)
{
    const struct yaml_tree *map = loader_map(loader, node, "fields");
    if (!map)
        return;
    size_t before = loader->errors;
    struct value_style style = {0};
    const struct config_section *source = config_source(loader->config, job->source);
    if (source)
        style_apply(&style, &source->settings, "date_format", "list_separator");
    struct field_map *fields = arena_array(loader->arena, map->count + 1, sizeof *fields);
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml_tree *key = map->keys[i];
        size_t index = kind_field(job->kind, key->text);
        if (index == FIELD_NONE) {
            loader_error(loader, key, fields_suggest(loader, job->kind, key->text),
                         "%ss have no field %s", job->kind->name, loader_quote(loader, key->text));
            continue;
        }
        struct field_map *field = &fields[job->field_count++];
        *field = (struct field_map){
            .field = index,
            .style = style,
            .place = loader_place(loader, key),
        };
        struct line line = {
            .loader = loader,
            .node = map->items[i],
            .field = &job->kind->fields[index],
            .where = arena_printf(loader->arena, "fields.%s", key->text),
            .map = field,
        };
        read_line(&line);
    }
    job->fields = fields;
    if (!map->count)
        loader_error(loader, node, "add at least one line such as title: {column: NAME}",
                     "fields is empty");
    check_columns(loader, job);
    if (loader->errors == before)
        recommend(loader, node, job);
}
