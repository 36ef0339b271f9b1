/* The marketplace's part of the snapshot. */
#include <string.h>

#include "tests/sandbox/changes.h"
#include "tests/sandbox/words.h"

/* Members that are texts, by name. */
struct text_slot {
    const char *name;
    char **slot;
};

static void put_texts(struct arena *arena, struct json *row, const struct text_slot *slots,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        json_set_text(arena, row, slots[i].name, *slots[i].slot);
}

static void take_texts(const struct json *row, const struct text_slot *slots, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *text = json_get_text(row, slots[i].name);
        text_replace(slots[i].slot, text ? text : "");
    }
}

static void put_number(struct arena *arena, struct json *row, const char *name, long long number)
{
    json_set(arena, row, name, json_int(arena, number));
}

#define AGREEMENT_SLOTS(a)                                                                         \
    {                                                                                              \
        {"id", &(a)->id}, {"offer", &(a)->offer}, {"offer_set", &(a)->offer_set},                  \
            {"product", &(a)->product}, {"product_type", &(a)->product_type},                      \
            {"acceptor", &(a)->acceptor}, {"status", &(a)->status}, {"currency", &(a)->currency},  \
            {"value", &(a)->value},                                                                \
    }

/* ---- Writing. What is borrowed here is only printed. */
static struct json *describe_entity(struct arena *arena, struct entity *entity)
{
    struct json *row = json_object(arena);
    json_set_text(arena, row, "type", entity->type->name);
    json_set_text(arena, row, "id", entity->id);
    json_set_text(arena, row, "owner", entity->owner);
    json_set_text(arena, row, "agreement", entity->agreement);
    json_set_text(arena, row, "source", entity->source);
    put_number(arena, row, "revision", entity->revision);
    put_number(arena, row, "created_ms", entity->created_ms);
    put_number(arena, row, "modified_ms", entity->modified_ms);
    put_number(arena, row, "released_ms", entity->released_ms);
    json_set(arena, row, "document", entity->document);
    return row;
}

static struct json *describe_set(struct arena *arena, const struct change_set *set)
{
    struct json *row = json_object(arena);
    struct json *changes = json_array(arena);
    for (size_t i = 0; i < set->count; i++) {
        const struct change *change = &set->changes[i];
        struct json *entry = json_object(arena);
        json_set(arena, entry, "request", change->request);
        json_set(arena, entry, "details", change->details);
        json_set_text(arena, entry, "target", change->target);
        json_set(arena, entry, "errors", change->errors);
        json_append(arena, changes, entry);
    }
    json_set_text(arena, row, "id", set->id);
    json_set_text(arena, row, "name", set->name);
    json_set_text(arena, row, "intent", set->intent);
    json_set_text(arena, row, "status", set->status);
    json_set(arena, row, "failure_code", json_string(arena, set->failure_code));
    json_set(arena, row, "failure_text", json_string(arena, set->failure_text));
    put_number(arena, row, "start_ms", set->start_ms);
    put_number(arena, row, "end_ms", set->end_ms);
    put_number(arena, row, "fate", set->fate);
    json_set(arena, row, "changes", changes);
    return row;
}

static struct json *describe_agreement(struct arena *arena, struct agreement *agreement)
{
    const struct text_slot slots[] = AGREEMENT_SLOTS(agreement);
    struct json *row = json_object(arena);
    put_texts(arena, row, slots, COUNT(slots));
    put_number(arena, row, "accepted_ms", agreement->accepted_ms);
    put_number(arena, row, "start_ms", agreement->start_ms);
    put_number(arena, row, "end_ms", agreement->end_ms);
    json_set(arena, row, "terms", agreement->terms);
    return row;
}

void market_describe(const struct sandbox *sandbox, struct arena *arena, struct json *root)
{
    const struct market *market = sandbox->market;
    struct json *out = json_object(arena);
    struct json *entities = json_array(arena);
    struct json *sets = json_array(arena);
    struct json *agreements = json_array(arena);
    for (size_t i = 0; i < market->entity_count; i++)
        json_append(arena, entities, describe_entity(arena, market->entities[i]));
    for (size_t i = 0; i < market->set_count; i++)
        json_append(arena, sets, describe_set(arena, market->sets[i]));
    for (size_t i = 0; i < market->agreement_count; i++)
        json_append(arena, agreements, describe_agreement(arena, market->agreements[i]));
    put_number(arena, out, "made", market->made);
    put_number(arena, out, "opened_ms", market->opened_ms);
    json_set(arena, out, "entities", entities);
    json_set(arena, out, "sets", sets);
    json_set(arena, out, "agreements", agreements);
    json_set(arena, root, "market", out);
}

