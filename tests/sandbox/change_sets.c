/* Change sets: started, looked at, listed, cancelled, and moved on by the clock. */
#include <stdlib.h>
#include <string.h>

#include "tests/sandbox/changes.h"
#include "tests/sandbox/listing.h"
#include "tests/sandbox/words.h"

#define DEFAULT_PAGE 20
#define OPEN_MAX     250
#define WORKING_MAX  20 /* offers, and offer sets, in creation or update at a time */
#define HISTORY_MS   (INT64_C(60) * 86400000)
#define REFERENCE    ".Entity.Identifier"

enum { STATE_PREPARING, STATE_APPLYING, STATE_SUCCEEDED, STATE_FAILED, STATE_CANCELLED };
const char *const words_set_states[] = {"PREPARING", "APPLYING",  "SUCCEEDED",
                                        "FAILED",    "CANCELLED", NULL};

bool set_open(const struct change_set *set)
{
    return !set->end_ms;
}

struct change_set *set_new(void)
{
    struct change_set *set = memory_alloc(sizeof *set);
    set->arena = arena_new();
    return set;
}

void set_free(struct change_set *set)
{
    free(set->id);
    free(set->name);
    free(set->intent);
    arena_free(set->arena);
    free(set);
}

const struct change_set *set_locking(const struct sandbox *sandbox, const char *entity)
{
    const struct market *market = sandbox->market;
    for (size_t i = 0; i < market->set_count; i++) {
        const struct change_set *set = market->sets[i];
        for (size_t j = 0; set_open(set) && j < set->count; j++) {
            if (!strcmp(set->changes[j].target, entity))
                return set;
        }
    }
    return NULL;
}

/* ---- Starting. */
struct starting {
    struct call_context *call;
    struct change_set *set;  /* not in the market before all is well */
    const struct json *list; /* the requested changes */
};

static int invalid(struct starting *starting, size_t index, const char *why, const char *what)
{
    const char *where = arena_printf(starting->call->arena, "changeSet[%zu]", index);
    fail_field(starting->call->failure, "INVALID_VALUE", where, "%s%s%.120s", why,
               what[0] ? ": " : "", what);
    return fail_validation(starting->call->failure, REASON_REQUEST);
}

/* What `name` of "$name.Entity.Identifier" stands for: the reserved id; NULL: nothing. */
static const struct change *find_named(const struct starting *starting, const char *reference)
{
    const char *end = strstr(reference, REFERENCE);
    if (reference[0] != '$' || !end || end[strlen(REFERENCE)])
        return NULL;
    size_t length = (size_t)(end - reference - 1);
    for (size_t i = 0; i < starting->set->count; i++) {
        const struct change *change = &starting->set->changes[i];
        const char *name = json_get_text(change->request, "ChangeName");
        if (name && strlen(name) == length && !strncmp(name, reference + 1, length) &&
            change->type->flags & CHANGE_CREATES)
            return change;
    }
    return NULL;
}

/* The details with references replaced by what they stand for; NULL if one stands for nothing. */
static struct json *resolve(const struct starting *starting, const struct json *value)
{
    struct arena *arena = starting->set->arena;
    bool object = value->type == JSON_OBJECT;
    if (value->type == JSON_STRING && value->text[0] == '$' && strstr(value->text, REFERENCE)) {
        const struct change *change = find_named(starting, value->text);
        return change ? json_string(arena, change->target) : NULL;
    }
    if (!object && value->type != JSON_ARRAY)
        return json_clone(arena, value);
    struct json *copy = object ? json_object(arena) : json_array(arena);
    for (size_t i = 0; i < value->count; i++) {
        struct json *item = resolve(starting, value->items[i]);
        if (!item)
            return NULL;
        if (object)
            json_set(arena, copy, value->names[i], item);
        else
            json_append(arena, copy, item);
    }
    return copy;
}

