/* Instants, days and durations from and to text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"

#define UNTOUCHED INT64_C(4711)

static void test_instants(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *printed; /* NULL: refused */
    } cases[] = {
        {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"},
        {"2026-11-02T10:00:00.123Z", "2026-11-02T10:00:00.123Z"},
        {"2026-11-02T10:00:00.1Z", "2026-11-02T10:00:00.100Z"},
        {"2026-11-02T10:00:00.1239999999999999999999Z", "2026-11-02T10:00:00.123Z"},
        {"2026-11-02T10:00:00.0000000Z", "2026-11-02T10:00:00.000Z"},
        {"2026-11-02t10:00:00z", "2026-11-02T10:00:00.000Z"},
        {"2026-11-02T10:00:00+00:00", "2026-11-02T10:00:00.000Z"},
        {"2026-11-02T10:00:00-00:00", "2026-11-02T10:00:00.000Z"},
        {"2026-11-02T10:00:00+05:30", "2026-11-02T04:30:00.000Z"},
        {"2026-01-01T00:00:00+01:00", "2025-12-31T23:00:00.000Z"},
        {"2026-12-31T20:00:00.5-08:00", "2027-01-01T04:00:00.500Z"},
        {"2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59.999Z"},
        {"2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"},
        {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"},
        {"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"},
        {"2023-02-29T00:00:00Z", NULL},
        {"1900-02-29T00:00:00Z", NULL},
        {"2026-04-31T00:00:00Z", NULL},
        {"2026-00-10T00:00:00Z", NULL},
        {"2026-13-10T00:00:00Z", NULL},
        {"2026-01-00T00:00:00Z", NULL},
        {"2026-01-32T00:00:00Z", NULL},
        {"2026-01-01T24:00:00Z", NULL},
        {"2026-01-01T00:60:00Z", NULL},
        {"2026-01-01T00:00:61Z", NULL},
        {"2026-01-01T00:00:00", NULL},
        {"2026-01-01T00:00:00.Z", NULL},
        {"2026-01-01T00:00:00,5Z", NULL},
        {"2026-01-01T00:00Z", NULL},
        {"2026-01-01 00:00:00Z", NULL},
        {"2026-1-01T00:00:00Z", NULL},
        {"26-01-01T00:00:00Z", NULL},
        {"2026-01-01T00:00:00+0100", NULL},
        {"2026-01-01T00:00:00+24:00", NULL},
        {"2026-01-01T00:00:00+01:60", NULL},
        {"2026-01-01T00:00:00+01", NULL},
        {"2026-01-01T00:00:00ZZ", NULL},
        {" 2026-01-01T00:00:00Z", NULL},
        {"2026-01-01T00:00:00Z ", NULL},
        {"-026-01-01T00:00:00Z", NULL},
        {"2026-01-01", NULL},
        {"1762077600", NULL},
        {"", NULL},
        {NULL, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t ms = UNTOUCHED;
        char buffer[INSTANT_TEXT];
        bool valid = instant_parse(cases[i].text, &ms);
        if (valid != (cases[i].printed != NULL))
            fail_msg("%s", cases[i].text);
        if (valid)
            assert_string_equal(instant_print(ms, buffer), cases[i].printed);
        else
            assert_int_equal(ms, UNTOUCHED);
    }
}

static void test_known_instants(void **state)
{
    (void)state;
    int64_t ms = 0;
    char buffer[INSTANT_TEXT];
    assert_true(instant_parse("2001-09-09T01:46:40Z", &ms));
    assert_true(ms == INT64_C(1000000000000));
    assert_true(instant_parse("1969-12-31T23:59:59.999Z", &ms));
    assert_true(ms == -1);
    assert_string_equal(instant_print_basic(INT64_C(1440938160999), buffer), "20150830T123600Z");
    assert_string_equal(instant_print(-1, buffer), "1969-12-31T23:59:59.999Z");
    assert_int_equal(day_of(-1), -1);
    assert_int_equal(day_of(0), 0);
    assert_int_equal(day_of(86399999), 0);
    assert_int_equal(day_of(86400000), 1);
    assert_int_equal(day_of(-86400000), -1);
    assert_int_equal(day_of(-86400001), -2);
}

/* Whatever number an instant is, printing stays within its buffer. */
static void test_printing_is_bounded(void **state)
{
    (void)state;
    static const int64_t instants[] = {INT64_MIN, INT64_MIN + 1, -1, 0, INT64_MAX - 1, INT64_MAX};
    for (size_t i = 0; i < COUNT(instants); i++) {
        char buffer[INSTANT_TEXT];
        char day[DAY_TEXT];
        assert_int_equal(strlen(instant_print(instants[i], buffer)), 24);
        assert_int_equal(strlen(instant_print_basic(instants[i], buffer)), 16);
        assert_int_equal(strlen(day_print(instants[i], day)), 10);
    }
}

static void test_http_dates(void **state)
{
    (void)state;
    int64_t ms = 0;
    assert_true(instant_parse_http("Sun, 06 Nov 1994 08:49:37 GMT", &ms));
    assert_true(ms == INT64_C(784111777000));
    static const char *const refused[] = {
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Xxx, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 No",
        "",
    };
    for (size_t i = 0; i < COUNT(refused); i++) {
        ms = UNTOUCHED;
        assert_false(instant_parse_http(refused[i], &ms));
        assert_int_equal(ms, UNTOUCHED);
    }
    assert_false(instant_parse_http(NULL, &ms));
}

/* Counting days one by one through 800 years: the calendar as one learns it at school. */
static void test_every_day(void **state)
{
    (void)state;
    int64_t day = 0;
    assert_true(day_parse("1600-01-01", &day));
    for (int year = 1600; year < 2400; year++) {
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int month = 1; month <= 12; month++) {
            int days = month == 2                                              ? 28 + leap
                       : month == 4 || month == 6 || month == 9 || month == 11 ? 30
                                                                               : 31;
            for (int number = 1; number <= days; number++, day++) {
                CLEANUP_TEXT struct text expected;
                text_init(&expected, 16);
                text_addf(&expected, "%04d-%02d-%02d", year, month, number);
                char printed[DAY_TEXT];
                int64_t parsed = 0;
                if (strcmp(day_print(day, printed), expected.data) != 0 ||
                    !day_parse(printed, &parsed) || parsed != day)
                    fail_msg("%s became %s", expected.data, printed);
            }
        }
    }
}

static void test_days_refused(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "",           "2026-11-2",  "2026-11-02T", "2026/11/02",  "2026-02-30",
        "2026-11-31", "02-11-2026", "20261102",    "2026-11-02 ", "+026-11-02"};
    for (size_t i = 0; i < COUNT(refused); i++) {
        int64_t day = UNTOUCHED;
        assert_false(day_parse(refused[i], &day));
        assert_int_equal(day, UNTOUCHED);
    }
}

