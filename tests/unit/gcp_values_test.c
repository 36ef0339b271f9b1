/* Google's common types: money to nine digits, days, and midnight in Los Angeles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/gcp/values.h"
#include "connectors/los_angeles.h"
#include "tests/support/chance.h"

#define HOUR_MS INT64_C(3600000)

static struct json *parse(struct arena *arena, const char *text)
{
    struct json *json = NULL;
    assert_int_equal(json_parse(arena, text, strlen(text), &json, NULL), 0);
    return json;
}

/* ------------------------------------------------------------------ money */

static const struct {
    const char *json, *value; /* NULL: no money */
    const char *back;         /* NULL: `json` again */
} amounts[] = {
    {"{\"currencyCode\":\"USD\",\"units\":\"1234\",\"nanos\":500000000}", "1234.50 USD", NULL},
    {"{\"currencyCode\":\"USD\"}", "0.00 USD", NULL},
    {"{\"currencyCode\":\"USD\",\"units\":\"1\"}", "1.00 USD", NULL},
    {"{\"currencyCode\":\"USD\",\"nanos\":1}", "0.000000001 USD", NULL},
    {"{\"currencyCode\":\"USD\",\"nanos\":999999999}", "0.999999999 USD", NULL},
    {"{\"currencyCode\":\"USD\",\"units\":\"1\",\"nanos\":1}", "1.000000001 USD", NULL},
    {"{\"currencyCode\":\"USD\",\"units\":\"12\",\"nanos\":10000000}", "12.01 USD", NULL},
    {"{\"currencyCode\":\"USD\",\"units\":\"-1\",\"nanos\":-750000000}", "-1.75 USD", NULL},
    {"{\"currencyCode\":\"USD\",\"nanos\":-500000000}", "-0.50 USD", NULL},
    {"{\"currencyCode\":\"USD\",\"nanos\":-1}", "-0.000000001 USD", NULL},
    {"{\"currencyCode\":\"USD\",\"units\":\"-7\"}", "-7.00 USD", NULL},
    {"{\"currencyCode\":\"USD\",\"units\":\"9223372036854775807\",\"nanos\":999999999}",
     "9223372036854775807.999999999 USD", NULL},
    {"{\"currencyCode\":\"USD\",\"units\":\"-9223372036854775808\",\"nanos\":-999999999}",
     "-9223372036854775808.999999999 USD", NULL},
    {"{\"currencyCode\":\"JPY\",\"units\":\"5000\"}", "5000 JPY", NULL},
    {"{\"currencyCode\":\"KWD\",\"units\":\"1\",\"nanos\":234000000}", "1.234 KWD", NULL},
    /* What is zero may be there, and numbers may come as numbers. */
    {"{\"currencyCode\":\"USD\",\"units\":\"0\",\"nanos\":0}", "0.00 USD",
     "{\"currencyCode\":\"USD\"}"},
    {"{\"currencyCode\":\"USD\",\"units\":25,\"nanos\":0}", "25.00 USD",
     "{\"currencyCode\":\"USD\",\"units\":\"25\"}"},
    {"{\"currencyCode\":\"USD\",\"units\":\"25\",\"nanos\":\"500000000\"}", "25.50 USD",
     "{\"currencyCode\":\"USD\",\"units\":\"25\",\"nanos\":500000000}"},
    /* No money. */
    {"{}", NULL, NULL},
    {"{\"units\":\"1\"}", NULL, NULL},
    {"{\"currencyCode\":\"\",\"units\":\"1\"}", NULL, NULL},
    {"{\"currencyCode\":\"DOLLARS\",\"units\":\"1\"}", NULL, NULL},
    {"{\"currencyCode\":\"USD\",\"units\":\"1\",\"nanos\":-1}", NULL, NULL},
    {"{\"currencyCode\":\"USD\",\"units\":\"-1\",\"nanos\":1}", NULL, NULL},
    {"{\"currencyCode\":\"USD\",\"nanos\":1000000000}", NULL, NULL},
    {"{\"currencyCode\":\"USD\",\"nanos\":-1000000000}", NULL, NULL},
    {"{\"currencyCode\":\"USD\",\"units\":\"9223372036854775808\"}", NULL, NULL},
    {"{\"currencyCode\":\"USD\",\"units\":\"1.5\"}", NULL, NULL},
    {"{\"currencyCode\":\"USD\",\"units\":\"1e3\"}", NULL, NULL},
    {"{\"currencyCode\":\"USD\",\"units\":1.0}", NULL, NULL},
    {"{\"currencyCode\":\"USD\",\"units\":[1]}", NULL, NULL},
    {"{\"currencyCode\":\"USD\",\"units\":true}", NULL, NULL},
    {"[]", NULL, NULL},
    {"\"12 USD\"", NULL, NULL},
};

