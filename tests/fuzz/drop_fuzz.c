/* Files of the drop over any bytes: each row either can be used or is set apart with a reason, and
 * what is set apart can be told, and read again, row for row. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "connectors/drop/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_line(const struct drop_sheet *sheet, const struct drop_line *line)
{
    require(line->number > 0);
    if (line->reason)
        return;
    require(line->cells != NULL);
    for (size_t i = 0; i < line->cells->count; i++) {
        const char *text = json_text(line->cells->items[i]);
        require(text && utf8_valid(text, strlen(text), NULL));
    }
    require(!line->id || *line->id);
    CLEANUP_ARENA struct arena *arena = arena_new();
    drop_row_reference(arena, line->cells);
    drop_row_deal(arena, line->cells);
    const char *schema = drop_row_text(line->cells, DROP_SCHEMA);
    require(!schema || text_equal(schema, sheet->format->schema));
}

static void check_rejects(struct arena *arena, const struct drop_sheet *sheet)
{
    CLEANUP_TEXT struct text out;
    struct drop_rejects told;
    size_t rejected = drop_sheet_rejected(sheet);
    text_init(&out, 64u * 1024 * 1024);
    if (!rejected)
        return;
    drop_sheet_rejects(sheet, &out);
    require(!text_failed(&out));
    require(drop_sheet_rejects_read(arena, out.data, out.length, &told));
    require(told.rows == rejected && text_equal(told.kind, sheet->format->name));
}

static void check_sheet(struct arena *arena, const struct drop_format *format,
                        const struct drop_map *map, const char *bytes, size_t size)
{
    static const struct value_style style;
    CLEANUP(drop_sheet_free) struct drop_sheet sheet = {0};
    if (drop_sheet_read(arena, format, map, &style, bytes, size, &sheet))
        return;
    for (size_t i = 0; i < sheet.count; i++)
        check_line(&sheet, &sheet.lines[i]);
    check_rejects(arena, &sheet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    CLEANUP_FREE char *bytes = memory_alloc(size + 1);
    const char *ours[] = {"display_name"}, *theirs[] = {"Deal name"}, *why = NULL;
    const struct drop_map maps[DROP_KINDS] = {
        [DROP_COSELL] = {.ours = ours, .theirs = theirs, .count = 1}};
    struct drop_rejects told;
    if (size > 0)
        memcpy(bytes, data, size);
    const struct drop_format *format = drop_sheet_format(arena, bytes, size, maps, &why);
    require(format || why);
    drop_sheet_rejects_read(arena, bytes, size, &told);
    for (size_t i = 0; i < DROP_KINDS; i++)
        check_sheet(arena, &drop_formats[i], &maps[i], bytes, size);
    return 0;
}
