#include "connectors/steps.h"

#include "base/limits.h"
#include "base/text.h"
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

void step_keep_json(struct step_context *context, const char *name, const struct json *json)
{
    json_remove(context->progress, name);
    json_set(context->arena, context->progress, arena_copy(context->arena, name),
             json_clone(context->arena, json));
}

const struct json *step_document(const struct step_context *context)
{
    return json_get(context->progress, "document");
}

const char *step_id(const struct step_context *context)
{
    const char *id = step_text(context, "id");
    return id ? id : context->change->remote_id;
}

const char *step_wanted(const struct step_context *context, const char *field)
{
    const struct change_field *change = change_field(context->change, field);
    if (change)
        return change->new_value;
    return context->local ? record_get(context->local, field) : NULL;
}

bool step_has_values(const struct step_context *context, const struct connector_kind *kind,
                     const struct record *now)
{
    const struct change *change = context->change;
    bool any = false;
    for (size_t i = 0; i < change->field_count; i++) {
        const struct change_field *field = &change->fields[i];
        const struct remote_field *remote =
            connector_field(kind, change->kind->fields[field->field].name);
        if (!remote || !(remote->flags & REMOTE_UPDATE))
            continue;
        if (!text_equal(now->values[field->field], field->new_value))
            return false;
        any = true;
    }
    return any;
}

struct record *step_writing(struct step_context *context, const struct connector_kind *kind,
                            struct record *fresh, const bool **ret_wanted)
{
    const struct kind *fields = &kinds[kind->kind];
    bool *wanted = arena_array(context->arena, fields->field_count, sizeof *wanted);
    struct record *record = fresh ? fresh : record_new(context->arena, fields, NULL);
    for (size_t i = 0; i < fields->field_count; i++) {
        const char *name = fields->fields[i].name;
        const struct remote_field *remote = connector_field(kind, name);
        const struct change_field *field = change_field(context->change, name);
        const char *value = fresh ? field ? field->new_value : NULL : step_wanted(context, name);
        if (!remote || !(remote->flags & (fresh ? REMOTE_UPDATE : REMOTE_CREATE)) ||
            !(fresh ? field != NULL : value != NULL))
            continue;
        record->values[i] = value;
        wanted[i] = true;
    }
    if (!fresh) {
        record_set(record, FIELD_REFERENCE, step_reference(context));
        wanted[kind_field(fields, FIELD_REFERENCE)] = true;
    }
    *ret_wanted = wanted;
    return record;
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

/* ------------------------------------------------------------------ looking for a twin */

static void keep_page(struct step_context *context, const char *page, long long pages)
{
    step_keep(context, "page", page);
    step_keep_count(context, "pages", pages);
}

/* Decides on the next page; a listing can repeat or loop while it is read. */
static enum step_result turn_page(struct step_context *context, const struct step_search *search,
                                  const struct json *answer, struct error *error)
{
    const char *page = step_text(context, "page"), *next = json_get_text(answer, search->next);
    long long pages = step_count_of(context, "pages") + 1;
    if (text_blank(next)) {
        keep_page(context, NULL, 0);
        return step_go_to(context, "create");
    }
    if (text_equal(next, page) || pages >= LIMIT_PAGES) {
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                  "the listing repeats itself; whether the %s exists cannot be told", search->what);
        return STEP_FAIL;
    }
    keep_page(context, next, pages);
    return step_go_to(context, "lookup");
}

enum step_result step_search(struct step_context *context, const struct step_search *search,
                             const struct http_response *response, const struct error *failure,
                             struct error *error)
{
    /* A page's token may be too old when a later run comes back: then from the beginning, once. */
    if (failure && failure->class == ERROR_REFUSED && step_text(context, "page") &&
        !step_count_of(context, "restarts")) {
        step_keep_count(context, "restarts", 1);
        keep_page(context, NULL, 0);
        return step_go_to(context, "lookup");
    }
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    const struct json *items = json_get(answer, search->items);
    if (!items && search->omits_empty)
        items = json_array(context->arena);
    if (!items || items->type != JSON_ARRAY) {
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD, "the listing has no %s", search->items);
        return STEP_FAIL;
    }
    const char *id = search->match(context, items);
    if (!id)
        return turn_page(context, search, answer, error);
    step_keep(context, "id", id);
    return step_go_to(context, search->found);
}
