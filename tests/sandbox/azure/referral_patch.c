/* JSON Patch as this service takes it: add and replace, on members that its owner may write. */
#include <string.h>

#include "model/value.h"
#include "tests/sandbox/azure/referrals.h"
#include "tests/sandbox/identity.h"

#define SEGMENTS_MAX 8
#define STEPS_MAX    200

/* What the steps have touched. */
struct patch {
    struct rest_call *call;
    const struct rest_record *record;
    struct json *document; /* becomes the new one */
    bool status, substatus, reason, registration, others;
};

static int refuse(struct patch *patch, const char *code, const char *what, const char *path)
{
    return referral_refuse(patch->call->failure, code, "%s: %.120s", what, path);
}

/* ---- Pointers (RFC 6901). */
static bool decode(char *segment)
{
    char *out = segment;
    for (const char *in = segment; *in; in++) {
        if (*in == '~' && in[1] != '0' && in[1] != '1')
            return false;
        *out++ = *in == '~' ? *++in == '1' ? '/' : '~' : *in;
    }
    *out = '\0';
    return true;
}

static size_t split(struct arena *arena, const char *path, const char *segments[SEGMENTS_MAX])
{
    size_t count = 0;
    char *rest = path[0] == '/' ? arena_copy(arena, path + 1) : NULL;
    for (char *segment; (segment = strsep(&rest, "/"));) {
        if (count == SEGMENTS_MAX || !segment[0] || !decode(segment))
            return 0;
        segments[count++] = segment;
    }
    return count;
}

static bool read_index(const char *text, size_t count, size_t *ret_index)
{
    long long index;
    bool plain = text[0] != '+' && (text[0] != '0' || !text[1]);
    if (!plain || !text_to_int64(text, &index) || index < 0 || (size_t)index >= count)
        return false;
    *ret_index = (size_t)index;
    return true;
}

/* ---- One step. */
struct step {
    bool adds;
    const char *path;
    const char *segments[SEGMENTS_MAX];
    size_t count;
    const struct json *value;
};

/* Where the last segment is looked up: its parent, and what may stand there. */
struct spot {
    struct json *parent;
    const struct referral_shape *members;
    const char *name;
};

static int walk(struct patch *patch, const struct step *step, struct spot *ret_spot)
{
    struct spot spot = {patch->document, referral_root, NULL};
    for (size_t i = 0; i < step->count; i++) {
        struct json *next = NULL;
        const struct referral_shape *row = NULL;
        size_t index = 0;
        spot.name = step->segments[i];
        if (spot.parent->type == JSON_OBJECT) {
            row = referral_row(spot.members, spot.name);
            next = json_get(spot.parent, spot.name);
            if (!row)
                return refuse(patch, "unknownMember", "No such member", step->path);
        } else if (spot.parent->type == JSON_ARRAY) {
            next = read_index(spot.name, spot.parent->count, &index) ? spot.parent->items[index]
                                                                     : NULL;
        }
        if (i + 1 == step->count)
            break;
        if (!next || (next->type != JSON_OBJECT && next->type != JSON_ARRAY))
            return refuse(patch, "targetNotFound", "The way there is not", step->path);
        spot.members = row ? row->members : spot.members;
        spot.parent = next;
    }
    *ret_spot = spot;
    return 0;
}

/* The samples write amounts as texts; the service keeps them as numbers. */
static struct json *stored_value(struct arena *arena, const struct referral_shape *row,
                                 const struct json *value)
{
    bool amount = value->type == JSON_STRING && row && row->fits == referral_amount &&
                  referral_amount(value->text);
    return amount ? json_number(arena, value->text) : json_clone(arena, value);
}

static int put_member(struct patch *patch, const struct step *step, const struct spot *spot)
{
    struct arena *arena = patch->call->arena;
    const struct referral_shape *row = referral_row(spot->members, spot->name);
    struct json *value = stored_value(arena, row, step->value);
    int result = referral_check(patch->call->failure, row, step->path, value);
    if (result == 0)
        json_set(arena, spot->parent, spot->name, value);
    return result;
}

static int put_item(struct patch *patch, const struct step *step, const struct spot *spot)
{
    struct arena *arena = patch->call->arena;
    const struct referral_shape item = {"", 1u << JSON_OBJECT, 0, spot->members, NULL, NULL};
    struct json *list = spot->parent, *value = json_clone(arena, step->value);
    size_t index = 0;
    int result = spot->members ? referral_check(patch->call->failure, &item, step->path, value) : 0;
    if (result < 0)
        return result;
    if (step->adds && !strcmp(spot->name, "-")) {
        json_append(arena, list, value);
        return 0;
    }
    if (!read_index(spot->name, list->count, &index))
        return refuse(patch, "targetNotFound", "There is no such item", step->path);
    if (step->adds) {
        json_append(arena, list, value); /* makes room */
        memmove(&list->items[index + 1], &list->items[index],
                (list->count - 1 - index) * sizeof(struct json *));
    }
    list->items[index] = value;
    return 0;
}

static void note(struct patch *patch, const char *member)
{
    bool *slot = !strcmp(member, "status")          ? &patch->status
                 : !strcmp(member, "substatus")     ? &patch->substatus
                 : !strcmp(member, "statusReason")  ? &patch->reason
                 : !strcmp(member, "registrations") ? &patch->registration
                                                    : &patch->others;
    *slot = true;
}

