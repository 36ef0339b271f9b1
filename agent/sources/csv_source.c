/* The source type "csv". One walk over the file serves reading and editing: the bytes stay as they
 * are, cells are decoded one by one, so that an edit can leave everything else untouched. */
#include <iconv.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/csv.h"
#include "sources/file_source.h"
#include "sources/rows.h"

static const char *const encoding_words[] = {"utf-8", "windows-1252", NULL};

static const struct option_row csv_options[] = {
    FILE_SOURCE_OPTIONS,
    {.name = "delimiter",
     .type = OPTION_TEXT,
     .fallback = ",",
     .help = "what stands between cells: one character, or \"tab\""},
    {.name = "encoding",
     .type = OPTION_WORD,
     .fallback = "utf-8",
     .words = encoding_words,
     .help = "how the file's text is encoded"},
};

/* Spreadsheets leave the empty cells at the end of rows away for 16 rows together, counted from the
 * top of the sheet: in such a block all rows are equally short. A row that is shorter than its
 * neighbours is damaged. */
enum { BLOCK_ROWS = 16 };

struct block {
    size_t least, most; /* cells of its records */
};

/* An open file. All memory is the caller's arena. */
struct sheet {
    struct source *source;
    const struct text *content;
    struct csv_reader reader; /* behind the header */
    struct rows rows;
    size_t required; /* cells up to the last column that has a name */
    char delimiter;
    bool single_byte; /* windows-1252 */
    bool quoted;      /* the header has all its cells in quotes */
    const char *line_end;
    struct block *blocks;
    size_t block_count, block_capacity;
};

static void sheet_close(struct sheet *sheet)
{
    rows_free(&sheet->rows);
    free(sheet->blocks);
}
#define CLEANUP_SHEET CLEANUP(sheet_close)

static int refuse_file(const struct source *source, size_t line, const char *problem,
                       struct error *error)
{
    return error_set(error, ERROR_INPUT, SCOPE_COLLECTION, "%s:%zu: %s", source->path, line,
                     problem);
}

/* Converts by iconv(3). NULL if the text has characters that the other encoding does not. */
static char *convert(struct arena *arena, const char *to, const char *from, const char *text)
{
    iconv_t converter = iconv_open(to, from);
    if (converter == (iconv_t)-1)
        return NULL;
    size_t in_left = strlen(text);
    size_t room = in_left * 3 + 1; /* no character of windows-1252 is longer in UTF-8 */
    char *in = arena_copy_n(arena, text, in_left);
    char *result = arena_alloc(arena, room);
    char *out = result;
    size_t out_left = room - 1;
    size_t r = iconv(converter, &in, &in_left, &out, &out_left);
    iconv_close(converter);
    if (r == (size_t)-1)
        return NULL;
    *out = '\0';
    return result;
}

