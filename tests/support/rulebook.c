#include "tests/support/rulebook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "connectors/document.h"
#include "model/value.h"

void cells_put(struct arena *arena, struct record *record, const struct cell *cells, size_t count)
{
    for (size_t i = 0; i < count && cells[i].field; i++) {
        size_t index = kind_field(record->kind, cells[i].field);
        assert_int_not_equal(index, FIELD_NONE);
        struct error error = {0};
        const char *value = NULL;
        bool empty = !strcmp(cells[i].value, "-");
        if (!empty && value_normalise(arena, &record->kind->fields[index], NULL, cells[i].value,
                                      &value, &error) < 0)
            fail_msg("%s: %s", cells[i].field, error.message);
        record->values[index] = value;
    }
}

void cells_set(struct record *record, const struct cell *cells, size_t count)
{
    for (size_t i = 0; i < count && cells[i].field; i++) {
        assert_int_not_equal(kind_field(record->kind, cells[i].field), FIELD_NONE);
        record_set(record, cells[i].field, cells[i].value);
    }
}

void heard_note(void *context, const struct finding *finding)
{
    struct heard *heard = context;
    size_t at = heard->count++;
    assert_non_null(finding->type);
    assert_non_null(finding->subject);
    if (at >= COUNT(heard->codes))
        return;
    snprintf(heard->codes[at], sizeof heard->codes[0], "%s", finding->type->code);
    snprintf(heard->fields[at], sizeof heard->fields[0], "%s",
             finding->field ? finding->field : "");
    snprintf(heard->details[at], sizeof heard->details[0], "%s",
             finding->detail ? finding->detail : "");
}

bool heard_has(const struct heard *heard, const char *code, const char *field)
{
    for (size_t i = 0; i < heard->count && i < COUNT(heard->codes); i++)
        if (!strcmp(heard->codes[i], code) && !strcmp(heard->fields[i], field))
            return true;
    return false;
}

static void check_field(const struct connector_kind *kind, const char *name)
{
    if (!connector_field(kind, name))
        fail_msg("no field %s", name);
}

static void check_when(const struct connector_kind *kind, const struct rule_when *when,
                       size_t count)
{
    for (size_t i = 0; i < count && when[i].field; i++)
        check_field(kind, when[i].field);
}

static size_t check_fields(const struct connector_kind *kind)
{
    const struct kind *fields = &kinds[kind->kind];
    size_t served = 0;
    for (size_t i = 0; i < fields->field_count; i++) {
        const struct field *field = &fields->fields[i];
        const struct remote_field *row = connector_field(kind, field->name);
        if (!row)
            continue; /* another cloud's */
        served++;
        assert_non_null(row->vendor);
        assert_true(row->path || row->flags & REMOTE_STEP);
        if (field->type == TYPE_MONEY)
            assert_true(row->amount && row->currency);
        if (field->type == TYPE_WORD)
            assert_non_null(row->words);
        if (field->direction == FIELD_FROM_CLOUD)
            assert_false(row->flags & (REMOTE_CREATE | REMOTE_UPDATE));
    }
    return served;
}

void rulebook_check_tables(const struct connector_kind *kind)
{
    assert_int_equal(check_fields(kind), kind->field_count);
    for (size_t i = 0; i < kind->rule_count; i++) {
        const struct rule *rule = &kind->rules[i];
        assert_non_null(finding_type(rule->code));
        if (strcmp(rule->field, "*") != 0)
            check_field(kind, rule->field);
        check_when(kind, rule->when, COUNT(rule->when));
        for (size_t e = 0; rule->except && rule->except[e]; e++)
            check_field(kind, rule->except[e]);
    }
    for (size_t i = 0; i < kind->due_case_count; i++)
        check_when(kind, kind->due_cases[i].when, COUNT(kind->due_cases[i].when));
    for (size_t i = 0; i < kind->deadline_count; i++) {
        assert_non_null(finding_type(kind->deadlines[i].code));
        check_field(kind, kind->deadlines[i].field);
        check_field(kind, kind->deadlines[i].when);
    }
    for (size_t i = 0; i < kind->refusal_count; i++)
        assert_non_null(finding_type(kind->refusals[i].code));
}

