/* The source type "jsonl": one JSON object a line. Its columns are the members of all lines, in the
 * order in which they first appear. */
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "sources/file_source.h"
#include "sources/rows.h"

static const struct option_row jsonl_options[] = {FILE_SOURCE_OPTIONS};

struct line {
    size_t start, end; /* without its line end and the white space around it */
    size_t number;
};

struct lines {
    const struct text *content;
    size_t offset, number;
};

static void lines_start(struct lines *lines, const struct text *content)
{
    size_t bom = text_starts(content->data, "\xef\xbb\xbf") ? 3 : 0;
    *lines = (struct lines){.content = content, .offset = bom};
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next line that is not blank. */
static bool lines_next(struct lines *lines, struct line *ret_line)
{
    const char *bytes = lines->content->data;
    while (lines->offset < lines->content->length) {
        size_t start = lines->offset;
        const char *end_at = memchr(bytes + start, '\n', lines->content->length - start);
        size_t end = end_at ? (size_t)(end_at - bytes) : lines->content->length;
        lines->offset = end_at ? end + 1 : end;
        lines->number++;
        while (end > start && is_space(bytes[end - 1]))
            end--;
        while (start < end && is_space(bytes[start]))
            start++;
        if (start < end) {
            *ret_line = (struct line){.start = start, .end = end, .number = lines->number};
            return true;
        }
    }
    return false;
}

/* A line read: the object, or what is wrong with it. */
struct entry {
    struct line line;
    struct json *object; /* NULL: faulty */
    const char *code, *fault;
};

static struct entry read_entry(struct arena *arena, const struct text *content, struct line line)
{
    struct entry entry = {.line = line};
    const char *bytes = content->data + line.start;
    size_t length = line.end - line.start;
    size_t offset = 0;
    if (!utf8_valid(bytes, length, &offset)) {
        entry.code = FAULT_ENCODING;
        entry.fault =
            arena_printf(arena, "byte %zu of the file is not UTF-8 text", line.start + offset);
        return entry;
    }
    struct error error = {0};
    struct json *json = NULL;
    entry.code = FAULT_MALFORMED;
    if (json_parse(arena, bytes, length, &json, &error) < 0)
        entry.fault = arena_printf(arena, "not a JSON object on one line: %s", error.message);
    else if (json->type != JSON_OBJECT)
        entry.fault = "not a JSON object";
    else
        entry.object = json;
    return entry;
}

static const char *scalar_text(const struct json *json)
{
    if (json->type == JSON_BOOL)
        return json->boolean ? "true" : "false";
    return json_text(json);
}

static bool is_scalar(const struct json *json)
{
    return json->type != JSON_ARRAY && json->type != JSON_OBJECT;
}

/* The items joined. NULL if they cannot be told apart afterwards, with the reason. */
static const char *join_items(struct arena *arena, const struct json *array, const char *separator,
                              const char **ret_problem)
{
    CLEANUP_TEXT struct text joined;
    text_init(&joined, LIMIT_JSON_BYTES);
    for (size_t i = 0; i < array->count; i++) {
        const struct json *item = array->items[i];
        if (!is_scalar(item)) {
            *ret_problem = "a list of more than texts, numbers and booleans";
            return NULL;
        }
        const char *text = scalar_text(item);
        if (text && strstr(text, separator)) {
            *ret_problem = "a list item that contains the list separator";
            return NULL;
        }
        text_add(&joined, i > 0 ? separator : "");
        text_add(&joined, text);
    }
    return arena_copy_n(arena, joined.data, joined.length);
}

/* The member as the text of a cell; NULL with a problem if it is none. */
static const char *cell_text(const struct source *source, struct arena *arena,
                             const struct json *json, const char **ret_problem)
{
    if (json->type == JSON_OBJECT) {
        *ret_problem = "an object inside the object";
        return NULL;
    }
    if (json->type == JSON_ARRAY)
        return join_items(arena, json, source_option(source, "list_separator", ";"), ret_problem);
    const char *text = scalar_text(json);
    return text ? text : "";
}

/* Exports carry members that describe the record, objects mostly; they are nobody's cells. */
static bool is_nested(const struct json *json)
{
    for (size_t i = 0; json->type == JSON_ARRAY && i < json->count; i++)
        if (!is_scalar(json->items[i]))
            return true;
    return json->type == JSON_OBJECT;
}

static struct row *make_row(const struct rows *rows, struct arena *arena, const struct entry *entry)
{
    struct row *row = rows_new(rows, arena, entry->line.number);
    row->sparse = true;
    if (!entry->object) {
        rows_fault(row, entry->code, 0, entry->fault);
        rows_finish(rows, arena, row);
        return row;
    }
    for (size_t i = 0; i < row->column_count; i++) {
        const struct json *json = json_get(entry->object, row->columns[i]);
        const char *problem = NULL;
        const char *text = json ? cell_text(rows->source, arena, json, &problem) : "";
        if (!text) {
            rows_fault(row, FAULT_MALFORMED, i + 1,
                       arena_printf(arena, "\"%s\" is %s", row->columns[i], problem));
        } else if (strlen(text) > LIMIT_CELL_BYTES) {
            rows_fault(row, FAULT_LARGE, i + 1,
                       arena_printf(arena, "\"%s\" is more than 1 MiB", row->columns[i]));
        }
        row->raw[i] = text ? text : "";
    }
    rows_finish(rows, arena, row);
    return row;
}

static int too_many_columns(const struct source *source, size_t line, struct error *error)
{
    return error_set(error, ERROR_INPUT, SCOPE_COLLECTION,
                     "%s:%zu: more than %d different member names; this is no list of records",
                     source->path, line, LIMIT_COLUMNS);
}

/* What the first pass finds: the names of all members, and the key of every row as it stands. */
struct survey {
    struct map *names;
    const char **keys;
    size_t key_count, key_capacity;
};

static void survey_free(struct survey *survey)
{
    map_free(survey->names);
    free(survey->keys);
}

static void survey_object(struct survey *survey, const struct source *source, struct arena *arena,
                          const struct json *object)
{
    for (size_t i = 0; i < object->count; i++) {
        if (!is_nested(object->items[i]) && !map_has(survey->names, object->names[i]))
            map_put(survey->names, object->names[i], survey);
    }
    const struct json *json = json_get(object, source_option(source, "key", ""));
    const char *problem = NULL;
    const char *key = json ? cell_text(source, arena, json, &problem) : NULL;
    if (!key)
        return;
    ARRAY_GROW(survey->keys, &survey->key_capacity, survey->key_count + 1);
    survey->keys[survey->key_count++] = arena_copy(arena, key);
}

static int survey_lines(struct survey *survey, const struct source *source,
                        const struct text *content, struct arena *arena, struct error *error)
{
    CLEANUP_ARENA struct arena *scratch = arena_new();
    struct lines lines;
    struct line line;
    lines_start(&lines, content);
    bool any = false;
    for (; lines_next(&lines, &line); any = true) {
        struct entry entry = read_entry(scratch, content, line);
        if (entry.object)
            survey_object(survey, source, arena, entry.object);
        if (map_count(survey->names) > LIMIT_COLUMNS)
            return too_many_columns(source, line.number, error);
        arena_reset(scratch);
    }
    if (!any) {
        return error_set(error, ERROR_INPUT, SCOPE_COLLECTION,
                         "%s:1: the file is empty; it needs one JSON object a line", source->path);
    }
    return 0;
}

static int rows_open(struct rows *rows, struct source *source, const struct text *content,
                     struct arena *arena, struct error *error)
{
    CLEANUP(survey_free) struct survey survey = {.names = map_new()};
    int r = survey_lines(&survey, source, content, arena, error);
    if (r < 0)
        return r;
    size_t count = map_count(survey.names);
    const char **columns = arena_array(arena, count, sizeof *columns);
    for (size_t i = 0; i < count; i++)
        columns[i] = arena_copy(arena, map_key_at(survey.names, i));
    r = rows_init(rows, source, columns, count, 1, error);
    for (size_t i = 0; r == 0 && i < survey.key_count; i++) {
        const char *key = rows_key(rows, arena, survey.keys[i]);
        if (key)
            rows_count(rows, key);
    }
    return r;
}

static int jsonl_read(struct source *source, source_row_each *each, void *context,
                      struct file_state *ret_state, struct error *error)
{
    source_notices_clear(source);
    CLEANUP_TEXT struct text content;
    text_init(&content, LIMIT_SOURCE_BYTES);
    struct file_state state = {0};
    int r = file_read(source->path, &content, &state, error);
    if (r < 0)
        return r;
    CLEANUP_ARENA struct arena *arena = arena_new();
    CLEANUP(rows_free) struct rows rows = {0};
    r = rows_open(&rows, source, &content, arena, error);
    if (r < 0)
        return r;

    CLEANUP_ARENA struct arena *scratch = arena_new();
    struct lines lines;
    struct line line;
    lines_start(&lines, &content);
    while (lines_next(&lines, &line)) {
        struct entry entry = read_entry(scratch, &content, line);
        r = each(context, make_row(&rows, scratch, &entry));
        if (r < 0)
            return r;
        arena_reset(scratch);
    }
    *ret_state = state;
    return 0;
}

static size_t skip_digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* A number as RFC 8259 writes it. */
static bool is_json_number(const char *text)
{
    text += *text == '-';
    size_t whole = skip_digits(text);
    if (whole == 0 || (whole > 1 && text[0] == '0'))
        return false;
    text += whole;
    if (*text == '.') {
        size_t fraction = skip_digits(text + 1);
        if (fraction == 0)
            return false;
        text += 1 + fraction;
    }
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '+' || *text == '-';
        size_t exponent = skip_digits(text);
        if (exponent == 0)
            return false;
        text += exponent;
    }
    return *text == '\0';
}

