/* The file: rights, versions, what is refused, and what happens when it cannot be written. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "tests/support/store_fixture.h"

static mode_t mode_of(const char *path)
{
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    return about.st_mode & 0777;
}

static void folder_file_and_journal_are_the_owners_only(void **state)
{
    struct fixture *f = *state;
    fixture_close(f);
    mode_t before = umask(0);
    snprintf(f->path, sizeof f->path, "%s/a/b/agent.db", f->folder);
    fixture_open(f);
    assert_ok(f, f->store->ops->begin(f->store, &f->error));
    fixture_put(f, SIDE_REMOTE, "O1", "a", 1);
    umask(before);
    assert_int_equal(mode_of(f->path), 0600);
    assert_int_equal(mode_of(arena_printf(f->arena, "%s-journal", f->path)), 0600);
    assert_int_equal(mode_of(arena_printf(f->arena, "%s/a/b", f->folder)), 0700);
    assert_int_equal(mode_of(arena_printf(f->arena, "%s/a", f->folder)), 0700);
    assert_ok(f, f->store->ops->commit(f->store, &f->error));
}

static int64_t pragma(struct fixture *f, const char *sql)
{
    int64_t number = -1;
    assert_ok(f, sql_number(sqlite_of(f->store), sql, NO_BINDS, &number, &f->error));
    return number;
}

static void settings_are_the_durable_ones(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(pragma(f, "PRAGMA synchronous"), 2);
    assert_int_equal(pragma(f, "PRAGMA foreign_keys"), 1);
    assert_int_equal(pragma(f, "PRAGMA busy_timeout"), 10000);
    assert_int_equal(pragma(f, "PRAGMA application_id"), STORE_APPLICATION_ID);
    assert_int_equal(pragma(f, "PRAGMA user_version"), (int)schema_step_count);
    assert_int_equal(pragma(f, "SELECT journal_mode = 'truncate' FROM pragma_journal_mode"), 1);
    assert_int_equal(pragma(f, "SELECT count(*) FROM pragma_table_list"
                               " WHERE type = 'table' AND schema = 'main' AND NOT strict"
                               " AND name NOT LIKE 'sqlite_%'"),
                     0);
}

/* ---- Versions. ------------------------------------------------------------------------------ */

static const char *const add_owner[] = {"ALTER TABLE cursor ADD COLUMN owner TEXT",
                                        "UPDATE cursor SET owner = 'ann'", NULL};
static const char *const half_good[] = {"CREATE TABLE more (x TEXT) STRICT", "CREATE nonsense",
                                        NULL};

static void a_migration_goes_forward_and_keeps_what_is_there(void **state)
{
    struct fixture *f = *state;
    assert_ok(f, f->store->ops->cursor_put(f->store, "a", "watermark", "7", &f->error));
    const char *const *const steps[] = {schema_steps[0], add_owner};
    assert_ok(f, schema_migrate(sqlite_of(f->store), steps, 2, &f->error));
    assert_int_equal(pragma(f, "PRAGMA user_version"), 2);
    assert_int_equal(pragma(f, "SELECT value = '7' AND owner = 'ann' FROM cursor"), 1);
    assert_ok(f, schema_migrate(sqlite_of(f->store), steps, 2, &f->error));
}

static void a_migration_that_fails_changes_nothing(void **state)
{
    struct fixture *f = *state;
    const char *const *const steps[] = {schema_steps[0], add_owner, half_good};
    assert_fails(f, ERROR_BUG, "nonsense",
                 schema_migrate(sqlite_of(f->store), steps, 3, &f->error));
    assert_int_equal(pragma(f, "PRAGMA user_version"), 1);
    assert_int_equal(pragma(f, "SELECT count(*) FROM sqlite_schema WHERE name = 'more'"), 0);
    fixture_put(f, SIDE_REMOTE, "O1", "a", 1);
}

static int reopen(struct fixture *f)
{
    return store_open(f->path, &f->world, &f->store, &f->error);
}

static int reopen_readonly(struct fixture *f)
{
    return store_open_readonly(f->path, &f->world, &f->store, &f->error);
}

