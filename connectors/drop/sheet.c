#include "connectors/drop/sheet.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/memory.h"

/* ---- which format ---- */

static const char *trimmed(struct arena *arena, const char *cell)
{
    return text_trim(arena_copy(arena, csv_restore(cell)));
}

static size_t find_heading(struct arena *arena, const struct csv_record *header,
                           const struct drop_map *map, const char *column)
{
    for (size_t i = 0; i < header->count; i++) {
        const char *heading = trimmed(arena, header->cells[i].text);
        const char *mapped = drop_map_column(map, heading);
        if (text_equal_nocase(mapped ? mapped : heading, column))
            return i;
    }
    return header->count;
}

/* The format that the first schema in the column names; NULL if none does. */
static const struct drop_format *named_format(struct arena *arena, struct csv_reader *reader,
                                              size_t column)
{
    struct csv_record record;
    while (csv_next(reader, arena, &record)) {
        const char *schema = column < record.count ? trimmed(arena, record.cells[column].text) : "";
        for (size_t i = 0; i < DROP_KINDS; i++) {
            size_t length = strlen(drop_formats[i].name);
            if (text_starts(schema, drop_formats[i].name) && schema[length] == '/')
                return &drop_formats[i];
        }
    }
    return NULL;
}

static size_t count_mapped(struct arena *arena, const struct csv_record *header,
                           const struct drop_map *map)
{
    size_t count = 0;
    for (size_t i = 0; i < header->count; i++)
        count += drop_map_column(map, trimmed(arena, header->cells[i].text)) != NULL;
    return count;
}

/* Exports of a portal name no schema: those are told by the headings that the maps know. */
static const struct drop_format *mapped_format(struct arena *arena, const struct csv_record *header,
                                               const struct drop_map *maps)
{
    const struct drop_format *format = NULL;
    size_t most = 0;
    for (size_t i = 0; i < DROP_KINDS; i++) {
        size_t count = count_mapped(arena, header, &maps[i]);
        if (count == most)
            format = NULL;
        if (count > most)
            format = &drop_formats[i];
        most = count > most ? count : most;
    }
    return format;
}

const struct drop_format *drop_sheet_format(struct arena *arena, const char *bytes, size_t length,
                                            const struct drop_map *maps, const char **ret_why)
{
    struct csv_reader reader;
    struct csv_record header;
    const struct drop_format *format = NULL;
    csv_start(&reader, bytes, length, ',');
    if (!csv_next(&reader, arena, &header)) {
        *ret_why = "the file is empty: a header row is needed";
        return NULL;
    }
    for (size_t i = 0; i < DROP_KINDS && !format; i++) {
        struct csv_reader rows = reader;
        size_t column = find_heading(arena, &header, &maps[i], DROP_SCHEMA);
        if (column < header.count)
            format = named_format(arena, &rows, column);
    }
    if (!format)
        format = mapped_format(arena, &header, maps);
    if (!format)
        *ret_why = "no row names a schema: add the column schema with cosell/1 or offer/1, or map "
                   "the headings in clouds.drop.cosell_columns or offer_columns";
    return format;
}

/* ---- the header ---- */

