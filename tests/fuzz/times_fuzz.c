/* Texts of times: any bytes are taken or refused, and what is taken prints to a text that is read
 * as the same time. The first line is the text, the second a day format. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/times.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check(bool promise)
{
    if (!promise)
        abort();
}

static void check_instant(const char *text)
{
    int64_t ms = 0;
    int64_t again = 0;
    char buffer[INSTANT_TEXT];
    int64_t first = INT64_C(-62167219200000); /* years 0 to 9999: an offset may lead out of them */
    int64_t last = INT64_C(253402300799999);
    if (instant_parse(text, &ms) && ms >= first && ms <= last)
        check(instant_parse(instant_print(ms, buffer), &again) && again == ms);
    if (instant_parse_http(text, &ms))
        check(instant_parse(instant_print(ms, buffer), &again) && again - ms < 2000);
}

static void check_day(const char *text, const char *format)
{
    int64_t day = 0;
    int64_t again = 0;
    char buffer[DAY_TEXT];
    if (day_parse(text, &day))
        check(strcmp(day_print(day, buffer), text) == 0);
    if (!day_parse_format(text, format, &day))
        return;
    check(day_format_valid(format));
    CLEANUP_FREE char *printed = memory_alloc(strlen(format) * 2 + 16);
    check(day_print_format(day, format, printed, strlen(format) * 2 + 16));
    check(day_parse_format(printed, format, &again) && again == day);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    CLEANUP_FREE char *text = memory_alloc(length + 2);
    if (length > 0)
        memcpy(text, bytes, length);
    char *format = strchr(text, '\n');
    if (format)
        *format++ = '\0';
    check_instant(text);
    check_day(text, format ? format : "DD-MM-YYYY");
    int64_t ms = 0;
    if (duration_parse(text, &ms))
        check(ms >= 0);
    return 0;
}
