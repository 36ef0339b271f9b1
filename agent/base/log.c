#include "base/log.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/times.h"

/* One event is one line; journald splits what is longer than 48 KiB. */
enum { LONGEST_LINE = 32 * 1024 };

static const struct {
    const char *name;
    int priority; /* syslog's, for journald */
} levels[] = {
    [LOG_LEVEL_ERROR] = {"error", 3},
    [LOG_LEVEL_WARNING] = {"warning", 4},
    [LOG_LEVEL_INFO] = {"info", 6},
    [LOG_LEVEL_DEBUG] = {"debug", 7},
};

/* A field whose name has one of these in it holds something that must not be printed. */
static const char *const secret_words[] = {
    "secret", "token",      "password",  "passphrase",  "authorization", "signature",
    "cookie", "access_key", "accesskey", "private_key", "api_key",
};

static bool is_secret(const char *name)
{
    for (size_t i = 0; i < COUNT(secret_words); i++) {
        if (strcasestr(name, secret_words[i]))
            return true;
    }
    return false;
}

bool log_level_parse(const char *name, enum log_level *ret_level)
{
    for (size_t i = 0; name && i < COUNT(levels); i++) {
        if (strcmp(name, levels[i].name) == 0) {
            *ret_level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

/* Code points that move the cursor, turn the direction of text, or cannot be seen. */
static bool is_deceptive(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x061c ||
           (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
           (code >= 0xe0000 && code <= 0xe007f);
}

static void add_visible(struct text *out, uint32_t code)
{
    switch (code) {
    case '\n':
        text_add(out, "\\n");
        return;
    case '\r':
        text_add(out, "\\r");
        return;
    case '\t':
        text_add(out, "\\t");
        return;
    default:
        text_addf(out, code < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)code);
    }
}

void log_safe(struct text *out, const char *text)
{
    if (!text)
        return;
    while (*text) {
        uint32_t code = 0;
        size_t size = utf8_next(text, &code);
        if (size == 0) {
            text_addf(out, "\\x%02x", (unsigned)(unsigned char)*text);
            size = 1;
        } else if (is_deceptive(code)) {
            add_visible(out, code);
        } else {
            text_add_n(out, text, size);
        }
        text += size;
    }
}

/* The value as people read it: in quotes if it would not be one word otherwise. */
static void add_value(struct text *line, const char *value)
{
    if (*value && !strpbrk(value, " \t\r\n\"=")) {
        log_safe(line, value);
        return;
    }
    /* The backslash, too: a value that ends in one must not take the closing quote with it. */
    CLEANUP_TEXT struct text escaped;
    text_init(&escaped, LONGEST_LINE);
    for (const char *c = value; *c; c++) {
        if (*c == '"' || *c == '\\')
            text_add_char(&escaped, '\\');
        text_add_char(&escaped, *c);
    }
    text_add_char(line, '"');
    log_safe(line, escaped.data);
    text_add_char(line, '"');
}

static void format_text(struct text *line, const char *when, enum log_level level,
                        const char *message, va_list fields)
{
    text_addf(line, "%s %s ", when, levels[level].name);
    log_safe(line, message);
    for (const char *name; (name = va_arg(fields, const char *));) {
        const char *value = va_arg(fields, const char *);
        if (!value)
            continue;
        text_addf(line, " %s=", name);
        add_value(line, is_secret(name) ? "REDACTED" : value);
    }
}

static void set_safe(struct arena *arena, struct json *object, const char *name, const char *value)
{
    CLEANUP_TEXT struct text safe;
    text_init(&safe, LONGEST_LINE);
    log_safe(&safe, value);
    json_set_text(arena, object, name, safe.data);
}

static void format_json(struct text *line, const char *when, enum log_level level,
                        const char *message, va_list fields)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *object = json_object(arena);
    json_set_text(arena, object, "ts", when);
    json_set_text(arena, object, "level", levels[level].name);
    set_safe(arena, object, "message", message);
    for (const char *name; (name = va_arg(fields, const char *));) {
        const char *value = va_arg(fields, const char *);
        if (value)
            set_safe(arena, object, name, is_secret(name) ? "REDACTED" : value);
    }
    json_write(object, JSON_COMPACT, line);
}

void log_event(const struct log *log, enum log_level level, const char *message, ...)
{
    if (!log || !log->out || level > log->level)
        return;
    char when[INSTANT_TEXT];
    instant_print(world_now(log->world), when);
    CLEANUP_TEXT struct text line;
    text_init(&line, log->format == LOG_FORMAT_JSON ? SIZE_MAX : LONGEST_LINE);
    va_list fields;
    va_start(fields, message);
    if (log->format == LOG_FORMAT_JSON)
        format_json(&line, when, level, message, fields);
    else
        format_text(&line, when, level, message, fields);
    va_end(fields);
    /* One call an event, so that lines of several processes do not mix. A log that cannot be
     * written has nowhere to say so. */
    if (log->prefix)
        fprintf(log->out, "<%d>%s\n", levels[level].priority, line.data);
    else
        fprintf(log->out, "%s\n", line.data);
    fflush(log->out);
}
