/* The log, what it hides and makes visible, and errors, whose messages go through the same. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"

static int64_t fixed_now(void *context)
{
    (void)context;
    return INT64_C(1793613600123); /* 2026-11-02T10:00:00.123Z */
}

static const struct world fixed_world = {.now_ms = fixed_now};

/* A log into memory: LOG_TO(text) … read_log(). */
struct memory_log {
    struct log log;
    char *data;
    size_t length;
};

static void open_log(struct memory_log *memory, enum log_format format)
{
    *memory = (struct memory_log){0};
    memory->log = (struct log){.world = &fixed_world,
                               .out = open_memstream(&memory->data, &memory->length),
                               .level = LOG_LEVEL_INFO,
                               .format = format};
}

static void close_log(struct memory_log *memory)
{
    if (memory->log.out)
        fclose(memory->log.out);
    memory->log.out = NULL;
    free(memory->data);
    memory->data = NULL;
}

static void test_text_lines(void **state)
{
    (void)state;
    CLEANUP(close_log) struct memory_log memory;
    open_log(&memory, LOG_FORMAT_TEXT);
    log_event(&memory.log, LOG_LEVEL_INFO, "run finished", "job", "aws-referrals", "changes", "3",
              "absent", NULL, "note", "two words", "empty", "", "quote", "say \"hi\"", "forged",
              "a \\\" b=\\", NULL);
    assert_string_equal(memory.data, "2026-11-02T10:00:00.123Z info run finished "
                                     "job=aws-referrals changes=3 note=\"two words\" empty=\"\" "
                                     "quote=\"say \\\"hi\\\"\" "
                                     "forged=\"a \\\\\\\" b=\\\\\"\n");
}

static void test_levels(void **state)
{
    (void)state;
    CLEANUP(close_log) struct memory_log memory;
    open_log(&memory, LOG_FORMAT_TEXT);
    memory.log.prefix = true;
    log_event(&memory.log, LOG_LEVEL_DEBUG, "hidden", NULL);
    assert_int_equal(memory.length, 0);
    log_event(&memory.log, LOG_LEVEL_ERROR, "shown", NULL);
    assert_string_equal(memory.data, "<3>2026-11-02T10:00:00.123Z error shown\n");
    log_event(NULL, LOG_LEVEL_ERROR, "no log", NULL);
    const struct log silent = {.world = &fixed_world};
    log_event(&silent, LOG_LEVEL_ERROR, "no stream", NULL);

    enum log_level level = LOG_LEVEL_INFO;
    assert_true(log_level_parse("debug", &level));
    assert_int_equal(level, LOG_LEVEL_DEBUG);
    assert_false(log_level_parse("loud", &level));
    assert_false(log_level_parse(NULL, &level));
    assert_int_equal(level, LOG_LEVEL_DEBUG);
}

static void test_json_lines(void **state)
{
    (void)state;
    CLEANUP(close_log) struct memory_log memory;
    open_log(&memory, LOG_FORMAT_JSON);
    log_event(&memory.log, LOG_LEVEL_WARNING, "a \"b\"\nc", "path", "C:\\x\t", "bad", "\xff", NULL);
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *line = NULL;
    assert_int_equal(json_parse(arena, memory.data, memory.length, &line, NULL), 0);
    assert_ptr_equal(strchr(memory.data, '\n'), memory.data + memory.length - 1);
    assert_string_equal(json_get_text(line, "ts"), "2026-11-02T10:00:00.123Z");
    assert_string_equal(json_get_text(line, "level"), "warning");
    assert_string_equal(json_get_text(line, "message"), "a \"b\"\\nc");
    assert_string_equal(json_get_text(line, "path"), "C:\\x\\t");
    assert_string_equal(json_get_text(line, "bad"), "\\xff");
}

static void test_redaction(void **state)
{
    (void)state;
    static const char *const secret[] = {"secret",           "client_secret", "session-token",
                                         "Authorization",    "PASSWORD",      "aws_access_key_id",
                                         "X-Amz-Signature",  "access_key",    "private_key",
                                         "proxy_password_x", "Set-Cookie"};
    static const char *const plain[] = {"job", "record", "key", "path", "status", "request_id"};
    for (int format = LOG_FORMAT_TEXT; format <= LOG_FORMAT_JSON; format++) {
        for (size_t i = 0; i < COUNT(secret) + COUNT(plain); i++) {
            bool hidden = i < COUNT(secret);
            const char *name = hidden ? secret[i] : plain[i - COUNT(secret)];
            CLEANUP(close_log) struct memory_log memory;
            open_log(&memory, (enum log_format)format);
            log_event(&memory.log, LOG_LEVEL_INFO, "m", name, "hunter2", NULL);
            assert_int_equal(strstr(memory.data, "hunter2") == NULL, hidden);
            assert_int_equal(strstr(memory.data, "REDACTED") != NULL, hidden);
            assert_non_null(strstr(memory.data, name));
        }
    }
}

