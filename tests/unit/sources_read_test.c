/* Reading sources: what becomes a row, and what is wrong with it. */
#include "sources_fixture.h"

static struct fixture *open_csv(const char *content)
{
    struct fixture *f = fixture_new("deals.csv");
    fixture_set(f, "key", "id");
    put(f, content);
    assert_int_equal(fixture_open(f, "csv"), 0);
    return f;
}

static struct fixture *read_csv(const char *content)
{
    struct fixture *f = open_csv(content);
    assert_int_equal(fixture_read(f), 0);
    return f;
}

/* Every row as "line:key[cell|cell]code@column". */
static char *show(struct fixture *f)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, 1024 * 1024);
    for (size_t i = 0; i < f->row_count; i++) {
        const struct row *row = &f->rows[i];
        text_addf(&out, "%s%zu:%s[", i > 0 ? " " : "", row->place.line, row->key ? row->key : "-");
        for (size_t c = 0; c < row->column_count; c++)
            text_addf(&out, "%s%s", c > 0 ? "|" : "", row->cells[c] ? row->cells[c] : "~");
        text_add_char(&out, ']');
        if (row->fault_code) {
            text_addf(&out, "%s@%zu", row->fault_code, row->fault_column);
            assert_non_null(row->fault);
        }
    }
    return arena_copy(f->arena, out.data);
}

