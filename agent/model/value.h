/* Values in normal form: one text per value, so that equality is strcmp() and nothing is ever
 * compared as a floating-point number. NULL is "absent"; an empty text is never a value.
 *
 * Money is decimal text and an ISO 4217 code, "1234.50 USD": no leading zeros, no thousands
 * separators, exactly the currency's number of decimals unless the amount has more that are not
 * zero. Lists keep their order, joined by LIST_SEPARATOR (U+001F); sets are sorted lists without
 * repeats, so that a side that shuffles its items says nothing new. */
#ifndef MODEL_VALUE_H
#define MODEL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/kind.h"

#define LIST_SEPARATOR '\x1f'

/* How one side writes things. Zeroed is the canonical form. */
struct value_style {
    const char *date; /* day format for times.h; NULL: YYYY-MM-DD (an ISO instant is cut at T) */
    char decimal;     /* decimal sign, 0: '.' */
    const char *currency;  /* currency of amounts that carry none; NULL: they must carry one */
    const char *separator; /* between list items; NULL: ";" */
};

/* Brings `text` into the field's normal form. Absent (blank) text gives NULL and 0. Refuses, with
 * ERROR_INPUT and a message that says what is wrong and what would be right: wrong type, unknown
 * word (with a suggestion), impossible date, an id in scientific notation, an amount with two
 * decimal signs, invalid UTF-8, … */
int value_normalise(struct arena *arena, const struct field *field, const struct value_style *style,
                    const char *text, const char **ret_value, struct error *error);

/* The reverse: how a side of that style writes the value. NULL gives "". */
const char *value_print(struct arena *arena, const struct field *field,
                        const struct value_style *style, const char *value);

/* An identifier that a spreadsheet or a number column has changed: "2.5E+09", "123456789012.0". */
bool id_damaged(const char *text);

/* A website as two are compared: without scheme, "www." and slashes at the end, the host in lower
 * case. */
const char *value_url_bare(struct arena *arena, const char *url);
/* True if both say the same: they are equal, or websites that differ in no more than that (a cloud
 * may keep the host alone). NULL is the same as NULL only. */
bool value_same(const struct field *field, const char *a, const char *b);

/* For people: list items joined by "; ", NULL as "-". */
const char *value_show(struct arena *arena, const struct field *field, const char *value);

/* Lists. */
size_t list_count(const char *list); /* NULL: 0 */
const char *list_item(struct arena *arena, const char *list, size_t index);
const char **list_items(struct arena *arena, const char *list, size_t *ret_count); /* all of them */
/* NULL for no items; blank items are dropped. */
const char *list_join(struct arena *arena, const char *const *items, size_t count);
/* The same in the field's normal form; sorts the items in place if it is a set. */
const char *list_make(struct arena *arena, const struct field *field, const char **items,
                      size_t count);
/* One cell to a list and back. `separator` NULL: ";"; blanks around it do not count. An item that
 * holds the separator is written in double quotes. */
const char *list_split(struct arena *arena, const char *separator, const char *text);
const char *list_print(struct arena *arena, const char *separator, const char *list);

/* Exact decimals: an optional sign, digits, optionally a point and digits; at most 38 digits. */
bool decimal_valid(const char *text);
/* -1, 0, 1. Both must be valid. */
int decimal_compare(const char *a, const char *b);
/* a + b and |a - b|, without leading zeros or trailing ones after the point, zero as "0". NULL if
 * the result has more than 38 digits. */
const char *decimal_add(struct arena *arena, const char *a, const char *b);
const char *decimal_distance(struct arena *arena, const char *a, const char *b);
/* From how people write numbers: `decimal` (0: '.') and thousands set apart consistently. Refuses
 * what can be read in two ways. */
int decimal_parse(struct arena *arena, char decimal, const char *text, const char **ret_value,
                  struct error *error);
/* "2.5E+09": what spreadsheets make of long digits. */
bool number_scientific(const char *text);

/* Money. */
int money_make(struct arena *arena, const char *amount, const char *currency,
               const char **ret_value, struct error *error);
bool money_split(struct arena *arena, const char *value, const char **ret_amount,
                 const char **ret_currency);
/* From how people write amounts ("$1,234.50", "1.234,50 €", "EUR 12") and back. */
int money_parse(struct arena *arena, const struct value_style *style, const char *text,
                const char **ret_value, struct error *error);
const char *money_print(struct arena *arena, const struct value_style *style, const char *value);
int currency_decimals(const char *code); /* ISO 4217 minor unit; -1: no such currency */

/* How alike two texts are, 0 to 100, ignoring case, accents, punctuation and company suffixes (Inc,
 * GmbH, Ltd, …): 100 is equal after that. Texts whose numbers differ ("Renewal 2025" and "Renewal
 * 2026") are never close. Symmetric and deterministic. */
unsigned text_likeness(const char *a, const char *b);

#endif
