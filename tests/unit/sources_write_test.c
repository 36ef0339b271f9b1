/* Writing back: in place, into a file of changes, and the file of rows to review. */
#include "sources_fixture.h"

#include <sys/file.h>
#include <fcntl.h>

#define EDIT(id, row, cell, before, after)                                                         \
    {                                                                                              \
        .change_id = (id), .key = (row), .column = (cell), .present = (before), .text = (after)    \
    }

static struct fixture *open_source(const char *type, const char *mode, const char *content)
{
    struct fixture *f = fixture_new(text_equal(type, "csv") ? "deals.csv" : "deals.jsonl");
    fixture_set(f, "key", "id");
    fixture_set(f, "write", mode);
    put(f, content);
    assert_int_equal(fixture_open(f, type), 0);
    assert_int_equal(fixture_read(f), 0);
    return f;
}

static void edits_only_the_cell(void **state)
{
    (void)state;
    static const struct {
        const char *type, *before, *key, *column, *present, *text, *after;
    } cases[] = {
        {"csv", "\xef\xbb\xbfid,a,b\r\n\"1\", x ,\"y\"\r\n\r\n2,\"p\nq\",z", "1", "a", " x ", "new",
         "\xef\xbb\xbfid,a,b\r\n\"1\",new,\"y\"\r\n\r\n2,\"p\nq\",z"},
        {"csv", "id,a,b\n1,x,\"y\"\n", "1", "b", "y", "z", "id,a,b\n1,x,\"z\"\n"},
        {"csv", "id,a,b\n1,x,\"y\"\n", "1", "b", "y", "", "id,a,b\n1,x,\"\"\n"},
        {"csv", "id,a,b\n1,,y", "1", "a", "", "a,\"b\"\nc", "id,a,b\n1,\"a,\"\"b\"\"\nc\",y"},
        {"csv", "id,a,b\n1,,y", "1", "a", NULL, "=1+1", "id,a,b\n1,'=1+1,y"},
        {"csv", "id,a,b\n1,,y", "1", "a", NULL, "+1 206 555", "id,a,b\n1,+1 206 555,y"},
        {"csv", "id,a,b\n1,'=1,y", "1", "a", "=1", "x", "id,a,b\n1,x,y"},
        {"csv", "id,a,b\n1,'=1,y", "1", "a", "'=1", "'@1", "id,a,b\n1,''@1,y"},
        {"csv", "id,a,a\n1,x,y\n", "1", "a (2)", "y", "z", "id,a,a\n1,x,z\n"},
        {"csv", "id,a\nbad\"\n1,x,y,z\n2,\"q\"r\n3,c\n", "3", "a", "c", "d",
         "id,a\nbad\"\n1,x,y,z\n2,\"q\"r\n3,d\n"},
        {"csv", "id,a\n1,x\n", "1", "a", "x", "x", "id,a\n1,x\n"},
        {"csv", "id,a,\n1,x\n2,y,\n", "1", "column 3", "", "n", "id,a,\n1,x,n\n2,y,\n"},
        {"jsonl", "{\"id\":\"1\", \"n\":1.50, \"s\":\"x\"} \r\n{\"id\": 2}\n", "1", "s", "x", "y\"",
         "{\"id\":\"1\",\"n\":1.50,\"s\":\"y\\\"\"} \r\n{\"id\": 2}\n"},
        {"jsonl", "{\"id\":\"1\",\"n\":1.50}", "1", "n", "1.50", "2.00",
         "{\"id\":\"1\",\"n\":2.00}"},
        {"jsonl", "{\"id\":\"1\",\"n\":1.50}", "1", "n", "1.50", "02",
         "{\"id\":\"1\",\"n\":\"02\"}"},
        {"jsonl", "{\"id\":\"1\",\"n\":1.50}", "1", "n", "1.50", "", "{\"id\":\"1\",\"n\":null}"},
        {"jsonl", "{\"id\":\"1\",\"b\":true}", "1", "b", "true", "false",
         "{\"id\":\"1\",\"b\":false}"},
        {"jsonl", "{\"id\":\"1\",\"l\":[\"a\"]}", "1", "l", "a", "b;c",
         "{\"id\":\"1\",\"l\":[\"b\",\"c\"]}"},
        {"jsonl", "{\"id\":1}", "1", "new", NULL, "v", "{\"id\":1,\"new\":\"v\"}"},
        {"jsonl", "{\"id\": 1, \"s\": \"x\"}", "1", "s", "x", "x", "{\"id\": 1, \"s\": \"x\"}"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fixture *f = open_source(cases[i].type, "in-place", cases[i].before);
        struct source_edit edit = {.change_id = "c-1",
                                   .key = cases[i].key,
                                   .column = cases[i].column,
                                   .present = cases[i].present,
                                   .text = cases[i].text};
        assert_int_equal(fixture_write(f, &edit, 1), 0);
        assert_string_equal(get_bytes(f, f->path, NULL), cases[i].after);
        struct file_state now = {0};
        assert_int_equal(f->source->type->look(f->source, &now, &f->error), 0);
        assert_true(file_same(&now, &f->state));

        /* what was written is what is read, and the state serves the next write */
        struct file_state written = f->state;
        assert_int_equal(fixture_read(f), 0);
        assert_string_equal(written.hash, f->state.hash);
        bool found = false;
        for (size_t r = 0; r < f->row_count; r++) {
            if (!text_equal(f->rows[r].key, cases[i].key))
                continue;
            size_t column = row_column(&f->rows[r], cases[i].column);
            assert_int_not_equal(column, (size_t)-1);
            const char *cell = f->rows[r].cells[column];
            assert_string_equal(cell ? cell : "", cases[i].text);
            found = true;
        }
        assert_true(found);
        fixture_free(f);
    }
}

static void refuses_what_it_must_not_write(void **state)
{
    (void)state;
    static const struct {
        const char *mode, *key, *column, *present, *text;
        int class;
        const char *message;
    } cases[] = {
        {"read-only", "1", "a", "x", "y", ERROR_REFUSED, "read-only"},
        {"in-place", "1", "a", "old", "y", ERROR_STALE, "column \"a\" of row \"1\""},
        {"in-place", "1", "a", "", "y", ERROR_STALE, "column \"a\" of row \"1\""},
        {"in-place", "9", "a", "x", "y", ERROR_STALE, "row \"9\""},
        {"in-place", "2", "a", "x", "y", ERROR_STALE, "row \"2\""}, /* a duplicate */
        {"in-place", "1", "c", "", "y", ERROR_INPUT, "add a column named c to the file"},
        {"in-place", "1", "id", "1", "y", ERROR_INPUT, "key column"},
        {"in-place", "1", "a", "x", "\xff", ERROR_INPUT, "not UTF-8"},
    };
    static const char before[] = "id,a\n1,x\n2,x\n2,y\n3,z\n";
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fixture *f = open_source("csv", cases[i].mode, before);
        struct source_edit edits[] = {
            EDIT("c-1", "3", "a", "z", "zz"), /* good, and yet not written: all or none */
            EDIT("c-1", cases[i].key, cases[i].column, cases[i].present, cases[i].text),
        };
        struct file_state old = f->state;
        assert_int_equal(fixture_write(f, edits, 2), -cases[i].class);
        assert_non_null(strstr(f->error.message, cases[i].message));
        assert_string_equal(get_bytes(f, f->path, NULL), before);
        assert_memory_equal(&old, &f->state, sizeof old);
        fixture_free(f);
    }
}