/* First look at a change: its type, its document's text, the id of what it makes. */
static int open_change(struct starting *starting, size_t index)
{
    struct call_context *call = starting->call;
    struct arena *arena = starting->set->arena;
    const struct json *asked = starting->list->items[index];
    const char *type_name = json_text(json_find(asked, "Entity.Type"));
    const char *name = json_get_text(asked, "ChangeType");
    const struct entity_type *type = entity_type_find(type_name, true);
    const char *text = json_get_text(asked, "Details");
    const struct json *document = json_get(asked, "DetailsDocument");
    struct change *change = &starting->set->changes[index];
    if (!type)
        return invalid(starting, index, "no entity type", type_name);
    *change = (struct change){.type = change_type_find(type, name),
                              .request = json_clone(arena, asked),
                              .target = "",
                              .errors = json_array(arena)};
    if (!change->type)
        return invalid(starting, index, "the entity type does not support the change", name);
    if (!text == !document)
        return invalid(starting, index, "one of Details and DetailsDocument is needed", "");
    struct json *parsed = NULL;
    if (text && json_parse(arena, text, strlen(text), &parsed, NULL) < 0)
        return invalid(starting, index, "Details is not JSON", "");
    json_set(arena, change->request, "DetailsDocument",
             parsed ? parsed : json_clone(arena, document));
    bool named = json_find(asked, "Entity.Identifier");
    if (change->type->flags & CHANGE_CREATES) {
        size_t length = 13;
        if (named)
            return invalid(starting, index, "what is created has no Identifier yet", name);
        change->target = entity_new_id(call->sandbox, arena, type->prefix, length);
    } else if (!named) {
        return invalid(starting, index, "Entity.Identifier is required", name);
    }
    return 0;
}

static int check_names(struct starting *starting)
{
    const struct change_set *set = starting->set;
    for (size_t i = 0; i < set->count; i++) {
        const char *name = json_get_text(set->changes[i].request, "ChangeName");
        for (size_t j = 0; name && j < i; j++) {
            if (text_equal(json_get_text(set->changes[j].request, "ChangeName"), name))
                return invalid(starting, i, "the ChangeName is used twice", name);
        }
    }
    return 0;
}

/* The entity that a change works on, with its revision if the identifier carries one. */
static int find_target(struct starting *starting, size_t index)
{
    struct call_context *call = starting->call;
    struct change *change = &starting->set->changes[index];
    const char *identifier = json_text(json_find(change->request, "Entity.Identifier"));
    const char *type = json_text(json_find(change->request, "Entity.Type"));
    if (change->type->flags & CHANGE_CREATES)
        return 0;
    if (identifier[0] == '$') {
        const struct change *maker = find_named(starting, identifier);
        if (!maker || !text_equal(json_text(json_find(maker->request, "Entity.Type")), type))
            return invalid(starting, index, "no change creates what is referred to", identifier);
        change->target = maker->target;
        return 0;
    }
    const char *at = strchr(identifier, '@');
    size_t length = at ? (size_t)(at - identifier) : strlen(identifier);
    const char *id = arena_copy_n(starting->set->arena, identifier, length);
    const struct entity *entity = entity_find(call->sandbox, id);
    if (!entity || !entity_own(entity))
        return fail_not_found(call->failure, "entity", id);
    if (entity_type_find(type, true) != entity->type)
        return invalid(starting, index, "the entity is of another type", id);
    const char *current = arena_printf(call->arena, "%s@%lld", id, entity->revision);
    if (at && strcmp(current, identifier) != 0)
        return invalid(starting, index, "the current revision is", current);
    const struct change_set *other = set_locking(call->sandbox, id);
    if (other)
        return fail(call->failure, 423, "ResourceInUseException",
                    "Requested change set has entities locked by change sets - entity: '%s', "
                    "change sets: '%s'.",
                    id, other->id);
    change->target = id;
    return 0;
}

