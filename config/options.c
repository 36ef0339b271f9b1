#include "config/options.h"

#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

#define TABLE(name) const struct option_table name##_options = {name##_rows, COUNT(name##_rows)}

static const struct option_row top_rows[] = {
    {"version", OPTION_WORD, true, NULL, WORDS("1"), 0, 0, "version of this file's shape"},
    {"har", OPTION_PATH, false, NULL, NULL, 0, 0,
     "record every call, secrets left out, as HTTP archive in this file"},
};
TABLE(top);

static const struct option_row store_rows[] = {
    {"path", OPTION_PATH, false, "/var/lib/marketplace-agent/agent.db", NULL, 0, 0,
     "the database of this installation; made if it is not there"},
};
TABLE(store);

static const struct option_row log_rows[] = {
    {"level", OPTION_WORD, false, "info", WORDS("error", "warning", "info", "debug"), 0, 0,
     "how much is logged"},
    {"format", OPTION_WORD, false, "text", WORDS("text", "json"), 0, 0,
     "text for people, JSON Lines for machines"},
};
TABLE(log);

static const struct option_row net_rows[] = {
    {"ca_file", OPTION_PATH, false, NULL, NULL, 0, 0,
     "certificates to trust instead of the system's"},
    {"proxy", OPTION_TEXT, false, NULL, NULL, 0, 0, "address of the HTTP proxy"},
    {"quota_share", OPTION_NUMBER, false, "80%", NULL, 1, 100000,
     "how much of each cloud's documented quota may be used"},
};
TABLE(net);

static const struct option_row daemon_rows[] = {
    {"jitter", OPTION_NUMBER, false, "10%", NULL, 0, 50,
     "how far a run may be moved at random, as share of the job's interval"},
    {"stop_timeout", OPTION_DURATION, false, "30s", NULL, SECOND, 10 * MINUTE,
     "how long a stop waits for changes in flight"},
};
TABLE(daemon);

static const struct option_row job_rows[] = {
    {"name", OPTION_TEXT, true, NULL, NULL, 0, 0, "name of the job, in commands and reports"},
    {"cloud", OPTION_TEXT, true, NULL, NULL, 0, 0, "which cloud, a key of clouds"},
    {"kind", OPTION_WORD, true, NULL, WORDS("listing", "offer", "referral"), 0, 0,
     "which kind of record"},
    {"source", OPTION_TEXT, true, NULL, NULL, 0, 0,
     "where the local records live, a key of sources"},
    {"every", OPTION_DURATION, false, "5m", NULL, 5 * SECOND, 24 * HOUR,
     "how often the daemon runs the job"},
    {"full_every", OPTION_DURATION, false, "24h", NULL, MINUTE, 30 * DAY,
     "how often everything is read, not only what changed"},
    {"mode", OPTION_WORD, true, NULL, WORDS("observe", "propose", "apply"), 0, 0,
     "observe: read and report; propose: changes wait for approval; apply: carry them out"},
};
TABLE(job);

static const struct option_row field_rows[] = {
    {"column", OPTION_TEXT, false, NULL, NULL, 0, 0, "column of the source"},
    {"owner", OPTION_WORD, false, NULL, WORDS("ask", "local", "cloud", "newest"), 0, 0,
     "who decides when both sides have changed the field"},
    {"date", OPTION_TEXT, false, NULL, NULL, 0, 0, "how the column writes days, e.g. DD/MM/YYYY"},
    {"decimal", OPTION_WORD, false, NULL, WORDS(".", ","), 0, 0, "decimal sign of the column"},
    {"currency", OPTION_TEXT, false, NULL, NULL, 0, 0, "currency of amounts that name none"},
    {"currency_column", OPTION_TEXT, false, NULL, NULL, 0, 0,
     "column that holds the currency of the amount"},
    {"separator", OPTION_TEXT, false, NULL, NULL, 0, 0, "what stands between the items of a list"},
    {"empty", OPTION_WORD, false, "keep", WORDS("keep", "clear"), 0, 0,
     "whether an emptied cell empties the field at the cloud"},
};
TABLE(field);

