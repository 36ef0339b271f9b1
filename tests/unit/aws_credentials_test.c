/* Where AWS keys come from: the order, the files, the process, and when they are fetched again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/times.h"
#include "connectors/aws/credentials.h"
#include "connectors/aws/ini.h"
#include "tests/support/fake.h"

struct pair {
    const char *name, *value;
};

/* One attempt to get keys: what the world looks like and what has to come of it. "%" in a value
 * stands for the test's folder. */
struct attempt {
    const char *title;
    struct pair env[5];
    struct pair options[4];
    const char *credentials, *config; /* contents; NULL: no such file */
    const char *id, *token, *source;  /* id NULL: it fails */
    const char *message;              /* part of the failure's message */
};

#define ENV_KEYS                                                                                   \
    {"AWS_ACCESS_KEY_ID", "AKIAENV"},                                                              \
    {                                                                                              \
        "AWS_SECRET_ACCESS_KEY", "s"                                                               \
    }
#define KEYS(id)      "aws_access_key_id = " id "\naws_secret_access_key = s/+=#;x\n"
#define PROCESS(json) "[default]\ncredential_process = /bin/echo '" json "'\n"

static const struct attempt attempts[] = {
    {.title = "environment", .env = {ENV_KEYS}, .id = "AKIAENV", .source = "environment"},
    {.title = "environment with a token",
     .env = {ENV_KEYS, {"AWS_SESSION_TOKEN", "t"}},
     .id = "AKIAENV",
     .token = "t",
     .source = "environment"},
    {.title = "half an environment",
     .env = {{"AWS_ACCESS_KEY_ID", "AKIAENV"}},
     .message = "AWS_SECRET_ACCESS_KEY"},
    {.title = "environment before files",
     .env = {ENV_KEYS},
     .credentials = "[default]\n" KEYS("AKIAFILE"),
     .id = "AKIAENV",
     .source = "environment"},
    {.title = "AWS_PROFILE does not skip the environment",
     .env = {ENV_KEYS, {"AWS_PROFILE", "p"}},
     .credentials = "[p]\n" KEYS("AKIAP"),
     .id = "AKIAENV",
     .source = "environment"},
    {.title = "our own profile does",
     .env = {ENV_KEYS},
     .options = {{"profile", "p"}},
     .credentials = "[p]\n" KEYS("AKIAP"),
     .id = "AKIAP",
     .source = "profile p (credentials file)"},
    {.title = "default profile of the credentials file",
     .credentials = "# c\n\n[default]\n" KEYS("AKIAFILE") "aws_session_token=tt\n",
     .id = "AKIAFILE",
     .token = "tt",
     .source = "profile default (credentials file)"},
    {.title = "AWS_PROFILE",
     .env = {{"AWS_PROFILE", "p"}, {"AWS_DEFAULT_PROFILE", "q"}},
     .credentials = "[q]\n" KEYS("AKIAQ") "[p]\n" KEYS("AKIAP"),
     .id = "AKIAP",
     .source = "profile p (credentials file)"},
    {.title = "AWS_DEFAULT_PROFILE",
     .env = {{"AWS_DEFAULT_PROFILE", "q"}},
     .credentials = "[q]\n" KEYS("AKIAQ"),
     .id = "AKIAQ",
     .source = "profile q (credentials file)"},
    {.title = "profile of the config file",
     .options = {{"profile", "a b"}},
     .config = "[profile \"a b\"]\n" KEYS("AKIACONF"),
     .id = "AKIACONF",
     .source = "profile a b (config file)"},
    {.title = "a section without the word profile is not one",
     .options = {{"profile", "p"}},
     .config = "[p]\n" KEYS("AKIACONF"),
     .message = "stands in neither shared file"},
    {.title = "credentials file before config file",
     .credentials = "[default]\n" KEYS("AKIAFILE"),
     .config = "[default]\n" KEYS("AKIACONF"),
     .id = "AKIAFILE",
     .source = "profile default (credentials file)"},
    {.title = "process before keys of the config file",
     .config = PROCESS("{\"Version\":1,\"AccessKeyId\":\"ASIAPROC\",\"SecretAccessKey\":\"s\","
                       "\"SessionToken\":\"t\"}") KEYS("AKIACONF"),
     .id = "ASIAPROC",
     .token = "t",
     .source = "profile default (credential_process)"},
    {.title = "missing profile",
     .options = {{"profile", "ghost"}},
     .credentials = "[default]\n" KEYS("AKIAFILE"),
     .message = "\"ghost\""},
    {.title = "missing AWS_PROFILE",
     .env = {{"AWS_PROFILE", "ghost"}},
     .credentials = "[default]\n" KEYS("AKIAFILE"),
     .message = "AWS_PROFILE names the profile \"ghost\""},
    {.title = "a named profile without keys",
     .options = {{"profile", "p"}},
     .credentials = "[p]\nregion = x\n",
     .message = "neither keys nor a credential_process"},
    {.title = "half a profile",
     .credentials = "[default]\naws_access_key_id = AKIA\n",
     .message = "no aws_secret_access_key"},
    {.title = "nothing at all", .message = "no AWS credentials found"},
    {.title = "a file that was asked for and is not there",
     .options = {{"shared_credentials_file", "%/nowhere"}},
     .message = "nowhere"},
    {.title = "malformed: no equals",
     .credentials = "[default]\naws_secret_access_key TOPSECRET\n",
     .message = "credentials:2: expected"},
    {.title = "malformed: open section", .credentials = "[default\n", .message = "credentials:1:"},
    {.title = "malformed: key before a section",
     .credentials = KEYS("AKIA"),
     .message = "credentials:1:"},
    {.title = "process: version 2",
     .config = PROCESS("{\"Version\":2,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\"}"),
     .message = "Version 1"},
    {.title = "process: no version",
     .config = PROCESS("{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\"}"),
     .message = "Version 1"},
    {.title = "process: no secret",
     .config = PROCESS("{\"Version\":1,\"AccessKeyId\":\"A\"}"),
     .message = "lacks"},
    {.title = "process: expired",
     .config = PROCESS("{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\","
                       "\"Expiration\":\"2025-12-31T23:59:59Z\"}"),
     .message = "have expired"},
    {.title = "process: no time",
     .config = PROCESS("{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\","
                       "\"Expiration\":\"soon\"}"),
     .message = "not a time"},
    {.title = "process: no JSON", .config = PROCESS("hello TOPSECRET"), .message = "process"},
    {.title = "process: fails",
     .config = "[default]\ncredential_process = /bin/false\n",
     .message = "credential_process of the profile"},
    {.title = "process: an open quote",
     .config = "[default]\ncredential_process = /bin/echo 'x\n",
     .message = "quote"},
    {.title = "a failing process is no reason to go on",
     .config = "[default]\ncredential_process = /bin/false\n" KEYS("AKIACONF"),
     .message = "credential_process"},
};

