#include "model/row.h"

#include <string.h>

size_t row_column(const struct row *row, const char *name)
{
    for (size_t i = 0; name && i < row->column_count; i++) {
        if (!strcmp(row->columns[i], name))
            return i;
    }
    return (size_t)-1;
}

const char *row_cell(const struct row *row, const char *name)
{
    size_t column = row_column(row, name);
    return column == (size_t)-1 ? NULL : row->cells[column];
}
