/* A folder of files and the connector that reads it, with a sink that keeps what comes. */
#ifndef TESTS_SUPPORT_DROPBOX_H
#define TESTS_SUPPORT_DROPBOX_H

#include "base/map.h"
#include "connectors/drop/cloud.h"
#include "tests/support/fake.h"

struct dropbox {
    struct fake fake;
    struct http *http;
    struct loop *loop;
    struct arena *arena;
    char folder[96];
    struct setting items[4];
    struct settings settings;
    struct cloud *cloud;
    /* Of the last read. */
    struct map *records;  /* id → struct record */
    struct map *findings; /* "CODE subject" → detail */
    size_t done;
    enum read_outcome outcome;
    struct error error;
};

/* Zeroes the struct, which must not move afterwards. `columns`: lines of cosell_columns,
 * NULL-ended, or NULL. */
void dropbox_open(struct dropbox *box, const char **columns, const char *date_format);
void dropbox_close(struct dropbox *box);
void dropbox_reopen(struct dropbox *box); /* as after a restart */

/* Paths are below the folder: "inbox/a.csv". */
const char *dropbox_path(struct dropbox *box, const char *path);
void dropbox_put(struct dropbox *box, const char *path, const char *content);
void dropbox_put_bytes(struct dropbox *box, const char *path, const char *bytes, size_t length);
const char *dropbox_get(struct dropbox *box, const char *path); /* NULL: there is none */
bool dropbox_has(struct dropbox *box, const char *path);
/* Files in a room whose names begin so, and the first of them by name. */
size_t dropbox_count(struct dropbox *box, const char *room, const char *start);
const char *dropbox_first(struct dropbox *box, const char *room, const char *start);

void dropbox_read(struct dropbox *box, enum kind_id kind, bool takes);
const char *dropbox_value(struct dropbox *box, const char *id, const char *field); /* or NULL */
const char *dropbox_finding(struct dropbox *box, const char *code, const char *subject);

#endif