struct bench {
    struct fake fake;
    struct http *http; /* nobody answers: what needs the network is the test of the chain */
    struct loop *loop;
    char folder[64];
    struct arena *arena;
    struct pair env[8];
    struct setting items[8];
    struct settings settings;
};

static const char *expand(struct bench *bench, const char *text)
{
    return text && *text == '%' ? arena_printf(bench->arena, "%s%s", bench->folder, text + 1)
                                : text;
}

static const char *bench_env(void *context, const char *name)
{
    const struct bench *bench = context;
    for (size_t i = 0; i < COUNT(bench->env); i++) {
        if (bench->env[i].name && !strcmp(bench->env[i].name, name))
            return bench->env[i].value;
    }
    return NULL;
}

static void write_file(struct bench *bench, const char *name, const char *content)
{
    const char *path = arena_printf(bench->arena, "%s/.aws/%s", bench->folder, name);
    unlink(path);
    if (content)
        assert_int_equal(file_replace(path, content, strlen(content), 0600, NULL), 0);
}

static void bench_open(struct bench *bench)
{
    *bench = (struct bench){.folder = "/tmp/aws_credentials_XXXXXX"};
    assert_non_null(mkdtemp(bench->folder));
    fake_init(&bench->fake, 1);
    bench->http = fake_http_new(&bench->fake, NULL, NULL);
    bench->loop = loop_new(&bench->fake.world, bench->http);
    bench->arena = arena_new();
    const char *folder = arena_printf(bench->arena, "%s/.aws", bench->folder);
    assert_int_equal(file_make_folder(folder, 0700, NULL), 0);
}