static void a_newer_version_and_another_program_are_refused(void **state)
{
    struct fixture *f = *state;
    fixture_close(f);
    fixture_raw(f, "PRAGMA user_version = 2");
    assert_fails(f, ERROR_INPUT, "newer agent (schema 2, this one knows 1)", reopen(f));
    assert_fails(f, ERROR_INPUT, "install that version", reopen_readonly(f));
    assert_null(f->store);
    fixture_raw(f, "PRAGMA user_version = 1; PRAGMA application_id = 77");
    assert_fails(f, ERROR_INPUT, "another program (application id 77)", reopen(f));
    fixture_raw(f, "PRAGMA user_version = 0; PRAGMA application_id = 0");
    assert_fails(f, ERROR_INPUT, "another program", reopen(f));
    assert_fails(f, ERROR_INPUT, "name another file", reopen_readonly(f));
}

static void write_bytes(struct fixture *f, const char *bytes, size_t length)
{
    assert_ok(f, file_replace(f->path, bytes, length, 0600, &f->error));
}

static void what_is_no_database_is_refused_and_left_alone(void **state)
{
    struct fixture *f = *state;
    static char noise[8192];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (char)('a' + i % 23);
    static const size_t lengths[] = {2, 20, 600, 4096, sizeof noise};
    fixture_close(f);
    for (size_t i = 0; i < COUNT(lengths); i++) {
        write_bytes(f, noise, lengths[i]);
        assert_fails(f, ERROR_INPUT, "is not a database: name another file", reopen(f));
        assert_fails(f, ERROR_INPUT, "is not a database", reopen_readonly(f));
        struct file_state about;
        assert_ok(f, file_stat(f->path, &about, &f->error));
        assert_int_equal(about.size, lengths[i]);
    }
}

static void an_empty_file_becomes_a_store(void **state)
{
    struct fixture *f = *state;
    fixture_close(f);
    write_bytes(f, "", 0);
    assert_fails(f, ERROR_INPUT, "still empty: run `agent plan`", reopen_readonly(f));
    fixture_open(f);
    fixture_put(f, SIDE_REMOTE, "O1", "a", 1);
}

static void damage_is_told_with_the_remedy(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 300; i++)
        fixture_put(f, SIDE_REMOTE, arena_printf(f->arena, "O%d", i), "a", 1);
    fixture_close(f);
    int fd = open(f->path, O_WRONLY | O_CLOEXEC);
    off_t size = lseek(fd, 0, SEEK_END);
    static const char junk[4096] = {[0] = 0x7f, [5] = 0x55};
    for (off_t at = 4096; at < size; at += 4096)
        assert_int_equal(pwrite(fd, junk, sizeof junk, at), sizeof junk);
    close(fd);
    int result = reopen(f);
    if (result == 0) {
        struct store_counts counts;
        result = f->store->ops->counts(f->store, FIXTURE_JOB, &counts, &f->error);
    }
    assert_fails(f, ERROR_PERMANENT, "restore it from a backup", result);
}

static void a_record_that_is_no_json_is_damage(void **state)
{
    struct fixture *f = *state;
    fixture_put(f, SIDE_REMOTE, "O1", "a", 1);
    assert_ok(f, fixture_link(f, "O1", "L1", "a"));
    fixture_raw(f, "UPDATE content SET fields = '{'; UPDATE link SET base = '['");
    struct store_record *record;
    struct store_link *link;
    assert_fails(f, ERROR_PERMANENT, "damaged",
                 f->store->ops->record_get(f->store, FIXTURE_JOB, f->kind, SIDE_REMOTE, "O1",
                                           f->arena, &record, &f->error));
    assert_fails(f, ERROR_PERMANENT, "damaged",
                 f->store->ops->link_get(f->store, FIXTURE_JOB, f->kind, SIDE_REMOTE, "O1",
                                         f->arena, &link, &f->error));
}

/* ---- Read only. ----------------------------------------------------------------------------- */

