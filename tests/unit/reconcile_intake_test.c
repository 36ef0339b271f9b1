/* Intake: what a file and a listing say reaches the store, and what is missing from them takes
 * nothing away unless the whole was read and is to be believed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "tests/support/rig.h"

static int setup(void **state)
{
    *state = rig_new(&(struct rig_options){0});
    return 0;
}

static int teardown(void **state)
{
    rig_free(*state);
    return 0;
}

static const char *rows(struct rig *rig, size_t from, size_t to)
{
    const char *csv = RIG_HEADER;
    for (size_t i = from; i < to; i++)
        csv = arena_printf(rig->arena, "%s%s", csv,
                           rig_row(rig, arena_printf(rig->arena, "L%zu", i), "yes"));
    return csv;
}

static struct intake_result read_file(struct rig *rig)
{
    struct intake_result result;
    rig_advance(rig, 1000);
    rig_assert_ok(rig, intake_local(&rig->work, rig->arena, &result, &rig->error));
    return result;
}

static struct store_record *stored(struct rig *rig, enum side side, const char *id)
{
    struct store_record *record = NULL;
    rig_assert_ok(rig,
                  rig->store->ops->record_get(rig->store, rig->work.job->name, rig->work.job->kind,
                                              side, id, rig->arena, &record, &rig->error));
    return record;
}

/* ---- the file ---- */

static void test_rows_become_records(void **state)
{
    struct rig *rig = *state;
    rig_csv_put(rig, rows(rig, 0, 3));
    struct intake_result result = read_file(rig);
    assert_int_equal(result.outcome, READ_COMPLETE);
    assert_int_equal(result.records, 3);
    assert_int_equal(result.changed, 3);
    assert_int_equal(result.rejected, 0);
    assert_null(result.review_path);
    assert_string_equal(record_get(stored(rig, SIDE_LOCAL, "L1")->record, "stage"), "qualified");
    assert_int_equal(stored(rig, SIDE_LOCAL, "L1")->record->place.line, 3);
}

/* A bad row is a finding and a line to review; the others go on, and its record is left alone. */
static void test_bad_rows(void **state)
{
    struct rig *rig = *state;
    rig_csv_put(rig, rows(rig, 0, 4));
    read_file(rig);
    rig_set_cell(rig, "L1", "Close", "someday");
    rig_set_cell(rig, "L2", "Stage", "dreaming");
    rig_set_cell(rig, "L3", "NextStep", "Changed");
    struct intake_result result = read_file(rig);
    assert_int_equal(result.records, 4);
    assert_int_equal(result.rejected, 2);
    assert_int_equal(result.changed, 1);
    assert_int_equal(result.outcome, READ_COMPLETE);
    assert_non_null(result.review_path);
    assert_int_equal(access(result.review_path, F_OK), 0);
    assert_int_equal(rig_finding_count(rig, "SRC-004"), 1);
    assert_int_equal(rig_finding_count(rig, "SRC-010"), 1);
    assert_string_equal(record_get(stored(rig, SIDE_LOCAL, "L1")->record, "close_date"),
                        "2026-12-31"); /* what it said when it could be read */
    assert_false(stored(rig, SIDE_LOCAL, "L1")->gone);
    /* Mended: the finding closes and the review file goes. */
    rig_set_cell(rig, "L1", "Close", "2027-01-01");
    rig_set_cell(rig, "L2", "Stage", "won");
    result = read_file(rig);
    assert_int_equal(result.rejected, 0);
    assert_int_equal(rig_finding_count(rig, "SRC-004"), 0);
    assert_int_equal(rig_finding_count(rig, "SRC-010"), 0);
    assert_null(result.review_path);
    assert_int_equal(
        access(arena_printf(rig->arena, "%s/crm.deals.needs-review.csv", rig->folder), F_OK), -1);
}

static void test_bad_row_of_a_new_record(void **state)
{
    struct rig *rig = *state;
    rig_csv_put(rig, rows(rig, 0, 2));
    rig_set_cell(rig, "L1", "Close", "someday");
    read_file(rig);
    assert_null(stored(rig, SIDE_LOCAL, "L1"));
    assert_non_null(stored(rig, SIDE_LOCAL, "L0"));
}

