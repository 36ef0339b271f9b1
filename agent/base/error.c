#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"

/* Twice the room of a message: log_safe() never shortens, so a code point that is cut at the end
 * of this buffer never shows. */
enum { DRAFT_BYTES = 2 * sizeof((struct error){0}.message) };

/* Brings `draft` into a form that may be printed, cut at a code point. */
static void store_message(struct error *error, const char *draft)
{
    CLEANUP_TEXT struct text safe;
    text_init(&safe, sizeof error->message - 1);
    log_safe(&safe, draft);
    memcpy(error->message, safe.data, safe.length + 1);
}

int error_set(struct error *error, enum error_class class, enum error_scope scope,
              const char *format, ...)
{
    if (!error)
        return -(int)class;
    char draft[DRAFT_BYTES]; /* first: the arguments may point into the struct itself */
    va_list args;
    va_start(args, format);
    vsnprintf(draft, sizeof draft, format, args);
    va_end(args);
    *error = (struct error){.class = class, .scope = scope};
    store_message(error, draft);
    return -(int)class;
}

static bool errno_passes(int number)
{
    return number == EINTR || number == EAGAIN || number == EBUSY || number == ETIMEDOUT;
}

int error_errno(struct error *error, enum error_scope scope, int number, const char *format, ...)
{
    enum error_class class = errno_passes(number) ? ERROR_TEMPORARY : ERROR_PERMANENT;
    char draft[DRAFT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(draft, sizeof draft, format, args);
    va_end(args);
    const char *description = strerrordesc_np(number);
    if (description)
        return error_set(error, class, scope, "%s: %s", draft, description);
    return error_set(error, class, scope, "%s: error number %d", draft, number);
}

int error_context(struct error *error, const char *format, ...)
{
    if (!error)
        return -ERROR_PERMANENT;
    char draft[DRAFT_BYTES];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(draft, sizeof draft, format, args);
    va_end(args);
    if (length >= 0 && (size_t)length < sizeof draft)
        snprintf(draft + length, sizeof draft - (size_t)length, ": %s", error->message);
    store_message(error, draft);
    return -(int)error->class;
}

const char *error_class_name(enum error_class class)
{
    static const char *const names[] = {
        [ERROR_NONE] = "none",   [ERROR_TEMPORARY] = "temporary", [ERROR_THROTTLED] = "throttled",
        [ERROR_AUTH] = "auth",   [ERROR_REFUSED] = "refused",     [ERROR_STALE] = "stale",
        [ERROR_INPUT] = "input", [ERROR_PERMANENT] = "permanent", [ERROR_BUG] = "bug",
    };
    return (size_t) class < COUNT(names) ? names[class] : "unknown";
}

void error_name(char *buffer, size_t size, const char *text)
{
    size_t length = 0;
    for (; text && *text && length + 1 < size; text++) {
        if (*text > ' ' && *text < 0x7f)
            buffer[length++] = *text;
    }
    buffer[length] = '\0';
}