static void test_money(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(amounts); i++) {
        print_message("  %s\n", amounts[i].json);
        const char *value = gcp_money_read(arena, parse(arena, amounts[i].json));
        if (!amounts[i].value) {
            assert_null(value);
            continue;
        }
        assert_non_null(value);
        assert_string_equal(value, amounts[i].value);
        struct json *back = gcp_money_write(arena, value);
        assert_non_null(back);
        assert_string_equal(json_print(arena, back),
                            amounts[i].back ? amounts[i].back : amounts[i].json);
    }
    assert_null(gcp_money_read(arena, NULL));
}

static void test_money_that_does_not_fit(void **state)
{
    (void)state;
    static const char *const values[] = {"1.0000000001 USD",
                                         "9223372036854775808.00 USD",
                                         "-9223372036854775809.00 USD",
                                         "12",
                                         "",
                                         NULL};
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(values); i++)
        assert_null(gcp_money_write(arena, values[i]));
}

static void test_any_money_comes_back(void **state)
{
    (void)state;
    struct chance chance = chance_start("gcp-money");
    for (int i = 0; i < 2000; i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        long long units = (long long)(chance_next(&chance) >> (chance_next(&chance) % 63 + 1));
        long long nanos = (long long)(chance_next(&chance) % 1000000000);
        bool negative = chance_next(&chance) % 2;
        struct json *money = json_object(arena);
        json_set_text(arena, money, "currencyCode", "USD");
        if (units)
            json_set_text(arena, money, "units",
                          arena_printf(arena, "%lld", negative ? -units : units));
        if (nanos)
            json_set(arena, money, "nanos", json_int(arena, negative ? -nanos : nanos));
        const char *value = gcp_money_read(arena, money);
        assert_non_null(value);
        assert_true(json_equal(gcp_money_write(arena, value), money));
    }
}

/* ------------------------------------------------------------------ days */

static void test_dates(void **state)
{
    (void)state;
    static const struct {
        const char *json, *day;
    } cases[] = {
        {"{\"year\":2026,\"month\":5,\"day\":1}", "2026-05-01"},
        {"{\"year\":2024,\"month\":2,\"day\":29}", "2024-02-29"},
        {"{\"year\":2026,\"month\":2,\"day\":29}", NULL},
        {"{\"year\":2026,\"month\":13,\"day\":1}", NULL},
        {"{\"year\":2026,\"month\":5}", NULL}, /* a month of a year */
        {"{\"month\":5,\"day\":1}", NULL},     /* a day of any year */
        {"{\"year\":2026,\"month\":5,\"day\":-1}", NULL},
        {"{\"year\":99999,\"month\":5,\"day\":1}", NULL},
        {"{}", NULL},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *day = gcp_date_read(arena, parse(arena, cases[i].json));
        if (!cases[i].day) {
            assert_null(day);
            continue;
        }
        assert_string_equal(day, cases[i].day);
        assert_string_equal(json_print(arena, gcp_date_write(arena, day)), cases[i].json);
    }
    assert_null(gcp_date_write(arena, "tomorrow"));
    assert_null(gcp_date_write(arena, NULL));
}

static void test_durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms; /* -1: none */
    } cases[] = {
        {"3.5s", 3500}, {"17.250s", 17250}, {"0.0019s", 1}, {"-25200s", -25200000},
        {"0s", 0},      {"s", -1},          {"3.5", -1},    {"3,5s", -1},
        {"", -1},       {NULL, -1},         {"1m", -1},     {"99999999999999999999s", -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t ms = -1;
        assert_int_equal(gcp_duration_read(cases[i].text, &ms), cases[i].ms != -1);
        assert_int_equal(ms, cases[i].ms);
    }
}

/* ------------------------------------------------------------------ Los Angeles */

/* The C library's own arithmetic, by the same law in POSIX's words. */
static bool is_midnight(int64_t day, int64_t instant_ms)
{
    char text[DAY_TEXT], local[DAY_TEXT];
    time_t seconds = (time_t)(instant_ms / 1000);
    struct tm tm;
    assert_non_null(localtime_r(&seconds, &tm));
    strftime(local, sizeof local, "%F", &tm);
    return tm.tm_hour == 0 && tm.tm_min == 0 && tm.tm_sec == 0 &&
           !strcmp(local, day_print(day, text));
}

static void test_every_midnight(void **state)
{
    (void)state;
    int64_t first = 0, last = 0, lengths[3] = {0};
    setenv("TZ", "PST8PDT,M3.2.0,M11.1.0", 1);
    tzset();
    assert_true(day_parse("2007-01-01", &first) && day_parse("2045-12-31", &last));
    for (int64_t day = first; day <= last; day++) {
        int64_t midnight = los_angeles_midnight_ms(day);
        assert_true(is_midnight(day, midnight));
        assert_int_equal(los_angeles_day_of(midnight), day);
        assert_int_equal(los_angeles_day_of(midnight - 1), day - 1);
        int64_t hours = (los_angeles_midnight_ms(day + 1) - midnight) / HOUR_MS;
        assert_in_range(hours, 23, 25);
        lengths[hours - 23]++;
    }
    assert_int_equal(lengths[0], 39); /* a short day and a long one each year */
    assert_int_equal(lengths[2], 39);
}

