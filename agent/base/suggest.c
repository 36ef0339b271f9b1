/* "Did you mean": how far two words are apart, and the nearest of a list. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* The work grows with the product of both lengths: a cell of a megabyte gets no suggestion. */
enum { LONGEST = 512 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: insertions, deletions, replacements and swaps of neighbours. Three rows
 * of the usual table are enough: this one, the one before, and the one before that for swaps. */
size_t text_distance(const char *a, const char *b)
{
    size_t rows = strlen(a);
    size_t columns = strlen(b);
    if (rows > LONGEST || columns > LONGEST)
        return strcmp(a, b) == 0 ? 0 : rows > columns ? rows : columns;
    size_t table[3][LONGEST + 1];
    for (size_t column = 0; column <= columns; column++)
        table[0][column] = column;
    for (size_t row = 1; row <= rows; row++) {
        size_t *now = table[row % 3];
        const size_t *before = table[(row - 1) % 3];
        const size_t *swap = table[(row + 1) % 3];
        now[0] = row;
        for (size_t column = 1; column <= columns; column++) {
            size_t replaced = before[column - 1] + (a[row - 1] != b[column - 1]);
            now[column] = smaller(replaced, smaller(before[column], now[column - 1]) + 1);
            if (row > 1 && column > 1 && a[row - 1] == b[column - 2] && a[row - 2] == b[column - 1])
                now[column] = smaller(now[column], swap[column - 2] + 1);
        }
    }
    return table[rows % 3][columns];
}

const char *text_suggest(const char *text, const char *const *words, size_t count)
{
    const char *best = NULL;
    size_t best_distance = 0;
    if (!text)
        return NULL;
    size_t length = strlen(text);
    for (size_t i = 0; i < count; i++) {
        if (text_equal_nocase(text, words[i]))
            return words[i];
        size_t word_length = strlen(words[i]);
        size_t longer = length > word_length ? length : word_length;
        size_t difference = longer - smaller(length, word_length);
        if (longer > LONGEST || difference * 3 > longer) /* no need to compute how far */
            continue;
        size_t distance = text_distance(text, words[i]);
        if (distance * 3 <= longer && (!best || distance < best_distance)) {
            best = words[i];
            best_distance = distance;
        }
    }
    return best;
}
