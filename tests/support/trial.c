#include "tests/support/trial.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "tests/support/folder.h"

#define FILE_BYTES (64u * 1024 * 1024)
#define POINTS_MAX 500 /* more than any run has */

static const char *const files[] = {"crm.csv", "cloud.json", "state/agent.db", "sign-in.json"};

void trial_make(struct trial *trial, const char *name)
{
    folder_make(trial->folder, sizeof trial->folder, name);
    snprintf(trial->copy, sizeof trial->copy, "%s/trial", trial->folder);
}

void trial_remove(const struct trial *trial)
{
    folder_remove(trial->folder);
    free(trial->expected);
}

static void copy_file(const char *from, const char *to)
{
    CLEANUP_TEXT struct text content;
    struct error error;
    text_init(&content, FILE_BYTES);
    assert_int_equal(file_read(from, &content, NULL, &error), 0);
    FILE *out = fopen(to, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(content.data, 1, content.length, out), content.length);
    assert_int_equal(fclose(out), 0);
}

void trial_restore(const struct trial *trial)
{
    char from[192], to[192];
    snprintf(to, sizeof to, "%s/state", trial->copy);
    mkdir(trial->copy, 0700);
    mkdir(to, 0700);
    snprintf(to, sizeof to, "%s/state/agent.db-journal", trial->copy);
    unlink(to);
    for (size_t i = 0; i < COUNT(files); i++) {
        snprintf(from, sizeof from, "%s/%s", trial->folder, files[i]);
        snprintf(to, sizeof to, "%s/%s", trial->copy, files[i]);
        copy_file(from, to);
    }
}

static struct rig_options rigging(const struct trial *trial, int64_t later_ms)
{
    return (struct rig_options){
        .folder = trial->copy, .yaml = trial->yaml, .persistent = true, .later_ms = later_ms};
}

struct rig *trial_open(const struct trial *trial, int64_t later_ms)
{
    const struct rig_options options = rigging(trial, later_ms);
    return rig_new(&options);
}

void trial_finish(struct rig *rig)
{
    for (size_t i = 0; i < 3; i++) {
        rig_run(rig);
        rig_advance(rig, 5 * TRIAL_MINUTE_MS);
    }
    rig_settle(rig, 6);
}

bool trial_doomed(const struct trial *trial, int64_t later_ms, size_t die_at, const char *die_point)
{
    struct rig_options options = rigging(trial, later_ms);
    options.die_at = die_at;
    options.die_point = die_point;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        struct rig *rig = rig_new(&options);
        if (trial->meddle)
            trial->meddle(rig);
        rig_run(rig);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) {
        assert_int_equal(WTERMSIG(status), SIGKILL);
        return true;
    }
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    return false;
}

void trial_end(const struct trial *trial, const char *what, size_t number)
{
    struct rig *rig = trial_open(trial, TRIAL_HOUR_MS + 10 * TRIAL_MINUTE_MS);
    trial->check(trial, rig, what, number);
    rig_free(rig);
}

size_t trial_kill_at_each(const struct trial *trial, const char *point, size_t stride)
{
    bool killed = true;
    size_t count = 0;
    for (size_t n = 1; killed; n += stride) {
        assert_true(n < POINTS_MAX);
        trial_restore(trial);
        killed = trial_doomed(trial, TRIAL_HOUR_MS, n, point);
        trial_end(trial, point ? point : "any point", n);
        count += killed;
    }
    print_message("%s: killed at %zu points\n", point ? point : "any point", count);
    return count;
}

void trial_fault_at_each(const struct trial *trial, const char *fault, const char *operation,
                         void (*run)(const struct trial *trial, struct rig *rig),
                         size_t (*sent)(const struct rig *rig, const char *operation))
{
    size_t calls = 1;
    for (size_t n = 1; n <= calls; n++) {
        char spec[96];
        snprintf(spec, sizeof spec, "%s:%s:%zu", fault, operation, n);
        trial_restore(trial);
        struct rig *rig = trial_open(trial, TRIAL_HOUR_MS);
        rig_fault(rig, spec);
        if (run)
            run(trial, rig);
        else
            rig_run(rig);
        calls = sent(rig, operation);
        assert_true(calls > 0);
        trial->check(trial, rig, spec, n);
        rig_free(rig);
    }
}
