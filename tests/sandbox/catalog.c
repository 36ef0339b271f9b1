/* Reading the catalog: ListEntities, DescribeEntity, BatchDescribeEntities. */
#include <stdlib.h>
#include <string.h>

#include "tests/sandbox/listing.h"
#include "tests/sandbox/market.h"

#define DEFAULT_PAGE 20

/* ---- Listing. What a row says under a filter's or a sort's name. */
static const struct json *row_value(struct arena *arena, const struct json *row,
                                    const struct entity_type *type, const char *name)
{
    const struct json *inner = json_get(row, arena_printf(arena, "%sSummary", type->name));
    const struct json *value = json_get(inner, name);
    return value ? value : json_get(row, name);
}

static bool list_has(const struct json *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++) {
        if (text_equal(json_text(list->items[i]), text))
            return true;
    }
    return false;
}

/* Neither bound is in the range: whether they are is not said, and a reader that counts on it
 * loses what changed within the same second. */
static bool within(const struct json *range, const char *text)
{
    int64_t instant, bound;
    const char *after = json_get_text(range, "AfterValue");
    const char *before = json_get_text(range, "BeforeValue");
    if (!text || !instant_parse(text, &instant))
        return false;
    return (!after || (instant_parse(after, &bound) && instant > bound)) &&
           (!before || (instant_parse(before, &bound) && instant < bound));
}

static bool text_passes(const struct json *filter, const char *text)
{
    const struct json *values = json_get(filter, "ValueList");
    const struct json *range = json_get(filter, "DateRange");
    const char *part = json_get_text(filter, "WildCardValue");
    return (!values || list_has(values, text)) && (!range || within(range, text)) &&
           (!part || (text && strstr(text, part)));
}

static bool passes(const struct json *filter, const struct json *value)
{
    if (!value || value->type != JSON_ARRAY)
        return text_passes(filter, json_text(value));
    for (size_t i = 0; i < value->count; i++) {
        if (text_passes(filter, json_text(value->items[i])))
            return true;
    }
    return false;
}

/* The one member of a union; NULL if the union is not there. */
static const struct json *union_member(const struct json *request, const char *name)
{
    const struct json *pair = json_get(request, name);
    return pair ? pair->items[0] : NULL;
}

/* The request's filters, old and typed, hold for the row. */
static bool row_wanted(struct arena *arena, const struct json *request,
                       const struct entity_type *type, const struct json *row)
{
    const struct json *old = json_get(request, "FilterList");
    for (size_t i = 0; old && i < old->count; i++) {
        if (!passes(old->items[i], json_get(row, "EntityId")))
            return false;
    }
    const struct json *typed = union_member(request, "EntityTypeFilters");
    for (size_t i = 0; typed && i < typed->count; i++) {
        if (!passes(typed->items[i], row_value(arena, row, type, typed->names[i])))
            return false;
    }
    return true;
}

static void check_union(struct call_context *call, const char *member, const char *end,
                        const struct entity_type *type)
{
    const struct json *pair = json_get(call->request, member);
    const char *key = pair ? pair->names[0] : NULL;
    if (key && strcmp(key, arena_printf(call->arena, "%s%s", type->name, end)) != 0)
        fail_field(call->failure, "INVALID_VALUE", member, "%s does not go with the type %s", key,
                   type->name);
}

static int check_listing(struct call_context *call, const struct entity_type *type)
{
    const struct json *request = call->request;
    bool old = json_get(request, "FilterList") || json_get(request, "Sort");
    bool typed = json_get(request, "EntityTypeFilters") || json_get(request, "EntityTypeSort");
    if (!type)
        fail_field(call->failure, "INVALID_VALUE", "entityType", "'%.80s' is no entity type",
                   json_get_text(request, "EntityType"));
    else if (old && typed)
        fail_field(call->failure, "INVALID_VALUE", "entityTypeFilters",
                   "FilterList and Sort do not go with EntityTypeFilters and EntityTypeSort");
    if (type) {
        check_union(call, "EntityTypeFilters", "Filters", type);
        check_union(call, "EntityTypeSort", "Sort", type);
    }
    return fail_pending(call->failure) ? fail_validation(call->failure, REASON_REQUEST) : 0;
}

static const char *sort_key(struct arena *arena, const struct json *value)
{
    if (!value || value->type != JSON_ARRAY) {
        const char *text = json_text(value);
        return text ? text : "";
    }
    const char *key = "";
    for (size_t i = 0; i < value->count; i++)
        key = arena_printf(arena, "%s%s,", key, json_text(value->items[i]));
    return key;
}