static struct json *split_items(struct arena *arena, const char *text, const char *separator)
{
    struct json *array = json_array(arena);
    for (;;) {
        const char *end = strstr(text, separator);
        size_t length = end ? (size_t)(end - text) : strlen(text);
        json_append(arena, array, json_string(arena, arena_copy_n(arena, text, length)));
        if (!end)
            return array;
        text = end + strlen(separator);
    }
}

/* The new member: of the type that the old one had, where the text allows. */
static struct json *member_value(const struct source *source, struct arena *arena,
                                 const struct json *old, const char *text)
{
    if (!text || *text == '\0')
        return json_null(arena);
    enum json_type type = old ? old->type : JSON_STRING;
    if (type == JSON_NUMBER && is_json_number(text))
        return json_number(arena, text);
    if (type == JSON_BOOL && (text_equal(text, "true") || text_equal(text, "false")))
        return json_bool(arena, text_equal(text, "true"));
    if (type == JSON_ARRAY)
        return split_items(arena, text, source_option(source, "list_separator", ";"));
    return json_string(arena, text);
}

static int edit_object(const struct rows *rows, struct arena *arena, const struct row *row,
                       struct json *object, const struct row_edits *edits, bool *ret_changed,
                       struct error *error)
{
    bool changed = false;
    for (size_t i = 0; i < edits->count; i++) {
        const struct source_edit *edit = edits->edits[i];
        size_t column = row_column(row, edit->column);
        const char *raw = column == (size_t)-1 ? "" : row->raw[column];
        const char *cell = column == (size_t)-1 ? NULL : row->cells[column];
        if (!edit_is_current(edit, raw, cell))
            return edit_is_stale(rows->source, edit, row->place.line, error);
        if (text_equal(raw, edit->text ? edit->text : ""))
            continue;
        const struct json *old = json_get(object, edit->column);
        json_set(arena, object, edit->column, member_value(rows->source, arena, old, edit->text));
        changed = true;
    }
    *ret_changed = changed;
    return 0;
}

