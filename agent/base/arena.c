#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

enum {
    ALIGNMENT = 16,
    FIRST_BLOCK = 4 * 1024,  /* most arenas serve one record */
    LAST_BLOCK = 1024 * 1024 /* blocks double up to here; a longer piece gets a block of its own */
};

struct block {
    struct block *next; /* the block that was filled before this one */
    size_t size;
    size_t used;
    alignas(ALIGNMENT) unsigned char bytes[];
};

struct arena {
    struct block *top;
    size_t next_size;
};

struct arena *arena_new(void)
{
    struct arena *arena = memory_alloc(sizeof *arena);
    arena->next_size = FIRST_BLOCK;
    return arena;
}

static void free_blocks(struct block *block)
{
    while (block) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    free_blocks(arena->top);
    free(arena);
}

void arena_reset(struct arena *arena)
{
    struct block *kept = arena->top;
    if (!kept)
        return;
    free_blocks(kept->next);
    kept->next = NULL;
    memset(kept->bytes, 0, kept->used);
    kept->used = 0;
}

static struct block *push_block(struct arena *arena, size_t size)
{
    size_t block_size = arena->next_size;
    if (arena->next_size < LAST_BLOCK)
        arena->next_size *= 2;
    if (block_size < size)
        block_size = size;
    if (block_size > SIZE_MAX - sizeof(struct block))
        memory_failed();
    struct block *block = memory_alloc(sizeof *block + block_size);
    block->size = block_size;
    block->next = arena->top;
    arena->top = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX - ALIGNMENT)
        memory_failed();
    /* Nothing asked for still gets an address of its own. */
    size_t rounded = size ? (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT : ALIGNMENT;
    struct block *block = arena->top;
    if (!block || block->size - block->used < rounded)
        block = push_block(arena, rounded);
    void *memory = block->bytes + block->used;
    block->used += rounded;
    return memory;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        memory_failed();
    return arena_alloc(arena, bytes);
}

char *arena_copy(struct arena *arena, const char *text)
{
    return text ? arena_copy_n(arena, text, strlen(text)) : NULL;
}

char *arena_copy_n(struct arena *arena, const char *bytes, size_t length)
{
    if (!bytes)
        return NULL;
    if (length == SIZE_MAX)
        memory_failed();
    char *copy = arena_alloc(arena, length + 1); /* zeroed: the NUL is there */
    memcpy(copy, bytes, length);
    return copy;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length < 0)
        memory_failed(); /* our formats are constant: only allocation can fail */
    size_t size = (size_t)length + 1;
    char *text = arena_alloc(arena, size);
    vsnprintf(text, size, format, again);
    va_end(again);
    return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}