static int check_document(struct starting *starting, size_t index)
{
    struct change *change = &starting->set->changes[index];
    const struct json *document = json_get(change->request, "DetailsDocument");
    for (size_t i = 0; i < index; i++) {
        const struct change *before = &starting->set->changes[i];
        if (before->type == change->type && !strcmp(before->target, change->target))
            return invalid(starting, index, "the change type is there twice for the entity",
                           change->type->name);
    }
    change->details = resolve(starting, document);
    if (!change->details)
        return invalid(starting, index, "a reference names no change that creates an entity",
                       change->type->name);
    change_check(change->type, change->details,
                 arena_printf(starting->call->arena, "changeSet[%zu].details", index),
                 starting->call->failure);
    return 0;
}

/* How many entities of a kind the open sets, and this one, work on. */
static size_t count_working(const struct starting *starting, enum entity_kind kind)
{
    const struct market *market = starting->call->sandbox->market;
    static char mark;
    CLEANUP_MAP struct map *ids = map_new();
    for (size_t i = 0; i <= market->set_count; i++) {
        const struct change_set *set = i < market->set_count ? market->sets[i] : starting->set;
        for (size_t j = 0; set_open(set) && j < set->count; j++) {
            if (set->changes[j].type->kinds & kind)
                map_put(ids, set->changes[j].target, &mark);
        }
    }
    return map_count(ids);
}

static int check_quotas(struct starting *starting)
{
    const struct market *market = starting->call->sandbox->market;
    struct failure *failure = starting->call->failure;
    size_t open = 0;
    for (size_t i = 0; i < market->set_count; i++)
        open += set_open(market->sets[i]);
    if (open >= OPEN_MAX)
        return fail(failure, 402, "ServiceQuotaExceededException",
                    "An account has at most %d open change sets.", OPEN_MAX);
    if (count_working(starting, ENTITY_OFFER) > WORKING_MAX ||
        count_working(starting, ENTITY_OFFER_SET) > WORKING_MAX)
        return fail(failure, 402, "ServiceQuotaExceededException",
                    "At most %d offers are created or updated at the same time.", WORKING_MAX);
    return 0;
}

static int check_changes(struct starting *starting)
{
    int result = 0;
    for (size_t i = 0; result == 0 && i < starting->list->count; i++) {
        result = open_change(starting, i);
        starting->set->count = i + (result == 0);
    }
    if (result == 0)
        result = check_names(starting);
    for (size_t i = 0; result == 0 && i < starting->set->count; i++)
        result = find_target(starting, i);
    for (size_t i = 0; result == 0 && i < starting->set->count; i++)
        result = check_document(starting, i);
    if (result == 0 && fail_pending(starting->call->failure))
        result = fail_validation(starting->call->failure, REASON_REQUEST);
    return result < 0 ? result : check_quotas(starting);
}

static enum set_fate fate_of(const struct fault *fault)
{
    static const struct {
        const char *kind;
        enum set_fate fate, with_parameter;
    } rows[] = {
        {"set-fails", FATE_DATA, FATE_SERVICE},
        {"set-half", FATE_HALF, FATE_UNRELEASED},
        {"set-stuck", FATE_STUCK, FATE_STUCK},
    };
    for (size_t i = 0; fault && i < COUNT(rows); i++) {
        if (!strcmp(fault->kind, rows[i].kind))
            return fault->parameter > 0 ? rows[i].with_parameter : rows[i].fate;
    }
    return FATE_NONE;
}

static const char *set_arn(struct arena *arena, const char *id)
{
    return arena_printf(arena,
                        "arn:aws:aws-marketplace:" SANDBOX_HOST_REGION ":" SANDBOX_ACCOUNT
                        ":" MARKET_CATALOG "/ChangeSet/%s",
                        id);
}

static struct json *set_name(struct call_context *call, const struct change_set *set)
{
    struct json *answer = json_object(call->arena);
    json_set_text(call->arena, answer, "ChangeSetId", set->id);
    json_set_text(call->arena, answer, "ChangeSetArn", set_arn(call->arena, set->id));
    return answer;
}