static void test_days_of_the_change(void **state)
{
    (void)state;
    static const struct {
        const char *day, *midnight, *next;
    } cases[] = {
        {"2026-03-07", "2026-03-07T08:00:00.000Z", "2026-03-08T08:00:00.000Z"},
        {"2026-03-08", "2026-03-08T08:00:00.000Z", "2026-03-09T07:00:00.000Z"}, /* 23 hours */
        {"2026-03-09", "2026-03-09T07:00:00.000Z", "2026-03-10T07:00:00.000Z"},
        {"2026-10-31", "2026-10-31T07:00:00.000Z", "2026-11-01T07:00:00.000Z"},
        {"2026-11-01", "2026-11-01T07:00:00.000Z", "2026-11-02T08:00:00.000Z"}, /* 25 hours */
        {"2026-11-02", "2026-11-02T08:00:00.000Z", "2026-11-03T08:00:00.000Z"},
        {"2026-12-31", "2026-12-31T08:00:00.000Z", "2027-01-01T08:00:00.000Z"},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t ms;
        char text[INSTANT_TEXT];
        struct json *begins = gcp_datetime_write(arena, cases[i].day, 0);
        struct json *ends = gcp_datetime_write(arena, cases[i].day, 1);
        assert_true(gcp_datetime_read(begins, &ms));
        assert_string_equal(instant_print(ms, text), cases[i].midnight);
        assert_true(gcp_datetime_read(ends, &ms));
        assert_string_equal(instant_print(ms, text), cases[i].next);
        assert_string_equal(gcp_datetime_day(arena, begins), cases[i].day);
        assert_string_equal(gcp_datetime_last_day(arena, ends), cases[i].day);
    }
    assert_string_equal(json_print(arena, gcp_datetime_write(arena, "2026-12-31", 1)),
                        "{\"year\":2027,\"month\":1,\"day\":1,"
                        "\"timeZone\":{\"id\":\"America/Los_Angeles\"}}");
}

static void test_datetimes(void **state)
{
    (void)state;
    static const struct {
        const char *json, *instant; /* NULL: not known */
    } cases[] = {
        {"{\"year\":2026,\"month\":7,\"day\":1,\"timeZone\":{\"id\":\"America/Los_Angeles\"}}",
         "2026-07-01T07:00:00.000Z"},
        {"{\"year\":2026,\"month\":7,\"day\":1,\"utcOffset\":\"-25200s\"}",
         "2026-07-01T07:00:00.000Z"},
        {"{\"year\":2026,\"month\":7,\"day\":1,\"utcOffset\":\"0s\"}", "2026-07-01T00:00:00.000Z"},
        {"{\"year\":2026,\"month\":7,\"day\":1,\"hours\":13,\"minutes\":5,\"seconds\":6,"
         "\"nanos\":789000000,\"timeZone\":{\"id\":\"UTC\"}}",
         "2026-07-01T13:05:06.789Z"},
        {"{\"year\":2026,\"month\":3,\"day\":8,\"hours\":1,\"minutes\":30,"
         "\"timeZone\":{\"id\":\"America/Los_Angeles\"}}",
         "2026-03-08T09:30:00.000Z"},
        {"{\"year\":2026,\"month\":3,\"day\":8,\"hours\":3,"
         "\"timeZone\":{\"id\":\"America/Los_Angeles\"}}",
         "2026-03-08T10:00:00.000Z"},
        {"{\"year\":2026,\"month\":11,\"day\":1,\"hours\":3,"
         "\"timeZone\":{\"id\":\"America/Los_Angeles\"}}",
         "2026-11-01T11:00:00.000Z"},
        {"{\"year\":2026,\"month\":7,\"day\":1,\"timeZone\":{\"id\":\"Europe/Zurich\"}}", NULL},
        {"{\"year\":2026,\"month\":7,\"day\":1}", NULL},
        {"{\"year\":2026,\"month\":7,\"utcOffset\":\"0s\"}", NULL},
        {"{\"year\":2026,\"month\":7,\"day\":1,\"utcOffset\":\"999999s\"}", NULL},
        {"{\"year\":2026,\"month\":7,\"day\":1,\"hours\":25,\"utcOffset\":\"0s\"}", NULL},
        {"{\"year\":2026,\"month\":7,\"day\":1,\"minutes\":-1,\"utcOffset\":\"0s\"}", NULL},
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t ms = -1;
        char text[INSTANT_TEXT];
        print_message("  %s\n", cases[i].json);
        assert_int_equal(gcp_datetime_read(parse(arena, cases[i].json), &ms),
                         cases[i].instant != NULL);
        if (cases[i].instant)
            assert_string_equal(instant_print(ms, text), cases[i].instant);
        else
            assert_int_equal(ms, -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_money),
        cmocka_unit_test(test_money_that_does_not_fit),
        cmocka_unit_test(test_any_money_comes_back),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_every_midnight),
        cmocka_unit_test(test_days_of_the_change),
        cmocka_unit_test(test_datetimes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