/* The key first, then the members that have a value. */
static void add_object(const struct rows *rows, struct arena *arena, struct row_edits *edits,
                       const char *line_end, struct text *out)
{
    struct json *object = json_object(arena);
    json_set_text(arena, object, rows->columns[rows->key], edits->key);
    for (size_t i = 0; i < edits->count; i++) {
        const struct source_edit *edit = edits->edits[i];
        if (edit->text && *edit->text)
            json_set(arena, object, edit->column,
                     member_value(rows->source, arena, NULL, edit->text));
    }
    if (out->length > 0 && out->data[out->length - 1] != '\n')
        text_add(out, line_end);
    json_write(object, JSON_COMPACT, out);
    text_add(out, line_end);
    edits->done = true;
}

/* As the first line ends. */
static const char *find_line_end(const struct text *content)
{
    const char *end = memchr(content->data, '\n', content->length);
    return end && end > content->data && end[-1] == '\r' ? "\r\n" : "\n";
}

static int jsonl_rewrite(struct source *source, const struct text *content,
                         const struct map *by_key, struct arena *arena, struct text *out,
                         struct error *error)
{
    CLEANUP(rows_free) struct rows rows = {0};
    int r = rows_open(&rows, source, content, arena, error);
    if (r == 0)
        r = edits_find_room(source, by_key, rows.keys, error);
    if (r < 0)
        return r;
    CLEANUP_ARENA struct arena *scratch = arena_new();
    struct lines lines;
    struct line line;
    size_t from = 0;
    lines_start(&lines, content);
    while (lines_next(&lines, &line)) {
        struct entry entry = read_entry(scratch, content, line);
        const struct row *row = make_row(&rows, scratch, &entry);
        struct row_edits *edits = row->fault_code ? NULL : map_get(by_key, row->key);
        if (edits) {
            bool changed = false;
            r = edit_object(&rows, scratch, row, entry.object, edits, &changed, error);
            if (r < 0)
                return r;
            edits->done = true;
            if (changed) {
                text_add_n(out, content->data + from, line.start - from);
                json_write(entry.object, JSON_COMPACT, out);
                from = line.end;
            }
        }
        arena_reset(scratch);
    }
    text_add_n(out, content->data + from, content->length - from);
    for (size_t i = 0; i < map_count(by_key); i++) {
        struct row_edits *edits = map_value_at(by_key, i);
        if (edits->fresh)
            add_object(&rows, arena, edits, find_line_end(content), out);
    }
    return 0;
}

static int jsonl_write(struct source *source, const struct source_edit *edits, size_t count,
                       const struct file_state *state, struct file_state *ret_state,
                       struct error *error)
{
    return file_source_write(source, edits, count, state, jsonl_rewrite, ret_state, error);
}

const struct source_type jsonl_source_type = {
    .name = "jsonl",
    .options = jsonl_options,
    .option_count = COUNT(jsonl_options),
    .help = "a JSON Lines file: one object a line, its members are the columns",
    .read = jsonl_read,
    .write = jsonl_write,
    .look = file_source_look,
};
