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
