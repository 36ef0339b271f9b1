/* The CSV reader over any bytes: records must lie in order inside the input and cover no byte
 * twice, and what is read must be the same after it has been written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_places(const struct csv_record *record, size_t from, size_t length)
{
    require(record->start >= from && record->start < record->next);
    require(record->end <= record->next && record->next <= length);
    require(record->count > 0 && record->count <= LIMIT_COLUMNS + 1);
    size_t at = record->start;
    for (size_t i = 0; i < record->count; i++) {
        const struct csv_cell *cell = &record->cells[i];
        require(cell->start >= at && cell->start <= cell->end && cell->end <= record->end);
        require(strlen(cell->text) <= cell->end - cell->start);
        at = cell->end;
    }
}

static void check_round_trip(struct arena *arena, const struct csv_record *record, char delimiter)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, LIMIT_CELL_BYTES * 8);
    for (size_t i = 0; i < record->count; i++) {
        if (i > 0)
            text_add_char(&out, delimiter);
        csv_write_safe(&out, record->cells[i].text, delimiter);
    }
    if (text_failed(&out) || out.length == 0 || text_starts(out.data, "\xef\xbb\xbf"))
        return; /* too long, a blank line, or what would be taken for a BOM */
    struct csv_reader reader;
    struct csv_record again;
    csv_start(&reader, out.data, out.length, delimiter);
    require(csv_next(&reader, arena, &again));
    require(!again.fault && again.count == record->count && again.next == out.length);
    for (size_t i = 0; i < record->count; i++)
        require(strcmp(csv_restore(again.cells[i].text), record->cells[i].text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    CLEANUP_FREE char *bytes = memory_alloc(size + 1);
    if (size > 0)
        memcpy(bytes, data, size);
    static const char delimiters[] = {',', ';', '\t'};
    for (size_t i = 0; i < sizeof delimiters; i++) {
        struct csv_reader reader;
        struct csv_record record;
        size_t from = 0;
        size_t line = 0;
        csv_start(&reader, bytes, size, delimiters[i]);
        while (csv_next(&reader, arena, &record)) {
            check_places(&record, from, size);
            require(record.line > line);
            if (!record.fault)
                check_round_trip(arena, &record, delimiters[i]);
            from = record.next;
            line = record.line;
            arena_reset(arena);
        }
    }
    return 0;
}
