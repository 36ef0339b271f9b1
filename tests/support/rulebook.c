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