/* ---- Reading. */
static bool read_entity(struct sandbox *sandbox, const struct json *row)
{
    const char *name = json_get_text(row, "type"), *id = json_get_text(row, "id");
    const struct entity_type *type = name ? entity_type_find(name, false) : NULL;
    const struct json *document = json_get(row, "document");
    if (!type || !id || !document)
        return false;
    struct entity *entity = entity_add(sandbox, type, id, document);
    const struct text_slot slots[] = {
        {"owner", &entity->owner}, {"agreement", &entity->agreement}, {"source", &entity->source}};
    take_texts(row, slots, COUNT(slots));
    entity->revision = json_get_int(row, "revision", 1);
    entity->created_ms = json_get_int(row, "created_ms", 0);
    entity->modified_ms = json_get_int(row, "modified_ms", 0);
    entity->released_ms = json_get_int(row, "released_ms", 0);
    return true;
}

static bool read_change(struct arena *arena, const struct json *row, struct change *change)
{
    const struct json *request = json_get(row, "request"), *details = json_get(row, "details");
    const struct json *errors = json_get(row, "errors");
    const char *type = json_text(json_find(request, "Entity.Type"));
    const char *target = json_get_text(row, "target");
    const struct entity_type *entity = type ? entity_type_find(type, true) : NULL;
    if (!entity || !details || !errors || !target)
        return false;
    *change =
        (struct change){.type = change_type_find(entity, json_get_text(request, "ChangeType")),
                        .request = json_clone(arena, request),
                        .details = json_clone(arena, details),
                        .target = arena_copy(arena, target),
                        .errors = json_clone(arena, errors)};
    return change->type != NULL;
}

static bool read_set(struct sandbox *sandbox, const struct json *row)
{
    const struct json *changes = json_get(row, "changes");
    const char *status = json_get_text(row, "status");
    if (!changes || changes->count > CHANGES_MAX || !words_have(words_set_states, status))
        return false;
    struct change_set *set = set_new();
    market_keep_set(sandbox->market, set);
    const struct text_slot slots[] = {
        {"id", &set->id}, {"name", &set->name}, {"intent", &set->intent}};
    take_texts(row, slots, COUNT(slots));
    for (size_t i = 0; words_set_states[i]; i++) {
        if (!strcmp(words_set_states[i], status))
            set->status = words_set_states[i];
    }
    set->failure_code = arena_copy(set->arena, json_get_text(row, "failure_code"));
    set->failure_text = arena_copy(set->arena, json_get_text(row, "failure_text"));
    set->start_ms = json_get_int(row, "start_ms", 0);
    set->end_ms = json_get_int(row, "end_ms", 0);
    set->fate = (enum set_fate)json_get_int(row, "fate", FATE_NONE);
    bool whole = true;
    for (; set->count < changes->count && whole; set->count += whole)
        whole = read_change(set->arena, changes->items[set->count], &set->changes[set->count]);
    return whole;
}

static bool read_agreement(struct sandbox *sandbox, const struct json *row)
{
    const struct json *terms = json_get(row, "terms");
    if (!terms)
        return false;
    struct agreement *agreement = market_add_agreement(sandbox->market);
    const struct text_slot slots[] = AGREEMENT_SLOTS(agreement);
    take_texts(row, slots, COUNT(slots));
    agreement->accepted_ms = json_get_int(row, "accepted_ms", 0);
    agreement->start_ms = json_get_int(row, "start_ms", 0);
    agreement->end_ms = json_get_int(row, "end_ms", 0);
    agreement->terms = json_clone(agreement->arena, terms);
    return true;
}

int market_read(struct sandbox *sandbox, const struct json *root, struct error *error)
{
    static const struct {
        const char *name;
        bool (*read)(struct sandbox *sandbox, const struct json *row);
    } parts[] = {{"entities", read_entity}, {"sets", read_set}, {"agreements", read_agreement}};
    const struct json *market = json_get(root, "market");
    if (!market) { /* written before there was one */
        market_seed(sandbox);
        return 0;
    }
    sandbox->market->made = json_get_int(market, "made", 0);
    sandbox->market->opened_ms = json_get_int(market, "opened_ms", 0);
    for (size_t i = 0; i < COUNT(parts); i++) {
        const struct json *rows = json_get(market, parts[i].name);
        for (size_t j = 0; rows && j < rows->count; j++) {
            if (!parts[i].read(sandbox, rows->items[j]))
                return error_set(error, ERROR_INPUT, SCOPE_RUN, "%s: row %zu of %s is damaged",
                                 sandbox->options.state_path, j, parts[i].name);
        }
    }
    sandbox->dirty = false;
    return 0;
}
