/* Files of the drop: what is taken in, what is not, and what is left where. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

#include <cmocka.h>

#include "base/memory.h"
#include "tests/support/dropbox.h"

#define HEAD                "schema,deal_id,customer_name,close_date,update_time\n"
#define ROW(id, name, time) "cosell/1," id "," name ",2027-03-01," time "\n"
#define T1                  "2026-01-01T00:00:00Z"
#define T2                  "2026-01-02T00:00:00.5Z"
#define T3                  "2026-01-03T00:00:00+02:00"

static int open_box(void **state)
{
    struct dropbox *box = memory_alloc(sizeof *box);
    dropbox_open(box, NULL, NULL);
    *state = box;
    return 0;
}

static int close_box(void **state)
{
    dropbox_close(*state);
    free(*state);
    return 0;
}

static void take(struct dropbox *box)
{
    dropbox_read(box, KIND_REFERRAL, true);
    assert_int_equal(box->outcome, READ_COMPLETE);
}

static void drop(struct dropbox *box, const char *name, const char *content)
{
    dropbox_put(box, arena_printf(box->arena, "inbox/%s", name), content);
    take(box);
}

/* ---- what is picked up ---- */

static void only_whole_files_are_taken(void **state)
{
    struct dropbox *box = *state;
    dropbox_put(box, "inbox/a.part", HEAD ROW("1", "A", T1));
    dropbox_put(box, "inbox/.b.csv", HEAD ROW("2", "B", T1));
    dropbox_put(box, "inbox/c.csv.sha256", "x");
    mkdir(dropbox_path(box, "inbox/d.csv"), 0700);
    dropbox_put(box, "elsewhere.csv", HEAD ROW("3", "C", T1));
    assert_int_equal(symlink("../elsewhere.csv", dropbox_path(box, "inbox/e.csv")), 0);
    drop(box, "f.csv", HEAD ROW("opportunities/4", "D", T1));
    assert_int_equal(map_count(box->records), 1);
    assert_string_equal(dropbox_value(box, "4", "company"), "D");
    assert_int_equal(map_count(box->findings), 0);
    assert_true(dropbox_has(box, "inbox/a.part") && dropbox_has(box, "inbox/e.csv"));
    assert_true(dropbox_has(box, "done/f.csv") && !dropbox_has(box, "inbox/f.csv"));
}

static void spreadsheets_write_as_they_like(void **state)
{
    struct dropbox *box = *state;
    drop(box, "a.csv",
         "\xef\xbb\xbf"
         "update_time,Extra one,customer_name,DEAL_ID,schema\r\n" T1
         ",\"x, \"\"y\"\"\r\nz\",  N\xc3\xb6rd ,opportunities/1,cosell/1\r\n");
    assert_string_equal(dropbox_value(box, "1", "company"), "N\xc3\xb6rd");
    const struct record *record = map_get(box->records, "1");
    assert_string_equal(record->version, T1);
    assert_non_null(strstr(record->raw, "\"Extra one\":\"x, \\\"y\\\"\\r\\nz\""));
    assert_int_equal(map_count(box->findings), 0);
}

static void a_plan_leaves_everything_where_it_is(void **state)
{
    struct dropbox *box = *state;
    dropbox_put(box, "inbox/a.csv", HEAD ROW("1", "A", T1) "cosell/1,2\n");
    dropbox_put(box, "inbox/b.csv", "");
    dropbox_read(box, KIND_REFERRAL, false);
    assert_int_equal(box->outcome, READ_COMPLETE);
    assert_string_equal(dropbox_value(box, "1", "company"), "A");
    assert_non_null(strstr(dropbox_finding(box, "CLD-010", "a.csv"), "line 3: 2 cells where"));
    assert_non_null(strstr(dropbox_finding(box, "CLD-011", "b.csv"), "empty"));
    assert_int_equal(dropbox_count(box, "inbox", ""), 2);
    assert_false(dropbox_has(box, "state") || dropbox_has(box, "done"));
    take(box);
    assert_string_equal(dropbox_value(box, "1", "company"), "A");
    assert_int_equal(dropbox_count(box, "inbox", ""), 0);
    dropbox_read(box, KIND_REFERRAL, false);
    assert_string_equal(dropbox_value(box, "1", "company"), "A");
}

