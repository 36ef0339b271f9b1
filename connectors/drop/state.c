#include "connectors/drop/state.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/times.h"

#define VERSION "drop/1"

/* What rows without an identifier are found by, in this order. */
enum key { KEY_NUMBER, KEY_REFERENCE, KEY_DEAL, KEY_COUNT };

struct drop_state {
    const struct drop_format *format;
    struct arena *arena;
    struct map *entries;         /* id → struct drop_entry */
    struct map *files;           /* mark → name */
    struct map *keys[KEY_COUNT]; /* → struct drop_entry, or `several` */
    struct drop_entry several;
    bool lost; /* there was another one before */
};

static struct drop_state *state_new(const struct drop_format *format)
{
    struct drop_state *state = memory_alloc(sizeof *state);
    state->format = format;
    state->arena = arena_new();
    state->entries = map_new();
    state->files = map_new();
    return state;
}

void drop_state_free(struct drop_state *state)
{
    if (!state)
        return;
    map_free(state->entries);
    map_free(state->files);
    for (size_t i = 0; i < KEY_COUNT; i++)
        map_free(state->keys[i]);
    arena_free(state->arena);
    free(state);
}

static void close_state(struct drop_state **state)
{
    drop_state_free(*state);
}

/* ---- the file ---- */

const char *drop_state_path(const struct drop_folder *folder, struct arena *arena,
                            const struct drop_format *format)
{
    return drop_path(folder, arena, "state", arena_printf(arena, "%s.jsonl", format->name));
}

/* Stays where the state goes. */
static const char *begun_path(const struct drop_folder *folder, struct arena *arena,
                              const struct drop_format *format)
{
    return drop_path(folder, arena, "state", arena_printf(arena, "%s.begun", format->name));
}

static struct drop_entry *add_entry(struct drop_state *state, const char *id)
{
    struct drop_entry *entry = arena_alloc(state->arena, sizeof *entry);
    entry->id = arena_copy(state->arena, id);
    map_put(state->entries, id, entry);
    return entry;
}

/* False if the line is none of ours. */
static bool take_line(struct drop_state *state, const struct json *line, size_t number)
{
    const char *id = json_get_text(line, "id"), *mark = json_get_text(line, "file");
    struct json *row = json_get(line, "row");
    if (number == 1)
        state->lost = json_get_bool(line, "lost", false);
    if (number == 1)
        return text_equal(json_get_text(line, "format"), VERSION) &&
               text_equal(json_get_text(line, "kind"), state->format->name);
    if (mark) {
        drop_state_note(state, mark, json_get_text(line, "name"));
        return true;
    }
    if (!id || !row || row->type != JSON_OBJECT)
        return false;
    struct drop_entry *entry = add_entry(state, id);
    entry->row = row;
    entry->deleted = json_get_bool(line, "deleted", false);
    entry->gone = json_get_bool(line, "gone", false);
    return true;
}

static int damaged(const char *path, size_t number, struct error *error)
{
    return error_set(
        error, ERROR_INPUT, SCOPE_CLOUD,
        "%s:%zu is damaged: bring the file back from a backup; or move it away and put "
        "a full snapshot into inbox/, whose deals are then all that is known",
        path, number);
}

static int take_content(struct drop_state *state, const char *path, const struct text *content,
                        struct error *error)
{
    size_t number = 0;
    for (const char *line = content->data; *line; number++) {
        size_t length = strcspn(line, "\n");
        struct json *json = NULL;
        struct error why = {0};
        if (line[length] != '\n' || json_parse(state->arena, line, length, &json, &why) < 0 ||
            !take_line(state, json, number + 1))
            return damaged(path, number + 1, error);
        line += length + 1;
    }
    return number ? 0 : damaged(path, 1, error);
}

