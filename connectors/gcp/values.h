/* Google's common types to canonical values and back (google/type/{money,date,datetime}.proto).
 * Members that are zero are absent in proto3 JSON, and int64 travels as text; both forms are taken.
 */
#ifndef CONNECTORS_GCP_VALUES_H
#define CONNECTORS_GCP_VALUES_H

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"

/* {"currencyCode": "USD", "units": "1234", "nanos": 500000000} to "1234.50 USD", exactly: nine
 * digits, and the sign of both parts. Only a currency: zero. NULL if it is no money: units and
 * nanos of different signs, nanos beyond ±999,999,999, units beyond int64, no currency. */
const char *gcp_money_read(struct arena *arena, const struct json *money);
/* The reverse. NULL if the amount does not fit: more than nine decimals, units beyond int64. */
struct json *gcp_money_write(struct arena *arena, const char *value);

/* "3.5s" to milliseconds, cut; false: no duration of proto3 JSON. */
bool gcp_duration_read(const char *text, int64_t *ret_ms);

/* {"year": 2026, "month": 5, "day": 1} to "2026-05-01"; NULL where a part is 0 or absent, or there
 * is no such day. */
const char *gcp_date_read(struct arena *arena, const struct json *date);
struct json *gcp_date_write(struct arena *arena, const char *day);

/* google.type.DateTime, with `timeZone` or `utcOffset`, to UTC milliseconds. Zones but
 * America/Los_Angeles, UTC and those of fixed offset are not known: false. */
bool gcp_datetime_read(const struct json *datetime, int64_t *ret_ms);
/* The day in America/Los_Angeles that begins at, or has, that instant: "2026-05-01"; NULL as above.
 */
const char *gcp_datetime_day(struct arena *arena, const struct json *datetime);
/* The day before it: what a deadline or an end at midnight has for its last day. */
const char *gcp_datetime_last_day(struct arena *arena, const struct json *datetime);
/* Midnight of that day in America/Los_Angeles, with the zone's name: how offers want deadlines,
 * starts and ends. `shift` days are added: 1 for what ends with the day. */
struct json *gcp_datetime_write(struct arena *arena, const char *day, int shift);

#endif
