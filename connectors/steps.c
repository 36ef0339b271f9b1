#include "connectors/steps.h"

#include "connectors/document.h"

/* Names and texts in `progress` are the change's arena's. */
void step_keep(struct step_context *context, const char *name, const char *text)
{
    json_remove(context->progress, name);
    json_set_text(context->arena, context->progress, arena_copy(context->arena, name), text);
}

const char *step_text(const struct step_context *context, const char *name)
{
    return json_get_text(context->progress, name);
}

long long step_count_of(const struct step_context *context, const char *name)
{
    return json_get_int(context->progress, name, 0);
}

void step_keep_count(struct step_context *context, const char *name, long long count)
{
    json_remove(context->progress, name);
    json_set(context->arena, context->progress, arena_copy(context->arena, name),
             json_int(context->arena, count));
}

const char *step_wanted(const struct step_context *context, const char *field)
{
    const struct change_field *change = change_field(context->change, field);
    if (change)
        return change->new_value;
    return context->local ? record_get(context->local, field) : NULL;
}

const char *step_reference(const struct step_context *context)
{
    const char *wanted = step_wanted(context, FIELD_REFERENCE);
    const char *local = context->local ? record_get(context->local, FIELD_REFERENCE) : NULL;
    return wanted ? wanted : local ? local : context->change->local_key;
}

int step_parse(struct step_context *context, const struct http_response *response,
               const struct error *failure, struct json **ret_answer, struct error *error)
{
    if (!failure)
        return document_parse(context->arena, response, ret_answer, error);
    *error = *failure;
    return -(int)failure->class;
}

enum step_result step_failed(const struct error *error)
{
    return error->class == ERROR_STALE ? STEP_STALE : STEP_FAIL;
}

enum step_result step_go_to(struct step_context *context, const char *step)
{
    context->goto_step = step;
    return STEP_GOTO;
}

enum step_result step_wait(struct step_context *context, int64_t patience_ms, int64_t wait_ms,
                           const char *note)
{
    step_keep(context, "note", note);
    int64_t left_ms = context->began_ms + patience_ms - context->now_ms;
    if (left_ms < wait_ms)
        return STEP_LATER;
    context->wait_ms = wait_ms;
    return STEP_WAIT;
}
