/* Records and links: what is put comes back, what did not change is not touched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/value.h"
#include "tests/support/store_fixture.h"

static void a_record_comes_back_as_it_was_put(void **state)
{
    struct fixture *f = *state;
    struct record *record = fixture_record(f, "O1", "Müller \"quoted\" \xf0\x9f\x8d\xba");
    record_set(record, "needs",
               "architect\x1f"
               "pricing, terms");
    record->modified_ms = 123456789012345;
    record->raw = "{\"Amount\":1.500e3,\"Unknown\":{\"x\":[1,2]}}";
    record->place = (struct place){.file = "crm.csv", .line = 7, .column = 2};
    f->now_ms = 5000;
    bool changed = false;
    assert_ok(f, f->store->ops->record_put(f->store, FIXTURE_JOB, SIDE_LOCAL, record, 1, &changed,
                                           &f->error));
    assert_true(changed);
    struct store_record *got = fixture_get(f, SIDE_LOCAL, "O1");
    assert_non_null(got);
    for (size_t i = 0; i < f->kind->field_count; i++)
        assert_true(text_equal(got->record->values[i], record->values[i]));
    assert_string_equal(got->record->raw, record->raw);
    assert_string_equal(got->record->version, record->version);
    assert_true(got->record->modified_ms == 123456789012345);
    assert_string_equal(got->record->place.file, "crm.csv");
    assert_int_equal(got->record->place.line, 7);
    assert_int_equal(got->record->place.column, 2);
    assert_true(got->changed_seen_ms == 5000);
    assert_false(got->gone);
    assert_false(got->settled);
    char hash[SHA256_HEX];
    record_hash(record, hash);
    assert_string_equal(got->hash, hash);
}

static void sides_and_jobs_are_apart(void **state)
{
    struct fixture *f = *state;
    fixture_put(f, SIDE_REMOTE, "X", "remote", 1);
    fixture_put(f, SIDE_LOCAL, "X", "local", 1);
    struct record *other = fixture_record(f, "X", "other job");
    assert_ok(f,
              f->store->ops->record_put(f->store, "other", SIDE_REMOTE, other, 1, NULL, &f->error));
    assert_string_equal(record_get(fixture_get(f, SIDE_REMOTE, "X")->record, "title"), "remote");
    assert_string_equal(record_get(fixture_get(f, SIDE_LOCAL, "X")->record, "title"), "local");
    assert_int_equal(fixture_counts(f).remote, 1);
    assert_null(fixture_get(f, SIDE_REMOTE, "Y"));
}

static void settle(struct fixture *f, enum side side, const char *id)
{
    assert_ok(f, f->store->ops->record_settle(f->store, FIXTURE_JOB, side, id, true, &f->error));
}

static void an_equal_record_stays_settled_and_a_changed_one_wakes_its_partner(void **state)
{
    struct fixture *f = *state;
    fixture_put(f, SIDE_REMOTE, "O1", "a", 1);
    fixture_put(f, SIDE_LOCAL, "L1", "a", 1);
    fixture_put(f, SIDE_LOCAL, "L2", "b", 1);
    assert_ok(f, fixture_link(f, "O1", "L1", "a"));
    settle(f, SIDE_REMOTE, "O1");
    settle(f, SIDE_LOCAL, "L1");
    settle(f, SIDE_LOCAL, "L2");
    f->now_ms = 2000;
    assert_false(fixture_put(f, SIDE_REMOTE, "O1", "a", 2));
    assert_true(fixture_get(f, SIDE_REMOTE, "O1")->settled);
    assert_true(fixture_get(f, SIDE_REMOTE, "O1")->changed_seen_ms == 1000);
    assert_true(fixture_put(f, SIDE_REMOTE, "O1", "b", 3));
    assert_false(fixture_get(f, SIDE_REMOTE, "O1")->settled);
    assert_true(fixture_get(f, SIDE_REMOTE, "O1")->changed_seen_ms == 2000);
    assert_string_equal(fixture_ids(f, SIDE_LOCAL, FILTER_UNSETTLED), "L1 ");
    settle(f, SIDE_REMOTE, "O1");
    assert_true(fixture_put(f, SIDE_LOCAL, "L1", "c", 4));
    assert_string_equal(fixture_ids(f, SIDE_REMOTE, FILTER_UNSETTLED), "O1 ");
}

static void a_row_that_moved_in_its_file_is_not_changed(void **state)
{
    struct fixture *f = *state;
    struct record *record = fixture_record(f, "L1", "a");
    record->place = (struct place){.file = "crm.csv", .line = 2};
    bool changed = true;
    assert_ok(f, f->store->ops->record_put(f->store, FIXTURE_JOB, SIDE_LOCAL, record, 1, NULL,
                                           &f->error));
    record->place.line = 3;
    assert_ok(f, f->store->ops->record_put(f->store, FIXTURE_JOB, SIDE_LOCAL, record, 2, &changed,
                                           &f->error));
    assert_false(changed);
    assert_int_equal(fixture_get(f, SIDE_LOCAL, "L1")->record->place.line, 3);
}

static const char *version_of(struct fixture *f, const char *id)
{
    const char *version = "untouched";
    assert_ok(f, f->store->ops->record_version(f->store, FIXTURE_JOB, SIDE_REMOTE, id, f->arena,
                                               &version, &f->error));
    return version;
}

static long long sweep(struct fixture *f, enum side side, int64_t number)
{
    long long gone = -1;
    assert_ok(f, f->store->ops->sweep_end(f->store, FIXTURE_JOB, side, number, &gone, &f->error));
    return gone;
}

static void what_a_sweep_did_not_see_is_gone_and_can_come_back(void **state)
{
    struct fixture *f = *state;
    const char *ids[] = {"O1", "O2", "O3"};
    for (size_t i = 0; i < COUNT(ids); i++) {
        fixture_put(f, SIDE_REMOTE, ids[i], "a", 1);
        settle(f, SIDE_REMOTE, ids[i]);
    }
    fixture_put(f, SIDE_LOCAL, "L2", "a", 1);
    settle(f, SIDE_LOCAL, "L2");
    assert_ok(f, fixture_link(f, "O2", "L2", "a"));
    assert_ok(f,
              f->store->ops->record_seen(f->store, FIXTURE_JOB, SIDE_REMOTE, "O1", 2, &f->error));
    assert_ok(
        f, f->store->ops->record_seen(f->store, FIXTURE_JOB, SIDE_REMOTE, "unknown", 2, &f->error));
    fixture_put(f, SIDE_REMOTE, "O3", "a", 2);
    assert_int_equal(sweep(f, SIDE_REMOTE, 2), 1);
    assert_string_equal(fixture_ids(f, SIDE_REMOTE, FILTER_PRESENT), "O1 O3 ");
    assert_string_equal(fixture_ids(f, SIDE_REMOTE, FILTER_UNSETTLED), "O2 ");
    assert_string_equal(fixture_ids(f, SIDE_LOCAL, FILTER_UNSETTLED), "L2 ");
    assert_true(fixture_get(f, SIDE_REMOTE, "O2")->gone);
    assert_null(version_of(f, "O2"));
    assert_null(version_of(f, "unknown"));
    assert_string_equal(version_of(f, "O1"), "v-a");
    assert_int_equal(sweep(f, SIDE_REMOTE, 2), 0);
    f->now_ms = 9000;
    assert_true(fixture_put(f, SIDE_REMOTE, "O2", "a", 3));
    assert_false(fixture_get(f, SIDE_REMOTE, "O2")->gone);
    assert_true(fixture_get(f, SIDE_REMOTE, "O2")->changed_seen_ms == 1000);
    assert_int_equal(sweep(f, SIDE_REMOTE, 3), 2);
    settle(f, SIDE_REMOTE, "O1");
    assert_ok(f,
              f->store->ops->record_seen(f->store, FIXTURE_JOB, SIDE_REMOTE, "O1", 4, &f->error));
    assert_false(fixture_get(f, SIDE_REMOTE, "O1")->gone);
    assert_false(fixture_get(f, SIDE_REMOTE, "O1")->settled);
}

static void filters_combine_with_and(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *id;
        bool settled, linked, gone;
    } rows[] = {
        {"a", false, false, false}, {"b", true, false, false}, {"c", false, true, false},
        {"d", true, true, false},   {"e", false, false, true}, {"f", false, true, true},
    };
    static const char *const expected[8] = {
        [FILTER_ALL] = "a b c d e f ",
        [FILTER_UNSETTLED] = "a c e f ",
        [FILTER_UNLINKED] = "a b e ",
        [FILTER_UNLINKED | FILTER_UNSETTLED] = "a e ",
        [FILTER_PRESENT] = "a b c d ",
        [FILTER_PRESENT | FILTER_UNSETTLED] = "a c ",
        [FILTER_PRESENT | FILTER_UNLINKED] = "a b ",
        [FILTER_PRESENT | FILTER_UNLINKED | FILTER_UNSETTLED] = "a ",
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (enum side side = SIDE_REMOTE; side <= SIDE_LOCAL; side++)
            fixture_put(f, side, rows[i].id, "t", rows[i].gone ? 1 : 2);
        if (rows[i].linked)
            assert_ok(f, fixture_link(f, rows[i].id, rows[i].id, "t"));
    }
    for (enum side side = SIDE_REMOTE; side <= SIDE_LOCAL; side++)
        sweep(f, side, 2);
    for (enum side side = SIDE_REMOTE; side <= SIDE_LOCAL; side++) {
        for (size_t i = 0; i < COUNT(rows); i++) {
            if (rows[i].settled)
                settle(f, side, rows[i].id);
        }
        for (unsigned filter = 0; filter < COUNT(expected); filter++)
            assert_string_equal(fixture_ids(f, side, filter), expected[filter]);
    }
    struct store_counts counts = fixture_counts(f);
    assert_int_equal(counts.remote, 4);
    assert_int_equal(counts.local, 4);
    assert_int_equal(counts.links, 3);
    assert_int_equal(counts.unsettled, 8);
    assert_fails(f, ERROR_BUG, "filter",
                 f->store->ops->record_each(f->store, FIXTURE_JOB, f->kind, SIDE_REMOTE, 8,
                                            f->arena, NULL, NULL, &f->error));
}

static int settle_each(void *context, const struct store_record *record)
{
    struct fixture *f = context;
    fixture_put(f, SIDE_REMOTE, arena_printf(f->arena, "%s-new", record->record->id), "n", 1);
    assert_int_equal(fixture_counts(f).local, 0);
    return f->store->ops->record_settle(f->store, FIXTURE_JOB, SIDE_REMOTE, record->record->id,
                                        true, &f->error);
}

static int stop_at_once(void *context, const struct store_record *record)
{
    (void)record;
    (*(int *)context)++;
    return -ERROR_REFUSED;
}

static void each_may_write_and_may_stop(void **state)
{
    struct fixture *f = *state;
    fixture_put(f, SIDE_REMOTE, "a", "t", 1);
    fixture_put(f, SIDE_REMOTE, "b", "t", 1);
    assert_ok(f, f->store->ops->record_each(f->store, FIXTURE_JOB, f->kind, SIDE_REMOTE,
                                            FILTER_UNSETTLED, f->arena, settle_each, f, &f->error));
    assert_string_equal(fixture_ids(f, SIDE_REMOTE, FILTER_UNSETTLED), "a-new b-new ");
    int calls = 0;
    assert_int_equal(f->store->ops->record_each(f->store, FIXTURE_JOB, f->kind, SIDE_REMOTE,
                                                FILTER_ALL, f->arena, stop_at_once, &calls,
                                                &f->error),
                     -ERROR_REFUSED);
    assert_int_equal(calls, 1);
    assert_ok(f, f->store->ops->unsettle_all(f->store, FIXTURE_JOB, &f->error));
    assert_string_equal(fixture_ids(f, SIDE_REMOTE, FILTER_UNSETTLED), "a a-new b b-new ");
}

static struct store_link *get_link(struct fixture *f, enum side side, const char *id)
{
    struct store_link *link;
    assert_ok(f, f->store->ops->link_get(f->store, FIXTURE_JOB, f->kind, side, id, f->arena, &link,
                                         &f->error));
    return link;
}

static int count_links(void *context, const struct store_link *link)
{
    text_add(context, link->remote_id);
    return 0;
}

static void a_link_has_one_partner_on_each_side(void **state)
{
    struct fixture *f = *state;
    assert_ok(f, fixture_link(f, "O2", "L2", "x"));
    assert_ok(f, fixture_link(f, "O1", "L1", "old"));
    assert_ok(f, fixture_link(f, "O1", "L1", "new"));
    size_t title = kind_field(f->kind, "title");
    assert_string_equal(get_link(f, SIDE_REMOTE, "O1")->base[title], "new");
    assert_string_equal(get_link(f, SIDE_LOCAL, "L1")->remote_id, "O1");
    assert_null(get_link(f, SIDE_LOCAL, "L1")->base[title + 1]);
    assert_string_equal(get_link(f, SIDE_LOCAL, "L1")->how, "id");
    assert_true(get_link(f, SIDE_LOCAL, "L1")->made_ms == 1000);
    assert_null(get_link(f, SIDE_LOCAL, "O1"));
    static const struct {
        const char *remote_id, *local_key;
    } refused[] = {{"O1", "L9"}, {"O9", "L1"}, {"O1", "L2"}, {"O2", "L1"}};
    for (size_t i = 0; i < COUNT(refused); i++)
        assert_fails(f, ERROR_BUG, "linked already",
                     fixture_link(f, refused[i].remote_id, refused[i].local_key, "x"));
    CLEANUP_TEXT struct text seen;
    text_init(&seen, 100);
    assert_ok(f, f->store->ops->link_each(f->store, FIXTURE_JOB, f->kind, f->arena, count_links,
                                          &seen, &f->error));
    assert_string_equal(seen.data, "O1O2");
}

static int move_end(struct fixture *f, enum side side, const char *old_id, const char *new_id)
{
    return f->store->ops->link_move(f->store, FIXTURE_JOB, side, old_id, new_id, &f->error);
}

static int move_link(struct fixture *f, const char *old_id, const char *new_id)
{
    return move_end(f, SIDE_REMOTE, old_id, new_id);
}

static void a_link_goes_on_with_what_its_record_became(void **state)
{
    struct fixture *f = *state;
    size_t title = kind_field(f->kind, "title");
    assert_ok(f, fixture_link(f, "I1", "L1", "agreed"));
    assert_ok(f, fixture_link(f, "O2", "L2", "other"));
    f->now_ms = 5000;
    assert_ok(f, move_link(f, "I1", "O1"));
    assert_null(get_link(f, SIDE_REMOTE, "I1"));
    struct store_link *link = get_link(f, SIDE_LOCAL, "L1");
    assert_string_equal(link->remote_id, "O1");
    assert_string_equal(link->base[title], "agreed");
    assert_string_equal(link->how, "id");
    assert_true(link->made_ms == 1000);
    assert_ok(f, move_link(f, "I1", "O1"));     /* nothing left to move */
    assert_ok(f, move_link(f, "nobody", "O2")); /* no link */
    assert_ok(f, move_link(f, "O1", "O1"));
    assert_fails(f, ERROR_BUG, "linked already", move_link(f, "O1", "O2"));
    assert_string_equal(get_link(f, SIDE_LOCAL, "L1")->remote_id, "O1");
    assert_string_equal(get_link(f, SIDE_LOCAL, "L2")->remote_id, "O2");
    assert_ok(
        f, f->store->ops->link_move(f->store, "another job", SIDE_REMOTE, "O1", "O2", &f->error));
}

