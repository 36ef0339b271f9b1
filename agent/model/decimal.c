/* Exact decimals as digit arrays with the point at a fixed place: long enough for any two texts of
 * 38 digits, whatever their scales, so that nothing is rounded on the way. */
#include "model/value.h"

#include <string.h>

#define DIGITS 38

struct decimal {
    bool negative;
    uint8_t digits[1 + 2 * DIGITS]; /* one for the carry, DIGITS before and after the point */
};

#define POINT (1 + DIGITS) /* index of the first digit after the point */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool decimal_valid(const char *text)
{
    if (!text)
        return false;
    text += *text == '-' || *text == '+';
    size_t whole = strspn(text, "0123456789");
    text += whole;
    size_t fraction = 0;
    if (*text == '.') {
        fraction = strspn(++text, "0123456789");
        text += fraction;
        if (!fraction)
            return false;
    }
    return whole && !*text && whole + fraction <= DIGITS;
}

static void decimal_read(const char *text, struct decimal *ret)
{
    *ret = (struct decimal){.negative = *text == '-'};
    text += *text == '-' || *text == '+';
    size_t whole = strspn(text, "0123456789");
    for (size_t i = 0; i < whole; i++)
        ret->digits[POINT - whole + i] = (uint8_t)(text[i] - '0');
    if (!text[whole])
        return;
    text += whole + 1;
    for (size_t i = 0; is_digit(text[i]); i++)
        ret->digits[POINT + i] = (uint8_t)(text[i] - '0');
}

static int compare_magnitudes(const struct decimal *a, const struct decimal *b)
{
    int order = memcmp(a->digits, b->digits, sizeof a->digits);
    return (order > 0) - (order < 0);
}

static bool is_zero(const struct decimal *number)
{
    static const struct decimal zero;
    return !compare_magnitudes(number, &zero);
}

static void add_magnitudes(const struct decimal *a, const struct decimal *b, struct decimal *ret)
{
    unsigned carry = 0;
    for (size_t i = sizeof a->digits; i-- > 0;) {
        unsigned sum = a->digits[i] + b->digits[i] + carry;
        ret->digits[i] = (uint8_t)(sum % 10);
        carry = sum / 10;
    }
}

/* |a| - |b|, where |a| is not the smaller one. */
static void subtract_magnitudes(const struct decimal *a, const struct decimal *b,
                                struct decimal *ret)
{
    unsigned borrow = 0;
    for (size_t i = sizeof a->digits; i-- > 0;) {
        unsigned take = b->digits[i] + borrow;
        borrow = a->digits[i] < take;
        ret->digits[i] = (uint8_t)(a->digits[i] + 10 * borrow - take);
    }
}

/* Without leading zeros, trailing zeros or a negative zero; NULL if that takes too many digits. */
static const char *decimal_print(struct arena *arena, const struct decimal *number)
{
    size_t start = 0, end = sizeof number->digits;
    while (start < POINT - 1 && !number->digits[start])
        start++;
    while (end > POINT && !number->digits[end - 1])
        end--;
    if (end - start > DIGITS)
        return NULL;
    char buffer[DIGITS + 4];
    size_t length = 0;
    if (number->negative && !is_zero(number))
        buffer[length++] = '-';
    for (size_t i = start; i < end; i++) {
        if (i == POINT)
            buffer[length++] = '.';
        buffer[length++] = (char)('0' + number->digits[i]);
    }
    return arena_copy_n(arena, buffer, length);
}

static void add(const struct decimal *a, const struct decimal *b, struct decimal *ret)
{
    *ret = (struct decimal){.negative = a->negative};
    if (a->negative == b->negative) {
        add_magnitudes(a, b, ret);
    } else if (compare_magnitudes(a, b) >= 0) {
        subtract_magnitudes(a, b, ret);
    } else {
        ret->negative = b->negative;
        subtract_magnitudes(b, a, ret);
    }
}

int decimal_compare(const char *a, const char *b)
{
    struct decimal left, right;
    decimal_read(a, &left);
    decimal_read(b, &right);
    if (is_zero(&left) && is_zero(&right))
        return 0;
    if (left.negative != right.negative)
        return left.negative ? -1 : 1;
    int order = compare_magnitudes(&left, &right);
    return left.negative ? -order : order;
}

const char *decimal_add(struct arena *arena, const char *a, const char *b)
{
    struct decimal left, right, sum;
    decimal_read(a, &left);
    decimal_read(b, &right);
    add(&left, &right, &sum);
    return decimal_print(arena, &sum);
}

const char *decimal_distance(struct arena *arena, const char *a, const char *b)
{
    struct decimal left, right, difference;
    decimal_read(a, &left);
    decimal_read(b, &right);
    right.negative = !right.negative;
    add(&left, &right, &difference);
    difference.negative = false;
    return decimal_print(arena, &difference);
}
