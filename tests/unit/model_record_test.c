/* Kinds, records and changes: the vocabulary is sound and nothing is lost on the way through JSON.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/change.h"
#include "model/record.h"
#include "model/value.h"
#include "tests/support/chance.h"

static const struct kind *const referral = &kinds[KIND_REFERRAL];

static void test_kinds(void **state)
{
    (void)state;
    for (size_t k = 0; k < KIND_COUNT; k++) {
        const struct kind *kind = &kinds[k];
        assert_int_equal(kind->id, k);
        assert_ptr_equal(kind_by_name(kind->name), kind);
        assert_in_range(kind->field_count, 2, LIMIT_FIELDS);
        assert_int_equal(kind_field(kind, FIELD_ID), 0);
        assert_int_equal(kind_field(kind, FIELD_REFERENCE), 1);
        for (size_t i = 0; i < kind->field_count; i++) {
            const struct field *field = &kind->fields[i];
            if (kind_field(kind, field->name) != i)
                fail_msg("%s.%s stands there twice", kind->name, field->name);
            assert_true(strspn(field->name, "abcdefghijklmnopqrstuvwxyz_") == strlen(field->name));
            assert_true(field->help && *field->help);
            assert_true((field->type == TYPE_WORD) == (field->words != NULL));
            assert_non_null(value_type_name(field->type));
        }
    }
    assert_null(kind_by_name("lead"));
    assert_null(kind_by_name(NULL));
    assert_true(kind_field(referral, "nonsense") == FIELD_NONE);
    const struct field *stage = &referral->fields[kind_field(referral, FIELD_STAGE)];
    size_t found = 0;
    for (size_t i = 0; stage->words[i]; i++)
        found += !strcmp(stage->words[i], STAGE_WON) || !strcmp(stage->words[i], STAGE_LOST);
    assert_int_equal(found, 2);
}

static const char *draw_text(struct arena *arena, struct chance *chance)
{
    static const char *const parts[] = {"a", "é", "\n", "\t", "\"", "\\", "😀", " x", "</", "0"};
    const char *text = "v";
    for (size_t i = chance_below(chance, 6); i > 0; i--)
        text = arena_printf(arena, "%s%s", text, parts[chance_below(chance, COUNT(parts))]);
    return text;
}

static const char *draw_value(struct arena *arena, struct chance *chance, const struct field *field)
{
    if (chance_below(chance, 3) == 0)
        return NULL;
    if (!value_type_many(field->type))
        return draw_text(arena, chance);
    const char *items[3];
    for (size_t i = 0; i < COUNT(items); i++)
        items[i] = draw_text(arena, chance);
    return list_make(arena, field, items, 1 + chance_below(chance, COUNT(items)));
}

static struct json *through_text(struct arena *arena, const struct json *json)
{
    const char *text = json_print(arena, json);
    struct json *again = NULL;
    struct error error = {0};
    if (json_parse(arena, text, strlen(text), &again, &error))
        fail_msg("%s: %s", text, error.message);
    return again;
}

static void test_record_round_trip(void **state)
{
    (void)state;
    struct chance chance = chance_start("records");
    for (size_t round = 0; round < 500; round++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        const struct kind *kind = &kinds[chance_below(&chance, KIND_COUNT)];
        struct record *record = record_new(arena, kind, "O1");
        struct record *again = record_new(arena, kind, "O1");
        for (size_t i = 0; i < kind->field_count; i++)
            record_set(record, kind->fields[i].name, draw_value(arena, &chance, &kind->fields[i]));
        again->values = record_from_json(
            arena, kind, through_text(arena, record_to_json(arena, kind, record->values)));
        for (size_t i = 0; i < kind->field_count; i++) {
            assert_ptr_equal(record_get(record, kind->fields[i].name), record->values[i]);
            assert_true(text_equal(record->values[i], again->values[i]));
        }
        char one[SHA256_HEX], two[SHA256_HEX];
        record_hash(record, one);
        record_hash(again, two);
        assert_string_equal(one, two);
        again->values[chance_below(&chance, kind->field_count)] = "something else";
        record_hash(again, two);
        assert_string_not_equal(one, two);
    }
}

static void test_record_from_strange_json(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    static const char text[] =
        "{\"title\":\"\",\"company\":7,\"unknown\":\"x\",\"programs\":[\"a\",null,\"\",{},\"b\"],"
        "\"needs\":\"one\",\"solutions\":[],\"city\":{\"a\":1},\"street\":[\"x\"]}";
    struct json *json;
    assert_int_equal(json_parse(arena, text, strlen(text), &json, NULL), 0);
    struct record *record = record_new(arena, referral, "1");
    record->values = record_from_json(arena, referral, json);
    assert_null(record_get(record, "title"));
    assert_string_equal(record_get(record, "company"), "7");
    assert_string_equal(record_get(record, "programs"), "a\x1f"
                                                        "b");
    assert_string_equal(record_get(record, "needs"), "one");
    assert_null(record_get(record, "solutions"));
    assert_null(record_get(record, "city"));
    assert_null(record_get(record, "street"));
    assert_null(record_get(record, "unknown"));
    record_set(record, "unknown", "is passed over");
    assert_non_null(record_from_json(arena, referral, NULL));
}

static void test_hash_tells_fields_apart(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct record *a = record_new(arena, referral, "1"), *b = record_new(arena, referral, "1");
    char one[SHA256_HEX], two[SHA256_HEX];
    record_set(a, "city", "x");
    record_set(b, "street", "x");
    record_hash(a, one);
    record_hash(b, two);
    assert_string_not_equal(one, two);
    record_set(b, "street", NULL);
    record_set(b, "city", "x");
    record_hash(b, two);
    assert_string_equal(one, two);
    b->version = "2026-01-01T00:00:00Z";
    record_hash(b, two);
    assert_string_not_equal(one, two);
}

static struct change *draw_change(struct arena *arena, struct chance *chance)
{
    struct change *change = arena_alloc(arena, sizeof *change);
    change->job = "aws-referrals";
    change->kind = referral;
    change->action = (enum action)chance_below(chance, ACTION_COUNT);
    change->hold = (enum hold)chance_below(chance, HOLD_COUNT);
    const char **texts[] = {&change->remote_id, &change->local_key, &change->version,
                            &change->title,     &change->note,      &change->hold_reason};
    for (size_t i = 0; i < COUNT(texts); i++)
        *texts[i] = chance_below(chance, 2) ? draw_text(arena, chance) : NULL;
    change->field_count = chance_below(chance, 5);
    change->fields = arena_array(arena, change->field_count, sizeof *change->fields);
    for (size_t i = 0; i < change->field_count; i++) {
        size_t index = chance_below(chance, referral->field_count);
        const struct field *field = &referral->fields[index];
        change->fields[i] = (struct change_field){index,
                                                  draw_value(arena, chance, field),
                                                  draw_value(arena, chance, field),
                                                  draw_value(arena, chance, field),
                                                  chance_below(chance, 2) ? "owner local" : NULL,
                                                  false};
    }
    change_identify(change);
    return change;
}

static void assert_same_change(const struct change *a, const struct change *b)
{
    assert_string_equal(a->id, b->id);
    assert_string_equal(a->job, b->job);
    assert_ptr_equal(a->kind, b->kind);
    assert_int_equal(a->action, b->action);
    assert_int_equal(a->hold, b->hold);
    assert_true(text_equal(a->remote_id, b->remote_id));
    assert_true(text_equal(a->local_key, b->local_key));
    assert_true(text_equal(a->version, b->version));
    assert_true(text_equal(a->title, b->title));
    assert_true(text_equal(a->note, b->note));
    assert_true(text_equal(a->hold_reason, b->hold_reason));
    assert_int_equal(a->field_count, b->field_count);
    for (size_t i = 0; i < a->field_count; i++) {
        const struct change_field *x = &a->fields[i], *y = &b->fields[i];
        assert_int_equal(x->field, y->field);
        assert_true(text_equal(x->old_value, y->old_value));
        assert_true(text_equal(x->new_value, y->new_value));
        assert_true(text_equal(x->base, y->base));
        assert_true(text_equal(x->rule, y->rule));
    }
}

static void test_change_round_trip(void **state)
{
    (void)state;
    struct chance chance = chance_start("changes");
    for (size_t round = 0; round < 1000; round++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct change *change = draw_change(arena, &chance);
        struct change *again =
            change_from_json(arena, through_text(arena, change_to_json(arena, change)));
        assert_non_null(again);
        assert_same_change(change, again);
        change_identify(again);
        assert_string_equal(again->id, change->id);
    }
}

static void test_change_ids(void **state)
{
    (void)state;
    enum {
        BASE,
        AGAIN,
        JOB,
        ACTION,
        REMOTE,
        LOCAL,
        NEW,
        OLD,
        SWAPPED,
        FIELD,
        MOVED,
        NONE,
        COUNT_IDS
    };
    static struct change_field fields[COUNT_IDS];
    struct change changes[COUNT_IDS];
    for (size_t i = 0; i < COUNT_IDS; i++) {
        fields[i] = (struct change_field){5, "old", "new", NULL, NULL, false};
        changes[i] = (struct change){.job = "j",
                                     .kind = referral,
                                     .action = ACTION_UPDATE,
                                     .remote_id = "ab",
                                     .local_key = "c",
                                     .fields = &fields[i],
                                     .field_count = 1};
    }
    changes[AGAIN].version = "another";
    changes[AGAIN].hold = HOLD_LIMIT;
    fields[AGAIN].rule = "another";
    fields[AGAIN].base = "another";
    changes[JOB].job = "k";
    changes[ACTION].action = ACTION_PULL;
    changes[REMOTE].remote_id = NULL;
    changes[LOCAL].local_key = "";
    fields[NEW].new_value = NULL;
    fields[OLD].old_value = NULL;
    fields[SWAPPED] = (struct change_field){5, "new", "old", NULL, NULL, false};
    fields[FIELD].field = 6;
    changes[MOVED].remote_id = "a";
    changes[MOVED].local_key = "bc";
    changes[NONE].field_count = 0;
    for (size_t i = 0; i < COUNT_IDS; i++) {
        change_identify(&changes[i]);
        assert_int_equal(strlen(changes[i].id), 14);
        assert_memory_equal(changes[i].id, "c-", 2);
        for (size_t j = 0; j < i; j++) {
            bool same = !strcmp(changes[i].id, changes[j].id);
            if (same != (i == AGAIN && j == BASE))
                fail_msg("ids %zu and %zu: %s", i, j, same ? "equal" : "different");
        }
    }
    assert_ptr_equal(change_field(&changes[BASE], referral->fields[5].name), &fields[BASE]);
    assert_null(change_field(&changes[BASE], "title"));
    assert_null(change_field(&changes[BASE], "nonsense"));
}

static void test_damaged_changes(void **state)
{
    (void)state;
    static const char *const damaged[] = {
        "{}",
        "[]",
        "{\"id\":\"c-1\",\"job\":\"j\",\"kind\":\"lead\",\"action\":\"create\",\"fields\":[],"
        "\"hold\":\"none\"}",
        "{\"id\":\"c-1\",\"job\":\"j\",\"kind\":\"referral\",\"action\":\"delete\",\"fields\":[],"
        "\"hold\":\"none\"}",
        "{\"id\":\"c-1\",\"job\":\"j\",\"kind\":\"referral\",\"action\":\"create\",\"fields\":{},"
        "\"hold\":\"none\"}",
        "{\"id\":\"c-1\",\"job\":\"j\",\"kind\":\"referral\",\"action\":\"create\",\"fields\":[],"
        "\"hold\":\"perhaps\"}",
        "{\"id\":\"c-1\",\"kind\":\"referral\",\"action\":\"create\",\"fields\":[],"
        "\"hold\":\"none\"}",
        "{\"id\":\"c-12345678901234567890123\",\"job\":\"j\",\"kind\":\"referral\","
        "\"action\":\"create\",\"fields\":[],\"hold\":\"none\"}",
        "{\"id\":\"c-1\",\"job\":\"j\",\"kind\":\"referral\",\"action\":\"create\","
        "\"fields\":[{\"field\":\"nonsense\"}],\"hold\":\"none\"}",
    };
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(damaged); i++) {
        struct json *json;
        assert_int_equal(json_parse(arena, damaged[i], strlen(damaged[i]), &json, NULL), 0);
        if (change_from_json(arena, json))
            fail_msg("taken: %s", damaged[i]);
    }
    assert_null(change_from_json(arena, NULL));
}

static void test_actions(void **state)
{
    (void)state;
    char signs[ACTION_COUNT + 1] = "";
    for (size_t i = 0; i < ACTION_COUNT; i++) {
        char sign = action_sign((enum action)i);
        assert_true(sign && !strchr(signs, sign));
        signs[i] = sign;
        assert_true(!action_irreversible((enum action)i) || action_writes_cloud((enum action)i));
    }
    for (size_t i = 0; i < HOLD_COUNT; i++)
        assert_true(*hold_name((enum hold)i));
    assert_false(action_writes_cloud(ACTION_ADOPT) || action_writes_cloud(ACTION_PULL));
    assert_int_equal(action_irreversible(ACTION_CLOSE), ACT_CLOSE);
    assert_int_equal(action_irreversible(ACTION_LAUNCH), ACT_LAUNCH);
    assert_int_equal(action_irreversible(ACTION_SUBMIT), ACT_SUBMIT);
    assert_int_equal(action_irreversible(ACTION_UPDATE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_record_round_trip),
        cmocka_unit_test(test_record_from_strange_json),
        cmocka_unit_test(test_hash_tells_fields_apart),
        cmocka_unit_test(test_change_round_trip),
        cmocka_unit_test(test_change_ids),
        cmocka_unit_test(test_damaged_changes),
        cmocka_unit_test(test_actions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
