#include "connectors/gcp/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/los_angeles.h"
#include "model/value.h"

#define ZONE            "America/Los_Angeles"
#define HOUR_MS         INT64_C(3600000)
#define DAY_MS          (24 * HOUR_MS)
#define OFFSET_MOST_MS  (18 * HOUR_MS)
#define NANOS           9 /* digits */
#define NANOS_MOST      999999999
#define DURATION_MOST_S INT64_C(315576000000) /* google/protobuf/duration.proto */

/* ------------------------------------------------------------------ numbers */

/* int64 as text or number; absent is 0. */
static bool number_in(const struct json *object, const char *name, long long *ret_number)
{
    const struct json *member = json_get(object, name);
    long long number = 0;
    if (member && (member->type != JSON_STRING && member->type != JSON_NUMBER))
        return false;
    if (member && !text_to_int64(json_get_text(object, name), &number))
        return false;
    *ret_number = number;
    return true;
}

static void set_number(struct arena *arena, struct json *object, const char *name, long long number)
{
    if (number)
        json_set(arena, object, name, json_int(arena, number));
}

/* ------------------------------------------------------------------ money */

const char *gcp_money_read(struct arena *arena, const struct json *money)
{
    long long units, nanos;
    const char *currency = json_get_text(money, "currencyCode"), *value;
    if (!money || text_blank(currency) || !number_in(money, "units", &units) ||
        !number_in(money, "nanos", &nanos))
        return NULL;
    if (nanos < -NANOS_MOST || nanos > NANOS_MOST || (units > 0 && nanos < 0) ||
        (units < 0 && nanos > 0))
        return NULL;
    const char *sign = units < 0 || nanos < 0 ? "-" : "";
    unsigned long long whole =
        units < 0 ? 0 - (unsigned long long)units : (unsigned long long)units;
    const char *amount = arena_printf(arena, "%s%llu.%09lld", sign, whole, llabs(nanos));
    return money_make(arena, amount, currency, &value, NULL) < 0 ? NULL : value;
}

struct json *gcp_money_write(struct arena *arena, const char *value)
{
    const char *amount, *currency;
    char digits[NANOS + 1] = "000000000";
    long long units = 0, nanos = 0;
    if (!value || !money_split(arena, value, &amount, &currency))
        return NULL;
    const char *point = strchr(amount, '.');
    size_t decimals = point ? strlen(point + 1) : 0;
    if (decimals > NANOS)
        return NULL;
    if (point)
        memcpy(digits, point + 1, decimals);
    const char *whole = point ? arena_copy_n(arena, amount, (size_t)(point - amount)) : amount;
    if (!text_to_int64(whole, &units) || !text_to_int64(digits, &nanos))
        return NULL;
    struct json *money = json_object(arena);
    json_set_text(arena, money, "currencyCode", currency);
    if (units)
        json_set_text(arena, money, "units", arena_printf(arena, "%lld", units));
    set_number(arena, money, "nanos", *amount == '-' ? -nanos : nanos);
    return money;
}

/* ------------------------------------------------------------------ days */

static const char *print_day(struct arena *arena, int64_t day)
{
    char text[DAY_TEXT];
    return arena_copy(arena, day_print(day, text));
}

static bool day_in(const struct json *date, int64_t *ret_day)
{
    long long year, month, day;
    char text[DAY_TEXT];
    if (!number_in(date, "year", &year) || !number_in(date, "month", &month) ||
        !number_in(date, "day", &day) || year < 1 || year > 9999 || month < 1 || month > 12 ||
        day < 1 || day > 31)
        return false;
    snprintf(text, sizeof text, "%04d-%02d-%02d", (int)year, (int)month, (int)day);
    return day_parse(text, ret_day);
}

const char *gcp_date_read(struct arena *arena, const struct json *date)
{
    int64_t day;
    return date && day_in(date, &day) ? print_day(arena, day) : NULL;
}

