#include "base/text.h"

#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/secret.h"

enum { FIRST = 64 }; /* bytes of a buffer at first */

/* What texts without a buffer show; never holds anything but its NUL. So an empty text owns
 * nothing, and neither one that is only declared nor one that was taken from can leak. */
static char nothing[1];

void text_init(struct text *text, size_t max)
{
    *text = (struct text){.data = nothing, .max = max < SIZE_MAX ? max : SIZE_MAX - 1};
}

void text_init_secret(struct text *text, size_t max)
{
    text_init(text, max);
    text->secret = true;
}

static void release(char *data, size_t capacity, bool secret)
{
    if (capacity == 0)
        return;
    if (secret)
        secret_wipe(data, capacity);
    free(data);
}

void text_free(struct text *text)
{
    release(text->data, text->capacity, text->secret);
    *text = (struct text){.max = text->max, .secret = text->secret};
}

void text_clear(struct text *text)
{
    text->length = 0;
    text->failed = false;
    if (text->capacity > 0)
        text->data[0] = '\0';
}

/* To a buffer of its own; realloc(3) would leave a secret behind where it stood. */
static void move(struct text *text, size_t need)
{
    size_t capacity = text->capacity;
    char *data = memory_grow(NULL, &capacity, need, 1);
    if (text->length > 0)
        memcpy(data, text->data, text->length);
    release(text->data, text->capacity, text->secret);
    text->data = data;
    text->capacity = capacity;
}

/* Makes room for `more` bytes and the NUL; false, and the text failed, if the maximum forbids. */
static bool reserve(struct text *text, size_t more)
{
    if (text->failed)
        return false;
    if (more > text->max - text->length) {
        text->failed = true;
        return false;
    }
    size_t need = text->length + more + 1;
    if (need <= text->capacity)
        return true;
    if (text->capacity == 0 || text->secret)
        move(text, need < FIRST ? FIRST : need);
    else
        text->data = memory_grow(text->data, &text->capacity, need, 1);
    return true;
}

void text_add(struct text *text, const char *string)
{
    if (string)
        text_add_n(text, string, strlen(string));
}

void text_add_n(struct text *text, const char *bytes, size_t length)
{
    if (length == 0 || !reserve(text, length))
        return;
    memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void text_add_char(struct text *text, char c)
{
    text_add_n(text, &c, 1);
}

void text_addf(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length < 0)
        memory_failed(); /* our formats are constant: only allocation can fail */
    if (length > 0 && reserve(text, (size_t)length)) {
        vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
    va_end(args);
}

bool text_failed(const struct text *text)
{
    return text->failed;
}

char *text_take(struct text *text)
{
    char *data = text->capacity > 0 ? text->data : memory_copy("");
    *text = (struct text){.data = nothing, .max = text->max, .secret = text->secret};
    return data;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool text_equal(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool text_equal_nocase(const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

bool text_starts(const char *text, const char *prefix)
{
    return text && strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Bytes of the white space at the start of `text`; 0 if there is none. Spreadsheets and web forms
 * leave no-break spaces (U+00A0) and byte order marks (U+FEFF) where people see nothing. */
static size_t space_bytes(const char *text)
{
    if (*text && strchr(" \t\n\r\v\f", *text))
        return 1;
    if (text_starts(text, "\xc2\xa0"))
        return 2;
    if (text_starts(text, "\xef\xbb\xbf"))
        return 3;
    return 0;
}

static size_t leading_space(const char *text)
{
    size_t length = 0;
    for (size_t step; (step = space_bytes(text + length)) > 0;)
        length += step;
    return length;
}

bool text_blank(const char *text)
{
    return !text || text[leading_space(text)] == '\0';
}

bool text_same_word(const char *a, const char *b)
{
    a += leading_space(a);
    b += leading_space(b);
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return text_blank(a) && text_blank(b);
}

char *text_trim(char *text)
{
    size_t start = leading_space(text);
    size_t end = start; /* behind the last byte that is not white space */
    for (size_t at = start; text[at];) {
        size_t step = space_bytes(text + at);
        at += step ? step : 1;
        if (step == 0)
            end = at;
    }
    memmove(text, text + start, end - start);
    text[end - start] = '\0';
    return text;
}

void text_lower(char *text)
{
    for (; *text; text++)
        *text = lower(*text);
}

bool text_to_int64(const char *text, long long *ret_number)
{
    if (!text)
        return false;
    bool negative = *text == '-';
    const char *digit = text + negative;
    if (!*digit)
        return false;
    long long number = 0; /* kept negative: that side reaches one further */
    for (; *digit; digit++) {
        if (*digit < '0' || *digit > '9' || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_sub_overflow(number, *digit - '0', &number))
            return false;
    }
    if (!negative && number == LLONG_MIN)
        return false;
    *ret_number = negative ? number : -number;
    return true;
}
