/* An arena: many small allocations, one release. Memory from an arena is zeroed, lives until
 * arena_free() or arena_reset(), and is never freed by itself. NULL in gives NULL out where a text
 * is copied. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);  /* NULL is fine */
void arena_reset(struct arena *arena); /* releases everything, keeps one block for use again */

void *arena_alloc(struct arena *arena, size_t size); /* 16-byte aligned */
void *arena_array(struct arena *arena, size_t count, size_t size);
char *arena_copy(struct arena *arena, const char *text);
char *arena_copy_n(struct arena *arena, const char *bytes, size_t length); /* adds the NUL */
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static inline void cleanup_arena(struct arena **arena)
{
    arena_free(*arena);
}
#define CLEANUP_ARENA __attribute__((cleanup(cleanup_arena)))

#endif
