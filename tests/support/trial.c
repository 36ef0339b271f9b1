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

static const char *const files[] = {"crm.csv", "cloud.json", "state/agent.db", "sign-in.json"};

void trial_make(struct trial *trial, const char *name)
{
    folder_make(trial->folder, sizeof trial->folder, name);
    snprintf(trial->copy, sizeof trial->copy, "%s/trial", trial->folder);
}

void trial_remove(const struct trial *trial)
{
    folder_remove(trial->folder);
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

bool trial_run(const struct rig_options *options, void (*meddle)(struct rig *rig))
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        struct rig *rig = rig_new(options);
        if (meddle)
            meddle(rig);
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