/* What ends with a midnight in Los Angeles has the day before for its last one. */
static void instants_are_days_where_the_cloud_is(void **state)
{
    static const struct {
        const char *start, *end, *deadline, *days[3];
    } rows[] = {
        {"2027-01-15T08:00:00Z",
         "2028-01-15T08:00:00Z",
         "2027-01-10T08:00:00Z",
         {"2027-01-15", "2028-01-14", "2027-01-09"}},
        {"2027-07-15T07:00:00Z",
         "2028-07-15T00:00:00-07:00",
         "2027-07-10T06:59:59Z",
         {"2027-07-15", "2028-07-14", "2027-07-09"}},
        {"2027-07-15T06:59:59Z",
         "2027-03-14T10:00:00Z",
         "2027-03-15T07:00:00.000Z",
         {"2027-07-14", "2027-03-14", "2027-03-14"}}, /* the clocks go forward on it */
        {"2027-07-15", "2028-07-14", "2027-07-09", {"2027-07-15", "2028-07-14", "2027-07-09"}},
    };
    struct dropbox *box = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        dropbox_put(box, arena_printf(box->arena, "inbox/o%zu.csv", i),
                    arena_printf(box->arena,
                                 "schema,offer_id,state,plan,start_date,end_date,accept_deadline,"
                                 "update_time\noffer/1,%zu,PUBLISHING,so-1,%s,%s,%s," T1 "\n",
                                 i, rows[i].start, rows[i].end, rows[i].deadline));
        dropbox_read(box, KIND_OFFER, true);
        const char *id = arena_printf(box->arena, "%zu", i);
        assert_string_equal(dropbox_value(box, id, "start_date"), rows[i].days[0]);
        assert_string_equal(dropbox_value(box, id, "end_date"), rows[i].days[1]);
        assert_string_equal(dropbox_value(box, id, "expires"), rows[i].days[2]);
        assert_string_equal(dropbox_value(box, id, "state"), "publishing");
        assert_string_equal(dropbox_value(box, id, "plan"), "so-1");
    }
}

static void words_of_deals(void **state)
{
    struct dropbox *box = *state;
    drop(box, "a.csv",
         "schema,deal_id,operation_type,contract_vehicle,update_time\n"
         "cosell/1,1,ADD_ON,CLOUD_MARKETPLACE," T1 "\ncosell/1,2,Expansion,," T1 "\n");
    assert_string_equal(dropbox_value(box, "1", "opportunity_type"), "add_on");
    assert_string_equal(dropbox_value(box, "1", "contract_vehicle"), "CLOUD_MARKETPLACE");
    assert_string_equal(dropbox_value(box, "2", "opportunity_type"), "expansion");
    assert_null(dropbox_value(box, "2", "contract_vehicle"));
}

static void each_job_takes_its_own(void **state)
{
    struct dropbox *box = *state;
    dropbox_put(box, "inbox/o.csv",
                "schema,offer_id,crm_id,title,state,currency,tcv,term_months,accept_deadline,"
                "billing_account,update_time\n"
                "offer/1,projects/p/locations/l/privateOffers/7,Q1,Big,PUBLISHED,USD,1000.5,12,"
                "2027-01-31,01-02,2026-01-01T00:00:00Z\n");
    drop(box, "d.csv", HEAD ROW("1", "A", T1));
    assert_int_equal(map_count(box->records), 1);
    assert_true(dropbox_has(box, "inbox/o.csv"));
    dropbox_read(box, KIND_OFFER, true);
    assert_int_equal(map_count(box->records), 1);
    assert_string_equal(dropbox_value(box, "7", "value"), "1000.50 USD");
    assert_string_equal(dropbox_value(box, "7", "state"), "open");
    assert_string_equal(dropbox_value(box, "7", "duration"), "P12M");
    assert_string_equal(dropbox_value(box, "7", "expires"), "2027-01-31");
    assert_string_equal(dropbox_value(box, "7", "partner_reference"), "Q1");
    assert_true(dropbox_has(box, "done/o.csv"));
}

/* ---- the same content, the newer row ---- */

static void the_same_content_twice_is_nothing(void **state)
{
    struct dropbox *box = *state;
    drop(box, "a.csv", HEAD ROW("1", "A", T1));
    drop(box, "b.csv", HEAD ROW("1", "B", T2));
    const char *before = dropbox_get(box, "state/cosell.jsonl");
    drop(box, "again.csv", HEAD ROW("1", "A", T1));
    drop(box, "a.csv", HEAD ROW("1", "A", T1));
    assert_string_equal(dropbox_value(box, "1", "company"), "B");
    assert_string_equal(dropbox_get(box, "state/cosell.jsonl"), before);
    assert_int_equal(dropbox_count(box, "done", ""), 4);
    assert_int_equal(dropbox_count(box, "inbox", ""), 0);
}

static void the_newer_row_wins(void **state)
{
    struct dropbox *box = *state;
    drop(box, "a.csv", HEAD ROW("1", "Second", T2));
    drop(box, "b.csv", HEAD ROW("1", "First", T1));
    assert_string_equal(dropbox_value(box, "1", "company"), "Second");
    /* 22:00 UTC of the second day: compared as instants, not as texts. */
    drop(box, "c.csv", HEAD ROW("1", "Third", T3));
    assert_string_equal(dropbox_value(box, "1", "company"), "Third");
    drop(box, "d.csv", HEAD ROW("1", "Older", "2026-01-02T21:59:59Z"));
    assert_string_equal(dropbox_value(box, "1", "company"), "Third");
    drop(box, "e.csv", HEAD "cosell/1,1,Unknown when,2027-03-01,\n");
    assert_string_equal(dropbox_value(box, "1", "company"), "Third");
    assert_non_null(strstr(dropbox_get(box, "failed/e.rejects.csv"), "update_time is missing"));
    /* What it says is known: then nothing is to be told apart. */
    drop(box, "f.csv", HEAD "cosell/1,1,Third,2027-03-01,\n");
    assert_false(dropbox_has(box, "failed/f.rejects.csv"));
}

