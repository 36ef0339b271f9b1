/* A growing text that cannot exist without a maximum, and the checks on text that comes from
 * outside. The buffer is always NUL-terminated. Adding past the maximum marks the text as failed
 * and changes nothing more; whoever finishes the text asks text_failed() once. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *data; /* "" if empty, never NULL after text_init() */
    size_t length;
    size_t capacity;
    size_t max;
    bool failed;
    bool secret; /* outgrown and released memory is wiped */
};

void text_init(struct text *text, size_t max); /* max: bytes without the NUL */
void text_init_secret(struct text *text,
                      size_t max); /* the same, for what must not stay in memory */
void text_free(struct text *text);
void text_clear(struct text *text);
void text_add(struct text *text, const char *string); /* NULL adds nothing */
void text_add_n(struct text *text, const char *bytes, size_t length);
void text_add_char(struct text *text, char c);
void text_addf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool text_failed(const struct text *text);
char *text_take(struct text *text); /* the caller frees; the text is empty afterwards */
#define CLEANUP_TEXT __attribute__((cleanup(text_free)))

/* True if the bytes are UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, no NUL. On
 * false `ret_offset` (may be NULL) says where. */
bool utf8_valid(const char *bytes, size_t length, size_t *ret_offset);
/* Decodes the code point at the start of `text`: its bytes, or 0 (and nothing decoded) at the end
 * of the text and where the text is not UTF-8. */
size_t utf8_next(const char *text, uint32_t *ret_code);
size_t utf8_length(const char *text); /* in code points; the text must be valid */
/* Cuts a valid text to at most `max` code points, in place. */
void utf8_truncate(char *text, size_t max);

bool text_equal(const char *a, const char *b);        /* NULL equals NULL only */
bool text_equal_nocase(const char *a, const char *b); /* ASCII case */
/* The same without regard to ASCII case and to white space at the ends, as text_trim() cuts it. */
bool text_same_word(const char *a, const char *b);
bool text_starts(const char *text, const char *prefix);
bool text_blank(const char *text); /* NULL, empty or white space (U+00A0 included) only */
char *text_trim(char *text);       /* in place: cuts white space, U+00A0 and U+FEFF at both ends */
void text_lower(char *text);       /* in place, ASCII */

/* Parses a whole decimal integer; false on anything else, overflow included. */
bool text_to_int64(const char *text, long long *ret_number);

/* The word among `words` (count) that `text` was probably meant to be, or NULL: for
 * "did you mean". Damerau-Levenshtein, at most a third of the length off. */
const char *text_suggest(const char *text, const char *const *words, size_t count);
/* The same distance itself, in bytes; bounded by the longer length, which is also the answer for
 * different texts beyond 512 bytes. */
size_t text_distance(const char *a, const char *b);

#endif