void rulebook_cases(const struct connector_kind *kind, int64_t now_ms, const struct cell *right,
                    size_t right_count, const struct rulebook_case *cases, size_t count)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < count; i++) {
        const struct rulebook_case *is = &cases[i];
        bool update = is->at & AT_UPDATE || is->before[0].field;
        struct heard heard = {0};
        struct record *before = record_new(arena, &kinds[kind->kind], "r");
        cells_set(before, right, right_count);
        cells_set(before, is->before, COUNT(is->before));
        struct record *after = record_copy(arena, before);
        cells_set(after, is->after, COUNT(is->after));
        size_t faults =
            document_check(kind, is->at, update ? before : NULL, after, now_ms, heard_note, &heard);
        assert_int_equal(faults, heard.count);
        if (faults != (is->code != NULL) || (is->code && !heard_has(&heard, is->code, is->field)))
            fail_msg("case %zu: %zu faults, %s %s %s", i, faults, heard.codes[0], heard.fields[0],
                     heard.details[0]);
    }
}

struct record *rulebook_record(const struct rulebook *book, struct arena *arena, const char *id,
                               size_t base)
{
    struct record *record = record_new(arena, &kinds[book->kind->kind], id);
    cells_put(arena, record, book->bases + base * book->width, book->width);
    return record;
}

void rulebook_faults(const struct rulebook *book, const struct rulebook_fault *faults, size_t count)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < count; i++) {
        const struct rulebook_fault *fault = &faults[i];
        struct heard heard = {0};
        struct record *record = rulebook_record(book, arena, NULL, fault->base);
        cells_put(arena, record, fault->cells, COUNT(fault->cells));
        document_check(book->kind, fault->at ? fault->at : AT_CREATE | AT_SUBMIT, NULL, record,
                       book->now_ms, heard_note, &heard);
        if (!heard_has(&heard, fault->code, fault->field))
            fail_msg("case %zu: no %s for %s, but %s %s", i, fault->code, fault->field,
                     heard.codes[0], heard.fields[0]);
    }
}

void rulebook_edits(const struct rulebook *book, size_t base, const struct cell *also,
                    const struct rulebook_edit *edits, size_t count)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < count; i++) {
        const struct rulebook_edit *edit = &edits[i];
        struct heard heard = {0};
        struct record *before = rulebook_record(book, arena, "o-1", base);
        cells_put(arena, before, &(struct cell){"state", edit->state}, 1);
        cells_put(arena, before, also, also != NULL);
        struct record *after = record_copy(arena, before);
        cells_put(arena, after, &edit->cell, 1);
        size_t index = kind_field(before->kind, edit->cell.field);
        struct change_field field = {.field = index, .new_value = after->values[index]};
        const struct change change = {.kind = before->kind, .fields = &field, .field_count = 1};
        enum action action = book->kind->classify(&change, before, book->now_ms);
        if (action != edit->action)
            fail_msg("case %zu comes to %s", i, action_name(action));
        if (action == ACTION_CANCEL)
            continue;
        document_check(book->kind, AT_UPDATE, before, after, book->now_ms, heard_note, &heard);
        if (edit->code ? !heard_has(&heard, edit->code, edit->cell.field) : heard.count)
            fail_msg("case %zu: %s %s", i, heard.codes[0], heard.fields[0]);
    }
}

void rulebook_doubts(const struct rulebook *book, const struct rulebook_doubt *doubts, size_t count)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    for (size_t i = 0; i < count; i++) {
        const struct rulebook_doubt *doubt = &doubts[i];
        struct heard heard = {0};
        struct record *record = rulebook_record(book, arena, "D-17", doubt->base);
        struct record *peer = rulebook_record(book, arena, "o-1", 0);
        cells_put(arena, record, doubt->own, COUNT(doubt->own));
        cells_put(arena, peer, doubt->peer, COUNT(doubt->peer));
        const struct record *const peers[] = {peer};
        const struct newcomer newcomer = {
            .record = record, .peers = peers, .peer_count = 1, .now_ms = book->now_ms};
        book->kind->doubts(&newcomer, heard_note, &heard);
        if (doubt->code ? heard.count != 1 || strcmp(heard.codes[0], doubt->code) != 0
                        : heard.count)
            fail_msg("case %zu: %zu, %s", i, heard.count, heard.codes[0]);
    }
}