static void test_duplicate_and_missing_keys(void **state)
{
    struct rig *rig = *state;
    rig_csv_put(rig, arena_printf(rig->arena, "%s%s%s", rows(rig, 0, 2), rig_row(rig, "L0", "no"),
                                  rig_row(rig, "", "yes")));
    struct intake_result result = read_file(rig);
    assert_int_equal(result.rejected, 3); /* both L0, and the one without a key */
    assert_null(stored(rig, SIDE_LOCAL, "L0"));
    assert_non_null(stored(rig, SIDE_LOCAL, "L1"));
    assert_int_equal(rig_counts(rig).local, 1);
}

static void test_unchanged_file_is_not_read(void **state)
{
    struct rig *rig = *state;
    rig_csv_put(rig, rows(rig, 0, 3));
    struct intake_result first = read_file(rig);
    assert_false(first.skipped);
    for (int i = 0; i < 2; i++) {
        struct intake_result result = read_file(rig);
        assert_true(result.skipped);
        assert_string_equal(result.state.hash, first.state.hash); /* a write needs it */
        rig_restart(rig);
    }
    rig_set_cell(rig, "L1", "NextStep", "Changed");
    struct intake_result result = read_file(rig);
    assert_false(result.skipped);
    assert_int_equal(result.changed, 1);
}

/* Rows that leave the file leave the job; those that are no more asked for do so too. */
static void test_gone_and_back(void **state)
{
    struct rig *rig = *state;
    rig_csv_put(rig, rows(rig, 0, 20));
    read_file(rig);
    rig_csv_put(rig, rows(rig, 5, 20));
    struct intake_result result = read_file(rig);
    assert_int_equal(result.outcome, READ_COMPLETE);
    assert_true(stored(rig, SIDE_LOCAL, "L4")->gone);
    assert_false(stored(rig, SIDE_LOCAL, "L5")->gone);
    assert_int_equal(rig_counts(rig).local, 15);
    rig_csv_put(rig, rows(rig, 0, 20));
    read_file(rig);
    assert_false(stored(rig, SIDE_LOCAL, "L4")->gone);
}

static void test_only_when(void **state)
{
    struct rig *rig = *state;
    rig_configure(rig, rig_replace(rig, rig_yaml, "    create:",
                                   "    only: {column: Share, equals: \"yes\"}\n    create:"));
    rig_csv_put(rig, rows(rig, 0, 4));
    rig_set_cell(rig, "L1", "Share", "no");
    rig_set_cell(rig, "L1", "Close", "someday"); /* bad, but nobody's business */
    struct intake_result result = read_file(rig);
    assert_int_equal(result.records, 3);
    assert_int_equal(result.rejected, 0);
    assert_null(stored(rig, SIDE_LOCAL, "L1"));
    rig_set_cell(rig, "L2", "Share", "no");
    read_file(rig);
    assert_true(stored(rig, SIDE_LOCAL, "L2")->gone);
}

/* Two edits within one tick of the file system's clock leave size, time and inode as they are:
 * while the time cannot tell, the content is looked at. */
static void test_edit_within_one_tick(void **state)
{
    struct rig *rig = *state;
    const struct timespec before[2] = {{.tv_sec = world_now(&rig->fake.world) / 1000 + 2},
                                       {.tv_sec = world_now(&rig->fake.world) / 1000 + 2}};
    rig_csv_put(rig, rows(rig, 0, 3));
    rig_set_cell(rig, "L1", "Name", "Name A");
    assert_int_equal(utimensat(AT_FDCWD, rig->csv_path, before, 0), 0);
    read_file(rig);
    assert_true(read_file(rig).skipped);
    rig_set_cell(rig, "L1", "Name", "Name B");
    assert_int_equal(utimensat(AT_FDCWD, rig->csv_path, before, 0), 0);
    assert_false(read_file(rig).skipped);
    assert_string_equal(record_get(stored(rig, SIDE_LOCAL, "L1")->record, "title"), "Name B");
    rig_advance(rig, 5000); /* from now on the time would tell */
    assert_true(read_file(rig).skipped);
}

