/* Rows to records and back. What a cell means is decided in one place, cell_meaning(), for reading
 * and for asking whether a cell already means a value. */
#include "model/mapping.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/fingerprint.h"

#define COLUMN_NONE ((size_t)-1)

struct reading {
    struct arena *arena;
    const struct job *job;
    const struct row *row;
    mapping_report *report;
    void *context;
    bool bad;
};

static const char *word_canonical(const struct field_map *map, const char *text)
{
    for (size_t i = 0; i < map->word_count; i++) {
        if (text_same_word(text, map->words[i].local))
            return map->words[i].canonical;
    }
    return NULL;
}

static const char *word_local(const struct field_map *map, const char *canonical)
{
    for (size_t i = 0; i < map->word_count; i++) {
        if (!strcmp(map->words[i].canonical, canonical))
            return map->words[i].local;
    }
    return NULL;
}

/* "; did you mean …" among the words that the map has, for a word that nobody knows. */
static void suggest_local(const struct field_map *map, const char *text, struct error *error)
{
    const char **locals = memory_alloc(map->word_count * sizeof *locals);
    for (size_t i = 0; i < map->word_count; i++)
        locals[i] = map->words[i].local;
    const char *suggestion = text_suggest(text, locals, map->word_count);
    free(locals);
    if (suggestion && error) {
        struct error cause = *error;
        error_set(error, cause.class, cause.scope, "%.900s; or did you mean \"%.80s\"?",
                  cause.message, suggestion);
    }
}

/* A list whose items are mapped one by one; items without an entry stay. */
static const char *map_items(struct arena *arena, const struct field *field, const char *list,
                             const char *(*lookup)(const struct field_map *, const char *),
                             const struct field_map *map)
{
    size_t count;
    const char **items = list_items(arena, list, &count);
    for (size_t i = 0; i < count; i++) {
        const char *other = lookup(map, items[i]);
        items[i] = other ? other : items[i];
    }
    return list_make(arena, field, items, count);
}

/* What the text of a cell means, in normal form. `currency` (may be NULL) is the one of the row. */
static int cell_meaning(struct arena *arena, const struct job *job, const struct field_map *map,
                        const char *text, const char *currency, const char **ret_value,
                        struct error *error)
{
    const struct field *field = &job->kind->fields[map->field];
    struct value_style style = map->style;
    style.currency = currency ? currency : style.currency;
    if (text_blank(text)) {
        *ret_value = map->fallback;
        return 0;
    }
    const char *word = value_type_many(field->type) ? NULL : word_canonical(map, text);
    if (word) {
        *ret_value = word;
        return 0;
    }
    const char *value;
    int status = value_normalise(arena, field, &style, text, &value, error);
    if (status) {
        if (field->type == TYPE_WORD && map->word_count)
            suggest_local(map, text, error);
        return status;
    }
    if (value_type_many(field->type))
        value = map_items(arena, field, value, word_canonical, map);
    *ret_value = value;
    return 0;
}

static void report(struct reading *reading, const char *code, const char *field, size_t column,
                   const char *subject, const char *detail)
{
    const struct row *row = reading->row;
    const struct finding finding = {
        .type = finding_type(code),
        .job = reading->job->name,
        .subject = subject,
        .field = field,
        .detail = detail,
        .local_key = row->key,
        .place = {row->place.file, row->place.line, column},
    };
    reading->bad = true;
    if (reading->report)
        reading->report(reading->context, &finding);
}

/* What a finding about the row is filed under: its key, or where it stands if it has none. */
static const char *row_subject(struct reading *reading)
{
    const struct row *row = reading->row;
    if (row->key)
        return row->key;
    return arena_printf(reading->arena, "%s:%zu",
                        row->place.file ? row->place.file : reading->job->source, row->place.line);
}

