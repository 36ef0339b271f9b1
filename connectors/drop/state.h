/* What all files have said so far: the portal's side as far as anybody has told us. One file a
 * format, JSON Lines, replaced as a whole; so rows and the list of files that they came from never
 * disagree. */
#ifndef CONNECTORS_DROP_STATE_H
#define CONNECTORS_DROP_STATE_H

#include "base/map.h"
#include "connectors/drop/folder.h"
#include "connectors/drop/format.h"
#include "connectors/drop/row.h"

struct drop_entry {
    const char *id;   /* what stands behind the last '/' of the identifier */
    struct json *row; /* as files said it, newest first, columns that no file had left out */
    bool deleted;     /* a row said so */
    bool gone;        /* a full snapshot did not have it */
};

struct drop_state;

/* A missing file is the empty state. One that is damaged is ERROR_INPUT: nothing is made of it. */
int drop_state_load(const struct drop_folder *folder, const struct drop_format *format,
                    struct drop_state **ret_state, struct error *error);
int drop_state_save(const struct drop_state *state, const struct drop_folder *folder,
                    struct error *error);
void drop_state_free(struct drop_state *state); /* NULL is fine */
/* False if what is not there may be in the portal all the same: no file was ever taken in, or the
 * state got lost and no full snapshot has come since. */
bool drop_state_told(const struct drop_state *state);
void drop_state_whole(struct drop_state *state); /* a full snapshot was taken in */
const char *drop_state_path(const struct drop_folder *folder, struct arena *arena,
                            const struct drop_format *format);

/* Files are known again by their content. */
bool drop_state_knows(const struct drop_state *state, const char *mark);
void drop_state_note(struct drop_state *state, const char *mark, const char *name);

size_t drop_state_count(const struct drop_state *state);
struct drop_entry *drop_state_at(const struct drop_state *state, size_t index);
struct drop_entry *drop_state_find(const struct drop_state *state, const char *id);
/* "opportunities/123" and "123" are one. */
const char *drop_state_id(const char *identifier);

/* Takes a row over: `cells` has a member for each column of the file, "" for an empty cell. Columns
 * that it has not stay as they are. An older row (by update_time) changes nothing. NULL, or why it
 * cannot be told which row is newer. */
const char *drop_state_merge(struct drop_state *state, const char *id, const struct json *cells);

/* The partner's key into a row that has none; the index knows it by that, too. */
void drop_state_claim(struct drop_state *state, struct drop_entry *entry, const char *reference);

/* For rows without an identifier. Prepares for drop_state_match(), which sees what was there then.
 */
void drop_state_index(struct drop_state *state);
/* The one present record that has the row's deal number, else its partner's key, else its deal (see
 * row.h). NULL: there is none, or several (`ret_many`). */
struct drop_entry *drop_state_match(const struct drop_state *state, const struct json *row,
                                    bool *ret_many);

#endif
