#include "tests/sandbox/gcp/pacific.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/times.h"

#define DAY_MS         INT64_C(86400000)
#define HOUR_MS        INT64_C(3600000)
#define STANDARD_HOURS 8 /* behind UTC */

struct civil {
    long long year, month, day;
};

static struct civil civil_of(int64_t day)
{
    char text[DAY_TEXT];
    day_print(day, text);
    return (struct civil){strtoll(text, NULL, 10), strtoll(text + 5, NULL, 10),
                          strtoll(text + 8, NULL, 10)};
}

static bool day_at(struct civil civil, int64_t *ret_day)
{
    char text[48];
    if (civil.year < 1 || civil.year > 9999 || civil.month < 1 || civil.month > 12 ||
        civil.day < 1 || civil.day > 31)
        return false;
    snprintf(text, sizeof text, "%04lld-%02lld-%02lld", civil.year, civil.month, civil.day);
    return day_parse(text, ret_day);
}

/* The nth Sunday of a month. 1970-01-04 was one. */
static int64_t nth_sunday(long long year, long long month, int nth)
{
    int64_t first = 0;
    day_at((struct civil){year, month, 1}, &first);
    int64_t into_week = ((first - 3) % 7 + 7) % 7;
    return first + (7 - into_week) % 7 + 7 * (nth - 1);
}

/* Local time that runs from 0:00 of `day`: whether it is summer time then. The clock changes at
 * 2:00, so each of the two Sundays begins as the day before ended. */
static bool is_summer(int64_t day, int64_t of_day_ms)
{
    struct civil civil = civil_of(day);
    int64_t begin = nth_sunday(civil.year, 3, 2), end = nth_sunday(civil.year, 11, 1);
    if (day == begin)
        return of_day_ms >= 2 * HOUR_MS;
    if (day == end)
        return of_day_ms < 2 * HOUR_MS;
    return day > begin && day < end;
}

int64_t pacific_midnight(int64_t day)
{
    return day * DAY_MS + (STANDARD_HOURS - is_summer(day, 0)) * HOUR_MS;
}

int64_t pacific_day(int64_t instant_ms)
{
    int64_t day = day_of(instant_ms - STANDARD_HOURS * HOUR_MS);
    return pacific_midnight(day + 1) <= instant_ms ? day + 1 : day;
}

bool pacific_is_boundary(int64_t instant_ms)
{
    return pacific_midnight(pacific_day(instant_ms)) == instant_ms;
}

static bool read_offset(const char *text, int64_t *ret_ms)
{
    char *end;
    long long seconds = text ? strtoll(text, &end, 10) : 0;
    if (!text || end == text || strcmp(end, "s") != 0 || llabs(seconds) > 18 * 3600)
        return false;
    *ret_ms = seconds * 1000;
    return true;
}

bool pacific_read(const struct json *datetime, int64_t *ret_ms)
{
    long long hours = json_get_int(datetime, "hours", 0);
    long long minutes = json_get_int(datetime, "minutes", 0);
    long long seconds = json_get_int(datetime, "seconds", 0);
    long long nanos = json_get_int(datetime, "nanos", 0);
    const char *zone = json_text(json_find(datetime, "timeZone.id"));
    int64_t day, offset_ms = 0;
    if (!day_at((struct civil){json_get_int(datetime, "year", 0),
                               json_get_int(datetime, "month", 0),
                               json_get_int(datetime, "day", 0)},
                &day) ||
        hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59 ||
        nanos < 0 || nanos > 999999999)
        return false;
    int64_t of_day = hours * HOUR_MS + minutes * 60000 + seconds * 1000 + nanos / 1000000;
    if (text_equal(zone, PACIFIC_ZONE))
        offset_ms = -(STANDARD_HOURS - is_summer(day, of_day)) * HOUR_MS;
    else if (!text_equal(zone, "UTC") && !text_equal(zone, "Etc/UTC") &&
             !read_offset(json_get_text(datetime, "utcOffset"), &offset_ms))
        return false;
    *ret_ms = day * DAY_MS + of_day - offset_ms;
    return true;
}

struct json *pacific_write(struct arena *arena, int64_t day)
{
    struct civil civil = civil_of(day);
    struct json *out = json_object(arena), *zone = json_object(arena);
    json_set(arena, out, "year", json_int(arena, civil.year));
    json_set(arena, out, "month", json_int(arena, civil.month));
    json_set(arena, out, "day", json_int(arena, civil.day));
    json_set_text(arena, zone, "id", PACIFIC_ZONE);
    json_set(arena, out, "timeZone", zone);
    return out;
}

int64_t pacific_month_start(int64_t day)
{
    return day - civil_of(day).day + 1;
}

int64_t pacific_add_months(int64_t day, int64_t months)
{
    struct civil civil = civil_of(day);
    int64_t count = civil.year * 12 + civil.month - 1 + months, to = day;
    civil.year = count / 12;
    civil.month = count % 12 + 1;
    while (!day_at(civil, &to) && civil.day > 28)
        civil.day--;
    return to;
}

int64_t pacific_month_days(int64_t day)
{
    int64_t start = pacific_month_start(day);
    return pacific_add_months(start, 1) - start;
}
