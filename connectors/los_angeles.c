#include "connectors/los_angeles.h"

#include <stdio.h>

#include "base/times.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

/* The n-th Sunday (from 0) on or after a day. */
static int64_t sunday(int64_t from, int nth)
{
    int64_t weekday = ((from + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
    return from + (7 - weekday) % 7 + 7 * nth;
}

static int64_t first_of(int64_t day, const char *month_and_day)
{
    char text[DAY_TEXT], first[DAY_TEXT];
    int64_t result = day;
    snprintf(first, sizeof first, "%.4s-%s", day_print(day, text), month_and_day);
    day_parse(first, &result);
    return result;
}

/* Hours behind UTC. Clocks go forward at 2:00 of the second Sunday of March and back at 2:00 of the
 * first Sunday of November (15 U.S.C. 260a, since 2007): 10:00 and 9:00 UTC. */
int los_angeles_hours_behind(int64_t instant_ms)
{
    int64_t day = day_of(instant_ms);
    int64_t forth = sunday(first_of(day, "03-01"), 1) * DAY_MS + 10 * HOUR_MS;
    int64_t back = sunday(first_of(day, "11-01"), 0) * DAY_MS + 9 * HOUR_MS;
    return instant_ms >= forth && instant_ms < back ? 7 : 8;
}

/* What holds at 7:00 UTC holds at the day's midnight there: the clocks change two hours later. */
int64_t los_angeles_midnight_ms(int64_t day)
{
    int64_t utc = day * DAY_MS;
    return utc + los_angeles_hours_behind(utc + 7 * HOUR_MS) * HOUR_MS;
}

int64_t los_angeles_day_of(int64_t instant_ms)
{
    return day_of(instant_ms - los_angeles_hours_behind(instant_ms) * HOUR_MS);
}