/* Appending the one registration, or correcting it once the reviewers have asked for that. */
static int check_registration_step(struct patch *patch, const struct step *step)
{
    const struct json *list = json_get(patch->document, "registrations");
    bool appends = step->count == 2 && step->adds && !strcmp(step->segments[1], "-");
    bool corrects =
        step->count > 2 && !step->adds &&
        (!strcmp(step->segments[2], "contract") || !strcmp(step->segments[2], "solutionDetails"));
    if (!appends && !corrects)
        return refuse(patch, "readOnly", "Cannot be written", step->path);
    if (appends && list && list->count)
        return refuse(patch, "registrationNotAllowed", "There is a registration", step->path);
    if (corrects && !referral_is(patch->record, "registrationStatus", "ActionRequired"))
        return refuse(patch, "registrationNotAllowed", "Nobody asked for a correction", step->path);
    return 0;
}

static int apply_step(struct patch *patch, const struct step *step)
{
    const struct referral_shape *row = referral_row(referral_root, step->segments[0]);
    struct spot spot = {0};
    bool registers = !strcmp(step->segments[0], "registrations");
    if (!row)
        return refuse(patch, "unknownMember", "No such member", step->path);
    if (!(row->use & REFERRAL_PATCH) && !registers)
        return refuse(patch, "readOnly", "Cannot be written", step->path);
    int result = registers ? check_registration_step(patch, step) : 0;
    if (result == 0)
        result = walk(patch, step, &spot);
    if (result < 0)
        return result;
    note(patch, step->segments[0]);
    return spot.parent->type == JSON_OBJECT ? put_member(patch, step, &spot)
                                            : put_item(patch, step, &spot);
}

static int read_step(struct patch *patch, const struct json *row, struct step *ret_step)
{
    const char *op = json_get_text(row, "op"), *path = json_get_text(row, "path");
    struct step step = {.path = path, .value = json_get(row, "value")};
    if (row->type != JSON_OBJECT || !op || (strcmp(op, "add") && strcmp(op, "replace")))
        return refuse(patch, "invalidPatch", "op is neither add nor replace", op ? op : "");
    if (!path || !step.value)
        return refuse(patch, "invalidPatch", "path or value is missing", path ? path : "");
    step.adds = !strcmp(op, "add");
    step.count = split(patch->call->arena, path, step.segments);
    if (!step.count)
        return refuse(patch, "invalidPatch", "The path is malformed", path);
    *ret_step = step;
    return 0;
}

/* ---- The whole. */
static int apply(struct patch *patch)
{
    const struct json *steps = patch->call->body;
    int result = 0;
    if (!steps || steps->type != JSON_ARRAY || !steps->count || steps->count > STEPS_MAX)
        return refuse(patch, "invalidPatch", "The body must be a list of steps", "");
    for (size_t i = 0; i < steps->count && result == 0; i++) {
        struct step step = {0};
        result = read_step(patch, steps->items[i], &step);
        if (result == 0)
            result = apply_step(patch, &step);
    }
    return result;
}

static int check_closed(struct patch *patch)
{
    bool was_closed = referral_is(patch->record, "status", "Closed");
    bool closes = !was_closed && text_equal(json_get_text(patch->document, "status"), "Closed");
    if (was_closed && (patch->status || patch->substatus || patch->reason || patch->others))
        return refuse(patch, "referralClosed", "A closed referral stays as it is", "");
    if (closes && patch->others)
        return refuse(patch, "referralClosed", "Change first, close afterwards", "");
    return 0;
}

static int check_whole(struct patch *patch)
{
    struct failure *failure = patch->call->failure;
    const struct json *before = patch->record->document;
    if (patch->status != patch->substatus)
        return referral_refuse(failure, "invalidStatusTransition",
                               "status and substatus go together");
    int result = referral_check_state(failure, before, patch->document);
    if (result == 0)
        result = check_closed(patch);
    if (result == 0)
        result = referral_check_visibility(failure, before, patch->document);
    bool becomes_shared = !referral_is(patch->record, "type", "Shared") &&
                          text_equal(json_get_text(patch->document, "type"), "Shared");
    return result == 0 && becomes_shared ? referral_check_cosell(failure, patch->document) : result;
}

static int finish_registration(struct patch *patch)
{
    struct rest_call *call = patch->call;
    struct json *registration = json_find(patch->document, "registrations[0]");
    int result =
        referral_check_registration(call->sandbox, call->failure, patch->record, registration);
    if (result < 0)
        return result;
    if (!json_get(registration, "id")) {
        json_set_text(call->arena, registration, "id", azure_new_guid(call->sandbox, call->arena));
        json_set_text(call->arena, registration, "registrationDateTime",
                      azure_instant(call->arena, sandbox_now(call->sandbox)));
    }
    referral_set_registration(call->sandbox, call->arena, patch->document, "ReviewPending");
    return 0;
}

static bool wants_answer(const struct rest_call *call)
{
    const char *prefer = request_header(call->request, "prefer");
    return prefer && strstr(prefer, "return=representation");
}

int referral_patch(struct rest_call *call)
{
    struct rest_record *record = NULL;
    int result = referral_find_own(call, false, &record);
    if (result < 0)
        return result;
    struct patch patch = {
        .call = call,
        .record = record,
        .document = json_clone(call->arena, record->document),
    };
    result = apply(&patch);
    if (result == 0)
        result = check_whole(&patch);
    if (result == 0 && patch.registration)
        result = finish_registration(&patch);
    if (result < 0)
        return result;
    const char *status = json_get_text(patch.document, "status");
    if (patch.status && !referral_is(record, "status", status))
        referral_set_status(call->sandbox, call->arena, patch.document, status,
                            json_get_text(patch.document, "substatus"));
    referral_write(call->sandbox, record, patch.document);
    referral_show(call, record, wants_answer(call) ? 200 : 204);
    if (call->status == 204)
        call->answer = NULL;
    return 0;
}
