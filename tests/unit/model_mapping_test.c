/* Rows to records and back: every bad cell is told with its place, and a cell that already means a
 * value is left as its author wrote it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/mapping.h"
#include "model/value.h"

enum column { KEY, NAME, STAGE, AMOUNT, CURRENCY, CLOSE, ACCOUNT, NEEDS, SECRET, COLUMNS };

static const char *const columns[COLUMNS] = {"Key",   "Name",    "Stage", "Amount",  "Currency",
                                             "Close", "Account", "Needs", "Security"};

static const struct word_pair stage_words[] = {
    {"Discovery", "qualified"},
    {"Closed Won", "won"},
    {"Won!", "won"},
};
static const struct word_pair need_words[] = {{"Arch", "Architectural Validation"}};
static const struct word_pair flag_words[] = {{"TRUE", "yes"}, {"FALSE", "no"}};

struct fixture {
    struct arena *arena;
    struct field_map maps[8];
    struct job job;
    struct row row;
    const char *cells[COLUMNS], *raw[COLUMNS];
    char told[1024]; /* "CODE field line:column; " per finding */
    char detail[1024];
    char subject[64];
};

static size_t field(const char *name)
{
    size_t index = kind_field(&kinds[KIND_REFERRAL], name);
    assert_true(index != FIELD_NONE);
    return index;
}

static int setup(void **state)
{
    struct fixture *f = memory_alloc(sizeof *f);
    f->arena = arena_new();
    const struct field_map maps[] = {
        {.field = field("title"), .column = "Name"},
        {.field = field("stage"),
         .column = "Stage",
         .words = stage_words,
         .word_count = COUNT(stage_words)},
        {.field = field("spend"),
         .column = "Amount",
         .currency_column = "Currency",
         .style = {.decimal = ',', .currency = "EUR"}},
        {.field = field("close_date"), .column = "Close", .style = {.date = "DD.MM.YYYY"}},
        {.field = field("cloud_account"), .column = "Account"},
        {.field = field("needs"),
         .column = "Needs",
         .words = need_words,
         .word_count = COUNT(need_words),
         .style = {.separator = ", "}},
        {.field = field("national_security"),
         .column = "Security",
         .fallback = "no",
         .words = flag_words,
         .word_count = COUNT(flag_words)},
        {.field = field("involvement"), .constant = "co_sell"},
    };
    memcpy(f->maps, maps, sizeof maps);
    f->job = (struct job){.name = "j",
                          .source = "crm",
                          .kind = &kinds[KIND_REFERRAL],
                          .fields = f->maps,
                          .field_count = COUNT(maps)};
    static const char *const good[COLUMNS] = {"K1",         " Deal ",      "closed won",
                                              "1.234,50",   "usd",         "31.03.2027",
                                              "0012345678", "Arch, Other", ""};
    for (size_t i = 0; i < COLUMNS; i++) {
        f->raw[i] = good[i];
        f->cells[i] = *good[i] ? good[i] : NULL;
    }
    f->row = (struct row){.key = "K1",
                          .columns = columns,
                          .cells = f->cells,
                          .raw = f->raw,
                          .column_count = COLUMNS,
                          .modified_ms = 77,
                          .place = {"deals.csv", 12, 0}};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    arena_free(f->arena);
    free(f);
    return 0;
}

static void set(struct fixture *f, enum column column, const char *text)
{
    f->raw[column] = text ? text : "";
    f->cells[column] = text;
}

static void tell(void *context, const struct finding *finding)
{
    struct fixture *f = context;
    size_t used = strlen(f->told);
    snprintf(f->told + used, sizeof f->told - used, "%s %s %zu:%zu; ", finding->type->code,
             finding->field ? finding->field : "-", finding->place.line, finding->place.column);
    snprintf(f->detail, sizeof f->detail, "%s", finding->detail ? finding->detail : "");
    snprintf(f->subject, sizeof f->subject, "%s", finding->subject);
    assert_string_equal(finding->job, "j");
    assert_string_equal(finding->place.file, "deals.csv");
    assert_true(text_equal(finding->local_key, f->row.key));
}

