/* Writing back into files: edits in place, or rows of a second file that a person or a CRM import
 * takes over. */
#include "sources/file_source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/times.h"
#include "base/csv.h"

static void cleanup_descriptor(const int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
}
#define CLEANUP_DESCRIPTOR CLEANUP(cleanup_descriptor)

int file_source_look(struct source *source, struct file_state *ret_state, struct error *error)
{
    return file_stat(source->path, ret_state, error);
}

bool edit_is_current(const struct source_edit *edit, const char *raw, const char *cell)
{
    const char *present = edit->present ? edit->present : "";
    return strcmp(present, raw) == 0 || strcmp(present, cell ? cell : "") == 0;
}

int edit_is_stale(const struct source *source, const struct source_edit *edit, size_t line,
                  struct error *error)
{
    return error_set(error, ERROR_STALE, SCOPE_RECORD,
                     "%s:%zu: column \"%s\" of row \"%s\" has changed since it was read",
                     source->path, line, edit->column, edit->key);
}

int edits_find_room(const struct source *source, const struct map *by_key, const struct map *keys,
                    struct error *error)
{
    for (size_t i = 0; i < map_count(by_key); i++) {
        const struct row_edits *row = map_value_at(by_key, i);
        if (row->fresh && map_has(keys, row->key))
            return error_set(error, ERROR_STALE, SCOPE_RECORD,
                             "%s: row \"%s\" was to be added, but is there", source->path,
                             row->key);
    }
    return 0;
}

/* Takes the file for this process until the descriptor is closed. Does not wait: another holder is
 * about to change the file, and then the edits are stale anyway. */
static int take_lock(const char *path, int flags, mode_t mode, int *ret_descriptor,
                     struct error *error)
{
    CLEANUP_DESCRIPTOR int descriptor = open(path, flags | O_CLOEXEC, mode);
    if (descriptor < 0)
        return error_errno(error, SCOPE_COLLECTION, errno, "%s", path);
    if (flock(descriptor, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK)
            return error_errno(error, SCOPE_COLLECTION, errno, "%s: lock", path);
        return error_set(error, ERROR_TEMPORARY, SCOPE_COLLECTION,
                         "%s: another process is writing this file", path);
    }
    struct stat held;
    struct stat there;
    if (fstat(descriptor, &held) < 0 || stat(path, &there) < 0)
        return error_errno(error, SCOPE_COLLECTION, errno, "%s", path);
    if (held.st_ino != there.st_ino || held.st_dev != there.st_dev) {
        return error_set(error, ERROR_STALE, SCOPE_COLLECTION,
                         "%s: the file was replaced while it was being locked", path);
    }
    *ret_descriptor = descriptor;
    descriptor = -1;
    return 0;
}

static int check_edits(const struct source *source, const struct source_edit *edits, size_t count,
                       struct error *error)
{
    const char *key_column = source_option(source, "key", "");
    for (size_t i = 0; i < count; i++) {
        const struct source_edit *edit = &edits[i];
        const char *text = edit->text ? edit->text : "";
        const char *problem = NULL;
        if (!edit->change_id || !edit->key || !edit->column)
            return error_set(error, ERROR_BUG, SCOPE_RECORD, "an edit without id, key or column");
        if (strcmp(edit->column, key_column) == 0)
            problem = "is the key column, which is never written; map the field to another column";
        else if (strlen(text) > LIMIT_CELL_BYTES)
            problem = "would get a value of more than 1 MiB";
        else if (!utf8_valid(text, strlen(text), NULL))
            problem = "would get a value that is not UTF-8";
        if (problem) {
            return error_set(error, ERROR_INPUT, SCOPE_RECORD, "%s: row \"%s\": column \"%s\" %s",
                             source->path, edit->key, edit->column, problem);
        }
    }
    return 0;
}

/* Edits by row, in the order in which the rows are named. */
static struct map *group_edits(struct arena *arena, const struct source_edit *edits, size_t count)
{
    struct map *by_key = map_new();
    for (size_t i = 0; i < count; i++) {
        struct row_edits *row = map_get(by_key, edits[i].key);
        if (!row) {
            row = arena_alloc(arena, sizeof *row);
            row->key = arena_copy(arena, edits[i].key);
            map_put(by_key, row->key, row);
        }
        row->count++;
        row->fresh = edits[i].fresh;
    }
    for (size_t i = 0; i < map_count(by_key); i++) {
        struct row_edits *row = map_value_at(by_key, i);
        row->edits = arena_array(arena, row->count, sizeof *row->edits);
        row->count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        struct row_edits *row = map_get(by_key, edits[i].key);
        row->edits[row->count++] = &edits[i];
    }
    return by_key;
}

