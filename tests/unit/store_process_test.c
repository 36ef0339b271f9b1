/* Several processes and one store: writers wait, leases exclude, the killed leave nothing half
 * done. Children tell what they found by their exit status; pipes, not waiting, put things in
 * order. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/store_fixture.h"

/* ---- Children. ------------------------------------------------------------------------------ */

struct child {
    pid_t id;
    int from; /* the child writes a byte when it is ready */
    int to;   /* the parent writes a byte when it may go on */
};

typedef void child_main(struct fixture *f);
static int ready_fd, go_fd;

static void tell_ready(void)
{
    if (write(ready_fd, "r", 1) != 1)
        _exit(90);
}

static void wait_for_go(void)
{
    char byte;
    if (read(go_fd, &byte, 1) < 0)
        _exit(91);
}

static void must(int result, struct fixture *f)
{
    if (result < 0) {
        fprintf(stderr, "child: %s\n", f->error.message);
        _exit(93);
    }
}

/* The store must be closed: a connection does not survive a fork. A child that falls out of its
 * main exits with 0; it dies with its parent. */
static struct child start(struct fixture *f, child_main *run)
{
    int ready[2], go[2];
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(go), 0);
    pid_t id = fork();
    assert_true(id >= 0);
    if (id == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(ready[0]);
        close(go[1]);
        ready_fd = ready[1];
        go_fd = go[0];
        must(store_open(f->path, &f->world, &f->store, &f->error), f);
        run(f);
        store_close(f->store);
        _exit(0);
    }
    close(ready[1]);
    close(go[0]);
    return (struct child){.id = id, .from = ready[0], .to = go[1]};
}

static void await_ready(const struct child *child)
{
    char byte;
    assert_int_equal(read(child->from, &byte, 1), 1);
}

