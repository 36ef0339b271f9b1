/* RFC 4180 CSV, as spreadsheets really write it: BOM, CRLF or LF, quoted newlines, any one-byte
 * delimiter. The reader is a pull parser over bytes in memory and reports where each record and each
 * cell stands. */
#ifndef SOURCES_CSV_H
#define SOURCES_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"

struct csv_cell {
    const char *text; /* unquoted content, in the arena */
    size_t start, end; /* byte range in the input, quotes included */
};

struct csv_record {
    struct csv_cell *cells;
    size_t count;
    size_t line;         /* from 1: line of the first byte */
    size_t start, end;   /* byte range, the line end excluded */
    size_t next;         /* offset of the next record */
    const char *fault;   /* NULL, or what is malformed ("text after a closing quote", …) */
    size_t fault_column; /* from 1 */
};

struct csv_reader {
    const char *bytes;
    size_t length, offset, line;
    char delimiter;
};

/* Skips a BOM. */
void csv_start(struct csv_reader *reader, const char *bytes, size_t length, char delimiter);
/* False at the end. A malformed record comes back with its fault; reading goes on at the next line.
 * An unterminated quote that would swallow the rest of the file ends at its own line. */
bool csv_next(struct csv_reader *reader, struct arena *arena, struct csv_record *ret_record);

/* Adds a cell, quoted if needed. */
void csv_write_cell(struct text *out, const char *text, char delimiter);
/* The same after defusing formulas. */
void csv_write_safe(struct text *out, const char *text, char delimiter);

#endif