static bool is_ascii(const char *text)
{
    while (*text && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

/* The cell's text as UTF-8, whatever it takes; what cannot be read has been found by text_break().
 */
static const char *decode(const struct sheet *sheet, struct arena *arena, const char *text)
{
    if (sheet->single_byte && !is_ascii(text)) {
        const char *decoded = convert(arena, "UTF-8", "WINDOWS-1252", text);
        if (decoded)
            return decoded;
    }
    return rows_scrub(arena, text);
}

/* True if the bytes are not text in the file's encoding, and where. */
static bool text_break(const struct sheet *sheet, size_t start, size_t end, size_t *ret_offset)
{
    const char *bytes = sheet->content->data + start;
    size_t length = end - start;
    if (!sheet->single_byte) {
        size_t offset = 0;
        if (utf8_valid(bytes, length, &offset))
            return false;
        *ret_offset = start + offset;
        return true;
    }
    for (size_t i = 0; i < length; i++) {
        if (memchr("\x81\x8d\x8f\x90\x9d", bytes[i], 5)) { /* bytes that windows-1252 leaves free */
            *ret_offset = start + i;
            return true;
        }
    }
    return false;
}

/* Files that are no such text at all, so that one error says it instead of one per row. */
static int check_content(const struct sheet *sheet, struct arena *arena, struct error *error)
{
    const struct source *source = sheet->source;
    const struct text *content = sheet->content;
    static const char *const utf16[] = {"\xff\xfe", "\xfe\xff"};
    for (size_t i = 0; i < COUNT(utf16); i++) {
        if (content->length >= 2 && memcmp(content->data, utf16[i], 2) == 0)
            return refuse_file(source, 1, "this is UTF-16; save it as \"CSV UTF-8\"", error);
    }
    if (sheet->single_byte && text_starts(content->data, "\xef\xbb\xbf")) {
        return refuse_file(source, 1, "the file says that it is UTF-8; set encoding: utf-8", error);
    }
    if (sheet->single_byte && !convert(arena, "UTF-8", "WINDOWS-1252", "")) {
        return error_set(
            error, ERROR_PERMANENT, SCOPE_COLLECTION,
            "%s: this system cannot convert windows-1252; its iconv modules are missing",
            source->path);
    }
    return 0;
}

/* A name for the column that no column before it has. */
static const char *unique_name(struct arena *arena, const struct map *taken, const char *name)
{
    const char *unique = name;
    for (size_t n = 2; map_has(taken, unique); n++)
        unique = arena_printf(arena, "%s (%zu)", name, n);
    return unique;
}

static int name_columns(struct sheet *sheet, struct arena *arena, const struct csv_record *header,
                        const char **columns, struct error *error)
{
    struct source *source = sheet->source;
    const char *key = source_option(source, "key", "");
    CLEANUP_MAP struct map *taken = map_new();
    for (size_t i = 0; i < header->count; i++) {
        const char *text = decode(sheet, arena, header->cells[i].text);
        const char *name = text_trim(arena_copy(arena, csv_restore(text)));
        bool named = *name != '\0';
        if (named)
            sheet->required = i + 1;
        else
            name = arena_printf(arena, "column %zu", i + 1);

        columns[i] = unique_name(arena, taken, name);
        if (columns[i] != name && strcmp(name, key) == 0) {
            return error_set(error, ERROR_INPUT, SCOPE_COLLECTION,
                             "%s:%zu: the key column \"%s\" is there twice, the second time as "
                             "column %zu; rename or remove one of them",
                             source->path, header->line, name, i + 1);
        }
        if (columns[i] != name) {
            source_notice_add(source, NOTICE_COLUMN, header->line, i + 1,
                              "another column is called \"%s\"; this one is read as \"%s\"", name,
                              columns[i]);
        }
        map_put(taken, columns[i], sheet);
    }
    return 0;
}

/* How the file ends its lines: as its first one. */
static const char *find_line_end(const struct sheet *sheet, struct arena *arena,
                                 const struct csv_record *header)
{
    if (header->next == header->end)
        return "\n";
    return arena_copy_n(arena, sheet->content->data + header->end, header->next - header->end);
}

static bool is_quoted(const struct sheet *sheet, const struct csv_record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct csv_cell *cell = &record->cells[i];
        if (cell->start == cell->end || sheet->content->data[cell->start] != '"')
            return false;
    }
    return true;
}

static int read_header(struct sheet *sheet, struct arena *arena, struct error *error)
{
    struct source *source = sheet->source;
    struct csv_record header;
    size_t offset = 0;
    if (!csv_next(&sheet->reader, arena, &header))
        return refuse_file(source, 1, "the file is empty; it needs a line of column names", error);
    if (text_break(sheet, header.start, header.end, &offset)) {
        return error_set(error, ERROR_INPUT, SCOPE_COLLECTION,
                         "%s:%zu: byte %zu is not %s text; save the file as UTF-8 or set encoding",
                         source->path, header.line, offset, source_option(source, "encoding", ""));
    }
    if (header.fault) {
        return error_set(error, ERROR_INPUT, SCOPE_COLLECTION,
                         "%s:%zu: the line of column names has %s in column %zu", source->path,
                         header.line, header.fault, header.fault_column);
    }
    sheet->line_end = find_line_end(sheet, arena, &header);
    sheet->quoted = is_quoted(sheet, &header);
    const char **columns = arena_array(arena, header.count, sizeof *columns);
    int r = name_columns(sheet, arena, &header, columns, error);
    if (r < 0)
        return r;
    /* Each line of a file of stray quotes may look like the start of one long record. To follow
     * each to the end of all that a record can hold takes 40 us a line. */
    sheet->reader.most = 2 * header.count;
    return rows_init(&sheet->rows, source, columns, header.count, header.line, error);
}

static void note_block(struct sheet *sheet, size_t index, size_t cells)
{
    size_t block = index / BLOCK_ROWS;
    if (block >= sheet->block_count) {
        ARRAY_GROW(sheet->blocks, &sheet->block_capacity, block + 1);
        sheet->blocks[block] = (struct block){.least = cells, .most = cells};
        sheet->block_count = block + 1;
    }
    struct block *b = &sheet->blocks[block];
    b->least = cells < b->least ? cells : b->least;
    b->most = cells > b->most ? cells : b->most;
}

/* The first pass: keys, and how long the rows are. */
static void survey(struct sheet *sheet)
{
    CLEANUP_ARENA struct arena *scratch = arena_new();
    struct csv_reader reader = sheet->reader;
    struct csv_record record;
    note_block(sheet, 0, sheet->rows.column_count); /* the header */
    for (size_t index = 1; csv_next(&reader, scratch, &record); index++) {
        /* A last row without its line end may be cut off: it makes no block short. */
        bool cut = record.count < sheet->required && record.next == record.end;
        note_block(sheet, index, record.fault || cut ? 0 : record.count);
        if (!record.fault && sheet->rows.key < record.count) {
            const char *raw = decode(sheet, scratch, record.cells[sheet->rows.key].text);
            const char *key = rows_key(&sheet->rows, scratch, raw);
            if (key)
                rows_count(&sheet->rows, key);
        }
        arena_reset(scratch);
    }
}

static int sheet_open(struct sheet *sheet, struct source *source, const struct text *content,
                      struct arena *arena, struct error *error)
{
    sheet->source = source;
    sheet->content = content;
    sheet->delimiter = source_delimiter(source);
    sheet->single_byte = text_equal(source_option(source, "encoding", "utf-8"), "windows-1252");
    csv_start(&sheet->reader, content->data, content->length, sheet->delimiter);
    int r = check_content(sheet, arena, error);
    if (r == 0)
        r = read_header(sheet, arena, error);
    if (r < 0)
        return r;
    sheet->rows.defused = true;
    survey(sheet);
    return 0;
}

static bool is_blank(const struct csv_record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        if (!text_blank(record->cells[i].text))
            return false;
    }
    return !record->fault;
}