static void a_column_that_is_not_there_says_nothing(void **state)
{
    struct dropbox *box = *state;
    drop(box, "a.csv", HEAD ROW("1", "A", T1));
    drop(box, "b.csv", "schema,deal_id,next_step,update_time\ncosell/1,1,Call," T2 "\n");
    assert_string_equal(dropbox_value(box, "1", "company"), "A");
    assert_string_equal(dropbox_value(box, "1", "next_steps"), "Call");
    drop(box, "c.csv", "schema,deal_id,next_step,update_time\ncosell/1,1,," T3 "\n");
    assert_null(dropbox_value(box, "1", "next_steps"));
}

static void rows_twice_in_a_file(void **state)
{
    struct dropbox *box = *state;
    drop(box, "a.csv",
         HEAD ROW("1", "Same", T1) ROW("1", "Same", T1) ROW("2", "New", T2) ROW("2", "Old", T1)
             ROW("3", "This", T1) ROW("3", "That", T1));
    assert_string_equal(dropbox_value(box, "1", "company"), "Same");
    assert_string_equal(dropbox_value(box, "2", "company"), "New");
    assert_null(dropbox_value(box, "3", "company"));
    const char *rejects = dropbox_get(box, "failed/a.rejects.csv");
    assert_non_null(strstr(rejects, "\n6,\"deal_id 3 stands in line 7"));
    assert_non_null(strstr(rejects, "\n7,\"deal_id 3 stands in line 6"));
    assert_non_null(strstr(dropbox_finding(box, "CLD-010", "a.rejects.csv"), "2 rows; line 6"));
}

/* ---- what is gone ---- */

static void only_a_full_snapshot_tells_what_is_gone(void **state)
{
    struct dropbox *box = *state;
    drop(box, "a.full.csv", HEAD ROW("1", "A", T1) ROW("2", "B", T2));
    drop(box, "b.csv", HEAD ROW("3", "C", T1));
    assert_int_equal(map_count(box->records), 3);
    drop(box, "c.full.csv", HEAD ROW("1", "A", T1) ROW("3", "C", T1));
    assert_int_equal(map_count(box->records), 2);
    assert_null(map_get(box->records, "2"));
    drop(box, "d.csv", HEAD ROW("2", "Back", T2));
    assert_string_equal(dropbox_value(box, "2", "company"), "Back");
    dropbox_reopen(box);
    take(box);
    assert_int_equal(map_count(box->records), 3);
}

/* It was written before the deal changed, and comes late. */
static void a_late_snapshot_does_not_hide_what_is_newer(void **state)
{
    struct dropbox *box = *state;
    const struct utimbuf old = {1767312000, 1767312000}; /* the second of January */
    drop(box, "a.csv", HEAD ROW("1", "A", T1) ROW("2", "B", "2026-01-05T00:00:00Z"));
    dropbox_put(box, "inbox/b.full.csv", HEAD ROW("3", "C", T1));
    assert_int_equal(utime(dropbox_path(box, "inbox/b.full.csv"), &old), 0);
    take(box);
    assert_null(map_get(box->records, "1"));
    assert_non_null(map_get(box->records, "2"));
}

static void a_damaged_snapshot_takes_nothing_away(void **state)
{
    struct dropbox *box = *state;
    static const char *const damaged[] = {
        HEAD "cosell/1,1,\"cut in the mid",                       /* no closing quote */
        HEAD ROW("1", "A", T2) "cosell/1,2,B",                    /* cut between cells */
        HEAD ROW("1", "A", T2) "cosell/1,2,B,no day," T2 "\n",    /* a value */
        HEAD ROW("1", "A", T2) "cosell/1,,B,2027-03-01," T2 "\n", /* no identifier */
        HEAD,
        HEAD "cosell/2,1,A,2027-03-01," T2 "\n",
    };
    drop(box, "a.full.csv", HEAD ROW("1", "A", T1) ROW("2", "B", T1));
    for (size_t i = 0; i < COUNT(damaged); i++) {
        drop(box, arena_printf(box->arena, "d%zu.full.csv", i), damaged[i]);
        assert_int_equal(map_count(box->records), 2);
        assert_true(dropbox_has(box, arena_printf(box->arena, "failed/d%zu.full.rejects.csv", i)));
    }
    assert_int_equal(dropbox_count(box, "inbox", ""), 0);
}