static void test_day_formats(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *format;
        const char *day;   /* NULL: refused */
        const char *again; /* NULL: prints as `text` */
    } cases[] = {
        {"02-11-2026", "DD-MM-YYYY", "2026-11-02", NULL},
        {"11/02/2026", "MM/DD/YYYY", "2026-11-02", NULL},
        {"2/11/26", "D/M/YY", "2026-11-02", NULL},
        {"02/11/26", "D/M/YY", "2026-11-02", "2/11/26"},
        {"31/12/99", "D/M/YY", "1999-12-31", NULL},
        {"01.01.69", "DD.MM.YY", "2069-01-01", NULL},
        {"01.01.70", "DD.MM.YY", "1970-01-01", NULL},
        {"20261102", "YYYYMMDD", "2026-11-02", NULL},
        {"02-Nov-2026", "DD-MON-YYYY", "2026-11-02", NULL},
        {"02-NOV-2026", "DD-MON-YYYY", "2026-11-02", "02-Nov-2026"},
        {"Nov 2, 2026", "MON D, YYYY", "2026-11-02", NULL},
        {"29.02.2024", "DD.MM.YYYY", "2024-02-29", NULL},
        {"29.02.2023", "DD.MM.YYYY", NULL, NULL},
        {"2.11.2026", "DD.MM.YYYY", NULL, NULL},
        {"02.11.26", "DD.MM.YYYY", NULL, NULL},
        {"02.11.20266", "DD.MM.YYYY", NULL, NULL},
        {"02.11.2026 ", "DD.MM.YYYY", NULL, NULL},
        {"02-11-2026", "DD.MM.YYYY", NULL, NULL},
        {"13/13/2026", "DD/MM/YYYY", NULL, NULL},
        {"00/01/2026", "DD/MM/YYYY", NULL, NULL},
        {"02-Nvo-2026", "DD-MON-YYYY", NULL, NULL},
        {"02-No", "DD-MON-YYYY", NULL, NULL},
        {"", "DD-MON-YYYY", NULL, NULL},
        {NULL, "DD-MM-YYYY", NULL, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t day = UNTOUCHED;
        bool valid = day_parse_format(cases[i].text, cases[i].format, &day);
        if (valid != (cases[i].day != NULL))
            fail_msg("%s as %s", cases[i].text, cases[i].format);
        if (!valid) {
            assert_int_equal(day, UNTOUCHED);
            continue;
        }
        char printed[DAY_TEXT];
        assert_string_equal(day_print(day, printed), cases[i].day);
        char again[32];
        assert_true(day_print_format(day, cases[i].format, again, sizeof again));
        assert_string_equal(again, cases[i].again ? cases[i].again : cases[i].text);
    }
}