static void a_reader_makes_nothing_and_writes_nothing(void **state)
{
    struct fixture *f = *state;
    fixture_put(f, SIDE_REMOTE, "O1", "a", 1);
    fixture_close(f);
    assert_ok(f, reopen_readonly(f));
    assert_non_null(fixture_get(f, SIDE_REMOTE, "O1"));
    int64_t run;
    assert_fails(f, ERROR_BUG, "read only",
                 f->store->ops->run_start(f->store, "a", &run, &f->error));
    assert_fails(f, ERROR_BUG, "read only", f->store->ops->begin(f->store, &f->error));
    assert_fails(f, ERROR_PERMANENT, "cannot be written", /* nor by another way */
                 sql_run(sqlite_of(f->store), "DELETE FROM record", NO_BINDS, &f->error));
    fixture_close(f);
    snprintf(f->path, sizeof f->path, "%s/nowhere/agent.db", f->folder);
    assert_fails(f, ERROR_INPUT, "does not exist yet: run `agent plan`", reopen_readonly(f));
    assert_int_equal(access(arena_printf(f->arena, "%s/nowhere", f->folder), F_OK), -1);
}

static void a_reader_reads_while_another_writes(void **state)
{
    struct fixture *f = *state;
    fixture_put(f, SIDE_REMOTE, "O1", "old", 1);
    struct store *reader;
    assert_ok(f, store_open_readonly(f->path, &f->world, &reader, &f->error));
    assert_ok(f, f->store->ops->begin(f->store, &f->error));
    fixture_put(f, SIDE_REMOTE, "O1", "new", 2);
    struct store_record *record;
    assert_ok(f, reader->ops->record_get(reader, FIXTURE_JOB, f->kind, SIDE_REMOTE, "O1", f->arena,
                                         &record, &f->error));
    assert_string_equal(record_get(record->record, "title"), "old");
    assert_ok(f, f->store->ops->commit(f->store, &f->error));
    assert_ok(f, reader->ops->record_get(reader, FIXTURE_JOB, f->kind, SIDE_REMOTE, "O1", f->arena,
                                         &record, &f->error));
    assert_string_equal(record_get(record->record, "title"), "new");
    store_close(reader);
}

/* ---- Full disk, no rights. ------------------------------------------------------------------ */

static int fill(struct fixture *f)
{
    char title[2001];
    memset(title, 'x', sizeof title - 1);
    title[sizeof title - 1] = '\0';
    int result = 0;
    for (int i = 0; i < 500 && result == 0; i++)
        result = f->store->ops->record_put(
            f->store, FIXTURE_JOB, SIDE_REMOTE,
            fixture_record(f, arena_printf(f->arena, "N%d", i), title), 1, NULL, &f->error);
    return result;
}

static void a_full_disk_undoes_the_transaction_and_what_follows_is_refused(void **state)
{
    struct fixture *f = *state;
    const struct store_ops *ops = f->store->ops;
    fixture_put(f, SIDE_REMOTE, "O1", "before", 1);
    pragma(f, "PRAGMA max_page_count = 60");
    assert_ok(f, ops->begin(f->store, &f->error));
    fixture_put(f, SIDE_REMOTE, "O1", "within", 2);
    assert_fails(f, ERROR_PERMANENT, "disk full", fill(f));
    if (sqlite3_get_autocommit(sqlite_of(f->store)->db)) {
        assert_fails(f, ERROR_PERMANENT, "undone by an earlier failure",
                     ops->cursor_put(f->store, "a", "watermark", "1", &f->error));
        assert_fails(f, ERROR_PERMANENT, "undone by an earlier failure",
                     ops->commit(f->store, &f->error));
    } else {
        ops->rollback(f->store);
    }
    assert_string_equal(fixture_ids(f, SIDE_REMOTE, FILTER_ALL), "O1 ");
    assert_string_equal(record_get(fixture_get(f, SIDE_REMOTE, "O1")->record, "title"), "before");
    assert_ok(f, ops->begin(f->store, &f->error));
    assert_ok(f, ops->commit(f->store, &f->error));
}

