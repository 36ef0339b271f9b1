#include "tests/support/trial.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "tests/support/folder.h"

#define FILE_BYTES (64u * 1024 * 1024)
#define POINTS_MAX 500 /* more than any run has */

static const char *const files[] = {"crm.csv", "cloud.json", "state/agent.db", "sign-in.json"};

/* ---- what is prepared ---- */

struct trial *trial_new(const struct trial *trial, const char *name)
{
    struct trial *made = memory_alloc(sizeof *made);
    *made = *trial;
    folder_make(made->folder, sizeof made->folder, name);
    snprintf(made->copy, sizeof made->copy, "%s/trial", made->folder);
    return made;
}

void trial_free(struct trial *trial)
{
    if (!trial)
        return;
    folder_remove(trial->folder);
    free(trial->expected);
    free(trial);
}

int trial_teardown(void **state)
{
    trial_free(*state);
    return 0;
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

/* ---- runs ---- */

void trial_finish(struct rig *rig)
{
    for (size_t i = 0; i < 3; i++) {
        rig_run(rig);
        rig_advance(rig, 5 * TRIAL_MINUTE_MS);
    }
    rig_settle(rig, 6);
}

/* The run that is disturbed, with the last word that a person had before it. */
static void run(const struct trial *trial, struct rig *rig)
{
    struct change_field field = {.field = kind_field(&kinds[KIND_OFFER], FIELD_STATE),
                                 .new_value = STATE_DELETED};
    const struct wish wish = {.action = ACTION_CANCEL,
                              .subject = trial->discards,
                              .fields = &field,
                              .field_count = 1,
                              .who = "ann"};
    rig->work.wishes = &wish;
    rig->work.wish_count = trial->discards != NULL;
    rig_run(rig);
    rig->work.wishes = NULL;
    rig->work.wish_count = 0;
}

static void run_on(const struct trial *trial, struct rig *rig)
{
    trial_finish(rig);
    if (!trial->discards)
        return;
    run(trial, rig);
    trial_finish(rig);
}

void trial_check(const struct trial *trial, struct rig *rig, const char *what, size_t number)
{
    run_on(trial, rig);
    const char *state = trial->tell(trial, rig), *complaint = trial->complain(trial, rig);
    if (complaint || strcmp(state, trial->expected) != 0) {
        print_error("after %s %zu: %s\n%s\nexpected:\n%s\n", what, number,
                    complaint ? complaint : "another end", state, trial->expected);
        fail();
    }
}

void trial_expect(struct trial *trial, const char *const *shows)
{
    trial_restore(trial);
    struct rig *rig = trial_open(trial, TRIAL_HOUR_MS);
    run_on(trial, rig);
    trial->expected = memory_copy(trial->tell(trial, rig));
    trial_check(trial, rig, "no disturbance", 0);
    for (; *shows; shows++)
        if (!strstr(trial->expected, *shows))
            fail_msg("the end does not show %s\n%s", *shows, trial->expected);
    rig_free(rig);
}

/* ---- disturbances ---- */

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
        run(trial, rig);
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

static void check_later(const struct trial *trial, const char *what, size_t number)
{
    struct rig *rig = trial_open(trial, TRIAL_HOUR_MS + 10 * TRIAL_MINUTE_MS);
    trial_check(trial, rig, what, number);
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
        check_later(trial, point ? point : "any point", n);
        count += killed;
    }
    print_message("%s: killed at %zu points\n", point ? point : "any point", count);
    return count;
}

void trial_kill_again(const struct trial *trial, size_t stride)
{
    bool killed = true;
    for (size_t n = 2; killed; n += stride) {
        assert_true(n < POINTS_MAX);
        trial_restore(trial);
        killed = trial_doomed(trial, TRIAL_HOUR_MS, n, NULL);
        for (size_t again = 1; again <= 3; again++)
            trial_doomed(trial, TRIAL_HOUR_MS + (int64_t)again * TRIAL_MINUTE_MS, again, NULL);
        check_later(trial, "a second kill after", n);
    }
}

static void fault_at_each_call(const struct trial *trial, const char *fault, const char *operation,
                               size_t (*sent)(const struct rig *rig, const char *operation))
{
    size_t calls = 1;
    for (size_t n = 1; n <= calls; n++) {
        char spec[96];
        snprintf(spec, sizeof spec, "%s:%s:%zu", fault, operation, n);
        trial_restore(trial);
        struct rig *rig = trial_open(trial, TRIAL_HOUR_MS);
        rig_fault(rig, spec);
        run(trial, rig);
        calls = sent(rig, operation);
        assert_true(calls > 0);
        trial_check(trial, rig, spec, n);
        rig_free(rig);
    }
}

void trial_fault_at_each(const struct trial *trial, const char *fault,
                         const char *const *operations,
                         size_t (*sent)(const struct rig *rig, const char *operation))
{
    for (; *operations; operations++)
        fault_at_each_call(trial, fault, *operations, sent);
}

void trial_lose_all(const struct trial *trial, const char *const *operations)
{
    trial_restore(trial);
    struct rig *rig = trial_open(trial, TRIAL_HOUR_MS);
    for (; *operations; operations++)
        rig_fault(rig, arena_printf(rig->arena, "lost-after:%s", *operations));
    run(trial, rig);
    assert_int_equal(rig->result.outcome, READ_PARTIAL);
    assert_true(rig->result.counts.open > 0);
    rig_clear_faults(rig);
    trial_check(trial, rig, "all answers lost", 0);
    rig_free(rig);
}

/* ---- telling ---- */

const char *trial_tell_parts(struct rig *rig, const struct json *record, const char *const *paths)
{
    const char *told = "";
    for (; *paths; paths++) {
        const struct json *value = json_find(record, *paths);
        const char *text = json_text(value);
        if (value && !text)
            text = json_print(rig->arena, value);
        told = arena_printf(rig->arena, "%s %s", told, text ? text : "-");
    }
    return told;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *trial_tell_sorted(struct rig *rig, const char *text, const char **lines, size_t count)
{
    qsort(lines, count, sizeof *lines, compare_texts);
    for (size_t i = 0; i < count; i++)
        text = arena_printf(rig->arena, "%s%s\n", text, lines[i]);
    return text;
}

const char *trial_tell_id(struct rig *rig, const char *text, const char *id, const char *name)
{
    while (id && *id && strstr(text, id))
        text = rig_replace(rig, text, id, name);
    return text;
}
