/* The control endpoints of the marketplace: what sellers do in their console, and buyers. */
#include <string.h>

#include "tests/sandbox/control.h"
#include "tests/sandbox/market.h"
#include "tests/sandbox/words.h"

static struct entity *find_entity(struct control *control)
{
    const char *id = control_argument(control, "id");
    struct entity *entity = entity_find(control->sandbox, id);
    if (!entity)
        fail_not_found(&control->failure, "entity", id ? id : "");
    return entity;
}

static void put_text(struct control *control, struct json *row, const char *name, const char *text)
{
    json_set_text(control->arena, row, name, text);
}

int control_offers(struct control *control, struct json **ret_answer)
{
    const struct market *market = control->sandbox->market;
    const char *type = control_argument(control, "type");
    struct json *rows = json_array(control->arena);
    for (size_t i = 0; i < market->entity_count; i++) {
        const struct entity *entity = market->entities[i];
        if (strcmp(entity->type->name, type ? type : "Offer") != 0)
            continue;
        struct json *row = json_object(control->arena);
        const char *state = entity_text(entity, "State");
        put_text(control, row, "id", entity->id);
        put_text(control, row, "state", state[0] ? state : entity_text(entity, "Status"));
        put_text(control, row, "name", entity_text(entity, "Name"));
        put_text(control, row, "description", entity_text(entity, "Description"));
        for (size_t j = 0; j < market->agreement_count; j++) {
            const struct agreement *agreement = market->agreements[j];
            if (strcmp(agreement->offer, entity->id) != 0)
                continue;
            put_text(control, row, "agreement", agreement->id);
            put_text(control, row, "status", agreement->status);
        }
        json_append(control->arena, rows, row);
    }
    *ret_answer = json_object(control->arena);
    json_set(control->arena, *ret_answer, "offers", rows);
    return 0;
}

static int describe(struct control *control, const struct entity *entity, struct json **ret_answer)
{
    struct json *answer = json_object(control->arena);
    put_text(control, answer, "id",
             arena_printf(control->arena, "%s@%lld", entity->id, entity->revision));
    put_text(control, answer, "type", entity->type->name);
    put_text(control, answer, "LastModifiedDate", entity_time(control->arena, entity->modified_ms));
    json_set(control->arena, answer, "document", json_clone(control->arena, entity->document));
    *ret_answer = answer;
    return 0;
}

int control_entity(struct control *control, struct json **ret_answer)
{
    const struct entity *entity = find_entity(control);
    return entity ? describe(control, entity, ret_answer) : -ERROR_INPUT;
}

/* As somebody would in the console, but without its rules. */
int control_edit_entity(struct control *control, struct json **ret_answer)
{
    struct entity *entity = find_entity(control);
    const char *path = control_argument(control, "path");
    const struct json *value = json_get(control->body, "value");
    if (!entity)
        return -ERROR_INPUT;
    if (!path)
        return fail(&control->failure, 400, "BadRequest", "an edit needs a path");
    struct json *document = json_clone(control->arena, entity->document);
    struct error error;
    if (json_put(control->arena, document, path,
                 json_is_null(value) ? NULL : json_clone(control->arena, value), &error) < 0)
        return fail(&control->failure, 400, "BadRequest", "%s", error.message);
    entity_write(control->sandbox, entity, document, sandbox_now(control->sandbox));
    return describe(control, entity, ret_answer);
}

static int show_agreement(struct control *control, const struct agreement *agreement,
                          struct json **ret_answer)
{
    *ret_answer = agreement_summary(control->arena, agreement);
    return 0;
}

int control_accept(struct control *control, struct json **ret_answer)
{
    struct agreement *agreement;
    int result = agreement_accept(
        control->sandbox, &control->failure, control_argument(control, "id"),
        control_argument(control, "account"), sandbox_now(control->sandbox), &agreement);
    return result < 0 ? result : show_agreement(control, agreement, ret_answer);
}

int control_end(struct control *control, struct json **ret_answer)
{
    const char *id = control_argument(control, "id"), *status = control_argument(control, "status");
    struct agreement *agreement = agreement_find(control->sandbox, id);
    int64_t now = sandbox_now(control->sandbox);
    if (!agreement)
        return fail_not_found(&control->failure, "agreement", id ? id : "");
    if (!words_have(words_agreement_states, status))
        return fail(&control->failure, 400, "BadRequest", "there is no state '%s'",
                    status ? status : "");
    text_replace(&agreement->status, status);
    if (strcmp(status, "ACTIVE") != 0 && (!agreement->end_ms || agreement->end_ms > now))
        agreement->end_ms = now;
    control->sandbox->dirty = true;
    return show_agreement(control, agreement, ret_answer);
}