static struct record *must_map(struct fixture *f)
{
    struct record *record = NULL;
    f->told[0] = '\0';
    if (mapping_record(f->arena, &f->job, &f->row, tell, f, &record))
        fail_msg("%s: %s", f->told, f->detail);
    assert_string_equal(f->told, "");
    return record;
}

static void must_refuse(struct fixture *f, const char *told, const char *says)
{
    struct record *record = NULL;
    f->told[0] = '\0';
    assert_int_equal(mapping_record(f->arena, &f->job, &f->row, tell, f, &record), -ERROR_INPUT);
    assert_null(record);
    assert_string_equal(f->told, told);
    if (!strstr(f->detail, says))
        fail_msg("\"%s\" does not say \"%s\"", f->detail, says);
    assert_int_equal(mapping_record(f->arena, &f->job, &f->row, NULL, NULL, &record), -ERROR_INPUT);
}

static void test_good_row(void **state)
{
    struct fixture *f = *state;
    struct record *record = must_map(f);
    static const char *const expected[][2] = {
        {"title", "Deal"},
        {"stage", "won"},
        {"spend", "1234.50 USD"},
        {"close_date", "2027-03-31"},
        {"cloud_account", "0012345678"},
        {"needs", "Architectural Validation\x1fOther"},
        {"national_security", "no"},
        {"involvement", "co_sell"},
    };
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_string_equal(record_get(record, expected[i][0]), expected[i][1]);
    assert_null(record_get(record, "company"));
    assert_string_equal(record->id, "K1");
    assert_int_equal(record->modified_ms, 77);
    assert_int_equal(record->place.line, 12);
    struct json *raw;
    assert_int_equal(json_parse(f->arena, record->raw, strlen(record->raw), &raw, NULL), 0);
    assert_string_equal(json_get_text(raw, "Name"), " Deal ");
    assert_string_equal(json_get_text(raw, "Security"), "");

    /* The version follows every cell, mapped or not, and nothing else. */
    f->row.place.line = 99;
    assert_string_equal(must_map(f)->version, record->version);
    set(f, KEY, "other text");
    assert_string_not_equal(must_map(f)->version, record->version);
}

static void test_empty_cells(void **state)
{
    struct fixture *f = *state;
    for (size_t i = NAME; i < COLUMNS; i++)
        f->cells[i] = NULL;
    f->raw[NAME] = "N/A"; /* a null word of the source */
    struct record *record = must_map(f);
    assert_null(record_get(record, "title"));
    assert_null(record_get(record, "spend"));
    assert_string_equal(record_get(record, "national_security"), "no");
    assert_string_equal(record_get(record, "involvement"), "co_sell");
}

static void test_bad_cells_are_all_told(void **state)
{
    struct fixture *f = *state;
    set(f, STAGE, "Discovry");
    set(f, AMOUNT, "1.2E+06");
    set(f, CLOSE, "31.02.2027");
    set(f, ACCOUNT, "1,2E+09");
    must_refuse(f,
                "SRC-010 stage 12:3; SRC-004 spend 12:4; SRC-004 close_date 12:6; "
                "SRC-003 cloud_account 12:7; ",
                "column \"Account\": \"1,2E+09\"");
    assert_string_equal(f->subject, "K1");
}

