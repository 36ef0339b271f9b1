/* The work of a change set, on drafts: all of it is stored, or nothing. */
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/changes.h"

void change_error(struct change_run *run, struct change *change, const char *code,
                  const char *format, ...)
{
    va_list list;
    char message[512];
    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);
    struct json *entry = json_object(run->set->arena);
    json_set_text(run->set->arena, entry, "ErrorCode", code);
    json_set_text(run->set->arena, entry, "ErrorMessage", message);
    json_append(run->set->arena, change->errors, entry);
    run->failed = true;
}

struct change *change_blamed(struct change_run *run, const struct draft *draft, const char *type)
{
    struct change *blamed = NULL;
    for (size_t i = 0; i < run->set->count; i++) {
        struct change *change = &run->set->changes[i];
        if (strcmp(change->target, draft->id) != 0)
            continue;
        if (type && !strcmp(change->type->name, type))
            return change;
        if (!blamed || !(blamed->type->flags & CHANGE_RELEASES))
            blamed = change;
    }
    return blamed ? blamed : &run->set->changes[0];
}

/* ---- Drafts. */
static struct draft *find_draft(struct change_run *run, const char *id)
{
    for (size_t i = 0; i < run->count; i++) {
        if (!strcmp(run->drafts[i].id, id))
            return &run->drafts[i];
    }
    return NULL;
}

struct draft *draft_of(struct change_run *run, const char *id)
{
    struct draft *draft = find_draft(run, id);
    struct entity *entity = entity_find(run->sandbox, id);
    if (draft || !entity || run->count == COUNT(run->drafts))
        return draft;
    draft = &run->drafts[run->count++];
    *draft = (struct draft){
        .entity = entity,
        .type = entity->type,
        .id = entity->id,
        .document = json_clone(run->arena, entity->document),
        .agreement = entity->agreement,
        .released = entity->released_ms != 0,
    };
    return draft;
}

const struct json *draft_document(struct change_run *run, const char *id)
{
    const struct draft *draft = find_draft(run, id);
    const struct entity *entity = entity_find(run->sandbox, id);
    return draft ? draft->document : entity ? entity->document : NULL;
}

struct draft *draft_new(struct change_run *run, const struct change *change, struct json *document)
{
    struct draft *draft = &run->drafts[run->count++];
    const char *type = json_text(json_find(change->request, "Entity.Type"));
    *draft = (struct draft){.type = entity_type_find(type, true),
                            .id = change->target,
                            .document = document,
                            .agreement = ""};
    return draft;
}

/* ---- The set. */
/* What others are put into is made first, and releases come last. */
enum phase { PHASE_HOLDERS, PHASE_CREATE, PHASE_UPDATE, PHASE_RELEASE, PHASES };

static enum phase phase_of(const struct change *change)
{
    if (change->type->flags & CHANGE_RELEASES)
        return PHASE_RELEASE;
    if (!(change->type->flags & CHANGE_CREATES))
        return PHASE_UPDATE;
    return change->type->kinds & ENTITY_OFFER ? PHASE_CREATE : PHASE_HOLDERS;
}

static bool locked(const struct change *change, const struct draft *draft)
{
    bool public = draft->type->kind == ENTITY_OFFER && !offer_is_private(draft->document);
    unsigned allowed = public ? CHANGE_LATER | CHANGE_PUBLIC : CHANGE_LATER;
    return draft->released && !(change->type->flags & allowed);
}

static void apply_change(struct change_run *run, struct change *change)
{
    bool creates = change->type->flags & CHANGE_CREATES;
    struct draft *draft = creates ? NULL : draft_of(run, change->target);
    if (!creates && !draft) /* what was to make it has failed */
        return;
    if (draft && locked(change, draft))
        change_error(run, change, "INVALID_ENTITY_STATE",
                     "%s is not allowed once %s has been released.", change->type->name, draft->id);
    else
        change->type->apply(run, change, draft);
}

static void check_draft(struct change_run *run, const struct draft *draft)
{
    switch (draft->type->kind) {
    case ENTITY_OFFER:
        offer_check(run, draft);
        break;
    case ENTITY_OFFER_SET:
        offer_set_check(run, draft);
        break;
    case ENTITY_RESALE:
        resale_check(run, draft);
        break;
    default:
        break;
    }
}

static void store_draft(struct change_run *run, const struct draft *draft)
{
    struct entity *entity = draft->entity;
    int64_t when = run->set->end_ms;
    if (entity) {
        entity_write(run->sandbox, entity, draft->document, when);
    } else {
        entity = entity_add(run->sandbox, draft->type, draft->id, draft->document);
        entity->created_ms = entity->modified_ms = when;
        text_replace(&entity->agreement, draft->agreement);
    }
    if (draft->releases)
        entity->released_ms = when;
}

static void end_failed(struct change_set *set, const char *code, const char *text)
{
    set->failure_code = code;
    set->failure_text = text;
}

#define BROKEN "An internal error has occurred. Retry your request."

void set_apply(struct sandbox *sandbox, struct change_set *set)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    CLEANUP_FREE struct change_run *run = memory_alloc(sizeof *run);
    *run = (struct change_run){.sandbox = sandbox, .set = set, .arena = arena};
    if (set->fate == FATE_SERVICE) {
        end_failed(set, "SERVER_FAULT", BROKEN);
        return;
    }
    enum phase end = set->fate == FATE_HALF         ? PHASE_UPDATE
                     : set->fate == FATE_UNRELEASED ? PHASE_RELEASE
                                                    : PHASES;
    for (enum phase phase = PHASE_HOLDERS; phase < end; phase++) {
        for (size_t i = 0; i < set->count; i++) {
            if (phase_of(&set->changes[i]) == phase)
                apply_change(run, &set->changes[i]);
        }
    }
    for (size_t i = 0; i < run->count && end > PHASE_UPDATE; i++)
        check_draft(run, &run->drafts[i]);
    if (set->fate == FATE_DATA)
        change_error(run, &set->changes[set->count - 1], "INCOMPATIBLE_TERMS",
                     "The terms do not go with one another.");
    if (run->failed) {
        end_failed(set, "CLIENT_ERROR", NULL);
        return;
    }
    for (size_t i = 0; i < run->count; i++)
        store_draft(run, &run->drafts[i]);
    if (end < PHASES)
        end_failed(set, "SERVER_FAULT", BROKEN);
}
