#include "base/times.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

#define DAY_MS     ((int64_t)86400000)
#define TICKS      ((int64_t)10000000) /* of 100 ns in a second */
#define FIRST_DAY  ((int64_t)-719528)  /* 0000-01-01 */
#define LAST_DAY   ((int64_t)2932896)  /* 9999-12-31 */
#define TWO_DIGITS 70 /* a year of two digits below this is 20YY, as POSIX has it */

static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

struct date {
    unsigned year; /* 0 to 9999 */
    unsigned month;
    unsigned day;
};

/* Days since 1970-01-01 of the proleptic Gregorian calendar. Years are counted from March, so that
 * the leap day is the last of its year and a month's start is a linear function of its number. */
static int64_t date_to_day(struct date date)
{
    int64_t year = (int64_t)date.year - (date.month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t month = (date.month + 9) % 12;
    int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

/* The reverse; days outside years 0 to 9999 give the nearest one inside. */
static struct date day_to_date(int64_t day)
{
    day = day < FIRST_DAY ? FIRST_DAY : day > LAST_DAY ? LAST_DAY : day;
    day += 719468;
    int64_t era = (day >= 0 ? day : day - 146096) / 146097;
    int64_t day_of_era = day - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153; /* 0 is March */
    unsigned calendar_month = (unsigned)(month < 10 ? month + 3 : month - 9);
    return (struct date){
        .year = (unsigned)(era * 400 + year_of_era + (calendar_month <= 2)),
        .month = calendar_month,
        .day = (unsigned)(day_of_year - (153 * month + 2) / 5 + 1),
    };
}

static bool date_valid(struct date date)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (date.month < 1 || date.month > 12 || date.day < 1)
        return false;
    bool leap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0);
    return date.day <= days[date.month - 1] + (unsigned)(leap && date.month == 2);
}

/* Readers move `at` behind what they took; after false it points anywhere. */

/* A number of `min` to `max` digits. */
static bool take_number(const char **at, int min, int max, unsigned *ret_number)
{
    unsigned number = 0;
    int digits = 0;
    for (; digits < max && **at >= '0' && **at <= '9'; digits++, (*at)++)
        number = number * 10 + (unsigned)(**at - '0');
    *ret_number = number;
    return digits >= min;
}

static bool take_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool take_text(const char **at, const char *text)
{
    if (!text_starts(*at, text))
        return false;
    *at += strlen(text);
    return true;
}

static char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool take_month_name(const char **at, unsigned *ret_month)
{
    for (unsigned month = 0; month < 12; month++) {
        const char *name = month_names + 3 * month;
        int i = 0;
        while (i < 3 && ascii_lower((*at)[i]) == ascii_lower(name[i]))
            i++;
        if (i == 3) {
            *at += 3;
            *ret_month = month + 1;
            return true;
        }
    }
    return false;
}

static bool take_date(const char **at, struct date *ret_date)
{
    return take_number(at, 4, 4, &ret_date->year) && take_char(at, '-') &&
           take_number(at, 2, 2, &ret_date->month) && take_char(at, '-') &&
           take_number(at, 2, 2, &ret_date->day) && date_valid(*ret_date);
}

/* "10:00:00" to seconds of the day; 60 is a leap second. */
static bool take_time(const char **at, int64_t *ret_seconds)
{
    unsigned hour;
    unsigned minute;
    unsigned second;
    if (!take_number(at, 2, 2, &hour) || !take_char(at, ':') || !take_number(at, 2, 2, &minute) ||
        !take_char(at, ':') || !take_number(at, 2, 2, &second) || hour > 23 || minute > 59 ||
        second > 60)
        return false;
    *ret_seconds = (int64_t)hour * 3600 + minute * 60 + second;
    return true;
}

static bool take_fraction(const char **at, int64_t *ret_ticks)
{
    *ret_ticks = 0;
    if (!take_char(at, '.'))
        return true;
    int64_t weight = TICKS / 10;
    bool digits = false;
    for (; **at >= '0' && **at <= '9'; (*at)++, weight /= 10, digits = true)
        *ret_ticks += (**at - '0') * weight;
    return digits;
}

