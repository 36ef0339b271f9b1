#include "sources/rows.h"

#include <string.h>

#include "base/memory.h"
#include "base/times.h"
#include "base/csv.h"
#include "sources/file_source.h"

#define NO_COLUMN ((size_t)-1)

static const char *const no_words[] = {NULL};

/* Map values: how often a key stands in the file, as far as it matters. */
static char key_once, key_often;

static size_t find_column(const struct rows *rows, const char *name)
{
    for (size_t i = 0; i < rows->column_count; i++) {
        if (strcmp(rows->columns[i], name) == 0)
            return i;
    }
    return NO_COLUMN;
}

static int require_column(const struct rows *rows, const char *option, const char *name,
                          size_t line, size_t *ret_index, struct error *error)
{
    size_t index = find_column(rows, name);
    if (index != NO_COLUMN) {
        *ret_index = index;
        return 0;
    }
    const char *near = text_suggest(name, rows->columns, rows->column_count);
    return error_set(error, ERROR_INPUT, SCOPE_COLLECTION,
                     "%s:%zu: no column \"%s\", which source %s names as its %s; %s%s%s",
                     rows->source->path, line, name, rows->source->name, option,
                     near ? "did you mean \"" : "add the column or name another one",
                     near ? near : "", near ? "\"?" : "");
}

int rows_init(struct rows *rows, struct source *source, const char *const *columns,
              size_t column_count, size_t line, struct error *error)
{
    struct rows made = {
        .source = source,
        .columns = columns,
        .column_count = column_count,
        .modified = NO_COLUMN,
        .date_format = source_option(source, "date_format", NULL),
        .null_words = no_words,
    };
    int r = require_column(&made, "key", source_option(source, "key", ""), line, &made.key, error);
    if (r < 0)
        return r;
    const char *modified = source_option(source, "modified", NULL);
    if (modified) {
        r = require_column(&made, "modified", modified, line, &made.modified, error);
        if (r < 0)
            return r;
    }
    const struct setting *words = settings_find(source->settings, "null_words");
    if (words && words->list)
        made.null_words = words->list;
    made.keys = map_new();
    *rows = made;
    return 0;
}

void rows_free(struct rows *rows)
{
    map_free(rows->keys);
    rows->keys = NULL;
}

static bool is_null_word(const struct rows *rows, struct arena *arena, const char *text)
{
    if (!rows->null_words[0])
        return false;
    const char *trimmed = text_trim(arena_copy(arena, text));
    for (size_t i = 0; rows->null_words[i]; i++) {
        if (text_equal_nocase(trimmed, rows->null_words[i]))
            return true;
    }
    return false;
}

const char *rows_cell(const struct rows *rows, struct arena *arena, const char *raw)
{
    if (text_blank(raw) || is_null_word(rows, arena, raw))
        return NULL;
    return rows->defused ? csv_restore(raw) : raw;
}

const char *rows_key(const struct rows *rows, struct arena *arena, const char *raw)
{
    const char *cell = rows_cell(rows, arena, raw);
    return cell ? text_trim(arena_copy(arena, cell)) : NULL;
}

void rows_count(struct rows *rows, const char *key)
{
    map_put(rows->keys, key, map_has(rows->keys, key) ? &key_often : &key_once);
}

struct row *rows_new(const struct rows *rows, struct arena *arena, size_t line)
{
    struct row *row = arena_alloc(arena, sizeof *row);
    row->columns = rows->columns;
    row->column_count = rows->column_count;
    row->cells = arena_array(arena, rows->column_count, sizeof *row->cells);
    row->raw = arena_array(arena, rows->column_count, sizeof *row->raw);
    for (size_t i = 0; i < rows->column_count; i++)
        row->raw[i] = "";
    row->place = (struct place){.file = rows->source->path, .line = line};
    return row;
}

void rows_fault(struct row *row, const char *code, size_t column, const char *text)
{
    if (row->fault_code)
        return;
    row->fault_code = code;
    row->fault = text;
    row->fault_column = column;
}