static int start_set(struct call_context *call, struct change_set *set, struct json **ret_answer)
{
    struct starting starting = {call, set, json_get(call->request, "ChangeSet")};
    const char *intent = json_get_text(call->request, "Intent");
    if (text_equal(intent, "VALIDATE")) /* only for versions of AMI products, which nobody adds */
        return invalid(&starting, 0, "the change does not support the intent", intent);
    int result = check_changes(&starting);
    if (result < 0)
        return result;
    const char *name = json_get_text(call->request, "ChangeSetName");
    set->id = memory_copy(entity_new_id(call->sandbox, call->arena, "cs-", 25));
    set->name = memory_copy(name ? name : "");
    set->intent = memory_copy("APPLY");
    set->status = words_set_states[STATE_PREPARING];
    set->start_ms = sandbox_now(call->sandbox);
    set->fate = fate_of(call->fate);
    *ret_answer = set_name(call, set);
    return 0;
}

int handle_start_set(struct call_context *call, struct json **ret_answer)
{
    const char *token = json_get_text(call->request, "ClientRequestToken");
    int known = token ? token_check(call, token, ret_answer) : 0;
    if (known != 0)
        return known < 0 ? known : 0; /* a repeated call gets the first one's answer */
    struct change_set *set = set_new();
    int result = start_set(call, set, ret_answer);
    if (result < 0) {
        set_free(set);
        return result;
    }
    market_keep_set(call->sandbox->market, set);
    call->sandbox->dirty = true;
    if (token)
        token_keep(call, token, *ret_answer);
    return 0;
}

/* ---- Looking. */
static struct change_set *find_set(const struct sandbox *sandbox, const char *id)
{
    for (size_t i = 0; i < sandbox->market->set_count; i++) {
        if (text_equal(sandbox->market->sets[i]->id, id))
            return sandbox->market->sets[i];
    }
    return NULL;
}

/* The entity's identifier as it is known by now: what the set made shows once it is there. */
static const char *shown_identifier(const struct sandbox *sandbox, struct arena *arena,
                                    const struct change *change)
{
    const struct entity *entity = entity_find(sandbox, change->target);
    if (entity)
        return arena_printf(arena, "%s@%lld", entity->id, entity->revision);
    return json_text(json_find(change->request, "Entity.Identifier"));
}

static struct json *describe_change(struct call_context *call, const struct change *change)
{
    struct arena *arena = call->arena;
    struct json *row = json_object(arena);
    struct json *entity = json_object(arena);
    const struct json *document = json_get(change->request, "DetailsDocument");
    const char *identifier = shown_identifier(call->sandbox, arena, change);
    json_set_text(arena, entity, "Type", json_text(json_find(change->request, "Entity.Type")));
    if (identifier)
        json_set_text(arena, entity, "Identifier", identifier);
    json_set_text(arena, row, "ChangeType", change->type->name);
    json_set(arena, row, "ChangeName",
             json_string(arena, json_get_text(change->request, "ChangeName")));
    json_set(arena, row, "Entity", entity);
    if (document->type == JSON_OBJECT) /* no other text fits the model */
        json_set_text(arena, row, "Details", json_print(arena, document));
    json_set(arena, row, "DetailsDocument", json_clone(arena, document));
    json_set(arena, row, "ErrorDetailList", json_clone(arena, change->errors));
    return row;
}

int handle_describe_set(struct call_context *call, struct json **ret_answer)
{
    struct arena *arena = call->arena;
    const char *id = json_get_text(call->request, "ChangeSetId");
    const struct change_set *set = find_set(call->sandbox, id);
    if (!set)
        return fail_not_found(call->failure, "change set", id);
    struct json *answer = set_name(call, set);
    struct json *changes = json_array(arena);
    for (size_t i = 0; i < set->count; i++)
        json_append(arena, changes, describe_change(call, &set->changes[i]));
    json_set(arena, answer, "ChangeSetName", json_string(arena, set->name[0] ? set->name : NULL));
    json_set_text(arena, answer, "Intent", set->intent);
    json_set_text(arena, answer, "StartTime", entity_time(arena, set->start_ms));
    json_set(arena, answer, "EndTime", json_string(arena, entity_time(arena, set->end_ms)));
    json_set_text(arena, answer, "Status", set->status);
    json_set(arena, answer, "FailureCode", json_string(arena, set->failure_code));
    json_set(arena, answer, "FailureDescription", json_string(arena, set->failure_text));
    json_set(arena, answer, "ChangeSet", changes);
    *ret_answer = answer;
    return 0;
}

