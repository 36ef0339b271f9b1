#include "model/change.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "model/fingerprint.h"

#define ID_HEX 12 /* 48 bits: a job has thousands of changes at most */

static const struct {
    const char *name;
    char sign;
    bool writes_cloud;
    unsigned irreversible;
} actions[ACTION_COUNT] = {
    [ACTION_ADOPT] = {"adopt", '=', false, 0},
    [ACTION_CREATE] = {"create", '+', true, 0},
    [ACTION_UPDATE] = {"update", '~', true, 0},
    [ACTION_SUBMIT] = {"submit", '>', true, ACT_SUBMIT},
    [ACTION_LAUNCH] = {"launch", '!', true, ACT_LAUNCH},
    [ACTION_CLOSE] = {"close", '-', true, ACT_CLOSE},
    [ACTION_PUBLISH] = {"publish", '^', true, ACT_PUBLISH},
    [ACTION_EXTEND] = {"extend", '*', true, 0},
    [ACTION_CANCEL] = {"cancel", 'x', true, ACT_CANCEL},
    [ACTION_ACCEPT] = {"accept", '@', true, ACT_ACCEPT},
    [ACTION_REJECT] = {"reject", '%', true, ACT_REJECT},
    [ACTION_REGISTER] = {"register", '$', true, ACT_REGISTER},
    [ACTION_PULL] = {"pull", '<', false, 0},
    [ACTION_IMPORT] = {"import", 'v', false, 0},
};

static const char *const hold_names[HOLD_COUNT] = {
    [HOLD_NONE] = "none",         [HOLD_MODE] = "mode",   [HOLD_APPROVAL] = "approval",
    [HOLD_REJECTED] = "rejected", [HOLD_LIMIT] = "limit", [HOLD_READ] = "read",
    [HOLD_RULE] = "rule",         [HOLD_BUSY] = "busy",   [HOLD_DELIVERED] = "delivered",
};

const char *action_name(enum action action)
{
    return actions[action].name;
}

static bool action_parse(const char *name, enum action *ret_action)
{
    for (size_t i = 0; name && i < ACTION_COUNT; i++) {
        if (!strcmp(actions[i].name, name)) {
            *ret_action = (enum action)i;
            return true;
        }
    }
    return false;
}

char action_sign(enum action action)
{
    return actions[action].sign;
}

const char *hold_name(enum hold hold)
{
    return hold_names[hold];
}

static bool hold_parse(const char *name, enum hold *ret_hold)
{
    for (size_t i = 0; name && i < HOLD_COUNT; i++) {
        if (!strcmp(hold_names[i], name)) {
            *ret_hold = (enum hold)i;
            return true;
        }
    }
    return false;
}

bool action_writes_cloud(enum action action)
{
    return actions[action].writes_cloud;
}

unsigned action_irreversible(enum action action)
{
    return actions[action].irreversible;
}

void change_identify(struct change *change)
{
    struct fingerprint print = {0};
    fingerprint_add(&print, change->job);
    fingerprint_add(&print, action_name(change->action));
    fingerprint_add(&print, change->remote_id);
    fingerprint_add(&print, change->local_key);
    for (size_t i = 0; i < change->field_count; i++) {
        const struct change_field *item = &change->fields[i];
        fingerprint_add(&print, change->kind->fields[item->field].name);
        fingerprint_add(&print, item->new_value);
        fingerprint_add(&print, item->old_value);
    }
    if (change->note) /* who approves it approves what is told */
        fingerprint_add(&print, change->note);
    char hex[SHA256_HEX];
    fingerprint_hex(&print, hex);
    snprintf(change->id, sizeof change->id, "c-%.*s", ID_HEX, hex);
}

const struct change_field *change_field(const struct change *change, const char *field)
{
    size_t index = kind_field(change->kind, field);
    for (size_t i = 0; i < change->field_count; i++) {
        if (change->fields[i].field == index)
            return &change->fields[i];
    }
    return NULL;
}

bool change_stands(const struct change *change, const struct record *record)
{
    for (size_t i = 0; i < change->field_count; i++) {
        const struct change_field *field = &change->fields[i];
        if (!text_equal(record->values[field->field], field->new_value))
            return false;
    }
    return true;
}