/* A long number as a spreadsheet writes it back: 2.5E+09, 1,23457E+11. The digits that it dropped
 * cannot be had again. The sign and two digits after the E are always there, which real identifiers
 * such as 12E4 do not have. */
static bool is_scientific(const char *key)
{
    static const char digits[] = "0123456789";
    if (*key == '-' || *key == '+')
        key++;
    if (strspn(key, digits) != 1)
        return false;
    key++;
    if (*key == '.' || *key == ',') {
        size_t fraction = strspn(++key, digits);
        if (fraction == 0)
            return false;
        key += fraction;
    }
    if (*key != 'E' && *key != 'e')
        return false;
    key++;
    if (*key != '+' && *key != '-')
        return false;
    key++;
    size_t exponent = strspn(key, digits);
    return exponent >= 2 && key[exponent] == '\0';
}

static bool parse_time(const char *text, const char *date_format, int64_t *ret_ms)
{
    const int64_t day_ms = INT64_C(24) * 60 * 60 * 1000;
    if (instant_parse(text, ret_ms))
        return true;
    int64_t day = 0;
    bool good = date_format ? day_parse_format(text, date_format, &day) : day_parse(text, &day);
    if (good)
        *ret_ms = day * day_ms;
    return good;
}

/* Said once per read: a wrong date_format would fill pages otherwise. */
static void notice_bad_time(const struct rows *rows, const struct row *row, const char *text)
{
    struct source *source = rows->source;
    for (size_t i = 0; i < source->notice_count; i++) {
        if (strcmp(source->notices[i].code, NOTICE_TIME) == 0)
            return;
    }
    source_notice_add(source, NOTICE_TIME, row->place.line, rows->modified + 1,
                      "\"%s\" in column \"%s\" is no time of change; such rows count as not dated; "
                      "set date_format if dates are written in another way",
                      text, rows->columns[rows->modified]);
}

static int64_t read_time(const struct rows *rows, struct arena *arena, const struct row *row)
{
    int64_t ms = 0;
    const char *text = text_trim(arena_copy(arena, row->cells[rows->modified]));
    if (!parse_time(text, rows->date_format, &ms))
        notice_bad_time(rows, row, text);
    return ms;
}

void rows_finish(const struct rows *rows, struct arena *arena, struct row *row)
{
    for (size_t i = 0; i < row->column_count; i++)
        row->cells[i] = rows_cell(rows, arena, row->raw[i]);
    if (rows->modified != NO_COLUMN && row->cells[rows->modified])
        row->modified_ms = read_time(rows, arena, row);

    size_t column = rows->key + 1;
    row->key = rows_key(rows, arena, row->raw[rows->key]);
    if (!row->key) {
        rows_fault(
            row, FAULT_NO_KEY, column,
            arena_printf(arena, "nothing in the key column \"%s\"", row->columns[rows->key]));
        return;
    }
    if (is_scientific(row->key)) {
        rows_fault(
            row, FAULT_DAMAGED_KEY, column,
            arena_printf(arena, "\"%s\" is a number that a spreadsheet has shortened", row->key));
    }
    if (map_get(rows->keys, row->key) == &key_often) {
        rows_fault(row, FAULT_DUPLICATE_KEY, column,
                   arena_printf(arena, "more than one row has the key \"%s\"", row->key));
    }
}

const char *rows_scrub(struct arena *arena, const char *text)
{
    size_t length = strlen(text);
    size_t good = 0;
    if (utf8_valid(text, length, &good))
        return text;
    char *clean = arena_alloc(arena, length * 3 + 1);
    size_t used = 0;
    for (;;) {
        bool whole = utf8_valid(text, length, &good);
        size_t run = whole ? length : good;
        memcpy(clean + used, text, run);
        used += run;
        if (whole)
            break;
        memcpy(clean + used, "\xef\xbf\xbd", 3);
        used += 3;
        text += run + 1;
        length -= run + 1;
    }
    clean[used] = '\0';
    return clean;
}
