/* google.type.DateTime, days and midnights in America/Los_Angeles, by the rule that is in force
 * since 2007: an hour ahead from the second Sunday of March, 2:00, to the first of November. */
#ifndef SANDBOX_GCP_PACIFIC_H
#define SANDBOX_GCP_PACIFIC_H

#include "base/json.h"

#include <stdint.h>

#define PACIFIC_ZONE "America/Los_Angeles"

int64_t pacific_midnight(int64_t day);   /* UTC milliseconds at which the day begins there */
int64_t pacific_day(int64_t instant_ms); /* the day that it is there */
/* A DateTime with zone (Los Angeles or UTC) or offset; false: it is none, or no time of the
 * calendar. Without either it is no instant: false. */
bool pacific_read(const struct json *datetime, int64_t *ret_ms);
bool pacific_is_boundary(int64_t instant_ms);
struct json *pacific_write(struct arena *arena, int64_t day); /* the day's midnight */
/* The same day of the month so many months on, or the month's last one. */
int64_t pacific_add_months(int64_t day, int64_t months);
int64_t pacific_month_start(int64_t day);
int64_t pacific_month_days(int64_t day);

#endif