int handle_list_entities(struct call_context *call, struct json **ret_answer)
{
    const struct market *market = call->sandbox->market;
    const struct json *request = call->request;
    const struct entity_type *type = entity_type_find(json_get_text(request, "EntityType"), false);
    int result = check_listing(call, type);
    if (result < 0)
        return result;
    const struct json *typed = union_member(request, "EntityTypeSort");
    const struct json *sort = typed ? typed : json_get(request, "Sort");
    const char *by = sort ? json_get_text(sort, "SortBy") : NULL;
    bool ascending = text_equal(sort ? json_get_text(sort, "SortOrder") : NULL, "ASCENDING");
    bool shared = text_equal(json_get_text(request, "OwnershipType"), "SHARED");
    struct listing listing = {
        .entries = arena_array(call->arena, market->entity_count + 1, sizeof *listing.entries)};
    for (size_t i = 0; i < market->entity_count; i++) {
        const struct entity *entity = market->entities[i];
        if (entity->type != type || entity_own(entity) == shared)
            continue;
        struct json *row = entity_summary(call->arena, entity);
        if (call->sandbox->options.unknown_members) /* seen, but in no published model */
            json_set(call->arena, row, "TypeAttributes", json_null(call->arena));
        const struct json *value = row_value(call->arena, row, type, by ? by : "LastModifiedDate");
        if (row_wanted(call->arena, request, type, row))
            listing.entries[listing.count++] =
                (struct entry){sort_key(call->arena, value), entity->id, row};
    }
    const char *token;
    size_t size = (size_t)json_get_int(request, "MaxResults", DEFAULT_PAGE);
    result = listing_cut(call, &listing, !ascending, size, &token);
    if (result < 0)
        return result;
    struct json *rows = json_array(call->arena);
    for (size_t i = 0; i < listing.count; i++)
        json_append(call->arena, rows, json_clone(call->arena, listing.entries[i].thing));
    *ret_answer = json_object(call->arena);
    json_set(call->arena, *ret_answer, "EntitySummaryList", rows);
    json_set(call->arena, *ret_answer, "NextToken", json_string(call->arena, token));
    return 0;
}

/* ---- Describing. */
static struct json *describe(struct arena *arena, const struct entity *entity, bool with_text)
{
    struct json *answer = json_object(arena);
    json_set_text(arena, answer, "EntityType", arena_printf(arena, "%s@1.0", entity->type->name));
    json_set_text(arena, answer, "EntityIdentifier",
                  arena_printf(arena, "%s@%lld", entity->id, entity->revision));
    json_set_text(arena, answer, "EntityArn", entity_arn(arena, entity));
    json_set_text(arena, answer, "LastModifiedDate", entity_time(arena, entity->modified_ms));
    if (with_text)
        json_set_text(arena, answer, "Details", json_print(arena, entity->document));
    json_set(arena, answer, "DetailsDocument", json_clone(arena, entity->document));
    return answer;
}

int handle_describe_entity(struct call_context *call, struct json **ret_answer)
{
    const char *id = json_get_text(call->request, "EntityId");
    const struct entity *entity = entity_find(call->sandbox, id);
    if (!entity)
        return fail_not_found(call->failure, "entity", id);
    *ret_answer = describe(call->arena, entity, true);
    return 0;
}

int handle_batch_describe(struct call_context *call, struct json **ret_answer)
{
    struct arena *arena = call->arena;
    const struct json *list = json_get(call->request, "EntityRequestList");
    struct json *details = json_object(arena);
    struct json *errors = json_object(arena);
    for (size_t i = 0; i < list->count; i++) {
        const char *id = json_get_text(list->items[i], "EntityId");
        const struct entity *entity = entity_find(call->sandbox, id);
        if (entity) {
            json_set(arena, details, id, describe(arena, entity, false));
            continue;
        }
        struct json *error = json_object(arena);
        json_set_text(arena, error, "ErrorCode", "ResourceNotFound");
        json_set_text(arena, error, "ErrorMessage", "The entity could not be found.");
        json_set(arena, errors, id, error);
    }
    *ret_answer = json_object(arena);
    json_set(arena, *ret_answer, "EntityDetails", details);
    json_set(arena, *ret_answer, "Errors", errors);
    return 0;
}