static void a_row_can_say_that_it_is_deleted(void **state)
{
    struct dropbox *box = *state;
    static const char *const head = "schema,deal_id,update_time,deleted\n";
    drop(box, "a.csv", HEAD ROW("1", "A", T2) ROW("2", "B", T2));
    drop(box, "b.csv", arena_printf(box->arena, "%scosell/1,1," T1 ",1\n", head));
    assert_int_equal(map_count(box->records), 2); /* it is older */
    drop(box, "c.csv",
         arena_printf(box->arena, "%scosell/1,1," T3 ",1\ncosell/1,2," T3 ",2\n", head));
    assert_int_equal(map_count(box->records), 1);
    assert_non_null(strstr(dropbox_get(box, "failed/c.rejects.csv"), "neither 0 nor 1"));
    drop(box, "d.csv", HEAD ROW("1", "Late", T3)); /* as old as its end */
    assert_null(map_get(box->records, "1"));
    drop(box, "e.csv", HEAD ROW("1", "Again", "2026-01-04T00:00:00Z"));
    assert_string_equal(dropbox_value(box, "1", "company"), "Again");
}

/* ---- rows that cannot be used ---- */

static void bad_rows_do_not_stop_the_good_ones(void **state)
{
    struct dropbox *box = *state;
    static const char content[] =
        "schema,deal_id,customer_name,amount,currency,contract_months,country,update_time\n"
        "cosell/1,1,Good,10.50,USD,12,DE," T1 "\n"
        "cosell/1,2,Comma,\"10,50\",USD,12,DE," T1 "\n"
        "cosell/1,3,None,10,,12,DE," T1 "\n"
        "cosell/1,4,Code,10,XXZ,12,DE," T1 "\n"
        "cosell/1,5,Month,10,USD,a year,DE," T1 "\n"
        "cosell/1,6,When,10,USD,12,DE,yesterday\n"
        "cosell/1,2.5E+09,Damaged,10,USD,12,DE," T1 "\n"
        "cosell/1,7,Few,10\n"
        "cosell/1,8,\"Quote\" x,10,USD,12,DE," T1 "\n"
        "cosell/1,9,N\xff,10,USD,12,DE," T1 "\n"
        "cosell/1,10,N\0L,10,USD,12,DE," T1 "\n"
        ",11,Schema,10,USD,12,DE," T1 "\n"
        "cosell/1,12,=1+1,10,USD,12,DE," T1 "\n";
    dropbox_put_bytes(box, "inbox/a.csv", content, sizeof content - 1);
    take(box);
    assert_int_equal(map_count(box->records), 2);
    assert_string_equal(dropbox_value(box, "1", "contract_value"), "10.50 USD");
    assert_string_equal(dropbox_value(box, "12", "company"), "=1+1");
    const char *rejects = dropbox_get(box, "failed/a.rejects.csv");
    for (int line = 3; line <= 13; line++)
        assert_non_null(strstr(rejects, arena_printf(box->arena, "\n%d,", line)));
    assert_null(strstr(rejects, "\n2,"));
    assert_null(strstr(rejects, "\n14,"));
    assert_true(dropbox_has(box, "done/a.csv"));
    assert_non_null(strstr(dropbox_finding(box, "CLD-010", "a.rejects.csv"), "11 rows; line 3: "));
    take(box); /* it stays told until somebody has seen to it */
    assert_non_null(dropbox_finding(box, "CLD-010", "a.rejects.csv"));
    assert_int_equal(unlink(dropbox_path(box, "failed/a.rejects.csv")), 0);
    take(box);
    assert_int_equal(map_count(box->findings), 0);
}

/* The file of rejects itself, corrected. */
static void rejects_can_be_dropped_again(void **state)
{
    struct dropbox *box = *state;
    drop(box, "a.csv", HEAD "cosell/1,1,'=A,31 May," T1 "\n");
    char *rejects = arena_copy(box->arena, dropbox_get(box, "failed/a.rejects.csv"));
    char *cell = strstr(rejects, "'=A,31 May");
    assert_non_null(cell);
    memcpy(cell, "'=A,2027-1", 10);
    const char *day =
        arena_printf(box->arena, "%.*s'=A,2027-05-31%s", (int)(cell - rejects), rejects, cell + 10);
    drop(box, "a.rejects.csv", day);
    assert_string_equal(dropbox_value(box, "1", "company"), "=A");
    const struct record *record = map_get(box->records, "1");
    assert_null(strstr(record->raw, "reject_"));
}

static void files_of_one_name_do_not_hide_each_other(void **state)
{
    struct dropbox *box = *state;
    drop(box, "a.csv", HEAD "cosell/1,1,A,first," T1 "\n");
    drop(box, "a.csv", HEAD "cosell/1,1,A,second," T1 "\n");
    drop(box, "a.csv", "");
    assert_int_equal(dropbox_count(box, "done", "a."), 2);
    assert_int_equal(dropbox_count(box, "failed", "a."), 4);
    assert_int_equal(map_count(box->findings), 3);
}

/* ---- whole files ---- */