static void reads_rows_and_their_faults(void **state)
{
    (void)state;
    static const struct {
        const char *in, *expected;
    } cases[] = {
        {"id,name\n", ""},
        {"id,name\n1,A\n2,B", "2:1[1|A] 3:2[2|B]"},
        {"\xef\xbb\xbfid,name\r\n 1 ,A\r\n\r\n,,\n , \n2,\n", "2:1[ 1 |A] 6:2[2|~]"},
        {"id,name\n,A\n \xc2\xa0,B\n", "2:-[~|A]SRC-001@1 3:-[~|B]SRC-001@1"},
        {"id,name\n1,A\n2,B\n 1,C\n", "2:1[1|A]SRC-002@1 3:2[2|B] 4:1[ 1|C]SRC-002@1"},
        {"id,name\n2.5E+09,A\n\"1,2E+11\",B\n12E4,C\n5E+0x,D\n1.E+09,E\n",
         "2:2.5E+09[2.5E+09|A]SRC-003@1 3:1,2E+11[1,2E+11|B]SRC-003@1 4:12E4[12E4|C] "
         "5:5E+0x[5E+0x|D] 6:1.E+09[1.E+09|E]"},
        {"id,name\n1,\"A\"x\n2,B\n", "2:1[1|\"A\"x]SRC-005@2 3:2[2|B]"},
        {"id,name\n1,\"A\n2,B\n", "2:1[1|\"A]SRC-005@2 3:2[2|B]"},
        {"id,name,c\n1,A,x,y\n2,B,x\n3,C\n", "2:1[1|A|x]SRC-006@4 3:2[2|B|x] 4:3[3|C|~]SRC-006@2"},
        {"id,name,,\n1,A\n2,B,x,y\n", "2:1[1|A|~|~] 3:2[2|B|x|y]"},
        {"id,name\n1,A\xff\n2,B\n", "2:1[1|A\xef\xbf\xbd]SRC-007@2 3:2[2|B]"},
        {"id,name\n1,\"a\nb\"\n2,B\n", "2:1[1|a\nb] 4:2[2|B]"},
        {"id,name\n'-1,'=A\n", "2:-1[-1|=A]"},
        {"id,name\n007,A\n7,B\n", "2:007[007|A] 3:7[7|B]"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fixture *f = read_csv(cases[i].in);
        assert_string_equal(show(f), cases[i].expected);
        fixture_free(f);
    }
}

static void says_where_the_bytes_break(void **state)
{
    (void)state;
    struct fixture *f = read_csv("id,name\n1,A\n2,\"x\"\"\xc3(\"\n");
    assert_string_equal(f->rows[1].fault_code, "SRC-007");
    assert_non_null(strstr(f->rows[1].fault, "byte 18 "));
    assert_int_equal(f->rows[1].fault_column, 2);
    fixture_free(f);
}

static void refuses_whole_files(void **state)
{
    (void)state;
    static const struct {
        const char *in, *message;
    } cases[] = {
        {"", "empty"},
        {"\n\n", "empty"},
        {"\xff\xfe"
         "i",
         "UTF-16"},
        {"ID,name\n1,A\n", "did you mean \"ID\""},
        {"number,name\n1,A\n", "no column \"id\""},
        {"id,name,id\n1,A,2\n", "twice"},
        {"id,n\xe4me\n1,A\n", "save the file as UTF-8 or set encoding"},
        {"id,\"name\n1,A\n", "never closed"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fixture *f = open_csv(cases[i].in);
        f->state.size = 77;
        assert_int_equal(fixture_read(f), -ERROR_INPUT);
        assert_non_null(strstr(f->error.message, cases[i].message));
        assert_non_null(strstr(f->error.message, "deals.csv"));
        assert_int_equal(f->state.size, 77);
        fixture_free(f);
    }
    struct fixture *f = open_csv("id\n1\n");
    unlink(f->path);
    assert_int_equal(fixture_read(f), -ERROR_INPUT);
    fixture_free(f);
}

static void renames_duplicate_columns_and_says_so(void **state)
{
    (void)state;
    struct fixture *f = read_csv("id,Name,,Name,Name (2),Name,\n1,a,b,c,d,e,f\n");
    static const char *const names[] = {"id",           "Name",     "column 3", "Name (2)",
                                        "Name (2) (2)", "Name (3)", "column 7"};
    for (size_t i = 0; i < COUNT(names); i++)
        assert_string_equal(f->rows[0].columns[i], names[i]);
    assert_int_equal(f->source->notice_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(f->source->notices[i].code, "SRC-008");
        assert_int_equal(f->source->notices[i].place.line, 1);
    }
    assert_int_equal(f->source->notices[0].place.column, 4);
    assert_non_null(strstr(f->source->notices[0].detail, "\"Name (2)\""));
    assert_int_equal(fixture_read(f), 0); /* again: not twice as many */
    assert_int_equal(f->source->notice_count, 3);
    fixture_free(f);
}

/* A block of 16 rows that are all equally short is a spreadsheet's habit; one short row is damage.
 */
static void accepts_blocks_of_short_rows(void **state)
{
    (void)state;
    CLEANUP_TEXT struct text in;
    text_init(&in, 4096);
    text_add(&in, "id,a,b\n");
    for (int i = 1; i < 16; i++)
        text_addf(&in, "%d,x,y\n", i);
    for (int i = 16; i < 32; i++)
        text_addf(&in, "%d,x\n", i);
    for (int i = 32; i < 48; i++)
        text_addf(&in, i == 40 ? "%d,x\n" : "%d,x,y\n", i);
    struct fixture *f = read_csv(in.data);
    assert_int_equal(f->row_count, 47);
    for (size_t i = 0; i < f->row_count; i++) {
        bool damaged = f->rows[i].fault_code != NULL;
        assert_int_equal(damaged, i + 1 == 40);
        assert_int_equal(f->rows[i].cells[2] == NULL, (i + 1 >= 16 && i + 1 < 32) || i + 1 == 40);
    }
    fixture_free(f);
}

static void reads_options(void **state)
{
    (void)state;
    static const char *words[] = {"null", "N/A", "-", NULL};
    struct fixture *f = fixture_new("deals.txt");
    fixture_set(f, "key", "id");
    fixture_set(f, "delimiter", "tab");
    fixture_set(f, "encoding", "windows-1252");
    fixture_set(f, "modified", "changed");
    fixture_set(f, "date_format", "DD-MM-YYYY");
    fixture_null_words(f, words);
    put(f, "id\tname\tchanged\n"
           "1\tM\xfcller \x80\t2026-11-02T10:00:00Z\n"
           "2\t Null \t01-01-1970\n"
           "3\tn/a\t02-01-1970\n"
           "4\t-5\tyesterday\n"
           "5\ty\ttoday\n"
           "NULL\tx\t\n"
           "6\tx\x81\t\n");
    assert_int_equal(fixture_open(f, "csv"), 0);
    assert_int_equal(fixture_read(f), 0);
    assert_string_equal(show(f),
                        "2:1[1|M\xc3\xbcller \xe2\x82\xac|2026-11-02T10:00:00Z] "
                        "3:2[2|~|01-01-1970] 4:3[3|~|02-01-1970] 5:4[4|-5|yesterday] "
                        "6:5[5|y|today] 7:-[~|x|~]SRC-001@1 8:6[6|x\xef\xbf\xbd|~]SRC-007@2");
    assert_int_equal(f->rows[0].modified_ms, INT64_C(1793613600000));
    assert_int_equal(f->rows[1].modified_ms, 0);
    assert_int_equal(f->rows[2].modified_ms, 86400000);
    assert_int_equal(f->rows[3].modified_ms, 0);
    assert_string_equal(f->rows[1].raw[1], " Null ");
    assert_int_equal(f->source->notice_count, 1); /* the first bad time speaks for all */
    assert_string_equal(f->source->notices[0].code, "SRC-004");
    assert_int_equal(f->source->notices[0].place.line, 5);
    assert_non_null(strstr(f->source->notices[0].detail, "yesterday"));
    fixture_free(f);
}

static void refuses_senseless_options(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } cases[] = {
        {"delimiter", ""},   {"delimiter", "ab"},      {"delimiter", "\""},
        {"delimiter", "\n"}, {"date_format", "DD-MM"}, {"list_separator", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fixture *f = fixture_new("deals.csv");
        fixture_set(f, "key", "id");
        fixture_set(f, cases[i].name, cases[i].text);
        assert_int_equal(fixture_open(f, "csv"), -ERROR_INPUT);
        assert_non_null(strstr(f->error.message, cases[i].name));
        assert_null(f->source);
        fixture_free(f);
    }
    struct fixture *f = fixture_new("deals.csv");
    fixture_set(f, "key", "id");
    fixture_set(f, "changes_file", f->path);
    assert_int_equal(fixture_open(f, "csv"), -ERROR_INPUT);
    fixture_free(f);
}

static int stop_at_once(void *context, const struct row *row)
{
    (void)row;
    ++*(int *)context;
    return -ERROR_PERMANENT;
}

static void ends_when_told_to(void **state)
{
    (void)state;
    struct fixture *f = open_csv("id\n1\n2\n");
    int calls = 0;
    assert_int_equal(f->source->type->read(f->source, stop_at_once, &calls, &f->state, &f->error),
                     -ERROR_PERMANENT);
    assert_int_equal(calls, 1);
    fixture_free(f);
}

static void tells_which_content_was_read(void **state)
{
    (void)state;
    struct fixture *f = read_csv("id\n1\n");
    struct file_state now = {0};
    assert_int_equal(f->source->type->look(f->source, &now, &f->error), 0);
    assert_true(file_same(&now, &f->state));
    assert_int_equal(strlen(f->state.hash), 64);
    put(f, "id\n1\n2\n");
    assert_int_equal(f->source->type->look(f->source, &now, &f->error), 0);
    assert_false(file_same(&now, &f->state));
    fixture_free(f);
}

/* Wherever an export is cut off, the rows before the cut are right, and the one that is cut is
 * never taken for whole unless the cut is inside its last cell. */
static void survives_any_cut(void **state)
{
    (void)state;
    static const char in[] = "id,name,note,end\n1,A,\"x\ny\",e\n2,\"B,C\",z,e\n3,D,,e\n";
    static const char *const whole[] = {"2:1[1|A|x\ny|e]", "4:2[2|B,C|z|e]", "5:3[3|D|~|e]"};
    for (size_t cut = 0; cut < sizeof in; cut++) {
        struct fixture *f = fixture_new("deals.csv");
        fixture_set(f, "key", "id");
        put_bytes(f->path, in, cut);
        assert_int_equal(fixture_open(f, "csv"), 0);
        if (fixture_read(f) == 0) {
            for (size_t i = 0; i < f->row_count; i++) {
                const struct row *row = &f->rows[i];
                assert_true(row->fault_code || (i < COUNT(whole) && row->cells[3]) ||
                            row->raw[3][0] == '\0');
                if (!row->fault_code && row->cells[3]) {
                    f->rows[0] = *row;
                    f->row_count = 1;
                    assert_string_equal(show(f), whole[i]);
                    break;
                }
            }
        }
        fixture_free(f);
    }
}

static struct fixture *read_jsonl(const char *content)
{
    struct fixture *f = fixture_new("deals.jsonl");
    fixture_set(f, "key", "id");
    put(f, content);
    assert_int_equal(fixture_open(f, "jsonl"), 0);
    assert_int_equal(fixture_read(f), 0);
    return f;
}

static void reads_json_lines(void **state)
{
    (void)state;
    static const struct {
        const char *in, *expected;
    } cases[] = {
        {"{\"id\":\"1\",\"n\":1.50}\n\n{\"id\":2,\"b\":true,\"n\":null}\r\n",
         "1:1[1|1.50|~] 3:2[2|~|true]"},
        {"\xef\xbb\xbf{\"id\":\"1\",\"l\":[\"a\",2,false]}", "1:1[1|a;2;false]"},
        {"{\"id\":\"1\",\"l\":[]}", "1:1[1|~]"},
        {"{\"id\":\"1\",\"o\":{}}\n{\"id\":\"2\",\"l\":[[1]]}", "1:1[1] 2:2[2]"},
        {"{\"id\":\"1\",\"o\":{}}\n{\"id\":\"2\",\"o\":\"x\"}", "1:1[1|~]SRC-005@2 2:2[2|x]"},
        {"{\"id\":\"1\",\"l\":[\"a;b\"]}", "1:1[1|~]SRC-005@2"},
        {"{\"id\":\"1\"}\n{\"id\":\n[1]\n{\"id\":\"1\"}",
         "1:1[1]SRC-002@1 2:-[~]SRC-005@0 3:-[~]SRC-005@0 4:1[1]SRC-002@1"},
        {"{\"id\":\"1\"}\n{\"x\":\"\xff\"}\n{\"id\":\" \"}\n{\"id\":\"2.5E+09\"}",
         "1:1[1] 2:-[~]SRC-007@0 3:-[~]SRC-001@1 4:2.5E+09[2.5E+09]SRC-003@1"},
        {"{\"id\":\"1\",\"a\":\"'=1\"}", "1:1[1|'=1]"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fixture *f = read_jsonl(cases[i].in);
        assert_string_equal(show(f), cases[i].expected);
        fixture_free(f);
    }
}

static void refuses_whole_json_lines_files(void **state)
{
    (void)state;
    static const char *const cases[] = {"", "\n \n", "{\"x\":1}\n", "not json\n"};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fixture *f = fixture_new("deals.jsonl");
        fixture_set(f, "key", "id");
        put(f, cases[i]);
        assert_int_equal(fixture_open(f, "jsonl"), 0);
        assert_int_equal(fixture_read(f), -ERROR_INPUT);
        assert_non_null(strstr(f->error.message, "deals.jsonl"));
        fixture_free(f);
    }
}

static void survives_any_cut_of_json_lines(void **state)
{
    (void)state;
    static const char in[] = "{\"id\":\"1\",\"n\":10}\n{\"id\":\"2\",\"n\":200}\n";
    for (size_t cut = 0; cut < sizeof in; cut++) {
        struct fixture *f = fixture_new("deals.jsonl");
        fixture_set(f, "key", "id");
        put_bytes(f->path, in, cut);
        assert_int_equal(fixture_open(f, "jsonl"), 0);
        if (fixture_read(f) == 0) {
            assert_string_equal(f->rows[0].cells[1], "10");
            if (f->row_count > 1 && !f->rows[1].fault_code)
                assert_string_equal(f->rows[1].cells[1], "200");
        }
        fixture_free(f);
    }
}

static void knows_its_types(void **state)
{
    (void)state;
    assert_int_equal(source_type_count, 2);
    assert_null(source_type_find("xlsx"));
    assert_null(source_type_find(NULL));
    for (size_t i = 0; i < source_type_count; i++) {
        const struct source_type *type = source_types[i];
        assert_ptr_equal(source_type_find(type->name), type);
        for (size_t o = 0; o < type->option_count; o++) {
            assert_non_null(type->options[o].name);
            assert_non_null(type->options[o].help);
            assert_int_equal(type->options[o].type == OPTION_WORD, type->options[o].words != NULL);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_rows_and_their_faults),
        cmocka_unit_test(says_where_the_bytes_break),
        cmocka_unit_test(refuses_whole_files),
        cmocka_unit_test(renames_duplicate_columns_and_says_so),
        cmocka_unit_test(accepts_blocks_of_short_rows),
        cmocka_unit_test(reads_options),
        cmocka_unit_test(refuses_senseless_options),
        cmocka_unit_test(ends_when_told_to),
        cmocka_unit_test(tells_which_content_was_read),
        cmocka_unit_test(survives_any_cut),
        cmocka_unit_test(reads_json_lines),
        cmocka_unit_test(refuses_whole_json_lines_files),
        cmocka_unit_test(survives_any_cut_of_json_lines),
        cmocka_unit_test(knows_its_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