/* Whatever a value is, one event stays one line without control characters. */
static void test_one_event_one_line(void **state)
{
    (void)state;
    for (int format = LOG_FORMAT_TEXT; format <= LOG_FORMAT_JSON; format++) {
        CLEANUP(close_log) struct memory_log memory;
        open_log(&memory, (enum log_format)format);
        char value[256];
        for (int c = 1; c < 256; c++)
            value[c - 1] = (char)c;
        value[255] = '\0';
        log_event(&memory.log, LOG_LEVEL_INFO, value, "v", value, NULL);
        for (size_t i = 0; i + 1 < memory.length; i++)
            assert_true((unsigned char)memory.data[i] >= 0x20 && memory.data[i] != 0x7f);
        assert_int_equal(memory.data[memory.length - 1], '\n');
        assert_true(utf8_valid(memory.data, memory.length, NULL));
    }
    CLEANUP(close_log) struct memory_log memory;
    open_log(&memory, LOG_FORMAT_TEXT);
    size_t length = 1000000;
    CLEANUP_FREE char *huge = memory_alloc(length + 1);
    memset(huge, 'x', length);
    log_event(&memory.log, LOG_LEVEL_INFO, huge, "v", huge, NULL);
    assert_true(memory.length < 100000);
    assert_int_equal(memory.data[memory.length - 1], '\n');
}

static void test_log_safe(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *safe;
    } cases[] = {
        {"plain \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
         "plain \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"a\nb\r\tc", "a\\nb\\r\\tc"},
        {"\x1b[31mred\x07", "\\x1b[31mred\\x07"},
        {"\x7f", "\\x7f"},
        {"\xc2\x9b"
         "31m",
         "\\u009b31m"},
        {"\xe2\x80\xae"
         "evil",
         "\\u202eevil"},
        {"\xe2\x81\xa6x\xe2\x81\xa9", "\\u2066x\\u2069"},
        {"\xe2\x80\xa8", "\\u2028"},
        {"\xef\xbb\xbf"
         "a",
         "\\ufeffa"},
        {"\x80\xff"
         "a\xe2\x82",
         "\\x80\\xffa\\xe2\\x82"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
        {"", ""},
        {NULL, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_TEXT struct text out;
        text_init(&out, 1000);
        log_safe(&out, cases[i].text);
        assert_string_equal(out.data, cases[i].safe);
    }
}

static void test_error_messages(void **state)
{
    (void)state;
    struct error error = {.http_status = 500, .vendor_code = "Old"};
    assert_int_equal(error_set(&error, ERROR_STALE, SCOPE_RECORD, "moved: %s", "a\nb\x1b"),
                     -ERROR_STALE);
    assert_string_equal(error.message, "moved: a\\nb\\x1b");
    assert_int_equal(error.http_status, 0);
    assert_string_equal(error.vendor_code, "");
    error.http_status = 409;
    assert_int_equal(error_context(&error, "record %d", 7), -ERROR_STALE);
    assert_string_equal(error.message, "record 7: moved: a\\nb\\x1b");
    assert_int_equal(error.http_status, 409);
    assert_int_equal(error_set(&error, ERROR_AUTH, SCOPE_RUN, "again: %s", error.message),
                     -ERROR_AUTH);
    assert_string_equal(error.message, "again: record 7: moved: a\\nb\\x1b");
    assert_int_equal(error_set(NULL, ERROR_BUG, SCOPE_RUN, "x"), -ERROR_BUG);
    assert_true(error_context(NULL, "x") < 0);
}

static void test_error_errno(void **state)
{
    (void)state;
    struct error error;
    assert_int_equal(error_errno(&error, SCOPE_RUN, ENOSPC, "cannot write %s", "x"),
                     -ERROR_PERMANENT);
    assert_string_equal(error.message, "cannot write x: No space left on device");
    assert_int_equal(error_errno(&error, SCOPE_RUN, EINTR, "x"), -ERROR_TEMPORARY);
    assert_int_equal(error_errno(&error, SCOPE_RUN, 99999, "x"), -ERROR_PERMANENT);
    assert_string_equal(error.message, "x: error number 99999");
}

/* Messages are cut at a code point, at every offset that the boundary can have. */
static void test_error_is_bounded(void **state)
{
    (void)state;
    CLEANUP_TEXT struct text euros;
    text_init(&euros, 100000);
    for (int i = 0; i < 5000; i++)
        text_add(&euros, "\xe2\x82\xac");
    for (int shift = 0; shift < 4; shift++) {
        struct error error;
        error_set(&error, ERROR_INPUT, SCOPE_RUN, "%.*s%s", shift, "abc", euros.data);
        size_t length = strlen(error.message);
        assert_true(length < sizeof error.message && length > sizeof error.message - 4);
        assert_true(utf8_valid(error.message, length, NULL));
        error_context(&error, "%s", euros.data);
        assert_true(utf8_valid(error.message, strlen(error.message), NULL));
    }
}

static void test_error_names(void **state)
{
    (void)state;
    for (int class = ERROR_NONE; class <= ERROR_BUG; class ++)
        assert_string_not_equal(error_class_name((enum error_class) class), "unknown");
    assert_string_equal(error_class_name((enum error_class)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_lines),         cmocka_unit_test(test_levels),
        cmocka_unit_test(test_json_lines),         cmocka_unit_test(test_redaction),
        cmocka_unit_test(test_one_event_one_line), cmocka_unit_test(test_log_safe),
        cmocka_unit_test(test_error_messages),     cmocka_unit_test(test_error_errno),
        cmocka_unit_test(test_error_is_bounded),   cmocka_unit_test(test_error_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