int drop_state_load(const struct drop_folder *folder, const struct drop_format *format,
                    struct drop_state **ret_state, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    CLEANUP(close_state) struct drop_state *state = state_new(format);
    CLEANUP_TEXT struct text content;
    struct file_state now = {0}, begun = {0};
    const char *path = drop_state_path(folder, arena, format);
    text_init(&content, LIMIT_SOURCE_BYTES);
    int r = file_stat(path, &now, error);
    if (r == 0)
        r = file_stat(begun_path(folder, arena, format), &begun, error);
    state->lost = begun.exists;
    if (r == 0 && now.exists)
        r = file_read(path, &content, NULL, error);
    if (r == 0 && now.exists)
        r = strlen(content.data) == content.length ? take_content(state, path, &content, error)
                                                   : damaged(path, 1, error);
    if (r < 0) {
        error->scope = SCOPE_CLOUD;
        return r;
    }
    *ret_state = take_ptr(&state);
    return 0;
}

static void add_line(struct text *out, const struct json *line)
{
    json_write(line, JSON_COMPACT, out);
    text_add_char(out, '\n');
}

static void add_entry_line(struct text *out, struct arena *arena, const struct drop_entry *entry)
{
    struct json *line = json_object(arena);
    json_set_text(arena, line, "id", entry->id);
    json_set(arena, line, "row", json_clone(arena, entry->row));
    if (entry->deleted)
        json_set(arena, line, "deleted", json_bool(arena, true));
    if (entry->gone)
        json_set(arena, line, "gone", json_bool(arena, true));
    add_line(out, line);
}

static int note_begun(const struct drop_state *state, const struct drop_folder *folder,
                      struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    CLEANUP_TEXT struct text nothing;
    struct file_state begun = {0};
    const char *path = begun_path(folder, arena, state->format);
    text_init(&nothing, 0);
    int r = file_stat(path, &begun, error);
    return r < 0 || begun.exists ? r : drop_folder_write(folder, path, &nothing, error);
}

int drop_state_save(const struct drop_state *state, const struct drop_folder *folder,
                    struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    CLEANUP_TEXT struct text out;
    const char *path = drop_state_path(folder, arena, state->format);
    struct json *head = json_object(arena);
    text_init(&out, LIMIT_SOURCE_BYTES);
    json_set_text(arena, head, "format", VERSION);
    json_set_text(arena, head, "kind", state->format->name);
    if (state->lost)
        json_set(arena, head, "lost", json_bool(arena, true));
    add_line(&out, head);
    for (size_t i = 0; i < map_count(state->files); i++) {
        struct json *line = json_object(arena);
        json_set_text(arena, line, "file", map_key_at(state->files, i));
        json_set_text(arena, line, "name", map_value_at(state->files, i));
        add_line(&out, line);
    }
    CLEANUP_ARENA struct arena *scratch = arena_new();
    for (size_t i = 0; i < map_count(state->entries); i++) {
        arena_reset(scratch);
        add_entry_line(&out, scratch, map_value_at(state->entries, i));
    }
    int r = drop_folder_write(folder, path, &out, error);
    return r < 0 ? r : note_begun(state, folder, error);
}

/* ---- looking ---- */

bool drop_state_told(const struct drop_state *state)
{
    return map_count(state->files) > 0 && !state->lost;
}

void drop_state_whole(struct drop_state *state)
{
    state->lost = false;
}

bool drop_state_knows(const struct drop_state *state, const char *mark)
{
    return map_has(state->files, mark);
}

void drop_state_note(struct drop_state *state, const char *mark, const char *name)
{
    map_put(state->files, mark, arena_copy(state->arena, name ? name : ""));
}

size_t drop_state_count(const struct drop_state *state)
{
    return map_count(state->entries);
}

struct drop_entry *drop_state_at(const struct drop_state *state, size_t index)
{
    return map_value_at(state->entries, index);
}

struct drop_entry *drop_state_find(const struct drop_state *state, const char *id)
{
    return map_get(state->entries, id);
}

const char *drop_state_id(const char *identifier)
{
    const char *slash = strrchr(identifier, '/');
    return slash && slash[1] ? slash + 1 : identifier;
}

/* ---- rows that name nobody ---- */

static const char *key_of(struct arena *arena, enum key key, const struct json *row)
{
    switch (key) {
    case KEY_NUMBER:
        return drop_row_text(row, DROP_NUMBER);
    case KEY_REFERENCE:
        return drop_row_reference(arena, row);
    default:
        return drop_row_deal(arena, row);
    }
}