static const char *bad_value_code(const struct field *field, const char *text)
{
    if (!utf8_valid(text, strlen(text), NULL))
        return "SRC-007";
    if (field->type == TYPE_WORD)
        return "SRC-010";
    return field->type == TYPE_ID && id_damaged(text) ? "SRC-003" : "SRC-004";
}

/* Reports a job's column that the source does not have; about the source, not about each row. */
static void report_column(struct reading *reading, const struct field *field, const char *column)
{
    const char *detail = arena_printf(reading->arena, "there is no column \"%s\"", column);
    report(reading, "CFG-002", field->name, 0, reading->job->source, detail);
}

/* The currency column's code in upper case. NULL: blank; reports what is not a currency. */
static const char *row_currency(struct reading *reading, const struct field_map *map)
{
    const struct field *field = &reading->job->kind->fields[map->field];
    size_t column = row_column(reading->row, map->currency_column);
    if (column == COLUMN_NONE) {
        report_column(reading, field, map->currency_column);
        return NULL;
    }
    const char *cell = reading->row->cells[column];
    if (text_blank(cell))
        return NULL;
    struct error error = {0};
    const char *money, *amount, *currency;
    char *code = text_trim(arena_copy(reading->arena, cell));
    if (money_make(reading->arena, "0", code, &money, &error)) {
        const char *detail =
            arena_printf(reading->arena, "column \"%s\": %s", map->currency_column, error.message);
        report(reading, "SRC-004", field->name, column + 1, row_subject(reading), detail);
        return NULL;
    }
    money_split(reading->arena, money, &amount, &currency);
    return currency;
}

/* An amount that carries another currency than its currency column is nobody's to decide. */
static bool currencies_agree(struct reading *reading, const char *value, const char *currency)
{
    const char *amount, *carried;
    return !value || !currency || !money_split(reading->arena, value, &amount, &carried) ||
           !strcmp(carried, currency);
}

static const char *read_cell(struct reading *reading, const struct field_map *map)
{
    const struct field *field = &reading->job->kind->fields[map->field];
    size_t column = row_column(reading->row, map->column);
    if (column == COLUMN_NONE) {
        if (reading->row->sparse && !map->clear) /* nobody can tell a wrong name from no values */
            return map->fallback;
        report_column(reading, field, map->column);
        return NULL;
    }
    const char *cell = reading->row->cells[column];
    const char *currency = NULL;
    if (map->currency_column && !text_blank(cell))
        currency = row_currency(reading, map);
    const char *value = NULL;
    struct error error = {0};
    if (!cell_meaning(reading->arena, reading->job, map, cell, currency, &value, &error) &&
        currencies_agree(reading, value, currency))
        return value;
    const char *detail =
        error.class ? arena_printf(reading->arena, "column \"%s\": %s", map->column, error.message)
                    : arena_printf(reading->arena, "column \"%s\" says %s, column \"%s\" says %s",
                                   map->column, value, map->currency_column, currency);
    report(reading, bad_value_code(field, cell), field->name, column + 1, row_subject(reading),
           detail);
    return NULL;
}

/* The row as a JSON object of the texts as written, and its hash. */
static void keep_row(struct arena *arena, const struct row *row, struct record *record)
{
    struct json *object = json_object(arena);
    struct fingerprint print = {0};
    for (size_t i = 0; i < row->column_count; i++) {
        json_set_text(arena, object, row->columns[i], row->raw[i]);
        fingerprint_add(&print, row->columns[i]);
        fingerprint_add(&print, row->raw[i]);
    }
    char hex[SHA256_HEX];
    fingerprint_hex(&print, hex);
    record->raw = json_print(arena, object);
    record->version = arena_copy(arena, hex);
}