/* Ids of the entities that are there, each once. */
static struct json *set_entities(const struct sandbox *sandbox, struct arena *arena,
                                 const struct change_set *set)
{
    struct json *list = json_array(arena);
    for (size_t i = 0; i < set->count; i++) {
        bool first = entity_find(sandbox, set->changes[i].target) != NULL;
        for (size_t j = 0; j < i && first; j++)
            first = strcmp(set->changes[j].target, set->changes[i].target) != 0;
        if (first)
            json_append(arena, list, json_string(arena, set->changes[i].target));
    }
    return list;
}

static bool set_has(const struct json *values, const char *text)
{
    for (size_t i = 0; i < values->count; i++) {
        if (text_equal(json_text(values->items[i]), text))
            return true;
    }
    return false;
}

static bool in_time(const char *name, const char *bound, int64_t ms)
{
    int64_t limit = 0;
    instant_parse(bound, &limit);
    return ms && (text_starts(name, "Before") ? ms < limit : ms > limit);
}

static bool set_passes(const struct sandbox *sandbox, struct arena *arena,
                       const struct change_set *set, const struct json *filter)
{
    const char *name = json_get_text(filter, "Name");
    const struct json *values = json_get(filter, "ValueList");
    const char *first = json_text(values->items[0]);
    if (!strcmp(name, "ChangeSetName"))
        return set_has(values, set->name);
    if (!strcmp(name, "Status"))
        return set_has(values, set->status);
    if (strstr(name, "StartTime"))
        return in_time(name, first, set->start_ms);
    if (strstr(name, "EndTime"))
        return in_time(name, first, set->end_ms);
    const struct json *ids = set_entities(sandbox, arena, set);
    for (size_t i = 0; i < ids->count; i++) {
        if (set_has(values, json_text(ids->items[i])))
            return true;
    }
    return false;
}

static struct json *summarise_set(struct call_context *call, const struct change_set *set)
{
    struct arena *arena = call->arena;
    struct json *row = set_name(call, set);
    json_set(arena, row, "ChangeSetName", json_string(arena, set->name[0] ? set->name : NULL));
    json_set_text(arena, row, "StartTime", entity_time(arena, set->start_ms));
    json_set(arena, row, "EndTime", json_string(arena, entity_time(arena, set->end_ms)));
    json_set_text(arena, row, "Status", set->status);
    json_set(arena, row, "EntityIdList", set_entities(call->sandbox, arena, set));
    json_set(arena, row, "FailureCode", json_string(arena, set->failure_code));
    return row;
}

/* Times have the catalog's form, states are known ones, and only names come in numbers. */
static int check_set_filters(struct call_context *call)
{
    const struct json *filters = json_get(call->request, "FilterList");
    for (size_t i = 0; filters && i < filters->count; i++) {
        const char *name = json_get_text(filters->items[i], "Name");
        const struct json *values = json_get(filters->items[i], "ValueList");
        const char *field = arena_printf(call->arena, "filterList[%zu].valueList", i);
        bool time = strstr(name, "Time") != NULL;
        int64_t ms;
        for (size_t j = 0; j < values->count; j++) {
            const char *value = json_text(values->items[j]);
            if ((time && !instant_parse(value, &ms)) ||
                (!strcmp(name, "Status") && !words_have(words_set_states, value)))
                fail_field(call->failure, "INVALID_VALUE", field, "'%.80s' is no value of %s",
                           value, name);
        }
        if (time && values->count > 1)
            fail_field(call->failure, "TOO_MANY_VALUES", field, "at most 1 value");
    }
    return fail_pending(call->failure) ? fail_validation(call->failure, REASON_REQUEST) : 0;
}