static bool is_short(const struct sheet *sheet, size_t index, size_t cells)
{
    const struct block *block = &sheet->blocks[index / BLOCK_ROWS];
    return cells < sheet->required && block->least != block->most;
}

static size_t column_at(const struct csv_record *record, size_t offset)
{
    size_t column = 1;
    while (column < record->count && record->cells[column - 1].end <= offset)
        column++;
    return column;
}

/* What is wrong with the record itself, the key apart. */
static void find_faults(const struct sheet *sheet, struct arena *arena,
                        const struct csv_record *record, size_t index, struct row *row)
{
    size_t offset = 0;
    size_t columns = sheet->rows.column_count;
    if (record->fault) {
        bool large = text_equal(record->fault, CSV_FAULT_LARGE);
        rows_fault(row, large ? FAULT_LARGE : FAULT_MALFORMED, record->fault_column, record->fault);
    } else if (text_break(sheet, record->start, record->end, &offset)) {
        rows_fault(row, FAULT_ENCODING, column_at(record, offset),
                   arena_printf(arena, "byte %zu of the file is not %s text", offset,
                                sheet->single_byte ? "windows-1252" : "UTF-8"));
    } else if (record->count > columns || is_short(sheet, index, record->count)) {
        size_t column = record->count > columns ? columns + 1 : record->count;
        rows_fault(row, FAULT_CELLS, column,
                   arena_printf(arena, "%zu cells where the header has %zu columns", record->count,
                                columns));
    }
}

/* NULL for a row of nothing but delimiters, which spreadsheets leave behind. */
static struct row *make_row(const struct sheet *sheet, struct arena *arena,
                            const struct csv_record *record, size_t index)
{
    if (is_blank(record))
        return NULL;
    struct row *row = rows_new(&sheet->rows, arena, record->line);
    for (size_t i = 0; i < record->count && i < row->column_count; i++)
        row->raw[i] = decode(sheet, arena, record->cells[i].text);
    find_faults(sheet, arena, record, index, row);
    rows_finish(&sheet->rows, arena, row);
    return row;
}

static int csv_read(struct source *source, source_row_each *each, void *context,
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
    CLEANUP_SHEET struct sheet sheet = {0};
    r = sheet_open(&sheet, source, &content, arena, error);
    if (r < 0)
        return r;

    CLEANUP_ARENA struct arena *scratch = arena_new();
    struct csv_record record;
    for (size_t index = 1; csv_next(&sheet.reader, scratch, &record); index++) {
        const struct row *row = make_row(&sheet, scratch, &record, index);
        r = row ? each(context, row) : 0;
        if (r < 0)
            return r;
        arena_reset(scratch);
    }
    *ret_state = state;
    return 0;
}

