#include "base/csv.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"

static const char BOM[] = "\xef\xbb\xbf";

void csv_start(struct csv_reader *reader, const char *bytes, size_t length, char delimiter)
{
    size_t bom = sizeof BOM - 1;
    bool marked = length >= bom && memcmp(bytes, BOM, bom) == 0;
    *reader = (struct csv_reader){
        .bytes = bytes,
        .length = length,
        .offset = marked ? bom : 0,
        .line = 1,
        .expect = 8,
        .most = LIMIT_COLUMNS,
        .delimiter = delimiter,
    };
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

static bool at_cell_end(const struct csv_reader *reader)
{
    if (reader->offset >= reader->length)
        return true;
    char c = reader->bytes[reader->offset];
    return c == reader->delimiter || is_line_end(c);
}

/* Passes over one LF, CRLF or CR, if the reader stands on one. */
static void skip_line_end(struct csv_reader *reader)
{
    const char *bytes = reader->bytes;
    size_t at = reader->offset;
    if (at >= reader->length || !is_line_end(bytes[at]))
        return;
    bool pair = bytes[at] == '\r' && at + 1 < reader->length && bytes[at + 1] == '\n';
    reader->offset += pair ? 2 : 1;
    reader->line++;
}

static size_t count_line_ends(const char *bytes, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        bool pair = bytes[i] == '\r' && i + 1 < length && bytes[i + 1] == '\n';
        if (is_line_end(bytes[i]) && !pair)
            count++;
    }
    return count;
}

static const char *read_plain(struct csv_reader *reader, struct arena *arena, struct csv_cell *cell)
{
    const char *fault = NULL;
    bool blank = true;
    while (!at_cell_end(reader)) {
        char c = reader->bytes[reader->offset];
        if (c == '"' && blank && reader->offset > cell->start)
            fault = "white space before an opening quote";
        blank = blank && (c == ' ' || c == '\t');
        reader->offset++;
    }
    cell->end = reader->offset;
    cell->text = arena_copy_n(arena, reader->bytes + cell->start, cell->end - cell->start);
    return fault;
}

/* The closing quote of a cell whose content begins at `at`; NULL if there is none. */
static const char *find_closing_quote(const struct csv_reader *reader, size_t at,
                                      size_t *ret_doubled)
{
    const char *end = reader->bytes + reader->length;
    const char *from = reader->bytes + at;
    size_t doubled = 0;
    for (;;) {
        const char *quote = memchr(from, '"', (size_t)(end - from));
        if (!quote)
            return NULL;
        if (quote + 1 == end || quote[1] != '"') {
            *ret_doubled = doubled;
            return quote;
        }
        doubled++;
        from = quote + 2;
    }
}

static const char *read_quoted(struct csv_reader *reader, struct arena *arena,
                               struct csv_cell *cell)
{
    size_t doubled = 0;
    const char *from = reader->bytes + cell->start + 1;
    const char *quote = find_closing_quote(reader, cell->start + 1, &doubled);
    if (!quote)
        return "an opening quote that is never closed";

    size_t length = (size_t)(quote - from);
    if (doubled == 0) {
        cell->text = arena_copy_n(arena, from, length);
    } else {
        char *text = arena_alloc(arena, length - doubled + 1);
        size_t used = 0;
        for (size_t i = 0; i < length; i++) {
            text[used++] = from[i];
            if (from[i] == '"')
                i++;
        }
        text[used] = '\0';
        cell->text = text;
    }
    reader->line += count_line_ends(from, length);
    reader->offset = cell->start + length + 2;
    cell->end = reader->offset;
    return at_cell_end(reader) ? NULL : "text after a closing quote";
}

/* What is wrong with a cell whose borders are beyond doubt. */
static const char *check_cell(const struct csv_reader *reader, const struct csv_cell *cell)
{
    size_t length = cell->end - cell->start;
    if (length > LIMIT_CELL_BYTES)
        return CSV_FAULT_LARGE;
    if (memchr(reader->bytes + cell->start, '\0', length))
        return "a NUL byte";
    return NULL;
}

static struct csv_cell *add_cell(struct csv_record *record, struct arena *arena, size_t *capacity)
{
    if (record->count == *capacity) {
        struct csv_cell *cells = arena_array(arena, *capacity * 2, sizeof *cells);
        memcpy(cells, record->cells, record->count * sizeof *cells);
        record->cells = cells;
        *capacity *= 2;
    }
    return &record->cells[record->count++];
}