static void files_that_cannot_be_used(void **state)
{
    struct dropbox *box = *state;
    static const struct {
        const char *content, *why;
        size_t length;
    } files[] = {
        {"", "empty", 0},
        {"\xef\xbb\xbf\n\n", "empty", 0},
        {"a,b\n1,2\n", "no row names a schema", 0},
        {"schema,deal_id\nother/1,2\n", "no row names a schema", 0},
        {"schema,deal_id,Deal_ID\ncosell/1,2,3\n", "two columns are deal_id", 0},
        {"schema,deal_id,N\xff\ncosell/1,2,3\n", "the header is not UTF-8", 0},
        {"schema,\"deal_id\ncosell/1,2\n", "the header is malformed", 0},
        {"\xff\xfes\0c\0h\0e\0m\0a\0,\0d\0\n\0001\0,\0002\0\n\0", "no row names", 24},
    };
    for (size_t i = 0; i < COUNT(files); i++) {
        size_t length = files[i].length ? files[i].length : strlen(files[i].content);
        const char *name = arena_printf(box->arena, "f%zu", i);
        dropbox_put_bytes(box, arena_printf(box->arena, "inbox/%s.csv", name), files[i].content,
                          length);
        take(box);
        assert_true(dropbox_has(box, arena_printf(box->arena, "failed/%s.csv", name)));
        const char *detail =
            dropbox_finding(box, "CLD-011", arena_printf(box->arena, "%s.rejects.csv", name));
        assert_non_null(detail);
        if (!strstr(detail, files[i].why))
            fail_msg("%zu: %s", i, detail);
    }
    assert_int_equal(dropbox_count(box, "inbox", ""), 0);
}

static void a_huge_file_is_not_read(void **state)
{
    struct dropbox *box = *state;
    dropbox_put(box, "inbox/a.csv", HEAD);
    assert_int_equal(truncate(dropbox_path(box, "inbox/a.csv"), 32 * 1024 * 1024 + 1), 0);
    take(box);
    assert_true(dropbox_has(box, "failed/a.csv"));
    assert_non_null(strstr(dropbox_finding(box, "CLD-011", "a.rejects.csv"), "larger than 32 MiB"));
}

static void a_checksum_is_held_against_the_file(void **state)
{
    struct dropbox *box = *state;
    char hex[SHA256_HEX];
    static const char good[] = HEAD ROW("1", "A", T1), bad[] = HEAD ROW("1", "B", T2);
    sha256_hex(good, sizeof good - 1, hex);
    dropbox_put(box, "inbox/a.csv.sha256", arena_printf(box->arena, "%s  a.csv\n", hex));
    drop(box, "a.csv", good);
    assert_string_equal(dropbox_value(box, "1", "company"), "A");
    assert_true(dropbox_has(box, "done/a.csv.sha256"));
    dropbox_put(box, "inbox/b.csv.sha256", hex);
    drop(box, "b.csv", bad);
    assert_string_equal(dropbox_value(box, "1", "company"), "A");
    assert_true(dropbox_has(box, "failed/b.csv") && dropbox_has(box, "failed/b.csv.sha256"));
    assert_non_null(strstr(dropbox_finding(box, "CLD-011", "b.rejects.csv"), "SHA-256"));
    dropbox_put(box, "inbox/c.csv.sha256", "what?");
    drop(box, "c.csv", bad);
    assert_non_null(strstr(dropbox_finding(box, "CLD-011", "c.rejects.csv"), "holds no SHA-256"));
    drop(box, "b.csv", bad); /* sent again, without one */
    assert_string_equal(dropbox_value(box, "1", "company"), "B");
}

/* ---- rows without an identifier ---- */

#define WIDE                                                                                       \
    "schema,deal_id,deal_number,crm_id,customer_domain,display_name,close_date,next_step,"         \
    "update_time\n"

static void rows_without_identifier_are_matched(void **state)
{
    struct dropbox *box = *state;
    drop(box, "a.csv",
         WIDE "cosell/1,1,DR-1,C1,a.example,One,2027-01-01,," T1 "\n"
              "cosell/1,2,,,www.b.example,Two,2027-01-02,," T1 "\n"
              "cosell/1,3,,,c.example,Twin,2027-01-03,," T1 "\n"
              "cosell/1,4,,,c.example,Twin,2027-01-03,," T1 "\n");
    drop(box, "b.csv",
         WIDE "cosell/1,,DR-1,,,,,by number," T2 "\n"
              "cosell/1,,,,https://B.example/de, Two ,2027-01-02,by deal," T2 "\n"
              "cosell/1,,,,c.example,Twin,2027-01-03,which," T2 "\n"
              "cosell/1,,,C9,d.example,New,2027-01-04,new," T2 "\n"
              "cosell/1,5,,C5,e.example,Five,2027-01-05,below," T2 "\n"
              "cosell/1,,,C5,,,,above," T3 "\n");
    assert_string_equal(dropbox_value(box, "1", "next_steps"), "by number");
    assert_string_equal(dropbox_value(box, "1", "id"), "1");
    assert_string_equal(dropbox_value(box, "2", "title"), "Two");
    assert_string_equal(dropbox_value(box, "2", "next_steps"), "by deal");
    assert_null(dropbox_value(box, "3", "next_steps"));
    assert_string_equal(dropbox_value(box, "5", "next_steps"), "above");
    const char *rejects = dropbox_get(box, "failed/b.rejects.csv");
    assert_non_null(strstr(rejects, "4,\"unmatched: it has no identifier, and more than one"));
    assert_non_null(strstr(rejects, "5,\"unmatched: it has no identifier, and no known"));
    assert_non_null(strstr(dropbox_finding(box, "CLD-012", "b.rejects.csv"), "2 rows; line 4"));
    assert_null(dropbox_finding(box, "CLD-010", "b.rejects.csv"));
}

