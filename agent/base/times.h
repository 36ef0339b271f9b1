/* Instants (UTC milliseconds since 1970) and days (count since 1970-01-01), from and to text.
 * Nothing here depends on the process's time zone or locale. */
#ifndef BASE_TIMES_H
#define BASE_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INSTANT_TEXT 32 /* bytes for instant_print(), NUL included */
#define DAY_TEXT     16 /* bytes for day_print() */

/* RFC 3339: "2026-11-02T10:00:00.123Z", any number of fraction digits (cut to milliseconds), Z or
 * a numeric offset. */
bool instant_parse(const char *text, int64_t *ret_ms);
/* The same in steps of 100 ns, and without a zone it is UTC: for telling which of two is later. */
bool instant_parse_fine(const char *text, int64_t *ret_ticks);
/* "2026-11-02T10:00:00.123Z"; milliseconds always present. */
const char *instant_print(int64_t ms, char buffer[INSTANT_TEXT]);
/* "20261102T100000Z", as SigV4 wants it. */
const char *instant_print_basic(int64_t ms, char buffer[INSTANT_TEXT]);
/* An HTTP Date header (IMF-fixdate). */
bool instant_parse_http(const char *text, int64_t *ret_ms);

bool day_parse(const char *text, int64_t *ret_day); /* "2026-11-02", a real calendar day */
const char *day_print(int64_t day, char buffer[DAY_TEXT]);
int64_t day_of(int64_t instant_ms); /* the UTC day */
/* By a format of YYYY, YY, MM, M, DD, D, MON (Jan…Dec, English) and literal separators, e.g.
 * "DD-MM-YYYY". False unless the whole text fits and is a real day. */
bool day_parse_format(const char *text, const char *format, int64_t *ret_day);
bool day_print_format(int64_t day, const char *format, char *buffer, size_t size);
bool day_format_valid(const char *format); /* has exactly one year, month and day */

/* "5m", "90s", "24h", "7d", "250ms" to milliseconds. */
bool duration_parse(const char *text, int64_t *ret_ms);

#endif
