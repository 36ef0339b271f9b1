/* A file of the drop as rows: its header by the map of columns, each row checked, what cannot be
 * used set apart with line and reason. */
#ifndef CONNECTORS_DROP_SHEET_H
#define CONNECTORS_DROP_SHEET_H

#include "base/csv.h"
#include "connectors/drop/format.h"
#include "connectors/drop/row.h"

struct drop_line {
    struct json *cells; /* a member for each column, "" for an empty cell; NULL: malformed */
    const char *id;     /* NULL: the row has none */
    size_t number;      /* of the line in the file, from 1 */
    const char *reason; /* NULL, or why it cannot be used */
    bool unmatched;     /* … because nothing is known that it could speak of */
    bool again;         /* the same row stands above: nothing to do, nothing wrong */
    struct csv_record record;
};

struct drop_sheet {
    struct arena *arena; /* the caller's */
    const struct drop_format *format;
    struct csv_record header;
    const char **columns; /* member of each cell; NULL: ours, not read back */
    struct drop_line *lines;
    size_t count, capacity;
};

/* Which format the file has. NULL with `ret_why`: none. `maps` has one map a format. */
const struct drop_format *drop_sheet_format(struct arena *arena, const char *bytes, size_t length,
                                            const struct drop_map *maps, const char **ret_why);
/* Reads it. NULL, or why no row of it can be used. */
const char *drop_sheet_read(struct arena *arena, const struct drop_format *format,
                            const struct drop_map *map, const struct value_style *style,
                            const char *bytes, size_t length, struct drop_sheet *ret_sheet);
void drop_sheet_free(struct drop_sheet *sheet);
size_t drop_sheet_rejected(const struct drop_sheet *sheet);
/* The rows that cannot be used, as CSV, line and reason before them. */
void drop_sheet_rejects(const struct drop_sheet *sheet, struct text *out);
/* The same for a file of which none can. */
void drop_sheet_refusal(const struct drop_format *format, const char *reason, struct text *out);

/* What a file of rejects tells. */
struct drop_rejects {
    const char *kind;   /* the format's name; "": none */
    size_t rows;        /* 0: the whole file */
    size_t unmatched;   /* of them */
    const char *reason; /* the first */
    size_t line;        /* of the first */
};
/* False if it is none. */
bool drop_sheet_rejects_read(struct arena *arena, const char *bytes, size_t length,
                             struct drop_rejects *ret_rejects);

#endif