static void test_single_faults(void **state)
{
    struct fixture *f = *state;
    set(f, STAGE, "Discovry");
    must_refuse(f, "SRC-010 stage 12:3; ", "or did you mean \"Discovery\"?");
    set(f, STAGE, "Discovery");
    set(f, CURRENCY, "XYZ");
    must_refuse(f, "SRC-004 spend 12:5; ", "column \"Currency\": \"XYZ\" is not a currency");
    set(f, CURRENCY, "USD");
    set(f, AMOUNT, "5 EUR");
    must_refuse(f, "SRC-004 spend 12:4; ", "says 5.00 EUR, column \"Currency\" says USD");
    set(f, AMOUNT, "5 USD");
    must_map(f);
    set(f, SECRET, "perhaps");
    must_refuse(f, "SRC-004 national_security 12:9; ", "neither yes nor no");
    set(f, SECRET, "1");
    set(f, NAME, "a\xff");
    must_refuse(f, "SRC-007 - 12:2; ", "");
}

static void test_currency_of_the_source(void **state)
{
    struct fixture *f = *state;
    set(f, CURRENCY, NULL);
    assert_string_equal(record_get(must_map(f), "spend"), "1234.50 EUR");
    set(f, AMOUNT, NULL);
    set(f, CURRENCY, "nonsense"); /* of no amount */
    assert_null(record_get(must_map(f), "spend"));
}

static void test_row_faults(void **state)
{
    struct fixture *f = *state;
    f->row.fault_code = "SRC-006";
    f->row.fault = "8 cells instead of 9";
    f->row.fault_column = 8;
    must_refuse(f, "SRC-006 - 12:8; ", "8 cells");
    f->row.fault_code = NULL;
    f->row.key = NULL;
    must_refuse(f, "SRC-001 - 12:0; ", "");
    assert_string_equal(f->subject, "deals.csv:12");
}

/* A column that is not there is not an empty one: it must never look like emptied cells. */
static void test_missing_columns(void **state)
{
    struct fixture *f = *state;
    f->maps[0].column = "name";
    must_refuse(f, "CFG-002 title 12:0; ", "no column \"name\"");
    assert_string_equal(f->subject, "crm");
    f->maps[0].column = "Name";
    f->maps[2].currency_column = "Money";
    must_refuse(f, "CFG-002 spend 12:0; ", "no column \"Money\"");
    /* Where columns are what somebody has a value for, nobody having one is no fault; but it must
     * not empty the cloud's field either. */
    f->maps[2].currency_column = "Currency";
    f->maps[0].column = "name";
    f->row.sparse = true;
    assert_null(record_get(must_map(f), "title"));
    f->maps[0].clear = true;
    must_refuse(f, "CFG-002 title 12:0; ", "no column \"name\"");
}

static void test_cells(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *field, *present, *value, *cell;
    } cases[] = {
        /* what already means it stays */
        {"title", "  Deal ", "Deal", "  Deal "},
        {"stage", "WON!", "won", "WON!"},
        {"stage", "Won", "won", "Won"},
        {"spend", "1.234,5", "1234.50 USD", "1.234,5"},
        {"close_date", "1.3.2027", "2027-03-02", "02.03.2027"},
        {"needs", "Arch,Other", "Architectural Validation\x1fOther", "Arch,Other"},
        {"national_security", "", "no", ""},
        {"national_security", "false", "no", "false"},
        {"national_security", "0", "no", "0"},
        {"title", " ", NULL, " "},
        {"title", NULL, NULL, ""},
        /* what does not is written in the source's words */
        {"title", "Deal", "Other", "Other"},
        {"title", "Deal", NULL, ""},
        {"stage", "Discovery", "won", "Closed Won"},
        {"stage", "garbage", "won", "Closed Won"},
        {"stage", "Discovery", "committed", "committed"},
        {"spend", "1,00", "1234.50 USD", "1234,50"},
        {"spend", NULL, "1234.50 USD", "1234,50"},
        {"close_date", "31.03.2027", "2027-04-01", "01.04.2027"},
        {"needs", "", "Architectural Validation\x1fOther", "Arch, Other"},
        {"needs", "",
         "Other\x1f"
         "a, b",
         "Other, \"a, b\""},
        {"national_security", "", "yes", "TRUE"},
        {"national_security", "TRUE", "no", "FALSE"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct field_map *map = job_field(&f->job, field(cases[i].field));
        const char *cell = mapping_cell(f->arena, &f->job, map, cases[i].present, cases[i].value);
        if (!text_equal(cell, cases[i].cell))
            fail_msg("%s \"%s\" for %s: \"%s\"", cases[i].field, cases[i].present, cases[i].value,
                     cell);
    }
}