static const struct option_row limit_rows[] = {
    {"max_share", OPTION_NUMBER, false, "30%", NULL, 1, 100,
     "largest share of the linked records that one run may change"},
    {"floor", OPTION_NUMBER, false, "10", NULL, 0, 1000000,
     "max_share does not count below this many linked records"},
    {"max_changes", OPTION_NUMBER, false, NULL, NULL, 1, 1000000,
     "largest number of changes in a run"},
    {"max_amount", OPTION_TEXT, false, NULL, NULL, 0, 0,
     "largest sum by which a run may move amounts, e.g. 250000 USD"},
};
TABLE(limit);

static const struct option_row condition_rows[] = {
    {"column", OPTION_TEXT, false, NULL, NULL, 0, 0, "column of the source"},
    {"field", OPTION_TEXT, false, NULL, NULL, 0, 0,
     "canonical field: as the cloud has it, or the local value of what is not there yet"},
    {"equals", OPTION_TEXT_LIST, false, NULL, NULL, 0, 0, "it is one of these"},
    {"not", OPTION_TEXT_LIST, false, NULL, NULL, 0, 0, "it is none of these"},
};
TABLE(condition);

/* One option that is being read. */
struct reading {
    struct loader *loader;
    const struct option_row *row;
    const struct yaml_tree *node; /* NULL: the default is being read */
    struct setting *setting;
};

static const char *duration_show(struct arena *arena, int64_t ms)
{
    static const struct {
        int64_t unit;
        const char *name;
    } units[] = {{HOUR, "h"}, {MINUTE, "m"}, {SECOND, "s"}};
    for (size_t i = 0; i < COUNT(units); i++) {
        if (ms % units[i].unit == 0)
            return arena_printf(arena, "%lld%s", (long long)(ms / units[i].unit), units[i].name);
    }
    return arena_printf(arena, "%lldms", (long long)ms);
}

static bool within(const struct option_row *row, int64_t number)
{
    return (!row->min && !row->max) || (number >= row->min && number <= row->max);
}

static bool is_share(const struct option_row *row)
{
    size_t length = row->fallback ? strlen(row->fallback) : 0;
    return length && row->fallback[length - 1] == '%';
}

static bool read_number(const struct reading *in, const char *text)
{
    const struct option_row *row = in->row;
    size_t length = strlen(text);
    const char *digits = text;
    if (is_share(row) && length && text[length - 1] == '%')
        digits = arena_copy_n(in->loader->arena, text, length - 1);
    long long number = 0;
    if (text_to_int64(digits, &number) && within(row, number)) {
        in->setting->number = number;
        return true;
    }
    const char *unit = is_share(row) ? "%" : "";
    if (row->min || row->max)
        loader_error(in->loader, in->node, NULL, "%s must be a whole number from %lld%s to %lld%s",
                     row->name, (long long)row->min, unit, (long long)row->max, unit);
    else
        loader_error(in->loader, in->node, NULL, "%s must be a whole number", row->name);
    return false;
}

static bool read_duration(const struct reading *in, const char *text)
{
    const struct option_row *row = in->row;
    int64_t ms = 0;
    if (duration_parse(text, &ms) && within(row, ms)) {
        in->setting->number = ms;
        return true;
    }
    static const char remedy[] = "write a number and a unit: 30s, 5m, 24h";
    struct arena *arena = in->loader->arena;
    if (row->min || row->max)
        loader_error(in->loader, in->node, remedy, "%s must be a duration from %s to %s", row->name,
                     duration_show(arena, row->min), duration_show(arena, row->max));
    else
        loader_error(in->loader, in->node, remedy, "%s must be a duration", row->name);
    return false;
}

static bool read_word(const struct reading *in, const char *text)
{
    const struct option_row *row = in->row;
    for (size_t i = 0; row->words[i]; i++) {
        if (!strcasecmp(row->words[i], text)) {
            in->setting->text = row->words[i];
            return true;
        }
    }
    size_t count = loader_words(row->words);
    loader_error(in->loader, in->node, loader_near(in->loader, text, row->words, count),
                 "%s must be %s, not %s", row->name, loader_list(in->loader, row->words, count),
                 loader_quote(in->loader, text));
    return false;
}

