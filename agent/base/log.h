/* The log: one line an event to standard error, as text for people or JSON Lines for machines.
 * Every value passes log_safe(); values of fields whose name says that they are secret are not
 * printed. Under systemd lines carry the <n> priority prefix. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/text.h"
#include "base/world.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

struct log {
    const struct world *world;
    FILE *out; /* NULL: silent */
    enum log_level level;
    enum log_format format;
    bool prefix; /* "<3>" for journald */
};

/* Fields are name, value pairs of text, ended by NULL; a NULL value is left out:
 * log_event(log, LOG_LEVEL_INFO, "run finished", "job", job->name, "changes", n, NULL). */
void log_event(const struct log *log, enum log_level level, const char *message, ...)
    __attribute__((sentinel));

bool log_level_parse(const char *name, enum log_level *ret_level);

/* Adds `text` with control characters, escape sequences, newlines, invalid UTF-8 and bidirectional
 * overrides replaced by visible forms (\n, \x1b, …). Everything from outside that reaches a
 * terminal or a log goes through here. */
void log_safe(struct text *out, const char *text);

#endif
