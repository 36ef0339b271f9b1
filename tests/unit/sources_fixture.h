/* What the tests of sources share: a folder of their own, settings without a config file, a fixed
 * clock, and rows that outlive the read. */
#ifndef TESTS_UNIT_SOURCES_FIXTURE_H
#define TESTS_UNIT_SOURCES_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"
#include "sources/source.h"

struct fixture {
    char folder[64];
    char path[128];
    struct setting items[16];
    struct settings settings;
    struct source *source;
    struct arena *arena;
    struct row rows[128];
    size_t row_count;
    struct file_state state;
    struct error error;
};

static int64_t fixed_now(void *context)
{
    (void)context;
    return INT64_C(1793613600000); /* 2026-11-02T10:00:00Z */
}
static const struct world fixed_world = {.now_ms = fixed_now};

static inline struct fixture *fixture_new(const char *file)
{
    struct fixture *f = memory_alloc(sizeof *f);
    snprintf(f->folder, sizeof f->folder, "/tmp/sources-test-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/%s", f->folder, file);
    f->arena = arena_new();
    f->settings = (struct settings){.items = f->items};
    f->items[f->settings.count++] = (struct setting){.name = "path", .text = f->path};
    return f;
}

static inline void fixture_free(struct fixture *f)
{
    source_close(f->source);
    DIR *folder = opendir(f->folder);
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        char path[sizeof f->folder + sizeof entry->d_name + 1];
        snprintf(path, sizeof path, "%s/%s", f->folder, entry->d_name);
        unlink(path);
    }
    closedir(folder);
    assert_int_equal(rmdir(f->folder), 0);
    arena_free(f->arena);
    free(f);
}

static inline void fixture_set(struct fixture *f, const char *name, const char *text)
{
    f->items[f->settings.count++] = (struct setting){.name = name, .text = text, .given = true};
}

static inline void fixture_null_words(struct fixture *f, const char **words)
{
    f->items[f->settings.count++] =
        (struct setting){.name = "null_words", .list = words, .given = true};
}

static inline int fixture_open(struct fixture *f, const char *type)
{
    source_close(f->source);
    f->source = NULL;
    return source_open("crm", source_type_find(type), &f->settings, &fixed_world, &f->source,
                       &f->error);
}

static inline void put_bytes(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static inline void put(struct fixture *f, const char *text)
{
    put_bytes(f->path, text, strlen(text));
}

/* The file's bytes, in the fixture's arena; NULL if there is none. */
static inline char *get_bytes(struct fixture *f, const char *path, size_t *ret_length)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    CLEANUP_TEXT struct text text;
    text_init(&text, LIMIT_SOURCE_BYTES);
    char buffer[4096];
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, file)) > 0;)
        text_add_n(&text, buffer, n);
    fclose(file);
    if (ret_length)
        *ret_length = text.length;
    return arena_copy_n(f->arena, text.data, text.length);
}

static inline char *get(struct fixture *f, const char *ending)
{
    char path[192];
    snprintf(path, sizeof path, "%s/%s", f->folder, ending);
    return get_bytes(f, path, NULL);
}

static inline int keep_row(void *context, const struct row *row)
{
    struct fixture *f = context;
    assert_true(f->row_count < COUNT(f->rows));
    struct row *kept = &f->rows[f->row_count++];
    *kept = *row;
    const char **columns = arena_array(f->arena, row->column_count, sizeof *columns);
    kept->cells = arena_array(f->arena, row->column_count, sizeof *kept->cells);
    kept->raw = arena_array(f->arena, row->column_count, sizeof *kept->raw);
    for (size_t i = 0; i < row->column_count; i++) {
        columns[i] = arena_copy(f->arena, row->columns[i]);
        kept->cells[i] = arena_copy(f->arena, row->cells[i]);
        kept->raw[i] = arena_copy(f->arena, row->raw[i]);
    }
    kept->columns = columns;
    kept->key = arena_copy(f->arena, row->key);
    kept->fault = arena_copy(f->arena, row->fault);
    return 0;
}

static inline int fixture_read(struct fixture *f)
{
    f->row_count = 0;
    return f->source->type->read(f->source, keep_row, f, &f->state, &f->error);
}

static inline int fixture_write(struct fixture *f, const struct source_edit *edits, size_t count)
{
    return f->source->type->write(f->source, edits, count, &f->state, &f->state, &f->error);
}

/* xorshift64*, so that a printed seed repeats a run anywhere. */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

#endif
