#include "commands/output.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "base/csv.h"

struct listing {
    struct arena *arena;
    const char *const *columns;
    size_t column_count;
    const char ***rows;
    size_t count, capacity;
    bool whole_last; /* the last column is cut in no table */
};

struct listing *listing_new(const char *const *columns)
{
    struct listing *listing = memory_alloc(sizeof *listing);
    listing->arena = arena_new();
    listing->columns = columns;
    while (columns[listing->column_count])
        listing->column_count++;
    return listing;
}

void listing_keep_last(struct listing *listing)
{
    listing->whole_last = true;
}

void listing_free(struct listing *listing)
{
    if (!listing)
        return;
    free(listing->rows);
    arena_free(listing->arena);
    free(listing);
}

void listing_add(struct listing *listing, const char *const *cells)
{
    const char **row = arena_array(listing->arena, listing->column_count, sizeof *row);
    for (size_t i = 0; i < listing->column_count; i++)
        row[i] = arena_copy(listing->arena, cells[i]);
    ARRAY_GROW(listing->rows, &listing->capacity, listing->count + 1);
    listing->rows[listing->count++] = row;
}

const char *output_safe(struct arena *arena, const char *text)
{
    if (!text)
        return "-";
    struct text out;
    text_init(&out, LIMIT_CELL_BYTES);
    log_safe(&out, text);
    const char *copy = arena_copy(arena, out.data);
    text_free(&out);
    return copy;
}

static void put_padded(const char *text, size_t width, bool last)
{
    fputs(text, stdout);
    size_t length = utf8_length(text);
    for (; !last && length < width + 2; length++)
        fputc(' ', stdout);
}

#define CELL_WIDTH 48 /* of a table, in characters; --verbose and the other formats cut nothing */

static const char *table_cell(struct arena *arena, const char *cell, bool whole)
{
    const char *safe = output_safe(arena, cell);
    if (whole || utf8_length(safe) <= CELL_WIDTH)
        return safe;
    char *cut = arena_copy(arena, safe);
    utf8_truncate(cut, CELL_WIDTH - 1);
    return arena_printf(arena, "%s…", cut);
}

static void print_table(const struct listing *listing, const struct arguments *arguments)
{
    size_t *widths = memory_alloc((listing->column_count + 1) * sizeof *widths);
    for (size_t c = 0; c < listing->column_count; c++)
        widths[c] = strlen(listing->columns[c]);
    for (size_t r = 0; r < listing->count; r++) {
        for (size_t c = 0; c < listing->column_count; c++) {
            bool whole = listing->whole_last && c + 1 == listing->column_count;
            const char *safe =
                table_cell(listing->arena, listing->rows[r][c], whole || arguments->verbose);
            listing->rows[r][c] = safe;
            if (utf8_length(safe) > widths[c])
                widths[c] = utf8_length(safe);
        }
    }
    fputs(output_tint(arguments, TINT_DIM), stdout);
    for (size_t c = 0; c < listing->column_count; c++) {
        char *title = arena_copy(listing->arena, listing->columns[c]);
        for (char *p = title; *p; p++)
            *p = *p == '_' ? ' ' : (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
        put_padded(title, widths[c], c + 1 == listing->column_count);
    }
    printf("%s\n", output_tint(arguments, TINT_PLAIN));
    for (size_t r = 0; r < listing->count; r++) {
        for (size_t c = 0; c < listing->column_count; c++)
            put_padded(listing->rows[r][c], widths[c], c + 1 == listing->column_count);
        fputc('\n', stdout);
    }
    free(widths);
}

struct json *listing_to_json(struct arena *arena, const struct listing *listing)
{
    struct json *array = json_array(arena);
    for (size_t r = 0; r < listing->count; r++) {
        struct json *object = json_object(arena);
        for (size_t c = 0; c < listing->column_count; c++)
            json_set_text(arena, object, listing->columns[c], listing->rows[r][c]);
        json_append(arena, array, object);
    }
    return array;
}

static void print_csv(const struct listing *listing)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, LIMIT_SOURCE_BYTES);
    for (size_t c = 0; c < listing->column_count; c++) {
        text_add(&out, c ? "," : "");
        csv_write_cell(&out, listing->columns[c], ',');
    }
    text_add(&out, "\r\n");
    for (size_t r = 0; r < listing->count; r++) {
        for (size_t c = 0; c < listing->column_count; c++) {
            text_add(&out, c ? "," : "");
            csv_write_safe(&out, listing->rows[r][c] ? listing->rows[r][c] : "", ',');
        }
        text_add(&out, "\r\n");
    }
    fwrite(out.data, 1, out.length, stdout);
}

void listing_print(const struct listing *listing, const struct arguments *arguments,
                   const char *empty)
{
    if (arguments->output == OUTPUT_JSON)
        output_json(listing_to_json(listing->arena, listing));
    else if (arguments->output == OUTPUT_CSV)
        print_csv(listing);
    else if (listing->count)
        print_table(listing, arguments);
    else
        printf("%s\n", empty);
}

void output_json(const struct json *json)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, LIMIT_SOURCE_BYTES);
    json_write(json, JSON_PRETTY, &out);
    printf("%s\n", out.data);
}

void output_error(const char *format, ...)
{
    char buffer[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    CLEANUP_TEXT struct text out;
    text_init(&out, LIMIT_CELL_BYTES);
    log_safe(&out, buffer);
    fprintf(stderr, "agent: %s\n", out.data);
}

static const char *advice(const struct error *error)
{
    switch (error->class) {
    case ERROR_TEMPORARY:
        return "it may pass: run the command again";
    case ERROR_THROTTLED:
        return "the cloud asks to slow down: run the command again later";
    case ERROR_AUTH:
        return "check the credentials and what they may do";
    case ERROR_STALE:
        return "somebody else changed it meanwhile: run the command again";
    case ERROR_BUG:
        return "this is a defect of agent: please report it";
    default:
        return NULL;
    }
}

void output_failure(const char *context, const struct error *error)
{
    const char *help = advice(error);
    output_error("%s%s%s%s%s%s%s%s", context ? context : "", context ? ": " : "", error->message,
                 error->request_id[0] ? " (request " : "", error->request_id,
                 error->request_id[0] ? ")" : "", help ? "; " : "", help ? help : "");
}

const char *output_tint(const struct arguments *arguments, enum tint tint)
{
    static const char *const codes[] = {"\x1b[0m",  "\x1b[32m", "\x1b[33m",
                                        "\x1b[31m", "\x1b[2m",  "\x1b[35m"};
    return arguments->color ? codes[tint] : "";
}

const char *output_duration(struct arena *arena, int64_t ms)
{
    if (ms < 60 * 1000)
        return arena_printf(arena, "%" PRId64 ".%" PRId64 " s", ms / 1000, ms % 1000 / 100);
    int64_t minutes = (ms + 59999) / 60000;
    if (minutes < 60)
        return arena_printf(arena, "%" PRId64 " min", minutes);
    return arena_printf(arena, "%" PRId64 " h %" PRId64 " min", minutes / 60, minutes % 60);
}

const char *output_instant(struct arena *arena, int64_t ms)
{
    char buffer[INSTANT_TEXT];
    if (!ms)
        return "-";
    char *text = arena_copy(arena, instant_print(ms, buffer));
    text[10] = ' ';
    text[19] = 'Z';
    text[20] = 0;
    return text;
}