static void the_tag_carries_the_reference(void **state)
{
    struct dropbox *box = *state;
    drop(box, "a.csv",
         "schema,deal_id,crm_id,description,update_time\n"
         "cosell/1,1,,Move them. [crm:0061x],2026-01-01T00:00:00Z\n"
         "cosell/1,2,C2,[crm:other] is not the end,2026-01-01T00:00:00Z\n");
    assert_string_equal(dropbox_value(box, "1", "partner_reference"), "0061x");
    assert_string_equal(dropbox_value(box, "1", "problem"), "Move them.");
    assert_string_equal(dropbox_value(box, "2", "partner_reference"), "C2");
    assert_string_equal(dropbox_value(box, "2", "problem"), "[crm:other] is not the end");
}

static void words_of_the_portal(void **state)
{
    struct dropbox *box = *state;
    static const struct {
        const char *state, *stage, *status, *canonical;
    } words[] = {
        {"DRAFT", "", "draft", NULL},
        {"Submitted", "QUALIFY", "submitted", "prospect"},
        {"accepted", "Refine", "approved", "qualified"},
        {"NOT_ACCEPTED", "TECH_EVAL_SOL_DEV", "rejected", "technical_validation"},
        {"Rejected", "Proposal-negotiation", "rejected", "business_validation"},
        {"ACCEPTED", "MIGRATION_IMPL", "approved", "won"},
        {"ACCEPTED", "CLOSED_LOST", "approved", "lost"},
        {"ACCEPTED", "CLOSED_ADMIN", "closed", NULL},
        {"NEW_WORD", "ANOTHER", NULL, NULL},
    };
    for (size_t i = 0; i < COUNT(words); i++) {
        drop(box, arena_printf(box->arena, "f%zu.csv", i),
             arena_printf(box->arena, "schema,deal_id,state,stage\ncosell/1,%zu,%s,%s\n", i,
                          words[i].state, words[i].stage));
        const char *id = arena_printf(box->arena, "%zu", i);
        const char *status = dropbox_value(box, id, "status");
        const char *stage = dropbox_value(box, id, "stage");
        assert_true(text_equal(status, words[i].status));
        assert_true(text_equal(stage, words[i].canonical));
    }
    assert_int_equal(map_count(box->findings), 1); /* the new words, and they are kept */
    assert_non_null(strstr(((struct record *)map_get(box->records, "8"))->raw, "NEW_WORD"));
}

/* ---- an export of the portal's ---- */

static void headings_are_mapped(void **state)
{
    (void)state;
    struct dropbox box;
    const char *columns[] = {"deal_id = Opportunity", "display_name= Deal name ",
                             "close_date = Expected close", "state = Status", NULL};
    dropbox_open(&box, columns, "DD/MM/YYYY");
    drop(&box, "export.csv",
         "Opportunity,Deal Name,Expected Close,Status,Region\n"
         "opportunities/1,First,31/05/2027,Not accepted,North\n");
    assert_string_equal(dropbox_value(&box, "1", "title"), "First");
    assert_string_equal(dropbox_value(&box, "1", "close_date"), "2027-05-31");
    assert_string_equal(dropbox_value(&box, "1", "status"), "rejected");
    /* A later export says something else; none of them has times. */
    drop(&box, "export.csv", "Opportunity,Deal Name\nopportunities/1,Second\n");
    assert_string_equal(dropbox_value(&box, "1", "title"), "Second");
    assert_string_equal(dropbox_value(&box, "1", "close_date"), "2027-05-31");
    dropbox_close(&box);
}

static void a_map_that_is_wrong_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"display_name", "no_column = X", "display_name = "};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        const char *lines[] = {wrong[i], NULL};
        struct setting items[] = {{.name = "folder", .text = "/nowhere"},
                                  {.name = "cosell_columns", .list = lines}};
        struct settings settings = {items, 2};
        struct arena *arena = arena_new();
        struct drop_map map;
        struct error error = {0};
        assert_int_equal(drop_map_read(arena, &drop_formats[DROP_COSELL], &settings, &map, &error),
                         -ERROR_INPUT);
        assert_non_null(strstr(error.message, "cosell_columns: "));
        arena_free(arena);
    }
}

/* ---- the folder ---- */

