#include "tests/support/scenes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

const struct step *scene_step(const struct procedure *procedure, const char *name)
{
    for (size_t i = 0; i < procedure->count; i++) {
        if (text_equal(procedure->steps[i].name, name))
            return &procedure->steps[i];
    }
    fail_msg("no step %s", name ? name : "(null)");
    return NULL;
}

/* What no rule may ask for. */
static bool deletes(const struct scene *scene)
{
    return text_equal(scene->fields[0].new_value, "deleted");
}

static void set_up(const struct theatre *theatre, struct run *run, const struct scene *scene,
                   struct change *change)
{
    run->arena = arena_new();
    const struct kind *kind = &kinds[theatre->kind->kind];
    bool creates = scene->action == ACTION_CREATE;
    bool answers = scene->action == ACTION_ACCEPT || scene->action == ACTION_REJECT;
    *change = (struct change){.kind = kind,
                              .action = scene->action,
                              .local_key = "CRM-1",
                              .asked_by = deletes(scene) ? "a person" : NULL,
                              .remote_id = creates   ? NULL
                                           : answers ? theatre->invitation
                                                     : theatre->record,
                              .version = creates            ? NULL
                                         : theatre->version ? theatre->version
                                                            : V1,
                              .fields = arena_array(run->arena, 8, sizeof *change->fields)};
    for (size_t i = 0; i < COUNT(scene->fields) && scene->fields[i].name; i++)
        change->fields[change->field_count++] =
            (struct change_field){.field = kind_field(kind, scene->fields[i].name),
                                  .old_value = scene->fields[i].old_value,
                                  .new_value = scene->fields[i].new_value};
    struct record *local = record_new(run->arena, kind, "CRM-1");
    for (size_t i = 0; i < COUNT(scene->local) && scene->local[i].name; i++)
        record_set(local, scene->local[i].name, scene->local[i].new_value);
    struct json *progress = json_object(run->arena);
    if (scene->progress)
        assert_int_equal(
            json_parse(run->arena, scene->progress, strlen(scene->progress), &progress, NULL), 0);
    run->context = (struct step_context){.cloud = theatre->cloud,
                                         .arena = run->arena,
                                         .change = change,
                                         .local = local,
                                         .progress = progress,
                                         .token = "token-1",
                                         .now_ms = FAKE_START_MS,
                                         .began_ms = FAKE_START_MS};
}

/* Plays the answer through the session's own judge. */
static enum step_result play(const struct theatre *theatre, struct run *run,
                             const struct step *step, const struct reply *reply)
{
    struct error failure = {0};
    bool refresh = false;
    const struct http_response response = {.status = reply->status,
                                           .body = reply->body ? reply->body : "",
                                           .body_length = reply->body ? strlen(reply->body) : 0};
    int result = reply->status ? theatre->judge(theatre->cloud, &response, &refresh, &failure)
                               : error_set(&failure, ERROR_TEMPORARY, SCOPE_RECORD, "lost");
    return step->answer(&run->context, reply->status ? &response : NULL, result ? &failure : NULL,
                        &run->error);
}

void theatre_play(const struct theatre *theatre, struct run *run, const struct scene *scene)
{
    struct change *change = memory_alloc(sizeof *change);
    set_up(theatre, run, scene, change);
    const struct procedure *procedure = connector_procedure(theatre->kind, scene->action);
    const struct step *step = scene_step(procedure, procedure->first);
    if (scene->resume)
        step = scene_step(procedure, scene_step(procedure, scene->resume)->resume);
    const struct step *end = procedure->steps + procedure->count;
    run->ending = ENDS_DONE;
    for (size_t answered = 0; step < end;) {
        struct http_request request = {0};
        int built = step->build(&run->context, &request, &run->error);
        if (built < 0) {
            run->ending = ENDS_FAILED;
            break;
        }
        if (built == 1) {
            step++;
            continue;
        }
        size_t length = strlen(run->trail);
        snprintf(run->trail + length, sizeof run->trail - length, "%s%s", length ? " " : "",
                 step->name);
        if (theatre->check)
            theatre->check(step, &request);
        assert_true(run->sent < COUNT(run->bodies) && answered < COUNT(scene->replies));
        run->requests[run->sent] = request;
        run->bodies[run->sent++] = request.body;
        run->context.wait_ms = 0;
        enum step_result result = play(theatre, run, step, &scene->replies[answered++]);
        if (result == STEP_WAIT || result == STEP_NEXT || result == STEP_GOTO) {
            run->waited_ms += run->context.wait_ms;
            run->context.now_ms += run->context.wait_ms;
        }
        if (result == STEP_NEXT)
            step++;
        else if (result == STEP_GOTO)
            step = scene_step(procedure, run->context.goto_step);
        else if (result != STEP_WAIT) {
            run->ending = result == STEP_DONE    ? ENDS_DONE
                          : result == STEP_STALE ? ENDS_STALE
                          : result == STEP_LATER ? ENDS_LATER
                          : result == STEP_OVER  ? ENDS_OVER
                                                 : ENDS_FAILED;
            break;
        }
    }
    free(change);
}

void theatre_check(const struct theatre *theatre, const struct scene *scenes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct scene *scene = &scenes[i];
        struct run run = {0};
        theatre_play(theatre, &run, scene);
        print_message("  %s: %s\n", scene->title, run.trail);
        assert_string_equal(run.trail, scene->trail);
        assert_int_equal(run.ending, scene->ending);
        if (scene->ending >= ENDS_OVER) {
            assert_int_equal(run.error.class, scene->class);
            assert_true(*run.error.message);
        }
        assert_int_equal(!run.context.after, !scene->after);
        if (scene->after)
            assert_string_equal(run.context.after->version, scene->after);
        arena_free(run.arena);
    }
}

const struct scene *scene_find(const struct scene *scenes, size_t count, const char *title,
                               enum action action)
{
    for (size_t i = 0; i < count; i++) {
        if (scenes[i].action == action && !strcmp(scenes[i].title, title))
            return &scenes[i];
    }
    fail_msg("no scene %s", title);
    return NULL;
}

struct json *scene_body(struct run *run, size_t index)
{
    struct json *body = NULL;
    assert_int_equal(
        json_parse(run->arena, run->bodies[index], strlen(run->bodies[index]), &body, NULL), 0);
    return body;
}
