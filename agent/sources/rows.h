/* For source types only: what turns the cells of a file into rows. The columns of one file, which
 * of them are the key and the time of change, the words that mean nothing, and how often each key
 * stands there. Belongs to one read; its memory comes from that read's arena. */
#ifndef SOURCES_ROWS_H
#define SOURCES_ROWS_H

#include "base/map.h"
#include "sources/source.h"

struct rows {
    struct source *source;
    const char *const *columns;
    size_t column_count;
    size_t key;
    size_t modified; /* (size_t)-1: none */
    const char *date_format;
    const char *const *null_words; /* NULL-ended */
    bool defused;                  /* cells may carry the apostrophe of csv_write_safe() */
    struct map *keys;
};

/* Finds the columns that the settings name. ERROR_INPUT, at `line`, if one is not there. */
int rows_init(struct rows *rows, struct source *source, const char *const *columns,
              size_t column_count, size_t line, struct error *error);
void rows_free(struct rows *rows);

/* What the cell means: NULL if it is blank or a null word. */
const char *rows_cell(const struct rows *rows, struct arena *arena, const char *raw);
/* The same for a key, trimmed. */
const char *rows_key(const struct rows *rows, struct arena *arena, const char *raw);
/* The first pass counts the keys, so that the second can tell each row that its key is not its own.
 */
void rows_count(struct rows *rows, const char *key);

/* A row with room for every column, its raw cells "". */
struct row *rows_new(const struct rows *rows, struct arena *arena, size_t line);
/* The first fault of a row stays. */
void rows_fault(struct row *row, const char *code, size_t column, const char *text);
/* Fills cells, key and time from row->raw, and finds what is wrong with the key. */
void rows_finish(const struct rows *rows, struct arena *arena, struct row *row);

/* The text with every byte that is not UTF-8 as U+FFFD; the text itself if there is none. */
const char *rows_scrub(struct arena *arena, const char *text);

/* Finding codes of what can be wrong with a row. */
#define FAULT_NO_KEY        "SRC-001"
#define FAULT_DUPLICATE_KEY "SRC-002"
#define FAULT_DAMAGED_KEY   "SRC-003"
#define FAULT_MALFORMED     "SRC-005"
#define FAULT_CELLS         "SRC-006"
#define FAULT_ENCODING      "SRC-007"
#define FAULT_LARGE         "SRC-013"
#endif