/* A file that lost most of its rows at once is not believed: nothing is taken away. */
static void test_shrunken_file(void **state)
{
    (void)state;
    static const struct {
        size_t before, after;
        bool believed, accept;
    } cases[] = {
        {20, 0, false, false}, {20, 1, false, false}, {20, 9, false, false}, {20, 10, true, false},
        {10, 4, false, false}, {9, 0, true, false}, /* below the floor: so few rows come and go */
        {20, 0, true, true},                        /* a person says so */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rig *rig = rig_new(&(struct rig_options){0});
        rig_csv_put(rig, rows(rig, 0, cases[i].before));
        read_file(rig);
        rig_csv_put(rig, rows(rig, 0, cases[i].after));
        rig->work.accept_shrunk = cases[i].accept;
        struct intake_result result = read_file(rig);
        bool believed = cases[i].believed;
        assert_int_equal(result.outcome, believed ? READ_COMPLETE : READ_PARTIAL);
        assert_int_equal(rig_counts(rig).local, believed ? cases[i].after : cases[i].before);
        assert_int_equal(rig_finding_count(rig, "RUN-003"), !believed);
        /* What is there is taken in all the same, and the next whole file is believed. */
        rig_csv_put(rig, rows(rig, 0, cases[i].before));
        assert_int_equal(read_file(rig).outcome, READ_COMPLETE);
        assert_int_equal(rig_counts(rig).local, cases[i].before);
        rig_free(rig);
    }
}

/* Bad rows are rows: a file full of them is damaged, not empty. */
static void test_file_full_of_bad_rows(void **state)
{
    struct rig *rig = *state;
    rig_csv_put(rig, rows(rig, 0, 15));
    read_file(rig);
    for (size_t i = 0; i < 15; i++)
        rig_set_cell(rig, arena_printf(rig->arena, "L%zu", i), "Close", "someday");
    struct intake_result result = read_file(rig);
    assert_int_equal(result.rejected, 15);
    assert_int_equal(rig_counts(rig).local, 15);
    assert_int_equal(rig_finding_count(rig, "SRC-004"), 15);
}

static void test_unusable_files_change_nothing(void **state)
{
    (void)state;
    static const char *const contents[] = {
        "", "OppId,Name\nx,y\n",      /* no key column */
        "Key,OppId,Name\nL1,,Deal\n", /* a mapped column is missing */
        "Key,Key,Name\nL1,,Deal\n",   /* a column twice */
    };
    for (size_t i = 0; i < COUNT(contents); i++) {
        struct rig *rig = rig_new(&(struct rig_options){0});
        rig_csv_put(rig, rows(rig, 0, 3));
        read_file(rig);
        rig_csv_put(rig, contents[i]);
        struct intake_result result;
        struct error error = {0};
        rig_advance(rig, 1000);
        int r = intake_local(&rig->work, rig->arena, &result, &error);
        if (r == 0 && rig_counts(rig).local == 3 && result.changed == 0) {
            rig_free(rig); /* an empty file may also be read as one without rows */
            continue;
        }
        assert_int_equal(r, -ERROR_INPUT);
        assert_true(error.message[0]);
        assert_int_equal(rig_counts(rig).local, 3);
        assert_string_equal(record_get(stored(rig, SIDE_LOCAL, "L1")->record, "title"),
                            "Deal L1 [approve]");
        /* It is looked at again, not taken for known. */
        assert_int_equal(intake_local(&rig->work, rig->arena, &result, &error), -ERROR_INPUT);
        rig_csv_put(rig, rows(rig, 0, 4));
        assert_int_equal(read_file(rig).records, 4);
        rig_free(rig);
    }
}

