/* Files, so that a crash or a full disk never costs the old content. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/text.h"

/* What a file was when it was looked at. */
struct file_state {
    bool exists;
    int64_t size;
    int64_t modified_ns;
    uint64_t inode;
    char hash[65]; /* SHA-256 of the content; "" if it was not read */
};

/* Appends the file's content to `out` (its maximum applies: larger is ERROR_INPUT). `ret_state`
 * (may be NULL) tells what was read. A missing file is ERROR_INPUT with errno's text. */
int file_read(const char *path, struct text *out, struct file_state *ret_state,
              struct error *error);
int file_stat(const char *path, struct file_state *ret_state, struct error *error); /* no hash */
bool file_same(const struct file_state *a, const struct file_state *b); /* size, time, inode */

/* Writes a temporary file beside `path`, fsync, rename, fsync of the folder. On any failure the
 * temporary file is gone and the old one stands, unless only the last fsync failed. Keeps
 * owner-only rights to `mode` (e.g. 0600); an existing file keeps its own mode. A symbolic link is
 * followed, its target replaced. */
int file_replace(const char *path, const char *bytes, size_t length, mode_t mode,
                 struct error *error);
/* Appends in one write, then fsync; a last line that a crash left without its newline is ended
 * first. */
int file_append(const char *path, const char *bytes, size_t length, mode_t mode,
                struct error *error);
int file_make_folder(const char *path, mode_t mode, struct error *error); /* and its parents */
/* `path` relative to the folder of the file `beside`, unless it is absolute or starts with ~/. The
 * caller frees. */
char *file_resolve(const char *beside, const char *path);

/* Runs argv (no shell) with an empty standard input and returns its standard output, at most
 * out->max bytes, at most timeout_ms. Its standard error passes through. ERROR_AUTH on a non-zero
 * exit or a signal, ERROR_INPUT if there is no such program (126 and 127 included), ERROR_TEMPORARY
 * on a timeout. A program that closes its output is reaped or killed by then: nothing is left
 * behind. */
int file_run(char *const argv[], int64_t timeout_ms, struct text *out, struct error *error);
/* The same with an environment of its own, "NAME=value" each, NULL-ended. */
int file_run_with(char *const argv[], char *const environment[], int64_t timeout_ms,
                  struct text *out, struct error *error);

#endif