static const char *resolve(const struct loader *loader, const char *path)
{
    CLEANUP_FREE char *resolved = file_resolve(loader->config->path, path);
    return arena_copy(loader->arena, resolved);
}

static bool read_scalar(const struct reading *in, const char *text)
{
    bool flag = false;
    in->setting->text = text;
    switch (in->row->type) {
    case OPTION_PATH:
        in->setting->text = resolve(in->loader, text);
        return true;
    case OPTION_FLAG:
        if (!loader_flag(text, &flag)) {
            loader_error(in->loader, in->node, NULL, "%s must be true or false", in->row->name);
            return false;
        }
        in->setting->number = flag;
        return true;
    case OPTION_NUMBER:
        return read_number(in, text);
    case OPTION_DURATION:
        return read_duration(in, text);
    case OPTION_WORD:
        return read_word(in, text);
    default:
        return true;
    }
}

/* The texts of a list, or of one text; NULL if one of them is no text. Reports it. */
static const char **read_texts(struct loader *loader, const struct yaml_tree *node,
                               const char *name)
{
    bool alone = node->type == YAML_TREE_TEXT;
    size_t count = alone ? 1 : node->count;
    if (node->type == YAML_TREE_MAP || !count || yaml_tree_empty(node)) {
        loader_error(loader, node, NULL, "%s must be a text or a list of texts", name);
        return NULL;
    }
    const char **texts = arena_array(loader->arena, count + 1, sizeof *texts);
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        const struct yaml_tree *item = alone ? node : node->items[i];
        if (item->type == YAML_TREE_TEXT && (*item->text || !item->plain)) {
            texts[i] = item->text;
            continue;
        }
        good = false;
        if (item->type != YAML_TREE_BROKEN)
            loader_error(loader, item, NULL, "each item of %s must be a text", name);
    }
    return good ? texts : NULL;
}

#define SECRET_REMEDY                                                                              \
    "write {env: NAME}, {file: PATH}, {credential: NAME} or {command: [PROGRAM, ARGUMENT]}"

static bool variable_valid(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    return *name && strchr(letters, *name) &&
           name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789")] ==
               '\0';
}

static bool read_command(struct loader *loader, const struct yaml_tree *node,
                         struct secret_source *source)
{
    if (node->type == YAML_TREE_TEXT && strpbrk(node->text, " \t\n")) {
        loader_error(loader, node, "write a list: [PROGRAM, ARGUMENT]; no shell takes it apart",
                     "command is one text with spaces");
        return false;
    }
    source->argv = read_texts(loader, node, "command");
    source->text = source->argv ? source->argv[0] : NULL;
    return source->argv;
}

/* Nothing of the content is quoted here: it may be the secret itself, misplaced. */
static bool read_secret(const struct reading *in)
{
    static const char *const ways[] = {
        [SECRET_ENV] = "env",
        [SECRET_FILE] = "file",
        [SECRET_CREDENTIAL] = "credential",
        [SECRET_COMMAND] = "command",
    };
    struct loader *loader = in->loader;
    const struct yaml_tree *node = in->node;
    size_t way = 0;
    if (node->type == YAML_TREE_MAP && node->count == 1) {
        while (way < COUNT(ways) && strcmp(node->keys[0]->text, ways[way]))
            way++;
    }
    if (node->type != YAML_TREE_MAP || node->count != 1 || way == COUNT(ways)) {
        loader_error(loader, node, SECRET_REMEDY,
                     node->type == YAML_TREE_TEXT ? "%s must not stand in this file as plain text"
                                                  : "%s must be had in exactly one of four ways",
                     in->row->name);
        return false;
    }
    const struct yaml_tree *value = node->items[0];
    struct secret_source *source = arena_alloc(loader->arena, sizeof *source);
    source->from = (enum secret_from)way;
    in->setting->secret = source;
    if (value->type == YAML_TREE_BROKEN)
        return false;
    if (source->from == SECRET_COMMAND)
        return read_command(loader, value, source);
    source->text = loader_text(loader, value, ways[way]);
    if (!source->text)
        return false;
    if (source->from == SECRET_ENV && !variable_valid(source->text)) {
        loader_error(loader, value, "give the variable's name, not the secret",
                     "env is not the name of an environment variable");
        return false;
    }
    if (source->from == SECRET_CREDENTIAL && strchr(source->text, '/')) {
        loader_error(loader, value, "give the name under LoadCredential=, or use file",
                     "credential is a name, not a path");
        return false;
    }
    if (source->from == SECRET_FILE)
        source->text = resolve(loader, source->text);
    return true;
}