/* New rules: the same file is read again, and all records are planned again. */
static void settle_all(struct rig *rig, size_t count)
{
    for (size_t i = 0; i < count; i++)
        rig_assert_ok(rig, rig->store->ops->record_settle(
                               rig->store, rig->work.job->name, SIDE_LOCAL,
                               arena_printf(rig->arena, "L%zu", i), true, &rig->error));
    assert_int_equal(rig_counts(rig).unsettled, 0);
}

static void test_new_rules_read_again(void **state)
{
    struct rig *rig = *state;
    rig_csv_put(rig, rows(rig, 0, 3));
    read_file(rig);
    settle_all(rig, 3);
    assert_true(read_file(rig).skipped);
    assert_int_equal(rig_counts(rig).unsettled, 0);
    rig_configure(rig, rig_replace(rig, rig_yaml, "next_steps: {column: NextStep}",
                                   "next_steps: {column: Name}"));
    struct intake_result result = read_file(rig);
    assert_false(result.skipped);
    assert_int_equal(result.changed, 3);
    assert_int_equal(rig_counts(rig).unsettled, 3);
    assert_string_equal(record_get(stored(rig, SIDE_LOCAL, "L1")->record, "next_steps"),
                        "Deal L1 [approve]");
    settle_all(rig, 3);
    rig_configure(rig, rig_replace(rig, rig_yaml, "next_steps: {column: NextStep}",
                                   "next_steps: {column: Name, owner: cloud}"));
    result = read_file(rig); /* the records are the same, what is made of them is not */
    assert_int_equal(result.changed, 0);
    assert_int_equal(rig_counts(rig).unsettled, 3);
}

/* The first try to read under the new rules fails; the file comes back as it was. */
static void test_new_rules_are_not_forgotten(void **state)
{
    struct rig *rig = *state;
    struct intake_result result;
    struct error error = {0};
    rig_csv_put(rig, rows(rig, 0, 3));
    read_file(rig);
    char away[160];
    snprintf(away, sizeof away, "%s.away", rig->csv_path);
    assert_int_equal(rename(rig->csv_path, away), 0);
    rig_configure(rig, rig_replace(rig, rig_yaml, "next_steps: {column: NextStep}",
                                   "next_steps: {column: Name}"));
    assert_true(intake_local(&rig->work, rig->arena, &result, &error) < 0);
    assert_int_equal(rename(away, rig->csv_path), 0);
    assert_false(read_file(rig).skipped);
    assert_string_equal(record_get(stored(rig, SIDE_LOCAL, "L1")->record, "next_steps"),
                        "Deal L1 [approve]");
}

/* ---- the listing ---- */

/* What the connector of the test says. */
static struct listing {
    struct rig *rig;
    size_t from, to; /* records O<from>… are listed */
    const char *version;
    bool seen;           /* as known ones, without content */
    bool part;           /* the connector is not shown all */
    const char *by_name; /* what ids of unlisted records begin with */
    enum read_outcome outcome;
    const char *watermark;
    struct read_scope asked; /* what the engine wanted */
    size_t had;              /* how many it says it has */
    int taken;               /* the last answer of the sink */
} listing;

/* Where the account is not shown everything. */
static bool shows_part(const struct cloud *cloud)
{
    (void)cloud;
    return false;
}

static void list(struct cloud *cloud, const struct read_scope *scope, const struct read_sink *sink)
{
    (void)cloud;
    struct arena *arena = listing.rig->arena;
    listing.asked = *scope;
    listing.had = 0;
    for (size_t i = listing.from; i < listing.to; i++) {
        const char *id = arena_printf(arena, "O%zu", i);
        listing.had += text_equal(sink->version(sink->context, id), listing.version);
        if (listing.seen) {
            listing.taken = sink->seen(sink->context, id);
            continue;
        }
        struct record *record = record_new(arena, listing.rig->work.job->kind, id);
        record_set(record, "id", id);
        record->version = listing.version;
        record->raw = "{}";
        listing.taken = sink->record(sink->context, record);
    }
    struct error error = {0};
    error_set(&error, ERROR_TEMPORARY, SCOPE_COLLECTION, "the line is bad");
    sink->done(sink->context, listing.outcome, listing.watermark,
               listing.outcome == READ_COMPLETE ? NULL : &error);
}

