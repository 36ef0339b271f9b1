/* A row of a source before it means anything: cells under column names. Lives in an arena. */
#ifndef MODEL_ROW_H
#define MODEL_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/place.h"

struct row {
    const char *key;            /* the source's key column; NULL: missing, and the row is bad */
    const char *const *columns; /* shared by all rows of a source */
    const char **cells;         /* column_count; NULL is absent: a null word or a blank cell */
    const char **raw;           /* the same cells as written, "" where there is nothing */
    size_t column_count;
    bool sparse; /* a column that is not there is one where nobody has a value (JSON Lines) */
    int64_t modified_ms;    /* from the source's `modified` column; 0: not said */
    struct place place;     /* line of the row's first character */
    const char *fault_code; /* finding code of what is wrong with the row itself, or NULL */
    const char *fault;      /* … in words */
    size_t fault_column;    /* from 1; 0: the row */
};

/* Index of a column by exact name, or (size_t)-1. */
size_t row_column(const struct row *row, const char *name);

#endif