static void a_link_goes_on_with_another_key(void **state)
{
    struct fixture *f = *state;
    assert_ok(f, fixture_link(f, "O1", "O1", "agreed")); /* both ends may have the same name */
    assert_ok(f, fixture_link(f, "O2", "L2", "other"));
    struct store_link *before = get_link(f, SIDE_REMOTE, "O1");
    f->now_ms = 5000;
    assert_ok(f, move_end(f, SIDE_LOCAL, "O1", "L1"));
    assert_null(get_link(f, SIDE_LOCAL, "O1"));
    struct store_link *link = get_link(f, SIDE_REMOTE, "O1");
    assert_string_equal(link->local_key, "L1");
    assert_string_equal(link->base[kind_field(f->kind, "title")], "agreed");
    assert_string_equal(link->how, before->how);
    assert_int_equal(link->made_ms, before->made_ms);
    assert_ok(f, move_end(f, SIDE_LOCAL, "O1", "L1")); /* nothing left to move */
    assert_ok(f, move_end(f, SIDE_LOCAL, "L1", "L1"));
    assert_fails(f, ERROR_BUG, "linked already", move_end(f, SIDE_LOCAL, "L1", "L2"));
    assert_string_equal(get_link(f, SIDE_REMOTE, "O1")->local_key, "L1");
    assert_string_equal(get_link(f, SIDE_REMOTE, "O2")->local_key, "L2");
}