static bool read_option(const struct reading *in)
{
    if (in->node->type == YAML_TREE_BROKEN)
        return false;
    if (in->row->type == OPTION_SECRET)
        return read_secret(in);
    if (in->row->type == OPTION_TEXT_LIST) {
        in->setting->list = read_texts(in->loader, in->node, in->row->name);
        return in->setting->list;
    }
    const char *text = loader_text(in->loader, in->node, in->row->name);
    return text && read_scalar(in, text);
}

static const char *missing_remedy(struct loader *loader, const struct option_row *row)
{
    size_t count = loader_words(row->words);
    if (count)
        return arena_printf(loader->arena, "add %s: %s", row->name,
                            loader_list(loader, row->words, count));
    return row->help ? arena_printf(loader->arena, "add %s: %s", row->name, row->help) : NULL;
}

static void read_default(struct loader *loader, const struct option_row *row,
                         struct setting *setting)
{
    const struct reading in = {.loader = loader, .row = row, .setting = setting};
    if (row->type == OPTION_TEXT_LIST) {
        setting->text = row->fallback;
        setting->list = arena_array(loader->arena, 2, sizeof *setting->list);
        setting->list[0] = row->fallback;
    } else {
        read_scalar(&in, row->fallback);
    }
}

static void check_keys(struct loader *loader, const struct yaml_tree *map, const char *where,
                       const struct option_table *table, const char *const *others)
{
    size_t count = 0;
    const char **known =
        arena_array(loader->arena, table->count + loader_words(others) + 1, sizeof *known);
    for (size_t i = 0; i < table->count; i++)
        known[count++] = table->rows[i].name;
    for (size_t i = 0; i < loader_words(others); i++)
        known[count++] = others[i];
    for (size_t i = 0; i < map->count; i++) {
        const char *key = map->keys[i]->text;
        size_t k = 0;
        while (k < count && strcmp(known[k], key))
            k++;
        if (k == count)
            loader_error(loader, map->keys[i], loader_suggest(loader, key, known, count),
                         "unknown key %s in %s", loader_quote(loader, key), where);
    }
}

void options_read(struct loader *loader, const struct yaml_tree *node, const char *where,
                  const struct option_table *table, const char *const *others,
                  struct settings *ret_settings)
{
    const struct yaml_tree *map = yaml_tree_empty(node) ? NULL : loader_map(loader, node, where);
    bool complete = map || yaml_tree_empty(node); /* else there is nothing to miss a key in */
    struct setting *items = arena_array(loader->arena, table->count, sizeof *items);
    size_t count = 0;
    if (map)
        check_keys(loader, map, where, table, others);
    for (size_t i = 0; i < table->count; i++) {
        const struct option_row *row = &table->rows[i];
        const struct yaml_tree *value = yaml_tree_get(map, row->name);
        struct setting setting = {
            .name = row->name,
            .given = value,
            .place = loader_place(loader, value ? value : node),
        };
        const struct reading in = {loader, row, value, &setting};
        if (value ? read_option(&in) : row->fallback != NULL) {
            if (!value)
                read_default(loader, row, &setting);
            items[count++] = setting;
        } else if (!value && row->required && complete) {
            loader_error(loader, node, missing_remedy(loader, row), "%s is missing in %s",
                         row->name, where);
        }
    }
    *ret_settings = (struct settings){items, count};
}