static bool has_prefix_nocase(const char *text, const char *prefix)
{
    return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

static const char *column_of(struct drop_sheet *sheet, const struct drop_map *map, size_t index)
{
    const char *heading = trimmed(sheet->arena, sheet->header.cells[index].text);
    const char *mapped = drop_map_column(map, heading);
    const struct drop_column *known = drop_column_find(sheet->format, mapped ? mapped : heading);
    if (known)
        return known->name;
    if (has_prefix_nocase(heading, DROP_OURS) || has_prefix_nocase(heading, DROP_REJECTED))
        return NULL;
    return *heading && strcmp(heading, DROP_ASIDE) != 0
               ? heading
               : arena_printf(sheet->arena, "column %zu", index + 1);
}

static const char *read_header(struct drop_sheet *sheet, const struct drop_map *map)
{
    const struct csv_record *header = &sheet->header;
    CLEANUP_MAP struct map *names = map_new();
    sheet->columns = arena_array(sheet->arena, header->count + 1, sizeof *sheet->columns);
    if (header->fault)
        return arena_printf(sheet->arena, "the header is malformed: %s", header->fault);
    for (size_t i = 0; i < header->count; i++) {
        const char *text = header->cells[i].text;
        if (!utf8_valid(text, strlen(text), NULL))
            return "the header is not UTF-8: export the file with the encoding UTF-8";
        sheet->columns[i] = column_of(sheet, map, i);
        if (!sheet->columns[i])
            continue;
        if (map_has(names, sheet->columns[i]))
            return arena_printf(sheet->arena, "two columns are %s: give each a heading of its own",
                                sheet->columns[i]);
        map_put(names, sheet->columns[i], sheet);
    }
    return NULL;
}

/* ---- rows ---- */

static const char *read_cells(struct drop_sheet *sheet, const struct value_style *style,
                              struct drop_line *line)
{
    struct arena *arena = sheet->arena;
    const char *reason = NULL;
    for (size_t i = 0; i < line->record.count; i++) {
        const char *name = sheet->columns[i];
        if (!name)
            continue;
        const char *text = csv_restore(line->record.cells[i].text);
        if (!utf8_valid(text, strlen(text), NULL))
            return arena_printf(arena, "%s is not UTF-8: export the file with the encoding UTF-8",
                                name);
        const struct drop_column *column = drop_column_find(sheet->format, name);
        const char *kept = column ? text_trim(arena_copy(arena, text)) : text, *why = NULL;
        if (column && *kept)
            why = drop_column_fault(arena, column, style, kept, &kept);
        reason = reason ? reason : why;
        json_set_text(arena, line->cells, name, kept);
    }
    return reason;
}

static const char *check_schema(struct drop_sheet *sheet, const struct drop_line *line)
{
    const char *schema = drop_row_text(line->cells, DROP_SCHEMA);
    if (!json_get(line->cells, DROP_SCHEMA) || text_equal(schema, sheet->format->schema))
        return NULL;
    return arena_printf(sheet->arena, "schema is \"%s\": this file is read as %s",
                        schema ? schema : "", sheet->format->schema);
}

static const char *check_whole(struct drop_sheet *sheet, struct drop_line *line)
{
    const char *id = drop_row_text(line->cells, sheet->format->id);
    const char *amount =
        drop_row_text(line->cells, drop_column_find(sheet->format, "amount") ? "amount" : "tcv");
    if (amount && json_get(line->cells, "currency") && !drop_row_text(line->cells, "currency"))
        return "an amount without currency";
    const char *slash = id ? strrchr(id, '/') : NULL;
    line->id = slash ? slash + 1 : id;
    return slash && !slash[1]
               ? arena_printf(sheet->arena, "%s: \"%s\" ends in a slash", sheet->format->id, id)
               : NULL;
}

static void read_line(struct drop_sheet *sheet, const struct value_style *style,
                      struct drop_line *line)
{
    struct arena *arena = sheet->arena;
    const struct csv_record *record = &line->record;
    line->number = record->line;
    if (record->fault)
        line->reason =
            arena_printf(arena, "malformed at cell %zu: %s", record->fault_column, record->fault);
    else if (record->count != sheet->header.count)
        line->reason = arena_printf(arena, "%zu cells where the header has %zu", record->count,
                                    sheet->header.count);
    if (line->reason)
        return;
    line->cells = json_object(arena);
    line->reason = read_cells(sheet, style, line);
    if (!line->reason)
        line->reason = check_schema(sheet, line);
    if (!line->reason)
        line->reason = check_whole(sheet, line);
}

/* Two rows of one record in a file: the newer one counts, if that can be told. Returns the one that
 * a third is to be held against. */
static struct drop_line *settle_twice(struct drop_sheet *sheet, struct drop_line *first,
                                      struct drop_line *second)
{
    if (json_equal(first->cells, second->cells)) {
        second->again = true;
        return first;
    }
    const char *a = drop_row_text(first->cells, DROP_UPDATED);
    const char *b = drop_row_text(second->cells, DROP_UPDATED);
    int order = a && b ? drop_row_order(a, b) : 0;
    if (order) /* the state takes the newer one, whichever comes first */
        return order < 0 ? second : first;
    static const char *const text = "%s %s stands in line %zu, too, with other values and no other "
                                    "update_time";
    first->reason = first->reason ? first->reason
                                  : arena_printf(sheet->arena, text, sheet->format->id, first->id,
                                                 second->number);
    second->reason = arena_printf(sheet->arena, text, sheet->format->id, second->id, first->number);
    return first;
}

static void find_twice(struct drop_sheet *sheet)
{
    CLEANUP_MAP struct map *seen = map_new();
    for (size_t i = 0; i < sheet->count; i++) {
        struct drop_line *line = &sheet->lines[i];
        if (line->reason || !line->id)
            continue;
        struct drop_line *first = map_get(seen, line->id);
        map_put(seen, line->id, first ? settle_twice(sheet, first, line) : line);
    }
}

const char *drop_sheet_read(struct arena *arena, const struct drop_format *format,
                            const struct drop_map *map, const struct value_style *style,
                            const char *bytes, size_t length, struct drop_sheet *ret_sheet)
{
    struct drop_sheet sheet = {.arena = arena, .format = format};
    struct csv_reader reader;
    csv_start(&reader, bytes, length, ',');
    if (!csv_next(&reader, arena, &sheet.header))
        return "the file is empty: a header row is needed";
    const char *why = read_header(&sheet, map);
    if (why)
        return why;
    reader.most = sheet.header.count;
    struct csv_record record;
    while (csv_next(&reader, arena, &record)) {
        ARRAY_GROW(sheet.lines, &sheet.capacity, sheet.count + 1);
        sheet.lines[sheet.count] = (struct drop_line){.record = record};
        read_line(&sheet, style, &sheet.lines[sheet.count++]);
    }
    find_twice(&sheet);
    *ret_sheet = sheet;
    return NULL;
}

void drop_sheet_free(struct drop_sheet *sheet)
{
    free(sheet->lines);
    *sheet = (struct drop_sheet){0};
}

/* ---- rejects ---- */

#define REJECT_HEAD DROP_REJECTED "line," DROP_REJECTED "reason," DROP_REJECTED "kind"
#define UNMATCHED   "unmatched: "

size_t drop_sheet_rejected(const struct drop_sheet *sheet)
{
    size_t count = 0;
    for (size_t i = 0; i < sheet->count; i++)
        count += sheet->lines[i].reason != NULL;
    return count;
}

static void add_reason(struct text *out, size_t line, const char *before, const char *reason,
                       const char *kind)
{
    CLEANUP_TEXT struct text all;
    text_init(&all, LIMIT_CELL_BYTES);
    text_addf(&all, "%s%s", before, reason);
    text_addf(out, "%zu,", line);
    csv_write_safe(out, all.data, ',');
    text_addf(out, ",%s", kind);
}

/* Columns of an earlier file of rejects, which somebody dropped again, are not carried on. */
static void add_record(const struct drop_sheet *sheet, struct text *out,
                       const struct csv_record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        if (i < sheet->header.count &&
            has_prefix_nocase(sheet->header.cells[i].text, DROP_REJECTED))
            continue;
        text_add_char(out, ',');
        csv_write_safe(out, csv_restore(record->cells[i].text), ',');
    }
    text_add_char(out, '\n');
}