static int missing_column(const struct sheet *sheet, const struct source_edit *edit,
                          struct error *error)
{
    return error_set(
        error, ERROR_INPUT, SCOPE_RECORD,
        "%s: no column \"%s\" to write row \"%s\" to; add a column named %s to the file",
        sheet->source->path, edit->column, edit->key, edit->column);
}

/* The edit's text as it is to stand in the file; NULL with `error` if it cannot. */
static const char *encode_edit(const struct sheet *sheet, struct arena *arena,
                               const struct source_edit *edit, struct error *error)
{
    const char *text = edit->text ? edit->text : "";
    if (csv_is_risky(text) && !csv_is_number(text))
        text = arena_printf(arena, "'%s", text);
    if (!sheet->single_byte || is_ascii(text))
        return text;
    text = convert(arena, "WINDOWS-1252", "UTF-8", text);
    if (!text) {
        error_set(error, ERROR_INPUT, SCOPE_RECORD,
                  "%s: row \"%s\": the new value of \"%s\" has characters that windows-1252 does "
                  "not have; save the file as UTF-8 and set encoding: utf-8",
                  sheet->source->path, edit->key, edit->column);
    }
    return text;
}

/* Fills `texts` (one per column, NULL: as it is) with the new cells of the row. */
static int plan_cells(const struct sheet *sheet, struct arena *arena, const struct row *row,
                      const struct row_edits *edits, const char **texts, struct error *error)
{
    for (size_t i = 0; i < edits->count; i++) {
        const struct source_edit *edit = edits->edits[i];
        size_t column = row_column(row, edit->column);
        if (column == (size_t)-1)
            return missing_column(sheet, edit, error);
        if (texts[column]) {
            return error_set(error, ERROR_BUG, SCOPE_RECORD, "two edits of \"%s\" in row \"%s\"",
                             edit->column, edit->key);
        }
        if (!edit_is_current(edit, row->raw[column], row->cells[column]))
            return edit_is_stale(sheet->source, edit, row->place.line, error);
        const char *text = encode_edit(sheet, arena, edit, error);
        if (!text)
            return -ERROR_INPUT;
        texts[column] = text;
    }
    return 0;
}

/* Copies the record from *from on, with the new cells in it; *from then stands behind what was
 * copied. `pad` puts back the delimiters of cells that are not there. */
static void copy_record(const struct sheet *sheet, const struct csv_record *record,
                        const char **texts, bool pad, size_t *from, struct text *out)
{
    const char *bytes = sheet->content->data;
    for (size_t i = 0; texts && i < record->count; i++) {
        const struct csv_cell *cell = &record->cells[i];
        if (!texts[i] || strcmp(cell->text, texts[i]) == 0)
            continue;
        text_add_n(out, bytes + *from, cell->start - *from);
        bool quoted = cell->end > cell->start && bytes[cell->start] == '"';
        if (quoted)
            csv_write_quoted(out, texts[i]);
        else
            csv_write_cell(out, texts[i], sheet->delimiter);
        *from = cell->end;
    }
    if (!pad)
        return;
    text_add_n(out, bytes + *from, record->end - *from);
    *from = record->end;
    for (size_t i = record->count; i < sheet->rows.column_count; i++) {
        text_add_char(out, sheet->delimiter);
        csv_write_cell(out, texts ? texts[i] : NULL, sheet->delimiter);
    }
}

/* Whether an edit goes to a cell that the record, being short, does not have. */
static bool reaches_beyond(const struct sheet *sheet, const struct csv_record *record,
                           const char *const *texts)
{
    for (size_t i = record->count; i < sheet->rows.column_count; i++) {
        if (texts[i])
            return true;
    }
    return false;
}

/* What the walk over a file leaves for the rows that are added behind it. */
struct ending {
    size_t index;      /* of the next record */
    size_t last_short; /* of the last sound record with cells left away; 0: none */
    bool quoted;       /* the last sound record has all its cells in quotes */
};

/* One walk over the file. `ret_beyond` says that an edit needs the short rows to be padded, all of
 * them, because a block of rows must stay equally short. */