static bool take_offset(const char **at, int64_t *ret_seconds)
{
    if (take_char(at, 'Z') || take_char(at, 'z')) {
        *ret_seconds = 0;
        return true;
    }
    int64_t sign = **at == '-' ? -1 : 1;
    unsigned hours;
    unsigned minutes;
    if ((!take_char(at, '+') && !take_char(at, '-')) || !take_number(at, 2, 2, &hours) ||
        !take_char(at, ':') || !take_number(at, 2, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *ret_seconds = sign * ((int64_t)hours * 3600 + minutes * 60);
    return true;
}

/* Seconds and the steps of 100 ns that are over. */
static bool take_instant(const char *text, bool zone, int64_t *ret_seconds, int64_t *ret_ticks)
{
    struct date date;
    int64_t seconds, ticks, offset = 0;
    if (!text || !take_date(&text, &date) || (!take_char(&text, 'T') && !take_char(&text, 't')) ||
        !take_time(&text, &seconds) || !take_fraction(&text, &ticks) ||
        ((zone || *text) && !take_offset(&text, &offset)) || *text)
        return false;
    *ret_seconds = date_to_day(date) * (DAY_MS / 1000) + seconds - offset;
    *ret_ticks = ticks;
    return true;
}

bool instant_parse(const char *text, int64_t *ret_ms)
{
    int64_t seconds, ticks;
    if (!take_instant(text, true, &seconds, &ticks))
        return false;
    *ret_ms = seconds * 1000 + ticks / (TICKS / 1000);
    return true;
}

bool instant_parse_fine(const char *text, int64_t *ret_ticks)
{
    int64_t seconds, ticks;
    if (!take_instant(text, false, &seconds, &ticks))
        return false;
    *ret_ticks = seconds * TICKS + ticks;
    return true;
}

bool instant_parse_http(const char *text, int64_t *ret_ms)
{
    static const char *const weekdays[] = {"Mon, ", "Tue, ", "Wed, ", "Thu, ",
                                           "Fri, ", "Sat, ", "Sun, "};
    if (!text)
        return false;
    bool weekday = false;
    for (size_t i = 0; i < COUNT(weekdays) && !weekday; i++)
        weekday = take_text(&text, weekdays[i]);
    struct date date;
    int64_t seconds;
    if (!weekday || !take_number(&text, 2, 2, &date.day) || !take_char(&text, ' ') ||
        !take_month_name(&text, &date.month) || !take_char(&text, ' ') ||
        !take_number(&text, 4, 4, &date.year) || !date_valid(date) || !take_char(&text, ' ') ||
        !take_time(&text, &seconds) || !take_text(&text, " GMT") || *text)
        return false;
    *ret_ms = date_to_day(date) * DAY_MS + seconds * 1000;
    return true;
}

/* Puts `number` with exactly `digits` digits and returns where the next character goes. */
static char *put_number(char *at, unsigned number, int digits)
{
    for (int i = digits - 1; i >= 0; i--, number /= 10)
        at[i] = (char)('0' + number % 10);
    return at + digits;
}

static char *put_date(char *at, int64_t day, bool basic)
{
    struct date date = day_to_date(day);
    at = put_number(at, date.year, 4);
    if (!basic)
        *at++ = '-';
    at = put_number(at, date.month, 2);
    if (!basic)
        *at++ = '-';
    return put_number(at, date.day, 2);
}

static char *put_time(char *at, int64_t ms_of_day, bool basic)
{
    unsigned seconds = (unsigned)(ms_of_day / 1000);
    at = put_number(at, seconds / 3600, 2);
    if (!basic)
        *at++ = ':';
    at = put_number(at, seconds / 60 % 60, 2);
    if (!basic)
        *at++ = ':';
    return put_number(at, seconds % 60, 2);
}

int64_t day_of(int64_t instant_ms)
{
    return instant_ms / DAY_MS - (instant_ms % DAY_MS < 0);
}

static int64_t ms_of_day(int64_t instant_ms)
{
    int64_t ms = instant_ms % DAY_MS;
    return ms < 0 ? ms + DAY_MS : ms;
}

const char *instant_print(int64_t ms, char buffer[INSTANT_TEXT])
{
    char *at = put_date(buffer, day_of(ms), false);
    *at++ = 'T';
    at = put_time(at, ms_of_day(ms), false);
    *at++ = '.';
    at = put_number(at, (unsigned)(ms_of_day(ms) % 1000), 3);
    *at++ = 'Z';
    *at = '\0';
    return buffer;
}

const char *instant_print_basic(int64_t ms, char buffer[INSTANT_TEXT])
{
    char *at = put_date(buffer, day_of(ms), true);
    *at++ = 'T';
    at = put_time(at, ms_of_day(ms), true);
    *at++ = 'Z';
    *at = '\0';
    return buffer;
}

bool day_parse(const char *text, int64_t *ret_day)
{
    struct date date;
    if (!text || !take_date(&text, &date) || *text)
        return false;
    *ret_day = date_to_day(date);
    return true;
}

const char *day_print(int64_t day, char buffer[DAY_TEXT])
{
    *put_date(buffer, day, false) = '\0';
    return buffer;
}

/* What a format may hold; longer words stand before those they begin with. */
enum part { PART_YEAR, PART_MONTH, PART_DAY, PART_COUNT };

static const struct token {
    const char *word;
    enum part part;
    int min_digits;
    int max_digits; /* 0: a month's name */
} tokens[] = {
    {"YYYY", PART_YEAR, 4, 4}, {"YY", PART_YEAR, 2, 2}, {"MON", PART_MONTH, 0, 0},
    {"MM", PART_MONTH, 2, 2},  {"M", PART_MONTH, 1, 2}, {"DD", PART_DAY, 2, 2},
    {"D", PART_DAY, 1, 2},
};

static const struct token *take_token(const char **format)
{
    for (size_t i = 0; i < COUNT(tokens); i++) {
        if (take_text(format, tokens[i].word))
            return &tokens[i];
    }
    return NULL;
}

static bool is_separator(char c)
{
    return c >= ' ' && c <= '~' && !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') &&
           !(c >= 'a' && c <= 'z');
}

bool day_format_valid(const char *format)
{
    unsigned seen[PART_COUNT] = {0};
    bool open = false; /* the last token's end is not known: no number may follow it at once */
    if (!format)
        return false;
    while (*format) {
        const struct token *token = take_token(&format);
        if (token) {
            if (open && token->max_digits > 0)
                return false;
            seen[token->part]++;
            open = token->min_digits < token->max_digits;
        } else {
            if (!is_separator(*format))
                return false;
            format++;
            open = false;
        }
    }
    return seen[PART_YEAR] == 1 && seen[PART_MONTH] == 1 && seen[PART_DAY] == 1;
}

static bool take_part(const char **at, const struct token *token, struct date *date)
{
    if (token->max_digits == 0)
        return take_month_name(at, &date->month);
    unsigned *slot = token->part == PART_YEAR    ? &date->year
                     : token->part == PART_MONTH ? &date->month
                                                 : &date->day;
    if (!take_number(at, token->min_digits, token->max_digits, slot))
        return false;
    if (token->part == PART_YEAR && token->max_digits == 2)
        date->year += date->year < TWO_DIGITS ? 2000 : 1900;
    return true;
}

bool day_parse_format(const char *text, const char *format, int64_t *ret_day)
{
    struct date date = {0};
    if (!text || !day_format_valid(format))
        return false;
    while (*format) {
        const struct token *token = take_token(&format);
        if (token ? !take_part(&text, token, &date) : !take_char(&text, *format++))
            return false;
    }
    if (*text || !date_valid(date))
        return false;
    *ret_day = date_to_day(date);
    return true;
}

static void add_part(struct text *out, const struct token *token, struct date date)
{
    if (token->max_digits == 0) {
        text_add_n(out, month_names + 3 * (date.month - 1), 3);
        return;
    }
    unsigned number = token->part == PART_YEAR    ? date.year
                      : token->part == PART_MONTH ? date.month
                                                  : date.day;
    if (token->part == PART_YEAR && token->max_digits == 2)
        number %= 100;
    text_addf(out, "%0*u", token->min_digits, number);
}

/* False, too, if two digits cannot carry the year. */
bool day_print_format(int64_t day, const char *format, char *buffer, size_t size)
{
    if (size == 0 || !day_format_valid(format) || day < FIRST_DAY || day > LAST_DAY)
        return false;
    struct date date = day_to_date(day);
    CLEANUP_TEXT struct text out;
    text_init(&out, size - 1);
    while (*format) {
        const struct token *token = take_token(&format);
        if (!token) {
            text_add_char(&out, *format++);
            continue;
        }
        bool two_digits = token->part == PART_YEAR && token->max_digits == 2;
        if (two_digits && (date.year < 1900 + TWO_DIGITS || date.year >= 2000 + TWO_DIGITS))
            return false;
        add_part(&out, token, date);
    }
    if (text_failed(&out))
        return false;
    memcpy(buffer, out.data, out.length + 1);
    return true;
}

bool duration_parse(const char *text, int64_t *ret_ms)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", DAY_MS}};

    if (!text || *text < '0' || *text > '9')
        return false;
    int64_t number = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, *text - '0', &number))
            return false;
    }
    for (size_t i = 0; i < COUNT(units); i++) {
        int64_t ms;
        if (strcmp(text, units[i].name) == 0 && !__builtin_mul_overflow(number, units[i].ms, &ms)) {
            *ret_ms = ms;
            return true;
        }
    }
    return false;
}