static void a_transaction_is_all_or_nothing(void **state)
{
    struct fixture *f = *state;
    const struct store_ops *ops = f->store->ops;
    assert_ok(f, ops->begin(f->store, &f->error));
    assert_fails(f, ERROR_BUG, "open already", ops->begin(f->store, &f->error));
    fixture_put(f, SIDE_REMOTE, "O1", "a", 1);
    ops->rollback(f->store);
    ops->rollback(f->store);
    assert_null(fixture_get(f, SIDE_REMOTE, "O1"));
    assert_fails(f, ERROR_BUG, "no transaction", ops->commit(f->store, &f->error));
    assert_ok(f, ops->begin(f->store, &f->error));
    fixture_put(f, SIDE_REMOTE, "O1", "a", 1);
    assert_ok(f, fixture_link(f, "O1", "L1", "a"));
    assert_fails(f, ERROR_BUG, "linked already", fixture_link(f, "O1", "L2", "a"));
    assert_ok(f, ops->commit(f->store, &f->error));
    fixture_close(f);
    fixture_open(f);
    assert_non_null(fixture_get(f, SIDE_REMOTE, "O1"));
    assert_null(get_link(f, SIDE_LOCAL, "L2"));
}

/* A poll that finds nothing new must not look at every record: no statement it needs may walk a
 * table, and each is prepared once. */
