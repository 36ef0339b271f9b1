#include "tests/support/errand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/document.h"

static const struct step *find_step(const struct procedure *procedure, const char *name)
{
    for (size_t i = 0; i < procedure->count; i++) {
        if (text_equal(procedure->steps[i].name, name))
            return &procedure->steps[i];
    }
    fail_msg("no step %s", name ? name : "(null)");
    return procedure->steps;
}

void errand_new(struct ground *ground, struct errand *errand, enum action action, const char *id,
                const struct errand_wish *wishes, size_t count)
{
    struct arena *arena = ground->arena;
    const struct kind *kind = &kinds[ground->kind->kind];
    memset(errand, 0, sizeof *errand);
    errand->change =
        (struct change){.kind = kind,
                        .action = action,
                        .local_key = "CRM-1",
                        .remote_id = id,
                        .fields = arena_array(arena, count + 1, sizeof *errand->change.fields)};
    struct record *local = record_new(arena, kind, "CRM-1");
    for (size_t i = 0; i < count && wishes[i].name; i++) {
        errand->change.fields[errand->change.field_count++] = (struct change_field){
            .field = kind_field(kind, wishes[i].name), .new_value = wishes[i].value};
        record_set(local, wishes[i].name, wishes[i].value);
    }
    errand->procedure = connector_procedure(ground->kind, action);
    errand->token = arena_printf(arena, "token-%d-%zu", (int)action, ground->errands++);
    errand->context = (struct step_context){
        .cloud = ground->cloud, .arena = arena, .change = &errand->change, .local = local};
}

static void journal(struct ground *ground, struct errand *errand, const char *step, bool answered)
{
    errand->step = step;
    errand->answered = answered;
    errand->progress = json_clone(ground->arena, errand->context.progress);
    /* What is signed is nowhere on disk. */
    assert_null(strstr(json_print(ground->arena, errand->progress), "sig="));
}

/* Where a new process goes on; one that finds nothing in the journal begins. */
static const struct step *errand_begin(struct ground *ground, struct errand *errand)
{
    const struct step *step = find_step(errand->procedure, errand->procedure->first);
    errand->context.token = errand->token;
    errand->context.progress = json_object(ground->arena);
    errand->context.began_ms = ground->fake->now_ms;
    if (!errand->step)
        return step;
    errand->context.progress = json_clone(ground->arena, errand->progress);
    step = find_step(errand->procedure, errand->step);
    return errand->answered ? step : find_step(errand->procedure, step->resume);
}

/* The answer of a step, or that it got lost; `died`: nobody is there to hear it. */
static enum step_result step_call(struct ground *ground, struct errand *errand,
                                  const struct step *step, const struct http_request *request,
                                  bool *died)
{
    struct http_response answer = {0};
    struct error failure = {0};
    bool refresh = false, here = ++ground->calls == ground->die_at;
    *died = here;
    fake_advance(ground->fake, ground->call_ms);
    if (here && !ground->sent)
        return STEP_FAIL;
    bool came = ground->carry(ground->context, request, &answer);
    if (here)
        return STEP_FAIL;
    int result = came ? ground->judge(ground->cloud, &answer, &refresh, &failure)
                      : error_set(&failure, ERROR_TEMPORARY, SCOPE_RECORD, "lost");
    errand->context.now_ms = ground->fake->now_ms;
    errand->context.wait_ms = 0;
    return step->answer(&errand->context, came ? &answer : NULL, result ? &failure : NULL,
                        &errand->error);
}

enum outcome errand_run(struct ground *ground, struct errand *errand)
{
    static const enum outcome outcomes[] = {[STEP_DONE] = DONE,
                                            [STEP_STALE] = STALE,
                                            [STEP_OVER] = OVER,
                                            [STEP_LATER] = LATER,
                                            [STEP_FAIL] = FAILED};
    const struct step *step = errand_begin(ground, errand);
    for (int steps = 0; steps < 200; steps++) {
        struct http_request request = {0};
        bool died = false;
        errand->context.now_ms = ground->fake->now_ms;
        int built = step->build(&errand->context, &request, &errand->error);
        if (built < 0)
            return FAILED;
        if (built == 1) {
            step++;
            continue;
        }
        if (step->writes)
            journal(ground, errand, step->name, false);
        enum step_result result = step_call(ground, errand, step, &request, &died);
        if (died)
            return DIED;
        const struct step *next = result == STEP_NEXT ? step + 1
                                  : result == STEP_GOTO
                                      ? find_step(errand->procedure, errand->context.goto_step)
                                      : step;
        if (result == STEP_LATER)
            journal(ground, errand, step->resume, true);
        if (result != STEP_NEXT && result != STEP_GOTO && result != STEP_WAIT)
            return outcomes[result];
        if (step->writes && result != STEP_WAIT)
            journal(ground, errand, next->name, true);
        fake_advance(ground->fake, errand->context.wait_ms);
        step = next;
    }
    fail_msg("the change does not end");
    return FAILED;
}

enum outcome errand_settle(struct ground *ground, struct errand *errand)
{
    enum outcome outcome = errand_run(ground, errand);
    for (int runs = 0;
         runs < ground->runs && (outcome == DIED || outcome == OVER || outcome == LATER ||
                                 (outcome == FAILED && errand->error.class == ERROR_TEMPORARY));
         runs++) {
        if (outcome == OVER) {
            errand->token = arena_printf(ground->arena, "%s'", errand->token);
            errand->step = NULL;
        }
        fake_advance(ground->fake, ground->rest_ms ? ground->rest_ms : 60000);
        outcome = errand_run(ground, errand);
    }
    if (outcome == FAILED)
        print_message("    %s\n", errand->error.message);
    return outcome;
}

const char *errand_made_id(const struct errand *errand)
{
    return json_get_text(errand->context.progress, "id");
}

const char *errand_field(const struct errand *errand, const char *field)
{
    assert_non_null(errand->context.after);
    const char *value = record_get(errand->context.after, field);
    return value ? value : "";
}

struct record *errand_allowed(const struct ground *ground, const struct errand_wish *wishes,
                              size_t count)
{
    struct record *record = record_new(ground->arena, &kinds[ground->kind->kind], NULL);
    for (size_t i = 0; i < count && wishes[i].name; i++)
        record_set(record, wishes[i].name, wishes[i].value);
    assert_int_equal(document_check(ground->kind, AT_CREATE | AT_SUBMIT, NULL, record,
                                    ground->fake->now_ms, NULL, NULL),
                     0);
    return record;
}

void errand_die_at_each(errand_life *life, size_t least)
{
    char *wanted, *got;
    size_t calls = life(0, false, &wanted);
    assert_true(calls > least);
    for (size_t at = 1; at <= calls; at++) {
        for (int sent = 0; sent < 2; sent++) {
            life(at, sent, &got);
            if (strcmp(got, wanted) != 0)
                fail_msg("killed %s call %zu:\n%s\nnot\n%s", sent ? "after" : "before", at, got,
                         wanted);
            free(got);
        }
    }
    free(wanted);
}