/* What is written into a row is read back as the value that was meant. */
static void test_written_cells_are_read_back(void **state)
{
    struct fixture *f = *state;
    static const char *const values[][2] = {
        {"title", "x"},
        {"stage", "won"},
        {"stage", "lost"},
        {"spend", "9.99 GBP"},
        {"spend", "12 JPY"},
        {"close_date", "2026-01-02"},
        {"needs", ";b\x1f"
                  "a"},
        {"needs", "Architectural Validation"},
        {"cloud_account", "0"},
        {"national_security", "yes"},
    };
    for (size_t i = 0; i < COUNT(values); i++) {
        const struct field_map *map = job_field(&f->job, field(values[i][0]));
        size_t column = row_column(&f->row, map->column);
        set(f, (enum column)column,
            mapping_cell(f->arena, &f->job, map, f->raw[column], values[i][1]));
        const char *currency = mapping_currency_cell(f->arena, map, values[i][1]);
        assert_int_equal(currency != NULL, !strcmp(values[i][0], "spend"));
        if (currency)
            set(f, CURRENCY, currency);
        assert_string_equal(record_get(must_map(f), values[i][0]), values[i][1]);
    }
}

static void test_conditions(void **state)
{
    struct fixture *f = *state;
    const char *won[] = {"lost", "CLOSED WON", NULL}, *other[] = {"x", NULL}, *blank[] = {"", NULL};
    const char *null_word[] = {"n/a", NULL};
    set(f, NAME, NULL);
    f->raw[NAME] = "N/A";
    const struct {
        struct condition condition;
        bool holds;
    } cases[] = {
        {{"Stage", won, false, 0}, true},      {{"Stage", won, true, 0}, false},
        {{"Stage", other, false, 0}, false},   {{"Stage", other, true, 0}, true},
        {{"Security", blank, false, 0}, true}, {{"Security", other, false, 0}, false},
        {{"Security", other, true, 0}, true},  {{"Stage", blank, false, 0}, false},
        {{"Missing", other, false, 0}, false}, {{"Missing", other, true, 0}, true},
        {{"Missing", blank, false, 0}, true},  {{"Name", null_word, false, 0}, true},
    };
    struct json *json = NULL;
    const char *raw = must_map(f)->raw;
    assert_int_equal(json_parse(f->arena, raw, strlen(raw), &json, NULL), 0);
    struct condition both[2] = {{"Stage", won, false, 0}, {"Stage", other, true, 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct conditions one = {&cases[i].condition, 1};
        assert_int_equal(conditions_hold(&one, &f->row), cases[i].holds);
        assert_int_equal(conditions_hold_for(&one, &(struct condition_view){.raw = json}),
                         cases[i].holds);
        both[1] = cases[i].condition;
        assert_int_equal(conditions_hold(&(struct conditions){both, 2}, &f->row), cases[i].holds);
        assert_int_equal(conditions_hold_for(&(struct conditions){both, 2},
                                             &(struct condition_view){.raw = json}),
                         cases[i].holds);
    }
    assert_true(conditions_hold(&(struct conditions){0}, &f->row));
    assert_true(conditions_hold_for(&(struct conditions){0}, &(struct condition_view){0}));
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_good_row),
        TEST(test_empty_cells),
        TEST(test_bad_cells_are_all_told),
        TEST(test_single_faults),
        TEST(test_currency_of_the_source),
        TEST(test_row_faults),
        TEST(test_missing_columns),
        TEST(test_cells),
        TEST(test_written_cells_are_read_back),
        TEST(test_conditions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
