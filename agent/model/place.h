/* Where in a file something stands. */
#ifndef MODEL_PLACE_H
#define MODEL_PLACE_H

#include <stddef.h>

struct place {
    const char *file; /* NULL: unknown */
    size_t line;      /* from 1; 0: the whole file */
    size_t column; /* from 1, in characters of the config or in cells of a row; 0: the whole line */
};

#endif
