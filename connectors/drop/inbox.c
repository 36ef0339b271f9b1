#include "connectors/drop/inbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/times.h"
#include "connectors/drop/sheet.h"

#define SEAL      ".sha256" /* behind the name of the file that it is of */
#define REJECTS   ".rejects.csv"
#define MARK      12 /* hex digits that tell files of one name apart */
#define SEAL_SIZE 4096

/* One file on its way. */
struct passage {
    const struct drop_intake *intake;
    struct arena *arena; /* of the file */
    struct drop_state *state;
    const struct drop_file *file;
    const char *path, *seal; /* seal: the path of its checksum */
    struct file_state read;  /* what was read */
    struct text content;
    char digest[SHA256_HEX];
    const char *mark; /* as the state has it: the digest, and what map it was read by */
};

static struct drop_folder *folder_of(const struct passage *passage)
{
    return &passage->intake->cloud->folder;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* ---- telling ---- */

static void tell(const struct drop_intake *intake, const char *code, const char *subject,
                 const char *detail)
{
    const struct finding finding = {
        .type = finding_type(code), .subject = subject, .detail = detail};
    if (intake->report)
        intake->report(intake->context, &finding);
}

static const char *rows_of(struct arena *arena, size_t count)
{
    return arena_printf(arena, "%zu row%s", count, count == 1 ? "" : "s");
}

static void tell_rejects(const struct drop_intake *intake, struct arena *arena, const char *name,
                         const char *where, const struct drop_rejects *rejects)
{
    if (*rejects->kind && strcmp(rejects->kind, intake->format->name) != 0)
        return;
    if (!rejects->rows) {
        tell(intake, DROP_FILE, name, arena_printf(arena, "%s: %s", where, rejects->reason));
        return;
    }
    const char *first = arena_printf(arena, "line %zu: %s", rejects->line, rejects->reason);
    if (rejects->rows > rejects->unmatched)
        tell(intake, DROP_ROWS, name,
             arena_printf(arena, "%s: %s; %s", where, rows_of(arena, rejects->rows), first));
    if (rejects->unmatched)
        tell(intake, DROP_UNMATCHED, name,
             arena_printf(arena, "%s: %s; %s", where, rows_of(arena, rejects->unmatched), first));
}

/* What is in failed/ is told with every read, until somebody has seen to it. */
static int tell_failed(const struct drop_intake *intake, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct drop_folder *folder = &intake->cloud->folder;
    struct drop_file *files = NULL;
    size_t count = 0;
    int r = drop_folder_list(folder, arena, "failed", &files, &count, error);
    for (size_t i = 0; r == 0 && i < count; i++) {
        size_t length = strlen(files[i].name), end = sizeof REJECTS - 1;
        const char *path = drop_path(folder, arena, "failed", files[i].name);
        struct drop_rejects rejects;
        CLEANUP_TEXT struct text content;
        text_init(&content, 2 * DROP_FILE_BYTES);
        if (length <= end || strcmp(files[i].name + length - end, REJECTS) != 0 ||
            file_read(path, &content, NULL, NULL) < 0)
            continue;
        if (drop_sheet_rejects_read(arena, content.data, content.length, &rejects))
            tell_rejects(intake, arena, files[i].name, path, &rejects);
    }
    return r;
}

/* ---- putting away ---- */

/* "deals.csv" → "deals", with a mark if the name is taken: by another file of that name. */
static const char *name_in(const struct passage *passage, const char *room, const char *ending)
{
    const char *name = passage->file->name;
    const char *stem = arena_copy_n(passage->arena, name, strlen(name) - strlen(".csv"));
    const char *path = drop_path(folder_of(passage), passage->arena, room,
                                 arena_printf(passage->arena, "%s%s", stem, ending));
    if (!exists(path))
        return path;
    return drop_path(
        folder_of(passage), passage->arena, room,
        arena_printf(passage->arena, "%s.%.*s%s", stem, MARK, passage->digest, ending));
}

/* Between reading and moving a producer may have put another file under the name: that one goes
 * back, unless a third one stands there by now, which says the newest. */
static int check_moved(const struct passage *passage, const char *to, struct error *error)
{
    struct file_state now = {0};
    int r = file_stat(to, &now, error);
    if (r < 0 || now.inode == passage->read.inode)
        return r;
    if (link(to, passage->path) == 0)
        unlink(to);
    else if (errno != EEXIST)
        return error_errno(error, SCOPE_CLOUD, errno, "cannot move %s back", to);
    return 0;
}

/* The checksum goes first: without it the file is known by its content, the other way round a later
 * file of the same name would be held against the wrong one. */
static int put_away(const struct passage *passage, const char *room, struct error *error)
{
    const char *to = name_in(passage, room, ".csv");
    int r = 0;
    if (exists(passage->seal))
        r = drop_folder_move(folder_of(passage), passage->seal,
                             arena_printf(passage->arena, "%s" SEAL, to), error);
    if (r >= 0)
        r = drop_folder_move(folder_of(passage), passage->path, to, error);
    return r == 0 ? check_moved(passage, to, error) : r < 0 ? r : 0;
}

/* A killed run may have written the same rows already. */
static int write_rejects(const struct passage *passage, const struct text *rows,
                         struct error *error)
{
    CLEANUP_TEXT struct text there;
    const char *name = passage->file->name;
    const char *stem = arena_copy_n(passage->arena, name, strlen(name) - strlen(".csv"));
    const char *plain = drop_path(folder_of(passage), passage->arena, "failed",
                                  arena_printf(passage->arena, "%s" REJECTS, stem));
    text_init(&there, 2 * DROP_FILE_BYTES);
    if (exists(plain) && file_read(plain, &there, NULL, NULL) == 0 &&
        there.length == rows->length && !memcmp(there.data, rows->data, rows->length))
        return 0;
    return drop_folder_write(folder_of(passage), name_in(passage, "failed", REJECTS), rows, error);
}

/* ---- a file of which nothing can be used ---- */

static int refuse(struct passage *passage, const char *reason, struct error *error)
{
    const struct drop_intake *intake = passage->intake;
    const struct drop_rejects rejects = {.kind = "", .reason = reason};
    CLEANUP_TEXT struct text rows;
    text_init(&rows, DROP_FILE_BYTES);
    if (!intake->takes) {
        tell_rejects(intake, passage->arena, passage->file->name, passage->path, &rejects);
        return 0;
    }
    if (!passage->digest[0]) /* it was not read: told apart by what it is called and weighs */
        sha256_hex(&passage->file->state.size, sizeof passage->file->state.size, passage->digest);
    drop_sheet_refusal(NULL, reason, &rows);
    int r = write_rejects(passage, &rows, error);
    return r < 0 ? r : put_away(passage, "failed", error);
}

/* NULL, or why the checksum does not hold. The file of it may name the file, as sha256sum does. */
static const char *check_seal(const struct passage *passage)
{
    CLEANUP_TEXT struct text seal;
    struct error why = {0};
    text_init(&seal, SEAL_SIZE);
    if (!exists(passage->seal))
        return NULL;
    if (!drop_folder_is_file(passage->seal))
        return "its checksum is no regular file";
    if (file_read(passage->seal, &seal, NULL, &why) < 0)
        return arena_printf(passage->arena, "its checksum cannot be read: %s", why.message);
    const char *from = seal.data + strspn(seal.data, " \t\r\n\\");
    const char *hex = arena_copy_n(passage->arena, from, strcspn(from, " \t\r\n"));
    if (text_equal_nocase(hex, passage->digest))
        return NULL;
    return strlen(hex) == SHA256_HEX - 1
               ? "its content has not the SHA-256 that the file beside it says: send both again"
               : "the file beside it holds no SHA-256 in hex";
}

/* ---- rows into the state ---- */

static void merge_line(struct drop_state *state, struct drop_line *line, const char *id)
{
    line->reason = drop_state_merge(state, id, line->cells);
}

static void match_line(struct drop_state *state, struct drop_line *line)
{
    bool many = false;
    struct drop_entry *entry = drop_state_match(state, line->cells, &many);
    if (entry) {
        line->id = entry->id;
        merge_line(state, line, entry->id);
        return;
    }
    line->unmatched = true;
    line->reason = many ? "it has no identifier, and more than one known record fits"
                        : "it has no identifier, and no known record fits";
}

/* Rows that name nobody come last: what they speak of may stand below them. */
static void fold(struct drop_state *state, struct drop_sheet *sheet)
{
    bool nameless = false;
    for (size_t i = 0; i < sheet->count; i++) {
        struct drop_line *line = &sheet->lines[i];
        if (!line->reason && !line->again && line->id)
            merge_line(state, line, line->id);
        nameless |= !line->reason && !line->id;
    }
    if (!nameless)
        return;
    drop_state_index(state);
    for (size_t i = 0; i < sheet->count; i++)
        if (!sheet->lines[i].reason && !sheet->lines[i].id)
            match_line(state, &sheet->lines[i]);
}

static bool is_full(const char *name)
{
    return strstr(name, ".full.") != NULL;
}

/* What a record says of its last change is later than the snapshot was written. */
static bool is_later(const struct drop_entry *entry, const struct drop_file *file)
{
    const char *text = drop_row_text(entry->row, DROP_UPDATED);
    int64_t at = 0;
    return text && instant_parse(text, &at) && at > file->state.modified_ns / 1000000;
}

static void find_gone(struct drop_state *state, const struct drop_sheet *sheet,
                      const struct drop_file *file)
{
    CLEANUP_MAP struct map *present = map_new();
    for (size_t i = 0; i < sheet->count; i++)
        if (sheet->lines[i].id)
            map_put(present, sheet->lines[i].id, state);
    for (size_t i = 0; i < drop_state_count(state); i++) {
        struct drop_entry *entry = drop_state_at(state, i);
        if (!map_has(present, entry->id) && !is_later(entry, file))
            entry->gone = true;
    }
    drop_state_whole(state);
}

/* ---- one file ---- */

static int keep(struct passage *passage, const struct drop_sheet *sheet, struct error *error)
{
    const struct drop_intake *intake = passage->intake;
    CLEANUP_TEXT struct text rows;
    size_t rejected = drop_sheet_rejected(sheet);
    struct drop_rejects told;
    int r = 0;
    text_init(&rows, 2 * DROP_FILE_BYTES);
    if (rejected)
        drop_sheet_rejects(sheet, &rows);
    if (!intake->takes) {
        if (rejected && drop_sheet_rejects_read(passage->arena, rows.data, rows.length, &told))
            tell_rejects(intake, passage->arena, passage->file->name, passage->path, &told);
        return 0;
    }
    if (rejected)
        r = write_rejects(passage, &rows, error);
    drop_state_note(passage->state, passage->mark, passage->file->name);
    if (r == 0)
        r = drop_state_save(passage->state, folder_of(passage), error);
    return r < 0 ? r : put_away(passage, "done", error);
}

static int pass_rows(struct passage *passage, struct error *error)
{
    const struct drop_intake *intake = passage->intake;
    const struct drop_file *file = passage->file;
    CLEANUP(drop_sheet_free) struct drop_sheet sheet = {0};
    const char *why = drop_sheet_read(
        passage->arena, intake->format, &intake->cloud->maps[intake->format - drop_formats],
        &intake->cloud->style, passage->content.data, passage->content.length, &sheet);
    if (!why && is_full(file->name) && drop_sheet_rejected(&sheet) == sheet.count)
        why =
            "a full snapshot without a row that can be used is not believed: what is gone is said "
            "by rows with deleted = 1";
    if (why)
        return refuse(passage, why, error);
    fold(passage->state, &sheet);
    /* Which record a row was about that cannot be used is not known: then none is missing. */
    if (is_full(file->name) && !drop_sheet_rejected(&sheet))
        find_gone(passage->state, &sheet, file);
    return keep(passage, &sheet, error);
}

static int pass_content(struct passage *passage, struct error *error)
{
    const struct drop_intake *intake = passage->intake;
    const struct drop_map *map = &intake->cloud->maps[intake->format - drop_formats];
    const char *why = check_seal(passage);
    if (why)
        return refuse(passage, why, error);
    const struct drop_format *format = drop_sheet_format(
        passage->arena, passage->content.data, passage->content.length, intake->cloud->maps, &why);
    if (!format)
        return refuse(passage, why, error);
    if (format != intake->format) /* another job's */
        return 0;
    /* Read by another map it may say something else. */
    passage->mark =
        arena_printf(passage->arena, "%s%s%s", passage->digest, *map->mark ? "+" : "", map->mark);
    if (drop_state_knows(passage->state, passage->mark))
        return intake->takes ? put_away(passage, "done", error) : 0;
    return pass_rows(passage, error);
}

/* What cannot be read stays where it is. */
static int pass(struct passage *passage, struct error *ret_trouble, struct error *error)
{
    struct error why = {0};
    if (passage->file->state.size > DROP_FILE_BYTES)
        return refuse(passage, "it is larger than 32 MiB: drop it in parts, as deltas", error);
    if (file_read(passage->path, &passage->content, &passage->read, &why) < 0) {
        if (!exists(passage->path)) /* another process was faster */
            return 0;
        tell(passage->intake, DROP_FILE, passage->file->name,
             arena_copy(passage->arena, why.message));
        error_set(ret_trouble, ERROR_PERMANENT, SCOPE_COLLECTION, "%s", why.message);
        return 0;
    }
    memcpy(passage->digest, passage->read.hash, sizeof passage->digest);
    return pass_content(passage, error);
}

static int pass_file(const struct drop_intake *intake, struct drop_state *state,
                     const struct drop_file *file, struct error *ret_trouble, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct passage passage = {
        .intake = intake, .arena = arena, .state = state, .file = file, .read = file->state};
    passage.path = drop_path(&intake->cloud->folder, arena, "inbox", file->name);
    passage.seal = arena_printf(arena, "%s" SEAL, passage.path);
    text_init(&passage.content, DROP_FILE_BYTES);
    int r = pass(&passage, ret_trouble, error);
    text_free(&passage.content);
    return r;
}

/* ---- all of them ---- */

static int take_all(const struct drop_intake *intake, struct drop_state **ret_state,
                    struct error *ret_trouble, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct drop_folder *folder = &intake->cloud->folder;
    struct drop_state *state = NULL;
    struct drop_file *files = NULL;
    size_t count = 0;
    /* The files before the state: whatever another process takes in meanwhile is in one of them. */
    int r = drop_folder_list(folder, arena, "inbox", &files, &count, error);
    if (r == 0)
        r = drop_state_load(folder, intake->format, &state, error);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = pass_file(intake, state, &files[i], ret_trouble, error);
    if (r == 0)
        r = tell_failed(intake, error);
    if (r < 0)
        drop_state_free(state);
    else
        *ret_state = state;
    return r;
}

int drop_inbox_take(const struct drop_intake *intake, struct drop_state **ret_state,
                    struct error *ret_trouble, struct error *error)
{
    struct cloud *cloud = intake->cloud;
    int lock = -1;
    int r = drop_folder_check(&cloud->folder, intake->takes, error);
    if (r == 0 && intake->takes)
        r = drop_folder_lock(&cloud->folder, intake->format->name, &lock, error);
    if (r == 0)
        r = take_all(intake, ret_state, ret_trouble, error);
    if (lock >= 0)
        close(lock);
    return r;
}

/* ---- for steps ---- */

static int look_stamps(struct cloud *cloud, const struct drop_format *format,
                       struct drop_shelf *ret_shelf, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    int r = file_stat(drop_state_path(&cloud->folder, arena, format), &ret_shelf->stamp, error);
    return r < 0 ? r
                 : file_stat(drop_path(&cloud->folder, arena, "inbox", NULL), &ret_shelf->inbox,
                             error);
}

int drop_inbox_look(struct cloud *cloud, const struct drop_format *format,
                    struct drop_state **ret_state, struct error *error)
{
    struct drop_shelf *shelf = drop_cloud_shelf(cloud, format), now = {0};
    const struct drop_intake intake = {.cloud = cloud, .format = format, .takes = true};
    struct error trouble = {0}; /* the next read tells of it */
    int r = look_stamps(cloud, format, &now, error);
    if (r < 0)
        return r;
    if (!shelf->state || !file_same(&shelf->stamp, &now.stamp) ||
        !file_same(&shelf->inbox, &now.inbox)) {
        struct drop_state *state = NULL;
        r = drop_inbox_take(&intake, &state, &trouble, error);
        if (r == 0)
            r = look_stamps(cloud, format, &now, error);
        if (r < 0) {
            drop_state_free(state);
            return r;
        }
        drop_state_free(shelf->state);
        drop_state_index(state);
        *shelf = now;
        shelf->state = state;
    }
    *ret_state = shelf->state;
    return 0;
}

static int claim(struct cloud *cloud, const struct drop_format *format, struct drop_entry *entry,
                 const char *reference, struct error *error)
{
    struct drop_shelf *shelf = drop_cloud_shelf(cloud, format), now = {0};
    int r = look_stamps(cloud, format, &now, error);
    if (r < 0)
        return r;
    if (!file_same(&shelf->stamp, &now.stamp))
        return error_set(error, ERROR_TEMPORARY, SCOPE_CLOUD,
                         "another process has been at work in %s", cloud->folder.path);
    drop_state_claim(shelf->state, entry, reference);
    r = drop_state_save(shelf->state, &cloud->folder, error);
    if (r == 0)
        r = look_stamps(cloud, format, &now, error);
    if (r < 0) { /* what the file has is looked at again */
        drop_state_free(shelf->state);
        shelf->state = NULL;
        return r;
    }
    shelf->stamp = now.stamp;
    return 0;
}

int drop_inbox_claim(struct cloud *cloud, const struct drop_format *format,
                     struct drop_entry *entry, const char *reference, struct error *error)
{
    int lock = -1;
    int r = drop_folder_lock(&cloud->folder, format->name, &lock, error);
    if (r < 0)
        return r;
    r = claim(cloud, format, entry, reference, error);
    close(lock);
    return r;
}