static int check_found(const struct source *source, const struct map *by_key, struct error *error)
{
    for (size_t i = 0; i < map_count(by_key); i++) {
        const struct row_edits *row = map_value_at(by_key, i);
        if (!row->done) {
            return error_set(error, ERROR_STALE, SCOPE_RECORD, "%s: no sound row \"%s\" any more",
                             source->path, row->key);
        }
    }
    return 0;
}

static int file_has_moved(const struct source *source, struct error *error)
{
    return error_set(error, ERROR_STALE, SCOPE_COLLECTION,
                     "%s: the file has changed since it was read", source->path);
}

/* Reads the file again and makes sure that it is still what the edits were planned on. */
static int read_again(const struct source *source, const struct file_state *state,
                      struct text *content, struct file_state *ret_state, struct error *error)
{
    struct file_state now = {0};
    int r = file_read(source->path, content, &now, error);
    if (r < 0)
        return r;
    if (!file_same(&now, state) || (state->hash[0] && strcmp(now.hash, state->hash) != 0))
        return file_has_moved(source, error);
    *ret_state = now;
    return 0;
}

/* Puts the new content in the file's place. Others who do not know our lock (a spreadsheet) get one
 * last look before the rename. */
static int put_in_place(const struct source *source, const struct text *content,
                        const struct file_state *read, struct file_state *ret_state,
                        struct error *error)
{
    struct file_state now = {0};
    int r = file_stat(source->path, &now, error);
    if (r < 0)
        return r;
    if (!file_same(&now, read))
        return file_has_moved(source, error);
    r = file_replace(source->path, content->data, content->length, 0600, error);
    if (r < 0)
        return r;
    r = file_stat(source->path, &now, error);
    if (r < 0)
        return r;
    sha256_hex(content->data, content->length, now.hash);
    *ret_state = now;
    return 0;
}

static int write_in_place(struct source *source, const struct source_edit *edits, size_t count,
                          const struct file_state *state, file_rewrite *rewrite,
                          struct file_state *ret_state, struct error *error)
{
    if (!state)
        return error_set(error, ERROR_BUG, SCOPE_COLLECTION, "in-place write without a state");
    CLEANUP_DESCRIPTOR int lock = -1;
    int r = take_lock(source->path, O_RDWR, 0, &lock, error);
    if (r < 0)
        return r;

    CLEANUP_TEXT struct text content;
    text_init(&content, LIMIT_SOURCE_BYTES);
    struct file_state read = {0};
    r = read_again(source, state, &content, &read, error);
    if (r < 0)
        return r;

    CLEANUP_ARENA struct arena *arena = arena_new();
    CLEANUP_MAP struct map *by_key = group_edits(arena, edits, count);
    CLEANUP_TEXT struct text changed;
    text_init(&changed, LIMIT_SOURCE_BYTES);
    r = rewrite(source, &content, by_key, arena, &changed, error);
    if (r == 0)
        r = check_found(source, by_key, error);
    if (r < 0)
        return r;
    if (text_failed(&changed)) {
        return error_set(error, ERROR_INPUT, SCOPE_COLLECTION,
                         "%s: the file would grow beyond 1 GiB", source->path);
    }
    if (changed.length == content.length &&
        memcmp(changed.data, content.data, content.length) == 0) {
        *ret_state = read;
        return 0;
    }
    return put_in_place(source, &changed, &read, ret_state, error);
}

static const char *const changes_header[] = {"at", "change", "key", "column", "old", "new"};
enum { CHANGES_CHANGE = 1, CHANGES_COLUMN = 3 };
#define CHANGES_HEADER "at,change,key,column,old,new\n"
static char present_mark; /* map value: this change and column are there */

static bool is_changes_header(const struct csv_record *record)
{
    if (record->fault || record->count != COUNT(changes_header))
        return false;
    for (size_t i = 0; i < COUNT(changes_header); i++) {
        if (strcmp(record->cells[i].text, changes_header[i]) != 0)
            return false;
    }
    return true;
}

static const char *change_mark(struct arena *arena, const char *change, const char *column)
{
    return arena_printf(arena, "%s\x1f%s", change, column);
}

/* A content that never got past its first line is a torn header, or not ours. */
static bool is_changes_start(const struct text *content)
{
    return content->length < strlen(CHANGES_HEADER) &&
           memcmp(CHANGES_HEADER, content->data, content->length) == 0;
}

/* Collects which change and column stand in the file, and how many of its bytes to keep: a row that
 * a crash cut off at the end has no line end or leaves a quote open, which would swallow what
 * follows, and was never reported as written. */
