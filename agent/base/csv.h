/* RFC 4180 CSV, as spreadsheets really write it: BOM, CRLF or LF, quoted newlines, any one-byte
 * delimiter. The reader is a pull parser over bytes in memory and reports where each record and
 * each cell stands. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"

struct csv_cell {
    const char *text;  /* unquoted content, in the arena */
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

#define CSV_FAULT_LARGE "a cell of more than 1 MiB"

struct csv_reader {
    const char *bytes;
    size_t length, offset, line;
    size_t expect; /* cells of the record before: how many to make room for */
    size_t most;   /* cells of a record over several lines; whoever knows the columns says less */
    char delimiter;
};

/* Skips a BOM. */
void csv_start(struct csv_reader *reader, const char *bytes, size_t length, char delimiter);
/* False at the end. Lines without a byte are passed over. A malformed record comes back with its
 * fault; reading goes on at the next line. An unterminated quote that would swallow the rest of the
 * file ends at its own line. A quote in the middle of an unquoted cell (5" pipe) is just text; NUL
 * bytes, cells above LIMIT_CELL_BYTES and records above LIMIT_COLUMNS are faults. So is a record
 * over several lines with more than reader->most cells: its quotes have swallowed its neighbours.
 */
bool csv_next(struct csv_reader *reader, struct arena *arena, struct csv_record *ret_record);

/* Adds a cell, quoted if needed. */
void csv_write_cell(struct text *out, const char *text, char delimiter);
/* The same, quoted in any case. */
void csv_write_quoted(struct text *out, const char *text);
/* The same after defusing formulas. */
void csv_write_safe(struct text *out, const char *text, char delimiter);

/* A cell that begins with = + - @, tab or CR is a formula to a spreadsheet; one that begins with
 * apostrophes and then one of these would be mistaken for a defused cell. Both get an apostrophe
 * before them, and csv_restore() takes exactly that one off again, so that what was written is
 * what is read. */
bool csv_is_risky(const char *text);
const char *csv_restore(const char *text); /* points into `text` */
/* "+1 206 555 0100", "-12.50": a sign, then digits and what numbers and phones are written with.
 * Such a cell is risky by its first character only; edits in place leave it as it is, because an
 * apostrophe would turn a number into a text for everybody else who reads the file. */
bool csv_is_number(const char *text);

#endif
