#include "sources/source.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/times.h"
#include "base/csv.h"
#include "sources/file_source.h"

const struct source_type *const source_types[] = {
    &csv_source_type,
    &jsonl_source_type,
};
const size_t source_type_count = COUNT(source_types);

const char *const source_write_words[] = {"read-only", "in-place", "changes-file", NULL};
const char *const source_decimal_words[] = {".", ",", NULL};

const struct source_type *source_type_find(const char *name)
{
    for (size_t i = 0; i < source_type_count; i++) {
        if (text_equal(source_types[i]->name, name))
            return source_types[i];
    }
    return NULL;
}

const char *source_option(const struct source *source, const char *name, const char *otherwise)
{
    const char *text = settings_text(source->settings, name);
    return text ? text : otherwise;
}

char source_delimiter(const struct source *source)
{
    const char *text = source_option(source, "delimiter", ",");
    return text_equal(text, "tab") ? '\t' : text[0];
}

bool source_writable(const struct source *source)
{
    return !text_equal(source_option(source, "write", "read-only"), "read-only");
}

bool source_in_place(const struct source *source)
{
    return text_equal(settings_text(source->settings, "write"), "in-place");
}

mode_t source_file_mode(const struct source *source)
{
    struct stat status;
    if (stat(source->path, &status) < 0)
        return S_IRUSR | S_IWUSR;
    return (status.st_mode & 0666) | S_IRUSR | S_IWUSR;
}

/* "data/deals.csv" and ".changes.csv" to "data/deals.changes.csv". */
static const char *path_with_ending(struct arena *arena, const char *path, const char *ending)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    size_t stem = dot && dot > name ? (size_t)(dot - path) : strlen(path);
    return arena_printf(arena, "%.*s%s", (int)stem, path, ending);
}

static int refuse_option(const struct source *source, const char *name, const char *problem,
                         struct error *error)
{
    const struct setting *setting = settings_find(source->settings, name);
    struct place place = setting ? setting->place : (struct place){0};
    return error_set(error, ERROR_INPUT, SCOPE_COLLECTION, "%s:%zu:%zu: source %s, %s: %s",
                     place.file ? place.file : "config", place.line, place.column, source->name,
                     name, problem);
}

static int check_options(const struct source *source, struct error *error)
{
    const char *delimiter = source_option(source, "delimiter", ",");
    bool one = strlen(delimiter) == 1 && !strchr("\"\r\n", delimiter[0]) &&
               (unsigned char)delimiter[0] < 0x80;
    if (!one && !text_equal(delimiter, "tab"))
        return refuse_option(source, "delimiter", "give one ASCII character, or \"tab\"", error);

    const char *format = source_option(source, "date_format", NULL);
    if (format && !day_format_valid(format)) {
        return refuse_option(source, "date_format",
                             "needs a year, a month and a day, e.g. DD-MM-YYYY", error);
    }
    if (source_option(source, "list_separator", ";")[0] == '\0')
        return refuse_option(source, "list_separator", "must not be empty", error);
    if (text_equal(source->changes_path, source->path)) {
        return refuse_option(source, "changes_file", "is the source itself; name another file",
                             error);
    }
    return 0;
}

int source_open(const char *name, const struct source_type *type, const struct settings *settings,
                const struct world *world, struct source **ret_source, struct error *error)
{
    struct source *source = memory_alloc(sizeof *source);
    source->memory = arena_new();
    source->notes = arena_new();
    source->type = type;
    source->settings = settings;
    source->world = world;
    source->name = arena_copy(source->memory, name);
    source->path = arena_copy(source->memory, source_option(source, "path", ""));
    const char *changes = source_option(source, "changes_file", NULL);
    source->changes_path = changes ? arena_copy(source->memory, changes)
                                   : path_with_ending(source->memory, source->path, ".changes.csv");

    int r = check_options(source, error);
    if (r < 0) {
        source_close(source);
        return r;
    }
    *ret_source = source;
    return 0;
}

void source_close(struct source *source)
{
    if (!source)
        return;
    arena_free(source->memory);
    arena_free(source->notes);
    free(source);
}

void source_notices_clear(struct source *source)
{
    arena_reset(source->notes);
    source->notices = NULL;
    source->notice_count = 0;
}

void source_notice_add(struct source *source, const char *code, size_t line, size_t column,
                       const char *format, ...)
{
    size_t count = source->notice_count;
    if ((count & (count - 1)) == 0) { /* full at each power of two */
        size_t room = count > 0 ? count * 2 : 1;
        struct source_notice *grown = arena_array(source->notes, room, sizeof *grown);
        if (count > 0)
            memcpy(grown, source->notices, count * sizeof *grown);
        source->notices = grown;
    }

    char *detail = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&detail, format, arguments) < 0)
        memory_failed();
    va_end(arguments);
    source->notices[count] = (struct source_notice){
        .code = code,
        .detail = arena_copy(source->notes, detail),
        .place = {.file = source->path, .line = line, .column = column},
    };
    free(detail);
    source->notice_count = count + 1;
}

static void add_review_line(struct text *out, const struct review_row *review, char delimiter)
{
    const struct row *row = review->row;
    for (size_t i = 0; i < row->column_count; i++) {
        csv_write_safe(out, csv_restore(row->raw[i]), delimiter);
        text_add_char(out, delimiter);
    }
    csv_write_safe(out, review->code, delimiter);
    text_add_char(out, delimiter);
    csv_write_safe(out, review->reason, delimiter);
    text_addf(out, "%c%zu\n", delimiter, row->place.line);
}

static void add_review(struct text *out, const struct review_row *rows, size_t count,
                       char delimiter)
{
    for (size_t i = 0; i < rows[0].row->column_count; i++) {
        csv_write_safe(out, rows[0].row->columns[i], delimiter);
        text_add_char(out, delimiter);
    }
    text_addf(out, "review_code%creview_reason%creview_line\n", delimiter, delimiter);
    for (size_t i = 0; i < count; i++)
        add_review_line(out, &rows[i], delimiter);
}

static bool is_ascii(const struct text *text)
{
    for (size_t i = 0; i < text->length; i++) {
        if ((unsigned char)text->data[i] >= 0x80)
            return false;
    }
    return true;
}

int source_review(const struct source *source, const char *job, const struct review_row *rows,
                  size_t count, struct arena *arena, const char **ret_path, struct error *error)
{
    const char *path =
        path_with_ending(arena, source->path, arena_printf(arena, ".%s.needs-review.csv", job));
    if (count == 0) {
        if (unlink(path) < 0 && errno != ENOENT)
            return error_errno(error, SCOPE_COLLECTION, errno, "%s", path);
        if (ret_path)
            *ret_path = NULL;
        return 0;
    }
    CLEANUP_TEXT struct text body;
    text_init(&body, LIMIT_SOURCE_BYTES);
    add_review(&body, rows, count, source_delimiter(source));
    CLEANUP_TEXT struct text whole;
    text_init(&whole, LIMIT_SOURCE_BYTES);
    text_add(&whole, is_ascii(&body) ? "" : "\xef\xbb\xbf");
    text_add_n(&whole, body.data, body.length);
    if (text_failed(&body) || text_failed(&whole)) {
        return error_set(error, ERROR_INPUT, SCOPE_COLLECTION,
                         "%s: the rows to review are more than 1 GiB", path);
    }
    int r = file_replace(path, whole.data, whole.length, source_file_mode(source), error);
    if (r < 0)
        return r;
    if (ret_path)
        *ret_path = path;
    return 0;
}
