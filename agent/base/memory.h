/* Allocation. Running out of memory is treated as loss of power: memory_failed() is the one place
 * where the process ends, and the journal makes that as safe as kill -9. What outside input may
 * ask for is bounded before it gets here (see limits.h and text.h), so this is never reached by
 * bad input. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>
#include <stdlib.h>

_Noreturn void memory_failed(void);

void *memory_alloc(size_t size);                           /* zeroed; never NULL */
void *memory_resize(void *old, size_t count, size_t size); /* overflow-checked; never NULL */
char *memory_copy(const char *text);                       /* NULL gives NULL */

/* Grows an array to hold at least `need` items: ARRAY_GROW(list, &capacity, need). */
#define ARRAY_GROW(array, capacity, need)                                                          \
    ((array) = memory_grow((array), (capacity), (need), sizeof *(array)))
void *memory_grow(void *array, size_t *capacity, size_t need, size_t size);

/* Cleanup attribute: `CLEANUP_FREE char *text = …;`, handed over with take_ptr(&text). */
static inline void cleanup_free(void *pointer)
{
    free(*(void **)pointer);
}
#define CLEANUP_FREE      __attribute__((cleanup(cleanup_free)))
#define CLEANUP(function) __attribute__((cleanup(function)))
#define take_ptr(pointer)                                                                          \
    __extension__({                                                                                \
        __typeof__(pointer) take_slot = (pointer);                                                 \
        __typeof__(*take_slot) take_value = *take_slot;                                            \
        *take_slot = NULL;                                                                         \
        take_value;                                                                                \
    })

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* A list of texts in the place where it is needed, ended by NULL. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

#endif