/* Ends a record whose structure is lost at the end of its first line: what stands on the lines
 * below gets its own chance. The cell that the line breaks off is kept as it stands. */
static void give_up(struct csv_reader *reader, struct arena *arena, struct csv_record *record)
{
    reader->offset = record->start;
    while (reader->offset < reader->length && !is_line_end(reader->bytes[reader->offset]))
        reader->offset++;
    reader->line = record->line;

    size_t end = reader->offset;
    size_t count = 0;
    while (count + 1 < record->count && record->cells[count].end <= end)
        count++;
    struct csv_cell *last = &record->cells[count];
    last->end = end;
    last->text = arena_copy_n(arena, reader->bytes + last->start, end - last->start);
    record->count = count + 1;
}

static void set_fault(struct csv_record *record, const char *fault)
{
    if (record->fault || !fault)
        return;
    record->fault = fault;
    record->fault_column = record->count;
}

bool csv_next(struct csv_reader *reader, struct arena *arena, struct csv_record *ret_record)
{
    while (reader->offset < reader->length && is_line_end(reader->bytes[reader->offset]))
        skip_line_end(reader);
    if (reader->offset >= reader->length)
        return false;

    size_t capacity = reader->expect;
    struct csv_record record = {.line = reader->line, .start = reader->offset};
    record.cells = arena_array(arena, capacity, sizeof *record.cells);
    for (;;) {
        struct csv_cell *cell = add_cell(&record, arena, &capacity);
        *cell = (struct csv_cell){.text = "", .start = reader->offset};
        bool quoted = reader->offset < reader->length && reader->bytes[reader->offset] == '"';
        const char *lost =
            quoted ? read_quoted(reader, arena, cell) : read_plain(reader, arena, cell);
        if (!lost && record.count > LIMIT_COLUMNS)
            lost = "more than 1024 cells";
        if (!lost && record.count > reader->most && reader->line > record.line)
            lost = "a quote that swallows the lines below";
        if (lost) {
            set_fault(&record, lost);
            give_up(reader, arena, &record);
            break;
        }
        set_fault(&record, check_cell(reader, cell));
        if (reader->offset >= reader->length || is_line_end(reader->bytes[reader->offset]))
            break;
        reader->offset++; /* the delimiter */
    }
    record.end = reader->offset;
    skip_line_end(reader);
    record.next = reader->offset;
    reader->expect = record.count;
    *ret_record = record;
    return true;
}

void csv_write_quoted(struct text *out, const char *text)
{
    text_add_char(out, '"');
    while (*text) {
        size_t run = strcspn(text, "\"");
        text_add_n(out, text, run);
        text += run;
        if (*text) {
            text_add(out, "\"\"");
            text++;
        }
    }
    text_add_char(out, '"');
}

static bool needs_quotes(const char *text, char delimiter)
{
    static const char blanks[] = " \t";
    size_t length = strlen(text);
    if (length == 0)
        return false;
    if (strchr(blanks, text[0]) || strchr(blanks, text[length - 1]))
        return true;
    const char special[] = {'"', '\r', '\n', delimiter, '\0'};
    return text[strcspn(text, special)] != '\0';
}

void csv_write_cell(struct text *out, const char *text, char delimiter)
{
    if (!text)
        return;
    if (needs_quotes(text, delimiter))
        csv_write_quoted(out, text);
    else
        text_add(out, text);
}

bool csv_is_risky(const char *text)
{
    text += strspn(text, "'");
    return *text != '\0' && strchr("=+-@\t\r", *text) != NULL;
}

const char *csv_restore(const char *text)
{
    return text[0] == '\'' && csv_is_risky(text) ? text + 1 : text;
}

bool csv_is_number(const char *text)
{
    if (*text == '+' || *text == '-')
        text++;
    bool digits = text[strcspn(text, "0123456789")] != '\0';
    return digits && text[strspn(text, "0123456789 .,()-/")] == '\0';
}

void csv_write_safe(struct text *out, const char *text, char delimiter)
{
    if (!text)
        return;
    if (!csv_is_risky(text)) {
        csv_write_cell(out, text, delimiter);
        return;
    }
    CLEANUP_TEXT struct text safe;
    text_init(&safe, out->max);
    text_add_char(&safe, '\'');
    text_add(&safe, text);
    csv_write_cell(out, safe.data, delimiter);
}