static void set_value(struct arena *arena, struct json *object, const char *name,
                      const struct field *field, const char *value)
{
    if (value)
        json_set(arena, object, name, value_to_json(arena, field, value));
}

static struct json *field_to_json(struct arena *arena, const struct kind *kind,
                                  const struct change_field *item)
{
    const struct field *field = &kind->fields[item->field];
    struct json *object = json_object(arena);
    json_set_text(arena, object, "field", field->name);
    set_value(arena, object, "old", field, item->old_value);
    set_value(arena, object, "new", field, item->new_value);
    set_value(arena, object, "base", field, item->base);
    json_set_text(arena, object, "rule", item->rule);
    return object;
}

bool change_deletes(const struct change *change)
{
    const struct change_field *state = change_field(change, FIELD_STATE);
    return change->kind->id == KIND_OFFER && change->action == ACTION_CANCEL && change->asked_by &&
           state && state->new_value && !strcmp(state->new_value, STATE_DELETED);
}

struct json *change_to_json(struct arena *arena, const struct change *change)
{
    struct json *object = json_object(arena);
    json_set_text(arena, object, "id", change->id);
    json_set_text(arena, object, "job", change->job);
    json_set_text(arena, object, "kind", change->kind->name);
    json_set_text(arena, object, "action", action_name(change->action));
    json_set_text(arena, object, "remote_id", change->remote_id);
    json_set_text(arena, object, "local_key", change->local_key);
    json_set_text(arena, object, "version", change->version);
    json_set_text(arena, object, "title", change->title);
    json_set_text(arena, object, "note", change->note);
    struct json *fields = json_array(arena);
    for (size_t i = 0; i < change->field_count; i++)
        json_append(arena, fields, field_to_json(arena, change->kind, &change->fields[i]));
    json_set(arena, object, "fields", fields);
    json_set_text(arena, object, "hold", hold_name(change->hold));
    json_set_text(arena, object, "hold_reason", change->hold_reason);
    json_set_text(arena, object, "asked_by", change->asked_by);
    return object;
}

/* A text member as it was; unlike a value it may be empty. */
static const char *copy_text(struct arena *arena, const struct json *object, const char *name)
{
    return arena_copy(arena, json_get_text(object, name));
}

static bool field_from_json(struct arena *arena, const struct kind *kind, const struct json *json,
                            struct change_field *ret)
{
    size_t index = kind_field(kind, json_get_text(json, "field"));
    if (index == FIELD_NONE)
        return false;
    const struct field *field = &kind->fields[index];
    *ret = (struct change_field){
        .field = index,
        .old_value = value_from_json(arena, field, json_get(json, "old")),
        .new_value = value_from_json(arena, field, json_get(json, "new")),
        .base = value_from_json(arena, field, json_get(json, "base")),
        .rule = copy_text(arena, json, "rule"),
    };
    return true;
}

struct change *change_from_json(struct arena *arena, const struct json *json)
{
    struct change *change = arena_alloc(arena, sizeof *change);
    const char *id = json_get_text(json, "id");
    const struct json *fields = json_get(json, "fields");
    change->kind = kind_by_name(json_get_text(json, "kind"));
    change->job = copy_text(arena, json, "job");
    if (!id || strlen(id) >= sizeof change->id || !change->kind || !change->job ||
        !action_parse(json_get_text(json, "action"), &change->action) ||
        !hold_parse(json_get_text(json, "hold"), &change->hold) || !fields ||
        fields->type != JSON_ARRAY)
        return NULL;
    memcpy(change->id, id, strlen(id) + 1);
    change->remote_id = copy_text(arena, json, "remote_id");
    change->local_key = copy_text(arena, json, "local_key");
    change->version = copy_text(arena, json, "version");
    change->title = copy_text(arena, json, "title");
    change->note = copy_text(arena, json, "note");
    change->hold_reason = copy_text(arena, json, "hold_reason");
    change->asked_by = copy_text(arena, json, "asked_by");
    change->field_count = fields->count;
    change->fields = arena_array(arena, fields->count, sizeof *change->fields);
    for (size_t i = 0; i < fields->count; i++) {
        if (!field_from_json(arena, change->kind, fields->items[i], &change->fields[i]))
            return NULL;
    }
    return change;
}
