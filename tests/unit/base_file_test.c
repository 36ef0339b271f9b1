/* Files and helper programs: the old content survives every failure, and nothing is left behind. */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/world.h"

/* Each test works in a folder of its own; `in()` names a file there. */
static char folder[64];

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/agent-file-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info;
    (void)type;
    (void)walk;
    return remove(path);
}

static int tear_down(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *in(const char *name)
{
    static char paths[4][256];
    static size_t next;
    char *path = paths[next++ % COUNT(paths)];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static size_t count_entries(const char *path)
{
    DIR *open = opendir(path);
    assert_non_null(open);
    size_t count = 0;
    for (const struct dirent *entry; (entry = readdir(open));)
        count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
    closedir(open);
    return count;
}

static void must_replace(const char *path, const char *content)
{
    struct error error = {0};
    if (file_replace(path, content, strlen(content), 0600, &error) < 0)
        fail_msg("%s", error.message);
}

static void must_hold(const char *path, const char *content)
{
    CLEANUP_TEXT struct text text;
    text_init(&text, 1000000);
    assert_int_equal(file_read(path, &text, NULL, NULL), 0);
    assert_string_equal(text.data, content);
}

static mode_t mode_of(const char *path)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 07777;
}

static void test_read(void **state)
{
    (void)state;
    must_replace(in("a"), "content");
    CLEANUP_TEXT struct text text;
    text_init(&text, 14);
    struct file_state found = {0};
    assert_int_equal(file_read(in("a"), &text, &found, NULL), 0);
    assert_true(found.exists);
    assert_int_equal(found.size, 7);
    char hex[SHA256_HEX];
    assert_string_equal(found.hash, sha256_hex("content", 7, hex));
    /* It appends, and the hash is of the file alone; the maximum is for all. */
    assert_int_equal(file_read(in("a"), &text, &found, NULL), 0);
    assert_string_equal(text.data, "contentcontent");
    assert_string_equal(found.hash, hex);
    struct error error;
    assert_int_equal(file_read(in("a"), &text, &found, &error), -ERROR_INPUT);
    text_clear(&text);
    assert_int_equal(file_read(in("missing"), &text, &found, &error), -ERROR_INPUT);
    assert_int_equal(error.class, ERROR_INPUT);
    assert_non_null(strstr(error.message, "No such file"));
    assert_true(file_read(folder, &text, &found, &error) < 0);
}

static void test_state(void **state)
{
    (void)state;
    struct file_state before = {0};
    struct file_state after = {0};
    assert_int_equal(file_stat(in("a"), &before, NULL), 0);
    assert_false(before.exists);
    must_replace(in("a"), "one");
    assert_int_equal(file_stat(in("a"), &after, NULL), 0);
    assert_true(after.exists);
    assert_string_equal(after.hash, "");
    assert_false(file_same(&before, &after));
    assert_int_equal(file_stat(in("a"), &before, NULL), 0);
    assert_true(file_same(&before, &after));
    must_replace(in("a"), "two"); /* same size, perhaps the same tick: another inode or time */
    assert_int_equal(file_stat(in("a"), &after, NULL), 0);
    assert_false(file_same(&before, &after));
}

static void test_replace(void **state)
{
    (void)state;
    must_replace(in("new"), "one");
    assert_int_equal(mode_of(in("new")), 0600);
    must_hold(in("new"), "one");
    assert_int_equal(chmod(in("new"), 0640), 0);
    must_replace(in("new"), "");
    assert_int_equal(mode_of(in("new")), 0640);
    must_hold(in("new"), "");
    CLEANUP_FREE char *large = memory_alloc(900001);
    memset(large, 'x', 900000);
    must_replace(in("new"), large);
    must_hold(in("new"), large);
    assert_int_equal(count_entries(folder), 1);
}

static void test_replace_follows_links(void **state)
{
    (void)state;
    assert_int_equal(mkdir(in("real"), 0700), 0);
    must_replace(in("real/file"), "old");
    assert_int_equal(symlink("real/file", in("link")), 0);
    assert_int_equal(symlink("link", in("link-to-link")), 0);
    must_replace(in("link-to-link"), "new");
    must_hold(in("real/file"), "new");
    struct stat info;
    assert_int_equal(lstat(in("link"), &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(count_entries(in("real")), 1);

    assert_int_equal(symlink("nowhere", in("dangling")), 0);
    assert_true(file_replace(in("dangling"), "x", 1, 0600, NULL) < 0);
    assert_int_equal(symlink("loop", in("loop")), 0);
    assert_true(file_replace(in("loop"), "x", 1, 0600, NULL) < 0);
}

static void test_replace_refuses_what_is_no_file(void **state)
{
    (void)state;
    assert_int_equal(mkdir(in("sub"), 0700), 0);
    assert_int_equal(mkfifo(in("pipe"), 0600), 0);
    struct error error;
    assert_true(file_replace(in("sub"), "x", 1, 0600, &error) < 0);
    assert_true(file_replace(in("pipe"), "x", 1, 0600, &error) < 0);
    assert_true(file_replace(in("none/file"), "x", 1, 0600, &error) < 0);
    assert_non_null(strstr(error.message, "No such file"));
    assert_int_equal(count_entries(folder), 2);
}

/* A file size limit makes write(2) fail half-way, as a full disk does, for root too. */
static void test_full_disk_keeps_the_old_file(void **state)
{
    (void)state;
    enum { LENGTH = 300000 };
    CLEANUP_FREE char *large = memory_alloc(LENGTH + 1);
    memset(large, 'x', LENGTH);
    must_replace(in("a"), "old");
    struct rlimit old;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    struct rlimit tight = {.rlim_cur = 100000, .rlim_max = old.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    struct error error = {0};
    int replaced = file_replace(in("a"), large, LENGTH, 0600, &error);
    int created = file_replace(in("b"), large, LENGTH, 0600, &error);
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, handler);
    assert_int_equal(replaced, -ERROR_PERMANENT);
    assert_int_equal(created, -ERROR_PERMANENT);
    must_hold(in("a"), "old");
    assert_int_equal(count_entries(folder), 1);
}

static void test_read_only_folder_keeps_the_old_file(void **state)
{
    (void)state;
    must_replace(in("a"), "old");
    bool root = geteuid() == 0;
    assert_int_equal(chmod(folder, 0555), 0);
    if (root) /* root writes everywhere; nobody does not */
        assert_int_equal(seteuid(65534), 0);
    struct error error = {0};
    int replaced = file_replace(in("a"), "new", 3, 0600, &error);
    int created = file_append(in("b"), "new", 3, 0600, NULL);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod(folder, 0700), 0);
    assert_int_equal(replaced, -ERROR_PERMANENT);
    assert_int_equal(created, -ERROR_PERMANENT);
    assert_non_null(strstr(error.message, "Permission denied"));
    must_hold(in("a"), "old");
    assert_int_equal(count_entries(folder), 1);
}

static void test_append(void **state)
{
    (void)state;
    assert_int_equal(file_append(in("a"), "one\n", 4, 0600, NULL), 0);
    assert_int_equal(mode_of(in("a")), 0600);
    assert_int_equal(file_append(in("a"), "two\n", 4, 0600, NULL), 0);
    must_hold(in("a"), "one\ntwo\n");
    must_replace(in("a"), "one\ntw"); /* as a crash leaves it */
    assert_int_equal(file_append(in("a"), "three\n", 6, 0600, NULL), 0);
    must_hold(in("a"), "one\ntw\nthree\n");
    struct error error = {0};
    assert_int_equal(file_append("/dev/full", "x\n", 2, 0600, &error), -ERROR_PERMANENT);
    assert_non_null(strstr(error.message, "No space left"));
}

static void test_make_folder(void **state)
{
    (void)state;
    assert_int_equal(file_make_folder(in("a/b/c"), 0700, NULL), 0);
    assert_int_equal(mode_of(in("a")), 0700);
    assert_int_equal(mode_of(in("a/b/c")), 0700);
    assert_int_equal(file_make_folder(in("a/b/c"), 0700, NULL), 0);
    assert_int_equal(file_make_folder(in("a//d///"), 0700, NULL), 0);
    assert_int_equal(mode_of(in("a/d")), 0700);
    assert_int_equal(file_make_folder("/", 0700, NULL), 0);
    must_replace(in("file"), "x");
    struct error error = {0};
    assert_int_equal(file_make_folder(in("file"), 0700, &error), -ERROR_PERMANENT);
    assert_int_equal(file_make_folder(in("file/sub"), 0700, &error), -ERROR_PERMANENT);
    must_hold(in("file"), "x");
}

static void test_resolve(void **state)
{
    (void)state;
    CLEANUP_FREE char *home = memory_copy(getenv("HOME"));
    assert_int_equal(setenv("HOME", "/home/ann", 1), 0);
    static const struct {
        const char *beside;
        const char *path;
        const char *resolved;
    } cases[] = {
        {"/etc/agent.yaml", "crm/x.csv", "/etc/crm/x.csv"},
        {"conf/agent.yaml", "x", "conf/x"},
        {"agent.yaml", "x", "x"},
        {"/agent.yaml", "x", "/x"},
        {"/etc/agent.yaml", "/x", "/x"},
        {"/etc/agent.yaml", "~/x", "/home/ann/x"},
        {"/etc/agent.yaml", "~bob/x", "/etc/~bob/x"},
        {NULL, "x", "x"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_FREE char *resolved = file_resolve(cases[i].beside, cases[i].path);
        assert_string_equal(resolved, cases[i].resolved);
    }
    if (home)
        setenv("HOME", home, 1);
    else
        unsetenv("HOME");
}

static int run_shell(const char *script, int64_t timeout_ms, struct text *out, struct error *error)
{
    char shell[] = "sh";
    char option[] = "-c";
    CLEANUP_FREE char *copy = memory_copy(script);
    char *argv[] = {shell, option, copy, NULL};
    return file_run(argv, timeout_ms, out, error);
}

enum { LONG_MS = 30000 };

static void test_run(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        int result;
        const char *output;
        const char *message; /* NULL: none */
    } cases[] = {
        {"printf 'a b\\n'", 0, "a b\n", NULL},
        {"cat", 0, "", NULL}, /* standard input is at its end */
        {"exit 7", -ERROR_AUTH, "", "exit status 7"},
        {"echo secret-output; exit 1", -ERROR_AUTH, "secret-output\n", "exit status 1"},
        {"no-such-helper 2>&-", -ERROR_INPUT, "", "no such program"},
        {"kill -TERM $$", -ERROR_AUTH, "", "signal 15"},
        {"exec >&-; exit 0", 0, "", NULL},
        {"exec >&-; exit 3", -ERROR_AUTH, "", "exit status 3"},
        {"yes | head -c 200000", -ERROR_INPUT, NULL, "more than 1000 bytes"},
        {"yes", -ERROR_INPUT, NULL, "more than 1000 bytes"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_TEXT struct text out;
        text_init(&out, 1000);
        struct error error = {0};
        int result = run_shell(cases[i].script, LONG_MS, &out, &error);
        if (result != cases[i].result)
            fail_msg("%s gave %d: %s", cases[i].script, result, error.message);
        if (cases[i].output)
            assert_string_equal(out.data, cases[i].output);
        if (cases[i].message)
            assert_non_null(strstr(error.message, cases[i].message));
        assert_null(strstr(error.message, "secret-output"));
    }
    /* Every child is reaped. */
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void test_run_finds_no_program(void **state)
{
    (void)state;
    char missing[] = "/nonexistent/helper";
    char *argv[] = {missing, NULL};
    CLEANUP_TEXT struct text out;
    text_init(&out, 1000);
    struct error error = {0};
    assert_int_equal(file_run(argv, LONG_MS, &out, &error), -ERROR_INPUT);
    assert_int_equal(error.class, ERROR_INPUT);
    assert_non_null(strstr(error.message, missing));
}

static void test_run_with_an_environment(void **state)
{
    (void)state;
    char shell[] = "/bin/sh", option[] = "-c", script[] = "echo \"$ONE|$TWO|$HOME\"";
    char one[] = "ONE=1", two[] = "TWO=2 3";
    char *argv[] = {shell, option, script, NULL}, *environment[] = {one, two, NULL};
    CLEANUP_TEXT struct text out;
    text_init(&out, 1000);
    assert_int_equal(file_run_with(argv, environment, LONG_MS, &out, NULL), 0);
    assert_string_equal(out.data, "1|2 3|\n");
}

/* Reads the process id that a script left in `name` and says whether that process still runs.
 * An ended one may remain a zombie of whoever adopted it. */
static bool still_runs(const char *name)
{
    CLEANUP_TEXT struct text text;
    text_init(&text, 100);
    assert_int_equal(file_read(in(name), &text, NULL, NULL), 0);
    long long pid = 0;
    assert_true(text_to_int64(text_trim(text.data), &pid));
    char path[64];
    snprintf(path, sizeof path, "/proc/%lld/stat", pid);
    text_free(&text);
    text_init(&text, 4096);
    if (file_read(path, &text, NULL, NULL) < 0)
        return false;
    const char *status = strrchr(text.data, ')');
    return status && status[2] != 'Z' && status[2] != 'X';
}

static void test_run_ends_in_time(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        int result;
        int64_t timeout_ms;
    } cases[] = {
        {"sleep 600 & echo $! > %s; wait", -ERROR_TEMPORARY, 200},
        {"trap '' TERM HUP; sleep 600 & echo $! > %s; exec >&-; wait", -ERROR_TEMPORARY, 200},
        /* It ends well, but a child that holds its output lives on. */
        {"sleep 600 & echo $! > %s; echo done", 0, LONG_MS},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_TEXT struct text script;
        text_init(&script, 1000);
        const char *marker = strstr(cases[i].script, "%s");
        text_add_n(&script, cases[i].script, (size_t)(marker - cases[i].script));
        text_add(&script, in("pid"));
        text_add(&script, marker + 2);
        CLEANUP_TEXT struct text out;
        text_init(&out, 1000);
        int64_t start = world_ticks(&world_real);
        assert_int_equal(run_shell(script.data, cases[i].timeout_ms, &out, NULL), cases[i].result);
        assert_true(world_ticks(&world_real) - start < 10000);
        /* The kill is sent; give the kernel a moment to carry it out. */
        int64_t deadline = world_ticks(&world_real) + 5000;
        while (still_runs("pid") && world_ticks(&world_real) < deadline)
            continue;
        assert_false(still_runs("pid"));
    }
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_read),
        TEST(test_state),
        TEST(test_replace),
        TEST(test_replace_follows_links),
        TEST(test_replace_refuses_what_is_no_file),
        TEST(test_full_disk_keeps_the_old_file),
        TEST(test_read_only_folder_keeps_the_old_file),
        TEST(test_append),
        TEST(test_make_folder),
        TEST(test_resolve),
        TEST(test_run),
        TEST(test_run_finds_no_program),
        TEST(test_run_with_an_environment),
        TEST(test_run_ends_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