int handle_list_sets(struct call_context *call, struct json **ret_answer)
{
    const struct market *market = call->sandbox->market;
    const struct json *filters = json_get(call->request, "FilterList");
    int result = check_set_filters(call);
    if (result < 0)
        return result;
    bool by_end = text_equal(json_text(json_find(call->request, "Sort.SortBy")), "EndTime");
    const char *order = json_text(json_find(call->request, "Sort.SortOrder"));
    struct listing listing = {
        .entries = arena_array(call->arena, market->set_count + 1, sizeof *listing.entries)};
    for (size_t i = 0; i < market->set_count; i++) {
        const struct change_set *set = market->sets[i];
        bool wanted = true;
        for (size_t j = 0; filters && j < filters->count && wanted; j++)
            wanted = set_passes(call->sandbox, call->arena, set, filters->items[j]);
        if (wanted)
            listing.entries[listing.count++] =
                (struct entry){arena_printf(call->arena, "%020lld",
                                            (long long)(by_end ? set->end_ms : set->start_ms)),
                               set->id, set};
    }
    const char *token;
    size_t size = (size_t)json_get_int(call->request, "MaxResults", DEFAULT_PAGE);
    result = listing_cut(call, &listing, !text_equal(order, "ASCENDING"), size, &token);
    if (result < 0)
        return result;
    struct json *rows = json_array(call->arena);
    for (size_t i = 0; i < listing.count; i++)
        json_append(call->arena, rows, summarise_set(call, listing.entries[i].thing));
    *ret_answer = json_object(call->arena);
    json_set(call->arena, *ret_answer, "ChangeSetSummaryList", rows);
    json_set(call->arena, *ret_answer, "NextToken", json_string(call->arena, token));
    return 0;
}

int handle_cancel_set(struct call_context *call, struct json **ret_answer)
{
    const char *id = json_get_text(call->request, "ChangeSetId");
    struct change_set *set = find_set(call->sandbox, id);
    if (!set)
        return fail_not_found(call->failure, "change set", id);
    if (strcmp(set->status, words_set_states[STATE_PREPARING]) != 0)
        return fail(call->failure, 423, "ResourceInUseException",
                    "The change set %s is %s; only a set that is PREPARING can be cancelled.", id,
                    set->status);
    set->status = words_set_states[STATE_CANCELLED];
    set->end_ms = sandbox_now(call->sandbox);
    call->sandbox->dirty = true;
    *ret_answer = set_name(call, set);
    return 0;
}

/* ---- The clock's work. */
static bool still_stuck(const struct sandbox *sandbox, const struct change_set *set)
{
    for (size_t i = 0; set->fate == FATE_STUCK && i < sandbox->fault_count; i++) {
        if (!strcmp(sandbox->faults[i].kind, "set-stuck"))
            return true;
    }
    return false;
}

static void advance(struct sandbox *sandbox, struct change_set *set)
{
    int64_t now = sandbox_now(sandbox);
    int64_t due = set->start_ms + sandbox->options.set_ms;
    bool preparing = now - set->start_ms < sandbox->options.set_ms / 3;
    const char *status = words_set_states[preparing ? STATE_PREPARING : STATE_APPLYING];
    sandbox->dirty |= set->status != status;
    set->status = status;
    if (now < due || still_stuck(sandbox, set))
        return;
    set->end_ms = set->fate == FATE_STUCK ? now : due;
    set_apply(sandbox, set);
    set->status = words_set_states[set->failure_code ? STATE_FAILED : STATE_SUCCEEDED];
    sandbox->dirty = true;
}

void sets_run(struct sandbox *sandbox)
{
    struct market *market = sandbox->market;
    size_t kept = 0;
    for (size_t i = 0; i < market->set_count; i++) {
        struct change_set *set = market->sets[i];
        if (set_open(set))
            advance(sandbox, set);
        if (set->end_ms && sandbox_now(sandbox) - set->end_ms > HISTORY_MS)
            set_free(set);
        else
            market->sets[kept++] = set;
    }
    market->set_count = kept;
}