static void bench_close(struct bench *bench)
{
    write_file(bench, "credentials", NULL);
    write_file(bench, "config", NULL);
    rmdir(arena_printf(bench->arena, "%s/.aws", bench->folder));
    rmdir(bench->folder);
    arena_free(bench->arena);
    loop_free(bench->loop);
    bench->http->ops->close(bench->http);
    fake_free(&bench->fake);
}

static struct aws_credentials *bench_credentials(struct bench *bench, const struct attempt *attempt)
{
    memset(bench->env, 0, sizeof bench->env);
    size_t count = 0;
    bench->env[count++] = (struct pair){"HOME", bench->folder};
    for (size_t i = 0; i < COUNT(attempt->env) && attempt->env[i].name; i++)
        bench->env[count++] = attempt->env[i];
    bench->settings = (struct settings){.items = bench->items};
    for (size_t i = 0; i < COUNT(attempt->options) && attempt->options[i].name; i++)
        bench->items[bench->settings.count++] =
            (struct setting){.name = attempt->options[i].name,
                             .text = expand(bench, attempt->options[i].value),
                             .given = true};
    write_file(bench, "credentials", attempt->credentials);
    write_file(bench, "config", attempt->config);
    const struct aws_credentials_options options = {
        .settings = &bench->settings,
        .profile = settings_text(&bench->settings, "profile"),
        .env = bench_env,
        .env_context = bench,
        .loop = bench->loop,
        .log = &bench->fake.log,
    };
    return aws_credentials_new(&options);
}

struct outcome {
    unsigned calls;
    struct error error;
};

static void refreshed(void *context, const struct error *error)
{
    struct outcome *outcome = context;
    outcome->calls++;
    if (error)
        outcome->error = *error;
}

/* At that instant. */
static int refresh_at(struct bench *bench, struct aws_credentials *credentials, int64_t now_ms,
                      struct error *ret_error)
{
    struct outcome outcome = {0};
    bench->fake.now_ms = now_ms;
    aws_credentials_refresh(credentials, refreshed, &outcome);
    assert_int_equal(loop_run(bench->loop, NULL, NULL), 0);
    assert_int_equal(outcome.calls, 1);
    if (ret_error)
        *ret_error = outcome.error;
    return -(int)outcome.error.class;
}

static void test_order(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    for (size_t i = 0; i < COUNT(attempts); i++) {
        const struct attempt *attempt = &attempts[i];
        print_message("  %s\n", attempt->title);
        struct aws_credentials *credentials = bench_credentials(&bench, attempt);
        struct error error = {0};
        assert_null(aws_credentials_keys(credentials));
        assert_true(aws_credentials_due(credentials, FAKE_START_MS));
        int result = refresh_at(&bench, credentials, FAKE_START_MS, &error);
        const struct aws_keys *keys = aws_credentials_keys(credentials);
        if (attempt->id) {
            assert_int_equal(result, 0);
            assert_string_equal(keys->access_key_id, attempt->id);
            assert_string_equal(keys->source, attempt->source);
            assert_int_equal(!keys->session_token, !attempt->token);
            if (attempt->token)
                assert_string_equal(secret_reveal(keys->session_token), attempt->token);
        } else {
            assert_true(result < 0);
            assert_null(keys);
            assert_true(error.class == ERROR_AUTH || error.class == ERROR_INPUT);
            assert_int_equal(error.scope, SCOPE_CLOUD);
            if (!strstr(error.message, attempt->message))
                fail_msg("\"%s\" lacks \"%s\"", error.message, attempt->message);
            assert_null(strstr(error.message, "TOPSECRET"));
        }
        aws_credentials_free(credentials);
    }
    bench_close(&bench);
}

/* A secret with signs that other formats would take for comments comes through whole. */
static void test_secret_is_whole(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    const struct attempt attempt = {.credentials = "[default]\r\n" KEYS("AKIA")};
    struct aws_credentials *credentials = bench_credentials(&bench, &attempt);
    assert_int_equal(refresh_at(&bench, credentials, FAKE_START_MS, NULL), 0);
    assert_string_equal(secret_reveal(aws_credentials_keys(credentials)->secret_access_key),
                        "s/+=#;x");
    assert_false(aws_credentials_due(credentials, INT64_MAX)); /* long-term keys never are */
    aws_credentials_free(credentials);
    bench_close(&bench);
}