static int finish(struct child *child)
{
    int status;
    close(child->to);
    close(child->from);
    assert_int_equal(waitpid(child->id, &status, 0), child->id);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int kill_now(struct child *child)
{
    kill(child->id, SIGKILL);
    return finish(child);
}

/* ---- Leases. -------------------------------------------------------------------------------- */

static int take(struct fixture *f)
{
    return f->store->ops->lease_take(f->store, FIXTURE_JOB, 60000, &f->error);
}

static void hold_the_lease(struct fixture *f)
{
    must(take(f), f);
    tell_ready();
    wait_for_go();
    f->store->ops->lease_drop(f->store, FIXTURE_JOB);
}

static void a_lease_excludes_until_it_is_dropped(void **state)
{
    struct fixture *f = *state;
    fixture_close(f);
    struct child holder = start(f, hold_the_lease);
    await_ready(&holder);
    fixture_open(f);
    f->now_ms += 12500;
    assert_fails(f, ERROR_TEMPORARY, "job " FIXTURE_JOB " is held by ", take(f));
    const struct process *self = &sqlite_of(f->store)->self;
    const char *words = arena_printf(f->arena, "is held by %s (process %lld on host %s, for 12 s)",
                                     self->command, (long long)holder.id, self->host);
    assert_fails(f, ERROR_TEMPORARY, words, take(f));
    f->now_ms += 10 * 60000; /* beyond its time, but it lives: still its job */
    assert_fails(f, ERROR_TEMPORARY, "for 10 min", take(f));
    f->store->ops->lease_drop(f->store, FIXTURE_JOB); /* not ours: stays */
    assert_fails(f, ERROR_TEMPORARY, "is held by", take(f));
    assert_ok(f, f->store->ops->lease_take(f->store, "other job", 60000, &f->error));
    assert_int_equal(finish(&holder), 0);
    assert_ok(f, take(f));
}

static void a_killed_holder_blocks_nobody(void **state)
{
    struct fixture *f = *state;
    fixture_close(f);
    struct child holder = start(f, hold_the_lease);
    await_ready(&holder);
    fixture_open(f);
    assert_fails(f, ERROR_TEMPORARY, "is held by", take(f));
    kill(holder.id, SIGKILL);
    siginfo_t about;
    assert_int_equal(waitid(P_PID, (id_t)holder.id, &about, WEXITED | WNOWAIT), 0);
    assert_ok(f, take(f)); /* a zombie does not hold it */
    assert_int_equal(finish(&holder), -SIGKILL);
}

static void set_lease(struct fixture *f, const char *column, const char *value)
{
    fixture_raw(f, arena_printf(f->arena, "UPDATE lease SET %s = %s", column, value));
}

static void a_lease_names_host_process_and_start(void **state)
{
    struct fixture *f = *state;
    assert_ok(f, take(f));
    assert_ok(f, take(f));
    set_lease(f, "process_start", "process_start - 1"); /* our number, given to us anew */
    assert_ok(f, take(f));
    set_lease(f, "host", "'elsewhere'");
    assert_fails(f, ERROR_TEMPORARY, "on host elsewhere", take(f));
    f->now_ms += 59999;
    assert_fails(f, ERROR_TEMPORARY, "on host elsewhere", take(f));
    f->now_ms += 1;
    assert_ok(f, take(f));
}

static void a_renewed_lease_keeps_its_age_and_moves_its_end(void **state)
{
    struct fixture *f = *state;
    assert_ok(f, take(f));
    f->now_ms += 50000;
    assert_ok(f, take(f));
    set_lease(f, "host", "'elsewhere'");
    f->now_ms += 50000;
    assert_fails(f, ERROR_TEMPORARY, "for 100 s", take(f));
    f->now_ms += 10000;
    assert_ok(f, take(f));
}

/* ---- Writers. ------------------------------------------------------------------------------- */

#define WRITERS 3
#define ROUNDS  12

static void count_up(struct fixture *f)
{
    const struct store_ops *ops = f->store->ops;
    for (int i = 0; i < ROUNDS; i++) {
        const char *value;
        long long number = 0;
        must(ops->begin(f->store, &f->error), f);
        must(ops->cursor_get(f->store, "a", "count", f->arena, &value, &f->error), f);
        if (value)
            text_to_int64(value, &number);
        value = arena_printf(f->arena, "%lld", number + 1);
        must(ops->cursor_put(f->store, "a", "count", value, &f->error), f);
        must(ops->commit(f->store, &f->error), f);
        struct audit_row row = {.event = "count"};
        must(ops->audit_add(f->store, &row, &f->error), f);
    }
}

static void writers_wait_for_each_other(void **state)
{
    struct fixture *f = *state;
    struct child writers[WRITERS];
    fixture_close(f);
    for (size_t i = 0; i < WRITERS; i++)
        writers[i] = start(f, count_up);
    for (size_t i = 0; i < WRITERS; i++)
        assert_int_equal(finish(&writers[i]), 0);
    fixture_open(f);
    const char *value;
    assert_ok(f, f->store->ops->cursor_get(f->store, "a", "count", f->arena, &value, &f->error));
    assert_string_equal(value, "36");
    long long rows;
    assert_ok(f, f->store->ops->audit_verify(f->store, &rows, &f->error));
    assert_int_equal(rows, WRITERS * ROUNDS);
}

static void make_the_store(struct fixture *f)
{
    must(f->store->ops->cursor_put(f->store, "a", "here", "1", &f->error), f);
}

static void processes_that_make_the_same_store_at_once_agree(void **state)
{
    struct fixture *f = *state;
    fixture_close(f);
    for (int round = 0; round < 25; round++) {
        struct child makers[WRITERS];
        snprintf(f->path, sizeof f->path, "%s/new-%d/agent.db", f->folder, round);
        for (size_t i = 0; i < WRITERS; i++)
            makers[i] = start(f, make_the_store);
        for (size_t i = 0; i < WRITERS; i++)
            assert_int_equal(finish(&makers[i]), 0);
    }
    fixture_open(f);
}

static void hold_a_transaction(struct fixture *f)
{
    must(f->store->ops->begin(f->store, &f->error), f);
    fixture_put(f, SIDE_REMOTE, "O1", "theirs", 1);
    tell_ready();
    wait_for_go();
    must(f->store->ops->commit(f->store, &f->error), f);
}

static void a_writer_that_waits_in_vain_says_for_whom(void **state)
{
    struct fixture *f = *state;
    fixture_close(f);
    struct child holder = start(f, hold_a_transaction);
    await_ready(&holder);
    fixture_open(f);
    sqlite3_busy_timeout(sqlite_of(f->store)->db, 20);
    const char *words = arena_printf(f->arena, "process %lld", (long long)holder.id);
    assert_fails(f, ERROR_TEMPORARY, words, f->store->ops->begin(f->store, &f->error));
    assert_fails(f, ERROR_TEMPORARY, "locked",
                 f->store->ops->cursor_put(f->store, "a", "x", "1", &f->error));
    assert_null(fixture_get(f, SIDE_REMOTE, "O1"));
    sqlite3_busy_timeout(sqlite_of(f->store)->db, STORE_BUSY_MS);
    assert_int_equal(finish(&holder), 0);
    assert_string_equal(record_get(fixture_get(f, SIDE_REMOTE, "O1")->record, "title"), "theirs");
    fixture_put(f, SIDE_REMOTE, "O1", "ours", 2);
}

/* ---- Death. --------------------------------------------------------------------------------- */

/* So little memory that pages reach the file long before the commit. */
static void die_within_a_transaction(struct fixture *f)
{
    sql_run(sqlite_of(f->store), "PRAGMA cache_size = 5", NO_BINDS, NULL);
    must(f->store->ops->begin(f->store, &f->error), f);
    for (int i = 0; i < 2000; i++)
        fixture_put(f, SIDE_REMOTE, arena_printf(f->arena, "O%d", i), "new", 2);
    tell_ready();
    wait_for_go();
}

static void put_old(struct fixture *f, int count)
{
    assert_ok(f, f->store->ops->begin(f->store, &f->error));
    for (int i = 0; i < count; i++)
        fixture_put(f, SIDE_REMOTE, arena_printf(f->arena, "O%d", i), "old", 1);
    assert_ok(f, f->store->ops->commit(f->store, &f->error));
}

static void assert_old(struct fixture *f, int count)
{
    assert_int_equal(fixture_counts(f).remote, count);
    for (int i = 0; i < count; i++) {
        const char *id = arena_printf(f->arena, "O%d", i);
        assert_string_equal(record_get(fixture_get(f, SIDE_REMOTE, id)->record, "title"), "old");
    }
    int64_t sound = 0;
    assert_ok(f, sql_number(sqlite_of(f->store),
                            "SELECT integrity_check = 'ok' FROM pragma_integrity_check", NO_BINDS,
                            &sound, &f->error));
    assert_int_equal(sound, 1);
}

static void a_writer_killed_in_a_transaction_leaves_the_old_state(void **state)
{
    struct fixture *f = *state;
    put_old(f, 300);
    fixture_close(f);
    struct child writer = start(f, die_within_a_transaction);
    await_ready(&writer);
    assert_int_equal(kill_now(&writer), -SIGKILL);
    const char *journal = arena_printf(f->arena, "%s-journal", f->path);
    struct stat about;
    assert_int_equal(stat(journal, &about), 0);
    assert_true(about.st_size > 0); /* there really was something half done */
    assert_ok(f, store_open_readonly(f->path, &f->world, &f->store, &f->error));
    assert_old(f, 300); /* a reader may come first */
    fixture_close(f);
    fixture_open(f);
    assert_old(f, 300);
}

static const char *deadly_point;

static void die_at_point(const char *name)
{
    if (strcmp(name, deadly_point) == 0)
        kill(getpid(), SIGKILL);
}

static struct change *some_change(struct fixture *f)
{
    struct change *change = arena_alloc(f->arena, sizeof *change);
    *change = (struct change){
        .job = FIXTURE_JOB, .kind = f->kind, .action = ACTION_CREATE, .local_key = "L1"};
    change_identify(change);
    return change;
}

static void write_the_journal(struct fixture *f)
{
    struct journal_row row = {.change = some_change(f), .run = 1, .token = "tok"};
    f->at_point = die_at_point;
    must(f->store->ops->journal_put(f->store, &row, &f->error), f);
}

static int count_rows(void *context, const struct journal_row *row)
{
    assert_string_equal(row->token, "tok");
    (*(int *)context)++;
    return 0;
}

static void an_intent_is_durable_when_the_put_returns(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *point;
        int rows;
    } cases[] = {{"journal-before", 0}, {"journal-after", 1}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        fixture_close(f);
        deadly_point = cases[i].point;
        struct child writer = start(f, write_the_journal);
        assert_int_equal(finish(&writer), -SIGKILL);
        fixture_open(f);
        int rows = 0;
        assert_ok(
            f, f->store->ops->journal_open(f->store, NULL, f->arena, count_rows, &rows, &f->error));
        assert_int_equal(rows, cases[i].rows);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_lease_excludes_until_it_is_dropped),
        TEST(a_killed_holder_blocks_nobody),
        TEST(a_lease_names_host_process_and_start),
        TEST(a_renewed_lease_keeps_its_age_and_moves_its_end),
        TEST(writers_wait_for_each_other),
        TEST(processes_that_make_the_same_store_at_once_agree),
        TEST(a_writer_that_waits_in_vain_says_for_whom),
        TEST(a_writer_killed_in_a_transaction_leaves_the_old_state),
        TEST(an_intent_is_durable_when_the_put_returns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