static void a_poll_without_news_walks_no_table(void **state)
{
    struct fixture *f = *state;
    assert_ok(f, f->store->ops->begin(f->store, &f->error));
    for (int i = 0; i < 500; i++) {
        const char *id = arena_printf(f->arena, "O%d", i);
        fixture_put(f, SIDE_REMOTE, id, "a", 1);
        fixture_put(f, SIDE_LOCAL, id, "a", 1);
        assert_ok(f, fixture_link(f, id, id, "a"));
        settle(f, SIDE_REMOTE, id);
        settle(f, SIDE_LOCAL, id);
    }
    assert_ok(f, f->store->ops->commit(f->store, &f->error));
    fixture_close(f);
    fixture_open(f);
    for (int i = 0; i < 20; i++) {
        fixture_put(f, SIDE_REMOTE, "O7", "a", 2);
        fixture_put(f, SIDE_REMOTE, "O8", i % 2 ? "x" : "y", 2);
        version_of(f, "O9");
        assert_ok(
            f, f->store->ops->record_seen(f->store, FIXTURE_JOB, SIDE_REMOTE, "O9", 2, &f->error));
        assert_string_equal(
            fixture_ids(f, SIDE_REMOTE, FILTER_UNSETTLED | FILTER_UNLINKED | FILTER_PRESENT), "");
        assert_string_equal(fixture_ids(f, SIDE_LOCAL, FILTER_UNSETTLED), "O8 ");
    }
    struct sqlite_store *store = sqlite_of(f->store);
    assert_in_range(store->statement_count, 1, 20);
    for (size_t i = 0; i < store->statement_count; i++) {
        sqlite3_stmt *handle = store->statements[i].handle;
        int steps = sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_VM_STEP, 0);
        int runs = sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_RUN, 0);
        if (strstr(store->statements[i].sql, "record") && runs && steps / runs > 400)
            fail_msg("%d steps a run: %s", steps / runs, store->statements[i].sql);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_record_comes_back_as_it_was_put),
        TEST(sides_and_jobs_are_apart),
        TEST(an_equal_record_stays_settled_and_a_changed_one_wakes_its_partner),
        TEST(a_row_that_moved_in_its_file_is_not_changed),
        TEST(what_a_sweep_did_not_see_is_gone_and_can_come_back),
        TEST(filters_combine_with_and),
        TEST(each_may_write_and_may_stop),
        TEST(a_link_has_one_partner_on_each_side),
        TEST(a_link_goes_on_with_what_its_record_became),
        TEST(a_link_goes_on_with_another_key),
        TEST(a_transaction_is_all_or_nothing),
        TEST(a_poll_without_news_walks_no_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
