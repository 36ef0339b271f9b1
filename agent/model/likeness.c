/* How alike two names are, for matching records that carry no common key. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/value.h"

#define FOLDED_MAX  512 /* bytes that are compared; longer names differ before that */
#define WORDS_MAX   64
#define NUMBERS_CAP 80 /* below MATCH_CLOSE: other numbers are another thing */

struct folded {
    char text[FOLDED_MAX + 1];
    char *words[WORDS_MAX];
    size_t count;
    bool cut; /* there was more than fits */
};

/* Accented letters U+00C0 to U+017E as plain ones; ' ' where there is no plain one. */
static const char plain_letters[] =
    "aaaaaaaceeeeiiiidnooooo ouuuuypsaaaaaaaceeeeiiiidnooooo ouuuuypy" /* U+00C0 … U+00FF */
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll" /* U+0100 … U+013F */
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzz"; /* U+0140 … U+017E */

/* Legal forms and fillers at the end of company names. */
static const char *const suffixes[] = {
    "inc", "incorporated", "corp",    "corporation", "co",    "company", "llc",      "llp",
    "lp",  "ltd",          "limited", "plc",         "gmbh",  "ag",      "kg",       "se",
    "sa",  "sas",          "sarl",    "srl",         "spa",   "bv",      "nv",       "ab",
    "as",  "oy",           "oyj",     "aps",         "pty",   "pte",     "pvt",      "kk",
    "sl",  "private",      "mbh",     "ug",          "group", "holding", "holdings",
};

/* One character at `text` in folded form: a lower-case letter or digit, '\0' for "nothing", ' ' for
 * a word's end, or any other byte as it is. Returns how many bytes it took. */
static size_t fold(const unsigned char *text, char *ret_char)
{
    unsigned char c = *text;
    if (c >= 'A' && c <= 'Z') {
        *ret_char = (char)(c - 'A' + 'a');
    } else if (c == '\'' || c == '.') {
        *ret_char = '\0'; /* "S.A." is "sa", "O'Neil" is "oneil" */
    } else if (c < 0x80) {
        bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        *ret_char = kept ? (char)c : ' ';
    } else if (c >= 0xc3 && c <= 0xc5 && text[1]) {
        size_t index = ((c & 0x1fu) << 6 | (text[1] & 0x3fu)) - 0xc0u;
        *ret_char = index < sizeof plain_letters - 1 ? plain_letters[index] : ' ';
        return 2;
    } else if (c == 0xc2 && text[1]) {
        *ret_char = ' '; /* no-break space, ® and the like */
        return 2;
    } else {
        *ret_char = (char)c; /* other scripts count byte by byte */
    }
    return 1;
}

static void split_words(struct folded *folded)
{
    for (char *at = folded->text; *at;) {
        at += strspn(at, " ");
        if (!*at)
            break;
        if (folded->count == WORDS_MAX) {
            folded->cut = true;
            break;
        }
        folded->words[folded->count++] = at;
        at += strcspn(at, " ");
        if (*at)
            *at++ = '\0';
    }
}

static bool is_suffix(const char *word)
{
    for (size_t i = 0; i < COUNT(suffixes); i++) {
        if (!strcmp(suffixes[i], word))
            return true;
    }
    return false;
}

static void fold_text(const char *text, struct folded *ret)
{
    size_t length = 0;
    ret->count = 0;
    ret->cut = false;
    for (const unsigned char *at = (const unsigned char *)text; at && *at;) {
        char c;
        bool and = *at == '&';
        at += fold(at, &c);
        if (length + 5 > FOLDED_MAX) {
            ret->cut = true;
            break;
        }
        if (and) {
            memcpy(ret->text + length, " and ", 5);
            length += 5;
        } else if (c) {
            ret->text[length++] = c;
        }
    }
    ret->text[length] = '\0';
    split_words(ret);
    while (ret->count > 1 && is_suffix(ret->words[ret->count - 1]))
        ret->count--;
}

static void join_words(const struct folded *folded, char out[FOLDED_MAX + 1])
{
    size_t length = 0;
    for (size_t i = 0; i < folded->count; i++) {
        size_t bytes = strlen(folded->words[i]);
        if (i)
            out[length++] = ' ';
        memcpy(out + length, folded->words[i], bytes);
        length += bytes;
    }
    out[length] = '\0';
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool has_digit(const char *word)
{
    return strpbrk(word, "0123456789") != NULL;
}

/* Whether the words with digits are the same ones; both word lists are sorted. */
static bool same_numbers(const struct folded *a, const struct folded *b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a->count && !has_digit(a->words[i]))
            i++;
        while (j < b->count && !has_digit(b->words[j]))
            j++;
        if (i == a->count || j == b->count)
            return i == a->count && j == b->count;
        if (strcmp(a->words[i++], b->words[j++]) != 0)
            return false;
    }
}

static unsigned ratio(const char *a, const char *b)
{
    size_t left = strlen(a), right = strlen(b);
    size_t longer = left > right ? left : right;
    if (!longer)
        return 0;
    size_t distance = text_distance(a, b);
    return distance >= longer ? 0 : (unsigned)(100 * (longer - distance) / longer);
}

unsigned text_likeness(const char *a, const char *b)
{
    struct folded left, right;
    fold_text(a, &left);
    fold_text(b, &right);
    if (!left.count || !right.count)
        return a && b && !text_blank(a) && !strcmp(a, b) ? 100 : 0;

    char left_text[FOLDED_MAX + 1], right_text[FOLDED_MAX + 1];
    join_words(&left, left_text);
    join_words(&right, right_text);
    if (!strcmp(left_text, right_text))
        return (left.cut || right.cut) && strcmp(a, b) != 0 ? 99 : 100;
    unsigned likeness = ratio(left_text, right_text);

    /* The same words in another order are alike, but never equal. */
    qsort(left.words, left.count, sizeof *left.words, by_text);
    qsort(right.words, right.count, sizeof *right.words, by_text);
    bool numbers = same_numbers(&left, &right);
    join_words(&left, left_text);
    join_words(&right, right_text);
    unsigned sorted = ratio(left_text, right_text);
    likeness = sorted > likeness ? sorted : likeness;
    likeness = likeness > 99 ? 99 : likeness;
    return !numbers && likeness > NUMBERS_CAP ? NUMBERS_CAP : likeness;
}