static void knows_that_the_file_moved(void **state)
{
    (void)state;
    static const char before[] = "id,a\n1,x\n";
    struct source_edit edit = EDIT("c-1", "1", "a", "x", "y");

    struct fixture *f = open_source("csv", "in-place", before);
    put(f, "id,a\n1,x\n2,y\n"); /* another size */
    assert_int_equal(fixture_write(f, &edit, 1), -ERROR_STALE);
    assert_string_equal(get_bytes(f, f->path, NULL), "id,a\n1,x\n2,y\n");
    fixture_free(f);

    /* same size and time and inode, other content: only the hash can tell */
    f = open_source("csv", "in-place", before);
    struct stat status;
    assert_int_equal(stat(f->path, &status), 0);
    put(f, "id,a\n2,x\n");
    const struct timespec times[2] = {status.st_atim, status.st_mtim};
    assert_int_equal(utimensat(AT_FDCWD, f->path, times, 0), 0);
    assert_int_equal(fixture_write(f, &edit, 1), -ERROR_STALE);
    assert_string_equal(get_bytes(f, f->path, NULL), "id,a\n2,x\n");
    fixture_free(f);

    /* another writer holds it */
    f = open_source("csv", "in-place", before);
    int held = open(f->path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(flock(held, LOCK_EX), 0);
    assert_int_equal(fixture_write(f, &edit, 1), -ERROR_TEMPORARY);
    close(held);
    assert_int_equal(fixture_write(f, &edit, 1), 0);
    assert_string_equal(get_bytes(f, f->path, NULL), "id,a\n1,y\n");
    edit.present = "y";
    edit.text = "z";
    assert_int_equal(fixture_write(f, &edit, 1), 0); /* the state that came back serves */
    assert_string_equal(get_bytes(f, f->path, NULL), "id,a\n1,z\n");
    fixture_free(f);
}

static void keeps_the_old_file_when_it_cannot_write(void **state)
{
    (void)state;
    if (geteuid() == 0)
        skip(); /* rights do not bind root */
    struct fixture *f = open_source("csv", "in-place", "id,a\n1,x\n");
    struct source_edit edit = EDIT("c-1", "1", "a", "x", "y");
    assert_int_equal(chmod(f->folder, 0500), 0);
    assert_int_equal(fixture_write(f, &edit, 1), -ERROR_PERMANENT);
    assert_int_equal(chmod(f->folder, 0700), 0);
    assert_string_equal(get_bytes(f, f->path, NULL), "id,a\n1,x\n");
    fixture_free(f);
}

static void writes_the_file_s_own_encoding(void **state)
{
    (void)state;
    struct fixture *f = fixture_new("deals.csv");
    fixture_set(f, "key", "id");
    fixture_set(f, "write", "in-place");
    fixture_set(f, "encoding", "windows-1252");
    fixture_set(f, "delimiter", ";");
    put(f, "id;n\xe4me;b\n1;\xfc;\xe9\n");
    assert_int_equal(fixture_open(f, "csv"), 0);
    assert_int_equal(fixture_read(f), 0);
    struct source_edit edit = EDIT("c-1", "1", "n\xc3\xa4me", "\xc3\xbc", "\xc3\x9f;\xe2\x82\xac");
    assert_int_equal(fixture_write(f, &edit, 1), 0);
    assert_string_equal(get_bytes(f, f->path, NULL), "id;n\xe4me;b\n1;\"\xdf;\x80\";\xe9\n");
    edit.present = edit.text;
    edit.text = "\xc4\x80"; /* not in windows-1252 */
    assert_int_equal(fixture_write(f, &edit, 1), -ERROR_INPUT);
    assert_non_null(strstr(f->error.message, "encoding: utf-8"));
    fixture_free(f);
}

static void puts_back_cells_that_a_spreadsheet_left_out(void **state)
{
    (void)state;
    CLEANUP_TEXT struct text in;
    text_init(&in, 4096);
    text_add(&in, "id,a,b\n");
    for (int i = 1; i < 16; i++)
        text_addf(&in, "%d,x,y\n", i);
    for (int i = 16; i < 20; i++)
        text_addf(&in, "%d,x\n", i);
    struct fixture *f = open_source("csv", "in-place", in.data);
    struct source_edit edit = EDIT("c-1", "17", "b", "", "new");
    assert_int_equal(fixture_write(f, &edit, 1), 0);
    assert_non_null(strstr(get(f, "deals.csv"), "\n15,x,y\n16,x,\n17,x,new\n18,x,\n19,x,\n"));
    assert_int_equal(fixture_read(f), 0);
    for (size_t i = 0; i < f->row_count; i++)
        assert_null(f->rows[i].fault_code);
    fixture_free(f);
}

/* New rows stand at the end, in the way of the rows before them. */
static void adds_rows_at_the_end(void **state)
{
    (void)state;
    static const struct {
        const char *type, *before, *key, *column, *text, *after;
    } cases[] = {
        {"csv", "id,a,b\n1,x,y\n", "N", "b", "z", "id,a,b\n1,x,y\nN,,z\n"},
        {"csv", "id,a,b\n1,x,y", "N", "a", "z", "id,a,b\n1,x,y\nN,z,\n"},
        {"csv", "id,a", "N", "a", "z", "id,a\nN,z\n"},
        {"csv", "\xef\xbb\xbfid,a\r\n1,x", "N", "a", "p\nq, \"r\"",
         "\xef\xbb\xbfid,a\r\n1,x\r\nN,\"p\nq, \"\"r\"\"\"\r\n"},
        {"csv", "a,id\nx,1\n", "N", "a", "=1+1", "a,id\nx,1\n'=1+1,N\n"},
        {"csv", "id,a\n1,x\n", "-N", "a", "+1 206 555", "id,a\n1,x\n'-N,+1 206 555\n"},
        {"csv", "\"id\",\"a\",\"b\"\n\"1\",\"x\",\"\"\n", "N", "a", "z",
         "\"id\",\"a\",\"b\"\n\"1\",\"x\",\"\"\n\"N\",\"z\",\"\"\n"},
        {"csv", "\"id\",\"a\"\n1,x\n", "N", "a", "z", "\"id\",\"a\"\n1,x\nN,z\n"},
        {"csv", "id,a,b\n1,x\n,,\n", "N", "a", "z", "id,a,b\n1,x\n,,\nN,z,\n"},
        {"jsonl", "{\"id\":\"1\"}\n", "N", "a", "z",
         "{\"id\":\"1\"}\n{\"id\":\"N\",\"a\":\"z\"}\n"},
        {"jsonl", "{\"id\":\"1\"}\r\n{\"id\":\"2\"}", "N", "a", "",
         "{\"id\":\"1\"}\r\n{\"id\":\"2\"}\r\n{\"id\":\"N\"}\r\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fixture *f = open_source(cases[i].type, "in-place", cases[i].before);
        struct source_edit edit = EDIT("c-1", cases[i].key, cases[i].column, "", cases[i].text);
        edit.fresh = true;
        assert_int_equal(fixture_write(f, &edit, 1), 0);
        assert_string_equal(get_bytes(f, f->path, NULL), cases[i].after);
        assert_int_equal(fixture_write(f, &edit, 1), -ERROR_STALE); /* never twice */
        assert_string_equal(get_bytes(f, f->path, NULL), cases[i].after);
        assert_int_equal(fixture_read(f), 0);
        const struct row *row = &f->rows[f->row_count - 1];
        assert_string_equal(row->key, cases[i].key);
        assert_null(row->fault_code);
        size_t column = row_column(row, cases[i].column);
        assert_string_equal(column == (size_t)-1 || !row->cells[column] ? "" : row->cells[column],
                            cases[i].text);
        fixture_free(f);
    }
}

static void adds_rows_beside_other_edits(void **state)
{
    (void)state;
    static const char *const before[] = {"id;n\xe4me;b\n1;x;\n",
                                         "{\"id\":1,\"n\xc3\xa4me\":\"x\"}\n"};
    static const char *const after[] = {
        "id;n\xe4me;b\n1;y;\nN\xfc;\"a;\xdf\";2\nM;;m\n",
        "{\"id\":1,\"n\xc3\xa4me\":\"y\"}\n"
        "{\"id\":\"N\xc3\xbc\",\"n\xc3\xa4me\":\"a;\xc3\x9f\",\"b\":\"2\"}\n"
        "{\"id\":\"M\",\"b\":\"m\"}\n"};
    for (size_t i = 0; i < COUNT(before); i++) {
        struct fixture *f = fixture_new(i ? "deals.jsonl" : "deals.csv");
        fixture_set(f, "key", "id");
        fixture_set(f, "write", "in-place");
        if (i == 0) {
            fixture_set(f, "encoding", "windows-1252");
            fixture_set(f, "delimiter", ";");
        }
        put(f, before[i]);
        assert_int_equal(fixture_open(f, i ? "jsonl" : "csv"), 0);
        assert_int_equal(fixture_read(f), 0);
        struct source_edit edits[] = {
            EDIT("c-2", "N\xc3\xbc", "n\xc3\xa4me", NULL, "a;\xc3\x9f"),
            EDIT("c-1", "1", "n\xc3\xa4me", "x", "y"),
            EDIT("c-2", "N\xc3\xbc", "b", NULL, "2"),
            EDIT("c-3", "M", "b", NULL, "m"),
        };
        edits[0].fresh = edits[2].fresh = edits[3].fresh = true;
        edits[1].present = "old"; /* all or none */
        assert_int_equal(fixture_write(f, edits, COUNT(edits)), -ERROR_STALE);
        assert_string_equal(get_bytes(f, f->path, NULL), before[i]);
        edits[1].present = "x";
        edits[3].key = "1"; /* is there */
        assert_int_equal(fixture_write(f, edits, COUNT(edits)), -ERROR_STALE);
        assert_string_equal(get_bytes(f, f->path, NULL), before[i]);
        edits[3].key = "M";
        assert_int_equal(fixture_write(f, edits, COUNT(edits)), 0);
        assert_string_equal(get_bytes(f, f->path, NULL), after[i]);
        assert_int_equal(fixture_read(f), 0);
        assert_int_equal(f->row_count, 3);
        fixture_free(f);
    }
}

/* A key that only a broken row has is there all the same; a column that is missing is said. */
static void refuses_rows_it_cannot_add(void **state)
{
    (void)state;
    static const char before[] = "id,a,b\n1,x,y\n2,x,y\n2,x,y\n3\n";
    static const struct {
        const char *key, *column;
        int class;
    } cases[] = {{"2", "a", ERROR_STALE}, {"3", "a", ERROR_STALE}, {"4", "c", ERROR_INPUT}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fixture *f = open_source("csv", "in-place", before);
        struct source_edit edit = EDIT("c-1", cases[i].key, cases[i].column, "", "new");
        edit.fresh = true;
        assert_int_equal(fixture_write(f, &edit, 1), -cases[i].class);
        assert_string_equal(get_bytes(f, f->path, NULL), before);
        fixture_free(f);
    }
}

/* Sixteen rows lack their empty cells at the end; a row that has them must not make those look
 * damaged. */
static void pads_the_block_that_a_new_row_joins(void **state)
{
    (void)state;
    for (int rows = 14; rows <= 34; rows++) {
        CLEANUP_TEXT struct text in;
        text_init(&in, 4096);
        text_add(&in, "id,a,b\n");
        for (int i = 1; i <= rows; i++)
            text_addf(&in, i < 16 ? "%d,x,y\n" : "%d,x\n", i);
        struct fixture *f = open_source("csv", "in-place", in.data);
        struct source_edit edit = EDIT("c-1", "N", "b", "", "new");
        edit.fresh = true;
        assert_int_equal(fixture_write(f, &edit, 1), 0);
        assert_int_equal(fixture_read(f), 0);
        assert_int_equal(f->row_count, rows + 1);
        for (size_t i = 0; i < f->row_count; i++)
            assert_null(f->rows[i].fault_code);
        if (rows == 31) /* the row begins a block of its own */
            assert_true(text_starts(get_bytes(f, f->path, NULL), in.data));
        fixture_free(f);
    }
}

/* A random file in a random style. */
static void make_file(struct text *out, uint64_t *seed, size_t rows, size_t columns)
{
    static const char *const cells[] = {"",      "x",        "long text", "\"q\"",      "\"a,b\"",
                                        "\"\"",  "\"l\nm\"", "5\" pipe",  "=1",         "'=1",
                                        "+1 23", "\xc3\xa9", " pad ",     "\"d\"\"d\"", "null"};
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    text_add(out, next_random(seed) % 2 ? "\xef\xbb\xbf" : "");
    text_add(out, "id");
    for (size_t c = 1; c < columns; c++)
        text_addf(out, ",c%zu", c);
    for (size_t r = 0; r < rows; r++) {
        text_add(out, ends[next_random(seed) % COUNT(ends)]);
        text_addf(out, "k%zu", r);
        for (size_t c = 1; c < columns; c++)
            text_addf(out, ",%s", cells[next_random(seed) % COUNT(cells)]);
    }
    text_add(out, next_random(seed) % 2 ? "\r\n" : "");
}

/* Whatever is edited, the bytes before and after the cell stay, and all other cells read the same.
 */
static void keeps_all_other_bytes(void **state)
{
    (void)state;
    static const char *const values[] = {"", "v", "a,b", "line\nline", "\"", "=x", "'=x", "+44 1"};
    uint64_t seed = 20261102;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int round = 0; round < 300; round++) {
        size_t rows = 1 + next_random(&seed) % 20;
        size_t columns = 2 + next_random(&seed) % 4;
        CLEANUP_TEXT struct text before;
        text_init(&before, 65536);
        make_file(&before, &seed, rows, columns);
        struct fixture *f = open_source("csv", "in-place", before.data);
        assert_int_equal(f->row_count, rows);
        struct row *old = arena_array(f->arena, rows, sizeof *old);
        memcpy(old, f->rows, rows * sizeof *old);

        size_t r = next_random(&seed) % rows;
        size_t c = 1 + next_random(&seed) % (columns - 1);
        struct source_edit edit = EDIT("c-1", old[r].key, old[r].columns[c], old[r].raw[c],
                                       values[next_random(&seed) % COUNT(values)]);
        assert_int_equal(fixture_write(f, &edit, 1), 0);

        size_t length = 0;
        const char *after = get_bytes(f, f->path, &length);
        size_t head = 0;
        while (head < length && head < before.length && after[head] == before.data[head])
            head++;
        size_t tail = 0;
        while (tail < length - head && tail < before.length - head &&
               after[length - 1 - tail] == before.data[before.length - 1 - tail])
            tail++;
        /* what differs is one cell: no longer than the longest cell of either */
        assert_true(before.length - head - tail <= 12);
        assert_true(length - head - tail <= 14);

        assert_int_equal(fixture_read(f), 0);
        assert_int_equal(f->row_count, rows);
        for (size_t i = 0; i < rows; i++) {
            for (size_t k = 0; k < columns; k++) {
                bool edited = i == r && k == c;
                if (!edited)
                    assert_string_equal(f->rows[i].raw[k], old[i].raw[k]);
                else if (!text_equal(edit.text, ""))
                    assert_string_equal(f->rows[i].cells[k], edit.text);
            }
        }
        fixture_free(f);
    }
}

static void collects_changes_once(void **state)
{
    (void)state;
    struct fixture *f = open_source("csv", "changes-file", "id,a,b\n1,x,\n");
    struct source_edit edits[] = {
        EDIT("c-1", "1", "a", "x", "=cmd"),
        EDIT("c-1", "1", "b", NULL, "two\nlines, \"q\""),
    };
    struct file_state old = f->state;
    assert_int_equal(fixture_write(f, edits, 2), 0);
    assert_memory_equal(&old, &f->state, sizeof old);
    static const char first[] = "at,change,key,column,old,new\n"
                                "2026-11-02T10:00:00.000Z,c-1,1,a,x,'=cmd\n"
                                "2026-11-02T10:00:00.000Z,c-1,1,b,,\"two\nlines, \"\"q\"\"\"\n";
    assert_string_equal(get(f, "deals.changes.csv"), first);
    assert_int_equal(fixture_write(f, edits, 2), 0); /* again: nothing twice */
    assert_string_equal(get(f, "deals.changes.csv"), first);
    assert_string_equal(get(f, "deals.csv"), "id,a,b\n1,x,\n");

    struct source_edit more = EDIT("c-2", "1", "a", "=cmd", "y");
    assert_int_equal(f->source->type->write(f->source, &more, 1, NULL, &f->state, &f->error), 0);
    const char *second = get(f, "deals.changes.csv");
    assert_true(text_starts(second, first));
    assert_string_equal(second + strlen(first), "2026-11-02T10:00:00.000Z,c-2,1,a,'=cmd,y\n");
    fixture_free(f);
}

/* Cut off anywhere by a crash, the file is whole again after the same write, each row once. */
static void mends_a_torn_changes_file(void **state)
{
    (void)state;
    struct source_edit edits[] = {
        EDIT("c-1", "1", "a", "x", "one\ntwo, \"three\"\nfour"),
        EDIT("c-2", "1", "b", "", "y"),
    };
    struct fixture *f = open_source("csv", "changes-file", "id,a,b\n1,x,\n");
    assert_int_equal(fixture_write(f, edits, 2), 0);
    const char *whole = get(f, "deals.changes.csv");
    char path[192];
    snprintf(path, sizeof path, "%s/deals.changes.csv", f->folder);
    for (size_t cut = 0; cut <= strlen(whole); cut++) {
        put_bytes(path, whole, cut);
        assert_int_equal(fixture_write(f, edits, 2), 0);
        assert_string_equal(get(f, "deals.changes.csv"), whole);
    }
    static const char *const foreign[] = {"id,a\n1,x\n", "notes", "at,change,key\n", "\xff\xfe"};
    for (size_t i = 0; i < COUNT(foreign); i++) {
        put_bytes(path, foreign[i], strlen(foreign[i]));
        assert_int_equal(fixture_write(f, edits, 2), -ERROR_INPUT);
        assert_string_equal(get(f, "deals.changes.csv"), foreign[i]);
    }
    fixture_free(f);
}

static void writes_rows_to_review(void **state)
{
    (void)state;
    struct fixture *f = open_source("csv", "read-only", "id,na=me,b\n,=1,\"x,y\"\n2,A\n3,-4,z\n");
    struct review_row rows[] = {
        {&f->rows[0], "SRC-001", "nothing in the key column"},
        {&f->rows[1], "SRC-006", "2 cells, 3 expected"},
        {&f->rows[2], "REF-001", "=odd"},
    };
    const char *path = NULL;
    assert_int_equal(source_review(f->source, "deals", rows, 3, f->arena, &path, &f->error), 0);
    assert_non_null(strstr(path, "/deals.deals.needs-review.csv"));
    assert_string_equal(get(f, "deals.deals.needs-review.csv"),
                        "id,na=me,b,review_code,review_reason,review_line\n"
                        ",'=1,\"x,y\",SRC-001,nothing in the key column,2\n"
                        "2,A,,SRC-006,\"2 cells, 3 expected\",3\n"
                        "3,'-4,z,REF-001,'=odd,4\n");
    f->rows[0].raw[1] = "\xc3\xa9";
    assert_int_equal(source_review(f->source, "deals", rows, 1, f->arena, NULL, &f->error), 0);
    assert_string_equal(get(f, "deals.deals.needs-review.csv"),
                        "\xef\xbb\xbfid,na=me,b,review_code,review_reason,review_line\n"
                        ",\xc3\xa9,\"x,y\",SRC-001,nothing in the key column,2\n");
    for (int i = 0; i < 2; i++) { /* the second time it is gone already */
        assert_int_equal(source_review(f->source, "deals", NULL, 0, f->arena, &path, &f->error), 0);
        assert_null(path);
        assert_null(get(f, "deals.deals.needs-review.csv"));
    }
    fixture_free(f);
}

static void names_its_other_files(void **state)
{
    (void)state;
    static const struct {
        const char *path, *changes;
    } cases[] = {
        {"/a/b.csv", "/a/b.changes.csv"},
        {"/a.d/b", "/a.d/b.changes.csv"},
        {"b.tar.csv", "b.tar.changes.csv"},
        {"/a/.csv", "/a/.csv.changes.csv"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct setting items[] = {{.name = "path", .text = cases[i].path},
                                  {.name = "key", .text = "id"}};
        struct settings settings = {items, COUNT(items)};
        struct source *source = NULL;
        assert_int_equal(
            source_open("s", source_type_find("csv"), &settings, &fixed_world, &source, NULL), 0);
        assert_string_equal(source->changes_path, cases[i].changes);
        assert_false(source_writable(source));
        source_close(source);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_only_the_cell),
        cmocka_unit_test(refuses_what_it_must_not_write),
        cmocka_unit_test(knows_that_the_file_moved),
        cmocka_unit_test(keeps_the_old_file_when_it_cannot_write),
        cmocka_unit_test(writes_the_file_s_own_encoding),
        cmocka_unit_test(puts_back_cells_that_a_spreadsheet_left_out),
        cmocka_unit_test(adds_rows_at_the_end),
        cmocka_unit_test(adds_rows_beside_other_edits),
        cmocka_unit_test(refuses_rows_it_cannot_add),
        cmocka_unit_test(pads_the_block_that_a_new_row_joins),
        cmocka_unit_test(keeps_all_other_bytes),
        cmocka_unit_test(collects_changes_once),
        cmocka_unit_test(mends_a_torn_changes_file),
        cmocka_unit_test(writes_rows_to_review),
        cmocka_unit_test(names_its_other_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