void drop_sheet_rejects(const struct drop_sheet *sheet, struct text *out)
{
    text_add(out, REJECT_HEAD);
    add_record(sheet, out, &sheet->header);
    for (size_t i = 0; i < sheet->count; i++) {
        const struct drop_line *line = &sheet->lines[i];
        if (!line->reason)
            continue;
        add_reason(out, line->number, line->unmatched ? UNMATCHED : "", line->reason,
                   sheet->format->name);
        add_record(sheet, out, &line->record);
    }
}

void drop_sheet_refusal(const struct drop_format *format, const char *reason, struct text *out)
{
    text_add(out, REJECT_HEAD "\n");
    add_reason(out, 0, "", reason, format ? format->name : "");
    text_add_char(out, '\n');
}

bool drop_sheet_rejects_read(struct arena *arena, const char *bytes, size_t length,
                             struct drop_rejects *ret_rejects)
{
    struct drop_rejects rejects = {.kind = ""};
    struct csv_reader reader;
    struct csv_record record;
    csv_start(&reader, bytes, length, ',');
    if (!csv_next(&reader, arena, &record) || record.count < 3 ||
        !text_equal(record.cells[0].text, DROP_REJECTED "line"))
        return false;
    while (csv_next(&reader, arena, &record)) {
        if (record.count < 3)
            continue;
        const char *reason = csv_restore(record.cells[1].text);
        long long line = 0;
        if (!rejects.reason && text_to_int64(record.cells[0].text, &line)) {
            rejects.reason = reason;
            rejects.kind = record.cells[2].text;
            rejects.line = line > 0 ? (size_t)line : 0;
        }
        rejects.rows += rejects.line > 0;
        rejects.unmatched += text_starts(reason, UNMATCHED);
    }
    *ret_rejects = rejects;
    return rejects.reason != NULL;
}
