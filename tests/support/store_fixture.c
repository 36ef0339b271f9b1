#include "tests/support/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/folder.h"

static int64_t fixture_now(void *context)
{
    return ((struct fixture *)context)->now_ms;
}

static void fixture_random(void *context, void *bytes, size_t length)
{
    (void)context;
    memset(bytes, 7, length);
}

static void fixture_point(void *context, const char *name)
{
    struct fixture *fixture = context;
    if (fixture->at_point)
        fixture->at_point(name);
}

void fixture_ok(struct fixture *fixture, int result, const char *call, const char *file, int line)
{
    if (result != 0)
        print_error("%s gave %d: %s\n", call, result, fixture->error.message);
    _assert_true(result == 0, call, file, line);
}

void fixture_fails(struct fixture *fixture, int result, enum error_class expected,
                   const char *words, const char *call, const char *file, int line)
{
    bool as_expected = result == -(int)expected && fixture->error.class == expected &&
                       strstr(fixture->error.message, words);
    if (!as_expected)
        print_error("%s gave %d: %s\n", call, result, fixture->error.message);
    _assert_true(as_expected, call, file, line);
}

void fixture_open(struct fixture *fixture)
{
    assert_ok(fixture,
              store_open(fixture->path, &fixture->world, &fixture->store, &fixture->error));
}

void fixture_close(struct fixture *fixture)
{
    store_close(fixture->store);
    fixture->store = NULL;
}

int fixture_setup(void **state)
{
    struct fixture *fixture = memory_alloc(sizeof *fixture);
    folder_make(fixture->folder, sizeof fixture->folder, "store-test");
    snprintf(fixture->path, sizeof fixture->path, "%s/state/agent.db", fixture->folder);
    fixture->now_ms = 1000;
    fixture->world = (struct world){
        .now_ms = fixture_now,
        .ticks_ms = fixture_now,
        .random = fixture_random,
        .point = fixture_point,
        .context = fixture,
    };
    fixture->arena = arena_new();
    fixture->kind = &kinds[KIND_REFERRAL];
    fixture_open(fixture);
    *state = fixture;
    return 0;
}

int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;
    fixture_close(fixture);
    arena_free(fixture->arena);
    folder_remove(fixture->folder);
    free(fixture);
    return 0;
}

struct record *fixture_record(struct fixture *fixture, const char *id, const char *title)
{
    struct record *record = record_new(fixture->arena, fixture->kind, id);
    record_set(record, "title", arena_copy(fixture->arena, title));
    record->version = arena_printf(fixture->arena, "v-%s", title);
    record->raw = arena_printf(fixture->arena, "{\"Title\":\"%s\"}", title);
    return record;
}

bool fixture_put(struct fixture *fixture, enum side side, const char *id, const char *title,
                 int64_t sweep)
{
    bool changed;
    assert_ok(fixture, fixture->store->ops->record_put(fixture->store, FIXTURE_JOB, side,
                                                       fixture_record(fixture, id, title), sweep,
                                                       &changed, &fixture->error));
    return changed;
}

struct store_record *fixture_get(struct fixture *fixture, enum side side, const char *id)
{
    struct store_record *record;
    assert_ok(fixture,
              fixture->store->ops->record_get(fixture->store, FIXTURE_JOB, fixture->kind, side, id,
                                              fixture->arena, &record, &fixture->error));
    return record;
}

int fixture_link(struct fixture *fixture, const char *remote_id, const char *local_key,
                 const char *base_title)
{
    struct record *agreed = fixture_record(fixture, remote_id, base_title);
    struct store_link link = {
        .remote_id = remote_id, .local_key = local_key, .base = agreed->values, .how = "id"};
    return fixture->store->ops->link_put(fixture->store, FIXTURE_JOB, fixture->kind, &link,
                                         &fixture->error);
}

static int add_id(void *context, const struct store_record *record)
{
    text_add(context, record->record->id);
    text_add_char(context, ' ');
    return 0;
}

const char *fixture_ids(struct fixture *fixture, enum side side, unsigned filter)
{
    CLEANUP_TEXT struct text ids;
    text_init(&ids, 1024 * 1024);
    assert_ok(fixture, fixture->store->ops->record_each(fixture->store, FIXTURE_JOB, fixture->kind,
                                                        side, filter, fixture->arena, add_id, &ids,
                                                        &fixture->error));
    return arena_copy(fixture->arena, ids.data);
}

struct store_counts fixture_counts(struct fixture *fixture)
{
    struct store_counts counts;
    assert_ok(fixture,
              fixture->store->ops->counts(fixture->store, FIXTURE_JOB, &counts, &fixture->error));
    return counts;
}

void fixture_raw(struct fixture *fixture, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message))
        fail_msg("%s: %s", sql, message);
    sqlite3_close(db);
}
