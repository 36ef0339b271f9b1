#include "base/memory.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_CAPACITY = 8 };

_Noreturn void memory_failed(void)
{
    static const char message[] = "agent: out of memory\n";
    /* Nothing that could allocate may run here; there is no use for a failed write either. */
    ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
    (void)written;
    abort();
}

void *memory_alloc(size_t size)
{
    void *memory = calloc(1, size ? size : 1);
    if (!memory)
        memory_failed();
    return memory;
}

void *memory_resize(void *old, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        memory_failed();
    void *memory = realloc(old, bytes ? bytes : 1);
    if (!memory)
        memory_failed();
    return memory;
}

char *memory_copy(const char *text)
{
    if (!text)
        return NULL;
    size_t bytes = strlen(text) + 1;
    return memcpy(memory_alloc(bytes), text, bytes);
}

void *memory_grow(void *array, size_t *capacity, size_t need, size_t size)
{
    if (array && need <= *capacity)
        return array;
    size_t wanted = *capacity ? *capacity : FIRST_CAPACITY;
    while (wanted < need) {
        if (wanted > SIZE_MAX / 2)
            memory_failed();
        wanted *= 2;
    }
    array = memory_resize(array, wanted, size);
    *capacity = wanted;
    return array;
}