static int rewrite_rows(const struct sheet *sheet, const struct map *by_key, bool pad,
                        struct text *out, struct ending *ret_ending, bool *ret_beyond,
                        struct error *error)
{
    CLEANUP_ARENA struct arena *scratch = arena_new();
    struct csv_reader reader = sheet->reader;
    struct csv_record record;
    struct ending ending = {.index = 1, .quoted = sheet->quoted};
    size_t from = 0;
    bool beyond = false;
    for (; csv_next(&reader, scratch, &record); ending.index++) {
        const struct row *row = make_row(sheet, scratch, &record, ending.index);
        bool sound = row && !row->fault_code;
        struct row_edits *edits = sound ? map_get(by_key, row->key) : NULL;
        const char **texts = NULL;
        if (edits) {
            texts = arena_array(scratch, row->column_count, sizeof *texts);
            int r = plan_cells(sheet, scratch, row, edits, texts, error);
            if (r < 0)
                return r;
            beyond = beyond || reaches_beyond(sheet, &record, texts);
            edits->done = true;
        }
        if (sound && record.count < sheet->required)
            ending.last_short = ending.index;
        if (sound)
            ending.quoted = is_quoted(sheet, &record);
        copy_record(sheet, &record, texts, pad && sound, &from, out);
        arena_reset(scratch);
    }
    text_add_n(out, sheet->content->data + from, sheet->content->length - from);
    *ret_ending = ending;
    *ret_beyond = beyond;
    return 0;
}

static bool adds_rows(const struct map *by_key)
{
    for (size_t i = 0; i < map_count(by_key); i++)
        if (((const struct row_edits *)map_value_at(by_key, i))->fresh)
            return true;
    return false;
}

/* A row with all its cells would stand out in a block of short ones. */
static bool would_stand_out(const struct map *by_key, const struct ending *ending)
{
    return ending->last_short && ending->last_short / BLOCK_ROWS == ending->index / BLOCK_ROWS &&
           adds_rows(by_key);
}

static bool ends_line(const struct text *out)
{
    return out->length > 0 && strchr("\r\n", out->data[out->length - 1]);
}

static int add_row(const struct sheet *sheet, struct arena *arena, struct row_edits *edits,
                   bool quoted, struct text *out, struct error *error)
{
    const struct rows *rows = &sheet->rows;
    const struct row *blank = rows_new(rows, arena, 0);
    const char **texts = arena_array(arena, rows->column_count, sizeof *texts);
    const struct source_edit key = {
        .key = edits->key, .column = rows->columns[rows->key], .text = edits->key};
    int r = plan_cells(sheet, arena, blank, edits, texts, error);
    if (r < 0)
        return r;
    texts[rows->key] = encode_edit(sheet, arena, &key, error);
    if (!texts[rows->key])
        return -ERROR_INPUT;
    if (!ends_line(out))
        text_add(out, sheet->line_end);
    for (size_t i = 0; i < rows->column_count; i++) {
        if (i > 0)
            text_add_char(out, sheet->delimiter);
        if (quoted)
            csv_write_quoted(out, texts[i] ? texts[i] : "");
        else
            csv_write_cell(out, texts[i], sheet->delimiter);
    }
    text_add(out, sheet->line_end);
    edits->done = true;
    return 0;
}

static int csv_rewrite(struct source *source, const struct text *content, const struct map *by_key,
                       struct arena *arena, struct text *out, struct error *error)
{
    CLEANUP_SHEET struct sheet sheet = {0};
    struct ending ending = {0};
    bool beyond = false;
    source_notices_clear(source);
    int r = sheet_open(&sheet, source, content, arena, error);
    if (r == 0)
        r = edits_find_room(source, by_key, sheet.rows.keys, error);
    if (r == 0)
        r = rewrite_rows(&sheet, by_key, false, out, &ending, &beyond, error);
    if (r == 0 && (beyond || would_stand_out(by_key, &ending))) {
        text_clear(out);
        r = rewrite_rows(&sheet, by_key, true, out, &ending, &beyond, error);
    }
    for (size_t i = 0; r == 0 && i < map_count(by_key); i++) {
        struct row_edits *edits = map_value_at(by_key, i);
        if (edits->fresh)
            r = add_row(&sheet, arena, edits, ending.quoted, out, error);
    }
    return r;
}

static int csv_write(struct source *source, const struct source_edit *edits, size_t count,
                     const struct file_state *state, struct file_state *ret_state,
                     struct error *error)
{
    return file_source_write(source, edits, count, state, csv_rewrite, ret_state, error);
}

const struct source_type csv_source_type = {
    .name = "csv",
    .options = csv_options,
    .option_count = COUNT(csv_options),
    .help = "a CSV file with a line of column names, as spreadsheets and CRM exports write it",
    .read = csv_read,
    .write = csv_write,
    .look = file_source_look,
};