static void note_end(void *context)
{
    ++*(int *)context;
}

static struct intake_result read_listing(struct rig *rig, bool full, size_t from, size_t to,
                                         enum read_outcome outcome)
{
    static struct connector_kind kind;
    kind = *rig->work.kind;
    kind.read = list;
    kind.shows_all = listing.part ? shows_part : NULL;
    kind.by_name = listing.by_name;
    struct work work = rig->work;
    work.kind = &kind;
    listing = (struct listing){.rig = rig,
                               .from = from,
                               .to = to,
                               .version = "v1",
                               .seen = listing.seen,
                               .part = listing.part,
                               .by_name = listing.by_name,
                               .outcome = outcome,
                               .watermark = listing.watermark};
    struct intake_result result = {0};
    int ended = 0;
    rig_advance(rig, 1000);
    struct intake *intake = intake_new(&work, rig->arena);
    intake_start(intake, full, true, note_end, &ended);
    assert_int_equal(ended, 1);
    rig_assert_ok(rig, intake_finish(intake, &result, &rig->error));
    intake_free(intake);
    return result;
}

static int reset_listing(void **state)
{
    listing = (struct listing){.watermark = "2026-01-01T00:00:00.000Z"};
    return setup(state);
}

static void test_listing_reaches_the_store(void **state)
{
    struct rig *rig = *state;
    struct intake_result result = read_listing(rig, true, 0, 450, READ_COMPLETE);
    assert_int_equal(result.records, 450); /* more than two batches */
    assert_int_equal(result.changed, 450);
    assert_int_equal(rig_counts(rig).remote, 450);
    assert_int_equal(listing.had, 0);
    assert_true(listing.asked.full);
    read_listing(rig, false, 0, 450, READ_COMPLETE);
    assert_int_equal(listing.had, 450);
    assert_false(listing.asked.full);
    assert_string_equal(listing.asked.watermark, "2026-01-01T00:00:00.000Z");
}

/* Only a complete full read says what is gone. */
static void test_only_a_whole_listing_takes_away(void **state)
{
    struct rig *rig = *state;
    static const struct {
        bool full;
        enum read_outcome outcome;
        long long left;
    } cases[] = {
        {false, READ_COMPLETE, 20}, {true, READ_PARTIAL, 20},  {true, READ_FAILED, 20},
        {false, READ_FAILED, 20},   {true, READ_COMPLETE, 15},
    };
    read_listing(rig, true, 0, 20, READ_COMPLETE);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct intake_result result = read_listing(rig, cases[i].full, 0, 15, cases[i].outcome);
        assert_int_equal(result.outcome, cases[i].outcome);
        assert_int_equal(rig_counts(rig).remote, cases[i].left);
    }
    assert_true(rig_finding_count(rig, "RUN-001") && rig_finding_count(rig, "RUN-002"));
    assert_true(stored(rig, SIDE_REMOTE, "O19")->gone);
    listing.seen = true; /* a mark alone brings back what was gone */
    read_listing(rig, true, 0, 20, READ_COMPLETE);
    assert_int_equal(rig_counts(rig).remote, 20);
}

/* Nor does one that may have left records out without a word. */
static void test_a_part_takes_nothing_away(void **state)
{
    struct rig *rig = *state;
    listing.part = true;
    read_listing(rig, true, 0, 20, READ_COMPLETE);
    assert_int_equal(read_listing(rig, true, 0, 15, READ_COMPLETE).outcome, READ_COMPLETE);
    assert_int_equal(rig_counts(rig).remote, 20);
    bool due, ever;
    rig_assert_ok(rig, intake_full_due(&rig->work, &due, &ever, &rig->error));
    assert_true(ever && !due); /* a full read it was */
    listing.part = false;
    read_listing(rig, true, 0, 15, READ_COMPLETE);
    assert_int_equal(rig_counts(rig).remote, 15);
}