static void index_entry(struct drop_state *state, struct arena *arena, struct drop_entry *entry)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const char *key = key_of(arena, (enum key)i, entry->row);
        if (key)
            map_put(state->keys[i], key, map_has(state->keys[i], key) ? &state->several : entry);
    }
}

void drop_state_index(struct drop_state *state)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < KEY_COUNT; i++) {
        map_free(state->keys[i]);
        state->keys[i] = map_new();
    }
    for (size_t i = 0; i < drop_state_count(state); i++) {
        struct drop_entry *entry = drop_state_at(state, i);
        arena_reset(arena);
        if (!entry->deleted && !entry->gone)
            index_entry(state, arena, entry);
    }
}

struct drop_entry *drop_state_match(const struct drop_state *state, const struct json *row,
                                    bool *ret_many)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    *ret_many = false;
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const char *key = key_of(arena, (enum key)i, row);
        struct drop_entry *entry = key ? map_get(state->keys[i], key) : NULL;
        *ret_many = entry == &state->several;
        if (entry)
            return *ret_many ? NULL : entry;
    }
    return NULL;
}

void drop_state_claim(struct drop_state *state, struct drop_entry *entry, const char *reference)
{
    json_set_text(state->arena, entry->row, DROP_CRM, reference);
    if (state->keys[KEY_REFERENCE] && !map_has(state->keys[KEY_REFERENCE], reference))
        map_put(state->keys[KEY_REFERENCE], reference, entry);
}

/* ---- taking rows over ---- */

/* An empty cell takes no identifier away: the row was found without, or the portal has no place for
 * it. */
static bool names_record(const struct drop_format *format, const char *column)
{
    return text_equal(column, format->id) || text_equal(column, DROP_NUMBER) ||
           text_equal(column, DROP_CRM);
}

static struct json *merge_cells(struct arena *arena, const struct drop_format *format,
                                const struct json *old, const struct json *cells)
{
    struct json *row = old ? json_clone(arena, old) : json_object(arena);
    for (size_t i = 0; i < cells->count; i++) {
        const char *name = cells->names[i], *text = json_text(cells->items[i]);
        if (text_blank(text) && names_record(format, name))
            continue;
        if (text_blank(text))
            json_remove(row, name);
        else if (!text_equal(json_get_text(row, name), text))
            json_set_text(arena, row, arena_copy(arena, name), text);
    }
    json_remove(row, DROP_DELETED);
    return row;
}

/* The record is no more; what was known of it last is kept. */
static void bury(struct drop_state *state, struct drop_entry *entry, const char *at)
{
    entry->deleted = true;
    if (at)
        json_set_text(state->arena, entry->row, DROP_UPDATED, at);
}

const char *drop_state_merge(struct drop_state *state, const char *id, const struct json *cells)
{
    const char *now = drop_row_text(cells, DROP_UPDATED);
    bool deleted = text_equal(json_get_text(cells, DROP_DELETED), "1");
    struct drop_entry *entry = drop_state_find(state, id);
    if (!entry) {
        entry = add_entry(state, id);
        entry->row = merge_cells(state->arena, state->format, NULL, cells);
        entry->deleted = deleted;
        return NULL;
    }
    const char *then = drop_row_text(entry->row, DROP_UPDATED);
    int order = drop_row_order(now, then);
    struct json *merged = merge_cells(state->arena, state->format, entry->row, cells);
    if (!now && then) {
        if (!drop_row_text(merged, DROP_UPDATED)) /* an empty cell says nothing of it */
            json_set_text(state->arena, merged, DROP_UPDATED, then);
        bool says_nothing = !deleted && !entry->deleted && json_equal(merged, entry->row);
        if (says_nothing)
            entry->gone = false;
        return says_nothing ? NULL
                            : DROP_UPDATED " is missing: which is newer, this row or the one known "
                                           "already, cannot be told";
    }
    if (order < 0 || (entry->deleted && order == 0))
        return NULL;
    entry->gone = false;
    if (deleted) {
        bury(state, entry, now);
        return NULL;
    }
    entry->deleted = false;
    entry->row = merged;
    return NULL;
}
