/* Kills the program at every journal write and every move of a file, while a person works in the
 * portal who takes away what was laid out for him at once. However often it dies: each deal is
 * registered once, each edit asked for once, and nothing that a file said is lost. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "tests/support/dropping.h"
#include "tests/support/folder.h"

#define POINTS_MAX 200

/* What a run has to do, with everything before it prepared; and what has come of it in the end. */
struct stage {
    const char *name;
    void (*prepare)(struct rig *rig);
    void (*check)(struct rig *rig);
};

static struct rig *open_in(const char *folder)
{
    return dropping_new(&(struct rig_options){.folder = folder, .yaml = dropping_yaml});
}

/* ---- the person ---- */

static bool lies_in(struct rig *rig, const char *room, const char *path)
{
    const char *name = strrchr(path, '/') + 1;
    return access(arena_printf(rig->arena, "%s/drop/%s/%s", rig->folder, room, name), F_OK) == 0;
}

/* Takes what is laid out, and owes the answer. Nothing may be laid out a second time. */
static void take(struct rig *rig)
{
    const char *path;
    mkdir(arena_printf(rig->arena, "%s/drop/taken", rig->folder), 0700);
    mkdir(arena_printf(rig->arena, "%s/drop/entered", rig->folder), 0700);
    while ((path = dropping_first(rig, "outbox"))) {
        if (lies_in(rig, "taken", path) || lies_in(rig, "entered", path))
            fail_msg("%s was laid out twice", path);
        dropping_move(rig, path, "taken");
    }
}

/* Enters it in the portal, whose export shows it. */
static void enter(struct rig *rig)
{
    const char *path;
    while ((path = dropping_first(rig, "taken"))) {
        const char *key = dropping_cell(rig, path, "crm_id");
        bool known = *dropping_cell(rig, path, "deal_id") != '\0';
        dropping_answer(rig, path,
                        known ? NULL : arena_printf(rig->arena, "opportunities/of-%s", key),
                        "2026-03-01T00:00:00Z", "ACCEPTED");
        dropping_move(rig, path, "entered");
    }
}

/* ---- stages ---- */

static void prepare_creation(struct rig *rig)
{
    rig_csv_put(rig, DROPPING_HEADER "C1,,,First,Northwind,northwind.example,2027-12-01,1000,yes,\n"
                                     "C2,,,Second,Contoso,contoso.example,2027-12-02,2000,yes,\n");
    dropping_put(rig, "inbox/other.full.csv",
                 "schema,deal_id,crm_id,display_name,update_time\n"
                 "cosell/1,9,X,Another,2026-01-01T00:00:00Z\ncosell/1\n");
}

static void check_creation(struct rig *rig)
{
    assert_string_equal(rig_link(rig, "C1")->remote_id, "of-C1");
    assert_string_equal(rig_link(rig, "C2")->remote_id, "of-C2");
    assert_int_equal(dropping_count(rig, "entered"), 2);
    assert_int_equal(rig_counts(rig).remote, 3);
    assert_int_equal(rig_finding_count(rig, "CLD-010"), 1);
    assert_int_equal(dropping_count(rig, "failed"), 1);
}

/* The registrations lie there, and are answered. */
static void prepare_answer(struct rig *rig)
{
    prepare_creation(rig);
    rig_run(rig);
    take(rig);
    enter(rig);
    assert_int_equal(dropping_count(rig, "entered"), 2);
}

/* An export that has no key of ours, while the files are still there. */
static void prepare_export(struct rig *rig)
{
    prepare_creation(rig);
    rig_run(rig);
    dropping_put(rig, "inbox/export.csv",
                 "schema,deal_id,state,customer_domain,display_name,close_date,customer_name,"
                 "amount,currency,update_time\n"
                 "cosell/1,of-C1,ACCEPTED,northwind.example,First,2027-12-01,Northwind,1000,USD,"
                 "2026-01-01T00:00:00Z\n"
                 "cosell/1,of-C2,ACCEPTED,contoso.example,Second,2027-12-02,Contoso,2000,USD,"
                 "2026-01-01T00:00:00Z\n");
}

static void check_export(struct rig *rig)
{
    assert_string_equal(rig_link(rig, "C1")->remote_id, "of-C1");
    assert_string_equal(rig_link(rig, "C2")->remote_id, "of-C2");
    assert_int_equal(dropping_count(rig, "outbox"), 0);
    assert_int_equal(rig_counts(rig).remote, 3);
}

static void prepare_edit(struct rig *rig)
{
    prepare_answer(rig);
    rig_settle(rig, 5);
    rig_set_cell(rig, "C1", "Amount", "1500");
}

static void check_stale(struct rig *rig)
{
    assert_string_equal(rig_link(rig, "C1")->remote_id, "of-C1");
    assert_string_equal(rig_cell(rig, "C1", "Amount"), "1500");
}

static void check_edit(struct rig *rig)
{
    check_stale(rig);
    assert_int_equal(dropping_count(rig, "entered"), 3);
}

/* The portal has another value meanwhile: it is asked for once more, resting on that. */
static void prepare_stale(struct rig *rig)
{
    prepare_edit(rig);
    rig_run(rig);
    assert_int_equal(dropping_count(rig, "outbox"), 1);
    dropping_put(rig, "inbox/meanwhile.csv",
                 "schema,deal_id,amount,currency,update_time\n"
                 "cosell/1,of-C1,1800,USD,2026-02-28T00:00:00Z\n"
                 "cosell/1,of-C1,1900,USD,2026-03-01T00:00:00Z\n");
}

static const struct stage stages[] = {
    {"creation", prepare_creation, check_creation}, {"answer", prepare_answer, check_creation},
    {"export", prepare_export, check_export},       {"edit", prepare_edit, check_edit},
    {"stale", prepare_stale, check_stale},
};

/* ---- the doomed run ---- */

struct doom {
    size_t points, at;
};

static void pass_point(void *context, const char *name)
{
    struct doom *doom = context;
    (void)name;
    if (++doom->points == doom->at)
        kill(getpid(), SIGKILL);
}

static bool doomed(const char *folder, size_t at)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        struct doom doom = {.at = at};
        struct rig *rig = open_in(folder);
        rig->fake.on_point = pass_point;
        rig->fake.point_context = &doom;
        rig_run(rig);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status);
}

static bool try_stage(const struct stage *stage, size_t at)
{
    char folder[64];
    folder_make(folder, sizeof folder, "drop-crash");
    struct rig *rig = open_in(folder);
    stage->prepare(rig);
    rig_free(rig);
    bool killed = doomed(folder, at);
    rig = open_in(folder);
    take(rig);
    for (int i = 0; i < 4; i++) {
        rig_run(rig);
        take(rig);
        if (i)
            enter(rig);
    }
    rig_settle(rig, 4);
    stage->check(rig);
    assert_int_equal(dropping_count(rig, "inbox"), 0);
    assert_int_equal(dropping_count(rig, "state/prepared"), 0);
    rig_free(rig);
    folder_remove(folder);
    return killed;
}

static void killed_at_each_point(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(stages); i++) {
        size_t n = 1;
        while (try_stage(&stages[i], n)) {
            n++;
            assert_true(n < POINTS_MAX);
        }
        print_message("%s: killed at %zu points\n", stages[i].name, n - 1);
        assert_true(n > 6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(killed_at_each_point)};
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
