/* UTF-8 as RFC 3629 has it. */
#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* Bytes of the sequence at the start of `bytes`; 0 if it is not one. The second byte's range is
 * where overlong forms, surrogates and code points beyond U+10FFFF are kept out. */
static size_t sequence_bytes(const unsigned char *bytes, size_t length)
{
    unsigned char first = bytes[0];
    if (first < 0x80)
        return first != 0;
    size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || size > length)
        return 0;
    unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t i = 2; i < size; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    }
    return size;
}

bool utf8_valid(const char *bytes, size_t length, size_t *ret_offset)
{
    const unsigned char *at = (const unsigned char *)bytes;
    for (size_t offset = 0; offset < length;) {
        size_t size = sequence_bytes(at + offset, length - offset);
        if (size == 0) {
            if (ret_offset)
                *ret_offset = offset;
            return false;
        }
        offset += size;
    }
    return true;
}

size_t utf8_next(const char *text, uint32_t *ret_code)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t size = sequence_bytes(bytes, strnlen(text, 4));
    static const unsigned char first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = bytes[0] & first_bits[size];
    for (size_t i = 1; i < size; i++)
        code = code << 6 | (bytes[i] & 0x3fu);
    if (size > 0)
        *ret_code = code;
    return size;
}

static bool starts_code_point(char c)
{
    return ((unsigned char)c & 0xc0) != 0x80;
}

size_t utf8_length(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += starts_code_point(*text);
    return count;
}

void utf8_truncate(char *text, size_t max)
{
    size_t count = 0;
    for (; *text; text++) {
        if (starts_code_point(*text) && count++ == max) {
            *text = '\0';
            return;
        }
    }
}
