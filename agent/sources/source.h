/* Sources: where local records live. A source hands out rows and takes back cells; what they mean
 * is not its business. One file and one line in source.c per type. */
#ifndef SOURCES_SOURCE_H
#define SOURCES_SOURCE_H

#include "base/arena.h"
#include "base/file.h"
#include "base/world.h"
#include "model/row.h"
#include "model/settings.h"

struct source;

/* One cell to be written. */
struct source_edit {
    const char *change_id; /* for the changes file, and to write nothing twice */
    const char *key;
    const char *column;
    const char *present; /* the text the cell had when it was planned */
    const char *text;    /* the text it is to have */
    bool fresh;          /* of a row that is not there yet: all edits of its key together make it */
};

/* Called per row, bad ones included (row->fault). The row lives until the call returns. A negative
 * result ends the read and is returned. */
typedef int source_row_each(void *context, const struct row *row);

struct source_type {
    const char *name; /* "csv" */
    const struct option_row *options;
    size_t option_count;
    const char *help;
    /* Reads every row. `ret_state` tells which content was read. Errors that concern the whole
     * (missing file, no header, key column missing, not UTF-8 at all) fail with ERROR_INPUT, place
     * and remedy; what concerns one row is that row's fault. Duplicate keys are a fault of every
     * row that has the key. */
    int (*read)(struct source *source, source_row_each *each, void *context,
                struct file_state *ret_state, struct error *error);
    /* Writes the edits as the source's `write` mode says. in-place: ERROR_STALE if the file is not
     * in the state `state` any more (time, size, inode, content), a cell is not `present` any more
     * or the key of a fresh row is there already; ERROR_TEMPORARY while another process writes;
     * temp file, fsync, rename; everything else in the file stays byte for byte (quoting, line
     * ends, BOM). All edits or none. Fresh rows go to the end, written like those before them. A
     * cell that a spreadsheet would take for a formula gets an apostrophe before it unless it is a
     * plain number or phone; reading takes it off. changes-file: appends rows, each change id and
     * column at most once, every cell defused; `state` may be NULL. read-only: ERROR_REFUSED. */
    int (*write)(struct source *source, const struct source_edit *edits, size_t count,
                 const struct file_state *state, struct file_state *ret_state, struct error *error);
    /* Cheap: the state of the file now, to tell whether it must be read at all. */
    int (*look)(struct source *source, struct file_state *ret_state, struct error *error);
};

/* Something about the file as a whole: the finding code and this case in words. */
struct source_notice {
    const char *code; /* "SRC-008": a column was renamed; "SRC-004": a time cannot be read */
    const char *detail;
    struct place place;
};

struct source {
    const struct source_type *type;
    const char *name;
    const struct settings *settings;
    const struct world *world;
    const char *path;
    const char *changes_path;      /* where changes-file writes */
    struct source_notice *notices; /* of the last read; the next one replaces them */
    size_t notice_count;
    struct arena *memory; /* of the paths */
    struct arena *notes;  /* of the notices */
};

extern const struct source_type *const source_types[];
extern const size_t source_type_count;
const struct source_type *source_type_find(const char *name);

/* The settings must outlive the source. Fails with ERROR_INPUT if an option makes no sense. */
int source_open(const char *name, const struct source_type *type, const struct settings *settings,
                const struct world *world, struct source **ret_source, struct error *error);
void source_close(struct source *source);
bool source_writable(const struct source *source);
bool source_in_place(const struct source *source); /* what is written is there at once */

/* Rows that a run could not use, in the same columns plus "review_code", "review_reason" and
 * "review_line", to `<path without ending>.<job>.needs-review.csv`, replaced as a whole; no rows
 * removes the file. Cells are defused against formulas (a leading = + - @, tab or CR gets a quote
 * before it). UTF-8, with a BOM if it is more than ASCII, because spreadsheets want one; the
 * source's delimiter. `ret_path` (may be NULL) lives as long as the source; NULL is returned there
 * for no rows. */
struct review_row {
    const struct row *row;
    const char *code;
    const char *reason;
};
int source_review(const struct source *source, const char *job, const struct review_row *rows,
                  size_t count, struct arena *arena, const char **ret_path, struct error *error);

#endif