/* Tries from 15 minutes before the end, lives with failures until 10 minutes before. */
static void test_expiry(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    const int64_t minute = 60000, start = FAKE_START_MS, end = start + 60 * minute;
    char text[INSTANT_TEXT];
    const struct attempt attempt = {
        .config = arena_printf(bench.arena,
                               PROCESS("{\"Version\":1,\"AccessKeyId\":\"ASIA\",\"Secret"
                                       "AccessKey\":\"s\",\"Expiration\":\"%s\"}"),
                               instant_print(end, text))};
    struct aws_credentials *credentials = bench_credentials(&bench, &attempt);
    assert_int_equal(refresh_at(&bench, credentials, start, NULL), 0);
    assert_int_equal(aws_credentials_keys(credentials)->expires_ms, end);
    assert_false(aws_credentials_due(credentials, end - 17 * minute));
    assert_true(aws_credentials_due(credentials, end - 15 * minute));

    write_file(&bench, "config", "[default]\ncredential_process = /bin/false\n");
    int64_t now = end - 14 * minute;
    struct error error = {0};
    assert_int_equal(refresh_at(&bench, credentials, now, &error), 0); /* good for a while */
    assert_non_null(aws_credentials_keys(credentials));
    assert_false(aws_credentials_due(credentials, now));
    assert_true(aws_credentials_due(credentials, now + minute));
    assert_true(refresh_at(&bench, credentials, end - 9 * minute, &error) < 0);
    assert_int_equal(error.class, ERROR_AUTH);

    write_file(&bench, "config", attempt.config);
    now = end - 4 * minute; /* what it gives lives for four minutes only: no storm of calls */
    assert_int_equal(refresh_at(&bench, credentials, now, &error), 0);
    assert_false(aws_credentials_due(credentials, now));
    assert_true(aws_credentials_due(credentials, now + 2 * minute));
    aws_credentials_free(credentials);
    bench_close(&bench);
}

static void test_words(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *words[5]; /* none: refused */
    } cases[] = {
        {"/usr/bin/x --a  b", {"/usr/bin/x", "--a", "b"}},
        {"\t'a b' \"c d\"e", {"a b", "c de"}},
        {"a\\ b \"q\\\"q\" '\\' \"\\n\"", {"a b", "q\"q", "\\", "\\n"}},
        {"x ''", {"x", ""}},
        {"x; rm -rf $HOME `id` | y", {"x;", "rm", "-rf", "$HOME", "`id`"}},
        {"", {NULL}},
        {"  ", {NULL}},
        {"x 'y", {NULL}},
        {"x \"y", {NULL}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        char **argv = NULL;
        struct error error = {0};
        int result = aws_split_words(arena, cases[i].line, &argv, &error);
        print_message("  %s\n", cases[i].line);
        if (!cases[i].words[0]) {
            assert_int_equal(result, -ERROR_INPUT);
            continue;
        }
        assert_int_equal(result, 0);
        for (size_t w = 0; w < COUNT(cases[i].words) && cases[i].words[w]; w++)
            assert_string_equal(argv[w], cases[i].words[w]);
    }
}

static void test_ini(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct ini *ini = NULL;
    assert_int_equal(ini_parse(arena, "f",
                               "\xef\xbb\xbf[a]\r\nK = 1 \r\n  nested = 9\n; c\n[b]\nk=2\n"
                               "[a]\nk = 3\nempty =\n[profile  'x y']\n[ profile z ]",
                               &ini, NULL),
                     0);
    assert_string_equal(ini_get(ini, "a", "k"), "3");
    assert_string_equal(ini_get(ini, "b", "k"), "2");
    assert_null(ini_get(ini, "a", "nested"));
    assert_null(ini_get(ini, "a", "empty"));
    assert_null(ini_get(ini, "c", "k"));
    assert_true(ini_has(ini, "profile x y"));
    assert_true(ini_has(ini, "profile z"));
    assert_false(ini_has(ini, "profile"));
    assert_false(ini_has(NULL, "a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),  cmocka_unit_test(test_secret_is_whole),
        cmocka_unit_test(test_expiry), cmocka_unit_test(test_words),
        cmocka_unit_test(test_ini),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