static void test_formats_checked(void **state)
{
    (void)state;
    static const char *const valid[] = {"YYYY-MM-DD", "D.M.YY",   "MON D YYYY",
                                        "YYMMDD",     "DMONYYYY", "M/D/YYYY"};
    static const char *const invalid[] = {"",
                                          "YYYY",
                                          "YYYY-MM",
                                          "MM-DD",
                                          "YYYY-MM-DD-DD",
                                          "YYYY-MM-MON-DD",
                                          "YYY",
                                          "dd-mm-yyyy",
                                          "YYYY-MM-DDT",
                                          "DMYYYY",
                                          "YYYYMDD",
                                          "YYYYMD",
                                          "YY-YYYY-MM-DD",
                                          "YYYY-MM-DD\n",
                                          "YYYY-MM-DD\xc3\xa9",
                                          "YYYY0MM-DD"};
    for (size_t i = 0; i < COUNT(valid); i++)
        assert_true(day_format_valid(valid[i]));
    for (size_t i = 0; i < COUNT(invalid); i++) {
        int64_t day = 0;
        char buffer[32];
        if (day_format_valid(invalid[i]))
            fail_msg("%s", invalid[i]);
        assert_false(day_parse_format("2026-11-02", invalid[i], &day));
        assert_false(day_print_format(0, invalid[i], buffer, sizeof buffer));
    }
    assert_false(day_format_valid(NULL));
}

static void test_print_format_refuses_what_does_not_fit(void **state)
{
    (void)state;
    char buffer[11] = "untouched";
    assert_false(day_print_format(0, "DD-MM-YYYY", buffer, 10));
    assert_string_equal(buffer, "untouched");
    assert_false(day_print_format(0, "DD-MM-YYYY", buffer, 0));
    assert_true(day_print_format(0, "DD-MM-YYYY", buffer, 11));
    assert_string_equal(buffer, "01-01-1970");
    int64_t day = 0;
    assert_true(day_parse("2070-01-01", &day)); /* 01-01-70 would be read as 1970 */
    assert_false(day_print_format(day, "DD-MM-YY", buffer, sizeof buffer));
    assert_false(day_print_format(INT64_MAX, "DD-MM-YYYY", buffer, sizeof buffer));
}

static void test_durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms; /* -1: refused */
    } cases[] = {
        {"250ms", 250},
        {"90s", 90000},
        {"5m", 300000},
        {"24h", 86400000},
        {"7d", 604800000},
        {"0s", 0},
        {"007m", 420000},
        {"9223372036854775807ms", INT64_MAX},
        {"9223372036854775808ms", -1},
        {"9223372036854775807s", -1},
        {"99999999999999999999d", -1},
        {"", -1},
        {"5", -1},
        {"m", -1},
        {"-5m", -1},
        {"+5m", -1},
        {"5 m", -1},
        {" 5m", -1},
        {"5m ", -1},
        {"5M", -1},
        {"5min", -1},
        {"1.5h", -1},
        {"1h30m", -1},
        {"5w", -1},
        {NULL, -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t ms = UNTOUCHED;
        bool valid = duration_parse(cases[i].text, &ms);
        if (valid != (cases[i].ms >= 0))
            fail_msg("%s", cases[i].text);
        assert_true(ms == (valid ? cases[i].ms : UNTOUCHED));
    }
}

/* Which of two is later, to 100 ns; without a zone it is UTC. */
static void test_instant_fine(void **state)
{
    (void)state;
    static const char *const rising[] = {
        "1969-12-31T23:59:59.9999999Z", "1970-01-01T00:00:00",       "1970-01-01T00:00:00.0000001Z",
        "1970-01-01T00:00:00.000001",   "1970-01-01T02:00:01+02:00",
    };
    int64_t before = 0, ticks = 0;
    for (size_t i = 0; i < COUNT(rising); i++) {
        assert_true(instant_parse_fine(rising[i], &ticks));
        assert_true(!i || ticks > before);
        before = ticks;
    }
    assert_int_equal(ticks, 10000000);
    assert_true(instant_parse_fine("1970-01-01T00:00:00.00000019Z", &ticks)); /* cut */
    assert_int_equal(ticks, 1);
    assert_false(instant_parse_fine("1970-01-01T00:00:00.Z", &ticks));
    assert_false(instant_parse_fine("1970-01-01T00:00:00.1 ", &ticks));
    assert_false(instant_parse_fine("1970-01-01", &ticks));
    assert_false(instant_parse_fine(NULL, &ticks));
    assert_int_equal(ticks, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instant_fine),
        cmocka_unit_test(test_instants),
        cmocka_unit_test(test_known_instants),
        cmocka_unit_test(test_printing_is_bounded),
        cmocka_unit_test(test_http_dates),
        cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_days_refused),
        cmocka_unit_test(test_day_formats),
        cmocka_unit_test(test_formats_checked),
        cmocka_unit_test(test_print_format_refuses_what_does_not_fit),
        cmocka_unit_test(test_durations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
