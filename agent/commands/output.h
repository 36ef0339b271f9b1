/* What commands print: listings as table, JSON or CSV, and lines for people. Everything passes
 * log_safe(); CSV cells are defused against formulas. */
#ifndef COMMANDS_OUTPUT_H
#define COMMANDS_OUTPUT_H

#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "commands/command.h"

struct listing;
/* `columns` is NULL-ended and stays the caller's; names are JSON members and CSV headers; in a
 * table they are shown in capitals. */
struct listing *listing_new(const char *const *columns);
void listing_free(struct listing *listing);
/* As many texts as there are columns; NULL is "nothing". Copied. */
void listing_add(struct listing *listing, const char *const *cells);
/* A table cuts long cells; not those of the last column after this. */
void listing_keep_last(struct listing *listing);
/* Prints to standard output. `empty` is the sentence that a table of no rows is. */
void listing_print(const struct listing *listing, const struct arguments *arguments,
                   const char *empty);

/* The rows as an array of objects, for what adds to them. */
struct json *listing_to_json(struct arena *arena, const struct listing *listing);

/* One JSON document to standard output, pretty. */
void output_json(const struct json *json);
/* A line to standard output, every %s made safe by the caller with output_safe(). */
const char *output_safe(struct arena *arena, const char *text); /* NULL gives "-" */
/* "agent: message" to standard error. */
void output_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* An error with class and request id where known, and the remedy that its class suggests. */
void output_failure(const char *context, const struct error *error);

/* Colours, empty texts when they are off. */
enum tint { TINT_PLAIN, TINT_ADD, TINT_CHANGE, TINT_REMOVE, TINT_DIM, TINT_WARN };
const char *output_tint(const struct arguments *arguments, enum tint tint);

/* "2 min", "3 h 10 min", "1.2 s". */
const char *output_duration(struct arena *arena, int64_t ms);
/* "2026-11-02 10:00:00Z"; 0 gives "-". */
const char *output_instant(struct arena *arena, int64_t ms);

#endif