static int scan_changes(const struct source *source, const struct text *content,
                        struct map *present, size_t *ret_keep, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct csv_reader reader;
    csv_start(&reader, content->data, content->length, ',');
    struct csv_record record;
    size_t sound_end = 0;
    bool torn = false;
    for (bool first = true; csv_next(&reader, arena, &record); first = false) {
        if (first && !is_changes_header(&record) && !is_changes_start(content)) {
            return error_set(error, ERROR_INPUT, SCOPE_COLLECTION,
                             "%s:1: this is not a file of changes; move it away, or name another "
                             "one in changes_file of source %s",
                             source->changes_path, source->name);
        }
        bool ended = record.next > record.end;
        bool sound = ended && !record.fault && record.count == COUNT(changes_header);
        if (sound) {
            map_put(present,
                    change_mark(arena, csv_restore(record.cells[CHANGES_CHANGE].text),
                                csv_restore(record.cells[CHANGES_COLUMN].text)),
                    &present_mark);
            sound_end = record.next;
        }
        torn = !sound && (torn || !ended || record.fault);
        arena_reset(arena);
    }
    *ret_keep = torn ? sound_end : content->length;
    return 0;
}

static void add_change(struct text *out, const char *at, const struct source_edit *edit)
{
    const char *cells[] = {at, edit->change_id, edit->key, edit->column, edit->present, edit->text};
    for (size_t i = 0; i < COUNT(cells); i++) {
        csv_write_safe(out, cells[i], ',');
        text_add_char(out, i + 1 < COUNT(cells) ? ',' : '\n');
    }
}

static void add_changes(const struct source *source, const struct source_edit *edits, size_t count,
                        struct map *present, struct text *out)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    char buffer[INSTANT_TEXT];
    const char *at = instant_print(world_now(source->world), buffer);
    for (size_t i = 0; i < count; i++) {
        const char *mark = change_mark(arena, edits[i].change_id, edits[i].column);
        if (map_has(present, mark))
            continue;
        add_change(out, at, &edits[i]);
        map_put(present, mark, &present_mark);
    }
}

static int append_changes(const struct source *source, const struct source_edit *edits,
                          size_t count, struct error *error)
{
    const char *path = source->changes_path;
    CLEANUP_DESCRIPTOR int lock = -1;
    int r = take_lock(path, O_RDWR | O_CREAT, source_file_mode(source), &lock, error);
    if (r < 0)
        return r;
    CLEANUP_TEXT struct text content;
    text_init(&content, LIMIT_SOURCE_BYTES);
    r = file_read(path, &content, NULL, error);
    if (r < 0)
        return r;
    CLEANUP_MAP struct map *present = map_new();
    size_t keep = 0;
    r = scan_changes(source, &content, present, &keep, error);
    if (r < 0)
        return r;

    CLEANUP_TEXT struct text added;
    text_init(&added, LIMIT_SOURCE_BYTES);
    text_add(&added, keep == 0 ? CHANGES_HEADER : "");
    add_changes(source, edits, count, present, &added);
    CLEANUP_TEXT struct text mended;
    text_init(&mended, LIMIT_SOURCE_BYTES);
    bool torn = keep < content.length;
    if (torn) {
        text_add_n(&mended, content.data, keep);
        text_add_n(&mended, added.data, added.length);
    }
    if (text_failed(&added) || text_failed(&mended)) {
        return error_set(error, ERROR_INPUT, SCOPE_COLLECTION,
                         "%s: the file would grow beyond 1 GiB; move it away", path);
    }
    mode_t mode = source_file_mode(source);
    if (torn)
        return file_replace(path, mended.data, mended.length, mode, error);
    return added.length == 0 ? 0 : file_append(path, added.data, added.length, mode, error);
}

static int write_changes(struct source *source, const struct source_edit *edits, size_t count,
                         const struct file_state *state, struct file_state *ret_state,
                         struct error *error)
{
    int r = append_changes(source, edits, count, error);
    if (r < 0)
        return r;
    if (!state)
        return file_stat(source->path, ret_state, error);
    *ret_state = *state; /* the source itself is not touched */
    return 0;
}

int file_source_write(struct source *source, const struct source_edit *edits, size_t count,
                      const struct file_state *state, file_rewrite *rewrite,
                      struct file_state *ret_state, struct error *error)
{
    const char *mode = source_option(source, "write", "read-only");
    int r = check_edits(source, edits, count, error);
    if (r < 0)
        return r;
    if (strcmp(mode, "in-place") == 0)
        return write_in_place(source, edits, count, state, rewrite, ret_state, error);
    if (strcmp(mode, "changes-file") == 0)
        return write_changes(source, edits, count, state, ret_state, error);
    return error_set(error, ERROR_REFUSED, SCOPE_COLLECTION,
                     "source %s is read-only; set write: in-place or write: changes-file",
                     source->name);
}
