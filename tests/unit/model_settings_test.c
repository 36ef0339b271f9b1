/* Settings, where secrets come from, jobs, and the registry of findings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "model/finding.h"
#include "model/job.h"

static void test_findings(void **state)
{
    (void)state;
    static const char *const areas[] = {"CFG-", "SRC-", "MAT-", "MRG-", "REF-",
                                        "OFR-", "CLD-", "RUN-", "APV-"};
    for (size_t i = 0; i < finding_type_count; i++) {
        const struct finding_type *type = &finding_types[i];
        if (finding_type(type->code) != type)
            fail_msg("%s stands there twice", type->code);
        size_t known = 0;
        for (size_t a = 0; a < COUNT(areas); a++)
            known += !strncmp(areas[a], type->code, 4);
        assert_int_equal(known, 1);
        assert_int_equal(strspn(type->code + 4, "0123456789"), 3);
        assert_int_equal(strlen(type->code), 7);
        assert_true(*type->title && type->title[strlen(type->title) - 1] != '.');
        assert_true(*type->remedy && type->remedy[strlen(type->remedy) - 1] == '.');
        assert_true(*severity_name(type->severity));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(finding_types[j].title, type->title);
    }
    assert_null(finding_type("REF-999"));
    assert_null(finding_type(NULL));
}

static void test_names(void **state)
{
    (void)state;
    for (int mode = MODE_OBSERVE; mode <= MODE_APPLY; mode++) {
        bool ok = false;
        assert_int_equal(mode_parse(mode_name((enum mode)mode), &ok), mode);
        assert_true(ok);
    }
    bool ok = true;
    mode_parse("Apply", &ok);
    assert_false(ok);
    mode_parse(NULL, &ok);
    assert_false(ok);
    assert_string_equal(owner_name(OWNER_NEWEST), "newest");
    const struct field_map maps[] = {{.field = 3}, {.field = 7}};
    const struct job job = {.fields = maps, .field_count = COUNT(maps)};
    assert_ptr_equal(job_field(&job, 7), &maps[1]);
    assert_null(job_field(&job, 4));
}

static void test_settings(void **state)
{
    (void)state;
    const char *list[] = {"a", NULL};
    const struct setting items[] = {
        {.name = "path", .text = "/x", .given = true},
        {.name = "every", .text = "5m", .number = 300000},
        {.name = "on", .text = "true", .number = 1, .given = true},
        {.name = "words", .list = list, .given = true},
        {.name = "nothing"},
    };
    const struct settings settings = {items, COUNT(items)};
    assert_string_equal(settings_text(&settings, "path"), "/x");
    assert_int_equal(settings_number(&settings, "every"), 300000);
    assert_true(settings_flag(&settings, "on"));
    assert_ptr_equal(settings_find(&settings, "words")->list, list);
    assert_null(settings_find(&settings, "nothing"));
    assert_null(settings_text(&settings, "unknown"));
    assert_int_equal(settings_number(&settings, "unknown"), 0);
    assert_false(settings_flag(&settings, "unknown"));
}

static char folder[] = "/tmp/model-settings-XXXXXX";
static char secret_path[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(secret_path, sizeof secret_path, "%s/token", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(secret_path);
    return rmdir(folder);
}

static void write_secret(const char *bytes, size_t length)
{
    assert_int_equal(file_replace(secret_path, bytes, length, 0600, NULL), 0);
}

static void assert_secret(const struct secret_source *source, const char *expected)
{
    CLEANUP_SECRET struct secret *secret = NULL;
    struct error error = {0};
    if (secret_fetch(source, &secret, &error))
        fail_msg("%s", error.message);
    assert_string_equal(secret_reveal(secret), expected);
}

static void assert_no_secret(const struct secret_source *source, const char *says)
{
    struct secret *secret = NULL;
    struct error error = {0};
    assert_int_equal(secret_fetch(source, &secret, &error), -ERROR_AUTH);
    assert_null(secret);
    assert_int_equal(error.class, ERROR_AUTH);
    if (!strstr(error.message, says))
        fail_msg("\"%s\" does not say \"%s\"", error.message, says);
    assert_int_equal(secret_fetch(source, &secret, NULL), -ERROR_AUTH);
}

static void test_secret_from_environment(void **state)
{
    (void)state;
    const struct secret_source source = {SECRET_ENV, "MODEL_TEST_SECRET", NULL};
    setenv("MODEL_TEST_SECRET", "s3cret\n", 1);
    assert_secret(&source, "s3cret");
    setenv("MODEL_TEST_SECRET", "", 1);
    assert_no_secret(&source, "empty");
    unsetenv("MODEL_TEST_SECRET");
    assert_no_secret(&source, "MODEL_TEST_SECRET is not set");
}

static void test_secret_from_file(void **state)
{
    (void)state;
    const struct secret_source source = {SECRET_FILE, secret_path, NULL};
    static const struct {
        const char *text, *secret;
    } cases[] = {{"abc", "abc"},     {"abc\n", "abc"},   {"abc\r\n", "abc"}, {"abc\n\n", "abc\n"},
                 {" abc ", " abc "}, {"abc\r", "abc\r"}, {"a\nb\n", "a\nb"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        write_secret(cases[i].text, strlen(cases[i].text));
        assert_secret(&source, cases[i].secret);
    }
    write_secret("\n", 1);
    assert_no_secret(&source, "empty");
    write_secret("a\0b", 3);
    assert_no_secret(&source, "NUL");
    CLEANUP_FREE char *large = memory_alloc(LIMIT_SECRET_BYTES + 1);
    memset(large, 'x', LIMIT_SECRET_BYTES + 1);
    write_secret(large, LIMIT_SECRET_BYTES + 1);
    assert_no_secret(&source, secret_path);
    unlink(secret_path);
    assert_no_secret(&source, "make the file readable");
}

static void test_secret_from_credential(void **state)
{
    (void)state;
    struct secret_source source = {SECRET_CREDENTIAL, "token", NULL};
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_no_secret(&source, "LoadCredential=token");
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    write_secret("abc\n", 4);
    assert_secret(&source, "abc");
    static const char *const escapes[] = {"../token", "/etc/hostname", "", ".."};
    for (size_t i = 0; i < COUNT(escapes); i++) {
        source.text = escapes[i];
        assert_no_secret(&source, "plain name");
    }
    source.text = "missing";
    assert_no_secret(&source, "LoadCredential=");
    unsetenv("CREDENTIALS_DIRECTORY");
}

static void test_secret_from_command(void **state)
{
    (void)state;
    const char *echo[] = {"/bin/echo", "two words; $HOME", NULL};
    const char *nothing[] = {"/bin/true", NULL};
    const char *failing[] = {"/bin/false", NULL};
    const char *missing[] = {"/nonexistent/helper", NULL};
    assert_secret(&(struct secret_source){SECRET_COMMAND, NULL, echo}, "two words; $HOME");
    assert_no_secret(&(struct secret_source){SECRET_COMMAND, NULL, nothing}, "empty");
    assert_no_secret(&(struct secret_source){SECRET_COMMAND, NULL, failing}, "by hand");
    assert_no_secret(&(struct secret_source){SECRET_COMMAND, NULL, missing}, "by hand");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_findings),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_secret_from_environment),
        cmocka_unit_test(test_secret_from_file),
        cmocka_unit_test(test_secret_from_credential),
        cmocka_unit_test(test_secret_from_command),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder) ? 1 : 0;
}
