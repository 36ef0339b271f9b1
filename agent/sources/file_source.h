/* For source types only: what all sources that are files share. */
#ifndef SOURCES_FILE_SOURCE_H
#define SOURCES_FILE_SOURCE_H

#include "base/map.h"
#include "sources/source.h"

extern const struct source_type csv_source_type;
extern const struct source_type jsonl_source_type;

/* The edits of one row. */
struct row_edits {
    const char *key;
    const struct source_edit **edits;
    size_t count;
    bool fresh; /* the row is to be made */
    bool done;  /* set by the rewrite when it has found the row, or made it */
};

/* Adds to `out` the whole content with the edits made; `by_key` leads from key to struct row_edits.
 * Anything that cannot be done fails, and nothing is written then. */
typedef int file_rewrite(struct source *source, const struct text *content,
                         const struct map *by_key, struct arena *arena, struct text *out,
                         struct error *error);

/* source_type.write for files: does what the mode says, in-place through `rewrite`. */
int file_source_write(struct source *source, const struct source_edit *edits, size_t count,
                      const struct file_state *state, file_rewrite *rewrite,
                      struct file_state *ret_state, struct error *error);
/* source_type.look for files. */
int file_source_look(struct source *source, struct file_state *ret_state, struct error *error);

/* Whether the cell still has the text that the edit was planned on. `cell` is what `raw` means. */
bool edit_is_current(const struct source_edit *edit, const char *raw, const char *cell);
/* The ERROR_STALE for one that has not. */
int edit_is_stale(const struct source *source, const struct source_edit *edit, size_t line,
                  struct error *error);
/* ERROR_STALE if a row that is to be made has one of the keys that are there. */
int edits_find_room(const struct source *source, const struct map *by_key, const struct map *keys,
                    struct error *error);

/* Adds to source->notices. */
#define NOTICE_TIME   "SRC-004"
#define NOTICE_COLUMN "SRC-008"
void source_notice_add(struct source *source, const char *code, size_t line, size_t column,
                       const char *format, ...) __attribute__((format(printf, 5, 6)));
void source_notices_clear(struct source *source);

/* A setting's text, or `otherwise` if there is none. */
const char *source_option(const struct source *source, const char *name, const char *otherwise);
/* The cell delimiter: the setting, or a comma for types that have none. */
char source_delimiter(const struct source *source);

/* Rights for files beside the source that hold the same data: the source's own, and its owner can
 * always write. */
mode_t source_file_mode(const struct source *source);

/* Option rows that all files share. */
extern const char *const source_write_words[];
extern const char *const source_decimal_words[];
/* clang-format off */
#define FILE_SOURCE_OPTIONS \
    {.name = "path", .type = OPTION_PATH, .required = true, \
     .help = "the file, relative to the configuration file"}, \
    {.name = "key", .type = OPTION_TEXT, .required = true, \
     .help = "column whose value identifies a row and never changes"}, \
    {.name = "write", .type = OPTION_WORD, .fallback = "read-only", .words = source_write_words, \
     .help = "how values come back: not at all, as edits, or as rows of a second file"}, \
    {.name = "changes_file", .type = OPTION_PATH, \
     .help = "that second file; by default the path with .changes.csv for its ending"}, \
    {.name = "null_words", .type = OPTION_TEXT_LIST, \
     .help = "words that mean \"nothing\" in any cell, compared without case"}, \
    {.name = "modified", .type = OPTION_TEXT, \
     .help = "column with the time of the row's last change: RFC 3339, or a date"}, \
    {.name = "date_format", .type = OPTION_TEXT, \
     .help = "how dates are written, e.g. DD-MM-YYYY; YYYY-MM-DD if not given"}, \
    {.name = "decimal", .type = OPTION_WORD, .fallback = ".", .words = source_decimal_words, \
     .help = "the decimal sign of amounts"}, \
    {.name = "currency", .type = OPTION_TEXT, \
     .help = "ISO 4217 code of amounts that are written without one"}, \
    {.name = "list_separator", .type = OPTION_TEXT, .fallback = ";", \
     .help = "what stands between the items of a list in one cell"}
/* clang-format on */

#endif