static int in_child(struct fixture *f, int (*run)(struct fixture *f))
{
    pid_t child = fork();
    if (child == 0) {
        int code = run(f);
        store_close(f->store);
        _exit(code);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* The kernel's own refusal, in a child whose files may not grow. */
static int run_out_of_space(struct fixture *f)
{
    signal(SIGXFSZ, SIG_IGN);
    struct stat about;
    if (stat(f->path, &about))
        return 2;
    struct rlimit limit = {(rlim_t)about.st_size + 20000, (rlim_t)about.st_size + 20000};
    setrlimit(RLIMIT_FSIZE, &limit);
    if (reopen(f) < 0)
        return 3;
    f->store->ops->begin(f->store, &f->error);
    int result = fill(f);
    if (result == 0)
        result = f->store->ops->commit(f->store, &f->error);
    if (result != -ERROR_PERMANENT || !strstr(f->error.message, "disk full")) {
        fprintf(stderr, "%d: %s\n", result, f->error.message);
        return 4;
    }
    f->store->ops->rollback(f->store);
    int64_t rows = -1;
    if (sql_number(sqlite_of(f->store), "SELECT count(*) FROM record", NO_BINDS, &rows, NULL))
        return 5;
    return rows == 1 ? 0 : 6;
}

static void a_disk_that_is_really_full_costs_nothing(void **state)
{
    struct fixture *f = *state;
    fixture_put(f, SIDE_REMOTE, "O1", "before", 1);
    fixture_close(f);
    assert_int_equal(in_child(f, run_out_of_space), 0);
    fixture_open(f);
    assert_string_equal(fixture_ids(f, SIDE_REMOTE, FILTER_ALL), "O1 ");
    fixture_put(f, SIDE_REMOTE, "O2", "after", 1);
}

/* Rights do not bind root, so the child gives them up. */
static int try_without_rights(struct fixture *f)
{
    if (geteuid() == 0 && (setgid(65534) || setuid(65534)))
        return 2;
    int result = reopen(f);
    if (result != -ERROR_PERMANENT || !strstr(f->error.message, "cannot be written"))
        return 3;
    if (reopen_readonly(f) < 0)
        return 4;
    int64_t rows = -1;
    if (sql_number(sqlite_of(f->store), "SELECT count(*) FROM record", NO_BINDS, &rows, NULL))
        return 5;
    return rows == 1 ? 0 : 6;
}

static void without_rights_the_store_is_read_or_refused(void **state)
{
    struct fixture *f = *state;
    fixture_put(f, SIDE_REMOTE, "O1", "before", 1);
    fixture_close(f);
    chmod(f->folder, 0755);
    chmod(arena_printf(f->arena, "%s/state", f->folder), 0555);
    chmod(f->path, 0444);
    assert_int_equal(in_child(f, try_without_rights), 0);
    chmod(arena_printf(f->arena, "%s/state", f->folder), 0700);
}

static void a_folder_in_the_way_is_told(void **state)
{
    struct fixture *f = *state;
    fixture_close(f);
    snprintf(f->path, sizeof f->path, "%s", f->folder);
    assert_fails(f, ERROR_PERMANENT, f->folder, reopen(f));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(folder_file_and_journal_are_the_owners_only),
        TEST(settings_are_the_durable_ones),
        TEST(a_migration_goes_forward_and_keeps_what_is_there),
        TEST(a_migration_that_fails_changes_nothing),
        TEST(a_newer_version_and_another_program_are_refused),
        TEST(what_is_no_database_is_refused_and_left_alone),
        TEST(an_empty_file_becomes_a_store),
        TEST(damage_is_told_with_the_remedy),
        TEST(a_record_that_is_no_json_is_damage),
        TEST(a_reader_makes_nothing_and_writes_nothing),
        TEST(a_reader_reads_while_another_writes),
        TEST(a_full_disk_undoes_the_transaction_and_what_follows_is_refused),
        TEST(a_disk_that_is_really_full_costs_nothing),
        TEST(without_rights_the_store_is_read_or_refused),
        TEST(a_folder_in_the_way_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
