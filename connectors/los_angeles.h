/* Days of Google's marketplace, which begin and end at midnight in Los Angeles. Milliseconds are
 * UTC's, days are counted from 1970-01-01; daylight saving is as since 2007. */
#ifndef CONNECTORS_LOS_ANGELES_H
#define CONNECTORS_LOS_ANGELES_H

#include <stdint.h>

int64_t los_angeles_midnight_ms(int64_t day);
/* The day that it is there. */
int64_t los_angeles_day_of(int64_t instant_ms);
int los_angeles_hours_behind(int64_t instant_ms); /* UTC: 7 or 8 */

#endif