static struct json *write_day(struct arena *arena, int64_t day)
{
    char text[DAY_TEXT];
    struct json *date = json_object(arena);
    day_print(day, text);
    json_set(arena, date, "year", json_int(arena, strtol(text, NULL, 10)));
    json_set(arena, date, "month", json_int(arena, strtol(text + 5, NULL, 10)));
    json_set(arena, date, "day", json_int(arena, strtol(text + 8, NULL, 10)));
    return date;
}

struct json *gcp_date_write(struct arena *arena, const char *day)
{
    int64_t number;
    return day && day_parse(day, &number) ? write_day(arena, number) : NULL;
}

/* ------------------------------------------------------------------ instants */

/* "-25200s", "17.250s" */
bool gcp_duration_read(const char *text, int64_t *ret_ms)
{
    size_t length = text ? strlen(text) : 0;
    char digits[24], fraction[] = "000";
    long long seconds, thousandths;
    if (length < 2 || length >= sizeof digits || text[length - 1] != 's')
        return false;
    memcpy(digits, text, length - 1);
    digits[length - 1] = '\0';
    char *point = strchr(digits, '.');
    for (size_t i = 0; point && i < 3 && point[i + 1]; i++)
        fraction[i] = point[i + 1];
    if (point)
        *point = '\0';
    if (!text_to_int64(digits, &seconds) || !text_to_int64(fraction, &thousandths) ||
        llabs(seconds) > DURATION_MOST_S)
        return false;
    *ret_ms = seconds * 1000 + (*digits == '-' ? -thousandths : thousandths);
    return true;
}

bool gcp_datetime_read(const struct json *datetime, int64_t *ret_ms)
{
    long long hours, minutes, seconds, nanos;
    int64_t day, offset_ms;
    if (!datetime || !day_in(datetime, &day) || !number_in(datetime, "hours", &hours) ||
        !number_in(datetime, "minutes", &minutes) || !number_in(datetime, "seconds", &seconds) ||
        !number_in(datetime, "nanos", &nanos) || hours < 0 || hours > 24 || minutes < 0 ||
        minutes > 59 || seconds < 0 || seconds > 60 || nanos < 0 || nanos > NANOS_MOST)
        return false;
    int64_t of_day = hours * HOUR_MS + minutes * 60000 + seconds * 1000 + nanos / 1000000;
    const char *zone = json_get_text(json_get(datetime, "timeZone"), "id");
    if (text_equal(zone, ZONE)) {
        int64_t guess = day * DAY_MS + of_day;
        *ret_ms = guess + los_angeles_hours_behind(guess + 8 * HOUR_MS) * HOUR_MS;
        if (of_day < 2 * HOUR_MS) /* still the day's first offset */
            *ret_ms = los_angeles_midnight_ms(day) + of_day;
        return true;
    }
    if (text_equal(zone, "UTC") || text_equal(zone, "Etc/UTC"))
        offset_ms = 0;
    else if (!gcp_duration_read(json_get_text(datetime, "utcOffset"), &offset_ms) ||
             llabs(offset_ms) > OFFSET_MOST_MS)
        return false;
    *ret_ms = day * DAY_MS + of_day - offset_ms;
    return true;
}

const char *gcp_datetime_day(struct arena *arena, const struct json *datetime)
{
    int64_t instant_ms;
    return gcp_datetime_read(datetime, &instant_ms)
               ? print_day(arena, los_angeles_day_of(instant_ms))
               : NULL;
}

const char *gcp_datetime_last_day(struct arena *arena, const struct json *datetime)
{
    int64_t instant_ms;
    return gcp_datetime_read(datetime, &instant_ms)
               ? print_day(arena, los_angeles_day_of(instant_ms - 1))
               : NULL;
}

struct json *gcp_datetime_write(struct arena *arena, const char *day, int shift)
{
    int64_t number;
    if (!day || !day_parse(day, &number))
        return NULL;
    struct json *datetime = write_day(arena, number + shift), *zone = json_object(arena);
    json_set_text(arena, zone, "id", ZONE);
    json_set(arena, datetime, "timeZone", zone);
    return datetime;
}