/* Faults of the row itself; what is mapped from such a row would be guesswork. */
static bool row_usable(struct reading *reading)
{
    const struct row *row = reading->row;
    if (row->fault_code)
        report(reading, row->fault_code, NULL, row->fault_column, row_subject(reading), row->fault);
    else if (!row->key)
        report(reading, "SRC-001", NULL, 0, row_subject(reading), NULL);
    for (size_t i = 0; !reading->bad && i < row->column_count; i++) {
        if (row->raw[i] && !utf8_valid(row->raw[i], strlen(row->raw[i]), NULL))
            report(reading, "SRC-007", NULL, i + 1, row_subject(reading), NULL);
    }
    return !reading->bad;
}

int mapping_record(struct arena *arena, const struct job *job, const struct row *row,
                   mapping_report *report_each, void *context, struct record **ret_record)
{
    struct reading reading = {arena, job, row, report_each, context, false};
    if (!row_usable(&reading))
        return -ERROR_INPUT;
    struct record *record = record_new(arena, job->kind, row->key);
    for (size_t i = 0; i < job->field_count; i++) {
        const struct field_map *map = &job->fields[i];
        record->values[map->field] = map->column ? read_cell(&reading, map) : map->constant;
    }
    if (reading.bad)
        return -ERROR_INPUT;
    keep_row(arena, row, record);
    record->modified_ms = row->modified_ms;
    record->place = row->place;
    *ret_record = record;
    return 0;
}

/* The currency that a cell with a currency column is read in: the one of the value, because the two
 * cells are written together. */
static const char *value_currency(struct arena *arena, const struct field_map *map,
                                  const char *value)
{
    const char *amount, *currency;
    return map->currency_column && money_split(arena, value, &amount, &currency) ? currency : NULL;
}

const char *mapping_cell(struct arena *arena, const struct job *job, const struct field_map *map,
                         const char *present, const char *value)
{
    const struct field *field = &job->kind->fields[map->field];
    const char *currency = value_currency(arena, map, value);
    const char *meaning;
    if (!cell_meaning(arena, job, map, present, currency, &meaning, NULL) &&
        text_equal(meaning, value))
        return present ? present : "";
    if (!value)
        return "";
    if (value_type_many(field->type))
        value = map_items(arena, field, value, word_local, map);
    const char *local = value_type_many(field->type) ? NULL : word_local(map, value);
    struct value_style style = map->style;
    style.currency = map->currency_column ? currency : style.currency;
    return local ? local : value_print(arena, field, &style, value);
}

const char *mapping_currency_cell(struct arena *arena, const struct field_map *map,
                                  const char *value)
{
    return value_currency(arena, map, value);
}

static bool listed(const struct condition *condition, const char *text)
{
    for (size_t i = 0; condition->words[i]; i++) {
        const char *word = condition->words[i];
        if (text_blank(word) ? text_blank(text) : text && text_same_word(text, word))
            return true;
    }
    return false;
}

static bool any_item_listed(const struct condition *condition, const char *list)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < list_count(list); i++) {
        if (listed(condition, list_item(arena, list, i)))
            return true;
    }
    return false;
}

static const char *cell_of(const struct condition_view *view, const char *name)
{
    if (view->raw)
        return json_get_text(view->raw, name);
    size_t column = row_column(view->row, name);
    return column == COLUMN_NONE ? NULL : view->row->raw[column];
}

static bool condition_holds(const struct condition *condition, const struct condition_view *view)
{
    if (condition->column)
        return (view->row || view->raw) &&
               listed(condition, cell_of(view, condition->column)) != condition->negate;
    if (!view->record)
        return false;
    const char *value = view->record->values[condition->field];
    bool many = value_type_many(view->record->kind->fields[condition->field].type);
    bool found = many && value ? any_item_listed(condition, value) : listed(condition, value);
    return found != condition->negate;
}

bool conditions_hold_for(const struct conditions *conditions, const struct condition_view *view)
{
    for (size_t i = 0; i < conditions->count; i++) {
        if (!condition_holds(&conditions->items[i], view))
            return false;
    }
    return true;
}

bool conditions_hold(const struct conditions *conditions, const struct row *row)
{
    return conditions_hold_for(conditions, &(struct condition_view){.row = row});
}