static void test_shrunken_listing(void **state)
{
    (void)state;
    static const struct {
        size_t before, after;
        bool believed, accept;
    } cases[] = {{20, 0, false, false}, {20, 9, false, false}, {20, 10, true, false},
                 {10, 0, false, false}, {9, 0, true, false},   {20, 5, true, true}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rig *rig = rig_new(&(struct rig_options){0});
        listing = (struct listing){.watermark = "w1"};
        read_listing(rig, true, 0, cases[i].before, READ_COMPLETE);
        listing.watermark = "w2";
        rig->work.accept_shrunk = cases[i].accept;
        bool believed = cases[i].believed;
        struct intake_result result = read_listing(rig, true, 0, cases[i].after, READ_COMPLETE);
        assert_int_equal(result.outcome, believed ? READ_COMPLETE : READ_PARTIAL);
        assert_int_equal(rig_counts(rig).remote, believed ? cases[i].after : cases[i].before);
        assert_int_equal(rig_finding_count(rig, "RUN-003"), !believed);
        read_listing(rig, false, 0, 0, READ_COMPLETE); /* nothing rests on what was not believed */
        assert_string_equal(listing.asked.watermark, believed ? "w2" : "w1");
        rig_free(rig);
    }
}

static void name_record(struct rig *rig, const char *key, const char *id)
{
    rig_set_cell(rig, key, "OppId", id);
    read_file(rig);
}

/* What no listing shows is asked for by the names that rows and links have, each once. */
static void test_named_records(void **state)
{
    struct rig *rig = *state;
    rig_csv_put(rig, rows(rig, 0, 4));
    read_file(rig);
    read_listing(rig, true, 0, 1, READ_COMPLETE);
    assert_null(listing.asked.named); /* the kind lists all */
    listing.by_name = "old/";
    read_listing(rig, true, 0, 1, READ_COMPLETE);
    assert_non_null(listing.asked.named);
    assert_null(listing.asked.named[0]);
    name_record(rig, "L1", "old/7");
    name_record(rig, "L2", "new/7");
    const struct store_link links[] = {
        {.remote_id = "old/8", .local_key = "L3", .how = LINK_CREATED, .made_ms = 1},
        {.remote_id = "old/7", .local_key = "L1", .how = LINK_CREATED, .made_ms = 1}};
    struct store *store = rig->store;
    for (size_t i = 0; i < COUNT(links); i++) {
        struct store_link link = links[i];
        link.base = arena_array(rig->arena, rig->work.job->kind->field_count, sizeof(char *));
        rig_assert_ok(rig, store->ops->link_put(store, rig->work.job->name, rig->work.job->kind,
                                                &link, &rig->error));
    }
    read_listing(rig, false, 0, 1, READ_COMPLETE);
    assert_string_equal(listing.asked.named[0], "old/7");
    assert_string_equal(listing.asked.named[1], "old/8");
    assert_null(listing.asked.named[2]);
}

static void test_watermark_of_a_broken_read_is_not_kept(void **state)
{
    struct rig *rig = *state;
    read_listing(rig, true, 0, 5, READ_COMPLETE);
    listing.watermark = "2026-02-02T00:00:00.000Z";
    read_listing(rig, false, 0, 5, READ_PARTIAL);
    listing.watermark = NULL; /* keep the old one */
    read_listing(rig, false, 0, 5, READ_COMPLETE);
    assert_string_equal(listing.asked.watermark, "2026-01-01T00:00:00.000Z");
    read_listing(rig, false, 0, 5, READ_COMPLETE);
    assert_string_equal(listing.asked.watermark, "2026-01-01T00:00:00.000Z");
}