static void a_missing_folder_is_told_with_its_remedy(void **state)
{
    struct dropbox *box = *state;
    box->items[0].text = "/nowhere/at/all";
    dropbox_reopen(box);
    for (int takes = 0; takes < 2; takes++) {
        dropbox_read(box, KIND_REFERRAL, takes);
        assert_int_equal(box->outcome, READ_FAILED);
        assert_non_null(strstr(box->error.message, "there is no folder /nowhere/at/all: make it"));
    }
    box->items[0].text = dropbox_path(box, "file");
    dropbox_put(box, "file", "");
    dropbox_reopen(box);
    dropbox_read(box, KIND_REFERRAL, true);
    assert_int_equal(box->outcome, READ_FAILED);
    assert_non_null(strstr(box->error.message, "is no folder"));
}

static void only_one_takes_at_a_time(void **state)
{
    struct dropbox *box = *state;
    int lock = -1;
    dropbox_put(box, "inbox/a.csv", HEAD ROW("1", "A", T1));
    assert_int_equal(drop_folder_check(&box->cloud->folder, true, &box->error), 0);
    assert_int_equal(drop_folder_lock(&box->cloud->folder, "cosell", &lock, &box->error), 0);
    dropbox_read(box, KIND_REFERRAL, true);
    assert_int_equal(box->outcome, READ_FAILED);
    assert_int_equal(box->error.class, ERROR_TEMPORARY);
    assert_true(dropbox_has(box, "inbox/a.csv"));
    dropbox_read(box, KIND_REFERRAL, false); /* who only looks takes nothing */
    assert_int_equal(box->outcome, READ_COMPLETE);
    close(lock);
    take(box);
    assert_int_equal(map_count(box->records), 1);
}

static void a_damaged_state_is_left_alone(void **state)
{
    struct dropbox *box = *state;
    drop(box, "a.csv", HEAD ROW("1", "A", T1));
    const char *whole = dropbox_get(box, "state/cosell.jsonl");
    static const char *const damages[] = {"", "{\"format\":\"drop/2\",\"kind\":\"cosell\"}\n",
                                          "x\n"};
    for (size_t i = 0; i < COUNT(damages) + 1; i++) {
        const char *damage =
            i < COUNT(damages) ? damages[i] : arena_copy_n(box->arena, whole, strlen(whole) - 5);
        dropbox_put(box, "state/cosell.jsonl", damage);
        dropbox_put(box, "inbox/b.csv", HEAD ROW("2", "B", T1));
        dropbox_read(box, KIND_REFERRAL, true);
        assert_int_equal(box->outcome, READ_FAILED);
        assert_non_null(strstr(box->error.message, "cosell.jsonl:"));
        assert_string_equal(dropbox_get(box, "state/cosell.jsonl"), damage);
        assert_true(dropbox_has(box, "inbox/b.csv"));
    }
    dropbox_put(box, "state/cosell.jsonl", whole);
    take(box);
    assert_int_equal(map_count(box->records), 2);
}

/* The disk takes nothing: whatever fails, what was known stays known and the file stays. */
static void a_full_disk_costs_nothing(void **state)
{
    struct dropbox *box = *state;
    drop(box, "a.csv", HEAD ROW("1", "A", T1));
    const char *whole = dropbox_get(box, "state/cosell.jsonl");
    dropbox_put(box, "inbox/b.csv", HEAD ROW("1", "B", T2) "cosell/1,2\n");
    pid_t child = fork();
    if (!child) {
        const struct rlimit limit = {16, 16};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        dropbox_read(box, KIND_REFERRAL, true);
        _exit(box->outcome == READ_FAILED && strstr(box->error.message, "cannot write") ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_string_equal(dropbox_get(box, "state/cosell.jsonl"), whole);
    assert_true(dropbox_has(box, "inbox/b.csv"));
    take(box);
    assert_string_equal(dropbox_value(box, "1", "company"), "B");
    assert_int_equal(dropbox_count(box, "failed", ""), 1);
}

/* What one may not read is told, and makes the read a partial one; the others are taken. */
static void an_unreadable_file_stays(void **state)
{
    struct dropbox *box = *state;
    const uid_t me = geteuid(), nobody = 65534;
    dropbox_put(box, "inbox/a.csv", HEAD ROW("1", "A", T1));
    dropbox_put(box, "inbox/b.csv", HEAD ROW("2", "B", T1));
    chmod(dropbox_path(box, "inbox/a.csv"), 0);
    if (!me) { /* who may read everything becomes somebody else for a while */
        assert_int_equal(chown(box->folder, nobody, nobody), 0);
        assert_int_equal(chown(dropbox_path(box, "inbox"), nobody, nobody), 0);
        chmod(dropbox_path(box, "inbox/b.csv"), 0644);
        assert_int_equal(seteuid(nobody), 0);
    }
    dropbox_read(box, KIND_REFERRAL, true);
    assert_int_equal(seteuid(me), 0);
    assert_int_equal(box->outcome, READ_PARTIAL);
    assert_non_null(dropbox_finding(box, "CLD-011", "a.csv"));
    assert_true(dropbox_has(box, "inbox/a.csv"));
    assert_int_equal(map_count(box->records), 1);
}

/* ---- killed at each step ---- */

static size_t point_count, die_at;

static void die(void *context, const char *name)
{
    (void)context, (void)name;
    if (++point_count == die_at)
        kill(getpid(), SIGKILL);
}

static bool doomed(struct dropbox *box, size_t at)
{
    pid_t child = fork();
    if (!child) {
        point_count = 0;
        die_at = at;
        box->fake.on_point = die;
        dropbox_read(box, KIND_REFERRAL, true);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status);
}

static void killed_anywhere_nothing_is_lost(void **state)
{
    (void)state;
    bool killed = true;
    char hex[SHA256_HEX];
    static const char first[] = HEAD ROW("1", "A", T1) ROW("2", "B", T1) "cosell/1,9\n";
    static const char second[] = HEAD ROW("2", "B", T2);
    size_t n = 1;
    for (; killed; n++) {
        struct dropbox box;
        dropbox_open(&box, NULL, NULL);
        const struct utimbuf old = {1767312000, 1767312000};
        sha256_hex(first, sizeof first - 1, hex);
        dropbox_put(&box, "inbox/a.csv.sha256", hex);
        dropbox_put(&box, "inbox/a.csv", first);
        assert_int_equal(utime(dropbox_path(&box, "inbox/a.csv"), &old), 0);
        dropbox_put(&box, "inbox/b.full.csv", second);
        dropbox_put(&box, "inbox/c.csv", "nothing");
        killed = doomed(&box, n);
        take(&box);
        assert_int_equal(map_count(box.records), 1);
        assert_string_equal(dropbox_value(&box, "2", "company"), "B");
        assert_int_equal(dropbox_count(&box, "inbox", ""), 0);
        assert_int_equal(dropbox_count(&box, "done", ""), 3);
        assert_int_equal(dropbox_count(&box, "failed", ""), 3);
        assert_int_equal(map_count(box.findings), 2);
        dropbox_close(&box);
    }
    assert_true(n > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_whole_files_are_taken, open_box, close_box),
        cmocka_unit_test_setup_teardown(spreadsheets_write_as_they_like, open_box, close_box),
        cmocka_unit_test_setup_teardown(a_plan_leaves_everything_where_it_is, open_box, close_box),
        cmocka_unit_test_setup_teardown(instants_are_days_where_the_cloud_is, open_box, close_box),
        cmocka_unit_test_setup_teardown(words_of_deals, open_box, close_box),
        cmocka_unit_test_setup_teardown(each_job_takes_its_own, open_box, close_box),
        cmocka_unit_test_setup_teardown(the_same_content_twice_is_nothing, open_box, close_box),
        cmocka_unit_test_setup_teardown(the_newer_row_wins, open_box, close_box),
        cmocka_unit_test_setup_teardown(a_column_that_is_not_there_says_nothing, open_box,
                                        close_box),
        cmocka_unit_test_setup_teardown(rows_twice_in_a_file, open_box, close_box),
        cmocka_unit_test_setup_teardown(only_a_full_snapshot_tells_what_is_gone, open_box,
                                        close_box),
        cmocka_unit_test_setup_teardown(a_late_snapshot_does_not_hide_what_is_newer, open_box,
                                        close_box),
        cmocka_unit_test_setup_teardown(a_damaged_snapshot_takes_nothing_away, open_box, close_box),
        cmocka_unit_test_setup_teardown(a_row_can_say_that_it_is_deleted, open_box, close_box),
        cmocka_unit_test_setup_teardown(bad_rows_do_not_stop_the_good_ones, open_box, close_box),
        cmocka_unit_test_setup_teardown(rejects_can_be_dropped_again, open_box, close_box),
        cmocka_unit_test_setup_teardown(files_of_one_name_do_not_hide_each_other, open_box,
                                        close_box),
        cmocka_unit_test_setup_teardown(files_that_cannot_be_used, open_box, close_box),
        cmocka_unit_test_setup_teardown(a_huge_file_is_not_read, open_box, close_box),
        cmocka_unit_test_setup_teardown(a_checksum_is_held_against_the_file, open_box, close_box),
        cmocka_unit_test_setup_teardown(rows_without_identifier_are_matched, open_box, close_box),
        cmocka_unit_test_setup_teardown(the_tag_carries_the_reference, open_box, close_box),
        cmocka_unit_test_setup_teardown(words_of_the_portal, open_box, close_box),
        cmocka_unit_test(headings_are_mapped),
        cmocka_unit_test(a_map_that_is_wrong_is_refused),
        cmocka_unit_test_setup_teardown(a_missing_folder_is_told_with_its_remedy, open_box,
                                        close_box),
        cmocka_unit_test_setup_teardown(only_one_takes_at_a_time, open_box, close_box),
        cmocka_unit_test_setup_teardown(a_damaged_state_is_left_alone, open_box, close_box),
        cmocka_unit_test_setup_teardown(a_full_disk_costs_nothing, open_box, close_box),
        cmocka_unit_test_setup_teardown(an_unreadable_file_stays, open_box, close_box),
        cmocka_unit_test(killed_anywhere_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