static void test_when_a_full_read_is_due(void **state)
{
    struct rig *rig = *state;
    bool due = false, ever = true;
    rig_assert_ok(rig, intake_full_due(&rig->work, &due, &ever, &rig->error));
    assert_true(due && !ever);
    read_listing(rig, true, 0, 5, READ_PARTIAL);
    rig_assert_ok(rig, intake_full_due(&rig->work, &due, &ever, &rig->error));
    assert_true(due && !ever);
    read_listing(rig, true, 0, 5, READ_COMPLETE);
    rig_assert_ok(rig, intake_full_due(&rig->work, &due, &ever, &rig->error));
    assert_true(!due && ever);
    rig_advance(rig, rig->work.job->full_every_ms);
    rig_assert_ok(rig, intake_full_due(&rig->work, &due, &ever, &rig->error));
    assert_true(due && ever);
}

/* A read whose end never came is no read: nothing is gone, and it does not pass for complete. */
static void test_read_that_was_cut_off(void **state)
{
    struct rig *rig = *state;
    read_listing(rig, true, 0, 5, READ_COMPLETE);
    struct intake *intake = intake_new(&rig->work, rig->arena);
    struct intake_result result = {0};
    rig_advance(rig, 1000);
    rig_assert_ok(rig, intake_finish(intake, &result, &rig->error));
    assert_int_equal(result.outcome, READ_FAILED);
    assert_int_equal(rig_counts(rig).remote, 5);
    intake_free(intake);
}

/* The store refuses in the middle of a long listing: the connector is told, nothing is written
 * beyond bounds however much still comes, and the run ends with the store's error. */
static int begin_refused(struct store *store, struct error *error)
{
    (void)store;
    return error_set(error, ERROR_TEMPORARY, SCOPE_RUN, "the store is busy");
}

static void test_store_that_refuses(void **state)
{
    struct rig *rig = *state;
    struct store_ops ops = *rig->store->ops;
    const struct store_ops *real = rig->store->ops;
    static struct connector_kind kind;
    kind = *rig->work.kind;
    kind.read = list;
    kind.shows_all = listing.part ? shows_part : NULL;
    struct work work = rig->work;
    work.kind = &kind;
    listing = (struct listing){
        .rig = rig, .to = 1000, .version = "v1", .outcome = READ_COMPLETE, .watermark = "w"};
    int ended = 0;
    struct intake_result result = {0};
    struct error error = {0};
    ops.begin = begin_refused;
    rig->store->ops = &ops;
    struct intake *intake = intake_new(&work, rig->arena);
    intake_start(intake, true, true, note_end, &ended);
    assert_int_equal(listing.taken, -ERROR_TEMPORARY);
    assert_int_equal(intake_finish(intake, &result, &error), -ERROR_TEMPORARY);
    intake_free(intake);
    rig->store->ops = real;
    assert_int_equal(rig_counts(rig).remote, 0);
}

int main(void)
{
#define FILE_TEST(name)    cmocka_unit_test_setup_teardown(name, setup, teardown)
#define LISTING_TEST(name) cmocka_unit_test_setup_teardown(name, reset_listing, teardown)
    const struct CMUnitTest tests[] = {
        FILE_TEST(test_rows_become_records),
        FILE_TEST(test_bad_rows),
        FILE_TEST(test_bad_row_of_a_new_record),
        FILE_TEST(test_duplicate_and_missing_keys),
        FILE_TEST(test_unchanged_file_is_not_read),
        FILE_TEST(test_gone_and_back),
        FILE_TEST(test_only_when),
        FILE_TEST(test_edit_within_one_tick),
        cmocka_unit_test(test_shrunken_file),
        FILE_TEST(test_file_full_of_bad_rows),
        cmocka_unit_test(test_unusable_files_change_nothing),
        FILE_TEST(test_new_rules_read_again),
        FILE_TEST(test_new_rules_are_not_forgotten),
        LISTING_TEST(test_listing_reaches_the_store),
        LISTING_TEST(test_only_a_whole_listing_takes_away),
        LISTING_TEST(test_a_part_takes_nothing_away),
        cmocka_unit_test(test_shrunken_listing),
        LISTING_TEST(test_named_records),
        LISTING_TEST(test_watermark_of_a_broken_read_is_not_kept),
        LISTING_TEST(test_when_a_full_read_is_due),
        LISTING_TEST(test_read_that_was_cut_off),
        LISTING_TEST(test_store_that_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
